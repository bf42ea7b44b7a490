//! PowerShell: a command is what stands where a statement may begin and does not look like an expression.
//! <https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.core/about/about_parsing>

use super::{Reader, command};
use crate::shell::command::{Command, Word};
use crate::shell::tool;
use std::ops::Range;

/// How deeply scripts in strings are looked through.
const DEEPEST: usize = 4;

/// Words that begin a statement and are no commands; behind those of the second list another statement may begin.
const KEYWORDS: &[&str] = &[
    "break", "catch", "class", "continue", "data", "default", "enum", "exit", "filter", "finally", "for",
    "foreach", "from", "function", "hidden", "if", "elseif", "in", "param", "static", "switch", "throw",
    "trap", "until", "using", "while",
];
const OPENERS: &[&str] = &["begin", "do", "dynamicparam", "else", "end", "process", "return", "try"];

pub(super) fn scan(script: &str) -> Vec<Command> {
    let mut found = Vec::new();
    let mut pending = vec![(0..script.len(), 0)];
    while let Some((range, depth)) = pending.pop() {
        let mut scan =
            Scan { script, at: range.start, end: range.end, nested: Vec::new(), found: &mut found };
        scan.statements();
        if depth < DEEPEST {
            pending.extend(scan.nested.into_iter().map(|range| (range, depth + 1)));
        }
    }
    found
}

struct Scan<'t, 'f> {
    script: &'t str,
    at: usize,
    end: usize,
    /// Scripts in strings.
    nested: Vec<Range<usize>>,
    found: &'f mut Vec<Command>,
}

impl Scan<'_, '_> {
    fn peek(&self, ahead: usize) -> u8 {
        match self.at + ahead {
            at if at < self.end => self.script.as_bytes()[at],
            _ => 0,
        }
    }

    fn rest(&self) -> &str {
        &self.script[self.at..self.end]
    }

    /// Goes behind the next occurrence of a text, or to the end.
    fn past(&mut self, text: &str) {
        self.at = self.rest().find(text).map_or(self.end, |found| self.at + found + text.len());
    }

