//! Hostile texts: a clean problem, no crash, work in proportion to the text. Each runs on a stack of 1 MB.

use super::{of_kind, read};
use crate::yaml::ProblemKind;
use std::fmt::Write as _;

const MANY: usize = 100_000;

/// Runs a test on the smallest stack that is supported.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(test).unwrap();
    thread.join().unwrap();
}

#[test]
fn deep_nesting_is_a_limit_and_not_a_crash() {
    on_a_small_stack(|| {
        let bracketed = format!("{}{}", "[".repeat(MANY), "]".repeat(MANY));
        let texts = [
            "[".repeat(MANY),
            bracketed,
            "[\n".repeat(MANY),
            "{a: ".repeat(MANY),
            "[a: ".repeat(MANY),
            "- ".repeat(MANY),
            "? ".repeat(MANY),
            (0..600).fold(String::new(), |mut text, depth| {
                writeln!(text, "{}a:", " ".repeat(depth)).unwrap();
                text
            }),
        ];
        for text in texts {
            let document = read(&text);
            let start = &text[..8];
            assert_eq!(of_kind(&document, ProblemKind::Limit).len(), 1, "{start:?}");
            assert_eq!(document.problems().len(), 1, "{start:?}: {:?}", document.problems());
            assert!(document.len() < 2_000, "{start:?}");
        }
    });
}

#[test]
fn reading_goes_on_after_a_limit() {
    let document = read(&format!("a: {}\nb: c\n---\nd: {}\ne: f\n", "[".repeat(600), "[".repeat(600)));
    assert_eq!(of_kind(&document, ProblemKind::Limit).len(), 2);
    let last = |index: usize, key: &str| {
        document.roots().nth(index).unwrap().get(key).map(|node| node.text().into_owned())
    };
    assert_eq!((last(0, "b"), last(1, "e")), (Some("c".into()), Some("f".into())));
}

#[test]
fn nesting_up_to_the_limit_is_read() {
    on_a_small_stack(|| {
        let document = read(&format!("{}x{}", "[".repeat(512), "]".repeat(512)));
        assert_eq!(document.problems(), []);
        let innermost = document.nodes().last().unwrap();
        assert_eq!(innermost.path(), "[0]".repeat(512));
    });
}

#[test]
fn links_cost_nothing_however_often_they_double() {
    on_a_small_stack(|| {
        let mut aliases = String::from("a0: &a0 [x]\n");
        let mut merges = String::from("a0: &a0 {k: v}\n");
        for index in 1..MANY / 4 {
            let before = index - 1;
            writeln!(aliases, "a{index}: &a{index} [*a{before}, *a{before}]").unwrap();
            writeln!(merges, "a{index}: &a{index} {{<<: [*a{before}, *a{before}]}}").unwrap();
        }
        assert_eq!(read(&aliases).problems(), []);
        let document = read(&merges);
        assert_eq!(of_kind(&document, ProblemKind::Limit).len(), 1);
        let root = document.roots().next().unwrap();
        // What all entries of all mappings sum up to is limited, whoever asks for them.
        let total: usize = document.nodes().map(|node| node.entries().len()).sum();
        assert!(total < (1 << 20) + document.len(), "{total}");
        assert_eq!(root.get("a9").unwrap().get("k").unwrap().text(), "v");
    });
}

#[test]
fn a_key_is_short_so_that_a_collection_as_key_is_cheap() {
    let long = format!("[{}]: x\n", "a, ".repeat(500));
    let document = read(&long);
    assert_eq!(document.problems()[0].message, "a key longer than 1024 characters");
    let text = format!("{}: x\n", "\u{e9}".repeat(1025));
    assert_eq!(read(&text).problems()[0].span.of(&text), "\u{e9}");
    assert_eq!(read(&format!("{}: x\n", "\u{e9}".repeat(1024))).problems(), []);
}

