//! `plimsoll baseline`: the file of findings that a project knows already, written, pruned and shown.

use super::replace::{folder, replace};
use super::{ListFormat as Format, Status, check as checking, fail, print, printable, project};
use crate::baseline;
use crate::check::{self, Baseline, Request, Run, Standing};
use crate::diagnostic::{Diagnostic, Excuse};
use crate::discover::normalise;
use crate::fingerprint::Identity;
use crate::known::{ALWAYS_REPORTED, Entry, Known};
use crate::policy::RuleFiles;
use crate::report::{object, plural};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

/// Write down the findings that are there, so that `check` reports only others
///
/// They go into .plimsoll/baseline.json, an entry a line: rule, path, where it stands, and a fingerprint of what it says, without line numbers
/// and without secrets. Files may be renamed and their lines may move. Syntax errors, and what is wrong with the configuration, are never
/// in it.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    write: Write,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Write(Write),
    Prune(Place),
    Show(Show),
}

/// Write all findings that are there now, in place of those of before (what `plimsoll baseline` does)
#[derive(Clone, Debug, clap::Args)]
struct Write {
    /// Files and directories: only their entries are written, the others stay [default: the whole project]
    paths: Vec<PathBuf>,
    /// Only the entries of these rules are written, the others stay
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    #[command(flatten)]
    place: Place,
}

/// Remove the entries that no finding has any more, and let the others follow files that were renamed
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
struct Place {
    /// The file, instead of the one that the configuration names [default: .plimsoll/baseline.json]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// The configuration file, instead of the `plimsoll.yaml` above the current directory
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Read neither a configuration file nor the project's own rules
    #[arg(long)]
    no_config: bool,
}

/// List the entries, and say which of them no finding has any more
#[derive(Clone, Debug, clap::Args)]
struct Show {
    /// How to print the list
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    place: Place,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    match &arguments.action {
        None => write(&arguments.write),
        Some(Action::Write(arguments)) => write(arguments),
        Some(Action::Prune(place)) => prune(place),
        Some(Action::Show(arguments)) => show(arguments),
    }
    .unwrap_or_else(|status| status)
}

/// A run over the whole project, and what it made of the baseline.
struct Checked {
    request: Request,
    run: Run,
    standing: Standing,
}

/// Checks the whole project. The error has been said.
fn checked(
    place: &Place,
    select: &[String],
    baseline: fn(Option<PathBuf>) -> Baseline,
) -> Result<Checked, Status> {
    let Place { baseline: named, config, no_config } = place;
    let project = project::Args { config: config.clone(), no_config: *no_config, ..project::Args::here() };
    let request = project.request().map_err(|error| fail(&error))?;
    if named.is_none() && request.rule_files == RuleFiles::BuiltIn {
        return Err(fail(&"without its configuration a project has no baseline; name one with --baseline"));
    }
    let paths = vec![request.root.clone()];
    let request = Request { paths, select: select.to_vec(), baseline: baseline(named.clone()), ..request };
    let look = checking::look(checking::Color::Auto);
    let mut run = check::run(&request).map_err(|failure| project::refuse_to("written", failure, look))?;
    if !run.outcome.failures.is_empty() {
        // Nowhere is left to say that it cannot be said.
        let _ = project::draw(&mut io::stderr().lock(), &run.sources, &run.outcome.failures, look);
        return Err(fail(&"the project could not be checked completely: mend this first"));
    }
    match run.baseline.take() {
        Some(standing) => Ok(Checked { request, run, standing }),
        None => {
            Err(fail(&format_args!("there is no {}; `plimsoll baseline` writes it", baseline::FILE_NAME)))
        }
    }
}

impl Checked {
    /// What all findings are known by, those included that the baseline excuses.
    fn identities(&self) -> Vec<Identity> {
        let known = self.run.excused.iter().filter(|excused| excused.by == Excuse::Known);
        let known = known.map(|known| &known.found);
        let findings: Vec<Diagnostic> = known.chain(&self.run.outcome.diagnostics).cloned().collect();
        self.run.identities(&findings)
    }

    /// The path of the file as reports would show it.
    fn shown(&self) -> String {
        let path = &self.standing.path;
        printable(&path.strip_prefix(&self.request.root).unwrap_or(path).to_string_lossy())
    }

    /// Writes the file, unless it says the same already.
    fn write(&self, known: &Known) -> Result<(), Status> {
        let path = &self.standing.path;
        let text = baseline::render(known).map_err(|error| fail(&error))?;
        if *known == self.standing.known && path.exists() {
            return Ok(());
        }
        let below = path.strip_prefix(&self.request.root).ok().and_then(Path::parent);
        let made =
            below.map_or(Ok(()), |below| folder(&self.request.root, &below.to_string_lossy()).map(drop));
        made.and_then(|()| replace(path, &text))
            .map_err(|error| fail(&format_args!("cannot write {}: {error}", path.display())))
    }
}

