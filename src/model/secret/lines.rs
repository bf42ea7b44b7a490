//! Secrets in text that is read by the line: scripts, makefiles, Dockerfiles, dotenv files, templates, and settings inside a scalar.

use super::commands;
use super::inside::{self, Taken};
use super::name::promise;
use super::words::{strings, words};
use super::{Finder, Hits, Source};
use crate::artifact::Kind;
use crate::expr::Text;
use crate::model::dockerfile::{Instruction, instructions};
use crate::model::env::dotenv_value;
use crate::model::facts::FileFacts;
use crate::model::script::Flavour;
use crate::source::Span;
use std::ops::Range;

/// Looks into a file that is not YAML.
pub fn file<'m>(finder: &mut Finder<'_, 'm>, file: FileFacts<'m>, hits: &Hits) {
    let text = file.whole();
    match file.artifact.kind {
        Kind::Env => each_line(&text, hits, |line| dotenv(finder, &line)),
        Kind::Script => commands::script(finder, &text, Flavour::Shell),
        Kind::Makefile => commands::script(finder, &text, Flavour::Makefile),
        Kind::Dockerfile => dockerfile(finder, &text, hits),
        _ => settings(finder, &text, Settings::Template),
    }
}

fn each_line<'m>(text: &Text<'m>, hits: &Hits, mut f: impl FnMut(Text<'m>)) {
    for range in lines(&text.text) {
        if hits.touches(Span::from(range.clone())) {
            f(text.cut(range));
        }
    }
}

/// The lines of a text without their breaks.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let range = start..start + line.trim_end_matches(['\n', '\r']).len();
        start += line.len();
        range
    })
}

/// The range of a part of a text.
pub fn range_in(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

fn dotenv<'m>(finder: &mut Finder<'_, 'm>, line: &Text<'m>) {
    let content = &*line.text;
    if content.trim_start().starts_with('#') {
        return;
    }
    let Some(equals) = content.find('=') else { return };
    let name = content[..equals].trim();
    let name = line.cut(range_in(content, name.strip_prefix("export ").unwrap_or(name).trim()));
    let value = line.cut(range_in(content, dotenv_value(&content[equals + 1..])));
    entry(finder, &name, &value, Source::Literal);
}

/// A value with its name: judged by it, or looked into.
fn entry<'m>(finder: &mut Finder<'_, 'm>, name: &Text<'m>, value: &Text<'m>, source: Source) {
    let promised = promise(&name.text);
    let judged = promised.is_some_and(|promise| finder.judge(Some(name), promise, value, source));
    if !judged {
        inside::look(finder, value, &mut Taken::default());
    }
}

fn dockerfile<'m>(finder: &mut Finder<'_, 'm>, text: &Text<'m>, hits: &Hits) {
    for Instruction { keyword, arguments, span, whole, .. } in instructions(&text.text) {
        let range = span.start as usize..whole.end as usize;
        if !hits.touches(Span::from(range.clone())) {
            continue;
        }
        let body = text.cut(range);
        match &*keyword.to_ascii_uppercase() {
            "ENV" | "ARG" => variables(finder, &text.cut(range_in(&text.text, arguments))),
            "RUN" => commands::script(finder, &body, Flavour::Makefile),
            "CMD" | "ENTRYPOINT" | "HEALTHCHECK" => {
                let arguments = text.cut(range_in(&text.text, arguments));
                let mut taken = Taken::default();
                if let Some(at) = arguments.text.find('[') {
                    let list = arguments.cut(at..arguments.text.len());
                    commands::command(
                        finder,
                        &list,
                        &strings(&list.text),
                        &mut commands::Invocation::default(),
                        &mut taken,
                    );
                } else {
                    commands::line(finder, &arguments, &mut commands::Invocation::default());
                }
            }
            _ => {}
        }
    }
}

/// `ENV A=1 B=2`, `ENV A 1`, `ARG A=1`.
fn variables<'m>(finder: &mut Finder<'_, 'm>, arguments: &Text<'m>) {
    let content = &*arguments.text;
    let first = content.split_whitespace().next().unwrap_or_default();
    if !first.contains('=') {
        let rest = content.trim_start()[first.len()..].trim();
        let name = arguments.cut(range_in(content, first));
        entry(finder, &name, &arguments.cut(range_in(content, rest)), Source::Literal);
        return;
    }
    for word in words(content) {
        let Some((name, value)) = word.assignment(content) else { continue };
        entry(finder, &arguments.cut(name), &arguments.cut(value), Source::Literal);
    }
}

