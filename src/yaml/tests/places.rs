//! That spans and source maps tell the truth.

use super::{read, root};
use crate::source::{FileId, Place, Span};

#[test]
fn a_place_in_a_script_is_its_place_in_the_file() {
    let text = "steps:\n  - run: |\n      echo a\n      kubectl apply\n";
    let document = read(text);
    let run = root(&document).get("steps").unwrap().items().next().unwrap().get("run").unwrap();
    let (script, map) = run.text_map();
    let at = script.find("kubectl").unwrap() as u32;
    let place = map.place(Span::new(at, at + 7)).unwrap();
    assert_eq!(place.span.of(text), "kubectl");
    assert_eq!(place.span.start as usize, text.find("kubectl").unwrap());
}

#[test]
fn escapes_and_folds_map_to_what_they_stand_for() {
    let text = "\"a\\tb\n  c\"";
    let document = read(text);
    let (decoded, map) = root(&document).text_map();
    assert_eq!(decoded, "a\tb c");
    let span = |start, end| map.place(Span::new(start, end)).unwrap().span.of(text);
    assert_eq!([span(0, 1), span(1, 2), span(2, 3), span(3, 4), span(4, 5)], ["a", "\\t", "b", "\n  ", "c"]);
}

#[test]
fn an_empty_text_maps_into_its_quotes() {
    let document = read("a: ''");
    let (text, map) = root(&document).get("a").unwrap().text_map();
    assert_eq!(text, "");
    assert_eq!(map.place(Span::empty(0)), Some(Place { file: FileId(0), span: Span::empty(4) }));
}

#[test]
fn the_innermost_node_at_an_offset_is_found() {
    let text = "a: 1\n---\nb:\n  - c: word\n";
    let document = read(text);
    let at = |needle: &str| document.node_at(text.find(needle).unwrap() as u32).map(crate::yaml::Node::path);
    assert_eq!(at("ord"), Some("b[0].c".into()));
    assert_eq!(at("1"), Some("a".into()));
    assert_eq!(at("---"), None);
    assert_eq!(document.node_at(999), None);
}
