//! Manifests inside other files: here-documents of scripts, steps and Dockerfiles, `define` blocks of Makefiles.
//!
//! They are read where they stand, so that every place in them is one in the file. What is not written there line by line (a script in
//! double quotes, a folded `run`) is left alone, and so is what is not a mapping with `apiVersion` and `kind` at its top.

use super::dockerfile;
use super::facts::FileFacts;
use super::interpolation::is_unknown;
use super::scripts::{self, Script};
use crate::artifact::{Embedded, Kind};
use crate::shell::{Command, How};
use crate::source::{SourceMap, Span};
use crate::yaml::{self, Dialect, Document, Expansion, Kind as NodeKind, Node, Options, ProblemKind, Style};
use memchr::memmem;
use std::sync::Arc;

/// The manifests inside a file that is none itself, in the order of the text; found at the first call.
pub fn of(file: FileFacts<'_>) -> &[Embedded] {
    file.artifact.embedded.get_or_init(|| find(file))
}

/// Lines of a file that may be manifests.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Body {
    span: Span,
    /// Whether a shell or make expands them.
    expands: bool,
}

fn find(file: FileFacts<'_>) -> Vec<Embedded> {
    let text = &*file.source.text;
    if !is_worth_reading(text) {
        return Vec::new();
    }
    let mut bodies = match file.artifact.kind {
        Kind::Workflow | Kind::Action | Kind::Script => Vec::new(),
        Kind::Makefile => definitions(text).into_iter().map(|span| Body { span, expands: true }).collect(),
        Kind::Dockerfile => instructions(text),
        _ => return Vec::new(),
    };
    let makes = file.artifact.kind == Kind::Makefile;
    for script in scripts::of(file).iter().filter(|script| is_worth_reading(&script.text().text)) {
        let map = script.source_map();
        bodies.extend(
            here_documents(script, &map, text)
                .map(|(span, expands)| Body { span, expands: expands || makes }),
        );
    }
    // A command and the one it hands the text to read the same lines.
    bodies.sort_unstable();
    bodies.dedup_by_key(|body| body.span);
    let parts =
        bodies.into_iter().flat_map(|body| parts(text, body.span).map(move |span| Body { span, ..body }));
    let parts: Vec<Body> = parts.filter(|part| is_worth_reading(part.span.of(text))).collect();
    let source = without_tabs(&file.source.text, &parts);
    parts.iter().filter_map(|part| read(file, &source, *part)).collect()
}

/// Whether a text holds the words without which there is no manifest in it.
fn is_worth_reading(text: &str) -> bool {
    [&b"apiVersion"[..], b"kind"].iter().all(|word| memmem::find(text.as_bytes(), word).is_some())
}

/// The here-documents of a script that stand in the file as the shell reads them, but for the white space before their lines.
fn here_documents<'s>(
    script: &'s Script<'_>,
    map: &'s SourceMap,
    text: &'s str,
) -> impl Iterator<Item = (Span, bool)> + 's {
    let body = &script.text().text;
    let body = body.clone();
    script.reading().commands.iter().filter_map(move |command| {
        let (span, expands) = here_document(command)?;
        let place = map.place(span)?.span;
        Some((whole_lines(text, place, span.of(&body))?, expands))
    })
}

/// The here-document of a command that does something with it, in the script, and whether a shell expands it.
fn here_document(command: &Command) -> Option<(Span, bool)> {
    // `: <<'END'` is how a script comments out lines.
    let document = command.stdin.filter(|_| !matches!(command.name(), Some(":" | "true")))?;
    // The shell around a script in quotes may have expanded it already.
    let again = matches!(command.how, How::Script(_) | How::HereDocument | How::Remote);
    Some((document.span, document.expands || again))
}

/// The lines of the file around `place`, if they are those of `body`, white space before them apart.
fn whole_lines(text: &str, place: Span, body: &str) -> Option<Span> {
    let start = text.get(..place.start as usize)?.rfind('\n').map_or(0, |at| at + 1);
    let mut end = place.end as usize;
    if !text.get(..end)?.ends_with('\n') && text[end..].starts_with('\n') {
        end += 1;
    }
    let mut written = text.get(start..end)?.lines();
    let same = body.lines().all(|line| {
        let before = written.next().and_then(|written| written.strip_suffix(line));
        before.is_some_and(|before| before.bytes().all(|byte| matches!(byte, b' ' | b'\t')))
    });
    (same && written.next().is_none()).then(|| Span::from(start..end))
}

