//! What Kubernetes adds to CEL: quantities, versions, URLs and named formats.

use super::Call;
use crate::expr::library::named::Named;
use crate::expr::library::quantity::Quantity;
use crate::expr::library::semver::Version;
use crate::expr::library::url::Url;
use crate::expr::program::{Budget, Fault};
use crate::expr::value::{Object, Value};
use crate::expr::view::View;
use std::any::Any;
use std::cmp::Ordering;
use std::rc::Rc;

macro_rules! ordered_object {
    ($type:ty, $name:literal) => {
        impl Object for $type {
            fn type_name(&self) -> &'static str {
                $name
            }

            fn show(&self) -> String {
                self.to_string()
            }

            fn as_any(&self) -> &dyn Any {
                self
            }

            fn equals(&self, other: &dyn Object) -> bool {
                self.order(other) == Some(Ordering::Equal)
            }

            fn order(&self, other: &dyn Object) -> Option<Ordering> {
                other.as_any().downcast_ref::<Self>().map(|other| self.cmp(other))
            }
        }
    };
}

ordered_object!(Quantity, "kubernetes.Quantity");
ordered_object!(Version, "kubernetes.Semver");

impl Object for Url {
    fn type_name(&self) -> &'static str {
        "kubernetes.URL"
    }

    fn show(&self) -> String {
        self.text().to_owned()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>() == Some(self)
    }
}

/// A named format as a value.
#[derive(Debug)]
struct Format(&'static Named);

impl Object for Format {
    fn type_name(&self) -> &'static str {
        "kubernetes.NamedFormat"
    }

    fn show(&self) -> String {
        self.0.name.to_owned()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| self.0.name == other.0.name)
    }
}

type Answer<'a> = Result<Value<'a>, Fault>;

fn object<'a>(object: impl Object) -> Value<'a> {
    Value::Object(Rc::new(object))
}

/// What a text is read as; a fault if it cannot be read so.
fn read<T: Object>(
    call: &Call<'_, '_>,
    budget: &mut Budget,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, Fault> {
    let text = call.str(0, budget)?;
    budget.spend_text(text.len())?;
    parse(&text).ok_or_else(|| call.fault("cannot read this string"))
}

fn is<'a, T>(call: &Call<'_, 'a>, budget: &mut Budget, parse: impl Fn(&str) -> Option<T>) -> Answer<'a> {
    let text = call.str(0, budget)?;
    budget.spend_text(text.len())?;
    Ok(Value::Bool(parse(&text).is_some()))
}

/// `quantity(text)`
pub(super) fn quantity<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    // A manifest may write an amount as a number.
    let number = match call.args[0].view(budget) {
        View::Int(value) => Some(value.to_string()),
        View::Uint(value) => Some(value.to_string()),
        View::Double(value) => Some(value.to_string()),
        _ => None,
    };
    match number {
        Some(text) => Quantity::parse(&text).map(object).ok_or_else(|| call.fault("cannot read this number")),
        None => read(call, budget, Quantity::parse).map(object),
    }
}

/// `isQuantity(text)`
pub(super) fn is_quantity<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    is(call, budget, Quantity::parse)
}

/// A quantity that is added or taken away: one, or an integer.
fn operand(call: &Call<'_, '_>, budget: &Budget) -> Result<Quantity, Fault> {
    match call.args[1].view(budget) {
        View::Int(value) => Ok(value.into()),
        _ => call.object::<Quantity>(1, budget).copied(),
    }
}

/// `x.add(y)`
pub(super) fn add<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    let subject = *call.object::<Quantity>(0, budget)?;
    operand(call, budget).map(|other| object(subject.plus(other)))
}

/// `x.sub(y)`
pub(super) fn sub<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    let subject = *call.object::<Quantity>(0, budget)?;
    operand(call, budget).map(|other| object(subject.minus(other)))
}

/// `x.sign()`
pub(super) fn sign<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    call.object::<Quantity>(0, budget).map(|quantity| Value::Int(quantity.sign()))
}

/// `x.isInteger()`
pub(super) fn is_integer<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    call.object::<Quantity>(0, budget).map(|quantity| Value::Bool(quantity.integer().is_some()))
}

/// `x.asInteger()`
pub(super) fn as_integer<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    let quantity = call.object::<Quantity>(0, budget)?;
    quantity.integer().map(Value::Int).ok_or_else(|| call.fault("cannot take a quantity that is no integer"))
}

/// `x.asApproximateFloat()`
pub(super) fn as_float<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    call.object::<Quantity>(0, budget).map(|quantity| Value::Double(quantity.float()))
}

