//! Values as operators and functions read them: typed scalars, nulls of every kind, unknowns, elements.

use super::functions::{Kinds, kinds};
use super::program::Budget;
use super::value::{Object, Origin, Text, Value};
use crate::source::Place;
use crate::yaml::{Kind, Node, Scalar};
use std::borrow::Cow;
use std::fmt::{self, Write};
use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock};

/// A value with its origin forgotten.
pub(super) enum View<'v> {
    Null,
    Unknown,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Str(Cow<'v, str>),
    Bytes(&'v [u8]),
    Type(&'static str),
    List,
    Map,
    Optional,
    Object(&'v dyn Object),
}

/// A type's name with its article, for messages.
pub(super) fn article(type_name: &str) -> String {
    match type_name {
        "null_type" => "null".to_owned(),
        "bytes" => "bytes".to_owned(),
        _ if type_name.starts_with(['a', 'e', 'i', 'o']) => format!("an {type_name}"),
        _ => format!("a {type_name}"),
    }
}

impl View<'_> {
    /// The name of its type in CEL.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Unknown => "unknown",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Str(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::Type(_) => "type",
            Self::List => "list",
            Self::Map => "map",
            Self::Optional => "optional_type",
            Self::Object(object) => object.type_name(),
        }
    }

    /// Its type as one bit; unknown has none.
    pub(super) fn kind(&self) -> Kinds {
        match self {
            Self::Null => kinds::NULL,
            Self::Unknown => 0,
            Self::Bool(_) => kinds::BOOL,
            Self::Int(_) => kinds::INT,
            Self::Uint(_) => kinds::UINT,
            Self::Double(_) => kinds::DOUBLE,
            Self::Str(_) => kinds::STR,
            Self::Bytes(_) => kinds::BYTES,
            Self::Type(_) => kinds::TYPE,
            Self::List => kinds::LIST,
            Self::Map => kinds::MAP,
            Self::Optional => kinds::OPTIONAL,
            Self::Object(_) => kinds::OBJECT,
        }
    }
}

impl<'a> Value<'a> {
    /// The value as its consumer types it; a scalar that `budget` says cannot be known is unknown.
    #[inline]
    pub(super) fn view(&self, budget: &Budget) -> View<'_> {
        match self {
            Self::Null | Self::Missing { .. } => View::Null,
            Self::Unknown => View::Unknown,
            Self::Bool(value) => View::Bool(*value),
            Self::Int(value) => View::Int(*value),
            Self::Uint(value) => View::Uint(*value),
            Self::Double(value) => View::Double(*value),
            Self::Text(text) => View::Str(Cow::Borrowed(&text.text)),
            Self::Literal(text) => View::Str(Cow::Borrowed(text)),
            Self::Bytes(bytes) => View::Bytes(bytes),
            Self::Type(name) => View::Type(name),
            Self::Optional(_) => View::Optional,
            Self::Object(object) => View::Object(&**object),
            Self::Node(node) => view_node(*node, budget),
            Self::List(_) => View::List,
            Self::Facts(facts) if facts.record().elements.is_some() => View::List,
            Self::Facts(_) | Self::Made(_) | Self::Map(_) => View::Map,
        }
    }

    /// Whether it reads as null. What cannot be known is there all the same.
    pub fn is_null(&self) -> bool {
        match self {
            Self::Null | Self::Missing { .. } => true,
            Self::Optional(value) => !value.is_something(),
            Self::Node(node) => node.is_null(),
            _ => false,
        }
    }

    /// Nothing: what an optional without a value holds.
    pub(super) fn nothing() -> Self {
        static NAMELESS: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from(""));
        Self::Missing { parent: None, name: NAMELESS.clone() }
    }

    /// Whether an optional that holds this has a value.
    pub(super) fn is_something(&self) -> bool {
        !matches!(self, Self::Missing { .. })
    }

    /// Where it stands, for the values that stand somewhere.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Node(node) => Some(node.place()),
            Self::Text(text) => text.place(),
            Self::Facts(facts) => facts.place(),
            Self::Made(made) => made.place,
            Self::Optional(value) => value.place(),
            _ => None,
        }
    }

    /// Where it stands, and for a list where each of its elements does.
    pub fn places(&self) -> Vec<Place> {
        match self {
            Self::List(items) => items.iter().flat_map(Self::places).collect(),
            Self::Facts(facts) if let Some(all) = facts.collection() => {
                (0..all.len()).filter_map(|at| all.element(at).place()).collect()
            }
            value => value.place().into_iter().collect(),
        }
    }

    /// The texts in a value as [`Value::show`] shows it, at most `most` of them, each with its place if it has one.
    pub fn each_text(&self, most: usize, each: &mut dyn FnMut(Option<Place>, String)) {
        let mut left = most;
        self.texts_within(SHOWN_DEPTH, &mut left, each);
    }

    fn texts_within(&self, depth: u32, left: &mut usize, each: &mut dyn FnMut(Option<Place>, String)) {
        if *left == 0 || depth == 0 {
            return;
        }
        *left -= 1;
        match self {
            // A borrowed text from nowhere is a word of the model's own, like the kind of an owner: nothing was made of a file's text.
            Self::Null
            | Self::Missing { .. }
            | Self::Unknown
            | Self::Bool(_)
            | Self::Type(_)
            | Self::Text(Text { text: Cow::Borrowed(_), origin: Origin::None }) => {}
            Self::Optional(inner) => inner.texts_within(depth, left, each),
            Self::Node(node) if matches!(node.resolve().kind(), Kind::Scalar | Kind::Empty | Kind::Alias) => {
                each(self.place(), self.show());
            }
            Self::Node(_) | Self::List(_) | Self::Map(_) => {
                self.each(|element| {
                    element.texts_within(depth - 1, left, each);
                    if *left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                });
            }
            _ => each(self.place(), self.show()),
        }
    }

    /// A string from nowhere.
    pub fn made(text: impl Into<Cow<'a, str>>) -> Self {
        match text.into() {
            text @ Cow::Borrowed(_) => Self::Text(Text::made(text)),
            // Shared, for values are cloned.
            Cow::Owned(text) => Self::Literal(text.into()),
        }
    }

    /// The string it is, with its place; `None` for every other type.
    pub fn to_text(&self) -> Option<Text<'a>> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Literal(text) => Some(Text::made(text.to_string())),
            Self::Node(node) => match node.scalar() {
                Scalar::Str(text) => Some(Text { text, origin: Origin::Node { node: *node, start: 0 } }),
                _ => None,
            },
            _ => None,
        }
    }

    /// The text it is, with its place: also that of facts that are a text, and of a scalar of any type.
    pub fn standing(&self) -> Option<Text<'a>> {
        match self {
            Self::Node(node) if node.resolve().kind() == Kind::Scalar => Some(Text::of(*node)),
            Self::Node(_) => None,
            Self::Facts(facts) => facts.text(),
            Self::Made(made) => made.text(),
            Self::Optional(value) => value.standing(),
            value => value.to_text(),
        }
    }

    /// As it is written into a file; `None` for null, for what cannot be known, and for what is no scalar.
    pub fn plain(&self) -> Option<String> {
        match self {
            Self::Bool(_) | Self::Int(_) | Self::Uint(_) | Self::Double(_) => Some(self.show()),
            Self::Optional(value) => value.plain(),
            value if value.is_null() => None,
            value => value.standing().map(|text| text.text.into_owned()),
        }
    }

    /// How it reads in a message: null as `(none)`, lists joined with commas, maps by their keys.
    pub fn show(&self) -> String {
        let mut out = Capped(String::new());
        if write!(out, "{self}").is_err() {
            out.0.push('…');
        }
        out.0
    }
}

