//! What a scalar says: its source with quotes, escapes, folding and indentation undone, and where each byte came from.

use super::arena::{NodeData, VERBATIM};
use super::document::{Kind, Style};
use super::scanner::{break_len, line_end};
use crate::source::{FileId, Place, Segment, SourceMap, Span};
use std::borrow::Cow;

/// What the last line of a block scalar reads as when the text ends before its line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FinalBreak {
    /// No line break, as go-yaml has it.
    AsWritten,
    /// A line break, as the YAML specification has it.
    Added,
}

/// The text of a scalar; empty for every other node.
#[inline]
pub(super) fn text<'s>(source: &'s str, node: &NodeData, last: FinalBreak) -> Cow<'s, str> {
    if node.kind != Kind::Scalar {
        return Cow::Borrowed("");
    }
    if node.flags & VERBATIM != 0 {
        return Cow::Borrowed(inside(node).of(source));
    }
    let mut out = String::with_capacity((node.end - node.start) as usize);
    decode(source, node, last, &mut out);
    Cow::Owned(out)
}

/// The text of a scalar and the map from it to the file.
pub(super) fn mapped(source: &str, node: &NodeData, last: FinalBreak, file: FileId) -> (String, SourceMap) {
    let mut out = Mapped { text: String::new(), map: SourceMap::default(), file };
    if node.kind == Kind::Scalar {
        decode(source, node, last, &mut out);
    }
    if out.map.segments().is_empty() {
        let at = inside(node).start;
        out.map = SourceMap::verbatim(Place { file, span: Span::empty(at) });
    }
    (out.text, out.map)
}

/// The span of a scalar without its quotes.
#[inline]
fn inside(node: &NodeData) -> Span {
    let quotes = u32::from(matches!(node.style, Style::SingleQuoted | Style::DoubleQuoted));
    Span::new(node.start + quotes, node.end - quotes)
}

fn decode(source: &str, node: &NodeData, last: FinalBreak, out: &mut impl Sink) {
    match node.style {
        Style::Literal | Style::Folded => block(source, node, last, out),
        _ => flow(source, inside(node), node.style, out),
    }
}

/// Where decoded text goes.
trait Sink {
    /// The bytes `start..end` of the source as they stand.
    fn verbatim(&mut self, source: &str, start: usize, end: usize);
    /// Text that stands for the bytes `start..end`.
    fn stands_for(&mut self, text: &str, start: usize, end: usize);
}

impl Sink for String {
    fn verbatim(&mut self, source: &str, start: usize, end: usize) {
        self.push_str(&source[start..end]);
    }

    fn stands_for(&mut self, text: &str, _: usize, _: usize) {
        self.push_str(text);
    }
}

struct Mapped {
    text: String,
    map: SourceMap,
    file: FileId,
}

impl Mapped {
    fn push(&mut self, text: &str, start: usize, end: usize, verbatim: bool) {
        let source = Place { file: self.file, span: (start..end).into() };
        self.map.push(Segment { out: self.text.len() as u32, source, verbatim });
        self.text.push_str(text);
    }
}

impl Sink for Mapped {
    fn verbatim(&mut self, source: &str, start: usize, end: usize) {
        if start < end {
            self.push(&source[start..end], start, end, true);
        }
    }

    fn stands_for(&mut self, text: &str, start: usize, end: usize) {
        self.push(text, start, end, false);
    }
}

/// Skips blanks and line breaks from `at` and returns the end and the number of breaks.
fn skip_breaks(bytes: &[u8], mut at: usize) -> (usize, usize) {
    let mut breaks = 0;
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t') => at += 1,
            Some(b'\n' | b'\r') => {
                at += break_len(bytes, at);
                breaks += 1;
            }
            _ => return (at, breaks),
        }
    }
}

/// Plain and quoted scalars: one break folds to a space, several to one less.
fn flow(source: &str, span: Span, style: Style, out: &mut impl Sink) {
    let bytes = &source.as_bytes()[..span.end as usize];
    let mut at = span.start as usize;
    // What was not handed out yet starts here; blanks before a break are dropped from it.
    let mut run = at;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let special = match style {
            Style::DoubleQuoted => memchr::memchr3(b'\\', b'\n', b'\r', rest),
            Style::SingleQuoted => memchr::memchr3(b'\'', b'\n', b'\r', rest),
            _ => memchr::memchr2(b'\n', b'\r', rest),
        };
        let Some(special) = special else { break };
        at += special;
        match bytes[at] {
            b'\'' => {
                out.verbatim(source, run, at);
                out.stands_for("'", at, at + 2);
                at += 2;
            }
            b'\\' => {
                out.verbatim(source, run, at);
                at = escape(bytes, at, out);
            }
            _ => {
                let blanks =
                    bytes[run..at].iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                let end = at - blanks;
                out.verbatim(source, run, end);
                let (next, breaks) = skip_breaks(bytes, at);
                if breaks == 1 {
                    out.stands_for(" ", end, next);
                } else {
                    line_feeds(out, breaks - 1, end, next);
                }
                at = next;
            }
        }
        run = at;
    }
    out.verbatim(source, run.min(bytes.len()), bytes.len());
}

/// `count` line feeds that stand for the bytes `start..end` together.
fn line_feeds(out: &mut impl Sink, count: usize, start: usize, end: usize) {
    for _ in 0..count {
        out.stands_for("\n", start, end);
    }
}

/// The number that the hexadecimal digits at `at` write; `None` if they are not all there.
fn hexadecimal(bytes: &[u8], at: usize, digits: usize) -> Option<u32> {
    let digits = bytes.get(at..at + digits)?;
    digits.iter().try_fold(0_u32, |number, &byte| Some((number << 4) | char::from(byte).to_digit(16)?))
}

