//! The examples inside the rule files that ship: each bad one fails for its rule at the marked places only, each good one passes.

use plimsoll::checks::CHECKS;
use plimsoll::model::TargetKind;
use plimsoll::rule::{self, BUILT_IN, Origin};
use plimsoll::source::{FileId, SourceFile, Sources};
use plimsoll::verify;
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
    let rules: Vec<_> = paths
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a fixture is text");
            (path.display().to_string(), text)
        })
        .collect();
    let files = rules.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let catalog = rule::load(files, &mut Sources::default()).expect("the fixtures have no mistakes");
    let checks = || catalog.rules.iter().flat_map(|rule| &rule.checks);
    for kind in TargetKind::ALL {
        assert!(checks().any(|check| check.target.kind == *kind), "no fixture visits `{}`", kind.name());
    }
    assert!(checks().any(|check| check.target.object.is_some()), "no fixture visits one kind of object");
    examples_hold(rules.into_iter());
}

fn examples_hold(files: impl Iterator<Item = (String, String)>) {
    let built_in = rule::load_files(rule::built_in(), &[], &mut Sources::default());
    assert!(built_in.catalog.rules.iter().all(|rule| rule.origin == Origin::BuiltIn));
    let known = built_in.ids.iter().map(String::as_str).chain(CHECKS.iter().map(|check| check.0));
    let known: Vec<_> = known.collect();
    let mut failures = Vec::new();
    for (path, text) in files {
        let source = SourceFile::new(path.as_str(), text);
        let tested = verify::examples(&source, FileId(0), &known, &|_| true)
            .unwrap_or_else(|mistakes| panic!("{path}: {mistakes:?}"));
        for rule in tested {
            assert!(rule.has_bad(), "{path}: a rule has a bad example");
            for trial in &rule.trials {
                for fault in &trial.faults {
                    let line = source.position(fault.place.span.start).line;
                    failures.push(format!("{path}:{line}: {}: {}: {}", rule.id, trial.name(), fault.message));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
