//! What a run reports on: files that are named, lists of them, standard input in the place of a file, and parts of a project that add up
//! to the whole.

use crate::support::{fixtures, folders, plimsoll, project, request, shared};
use plimsoll::check::{self, Exclusions, Failure, Request};
use plimsoll::policy::RuleFiles;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

/// A rule that fails at one service, so that no run is complete.
const FAILS: (&str, &str) = (
    ".plimsoll/rules/fails.yaml",
    "id: fails\neach: compose.service\nlet: {half: int(service.port)}\nwhen: has(service.port)\nrequire: half > 1\nmessage: m\n",
);

/// A project in which findings have places in several files, in the configuration and in rules, and are suppressed and waived.
fn entangled(more: &[(&str, &str)]) -> TempDir {
    let config = "pipeline: [{workflow: .github/workflows/cd.yml, job: no-such-job}]\n\
                  retired: [old-api]\n\
                  rules: {no-chart: warning, missing-probe: off}\n\
                  overrides: [{paths: [dev], rules: {missing-healthcheck: warning}}]\n\
                  exclude: [vendor]\n\
                  waivers:\n\
                  - {rule: missing-healthcheck, paths: [used], reason: r}\n\
                  - {rule: missing-healthcheck, paths: [unused], reason: r}\n\
                  - {rule: missing-healthcheck, paths: [dev], reason: r, until: 2020-01-31}\n\
                  - {rule: unused-suppression, paths: [used], reason: r}\n\
                  - {rule: limit-exceeded, paths: [large.yaml], reason: r}\n\
                  - {rule: unused-suppression, paths: [a], reason: r}\n";
    let no_chart =
        "id: no-chart\neach: repo\nrequire: size(repo.helm.chart) > 0\nmessage: there is no chart\n";
    let unset =
        "id: no-values\neach: repo\nrequire: size(repo.helm.values) > 0\nmessage: there are no values\n";
    let same_port = "id: same-port\neach: compose.service\nwhen: has(service.x_port)\n\
                     let: {others: \"repo.compose.service.filter(s, s.service.x_port == service.x_port)\"}\n\
                     forbid: size(others) > 1\nmessage: a port stands twice\n\
                     related: [{at: \"others.map(s, s.service.x_port)\", label: there}]\n";
    let web = "services:\n  web: {image: web, x_port: 80}\n  old-api: {image: a}  # plimsoll: ignore[retired-service] why\n";
    let files = [
        ("plimsoll.yaml", config),
        (".plimsoll/rules/no-chart.yaml", no_chart),
        (".plimsoll/rules/no-values.yaml", unset),
        (".plimsoll/rules/same-port.yaml", same_port),
        (
            ".github/workflows/cd.yml",
            "on: push\njobs: {a: {runs-on: x, steps: [{run: kubectl apply -f x}]}}\n",
        ),
        ("a/compose.yaml", web),
        ("b/compose.yaml", web),
        ("dev/compose.yaml", "services: {web: {image: web, x_port: 81}}\n"),
        (
            "used/compose.yaml",
            "services: {web: {image: web}}  # plimsoll: ignore[retired-service, missing-healthcheck]\n",
        ),
        ("broken/compose.yaml", "services: {web: {image: web}\n# plimsoll: ignore[nonsense]\n"),
        ("failing/compose.yaml", "services: {web: {image: web, port: eighty}}\n"),
        ("vendor/compose.yaml", "services: {web: {image: old-api}}\n"),
        (".gitignore", "ignored\n"),
        ("ignored/compose.yaml", "services: {web: {image: old-api}}\n"),
        ("main.rs", "fn main() {}\n"),
        ("scripts/deploy.sh", "kubectl apply -f x\ncurl old-api # old-api\n"),
    ];
    let folder = project(&[&files, more].concat());
    let large = fs::File::create(folder.path().join("large.yaml")).expect("a file can be made");
    large.set_len((16 << 20) + 1).expect("a file may have holes");
    fs::write(folder.path().join("binary.yaml"), b"a\0b").expect("a file can be written");
    folder
}

