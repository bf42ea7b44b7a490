//! No command opens a connection or starts a program, whatever it is given: watched by a tracer, else in a namespace without a network.

use crate::support::{fixtures, plimsoll, project, shared};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A use of every command. `@` stands for the folder that is looked at.
const USES: &[&[&str]] = &[
    &["check", "@", "--verbose", "--statistics", "--output", "full", "--output", "json=/dev/null"],
    &["check", "@", "--no-config", "--no-suppressions", "--output", "concise"],
    &["check", "-", "--stdin-filename", "@/compose.yaml"],
    &["files", "@"],
    &["rules"],
    &["explain", "missing-probe"],
    &["targets", "image"],
    &["eval", "image.tag", "@"],
    &["test", "--built-in"],
    &["baseline", "show"],
    &["suppress", "missing-healthcheck", "@/compose.yaml:2", "--reason", "r", "--dry-run"],
    &["new", "new-rule", "--dry-run"],
    &["init", "--dry-run"],
    &["schema", "config"],
    &["completions", "bash"],
];

/// What a tracer saw that is not allowed: sockets that lead somewhere, and programs. One that is expected is the first.
fn seen(trace: &str) -> Vec<&str> {
    let is_program = |line: &&str| line.contains("execve(") || line.contains("execveat(");
    let programs = trace.lines().filter(is_program).skip(1);
    let reaches = |line: &&str| line.contains("AF_INET") || line.contains("AF_NETLINK");
    trace.lines().filter(reaches).chain(programs).collect()
}

/// Runs a program under the tracer, and gives what it saw; `None` where there is none or it may not trace.
fn traced(program: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let trace = out.path().join("trace");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", "trace=%network,execve,execveat", "-o"]).arg(&trace).arg(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().ok()?;
    fs::read_to_string(trace).ok().filter(|trace| trace.contains("execve("))
}

/// Runs the program where there is no network; `None` where that cannot be had.
fn cut_off(arguments: &[&str], folder: &Path) -> Option<Output> {
    let program = [env!("CARGO_BIN_EXE_plimsoll")];
    let arguments = [&["-rn"], &program[..], arguments].concat();
    let output =
        Command::new("unshare").args(arguments).current_dir(folder).stdin(Stdio::null()).output().ok()?;
    (!String::from_utf8_lossy(&output.stderr).starts_with("unshare:")).then_some(output)
}

#[cfg(target_os = "linux")]
#[test]
fn no_command_opens_a_connection_or_starts_a_program() {
    let help = plimsoll(Path::new("."), &["--help"], b"").stdout;
    let help = String::from_utf8(help).expect("UTF-8");
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.map_while(|line| line.strip_prefix("  ")?.split(' ').next());
    for command in commands.filter(|command| !command.is_empty() && *command != "help") {
        assert!(USES.iter().any(|arguments| arguments[0] == command), "no use of `{command}` is watched");
    }
    let here = Path::new(".");
    // Whether it would be seen: bash opens such a socket, and `sh` starts a program.
    let udp = traced("bash", &["-c", "exec 3<>/dev/udp/127.0.0.1/9"], here);
    let starts = traced("sh", &["-c", "/bin/true; :"], here);
    let tracer = if let (Some(udp), Some(starts)) = (udp, starts) {
        assert!(!seen(&udp).is_empty() && !seen(&starts).is_empty(), "{udp}\n{starts}");
        true
    } else {
        println!("skipped: there is no strace that may trace; the namespace alone says less");
        false
    };
    let folders = ["example", "kinds", "suppressions", "report"].map(fixtures).into_iter();
    for folder in folders.chain(shared("corpus/faultmaven")) {
        for arguments in USES {
            let named = |argument: &&str| argument.replace('@', folder.to_str().expect("a plain name"));
            let arguments: Vec<_> = arguments.iter().map(named).collect();
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            if tracer {
                let trace =
                    traced(env!("CARGO_BIN_EXE_plimsoll"), &arguments, &folder).expect("it could before");
                assert_eq!(seen(&trace), [""; 0], "{arguments:?}");
                continue;
            }
            let Some(output) = cut_off(&arguments, &folder) else {
                return println!("skipped: there is no unshare that may cut the network off");
            };
            let connected = plimsoll(&folder, &arguments, b"");
            assert_eq!(output.status.code(), connected.status.code(), "{arguments:?}");
        }
    }
}

/// A revision is read by git, which is all that is started, and git starts nothing either.
#[cfg(target_os = "linux")]
#[test]
fn to_compare_with_a_revision_only_git_is_started() {
    let folder = project(&[("compose.yaml", "services: {a: {image: a}}\n")]);
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "."],
        &["-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "x"],
    ] {
        let status = Command::new("git").args(arguments).current_dir(folder.path()).status();
        if !status.is_ok_and(|status| status.success()) {
            return println!("skipped: git is not installed");
        }
    }
    let arguments = ["check", "--new-from", "HEAD"];
    let Some(trace) = traced(env!("CARGO_BIN_EXE_plimsoll"), &arguments, folder.path()) else {
        return println!("skipped: there is no strace that may trace");
    };
    let started: Vec<&str> = seen(&trace).into_iter().filter(|line| line.contains(" = 0")).collect();
    let is_git = |line: &&str| line.contains("/git\", [\"git\", \"--no-pager\", \"--no-optional-locks\"");
    assert!(started.len() > 3 && started.iter().all(is_git), "{started:#?}");
}
