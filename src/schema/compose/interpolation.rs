//! Variables in the values of a Compose file: whether they are written as the loader reads them, and what stands there by their
//! defaults.
//!
//! The form is that of compose-go, template/template.go: `$NAME`, `${NAME}`, `${NAME` with `:-`, `-`, `:?`, `?`, `:+` or `+` and a text
//! that ends on its line; `$$` is a dollar, and a `$` before anything else stands for itself.

use crate::checks::own;
use crate::diagnostic::Diagnostic;
use crate::schema::words::shown;
use crate::source::Span;
use crate::yaml::{Document, Kind, Node};
use std::borrow::Cow;
use std::ops::Range;

/// Longest text, in bytes, whose variables are replaced by their defaults; a longer one is not known.
const LONGEST: usize = 1024;

/// Variables of one value that are reported; the loader reports the first.
const REPORTED: usize = 8;

/// Deepest nesting of defaults that is followed.
const DEEPEST: u8 = 8;

/// Finds variables that the loader refuses, in every value: extensions are filled in like all else, keys are not.
pub fn check(document: &Document, found: &mut Vec<Diagnostic>) {
    if !document.text().contains("${") {
        return;
    }
    let mut left: Vec<Node<'_>> = document.roots().collect();
    while let Some(node) = left.pop() {
        // `!reset` takes the value away before it is read.
        if node.tag() == Some("!reset") {
            continue;
        }
        match node.kind() {
            Kind::Mapping => left.extend(node.pairs().map(|(_, value)| value)),
            Kind::Sequence => left.extend(node.items()),
            Kind::Scalar if node.source().contains("${") => {
                let text = node.text();
                found.extend(faults(&text).iter().take(REPORTED).map(|fault| say(node, &text, fault)));
            }
            _ => {}
        }
    }
}

fn say(node: Node<'_>, text: &str, fault: &Fault) -> Diagnostic {
    let span = Span::from(fault.range.clone());
    let place = node.text_place(span).unwrap_or_else(|| node.place());
    let written = shown(&text[fault.range.clone()]);
    let escape = "for a dollar that the container is to see, write `$$`";
    match fault.why {
        Why::NoName => own("invalid-expression", place, format!("no name of a variable follows `{written}`"))
            .with_help(format!("name it with letters, digits and `_`; {escape}")),
        Why::Operator => own("invalid-expression", place, format!("Compose cannot read `{written}…`"))
            .with_help(format!(
                "only `}}` or one of `:-`, `-`, `:?`, `?`, `:+`, `+` may follow the name; {escape}"
            )),
        Why::Open => {
            own("invalid-expression", place, format!("`{written}…` has no `}}` that closes it on its line"))
                .with_help(format!("close it; {escape}"))
        }
    }
}

/// A variable that the loader refuses.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    /// From the `$` to the end of the name, and one character more where that is wrong.
    range: Range<usize>,
    why: Why,
}

#[derive(Debug, PartialEq, Eq)]
enum Why {
    NoName,
    Operator,
    Open,
}

/// How far a name reaches at the start of a text.
fn name(text: &str) -> usize {
    let letter = |byte: u8| byte == b'_' || byte.is_ascii_alphabetic();
    match text.bytes().next() {
        Some(first) if letter(first) => {
            text.bytes().position(|byte| !letter(byte) && !byte.is_ascii_digit()).unwrap_or(text.len())
        }
        _ => 0,
    }
}

/// The length of the operator at the start of a text, with which a variable says what stands in its place.
fn operator(text: &str) -> usize {
    let colon = usize::from(text.starts_with(':'));
    if text[colon..].starts_with(['-', '?', '+']) { colon + 1 } else { 0 }
}

fn faults(text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        faults_of_line(line, line_start, &mut faults);
        line_start += line.len();
    }
    faults
}

