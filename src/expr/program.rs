//! A compiled expression and what it runs with: budget, verdicts, the reasons it may stop.

use super::blame::{self, Failure};
use super::check::{self, Checked};
use super::eval::{Machine, Tri};
use super::functions::Function;
use super::join::Join;
use super::memory::{Globs, Scripts};
use super::message::Message;
use super::parse::{Operator, Presence, parse};
use super::pattern::{Pattern, Patterns};
use super::value::{Text, Type, Value};
use crate::source::Span;
use crate::yaml::Node;
use std::borrow::Cow;
use std::sync::Arc;

/// How absence is read; an expression is compiled for one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// What is absent, null or out of range reads as null, and null has an answer everywhere.
    #[default]
    Lenient,
    /// CEL to the letter: an absent field is an error, and so is null where it means nothing.
    Strict,
}

/// Names visible to an expression, in slot order.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The names with their types; of two equal ones the later counts. A name may be dotted.
    pub names: Vec<(Arc<str>, Type)>,
    /// How absence is read.
    pub(super) mode: Mode,
    /// The namespace that names are looked up in first.
    pub(super) container: String,
    /// Whether what has no meaning is left to the evaluation.
    pub(super) unchecked: bool,
    /// Types of messages with their fields.
    pub(super) messages: Vec<(String, Vec<String>)>,
    /// Fields of names that are declared with them, as the params of a rule are.
    fields: Vec<(Arc<str>, Fields)>,
}

/// Names of fields with their types.
type Fields = Arc<[(Arc<str>, Type)]>;

impl Scope {
    /// A scope of these names, slot 0 first.
    pub fn new(names: &[(&str, Type)]) -> Self {
        Self { names: names.iter().map(|&(name, of)| (name.into(), of)).collect(), ..Self::default() }
    }

    /// The scope in a mode.
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// The scope inside a namespace: in `a.b`, `x` is `a.b.x`, else `a.x`, else `x`.
    #[must_use]
    pub fn with_container(mut self, container: &str) -> Self {
        container.clone_into(&mut self.container);
        self
    }

    /// The scope with one more type of messages. A message is a map of those of its fields that are set.
    #[must_use]
    pub fn with_message(mut self, name: &str, fields: &[&str]) -> Self {
        self.messages.push((name.to_owned(), fields.iter().map(|&field| field.to_owned()).collect()));
        self
    }

    /// The scope of CEL without a type check: names and functions that nobody knows are errors only where an
    /// evaluation meets them.
    #[must_use]
    pub fn unchecked(mut self) -> Self {
        self.unchecked = true;
        self
    }

    /// The scope in which a name has these fields and no others.
    #[must_use]
    pub fn with_fields(mut self, name: &str, fields: &[(Arc<str>, Type)]) -> Self {
        self.fields.push((name.into(), fields.into()));
        self
    }

    /// The fields that a name was declared with.
    pub(super) fn fields_of(&self, name: &str) -> Option<Fields> {
        let of = |(known, fields): &(Arc<str>, Fields)| (**known == *name).then(|| fields.clone());
        self.fields.iter().find_map(of)
    }

    /// The scope with one more name, in the next slot.
    #[must_use]
    pub fn with(mut self, name: &str, of: Type) -> Self {
        self.names.push((name.into(), of));
        self
    }
}

/// A mistake in an expression, known before it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Bytes of the expression text.
    pub span: Span,
    /// The fact.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// Why an evaluation gave no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It took more steps than it may.
    Budget,
    /// An operator or function met values it has no answer for.
    Error {
        /// Bytes of the expression text.
        span: Span,
        /// The fact.
        message: String,
    },
}

/// A [`Stop`] whose place in the expression is not known yet.
#[derive(Debug)]
pub(super) enum Fault {
    Budget,
    Message(String),
}

impl Fault {
    pub(super) fn at(self, span: Span) -> Stop {
        match self {
            Self::Budget => Stop::Budget,
            Self::Message(message) => Stop::Error { span, message },
        }
    }
}

/// What one evaluation may cost, and what it takes for known.
#[derive(Clone, Debug)]
pub struct Budget {
    steps: u64,
    overdrawn: bool,
    unknown: fn(Node<'_>) -> bool,
    /// The mode of the program at work.
    pub(super) mode: Mode,
    pub(super) patterns: Patterns,
    pub(super) scripts: Scripts,
    pub(super) globs: Globs,
}

impl Budget {
    /// Steps an evaluation has if nothing else is said: tens of milliseconds.
    pub const DEFAULT_STEPS: u64 = 5_000_000;

