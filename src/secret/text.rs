//! Secrets in lines of text, whatever the file is: assignments, flags, headers, pairs, also in comments.

use super::{secret_name, secret_option};
use crate::source::Span;
use regex::Regex;
use std::sync::LazyLock;

/// How far a value without quotes reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Lines of a file: to the end of the word after `=`, of the line after `:` and in what is assigned like in a Makefile.
    Lines,
    /// Those of YAML or JSON, where a bracket after `:` begins a collection.
    Yaml,
    /// A dotenv file: to the end of the line.
    Dotenv,
    /// A message: only what is assigned with `=` or quoted, to the end of the word.
    Prose,
}

impl Reading {
    /// The reading for a file.
    pub(super) fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let dotenv =
            name.starts_with(".env") || name.starts_with("env.") || name.rsplit('.').next() == Some("env");
        match name.rsplit('.').next() {
            _ if dotenv => Self::Dotenv,
            Some("yaml" | "yml" | "json") => Self::Yaml,
            _ => Self::Lines,
        }
    }
}

/// `name: value`, `NAME=value`, `NAME := value`, `"name": "value"`, `--name=value`.
static ASSIGNMENT: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"([A-Za-z_][A-Za-z0-9_.-]*)\\?["']?([ \t]*(?:[:?+]?={1,3}|=>|:)[ \t]*)"#));

/// `${NAME:-default}` and its kin.
static DEFAULT: LazyLock<Regex> = LazyLock::new(|| regex(r"\$\{([A-Za-z_][A-Za-z0-9_]*):?[-=+]"));

/// `--name value` in one line or as neighbours in a list, and `ENV NAME value` of Dockerfiles.
static FLAG: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?m)(?:--|^[ \t]*(?:ENV|ARG|setenv)[ \t]+)([A-Za-z][A-Za-z0-9_-]*)(?:["'][ \t]*,?[ \t]*|[ \t]+)([^\s-])"#,
    )
});

/// `name: X` and `value: Y` in neighbouring lines, in either order.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r#"(?m)^[ \t#-]*(?:name|key):[ \t]*["']?([A-Za-z0-9_.-]+)["']?[ \t]*\r?\n[ \t#]*value:[ \t]*(.*)$"#,
        r#"|^[ \t#-]*value:[ \t]*(.*)\r?\n[ \t#]*(?:name|key):[ \t]*["']?([A-Za-z0-9_.-]+)"#,
    ))
});

/// Lines of configurations whose key does not sound like a secret: those of Redis.
static DIRECTIVE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?m)^[ \t]*(?:requirepass|masterauth)[ \t]+(\S)"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns of this file are valid: every one runs in the tests of `secret`")
}

