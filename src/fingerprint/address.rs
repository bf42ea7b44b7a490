//! Where a node stands in its document, by the names on the way.

use super::digest::Digest;
use crate::source::Span;
use crate::yaml::{Document, Kind, Node};
use std::borrow::Cow;
use std::num::NonZeroU32;

/// A document, and by node where it stands.
pub(super) struct Tree<'a> {
    document: &'a Document,
    addresses: Vec<u64>,
    called: Vec<Name>,
}

/// The index of the node that names another one.
type Name = Option<NonZeroU32>;

impl<'a> Tree<'a> {
    pub fn new(document: &'a Document) -> Self {
        let (addresses, called) = addresses(document);
        Self { document, addresses, called }
    }

    /// Where its text starts.
    pub fn start(&self) -> u32 {
        self.document.roots().next().map_or(u32::MAX, |root| root.span().start)
    }

    /// The innermost node that holds all of a span, or one at its start if none does.
    pub fn around(&self, span: Span) -> Option<Node<'a>> {
        let mut node = self.node_at(span)?;
        while let (false, Some(parent)) = (node.span().contains(span), node.parent()) {
            node = parent;
        }
        Some(node)
    }

    /// Where a node stands.
    pub fn address(&self, node: Node<'_>) -> u64 {
        self.addresses[node.index()]
    }

    /// The key of an entry, for the key itself and for its value; of an item what it calls itself, if it does.
    pub fn called(&self, node: Node<'_>) -> Option<Node<'a>> {
        self.document.node(self.called[node.index()]?.get() as usize)
    }

    /// The innermost node at the start of a span. Of nested nodes the inner one comes later, and all of them start in order.
    fn node_at(&self, span: Span) -> Option<Node<'a>> {
        let (mut low, mut high) = (0, self.addresses.len());
        while low < high {
            let middle = low.midpoint(high);
            let starts = self.document.node(middle).is_some_and(|node| node.span().start <= span.start);
            (low, high) = if starts { (middle + 1, high) } else { (low, middle) };
        }
        let mut node = self.document.node(low.checked_sub(1)?)?;
        while !(node.span() == span || node.span().contains(Span::new(span.start, span.start + 1))) {
            node = node.parent()?;
        }
        Some(node)
    }
}

/// By node: a digest of the keys that lead to it, and the node that names it. Items and objects count by what they call themselves, not by
/// their position.
fn addresses(document: &Document) -> (Vec<u64>, Vec<Name>) {
    let mut found = vec![0; document.len()];
    let mut called = vec![None; document.len()];
    // The node at 0 is a root, which names nothing.
    let name = |node: Node<'_>| NonZeroU32::new(node.index() as u32);
    for root in document.roots() {
        found[root.index()] = Digest::default().number(names(root, &["kind"])).finish();
    }
    // A node stands before what it holds.
    for node in document.nodes() {
        let digest = Digest::default().number(found[node.index()]);
        match node.kind() {
            Kind::Mapping => {
                for (key, value) in node.pairs() {
                    let address = digest.text(&word(key)).finish();
                    for node in [key, value] {
                        found[node.index()] = address;
                        called[node.index()] = name(key);
                    }
                }
            }
            Kind::Sequence => {
                for item in node.children() {
                    found[item.index()] = digest.number(names(item, &NAMES)).finish();
                    let by = item.pairs().find(|(key, _)| matches!(&*word(*key), "name" | "id"));
                    called[item.index()] = by.and_then(|(_, value)| name(value));
                }
            }
            _ => {}
        }
    }
    (found, called)
}

/// Whether it is an item of a list that does not say what it is called.
pub(super) fn is_unnamed(node: Node<'_>) -> bool {
    let in_list = node.parent().is_some_and(|parent| parent.kind() == Kind::Sequence);
    in_list && node.kind() == Kind::Mapping && names(node, &NAMES) == 0
}

/// The keys by which items are known.
const NAMES: [&str; 3] = ["kind", "name", "id"];

/// A digest of the entries by which a mapping is known, in whatever order they stand, those of an object's metadata among them.
fn names(node: Node<'_>, keys: &[&str]) -> u64 {
    let entry = |(key, value): (Node<'_>, Node<'_>)| match &*word(key) {
        "metadata" => names_of_metadata(value),
        key if keys.contains(&key) => Digest::default().text(key).text(&word(value)).finish(),
        _ => 0,
    };
    node.pairs().map(entry).fold(0, u64::wrapping_add)
}

fn names_of_metadata(node: Node<'_>) -> u64 {
    let named = |key: &Node<'_>| matches!(&*word(*key), "name" | "namespace");
    let entries = node.pairs().filter(|(key, _)| named(key));
    let entries =
        entries.map(|(key, value)| Digest::default().text("metadata").text(&word(key)).text(&word(value)));
    entries.map(Digest::finish).fold(0, u64::wrapping_add)
}

/// A scalar's text; of an alias its name, since what it stands for may be long and named often.
pub(super) fn word(node: Node<'_>) -> Cow<'_, str> {
    if node.kind() == Kind::Alias { Cow::Borrowed(node.source()) } else { node.text() }
}
