//! `plimsoll init`: what is proposed for a repository, why, and that the proposal is a configuration.

use crate::support::{plimsoll, project};
use plimsoll::config::{RawConfig, Settings};
use plimsoll::yaml::{Options, parse};
use std::fs;

/// The proposal for a project of these files.
fn proposal(files: &[(&str, &str)]) -> String {
    let folder = project(files);
    fs::create_dir_all(folder.path().join(".git")).expect("a folder can be made");
    let output = plimsoll(folder.path(), &["init", "--dry-run"], b"");
    let text = String::from_utf8(output.stdout).expect("the proposal is UTF-8");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!folder.path().join("plimsoll.yaml").exists(), "a dry run writes nothing");
    settings(&text, |_| ());
    settings(&uncommented(&text), |_| ());
    text
}

/// Reads a proposal as the program does.
fn settings<T>(text: &str, ask: impl FnOnce(&Settings<'_>) -> T) -> T {
    let document = parse(text, Options::default());
    let settings = RawConfig::read(&document).and_then(Settings::new);
    ask(&settings.unwrap_or_else(|mistakes| panic!("{mistakes:#?}\n{text}")))
}

/// The proposal with everything that it only shows: a commented line is a key, or an entry below one.
fn uncommented(text: &str) -> String {
    let mut all = String::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let code = line.trim_start().strip_prefix("# ").filter(|code| {
            let is_key = |word: &str| word.ends_with(':') && !word.contains([' ', '`', '.']);
            let first = code.split_whitespace().next().unwrap_or_default();
            code.starts_with("- {")
                || code.starts_with("  ") && (first == "-" || is_key(first))
                || is_key(first) && (code == &first || code.contains('{') || code.contains('['))
        });
        all.push_str(&line[..indent]);
        all.push_str(code.unwrap_or(line.trim_start()));
        all.push('\n');
    }
    all
}

const DEPLOY: &str = "on: {push: {branches: [main]}}\njobs:\n  deploy:\n    runs-on: x\n    environment: production\n    steps:\n      - run: kubectl apply -f k8s\n";

#[test]
fn an_empty_project_gets_a_configuration_whose_every_example_is_valid() {
    let text = proposal(&[("src/main.rs", "")]);
    settings(&text, |settings| assert!(settings.pipeline.is_empty()));
    settings(&uncommented(&text), |settings| {
        assert!(settings.sanctions(".github/workflows/deploy.yml", "deploy"));
        assert_eq!(settings.retired.entries().len(), 1);
        assert_eq!((settings.rules.len(), settings.overrides.len(), settings.waivers.len()), (2, 1, 1));
        assert_eq!(settings.workloads.len(), 1);
        assert!(settings.exclude.matches("vendor/x"));
    });
}

