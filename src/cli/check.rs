//! `plimsoll check`: the findings, in the formats that were asked for.

use super::{Status, fail, output, printable, project, since};
use crate::check::{self, Run, Suppressions};
use crate::config::Date;
use crate::diagnostic::{Diagnostic, Severity};
use crate::report::{self, Charset, Look, Masks, Summary};
use clap::ValueEnum;
use std::io::{self, IsTerminal as _};
use std::time::Instant;

/// Check files against the rules
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    project: project::Args,
    /// Run only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Leave these rules out
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Report what comments and annotations in the files suppress, too
    #[arg(long)]
    no_suppressions: bool,
    #[command(flatten)]
    since: since::Args,
    /// The least severity that makes the run fail [default: error, or what the configuration says]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// The day by which waivers, suppressions and times of grace end [default: today in UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    today: Option<Date>,
    #[command(flatten)]
    output: output::Args,
    /// When to colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
    /// Print no summary
    #[arg(long, short)]
    quiet: bool,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    let started = Instant::now();
    if let Err(error) = arguments.output.check() {
        return fail(&error);
    }
    let look = look(arguments.color);
    let request = match arguments.project.use_threads().and_then(|()| arguments.project.request()) {
        Ok(request) => request,
        Err(error) => return fail(&error),
    };
    let request = check::Request {
        select: arguments.select.clone(),
        ignore: arguments.ignore.clone(),
        suppressions: if arguments.no_suppressions {
            Suppressions::Disregarded
        } else {
            Suppressions::Honoured
        },
        today: arguments.today.unwrap_or(request.today),
        ..arguments.since.fill(request)
    };
    let run = match check::run(&request) {
        Ok(run) => run,
        Err(failure) => return project::refuse(failure, look),
    };
    let mut summary = summary(&run);
    summary.elapsed = started.elapsed();
    let diagnostics: Vec<Diagnostic> =
        run.outcome.failures.iter().chain(&run.outcome.diagnostics).cloned().collect();
    let masks = Masks::new(&run.sources, &diagnostics, |id, _| run.hidden(id));
    let fingerprints = run.fingerprints(&diagnostics);
    let report = report::Run {
        sources: &run.sources,
        diagnostics: &diagnostics,
        fingerprints: &fingerprints,
        summary: &summary,
        masks: &masks,
    };
    if let Err(error) = arguments.output.write(&report, look) {
        return fail(&error);
    }
    if !arguments.quiet || summary.files == 0 {
        super::say(&report::summary_line(&summary));
    }
    let fails = match arguments.fail_on {
        None => run.fail_on,
        Some(fail_on) => fail_on.severity(),
    };
    status(&run, fails, request.stdin.is_some())
}

pub fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "no day of the calendar, as in 2026-01-31".to_owned())
}

fn status(run: &Run, fails: Option<Severity>, piped: bool) -> Status {
    // A pipe that brought nothing is most often a command in front of it that failed.
    if !run.outcome.failures.is_empty() || (piped && run.files == 0) {
        return Status::Failed;
    }
    let counts = |found: &Diagnostic| fails.is_some_and(|least| found.severity >= least);
    if run.outcome.diagnostics.iter().any(counts) { Status::Findings } else { Status::Clean }
}

fn summary(run: &Run) -> Summary {
    let of = |severity| run.outcome.diagnostics.iter().filter(|found| found.severity == severity).count();
    Summary {
        files: run.files,
        rules: run.rules,
        errors: of(Severity::Error) + run.outcome.failures.len(),
        warnings: of(Severity::Warning),
        infos: of(Severity::Info),
        suppressed: run.outcome.waived.len() + run.suppressed.len(),
        known: run.before.found().count(),
        baseline: run.before.baseline.as_ref().map(|standing| {
            let stale = if run.is_complete { standing.stale() } else { 0 };
            (standing.found.len(), stale)
        }),
        since: run.before.since.as_ref().map(|since| (printable(&since.revision), since.found.len())),
        off: run.off.clone(),
        templates_not_evaluated: run.templates,
        unknown: run.outcome.unknown,
        ..Summary::default()
    }
}

/// How reports for people look on this terminal.
pub fn look(color: Color) -> Look {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    let ascii = locale.is_some_and(|locale| matches!(&*locale, "C" | "POSIX"));
    let color = color.resolve(io::stdout().is_terminal(), variable);
    Look {
        color: if color { report::Color::Ansi } else { report::Color::Plain },
        charset: if ascii { Charset::Ascii } else { Charset::Unicode },
        width: variable("COLUMNS").and_then(|columns| columns.parse().ok()).unwrap_or(Look::default().width),
    }
}

/// The least severity that makes the run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors.
    Error,
    /// Warnings and errors.
    Warning,
    /// Everything.
    Info,
    /// Nothing.
    Never,
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal that wants it.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether to colour, given whether stdout is a terminal and a reader of the environment.
    ///
    /// `NO_COLOR` and `CLICOLOR_FORCE` as <https://no-color.org> and <https://bixense.com/clicolors> say.
    pub fn resolve(self, terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
        let set = |name| variable(name).is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if set("NO_COLOR") => false,
            Self::Auto if variable("CLICOLOR_FORCE").is_some_and(|value| !matches!(&*value, "" | "0")) => {
                true
            }
            Self::Auto => terminal && variable("TERM").as_deref() != Some("dumb"),
        }
    }
}
