//! Changes of one text: what they replace, and where everything else stands afterwards. How a change is written into YAML is here too
//! (`remove`, `write`); whether it may be made is not.

mod lines;
mod pieces;
mod remove;
mod write;

pub use lines::Lines;
pub use pieces::Pieces;
pub use remove::removal;
pub use write::{line_break, written};

use crate::source::Span;

/// A piece of a text and what takes its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The piece; empty where something is only inserted.
    pub span: Span,
    /// The new text; empty where something is only removed.
    pub text: String,
}

impl Change {
    /// A removal.
    pub fn removes(span: Span) -> Self {
        Self { span, text: String::new() }
    }
}

/// Changes of one text that are not in each other's way, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    list: Vec<Change>,
    /// Where the new text of each stands afterwards.
    written: Vec<Span>,
}

impl Changes {
    /// Puts changes in order; what stands there twice counts once. `None` if two of them meet: share a byte, or begin at the same one.
    pub fn new(mut list: Vec<Change>) -> Option<Self> {
        list.sort();
        list.dedup();
        let meets = |pair: &[Change]| {
            pair[0].span.end > pair[1].span.start || pair[0].span.start == pair[1].span.start
        };
        if list.windows(2).any(meets) {
            return None;
        }
        let mut by = 0;
        let written = list.iter().map(|change| {
            let start = shifted(change.span.start, by);
            let written = Span::new(start, start + change.text.len() as u32);
            by += i64::from(written.len()) - i64::from(change.span.len());
            written
        });
        Some(Self { written: written.collect(), list })
    }

    /// The changes in order.
    pub fn list(&self) -> &[Change] {
        &self.list
    }

    /// The text after the changes. One that does not fit the text is left out.
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for change in &self.list {
            let Some(kept) = text.get(at..change.span.start as usize) else { continue };
            out.push_str(kept);
            out.push_str(&change.text);
            at = change.span.end as usize;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }

    /// Where the new text of each change stands afterwards, in order.
    pub fn written(&self) -> &[Span] {
        &self.written
    }

    /// By how many bytes the text behind the first `count` changes has moved.
    fn moved_behind(&self, count: usize) -> i64 {
        let moved = |last: usize| i64::from(self.written[last].end) - i64::from(self.list[last].span.end);
        count.checked_sub(1).map_or(0, moved)
    }

    /// Where what begins at an offset begins afterwards; `None` if that was replaced. What is inserted there comes before it.
    pub fn start(&self, offset: u32) -> Option<u32> {
        let before = self.list.partition_point(|change| change.span.end <= offset);
        let replaced = self.list.get(before).is_some_and(|change| change.span.start < offset);
        (!replaced).then(|| shifted(offset, self.moved_behind(before)))
    }

    /// Where what ends at an offset ends afterwards; `None` if that was replaced. What is inserted there comes behind it.
    pub fn end(&self, offset: u32) -> Option<u32> {
        let before = self.list.partition_point(|change| {
            change.span.end < offset || change.span.end == offset && !change.span.is_empty()
        });
        let replaced = self.list.get(before).is_some_and(|change| change.span.start < offset);
        (!replaced).then(|| shifted(offset, self.moved_behind(before)))
    }

    /// Where what begins at an offset of the new text began before; what is new began where it was put in.
    pub fn origin(&self, offset: u32) -> u32 {
        let before = self.written.partition_point(|written| written.end <= offset);
        match self.written.get(before) {
            Some(written) if written.start <= offset => self.list[before].span.start,
            _ => shifted(offset, -self.moved_behind(before)),
        }
    }
}

fn shifted(offset: u32, by: i64) -> u32 {
    u32::try_from(i64::from(offset) + by).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(span: std::ops::Range<usize>, text: &str) -> Change {
        Change { span: span.into(), text: text.to_owned() }
    }

    fn changes(list: &[Change]) -> Changes {
        Changes::new(list.to_vec()).expect("they do not meet")
    }

    #[test]
    fn what_is_kept_is_found_again_on_both_sides_of_every_change() {
        let text = "abcdefgh";
        let changes = changes(&[change(6..8, ""), change(1..3, "XYZ"), change(4..4, "-")]);
        assert_eq!(changes.apply(text), "aXYZd-ef");
        assert_eq!(
            changes.written().iter().map(|it| (it.start, it.end)).collect::<Vec<_>>(),
            [(1, 4), (5, 6), (8, 8)]
        );
        let starts: Vec<_> = (0..=8).map(|at| changes.start(at)).collect();
        assert_eq!(starts, [Some(0), Some(1), None, Some(4), Some(6), Some(7), Some(8), None, Some(8)]);
        let ends: Vec<_> = (0..=8).map(|at| changes.end(at)).collect();
        assert_eq!(ends, [Some(0), Some(1), None, Some(4), Some(5), Some(7), Some(8), None, Some(8)]);
        assert_eq!((0..8).map(|at| changes.origin(at)).collect::<Vec<_>>(), [0, 1, 1, 1, 3, 4, 4, 5]);
    }

    #[test]
    fn changes_that_meet_are_refused_and_equal_ones_are_one() {
        assert_eq!(Changes::new(vec![change(0..2, "a"), change(1..3, "")]), None);
        assert_eq!(Changes::new(vec![change(1..1, "a"), change(1..3, "")]), None);
        assert_eq!(Changes::new(vec![change(1..1, "a"), change(1..1, "b")]), None);
        assert_eq!(changes(&[change(0..1, "x"), change(0..1, "x"), change(1..2, "")]).apply("abc"), "xc");
    }
}
