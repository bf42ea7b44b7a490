//! Lists of words that are run without a shell, as text that a shell would read as the same words: so that what stands in them is
//! followed like any other command, and keeps its place.

use super::{Host, Language, Script};
use crate::model::facts::Owner;
use crate::shell::{self, Handed};
use crate::source::{Derived, FileId, Place, Span};
use std::ops::Range;

/// A part of a word.
pub(super) enum Part {
    /// Text that is known.
    Text(Derived),
    /// The value of a variable.
    Unknown {
        /// Its name.
        name: String,
        /// Where it is asked for.
        place: Place,
    },
}

/// A word, by its parts.
pub(super) type Word = Vec<Part>;

/// What stands before the words of a list, as far as it is known.
#[derive(Clone, Copy)]
pub(super) enum Program<'n> {
    /// Nothing: the first word is the program.
    Listed,
    /// The program of an image, by the image's name where that is known.
    OfImage(Option<&'n str>),
    /// The program of the image that another is built from, which mostly runs what it is handed.
    OfBase(Option<&'n str>),
}

/// The script that a list of words is; `None` where the words are only arguments of a program that is not known.
pub(super) fn script<'m>(
    words: &[Word],
    program: Program<'_>,
    host: Host<'m>,
    owner: Owner<'m>,
) -> Option<Script<'m>> {
    let first = words.first()?;
    let mut derived = Derived::default();
    let mut certain = true;
    if let Program::OfImage(image) | Program::OfBase(image) = program {
        let known: Vec<Option<&str>> = words.iter().map(known).collect();
        match shell::handed(image, &known) {
            Handed::Command => {}
            Handed::Likely => certain = false,
            Handed::To(tool) => {
                certain = false;
                let place = place(first)?;
                derived.push(tool, place, false);
            }
            Handed::Unknown if matches!(program, Program::OfBase(_)) && !known[0]?.starts_with('-') => {
                certain = false;
            }
            Handed::Unknown => return None,
        }
    }
    for word in words {
        push(&mut derived, word);
    }
    Some(Script { certain, ..Script::derived(derived, Language::BASH, host, owner) })
}

/// Text that a shell reads, as one part after the other.
pub(super) fn text(parts: &[Part]) -> Derived {
    let mut derived = Derived::default();
    for part in parts {
        match part {
            Part::Text(part) => derived.append(&part.text, &part.map, 0..part.text.len()),
            Part::Unknown { name, place } => derived.push(&format!("${{{name}}}"), *place, false),
        }
    }
    derived
}

/// The words of a text, split as a shell splits them, but without operators and expansions.
pub(super) fn split(parts: &[Part]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut word: Option<Word> = None;
    let mut quote = None;
    for part in parts {
        let text = match part {
            Part::Unknown { name, place } => {
                let unknown = Part::Unknown { name: name.clone(), place: *place };
                word.get_or_insert_default().push(unknown);
                continue;
            }
            Part::Text(text) => text,
        };
        let mut run = 0..0;
        let mut characters = text.text.char_indices();
        while let Some((at, c)) = characters.next() {
            match (quote, c) {
                (None, '\'' | '"') => {
                    add(word.get_or_insert_default(), text, &mut run);
                    quote = Some(c);
                }
                (Some(open), _) if open == c => {
                    add(word.get_or_insert_default(), text, &mut run);
                    quote = None;
                }
                (None | Some('"'), '\\') => {
                    add(word.get_or_insert_default(), text, &mut run);
                    if let Some((next, c)) = characters.next() {
                        run = next..next + c.len_utf8();
                    }
                }
                (None, c) if c.is_whitespace() => {
                    if let Some(mut word) = word.take() {
                        add(&mut word, text, &mut run);
                        words.push(word);
                    }
                }
                _ => {
                    word.get_or_insert_default();
                    let start = if run.is_empty() { at } else { run.start };
                    run = start..at + c.len_utf8();
                }
            }
        }
        if let Some(word) = &mut word {
            add(word, text, &mut run);
        }
    }
    words.extend(word);
    words
}

/// Adds a run of a text to a word, and empties it.
fn add(word: &mut Word, text: &Derived, run: &mut Range<usize>) {
    let run = std::mem::take(run);
    if !run.is_empty() {
        let mut piece = Derived::default();
        piece.append(&text.text, &text.map, run);
        word.push(Part::Text(piece));
    }
}

