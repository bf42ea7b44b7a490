//! The whole program over hostile repositories: whatever a file, a name, a rule or a configuration says, in every format and on both
//! streams nothing comes out that a terminal, a runner or a page would obey.

use super::readers::{Command, harm, harm_on_a_page, read};
use super::support::{plimsoll_with, project};
use rayon::prelude::*;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// What an attacker writes.
const PAYLOADS: &[&str] = &[
    // Terminals.
    "\u{1b}[2J",
    "\u{1b}]8;;http://evil.example\u{7}click\u{1b}]8;;\u{7}",
    "\u{1b}]52;c;ZXZpbA==\u{7}",
    "\u{1b}]0;title\u{7}",
    "\u{1b}P+q\u{1b}\\",
    "\u{9b}31m",
    "\u{9d}0;title\u{9c}",
    "\u{7}\u{8}\u{7f}\u{1}",
    "\u{202e}gpj.exe\u{2066}x\u{2069}",
    "a\u{200b}b\u{feff}c\u{2060}d\u{e0041}",
    // GitHub's runner.
    "::error::forged",
    "::stop-commands::t",
    "::add-mask::forged",
    "::set-env name=PATH::/evil",
    "::group::x",
    "  ::add-mask::secret",
    "\u{a0}::warning::forged",
    "\u{3000}::notice title=a::forged",
    "\u{85}::debug::forged",
    "x\n::error file=a.yaml::forged",
    "x\r\n::set-output name=x::y",
    "x\r::stop-commands::t",
    "x\u{2028}::error::y\u{2029}::error::z",
    "x\u{c}::error::y\u{b}::error::z",
    "##[error]forged",
    "a ##[set-env name=PATH]/evil",
    "x\n##[stop-commands]t",
    "###[command]x",
    "#\u{200b}#[error]x",
    "%0A::error::x",
    "%250A::error::x",
    "a,line=9,file=other::forged",
    ",title=forged::x",
    // Other agents.
    "##vso[task.setvariable variable=x]y",
    "a ##VSO[task.complete result=Succeeded;]done",
    "##teamcity[buildStop comment='x']",
    // Pages.
    "</td></tr></table><script>alert(1)</script>",
    "![x](http://evil.example/pixel.png)",
    "[x](http://evil.example)",
    "<http://evil.example>",
    "@everyone | @org/team",
    "`` ` `@org ``` | x",
    "\\| <b>x</b> \\`<i>x</i>\\`",
    "http://evil.example www.evil.example",
    "a\n\n# Title\n\n<img src=x onerror=alert(1)>",
    // XML.
    "]]><evil/>",
    "\"/><evil a=\"",
    "&evil; <!ENTITY x SYSTEM \"file:///etc/passwd\">",
    "\u{fffe}\u{ffff}",
];

/// A repository that says the payload in one place.
type Carrier = fn(&str) -> Vec<(String, String)>;

