//! From what the author wrote to what runs: names resolved, expressions compiled for each target, every mistake at its place.

use super::catalog::Origin;
use super::param::Param;
use super::pattern::{self, Pattern};
use super::raw::{RawChange, RawFix, RawRule, RawTest, RuleText};
use super::schema::{self, Schema};
use crate::diagnostic::{Safety, Severity};
use crate::expr::{self, Expected, Needed, Program, Scope, Stop, Template, Type};
use crate::model::{FILE, REPO, Target, TargetKind};
use crate::secret::SHORTEST;
use crate::shape::Mistake;
use crate::source::{FileId, Place, Spanned};
use std::ops::Deref;
use std::sync::Arc;

/// A rule that runs.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub id: Arc<str>,
    /// How much its findings matter unless the configuration says otherwise.
    pub severity: Severity,
    /// The offence in one line.
    pub summary: String,
    /// Why it matters, when it does not apply, what to do; Markdown.
    pub explain: Option<String>,
    /// Profiles in which it is on; without any it is on in all of them.
    pub profiles: Vec<String>,
    /// Its params with their defaults.
    pub params: Vec<Param>,
    /// Which of the loaded rule files it stands in.
    pub file: FileId,
    /// The names of the targets it visits, as written.
    pub each: Vec<String>,
    /// The key of the configuration without which it is off.
    pub needs: Option<String>,
    /// What is asked, target by target.
    pub checks: Vec<Check>,
    /// Where its id stands in its file.
    pub place: Place,
    /// Where it comes from.
    pub origin: Origin,
}

/// A rule at one target.
#[derive(Debug)]
pub struct Check {
    /// What is visited.
    pub target: Target,
    /// The facts of the visit that some expression names, as bits of their indexes.
    pub facts: u64,
    /// Whether some expression names `self`, or what decides looks at it as a whole.
    pub names_self: bool,
    /// Whether some expression names `repo`, and so can see every file.
    pub names_repo: bool,
    /// Texts of at least [`SHORTEST`] bytes that the expressions of its messages write themselves.
    pub words: Vec<Arc<str>>,
    /// Names for sub-expressions, in order.
    pub lets: Vec<Let>,
    /// Where the rule applies.
    pub when: Option<Written<Program>>,
    /// What is asked.
    pub decision: Decision,
    /// The place to mark instead of the automatic one; several are primary first.
    pub at: Option<Written<Program>>,
    /// Second places and what to say of them.
    pub related: Vec<(Written<Program>, Option<Written<Template>>)>,
    /// The fact.
    pub message: Written<Template>,
    /// What to do.
    pub help: Option<Written<Template>>,
    /// A change that does it.
    pub fix: Option<Offer>,
}

/// A change that a rule offers with its findings.
#[derive(Debug)]
pub struct Offer {
    /// What it does, as an order.
    pub title: Option<Written<Template>>,
    /// What is changed.
    pub change: OfferedChange,
    /// Whether it may be made unseen.
    pub safety: Safety,
}

/// What an [`Offer`] changes.
#[derive(Debug)]
pub enum OfferedChange {
    /// A text becomes another one.
    Replace {
        /// The text.
        place: Written<Program>,
        /// What takes its place.
        with: Written<Template>,
    },
    /// An entry or an item goes.
    Remove(Written<Program>),
}

impl Offer {
    /// Its expression.
    fn program(&self) -> &Written<Program> {
        match &self.change {
            OfferedChange::Replace { place, .. } | OfferedChange::Remove(place) => place,
        }
    }

    /// Its texts.
    fn templates(&self) -> impl Iterator<Item = &Written<Template>> {
        let with = match &self.change {
            OfferedChange::Replace { with, .. } => Some(with),
            OfferedChange::Remove(_) => None,
        };
        self.title.iter().chain(with)
    }
}

/// An expression or a message, with the way back to where it is written.
#[derive(Debug)]
pub struct Written<T> {
    it: T,
    text: RuleText,
}