    /// A budget of this many steps: one for each node of the expression, each element that is visited, each call, each
    /// comparison, eight bytes of text; four for each element that is made.
    pub fn new(steps: u64) -> Self {
        Self {
            steps,
            overdrawn: false,
            unknown: holds_workflow_expression,
            mode: Mode::Lenient,
            patterns: Patterns::default(),
            scripts: Scripts::default(),
            globs: Globs::default(),
        }
    }

    /// Sets who decides which scalars cannot be known before deployment; by default those with `${{`.
    #[must_use]
    pub fn with_unknown(mut self, unknown: fn(Node<'_>) -> bool) -> Self {
        self.unknown = unknown;
        self
    }

    /// Fills it up to the default again, for the next visit.
    pub fn refill(&mut self) {
        self.steps = Self::DEFAULT_STEPS;
        self.overdrawn = false;
        self.patterns.refill();
    }

    /// A full budget with the same idea of what is unknown.
    pub(super) fn fresh(&self) -> Self {
        Self { unknown: self.unknown, mode: self.mode, ..Self::default() }
    }

    /// Steps that are left.
    pub fn left(&self) -> u64 {
        self.steps
    }

    #[inline]
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Fault> {
        if let Some(left) = self.steps.checked_sub(steps as u64) {
            self.steps = left;
            return Ok(());
        }
        self.steps = 0;
        self.overdrawn = true;
        Err(Fault::Budget)
    }

    /// What was found, unless it was found with more steps than there were: then it may be the truth of a part.
    fn settle<T>(&self, found: Result<T, Stop>) -> Result<T, Stop> {
        if self.overdrawn { Err(Stop::Budget) } else { found }
    }

    /// Pays for `bytes` of text that are made or searched.
    pub(super) fn spend_text(&mut self, bytes: usize) -> Result<(), Fault> {
        self.spend(bytes / 8 + 1)
    }

    /// Pays for a list of `count` elements that is made: an element is as large as some words of text.
    pub(super) fn spend_elements(&mut self, count: usize) -> Result<(), Fault> {
        self.spend(count.saturating_mul(4).saturating_add(1))
    }

    /// Pays for a clone, which copies text that is owned.
    #[inline]
    pub(super) fn spend_clone(&mut self, value: &Value<'_>) -> Result<(), Fault> {
        match value {
            Value::Text(Text { text: Cow::Owned(text), .. }) => self.spend_text(text.len()),
            _ => Ok(()),
        }
    }

    /// Whether CEL holds to the letter.
    pub(super) fn is_strict(&self) -> bool {
        self.mode == Mode::Strict
    }

    pub(super) fn is_unknown(&self, node: Node<'_>) -> bool {
        (self.unknown)(node)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Self::DEFAULT_STEPS)
    }
}

fn holds_workflow_expression(node: Node<'_>) -> bool {
    let source = node.resolve().source();
    memchr::memchr(b'$', source.as_bytes()).is_some_and(|at| source[at..].contains("${{"))
}

/// What a condition should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// `require`
    True,
    /// `forbid`
    False,
}

impl Expected {
    /// Whether an answer is what the condition should be.
    pub fn is(self, answer: bool) -> bool {
        answer == (self == Self::True)
    }
}

/// A compiled expression. It holds no state: many threads may evaluate it at once.
#[derive(Debug)]
pub struct Program {
    pub(super) root: Expr,
    of: Type,
    pub(super) mode: Mode,
    /// Slots that loop variables need at the deepest place.
    pub(super) local_slots: usize,
    locals: Vec<String>,
}

/// Compiles an expression; reports all its mistakes at once.
pub fn compile(source: &str, scope: &Scope) -> Result<Program, Vec<Problem>> {
    let ast = parse(source).map_err(|problem| vec![problem])?;
    let Checked { expr: root, of, local_slots, problems, .. } = check::check(&ast, scope);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut locals = Vec::new();
    blame::collect_locals(&root, &mut locals);
    Ok(Program { root, of, mode: scope.mode, local_slots, locals })
}

/// The names that an expression binds itself (loop variables), also when it has mistakes; `None` when it is no expression at all.
pub fn bound_names(source: &str, scope: &Scope) -> Option<Vec<Arc<str>>> {
    parse(source).ok().map(|ast| check::check(&ast, scope).bound)
}

