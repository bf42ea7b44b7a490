//! The command line: arguments, commands, exit status. One file per command.

mod baseline;
mod check;
mod completions;
mod diff;
mod eval;
mod explain;
mod files;
mod fix;
mod init;
mod lists;
mod new;
mod output;
mod progress;
mod project;
mod replace;
mod rules;
mod schema;
mod since;
mod statistics;
mod suppress;
mod targets;
mod test;

use crate::report::{self, Clean};
use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// A policy linter for everything a team deploys.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, arg_required_else_help = true, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Files(files::Args),
    Rules(rules::Args),
    Explain(explain::Args),
    Targets(targets::Args),
    New(new::Args),
    Test(test::Args),
    Eval(eval::Args),
    Suppress(suppress::Args),
    Baseline(baseline::Args),
    Init(init::Args),
    Schema(schema::Args),
    Completions(completions::Args),
}

/// How a command prints a list.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ListFormat {
    /// Aligned columns
    Text,
    /// One JSON object
    Json,
}

/// What a run comes to, as the exit status says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Nothing at or above `--fail-on`.
    Clean,
    /// Findings at or above `--fail-on`.
    Findings,
    /// The job could not be done: usage, configuration, a rule, unreadable input, an internal error.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Clean => 0,
            Status::Findings => 1,
            Status::Failed => 2,
        })
    }
}

/// Parses arguments (the program's name first) and runs the command.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
        say(&format!("plimsoll: internal error{place}; please report it"));
    }));
    let arguments = match lists::expand(arguments.into_iter().collect(), Cli::command) {
        Ok(arguments) => arguments,
        Err(error) => return fail(&error).into(),
    };
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(usage) => {
            // Help and version go to stdout with status 0, mistakes, which repeat arguments, to stderr.
            let text = usage.render().to_string();
            if usage.use_stderr() {
                say(text.trim_end());
                return Status::Failed.into();
            }
            return print(&text).into();
        }
    };
    std::panic::catch_unwind(|| match cli.command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Files(arguments) => files::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Targets(arguments) => targets::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Eval(arguments) => eval::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Suppress(arguments) => suppress::run(&arguments),
        Command::Baseline(arguments) => baseline::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
    })
    .unwrap_or(Status::Failed)
    .into()
}

/// Prints one line of failure and gives the status for it.
fn fail(error: &dyn std::fmt::Display) -> Status {
    say(&format!("plimsoll: {}", printable(&error.to_string())));
    Status::Failed
}

/// Writes lines to standard error, whatever they hold made safe. There is nowhere left to say that it failed.
fn say(lines: &str) {
    let _ = io::stderr().write_all(report::text(lines).as_bytes());
}

/// A string from a path or file on one line, without what a terminal would obey.
fn printable(text: &str) -> String {
    Clean::line(text).as_str().to_owned()
}

/// Writes a whole answer to standard output, whatever it holds made safe. A reader that has seen enough is no failure.
fn print(text: &str) -> Status {
    printed(io::stdout().lock().write_all(report::text(text).as_bytes()))
}

/// Writes a file back to standard output as it is, for the program that gave it: whatever stands in it, and be it no text.
fn give_back(bytes: &[u8]) -> Status {
    let mut out = io::stdout().lock();
    printed(out.write_all(bytes).and_then(|()| out.flush()))
}

fn printed(written: io::Result<()>) -> Status {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => fail(&error),
        _ => Status::Clean,
    }
}
