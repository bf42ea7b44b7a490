//! Functions over strings; every piece cut from a string keeps its place.

#![allow(clippy::cast_possible_wrap)] // lengths of strings and lists in memory fit an `i64`

use super::Call;
use crate::expr::program::{Budget, Fault};
use crate::expr::value::{Text, Value};

/// The string a function is about, paid for.
fn subject<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Text<'a>, Fault> {
    let subject = call.text(0, budget)?;
    budget.spend_text(subject.text.len())?;
    Ok(subject)
}

fn made<'a>(
    call: &Call<'_, 'a>,
    budget: &mut Budget,
    change: impl FnOnce(&str) -> String,
) -> Result<Value<'a>, Fault> {
    subject(call, budget).map(|subject| Value::made(change(&subject.text)))
}

/// `text.lowerAscii()`
pub(super) fn lower<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    made(call, budget, str::to_ascii_lowercase)
}

/// `text.upperAscii()`
pub(super) fn upper<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    made(call, budget, str::to_ascii_uppercase)
}

/// `text.reverse()`
pub(super) fn reverse<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    made(call, budget, |text| text.chars().rev().collect())
}

/// `text.trim()`
pub(super) fn trim<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let text = subject(call, budget)?;
    let start = text.text.len() - text.text.trim_start().len();
    Ok(piece(&text, start, start + text.text.trim().len()))
}

/// `text.charAt(position)`: empty just past the end.
pub(super) fn char_at<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let text = subject(call, budget)?;
    let start = byte_of(&text.text, call.int(1, budget)?.unwrap_or(0))?;
    let len = text.text[start..].chars().next().map_or(0, char::len_utf8);
    Ok(piece(&text, start, start + len))
}

/// `text.substring(from[, to])`
pub(super) fn substring<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let text = subject(call, budget)?;
    let from = call.int(1, budget)?.unwrap_or(0);
    let start = byte_of(&text.text, from)?;
    let Some(to) = call.int(2, budget)? else { return Ok(piece(&text, start, text.text.len())) };
    let end = byte_of(&text.text, to)?;
    if start > end {
        return Err(Fault::Message(format!("substring ends at {to} before it starts at {from}")));
    }
    Ok(piece(&text, start, end))
}

/// `text.startsWith(part)`
pub(super) fn starts_with<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    Ok(Value::Bool(call.str(0, budget)?.starts_with(&*call.str(1, budget)?)))
}

/// `text.endsWith(part)`
pub(super) fn ends_with<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    Ok(Value::Bool(call.str(0, budget)?.ends_with(&*call.str(1, budget)?)))
}

/// `text.contains(part)`
pub(super) fn contains<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let text = call.str(0, budget)?;
    budget.spend_text(text.len())?;
    Ok(Value::Bool(text.contains(&*call.str(1, budget)?)))
}

/// `text.indexOf(part[, from])`: the position in characters of the first hit at or after `from`, -1 if there is none.
pub(super) fn index_of<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let (text, part) = (call.str(0, budget)?, call.str(1, budget)?);
    budget.spend_text(text.len())?;
    let start = byte_of(&text, call.int(2, budget)?.unwrap_or(0))?;
    let found = text[start..].find(&*part).map_or(-1, |at| text[..start + at].chars().count() as i64);
    Ok(Value::Int(found))
}

/// `text.lastIndexOf(part[, until])`: the position of the last hit at or before `until`, -1 if there is none.
pub(super) fn last_index_of<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let (text, part) = (call.str(0, budget)?, call.str(1, budget)?);
    budget.spend_text(text.len())?;
    let end = match call.int(2, budget)? {
        Some(until) => byte_of(&text, until)?.saturating_add(part.len()),
        None => text.len(),
    };
    let mut end = end.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let found = text[..end].rfind(&*part).map_or(-1, |at| text[..at].chars().count() as i64);
    Ok(Value::Int(found))
}

/// `text.split(separator[, limit])`: at most `limit` pieces, the last with all the rest; a negative limit means all.
pub(super) fn split<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let text = subject(call, budget)?;
    let separator = call.str(1, budget)?;
    let limit = usize::try_from(call.int(2, budget)?.unwrap_or(-1)).unwrap_or(usize::MAX);
    let whole = &text.text;
    let mut pieces = Vec::new();
    if limit == 0 {
        return Ok(Value::List(pieces.into()));
    }
    let mut start = 0;
    if separator.is_empty() {
        for (at, c) in whole.char_indices() {
            budget.spend_elements(1)?;
            if pieces.len() + 1 == limit {
                break;
            }
            start = at + c.len_utf8();
            pieces.push(piece(&text, at, start));
        }
        if start < whole.len() {
            pieces.push(piece(&text, start, whole.len()));
        }
        return Ok(Value::List(pieces.into()));
    }
    for (at, _) in whole.match_indices(&*separator) {
        budget.spend_elements(1)?;
        if pieces.len() + 1 == limit {
            break;
        }
        pieces.push(piece(&text, start, at));
        start = at + separator.len();
    }
    pieces.push(piece(&text, start, whole.len()));
    Ok(Value::List(pieces.into()))
}

/// `text.replace(from, to[, limit])`
pub(super) fn replace<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let text = subject(call, budget)?.text;
    let (from, to) = (call.str(1, budget)?, call.str(2, budget)?);
    let limit = usize::try_from(call.int(3, budget)?.unwrap_or(-1)).unwrap_or(usize::MAX);
    let hits = if from.is_empty() { text.chars().count() + 1 } else { text.matches(&*from).count() };
    budget.spend_text(text.len().saturating_add(hits.min(limit).saturating_mul(to.len())))?;
    Ok(Value::made(text.replacen(&*from, &to, limit)))
}

fn piece<'a>(text: &Text<'a>, from: usize, to: usize) -> Value<'a> {
    Value::Text(text.cut(from..to))
}

fn byte_of(text: &str, position: i64) -> Result<usize, Fault> {
    let boundaries = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    usize::try_from(position)
        .ok()
        .and_then(|position| boundaries.into_iter().nth(position))
        .ok_or_else(|| Fault::Message(format!("position {position} lies outside the string")))
}
