//! Tests of the layer as its users see it.

mod limits;
mod mistakes;
mod places;
mod reading;
mod typing;

use super::{Document, Node, Options, Problem, ProblemKind, parse};

fn read(text: &str) -> Document {
    parse(text, Options::default())
}

fn read_strictly(text: &str) -> Document {
    parse(text, Options { strict: true, ..Options::default() })
}

/// The only root of a text without any problem.
fn root(document: &Document) -> Node<'_> {
    assert_eq!(document.problems(), []);
    let roots: Vec<_> = document.roots().collect();
    assert_eq!(roots.len(), 1);
    roots[0]
}

/// The problems of one kind.
fn of_kind(document: &Document, kind: ProblemKind) -> Vec<&Problem> {
    document.problems().iter().filter(|problem| problem.kind == kind).collect()
}

/// Every scalar with its path, as `path=text`.
fn leaves(document: &Document) -> Vec<String> {
    let values = document.nodes().filter(|node| {
        let is_key = node.parent().is_some_and(|parent| parent.pairs().any(|(key, _)| key == *node));
        node.children().next().is_none() && !is_key
    });
    values.map(|node| format!("{}={}", node.path(), node.text())).collect()
}
