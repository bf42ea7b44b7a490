//! Our tree against granit-parser and unsafe-libyaml: same verdict, same events, same comments, on every file there is.

use crate::support::{decode, fixtures, is_template, shared, yaml_files};
use granit_parser::{Event as Granit, Parser, ScalarStyle, StructureStyle};
use libyaml_events::{Collection, Event as Libyaml, Style as LibyamlStyle};
use plimsoll::yaml::{Document, Kind, Node, Options, ProblemKind, Style, parse};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Files on which an oracle differs from us, and why that is right. The first column is the end of the path.
const DIFFERENCES: [(&str, &str, &str); 6] = [
    ("testdata/err/undefined_anchor.yaml", "libyaml", UNRESOLVED),
    ("testdata/examples/dangling_alias.yaml", "libyaml", UNRESOLVED),
    ("testdata/err/recursive_anchors.yaml", "granit", CYCLE),
    ("testdata/err/recursive_anchors.yaml", "libyaml", CYCLE),
    ("testdata/examples/yaml_anchor_usage.yaml", "granit", CYCLE),
    ("testdata/examples/yaml_anchor_usage.yaml", "libyaml", CYCLE),
];

const UNRESOLVED: &str =
    "libyaml's events leave aliases to the composer, which rejects unknown ones as we do";
const CYCLE: &str =
    "an alias inside its own anchor: events can say it, Go's libraries and actionlint reject it as we do";

#[test]
fn the_tree_is_the_oracles_on_our_fixtures() {
    let checked = compare(&fixtures("corpus"));
    assert!(checked >= 20, "only {checked} fixtures were compared");
}

#[test]
fn the_tree_is_the_oracles_on_the_shared_corpus() {
    let Some(corpus) = shared("corpus") else { return };
    let checked = compare(&corpus);
    assert!(checked > 500, "only {checked} files were compared");
}

/// Compares every file below a folder but Helm templates; the number compared.
fn compare(folder: &Path) -> usize {
    let mut failures = String::new();
    let mut checked = 0;
    for path in yaml_files(folder) {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        let file = decode(&name, &fs::read(&path).expect("a readable file"));
        if is_template(&path, &file.text) {
            continue;
        }
        checked += 1;
        let document = parse(file.text.clone(), Options::default());
        let ours = verdict(&document).map(|()| events(&document));
        let (granit, comments) = match granit(&file.text) {
            Ok((events, comments)) => (Ok(events), comments),
            Err(error) => (Err(error), Vec::new()),
        };
        let mut differ = |oracle: &str, difference: Option<String>| {
            let explained = DIFFERENCES.iter().any(|(end, which, _)| *which == oracle && name.ends_with(end));
            if let Some(difference) = difference.filter(|_| !explained) {
                writeln!(failures, "{name}: {oracle}: {difference}").expect("a string takes everything");
            }
        };
        differ("granit", difference(&ours, &granit));
        differ("libyaml", difference(&ours, &libyaml(file.text.as_bytes())));
        if granit.is_ok() {
            let ours: Vec<_> =
                document.comments().map(|span| (span.start as usize, span.of(&file.text))).collect();
            let same = ours.iter().map(|&(start, text)| (start, text.to_owned())).eq(comments);
            differ("granit comments", (!same).then(|| format!("{} comments of ours", ours.len())));
        }
    }
    println!("{checked} files compared below {}", folder.display());
    assert!(failures.is_empty(), "unexplained differences:\n{failures}");
    checked
}

fn verdict(document: &Document) -> Result<(), String> {
    document
        .problems()
        .iter()
        .find(|problem| matches!(problem.kind, ProblemKind::Syntax | ProblemKind::Limit))
        .map_or(Ok(()), |problem| Err(problem.message.clone()))
}

fn difference(ours: &Result<Vec<String>, String>, theirs: &Result<Vec<String>, String>) -> Option<String> {
    match (ours, theirs) {
        (Err(_), Err(_)) => None,
        (Ok(_), Err(error)) => Some(format!("only the oracle rejects it: {error}")),
        (Err(error), Ok(_)) => Some(format!("only we reject it: {error}")),
        (Ok(ours), Ok(theirs)) => {
            let at = ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs);
            at.or_else(|| (ours.len() != theirs.len()).then(|| ours.len().min(theirs.len())))
                .map(|at| format!("event {at}: ours {:?}, theirs {:?}", ours.get(at), theirs.get(at)))
        }
    }
}

/// One event in a line: what it is, its anchor, its tag, its style, its text.
fn line(what: &str, anchor: Option<&str>, tag: Option<&str>, style: &str, text: &str) -> String {
    let anchor = anchor.map(|name| format!(" &{name}")).unwrap_or_default();
    let tag = tag.map(|tag| format!(" <{tag}>")).unwrap_or_default();
    format!("{what}{anchor}{tag} {style} {text}")
}

fn events(document: &Document) -> Vec<String> {
    let mut events = Vec::new();
    for root in document.roots() {
        events.push("document".to_owned());
        node_events(root, &mut events);
    }
    events
}