/// Appends the spans of literal values assigned to secret names.
pub(super) fn assignments(text: &str, reading: Reading, spans: &mut Vec<Span>) {
    // A value without references is hidden whole: names in it need no look, and one long line of them no quadratic time.
    let mut hidden = Span::default();
    for found in ASSIGNMENT.captures_iter(text) {
        let [_, name, separator] =
            [0, 1, 2].map(|group| found.get(group).map_or(0..0, |group| group.range()));
        if (name.start as u32) < hidden.end {
            continue;
        }
        let option = text[..name.start].ends_with("--");
        if !(secret_name(&text[name.clone()]) || option && secret_option(&text[name.clone()])) {
            continue;
        }
        // The annotation that suppresses a rule stands for a reason.
        if text[..name.start].ends_with("${") || text[..name.start].ends_with("plimsoll.dev/") {
            continue;
        }
        let separator_text = &text[separator.clone()];
        let quoted = text[separator.end..].starts_with(['"', '\'', '\\']);
        let url = separator_text == ":" && text[separator.end..].starts_with("//");
        if url || (reading == Reading::Prose && separator_text.contains(':') && !quoted) {
            continue;
        }
        let assigned_word = separator_text.starts_with('=') && !separator_text.ends_with(' ');
        let reach = match reading {
            Reading::Dotenv => Reach::Line,
            Reading::Lines | Reading::Yaml if !assigned_word => Reach::Line,
            Reading::Lines | Reading::Yaml | Reading::Prose => Reach::Word,
        };
        let mut start = separator.end;
        let flow = (reading == Reading::Yaml && separator_text.contains(':'))
            .then(|| flow(text, separator.end))
            .flatten();
        match flow {
            // What is secret in it has a secret name itself. This costs no look at the rest of the line.
            Some(Flow::Mappings) => continue,
            Some(Flow::Items(bracket)) => start = bracket,
            None => {}
        }
        let mut value = value_span(text, line_before(text, name.start), start, reach);
        if flow.is_some() {
            value.end -= u32::from(value.len() > 1 && value.of(text).ends_with(']'));
            value.start += 1;
        }
        literals(text, value, spans);
        if spans.last() == Some(&value) {
            hidden = value;
        }
        if value.of(text).starts_with(['|', '>']) && separator_text.contains(':') {
            block(text, name.start, value, spans);
        }
    }
    for found in DEFAULT.captures_iter(text) {
        let (whole, name) = (found.get_match().range(), &found[1]);
        let reference = &text[whole.start..text.floor_char_boundary(whole.start + LONGEST_REFERENCE)];
        let Some(length) = balanced(&reference[1..]) else { continue };
        if let Some(default) = default(&reference[..=length])
            && secret_name(name)
        {
            literals(text, Span::from(whole.start + default.start..whole.start + default.end), spans);
        }
    }
    hidden = Span::default();
    for found in FLAG.captures_iter(text) {
        let (Some(name), Some(rest)) = (found.get(1), found.get(2)) else { continue };
        if (name.start() as u32) < hidden.end {
            continue;
        }
        let option = found[0].starts_with("--");
        let takes_one = if option { secret_option(name.as_str()) } else { secret_name(name.as_str()) };
        if takes_one && reading != Reading::Prose {
            let reach = if option { Reach::Word } else { Reach::Line };
            let flag_quote = &text[name.end()..rest.start()];
            let before = if flag_quote.contains(['"', '\'']) { "" } else { line_before(text, name.start()) };
            let value = value_span(text, before, rest.start(), reach);
            literals(text, value, spans);
            if spans.last() == Some(&value) {
                hidden = value;
            }
        }
    }
    for found in DIRECTIVE.captures_iter(text) {
        let start = found.get(1).map_or(text.len(), |value| value.start());
        literals(text, value_span(text, "", start, Reach::Word), spans);
    }
    for found in PAIR.captures_iter(text) {
        let pair = found.get(1).zip(found.get(2)).or_else(|| found.get(4).zip(found.get(3)));
        let Some((name, value)) = pair else { continue };
        if secret_name(name.as_str()) {
            literals(text, value_span(text, "", value.start(), Reach::Line), spans);
        }
    }
}

/// A flow collection as the value of a name.
#[derive(Clone, Copy)]
enum Flow {
    /// A mapping, or a list of collections.
    Mappings,
    /// A list of scalars, whose bracket stands at this offset.
    Items(usize),
}

/// The flow collection that begins at an offset, its anchor and tag passed over.
fn flow(text: &str, start: usize) -> Option<Flow> {
    let mut rest = &text[start..];
    while rest.starts_with(['&', '!']) {
        let near = &rest[..rest.floor_char_boundary(NEAR)];
        rest = rest[near.find([' ', '\t', '\n'])?..].trim_start_matches([' ', '\t']);
    }
    if rest.starts_with('{') {
        return (!rest.starts_with("{{")).then_some(Flow::Mappings);
    }
    let items = rest.strip_prefix('[')?.trim_start_matches([' ', '\t']);
    let mappings = items.starts_with(['{', '[']) && !items.starts_with("{{");
    Some(if mappings { Flow::Mappings } else { Flow::Items(text.len() - rest.len()) })
}

