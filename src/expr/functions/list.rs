//! Functions over lists.

#![allow(clippy::cast_possible_wrap)] // lengths of strings and lists in memory fit an `i64`

use super::{Call, text};
use crate::expr::arithmetic;
use crate::expr::compare::{self, Order, Seen};
use crate::expr::eval::Tri;
use crate::expr::parse::Operator;
use crate::expr::program::{Budget, Fault};
use crate::expr::value::{Text, Value};
use crate::expr::view::{View, article};
use crate::yaml::Kind;
use std::cmp::Ordering;
use std::rc::Rc;

/// `size(x)`: characters, bytes, elements or entries.
pub(super) fn size<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let size = match call.args[0].view(budget) {
        View::Str(text) => {
            budget.spend_text(text.len())?;
            text.chars().count()
        }
        View::Bytes(bytes) => bytes.len(),
        _ => call.args[0].count(),
    };
    Ok(Value::Int(size as i64))
}

/// The elements, unless one of them cannot be known.
fn known<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Option<Vec<Value<'a>>>, Fault> {
    let elements = call.elements(0, budget)?;
    let known = !elements.iter().any(|element| matches!(element.view(budget), View::Unknown));
    Ok(known.then_some(elements))
}

/// `list.reverse()`, `text.reverse()`
pub(super) fn reverse<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    if let View::Str(_) = call.args[0].view(budget) {
        return text::reverse(call, budget);
    }
    Ok(Value::List(call.elements(0, budget)?.into_iter().rev().collect()))
}

/// `list.indexOf(x)`, `text.indexOf(part[, from])`
pub(super) fn index_of<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    if let View::Str(_) = call.args[0].view(budget) {
        return text::index_of(call, budget);
    }
    let elements = call.elements(0, budget)?;
    position(call, elements.iter().enumerate(), budget)
}

/// `list.lastIndexOf(x)`, `text.lastIndexOf(part[, until])`
pub(super) fn last_index_of<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    if let View::Str(_) = call.args[0].view(budget) {
        return text::last_index_of(call, budget);
    }
    let elements = call.elements(0, budget)?;
    position(call, elements.iter().enumerate().rev(), budget)
}

fn position<'v, 'a: 'v>(
    call: &Call<'_, 'a>,
    elements: impl Iterator<Item = (usize, &'v Value<'a>)>,
    budget: &mut Budget,
) -> Result<Value<'a>, Fault> {
    if call.args.len() > 2 {
        return Err(call.fault("of a list takes one argument"));
    }
    for (at, element) in elements {
        match compare::equal(element, &call.args[1], budget)? {
            Tri::True => return Ok(Value::Int(at as i64)),
            Tri::Unknown => return Ok(Value::Unknown),
            Tri::False => {}
        }
    }
    Ok(Value::Int(-1))
}

/// `list.flatten([depth])`
pub(super) fn flatten<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let depth = call.int(1, budget)?.unwrap_or(1);
    if depth < 0 {
        return Err(call.fault("cannot take a negative depth"));
    }
    let mut flat = Vec::new();
    flatten_into(&call.elements(0, budget)?, depth, &mut flat, budget)?;
    Ok(Value::List(flat.into()))
}

/// Null elements fall away: they come from lists that are absent.
fn flatten_into<'a>(
    elements: &[Value<'a>],
    depth: i64,
    flat: &mut Vec<Value<'a>>,
    budget: &mut Budget,
) -> Result<(), Fault> {
    for element in elements {
        budget.spend(1)?;
        let nested = match element {
            Value::List(_) => true,
            Value::Node(node) => node.resolve().kind() == Kind::Sequence,
            _ => false,
        };
        if nested && depth > 0 {
            // Depth is bounded by the nesting of the value; one that holds itself spends the budget on the way.
            budget.spend_elements(element.count())?;
            flatten_into(&element.elements(), (depth - 1).min(511), flat, budget)?;
        } else if budget.is_strict() || !element.is_null() {
            flat.push(element.clone());
        }
    }
    Ok(())
}

