//! Equality, order and membership, where null has an answer and unknown stays unknown.

use super::eval::Tri;
use super::parse::Operator;
use super::program::{Budget, Fault};
use super::value::Value;
use super::view::{View, article};
use crate::yaml::{Kind, Node};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;

/// How deep two collections are compared; documents nest no deeper, but an alias may hold itself.
const MAX_DEPTH: u32 = 512;

/// Answers a comparison operator.
pub(super) fn compare(
    operator: Operator,
    left: &Value<'_>,
    right: &Value<'_>,
    budget: &mut Budget,
) -> Result<Tri, Fault> {
    match operator {
        Operator::Equal => equal(left, right, budget),
        Operator::NotEqual => equal(left, right, budget).map(Tri::not),
        Operator::In => member(left, right, budget),
        _ => {
            let ordering = match order(left, right, budget)? {
                Order::Known(ordering) => ordering,
                Order::Null => return Ok(Tri::False),
                Order::Unknown => return Ok(Tri::Unknown),
            };
            // `None`: one of them is not a number, and nothing orders that.
            Ok(Tri::from(ordering.is_some_and(|ordering| match operator {
                Operator::Less => ordering.is_lt(),
                Operator::LessEqual => ordering.is_le(),
                Operator::Greater => ordering.is_gt(),
                _ => ordering.is_ge(),
            })))
        }
    }
}

/// Whether two values are equal: numbers by value, collections by content, null to null only.
pub(super) fn equal(left: &Value<'_>, right: &Value<'_>, budget: &mut Budget) -> Result<Tri, Fault> {
    equal_within(left, right, budget, 0)
}

fn equal_within(left: &Value<'_>, right: &Value<'_>, budget: &mut Budget, depth: u32) -> Result<Tri, Fault> {
    if depth > MAX_DEPTH {
        return Err(Fault::Message(format!("these values nest deeper than {MAX_DEPTH}")));
    }
    budget.spend(1)?;
    let (a, b) = (left.view(budget), right.view(budget));
    if let (View::Str(a), View::Str(b)) = (&a, &b) {
        budget.spend(a.len().max(b.len()) / 64)?;
        return Ok(Tri::from(a == b));
    }
    Ok(match (a, b) {
        (View::Unknown, _) | (_, View::Unknown) => Tri::Unknown,
        (View::Null, View::Null) => Tri::True,
        (View::Bool(a), View::Bool(b)) => Tri::from(a == b),
        (View::Bytes(a), View::Bytes(b)) => Tri::from(a == b),
        (View::Type(a), View::Type(b)) => Tri::from(a == b),
        (View::Optional, View::Optional) => {
            let (Value::Optional(a), Value::Optional(b)) = (left, right) else { return Ok(Tri::False) };
            if a.is_something() != b.is_something() {
                return Ok(Tri::False);
            }
            return equal_within(a, b, budget, depth + 1);
        }
        (View::Object(a), View::Object(b)) => Tri::from(a.equals(b)),
        (View::List, View::List) => return equal_lists(left, right, budget, depth),
        (View::Map, View::Map) => return equal_maps(left, right, budget, depth),
        (a, b) => Tri::from(matches!(order_numbers(&a, &b), Some(Order::Known(Some(Ordering::Equal))))),
    })
}

fn equal_lists(left: &Value<'_>, right: &Value<'_>, budget: &mut Budget, depth: u32) -> Result<Tri, Fault> {
    budget.spend_elements(left.count() + right.count())?;
    let (a, b) = (left.elements(), right.elements());
    if a.len() != b.len() {
        return Ok(Tri::False);
    }
    all(a.iter().zip(&b).map(|(a, b)| equal_within(a, b, budget, depth + 1)))
}

fn equal_maps(left: &Value<'_>, right: &Value<'_>, budget: &mut Budget, depth: u32) -> Result<Tri, Fault> {
    budget.spend_elements(left.count() + right.count())?;
    let keys = left.elements();
    if keys.len() != right.elements().len() {
        return Ok(Tri::False);
    }
    all(keys.iter().map(|key| match (left.entry(key, budget), right.entry(key, budget)) {
        (Some(a), Some(b)) => equal_within(&a, &b, budget, depth + 1),
        _ => Ok(Tri::False),
    }))
}