impl<T> Deref for Written<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.it
    }
}

impl<T> Written<T> {
    /// Why the rule stopped, at the place in the rule file that stopped it.
    pub fn stopped(&self, stop: Stop) -> Stopped {
        match stop {
            Stop::Budget => Stopped { place: self.text.place, reason: None },
            Stop::Error { span, message } => {
                Stopped { place: self.text.place_of(span), reason: Some(message) }
            }
        }
    }
}

/// A rule that gave no answer.
#[derive(Debug)]
pub struct Stopped {
    /// Where in the rule file.
    pub place: Place,
    /// The error; `None` when it took too many steps.
    pub reason: Option<String>,
}

/// A name for an expression.
#[derive(Debug)]
pub struct Let {
    /// What it stands for.
    pub program: Written<Program>,
    /// Whether `when` needs it. The others have values only where the rule applies.
    pub before_when: bool,
}

/// How a rule decides.
#[derive(Debug)]
pub enum Decision {
    /// By an expression.
    Condition {
        /// What is asked.
        condition: Written<Program>,
        /// What the answer must be.
        expected: Expected,
    },
    /// By what must not be found in the text of the target.
    Pattern(Pattern),
    /// By a JSON Schema that the target must satisfy.
    Schema(Box<Schema>),
}

/// The names that every visit binds, before those of its target. A visit to the repository as a whole has no file.
pub const COMMON: [(&str, Type); 6] = [
    ("self", Type::Any),
    ("target", Type::String),
    ("file", Type::Record(&FILE)),
    ("repo", Type::Record(&REPO)),
    ("params", Type::Any),
    ("config", Type::Node),
];

/// The slot of `self`.
pub const SELF: usize = 0;

/// The slot of `target`.
pub const TARGET: usize = 1;

/// The slot of `repo`.
const REPO_SLOT: usize = 3;

/// The slot of `params`.
pub const PARAMS: usize = 4;

/// The name under which messages see what is missing.
pub const MISSING: (&str, Type) = ("missing", Type::String);

/// The names that a visit to a target binds, slot by slot.
pub fn scope_of(target: TargetKind) -> Scope {
    let names = target.record().fields.iter().map(|field| (field.name, field.of));
    let common = COMMON.map(|(name, of)| match (name, target) {
        // The slot stays, without a name.
        ("file", TargetKind::Repo) => ("", of),
        name_of => (name_of.0, of),
    });
    Scope::new(&common.into_iter().chain(names).collect::<Vec<_>>())
}

/// Compiles a rule. The error is every mistake in its expressions and targets.
pub fn compile(raw: &RawRule<'_>, origin: Origin) -> Result<Rule, Vec<Mistake>> {
    let mut compiler = Compiler { mistakes: Vec::new(), params: Vec::new() };
    let params: Vec<_> = raw.params.iter().map(|raw| Param::new(raw, &mut compiler.mistakes)).collect();
    compiler.params = params.iter().map(|param| (param.name.as_str().into(), param.of.as_type())).collect();
    let checks = raw.each.iter().filter_map(|target| compiler.check(raw, target)).collect();
    let mut mistakes = compiler.mistakes;
    if !mistakes.is_empty() {
        // A rule with several targets compiles its expressions once for each.
        mistakes.sort_by(|a, b| (a.place, &a.message).cmp(&(b.place, &b.message)));
        mistakes.dedup();
        return Err(mistakes);
    }
    let text = |text: &Option<RuleText>| text.as_ref().map(|text| text.value.clone());
    Ok(Rule {
        id: raw.id.value.as_str().into(),
        severity: raw.severity.value,
        summary: text(&raw.summary).unwrap_or_default(),
        explain: text(&raw.explain),
        profiles: raw.profiles.iter().map(|profile| profile.value.clone()).collect(),
        params,
        file: raw.id.place.file,
        each: raw.each.iter().map(|target| target.value.clone()).collect(),
        needs: raw.needs.as_ref().map(|needs| needs.value.clone()),
        checks,
        place: raw.id.place,
        origin,
    })
}

