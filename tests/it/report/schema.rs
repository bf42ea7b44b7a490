//! The published schema against real reports.

use super::Case;
use plimsoll::source::{Place, Span};
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../schemas/report.schema.json")).expect("the schema is JSON")
}

fn report() -> Value {
    let mut case = Case::default();
    let file = case.file("deploy/web.yaml", "a: 1\n\u{1F680}b: web:latest\n");
    let other = case.file("b.yaml", "c: 1\n");
    let place = case.at(file, "web:latest");
    let finding = case.find("unpinned-image", place, "image moves", "this tag");
    *finding = finding.clone().with_related(Place { file: other, span: Span::empty(5) }, "");
    finding.help = Some("pin it".into());
    case.find("other", Place { file, span: Span::new(0, 1) }, "no help", "");
    serde_json::from_str(&case.json()).expect("the report is JSON")
}

#[test]
fn reports_follow_the_published_schema() {
    let validator = jsonschema::draft202012::new(&schema()).expect("the schema is valid");
    for report in [report(), serde_json::from_str(&Case::default().json()).expect("JSON")] {
        let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn the_schema_is_closed_and_complete() {
    let validator = jsonschema::draft202012::new(&schema()).expect("the schema is valid");
    let report = report();
    for pointer in
        ["", "/tool", "/summary", "/diagnostics/0", "/diagnostics/0/primary", "/diagnostics/0/primary/start"]
    {
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
