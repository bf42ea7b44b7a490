//! Suppressions in files: what each form holds for in each kind of file, what is said of them, and `plimsoll suppress`.

use crate::support::{fixtures, plimsoll, project};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Finds every `X1`, `X2`, … in any text.
const RULE: (&str, &str) =
    (".plimsoll/rules/cross.yaml", "id: cross\neach: text\npattern: 'X[0-9]+'\nmessage: \"`{match}`\"\n");

/// Status, findings one a line, and what stands on standard error.
fn check(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let arguments = [&["check", "--output", "concise", "--today", "2026-06-01"], arguments].concat();
    let output = plimsoll(folder, &arguments, b"");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// What is found of the crosses in one file, in order.
fn left(path: &str, text: &str) -> String {
    let folder = project(&[RULE, (path, text)]);
    let (status, found, err) = check(folder.path(), &["--select", "cross"]);
    assert!(status < Some(2), "{path}: {err}");
    let crosses = found.lines().filter_map(|line| line.split('`').nth(1));
    crosses.collect::<Vec<_>>().join(" ")
}

/// Checks what is left of the crosses in several texts of one file.
fn assert_left(path: &str, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(left(path, text), *expected, "{path}:\n{text}");
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(left(path, &crlf), *expected, "{path} with CRLF:\n{text}");
    }
}

const COMPOSE: &str = "compose.yaml";

#[test]
fn a_comment_behind_something_holds_for_its_line_and_the_value_that_begins_or_ends_there() {
    let i = "# plimsoll: ignore[cross] why";
    let services = |body: &str| format!("services:\n  a:\n    image: a\n{}", body.replace("<I>", i));
    let cases = [
        ("    labels: {a: X1}  <I>\n    x-b: X2\n", "X2"),
        ("    X1: b  <I>\n    x-b: X2\n", "X2"),
        ("    x-a:  <I>\n      b: X1\n", "X1"),
        ("    x-X1:  <I>\n      b: X2\n", "X2"),
        ("    x-a:\n    - X1  <I>\n    - X2\n", "X2"),
        ("    x-a: &X1 X2  <I>\n    x-b: *X1\n    x-c: X3\n", "X3"),
        ("    x-a: \"X1\n      X2\"  <I>\n    x-b: X3\n", "X3"),
        ("    x-a: X1\n      X2  <I>\n    x-b: X3\n", "X3"),
        ("    x-a: {b: X1,\n      c: [X2,\n      X3]}  <I>\n    x-b: X4\n", "X4"),
        ("    x-a: {b: X1,\n      c: X2  <I>\n      , d: X3}\n    x-b: X4\n", "X1 X3 X4"),
        ("    x-a: [  <I>\n      X1,\n      X2,\n    ]\n    x-b: X3\n", "X3"),
        ("    x-a: [\n      X1,\n      X2,\n    ]  <I>\n    x-b: X3\n", "X3"),
        ("    x-a: |  <I>\n      X1\n\n      X2\n\n    x-b: X3\n", "X3"),
        ("    x-a: |-  <I>\n      X1\n    x-b: X3\n", "X3"),
        ("    x-a:\n    -  <I>\n      b: X1\n      c: X2\n    - X3\n", "X3"),
        ("    x-a:\n    - &a  <I>\n      b: X1\n      c: X2\n    - X3\n", "X3"),
        ("    x-a:\n    -  <I>\n    - X3\n", "X3"),
        ("    x-a: X1  # v1 <I>\n    x-b: X2\n", "X2"),
        ("    # X1 is gone <I>\n    x-b: X2\n", "X2"),
        ("    x-a: \"X1 <I>\"\n    x-b: X2\n", "X1 X2"),
        ("    x-a: 'b\n      <I>'\n    x-b: X2\n", "X2"),
        ("    x-a: |\n      X1 <I>\n    x-b: X2\n", "X1 X2"),
    ];
    for (body, expected) in cases {
        assert_left(COMPOSE, &[(&services(body), expected)]);
    }
}

