//! Real findings, each read beside its lines and judged as the owner of the file would: `tests/verdicts/*.tsv`.
//!
//! A row says of a fingerprint whether the finding is `true` (the owner would want it, as what the message claims) or `false`. Test data is
//! judged as if it were deployed, and with nothing sanctioned whatever reaches a cluster is outside the pipeline. Every finding of the set
//! must have a row, one that was judged true must still be found, and none may be false. What has no row is printed in the format of the
//! file, with the lines around it, to be judged and appended. The tests are skipped where the corpus is absent.

use crate::support::{self, folders, request};
use plimsoll::check::{self, Run};
use plimsoll::checks::explanation;
use plimsoll::diagnostic::Diagnostic;
use plimsoll::fingerprint::Fingerprint;
use plimsoll::secret::{self, MASK};
use plimsoll::source::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// How many findings of the general repositories are judged.
const SAMPLE: usize = 200;

/// Of how many findings of one rule the sample is sure to hold, if there are as many.
const OF_EACH_RULE: usize = 10;

/// Lines shown around a finding without a verdict.
const CONTEXT: usize = 2;

/// One finding, ready to be looked up and shown.
struct Finding {
    rule: String,
    /// The repository and the path in it.
    file: String,
    fingerprint: Fingerprint,
    message: String,
    context: String,
}

/// A judged finding: its file and its fingerprint.
type Key = (String, String);

#[test]
fn every_finding_of_the_migration_is_judged() {
    let Some(corpus) = support::shared("corpus") else { return };
    let found =
        findings(&corpus.join("faultmaven/seed-target"), include_str!("../migration.yaml"), Part::Policies);
    let all: Vec<&Finding> = found.iter().collect();
    assert_eq!(judge("tests/verdicts/seed-target.tsv", &found, &all), 0, "a false finding");
}

#[test]
fn a_sample_of_the_findings_of_other_repositories_is_judged() {
    let Some(corpus) = support::shared("corpus") else { return };
    let found: Vec<Finding> = folders(&corpus.join("general"))
        .iter()
        .flat_map(|root| findings(root, include_str!("../verdicts/general.yaml"), Part::Policies))
        .collect();
    let sample = sample(&found);
    assert_eq!(judge("tests/verdicts/general.tsv", &found, &sample), 0, "a false finding");
}

#[test]
fn every_finding_about_the_structure_of_real_files_is_judged() {
    let Some(corpus) = support::shared("corpus") else { return };
    let roots = ["general", "faultmaven"].into_iter().flat_map(|folder| folders(&corpus.join(folder)));
    let found: Vec<Finding> =
        roots.flat_map(|root| findings(&root, "extends: []\n", Part::Structure)).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &found {
        *counts.entry(&finding.rule).or_default() += 1;
    }
    println!("{counts:?}");
    let all: Vec<&Finding> = found.iter().collect();
    assert_eq!(judge("tests/verdicts/structure.tsv", &found, &all), 0, "a false finding");
}

/// Which findings are judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Those of rules, and of the checks that only the text of a file takes.
    Policies,
    /// Those of the checks of structure.
    Structure,
}

/// The findings with the smallest fingerprints, and enough of every rule: other findings hardly change what is in it.
fn sample(found: &[Finding]) -> Vec<&Finding> {
    let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in found {
        by_rule.entry(&finding.rule).or_default().push(finding);
    }
    let (mut sample, mut others) = (Vec::new(), Vec::new());
    for mut findings in by_rule.into_values() {
        findings.sort_by_key(|finding| (finding.fingerprint, &finding.file));
        let rest = findings.split_off(findings.len().min(OF_EACH_RULE));
        sample.extend(findings);
        others.extend(rest);
    }
    others.sort_by_key(|finding| (finding.fingerprint, &finding.file));
    sample.extend(others.into_iter().take(SAMPLE.saturating_sub(sample.len())));
    sample
}

