//! What the rules on secrets find is never shown: every bad example goes through every output.

use crate::support;
use plimsoll::rule::BUILT_IN;
use plimsoll::yaml;
use std::collections::BTreeSet;

const RULES: [&str; 2] = ["deployment/plaintext-secret.yaml", "deployment/plaintext-secret-in-sample.yaml"];

/// The files of an example without marks, and what is marked in them.
struct Example {
    files: Vec<(String, String)>,
    secrets: BTreeSet<String>,
}

fn bad_examples(rule: &str) -> Vec<Example> {
    let (_, text) = BUILT_IN.iter().find(|(path, _)| *path == rule).expect("the rule ships");
    let document = yaml::parse(*text, yaml::Options::default());
    let root = document.roots().next().expect("a rule file has a root");
    let bad = root.get("tests").and_then(|tests| tests.get("bad")).expect("the rule has bad examples");
    let mut examples = Vec::new();
    for example in bad.items() {
        let mut read = Example { files: Vec::new(), secrets: BTreeSet::new() };
        for entry in example.get("files").expect("the example has files").entries() {
            let mut content = String::new();
            for line in entry.value.text().lines() {
                let (plain, mark) = line.split_once("   # <- ").unwrap_or((line, ""));
                let slices = mark.split('`').filter(|slice| !slice.trim().is_empty());
                read.secrets.extend(slices.map(str::to_owned));
                content.push_str(plain);
                content.push('\n');
            }
            read.files.push((entry.key.text().into_owned(), content));
        }
        // These are marked, but they are no secrets.
        read.secrets.retain(|secret| secret != "configMapKeyRef" && !secret.starts_with("-----"));
        examples.push(read);
    }
    examples
}

#[test]
fn no_secret_of_an_example_is_in_any_output() {
    for rule in RULES {
        for example in bad_examples(rule) {
            assert!(!example.secrets.is_empty(), "{rule}: an example without a secret");
            let files: Vec<_> = example.files.iter().map(|(path, text)| (&**path, &**text)).collect();
            let project = support::project(&files);
            for format in ["full", "concise", "json"] {
                let arguments = ["check", "--output", format, "--fail-on", "never"];
                let output = support::plimsoll(project.path(), &arguments, b"");
                let shown = String::from_utf8_lossy(&output.stdout).into_owned()
                    + &String::from_utf8_lossy(&output.stderr);
                assert!(shown.contains("plaintext-secret"), "{rule}: {format} reports nothing:\n{shown}");
                for secret in &example.secrets {
                    assert!(!shown.contains(secret.as_str()), "{rule}: {format} shows {secret}:\n{shown}");
                }
            }
        }
    }
}

/// Rules of users see the secret, but what they say of it is masked, also where it is known by its position alone.
#[test]
fn a_rule_that_repeats_a_secret_is_masked() {
    let project = support::project(&[
        ("run.sh", "#!/bin/sh\nmc alias set local http://minio:9000 web hunter2\nmysql -phunter2\n"),
        (
            ".plimsoll/rules/tell.yaml",
            "id: tell\neach: secret\nforbid: value != ''\nmessage: \"{value} and {self.value}\"\n",
        ),
        (
            ".plimsoll/rules/tell-all.yaml",
            "id: tell-all\neach: repo\nforbid: repo.secret.exists(s, s.value != '')\nmessage: \"{s.value}\"\n",
        ),
    ]);
    for format in ["full", "concise", "json"] {
        let output = support::plimsoll(project.path(), &["check", "--output", format], b"");
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(shown.contains("tell-all"), "{format} reports nothing:\n{shown}");
        assert!(!shown.contains("hunter2"), "{format} shows it:\n{shown}");
    }
}

