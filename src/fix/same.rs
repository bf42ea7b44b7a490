//! Whether a file says the same after changes, but for what they change: the same nodes, written the same way, at the places to which
//! they have moved, with the same comments and no new problems; where it is not YAML, the same lines and comments.

use super::Side;
use crate::artifact::{Artifact, Kind};
use crate::change::Changes;
use crate::model::{self, lines};
use crate::source::{FileId, Span};
use crate::yaml::{Document, Kind as NodeKind, Node, Style};
use std::collections::{HashMap, HashSet};
use std::mem::discriminant;

/// What a file would say otherwise after changes; `None` if only what they change.
pub fn difference(
    file: FileId,
    before: Side<'_>,
    after: Side<'_>,
    changes: &Changes,
) -> Option<&'static str> {
    let (Some(old), Some(new)) = (before.artifact(file), after.artifact(file)) else {
        return Some("the file could not be read any more");
    };
    if old.kind != new.kind {
        return Some("the file would be taken for something else");
    }
    let documents = |side: Side<'_>, artifact: &'_ Artifact| model::documents(side.sources, artifact).count();
    if documents(before, old) != documents(after, new) {
        return Some("a manifest inside the file would come or go");
    }
    let pairs = model::documents(before.sources, old).zip(model::documents(after.sources, new));
    let in_tree = pairs.into_iter().find_map(|(old, new)| Trees { old, new, changes }.difference());
    in_tree.or_else(|| {
        let text = |side: Side<'_>| side.sources.get(file).text.clone();
        let texts = [&*text(before), &*text(after)];
        old.document.is_none().then(|| in_lines(old.kind, texts, changes))?
    })
}

/// A file that is not YAML.
fn in_lines(kind: Kind, [old, new]: [&str; 2], changes: &Changes) -> Option<&'static str> {
    if matches!(kind, Kind::Config | Kind::Data | Kind::Other) {
        return Some("a file of this kind cannot be looked into again");
    }
    let (before, after) = (lines::comments(old, kind), lines::comments(new, kind));
    if !comments_stay([old, new], [before, after], changes) {
        return Some("a comment would begin or end elsewhere");
    }
    let kept = lines::logical_lines(old, kind).into_iter().filter(|line| !is_gone(*line, changes));
    let kept = kept.map(|line| changes.start(line.start));
    let left = lines::logical_lines(new, kind).into_iter().filter(|line| !is_new(*line, changes));
    let stay = kept.eq(left.map(|line| Some(line.start)));
    (!stay).then_some("a line would begin or end elsewhere")
}

/// Whether the comments that no change touches stay as they are, and all others are made by a change.
fn comments_stay([old, new]: [&str; 2], [before, after]: [Vec<Span>; 2], changes: &Changes) -> bool {
    let kept = before.into_iter().filter(|comment| !touches(*comment, changes));
    let mut kept = kept.map(|comment| (changes.start(comment.start), comment.of(old))).peekable();
    let is_made = |comment: Span| {
        let next = changes.written().partition_point(|written| written.end < comment.start);
        changes.written().get(next).is_some_and(|written| written.start <= comment.end)
    };
    let known = after.into_iter().all(|comment| {
        kept.next_if_eq(&(Some(comment.start), comment.of(new))).is_some() || is_made(comment)
    });
    known && kept.next().is_none()
}

/// Whether a change replaces a part of a span, or writes something at its edge.
fn touches(span: Span, changes: &Changes) -> bool {
    let list = changes.list();
    let next = list.partition_point(|change| change.span.end < span.start);
    list[next..].iter().take_while(|change| change.span.start <= span.end).any(|change| {
        change.span.overlaps(span) || !change.text.is_empty()
    })
}

/// Whether a change removes all of a span, and more: what it replaces by something is still there.
fn is_gone(span: Span, changes: &Changes) -> bool {
    let list = changes.list();
    let Some(at) = list.partition_point(|change| change.span.start <= span.start).checked_sub(1) else {
        return false;
    };
    let change = &list[at];
    lies_in(span, change.span) && (change.text.is_empty() || change.span != span)
}

/// Whether a span of the new text is a part of what was written there.
fn is_new(span: Span, changes: &Changes) -> bool {
    let written = changes.written();
    let Some(at) = written.partition_point(|written| written.start <= span.start).checked_sub(1) else {
        return false;
    };
    lies_in(span, written[at]) && (changes.list()[at].span.is_empty() || written[at] != span)
}

/// Whether a span lies in another one; an empty one does not at its end.
fn lies_in(span: Span, outer: Span) -> bool {
    outer.contains(span) && span.start < outer.end
}

/// A document before and after.
struct Trees<'t> {
    old: &'t Document,
    new: &'t Document,
    changes: &'t Changes,
}

/// The nodes that are there before and after, in order, and the number of each by its index.
struct Kept<'d> {
    nodes: Vec<Node<'d>>,
    numbers: HashMap<usize, usize>,
}

