//! Text and places in it: files, byte spans, line and column, and the map from derived text back to the file.
//!
//! Everything inside the program is a byte offset into the decoded text; lines and columns exist only in reports.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// A half-open range of byte offsets, `start..end`, into the text of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset just past the last byte; never below `start`.
    pub end: u32,
}

impl Span {
    /// The span `start..end`.
    #[inline]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The empty span at `at`.
    pub const fn empty(at: u32) -> Self {
        Self { start: at, end: at }
    }

    /// Length in bytes.
    pub const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the span covers no byte.
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies wholly inside `self`.
    pub const fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a byte.
    pub const fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The bytes of `text` under this span; empty when the span does not fit the text.
    #[inline]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self::new(range.start as u32, range.end as u32)
    }
}

/// A file of the run, as an index into [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A span in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes in it.
    pub span: Span,
}

/// A value and where the user wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T> Spanned<T> {
    /// Another value at the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), place: self.place }
    }
}

/// How the bytes of a file became text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark; offsets are offsets into the file.
    #[default]
    Utf8,
    /// UTF-16, little endian, by its byte order mark; offsets are offsets into the text converted to UTF-8.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
    /// Not valid UTF-8: every bad sequence was replaced by U+FFFD. `first` is the offset of the first replacement in the text.
    Lossy {
        /// Offset into the decoded text.
        first: u32,
    },
    /// UTF-16 by its byte order mark, of either order, and not valid: every half of a surrogate pair, and an odd byte at
    /// the end, was replaced by U+FFFD. `first` is the offset of the first replacement in the text.
    LossyUtf16 {
        /// Offset into the decoded text.
        first: u32,
    },
}

/// One file: its path and its decoded text.
#[derive(Debug)]
pub struct SourceFile {
    /// Path relative to the project root, with `/` between components; what reports show and globs match.
    /// Bytes that are not UTF-8 are replaced here; `os_path` keeps them.
    pub path: Arc<str>,
    /// The path to open, as the operating system has it.
    pub os_path: PathBuf,
    /// The decoded text. A leading byte order mark is kept, so that offsets are offsets into the file.
    pub text: Arc<str>,
    /// How the text was decoded.
    pub encoding: Encoding,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// A file from text already decoded.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        let path = path.into();
        Self {
            os_path: PathBuf::from(&*path),
            path,
            text: text.into(),
            encoding: Encoding::Utf8,
            lines: OnceLock::new(),
        }
    }

    /// A file from its bytes. Never fails: what is not text is replaced and said in [`SourceFile::encoding`].
    pub fn from_bytes(path: impl Into<Arc<str>>, os_path: &Path, bytes: Vec<u8>) -> Self {
        let (text, encoding) = decode(bytes);
        Self {
            path: path.into(),
            os_path: os_path.to_owned(),
            text: text.into(),
            encoding,
            lines: OnceLock::new(),
        }
    }

    /// The line index, built at the first call: only files with something to report pay for it.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// The position of a byte offset; offsets past the end count as the end.
    pub fn position(&self, offset: u32) -> Position {
        self.lines().position(&self.text, offset)
    }
}

fn decode(bytes: Vec<u8>) -> (String, Encoding) {
    match &*bytes {
        [0xff, 0xfe, units @ ..] => return decode_utf16(units, u16::from_le_bytes, Encoding::Utf16Le),
        [0xfe, 0xff, units @ ..] => return decode_utf16(units, u16::from_be_bytes, Encoding::Utf16Be),
        _ => {}
    }
    match String::from_utf8(bytes) {
        Ok(text) => (text, Encoding::Utf8),
        Err(error) => {
            let first = error.utf8_error().valid_up_to() as u32;
            (String::from_utf8_lossy(error.as_bytes()).into_owned(), Encoding::Lossy { first })
        }
    }
}

/// Decodes UTF-16 without its byte order mark; `valid` is the encoding if nothing had to be replaced.
fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, valid: Encoding) -> (String, Encoding) {
    let (pairs, odd) = bytes.as_chunks();
    let mut text = String::with_capacity(bytes.len());
    let mut encoding = valid;
    // An odd byte is half a unit, as bad as half a surrogate pair.
    let units = pairs.iter().map(|&pair| unit(pair));
    let characters = char::decode_utf16(units).map(Result::ok).chain(odd.iter().map(|_| None));
    for character in characters {
        if character.is_none() && encoding == valid {
            encoding = Encoding::LossyUtf16 { first: text.len() as u32 };
        }
        text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    (text, encoding)
}

/// All files of a run, in the order of their ids.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file and returns its id.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(self.files.len() as u32 - 1)
    }

    /// The file behind an id.
    pub fn get(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// Every file with its id.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }

    /// The text under a place.
    pub fn slice(&self, place: Place) -> &str {
        place.span.of(&self.get(place.file).text)
    }
}

