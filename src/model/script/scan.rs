//! The cursor that cuts a script into statements. Every byte is looked at a bounded number of times.

use super::function::{Call, Function, settle};
use super::statement::{Delimiter, End, Frame, Here, Nested, Out, Piece};
use super::words::{self, Target};
use super::{Flavour, Role};
use std::collections::VecDeque;
use std::ops::Range;

/// How far, in bytes, the end of an arithmetic expression or of a reference of make is looked for.
const REACH: usize = 512;

/// The longest text, in bytes, that may stand before the bracket of a subshell: reserved words.
const BEFORE: usize = 64;

/// A text that was cut.
pub(super) struct Scanned {
    /// The pieces, in order.
    pub pieces: Vec<(Range<usize>, Role)>,
    /// Where logical lines begin.
    pub starts: Vec<usize>,
}

/// Cuts a text.
pub(super) fn scan(text: &str, flavour: Flavour) -> Scanned {
    let mut scan = Scan {
        text,
        bytes: text.as_bytes(),
        flavour,
        at: 0,
        frames: vec![Frame::default()],
        here: VecDeque::new(),
        pieces: Vec::new(),
        starts: if text.is_empty() { Vec::new() } else { vec![0] },
        loose: Vec::new(),
        functions: Vec::new(),
        calls: Vec::new(),
    };
    while scan.at < text.len() {
        scan.step();
    }
    scan.at = text.len();
    scan.end_line();
    while !scan.frames.is_empty() {
        scan.finish(End::Plain);
        scan.give_up();
    }
    let Scan { mut pieces, starts, functions, calls, .. } = scan;
    settle(&mut pieces, &functions, &calls);
    pieces.sort_by_key(|piece| piece.range.start);
    Scanned { pieces: pieces.into_iter().map(|piece| (piece.range, piece.role)).collect(), starts }
}

pub(super) struct Scan<'t> {
    pub text: &'t str,
    pub bytes: &'t [u8],
    pub flavour: Flavour,
    pub at: usize,
    /// Never empty while the text is read.
    pub frames: Vec<Frame<'t>>,
    /// Here-documents whose lines have not begun.
    pub here: VecDeque<Here<'t>>,
    pub pieces: Vec<Piece>,
    /// Where logical lines begin.
    starts: Vec<usize>,
    /// The loose pieces that stand in the blocks at hand, by index.
    pub loose: Vec<usize>,
    pub functions: Vec<Function<'t>>,
    pub calls: Vec<Call<'t>>,
}

impl<'t> Scan<'t> {
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    pub fn rest(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or_default()
    }

    /// Reads what is at the cursor.
    fn step(&mut self) {
        let byte = self.byte(self.at);
        let next = self.byte(self.at + 1);
        let Some(frame) = self.frames.last_mut() else { return };
        match byte {
            b'\\' => self.escape(),
            b'\n' if !frame.quoted || self.flavour == Flavour::Makefile => self.line_break(),
            b'"' => {
                frame.quoted = !frame.quoted;
                self.at += 1;
            }
            b'`' => self.backquote(),
            b'$' => self.dollar(next),
            b'}' if frame.braces > 0 => {
                frame.braces -= 1;
                self.at += 1;
            }
            _ if frame.quoted || frame.braces > 0 => self.at += 1,
            b'\'' => self.single_quoted(),
            b'#' => self.hash(),
            b'<' => self.input(next),
            b'>' => self.output(next),
            b'(' => self.open_bracket(next),
            b')' => self.close_bracket(),
            b';' => self.separator(End::Plain, 1),
            b'|' if next == b'|' => self.separator(End::Plain, 2),
            b'|' => self.separator(End::Piped, 1),
            // `>&2` and `&>file` are redirections.
            b'&' if next == b'>' || (self.at > 0 && matches!(self.bytes[self.at - 1], b'>' | b'<')) => {
                self.at += 1;
            }
            b'&' => self.separator(End::Plain, if next == b'&' { 2 } else { 1 }),
            _ => self.at += 1,
        }
    }

