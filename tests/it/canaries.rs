//! The whole program over a repository full of secrets: none of them comes out, in any format, diff or list.

use super::injection::outputs;
use super::report::canaries::{CANARY, PLANTED, planted};
use super::support::{plimsoll, project};
use std::fs;

/// Marks every scalar, comment and line, and says what it marks, by its text and by what expressions make of it.
const ECHO: &str = "\
rules:
  - {id: echo, each: text, pattern: \"(?s).+\", message: \"{match}\", help: \"not {match}\"}
  - {id: echo-line, each: text, pattern: \"(?m)^.*$\", message: \"found `{match}`\"}
  - {id: echo-env, each: env, forbid: \"true\", message: \"{env.name} is {env.value}\", help: \"{[env.value]}\"}
  - {id: echo-secret, each: secret, forbid: \"true\", message: \"{name} is {value}\", related: [{at: self, label: \"{value}\"}]}
  - {id: echo-command, each: command, forbid: \"true\", message: \"{command.args} and {command.text}\"}
";

/// Files of known kinds, beside those that are known by nothing but their words.
const MORE: &[(&str, &str)] = &[
    (
        "deploy.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n    - name: x\n      image: x\n      \
        args: [--password=CANARY]\n      env:\n        - {name: DB_PASSWORD, value: CANARY}\n        - name: URL\n          value: http://u:CANARY@h/x\n",
    ),
    (
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData: {a: CANARY}\ndata: {b: BASE64}\n",
    ),
    (
        "compose.yaml",
        "services:\n  x:\n    image: x\n    environment:\n      JWT_SECRET: ${JWT_SECRET:-CANARY}\n      API_KEY: CANARY\n    \
        command: redis-server --requirepass CANARY\n",
    ),
    (
        ".github/workflows/ci.yml",
        "on: push\nenv: {API_TOKEN: CANARY}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          \
        export DB_PASSWORD=CANARY\n          kubectl create secret generic x --from-file=x # --token CANARY\n",
    ),
];

#[test]
fn no_planted_secret_comes_out() {
    let base64 = "dHIwdWI0ZG9yLWFuZC0zLWNhbmFyaWVz";
    let text = |text: &str| planted(text).replace("BASE64", base64);
    let config = "kinds: {\"data/*.yaml\": values, \"**/*.tpl\": template}\nretired: [{name: x, now: y}]\n";
    let folder = project(&[(".plimsoll/rules/echo.yaml", ECHO), ("plimsoll.yaml", config)]);
    let planted = PLANTED.iter().map(|(path, text, _)| (format!("data/{path}"), *text));
    let files: Vec<_> = planted.chain(MORE.iter().map(|(path, text)| ((*path).to_owned(), *text))).collect();
    assert!(files.len() >= 40);
    for (path, written) in &files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder can be made");
        fs::write(path, text(written)).expect("a file can be written");
    }
    let mut outputs = outputs(folder.path());
    for command in [
        "suppress plaintext-secret compose.yaml:6 --reason x --dry-run",
        "suppress echo-line deploy.yaml:8 --reason x --dry-run",
        "eval env.value",
        "eval secret.value",
        "baseline",
        "check",
    ] {
        let arguments: Vec<&str> = command.split(' ').collect();
        let output = plimsoll(folder.path(), &arguments, b"");
        let both = [output.stdout, output.stderr].concat();
        outputs.push((command.to_owned(), String::from_utf8(both).expect("all output is UTF-8")));
    }
    for entry in walk(folder.path()) {
        let written = fs::read_to_string(&entry).unwrap_or_default();
        let known = files.iter().any(|(path, _)| entry.ends_with(path));
        if !known {
            outputs.push((entry.display().to_string(), written));
        }
    }
    let concise = outputs.iter().find(|(what, _)| what == "concise").map_or("", |(_, output)| output);
    let lines = concise.lines().count();
    assert!(
        lines > 3 * files.len(),
        "only {lines} findings: {:?}",
        outputs.iter().take(2).collect::<Vec<_>>()
    );
    for (what, output) in outputs {
        for part in [CANARY, "canaries", base64] {
            let at = output.lines().find(|line| line.contains(part));
            assert!(at.is_none(), "{what} shows {part}:\n{}", at.unwrap_or_default());
        }
    }
}

/// Every file below a folder.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a readable folder").filter_map(Result::ok);
    entries
        .flat_map(|entry| if entry.path().is_dir() { walk(&entry.path()) } else { vec![entry.path()] })
        .collect()
}
