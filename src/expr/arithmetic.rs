//! `+ - * / %` and the unary minus: checked, never wrapping, null where an operand is null.

use super::parse::Operator;
use super::program::{Budget, Fault};
use super::value::Value;
use super::view::{View, article};

/// Applies an arithmetic operator.
pub(super) fn apply<'a>(
    operator: Operator,
    left: &Value<'a>,
    right: &Value<'a>,
    budget: &mut Budget,
) -> Result<Value<'a>, Fault> {
    match (left.view(budget), right.view(budget)) {
        (View::Unknown, _) | (_, View::Unknown) => Ok(Value::Unknown),
        (View::Null, _) | (_, View::Null) if !budget.is_strict() => Ok(Value::Null),
        (View::Int(a), View::Int(b)) => int(operator, a, b).map(Value::Int),
        (View::Uint(a), View::Uint(b)) => uint(operator, a, b).map(Value::Uint),
        (View::Double(a), View::Double(b)) if operator != Operator::Remainder => {
            Ok(Value::Double(match operator {
                Operator::Add => a + b,
                Operator::Subtract => a - b,
                Operator::Multiply => a * b,
                _ => a / b,
            }))
        }
        (View::Str(a), View::Str(b)) if operator == Operator::Add => {
            budget.spend_text(a.len() + b.len())?;
            Ok(Value::made(format!("{a}{b}")))
        }
        (View::Bytes(a), View::Bytes(b)) if operator == Operator::Add => {
            budget.spend_text(a.len() + b.len())?;
            Ok(Value::Bytes([a, b].concat().into()))
        }
        (View::Object(a), View::Object(b))
            if let Some(result) = match operator {
                Operator::Add => a.plus(b),
                Operator::Subtract => a.minus(b),
                _ => None,
            } =>
        {
            result.map(Value::Object).map_err(Fault::Message)
        }
        (View::List, View::List) if operator == Operator::Add => {
            budget.spend_elements(left.count() + right.count())?;
            let mut elements = left.elements();
            elements.extend(right.elements());
            Ok(Value::List(elements.into()))
        }
        (a, b) => Err(Fault::Message(format!(
            "`{}` cannot join {} and {}",
            operator.symbol(),
            article(a.type_name()),
            article(b.type_name())
        ))),
    }
}

/// Applies the unary minus.
pub(super) fn negate<'a>(value: &Value<'a>, budget: &Budget) -> Result<Value<'a>, Fault> {
    match value.view(budget) {
        View::Unknown => Ok(Value::Unknown),
        View::Null if !budget.is_strict() => Ok(Value::Null),
        View::Int(value) => value.checked_neg().map(Value::Int).ok_or_else(overflow),
        View::Double(value) => Ok(Value::Double(-value)),
        other => Err(Fault::Message(format!("`-` cannot negate {}", article(other.type_name())))),
    }
}

fn int(operator: Operator, a: i64, b: i64) -> Result<i64, Fault> {
    if b == 0 && matches!(operator, Operator::Divide | Operator::Remainder) {
        return Err(Fault::Message("division by zero".to_owned()));
    }
    let result = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Divide => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    result.ok_or_else(overflow)
}

fn uint(operator: Operator, a: u64, b: u64) -> Result<u64, Fault> {
    if b == 0 && matches!(operator, Operator::Divide | Operator::Remainder) {
        return Err(Fault::Message("division by zero".to_owned()));
    }
    let result = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Divide => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    result.ok_or_else(overflow)
}

fn overflow() -> Fault {
    Fault::Message("the result does not fit 64 bits".to_owned())
}
