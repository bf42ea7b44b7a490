//! Which lines of a YAML document a comment speaks of.

use super::scan::Next;
use crate::source::{LineIndex, SourceFile, Span};
use crate::yaml::{Document, Kind, Node, Style};

/// The key of a value, if it is a scalar. Constant, where [`Node::key`] is linear in the siblings.
pub fn key_of(value: Node<'_>) -> Option<Node<'_>> {
    let parent = value.parent().filter(|parent| parent.kind() == Kind::Mapping)?;
    let before = value.document().node(value.index().checked_sub(1)?)?;
    let is_key = before.parent() == Some(parent) && !value.is_implicit_key() && before.kind() == Kind::Scalar;
    is_key.then_some(before)
}

/// The whole entry, item or document whose first line, without its indentation, begins at an offset, and the bytes it takes.
pub fn at(document: &Document, offset: u32) -> Option<Span> {
    let text = document.text();
    let rest = text.get(offset as usize..)?;
    let indicator = |mark: &str| {
        rest.strip_prefix(mark)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
    };
    let until = |node: Node<'_>| Span::new(offset, node.text_end().max(offset));
    if indicator("---") {
        return document.first_from(offset + 3).map(until);
    }
    if indicator("-") {
        return document.first_from(offset + 1).map(until);
    }
    if indicator("...") || rest.starts_with([']', '}']) {
        return None;
    }
    if indicator("?") {
        let key = document.first_from(offset + 1)?;
        return Some(until(key.next_sibling().unwrap_or(key)));
    }
    let mut node = document.first_from(offset)?;
    while node.kind() == Kind::Mapping
        && node.style() == Style::Block
        && let Some(key) = node.children().next()
    {
        node = key;
    }
    let value = node.next_sibling().filter(|_| node.is_implicit_key());
    Some(until(value.filter(|value| value.text_end() > node.text_end()).unwrap_or(node)))
}

/// The lines of a file, for comments in the order of the text.
pub struct Lines<'s> {
    source: &'s SourceFile,
    index: &'s LineIndex,
    next: Next,
    /// The last answers, as several comments may stand above one node, and several suppressions in one comment.
    followed: Option<(usize, Option<Span>)>,
    accompanied: Option<(Span, Span)>,
}

impl<'s> Lines<'s> {
    /// The lines of a file.
    pub fn new(source: &'s SourceFile) -> Self {
        Self { source, index: source.lines(), next: Next::default(), followed: None, accompanied: None }
    }

    fn line_at(&self, offset: u32) -> Span {
        self.index.line(&self.source.text, self.index.line_of(offset))
    }

    /// Whole lines, from that of one offset to that of another.
    fn lines(&self, from: u32, to: u32) -> Span {
        Span::new(self.line_at(from).start, self.line_at(to).end)
    }

    /// What a comment on a line of its own holds for: from its line to the end of the next entry, item or document.
    pub fn following(&mut self, document: &Document, comment: Span) -> Option<Span> {
        let text = &*self.source.text;
        let content =
            |line: usize| self.index.line(text, line).of(text).trim_start_matches([' ', '\t', '\u{feff}']);
        let speaks = |line: usize| !content(line).is_empty() && !content(line).starts_with(['#', '%']);
        let own = self.index.line_of(comment.start);
        let line = self.next.after(own, self.index.len(), speaks)?;
        let node = match self.followed {
            Some((known, node)) if known == line => node,
            _ => at(document, self.index.line(text, line).end - content(line).len() as u32),
        };
        self.followed = Some((line, node));
        Some(self.lines(comment.start, node?.end))
    }

    /// What a comment behind something holds for: its line, and the scalar or bracketed value that begins or ends there.
    pub fn beside(&mut self, document: &Document, comment: Span) -> Span {
        let holds = match self.accompanied {
            Some((known, holds)) if known == comment => holds,
            _ => self.accompanied_by(document, comment),
        };
        self.accompanied = Some((comment, holds));
        holds
    }

    fn accompanied_by(&self, document: &Document, comment: Span) -> Span {
        let text = &*self.source.text;
        let mut holds = self.line_at(comment.start);
        let before = Span::new(holds.start, comment.start).of(text);
        if before.trim().is_empty() {
            return holds;
        }
        let last = document.last_before(comment.start);
        let introduces = |word: &str| matches!(word, "-" | "?" | "---") || word.starts_with(['&', '!']);
        if before.split_whitespace().all(introduces) {
            // What the indicators introduce follows, unless it is nothing at all.
            let nothing = last.is_some_and(|last| last.span().is_empty() && last.span().start > holds.start);
            let next = document.first_from(comment.start).filter(|_| !nothing);
            return next.map_or(holds, |next| self.lines(holds.start, next.text_end()));
        }
        let bracket = holds.start + before.trim_end().len() as u32;
        let mut node = last;
        while let Some(here) = node {
            node = here.parent();
            let span = here.span();
            if here.style() == Style::Block {
                continue;
            }
            if span.end <= comment.start {
                if span.end > holds.start && span.start < holds.start {
                    holds.start = self.line_at(span.start).start;
                }
            } else if matches!(here.style(), Style::Literal | Style::Folded) || span.start + 1 == bracket {
                // Behind the header of a block scalar or an opening bracket.
                holds.end = holds.end.max(self.line_at(here.text_end()).end);
            }
        }
        holds
    }
}