/// The strings of a JSON list (`["a", "b"]`) that is the bytes of `range` of a file's text; `None` if it is none.
pub(super) fn json(file: FileId, text: &str, range: Range<usize>) -> Option<Vec<Word>> {
    let bytes = text.as_bytes();
    let blank = |mut at: usize| {
        while at < range.end
            && (bytes[at].is_ascii_whitespace() || matches!(bytes[at], b'\\' | b'`') && ends_line(bytes, at))
        {
            at += 1;
        }
        at
    };
    let is = |at: usize, byte: u8| at < range.end && bytes[at] == byte;
    let mut at = blank(range.start);
    if !is(at, b'[') {
        return None;
    }
    at = blank(at + 1);
    let mut words = Vec::new();
    while !is(at, b']') {
        if !words.is_empty() {
            if !is(at, b',') {
                return None;
            }
            at = blank(at + 1);
        }
        if !is(at, b'"') {
            return None;
        }
        let (word, end) = json_string(file, text, at + 1..range.end)?;
        words.push(vec![Part::Text(word)]);
        at = blank(end);
    }
    (blank(at + 1) == range.end).then_some(words)
}

/// Whether nothing but white space stands between a continuation character and the end of its line.
fn ends_line(bytes: &[u8], at: usize) -> bool {
    let mut rest = bytes[at + 1..].iter();
    rest.find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')) == Some(&b'\n')
}

/// A JSON string behind its opening quote, and the offset behind the closing one.
fn json_string(file: FileId, text: &str, range: Range<usize>) -> Option<(Derived, usize)> {
    let mut out = Derived::default();
    let mut at = range.start;
    loop {
        let next = at + memchr::memchr2(b'"', b'\\', &text.as_bytes()[at..range.end])?;
        out.copy(file, text, at..next);
        if text.as_bytes()[next] == b'"' {
            return Some((out, next + 1));
        }
        let escape = *text.as_bytes().get(next + 1)?;
        let (c, length) = match escape {
            b'"' | b'\\' | b'/' => (char::from(escape), 2),
            b'n' => ('\n', 2),
            b't' => ('\t', 2),
            b'r' => ('\r', 2),
            b'b' => ('\u{8}', 2),
            b'f' => ('\u{c}', 2),
            b'u' => {
                let code = u32::from_str_radix(text.get(next + 2..next + 6)?, 16).ok()?;
                (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
            }
            _ => return None,
        };
        let place = Place { file, span: Span::from(next..next + length) };
        out.push(c.encode_utf8(&mut [0; 4]), place, false);
        at = next + length;
        if at > range.end {
            return None;
        }
    }
}

/// The text of a word, if all of it is known and stands in one piece.
fn known(word: &Word) -> Option<&str> {
    match &**word {
        [Part::Text(text)] => Some(&text.text),
        _ => None,
    }
}

/// Where a word begins, as an empty place.
fn place(word: &Word) -> Option<Place> {
    match word.first()? {
        Part::Text(text) => text.map.place(Span::empty(0)),
        Part::Unknown { place, .. } => Some(*place),
    }
}

/// Appends a word, quoted where a shell would read it as anything else.
fn push(out: &mut Derived, word: &Word) {
    let first = out.text.is_empty();
    let here = place(word).or_else(|| out.map.segments().last().map(|segment| segment.source));
    let Some(here) = here else { return };
    if !first {
        out.push(" ", here, false);
    }
    if word.iter().all(|part| matches!(part, Part::Text(text) if text.text.is_empty())) {
        out.push("''", here, false);
    }
    for part in word {
        match part {
            Part::Text(text) if is_plain(&text.text, first) => {
                out.append(&text.text, &text.map, 0..text.text.len());
            }
            Part::Text(text) => quoted(out, text, here),
            // Alone it may be any number of words where it is named after such.
            Part::Unknown { name, place } if word.len() == 1 => {
                out.push(&format!("${{{name}}}"), *place, false);
            }
            Part::Unknown { name, place } => out.push(&format!("\"${{{name}}}\""), *place, false),
        }
    }
}

fn quoted(out: &mut Derived, text: &Derived, here: Place) {
    let start = text.map.place(Span::empty(0)).unwrap_or(here);
    out.push("'", start, false);
    let mut from = 0;
    for quote in memchr::memchr_iter(b'\'', text.text.as_bytes()) {
        out.append(&text.text, &text.map, from..quote);
        if let Some(place) = text.map.place(Span::from(quote..quote + 1)) {
            out.push("'\\''", place, false);
        }
        from = quote + 1;
    }
    out.append(&text.text, &text.map, from..text.text.len());
    let end = text.map.place(Span::empty(text.text.len() as u32)).unwrap_or(here);
    out.push("'", end, false);
}

/// Whether a shell reads a text as it stands; what begins a command may be a keyword or an assignment.
fn is_plain(text: &str, first: bool) -> bool {
    const KEYWORDS: &[&str] = &[
        "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in",
        "select", "then", "time", "until", "while",
    ];
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:@%+,".contains(&byte) || (byte == b'=' && !first);
    !text.is_empty() && text.bytes().all(plain) && !(first && KEYWORDS.contains(&text))
}
