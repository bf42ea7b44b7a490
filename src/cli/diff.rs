//! A change of a file as a unified diff: secrets masked, and nothing in it that a terminal or a CI runner would obey. It is for people:
//! where something was masked or made visible, no program can apply it.

use crate::change::Changes;
use crate::report;
use crate::secret::{self, MASK};
use crate::source::{LineIndex, Span};
use std::fmt::Write as _;
use std::ops::Range;

/// Lines shown around what has changed.
const CONTEXT: usize = 3;

/// One side of a diff.
pub struct Sheet<'s> {
    text: &'s str,
    index: LineIndex,
    /// What is not shown of it, sorted and disjoint.
    hidden: Vec<Span>,
}

impl<'s> Sheet<'s> {
    /// A text, and what no output may show of it.
    pub fn new(text: &'s str, hidden: Vec<Span>) -> Self {
        Self { text, index: LineIndex::new(text), hidden }
    }

    /// How many lines there are; what follows the last break is one if there is something.
    fn len(&self) -> usize {
        let last = self.index.len() - 1;
        last + usize::from(!self.text.is_empty() && !self.text.ends_with(['\n', '\r']))
    }

    /// A line with its break.
    fn line(&self, line: usize) -> &'s str {
        let start = self.index.line(self.text, line).start;
        let end = if line + 1 < self.index.len() {
            self.index.line(self.text, line + 1).start
        } else {
            self.text.len() as u32
        };
        Span::new(start, end).of(self.text)
    }

    /// The lines that a span touches.
    fn lines(&self, span: Span) -> Range<usize> {
        self.index.line_of(span.start)..(self.index.line_of(span.end) + 1).min(self.len())
    }

    fn show(&self, mark: char, lines: Range<usize>, out: &mut String) {
        for line in lines {
            let shown = self.masked(self.index.line(self.text, line));
            // Each is a text of its own, so that none of them is read as a command.
            out.push_str(&report::text(&format!("{mark}{shown}")));
            if !self.line(line).ends_with(['\n', '\r']) {
                out.push_str("\\ No newline at end of file\n");
            }
        }
    }

    fn masked(&self, line: Span) -> String {
        let first = self.hidden.partition_point(|secret| secret.end <= line.start);
        let secrets = self.hidden[first..].iter().take_while(|secret| secret.start < line.end);
        let mut out = String::new();
        let mut at = line.start;
        for secret in secrets {
            out.push_str(Span::new(at, secret.start.max(at)).of(self.text));
            out.push_str(MASK);
            at = secret.end.min(line.end).max(at);
        }
        out.push_str(Span::new(at, line.end.max(at)).of(self.text));
        secret::mask(&out).into_owned()
    }
}

/// Lines that have changed.
struct Block {
    old: Range<usize>,
    new: Range<usize>,
}

/// What changes make of a file.
pub fn diff(path: &str, old: &Sheet<'_>, new: &Sheet<'_>, changes: &Changes) -> String {
    let path = super::printable(path);
    let mut out = format!("--- {path}\n+++ {path}\n");
    let blocks = blocks(old, new, changes);
    let mut rest = &blocks[..];
    while let Some(first) = rest.first() {
        let near = |pair: &[Block]| pair[1].old.start <= pair[0].old.end + 2 * CONTEXT;
        let count = 1 + rest.windows(2).take_while(|pair| near(pair)).count();
        let (hunk, behind) = rest.split_at(count);
        let last = &hunk[count - 1];
        let before = first.old.start.min(CONTEXT);
        let after = (old.len() - last.old.end).min(CONTEXT);
        let of = |first: usize, last: usize| {
            let (from, count) = (first - before, last + after + before - first);
            // An empty range is named by the line before it.
            format!("{},{count}", if count == 0 { from } else { from + 1 })
        };
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "@@ -{} +{} @@",
            of(first.old.start, last.old.end),
            of(first.new.start, last.new.end)
        );
        let mut at = first.old.start - before;
        for block in hunk {
            old.show(' ', at..block.old.start, &mut out);
            old.show('-', block.old.clone(), &mut out);
            new.show('+', block.new.clone(), &mut out);
            at = block.old.end;
        }
        old.show(' ', at..at + after, &mut out);
        rest = behind;
    }
    out
}

