//! The lines around the labels of one finding: masked, sanitised, cut to the width of the screen, with the labels moved along.

use super::{Finding, Mark, Run};
use crate::report::sanitise::{self, Clean};
use crate::secret;
use crate::source::{FileId, Place, Position, Span};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// Lines shown before and after a label.
const CONTEXT: usize = 1;

/// A label over more lines than this is drawn on its first line only.
const LONGEST_LABEL: usize = 8;

/// What miette draws: the shown lines of all files one after another. It never sees the files themselves.
#[derive(Debug, Default)]
pub struct Snippet {
    text: String,
    chunks: Vec<Chunk>,
    marks: Vec<Drawing>,
}

/// Neighbouring lines of one file, as a span of the snippet's text. Every line ends with `\n`.
#[derive(Debug)]
struct Chunk {
    path: Clean,
    first_line: usize,
    lines: usize,
    span: Span,
}

/// A label in the snippet's text.
#[derive(Debug)]
struct Drawing {
    span: Span,
    start: Position,
    text: Option<Clean>,
    rank: Rank,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rank {
    Primary,
    Related,
}

/// A label with its span and lines in the file, clamped and cut for drawing.
struct Drawn<'a> {
    mark: &'a Mark<'a>,
    rank: Rank,
    span: Span,
    first_line: usize,
    last_line: usize,
    /// The 1-based line at which the label really ends, where it is drawn shorter than it is.
    cut_at: Option<usize>,
}

impl Snippet {
    /// The snippet of a finding, with lines at most `width` columns wide.
    pub(super) fn new(run: &Run, finding: &Finding, width: usize, ellipsis: &str) -> Self {
        let ranked = std::iter::once((Rank::Primary, &finding.primary))
            .chain(finding.related.iter().map(|mark| (Rank::Related, mark)));
        let mut files: Vec<(FileId, Vec<Drawn>)> = Vec::new();
        for (rank, mark) in ranked {
            let drawn = Drawn::new(mark, rank);
            match files.iter_mut().find(|(id, _)| *id == mark.file) {
                Some((_, labels)) => labels.push(drawn),
                None => files.push((mark.file, vec![drawn])),
            }
        }
        let mut snippet = Self::default();
        for (id, labels) in files {
            for chunk in labels_by_chunk(labels) {
                snippet.add_chunk(run, id, &chunk, width, ellipsis);
            }
        }
        snippet
    }

    fn add_chunk(&mut self, run: &Run, id: FileId, labels: &[Drawn], width: usize, ellipsis: &str) {
        let file = run.sources.get(id);
        let index = file.lines();
        let first = labels.iter().map(|label| label.first_line).min().unwrap_or(0).saturating_sub(CONTEXT);
        let last = labels.iter().map(|label| label.last_line).max().unwrap_or(0) + CONTEXT;
        let mut last = last.min(index.len() - 1);
        // The empty line that a final line break opens is no line to show, unless a label is on it.
        if last == index.len() - 1
            && index.line(&file.text, last).is_empty()
            && labels.iter().all(|label| label.last_line < last)
        {
            last -= 1;
        }
        let chunk_start = self.text.len() as u32;
        let mut spans = vec![Span::default(); labels.len()];
        for line in first..=last {
            let span = without_bom(&file.text, index.line(&file.text, line));
            let here =
                || labels.iter().filter(move |label| (label.first_line..=label.last_line).contains(&line));
            let focus = focus(here(), span);
            let shown = cut(&file.text, span, focus, width);
            let masks = run.masks.under(Place { file: id, span: shown });
            let drawn = Line::draw(&mut self.text, &file.text, span, shown, masks, ellipsis);
            for (label, out) in labels.iter().zip(&mut spans) {
                if label.first_line == line {
                    *out = Span::empty(drawn.place(label.span.start, Edge::Start));
                }
                if label.last_line == line {
                    out.end = if label.span.is_empty() {
                        out.start
                    } else {
                        drawn.place(label.span.end, Edge::End)
                    };
                }
            }
            self.text.push('\n');
        }
        for (label, span) in labels.iter().zip(spans) {
            self.marks.push(Drawing {
                span: Span::new(span.start, span.end.max(span.start)),
                start: label.mark.start,
                text: label.text(),
                rank: label.rank,
            });
        }
        self.chunks.push(Chunk {
            path: Clean::line(&file.path),
            first_line: first,
            lines: last - first + 1,
            span: Span::new(chunk_start, self.text.len() as u32),
        });
    }

