//! Lines and columns of everything a run reports, found in one pass over each file.

use super::all_places;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Place, Position, SourceFile, Sources, Span};
use std::collections::HashMap;

/// The positions at which labels and edits start and end.
///
/// Counting columns anew for each finding would make many findings in one long line (minified JSON) quadratic.
pub(super) struct Positions<'a> {
    sources: &'a Sources,
    known: HashMap<FileId, Vec<Position>>,
}

impl<'a> Positions<'a> {
    pub(super) fn of<'d>(sources: &'a Sources, diagnostics: impl Iterator<Item = &'d Diagnostic>) -> Self {
        let mut offsets: HashMap<FileId, Vec<u32>> = HashMap::new();
        for place in diagnostics.flat_map(all_places) {
            let span = clamp(&sources.get(place.file).text, place.span);
            offsets.entry(place.file).or_default().extend([span.start, span.end]);
        }
        let positions = |(file, offsets)| (file, sweep(sources.get(file), offsets));
        Self { sources, known: offsets.into_iter().map(positions).collect() }
    }

    /// Where a label or an edit starts and ends. The place must be one of the diagnostics.
    pub(super) fn get(&self, place: Place) -> (Position, Position) {
        let file = self.sources.get(place.file);
        let span = clamp(&file.text, place.span);
        let known = self.known.get(&place.file).map_or(&[][..], Vec::as_slice);
        let find = |offset: u32| match known.binary_search_by_key(&offset, |position| position.byte) {
            Ok(index) => known[index],
            Err(_) => file.position(offset),
        };
        (find(span.start), find(span.end))
    }
}

/// The span inside the text and on character boundaries, whatever was asked for.
pub(super) fn clamp(text: &str, span: Span) -> Span {
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary((span.end as usize).min(text.len())).max(start);
    Span::from(start..end)
}

fn sweep(file: &SourceFile, mut offsets: Vec<u32>) -> Vec<Position> {
    offsets.sort_unstable();
    offsets.dedup();
    let mut positions: Vec<Position> = Vec::with_capacity(offsets.len());
    for byte in offsets {
        let line = file.lines().line_of(byte) as u32 + 1;
        let position = match positions.last() {
            Some(last) if last.line == line => {
                let between = Span::new(last.byte, byte).of(&file.text);
                Position {
                    line,
                    column: last.column + between.chars().count() as u32,
                    utf16: last.utf16 + between.chars().map(char::len_utf16).sum::<usize>() as u32,
                    byte,
                }
            }
            _ => file.position(byte),
        };
        positions.push(position);
    }
    positions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_finds_what_counting_from_the_line_start_finds() {
        let file = SourceFile::new("a", "\u{feff}aé\u{1F600}b\r\nc\n");
        let offsets: Vec<u32> =
            (3..=file.text.len()).filter(|&at| file.text.is_char_boundary(at)).map(|at| at as u32).collect();
        let expected: Vec<Position> = offsets.iter().map(|&at| file.position(at)).collect();
        assert_eq!(sweep(&file, offsets), expected);
    }

    #[test]
    fn spans_are_clamped_to_the_text_and_to_characters() {
        assert_eq!(clamp("aé", Span::new(2, 2)), Span::new(1, 3));
        assert_eq!(clamp("aé", Span::new(9, 99)), Span::new(3, 3));
        assert_eq!(clamp("abc", Span { start: 2, end: 1 }), Span::new(2, 2));
    }
}
