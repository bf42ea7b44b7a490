//! How a text is written in the place of a part of a file.

use crate::yaml::{Kind, Node, Style};
use std::fmt::Write as _;

/// The line break of a file, by its first one.
pub fn line_break(file: &str) -> &'static str {
    let first = memchr::memchr(b'\n', file.as_bytes());
    if first.is_some_and(|at| file[..at].ends_with('\r')) { "\r\n" } else { "\n" }
}

/// A text as it stands in a file where a part of a scalar stood, so that it reads as it is given: escaped in quotes, indented in a block.
/// Without a scalar it is only given the line breaks of the file. `None` if the scalar cannot hold it.
pub fn written(text: &str, scalar: Option<Node<'_>>, file: &str) -> Option<String> {
    let lines = |indentation: &str| {
        let end = line_break(file);
        text.replace("\r\n", "\n").replace('\n', &format!("{end}{indentation}"))
    };
    let style = match scalar {
        Some(scalar) if scalar.kind() == Kind::Scalar => scalar.style(),
        Some(_) => return None,
        None => return Some(lines("")),
    };
    match style {
        Style::DoubleQuoted => Some(escaped(text)),
        _ if text.contains(|c: char| c.is_control() && c != '\n') => None,
        Style::Literal if text.contains('\n') => Some(lines(indentation(scalar?))),
        _ if text.contains('\n') => None,
        Style::SingleQuoted => Some(text.replace('\'', "''")),
        _ => Some(text.to_owned()),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            // The form that JSON has too. Writing to a string does not fail.
            c if c.is_control() => _ = write!(out, "\\u{:04x}", c as u32),
            c => out.push(c),
        }
    }
    out
}

/// What every line of a block scalar begins with.
fn indentation(scalar: Node<'_>) -> &str {
    let lines = scalar.source().lines().skip(1).filter(|line| !line.trim().is_empty());
    let blanks = lines.map(|line| &line[..line.len() - line.trim_start_matches(' ').len()]);
    blanks.min_by_key(|blanks| blanks.len()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Options, parse};

    #[test]
    fn what_is_written_into_a_scalar_reads_as_it_was_given() {
        for (file, text) in [
            ("a: OLD", "new"),
            ("a: 'x OLD y'", "it's"),
            ("a: \"x OLD\"", "say \"a\\b\"\n\tc\u{1}"),
            ("{\"a\": \"OLD\"}", "\"\u{7f}"),
            ("a: |\n  x\n    OLD\n  y\n", "one\ntwo"),
            ("a: |\r\n  x\r\n  OLD\r\n", "one\ntwo"),
            ("a: |-\n  OLD\n", "x # y"),
            ("a: >\n  OLD y\n", "x"),
        ] {
            let value = |file: &str| {
                let document = parse(file, Options::default());
                assert_eq!(document.problems(), [], "{file}");
                document.roots().next().and_then(|root| root.get("a")).map(|node| node.text().into_owned())
            };
            let document = parse(file, Options::default());
            let scalar = document.roots().next().and_then(|root| root.get("a"));
            let new = file.replace("OLD", &written(text, scalar, file).expect("it fits"));
            assert_eq!(value(&new), value(file).map(|value| value.replace("OLD", text)), "{new}");
        }
        assert_eq!(written("a\nb", None, "x\r\ny").as_deref(), Some("a\r\nb"));
    }

    #[test]
    fn what_a_scalar_cannot_hold_is_not_written() {
        for (file, text) in [("a: b", "1\n2"), ("a: 'b'", "\u{1}"), ("a: [b]", "c"), ("a: >\n  b\n", "1\n2")]
        {
            let document = parse(file, Options::default());
            assert_eq!(
                written(text, document.roots().next().and_then(|root| root.get("a")), file),
                None,
                "{file}"
            );
        }
    }
}
