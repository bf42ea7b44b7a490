//! String functions; every piece cut from a string keeps its place.

#![allow(clippy::cast_possible_wrap)] // lengths of strings and lists in memory fit an `i64`

use super::program::{Budget, Fault};
use super::value::{Text, Value};

/// A type's name with its article, for messages.
pub(super) fn article(type_name: &str) -> String {
    match type_name {
        "null_type" => "null".to_owned(),
        "bytes" => "bytes".to_owned(),
        _ if type_name.starts_with(['a', 'e', 'i', 'o']) => format!("an {type_name}"),
        _ => format!("a {type_name}"),
    }
}

fn range<'a>(text: &Text<'a>, from: usize, to: usize) -> Value<'a> {
    Value::Text(text.cut(from..to))
}

pub(super) fn trim<'a>(text: &Text<'a>) -> Value<'a> {
    let start = text.text.len() - text.text.trim_start().len();
    range(text, start, start + text.text.trim().len())
}

/// At most `limit` pieces, the last with all the rest; a negative limit means all pieces.
pub(super) fn split<'a>(
    text: &Text<'a>,
    separator: &str,
    limit: i64,
    budget: &mut Budget,
) -> Result<Value<'a>, Fault> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let whole = &text.text;
    let mut pieces = Vec::new();
    if limit == 0 {
        return Ok(Value::List(pieces.into()));
    }
    let mut start = 0;
    if separator.is_empty() {
        for (at, c) in whole.char_indices() {
            budget.spend(1)?;
            if pieces.len() + 1 == limit {
                break;
            }
            pieces.push(range(text, at, at + c.len_utf8()));
            start = at + c.len_utf8();
        }
        if start < whole.len() {
            pieces.push(range(text, start, whole.len()));
        }
        return Ok(Value::List(pieces.into()));
    }
    for (at, _) in whole.match_indices(separator) {
        budget.spend(1)?;
        if pieces.len() + 1 == limit {
            break;
        }
        pieces.push(range(text, start, at));
        start = at + separator.len();
    }
    pieces.push(range(text, start, whole.len()));
    Ok(Value::List(pieces.into()))
}

pub(super) fn replace(
    text: &str,
    from: &str,
    to: &str,
    limit: i64,
    budget: &mut Budget,
) -> Result<String, Fault> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let hits = if from.is_empty() { text.chars().count() + 1 } else { text.matches(from).count() };
    budget.spend_text(text.len().saturating_add(hits.min(limit).saturating_mul(to.len())))?;
    Ok(text.replacen(from, to, limit))
}

/// Position in characters of the first hit at or after `from`, -1 if there is none.
pub(super) fn index_of(text: &str, needle: &str, from: i64) -> Result<i64, Fault> {
    let start = byte_of(text, from)?;
    Ok(text[start..].find(needle).map_or(-1, |at| text[..start + at].chars().count() as i64))
}

/// Position in characters of the last hit at or before `until`, -1 if there is none.
pub(super) fn last_index_of(text: &str, needle: &str, until: Option<i64>) -> Result<i64, Fault> {
    let end = match until {
        Some(until) => byte_of(text, until)?.saturating_add(needle.len()),
        None => text.len(),
    };
    let mut end = end.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Ok(text[..end].rfind(needle).map_or(-1, |at| text[..at].chars().count() as i64))
}

/// The characters from `from` up to `to`.
pub(super) fn substring<'a>(text: &Text<'a>, from: i64, to: Option<i64>) -> Result<Value<'a>, Fault> {
    let start = byte_of(&text.text, from)?;
    let end = match to {
        Some(to) => byte_of(&text.text, to)?,
        None => text.text.len(),
    };
    if start > end {
        return Err(Fault::Message(format!(
            "substring ends at {} before it starts at {from}",
            to.unwrap_or(0)
        )));
    }
    Ok(range(text, start, end))
}

/// The character at a position; empty just past the end.
pub(super) fn char_at<'a>(text: &Text<'a>, at: i64) -> Result<Value<'a>, Fault> {
    let start = byte_of(&text.text, at)?;
    let len = text.text[start..].chars().next().map_or(0, char::len_utf8);
    Ok(range(text, start, start + len))
}

/// All matches of a regular expression, at most `limit` of them unless it is negative.
pub(super) fn find_all<'a>(
    text: &Text<'a>,
    regex: &regex::Regex,
    limit: i64,
    budget: &mut Budget,
) -> Result<Value<'a>, Fault> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    for hit in regex.find_iter(&text.text).take(limit) {
        budget.spend(1)?;
        found.push(range(text, hit.start(), hit.end()));
    }
    Ok(Value::List(found.into()))
}

/// The first match of a regular expression, empty if there is none, as Kubernetes has it.
pub(super) fn find<'a>(text: &Text<'a>, regex: &regex::Regex) -> Value<'a> {
    match regex.find(&text.text) {
        Some(hit) => range(text, hit.start(), hit.end()),
        None => Value::Text(Text::made("")),
    }
}

fn byte_of(text: &str, position: i64) -> Result<usize, Fault> {
    let boundaries = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    usize::try_from(position)
        .ok()
        .and_then(|position| boundaries.into_iter().nth(position))
        .ok_or_else(|| Fault::Message(format!("position {position} lies outside the string")))
}