    /// The labels, for miette.
    pub fn labels(&self) -> impl Iterator<Item = LabeledSpan> + '_ {
        self.marks.iter().map(|mark| {
            let text = mark.text.as_ref().map(Clean::to_string);
            let span = (mark.span.start as usize, mark.span.len() as usize);
            match mark.rank {
                Rank::Primary => LabeledSpan::new_primary_with_span(text, span),
                Rank::Related => LabeledSpan::new_with_span(text, span),
            }
        })
    }
}

impl SourceCode for Snippet {
    /// The whole chunk around a span, or, asked for no context, the label that starts there with its true line and column.
    /// A span over two chunks is refused, which keeps miette from joining their snippets.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let wanted = Span::from(span.offset()..span.offset() + span.len());
        let chunk =
            self.chunks.iter().find(|chunk| chunk.span.contains(wanted) && wanted.start < chunk.span.end);
        let chunk = chunk.ok_or(MietteError::OutOfBounds)?;
        let mark = self.marks.iter().find(|mark| mark.span == wanted);
        let (shown, line, column, lines) = match mark {
            Some(mark) if lines_before + lines_after == 0 => {
                (mark.span, mark.start.line as usize - 1, mark.start.column as usize - 1, 1)
            }
            _ => (chunk.span, chunk.first_line, 0, chunk.lines),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            chunk.path.to_string(),
            shown.of(&self.text).as_bytes(),
            (shown.start as usize, shown.len() as usize).into(),
            line,
            column,
            lines,
        )))
    }
}

impl<'a> Drawn<'a> {
    fn new(mark: &'a Mark<'a>, rank: Rank) -> Self {
        let file = mark.source;
        let mut span = Span::new(mark.start.byte, mark.end.byte);
        let trimmed = span.of(&file.text).trim_end();
        if !trimmed.is_empty() {
            span.end = span.start + trimmed.len() as u32;
        }
        let index = file.lines();
        let first_line = index.line_of(span.start);
        let mut last_line = index.line_of(span.end);
        let mut cut_at = None;
        if last_line - first_line >= LONGEST_LABEL {
            cut_at = Some(last_line + 1);
            last_line = first_line;
            span.end = index.line(&file.text, first_line).end.max(span.start);
        }
        Self { mark, rank, span, first_line, last_line, cut_at }
    }

    fn text(&self) -> Option<Clean> {
        let text = self.mark.label.line();
        match (text.as_str(), self.cut_at) {
            ("", None) => None,
            ("", Some(line)) => Some(Clean::line(&format!("from here to line {line}"))),
            (text, Some(line)) => Some(Clean::line(&format!("{text} (to line {line})"))),
            (_, None) => Some(text),
        }
    }
}

/// The labels of one file in the order of the text, those in neighbouring lines together. Labels that share characters are drawn
/// apart: miette would put their marks in wrong places.
fn labels_by_chunk(mut labels: Vec<Drawn<'_>>) -> Vec<Vec<Drawn<'_>>> {
    labels.sort_by_key(|label| (label.span.start, label.span.end));
    let mut chunks: Vec<Vec<Drawn>> = Vec::new();
    for label in labels {
        let near = chunks.iter_mut().find(|chunk| {
            let end = chunk.iter().map(|other| other.last_line).max().unwrap_or(0);
            label.first_line <= end + 2 * CONTEXT + 1
                && chunk.iter().all(|other| !label.span.overlaps(other.span) && label.span != other.span)
        });
        match near {
            Some(chunk) => chunk.push(label),
            None => chunks.push(vec![label]),
        }
    }
    let holds_primary = |chunk: &Vec<Drawn>| chunk.iter().any(|label| label.rank == Rank::Primary);
    chunks.sort_by_key(|chunk| !holds_primary(chunk));
    chunks
}

fn without_bom(text: &str, line: Span) -> Span {
    let bom = if line.start == 0 && line.of(text).starts_with('\u{feff}') { 3 } else { 0 };
    Span::new(line.start + bom, line.end)
}

/// The part of a line that must be seen: all labels in it, with the primary one first in line if they are too far apart.
fn focus<'l, 'd: 'l>(labels: impl Iterator<Item = &'l Drawn<'d>>, line: Span) -> Option<Focus> {
    let mut labels: Vec<(Rank, Span)> = labels
        .map(|label| (label.rank, Span::new(label.span.start.max(line.start), label.span.end.min(line.end))))
        .collect();
    labels.sort_by_key(|(rank, _)| *rank != Rank::Primary);
    let &(_, first) = labels.first()?;
    let all = labels
        .iter()
        .fold(first, |all, (_, span)| Span::new(all.start.min(span.start), all.end.max(span.end)));
    Some(Focus { all, first })
}

