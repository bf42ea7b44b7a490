//! Text that is filled in later: `${{ … }}` of workflows, `${X}` of Compose, `$(X)` of Kubernetes, `{{ … }}` of templates, `$X` of a
//! shell.

use crate::yaml::{Dialect, Expansion, Node};
use std::ops::Range;

/// A piece of a text with references in it, as byte ranges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Text(Range<usize>),
    /// A reference to something that is filled in.
    Reference {
        /// The whole reference, brackets included.
        whole: Range<usize>,
        /// The name (Compose, Kubernetes) or the expression (workflows, templates), trimmed.
        name: Range<usize>,
        /// The default that stands in the text (`${X:-default}`).
        default: Option<Range<usize>>,
    },
}

/// Splits a text as the consumers of a dialect do. A text without references is one part; an empty one is none.
pub fn parts(text: &str, dialect: Dialect) -> Vec<Part> {
    split(text, |start| reference(within(&text[start..]), dialect))
}

/// Splits a text that a shell expands before Kubernetes reads it.
pub fn parts_in_shell(text: &str) -> Vec<Part> {
    split(text, |start| {
        let slashes = text.as_bytes()[..start].iter().rev().take_while(|&&byte| byte == b'\\').count();
        let rest = within(&text[start..]);
        // Behind a backslash the shell leaves it to Kubernetes.
        let expansion = if slashes % 2 == 0 { shell_expansion(rest) } else { None };
        expansion.or_else(|| reference(rest, Dialect::GoYamlV2))
    })
}

/// Splits a text; `reference` finds what begins at an offset.
fn split(text: &str, reference: impl Fn(usize) -> Option<Found>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    while let Some(next) = memchr::memchr3(b'$', b'{', b'`', &text.as_bytes()[at..]) {
        let start = at + next;
        match reference(start) {
            Some(Found { length, name, default }) => {
                if plain < start {
                    parts.push(Part::Text(plain..start));
                }
                let shift = |range: Range<usize>| start + range.start..start + range.end;
                parts.push(Part::Reference {
                    whole: start..start + length,
                    name: shift(name),
                    default: default.map(shift),
                });
                at = start + length;
                plain = at;
            }
            // `$$` is an escaped dollar: neither of the two opens a reference.
            None => at = start + if text[start..].starts_with("$$") { 2 } else { 1 },
        }
    }
    if plain < text.len() {
        parts.push(Part::Text(plain..text.len()));
    }
    parts
}

/// Whether the text of a scalar cannot be known before deployment.
pub fn is_unknown(node: Node<'_>) -> bool {
    let source = node.resolve();
    if memchr::memchr3(b'$', b'{', b'`', source.source().as_bytes()).is_none() {
        return false;
    }
    let text = source.text();
    let parts = match source.document().expansion() {
        Expansion::None => parts(&text, source.document().dialect()),
        Expansion::Shell => parts_in_shell(&text),
    };
    parts.iter().any(|part| matches!(part, Part::Reference { .. }))
}

/// The longest reference, in bytes, that is looked for. Without a bound a text of openings alone would take quadratic time.
const LONGEST: usize = 1024;

fn within(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

struct Found {
    length: usize,
    name: Range<usize>,
    default: Option<Range<usize>>,
}

fn reference(text: &str, dialect: Dialect) -> Option<Found> {
    match dialect {
        Dialect::Core => bracketed(text, "${{", "}}"),
        Dialect::GoYamlV3 => shell(text),
        Dialect::GoYamlV2 => {
            kubernetes(text).or_else(|| shell_braced(text)).or_else(|| bracketed(text, "{{", "}}"))
        }
    }
}

fn bracketed(text: &str, open: &str, close: &str) -> Option<Found> {
    let inner = text.strip_prefix(open)?;
    let end = inner.find(close)?;
    let trimmed = inner[..end].trim();
    let start = open.len() + (inner[..end].len() - inner[..end].trim_start().len());
    Some(Found { length: open.len() + end + close.len(), name: start..start + trimmed.len(), default: None })
}

fn identifier(text: &str) -> usize {
    let named = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        0
    } else {
        text.find(|c| !named(c)).unwrap_or(text.len())
    }
}

/// `$(NAME)`: <https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/>.
fn kubernetes(text: &str) -> Option<Found> {
    let inner = text.strip_prefix("$(")?;
    let end = identifier(inner);
    (end > 0 && inner[end..].starts_with(')')).then(|| Found {
        length: end + 3,
        name: 2..2 + end,
        default: None,
    })
}

