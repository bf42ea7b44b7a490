//! `plimsoll baseline` and what `check` makes of the file, through the program.

use crate::support::{plimsoll, project};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const FILE: &str = ".plimsoll/baseline.json";

const COMPOSE: (&str, &str) = (
    "compose.yaml",
    "services:\n  web:\n    image: web:1\n  db:\n    image: db:1\n    environment: {DB_PASSWORD: hunter2}\n",
);

const POD: (&str, &str) = (
    "k8s/web.yaml",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: api\n      image: api:1\n",
);

/// A folder with one of these is a project.
const ROOT: (&str, &str) = (".git/x", "");

/// Status, standard output and standard error.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = plimsoll(folder, arguments, b"");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The rules of the findings, with the numbers of their lines.
fn check(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let (status, out, err) = run(folder, &[&["check", "--output", "concise"], arguments].concat());
    assert!(status < Some(2), "{err}");
    let finding = |line: &str| {
        let (place, rest) = line.split_once(": ").expect("a place");
        let rule = rest.split(['[', ']']).nth(1).expect("a rule");
        format!("{} {rule}", place.rsplit_once(':').expect("a column").0)
    };
    out.lines().map(finding).collect()
}

/// What a command that must succeed prints.
fn done(folder: &Path, arguments: &[&str]) -> String {
    let (status, out, err) = run(folder, arguments);
    assert_eq!((status, &*err), (Some(0), ""), "{arguments:?}: {out}");
    out
}

fn text(folder: &Path) -> String {
    fs::read_to_string(folder.join(FILE)).expect("the baseline is there")
}

fn edit(folder: &Path, path: &str, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join(path)).expect("the file is there");
    assert!(text.contains(from), "{path} has no {from}");
    fs::write(folder.join(path), text.replacen(from, to, 1)).expect("a file can be written");
}

#[test]
fn what_was_written_down_is_not_reported_and_everything_else_is() {
    let folder = project(&[ROOT, COMPOSE, POD]);
    let folder = folder.path();
    assert_eq!(check(folder, &[]).len(), 4);
    let said = done(folder, &["baseline"]);
    assert!(said.starts_with(".plimsoll/baseline.json: 5 entries (5 added, 0 removed); commit it"), "{said}");
    let (status, out, err) = run(folder, &["check"]);
    assert_eq!((status, &*out), (Some(0), ""));
    assert!(
        err.contains("\n4 findings known from the baseline\n") && err.starts_with("no findings in 2 files"),
        "{err}"
    );
    // Lines and quotes change, and a probe is added: nothing is new.
    edit(folder, "compose.yaml", "  web:\n", "  # why\n\n  'web':\n");
    edit(folder, "compose.yaml", "hunter2", "swordfish");
    edit(
        folder,
        "k8s/web.yaml",
        "image: api:1\n",
        "image: api:2\n      livenessProbe: {tcpSocket: {port: 80}}\n",
    );
    assert_eq!(check(folder, &[]), [""; 0]);
    // One is mended and one is new.
    edit(folder, "compose.yaml", "  db:\n", "  queue:\n");
    assert_eq!(check(folder, &[]), ["compose.yaml:6 missing-healthcheck", "compose.yaml:8 plaintext-secret"]);
    let (_, _, err) = run(folder, &["check"]);
    assert!(
        err.contains("\n3 entries of the baseline have no finding any more: `plimsoll baseline prune`\n"),
        "{err}"
    );
    // What a part of the project does not say it may say elsewhere.
    let (_, _, err) = run(folder, &["check", "k8s"]);
    assert!(err.contains("\n1 finding known from the baseline") && !err.contains("prune"), "{err}");
    let shown = done(folder, &["baseline", "show"]);
    assert_eq!(
        shown.lines().collect::<Vec<_>>(),
        [
            "compose.yaml  missing-healthcheck  services.db lacks healthcheck  no finding any more",
            "compose.yaml  missing-healthcheck  services.web lacks healthcheck",
            "compose.yaml  plaintext-secret  services.db.environment.DB_PASSWORD  no finding any more",
            "k8s/web.yaml  missing-probe  Pod web: spec.containers[api] lacks livenessProbe  no finding any more",
            "k8s/web.yaml  missing-probe  Pod web: spec.containers[api] lacks readinessProbe",
            "5 entries, 3 without a finding: `plimsoll baseline prune` removes them",
        ]
    );
    assert_eq!(done(folder, &["baseline", "prune"]), ".plimsoll/baseline.json: 2 entries (3 removed)\n");
    assert_eq!(check(folder, &[]).len(), 2, "nothing was added");
    let said = done(folder, &["baseline", "write"]);
    assert!(said.starts_with(".plimsoll/baseline.json: 4 entries (2 added, 0 removed)"), "{said}");
    assert_eq!(check(folder, &[]), [""; 0]);
    // The file is sorted, and of an entry in it no line number is told.
    let lines: Vec<String> =
        text(folder).lines().filter(|line| line.contains("path")).map(str::to_owned).collect();
    assert!(lines.is_sorted() && lines.len() == 4, "{lines:?}");
    assert_eq!(fs::read_dir(folder.join(".plimsoll")).expect("a folder").count(), 1, "nothing else stays");
}

