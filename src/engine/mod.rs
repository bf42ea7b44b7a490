//! Targets and rules meet here: every rule is asked at every visit of its targets, and what fails becomes a diagnostic.

mod asking;
mod eval;
mod offer;
mod pipeline;
mod syntax;

pub use eval::{Answer, Shown, evaluate};

use crate::config::{Date, Level, Settings};
use crate::diagnostic::{Diagnostic, Excuse, Excused, Severity};
use crate::expr::{Budget, Needed, Value};
use crate::model::{FileFacts, Model, Repo, TargetKind, Visit, Wanted, is_unknown};
use crate::policy::Runs;
use crate::progress::Progress;
use crate::rule::{COMMON, Catalog, Check, Decision, PARAMS, Rule, SELF, TARGET};
use crate::schema::Schemas;
use crate::source::{FileId, Place, Span};
use crate::yaml::Node;
use aho_corasick::{AhoCorasick, MatchKind};
use asking::{Asking, stopped};
use rayon::prelude::*;
use std::borrow::{Borrow, Cow};
use std::collections::{BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

/// What a run found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The findings, sorted by file, place and rule; what a rule says of a place once.
    pub diagnostics: Vec<Diagnostic>,
    /// What went wrong in rules and in the engine itself: the run is not complete.
    pub failures: Vec<Diagnostic>,
    /// Places where a rule could not decide, since a value is only known when it is deployed.
    pub unknown: usize,
    /// How often a rule was asked, and how often its `when` let it.
    pub asked: (usize, usize),
    /// Findings that a waiver of the configuration excuses, sorted like the others.
    pub waived: Vec<Excused>,
    /// The waivers that excuse any finding, by their indexes.
    pub waivers: BTreeSet<usize>,
}

/// What a run is asked for beside the model.
pub struct Job<'j> {
    /// The rules, and the files they stand in.
    pub catalog: &'j Catalog,
    /// Where a rule of the catalog runs.
    pub selected: &'j dyn Fn(&Rule) -> Runs,
    /// Findings made before any file was looked into; the configuration's levels and waivers hold for them too.
    pub found: &'j [Diagnostic],
    /// Whether the model holds the whole project, so that what is not in it does not exist.
    pub whole: bool,
    /// Whether values in a file that could not be judged are counted.
    pub scope: &'j (dyn Fn(FileId) -> bool + Sync),
    /// The day by which waivers and times of grace end.
    pub today: Date,
    /// Who is told of each file that was checked.
    pub progress: &'j Progress,
}

/// Steps that the searches of patterns have in one file.
const SEARCH_STEPS: u64 = 20 * Budget::DEFAULT_STEPS;

/// Runs rules over every file of a model.
pub fn run(model: &Model<'_>, job: &Job<'_>) -> Outcome {
    let repo = Repo::new(model);
    let schemas = Schemas::new(model);
    let engine = Engine::new(model, &repo, &schemas, job);
    let files: Vec<FileId> = model.artifacts.iter().map(|artifact| artifact.file).collect();
    let of_file = |&id: &FileId| {
        let mut outcome = Engine::guarded(start_of(id), || engine.file(id));
        if !(job.scope)(id) {
            outcome.unknown = 0;
        }
        job.progress.step();
        outcome
    };
    let mut outcome = files.par_iter().map(of_file).reduce(Outcome::default, Outcome::and);
    outcome = outcome.and(Engine::guarded(start_of(FileId(0)), || engine.whole()));
    let pipeline = if job.whole { pipeline::findings(model) } else { Vec::new() };
    for found in job.found.iter().chain(&pipeline) {
        engine.report(found.clone(), &mut outcome);
    }
    sort(&mut outcome.diagnostics);
    sort(&mut outcome.failures);
    sort(&mut outcome.waived);
    outcome
}

fn start_of(file: FileId) -> Place {
    Place { file, span: Span::empty(0) }
}

/// Sorts by place and rule. What a rule says twice of a place is kept once.
pub fn sort<D: Borrow<Diagnostic>>(found: &mut Vec<D>) {
    fn key(found: &impl Borrow<Diagnostic>) -> (Place, &str, &str) {
        let found = found.borrow();
        (found.primary.place, &found.rule, &found.message)
    }
    found.sort_by(|a, b| key(a).cmp(&key(b)));
    found.dedup_by(|a, b| key(a) == key(b));
}

