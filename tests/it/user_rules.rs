//! Rules of the user: where they are found, how their mistakes are said, and that they can do what the built-in ones do.

use crate::support::{plimsoll, project};
use plimsoll::rule::{self, BUILT_IN};
use plimsoll::shape::to_json;
use plimsoll::yaml::{Options, parse};
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

const PARAMS: &str = "id: foreign-registry\neach: image\nrequire: image.registry in params.registries\n\
                      message: \"`{image.registry}` is not ours\"\nparams:\n\
                      \x20 registries: {type: list, doc: whose images we run}\n  grace: 5\n  loud: false\n\
                      \x20 ratio: 0.5\n  note: {type: string, default: null}\n";

#[test]
fn params_are_checked_where_the_configuration_sets_them_and_where_the_rule_uses_them() {
    let rule = (".plimsoll/rules/a.yaml", PARAMS);
    let said = |config: &str| mistakes(project(&[COMPOSE, rule, ("plimsoll.yaml", config)]).path());
    let needs = "the rule `foreign-registry` needs a value for its param `registries`\n";
    assert_eq!(said("{}\n"), format!(".plimsoll/rules/a.yaml:6:3 {needs}"));
    assert_eq!(said("rules: {foreign-registry: warning}\n"), format!("plimsoll.yaml:1:9 {needs}"));
    assert_eq!(
        said("rules: {foreign-registry: off}\noverrides: [{paths: a, rules: {foreign-registry: info}}]\n"),
        format!("plimsoll.yaml:2:32 {needs}")
    );
    assert_eq!(
        said(
            "rules: {foreign-registry: {params: {registries: ghcr.io, graze: 1, loud: 'yes', ratio: x, note: 1}}}\n"
        ),
        "plimsoll.yaml:1:49 expected a list for the param `registries`, found text\n\
         plimsoll.yaml:1:58 the rule `foreign-registry` has no param `graze`\n\
         plimsoll.yaml:1:74 expected true or false for the param `loud`, found text\n\
         plimsoll.yaml:1:88 expected a number for the param `ratio`, found text\n\
         plimsoll.yaml:1:97 expected text for the param `note`, found a number\n"
    );
    let config = "rules: {foreign-registry: {params: {registries: [ghcr.io], ratio: 1}}}\n";
    let folder = project(&[COMPOSE, rule, ("plimsoll.yaml", config)]);
    assert_eq!(
        findings(folder.path(), &[]).1,
        "compose.yaml:2:17: error[foreign-registry] `docker.io` is not ours\n"
    );
    let off = project(&[COMPOSE, rule, ("plimsoll.yaml", "rules: {foreign-registry: off}\n")]);
    assert_eq!(findings(off.path(), &[]).0, 0);

    let wrong = PARAMS
        .replace("params.registries", "params.registies")
        .replace("loud: false", "loud: {type: bool, default: 1}");
    let found = mistakes(project(&[COMPOSE, (".plimsoll/rules/a.yaml", &wrong)]).path());
    assert!(found.contains("a.yaml:3:35 `params` has no field `registies`"), "{found}");
    assert!(
        found.contains("a.yaml:8:31 expected true or false for the param `loud`, found a number"),
        "{found}"
    );
    let untyped =
        project(&[COMPOSE, (".plimsoll/rules/a.yaml", &PARAMS.replace("{type: list, doc", "{doc"))]);
    assert!(mistakes(untyped.path()).contains("the type of the param `registries` is not known"));
}

#[test]
fn params_of_an_example_are_checked_and_used() {
    let tests = "tests:\n  bad:\n    - files: {compose.yaml: 'services: {a: {image: \"quay.io/a\"}}   # <- `quay.io`'}\n      \
                 params: {registries: [ghcr.io]}\n  good:\n    - files: {compose.yaml: 'services: {a: {image: \"quay.io/a\"}}'}\n      \
                 params: {registries: [quay.io]}\n";
    let folder = project(&[(".plimsoll/rules/a.yaml", &format!("{PARAMS}{tests}"))]);
    let (status, out, _) = run(folder.path(), &["test"]);
    assert_eq!((status, out.as_str()), (0, ""));

    let wrong = tests.replacen("[ghcr.io]", "ghcr.io", 1).replace("registries: [quay.io]", "registrys: []");
    let folder = project(&[(".plimsoll/rules/a.yaml", &format!("{PARAMS}{wrong}"))]);
    let (status, out, _) = run(folder.path(), &["test"]);
    assert_eq!(status, 1);
    for expected in [
        "expected a list for the param `registries`",
        "has no param `registrys`",
        "must set the param `registries`",
    ] {
        assert!(out.contains(expected), "{expected}\n{out}");
    }
}

