//! A text that is changed again and again, and what came of the first one.

use super::{Change, Changes};
use crate::source::Span;

/// A text in pieces: what is kept of the first one, and what was written between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces {
    pieces: Vec<Piece>,
    /// The length of the first text.
    length: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Kept(Span),
    New(String),
}

impl Piece {
    fn len(&self) -> u32 {
        match self {
            Self::Kept(span) => span.len(),
            Self::New(text) => text.len() as u32,
        }
    }

    /// The part of it from `from` up to `to`.
    fn part(&self, from: u32, to: u32) -> Self {
        match self {
            Self::Kept(span) => Self::Kept(Span::new(span.start + from, span.start + to)),
            Self::New(text) => Self::New(Span::new(from, to).of(text).to_owned()),
        }
    }
}

impl Pieces {
    /// A text of this length, all of it kept.
    pub fn new(length: u32) -> Self {
        Self { pieces: vec![Piece::Kept(Span::new(0, length))], length }
    }

    /// The same after changes of the text as it stands now.
    #[must_use]
    pub fn changed(&self, changes: &Changes) -> Self {
        let mut pieces = Vec::with_capacity(self.pieces.len() + 2 * changes.list().len());
        let mut changes = changes.list().iter().peekable();
        let whole: u32 = self.pieces.iter().map(Piece::len).sum();
        let mut at = 0;
        for piece in &self.pieces {
            let end = at + piece.len();
            // Up to where the piece is dealt with.
            let mut done = at;
            while let Some(change) = changes.peek() {
                let span = change.span;
                // What is put in at the end of a piece belongs to the next one, if there is any.
                if span.start >= end && !(span.start == end && end == whole) {
                    break;
                }
                if span.start > done {
                    pieces.push(piece.part(done - at, span.start - at));
                }
                done = done.max(span.end.min(end));
                if span.start >= at && !change.text.is_empty() {
                    pieces.push(Piece::New(change.text.clone()));
                }
                if span.end > end {
                    break;
                }
                changes.next();
            }
            if done < end {
                pieces.push(piece.part(done - at, end - at));
            }
            at = end;
        }
        Self { pieces, length: self.length }
    }

    /// What has changed since the first text, as changes of that.
    pub fn changes(&self) -> Changes {
        let mut list: Vec<Change> = Vec::new();
        let mut at = 0;
        let mut text = String::new();
        let mut past = |at: u32, to: u32, text: &mut String| {
            if at < to || !text.is_empty() {
                list.push(Change { span: Span::new(at, to), text: std::mem::take(text) });
            }
        };
        for piece in &self.pieces {
            match piece {
                Piece::New(new) => text.push_str(new),
                Piece::Kept(span) => {
                    past(at, span.start, &mut text);
                    at = span.end;
                }
            }
        }
        past(at, self.length, &mut text);
        // What is kept lies between any two of them.
        Changes::new(list).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_of_changes_come_to_changes_of_the_first_text() {
        let first = "one two three four\n";
        let mut pieces = Pieces::new(first.len() as u32);
        let mut text = first.to_owned();
        let rounds: [&[(std::ops::Range<usize>, &str)]; 5] = [
            &[(4..7, "2"), (13..13, " and")],
            &[(0..1, "O"), (3..6, "-"), (21..21, "end")],
            &[(2..9, "")],
            &[(0..0, "begin "), (4..5, "x")],
            &[(5..5, "?"), (7..7, "!")],
        ];
        for round in rounds {
            let list =
                round.iter().map(|(span, text)| Change { span: span.clone().into(), text: (*text).into() });
            let changes = Changes::new(list.collect()).expect("they do not meet");
            text = changes.apply(&text);
            pieces = pieces.changed(&changes);
            assert_eq!(pieces.changes().apply(first), text, "{pieces:?}");
        }
        assert_eq!(Pieces::new(3).changes(), Changes::default());
    }
}