fn all(answers: impl Iterator<Item = Result<Tri, Fault>>) -> Result<Tri, Fault> {
    let mut all = Tri::True;
    for answer in answers {
        match answer? {
            Tri::False => return Ok(Tri::False),
            Tri::Unknown => all = Tri::Unknown,
            Tri::True => {}
        }
    }
    Ok(all)
}

/// How two values stand to each other.
pub(super) enum Order {
    /// Their order; `None` if one of them is not a number (NaN).
    Known(Option<Ordering>),
    /// One of them reads as null.
    Null,
    /// One of them cannot be known.
    Unknown,
}

/// Orders two values of one type, or two numbers.
pub(super) fn order(left: &Value<'_>, right: &Value<'_>, budget: &mut Budget) -> Result<Order, Fault> {
    budget.spend(1)?;
    let (a, b) = (left.view(budget), right.view(budget));
    Ok(Order::Known(Some(match (&a, &b) {
        (View::Unknown, _) | (_, View::Unknown) => return Ok(Order::Unknown),
        (View::Null, _) | (_, View::Null) if !budget.is_strict() => return Ok(Order::Null),
        (View::Str(a), View::Str(b)) => {
            budget.spend(a.len().max(b.len()) / 64)?;
            a.cmp(b)
        }
        (View::Bool(a), View::Bool(b)) => a.cmp(b),
        (View::Bytes(a), View::Bytes(b)) => a.cmp(b),
        (View::Object(a), View::Object(b)) if let Some(ordering) = a.order(*b) => ordering,
        _ => match order_numbers(&a, &b) {
            Some(order) => return Ok(order),
            None => {
                return Err(Fault::Message(format!(
                    "{} cannot be ordered against {}",
                    article(a.type_name()),
                    article(b.type_name())
                )));
            }
        },
    })))
}

