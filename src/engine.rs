//! Targets and rules meet here: every rule is asked at every visit of its targets, and what fails becomes a diagnostic.

use crate::artifact::Kind;
use crate::config::{Date, Level};
use crate::diagnostic::{Diagnostic, Label, Quote, Severity};
use crate::expr::{Budget, Failure, Stop, Template, Value, enumerate};
use crate::model::{Model, TargetKind, Visit, Wanted, is_unknown};
use crate::rule::{Catalog, Check, Rule};
use crate::source::{Encoding, FileId, Place, Span};
use crate::yaml::{Problem, ProblemKind};
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a run found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The findings, sorted by file, place and rule; each place once per rule.
    pub diagnostics: Vec<Diagnostic>,
    /// What went wrong in rules and in the engine itself: the run is not complete.
    pub failures: Vec<Diagnostic>,
    /// Places where a rule could not decide, since a value is only known when it is deployed.
    pub unknown: usize,
    /// Findings that a waiver of the configuration excuses.
    pub waived: usize,
}

/// The engine's own checks, made before a file is a document that rules can visit: name, severity, summary.
pub const CHECKS: &[(&str, Severity, &str)] = &[
    ("configuration", Severity::Error, "the configuration is wrong; nothing is checked before it is mended"),
    ("duplicate-key", Severity::Error, "a key stands twice in one mapping, so that one of the two is lost"),
    (
        "encoding-error",
        Severity::Error,
        "the file is not well-formed UTF-8 or UTF-16; what is not was replaced",
    ),
    ("internal-error", Severity::Error, "a fault of plimsoll; the rest of the run went on"),
    ("lenient-syntax", Severity::Info, "not YAML by the letter, but read the way go-yaml reads it"),
    ("limit-exceeded", Severity::Error, "the file is too large or nested too deeply to be read to its end"),
    ("rule-error", Severity::Error, "a rule could not be evaluated; what it would have found is not known"),
    ("rule-file", Severity::Error, "a rule file is wrong; nothing is checked before it is mended"),
    ("syntax-error", Severity::Error, "the file is not YAML; part of it was passed over"),
    ("unreadable-file", Severity::Error, "the file could not be opened"),
];

/// What a run is asked for beside the model.
pub struct Job<'j> {
    /// The rules, and the files they stand in.
    pub catalog: &'j Catalog,
    /// Whether a rule of the catalog runs at all.
    pub selected: &'j dyn Fn(&Rule) -> bool,
    /// Findings made before any file was looked into; the configuration's levels and waivers hold for them too.
    pub found: &'j [Diagnostic],
    /// Whether findings that touch a file are reported.
    pub scope: &'j (dyn Fn(FileId) -> bool + Sync),
    /// The day by which waivers end.
    pub today: Date,
}

/// Runs rules over every file of a model and keeps what touches a file in scope.
pub fn run(model: &Model<'_>, job: &Job<'_>) -> Outcome {
    let engine = Engine::new(model, job);
    let files: Vec<FileId> = model.artifacts.iter().map(|artifact| artifact.file).collect();
    let of_file = |&id: &FileId| {
        let mut outcome = engine.guarded(id);
        if !(job.scope)(id) {
            (outcome.unknown, outcome.waived) = (0, 0);
        }
        outcome
    };
    let mut outcome = files.par_iter().map(of_file).reduce(Outcome::default, Outcome::and);
    for found in job.found {
        engine.report(found.clone(), &mut outcome);
    }
    let in_scope = |label: &Label| (job.scope)(label.place.file);
    outcome.diagnostics.retain(|found| in_scope(&found.primary) || found.related.iter().any(in_scope));
    sort(&mut outcome.diagnostics);
    sort(&mut outcome.failures);
    outcome
}

/// Sorts by place and rule, and keeps the first finding of each rule at a place.
fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics
        .sort_by(|a, b| (a.primary.place, &a.rule, &a.message).cmp(&(b.primary.place, &b.rule, &b.message)));
    diagnostics.dedup_by(|a, b| a.rule == b.rule && a.primary.place == b.primary.place);
}

impl Outcome {
    fn and(mut self, other: Self) -> Self {
        self.diagnostics.extend(other.diagnostics);
        self.failures.extend(other.failures);
        self.unknown += other.unknown;
        self.waived += other.waived;
        self
    }
}

struct Engine<'e> {
    model: &'e Model<'e>,
    catalog: &'e Catalog,
    today: Date,
    /// For each target kind, by its number: the rules that visit it.
    by_target: Vec<Vec<(&'e Rule, &'e Check)>>,
    wanted: Wanted,
}

