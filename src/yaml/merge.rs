//! Merge keys: what a mapping holds once every `<<` in it is followed, and where each entry came from.
//!
//! As the merge key specification (yaml.org/type/merge.html) and yaml.v3 have it, own keys win over merged ones, earlier
//! sources over later ones. yaml.v2 writes the pairs into one map in their order instead, a `<<` where it stands, so
//! that it overrides the own keys before it; only within the list of one `<<` do earlier sources win. A mapping that was
//! followed once brings nothing new the second time, so that cycles and repetitions cost nothing; how much may be
//! merged in all is limited when the text is read (see `keys`).

use super::arena::{MERGE_IGNORED, MERGES};
use super::document::{Dialect, Entry, Kind, Via};
use super::node::{Node, last_with_key};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// What a mapping with merge keys consists of.
#[derive(Clone, Copy)]
enum Part<'d> {
    /// Pairs that stand together in one mapping.
    Run(Run<'d>),
    /// A mapping that is merged in.
    Source(Node<'d>, Via<'d>),
}

/// Pairs of one mapping, from one key up to another or to the end.
#[derive(Clone, Copy)]
struct Run<'d> {
    mapping: Node<'d>,
    /// First key, as an index into the arena.
    from: u32,
    to: u32,
    /// How the mapping was merged in.
    via: Option<Via<'d>>,
}

impl<'d> Run<'d> {
    fn pairs(self) -> impl Iterator<Item = (Node<'d>, Node<'d>)> {
        self.mapping.pairs_between(self.from, self.to)
    }
}

impl<'d> Node<'d> {
    /// The runs of pairs that a mapping consists of, in the order in which their keys win.
    fn runs(self) -> impl Iterator<Item = Run<'d>> {
        let mut seen = HashSet::from([self.id]);
        // The next one is the last.
        let mut waiting = Vec::new();
        self.push_parts(None, &mut waiting);
        std::iter::from_fn(move || {
            loop {
                match waiting.pop()? {
                    Part::Run(run) => return Some(run),
                    Part::Source(mapping, via) if seen.insert(mapping.id) => {
                        mapping.push_parts(Some(via), &mut waiting);
                    }
                    Part::Source(..) => {}
                }
            }
        })
    }

    /// Adds the parts of a mapping, those that win last.
    fn push_parts(self, via: Option<Via<'d>>, parts: &mut Vec<Part<'d>>) {
        let first = parts.len();
        let mut run = Run { mapping: self, from: self.id + 1, to: self.data().next, via };
        if self.data().flags & MERGES == 0 {
            parts.push(Part::Run(run));
            return;
        }
        let in_order = self.document.dialect == Dialect::GoYamlV2;
        for (merge_key, value) in self.pairs().filter(|(key, _)| key.is_merge_key()) {
            if in_order {
                parts.push(Part::Run(Run { to: merge_key.id, ..run }));
                run.from = value.data().next;
            }
            if merge_key.data().flags & MERGE_IGNORED != 0 {
                continue;
            }
            let sources = parts.len();
            let single = (value.kind() != Kind::Sequence).then_some(value);
            let listed = single.is_none().then(|| value.items()).into_iter().flatten();
            parts.extend(single.into_iter().chain(listed).filter_map(|alias| {
                let source = alias.resolve();
                let via = Via { merge_key, alias };
                (source.kind() == Kind::Mapping).then_some(Part::Source(source, via))
            }));
            if in_order {
                parts[sources..].reverse();
            }
        }
        if !in_order {
            parts[first..].reverse();
        }
        parts.push(Part::Run(run));
    }

    /// The entry of a key in a mapping with merge keys.
    #[cold]
    pub(super) fn merged_entry(self, key: &str) -> Option<Entry<'d>> {
        self.runs().find_map(|run| {
            let (key, value) = last_with_key(run.pairs(), key)?;
            Some(Entry { key, value, via: run.via })
        })
    }

    /// The entries of a mapping with merge keys.
    #[cold]
    pub(super) fn merged_entries(self) -> Vec<Entry<'d>> {
        let mut entries = Entries::default();
        for run in self.runs() {
            entries.add(run);
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
        entries.add(Run { mapping: self, from: self.id + 1, to: self.data().next, via: None });
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
    /// Where in the list each key stands, and the first key of the run it is from.
    places: HashMap<Cow<'d, str>, (usize, u32)>,
}

impl<'d> Entries<'d> {
    /// Adds a run of pairs. Of two equal keys in one run the later one counts, of two runs the earlier.
    fn add(&mut self, run: Run<'d>) {
        for (key, value) in run.pairs() {
            let entry = Entry { key, value, via: run.via };
            if key.is_merge_key() {
                continue;
            }
            if key.resolve().kind() != Kind::Scalar {
                self.list.push(entry);
                continue;
            }
            match self.places.get(&*key.text()) {
                None => {
                    self.places.insert(key.text(), (self.list.len(), run.from));
                    self.list.push(entry);
                }
                Some(&(place, from)) if from == run.from => self.list[place] = entry,
                Some(_) => {}
            }
        }
    }
}
