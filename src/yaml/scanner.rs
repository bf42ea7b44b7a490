//! The parser's cursor: white space, comments, markers, and the ways in which reading can fail.

use super::arena::{Builder, Properties};
use super::problem::{Problem, ProblemKind, Problems};
use crate::source::Span;

/// A byte order mark.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// Something failed and has been recorded; the caller gives up what it was reading.
#[derive(Debug)]
pub(super) struct Halt;

pub(super) type Parse<T> = Result<T, Halt>;

/// A space or a tab.
pub(super) const BLANK: u8 = 1;
/// A line feed or a carriage return.
pub(super) const BREAK: u8 = 1 << 1;
/// One of `,[]{}`.
pub(super) const FLOW: u8 = 1 << 2;
/// Where a plain scalar may end: a break, `:`, `#`.
pub(super) const STOP: u8 = 1 << 3;
/// What is special between quotes: quotes, backslash, breaks.
pub(super) const QUOTED: u8 = 1 << 4;

/// The classes of every byte.
pub(super) static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    class[b' ' as usize] = BLANK;
    class[b'\t' as usize] = BLANK;
    class[b'\n' as usize] = BREAK | STOP | QUOTED;
    class[b'\r' as usize] = BREAK | STOP | QUOTED;
    class[b',' as usize] = FLOW;
    class[b'[' as usize] = FLOW;
    class[b']' as usize] = FLOW;
    class[b'{' as usize] = FLOW;
    class[b'}' as usize] = FLOW;
    class[b':' as usize] = STOP;
    class[b'#' as usize] = STOP;
    class[b'"' as usize] = QUOTED;
    class[b'\'' as usize] = QUOTED;
    class[b'\\' as usize] = QUOTED;
    class
};

/// Length of the line break at `at`: 0 when there is none.
#[inline]
pub(super) fn break_len(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b'\n') => 1,
        Some(b'\r') => 1 + usize::from(bytes.get(at + 1) == Some(&b'\n')),
        _ => 0,
    }
}

/// The text without the blanks and line breaks at its end. Other white space is text in YAML.
pub(super) fn trim_end(text: &str) -> &str {
    text.trim_end_matches([' ', '\t', '\n', '\r'])
}

/// Offset of the first byte at or after `at` that ends a line, or the end of the text.
#[inline]
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |found| at + found)
}

/// A block collection being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Byte column of its entries.
    pub column: usize,
    pub kind: FrameKind,
}

/// What a [`Frame`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    Sequence,
    Mapping,
    /// A mapping whose explicit key (`? …`) has no value yet.
    ExplicitKey,
}

/// A quoted scalar over several lines, remembered in case what follows shows that its closing quote is another's opening one.
#[derive(Clone, Copy, Debug)]
pub(super) struct LongQuote {
    pub start: usize,
    pub end: usize,
    /// Its first line that looks like an entry of an enclosing block collection.
    pub suspect: Option<usize>,
    /// Number of problems when it began.
    pub problems: usize,
}

/// The parser. Its parts: this file the cursor, `stream` documents, `block` and `flow` the two kinds of collections,
/// `scalar` the scalars, `recover` what happens after an error.
pub(super) struct Parser<'s> {
    pub text: &'s str,
    pub bytes: &'s [u8],
    /// The cursor.
    pub at: usize,
    /// Start of the cursor's line.
    pub line: usize,
    /// The latest place that is known to be the first on its line.
    pub fresh: usize,
    /// Whether a tab stood in the white space skipped since the line began.
    pub tab: bool,
    pub strict: bool,
    pub inside_document: bool,
    pub out: Builder<'s>,
    pub frames: Vec<Frame>,
    pub flows: Vec<super::flow::FlowFrame>,
    pub problems: Problems,
    pub keys: super::keys::KeyCheck,
    /// Where the text to pass over begins, once something failed.
    pub failed_at: usize,
    /// Column of the node being read, if it is the first on its line.
    pub node_column: Option<usize>,
    pub long_quote: Option<LongQuote>,
    /// First line of the current flow collection that looks like an entry of an enclosing block collection.
    pub flow_suspect: Option<usize>,
    /// Whether the current flow collection's under-indentation has been told.
    pub flow_tolerated: bool,
    /// Number of problems when the current flow collection began.
    pub flow_problems: usize,
    /// The latest line with an error inside brackets: one is told per line.
    pub flow_error_line: Option<usize>,
    /// The `%TAG` handles of the current document.
    pub handles: Vec<(Span, Span)>,
}

