//! References to variables and functions, replaced as far as the file says what they stand for.

use super::lines::{Lines, Value};
use super::{Name, Recipe};
use crate::source::{FileId, Place, Span};
use memchr::memchr;
use std::ops::Range;

/// How deeply values may hold references.
const DEEPEST: usize = 16;
/// How many bytes values may add to a makefile, beside a few times its own length.
const ADDED: usize = 64 * 1024;
/// What a reference costs of them, so that one to nothing has a price.
const REFERENCE: usize = 8;
/// Stands for what is not known: an expansion of the shell that nobody gives a value.
const UNKNOWN: &str = "${_}";
/// Stands for what may be any number of words.
const UNKNOWN_WORDS: &str = "${_args}";

/// Replaces references in the text of a makefile.
pub(super) struct Expand<'l> {
    text: &'l str,
    file: FileId,
    lines: &'l Lines,
    /// What `$(shell …)` ran in what was expanded last.
    pub run: Vec<Recipe>,
    /// Whether everything was replaced.
    pub complete: bool,
    /// Bytes that values may still add.
    left: usize,
    /// Whether the values so far are the only ones.
    only: bool,
}

/// Where a text stands that is being expanded.
#[derive(Clone, Copy)]
enum Stands {
    /// In the file, from this byte on.
    At(usize),
    /// It stands for a reference.
    For(Span),
}

impl Stands {
    fn span(self, range: Range<usize>) -> Span {
        match self {
            Self::At(base) => Span::from(base + range.start..base + range.end),
            Self::For(span) => span,
        }
    }
}

/// What `$(1)`, `$(2)` stand for in a value that is called, and how deep it is.
#[derive(Clone, Copy)]
struct Call<'c> {
    arguments: &'c [String],
    depth: usize,
}

impl<'l> Expand<'l> {
    pub(super) fn new(text: &'l str, file: FileId, lines: &'l Lines) -> Self {
        let left = ADDED + 4 * text.len();
        Self { text, file, lines, run: Vec::new(), complete: true, left, only: true }
    }

    /// A line of a recipe.
    pub(super) fn recipe(&mut self, range: Range<usize>) -> Recipe {
        let mut out = Recipe::default();
        let text = self.text;
        self.expand(
            &text[range.clone()],
            Stands::At(range.start),
            Call { arguments: &[], depth: 0 },
            &mut out,
        );
        out
    }

    /// What text outside recipes runs.
    pub(super) fn shells(&mut self, range: Range<usize>) -> Vec<Recipe> {
        self.recipe(range);
        std::mem::take(&mut self.run)
    }

