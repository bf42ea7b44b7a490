//! A script in a script: the text that a shell reads once the outer shell has taken the quotes away, and its map.

use super::command::SCRIPT;
use super::frame::{Arg, Frame};
use super::syntax::PieceKind;
use crate::source::{Place, Segment, SourceMap, Span};

/// Stands for output of a command in the inner script: an expansion that nobody gives a value.
const OUTPUT: &str = "${_}";

/// The text of arguments, joined by spaces as `eval` and `ssh` join them, and its map to the frame's script.
pub(super) fn text(frame: &Frame<'_>, args: &[Arg]) -> (String, SourceMap) {
    let mut joined = Joined::default();
    for (at, arg) in args.iter().enumerate() {
        if at > 0 {
            joined.push(" ", Span::empty(arg.at.start), false);
        }
        if let Some(index) = arg.raw {
            joined.pieces(frame, index);
            continue;
        }
        joined.push(arg.word.prefix(), arg.at, false);
        if arg.word.text().is_none() {
            joined.push(OUTPUT, arg.at, false);
        }
    }
    (joined.text, joined.map)
}

/// The text of one word, or of the body of a here-document, and its map to the frame's script.
pub(super) fn word(frame: &Frame<'_>, index: u32) -> (String, SourceMap) {
    let mut joined = Joined::default();
    joined.pieces(frame, index);
    (joined.text, joined.map)
}

#[derive(Default)]
struct Joined {
    text: String,
    map: SourceMap,
}

impl Joined {
    fn push(&mut self, text: &str, span: Span, verbatim: bool) {
        self.map.push(Segment {
            out: self.text.len() as u32,
            source: Place { file: SCRIPT, span },
            verbatim,
        });
        self.text.push_str(text);
    }

    fn pieces(&mut self, frame: &Frame<'_>, index: u32) {
        for piece in frame.script.pieces(frame.script.word(index)) {
            match &piece.kind {
                // The inner shell sees the value; what is known of it is known there as well.
                PieceKind::Verbatim | PieceKind::Variable { .. } => {
                    self.push(piece.span.of(frame.text), piece.span, true);
                }
                PieceKind::Cooked(text) => self.push(text, piece.span, false),
                // What runs in it was told when the outer word was read.
                PieceKind::Output => self.push(OUTPUT, piece.span, false),
            }
        }
    }
}
