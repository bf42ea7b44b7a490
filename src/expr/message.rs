//! Messages that CEL itself knows: wrappers of scalars, `google.protobuf.Value`, timestamps; and declared ones.

use super::program::{Budget, Fault};
use super::value::Value;
use super::view::{View, article};
use std::sync::Arc;

/// A type of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message {
    Bool,
    Bytes,
    Double,
    Float,
    Int32,
    Int64,
    String,
    Uint32,
    Uint64,
    /// Any value that JSON has.
    Json,
    List,
    Struct,
    Timestamp,
    Duration,
    /// A type that the scope declares: a map of its fields.
    Declared,
}

/// The messages under `google.protobuf`, with their fields.
const KNOWN: &[(&str, Message, &[&str])] = &[
    ("BoolValue", Message::Bool, &["value"]),
    ("BytesValue", Message::Bytes, &["value"]),
    ("DoubleValue", Message::Double, &["value"]),
    ("Duration", Message::Duration, &["nanos", "seconds"]),
    ("FloatValue", Message::Float, &["value"]),
    ("Int32Value", Message::Int32, &["value"]),
    ("Int64Value", Message::Int64, &["value"]),
    ("ListValue", Message::List, &["values"]),
    ("StringValue", Message::String, &["value"]),
    ("Struct", Message::Struct, &["fields"]),
    ("Timestamp", Message::Timestamp, &["nanos", "seconds"]),
    ("UInt32Value", Message::Uint32, &["value"]),
    ("UInt64Value", Message::Uint64, &["value"]),
    (
        "Value",
        Message::Json,
        &["bool_value", "list_value", "null_value", "number_value", "string_value", "struct_value"],
    ),
];

impl Message {
    /// The message of a full name, with the names of its fields.
    pub(super) fn known(name: &str) -> Option<(Self, &'static [&'static str])> {
        let name = name.strip_prefix("google.protobuf.")?;
        KNOWN.iter().find(|(known, ..)| *known == name).map(|&(_, message, fields)| (message, fields))
    }

    /// The value that a message stands for.
    pub(super) fn make<'a>(
        self,
        fields: Vec<(Arc<str>, Value<'a>)>,
        budget: &mut Budget,
    ) -> Result<Value<'a>, Fault> {
        budget.spend_elements(fields.len())?;
        match self {
            Self::Declared => {
                return Ok(Value::Map(
                    fields.into_iter().map(|(name, value)| (Value::Literal(name), value)).collect(),
                ));
            }
            Self::Timestamp | Self::Duration => {
                let part = |wanted: &str| match fields.iter().find(|(name, _)| **name == *wanted) {
                    None => Ok(0),
                    Some((_, value)) => match value.view(budget) {
                        View::Int(value) => Ok(value),
                        other => Err(misfit(wanted, &other)),
                    },
                };
                let (seconds, nanos) = (part("seconds")?, part("nanos")?);
                return match self {
                    Self::Timestamp => super::functions::timestamp_of(seconds, nanos),
                    _ => super::functions::duration_of(seconds, nanos),
                };
            }
            _ => {}
        }
        let Some((name, value)) = fields.into_iter().next_back() else { return Ok(self.empty()) };
        let view = value.view(budget);
        let fits = match (self, &view) {
            (_, View::Unknown) => return Ok(Value::Unknown),
            (Self::Bool, View::Bool(_))
            | (Self::Bytes, View::Bytes(_))
            | (Self::Double | Self::Float, View::Double(_))
            | (Self::Int64, View::Int(_))
            | (Self::Uint64, View::Uint(_))
            | (Self::String, View::Str(_))
            | (Self::List, View::List)
            | (Self::Struct, View::Map) => true,
            (Self::Int32, View::Int(value)) => i32::try_from(*value).is_ok(),
            (Self::Uint32, View::Uint(value)) => u32::try_from(*value).is_ok(),
            (Self::Json, view) => match &*name {
                "bool_value" => matches!(view, View::Bool(_)),
                "list_value" => matches!(view, View::List),
                "null_value" => matches!(view, View::Null | View::Int(0)),
                "number_value" => matches!(view, View::Double(_)),
                "string_value" => matches!(view, View::Str(_)),
                _ => matches!(view, View::Map),
            },
            _ => false,
        };
        match (self, &view) {
            _ if !fits => Err(misfit(&name, &view)),
            (Self::Float, View::Double(value)) => Ok(Value::Double(f64::from(*value as f32))),
            (Self::Json, _) if *name == *"null_value" => Ok(Value::Null),
            _ => {
                drop(view);
                Ok(value)
            }
        }
    }

    fn empty<'a>(self) -> Value<'a> {
        match self {
            Self::Bool => Value::Bool(false),
            Self::Bytes => Value::Bytes(Arc::from([])),
            Self::Double | Self::Float => Value::Double(0.0),
            Self::Int32 | Self::Int64 => Value::Int(0),
            Self::Uint32 | Self::Uint64 => Value::Uint(0),
            Self::String => Value::made(""),
            Self::List => Value::List([].into()),
            Self::Struct | Self::Declared => Value::Map([].into()),
            Self::Json | Self::Timestamp | Self::Duration => Value::Null,
        }
    }
}

fn misfit(field: &str, found: &View<'_>) -> Fault {
    Fault::Message(format!("field `{field}` cannot hold {}", article(found.type_name())))
}