/// What is shown of a value, in bytes: aliases and loops make values of any size.
const SHOWN_BYTES: usize = 1000;

/// A text that takes no more than [`SHOWN_BYTES`].
struct Capped(String);

impl Write for Capped {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let fits = text.floor_char_boundary(SHOWN_BYTES - self.0.len());
        self.0.push_str(&text[..fits]);
        if fits == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

/// A list inside a list is shown this deep, and no deeper.
const SHOWN_DEPTH: u32 = 8;

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_value(self, f, 0)
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name, .. } => write!(f, "Missing({name})"),
            Self::Node(node) => write!(f, "Node({node:?})"),
            _ => write!(f, "{self}"),
        }
    }
}

fn write_value(value: &Value<'_>, f: &mut fmt::Formatter<'_>, depth: u32) -> fmt::Result {
    match value {
        Value::Null | Value::Missing { .. } => f.write_str("(none)"),
        Value::Unknown => f.write_str("(unknown)"),
        Value::Bool(value) => write!(f, "{value}"),
        Value::Int(value) => write!(f, "{value}"),
        Value::Uint(value) => write!(f, "{value}"),
        Value::Double(value) => write!(f, "{value}"),
        Value::Text(text) => f.write_str(&text.text),
        Value::Literal(text) => f.write_str(text),
        Value::Bytes(bytes) => f.write_str(&String::from_utf8_lossy(bytes)),
        Value::Type(name) => f.write_str(name),
        Value::Optional(value) => write_value(value, f, depth),
        Value::Facts(facts) => match facts.collection() {
            Some(collection) if depth < SHOWN_DEPTH => {
                write_joined((0..collection.len()).map(|at| collection.element(at)), f, depth)
            }
            _ => f.write_str(facts.record().name),
        },
        Value::Made(made) => f.write_str(made.record.name),
        Value::Object(object) => f.write_str(&object.show()),
        Value::List(_) | Value::Map(_) if depth == SHOWN_DEPTH => f.write_str("…"),
        Value::List(items) => write_joined(items.iter().cloned(), f, depth),
        Value::Map(entries) => write_joined(entries.iter().map(|(key, _)| key.clone()), f, depth),
        Value::Node(node) => match node.resolve().kind() {
            Kind::Sequence | Kind::Mapping if depth == SHOWN_DEPTH => f.write_str("…"),
            Kind::Sequence => write_joined(node.items().map(Value::Node), f, depth),
            Kind::Mapping => {
                write_joined(node.entries().into_iter().map(|entry| Value::Node(entry.key)), f, depth)
            }
            _ if node.is_null() => f.write_str("(none)"),
            _ => f.write_str(&node.text()),
        },
    }
}

fn write_joined<'a>(
    values: impl Iterator<Item = Value<'a>>,
    f: &mut fmt::Formatter<'_>,
    depth: u32,
) -> fmt::Result {
    for (index, value) in values.enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write_value(&value, f, depth + 1)?;
    }
    Ok(())
}

fn view_node<'a>(node: Node<'a>, budget: &Budget) -> View<'a> {
    match node.resolve().kind() {
        Kind::Sequence => View::List,
        Kind::Mapping => View::Map,
        // An alias without an anchor stands for nothing.
        Kind::Empty | Kind::Alias => View::Null,
        Kind::Scalar if budget.is_unknown(node) => View::Unknown,
        Kind::Scalar => match node.scalar() {
            Scalar::Null => View::Null,
            Scalar::Bool(value) => View::Bool(value),
            Scalar::Int(value) => View::Int(value),
            Scalar::Float(value) => View::Double(value),
            Scalar::Str(text) => View::Str(text),
        },
    }
}
