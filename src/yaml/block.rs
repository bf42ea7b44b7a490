//! Block collections: nodes by indentation, without recursion, one step at a time.

use super::arena::{Properties, VERBATIM};
use super::document::{Kind, MAX_DEPTH, Style};
use super::scalar::{Context, Quoted};
use super::scanner::{BLANK, BREAK, Frame, FrameKind, Halt, Parse, Parser, line_end};
use crate::source::Span;

/// Where a node stands, which decides what may begin there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// The root of a document.
    Root,
    /// After `- `.
    Item,
    /// After `? `, or after the `: ` that answers it.
    Explicit,
    /// After `key:`.
    Value,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A node.
    Node(Slot),
    /// The next entry of the innermost open collection, or its end.
    Entry,
    /// The document has ended.
    Done,
}

/// A key has at most this many characters (YAML 1.2.2, section 7.4.2); it bounds the cost of `Builder::wrap`.
const MAX_KEY: usize = 1024;

/// Where a key starts on its line.
#[derive(Clone, Copy)]
struct KeyStart {
    /// Offset of its first property, or of the key itself.
    at: usize,
    column: usize,
    /// Whether a block collection may begin there.
    allowed: bool,
}

impl Parser<'_> {
    /// Reads the root node of a document.
    pub fn document(&mut self) {
        let mut step = Step::Node(Slot::Root);
        while step != Step::Done {
            let before = self.out.len();
            let (result, pending) = match step {
                Step::Node(slot) => (self.node(slot), Some(slot)),
                _ => (self.entry(), None),
            };
            step = result.unwrap_or_else(|Halt| self.recover(pending, before));
        }
    }

    /// Reads a node up to its first inner node, if it has one.
    fn node(&mut self, slot: Slot) -> Parse<Step> {
        let least = self.least_column();
        let from = self.at as u32;
        self.node_column = None;
        if matches!(slot, Slot::Item | Slot::Explicit) && !self.strict && self.is(self.at, BLANK) {
            self.check_tab_after_indicator();
        }
        self.skip();
        // Properties on lines before the node belong to it; those on its first line belong to its first key, if it is
        // a mapping.
        let mut outer = Properties::default();
        let mut inner = Properties::default();
        let mut inner_start = None;
        loop {
            let fresh = self.at == self.fresh;
            let column = self.column();
            if self.at_end() || (fresh && (column < least || self.at_marker())) {
                let beside_its_key = matches!(slot, Slot::Value | Slot::Explicit) && column + 1 == least;
                let properties = self.join(outer, inner);
                if beside_its_key && self.byte(self.at) == b'-' && self.is_space(self.at + 1) {
                    return self.sequence(properties);
                }
                if fresh && column + 1 == least && matches!(self.byte(self.at), b'|' | b'>') {
                    self.under_indented(self.at, "this block of text");
                    self.block_scalar(least, properties)?;
                    return Ok(Step::Entry);
                }
                let id = self.out.empty(properties.end().unwrap_or(from));
                self.out.properties(id, properties);
                return Ok(Step::Entry);
            }
            let byte = self.bytes[self.at];
            if fresh && self.tab && self.indentation(self.line) < least {
                return Err(self.tab_in_indentation(self.line));
            }
            if fresh && self.node_column.is_none() {
                self.node_column = Some(column);
            }
            if matches!(byte, b'&' | b'!') {
                inner_start.get_or_insert((self.at, fresh));
                self.property(&mut inner)?;
                let line = self.line;
                self.skip();
                if self.line != line {
                    outer = self.join(outer, inner);
                    inner = Properties::default();
                    inner_start = None;
                }
                continue;
            }
            let (at, fresh) = inner_start.unwrap_or((self.at, fresh));
            let key = KeyStart {
                at,
                column: at - self.line,
                allowed: fresh || matches!(slot, Slot::Item | Slot::Explicit),
            };
            return self.content(byte, key, least, outer, inner);
        }
    }

    /// Tells of a tab after `-`, `?` or the `:` of an explicit key and passes over it: YAML allows it before a scalar,
    /// libyaml and Go's libraries reject it there.
    #[inline]
    fn check_tab_after_indicator(&mut self) {
        let end = self.skip_blanks(self.at);
        let blanks = &self.bytes[self.at..end];
        if let Some(found) = blanks.iter().position(|&byte| byte == b'\t') {
            let tab = Span::from(self.at + found..self.at + found + 1);
            let indicator = char::from(self.bytes[self.at - 1]);
            self.report(
                tab,
                format!("a tab after `{indicator}`"),
                "use a space: kubectl, Helm and Compose reject the file as it is".into(),
            );
            self.at = end;
        }
    }

    /// Reads what follows a node's properties.
    #[inline]
    fn content(
        &mut self,
        byte: u8,
        key: KeyStart,
        least: usize,
        outer: Properties,
        inner: Properties,
    ) -> Parse<Step> {
        let start = self.at;
        match byte {
            b'-' | b'?' | b':' if self.is_space(start + 1) => self.indicator(byte, key, outer, inner),
            b'|' | b'>' => {
                let properties = self.join(outer, inner);
                self.block_scalar(least, properties)?;
                Ok(Step::Entry)
            }
            b'[' | b'{' => {
                let node = self.out.len();
                let line = self.line;
                self.flow(least, outer.join(inner).unwrap_or(inner))?;
                if self.at_key_end() {
                    self.check_key(key, start, line)?;
                    self.out.wrap(node, Style::Block, key.at as u32, outer, inner);
                    return Ok(self.begin_mapping(key.column));
                }
                self.join(outer, inner);
                self.trailing()
            }
            b'"' | b'\'' => {
                let line = self.line;
                let quoted = self.quoted_or_halt(least)?;
                let span = Span::new(start as u32, self.at as u32);
                if self.at_key_end() {
                    self.check_key(key, start, line)?;
                    return Ok(self.mapping(key, outer, inner, |parser| {
                        parser.out.scalar(quoted.style, span, 0, quoted.flags)
                    }));
                }
                let properties = self.join(outer, inner);
                let id = self.out.scalar(quoted.style, span, 0, quoted.flags);
                self.out.properties(id, properties);
                self.trailing()
            }
            b'*' => {
                let end = self.alias_end()?;
                let own = self.join(outer, inner);
                let span = Span::new(start as u32, end as u32);
                self.at = end;
                if self.at_key_end() {
                    self.check_key(key, start, self.line)?;
                    if !inner.is_empty() {
                        return Err(self.properties_of_alias(inner));
                    }
                    let open = self.out.open(Kind::Mapping, Style::Block, key.at as u32);
                    self.out.properties(open, outer);
                    self.alias(span);
                    return Ok(self.begin_mapping(key.column));
                }
                if !own.is_empty() {
                    return Err(self.properties_of_alias(own));
                }
                if !self.line_is_over() {
                    return Err(self.text_with_asterisk(span));
                }
                self.alias(span);
                Ok(Step::Entry)
            }
            _ => {
                if !self.may_start_plain(start, Context::Block) {
                    return Err(self.bad_start(start));
                }
                let end = self.plain_line(start, Context::Block);
                if self.byte(self.at) == b':' {
                    self.check_key(key, start, self.line)?;
                    let span = Span::new(start as u32, end as u32);
                    return Ok(self.mapping(key, outer, inner, |parser| {
                        parser.out.scalar(Style::Plain, span, 0, VERBATIM)
                    }));
                }
                let whole = self.plain_more(start, end, least, Context::Block)?;
                let flags = if whole == end { VERBATIM } else { 0 };
                let id = self.out.scalar(Style::Plain, (start..whole).into(), 0, flags);
                if !(outer.is_empty() && inner.is_empty()) {
                    let properties = self.join(outer, inner);
                    self.out.properties(id, properties);
                }
                self.at = whole;
                self.trailing()
            }
        }
    }

    /// Begins a sequence at `- `, a mapping at `? ` or at the `: ` of an empty key.
    fn indicator(&mut self, byte: u8, key: KeyStart, outer: Properties, inner: Properties) -> Parse<Step> {
        if !key.allowed || (byte != b':' && !inner.is_empty()) {
            return Err(self.fail_at(
                self.at,
                match byte {
                    b'-' => "a list item cannot begin on this line",
                    b'?' => "an explicit key cannot begin on this line",
                    _ => "this `:` follows no key",
                },
                "begin it on a line of its own, or quote the value if it is meant as text",
            ));
        }
        if self.tab {
            return Err(self.tab_in_indentation(self.line));
        }
        match byte {
            b'-' => self.sequence(outer),
            b'?' => {
                self.check_depth()?;
                let id = self.out.open(Kind::Mapping, Style::Block, self.at as u32);
                self.out.properties(id, outer);
                self.frames.push(Frame { column: key.column, kind: FrameKind::ExplicitKey });
                self.at += 1;
                Ok(Step::Node(Slot::Explicit))
            }
            _ => {
                self.check_depth()?;
                let at = self.at as u32;
                Ok(self.mapping(key, outer, inner, |parser| parser.out.empty(at)))
            }
        }
    }

    fn sequence(&mut self, properties: Properties) -> Parse<Step> {
        if self.tab {
            return Err(self.tab_in_indentation(self.line));
        }
        self.check_depth()?;
        let id = self.out.open(Kind::Sequence, Style::Block, self.at as u32);
        self.out.properties(id, properties);
        self.frames.push(Frame { column: self.column(), kind: FrameKind::Sequence });
        self.at += 1;
        Ok(Step::Node(Slot::Item))
    }

    /// Opens a mapping with its first key; the cursor is on the key's `:`.
    #[inline]
    fn mapping(
        &mut self,
        key: KeyStart,
        outer: Properties,
        inner: Properties,
        push_key: impl FnOnce(&mut Self) -> u32,
    ) -> Step {
        let id = self.out.open(Kind::Mapping, Style::Block, key.at as u32);
        self.out.properties(id, outer);
        let id = push_key(self);
        self.out.properties(id, inner);
        self.begin_mapping(key.column)
    }

    #[inline]
    fn begin_mapping(&mut self, column: usize) -> Step {
        self.frames.push(Frame { column, kind: FrameKind::Mapping });
        self.at += 1;
        Step::Node(Slot::Value)
    }

    #[inline]
    fn check_depth(&mut self) -> Parse<()> {
        if self.out.depth() >= MAX_DEPTH { Err(self.too_deep()) } else { Ok(()) }
    }

    /// Checks a mapping's first key, which starts at `start` on `line` and ends before the `:` at the cursor.
    #[inline]
    fn check_key(&mut self, key: KeyStart, start: usize, line: usize) -> Parse<()> {
        if self.line != line {
            return Err(self.long_key(start));
        }
        if !key.allowed {
            return Err(self.second_colon(self.at));
        }
        if self.tab_before(key.at) {
            return Err(self.tab_in_indentation(self.line));
        }
        self.check_depth()?;
        self.check_key_length(start)
    }

    /// Checks the length of the key from `start` to the cursor.
    #[inline]
    pub fn check_key_length(&mut self, start: usize) -> Parse<()> {
        if self.at - start > MAX_KEY && self.text[start..self.at].chars().count() > MAX_KEY {
            return Err(self.fail_at(
                start,
                format!("a key longer than {MAX_KEY} characters"),
                "quote the line if it is text; a `:` followed by a space ends a key",
            ));
        }
        Ok(())
    }

    /// Reads the quoted scalar at the cursor.
    fn quoted_or_halt(&mut self, least: usize) -> Parse<Quoted> {
        self.quoted(least).map_err(|quote| self.unclosed_quote(quote))
    }

    fn alias_end(&mut self) -> Parse<usize> {
        match self.name_end() {
            Some(end) => Ok(end),
            None => Err(self.fail_at(
                self.at,
                "`*` begins an alias, but no name follows",
                "quote the value if it is text",
            )),
        }
    }

    /// Whether nothing but a comment follows on the line, or the document has ended, which closes open brackets.
    #[inline]
    fn line_is_over(&self) -> bool {
        let at = self.skip_blanks(self.at);
        at >= self.bytes.len()
            || self.is(at, BREAK)
            || (self.byte(at) == b'#' && at > self.at)
            || self.at_marker()
    }

    /// Checks that a complete value is followed by nothing but a comment on its line.
    #[inline]
    fn trailing(&mut self) -> Parse<Step> {
        if self.line_is_over() {
            return Ok(Step::Entry);
        }
        let at = self.skip_blanks(self.at);
        if self.byte(at) != b'#' {
            return Err(self.junk(at));
        }
        self.at = self.tight_comment(at);
        Ok(Step::Entry)
    }

    /// Goes on after a complete node: the next entry of the innermost collection, or its end.
    fn entry(&mut self) -> Parse<Step> {
        self.skip();
        let Some(&Frame { mut column, kind }) = self.frames.last() else { return Ok(Step::Done) };
        let here = self.column();
        let end = self.at_end() || self.at_marker();
        if kind == FrameKind::ExplicitKey {
            let index = self.frames.len() - 1;
            self.frames[index].kind = FrameKind::Mapping;
            let fresh = self.at == self.fresh;
            if !end && fresh && here == column && self.byte(self.at) == b':' && self.is_space(self.at + 1) {
                if self.tab {
                    return Err(self.tab_in_indentation(self.line));
                }
                self.at += 1;
                return Ok(Step::Node(Slot::Explicit));
            }
            let at = self.out.last_end();
            self.out.empty(at);
        }
        if end {
            return Ok(self.close());
        }
        if self.at != self.fresh {
            return Err(self.junk(self.at));
        }
        if self.tab && here > 0 {
            return Err(self.tab_in_indentation(self.line));
        }
        if here < column {
            let root = self.frames.len() == 1;
            if !root || self.looks_like_entry(self.at) != Some(kind) {
                return Ok(self.close());
            }
            self.left_of_root();
            self.frames[0].column = here;
            column = here;
        }
        if here > column {
            return Err(self.misplaced());
        }
        if kind == FrameKind::Sequence {
            if self.byte(self.at) == b'-' && self.is_space(self.at + 1) {
                self.at += 1;
                return Ok(Step::Node(Slot::Item));
            }
            // A sequence may stand at the column of the key it is the value of.
            let beside_its_key = self.frames.len() > 1 && self.frames[self.frames.len() - 2].column == column;
            if beside_its_key {
                return Ok(self.close());
            }
            return Err(self.not_an_item());
        }
        self.next_key()
    }

    /// Closes the innermost collection.
    pub fn close(&mut self) -> Step {
        self.frames.pop();
        let id = self.out.close(None);
        self.closed(id);
        Step::Entry
    }

    /// Checks a mapping that was just closed.
    #[inline]
    pub fn closed(&mut self, id: Option<u32>) {
        if let Some(id) = id
            && self.out.arena.nodes[id as usize].kind == Kind::Mapping
        {
            self.keys.check(&mut self.out, self.text, id, &mut self.problems);
        }
    }

    /// Reads the next key of the innermost mapping.
    #[inline]
    fn next_key(&mut self) -> Parse<Step> {
        let column = self.column();
        let mut properties = Properties::default();
        while matches!(self.byte(self.at), b'&' | b'!') {
            self.property(&mut properties)?;
            self.at = self.skip_blanks(self.at);
        }
        let start = self.at;
        let line = self.line;
        let mut id = self.out.len();
        match self.byte(start) {
            b'?' if self.is_space(start + 1) && properties.is_empty() => {
                let index = self.frames.len() - 1;
                self.frames[index].kind = FrameKind::ExplicitKey;
                self.at += 1;
                return Ok(Step::Node(Slot::Explicit));
            }
            b':' if self.is_space(start + 1) => {
                self.out.empty(start as u32);
            }
            b'-' if self.is_space(start + 1) => {
                let span = (start..line_end(self.bytes, start)).into();
                return Err(self.fail(
                    span,
                    "a list item stands where a key of the mapping is expected",
                    "indent the item deeper than the key it belongs to, or give it a key",
                ));
            }
            b'"' | b'\'' => {
                let quoted = self.quoted_or_halt(column + 1)?;
                let span = (start..self.at).into();
                if !self.at_key_end() {
                    return Err(self.key_without_colon(start));
                }
                if self.line != line {
                    return Err(self.long_key(start));
                }
                id = self.out.scalar(quoted.style, span, 0, quoted.flags);
            }
            b'[' | b'{' => {
                self.flow(column + 1, properties)?;
                if !self.at_key_end() {
                    return Err(self.key_without_colon(start));
                }
                if self.line != line {
                    return Err(self.long_key(start));
                }
                properties = Properties::default();
            }
            b'*' => {
                let end = self.alias_end()?;
                let span = Span::new(start as u32, end as u32);
                if !properties.is_empty() {
                    return Err(self.properties_of_alias(properties));
                }
                self.at = end;
                if !self.at_key_end() {
                    return Err(self.key_without_colon(start));
                }
                self.alias(span);
            }
            _ => {
                if !self.may_start_plain(start, Context::Block) {
                    return Err(self.bad_start(start));
                }
                let end = self.plain_line(start, Context::Block);
                if self.byte(self.at) != b':' {
                    return Err(self.key_without_colon(start));
                }
                id = self.out.scalar(Style::Plain, (start..end).into(), 0, VERBATIM);
            }
        }
        self.check_key_length(start)?;
        self.out.properties(id, properties);
        self.at += 1;
        Ok(Step::Node(Slot::Value))
    }
}
