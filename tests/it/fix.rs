//! Fixes as a user makes them: `check --fix`, `--diff`, and what rules of one's own offer.

use crate::support::{plimsoll, project};
use std::fs;
use std::path::Path;

/// Status, standard output and standard error.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    given(folder, arguments, b"")
}

fn given(folder: &Path, arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let output = plimsoll(folder, arguments, input);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

fn fix(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    run(folder, &[&["check", "--output", "concise", "--quiet"], arguments].concat())
}

fn read(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).expect("the file is there")
}

/// A rule that takes `x-old` away, safely, and one that writes what became of retired names.
const RULES: (&str, &str) = (
    ".plimsoll/rules/own.yaml",
    "rules:\n- id: old-entry\n  each: compose\n  forbid: has(compose['x-old'])\n  message: old\n  \
     fix: {remove: \"compose['x-old']\", safety: safe}\n- id: old-name\n  each: retired\n  forbid: takesEffect\n  \
     message: \"`{name}`\"\n  fix: {title: \"write {now}\", replace: name, with: \"{now}\"}\n",
);
const CONFIG: (&str, &str) = (
    "plimsoll.yaml",
    "retired: [{name: orders, now: shop}, gone]\nrules: {retired-service: off, retired-service-mention: off, missing-healthcheck: off}\n",
);
const COMPOSE: &str =
    "x-old: 1\nservices:\n  orders:  # kept\n    image: 'acme/orders:1'\n  web: {image: gone}\n";

#[test]
fn safe_fixes_are_made_and_others_when_they_are_asked_for() {
    let folder = project(&[RULES, CONFIG, ("compose.yaml", COMPOSE)]);
    let root = folder.path();
    let (status, out, err) = run(root, &["check", "--fix", "--output", "concise"]);
    let left = "compose.yaml:2:3: error[old-name] `orders`\ncompose.yaml:3:18: error[old-name] `orders`\n\
                compose.yaml:4:16: error[old-name] `gone`\n";
    assert_eq!((status, &*out), (1, left), "what is left decides: {err}");
    assert!(err.starts_with("fixed 1 finding in 1 file\n3 errors"), "{err}");
    assert!(err.contains("\n2 can be fixed with --fix=unsafe"), "{err}");
    assert_eq!(read(root, "compose.yaml"), COMPOSE.replace("x-old: 1\n", ""));
    let (status, out, err) = run(root, &["check", "--fix=unsafe", "--output", "concise"]);
    assert_eq!((status, &*out), (1, "compose.yaml:4:16: error[old-name] `gone`\n"), "no text, no fix");
    assert!(err.starts_with("fixed 2 findings in 1 file\n1 error"), "{err}");
    let fixed = "services:\n  shop:  # kept\n    image: 'acme/shop:1'\n  web: {image: gone}\n";
    assert_eq!(read(root, "compose.yaml"), fixed);
    let modified =
        || fs::metadata(root.join("compose.yaml")).and_then(|file| file.modified()).expect("a time");
    let before = modified();
    let (status, _, err) = fix(root, &["--fix=unsafe"]);
    assert_eq!((status, &*err, modified()), (1, "", before), "a second time nothing is written");
    assert_eq!(fix(root, &["--fix=unsafe", "--ignore", "old-name"]).0, 0);
    assert_eq!(fix(root, &["--fix=most"]).0, 2);
}

#[test]
fn a_diff_shows_what_would_be_and_writes_nothing() {
    let (secret, command) = ("hunter22", "::error::x");
    let text =
        format!("{COMPOSE}x-a: 1\n# {command}\nx-p: {{DB_PASSWORD: {secret}}}\nx-o: [orders, '##[error]']\n");
    let folder = project(&[RULES, CONFIG, ("compose.yaml", &text)]);
    let root = folder.path();
    let (status, out, err) = run(root, &["check", "--diff"]);
    assert!(status == 1 && err.contains("\n1 can be fixed with --fix, 3 more with --fix=unsafe"), "{err}");
    let expected = "--- compose.yaml\n+++ compose.yaml\n@@ -1,4 +1,3 @@\n-x-old: 1\n services:\n   orders:  # kept\n     \
                    image: 'acme/orders:1'\n";
    assert_eq!(out, expected);
    let (status, out, _) = run(root, &["check", "--diff", "--fix=unsafe"]);
    assert_eq!(status, 1);
    assert!(out.contains("\n # ::error::x\n") && out.contains("\n+x-o: [shop, '##\\[error]']\n"), "{out}");
    assert!(out.contains("DB_PASSWORD: ***") && !out.contains(secret), "{out}");
    assert_eq!(read(root, "compose.yaml"), text);
    assert_eq!(run(root, &["check", "--diff", "--ignore", "old-entry"]).0, 0, "nothing that is safe is left");
    assert_eq!(run(root, &["check", "--diff", "nowhere.yaml"]).0, 2);
    assert_eq!(
        run(root, &["check", "--diff", "--output", "json=x.json"]).0,
        2,
        "there is no report beside a diff"
    );
    fs::write(root.join("plimsoll.yaml"), "retired: 1\n").expect("it can be written");
    assert_eq!(run(root, &["check", "--diff"]).0, 2);
}

