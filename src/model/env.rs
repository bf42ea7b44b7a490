//! Environment entries, wherever they are declared.

use super::facts::{Emit, OWNER, Owner, facts, node, piece, string};
use super::interpolation::{Part, parts, parts_in_shell};
use super::target::TargetKind;
use crate::expr::{Origin, Text, Type, Value};
use crate::source::{FileId, Place, Span};
use crate::yaml::{Dialect, Entry, Expansion, Kind, Node};
use std::borrow::Cow;
use std::ops::Range;

/// Where an entry's name or value is written.
#[derive(Clone)]
enum Written<'m> {
    /// A whole scalar.
    Node(Node<'m>),
    /// A part of a scalar: `NAME=value`.
    Piece(Node<'m>, Range<usize>),
    /// A part of a file that is not YAML.
    Text(FileId, Span, Cow<'m, str>),
}

impl Written<'_> {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Node(node) => piece(node.resolve(), &node.text(), 0..node.text().len()),
            Self::Piece(node, range) => piece(node.resolve(), &node.text(), range.clone()),
            Self::Text(file, span, text) => Value::Text(Text {
                text: Cow::Borrowed(text),
                origin: Origin::Place(Place { file: *file, span: *span }),
            }),
        }
    }

    /// A part of it.
    fn slice(&self, range: &Range<usize>) -> Value<'_> {
        match self {
            Self::Node(node) => piece(node.resolve(), &node.text(), range.clone()),
            Self::Piece(node, whole) => {
                piece(node.resolve(), &node.text(), whole.start + range.start..whole.start + range.end)
            }
            Self::Text(file, span, text) => {
                let start = span.start + range.start as u32;
                let place = Place { file: *file, span: Span::new(start, start + range.len() as u32) };
                Value::Text(Text { text: Cow::Borrowed(&text[range.clone()]), origin: Origin::Place(place) })
            }
        }
    }

    /// The scalar that it is or is a part of.
    fn node(&self) -> Option<Node<'_>> {
        match self {
            Self::Node(node) | Self::Piece(node, _) => Some(*node),
            Self::Text(..) => None,
        }
    }

    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Node(node) => node.text(),
            Self::Piece(node, range) => Cow::Owned(node.text()[range.clone()].to_owned()),
            Self::Text(_, _, text) => Cow::Borrowed(text),
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::Node(node) => Some(node.place()),
            Self::Piece(..) => match self.value() {
                Value::Text(text) => text.place(),
                _ => None,
            },
            Self::Text(file, span, _) => Some(Place { file: *file, span: *span }),
        }
    }
}

/// An environment entry as rules see it.
#[derive(Clone)]
pub struct Env<'m> {
    name: Written<'m>,
    /// The value as written; `None` when it is taken from elsewhere.
    value: Option<Written<'m>>,
    source: &'static str,
    parts: Vec<EnvPart<'m>>,
    node: Option<Node<'m>>,
}

impl<'m> Env<'m> {
    /// An entry whose value is written out; its source follows from the references in it.
    fn written(name: Written<'m>, value: Written<'m>, dialect: Dialect, node: Option<Node<'m>>) -> Self {
        let parts = match value.node().filter(|node| node.document().expansion() == Expansion::Shell) {
            Some(_) => parts_in_shell(&value.text()),
            None => parts(&value.text(), dialect),
        };
        let source = match parts.iter().any(|part| matches!(part, Part::Reference { .. })) {
            false => "literal",
            true if dialect == Dialect::Core => "expression",
            true => "interpolation",
        };
        let parts = parts.into_iter().map(|part| EnvPart { value: value.clone(), part }).collect();
        Self { name, value: Some(value), source, parts, node }
    }

    /// An entry whose value comes from elsewhere.
    fn sourced(name: Written<'m>, source: &'static str, node: Option<Node<'m>>) -> Self {
        Self { name, value: None, source, parts: Vec::new(), node }
    }
}

facts!(ENV = "env" for Env, |this| {
    #[doc = "Name of the entry."]
    "name": Type::String => this.name.value();
    #[doc = "The string that the process receives; unknown when something in it is filled in later; null when it comes from elsewhere."]
    "value": Type::String => match (&this.value, this.source) {
        (Some(value), "literal") => value.value(),
        (Some(_), _) => Value::Unknown,
        (None, _) => Value::Null,
    };
    #[doc = "`literal`, `interpolation` (`${X}`, `$(X)`), `expression` (`${{ … }}`), `secretKeyRef`, `configMapKeyRef`, `fieldRef`, `resourceFieldRef`, or `inherited` from the environment that starts the process."]
    "source": Type::String => string(this.source);
    #[doc = "The value in pieces: `text` for what is written out, `name` and `default` for what is filled in."]
    "parts": Type::List(&Type::Record(&PART)) => {
        Value::List(this.parts.iter().map(|part| Value::Facts(part)).collect())
    };
    #[doc = "The entry's value as it is written, `valueFrom` included."]
    "node": Type::Node => node(this.node);
} text match this.value.as_ref().map(Written::value) {
    Some(Value::Text(text)) => Some(text),
    _ => None,
}; place this.value.as_ref().unwrap_or(&this.name).place());

/// A piece of an entry's value.
#[derive(Clone)]
struct EnvPart<'m> {
    value: Written<'m>,
    part: Part,
}