#[test]
fn a_comment_on_its_own_line_holds_for_the_whole_next_node() {
    let i = "# plimsoll: ignore[cross] why";
    let services = |body: &str| format!("services:\n  a:\n    image: a\n{}", body.replace("<I>", i));
    let cases = [
        ("    <I>\n    labels:\n      b: X1\n      c: [X2]\n    x-b: X3\n", "X3"),
        ("    x-a:\n      <I>\n      b: X1\n      c: X2\n", "X2"),
        ("    x-a:\n    <I>\n    - X1\n    - X2\n", "X2"),
        ("    x-a:\n    - X1\n    <I>\n    - b: X2\n      c: X3\n    - X4\n", "X1 X4"),
        ("    x-a:\n    -\n      <I>\n      b: X2\n      c: X3\n", "X3"),
        ("    x-a:\n    - - X1\n      <I>\n      - X2\n      - X3\n    - X4\n", "X1 X3 X4"),
        ("    x-a:\n    <I>\n    - - X1\n      - X2\n    - X4\n", "X4"),
        ("    x-a:\n      <I>\n      X1\n    x-b: X2\n", "X2"),
        ("    <I>\n    x-a: |\n      X1\n      X2\n    x-b: X3\n", "X3"),
        ("    <I>\n\n    # X1\n    x-a: X2\n    x-b: X3\n", "X3"),
        ("    x-a: {\n      <I>\n      b: [X1,\n        X2], c: X3,\n      d: X4}\n", "X4"),
        ("    x-a: [\n      <I>\n      X1,\n      X2,\n    ]\n", "X2"),
        ("    x-a: [\n      X1\n      <I>\n    ]\n    x-b: X2\n", "X1 X2"),
        ("    <I>\n    ? x-a\n    : X1\n    x-b: X2\n", "X2"),
        ("    <I>\n    x-a: &X1 X2\n    x-b: *X1\n    x-c: X3\n", "X3"),
        ("    x-a: X1\n    <I>\n", "X1"),
        ("    #plimsoll:ignore[ cross ]\n    x-a: X1\n    x-b: X2\n", "X2"),
    ];
    for (body, expected) in cases {
        assert_left(COMPOSE, &[(&services(body), expected)]);
    }
}

#[test]
fn a_comment_before_a_document_holds_for_the_document() {
    let object = |name: &str| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\n");
    let i = "# plimsoll: ignore[cross] why\n";
    let (a, b) = (object("X1"), object("X2"));
    assert_left(
        "k8s/a.yaml",
        &[
            (&format!("{a}{i}---\n{b}"), "X1"),
            (&format!("{i}---\n{a}---\n{b}"), "X2"),
            (&format!("{a}--- {i}{b}"), "X1"),
            (&format!("\u{feff}{i}{a}---\n{b}"), "X1 X2"),
            (&format!("\u{feff}{i}---\n{a}---\n{b}"), "X2"),
            (&format!("{a}...\n---\n{b}# plimsoll: ignore-file[cross]\n"), ""),
        ],
    );
}

const SHELL: &str = "# plimsoll: ignore[cross] why";

#[test]
fn in_a_script_a_comment_holds_for_its_line_or_the_next_with_its_continuation() {
    let cases = [
        ("#!/bin/sh\na X1 <I>\nb X2\n", "X2"),
        ("<I>\na X1 \\\n  b X2\nc X3\n", "X3"),
        ("a X1 \\\n  b X2 <I>\nc X3\n", "X3"),
        ("<I>\n\n# X1\na X2\nc X3\n", "X3"),
        ("<I>\na 'X1\nX2'\nc X3\n", "X3"),
        ("<I>\ncat <<E\nX1\nE\nc X3\n", "X3"),
        ("cat <<E\nX1 <I>\n<I>\nX2\nE\n", "X1 X2"),
        ("a 'X1 <I>'\nb X2\n", "X1 X2"),
        ("if a; then <I>\n\tb X2\nfi\n", "X2"),
        ("# X1 is gone <I>\na X2\n", "X2"),
        ("a X1\n<I>\n", "X1"),
    ];
    for (text, expected) in cases {
        assert_left("scripts/a.sh", &[(&text.replace("<I>", SHELL), expected)]);
    }
}

#[test]
fn in_a_makefile_a_dockerfile_and_a_dotenv_file_a_comment_holds_for_what_one_line_is_there() {
    let of = |text: &str| text.replace("<I>", SHELL);
    for (text, expected) in [
        ("a: X1\n\t<I>\n\techo X2 \\\n\t  X3\n\techo X4\n", "X1 X4"),
        ("a: X1\n<I>\n\techo X2\n\techo X4\n", "X1 X4"),
        ("a: X1\n\tX2 <I>\n\tX3\n", "X1 X3"),
        ("A = X1 <I>\nB = X2\n", "X2"),
    ] {
        assert_left("Makefile", &[(&of(text), expected)]);
    }
    for (text, expected) in [
        ("FROM X1\n<I>\nRUN X2 \\\n  # why\n  X3\nCMD X4\n", "X1 X4"),
        ("FROM X1\nRUN X2 \\\n  <I>\n  X3 \\\n  X4\n", "X1 X2 X4"),
        ("FROM X1\n<I>\nRUN <<E\nX2\nE\nCMD X4\n", "X1 X4"),
        ("FROM X1 <I>\nCMD X2\n", "X1 X2"),
        ("FROM a\nRUN X1 <I>\nRUN X2\n", "X2"),
    ] {
        assert_left("Dockerfile", &[(&of(text), expected)]);
    }
    for (text, expected) in
        [("A=X1 <I>\nB=X2\n", "X2"), ("<I>\nA=X1\nB=X2\n", "X2"), ("A=\"X1 <I>\"\nB=X2\n", "X1 X2")]
    {
        assert_left(".env", &[(&of(text), expected)]);
    }
}

