//! The command prompt of Windows: a command is what stands where a line or a part of one begins.
//! <https://learn.microsoft.com/en-us/windows-server/administration/windows-commands/cmd>

use super::{Reader, command};
use crate::shell::command::{Command, Word};

pub(super) fn scan(script: &str) -> Vec<Command> {
    let mut scan = Scan { script, at: 0, found: Vec::new() };
    let mut piped = None;
    while scan.at < script.len() {
        match scan.peek() {
            b'|' if scan.rest().starts_with("||") => scan.at += 2,
            b'|' => {
                scan.at += 1;
                piped = scan.found.last().and_then(Command::name).map(Into::into);
            }
            b' ' | b'\t' | b'\r' | b'@' | b',' => scan.at += 1,
            b'\n' | b'&' | b'(' | b')' => {
                piped = None;
                scan.at += 1;
            }
            b':' => scan.end_of_line(),
            _ => scan.statement(piped.take()),
        }
    }
    scan.found
}

struct Scan<'t> {
    script: &'t str,
    at: usize,
    found: Vec<Command>,
}

impl<'t> Scan<'t> {
    fn peek(&self) -> u8 {
        self.script.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'t str {
        &self.script[self.at..]
    }

    fn end_of_line(&mut self) {
        self.at += memchr::memchr(b'\n', self.rest().as_bytes()).unwrap_or(self.rest().len());
    }

    fn statement(&mut self, piped: Option<Box<str>>) {
        let start = self.at;
        let Some(first) = self.word() else {
            self.at += self.rest().chars().next().map_or(1, char::len_utf8);
            return;
        };
        match &*first.prefix().to_ascii_lowercase() {
            "rem" => self.end_of_line(),
            // Another statement begins behind it.
            "call" | "else" => {}
            "if" => self.condition(),
            "for" => self.past_do(),
            _ => {
                let mut words = vec![first];
                while let Some(word) = self.word() {
                    words.push(word);
                }
                if self.at > start {
                    self.found.extend(command(words, piped));
                }
            }
        }
    }

    /// Passes over the condition of an `if`.
    fn condition(&mut self) {
        let mut word = self.word();
        while let Some(text) = &word {
            let known = text.prefix().to_ascii_lowercase();
            match &*known {
                "not" | "/i" => word = self.word(),
                "exist" | "defined" | "errorlevel" | "cmdextversion" => {
                    self.word();
                    return;
                }
                _ => {
                    // `a==b` in one word, or three.
                    let whole = text.span.of(self.script);
                    if !whole.contains("==") {
                        self.word();
                        self.word();
                    } else if whole.ends_with("==") {
                        self.word();
                    }
                    return;
                }
            }
        }
    }

    /// Passes over `%%f in (…)`, to behind `do`.
    fn past_do(&mut self) {
        const DO: &[u8] = b") do ";
        let line = self.rest().as_bytes();
        let found = line.windows(DO.len()).position(|part| part[0] == b'\n' || part.eq_ignore_ascii_case(DO));
        match found.filter(|&found| line[found] != b'\n') {
            Some(found) => self.at += found + DO.len(),
            None => self.end_of_line(),
        }
    }

    /// A word of the command that is being read; `None` at its end.
    fn word(&mut self) -> Option<Word> {
        self.blank();
        while let Some(sign) = self.rest().strip_prefix(|c: char| c.is_ascii_digit()).or(Some(self.rest()))
            && sign.starts_with(['<', '>'])
        {
            self.at = self.script.len() - sign.len();
            self.redirection();
            self.blank();
        }
        let start = self.at;
        let mut word = Reader::new(self.script, start);
        let mut quoted = false;
        while let Some(c) = self.rest().chars().next() {
            let at = self.at;
            match c {
                '\n' => break,
                '"' => {
                    quoted = !quoted;
                    self.at += 1;
                }
                '%' | '!' => {
                    self.variable(c);
                    if self.at > at + 1 {
                        word.unknown(at..self.at);
                    } else {
                        word.copy(at..self.at);
                    }
                }
                '^' if !quoted => {
                    self.at += 1;
                    let length = self.rest().chars().next().filter(|c| !matches!(c, '\r' | '\n'));
                    let length = length.map_or(0, char::len_utf8);
                    word.copy(self.at..self.at + length);
                    self.at += length;
                    if length == 0 {
                        self.at = at;
                        break;
                    }
                }
                ' ' | '\t' | '\r' | '&' | '|' | '(' | ')' | '<' | '>' if !quoted => break,
                _ => {
                    self.at += c.len_utf8();
                    word.copy(at..self.at);
                }
            }
        }
        (self.at > start).then(|| word.word(self.at))
    }

    /// Passes over `>file`, `>>file`, `>&2`, `<file`.
    fn redirection(&mut self) {
        while matches!(self.peek(), b'<' | b'>') {
            self.at += 1;
        }
        if self.peek() == b'&' {
            self.at += 1;
        }
        self.blank();
        while !matches!(self.peek(), 0 | b' ' | b'\t' | b'\r' | b'\n' | b'&' | b'|' | b')' | b'<' | b'>') {
            self.at += 1;
        }
    }

    /// `%NAME%`, `!NAME!`, `%%f`, `%1`, `%~dp0`; nothing but the character where it is none.
    fn variable(&mut self, sign: char) {
        let rest = &self.rest()[1..];
        let name = |c: char| c.is_ascii_alphanumeric() || "_:=,~-.*".contains(c);
        let length = rest.find(|c| !name(c)).unwrap_or(rest.len());
        self.at += 1;
        if length > 0 && rest[length..].starts_with(sign) {
            self.at += length + 1;
        } else if sign == '%' && rest.starts_with('%') {
            self.at += 1;
            self.at += usize::from(self.peek().is_ascii_alphanumeric());
        } else if sign == '%' && rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '~' | '*')) {
            self.at += length;
        }
    }

    /// Passes over white space and continued line ends.
    fn blank(&mut self) {
        loop {
            match self.peek() {
                b' ' | b'\t' | b'\r' | b',' => self.at += 1,
                b'^' if self.rest().starts_with("^\n") => self.at += 2,
                b'^' if self.rest().starts_with("^\r\n") => self.at += 3,
                _ => return,
            }
        }
    }
}
