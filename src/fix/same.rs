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
    /// What, as it is said of a fix that is not made.
    pub what: &'static str,
}

const REST: &str = "the rest of the file would say something else";
const TWICE: &str = "a key would stand twice";
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
        let (repeats, problems): (Vec<_>, Vec<_>) =
            self.new_problems().into_iter().partition(|(kind, _)| *kind == ProblemKind::DuplicateKey);
        if !problems.is_empty() {
            return problems.into_iter().map(|(_, problem)| problem).collect();
        }
        let old = Kept::new(self.old, self.changes, is_gone);
        let new = Kept::new(self.new, self.changes, is_new);
        let mut holders = BTreeSet::new();
        let mut differing = Vec::new();
        for (&before, &after) in old.nodes.iter().zip(&new.nodes) {
            let places = old.number(before.parent()) == new.number(after.parent())
                && old.number(Some(before.resolve())) == new.number(Some(after.resolve()));
            let is_touched = touches(before.span(), self.changes);
            if !places || !self.is_same(before, after) {
                // As long as what is written only makes something else of its own scalar, the rest can be told apart.
                let stays = places && self.changes.start(before.span().start) == Some(after.span().start);
                if is_touched && stays || differing.is_empty() {
                    differing.push(Difference { at: before.span(), what: REST });
                }
                if is_touched && stays {
                    continue;
                }
                return differing;
            }
            if is_touched {
                holders.extend(before.parent().map(Node::index).zip(after.parent().map(Node::index)));
            }
        }
        if !differing.is_empty() {
            return differing;
        }
        if let Some(node) = old.nodes.get(new.nodes.len()) {
            return vec![Difference { at: node.span(), what: REST }];
        }
        if let Some(node) = new.nodes.get(old.nodes.len()) {
            return vec![Difference { at: Span::empty(self.changes.origin(node.span().start)), what: REST }];
        }
        let found: Vec<_> =
            holders.into_iter().flat_map(|(before, after)| self.repeated(before, after)).collect();
        if !found.is_empty() {
            return found;
        }
        if !repeats.is_empty() {
            return repeats.into_iter().map(|(_, problem)| problem).collect();
        }
        let comments = [self.old, self.new].map(|document| document.comments().collect());
        let moved = moved_comment([self.old.text(), self.new.text()], comments, self.changes);
        moved.map(|at| Difference { at, what: COMMENT }).into_iter().collect()
    }

    /// Problems that were not there before.
    fn new_problems(&self) -> Vec<(ProblemKind, Difference)> {
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
                    ProblemKind::DuplicateKey => TWICE,
                    ProblemKind::Leniency => "the file would be YAML to some readers only",
                    ProblemKind::Syntax | ProblemKind::Limit => {
                        "the file could not be read to its end any more"
                    }
                };
                found.push((problem.kind, Difference { at: Span::empty(at), what }));
            }
        }
        found
    }

    /// The keys of a mapping or the items of a list that repeat one before them, or one that no change touches, and did not before. The
    /// words of a command may.
    fn repeated(&self, before: usize, after: usize) -> Vec<Difference> {
        let (Some(before), Some(after)) = (self.old.node(before), self.new.node(after)) else {
            return Vec::new();
        };
        let key = before.previous_sibling().filter(|key| key.is_implicit_key());
        if before.kind() == NodeKind::Sequence
            && key.is_some_and(|key| matches!(&*key.text(), "command" | "args" | "entrypoint" | "test"))
        {
            return Vec::new();
        }
        let elements = |holder: Node<'t>| {
            let keys = holder.pairs().map(|(key, _)| key);
            let elements = keys.chain(holder.items());
            elements.filter(|element| element.kind() == NodeKind::Scalar).collect::<Vec<_>>()
        };
        let (old, new) = (elements(before), elements(after));
        let count = |elements: &[Node<'t>]| {
            let mut count: HashMap<_, usize> = HashMap::new();
            for element in elements {
                *count.entry(element.text()).or_default() += 1;
            }
            count
        };
        let (was, mut left) = (count(&old), count(&new));
        let what =
            if before.kind() == NodeKind::Sequence { "an item would stand twice in its list" } else { TWICE };
        let mut repeated = Vec::new();
        for element in new.iter().rev() {
            let at = Span::empty(self.changes.origin(element.span().start));
            let text = element.text();
            let Some(left) = left.get_mut(&text).filter(|left| **left > 1) else { continue };
            if touches(at, self.changes) && *left > was.get(&text).copied().unwrap_or_default() {
                *left -= 1;
                repeated.push(Difference { at, what });
            }
        }
        repeated
    }

    fn is_same(&self, before: Node<'_>, after: Node<'_>) -> bool {
        let anchor = |node: Node<'t>| node.anchor().map(|anchor| anchor.of(node.document().text()));
        let (before, after) = (self.in_old(before), self.in_new(after));
        let is_requoted = self.is_requoted(before, after);
        let style = |node: Node<'t>| (!is_requoted).then(|| node.style());
        let written = (before.kind(), style(before), before.tag(), anchor(before))
            == (after.kind(), style(after), after.tag(), anchor(after));
        if !written || !self.has_moved(before, after) {
            return false;
        }
        match before.kind() {
            NodeKind::Scalar if is_requoted => return true,
            NodeKind::Scalar => {}
            // What it stands for is looked at where that stands.
            NodeKind::Alias => return before.source() == after.source(),
            _ => return true,
        }
        if !touches(before.span(), self.changes) {
            return before.text() == after.text();
        }
        let list = self.changes.list();
        let first = list.partition_point(|change| change.span.end < before.span().start);
        let old = list[first..].iter().map(|change| change.span);
        let old = before.text_beside(old.take_while(|span| span.start <= before.span().end));
        let new = self.changes.written()[first..].iter().copied();
        let new = after.text_beside(new.take_while(|span| span.start <= after.span().end));
        // `on` is no name, and `1` no text.
        old == new && discriminant(&before.scalar()) == discriminant(&after.scalar())
    }

    /// Whether one change writes a whole scalar anew with the same text: in quotes or out of them, which may make another type of it.
    fn is_requoted(&self, before: Node<'_>, after: Node<'_>) -> bool {
        let at = self.changes.list().partition_point(|change| change.span.start < before.span().start);
        let is_whole = self.changes.list().get(at).is_some_and(|change| change.span == before.span())
            && self.changes.written().get(at) == Some(&after.span());
        let in_line = |node: Node<'_>| {
            node.kind() == NodeKind::Scalar && !matches!(node.style(), Style::Literal | Style::Folded)
        };
        is_whole && in_line(before) && in_line(after) && before.text() == after.text()
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