fn node_events(node: Node<'_>, events: &mut Vec<String>) {
    let anchor = node.anchor().map(|span| &span.of(node.document().text())[1..]);
    let tag = node.tag().map(resolve_tag);
    let start = |what, text: &str| line(what, anchor, tag.as_deref(), style_name(node), text);
    match node.kind() {
        Kind::Alias => events.push(format!("alias {}", &node.source()[1..])),
        Kind::Empty => events.push(line("scalar", anchor, tag.as_deref(), "plain", "")),
        Kind::Scalar => events.push(start("scalar", &node.text())),
        Kind::Sequence | Kind::Mapping => {
            events.push(start(if node.kind() == Kind::Mapping { "mapping" } else { "sequence" }, ""));
            for child in node.children() {
                node_events(child, events);
            }
            events.push("end".to_owned());
        }
    }
}

/// A tag as the oracles resolve it; no file here declares a handle of its own.
fn resolve_tag(written: &str) -> String {
    if let Some(verbatim) = written.strip_prefix("!<") {
        return verbatim.trim_end_matches('>').to_owned();
    }
    written.strip_prefix("!!").map_or_else(|| written.to_owned(), |core| format!("tag:yaml.org,2002:{core}"))
}

fn style_name(node: Node<'_>) -> &'static str {
    match node.style() {
        Style::Plain => "plain",
        Style::SingleQuoted => "single",
        Style::DoubleQuoted => "double",
        Style::Literal => "literal",
        Style::Folded => "folded",
        Style::Block => "block",
        Style::Flow => "flow",
    }
}

/// Events and comments (with their offsets) as granit has them, with its limits out of the way.
type GranitReading = (Vec<String>, Vec<(usize, String)>);

fn granit(text: &str) -> Result<GranitReading, String> {
    let options = granit_parser::options! {
        emit_anchor_events: true,
        block_scalar_eof_without_line_feed: true,
        max_buffered_comment_events: usize::MAX,
        block_nesting_limit: 10_000,
        flow_nesting_limit: 10_000,
    };
    let mut events = Vec::new();
    let mut comments = Vec::new();
    let mut parser = Parser::new_from_str_with_options(text, options).peekable();
    while let Some(next) = parser.next() {
        let (event, span) = next.map_err(|error| error.to_string())?;
        let name = match parser.peek() {
            Some(Ok((Granit::Anchor(_, name), _))) => Some(name.to_string()),
            _ => None,
        };
        let node = |what, tag: &Option<std::borrow::Cow<'_, granit_parser::Tag>>, style, text: &str| {
            let tag = tag.as_ref().map(|tag| format!("{}{}", tag.handle(), tag.suffix()));
            line(what, name.as_deref(), tag.as_deref(), style, text)
        };
        match &event {
            Granit::DocumentStart(..) => events.push("document".to_owned()),
            Granit::Alias(_) => {
                events.push(format!("alias {}", &span.slice(text).expect("a span in the text")[1..]));
            }
            Granit::Comment(..) => {
                let range = span.byte_range().expect("byte offsets of a text");
                comments.push((range.start, text[range].trim_end_matches(['\r', '\n']).to_owned()));
            }
            Granit::Scalar(value, style, _, tag) => {
                // An empty node carries the text `~` under an empty span.
                let empty = *style == ScalarStyle::Plain && span.is_empty();
                events.push(node("scalar", tag, granit_style(*style), if empty { "" } else { value }));
            }
            Granit::SequenceStart(style, _, tag) => events.push(node("sequence", tag, structure(*style), "")),
            Granit::MappingStart(style, _, tag) => events.push(node("mapping", tag, structure(*style), "")),
            Granit::SequenceEnd | Granit::MappingEnd => events.push("end".to_owned()),
            _ => {}
        }
    }
    comments.sort();
    Ok((events, comments))
}

fn granit_style(style: ScalarStyle) -> &'static str {
    match style {
        ScalarStyle::Plain => "plain",
        ScalarStyle::SingleQuoted => "single",
        ScalarStyle::DoubleQuoted => "double",
        ScalarStyle::Literal => "literal",
        ScalarStyle::Folded => "folded",
    }
}

fn structure(style: StructureStyle) -> &'static str {
    match style {
        StructureStyle::Flow => "flow",
        StructureStyle::Block => "block",
    }
}

fn libyaml(text: &[u8]) -> Result<Vec<String>, String> {
    let start = |what, Collection { anchor, tag, style }: &Collection| {
        let style = if *style == LibyamlStyle::Flow { "flow" } else { "block" };
        line(what, anchor.as_deref(), tag.as_deref(), style, "")
    };
    let events = libyaml_events::events(text)?;
    Ok(events
        .iter()
        .filter_map(|event| match event {
            Libyaml::DocumentStart => Some("document".to_owned()),
            Libyaml::DocumentEnd => None,
            Libyaml::Alias(name) => Some(format!("alias {name}")),
            Libyaml::Scalar { anchor, tag, text, style } => {
                Some(line("scalar", anchor.as_deref(), tag.as_deref(), libyaml_style(*style), text))
            }
            Libyaml::SequenceStart(collection) => Some(start("sequence", collection)),
            Libyaml::MappingStart(collection) => Some(start("mapping", collection)),
            Libyaml::SequenceEnd | Libyaml::MappingEnd => Some("end".to_owned()),
        })
        .collect())
}

fn libyaml_style(style: LibyamlStyle) -> &'static str {
    match style {
        LibyamlStyle::SingleQuoted => "single",
        LibyamlStyle::DoubleQuoted => "double",
        LibyamlStyle::Literal => "literal",
        LibyamlStyle::Folded => "folded",
        _ => "plain",
    }
}