#[test]
fn in_markdown_and_templates_their_own_comments_count() {
    let doc = "<!-- plimsoll: ignore[cross] why -->";
    for (text, expected) in [
        ("a X1 <I>\n\nX2\n", "X2"),
        ("<I>\n\na X1\nX2\n", "X2"),
        ("<I>\n```sh\nX1\n\nX2\n```\nX3\n", "X3"),
        ("```\nX1 <I>\n```\nX2\n", "X1 X2"),
        ("`<I>` X1\n", "X1"),
        ("# plimsoll: ignore[cross]\nX1\n", "X1"),
        ("<!-- plimsoll: ignore-file[cross] -->\nX1\n\nX2\n", ""),
    ] {
        assert_left("README.md", &[(&text.replace("<I>", doc), expected)]);
    }
    let text = "a: X1 {{/* plimsoll: ignore[cross] */}}\nb: X2 {{- /* plimsoll: ignore[cross] why */ -}}\n\
                {{- /* plimsoll: ignore[cross] why */}}\nc: X3\nd: X4 # plimsoll: ignore[cross]\n# plimsoll: ignore[cross]\ne: X5\nf: X6\n";
    let chart = ("chart/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n");
    let folder = project(&[RULE, chart, ("chart/templates/a.yaml", text)]);
    let (_, found, _) = check(folder.path(), &["--select", "cross"]);
    assert_eq!(found, "chart/templates/a.yaml:8:4: error[cross] `X6`\n");
}

#[test]
fn in_a_script_inside_yaml_shell_comments_count() {
    let workflow = |run: &str| {
        let head = "on: push\njobs:\n  a:\n    runs-on: b\n    steps:\n    - name: X1\n";
        head.to_owned() + &run.replace("<I>", SHELL)
    };
    for (run, expected) in [
        ("      run: |\n        a X2 <I>\n        b X3\n", "X1 X3"),
        ("      run: |\n        <I>\n        a X2 \\\n          X3\n        b X4\n", "X1 X4"),
        ("      run: |\n        cat <<E\n        X2 <I>\n        E\n", "X1 X2"),
        ("      <I>\n      run: |\n        a X2\n        b X3\n", "X1"),
        ("      run: a X2 <I>\n      env: {A: X3}\n", "X1 X3"),
        ("      run: \"a X2 <I>\"\n", "X1 X2"),
        ("      env:\n        A: |\n          X2 <I>\n", "X1 X2"),
        ("      run: |\n        a X2\n        # plimsoll: ignore-file[cross]\n", ""),
    ] {
        assert_left(".github/workflows/a.yml", &[(&workflow(run), expected)]);
    }
    let manifest = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - name: a\n    image: a\n    \
         command: [sh, -c]\n    args:\n    - |\n      a X1 {SHELL}\n      {SHELL}\n      b X2\n      c X3\n"
    );
    assert_left("k8s/a.yaml", &[(&manifest, "X3")]);
}

#[test]
fn an_annotation_holds_for_its_object_or_its_pod_template() {
    let annotation = "plimsoll.dev/ignore.cross: why";
    let object = |kind: &str, annotations: &str, template: &str| {
        format!(
            "apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: X1\n  annotations: {{{annotations}}}\nspec:\n  template:\n    \
             metadata:\n      annotations: {{{template}}}\n    spec:\n      x: X2\n  other: X3\n"
        )
    };
    for (annotations, template, expected) in [
        (annotation, "", ""),
        ("", annotation, "X1 X3"),
        ("", "", "X1 X2 X3"),
        ("plimsoll.dev/ignore.cross: why until=2026-05-31", "", "X1 X2 X3"),
        ("plimsoll.dev/ignore.cross: until=2026-06-01 why", "", ""),
        ("plimsoll.dev/ignore.other: why", "", "X1 X2 X3"),
    ] {
        let text = object("Deployment", annotations, template);
        assert_eq!(left("k8s/a.yaml", &text), expected, "{text}");
        let two = format!("{text}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: X4}}\n");
        assert_eq!(left("k8s/a.yaml", &two), format!("{expected} X4").trim(), "{two}");
    }
    let json = r#"{"apiVersion": "v1", "kind": "List", "items": [
      {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "X1", "annotations": {"plimsoll.dev/ignore.cross": "why"}}, "spec": {"x": "X2"}}, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "X3"}}]}"#;
    assert_eq!(left("k8s/a.json", json), "X3");
    let labels =
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: X1\n  labels: {plimsoll.dev/ignore.cross: why}\n";
    assert_eq!(left("k8s/a.yaml", labels), "X1");
}

