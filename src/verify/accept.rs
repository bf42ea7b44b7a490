//! Rewrites the marks of an example to what its rule finds, and nothing else in the rule file.

use super::Found;
use crate::rule::{Example, ExampleFile, Finding, compare, mark, write_mark};
use crate::source::Span;

/// What makes an example hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// These edits of the rule file; none if it holds already.
    Edits(Vec<Edit>),
    /// Nothing that can be written by itself; what a person can do.
    None(&'static str),
}

impl Remedy {
    /// The edits that mend the example; none if it holds, or if a person must mend it.
    pub fn edits(&self) -> &[Edit] {
        match self {
            Self::Edits(edits) => edits,
            Self::None(_) => &[],
        }
    }
}

/// A piece of a rule file and what takes its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The piece, in bytes of the rule file.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// The text after edits; `None` if two of them meet.
pub fn apply(text: &str, mut edits: Vec<Edit>) -> Option<String> {
    // Two examples may share a text by an alias.
    edits.sort();
    edits.dedup();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.span.start as usize)?);
        out.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    out.push_str(&text[at..]);
    Some(out)
}

/// The edits of a bad example in which `found` is found.
pub(super) fn remedy(rule_file: &str, example: &Example<'_>, found: &[Found]) -> Remedy {
    let mut edits = Vec::new();
    for file in &example.files {
        if !file.written.place.span.of(rule_file).starts_with('|') {
            return Remedy::None(
                "mend the rule or the marks; `--accept` rewrites texts in literal blocks (`|`) alone",
            );
        }
        lines(rule_file, example, file, found, &mut edits);
    }
    if edits.is_empty() { Remedy::None("mend the rule or the marks") } else { Remedy::Edits(edits) }
}

fn lines(rule_file: &str, example: &Example<'_>, file: &ExampleFile, found: &[Found], edits: &mut Vec<Edit>) {
    let mut offset = 0;
    for (number, full) in file.written.value.split_inclusive('\n').enumerate() {
        let number = number as u32 + 1;
        let line = full.trim_end_matches(['\n', '\r']);
        let span = Span::from(offset..offset + line.len());
        offset += full.len();
        let expected: Vec<_> = example
            .expected
            .iter()
            .filter(|mark| mark.path == file.path && mark.line == number)
            .cloned()
            .collect();
        let here: Vec<_> = found.iter().filter(|it| *it.path == *file.path && it.line == number).collect();
        let findings: Vec<_> =
            here.iter().map(|it| Finding { path: &it.path, line: it.line, slice: &it.slice }).collect();
        if compare(&expected, &findings).is_empty() {
            continue;
        }
        let place = file.written.place_of(span);
        if place.span.of(rule_file) != line {
            continue;
        }
        let mark = mark(line).map_or(line.len(), |mark| mark.start);
        let plain = line[..mark].trim_end();
        let blanks = if mark < line.len() { &line[plain.len()..mark] } else { "   " };
        // A slice over several lines, or of nothing, cannot be written down: the mark says the line alone.
        let slices =
            here.iter().map(|it| Some(&*it.slice).filter(|slice| !slice.is_empty() && !slice.contains('\n')));
        let text = if here.is_empty() {
            plain.to_owned()
        } else {
            let marks = write_mark(&file.path, &slices.collect::<Vec<_>>());
            format!("{plain}{blanks}{marks}")
        };
        edits.push(Edit { span: place.span, text });
    }
}
