//! Properties of every parsed text: spans nest, source maps lead back, a scalar's source says the same by itself.

use plimsoll::source::Span;
use plimsoll::yaml::{Document, Kind, Node, Options, ProblemKind, Style, parse};
use std::path::Path;

/// Texts with every way of writing a scalar.
const TEXTS: [&str; 9] = [
    "plain: one\n  two\n\n  three\n",
    "'single it''s': 'a  \n   b\n\n\n  c'\n",
    "\"d\\u00e9\\n\\\"x\": \"a\\\n  b \\t \n  c\\\n\n  d\"\n",
    "run: |\n  first\n\n    second\n  \n  third\n",
    "run: |+2\n    first\n   second\n\n",
    "run: >-\n  folded\n  text\n\n  next\n   kept\n   kept\n  end\n",
    "a: &x [p, 'q', {r: \"s\"}] # c\nb: *x\n? c\n: !!str d\n",
    "a: |\r\n  x\r\n  y\r\nb: \"p\r\n  q\"\r\nc: r\r\n  s\r\n",
    "\u{feff}a: \u{1f600} x\rb: 'y\r  z'\r",
];

fn check(document: &Document) {
    let text = document.text();
    for node in document.nodes() {
        assert!(
            text.get(node.span().start as usize..node.span().end as usize).is_some(),
            "{node:?} of {text:?}"
        );
        if let Some(parent) = node.parent() {
            assert!(parent.span().contains(node.span()), "{node:?} in {parent:?} of {text:?}");
        }
        if node.kind() == Kind::Scalar {
            check_map(node);
            check_again(node);
        }
    }
    for pair in document.nodes().collect::<Vec<_>>().windows(2) {
        assert!(pair[0].span().start <= pair[1].span().start, "{pair:?} of {text:?}");
    }
}

/// Copied pieces are equal in the file, the pieces cover the text in order, and lie in the scalar.
fn check_map(node: Node<'_>) {
    let (text, map) = node.text_map();
    assert_eq!(text, node.text());
    let segments = map.segments();
    assert_eq!(segments[0].out, 0, "{node:?}");
    for (index, segment) in segments.iter().enumerate() {
        let end = segments.get(index + 1).map_or(text.len() as u32, |next| next.out);
        assert!(segment.out < end || text.is_empty(), "{node:?} {segments:?}");
        assert!(node.span().contains(segment.source.span), "{node:?} {segments:?}");
        if segment.verbatim {
            let decoded = Span::new(segment.out, end).of(&text);
            assert_eq!(segment.source.span.of(node.document().text()), decoded, "{node:?} {segments:?}");
        }
    }
}

/// The source of a scalar, read by itself, says the same.
fn check_again(node: Node<'_>) {
    let header = node.source().lines().next().unwrap_or_default();
    let block = matches!(node.style(), Style::Literal | Style::Folded);
    if block && header.contains(|c: char| c.is_ascii_digit()) {
        return; // An explicit indentation counts from the parent.
    }
    if node.style() == Style::Plain && node.source().ends_with(':') {
        return; // Only as a key: `a:: b`.
    }
    if node.style() == Style::Plain && node.source() == "-" {
        return; // Only inside brackets: `[-]`.
    }
    // In a list, so that `---` is text; on its own if lines that go on may stand at the left edge.
    let prefix = if node.source().contains(['\n', '\r']) { "" } else { "- " };
    let document = read(&format!("{prefix}{}", node.source()));
    let again = document.nodes().find(|again| again.kind() == Kind::Scalar).map(Node::text);
    assert_eq!(again, Some(node.text()), "{node:?} of {:?}", node.document().text());
}

fn read(text: &str) -> Document {
    parse(text, Options::default())
}

#[test]
fn they_hold_for_every_way_of_writing_a_scalar() {
    for text in TEXTS {
        let document = read(text);
        assert_eq!(document.problems(), [], "{text:?}");
        check(&document);
    }
}

#[test]
fn they_hold_for_the_yaml_test_suite() {
    for case in super::yaml_suite::cases().unwrap_or_default() {
        let document = read(&case.yaml);
        if !document.problems().iter().any(|problem| problem.kind == ProblemKind::Syntax) {
            check(&document);
        }
    }
}

#[test]
fn they_hold_for_the_fixtures() {
    check_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"));
}

#[test]
fn they_hold_for_the_corpus() {
    let corpus = super::yaml_suite::shared().join("corpus");
    if corpus.exists() {
        check_folder(&corpus);
    } else {
        println!("skipped: {} is absent", corpus.display());
    }
}

/// Checks every YAML and JSON file under a folder that is read without errors.
fn check_folder(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() && !path.is_symlink() {
            check_folder(&path);
        }
        let is_yaml =
            path.extension().is_some_and(|ext| ["yaml", "yml", "json"].iter().any(|known| ext == *known));
        if let Some(text) = is_yaml.then(|| std::fs::read_to_string(&path).ok()).flatten() {
            let document = read(&text);
            if !document.problems().iter().any(|problem| problem.kind == ProblemKind::Syntax) {
                check(&document);
            }
        }
    }
}
