//! The commands that show and make rules: `rules`, `explain`, `targets`, `new`, `eval`.

use crate::support::{plimsoll, project};
use plimsoll::model::TargetKind;
use std::fs;
use std::path::Path;

const RULE: (&str, &str) = (
    ".plimsoll/rules/a.yaml",
    "id: foreign-registry\nsummary: not ours\neach: image\nrequire: image.registry in params.registries\nmessage: m\n\
     explain: Why.\nparams:\n  registries: {type: list, default: [ghcr.io], doc: whose images}\n",
);

/// Status, standard output and standard error.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = plimsoll(folder, arguments, b"");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

fn json(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let (_, out, err) = run(folder, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"))
}

#[test]
fn rules_of_the_project_are_listed_and_explained_beside_those_that_ship() {
    let folder =
        project(&[RULE, ("plimsoll.yaml", "rules: {missing-probe: off, foreign-registry: warning}\n")]);
    let (status, list, _) = run(folder.path(), &["rules"]);
    assert_eq!(status, 0);
    let rows: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    let row = |id: &str| rows.iter().find(|row| row.first() == Some(&id)).map(|row| row[1..].join(" "));
    assert_eq!(
        row("foreign-registry").as_deref(),
        Some("warning not ours (.plimsoll/rules/a.yaml)"),
        "{list}"
    );
    assert!(row("missing-probe").is_some_and(|row| row.starts_with("off ")), "{list}");
    let all = json(folder.path(), &["rules"]);
    let rules = all["rules"].as_array().expect("a list");
    let own = rules.iter().find(|rule| rule["id"] == "foreign-registry").expect("it is listed");
    assert_eq!(
        own,
        &serde_json::json!({
            "id": "foreign-registry", "severity": "error", "summary": "not ours", "each": ["image"],
            "params": [{"name": "registries", "type": "list", "required": false, "default": ["ghcr.io"], "doc": "whose images"}],
            "profiles": [], "presets": [], "deprecated": null, "origin": "project", "path": ".plimsoll/rules/a.yaml", "on": true,
        })
    );
    assert_eq!(
        rules.iter().find(|rule| rule["id"] == "missing-probe").map(|rule| &rule["on"]),
        Some(&false.into())
    );
    let (status, words, _) = run(folder.path(), &["explain", "foreign-registry"]);
    assert_eq!(status, 0);
    assert_eq!(
        words,
        "foreign-registry (error, visits image)\nnot ours\n\nWhy.\n\nparams:\n  registries  list, by default [\"ghcr.io\"]: whose images\n\n\
         on here, as warning; project rule, .plimsoll/rules/a.yaml\n"
    );
    assert_eq!(run(folder.path(), &["explain", "foreign-registry", "--source"]).1, RULE.1);
    assert!(!run(folder.path(), &["rules", "--no-config"]).1.contains("foreign-registry"));
}

#[test]
fn what_to_use_instead_of_a_deprecated_rule_is_shown() {
    let rule = format!("{}deprecated: use ours\n", RULE.1);
    let folder = project(&[
        (RULE.0, &rule),
        ("plimsoll.yaml", "packs: [{path: vendor, prefix: acme}]\n"),
        ("vendor/a.yaml", &rule),
    ]);
    let (_, list, _) = run(folder.path(), &["rules"]);
    assert!(list.contains("not ours (.plimsoll/rules/a.yaml); deprecated: use ours\n"), "{list}");
    let (_, words, _) = run(folder.path(), &["explain", "acme/foreign-registry"]);
    assert!(words.contains("\nnot ours\ndeprecated: use ours\n\nWhy.\n"), "{words}");
    let all = json(folder.path(), &["rules"]);
    let deprecated =
        all["rules"].as_array().expect("a list").iter().filter(|rule| rule["deprecated"] == "use ours");
    assert_eq!(deprecated.count(), 2);
    for key in ["fixes: {}", "since: '1'"] {
        let folder = project(&[(RULE.0, &format!("{}{key}\n", RULE.1))]);
        assert_eq!(run(folder.path(), &["check"]).0, 2, "{key} has no meaning and is refused");
    }
}

#[test]
fn a_rule_can_be_explained_though_the_configuration_is_wrong() {
    let folder = project(&[RULE, ("plimsoll.yaml", "rules: {foreign-registry: {params: {x: 1}}}\n")]);
    let (status, out, err) = run(folder.path(), &["explain", "foreign-registry"]);
    assert_eq!(status, 0);
    assert!(out.contains("registries  list"), "{out}");
    assert!(err.contains("1 mistake: `plimsoll check` shows it"), "{err}");
    assert_eq!(run(folder.path(), &["rules"]).0, 2);
}

#[test]
fn targets_show_what_a_visit_binds() {
    let folder = project(&[]);
    let (_, list, _) = run(folder.path(), &["targets"]);
    for kind in TargetKind::ALL {
        assert!(list.contains(kind.name()), "{}", kind.name());
        let (status, out, _) = run(folder.path(), &["targets", kind.name()]);
        assert_eq!(status, 0);
        assert!(out.contains("names that every visit binds:"), "{out}");
    }
    assert!(run(folder.path(), &["targets", "k8s.Service"]).1.contains("object"));
    assert!(run(folder.path(), &["targets", "imag"]).2.contains("did you mean `image`?"));
    assert!(run(folder.path(), &["explain", "image"]).2.contains("`plimsoll targets image`"));
    let targets = json(folder.path(), &["targets", "image"]);
    assert_eq!(targets["targets"][0]["names"][0]["fields"][1]["name"], "registry");
}

#[test]
fn a_new_rule_for_every_target_passes_its_own_tests() {
    let folder = project(&[("plimsoll.yaml", "{}\n")]);
    let targets = TargetKind::ALL.iter().map(|kind| kind.name()).chain(["k8s.Service"]);
    for (index, target) in targets.enumerate() {
        let (status, _, err) = run(folder.path(), &["new", &format!("rule-{index}"), "--each", target]);
        assert_eq!(status, 0, "{target}: {err}");
    }
    let (status, out, err) = run(folder.path(), &["test", "--strict"]);
    assert_eq!(status, 0, "{out}{err}");
    assert!(folder.path().join(".plimsoll/rule.schema.json").is_file(), "editors find the schema");
    assert!(
        fs::read_to_string(folder.path().join(".plimsoll/rules/rule-0.yaml"))
            .is_ok_and(|text| text.starts_with("# yaml-language-server: $schema=../rule.schema.json\n"))
    );
    assert_eq!(run(folder.path(), &["check"]).0, 0, "and none of them stands in the way");
    for (arguments, expected) in [
        (&["new", "rule-1"][..], "there is a rule called `rule-1` already"),
        (&["new", "missing-probe"], "there is a rule called `missing-probe` already"),
        (&["new", "Bad_Id"], "is no name for a rule"),
        (&["new", "x", "--each", "imag"], "did you mean `image`?"),
    ] {
        let (status, _, err) = run(folder.path(), arguments);
        assert!(status == 2 && err.contains(expected), "{err}");
    }
}

#[cfg(unix)]
#[test]
fn a_new_rule_is_written_through_no_link_out_of_the_project() {
    use std::os::unix::fs::symlink;
    let outside = project(&[("victim", "kept\n"), ("empty/README.md", "")]);
    let victim = outside.path().join("victim");
    let entries = |folder: &Path| fs::read_dir(folder).expect("it is there").count();
    let refused = |folder: &Path, expected: &str| {
        let (status, _, err) = run(folder, &["new", "own-rule"]);
        assert!(status == 2 && err.contains(expected), "{err}");
        assert_eq!(fs::read_to_string(&victim).expect("it is there"), "kept\n");
        assert_eq!(entries(&outside.path().join("empty")), 1, "nothing is made outside");
    };
    let folder = project(&[("plimsoll.yaml", "{}\n")]);
    symlink(outside.path().join("empty"), folder.path().join(".plimsoll")).expect("a link can be made");
    refused(folder.path(), ".plimsoll is a link out of the project");

    let folder = project(&[("plimsoll.yaml", "{}\n"), (".plimsoll/README.md", "")]);
    symlink(outside.path().join("empty"), folder.path().join(".plimsoll/rules")).expect("a link can be made");
    refused(folder.path(), "rules is a link out of the project");

    let folder = project(&[("plimsoll.yaml", "{}\n"), (".plimsoll/rules/README.md", "")]);
    let schema = folder.path().join(".plimsoll/rule.schema.json");
    symlink(&victim, &schema).expect("a link can be made");
    refused(folder.path(), "cannot write .plimsoll/rule.schema.json: it is a link; remove it first");
    assert_eq!(entries(&folder.path().join(".plimsoll/rules")), 1, "no rule is left behind");

    fs::remove_file(&schema).expect("it is there");
    fs::write(&schema, "{}").expect("it can be written");
    assert_eq!(run(folder.path(), &["new", "own-rule"]).0, 0);
    let written = |path: &Path| fs::metadata(path).and_then(|it| it.modified()).expect("it is there");
    let first = written(&schema);
    assert!(fs::read_to_string(&schema).is_ok_and(|text| text.contains("plimsoll rule file")));
    assert_eq!(run(folder.path(), &["new", "second-rule"]).0, 0);
    assert_eq!(written(&schema), first, "a schema that is ours already stays untouched");
}

#[test]
fn an_expression_is_evaluated_at_every_visit_that_knows_its_names() {
    let folder = project(&[
        ("plimsoll.yaml", "{}\n"),
        (
            "compose.yaml",
            "services:\n  web:\n    image: \"web:latest\"\n    environment: {PASSWORD: hunter2-secret-value}\n  db: {image: \"db:${TAG}\"}\n",
        ),
    ]);
    let (status, out, _) = run(folder.path(), &["eval", "image.tag == 'latest'"]);
    assert_eq!(status, 0);
    assert_eq!(
        out,
        "compose.yaml:3:13: image: true\n  `forbid` would mark compose.yaml:3:17: latest\n\
         compose.yaml:5:16: image: unknown: known only when it is deployed\n"
    );
    let (_, out, _) = run(folder.path(), &["eval", "has(service.healthcheck)", "compose.yaml"]);
    assert!(
        out.contains(
            "compose.service: false\n  `require` would mark compose.yaml:2:3: web (missing: healthcheck)"
        ),
        "{out}"
    );
    let (_, out, _) = run(folder.path(), &["eval", "env.value"]);
    assert!(out.contains("env: \"") && !out.contains("hunter2"), "{out}");
    let visits = json(folder.path(), &["eval", "self", "--each", "compose.service"]);
    assert_eq!(visits["visits"][1]["value"]["image"], serde_json::json!({"unknown": true}));
    assert!(!visits.to_string().contains("hunter2"), "{visits}");
    let (_, out, _) = run(folder.path(), &["eval", "self", "--each", "compose.service"]);
    assert!(out.ends_with("compose.service: {\"image\":unknown}\n"), "{out}");
}

#[test]
fn a_visit_to_the_repository_is_nowhere() {
    let folder = project(&[("compose.yaml", "services: {web: {image: \"web:1\"}}\n")]);
    assert_eq!(run(folder.path(), &["eval", "size(repo.image)"]).1, "repo: 1\n");
    assert_eq!(run(folder.path(), &["eval", "size(repo.image) == 2"]).1, "repo: false\n");
    let visits = json(folder.path(), &["eval", "size(repo.image)"]);
    assert_eq!(visits["visits"], serde_json::json!([{"value": 1, "marks": []}]));
}

#[test]
fn what_is_cut_short_is_no_text() {
    let folder = project(&[(
        "compose.yaml",
        &format!("x-deep: {}1{}\nservices: {{web: {{image: a}}}}\n", "[".repeat(9), "]".repeat(9)),
    )]);
    let (_, out, _) = run(folder.path(), &["eval", "compose['x-deep']"]);
    assert_eq!(out, "compose.yaml:1:1: compose: [[[[[[…]]]]]]\n");
    let visits = json(folder.path(), &["eval", "compose['x-deep']"]);
    assert_eq!(visits["visits"][0]["value"].to_string(), "[[[[[[{\"truncated\":true}]]]]]]");
}

#[test]
fn mistakes_of_an_expression_are_drawn_under_it() {
    let folder = project(&[("compose.yaml", "services: {}\n")]);
    let (status, _, err) = run(folder.path(), &["eval", "image.tagg == 'x'"]);
    assert_eq!(status, 2);
    for expected in
        ["`image` has no field `tagg`", "[expression:1:7]", "did you mean `tag`?", "plimsoll targets image"]
    {
        assert!(err.contains(expected), "{expected}\n{err}");
    }
    assert_eq!(
        run(folder.path(), &["eval", "image.tag"]).2,
        "plimsoll: nothing was evaluated: there is no `image` in these files\n"
    );
    assert_eq!(run(folder.path(), &["eval", "1 +"]).0, 2);
    assert_eq!(run(folder.path(), &["eval", "image.tag", "--each", "env"]).0, 2);
}

#[test]
fn what_files_say_reaches_no_terminal_and_no_ci_log_as_a_command() {
    let rule = "id: odd\nsummary: \"\\e[31m ##[error] \\u202E\"\neach: image\nforbid: image.tag == 'x'\nmessage: m\nexplain: |\n  ::error::x\n\
                tests: {bad: ['services: {a: {image: \"a:##[x]\"}} # <-']}\n";
    let folder = project(&[
        (".plimsoll/rules/a.yaml", rule),
        ("compose.yaml", "services: {a: {image: \"a:\\e[31m##[error]\"}}\n"),
    ]);
    for arguments in [
        &["rules"][..],
        &["rules", "--format", "json"],
        &["explain", "odd"],
        &["test"],
        &["test", "--format", "json"],
        &["eval", "image.text"],
        &["eval", "image.text", "--format", "json"],
        &["eval", "self", "--each", "compose"],
    ] {
        let (_, out, err) = run(folder.path(), arguments);
        let all = out.clone() + &err;
        assert!(!all.contains(['\u{1b}', '\u{202e}']) && !all.contains("##["), "{arguments:?}: {all}");
        assert!(!all.lines().any(|line| line.trim_start().starts_with("::")), "{arguments:?}: {all}");
        assert!(
            !arguments.contains(&"json") || serde_json::from_str::<serde_json::Value>(&out).is_ok(),
            "{out}"
        );
    }
}
