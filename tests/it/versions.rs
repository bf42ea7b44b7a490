//! Findings in two versions of a project: edits that change nothing leave what they are known by as it is, and of edits that change something
//! exactly what they bring is new.

use crate::support::{self, Random, fixtures, folders, project, request};
use plimsoll::artifact::Kind;
use plimsoll::check::{self, Run};
use plimsoll::fingerprint::Identity;
use plimsoll::known::Known;
use plimsoll::yaml::{self, Document, Node, Scalar, Style};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Every command that reaches a cluster is outside the pipeline, and some names are retired.
const CONFIG: &str = "pipeline: [{workflow: .github/workflows/none.yml}]\nretired: [{glob: 'fm-*-service'}, orders-api, auth]\n\
                      rules: {unknown-pipeline: off}\n";

/// How many random versions of each project are made.
const VERSIONS: u64 = 12;

/// An edit of a YAML text that should not change what it says. `None` where there is no place for it.
type Edit = fn(&str, &Document, &mut Random) -> Option<String>;

const EDITS: &[(&str, Edit)] = &[
    ("a comment line", comment_line),
    ("a comment at the end of a line", comment_behind),
    ("a blank line", blank_line),
    ("less comments", without_comment),
    ("keys in another order", other_order),
    ("named items in another order", items_in_other_order),
    ("another indentation", indented),
    ("other quotes", other_quotes),
    ("Windows line breaks", windows),
];

fn replaced(text: &str, range: std::ops::Range<usize>, by: &str) -> String {
    [&text[..range.start], by, &text[range.end..]].concat()
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// Whether an offset lies inside a scalar.
fn in_scalar(document: &Document, at: usize) -> bool {
    let scalars = document.nodes().filter(|node| node.kind() == yaml::Kind::Scalar);
    scalars.into_iter().any(|node| (node.span().start as usize) < at && at < node.span().end as usize)
}

/// The start of a line that is in no scalar, and the white space it begins with.
fn free_line<'t>(text: &'t str, document: &Document, random: &mut Random) -> Option<(usize, &'t str)> {
    let starts = line_starts(text);
    let at = *random.pick(&starts)?;
    let rest = &text[at..];
    let indent = &rest[..rest.len() - rest.trim_start_matches(' ').len()];
    (!in_scalar(document, at)).then_some((at, indent))
}

fn comment_line(text: &str, document: &Document, random: &mut Random) -> Option<String> {
    let (at, indent) = free_line(text, document, random)?;
    Some(replaced(text, at..at, &format!("{indent}# note {}\n", random.below(100))))
}

fn blank_line(text: &str, document: &Document, random: &mut Random) -> Option<String> {
    let (at, _) = free_line(text, document, random)?;
    Some(replaced(text, at..at, "\n"))
}

fn comment_behind(text: &str, document: &Document, random: &mut Random) -> Option<String> {
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let at = *random.pick(&ends)?;
    let at = if text[..at].ends_with('\r') { at - 1 } else { at };
    (!in_scalar(document, at)).then(|| replaced(text, at..at, "  # a note"))
}

/// A comment goes that no finding is about.
fn without_comment(text: &str, document: &Document, random: &mut Random) -> Option<String> {
    let comments: Vec<_> = document.comments().collect();
    let span = *random.pick(&comments)?;
    let words = span.of(text);
    let is_telling = ["fm-", "auth", "orders", "kubectl", "password", "secret"]
        .iter()
        .any(|it| words.to_lowercase().contains(it));
    (!is_telling).then(|| replaced(text, span.start as usize..span.end as usize, ""))
}

/// The lines of entries or items that each begin a line in one column.
fn rows<'d>(
    text: &str,
    nodes: impl Iterator<Item = Node<'d>>,
    end: usize,
) -> Option<Vec<std::ops::Range<usize>>> {
    let line_of = |at: usize| text[..at].rfind('\n').map_or(0, |at| at + 1);
    let starts: Vec<usize> = nodes.map(|node| line_of(node.span().start as usize)).collect();
    let last = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let ends = starts.iter().skip(1).copied().chain([last]);
    let rows: Vec<_> = starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect();
    rows.iter().all(|row| row.start < row.end && text[row.clone()].ends_with('\n')).then_some(rows)
}

fn swapped(text: &str, rows: &[std::ops::Range<usize>], first: usize) -> Option<String> {
    let (one, other) = (rows.get(first)?.clone(), rows.get(first + 1)?.clone());
    Some(replaced(text, one.start..other.end, &[&text[other], &text[one]].concat()))
}

