//! The YAML parser against the yaml-test-suite (skipped where `PLIMSOLL_SHARED` is absent).

use plimsoll::source::Span;
use plimsoll::yaml::{Document, Kind, Node, Options, ProblemKind, Style, parse};
use std::fmt::Write as _;
use std::path::PathBuf;

/// A case of the suite.
#[derive(serde::Deserialize)]
pub struct Case {
    id: String,
    /// The text to read.
    pub yaml: String,
    events: String,
    error: bool,
}

/// The folder of suites and corpora that are not part of the repository.
pub fn shared() -> PathBuf {
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    std::env::var_os("PLIMSOLL_SHARED").map_or_else(default, PathBuf::from)
}

/// The cases of the suite; `None`, and a printed message, where it is absent.
pub fn cases() -> Option<Vec<Case>> {
    let path = shared().join("suites/yaml-test-suite.json");
    match std::fs::read(&path) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).expect("the suite is JSON of this shape")),
        Err(error) => {
            println!("skipped: {}: {error}", path.display());
            None
        }
    }
}

/// Whether the text was rejected.
fn rejected(document: &Document) -> bool {
    document.problems().iter().any(|problem| matches!(problem.kind, ProblemKind::Syntax | ProblemKind::Limit))
}

/// The document in the suite's notation.
fn events(document: &Document) -> String {
    let mut out = String::from("+STR\n");
    let roots: Vec<Node<'_>> = document.roots().collect();
    for (index, &root) in roots.iter().enumerate() {
        let before = index.checked_sub(1).map_or(0, |previous| end(roots[previous]));
        let after = roots.get(index + 1).map_or(document.text().len() as u32, |next| begin(*next));
        out += if marks(document, before, begin(root), "---") { "+DOC ---\n" } else { "+DOC\n" };
        push_events(root, &mut out);
        out += if marks(document, end(root), after, "...") { "-DOC ...\n" } else { "-DOC\n" };
    }
    out + "-STR\n"
}

/// Where a root starts, properties included.
fn begin(node: Node<'_>) -> u32 {
    let properties = [node.anchor(), node.tag_span()];
    properties.into_iter().flatten().map(|span| span.start).fold(node.span().start, u32::min)
}

fn end(node: Node<'_>) -> u32 {
    node.span().end
}

/// Whether a line between two offsets starts with the marker.
fn marks(document: &Document, from: u32, to: u32, marker: &str) -> bool {
    let text = document.text();
    let gap = Span::new(from, to).of(text);
    let starts_line = |at: usize| {
        let before = &text[..from as usize + at];
        before.is_empty() || before.ends_with(['\n', '\r', '\u{feff}'])
    };
    gap.match_indices(marker).any(|(at, _)| starts_line(at))
}

fn push_events(node: Node<'_>, out: &mut String) {
    let mut properties = String::new();
    if let Some(anchor) = node.anchor() {
        write!(properties, " {}", anchor.of(node.document().text())).expect("writing to a string");
    }
    if let Some(tag) = node.tag_uri() {
        write!(properties, " <{tag}>").expect("writing to a string");
    }
    let flow = node.style() == Style::Flow;
    match node.kind() {
        Kind::Mapping | Kind::Sequence => {
            let (name, brackets) = if node.kind() == Kind::Mapping { ("MAP", " {}") } else { ("SEQ", " []") };
            let brackets = if flow { brackets } else { "" };
            writeln!(out, "+{name}{brackets}{properties}").expect("writing to a string");
            for child in node.children() {
                push_events(child, out);
            }
            writeln!(out, "-{name}").expect("writing to a string");
        }
        Kind::Alias => writeln!(out, "=ALI {}", node.source()).expect("writing to a string"),
        Kind::Scalar | Kind::Empty => {
            let style = match node.style() {
                Style::SingleQuoted => '\'',
                Style::DoubleQuoted => '"',
                Style::Literal => '|',
                Style::Folded => '>',
                _ => ':',
            };
            writeln!(out, "=VAL{properties} {style}{}", escaped(&node.text())).expect("writing to a string");
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\t', "\\t")
        .replace('\r', "\\r")
        .replace('\u{8}', "\\b")
        .replace('\0', "\\0")
}

#[test]
fn the_yaml_test_suite_passes_in_strict_mode() {
    let Some(cases) = cases() else { return };
    let mut failures = Vec::new();
    let (mut valid, mut invalid) = (0, 0);
    for case in &cases {
        let document = parse(case.yaml.as_str(), Options { strict: true, ..Options::default() });
        let passed = if case.error {
            rejected(&document)
        } else {
            !rejected(&document) && events(&document) == case.events
        };
        match (passed, case.error) {
            (true, true) => invalid += 1,
            (true, false) => valid += 1,
            (false, _) => {
                println!(
                    "{}: {:?}\n{:?}\n{}\nwant\n{}",
                    case.id,
                    case.yaml,
                    document.problems(),
                    events(&document),
                    case.events
                );
                failures.push(&*case.id);
            }
        }
    }
    println!(
        "{valid} valid texts read as they should be, {invalid} invalid ones rejected, of {}",
        cases.len()
    );
    assert!(failures.is_empty(), "failed: {failures:?}");
}
