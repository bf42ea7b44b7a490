//! Typed reading of nodes that passed their check. What is absent reads as `None`.

use super::{Mistake, Shape, check, problems};
use crate::source::Spanned;
use crate::yaml::{Document, Entry, Kind, Node};

/// The root of a file that holds one YAML document of a shape; `None` for a file without content.
/// The error is everything that is wrong with it.
pub fn root<'d>(document: &'d Document, shape: &'static Shape) -> Result<Option<Node<'d>>, Vec<Mistake>> {
    let mut mistakes = problems(document);
    let mut roots = document.roots();
    let first = roots.next().filter(|root| !root.is_null());
    if let Some(root) = first {
        mistakes.extend(check(root, shape));
    }
    if let Some(second) = roots.next() {
        let help = "put everything into one document, without `---`";
        mistakes.push(Mistake::new(second.place(), "a second document in this file").with_help(help));
    }
    mistakes.sort_by_key(|mistake| mistake.place);
    if mistakes.is_empty() { Ok(first) } else { Err(mistakes) }
}

/// The text of a key's value and its place.
pub fn field(node: Node<'_>, key: &str) -> Option<Spanned<String>> {
    node.get(key).and_then(text)
}

/// The text of a scalar and its place; `None` for every other node.
pub fn text(node: Node<'_>) -> Option<Spanned<String>> {
    let scalar = node.resolve().kind() == Kind::Scalar;
    scalar.then(|| Spanned { value: node.text().into_owned(), place: node.place() })
}

/// The items of a key's list, or the one item that stands there without a list.
pub fn one_or_list<'d>(node: Node<'d>, key: &str) -> Vec<Node<'d>> {
    match node.get(key) {
        Some(value) if value.resolve().kind() == Kind::Sequence => value.items().collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    }
}

/// The keys and values of a key's mapping.
pub fn entries<'d>(node: Node<'d>, key: &str) -> Vec<Entry<'d>> {
    node.get(key).map(Node::entries).unwrap_or_default()
}