#[test]
fn the_job_that_deploys_is_the_pipeline_and_others_are_shown() {
    let preview =
        "on: pull_request\njobs:\n  preview:\n    runs-on: x\n    steps: [{run: helm upgrade web chart}]\n";
    let text = proposal(&[(".github/workflows/cd.yml", DEPLOY), (".github/workflows/preview.yml", preview)]);
    settings(&text, |settings| {
        assert!(settings.sanctions(".github/workflows/cd.yml", "deploy"));
        assert!(!settings.sanctions(".github/workflows/preview.yml", "preview"));
        assert!(
            settings.rules.iter().any(|rule| rule.id.value == "deploy-outside-pipeline"),
            "helm is watched"
        );
    });
    for said in [
        "# deploy: `kubectl apply` at .github/workflows/cd.yml:7; environment `production`; runs on push",
        "# - {workflow: .github/workflows/preview.yml, job: preview}  # `helm upgrade` at .github/workflows/preview.yml:5; runs for pull requests only",
        "# `helm` changes a cluster too: .github/workflows/preview.yml:5",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
}

#[test]
fn a_job_deploys_by_scripts_actions_and_workflows_that_it_calls() {
    let by = |steps: &str| format!("on: push\njobs:\n  ship:\n    runs-on: x\n    steps: [{steps}]\n");
    let rollout =
        "runs: {using: composite, steps: [{run: kubectl rollout restart deploy/web, shell: bash}]}\n";
    let called = "on: workflow_call\njobs: {go: {runs-on: x, steps: [{run: kubectl apply -f k8s}]}}\n";
    let calls = "on: push\njobs: {ship: {uses: ./.github/workflows/called.yml}}\n";
    let cases: [(&str, &str, String); 3] = [
        ("deploy.sh", "#!/bin/sh\nkubectl apply -f k8s\n", by("{run: ./deploy.sh}")),
        ("rollout/action.yml", rollout, by("{uses: ./rollout}")),
        (".github/workflows/called.yml", called, calls.to_owned()),
    ];
    for (path, file, workflow) in &cases {
        let text = proposal(&[(path, file), (".github/workflows/cd.yml", workflow)]);
        settings(&text, |settings| {
            assert!(settings.sanctions(".github/workflows/cd.yml", "ship"), "{text}");
            assert!(!settings.sanctions(".github/workflows/called.yml", "go"), "{text}");
        });
        assert!(
            text.contains(&format!("at {path}:")) && text.contains(", which .github/workflows/cd.yml:"),
            "{text}"
        );
    }
}

#[test]
fn tests_with_a_cluster_of_their_own_and_samples_are_no_pipeline() {
    let own = "on: push\njobs:\n  deploy:\n    runs-on: x\n    steps: [{uses: helm/kind-action@v1}, {run: kubectl apply -f k8s}]\n";
    let e2e = "on: push\njobs:\n  deploy-e2e:\n    runs-on: x\n    steps: [{run: ./e2e.sh}]\n";
    let script = "#!/bin/sh\nk3d cluster create x\nkubectl apply -f k8s\n";
    let text = proposal(&[
        (".github/workflows/a.yml", own),
        (".github/workflows/b.yml", e2e),
        ("e2e.sh", script),
        ("templates/cd.yml", DEPLOY),
        ("testdata/.github/workflows/cd.yml", DEPLOY),
    ]);
    settings(&text, |settings| assert!(settings.pipeline.is_empty(), "{text}"));
}

#[test]
fn a_job_that_stands_twice_is_proposed_once() {
    let workflow = format!("{DEPLOY}  deploy: {{runs-on: x, steps: [{{run: helm upgrade web chart}}]}}\n");
    let text = proposal(&[(".github/workflows/cd.yml", &workflow)]);
    settings(&text, |settings| assert_eq!(settings.pipeline[0].jobs.len(), 1, "{text}"));
}

#[test]
fn a_weak_candidate_is_only_shown() {
    let clean = "on: workflow_dispatch\njobs:\n  cleanup:\n    runs-on: x\n    steps: [{run: kubectl delete ns pr-1}]\n";
    let text = proposal(&[(".github/workflows/clean.yml", clean)]);
    settings(&text, |settings| assert!(settings.pipeline.is_empty()));
    assert!(text.contains("#   - {workflow: .github/workflows/clean.yml, job: cleanup}"), "{text}");
}

#[test]
fn names_of_a_family_that_nothing_defines_look_retired() {
    let compose = "services:\n  shop-cart-service: {image: acme/shop-cart-service}\n  web:\n    image: acme/web\n    depends_on: [shop-cart-service]\n    environment:\n      AUTH_URL: http://shop-auth-service:8001\n      DB: postgres://shop-x@postgres-service/x\n      SITE: https://shop-cdn-service.example.com\n";
    let workflow =
        "on: {push: {paths: ['services/shop-mail-service/**']}}\njobs: {build: {runs-on: x, steps: []}}\n";
    let text = proposal(&[
        ("compose.yaml", compose),
        (".github/workflows/ci.yml", workflow),
        ("testdata/compose.yaml", "services: {a: {image: b, depends_on: [shop-old-service]}}\n"),
    ]);
    settings(&text, |settings| assert!(settings.retired.entries().is_empty(), "only shown"));
    settings(&uncommented(&text), |settings| {
        let names: Vec<_> =
            settings.retired.entries().iter().map(|entry| entry.name.value.as_str()).collect();
        assert_eq!(names, ["shop-auth-service", "shop-mail-service"]);
    });
    let why =
        "name: shop-auth-service  # compose.yaml:7; of its family, `shop-cart-service` is at compose.yaml:2";
    assert!(text.contains(why), "{text}");
}

#[test]
fn a_name_is_defined_by_a_folder_an_object_a_prefix_or_a_value() {
    let compose = "services:\n  shop-a-service: {image: x}\n  web:\n    image: x\n    environment:\n      A: http://shop-b-service\n      B: http://shop-c-service\n      C: http://shop-d-service\n      D: http://shop-e-service\n";
    let text = proposal(&[
        ("compose.yaml", compose),
        ("services/shop-b-service/main.go", ""),
        ("k8s/c.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: shop-c-service}\n"),
        ("k8s/d.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: d-service}\n"),
        ("k8s/kustomization.yaml", "namePrefix: shop-\nresources: [d.yaml]\n"),
        ("chart/Chart.yaml", "apiVersion: v2\nname: x\nversion: 1.0.0\n"),
        ("chart/values.yaml", "e: {fullnameOverride: shop-e-service}\n"),
    ]);
    assert!(!text.contains("are they gone?"), "{text}");
}

#[test]
fn folders_of_others_are_excluded_and_examples_are_asked_about() {
    let compose = "services: {web: {image: web}}\n";
    let text = proposal(&[
        ("compose.yaml", compose),
        ("vendor/x/compose.yaml", compose),
        ("a/testdata/compose.yaml", compose),
        ("examples/compose.yaml", compose),
    ]);
    settings(&text, |settings| {
        assert!(settings.exclude.matches("vendor/x/compose.yaml"));
        assert!(settings.exclude.matches("a/testdata/compose.yaml"));
        assert!(!settings.exclude.matches("examples/compose.yaml") && settings.overrides.is_empty());
    });
    assert!(text.contains("#   - {paths: [\"examples/**\"], rules: {missing-probe: info"), "{text}");

    let text = proposal(&[("testdata/compose.yaml", compose)]);
    settings(&text, |settings| assert!(settings.exclude.patterns.is_empty(), "nothing else would be left"));
}

#[test]
fn custom_resources_with_pods_are_workloads() {
    let fleet = "apiVersion: agones.dev/v1\nkind: Fleet\nmetadata: {name: x}\nspec:\n  template:\n    spec:\n      template:\n        spec: {containers: [{name: a, image: b}]}\n";
    let rollout = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: x}\nspec:\n  template:\n    spec: {containers: [{name: a, image: b}]}\n";
    let text = proposal(&[("fleet.yaml", fleet), ("rollout.yaml", rollout)]);
    settings(&text, |settings| {
        let [fleet] = &*settings.workloads else { panic!("one, not {:?}", settings.workloads) };
        assert_eq!(fleet.pod.value, ["spec", "template", "spec", "template"]);
    });
}

