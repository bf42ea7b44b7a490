//! Runs a checked expression over its slots.

use super::arithmetic;
use super::compare;
use super::functions;
use super::parse::{Operator, Presence};
use super::program::{BindKind, Budget, Expr, ExprKind, Fault, Literal, LoopKind, Program, Stop};
use super::value::Value;
use super::view::{View, article};

/// The answer of a condition in Kleene's logic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tri {
    False,
    True,
    Unknown,
}

impl Tri {
    pub(super) fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::True => Self::False,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Tri {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl From<Tri> for Value<'_> {
    fn from(answer: Tri) -> Self {
        match answer {
            Tri::False => Value::Bool(false),
            Tri::True => Value::Bool(true),
            Tri::Unknown => Value::Unknown,
        }
    }
}

/// One evaluation at work.
pub(super) struct Machine<'a, 'm> {
    slots: &'m [Value<'a>],
    pub(super) locals: Vec<Value<'a>>,
    pub(super) budget: &'m mut Budget,
}

impl<'a, 'm> Machine<'a, 'm> {
    pub(super) fn new(program: &Program, slots: &'m [Value<'a>], budget: &'m mut Budget) -> Self {
        budget.mode = program.mode;
        Self { slots, locals: vec![Value::Null; program.local_slots], budget }
    }

    /// A machine for an expression that names nothing but loop variables.
    pub(super) fn with_locals(count: usize, budget: &'m mut Budget) -> Self {
        Self { slots: &[], locals: vec![Value::Null; count], budget }
    }

    /// A machine over the same slots with loop variables of its own.
    pub(super) fn within(&mut self, locals: usize) -> Machine<'a, '_> {
        Machine { slots: self.slots, locals: vec![Value::Null; locals], budget: self.budget }
    }

    pub(super) fn slot_count(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn local_count(&self) -> usize {
        self.locals.len()
    }

    pub(super) fn bind(&mut self, local: usize, value: Value<'a>) {
        self.locals[local] = value;
    }

    pub(super) fn local(&self, local: usize) -> Value<'a> {
        self.locals[local].clone()
    }

    /// The answer of a condition; null counts as false.
    pub(super) fn condition(&mut self, expr: &Expr) -> Result<Tri, Stop> {
        match &expr.kind {
            ExprKind::Not(operand) => self.condition(operand).map(Tri::not),
            ExprKind::And(terms) => self.joined(terms, Tri::False),
            ExprKind::Or(terms) => self.joined(terms, Tri::True),
            ExprKind::Has(operand) => self.has(operand),
            ExprKind::Compare(Operator::In, operands) if let Some(items) = literals(&operands[1]) => {
                let needle = self.value(&operands[0])?;
                compare::is_one_of(&needle, items, self.budget).map_err(|fault| fault.at(expr.span))
            }
            ExprKind::Compare(operator, operands) => {
                let left = self.value(&operands[0])?;
                let right = self.value(&operands[1])?;
                compare::compare(*operator, &left, &right, self.budget).map_err(|fault| fault.at(expr.span))
            }
            ExprKind::Loop(repeat) => match repeat.kind {
                LoopKind::All => self.quantified(repeat, Tri::True),
                LoopKind::Exists => self.quantified(repeat, Tri::False),
                LoopKind::ExistsOne => self.exists_one(repeat),
                _ => self.answer(expr),
            },
            ExprKind::Bind(bind) if bind.kind == BindKind::Plain => {
                self.bind_values(bind)?;
                self.condition(&bind.body)
            }
            ExprKind::Conditional(parts) => match self.condition(&parts[0])? {
                Tri::True => self.condition(&parts[1]),
                Tri::False => self.condition(&parts[2]),
                Tri::Unknown => {
                    let (then, otherwise) = (self.condition(&parts[1])?, self.condition(&parts[2])?);
                    Ok(if then == otherwise { then } else { Tri::Unknown })
                }
            },
            _ => self.answer(expr),
        }
    }

    fn answer(&mut self, expr: &Expr) -> Result<Tri, Stop> {
        match self.value(expr)?.view(self.budget) {
            View::Bool(answer) => Ok(Tri::from(answer)),
            View::Null if !self.budget.is_strict() => Ok(Tri::False),
            View::Unknown => Ok(Tri::Unknown),
            other => {
                let message = format!("a condition is true or false, not {}", article(other.type_name()));
                Err(Stop::Error { span: expr.span, message })
            }
        }
    }

    /// The value of an expression.
    pub(super) fn value(&mut self, expr: &Expr) -> Result<Value<'a>, Stop> {
        let at = |fault: Fault| fault.at(expr.span);
        self.budget.spend(1).map_err(at)?;
        match &expr.kind {
            ExprKind::Literal(literal) => Ok(literal_value(literal)),
            ExprKind::Slot(slot) => {
                let value = self.slots.get(*slot).unwrap_or(&Value::Null);
                self.budget.spend_clone(value).map_err(at)?;
                Ok(value.clone())
            }
            ExprKind::Local(local) => {
                let value = &self.locals[*local];
                self.budget.spend_clone(value).map_err(at)?;
                Ok(value.clone())
            }
            ExprKind::Broken(message) => Err(Stop::Error { span: expr.span, message: message.clone() }),
            ExprKind::Field(operand, name, presence) => {
                let operand = self.value(operand)?;
                self.field(operand, name, *presence).map_err(at)
            }
            ExprKind::Fact(operand, index, name) => match self.value(operand)? {
                Value::Facts(facts) => Ok(facts.fact(*index)),
                Value::Made(made) => Ok(made.facts[*index].clone()),
                other => self.field(other, name, Presence::Plain).map_err(at),
            },
            ExprKind::Index(operand, index, presence) => {
                let operand = self.value(operand)?;
                let index = self.value(index)?;
                self.index(operand, &index, *presence).map_err(at)
            }
            ExprKind::Negate(operand) => {
                let operand = self.value(operand)?;
                arithmetic::negate(&operand, self.budget).map_err(at)
            }
            ExprKind::Conditional(parts) => match self.condition(&parts[0])? {
                Tri::True => self.value(&parts[1]),
                Tri::False => self.value(&parts[2]),
                Tri::Unknown => {
                    let (then, otherwise) = (self.value(&parts[1])?, self.value(&parts[2])?);
                    let same = compare::equal(&then, &otherwise, self.budget).map_err(at)?;
                    Ok(if same == Tri::True { then } else { Value::Unknown })
                }
            },
            ExprKind::Chain(first, rest) => {
                let mut value = self.value(first)?;
                for (operator, operand) in rest {
                    let operand = self.value(operand)?;
                    value = self.operate(*operator, &value, &operand).map_err(at)?;
                }
                Ok(value)
            }
            ExprKind::List(items) => {
                self.budget.spend_elements(items.len()).map_err(at)?;
                self.list(items)
            }
            ExprKind::Map(entries) => {
                self.budget.spend_elements(entries.len() * 2).map_err(at)?;
                self.map(entries, expr.span)
            }
            ExprKind::Call(function, args, pattern) => {
                debug_assert!(args.len() <= functions::MAX_ARITY);
                let mut values: [Value<'a>; functions::MAX_ARITY] = std::array::from_fn(|_| Value::Null);
                for (value, arg) in values.iter_mut().zip(args) {
                    *value = self.value(arg)?;
                }
                functions::call(function, &values[..args.len()], pattern.as_ref(), self.budget).map_err(at)
            }
            ExprKind::Bind(bind) => self.bound(bind),
            ExprKind::Message(message, fields) => self.message(*message, fields, expr.span),
            ExprKind::Loop(repeat) if !repeat.kind.is_condition() => self.collect(repeat),
            ExprKind::Not(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Has(_)
            | ExprKind::Compare(..)
            | ExprKind::Loop(_) => self.condition(expr).map(Value::from),
        }
    }

    fn operate(
        &mut self,
        operator: Operator,
        left: &Value<'a>,
        right: &Value<'a>,
    ) -> Result<Value<'a>, Fault> {
        match operator {
            Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Remainder => arithmetic::apply(operator, left, right, self.budget),
            _ => compare::compare(operator, left, right, self.budget).map(Value::from),
        }
    }

    /// `&&` and `||`: the deciding answer wins over unknowns and errors on either side, as CEL has it.
    fn joined(&mut self, terms: &[Expr], deciding: Tri) -> Result<Tri, Stop> {
        let mut answer = deciding.not();
        let mut error = None;
        for term in terms {
            match self.condition(term) {
                Ok(found) if found == deciding => return Ok(deciding),
                Ok(Tri::Unknown) => answer = Tri::Unknown,
                Ok(_) => {}
                Err(Stop::Budget) => return Err(Stop::Budget),
                Err(stop) => error = error.or(Some(stop)),
            }
        }
        match (answer, error) {
            // What cannot be known may still decide: nothing is said, not even that the rest has no answer.
            (Tri::Unknown, _) | (_, None) => Ok(answer),
            (_, Some(stop)) => Err(stop),
        }
    }
}

/// The elements of a list that is written out, if all are literals: nothing need be made to look into it.
fn literals<'e, 'a>(list: &'e Expr) -> Option<impl Iterator<Item = Value<'a>> + use<'e, 'a>> {
    let ExprKind::List(items) = &list.kind else { return None };
    let literal = |(item, presence): &'e (Expr, Presence)| match (&item.kind, presence) {
        (ExprKind::Literal(literal), Presence::Plain) => Some(literal),
        _ => None,
    };
    let is_literal = |item| literal(item).is_some();
    items.iter().all(is_literal).then(|| items.iter().filter_map(literal).map(literal_value))
}

fn literal_value<'a>(literal: &Literal) -> Value<'a> {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Uint(value) => Value::Uint(*value),
        Literal::Double(value) => Value::Double(*value),
        Literal::String(text) => Value::Literal(text.clone()),
        Literal::Bytes(bytes) => Value::Bytes(bytes.clone()),
        Literal::Type(name) => Value::Type(name),
    }
}