/// Where an offset stands, in every unit a consumer may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, 1-based. `\n`, `\r\n` and a lone `\r` end a line.
    pub line: u32,
    /// Column in Unicode scalar values, 1-based.
    pub column: u32,
    /// Column in UTF-16 code units, 0-based, as the Language Server Protocol counts.
    pub utf16: u32,
    /// Offset into the text in bytes, 0-based.
    pub byte: u32,
}

/// The offsets at which lines start.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes a text.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at as u32 + 1);
            }
        }
        Self { starts }
    }

    /// Number of lines; a final line break opens one more, empty line.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Never true: even an empty text has one line.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The 0-based line that holds an offset.
    pub fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset) - 1
    }

    /// The span of a 0-based line without its line break.
    pub fn line(&self, text: &str, line: usize) -> Span {
        let start = self.starts[line];
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len() as u32);
        let slice = Span::new(start, end).of(text);
        Span::new(start, start + slice.trim_end_matches(['\n', '\r']).len() as u32)
    }

    /// Line and column of an offset. A byte order mark takes no column.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let mut byte = (offset as usize).min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.line_of(byte as u32);
        let mut before = &text[self.starts[line] as usize..byte];
        if line == 0 {
            before = before.strip_prefix('\u{feff}').unwrap_or(before);
        }
        Position {
            line: line as u32 + 1,
            column: before.chars().count() as u32 + 1,
            utf16: before.chars().map(char::len_utf16).sum::<usize>() as u32,
            byte: byte as u32,
        }
    }
}

/// One piece of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Offset in the derived text where the piece starts; it lasts to the next piece.
    pub out: u32,
    /// Where it comes from.
    pub source: Place,
    /// Whether the bytes were copied, so that offsets move one to one; else the whole piece stands for the whole source span.
    pub verbatim: bool,
}

/// A piecewise linear map from derived text back to files: a decoded scalar to its YAML, an inner script to the outer one.
///
/// Segments are sorted by `out` and cover the derived text without gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    segments: Vec<Segment>,
}

impl SourceMap {
    /// The map of text copied as it stands from `source`.
    pub fn verbatim(source: Place) -> Self {
        Self { segments: vec![Segment { out: 0, source, verbatim: true }] }
    }

    /// Appends a piece; `out` must not decrease. Adjacent verbatim pieces become one.
    pub fn push(&mut self, segment: Segment) {
        if let Some(last) = self.segments.last_mut()
            && last.verbatim
            && segment.verbatim
            && last.source.file == segment.source.file
            && last.source.span.end == segment.source.span.start
            && last.out + last.source.span.len() == segment.out
        {
            last.source.span.end = segment.source.span.end;
            return;
        }
        self.segments.push(segment);
    }

    /// The pieces in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The place in the file of the derived text `out`. An empty span maps to an empty span; a span over several pieces
    /// covers everything between the first and the last of them in the file of the first.
    /// `None` when the map is empty.
    pub fn place(&self, out: Span) -> Option<Place> {
        let first = self.piece(out.start)?;
        let start = if first.verbatim {
            (first.source.span.start + (out.start - first.out)).min(first.source.span.end)
        } else {
            first.source.span.start
        };
        if out.is_empty() {
            return Some(Place { file: first.source.file, span: Span::empty(start) });
        }
        let last = self.piece(out.end - 1)?;
        let end = if last.verbatim {
            (last.source.span.start + (out.end - last.out)).min(last.source.span.end)
        } else {
            last.source.span.end
        };
        Some(Place { file: first.source.file, span: Span::new(start, end.max(start)) })
    }

    fn piece(&self, out: u32) -> Option<&Segment> {
        let next = self.segments.partition_point(|segment| segment.out <= out);
        self.segments.get(next.saturating_sub(1))
    }

    /// The map of a text derived from a text derived from a file: `inner` maps to offsets of the text this map is for.
    #[must_use]
    pub fn then(&self, inner: &SourceMap) -> SourceMap {
        let mut map = SourceMap::default();
        for (index, segment) in inner.segments.iter().enumerate() {
            let span = segment.source.span;
            if !segment.verbatim {
                if let Some(source) = self.place(span) {
                    map.push(Segment { source, ..*segment });
                }
                continue;
            }
            let length = inner
                .segments
                .get(index + 1)
                .map_or(span.len(), |next| next.out - segment.out)
                .min(span.len());
            let mut at = span.start;
            while at < span.start + length {
                let Some(piece) = self.piece(at) else { break };
                let next = self.segments.partition_point(|segment| segment.out <= at);
                let end = self.segments.get(next).map_or(u32::MAX, |next| next.out).min(span.start + length);
                let Some(source) = self.place(Span::new(at, end)) else { break };
                map.push(Segment { out: segment.out + (at - span.start), source, verbatim: piece.verbatim });
                at = end;
            }
        }
        map
    }
}