#[test]
fn what_is_found_stays_text_in_the_proposal() {
    let workflow = "on: push\njobs:\n  \"deploy # x\\nevil: \\u202e1\": {runs-on: self-hosted, environment: \"prod\\n- y: {\", steps: [{run: kubectl apply -f x}]}\n";
    let text = proposal(&[(".github/workflows/a: b #[x].yml", workflow)]);
    settings(&text, |settings| {
        assert!(
            settings.sanctions(".github/workflows/a: b #[x].yml", "deploy # x\nevil: \u{202e}1"),
            "{text}"
        );
    });
    assert!(!text.contains('\u{202e}'), "{text}");
    assert!(
        text.contains("self-hosted-outside-pipeline: error  # jobs on machines of the organisation"),
        "{text}"
    );
}

#[test]
fn check_runs_with_the_proposal_and_init_never_overwrites() {
    let folder = project(&[
        (".github/workflows/cd.yml", DEPLOY),
        ("compose.yaml", "services: {web: {image: web, healthcheck: {test: 'true'}}}\n"),
        (".git/config", ""),
    ]);
    let output = plimsoll(folder.path(), &["init"], b"");
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("then run `plimsoll check`"));
    let written = fs::read_to_string(folder.path().join("plimsoll.yaml")).expect("init wrote it");
    let check = plimsoll(folder.path(), &["check"], b"");
    assert_eq!(check.status.code(), Some(0), "{}", String::from_utf8_lossy(&check.stdout));
    let again = plimsoll(folder.path(), &["init"], b"");
    assert_eq!(again.status.code(), Some(2), "a second time it leaves the file alone");
    assert_eq!(fs::read_to_string(folder.path().join("plimsoll.yaml")).expect("it is there"), written);
}
