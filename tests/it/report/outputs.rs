//! The reports of one run: where they go, and what they say when there was no run.

use crate::support::{plimsoll, plimsoll_with, project};
use plimsoll::report::Format;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

const FINDING: (&str, &str) = ("compose.yaml", "services:\n  web: {image: web}\n");
const MISTAKE: (&str, &str) = ("plimsoll.yaml", "retird: []\n");

fn check(folder: &Path, arguments: &[&str]) -> Output {
    plimsoll(folder, &[&["check"], arguments].concat(), b"")
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("output is UTF-8");
    (text(&output.stdout), text(&output.stderr))
}

fn is_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn any_number_of_reports_come_of_one_run_and_the_status_is_the_same() {
    let folder = project(&[FINDING]);
    let outputs: Vec<_> =
        Format::ALL.map(|format| format!("--output={0}=report.{0}", format.name())).to_vec();
    let outputs: Vec<_> = outputs.iter().map(String::as_str).chain(["--output", "json"]).collect();
    let output = check(folder.path(), &outputs);
    assert_eq!(output.status.code(), Some(1));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("it was written");
    for format in Format::ALL {
        assert!(!read(&format!("report.{}", format.name())).is_empty(), "{}", format.name());
    }
    assert_eq!(read("report.json"), texts(&output).0, "and nothing else is on standard output");
    let output = check(folder.path(), &["--output", "sarif=a.sarif"]);
    assert_eq!((output.status.code(), &*texts(&output).0), (Some(1), ""));
}