#[test]
fn fixes_in_each_others_way_come_one_after_the_other() {
    let rule = ".plimsoll/rules/a.yaml";
    let items = "id: no-x\neach: compose\nforbid: compose['x-l'].exists(i, i == 'x')\nmessage: x\nfix: {remove: i, safety: safe}\n";
    let folder = project(&[(rule, items), ("compose.yaml", "x-l: [x, a, x, x]\nservices: {}\n")]);
    let (status, _, err) = run(folder.path(), &["check", "--fix"]);
    assert_eq!((status, err.lines().next()), (0, Some("fixed 3 findings in 1 file")));
    assert_eq!(read(folder.path(), "compose.yaml"), "x-l: [a]\nservices: {}\n");

    let to = |id: &str, from: &str, to: &str| {
        format!(
            "- id: {id}\n  each: compose\n  forbid: compose['x-a'] == '{from}'\n  message: m\n  \
             fix: {{replace: \"compose['x-a']\", with: {to}, safety: safe}}\n"
        )
    };
    let chain = format!("rules:\n{}{}{}", to("a", "a", "b"), to("b", "b", "c"), to("c", "c", "d"));
    let folder = project(&[(rule, &chain), ("compose.yaml", "x-a: a\nservices: {}\n")]);
    // Each would bring about what the next one finds, so none is made but the last.
    let (status, _, err) = fix(folder.path(), &["--fix"]);
    assert_eq!(status, 1);
    assert_eq!(err, "compose.yaml:1:6: `a` is not fixed: `b` would find something new\n");
    let circle = format!("rules:\n{}{}{}", to("a", "a", "b"), to("b", "b", "a"), to("c", "c", "d"));
    let circle = circle
        .replace("  forbid", "  severity: info\n  forbid")
        .replace("x-a'] == 'c'", "x-c'] == 'c'")
        .replace("x-a']\", with: d", "x-c']\", with: d");
    let folder = project(&[(rule, &circle), ("compose.yaml", "x-a: a\nservices: {}\nx-c: c\n")]);
    let (status, _, err) = fix(folder.path(), &["--fix"]);
    let why = "is not fixed: the fixes of its rule bring about others without end";
    assert_eq!((status, err), (0, format!("compose.yaml:1:6: `a` {why}\n")));
    assert_eq!(read(folder.path(), "compose.yaml"), "x-a: a\nservices: {}\nx-c: d\n", "others are made");
}

#[test]
fn what_is_there_now_is_not_retired_itself() {
    for (entries, expected) in [
        ("{name: orders, now: orders}", "name what is there at last"),
        ("{name: orders, now: shop}, {name: shop, now: orders}", "name what is there at last"),
        (
            "{glob: \"orders-*\", now: orders-v2}",
            "name what is there at last, or except it from `orders-*`: `except: [orders-v2]`",
        ),
        ("{glob: \"orders-*\", now: orders-v2, except: [orders-v2]}, {name: a, now: b}", ""),
    ] {
        let config = format!("retired: [{entries}]\n");
        let folder = project(&[("plimsoll.yaml", &config), ("compose.yaml", "services: {}\n")]);
        let (status, _, err) = run(folder.path(), &["check", "--color", "never"]);
        assert_eq!(status, if expected.is_empty() { 0 } else { 2 }, "{err}");
        assert!(expected.is_empty() || err.contains("is retired itself") && err.contains(expected), "{err}");
    }
}

#[test]
fn only_a_plain_word_is_written_where_a_shell_reads_it() {
    let why = "what it writes is no plain word, and a shell may read it there";
    let workflow = "on: push\njobs: {a: {runs-on: b, steps: [{run: \"c orders\"}]}}\n";
    for (path, text) in [
        ("a.sh", "c orders\n"),
        ("Makefile", "a:\n\tc orders\n"),
        ("Dockerfile", "FROM orders\n"),
        (".env", "A=orders\n"),
        (".github/workflows/a.yml", workflow),
        ("compose.yaml", "services: {a: {image: b, command: \"c orders\"}}\n"),
    ] {
        for now in ["shop #", "a b", "$(a)", "${{ a }}", "it's", "acme/shop:1"] {
            let config = CONFIG.1.replace("now: shop", &format!("now: \"{now}\""));
            let folder = project(&[RULES, ("plimsoll.yaml", &config), (path, text)]);
            let (_, _, err) = fix(folder.path(), &["--fix=unsafe", "--select", "old-name"]);
            let plain = now == "acme/shop:1";
            assert_eq!(err.contains(why), !plain, "{path} {now}: {err}");
            let left = if plain { text.replace("orders", now) } else { text.to_owned() };
            assert_eq!(read(folder.path(), path), left);
        }
    }
}

