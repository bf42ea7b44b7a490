//! Runs a checked expression over its slots.

use super::arithmetic;
use super::compare;
use super::functions;
use super::parse::{Operator, Presence};
use super::program::{Budget, Expr, ExprKind, Fault, Literal, LoopKind, Program, Stop};
use super::value::Value;
use super::view::{View, article};
use crate::source::Span;
use crate::yaml::Kind;
use std::rc::Rc;
use std::sync::Arc;

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
            ExprKind::Compare(operator, operands) => {
                let left = self.value(&operands[0])?;
                let right = self.value(&operands[1])?;
                compare::compare(*operator, &left, &right, self.budget).map_err(|fault| fault.at(expr.span))
            }
            ExprKind::Loop(repeat) => match repeat.kind {
                LoopKind::All => self.quantified(repeat, Tri::True),
                LoopKind::Exists => self.quantified(repeat, Tri::False),
                LoopKind::ExistsOne => self.exists_one(repeat),
                LoopKind::Filter | LoopKind::Map => self.answer(expr),
            },
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
            View::Null => Ok(Tri::False),
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
        match &expr.kind {
            ExprKind::Literal(literal) => Ok(literal_value(literal)),
            ExprKind::Slot(slot) => Ok(self.slots.get(*slot).cloned().unwrap_or(Value::Null)),
            ExprKind::Local(local) => Ok(self.locals[*local].clone()),
            ExprKind::Field(operand, name, presence) => {
                let operand = self.value(operand)?;
                Ok(wrap(self.field(operand, name), *presence))
            }
            ExprKind::Fact(operand, index, name) => Ok(match self.value(operand)? {
                Value::Facts(facts) => facts.fact(*index),
                other => self.field(other, name),
            }),
            ExprKind::Index(operand, index, presence) => {
                let operand = self.value(operand)?;
                let index = self.value(index)?;
                Ok(wrap(self.index(operand, &index, expr.span)?, *presence))
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
                self.budget.spend(items.len()).map_err(at)?;
                self.list(items)
            }
            ExprKind::Map(entries) => self.map(entries, expr.span),
            ExprKind::Call(function, args, pattern) => {
                debug_assert!(args.len() <= functions::MAX_ARITY);
                let mut values: [Value<'a>; functions::MAX_ARITY] = std::array::from_fn(|_| Value::Null);
                for (value, arg) in values.iter_mut().zip(args) {
                    *value = self.value(arg)?;
                }
                functions::call(function, &values[..args.len()], pattern.as_deref(), self.budget).map_err(at)
            }
            ExprKind::Loop(repeat) if matches!(repeat.kind, LoopKind::Filter | LoopKind::Map) => {
                self.collect(repeat)
            }
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
        error.map_or(Ok(answer), Err)
    }

    fn has(&mut self, operand: &Expr) -> Result<Tri, Stop> {
        Ok(match self.value(operand)? {
            Value::Unknown => Tri::Unknown,
            value => Tri::from(!value.is_null()),
        })
    }

    pub(super) fn field(&mut self, operand: Value<'a>, name: &Arc<str>) -> Value<'a> {
        let missing = |parent| Value::Missing { parent, name: name.clone() };
        match operand {
            Value::Node(node) => match node.get(name) {
                // What stood where the text could not be read is not absent: nobody knows it.
                Some(value) if value.kind() == Kind::Empty && value.is_incomplete() => Value::Unknown,
                Some(value) => Value::Node(value),
                None if node.resolve().is_incomplete() => Value::Unknown,
                None if node.resolve().kind() == Kind::Scalar && self.budget.is_unknown(node) => {
                    Value::Unknown
                }
                None => missing(Some(node)),
            },
            Value::Missing { .. } | Value::Unknown => operand,
            Value::Optional(inner) => Value::Optional(Rc::new(self.field((*inner).clone(), name))),
            Value::Map(_) | Value::Facts(_) => {
                operand.entry(&Value::Literal(name.clone()), self.budget).unwrap_or_else(|| missing(None))
            }
            _ => missing(None),
        }
    }

    fn index(&mut self, operand: Value<'a>, index: &Value<'a>, span: Span) -> Result<Value<'a>, Stop> {
        if let Value::Optional(inner) = &operand {
            let value = self.index((**inner).clone(), index, span)?;
            return Ok(Value::Optional(Rc::new(value)));
        }
        let key = index.view(self.budget);
        match (operand.view(self.budget), &key) {
            (View::Null, _) => Ok(operand),
            (View::Unknown, _) | (_, View::Unknown) => Ok(Value::Unknown),
            (_, View::Null) => Ok(Value::Null),
            (View::List, View::Int(_) | View::Uint(_) | View::Double(_)) => {
                let element = position(&key).and_then(|at| element(&operand, at));
                Ok(element.unwrap_or_else(|| missing_index(&operand, index)))
            }
            (View::Map, _) => {
                let entry = operand.entry(index, self.budget);
                Ok(entry.unwrap_or_else(|| missing_index(&operand, index)))
            }
            (View::List, other) => Err(Stop::Error {
                span,
                message: format!("the index of a list is an int, not {}", article(other.type_name())),
            }),
            (other, _) => {
                Err(Stop::Error { span, message: format!("{} has no index", article(other.type_name())) })
            }
        }
    }

    fn list(&mut self, items: &[(Expr, Presence)]) -> Result<Value<'a>, Stop> {
        let mut list = Vec::with_capacity(items.len());
        for (item, presence) in items {
            let value = self.value(item)?;
            match (presence, value) {
                (Presence::Optional, value) if value.is_null() => {}
                (Presence::Optional, Value::Optional(inner)) => list.push((*inner).clone()),
                (_, value) => list.push(value),
            }
        }
        Ok(Value::List(list.into()))
    }

    fn map(&mut self, entries: &[(Expr, Expr, Presence)], span: Span) -> Result<Value<'a>, Stop> {
        let mut map: Vec<(Value<'a>, Value<'a>)> = Vec::with_capacity(entries.len());
        for (key, value, presence) in entries {
            let key = self.value(key)?;
            let view = key.view(self.budget);
            if !matches!(view, View::Bool(_) | View::Int(_) | View::Uint(_) | View::Str(_)) {
                let message = format!("{} cannot be the key of a map", article(view.type_name()));
                return Err(Stop::Error { span, message });
            }
            drop(view);
            for (other, _) in &map {
                if compare::equal(other, &key, self.budget).map_err(|fault| fault.at(span))? == Tri::True {
                    return Err(Stop::Error { span, message: "a key stands twice in this map".to_owned() });
                }
            }
            let value = self.value(value)?;
            match (presence, value) {
                (Presence::Optional, value) if value.is_null() => {}
                (Presence::Optional, Value::Optional(inner)) => map.push((key, (*inner).clone())),
                (_, value) => map.push((key, value)),
            }
        }
        Ok(Value::Map(map.into()))
    }
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