fn order(call: &Call<'_, '_>, budget: &Budget) -> Result<Ordering, Fault> {
    let (Value::Object(left), Value::Object(right)) = (&call.args[0], &call.args[1]) else {
        return Err(call.wrong(0, budget));
    };
    left.order(&**right).ok_or_else(|| call.wrong(1, budget))
}

/// `x.compareTo(y)`
pub(super) fn compare<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    order(call, budget).map(|order| Value::Int(order as i64))
}

/// `x.isLessThan(y)`
pub(super) fn is_less<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    order(call, budget).map(|order| Value::Bool(order == Ordering::Less))
}

/// `x.isGreaterThan(y)`
pub(super) fn is_greater<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    order(call, budget).map(|order| Value::Bool(order == Ordering::Greater))
}

/// How versions are read: to the letter, or loosely where the second argument says so.
fn version(call: &Call<'_, '_>, budget: &Budget) -> fn(&str) -> Option<Version> {
    match call.args.get(1).map(|arg| arg.view(budget)) {
        Some(View::Bool(true)) => Version::parse_loosely,
        _ => Version::parse,
    }
}

/// `semver(text)`
pub(super) fn semver<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    read(call, budget, version(call, budget)).map(object)
}

/// `isSemver(text)`
pub(super) fn is_semver<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    is(call, budget, version(call, budget))
}

fn number<'a>(call: &Call<'_, '_>, budget: &Budget, at: usize) -> Answer<'a> {
    // A number of a version may pass the largest integer; it stays there.
    let number = call.object::<Version>(0, budget)?.numbers[at];
    Ok(Value::Int(i64::try_from(number).unwrap_or(i64::MAX)))
}

/// `x.major()`
pub(super) fn major<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    number(call, budget, 0)
}

/// `x.minor()`
pub(super) fn minor<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    number(call, budget, 1)
}

/// `x.patch()`
pub(super) fn patch<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    number(call, budget, 2)
}

/// `url(text)`
pub(super) fn url<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    read(call, budget, Url::parse).map(object)
}

/// `isURL(text)`
pub(super) fn is_url<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    is(call, budget, Url::parse)
}

fn part<'a>(call: &Call<'_, '_>, budget: &Budget, part: impl Fn(&Url) -> String) -> Answer<'a> {
    Ok(Value::made(part(call.object::<Url>(0, budget)?)))
}

/// `x.getScheme()`
pub(super) fn scheme<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    part(call, budget, |url| url.scheme().to_owned())
}

/// `x.getHost()`
pub(super) fn host<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    part(call, budget, |url| url.host().to_owned())
}

/// `x.getHostname()`
pub(super) fn hostname<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    part(call, budget, |url| url.hostname().to_owned())
}

/// `x.getPort()`
pub(super) fn port<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    part(call, budget, |url| url.port().to_owned())
}

/// `x.getEscapedPath()`
pub(super) fn path<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    budget.spend_text(call.object::<Url>(0, budget)?.text().len())?;
    part(call, budget, Url::escaped_path)
}

/// `x.getQuery()`
pub(super) fn query<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    let url = call.object::<Url>(0, budget)?;
    budget.spend_text(8 * url.text().len())?;
    let entry = |(key, values): (String, Vec<String>)| {
        (Value::made(key), Value::List(values.into_iter().map(Value::made).collect()))
    };
    Ok(Value::Map(url.query().into_iter().map(entry).collect()))
}

/// `format.named(name)`
pub(super) fn named<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    let found = Named::find(&call.str(0, budget)?);
    Ok(Value::Optional(Rc::new(found.map_or_else(Value::nothing, |format| object(Format(format))))))
}

/// `format.dns1123Label()` and its like: the function's name says which.
pub(super) fn format<'a>(call: &Call<'_, 'a>, _: &mut Budget) -> Answer<'a> {
    let name = call.name().rsplit('.').next().unwrap_or_default();
    Named::find(name).map(|format| object(Format(format))).ok_or_else(|| call.fault("is no format"))
}

/// `x.validate(text)`
pub(super) fn validate<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Answer<'a> {
    let format = call.object::<Format>(0, budget)?;
    let text = call.str(1, budget)?;
    budget.spend_text(text.len())?;
    let faults = format.0.validate(&text);
    let found = match faults.len() {
        0 => Value::nothing(),
        _ => Value::List(faults.into_iter().map(Value::made).collect()),
    };
    Ok(Value::Optional(Rc::new(found)))
}