#[test]
fn a_retired_name_stays_where_it_is_not_that_of_the_service() {
    let compose = "services:\n  orders: {image: \"acme/orders:1\", volumes: [\"orders:/data\"]}\n  web:\n    image: web\n    \
                   environment: {HOST: orders, OLD_HOST: orders}\n    labels: {acme.replaces: orders}\n    command: [run, orders]\n\
                   volumes: {orders: {}}\n";
    let both = compose
        .replace("volumes: {orders", "volumes: {x: {}, orders")
        .replace("  web:\n", "  shop: {image: shop}\n  web:\n");
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: orders}\n";
    let script = "#!/bin/sh\nkubectl delete deployment/orders\ncurl http://orders:80\nfor s in orders shop; do :; done\n";
    let made = compose
        .replace("  orders: {image: \"acme/orders", "  shop: {image: \"acme/shop")
        .replace("{HOST: orders", "{HOST: shop");
    for (path, text, left) in [
        ("compose.yaml", compose, &*made),
        ("compose.yaml", &both, &*both.replace("{HOST: orders", "{HOST: shop")),
        ("a.yaml", claim, claim),
        ("a.sh", script, &*script.replace("//orders", "//shop")),
    ] {
        let config = "retired: [{name: orders, now: shop}]\n";
        let folder = project(&[("plimsoll.yaml", config), (path, text)]);
        fix(folder.path(), &["--fix=unsafe", "--select", "retired-service"]);
        assert_eq!(read(folder.path(), path), left, "{path}");
    }
}

#[test]
fn a_default_stays_where_its_end_is_the_shells_to_find() {
    let script = "A=\"${DB_PASSWORD:-hunter22}\"\nB=${DB_PASSWORD:-hun\\}tercat}\nC=${DB_PASSWORD:-'it}scan'}\n\
                  D='${DB_PASSWORD:-hunter23}'\ncat <<'E'\nDB_PASSWORD=${DB_PASSWORD:-hunter24}\nE\n";
    let compose = "services: {a: {image: b, environment: {DB_PASSWORD: \"$${DB_PASSWORD:-hunter25}\"}}}\n";
    for (path, text, left) in [
        ("a.sh", script, &*script.replace(":-hunter22", ":?")),
        ("compose.yaml", compose, compose),
        (
            "compose.yaml",
            &compose.replace("$$", "$"),
            &*compose.replace("$$", "$").replace(":-hunter25", ":?"),
        ),
    ] {
        let folder = project(&[(path, text)]);
        fix(folder.path(), &["--fix=unsafe", "--select", "plaintext-secret"]);
        assert_eq!(read(folder.path(), path), left);
    }
}

#[test]
fn what_is_copied_from_a_secret_is_masked_in_a_diff() {
    let rule = "id: own\neach: compose.service\nforbid: service['x-a'] == 'old'\nmessage: m\n\
                fix: {title: t, replace: \"service['x-a']\", with: \"{service.environment.DB_PASSWORD}\"}\n";
    let text =
        "services:\n  a:\n    image: b\n    environment: {DB_PASSWORD: \"hunter\\\\22\"}\n    x-a: \"old\"\n";
    let folder = project(&[(".plimsoll/rules/a.yaml", rule), ("compose.yaml", text)]);
    let (status, out, err) = run(folder.path(), &["check", "--diff", "--fix=unsafe"]);
    assert!(status == 1 && out.contains("+    x-a: \"***\"") && !out.contains("hunter"), "{out}{err}");
}

#[test]
fn many_fixes_that_do_not_hold_keep_no_other_from_being_made() {
    let entries: String = (0..150).map(|n| format!("  a{n}: {{image: old}}\n")).collect::<Vec<_>>().concat();
    let rule = "id: own\neach: compose.service\nforbid: service.image == 'old'\nmessage: m\nfix: {replace: service.image, with: \"[]\"}\n";
    let files = [
        RULES,
        CONFIG,
        (".plimsoll/rules/b.yaml", rule),
        ("a/compose.yaml", &format!("services:\n{entries}")),
        ("z/compose.yaml", COMPOSE),
    ];
    let folder = project(&files);
    let (_, _, err) = fix(folder.path(), &["--fix=unsafe"]);
    assert_eq!(err.lines().count(), 150, "{err}");
    assert!(!read(folder.path(), "z/compose.yaml").contains("orders"));
}