/// The order of two numbers by value, whatever their types (an integer beside a double counts as the nearest double,
/// as the conformance suite has it); `None` if one is of no number type.
#[allow(clippy::cast_precision_loss)]
fn order_numbers(a: &View<'_>, b: &View<'_>) -> Option<Order> {
    let ordering = match (a, b) {
        (View::Int(a), View::Int(b)) => Some(a.cmp(b)),
        (View::Uint(a), View::Uint(b)) => Some(a.cmp(b)),
        (View::Double(a), View::Double(b)) => a.partial_cmp(b),
        (View::Int(a), View::Uint(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (View::Uint(a), View::Int(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (View::Int(a), View::Double(b)) => (*a as f64).partial_cmp(b),
        (View::Uint(a), View::Double(b)) => (*a as f64).partial_cmp(b),
        (View::Double(a), View::Int(b)) => a.partial_cmp(&(*b as f64)),
        (View::Double(a), View::Uint(b)) => a.partial_cmp(&(*b as f64)),
        _ => return None,
    };
    Some(Order::Known(ordering))
}

/// Sorts by keys, stable; an error if two keys cannot be ordered. Keys need not be ordered totally (there is NaN, and
/// integers beside doubles), which the sort of the standard library may answer with a panic.
pub(super) fn sort_by<'a, T>(
    mut items: Vec<T>,
    key: fn(&T) -> &Value<'a>,
    budget: &mut Budget,
) -> Result<Vec<T>, Fault> {
    if items.len() < 2 {
        return Ok(items);
    }
    let right = items.split_off(items.len() / 2);
    let mut left = sort_by(items, key, budget)?.into_iter().peekable();
    let mut right = sort_by(right, key, budget)?.into_iter().peekable();
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let later = match order(key(a), key(b), budget)? {
            Order::Known(ordering) => ordering == Some(Ordering::Greater),
            // Null comes last.
            _ => key(a).is_null() && !key(b).is_null(),
        };
        merged.extend(if later { right.next() } else { left.next() });
    }
    merged.extend(left.chain(right));
    Ok(merged)
}

/// Values that were met, for lookups that do not compare each with each.
#[derive(Default)]
pub(super) struct Seen<'a> {
    buckets: HashMap<u64, Vec<Value<'a>>>,
}

impl<'a> Seen<'a> {
    /// Whether a value is new; it is not from now on.
    pub(super) fn insert(&mut self, value: &Value<'a>, budget: &mut Budget) -> Result<bool, Fault> {
        if self.contains(value, budget)? {
            return Ok(false);
        }
        self.buckets.entry(rough_hash(value, budget)).or_default().push(value.clone());
        Ok(true)
    }

    /// Whether a value was met.
    pub(super) fn contains(&self, value: &Value<'a>, budget: &mut Budget) -> Result<bool, Fault> {
        budget.spend(4)?;
        let Some(bucket) = self.buckets.get(&rough_hash(value, budget)) else { return Ok(false) };
        for other in bucket {
            budget.spend(1)?;
            if equal(other, value, budget)? == Tri::True {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The same for values that are equal; collections of one size share theirs.
fn rough_hash(value: &Value<'_>, budget: &Budget) -> u64 {
    let mut hasher = DefaultHasher::new();
    match value.view(budget) {
        View::Str(text) => text.hash(&mut hasher),
        View::Bytes(bytes) => bytes.hash(&mut hasher),
        View::Bool(value) => value.hash(&mut hasher),
        // Numbers of all types are equal by value: all of them count as doubles, where 0 and -0 are one.
        View::Int(value) => (value as f64).to_bits().hash(&mut hasher),
        View::Uint(value) => (value as f64).to_bits().hash(&mut hasher),
        View::Double(value) => (value + 0.0).to_bits().hash(&mut hasher),
        View::List | View::Map => value.count().hash(&mut hasher),
        _ => {}
    }
    hasher.finish()
}

/// Whether a value equals one of these: `x in [a, b]` without a list.
pub(super) fn is_one_of<'v>(
    needle: &Value<'_>,
    elements: impl Iterator<Item = Value<'v>>,
    budget: &mut Budget,
) -> Result<Tri, Fault> {
    match needle.view(budget) {
        View::Unknown => return Ok(Tri::Unknown),
        View::Null if !budget.is_strict() => return Ok(Tri::False),
        _ => {}
    }
    let mut found = Tri::False;
    for element in elements {
        match equal(needle, &element, budget)? {
            Tri::True => return Ok(Tri::True),
            Tri::Unknown => found = Tri::Unknown,
            Tri::False => {}
        }
    }
    Ok(found)
}

fn member(needle: &Value<'_>, haystack: &Value<'_>, budget: &mut Budget) -> Result<Tri, Fault> {
    match (needle.view(budget), haystack.view(budget)) {
        (View::Unknown, _) | (_, View::Unknown) => Ok(Tri::Unknown),
        (View::Null, _) | (_, View::Null) if !budget.is_strict() => Ok(Tri::False),
        (_, View::Map) => Ok(Tri::from(haystack.entry(needle, budget).is_some())),
        (_, View::List) => {
            let mut found = Tri::False;
            let mut fault = None;
            haystack.each(|element| match budget.spend(1).and_then(|()| equal(needle, &element, budget)) {
                Ok(Tri::False) => ControlFlow::Continue(()),
                Ok(Tri::Unknown) => {
                    found = Tri::Unknown;
                    ControlFlow::Continue(())
                }
                Ok(Tri::True) => {
                    found = Tri::True;
                    ControlFlow::Break(())
                }
                Err(stop) => {
                    fault = Some(stop);
                    ControlFlow::Break(())
                }
            });
            fault.map_or(Ok(found), Err)
        }
        (_, other) => Err(Fault::Message(format!(
            "`in` looks into a list or a map, not {}",
            article(other.type_name())
        ))),
    }
}

impl<'a> Value<'a> {
    /// Visits the elements of a list with their indexes, or the values of a map with their keys, until told to stop.
    pub(super) fn each_pair(
        &self,
        is_list: bool,
        mut visit: impl FnMut(Value<'a>, Value<'a>) -> ControlFlow<()>,
    ) {
        if is_list {
            let mut index = 0;
            self.each(|element| {
                index += 1;
                visit(Value::Int(index - 1), element)
            });
            return;
        }
        // Whether the visitor stopped early is its own knowledge.
        let _ = match self {
            Self::Map(entries) => {
                entries.iter().try_for_each(|(key, value)| visit(key.clone(), value.clone()))
            }
            Self::Facts(facts) => (0..)
                .zip(facts.record().fields)
                .try_for_each(|(index, field)| visit(Value::Literal(field.name.into()), facts.fact(index))),
            Self::Made(made) => made
                .record
                .fields
                .iter()
                .zip(&made.facts)
                .try_for_each(|(field, value)| visit(Value::Literal(field.name.into()), value.clone())),
            Self::Node(node) => node
                .entries()
                .into_iter()
                .try_for_each(|entry| visit(Value::Node(entry.key), Value::Node(entry.value))),
            _ => ControlFlow::Continue(()),
        };
    }

    /// Visits the elements of a list or the keys of a map until told to stop; says whether it is such a collection.
    pub(super) fn each(&self, mut visit: impl FnMut(Value<'a>) -> ControlFlow<()>) -> bool {
        // Whether the visitor stopped early is its own knowledge.
        let _ = match self {
            Self::List(items) => items.iter().cloned().try_for_each(&mut visit),
            Self::Map(entries) => entries.iter().map(|(key, _)| key.clone()).try_for_each(&mut visit),
            Self::Facts(facts) => match facts.collection() {
                Some(collection) => {
                    (0..collection.len()).map(|at| collection.element(at)).try_for_each(&mut visit)
                }
                None => facts
                    .record()
                    .fields
                    .iter()
                    .map(|field| Value::Literal(field.name.into()))
                    .try_for_each(&mut visit),
            },
            Self::Made(made) => made
                .record
                .fields
                .iter()
                .map(|field| Value::Literal(field.name.into()))
                .try_for_each(&mut visit),
            Self::Node(node) => match node.resolve().kind() {
                Kind::Sequence => node.items().map(Value::Node).try_for_each(&mut visit),
                Kind::Mapping => {
                    node.entries().into_iter().map(|entry| Value::Node(entry.key)).try_for_each(&mut visit)
                }
                _ => return false,
            },
            _ => return false,
        };
        true
    }

    /// Visits some elements of a collection, or like [`Value::each`] all there are.
    pub(super) fn each_of(&self, some: Option<&[u32]>, mut visit: impl FnMut(Value<'a>) -> ControlFlow<()>) {
        match (self, some) {
            (Self::Facts(facts), Some(some)) => {
                let collection = facts.collection();
                let elements = collection
                    .into_iter()
                    .flat_map(|collection| some.iter().map(move |&at| collection.element(at as usize)));
                let _ = elements.into_iter().try_for_each(&mut visit);
            }
            _ => {
                self.each(visit);
            }
        }
    }

    /// The elements of a list, or the keys of a map.
    pub(super) fn elements(&self) -> Vec<Value<'a>> {
        let mut elements = Vec::new();
        self.each(|element| {
            elements.push(element);
            ControlFlow::Continue(())
        });
        elements
    }

    /// Number of elements of a list or entries of a map.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::List(items) => items.len(),
            Self::Map(entries) => entries.len(),
            Self::Facts(facts) if let Some(collection) = facts.collection() => collection.len(),
            _ => {
                let mut count = 0;
                self.each(|_| {
                    count += 1;
                    ControlFlow::Continue(())
                });
                count
            }
        }
    }

    /// The value under a key of a map.
    pub(super) fn entry(&self, key: &Value<'_>, budget: &mut Budget) -> Option<Value<'a>> {
        match self {
            Self::Node(node) => entry_of_node(*node, &key.view(budget)),
            Self::Map(entries) => entries
                .iter()
                .find(|(name, _)| {
                    budget.spend(1).is_ok() && matches!(equal(name, key, budget), Ok(Tri::True))
                })
                .map(|(_, value)| value.clone()),
            Self::Facts(facts) => {
                let View::Str(name) = key.view(budget) else { return None };
                match facts.record().fields.iter().position(|field| field.name == name) {
                    Some(index) => Some(facts.fact(index)),
                    None => facts.named(&name),
                }
            }
            Self::Made(made) => {
                let View::Str(name) = key.view(budget) else { return None };
                let index = made.record.fields.iter().position(|field| field.name == name)?;
                Some(made.facts[index].clone())
            }
            _ => None,
        }
    }
}

/// Keys of documents are text: `8080: x` is found under `8080` and `'8080'` alike.
fn entry_of_node<'a>(node: Node<'a>, key: &View<'_>) -> Option<Value<'a>> {
    let value = match key {
        View::Str(name) => node.get(name),
        View::Int(key) => node.get(&key.to_string()),
        View::Uint(key) => node.get(&key.to_string()),
        View::Bool(key) => node.get(if *key { "true" } else { "false" }),
        _ => None,
    };
    value.map(Value::Node)
}