    fn statements(&mut self) {
        let mut piped = None;
        while self.at < self.end {
            match self.peek(0) {
                b'|' if self.peek(1) == b'|' => {
                    piped = None;
                    self.at += 2;
                }
                b'|' => {
                    self.at += 1;
                    piped = self.found.last().and_then(Command::name).map(Into::into);
                }
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' | b';' | b'(' | b')' | b'{' | b'}' | b',' | b'=' => {
                    piped = None;
                    self.at += 1;
                }
                b'&' if self.peek(1) == b'&' => {
                    piped = None;
                    self.at += 2;
                }
                b'`' if matches!(self.peek(1), b'\n' | b'\r') => self.at += 2,
                b'#' => self.past("\n"),
                b'<' if self.peek(1) == b'#' => self.past("#>"),
                _ => self.statement(piped.take()),
            }
        }
    }

    /// What begins here: a command, or an expression that is passed over up to where another statement may begin.
    fn statement(&mut self, piped: Option<Box<str>>) {
        let called =
            matches!(self.peek(0), b'&' | b'.') && matches!(self.peek(1), b' ' | b'\t' | b'"' | b'\'' | b'$');
        let sourced = called && self.peek(0) == b'.';
        let dot = self.at;
        if called {
            self.at += 1;
            self.blank();
        }
        let start = self.at;
        let Some(first) = self.word() else {
            self.at = (self.at + 1).min(self.end);
            while !self.script.is_char_boundary(self.at) {
                self.at += 1;
            }
            return;
        };
        let known = first.prefix();
        let written = &self.script[start..self.at];
        let lower = known.to_ascii_lowercase();
        if OPENERS.contains(&&*lower) {
            return;
        }
        self.blank();
        // `key = value`, `$x = command`, `'label' { … }`.
        let assigned = self.peek(0) == b'=' || matches!((self.peek(0), self.peek(1)), (b'+', b'='));
        let names = known.starts_with(|c: char| c.is_ascii_alphabetic() || "._~/\\".contains(c))
            && known.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-+/\\:~".contains(&byte))
            && known.bytes().any(|byte| byte.is_ascii_alphanumeric());
        let plain = names && !written.starts_with(['"', '\'']);
        if assigned || KEYWORDS.contains(&&*lower) || !(called || plain) {
            self.expression(lower == "function");
            return;
        }
        let mut words = vec![first];
        if sourced {
            words.insert(0, Reader::literal(self.script, dot..dot + 1));
        } else if called && words[0].text().is_none() {
            let Some(name) = written.strip_prefix('$').and_then(tool::named_after) else {
                self.expression(false);
                return;
            };
            words[0] = Word::derived(name, words[0].span);
        }
        self.arguments(&mut words);
        if matches!(&*lower, "invoke-expression" | "iex") {
            self.nested.extend(words[1..].iter().filter(|word| word.text().is_some()).map(|word| {
                let content = word.content();
                content.start as usize..content.end as usize
            }));
        }
        self.found.extend(command(words, piped));
    }

    /// The words of a command up to its end.
    fn arguments(&mut self, words: &mut Vec<Word>) {
        loop {
            self.blank();
            match self.peek(0) {
                0 | b'\n' | b';' | b'|' | b')' | b'}' | b'#' => return,
                b'&' => return,
                // A script block or an expression: what it runs is told on its own.
                b'{' | b'(' => return,
                b'>' | b'<' => {
                    self.at += 1;
                    self.redirected();
                    continue;
                }
                b',' => {
                    self.at += 1;
                    continue;
                }
                digit if (digit.is_ascii_digit() || digit == b'*') && self.peek(1) == b'>' => {
                    self.at += 2;
                    self.redirected();
                    continue;
                }
                _ => {}
            }
            match self.word() {
                Some(word) => words.push(word),
                None => return,
            }
        }
    }

    /// What a stream is redirected to: `2>&1`, `2>$null`.
    fn redirected(&mut self) {
        self.at += usize::from(self.peek(0) == b'>');
        self.blank();
        if self.peek(0) == b'&' {
            self.at = (self.at + 2).min(self.end);
        } else {
            self.word();
        }
    }

    /// Passes over an expression, up to where a statement may begin in it.
    fn expression(&mut self, named: bool) {
        if named {
            self.blank();
            self.word();
            return;
        }
        loop {
            self.blank();
            match self.peek(0) {
                b'\n' | b';' | b'|' | b'(' | b')' | b'{' | b'}' | b'=' | b'#' | 0 => return,
                _ => {
                    if self.word().is_none() {
                        return;
                    }
                }
            }
        }
    }

    /// Passes over white space and continued line ends.
    fn blank(&mut self) {
        loop {
            match (self.peek(0), self.peek(1)) {
                (b' ' | b'\t' | b'\r', _) => self.at += 1,
                (b'`', b'\n') => self.at += 2,
                (b'`', b'\r') => self.at = (self.at + 3).min(self.end),
                _ => return,
            }
        }
    }

    /// A word; `None` where none begins.
    fn word(&mut self) -> Option<Word> {
        let start = self.at;
        let mut word = Reader::new(self.script, start);
        while self.at < self.end {
            let at = self.at;
            match self.peek(0) {
                b'\'' => {
                    self.at += 1;
                    let inner = self.at;
                    self.past("'");
                    word.copy(
                        inner
                            ..self.at
                                - usize::from(
                                    self.at > inner && self.script.as_bytes()[self.at - 1] == b'\'',
                                ),
                    );
                }
                b'"' => self.string(&mut word),
                b'@' if matches!(self.peek(1), b'"' | b'\'') => {
                    let close = if self.peek(1) == b'"' { "\n\"@" } else { "\n'@" };
                    self.past(close);
                    word.unknown(at..self.at);
                }
                b'@' if self.at == start && self.peek(1).is_ascii_alphabetic() => {
                    self.at += 1;
                    self.name();
                    word.unknown(at..self.at);
                    word.options = true;
                }
                b'$' if self.peek(1) == b'(' => break,
                b'$' => {
                    self.at += 1;
                    if self.peek(0) == b'{' {
                        self.past("}");
                    } else {
                        self.name();
                    }
                    word.unknown(at..self.at);
                }
                b'`' if !matches!(self.peek(1), b'\n' | b'\r' | 0) => {
                    self.at += 1;
                    let length = self.rest().chars().next().map_or(0, char::len_utf8);
                    word.copy(self.at..self.at + length);
                    self.at += length;
                }
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'|' | b'&' | b'(' | b')' | b'{' | b'}' | b'`' => break,
                b',' | b'<' | b'>' => break,
                b'=' if self.at == start => break,
                b'#' if self.at == start => break,
                _ => {
                    let length = self.rest().chars().next().map_or(1, char::len_utf8);
                    word.copy(at..at + length);
                    self.at += length;
                }
            }
        }
        if self.at == start {
            // `$(…)` runs what stands in it.
            if self.peek(0) == b'$' && self.peek(1) == b'(' {
                word.unknown(start..start + 1);
                self.at += 1;
                return Some(word.word(self.at));
            }
            return None;
        }
        Some(word.word(self.at))
    }

    /// A string in double quotes.
    fn string(&mut self, word: &mut Reader<'_>) {
        self.at += 1;
        let mut run = self.at;
        while self.at < self.end {
            let at = self.at;
            match self.peek(0) {
                b'"' => {
                    word.copy(run..at);
                    self.at += 1;
                    return;
                }
                b'`' => {
                    word.copy(run..at);
                    self.at += 1;
                    run = self.at;
                    self.at += self.rest().chars().next().map_or(0, char::len_utf8);
                }
                b'$' => {
                    word.copy(run..at);
                    self.at += 1;
                    if self.peek(0) == b'(' {
                        let inner = self.at + 1;
                        self.past(")");
                        self.nested.push(inner.min(self.at)..self.at);
                    } else if self.peek(0) == b'{' {
                        self.past("}");
                    } else {
                        self.name();
                    }
                    word.unknown(at..self.at);
                    run = self.at;
                }
                _ => self.at += self.rest().chars().next().map_or(1, char::len_utf8),
            }
        }
        word.copy(run..self.at);
    }

    /// The name of a variable: `name`, `env:NAME`.
    fn name(&mut self) {
        while self.peek(0).is_ascii_alphanumeric() || matches!(self.peek(0), b'_' | b':' | b'?') {
            self.at += 1;
        }
    }
}