fn other_order(text: &str, document: &Document, random: &mut Random) -> Option<String> {
    let mappings: Vec<_> = document
        .nodes()
        .filter(|node| node.kind() == yaml::Kind::Mapping && node.pairs().count() > 1)
        .collect();
    let mapping = *random.pick(&mappings)?;
    let keys: Vec<_> = mapping.pairs().map(|(key, _)| key).collect();
    let first = random.below(keys.len() - 1);
    if mapping.style() == Style::Flow {
        let of = |index: usize| {
            let (key, value) = mapping.pairs().nth(index)?;
            Some(key.span().start as usize..value.span().end.max(key.span().end) as usize)
        };
        let (one, other) = (of(first)?, of(first + 1)?);
        let between = &text[one.end..other.start];
        return Some(replaced(
            text,
            one.start..other.end,
            &[&text[other.clone()], between, &text[one.clone()]].concat(),
        ));
    }
    // The first key of an item stands behind its dash.
    let rows = rows(text, keys.into_iter(), mapping.span().end as usize)?;
    let columns = text[rows[first].start..].trim_start_matches(' ').starts_with('-');
    (!columns).then(|| swapped(text, &rows, first))?
}

fn items_in_other_order(text: &str, document: &Document, random: &mut Random) -> Option<String> {
    let named =
        |node: &Node<'_>| node.items().count() > 1 && node.items().all(|item| item.get("name").is_some());
    // The order of steps is a part of what they do.
    let is_steps = |node: &Node<'_>| node.key().is_some_and(|key| key.text() == "steps");
    let lists: Vec<_> = document
        .nodes()
        .filter(|node| node.kind() == yaml::Kind::Sequence && node.style() == Style::Block)
        .filter(|node| named(node) && !is_steps(node))
        .collect();
    let list = *random.pick(&lists)?;
    let rows = rows(text, list.items(), list.span().end as usize)?;
    swapped(text, &rows, random.below(rows.len() - 1))
}

fn indented(text: &str, document: &Document, random: &mut Random) -> Option<String> {
    let blocks: Vec<_> = document
        .nodes()
        .filter(|node| node.style() == Style::Block && node.key().is_some() && !node.source().contains('\t'))
        .collect();
    let block = *random.pick(&blocks)?;
    let line = text[..block.span().start as usize].rfind('\n')? + 1;
    let row = line..block.span().end as usize;
    let more = " ".repeat(1 + random.below(3));
    let shifted: Vec<String> = text[row.clone()]
        .split('\n')
        .map(|line| if line.trim().is_empty() { line.to_owned() } else { [&more, line].concat() })
        .collect();
    Some(replaced(text, row, &shifted.join("\n")))
}

fn other_quotes(text: &str, document: &Document, random: &mut Random) -> Option<String> {
    let plain = |node: &Node<'_>| {
        let source = node.source();
        node.kind() == yaml::Kind::Scalar
            && node.style() == Style::Plain
            && matches!(node.scalar(), Scalar::Str(_))
            && source.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./:=@-".contains(&byte))
            && source != "<<"
    };
    let scalars: Vec<_> = document.nodes().filter(plain).collect();
    let scalar = *random.pick(&scalars)?;
    let quote = if random.below(2) == 0 { "'" } else { "\"" };
    let span = scalar.span().start as usize..scalar.span().end as usize;
    Some(replaced(text, span.clone(), &[quote, &text[span], quote].concat()))
}

fn windows(text: &str, _: &Document, random: &mut Random) -> Option<String> {
    (!text.contains('\r') && random.below(4) == 0).then(|| text.replace('\n', "\r\n"))
}

/// What a document says, whatever the order of its keys and of its named items.
fn meaning(document: &Document) -> String {
    fn of(node: Node<'_>) -> String {
        let mut parts: Vec<String> = match node.kind() {
            yaml::Kind::Mapping => node.pairs().map(|(key, value)| of(key) + ": " + &of(value)).collect(),
            yaml::Kind::Sequence => node.items().map(of).collect(),
            _ => return format!("{:?} {:?} {:?}", node.kind(), node.text(), node.scalar()),
        };
        let named =
            node.kind() == yaml::Kind::Sequence && node.items().all(|item| item.get("name").is_some());
        if node.kind() == yaml::Kind::Mapping || named {
            parts.sort();
        }
        format!("{:?}[{}]", node.kind(), parts.join(", "))
    }
    document.roots().map(of).collect::<Vec<_>>().join("\n---\n")
}

fn parse(text: &str) -> Document {
    yaml::parse(text, yaml::Options::default())
}