#[test]
fn a_fix_that_does_not_hold_is_not_made_and_said() {
    for (text, expected) in [
        (
            "services: {orders: {image: a}, shop: {image: b}}\n",
            "compose.yaml:1:12: `old-name` is not fixed: a key would stand twice\n",
        ),
        (
            "services: {web: {image: a, depends_on: [shop, orders]}}\n",
            "compose.yaml:1:47: `old-name` is not fixed: an item would stand twice in its list\n",
        ),
        ("services: {web: {image: a, command: [shop, orders]}}\n", ""),
    ] {
        let folder = project(&[RULES, CONFIG, ("compose.yaml", text)]);
        let (_, _, err) = fix(folder.path(), &["--fix=unsafe"]);
        assert_eq!(err, expected, "{text}");
        let left = if expected.is_empty() { text.replace("orders", "shop") } else { text.to_owned() };
        assert_eq!(read(folder.path(), "compose.yaml"), left);
    }
    // What a rule writes may change the rest of the file.
    let rule = |with: &str| {
        format!(
            "id: own\neach: compose\nforbid: compose['x-a'].startsWith('old')\nmessage: m\nfix: {{replace: \"compose['x-a']\", with: {with}}}\n"
        )
    };
    let rest = "the rest of the file would say something else";
    for (text, with, expected) in [
        ("x-a: old\nservices: {}\n", "'new: 1'", "the file could not be read to its end any more"),
        ("x-a: old\nservices: {}\n", "'new #1'", rest),
        ("x-a: old\nservices: {}\n", "'1'", rest),
        ("x-a: old\nservices: {}\n", "'[]'", rest),
        ("x-a: old\nservices: {}\n", "'*a'", "the file could not be read to its end any more"),
        ("x-a: old\nservices: {}\n", "older", "it would still be found"),
        ("x-a: 'old'\nservices: {}\n", "\"it's {1 + 1}\"", ""),
        ("x-a: \"old\"\nservices: {}\n", "'a \"\\ # b'", ""),
        ("x-a: |\r\n  old\r\nservices: {}\r\n", "\"a\\nb: c\"", ""),
        ("x-a: >-\n  old\n  er\nservices: {}\n", "a", ""),
    ] {
        let folder = project(&[(".plimsoll/rules/a.yaml", &rule(with)), ("compose.yaml", text)]);
        let (_, _, err) = fix(folder.path(), &["--fix=unsafe"]);
        if expected.is_empty() {
            assert_eq!(err, "", "{text} {with}");
            let left = read(folder.path(), "compose.yaml");
            assert!(
                !left.contains("old") && left.ends_with(&text[text.find("services").expect("it is there")..]),
                "{left}"
            );
        } else {
            assert!(err.ends_with(&format!("`own` is not fixed: {expected}\n")), "{text} {with}: {err}");
            assert_eq!(read(folder.path(), "compose.yaml"), text);
        }
    }
}

#[test]
fn what_is_offered_against_a_wrong_structure_is_made() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  hostNetwork: \"true\" # why\n  restartPolicy: Alway\n  \
               containers:\n    - name: x\n      imge: x\n      env: [{name: A, value: 5}, {name: B, value: yes}]\n";
    let folder = project(&[("pod.yaml", pod)]);
    let arguments = ["--fix=unsafe", "--no-config", "--select"];
    let checks = "wrong-type,invalid-value,unknown-key,missing-key";
    let (status, _, err) = fix(folder.path(), &[&arguments[..], &[checks]].concat());
    let mended = [
        ("\"true\"", "true"),
        ("Alway", "Always"),
        ("imge", "image"),
        ("value: 5", "value: \"5\""),
        ("value: yes", "value: \"yes\""),
    ];
    let expected = mended.iter().fold(pod.to_owned(), |text, (wrong, right)| text.replace(wrong, right));
    assert_eq!(read(folder.path(), "pod.yaml"), expected, "{err}");
    assert_eq!((status, &*err), (0, ""));
}

#[test]
fn byte_order_mark_line_breaks_and_a_missing_last_one_stay() {
    for (text, left) in [
        (
            "\u{feff}x-old: 1\r\n\r\nservices:\r\n  orders: {image: a}",
            "\u{feff}services:\r\n  shop: {image: a}",
        ),
        ("services:\n  orders: {image: a}\nx-old: 1", "services:\n  shop: {image: a}"),
        ("services: {orders: {image: a}, }\nx-old:\n  - 1\n\n", "services: {shop: {image: a}, }\n\n"),
        (
            "{\"x-old\": 1, \"services\": {\"\\u006frders\": {\"image\": \"a\"}}}",
            "{\"services\": {\"shop\": {\"image\": \"a\"}}}",
        ),
    ] {
        let folder = project(&[RULES, CONFIG, ("compose.yaml", text)]);
        let (status, _, err) = fix(folder.path(), &["--fix=unsafe"]);
        assert_eq!((status, &*err), (0, ""), "{text:?}");
        assert_eq!(read(folder.path(), "compose.yaml"), left);
    }
}

