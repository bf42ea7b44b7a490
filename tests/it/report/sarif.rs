//! SARIF against the standard's schema, what code scanning takes, and what viewers must not be made to show.

use super::Case;
use crate::support::{folders, request, shared};
use plimsoll::check;
use plimsoll::diagnostic::{Diagnostic, Edit, Excuse, Excused, Fix, Safety, Severity};
use plimsoll::report::{self, Format, Look, Masks, Material, Summary};
use plimsoll::source::{Place, SourceFile, Span};
use serde_json::{Value, json};
use std::sync::LazyLock;

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let mut schema: Value =
        serde_json::from_str(include_str!("sarif-schema-2.1.0.json")).expect("the schema is JSON");
    // The pattern of a language has a bracket too many, which is no valid expression, and no report says its language.
    for pointer in ["/definitions/run/properties/language", "/definitions/toolComponent/properties/language"]
    {
        schema.pointer_mut(pointer).and_then(Value::as_object_mut).map(|language| language.remove("pattern"));
    }
    let options = jsonschema::options().should_validate_formats(true);
    options.offline().build(&schema).expect("the schema is valid")
});

/// A report that was held against the schema.
fn valid(text: &str) -> Value {
    let log: Value = serde_json::from_str(text).expect("the report is JSON");
    let errors: Vec<_> =
        SCHEMA.iter_errors(&log).take(5).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    log
}

fn sarif(case: &Case) -> Value {
    valid(&case.render(Format::Sarif))["runs"][0].take()
}

fn texts<'v>(run: &'v Value, pointer: &str) -> Vec<&'v str> {
    let results = run["results"].as_array().expect("a list");
    results.iter().filter_map(|result| result.pointer(pointer)?.as_str()).collect()
}

#[test]
fn a_run_with_everything_in_it_is_valid_and_says_it() {
    let mut case = Case::with_rules();
    let file = case.file("deploy/compose.yaml", "\u{1F680}a: web:1\nb: two\nc: 3\n");
    let other = case.file("x.yaml", "d: 4\n");
    let (web, two) = (case.at(file, "web:1"), case.at(file, "two"));
    let found = case.find("missing-probe", web, "a fact", "a label");
    found.severity = Severity::Warning;
    found.help = Some("do it".into());
    *found = found.clone().with_related(Place { file: other, span: Span::new(0, 1) }, "the other");
    let edit = |place, text: &str| Edit { place, text: text.into() };
    let edits =
        vec![edit(web, "web:2"), edit(Place { file: other, span: Span::empty(5) }, "e: 5\n"), edit(two, "")];
    found.fix = Some(Fix { title: "mend it".into(), safety: Safety::Safe, edits });
    case.find("plaintext-secret", two, "another", "");
    let excused = Diagnostic::new("other", Severity::Info, two, "excused");
    for (by, reason) in
        [(Excuse::Suppression, Some("for now")), (Excuse::Waiver, Some("legacy")), (Excuse::Known, None)]
    {
        case.excused.push(Excused { found: excused.clone(), by, reason: reason.map(Into::into) });
    }
    let run = sarif(&case);
    assert_eq!(texts(&run, "/level"), ["error", "warning", "note", "note", "note"], "the most severe first");
    let result = &run["results"][1];
    assert_eq!(result["message"]["text"], "a fact\nhelp: do it");
    let region = json!({"startLine": 1, "startColumn": 6, "endLine": 1, "endColumn": 11, "snippet": {"text": "web:1"}});
    assert_eq!(result["locations"][0]["physicalLocation"]["region"], region, "columns are UTF-16 code units");
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert_eq!(result["relatedLocations"][0]["id"], 1);
    assert_eq!(result["relatedLocations"][0]["message"]["text"], "the other");
    let changes = result["fixes"][0]["artifactChanges"].as_array().expect("a list");
    let shape: Vec<_> = changes
        .iter()
        .map(|change| {
            let replacements = change["replacements"].as_array().expect("a list");
            let texts: Vec<_> = replacements.iter().map(|it| it["insertedContent"]["text"].clone()).collect();
            json!([change["artifactLocation"]["uri"], texts])
        })
        .collect();
    assert_eq!(json!(shape), json!([["deploy/compose.yaml", ["web:2", ""]], ["x.yaml", ["e: 5\n"]]]));
    let suppressions: Vec<_> = (2..5).map(|index| run["results"][index]["suppressions"].clone()).collect();
    let by = |kind: &str, why: &str| json!([{"kind": kind, "status": "accepted", "justification": why}]);
    let expected =
        [by("inSource", "for now"), by("external", "legacy"), by("external", "it was there before")];
    assert_eq!(suppressions, expected);
    let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
    for result in run["results"].as_array().expect("a list") {
        let index = result["ruleIndex"].as_u64().expect("a number") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(result["partialFingerprints"]["plimsoll/v1"].is_string());
    }
    let secret = rules.iter().find(|rule| rule["id"] == "plaintext-secret").expect("it was found");
    assert_eq!(
        secret["properties"],
        json!({"tags": ["policy", "security"], "problem.severity": "error", "security-severity": "8.0"})
    );
    assert!(secret["help"]["markdown"].as_str().is_some_and(|help| help.contains('`')));
    assert_eq!(run["invocations"][0], json!({"executionSuccessful": true, "toolExecutionNotifications": []}));
}

