//! What happens after an error: the text is passed over up to the next line that reading can go on from.

use super::arena::INCOMPLETE;
use super::block::{Slot, Step};
use super::scanner::{FrameKind, Parser, break_len, line_end, trim_end};
use crate::source::Span;

impl Parser<'_> {
    /// Goes on after an error in the node at `pending`, or between entries; nodes from `before` on are what was read
    /// in vain.
    ///
    /// Reading goes on at the next line that looks like an entry and stands at the column of an open collection, or
    /// where the failed node itself began; else at the next document. What stays unread leaves its marks: an empty
    /// node where a node was pending, and every collection that lost entries is flagged as incomplete.
    #[cold]
    pub fn recover(&mut self, pending: Option<Slot>, before: u32) -> Step {
        self.out.rewind(before);
        self.flows.clear();
        self.long_quote = None;
        let own_column = pending.and(self.node_column);
        let failed = self.failed_at.min(self.bytes.len());
        let mut line = if self.problems.exhausted() { self.bytes.len() } else { failed };
        self.out.forget_comments(failed as u32);
        loop {
            line = line_end(self.bytes, line);
            line += break_len(self.bytes, line);
            if line >= self.bytes.len() || self.is_marker(line) {
                return self.resume(pending, failed, line.min(self.bytes.len()), 0);
            }
            let column = self.indentation(line);
            let at = line + column;
            if self.byte(at) == b'#' {
                self.comment(at);
                continue;
            }
            if self.byte(at) == b'\t' {
                continue;
            }
            let Some(kind) = self.looks_like_entry(at) else { continue };
            if let Some(slot) = pending
                && own_column == Some(column)
                && self.least_column() <= column
            {
                self.passed_over(failed, line);
                self.out.flag_next();
                self.go_to(line, at);
                return Step::Node(slot);
            }
            let fits = |frame: &super::scanner::Frame| {
                frame.column == column && (frame.kind == FrameKind::Sequence) == (kind == FrameKind::Sequence)
            };
            if let Some(depth) = self.frames.iter().rposition(fits) {
                let step = self.resume(pending, failed, at, depth);
                self.go_to(line, at);
                return step;
            }
            let left_enough = own_column.is_none_or(|own| column <= own);
            if self.frames.is_empty() && pending.is_some() && left_enough {
                self.passed_over(failed, line);
                self.out.flag_next();
                self.go_to(line, at);
                return Step::Node(Slot::Root);
            }
        }
    }

    fn go_to(&mut self, line: usize, at: usize) {
        self.at = at;
        self.line = line;
        self.fresh = at;
        self.tab = false;
    }

    /// Settles what is open and goes on with the next entry of the `depth`-th collection, at `at`.
    fn resume(&mut self, pending: Option<Slot>, failed: usize, at: usize, depth: usize) -> Step {
        self.passed_over(failed, at);
        if pending.is_some() {
            let end = self.out.last_end().max(self.bytes[..failed].trim_ascii_end().len() as u32);
            let id = self.out.empty(end);
            self.out.flag(id, INCOMPLETE);
        } else if self.frames.last().is_some_and(|frame| frame.kind == FrameKind::Mapping) {
            self.out.complete_pair();
        }
        self.out.flag_open(depth);
        while self.frames.len() > depth + 1 {
            if self.frames.last().is_some_and(|frame| frame.kind == FrameKind::ExplicitKey) {
                let end = self.out.last_end();
                self.out.empty(end);
            }
            self.close();
        }
        self.go_to(at, at);
        Step::Entry
    }

    /// Says which text is not read, if the problem does not name a second place already.
    fn passed_over(&mut self, from: usize, to: usize) {
        let end = trim_end(&self.text[..to]).len();
        if let Some(problem) = self.problems.last_recorded()
            && problem.related.is_none()
            && end > from
        {
            problem.related = Some((Span::from(from..end), "passed over"));
        }
    }
}
