//! The pipelines that the README shows, kept in `fixtures/ci`: their commands do what is said of them.

use crate::repository::{Repository, said};
use crate::support::{self, fixtures};
use plimsoll::yaml::{self, Node, Options};
use std::fs;

const FINDING: &str = "services:\n  web: {image: web}\n";

/// The pipelines, as files of `fixtures/ci`.
const FILES: [&str; 4] =
    ["github-actions.yml", "gitlab-ci.yml", "azure-pipelines.yml", "pre-commit-config.yaml"];

fn read(file: &str) -> String {
    fs::read_to_string(fixtures("ci").join(file)).expect("the file is there")
}

/// Runs a script of a pipeline, less what installs plimsoll: how it ended, and what it said.
fn run(repository: &Repository, script: &str, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut bash = repository.run("bash", &["-e", "-c", script]);
    let output = bash.envs(variables.iter().copied()).output().expect("bash can be run");
    (output.status.code(), said(&output))
}

#[test]
fn the_readme_shows_the_files_as_they_are() {
    let readme = include_str!("../../README.md");
    for file in FILES {
        assert!(readme.contains(&format!("```yaml\n{}```", read(file))), "the README shows another {file}");
    }
    assert_eq!(fs::read_dir(fixtures("ci")).expect("the folder is there").count(), FILES.len());
}

#[test]
fn the_job_for_gitlab_leaves_a_report_and_knows_what_is_new() {
    let document = yaml::parse(read("gitlab-ci.yml"), Options::default());
    let script = document.roots().next().and_then(|root| root.get("plimsoll")?.get("script")?.items().next());
    let script = script.map(Node::text).expect("the job has a script");
    let repository = Repository::of(&[("compose.yaml", FINDING)]);
    let base = repository.head();
    for (variables, status, findings) in
        [(&[][..], 1, 1), (&[("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.as_str())], 0, 0)]
    {
        let (ended, said) = run(&repository, &script, variables);
        assert_eq!(ended, Some(status), "{said}");
        let report = fs::read_to_string(repository.path().join("plimsoll.json")).expect("it was written");
        let report: serde_json::Value = serde_json::from_str(&report).expect("it is JSON");
        assert_eq!(report.as_array().map(Vec::len), Some(findings), "{report}");
    }
}

#[test]
fn the_pipeline_for_azure_leaves_a_report() {
    let document = yaml::parse(read("azure-pipelines.yml"), Options::default());
    let steps = document.roots().next().and_then(|root| root.get("steps")).expect("there are steps");
    let scripts = steps.items().filter_map(|step| Some(step.get("script")?.text().into_owned()));
    let script = scripts.last().expect("there is a script");
    let temporary = support::project(&[]);
    let script = script
        .replace("$(Agent.TempDirectory)", &temporary.path().display().to_string())
        .replace("$(Pipeline.Workspace)", "/nowhere");
    let (ended, said) = run(&Repository::of(&[("compose.yaml", FINDING)]), &script, &[]);
    assert_eq!(ended, Some(1), "{said}");
    let report = fs::read_to_string(temporary.path().join("plimsoll.xml")).expect("it was written");
    assert!(report.contains("missing-healthcheck"), "{report}");
}