#[test]
fn an_unchanged_project_has_an_unchanged_baseline() {
    let folder = project(&[ROOT, COMPOSE, POD]);
    let folder = folder.path();
    done(folder, &["baseline"]);
    let before = text(folder);
    let written = fs::metadata(folder.join(FILE)).and_then(|file| file.modified()).expect("a time");
    assert!(done(folder, &["baseline"]).contains("(0 added, 0 removed)"));
    assert!(done(folder, &["baseline", "prune"]).contains("(0 removed)"));
    assert_eq!(text(folder), before);
    assert_eq!(
        fs::metadata(folder.join(FILE)).and_then(|file| file.modified()).ok(),
        Some(written),
        "it is not even touched"
    );
}

#[test]
fn entries_follow_a_file_that_was_renamed_and_prune_writes_where_it_is() {
    let folder = project(&[ROOT, COMPOSE, POD]);
    let folder = folder.path();
    done(folder, &["baseline"]);
    fs::rename(folder.join("k8s"), folder.join("deploy")).expect("a folder");
    assert_eq!(check(folder, &[]), [""; 0]);
    assert_eq!(check(folder, &["deploy/web.yaml"]), [""; 0]);
    assert!(done(folder, &["baseline", "prune"]).contains("5 entries (0 removed)"));
    assert!(text(folder).contains("\"deploy/web.yaml\"") && !text(folder).contains("k8s"));
    fs::create_dir(folder.join("k8s")).expect("a folder");
    fs::copy(folder.join("deploy/web.yaml"), folder.join("k8s/web.yaml")).expect("a copy");
    assert_eq!(check(folder, &[]), ["k8s/web.yaml:6 missing-probe"], "a copy is new");
}

#[test]
fn parts_of_a_baseline_can_be_written_by_path_and_by_rule() {
    let folder = project(&[ROOT, COMPOSE, POD]);
    let folder = folder.path();
    assert!(done(folder, &["baseline", "k8s"]).contains(": 2 entries (2 added"));
    assert_eq!(check(folder, &[]).len(), 3);
    assert!(done(folder, &["baseline", "--select", "missing-healthcheck"]).contains(": 4 entries (2 added"));
    assert_eq!(check(folder, &[]), ["compose.yaml:6 plaintext-secret"]);
    edit(folder, "k8s/web.yaml", "name: api", "name: app");
    assert!(done(folder, &["baseline", "compose.yaml"]).contains(": 5 entries (1 added, 0 removed)"));
    assert_eq!(check(folder, &[]), ["k8s/web.yaml:6 missing-probe"], "what was not named stays as it is");
    let (status, _, err) = run(folder, &["baseline", "--select", "missing-prob"]);
    assert!(status == Some(2) && err.contains("did you mean `missing-probe`"), "{err}");
    assert_eq!(run(folder, &["baseline", "nowhere"]).0, Some(2));
}