impl<'d> Kept<'d> {
    fn new(document: &'d Document, changes: &Changes, passes: fn(Span, &Changes) -> bool) -> Self {
        let mut kept = Self { nodes: Vec::new(), numbers: HashMap::new() };
        for node in document.nodes() {
            // What is nothing is where its key is.
            let key = node.previous_sibling().filter(|key| node.span().is_empty() && key.is_implicit_key());
            let passed = match key {
                Some(key) => !kept.numbers.contains_key(&key.index()),
                None => passes(node.span(), changes),
            };
            if !passed {
                kept.numbers.insert(node.index(), kept.nodes.len());
                kept.nodes.push(node);
            }
        }
        kept
    }

    fn number(&self, node: Option<Node<'_>>) -> Option<usize> {
        self.numbers.get(&node?.index()).copied()
    }
}

impl<'t> Trees<'t> {
    fn difference(&self) -> Option<&'static str> {
        if self.has_new_problems() {
            return Some("the file would not be right any more");
        }
        let old = Kept::new(self.old, self.changes, is_gone);
        let new = Kept::new(self.new, self.changes, is_new);
        if old.nodes.len() != new.nodes.len() {
            return Some("the rest of the file would say something else");
        }
        let mut lists = HashSet::new();
        for (&before, &after) in old.nodes.iter().zip(&new.nodes) {
            let places = old.number(before.parent()) == new.number(after.parent())
                && old.number(Some(before.resolve())) == new.number(Some(after.resolve()));
            if !places || !self.is_same(before, after) {
                return Some("the rest of the file would say something else");
            }
            let list = after.parent().filter(|list| list.kind() == NodeKind::Sequence);
            if let Some(list) = list.filter(|_| touches(before.span(), self.changes))
                && lists.insert(list.index())
                && let Some(before) = before.parent()
                && repeats(list) > repeats(before)
            {
                return Some("an item would stand twice in its list");
            }
        }
        let comments = [self.old, self.new].map(|document| document.comments().collect());
        let stay = comments_stay([self.old.text(), self.new.text()], comments, self.changes);
        (!stay).then_some("a comment would begin or end elsewhere")
    }

    fn has_new_problems(&self) -> bool {
        let mut known: HashMap<(_, &str), i64> = HashMap::new();
        for problem in self.old.problems() {
            *known.entry((discriminant(&problem.kind), &problem.message)).or_default() += 1;
        }
        self.new.problems().iter().any(|problem| {
            let left = known.entry((discriminant(&problem.kind), &problem.message)).or_default();
            *left -= 1;
            *left < 0
        })
    }

    fn is_same(&self, before: Node<'_>, after: Node<'_>) -> bool {
        let anchor = |node: Node<'t>| node.anchor().map(|anchor| anchor.of(node.document().text()));
        let (before, after) = (self.in_old(before), self.in_new(after));
        let written = (before.kind(), before.style(), before.tag(), anchor(before))
            == (after.kind(), after.style(), after.tag(), anchor(after));
        if !written || !self.has_moved(before, after) {
            return false;
        }
        if !matches!(before.kind(), NodeKind::Scalar | NodeKind::Alias) {
            return true;
        }
        if !touches(before.span(), self.changes) {
            return before.text() == after.text();
        }
        let changes = || self.changes.list().iter().zip(self.changes.written());
        let old = beside(before, changes().map(|(change, _)| change.span));
        let new = beside(after, changes().map(|(_, written)| *written));
        // `on` is no name, and `1` no text.
        old == new && discriminant(&before.scalar()) == discriminant(&after.scalar())
    }

    fn in_old(&self, node: Node<'_>) -> Node<'t> {
        self.old.node(node.index()).expect("it is one of its nodes")
    }

    fn in_new(&self, node: Node<'_>) -> Node<'t> {
        self.new.node(node.index()).expect("it is one of its nodes")
    }

    /// Whether a node stands where the changes have moved it. A collection in block style is where its elements are, and a block scalar
    /// ends where its lines do.
    fn has_moved(&self, before: Node<'_>, after: Node<'_>) -> bool {
        let scalar = before.kind() == NodeKind::Scalar;
        match before.style() {
            _ if before.span().is_empty() => true,
            Style::Block if !scalar => true,
            Style::Literal | Style::Folded => self.changes.start(before.span().start) == Some(after.span().start),
            _ => {
                self.changes.start(before.span().start) == Some(after.span().start)
                    && self.changes.end(before.text_end()) == Some(after.text_end())
            }
        }
    }
}

/// The decoded text of a scalar without what stands in some spans of its file, which are in order.
fn beside(scalar: Node<'_>, spans: impl Iterator<Item = Span>) -> String {
    let Span { start, end } = scalar.span();
    let mut text = String::new();
    let mut at = start;
    for span in spans.filter(|span| start <= span.end && span.start <= end) {
        text.push_str(&scalar.text_within(Span::new(at, span.start.max(at))));
        at = span.end.max(at);
    }
    text + &scalar.text_within(Span::new(at, end.max(at)))
}

/// How many items of a list stand in it already, where that is once too often: words of a command may.
fn repeats(list: Node<'_>) -> usize {
    let key = list.previous_sibling().filter(|key| key.is_implicit_key());
    let words = key.is_some_and(|key| matches!(&*key.text(), "command" | "args" | "entrypoint" | "test"));
    let items = || list.items().filter(|item| item.kind() == NodeKind::Scalar && !words);
    items().count() - items().map(Node::text).collect::<HashSet<_>>().len()
}
