//! Snapshots of `full` and `concise`: read them as a newcomer would.

use super::Case;
use plimsoll::diagnostic::Severity;
use plimsoll::source::{Place, Span};

fn picture(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/report");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

const DEPLOYMENT: &str = include_str!("../../../fixtures/report/deployment.yaml");

#[test]
fn one_label_shows_the_place_and_what_to_do() {
    let mut case = Case::default();
    let file = case.file("deploy/web.yaml", DEPLOYMENT);
    let place = case.at(file, "web:latest");
    case.find(
        "unpinned-image",
        place,
        "image `web:latest` may change under the deployment",
        "tag `latest` moves",
    )
    .help = Some("name a version and its digest: `web:1.2@sha256:…`".into());
    picture("one_label", &case.full());
    picture("one_label_concise", &case.concise());
}

#[test]
fn something_missing_is_shown_at_the_key_it_is_missing_under() {
    let mut case = Case::default();
    let file = case.file("deploy/web.yaml", DEPLOYMENT);
    let mut place = case.at(file, "name: api");
    place.span.start += 6;
    case.find(
        "missing-probe",
        place,
        "container `api` of Deployment `web` has no readinessProbe",
        "no readinessProbe here",
    )
    .help = Some("add the probe: readiness keeps traffic away until the container can serve".into());
    picture("missing_thing", &case.full());
}

#[test]
fn two_labels_in_one_line_are_both_explained() {
    let mut case = Case::default();
    let file = case.file("deploy.sh", "#!/bin/sh\nset -e\nkubectl apply -f deploy/ --namespace prod\n");
    let (command, flag) = (case.at(file, "kubectl apply"), case.at(file, "--namespace prod"));
    let finding = case.find(
        "deploy-outside-pipeline",
        command,
        "`kubectl apply` runs outside the pipeline",
        "changes the cluster",
    );
    finding.severity = Severity::Warning;
    *finding = finding.clone().with_related(flag, "this one");
    picture("two_labels_in_one_line", &case.full());
}

#[test]
fn labels_in_two_files_are_two_snippets_of_one_finding() {
    let mut case = Case::default();
    let service = case.file(
        "deploy/service.yaml",
        "kind: Service\nspec:\n  ports:\n    - port: 80\n      targetPort: 8081\n",
    );
    let web = case.file("deploy/web.yaml", DEPLOYMENT);
    let (target, port) = (case.at(service, "8081"), case.at(web, "8080"));
    let finding = case.find(
        "port-mismatch",
        target,
        "Service `web` sends to port 8081, which no container opens",
        "sends here",
    );
    *finding = finding.clone().with_related(port, "the only open port");
    picture("labels_in_two_files", &case.full());
}

#[test]
fn labels_far_apart_in_one_file_leave_out_what_is_between() {
    let mut case = Case::default();
    let file = case.file("deploy/web.yaml", DEPLOYMENT);
    let (first, second) = (case.at(file, "app: web"), case.at(file, "8080"));
    let finding = case.find("x", second, "two places", "second");
    *finding = finding.clone().with_related(first, "first");
    picture("labels_far_apart", &case.full());
}

#[test]
fn labels_over_the_same_characters_are_drawn_apart() {
    let mut case = Case::default();
    let file = case.file("a.yaml", "image: web:latest\n");
    let (image, tag) = (case.at(file, "web:latest"), case.at(file, "latest"));
    let finding = case.find("unpinned-image", tag, "tag `latest` moves", "the tag");
    *finding = finding.clone().with_related(image, "the whole reference");
    picture("overlapping_labels", &case.full());
}

#[test]
fn a_label_over_several_lines_is_bracketed() {
    let mut case = Case::default();
    let file = case.file("deploy/web.yaml", DEPLOYMENT);
    let place = case.at(file, "- name: api\n          image: api:1.4\n");
    case.find("missing-probe", place, "container `api` has no readinessProbe", "in this container");
    picture("label_over_lines", &case.full());
}

#[test]
fn a_label_over_very_many_lines_is_drawn_on_its_first() {
    let mut case = Case::default();
    let file = case.file("deploy/web.yaml", DEPLOYMENT);
    let place = Place { file, span: Span::new(0, DEPLOYMENT.len() as u32) };
    case.find("whole-file", place, "the whole file is wrong", "");
    picture("label_over_very_many_lines", &case.full());
}

#[test]
fn an_empty_span_at_the_end_of_the_file_is_pointed_at() {
    let mut case = Case::default();
    for (path, text) in [("a.yaml", "a: [1, 2\n"), ("b.yaml", "a: [1, 2"), ("empty.yaml", "")] {
        let file = case.file(path, text);
        let place = Place { file, span: Span::empty(text.len() as u32) };
        case.find("syntax-error", place, "the list is not closed", "expected `]`");
    }
    picture("empty_span_at_the_end", &case.full());
}

#[test]
fn line_breaks_of_windows_and_byte_order_marks_do_not_show() {
    let mut case = Case::default();
    let file = case.file("a.yaml", "\u{feff}first: 1\r\nsecond: yes\r\nthird: 3\r\n");
    let (first, second) = (case.at(file, "first"), case.at(file, "yes"));
    let finding = case.find("truthy", second, "`yes` is a boolean to some readers", "quote it");
    *finding = finding.clone().with_related(first, "not this one");
    picture("crlf_and_bom", &case.full());
}

#[test]
fn marks_stand_under_their_characters_after_tabs_and_wide_ones() {
    let mut case = Case::default();
    let file = case.file("Makefile", "deploy:\n\tkubectl\tapply -f x\n# 日本語 🚀 naïve mark\n");
    for needle in ["apply", "🚀", "mark"] {
        let place = case.at(file, needle);
        case.find("x", place, "a mark", needle);
    }
    picture("tabs_and_wide_characters", &case.full());
}

#[test]
fn a_very_long_line_is_cut_around_the_label() {
    let mut case = Case::default();
    let filler = "\"key\": \"value\", ".repeat(40_000);
    let file = case.file("a.json", &format!("{{{filler}\"image\": \"web:latest\", {filler}\"end\": 1}}\n"));
    for needle in ["key", "web:latest", "end"] {
        let place = case.at(file, needle);
        case.find("x", place, "in a long line", "here");
    }
    picture("very_long_line", &case.full());
}

#[test]
fn secrets_in_the_lines_around_are_masked_and_marks_stay_in_place() {
    let mut case = Case::default();
    let file = case.file(
        "compose.yaml",
        "services:\n  db:\n    environment: {DB_PASSWORD: hunter2, DB_HOST: db}\n    image: postgres:latest\n    # token: tr0ub4dor\n",
    );
    for needle in ["postgres:latest", "DB_HOST", "hunter2"] {
        let place = case.at(file, needle);
        case.find("x", place, &format!("found `{needle}`"), "here");
    }
    picture("masked_neighbours", &case.full());
    assert!(!case.full().contains("hunter2") && !case.full().contains("tr0ub4dor"));
}

#[test]
fn control_characters_are_shown_and_marks_stay_in_place() {
    let mut case = Case::default();
    let file = case.file("a.sh", "echo \u{1b}[31mred\u{202e} ##[error]x target\n");
    for needle in ["\u{202e}", "target", "##[error]"] {
        let place = case.at(file, needle);
        case.find("x", place, &format!("found `{needle}`"), "here");
    }
    picture("control_characters", &case.full());
}

#[test]
fn severities_and_hints_look_different() {
    let mut case = Case::default();
    let file = case.file("a.yaml", "a: 1\nb: 2\n");
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let place = case.at(file, "b");
        case.find("some-rule", place, "a finding", "here").severity = severity;
    }
    picture("severities", &case.full());
}

