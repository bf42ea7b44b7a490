//! Flow collections: brackets, JSON, and what goes wrong in them, without recursion.

use super::arena::{INCOMPLETE, Properties, VERBATIM};
use super::document::{Kind, MAX_DEPTH, Style};
use super::mistakes::shorten;
use super::scalar::Context;
use super::scanner::{BLANK, BREAK, FLOW, Halt, LongQuote, Parse, Parser, line_end, trim_end};
use crate::source::Span;

/// An open bracket.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlowFrame {
    /// Offset of the bracket.
    start: usize,
    mapping: bool,
    awaits: Awaits,
    /// The entry being read: where it starts, on which line, its first node, and whether `?` began it.
    entry: Entry,
}

/// What the node being read is to its collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaits {
    /// An item, or a key.
    Key,
    /// A value of the mapping.
    Value,
    /// The value of the only pair of a mapping without brackets: `[a: b]`.
    PairValue,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    node: u32,
    start: usize,
    line: usize,
    explicit: bool,
}

/// A node that just ended.
#[derive(Clone, Copy, Debug)]
struct Ended {
    at: usize,
    /// Whether it is quoted or bracketed, so that a `:` may follow it without a space.
    delimited: bool,
}

impl Parser<'_> {
    /// Reads the flow collection at the cursor; `properties` are its own. its further lines should be
    /// indented to column `least` at least.
    pub fn flow(&mut self, least: usize, properties: Properties) -> Parse<()> {
        self.flow_suspect = None;
        self.flow_tolerated = false;
        self.flow_problems = self.problems.len();
        self.flows.clear();
        let mut ended = self.open_flow(properties)?;
        while let Some(&frame) = self.flows.last() {
            ended = match ended {
                None => self.flow_entry(frame, least)?,
                Some(node) if frame.awaits == Awaits::Key => self.after_key(frame, node, least)?,
                Some(_) => {
                    if frame.awaits == Awaits::PairValue {
                        let id = self.out.close(None);
                        self.closed(id);
                    }
                    self.separator(frame, least)?
                }
            };
        }
        Ok(())
    }

    /// Opens the collection whose bracket is at the cursor.
    fn open_flow(&mut self, properties: Properties) -> Parse<Option<Ended>> {
        if self.out.depth() >= MAX_DEPTH {
            return Err(self.too_deep());
        }
        let start = self.at;
        let mapping = self.bytes[start] == b'{';
        if mapping && !self.strict && self.byte(start + 1) == b'{' {
            let help = "render it first, or quote the value";
            return Err(self.fail(
                (start..start + 2).into(),
                "this looks like a template, not like YAML",
                help,
            ));
        }
        let kind = if mapping { Kind::Mapping } else { Kind::Sequence };
        let id = self.out.open(kind, Style::Flow, start as u32);
        self.out.properties(id, properties);
        self.flows.push(FlowFrame { start, mapping, awaits: Awaits::Key, entry: Entry::default() });
        self.at += 1;
        Ok(None)
    }

    /// Closes the innermost collection at `end`.
    fn close_flow(&mut self, end: usize) -> Ended {
        self.flows.pop();
        let id = self.out.close(Some(end as u32));
        self.closed(id);
        Ended { at: end, delimited: true }
    }

    fn awaits(&mut self, awaits: Awaits) {
        if let Some(frame) = self.flows.last_mut() {
            frame.awaits = awaits;
        }
    }

    /// Begins an entry, or closes the collection.
    fn flow_entry(&mut self, frame: FlowFrame, least: usize) -> Parse<Option<Ended>> {
        if !self.flow_skip(least)? {
            return Ok(None);
        }
        let start = self.at;
        let byte = self.bytes[start];
        if matches!(byte, b']' | b'}') {
            return self.closing(frame, byte);
        }
        if byte == b',' {
            self.flow_error(
                Span::empty(start as u32),
                || "nothing stands before this `,`".into(),
                "remove the comma, or write the missing entry",
            )?;
            self.at += 1;
            return Ok(None);
        }
        let explicit = byte == b'?'
            && (self.is_space(start + 1)
                || (self.is(start + 1, FLOW) && !matches!(self.byte(start + 1), b'{' | b'[')));
        let entry = Entry { node: self.out.len(), start, line: self.line, explicit };
        if let Some(frame) = self.flows.last_mut() {
            frame.entry = entry;
            frame.awaits = Awaits::Key;
        }
        if explicit {
            self.at += 1;
            if !self.flow_skip(least)? {
                return Ok(None);
            }
        }
        self.flow_node(least)
    }

    /// Goes on after an item or key.
    fn after_key(&mut self, frame: FlowFrame, node: Ended, least: usize) -> Parse<Option<Ended>> {
        if !self.flow_skip(least)? {
            return Ok(None);
        }
        let Entry { node: first, start, line, explicit } = frame.entry;
        let colon = self.bytes[self.at] == b':'
            && (node.delimited || self.is_space(self.at + 1) || self.is(self.at + 1, FLOW));
        if colon && !self.strict && !node.delimited && matches!(self.byte(self.at + 1), b'[' | b'{') {
            self.check_key_apart(self.at)?;
        }
        if frame.mapping {
            if !colon {
                self.out.empty(node.at as u32);
                return self.separator(frame, least);
            }
            self.awaits(Awaits::Value);
            return self.flow_value(least);
        }
        if !colon && !explicit {
            return self.separator(frame, least);
        }
        if !explicit {
            if self.line != line {
                self.flow_error(
                    (start..line_end(self.bytes, start)).into(),
                    || "a key that goes on over several lines".into(),
                    "keep the key on one line, or put a `,` after the item before it",
                )?;
            }
            self.check_key_length(start)?;
        }
        if self.out.depth() >= MAX_DEPTH {
            return Err(self.too_deep());
        }
        let inner = self.out.arena.properties_of(first).copied().unwrap_or_default();
        self.out.wrap(first, Style::Flow, start as u32, Properties::default(), inner);
        self.awaits(Awaits::PairValue);
        if colon {
            return self.flow_value(least);
        }
        self.out.empty(node.at as u32);
        Ok(Some(node))
    }

    /// Records a `:` between a key without quotes and a bracket, which Go's libraries take for a part of the key.
    #[cold]
    fn check_key_apart(&mut self, colon: usize) -> Parse<()> {
        if self.out.arena.nodes.last().is_none_or(|key| key.kind != Kind::Scalar) {
            return Ok(());
        }
        self.flow_error(
            (colon..colon + 1).into(),
            || "there is no space after this `:`".into(),
            "write `key: value`, or quote the key: some parsers reject the file as it is",
        )
    }

    /// Reads the value after the `:` at the cursor.
    fn flow_value(&mut self, least: usize) -> Parse<Option<Ended>> {
        self.at += 1;
        let after = self.at;
        if !self.flow_skip(least)? {
            return Ok(None);
        }
        if matches!(self.bytes[self.at], b',' | b']' | b'}') {
            self.out.empty(after as u32);
            return Ok(Some(Ended { at: after, delimited: false }));
        }
        self.flow_node(least)
    }

    /// After an entry: a comma, or the closing bracket, which is left to [`Parser::flow_entry`].
    fn separator(&mut self, frame: FlowFrame, least: usize) -> Parse<Option<Ended>> {
        self.awaits(Awaits::Key);
        if !self.flow_skip(least)? {
            return Ok(None);
        }
        match self.bytes[self.at] {
            b',' => self.at += 1,
            b']' | b'}' => return self.closing(frame, self.bytes[self.at]),
            _ => self.missing_comma()?,
        }
        Ok(None)
    }

    /// The error for an entry that follows another without a comma; reading goes on as if there were one.
    #[cold]
    fn missing_comma(&mut self) -> Parse<()> {
        let at = self.at;
        let quote = self.long_quote.filter(|quote| self.skip_blanks(quote.end) == at);
        if self.flow_suspect.is_none()
            && let Some(quote) = quote
        {
            let Halt = self.unclosed_quote(quote);
            self.cut_quote(quote.start);
            if self.byte(self.at) == b',' {
                self.at += 1;
            }
            return if self.problems.exhausted() { Err(Halt) } else { Ok(()) };
        }
        let text = self.text;
        let cut = self.cut_plain();
        if cut.is_none() && self.byte(at) == b':' {
            return self.flow_error(
                (at..at + 1).into(),
                || "a second `:` in one entry".into(),
                "quote the value if the `:` belongs to it, or separate the entries by commas",
            );
        }
        let at = cut.unwrap_or(at);
        self.flow_error(
            Span::empty(at as u32),
            || {
                let next = text[at..].trim_start();
                let word = next.split(|c: char| c.is_whitespace() || ",:]}".contains(c)).next();
                format!("a `,` is missing before `{}`", shorten(word.unwrap_or_default()))
            },
            "separate the entries by commas, or quote the value if it is one text",
        )
    }

    /// When a `:` follows a plain value over several lines, a comma is missing at the end of its first line: goes back
    /// there and returns that place.
    fn cut_plain(&mut self) -> Option<usize> {
        let text = self.text;
        let colon = self.byte(self.at) == b':';
        let last = self.out.arena.nodes.last_mut().filter(|last| colon && last.is_long_plain())?;
        let start = last.start as usize;
        let first_line = text[start..last.end as usize].split(['\n', '\r']).next()?;
        let end = start + trim_end(first_line).len();
        last.end = end as u32;
        last.flags |= VERBATIM;
        self.go_back(start, end);
        Some(end)
    }

    /// Moves the cursor back to `end`, on the line of `start`.
    fn go_back(&mut self, start: usize, end: usize) {
        self.at = end;
        self.line = memchr::memrchr2(b'\n', b'\r', &self.bytes[..start]).map_or(0, |found| found + 1);
        self.out.go_back(end as u32);
        self.long_quote = None;
    }

    /// Goes on at the end of the line on which an unclosed quote starts, as if the text had ended there.
    fn cut_quote(&mut self, start: usize) {
        let mut end = line_end(self.bytes, start);
        while end > start + 1 && (self.is(end - 1, BLANK) || self.byte(end - 1) == b',') {
            end -= 1;
        }
        self.go_back(start, end);
        // The quoted node, and the empty value that follows it as a key.
        for node in self.out.arena.nodes.iter_mut().rev().take(2).filter(|node| node.start >= start as u32) {
            node.kind = Kind::Empty;
            node.style = Style::Plain;
            (node.start, node.end) = (start as u32, start as u32);
            node.flags |= INCOMPLETE;
        }
    }

    /// Closes the innermost collection at its bracket, or at one of the other kind.
    fn closing(&mut self, frame: FlowFrame, byte: u8) -> Parse<Option<Ended>> {
        if (byte == b'}') != frame.mapping {
            let (found, open) = (char::from(byte), if frame.mapping { '{' } else { '[' });
            let at = self.at;
            let bracket = Span::from(at..at + 1);
            self.flow_error(
                bracket,
                || format!("`{found}` closes `{open}`"),
                "close each bracket with its own kind",
            )?;
            if self.problems.last_recorded().is_some_and(|problem| problem.span == bracket) {
                self.relate((frame.start..frame.start + 1).into(), "opened here");
            }
            // It closes the collection around this one, unless that would end the outermost before more entries.
            let outer = self.flows.len().checked_sub(2).map(|index| self.flows[index].mapping);
            let more = self.byte(self.skip_blanks(at + 1)) == b',';
            if outer == Some(byte == b'}') && !(more && self.flows.len() == 2) {
                return Ok(Some(self.close_flow(at)));
            }
        }
        self.at += 1;
        Ok(Some(self.close_flow(self.at)))
    }

    /// Records an error inside brackets, unless the line already has one; reading goes on. Gives the collection up when
    /// a line before looks like an entry of an enclosing block collection: then the bracket was never closed.
    #[cold]
    fn flow_error(&mut self, span: Span, message: impl FnOnce() -> String, help: &str) -> Parse<()> {
        if self.flow_suspect.is_some() {
            return Err(self.unclosed_flow());
        }
        if self.flow_error_line != Some(self.line) {
            self.flow_error_line = Some(self.line);
            self.report(span, message(), help.into());
        }
        self.failed_at = self.at;
        if self.problems.exhausted() { Err(Halt) } else { Ok(()) }
    }

    /// Records that the innermost collection is never closed.
    #[cold]
    fn unclosed_flow(&mut self) -> Halt {
        let outermost = self.flows.first().map_or(self.at, |frame| frame.start);
        let innermost = self.flows.last().map_or(self.at, |frame| frame.start);
        let close = if self.byte(innermost) == b'{' { '}' } else { ']' };
        let open = char::from(self.byte(innermost));
        if self.flow_suspect.is_some() {
            self.problems.retract_leniencies(self.flow_problems);
        }
        let halt = self.fail_at(
            innermost,
            format!("this `{open}` is never closed"),
            format!("close it with `{close}`"),
        );
        let noticed = self.flow_suspect.unwrap_or(self.at);
        let label = if self.flow_suspect.is_some() { "passed over up to here" } else { "noticed here" };
        self.relate((noticed..line_end(self.bytes, noticed)).into(), label);
        self.failed_at = outermost;
        halt
    }

    /// Skips white space and comments inside brackets. False when the text or document ends there: everything open
    /// was then closed and reported.
    fn flow_skip(&mut self, least: usize) -> Parse<bool> {
        let line = self.line;
        self.skip();
        while self.byte(self.at) == b'#' {
            self.at = self.tight_comment(self.at);
            self.skip();
        }
        let broke = self.line != line;
        if self.at_end() || (broke && self.at_marker()) {
            let halt = self.unclosed_flow();
            if self.flow_suspect.is_some() {
                return Err(halt);
            }
            self.close_all();
            return Ok(false);
        }
        if broke {
            let indent = self.indentation(self.line);
            if indent < least {
                self.flow_under_indented(self.line, indent, least);
            }
        }
        Ok(true)
    }

    /// Closes every open bracket where the text ends.
    fn close_all(&mut self) {
        while let Some(&frame) = self.flows.last() {
            if frame.awaits == Awaits::PairValue {
                self.out.complete_pair();
                let id = self.out.close(None);
                self.closed(id);
            }
            if frame.mapping {
                self.out.complete_pair();
            }
            self.out.flag_open(self.out.depth() - 1);
            self.close_flow(self.out.last_end() as usize);
        }
    }

    /// Notes a line inside brackets that is indented less than to column `least`.
    #[cold]
    pub fn flow_under_indented(&mut self, line: usize, indent: usize, least: usize) {
        let text = self.skip_blanks(line);
        if !self.flow_tolerated {
            self.flow_tolerated = true;
            self.under_indented(text, "this line inside brackets");
        }
        if self.flow_suspect.is_none() && self.is_suspect(line, indent, least) {
            self.flow_suspect = Some(line + indent);
        }
    }

    /// Reads a node inside brackets; `None` when it is a collection that was only opened.
    fn flow_node(&mut self, least: usize) -> Parse<Option<Ended>> {
        let mut properties = Properties::default();
        let before = self.at;
        while matches!(self.bytes[self.at], b'&' | b'!') {
            self.property(&mut properties)?;
            if !self.flow_skip(least)? {
                return Ok(None);
            }
        }
        let start = self.at;
        let mut delimited = false;
        let id = match self.bytes[start] {
            b'[' | b'{' => return self.open_flow(properties),
            b'"' | b'\'' => {
                delimited = true;
                match self.quoted(least) {
                    Ok(quoted) => {
                        if let Some(quote) = self.long_quote.filter(|quote| quote.start == start) {
                            self.flow_suspect = self.flow_suspect.or(quote.suspect);
                        }
                        self.out.scalar(quoted.style, (start..self.at).into(), 0, quoted.flags)
                    }
                    Err(quote) => self.flow_quote_at_end(quote)?,
                }
            }
            b'*' => {
                let Some(end) = self.name_end() else {
                    self.flow_error(
                        (start..start + 1).into(),
                        || "`*` begins an alias, but no name follows".into(),
                        "quote the value if it is text",
                    )?;
                    return Ok(Some(self.garbage(start)));
                };
                if !properties.is_empty() {
                    let span = (start..end).into();
                    self.flow_error(
                        span,
                        || "an alias cannot have an anchor or a tag".into(),
                        "remove it: the node that the alias names has them",
                    )?;
                }
                self.at = end;
                self.alias((start..end).into());
                return Ok(Some(Ended { at: end, delimited: false }));
            }
            b',' | b']' | b'}' => self.out.empty(properties.end().unwrap_or(before as u32)),
            b':' if self.is_space(start + 1) || self.is(start + 1, FLOW) => {
                self.out.empty(properties.end().unwrap_or(before as u32))
            }
            b'-' if self.is(start + 1, FLOW) => {
                self.tolerate(
                    (start..start + 1).into(),
                    "a `-` alone inside brackets".into(),
                    "quote it: some parsers reject the file as it is".into(),
                );
                self.at = start + 1;
                self.out.scalar(Style::Plain, (start..self.at).into(), 0, VERBATIM)
            }
            _ if !self.may_start_plain(start, Context::Flow) => {
                let found = self.text[start..].chars().next().unwrap_or_default();
                self.flow_error(
                    (start..start + found.len_utf8()).into(),
                    || format!("a value cannot begin with `{found}`"),
                    "quote the value",
                )?;
                return Ok(Some(self.garbage(start)));
            }
            _ => {
                let line_ends = self.plain_line(start, Context::Flow);
                let end = self.plain_more(start, line_ends, least, Context::Flow)?;
                self.at = end;
                let flags = if end == line_ends { VERBATIM } else { 0 };
                self.out.scalar(Style::Plain, (start..end).into(), 0, flags)
            }
        };
        self.out.properties(id, properties);
        Ok(Some(Ended { at: self.at, delimited }))
    }

    /// Settles a quote that the text ended in; an empty node takes its place.
    #[cold]
    fn flow_quote_at_end(&mut self, quote: LongQuote) -> Parse<u32> {
        let halt = self.unclosed_quote(quote);
        if quote.suspect.is_some() {
            self.failed_at = self.flows.first().map_or(quote.start, |frame| frame.start);
            return Err(halt);
        }
        let id = self.out.empty(quote.start as u32);
        self.cut_quote(quote.start);
        Ok(id)
    }

    /// Passes over text that no node can be read from.
    fn garbage(&mut self, start: usize) -> Ended {
        let length = self.text[start..].chars().next().map_or(1, char::len_utf8);
        let mut end = start + length;
        while end < self.bytes.len() && !self.is(end, BREAK | FLOW) {
            end += 1;
        }
        let id = self.out.empty(start as u32);
        self.out.flag(id, INCOMPLETE);
        self.at = end;
        Ended { at: end, delimited: false }
    }
}