/// Targets whose visits are no node of a document.
const WITHOUT_NODE: &[TargetKind] = &[
    TargetKind::Repo,
    TargetKind::File,
    TargetKind::Text,
    TargetKind::Image,
    TargetKind::Env,
    TargetKind::Command,
    TargetKind::Probe,
    TargetKind::Retired,
];

/// Marks the names that `when` needs, and those that they need.
fn mark_before_when(lets: &mut [Let], when: Option<&Written<Program>>, first: usize) {
    let mut needed = vec![false; lets.len()];
    let note = |needed: &mut Vec<bool>, slot: usize| {
        if let Some(need) = slot.checked_sub(first).and_then(|at| needed.get_mut(at)) {
            *need = true;
        }
    };
    if let Some(when) = when {
        when.each_slot(&mut |slot| note(&mut needed, slot));
    }
    for at in (0..lets.len()).rev().filter(|_| when.is_some()) {
        if needed[at] {
            lets[at].program.each_slot(&mut |slot| note(&mut needed, slot));
            lets[at].before_when = true;
        }
    }
}

/// The scope with the names that a finding binds. Where the decision has mistakes, the names that it would bind; where they cannot be
/// told, the rest of the rule is not checked for names.
fn with_found(mut scope: Scope, raw: &RawRule<'_>, decision: Option<&Decision>) -> Scope {
    let found: Vec<String> = match (decision, &raw.test) {
        (Some(decision), _) => decision.locals().into_iter().map(str::to_owned).collect(),
        (None, RawTest::Require(text) | RawTest::Forbid(text)) => {
            match expr::bound_names(&text.value, &scope) {
                Some(names) => names.iter().map(ToString::to_string).collect(),
                None => return scope.unchecked(),
            }
        }
        (None, RawTest::Pattern(_) | RawTest::Literals(_)) => pattern::NAMES.map(str::to_owned).to_vec(),
        (None, RawTest::Schema(_)) => schema::NAMES.map(str::to_owned).to_vec(),
    };
    for name in &found {
        scope = scope.with(name, Type::Any);
    }
    scope
}

impl Decision {
    /// The names that a finding binds for `at`, `related`, `message` and `help`, in the order of its values.
    fn locals(&self) -> Vec<&str> {
        match self {
            Self::Condition { condition, .. } => condition.locals().iter().map(String::as_str).collect(),
            Self::Pattern(_) => pattern::NAMES.to_vec(),
            Self::Schema(_) => schema::NAMES.to_vec(),
        }
    }
}

impl Check {
    /// Strings of which a fact of the visit equals one wherever the rule finds something.
    pub fn needs(&self, slot: usize, fact: &str) -> Option<Vec<Needed>> {
        let forbidden = match &self.decision {
            Decision::Condition { condition, expected: Expected::False } => Some(condition),
            _ => None,
        };
        self.when.iter().chain(forbidden).find_map(|condition| condition.needs(slot, fact))
    }

    /// The facts that some expression names, and whether one names `self` or `repo`.
    fn names(&self) -> (u64, bool, bool) {
        let (mut facts, mut repo) = (0, false);
        let mut itself = !matches!(self.decision, Decision::Condition { .. });
        let mut note = |slot: usize| {
            itself |= slot == SELF;
            repo |= slot == REPO_SLOT;
            if let Some(fact) = slot.checked_sub(COMMON.len()).filter(|fact| *fact < 64) {
                facts |= 1 << fact;
            }
        };
        let condition = match &self.decision {
            Decision::Condition { condition, .. } => Some(condition),
            Decision::Pattern(_) | Decision::Schema(_) => None,
        };
        let related = self.related.iter();
        let programs = self.lets.iter().map(|binding| &binding.program).chain(&self.when).chain(condition);
        programs
            .chain(&self.at)
            .chain(related.map(|(at, _)| at))
            .chain(self.fix.as_ref().map(Offer::program))
            .for_each(|it| it.each_slot(&mut note));
        self.templates().for_each(|it| it.each_slot(&mut note));
        (facts, itself, repo)
    }

