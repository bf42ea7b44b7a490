//! Whether a file says the same after changes, but for what they change: the same nodes, written the same way, at the places to which
//! they have moved, with the same comments and no new problems; where it is not YAML, the same lines and comments.

use super::Side;
use crate::artifact::Kind;
use crate::change::Changes;
use crate::model::{self, lines};
use crate::source::{FileId, Span};
use crate::yaml::{Document, Kind as NodeKind, Node, ProblemKind, Style};
use std::collections::{BTreeSet, HashMap};
use std::mem::discriminant;

/// Something that a file would say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where, in the text before; all of the file where that cannot be told.
    pub at: Span,
    /// What, as in "not done: …".
    pub what: &'static str,
}

const REST: &str = "the rest of the file would say something else";
const COMMENT: &str = "a comment would begin or end elsewhere";

/// What a file would say otherwise after changes, beside what they change; what is found first, and what is like it.
pub fn differences(file: FileId, before: Side<'_>, after: Side<'_>, changes: &Changes) -> Vec<Difference> {
    let everywhere = |what| vec![Difference { at: Span::new(0, u32::MAX), what }];
    let (Some(old), Some(new)) = (before.artifact(file), after.artifact(file)) else {
        return everywhere("the file could not be read any more");
    };
    if old.kind != new.kind {
        return everywhere("the file would be taken for something else");
    }
    let documents: [Vec<&Document>; 2] =
        [model::documents(before.sources, old).collect(), model::documents(after.sources, new).collect()];
    if documents[0].len() != documents[1].len() {
        return everywhere("a manifest inside the file would come or go");
    }
    for (old, new) in documents[0].iter().zip(&documents[1]) {
        let found = Trees { old, new, changes }.differences();
        if !found.is_empty() {
            return found;
        }
    }
    if old.document.is_some() {
        return Vec::new();
    }
    let text = |side: Side<'_>| side.sources.get(file).text.clone();
    in_lines(old.kind, [&text(before), &text(after)], changes).into_iter().collect()
}

/// A file that is not YAML.
fn in_lines(kind: Kind, [old, new]: [&str; 2], changes: &Changes) -> Option<Difference> {
    if matches!(kind, Kind::Config | Kind::Data | Kind::Other) {
        let what = "a file of this kind cannot be looked into again";
        return Some(Difference { at: Span::new(0, u32::MAX), what });
    }
    let comments = [lines::comments(old, kind), lines::comments(new, kind)];
    if let Some(at) = moved_comment([old, new], comments, changes) {
        return Some(Difference { at, what: COMMENT });
    }
    let mut left = lines::logical_lines(new, kind).into_iter().filter(|line| !is_new(*line, changes));
    let kept = lines::logical_lines(old, kind).into_iter().filter(|line| !is_gone(*line, changes));
    for line in kept {
        if left.next().map(|line| line.start) != changes.start(line.start) {
            return Some(Difference { at: line, what: "a line would begin or end elsewhere" });
        }
    }
    left.next().map(|line| Difference {
        at: Span::empty(changes.origin(line.start)),
        what: "a line would begin or end elsewhere",
    })
}

/// The first comment that does not stay as it is though no change touches it, or that is there afterwards though no change makes it.
fn moved_comment([old, new]: [&str; 2], [before, after]: [Vec<Span>; 2], changes: &Changes) -> Option<Span> {
    let kept = before.into_iter().filter(|comment| !touches(*comment, changes));
    let mut kept = kept.peekable();
    let is_made = |comment: Span| {
        let next = changes.written().partition_point(|written| written.end < comment.start);
        changes.written().get(next).is_some_and(|written| written.start <= comment.end)
    };
    for comment in after {
        let is_known =
            |kept: &Span| changes.start(kept.start) == Some(comment.start) && kept.of(old) == comment.of(new);
        if kept.next_if(is_known).is_none() && !is_made(comment) {
            return Some(Span::empty(changes.origin(comment.start)));
        }
    }
    kept.next()
}

