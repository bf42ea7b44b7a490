//! Names of which it is known whether there are others.

use crate::schema::words::{Guesses, listed};
use crate::yaml::{Kind, Node};
use std::borrow::Cow;
use std::cmp::Ordering;

/// A set of names, sorted without regard to case, each with its place and a number.
#[derive(Default)]
pub(super) enum Known<'d> {
    /// Only the run knows them.
    #[default]
    Open,
    These(Vec<Name<'d>>),
}

pub(super) struct Name<'d> {
    pub text: Cow<'d, str>,
    pub node: Node<'d>,
    /// The place of what it names in a list.
    pub index: usize,
}

impl<'d> Known<'d> {
    pub fn sorted(mut names: Vec<Name<'d>>) -> Self {
        // What is filled in later may become any name.
        if names.iter().any(|name| name.text.contains("${{")) {
            return Self::Open;
        }
        names.sort_by(|a, b| compare(&a.text, &b.text));
        names.dedup_by(|next, first| next.text.eq_ignore_ascii_case(&first.text));
        Self::These(names)
    }

    /// The keys of what stands in a mapping, if anything does.
    pub fn keys(node: Option<Node<'d>>, holder: Node<'d>) -> Self {
        let Some(node) = node.map(Node::resolve) else {
            return if holder.is_incomplete() { Self::Open } else { Self::These(Vec::new()) };
        };
        if node.is_incomplete() || node.kind() != Kind::Mapping && !node.is_null() {
            return Self::Open;
        }
        let entries = node.entries().into_iter().enumerate();
        Self::sorted(
            entries.map(|(index, entry)| Name { text: entry.key.text(), node: entry.key, index }).collect(),
        )
    }

    /// The texts of some scalars.
    pub fn texts(nodes: impl Iterator<Item = Node<'d>>) -> Self {
        let names = nodes.enumerate().map(|(index, node)| Name { text: node.text(), node, index });
        Self::sorted(names.collect())
    }

    /// The keys that some job of a matrix has: those of the matrix, and those that `include` adds.
    pub fn matrix(matrix: Node<'d>) -> Self {
        let matrix = matrix.resolve();
        let mut known = Self::keys(Some(matrix), matrix);
        if let Some(include) = matrix.get("include").map(Node::resolve) {
            if include.kind() != Kind::Sequence {
                return Self::Open;
            }
            let rows = include.items().map(Node::resolve).map(|row| match row.kind() {
                Kind::Mapping => Self::keys(Some(row), row),
                _ => Self::Open,
            });
            known = rows.fold(known, Self::joined);
        }
        if let Self::These(names) = &mut known {
            names.retain(|name| !matches!(&*name.text, "include" | "exclude"));
        }
        known.resorted()
    }

    pub fn resorted(self) -> Self {
        match self {
            Self::These(names) => Self::sorted(names),
            Self::Open => Self::Open,
        }
    }

    /// Both together, not sorted.
    pub fn joined(self, other: Self) -> Self {
        match (self, other) {
            (Self::These(mut names), Self::These(others)) => {
                names.extend(others);
                Self::These(names)
            }
            _ => Self::Open,
        }
    }

    /// The name that is the same but for case.
    pub fn find(&self, wanted: &str) -> Option<&Name<'d>> {
        let Self::These(names) = self else { return None };
        let at = names.partition_point(|name| compare(&name.text, wanted) == Ordering::Less);
        names.get(at).filter(|name| name.text.eq_ignore_ascii_case(wanted))
    }

    /// Whether it is certain that a name is not among them.
    pub fn lacks(&self, wanted: &str) -> bool {
        matches!(self, Self::These(_)) && self.find(wanted).is_none()
    }

    /// What is said of a name that is not among them: the nearest, or those there are, or what holds when there are none.
    pub fn help(&self, wanted: &str, none: &str, guesses: &Guesses) -> String {
        let Self::These(names) = self else { return none.to_owned() };
        let texts = || names.iter().map(|name| &*name.text);
        guesses.near(wanted, texts()).unwrap_or_else(|| match names.len() {
            0 => none.to_owned(),
            1 => format!("there is {}", listed(texts(), "and")),
            _ => format!("there are {}", listed(texts(), "and")),
        })
    }
}

/// The order of names in which case does not count.
fn compare(a: &str, b: &str) -> Ordering {
    let folded = |byte: u8| byte.to_ascii_lowercase();
    a.bytes().map(folded).cmp(b.bytes().map(folded))
}
