//! Rewrites the marks of an example to what its rule finds, and its `fixed` texts to what the fixes make, and nothing else in the rule file.

use super::Found;
use crate::change::{Change, line_break};
use crate::rule::{Example, ExampleFile, Finding, RuleText, compare, mark, write_mark};
use crate::source::Span;

/// What makes an example hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// These edits of the rule file; none if it holds already.
    Edits(Vec<Change>),
    /// Nothing that can be written by itself; what a person can do.
    None(&'static str),
}

impl Remedy {
    /// The edits that mend the example; none if it holds, or if a person must mend it.
    pub fn edits(&self) -> &[Change] {
        match self {
            Self::Edits(edits) => edits,
            Self::None(_) => &[],
        }
    }

    /// Both; a person must mend what only a person can.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Edits(own), Self::Edits(others)) => Self::Edits([own, others].concat()),
            (Self::None(why), _) | (_, Self::None(why)) => Self::None(why),
        }
    }
}

/// Writes another text into a literal block of the rule file.
pub(super) fn rewritten(rule_file: &str, written: &RuleText, text: &str) -> Remedy {
    const HELP: &str = "mend the rule or `fixed`; `--accept` rewrites texts in literal blocks (`|`) alone";
    let span = written.place.span;
    let block = span.of(rule_file).trim_end();
    // A text that such a block gives back as it is.
    let lines =
        text.strip_suffix('\n').filter(|lines| !lines.starts_with([' ', '\n']) && !lines.ends_with('\n'));
    let written = block.split_once('\n').filter(|(header, _)| header.trim_end() == "|");
    let (Some((header, content)), Some(lines)) = (written, lines.filter(|lines| !lines.is_empty())) else {
        return Remedy::None(HELP);
    };
    let indentation = &content[..content.len() - content.trim_start_matches(' ').len()];
    let end = line_break(rule_file);
    let mut text = header.trim_end().to_owned();
    for line in lines.split('\n') {
        text.push_str(end);
        if !line.is_empty() {
            text.extend([indentation, line]);
        }
    }
    Remedy::Edits(vec![Change { span: Span::new(span.start, span.start + block.len() as u32), text }])
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

fn lines(
    rule_file: &str,
    example: &Example<'_>,
    file: &ExampleFile,
    found: &[Found],
    edits: &mut Vec<Change>,
) {
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
        edits.push(Change { span: place.span, text });
    }
}
