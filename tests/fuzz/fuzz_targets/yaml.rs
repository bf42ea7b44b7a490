//! Any text: the invariants hold in both modes, and the strict verdict is not contradicted by granit and libyaml together.
#![no_main]

use granit_parser::Parser;
use libfuzzer_sys::fuzz_target;
use plimsoll::yaml::{Document, Options, ProblemKind, parse};

fuzz_target!(|text: &str| {
    let lenient = parse(text, Options::default());
    walk(&lenient);
    let strict = parse(text, Options { strict: true, ..Options::default() });
    walk(&strict);

    let granit = granit_accepts(text);
    if granit == libyaml_events::count(text.as_bytes()).is_ok() && granit != accepts(&strict) && !beyond_events(&strict) {
        panic!("granit and libyaml accept: {granit}; ours says {:?}", strict.problems());
    }
});

fn walk(document: &Document) {
    let text = document.text();
    let sound = |start: u32, end: u32| text.get(start as usize..end as usize).is_some();
    for problem in document.problems() {
        assert!(sound(problem.span.start, problem.span.end), "{problem:?}");
    }
    for node in document.nodes() {
        let span = node.span();
        assert!(sound(span.start, span.end), "{node:?}");
        assert!(node.parent().is_none_or(|parent| parent.span().contains(span)), "{node:?} leaves its parent");
        let (decoded, map) = node.text_map();
        assert_eq!(decoded, node.text());
        assert!(map.segments().iter().all(|piece| sound(piece.source.span.start, piece.source.span.end)));
        let _ = (node.scalar(), node.entries());
    }
}

fn granit_accepts(text: &str) -> bool {
    let options = granit_parser::options! { strict_indentation: true };
    Parser::new_from_str_with_options(text, options).all(|event| event.is_ok())
}

fn accepts(document: &Document) -> bool {
    document.problems().iter().all(|problem| problem.kind == ProblemKind::DuplicateKey)
}

/// Limits are for whoever builds the tree, and the events of the others know nothing of them. All that strict mode still
/// tolerates are characters (NEL, LS, PS), at which libyaml ends a line and we do not. A byte order mark inside a text is
/// text to go-yaml and to us, and an error to the others. So is a `:` between a key without quotes and a bracket to them,
/// though the specification ends the key there.
fn beyond_events(document: &Document) -> bool {
    let beyond = |kind| matches!(kind, ProblemKind::Limit | ProblemKind::Leniency);
    document.problems().iter().any(|problem| beyond(problem.kind))
        || ["\u{feff}", ":[", ":{"].iter().any(|text| document.text().contains(text))
}
