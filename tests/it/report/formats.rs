//! What the readers of annotations, of Code Quality, of `JUnit` reports and of Markdown take, and what it costs to write for them.

use super::Case;
use cpu_time::ThreadTime;
use plimsoll::diagnostic::{Diagnostic, Severity};
use plimsoll::report::{Format, job_summary};
use plimsoll::source::{Place, Span};
use serde_json::{Value, json};
use std::collections::HashSet;

/// A case with some findings of each severity in turn, in a file with a line for each.
fn many(count: usize) -> Case {
    let mut case = Case::with_rules();
    let file = case.file("deploy/a.yaml", &"key: value\n".repeat(count));
    for index in 0..count as u32 {
        let severity = [Severity::Info, Severity::Warning, Severity::Error][index as usize % 3];
        let place = Place { file, span: Span::new(index * 11, index * 11 + 3) };
        let found = Diagnostic::new("missing-probe", severity, place, format!("number {index} of `many`"));
        case.diagnostics.push(found.with_help("mend it").with_related(place, "here"));
    }
    case.summary.errors = count / 3;
    case
}

#[test]
fn annotations_are_those_the_runner_keeps_the_most_severe_first() {
    let mut case = many(32);
    case.errors.push("the run failed".into());
    let report = case.render(Format::Github);
    let lines: Vec<_> = report.lines().collect();
    assert_eq!(lines[0], "::error title=plimsoll::the run failed");
    assert_eq!(
        lines[1],
        "::error file=deploy/a.yaml,line=3,endLine=3,col=1,endColumn=4,title=missing-probe::number 2 of `many`%0Ahelp: mend it"
    );
    assert_eq!(lines[9], "::error title=plimsoll::… 2 more errors: see the summary of this job, or its log");
    assert_eq!(lines[29], "::notice title=plimsoll::… 2 more info: see the summary of this job, or its log");
    for (first, name) in ["::error ", "::warning ", "::notice "].into_iter().enumerate() {
        assert!(lines[first * 10..first * 10 + 10].iter().all(|line| line.starts_with(name)), "{report}");
    }
    assert_eq!(lines.len(), 30);
}

#[test]
fn an_annotation_of_several_lines_marks_the_first_and_stays_below_the_runners_limit() {
    let mut case = Case::default();
    let file = case.file("a b,c:d%.yaml", "one\ntwo\nthree\n");
    let long = "\u{1F680}".repeat(3000);
    case.find("rule", Place { file, span: Span::new(1, 9) }, &long, "").help = Some(long.clone());
    let report = case.render(Format::Github);
    let (head, message) = report.trim_end().split_once("rule::").expect("an annotation");
    assert_eq!(head, "::error file=a b%2Cc%3Ad%25.yaml,line=1,endLine=1,col=2,title=");
    assert!(message.replace("%0A", "\n").encode_utf16().count() < 4096);
}

