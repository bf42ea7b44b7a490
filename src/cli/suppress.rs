//! `plimsoll suppress`: writes a suppression into the file of a finding, once it is sure what it suppresses.

use super::diff::{Sheet, diff};
use super::replace::{read_only, refusal, replace_unchanged, target};
use super::{Status, check as checking, fail, print, project};
use crate::change::Changes;
use crate::check::{self, Edited, Failure, Request, Run};
use crate::config::Date;
use crate::diagnostic::{Diagnostic, Excuse};
use crate::fix::{Checked as _, Key, differences, keys};
use crate::policy::{Policy, configuration};
use crate::source::{Encoding, FileId, SourceFile, Sources};
use crate::suppress::{ALWAYS_SAID, MARK, Wish, proposals};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Write a suppression with its reason into the file of a finding
///
/// It goes behind the line of the finding, or on a line of its own above: never into a scalar, brackets or an instruction over several
/// lines, never into a script inside YAML, but above their entry. JSON manifests get an annotation. The file is written only if it says
/// the same afterwards, the finding is suppressed, and nothing else is found.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rule
    rule: String,
    /// Where it finds something, as reports show it
    #[arg(value_name = "PATH:LINE[:COLUMN]", value_parser = Spot::parse)]
    spot: Spot,
    /// Why the finding is accepted
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
    /// The last day the suppression holds
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = checking::date)]
    until: Option<Date>,
    /// Print the change instead of writing the file
    #[arg(long, visible_alias = "diff")]
    dry_run: bool,
    /// The configuration file, instead of the `plimsoll.yaml` above the file
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Read neither a configuration file nor the project's own rules
    #[arg(long)]
    no_config: bool,
}

/// A place as reports show it.
#[derive(Clone, Debug)]
struct Spot {
    path: PathBuf,
    line: u32,
    column: Option<u32>,
}

impl Spot {
    fn parse(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
        let last = text.rsplit_once(':').and_then(|(rest, last)| Some((rest, number(last)?)));
        let (rest, last) = last.ok_or_else(|| "name a line too, as in `compose.yaml:3`".to_owned())?;
        let before = rest.rsplit_once(':').and_then(|(path, line)| Some((path, number(line)?)));
        Ok(match before {
            Some((path, line)) => Self { path: path.into(), line, column: Some(last) },
            None => Self { path: rest.into(), line: last, column: None },
        })
    }
}

fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("say why the finding is accepted".to_owned());
    }
    if text.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')) {
        return Err("a reason is one line of text".to_owned());
    }
    if ["-->", "*/", MARK].iter().any(|part| text.contains(part)) {
        return Err(format!("a reason holds neither `-->` nor `*/` nor `{MARK}`"));
    }
    if text.split_whitespace().any(|word| word.starts_with("until=")) {
        return Err("the last day is given by --until".to_owned());
    }
    Ok(text.to_owned())
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    match suppress(arguments) {
        Ok(said) => print(&said),
        Err(Stop::Said(error)) => fail(&error),
        Err(Stop::Failed(failure)) => {
            project::refuse_to("written", *failure, checking::look(checking::Color::Auto))
        }
    }
}

/// Why nothing is written.
enum Stop {
    /// For this reason.
    Said(String),
    /// The project cannot be checked.
    Failed(Box<Failure>),
}

