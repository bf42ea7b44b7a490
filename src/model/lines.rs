//! The lines of files that are not YAML as a comment can speak of them: each with what its continuations add to it.

use super::script::{self, Flavour};
use super::{dockerfile, text};
use crate::artifact::Kind;
use crate::source::Span;

/// The comments that begin with `#`, none crossing a line.
pub fn comments(text: &str, kind: Kind) -> Vec<Span> {
    text::comments(text, kind).map(Span::from).collect()
}

/// The comments that begin with `#` in a script that stands in another file.
pub fn comments_of_script(text: &str) -> Vec<Span> {
    let pieces = script::pieces(text, Flavour::Shell).into_iter();
    pieces.filter(|(_, role)| *role == script::Role::Comment).map(|(range, _)| Span::from(range)).collect()
}

/// The logical lines of a script that stands in another file.
pub fn logical_lines_of_script(text: &str) -> Vec<Span> {
    between(text, &script::logical_lines(text, Flavour::Shell))
}

/// The logical lines in order, disjoint, blank ones included: in scripts with their line continuations, quotes and here-documents, in a
/// Dockerfile whole instructions, in Markdown whole code blocks, elsewhere lines.
pub fn logical_lines(text: &str, kind: Kind) -> Vec<Span> {
    match kind {
        Kind::Script => logical_lines_of_script(text),
        Kind::Makefile => between(text, &script::logical_lines(text, Flavour::Makefile)),
        Kind::Dockerfile => {
            let whole = dockerfile::instructions(text).into_iter().map(|instruction| instruction.whole);
            joined(text, whole)
        }
        Kind::Doc => joined(text, fences(text).into_iter()),
        _ => between(text, &starts(text)),
    }
}

/// The fenced code blocks of Markdown, fences included (`CommonMark` 0.31.2, 4.5).
pub fn fences(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches([' ', '>', '\t']);
        let mark = content.bytes().next().filter(|mark| matches!(mark, b'`' | b'~'));
        let length = content.bytes().take_while(|&byte| Some(byte) == mark).count();
        let run = &content[..length];
        match open {
            None if length >= 3 && !(mark == Some(b'`') && content[length..].contains('`')) => {
                open = Some((at, run));
            }
            Some((start, fence)) if run.starts_with(fence) && content[length..].trim().is_empty() => {
                found.push(Span::from(start..at + line.len()));
                open = None;
            }
            _ => {}
        }
        at += line.len();
    }
    found.extend(open.map(|(start, _)| Span::from(start..text.len())));
    found
}

fn starts(text: &str) -> Vec<usize> {
    let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
    std::iter::once(0).chain(breaks).filter(|&start| start < text.len()).collect()
}

/// The texts between starts, without their line breaks.
fn between(text: &str, starts: &[usize]) -> Vec<Span> {
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let spans = starts.iter().zip(ends);
    spans.map(|(&start, end)| Span::from(start..start + text[start..end].trim_end().len())).collect()
}

/// Lines, but for those that a part of the text, in order and disjoint, takes together.
fn joined(text: &str, parts: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut parts = parts.peekable();
    let mut starts = starts(text);
    starts.retain(|&start| {
        while parts.next_if(|part| part.end as usize <= start).is_some() {}
        parts.peek().is_none_or(|part| start <= part.start as usize)
    });
    between(text, &starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, kind: Kind) -> Vec<&str> {
        logical_lines(text, kind).into_iter().map(|span| span.of(text)).collect()
    }

    #[test]
    fn continuations_quotes_and_here_documents_belong_to_their_line() {
        let text = "a \\\n  b\necho 'c\nd'\ncat <<X\ne\nX\n\nf # g\n";
        assert_eq!(lines(text, Kind::Script), ["a \\\n  b", "echo 'c\nd'", "cat <<X\ne\nX", "", "f # g"]);
        assert_eq!(lines("a: 'b\n\tc \\\n\td\n", Kind::Makefile), ["a: 'b", "\tc \\\n\td"]);
    }

    #[test]
    fn an_instruction_is_one_line() {
        let text = "FROM a\n# b\nRUN c \\\n  # d\n  e\nRUN <<X\nf\nX\nCMD g\n";
        assert_eq!(
            lines(text, Kind::Dockerfile),
            ["FROM a", "# b", "RUN c \\\n  # d\n  e", "RUN <<X\nf\nX", "CMD g"]
        );
    }

    #[test]
    fn a_code_block_is_one_line() {
        let text = "a\n```sh\nb\n~~~\n```\nc\n````\nd\n```\n";
        assert_eq!(lines(text, Kind::Doc), ["a", "```sh\nb\n~~~\n```", "c", "````\nd\n```"]);
    }
}
