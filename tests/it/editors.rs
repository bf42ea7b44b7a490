//! The settings for editors and the problem matchers, tried: what they make of the program's output is what its report in JSON says.

use crate::support::{fixtures, plimsoll, project};
use regex::Regex;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A finding as an editor shows it: path, line, column, severity, code, message.
type Shown = (String, u64, u64, String, String, String);

/// A buffer in the middle of the project, which differs from the file on the disk: findings of three severities, behind characters of
/// two and four bytes, one with a second place in another file.
const BUFFER: &str =
    "# ü 😀 old-api\nservices:\n  wéb: {image: web, labels: {é: old-api}}\n  b: {image: b, x_port: 80}\n";
const NAME: &str = "deploy/compose.yaml";

fn shop() -> TempDir {
    let twice = "id: same-port\nseverity: warning\neach: compose.service\nwhen: has(service.x_port)\n\
                 let: {others: \"repo.compose.service.filter(s, s.service.x_port == service.x_port)\"}\n\
                 forbid: size(others) > 1\nmessage: a port stands twice\nat: others.map(s, s.service.x_port)\n";
    let folder = project(&[
        ("plimsoll.yaml", "retired: [old-api]\nrules: {unknown-key: off, invalid-value: off}\n"),
        (".plimsoll/rules/same-port.yaml", twice),
        ("a/compose.yaml", "services:\n  a: {image: a, healthcheck: {test: \"true\"}, x_port: 80}\n"),
        (NAME, "services: {}\n"),
        ("deploy/a: b (c)/compose.yaml", "services: {web: {image: web}}\n"),
    ]);
    fs::create_dir(folder.path().join(".git")).expect("a folder can be made");
    folder
}

/// What the report in JSON says, at the first place of each finding.
fn expected(folder: &Path, arguments: &[&str], input: &str) -> Vec<Shown> {
    let output = plimsoll(folder, &[&["check", "--output", "json"], arguments].concat(), input.as_bytes());
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report in JSON");
    let found = report["diagnostics"].as_array().expect("a list").iter();
    let shown = found.map(|found| {
        let start = &found["primary"]["start"];
        (
            text(&found["primary"]["path"]),
            start["line"].as_u64().expect("a number"),
            start["column"].as_u64().expect("a number"),
            text(&found["severity"]),
            text(&found["rule"]),
            text(&found["message"]),
        )
    });
    shown.collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn settings(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("the settings are there")).expect("the settings are JSON")
}

/// What a matcher makes of the lines of an output. `severity` is for a pattern that has none.
fn matched(output: &str, matcher: &Value, severity: &str) -> Vec<Shown> {
    let pattern = match &matcher["pattern"] {
        Value::Array(patterns) => &patterns[0],
        pattern => pattern,
    };
    let regexp = Regex::new(pattern["regexp"].as_str().expect("a pattern")).expect("a regular expression");
    let of_line = |line: &str| {
        let found = regexp.captures(line)?;
        let group = |name: &str| Some(found[pattern[name].as_u64()? as usize].to_owned());
        Some((
            group("file")?,
            group("line")?.parse().ok()?,
            group("column")?.parse().ok()?,
            group("severity").unwrap_or_else(|| severity.to_owned()),
            group("code")?,
            group("message")?,
        ))
    };
    output.lines().filter_map(of_line).collect()
}

#[test]
fn the_tasks_of_vs_code_show_what_the_report_says() {
    let folder = shop();
    fs::write(folder.path().join(NAME), BUFFER).expect("a file can be written");
    let tasks = settings(&fixtures("editors/tasks.json"));
    let tasks = tasks["tasks"].as_array().expect("tasks");
    assert_eq!(tasks.len(), 2);
    for (task, paths) in tasks.iter().zip([&[][..], &[NAME]]) {
        let file = folder.path().join(NAME);
        let argument = |value: &Value| text(value).replace("${file}", file.to_str().expect("a plain name"));
        let arguments: Vec<_> = task["args"].as_array().expect("arguments").iter().map(argument).collect();
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        assert_eq!(
            (&task["command"], &task["options"]["cwd"]),
            (&json!("plimsoll"), &json!("${workspaceFolder}"))
        );
        assert_eq!(task["problemMatcher"]["fileLocation"], json!(["relative", "${workspaceFolder}"]));
        let output = String::from_utf8(plimsoll(folder.path(), &arguments, b"").stdout).expect("UTF-8");
        let said = expected(folder.path(), paths, "");
        assert!(said.len() >= 5 - paths.len(), "{said:?}");
        assert_eq!(matched(&output, &task["problemMatcher"], ""), said);
        as_javascript(&output, &task["problemMatcher"], said.len());
    }
}