#[test]
fn what_is_not_utf8_is_not_changed() {
    let folder = project(&[RULES, CONFIG]);
    let utf16: Vec<u8> =
        "\u{feff}x-old: 1\nservices: {}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes) in
        [("utf16/compose.yaml", utf16), ("latin1/compose.yaml", b"x-old: \xe9\nservices: {}\n".to_vec())]
    {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder can be made");
        fs::write(path, &bytes).expect("it can be written");
        let (_, _, err) = fix(folder.path(), &["--fix", name]);
        assert!(
            err.ends_with(&format!(
                "`old-entry` is not fixed: {name} is not UTF-8; save it as UTF-8 first\n"
            )),
            "{err}"
        );
        assert_eq!(fs::read(folder.path().join(name)).expect("it is there"), bytes);
    }
}

#[test]
fn only_files_to_check_are_changed() {
    let pair = "id: pair\neach: compose\nforbid: repo.compose.exists(c, c.file.path != file.path && has(c.compose['x-old']))\n\
                at: compose['x-a']\nrelated: {at: \"c.compose['x-old']\"}\nmessage: pair\nfix: {remove: \"c.compose['x-old']\", safety: safe}\n";
    let files = [
        (".plimsoll/rules/pair.yaml", pair),
        ("plimsoll.yaml", "{}\n"),
        ("a/compose.yaml", "x-a: 1\nservices: {}\n"),
        ("b/compose.yaml", "x-old: 1\nservices: {}\n"),
    ];
    let folder = project(&files);
    let (status, out, err) = fix(folder.path(), &["--fix", "a/compose.yaml"]);
    assert_eq!((status, &*out), (1, "a/compose.yaml:1:6: error[pair] pair\n"));
    let why = "it would change b/compose.yaml, which is not among the files to check";
    assert_eq!(err, format!("a/compose.yaml:1:6: `pair` is not fixed: {why}\n"));
    assert_eq!(read(folder.path(), "b/compose.yaml"), files[3].1);
    assert_eq!(fix(folder.path(), &["--fix"]), (0, String::new(), String::new()));
    assert_eq!(read(folder.path(), "b/compose.yaml"), "services: {}\n");
}

#[test]
fn standard_input_is_given_back_fixed() {
    let folder = project(&[RULES, CONFIG, ("compose.yaml", "services: {}\n")]);
    let arguments = ["check", "-", "--stdin-filename", "compose.yaml", "--fix", "--output", "concise"];
    let (status, out, err) = given(folder.path(), &arguments, COMPOSE.as_bytes());
    assert_eq!((status, &*out), (1, &*COMPOSE.replace("x-old: 1\n", "")));
    assert!(err.contains("compose.yaml:2:3: error[old-name] `orders`\n"), "{err}");
    assert_eq!(read(folder.path(), "compose.yaml"), "services: {}\n");
    let latin1 = b"services: {}\nx-a: \xe9\n";
    let output = plimsoll(folder.path(), &arguments, latin1);
    assert_eq!(output.stdout, latin1, "what is not changed comes back as it is");
}

