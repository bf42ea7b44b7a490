//! Optional values: something, or nothing.

use super::Call;
use crate::expr::program::{Budget, Fault};
use crate::expr::value::Value;
use crate::expr::view::{View, article};
use std::rc::Rc;

fn some(value: Value<'_>) -> Value<'_> {
    Value::Optional(Rc::new(value))
}

/// `optional.none()`
#[expect(clippy::unnecessary_wraps)] // the table's type
pub(super) fn none<'a>(_: &Call<'_, 'a>, _: &mut Budget) -> Result<Value<'a>, Fault> {
    Ok(some(Value::nothing()))
}

/// `optional.of(x)`
#[expect(clippy::unnecessary_wraps)] // the table's type
pub(super) fn of<'a>(call: &Call<'_, 'a>, _: &mut Budget) -> Result<Value<'a>, Fault> {
    Ok(some(call.args[0].clone()))
}

/// `optional.ofNonZeroValue(x)`
#[expect(clippy::unnecessary_wraps)] // the table's type
pub(super) fn of_non_zero<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let subject = &call.args[0];
    Ok(some(if is_zero(subject, budget) { Value::nothing() } else { subject.clone() }))
}

/// What an optional holds. Where fields may be absent, a value that is not optional is one that may be null.
fn held<'v, 'a>(call: &'v Call<'_, 'a>, budget: &Budget) -> Result<Option<&'v Value<'a>>, Fault> {
    match &call.args[0] {
        Value::Optional(inner) => Ok(inner.is_something().then_some(&**inner)),
        _ if budget.is_strict() => Err(call.wrong(0, budget)),
        value => Ok((!value.is_null()).then_some(value)),
    }
}

/// `x.hasValue()`
pub(super) fn has_value<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    Ok(Value::Bool(held(call, budget)?.is_some()))
}

/// `x.value()`
pub(super) fn value<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    match held(call, budget)? {
        Some(value) => Ok(value.clone()),
        None if budget.is_strict() => Err(Fault::Message("this optional holds no value".to_owned())),
        None => Ok(match &call.args[0] {
            Value::Optional(inner) => (**inner).clone(),
            value => value.clone(),
        }),
    }
}

/// `x.or(y)`
pub(super) fn or<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    Ok(call.args[usize::from(held(call, budget)?.is_none())].clone())
}

/// `x.orValue(y)`
pub(super) fn or_value<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    Ok(held(call, budget)?.unwrap_or(&call.args[1]).clone())
}

fn is_zero(value: &Value<'_>, budget: &Budget) -> bool {
    match value.view(budget) {
        View::Null => true,
        View::Bool(value) => !value,
        View::Int(value) => value == 0,
        View::Uint(value) => value == 0,
        View::Double(value) => value == 0.0,
        View::Str(text) => text.is_empty(),
        View::Bytes(bytes) => bytes.is_empty(),
        View::List | View::Map => value.count() == 0,
        View::Object(object) => object.is_zero(),
        View::Optional => !matches!(value, Value::Optional(inner) if inner.is_something()),
        View::Unknown | View::Type(_) => false,
    }
}

/// `optional.unwrap(list)`, `list.unwrapOpt()`: what the optionals of a list hold.
pub(super) fn unwrap<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let mut held = Vec::new();
    for element in call.elements(0, budget)? {
        match element {
            Value::Optional(inner) if inner.is_something() => held.push((*inner).clone()),
            Value::Optional(_) => {}
            Value::Unknown => return Ok(Value::Unknown),
            other if budget.is_strict() => {
                let found = article(other.view(budget).type_name());
                return Err(call.fault(format!("takes optionals, not {found}")));
            }
            other if other.is_null() => {}
            other => held.push(other),
        }
    }
    Ok(Value::List(held.into()))
}