impl Program {
    /// The value of the expression, with `slots` the values of the scope's names in their order. A slot that is not
    /// given reads as null.
    pub fn evaluate<'a>(&self, slots: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Stop> {
        let found = Machine::new(self, slots, budget).value(&self.root);
        budget.settle(found)
    }

    /// The answer of a condition; null counts as false, `None` means that it cannot be known, and every other value is an error.
    pub fn answer(&self, slots: &[Value<'_>], budget: &mut Budget) -> Result<Option<bool>, Stop> {
        let answer = Machine::new(self, slots, budget).condition(&self.root);
        budget.settle(answer).map(|answer| match answer {
            Tri::True => Some(true),
            Tri::False => Some(false),
            Tri::Unknown => None,
        })
    }

    /// What made the condition fail; empty when it did not, and when it cannot be known. `lets` are the expressions whose values
    /// the last slots hold, in order: what they name is followed into them.
    pub fn failures<'a>(
        &self,
        expected: Expected,
        slots: &[Value<'a>],
        lets: &[&Program],
        budget: &mut Budget,
    ) -> Result<Vec<Failure<'a>>, Stop> {
        let mut machine = Machine::new(self, slots, budget);
        let failed = match expected {
            Expected::True => Tri::False,
            Expected::False => Tri::True,
        };
        let found = match machine.condition(&self.root) {
            Ok(answer) if answer == failed => blame::failures(self, expected, lets, &mut machine),
            Ok(_) => Ok(Vec::new()),
            Err(stop) => Err(stop),
        };
        budget.settle(found)
    }

    /// Calls `f` for every slot it names.
    pub fn each_slot(&self, f: &mut dyn FnMut(usize)) {
        self.root.each_name(&mut |name| {
            if let ExprKind::Slot(slot) = name {
                f(*slot);
            }
        });
    }

    /// Calls `f` for every text it writes itself.
    pub fn each_literal(&self, f: &mut dyn FnMut(&Arc<str>)) {
        self.root.each_literal(f);
    }

    /// The type of its value, as far as it is known before it runs.
    pub fn of(&self) -> Type {
        self.of
    }

    /// That type in words: `a string`.
    pub fn described(&self) -> String {
        check::described(self.of)
    }

    /// Loop variables that [`Failure::locals`] gives values for.
    pub fn locals(&self) -> &[String] {
        &self.locals
    }
}

/// A checked expression: names are slots, facts are indexes, functions are known.
#[derive(Debug)]
pub(super) struct Expr {
    /// Bytes of the expression text.
    pub span: Span,
    pub kind: ExprKind,
}