/// A version of a text in which edits were made that change nothing; how many.
fn version(path: &str, text: &str, random: &mut Random) -> (String, BTreeMap<&'static str, usize>) {
    let (mut text, mut made) = (text.to_owned(), BTreeMap::new());
    // An edit around a suppression changes what is suppressed; anchors must stand before their aliases.
    let is_yaml = path.ends_with("yaml") || path.ends_with("yml");
    let mut document = parse(&text);
    let is_plain = document.problems().is_empty() && document.nodes().all(|node| node.anchor().is_none());
    if !is_yaml || !is_plain || text.contains("plimsoll") {
        return (text, made);
    }
    let expected = meaning(&document);
    for _ in 0..8 {
        let Some((name, edit)) = random.pick(EDITS) else { continue };
        let Some(edited) = edit(&text, &document, random) else { continue };
        let after = parse(&edited);
        // Not every place is one where the edit changes nothing.
        if after.problems().is_empty() && meaning(&after) == expected {
            (text, document) = (edited, after);
            *made.entry(*name).or_default() += 1;
        }
    }
    (text, made)
}

/// What the findings of a run are known by, and what is said of each.
fn known(run: &Run) -> (Vec<Identity>, Vec<String>) {
    let found = &run.outcome.diagnostics;
    (run.identities(found), found.iter().map(|found| format!("{}: {}", found.rule, found.message)).collect())
}

fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items
}

/// Copies the files of a folder that rules may read, by their root-relative paths.
fn texts(root: &Path) -> Vec<(String, String)> {
    let run = check::run(&request(root, CONFIG)).expect("the configuration is right");
    let read = run.artifacts.iter().filter(|artifact| !matches!(artifact.kind, Kind::Other | Kind::Config));
    let files = read.map(|artifact| run.sources.get(artifact.file));
    files.map(|file| (file.path.to_string(), file.text.to_string())).collect()
}

/// Makes versions of a project and holds what their findings are known by against what those of the first are.
fn nothing_changes(
    name: &str,
    files: &[(String, String)],
    made: &mut BTreeMap<&'static str, usize>,
) -> usize {
    let folder = |files: &[(String, String)]| {
        project(&files.iter().map(|(path, text)| (&**path, &**text)).collect::<Vec<_>>())
    };
    let run = |folder: &Path| check::run(&request(folder, CONFIG)).expect("the configuration is right");
    let first = run(folder(files).path());
    let before = known(&first).0;
    let printed = |run: &Run| {
        let found = run.fingerprints(&run.outcome.diagnostics);
        sorted(found.iter().map(ToString::to_string).collect())
    };
    for seed in 0..VERSIONS {
        let mut random = Random(seed);
        let version: Vec<(String, String)> = files
            .iter()
            .map(|(path, text)| {
                let (text, edits) = version(path, text, &mut random);
                for (name, count) in edits {
                    *made.entry(name).or_default() += count;
                }
                (path.clone(), text)
            })
            .collect();
        let kept = folder(&version);
        let after = run(kept.path());
        let (identities, said) = known(&after);
        let comparison = Known::of(&before).compare(&identities, |_| false);
        for ((is_known, identity), said) in comparison.is_known.iter().zip(&identities).zip(&said) {
            let always = plimsoll::known::ALWAYS_REPORTED.contains(&&*identity.rule);
            assert!(*is_known || always, "{name}, version {seed}: new is {said} in {identity:?}\n{}", {
                let path = kept.path().join(&*identity.path);
                fs::read_to_string(path).unwrap_or_default()
            });
        }
        assert!(
            comparison.said_by.iter().all(Option::is_some),
            "{name}, version {seed}: something is not found any more"
        );
        assert_eq!(printed(&first), printed(&after), "{name}, version {seed}: fingerprints of reports");
    }
    before.len()
}

#[test]
fn edits_that_change_nothing_change_no_fingerprint() {
    let mut made = BTreeMap::new();
    let mut roots: Vec<_> = ["corpus", "kinds", "example", "targets"].map(fixtures).into();
    if let Some(corpus) = support::shared("corpus") {
        roots.extend(folders(&corpus.join("faultmaven")));
    }
    let mut findings = 0;
    for root in &roots {
        findings += nothing_changes(&root.display().to_string(), &texts(root), &mut made);
    }
    println!("{findings} findings in {} projects, {VERSIONS} versions of each; edits: {made:?}", roots.len());
    for (name, _) in EDITS {
        assert!(made.get(name).is_some_and(|count| *count > 10), "{name} was hardly made: {made:?}");
    }
}

const PROJECT: &[(&str, &str)] = &[
    (
        "compose.yaml",
        "services:\n  web:\n    image: web:1\n    environment:\n      - MODE=fast\n      - A_PASSWORD=hunter2\n  db:\n    image: db:1\n\
         \x20 old:\n    image: fm-old-service:1\n    healthcheck: {test: [CMD, ask]}\n",
    ),
    (
        "k8s/web.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n\
         \x20       - name: api\n          image: api:1\n          livenessProbe: {tcpSocket: {port: 80}}\n        - name: log\n\
         \x20         image: log:1\n          env:\n            - name: TOKEN\n              value: 0a8f4c2b6e1d\n",
    ),
    (
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: kubectl apply -f a\n      - run: |\n          make\n\
         \x20         kubectl delete pod a\n      - uses: actions/checkout@v4\n        with: {ref: main}\n",
    ),
    (
        "scripts/deploy.sh",
        "#!/bin/sh\nset -e\nkubectl delete pod a\nkubectl delete pod b\ncurl http://orders-api/x\n",
    ),
    (".env", "DB_PASSWORD=hunter2\nMODE=fast\n"),
];

