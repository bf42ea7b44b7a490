//! `plimsoll check` as a user runs it: what is found, where, with which status.

use crate::support::{fixtures, plimsoll, project};
use plimsoll::report::Format;
use std::fs;
use std::path::Path;

const CLEAN: &str = "services:\n  web: {image: web, healthcheck: {test: 'true'}}\n";
const FINDING: &str = "services:\n  web: {image: web}\n";

/// The name of every format.
fn formats() -> impl Iterator<Item = &'static str> {
    Format::ALL.into_iter().map(Format::name)
}

/// Name, files, arguments, expected status.
type Case<'c> = (&'c str, &'c [(&'c str, &'c str)], &'c [&'c str], i32);

fn status(folder: &Path, arguments: &[&str]) -> Option<i32> {
    plimsoll(folder, &[&["check"], arguments].concat(), b"").status.code()
}

/// The findings of a run, one a line.
fn concise(folder: &Path, arguments: &[&str]) -> String {
    let output = plimsoll(folder, &[&["check", "--output", "concise"], arguments].concat(), b"");
    String::from_utf8(output.stdout).expect("reports are UTF-8")
}

fn stderr(folder: &Path, arguments: &[&str]) -> String {
    let output = plimsoll(folder, &[&["check"], arguments].concat(), b"");
    String::from_utf8(output.stderr).expect("messages are UTF-8")
}

#[test]
fn the_status_says_what_a_run_came_to_in_every_format() {
    let mention = ("plimsoll.yaml", "retired: [old]\n");
    let warning = ("plimsoll.yaml", "rules: {missing-healthcheck: warning}\n");
    let cases: [Case; 12] = [
        ("clean", &[("compose.yaml", CLEAN)], &[], 0),
        ("info", &[("compose.yaml", CLEAN), ("README.md", "old\n"), mention], &[], 0),
        ("info that fails", &[("README.md", "old\n"), mention], &["--fail-on", "info"], 1),
        ("warning", &[("compose.yaml", FINDING), warning], &[], 0),
        ("warning that fails", &[("compose.yaml", FINDING), warning], &["--fail-on", "warning"], 1),
        ("error", &[("compose.yaml", FINDING)], &[], 1),
        ("error that never fails", &[("compose.yaml", FINDING)], &["--fail-on", "never"], 0),
        ("syntax error", &[("compose.yaml", "services: [\n")], &[], 1),
        ("bad configuration", &[("compose.yaml", CLEAN), ("plimsoll.yaml", "retird: []\n")], &[], 2),
        ("unknown rule", &[("compose.yaml", CLEAN)], &["--select", "missing-prob"], 2),
        ("missing path", &[("compose.yaml", CLEAN)], &["nowhere"], 2),
        ("nothing to check", &[("main.c", "int main;\n")], &[], 0),
    ];
    for (name, files, arguments, expected) in cases {
        let folder = project(files);
        for format in formats() {
            let arguments = [&["--output", format], arguments].concat();
            assert_eq!(status(folder.path(), &arguments), Some(expected), "{name} as {format}");
        }
    }
}

#[test]
fn nothing_checked_is_said_even_when_quiet() {
    let folder = project(&[("main.c", "int main;\n")]);
    assert!(stderr(folder.path(), &["--quiet"]).starts_with("nothing was checked"));
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_reported_and_the_rest_goes_on() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = project(&[("compose.yaml", FINDING), ("closed/compose.yaml", CLEAN)]);
    let closed = folder.path().join("closed/compose.yaml");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("modes can be set");
    if fs::read(&closed).is_ok() {
        println!("skipped: this user may read every file");
        return;
    }
    assert_eq!(status(folder.path(), &[]), Some(2));
    let found = concise(folder.path(), &[]);
    assert!(found.contains("closed/compose.yaml:1:1: error[unreadable-file] cannot be read"), "{found}");
    assert!(found.contains("error[missing-healthcheck]"), "{found}");
}

#[test]
fn a_file_is_judged_with_the_project_around_it() {
    let folder = project(&[
        ("plimsoll.yaml", "{}\n"),
        ("compose.yaml", FINDING),
        ("compose.dev.yaml", "services:\n  web: {build: .}\n  extra: {image: x}\n"),
    ]);
    let found = concise(folder.path(), &["compose.dev.yaml"]);
    assert_eq!(
        found,
        "compose.dev.yaml:3:3: error[missing-healthcheck] service `extra` has no working healthcheck\n"
    );
    assert_eq!(concise(folder.path(), &[]).lines().count(), 2);
}

#[test]
fn settings_follow_the_file_of_the_finding() {
    let config = "rules: {missing-healthcheck: warning}\n\
                  overrides: [{paths: [dev], rules: {missing-healthcheck: off}}]\n\
                  waivers:\n\
                  - {rule: missing-healthcheck, paths: [old], reason: leaves soon}\n\
                  - {rule: missing-healthcheck, paths: [past], reason: left, until: 2020-01-31}\n";
    let files = ["a", "dev", "old", "past"].map(|folder| format!("{folder}/compose.yaml"));
    let mut all: Vec<(&str, &str)> = files.iter().map(|path| (path.as_str(), FINDING)).collect();
    all.push(("plimsoll.yaml", config));
    let folder = project(&all);
    let found = concise(folder.path(), &[]);
    let found: Vec<_> = found.lines().filter_map(|line| line.split(" service").next()).collect();
    assert_eq!(
        found,
        [
            "plimsoll.yaml:5:67: warning[expired-waiver] this waiver ended on 2020-01-31 and excuses nothing any more",
            "a/compose.yaml:2:3: warning[missing-healthcheck]",
            "past/compose.yaml:2:3: warning[missing-healthcheck]"
        ]
    );
    assert!(stderr(folder.path(), &[]).contains("1 finding suppressed"), "a waiver that holds is counted");
}

#[test]
fn select_and_ignore_name_rules() {
    let folder = project(&[("plimsoll.yaml", "retired: [web]\n"), ("compose.yaml", FINDING)]);
    let rules = |arguments: &[&str]| {
        let found = concise(folder.path(), arguments);
        found.matches("missing-healthcheck").count() * 10 + found.matches("retired-service").count()
    };
    assert_eq!(rules(&[]), 12);
    assert_eq!(rules(&["--select", "retired-service"]), 2);
    assert_eq!(rules(&["--ignore", "retired-service"]), 10);
}

#[test]
fn standard_input_is_checked_by_itself() {
    let folder = project(&[("compose.yaml", FINDING)]);
    let input =
        b"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, image: a}\n";
    let output = plimsoll(folder.path(), &["check", "-", "--output", "concise"], input);
    let found = String::from_utf8(output.stdout).expect("reports are UTF-8");
    assert_eq!(
        found,
        "stdin.yaml:6:12: error[missing-probe] container `a` of Pod `a` lacks `livenessProbe` and `readinessProbe`\n"
    );
}

#[test]
fn what_cannot_be_read_is_not_taken_for_absent() {
    let text = "services:\n  web:\n    image: web\n    healthcheck: {test: \"true\n  api: {image: api}\n";
    let folder = project(&[("compose.yaml", text)]);
    let found = concise(folder.path(), &[]);
    assert!(found.contains("compose.yaml:4:"), "the broken entry is told: {found}");
    assert!(!found.contains("service `web`"), "and nothing is said of what it may hold: {found}");
    assert!(found.contains("service `api`"), "the rest of the file is checked: {found}");
}

#[test]
fn a_secret_is_masked_in_the_lines_around_a_finding() {
    let text = "services:\n  web:\n    image: web\n    environment: {DB_PASSWORD: hunter2secret}\n    healthcheck: {disable: true}\n";
    let folder = project(&[("compose.yaml", text)]);
    for format in formats() {
        let output = plimsoll(folder.path(), &["check", "--output", format], b"");
        assert!(!String::from_utf8_lossy(&output.stdout).contains("hunter2secret"), "{format}");
    }
}

#[test]
fn a_report_goes_to_a_file_beside_another_on_standard_output() {
    let folder = project(&[("compose.yaml", FINDING)]);
    let found = concise(folder.path(), &["--output", "json=report.json"]);
    assert_eq!(found.lines().count(), 1);
    let report = fs::read(folder.path().join("report.json")).expect("the file was written");
    let report: serde_json::Value = serde_json::from_slice(&report).expect("it is JSON");
    assert_eq!(report["diagnostics"][0]["primary"]["start"]["line"], 2);
    assert_eq!(status(folder.path(), &["--output", "json=no/such/folder.json"]), Some(2));
}

#[test]
fn threads_do_not_show_in_the_output() {
    let mut folders = vec![fixtures("example"), fixtures("kinds")];
    folders.extend(crate::support::shared("corpus"));
    for folder in folders {
        let run = |threads: &str| {
            let reports = tempfile::tempdir().expect("a temporary folder can be made");
            let path = |format| reports.path().join(format).display().to_string();
            let outputs: Vec<_> =
                formats().map(|format| format!("--output={format}={}", path(format))).collect();
            let mut arguments = vec!["check", "--threads", threads, "."];
            arguments.extend(outputs.iter().map(String::as_str));
            plimsoll(&folder, &arguments, b"");
            formats().map(|format| fs::read(path(format)).expect("it was written")).collect::<Vec<_>>()
        };
        for ((format, one), four) in formats().zip(run("1")).zip(run("4")) {
            assert!(!one.is_empty() && one == four, "{format} of {}", folder.display());
        }
    }
}

#[test]
fn the_example_of_the_readme_is_found_as_it_says() {
    insta::assert_snapshot!(concise(&fixtures("example"), &[]));
}

#[test]
fn rules_are_listed_and_explained() {
    let here = fixtures("example");
    let listed = plimsoll(&here, &["rules"], b"");
    let listed = String::from_utf8(listed.stdout).expect("UTF-8");
    for line in listed.lines().filter(|line| line.contains("  error  ") || line.contains("  info  ")) {
        let rule = line.split_whitespace().next().expect("a line begins with a name");
        assert_eq!(plimsoll(&here, &["explain", rule], b"").status.code(), Some(0), "{rule}");
    }
    let source = plimsoll(&here, &["explain", "missing-probe", "--source"], b"").stdout;
    assert!(source.starts_with(b"id: missing-probe\n"));
    let slip = plimsoll(&here, &["explain", "missing-prob"], b"");
    assert_eq!(slip.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&slip.stderr).contains("did you mean `missing-probe`?"));
}