#[test]
fn code_quality_has_what_gitlab_asks_for_and_no_fingerprint_twice() {
    let mut case = many(30);
    let place = case.diagnostics[0].primary.place;
    case.failures.push(Diagnostic::new("rule-error", Severity::Error, place, "failed"));
    case.errors.extend(["no place".into(), "no place".into()]);
    let report: Value = serde_json::from_str(&case.render(Format::Gitlab)).expect("JSON");
    let issues = report.as_array().expect("a list");
    assert_eq!(issues.len(), 33);
    let severities: Vec<_> = issues.iter().filter_map(|issue| issue["severity"].as_str()).collect();
    assert_eq!(severities[..6], ["blocker", "blocker", "blocker", "info", "minor", "major"]);
    let mut seen = HashSet::new();
    for issue in issues {
        let fingerprint = issue["fingerprint"].as_str().expect("a text");
        assert!(fingerprint.len() == 32 && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(seen.insert(fingerprint), "{fingerprint} twice");
    }
    assert_eq!(issues[0]["location"], json!({"path": ".", "lines": {"begin": 1}}));
    assert_eq!(issues[4]["description"], "missing-probe: number 1 of `many`");
    assert_eq!(issues[4]["check_name"], "missing-probe");
    assert_eq!(issues[4]["location"], json!({"path": "deploy/a.yaml", "lines": {"begin": 2}}));
}

#[test]
fn junit_counts_its_cases_and_a_clean_run_has_one_that_passes() {
    let mut case = many(7);
    let other = case.file("<b>&\"'.yaml", "a: 1\n");
    case.find("rule", Place { file: other, span: Span::new(0, 1) }, "]]> <x/> \u{1}\u{fffe}", "");
    case.failures.push(Diagnostic::new(
        "rule-error",
        Severity::Error,
        Place { file: other, span: Span::new(0, 1) },
        "failed",
    ));
    case.errors.push("no place".into());
    for (case, tests, failures, errors) in [(&case, 10, 8, 2), (&Case::default(), 1, 0, 0)] {
        let report = case.render(Format::Junit);
        let document = roxmltree::Document::parse(&report).expect("the report is XML");
        let count =
            |node: roxmltree::Node, name| node.descendants().filter(|it| it.has_tag_name(name)).count();
        let suites = document.descendants().filter(|it| it.has_tag_name("testsuite"));
        for node in suites.chain([document.root_element()]) {
            let stated = ["tests", "failures", "errors"]
                .map(|name| node.attribute(name).and_then(|it| it.parse().ok()));
            let counted = ["testcase", "failure", "error"].map(|name| Some(count(node, name)));
            assert_eq!(stated, counted, "{report}");
        }
        let root = document.root_element();
        assert_eq!(
            (count(root, "testcase"), count(root, "failure"), count(root, "error")),
            (tests, failures, errors)
        );
    }
    let report = case.render(Format::Junit);
    let document = roxmltree::Document::parse(&report).expect("the report is XML");
    let hostile = document.descendants().find(|it| it.attribute("name") == Some("<b>&\"'.yaml"));
    let failure = hostile.and_then(|suite| suite.descendants().find(|it| it.has_tag_name("failure")));
    let message = failure.and_then(|failure| failure.attribute("message"));
    assert_eq!(message, Some("]]> <x/> \\u{1}\\u{fffe}"));
}

#[test]
fn markdown_is_a_table_that_stays_short_and_ends_with_the_counts() {
    let case = many(1200);
    let report = case.render(Format::Markdown);
    let rows: Vec<_> = report.lines().filter(|line| line.starts_with("| ")).collect();
    assert_eq!(rows.len(), 1 + 500);
    assert_eq!(rows[1], "| error | `missing-probe` | `deploy/a.yaml:3:1` | number 2 of `many` — mend it |");
    assert!(
        rows[401].starts_with("| warning |") && report.contains("\n… and 700 more findings\n"),
        "{report}"
    );
    assert!(report.ends_with("\n400 errors in 1 file (0 rules)\n"), "{report}");
    assert_eq!(Case::default().render(Format::Markdown).lines().count(), 3);
}

#[test]
fn a_job_summary_never_grows_beyond_what_github_keeps() {
    let mut case = many(600);
    for found in &mut case.diagnostics {
        found.message = "\u{e0041} a@b ".repeat(200);
        found.help = Some("http://x ".repeat(200));
    }
    let limit = 1 << 20;
    let sizes = [0, 100, limit / 2, limit - 3000, limit - 400, limit - 10, limit, 2 * limit];
    let summaries = case.with_run(|run| sizes.map(|already| job_summary(run, already)));
    for (already, added) in sizes.into_iter().zip(summaries) {
        let Some(added) = added else {
            assert!(already > limit - 400, "{already} bytes leave room");
            continue;
        };
        assert!(already + added.len() as u64 <= limit && added.len() <= 900 << 10, "{already}");
        assert!(added.ends_with("200 errors in 1 file (0 rules)\n"), "{added}");
        assert!(added.contains(" more finding"), "what is left out is counted");
    }
}

#[test]
fn ten_thousand_findings_take_ten_times_a_thousand() {
    for format in Format::ALL {
        let seconds = |count| {
            let case = many(count);
            let start = ThreadTime::now();
            let report = case.render(format);
            assert!(report.len() > 1000);
            start.elapsed().as_secs_f64()
        };
        seconds(100);
        let (short, long) = (seconds(1000), seconds(10_000));
        println!("{}: {short:.3} s for 1000 findings, {long:.3} s for 10000", format.name());
        assert!(long < 30.0 * short + 0.01, "{}: {short} s, then {long} s", format.name());
    }
}