#[test]
fn a_suppression_that_suppresses_nothing_goes_with_its_comment() {
    let cross = (".plimsoll/rules/cross.yaml", "id: cross\neach: text\npattern: 'X[0-9]+'\nmessage: x\n");
    let chart = ("chart/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n");
    let i = "plimsoll: ignore[cross] why";
    let run = "on: push\njobs:\n  a:\n    runs-on: b\n    steps:\n    - run: |\n        a  # <I>\n        # <I>\n        b\n";
    let only =
        "on: push\njobs:\n  a:\n    runs-on: b\n    steps:\n    - run: |\n        # <I>\n\n        # b\n";
    let object = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    b: c\n    plimsoll.dev/ignore.cross: why\n";
    for (path, text, left, unsafe_left) in [
        ("compose.yaml", "x-a: 1  # <I>\nx-b: 2\n", "x-a: 1\nx-b: 2\n", None),
        ("compose.yaml", "# <I>\nx-a: 1\n", "x-a: 1\n", None),
        ("compose.yaml", "x-a: 1\n\n  # <I>\r\n\r\nx-b: 2\n", "x-a: 1\n\nx-b: 2\n", None),
        ("compose.yaml", "x-a: 1\n# <I>", "x-a: 1", None),
        ("compose.yaml", "x-a: 1  # v1 # <I>\n", "x-a: 1  # v1\n", None),
        ("compose.yaml", "x-a: X1  # <I> # plimsoll: ignore[missing-probe]\n", "x-a: X1  # <I>\n", None),
        ("compose.yaml", "x-a: X1  # plimsoll: ignore[missing-probe] y # <I>\n", "x-a: X1  # <I>\n", None),
        (
            "compose.yaml",
            "x-a: X1 # plimsoll: ignore[missing-probe, cross, syntax-error] y\n",
            "x-a: X1 # plimsoll: ignore[cross] y\n",
            None,
        ),
        ("compose.yaml", "# plimsoll: ignore-file[missing-probe, cross]\nx-a: 1\n", "x-a: 1\n", None),
        ("a.sh", "a  # <I>\n\t# <I>\nb\n", "a\nb\n", None),
        ("Dockerfile", "FROM a\n# <I>\nRUN b\n", "FROM a\nRUN b\n", None),
        ("Dockerfile", "# <I>\n# Syntax = x\nFROM a\n", "# <I>\n# Syntax = x\nFROM a\n", None),
        (
            "Dockerfile",
            "# syntax=x\n# <I>\n#escape=`\nFROM a\n",
            "# syntax=x\n# <I>\n#escape=`\nFROM a\n",
            None,
        ),
        ("Dockerfile", "FROM a\n# <I>\n# check=x\n", "FROM a\n# check=x\n", None),
        ("a.sh", "# <I>\n#!/bin/sh\na\n", "# <I>\n#!/bin/sh\na\n", None),
        ("a.sh", "# <I>\n# !/bin/sh\na\n", "# !/bin/sh\na\n", None),
        (".github/workflows/a.yml", only, only, None),
        ("Makefile", "a:\n\t# <I>\n\tb\n", "a:\n\tb\n", None),
        (".env", "A=1\n# <I>\n", "A=1\n", None),
        ("a.md", "a <!-- <I> -->\n\n<!-- <I> -->\n\nb\n", "a\n\nb\n", None),
        ("chart/templates/a.yaml", "a: 1\n{{- /* <I> */}}\nb: 2 # <I>\n", "a: 1\nb: 2\n", None),
        (
            "chart/templates/a.yaml",
            "a: 1 {{/* <I> */}}\n{{- /* <I> */ -}}\nb: 2\n",
            "a: 1 {{/* <I> */}}\n{{- /* <I> */ -}}\nb: 2\n",
            None,
        ),
        (".github/workflows/a.yml", run, &run.replace("  # <I>\n        # <I>\n", "\n"), None),
        (
            "k8s/a.yaml",
            object,
            object,
            Some("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    b: c\n"),
        ),
    ] {
        let of = |text: &str| text.replace("<I>", i);
        let folder = project(&[
            cross,
            chart,
            ("plimsoll.yaml", "rules: {missing-healthcheck: off}\n"),
            (path, &of(text)),
        ]);
        fix(folder.path(), &["--fix"]);
        assert_eq!(read(folder.path(), path), of(left), "{path}: {text}");
        fix(folder.path(), &["--fix=unsafe"]);
        assert_eq!(read(folder.path(), path), of(unsafe_left.unwrap_or(left)), "{path}: {text}");
        let (_, out, _) = fix(folder.path(), &[]);
        let gone = left != text || unsafe_left.is_some();
        assert_eq!(out.contains("unused-suppression"), !gone, "{path}: {out}");
    }
}

#[test]
fn a_wrong_fix_in_a_rule_is_a_mistake_at_its_place() {
    let rule = "id: own\neach: compose.service\nforbid: has(service.x)\nmessage: m\n";
    for (fix, expected) in [
        ("fix: {replace: service.x}", "5:7: nothing takes the place of what is replaced"),
        ("fix: {remove: service.x, with: a}", "5:26: `with` stands beside `remove`"),
        ("fix: {safety: safe}", "5:1: missing key: one of `replace`, `remove`"),
        ("fix: {remove: service.x, safety: sound}", "5:34: unknown safety `sound`"),
        ("fix: {remove: servce.x}", "5:15: unknown name `servce`"),
        (
            "fix: {remove: size(service)}",
            "5:15: what is removed is an entry or an item of a file, not an int",
        ),
        (
            "fix: {replace: has(service.x), with: a}",
            "5:16: what is replaced is a text that stands in a file, not a bool",
        ),
        ("fix: {replace: service.x, with: \"{nme}\"}", "5:35: unknown name `nme`"),
        ("fix: {remove: service.x, title: \"{\"}", "5:34: this placeholder does not end"),
        (
            "tests: {bad: [{files: {a.yaml: \"a # <-\"}, fixed: {b.yaml: a}}]}",
            "5:51: the example has no file `b.yaml`",
        ),
        (
            "tests: {good: [{files: {a.yaml: a}, fixed: {a.yaml: a}}]}",
            "5:45: nothing is found in a good example, and nothing is fixed",
        ),
    ] {
        let folder = project(&[
            (".plimsoll/rules/a.yaml", &format!("{rule}{fix}\n")),
            ("compose.yaml", "services: {}\n"),
        ]);
        let (status, _, err) = run(folder.path(), &["check", "--color", "never"]);
        assert_eq!(status, 2, "{fix}");
        let (place, message) = expected.split_once(": ").expect("place and message");
        assert!(err.contains(message) && err.contains(&format!("a.yaml:{place}]")), "{fix}: {err}");
    }
}