#[test]
fn what_was_asked_for_and_cannot_be_is_said_before_anything_is_done() {
    let folder = project(&[FINDING]);
    for (arguments, expected) in [
        (&["--output", "sarf"][..], "unknown format `sarf`; did you mean `sarif`?"),
        (
            &["--output", "xml"],
            "(there are full, concise, json, jsonl, sarif, github, gitlab, junit, markdown)",
        ),
        (&["--output", "json="], "no path after `=`"),
        (&["--output", "json", "--output", "full"], "two reports cannot share standard output"),
        (&["--output", "json=a", "--output", "sarif=a"], "two reports cannot share a"),
    ] {
        let output = check(folder.path(), arguments);
        let (out, err) = texts(&output);
        assert_eq!((output.status.code(), &*out), (Some(2), ""), "{arguments:?}");
        assert!(err.contains(expected), "{arguments:?}: {err}");
    }
    assert!(!folder.path().join("a").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_fails_the_run_and_the_others_are_written() {
    let folder = project(&[FINDING]);
    for format in Format::ALL {
        let format = format.name();
        let _ = fs::remove_file(folder.path().join("report.json"));
        for place in ["/dev/full", "no/such/folder", "."] {
            let output = check(
                folder.path(),
                &["--output", &format!("{format}={place}"), "--output", "json=report.json"],
            );
            assert_eq!(output.status.code(), Some(2), "{format} to {place}");
            let err = texts(&output).1;
            assert!(err.contains(&format!("plimsoll: cannot write to {place}: ")), "{format}: {err}");
            assert!(err.contains("1 error in 1 file"), "the counts are said all the same: {err}");
            let other = fs::read_to_string(folder.path().join("report.json")).expect("it was written");
            assert_eq!(is_json(&other)["summary"]["errors"], 1);
        }
        let script = format!("exec '{}' check --output {format} > /dev/full", env!("CARGO_BIN_EXE_plimsoll"));
        let mut shell = std::process::Command::new("sh");
        let shell = shell.args(["-c", &script]).current_dir(folder.path()).env_remove("GITHUB_ACTIONS");
        let output = shell.output().expect("there is a shell");
        assert_eq!(output.status.code(), Some(2), "{format} to a full standard output");
        assert!(texts(&output).1.contains("cannot write to standard output"), "{format}");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_changes_nothing() {
    let folder = project(&[FINDING]);
    for format in Format::ALL {
        let script = format!(
            "{{ '{}' check --output {}; echo $? > status; }} | true",
            env!("CARGO_BIN_EXE_plimsoll"),
            format.name()
        );
        let mut shell = std::process::Command::new("sh");
        let shell = shell.args(["-c", &script]).current_dir(folder.path()).env_remove("GITHUB_ACTIONS");
        let output = shell.output().expect("there is a shell");
        let status = fs::read_to_string(folder.path().join("status")).expect("the status was written");
        assert_eq!(status, "1\n", "{}: {:?}", format.name(), texts(&output));
    }
}

#[test]
fn a_run_that_cannot_begin_is_a_report_of_what_is_wrong() {
    let wrong: [(&[_], &[&str], &str, bool); 5] = [
        (&[FINDING, MISTAKE], &[], "unknown key `retird`", true),
        (&[FINDING, (".plimsoll/rules/a.yaml", "id: a\neach: image\n")], &[], "message", true),
        (&[FINDING], &["nowhere"], "no such file or directory: nowhere", false),
        (&[FINDING], &["--select", "missing-prob"], "did you mean `missing-probe`?", false),
        (&[FINDING], &["--config", "none.yaml"], "cannot read the configuration", false),
    ];
    for (files, arguments, expected, has_place) in wrong {
        let folder = project(files);
        for format in Format::ALL {
            let output = check(folder.path(), &[&["--output", format.name()], arguments].concat());
            let (out, err) = texts(&output);
            let name = format.name();
            assert_eq!(output.status.code(), Some(2), "{name}: {expected}");
            assert!(err.contains(expected), "{name}: {err}");
            // What is drawn on standard error is not drawn twice.
            assert!(
                format == Format::Full && out.is_empty() || out.contains(&first_word(expected)),
                "{name}: {out}"
            );
            match format {
                Format::Json => {
                    let report = is_json(&out);
                    assert_eq!(report["summary"]["files"], 0);
                    let key = if has_place { "diagnostics" } else { "errors" };
                    assert!(report[key][0]["message"].is_string(), "{out}");
                }
                Format::Jsonl => {
                    let types: Vec<_> = out.lines().map(|line| is_json(line)["type"].clone()).collect();
                    let kind = if has_place { "finding" } else { "error" };
                    assert_eq!((&types[0], &types[1]), (&"run".into(), &kind.into()));
                    assert_eq!(types.last(), Some(&"summary".into()));
                }
                Format::Sarif => {
                    let run = &is_json(&out)["runs"][0];
                    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
                    assert_eq!(run["results"], serde_json::json!([]));
                    let note = &run["invocations"][0]["toolExecutionNotifications"][0];
                    assert_eq!(note.get("locations").is_some(), has_place, "{out}");
                }
                Format::Gitlab => {
                    assert_eq!(is_json(&out)[0]["severity"], "blocker");
                }
                Format::Junit => {
                    let document = roxmltree::Document::parse(&out).expect("the report is XML");
                    assert!(document.descendants().any(|it| it.has_tag_name("error")));
                }
                Format::Github => assert!(out.starts_with("::error "), "{out}"),
                Format::Markdown => {
                    assert!(out.ends_with("\nnothing was checked: mend this first\n"), "{out}");
                }
                Format::Full | Format::Concise => {}
            }
        }
    }
}

fn first_word(text: &str) -> String {
    text.split([' ', '`']).next().unwrap_or_default().to_owned()
}

#[test]
fn on_a_runner_of_github_findings_are_lines_annotations_and_a_summary() {
    let folder = project(&[FINDING]);
    let summary = folder.path().join("summary.md");
    let summary = summary.to_str().expect("the path is UTF-8");
    let run = |arguments: &[&str]| {
        let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary)];
        let output = plimsoll_with(folder.path(), &[&["check"], arguments].concat(), b"", &variables);
        (output.status.code(), texts(&output).0, fs::read_to_string(summary).unwrap_or_default())
    };
    let (status, out, text) = run(&[]);
    assert_eq!(status, Some(1));
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines.len(), 2, "{out}");
    assert!(lines[0].starts_with("compose.yaml:2:3: error[missing-healthcheck] "), "{out}");
    assert!(lines[1].starts_with("::error file=compose.yaml,line=2,"), "{out}");
    assert!(text.starts_with("## plimsoll\n") && text.contains("\n1 error in 1 file ("), "{text}");
    let (_, out, _) = run(&["--output", "json"]);
    assert!(
        out.starts_with('{') && fs::read_to_string(summary).is_ok_and(|now| now == text),
        "explicit wins"
    );
    let (_, out, twice) = run(&["--output", "github=notes"]);
    assert_eq!((&*out, twice.len()), ("", 2 * text.len() + 1), "and is added behind what is there");
    fs::write(summary, "x".repeat(1 << 20)).expect("the file can be written");
    let (status, _, full) = run(&[]);
    assert_eq!((status, full.len()), (Some(1), 1 << 20));
    fs::remove_file(summary).expect("it is there");
    fs::create_dir(summary).expect("a folder can be made");
    assert_eq!(run(&[]).0, Some(2), "a summary that cannot be written is a report that cannot");
}

#[test]
fn a_run_that_cannot_begin_is_told_on_a_runner_of_github_too() {
    let folder = project(&[FINDING, MISTAKE]);
    let summary = folder.path().join("summary.md");
    let variables =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary.to_str().expect("the path is UTF-8"))];
    let output = plimsoll_with(folder.path(), &["check"], b"", &variables);
    assert_eq!(output.status.code(), Some(2));
    let out = texts(&output).0;
    assert!(out.contains("\n::error file=plimsoll.yaml,line=1,"), "{out}");
    assert!(fs::read_to_string(summary).is_ok_and(|text| text.contains("unknown key `retird`")));
}

