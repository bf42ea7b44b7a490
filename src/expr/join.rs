//! Joins: a loop over a collection whose condition asks for an equal key visits only the elements that can have it.
//!
//! Two forms are seen, inside a conjunction too (for `all`: their negations, inside a disjunction): `key(x) == probe`, and
//! `keys.all(k, map(x)[k] == probe(k))`, which is how selectors are written. An index is made once in a run for each
//! such term, whatever the visit, so its keys may name nothing but the element. An element without a certain key is
//! always visited. So the answer is that of the plain loop; only the elements that cannot change it are passed over.
//! Where several terms or several entries of a selector narrow the loop, the one that leaves the fewest elements does:
//! everything may stand in one namespace, or carry the label `part-of: shop`.

use super::eval::Machine;
use super::parse::Operator;
use super::program::{Budget, Expr, ExprKind, Loop, LoopKind, Stop};
use super::value::{Collection, Value};
use super::view::View;
use crate::yaml::{Kind, Node};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Collections below this size are visited whole, and no better index is sought than one that leaves so few.
const SMALL: usize = 8;

/// Which elements of a collection have a key, by position.
#[derive(Debug, Default)]
pub struct Index {
    by_key: HashMap<Key, Vec<u32>>,
    /// Those whose key is no scalar, or cannot be known.
    any: Vec<u32>,
}

/// A key: a scalar, for selectors beside its name in the map.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    name: Option<Box<str>>,
    scalar: Scalar,
}

/// Values that are equal exactly when these are.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    Text(Box<str>),
}

impl Scalar {
    fn of(value: &Value<'_>, budget: &Budget) -> Option<Self> {
        Some(match value.view(budget) {
            View::Null => Self::Null,
            View::Bool(value) => Self::Bool(value),
            View::Int(value) => Self::Int(value),
            View::Uint(value) => Self::Int(i64::try_from(value).ok()?),
            View::Str(text) => Self::Text(text.into()),
            // A double may equal an integer.
            _ => return None,
        })
    }
}

impl Index {
    /// Adds an element under a key; without one it is a candidate always.
    fn add(&mut self, key: Option<Key>, at: u32) {
        match key {
            Some(key) => self.by_key.entry(key).or_default().push(at),
            None => self.any.push(at),
        }
    }

    /// How many elements may have a key, at most.
    fn count(&self, key: &Key) -> usize {
        self.any.len() + self.by_key.get(key).map_or(0, Vec::len)
    }

    /// The elements that may have a key, in order.
    fn candidates(&self, key: &Key) -> Vec<u32> {
        let mut found = self.any.clone();
        found.extend(self.by_key.get(key).into_iter().flatten());
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// How a loop can be narrowed: by each of these terms.
#[derive(Debug)]
pub(super) struct Join {
    terms: Vec<Term>,
}

/// A term of a loop's condition by which it can be narrowed.
#[derive(Debug)]
struct Term {
    /// Unique in the process, for the index of the collection.
    id: u64,
    /// Which term of the body's conjunction or disjunction; `None` is the body itself.
    at: Option<usize>,
    /// Which operand of the comparison is the key.
    side: usize,
}

/// The parts of a join in the loop it belongs to.
enum Parts<'e> {
    Equal { key: &'e Expr, probe: &'e Expr },
    Entries { map: &'e Expr, selector: &'e Loop, probe: &'e Expr },
}

impl Join {
    /// Finds how a loop over a collection can be narrowed.
    pub(super) fn find(repeat: &Loop) -> Option<Self> {
        let Loop { kind, body, local, .. } = repeat;
        let (kind, local) = (*kind, *local);
        let is_condition = kind.is_condition() || kind == LoopKind::Filter || repeat.result.is_some();
        if !is_condition || repeat.second.is_some() {
            return None;
        }
        let terms: Vec<(Option<usize>, &Expr)> = match (kind, &body.kind) {
            (LoopKind::All, ExprKind::Or(terms)) => numbered(terms),
            (LoopKind::All, _) => vec![(None, body)],
            (_, ExprKind::And(terms)) => numbered(terms),
            _ => vec![(None, body)],
        };
        let terms = terms.into_iter().filter_map(|(at, expr)| {
            let (operands, map) = comparison(kind, expr)?;
            let side = (0..2).find(|&side| {
                let (key, probe) = (&operands[side], &operands[1 - side]);
                match map {
                    None => is_key(key, local) && is_free_of(probe, local),
                    Some(selector) => {
                        matches!(&key.kind, ExprKind::Index(map, index, _)
                            if matches!(index.kind, ExprKind::Local(name) if name == selector.local)
                                && is_key(map, local)
                                && is_free_of(map, selector.local)
                                && selector.second.as_ref().is_none_or(|(_, second)| is_free_of(map, *second)))
                            && is_free_of(&selector.over, local)
                            && is_free_of(probe, local)
                    }
                }
            })?;
            Some(Term { id: NEXT.fetch_add(1, Ordering::Relaxed), at, side })
        });
        let terms: Vec<_> = terms.collect();
        (!terms.is_empty()).then_some(Self { terms })
    }
}

impl Term {
    fn parts<'e>(&self, repeat: &'e Loop) -> Option<Parts<'e>> {
        let expr = match (self.at, &repeat.body.kind) {
            (Some(at), ExprKind::And(terms) | ExprKind::Or(terms)) => &terms[at],
            _ => &repeat.body,
        };
        let (operands, map) = comparison(repeat.kind, expr)?;
        let (key, probe) = (&operands[self.side], &operands[1 - self.side]);
        Some(match (map, &key.kind) {
            (Some(selector), ExprKind::Index(map, ..)) => Parts::Entries { map, selector, probe },
            _ => Parts::Equal { key, probe },
        })
    }
}

