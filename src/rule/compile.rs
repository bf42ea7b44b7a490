//! From what the author wrote to what runs: names resolved, expressions compiled for each target, every mistake at its place.

use super::catalog::Origin;
use super::raw::{RawParam, RawRule, RawTest, RuleText};
use crate::diagnostic::Severity;
use crate::expr::{self, Expected, Program, Scope, Template, Type, Value};
use crate::model::{FILE, Target};
use crate::shape::Mistake;
use crate::source::{FileId, Place, Spanned};
use crate::yaml::{Document, Node};
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
    /// What is asked, target by target.
    pub checks: Vec<Check>,
    /// Where its id stands in its file.
    pub place: Place,
    /// Where it comes from.
    pub origin: Origin,
}

/// A param of a rule.
#[derive(Debug)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// The node of its default, as an index into the rule file's document; without one the configuration must set it.
    pub default: Option<usize>,
}

/// A rule at one target.
#[derive(Debug)]
pub struct Check {
    /// What is visited.
    pub target: Target,
    /// Names for sub-expressions, in order.
    pub lets: Vec<Program>,
    /// Where the rule applies.
    pub when: Option<Program>,
    /// What is asked.
    pub condition: Program,
    /// What the answer must be.
    pub expected: Expected,
    /// The place to mark instead of the automatic one; several are primary first.
    pub at: Option<Program>,
    /// Second places and what to say of them.
    pub related: Vec<(Program, Option<Template>)>,
    /// The fact.
    pub message: Template,
    /// What to do.
    pub help: Option<Template>,
}

/// The names that every visit binds, before those of its target.
pub const COMMON: [(&str, Type); 5] = [
    ("self", Type::Any),
    ("target", Type::String),
    ("file", Type::Record(&FILE)),
    ("params", Type::Any),
    ("config", Type::Node),
];

/// The name under which messages see what is missing.
pub const MISSING: (&str, Type) = ("missing", Type::String);

/// Compiles a rule. The error is every mistake in its expressions and targets.
pub fn compile(raw: &RawRule<'_>, origin: Origin) -> Result<Rule, Vec<Mistake>> {
    let mut compiler = Compiler { mistakes: Vec::new() };
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
        params: raw.params.iter().map(param).collect(),
        file: raw.id.place.file,
        each: raw.each.iter().map(|target| target.value.clone()).collect(),
        checks,
        place: raw.id.place,
        origin,
    })
}

fn param(raw: &RawParam<'_>) -> Param {
    Param { name: raw.name.value.clone(), default: raw.default.map(Node::index) }
}

impl Rule {
    /// The values of its params for one file: what the configuration sets, else the default in the rule file.
    pub fn params<'v>(
        &self,
        document: &'v Document,
        configured: impl Fn(&str) -> Option<Node<'v>>,
    ) -> Value<'v> {
        let default = |param: &Param| param.default.and_then(|index| document.nodes().nth(index));
        let entries = self.params.iter().map(|param| {
            let value = configured(&param.name).or_else(|| default(param));
            (Value::made(param.name.clone()), value.map_or(Value::Null, Value::Node))
        });
        Value::Map(entries.collect())
    }
}

struct Compiler {
    mistakes: Vec<Mistake>,
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
        let names = target.kind.record().fields.iter().map(|field| (field.name, field.of));
        let mut scope = Scope::new(&COMMON.into_iter().chain(names).collect::<Vec<_>>());
        let mut lets = Vec::new();
        for binding in &raw.lets {
            lets.extend(self.expression(&binding.expression, &scope));
            scope = scope.with(&binding.name.value, Type::Any);
        }
        let when = raw.when.as_ref().and_then(|when| self.expression(when, &scope));
        let (condition, expected) = match &raw.test {
            RawTest::Require(text) => (self.expression(text, &scope), Expected::True),
            RawTest::Forbid(text) => (self.expression(text, &scope), Expected::False),
            RawTest::Pattern(text) => return self.unsupported("pattern", text.place),
            RawTest::Schema(node) => return self.unsupported("schema", node.place()),
        };
        let condition = condition?;
        for local in condition.locals() {
            scope = scope.with(local, Type::Any);
        }
        let at = raw.at.as_ref().and_then(|at| self.expression(at, &scope));
        let mut related = Vec::new();
        for entry in &raw.related {
            let label = entry.label.as_ref().and_then(|label| self.template(label, &scope));
            related.extend(self.expression(&entry.at, &scope).map(|at| (at, label)));
        }
        let scope = scope.with(MISSING.0, MISSING.1);
        let message = self.template(&raw.message, &scope);
        let help = raw.help.as_ref().and_then(|help| self.template(help, &scope));
        Some(Check { target, lets, when, condition, expected, at, related, message: message?, help })
    }

    fn unsupported(&mut self, key: &str, place: Place) -> Option<Check> {
        let mistake = Mistake::new(place, format!("`{key}` is not available in this version"));
        self.mistakes.push(mistake.with_help("decide with `require` or `forbid`"));
        None
    }

    fn expression(&mut self, text: &RuleText, scope: &Scope) -> Option<Program> {
        self.keep(text, expr::compile(&text.value, scope))
    }

    fn template(&mut self, text: &RuleText, scope: &Scope) -> Option<Template> {
        self.keep(text, Template::compile(&text.value, scope))
    }

    fn keep<T>(&mut self, text: &RuleText, compiled: Result<T, Vec<expr::Problem>>) -> Option<T> {
        let problems = match compiled {
            Ok(compiled) => return Some(compiled),
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