    /// The texts that the expressions of messages write themselves, those that a secret could be taken for.
    fn own_words(&self) -> Vec<Arc<str>> {
        let mut words = Vec::new();
        let mut note = |text: &Arc<str>| {
            if text.len() >= SHORTEST && !words.contains(text) {
                words.push(text.clone());
            }
        };
        self.lets.iter().for_each(|binding| binding.program.each_literal(&mut note));
        self.templates().for_each(|it| it.each_literal(&mut note));
        words
    }

    /// Its texts with expressions in them.
    fn templates(&self) -> impl Iterator<Item = &Written<Template>> {
        let labels = self.related.iter().filter_map(|(_, label)| label.as_ref());
        let offered = self.fix.iter().flat_map(Offer::templates);
        labels.chain([&self.message]).chain(&self.help).chain(offered)
    }
}

struct Compiler {
    mistakes: Vec<Mistake>,
    /// The rule's params with their types.
    params: Vec<(Arc<str>, Type)>,
}

impl Compiler {
    fn check(&mut self, raw: &RawRule<'_>, each: &Spanned<String>) -> Option<Check> {
        let target: Target = match each.value.parse() {
            Ok(target) => target,
            Err(nearest) => {
                let unknown = Mistake::new(each.place, format!("unknown target `{}`", each.value));
                self.mistakes.push(unknown.with_suggestion(nearest));
                return None;
            }
        };
        let mut scope = scope_of(target.kind);
        scope = scope.with_fields("params", &self.params);
        let first_let = scope.names.len();
        let mut lets = Vec::new();
        for binding in &raw.lets {
            let program = self.expression(&binding.expression, &scope);
            scope = scope.with(&binding.name.value, program.as_ref().map_or(Type::Any, |known| known.of()));
            lets.extend(program.map(|program| Let { program, before_when: false }));
        }
        let when = raw.when.as_ref().and_then(|when| self.condition(when, &scope));
        mark_before_when(&mut lets, when.as_ref(), first_let);
        let decision = self.decision(raw, &target, &scope);
        scope = with_found(scope, raw, decision.as_ref());
        let at = raw.at.as_ref().and_then(|at| self.expression(at, &scope));
        let mut related = Vec::new();
        for entry in &raw.related {
            let label = entry.label.as_ref().and_then(|label| self.template(label, &scope));
            related.extend(self.expression(&entry.at, &scope).map(|at| (at, label)));
        }
        let scope = scope.with(MISSING.0, MISSING.1);
        let message = self.template(&raw.message, &scope);
        let help = raw.help.as_ref().and_then(|help| self.template(help, &scope));
        let fix = raw.fix.as_ref().and_then(|fix| self.offer(fix, &scope));
        let mut check = Check {
            target,
            facts: 0,
            names_self: false,
            names_repo: false,
            words: Vec::new(),
            lets,
            when,
            decision: decision?,
            at,
            related,
            message: message?,
            help,
            fix,
        };
        (check.facts, check.names_self, check.names_repo) = check.names();
        check.words = check.own_words();
        Some(check)
    }

