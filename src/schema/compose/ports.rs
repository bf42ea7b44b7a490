//! Ports of services: the form of `ports`, and ports of the host that are published twice.

use super::file::{File, Found, Known, Service, text};
use super::scope::Section;
use crate::checks::own;
use crate::schema::words::{mistyped, quoted};
use crate::source::Place;
use crate::yaml::{Kind, Node, Scalar};
use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::Range;

/// Ports of the host that are looked at in one file.
const MOST: usize = 100_000;

/// Addresses that are kept for one port of the host.
const ADDRESSES: usize = 8;

/// Part of a port in the short form that is wrong: where, what is said of it, and what to do.
type Fault = (Range<usize>, String, &'static str);

/// A port that is published: where a service listens on the host.
struct Published {
    /// Every address where there is none.
    ip: Option<IpAddr>,
    host: (u16, u16),
    target: (u16, u16),
    protocol: &'static str,
    place: Place,
}

/// Finds ports of wrong form.
pub fn check<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    for item in items(file, service) {
        if item.resolve().kind() == Kind::Mapping {
            long(file, item, found);
        } else if matches!(item.scalar(), Scalar::Float(_)) {
            let message = mistyped(&item.path(), "a string or an integer", item);
            found.push(own("wrong-type", item.place(), message).with_help("write an integer"));
        } else if let Some(port) = port(item)
            && let Err((range, message, help)) = short(&port)
        {
            found.push(own("invalid-value", port.part(range), message).with_help(help));
        }
    }
}

fn items<'m>(file: &File<'m>, service: &Service<'m>) -> Vec<Node<'m>> {
    service.fields.get("ports").map(|ports| file.items(ports)).unwrap_or_default()
}

/// The text of a port in the short form: a string or an integer.
fn port(item: Node<'_>) -> Option<Known<'_>> {
    matches!(item.scalar(), Scalar::Str(_) | Scalar::Int(_)).then(|| text(item)).flatten()
}

const RANGE: &str = "write a port between 0 and 65535, or a range as `8000-8005`";

/// Reads a port in the short form as Docker does: go-connections, nat/nat.go.
fn short(port: &Known<'_>) -> Result<Option<Published>, Fault> {
    let text = &*port.text;
    let container = text.rfind(':').map_or(0, |colon| colon + 1);
    let before = &text[..container.saturating_sub(1)];
    let host = before.rfind(':').map_or(0, |colon| colon + 1)..before.len();
    let ip = 0..host.start.saturating_sub(1);
    let end = text[container..].find('/').map_or(text.len(), |slash| container + slash);
    let written = text.get(end + 1..).filter(|written| !written.is_empty());
    if end == container {
        let help = "write `HOST:CONTAINER`, or only `CONTAINER`";
        return Err((0..text.len(), format!("{} has no port of the container", quoted(text)), help));
    }
    let Some(protocol) = protocol(written.unwrap_or("tcp")) else {
        let message = format!("{} is no protocol of a port", quoted(&text[end + 1..]));
        return Err((end + 1..text.len(), message, "write `tcp`, `udp` or `sctp`"));
    };
    let address = text[ip.clone()].trim_start_matches('[').trim_end_matches(']');
    let parsed = address.parse::<IpAddr>();
    if !address.is_empty() && parsed.is_err() && !address.contains('%') {
        let message = format!("{} is no IP address", quoted(address));
        return Err((
            ip,
            message,
            "a port is published at an address, not at a name: write `127.0.0.1`, say",
        ));
    }
    let read = |range: Range<usize>| {
        let written = &text[range.clone()];
        ports(written).ok_or_else(|| (range, format!("{} is no port", quoted(written)), RANGE))
    };
    let target = read(container..end)?;
    if target.0 == 0 {
        let message = "port `0` of a container cannot be published".to_owned();
        return Err((container..end, message, "name the port that the container listens at"));
    }
    if host.is_empty() {
        return Ok(None);
    }
    let published = read(host.clone())?;
    if target.0 != target.1 && target.1 - target.0 != published.1 - published.0 {
        let message = format!(
            "{} is a range of another length than {}",
            quoted(&text[host.clone()]),
            quoted(&text[container..end])
        );
        return Err((host, message, "publish a range at one of the same length"));
    }
    // A range for one port: Docker takes a free one.
    let is_fixed = target.0 != target.1 || published.0 == published.1;
    let place = port.part(host);
    Ok(is_fixed.then(|| Published { ip: parsed.ok(), host: published, target, protocol, place }))
}

fn protocol(text: &str) -> Option<&'static str> {
    ["tcp", "udp", "sctp"].into_iter().find(|known| known.eq_ignore_ascii_case(text))
}

/// A port or a range of ports.
fn ports(text: &str) -> Option<(u16, u16)> {
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    // What follows a second `-` is not read.
    let mut parts = text.split('-');
    let first = number(parts.next()?)?;
    let last = parts.next().map_or(Some(first), number)?;
    (first <= last).then_some((first, last))
}

