//! The configuration as a user writes it: what each key changes in a run, and what is wrong with it across entries.

use crate::support::{plimsoll, project};
use plimsoll::config::{CONFIG, RawConfig, Settings};
use plimsoll::shape::Shape;
use plimsoll::yaml::{Kind, Node, Options, parse};
use std::collections::BTreeSet;

const WORKFLOW: &str = "on: push\njobs:\n  deploy: {runs-on: self-hosted, steps: [{run: kubectl apply -f x}]}\n  other: {runs-on: self-hosted, steps: [{run: kubectl get pods}, {run: helm upgrade x y}]}\n";
const COMPOSE: &str = "services:\n  old-api: {image: web}\n";
const FILES: [(&str, &str); 3] =
    [(".github/workflows/cd.yml", WORKFLOW), ("compose.yaml", COMPOSE), ("dev/compose.yaml", COMPOSE)];

/// What is found with a configuration on a day: path, severity and rule of each finding, without repeats.
fn found_on(config: &str, day: &str) -> Vec<String> {
    let folder = project(&FILES);
    std::fs::write(folder.path().join("plimsoll.yaml"), config).expect("a file can be written");
    let output = plimsoll(folder.path(), &["check", "--output", "concise", "--today", day], b"");
    assert_ne!(output.status.code(), Some(2), "{config}\n{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("reports are UTF-8");
    let found: BTreeSet<String> = lines
        .lines()
        .filter_map(|line| {
            let (place, rest) = line.split_once(": ")?;
            let path = place.split(':').next()?;
            Some(format!("{path} {}", rest.split(' ').next()?))
        })
        .collect();
    found.into_iter().collect()
}

fn found(config: &str) -> Vec<String> {
    found_on(config, "2026-06-01")
}

/// What is wrong with a configuration across its entries, and what is marked.
fn mistakes(config: &str) -> Vec<String> {
    let document = parse(config, Options::default());
    let mistakes = RawConfig::read(&document).and_then(Settings::new).err().unwrap_or_default();
    mistakes.iter().map(|it| format!("{} [{}]", it.message, it.place.span.of(config))).collect()
}

const HEALTH: [&str; 2] =
    ["compose.yaml error[missing-healthcheck]", "dev/compose.yaml error[missing-healthcheck]"];
const CD: &str = "pipeline: [{workflow: .github/workflows/cd.yml, job: deploy}]\n";

#[test]
fn presets_add_up_and_an_empty_list_starts_from_none() {
    let with = |extends: &str| found(&format!("extends: {extends}\n{CD}"));
    let kubectl = ".github/workflows/cd.yml error[deploy-outside-pipeline]";
    let hosted = ".github/workflows/cd.yml error[self-hosted-outside-pipeline]";
    assert_eq!(found(CD), [kubectl, HEALTH[0], HEALTH[1]], "recommended by default");
    assert_eq!(with("plimsoll:hardening@1"), [hosted]);
    let both = "[plimsoll:recommended@1, plimsoll:hardening@1]";
    assert_eq!(with(both), [kubectl, hosted, HEALTH[0], HEALTH[1]]);
    assert_eq!(with("[]"), [""; 0]);
    assert_eq!(with("[]\nrules: {self-hosted-outside-pipeline: warning}").len(), 1, "what is set runs");
    let twice = "extends: [plimsoll:recommended@1, plimsoll:recommended@1]";
    assert_eq!(mistakes(twice), ["`plimsoll:recommended@1` is named twice [plimsoll:recommended@1]"]);
}

#[test]
fn every_severity_is_given_in_short_and_in_full() {
    for severity in ["error", "warning", "info"] {
        let expected = HEALTH.map(|line| line.replace("error", severity));
        assert_eq!(found(&format!("rules: {{missing-healthcheck: {severity}}}")), expected);
        assert_eq!(found(&format!("rules: {{missing-healthcheck: {{severity: {severity}}}}}")), expected);
    }
    assert_eq!(found("rules: {missing-healthcheck: off}"), [""; 0]);
    assert_eq!(found("rules: {missing-healthcheck: {severity: off}}"), [""; 0]);
    assert_eq!(found("rules: {missing-healthcheck: {}}"), HEALTH, "what is left out stays");
}

#[test]
fn the_last_override_that_matches_counts() {
    let with = |overrides: &str| found(&format!("overrides: [{overrides}]"));
    let off = "{paths: dev, rules: {missing-healthcheck: off}}";
    let info = "{paths: ['**/compose.yaml'], rules: {missing-healthcheck: info}}";
    assert_eq!(with(off), [HEALTH[0]]);
    let infos = HEALTH.map(|line| line.replace("error", "info"));
    assert_eq!(with(&format!("{off}, {info}")), infos, "the later one switches it on again");
    assert_eq!(with(&format!("{info}, {off}")), [&*infos[0]]);
}

#[test]
fn an_override_may_set_params_only_and_switch_a_rule_on_in_its_paths() {
    let params = |rule: &str, params: &str| {
        found(&format!("{CD}overrides: [{{paths: .github, rules: {{{rule}: {{params: {params}}}}}}}]"))
    };
    let hosted = ".github/workflows/cd.yml error[self-hosted-outside-pipeline]";
    assert!(params("self-hosted-outside-pipeline", "{labels: [self-hosted]}").contains(&hosted.to_owned()));
    assert!(!params("self-hosted-outside-pipeline", "{labels: [gpu]}").contains(&hosted.to_owned()));
    let allowed = "{allow: [kubectl get]}";
    assert_eq!(params("deploy-outside-pipeline", allowed), HEALTH, "the severity stays");
    let elsewhere = "overrides: [{paths: dev, rules: {self-hosted-outside-pipeline: error}}]";
    assert!(!found(&format!("{CD}{elsewhere}")).contains(&hosted.to_owned()));
}

#[test]
fn a_pipeline_is_a_glob_with_a_job_a_list_or_all_of_them() {
    let sanctions = |entry: &str| {
        let config = format!("pipeline: [{{workflow: .github/workflows/{entry}}}]");
        let document = parse(&*config, Options::default());
        let settings = RawConfig::read(&document).and_then(Settings::new);
        let settings = settings.unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
        ["a", "b", "c"].map(|job| settings.sanctions(".github/workflows/cd.yml", job))
    };
    assert_eq!(sanctions("cd.yml, job: a"), [true, false, false]);
    assert_eq!(sanctions("cd.yml, job: [a, b]"), [true, true, false]);
    assert_eq!(sanctions("cd.yml"), [true; 3]);
    assert_eq!(sanctions("cd.yml, job: []"), [true; 3]);
    assert_eq!(sanctions("*.yml, job: c"), [false, false, true]);
    assert_eq!(sanctions("ci.yml"), [false; 3]);
}

#[test]
fn jobs_that_the_pipeline_names_twice_are_a_mistake() {
    let pipeline = |entries: &str| mistakes(&format!("pipeline: [{entries}]"));
    assert_eq!(
        pipeline("{workflow: cd.yml, job: [a, b]}, {workflow: cd.yml, job: b}"),
        ["the job `b` of `cd.yml` is sanctioned twice [b]"]
    );
    assert_eq!(
        pipeline("{workflow: cd.yml, job: a}, {workflow: cd.yml}"),
        ["every job of `cd.yml` is sanctioned by another entry [cd.yml]"]
    );
    assert_eq!(pipeline("{workflow: cd.yml}, {workflow: cd.yml}").len(), 1);
    let apart = "{workflow: cd.yml, job: a}, {workflow: cd.yml, job: b}, {workflow: '*.yml', job: a}";
    assert_eq!(pipeline(apart), [""; 0], "a glob may cover what another entry names");
}

#[test]
fn an_error_about_a_retired_name_is_a_warning_up_to_the_day() {
    let config = "rules: {missing-healthcheck: off}\nretired: [{name: old-api, until: 2026-06-01}]\n";
    let on = |config: &str, day| {
        let found = found_on(config, day);
        found.first().map_or(String::new(), |line| line.replace("compose.yaml ", ""))
    };
    assert_eq!(on(config, "2026-05-31"), "warning[retired-service]");
    assert_eq!(on(config, "2026-06-01"), "warning[retired-service]", "the day itself is the last one");
    assert_eq!(on(config, "2026-06-02"), "error[retired-service]");
    let set = |severity| config.replace("off}", &format!("off, retired-service: {severity}}}"));
    assert_eq!(
        on(&set("error"), "2026-06-01"),
        "warning[retired-service]",
        "whatever the configuration says"
    );
    assert_eq!(on(&set("info"), "2026-06-01"), "info[retired-service]");
    let always = "rules: {missing-healthcheck: off}\nretired: [old-api]\n";
    assert_eq!(on(always, "2026-06-01"), "error[retired-service]");
}

#[test]
fn a_retired_glob_has_exceptions_and_a_name_wins() {
    let with = |entries: &str| found(&format!("rules: {{missing-healthcheck: off}}\nretired: [{entries}]"));
    assert_eq!(with("{glob: 'old-*'}").len(), 2);
    assert_eq!(with("{glob: 'old-*', except: old-api}"), [""; 0]);
    assert_eq!(with("{glob: 'old-*', except: ['*-api']}"), [""; 0]);
    assert_eq!(with("{glob: 'old-*', except: old-api}, old-api").len(), 2);
}

#[test]
fn a_waiver_holds_for_its_rules_and_paths_up_to_its_day() {
    let with = |until: &str| {
        let waiver = "{rule: [missing-healthcheck, missing-probe], paths: dev, reason: r";
        found(&format!("waivers: [{waiver}{until}}}]"))
    };
    assert_eq!(with(""), [HEALTH[0]]);
    assert_eq!(with(", until: 2026-06-01"), [HEALTH[0]], "the day itself is the last one");
    let over = [HEALTH[0], HEALTH[1], "plimsoll.yaml warning[expired-waiver]"];
    assert_eq!(with(", until: 2026-05-31"), over);
}

#[test]
fn an_entry_that_holds_for_nothing_is_a_mistake() {
    let empty = ["the list is empty [[]]"];
    assert_eq!(mistakes("overrides: [{paths: [], rules: {missing-probe: off}}]"), empty);
    assert_eq!(mistakes("waivers: [{rule: [], paths: a, reason: r}]"), empty);
    assert_eq!(mistakes("waivers: [{rule: missing-probe, paths: [], reason: r}]"), empty);
    for nothing in ["exclude", "pipeline", "retired", "overrides", "waivers", "packs", "workloads"] {
        assert_eq!(mistakes(&format!("{nothing}: []")), [""; 0], "{nothing}");
    }
}

#[test]
fn one_entry_where_a_list_belongs_is_told_how_to_write_it() {
    let help = |config: &str| {
        let document = parse(config, Options::default());
        let mistakes = RawConfig::read(&document).err().unwrap_or_default();
        mistakes.into_iter().filter_map(|mistake| mistake.help).collect::<Vec<_>>()
    };
    assert_eq!(help("retired: old-api"), ["write a list, also of one: `[…]`"]);
    assert_eq!(help("pipeline: {workflow: cd.yml}"), ["write a list, also of one: `[…]`"]);
    assert_eq!(help("pipeline: [cd.yml]"), ["write a mapping: `{workflow: …}`"]);
}

#[test]
fn the_configuration_of_the_readme_is_valid_and_shows_every_key() {
    let readme = include_str!("../../README.md");
    let section = readme.split("\n## Configuration\n").nth(1).expect("the section is there");
    let config = section.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next());
    let config = config.expect("the section has an example");

    let document = parse(config, Options::default());
    let root = document.roots().next().expect("the example is a document");
    let (mut shown, mut known) = (BTreeSet::new(), BTreeSet::new());
    shown_keys(root, &CONFIG, &mut shown);
    known_keys(&CONFIG, &mut known);
    assert_eq!(shown, known);

    let rule = |id: &str, rest: &str| {
        format!("id: {id}\neach: image\nrequire: image.registry != ''\nmessage: m\n{rest}")
    };
    let folder = project(&[
        ("plimsoll.yaml", config),
        ("policy/known.json", "{\"version\": 1, \"findings\": []}"),
        ("policy/own.yaml", &rule("own-rule", "")),
        ("vendor/acme-rules/x.yaml", &rule("foreign-registry", "params: {registries: [quay.io]}\n")),
        (
            ".github/workflows/ci-cd.yml",
            "on: push\njobs: {deploy: {runs-on: x, steps: [{run: a}]}, rollback: {runs-on: x, steps: [{run: b}]}}\n",
        ),
        (".github/workflows/release-1.yml", WORKFLOW),
        ("vendor/crds/a.yaml", "kind: CustomResourceDefinition\n"),
        ("legacy/compose.yaml", COMPOSE),
    ]);
    let output = plimsoll(folder.path(), &["check", "--output", "concise", "--today", "2026-06-01"], b"");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stdout}{stderr}");
}