/// The lines that differ, in order.
fn blocks(old: &Sheet<'_>, new: &Sheet<'_>, changes: &Changes) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (change, written) in changes.list().iter().zip(changes.written()) {
        let block = Block { old: old.lines(change.span), new: new.lines(*written) };
        match blocks.last_mut() {
            Some(last) if block.old.start < last.old.end || block.new.start < last.new.end => {
                last.old.end = last.old.end.max(block.old.end);
                last.new.end = last.new.end.max(block.new.end);
            }
            _ => blocks.push(block),
        }
    }
    for block in &mut blocks {
        let same = |a: usize, b: usize| old.line(a) == new.line(b);
        while !block.old.is_empty() && !block.new.is_empty() && same(block.old.start, block.new.start) {
            block.old.start += 1;
            block.new.start += 1;
        }
        while !block.old.is_empty() && !block.new.is_empty() && same(block.old.end - 1, block.new.end - 1) {
            block.old.end -= 1;
            block.new.end -= 1;
        }
    }
    blocks.retain(|block| !block.old.is_empty() || !block.new.is_empty());
    blocks.dedup_by(|next, last| {
        let meet = last.old.end == next.old.start && last.new.end == next.new.start;
        if meet {
            (last.old.end, last.new.end) = (next.old.end, next.new.end);
        }
        meet
    });
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Change;

    fn shown(text: &str, list: &[(Range<usize>, &str)]) -> String {
        let list = list.iter().map(|(span, text)| Change { span: span.clone().into(), text: (*text).into() });
        let changes = Changes::new(list.collect()).expect("they do not meet");
        let after = changes.apply(text);
        diff("a", &Sheet::new(text, Vec::new()), &Sheet::new(&after, Vec::new()), &changes)
    }

    #[test]
    fn hunks_have_their_lines_and_numbers() {
        let text = (1..=20).map(|line| format!("{line:02}\n")).collect::<Vec<_>>().concat();
        assert_eq!(
            shown(&text, &[(3..5, "x"), (6..8, "z"), (12..15, ""), (57..57, "y\n"), (58..60, "z")]),
            "--- a\n+++ a\n@@ -1,8 +1,7 @@\n 01\n-02\n-03\n+x\n+z\n 04\n-05\n 06\n 07\n 08\n\
             @@ -17,4 +16,5 @@\n 17\n 18\n 19\n-20\n+y\n+2z\n\\ No newline at end of file\n"
        );
        assert_eq!(shown("a\nb\n", &[(2..4, "")]), "--- a\n+++ a\n@@ -1,2 +1,1 @@\n a\n-b\n");
        assert_eq!(shown("a\n", &[(0..2, "")]), "--- a\n+++ a\n@@ -1,1 +0,0 @@\n-a\n");
        assert_eq!(
            shown("a\r\nb", &[(1..4, "")]),
            "--- a\n+++ a\n@@ -1,2 +1,1 @@\n-a\n-b\n\\ No newline at end of file\n+a\n\\ No newline at end of file\n"
        );
        assert_eq!(shown("", &[(0..0, "a\n")]), "--- a\n+++ a\n@@ -0,0 +1,1 @@\n+a\n");
    }

    #[test]
    fn nothing_in_a_line_is_obeyed_and_no_secret_is_shown() {
        let shown = shown(
            "::error::x\nDB_PASSWORD=hunter22\n\u{1b}]0;x\n##[error]y\nlast\n",
            &[(49..53, "::set-output::")],
        );
        assert_eq!(
            shown,
            "--- a\n+++ a\n@@ -2,4 +2,4 @@\n DB_PASSWORD=***\n \\u{1b}]0;x\n ##\\[error]y\n-last\n+::set-output::\n"
        );
        let masked = Sheet::new("x: abc\n", vec![Span::new(3, 6)]);
        let mut out = String::new();
        masked.show('+', 0..1, &mut out);
        assert_eq!(out, "+x: ***\n");
    }
}