/// A text that is put together from pieces, and its map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Derived {
    /// The text so far.
    pub text: String,
    /// From the text to where it comes from.
    pub map: SourceMap,
}

impl Derived {
    /// Appends text that stands for a place; `verbatim` where it is copied from there.
    pub fn push(&mut self, text: &str, source: Place, verbatim: bool) {
        if !text.is_empty() {
            self.map.push(Segment { out: self.text.len() as u32, source, verbatim });
            self.text.push_str(text);
        }
    }

    /// Appends the bytes of `range` of a file's text, as they stand there.
    pub fn copy(&mut self, file: FileId, text: &str, range: std::ops::Range<usize>) {
        let span = Span::from(range.clone());
        self.push(&text[range], Place { file, span }, true);
    }

    /// Appends the bytes of `range` of a text that `map` leads to its files.
    pub fn append(&mut self, text: &str, map: &SourceMap, range: std::ops::Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let next = map.segments.partition_point(|segment| segment.out as usize <= at);
            let Some(piece) = map.segments.get(next.saturating_sub(1)) else { break };
            let end = map.segments.get(next).map_or(range.end, |next| (next.out as usize).min(range.end));
            let Some(source) = map.place(Span::from(at..end)) else { break };
            self.push(&text[at..end], source, piece.verbatim);
            at = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(start: u32, end: u32) -> Place {
        Place { file: FileId(0), span: Span::new(start, end) }
    }

    #[test]
    fn lines_end_at_every_kind_of_break_and_columns_count_characters() {
        let file = SourceFile::new("a", "\u{feff}ab\r\nc\rd\n\u{1F600}e");
        let at = |offset| {
            let position = file.position(offset);
            (position.line, position.column, position.utf16)
        };
        assert_eq!(at(3), (1, 1, 0), "the byte order mark takes no column");
        assert_eq!(at(4), (1, 2, 1));
        assert_eq!(at(7), (2, 1, 0));
        assert_eq!(at(9), (3, 1, 0));
        assert_eq!(at(11), (4, 1, 0));
        assert_eq!(at(15), (4, 2, 2));
        assert_eq!(at(99), (4, 3, 3), "past the end counts as the end");
        assert_eq!(file.lines().len(), 4);
        assert_eq!(file.lines().line(&file.text, 0).of(&file.text), "\u{feff}ab");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_decoded_or_replaced_and_said() {
        let read = |bytes: &[u8]| SourceFile::from_bytes("a", Path::new("a"), bytes.to_vec());
        assert_eq!(&*read(&[0xff, 0xfe, b'a', 0, b'b', 0]).text, "ab");
        assert_eq!(read(&[0xfe, 0xff, 0, b'a']).encoding, Encoding::Utf16Be);
        let odd = read(&[0xfe, 0xff, 0, b'a', 0]);
        assert_eq!(&*odd.text, "a\u{fffd}");
        assert_eq!(odd.encoding, Encoding::LossyUtf16 { first: 1 });
        let half = read(&[0xff, 0xfe, 0xfd, 0xff, 0x3d, 0xd8, b'b', 0, 0]);
        assert_eq!(&*half.text, "\u{fffd}\u{fffd}b\u{fffd}");
        assert_eq!(half.encoding, Encoding::LossyUtf16 { first: 3 }, "U+FFFD itself is valid");
        let lossy = read(b"a: \xff\xfe!");
        assert_eq!(&*lossy.text, "a: \u{fffd}\u{fffd}!");
        assert_eq!(lossy.encoding, Encoding::Lossy { first: 3 });
    }

    #[test]
    fn a_source_map_follows_verbatim_pieces_and_stands_for_synthesised_ones() {
        let mut map = SourceMap::default();
        map.push(Segment { out: 0, source: place(10, 13), verbatim: true });
        map.push(Segment { out: 3, source: place(13, 18), verbatim: false });
        map.push(Segment { out: 4, source: place(18, 20), verbatim: true });
        assert_eq!(map.place(Span::new(1, 2)), Some(place(11, 12)));
        assert_eq!(map.place(Span::new(3, 4)), Some(place(13, 18)));
        assert_eq!(map.place(Span::new(2, 6)), Some(place(12, 20)));
        assert_eq!(map.place(Span::empty(6)), Some(place(20, 20)));
    }

    #[test]
    fn maps_compose_across_piece_boundaries() {
        let mut outer = SourceMap::default();
        outer.push(Segment { out: 0, source: place(100, 104), verbatim: true });
        outer.push(Segment { out: 4, source: place(110, 114), verbatim: true });
        let mut inner = SourceMap::default();
        inner.push(Segment { out: 0, source: place(2, 6), verbatim: true });
        let map = outer.then(&inner);
        assert_eq!(map.place(Span::new(0, 1)), Some(place(102, 103)));
        assert_eq!(map.place(Span::new(2, 3)), Some(place(110, 111)));
    }
}
