//! Configuration and rule files: what is accepted, every mistake with its place, and the published schemas.

use crate::support::assert_committed;
use plimsoll::config::Date;
use plimsoll::config::{self, Level, RawConfig, Reasons, Settings, unknown_rules};
use plimsoll::diagnostic::Severity;
use plimsoll::rule::{self, RawTest};
use plimsoll::shape::Mistake;
use plimsoll::source::{SourceFile, Span};
use plimsoll::yaml::{Document, Node, Options, Scalar, parse};
use std::fmt::Write;
use std::path::PathBuf;
use std::{env, fs};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn fixture(name: &str) -> String {
    let path = path("fixtures/config").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn document(text: &str) -> Document {
    parse(text, Options::default())
}

fn render(text: &str, mistakes: &[Mistake]) -> String {
    let source = SourceFile::new("", text);
    let mut out = String::new();
    for mistake in mistakes {
        let slice = mistake.place.span.of(text).lines().next().unwrap_or_default();
        let at = source.position(mistake.place.span.start);
        let mut line = |text: String| writeln!(out, "{text}").expect("strings take every write");
        line(format!("{}:{}: {}  [{slice}]", at.line, at.column, mistake.message));
        if let Some(help) = &mistake.help {
            line(format!("    help: {help}"));
        }
        for related in &mistake.related {
            let at = source.position(related.place.span.start);
            line(format!("    {}:{}: {}", at.line, at.column, related.text));
        }
    }
    out
}

fn mistakes_of<T>(result: Result<T, Vec<Mistake>>) -> Vec<Mistake> {
    result.err().unwrap_or_default()
}

fn to_json(node: Node<'_>) -> serde_json::Value {
    let entries = node.entries();
    if !entries.is_empty() {
        return entries
            .iter()
            .map(|it| (it.key.text().into_owned(), to_json(it.value)))
            .collect::<serde_json::Map<_, _>>()
            .into();
    }
    match (node.scalar(), node.is_null()) {
        (_, true) => serde_json::Value::Null,
        (Scalar::Bool(value), _) => value.into(),
        (Scalar::Int(value), _) => value.into(),
        (Scalar::Str(text), _) => text.into(),
        _ => node.items().map(to_json).collect(),
    }
}

#[test]
fn a_full_configuration_answers_every_question() {
    let document = document(&fixture("full.yaml"));
    let raw = RawConfig::read(&document);
    let settings = raw.and_then(Settings::new).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    assert_eq!(settings.presets.iter().map(|preset| preset.profile).collect::<Vec<_>>(), ["recommended"]);
    assert!(settings.sanctions(".github/workflows/ci-cd.yml", "rollback"));
    assert!(!settings.sanctions(".github/workflows/ci-cd.yml", "build"));
    assert!(settings.sanctions(".github/workflows/release-1.yml", "anything"));

    let retired = settings.retired.find("old-billing auth-service x-legacy core-legacy");
    assert_eq!(retired.iter().map(|found| found.entry).collect::<Vec<_>>(), [0, 1, 2]);
    let auth = &settings.retired.entries()[1];
    assert_eq!(auth.now.as_ref().map(|now| &*now.value), Some("gateway"));
    assert_eq!(auth.until.as_ref().map(|until| until.value.to_string()).as_deref(), Some("2025-01-31"));

    assert_eq!(settings.level("missing-probe", "web.yaml"), Some(Level::At(Severity::Warning)));
    assert_eq!(settings.level("missing-probe", "deploy/web.yaml"), Some(Level::At(Severity::Warning)));
    assert_eq!(settings.level("missing-probe", "deploy/dev/web.yaml"), Some(Level::Off));
    assert_eq!(settings.level("missing-healthcheck", "web.yaml"), Some(Level::At(Severity::Info)));
    assert_eq!(settings.level("unpinned-image", "web.yaml"), Some(Level::Off));
    assert_eq!(settings.level("other", "web.yaml"), None);
    let grace = |path| settings.param("missing-probe", "grace", path).map(Node::scalar);
    assert_eq!(grace("web.yaml"), Some(Scalar::Int(5)));
    assert_eq!(grace("deploy/web.yaml"), Some(Scalar::Int(6)));

    let today = Date::parse("2026-01-01").expect("a day");
    assert!(settings.waived_by("unpinned-image", "legacy/a/b.yaml", today).next().is_some());
    assert!(settings.waived_by("unpinned-image", "b.yaml", today).next().is_none());
    assert!(settings.exclude.matches("vendor/a.yaml") && !settings.exclude.matches("a.yaml"));
    assert_eq!(settings.kind("stacks/web.yml").map(|kind| &*kind.value), Some("compose"));
    assert_eq!(settings.kind("web.yml"), None);
    assert_eq!(settings.workloads[1].pod.value, ["spec", "driver", "template"]);
    assert_eq!(settings.reasons, Reasons::Required);
    assert_eq!(settings.fail_on, Some(Severity::Warning));
}

#[test]
fn every_mistake_in_a_configuration_is_reported_at_its_place() {
    let text = fixture("mistakes.yaml");
    let mistakes = mistakes_of(RawConfig::read(&document(&text)));
    assert_committed("fixtures/config/mistakes.txt", &render(&text, &mistakes));
}

#[test]
fn every_mistake_in_a_rule_file_is_reported_at_its_place() {
    let text = fixture("rule-mistakes.yaml");
    let mistakes = mistakes_of(rule::read(&document(&text)));
    assert_committed("fixtures/config/rule-mistakes.txt", &render(&text, &mistakes));
}

#[test]
fn an_empty_configuration_changes_nothing_and_an_empty_rule_file_is_a_mistake() {
    for text in ["", "# nothing\n", "---\n"] {
        let document = document(text);
        assert!(RawConfig::read(&document).is_ok(), "{text:?}");
        assert_eq!(mistakes_of(rule::read(&document))[0].message, "no rule in this file");
    }
}

#[test]
fn broken_yaml_and_second_documents_are_mistakes() {
    let messages = |text| {
        let document = document(text);
        mistakes_of(RawConfig::read(&document)).into_iter().map(|it| it.message).collect::<Vec<_>>()
    };
    assert_eq!(messages("exclude: []\n---\nexclude: []\n"), ["a second document in this file"]);
    assert!(!messages("exclude: [a\n").is_empty());
    assert_eq!(messages("- a"), ["expected a configuration, found a list"]);
    assert_eq!(messages("exclude: [a]\nexclude: [b]"), ["the key `exclude` stands twice in this mapping"]);
}

#[test]
fn unknown_rules_are_found_wherever_rules_are_named() {
    let text = "rules: {missing-prob: off}\noverrides: [{paths: a, rules: {nonsense: off}}]\n\
                waivers: [{rule: [missing-probe, mising-probe], paths: a, reason: r}]\n";
    let mistakes = unknown_rules(&document(text), &["missing-probe"]);
    assert_eq!(
        render(text, &mistakes),
        "1:9: unknown rule `missing-prob`  [missing-prob]\n    help: did you mean `missing-probe`?\n\
         2:32: unknown rule `nonsense`  [nonsense]\n    help: `plimsoll rules` lists the rules\n\
         3:34: unknown rule `mising-probe`  [mising-probe]\n    help: did you mean `missing-probe`?\n"
    );
}

#[test]
fn mistakes_reached_through_aliases_are_said_once_and_bombs_end() {
    let text = "overrides:\n  - {paths: &p [a, /b], rules: {}}\n  - {paths: *p, rules: {}}\n";
    assert_eq!(mistakes_of(RawConfig::read(&document(text))).len(), 1);

    let paths = format!("&p [{}]", vec!["a"; 5000].join(","));
    let bomb =
        format!("overrides: [{{paths: {paths}, rules: {{}}}}{}]", ", {paths: *p, rules: {}}".repeat(5000));
    let mistakes = mistakes_of(RawConfig::read(&document(&bomb)));
    assert_eq!(mistakes[0].message, "this file is too large to read");
}

#[test]
fn a_rule_keeps_the_way_from_each_text_back_to_its_file() {
    let text = fixture("rules.yaml");
    let document = document(&text);
    let rules = rule::read(&document).unwrap_or_else(|mistakes| panic!("{}", render(&text, &mistakes)));
    let [probe, latest, shape] = &*rules else { panic!("three rules, not {}", rules.len()) };

    let RawTest::Require(require) = &probe.test else { panic!("{:?}", probe.test) };
    let quoted = require.value.find("\"livenessProbe\"").expect("the expression holds it") as u32;
    assert_eq!(require.place_of(Span::new(quoted + 1, quoted + 14)).span.of(&text), "livenessProbe");
    assert_eq!(require.place_of(Span::new(quoted, quoted + 15)).span.of(&text), "\\\"livenessProbe\\\"");
    let has = probe.message.value.find("has no").expect("the message holds it") as u32;
    assert_eq!(probe.message.place_of(Span::new(has, has + 6)).span.of(&text), "has no");
    assert_eq!(probe.related[1].at.value, "owner.name == 'x'");

    assert_eq!(probe.severity.value, Severity::Error);
    assert_eq!(
        probe.each.iter().map(|target| &*target.value).collect::<Vec<_>>(),
        ["k8s.container", "compose.service"]
    );
    assert_eq!(probe.params[0].default.map(Node::scalar), Some(Scalar::Int(5)));
    assert_eq!(probe.params[1].type_name.as_ref().map(|name| &*name.value), Some("list"));
    assert!(probe.params[1].default.is_none());
    assert!(matches!(&latest.test, RawTest::Pattern(pattern) if pattern.value == r":latest\b"));
    assert!(matches!(shape.test, RawTest::Schema(_)));

    let [bad, files, good] = &*probe.examples else { panic!("three examples") };
    let [manifest] = &*bad.files else { panic!("one file") };
    assert_eq!((&*manifest.path, &*manifest.text), ("manifest.yaml", "metadata: {name: web}\n"));
    assert_eq!(bad.expected[0].place.span.of(&text), "web");
    assert_eq!((&*files.expected[0].path, files.expected[0].line), ("a/compose.yaml", 2));
    assert_eq!(files.expected[0].place.span.of(&text), "# <-");
    assert!(files.config.is_some() && files.params.len() == 1);
    assert!(good.expected.is_empty());
}

#[test]
fn ids_are_unique_across_files() {
    let first = document("{id: a, each: text, forbid: x, message: m}");
    let second = document(
        "rules: [{id: b, each: text, forbid: x, message: m}, {id: a, each: text, forbid: x, message: m}]",
    );
    let rules: Vec<_> =
        [&first, &second].into_iter().flat_map(|file| rule::read(file).unwrap_or_default()).collect();
    let mistakes = rule::duplicates(rules.iter().map(|rule| &rule.id));
    assert_eq!(mistakes.len(), 1);
    assert_eq!(mistakes[0].message, "a second rule is called `a`");
    assert_eq!(mistakes[0].related[0].place.span, Span::new(5, 6));
}

#[test]
fn the_schema_of_rule_files_knows_the_targets() {
    let validator = jsonschema::draft202012::new(&rule::json_schema()).expect("a schema");
    let valid = |each: serde_json::Value| {
        validator.is_valid(&serde_json::json!({"id": "x", "each": each, "forbid": "true", "message": "m"}))
    };
    assert!(valid("image".into()) && valid("k8s.Service".into()) && valid(vec!["env", "k8s.Job"].into()));
    assert!(!valid("imag".into()) && !valid("k8s.service".into()) && !valid(serde_json::json!([])));
    let scaffolds = plimsoll::model::TargetKind::ALL
        .iter()
        .map(|kind| rule::scaffold("x", &plimsoll::model::Target { kind: *kind, object: None }));
    for text in scaffolds {
        let document = document(&text);
        let value = document.roots().next().map(to_json).unwrap_or_default();
        assert!(validator.is_valid(&value), "{text}");
    }
}

#[test]
fn published_schemas_are_fresh_and_say_what_the_check_says() {
    let cases = [
        ("schemas/plimsoll.schema.json", config::json_schema(), "full.yaml", "mistakes.yaml"),
        ("schemas/rule.schema.json", rule::json_schema(), "rules.yaml", "rule-mistakes.yaml"),
    ];
    for (name, schema, good, bad) in cases {
        let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        assert_committed(name, &text);
        let validator =
            jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
        let value = |fixture_name| {
            let document = document(&fixture(fixture_name));
            document.roots().next().map(to_json).unwrap_or_default()
        };
        let errors: Vec<_> = validator.iter_errors(&value(good)).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0], "{name} rejects {good}");
        assert!(!validator.is_valid(&value(bad)), "{name} accepts {bad}");
    }
}