/// One pass with the braces that are open: `None` for one that belongs to no variable.
fn faults_of_line(line: &str, start: usize, faults: &mut Vec<Fault>) {
    let mut open: Vec<Option<Range<usize>>> = Vec::new();
    let mut has_plain = false;
    let mut at = 0;
    while let Some(next) = line[at..].find(['$', '{', '}']) {
        at += next;
        let rest = &line[at..];
        if rest.starts_with("$$") {
            at += 2;
        } else if let Some(inner) = rest.strip_prefix("${") {
            let end = 2 + name(inner);
            let mut fault = |length: usize, why| {
                faults.push(Fault { range: start + at..start + at + length, why });
            };
            if end == 2 {
                fault(2, Why::NoName);
            } else if rest[end..].starts_with('}') {
                at += end + 1;
                continue;
            } else if operator(&rest[end..]) > 0 {
                open.push(Some(start + at..start + at + end));
            } else {
                let wrong = rest[end..].chars().next().filter(|wrong| !wrong.is_control());
                let why = if wrong.is_none() { Why::Open } else { Why::Operator };
                fault(end + wrong.map_or(0, char::len_utf8), why);
            }
            at += end;
        } else {
            match rest.as_bytes()[0] {
                b'{' if !open.is_empty() => {
                    has_plain = true;
                    open.push(None);
                }
                b'}' => {
                    open.pop();
                }
                _ => {}
            }
            at += 1;
        }
    }
    // Where a default holds braces of its own, the last one on the line closes the variable.
    let last = if has_plain { line.rfind('}') } else { None };
    let unclosed =
        open.into_iter().flatten().filter(|range| last.is_none_or(|last| start + last < range.end));
    faults.extend(unclosed.map(|range| Fault { range, why: Why::Open }));
}

/// What the loader makes of a text when no variable is set; `None` when that cannot be known: a variable has no default, or an empty
/// one, which only says that something else sets it.
pub fn assumed(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    if !text.contains('$') {
        return Some(text);
    }
    (text.len() <= LONGEST).then(|| expanded(&text, 0)).flatten().map(Cow::Owned)
}

fn expanded(text: &str, depth: u8) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let Some(inner) = rest.strip_prefix('{') else {
            if name(rest) > 0 {
                return None;
            }
            out.push('$');
            continue;
        };
        let end = name(inner);
        let default = inner[end..].strip_prefix(":-").or_else(|| inner[end..].strip_prefix('-'))?;
        let mut open = 1;
        let close = default.bytes().position(|byte| {
            match byte {
                b'{' => open += 1,
                b'}' => open -= 1,
                _ => {}
            }
            open == 0
        })?;
        if end == 0 || close == 0 || depth == DEEPEST {
            return None;
        }
        out.push_str(&expanded(&default[..close], depth + 1)?);
        rest = &default[close + 1..];
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::testing::found;

    #[test]
    fn a_variable_that_the_loader_cannot_read_is_found_where_it_stands() {
        let seen = |text: &str| {
            let show = |fault: Fault| format!("{} {:?}", &text[fault.range], fault.why);
            faults(text).into_iter().map(show).collect::<Vec<_>>()
        };
        let none: [&str; 0] = [];
        for fine in [
            "$ 5$",
            "$1 $-x $(date)",
            "$$${A}",
            "${A:-}${B-x}${C:+y}${D:?must be {set}}",
            "${A:-${B:-${C}}}",
            "${A:-{\"a\":1}",
            "$${",
            "{ $A }",
        ] {
            assert_eq!(seen(fine), none, "{fine}");
        }
        assert_eq!(seen("a ${} ${1} ${"), ["${ NoName", "${ NoName", "${ NoName"]);
        assert_eq!(
            seen("${A.b} ${A:x} ${A/a/b} ${A"),
            ["${A. Operator", "${A: Operator", "${A/ Operator", "${A Open"]
        );
        assert_eq!(seen("${A:-x\n}"), ["${A Open"]);
        assert_eq!(seen("${A:-${B}"), ["${A Open"]);
        assert_eq!(seen("${A\n}"), ["${A Open"]);
    }

    #[test]
    fn defaults_stand_for_what_is_not_set() {
        let known = |text: &str| assumed(Cow::Borrowed(text)).map(Cow::into_owned);
        assert_eq!(known("a$$b$ c").as_deref(), Some("a$b$ c"));
        assert_eq!(known("${A:-x}:${B-${C:-y}}").as_deref(), Some("x:y"));
        for unknown in ["$A", "${A}", "${A:-}", "${A:-${B}}", "${A:?x}", "${A:+x}", "${", "${A:-x"] {
            assert_eq!(known(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn values_of_extensions_are_read_and_those_that_are_reset_are_not() {
        let text = "x-a: \"b ${\"\nservices:\n  web:\n    image: a:${TAG.x}\n    command: !reset \"${\"\n    labels:\n      ${A: b\n";
        assert_eq!(
            found(&[("compose.yaml", text)]),
            [
                "compose.yaml:1:9 invalid-expression \"${\": no name of a variable follows `${` | name it with letters, digits and `_`; for a dollar that the container is to see, write `$$`",
                "compose.yaml:4:14 invalid-expression \"${TAG.\": Compose cannot read `${TAG.…` | only `}` or one of `:-`, `-`, `:?`, `?`, `:+`, `+` may follow the name; for a dollar that the container is to see, write `$$`",
            ]
        );
    }
}