/// Checks a port in the long form; what it publishes, if that can be known.
fn long<'m>(file: &File<'m>, item: Node<'m>, found: &mut Found) -> Option<Published> {
    let fields = file.fields(item);
    let ip = fields.text("host_ip");
    if let Some(ip) = &ip
        && ip.text.parse::<IpAddr>().is_err()
        && !ip.text.contains('%')
    {
        let message = format!("{} is no IP address", quoted(&ip.text));
        let help = "a port is published at an address, not at a name: write `127.0.0.1`, say";
        found.push(own("invalid-value", ip.inside(), message).with_help(help));
    }
    let mut read = |key: &str| {
        let port = fields.text(key).filter(|port| !port.text.is_empty())?;
        let range = ports(&port.text);
        if range.is_none() {
            let message = format!("{} is no port", quoted(&port.text));
            found.push(own("invalid-value", port.inside(), message).with_help(RANGE));
        }
        Some((range?, port.inside()))
    };
    let target = read("target");
    let (host, place) = read("published")?;
    let (target, _) = target?;
    let protocol = match fields.text("protocol") {
        Some(written) => protocol(&written.text)?,
        None if fields.field("protocol").is_some() => return None,
        None => "tcp",
    };
    let unknown = fields.field("host_ip").is_some() && ip.is_none();
    let ip = ip.and_then(|ip| ip.text.parse().ok());
    (!unknown && host.0 == host.1).then_some(Published { ip, host, target, protocol, place })
}

/// A service that takes a port of the host.
#[derive(Clone, Copy)]
struct Taker {
    service: usize,
    ip: Option<IpAddr>,
    target: u16,
    place: Place,
}

/// Finds ports of the host that two containers are to listen at: Docker starts the first and refuses the second.
pub fn published_twice(file: &File<'_>, found: &mut Found) {
    let mut taken: HashMap<(u16, &str), Vec<Taker>> = HashMap::new();
    let mut left = MOST;
    for (index, service) in file.services.iter().enumerate().filter(|(_, service)| listens(file, service)) {
        for item in items(file, service) {
            let published = match item.resolve().kind() {
                Kind::Mapping => long(file, item, &mut Vec::new()),
                _ => port(item).and_then(|port| short(&port).ok().flatten()),
            };
            let Some(Published { ip, host, target, protocol, place }) = published else { continue };
            let mut is_said = false;
            for offset in 0..=host.1 - host.0 {
                let port = host.0 + offset;
                // Port 0 is any that is free.
                if port == 0 || left == 0 {
                    continue;
                }
                left -= 1;
                let this = Taker { service: index, ip, target: target.0 + offset, place };
                let takers = taken.entry((port, protocol)).or_default();
                let other = takers.iter().find(|other| {
                    meet(other.ip, ip)
                        && (other.service != index || other.target != this.target)
                        && run_together(file, &file.services[other.service], service)
                        // Whether another file takes the ports away is asked last: it takes a look at all of them.
                        && [&file.services[other.service], service]
                            .iter()
                            .all(|service| !file.scope.is_replaced(&service.name, "ports"))
                });
                match other {
                    Some(other) if !is_said => {
                        found.push(clash(file, *other, this, port));
                        is_said = true;
                    }
                    None if takers.len() < ADDRESSES => takers.push(this),
                    _ => {}
                }
            }
        }
    }
}

fn clash(file: &File<'_>, first: Taker, second: Taker, port: u16) -> crate::diagnostic::Diagnostic {
    let name = |taker: Taker| quoted(&file.services[taker.service].name);
    let message = if first.service == second.service {
        format!("service {} publishes host port `{port}` twice", name(second))
    } else {
        format!("services {} and {} both publish host port `{port}`", name(first), name(second))
    };
    own("duplicate-item", second.place, message)
        .with_help("publish one of them at another port of the host")
        .with_related(first.place, "first here")
}

/// Whether a service starts and its ports are published: not where it uses the network of something else.
fn listens<'m>(file: &File<'m>, service: &Service<'m>) -> bool {
    service.fields.get("network_mode").is_none() && !is_stopped(file, service)
}

/// Whether a service has no container.
pub fn is_stopped<'m>(file: &File<'m>, service: &Service<'m>) -> bool {
    let zero = |text: Option<Known<'_>>| text.is_some_and(|text| text.text == "0");
    zero(service.fields.text("scale")) || zero(file.under(&service.fields, "deploy").text("replicas"))
}

/// Whether two services run at the same time: always, or always with the same profiles.
pub fn run_together<'m>(file: &File<'m>, a: &Service<'m>, b: &Service<'m>) -> bool {
    let profiles = |service: &Service<'m>| {
        let profiles = service.fields.get("profiles")?;
        let mut names: Vec<String> =
            file.names(profiles).into_iter().map(|name| name.text.into_owned()).collect();
        names.sort_unstable();
        Some(names)
    };
    let ends =
        |service: &Service<'m>| file.model.project.is_awaited_to_completion(file.facts.id, &service.name);
    let is_other_file = |service: &Service<'m>| !file.scope.is_only_here(Section::Services, &service.name);
    profiles(a) == profiles(b) && !ends(a) && !ends(b) && !is_other_file(a) && !is_other_file(b)
}

/// Whether two addresses have one in common; an address that is not given is every one of both families.
fn meet(a: Option<IpAddr>, b: Option<IpAddr>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => {
            a.is_ipv4() == b.is_ipv4() && (a == b || a.is_unspecified() || b.is_unspecified())
        }
        _ => true,
    }
}