/// What an escape with hexadecimal digits writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HexEscape {
    /// A character, and the length of the escape (of both, where two surrogates write one character).
    Character(char, usize),
    /// A number that is no character, and the length of the escape.
    NoCharacter(usize),
    /// Not all of the digits are there.
    Malformed,
}

/// Reads the escape at `at`, a backslash and a letter followed by `digits` hexadecimal digits.
pub(super) fn hex_escape(bytes: &[u8], at: usize, digits: usize) -> HexEscape {
    let Some(code) = hexadecimal(bytes, at + 2, digits) else { return HexEscape::Malformed };
    if let Some(decoded) = char::from_u32(code) {
        return HexEscape::Character(decoded, 2 + digits);
    }
    // JSON writes characters beyond U+FFFF as two surrogates.
    let low = bytes.get(at + 6..at + 8).filter(|&next| digits == 4 && next == b"\\u");
    let pair = low.and_then(|_| hexadecimal(bytes, at + 8, 4)).map(|low| [code as u16, low as u16]);
    match pair.and_then(|pair| char::decode_utf16(pair).next()) {
        Some(Ok(decoded)) => HexEscape::Character(decoded, 12),
        _ => HexEscape::NoCharacter(2 + digits),
    }
}

/// Decodes the escape at `at` and returns its end. A backslash that begins none stands for itself.
fn escape(bytes: &[u8], at: usize, out: &mut impl Sink) -> usize {
    let hex = |digits: usize| match hex_escape(bytes, at, digits) {
        HexEscape::Character(decoded, length) => (decoded, length),
        HexEscape::NoCharacter(length) => (char::REPLACEMENT_CHARACTER, length),
        HexEscape::Malformed => ('\\', 1),
    };
    let (decoded, length) = match bytes.get(at + 1) {
        Some(b'0') => ('\0', 2),
        Some(b'a') => ('\x07', 2),
        Some(b'b') => ('\x08', 2),
        Some(b't' | b'\t') => ('\t', 2),
        Some(b'n') => ('\n', 2),
        Some(b'v') => ('\x0b', 2),
        Some(b'f') => ('\x0c', 2),
        Some(b'r') => ('\r', 2),
        Some(b'e') => ('\x1b', 2),
        Some(&same @ (b' ' | b'"' | b'/' | b'\\')) => (char::from(same), 2),
        Some(b'N') => ('\u{85}', 2),
        Some(b'_') => ('\u{a0}', 2),
        Some(b'L') => ('\u{2028}', 2),
        Some(b'P') => ('\u{2029}', 2),
        Some(b'x') => hex(2),
        Some(b'u') => hex(4),
        Some(b'U') => hex(8),
        Some(b'\n' | b'\r') => {
            let (next, breaks) = skip_breaks(bytes, at + 1);
            line_feeds(out, breaks - 1, at, next);
            return next;
        }
        _ => ('\\', 1),
    };
    let end = (at + length).min(bytes.len());
    out.stands_for(decoded.encode_utf8(&mut [0; 4]), at, end);
    end
}

/// Whether the final line breaks of a block scalar are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

/// Literal and folded scalars: indentation taken off, lines folded, the end chomped.
fn block(source: &str, node: &NodeData, last: FinalBreak, out: &mut impl Sink) {
    let (start, end) = (node.start as usize, node.end as usize);
    let bytes = &source.as_bytes()[..end];
    let indent = node.aux as usize;
    let folded = node.style == Style::Folded;
    let chomping = match bytes.get(start + 1..).unwrap_or_default() {
        [b'+', ..] | [b'1'..=b'9', b'+', ..] => Chomping::Keep,
        [b'-', ..] | [b'1'..=b'9', b'-', ..] => Chomping::Strip,
        _ => Chomping::Clip,
    };
    let header = line_end(bytes, start);
    let mut line = header + break_len(bytes, header);
    // The break of the latest line with text, and of the blank lines after it: held back until more text follows.
    let mut pending: Option<(usize, usize)> = None;
    let mut blank: Vec<(usize, usize)> = Vec::new();
    let mut was_indented = false;
    while line < end {
        let spaces = bytes[line..].iter().take(indent).take_while(|&&byte| byte == b' ').count();
        let text = line + spaces;
        if text >= end {
            // Spaces alone on the last line, without a break: no line to the parsers this follows.
            if last == FinalBreak::Added && pending.is_none() && spaces > 0 {
                blank.push((line, text));
            }
            break;
        }
        let length = break_len(bytes, text);
        if length > 0 {
            blank.push((line, text + length));
            line = text + length;
            continue;
        }
        if spaces < indent {
            break;
        }
        let indented = matches!(bytes[text], b' ' | b'\t');
        if let Some((start, end)) = pending.take() {
            if folded && !was_indented && !indented {
                if blank.is_empty() {
                    out.stands_for(" ", start, text);
                }
            } else {
                out.stands_for("\n", start, end);
            }
        }
        for (start, end) in blank.drain(..) {
            out.stands_for("\n", start, end);
        }
        was_indented = indented;
        let stop = line_end(bytes, text);
        out.verbatim(source, text, stop);
        line = stop + break_len(bytes, stop);
        pending = Some((stop, line));
    }
    if chomping == Chomping::Strip {
        return;
    }
    if let Some((start, end)) = pending
        && (start < end || last == FinalBreak::Added)
    {
        out.stands_for("\n", start, end);
    }
    if chomping == Chomping::Keep {
        for (start, end) in blank {
            out.stands_for("\n", start, end);
        }
    }
}
