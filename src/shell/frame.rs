//! A script that is being followed, and its words as arguments.

use super::command::{HereDocument, How, SCRIPT, Word};
use super::define::Definitions;
use super::mask::EXPRESSION;
use super::syntax::{Invocation, PieceKind, Script, Syntax};
use super::tool;
use crate::source::{Place, Segment, SourceMap, Span};

/// A script that is being followed.
pub(super) struct Frame<'f> {
    pub text: &'f str,
    pub script: Script,
    /// To the outermost script; none for itself.
    pub map: Option<SourceMap>,
    pub definitions: Definitions<'f>,
    /// How it is run.
    pub how: How,
    /// The function that runs it.
    pub function: Option<Box<str>>,
    /// Whether it is certain that it runs.
    pub certain: bool,
    /// The names of its commands, by invocation.
    pub names: Vec<Option<Box<str>>>,
}

/// An argument: what it is, and where it can be read again as text for a shell.
#[derive(Clone)]
pub(super) struct Arg {
    pub word: Word,
    /// The word of the frame's script, unless it comes from a value.
    pub raw: Option<u32>,
    /// Its bytes in the frame's script.
    pub at: Span,
}

impl Frame<'_> {
    /// A span of this script in the outermost one.
    pub(super) fn place(&self, span: Span) -> Span {
        self.outer(span).unwrap_or(span)
    }

    pub(super) fn outer(&self, span: Span) -> Option<Span> {
        match &self.map {
            Some(map) => map.place(span).map(|place| place.span),
            None => Some(span),
        }
    }

    /// A word of the script as an argument.
    pub(super) fn arg(&self, index: u32) -> Arg {
        let syntax = self.script.word(index);
        let pieces = self.script.pieces(syntax);
        let span = self.place(syntax.span);
        let mut text = String::new();
        let mut map = SourceMap::default();
        let mut whole = true;
        for piece in pieces {
            let known = match &piece.kind {
                PieceKind::Verbatim => piece.span.of(self.text),
                PieceKind::Cooked(cooked) => cooked,
                PieceKind::Variable { .. } | PieceKind::Output => {
                    whole = false;
                    break;
                }
            };
            let place = Place { file: SCRIPT, span: piece.span };
            let verbatim = matches!(piece.kind, PieceKind::Verbatim);
            map.push(Segment { out: text.len() as u32, source: place, verbatim });
            text.push_str(known);
        }
        if let [segment] = map.segments()
            && segment.verbatim
            && segment.source.span.start == syntax.span.start
            && self.map.is_none()
        {
            map = SourceMap::default();
        } else if let Some(outer) = &self.map {
            map = outer.then(&map);
        }
        let mut word = Word::new(text, whole, span, map);
        word.expression |= memchr::memchr(EXPRESSION as u8, syntax.span.of(self.text).as_bytes()).is_some();
        Arg { word, raw: Some(index), at: syntax.span }
    }

    /// The word that an invocation has on its standard input, its own or what `cat` hands on.
    pub(super) fn input(&self, invocation: &Invocation, all: &[Invocation]) -> Option<u32> {
        self.source(invocation, all).and_then(|from| from.input).map(|input| input.word)
    }

    fn source<'i>(&self, invocation: &'i Invocation, all: &'i [Invocation]) -> Option<&'i Invocation> {
        if invocation.input.is_some() {
            return Some(invocation);
        }
        let from = all.get(invocation.piped_from? as usize)?;
        let name = self.script.word(from.words.start).span.of(self.text);
        let operands = from.words.clone().skip(1).any(|index| {
            let text = self.script.word(index).span.of(self.text);
            !text.starts_with('-') || text == "-"
        });
        (matches!(name, "cat" | "envsubst") && !operands).then_some(from)
    }

    /// The function in whose body an invocation stands.
    pub(super) fn function(&self, invocation: &Invocation) -> Option<Box<str>> {
        match invocation.function {
            Some(index) => self.script.functions.get(index as usize).cloned(),
            None => self.function.clone(),
        }
    }

    pub(super) fn document(&self, invocation: &Invocation, all: &[Invocation]) -> Option<HereDocument> {
        let input = self.source(invocation, all)?.input?;
        Some(HereDocument { span: self.place(self.script.word(input.word).span), expands: input.document? })
    }
}

impl Arg {
    /// A word that stands where this one stands, with another text.
    pub(super) fn derived(&self, text: &str) -> Arg {
        Arg { word: Word::derived(text, self.word.span), raw: None, at: self.at }
    }
}

/// The tool that a command's name is likely to be, and where that is said: `$KUBECTL`, `"$BIN/helm"`.
pub(super) fn guess(frame: &Frame<'_>, word: &Syntax) -> Option<(&'static str, Span)> {
    match frame.script.pieces(word) {
        [piece] => match &piece.kind {
            PieceKind::Variable { name, all: false, .. } => Some((tool::named_after(name)?, piece.span)),
            _ => None,
        },
        [.., tail] if matches!(tail.kind, PieceKind::Verbatim) => {
            let (_, name) = tail.span.of(frame.text).rsplit_once('/')?;
            let start = tail.span.end - name.len() as u32;
            Some((tool::guessable(name)?, Span::new(start, tail.span.end)))
        }
        _ => None,
    }
}
