//! What changes of files do to what is found: what must be gone, and what may not be new.

use super::{Candidate, Difference, Side, differences};
use crate::change::Changes;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Span};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A finding wherever it has moved: its file, where it began before the changes, and its rule.
pub type Key = (FileId, u32, Arc<str>);

/// Whether fixes hold.
pub enum Verdict {
    /// All of them do.
    Holds,
    /// These do not, and why.
    Blames(Vec<(usize, String)>),
    /// One or some of these do not, and why.
    Suspects(Vec<usize>, String),
}

/// How often findings stand somewhere. Those of a changed file are known by where they began before the changes.
pub fn keys<'d>(
    findings: impl Iterator<Item = &'d Diagnostic>,
    changes: &BTreeMap<FileId, Changes>,
) -> HashMap<Key, usize> {
    let mut keys = HashMap::new();
    for found in findings {
        *keys.entry(key(found, changes)).or_default() += 1;
    }
    keys
}

fn key(found: &Diagnostic, changes: &BTreeMap<FileId, Changes>) -> Key {
    let span = found.span();
    // What is said of a file as a whole stands at its start, whatever begins there.
    let moved = changes.get(&found.file()).filter(|_| span != Span::empty(0));
    let start = moved.map_or(span.start, |changes| changes.origin(span.start));
    (found.file(), start, found.rule.clone())
}

/// Says whether the fixes that were tried hold: the files say the same but for them, what they mend is gone, and no error or warning is new.
pub(super) fn judge(
    before: Side<'_>,
    after: Side<'_>,
    changes: &BTreeMap<FileId, Changes>,
    chosen: &[Candidate<'_>],
    tried: &[usize],
) -> Verdict {
    let mut places: BTreeMap<FileId, Vec<(Span, usize)>> = BTreeMap::new();
    for &index in tried {
        for (file, change) in &chosen[index].changes {
            places.entry(*file).or_default().push((change.span, index));
        }
    }
    for places in places.values_mut() {
        places.sort_unstable();
    }
    // The fixes that change something at a place.
    let within = |file: FileId, at: Span| {
        let places = places.get(&file).map_or(&[][..], Vec::as_slice);
        let first = places.partition_point(|(span, _)| span.end < at.start);
        let near = places[first..].iter().take_while(|(span, _)| span.start <= at.end);
        let mut near: Vec<usize> = near.map(|(_, index)| *index).collect();
        near.sort_unstable();
        near.dedup();
        near
    };
    let (mut blamed, mut unclear) = (Vec::new(), None);
    for (&file, changes) in changes {
        for Difference { at, what } in differences(file, before, after, changes) {
            match within(file, at)[..] {
                [one] => blamed.push((one, what.to_owned())),
                [] => {
                    unclear.get_or_insert((within(file, Span::new(0, u32::MAX)), what.to_owned()));
                }
                ref some => {
                    unclear.get_or_insert((some.to_vec(), what.to_owned()));
                }
            }
        }
    }
    if let Some(verdict) = verdict(blamed, unclear) {
        return verdict;
    }
    let mut left: HashMap<Key, Vec<&Diagnostic>> = HashMap::new();
    for found in after.findings() {
        left.entry(key(found, changes)).or_default().push(found);
    }
    let stays = |found: &Diagnostic| {
        let there = left.get(&key(found, &BTreeMap::new())).map_or(&[][..], Vec::as_slice);
        there.iter().any(|other| other.message == found.message)
    };
    let staying = tried.iter().filter(|&&index| chosen[index].findings.iter().any(|found| stays(found)));
    let staying: Vec<_> = staying.map(|&index| (index, "it would still be found".to_owned())).collect();
    if !staying.is_empty() {
        return Verdict::Blames(staying);
    }
    let matters = |found: &&Diagnostic| found.severity >= Severity::Warning;
    let was = keys(before.findings().filter(matters), &BTreeMap::new());
    let is = keys(after.findings().filter(matters), changes);
    let mut new: Vec<&Key> =
        is.iter().filter(|(key, count)| was.get(*key) < Some(*count)).map(|(key, _)| key).collect();
    new.sort();
    let (mut blamed, mut unclear) = (Vec::new(), None);
    for (file, at, rule) in new {
        let why = format!("`{rule}` would find something new");
        if let [one] = within(*file, Span::empty(*at))[..] {
            blamed.push((one, why));
        } else {
            let in_file = within(*file, Span::new(0, u32::MAX));
            unclear.get_or_insert((if in_file.is_empty() { tried.to_vec() } else { in_file }, why));
        }
    }
    verdict(blamed, unclear).unwrap_or(Verdict::Holds)
}

/// The verdict on those that are known to be to blame, or else on those that may be; `None` if there are none.
fn verdict(mut blamed: Vec<(usize, String)>, unclear: Option<(Vec<usize>, String)>) -> Option<Verdict> {
    if blamed.is_empty() {
        return unclear.map(|(some, why)| Verdict::Suspects(some, why));
    }
    blamed.sort();
    blamed.dedup_by_key(|(index, _)| *index);
    Some(Verdict::Blames(blamed))
}