/// A copy of a folder, so that nothing around it counts.
fn copy(folder: &Path) -> TempDir {
    let copied = tempfile::tempdir().expect("a temporary folder can be made");
    for path in files(folder) {
        let target = copied.path().join(path.strip_prefix(folder).expect("it lies in the folder"));
        fs::create_dir_all(target.parent().expect("it lies in the copy")).expect("a folder can be made");
        fs::copy(path, target).expect("a file can be copied");
    }
    copied
}

/// Every file below a folder, sorted, but none in `.git`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("a readable folder").map(|entry| entry.expect("an entry").path());
    let mut found: Vec<_> = entries
        .filter(|path| path.file_name().is_none_or(|name| name != ".git"))
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect();
    found.sort();
    found
}

/// A sequence that is the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    /// Splits a list into up to five parts, in any order, perhaps with an empty one.
    fn parts<T: Clone>(&mut self, all: &[T]) -> Vec<Vec<T>> {
        let mut parts = vec![Vec::new(); 1 + self.below(5)];
        for item in all {
            let part = self.below(parts.len());
            let at = self.below(parts[part].len() + 1);
            parts[part].insert(at, item.clone());
        }
        parts
    }
}

/// What a run says: what becomes of each finding, its rule, place, severity and message.
type Said = BTreeSet<String>;

fn said(request: &Request) -> Said {
    let run = match check::run(request) {
        Ok(run) => run,
        Err(Failure::Mistakes(_, mistakes)) => panic!("{mistakes:#?}"),
        Err(failure) => panic!("{failure:?}"),
    };
    let of = |fate: &'static str, found: &[plimsoll::diagnostic::Diagnostic]| -> Vec<String> {
        let line = |found: &plimsoll::diagnostic::Diagnostic| {
            let path = &run.sources.get(found.file()).path;
            let (span, rule, message) = (found.span(), &found.rule, &found.message);
            format!("{fate} {path} {span:?} {}[{rule}] {message}", found.severity.name())
        };
        found.iter().map(line).collect()
    };
    let outcome = &run.outcome;
    let all = [
        of("found", &outcome.diagnostics),
        of("failed", &outcome.failures),
        of("waived", &outcome.waived),
        of("suppressed", &run.suppressed),
        run.off.iter().map(|(rule, _)| format!("off {rule}")).collect(),
    ];
    all.concat().into_iter().collect()
}

/// Asserts that runs over parts of a project say together what one run over all of it says, and that a status of it is theirs.
fn assert_parts_add_up(folder: &Path, partitions: usize, runs: usize) {
    let config = fs::read_to_string(folder.join("plimsoll.yaml")).unwrap_or_default();
    let whole = Request { rule_files: RuleFiles::Project, ..request(folder, &config) };
    let all = files(&whole.root);
    let expected = said(&whole);
    let walked: Vec<PathBuf> = {
        let listed = plimsoll(folder, &["files", "--format", "json"], b"");
        let listed: Value = serde_json::from_slice(&listed.stdout).expect("a list in JSON");
        let rows = listed["files"].as_array().expect("a list").iter();
        // What is too large is said too.
        let read = rows.filter(|row| row["kind"] != "skipped" || row["path"] == "large.yaml");
        read.map(|row| whole.root.join(row["path"].as_str().expect("a path"))).collect()
    };
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for number in 0..partitions {
        let (list, exclusions) = match number % 2 {
            0 => (&all, Exclusions::Honoured),
            _ => (&walked, Exclusions::Disregarded),
        };
        let mut union = Said::new();
        for paths in random.parts(list) {
            let part = said(&Request { paths, exclusions, ..with_root(&whole) });
            assert!(part.is_subset(&expected), "{}: {:#?}", folder.display(), part.difference(&expected));
            union.extend(part);
        }
        let unsaid: Vec<_> = expected.difference(&union).collect();
        assert!(unsaid.is_empty(), "{}, partition {number}: {unsaid:#?}", folder.display());
    }
    let whole_run = plimsoll(folder, &["check", "--output", "json"], b"");
    for _ in 0..runs {
        let (mut union, mut status) = (BTreeSet::new(), None);
        for part in random.parts(&all) {
            let names: Vec<_> =
                part.iter().flat_map(|path| spelt(path, &whole.root, random.below(4))).collect();
            let arguments = ["check", "--output", "json", "--files-from", "-", "-0", "--force-exclude"];
            let output = plimsoll(folder, &arguments, &names);
            union.extend(diagnostics(&output));
            status = status.max(output.status.code());
        }
        assert_eq!(union, diagnostics(&whole_run), "{}", folder.display());
        assert_eq!(status, whole_run.status.code(), "{}", folder.display());
    }
}