#[test]
fn a_secret_that_a_message_repeats_is_masked_there_too() {
    let text = "services:\n  web: {image: web, environment: {DB_PASSWORD: hunter2secret}}\n";
    let folder = project(&[("plimsoll.yaml", "retired: [hunter2secret]\n"), ("compose.yaml", text)]);
    for format in formats() {
        let found =
            plimsoll(folder.path(), &["check", "--select", "retired-service", "--output", format], b"");
        let found = String::from_utf8_lossy(&found.stdout).into_owned();
        assert!(found.contains("***") && found.contains("is retired"), "{format}: {found}");
        assert!(!found.contains("hunter2secret"), "{format}: {found}");
    }
}

#[test]
fn a_pipe_that_brings_nothing_is_no_pass() {
    let folder = project(&[("compose.yaml", CLEAN)]);
    assert_eq!(plimsoll(folder.path(), &["check", "-"], b"").status.code(), Some(2));
}

#[test]
fn a_configuration_under_a_near_name_is_refused_and_one_behind_a_link_out_of_the_project_too() {
    let folder = project(&[("compose.yaml", CLEAN), ("plimsoll.yml", "retired: [web]\n")]);
    assert!(stderr(folder.path(), &[]).contains("the configuration is called plimsoll.yaml"));
    assert_eq!(status(folder.path(), &[]), Some(2));
    #[cfg(unix)]
    {
        let elsewhere = project(&[("other.yaml", "password: hunter2secret\n")]);
        let folder = project(&[("compose.yaml", CLEAN)]);
        let target = elsewhere.path().join("other.yaml");
        std::os::unix::fs::symlink(target, folder.path().join("plimsoll.yaml")).expect("links can be made");
        let said = stderr(folder.path(), &[]);
        assert!(said.contains("is a link out of the project") && !said.contains("hunter2"), "{said}");
    }
}