/// The expression means the same where it is used: in JavaScript.
fn as_javascript(output: &str, matcher: &Value, count: usize) {
    let program = "const [regexp, text] = JSON.parse(require('fs').readFileSync(0, 'utf8')); \
                   console.log(text.split('\\n').filter(line => new RegExp(regexp).test(line)).length)";
    let input = json!([matcher["pattern"]["regexp"], output]).to_string();
    if let Some(found) = run(Command::new("node").args(["-e", program]), &input) {
        assert_eq!(found.trim(), count.to_string());
    }
}

/// What a program prints; `None`, and a word of it, where there is no such program.
fn run(command: &mut Command, input: &str) -> Option<String> {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            println!("skipped: {}: {error}", command.get_program().display());
            return None;
        }
    };
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("it was started above");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn the_matcher_of_github_shows_what_the_report_says() {
    let folder = shop();
    fs::write(folder.path().join(NAME), BUFFER).expect("a file can be written");
    let matchers = settings(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/plimsoll-matcher.json"));
    let matchers = matchers["problemMatcher"].as_array().expect("matchers");
    let output = plimsoll(folder.path(), &["check", "--output", "concise"], b"");
    let output = String::from_utf8(output.stdout).expect("UTF-8");
    let said = expected(folder.path(), &[], "");
    let mut shown = Vec::new();
    for matcher in matchers {
        // A runner knows no information, only notices; what is of no severity it knows it drops.
        let by_default = match matcher["severity"].as_str() {
            Some("notice") => "info",
            severity => severity.unwrap_or_default(),
        };
        let found = matched(&output, matcher, by_default);
        let own: Vec<_> = found.iter().map(|found| &*found.3).collect();
        assert!(!own.is_empty() && own.iter().all(|it| ["error", "warning", "info"].contains(it)), "{own:?}");
        shown.extend(found);
    }
    // Each line is taken by one of them alone.
    let sorted = |mut all: Vec<Shown>| {
        all.sort();
        all
    };
    assert_eq!(sorted(shown), sorted(said));
    let owners: Vec<_> = matchers.iter().map(|matcher| &matcher["owner"]).collect();
    assert!(owners.len() == 2 && owners[0] != owners[1], "{owners:?}");
}

/// The environment's `PATH` with the program in front, and the programs of others that `.ci/run` brings.
fn path() -> std::ffi::OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_plimsoll")).parent().expect("it lies in a folder").to_owned();
    let tools = std::env::var_os("PLIMSOLL_TOOLS").map(PathBuf::from);
    let others = std::env::var_os("PATH").unwrap_or_default();
    let all: Vec<PathBuf> = [own].into_iter().chain(tools).chain(std::env::split_paths(&others)).collect();
    std::env::join_paths(all).expect("they came from such a list")
}

/// The settings of efm by plimsoll's own parser.
fn efm() -> (String, Vec<String>) {
    let document = plimsoll::yaml::parse(
        fs::read_to_string(fixtures("editors/efm.yaml")).expect("the settings are there"),
        plimsoll::yaml::Options::default(),
    );
    let root = document.roots().next().expect("a mapping");
    let tool = root.get("tools").and_then(|tools| tools.get("plimsoll")).expect("the tool");
    assert!(
        ["lint-stdin", "lint-after-open", "lint-ignore-exit-code"].iter().all(|key| tool
            .get(key)
            .expect("a key")
            .text()
            == "true")
    );
    let formats = tool.get("lint-formats").expect("formats").items().map(|item| item.text().into_owned());
    (tool.get("lint-command").expect("a command").text().into_owned(), formats.collect())
}