const CARRIERS: &[(&str, Carrier)] = &[
    ("key", |payload| vec![("a.yaml".into(), format!("{payload}: value\nservices: {{x: 1}}\n"))]),
    ("value", |payload| vec![("a.yaml".into(), format!("a: 1\nb: {payload}\nc: 3\n"))]),
    ("comment", |payload| vec![("a.yaml".into(), format!("a: 1 # {payload}\n# {payload}\nb: 2\n"))]),
    ("escape", |payload| {
        let said = quoted(payload);
        let compose = format!("services:\n  {said}:\n    image: {said}\n    environment: {{A: {said}}}\n");
        vec![("compose.yaml".into(), compose)]
    }),
    ("anchor", |payload| vec![("a.yaml".into(), format!("a: &{payload} x\nb: *{payload}\n"))]),
    ("script", |payload| {
        vec![("a.sh".into(), format!("#!/bin/sh\nkubectl apply -f {payload}\n# {payload}\n"))]
    }),
    ("file name", |payload| vec![(format!("{}.yaml", name(payload)), "a: [\n".into())]),
    ("folder name", |payload| {
        vec![(format!("{}/compose.yaml", name(payload)), "services: {x: {image: y}}\n".into())]
    }),
    ("rule", |payload| {
        let said = quoted(&payload.replace(['{', '}'], ""));
        let rule = format!(
            "id: said\neach: compose.service\nforbid: name != ''\nat: service\nmessage: {said}\nhelp: {said}\nsummary: {said}\n\
            explain: {said}\nrelated: [{{at: service.image, label: {said}}}]\n"
        );
        vec![
            (".plimsoll/rules/said.yaml".into(), rule),
            ("compose.yaml".into(), "services: {x: {image: y}}\n".into()),
        ]
    }),
    ("configuration", |payload| {
        let said = quoted(payload);
        let config = format!(
            "{CONFIG}retired:\n  - {{name: old, now: {said}, reason: {said}}}\n\
            waivers:\n  - {{rule: missing-healthcheck, paths: [compose.yaml], reason: {said}}}\n"
        );
        vec![
            ("plimsoll.yaml".into(), config),
            ("compose.yaml".into(), "services: {x: {image: old}}\n".into()),
        ]
    }),
    ("wrong configuration", |payload| {
        let said = quoted(payload);
        vec![("plimsoll.yaml".into(), format!("{said}: {said}\nfail-on: {said}\n"))]
    }),
    ("suppression", |payload| {
        let compose = format!(
            "services:\n  x:  # plimsoll: ignore[missing-healthcheck] {payload}\n    image: y\n  z:  # plimsoll: ignore[{payload}] x\n    image: y\n"
        );
        vec![("compose.yaml".into(), compose)]
    }),
];

/// Marks every scalar, comment and line, and says what it marks.
const ECHO: &str = "id: echo\neach: text\npattern: \"(?s).+\"\nmessage: \"{match}\"\nhelp: \"not {match}\"\n";
const CONFIG: &str = "kinds: {a.yaml: values}\npipeline: [{workflow: .github/workflows/x.yml}]\n";

/// A payload as a quoted scalar of YAML, every character escaped.
fn quoted(payload: &str) -> String {
    let escaped = payload.chars().fold(String::new(), |text, c| text + &format!("\\U{:08x}", c as u32));
    format!("\"{escaped}\"")
}

/// A payload as far as it can be the name of a file.
fn name(payload: &str) -> String {
    payload.chars().filter(|c| !matches!(c, '/' | '\0')).take(60).collect()
}

fn repository(files: Vec<(String, String)>) -> TempDir {
    let folder = project(&[(".plimsoll/rules/echo.yaml", ECHO), ("plimsoll.yaml", CONFIG)]);
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    folder
}

#[test]
fn nothing_that_comes_out_is_obeyed() {
    let cases: Vec<_> = PAYLOADS
        .iter()
        .flat_map(|payload| CARRIERS.iter().map(move |(name, carrier)| (*payload, *name, carrier)))
        .collect();
    assert!(PAYLOADS.len() >= 40 && CARRIERS.len() >= 8);
    cases.par_iter().for_each(|(payload, carrier, files)| {
        let folder = repository(files(payload));
        let outputs = outputs(folder.path());
        let found = outputs.iter().any(|(what, output)| what == "concise" && output.lines().count() > 1);
        assert!(
            found || *carrier == "wrong configuration",
            "nothing is found with {payload:?} in the {carrier}"
        );
        for (what, output) in outputs {
            if let Some(harm) = judge(&what, &output) {
                panic!("{what} with {payload:?} in the {carrier}: {harm}\n{output}");
            }
        }
    });
}

