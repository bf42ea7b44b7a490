//! The program as a user runs it: output, status, mistakes.

use crate::support::{fixtures, plimsoll, project};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn kinds() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/kinds"))
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_fixture_is_of_the_kind_it_should_be() {
    let output = plimsoll(kinds(), &["files", "--format", "json"], b"");
    assert_eq!(output.status.code(), Some(0));
    let report: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("--format json prints JSON");
    let listed: Vec<_> = report["files"]
        .as_array()
        .expect("files is a list")
        .iter()
        .map(|file| {
            let path = file["path"].as_str().unwrap_or_default();
            format!(
                "{} {}",
                path.trim_start_matches("fixtures/kinds/"),
                file["kind"].as_str().unwrap_or_default()
            )
        })
        .collect();
    insta::assert_snapshot!(listed.join("\n"));
}

#[test]
fn the_list_does_not_depend_on_threads() {
    let one = plimsoll(kinds(), &["files", "--threads", "1"], b"");
    let four = plimsoll(kinds(), &["files", "--threads", "4"], b"");
    assert_eq!(stdout(&one), stdout(&four));
    assert!(stdout(&one).lines().count() > 40);
}

#[test]
fn standard_input_goes_by_the_given_name() {
    let input = b"apiVersion: v1\nkind: Service\n";
    let output = plimsoll(kinds(), &["files", "-", "--stdin-filename", "new/a.yaml"], input);
    assert!(stdout(&output).contains("new/a.yaml  manifest"), "{}", stdout(&output));
}

#[test]
fn a_missing_path_is_an_error_with_a_suggestion() {
    let output = plimsoll(kinds(), &["files", "Makefil"], b"");
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(stderr, "plimsoll: no such file or directory: Makefil; did you mean Makefile?\n");
}

#[test]
fn mistakes_in_arguments_end_with_status_2_and_help_with_0() {
    assert_eq!(plimsoll(kinds(), &["files", "--fromat", "json"], b"").status.code(), Some(2));
    assert_eq!(plimsoll(kinds(), &["flies"], b"").status.code(), Some(2));
    assert_eq!(plimsoll(kinds(), &[], b"").status.code(), Some(2));
    assert_eq!(plimsoll(kinds(), &["files", "--help"], b"").status.code(), Some(0));
}

#[test]
fn schemas_are_printed_as_they_are_committed() {
    for (of, committed) in
        [("config", "plimsoll.schema.json"), ("rule", "rule.schema.json"), ("report", "report.schema.json")]
    {
        let output = plimsoll(kinds(), &["schema", of], b"");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(committed);
        assert!(output.stdout == fs::read(path).expect("it is committed"), "{committed}");
    }
    let unknown = plimsoll(kinds(), &["schema", "rules"], b"");
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("unrecognized subcommand"));
}

/// The output of a program that is given a script; `None`, and a word of it, where there is no such program.
fn script(program: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) => {
            println!("skipped: {program}: {error}");
            None
        }
    }
}

#[test]
fn every_shell_completes_the_commands_and_their_options() {
    let help = stdout(&plimsoll(kinds(), &["--help"], b""));
    let commands: Vec<_> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .map_while(|line| line.strip_prefix("  "))
        // A description goes on in the next line, further in.
        .filter_map(|line| line.split(' ').next().filter(|name| !name.is_empty()))
        .collect();
    assert!(commands.contains(&"completions") && commands.len() > 10, "{commands:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let folder = project(&[]);
        let output = plimsoll(kinds(), &["completions", shell], b"");
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        for word in commands.iter().chain(&["stdin-filename", "force-exclude"]) {
            assert!(text.contains(word), "{shell} knows no {word}");
        }
        let path = folder.path().join("completions");
        fs::write(&path, text).expect("a file can be written");
        let path = path.to_str().expect("a temporary folder has a plain name");
        let check = match shell {
            "bash" => script("bash", &["-n", path]),
            "zsh" => script("zsh", &["-n", path]),
            "fish" => script("fish", &["--no-execute", path]),
            _ => None,
        };
        if let Some(Output { status, stderr, .. }) = check {
            assert!(status.success(), "{shell}: {}", String::from_utf8_lossy(&stderr));
        }
        if shell == "bash" {
            let ask = format!(
                "source {path}; COMP_WORDS=(plimsoll check --for); COMP_CWORD=2; \
                 _plimsoll plimsoll --for check; echo \"${{COMPREPLY[@]}}\""
            );
            let answer = script("bash", &["-c", &ask]).map(|output| stdout(&output));
            assert!(answer.is_none_or(|answer| answer == "--force-exclude\n"), "bash completes an option");
        }
    }
}