/// Longest value in which references are looked for, in bytes; a longer one is hidden whole.
const LONGEST_VALUE: usize = 2048;

/// Longest `${…}` looked into, in bytes: an unclosed one must not cost the rest of the file each time.
const LONGEST_REFERENCE: usize = 4096;

/// Bytes before a name that are looked at to tell what it stands in.
const NEAR: usize = 400;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Word,
    Line,
}

fn line_before(text: &str, at: usize) -> &str {
    let near = text.ceil_char_boundary(at.saturating_sub(NEAR));
    let near = &text[near..at];
    near.rsplit('\n').next().unwrap_or(near)
}

/// The span of the value that starts at `start`, without its quotes. `before` is the line up to the name.
fn value_span(text: &str, before: &str, start: usize, reach: Reach) -> Span {
    // Nothing here looks at the whole rest of the line at once: there may be a megabyte of it.
    let rest = &text[start..];
    let escape = usize::from(rest.starts_with('\\'));
    if let Some(quote @ ('"' | '\'')) = rest[escape..].chars().next() {
        let content = &rest[escape + 1..];
        let length = if escape == 0 { closing_quote(content, quote) } else { escaped_quote(content, quote) };
        return Span::from(start + escape + 1..start + escape + 1 + length);
    }
    // Inside a quoted string the value ends with the string; inside a flow mapping with the entry.
    let quote = ['"', '\'', '`'].into_iter().find(|&quote| before.matches(quote).count() % 2 == 1);
    let nested = before.matches('{').count() > before.matches('}').count();
    let mut end = rest.len();
    let mut depth = 0_u32;
    let mut previous = text[..start].chars().next_back().unwrap_or(' ');
    for (at, c) in rest.char_indices() {
        let stops = match c {
            '\n' | '\r' => true,
            '{' | '(' | '[' => {
                depth += 1;
                false
            }
            '}' | ')' | ']' if depth > 0 => {
                depth -= 1;
                false
            }
            _ if depth > 0 => false,
            '#' => previous.is_whitespace(),
            ' ' | '\t' | ';' | '&' | '|' | ')' | '`' => reach == Reach::Word,
            ',' | '}' => nested,
            _ => false,
        };
        if stops || Some(c) == quote {
            end = at;
            break;
        }
        previous = c;
    }
    Span::from(start..start + rest[..end].trim_end().len())
}

/// Offset of the quote that ends a string: not escaped with `\` in double quotes, not doubled in single ones.
fn closing_quote(text: &str, quote: char) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' | b'\r' => return at,
            b'\\' if quote == '"' && !matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) => at += 1,
            b'\'' if quote == '\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
            byte if char::from(byte) == quote => return at,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// Offset of the `\"` that ends a string inside a string, or of the end of the line.
fn escaped_quote(text: &str, quote: char) -> usize {
    let ends = |(at, c): &(usize, char)| match c {
        '\n' | '\r' => true,
        '\\' => text[at + 1..].starts_with(quote),
        _ => false,
    };
    text.char_indices().find(ends).map_or(text.len(), |(at, _)| at)
}

/// The lines of a block scalar below `name: |`: all that are indented deeper than the name.
fn block(text: &str, name: usize, header: Span, spans: &mut Vec<Span>) {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let outer = indent(line_before(text, name));
    let body = header.end as usize;
    let mut end = body;
    for line in text[body..].split_inclusive('\n') {
        if end > body && !line.trim().is_empty() && indent(line) <= outer {
            break;
        }
        end += line.len();
    }
    lines(text, Span::from(body..end), spans);
}

/// Appends each line of a span, without the white space around it.
pub(super) fn lines(text: &str, span: Span, spans: &mut Vec<Span>) {
    let mut at = span.start;
    for line in span.of(text).split_inclusive(['\n', '\r']) {
        let start = at + (line.len() - line.trim_start().len()) as u32;
        let end = at + line.trim_end().len() as u32;
        if start < end {
            spans.push(Span::new(start, end));
        }
        at += line.len() as u32;
    }
}

