//! Loops over collections that are narrowed by an index find what plain loops find.

use crate::support::{plimsoll, project};
use plimsoll::artifact;
use plimsoll::config::{Date, Settings};
use plimsoll::discover::{Found, Origin, Outcome};
use plimsoll::engine::{self, Job};
use plimsoll::model::Model;
use plimsoll::policy::Runs;
use plimsoll::progress::Progress;
use plimsoll::rule;
use plimsoll::source::Sources;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Conditions over `w` that an index narrows, and beside each the same condition written so that none can: a comparison inside a
/// conditional is not looked into.
const CONDITIONS: [&str; 11] = [
    "w.object.metadata.namespace == object.metadata.namespace",
    "object.spec.number == w.object.spec.number",
    "w.object.spec.ready == object.spec.ready && w.object.metadata.name != 'w3'",
    "object.spec.selector.all(k, w.pod.metadata.labels[k] == object.spec.selector[k])",
    "object.spec.selector.all(k, w.object.spec[k][k] == object.spec.selector[k])",
    "object.spec.selector.all(k, v, w.pod.metadata.labels[k] == v)",
    "w.object.metadata.namespace == object.metadata.namespace && object.spec.selector.all(k, object.spec.selector[k] == w.pod.metadata.labels[k])",
    "string(w.object.metadata.namespace) == object.metadata.namespace",
    "w.pod.metadata.labels == object.spec.selector",
    "w.pod.metadata.labels.app == object.spec.selector['app']",
    "w.file.path == file.path",
];

#[test]
fn an_index_changes_no_answer() {
    let files = files();
    let mut decided = BTreeSet::new();
    for condition in CONDITIONS {
        for (quantifier, negation) in
            [("exists", ""), ("all", "!"), ("exists_one", ""), ("filter", ""), ("map", "")]
        {
            let rule = |id: &str, body: &str| {
                let tail = match quantifier {
                    "filter" => ").size() > 1",
                    "map" => ", w.object.metadata.name).join(' ') < 'w5'",
                    _ => ")",
                };
                format!(
                    "  - id: {id}\n    each: k8s.Service\n    message: m\n    at: object.metadata.name\n    \
                     require: \"repo.k8s.workload.{quantifier}(w, {negation}({body}){tail}\"\n"
                )
            };
            let narrowed = rule("narrowed", condition);
            let plain = rule("plain", &format!("true ? {condition} : false"));
            let found = run(&format!("rules:\n{narrowed}{plain}"), &files);
            assert_eq!(found[0], found[1], "{quantifier}: {condition}");
            decided.insert(found[0].clone());
        }
    }
    assert!(decided.len() > 6, "the conditions tell the Services apart: {decided:?}");
}

/// Names of the Services that each of the two rules finds.
fn run(rules: &str, files: &[(String, String)]) -> [Vec<String>; 2] {
    let mut sources = Sources::default();
    let catalog = rule::load([("rules.yaml", rules)], &mut sources);
    let catalog = catalog.unwrap_or_else(|mistakes| panic!("{rules}: {mistakes:?}"));
    let settings = Settings::default();
    let found = files.iter().map(|(path, text)| Found {
        path: path.clone(),
        os_path: path.into(),
        origin: Origin::Explicit,
        outcome: Outcome::Given(text.clone().into_bytes()),
    });
    let loaded = artifact::load(found.collect(), &|_| None, &mut sources);
    let model = Model::new(&sources, &loaded.artifacts, &settings, None);
    let job = Job {
        catalog: &catalog,
        selected: &|_| Runs::Everywhere,
        found: &[],
        whole: false,
        scope: &|_| true,
        today: Date::parse("2026-01-01").expect("a day"),
        progress: &Progress::default(),
    };
    let outcome = engine::run(&model, &job);
    assert!(outcome.failures.is_empty(), "{rules}: {:?}", outcome.failures);
    ["narrowed", "plain"].map(|id| {
        let found = outcome.diagnostics.iter().filter(|found| &*found.rule == id);
        found.map(|found| sources.slice(found.primary.place).to_owned()).collect()
    })
}

/// Services and workloads with keys of every type, absent ones, templates and aliases, from a fixed sequence.
fn files() -> Vec<(String, String)> {
    let mut seed = 7u32;
    let mut pick = |of: &[&'static str]| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        of[(seed >> 16) as usize % of.len()]
    };
    let namespaces = [
        "namespace: a",
        "namespace: b",
        "namespace: null",
        "namespace: 5",
        "other: x",
        "namespace: \"${{ x }}\"",
    ];
    let numbers = ["number: 1", "number: 2", "number: 1.0", "number: \"1\"", "number: [1]", "x: 1"];
    let ready = ["ready: true", "ready: \"true\"", "ready: false", "ready:"];
    let labels =
        ["{app: a}", "{app: a, tier: b}", "{tier: b, app: 1}", "{app: null}", "{app: [a]}", "{}", "null"];
    let mut files = Vec::new();
    for file in 0..4 {
        let mut text = String::new();
        for number in 0..8 {
            let (name, namespace) = (file * 8 + number, pick(&namespaces));
            let spec = [pick(&numbers), pick(&ready)].join(", ");
            let (selector, label) = (pick(&labels), pick(&labels));
            let _ = write!(
                text,
                "---\napiVersion: v1\nkind: Service\nmetadata: {{name: s{name}, {namespace}}}\n\
                 spec: {{{spec}, selector: {selector}}}\n\
                 ---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: w{name}, {}}}\n\
                 spec: {{{}, {}, template: {{metadata: {{labels: {label}}}, spec: {{containers: []}}}}}}\n",
                pick(&namespaces),
                pick(&numbers),
                pick(&ready),
            );
        }
        files.push((format!("f{file}.yaml"), text));
    }
    files
}

#[test]
fn a_finding_on_the_repository_stands_at_its_entry_in_the_configuration_else_at_the_rule() {
    let rule = "id: no-chart\neach: repo\nrequire: size(repo.helm.chart) > 0\nmessage: there is no chart\n";
    let folder = project(&[(".plimsoll/rules/no-chart.yaml", rule), ("compose.yaml", "services: {}\n")]);
    let concise = |paths: &[&str]| {
        let output = plimsoll(folder.path(), &[&["check", "--output", "concise"], paths].concat(), b"");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert_eq!(concise(&[]), ".plimsoll/rules/no-chart.yaml:1:5: error[no-chart] there is no chart\n");
    std::fs::write(folder.path().join("plimsoll.yaml"), "rules:\n  no-chart: warning\n").expect("a file");
    assert_eq!(concise(&[]), "plimsoll.yaml:2:3: warning[no-chart] there is no chart\n");
    assert_eq!(concise(&["compose.yaml"]), "", "one file is not the repository");
}

#[test]
fn a_rule_that_fails_is_drawn_at_the_expression_that_failed() {
    let rule = "id: port\neach: compose.service\nlet: {half: int(service.port)}\nwhen: has(service.port)\n\
                require: half > 1\nmessage: m\n";
    let compose = "services:\n  a: {image: a}\n  b: {image: b, port: eighty}\n";
    let folder = project(&[(".plimsoll/rules/port.yaml", rule), ("compose.yaml", compose)]);
    let output = plimsoll(folder.path(), &["check", "--output", "concise", "--select", "port"], b"");
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{out}");
    assert!(
        out.starts_with(
            ".plimsoll/rules/port.yaml:3:13: error[rule-error] rule `port` failed in compose.yaml:"
        ),
        "{out}"
    );
    assert!(!out.contains("eighty"), "a value that may be a secret is not repeated: {out}");
}