#[test]
fn a_long_message_and_help_wrap() {
    let mut case = Case::default();
    let file = case.file("a.yaml", "a: 1\n");
    let place = case.at(file, "a");
    let words = "many words that go on and on ".repeat(6);
    case.find("some-rule", place, words.trim(), "here").help = Some(words.trim().into());
    picture("long_texts", &case.full());
}

#[test]
fn many_findings_in_one_long_line_take_linear_time() {
    let render = |count: usize| {
        let mut case = Case::default();
        let file =
            case.file("a.json", &"{\"image\": \"web:latest\", \"password\": \"tr0ub4dor\"} ".repeat(count));
        for at in 0..count as u32 {
            let start = at * 49 + 11;
            case.find("x", Place { file, span: Span::new(start, start + 10) }, "in a long line", "here");
        }
        let start = cpu_time::ThreadTime::now();
        let length: usize = case.all().iter().map(|(_, output)| output.len()).sum();
        (start.elapsed().as_secs_f64(), length)
    };
    render(100);
    let (few, shorter) = render(500);
    let (many, longer) = render(4000);
    assert!(longer > 7 * shorter);
    assert!(many < 24.0 * few, "8 times the findings took {:.1} times as long", many / few);
}

#[test]
fn labels_may_lie_anywhere_without_a_crash() {
    let text = "\u{feff}a: é\r\n\t- \"🚀\"\n\nb: |\n  x\r  y";
    let past = text.len() as u32 + 2;
    let mut case = Case::default();
    let file = case.file("a.yaml", text);
    let empty = case.file("b.yaml", "");
    for start in 0..past {
        for end in 0..past {
            let finding = case.find("x", Place { file, span: Span { start, end } }, "message", "label");
            *finding = finding
                .clone()
                .with_related(Place { file, span: Span { start: end, end: start } }, "other")
                .with_related(Place { file: empty, span: Span { start, end } }, "");
        }
    }
    let count = case.diagnostics.len();
    assert_eq!(case.concise().lines().count(), count);
    assert_eq!(case.full().matches("error[x]").count(), count);
    assert!(!case.full().contains("Failed to read contents"));
}
