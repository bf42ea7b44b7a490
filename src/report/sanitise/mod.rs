//! The one sanitiser: what comes from files, names and rules becomes text that no terminal, no CI log parser and no viewer of a report acts
//! upon.
//!
//! [`Untrusted`] is such text before. It can be shown by no one: it has no `Display`, and its string is private to this module. What a
//! writer can make of it is safe in the format that it writes: [`Untrusted::line`] is one line of text, `Serialize` a string of JSON with
//! the same value in inert bytes, [`Untrusted::uri`] a reference in a URI; and [`Command`], [`Markdown`], [`Message`] and [`Xml`] break
//! whatever they are given for GitHub's runner, Markdown, viewers of SARIF and XML, since what is harmless in a line of text may be markup
//! there.

mod command;
mod json;
mod markdown;
mod xml;

pub use command::Command;
pub use json::{Message, object};
pub use markdown::{Fragment, Markdown};
pub use xml::Xml;

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::io;

/// Longest message, help or label text in characters, as shown; the rest becomes `…`.
const LONGEST: usize = 1000;

/// Text that comes from a file, a path, a rule, a configuration or an argument. Words and quotations in it have their secrets masked;
/// names and paths are exact.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Untrusted<'a>(Cow<'a, str>);

impl<'a> Untrusted<'a> {
    /// A text as it is: a path, a name, or one whose secrets were masked before.
    pub fn exact(text: impl Into<Cow<'a, str>>) -> Self {
        Self(text.into())
    }

    /// Words that belong to no place in a file; what looks like a secret by itself is masked.
    pub fn words(text: &'a str) -> Self {
        Self(crate::secret::mask(text))
    }

    /// The text on one line, safe to print.
    pub fn line(&self) -> Clean {
        Clean::line(&self.0)
    }

    /// The text as a path in a reference of a URI, with `/` between its parts: everything percent-encoded that is neither unreserved nor
    /// a delimiter allowed in a part. A colon is encoded too, so that nothing is taken for a scheme.
    pub fn uri(&self) -> Untrusted<'static> {
        let mut uri = String::with_capacity(self.0.len());
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=@/".contains(&byte) {
                uri.push(char::from(byte));
            } else {
                // Writing to a string cannot fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
        Untrusted::exact(uri)
    }

    /// The text with words of our own before it.
    #[must_use]
    pub fn behind(self, own: &'static str) -> Self {
        Self([own, &self.0].concat().into())
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is this text.
    pub fn is(&self, text: &str) -> bool {
        self.0 == text
    }
}

/// Says that there is text, not which.
impl fmt::Debug for Untrusted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted({} bytes)", self.0.len())
    }
}

/// One line of text that is safe to print: no control, bidirectional or invisible characters, no line breaks and no CI command
/// other than one that begins the output line, which `write_block` breaks. Writers of text formats take nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clean(String);

impl Clean {
    /// Makes a text safe: dangerous characters and line breaks become visible escapes, long texts are cut.
    pub fn line(text: &str) -> Self {
        let mut out = String::with_capacity(text.len().min(LONGEST));
        let mut shown = 0;
        for c in text.chars() {
            let before = out.len();
            push(&mut out, c);
            shown += out[before..].chars().count();
            if shown > LONGEST {
                out.truncate(before);
                out.push('…');
                break;
            }
        }
        Self(out)
    }

    /// This text and another behind it.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        // What one ends with and the other begins with could be a command together.
        other.0.chars().for_each(|c| push(&mut self.0, c));
        self
    }

    /// The safe text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Appends a character the way it is shown: itself, or a visible escape. Also breaks up `##[`, `##vso[` and the like, which
/// GitHub's and Azure's runners obey anywhere in a line, as `##\[`.
pub(super) fn push(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '[' => {
            let before = out.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
            out.push_str(if before.ends_with("##") { "\\[" } else { "[" });
        }
        c if is_hazard(c) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        }
        c => out.push(c),
    }
}

/// Text of several lines that is safe to print, every line as [`Clean`] but of any length; tabs stay. What is safe already stays as it is.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let start = out.len();
        for c in line.chars() {
            if c == '\t' { out.push(c) } else { push(&mut out, c) }
        }
        if out[start..].trim_start().starts_with("::") {
            let at = start + out[start..].len() - out[start..].trim_start().len();
            out.insert(at + 1, '\\');
        }
        out.push('\n');
    }
    out
}