impl<'s> Parser<'s> {
    /// A parser that reads `text` from the line at `start` on.
    pub fn new(text: &'s str, start: usize, strict: bool) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: start,
            line: start,
            fresh: usize::MAX,
            tab: false,
            strict,
            inside_document: false,
            out: Builder::new(text, start),
            frames: Vec::with_capacity(32),
            flows: Vec::new(),
            problems: Problems::default(),
            keys: super::keys::KeyCheck::new(strict),
            failed_at: start,
            node_column: None,
            long_quote: None,
            flow_suspect: None,
            flow_tolerated: false,
            flow_problems: 0,
            flow_error_line: None,
            handles: Vec::new(),
        }
    }

    /// The byte at `at`, 0 past the end.
    #[inline]
    pub fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// Whether the byte at `at` is of one of the classes; false past the end.
    #[inline]
    pub fn is(&self, at: usize, classes: u8) -> bool {
        CLASS[self.byte(at) as usize] & classes != 0
    }

    /// Whether white space, a line break or the end of the text is at `at`.
    #[inline]
    pub fn is_space(&self, at: usize) -> bool {
        at >= self.bytes.len() || CLASS[self.bytes[at] as usize] & (BLANK | BREAK) != 0
    }

    #[inline]
    pub fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Byte column of the cursor, 0-based.
    #[inline]
    pub fn column(&self) -> usize {
        self.at - self.line
    }

    /// The first column inside the innermost block collection: one past that of its entries, 0 outside of all.
    #[inline]
    pub fn least_column(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.column + 1)
    }

    /// Whether the line that starts at `line` is a document marker, `---` or `...`.
    #[inline]
    pub fn is_marker(&self, line: usize) -> bool {
        matches!(self.byte(line), b'-' | b'.')
            && matches!(self.bytes.get(line..line + 3), Some(b"---" | b"..."))
            && self.is_space(line + 3)
    }

    #[inline]
    pub fn at_marker(&self) -> bool {
        self.at == self.line && self.is_marker(self.at)
    }

    /// First offset at or after `at` that holds neither space nor tab.
    #[inline]
    pub fn skip_blanks(&self, mut at: usize) -> usize {
        while self.is(at, BLANK) {
            at += 1;
        }
        at
    }

    /// Number of spaces from `line` on.
    #[inline]
    pub fn indentation(&self, line: usize) -> usize {
        self.bytes[line..].iter().take_while(|&&byte| byte == b' ').count()
    }

    /// Skips white space, comments and line breaks.
    #[inline]
    pub fn skip(&mut self) {
        let mut at = self.at;
        let mut broke = false;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b' ' => at += 1,
                b'\t' => {
                    self.tab = true;
                    at += 1;
                }
                b'\n' | b'\r' => {
                    at += break_len(self.bytes, at);
                    self.line = at;
                    self.tab = false;
                    broke = true;
                }
                0xef if at == self.line && self.bytes[at..].starts_with(BOM) => {
                    at = self.byte_order_mark(at);
                    broke = true;
                }
                b'#' if at == self.line || self.is(at - 1, BLANK | BREAK) => at = self.comment(at),
                _ => break,
            }
        }
        self.at = at;
        if broke {
            self.fresh = at;
        }
    }

    /// Passes over the byte order mark at `at`, at the start of a line, as go-yaml does; the line starts after it.
    #[cold]
    fn byte_order_mark(&mut self, at: usize) -> usize {
        let end = at + BOM.len();
        self.line = end;
        if self.inside_document {
            self.tolerate(
                (at..end).into(),
                "a byte order mark inside a document".into(),
                "remove it: some parsers take it for a part of the text".into(),
            );
        }
        end
    }

    /// Records the comment at `at` and returns its end.
    pub fn comment(&mut self, at: usize) -> usize {
        let end = line_end(self.bytes, at);
        self.out.arena.comments.push((at..end).into());
        end
    }

    /// As [`Parser::comment`], for one right after something else, which go-yaml takes for a comment too.
    #[cold]
    pub fn tight_comment(&mut self, at: usize) -> usize {
        self.tolerate(
            (at..at + 1).into(),
            "there is no space before this `#`".into(),
            "put a space before a comment: some parsers reject the file as it is".into(),
        );
        self.comment(at)
    }

    /// Whether a `:` that ends a key follows on this line; the cursor is then on it.
    #[inline]
    pub fn at_key_end(&mut self) -> bool {
        let colon = self.skip_blanks(self.at);
        let found = self.byte(colon) == b':' && self.is_space(colon + 1);
        if found {
            self.at = colon;
        }
        found
    }

    /// Whether a tab is in the white space right before `at`.
    pub fn tab_before(&self, at: usize) -> bool {
        self.tab
            && self.bytes[self.line..at]
                .iter()
                .rev()
                .take_while(|&&byte| CLASS[byte as usize] & BLANK != 0)
                .any(|&byte| byte == b'\t')
    }

    /// Whether the text at `at`, first on its line, looks like an entry of a block collection, and of which kind.
    pub fn looks_like_entry(&self, at: usize) -> Option<FrameKind> {
        let line = &self.bytes[at..line_end(self.bytes, at)];
        let spaced = |after: usize| line.get(after).is_none_or(|&byte| CLASS[byte as usize] & BLANK != 0);
        match *line.first()? {
            b'-' if spaced(1) => return Some(FrameKind::Sequence),
            quote @ (b'"' | b'\'') => {
                let close = 1 + memchr::memchr(quote, &line[1..])?;
                let colon = self.skip_blanks(at + close + 1) - at;
                return (line.get(colon) == Some(&b':') && spaced(colon + 1)).then_some(FrameKind::Mapping);
            }
            b'#' | b'|' | b'>' | b'@' | b'`' | b'%' | b'*' => return None,
            _ => {}
        }
        // Prose has colons too: a key without quotes counts only if it is one word.
        let word = line.iter().position(|byte| b" \t\"'{}[],".contains(byte)).unwrap_or(line.len());
        let colon = self.skip_blanks(at + word) - at;
        let key_ends = word > 1 && line[word - 1] == b':';
        let colon_apart = word > 0 && line.get(colon) == Some(&b':') && spaced(colon + 1);
        ((key_ends && spaced(word)) || colon_apart).then_some(FrameKind::Mapping)
    }

    /// Whether the line at `line`, indented by `indent`, may be an entry of a block collection around the node that
    /// reaches into it and should be indented to column `least` at least.
    pub fn is_suspect(&self, line: usize, indent: usize, least: usize) -> bool {
        indent < least && self.looks_like_entry(line + indent).is_some()
    }

    /// Reads `*name` or `&name` at the cursor and returns its end; `None` when the name is empty. Any character may be in
    /// a name but flow indicators, white space and byte order marks (YAML 1.2.2, section 6.9.2).
    pub fn name_end(&self) -> Option<usize> {
        let mut end = self.at + 1;
        while end < self.bytes.len()
            && !self.is(end, BLANK | BREAK | FLOW)
            && !(self.bytes[end] == BOM[0] && self.bytes[end..].starts_with(BOM))
        {
            end += 1;
        }
        (end > self.at + 1).then_some(end)
    }

    /// Adds an alias. One that stands inside the node it names is linked in strict mode only: the specification
    /// allows it, and every consumer rejects it.
    pub fn alias(&mut self, span: Span) {
        let target = self.out.anchored(&span.of(self.text)[1..]);
        let around = target.filter(|&target| !self.strict && self.out.is_open(target));
        self.out.alias(span, target.filter(|_| around.is_none()));
        if let Some(around) = around {
            self.alias_inside_its_anchor(span, around);
        } else if target.is_none() {
            self.unknown_alias(span);
        }
    }

    /// The two sets of properties of one node as one.
    pub fn join(&mut self, outer: Properties, inner: Properties) -> Properties {
        outer.join(inner).unwrap_or_else(|| {
            let span =
                if inner.anchor.is_empty() || outer.anchor.is_empty() { inner.tag } else { inner.anchor };
            self.report(
                span,
                "a node has one anchor and one tag at most".into(),
                "remove one of the two".into(),
            );
            inner
        })
    }

    /// Records an error after which reading goes on as if nothing had been.
    #[cold]
    pub fn report(&mut self, span: Span, message: String, help: String) {
        self.record(ProblemKind::Syntax, span, message, help);
    }

    /// Records an error; what is being read has to be given up.
    #[cold]
    pub fn fail(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) -> Halt {
        self.failed_at = span.start as usize;
        self.record(ProblemKind::Syntax, span, message.into(), help.into());
        Halt
    }

    /// As [`Parser::fail`], for one character.
    #[cold]
    pub fn fail_at(&mut self, at: usize, message: impl Into<String>, help: impl Into<String>) -> Halt {
        let length = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.fail((at..at + length).into(), message, help)
    }

    /// Records what YAML forbids and go-yaml takes.
    #[cold]
    pub fn tolerate(&mut self, span: Span, message: String, help: String) {
        let kind = if self.strict { ProblemKind::Syntax } else { ProblemKind::Leniency };
        self.record(kind, span, message, help);
    }

    /// Records a problem, in the words for templates if its line holds one.
    #[cold]
    pub fn record(&mut self, kind: ProblemKind, mut span: Span, mut message: String, mut help: String) {
        if !self.problems.wants(kind) {
            return;
        }
        if kind == ProblemKind::Syntax
            && let Some(template) = self.template_near(span.start as usize)
        {
            span = template;
            message = "this looks like a template, not like YAML".into();
            help = "render it first (`helm template`, `envsubst`, …), or quote the value".into();
        }
        self.problems.push(Problem { kind, span, message, help: Some(help), related: None });
    }

    /// The `{{` or `{%` on the line of `at`.
    fn template_near(&self, at: usize) -> Option<Span> {
        // A template action is short: looking further would cost a long line again and again.
        const REACH: usize = 200;
        let at = at.min(self.bytes.len());
        let start = at.saturating_sub(REACH);
        let start =
            memchr::memrchr2(b'\n', b'\r', &self.bytes[start..at]).map_or(start, |found| start + found + 1);
        let end = line_end(&self.bytes[..self.bytes.len().min(at + REACH)], at);
        let found = memchr::memchr_iter(b'{', &self.bytes[start..end]).find(|&brace| {
            let at = start + brace;
            // `${{ … }}` is an expression of GitHub Actions, which YAML takes as text.
            let expression = at > 0 && matches!(self.bytes[at - 1], b'$' | b'{');
            // In quotes the same is text.
            let before = &self.bytes[start..at];
            let quoted = |quote: u8| memchr::memchr_iter(quote, before).count() % 2 == 1;
            matches!(self.byte(at + 1), b'{' | b'%') && !expression && !quoted(b'\'') && !quoted(b'"')
        })?;
        Some((start + found..start + found + 2).into())
    }

    /// Names a second place for the problem recorded last.
    pub fn relate(&mut self, span: Span, text: &'static str) {
        if let Some(problem) = self.problems.last_recorded() {
            problem.related = Some((span, text));
        }
    }
}