/// Whether a change replaces a part of a span, or writes something at its edge.
fn touches(span: Span, changes: &Changes) -> bool {
    let list = changes.list();
    let next = list.partition_point(|change| change.span.end < span.start);
    list[next..]
        .iter()
        .take_while(|change| change.span.start <= span.end)
        .any(|change| change.span.overlaps(span) || !change.text.is_empty())
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
    fn new(document: &'d Document, changes: &Changes, is_left_out: fn(Span, &Changes) -> bool) -> Self {
        let mut kept = Self { nodes: Vec::new(), numbers: HashMap::new() };
        for node in document.nodes() {
            // What is nothing is where its key is.
            let key = node.previous_sibling().filter(|key| node.span().is_empty() && key.is_implicit_key());
            let left_out = match key {
                Some(key) => !kept.numbers.contains_key(&key.index()),
                None => is_left_out(node.span(), changes),
            };
            if !left_out {
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
    fn differences(&self) -> Vec<Difference> {
        let problems = self.new_problems();
        if !problems.is_empty() {
            return problems;
        }
        let old = Kept::new(self.old, self.changes, is_gone);
        let new = Kept::new(self.new, self.changes, is_new);
        let mut lists = BTreeSet::new();
        for (&before, &after) in old.nodes.iter().zip(&new.nodes) {
            let places = old.number(before.parent()) == new.number(after.parent())
                && old.number(Some(before.resolve())) == new.number(Some(after.resolve()));
            if !places || !self.is_same(before, after) {
                return vec![Difference { at: before.span(), what: REST }];
            }
            if touches(before.span(), self.changes)
                && after.parent().is_some_and(|it| it.kind() == NodeKind::Sequence)
            {
                lists.extend(after.parent().map(Node::index).zip(before.parent().map(Node::index)));
            }
        }
        if let Some(node) = old.nodes.get(new.nodes.len()) {
            return vec![Difference { at: node.span(), what: REST }];
        }
        if let Some(node) = new.nodes.get(old.nodes.len()) {
            return vec![Difference { at: Span::empty(self.changes.origin(node.span().start)), what: REST }];
        }
        let repeated: Vec<_> =
            lists.into_iter().flat_map(|(after, before)| self.repeated(before, after)).collect();
        if !repeated.is_empty() {
            return repeated;
        }
        let comments = [self.old, self.new].map(|document| document.comments().collect());
        let moved = moved_comment([self.old.text(), self.new.text()], comments, self.changes);
        moved.map(|at| Difference { at, what: COMMENT }).into_iter().collect()
    }

    /// Problems that were not there before.
    fn new_problems(&self) -> Vec<Difference> {
        let mut known: HashMap<_, i64> = HashMap::new();
        for problem in self.old.problems() {
            *known.entry((discriminant(&problem.kind), problem.span.start)).or_default() += 1;
        }
        let mut found = Vec::new();
        for problem in self.new.problems() {
            let at = self.changes.origin(problem.span.start);
            let left = known.entry((discriminant(&problem.kind), at)).or_default();
            *left -= 1;
            if *left < 0 {
                let what = match problem.kind {
                    ProblemKind::DuplicateKey => "a key would stand twice",
                    ProblemKind::Leniency => "the file would be YAML to some readers only",
                    ProblemKind::Syntax | ProblemKind::Limit => {
                        "the file could not be read to its end any more"
                    }
                };
                found.push(Difference { at: Span::empty(at), what });
            }
        }
        found
    }

    /// The items of a list that repeat one before them, or one that no change touches, and did not before. Words of a command may.
    fn repeated(&self, before: usize, after: usize) -> Vec<Difference> {
        let (Some(before), Some(after)) = (self.old.node(before), self.new.node(after)) else {
            return Vec::new();
        };
        let key = before.previous_sibling().filter(|key| key.is_implicit_key());
        if key.is_some_and(|key| matches!(&*key.text(), "command" | "args" | "entrypoint" | "test")) {
            return Vec::new();
        }
        let count = |list: Node<'t>| {
            let mut count: HashMap<_, usize> = HashMap::new();
            for item in list.items().filter(|item| item.kind() == NodeKind::Scalar) {
                *count.entry(item.text()).or_default() += 1;
            }
            count
        };
        let (was, mut left) = (count(before), count(after));
        let mut repeated = Vec::new();
        for item in after.items().collect::<Vec<_>>().into_iter().rev() {
            let at = Span::empty(self.changes.origin(item.span().start));
            let Some(left) = left.get_mut(&item.text()).filter(|left| **left > 1) else { continue };
            if touches(at, self.changes) && *left > was.get(&item.text()).copied().unwrap_or_default() {
                *left -= 1;
                repeated.push(Difference { at, what: "an item would stand twice in its list" });
            }
        }
        repeated
    }

    fn is_same(&self, before: Node<'_>, after: Node<'_>) -> bool {
        let anchor = |node: Node<'t>| node.anchor().map(|anchor| anchor.of(node.document().text()));
        let (before, after) = (self.in_old(before), self.in_new(after));
        let written = (before.kind(), before.style(), before.tag(), anchor(before))
            == (after.kind(), after.style(), after.tag(), anchor(after));
        if !written || !self.has_moved(before, after) {
            return false;
        }
        match before.kind() {
            NodeKind::Scalar => {}
            // What it stands for is looked at where that stands.
            NodeKind::Alias => return before.source() == after.source(),
            _ => return true,
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
            Style::Literal | Style::Folded => {
                self.changes.start(before.span().start) == Some(after.span().start)
            }
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