#[test]
fn mistakes_in_the_configuration_show_no_secret_beside_them() {
    let folder =
        project(&[("compose.yaml", CLEAN), ("plimsoll.yaml", "# DB_PASSWORD=hunter2secret\nretird: []\n")]);
    let said = stderr(folder.path(), &[]);
    assert!(said.contains("unknown key `retird`") && !said.contains("hunter2"), "{said}");
}

#[test]
fn levels_and_waivers_hold_for_the_checks_of_the_engine() {
    let twice = "services: {}\nservices: {}\n";
    let config = "rules: {duplicate-key: warning}\nwaivers: [{rule: duplicate-key, paths: [old], reason: left as it is}]\n";
    let folder = project(&[("compose.yaml", twice), ("old/compose.yaml", twice), ("plimsoll.yaml", config)]);
    let found = concise(folder.path(), &[]);
    assert!(found.starts_with("compose.yaml:2:1: warning[duplicate-key]"), "{found}");
    assert_eq!(found.lines().count(), 1, "{found}");
}

#[test]
fn long_chains_and_openings_without_end_take_no_time() {
    use std::fmt::Write as _;
    let mut services = String::from("services:\n");
    for number in 0..5000 {
        writeln!(services, "  s{number}: {{extends: {{service: s{}}}}}", number + 1)
            .expect("a string takes every text");
    }
    let openings =
        format!("services:\n  a: {{image: a, healthcheck: {{test: '{}'}}}}\n", "${A".repeat(40_000));
    let folder = project(&[("chain/compose.yaml", &services), ("openings/compose.yaml", &openings)]);
    assert_eq!(status(folder.path(), &["--fail-on", "never"]), Some(0));
}
