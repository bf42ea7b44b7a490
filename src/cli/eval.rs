//! `plimsoll eval`: what an expression yields at every visit of a target.

use super::{ListFormat as Format, Status, check, fail, print, project, say, targets};
use crate::check::look_at;
use crate::diagnostic::{Diagnostic, Quote, QuoteOrigin, Severity};
use crate::engine::{Answer, Shown, evaluate};
use crate::expr::{self, Problem, Stop};
use crate::model::{self, Model, Target, TargetKind};
use crate::report::{self, Masks};
use crate::rule::scope_of;
use crate::secret::secret_spans;
use crate::source::{FileId, Place, SourceFile, Sources, Span};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io;

/// Show what an expression yields at every visit of a target
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The expression, as in a rule
    expression: String,
    #[command(flatten)]
    project: project::Args,
    /// The target to visit [default: the first whose names the expression fits and that is there]
    #[arg(long, value_name = "TARGET")]
    each: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    let candidates = match candidates(arguments) {
        Ok(candidates) => candidates,
        Err(status) => return status,
    };
    let request = match arguments.project.use_threads().and_then(|()| arguments.project.request()) {
        Ok(request) => request,
        Err(error) => return fail(&error),
    };
    let looked = look_at(&request, |model, chosen| {
        for (target, program) in &candidates {
            let answers = evaluate(model, target, program, chosen);
            if !answers.is_empty() {
                let shower = Shower::new(model, target, &answers);
                let printed = match arguments.format {
                    Format::Text => text(&shower),
                    Format::Json => json(arguments, &shower),
                };
                let stopped = answers.iter().any(|answer| answer.value.is_err());
                return print(&printed).max(if stopped { Status::Failed } else { Status::Clean });
            }
        }
        let names: Vec<_> = candidates.iter().map(|(target, _)| format!("`{target}`")).collect();
        fail(&format_args!("nothing was evaluated: there is no {} in these files", names.join(", ")))
    });
    looked.unwrap_or_else(|failure| project::refuse_to("evaluated", failure, check::look(check::Color::Auto)))
}

/// The targets to try, each with the expression compiled for it.
fn candidates(arguments: &Args) -> Result<Vec<(Target, expr::Program)>, Status> {
    let compile = |target: &Target| expr::compile(&arguments.expression, &scope_of(target.kind));
    if let Some(name) = &arguments.each {
        let target = targets::named(name).map_err(|unknown| fail(&unknown))?;
        let program =
            compile(&target).map_err(|problems| refuse(&arguments.expression, problems, Some(&target)))?;
        return Ok(vec![(target, program)]);
    }
    let mut fitting = Vec::new();
    let mut nearest: Option<(Vec<Problem>, Target)> = None;
    for &kind in TargetKind::ALL {
        let target = Target { kind, object: None };
        match compile(&target) {
            Ok(program) => fitting.push((target, program)),
            Err(problems) => {
                // The target that was meant is most likely the one that knows the names.
                let unknown = |problems: &[Problem]| {
                    let names = problems.iter().filter(|it| it.message.starts_with("unknown name"));
                    let lost = problems
                        .iter()
                        .filter(|it| it.help.as_ref().is_none_or(|help| !help.starts_with("did you")));
                    (names.count(), problems.len(), lost.count())
                };
                if nearest.as_ref().is_none_or(|(known, _)| unknown(&problems) < unknown(known)) {
                    nearest = Some((problems, target));
                }
            }
        }
    }
    match nearest {
        Some((problems, target)) if fitting.is_empty() => {
            Err(refuse(&arguments.expression, problems, Some(&target)))
        }
        _ => Ok(fitting),
    }
}

/// Draws the mistakes of the expression under it.
fn refuse(expression: &str, problems: Vec<Problem>, target: Option<&Target>) -> Status {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new("expression", expression));
    let diagnostics = problems.into_iter().map(|problem| {
        let place = Place { file, span: problem.span };
        let mut diagnostic = Diagnostic::new("expression", Severity::Error, place, problem.message);
        diagnostic.help = problem.help;
        diagnostic
    });
    let diagnostics: Vec<_> = diagnostics.collect();
    // A closed pipe is the reader's choice; the status says the rest.
    let _ = project::draw(&mut io::stderr().lock(), &sources, &diagnostics, check::look(check::Color::Auto));
    if let Some(target) = target {
        say(&format!(
            "the names are those of `{target}`: `plimsoll targets {target}` shows them, `--each` chooses another"
        ));
    }
    Status::Failed
}

/// Answers with what must not be printed of them.
struct Shower<'s> {
    model: &'s Model<'s>,
    target: &'s Target,
    answers: &'s [Answer],
    /// One for each answer: its places and the texts it repeats.
    diagnostics: Vec<Diagnostic>,
    masks: Masks<'s>,
}

impl<'s> Shower<'s> {
    fn new(model: &'s Model<'s>, target: &'s Target, answers: &'s [Answer]) -> Self {
        let diagnostic = |answer: &Answer| {
            // An answer without a place still has texts to mask, and no secret is under an empty span.
            let place = answer.place.unwrap_or(Place { file: FileId(0), span: Span::empty(0) });
            let mut diagnostic = Diagnostic::new("expression", Severity::Info, place, "");
            if let Ok(value) = &answer.value {
                quotes(value, &mut diagnostic.quotes);
            }
            diagnostic.related.extend(
                answer
                    .marks
                    .iter()
                    .map(|(place, _)| crate::diagnostic::Label { place: *place, text: String::new() }),
            );
            diagnostic
        };
        let diagnostics: Vec<_> = answers.iter().map(diagnostic).collect();
        let is_artifact =
            |id: FileId| model.artifacts.binary_search_by_key(&id, |artifact| artifact.file).is_ok();
        let masks = Masks::new(model.sources, &diagnostics, |id, file| {
            if is_artifact(id) { model::hidden(model.file(id)) } else { secret_spans(file, None) }
        });
        Self { model, target, answers, diagnostics, masks }
    }

