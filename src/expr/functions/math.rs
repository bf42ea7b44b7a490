//! Functions under `math`.

use super::Call;
use crate::expr::compare::{self, Order};
use crate::expr::program::{Budget, Fault};
use crate::expr::value::Value;
use crate::expr::view::{View, article};
use std::cmp::Ordering;

/// `math.greatest(a, b, …)`
pub(super) fn greatest<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    extreme(call, Ordering::Greater, budget)
}

/// `math.least(a, b, …)`
pub(super) fn least<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    extreme(call, Ordering::Less, budget)
}

fn extreme<'a>(call: &Call<'_, 'a>, wanted: Ordering, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let View::List = call.args[0].view(budget) else { return Ok(call.args[0].clone()) };
    let mut best: Option<Value<'a>> = None;
    for element in call.elements(0, budget)? {
        match element.view(budget) {
            View::Unknown => return Ok(Value::Unknown),
            View::Int(_) | View::Uint(_) | View::Double(_) => {}
            View::Null if !budget.is_strict() => continue,
            other => return Err(call.fault(format!("takes numbers, not {}", article(other.type_name())))),
        }
        let better = match &best {
            None => true,
            Some(best) => {
                matches!(compare::order(&element, best, budget)?, Order::Known(Some(order)) if order == wanted)
            }
        };
        if better {
            best = Some(element);
        }
    }
    best.ok_or_else(|| call.fault("takes at least one number"))
}

macro_rules! of_double {
    ($( $(#[$doc:meta])* $name:ident |$value:ident| $result:expr; )*) => {$(
        $(#[$doc])*
        pub(super) fn $name<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
            let View::Double($value) = call.args[0].view(budget) else { return Err(call.wrong(0, budget)) };
            Ok($result)
        }
    )*};
}

of_double! {
    /// `math.ceil(x)`
    ceil |value| Value::Double(value.ceil());
    /// `math.floor(x)`
    floor |value| Value::Double(value.floor());
    /// `math.round(x)`: halves go away from zero.
    round |value| Value::Double(value.round());
    /// `math.trunc(x)`
    trunc |value| Value::Double(value.trunc());
    /// `math.isNaN(x)`
    is_nan |value| Value::Bool(value.is_nan());
    /// `math.isInf(x)`
    is_inf |value| Value::Bool(value.is_infinite());
    /// `math.isFinite(x)`
    is_finite |value| Value::Bool(value.is_finite());
}

/// `math.sqrt(x)`
#[allow(clippy::cast_precision_loss)] // as every conversion to a double
pub(super) fn sqrt<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let value = match call.args[0].view(budget) {
        View::Int(value) => value as f64,
        View::Uint(value) => value as f64,
        View::Double(value) => value,
        _ => return Err(call.wrong(0, budget)),
    };
    Ok(Value::Double(value.sqrt()))
}

/// `math.abs(x)`
pub(super) fn abs<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    match call.args[0].view(budget) {
        View::Int(value) => value
            .checked_abs()
            .map(Value::Int)
            .ok_or_else(|| Fault::Message("the result does not fit 64 bits".to_owned())),
        View::Double(value) => Ok(Value::Double(value.abs())),
        _ => Ok(call.args[0].clone()),
    }
}

/// `math.sign(x)`: -1, 0 or 1 of the type of `x`.
pub(super) fn sign<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    Ok(match call.args[0].view(budget) {
        View::Int(value) => Value::Int(value.signum()),
        View::Uint(value) => Value::Uint(value.min(1)),
        View::Double(value) if value == 0.0 || value.is_nan() => Value::Double(value),
        View::Double(value) => Value::Double(value.signum()),
        _ => return Err(call.wrong(0, budget)),
    })
}

fn bits<'a>(
    call: &Call<'_, 'a>,
    budget: &Budget,
    apply: impl Fn(u64, u64) -> u64,
) -> Result<Value<'a>, Fault> {
    match (call.args[0].view(budget), call.args[1].view(budget)) {
        (View::Int(a), View::Int(b)) => Ok(Value::Int(apply(a as u64, b as u64) as i64)),
        (View::Uint(a), View::Uint(b)) => Ok(Value::Uint(apply(a, b))),
        _ => Err(call.wrong(1, budget)),
    }
}

/// `math.bitAnd(a, b)`
pub(super) fn bit_and<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    bits(call, budget, |a, b| a & b)
}

/// `math.bitOr(a, b)`
pub(super) fn bit_or<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    bits(call, budget, |a, b| a | b)
}

/// `math.bitXor(a, b)`
pub(super) fn bit_xor<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    bits(call, budget, |a, b| a ^ b)
}

/// `math.bitNot(a)`
pub(super) fn bit_not<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    match call.args[0].view(budget) {
        View::Int(value) => Ok(Value::Int(!value)),
        View::Uint(value) => Ok(Value::Uint(!value)),
        _ => Err(call.wrong(0, budget)),
    }
}

/// Shifts the bits of a number, whatever its sign; 64 places or more leave none.
fn shift<'a>(
    call: &Call<'_, 'a>,
    budget: &Budget,
    apply: impl Fn(u64, u32) -> Option<u64>,
) -> Result<Value<'a>, Fault> {
    let by = call.int(1, budget)?.unwrap_or(0);
    if by < 0 {
        return Err(call.fault("cannot shift by a negative number"));
    }
    let shifted = |value| apply(value, u32::try_from(by).unwrap_or(u32::MAX)).unwrap_or(0);
    match call.args[0].view(budget) {
        View::Int(value) => Ok(Value::Int(shifted(value as u64) as i64)),
        View::Uint(value) => Ok(Value::Uint(shifted(value))),
        _ => Err(call.wrong(0, budget)),
    }
}

/// `math.bitShiftLeft(a, places)`
pub(super) fn shift_left<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    shift(call, budget, u64::checked_shl)
}

/// `math.bitShiftRight(a, places)`
pub(super) fn shift_right<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    shift(call, budget, u64::checked_shr)
}
