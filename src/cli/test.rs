//! `plimsoll test`: runs the examples inside rule files, and rewrites them to what is found when asked.

use super::replace::replace_unchanged;
use super::{ListFormat as Format, Status, check, fail, print, project, say};
use crate::change::Changes;
use crate::check::Failure;
use crate::checks::CHECKS;
use crate::diagnostic::{Diagnostic, Severity};
use crate::policy::configuration;
use crate::report::{self, Masks, plural};
use crate::rule::{self, Origin, RuleFile};
use crate::secret::secret_spans;
use crate::shape::{Mistake, suggest};
use crate::source::{Encoding, FileId, SourceFile, Sources};
use crate::verify::{self, Tested};
use serde_json::json;
use std::io;
use std::path::PathBuf;

/// Run the examples inside rule files
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Rule files, and folders of them [default: the rules of the project and of its packs]
    paths: Vec<PathBuf>,
    /// Test the rules that ship
    #[arg(long, conflicts_with = "paths")]
    built_in: bool,
    /// Test only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    filter: Vec<String>,
    /// A rule without a bad example fails the run, and one with a fix that no example shows
    #[arg(long)]
    strict: bool,
    /// Rewrite bad examples that do not hold: their marks to what is found, and `fixed` to what the fixes make
    #[arg(long, conflicts_with = "built_in")]
    accept: bool,
    #[command(flatten)]
    here: project::Here,
    /// How to print what does not hold
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// When to colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = check::Color::Auto)]
    color: check::Color,
    /// Print no summary
    #[arg(long, short)]
    quiet: bool,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    let look = check::look(arguments.color);
    let subjects = match subjects(arguments) {
        Ok(subjects) => subjects,
        Err(failure) => return project::refuse_to("tested", failure, look),
    };
    if subjects.files.is_empty() {
        return fail(&subjects.nothing);
    }
    let outcome = match outcome(arguments, &subjects) {
        Ok(outcome) => outcome,
        Err(failure) => return project::refuse_to("tested", failure, look),
    };
    let names = || outcome.ids.iter().map(String::as_str);
    if let Some(unknown) = arguments.filter.iter().find(|name| !names().any(|known| known == **name)) {
        let hint = suggest(unknown, names()).map(|near| format!("; did you mean `{near}`?"));
        return fail(&format_args!("no rule `{unknown}` among those to test{}", hint.unwrap_or_default()));
    }
    if outcome.examples() == 0 {
        let rules = plural(outcome.rules.len(), "rule");
        return fail(&format_args!("nothing was tested: {rules}, and no example under `tests`"));
    }
    if arguments.accept {
        match accept(arguments, &outcome, &subjects) {
            Ok(0) => {}
            Ok(count) => {
                say(&format!("rewrote {}", plural(count, "example")));
                return run(&Args { accept: false, ..arguments.copy() });
            }
            Err(error) => return fail(&error),
        }
    }
    let diagnostics = outcome.diagnostics(arguments.strict || arguments.built_in);
    let printed = match arguments.format {
        Format::Text => {
            let mut out = io::stdout().lock();
            match project::draw(&mut out, &outcome.sources, &diagnostics, look) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => fail(&error),
                _ => Status::Clean,
            }
        }
        Format::Json => print(&outcome.json(&diagnostics)),
    };
    if !arguments.quiet {
        say(&outcome.summary());
    }
    let fails = diagnostics.iter().any(|found| found.severity == Severity::Error);
    printed.max(if fails { Status::Findings } else { Status::Clean })
}

impl Args {
    fn wants(&self, id: &str) -> bool {
        self.filter.is_empty() || self.filter.iter().any(|name| name == id)
    }

    fn copy(&self) -> Self {
        let Self { paths, filter, here, .. } = self;
        Self { paths: paths.clone(), filter: filter.clone(), here: here.clone(), ..*self }
    }
}

/// What is to be tested.
struct Subjects {
    files: Vec<RuleFile>,
    /// Names of rules and checks that examples may use beside their own.
    known: Vec<String>,
    /// What to say if there is no file.
    nothing: String,
}