#[derive(Clone, Copy)]
struct Focus {
    all: Span,
    first: Span,
}

/// The part of a line to show in `width` columns. Looks at no more of the line than that, however long it is.
fn cut(text: &str, line: Span, focus: Option<Focus>, width: usize) -> Span {
    if forward(text, line.start, line.end, width) == line.end {
        return line;
    }
    let width = width.saturating_sub(2); // room for the ellipses
    let head = forward(text, line.start, line.end, width);
    let Some(focus) = focus else { return Span::new(line.start, head) };
    if focus.all.end <= head {
        return Span::new(line.start, head);
    }
    let fits = forward(text, focus.all.start, focus.all.end, width / 2) == focus.all.end;
    let wanted = if fits { focus.all } else { focus.first };
    let start = backward(text, line.start, wanted.start, width / 3);
    let end = forward(text, start, line.end, width);
    let start = if end == line.end { backward(text, line.start, end, width) } else { start };
    Span::new(start, end)
}

/// The offset at most `width` columns after `from`.
fn forward(text: &str, from: u32, end: u32, width: usize) -> u32 {
    from + within(Span::new(from, end).of(text).chars(), width)
}

/// The offset at most `width` columns before `to`.
fn backward(text: &str, start: u32, to: u32, width: usize) -> u32 {
    to - within(Span::new(start, to).of(text).chars().rev(), width)
}

fn within(chars: impl Iterator<Item = char>, width: usize) -> u32 {
    let (mut columns, mut bytes) = (0, 0);
    for c in chars {
        columns += columns_of(c);
        if columns > width {
            break;
        }
        bytes += c.len_utf8();
    }
    bytes as u32
}

/// About how many columns a character takes once drawn; only where a line is cut depends on it, not where marks stand.
fn columns_of(c: char) -> usize {
    match c {
        '\t' => 4,
        c if sanitise::is_hazard(c) => 8,
        '\u{1100}'.. => 2,
        _ => 1,
    }
}

/// A drawn line: which bytes of the file became which bytes of the snippet.
struct Line(Vec<Piece>);

struct Piece {
    source: Span,
    out: Span,
    verbatim: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Start,
    End,
}

impl Line {
    /// Appends the `shown` part of a line to `out`, without its line break.
    fn draw(out: &mut String, text: &str, line: Span, shown: Span, masks: &[Span], ellipsis: &str) -> Self {
        // Drawn in a string of its own: what the sanitiser looks back at must not reach into the line before.
        let base = out.len() as u32;
        let mut drawn = String::new();
        let mut pieces = Vec::new();
        if shown.start > line.start {
            drawn.push_str(ellipsis);
        }
        let mut at = shown.start;
        let mut masks = masks.iter().peekable();
        while at < shown.end {
            let out_start = base + drawn.len() as u32;
            let (end, verbatim) = if let Some(mask) = masks.next_if(|mask| mask.start <= at) {
                drawn.push_str(secret::MASK);
                (mask.end.min(shown.end), false)
            } else {
                let plain = Span::new(at, masks.peek().map_or(shown.end, |mask| mask.start)).of(text);
                draw_plain(&mut drawn, plain, at)
            };
            let out = Span::new(out_start, base + drawn.len() as u32);
            pieces.push(Piece { source: Span::new(at, end), out, verbatim });
            at = end;
        }
        if pieces.is_empty() {
            pieces.push(Piece { source: shown, out: Span::empty(base + drawn.len() as u32), verbatim: true });
        }
        if shown.end < line.end {
            drawn.push_str(ellipsis);
        }
        out.push_str(&drawn);
        Self(pieces)
    }

