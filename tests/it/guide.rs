//! The guide to writing rules is true: every snippet in it is run.
//!
//! In order, in one project: a block of YAML whose info string has a path is written there; a block of YAML without one is a rule,
//! which must stand in `fixtures/guide` with its examples; a `console` block is run line by line, and what is printed must be what
//! stands there; each line of a `cel` block is an expression that is true.

use crate::support::{fixtures, plimsoll, project};
use plimsoll::expr::{Budget, Scope, Value, compile};
use std::path::Path;

const GUIDE: &str = include_str!("../../rules/README.md");

#[test]
fn every_snippet_of_the_guide_holds() {
    let folder = project(&[]);
    let mut blocks = 0;
    for (info, text) in snippets(GUIDE) {
        blocks += 1;
        match info.split_once(' ').unwrap_or((info, "")) {
            ("yaml", "") => in_fixtures(text),
            ("yaml", path) => write(folder.path(), path, text),
            ("console", _) => console(folder.path(), text),
            ("cel", _) => text.lines().filter(|line| !line.is_empty()).for_each(is_true),
            other => panic!("nobody runs a block of {other:?}"),
        }
    }
    assert!(blocks > 20, "the guide has its snippets: {blocks}");
}

#[test]
fn the_twelve_rules_hold_and_fit_eight_lines() {
    let folder = fixtures("guide");
    let output = plimsoll(&folder, &["test", "--strict"], b"");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}{err}", String::from_utf8_lossy(&output.stdout));
    let mut rules = 0;
    for entry in std::fs::read_dir(folder.join(".plimsoll/rules")).expect("the rules of the guide") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a rule is text");
        let rule = without_examples(&text);
        assert!(rule.lines().count() <= 8, "{} is longer than 8 lines", path.display());
        assert!(rule.lines().all(|line| line.chars().count() <= 100), "{} is wider than 100", path.display());
        assert!(GUIDE.contains(&format!("```yaml\n{rule}```\n")), "{} is not in the guide", path.display());
        rules += 1;
    }
    assert_eq!(rules, 12);
}

/// The fenced blocks: info string and text.
fn snippets(guide: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = guide;
    while let Some((_, after)) = rest.split_once("\n```") {
        let (info, body) = after.split_once('\n').expect("a block has lines");
        let (text, next) = body.split_once("\n```\n").expect("a block ends");
        found.push((info, text));
        rest = next;
    }
    found
}

fn without_examples(rule: &str) -> &str {
    rule.split_once("tests:\n").map_or(rule, |(rule, _)| rule)
}

fn in_fixtures(text: &str) {
    let id = text.lines().find_map(|line| line.strip_prefix("id: ")).expect("a rule has an id");
    let path = fixtures("guide").join(format!(".plimsoll/rules/{id}.yaml"));
    let file = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{id}: {error}"));
    assert_eq!(without_examples(&file).trim_end(), text, "the guide and the fixture differ");
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().expect("it lies in the project")).expect("a folder");
    std::fs::write(path, format!("{text}\n")).expect("a file");
}

/// Lines that begin with `$` are commands, the others what they print.
fn console(folder: &Path, text: &str) {
    let mut printed = String::new();
    let mut shown = String::new();
    for line in text.lines() {
        match line.strip_prefix("$ plimsoll ") {
            Some(command) => {
                let arguments = words(command);
                let output = plimsoll(folder, &arguments.iter().map(String::as_str).collect::<Vec<_>>(), b"");
                assert!(output.status.code().is_some_and(|status| status < 2), "{command}: {output:?}");
                printed.push_str(&String::from_utf8_lossy(&output.stdout));
                printed.push_str(&String::from_utf8_lossy(&output.stderr));
            }
            None => shown.extend([line, "\n"]),
        }
    }
    let plain = |text: &str| text.trim_end().replace("\n\n", "\n");
    assert_eq!(plain(&printed), plain(&shown), "{text}");
}

/// The words of a command; single quotes keep blanks.
fn words(command: &str) -> Vec<String> {
    let quoted = command.split('\'').enumerate();
    quoted
        .flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

fn is_true(expression: &str) {
    let program =
        compile(expression, &Scope::default()).unwrap_or_else(|found| panic!("{expression}: {found:?}"));
    let found = program.evaluate(&[], &mut Budget::default());
    assert!(matches!(found, Ok(Value::Bool(true))), "{expression}: {found:?}");
}
