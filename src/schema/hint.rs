//! What an unknown key was most likely meant to be, and where it most likely belongs.

use super::say::Say;
use super::table::{Keys, Mapping, MappingId, Scalars, Type, TypeId};
use crate::shape::suggest;
use crate::yaml::{Kind, Node};
use std::collections::{BTreeSet, HashSet};

/// Mappings that are searched for a key that stands in the wrong place.
const SEARCHED: usize = 400;
/// How far down they are searched.
const DEEPEST: usize = 4;
/// Places that are named at most; of more none is.
const NAMED: usize = 3;
/// Keys of a mapping in which a text is looked for under another key.
const FEW: u16 = 4;
/// Keys shorter than this, in bytes, are too common to be looked for beside the way down.
const DISTINCTIVE: usize = 8;

/// What is to be done about an unknown key.
#[derive(Debug, PartialEq)]
pub enum Hint<'w, 'd> {
    /// It is misspelt.
    Meant(&'w str),
    /// It belongs in a mapping above.
    Above(Node<'d>),
    /// It belongs in one of some mappings, by their paths from a mapping on the way down.
    In(Node<'d>, Vec<String>),
    /// It belongs under one of some keys beside it.
    Under(Vec<&'w str>),
    /// Nothing is known of it.
    None,
}

/// A mapping one step down.
struct Step {
    /// The key, with `[]` for the items of a list.
    name: String,
    holds: MappingId,
    is_required: bool,
}

impl<'w, 'd> Say<'_, 'w, 'd> {
    /// What is to be done about an unknown key of the innermost mapping.
    pub fn hint(&self, key: &str, value: Node<'d>, mapping: Mapping) -> Hint<'w, 'd> {
        let Some((innermost, outer)) = self.frames.split_last() else { return Hint::None };
        let holder = innermost.node;
        // A key that is there already is not the one that was meant.
        let free = self.names(mapping).into_iter().filter(|name| holder.get(name).is_none());
        let near = suggest(key, free.collect::<Vec<_>>());
        let is_near =
            near.is_some_and(|near| strsim::osa_distance(&near.to_lowercase(), &key.to_lowercase()) <= 1);
        let above = outer
            .iter()
            .rev()
            .position(|frame| {
                self.knows(self.table.mapping(frame.holds), key) && frame.node.get(key).is_none()
            })
            .map(|up| (up, outer[outer.len() - 1 - up].node));
        let (depth, below) = self.below(key, holder, mapping);
        match (above, near, &below[..]) {
            (None, Some(near), _) if is_near => Hint::Meant(near),
            (Some((0, above)), ..) => Hint::Above(above),
            (_, _, [_]) if depth == 1 => Hint::In(holder, below),
            (Some((_, above)), ..) => Hint::Above(above),
            _ => {
                let under = self.under(value, mapping);
                if (1..NAMED).contains(&under.len()) {
                    Hint::Under(under)
                } else if !below.is_empty() {
                    Hint::In(holder, below)
                } else if let Some(near) = near {
                    Hint::Meant(near)
                } else {
                    self.beside(key)
                }
            }
        }
    }

    /// The keys that the versions know, sorted.
    pub fn names(&self, mapping: Mapping) -> Vec<&'w str> {
        let fields = self.table.fields(mapping).iter().filter(|field| self.versions.know(field.within));
        let mut names: Vec<&str> = fields.map(|field| self.table.text(field.name)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether a mapping, or one that it may be, has a key.
    fn knows(&self, mapping: Mapping, key: &str) -> bool {
        let variants = self.table.variants(mapping).iter().map(|variant| self.table.mapping(variant.holds));
        std::iter::once(mapping).chain(variants).any(|mapping| !self.table.field(mapping, key).is_empty())
    }

    /// The paths to the nearest mappings below that know a key, and how far down they are. Of several those count whose way begins with
    /// a key that is there, else those that are required where they stand; too many are none.
    fn below(&self, key: &str, holder: Node<'d>, mapping: Mapping) -> (usize, Vec<String>) {
        let mut level = vec![(String::new(), mapping)];
        let mut seen: HashSet<MappingId> = HashSet::new();
        for depth in 1..=DEEPEST {
            let (mut found, mut next) = (BTreeSet::new(), Vec::new());
            for (path, mapping) in level {
                for Step { name: step, holds: id, is_required } in self.steps(mapping) {
                    let inner = self.table.mapping(id);
                    let dot = if path.is_empty() { "" } else { "." };
                    let path = format!("{path}{dot}{step}");
                    if self.knows(inner, key) {
                        found.insert((path, is_required));
                    } else if seen.len() < SEARCHED && seen.insert(id) {
                        next.push((path, inner));
                    }
                }
            }
            if !found.is_empty() {
                let paths = |of: &dyn Fn(&(String, bool)) -> bool| -> Vec<String> {
                    found.iter().filter(|it| of(it)).map(|(path, _)| path.clone()).collect()
                };
                let narrowed = [
                    paths(&|(path, _)| holder.get(first_step(path)).is_some()),
                    paths(&|&(_, is_required)| is_required),
                    paths(&|_| true),
                ];
                let found = narrowed.into_iter().find(|paths| !paths.is_empty()).unwrap_or_default();
                return (depth, if found.len() > NAMED { Vec::new() } else { found });
            }
            level = next;
        }
        (DEEPEST, Vec::new())
    }

    /// The same from the mappings above, for keys that are no common words.
    fn beside(&self, key: &str) -> Hint<'w, 'd> {
        let Some((_, outer)) = self.frames.split_last().filter(|_| key.len() >= DISTINCTIVE) else {
            return Hint::None;
        };
        let found = outer.iter().rev().find_map(|frame| {
            let (_, found) = self.below(key, frame.node, self.table.mapping(frame.holds));
            (!found.is_empty()).then_some(Hint::In(frame.node, found))
        });
        found.unwrap_or(Hint::None)
    }

    /// The mappings one step down, and the steps.
    fn steps(&self, mapping: Mapping) -> Vec<Step> {
        let table = self.table;
        let variants = table.variants(mapping).iter().map(|variant| table.mapping(variant.holds));
        let mut steps = Vec::new();
        for mapping in std::iter::once(mapping).chain(variants) {
            for field in table.fields(mapping) {
                self.step(table.text(field.name), field.holds, field.required != 0, &mut steps);
            }
            let rests = table.rests(mapping).iter().filter(|rest| !matches!(rest.keys, Keys::Prefix(_)));
            for rest in rests {
                self.step("*", rest.holds, false, &mut steps);
            }
        }
        steps
    }

    fn step(&self, name: &str, holds: TypeId, is_required: bool, steps: &mut Vec<Step>) {
        let of = self.table.type_of(holds);
        steps.extend(of.mapping.map(|holds| Step { name: name.to_owned(), holds, is_required }));
        let list = of.list.and_then(|list| self.table.lists.get(usize::from(list.0)));
        let item = list.and_then(|list| self.table.type_of(list.holds).mapping);
        steps.extend(item.map(|holds| Step { name: format!("{name}[]"), holds, is_required }));
    }

    /// The keys of a mapping under which any key may stand that holds such a value: `matchLabels` for a label, `services` for a service.
    fn under(&self, value: Node<'d>, mapping: Mapping) -> Vec<&'w str> {
        let value = value.resolve();
        let takes = |of: Type| match value.kind() {
            // Where there is much else, a text under `annotations` is hardly what was meant.
            Kind::Scalar => {
                mapping.fields.count <= FEW && of.scalars.has(Scalars::STRING) && of.mapping.is_none()
            }
            Kind::Mapping => of.mapping.is_some_and(|mapping| {
                let mapping = self.table.mapping(mapping);
                value.pairs().any(|(key, _)| self.knows(mapping, &key.text()))
            }),
            _ => false,
        };
        let mut under: Vec<&str> = Vec::new();
        for field in self.table.fields(mapping) {
            let Some(inner) = self.table.type_of(field.holds).mapping.map(|id| self.table.mapping(id)) else {
                continue;
            };
            let mut rests =
                self.table.rests(inner).iter().filter(|rest| !matches!(rest.keys, Keys::Prefix(_)));
            if inner.fields.count == 0
                && rests.any(|rest| rest.holds != TypeId::ANY && takes(self.table.type_of(rest.holds)))
            {
                under.push(self.table.text(field.name));
            }
        }
        under.sort_unstable();
        under.dedup();
        under
    }
}

/// The key that a path begins with.
pub fn first_step(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or(path)
}