/// What a compose file is told of its suppressions, without its path.
fn said(text: &str, config: &str, arguments: &[&str]) -> Vec<String> {
    let folder = project(&[RULE, ("plimsoll.yaml", config), (COMPOSE, text)]);
    let (_, found, _) = check(folder.path(), arguments);
    found.lines().map(|line| line.trim_start_matches("compose.yaml:").to_owned()).collect()
}

#[test]
fn what_is_wrong_with_a_suppression_is_said_at_its_place() {
    let text = "x-a: X1  # plimsoll: ignore[cros] why\n\
                x-b: X2  # plimsoll: ignore\n\
                x-c: X3  # plimsoll: ignore[cross, configuration]\n\
                x-d: X4  # plimsoll: ignore[cross] until=2026-05-31 why\n\
                x-e: X5  # plimsoll: ignore[cross] until=tomorrow\n\
                x-f: a  # plimsoll: ignore[cross, missing-probe] why\n\
                # plimsoll: ignore-file[missing-healthcheck]\n\
                x-g: X6  # plimsoll: ignore[cross] a # plimsoll: ignore[lenient-syntax] b\n";
    assert_eq!(
        said(text, "{}\n", &[]),
        [
            "1:6: error[cross] `X1`",
            "1:29: warning[invalid-suppression] unknown rule `cros`, so nothing is suppressed",
            "2:6: error[cross] `X2`",
            "2:12: warning[invalid-suppression] `ignore` names no rule and suppresses nothing",
            "3:36: warning[invalid-suppression] `configuration` cannot be suppressed in a file",
            "4:6: error[cross] `X4`",
            "4:36: warning[expired-suppression] this suppression ended on 2026-05-31 and suppresses nothing any more",
            "5:6: error[cross] `X5`",
            "5:36: warning[invalid-suppression] this is no day of the calendar",
            "6:28: info[unused-suppression] no finding of `cross` is suppressed here",
            "6:35: info[unused-suppression] no finding of `missing-probe` is suppressed here",
            "7:25: info[unused-suppression] no finding of `missing-healthcheck` is suppressed in this file",
            "8:57: info[unused-suppression] no finding of `lenient-syntax` is suppressed here",
        ]
    );
    let nothing = "x-a: b\n# plimsoll: ignore[cross]\n";
    assert_eq!(
        said(nothing, "{}\n", &[]),
        ["2:20: info[unused-suppression] nothing follows here for which `cross` could be suppressed"]
    );
}

#[test]
fn what_did_not_run_is_not_called_unused() {
    let text = "x-a: b  # plimsoll: ignore[cross] why\n";
    let unused = ["1:28: info[unused-suppression] no finding of `cross` is suppressed here"];
    assert_eq!(said(text, "{}\n", &[]), unused);
    assert_eq!(said(text, "{}\n", &[COMPOSE]), unused);
    let none = [""; 0];
    assert_eq!(said(text, "{}\n", &["--ignore", "cross"]), none);
    assert_eq!(said(text, "{}\n", &["--select", "missing-probe,unused-suppression"]), none);
    assert_eq!(said(text, "{}\n", &["--select", "cross"]), none);
    assert_eq!(said(text, "{}\n", &["--no-suppressions"]), none);
    assert_eq!(said(text, "rules: {cross: off}\n", &[]), none);
    assert_eq!(said(text, "overrides: [{paths: '*', rules: {cross: off}}]\n", &[]), none);
    assert_eq!(said(text, "rules: {unused-suppression: off}\n", &[]), none);
    let waived = "waivers: [{rule: [cross, unused-suppression], paths: '*', reason: r}]\n";
    assert_eq!(said(text, waived, &[]), none);
    let both = "x-a: X1  # plimsoll: ignore[cross] why\n";
    assert_eq!(said(both, "waivers: [{rule: cross, paths: '*', reason: r}]\n", &[]), none);
    let folder = project(&[RULE]);
    let output = plimsoll(folder.path(), &["check", "-", "--output", "concise"], text.as_bytes());
    assert!(!String::from_utf8_lossy(&output.stdout).contains("unused-suppression"));
}