static NEXT: AtomicU64 = AtomicU64::new(0);

fn numbered(terms: &[Expr]) -> Vec<(Option<usize>, &Expr)> {
    terms.iter().enumerate().map(|(at, term)| (Some(at), term)).collect()
}

/// The operands of the comparison that decides for most elements, and for a selector the loop over its keys.
fn comparison(kind: LoopKind, expr: &Expr) -> Option<(&[Expr; 2], Option<&Loop>)> {
    match (kind, &expr.kind) {
        (LoopKind::All, ExprKind::Compare(Operator::NotEqual, operands))
        | (_, ExprKind::Compare(Operator::Equal, operands))
            if (kind == LoopKind::All) == matches!(expr.kind, ExprKind::Compare(Operator::NotEqual, _)) =>
        {
            Some((operands, None))
        }
        (LoopKind::All, ExprKind::Not(operand)) => comparison(LoopKind::Exists, operand),
        (LoopKind::All, _) => None,
        (_, ExprKind::Loop(inner)) if inner.kind == LoopKind::All => match &inner.body.kind {
            ExprKind::Compare(Operator::Equal, operands) => Some((operands, Some(inner))),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an expression depends on the loop variable and on nothing else that changes between visits.
fn is_key(expr: &Expr, local: usize) -> bool {
    let (mut of_element, mut of_visit) = (false, false);
    expr.each_name(&mut |name| match name {
        ExprKind::Local(name) if *name >= local => of_element |= *name == local,
        _ => of_visit = true,
    });
    of_element && !of_visit
}

/// Whether an expression says the same for every element.
fn is_free_of(expr: &Expr, local: usize) -> bool {
    let mut free = true;
    expr.each_name(&mut |name| free &= !matches!(name, ExprKind::Local(name) if *name == local));
    free
}

impl<'a> Machine<'a, '_> {
    /// The elements that can change the answer of a loop, in order; `None` when that is not known, so that all are to be visited.
    pub(super) fn candidates(&mut self, repeat: &Loop, over: &Value<'a>) -> Result<Option<Vec<u32>>, Stop> {
        let (Some(join), Value::Facts(facts)) = (&repeat.join, over) else { return Ok(None) };
        let facts: &'a dyn super::value::Facts = *facts;
        let Some(collection) = facts.collection().filter(|collection| collection.len() >= SMALL) else {
            return Ok(None);
        };
        let mut fewest: Option<(usize, Arc<Index>, Key)> = None;
        for term in &join.terms {
            let Some(parts) = term.parts(repeat) else { continue };
            let keys = match parts {
                Parts::Equal { probe, .. } => self.probe(None, probe)?.into_iter().collect(),
                Parts::Entries { selector, probe, .. } => self.sought_entries(selector, probe)?,
            };
            if keys.is_empty() {
                continue;
            }
            self.budget.spend(keys.len()).map_err(|fault| fault.at(repeat.over.span))?;
            let index = collection.index(term.id, &mut || self.make_index(collection, &parts, repeat.local));
            for key in keys {
                let count = index.count(&key);
                if fewest.as_ref().is_none_or(|(least, ..)| count < *least) {
                    fewest = Some((count, index.clone(), key));
                }
            }
            if fewest.as_ref().is_some_and(|(least, ..)| *least <= SMALL) {
                break;
            }
        }
        Ok(fewest.map(|(_, index, key)| index.candidates(&key)))
    }

    /// What the elements are compared with, if it is a scalar. An error in it is met again in the loop.
    fn probe(&mut self, name: Option<Box<str>>, probe: &Expr) -> Result<Option<Key>, Stop> {
        match self.value(probe) {
            Ok(value) => Ok(Scalar::of(&value, self.budget).map(|scalar| Key { name, scalar })),
            Err(Stop::Budget) => Err(Stop::Budget),
            Err(Stop::Error { .. }) => Ok(None),
        }
    }

    /// The entries of a selector that say something; a selector without one selects everything.
    fn sought_entries(&mut self, selector: &Loop, probe: &Expr) -> Result<Vec<Key>, Stop> {
        let entries = match self.value(&selector.over) {
            Ok(entries) => entries,
            Err(Stop::Budget) => return Err(Stop::Budget),
            Err(Stop::Error { .. }) => return Ok(Vec::new()),
        };
        // With two variables the first one is an index in a list.
        if selector.second.is_some() && matches!(entries.view(self.budget), View::List) {
            return Ok(Vec::new());
        }
        let mut sought = Vec::new();
        for name in entries.elements() {
            let View::Str(text) = name.view(self.budget) else { continue };
            let text: Box<str> = text.into();
            if let Some((_, second)) = selector.second {
                let value = entries.entry(&name, self.budget);
                self.bind(second, value.unwrap_or(Value::Null));
            }
            self.bind(selector.local, name);
            // What is absent equals null, so elements without the key count too.
            sought.extend(self.probe(Some(text), probe)?.filter(|key| key.scalar != Scalar::Null));
        }
        Ok(sought)
    }

    /// Files every element under its keys, within a budget of its own: who comes first must not pay for all. What that does not reach is
    /// always visited.
    fn make_index(&self, collection: &dyn Collection, parts: &Parts<'_>, local: usize) -> Index {
        let mut index = Index::default();
        let mut budget = self.budget.fresh();
        for at in 0..collection.len() {
            let mut machine = Machine::with_locals(self.local_count(), &mut budget);
            machine.bind(local, collection.element(at));
            let at = at as u32;
            match parts {
                Parts::Equal { key, .. } => {
                    let key = machine.value(key).ok().and_then(|value| Scalar::of(&value, machine.budget));
                    index.add(key.map(|scalar| Key { name: None, scalar }), at);
                }
                Parts::Entries { map, .. } => {
                    match machine.value(map).ok().and_then(|map| entries(&map, machine.budget)) {
                        Some(keys) => keys.into_iter().for_each(|key| index.add(Some(key), at)),
                        None => index.add(None, at),
                    }
                }
            }
        }
        index
    }
}

/// The entries of a map with scalar values; `None` when some of them cannot be known.
fn entries(map: &Value<'_>, budget: &Budget) -> Option<Vec<Key>> {
    let node = match map {
        value if value.is_null() => return Some(Vec::new()),
        Value::Node(node) => node.resolve(),
        _ => return None,
    };
    if node.kind() != Kind::Mapping || node.is_incomplete() {
        return None;
    }
    let key = |(name, value): (Node<'_>, Node<'_>)| {
        let scalar = Scalar::of(&Value::Node(value), budget)?;
        Some(Key { name: Some(name.text().into()), scalar })
    };
    node.entries().into_iter().map(|entry| key((entry.key, entry.value))).collect()
}
