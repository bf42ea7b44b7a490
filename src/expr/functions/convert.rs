//! Conversions between types: `string(x)`, `int(x)`, `type(x)` and their like.

#![allow(clippy::cast_precision_loss)] // converting to a double rounds, as CEL has it

use super::Call;
use crate::expr::program::{Budget, Fault};
use crate::expr::value::{Origin, Text, Value};
use crate::expr::view::{View, article};

/// `dyn(x)`: the value itself.
#[expect(clippy::unnecessary_wraps)] // the table's type
pub(super) fn dynamic<'a>(call: &Call<'_, 'a>, _: &mut Budget) -> Result<Value<'a>, Fault> {
    Ok(call.args[0].clone())
}

/// `type(x)`
#[expect(clippy::unnecessary_wraps)] // the table's type
pub(super) fn type_of<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    Ok(Value::Type(call.args[0].view(budget).type_name()))
}

/// `string(x)`
pub(super) fn string<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let value = &call.args[0];
    converted(to_string(value, &value.view(budget)), call, "a string", budget)
}

/// `bytes(x)`
pub(super) fn bytes<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let value = &call.args[0];
    let bytes = match value.view(budget) {
        View::Str(text) => {
            budget.spend_text(text.len())?;
            Some(Value::Bytes(text.as_bytes().into()))
        }
        View::Bytes(_) => Some(value.clone()),
        _ => None,
    };
    converted(bytes, call, "bytes", budget)
}

/// `bool(x)`
pub(super) fn boolean<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let value = match call.args[0].view(budget) {
        View::Bool(value) => Some(value),
        View::Str(text) => parse_bool(&text),
        _ => None,
    };
    converted(value.map(Value::Bool), call, "a bool", budget)
}

/// `int(x)`
pub(super) fn int<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    converted(to_int(&call.args[0].view(budget)).map(Value::Int), call, "an int", budget)
}

/// `uint(x)`
pub(super) fn uint<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    converted(to_uint(&call.args[0].view(budget)).map(Value::Uint), call, "a uint", budget)
}

/// `double(x)`
pub(super) fn double<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let value = match call.args[0].view(budget) {
        View::Int(value) => Some(value as f64),
        View::Uint(value) => Some(value as f64),
        View::Double(value) => Some(value),
        View::Str(text) => text.parse().ok(),
        _ => None,
    };
    converted(value.map(Value::Double), call, "a double", budget)
}

/// The result of a conversion, or why there is none.
fn converted<'a>(
    value: Option<Value<'a>>,
    call: &Call<'_, 'a>,
    target: &str,
    budget: &Budget,
) -> Result<Value<'a>, Fault> {
    value.ok_or_else(|| {
        let value = &call.args[0];
        Fault::Message(match value.view(budget) {
            // A text of a file may be a secret: it is not repeated.
            View::Str(_) => format!("this string does not convert to {target}"),
            View::Int(_) | View::Uint(_) | View::Double(_) => {
                format!("{} does not convert to {target}", value.show())
            }
            other => format!("{} does not convert to {target}", article(other.type_name())),
        })
    })
}

fn to_string<'a>(value: &Value<'a>, view: &View<'_>) -> Option<Value<'a>> {
    match view {
        // A string stays itself, with its place.
        View::Str(_) => Some(value.clone()),
        View::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(|text| Value::made(text.to_owned())),
        View::Bool(_) | View::Int(_) | View::Uint(_) | View::Double(_) => {
            let text = match view {
                View::Bool(value) => value.to_string(),
                View::Int(value) => value.to_string(),
                View::Uint(value) => value.to_string(),
                View::Double(value) => value.to_string(),
                _ => return None,
            };
            let origin = match value {
                Value::Node(node) if *node.text() == text => Origin::Node { node: *node, start: 0 },
                _ => Origin::None,
            };
            Some(Value::Text(Text { text: text.into(), origin }))
        }
        View::Object(object) => object.to_text().map(Value::made),
        _ => None,
    }
}

fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// 2^63 and 2^64, which doubles hold exactly.
const TWO_63: f64 = 9_223_372_036_854_775_808.0;
const TWO_64: f64 = 18_446_744_073_709_551_616.0;

fn to_int(view: &View<'_>) -> Option<i64> {
    match view {
        View::Int(value) => Some(*value),
        View::Uint(value) => i64::try_from(*value).ok(),
        // CEL leaves out the smallest integer too, as its conversion from a double is not certain.
        View::Double(value) if *value > -TWO_63 && *value < TWO_63 => Some(*value as i64),
        View::Str(text) => text.parse().ok(),
        View::Object(object) => object.to_int(),
        _ => None,
    }
}

fn to_uint(view: &View<'_>) -> Option<u64> {
    match view {
        View::Int(value) => u64::try_from(*value).ok(),
        View::Uint(value) => Some(*value),
        // The cast is guarded by the range.
        #[allow(clippy::cast_sign_loss)]
        View::Double(value) if *value >= 0.0 && *value < TWO_64 => Some(*value as u64),
        View::Str(text) => text.parse().ok(),
        _ => None,
    }
}