#[test]
fn suppressed_findings_are_counted_and_come_back_without_suppressions() {
    let folder = project(&[RULE, (COMPOSE, "x-a: X1  # plimsoll: ignore[cross]\n")]);
    let (status, found, err) = check(folder.path(), &[]);
    assert_eq!((status, &*found), (Some(0), ""));
    assert!(err.contains("\n1 finding suppressed"), "{err}");
    let (status, found, err) = check(folder.path(), &["--no-suppressions"]);
    assert_eq!((status, &*found), (Some(1), "compose.yaml:1:6: error[cross] `X1`\n"));
    assert!(!err.contains("suppressed"), "{err}");
}

#[test]
fn reasons_can_be_required() {
    let config = "suppressions: {reasons: required}\n";
    let text = "x-a: X1  # plimsoll: ignore[cross]\nx-b: X2  # plimsoll: ignore[cross] why\n";
    assert_eq!(
        said(text, config, &[]),
        [
            "1:6: error[cross] `X1`",
            "1:12: warning[invalid-suppression] a suppression without a reason suppresses nothing here"
        ]
    );
    let folder = project(&[("plimsoll.yaml", "suppressions: {reasons: always}\n"), (COMPOSE, text)]);
    assert_eq!(check(folder.path(), &[]).0, Some(2));
}

#[test]
fn of_two_suppressions_that_hold_the_wider_one_is_unused() {
    let text = "# plimsoll: ignore[cross] all\nx-a:\n  b: X1  # plimsoll: ignore[cross] this\n";
    assert_eq!(
        said(text, "{}\n", &[]),
        ["1:20: info[unused-suppression] no finding of `cross` is suppressed here"]
    );
    let text = "# plimsoll: ignore[cross] all\nx-a:\n  b: X1  # plimsoll: ignore[cross] this\n  c: X2\n";
    assert_eq!(said(text, "{}\n", &[]), [""; 0]);
}

#[test]
fn checks_of_the_engine_can_be_suppressed() {
    let twice = "x-a: 1\nx-a: 2  # plimsoll: ignore[duplicate-key] why\n";
    assert_eq!(said(twice, "{}\n", &[]), [""; 0]);
    assert_eq!(said(twice, "{}\n", &["--no-suppressions"]).len(), 1);
}

#[test]
fn a_finding_follows_the_file_it_stands_in_whatever_is_checked() {
    let folder = project(&[
        ("plimsoll.yaml", "{}\n"),
        ("compose.yaml", "services:\n  web: {image: web}  # plimsoll: ignore[missing-healthcheck] why\n"),
        ("compose.dev.yaml", "services:\n  web: {build: .}\n"),
    ]);
    assert_eq!(check(folder.path(), &["compose.dev.yaml"]).1, "");
    assert_eq!(check(folder.path(), &[]).1, "");
}

#[test]
fn reasons_and_names_are_shown_inert() {
    let text = "x-a: X1  # plimsoll: ignore[\u{1b}]0;x::error::] ##[error]why\n";
    let folder = project(&[RULE, (COMPOSE, text)]);
    for format in ["full", "concise", "json"] {
        let output = plimsoll(folder.path(), &["check", "--output", format, "--no-config"], b"");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            !text.contains('\u{1b}') && text.contains("u{1b}") | text.contains("u001b"),
            "{format}: {text}"
        );
    }
}

#[test]
fn many_suppressions_cost_what_they_are() {
    let comments = "# plimsoll: ignore[cross] why\n".repeat(20_000);
    let line = |n: usize| format!("x-{n}: X{n} # plimsoll: ignore[cross]\n");
    let lines = (0..20_000).map(line).collect::<Vec<_>>().concat();
    let marks = format!("# {}\n", "plimsoll: ".repeat(50_000));
    let hashes = format!("x-z: 1 {}\n", "# plimsoll: ignore[cross] ".repeat(20_000));
    let folder = project(&[
        RULE,
        (COMPOSE, &[&*comments, &lines, &marks, &hashes].concat()),
        ("a.sh", &[&*comments, "a\n", &marks, "b ", &hashes].concat()),
        ("Dockerfile", &["FROM a\n", &*comments, &marks].concat()),
        ("a.md", &"<!-- plimsoll: ignore[cross]".repeat(50_000)),
        (".env", &format!("A=1 {}\n", "'#' # plimsoll: ".repeat(50_000))),
    ]);
    let started = std::time::Instant::now();
    let (status, ..) = check(folder.path(), &["--fail-on", "never"]);
    assert_eq!(status, Some(0));
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

/// Runs `plimsoll suppress` with a reason; gives status, output and messages.
fn suppress(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let arguments = [&["suppress", "--reason", "left in spring"], arguments].concat();
    let output = plimsoll(folder, &arguments, b"");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn read(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).expect("the file is there")
}

/// A copy of a folder of fixtures.
fn copied(name: &str) -> TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).expect("a folder can be made");
        for entry in fs::read_dir(from).expect("a readable folder").flatten() {
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy(&entry.path(), &target);
            } else {
                fs::copy(entry.path(), target).expect("a file can be copied");
            }
        }
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    copy(&fixtures(name), folder.path());
    folder
}

