//! The pipeline: what only sanctioned jobs run, what else runs it, and what the configuration says of it.

use crate::support::{plimsoll, project};
use std::fmt::Write as _;

const CONFIG: &str = "pipeline:\n  - {workflow: .github/workflows/ci-cd.yml, job: deploy}\n";
const DEPLOY: &str = "on: push\njobs:\n  deploy:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: ";

/// The findings of the rule in a project, a line each, without the rule's name; then the status.
fn findings(files: &[(&str, &str)]) -> (Vec<String>, Option<i32>) {
    let folder = project(files);
    let arguments =
        ["check", "--quiet", "--output", "concise", "--select", "deploy-outside-pipeline,unknown-pipeline"];
    let output = plimsoll(folder.path(), &arguments, b"");
    let text = String::from_utf8(output.stdout).expect("the report is text");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = text.lines().map(|line| line.replace(" error[deploy-outside-pipeline]", ""));
    (lines.collect(), output.status.code())
}

fn deploy(run: &str) -> String {
    format!("{DEPLOY}{run}\n")
}

#[test]
fn without_a_pipeline_the_rule_is_off_and_says_so_once() {
    let folder = project(&[(".github/workflows/a.yml", &deploy("kubectl apply -f k8s"))]);
    let output = plimsoll(folder.path(), &["check"], b"");
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(
        said.matches("deploy-outside-pipeline is off: the configuration has no `pipeline`").count(),
        1
    );
    assert_eq!(output.status.code(), Some(0));
    let output = plimsoll(folder.path(), &["check", "--output", "json"], b"");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["summary"]["off"][0]["rule"], "deploy-outside-pipeline");
    assert_eq!(report["summary"]["off"][0]["needs"], "pipeline");
    let quiet = project(&[("compose.yaml", "services: {}\n")]);
    let output = plimsoll(quiet.path(), &["check"], b"");
    assert!(
        !String::from_utf8_lossy(&output.stderr).contains("deploy-outside-pipeline"),
        "nothing is deployed"
    );
}