fn with_root(whole: &Request) -> Request {
    Request {
        rule_files: RuleFiles::Project,
        ..request(&whole.root, whole.config.as_ref().map_or("", |(_, text)| text))
    }
}

/// A path in one of several spellings with a NUL behind it, perhaps twice.
fn spelt(path: &Path, root: &Path, way: usize) -> Vec<u8> {
    let relative = path.strip_prefix(root).expect("it lies in the root");
    let spelt = match way {
        0 => path.to_owned(),
        1 => Path::new("./.").join(relative),
        2 => Path::new("..").join(root.file_name().expect("it is no root of a disk")).join(relative),
        _ => relative.to_owned(),
    };
    [spelt.as_os_str().as_encoded_bytes(), b"\0"].concat().repeat(1 + way % 2)
}

/// The findings of a report in JSON.
fn diagnostics(output: &Output) -> BTreeSet<String> {
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    report["diagnostics"].as_array().expect("a list").iter().map(Value::to_string).collect()
}

#[test]
fn the_project_that_is_split_has_every_kind_of_finding() {
    let all = |more: &[(&str, &str)]| {
        let folder = entangled(more);
        let config = fs::read_to_string(folder.path().join("plimsoll.yaml")).expect("it was written");
        said(&Request { rule_files: RuleFiles::Project, ..request(folder.path(), &config) })
    };
    let count = |said: &Said, what: &str| said.iter().filter(|line| line.contains(what)).count();
    let (complete, not) = (all(&[]), all(&[FAILS]));
    for (what, times) in [
        ("found plimsoll.yaml", 5),
        ("info[unused-waiver]", 2),
        ("warning[expired-waiver]", 1),
        ("error[unknown-pipeline]", 1),
        ("warning[no-chart]", 1),
        ("found .plimsoll/rules/no-values.yaml", 1),
        ("error[same-port]", 1),
        ("waived large.yaml", 1),
        ("waived used/compose.yaml", 2),
        ("suppressed a/", 1),
        ("suppressed b/", 1),
        ("error[syntax-error]", 1),
        ("warning[invalid-suppression]", 1),
    ] {
        assert_eq!(count(&complete, what), times, "{what}: {complete:#?}");
    }
    for (what, times) in [("failed .plimsoll/rules/fails.yaml", 1), ("unused-", 0)] {
        assert_eq!(count(&not, what), times, "{what}: {not:#?}");
    }
}

#[test]
fn runs_on_parts_of_a_project_report_together_what_one_run_on_all_of_it_does() {
    for name in ["example", "kinds", "suppressions"] {
        assert_parts_add_up(copy(&fixtures(name)).path(), 40, 3);
    }
    assert_parts_add_up(entangled(&[]).path(), 60, 6);
    assert_parts_add_up(entangled(&[FAILS]).path(), 20, 2);
    for folder in shared("corpus/faultmaven").iter().flat_map(|corpus| folders(corpus)) {
        let copied = copy(&folder);
        fs::write(copied.path().join("plimsoll.yaml"), "retired: [fm-auth-service, redis]\n")
            .expect("a file can be written");
        assert_parts_add_up(copied.path(), 8, 1);
    }
}
