//! Suppressions as annotations of Kubernetes objects: `plimsoll.dev/ignore.RULE: reason`.

use super::directive::{Fault, Reach, Terms};
use super::node::key_of;
use super::scan::{Form, Named, Scan, Suppression};
use crate::source::Span;
use crate::yaml::{Document, Node};
use memchr::memmem;

/// What the key of a suppression begins with.
pub const PREFIX: &str = "plimsoll.dev/ignore.";

/// Reads the annotations of a manifest. Each holds for what its `metadata` is the metadata of: an object, a pod template.
pub fn scan(document: &Document, found: &mut Scan) {
    for at in memmem::find_iter(document.text().as_bytes(), PREFIX) {
        let key = document
            .last_before(at as u32 + 1)
            .filter(|key| key.span().end as usize > at && key.is_implicit_key());
        let Some((key, holder)) = key.and_then(|key| Some((key, holder(key)?))) else { continue };
        let text = key.text();
        let Some(name) = text.strip_prefix(PREFIX) else { continue };
        let start = (at + PREFIX.len()) as u32;
        let value = key.next_sibling().map(Node::resolve);
        match Terms::read(&value.map(Node::text).unwrap_or_default()) {
            Ok(terms) => {
                let whole = value.map_or(key.span(), Node::span);
                let until = terms.until.map(|(day, _)| (day, whole));
                found.suppressions.push(Suppression {
                    form: Form::Annotation,
                    reach: Reach::Here,
                    rules: vec![Named { id: id(name), span: Span::new(start, start + name.len() as u32) }],
                    terms: Terms { until, ..terms },
                    holds: Some(holder.span()),
                    span: key.span(),
                });
            }
            Err(fault) => {
                let span = value.map_or(key.span(), Node::span);
                found.faults.push(Fault { span, ..fault });
            }
        }
    }
}

/// The id of a rule by the name in a key, where a `/` may not stand.
fn id(name: &str) -> String {
    name.replacen('.', "/", 1)
}

/// The key of a suppression of a rule.
pub fn key(rule: &str) -> String {
    format!("{PREFIX}{}", rule.replacen('/', ".", 1))
}

/// The mapping under whose `metadata.annotations` a key stands.
fn holder(key: Node<'_>) -> Option<Node<'_>> {
    let under = |node: Node<'_>, name: &str| key_of(node).is_some_and(|key| key.text() == name);
    let annotations = key.parent().filter(|node| under(*node, "annotations"))?;
    annotations.parent().filter(|node| under(*node, "metadata"))?.parent()
}
