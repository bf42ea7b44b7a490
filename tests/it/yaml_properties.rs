//! Properties of any text: seeded mutations of the fixtures and of the suite's inputs, the same at every run.

use crate::support::{Random, assert_sound, assert_text_map, decode, fixtures, shared, yaml_files};
use plimsoll::source::Span;
use plimsoll::yaml::{Document, Options, parse, parse_region};
use std::fs;
use std::panic::catch_unwind;

const CASES: usize = 20_000;

/// Longer seeds are cut to this many bytes, so that the cases stay many and quick.
const LONGEST: usize = 600;

/// What YAML gives a meaning to; inserted more often than chance would.
const PIECES: [&str; 40] = [
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "  ",
    ": ",
    ":",
    "- ",
    "-",
    "? ",
    "# ",
    " #",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "!t ",
    "!!str ",
    "|",
    "|2-\n",
    ">",
    ">+\n",
    "%",
    "---\n",
    "...\n",
    "\\",
    "\\u00",
    "<<: *a",
    "\u{feff}",
    "\0",
    "é",
    "\u{85}",
    "\u{2028}",
    "\u{1F600}",
];

#[test]
fn every_mutation_of_every_seed_keeps_the_invariants() {
    let seeds = seeds();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut broken = Vec::new();
    for case in 0..CASES {
        let text = mutate(&seeds[case % seeds.len()], &mut random);
        let strict = case % 4 == 0;
        if catch_unwind(|| check(&text, Options { strict, ..Options::default() })).is_err() {
            broken.push((case, strict, text));
        }
    }
    broken.sort_by_key(|(_, _, text)| text.len());
    let shortest = &broken[..broken.len().min(10)];
    assert!(
        broken.is_empty(),
        "{} of {CASES} cases, the shortest (case, strict, text): {shortest:#?}",
        broken.len()
    );
}

/// What surrounds a region in the tests: the lines of a script around a here-document.
const BEFORE: &str = "a: [1, {b: \"c\nkubectl apply -f - <<EOF\n";
const AFTER: &str = "EOF\nd: ]}'\n";

#[test]
fn an_indented_region_reads_like_the_text_by_itself() {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let mut compared = 0;
    for seed in seeds() {
        let alone = parse(&*seed, Options::default());
        // Markers and directives stand in the first column, where an indented text has none.
        let first_column = |line: &str| {
            line.starts_with(['%', '\u{feff}']) || line.starts_with("---") || line.starts_with("...")
        };
        if !alone.problems().is_empty() || seed.contains(['\t', '\r']) || seed.lines().any(first_column) {
            continue;
        }
        compared += 1;
        let indent = " ".repeat(random.below(9));
        let body: String = seed.lines().map(|line| indented(&indent, line)).collect();
        let (text, region) = surrounded(&body);
        let inside = parse_region(&*text, region, Options::default());
        let shape = |document: &Document| -> Vec<_> {
            let node = |node: plimsoll::yaml::Node<'_>| (node.kind(), node.style(), node.text().into_owned());
            document.nodes().map(node).collect()
        };
        // The last line of a body ends, whether that of the seed does or not.
        let ended =
            parse(seed.lines().map(|line| indented("", line)).collect::<String>(), Options::default());
        assert_eq!(shape(&inside), shape(&ended), "{text}");
        assert_sound(&inside);
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn nothing_outside_of_a_region_is_read() {
    let seeds = seeds();
    let mut random = Random(0x9E6D_62D0_6F6A_9A9B);
    for case in 0..CASES / 4 {
        let body = mutate(&seeds[case % seeds.len()], &mut random) + "\n";
        let (text, region) = surrounded(&body);
        let document = parse_region(&*text, region.clone(), Options::default());
        assert_sound(&document);
        let inside = |span: Span| region.start <= span.start as usize && span.end as usize <= region.end;
        let nodes = document.nodes().map(plimsoll::yaml::Node::span);
        let problems = document.problems();
        let places = problems.iter().map(|problem| problem.span);
        let related = problems.iter().filter_map(|problem| Some(problem.related?.0));
        for span in nodes.chain(document.comments()).chain(places).chain(related) {
            assert!(inside(span), "{span:?} leaves {region:?} in {text:?}");
        }
        let alone = parse(&*body, Options::default());
        let shape = |document: &Document| -> Vec<_> {
            document.nodes().map(|node| (node.kind(), node.style(), node.text().into_owned())).collect()
        };
        assert_eq!(shape(&document), shape(&alone), "{text:?}");
    }
}

fn indented(indent: &str, line: &str) -> String {
    let indent = if line.is_empty() { "" } else { indent };
    format!("{indent}{line}\n")
}

fn surrounded(body: &str) -> (String, std::ops::Range<usize>) {
    (format!("{BEFORE}{body}{AFTER}"), BEFORE.len()..BEFORE.len() + body.len())
}

fn check(text: &str, options: Options) {
    let document = parse(text, options);
    assert_sound(&document);
    for node in document.nodes() {
        assert_text_map(node);
        let _ = (node.scalar(), node.entries(), node.path());
    }
    assert_eq!(shape(&document), shape(&parse(text, options)), "a second parse differs");
}

/// Everything a document says, as text.
fn shape(document: &Document) -> String {
    let nodes: Vec<_> = document.nodes().map(|node| (node.span(), node.style(), node.text())).collect();
    let comments: Vec<_> = document.comments().collect();
    format!("{nodes:?} {comments:?} {:?}", document.problems())
}

/// The bundled corpus, the small hostile files, and the suite's inputs where they are.
fn seeds() -> Vec<String> {
    let files = ["corpus", "hostile"].iter().flat_map(|folder| yaml_files(&fixtures(folder)));
    let mut seeds: Vec<String> = files
        .filter(|path| !path.ends_with("index.json") && !path.ends_with("recipes.json"))
        .map(|path| decode("seed", &fs::read(path).expect("a readable file")).text.to_string())
        .collect();
    if let Some(suite) = shared("suites/yaml-test-suite.json") {
        let cases: serde_json::Value =
            serde_json::from_slice(&fs::read(suite).expect("a readable file")).expect("a valid suite");
        let yaml = cases.as_array().into_iter().flatten().filter_map(|case| case["yaml"].as_str());
        seeds.extend(yaml.map(str::to_owned));
    }
    for seed in &mut seeds {
        seed.truncate(seed.floor_char_boundary(LONGEST));
    }
    seeds
}

/// One to four edits: insert a piece, delete a stretch, repeat a stretch, cut the end.
fn mutate(seed: &str, random: &mut Random) -> String {
    let mut text = seed.to_owned();
    for _ in 0..=random.below(4) {
        let from = text.floor_char_boundary(random.below(text.len() + 1));
        let to = text.floor_char_boundary((from + random.below(24)).min(text.len())).max(from);
        match random.below(8) {
            0..=3 => text.insert_str(from, PIECES[random.below(PIECES.len())]),
            4..=5 => drop(text.drain(from..to)),
            6 => text.insert_str(from, &text.clone()[from..to]),
            _ => text.truncate(from),
        }
    }
    text
}