/// The keys that a node shows, each with what holds it.
fn shown_keys(node: Node<'_>, shape: &'static Shape, shown: &mut BTreeSet<(&'static str, String)>) {
    let node = node.resolve();
    match (shape, node.kind()) {
        (Shape::List(item) | Shape::OneOrList(item) | Shape::OneOrMore(item), Kind::Sequence) => {
            node.items().for_each(|child| shown_keys(child, item, shown));
        }
        (Shape::Map(_, value), Kind::Mapping) => {
            node.pairs().for_each(|(_, child)| shown_keys(child, value, shown));
        }
        (Shape::Either(shapes), _) => shapes.iter().for_each(|shape| shown_keys(node, shape, shown)),
        (Shape::Record(record), Kind::Mapping) => {
            for (key, value) in node.pairs() {
                shown.insert((record.noun, key.text().into_owned()));
                if let Some(field) = record.field(&key.text()) {
                    shown_keys(value, &field.shape, shown);
                }
            }
        }
        _ => {}
    }
}

fn known_keys(shape: &'static Shape, known: &mut BTreeSet<(&'static str, String)>) {
    match shape {
        Shape::List(item) | Shape::OneOrList(item) | Shape::OneOrMore(item) | Shape::Map(_, item) => {
            known_keys(item, known);
        }
        Shape::Either(shapes) => shapes.iter().for_each(|shape| known_keys(shape, known)),
        Shape::Record(record) => {
            for field in record.fields {
                known.insert((record.noun, field.name.to_owned()));
                known_keys(&field.shape, known);
            }
        }
        _ => {}
    }
}
