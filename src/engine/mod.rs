//! Targets and rules meet here: every rule is asked at every visit of its targets, and what fails becomes a diagnostic.

mod asking;
mod eval;
mod syntax;

pub use eval::{Answer, Shown, evaluate};

use crate::config::{Date, Level};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::expr::{Budget, Value};
use crate::model::{FileFacts, Model, Repo, TargetKind, Visit, Wanted, is_unknown};
use crate::rule::{COMMON, Catalog, Check, Decision, PARAMS, Rule, TARGET};
use crate::source::{FileId, Place, Span};
use aho_corasick::AhoCorasick;
use asking::{Asking, stopped};
use rayon::prelude::*;
use std::collections::BTreeSet;
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
    /// The waivers that excuse any finding, by their indexes.
    pub waivers: BTreeSet<usize>,
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
    (
        "expired-waiver",
        Severity::Warning,
        "a waiver of the configuration has ended and excuses nothing any more",
    ),
    ("internal-error", Severity::Error, "a fault of plimsoll; the rest of the run went on"),
    ("lenient-syntax", Severity::Info, "not YAML by the letter, but read the way go-yaml reads it"),
    ("limit-exceeded", Severity::Error, "the file is too large or nested too deeply to be read to its end"),
    ("rule-error", Severity::Error, "a rule could not be evaluated; what it would have found is not known"),
    ("rule-file", Severity::Error, "a rule file is wrong; nothing is checked before it is mended"),
    ("syntax-error", Severity::Error, "the file is not YAML; part of it was passed over"),
    ("unreadable-file", Severity::Error, "the file could not be opened"),
    ("unused-waiver", Severity::Info, "a waiver of the configuration excuses nothing in the whole project"),
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
    let repo = Repo::new(model);
    let engine = Engine::new(model, &repo, job);
    let files: Vec<FileId> = model.artifacts.iter().map(|artifact| artifact.file).collect();
    let of_file = |&id: &FileId| {
        let mut outcome = Engine::guarded(start_of(id), || engine.file(id));
        if !(job.scope)(id) {
            (outcome.unknown, outcome.waived) = (0, 0);
        }
        outcome
    };
    let mut outcome = files.par_iter().map(of_file).reduce(Outcome::default, Outcome::and);
    outcome = outcome.and(Engine::guarded(start_of(FileId(0)), || engine.whole()));
    for found in job.found {
        engine.report(found.clone(), &mut outcome);
    }
    let in_scope = |label: &Label| (job.scope)(label.place.file);
    outcome.diagnostics.retain(|found| in_scope(&found.primary) || found.related.iter().any(in_scope));
    sort(&mut outcome.diagnostics);
    sort(&mut outcome.failures);
    outcome
}

fn start_of(file: FileId) -> Place {
    Place { file, span: Span::empty(0) }
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
        self.waivers.extend(other.waivers);
        self
    }
}

/// A rule that runs, with its place in the catalog.
#[derive(Clone, Copy)]
struct Asked<'m> {
    index: usize,
    rule: &'m Rule,
    check: &'m Check,
}

struct Engine<'e, 'm> {
    model: &'m Model<'m>,
    repo: &'e Repo<'m>,
    catalog: &'m Catalog,
    today: Date,
    /// For each target kind, by its number: the rules that visit it.
    by_target: Vec<Vec<Asked<'m>>>,
    wanted: Wanted,
}

impl<'e, 'm> Engine<'e, 'm> {
    fn new(model: &'m Model<'m>, repo: &'e Repo<'m>, job: &Job<'m>) -> Self {
        let mut by_target = vec![Vec::new(); TargetKind::ALL.len()];
        let mut wanted = Wanted::default();
        for (index, rule) in job.catalog.rules.iter().enumerate() {
            for check in rule.checks.iter().filter(|_| (job.selected)(rule)) {
                by_target[check.target.kind as usize].push(Asked { index, rule, check });
                wanted.insert(check.target.kind);
            }
        }
        wanted.literals = literals(&by_target[TargetKind::Text as usize]);
        Self { model, repo, catalog: job.catalog, today: job.today, by_target, wanted }
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
        let waived_by: Vec<_> = settings.waived_by(&found.rule, path, self.today).collect();
        if waived_by.is_empty() {
            outcome.diagnostics.push(found);
        } else {
            outcome.waived += 1;
            outcome.waivers.extend(waived_by);
        }
    }