#[test]
fn errors_are_told_up_to_a_limit() {
    for text in
        ["a: x: y\n".repeat(1_000), "a: \"x\n".repeat(1_000), "- *x\n".repeat(1_000), "\0".repeat(1_000)]
    {
        let document = read(&text);
        let errors = of_kind(&document, ProblemKind::Syntax);
        assert_eq!(errors.len(), 21);
        assert_eq!(errors[20].message, "further errors in this file are not reported");
    }
    let document = read(&"k: v\n".repeat(1_000));
    assert_eq!(of_kind(&document, ProblemKind::DuplicateKey).len(), 201);
}

#[test]
fn a_text_beyond_the_size_limit_is_not_read() {
    let document = read(&"x".repeat((64 << 20) + 1));
    assert_eq!(document.problems()[0].message, "larger than 64 MiB");
    assert_eq!((document.len(), document.problems().len()), (0, 1));
}

#[test]
fn long_lines_and_many_properties_are_read() {
    on_a_small_stack(|| {
        let items = read(&format!("[{}]", "1, ".repeat(1_000_000)));
        assert_eq!((items.problems().len(), items.len()), (0, 1_000_001));
        let escapes = read(&format!("\"{}\"", "\\n".repeat(500_000)));
        assert_eq!(escapes.roots().next().unwrap().text().len(), 500_000);
        let mut anchored = String::from("[");
        for index in 0..50_000 {
            write!(anchored, "&a{index} [&b{index} x]: &c{index} y, ").unwrap();
        }
        let anchored = read(&(anchored + "]"));
        assert_eq!(anchored.problems(), []);
        assert!(anchored.nodes().all(|node| node.anchor().is_some() || node.children().next().is_some()));
        let mut oldest = String::from("- &a x\n");
        for index in 0..30_000 {
            write!(oldest, "- &b{index} y\n- *a\n").unwrap();
        }
        let oldest = read(&oldest);
        let first = oldest.nodes().nth(1).unwrap();
        let items: Vec<_> = oldest.roots().next().unwrap().items().collect();
        assert!(items.iter().skip(2).step_by(2).all(|item| item.resolve() == first));
    });
}

#[test]
fn every_cut_and_every_swap_of_a_text_is_survived() {
    let text = "a: &x [1, {b: 'c', \"d\\n\": *x}]\n? |\n  e\n  f\n: >-\n  g\n# h\ni:\n- j: !!str k\n  <<: {l: m}\n--- n\n...\n%YAML 1.2\n---\n\to: p\n";
    let characters = [
        '\'', '"', '[', '}', ':', '-', '\n', '\t', '\r', '|', '#', '&', '*', '!', '?', ',', '%', '\u{feff}',
        'é',
    ];
    for cut in 0..=text.len() {
        check(&text[..cut]);
        check(&text[cut..]);
        for character in characters {
            check(&format!("{}{character}{}", &text[..cut], &text[cut..]));
            if cut < text.len() {
                check(&format!("{}{character}{}", &text[..cut], &text[cut + 1..]));
            }
        }
    }
}

/// Whatever was read, mappings hold pairs, spans fit the text and nest, and every node can be asked everything.
fn check(text: &str) {
    let document = read(text);
    for node in document.nodes() {
        let span = node.span();
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{node:?} of {text:?}");
        if let Some(parent) = node.parent() {
            assert!(parent.span().contains(span), "{node:?} in {parent:?} of {text:?}");
        }
        if node.kind() == crate::yaml::Kind::Mapping {
            assert_eq!(node.children().count() % 2, 0, "{node:?} of {text:?}");
        }
        let (decoded, _) = node.text_map();
        assert_eq!(decoded, node.text());
        let _ = (node.scalar(), node.entries().len(), node.path(), node.tag_uri());
    }
    for problem in document.problems() {
        let places = [Some(problem.span), problem.related.map(|(span, _)| span)];
        for span in places.into_iter().flatten() {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{problem:?} of {text:?}");
        }
    }
    assert!(document.comments().map(|span| span.start).is_sorted(), "{text:?}");
}