#[derive(Debug)]
pub(super) enum ExprKind {
    Literal(Literal),
    /// What has no meaning, in a scope that is not checked: the message of the error that meeting it is.
    Broken(String),
    /// A name of the scope.
    Slot(usize),
    /// A loop variable.
    Local(usize),
    Field(Box<Expr>, Arc<str>, Presence),
    /// A fact of a record whose shape is known, by its index.
    Fact(Box<Expr>, usize, Arc<str>),
    Index(Box<Expr>, Box<Expr>, Presence),
    Has(Box<Expr>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Conditional(Box<[Expr; 3]>),
    /// A comparison of two: the form nearly all of them have.
    Compare(Operator, Box<[Expr; 2]>),
    /// Operators from left to right.
    Chain(Box<Expr>, Vec<(Operator, Expr)>),
    List(Vec<(Expr, Presence)>),
    Map(Vec<(Expr, Expr, Presence)>),
    Call(&'static Function, Vec<Expr>, Option<Arc<Pattern>>),
    Loop(Box<Loop>),
    Bind(Box<Bind>),
    /// A message, by the names of its fields.
    Message(Message, Vec<(Arc<str>, Expr, Presence)>),
}

impl Expr {
    /// Calls `f` for every slot and loop variable in the expression that is bound outside of it.
    pub(super) fn each_name(&self, f: &mut dyn FnMut(&ExprKind)) {
        match &self.kind {
            ExprKind::Slot(_) | ExprKind::Local(_) => f(&self.kind),
            ExprKind::Loop(repeat) => {
                repeat.over.each_name(f);
                let second = repeat.second.as_ref().map(|(_, local)| *local);
                for part in std::iter::once(&repeat.body).chain(&repeat.result) {
                    part.each_name(&mut |name| match name {
                        ExprKind::Local(local) if *local == repeat.local || Some(*local) == second => {}
                        _ => f(name),
                    });
                }
            }
            ExprKind::Bind(bind) => {
                for (at, (_, _, value)) in bind.values.iter().enumerate() {
                    value.each_name(&mut |name| bind.if_free(at, name, f));
                }
                bind.body.each_name(&mut |name| bind.if_free(bind.values.len(), name, f));
            }
            _ => self.each_child(&mut |child| child.each_name(f)),
        }
    }

    fn each_literal(&self, f: &mut dyn FnMut(&Arc<str>)) {
        match &self.kind {
            ExprKind::Literal(Literal::String(text)) => f(text),
            _ => self.each_child(&mut |child| child.each_literal(f)),
        }
    }

    /// Calls `f` for every operand.
    pub(super) fn each_child<'e>(&'e self, f: &mut dyn FnMut(&'e Expr)) {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Broken(_) | ExprKind::Slot(_) | ExprKind::Local(_) => {}
            ExprKind::Field(operand, ..)
            | ExprKind::Fact(operand, ..)
            | ExprKind::Has(operand)
            | ExprKind::Not(operand)
            | ExprKind::Negate(operand) => f(operand),
            ExprKind::Index(operand, index, _) => [operand, index].into_iter().for_each(|expr| f(expr)),
            ExprKind::And(terms) | ExprKind::Or(terms) | ExprKind::Call(_, terms, _) => {
                terms.iter().for_each(f);
            }
            ExprKind::Conditional(parts) => parts.iter().for_each(f),
            ExprKind::Compare(_, operands) => operands.iter().for_each(f),
            ExprKind::Chain(first, rest) => {
                f(first);
                for (_, operand) in rest {
                    f(operand);
                }
            }
            ExprKind::List(items) => items.iter().for_each(|(item, _)| f(item)),
            ExprKind::Map(entries) => entries.iter().for_each(|(key, value, _)| {
                f(key);
                f(value);
            }),
            ExprKind::Loop(repeat) => {
                f(&repeat.over);
                f(&repeat.body);
                repeat.result.iter().for_each(f);
            }
            ExprKind::Bind(bind) => {
                bind.values.iter().for_each(|(_, _, value)| f(value));
                f(&bind.body);
            }
            ExprKind::Message(_, fields) => fields.iter().for_each(|(_, value, _)| f(value)),
        }
    }
}

#[derive(Debug)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(Arc<str>),
    Bytes(Arc<[u8]>),
    Type(&'static str),
}

/// Names for values: `cel.bind`, `cel.block`, and `optMap` for what an optional holds.
#[derive(Debug)]
pub(super) struct Bind {
    pub kind: BindKind,
    /// The names, their slots and values; a value may use the names before it.
    pub values: Vec<(Arc<str>, usize, Expr)>,
    pub body: Expr,
}

impl Bind {
    /// Hands a name on unless one of the first values binds it.
    fn if_free(&self, bound: usize, name: &ExprKind, f: &mut dyn FnMut(&ExprKind)) {
        let binds = |local: &usize| self.values[..bound].iter().any(|(_, known, _)| known == local);
        if !matches!(name, ExprKind::Local(local) if binds(local)) {
            f(name);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BindKind {
    /// The body is the value.
    Plain,
    /// The name is what the optional holds; the result is an optional again.
    OptMap,
    /// Likewise, and the body is an optional.
    OptFlatMap,
}

/// A macro that visits the elements of a list or the keys of a map.
#[derive(Debug)]
pub(super) struct Loop {
    pub kind: LoopKind,
    pub over: Expr,
    pub name: Arc<str>,
    pub local: usize,
    /// The second loop variable: the first is then an index or a key, this one the element or value.
    pub second: Option<(Arc<str>, usize)>,
    /// The condition; of `map` with two arguments, the result.
    pub body: Expr,
    /// The result of a macro that has a condition too.
    pub result: Option<Expr>,
    /// How a loop over a collection is narrowed to the elements that matter.
    pub join: Option<Join>,
}

impl LoopKind {
    /// Whether its answer is true, false or unknown.
    pub(super) fn is_condition(self) -> bool {
        matches!(self, Self::All | Self::Exists | Self::ExistsOne)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoopKind {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
    /// The elements by the order of their results.
    SortBy,
    /// A map with the keys of the map, or the indexes of the list, and the results.
    TransformMap,
    /// A map of all the entries of the results, which are maps.
    TransformMapEntry,
}