/// `NAME := value` of a makefile.
pub fn make<'m>(finder: &mut Finder<'_, 'm>, text: &Text<'m>, taken: &mut Taken) -> bool {
    let content = &*text.text;
    if content.starts_with('\t') {
        return false;
    }
    let Some(equals) = content.find('=') else { return false };
    let left = content[..equals].trim_end_matches([':', '?', '+', '!']).trim();
    let name =
        ["export ", "override "].iter().find_map(|word| left.strip_prefix(word)).unwrap_or(left).trim();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)) {
        return false;
    }
    let value = range_in(content, content[equals + 1..].trim());
    if let Some(promise) = promise(name)
        && finder.judge(
            Some(&text.cut(range_in(content, name))),
            promise,
            &text.cut(value.clone()),
            Source::Literal,
        )
    {
        taken.add(value);
    }
    true
}

/// What the lines of settings are part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settings {
    /// A template of YAML.
    Template,
    /// A file inside a scalar: properties, INI, YAML, TOML.
    File,
    /// A line that a script writes: only `name: value`.
    Script,
}

/// Looks at a text of settings, line by line.
pub fn settings<'m>(finder: &mut Finder<'_, 'm>, text: &Text<'m>, kind: Settings) {
    let mut named: Option<Text<'m>> = None;
    let mut comment = false;
    for range in lines(&text.text) {
        let line = text.cut(range);
        let content = line.text.trim();
        if kind == Settings::Template {
            let opens = content.contains("{{/*") || content.contains("{{- /*");
            let inside = comment || opens;
            comment = inside && !content.contains("*/");
            if inside {
                continue;
            }
        }
        if content.starts_with('#') || content.starts_with("//") || content.starts_with(';') {
            continue;
        }
        let mut taken = Taken::default();
        if kind == Settings::Template {
            let item = content.strip_prefix("- ").unwrap_or(content);
            if let Some(name) = item.strip_prefix("name:") {
                named = Some(line.cut(range_in(&line.text, name.trim().trim_matches(['"', '\'']))));
            } else if let (Some(value), Some(name)) = (item.strip_prefix("value:"), named.take()) {
                let value = range_in(&line.text, value.trim());
                if let Some(promise) = promise(&name.text)
                    && finder.judge(Some(&name), promise, &line.cut(value.clone()), Source::Literal)
                {
                    taken.add(value);
                }
            }
        }
        setting(finder, &line, kind, &mut taken);
        if kind == Settings::File {
            inside::flow(finder, &line, &mut taken);
        }
        inside::look(finder, &line, &mut taken);
    }
}

/// Looks at a line of the form `name: value` or `name = value`; tells whether its name promises a secret.
pub fn setting<'m>(finder: &mut Finder<'_, 'm>, text: &Text<'m>, kind: Settings, taken: &mut Taken) -> bool {
    let content = &*text.text;
    let start = content.trim_start();
    let start = start.strip_prefix("- ").unwrap_or(start).trim_start_matches(['"', '\'']);
    let length = start
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
        .unwrap_or(start.len());
    let (name, rest) = start.split_at(length);
    let rest = rest.trim_start_matches(['"', '\'']);
    let (separator, value) = match rest.trim_start().chars().next() {
        Some(c @ (':' | '=')) => (c, &rest.trim_start()[1..]),
        _ => return false,
    };
    // In a shell `name=value` is an assignment, and `a:b` a word.
    let parted = value.starts_with([' ', '\t']);
    if name.is_empty() || (kind == Settings::Script && separator == '=') || (separator == ':' && !parted) {
        return false;
    }
    let Some(promise) = promise(name) else { return false };
    let value = value.trim().trim_end_matches([',', ';']);
    let quoted = value.starts_with(['"', '\'']);
    // A comma without quotes ends an element of code.
    if !quoted && rest.trim_end().ends_with([',', ';']) {
        return true;
    }
    let value = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let content = &value[1..];
            &content[..content.find(quote).unwrap_or(content.len())]
        }
        _ => value.split(" #").next().unwrap_or(value).trim_end(),
    };
    // What is code, a block or a mapping is no literal.
    let literal = quoted
        || !value.contains(['(', '[', '{', '|', '>', ' ', '&', '*', '!'])
        || value.contains("${")
        || value.contains("{{");
    let dotted = !quoted
        && value.split('.').count() > 1
        && value.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.' || byte == b'_');
    if literal && !dotted {
        let range = range_in(content, value);
        let name = text.cut(range_in(content, name));
        if finder.judge(Some(&name), promise, &text.cut(range.clone()), Source::Literal) {
            taken.add(range);
        }
    }
    true
}
