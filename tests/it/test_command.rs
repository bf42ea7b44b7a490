//! `plimsoll test` as a user runs it: what holds, what does not and where, and how marks are rewritten.

use crate::support::{plimsoll, project};
use std::fs;
use std::path::Path;

const RULE: &str =
    "id: floating-image\neach: image\nforbid: image.tag == 'latest'\nmessage: \"`{image.text}` floats\"\n";
const PATH: &str = ".plimsoll/rules/a.yaml";

/// Status, standard output and standard error.
fn test(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = plimsoll(folder, &[&["test"], arguments].concat(), b"");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

fn with_tests(tests: &str) -> String {
    format!("{RULE}tests:\n{tests}")
}

#[test]
fn examples_that_hold_pass_and_the_others_are_drawn_in_the_rule_file() {
    let good = "  bad:\n    - |\n      services: {a: {image: \"a:latest\"}}   # <- `latest`\n  good:\n    - 'services: {a: {image: \"a:1\"}}'\n";
    let folder = project(&[(PATH, &with_tests(good))]);
    assert_eq!(test(folder.path(), &[]), (0, String::new(), "1 rule: 2 examples, all hold\n".into()));
    assert_eq!(test(folder.path(), &["-q", PATH]), (0, String::new(), String::new()));

    let bad = "  bad:\n    - |\n      services:\n        a: {image: \"a:latest\"}\n        b: {image: \"b:1\"}   # <- `1`\n  good:\n    - 'services: {a: {image: \"a:latest\"}}'\n";
    fs::write(folder.path().join(PATH), with_tests(bad)).expect("it can be written");
    let (status, out, err) = test(folder.path(), &[]);
    assert_eq!(status, 1);
    for expected in [
        "bad example 1: 2 things do not hold",
        "found here, which nothing marks: `a:latest` floats",
        "marked, but not found",
        "good example 1: found here: `a:latest` floats",
    ] {
        assert!(out.contains(expected), "{expected}\n{out}");
    }
    assert!(err.starts_with("1 rule: 2 examples, 2 do not hold\n"), "{err}");

    let (status, json, _) = test(folder.path(), &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(status, 1);
    assert_eq!(json["summary"], serde_json::json!({"rules": 1, "examples": 2, "failed": 2}));
    assert_eq!(json["rules"][0]["examples"][0]["faults"][1]["line"], 10);
}

#[test]
fn accepting_rewrites_the_marks_alone() {
    let text = with_tests(
        "  bad:\n    - |\n      services:\n        a: {image: \"a:latest\"}\n        b: {image: \"b:1\"}  # <- `1`\n        c: {image: \"c:latest\"} # <-\n    - files:\n        README.md: |\n          x <!-- <- `x` -->\n        Dockerfile: |\n          FROM a:latest  # kept\n# the end",
    );
    let text = text.replace('\n', "\r\n");
    let folder = project(&[(PATH, &text)]);
    let (status, _, err) = test(folder.path(), &["--accept"]);
    assert_eq!((status, err.as_str()), (0, "rewrote 2 examples\n1 rule: 2 examples, all hold\n"));
    let after = fs::read_to_string(folder.path().join(PATH)).expect("it is there");
    let expected = text
        .replace("\"a:latest\"}", "\"a:latest\"}   # <- `latest`")
        .replace("  # <- `1`", "")
        .replace("x <!-- <- `x` -->", "x")
        .replace("# kept", "# kept   # <- `latest`");
    assert_eq!(after, expected);
}

#[test]
fn accepting_leaves_good_examples_and_empty_findings_to_a_person() {
    let text = with_tests(
        "  bad:\n    - |\n      services: {a: {image: \"a:1\"}}   # <- `1`\n    - 'services: {a: {image: \"a:latest\"}} # <- `a`'\n  good:\n    - |\n      services: {a: {image: \"a:latest\"}}\n",
    );
    let folder = project(&[(PATH, &text)]);
    let (status, out, _) = test(folder.path(), &["--accept"]);
    assert_eq!(status, 1);
    for expected in ["nothing is found in it at all", "literal blocks", "or move the example to `bad`"] {
        assert!(out.contains(expected), "{expected}\n{out}");
    }
    assert_eq!(fs::read_to_string(folder.path().join(PATH)).expect("it is there"), text);
}

#[test]
fn nothing_tested_is_status_2_and_a_rule_without_bad_example_is_said() {
    let folder = project(&[("compose.yaml", "services: {}\n"), ("empty/README.md", "")]);
    let (status, _, err) = test(folder.path(), &[]);
    assert_eq!(status, 2);
    assert!(err.contains("no rules of its own") && err.contains("plimsoll new"), "{err}");
    assert_eq!(test(folder.path(), &["empty"]).0, 2);
    assert_eq!(test(folder.path(), &["nowhere"]).2, "plimsoll: no such file or directory: nowhere\n");

    let folder = project(&[(PATH, RULE)]);
    let (status, _, err) = test(folder.path(), &[]);
    assert_eq!((status, err.contains("nothing was tested")), (2, true), "{err}");

    let only_good = with_tests("  good: ['services: {}']\n");
    let folder = project(&[(PATH, &only_good)]);
    let (status, out, err) = test(folder.path(), &[]);
    assert_eq!(status, 0);
    assert!(
        out.contains("warning[floating-image]") && err.contains("1 rule without a bad example"),
        "{out}{err}"
    );
    assert_eq!(test(folder.path(), &["--strict"]).0, 1);
    assert_eq!(test(folder.path(), &["--filter", "floating-imag"]).0, 2);
}

#[test]
fn errors_of_rules_and_of_configurations_are_faults_of_the_example() {
    let folder = project(&[(
        PATH,
        "id: breaks\neach: image\nforbid: image.tag + 1 == 2\nmessage: m\ntests:\n  bad:\n    - |\n      services: {a: {image: \"a:1\"}}   # <-\n    - files:\n        compose.yaml: |\n          services: {}   # <-\n      config: {rules: {brakes: off}}\n",
    )]);
    let (status, out, _) = test(folder.path(), &[]);
    assert_eq!(status, 1);
    assert!(out.contains("rule `breaks` failed") && out.contains("unknown rule `brakes`"), "{out}");

    fs::write(folder.path().join(PATH), "id: breaks\neach: imag\n").expect("it can be written");
    assert_eq!(test(folder.path(), &[]).0, 2);
}

#[test]
fn the_rules_that_ship_hold_by_the_command_too() {
    let folder = project(&[]);
    let (status, out, err) = test(folder.path(), &["--built-in", "--strict"]);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
}

#[test]
fn an_example_in_which_nothing_can_be_found_says_why() {
    let said = |when: &str, example: &str| {
        let rule = format!(
            "id: a\neach: k8s.workload\nwhen: \"{when}\"\nrequire: \"false\"\nmessage: m\ntests:\n  bad:\n    - |\n      {example}   # <-\n"
        );
        let folder = project(&[(".plimsoll/rules/a.yaml", &rule)]);
        let output = plimsoll(folder.path(), &["test"], b"");
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    assert!(
        said("true", "{apiVersion: apps/v1, kind: Deployment, spec: {}}")
            .contains("the rule visits nothing in it")
    );
    let pod = "{apiVersion: v1, kind: Pod, spec: {containers: []}}";
    assert!(said("false", pod).contains("the rule applies nowhere in it"));
    assert!(said("true", "{apiVersion: v1, kind: Pod").contains("the example is broken"));
}