fn subjects(arguments: &Args) -> Result<Subjects, Failure> {
    let mut sources = Sources::default();
    let built_in = rule::load_files(rule::built_in(), &[], &mut sources);
    let known = built_in.ids.into_iter().chain(CHECKS.iter().map(|check| check.0.to_owned())).collect();
    let nothing = "nothing was tested: no rule file there; rule files end in `.yaml` or `.yml`".to_owned();
    if arguments.built_in {
        return Ok(Subjects { files: rule::built_in().collect(), known, nothing });
    }
    if !arguments.paths.is_empty() {
        let current = std::env::current_dir().map_err(|error| Failure::Usage(error.to_string()))?;
        let (files, mistakes) =
            rule::find_named(&current, &arguments.paths, &mut sources).map_err(Failure::Usage)?;
        refuse_mistakes(sources, mistakes)?;
        return Ok(Subjects { files, known, nothing });
    }
    let request = arguments.here.request().map_err(Failure::Usage)?;
    let config = configuration(request.config.as_ref(), &mut sources);
    // What the rest of the configuration says is the business of `check`.
    let packs = config.as_ref().map(crate::config::packs).unwrap_or_default();
    let (files, mut mistakes) = rule::find(&request.root, &packs, None, &mut sources);
    let checks: Vec<_> = CHECKS.iter().map(|check| check.0).collect();
    let all = rule::built_in().chain(files.iter().map(copy));
    mistakes.extend(rule::load_files(all, &checks, &mut sources).mistakes);
    refuse_mistakes(sources, mistakes)?;
    let nothing = format!(
        "nothing was tested: this project has no rules of its own in {}; `plimsoll new RULE` writes a first one, \
         `--built-in` tests those that ship",
        crate::artifact::RULE_FOLDER
    );
    Ok(Subjects { files, known, nothing })
}

fn refuse_mistakes(sources: Sources, mistakes: Vec<Mistake>) -> Result<(), Failure> {
    if mistakes.is_empty() {
        return Ok(());
    }
    let drawn = mistakes.into_iter().map(|mistake| mistake.into_diagnostic("rule-file")).collect();
    Err(Failure::Mistakes(sources, drawn))
}

/// What came of the examples.
struct Outcome {
    sources: Sources,
    /// The ids of all rules there are.
    ids: Vec<String>,
    /// The rules that were tested, and where each comes from.
    rules: Vec<(Origin, Tested)>,
}

/// Compiles all files together, for the mistakes that only then are seen, and runs the examples of each.
fn outcome(arguments: &Args, subjects: &Subjects) -> Result<Outcome, Failure> {
    let mut sources = Sources::default();
    let loading = rule::load_files(subjects.files.iter().map(copy), &[], &mut sources);
    if !loading.mistakes.is_empty() {
        refuse_mistakes(std::mem::take(&mut sources), loading.mistakes)?;
    }
    let known: Vec<_> = subjects.known.iter().map(String::as_str).collect();
    let mut rules = Vec::new();
    for (index, file) in subjects.files.iter().enumerate() {
        let wanted = |id: &str| arguments.wants(&shown(file, id));
        let tested =
            verify::examples(sources.get(FileId(index as u32)), FileId(index as u32), &known, &wanted);
        // The file was compiled just now.
        for mut rule in tested.unwrap_or_default() {
            rule.id = shown(file, &rule.id).into();
            rules.push((file.origin, rule));
        }
    }
    Ok(Outcome { sources, ids: loading.ids, rules })
}

/// The id of a rule as this project says it.
fn shown(file: &RuleFile, id: &str) -> String {
    file.prefix.as_ref().map_or_else(|| id.to_owned(), |prefix| format!("{prefix}/{id}"))
}

fn copy(file: &RuleFile) -> RuleFile {
    let mut source = SourceFile::new(file.source.path.clone(), file.source.text.clone());
    source.os_path.clone_from(&file.source.os_path);
    source.encoding = file.source.encoding;
    RuleFile { source, origin: file.origin, prefix: file.prefix.clone() }
}

impl Outcome {
    fn examples(&self) -> usize {
        self.rules.iter().map(|(_, rule)| rule.trials.len()).sum()
    }

    fn failed(&self) -> usize {
        let trials = self.rules.iter().flat_map(|(_, rule)| &rule.trials);
        trials.filter(|trial| !trial.faults.is_empty()).count()
    }

    /// What does not hold, and which rules have no bad example; those are errors when `strict`.
    fn diagnostics(&self, strict: bool) -> Vec<Diagnostic> {
        let severity = if strict { Severity::Error } else { Severity::Warning };
        let mut diagnostics = Vec::new();
        for (_, rule) in &self.rules {
            diagnostics.extend(rule.trials.iter().filter_map(|trial| trial.diagnostic(&rule.id)));
            let mut say = |message: &str, help: &str| {
                let found = Diagnostic::new(rule.id.clone(), severity, rule.place, message);
                diagnostics.push(found.with_help(help));
            };
            if !rule.has_bad() {
                say(
                    "no bad example: nothing shows that this rule finds what it should",
                    "write one under `tests`, and end the line of each finding with ``# <- `slice` ``",
                );
            } else if rule.unshown_fix {
                say(
                    "no example with `fixed`: nothing shows what the fix of this rule makes of a file",
                    "write `fixed: {path: text}` beside the `files` of a bad example",
                );
            }
        }
        diagnostics
    }