facts!(PART = "env.part" for EnvPart, |this| {
    #[doc = "Text as it stands; null for a reference."]
    "text": Type::String => match &this.part {
        Part::Text(range) => this.value.slice(range),
        Part::Reference { .. } => Value::Null,
    };
    #[doc = "Name or expression of a reference; null for text."]
    "name": Type::String => match &this.part {
        Part::Reference { name, .. } => this.value.slice(name),
        Part::Text(_) => Value::Null,
    };
    #[doc = "Default that stands in a reference (`${X:-default}`); null where there is none."]
    "default": Type::String => match &this.part {
        Part::Reference { default: Some(default), .. } => this.value.slice(default),
        _ => Value::Null,
    };
});

/// A visit to an environment entry.
#[derive(Clone)]
pub struct EnvVisit<'m> {
    env: Env<'m>,
    owner: Owner<'m>,
}

facts!(ENV_VISIT = "env" for EnvVisit, |this| {
    #[doc = "The entry: its name, value and source."]
    "env": Type::Record(&ENV) => Value::Facts(&this.env);
    #[doc = "The container, service, job, step or file that declares it."]
    "owner": Type::Record(&OWNER) => Value::Facts(&this.owner);
} subject Value::Facts(&this.env); place this.env.place());

/// Visits the `env` of a Kubernetes container.
pub fn kubernetes<'m>(container: Node<'m>, owner: Owner<'m>, emit: Emit<'_, 'm>) {
    for entry in container.get("env").into_iter().flat_map(Node::items) {
        if let Some(env) = named(entry) {
            emit(TargetKind::Env, None, &EnvVisit { env, owner });
        }
    }
}

/// An entry of the form `{name, value | valueFrom}`.
fn named(entry: Node<'_>) -> Option<Env<'_>> {
    let name = Written::Node(entry.get("name")?);
    if let Some(from) = entry.get("valueFrom").map(Node::resolve) {
        let source = ["secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef"]
            .into_iter()
            .find(|key| from.get(key).is_some())
            .unwrap_or("valueFrom");
        return Some(Env::sourced(name, source, Some(from)));
    }
    let Some(value) = entry.get("value") else { return Some(Env::sourced(name, "literal", None)) };
    Some(Env::written(name, Written::Node(value), Dialect::GoYamlV2, Some(value)))
}

/// Visits the `environment` of a Compose service: a map, or a list of `NAME=value`.
pub fn compose<'m>(environment: Node<'m>, owner: Owner<'m>, emit: Emit<'_, 'm>) {
    assignments(environment, Dialect::GoYamlV3, owner, emit);
}

/// Visits the `env` of a workflow, a job, a step or a job's container.
pub fn workflow<'m>(entries: Node<'m>, owner: Owner<'m>, emit: Emit<'_, 'm>) {
    assignments(entries, Dialect::Core, owner, emit);
}

/// Visits the entries that a chart's values declare: a map, a list of `{name, value}`, or a list of `NAME=value`.
pub fn values<'m>(entries: Node<'m>, owner: Owner<'m>, emit: Emit<'_, 'm>) {
    assignments(entries, Dialect::GoYamlV2, owner, emit);
}

fn assignments<'m>(entries: Node<'m>, dialect: Dialect, owner: Owner<'m>, emit: Emit<'_, 'm>) {
    for Entry { key, value, .. } in entries.entries() {
        let env = match value.resolve().kind() {
            Kind::Scalar if !value.is_null() => {
                Env::written(Written::Node(key), Written::Node(value), dialect, Some(value))
            }
            Kind::Scalar | Kind::Empty => Env::sourced(Written::Node(key), "inherited", Some(value)),
            _ => continue,
        };
        emit(TargetKind::Env, None, &EnvVisit { env, owner });
    }
    for item in entries.items() {
        let env = match item.resolve().kind() {
            Kind::Mapping => named(item),
            Kind::Scalar => {
                let text = item.text();
                Some(match text.find('=') {
                    Some(equals) => {
                        let value = Written::Piece(item, equals + 1..text.len());
                        Env::written(Written::Piece(item, 0..equals), value, dialect, Some(item))
                    }
                    None => Env::sourced(Written::Node(item), "inherited", Some(item)),
                })
            }
            _ => None,
        };
        if let Some(env) = env {
            emit(TargetKind::Env, None, &EnvVisit { env, owner });
        }
    }
}

/// Visits the entries of a dotenv file: `NAME=value`, with optional `export`, quotes and trailing comment.
/// Source: the dotenv format of Compose, <https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/>.
pub fn dotenv<'m>(file: FileId, text: &str, owner: Owner<'m>, emit: Emit<'_, 'm>) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let content = line.trim_end();
        let Some(equals) = content.find('=') else { continue };
        let name = content[..equals].trim();
        let name = name.strip_prefix("export ").unwrap_or(name).trim();
        if name.is_empty() || name.starts_with('#') {
            continue;
        }
        let value = dotenv_value(&content[equals + 1..]);
        let place = |part: &str| {
            let offset = at + (part.as_ptr() as usize - line.as_ptr() as usize);
            Written::Text(file, Span::from(offset..offset + part.len()), Cow::Owned(part.to_owned()))
        };
        // Single quotes keep references from being filled in.
        let dialect = if content[equals + 1..].trim_start().starts_with('\'') {
            Dialect::Core
        } else {
            Dialect::GoYamlV3
        };
        let env = Env::written(place(name), place(value), dialect, None);
        emit(TargetKind::Env, None, &EnvVisit { env, owner });
    }
}

/// The value of a dotenv line without its quotes or its trailing comment.
fn dotenv_value(text: &str) -> &str {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split(quote).next().unwrap_or(inner);
        }
    }
    text.split(" #").next().unwrap_or(text).trim_end()
}