#[cfg(unix)]
#[test]
fn the_formats_of_efm_read_what_the_report_says() {
    let folder = shop();
    let (command, formats) = efm();
    let patterns: Vec<Regex> = formats
        .iter()
        .map(|format| {
            // The items that the formats use, as Vim and efm read them.
            let items = [
                ("%f", "(?P<f>[^ ]+?)"),
                ("%l", "(?P<l>[0-9]+)"),
                ("%c", "(?P<c>[0-9]+)"),
                ("%t", "(?P<t>.)"),
                ("%m", "(?P<m>.+)"),
            ];
            let pattern =
                items.iter().fold(regex::escape(format), |all, (item, pattern)| all.replace(item, pattern));
            assert!(!pattern.contains('%'), "{pattern}");
            Regex::new(&format!("^{pattern}$")).expect("a regular expression")
        })
        .collect();
    let file = folder.path().join(NAME);
    let command = command.replace("${INPUT}", file.to_str().expect("a plain name"));
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{command} || test $? = 1")]).current_dir(folder.path()).env("PATH", path());
    let output = run(&mut shell, BUFFER).expect("every Unix has a shell");
    let read = output.lines().map(|line| {
        let found = patterns.iter().find_map(|pattern| pattern.captures(line));
        let found = found.unwrap_or_else(|| panic!("no format reads {line}"));
        let number = |group: &str| found[group].parse::<u64>().expect("digits");
        (found["f"].to_owned(), number("l"), number("c"), found["t"].to_owned(), found["m"].to_owned())
    });
    let said = expected(folder.path(), &["-", "--stdin-filename", NAME], BUFFER);
    assert_eq!(said.len(), 5, "{said:?}");
    let said = said.into_iter().map(|(path, line, column, severity, code, message)| {
        (path, line, column, severity[..1].to_owned(), format!("[{code}] {message}"))
    });
    assert_eq!(read.collect::<Vec<_>>(), said.collect::<Vec<_>>());
}