#[test]
fn a_job_or_workflow_of_the_configuration_that_does_not_exist_is_an_error_with_a_suggestion() {
    let workflow = deploy("make");
    let files = [(".github/workflows/ci-cd.yml", &*workflow)];
    for (config, expected) in [
        (
            "pipeline: [{workflow: .github/workflows/ci-cd.yml, job: deplyo}]\n",
            "plimsoll.yaml:1:57: error[unknown-pipeline] `.github/workflows/ci-cd.yml` has no job `deplyo`: nothing is sanctioned by this",
        ),
        (
            "pipeline: [{workflow: .github/workflows/cicd.yml, job: deploy}]\n",
            "plimsoll.yaml:1:23: error[unknown-pipeline] no workflow is at `.github/workflows/cicd.yml`: nothing is sanctioned by this",
        ),
    ] {
        let (found, status) = findings(&[&files[..], &[("plimsoll.yaml", config)]].concat());
        assert_eq!(found, [expected]);
        assert_eq!(status, Some(1));
        let folder = project(&[&files[..], &[("plimsoll.yaml", config)]].concat());
        let full = String::from_utf8(plimsoll(folder.path(), &["check"], b"").stdout).expect("text");
        assert!(full.contains("did you mean"), "{full}");
    }
    let (found, _) = findings(
        &[&files[..], &[("plimsoll.yaml", "pipeline: [{workflow: '.github/workflows/*.yml'}]\n")]].concat(),
    );
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn what_calls_something_of_the_pipeline_from_outside_is_reported_where_it_calls() {
    let ci = deploy("npm run ship && bash scripts/deploy.sh");
    let (found, _) = findings(&[
        ("plimsoll.yaml", CONFIG),
        (".github/workflows/ci-cd.yml", &ci),
        (".github/workflows/manual.yml", &deploy("cd scripts && ./deploy.sh")),
        ("scripts/deploy.sh", "#!/bin/sh\n. ./lib.sh\nkubectl apply -f k8s\n./deploy.sh again\n"),
        ("scripts/lib.sh", "kubectl version\n"),
        (
            "package.json",
            r#"{"scripts": {"ship": "make ship", "postship": "kubectl get pods", "by-hand": "npm run ship"}}"#,
        ),
        ("Makefile", "all: ship\nship:\n\t./scripts/deploy.sh\n"),
    ]);
    assert_eq!(
        found,
        [
            ".github/workflows/manual.yml:6:28: this leads to `kubectl` outside the pipeline",
            "Makefile:1:6: this leads to `kubectl` outside the pipeline",
            "package.json:1:79: this leads to `kubectl` outside the pipeline",
        ]
    );
}

#[test]
fn what_nothing_sanctioned_reaches_is_outside_even_in_a_circle() {
    let (found, _) = findings(&[
        ("plimsoll.yaml", CONFIG),
        (".github/workflows/ci-cd.yml", &deploy("make test")),
        ("a.sh", "./b.sh\nkubectl get pods\n"),
        ("b.sh", "./a.sh\nkubectl get nodes\n"),
    ]);
    assert_eq!(
        found,
        [
            "a.sh:2:1: `kubectl get` runs outside the pipeline",
            "b.sh:2:1: `kubectl get` runs outside the pipeline"
        ]
    );
}

#[test]
fn a_reusable_workflow_is_inside_only_while_nothing_else_starts_it() {
    let ci = "on: push\njobs:\n  deploy:\n    uses: ./.github/workflows/ship.yml\n";
    let ship = |on: &str| {
        format!("on: {on}\njobs:\n  ship:\n    runs-on: x\n    steps:\n      - run: kubectl apply -f a\n")
    };
    let found = |on: &str, other: &str| {
        let files = [
            ("plimsoll.yaml", CONFIG),
            (".github/workflows/ci-cd.yml", ci),
            (".github/workflows/other.yml", other),
            (".github/workflows/ship.yml", &ship(on)),
        ];
        findings(&files).0
    };
    let none = "on: push\njobs: {}\n";
    assert!(found("workflow_call", none).is_empty());
    assert!(found("{workflow_call: {inputs: {}}}", none).is_empty());
    let own = [".github/workflows/ship.yml:6:14: `kubectl apply` runs outside the pipeline"];
    assert_eq!(found("[workflow_call, workflow_dispatch]", none), own);
    assert_eq!(
        found("workflow_call", &ci.replace("deploy", "again")),
        [".github/workflows/other.yml:4:11: this leads to `kubectl` outside the pipeline"]
    );
}

#[test]
fn a_cluster_of_the_job_is_its_own_however_it_is_made() {
    let made = |job: &str, files: &[(&str, &str)]| {
        let workflow = format!("on: push\njobs:\n  e2e:\n    runs-on: x\n{job}");
        let own = [
            ("plimsoll.yaml", CONFIG),
            (".github/workflows/ci-cd.yml", &*deploy("make")),
            (".github/workflows/e2e.yml", &*workflow),
        ]
        .map(|(path, text)| (path.to_owned(), text.to_owned()));
        let all: Vec<_> =
            own.iter().map(|(path, text)| (&**path, &**text)).chain(files.iter().copied()).collect();
        findings(&all).0.len()
    };
    let apply = "      - run: kubectl apply -f a\n";
    assert_eq!(made(&format!("    steps:\n{apply}"), &[]), 1);
    assert_eq!(made(&format!("    steps:\n      - uses: helm/kind-action@v1\n{apply}"), &[]), 0);
    assert_eq!(
        made(&format!("    services: {{k: {{image: 'rancher/k3s:v1'}}}}\n    steps:\n{apply}"), &[]),
        0
    );
    assert_eq!(
        made(&format!("    steps:\n      - run: curl -sfL https://get.k3s.io | sh -\n{apply}"), &[]),
        0
    );
    assert_eq!(
        made(
            &format!("    steps:\n      - run: make up\n{apply}"),
            &[("Makefile", "up: cluster\ncluster:\n\tk3d cluster create\n")]
        ),
        0
    );
    let e2e = ("e2e.sh", "minikube start\n./apply.sh\n");
    let apply = ("apply.sh", "kubectl apply -f a\n");
    assert_eq!(made("    steps:\n      - run: ./e2e.sh\n", &[e2e, apply]), 0);
    assert_eq!(
        made(
            "    steps:\n      - run: ./e2e.sh\n      - run: ls\n  real:\n    runs-on: x\n    steps:\n      - run: ./apply.sh\n",
            &[e2e, apply]
        ),
        1
    );
}

#[test]
fn a_long_chain_of_callers_is_followed_to_its_end() {
    let mut makefile = String::from("all:\n\tkubectl get pods\n");
    for at in 0..20_000 {
        writeln!(makefile, "t{at}: all t{}\n\t$(MAKE) t{}", at + 1, at / 2)
            .expect("a string takes every text");
    }
    let (found, _) = findings(&[
        ("plimsoll.yaml", CONFIG),
        (".github/workflows/ci-cd.yml", &deploy("make t0")),
        ("Makefile", &makefile),
    ]);
    assert!(found.is_empty(), "{found:?}");
}
