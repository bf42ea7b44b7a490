//! The exit status: what was found decides, whatever the format, wherever it goes.

use super::support::{plimsoll, project};
use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

/// The names of the formats, as the program lists them.
pub fn formats() -> &'static [String] {
    static FORMATS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let output = plimsoll(Path::new("."), &["check", "--output", "nonsense"], b"");
        let said = String::from_utf8_lossy(&output.stderr);
        let list = said.split_once("there are ").expect("the formats are listed").1;
        let list =
            list.split_once('\n').map_or(list, |(line, _)| line).trim_end_matches(')').replace(" and ", ", ");
        list.split(", ").map(str::to_owned).collect()
    });
    &FORMATS
}

const WORKLOAD: &str = "services: {web: {image: web}}\n";
const CLEAN: &str = "services: {web: {image: web, healthcheck: {test: [CMD, 'true']}}}\n";

/// What a repository is like, and the status that every format must end with.
type State = (&'static str, i32, fn() -> TempDir);

const STATES: &[State] = &[
    ("clean", 0, || project(&[("compose.yaml", CLEAN)])),
    ("information", 0, || level("info")),
    ("a warning", 0, || level("warning")),
    ("an error", 1, || level("error")),
    ("a syntax error", 1, || project(&[("compose.yaml", "services: [\n")])),
    ("a wrong configuration", 2, || {
        project(&[("compose.yaml", CLEAN), ("plimsoll.yaml", "fail-om: error\n")])
    }),
    ("a wrong rule", 2, || project(&[("compose.yaml", CLEAN), (".plimsoll/rules/a.yaml", "id: a\n")])),
    ("unreadable input", 2, || {
        let folder = project(&[("compose.yaml", CLEAN)]);
        // A name without a file: no user may read it, not even root.
        fs::create_dir(folder.path().join("deploy")).expect("a folder can be made");
        mkfifo(&folder.path().join("a.yaml"));
        folder
    }),
    ("nothing that rules read", 0, || project(&[("picture.png", "x")])),
];

fn level(level: &str) -> TempDir {
    project(&[
        ("compose.yaml", WORKLOAD),
        ("plimsoll.yaml", &format!("rules: {{missing-healthcheck: {level}}}\n")),
    ])
}

fn mkfifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().is_ok_and(|status| status.success());
    assert!(made, "mkfifo is part of every Unix");
}

/// The paths that a state is checked with: a pipe is an error only where it was named.
fn paths(state: &str) -> &'static [&'static str] {
    if state == "unreadable input" { &["compose.yaml", "a.yaml"] } else { &["."] }
}

#[test]
fn the_format_never_changes_the_exit_status() {
    assert!(formats().len() >= 3, "{:?}", formats());
    for (state, expected, make) in STATES {
        let folder = make();
        for format in formats() {
            let arguments = [&["check", "--output", format], paths(state)].concat();
            let output = plimsoll(folder.path(), &arguments, b"");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(*expected), "{state} as {format}: {said}");
            assert!(!said.contains("internal error"), "{state} as {format}: {said}");
            if *state == "nothing that rules read" {
                assert!(said.contains("nothing was checked"), "{format}: {said}");
            }
        }
    }
}

#[test]
fn a_reader_that_has_seen_enough_changes_nothing() {
    for (state, expected, make) in STATES {
        let folder = make();
        for format in formats() {
            let (reader, writer) = std::io::pipe().expect("a pipe can be made");
            drop(reader);
            let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
            command.args(["check", "--output", format]).args(paths(state)).current_dir(folder.path());
            let output = command.stdout(writer).stderr(Stdio::piped()).output().expect("the program runs");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(*expected), "{state} as {format}: {said}");
        }
    }
}

#[test]
fn a_full_disk_is_never_a_pass() {
    let Ok(_) = OpenOptions::new().write(true).open("/dev/full") else {
        println!("skipped: there is no /dev/full");
        return;
    };
    for (state, _, make) in STATES {
        let folder = make();
        for format in formats() {
            // Without a finding some formats have nothing to write, which a full disk can take.
            let silent = matches!(&**format, "full" | "concise" | "github");
            let empty = silent && matches!(*state, "clean" | "nothing that rules read");
            let refused = silent && state.starts_with("a wrong");
            let expected = if empty && !refused { 0 } else { 2 };
            let full = OpenOptions::new().write(true).open("/dev/full").expect("it was there");
            let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
            command.args(["check", "--output", format]).args(paths(state)).current_dir(folder.path());
            let output = command.stdout(full).stderr(Stdio::piped()).output().expect("the program runs");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(
                output.status.code(),
                Some(expected),
                "{state} as {format} to standard output: {said}"
            );
            assert!(expected == 0 || !said.trim().is_empty(), "{state} as {format}: nothing is said");
            let to_file = format!("--output={format}=/dev/full");
            let arguments = [&["check", "--output=full", &to_file], paths(state)].concat();
            let output = plimsoll(folder.path(), &arguments, b"");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(expected), "{state} as {format} to a file: {said}");
        }
    }
}

#[test]
fn a_finding_that_does_not_fail_the_run_is_a_test_that_passes() {
    for (of, fail_on, failures) in [("info", "error", 0), ("warning", "warning", 1), ("error", "never", 0)] {
        let arguments = ["check", "--output", "junit", "--fail-on", fail_on];
        let output = plimsoll(level(of).path(), &arguments, b"");
        let said = String::from_utf8(output.stdout).expect("the report is UTF-8");
        let document = roxmltree::Document::parse(&said).expect("the report is XML");
        let failed = document.descendants().filter(|node| node.has_tag_name("failure")).count();
        assert_eq!(document.root_element().attribute("failures"), Some(&*failures.to_string()), "{said}");
        assert_eq!((output.status.code(), failed), (Some(failures), failures as usize), "{said}");
        assert!(said.contains("has no working healthcheck"), "{said}");
    }
}