#[test]
fn excused_findings_are_in_sarif_except_on_a_runner_of_github() {
    let text = "services:\n  web: {image: web}  # plimsoll: ignore[missing-healthcheck] leaves soon\n  api: {image: api}\n";
    let config = "waivers: [{rule: missing-healthcheck, paths: old, reason: legacy}]\n";
    let folder =
        project(&[("compose.yaml", text), ("old/compose.yaml", FINDING.1), ("plimsoll.yaml", config)]);
    let run = |variables: &[(&str, &str)]| {
        let output = plimsoll_with(folder.path(), &["check", "--output", "sarif"], b"", variables);
        let log = is_json(&texts(&output).0);
        let results = log["runs"][0]["results"].as_array().expect("a list").clone();
        results.iter().map(|result| result["suppressions"][0]["justification"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(run(&[]), [Value::Null, "leaves soon".into(), "legacy".into()]);
    assert_eq!(run(&[("GITHUB_ACTIONS", "true")]), [Value::Null]);
}

#[test]
fn mistakes_in_arguments_steer_nothing() {
    let folder = project(&[FINDING]);
    for argument in ["--x\n::error::forged", "--x\u{1b}[2J", "--output=x\n::error::forged", "--x##[error]y"] {
        let (out, err) = texts(&check(folder.path(), &[argument]));
        assert_eq!(out, "");
        assert!(err.contains("error: "), "{err}");
        for line in err.lines() {
            let is_command = line.trim_start().starts_with("::") || line.contains("##[");
            assert!(!is_command && !line.contains('\u{1b}'), "{argument:?}: {err}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_list_of_files_steers_nothing_either() {
    let folder = project(&[("##[error]x\u{202e}\u{1b}.yaml", "a: 1\n"), ("::error::y.yaml", "a: 1\n")]);
    for format in ["text", "json"] {
        let (out, _) = texts(&plimsoll(folder.path(), &["files", "--format", format], b""));
        assert!(!out.contains("##[") && !out.contains(['\u{202e}', '\u{1b}']), "{out}");
        assert!(out.lines().all(|line| !line.starts_with("::")), "{out}");
        if format == "json" {
            assert_eq!(is_json(&out)["files"][0]["path"], "##[error]x\u{202e}\u{1b}.yaml");
        }
    }
}
