//! Fixes over real files: after all of them nothing is found that could be fixed, everything else is as it was, and a second time nothing
//! changes. The counts are printed; the corpus is skipped where it is absent.

use crate::support::{self, fixtures, folders, request};
use plimsoll::check::{self, Edited, Request, Run};
use plimsoll::checks::explanation;
use plimsoll::diagnostic::Safety;
use plimsoll::fix::{self, Made, MadeFile, Wish};
use plimsoll::yaml::{Kind, Node, Options, parse};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;

/// Names that real files hold, as if they were retired, each with another name in its place.
const RETIRED: &[&str] = &[
    "fm-auth-service",
    "fm-session-service",
    "fm-case-service",
    "fm-evidence-service",
    "fm-knowledge-service",
    "fm-agent-service",
    "fm-api-gateway",
    "fm-job-worker",
    "fm-core-lib",
    "faultmaven-dashboard",
    "redis",
    "postgres",
    "nginx",
    "frontend",
    "cartservice",
    "adservice",
    "prometheus",
    "kafka",
    "zookeeper",
    "cassandra",
    "orders-api",
    "catalogue",
    "front-end",
    "podinfo",
    "guestbook",
    "web",
    "elasticsearch",
    "ubuntu-latest",
];

/// What takes the place of a retired name.
const NEW: &str = "other-";

#[derive(Default)]
struct Counts {
    files: BTreeSet<PathBuf>,
    found: usize,
    fixed: usize,
    refused: BTreeMap<String, usize>,
}

#[test]
fn fixes_over_the_fixtures_change_what_they_mend_and_nothing_else() {
    let names = ["fixes", "example", "kinds", "corpus", "suppressions", "consumers", "report", "scripts"];
    let counts = study(names.iter().map(|name| fixtures(name)));
    for rule in ["obsolete-compose-version", "plaintext-secret", "retired-service", "unused-suppression"] {
        assert!(counts.get(rule).is_some_and(|counts| counts.fixed > 0), "nothing was fixed for {rule}");
    }
}

#[test]
fn fixes_over_real_repositories_change_what_they_mend_and_nothing_else() {
    let Some(corpus) = support::shared("corpus") else { return };
    let own = folders(&corpus.join("faultmaven")).into_iter().flat_map(|folder| {
        let history = folder.to_string_lossy().ends_with("-history");
        if history { folders(&folder) } else { vec![folder] }
    });
    let counts = study(own.chain(folders(&corpus.join("general"))));
    for rule in ["obsolete-compose-version", "plaintext-secret", "retired-service"] {
        assert!(counts.get(rule).is_some_and(|counts| counts.fixed > 0), "nothing was fixed for {rule}");
    }
}

/// Makes all fixes of every root, and holds the files against what they were.
fn study(roots: impl Iterator<Item = PathBuf>) -> BTreeMap<String, Counts> {
    let retired: Vec<_> = RETIRED.iter().map(|name| format!("{{name: {name}, now: {NEW}{name}}}")).collect();
    let config = format!("retired: [{}]\n", retired.join(", "));
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    for root in roots {
        let request = request(&root, &config);
        let first = check::run(&request).expect("the configuration is right");
        for found in first.outcome.diagnostics.iter().filter(|found| found.fix.is_some()) {
            let count = counts.entry(found.rule.to_string()).or_default();
            count.found += 1;
            count.files.insert(root.join(&*first.sources.get(found.file()).path));
        }
        let Made { after, files, refused, .. } = made(&first, &request, &[]);
        for (found, why) in &refused {
            *counts.entry(found.rule.to_string()).or_default().refused.entry(why.clone()).or_default() += 1;
        }
        let Some(after) = after else { continue };
        let offered = after.outcome.diagnostics.iter().filter(|found| found.fix.is_some());
        assert_eq!(
            offered.count(),
            refused.len(),
            "{}: what could be fixed is fixed, or it is said",
            root.display()
        );
        let again = made(&after, &request, &files);
        assert!(again.files.is_empty(), "{}: a second time nothing changes", root.display());
        for file in &files {
            let artifact =
                first.artifacts.iter().find(|artifact| artifact.file == file.id).expect("it was read");
            let read = if artifact.document.is_some() { nodes } else { lines };
            let [before, left] = [&file.before, &file.after].map(|text| read(text));
            // A check of structure puts another scalar in the place of one, which the finding names.
            let swaps: Vec<_> =
                first.outcome.diagnostics.iter().filter(|found| found.file() == file.id).collect();
            let swapped = |(before, left): &(&String, &String)| {
                swaps.iter().filter(|found| explanation(&found.rule).is_some()).any(|found| {
                    let edits = found.fix.iter().flat_map(|fix| &fix.edits);
                    let mut texts = edits.map(|edit| (first.sources.slice(edit.place), &*edit.text));
                    texts.any(|(old, new)| {
                        before.ends_with(old.trim_matches('"')) && left.ends_with(new.trim_matches('"'))
                    })
                })
            };
            let mut differing = before.iter().zip(&left).filter(|(before, left)| before != left);
            let differ = differing.find(|pair| !swapped(pair));
            assert_eq!(differ, None, "{}: {}", root.display(), file.path);
            assert_eq!(before.len(), left.len(), "{}: {}", root.display(), file.path);
        }
    }
    for (rule, Counts { files, found, refused, fixed }) in &mut counts {
        let left: usize = refused.values().sum();
        *fixed = found.saturating_sub(left);
        println!("{rule}: {found} findings with a fix in {} files, {fixed} fixed, {left} not", files.len());
        for (why, count) in refused {
            println!("  {count} not fixed: {why}");
        }
    }
    counts
}

