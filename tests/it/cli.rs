//! The program as a user runs it: output, status, mistakes.

use crate::support::plimsoll;
use std::path::Path;
use std::process::Output;

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
