//! Hostile inputs: each of the set is read on a thread with a small stack, and everything about it can be asked.

use crate::support::{Hostile, assert_sound, assert_text_map, decode, hostile};
use plimsoll::source::Encoding;
use plimsoll::yaml::{Document, Options, parse};
use std::collections::HashSet;
use std::thread;

/// What a thread of a small container has.
const STACK: usize = 1 << 20;

/// Nodes asked for everything per input; paths are linear in siblings and merges repeat entries, so all would be quadratic.
const ASKED: usize = 300;

#[test]
fn the_set_has_two_hundred_inputs_with_names_of_their_own() {
    let set = hostile();
    assert_eq!(set.len(), 200);
    assert_eq!(set.iter().map(|input| &input.name).collect::<HashSet<_>>().len(), 200);
    assert!(set.iter().all(|input| !input.why.is_empty()));
}

#[test]
fn every_hostile_input_is_read_on_a_small_stack() {
    let failed: Vec<String> = hostile()
        .into_iter()
        .filter_map(|input| {
            let name = input.name.clone();
            thread::Builder::new()
                .stack_size(STACK)
                .spawn(move || read(&input))
                .expect("a thread")
                .join()
                .err()
                .map(|_| name)
        })
        .collect();
    assert!(failed.is_empty(), "these broke an invariant (each panic stands above): {failed:?}");
}

#[test]
fn what_is_wrong_with_a_hostile_input_is_told_and_nothing_else() {
    let wrong: Vec<String> = hostile()
        .iter()
        .filter_map(|input| {
            let file = decode(&input.name, &input.bytes);
            let document = parse(file.text.clone(), Options::default());
            let first = document.problems().first().map(|problem| problem.message.clone());
            let told = first.is_some()
                || matches!(file.encoding, Encoding::Lossy { .. } | Encoding::LossyUtf16 { .. });
            (told != input.problem).then(|| {
                format!("{} ({}): expected {}, told {first:?}", input.name, input.why, input.problem)
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{} of 200:\n{}", wrong.len(), wrong.join("\n"));
}

fn read(input: &Hostile) {
    let file = decode(&input.name, &input.bytes);
    for strict in [false, true] {
        let document = parse(file.text.clone(), Options { strict, ..Options::default() });
        assert_sound(&document);
        ask_everything(&document);
    }
}

/// Asks every accessor of the first and last nodes; answers stay within a few times the text.
fn ask_everything(document: &Document) {
    let bound = 4 * document.text().len() + 64;
    let skip = document.len().saturating_sub(ASKED);
    for (index, node) in document.nodes().enumerate() {
        if index >= ASKED && index < skip {
            continue;
        }
        assert_text_map(node);
        assert!(node.text().len() <= bound, "the text of {node:?} grew");
        assert!(node.entries().len() <= document.len() + 1, "the entries of {node:?} grew");
        assert!(node.path().len() <= 8 * bound, "the path of {node:?} grew");
        assert_eq!(node.resolve(), node.resolve().resolve(), "an alias of an alias at {node:?}");
        let _ = (node.scalar(), node.is_null(), node.tag(), node.key(), node.get("k"), node.place());
        assert!(node.children().count() + node.items().count() + node.pairs().count() <= 3 * document.len());
    }
}

/// The whole program over all of them at once: it ends, it says what is wrong, nothing that a terminal would obey gets out.
#[test]
fn the_program_survives_all_hostile_inputs_in_one_project() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for input in crate::support::hostile() {
        let name = input.name.replace(['/', '\\'], "-");
        std::fs::write(folder.path().join(name), &input.bytes).expect("a file can be written");
    }
    std::fs::write(folder.path().join("plimsoll.yaml"), "retired: [web, api]\n")
        .expect("a file can be written");
    for format in ["full", "concise", "json"] {
        let output = crate::support::plimsoll(folder.path(), &["check", "--output", format], b"");
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let report = String::from_utf8(output.stdout).expect("reports are UTF-8");
        assert!(!report.contains("internal-error"), "{format}");
        let inert = |c: char| {
            c == '\n' || !(c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        };
        assert!(report.chars().all(inert), "{format}");
        if format == "json" {
            serde_json::from_str::<serde_json::Value>(&report).expect("the report is JSON");
        }
    }
}