    fn masked(&self, at: usize, text: &str) -> String {
        self.masks.masked(&self.diagnostics[at], text)
    }

    fn value(&self, at: usize, shown: &Shown) -> Value {
        match shown {
            Shown::Null => Value::Null,
            Shown::Unknown => json!({"unknown": true}),
            Shown::More => json!({"truncated": true}),
            Shown::Bool(value) => (*value).into(),
            Shown::Number(number, _) => {
                let masked = self.masked(at, number);
                serde_json::from_str(&masked).unwrap_or_else(|_| masked.into())
            }
            Shown::Text(text, _) => self.masked(at, text).into(),
            Shown::List(items) => items.iter().map(|item| self.value(at, item)).collect(),
            Shown::Map(entries) => Value::Object(
                entries.iter().map(|(key, value)| (self.masked(at, key), self.value(at, value))).collect(),
            ),
        }
    }

    /// A value for people: as in JSON, except that what is no data stands without quotes.
    fn words(&self, at: usize, shown: &Shown) -> String {
        match shown {
            Shown::Unknown => "unknown".to_owned(),
            Shown::More => "…".to_owned(),
            Shown::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.words(at, item)).collect();
                format!("[{}]", items.join(","))
            }
            Shown::Map(entries) => {
                let key = |key: &str| Value::from(self.masked(at, key));
                let entries: Vec<_> = entries
                    .iter()
                    .map(|(name, value)| format!("{}:{}", key(name), self.words(at, value)))
                    .collect();
                format!("{{{}}}", entries.join(","))
            }
            _ => self.value(at, shown).to_string(),
        }
    }

    fn at(&self, place: Place) -> String {
        let file = self.model.sources.get(place.file);
        let at = file.position(place.span.start);
        format!("{}:{}:{}", file.path, at.line, at.column)
    }

    /// The text under a mark, on one line.
    fn slice(&self, at: usize, place: Place) -> String {
        let text = self.masked(at, self.model.sources.slice(place));
        let short: String = text.lines().next().unwrap_or_default().chars().take(60).collect();
        if short.len() < text.len() { format!("{short}…") } else { short }
    }

    fn stop(stop: &Stop) -> String {
        match stop {
            Stop::Budget => "it is too expensive and was stopped".to_owned(),
            Stop::Error { message, .. } => message.clone(),
        }
    }
}

fn quotes(value: &Shown, into: &mut Vec<Quote>) {
    match value {
        Shown::Text(text, place) | Shown::Number(text, place) => {
            let origin = place.map_or(QuoteOrigin::Everything, QuoteOrigin::Place);
            into.push(Quote::new(origin, text.clone()));
        }
        Shown::List(items) => items.iter().for_each(|item| quotes(item, into)),
        Shown::Map(entries) => entries.iter().for_each(|(_, item)| quotes(item, into)),
        _ => {}
    }
}

fn text(shower: &Shower<'_>) -> String {
    let mut out = String::new();
    for (at, answer) in shower.answers.iter().enumerate() {
        let shown = match &answer.value {
            Ok(Shown::Unknown) => "unknown: known only when it is deployed".to_owned(),
            Ok(value) => shower.words(at, value),
            Err(stop) => format!("error: {}", shower.masked(at, &Shower::stop(stop))),
        };
        // Writing to a string cannot fail.
        let _ = match answer.place {
            Some(place) => writeln!(out, "{}: {}: {shown}", shower.at(place), shower.target),
            None => writeln!(out, "{}: {shown}", shower.target),
        };
        let key = if answer.value == Ok(Shown::Bool(true)) { "forbid" } else { "require" };
        for (place, note) in &answer.marks {
            let note =
                if note.is_empty() { String::new() } else { format!(" ({})", shower.masked(at, note)) };
            let _ = writeln!(
                out,
                "  `{key}` would mark {}: {}{note}",
                shower.at(*place),
                shower.slice(at, *place)
            );
        }
    }
    out
}

fn json(arguments: &Args, shower: &Shower<'_>) -> String {
    let position = |place: Place| {
        let file = shower.model.sources.get(place.file);
        let at = file.position(place.span.start);
        json!({"path": *file.path, "line": at.line, "column": at.column})
    };
    let answers = shower.answers.iter().enumerate().map(|(at, answer)| {
        let mut entry = answer.place.map_or_else(|| json!({}), position);
        match &answer.value {
            Ok(Shown::Unknown) => entry["unknown"] = true.into(),
            Ok(value) => entry["value"] = shower.value(at, value),
            Err(stop) => entry["error"] = shower.masked(at, &Shower::stop(stop)).into(),
        }
        let marks = answer.marks.iter().map(|(place, note)| {
            let mut mark = position(*place);
            mark["text"] = shower.slice(at, *place).into();
            mark["note"] = shower.masked(at, note).into();
            mark
        });
        entry["marks"] = marks.collect();
        entry
    });
    let answers: Vec<_> = answers.collect();
    let target = shower.target.to_string();
    report::object(
        &json!({"version": 1, "expression": arguments.expression, "target": target, "visits": answers}),
    )
}