    /// A backslash and what it quotes. Comments of a Dockerfile stand between continued lines.
    fn escape(&mut self) {
        self.at += 2;
        if self.byte(self.at - 1) == b'\r' && self.byte(self.at) == b'\n' {
            self.at += 1;
        }
        if self.flavour != Flavour::Dockerfile || self.byte(self.at - 1) != b'\n' {
            return;
        }
        while self.rest(self.at).trim_start_matches([' ', '\t']).starts_with('#') {
            self.comment(self.at);
            self.at += 1;
        }
    }

    fn line_break(&mut self) {
        let makefile = self.flavour == Flavour::Makefile;
        if let Some(frame) = self.frames.last_mut()
            && frame.list
            && frame.parens > 0
            && !makefile
        {
            self.at += 1;
            return;
        }
        self.finish(End::Plain);
        if makefile {
            self.end_line();
        }
        self.at += 1;
        self.restart();
        while let Some(here) = self.here.pop_front() {
            self.here_document(&here);
        }
        if self.at < self.text.len() {
            self.starts.push(self.at);
        }
        self.restart();
    }

    /// Ends what may not go beyond its line.
    fn end_line(&mut self) {
        while self.frames.len() > 1 && self.flavour == Flavour::Makefile {
            self.finish(End::Plain);
            self.give_up();
        }
        if self.flavour == Flavour::Makefile {
            self.finish(End::Plain);
            self.frames = vec![Frame::default()];
            self.restart();
        }
    }

    /// Leaves a script whose end is missing; all up to the cursor was its own.
    fn give_up(&mut self) {
        self.frames.pop();
        if let Some(outer) = self.frames.last_mut() {
            outer.statement.from = self.at;
        }
    }

