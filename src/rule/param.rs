//! Params of rules: their types, the values they take, and what is wrong with the values that a configuration gives them.

use super::Rule;
use super::raw::RawParam;
use crate::config::RuleSetting;
use crate::expr::{Type, Value};
use crate::shape::{Mistake, found, suggest};
use crate::source::Place;
use crate::yaml::{Document, Kind, Node, Scalar};

/// A param of a rule.
#[derive(Debug)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Where that stands in the rule file.
    pub place: Place,
    /// What its value must be.
    pub of: ParamType,
    /// The node of its default, as an index into the rule file's document; without one the configuration must set it.
    pub default: Option<usize>,
    /// What it means.
    pub doc: Option<String>,
}

/// What the value of a param must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamType {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Double,
    /// Text.
    String,
    /// A list.
    List,
    /// A mapping.
    Map,
}

impl ParamType {
    const ALL: [Self; 6] = [Self::Bool, Self::Int, Self::Double, Self::String, Self::List, Self::Map];

    /// The name in rule files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Double => "double",
            Self::String => "string",
            Self::List => "list",
            Self::Map => "map",
        }
    }

    /// Its values in words, with their article.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Double => "a number",
            Self::String => "text",
            Self::List => "a list",
            Self::Map => "a mapping",
        }
    }

    /// What expressions may do with it.
    pub const fn as_type(self) -> Type {
        match self {
            Self::Bool => Type::Bool,
            Self::Int => Type::Int,
            Self::Double => Type::Double,
            Self::String => Type::String,
            Self::List => Type::List(&Type::Any),
            Self::Map => Type::Node,
        }
    }

    /// The type that a value shows; `None` for null.
    fn of(node: Node<'_>) -> Option<Self> {
        match node.resolve().kind() {
            Kind::Sequence => Some(Self::List),
            Kind::Mapping => Some(Self::Map),
            Kind::Alias | Kind::Empty => None,
            Kind::Scalar => match node.scalar() {
                Scalar::Null => None,
                Scalar::Bool(_) => Some(Self::Bool),
                Scalar::Int(_) => Some(Self::Int),
                Scalar::Float(_) => Some(Self::Double),
                Scalar::Str(_) => Some(Self::String),
            },
        }
    }

    /// What is wrong with a value.
    fn fault(self, name: &str, node: Node<'_>) -> Option<Mistake> {
        let of = Self::of(node);
        if of == Some(self) || (self, of) == (Self::Double, Some(Self::Int)) {
            return None;
        }
        let message = format!("expected {} for the param `{name}`, found {}", self.words(), found(node));
        let mistake = Mistake::new(node.place(), message);
        Some(match (self, of) {
            (Self::String, Some(Self::Bool | Self::Int | Self::Double)) => {
                mistake.with_help("put it in quotes if it is meant as text")
            }
            (Self::List, Some(_)) => mistake.with_help("write a list, also of one: `[…]`"),
            _ => mistake,
        })
    }
}

impl Param {
    /// Reads a param; the mistakes are those of its type and its default.
    pub(super) fn new(raw: &RawParam<'_>, mistakes: &mut Vec<Mistake>) -> Self {
        let name = &raw.name.value;
        let written = raw.type_name.as_ref();
        let written =
            written.and_then(|of| ParamType::ALL.into_iter().find(|known| known.name() == of.value));
        let default = raw.default.filter(|node| !node.is_null());
        let of = written.or_else(|| default.and_then(ParamType::of)).unwrap_or_else(|| {
            let mistake =
                Mistake::new(raw.name.place, format!("the type of the param `{name}` is not known"));
            mistakes.push(
                mistake.with_help("write its default, or `{type: string}` if the configuration must set it"),
            );
            ParamType::String
        });
        if let Some(default) = default {
            mistakes.extend(of.fault(name, default));
        }
        Self {
            name: name.clone(),
            place: raw.name.place,
            of,
            // A default of null makes a param that need not be set.
            default: raw.default.map(Node::index),
            doc: raw.doc.as_ref().map(|doc| doc.value.clone()),
        }
    }

    /// The node of its default in the document of its rule file.
    pub fn default_in<'d>(&self, document: &'d Document) -> Option<Node<'d>> {
        self.default.and_then(|index| document.node(index))
    }
}

impl Rule {
    /// The values of its params for one file: what the configuration sets, else the default in the rule file.
    pub fn params<'v>(
        &self,
        document: &'v Document,
        configured: impl Fn(&str) -> Option<Node<'v>>,
    ) -> Value<'v> {
        let entries = self.params.iter().map(|param| {
            let value = configured(&param.name).or_else(|| param.default_in(document));
            let value = match (param.of, value) {
                (_, None) => Value::Null,
                (ParamType::Double, Some(node)) if let Scalar::Int(whole) = node.scalar() => {
                    Value::Double(whole as f64)
                }
                (_, Some(node)) => Value::Node(node),
            };
            (Value::made(param.name.clone()), value)
        });
        Value::Map(entries.collect())
    }

    /// What is wrong with the params that a configuration sets: names that are none, values of another type.
    pub fn mistakes_in(&self, setting: &RuleSetting<'_>) -> Vec<Mistake> {
        let names = || self.params.iter().map(|param| param.name.as_str());
        let check = |(name, value): &(crate::source::Spanned<String>, Node<'_>)| {
            if let Some(param) = self.params.iter().find(|param| param.name == name.value) {
                return param.of.fault(&param.name, *value);
            }
            let mut mistake =
                Mistake::new(name.place, format!("the rule `{}` has no param `{}`", self.id, name.value))
                    .with_suggestion(suggest(&name.value, names()));
            if mistake.help.is_none() {
                let known: Vec<_> = names().map(|name| format!("`{name}`")).collect();
                mistake.help = Some(match &*known {
                    [] => "it has no params at all".to_owned(),
                    known => format!("its params are {}", known.join(", ")),
                });
            }
            Some(mistake)
        };
        setting.params.iter().filter_map(check).collect()
    }

    /// The params that the configuration must set.
    pub fn required(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|param| param.default.is_none())
    }
}