    /// Where an offset of the file stands in the snippet: in the line's shown part, or at the end of it that is nearer.
    fn place(&self, offset: u32, edge: Edge) -> u32 {
        let inside = |piece: &&Piece| match edge {
            Edge::Start => offset < piece.source.end,
            Edge::End => offset <= piece.source.end,
        };
        match (self.0.iter().find(inside), edge) {
            (Some(piece), _) if offset <= piece.source.start => piece.out.start,
            (Some(piece), _) if piece.verbatim => piece.out.start + (offset - piece.source.start),
            (Some(piece), Edge::Start) => piece.out.start,
            (Some(piece), Edge::End) => piece.out.end,
            (None, _) => self.0.last().map_or(0, |piece| piece.out.end),
        }
    }
}

/// Draws the longest beginning of `plain` that stays as it is, or else its first character as an escape.
fn draw_plain(drawn: &mut String, plain: &str, at: u32) -> (u32, bool) {
    let mut taken = 0;
    for c in plain.chars() {
        let before = drawn.len();
        // Tabs stay: miette draws them as blanks up to the next stop.
        if c == '\t' {
            drawn.push(c);
        } else {
            sanitise::push(drawn, c);
        }
        if drawn.len() - before != c.len_utf8() {
            if taken == 0 {
                return (at + c.len_utf8() as u32, false);
            }
            drawn.truncate(before);
            break;
        }
        taken += c.len_utf8() as u32;
    }
    (at + taken, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Diagnostic, Severity};
    use crate::report::{Masks, Material, Summary};
    use crate::rule::Catalog;
    use crate::source::{SourceFile, Sources};

    const TEXT: &str = "\u{feff}a: 1\r\n\tb: \"日本\u{1b}🚀\"\r\n\r\nlong: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx end\rlast: é";

    fn snippet(span: Span, width: usize, check: impl FnOnce(&Snippet)) {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a.yaml", TEXT));
        let diagnostics = [Diagnostic::new("rule", Severity::Error, Place { file, span }, "message")];
        let masks = Masks::new(&sources, &diagnostics, |_, _| Vec::new());
        let (catalog, summary) = (Catalog::default(), Summary::default());
        let run = Run::new(&Material {
            diagnostics: &diagnostics,
            ..Material::new(&sources, &masks, &catalog, &summary)
        });
        check(&run.findings[0].snippet(&run, width, "…"));
    }

    #[test]
    fn a_mark_covers_what_its_label_covers() {
        for needle in ["a", "1", "b", "日本", "🚀", "end", "last", "é", "x end"] {
            let start = TEXT.find(needle).expect("the text holds the needle");
            for width in [20, 1000] {
                snippet(Span::from(start..start + needle.len()), width, |snippet| {
                    assert_eq!(snippet.marks[0].span.of(&snippet.text), needle, "in {width} columns");
                });
            }
        }
    }

    #[test]
    fn an_escape_is_marked_whole() {
        let start = TEXT.find('\u{1b}').expect("the text holds an escape");
        snippet(Span::from(start..start + 1), 100, |snippet| {
            assert_eq!(snippet.marks[0].span.of(&snippet.text), "\\u{1b}");
        });
    }

    #[test]
    fn any_two_offsets_make_a_mark_inside_its_chunk() {
        let past = TEXT.len() as u32 + 3;
        for start in 0..past {
            for end in 0..past {
                for width in [1, 12, 100] {
                    snippet(Span { start, end }, width, |snippet| {
                        let (mark, chunk) = (snippet.marks[0].span, &snippet.chunks[0]);
                        assert!(chunk.span.contains(mark) && mark.start < chunk.span.end, "{start}..{end}");
                        assert!(
                            snippet.text.get(mark.start as usize..mark.end as usize).is_some(),
                            "{start}..{end}"
                        );
                        assert_eq!(chunk.span.of(&snippet.text).matches('\n').count(), chunk.lines);
                    });
                }
            }
        }
    }
}