fn wrap(value: Value<'_>, presence: Presence) -> Value<'_> {
    match (presence, value) {
        (Presence::Plain, value) | (Presence::Optional, value @ (Value::Optional(_) | Value::Unknown)) => {
            value
        }
        (Presence::Optional, value) => Value::Optional(Rc::new(value)),
    }
}

/// The place in a list that a number names, if it names one.
fn position(index: &View<'_>) -> Option<usize> {
    match index {
        View::Int(index) => usize::try_from(*index).ok(),
        View::Uint(index) => usize::try_from(*index).ok(),
        // The range guards the cast.
        #[allow(clippy::cast_sign_loss)]
        View::Double(index) if index.fract() == 0.0 && *index >= 0.0 && *index < f64::from(u32::MAX) => {
            Some(*index as usize)
        }
        _ => None,
    }
}

fn element<'a>(list: &Value<'a>, at: usize) -> Option<Value<'a>> {
    match list {
        Value::List(items) => items.get(at).cloned(),
        Value::Node(node) => node.items().nth(at).map(Value::Node),
        Value::Facts(facts) => facts
            .collection()
            .filter(|collection| at < collection.len())
            .map(|collection| collection.element(at)),
        _ => None,
    }
}

fn missing_index<'a>(operand: &Value<'a>, index: &Value<'a>) -> Value<'a> {
    let parent = match operand {
        Value::Node(node) => Some(*node),
        _ => None,
    };
    Value::Missing { parent, name: index.show().into() }
}
