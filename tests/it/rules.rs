//! The examples inside the rule files that ship: each bad one fails for its rule at the marked places only, each good one passes.

use plimsoll::artifact::{self, Kind};
use plimsoll::config::{Date, RawConfig, Settings};
use plimsoll::discover::{Found, Origin, Outcome};
use plimsoll::engine::{self, Job};
use plimsoll::model::Model;
use plimsoll::rule::{self, BUILT_IN, Example, Finding};
use plimsoll::source::Sources;
use plimsoll::yaml::{self, Options};
use std::path::Path;

#[test]
fn every_example_of_every_rule_holds() {
    examples_hold(BUILT_IN.iter().map(|&(path, text)| (path.to_owned(), text.to_owned())));
}

/// Rules written only to visit each target and to ask for its facts.
#[test]
fn every_target_binds_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/targets");
    let files = std::fs::read_dir(folder).expect("the fixtures are in the repository");
    let paths = files.map(|file| file.expect("an entry").path());
    examples_hold(paths.map(|path| {
        let text = std::fs::read_to_string(&path).expect("a fixture is text");
        (path.display().to_string(), text)
    }));
}

fn examples_hold(files: impl Iterator<Item = (String, String)>) {
    let mut failures = Vec::new();
    for (path, text) in files {
        let document = yaml::parse(text.as_str(), Options::default());
        let rules = rule::read(&document).unwrap_or_else(|mistakes| panic!("{path}: {mistakes:?}"));
        for raw in rules {
            assert!(!raw.examples.is_empty(), "{path}: a rule has examples");
            for (number, example) in raw.examples.iter().enumerate() {
                for difference in differences(&text, &raw.id.value, example) {
                    failures.push(format!("{path}: {}: example {}: {difference}", raw.id.value, number + 1));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What the marks of an example and the findings of its rule do not agree in.
fn differences(rule_file: &str, id: &str, example: &Example<'_>) -> Vec<String> {
    let mut sources = Sources::default();
    let catalog = rule::load([("rule.yaml", rule_file)], &mut sources)
        .unwrap_or_else(|mistakes| panic!("the rule does not compile: {mistakes:?}"));
    let settings = match example.config {
        Some(node) => Settings::new(RawConfig::from_node(node)).expect("an example's configuration is right"),
        None => Settings::default(),
    };
    let found = example.files.iter().map(|(path, text)| Found {
        path: path.clone(),
        os_path: path.into(),
        origin: Origin::Explicit,
        outcome: Outcome::Given(text.clone().into_bytes()),
    });
    let mut found: Vec<_> = found.collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let set = |path: &str| settings.kind(path).and_then(|kind| Kind::from_name(&kind.value));
    let loaded = artifact::load(found, &set, &mut sources);
    let model = Model::new(&sources, &loaded.artifacts, &settings, None);
    let job = Job {
        catalog: &catalog,
        selected: &|rule| &*rule.id == id,
        found: &[],
        scope: &|_| true,
        today: Date::parse("2026-01-01").expect("a day"),
    };
    let outcome = engine::run(&model, &job);
    assert!(outcome.failures.is_empty(), "the rule runs: {:?}", outcome.failures);
    let findings = outcome.diagnostics.iter().map(|found| {
        let file = sources.get(found.file());
        let line = file.position(found.span().start).line;
        Finding { path: &file.path, line, slice: sources.slice(found.primary.place) }
    });
    rule::compare(&example.expected, &findings.collect::<Vec<_>>())
        .into_iter()
        .map(|found| found.message)
        .collect()
}
