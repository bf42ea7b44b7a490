//! Rules of the user: where they are found, how their mistakes are said, and that they can do what the built-in ones do.

use crate::support::{plimsoll, project};
use std::path::Path;

const FLOATS: &str = "id: floating-image\neach: image\nforbid: image.tag == 'latest'\n\
                      message: \"image `{image.text}` floats\"\n";
const COMPOSE: (&str, &str) =
    ("compose.yaml", "services:\n  web: {image: \"web:latest\", healthcheck: {test: x}}\n");

/// Status, standard output and standard error of a run.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = plimsoll(folder, arguments, b"");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

fn findings(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let (status, out, err) = run(folder, &[&["check", "--output", "concise"], arguments].concat());
    assert_ne!(status, 2, "{err}");
    (status, out)
}

/// The facts of a refused run: `path:line:col message`, one a line.
fn mistakes(folder: &Path) -> String {
    let (status, _, err) = run(folder, &["check"]);
    assert_eq!(status, 2, "{err}");
    let mut facts = Vec::new();
    for line in err.lines() {
        if let Some(fact) = line.strip_prefix("  × ") {
            facts.push((fact.to_owned(), String::new()));
        } else if let (Some((_, place)), Some((_, at))) = (line.split_once("╭─["), facts.last_mut())
            && at.is_empty()
        {
            place.trim_end_matches(']').clone_into(at);
        }
    }
    facts.iter().map(|(fact, at)| [at, " ", fact, "\n"].concat()).collect()
}

#[test]
fn rules_of_the_project_and_of_its_packs_run_without_being_asked() {
    let folder = project(&[
        COMPOSE,
        (".plimsoll/rules/deep/er/floats.yml", FLOATS),
        ("vendor/acme/rule.yaml", FLOATS),
        ("vendor/acme/README.md", "no rule"),
        ("vendor/acme/.github/workflows/ci.yaml", "on: push\njobs: {}\n"),
        ("policy.yaml", &FLOATS.replace("floating", "drifting")),
        (
            "plimsoll.yaml",
            "packs: [policy.yaml, {path: vendor/acme/, prefix: acme}]\nrules: {acme/floating-image: warning}\n",
        ),
    ]);
    let (status, found) = findings(folder.path(), &[]);
    assert_eq!(status, 1);
    assert_eq!(
        found,
        "compose.yaml:2:21: warning[acme/floating-image] image `web:latest` floats\n\
         compose.yaml:2:21: error[drifting-image] image `web:latest` floats\n\
         compose.yaml:2:21: error[floating-image] image `web:latest` floats\n"
    );
    assert_eq!(findings(folder.path(), &["--select", "acme/floating-image"]).1.lines().count(), 1);
    assert_eq!(findings(folder.path(), &["--ignore", "floating-image"]).1.lines().count(), 2);
    assert_eq!(findings(folder.path(), &["--no-config"]), (0, String::new()));

    let (_, list, _) = run(folder.path(), &["files", ".plimsoll", "policy.yaml"]);
    assert!(list.contains("config         rule file, in .plimsoll/rules\n"), "{list}");
    assert!(list.contains("policy.yaml") && list.contains("2 config"), "{list}");
}

#[test]
fn every_mistake_in_all_rule_files_and_the_configuration_is_said_at_once() {
    let folder = project(&[
        COMPOSE,
        (
            ".plimsoll/rules/a.yaml",
            "id: missing-probe\neach: image\nforbid: image.tagg == 'x' && matches(image.tag)\nsumary: x\nmessage: m\n",
        ),
        (
            ".plimsoll/rules/b.yaml",
            "rules:\n- {id: twice, each: imag, forbid: 'true', message: m}\n- {id: open, each: image, forbid: 'true', message: '{image.text'}\n- {id: twice, each: image, forbid: \"'a'.matches('(')\", message: m}\n",
        ),
        (".plimsoll/rules/c.yaml", "id: syntax-error\neach: image\nforbid: 'true'\nmessage: m\n"),
        (".plimsoll/rules/d.yaml", "id: [\n"),
        (".plimsoll/rules/e.yaml", ""),
        ("plimsoll.yaml", "packs: [polic]\nrules: {twise: off, missing-probe: off}\nretird: []\n"),
        ("policy/x.yaml", FLOATS),
    ]);
    let found = mistakes(folder.path());
    for expected in [
        "plimsoll.yaml:1:9 there is no `polic` in this project",
        "plimsoll.yaml:2:9 unknown rule `twise`",
        "plimsoll.yaml:3:1 unknown key `retird`",
        ".plimsoll/rules/a.yaml:1:5 `missing-probe` is the name of a rule that ships",
        ".plimsoll/rules/a.yaml:3:15 `image` has no field `tagg`",
        ".plimsoll/rules/a.yaml:4:1 unknown key `sumary`",
        ".plimsoll/rules/b.yaml:3:53 this placeholder does not end",
        ".plimsoll/rules/b.yaml:2:21 unknown target `imag`",
        ".plimsoll/rules/b.yaml:4:8 a second rule is called `twice`",
        ".plimsoll/rules/b.yaml:4:49 this is not a regular expression",
        ".plimsoll/rules/c.yaml:1:5 `syntax-error` is the name of a check of plimsoll itself",
        ".plimsoll/rules/d.yaml:1:5 this `[` is never closed",
        ".plimsoll/rules/e.yaml:1:1 no rule in this file",
    ] {
        assert!(found.contains(expected), "{expected}\n{found}");
    }
}

#[test]
fn what_looks_like_rules_and_would_not_be_read_is_a_mistake() {
    let folder = project(&[COMPOSE, (".plimsoll/rule/a.yaml", FLOATS), (".plimsoll/b.yml", FLOATS)]);
    assert_eq!(
        mistakes(folder.path()),
        ".plimsoll/b.yml:1:1 `.plimsoll/b.yml`: not read, since it stands here\n\
         .plimsoll/rule:1:1 `.plimsoll/rule`: not read, though it looks like a folder of rules\n"
    );
    let named = project(&[
        COMPOSE,
        (".plimsoll/policy/a.yaml", FLOATS),
        ("plimsoll.yaml", "packs: [.plimsoll/policy]\n"),
    ]);
    assert_eq!(findings(named.path(), &[]).0, 1, "a folder that is named as a pack is read");
}

#[test]
fn rule_files_that_cannot_be_read_are_mistakes() {
    let folder = project(&[COMPOSE, (".plimsoll/rules/big.yaml", &"# x\n".repeat(300_000))]);
    std::fs::write(folder.path().join(".plimsoll/rules/latin.yaml"), b"id: caf\xe9\n")
        .expect("a file can be written");
    let found = mistakes(folder.path());
    assert!(found.contains("big.yaml`: no file of at most 1024 KiB"), "{found}");
    assert!(found.contains("latin.yaml:1:8 the rule file is not UTF-8 from here on"), "{found}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_within_the_project_and_refused_beyond_it() {
    use std::os::unix::fs::symlink;
    let outside = project(&[("rules/x.yaml", FLOATS)]);
    let folder = project(&[COMPOSE, ("shared/x.yaml", FLOATS), (".plimsoll/README.md", "")]);
    let link = folder.path().join(".plimsoll/rules");
    symlink("../shared", &link).expect("a link can be made");
    symlink(".", folder.path().join("shared/loop")).expect("a link can be made");
    assert_eq!(findings(folder.path(), &[]).1.lines().count(), 1);
    std::fs::remove_file(&link).expect("it is there");
    symlink(outside.path().join("rules"), &link).expect("a link can be made");
    assert!(mistakes(folder.path()).contains("a link out of the project"));
}