#[test]
fn a_run_that_is_not_complete_says_why() {
    let mut case = Case::default();
    assert_eq!(sarif(&case)["invocations"][0]["executionSuccessful"], true);
    let file = case.file("a.yaml", "a: 1\n");
    let place = Place { file, span: Span::empty(0) };
    case.failures.push(Diagnostic::new("unreadable-file", Severity::Error, place, "cannot be read"));
    case.errors.push("no such file".into());
    let run = sarif(&case);
    assert_eq!(run["results"], json!([]));
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notes = &invocation["toolExecutionNotifications"];
    assert_eq!(notes[0]["message"]["text"], "no such file");
    assert_eq!(notes[1]["descriptor"]["id"], "unreadable-file");
    assert_eq!(notes[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a.yaml");
}

#[test]
fn paths_are_references_from_the_root_and_absolute_outside_of_it() {
    let mut case = Case::default();
    let paths = ["a b/#1?.yaml", "c:d.yaml", "é%41.yaml", "\u{1b}\n.yaml", "../out.yaml", "/etc/x.yaml"];
    for path in paths {
        let mut file = SourceFile::new(path, "a: 1\n");
        file.os_path = std::path::Path::new("/projects/root").join(path);
        let file = case.sources.add(file);
        case.find("rule", Place { file, span: Span::new(0, 1) }, "message", "");
    }
    let run = sarif(&case);
    assert_eq!(
        texts(&run, "/locations/0/physicalLocation/artifactLocation/uri"),
        [
            "a%20b/%231%3F.yaml",
            "c%3Ad.yaml",
            "%C3%A9%2541.yaml",
            "%1B%0A.yaml",
            "file:///projects/out.yaml",
            "file:///etc/x.yaml"
        ]
    );
    let bases = texts(&run, "/locations/0/physicalLocation/artifactLocation/uriBaseId");
    assert_eq!(bases, ["%SRCROOT%"; 4]);
}

#[test]
fn a_text_is_no_link_and_hides_nothing() {
    let mut case = Case::default();
    let file = case.file("a.yaml", "a: 1\n");
    let place = Place { file, span: Span::new(0, 1) };
    case.find("rule", place, "see [this](http://x.example)\u{202e}", "[a](b)");
    let run = sarif(&case);
    assert_eq!(texts(&run, "/message/text"), ["see [this] (http://x.example)\\u{202e}"]);
    assert_eq!(texts(&run, "/locations/0/message/text"), ["[a] (b)"]);
}

#[test]
fn a_fix_that_would_write_a_secret_is_in_no_report() {
    let mut case = Case::default();
    let file = case.file("a.yaml", "DB_PASSWORD: tr0ub4dor-and-3\nb: 1\n");
    let place = case.at(file, "b");
    for (text, shown) in
        [("x: tr0ub4dor-and-3", false), ("API_TOKEN=something", false), ("x: ${DB_PASSWORD:?}", true)]
    {
        let found = case.find("rule", place, "message", "");
        let edits = vec![Edit { place, text: text.into() }];
        found.fix = Some(Fix { title: "mend it".into(), safety: Safety::Unsafe, edits });
        let run = sarif(&case);
        assert_eq!(run["results"][0].get("fixes").is_some(), shown, "{text}");
        let json: Value = serde_json::from_str(&case.json()).expect("JSON");
        assert_eq!(!json["diagnostics"][0]["fix"].is_null(), shown, "{text}");
        for (format, output) in case.all() {
            assert!(shown || !output.contains(text), "{format} shows {text}");
        }
        case.diagnostics.clear();
    }
}

#[test]
fn what_is_too_much_for_code_scanning_is_left_out_by_severity_and_counted() {
    let mut case = Case::default();
    let file = case.file("a.yaml", "a: 1\n");
    let place = Place { file, span: Span::new(0, 1) };
    for index in 0..25_002 {
        let severity = if index < 25_000 { Severity::Warning } else { Severity::Error };
        case.diagnostics.push(Diagnostic::new("rule", severity, place, "message"));
    }
    let run = sarif(&case);
    let levels = texts(&run, "/level");
    assert_eq!((levels.len(), &levels[..3]), (25_000, &["error", "error", "warning"][..]));
    let note = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(note["message"]["text"], "2 of 25002 results are left out: code scanning takes no more");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn long_reports_lose_second_places_and_then_results() {
    let text = "xy ".repeat(133);
    for (count, whole) in [(3_000, true), (7_500, false), (11_000, false)] {
        let mut case = Case::default();
        let file = case.file("a.yaml", &text);
        let place = Place { file, span: Span::from(0..text.len()) };
        for index in 0..count {
            let message = format!("{index} {}", "m".repeat(900));
            let found = Diagnostic::new("rule", Severity::Error, place, message);
            case.diagnostics.push(found.with_related(place, "l".repeat(900)));
        }
        let run = sarif(&case);
        let results = run["results"].as_array().expect("a list");
        let rich = results.iter().filter(|result| result.get("relatedLocations").is_some()).count();
        let note = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str();
        if results.len() == count {
            assert!(note.is_none() && (rich == count) == whole && rich > 0, "{rich} of {count}");
        } else {
            assert!(count == 11_000 && rich < 10 && results.len() > 8_000, "{rich} of {}", results.len());
            let left_out = format!("{} of 11000 results are left out", count - results.len());
            assert!(note.is_some_and(|note| note.starts_with(&left_out)), "{note:?}");
        }
    }
}

#[test]
fn the_reports_of_the_corpus_are_valid_and_within_limits() {
    let Some(corpus) = shared("corpus") else { return };
    let general = folders(&corpus.join("general"));
    let all = general.into_iter().chain(folders(&corpus.join("faultmaven")));
    let mut results = 0;
    for folder in all {
        let run = check::run(&request(&folder, include_str!("../../migration.yaml")));
        let run = run.unwrap_or_else(|failure| panic!("{}: {failure:?}", folder.display()));
        let all = run.outcome.failures.iter().chain(&run.outcome.diagnostics);
        let all: Vec<_> = all.chain(run.excused.iter().map(|excused| &excused.found)).cloned().collect();
        let masks = Masks::new(&run.sources, &all, |id, _| run.hidden(id));
        let (fingerprints, summary) = (run.fingerprints(&all), Summary::default());
        let report = report::Run::new(&Material {
            failures: &run.outcome.failures,
            diagnostics: &run.outcome.diagnostics,
            excused: &run.excused,
            fingerprints: &fingerprints,
            ..Material::new(&run.sources, &masks, &run.catalog, &summary)
        });
        let mut out = Vec::new();
        Format::Sarif.write(&mut out, &report, Look::default()).expect("memory takes everything");
        let text = String::from_utf8(out).expect("reports are UTF-8");
        let sarif = valid(&text)["runs"][0].take();
        let uris = texts(&sarif, "/locations/0/physicalLocation/artifactLocation/uri");
        results += uris.len();
        assert_eq!(uris.len(), all.len().min(25_000) - run.outcome.failures.len());
        for uri in uris {
            assert!(!uri.starts_with(['.', '/']) || uri.starts_with(".g") || uri.starts_with(".e"), "{uri}");
            assert!(!uri.contains("./") && !uri.contains(".."), "{uri}");
        }
        for rule in sarif["tool"]["driver"]["rules"].as_array().expect("a list") {
            assert!(rule["properties"]["tags"].as_array().is_some_and(|tags| tags.len() <= 10));
        }
    }
    println!("{results} results");
    assert!(results > 500, "{results}");
}