#[test]
fn the_file_lies_where_the_configuration_or_an_argument_says() {
    let folder =
        project(&[ROOT, COMPOSE, ("plimsoll.yaml", "baseline: policy/known.json\n"), ("sub/x.txt", "")]);
    let folder = folder.path();
    // What is named and is not there is no pass.
    let (status, out, err) = run(folder, &["check"]);
    assert_eq!((status, &*out), (Some(2), ""));
    assert!(err.contains("the baseline is not there") && err.contains("plimsoll.yaml:1:11"), "{err}");
    assert_eq!(run(folder, &["baseline", "show"]).0, Some(2));
    assert!(done(folder, &["baseline"]).starts_with("policy/known.json: 3 entries"));
    assert_eq!(check(folder, &[]), [""; 0]);
    assert!(!folder.join(".plimsoll").exists());
    // Named ones go before it, from where the program runs.
    done(&folder.join("sub"), &["baseline", "--baseline", "other.json", "--select", "plaintext-secret"]);
    assert_eq!(check(&folder.join("sub"), &["--baseline", "other.json", ".."]).len(), 2);
    assert_eq!(check(folder, &["--no-baseline"]).len(), 3);
    let (status, _, err) = run(folder, &["check", "--baseline", "none.json"]);
    assert!(
        status == Some(2)
            && err.contains("there is no baseline")
            && err.contains("`plimsoll baseline` writes it"),
        "{err}"
    );
    assert_eq!(run(folder, &["check", "--baseline", "a", "--no-baseline"]).0, Some(2));
    // Without its configuration a project has none.
    assert_eq!(check(folder, &["--no-config"]).len(), 3);
    assert_eq!(check(folder, &["--no-config", "--baseline", "policy/known.json"]), [""; 0]);
    assert_eq!(run(folder, &["baseline", "--no-config"]).0, Some(2));
    fs::write(folder.join("plimsoll.yaml"), "baseline: ../known.json\n").expect("a file");
    let (status, _, err) = run(folder, &["check"]);
    assert!(status == Some(2) && err.contains("plimsoll.yaml:1:11"), "{err}");
}