fn checked(files: &[(&str, &str)], arguments: &[&str]) -> String {
    let project = support::project(files);
    let arguments = [&["check", "--fail-on", "never"], arguments].concat();
    let output = support::plimsoll(project.path(), &arguments, b"");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

const FORMATS: [&str; 3] = ["full", "concise", "json"];

/// Secrets that are words of every day must not blot out names, and nothing in a file blots out what a rule says.
#[test]
fn names_and_the_words_of_rules_stay_where_they_look_like_secrets() {
    let values = "postgresqlPassword: postgres\nadminPassword: admin\nauth: {passwordKey: password, password: hunter2x}\n\
                  minio: {rootPassword: default}\nsecretsPassword: written\nvalues: {token: leave}\n";
    let files = [
        ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("chart/values.yaml", values),
        (
            "compose.yaml",
            "services:\n  web:\n    image: web\n    environment:\n      A_PASSWORD: default\n      X_PASSWORD: ${X_PASSWORD:-works}\n",
        ),
        (".env.example", "DB_PASSWORD=password\n"),
    ];
    for format in FORMATS {
        let shown = checked(&files, &["--select", "plaintext-secret", "--output", format]);
        for kept in [
            "`postgresqlPassword` is written out",
            "`adminPassword` is written out",
            "`password` is written out",
            "`secretsPassword` is written out",
            "`X_PASSWORD` has a default that works",
        ] {
            assert!(shown.contains(kept), "{format} does not say {kept}:\n{shown}");
        }
        assert!(format == "concise" || shown.contains("leave it empty"), "{format}:\n{shown}");
        assert!(!shown.contains("hunter2x"), "{format}:\n{shown}");
        let shown = checked(&files, &["--select", "plaintext-secret-in-sample", "--output", format]);
        assert!(shown.contains("DB_PASSWORD") && !shown.contains("<***>"), "{format}:\n{shown}");
    }
}

#[test]
fn what_a_message_makes_of_a_word_that_is_a_secret_is_masked_word_by_word() {
    let rule = "id: tell\neach: secret\nforbid: value != ''\n\
                message: \"postgres: {name + ' is ' + value} or {[name, value]} or {value}\"\nhelp: \"not {value + '!'}\"\n";
    let files = [
        (
            "compose.yaml",
            "services:\n  web:\n    image: web\n    environment: {postgresPassword: postgres}\n",
        ),
        (".plimsoll/rules/tell.yaml", rule),
    ];
    for format in FORMATS {
        let shown = checked(&files, &["--select", "tell", "--output", format]);
        let message = "postgres: postgresPassword is *** or postgresPassword, *** or ***";
        assert!(shown.contains(message), "{format}:\n{shown}");
        assert!(format == "concise" || shown.contains("not ***!"), "{format}:\n{shown}");
    }
}

#[test]
fn mistakes_about_a_rule_on_secrets_can_be_read() {
    let compose = "services:\n  web:\n    image: web\n";
    let config =
        "rules:\n  plaintext-secret: {severty: warning}\n  plaintext-secret-in-sample:\n    levle: off\n";
    let shown = checked(&[("compose.yaml", compose), ("plimsoll.yaml", config)], &[]);
    assert!(shown.contains("unknown key `severty`") && shown.contains("{severty: warning}"), "{shown}");
    assert!(!shown.contains("***"), "{shown}");
    let deploy = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  annotations:\n    \
                  plimsoll.dev/ignore.plaintext-secret: replaced by the vault\n";
    let shown = checked(&[("deploy.yaml", deploy)], &[]);
    assert!(!shown.contains("***"), "{shown}");
}

/// Every finding quotes names, and each of them may hold every secret.
#[test]
fn many_secrets_take_linear_time() {
    let seconds = |lines: usize| {
        let text: Vec<_> = (0..lines).map(|n| format!("A{n}_PASSWORD=hunter{n}\n")).collect();
        let started = std::time::Instant::now();
        let shown =
            checked(&[(".env", &text.concat())], &["--select", "plaintext-secret", "--output", "concise"]);
        assert!(shown.lines().count() > lines && !shown.contains("hunter"), "{lines} lines");
        started.elapsed().as_secs_f64()
    };
    let (short, long) = (seconds(500), seconds(4000));
    assert!(long < 20.0 * short + 2.0, "{short} s, then {long} s for eight times the lines");
}

/// What may be hostile about a text: a megabyte of it must cost no more than in proportion to a tenth.
#[test]
fn hostile_texts_take_linear_time() {
    let units = [
        ("a.sh", "docker -p x "),
        ("b.sh", "PASSWORD=x,"),
        ("c.sh", "a://b:c@"),
        ("d.sh", "\"password\":\"x\" "),
        ("e.sh", "ghp_0123456789abcdefghij "),
        ("f.sh", ";password=x"),
        ("g.sh", "-----BEGIN PRIVATE KEY-----"),
        ("h.sh", "TOKEN=${X:-"),
        ("i.sh", "sh -c 'sh -c "),
        ("j.sh", "@tcp("),
        ("k.env", "PASSWORD=$("),
        ("Dockerfile", "ENV PASSWORD=x \\\n"),
        ("l/templates/x.tpl", "- name: PASSWORD\n  value: x\n"),
        ("compose.yaml", "- [--password, x]\n"),
        ("deploy.yaml", "{password: "),
    ];
    for (path, unit) in units {
        let seconds = |bytes: usize| {
            let text = unit.repeat(bytes / unit.len());
            let project = support::project(&[(path, &text), ("plimsoll.yaml", "{}\n")]);
            let started = std::time::Instant::now();
            let arguments = ["check", "--select", "plaintext-secret", "--output", "json", "--quiet"];
            let output = support::plimsoll(project.path(), &arguments, b"");
            assert!(output.status.code().is_some(), "{path} kills the program");
            started.elapsed().as_secs_f64()
        };
        let (short, long) = (seconds(20_000), seconds(200_000));
        // Other programs may share the machine: only what grows with the square of the text exceeds this.
        assert!(long < 40.0 * short + 4.0, "{unit:?}: {short} s, then {long} s for ten times the text");
    }
}
