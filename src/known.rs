//! Findings that were there before, in the baseline or in the revision that a run is compared with, and which findings of a run are those.

use crate::fingerprint::{Fingerprint, Identity, Part};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Checks whose findings are reported although they were there before: they say that a file was not read as it stands, that a rule did
/// not see all, or that the configuration is not what it seems.
pub const ALWAYS_REPORTED: &[&str] = &[
    "configuration",
    "encoding-error",
    "expired-waiver",
    "internal-error",
    "limit-exceeded",
    "rule-error",
    "rule-file",
    "syntax-error",
    "unknown-pipeline",
    "unreadable-file",
    "unused-waiver",
];

/// One thing that a known finding says. In the order of the fields, which is that of the baseline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The path of its file.
    pub path: Arc<str>,
    /// Its rule.
    pub rule: Arc<str>,
    /// Where it stands, for people; it decides nothing.
    pub at: String,
    /// What it is known by, beside the path.
    pub fingerprint: Fingerprint,
}

/// Findings that were there before, as a sorted list in which equal ones stand as often as they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    entries: Vec<Entry>,
}

/// Which findings of a run are known.
#[derive(Debug, PartialEq, Eq)]
pub struct Comparison {
    /// By finding: whether all that it says is known.
    pub is_known: Vec<bool>,
    /// By entry: the finding that says it still.
    pub said_by: Vec<Option<usize>>,
}

impl FromIterator<Entry> for Known {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut entries: Vec<Entry> = entries.into_iter().collect();
        entries.sort_unstable();
        Self { entries }
    }
}

impl Known {
    /// What findings are known by, those left out that are always reported.
    pub fn of<'i>(findings: impl IntoIterator<Item = &'i Identity>) -> Self {
        let known = findings.into_iter().filter(|found| !ALWAYS_REPORTED.contains(&&*found.rule));
        let entry = |found: &'i Identity| {
            found.parts.iter().map(|part| Entry {
                path: found.path.clone(),
                rule: found.rule.clone(),
                at: part.at.clone(),
                fingerprint: part.fingerprint,
            })
        };
        known.flat_map(entry).collect()
    }

    /// The entries in their order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Says which findings of a whole run are known. Each entry stands for one finding, so that one that was mended and a new one do not
    /// cancel out. An entry whose file is gone may stand for an equal finding in any file: a file that was renamed brings nothing new,
    /// a copy does.
    pub fn compare(&self, findings: &[Identity], is_gone: impl Fn(&str) -> bool) -> Comparison {
        let mut comparison =
            Comparison { is_known: vec![false; findings.len()], said_by: vec![None; self.entries.len()] };
        let mut here: Left<(&str, Fingerprint)> = Left::default();
        let mut elsewhere: Left<Fingerprint> = Left::default();
        // The first of equal entries is taken first.
        for (index, Entry { path, fingerprint, .. }) in self.entries.iter().enumerate().rev() {
            if is_gone(path) {
                elsewhere.add(*fingerprint, index);
            } else {
                here.add((path, *fingerprint), index);
            }
        }
        // What is new in part leaves what is not for findings that are all known.
        for wanted in [Wanted::All, Wanted::Any] {
            here.give(findings, |found, part| (&found.path, part.fingerprint), wanted, &mut comparison);
            elsewhere.give(findings, |_, part| part.fingerprint, wanted, &mut comparison);
        }
        comparison
    }
}

/// How much of what a finding says must be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    All,
    Any,
}

/// Entries that stand for no finding yet, by what they are known by; the last is taken first.
struct Left<K>(HashMap<K, Vec<usize>>);

impl<K> Default for Left<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Hash + Eq> Left<K> {
    fn add(&mut self, key: K, index: usize) {
        self.0.entry(key).or_default().push(index);
    }

