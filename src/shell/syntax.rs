//! A script taken apart into flat lists: invocations, assignments, and the words of both. No parser's types occur here.

use crate::source::Span;
use std::ops::Range;

/// Everything in a script that matters for what it runs, in the order in which it runs.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// The simple commands, those in substitutions before the ones that use their output.
    pub invocations: Vec<Invocation>,
    /// What variables are given.
    pub assignments: Vec<Assignment>,
    /// The functions that are defined.
    pub functions: Vec<Box<str>>,
    /// Whether the parser reached the end of the text.
    pub complete: bool,
    words: Vec<Syntax>,
    pieces: Vec<Piece>,
}

/// A word as written.
#[derive(Clone, Debug)]
pub(super) struct Syntax {
    /// Its bytes in the script, quotes included.
    pub span: Span,
    pieces: Range<u32>,
}

/// A part of a word that is read in one way.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Its bytes in the script, without quotes.
    pub span: Span,
    /// What it stands for.
    pub kind: PieceKind,
    /// Whether it stands in quotes.
    pub quoted: bool,
}

/// What a piece of a word stands for.
#[derive(Clone, Debug)]
pub(super) enum PieceKind {
    /// The text under its span.
    Verbatim,
    /// Other text: an escaped character, `$'…'`.
    Cooked(Box<str>),
    /// The value of a variable.
    Variable {
        /// Its name; `@` and `*` for the arguments, digits for one of them.
        name: Box<str>,
        /// Whether it is every element of an array.
        all: bool,
        /// How many elements are passed over: 1 for `${@:2}`.
        skip: u32,
        /// The text that stands in where it has no value.
        default: Option<Box<str>>,
    },
    /// Output of a command, arithmetic, and every other expansion.
    Output,
}

/// A simple command as written.
#[derive(Debug)]
pub(super) struct Invocation {
    /// Name and arguments, as indices for [`Script::word`].
    pub words: Range<u32>,
    /// The function in whose body it stands, as an index of [`Script::functions`].
    pub function: Option<u32>,
    /// What its standard input is redirected from.
    pub input: Option<Input>,
    /// The invocation whose output it reads.
    pub piped_from: Option<u32>,
}

/// Text that is given to a command as its standard input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input {
    /// The word, or the body of a here-document as one word.
    pub word: u32,
    /// For a here-document: whether it is expanded.
    pub document: Option<bool>,
}

/// A value given to a variable.
#[derive(Debug)]
pub(super) struct Assignment {
    /// The variable.
    pub name: Box<str>,
    /// The function in whose body it stands, as an index of [`Script::functions`].
    pub function: Option<u32>,
    /// The value, or the elements, as indices for [`Script::word`].
    pub words: Range<u32>,
    /// Whether it is a list.
    pub list: bool,
    /// Whether it is given each of the elements in turn: the variable of a loop.
    pub each: bool,
    /// Whether it adds to the value that is there.
    pub append: bool,
    /// Where it stands.
    pub at: u32,
}

impl Script {
    /// A word by its index.
    pub fn word(&self, index: u32) -> &Syntax {
        &self.words[index as usize]
    }

    /// The pieces of a word.
    pub fn pieces(&self, word: &Syntax) -> &[Piece] {
        &self.pieces[word.pieces.start as usize..word.pieces.end as usize]
    }

    /// How many words there are so far: the index of the next one.
    pub fn next_word(&self) -> u32 {
        self.words.len() as u32
    }

    /// How many pieces there are so far.
    pub fn next_piece(&self) -> u32 {
        self.pieces.len() as u32
    }

    /// Adds a piece of the word that is being read. Text that continues the piece before it is joined to it.
    pub fn push_piece(&mut self, first: u32, piece: Piece) {
        if let PieceKind::Verbatim = piece.kind
            && self.next_piece() > first
            && let Some(last) = self.pieces.last_mut()
            && let PieceKind::Verbatim = last.kind
            && last.quoted == piece.quoted
            && last.span.end == piece.span.start
        {
            last.span.end = piece.span.end;
            return;
        }
        self.pieces.push(piece);
    }

    /// Ends a word of the pieces from `first` on.
    pub fn push_word(&mut self, span: Span, first: u32) -> u32 {
        self.words.push(Syntax { span, pieces: first..self.next_piece() });
        self.next_word() - 1
    }
}