impl<'e> Engine<'e> {
    fn new(model: &'e Model<'e>, job: &Job<'e>) -> Self {
        let mut by_target = vec![Vec::new(); TargetKind::ALL.len()];
        let mut wanted = Wanted::default();
        for rule in job.catalog.rules.iter().filter(|rule| (job.selected)(rule)) {
            for check in &rule.checks {
                by_target[check.target.kind as usize].push((rule, check));
                wanted.insert(check.target.kind);
            }
        }
        Self { model, catalog: job.catalog, today: job.today, by_target, wanted }
    }

    /// Keeps a finding, at the level the configuration gives its rule, unless it is off or a waiver that has not ended excuses it.
    /// Both follow the file of the primary label.
    fn report(&self, mut found: Diagnostic, outcome: &mut Outcome) {
        let settings = self.model.settings;
        let path = &self.model.sources.get(found.file()).path;
        match settings.level(&found.rule, path) {
            Some(Level::Off) => return,
            Some(Level::At(severity)) => found.severity = severity,
            None => {}
        }
        if settings.is_waived(&found.rule, path, self.today) {
            outcome.waived += 1;
        } else {
            outcome.diagnostics.push(found);
        }
    }

    /// Checks one file; a panic on the way becomes a diagnostic, and the run goes on.
    fn guarded(&self, id: FileId) -> Outcome {
        catch_unwind(AssertUnwindSafe(|| self.file(id))).unwrap_or_else(|panic| {
            let what = panic.downcast_ref::<&str>().copied().map(str::to_owned);
            let what = what.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            let place = Place { file: id, span: Span::empty(0) };
            let fault = Diagnostic::new(
                "internal-error",
                Severity::Error,
                place,
                format!("plimsoll failed on this file: {what}"),
            )
            .with_help("this is a fault of plimsoll, not of the file: please report it with the file");
            Outcome { failures: vec![fault], ..Outcome::default() }
        })
    }

    fn file(&self, id: FileId) -> Outcome {
        let mut outcome = Outcome::default();
        for found in self.syntax(id) {
            self.report(found, &mut outcome);
        }
        let file = self.model.file(id);
        let config = self.model.config.and_then(|document| document.roots().next());
        let mut budget = Budget::default().with_unknown(is_unknown);
        self.model.visit(id, self.wanted, &mut |target, kind, visit| {
            for &(rule, check) in &self.by_target[target as usize] {
                if check.target.object.as_deref().is_some_and(|wanted| Some(wanted) != kind) {
                    continue;
                }
                let mut slots = vec![
                    visit.subject(),
                    Value::made(check.target.kind.name()),
                    Value::Facts(&file),
                    self.params(rule, &file.source.path),
                    config.map_or(Value::Null, Value::Node),
                ];
                slots.extend((0..visit.record().fields.len()).map(|index| visit.fact(index)));
                budget.refill();
                let mut asking = Asking { engine: self, id, rule, check, visit, budget: &mut budget };
                if let Err(stop) = asking.ask(&mut slots, &mut outcome) {
                    let place = visit.place().unwrap_or(Place { file: id, span: Span::empty(0) });
                    outcome.failures.push(stopped(rule, stop, place));
                }
            }
        });
        outcome
    }

    fn params(&self, rule: &Rule, path: &str) -> Value<'e> {
        let document = if rule.params.is_empty() { None } else { self.catalog.document(rule) };
        document.map_or(Value::Null, |document| {
            rule.params(document, |name| self.model.settings.param(&rule.id, name, path))
        })
    }
}

/// One rule at one visit.
struct Asking<'a, 'e> {
    engine: &'a Engine<'e>,
    id: FileId,
    rule: &'e Rule,
    check: &'e Check,
    visit: &'a dyn Visit,
    budget: &'a mut Budget,
}