    /// Gives each finding that is not known yet an entry for each of its parts, or none if that is wanted and one is lacking.
    fn give<'f>(
        &mut self,
        findings: &'f [Identity],
        key: impl Fn(&'f Identity, &'f Part) -> K,
        wanted: Wanted,
        comparison: &mut Comparison,
    ) {
        let Comparison { is_known, said_by } = comparison;
        let can_be_known = |found: &Identity| !ALWAYS_REPORTED.contains(&&*found.rule);
        for (at, (found, is_known)) in findings.iter().zip(is_known).enumerate() {
            if *is_known || !can_be_known(found) {
                continue;
            }
            let keys = found.parts.iter().map(|part| key(found, part));
            let taken: Vec<(K, usize)> =
                keys.filter_map(|key| self.0.get_mut(&key)?.pop().map(|index| (key, index))).collect();
            *is_known = taken.len() == found.parts.len();
            for (key, index) in taken {
                if *is_known || wanted == Wanted::Any {
                    said_by[index] = Some(at);
                } else {
                    self.add(key, index);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::CHECKS;

    /// A finding of each word: rule, path, and the names of what it says.
    fn findings(words: &[(&str, &str, &str)]) -> Vec<Identity> {
        let fingerprint = |rule: &str, name: &str| {
            let number =
                rule.bytes().chain(name.bytes()).fold(0, |number, byte| number << 8 | u64::from(byte));
            Fingerprint::parse(&format!("{number:016x}")).expect("a short name")
        };
        let finding = |&(rule, path, names): &(&str, &str, &str)| Identity {
            rule: rule.into(),
            path: path.into(),
            parts: names
                .split(' ')
                .map(|name| Part { fingerprint: fingerprint(&rule[..1], name), at: name.to_owned() })
                .collect(),
        };
        words.iter().map(finding).collect()
    }

    /// Of findings now, which are new; of those before, which are not found any more.
    fn compared(before: &[(&str, &str, &str)], now: &[(&str, &str, &str)]) -> (Vec<usize>, Vec<usize>) {
        let known = Known::of(&findings(before));
        let now = findings(now);
        let Comparison { is_known, said_by } =
            known.compare(&now, |path| now.iter().all(|found| *found.path != *path));
        let new = is_known.iter().enumerate().filter(|(_, is_known)| !**is_known).map(|(at, _)| at);
        let gone = said_by.iter().enumerate().filter(|(_, by)| by.is_none()).map(|(at, _)| at);
        (new.collect(), gone.collect())
    }

    const NONE: [usize; 0] = [];

    #[test]
    fn one_that_was_mended_and_a_new_one_do_not_cancel_out() {
        assert_eq!(compared(&[("r", "a", "x")], &[("r", "a", "y")]), (vec![0], vec![0]));
        assert_eq!(compared(&[("r", "a", "x")], &[("s", "a", "x")]), (vec![0], vec![0]));
        assert_eq!(compared(&[("r", "a", "x"), ("r", "a", "x")], &[("r", "a", "x")]), (NONE.into(), vec![1]));
        assert_eq!(compared(&[("r", "a", "x")], &[("r", "a", "x"), ("r", "a", "x")]), (vec![1], NONE.into()));
    }

    #[test]
    fn a_renamed_file_brings_nothing_new_and_a_copy_does() {
        assert_eq!(compared(&[("r", "a", "x")], &[("r", "b", "x")]), (NONE.into(), NONE.into()));
        assert_eq!(compared(&[("r", "a", "x")], &[("r", "a", "x"), ("r", "b", "x")]), (vec![1], NONE.into()));
        assert_eq!(compared(&[("r", "a", "x")], &[("r", "b", "x"), ("r", "c", "x")]), (vec![1], NONE.into()));
        // One stays, so that the other cannot have been renamed.
        assert_eq!(
            compared(&[("r", "a", "x"), ("r", "a", "y")], &[("r", "a", "y"), ("r", "b", "x")]),
            (vec![1], vec![0])
        );
        // Its own path comes first, whatever the order.
        assert_eq!(
            compared(&[("r", "a", "x"), ("r", "c", "x")], &[("r", "b", "x"), ("r", "c", "x")]),
            (NONE.into(), NONE.into())
        );
    }

    #[test]
    fn what_is_missing_is_known_if_all_of_it_is() {
        let before = [("r", "a", "live ready")];
        assert_eq!(compared(&before, &[("r", "a", "live ready")]), (NONE.into(), NONE.into()));
        assert_eq!(compared(&before, &[("r", "a", "ready")]), (NONE.into(), vec![0]));
        assert_eq!(compared(&before, &[("r", "b", "ready")]), (NONE.into(), vec![0]));
        // It is new, and part of it was there.
        assert_eq!(compared(&[("r", "a", "ready")], &before), (vec![0], NONE.into()));
        // What is not taken is there for another one.
        assert_eq!(
            compared(&[("r", "a", "ready")], &[before[0], ("r", "a", "ready")]),
            (vec![0], NONE.into())
        );
    }

    #[test]
    fn what_says_that_something_was_not_read_is_never_known() {
        let broken = [("syntax-error", "a", "x"), ("unknown-pipeline", "b", "x")];
        assert_eq!(Known::of(&findings(&broken)).entries(), []);
        let entry = |path: &str| Known::of(&findings(&[("s", path, "x")])).entries[0].clone();
        let by_hand: Known = [Entry { rule: "syntax-error".into(), ..entry("a") }].into_iter().collect();
        assert_eq!(by_hand.compare(&findings(&broken), |_| false).is_known, [false, false]);
        for name in ALWAYS_REPORTED {
            assert!(CHECKS.iter().any(|(known, ..)| known == name), "{name}");
        }
    }
}
