//! Lists as sets: what they hold counts, not how often or in which order.

use super::Call;
use crate::expr::compare::Seen;
use crate::expr::program::{Budget, Fault};
use crate::expr::value::Value;
use crate::expr::view::View;

/// Whether all, or any, of the elements of a list are among those of another; `None` if one of them cannot be known.
fn among(
    asked: &[Value<'_>],
    held: &[Value<'_>],
    all: bool,
    budget: &mut Budget,
) -> Result<Option<bool>, Fault> {
    if asked.iter().chain(held).any(|element| matches!(element.view(budget), View::Unknown)) {
        return Ok(None);
    }
    let mut seen = Seen::default();
    for element in held {
        seen.insert(element, budget)?;
    }
    for element in asked {
        if seen.contains(element, budget)? != all {
            return Ok(Some(!all));
        }
    }
    Ok(Some(all))
}

fn answer<'a>(found: Option<bool>) -> Value<'a> {
    found.map_or(Value::Unknown, Value::Bool)
}

/// `sets.contains(list, part)`
pub(super) fn contains<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let (list, part) = (call.elements(0, budget)?, call.elements(1, budget)?);
    among(&part, &list, true, budget).map(answer)
}

/// `sets.equivalent(a, b)`
pub(super) fn equivalent<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let (a, b) = (call.elements(0, budget)?, call.elements(1, budget)?);
    match among(&a, &b, true, budget)? {
        Some(true) => among(&b, &a, true, budget).map(answer),
        found => Ok(answer(found)),
    }
}

/// `sets.intersects(a, b)`
pub(super) fn intersects<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let (a, b) = (call.elements(0, budget)?, call.elements(1, budget)?);
    among(&a, &b, false, budget).map(answer)
}
