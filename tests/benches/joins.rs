//! Joins between the files of a repository: how the time grows with the number of Services and workloads, and with the same
//! condition written so that no index can narrow it.
//!
//! `cargo bench --bench joins`; the manifests are generated.

#[path = "../it/corpus.rs"]
#[allow(dead_code)]
mod corpus;
mod measure;
mod project;

use corpus::given;
use measure::{seconds, timed};
use project::{Project, on_one_thread};
use std::fmt::Write as _;

const SIZES: [usize; 4] = [250, 500, 1_000, 2_000];
/// Most by which the time may grow when the number of objects doubles: twice, and what noise and caches add.
const GROWTH: f64 = 2.6;

/// What is asked, and whether it is asked of everything in one namespace.
const QUESTIONS: [(&str, &str, Spread); 5] = [
    ("each Service selects a workload, many namespaces", SELECTS, Spread::Namespaces),
    ("each Service selects a workload, one namespace", SELECTS, Spread::One),
    ("the same, its first label common to all", SELECTS, Spread::Common),
    ("each ConfigMap that is referenced exists, many", EXISTS, Spread::Namespaces),
    ("each ConfigMap that is referenced exists, one", EXISTS, Spread::One),
];

const SELECTS: &str = "
each: k8s.Service
require: >-
  repo.k8s.workload.exists(w, CONDITION(w.object.metadata.namespace == object.metadata.namespace
  && object.spec.selector.all(key, w.pod.metadata.labels[key] == object.spec.selector[key])))
";

const EXISTS: &str = "
each: k8s.container
require: >-
  container.envFrom.all(e, repo.k8s.ConfigMap.exists(m, CONDITION(m.object.metadata.name == e.configMapRef.name
  && m.object.metadata.namespace == object.metadata.namespace)))
";

/// How the objects lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spread {
    /// Ten in each namespace.
    Namespaces,
    /// All in one.
    One,
    /// All in one, and the first label of each selector is the same.
    Common,
}

fn main() {
    on_one_thread(measure);
}

fn measure() {
    println!(
        "ms of CPU time for so many Services, as many Deployments and ConfigMaps; growth as the number doubles"
    );
    for (question, rule, spread) in QUESTIONS {
        let narrowed = SIZES.map(|size| {
            let (project, _) = asked(rule, ("(", ")"), size, spread);
            let model = project.model();
            let [time] = seconds([Box::new(|| timed(|| project.run(&model, &|_| true)))]);
            time
        });
        let growth = narrowed.windows(2).map(|pair| pair[1] / pair[0]).fold(0.0, f64::max);
        let verdict = if growth <= GROWTH { "within" } else { "above" };
        println!("{question:<50}{}  grows {growth:.2} at most, {verdict} {GROWTH}", shown(narrowed));
        // A comparison inside a conditional is not looked into. One run each is enough to see it.
        let plain = SIZES.map(|size| asked(rule, ("(true ? ", " : false)"), size, spread).1);
        let growth = plain.windows(2).map(|pair| pair[1] / pair[0]).fold(0.0, f64::max);
        println!("{:<50}{}  grows {growth:.2}", "  without an index", shown(plain));
    }
}

/// The rule with its condition in these brackets.
fn condition(rule: &str, start: &str, end: &str) -> String {
    let (before, after) = rule.split_once("CONDITION(").expect("a condition");
    let mut depth = 1;
    let close = after.find(|char| {
        depth += match char {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    let close = close.expect("its end");
    format!("{before}{start}{}{end}{}", &after[..close], &after[close + 1..])
}

fn shown(times: [f64; SIZES.len()]) -> String {
    let shown = SIZES.iter().zip(times).map(|(size, time)| format!("{size}: {:.2}", time * 1e3));
    ["  ", &shown.collect::<Vec<_>>().join("  ")].concat()
}

/// The rule, its condition between two texts, over so many objects; and the seconds that one run takes.
fn asked(rule: &str, (start, end): (&str, &str), size: usize, spread: Spread) -> (Project, f64) {
    let rule = format!("id: join\nmessage: m\n{}", condition(rule, start, end).trim_start());
    let files = (0..size).map(|at| {
        let text = manifest(at, size, spread);
        given(format!("deploy/{at}.yaml"), text.into_bytes())
    });
    let project = Project::new(&[("join.yaml".to_owned(), rule)], files.collect());
    let model = project.model();
    let mut missing = 0;
    let time = timed(|| missing = project.run(&model, &|_| true).diagnostics.len()).as_secs_f64();
    assert_eq!(missing, size / 50, "each fiftieth refers to nothing");
    drop(model);
    (project, time)
}

/// A Service, the Deployment it selects and the `ConfigMap` that is read there. Those of one deployment lie in three files.
fn manifest(at: usize, size: usize, spread: Spread) -> String {
    let name = |of: usize| if of % 50 == 49 { format!("gone-{of}") } else { format!("web-{of}") };
    let namespace = |of: usize| match spread {
        Spread::Namespaces => format!("team-{}", of / 10),
        Spread::One | Spread::Common => "shop".to_owned(),
    };
    let common = if spread == Spread::Common { "part-of: shop, " } else { "" };
    let other = size - 1 - at;
    let mut text = String::new();
    let _ = write!(
        text,
        "apiVersion: v1
kind: Service
metadata: {{name: web-{at}, namespace: {}}}
spec:
  selector: {{{common}app: {}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web-{other}, namespace: {}}}
spec:
  template:
    metadata: {{labels: {{{common}app: web-{other}, tier: front}}}}
    spec:
      containers:
        - name: web
          image: web:1.{other}
          envFrom: [{{configMapRef: {{name: {}}}}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: web-{at}, namespace: {}}}
data: {{MODE: fast}}
",
        namespace(at),
        name(at),
        namespace(other),
        name(other),
        namespace(at),
    );
    text
}