impl Outcome {
    /// Keeps a finding in the file of a path, among the excused ones if waivers of the configuration hold for it.
    pub fn keep(&mut self, found: Diagnostic, path: &str, settings: &Settings<'_>, today: Date) {
        let waived_by: Vec<_> = settings.waived_by(&found.rule, path, today).collect();
        match waived_by.first().and_then(|&first| settings.waivers.get(first)) {
            None => self.diagnostics.push(found),
            Some(waiver) => {
                let reason = Some(waiver.reason.value.clone());
                self.waived.push(Excused { found, by: Excuse::Waiver, reason });
                self.waivers.extend(waived_by);
            }
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.diagnostics.extend(other.diagnostics);
        self.failures.extend(other.failures);
        self.unknown += other.unknown;
        self.asked.0 += other.asked.0;
        self.asked.1 += other.asked.1;
        self.waived.extend(other.waived);
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
    /// Whether the configuration decides file by file where the rule runs.
    by_file: bool,
}

struct Engine<'e, 'm> {
    model: &'m Model<'m>,
    repo: &'e Repo<'m>,
    schemas: &'e Schemas<'m>,
    catalog: &'m Catalog,
    today: Date,
    /// For each target kind, by its number: the rules that visit it.
    by_target: Vec<Vec<Asked<'m>>>,
    /// Rules that run only where an override sets them.
    where_set: HashSet<&'m str>,
    wanted: Wanted,
    /// Rules that took too many steps at some visit, by their place in the catalog: they are asked no more.
    spent: Vec<AtomicBool>,
}

impl<'e, 'm> Engine<'e, 'm> {
    fn new(model: &'m Model<'m>, repo: &'e Repo<'m>, schemas: &'e Schemas<'m>, job: &Job<'m>) -> Self {
        let mut by_target = vec![Vec::new(); TargetKind::ALL.len()];
        let mut wanted = Wanted::default();
        let mut where_set = HashSet::new();
        for (index, rule) in job.catalog.rules.iter().enumerate() {
            let runs = (job.selected)(rule);
            if runs == Runs::WhereSet {
                where_set.insert(&*rule.id);
            }
            let by_file = model.settings.is_set(&rule.id);
            for check in rule.checks.iter().filter(|_| runs != Runs::Never) {
                by_target[check.target.kind as usize].push(Asked { index, rule, check, by_file });
                wanted.insert(check.target.kind);
            }
        }
        let spent = job.catalog.rules.iter().map(|_| AtomicBool::new(false)).collect();
        wanted.literals = literals(&by_target[TargetKind::Text as usize]);
        wanted.commands = commands(&by_target[TargetKind::Command as usize], model, job.catalog);
        Self {
            model,
            repo,
            schemas,
            catalog: job.catalog,
            today: job.today,
            by_target,
            where_set,
            wanted,
            spent,
        }
    }

    /// Keeps a finding, at the level the configuration gives its rule, unless it is off or a waiver that has not ended excuses it.
    /// Both follow the file of the primary label.
    fn report(&self, found: Diagnostic, outcome: &mut Outcome) {
        self.report_at_most(Severity::Error, found, outcome);
    }

    /// The same, and whatever the configuration says, not more severe than `most`.
    fn report_at_most(&self, most: Severity, mut found: Diagnostic, outcome: &mut Outcome) {
        let settings = self.model.settings;
        let path = &self.model.sources.get(found.file()).path;
        if self.is_off(&found.rule, path) {
            return;
        }
        if let Some(Level::At(severity)) = settings.level(&found.rule, path) {
            found.severity = severity;
        }
        found.severity = found.severity.min(most);
        outcome.keep(found, path, settings, self.today);
    }

    /// Whether the configuration keeps a rule from a file.
    fn is_off(&self, rule: &str, path: &str) -> bool {
        let settings = self.model.settings;
        settings.level(rule, path) == Some(Level::Off)
            || self.where_set.contains(rule) && settings.settings(rule, path).next().is_none()
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
        let own = syntax::findings(self.model, id).into_iter().chain(self.schemas.findings(self.model, id));
        for found in own {
            self.report(found, &mut outcome);
        }
        let file = self.model.file(id);
        let mut params = vec![None; self.catalog.rules.len()];
        let mut budget = Budget::default().with_unknown(is_unknown);
        let mut search = Budget::new(SEARCH_STEPS);
        let off: Vec<usize> = self.off_in(&file.source.path);
        self.model.visit(id, &self.wanted, &mut |target, kind, visit| {
            let wanted = |asked: &&Asked<'m>| check_wants(asked.check, kind) && !off.contains(&asked.index);
            let asked = self.by_target[target as usize].iter().filter(wanted);
            self.ask(asked, Some(&file), visit, &mut params, [&mut budget, &mut search], &mut outcome);
        });
        outcome
    }

    /// The rules that the configuration keeps from a file, by their place in the catalog.
    fn off_in(&self, path: &str) -> Vec<usize> {
        let by_file = self.by_target.iter().flatten().filter(|asked| asked.by_file);
        by_file.filter(|asked| self.is_off(&asked.rule.id, path)).map(|asked| asked.index).collect()
    }

    /// Checks what holds for the repository as a whole.
    fn whole(&self) -> Outcome {
        let mut outcome = Outcome::default();
        let asked = &self.by_target[TargetKind::Repo as usize];
        let mut params = vec![None; self.catalog.rules.len()];
        let mut budget = Budget::default().with_unknown(is_unknown);
        let mut search = Budget::new(SEARCH_STEPS);
        self.ask(asked.iter(), None, self.repo, &mut params, [&mut budget, &mut search], &mut outcome);
        outcome
    }

    /// Asks rules at one visit. What they see of it is derived once, and only what one of them names.
    fn ask<'v>(
        &self,
        asked: impl Iterator<Item = &'v Asked<'m>>,
        file: Option<&'v FileFacts<'m>>,
        visit: &'v dyn Visit<'m>,
        params: &mut [Option<Value<'m>>],
        [budget, search]: [&mut Budget; 2],
        outcome: &mut Outcome,
    ) where
        'e: 'v,
    {
        let mut slots: Vec<Value<'v>> = Vec::new();
        let mut derived = 0u64;
        for Asked { index, rule, check, .. } in asked {
            // The facts that expressions were compiled for: a visit may have more, which are bound as a whole (`file`, `repo`).
            let facts = check.target.kind.record().fields.len();
            if self.spent[*index].load(Ordering::Relaxed) {
                continue;
            }
            if slots.is_empty() {
                slots.reserve(COMMON.len() + facts + 8);
                slots.extend(common(self.model, self.repo, file));
                slots.resize(COMMON.len() + facts, Value::Null);
            }
            slots.truncate(COMMON.len() + facts);
            if check.names_self && slots[SELF].is_null() {
                slots[SELF] = visit.subject();
            }
            slots[TARGET] = Value::made(check.target.kind.name());
            for fact in 0..facts {
                let bit = 1 << fact;
                if check.facts & bit != 0 && derived & bit == 0 {
                    slots[COMMON.len() + fact] = visit.fact(fact);
                    derived |= bit;
                }
            }
            slots[PARAMS] = Value::Null;
            if !rule.params.is_empty() {
                let path = file.map_or("", |file| &file.source.path);
                slots[PARAMS] = params[*index].get_or_insert_with(|| self.params(rule, path)).clone();
            }
            budget.refill();
            outcome.asked.0 += 1;
            let mut asking =
                Asking { engine: self, file: file.map(|file| file.id), rule, check, visit, budget, search };
            if let Err(stop) = asking.ask(&mut slots, outcome) {
                let place = asking.fallback();
                if stop.reason.is_none() {
                    self.spent[*index].store(true, Ordering::Relaxed);
                }
                let path = &self.model.sources.get(place.file).path;
                outcome.failures.push(stopped(rule, stop, place, path));
            }
        }
    }

    fn params(&self, rule: &Rule, path: &str) -> Value<'m> {
        self.catalog.document(rule).map_or(Value::Null, |document| {
            rule.params(document, |name| self.model.settings.param(&rule.id, name, path))
        })
    }
}

/// The values of [`COMMON`] at a visit; `self` is for those who ask for it, `target` and `params` differ from rule to rule.
fn common<'v, 'm: 'v>(
    model: &Model<'m>,
    repo: &'v Repo<'m>,
    file: Option<&'v FileFacts<'m>>,
) -> [Value<'v>; COMMON.len()] {
    let config = model.config.and_then(|document| document.roots().next());
    [
        Value::Null,
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
    // The leftmost one is found several times faster than all that overlap.
    let leftmost = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(&all).ok();
    leftmost.filter(|_| !all.is_empty())
}

/// The names of which every command that a rule can report has one, if all rules on commands say such. Capitals do not matter: a variable
/// may be named after a tool.
fn commands(asked: &[Asked<'_>], model: &Model<'_>, catalog: &Catalog) -> Option<AhoCorasick> {
    let mut all: Vec<Cow<'_, str>> = Vec::new();
    for Asked { rule, check, .. } in asked {
        for needed in check.needs(COMMON.len(), "name")? {
            match needed {
                Needed::Literal(name) => all.push(name.to_string().into()),
                Needed::Field(PARAMS, param) => {
                    let settings = model.settings.every(&rule.id).flat_map(|setting| &setting.params);
                    let set = settings.filter(|(name, _)| *name.value == *param).map(|&(_, value)| value);
                    let described = rule.params.iter().find(|known| *known.name == *param)?;
                    let default = described.default_in(catalog.document(rule)?);
                    all.extend(set.chain(default).flat_map(Node::items).map(Node::text));
                }
                Needed::Field(..) => return None,
            }
        }
    }
    AhoCorasick::builder().ascii_case_insensitive(true).build(all.iter().map(|name| name.as_bytes())).ok()
}