/// An edit of the project: the path, what is replaced by what, how many findings are new and how many are gone.
const CHANGES: &[(&str, &str, &str, usize, usize)] = &[
    // One is mended and another one of the same rule is new: they do not cancel out.
    ("compose.yaml", "db:\n    image: db:1\n", "queue:\n    image: db:1\n", 1, 1),
    ("compose.yaml", "- A_PASSWORD=hunter2", "- B_PASSWORD=hunter2", 1, 1),
    ("compose.yaml", "fm-old-service:1", "fm-older-service:1", 1, 1),
    ("k8s/web.yaml", "livenessProbe", "readinessProbe", 1, 1),
    ("k8s/web.yaml", "name: TOKEN", "name: API_KEY", 1, 1),
    (".github/workflows/ci.yml", "run: kubectl apply -f a", "run: kubectl apply -f b", 1, 1),
    (".github/workflows/ci.yml", "kubectl delete pod a", "kubectl delete pod b", 1, 1),
    ("scripts/deploy.sh", "kubectl delete pod b", "kubectl delete pod c", 1, 1),
    (".env", "DB_PASSWORD=hunter2", "API_TOKEN=hunter2", 1, 1),
    // One is new beside those that are there.
    ("compose.yaml", "  db:\n", "  queue:\n    image: q:1\n  db:\n", 1, 0),
    (
        ".github/workflows/ci.yml",
        "      - run: |\n",
        "      - run: kubectl apply -f b\n      - run: |\n",
        1,
        0,
    ),
    (
        ".github/workflows/ci.yml",
        "      - run: |\n",
        "      - run: kubectl apply -f a\n      - run: |\n",
        1,
        0,
    ),
    ("scripts/deploy.sh", "set -e\n", "set -e\nkubectl delete pod b\n", 1, 0),
    ("k8s/web.yaml", "          livenessProbe: {tcpSocket: {port: 80}}\n", "", 1, 0),
    // Half of it is mended, a secret is rotated, a value that no finding is about is another one.
    (
        "k8s/web.yaml",
        "image: log:1\n",
        "image: log:1\n          livenessProbe: {tcpSocket: {port: 80}}\n",
        0,
        1,
    ),
    ("compose.yaml", "hunter2", "swordfish", 0, 0),
    ("k8s/web.yaml", "image: log:1", "image: log:2", 0, 0),
    (".github/workflows/ci.yml", "          make\n", "          make all\n", 0, 0),
    (
        "scripts/deploy.sh",
        "kubectl delete pod a\nkubectl delete pod b\n",
        "kubectl delete pod b\nkubectl delete pod a\n",
        0,
        0,
    ),
];

#[test]
fn of_an_edit_exactly_what_it_brings_is_new() {
    let run = |files: &[(&str, String)]| {
        let folder = project(&files.iter().map(|(path, text)| (*path, &**text)).collect::<Vec<_>>());
        known(&check::run(&request(folder.path(), CONFIG)).expect("the configuration is right"))
    };
    let of = |change: &dyn Fn(&str, &str) -> String| -> Vec<(&str, String)> {
        PROJECT.iter().map(|(path, text)| (*path, change(path, text))).collect()
    };
    let (before, said) = run(&of(&|_, text| text.to_owned()));
    assert!(before.len() >= 11, "{said:?}");
    let before = Known::of(&before);
    for (seed, &(path, from, to, new, gone)) in (0u64..).zip(CHANGES.iter().cycle().take(4 * CHANGES.len())) {
        let mut random = Random(seed);
        let random = std::cell::RefCell::new(&mut random);
        let changed = of(&|of, text| {
            let text = if of == path { text.replacen(from, to, 1) } else { text.to_owned() };
            version(of, &text, &mut random.borrow_mut()).0
        });
        let (now, said) = run(&changed);
        let comparison = before.compare(&now, |_| false);
        let fresh: Vec<&String> = said
            .iter()
            .zip(&comparison.is_known)
            .filter(|(_, is_known)| !**is_known)
            .map(|(said, _)| said)
            .collect();
        let lost = comparison.said_by.iter().filter(|by| by.is_none()).count();
        assert_eq!(
            (fresh.len(), lost),
            (new, gone),
            "{path}: {from:?} becomes {to:?}, version {seed}: new is {fresh:?}"
        );
    }
}