impl From<String> for Stop {
    fn from(said: String) -> Self {
        Self::Said(said)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

/// Gives what is to be said of what was done.
fn suppress(arguments: &Args) -> Result<String, Stop> {
    let Args { rule, spot, .. } = arguments;
    let request = request(arguments)?;
    if arguments.until.is_some_and(|until| until < request.today) {
        return Err("the last day is over; the suppression would suppress nothing".to_owned().into());
    }
    let before = check::run(&request)?;
    let file = file_of(&before, &request)?;
    let source = before.sources.get(file);
    let shown = format!("{}:{}", source.path, spot.line);
    let at = |found: &&Diagnostic| {
        let position = source.position(found.span().start);
        found.file() == file
            && *found.rule == **rule
            && position.line == spot.line
            && spot.column.is_none_or(|column| position.column == column)
    };
    let Some(found) = before.outcome.diagnostics.iter().find(at) else {
        let excused = before.excused.iter().find(|excused| at(&&excused.found));
        return match excused.map(|excused| excused.by) {
            Some(Excuse::Suppression) => Ok(format!("{shown}: `{rule}` is suppressed there already\n")),
            Some(Excuse::Waiver) => {
                Ok(format!("{shown}: `{rule}` is waived there by the configuration already\n"))
            }
            Some(Excuse::Known) | None => Err(nothing(&before, file, arguments).into()),
        };
    };
    let Some(artifact) = before.artifacts.iter().find(|artifact| artifact.file == file) else {
        return Err(format!("{shown}: what was not read cannot be written").into());
    };
    if source.encoding != Encoding::Utf8 {
        return Err(format!("{} is not UTF-8; save it as UTF-8 first", source.path).into());
    }
    let target = target(source, &request.root)?;
    let refused = refusal(source, &target).or_else(|| read_only(source).filter(|_| !arguments.dry_run));
    if let Some(why) = refused {
        return Err(format!("{why}; nothing was written").into());
    }
    let wish = Wish { rule, reason: &arguments.reason, until: arguments.until };
    let (mut widest, mut finds) = (None, None);
    for change in proposals(source, artifact, found.span().start, wish) {
        let changes = Changes::new(vec![change]).unwrap_or_default();
        let edited = Edited { os_path: source.os_path.clone(), text: changes.apply(&source.text) };
        let after = check::run_edited(&request, &[edited])?;
        let written = Written { before: &before, after, file, changes };
        let others = match written.others(found) {
            Ok(others) => others,
            Err(Unfit::Changes) => continue,
            Err(Unfit::Finds(rule)) => {
                finds.get_or_insert(rule);
                continue;
            }
        };
        if others.is_empty() {
            return finish(arguments, &target, &written, &others);
        }
        widest.get_or_insert((written, others));
    }
    match (widest, finds) {
        (Some((written, others)), _) => finish(arguments, &target, &written, &others),
        (None, Some(new)) => {
            Err(format!("{shown}: `{new}` would find something in the suppression; say the reason in other words")
                .into())
        }
        (None, None) => Err(format!(
            "{shown}: no comment can stand there that suppresses `{rule}` and changes nothing else; excuse it in plimsoll.yaml: \
             `waivers: [{{rule: {rule}, paths: [{}], reason: …}}]`",
            source.path
        )
        .into()),
    }
}

/// What to check: the file, in its project.
fn request(arguments: &Args) -> Result<Request, Stop> {
    let Args { rule, spot, config, no_config, .. } = arguments;
    let project = project::Args {
        paths: vec![spot.path.clone()],
        config: config.clone(),
        no_config: *no_config,
        ..project::Args::here()
    };
    let request = project.request()?;
    let mut sources = Sources::default();
    let document = configuration(request.config.as_ref(), &mut sources);
    let policy = Policy::read(document.as_ref(), request.rule_files, &request.root, None, &mut sources);
    // Mistakes are shown by the run, which then does not begin.
    if policy.mistakes.is_empty() {
        policy.know(rule)?;
    }
    if ALWAYS_SAID.contains(&&**rule) {
        return Err(format!("`{rule}` cannot be suppressed in a file").into());
    }
    Ok(request)
}

/// The file that was named.
fn file_of(run: &Run, request: &Request) -> Result<FileId, Stop> {
    let named = request.paths.first().map(|path| request.current.join(path));
    let named = named.map(|path| crate::discover::normalise(&path));
    let is_named = |file: &SourceFile| Some(crate::discover::normalise(&file.os_path)) == named;
    let found = run.artifacts.iter().map(|artifact| artifact.file).find(|id| is_named(run.sources.get(*id)));
    let shown = named.unwrap_or_default();
    found.ok_or_else(|| {
        format!("{} is no file that is checked; `plimsoll files` lists them", shown.display()).into()
    })
}

/// Says that the rule finds nothing at the spot, and what there is instead.
fn nothing(run: &Run, file: FileId, arguments: &Args) -> String {
    let Args { rule, spot, .. } = arguments;
    let source = run.sources.get(file);
    let line = |found: &Diagnostic| source.position(found.span().start).line;
    let here = || run.outcome.diagnostics.iter().filter(|found| found.file() == file);
    let mut there: Vec<_> =
        here().filter(|found| line(found) == spot.line).map(|found| &*found.rule).collect();
    there.dedup();
    let mut lines: Vec<_> = here().filter(|found| *found.rule == **rule).map(line).collect();
    lines.dedup();
    let place = match spot.column {
        Some(column) => format!("{}:{}:{column}", source.path, spot.line),
        None => format!("{}:{}", source.path, spot.line),
    };
    let instead = match (&there[..], &lines[..]) {
        ([], []) => "nothing is found on that line, and the rule finds nothing in this file".to_owned(),
        (_, [_, ..]) => format!("the rule finds something in this file on {}", numbered(&lines)),
        (names, []) => format!("found on that line: {}", names.join(", ")),
    };
    format!("{place}: no finding of `{rule}`; {instead}")
}

fn numbered(lines: &[u32]) -> String {
    let numbers: Vec<_> = lines.iter().map(u32::to_string).collect();
    format!("line{} {}", if lines.len() == 1 { "" } else { "s" }, numbers.join(", "))
}

/// The same project before and after a change of one file.
struct Written<'w> {
    before: &'w Run,
    after: Run,
    file: FileId,
    changes: Changes,
}

/// Why a change does not do.
enum Unfit {
    /// The file would say something else, or the finding would stay.
    Changes,
    /// This rule would find something new.
    Finds(String),
}

impl Written<'_> {
    /// The lines of other findings that are suppressed too. The error is that the change does more than suppress findings of the rule, or
    /// does not suppress this one.
    fn others(&self, found: &Diagnostic) -> Result<Vec<u32>, Unfit> {
        let (before, after) = (self.before.side(), self.after.side());
        if !differences(self.file, before, after, &self.changes).is_empty() {
            return Err(Unfit::Changes);
        }
        let was = keys(before.findings(), &BTreeMap::new());
        let is = keys(after.findings(), &BTreeMap::from([(self.file, self.changes.clone())]));
        let new = is.iter().filter(|(key, count)| was.get(key).is_none_or(|was| was < *count));
        if let Some((_, _, rule)) = new.map(|(key, _)| key).min() {
            return Err(Unfit::Finds(rule.to_string()));
        }
        let own: Key = (found.file(), found.span().start, found.rule.clone());
        let gone = || was.iter().filter(|(key, count)| is.get(key) != Some(count)).map(|(key, _)| key);
        if !gone().any(|key| *key == own) || gone().any(|key| (key.0, &key.2) != (own.0, &own.2)) {
            return Err(Unfit::Changes);
        }
        let source = self.before.sources.get(self.file);
        let line = |key: &Key| source.position(key.1).line;
        let mut others: Vec<_> = gone().map(line).filter(|other| *other != line(&own)).collect();
        others.sort_unstable();
        others.dedup();
        Ok(others)
    }
}

/// Writes the file, or shows the change.
fn finish(arguments: &Args, target: &Path, written: &Written<'_>, others: &[u32]) -> Result<String, Stop> {
    let rule = &arguments.rule;
    let source = written.before.sources.get(written.file);
    let text = &written.after.sources.get(written.file).text;
    let also = match others {
        [] => String::new(),
        lines => format!("`{rule}` is suppressed on {} too\n", numbered(lines)),
    };
    if arguments.dry_run {
        let sheet = |run: &Run, text| Sheet::new(text, run.hidden(written.file));
        let (old, new) = (sheet(written.before, &*source.text), sheet(&written.after, &**text));
        return Ok(diff(&source.path, &old, &new, &written.changes) + &also);
    }
    replace_unchanged(target, &source.text, text)
        .map_err(|error| format!("cannot write {}: {error}; nothing was written", source.path))?;
    let at = written.changes.list().first().map_or(0, |change| change.span.start);
    let line = source.position(at).line;
    Ok(format!("{}:{line}: suppressed `{rule}`\n{also}", super::printable(&source.path)))
}