    /// Begins a statement at the cursor.
    fn restart(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.statement.from = self.at;
            (frame.braces, frame.parens, frame.list) = (0, 0, false);
        }
    }

    fn here_document(&mut self, here: &Here<'t>) {
        while self.at < self.text.len() {
            let start = self.at;
            let line = self.rest(start).split_inclusive('\n').next().unwrap_or_default();
            self.at += line.len();
            if line.trim() == here.delimiter.word {
                return;
            }
            self.push(start..start + line.trim_end().len(), here.role, here.loose);
        }
    }

    fn backquote(&mut self) {
        if self.frames.last().is_some_and(|frame| frame.nested == Some(Nested::Backquote)) {
            self.finish(End::Plain);
            self.leave();
        } else {
            self.enter(1, Nested::Backquote);
        }
    }

    fn dollar(&mut self, next: u8) {
        let makefile = self.flavour == Flavour::Makefile;
        match next {
            b'$' if makefile && self.byte(self.at + 2) == b'(' => self.enter(3, Nested::Bracket),
            b'(' | b'{' if makefile => self.reference(),
            b'(' if self.byte(self.at + 2) == b'(' => self.arithmetic(1),
            b'(' => self.enter(2, Nested::Bracket),
            b'{' => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.braces += 1;
                }
                self.at += 2;
            }
            // `$'…'` knows escapes, `$#` is no comment.
            b'\'' if self.frames.last().is_some_and(|frame| !frame.quoted) => {
                self.at += 2;
                while self.at < self.bytes.len() && self.bytes[self.at] != b'\'' {
                    self.at += if self.bytes[self.at] == b'\\' { 2 } else { 1 };
                }
                self.at += 1;
            }
            b'#' => self.at += 2,
            _ => self.at += 1,
        }
    }

    /// Offset behind the bracket that closes the one at `open`, if it stands near on the same line.
    fn closed(&self, open: usize) -> Option<usize> {
        let mut depth = 0;
        let near = &self.bytes[open..self.bytes.len().min(open + REACH)];
        for (offset, &byte) in near.iter().enumerate() {
            match byte {
                b'(' | b'{' => depth += 1,
                b')' | b'}' => depth -= 1,
                b'\n' if near[offset - 1] != b'\\' => return None,
                _ => {}
            }
            if depth == 0 {
                return Some(open + offset + 1);
            }
        }
        None
    }

    /// Passes over `((…))`, in which `<<` shifts and `#` is no comment.
    fn arithmetic(&mut self, before: usize) {
        self.at = self.closed(self.at + before).unwrap_or(self.at + before + 2);
    }

    /// Passes over a reference of make. `$(info …)` prints, `$(shell …)` runs.
    fn reference(&mut self) {
        let start = self.at;
        self.at = self.closed(start + 1).unwrap_or(start + 2);
        let Some(frame) = self.frames.last_mut() else { return };
        let inner = &self.text[start + 2..self.at];
        let name = inner.split([' ', '\t', ',']).next().unwrap_or_default();
        let leads =
            || self.text[frame.statement.from..start].trim_matches(['@', '-', '+', ' ', '\t']).is_empty();
        if inner.contains("$(shell") || name == "shell" {
            frame.statement.role = Some(Role::Runs);
        } else if matches!(name, "info" | "warning" | "error") && frame.statement.ranges.is_empty() && leads()
        {
            frame.statement.role.get_or_insert(Role::Printed);
        }
    }

    /// Begins a script whose output the statement at hand takes.
    fn enter(&mut self, length: usize, nested: Nested) {
        let (flavour, text, end) = (self.flavour, self.text, self.at + length);
        let Some(outer) = self.frames.last_mut() else { return };
        let statement = &mut outer.statement;
        let first = statement.ranges.first().map_or(statement.from, |range| range.start);
        let prose = outer.prose || words::is_prose(&text[first..end.min(text.len())], flavour);
        statement.ranges.push(statement.from..end);
        self.at = end;
        self.frames.push(Frame { nested: Some(nested), prose, ..Frame::default() });
        self.restart();
    }

    /// Ends the script at hand at its closing bracket; the statement around it goes on.
    fn leave(&mut self) {
        self.give_up();
        self.at += 1;
    }

    fn single_quoted(&mut self) {
        let start = self.at + 1;
        self.at = match self.flavour {
            Flavour::Makefile => {
                let mut end = start;
                while end < self.bytes.len() && self.bytes[end] != b'\'' && self.bytes[end] != b'\n' {
                    end += if self.bytes[end] == b'\\' && self.byte(end + 1) == b'\n' { 2 } else { 1 };
                }
                end + usize::from(self.byte(end) == b'\'')
            }
            _ => memchr::memchr(b'\'', &self.bytes[start..]).map_or(self.bytes.len(), |end| start + end + 1),
        };
    }

    fn hash(&mut self) {
        let before = self.at.checked_sub(1).map_or(b'\n', |at| self.bytes[at]);
        let first = || {
            let from = self.frames.last().map_or(0, |frame| frame.statement.from);
            self.text[from..self.at].trim_matches(['@', '-', '+', ' ', '\t']).is_empty()
        };
        let prefixed = self.flavour == Flavour::Makefile && matches!(before, b'@' | b'-' | b'+') && first();
        if before.is_ascii_whitespace() || matches!(before, b';' | b'(' | b'|' | b'&') || prefixed {
            self.comment(self.at);
        } else {
            self.at += 1;
        }
    }

    /// Takes the comment from `start` to the end of its line, and goes there.
    fn comment(&mut self, start: usize) {
        let text = self.text;
        let line = memchr::memrchr(b'\n', &self.bytes[..start]).map_or(0, |at| at + 1);
        // A comment of make goes on behind a backslash, one of a recipe's shell does not.
        let goes_on = self.flavour == Flavour::Makefile && self.byte(line) != b'\t';
        let mut end = start;
        loop {
            end = memchr::memchr(b'\n', &self.bytes[end..]).map_or(self.bytes.len(), |next| end + next);
            if !(goes_on && end < self.bytes.len() && text[..end].trim_end_matches('\r').ends_with('\\')) {
                break;
            }
            end += 1;
        }
        if let Some(frame) = self.frames.last_mut() {
            let from = frame.statement.from;
            frame.statement.ranges.push(from..start);
            frame.statement.from = end;
        }
        self.push_lines(start..end, Role::Comment, false);
        self.at = end;
    }

    fn input(&mut self, next: u8) {
        if next == b'(' {
            return self.enter(2, Nested::Bracket);
        }
        if next != b'<' {
            self.at += 1;
            return;
        }
        if self.byte(self.at + 2) == b'<' {
            self.at += 3;
            return;
        }
        self.at += 2;
        if let Some(word) = delimiter(self.rest(self.at))
            && let Some(frame) = self.frames.last_mut()
        {
            frame.statement.here.push(Delimiter { word });
        }
    }

    fn output(&mut self, next: u8) {
        if next == b'(' {
            return self.enter(2, Nested::Bracket);
        }
        let before = &self.bytes[..self.at];
        let of_errors = before.ends_with(b"2")
            && !before[..before.len() - 1].last().is_some_and(u8::is_ascii_alphanumeric);
        let out = match words::target(self.rest(self.at + 1)) {
            Target::Same => None,
            Target::Person => Some(Out::Person),
            Target::File => Some(Out::On),
        };
        self.at += 1 + usize::from(matches!(next, b'>' | b'|'));
        if let Some(frame) = self.frames.last_mut()
            && !of_errors
        {
            frame.statement.out = out.or(frame.statement.out);
        }
    }

    /// Whether a command may begin at the cursor.
    fn at_command(&self) -> bool {
        let Some(frame) = self.frames.last() else { return false };
        if !frame.statement.ranges.is_empty() || frame.parens > 0 {
            return false;
        }
        let before = &self.text[frame.statement.from..self.at];
        before.len() < BEFORE
            && words::head(before, self.flavour).command.is_empty()
            && !before.ends_with('=')
            && !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
    }

    fn open_bracket(&mut self, next: u8) {
        if self.at_command() {
            if next == b'(' {
                return self.arithmetic(0);
            }
            let in_case = self.frames.last().is_some_and(Frame::is_in_case);
            if !in_case {
                self.finish(End::Plain);
                self.open("(", None);
            }
            if let Some(frame) = self.frames.last_mut() {
                frame.statement.from = self.at + 1;
            }
        } else if let Some(frame) = self.frames.last_mut() {
            frame.list |= frame.parens == 0 && self.at > 0 && self.bytes[self.at - 1] == b'=';
            frame.parens += 1;
        }
        self.at += 1;
    }

    fn close_bracket(&mut self) {
        let Some(frame) = self.frames.last_mut() else { return };
        if frame.parens > 0 {
            frame.parens -= 1;
            self.at += 1;
            return;
        }
        let first = frame.statement.ranges.first().map_or(frame.statement.from, |range| range.start);
        if self.at - first < BEFORE && self.text[first..self.at].trim() == "esac" {
            self.finish(End::Plain);
        }
        let Some(frame) = self.frames.last_mut() else { return };
        let in_case = frame.is_in_case() || self.text[first..self.at].trim_start().starts_with("case ");
        if !in_case && frame.blocks.last().is_some_and(|block| block.kind == "(") {
            self.finish(End::Plain);
            self.restart();
            self.at += 1;
        } else if !in_case && frame.nested == Some(Nested::Bracket) {
            self.finish(End::Plain);
            self.leave();
        } else {
            self.at += 1;
            self.finish(End::Pattern);
            self.restart();
        }
    }

    fn separator(&mut self, end: End, length: usize) {
        if self.frames.last().is_some_and(|frame| frame.parens > 0) {
            self.at += length;
            return;
        }
        self.finish(end);
        self.at += length;
        self.restart();
    }
}

/// The delimiter of a here-document, behind `<<`.
fn delimiter(text: &str) -> Option<&str> {
    let text = text.strip_prefix('-').unwrap_or(text).trim_start_matches([' ', '\t']);
    let text = text.trim_start_matches(['"', '\'', '\\']);
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
        .unwrap_or(text.len());
    (end > 0 && !text.starts_with(|c: char| c.is_ascii_digit())).then(|| &text[..end])
}