/// A finding as `concise` prints it: path, line, column, rule, and the rest.
type Finding = (String, usize, String, String);

fn findings(folder: &Path) -> Vec<Finding> {
    let of = |line: &str| {
        let mut parts = line.splitn(4, ':');
        let (path, line, column, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let rule = rest.split(['[', ']']).nth(1)?;
        Some((path.to_owned(), line.parse().ok()?, column.to_owned(), format!("{rule} {rest}")))
    };
    let (_, found, _) = check(folder, &[]);
    found.lines().map(|line| of(line).unwrap_or_else(|| panic!("{line}"))).collect()
}

/// For every finding of the fixtures: suppressing it makes it and what shares its line and rule disappear, and what else the command
/// says; nothing else changes, and a second time nothing is written.
#[test]
fn to_suppress_a_finding_suppresses_what_is_said_and_nothing_else() {
    let mut refused = Vec::new();
    for name in ["suppressions", "example", "corpus", "kinds", "report"] {
        let folder = copied(name);
        let root = folder.path();
        let all = findings(root);
        for (path, line, column, rule) in &all {
            let id = rule.split(' ').next().expect("a rule");
            let spot = format!("{path}:{line}:{column}");
            let before = fs::read(root.join(path)).expect("the file is there");
            let (status, out, err) = suppress(root, &[id, &spot]);
            if status == Some(2) {
                assert_eq!(
                    before,
                    fs::read(root.join(path)).expect("it is there"),
                    "{spot}: nothing was written"
                );
                assert!(
                    err.contains("excuse it in plimsoll.yaml") || err.contains("not UTF-8"),
                    "{spot}: {err}"
                );
                refused.push(format!("{name}/{spot}"));
                continue;
            }
            assert_eq!(status, Some(0), "{spot}: {err}");
            let also: BTreeSet<usize> = out
                .lines()
                .filter_map(|line| line.split_once("is suppressed on line")?.1.strip_suffix(" too"))
                .flat_map(|lines| lines.trim_start_matches('s').split(", "))
                .map(|line| line.trim().parse().expect("a line"))
                .chain([*line])
                .collect();
            let written = fs::read(root.join(path)).expect("the file is there");
            let breaks = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').count();
            let added = breaks(&written) - breaks(&before);
            let at = written.split(|byte| *byte == b'\n').zip(before.split(|byte| *byte == b'\n'));
            let at = at.take_while(|(new, old)| new == old).count();
            let gone = |it: &&Finding| {
                !(it.0 == *path && it.3.starts_with(&format!("{id} ")) && also.contains(&it.1))
            };
            let moved = |it: &Finding| {
                let line = if it.0 == *path && it.1 > at { it.1 + added } else { it.1 };
                (it.0.clone(), line, it.3.clone())
            };
            let expected: Vec<_> = all.iter().filter(gone).map(moved).collect();
            let now: Vec<_> = findings(root).into_iter().map(|it| (it.0, it.1, it.3)).collect();
            assert_eq!(now, expected, "{spot}: {out}{}", String::from_utf8_lossy(&written));
            let line = if *line > at { line + added } else { *line };
            let (status, out, err) = suppress(root, &[id, &format!("{path}:{line}")]);
            assert_eq!(
                (status, out.contains("suppressed there already")),
                (Some(0), true),
                "{spot}: {out}{err}"
            );
            assert_eq!(written, fs::read(root.join(path)).expect("it is there"), "{spot}: a second time");
            fs::write(root.join(path), before).expect("the file can be written");
        }
    }
    insta::assert_snapshot!(refused.join("\n"));
}

#[test]
fn a_suppression_is_written_where_it_stands_well() {
    let cases = [
        ("compose.yaml", "x-a: X1\n", 1, "x-a: X1  # plimsoll: ignore[cross] left in spring\n"),
        (
            "compose.yaml",
            "x-a: X1  # v1\r\nx-b: c",
            1,
            "x-a: X1  # v1  # plimsoll: ignore[cross] left in spring\r\nx-b: c",
        ),
        (
            "compose.yaml",
            "\u{feff}x-a: &a\n  'b\n\n  X1'\r\n",
            4,
            "\u{feff}# plimsoll: ignore[cross] left in spring\nx-a: &a\n  'b\n\n  X1'\r\n",
        ),
        (
            "compose.yaml",
            "x-a:\r\n  b: >\r\n    X1",
            3,
            "x-a:\r\n  # plimsoll: ignore[cross] left in spring\r\n  b: >\r\n    X1",
        ),
        (
            "compose.yaml",
            "x-a:\n- {b: c,\n   d: X1}\n",
            3,
            "x-a:\n# plimsoll: ignore[cross] left in spring\n- {b: c,\n   d: X1}\n",
        ),
        ("Makefile", "a:\n\tX1\n", 2, "a:\n# plimsoll: ignore[cross] left in spring\n\tX1\n"),
        (
            "Dockerfile",
            "FROM a\nRUN b \\\n  X1",
            3,
            "FROM a\n# plimsoll: ignore[cross] left in spring\nRUN b \\\n  X1",
        ),
        ("a.sh", "cat <<E\nX1\nE\n", 2, "# plimsoll: ignore[cross] left in spring\ncat <<E\nX1\nE\n"),
        (".env", "A=X1", 1, "# plimsoll: ignore[cross] left in spring\nA=X1"),
        ("a.md", "b X1  \nc\n", 1, "b X1 <!-- plimsoll: ignore[cross] left in spring -->  \nc\n"),
        ("a.md", "~~~\nX1\n~~~\n", 2, "<!-- plimsoll: ignore[cross] left in spring -->\n~~~\nX1\n~~~\n"),
        (
            "compose.yaml",
            "x-a: X1  # plimsoll: ignore[b] why\n",
            1,
            "x-a: X1  # plimsoll: ignore[b, cross] why; left in spring\n",
        ),
        (
            "compose.yaml",
            "# plimsoll: ignore[b]\nx-a: X1\n",
            2,
            "# plimsoll: ignore[b, cross] left in spring\nx-a: X1\n",
        ),
    ];
    for (path, text, line, expected) in cases {
        let folder = project(&[RULE, ("plimsoll.yaml", "rules: {invalid-suppression: off}\n"), (path, text)]);
        let (status, out, err) = suppress(folder.path(), &["cross", &format!("{path}:{line}")]);
        assert_eq!(status, Some(0), "{path} {text:?}: {out}{err}");
        assert_eq!(read(folder.path(), path), expected, "{path}");
    }
}

#[test]
fn a_last_day_is_written_and_a_change_can_be_shown_first() {
    let folder = project(&[RULE, (COMPOSE, "x-a: X1\n")]);
    let arguments = ["cross", "compose.yaml:1:6", "--until", "2999-01-31"];
    let (status, out, _) = suppress(folder.path(), &[&arguments[..], &["--dry-run"]].concat());
    assert_eq!(status, Some(0));
    assert_eq!(
        out,
        "--- compose.yaml\n+++ compose.yaml\n@@ -1,1 +1,1 @@\n-x-a: X1\n\
         +x-a: X1  # plimsoll: ignore[cross] until=2999-01-31 left in spring\n"
    );
    assert_eq!(read(folder.path(), COMPOSE), "x-a: X1\n");
    let (status, out, _) = suppress(folder.path(), &arguments);
    assert_eq!((status, &*out), (Some(0), "compose.yaml:1: suppressed `cross`\n"));
    assert_eq!(
        read(folder.path(), COMPOSE),
        "x-a: X1  # plimsoll: ignore[cross] until=2999-01-31 left in spring\n"
    );
    assert_eq!(check(folder.path(), &[]).1, "");
}

#[test]
fn a_secret_on_the_line_is_not_shown() {
    let folder = project(&[RULE, (COMPOSE, "services: {a: {environment: {PASSWORD: hunter22X1}}}\n")]);
    let (status, out, err) = suppress(folder.path(), &["cross", "compose.yaml:1", "--dry-run"]);
    assert_eq!(status, Some(0), "{err}");
    assert!(!out.contains("hunter22"), "{out}");
}

#[test]
fn what_cannot_be_suppressed_is_refused_and_nothing_is_written() {
    let folder = project(&[RULE, (COMPOSE, "x-a: X1\nx-b: [c\n"), ("latin1.sh", "")]);
    fs::write(folder.path().join("latin1.sh"), b"X1 \xe9\n").expect("a file can be written");
    let cases: [(&[&str], &str); 9] = [
        (
            &["cross", "compose.yaml:9"],
            "compose.yaml:9: no finding of `cross`; the rule finds something in this file on line 1\n",
        ),
        (&["missing-probe", "compose.yaml:1"], "no finding of `missing-probe`; found on that line: cross\n"),
        (
            &["missing-probe", "compose.yaml:9"],
            "nothing is found on that line, and the rule finds nothing in this file\n",
        ),
        (&["cros", "compose.yaml:1"], "unknown rule `cros`; did you mean `cross`?\n"),
        (&["rule-error", "compose.yaml:1"], "`rule-error` cannot be suppressed in a file\n"),
        (&["cross", "compose.yaml"], "name a line too, as in `compose.yaml:3`"),
        (&["cross", "none.yaml:1"], "no such file"),
        (&["cross", "latin1.sh:1"], "latin1.sh is not UTF-8; save it as UTF-8 first\n"),
        (&["cross", "compose.yaml:1", "--until", "2020-01-31"], "the last day is over"),
    ];
    for (arguments, expected) in cases {
        let (status, out, err) = suppress(folder.path(), arguments);
        assert_eq!((status, &*out), (Some(2), ""), "{arguments:?}");
        assert!(err.contains(expected), "{arguments:?}: {err}");
    }
    for reason in ["", " ", "a\nb", "a until=2027-01-31", "a --> b", "a plimsoll: ignore[b]"] {
        let arguments = ["suppress", "cross", "compose.yaml:1", "--reason", reason];
        assert_eq!(plimsoll(folder.path(), &arguments, b"").status.code(), Some(2), "{reason:?}");
    }
    assert_eq!(read(folder.path(), COMPOSE), "x-a: X1\nx-b: [c\n");
}

#[test]
fn a_reason_that_another_rule_would_find_is_refused() {
    let spring = RULE.1.replace("cross", "spring").replace("X[0-9]+", "spring");
    let folder = project(&[RULE, (".plimsoll/rules/spring.yaml", &spring), (COMPOSE, "x-a: X1\n")]);
    let (status, _, err) = suppress(folder.path(), &["cross", "compose.yaml:1"]);
    assert_eq!(status, Some(2));
    let expected =
        "compose.yaml:1: `spring` would find something in the suppression; say the reason in other words\n";
    assert!(err.ends_with(expected), "{err}");
    assert_eq!(read(folder.path(), COMPOSE), "x-a: X1\n");
}

#[test]
fn a_json_manifest_gets_an_annotation() {
    let pod = r#"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "X1"}}"#;
    let folder = project(&[RULE, ("plimsoll.yaml", "{}\n"), ("k8s/a.json", pod)]);
    let (status, _, err) = suppress(folder.path(), &["cross", "k8s/a.json:1"]);
    assert_eq!(status, Some(0), "{err}");
    assert_eq!(
        read(folder.path(), "k8s/a.json"),
        r#"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"annotations": {"plimsoll.dev/ignore.cross": "left in spring"}, "name": "x"}, "data": {"a": "X1"}}"#
    );
    assert_eq!(check(folder.path(), &[]).1, "");
    let folder = project(&[
        RULE,
        ("plimsoll.yaml", "kinds: {'data/*': compose}\n"),
        ("data/compose.json", r#"{"services": {"a": {"image": "X1"}}}"#),
    ]);
    let (status, _, err) = suppress(folder.path(), &["cross", "data/compose.json:1"]);
    assert_eq!(status, Some(2));
    assert!(err.contains("waivers: [{rule: cross, paths: [data/compose.json], reason: …}]"), "{err}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_the_project_only_and_the_mode_stays() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let outside = project(&[("b.sh", "X1\n")]);
    let folder = project(&[RULE, ("plimsoll.yaml", "{}\n"), ("real/a.sh", "X1\n")]);
    let root = folder.path();
    let real = root.join("real/a.sh");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o750)).expect("modes can be set");
    symlink("real/a.sh", root.join("inner.sh")).expect("a link can be made");
    symlink(outside.path().join("b.sh"), root.join("outer.sh")).expect("a link can be made");
    let (status, _, err) = suppress(root, &["cross", "outer.sh:1"]);
    assert_eq!((status, read(outside.path(), "b.sh")), (Some(2), "X1\n".to_owned()), "{err}");
    let (status, _, err) = suppress(root, &["cross", "inner.sh:1"]);
    assert_eq!(status, Some(0), "{err}");
    assert_eq!(read(root, "real/a.sh"), "X1 # plimsoll: ignore[cross] left in spring\n");
    assert!(fs::symlink_metadata(root.join("inner.sh")).is_ok_and(|link| link.is_symlink()));
    assert_eq!(fs::metadata(&real).map(|file| file.permissions().mode() & 0o777).ok(), Some(0o750));
}