/// Writes one message of the Language Server Protocol.
fn send(to: &mut impl Write, message: &Value) {
    let body = message.to_string();
    write!(to, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server listens");
    to.flush().expect("the server listens");
}

/// Reads one message of the Language Server Protocol.
fn receive(from: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().strip_prefix("Content-Length: ") {
            Some(number) => length = number.parse().ok()?,
            None if line.trim().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

#[cfg(unix)]
#[test]
fn efm_itself_shows_the_findings_of_the_buffer() {
    let folder = shop();
    let root = folder.path().canonicalize().expect("it is there");
    let uri = format!("file://{}", root.join(NAME).display());
    if run(Command::new("efm-langserver").arg("-v").env("PATH", path()), "").is_none() {
        return;
    }
    // A server that has nothing to say must not keep the tests for ever.
    let mut command = Command::new("timeout");
    command
        .args(["60", "efm-langserver", "-c"])
        .arg(fixtures("editors/efm.yaml"))
        .env("PATH", path())
        .current_dir(&root);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = command.spawn().expect("where there is such a server there is a `timeout`");
    let mut input = server.stdin.take().expect("it is piped");
    let mut output = BufReader::new(server.stdout.take().expect("it is piped"));
    let request = |id: u32, method: &str, params: &Value| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    let notice = |method: &str, params: &Value| json!({"jsonrpc": "2.0", "method": method, "params": params});
    send(
        &mut input,
        &request(
            1,
            "initialize",
            &json!({"rootUri": format!("file://{}", root.display()), "capabilities": {}}),
        ),
    );
    receive(&mut output).expect("an answer");
    send(&mut input, &notice("initialized", &json!({})));
    let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": BUFFER});
    send(&mut input, &notice("textDocument/didOpen", &json!({"textDocument": document})));
    let published = loop {
        let message = receive(&mut output).expect("the server goes on");
        if message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri.as_str()
        {
            break message["params"]["diagnostics"].clone();
        }
    };
    drop(input);
    let _ = server.kill();
    let _ = server.wait();
    let shown = published.as_array().expect("a list").iter().map(|found| {
        let start = &found["range"]["start"];
        assert_eq!(found["source"], "plimsoll");
        let number = |value: &Value| value.as_u64().expect("a number");
        (
            number(&start["line"]) + 1,
            number(&start["character"]) + 1,
            number(&found["severity"]),
            text(&found["message"]),
        )
    });
    let said = expected(folder.path(), &["-", "--stdin-filename", NAME], BUFFER);
    let levels = ["error", "warning", "info"];
    // What has its first place in another file efm leaves to that file.
    let said =
        said.into_iter().filter(|found| found.0 == NAME).map(|(_, line, column, severity, code, message)| {
            let level = levels.iter().position(|level| *level == severity).expect("a severity") as u64 + 1;
            (line, column, level, format!("[{code}] {message}"))
        });
    assert_eq!(shown.collect::<Vec<_>>(), said.collect::<Vec<_>>());
}

/// Does what nvim-lint does with a linter: runs it with the lines of the buffer, and has its parser read the output.
const DRIVER: &str = "
local linter = dofile(os.getenv('SETTINGS'))
vim.cmd('edit ' .. vim.fn.fnameescape(os.getenv('FILE')))
vim.api.nvim_buf_set_lines(0, 0, -1, true, vim.split(os.getenv('BUFFER'), '\\n', { plain = true }))
local command = { linter.cmd }
for _, argument in ipairs(linter.args) do
  table.insert(command, type(argument) == 'function' and argument() or argument)
end
assert(linter.stdin and linter.ignore_exitcode)
local output = vim.fn.system(command, vim.api.nvim_buf_get_lines(0, 0, -1, true))
local found = linter.parser(output, 0)
vim.diagnostic.set(vim.api.nvim_create_namespace('plimsoll'), 0, found)
assert(#vim.diagnostic.get(0) == #found)
io.stdout:write(vim.json.encode(found))
vim.cmd('qall!')
";

#[test]
fn neovim_shows_the_findings_of_the_buffer() {
    let folder = shop();
    let root = folder.path().canonicalize().expect("it is there");
    let driver = folder.path().join("driver.lua");
    fs::write(&driver, DRIVER).expect("a file can be written");
    let mut command = Command::new("nvim");
    command
        .args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c"])
        .arg(format!("luafile {}", driver.display()));
    command
        .env("SETTINGS", fixtures("editors/nvim-lint.lua"))
        .env("FILE", root.join(NAME))
        .env("PATH", path());
    command.env("BUFFER", BUFFER.trim_end()).current_dir(root.join("a"));
    let Some(output) = run(&mut command, "") else { return };
    let shown: Value = serde_json::from_str(&output).unwrap_or_else(|error| panic!("{error}: {output}"));
    let lines: Vec<_> = BUFFER.lines().collect();
    let shown = shown.as_array().expect("a list").iter().map(|found| {
        let number = |name: &str| found[name].as_u64().expect("a number") as usize;
        let marked = &lines[number("lnum")][number("col")..number("end_col")];
        assert_eq!((&found["source"], number("lnum")), (&json!("plimsoll"), number("end_lnum")));
        (
            number("lnum") + 1,
            marked.to_owned(),
            number("severity"),
            text(&found["code"]),
            text(&found["message"]),
        )
    });
    let line = |line: usize, marked: &str, severity: usize, code: &str, message: &str| {
        (line, marked.to_owned(), severity, code.to_owned(), message.to_owned())
    };
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [
            line(4, "80", 2, "same-port", "a port stands twice"),
            line(
                1,
                "old-api",
                3,
                "retired-service-mention",
                "`old-api` is retired and still named here (comment)"
            ),
            line(3, "wéb", 1, "missing-healthcheck", "service `wéb` has no working healthcheck"),
            line(3, "old-api", 1, "retired-service", "`old-api` is retired"),
            line(4, "b", 1, "missing-healthcheck", "service `b` has no working healthcheck"),
        ],
        "what has its first place elsewhere stands at its place here"
    );
}
