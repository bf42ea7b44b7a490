//! The policies against labelled lines of real repositories: how many are found, and what is reported beside them.
//!
//! The labels are `truth/*.tsv` of the shared corpus; the test is skipped where it is absent.

use crate::support::{self, folders, request};
use plimsoll::check;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// The configuration of the migration that the labels were made for.
const CONFIG: &str = include_str!("../migration.yaml");

/// A line of a file, as the labels name it.
type Line = (String, String, u32);

#[derive(Default)]
struct Score {
    certain: usize,
    missed: Vec<String>,
    negatives_reported: Vec<String>,
    unlisted: Vec<String>,
    findings: usize,
}

#[test]
fn labelled_lines_are_found_and_naive_ones_left_alone() {
    let Some(corpus) = support::shared("corpus") else { return };
    let violations = rows(&corpus.join("truth/violations.tsv"));
    let negatives = rows(&corpus.join("truth/negatives.tsv"));
    let found = findings(&corpus.join("faultmaven"));
    let mut report = String::new();
    for (policy, rules) in [
        ("P1", &["deploy-outside-pipeline"][..]),
        ("P2", &["plaintext-secret", "plaintext-secret-in-sample"][..]),
        ("P3", &["missing-probe", "missing-healthcheck"][..]),
        ("P4", &["retired-service"][..]),
    ] {
        let score = score(policy, rules, &violations, &negatives, &found);
        writeln!(
            report,
            "{policy}: {} certain, {} missed; {} findings, {} in no list, {} negatives reported",
            score.certain,
            score.missed.len(),
            score.findings,
            score.unlisted.len(),
            score.negatives_reported.len()
        )
        .expect("a string takes every text");
        for (title, lines) in [
            ("missed", &score.missed),
            ("in no list", &score.unlisted),
            ("negative", &score.negatives_reported),
        ] {
            for line in lines {
                writeln!(report, "  {title}: {line}").expect("a string takes every text");
            }
        }
        assert!(score.missed.len() <= 1, "more than one certain line missed\n{report}");
        assert!(score.negatives_reported.is_empty(), "a negative was reported\n{report}");
        assert!(score.unlisted.len() * 50 <= score.findings, "more than 2 % in no list\n{report}");
    }
    println!("{report}");
}

fn score(
    policy: &str,
    rules: &[&str],
    violations: &[(Line, String, String)],
    negatives: &[(Line, String, String)],
    found: &BTreeMap<Line, BTreeSet<String>>,
) -> Score {
    let mut score = Score::default();
    let reported =
        |line: &Line| found.get(line).is_some_and(|by| rules.iter().any(|rule| by.contains(*rule)));
    let show = |line: &Line| format!("{}/{}:{}", line.0, line.1, line.2);
    for (line, _, certainty) in violations.iter().filter(|(_, of, _)| of == policy) {
        if certainty == "certain" {
            score.certain += 1;
            if !reported(line) {
                score.missed.push(show(line));
            }
        }
    }
    let of_policy = |rows: &[(Line, String, String)]| -> BTreeSet<Line> {
        rows.iter().filter(|(_, of, _)| of == policy).map(|(line, ..)| line.clone()).collect()
    };
    let (listed, naive) = (of_policy(violations), of_policy(negatives));
    // A line may be a violation for one name and a negative for another.
    score.negatives_reported = naive.difference(&listed).filter(|line| reported(line)).map(show).collect();
    for line in found.keys().filter(|line| reported(line) && !is_markdown(line)) {
        score.findings += 1;
        if !listed.contains(line) && !naive.contains(line) {
            score.unlisted.push(show(line));
        }
    }
    score
}

fn is_markdown(line: &Line) -> bool {
    Path::new(&line.1).extension().is_some_and(|extension| extension == "md")
}

/// The rows of a label file: line, policy, and the last column (`certain` or `debatable`; the reason for negatives).
fn rows(path: &Path) -> Vec<(Line, String, String)> {
    let text = std::fs::read_to_string(path).expect("the label file is in the corpus");
    let columns = text.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    columns
        .map(|row| {
            let line = (row[0].to_owned(), row[1].to_owned(), row[2].parse().expect("a line number"));
            (line, row[3].to_owned(), (*row.last().expect("a row has columns")).to_owned())
        })
        .collect()
}

/// Every finding by line. Folders whose name ends in `-history` hold one root a folder; every other folder is a root.
fn findings(organisation: &Path) -> BTreeMap<Line, BTreeSet<String>> {
    let mut found: BTreeMap<Line, BTreeSet<String>> = BTreeMap::new();
    for repository in folders(organisation) {
        let name = repository.file_name().expect("a folder has a name").to_string_lossy().into_owned();
        let roots = if name.ends_with("-history") { folders(&repository) } else { vec![repository.clone()] };
        for root in roots {
            let prefix =
                root.strip_prefix(&repository).expect("the root lies below").to_string_lossy().into_owned();
            let request = request(&root, CONFIG);
            let run = check::run(&request).expect("the configuration is right");
            for diagnostic in &run.outcome.diagnostics {
                let place = diagnostic.primary.place;
                let file = run.sources.get(place.file);
                let path = [&*prefix, &*file.path]
                    .iter()
                    .filter(|part| !part.is_empty())
                    .copied()
                    .collect::<Vec<_>>();
                let line = (name.clone(), path.join("/"), file.position(place.span.start).line);
                found.entry(line).or_default().insert(diagnostic.rule.to_string());
            }
        }
    }
    found
}
