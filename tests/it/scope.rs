//! What a run reports on: files that are named, lists of them, standard input in the place of a file, and parts of a project that add up
//! to the whole.

use crate::support::{Random, fixtures, folders, plimsoll, project, request, shared};
use plimsoll::check::{self, Exclusions, Failure, Request};
use plimsoll::diagnostic::{Diagnostic, Excuse};
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

/// Splits a list into up to five parts, in any order, perhaps with an empty one.
fn parts<T: Clone>(all: &[T], random: &mut Random) -> Vec<Vec<T>> {
    let mut parts = vec![Vec::new(); 1 + random.below(5)];
    for item in all {
        let part = random.below(parts.len());
        let at = random.below(parts[part].len() + 1);
        parts[part].insert(at, item.clone());
    }
    parts
}

/// What a run says: what becomes of each finding, its rule, place, severity and message.
type Said = BTreeSet<String>;

fn said(request: &Request) -> Said {
    let run = match check::run(request) {
        Ok(run) => run,
        Err(Failure::Mistakes(_, mistakes)) => panic!("{mistakes:#?}"),
        Err(failure) => panic!("{failure:?}"),
    };
    let of = |fate: &str, found: &[Diagnostic]| -> Vec<String> {
        let line = |found: &Diagnostic| {
            let path = &run.sources.get(found.file()).path;
            let (span, rule, message) = (found.span(), &found.rule, &found.message);
            format!("{fate} {path} {span:?} {}[{rule}] {message}", found.severity.name())
        };
        found.iter().map(line).collect()
    };
    let excused = |by: Excuse| {
        let excused = run.excused.iter().filter(|excused| excused.by == by);
        of(&format!("{by:?}"), &excused.map(|excused| excused.found.clone()).collect::<Vec<_>>())
    };
    let outcome = &run.outcome;
    let all = [
        of("found", &outcome.diagnostics),
        of("failed", &outcome.failures),
        excused(Excuse::Waiver),
        excused(Excuse::Suppression),
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
        for paths in parts(list, &mut random) {
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
        for part in parts(&all, &mut random) {
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
        ("Waiver large.yaml", 1),
        ("Waiver used/compose.yaml", 2),
        ("Suppression a/", 1),
        ("Suppression b/", 1),
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

const FINDING: &str = "services:\n  web: {image: web}\n";
const CLEAN: &str = "services:\n  web: {image: web, healthcheck: {test: \"true\"}}\n";

/// Status, findings one a line, and what stands on standard error.
fn concise(folder: &Path, arguments: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let output = plimsoll(folder, &[&["check", "--output", "concise"], arguments].concat(), input);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// The paths in which something is found, each once.
fn paths(folder: &Path, arguments: &[&str], input: &[u8]) -> Vec<String> {
    let (status, found, said) = concise(folder, arguments, input);
    assert!(status < Some(2), "{arguments:?}: {said}");
    let mut paths: Vec<_> = found
        .lines()
        .filter_map(|line| Some(line.split_once(": ")?.0.rsplitn(3, ':').last()?.to_owned()))
        .collect();
    paths.dedup();
    paths
}

#[cfg(unix)]
fn link(folder: &Path, target: &str, path: &str) {
    std::os::unix::fs::symlink(target, folder.join(path)).expect("links can be made");
}

#[cfg(unix)]
#[test]
fn a_file_is_the_same_however_it_is_named() {
    let folder = project(&[
        ("plimsoll.yaml", "{}\n"),
        ("a/b/compose.yaml", FINDING),
        ("a/other/compose.yaml", FINDING),
    ]);
    let root = folder.path();
    fs::create_dir(root.join(".git")).expect("a folder can be made");
    link(root, "b/compose.yaml", "a/link.yaml");
    link(root, "a", "folder");
    let absolute = root.join("a/b/compose.yaml");
    let absolute = absolute.to_str().expect("a temporary folder has a plain name");
    let json = |from: &str, paths: &[&str]| {
        let arguments = [&["check", "--output", "json"], paths].concat();
        let output = plimsoll(&root.join(from), &arguments, b"");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let expected = json("", &["a/b/compose.yaml"]);
    assert!(expected.1.contains("\"a/b/compose.yaml\"") && !expected.1.contains("other"), "{}", expected.1);
    for (from, names) in [
        ("", &["./a/b/compose.yaml"][..]),
        ("", &["a/b/../b/./compose.yaml"]),
        ("", &["a/b/compose.yaml", "a/b/compose.yaml", absolute]),
        ("", &["a/link.yaml"]),
        ("", &["folder/b/compose.yaml", "a/link.yaml"]),
        ("a", &["b/compose.yaml"]),
        ("a/other", &["../b/compose.yaml"]),
        ("a/b", &["."]),
        ("folder/b", &["compose.yaml"]),
        ("", &[absolute, "--force-exclude"]),
    ] {
        assert_eq!(json(from, names), expected, "{names:?} from {from:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_project_is_refused_or_passed_over() {
    let elsewhere = project(&[("secret.yaml", FINDING)]);
    let folder = project(&[("plimsoll.yaml", "{}\n"), ("compose.yaml", CLEAN)]);
    link(
        folder.path(),
        elsewhere.path().join("secret.yaml").to_str().expect("a plain name"),
        "compose.out.yaml",
    );
    link(folder.path(), "nowhere", "compose.broken.yaml");
    let (status, _, said) = concise(folder.path(), &["compose.out.yaml"], b"");
    assert_eq!(said, "plimsoll: compose.out.yaml is a link out of the project; name the file itself\n");
    assert_eq!(status, Some(2));
    assert_eq!(concise(folder.path(), &["compose.broken.yaml"], b"").0, Some(2));
    let named = ["--force-exclude", "-v", "compose.out.yaml", "compose.broken.yaml", "compose.yaml"];
    let (status, found, said) = concise(folder.path(), &named, b"");
    assert_eq!((status, &*found), (Some(0), ""));
    assert_eq!(said.matches("symbolic link, not followed").count(), 2, "{said}");
}

#[test]
fn named_files_are_read_unless_exclusions_are_forced() {
    let folder = project(&[
        ("plimsoll.yaml", "exclude: [vendor]\nkinds: {kept.yaml: data}\n"),
        (".gitignore", "out\n"),
        ("compose.yaml", FINDING),
        ("kept.yaml", FINDING),
        ("vendor/compose.yaml", FINDING),
        ("out/compose.yaml", FINDING),
        ("main.rs", "fn main() {}\n"),
        ("image.yaml", "a\0b"),
    ]);
    let named = ["compose.yaml", "kept.yaml", "vendor/compose.yaml", "out/compose.yaml", "main.rs"];
    assert_eq!(
        paths(folder.path(), &named, b""),
        ["compose.yaml", "out/compose.yaml", "vendor/compose.yaml"]
    );
    assert_eq!(concise(folder.path(), &["image.yaml"], b"").0, Some(2), "what was asked for was not checked");
    let forced = [&named[..], &["image.yaml", "--force-exclude"]].concat();
    assert_eq!(paths(folder.path(), &forced, b""), ["compose.yaml"]);
    let (_, _, said) = concise(folder.path(), &[&forced[..], &["-v"]].concat(), b"");
    for (path, why) in [
        ("compose.yaml", "compose"),
        ("image.yaml", "binary"),
        ("kept.yaml", "data"),
        ("main.rs", "not a kind of file that rules read"),
        ("out/compose.yaml", "ignored by git"),
        ("vendor/compose.yaml", "excluded"),
    ] {
        assert!(said.lines().any(|line| line.starts_with(path) && line.contains(why)), "{path}: {said}");
    }
    let nothing = ["--force-exclude", "vendor/compose.yaml", "vendor"];
    let excluded = "nothing was checked: what is here is excluded (`plimsoll files` lists it)\n".to_owned();
    assert_eq!(concise(folder.path(), &nothing, b""), (Some(0), String::new(), excluded));
    assert_eq!(
        concise(folder.path(), &["-q", "--force-exclude", "main.rs"], b""),
        (Some(0), String::new(), String::new())
    );
    let (status, _, said) = concise(folder.path(), &["--force-exclude", "no-such.yaml"], b"");
    assert_eq!(status, Some(2), "{said}");
    let required = ["-q", "--require-inputs", "--force-exclude", "main.rs"];
    let (status, _, said) = concise(folder.path(), &required, b"");
    assert!(status == Some(2) && said.starts_with("nothing was checked"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_list_of_files_holds_every_name_there_can_be() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let folder = project(&[("plimsoll.yaml", "{}\n"), ("a/compose.yaml", FINDING)]);
    let names: [&[u8]; 5] =
        [b"compose. a b .yaml", b"-compose.yaml", b"compose.\n.yaml", b"compose.\xff.yaml", b"@compose.yaml"];
    for name in names {
        fs::write(folder.path().join(OsStr::from_bytes(name)), FINDING).expect("a file can be written");
    }
    let count = |arguments: &[&str], input: &[u8]| {
        let (status, found, said) = concise(folder.path(), arguments, input);
        assert_eq!(status, Some(1), "{arguments:?}: {said}");
        found.lines().count()
    };
    let zero = [&names.join(&b'\0')[..], b"\0\0"].concat();
    assert_eq!(count(&["--files-from", "-", "-0"], &zero), names.len());
    assert_eq!(
        count(&["--files-from", "-", "--null", "a/compose.yaml"], &zero),
        names.len() + 1,
        "paths beside it count too"
    );
    fs::write(folder.path().join("list"), "a/compose.yaml\r\n\n-compose.yaml\n")
        .expect("a file can be written");
    assert_eq!(count(&["--files-from", "list"], b""), 2);
    assert_eq!(count(&["--", "-compose.yaml", "@compose.yaml"], b""), 2);
    assert_eq!(count(&["./@compose.yaml", "./-compose.yaml"], b""), 2);

    let (status, found, said) = concise(folder.path(), &["--files-from", "-"], b"");
    assert_eq!((status, &*found), (Some(0), ""));
    assert!(said.starts_with("nothing was checked: no file was named"), "{said}");
    assert_eq!(concise(folder.path(), &["--files-from", "-", "--require-inputs"], b"").0, Some(2));
    for (arguments, expected) in [
        (&["--files-from", "no-such"][..], "plimsoll: cannot read the list of files in no-such: "),
        (&["--files-from", "-", "-"], "plimsoll: `-` stands for standard input alone"),
        (&["--stdin-filename", "a.yaml"], "plimsoll: --stdin-filename names what `-` reads"),
        (&["--files-from", "list", "gone.yaml"], "plimsoll: no such file or directory: gone.yaml"),
    ] {
        let (status, _, said) = concise(folder.path(), arguments, b"");
        assert!(status == Some(2) && said.starts_with(expected), "{arguments:?}: {said}");
    }
}

#[test]
fn arguments_may_stand_in_a_file() {
    let folder = project(&[
        ("plimsoll.yaml", "{}\n"),
        ("a b/compose.yaml", FINDING),
        ("b/compose.yaml", FINDING),
        ("@b", "what an argument that was read names is a path"),
        ("arguments", "--ignore\nretired-service\na b/compose.yaml\n\nb/compose.yaml\r\n"),
        ("again", "@b\n"),
    ]);
    assert_eq!(paths(folder.path(), &["@arguments"], b""), ["a b/compose.yaml", "b/compose.yaml"]);
    assert_eq!(paths(folder.path(), &["@again"], b""), [""; 0]);
    let (status, _, said) = concise(folder.path(), &["@none"], b"");
    assert_eq!(status, Some(2));
    assert!(said.contains("cannot read the arguments in none: ") && said.contains("`./@none`"), "{said}");
    assert_eq!(
        concise(folder.path(), &["--", "@arguments"], b"").0,
        Some(2),
        "there is no file of this name"
    );
    let reason =
        ["suppress", "missing-healthcheck", "b/compose.yaml:2", "--reason", "@arguments agreed", "--dry-run"];
    let output = plimsoll(folder.path(), &reason, b"");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("ignore[missing-healthcheck] @arguments agreed"), "{printed}");
}

#[test]
fn thousands_of_named_files_take_no_longer_than_the_folder() {
    use std::time::Instant;
    let folder = project(&[("plimsoll.yaml", "{}\n")]);
    let files: Vec<_> = (0..3000).map(|number| format!("compose.{number}.yaml")).collect();
    for name in &files {
        fs::write(folder.path().join(name), CLEAN).expect("a file can be written");
    }
    let list = files.join("\n");
    let timed = |arguments: &[&str], input: &str| {
        let start = Instant::now();
        assert_eq!(concise(folder.path(), arguments, input.as_bytes()).0, Some(0));
        start.elapsed()
    };
    let whole = timed(&[], "").min(timed(&[], ""));
    let named = timed(&["--files-from", "-"], &list).min(timed(&["--files-from", "-"], &list));
    assert!(named < whole * 4, "{named:?} for the files, {whole:?} for the folder");
}

#[test]
fn standard_input_takes_the_place_of_a_file_in_its_project() {
    let folder = project(&[
        ("plimsoll.yaml", "retired: [old-api]\nexclude: [vendor]\n"),
        ("compose.yaml", CLEAN),
        ("compose.dev.yaml", "services:\n  web: {build: .}\n"),
        ("deploy/run.sh", "curl old-api\n"),
    ]);
    let root = folder.path();
    let check = |name: &str, input: &str| concise(root, &["-", "--stdin-filename", name], input.as_bytes());
    let lines = |name: &str, input: &str| check(name, input).1.lines().map(str::to_owned).collect::<Vec<_>>();
    let dev = "services:\n  web: {build: .}\n  extra: {image: x}  # plimsoll: ignore[retired-service] why\n";
    assert_eq!(
        lines("compose.dev.yaml", dev),
        [
            "compose.dev.yaml:3:3: error[missing-healthcheck] service `extra` has no working healthcheck",
            "compose.dev.yaml:3:41: info[unused-suppression] no finding of `retired-service` is suppressed here",
        ],
        "the base beside it is known, nothing else is reported, and suppressions are judged as in a file"
    );
    let absolute = root.join("new/compose.yaml");
    let healthless =
        "new/compose.yaml:2:3: error[missing-healthcheck] service `web` has no working healthcheck";
    assert_eq!(lines("new/compose.yaml", FINDING), [healthless], "it need not exist yet");
    assert_eq!(lines(absolute.to_str().expect("a plain name"), FINDING), [healthless]);
    let output = plimsoll(
        &root.join("deploy"),
        &["check", "--output", "concise", "-", "--stdin-filename", "../compose.yaml"],
        FINDING.as_bytes(),
    );
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("compose.yaml:2:3: error"));

    assert_eq!(check("README.md", "").0, Some(0), "what an editor shows need be of no kind that rules read");
    assert_eq!(check("vendor/compose.yaml", FINDING).0, Some(1));
    let (status, found, said) = concise(
        root,
        &["-", "-v", "--force-exclude", "--stdin-filename", "vendor/compose.yaml"],
        FINDING.as_bytes(),
    );
    assert!(status == Some(0) && found.is_empty() && said.contains("excluded"), "{said}");

    let waiver = "waivers: [{rule: missing-probe, paths: [x], reason: r}]\n";
    assert_eq!(
        lines("plimsoll.yaml", waiver),
        ["plimsoll.yaml:1:18: info[unused-waiver] this waiver excuses nothing in the whole project"],
        "the configuration may be what is edited"
    );
    assert_eq!(check("plimsoll.yaml", "retird: []\n").0, Some(2));
    assert_eq!(lines("deploy/run.sh", "curl old-api\n").len(), 1, "nothing of it remains");
    let rule = "id: no-chart\neach: repo\nrequire: size(repo.helm.chart) > 0\nmessage: there is no chart\n";
    let found = lines(".plimsoll/rules/no-chart.yaml", &format!("# new\n{rule}"));
    assert_eq!(found, [""; 0], "a rule that is not written down is none yet");
    fs::create_dir_all(root.join(".plimsoll/rules")).expect("a folder can be made");
    fs::write(root.join(".plimsoll/rules/no-chart.yaml"), rule).expect("a file can be written");
    let found = lines(
        ".plimsoll/rules/no-chart.yaml",
        &format!("# new\n{}", rule.replace("no chart", "no chart yet")),
    );
    assert_eq!(found, [".plimsoll/rules/no-chart.yaml:2:5: error[no-chart] there is no chart yet"]);
}

#[test]
fn standard_input_outside_of_a_project_and_without_a_name_is_checked_by_itself() {
    let folder = project(&[("compose.yaml", CLEAN)]);
    let dev = "services:\n  web: {build: .}\n  extra: {image: x}\n";
    let named = concise(folder.path(), &["-", "--stdin-filename", "compose.dev.yaml"], dev.as_bytes()).1;
    assert_eq!(named.lines().count(), 2, "nothing says that the file beside it belongs to it: {named}");
    fs::write(folder.path().join("plimsoll.yaml"), "{}\n").expect("a file can be written");
    let named = concise(folder.path(), &["-", "--stdin-filename", "compose.dev.yaml"], dev.as_bytes()).1;
    assert_eq!(named.lines().count(), 1, "{named}");
    let (status, _, said) = concise(folder.path(), &["-"], b"");
    assert!(
        status == Some(2) && said.contains("nothing was checked"),
        "a command in front of it failed: {said}"
    );
}

#[test]
fn paths_of_two_projects_are_not_judged_by_the_configuration_of_one() {
    let folder = project(&[
        ("a/plimsoll.yaml", "rules: {missing-healthcheck: info}\n"),
        ("a/compose.yaml", FINDING),
        ("b/plimsoll.yaml", "{}\n"),
        ("b/compose.yaml", FINDING),
        ("loose/compose.yaml", FINDING),
    ]);
    for named in [["a/compose.yaml", "b/compose.yaml"], ["b/compose.yaml", "a"]] {
        let (status, _, said) = concise(folder.path(), &named, b"");
        assert!(status == Some(2) && said.contains("check one project at a time"), "{said}");
    }
    let with = ["--config", "a/plimsoll.yaml", "b/compose.yaml", "a/compose.yaml"];
    let (status, found, said) = concise(folder.path(), &with, b"");
    assert_eq!((status, found.matches("info[missing-healthcheck]").count()), (Some(0), 2), "{found}{said}");
    for named in [["a/compose.yaml", "loose/compose.yaml"], ["loose/compose.yaml", "a/compose.yaml"]] {
        let found = concise(folder.path(), &named, b"").1;
        assert_eq!(
            found.matches("info[missing-healthcheck]").count(),
            2,
            "what is in no project goes along: {found}"
        );
    }
}

#[test]
fn a_path_of_a_report_leads_to_its_file() {
    let folder = project(&[("a/b/compose.yaml", FINDING), ("a/c/compose.yaml", FINDING)]);
    assert_eq!(paths(folder.path(), &["a/b"], b""), ["a/b/compose.yaml"], "shown as it was named");
    assert_eq!(paths(&folder.path().join("a"), &["../a/b/compose.yaml"], b""), ["b/compose.yaml"]);
    fs::write(folder.path().join("plimsoll.yaml"), "{}\n").expect("a file can be written");
    fs::create_dir(folder.path().join(".git")).expect("a folder can be made");
    let (_, _, said) = concise(&folder.path().join("a/c"), &["a/b/compose.yaml"], b"");
    assert_eq!(
        said,
        "plimsoll: no such file or directory: a/b/compose.yaml; did you mean ../../a/b/compose.yaml?\n"
    );
}

#[test]
fn a_configuration_in_a_folder_of_the_project_is_said_to_hold_for_nothing() {
    let nested = ("apps/web/plimsoll.yaml", "retired: [web]\n");
    let folder = project(&[("plimsoll.yaml", "{}\n"), nested, ("apps/web/compose.yaml", "services: {}\n")]);
    let (status, out, _) = concise(folder.path(), &["."], b"");
    assert_eq!(status, Some(0));
    assert!(out.starts_with("apps/web/plimsoll.yaml:1:1: warning[unused-configuration]"), "{out}");
    let (_, out, _) = concise(&folder.path().join("apps/web"), &["."], b"");
    assert_eq!(out, "");
}
