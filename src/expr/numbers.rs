//! Conversions between types: `string(x)`, `int(x)`, `type(x)` and their like.

#![allow(clippy::cast_precision_loss)] // converting to a double rounds, as CEL has it

use super::functions::Function;
use super::program::{Budget, Fault};
use super::text::article;
use super::value::{Text, Value};
use super::view::View;

/// Converts a value that is neither null (but for `type`) nor unknown.
pub(super) fn convert<'a>(
    function: Function,
    value: &Value<'a>,
    budget: &mut Budget,
) -> Result<Value<'a>, Fault> {
    let view = value.view(budget);
    let converted = match function {
        Function::Type => Some(Value::Type(view.type_name())),
        Function::String => string(value, &view),
        Function::Bytes => match &view {
            View::Str(text) => Some(Value::Bytes(text.as_bytes().into())),
            View::Bytes(_) => Some(value.clone()),
            _ => None,
        },
        Function::Bool => match &view {
            View::Bool(value) => Some(Value::Bool(*value)),
            View::Str(text) => parse_bool(text).map(Value::Bool),
            _ => None,
        },
        Function::Int => int(&view).map(Value::Int),
        Function::Uint => uint(&view).map(Value::Uint),
        _ => match &view {
            View::Int(value) => Some(Value::Double(*value as f64)),
            View::Uint(value) => Some(Value::Double(*value as f64)),
            View::Double(value) => Some(Value::Double(*value)),
            View::Str(text) => text.parse().ok().map(Value::Double),
            _ => None,
        },
    };
    converted.ok_or_else(|| match &view {
        View::Str(text) => {
            Fault::Message(format!("`{}` does not convert to {}", text.escape_debug(), target(function)))
        }
        View::Int(_) | View::Uint(_) | View::Double(_) => {
            Fault::Message(format!("{} does not convert to {}", value.show(), target(function)))
        }
        other => {
            Fault::Message(format!("{} does not convert to {}", article(other.type_name()), target(function)))
        }
    })
}

fn target(function: Function) -> &'static str {
    match function {
        Function::Bool => "a bool",
        Function::Bytes => "bytes",
        Function::Double => "a double",
        Function::Int => "an int",
        Function::Uint => "a uint",
        _ => "a string",
    }
}

fn string<'a>(value: &Value<'a>, view: &View<'_>) -> Option<Value<'a>> {
    match view {
        // A string stays itself, with its place.
        View::Str(_) => Some(value.clone()),
        View::Bytes(bytes) => {
            std::str::from_utf8(bytes).ok().map(|text| Value::Text(Text::made(text.to_owned())))
        }
        View::Bool(_) | View::Int(_) | View::Uint(_) | View::Double(_) => {
            let text = match view {
                View::Bool(value) => value.to_string(),
                View::Int(value) => value.to_string(),
                View::Uint(value) => value.to_string(),
                View::Double(value) => value.to_string(),
                _ => return None,
            };
            let origin = match value {
                Value::Node(node) if *node.text() == text => {
                    super::value::Origin::Node { node: *node, start: 0 }
                }
                _ => super::value::Origin::None,
            };
            Some(Value::Text(Text { text: text.into(), origin }))
        }
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

fn int(view: &View<'_>) -> Option<i64> {
    match view {
        View::Int(value) => Some(*value),
        View::Uint(value) => i64::try_from(*value).ok(),
        // CEL leaves out the smallest integer too, as its conversion from a double is not certain.
        View::Double(value) if *value > -TWO_63 && *value < TWO_63 => Some(*value as i64),
        View::Str(text) => text.parse().ok(),
        _ => None,
    }
}

fn uint(view: &View<'_>) -> Option<u64> {
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