#[test]
fn profiles_and_presets_say_which_rules_are_on() {
    let hardening = FLOATS.replace("each:", "profiles: hardening\neach:");
    let rule = (".plimsoll/rules/a.yaml", hardening.as_str());
    let bare = ("bare.compose.yaml", "services: {a: {image: a}}\n");
    let lines = |config: &str| {
        let folder = project(&[
            COMPOSE,
            bare,
            rule,
            ("plimsoll.yaml", config),
            ("compose.b.yaml", "services: {b: {image: x}}\n"),
        ]);
        let (_, found) = findings(folder.path(), &[]);
        (found.contains("floating-image"), found.contains("missing-healthcheck"))
    };
    assert_eq!(lines("{}\n"), (false, true));
    assert_eq!(lines("extends: plimsoll:hardening@1\n"), (true, false));
    assert_eq!(lines("extends: [plimsoll:recommended@1, plimsoll:hardening@1]\n"), (true, true));
    assert_eq!(lines("rules: {floating-image: info}\n"), (true, true));
}

#[test]
fn waivers_that_are_over_or_excuse_nothing_are_said() {
    let config = "waivers:\n\
                  - {rule: missing-healthcheck, paths: [a], reason: r, until: 2026-03-31}\n\
                  - {rule: missing-healthcheck, paths: [b], reason: r}\n\
                  - {rule: missing-healthcheck, paths: [c], reason: r}\n";
    let bare = "services: {x: {image: x}}\n";
    let folder = project(&[("plimsoll.yaml", config), ("a/compose.yaml", bare), ("b/compose.yaml", bare)]);
    let unused = "plimsoll.yaml:4:10: info[unused-waiver] this waiver excuses nothing in the whole project\n";
    assert_eq!(findings(folder.path(), &["--today", "2026-03-31"]), (0, unused.to_owned()));
    let expired = "plimsoll.yaml:2:61: warning[expired-waiver] this waiver ended on 2026-03-31 and excuses nothing any more\n";
    let back = "a/compose.yaml:1:12: error[missing-healthcheck] service `x` has no working healthcheck\n";
    assert_eq!(findings(folder.path(), &["--today", "2026-04-01"]), (1, [expired, unused, back].concat()));
    assert_eq!(findings(folder.path(), &["--today", "2026-04-01", "b"]), (0, String::new()));
    assert_eq!(
        findings(folder.path(), &["--today", "2026-04-01", "plimsoll.yaml"]).1,
        [expired, unused].concat()
    );
    assert_eq!(findings(folder.path(), &["--today", "2026-04-01", "--select", "missing-probe"]).1, "");
    let (status, _, err) = run(folder.path(), &["check", "--today", "tomorrow"]);
    assert!(status == 2 && err.contains("no day of the calendar"), "{err}");
}

/// A rule that ships is a rule of the user that ships: as one, under another id, it loads and finds the same in all its examples.
#[test]
fn a_rule_that_ships_does_nothing_that_a_rule_of_the_user_cannot() {
    for (path, text) in BUILT_IN {
        let document = parse(*text, Options::default());
        let rules = rule::read(&document).unwrap_or_else(|mistakes| panic!("{path}: {mistakes:?}"));
        let mut own = (*text).to_owned();
        for raw in &rules {
            let id = &raw.id.value;
            own = own.replacen(&format!("id: {id}\n"), &format!("id: own-{id}\n"), 1);
        }
        for raw in &rules {
            for example in &raw.examples {
                let mut files: Vec<_> = example.files.iter().map(|file| (&*file.path, &*file.text)).collect();
                let mut config = example.config.and_then(to_json).unwrap_or_else(|| serde_json::json!({}));
                for id in [raw.id.value.clone(), format!("own-{}", raw.id.value)] {
                    for (param, value) in &example.params {
                        config["rules"][&id]["params"][&param.value] = to_json(*value).expect("it is small");
                    }
                }
                let config = config.to_string();
                if !files.iter().any(|(path, _)| *path == "plimsoll.yaml") {
                    files.push(("plimsoll.yaml", &config));
                }
                files.push((".plimsoll/rules/own.yaml", &own));
                let folder = project(&files);
                let found = |id: &str| {
                    let arguments =
                        ["check", "--output", "json", "--quiet", "--today", "2026-01-01", "--select", id];
                    let (status, out, err) = run(folder.path(), &arguments);
                    assert!(status < 2, "{id}: {err}");
                    // What a finding is known by begins with its rule.
                    let known_by = |line: &&str| !line.trim_start().starts_with("\"fingerprint\"");
                    out.replace("own-", "").lines().filter(known_by).collect::<Vec<_>>().join("\n")
                };
                let (shipped, own) = (found(&raw.id.value), found(&format!("own-{}", raw.id.value)));
                assert_eq!(shipped, own, "{path}");
                assert_eq!(
                    shipped.contains("\"message\""),
                    !example.expected.is_empty(),
                    "{path}: {shipped}"
                );
            }
        }
    }
}