#[test]
fn a_baseline_that_cannot_be_read_is_no_pass() {
    let folder = project(&[COMPOSE, (FILE, "")]);
    let folder = folder.path();
    for (text, told) in [
        ("", "EOF while parsing"),
        ("<<<<<<< HEAD\n", "expected value at line 1 column 1"),
        ("{\"version\": 9, \"findings\": [], \"more\": 1}", "it is of version 9"),
        ("{\"version\": 1, \"findings\": [{\"rule\": \"a\"}]}", "missing field `path`"),
    ] {
        fs::write(folder.join(FILE), text).expect("a file");
        for command in [&["check"][..], &["baseline"], &["baseline", "prune"], &["baseline", "show"]] {
            let (status, out, err) = run(folder, command);
            assert_eq!((status, &*out), (Some(2), ""), "{text}");
            assert!(
                err.contains(told) && err.contains("baseline.json: ") && err.lines().count() == 1,
                "{err}"
            );
        }
        assert_eq!(fs::read_to_string(folder.join(FILE)).ok().as_deref(), Some(text), "it is left as it is");
    }
    fs::write(folder.join(FILE), b"\xff{}").expect("a file");
    assert!(run(folder, &["check"]).2.contains("it is not UTF-8"));
    fs::remove_file(folder.join(FILE)).expect("a file");
    fs::create_dir(folder.join(FILE)).expect("a folder");
    assert!(run(folder, &["check"]).2.contains("it is no regular file"));
    assert_eq!(check(folder, &["--no-baseline"]).len(), 3);
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_the_project() {
    use std::os::unix::fs::symlink;
    let (folder, outside) = (project(&[COMPOSE]), project(&[]));
    let (folder, outside) = (folder.path(), outside.path());
    symlink(outside, folder.join(".plimsoll")).expect("a link");
    let (status, _, err) = run(folder, &["baseline"]);
    assert!(status == Some(2) && err.contains("link out of the project"), "{err}");
    assert_eq!(fs::read_dir(outside).expect("a folder").count(), 0);
    fs::write(outside.join("baseline.json"), "{\"secret\": 1}").expect("a file");
    let (status, _, err) = run(folder, &["check"]);
    assert!(
        status == Some(2) && err.contains("is a link out of the project") && !err.contains("secret"),
        "{err}"
    );
}

#[test]
fn what_is_not_read_as_it_stands_is_never_written_down() {
    let folder = project(&[
        COMPOSE,
        ("a.yaml", "services: [\n"),
        ("plimsoll.yaml", "pipeline: [{workflow: none.yml}]\n"),
    ]);
    let folder = folder.path();
    let said = done(folder, &["baseline"]);
    assert!(
        said.contains("1 finding of syntax-error stay")
            && said.contains("1 finding of unknown-pipeline stay"),
        "{said}"
    );
    assert_eq!(check(folder, &[]), ["plimsoll.yaml:1 unknown-pipeline", "a.yaml:1 syntax-error"]);
    // A run that is not complete writes nothing.
    let before = text(folder);
    let rule = "id: broken\neach: image\nrequire: image.text.substring(100) == ''\nmessage: m\n";
    fs::create_dir(folder.join(".plimsoll/rules")).expect("a folder");
    fs::write(folder.join(".plimsoll/rules/broken.yaml"), rule).expect("a file");
    edit(folder, "compose.yaml", "  web:\n", "  cache:\n");
    for command in ["write", "prune", "show"] {
        let (status, out, err) = run(folder, &["baseline", command]);
        assert_eq!((status, &*out), (Some(2), ""), "{err}");
        assert!(err.contains("rule-error") && err.contains("could not be checked completely"), "{err}");
    }
    assert_eq!(text(folder), before);
}

#[test]
fn no_secret_stands_in_it() {
    let canary = |index: usize| format!("cAnary{index}x9Q7z");
    let names = ["PASSWORD", "api-key", "jwtSecret", "CLIENT_SECRET", "token"];
    let mut files: Vec<(String, String)> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let secret = |at: usize| canary(8 * index + at);
        files.push((
            format!("{index}/compose.yaml"),
            format!(
                "services:\n  a:\n    image: a\n    environment:\n      {name}: {}\n      URL: postgres://me:{}@db/x\n  b:\n    image: b\n\
                 \x20   environment:\n      - {name}={}\n    command: [run, --password, {}]\n",
                secret(0), secret(1), secret(2), secret(3)
            ),
        ));
        files.push((
            format!("{index}/secret.yaml"),
            format!(
                "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData:\n  {name}: {}\n  note: |\n    line {}\n",
                secret(4), secret(5)
            ),
        ));
        let name = name.to_uppercase().replace('-', "_");
        files.push((
            format!("{index}/run.sh"),
            format!("export {name}={}\ncurl -u me:{} https://h\n", secret(6), secret(7)),
        ));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let folder = project(&files);
    let folder = folder.path();
    let said = done(folder, &["baseline"]);
    let shown = [
        text(folder),
        done(folder, &["baseline", "show"]),
        done(folder, &["baseline", "show", "--format", "json"]),
    ];
    assert!(shown[0].matches("plaintext-secret").count() > 25, "{said}");
    for index in 0..40 {
        let canary = canary(index);
        assert!(shown.iter().all(|text| !text.contains(&canary)), "{canary}");
    }
    // Another secret in its place is the same finding: no fingerprint depends on one.
    let before = text(folder);
    for (path, text) in &files {
        fs::write(folder.join(path), text.replace("cAnary", "oThers")).expect("a file");
    }
    done(folder, &["baseline"]);
    assert_eq!(text(folder), before);
}

#[test]
fn the_list_for_programs_is_one_object() {
    let folder = project(&[COMPOSE]);
    let folder = folder.path();
    done(folder, &["baseline"]);
    edit(folder, "compose.yaml", "  web:\n", "  cache:\n");
    let shown: serde_json::Value =
        serde_json::from_str(&done(folder, &["baseline", "show", "--format", "json"])).expect("JSON");
    let stale = shown["entries"].as_array().expect("a list").iter().filter(|entry| entry["stale"] == true);
    assert_eq!(shown["stale"], 1);
    assert_eq!(
        stale.collect::<Vec<_>>(),
        [&serde_json::json!({
            "path": "compose.yaml", "rule": "missing-healthcheck", "at": "services.web lacks healthcheck", "count": 1, "stale": true
        })]
    );
    // The file is one of ours, and no rule looks into it.
    let files = done(folder, &["files"]);
    assert!(
        files.lines().any(|line| line.starts_with(FILE) && line.contains("baseline of plimsoll")),
        "{files}"
    );
}

#[test]
fn runs_on_parts_report_together_what_the_whole_run_reports() {
    let many =
        (0..6).map(|index| format!("  s{index}:\n    image: a:{index}\n")).collect::<Vec<_>>().concat();
    let folder = project(&[
        ROOT,
        ("compose.yaml", &format!("services:\n{many}")),
        ("deep/compose.yaml", &format!("services:\n{many}")),
        POD,
        ("run.sh", "export DB_PASSWORD=hunter2\n"),
    ]);
    let folder = folder.path();
    done(folder, &["baseline", "deep", "run.sh"]);
    edit(folder, "deep/compose.yaml", "  s3:\n", "  s9:\n");
    let whole: BTreeSet<String> = check(folder, &[]).into_iter().collect();
    assert_eq!(whole.len(), 8);
    let parts = ["compose.yaml", "deep", "k8s/web.yaml", "run.sh"];
    let together: BTreeSet<String> = parts.iter().flat_map(|part| check(folder, &[part])).collect();
    assert_eq!(together, whole);
}