    fn summary(&self) -> String {
        let (examples, failed) = (self.examples(), self.failed());
        let rules = plural(self.rules.len(), "rule");
        let first = match failed {
            0 if examples == 1 => format!("{rules}: 1 example, which holds"),
            0 => format!("{rules}: {examples} examples, all hold"),
            1 => format!("{rules}: {}, 1 does not hold", plural(examples, "example")),
            _ => format!("{rules}: {}, {failed} do not hold", plural(examples, "example")),
        };
        let bare: Vec<_> =
            self.rules.iter().filter(|(_, rule)| !rule.has_bad()).map(|(_, rule)| &*rule.id).collect();
        let mut trials = self.rules.iter().flat_map(|(_, rule)| &rule.trials);
        let hint = if trials.any(|trial| !trial.remedy.edits().is_empty()) {
            "\n`plimsoll test --accept` rewrites bad examples to what is found"
        } else {
            ""
        };
        if bare.is_empty() {
            return first + hint;
        }
        format!("{first}\n{} without a bad example: {}{hint}", plural(bare.len(), "rule"), bare.join(", "))
    }

    fn json(&self, diagnostics: &[Diagnostic]) -> String {
        let masks = Masks::new(&self.sources, diagnostics, |_, file| secret_spans(file, None));
        let rules = self.rules.iter().map(|(origin, rule)| {
            let examples = rule.trials.iter().map(|trial| {
                let file = self.sources.get(trial.place.file);
                let drawn = trial.diagnostic(&rule.id);
                let faults = trial.faults.iter().map(|fault| {
                    let at = file.position(fault.place.span.start);
                    let message = drawn.as_ref().map(|drawn| masks.masked(drawn, &fault.message));
                    json!({"line": at.line, "column": at.column, "message": message})
                });
                json!({
                    "verdict": trial.verdict.name(),
                    "number": trial.number,
                    "line": file.position(trial.place.span.start).line,
                    "holds": trial.faults.is_empty(),
                    "faults": faults.collect::<Vec<_>>(),
                })
            });
            json!({
                "id": *rule.id,
                "origin": origin.name(),
                "path": *self.sources.get(rule.place.file).path,
                "hasBadExample": rule.has_bad(),
                "examples": examples.collect::<Vec<_>>(),
            })
        });
        let rules: Vec<_> = rules.collect();
        let (examples, failed) = (self.examples(), self.failed());
        let summary = json!({"rules": rules.len(), "examples": examples, "failed": failed});
        report::object(&json!({"version": 1, "rules": rules, "summary": summary}))
    }
}

/// Rewrites the marks of bad examples that do not hold, file by file, once it is sure that they hold then. Gives the number of examples.
fn accept(arguments: &Args, outcome: &Outcome, subjects: &Subjects) -> Result<usize, String> {
    let known: Vec<_> = subjects.known.iter().map(String::as_str).collect();
    let mut rewritten = 0;
    for index in 0..subjects.files.len() {
        let file = FileId(index as u32);
        let source = outcome.sources.get(file);
        let wanted = |id: &str| arguments.wants(&shown(&subjects.files[index], id));
        let trials =
            outcome.rules.iter().flat_map(|(_, rule)| &rule.trials).filter(|trial| trial.place.file == file);
        let mended: Vec<_> =
            trials.map(|trial| trial.remedy.edits()).filter(|edits| !edits.is_empty()).collect();
        if mended.is_empty() {
            continue;
        }
        let sure = || {
            let text = Changes::new(mended.concat())?.apply(&source.text);
            let rewritten = SourceFile::new(source.path.clone(), text.as_str());
            let again = verify::examples(&rewritten, file, &known, &wanted).ok()?;
            let fails =
                again.iter().flat_map(|rule| &rule.trials).filter(|trial| !trial.faults.is_empty()).count();
            let before = outcome.rules.iter().flat_map(|(_, rule)| &rule.trials);
            let before = before.filter(|trial| trial.place.file == file && !trial.faults.is_empty()).count();
            (fails + mended.len() <= before).then_some(text)
        };
        let Some(text) = sure().filter(|_| source.encoding == Encoding::Utf8) else {
            return Err(format!(
                "{}: the marks cannot be written so that they hold; nothing was changed there",
                source.path
            ));
        };
        // A link that the rules were found through stays one.
        let written =
            source.os_path.canonicalize().and_then(|path| replace_unchanged(&path, &source.text, &text));
        written.map_err(|error| format!("cannot write {}: {error}", source.path))?;
        rewritten += mended.len();
    }
    Ok(rewritten)
}