#[test]
fn the_rule_of_the_readme_passes_its_tests() {
    let readme = include_str!("../../README.md");
    let section = readme.split("## Rules of your own").nth(1).expect("the section is there");
    let rule =
        section.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("it shows a rule");
    let folder = project(&[(".plimsoll/rules/foreign-registry.yaml", rule)]);
    let (status, out, err) = run(folder.path(), &["test", "--strict"]);
    assert_eq!((status, err.as_str()), (0, "1 rule: 2 examples, all hold\n"), "{out}");
}

#[test]
fn every_expression_of_a_rule_shows_its_mistakes_though_the_condition_has_some_too() {
    let rule = "id: wrong\neach: k8s.container\nlet: {limit: container.resources.limits, name: owner.nmae}\n\
                when: longRuning\nrequire: limit.all(key, limit[key].mtaches('x'))\nat: containr\n\
                message: \"{key} {missing} {other} {\"\nhelp: \"{size()}\"\n";
    let folder = project(&[(".plimsoll/rules/wrong.yaml", rule), COMPOSE]);
    assert_eq!(
        mistakes(folder.path()),
        ".plimsoll/rules/wrong.yaml:3:54 `owner` has no field `nmae`\n\
         .plimsoll/rules/wrong.yaml:4:7 unknown name `longRuning`\n\
         .plimsoll/rules/wrong.yaml:5:36 unknown function `mtaches`\n\
         .plimsoll/rules/wrong.yaml:6:5 unknown name `containr`\n\
         .plimsoll/rules/wrong.yaml:7:28 unknown name `other`\n\
         .plimsoll/rules/wrong.yaml:7:35 this placeholder does not end\n\
         .plimsoll/rules/wrong.yaml:8:9 `size` takes 1 argument, not 0\n"
    );
}

#[test]
fn an_override_switches_a_rule_on_in_its_own_files_only() {
    let rule = "id: hard-one\neach: image\nforbid: image.tag == 'latest'\nmessage: m\nprofiles: hardening\n";
    let compose = "services:\n  web: {image: \"web:latest\", healthcheck: {test: x}}\n";
    let config = |level: &str| format!("overrides: [{{paths: [\"a/**\"], rules: {{hard-one: {level}}}}}]\n");
    let found = |config: &str| {
        let folder = project(&[
            (".plimsoll/rules/a.yaml", rule),
            ("a/compose.yaml", compose),
            ("b/compose.yaml", compose),
            ("plimsoll.yaml", config),
        ]);
        findings(folder.path(), &[]).1
    };
    assert_eq!(found(&config("off")), "");
    assert_eq!(found(&config("error")), "a/compose.yaml:2:21: error[hard-one] m\n");
    assert_eq!(found("rules: {hard-one: error}\n").lines().count(), 2);
}

#[test]
fn a_rule_that_is_off_is_not_asked_and_another_rule_sees_no_params_of_it() {
    let broken = "id: broken\neach: image\nrequire: int(image.tag) > 1\nmessage: m\nparams: {a: 1}\n";
    let other = "id: other\neach: image\nforbid: size(params) > 0\nmessage: m\n";
    let folder = project(&[
        COMPOSE,
        (".plimsoll/rules/a.yaml", broken),
        (".plimsoll/rules/b.yaml", other),
        ("plimsoll.yaml", "rules: {broken: off}\n"),
    ]);
    assert_eq!(findings(folder.path(), &[]), (0, String::new()));
    std::fs::write(folder.path().join("plimsoll.yaml"), "").expect("a file");
    let (status, out, _) = run(folder.path(), &["check", "--output", "concise"]);
    assert_eq!((status, out.lines().count()), (2, 1), "{out}");
}

