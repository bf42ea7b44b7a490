//! `plimsoll check`: the findings, in the formats that were asked for.

use super::progress::Line;
use super::{Status, fail, files, fix, output, project, since, statistics};
use crate::check::{self, Extent, Failure, Run, Suppressions};
use crate::config::{Date, KubernetesVersions};
use crate::diagnostic::{Diagnostic, Excuse, Safety, Severity};
use crate::discover::Reason;
use crate::engine::Outcome;
use crate::progress::{Progress, Stage};
use crate::report::{self, Charset, Look, Masks, Material, Summary, Untrusted};
use clap::ValueEnum;
use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::Instant;

/// What the help ends with.
const AFTER_HELP: &str = "\
An argument `@FILE` stands for the lines of that file, an argument each.

Exit status:
  0  no finding at or above --fail-on
  1  findings (with --diff: changes)
  2  the job could not be done: usage, configuration, a rule, an unreadable file

Examples:
  plimsoll check                                        the project around here
  plimsoll check deploy/ compose.yaml                   the same, reported for these alone
  plimsoll check --output full --output sarif=out.sarif
  plimsoll check --new-from merge-base:origin/main      only what is new
  plimsoll check --diff --fix=unsafe                    what could be mended
  git diff -z --name-only | plimsoll check --files-from - -0
  helm template CHART | plimsoll check -";

/// Check files against the rules
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    project: project::Args,
    /// Run only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Leave these rules out
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// What manifests are deployed to: a minor version, or the oldest and the newest, as in 1.33..1.36, all of which they must fit; of
    /// versions before 1.33 only which APIs they serve is known
    #[arg(long, value_name = "VERSIONS", value_parser = KubernetesVersions::parse)]
    kubernetes_version: Option<KubernetesVersions>,
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
    fix: fix::Args,
    #[command(flatten)]
    output: output::Args,
    /// When to colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
    /// Say that nothing was checked by status 2, so that a check that must pass cannot pass by that
    #[arg(long)]
    require_inputs: bool,
    /// Say how often each rule found something, after the report, on standard error
    #[arg(long)]
    statistics: bool,
    /// Print no summary
    #[arg(long, short)]
    quiet: bool,
    /// Say on standard error which files were looked at, what was passed over and why, and how long it took
    #[arg(long, short, conflicts_with = "quiet")]
    verbose: bool,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    let started = Instant::now();
    if let Err(error) = arguments.output.check() {
        return fail(&error);
    }
    let look = look(arguments.color);
    let progress = Arc::<Progress>::default();
    let request = match arguments.project.use_threads().and_then(|()| arguments.project.request()) {
        Ok(request) => request,
        Err(error) => return refuse(arguments, Failure::Usage(error), look),
    };
    let request = check::Request {
        select: arguments.select.clone(),
        ignore: arguments.ignore.clone(),
        suppressions: if arguments.no_suppressions {
            Suppressions::Disregarded
        } else {
            Suppressions::Honoured
        },
        kubernetes: arguments.kubernetes_version,
        today: arguments.today.unwrap_or(request.today),
        progress: Arc::clone(&progress),
        ..arguments.since.fill(request)
    };
    let line = (!arguments.quiet).then(|| Line::new(&progress));
    let first = match check::run(&request) {
        Ok(run) => run,
        Err(failure) => {
            drop(line);
            return refuse(arguments, failure, look);
        }
    };
    let fix::Fixed { run, status: fixed, printed } =
        match arguments.fix.mend(&request, first, line, arguments.quiet, started, look) {
            Ok(fixed) => fixed,
            Err(status) => return status,
        };
    progress.enter(Stage::Report, 0);
    if arguments.verbose {
        super::say(looked_at(&run).trim_end());
    }
    let mut errors = Vec::new();
    let needs_files = arguments.require_inputs || request.extent == Extent::Input;
    if run.files == 0 && needs_files {
        errors.push(match request.extent {
            // A pipe that brought nothing is most often a command in front of it that failed.
            Extent::Input => "nothing to check came on standard input".to_owned(),
            Extent::Project => "there is nothing to check".to_owned(),
        });
    }
    let mut summary = summary(&run);
    summary.errors += errors.len();
    summary.elapsed = started.elapsed();
    let Outcome { failures, diagnostics, .. } = &run.outcome;
    let excused = if arguments.output.shows_excused() { &run.excused[..] } else { &[] };
    let shown = failures.iter().chain(diagnostics).chain(excused.iter().map(|excused| &excused.found));
    let masks = Masks::new(&run.sources, shown.clone(), |id, _| run.hidden(id));
    let fingerprints = run.fingerprints(&shown.cloned().collect::<Vec<_>>());
    let fails = match arguments.fail_on {
        None => run.fail_on,
        Some(fail_on) => fail_on.severity(),
    };
    let report = report::Run::new(&Material {
        fails,
        failures,
        errors: &errors,
        diagnostics,
        excused,
        fingerprints: &fingerprints,
        ..Material::new(&run.sources, &masks, &run.catalog, &summary)
    });
    let screen = if printed { output::Screen::Stderr } else { output::Screen::Stdout };
    let written = arguments.output.write(&report, look, screen);
    if arguments.statistics {
        super::say(statistics::table(diagnostics).trim_end());
    }
    match summary.files {
        0 if request.paths.is_empty() && request.stdin.is_none() => {
            if needs_files || !arguments.quiet {
                super::say("nothing was checked: no file was named, since the list of files is empty");
            }
        }
        // That named files are of no kind that rules read is a matter of course to an editor or a hook.
        0 if needs_files || request.paths.iter().any(|path| path.is_dir()) => {
            super::say(&report::summary_line(&summary));
        }
        _ if arguments.quiet => {}
        _ => super::say(&report::summary_line(&summary)),
    }
    if arguments.verbose {
        super::say(&times(&progress));
    }
    let complete = if report.is_complete() { Status::Clean } else { Status::Failed };
    status(&run, fails).max(complete).max(written).max(fixed)
}

