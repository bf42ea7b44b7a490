//! IP addresses and their ranges.

use super::Call;
use crate::expr::program::{Budget, Fault};
use crate::expr::value::{Object, Value};
use crate::expr::view::View;
use std::any::Any;
use std::net::IpAddr;
use std::rc::Rc;

/// An address.
#[derive(Debug)]
struct Ip(IpAddr);

/// A range of addresses: one of them, and the length of the prefix that all of them share.
#[derive(Debug)]
struct Cidr {
    address: IpAddr,
    prefix: u32,
}

impl Object for Ip {
    fn type_name(&self) -> &'static str {
        "net.IP"
    }

    fn show(&self) -> String {
        self.0.to_string()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn Object) -> bool {
        // An IPv4 address that IPv6 wraps is that address.
        let canonical = |ip: &Self| ip.0.to_canonical();
        other.as_any().downcast_ref().is_some_and(|other| canonical(self) == canonical(other))
    }
}

impl Object for Cidr {
    fn type_name(&self) -> &'static str {
        "net.CIDR"
    }

    fn show(&self) -> String {
        format!("{}/{}", self.address, self.prefix)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other
            .as_any()
            .downcast_ref::<Self>()
            .is_some_and(|other| (self.address, self.prefix) == (other.address, other.prefix))
    }
}

impl Cidr {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let address = parse_ip(address)?;
        let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
        let plain = digits && (prefix == "0" || !prefix.starts_with('0'));
        let prefix = prefix.parse().ok().filter(|prefix| plain && *prefix <= width(address))?;
        Some(Self { address, prefix })
    }

    fn holds(&self, address: IpAddr) -> bool {
        self.address.is_ipv4() == address.is_ipv4()
            && masked(self.address, self.prefix) == masked(address, self.prefix)
    }
}

/// An address; wrapped IPv4 in its dotted form and zones are none, as Kubernetes has it.
fn parse_ip(text: &str) -> Option<IpAddr> {
    let mixed = text.contains(':') && text.contains('.');
    text.parse().ok().filter(|_| !mixed)
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The address with all bits behind the prefix zero.
fn masked(address: IpAddr, prefix: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - prefix.min(32)).unwrap_or(0);
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - prefix.min(128)).unwrap_or(0);
            IpAddr::V6((address.to_bits() & mask).into())
        }
    }
}

fn not_an(what: &str) -> Fault {
    Fault::Message(format!("this string is not {what}"))
}

fn ip_at(call: &Call<'_, '_>, at: usize, budget: &Budget) -> Result<IpAddr, Fault> {
    match call.args[at].view(budget) {
        View::Str(text) => parse_ip(&text).ok_or_else(|| not_an("an IP address")),
        _ => call.object::<Ip>(at, budget).map(|ip| ip.0),
    }
}

/// `ip(text)`
pub(super) fn ip<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    Ok(Value::Object(Rc::new(Ip(ip_at(call, 0, budget)?))))
}

/// `isIP(text)`
pub(super) fn is_ip<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    Ok(Value::Bool(parse_ip(&call.str(0, budget)?).is_some()))
}

/// `ip.isCanonical(text)`
pub(super) fn is_canonical<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    Ok(Value::Bool(ip_at(call, 0, budget)?.to_string() == *call.str(0, budget)?))
}

/// `cidr(text)`
pub(super) fn cidr<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let text = call.str(0, budget)?;
    match Cidr::parse(&text) {
        Some(cidr) => Ok(Value::Object(Rc::new(cidr))),
        None => Err(not_an("a CIDR range")),
    }
}

/// `isCIDR(text)`
pub(super) fn is_cidr<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    Ok(Value::Bool(Cidr::parse(&call.str(0, budget)?).is_some()))
}

macro_rules! of_object {
    ($( $(#[$doc:meta])* $name:ident $type:ident |$object:ident| $result:expr; )*) => {$(
        $(#[$doc])*
        pub(super) fn $name<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
            let $object = call.object::<$type>(0, budget)?;
            Ok($result)
        }
    )*};
}

of_object! {
    /// `ip.family()`
    family Ip |ip| Value::Int(if ip.0.is_ipv4() { 4 } else { 6 });
    /// `ip.isUnspecified()`
    is_unspecified Ip |ip| Value::Bool(ip.0.is_unspecified());
    /// `ip.isLoopback()`
    is_loopback Ip |ip| Value::Bool(ip.0.is_loopback());
    /// `ip.isGlobalUnicast()`
    is_global_unicast Ip |ip| Value::Bool(global_unicast(ip.0));
    /// `ip.isLinkLocalMulticast()`
    is_link_local_multicast Ip |ip| Value::Bool(match ip.0 {
        IpAddr::V4(address) => address.octets().starts_with(&[224, 0, 0]),
        IpAddr::V6(address) => address.octets()[0] == 0xff && address.octets()[1] & 0xf == 2,
    });
    /// `ip.isLinkLocalUnicast()`
    is_link_local_unicast Ip |ip| Value::Bool(link_local_unicast(ip.0));
    /// `cidr.ip()`
    cidr_ip Cidr |cidr| Value::Object(Rc::new(Ip(cidr.address)));
    /// `cidr.masked()`
    cidr_masked Cidr |cidr| Value::Object(Rc::new(Cidr {
        address: masked(cidr.address, cidr.prefix),
        prefix: cidr.prefix,
    }));
    /// `cidr.prefixLength()`
    prefix_length Cidr |cidr| Value::Int(i64::from(cidr.prefix));
}

fn link_local_unicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

/// Neither for one host or link nor for many hosts; private addresses are global in this sense.
fn global_unicast(address: IpAddr) -> bool {
    let broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    !(broadcast
        || address.is_unspecified()
        || address.is_loopback()
        || address.is_multicast()
        || link_local_unicast(address))
}

/// `cidr.containsIP(ip)`
pub(super) fn contains_ip<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let address = ip_at(call, 1, budget)?;
    Ok(Value::Bool(call.object::<Cidr>(0, budget)?.holds(address)))
}

/// `cidr.containsCIDR(cidr)`
pub(super) fn contains_cidr<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let outer = call.object::<Cidr>(0, budget)?;
    let (address, prefix) = match call.args[1].view(budget) {
        View::Str(text) => match Cidr::parse(&text) {
            Some(inner) => (inner.address, inner.prefix),
            None => return Err(not_an("a CIDR range")),
        },
        _ => call.object::<Cidr>(1, budget).map(|inner| (inner.address, inner.prefix))?,
    };
    Ok(Value::Bool(outer.prefix <= prefix && outer.holds(address)))
}