fn write(arguments: &Write) -> Result<Status, Status> {
    let Write { paths, select, place } = arguments;
    let checked = checked(place, select, Baseline::Written)?;
    let request = &checked.request;
    let scope = scope(paths, request)?;
    let is_in_scope = |path: &str| {
        let path = normalise(&request.root.join(path));
        scope.is_empty() || scope.iter().any(|scope| path.starts_with(scope))
    };
    let is_selected = |rule: &str| select.is_empty() || select.iter().any(|name| name == rule);
    let stays = |entry: &&Entry| !is_in_scope(&entry.path) || !is_selected(&entry.rule);
    let found: Vec<Identity> =
        checked.identities().into_iter().filter(|found| is_in_scope(&found.path)).collect();
    let before = &checked.standing.known;
    let kept = before.entries().iter().filter(stays).cloned();
    let now: Known = kept.chain(Known::of(&found).entries().iter().cloned()).collect();
    checked.write(&now)?;
    let (added, removed) = (more(&now, before), more(before, &now));
    let mut said = format!(
        "{}: {} ({added} added, {removed} removed); commit it: from now on `plimsoll check` reports what is not in it\n",
        checked.shown(),
        entries(now.entries().len()),
    );
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for found in found.iter().filter(|found| ALWAYS_REPORTED.contains(&&*found.rule)) {
        *left.entry(&found.rule).or_default() += 1;
    }
    for (rule, count) in left {
        // Writing to a string cannot fail.
        let _ = writeln!(
            said,
            "{} of {rule} stay: no baseline excuses what was not read or is wrong with the configuration",
            plural(count, "finding")
        );
    }
    Ok(print(&said))
}

/// The paths that were named, without links.
fn scope(paths: &[PathBuf], request: &Request) -> Result<Vec<PathBuf>, Status> {
    let real = |path: &PathBuf| {
        let path = request.current.join(path);
        path.canonicalize().map_err(|error| fail(&format_args!("{}: {error}", path.display())))
    };
    paths.iter().map(real).collect()
}

fn prune(place: &Place) -> Result<Status, Status> {
    let checked = checked(place, &[], Baseline::Read)?;
    let Standing { known, said_in, .. } = &checked.standing;
    let said = known.entries().iter().zip(said_in).filter_map(|(entry, path)| Some((entry, path.clone()?)));
    let now: Known = said.map(|(entry, path)| Entry { path, ..entry.clone() }).collect();
    checked.write(&now)?;
    let (left, removed) = (now.entries().len(), checked.standing.stale());
    Ok(print(&format!("{}: {} ({removed} removed)\n", checked.shown(), entries(left))))
}

fn entries(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

/// How many entries of one list the other lacks.
fn more(list: &Known, other: &Known) -> usize {
    let mut counts: BTreeMap<&Entry, isize> = BTreeMap::new();
    list.entries().iter().for_each(|entry| *counts.entry(entry).or_default() += 1);
    other.entries().iter().for_each(|entry| *counts.entry(entry).or_default() -= 1);
    counts.into_values().filter(|count| *count > 0).sum::<isize>().unsigned_abs()
}

/// Entries that are told together: path, rule, place, and whether no finding says them any more.
type Row<'r> = (&'r str, &'r str, &'r str, bool);

fn show(arguments: &Show) -> Result<Status, Status> {
    let checked = checked(&arguments.place, &[], Baseline::Read)?;
    let Standing { known, said_in, .. } = &checked.standing;
    let mut rows: BTreeMap<Row<'_>, usize> = BTreeMap::new();
    for (Entry { path, rule, at, .. }, said_in) in known.entries().iter().zip(said_in) {
        *rows.entry((path, rule, at, said_in.is_none())).or_default() += 1;
    }
    let stale = checked.standing.stale();
    Ok(print(&match arguments.format {
        Format::Text => text(&rows, known.entries().len(), stale),
        Format::Json => {
            let entries: Vec<_> = rows
                .iter()
                .map(|((path, rule, at, stale), count)| {
                    serde_json::json!({"path": path, "rule": rule, "at": at, "count": count, "stale": stale})
                })
                .collect();
            object(&serde_json::json!({"version": 1, "entries": entries, "stale": stale}))
        }
    }))
}

fn text(rows: &BTreeMap<Row<'_>, usize>, count: usize, stale: usize) -> String {
    let mut out = String::new();
    for ((path, rule, at, is_stale), count) in rows {
        // A line that begins with `::` is a command to a GitHub runner.
        let start = if path.starts_with("::") { "./" } else { "" };
        let at = if at.is_empty() { String::new() } else { format!("  {}", printable(at)) };
        let times = if *count > 1 { format!("  ({count} times)") } else { String::new() };
        let mark = if *is_stale { "  no finding any more" } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{start}{}  {}{at}{times}{mark}", printable(path), printable(rule));
    }
    let _ = match stale {
        0 => writeln!(out, "{}", entries(count)),
        _ => writeln!(
            out,
            "{}, {stale} without a finding: `plimsoll baseline prune` removes them",
            entries(count)
        ),
    };
    out
}