/// The lines of the `define` blocks of a Makefile.
pub fn definitions(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let (mut at, mut depth, mut start) = (0, 0, 0);
    for line in text.split_inclusive('\n') {
        let mut words = line.split_whitespace().skip_while(|word| matches!(*word, "override" | "export"));
        match words.next() {
            Some("define") => {
                depth += 1;
                if depth == 1 {
                    start = at + line.len();
                }
            }
            Some("endef") if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    found.push(Span::from(start..at));
                }
            }
            _ => {}
        }
        at += line.len();
    }
    found
}

/// The here-documents of a Dockerfile's instructions. Those in the scripts of RUN are found as those of all scripts.
fn instructions(text: &str) -> Vec<Body> {
    let opened = dockerfile::instructions(text).into_iter().flat_map(|instruction| instruction.here);
    opened.map(|here| Body { span: here.span, expands: here.expands }).collect()
}

/// The documents of a body, cut at its `---` lines: in an indented body these are indented too, deeper ones are text.
fn parts(text: &str, body: Span) -> impl Iterator<Item = Span> + '_ {
    let margin = margin(body.of(text)).len();
    let mut rest = body;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let start = rest.start;
        for line in rest.of(text).split_inclusive('\n') {
            let content = line.trim_start_matches([' ', '\t']);
            let end = rest.start;
            rest.start += line.len() as u32;
            let marks =
                content.strip_prefix("---").is_some_and(|after| after.trim_start().len() < after.len());
            if marks && line.len() - content.len() <= margin {
                return Some(Span::new(start, end));
            }
        }
        Some(Span::new(start, rest.end))
    })
}

/// The white space before the first line that has more.
fn margin(text: &str) -> &str {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// The text with spaces for the tabs before the lines of the parts: `<<-` takes them away, and YAML does not allow them.
fn without_tabs(text: &Arc<str>, parts: &[Body]) -> Arc<str> {
    let mut out = String::new();
    let mut copied = 0;
    for part in parts {
        let part_text = part.span.of(text);
        let margin = margin(part_text);
        if !margin.contains('\t') {
            continue;
        }
        let spaces = margin.replace('\t', " ");
        let mut at = part.span.start as usize;
        for line in part_text.split_inclusive('\n') {
            if line.starts_with(margin) && at >= copied {
                out.push_str(&text[copied..at]);
                out.push_str(&spaces);
                copied = at + margin.len();
            }
            at += line.len();
        }
    }
    if copied == 0 {
        return text.clone();
    }
    out.push_str(&text[copied..]);
    out.into()
}

/// Reads a document, if it is a manifest.
fn read(file: FileFacts<'_>, source: &Arc<str>, part: Body) -> Option<Embedded> {
    let region = part.span.start as usize..part.span.end as usize;
    let mut document =
        yaml::parse_region(source.clone(), region, Options { file: file.id, ..Options::default() });
    document.set_dialect(Dialect::GoYamlV2);
    if part.expands {
        document.set_expansion(Expansion::Shell);
    }
    let text = part.span.of(source);
    let is_manifest = document.roots().any(is_object) && !is_template(&document, text);
    is_manifest.then(|| {
        let fragment = is_broken(&document) || document.nodes().any(brings_more);
        Embedded { document, fragment }
    })
}

fn is_object(root: Node<'_>) -> bool {
    let says = |key| root.get(key).is_some_and(|value| value.resolve().kind() == NodeKind::Scalar);
    // In a text that is something else a few lines may look like one.
    let begins = || {
        let mut problems = root.document().problems().iter();
        !problems.any(|problem| problem.kind == ProblemKind::Syntax && problem.span.start < root.span().start)
    };
    says("apiVersion") && says("kind") && begins()
}

fn is_broken(document: &Document) -> bool {
    document.problems().iter().any(|problem| matches!(problem.kind, ProblemKind::Syntax | ProblemKind::Limit))
}

/// Whether template actions stand where YAML expects a node.
fn is_template(document: &Document, text: &str) -> bool {
    let action = |node: Node<'_>| {
        node.kind() == NodeKind::Mapping && node.style() == Style::Flow && node.source().starts_with("{{")
    };
    text.contains("{{") && (is_broken(document) || document.nodes().any(action))
}

/// Whether what is filled in may be more than a scalar: in a key, or on a line of its own.
fn brings_more(node: Node<'_>) -> bool {
    match node.kind() {
        NodeKind::Mapping => node.pairs().any(|(key, _)| is_unknown(key)),
        NodeKind::Scalar => node.style() == Style::Plain && node.source().contains('\n') && is_unknown(node),
        _ => false,
    }
}