/// Appends the literal parts of a secret value that spans several lines: see [`literals`].
pub(super) fn value(text: &str, span: Span, spans: &mut Vec<Span>) {
    let mut pieces = Vec::new();
    lines(text, span, &mut pieces);
    for piece in pieces {
        literals(text, piece, spans);
    }
}

/// Appends what a value holds beside references, and the defaults in them. Nothing for values that cannot be secrets: empty ones,
/// booleans, null, numbers of up to three digits, aliases, lone anchors, block scalar headers, scheme names before a token.
pub(super) fn literals(text: &str, span: Span, spans: &mut Vec<Span>) {
    let value = span.of(text);
    if is_harmless(value) {
        return;
    }
    if value.len() > LONGEST_VALUE {
        spans.push(span);
        return;
    }
    let scheme = SCHEMES
        .iter()
        .find(|scheme| value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let mut at = scheme.map_or(0, |scheme| scheme.len());
    while at < value.len() {
        let (literal, reference) = match next_reference(value, at) {
            Some(reference) => (at..reference.start, reference),
            None => (at..value.len(), value.len()..value.len()),
        };
        at = reference.end;
        if value[literal.clone()].chars().any(char::is_alphanumeric) {
            spans.push(Span::new(span.start + literal.start as u32, span.start + literal.end as u32));
        }
        if let Some(default) = default(&value[reference.clone()]) {
            let start = span.start + reference.start as u32;
            literals(text, Span::new(start + default.start as u32, start + default.end as u32), spans);
        }
    }
}

const SCHEMES: &[&str] = &["Bearer ", "Basic ", "token "];

fn is_harmless(value: &str) -> bool {
    const WORDS: &[&str] = &[
        "", "~", "null", "none", "true", "false", "yes", "no", "on", "off", "inherit", "required", "|", "|-",
        "|+", ">", ">-", ">+",
    ];
    WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
        || (value.len() < super::SHORTEST && value.bytes().all(|byte| byte.is_ascii_digit()))
        || value
            .strip_prefix(['*', '&'])
            .is_some_and(|name| !name.is_empty() && !name.contains(['*', '&', ' ']))
}

/// The next `${{ … }}`, `{{ … }}`, `${…}`, `$(…)`, `` `…` `` or `$NAME` at or after `from`.
fn next_reference(value: &str, from: usize) -> Option<std::ops::Range<usize>> {
    let rest = &value[from..];
    for (offset, c) in rest.char_indices() {
        let here = &rest[offset..];
        let length = match c {
            '$' if here.starts_with("${{") => here.find("}}").map(|end| end + 2),
            '{' if here.starts_with("{{") => here.find("}}").map(|end| end + 2),
            '$' if here.starts_with("${") || here.starts_with("$(") => {
                balanced(&here[1..]).map(|end| end + 1)
            }
            '$' => {
                let name = here[1..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                let end = name.map_or(here.len(), |end| end + 1);
                // `$1` is a parameter of a script; `$9x` is more likely a piece of a password.
                (end == 2 || (end > 1 && !here.as_bytes()[1].is_ascii_digit())).then_some(end)
            }
            '`' => here[1..].find('`').map(|end| end + 2),
            _ => None,
        };
        if let Some(length) = length {
            let start = from + offset;
            return Some(start..start + length);
        }
    }
    None
}

/// Length of the bracketed text at the start, brackets inside counted.
fn balanced(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// The default in `${NAME:-default}`, `${NAME-default}`, `${NAME:=default}`, `${NAME:+default}`.
fn default(reference: &str) -> Option<std::ops::Range<usize>> {
    let inner = reference.strip_prefix("${")?;
    let name = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    let operator = inner[name..].strip_prefix(':').unwrap_or(&inner[name..]);
    let default = operator.strip_prefix(['-', '=', '+'])?;
    let start = reference.len() - default.len();
    (start < reference.len()).then(|| start..reference.len() - 1)
}
