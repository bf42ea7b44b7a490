//! Merge keys: what a mapping holds once every `<<` in it is followed, and where each entry came from.
//!
//! Own keys win over merged ones, earlier sources over later ones, as the merge key specification
//! (yaml.org/type/merge.html) and yaml.v3 have it. A mapping that was followed once brings nothing new the second
//! time, so that cycles and repetitions cost nothing; how much may be merged in all is limited when the text is read
//! (see `keys`).

use super::arena::{MERGE_IGNORED, MERGES};
use super::document::{Entry, Kind, Via};
use super::node::Node;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

impl<'d> Node<'d> {
    /// The mappings that a mapping consists of, itself first, in the order in which their keys win.
    fn sources(self) -> impl Iterator<Item = (Self, Option<Via<'d>>)> {
        let mut seen = HashSet::new();
        let mut waiting = vec![(self, None)];
        std::iter::from_fn(move || {
            loop {
                let (mapping, via) = waiting.pop()?;
                if !seen.insert(mapping.id) {
                    continue;
                }
                if mapping.data().flags & MERGES != 0 {
                    let first = waiting.len();
                    waiting.extend(mapping.merge_sources());
                    waiting[first..].reverse();
                }
                return Some((mapping, via));
            }
        })
    }

    /// The mappings that the merge keys of a mapping name, in order.
    fn merge_sources(self) -> impl Iterator<Item = (Self, Option<Via<'d>>)> {
        let followed = |&(key, _): &(Self, Self)| key.is_merge_key() && key.data().flags & MERGE_IGNORED == 0;
        self.pairs().filter(followed).flat_map(|(merge_key, value)| {
            let single = (value.kind() != Kind::Sequence).then_some(value);
            let listed = single.is_none().then(|| value.items()).into_iter().flatten();
            single.into_iter().chain(listed).filter_map(move |alias| {
                let source = alias.resolve();
                (source.kind() == Kind::Mapping).then_some((source, Some(Via { merge_key, alias })))
            })
        })
    }

    /// The entry of a key in a mapping with merge keys.
    #[cold]
    pub(super) fn merged_entry(self, key: &str) -> Option<Entry<'d>> {
        self.sources().find_map(|(mapping, via)| {
            let (key, value) = mapping.own(key)?;
            Some(Entry { key, value, via })
        })
    }

    /// The entries of a mapping with merge keys.
    #[cold]
    pub(super) fn merged_entries(self) -> Vec<Entry<'d>> {
        let mut entries = Entries::default();
        for (mapping, via) in self.sources() {
            entries.add(mapping, via);
        }
        entries.list
    }

    /// The entries of a mapping without merge keys.
    pub(super) fn distinct_entries(self) -> Vec<Entry<'d>> {
        /// Up to here comparing in pairs is cheaper than hashing.
        const FEW: usize = 8;
        let mut list: Vec<Entry<'d>> =
            self.pairs().map(|(key, value)| Entry { key, value, via: None }).collect();
        let repeated = |(index, entry): (usize, &Entry<'d>)| {
            list[..index].iter().any(|earlier| same_key(earlier.key, entry.key))
        };
        if list.len() <= FEW && !list.iter().enumerate().any(repeated) {
            return list;
        }
        list.clear();
        let mut entries = Entries { list, places: HashMap::new() };
        entries.add(self, None);
        entries.list
    }
}

fn same_key(a: Node<'_>, b: Node<'_>) -> bool {
    a.resolve().kind() == Kind::Scalar && b.resolve().kind() == Kind::Scalar && a.text() == b.text()
}

/// Entries in the order in which their keys were first seen.
#[derive(Default)]
struct Entries<'d> {
    list: Vec<Entry<'d>>,
    /// Where in the list each key stands, and the mapping it is from.
    places: HashMap<Cow<'d, str>, (usize, u32)>,
}

impl<'d> Entries<'d> {
    /// Adds the pairs of a mapping. Of two equal keys in one mapping the later one counts, of two mappings the earlier.
    fn add(&mut self, mapping: Node<'d>, via: Option<Via<'d>>) {
        for (key, value) in mapping.pairs() {
            let entry = Entry { key, value, via };
            if key.is_merge_key() {
                continue;
            }
            if key.resolve().kind() != Kind::Scalar {
                self.list.push(entry);
                continue;
            }
            match self.places.get(&*key.text()) {
                None => {
                    self.places.insert(key.text(), (self.list.len(), mapping.id));
                    self.list.push(entry);
                }
                Some(&(place, from)) if from == mapping.id => self.list[place] = entry,
                Some(_) => {}
            }
        }
    }
}