#[test]
fn examples_say_what_a_fix_makes_of_a_file() {
    let rule = "id: old-entry\neach: compose\nforbid: has(compose['x-old'])\nmessage: old\nfix: {remove: \"compose['x-old']\"}\n";
    let example = |fixed: &str| {
        format!(
            "{rule}tests:\n  bad:\n    - files:\n        compose.yaml: |\n          a: 1\n          x-old: 1   # <- `1`\n          services: {{}}\n\
             \x20       other.yaml: |\n          a: 1\n      fixed:\n{fixed}"
        )
    };
    let right = "        compose.yaml: |\n          a: 1\n          services: {}\n";
    let path = ".plimsoll/rules/a.yaml";
    let test = |text: &str, arguments: &[&str]| {
        let folder = project(&[(path, text)]);
        let (status, out, err) = run(folder.path(), &[&["test", "--color", "never"], arguments].concat());
        (status, out + &err, read(folder.path(), path))
    };
    assert_eq!(test(&example(right), &["--strict"]).0, 0);
    for (fixed, expected) in [
        ("        compose.yaml: |\n          a: 2\n          services: {}\n", "the fixes leave `a: 1` here"),
        ("        compose.yaml: |\n          a: 1\n", "the fixes leave more: `services: {}`"),
        (
            "        compose.yaml: |\n          a: 1\n          services: {}\n          b: 1\n",
            "the fixes leave no such line",
        ),
        (
            "        compose.yaml: |\n          a: 1\n          x-old: 1\n          services: {}\n",
            "the fixes leave `services: {}` here",
        ),
        ("        other.yaml: |\n          a: 1\n", "the fixes change this: say under `fixed`"),
    ] {
        let (status, said, _) = test(&example(fixed), &[]);
        assert!(status == 1 && said.contains(expected), "{fixed}: {said}");
        let accepted = test(&example(fixed), &["--accept"]);
        if fixed.contains("compose.yaml") {
            assert_eq!((accepted.0, accepted.2), (0, example(right)), "{}", accepted.1);
        } else {
            assert_eq!((accepted.0, accepted.2), (1, example(fixed)));
        }
    }
    let (status, said, _) =
        test(&example(right).replace("remove: \"compose['x-old']\"", "remove: compose.nothing"), &[]);
    assert!(status == 1 && said.contains("the fixes leave `x-old: 1` here"), "{said}");
    let unshown = example(right).replace("      fixed:\n", "").replace(right, "");
    let (status, said, _) = test(&unshown, &[]);
    assert!(status == 0 && said.contains("no example with `fixed`"), "{said}");
    assert_eq!(test(&unshown, &["--strict"]).0, 1);
    let broken = example(right)
        .replace("{remove: \"compose['x-old']\"}", "{replace: \"compose['x-old']\", with: \"[\"}");
    let (status, said, _) = test(&broken, &[]);
    assert!(status == 1 && said.contains("found here, and not fixed: "), "{said}");
}

