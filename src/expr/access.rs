//! Fields and indexes: what is there, what is absent, what cannot be known.

use super::eval::{Machine, Tri};
use super::parse::Presence;
use super::program::{Budget, Expr, ExprKind, Fault, Stop};
use super::value::Value;
use super::view::{View, article};
use crate::yaml::Kind;
use std::rc::Rc;
use std::sync::Arc;

impl<'a> Machine<'a, '_> {
    /// `has(x.field)`, and where it is allowed `has(x[i])` and `has(x)`.
    pub(super) fn has(&mut self, operand: &Expr) -> Result<Tri, Stop> {
        let at = |fault: Fault| fault.at(operand.span);
        let (found, optional) = match &operand.kind {
            ExprKind::Field(base, name, presence) => {
                let base = self.value(base)?;
                let optional = matches!(base, Value::Optional(_)) || *presence == Presence::Optional;
                (self.lookup(base, name).map_err(at)?, optional)
            }
            ExprKind::Index(base, index, presence) => {
                let base = self.value(base)?;
                let index = self.value(index)?;
                let optional = matches!(base, Value::Optional(_)) || *presence == Presence::Optional;
                (self.element(base, &index).map_err(at)?, optional)
            }
            _ => (self.value(operand)?, false),
        };
        Ok(match &found {
            Value::Unknown => Tri::Unknown,
            Value::Optional(inner) if optional => Tri::from(inner.is_something()),
            // An optional that is the value of a field is there, whatever it holds.
            Value::Optional(_) => Tri::True,
            value if self.budget.is_strict() => Tri::from(value.is_something()),
            value => Tri::from(!value.is_null()),
        })
    }

    /// The value of a field, as its mode has it.
    pub(super) fn field(
        &mut self,
        operand: Value<'a>,
        name: &Arc<str>,
        presence: Presence,
    ) -> Result<Value<'a>, Fault> {
        let chained = matches!(operand, Value::Optional(_));
        let found = self.lookup(operand, name)?;
        if chained { Ok(found) } else { present(found, presence, self.budget) }
    }

    /// The element under an index, as its mode has it.
    pub(super) fn index(
        &mut self,
        operand: Value<'a>,
        index: &Value<'a>,
        presence: Presence,
    ) -> Result<Value<'a>, Fault> {
        let chained = matches!(operand, Value::Optional(_));
        let found = self.element(operand, index)?;
        if chained { Ok(found) } else { present(found, presence, self.budget) }
    }

    /// The value of a field; what is not there is missing, whatever the mode.
    fn lookup(&mut self, operand: Value<'a>, name: &Arc<str>) -> Result<Value<'a>, Fault> {
        let missing = |parent| Value::Missing { parent, name: name.clone() };
        Ok(match operand {
            Value::Node(node) => match node.get(name) {
                // What stood where the text could not be read is not absent: nobody knows it.
                Some(value) if value.kind() == Kind::Empty && value.is_incomplete() => Value::Unknown,
                Some(value) => Value::Node(value),
                None if node.resolve().is_incomplete() => Value::Unknown,
                None if node.resolve().kind() == Kind::Scalar && self.budget.is_unknown(node) => {
                    Value::Unknown
                }
                None if self.budget.is_strict() && node.resolve().kind() != Kind::Mapping => {
                    return Err(no_field(&operand, name, self.budget));
                }
                None => missing(Some(node)),
            },
            Value::Optional(inner) if inner.is_something() => {
                Value::Optional(Rc::new(self.lookup((*inner).clone(), name)?))
            }
            Value::Map(_) | Value::Facts(_) | Value::Made(_) => {
                operand.entry(&Value::Literal(name.clone()), self.budget).unwrap_or_else(|| missing(None))
            }
            Value::Unknown | Value::Optional(_) => operand,
            _ if self.budget.is_strict() => return Err(no_field(&operand, name, self.budget)),
            Value::Missing { .. } => operand,
            _ => missing(None),
        })
    }

    /// The element under an index; what is not there is missing, whatever the mode.
    fn element(&mut self, operand: Value<'a>, index: &Value<'a>) -> Result<Value<'a>, Fault> {
        if let Value::Optional(inner) = &operand {
            if !inner.is_something() {
                return Ok(operand);
            }
            let value = self.element((**inner).clone(), index)?;
            return Ok(Value::Optional(Rc::new(value)));
        }
        let strict = self.budget.is_strict();
        let key = index.view(self.budget);
        match (operand.view(self.budget), &key) {
            (View::Unknown, _) | (_, View::Unknown) => Ok(Value::Unknown),
            (View::Null, _) if !strict => Ok(operand),
            (_, View::Null) if !strict => Ok(Value::Null),
            (View::List, View::Double(at)) if at.fract() != 0.0 => {
                Err(Fault::Message(format!("the index of a list is a whole number, not {at}")))
            }
            (View::List, View::Int(_) | View::Uint(_) | View::Double(_)) => {
                let element = position(&key).and_then(|at| nth(&operand, at));
                Ok(element.unwrap_or_else(|| missing_index(&operand, index)))
            }
            (View::Map, View::Bool(_) | View::Int(_) | View::Uint(_) | View::Double(_) | View::Str(_)) => {
                let entry = operand.entry(index, self.budget);
                Ok(entry.unwrap_or_else(|| missing_index(&operand, index)))
            }
            (View::Map, other) => {
                Err(Fault::Message(format!("{} is never the key of a map", article(other.type_name()))))
            }
            (View::List, other) => Err(Fault::Message(format!(
                "the index of a list is an int, not {}",
                article(other.type_name())
            ))),
            (other, _) => Err(Fault::Message(format!("{} has no index", article(other.type_name())))),
        }
    }
}

fn no_field(operand: &Value<'_>, name: &str, budget: &Budget) -> Fault {
    let of = article(operand.view(budget).type_name());
    Fault::Message(format!("{of} has no field `{name}`"))
}

/// What was found in a value that is no optional: as an optional, or as it is; to the letter of CEL what is absent is an error.
fn present<'a>(found: Value<'a>, presence: Presence, budget: &Budget) -> Result<Value<'a>, Fault> {
    match (presence, found) {
        (_, Value::Unknown) => Ok(Value::Unknown),
        (Presence::Plain, Value::Missing { name, .. }) if budget.is_strict() => {
            Err(Fault::Message(format!("no such key: `{name}`")))
        }
        (Presence::Plain, found) => Ok(found),
        // `x.?field` holds something when `has(x.field)`.
        (Presence::Optional, Value::Node(node)) if node.is_null() && !budget.is_strict() => {
            let name = node.key().map_or_else(|| Arc::from(""), |key| Arc::from(&*key.text()));
            Ok(Value::Optional(Rc::new(Value::Missing { parent: node.parent(), name })))
        }
        (Presence::Optional, Value::Null) if !budget.is_strict() => {
            Ok(Value::Optional(Rc::new(Value::nothing())))
        }
        (Presence::Optional, found) => Ok(Value::Optional(Rc::new(found))),
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

fn nth<'a>(list: &Value<'a>, at: usize) -> Option<Value<'a>> {
    match list {
        Value::List(items) => items.get(at).cloned(),
        Value::Node(node) => node.items().nth(at).map(Value::Node),
        Value::Facts(facts) => {
            let collection = facts.collection().filter(|collection| at < collection.len());
            collection.map(|collection| collection.element(at))
        }
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