/// Makes the fixes of a run over a project in which some files were changed before.
fn made(first: &Run, request: &Request, before: &[MadeFile]) -> Made<Run> {
    let wish = Wish { up_to: Safety::Unsafe, refuses: &|_| None };
    let made = fix::make(first, &wish, &mut |edited: &[Edited]| {
        let path = |file: &MadeFile| edited.iter().all(|edited| edited.os_path != file.os_path);
        let known = before.iter().filter(|file| path(file));
        let known = known.map(|file| Edited { os_path: file.os_path.clone(), text: file.after.to_string() });
        let edited = edited.iter().map(|it| Edited { os_path: it.os_path.clone(), text: it.text.clone() });
        check::run_edited(request, &known.chain(edited).collect::<Vec<_>>())
    });
    made.unwrap_or_else(|stop| panic!("{}: {stop:?}", request.root.display()))
}

/// What a YAML file says beside what fixes may change: its nodes and its comments in order, told apart by nothing that the product compares.
fn nodes(text: &str) -> Vec<String> {
    let document = parse(text, Options::default());
    let mut said = Vec::new();
    for root in document.roots() {
        let is_compose = root.get("services").is_some();
        for node in document.nodes().filter(|node| root.span().contains(node.span())) {
            let key = node.key().map(Node::text).unwrap_or_default();
            let entry = match node.kind() {
                Kind::Scalar => node.text(),
                _ => key.clone(),
            };
            let version =
                is_compose && node.parent() == Some(root) && (entry == "version" || key == "version");
            let annotation =
                entry.starts_with("plimsoll.dev/ignore.") || key.starts_with("plimsoll.dev/ignore.");
            if version || annotation {
                continue;
            }
            let scalar = if node.kind() == Kind::Scalar { beside_fixes(&node.text()) } else { String::new() };
            said.push(format!("{:?} {:?} {:?} {scalar}", node.kind(), node.style(), node.tag()));
        }
    }
    said.extend(
        document
            .comments()
            .map(|comment| beside_fixes(comment.of(text)))
            .filter(|comment| !comment.is_empty()),
    );
    said
}

/// The same of a file of lines.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(beside_fixes).filter(|line| !line.trim().is_empty()).collect()
}

/// A text without what fixes change in it: names are as they were, defaults are left out, and so are suppressions.
fn beside_fixes(text: &str) -> String {
    static DEFAULT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(\$\{[A-Za-z0-9_]+)(?::?[-=][^{}]*|:\?)\}").expect("it is one"));
    static COMMENT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[ \t]*(?:#+|<!--|\{\{- /\*) *plimsoll: *ignore[^\n]*\n?").expect("it is one")
    });
    let text = COMMENT.replace_all(text, "\n");
    let text = DEFAULT.replace_all(&text, "$1}");
    text.replace(NEW, "").trim_end().to_owned()
}