#[test]
fn many_fixes_cost_what_they_are() {
    let many = |line: &str| line.repeat(20_000);
    let items: String = (0..20_000).map(|n| format!("- o-{n}\n")).collect::<Vec<_>>().concat();
    let entries = (0..20_000).map(|n| format!("  o-{n}: {{image: a}}\n")).collect::<Vec<_>>().concat();
    let suppressed =
        (0..5_000).map(|n| format!("x-{n}: 1 # plimsoll: ignore[old-entry]\n")).collect::<Vec<_>>().concat();
    let folder = project(&[
        RULES,
        (
            "plimsoll.yaml",
            "retired: [{glob: \"o-*\", now: shop}]\nrules: {retired-service: off, missing-healthcheck: off}\n",
        ),
        ("a/compose.yaml", &format!("services: {{}}\nx-a: |\n{}", many("  call o-1 # why\n"))),
        ("b/compose.yaml", &format!("services: {{}}\nx-a: \"{}\"\n", many("\\u006f-1 "))),
        ("c/compose.yaml", &format!("services: {{}}\nx-a:\n{items}")),
        ("d/compose.yaml", &format!("services:\n{entries}")),
        ("e/compose.yaml", &format!("services: {{}}\n{suppressed}")),
        ("f/a.sh", &many("call o-1 \\\n  o-2\n")),
    ]);
    let started = std::time::Instant::now();
    let (status, _, err) = fix(folder.path(), &["--fix=unsafe", "--fail-on", "never"]);
    println!("{:?}, {} lines", started.elapsed(), err.lines().count());
    assert_eq!(status, 0);
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
    for (path, old) in [
        ("a/compose.yaml", "o-1"),
        ("b/compose.yaml", "u006f"),
        ("e/compose.yaml", "plimsoll"),
        ("f/a.sh", "o-2"),
    ] {
        assert!(!read(folder.path(), path).contains(old), "{path}");
    }
    assert_eq!(read(folder.path(), "c/compose.yaml").matches("shop").count(), 1);
    assert_eq!(read(folder.path(), "d/compose.yaml").matches("shop").count(), 1);
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_mode_and_its_names_and_is_never_half_written() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let outside = project(&[("b.compose.yaml", COMPOSE)]);
    let folder = project(&[
        RULES,
        CONFIG,
        ("real/a.compose.yaml", COMPOSE),
        ("two.compose.yaml", COMPOSE),
        ("locked.compose.yaml", COMPOSE),
    ]);
    let root = folder.path();
    let set = |path: &str, mode| {
        fs::set_permissions(root.join(path), fs::Permissions::from_mode(mode)).expect("modes can be set");
    };
    set("real/a.compose.yaml", 0o750);
    symlink("real/a.compose.yaml", root.join("inner.compose.yaml")).expect("a link can be made");
    symlink(outside.path().join("b.compose.yaml"), root.join("outer.compose.yaml"))
        .expect("a link can be made");
    assert_eq!(fix(root, &["--fix", "outer.compose.yaml"]).0, 2);
    assert_eq!(read(outside.path(), "b.compose.yaml"), COMPOSE);
    let (_, _, err) = fix(root, &["--fix", "inner.compose.yaml"]);
    assert_eq!(err, "");
    assert!(!read(root, "real/a.compose.yaml").contains("x-old"));
    assert!(fs::symlink_metadata(root.join("inner.compose.yaml")).is_ok_and(|link| link.is_symlink()));
    let mode = fs::metadata(root.join("real/a.compose.yaml")).map(|file| file.permissions().mode() & 0o777);
    assert_eq!(mode.ok(), Some(0o750));

    fs::hard_link(root.join("two.compose.yaml"), root.join("second")).expect("a name can be given");
    let (_, _, err) = fix(root, &["--fix", "two.compose.yaml"]);
    assert!(
        err.contains("two.compose.yaml has 2 names (hard links), and only one of them would change"),
        "{err}"
    );
    assert_eq!(
        (read(root, "two.compose.yaml"), read(root, "second")),
        (COMPOSE.to_owned(), COMPOSE.to_owned())
    );

    set("locked.compose.yaml", 0o440);
    let (status, out, err) = fix(root, &["--fix", "locked.compose.yaml"]);
    assert!(
        status == 2 && err.contains("`old-entry` is not fixed: locked.compose.yaml is read-only"),
        "{err}"
    );
    assert!(out.contains("locked.compose.yaml:1:8: error[old-entry] old\n"), "{out}");
    assert_eq!(read(root, "locked.compose.yaml"), COMPOSE);
    assert_eq!(run(root, &["check", "--diff", "locked.compose.yaml"]).0, 1);
}

/// The limit on the size of files stands for a full disk.
#[cfg(unix)]
#[test]
fn where_nothing_can_be_written_the_file_stays_and_nothing_lies_beside_it() {
    let text = format!("{COMPOSE}# {}\n", "x".repeat(4096));
    let folder = project(&[RULES, CONFIG, ("a/compose.yaml", &text)]);
    let script = format!(
        "trap '' XFSZ; ulimit -f 1; exec {} check --fix --output concise",
        env!("CARGO_BIN_EXE_plimsoll")
    );
    let mut shell = std::process::Command::new("sh");
    let output = shell.args(["-c", &script]).current_dir(folder.path()).output().expect("there is a shell");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("cannot write a/compose.yaml: "), "{err}");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("a/compose.yaml:1:8: error[old-entry]"),
        "{err}"
    );
    assert_eq!(read(folder.path(), "a/compose.yaml"), text);
    assert_eq!(fs::read_dir(folder.path().join("a")).expect("it is there").count(), 1);
}

#[test]
fn whenever_it_is_ended_a_file_is_the_old_one_or_the_new_one() {
    let entry = |n: usize| format!("x-{n}: 1\n");
    let text = format!("x-old: 1\nservices: {{}}\n{}", (0..20_000).map(entry).collect::<String>());
    let fixed = text.replace("x-old: 1\n", "");
    let folder = project(&[RULES, CONFIG, ("compose.yaml", &text)]);
    let (mut old, mut new) = (0, 0);
    for step in 0..40 {
        fs::write(folder.path().join("compose.yaml"), &text).expect("it can be written");
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(["check", "--fix", "--quiet", "--output", "concise"])
            .current_dir(folder.path())
            .spawn()
            .expect("it can be started");
        std::thread::sleep(std::time::Duration::from_millis(step * 8));
        let _ = child.kill();
        child.wait().expect("it ends");
        let left = read(folder.path(), "compose.yaml");
        assert!(left == text || left == fixed, "{} bytes", left.len());
        if left == text { old += 1 } else { new += 1 }
    }
    println!("ended {} times: {old} times the file was the old one, {new} times the new one", old + new);
    for entry in fs::read_dir(folder.path()).expect("it is there").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(
            matches!(&*name, ".plimsoll" | "plimsoll.yaml" | "compose.yaml")
                || name.starts_with(".plimsoll-"),
            "{name}"
        );
    }
}
