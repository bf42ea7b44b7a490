//! Functions with regular expressions; every piece that they find keeps its place.

use super::Call;
use crate::expr::program::{Budget, Fault};
use crate::expr::value::Value;
use regex::Regex;
use std::rc::Rc;

/// `text.matches(pattern)`
pub(super) fn matches<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let (text, pattern) = (call.str(0, budget)?, call.pattern(budget)?);
    pattern.spend_search(text.len(), budget)?;
    Ok(Value::Bool(pattern.regex()?.is_match(&text)))
}

/// `text.find(pattern)`: the first match, empty if there is none, as Kubernetes has it.
pub(super) fn find<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let (text, pattern) = (call.text(0, budget)?, call.pattern(budget)?);
    pattern.spend_search(text.text.len(), budget)?;
    Ok(match pattern.regex()?.find(&text.text) {
        Some(hit) => Value::Text(text.cut(hit.range())),
        None => Value::made(""),
    })
}

/// `text.findAll(pattern[, limit])`
pub(super) fn find_all<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let (text, pattern) = (call.text(0, budget)?, call.pattern(budget)?);
    pattern.spend_search(text.text.len(), budget)?;
    let mut found = Vec::new();
    for hit in pattern.regex()?.find_iter(&text.text).take(limit(call, 2, budget)?) {
        pattern.spend_next(text.text.len() - hit.end(), budget)?;
        found.push(Value::Text(text.cut(hit.range())));
    }
    Ok(Value::List(found.into()))
}

/// A limit that is given: none if it is negative.
fn limit(call: &Call<'_, '_>, at: usize, budget: &Budget) -> Result<usize, Fault> {
    Ok(usize::try_from(call.int(at, budget)?.unwrap_or(-1)).unwrap_or(usize::MAX))
}

/// `regex.extract(text, pattern)`: what the group matches, or the whole pattern where it has none; as an optional.
pub(super) fn extract<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let (text, pattern) = (call.text(0, budget)?, call.pattern(budget)?);
    pattern.spend_search(text.text.len(), budget)?;
    let regex = pattern.regex()?;
    let group = group(call, regex)?;
    let found = regex.captures(&text.text).and_then(|found| found.get(group));
    Ok(Value::Optional(Rc::new(match found {
        Some(hit) => Value::Text(text.cut(hit.range())),
        None => Value::nothing(),
    })))
}

/// `regex.extractAll(text, pattern)`
pub(super) fn extract_all<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let (text, pattern) = (call.text(0, budget)?, call.pattern(budget)?);
    pattern.spend_search(text.text.len(), budget)?;
    let regex = pattern.regex()?;
    let group = group(call, regex)?;
    let mut found = Vec::new();
    for hit in regex.captures_iter(&text.text) {
        pattern.spend_next(text.text.len() - hit.get_match().end(), budget)?;
        found.extend(hit.get(group).map(|hit| Value::Text(text.cut(hit.range()))));
    }
    Ok(Value::List(found.into()))
}

/// The number of the one group of a pattern; 0 stands for the whole.
fn group(call: &Call<'_, '_>, regex: &Regex) -> Result<usize, Fault> {
    match regex.captures_len() {
        groups @ 1..=2 => Ok(groups - 1),
        _ => Err(call.fault("takes a pattern with at most one group")),
    }
}

/// `regex.replace(text, pattern, replacement[, limit])`: `\1` stands for the first group.
pub(super) fn replace<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let (text, pattern) = (call.str(0, budget)?, call.pattern(budget)?);
    pattern.spend_search(text.len(), budget)?;
    let regex = pattern.regex()?;
    let replacement = call.str(2, budget)?;
    let parts = replacement_parts(&replacement, regex.captures_len())
        .ok_or_else(|| call.fault(r"takes `\1` for a group of the pattern, and `\\` for `\`"))?;
    let mut out = String::new();
    let mut done = 0;
    for hit in regex.captures_iter(&text).take(limit(call, 3, budget)?) {
        let range = hit.get_match().range();
        pattern.spend_next(text.len() - range.end, budget)?;
        let before = out.len();
        out.push_str(&text[done..range.start]);
        for part in &parts {
            out.push_str(match part {
                Part::Text(text) => text,
                Part::Group(group) => hit.get(*group).map_or("", |group| group.as_str()),
            });
        }
        budget.spend_text(out.len() - before)?;
        done = range.end;
    }
    out.push_str(&text[done..]);
    Ok(Value::made(out))
}

enum Part<'t> {
    Text(&'t str),
    Group(usize),
}

fn replacement_parts(text: &str, groups: usize) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        parts.push(Part::Text(&rest[..at]));
        let escaped = rest[at + 1..].chars().next()?;
        parts.push(match escaped.to_digit(10) {
            Some(group) if (group as usize) < groups => Part::Group(group as usize),
            None if escaped == '\\' => Part::Text("\\"),
            _ => return None,
        });
        rest = &rest[at + 2..];
    }
    parts.push(Part::Text(rest));
    Some(parts)
}
