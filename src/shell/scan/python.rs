//! Python: lists and strings that are handed to `subprocess` and `os`, where they begin like the call of a known tool.

use super::{Reader, command, is_call};
use crate::shell::command::{Command, Word};
use std::ops::Range;

/// What runs its first argument.
const RUNNERS: &[&str] = &[
    "Popen",
    "call",
    "check_call",
    "check_output",
    "getoutput",
    "getstatusoutput",
    "os.popen",
    "os.system",
    "run",
    "subprocess.Popen",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "subprocess.run",
];

pub(super) fn scan(script: &str) -> Vec<Command> {
    let mut scan = Scan { script, at: 0 };
    let mut found = Vec::new();
    while let Some(c) = scan.rest().chars().next() {
        match c {
            '#' => scan.end_of_line(),
            '"' | '\'' => {
                scan.string();
            }
            _ if c.is_ascii_alphabetic() || c == '_' => {
                let name = scan.name();
                if RUNNERS.binary_search(&name).is_ok() && scan.opens('(') {
                    found.extend(scan.argument().filter(is_call));
                }
            }
            _ => scan.at += c.len_utf8(),
        }
    }
    found
}

struct Scan<'t> {
    script: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t str {
        &self.script[self.at..]
    }

    fn end_of_line(&mut self) {
        self.at += memchr::memchr(b'\n', self.rest().as_bytes()).unwrap_or(self.rest().len());
    }

    /// A name with its dots; letters before a string are read as one and do no harm.
    fn name(&mut self) -> &'t str {
        let rest = self.rest();
        let named = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let length = rest.find(|c| !named(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn opens(&mut self, bracket: char) -> bool {
        self.at += self.rest().len() - self.rest().trim_start().len();
        let opens = self.rest().starts_with(bracket);
        self.at += usize::from(opens);
        opens
    }

    /// The first argument of a call: a list of words, or a string that holds them.
    fn argument(&mut self) -> Option<Command> {
        if self.opens('[') {
            return command(self.list(), None);
        }
        let (inner, format) = self.literal()?;
        command(words(self.script, inner, format), None)
    }

    /// The items of a list. One that is no string is a word that is not known.
    fn list(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        loop {
            self.opens(',');
            let start = self.at + (self.rest().len() - self.rest().trim_start().len());
            self.at = start;
            if let Some((inner, format)) = self.literal() {
                let mut word = Reader::new(self.script, start);
                piece(&mut word, inner, format);
                words.push(word.word(self.at));
                continue;
            }
            // Up to the next item; a bracket in it is too much.
            let end = self
                .rest()
                .find([',', ']', '[', '(', '\n', '"', '\'', '#'])
                .map_or(self.script.len(), |end| start + end);
            self.at = end;
            if end > start {
                let mut word = Reader::new(self.script, start);
                word.options = self.script[start..end].starts_with('*');
                word.unknown(start..end);
                words.push(word.word(end));
            }
            if self.rest().starts_with('#') {
                self.end_of_line();
            } else if !self.rest().starts_with([',', '\n']) {
                return words;
            }
        }
    }

    /// A string with its prefix: what stands in it, and whether `{…}` in it is replaced.
    fn literal(&mut self) -> Option<(Range<usize>, bool)> {
        self.at += self.rest().len() - self.rest().trim_start().len();
        let rest = self.rest();
        let prefix = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        if prefix > 2 || !rest[prefix..].starts_with(['"', '\'']) {
            return None;
        }
        let format = rest[..prefix].contains(['f', 'F']);
        self.at += prefix;
        Some((self.string(), format))
    }

    /// Passes over a string, and returns what stands in it.
    fn string(&mut self) -> Range<usize> {
        let rest = self.rest();
        let quote = &rest[..1];
        let triple = quote.repeat(3);
        let close = if rest.starts_with(&triple) { &*triple } else { quote };
        let start = self.at + close.len();
        let mut at = start;
        let bytes = self.script.as_bytes();
        while let Some(found) =
            memchr::memchr3(b'\\', b'\n', quote.as_bytes()[0], &bytes[at.min(bytes.len())..])
        {
            at += found;
            if bytes[at] == b'\\' {
                at += 2;
            } else if self.script[at..].starts_with(close) {
                self.at = at + close.len();
                return start..at;
            } else if bytes[at] == b'\n' && close.len() == 1 {
                // It is not closed.
                self.at = at;
                return start..at;
            } else {
                at += 1;
            }
        }
        self.at = bytes.len();
        start.min(bytes.len())..bytes.len()
    }
}

/// The words of a string.
fn words(script: &str, inner: Range<usize>, format: bool) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = inner.start;
    for part in script[inner].split_inclusive(|c: char| c.is_whitespace()) {
        let text = part.trim_end();
        if matches!(text, "&&" | "||" | "|" | ";" | "&") {
            break;
        }
        if !text.is_empty() {
            let trimmed = text.trim_matches(['"', '\'']);
            let start = at + if trimmed.is_empty() { 0 } else { text.find(trimmed).unwrap_or(0) };
            let mut word = Reader::new(script, at);
            piece(&mut word, start..start + trimmed.len(), format);
            words.push(word.word(at + text.len()));
        }
        at += part.len();
    }
    words
}

/// Text of a word; what is replaced in it is not known, nor what an escape stands for.
fn piece(word: &mut Reader<'_>, inner: Range<usize>, format: bool) {
    let text = &word.script[inner.clone()];
    let end = text.find(|c| c == '\\' || c == '%' || (format && c == '{')).unwrap_or(text.len());
    word.copy(inner.start..inner.start + end);
    if end < text.len() {
        word.unknown(inner.start + end..inner.end);
    }
}