    fn decision(&mut self, raw: &RawRule<'_>, target: &Target, scope: &Scope) -> Option<Decision> {
        let condition = |condition: Option<Written<Program>>, expected| {
            condition.map(|condition| Decision::Condition { condition, expected })
        };
        match &raw.test {
            RawTest::Require(text) => condition(self.condition(text, scope), Expected::True),
            RawTest::Forbid(text) => condition(self.condition(text, scope), Expected::False),
            RawTest::Pattern(text) => {
                let pattern = Pattern::regex(&text.value)
                    .map_err(|fault| Mistake::new(text.place, format!("no regular expression: {fault}")));
                self.applies("pattern", text.place, target, &[TargetKind::Repo, TargetKind::Probe])?;
                self.take(pattern).map(Decision::Pattern)
            }
            RawTest::Literals(texts) => {
                let place = texts.first()?.place;
                self.applies("literals", place, target, &[TargetKind::Repo, TargetKind::Probe])?;
                let texts = texts.iter().map(|text| text.value.clone());
                Some(Decision::Pattern(Pattern::literals(texts.collect())))
            }
            RawTest::Schema(node) => {
                self.applies("schema", node.key().unwrap_or(*node).place(), target, WITHOUT_NODE)?;
                self.take(Schema::new(*node)).map(|schema| Decision::Schema(Box::new(schema)))
            }
        }
    }

    fn offer(&mut self, raw: &RawFix, scope: &Scope) -> Option<Offer> {
        let title = raw.title.as_ref().and_then(|title| self.template(title, scope));
        let change = match &raw.change {
            RawChange::Replace { place, with } => {
                let with = self.template(with, scope);
                let place = self.somewhere(place, scope, "replaced", "a text that stands in a file")?;
                OfferedChange::Replace { place, with: with? }
            }
            RawChange::Remove(place) => OfferedChange::Remove(self.somewhere(
                place,
                scope,
                "removed",
                "an entry or an item of a file",
            )?),
        };
        Some(Offer { title, change, safety: raw.safety })
    }

    /// An expression for something that stands in a file, as far as that is known before it runs.
    fn somewhere(
        &mut self,
        text: &RuleText,
        scope: &Scope,
        done: &str,
        meant: &str,
    ) -> Option<Written<Program>> {
        let program = self.expression(text, scope)?;
        match program.of() {
            Type::Any | Type::Node | Type::String | Type::Record(_) | Type::Visit(_) => Some(program),
            _ => {
                let message = format!("what is {done} is {meant}, not {}", program.described());
                let mistake = Mistake::new(text.place, message);
                self.mistakes.push(mistake.with_help("where it is null, nothing is offered"));
                None
            }
        }
    }

    /// Says so when a way to decide cannot be used at a target.
    fn applies(&mut self, key: &str, place: Place, target: &Target, not: &[TargetKind]) -> Option<()> {
        if not.contains(&target.kind) {
            let mistake = Mistake::new(place, format!("`{key}` cannot decide about `{target}`"));
            self.mistakes.push(mistake.with_help("decide with `require` or `forbid`"));
            return None;
        }
        Some(())
    }

    fn take<T>(&mut self, made: Result<T, Mistake>) -> Option<T> {
        made.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    /// An expression that is true or false, as far as that is known before it runs.
    fn condition(&mut self, text: &RuleText, scope: &Scope) -> Option<Written<Program>> {
        let program = self.expression(text, scope)?;
        match program.of() {
            Type::Any | Type::Bool | Type::Node => Some(program),
            _ => {
                let what = program.described();
                let mistake = Mistake::new(text.place, format!("a condition is true or false, not {what}"));
                self.mistakes.push(mistake.with_help("compare it with something, or ask `has(…)`"));
                None
            }
        }
    }

    fn expression(&mut self, text: &RuleText, scope: &Scope) -> Option<Written<Program>> {
        self.keep(text, expr::compile(&text.value, scope))
    }

    fn template(&mut self, text: &RuleText, scope: &Scope) -> Option<Written<Template>> {
        self.keep(text, Template::compile(&text.value, scope))
    }

    fn keep<T>(&mut self, text: &RuleText, compiled: Result<T, Vec<expr::Problem>>) -> Option<Written<T>> {
        let problems = match compiled {
            Ok(it) => return Some(Written { it, text: text.clone() }),
            Err(problems) => problems,
        };
        self.mistakes.extend(problems.into_iter().map(|problem| Mistake {
            place: text.place_of(problem.span),
            message: problem.message,
            help: problem.help,
            related: Vec::new(),
        }));
        None
    }
}