/// `list.distinct()`: the first of each.
pub(super) fn distinct<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let Some(elements) = known(call, budget)? else { return Ok(Value::Unknown) };
    let mut seen = Seen::default();
    let mut kept = Vec::new();
    for element in elements {
        if seen.insert(&element, budget)? {
            kept.push(element);
        }
    }
    Ok(Value::List(kept.into()))
}

/// `list.sort()`
pub(super) fn sort<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let Some(elements) = known(call, budget)? else { return Ok(Value::Unknown) };
    Ok(Value::List(compare::sort_by(elements, |element| element, budget)?.into()))
}

/// `list.isSorted()`
pub(super) fn is_sorted<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let Some(elements) = known(call, budget)? else { return Ok(Value::Unknown) };
    for pair in elements.windows(2) {
        if let Order::Known(Some(Ordering::Greater)) = compare::order(&pair[0], &pair[1], budget)? {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

/// `list.max()`
pub(super) fn max<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    extreme(call, Ordering::Greater, budget)
}

/// `list.min()`
pub(super) fn min<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    extreme(call, Ordering::Less, budget)
}

fn extreme<'a>(call: &Call<'_, 'a>, wanted: Ordering, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let Some(elements) = known(call, budget)? else { return Ok(Value::Unknown) };
    let mut best: Option<Value<'a>> = None;
    for element in elements {
        // To the letter of CEL, null is ordered against nothing, itself included.
        let against = best.as_ref().unwrap_or(&element);
        match compare::order(&element, against, budget)? {
            Order::Known(ordering) if best.is_none() || ordering == Some(wanted) => best = Some(element),
            _ => {}
        }
    }
    match best {
        None if budget.is_strict() => Err(call.fault("takes at least one element")),
        best => Ok(best.unwrap_or(Value::Null)),
    }
}

/// `list.sum()`
pub(super) fn sum<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let Some(elements) = known(call, budget)? else { return Ok(Value::Unknown) };
    let mut there = elements.iter().filter(|element| budget.is_strict() || !element.is_null());
    let Some(first) = there.next() else { return Ok(Value::Int(0)) };
    let rest: Vec<_> = there.collect();
    rest.into_iter().try_fold(first.clone(), |sum, next| arithmetic::apply(Operator::Add, &sum, next, budget))
}

/// `list.join([separator])`
pub(super) fn join<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let Some(elements) = known(call, budget)? else { return Ok(Value::Unknown) };
    let separator = match call.args.len() {
        1 => Text::made(""),
        _ => call.text(1, budget)?,
    };
    let mut joined = String::new();
    for (at, element) in elements.iter().enumerate() {
        let View::Str(text) = element.view(budget) else {
            let found = element.view(budget).type_name();
            return Err(Fault::Message(format!("`join` takes strings, not {}", article(found))));
        };
        if at > 0 {
            joined.push_str(&separator.text);
        }
        budget.spend_text(text.len() + separator.text.len())?;
        joined.push_str(&text);
    }
    Ok(Value::made(joined))
}

/// `lists.range(n)`: 0 up to n.
pub(super) fn range<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let end = call.int(0, budget)?.unwrap_or(0).max(0);
    budget.spend_elements(usize::try_from(end).unwrap_or(usize::MAX))?;
    Ok(Value::List((0..end).map(Value::Int).collect()))
}

/// `list.slice(from, to)`
pub(super) fn slice<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let elements = call.elements(0, budget)?;
    let bound = |at| call.int(at, budget).map(|bound| usize::try_from(bound.unwrap_or(0)).ok());
    match (bound(1)?, bound(2)?) {
        (Some(from), Some(to)) if from <= to && to <= elements.len() => {
            Ok(Value::List(elements[from..to].into()))
        }
        _ => Err(call.fault("takes a range that lies inside the list")),
    }
}

/// `list.first()`, as an optional.
pub(super) fn first<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let elements = call.elements(0, budget)?;
    Ok(Value::Optional(Rc::new(elements.into_iter().next().unwrap_or_else(Value::nothing))))
}

/// `list.last()`, as an optional.
pub(super) fn last<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let elements = call.elements(0, budget)?;
    Ok(Value::Optional(Rc::new(elements.into_iter().next_back().unwrap_or_else(Value::nothing))))
}
