//! The first text of a rule: one small policy for each target, with an example of what it finds and of what it does not.

use crate::model::{Target, TargetKind};
use std::fmt::Write as _;

/// The schema that editors complete rule files with, seen from them. `plimsoll new` writes it, so that it is the one of its version.
const SCHEMA: &str = "../rule.schema.json";

/// What a first rule about a target says.
struct First {
    summary: &'static str,
    /// The lines that decide.
    decide: &'static str,
    message: &'static str,
    help: &'static str,
    /// The path of the examples, where their text alone would not say what they are.
    path: Option<&'static str>,
    bad: &'static str,
    good: &'static str,
}

/// A rule file that holds by its own examples.
pub fn scaffold(id: &str, target: &Target) -> String {
    let first = first(target.kind);
    let object = target.object.as_deref().unwrap_or("ConfigMap");
    let mut out = format!("# yaml-language-server: $schema={SCHEMA}\n");
    // Writing to a string cannot fail.
    let mut line = |text: String| _ = writeln!(out, "{text}");
    line(format!("id: {id}"));
    line("severity: error".to_owned());
    line(format!("summary: {}", first.summary));
    line(format!("each: {target}   # `plimsoll targets {target}` shows the names that expressions can use"));
    line(first.decide.to_owned());
    line(format!("message: \"{}\"", first.message));
    line(format!("help: {}", first.help));
    line("explain: |".to_owned());
    line("  Say why it matters, when it does not apply and what to do.".to_owned());
    line("tests:".to_owned());
    for (verdict, text) in [("bad", first.bad), ("good", first.good)] {
        line(format!("  {verdict}:"));
        let depth = match first.path {
            None => {
                line("    - |".to_owned());
                6
            }
            Some(path) => {
                line("    - files:".to_owned());
                // A file that is meant to be bad for its name says so.
                let path = if verdict == "good" { path.to_lowercase() } else { path.to_owned() };
                let path = if path == "chart.yaml" { "Chart.yaml".to_owned() } else { path };
                line(format!("        {path}: |"));
                10
            }
        };
        for text in text.replace("OBJECT", object).lines() {
            line(format!("{:depth$}{text}", ""));
        }
        if target.kind == TargetKind::Retired {
            line("      config:\n        retired: [old-shop]".to_owned());
        }
    }
    out
}