/// `$NAME` and `${NAME…}`: <https://docs.docker.com/reference/compose-file/interpolation/>.
fn shell(text: &str) -> Option<Found> {
    let braced = shell_braced(text);
    if braced.is_some() {
        return braced;
    }
    let end = identifier(text.strip_prefix('$')?);
    (end > 0).then(|| Found { length: end + 1, name: 1..end + 1, default: None })
}

/// Every expansion of a shell: `$NAME`, `$1`, `${…}`, `$(…)`, `` `…` ``; one that is not closed in sight ends with its bracket.
fn shell_expansion(text: &str) -> Option<Found> {
    if let Some(inner) = text.strip_prefix('`') {
        let end = inner.find('`').unwrap_or(0);
        return Some(Found { length: end + 1 + usize::from(end > 0), name: 1..end + 1, default: None });
    }
    let inner = text.strip_prefix('$')?;
    let found = shell(text).or_else(|| bracketed(text, "${{", "}}"));
    if found.is_some() {
        return found;
    }
    if inner.starts_with(['(', '{']) {
        let mut depth = 0;
        let close = inner.bytes().position(|byte| {
            match byte {
                b'(' | b'{' => depth += 1,
                b')' | b'}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let (length, end) = close.map_or((2, 2), |close| (close + 2, close + 1));
        return Some(Found { length, name: 2..end, default: None });
    }
    let parameter = inner.starts_with(|c: char| c.is_ascii_digit() || "@*#?$!-".contains(c));
    parameter.then_some(Found { length: 2, name: 1..2, default: None })
}

fn shell_braced(text: &str) -> Option<Found> {
    let inner = text.strip_prefix("${")?;
    let name = identifier(inner);
    if name == 0 {
        return None;
    }
    let mut depth = 1;
    let close = inner.bytes().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    let operator = &inner[name..close];
    let default = [":-", "-"].iter().find(|operator_text| operator.starts_with(**operator_text));
    let default = default.map(|operator| 2 + name + operator.len()..2 + close);
    Some(Found { length: close + 3, name: 2..2 + name, default })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str, dialect: Dialect) -> Vec<String> {
        show_parts(text, parts(text, dialect))
    }

    fn show_parts(text: &str, parts: Vec<Part>) -> Vec<String> {
        parts
            .into_iter()
            .map(|part| match part {
                Part::Text(range) => text[range].to_owned(),
                Part::Reference { name, default: None, .. } => format!("<{}>", &text[name]),
                Part::Reference { name, default: Some(default), .. } => {
                    format!("<{}|{}>", &text[name], &text[default])
                }
            })
            .collect()
    }

    #[test]
    fn each_consumer_has_its_own_references() {
        assert_eq!(show("a${X:-b${Y}}$Z$$W", Dialect::GoYamlV3), ["a", "<X|b${Y}>", "<Z>", "$$W"]);
        assert_eq!(show("${X:?must be set}", Dialect::GoYamlV3), ["<X>"]);
        assert_eq!(
            show("a ${{ github.sha }} $X {{ y }}", Dialect::Core),
            ["a ", "<github.sha>", " $X {{ y }}"]
        );
        assert_eq!(show("$(X):{{ .y }}:$(date)", Dialect::GoYamlV2), ["<X>", ":", "<.y>", ":", "<date>"]);
        assert_eq!(show("{}", Dialect::GoYamlV2), ["{}"]);
        assert_eq!(show("", Dialect::GoYamlV3), Vec::<String>::new());
    }

    #[test]
    fn a_shell_fills_in_more_and_leaves_what_is_escaped() {
        let show = |text: &str| show_parts(text, parts_in_shell(text));
        assert_eq!(show("a$X-${Y:-b}$1"), ["a", "<X>", "-", "<Y|b>", "<1>"]);
        assert_eq!(show("$(git rev-parse $(x)):`date`"), ["<git rev-parse $(x)>", ":", "<date>"]);
        assert_eq!(show("${#X}${{ github.sha }}$$"), ["<#X>", "<github.sha>", "<$>"]);
        assert_eq!(show(r"\$X \\$X \$(POD_IP)"), [r"\$X \\", "<X>", r" \", "<POD_IP>"]);
        assert_eq!(show("$(open `"), ["<>", "open ", "<>"]);
        assert_eq!(show("100$ of {a}"), ["100$ of {a}"]);
    }
}