/// Says why nothing was checked, in every report too.
fn refuse(arguments: &Args, failure: Failure, look: Look) -> Status {
    arguments.output.write_failure(&failure, look);
    project::refuse(failure, look)
}

/// What the run looked at in its scope.
fn looked_at(run: &Run) -> String {
    let artifacts = run.artifacts.iter().filter(|artifact| run.scope.binary_search(&artifact.file).is_ok());
    files::text(&files::rows(&run.sources, artifacts, &run.skipped, &[]))
}

fn times(progress: &Progress) -> String {
    let times = progress.times();
    let times =
        times.iter().map(|(stage, took)| format!("{} {:.1} ms", stage.name(), took.as_secs_f64() * 1e3));
    times.collect::<Vec<_>>().join(", ")
}

pub fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "no day of the calendar, as in 2026-01-31".to_owned())
}

fn status(run: &Run, fails: Option<Severity>) -> Status {
    let counts = |found: &Diagnostic| fails.is_some_and(|least| found.severity >= least);
    if run.outcome.diagnostics.iter().any(counts) { Status::Findings } else { Status::Clean }
}

/// The counts of a run.
pub fn summary(run: &Run) -> Summary {
    let fixes = || run.outcome.diagnostics.iter().filter_map(|found| found.fix.as_ref());
    let fixable = |safety| fixes().filter(|fix| fix.safety == safety).count();
    let excluded = |reason: &Reason| matches!(reason, Reason::Excluded | Reason::Ignored);
    let of = |severity| run.outcome.diagnostics.iter().filter(|found| found.severity == severity).count();
    let known = run.excused.iter().filter(|excused| excused.by == Excuse::Known).count();
    let exact = |text: &String| Untrusted::exact(text.clone());
    Summary {
        files: run.files,
        rules: run.rules,
        errors: of(Severity::Error) + run.outcome.failures.len(),
        warnings: of(Severity::Warning),
        infos: of(Severity::Info),
        fixable: (fixable(Safety::Safe), fixable(Safety::Unsafe)),
        excluded: run.skipped.iter().filter(|skipped| excluded(&skipped.reason)).count(),
        suppressed: run.excused.len() - known,
        known,
        baseline: run.baseline.as_ref().map(|standing| {
            let stale = if run.is_complete { standing.stale() } else { 0 };
            (standing.excuses, stale)
        }),
        since: run.since.as_ref().map(|since| (exact(&since.revision), since.excuses)),
        off: run.off.iter().map(|(rule, key)| (exact(rule), exact(key))).collect(),
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