/// Panics unless every finding of the sample is judged and every one that was judged true is found. Returns how many of the sample
/// were judged false.
fn judge(name: &str, found: &[Finding], sample: &[&Finding]) -> usize {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = std::fs::read_to_string(&file).expect("the verdicts are there");
    let rows: BTreeMap<Key, (&str, &str)> = text.lines().skip(1).map(row).collect();
    assert_eq!(rows.len(), text.lines().count() - 1, "{name}: two rows on one finding");
    let found: BTreeSet<Key> = found.iter().map(Finding::key).collect();
    let mut problems = String::new();
    let mut wrong = Vec::new();
    for finding in sample {
        match rows.get(&finding.key()) {
            Some(("true", _)) => {}
            Some(("false", row)) => wrong.push(*row),
            _ => write!(problems, "{finding}").expect("a string takes every text"),
        }
    }
    for (key, (verdict, row)) in rows.iter().filter(|(key, _)| !found.contains(key)) {
        match *verdict {
            "true" => writeln!(problems, "judged true and no longer found: {row}")
                .expect("a string takes every text"),
            _ => println!("{name}: no longer found, the row of {} can go: {row}", key.1),
        }
    }
    println!("{name}: {} findings, {} judged, {} of them false", found.len(), sample.len(), wrong.len());
    for row in &wrong {
        println!("  false: {row}");
    }
    assert!(problems.is_empty(), "{name} is stale\n{problems}");
    wrong.len()
}

fn row(line: &str) -> (Key, (&str, &str)) {
    let columns: Vec<&str> = line.split('\t').collect();
    let [fingerprint, verdict, rule, file, why] = columns[..] else {
        panic!("no five columns: {line}");
    };
    assert!(!rule.is_empty() && !why.is_empty(), "a verdict without its rule or its reason: {line}");
    ((file.to_owned(), fingerprint.to_owned()), (verdict, line))
}

/// The findings below a root, named by its folder.
fn findings(root: &Path, config: &str, part: Part) -> Vec<Finding> {
    let name = root.file_name().expect("a folder has a name").to_string_lossy().into_owned();
    let mut request = request(root, config);
    // The pipelines that the configurations name are not in every root.
    request.ignore.push("unknown-pipeline".to_owned());
    let run = check::run(&request).expect("the configuration is right");
    let found = &run.outcome.diagnostics;
    let identities = run.fingerprints(found);
    found
        .iter()
        .zip(identities)
        .filter(|(diagnostic, _)| explanation(&diagnostic.rule).is_some() == (part == Part::Structure))
        .map(|(diagnostic, fingerprint)| Finding {
            rule: diagnostic.rule.to_string(),
            file: format!("{name}/{}", run.sources.get(diagnostic.file()).path),
            fingerprint,
            message: secret::mask(&diagnostic.message).into_owned(),
            context: context(&run, diagnostic),
        })
        .collect()
}

/// The lines around a finding, secrets masked, as comments of the verdict file.
fn context(run: &Run, diagnostic: &Diagnostic) -> String {
    let file = run.sources.get(diagnostic.file());
    let lines = file.lines();
    let at = lines.line_of(diagnostic.span().start);
    let secrets = secret::secret_spans(file, run.documents(diagnostic.file()));
    let mut shown = String::new();
    for line in at.saturating_sub(CONTEXT)..lines.len().min(at + CONTEXT + 1) {
        let span = lines.line(&file.text, line);
        let mut masked = String::new();
        let mut start = span.start;
        for secret in secrets.iter().filter(|secret| secret.overlaps(span)) {
            masked.push_str(Span::new(start, secret.start.max(start)).of(&file.text));
            masked.push_str(MASK);
            start = secret.end.min(span.end);
        }
        masked.push_str(Span::new(start, span.end).of(&file.text));
        let mark = if line == at { '>' } else { ' ' };
        writeln!(shown, "# {:>5} {mark} {masked}", line + 1).expect("a string takes every text");
    }
    shown
}

impl Finding {
    fn key(&self) -> Key {
        (self.file.clone(), self.fingerprint.to_string())
    }
}

/// A row to be judged, and what it is about.
impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rule, file, fingerprint, message, context } = self;
        writeln!(f, "{fingerprint}\t?\t{rule}\t{file}\t{message}\n{context}")
    }
}