    /// The words of a text outside recipes.
    pub(super) fn names(&mut self, range: Range<usize>) -> Vec<Name> {
        let mut names = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let start = at;
            at = end_of_word(self.text, start..range.end);
            let word = &self.text[start..at];
            let word = word.strip_suffix('\\').unwrap_or(word);
            at += self.text[at..range.end].chars().next().map_or(0, char::len_utf8);
            if word.is_empty() {
                continue;
            }
            let span = Span::from(start..start + word.len());
            if !word.contains('$') {
                names.push(Name { text: word.into(), span });
                continue;
            }
            let expanded = self.recipe(start..start + word.len()).derived.text;
            // What it runs was told where its text was looked through.
            self.run.clear();
            if expanded.contains('$') {
                names.push(Name { text: word.into(), span });
            } else {
                names.extend(expanded.split_whitespace().map(|text| Name { text: text.into(), span }));
            }
        }
        names
    }

    fn expand(&mut self, text: &str, stands: Stands, call: Call<'_>, out: &mut Recipe) {
        let mut at = 0;
        while let Some(dollar) = memchr(b'$', &text.as_bytes()[at..]).map(|found| at + found) {
            self.copy(text, at..dollar, stands, out);
            let Some(next) = text[dollar + 1..].chars().next() else {
                at = dollar;
                break;
            };
            let mut end = dollar + 1 + next.len_utf8();
            if next == '$' {
                self.push("$", stands.span(dollar..end), out);
                at = end;
                continue;
            }
            let mut name = dollar + 1..end;
            if matches!(next, '(' | '{') {
                let Some(close) = closing(text, dollar + 1) else {
                    at = dollar;
                    break;
                };
                name = dollar + 2..close;
                end = close + 1;
            }
            self.reference(text, name, dollar..end, stands, call, out);
            at = end;
        }
        self.copy(text, at..text.len(), stands, out);
    }

    fn reference(
        &mut self,
        text: &str,
        name: Range<usize>,
        whole: Range<usize>,
        stands: Stands,
        call: Call<'_>,
        out: &mut Recipe,
    ) {
        let span = stands.span(whole);
        let content = &text[name.clone()];
        if call.depth == DEEPEST || self.left < REFERENCE {
            self.complete = false;
            self.push(UNKNOWN, span, out);
            return;
        }
        self.left -= REFERENCE;
        let call = Call { depth: call.depth + 1, ..call };
        let inner = |from: usize| match stands {
            Stands::At(base) => Stands::At(base + name.start + from),
            Stands::For(span) => Stands::For(span),
        };
        if let Some((function, rest)) = content.split_once([' ', '\t']).filter(|(word, _)| is_function(word))
        {
            let from = content.len() - rest.trim_start().len();
            let rest = rest.trim_start();
            match function {
                "shell" => {
                    // In the value of a variable it was told where that is written.
                    if let Stands::At(_) = stands {
                        let mut recipe = Recipe::default();
                        self.expand(rest, inner(from), call, &mut recipe);
                        self.run.push(recipe);
                    }
                    self.push(UNKNOWN, span, out);
                }
                "call" => self.call(rest, inner(from), span, call, out),
                _ => {
                    // It may hold a `$(shell …)`.
                    self.expand(rest, inner(from), call, &mut Recipe::default());
                    if !matches!(function, "info" | "warning" | "error" | "eval") {
                        self.push(UNKNOWN_WORDS, span, out);
                    }
                }
            }
            return;
        }
        if content.contains('$') {
            self.expand(content, inner(0), call, &mut Recipe::default());
            self.push(UNKNOWN, span, out);
        } else if let Some(argument) =
            content.parse().ok().and_then(|at: usize| call.arguments.get(at.wrapping_sub(1)))
        {
            let argument = argument.clone();
            self.push(&argument, span, out);
        } else {
            self.variable(content, span, stands, call, out);
        }
    }

    /// `$(call name,argument,…)`.
    fn call(&mut self, text: &str, stands: Stands, span: Span, call: Call<'_>, out: &mut Recipe) {
        let mut parts = split_arguments(text);
        let name = parts.next().map(|range| text[range].trim()).unwrap_or_default();
        let mut arguments = Vec::new();
        for range in parts.take(9) {
            let mut argument = Recipe::default();
            let stands = match stands {
                Stands::At(base) => Stands::At(base + range.start),
                Stands::For(span) => Stands::For(span),
            };
            self.expand(&text[range], stands, call, &mut argument);
            arguments.push(argument.derived.text);
        }
        // What is not given is empty.
        arguments.resize(9, String::new());
        if self.lines.variables.contains_key(name) {
            self.variable(name, span, stands, Call { arguments: &arguments, ..call }, out);
        } else {
            self.push(UNKNOWN_WORDS, span, out);
        }
    }

    fn variable(&mut self, name: &str, span: Span, stands: Stands, call: Call<'_>, out: &mut Recipe) {
        let (text, lines) = (self.text, self.lines);
        let Some(variable) = lines.variables.get(name) else {
            match name {
                "MAKE" => self.push("make", span, out),
                _ if is_name(name) => self.push(&format!("${{{name}}}"), span, out),
                _ => self.push(UNKNOWN, span, out),
            }
            return;
        };
        let value = match &variable.value {
            Value::Text(value) => value,
            Value::Unknown => return self.push(UNKNOWN, span, out),
            Value::Lines(ranges) => {
                for (at, range) in ranges.iter().enumerate() {
                    if at > 0 {
                        self.push("\n", span, out);
                    }
                    self.expand(&text[range.clone()], Stands::At(range.start), call, out);
                }
                return;
            }
        };
        if let Stands::For(_) = stands {
            self.only &= variable.only;
            return self.expand(value, stands, call, out);
        }
        let start = out.derived.text.len() as u32;
        self.only = variable.only;
        self.expand(value, Stands::For(span), call, out);
        let end = out.derived.text.len() as u32;
        if end > start {
            out.given.push((Span::new(start, end), self.only));
        }
    }

    /// Text as it stands. In the file, what a line of a recipe begins with is no part of it, nor is a carriage return at its end.
    fn copy(&mut self, text: &str, range: Range<usize>, stands: Stands, out: &mut Recipe) {
        let Stands::At(base) = stands else {
            self.push(&text[range.clone()], stands.span(range), out);
            return;
        };
        let mut start = range.start;
        while let Some(found) = memchr(b'\n', &text.as_bytes()[start..range.end]) {
            let end = start + found;
            let line = text[start..end].trim_end_matches('\r');
            out.derived.copy(self.file, self.text, base + start..base + start + line.len());
            out.derived.copy(self.file, self.text, base + end..base + end + 1);
            start = end + 1;
            let prefix = self.lines.prefix.unwrap_or('\t');
            if text[start..range.end].starts_with(prefix) {
                start += prefix.len_utf8();
            }
        }
        out.derived.copy(self.file, self.text, base + start..base + range.end);
    }

    /// Text that stands for a reference.
    fn push(&mut self, text: &str, span: Span, out: &mut Recipe) {
        if text.len() > self.left {
            self.complete = false;
            return;
        }
        self.left -= text.len();
        out.derived.push(text, Place { file: self.file, span }, false);
    }
}