/// Whether a character must not reach a terminal as it is: it steers the terminal, reorders text, or cannot be seen.
pub const fn is_hazard(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' // C0, DEL, C1
        | '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' // bidirectional
        | '\u{2028}' | '\u{2029}' // line and paragraph separators
        | '\u{ad}' | '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{feff}' // zero width
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}' // fillers
        | '\u{fe00}'..='\u{fe0e}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}') // tags and variation selectors
}

/// Writes lines composed of [`Clean`] pieces and our own colours. A line that a GitHub runner would take for a workflow command,
/// because it begins with `::` after white space, begins with `:\:` instead; where a line begins is known only here, after wrapping.
pub(super) fn write_block(out: &mut dyn io::Write, block: fmt::Arguments<'_>) -> io::Result<()> {
    let composed = block.to_string();
    for line in composed.split_inclusive('\n') {
        let command = skip_blank(line);
        if line[command..].starts_with("::") {
            write!(out, "{}:\\{}", &line[..command], &line[command + 1..])?;
        } else {
            out.write_all(line.as_bytes())?;
        }
    }
    Ok(())
}

/// Offset of the first character that is neither white space nor part of a colour sequence.
fn skip_blank(line: &str) -> usize {
    let mut rest = line;
    loop {
        let trimmed = rest.trim_start();
        let after_colour = trimmed.strip_prefix("\u{1b}[").and_then(|colour| colour.split_once('m'));
        let Some((_, after)) = after_colour else { return line.len() - trimmed.len() };
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(text: &str) -> String {
        Clean::line(text).to_string()
    }

    fn block(text: &str) -> String {
        let mut out = Vec::new();
        write_block(&mut out, format_args!("{text}")).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn characters_that_steer_reorder_or_hide_become_visible() {
        assert_eq!(clean("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(clean("\u{9b}2J \u{7f} \0"), "\\u{9b}2J \\u{7f} \\u{0}");
        assert_eq!(clean("x\u{202e}y\u{2066}z\u{200b}"), "x\\u{202e}y\\u{2066}z\\u{200b}");
        assert_eq!(clean("\u{feff}\u{e0041}\u{2028}"), "\\u{feff}\\u{e0041}\\u{2028}");
        assert_eq!(clean("one\ntwo\r\n\tthree"), "one\\ntwo\\r\\n\\tthree");
    }

    #[test]
    fn ordinary_text_of_every_script_stays_as_it_is() {
        let text = "naïve 日本語 🚀 ❤\u{fe0f} קוד, `a::b` #[x] ## [y] C:\\x";
        assert_eq!(clean(text), text);
    }

    #[test]
    fn runner_commands_are_broken_anywhere_in_the_line() {
        assert_eq!(clean("x ##[error]y"), "x ##\\[error]y");
        assert_eq!(clean("###[group]"), "###\\[group]");
        assert_eq!(clean("##vso[task.setvariable variable=x]"), "##vso\\[task.setvariable variable=x]");
        assert_eq!(clean("##teamcity[buildStop]"), "##teamcity\\[buildStop]");
    }

    #[test]
    fn workflow_commands_are_broken_at_line_starts_only() {
        assert_eq!(block("::error::x\n"), ":\\:error::x\n");
        assert_eq!(block("a\n \u{a0}::set-env name=x::y"), "a\n \u{a0}:\\:set-env name=x::y");
        assert_eq!(block("\u{1b}[31m  ::error::x"), "\u{1b}[31m  :\\:error::x");
        assert_eq!(block("a ::error::x\n"), "a ::error::x\n");
    }

    #[test]
    fn texts_of_several_lines_keep_their_lines_and_tabs() {
        assert_eq!(text("a\tb\r\n  ::error::x\n\u{1b}c"), "a\tb\n  :\\:error::x\n\\u{1b}c\n");
        assert_eq!(text(&"x".repeat(2 * LONGEST)).len(), 2 * LONGEST + 1);
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(clean(&"é".repeat(LONGEST + 5)), "é".repeat(LONGEST) + "…");
        assert_eq!(clean(&"é".repeat(LONGEST)), "é".repeat(LONGEST));
        // Escapes count as they are shown, so that no text grows beyond what a format takes.
        assert_eq!(clean(&"\u{e0041}".repeat(LONGEST)).len(), LONGEST / 9 * 9 + "…".len());
    }
}
