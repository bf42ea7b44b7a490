//! Hostile text in every place a finding can carry it, before readers as gullible as terminals and CI runners.

use super::Case;
use crate::readers::harm;
use plimsoll::source::{Place, Span};

/// What an attacker writes into a file, a name or a rule.
const PAYLOADS: &[&str] = &[
    "\u{1b}[2J",
    "\u{1b}]8;;http://evil.example\u{7}click\u{1b}]8;;\u{7}",
    "\u{1b}]52;c;ZXZpbA==\u{7}",
    "\u{1b}P+q\u{1b}\\",
    "\u{9b}31m",
    "\u{9d}0;title\u{9c}",
    "\u{7}\u{8}\u{7f}\0",
    "\u{202e}gpj.exe\u{2066}x\u{2069}",
    "a\u{200b}b\u{feff}c\u{2060}d\u{e0041}",
    "x\u{2028}::error::y\u{2029}::error::z",
    "::error::forged",
    "x\n::error file=a.yaml::forged",
    "x\r\n::set-env name=PATH::/evil",
    "x\r::stop-commands::t",
    "  ::add-mask::secret",
    "\u{a0}::warning::forged",
    "\u{3000}::notice title=a::forged",
    "\u{85}::debug::forged",
    "::group::x",
    "##[error]forged",
    "a ##[set-env name=PATH]/evil",
    "x\n##[stop-commands]t",
    "##vso[task.setvariable variable=x]y",
    "a ##vso[task.complete result=Succeeded;]done",
    "##teamcity[buildStop comment='x']",
    "###[command]x",
    "#\u{200b}#[error]x",
    "%0A::error::x",
    "many words before it wraps at the end of the line, then more ::error::forged and more words so that it wraps again",
    "word-word-word-word-word-word-word-word-word-word-word-word-word-::error::forged",
    "wörd/wörd/wörd/wörd/wörd/wörd/wörd/wörd/wörd/wörd/::error::forged",
];

/// A finding that carries the payload in one place.
type Carrier = fn(&mut Case, &str);

const CARRIERS: &[(&str, Carrier)] = &[
    ("key", |case, payload| in_source(case, &format!("{payload}: value\n"), payload)),
    ("value", |case, payload| in_source(case, &format!("a: 1\nb: {payload}\nc: 3\n"), payload)),
    ("neighbour", |case, payload| in_source(case, &format!("# {payload}\nb: mark\n{payload}\n"), "mark")),
    ("comment", |case, payload| in_source(case, &format!("a: 1 # {payload}\n"), "# ")),
    ("escape", |case, payload| in_source(case, &format!("a: \"{}\"\n", payload.escape_unicode()), "\\u{")),
    ("anchor", |case, payload| in_source(case, &format!("a: &{payload} x\n"), payload)),
    ("file name", |case, payload| in_file(case, &format!("{payload}/{payload}.yaml"))),
    ("message", |case, payload| said(case, "rule", payload, "label", None, "")),
    ("label", |case, payload| said(case, "rule", "message", payload, None, "")),
    ("help", |case, payload| said(case, "rule", "message", "label", Some(payload), "")),
    ("related", |case, payload| said(case, "rule", "message", "label", None, payload)),
    ("rule", |case, payload| said(case, payload, "message", "label", None, "")),
];

fn in_source(case: &mut Case, text: &str, mark: &str) {
    let file = case.file("a.yaml", text);
    let place = case.at(file, mark);
    case.find("rule", place, &format!("found `{mark}`"), mark);
}

fn in_file(case: &mut Case, path: &str) {
    let file = case.file(path, "a: 1\n");
    case.find("rule", Place { file, span: Span::new(0, 1) }, "message", "label");
}

fn said(case: &mut Case, rule: &str, message: &str, label: &str, help: Option<&str>, related: &str) {
    let file = case.file("a.yaml", "a: 1\nb: 2\n");
    let finding = case.find(rule, Place { file, span: Span::new(0, 1) }, message, label);
    finding.help = help.map(Into::into);
    *finding = finding.clone().with_related(Place { file, span: Span::new(5, 6) }, related);
}

#[test]
fn no_output_line_is_a_command_or_steers_a_terminal() {
    for payload in PAYLOADS {
        for (carrier, carry) in CARRIERS {
            let mut case = Case::default();
            carry(&mut case, payload);
            for (format, output) in case.all() {
                let harm = if format == "github" { harm_of_commands(&output) } else { harm(&output) };
                if let Some(harm) = harm {
                    panic!("{format} with {payload:?} in the {carrier}: {harm}\n{output}");
                }
            }
        }
    }
}

#[test]
fn the_readers_of_this_test_obey_what_is_not_sanitised() {
    for payload in PAYLOADS {
        let raw = format!("{payload}\n{}", payload.replace("x ", "\n"));
        let wrapped = raw.replace("::error", "\n::error").replace("#\u{200b}#", "##");
        assert!(harm(&wrapped).is_some(), "{payload:?} would pass unnoticed");
    }
}

#[test]
fn json_keeps_strings_exact_though_their_bytes_are_inert() {
    for payload in PAYLOADS {
        let mut case = Case::default();
        said(&mut case, "rule", payload, "label", None, "");
        let report: serde_json::Value = serde_json::from_str(&case.json()).expect("valid JSON");
        assert_eq!(report["diagnostics"][0]["message"], *payload);
    }
}

/// What is wrong with annotations: of one finding there is one command, with the properties that it should have.
fn harm_of_commands(output: &str) -> Option<String> {
    let (own, rest) = output.split_once('\n').unwrap_or((output, ""));
    let Some((head, message)) = own.strip_prefix("::error ").and_then(|own| own.split_once("::")) else {
        return Some(format!("no annotation in {own}"));
    };
    let names: Vec<_> = head.split(',').filter_map(|pair| Some(pair.split_once('=')?.0)).collect();
    if names.iter().filter(|&&name| name != "endColumn").ne(&["file", "line", "endLine", "col", "title"]) {
        return Some(format!("properties {names:?}"));
    }
    harm(rest).or_else(|| harm(head)).or_else(|| harm(&format!("message: {message}")))
}
