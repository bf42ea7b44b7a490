//! Functions with regular expressions; every piece that they find keeps its place.

use super::Call;
use crate::expr::program::{Budget, Fault};
use crate::expr::value::{Text, Value};

/// `text.matches(pattern)`
pub(super) fn matches<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let text = call.str(0, budget)?;
    budget.spend_text(text.len())?;
    Ok(Value::Bool(call.regex(budget)?.is_match(&text)))
}

/// `text.find(pattern)`: the first match, empty if there is none, as Kubernetes has it.
pub(super) fn find<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let text = call.text(0, budget)?;
    budget.spend_text(text.text.len())?;
    Ok(match call.regex(budget)?.find(&text.text) {
        Some(hit) => Value::Text(text.cut(hit.range())),
        None => Value::made(""),
    })
}

/// `text.findAll(pattern[, limit])`
pub(super) fn find_all<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let text: Text<'a> = call.text(0, budget)?;
    budget.spend_text(text.text.len())?;
    let limit = usize::try_from(call.int(2, budget)?.unwrap_or(-1)).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    for hit in call.regex(budget)?.find_iter(&text.text).take(limit) {
        budget.spend_elements(1)?;
        found.push(Value::Text(text.cut(hit.range())));
    }
    Ok(Value::List(found.into()))
}
