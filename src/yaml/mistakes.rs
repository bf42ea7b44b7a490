//! The words for each mistake, and where the text to pass over begins after it.

use super::arena::Properties;
use super::document::MAX_DEPTH;
use super::problem::ProblemKind;
use super::scanner::{Halt, LongQuote, Parser, line_end, trim_end};
use crate::source::Span;

impl Parser<'_> {
    /// The error for a key over several lines.
    #[cold]
    pub fn long_key(&mut self, start: usize) -> Halt {
        if let Some(quote) = self.long_quote.filter(|quote| quote.start == start && quote.suspect.is_some()) {
            return self.unclosed_quote(quote);
        }
        let end = line_end(self.bytes, start);
        let halt = self.fail(
            (start..end).into(),
            "a key that goes on over several lines",
            "keep the key on one line, or quote the text if it is a value",
        );
        self.failed_at = start;
        halt
    }

    #[cold]
    pub fn properties_of_alias(&mut self, properties: Properties) -> Halt {
        let span = if properties.anchor.is_empty() { properties.tag } else { properties.anchor };
        self.fail(
            span,
            "an alias cannot have an anchor or a tag",
            "remove it: the node that the alias names has them",
        )
    }

    /// The error for text that begins with `*`.
    #[cold]
    pub fn text_with_asterisk(&mut self, alias: Span) -> Halt {
        let line = Span::new(alias.start, line_end(self.bytes, alias.end as usize) as u32);
        let message =
            format!("`*` begins an alias, but `{}` is more than a name", shorten(line.of(self.text)));
        self.fail(line, message, "quote the value if it is text")
    }

    #[cold]
    pub fn unknown_alias(&mut self, span: Span) {
        let alias = shorten(span.of(self.text));
        let help = format!(
            "define `&{}` before it in the same document, or quote it if it is meant as text",
            &alias[1..]
        );
        self.report(span, format!("the alias `{alias}` names no anchor"), help);
    }

    /// Records that an alias names a node that it is a part of.
    #[cold]
    pub fn alias_inside_its_anchor(&mut self, span: Span, target: u32) {
        let alias = shorten(span.of(self.text));
        let message = format!("the alias `{alias}` stands inside the value that `&{}` names", &alias[1..]);
        self.report(span, message, "write out what it should stand for, or anchor that alone".into());
        if let Some(properties) = self.out.arena.properties_of(target).copied() {
            self.relate(properties.anchor, "anchored here");
        }
    }

    /// The error for text after a complete value.
    #[cold]
    pub fn junk(&mut self, at: usize) -> Halt {
        if let Some(quote) = self.long_quote.filter(|quote| quote.end == self.at && quote.suspect.is_some()) {
            return self.unclosed_quote(quote);
        }
        let rest: Span = (at..line_end(self.bytes, at)).into();
        if self.byte(at) == b':' {
            return self.second_colon(at);
        }
        let message = format!("`{}` follows a value that is already complete", shorten(rest.of(self.text)));
        self.fail(rest, message, "quote the whole value, or remove what follows it")
    }

    /// The error for a `:` after a value.
    #[cold]
    pub fn second_colon(&mut self, at: usize) -> Halt {
        self.fail_at(
            at,
            "a second `:` on this line",
            "quote the value if the `:` belongs to it; begin a mapping on the next line, indented",
        )
    }

    #[cold]
    pub fn left_of_root(&mut self) {
        let line = line_end(self.bytes, self.at);
        self.report(
            (self.at..line).into(),
            "this entry is indented less than the first entry of the document".into(),
            "give both the same indentation".into(),
        );
    }

    /// The error for an entry indented deeper than the entries around it.
    #[cold]
    pub fn misplaced(&mut self) -> Halt {
        let span = (self.at..line_end(self.bytes, self.at)).into();
        let here = self.column();
        self.fail(
            span,
            format!("indented by {here}, which is the indentation of no entry above it"),
            "indent it like the entries beside it; a key that has a value of its own cannot hold others",
        )
    }

    #[cold]
    pub fn not_an_item(&mut self) -> Halt {
        let span = (self.at..line_end(self.bytes, self.at)).into();
        self.fail(
            span,
            "this line stands where an item of the list is expected",
            "begin it with `- `, or indent it like the entry it belongs to",
        )
    }

    /// The error for an entry of a mapping without its `:`.
    #[cold]
    pub fn key_without_colon(&mut self, start: usize) -> Halt {
        if let Some(quote) = self.long_quote.filter(|quote| quote.start == start && quote.suspect.is_some()) {
            return self.unclosed_quote(quote);
        }
        let span = Span::from(start..line_end(self.bytes, start));
        let text = span.of(self.text);
        let text = trim_end(text.split(" #").next().unwrap_or(text));
        let colon = text
            .find(':')
            .filter(|&colon| !text[colon + 1..].starts_with('/') && !text.starts_with(['"', '\'', '{', '[']));
        let halt = match colon {
            Some(colon) => self.missing_space(start + colon),
            None => self.missing_colon((start..start + text.len()).into()),
        };
        self.failed_at = start;
        halt
    }

    /// The error for a character that nothing may begin with.
    #[cold]
    pub fn bad_start(&mut self, at: usize) -> Halt {
        let found = self.text[at..].chars().next().unwrap_or_default();
        match found {
            ']' | '}' => {
                self.fail_at(at, format!("this `{found}` closes nothing"), "remove it, or open it before")
            }
            '-' | '?' | ':' => self.fail_at(
                at,
                format!("`{found}` followed by a space has a meaning of its own and cannot stand here"),
                "quote the value if it is meant as text",
            ),
            '`' => self.fail_at(at, "a value cannot begin with a backtick", "quote the value"),
            _ => self.fail_at(at, format!("a value cannot begin with `{found}`"), "quote the value"),
        }
    }

    /// The error for `key:` on a further line of the plain scalar at `start`.
    #[cold]
    pub fn entry_in_plain(&mut self, start: usize, key: usize) -> Halt {
        let first = Span::new(start as u32, line_end(self.bytes, start) as u32);
        let first_line = trim_end(first.of(self.text));
        let own_line = self.node_column.is_some();
        let colon = first_line.find(':').filter(|&colon| !first_line[colon + 1..].starts_with('/'));
        let halt = match colon {
            Some(colon) if own_line => self.missing_space(start + colon),
            _ if own_line => self.missing_colon((start..start + first_line.len()).into()),
            _ => self.fail(
                (key..self.at).into(),
                format!("`{}` is indented as if it belonged to the value above it", &self.text[key..self.at]),
                "indent it like the entries beside it; if it belongs to the key above, that key must have no value of its own",
            ),
        };
        self.failed_at = start;
        halt
    }

    /// The error for a `:` that should end a key and is followed by text.
    #[cold]
    pub fn missing_space(&mut self, colon: usize) -> Halt {
        self.fail_at(colon, "there is no space after this `:`", "write `key: value`")
    }

    /// The error for text where an entry of a mapping should be.
    #[cold]
    pub fn missing_colon(&mut self, text: Span) -> Halt {
        self.fail(
            text,
            format!("`{}` is not followed by `:`", shorten(text.of(self.text))),
            "write `key: value`; text that goes on from the line above must be indented deeper than its key",
        )
    }

    /// Records that the text at `at` is not indented as deep as YAML wants.
    #[cold]
    pub fn under_indented(&mut self, at: usize, what: &str) {
        let what = match self.byte(at) {
            b']' => "this `]`",
            b'}' => "this `}`",
            _ => what,
        };
        let length = self.text[at..].chars().next().map_or(0, char::len_utf8);
        self.tolerate(
            (at..at + length).into(),
            format!("{what} is not indented deeper than the entry it belongs to"),
            "indent it: some parsers reject the file as it is".into(),
        );
    }

    /// Records a quote that is never closed, and what it swallowed.
    #[cold]
    pub fn unclosed_quote(&mut self, quote: LongQuote) -> Halt {
        let LongQuote { start, end, suspect, problems } = quote;
        self.problems.retract_leniencies(problems);
        let halt = self.fail_at(
            start,
            "this quote is never closed",
            format!("end the text with `{}`", char::from(self.bytes[start])),
        );
        let noticed = suspect.unwrap_or(end);
        let span = (noticed..line_end(self.bytes, noticed.min(self.bytes.len()))).into();
        self.relate(span, "passed over up to here");
        halt
    }

    /// The error for the first tab from `from` on.
    #[cold]
    pub fn tab_in_indentation(&mut self, from: usize) -> Halt {
        let tab = memchr::memchr(b'\t', &self.bytes[from..]).map_or(from, |found| from + found);
        self.fail_at(tab, "a tab in the indentation", "indent with spaces: YAML does not allow tabs there")
    }

    /// The error for a node that would nest deeper than the limit.
    #[cold]
    pub fn too_deep(&mut self) -> Halt {
        self.failed_at = self.at;
        let message = format!("nested deeper than {MAX_DEPTH} levels");
        let help = "what is inside was passed over".into();
        self.record(ProblemKind::Limit, Span::empty(self.at as u32), message, help);
        Halt
    }
}

/// At most about 40 characters of the first line of `text`, for a message.
pub(super) fn shorten(text: &str) -> String {
    const LENGTH: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LENGTH) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line.to_owned(),
    }
}