#[test]
fn a_condition_that_is_neither_true_nor_false_is_no_answer() {
    let known = "id: a\neach: image\nforbid: image.tag\nmessage: m\n";
    let folder = project(&[COMPOSE, (".plimsoll/rules/a.yaml", known)]);
    assert!(mistakes(folder.path()).contains("a condition is true or false, not a string"));
    for key in ["forbid: service.image", "when: service.image\nrequire: 'false'"] {
        let rule = format!("id: a\neach: compose.service\n{key}\nmessage: m\n");
        let folder = project(&[COMPOSE, (".plimsoll/rules/a.yaml", &rule)]);
        let (status, out, _) = run(folder.path(), &["check", "--output", "concise"]);
        assert_eq!(status, 2, "{out}");
        assert!(out.contains("a condition is true or false, not a string"), "{out}");
    }
}

#[test]
fn a_script_that_cannot_be_read_to_its_end_is_unknown_not_clean() {
    let rule = "id: kubectl\neach: workflow.step\nmessage: m\n\
                forbid: shell(step.run).exists(c, c.name == 'kubectl')\n";
    let step = format!("{}kubectl apply -f x", "sudo ".repeat(40));
    let workflow = format!("on: push\njobs: {{a: {{runs-on: x, steps: [{{run: {step}}}]}}}}\n");
    let folder = project(&[(".plimsoll/rules/a.yaml", rule), (".github/workflows/a.yml", &workflow)]);
    let (status, out, err) = run(folder.path(), &["check", "--output", "concise"]);
    assert_eq!((status, &*out), (0, ""));
    assert!(err.contains("not judged"), "{err}");
}

#[test]
fn no_message_of_a_rule_prints_a_secret_whatever_it_makes_of_it() {
    const SECRETS: [&str; 4] = ["hunter2canary", "987654321012", "hunter2esccanary", "flagcanary77"];
    let compose = "services:\n  web:\n    image: web:latest\n    command: [serve, --api-token, flagcanary77]\n    \
                   environment:\n      DB_PASSWORD: hunter2canary\n      PIN_TOKEN: 987654321012\n      \
                   ESC_PASSWORD: \"hunter\\x32esccanary\"\n    labels: {app: web}\n";
    let messages = [
        "{service.environment.map(k, service.environment[k])}",
        "{service.environment.map(k, string(service.environment[k])).join(', ')}",
        "{service.environment}{service.environment.DB_PASSWORD}",
        "{service.environment.DB_PASSWORD + '!'}",
        "{service.environment.ESC_PASSWORD + '!'}",
        "{service.environment.DB_PASSWORD.substring(0, 6)} {service.environment.DB_PASSWORD}",
        "{service.command.join('-')}",
        "{repo.env.map(e, e.env.value)}",
        "{[service.environment.PIN_TOKEN, 1]} {missing}",
        "{string(service.environment.PIN_TOKEN)}",
    ];
    for at in ["service.image", "service.environment"] {
        for message in messages {
            let rule = format!(
                "id: leak\neach: compose.service\nrequire: has(service.labels[string(service.environment.PIN_TOKEN)])\n\
                 at: {at}\nmessage: \"{message}\"\nhelp: \"{message}\"\n"
            );
            let folder = project(&[("compose.yaml", compose), (".plimsoll/rules/a.yaml", &rule)]);
            for format in ["full", "concise", "json"] {
                let (_, out, err) = run(folder.path(), &["check", "--output", format, "--select", "leak"]);
                assert!(out.contains("***"), "{message}: {out}{err}");
                for secret in SECRETS {
                    assert!(!out.contains(secret), "{at}: {message}: {out}");
                }
            }
            let expression = message.split(['{', '}']).nth(1).unwrap_or_default();
            let (_, out, _) = run(folder.path(), &["eval", "--each", "compose.service", expression]);
            assert!(SECRETS.iter().all(|secret| !out.contains(secret)), "{expression}: {out}");
        }
    }
}
