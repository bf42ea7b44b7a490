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
/// Dockerfile whole instructions, in a dotenv file whole values, in Markdown whole code blocks, elsewhere lines.
pub fn logical_lines(text: &str, kind: Kind) -> Vec<Span> {
    match kind {
        Kind::Script => logical_lines_of_script(text),
        Kind::Makefile => between(text, &script::logical_lines(text, Flavour::Makefile)),
        Kind::Dockerfile => {
            let whole = dockerfile::instructions(text).into_iter().map(|instruction| instruction.whole);
            joined(text, whole)
        }
        Kind::Env => joined(text, long_values(text).into_iter()),
        Kind::Doc => joined(text, fences(text).into_iter()),
        _ => between(text, &starts(text)),
    }
}

/// The values of a dotenv file that go on over lines in their quotes, from the opening one to past the closing one. A quote that nothing
/// closes opens nothing.
pub fn long_values(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    // How far it was looked for each quote in vain.
    let mut unclosed = [false; 3];
    while at < text.len() {
        let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |length| at + length + 1);
        let line = &text[at..end];
        let value = line.find(['=', ':']).map(|sign| line[sign + 1..].trim_start());
        let quote = value.filter(|_| !line.trim_start().starts_with('#'));
        let quote = quote.and_then(|value| value.chars().next()).filter(|c| matches!(c, '"' | '\'' | '`'));
        let start = end - value.map_or(0, str::len);
        let number = match quote {
            Some('"') => 0,
            Some('\'') => 1,
            _ => 2,
        };
        let closing = quote.filter(|_| !unclosed[number]).and_then(|quote| closing(text, start + 1, quote));
        unclosed[number] |= quote.is_some() && closing.is_none();
        at = match closing {
            Some(closing) if closing >= end => {
                found.push(Span::from(start..closing + 1));
                // What stands behind it on its line is no value.
                memchr::memchr(b'\n', &text.as_bytes()[closing..])
                    .map_or(text.len(), |length| closing + length + 1)
            }
            _ => end,
        };
    }
    found
}

/// Where the quote that ends a value stands.
fn closing(text: &str, from: usize, quote: char) -> Option<usize> {
    let mut escaped = false;
    let found = text[from..].find(|c: char| {
        let is = c == quote && !escaped;
        escaped = c == '\\' && !escaped && quote == '"';
        is
    });
    found.map(|at| from + at)
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
    fn a_value_in_quotes_is_one_line() {
        let text = "A=\"b\n# c\n\\\"D=1\" # d\nE='f # g'\nexport H = 'i\n\nj'\n# K=\"\nL=\"m\nN=1";
        let expected =
            ["A=\"b\n# c\n\\\"D=1\" # d", "E='f # g'", "export H = 'i\n\nj'", "# K=\"", "L=\"m", "N=1"];
        assert_eq!(lines(text, Kind::Env), expected);
        let comments: Vec<_> = comments(text, Kind::Env).into_iter().map(|span| span.of(text)).collect();
        assert_eq!(comments, ["# d", "# K=\""]);
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
