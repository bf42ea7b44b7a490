//! Lists, maps, messages and names that an expression makes.

use super::compare;
use super::eval::{Machine, Tri};
use super::message::Message;
use super::parse::Presence;
use super::program::{Bind, BindKind, Expr, Fault, Stop};
use super::value::Value;
use super::view::{View, article};
use crate::source::Span;
use std::rc::Rc;
use std::sync::Arc;

impl<'a> Machine<'a, '_> {
    pub(super) fn list(&mut self, items: &[(Expr, Presence)]) -> Result<Value<'a>, Stop> {
        let mut list = Vec::with_capacity(items.len());
        for (item, presence) in items {
            list.extend(self.entry(item, *presence)?);
        }
        Ok(Value::List(list.into()))
    }

    /// The value of an element or entry; none if it was marked with `?` and holds nothing.
    fn entry(&mut self, expr: &Expr, presence: Presence) -> Result<Option<Value<'a>>, Stop> {
        let value = self.value(expr)?;
        Ok(match (presence, value) {
            (Presence::Optional, Value::Optional(inner)) => inner.is_something().then(|| (*inner).clone()),
            (Presence::Optional, Value::Unknown) => Some(Value::Unknown),
            (Presence::Optional, value) if self.budget.is_strict() => {
                let message = format!(
                    "`?` stands before an optional, not {}",
                    article(value.view(self.budget).type_name())
                );
                return Err(Stop::Error { span: expr.span, message });
            }
            (Presence::Optional, value) if value.is_null() => None,
            (_, value) => Some(value),
        })
    }

    pub(super) fn map(&mut self, entries: &[(Expr, Expr, Presence)], span: Span) -> Result<Value<'a>, Stop> {
        let mut map: Vec<(Value<'a>, Value<'a>)> = Vec::with_capacity(entries.len());
        for (key, value, presence) in entries {
            let key = self.value(key)?;
            if let View::Unknown = key.view(self.budget) {
                return Ok(Value::Unknown);
            }
            self.check_key(&key, &map).map_err(|fault| fault.at(span))?;
            map.extend(self.entry(value, *presence)?.map(|value| (key, value)));
        }
        Ok(Value::Map(map.into()))
    }

    /// Whether a value may be the next key of a map.
    fn check_key(&mut self, key: &Value<'a>, map: &[(Value<'a>, Value<'a>)]) -> Result<(), Fault> {
        let view = key.view(self.budget);
        if !matches!(view, View::Bool(_) | View::Int(_) | View::Uint(_) | View::Str(_)) {
            return Err(Fault::Message(format!("{} cannot be the key of a map", article(view.type_name()))));
        }
        for (other, _) in map {
            self.budget.spend(1)?;
            if compare::equal(other, key, self.budget)? == Tri::True {
                return Err(Fault::Message("a key stands twice in this map".to_owned()));
            }
        }
        Ok(())
    }

    pub(super) fn message(
        &mut self,
        message: Message,
        fields: &[(Arc<str>, Expr, Presence)],
        span: Span,
    ) -> Result<Value<'a>, Stop> {
        let mut set = Vec::with_capacity(fields.len());
        for (name, value, presence) in fields {
            set.extend(self.entry(value, *presence)?.map(|value| (name.clone(), value)));
        }
        message.make(set, self.budget).map_err(|fault| fault.at(span))
    }

    /// Binds the names of a [`BindKind::Plain`].
    pub(super) fn bind_values(&mut self, bind: &Bind) -> Result<(), Stop> {
        for (_, local, value) in &bind.values {
            let value = self.value(value)?;
            self.bind(*local, value);
        }
        Ok(())
    }

    /// The value of a body with its names bound.
    pub(super) fn bound(&mut self, bind: &Bind) -> Result<Value<'a>, Stop> {
        if bind.kind == BindKind::Plain {
            self.bind_values(bind)?;
            return self.value(&bind.body);
        }
        // An `optMap` has one value.
        let [(_, local, over)] = &bind.values[..] else { return Ok(Value::Null) };
        let held = match self.value(over)? {
            Value::Unknown => return Ok(Value::Unknown),
            Value::Optional(inner) if inner.is_something() => (*inner).clone(),
            none @ Value::Optional(_) => return Ok(none),
            other if self.budget.is_strict() => {
                let found = article(other.view(self.budget).type_name());
                let message = format!("`optMap` takes an optional, not {found}");
                return Err(Stop::Error { span: over.span, message });
            }
            null if null.is_null() => return Ok(Value::Optional(Rc::new(null))),
            value => value,
        };
        self.bind(*local, held);
        match (bind.kind, self.value(&bind.body)?) {
            (_, Value::Unknown) => Ok(Value::Unknown),
            (BindKind::OptFlatMap, optional @ Value::Optional(_)) => Ok(optional),
            (BindKind::OptFlatMap, other) if self.budget.is_strict() => {
                let found = article(other.view(self.budget).type_name());
                let message = format!("`optFlatMap` takes an expression for an optional, not {found}");
                Err(Stop::Error { span: bind.body.span, message })
            }
            (_, value) => Ok(Value::Optional(Rc::new(value))),
        }
    }
}