/// The offset of the bracket that closes the one at `open`; only brackets of its kind count.
fn closing(text: &str, open: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (opens, closes) = if bytes[open] == b'(' { (b'(', b')') } else { (b'{', b'}') };
    let mut depth = 0;
    for at in memchr::memchr2_iter(opens, closes, &bytes[open..]) {
        if bytes[open + at] == opens {
            depth += 1;
            continue;
        }
        depth -= 1;
        if depth == 0 {
            return Some(open + at);
        }
    }
    None
}

/// The end of the word that a range begins with; white space in references does not end it.
fn end_of_word(text: &str, range: Range<usize>) -> usize {
    let bytes = text.as_bytes();
    let mut at = range.start;
    let mut depth = 0usize;
    while at < range.end {
        match bytes[at] {
            b'(' | b'{' => depth += 1,
            b')' | b'}' => depth = depth.saturating_sub(1),
            byte if depth == 0 && byte.is_ascii_whitespace() => break,
            _ => {}
        }
        at += 1;
    }
    at
}

/// The arguments of a function, between commas that stand in no brackets.
fn split_arguments(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let mut depth = 0usize;
        let comma = (start..bytes.len()).find(|&at| {
            match bytes[at] {
                b'(' | b'{' => depth += 1,
                b')' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && bytes[at] == b','
        });
        next = comma.map(|at| at + 1);
        Some(start..comma.unwrap_or(bytes.len()))
    })
}

/// Whether a shell takes a name as that of a variable.
fn is_name(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit())
}

/// <https://www.gnu.org/software/make/manual/make.html#Functions>
fn is_function(word: &str) -> bool {
    const NAMES: &[&str] = &[
        "abspath",
        "addprefix",
        "addsuffix",
        "and",
        "basename",
        "call",
        "dir",
        "error",
        "eval",
        "file",
        "filter",
        "filter-out",
        "findstring",
        "firstword",
        "flavor",
        "foreach",
        "guile",
        "if",
        "info",
        "intcmp",
        "join",
        "lastword",
        "let",
        "notdir",
        "or",
        "origin",
        "patsubst",
        "realpath",
        "shell",
        "sort",
        "strip",
        "subst",
        "suffix",
        "value",
        "warning",
        "wildcard",
        "word",
        "wordlist",
        "words",
    ];
    NAMES.binary_search(&word).is_ok()
}
