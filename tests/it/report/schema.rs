//! The published schema against real reports.

use super::Case;
use jsonschema::Validator;
use plimsoll::diagnostic::{Edit, Fix, Safety};
use plimsoll::report::Format;
use plimsoll::source::{Place, Span};
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../schemas/report.schema.json")).expect("the schema is JSON")
}

fn case() -> Case {
    let mut case = Case::default();
    let file = case.file("deploy/web.yaml", "a: 1\n\u{1F680}b: web:latest\n");
    let other = case.file("b.yaml", "c: 1\n");
    let place = case.at(file, "web:latest");
    let finding = case.find("unpinned-image", place, "image moves", "this tag");
    *finding = finding.clone().with_related(Place { file: other, span: Span::empty(5) }, "");
    finding.help = Some("pin it".into());
    finding.fix = Some(Fix {
        title: "pin it".into(),
        safety: Safety::Unsafe,
        edits: vec![Edit { place, text: "web:1".into() }],
    });
    case.find("other", Place { file, span: Span::new(0, 1) }, "no help", "");
    case.errors.push("something failed".into());
    case
}

fn report() -> Value {
    serde_json::from_str(&case().json()).expect("the report is JSON")
}

fn lines(case: &Case) -> Vec<Value> {
    let report = case.render(Format::Jsonl);
    report.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
}

#[test]
fn reports_follow_the_published_schema() {
    let validator = jsonschema::draft202012::new(&schema()).expect("the schema is valid");
    let empty = serde_json::from_str(&Case::default().json()).expect("JSON");
    let line = lines_schema();
    let reports = [report(), empty].into_iter().map(|report| (&validator, report));
    let lines = lines(&case()).into_iter().chain(lines(&Case::default())).map(|report| (&line, report));
    for (validator, report) in reports.chain(lines) {
        let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

fn lines_schema() -> Validator {
    let mut schema = schema();
    schema["$ref"] = "#/$defs/line".into();
    for key in ["properties", "required", "additionalProperties"] {
        schema.as_object_mut().expect("an object").remove(key);
    }
    jsonschema::draft202012::new(&schema).expect("the schema is valid")
}

#[test]
fn lines_say_what_the_object_says_between_a_first_and_a_last_line() {
    let report = report();
    let lines = lines(&case());
    let types: Vec<_> = lines.iter().map(|line| line["type"].as_str().expect("a type")).collect();
    assert_eq!(types, ["run", "error", "finding", "finding", "summary"]);
    let bare = |line: &Value| {
        let mut line = line.clone();
        line.as_object_mut().expect("an object").remove("type");
        line
    };
    assert_eq!(bare(&lines[1]), report["errors"][0]);
    assert_eq!(bare(&lines[2]), report["diagnostics"][0]);
    assert_eq!(bare(&lines[4]), report["summary"]);
    let validator = lines_schema();
    for line in lines {
        let mut more = line.clone();
        more["surprise"] = json!(1);
        assert!(!validator.is_valid(&more), "takes unknown fields: {line}");
    }
}

#[test]
fn the_schema_is_closed_and_complete() {
    let validator = jsonschema::draft202012::new(&schema()).expect("the schema is valid");
    let report = report();
    for pointer in [
        "",
        "/tool",
        "/errors/0",
        "/summary",
        "/diagnostics/0",
        "/diagnostics/0/primary",
        "/diagnostics/0/primary/start",
        "/diagnostics/0/fix",
        "/diagnostics/0/fix/edits/0",
    ] {
        let mut more = report.clone();
        let object = more.pointer_mut(pointer).and_then(Value::as_object_mut).expect("an object");
        let names: Vec<String> = object.keys().cloned().collect();
        object.insert("surprise".into(), json!(1));
        assert!(!validator.is_valid(&more), "{pointer} takes unknown fields");
        for name in names {
            let mut less = report.clone();
            less.pointer_mut(pointer).and_then(Value::as_object_mut).expect("an object").remove(&name);
            assert!(!validator.is_valid(&less), "{pointer}/{name} may be absent");
        }
    }
}

#[test]
fn positions_are_given_in_every_unit() {
    let primary = &report()["diagnostics"][0]["primary"];
    assert_eq!(primary["path"], "deploy/web.yaml");
    assert_eq!(primary["text"], "web:latest");
    assert_eq!(primary["label"], "this tag");
    assert_eq!(primary["start"], json!({"line": 2, "column": 5, "utf16": 5, "byte": 12}));
    assert_eq!(primary["end"], json!({"line": 2, "column": 15, "utf16": 15, "byte": 22}));
}
