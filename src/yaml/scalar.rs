//! Reading scalars: where they end, not what they say (that is `decode`).

use super::arena::{Properties, VERBATIM};
use super::decode::{HexEscape, hex_escape};
use super::document::Style;
use super::scanner::{
    BLANK, BREAK, CLASS, FLOW, LongQuote, Parse, Parser, QUOTED, STOP, break_len, line_end,
};
use crate::source::Span;

/// Whether flow indicators end a plain scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    Block,
    Flow,
}

/// A quoted scalar: its end is the cursor.
pub(super) struct Quoted {
    /// [`VERBATIM`] or nothing.
    pub flags: u16,
    pub style: Style,
}

impl Parser<'_> {
    /// Whether what is at `at` makes an indicator of the `-`, `?` or `:` before it.
    #[inline]
    fn ends_indicator(&self, at: usize, context: Context) -> bool {
        self.is_space(at) || (context == Context::Flow && self.is(at, FLOW))
    }

    /// Whether what is at `at` makes the `:` before it the end of a key without quotes. Go's libraries, and so the lenient
    /// mode, want white space there: `{a:, b: c}` has the key `a:`. Before an opening bracket they reject the text,
    /// and the caller says so.
    #[inline]
    pub fn ends_key(&self, at: usize, context: Context) -> bool {
        self.is_space(at)
            || (context == Context::Flow
                && self.is(at, FLOW)
                && (self.strict || matches!(self.bytes[at], b'[' | b'{')))
    }

    /// Whether a plain scalar may begin at `at`.
    #[inline]
    pub fn may_start_plain(&self, at: usize, context: Context) -> bool {
        match self.byte(at) {
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"'
            | b'%' | b'@' | b'`' => false,
            b'-' | b'?' | b':' => !self.ends_indicator(at + 1, context),
            _ => true,
        }
    }

    /// Reads one line of a plain scalar from `start` and returns its end without trailing blanks. The cursor is left
    /// on what stopped it: the `:` of a key, a comment, a break, in flow context an indicator.
    #[inline]
    pub fn plain_line(&mut self, start: usize, context: Context) -> usize {
        let bytes = self.bytes;
        let stops = if context == Context::Flow { STOP | FLOW } else { STOP };
        let mut at = start;
        loop {
            while at < bytes.len() && CLASS[bytes[at] as usize] & stops == 0 {
                at += 1;
            }
            match bytes.get(at) {
                Some(b':') if !self.ends_key(at + 1, context) => at += 1,
                Some(b'#') if at > start && CLASS[bytes[at - 1] as usize] & BLANK == 0 => at += 1,
                _ => break,
            }
        }
        self.at = at;
        let mut end = at;
        while end > start && CLASS[bytes[end - 1] as usize] & BLANK != 0 {
            end -= 1;
        }
        end
    }

    /// Reads the further lines of the plain scalar that starts at `start` and ends at `end` so far; returns its end.
    #[inline]
    pub fn plain_more(
        &mut self,
        start: usize,
        mut end: usize,
        least: usize,
        context: Context,
    ) -> Parse<usize> {
        loop {
            if !self.is(self.at, BREAK) {
                return Ok(end);
            }
            // The next line that is not blank.
            let mut line = self.at;
            let (indent, text) = loop {
                line += break_len(self.bytes, line);
                let indent = self.indentation(line);
                let text = self.skip_blanks(line + indent);
                if text >= self.bytes.len() {
                    return Ok(end);
                }
                if !self.is(text, BREAK) {
                    break (indent, text);
                }
                line = text;
            };
            if self.byte(text) == b'#' || (line == text && self.is_marker(line)) {
                return Ok(end);
            }
            if context == Context::Block {
                if indent < least {
                    return Ok(end);
                }
            } else if self.is(text, FLOW) || (self.byte(text) == b':' && self.ends_key(text + 1, context)) {
                return Ok(end);
            } else if indent < least {
                self.flow_under_indented(line, indent, least);
            }
            self.line = line;
            self.tab = false;
            let line_ends = self.plain_line(text, context);
            if self.byte(self.at) == b':' && self.at < self.bytes.len() {
                if context == Context::Block {
                    return Err(self.entry_in_plain(start, text));
                }
                return Ok(if line_ends == text { end } else { line_ends });
            }
            if line_ends == text {
                return Ok(end);
            }
            end = line_ends;
        }
    }

    /// Reads the quoted scalar at the cursor; an error when its closing quote is missing, the cursor then being where
    /// that was noticed. Its further lines should be indented to column `least` at least.
    pub fn quoted(&mut self, least: usize) -> Result<Quoted, LongQuote> {
        let start = self.at;
        let quote = self.bytes[start];
        let style = if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
        let mut flags = VERBATIM;
        let mut suspect = None;
        let mut long = false;
        let mut tolerated = false;
        let problems = self.problems.len();
        let mut at = start + 1;
        loop {
            while at < self.bytes.len() && CLASS[self.bytes[at] as usize] & QUOTED == 0 {
                at += 1;
            }
            match self.bytes.get(at) {
                None => {
                    self.at = self.bytes.len();
                    return Err(LongQuote { start, end: self.at, suspect, problems });
                }
                Some(b'\n' | b'\r') => {
                    flags = 0;
                    long = true;
                    at += break_len(self.bytes, at);
                    self.line = at;
                    self.tab = false;
                    if self.is_marker(at) {
                        self.at = at;
                        return Err(LongQuote { start, end: at, suspect, problems });
                    }
                    let indent = self.indentation(at);
                    let text = self.skip_blanks(at + indent);
                    if indent < least && text < self.bytes.len() && !self.is(text, BREAK) {
                        if !tolerated {
                            tolerated = true;
                            self.under_indented(text, "this line of a quoted text");
                        }
                        if suspect.is_none() && self.is_suspect(at, indent, least) {
                            suspect = Some(at + indent);
                        }
                    }
                    at = text;
                }
                Some(b'\\') if quote == b'"' => {
                    flags = 0;
                    at = self.escape(at);
                }
                Some(&byte) if byte != quote => at += 1,
                Some(b'\'') if self.byte(at + 1) == b'\'' => {
                    flags = 0;
                    at += 2;
                }
                Some(_) => {
                    self.at = at + 1;
                    if long {
                        self.long_quote = Some(LongQuote { start, end: self.at, suspect, problems });
                    }
                    return Ok(Quoted { flags, style });
                }
            }
        }
    }

    /// Checks the escape at `at` and returns its end; an escaped line break is left to the caller.
    fn escape(&mut self, at: usize) -> usize {
        let digits = match self.byte(at + 1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            b'\n' | b'\r' => return at + 1,
            b'0' | b'a' | b'b' | b't' | b'\t' | b'n' | b'v' | b'f' | b'r' | b'e' | b' ' | b'"' | b'/'
            | b'\\' | b'N' | b'_' | b'L' | b'P' => return at + 2,
            _ => {
                let length = self.text[at + 1..].chars().next().map_or(0, char::len_utf8);
                let span = Span::from(at..at + 1 + length);
                self.report(
                    span,
                    format!("`{}` is not an escape that YAML knows", span.of(self.text)),
                    "write `\\\\` for a backslash, or put the text in single quotes".into(),
                );
                return at + 1 + length;
            }
        };
        match hex_escape(self.bytes, at, digits) {
            HexEscape::Character(_, length) => at + length,
            HexEscape::NoCharacter(length) => {
                let span = Span::from(at..at + length);
                self.report(
                    span,
                    format!("`{}` is no character", span.of(self.text)),
                    "write the character itself; `\\ud800` to `\\udfff` are halves of one in JSON".into(),
                );
                at + length
            }
            HexEscape::Malformed => {
                self.report(
                    (at..at + 2).into(),
                    format!("`{}` must be followed by {digits} hexadecimal digits", &self.text[at..at + 2]),
                    "write `\\\\` for a backslash, or put the text in single quotes".into(),
                );
                at + 2
            }
        }
    }

    /// Reads the block scalar at the cursor.
    pub fn block_scalar(&mut self, least: usize, properties: Properties) -> Parse<()> {
        let bytes = self.bytes;
        let start = self.at;
        let style = if bytes[start] == b'>' { Style::Folded } else { Style::Literal };
        let (mut at, mut explicit) = (start + 1, None);
        let mut chomped = false;
        loop {
            match self.byte(at) {
                b'+' | b'-' if !chomped => chomped = true,
                digit @ b'1'..=b'9' if explicit.is_none() => explicit = Some(usize::from(digit - b'0')),
                _ => break,
            }
            at += 1;
        }
        let header = at;
        at = self.skip_blanks(at);
        if self.byte(at) == b'#' {
            at = if at > header { self.comment(at) } else { self.tight_comment(at) };
        }
        if at < bytes.len() && !self.is(at, BREAK) {
            let rest = (at..line_end(bytes, at)).into();
            let indicator = char::from(bytes[start]);
            return Err(self.fail(
                rest,
                format!("text on the line of `{indicator}`"),
                format!("begin the text on the next line, indented; or quote the value if `{indicator}` is part of it"),
            ));
        }
        let content = at + break_len(bytes, at);
        let body = self.block_lines(content, least, explicit)?;
        let indent = body.indent.unwrap_or(0) as u32;
        let id = self.out.scalar(style, (start..body.end).into(), indent, 0);
        self.out.properties(id, properties);
        self.at = body.end;
        if self.is(body.end - 1, BREAK) {
            self.line = body.end;
        }
        self.tab = false;
        self.skip();
        self.fresh = self.at;
        Ok(())
    }

    /// Finds the end of a block scalar whose lines begin at `content`.
    fn block_lines(&mut self, content: usize, least: usize, explicit: Option<usize>) -> Parse<BlockLines> {
        let bytes = self.bytes;
        let mut indent = explicit.map(|columns| columns + least.saturating_sub(1));
        let mut deepest_blank = (0, content);
        let mut line = content;
        while line < bytes.len() {
            let mut at = line;
            let limit = indent.unwrap_or(usize::MAX);
            while self.byte(at) == b' ' && at - line < limit {
                at += 1;
            }
            let spaces = at - line;
            let blank = at >= bytes.len() || self.is(at, BREAK);
            if blank && indent.is_none() && spaces > deepest_blank.0 {
                deepest_blank = (spaces, line);
            }
            if blank {
                line = at + break_len(bytes, at);
                continue;
            }
            let text = self.skip_blanks(at);
            let Some(indent) = indent else {
                if spaces < least {
                    if bytes[at] == b'\t' && text < bytes.len() && self.byte(text) != b'#' {
                        return Err(self.tab_in_indentation(at));
                    }
                    break;
                }
                if spaces == 0 && self.is_marker(line) {
                    break;
                }
                if deepest_blank.0 > spaces {
                    let (columns, line) = deepest_blank;
                    self.report(
                        (line..line + columns).into(),
                        "this blank line is indented deeper than the text below it".into(),
                        "remove its spaces, or say the indentation after `|` or `>`, as in `|2`".into(),
                    );
                }
                indent = Some(spaces);
                continue;
            };
            if spaces < indent {
                let ends = text >= bytes.len() || self.is(text, BREAK) || bytes[at] == b'#';
                if !ends && spaces >= least && spaces > 0 && least > 0 {
                    let halt = self.fail(
                        (text..line_end(bytes, text)).into(),
                        "this line is indented less than the block of text above it, but more than the entry the block belongs to",
                        "indent it like the block's first line, or like the next entry",
                    );
                    return Err(halt);
                }
                break;
            }
            if indent == 0 && self.is_marker(line) {
                break;
            }
            let end = line_end(bytes, at);
            line = end + break_len(bytes, end);
        }
        Ok(BlockLines { end: line, indent: indent.or((deepest_blank.0 > 0).then_some(deepest_blank.0)) })
    }
}

/// The lines of a block scalar.
struct BlockLines {
    end: usize,
    indent: Option<usize>,
}
