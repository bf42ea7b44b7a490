//! Secrets in a YAML or JSON document: what stands under secret names, also in lists, pairs and several lines.

use super::text;
use super::{SHORTEST, secret_name, secret_option};
use crate::source::Span;
use crate::yaml::{Document, Kind, Node, Scalar, Style};

/// Appends the spans of the literal values under secret names and of the data of Kubernetes Secrets.
pub(super) fn entries(document: &Document, spans: &mut Vec<Span>) {
    for node in document.nodes() {
        match node.kind() {
            Kind::Mapping => mapping(node, spans),
            Kind::Sequence => sequence(node, spans),
            Kind::Scalar | Kind::Empty | Kind::Alias => {}
        }
    }
}

fn mapping(node: Node, spans: &mut Vec<Span>) {
    let mut named = false;
    let mut external = false;
    let mut secret_object = false;
    for (key, value) in node.pairs() {
        let key = key.text();
        if secret_name(&key) {
            hide_entry(value, spans);
        }
        named |= matches!(&*key, "name" | "key") && secret_name(&value.text());
        external |= key == "remoteRef";
        secret_object |= key == "kind" && value.text() == "Secret";
    }
    for (key, value) in node.pairs() {
        match &*key.text() {
            "value" | "default" | "defaultValue" if named => hide(value, spans),
            "data" | "stringData" if secret_object => {
                value.resolve().pairs().for_each(|(_, value)| hide(value, spans));
            }
            // In an ExternalSecret `secretKey` is a name; elsewhere (charts of object stores) it is the secret.
            "secretKey" if !external => hide(value, spans),
            _ => {}
        }
    }
}

fn sequence(node: Node, spans: &mut Vec<Span>) {
    let mut after_flag = false;
    for item in node.items() {
        let word = item.text();
        if after_flag && !word.starts_with('-') {
            hide(item, spans);
        }
        after_flag = word.strip_prefix("--").is_some_and(secret_option);
        let raw = item.source();
        let unquoted = raw.trim_start_matches(['"', '\'']);
        if let Some((name, _)) = unquoted.split_once('=')
            && item.kind() == Kind::Scalar
            && (secret_name(name) || name.strip_prefix("--").is_some_and(secret_option))
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
        {
            let content = content(item);
            let value = item.span().start + (raw.len() - unquoted.len() + name.len() + 1) as u32;
            if value < content.end {
                text::value(item.document().text(), Span::new(value, content.end), spans);
            }
        }
    }
}

/// The value of a secret name: a scalar, a list of scalars, or the default in a description of an input.
fn hide_entry(value: Node, spans: &mut Vec<Span>) {
    let value = value.resolve();
    match value.kind() {
        Kind::Sequence => value.items().for_each(|item| hide(item, spans)),
        Kind::Mapping => {
            let described = |(key, _): &(Node, Node)| {
                matches!(&*key.text(), "value" | "default" | "defaultValue" | "example")
            };
            value.pairs().filter(described).for_each(|(_, value)| hide(value, spans));
        }
        Kind::Scalar | Kind::Empty | Kind::Alias => hide(value, spans),
    }
}

/// A scalar, if it is a literal that can be a secret.
fn hide(value: Node, spans: &mut Vec<Span>) {
    let value = value.resolve();
    if value.kind() != Kind::Scalar {
        return;
    }
    match value.scalar() {
        Scalar::Null | Scalar::Bool(_) => {}
        Scalar::Int(_) | Scalar::Float(_) if value.source().len() < SHORTEST => {}
        _ => text::value(value.document().text(), content(value), spans),
    }
}

/// The span of a scalar without quotes or block header.
fn content(value: Node) -> Span {
    let Span { start, end } = value.span();
    match value.style() {
        Style::SingleQuoted | Style::DoubleQuoted => {
            Span::new(start + 1, end.saturating_sub(1).max(start + 1))
        }
        Style::Literal | Style::Folded => {
            let header = value.source().find('\n').map_or(value.source().len(), |line_break| line_break + 1);
            Span::new(start + header as u32, end)
        }
        Style::Plain | Style::Block | Style::Flow => Span::new(start, end),
    }
}