    /// Runs a part of the work; a panic on the way becomes a diagnostic at `place`, and the run goes on.
    fn guarded(place: Place, work: impl FnOnce() -> Outcome) -> Outcome {
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
            let what = panic.downcast_ref::<&str>().copied().map(str::to_owned);
            let what = what.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
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

    /// Checks one file.
    fn file(&self, id: FileId) -> Outcome {
        let mut outcome = Outcome::default();
        for found in syntax::findings(self.model, id) {
            self.report(found, &mut outcome);
        }
        let file = self.model.file(id);
        let mut params = vec![None; self.catalog.rules.len()];
        let mut budget = Budget::default().with_unknown(is_unknown);
        self.model.visit(id, &self.wanted, &mut |target, kind, visit| {
            let wanted = |asked: &&Asked<'m>| check_wants(asked.check, kind);
            let asked = self.by_target[target as usize].iter().filter(wanted);
            self.ask(asked, Some(&file), visit, &mut params, &mut budget, &mut outcome);
        });
        outcome
    }

    /// Checks what holds for the repository as a whole.
    fn whole(&self) -> Outcome {
        let mut outcome = Outcome::default();
        let asked = &self.by_target[TargetKind::Repo as usize];
        let mut params = vec![None; self.catalog.rules.len()];
        let mut budget = Budget::default().with_unknown(is_unknown);
        self.ask(asked.iter(), None, self.repo, &mut params, &mut budget, &mut outcome);
        outcome
    }

    /// Asks rules at one visit. What they see of it is derived once, and only what one of them names.
    fn ask<'v>(
        &self,
        asked: impl Iterator<Item = &'v Asked<'m>>,
        file: Option<&'v FileFacts<'m>>,
        visit: &'v dyn Visit<'m>,
        params: &mut [Option<Value<'m>>],
        budget: &mut Budget,
        outcome: &mut Outcome,
    ) where
        'e: 'v,
    {
        let facts = visit.record().fields.len();
        let mut slots: Vec<Value<'v>> = Vec::new();
        let mut derived = 0u64;
        for Asked { index, rule, check } in asked {
            if slots.is_empty() {
                slots.reserve(COMMON.len() + facts + 8);
                slots.extend(common(self.model, self.repo, file, visit));
                slots.resize(COMMON.len() + facts, Value::Null);
            }
            slots.truncate(COMMON.len() + facts);
            slots[TARGET] = Value::made(check.target.kind.name());
            for fact in 0..facts {
                let bit = 1 << fact;
                if check.facts & bit != 0 && derived & bit == 0 {
                    slots[COMMON.len() + fact] = visit.fact(fact);
                    derived |= bit;
                }
            }
            if !rule.params.is_empty() {
                let path = file.map_or("", |file| &file.source.path);
                slots[PARAMS] = params[*index].get_or_insert_with(|| self.params(rule, path)).clone();
            }
            budget.refill();
            let mut asking =
                Asking { engine: self, file: file.map(|file| file.id), rule, check, visit, budget };
            if let Err(stop) = asking.ask(&mut slots, outcome) {
                let place = asking.fallback();
                outcome.failures.push(stopped(rule, stop, place));
            }
        }
    }

    fn params(&self, rule: &Rule, path: &str) -> Value<'m> {
        self.catalog.document(rule).map_or(Value::Null, |document| {
            rule.params(document, |name| self.model.settings.param(&rule.id, name, path))
        })
    }
}

/// The values of [`COMMON`] at a visit; `target` and `params` differ from rule to rule.
fn common<'v, 'm: 'v>(
    model: &Model<'m>,
    repo: &'v Repo<'m>,
    file: Option<&'v FileFacts<'m>>,
    visit: &'v dyn Visit<'m>,
) -> [Value<'v>; COMMON.len()] {
    let config = model.config.and_then(|document| document.roots().next());
    [
        visit.subject(),
        Value::Null,
        file.map_or(Value::Null, |file| Value::Facts(file)),
        Value::Facts(repo),
        Value::Null,
        config.map_or(Value::Null, Value::Node),
    ]
}

/// Whether a check visits objects of a kind.
fn check_wants(check: &Check, kind: Option<&str>) -> bool {
    check.target.object.as_deref().is_none_or(|wanted| Some(wanted) == kind)
}

/// The texts of which every finding on `text` holds one, if all rules on it say such.
fn literals(asked: &[Asked<'_>]) -> Option<AhoCorasick> {
    let mut all: Vec<&str> = Vec::new();
    for asked in asked {
        let Decision::Pattern(pattern) = &asked.check.decision else { return None };
        all.extend(pattern.required()?.iter().map(String::as_str));
    }
    // Without rules nothing is sought; too many texts are no reason to fail.
    if all.is_empty() { None } else { AhoCorasick::new(all).ok() }
}