#[test]
fn what_is_said_beside_a_report_goes_to_standard_error() {
    let here = fixtures("example");
    let check = |arguments: &[&str]| {
        let output = plimsoll(&here, &[&["check", "--output", "json"], arguments].concat(), b"");
        (stdout(&output), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (report, summary) = check(&[]);
    assert_eq!(check(&["-q"]), (report.clone(), String::new()));
    let (same, verbose) = check(&["-v"]);
    assert_eq!(same, report);
    for line in [
        "docker-compose.yml                          compose        name",
        "  workflow  ",
        " checking files ",
        " errors, ",
    ] {
        assert!(verbose.contains(line), "{line:?}: {verbose}");
    }
    let (same, statistics) = check(&["--statistics"]);
    assert_eq!(same, report);
    let table: Vec<_> = statistics.lines().take_while(|line| line.starts_with(['f', ' '])).collect();
    assert_eq!(table.first(), Some(&"findings  files  fixable  rule"));
    let value: serde_json::Value = serde_json::from_str(&report).expect("a report in JSON");
    let all = value["diagnostics"].as_array().map_or(0, Vec::len);
    let counts =
        table.iter().skip(1).filter_map(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    let counts: Vec<_> = counts.collect();
    assert_eq!(counts.iter().sum::<usize>(), all, "{statistics}");
    assert!(counts.is_sorted_by(|more, fewer| more >= fewer), "{statistics}");
    assert!(summary.lines().count() < statistics.lines().count());
    assert_eq!(plimsoll(&here, &["check", "-q", "-v"], b"").status.code(), Some(2), "quiet is not verbose");
}

/// What stands on a terminal, byte by byte, when the program runs on it; `None` where there is nothing to make a terminal with.
fn on_a_terminal(folder: &Path, term: &str, arguments: &str) -> Option<String> {
    let program = env!("CARGO_BIN_EXE_plimsoll");
    // util-linux has the `script` that takes a command.
    let mut command = Command::new("script");
    command.args(["-qec", &format!("{program} check --threads 1 {arguments}"), "/dev/null"]);
    match command.current_dir(folder).env("TERM", term).env("CI", "").output() {
        Ok(output) if !output.stdout.is_empty() || !arguments.is_empty() => Some(stdout(&output)),
        Ok(output) => {
            println!("skipped: script: {}", String::from_utf8_lossy(&output.stderr));
            None
        }
        Err(error) => {
            println!("skipped: script: {error}");
            None
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_long_run_says_on_a_terminal_how_far_it_is_and_leaves_nothing_of_that() {
    let service = "  s: {image: x, healthcheck: {test: \"true\"}, environment: {A: b, C: d}}\n";
    let mut text = "services:\n".to_owned();
    for number in 0..60_000 {
        text += &service.replacen('s', &format!("s{number}"), 1);
    }
    let names: Vec<_> = (0..6).map(|number| format!("{number}/compose.yaml")).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), text.as_str())).collect();
    let folder = project(&[&files[..], &[("plimsoll.yaml", "{}\n")]].concat());
    let Some(seen) = on_a_terminal(folder.path(), "xterm", "") else { return };
    let (line, rest) =
        seen.rsplit_once("\r\u{1b}[K").unwrap_or_else(|| panic!("no line is cleared: {seen:?}"));
    assert!(
        line.contains("\r\u{1b}[Kreading files (8)") || line.contains("\r\u{1b}[Kchecking files ("),
        "{line:?}"
    );
    assert!(rest.starts_with("no findings in 6 files"), "{rest:?}");
    for (term, arguments) in [("dumb", ""), ("xterm", "-q"), ("xterm", "2> errors")] {
        let seen = on_a_terminal(folder.path(), term, arguments).unwrap_or_default();
        assert!(!seen.contains('\u{1b}'), "{term} {arguments}: {seen:?}");
    }
    let small = on_a_terminal(&fixtures("example"), "xterm", "--output json").unwrap_or_default();
    assert!(!small.contains("\u{1b}[K"), "a short run says nothing of the kind: {small:?}");
}

#[test]
fn a_configuration_above_that_does_not_hold_is_told_of_when_a_second_is_written() {
    let folder = project(&[("plimsoll.yaml", "{}\n"), ("sub/compose.yaml", "services: {}\n")]);
    let init = || plimsoll(&folder.path().join("sub"), &["init"], b"");
    let said = String::from_utf8_lossy(&init().stderr).into_owned();
    assert!(
        said.ends_with("plimsoll.yaml does not hold here: this folder is a project of its own\n"),
        "{said}"
    );
    fs::remove_file(folder.path().join("sub/plimsoll.yaml")).expect("it was written");
    fs::remove_file(folder.path().join("plimsoll.yaml")).expect("it was written");
    assert!(init().stderr.is_empty(), "there is none above");
}