impl<'a> Asking<'a, '_> {
    fn ask(&mut self, slots: &mut Vec<Value<'a>>, outcome: &mut Outcome) -> Result<(), Stop> {
        for binding in &self.check.lets {
            let value = binding.evaluate(slots, self.budget)?;
            slots.push(value);
        }
        if let Some(when) = &self.check.when {
            match when.evaluate(slots, self.budget)? {
                Value::Unknown => {
                    outcome.unknown += 1;
                    return Ok(());
                }
                value if !value.is_true() => return Ok(()),
                _ => {}
            }
        }
        match self.check.condition.evaluate(slots, self.budget)? {
            Value::Unknown => {
                outcome.unknown += 1;
                return Ok(());
            }
            value if self.check.expected.holds(&value) => return Ok(()),
            _ => {}
        }
        for failure in self.check.condition.failures(self.check.expected, slots, self.budget)? {
            let found = self.diagnostic(slots, failure)?;
            self.engine.report(found, outcome);
        }
        Ok(())
    }

    fn diagnostic(&mut self, slots: &[Value<'a>], failure: Failure<'a>) -> Result<Diagnostic, Stop> {
        let check = self.check;
        let mut scope = slots.to_vec();
        scope.extend(failure.locals);
        let mut place = failure.place;
        let mut related = failure.related;
        let mut quotes = Vec::new();
        if let Some(at) = &check.at {
            let mut places = places(&at.evaluate(&scope, self.budget)?).into_iter();
            place = places.next().or(place);
            related.extend(places.map(|place| (place, String::new())));
        }
        for (other, label) in &check.related {
            let label = match label {
                Some(label) => self.render(label, &scope, &mut quotes)?,
                None => String::new(),
            };
            let found = places(&other.evaluate(&scope, self.budget)?);
            related.extend(found.into_iter().map(|place| (place, label.clone())));
        }
        scope.push(Value::made(enumerate(&failure.missing)));
        let place =
            place.or_else(|| self.visit.place()).unwrap_or(Place { file: self.id, span: Span::empty(0) });
        let message = self.render(&check.message, &scope, &mut quotes)?;
        let mut diagnostic = Diagnostic::new(self.rule.id.clone(), self.rule.severity, place, message);
        diagnostic.primary.text = failure.note;
        diagnostic.related = related.into_iter().map(|(place, text)| Label { place, text }).collect();
        diagnostic.help =
            check.help.as_ref().map(|help| self.render(help, &scope, &mut quotes)).transpose()?;
        diagnostic.quotes = quotes;
        Ok(diagnostic)
    }

    /// Fills in a message, and notes what it repeats.
    fn render(
        &mut self,
        template: &Template,
        scope: &[Value<'a>],
        quotes: &mut Vec<Quote>,
    ) -> Result<String, Stop> {
        template.render(scope, self.budget, &mut |value| {
            quotes.extend(value.place().map(|place| Quote { place, text: value.show() }));
            None
        })
    }
}

/// The places that the value of an `at` or `related` expression names.
fn places(value: &Value<'_>) -> Vec<Place> {
    match value {
        Value::List(items) => items.iter().flat_map(places).collect(),
        value => value.place().into_iter().collect(),
    }
}

/// A rule that could not be evaluated: an error of the rule, never a silent pass.
fn stopped(rule: &Rule, stop: Stop, at: Place) -> Diagnostic {
    let message = match stop {
        Stop::Budget => format!("rule `{}` is too expensive: it was stopped here", rule.id),
        Stop::Error { message, .. } => format!("rule `{}` failed: {message}", rule.id),
    };
    Diagnostic::new("rule-error", Severity::Error, rule.place, message)
        .with_related(at, "when it looked at this")
}

impl Engine<'_> {
    /// What is wrong with a file as text.
    fn syntax(&self, id: FileId) -> Vec<Diagnostic> {
        let file = self.model.file(id);
        let mut found = Vec::new();
        let bad = match file.source.encoding {
            Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be => None,
            Encoding::Lossy { first } => Some((first, "UTF-8")),
            Encoding::LossyUtf16 { first } => Some((first, "UTF-16")),
        };
        if let Some((first, encoding)) = bad {
            let place = Place { file: id, span: Span::new(first, first + 3) };
            found.push(
                own("encoding-error", place, &format!("the file is not {encoding} from here on"))
                    .with_help("save it as UTF-8; what is not text was read as U+FFFD"),
            );
        }
        let Some(document) = &file.artifact.document else { return found };
        found.extend(document.problems().iter().map(|problem| {
            let Problem { kind, span, message, help, related } = problem;
            let place = |span| Place { file: id, span };
            let mut diagnostic = own(check_of(*kind), place(*span), message);
            // What nothing is deployed from may be wrong without harm: test data, other tools' dialects.
            if file.artifact.kind == Kind::Data {
                diagnostic.severity = diagnostic.severity.min(Severity::Warning);
            }
            diagnostic.help.clone_from(help);
            diagnostic
                .related
                .extend(related.map(|(span, text)| Label { place: place(span), text: text.to_owned() }));
            diagnostic
        }));
        found
    }
}

/// A finding of one of the engine's own checks.
fn own(check: &'static str, place: Place, message: &str) -> Diagnostic {
    let severity = CHECKS.iter().find(|(name, ..)| *name == check).map_or(Severity::Error, |check| check.1);
    Diagnostic::new(check, severity, place, message)
}

fn check_of(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Syntax => "syntax-error",
        ProblemKind::Leniency => "lenient-syntax",
        ProblemKind::DuplicateKey => "duplicate-key",
        ProblemKind::Limit => "limit-exceeded",
    }
}