/// What the program says of a repository, by format and stream.
pub fn outputs(root: &Path) -> Vec<(String, String)> {
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let formats = super::status::formats();
    let file = |format: &str| out.path().join(format);
    let reports = formats.iter().map(|format| format!("--output={format}={}", file(format).display()));
    let check = ["check", "--color=always", "--output=full"].map(str::to_owned);
    let summary = file("summary.md");
    let github =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary.to_str().expect("a plain path"))];
    let mut found = Vec::new();
    let mut run = |what: &str, arguments: &[String], variables: &[(&str, &str)]| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = plimsoll_with(root, &arguments, b"", variables);
        for (stream, bytes) in [("standard output", output.stdout), ("standard error", output.stderr)] {
            let text = String::from_utf8(bytes).expect("all output is UTF-8");
            found.push((format!("{what}, {stream}"), text));
        }
    };
    run("check", &check.into_iter().chain(reports).collect::<Vec<_>>(), &[]);
    run("check, automatic", &["check".to_owned()], &github);
    for command in [
        "check -v --statistics",
        "check --diff",
        "check --fix=unsafe --diff",
        "baseline show",
        "files",
        "rules",
        "explain said",
        "eval file.path",
        "test",
        "init --dry-run",
    ] {
        let arguments: Vec<String> = command.split(' ').map(str::to_owned).collect();
        run(command, &arguments, &[]);
    }
    let written = formats.iter().map(String::as_str).chain(["summary.md"]);
    // A report that was not written is the matter of other tests.
    found.extend(written.filter_map(|name| Some((name.to_owned(), fs::read_to_string(file(name)).ok()?))));
    found
}

/// What is wrong with an output.
fn judge(what: &str, output: &str) -> Option<String> {
    match what {
        "github" | "check, automatic, standard output" => return annotations(output),
        "markdown" | "summary.md" => {
            if let Some(harm) = harm_on_a_page(output) {
                return Some(harm);
            }
        }
        "junit" => {
            if let Err(error) = roxmltree::Document::parse(output) {
                return Some(error.to_string());
            }
        }
        "jsonl" => {
            if let Some(error) = output.lines().find_map(|line| serde_json::from_str::<Value>(line).err()) {
                return Some(error.to_string());
            }
        }
        "json" | "sarif" | "gitlab" => {
            if let Err(error) = serde_json::from_str::<Value>(output) {
                return Some(error.to_string());
            }
        }
        _ => {}
    }
    harm(output)
}

/// What is wrong with annotations: commands that are none, or point elsewhere than into one file.
fn annotations(output: &str) -> Option<String> {
    let commands = match read(output) {
        Ok(commands) => commands,
        Err(harm) => return Some(harm),
    };
    commands.iter().find_map(|Command { name, properties, data }| {
        let known = ["file", "line", "endLine", "col", "endColumn", "title"];
        let numbers = ["line", "endLine", "col", "endColumn"].iter().filter_map(|key| properties.get(*key));
        let strange = !["error", "warning", "notice"].contains(&&**name)
            || properties.keys().any(|key| !known.contains(&&**key))
            || numbers.clone().any(|number| number.parse::<u32>().is_err())
            || properties.get("title").is_some_and(|title| title.starts_with("forged"))
            || properties.get("file").is_some_and(|file| file == "other")
            || data == "forged";
        strange.then(|| format!("{name} {properties:?} {data:?}"))
    })
}

#[test]
fn the_readers_obey_what_is_not_sanitised() {
    for payload in PAYLOADS {
        let raw = format!("{payload}\n{}", payload.replace("x ", "\n"));
        let wrapped = raw.replace("::error", "\n::error").replace("#\u{200b}#", "##");
        let in_xml = roxmltree::Document::parse(&format!("<a b=\"{payload}\">{payload}</a>")).is_err()
            || payload.contains("]]>");
        let forged = annotations(&format!("::error file={payload}::x")).is_some()
            || payload.contains("%0A")
            || payload.contains("%250A");
        let caught = harm(&wrapped).is_some() || harm_on_a_page(payload).is_some() || in_xml || forged;
        assert!(caught, "{payload:?} would pass unnoticed");
    }
}