fn first(kind: TargetKind) -> First {
    let found = |decide, message, bad, good| First {
        summary: "say the offence in one line",
        decide,
        message,
        help: "say what to do",
        path: None,
        bad,
        good,
    };
    match kind {
        TargetKind::Repo => found(
            "forbid: repo.image.exists(i, i.image.tag == 'latest')",
            "image `{i.image.text}` is not pinned",
            "services:\n  web: {image: web:latest}   # <- `latest`",
            "services:\n  web: {image: web:1.2}",
        ),
        TargetKind::File => First {
            path: Some("deploy/Compose.yaml"),
            ..found(
                "require: file.name == file.name.lowerAscii()",
                "the name of `{file.path}` has capital letters",
                "services: {}   # <-",
                "services: {}",
            )
        },
        TargetKind::Text => found(
            "pattern: '\\bFIXME\\b'",
            "a FIXME is left",
            "services:\n  web: {image: web}   # FIXME: which version?   # <- `FIXME`",
            "services:\n  web: {image: web:1.2}",
        ),
        TargetKind::Command => found(
            "forbid: command.name == 'curl' && command.has('insecure', 'k')",
            "`curl` does not verify whom it talks to",
            "on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: curl -k https://example.com   # <- `curl`",
            "on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: curl https://example.com",
        ),
        TargetKind::Workflow => found(
            "forbid: workflow.permissions == 'write-all'",
            "the workflow may write everything",
            "on: push\npermissions: write-all   # <- `write-all`\njobs: {}",
            "on: push\npermissions: {contents: read}\njobs: {}",
        ),
        TargetKind::WorkflowJob => found(
            "forbid: job['runs-on'] == 'self-hosted'",
            "the job runs on any machine of ours",
            "on: push\njobs:\n  build:\n    runs-on: self-hosted   # <- `self-hosted`\n    steps: [{run: make}]",
            "on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps: [{run: make}]",
        ),
        TargetKind::WorkflowStep => found(
            "forbid: step['continue-on-error'] == true",
            "the step may fail unseen",
            "on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make test\n        continue-on-error: true   # <- `true`",
            "on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make test",
        ),
        TargetKind::Action => found(
            "forbid: action.runs.using == 'node16'",
            "the action runs on a version of Node that has ended",
            "name: greet\nruns:\n  using: node16   # <- `node16`\n  main: index.js",
            "name: greet\nruns:\n  using: node24\n  main: index.js",
        ),
        TargetKind::Compose => found(
            "forbid: compose.name == 'default'",
            "the project is called `{compose.name}`",
            "name: default   # <- `default`\nservices: {}",
            "name: shop\nservices: {}",
        ),
        TargetKind::ComposeService => found(
            "forbid: service.privileged == true",
            "service `{owner.name}` is privileged",
            "services:\n  web:\n    image: web:1.2\n    privileged: true   # <- `true`",
            "services:\n  web: {image: web:1.2}",
        ),
        TargetKind::K8sObject => found(
            "forbid: object.metadata.namespace == 'default'",
            "{kind} `{object.metadata.name}` stands in the namespace `default`",
            "apiVersion: v1\nkind: OBJECT\nmetadata:\n  name: web\n  namespace: default   # <- `default`",
            "apiVersion: v1\nkind: OBJECT\nmetadata: {name: web, namespace: shop}",
        ),
        TargetKind::K8sWorkload => found(
            "forbid: object.spec.replicas == 1",
            "{owner.kind} `{owner.name}` has a single replica",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 1   # <- `1`\n  template: {spec: {containers: []}}",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 3\n  template: {spec: {containers: []}}",
        ),
        TargetKind::K8sPod => found(
            "forbid: pod.spec.hostNetwork == true",
            "{owner.kind} `{owner.name}` uses the network of its node",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostNetwork: true   # <- `true`\n  containers: []",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: []}",
        ),
        TargetKind::K8sContainer => found(
            "when: \"!fragment\"\nrequire: has(container.resources)",
            "container `{container.name}` of {owner.kind} `{owner.name}` lacks {missing}",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web   # <- `web`\n      image: web:1.2",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web\n      image: web:1.2\n      resources: {limits: {memory: 64Mi}}",
        ),
        TargetKind::HelmChart => First {
            path: Some("Chart.yaml"),
            ..found(
                "forbid: chart.deprecated == true",
                "chart `{chart.name}` is deprecated",
                "apiVersion: v2\nname: web\nversion: 1.0.0\ndeprecated: true   # <- `true`",
                "apiVersion: v2\nname: web\nversion: 1.0.0",
            )
        },
        TargetKind::HelmValues => found(
            "forbid: values.debug == true",
            "the values switch debugging on",
            "debug: true   # <- `true`",
            "debug: false",
        ),
        TargetKind::HelmValue => found(
            "forbid: value == 'changeme'",
            "`{path}` has the value of the template it was copied from",
            "web:\n  host: changeme   # <- `changeme`",
            "web:\n  host: shop.example",
        ),
        TargetKind::Image => found(
            "forbid: image.tag == 'latest'",
            "image `{image.text}` is not pinned",
            "services:\n  web: {image: web:latest}   # <- `latest`",
            "services:\n  web: {image: web:1.2}",
        ),
        TargetKind::Env => found(
            "forbid: env.name == 'DEBUG'",
            "{owner.kind} `{owner.name}` sets `{env.name}`",
            "services:\n  web:\n    image: web:1.2\n    environment:\n      DEBUG: all   # <- `DEBUG`",
            "services:\n  web:\n    image: web:1.2\n    environment: {LOG_LEVEL: info}",
        ),
        TargetKind::Probe => found(
            "forbid: probe.path == '/'",
            "the {probe.kind} probe of `{owner.name}` asks the front page",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web\n      livenessProbe:\n        httpGet:\n          path: /   # <- `/`\n          port: 80",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web\n      livenessProbe: {httpGet: {path: /healthz, port: 80}}",
        ),
        TargetKind::Retired => First {
            path: Some("compose.yaml"),
            ..found(
                "forbid: takesEffect",
                "`{name}` is retired",
                "services:\n  old-shop:   # <- `old-shop`\n    image: web:1.2",
                "services:\n  shop: {image: web:1.2}",
            )
        },
    }
}
