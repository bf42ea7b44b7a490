//! Fixes: which of those that a run offers are made, in rounds, until none is left. `same` says whether a file says the same afterwards,
//! `effect` whether the rules do, `word` whether a shell reads one word where one is written. Nothing is written here.

mod effect;
mod same;
mod word;

pub use effect::{Key, keys};
pub use same::{Difference, differences};

use crate::artifact::Artifact;
use crate::change::{Change, Changes, Pieces};
use crate::check::{self, Edited};
use crate::diagnostic::{Diagnostic, Safety};
use crate::engine::Outcome;
use crate::source::{Encoding, FileId, SourceFile, Sources};
use effect::{Verdict, judge};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// Rounds after which fixes that still bring about others are given up.
const ROUNDS: usize = 10;

/// How often a project is checked in a round to find out which fixes do not hold. With half of them left, what is like one that does not
/// hold is given up with it, with a quarter all that may be to blame: what stands behind them has its turn.
const TRIES: usize = 60;

/// A project that was checked, by what matters to fixes.
#[derive(Clone, Copy, Debug)]
pub struct Side<'s> {
    /// The files.
    pub sources: &'s Sources,
    /// What they are, in their order.
    pub artifacts: &'s [Artifact],
    /// What was found.
    pub outcome: &'s Outcome,
}

impl<'s> Side<'s> {
    /// What a file is; `None` for the configuration and the rules.
    pub fn artifact(self, file: FileId) -> Option<&'s Artifact> {
        let index = self.artifacts.binary_search_by_key(&file, |artifact| artifact.file).ok()?;
        self.artifacts.get(index)
    }

    /// Everything that was found.
    pub fn findings(self) -> impl Iterator<Item = &'s Diagnostic> {
        self.outcome.diagnostics.iter().chain(&self.outcome.failures)
    }
}

/// What has a [`Side`].
pub trait Checked {
    /// What matters of it to fixes.
    fn side(&self) -> Side<'_>;
}

impl Checked for check::Run {
    fn side(&self) -> Side<'_> {
        Side { sources: &self.sources, artifacts: &self.artifacts, outcome: &self.outcome }
    }
}

/// What may be done.
pub struct Wish<'w> {
    /// The least safe fixes that are made.
    pub up_to: Safety,
    /// Why a file may not be changed, if it may not.
    pub refuses: &'w dyn Fn(&SourceFile) -> Option<String>,
}

/// What came of it.
#[derive(Debug)]
pub struct Made<R> {
    /// The project after the fixes; `None` if none was made.
    pub after: Option<R>,
    /// The files that change, in their order.
    pub files: Vec<MadeFile>,
    /// How many findings were fixed.
    pub fixed: usize,
    /// The fixes that were not made though they may be: the finding, with its places in the project after the fixes, and why.
    pub refused: Vec<(Diagnostic, String)>,
}

/// A file that changes.
#[derive(Debug)]
pub struct MadeFile {
    /// The file.
    pub id: FileId,
    /// The path to open.
    pub os_path: PathBuf,
    /// Its path in reports.
    pub path: Arc<str>,
    /// Its text before.
    pub before: Arc<str>,
    /// Its text afterwards.
    pub after: Arc<str>,
    /// What has changed.
    pub changes: Changes,
}

/// Why no fix is made at all.
#[derive(Debug)]
pub enum Stop<E> {
    /// The project could not be checked again.
    Failed(E),
    /// Other files are there than before.
    Moved,
}

/// A fix that findings offer.
#[derive(Debug)]
struct Candidate<'d> {
    /// The findings: one, or several that one change mends.
    findings: Vec<&'d Diagnostic>,
    changes: Vec<(FileId, Change)>,
}

/// Makes the fixes of a run, round after round: those that are in each other's way wait for the next one. `again` checks the project with
/// changed files. A fix that does not hold is not made: the file would say something else, the finding would stay, or there would be a new
/// one that is an error or a warning. Where fixes bring about each other without end, none of their rules is made.
pub fn make<R: Checked, E>(
    first: &R,
    wish: &Wish<'_>,
    again: &mut dyn FnMut(&[Edited]) -> Result<R, E>,
) -> Result<Made<R>, Stop<E>> {
    let mut endless = BTreeSet::new();
    loop {
        match rounds(first, wish, &endless, again)? {
            Rounds::Settled(made) => return Ok(made),
            Rounds::Endless(rules) => endless.extend(rules),
        }
    }
}

/// What came of all rounds.
enum Rounds<R> {
    /// No fix is left that holds.
    Settled(Made<R>),
    /// Fixes of these rules would still be made.
    Endless(BTreeSet<Arc<str>>),
}

/// Makes the fixes of a run but for those of some rules.
fn rounds<R: Checked, E>(
    first: &R,
    wish: &Wish<'_>,
    endless: &BTreeSet<Arc<str>>,
    again: &mut dyn FnMut(&[Edited]) -> Result<R, E>,
) -> Result<Rounds<R>, Stop<E>> {
    let mut after: Option<R> = None;
    let mut pieces: BTreeMap<FileId, Pieces> = BTreeMap::new();
    let mut fixed = 0;
    let mut round = 0;
    loop {
        let base = after.as_ref().unwrap_or(first).side();
        let (offered, mut refused) = offered(base, wish, endless);
        let chosen = apart(offered);
        let mut attempt =
            Attempt { base, chosen: &chosen, changed: pieces.keys().copied().collect(), again, tries: TRIES };
        let Settled { taken, run, not } = attempt.settle()?;
        refused.extend(not.into_iter().flat_map(|(index, why)| {
            chosen[index].findings.iter().map(move |&found| (found.clone(), why.clone()))
        }));
        let Some(run) = run else {
            let files = files(first.side(), base, &pieces);
            return Ok(Rounds::Settled(Made { after, files, fixed, refused }));
        };
        let rules = || taken.iter().flat_map(|&index| &chosen[index].findings);
        if round == ROUNDS {
            return Ok(Rounds::Endless(rules().map(|found| found.rule.clone()).collect()));
        }
        round += 1;
        fixed += rules().count();
        for (file, changes) in together(&chosen, &taken) {
            let length = first.side().sources.get(file).text.len() as u32;
            let piece = pieces.entry(file).or_insert_with(|| Pieces::new(length));
            *piece = piece.changed(&changes);
        }
        after = Some(run);
    }
}

/// The files that changed, as they were first and are at last.
fn files(first: Side<'_>, last: Side<'_>, pieces: &BTreeMap<FileId, Pieces>) -> Vec<MadeFile> {
    let changed = pieces.iter().map(|(&id, pieces)| {
        let (before, after) = (first.sources.get(id), last.sources.get(id));
        MadeFile {
            id,
            os_path: before.os_path.clone(),
            path: before.path.clone(),
            before: before.text.clone(),
            after: after.text.clone(),
            changes: pieces.changes(),
        }
    });
    changed.filter(|file| file.before != file.after).collect()
}

/// The fixes that are offered and may be made, in the order of their places, and those that may be but cannot.
fn offered<'s>(
    side: Side<'s>,
    wish: &Wish<'_>,
    endless: &BTreeSet<Arc<str>>,
) -> (Vec<Candidate<'s>>, Vec<(Diagnostic, String)>) {
    let mut candidates: BTreeMap<Vec<(FileId, Change)>, Candidate<'s>> = BTreeMap::new();
    let mut refused = Vec::new();
    let mut known: BTreeMap<FileId, Option<String>> = BTreeMap::new();
    for found in &side.outcome.diagnostics {
        let Some(fix) = found.fix.as_ref().filter(|fix| fix.safety <= wish.up_to) else { continue };
        let mut changes: Vec<(FileId, Change)> = fix
            .edits
            .iter()
            .map(|edit| (edit.place.file, Change { span: edit.place.span, text: edit.text.clone() }))
            .collect();
        changes.sort();
        let why = changes.iter().find_map(|&(file, _)| {
            let refusal = || match side.sources.get(file) {
                _ if side.artifact(file).is_none() => Some("only artifacts are changed".to_owned()),
                source if source.encoding != Encoding::Utf8 => {
                    Some(format!("{} is not UTF-8; save it as UTF-8 first", source.path))
                }
                source => (wish.refuses)(source),
            };
            known.entry(file).or_insert_with(refusal).clone()
        });
        let why = why.or_else(|| {
            let is_endless = endless.contains(&found.rule);
            is_endless.then(|| "the fixes of its rule bring about others without end".to_owned())
        });
        let why = why.or_else(|| word::refusal(side, &changes).map(str::to_owned));
        if let Some(why) = why {
            refused.push((found.clone(), why));
            continue;
        }
        let candidate =
            candidates.entry(changes.clone()).or_insert_with(|| Candidate { findings: Vec::new(), changes });
        candidate.findings.push(found);
    }
    (candidates.into_values().collect(), refused)
}

/// Those that are not in the way of one that comes first.
fn apart(offered: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    let mut taken: BTreeMap<(FileId, u32), u32> = BTreeMap::new();
    let mut chosen = Vec::new();
    for candidate in offered {
        let is_free = |&(file, Change { span, .. }): &(FileId, Change)| {
            let before = taken.range(..=(file, span.start)).next_back();
            let free_before = before
                .is_none_or(|(&(of, start), &end)| of != file || end <= span.start && start != span.start);
            let behind = taken.range((file, span.start)..).next();
            free_before && behind.is_none_or(|(&(of, start), _)| of != file || span.end <= start)
        };
        let each = candidate.changes.iter().map(|(file, change)| (*file, change.clone()));
        if candidate.changes.iter().all(&is_free) && separate(each).is_some() {
            taken.extend(candidate.changes.iter().map(|(file, it)| ((*file, it.span.start), it.span.end)));
            chosen.push(candidate);
        }
    }
    chosen
}

/// Changes by file; `None` if two of one file meet.
fn separate(changes: impl Iterator<Item = (FileId, Change)>) -> Option<BTreeMap<FileId, Changes>> {
    let mut by_file: BTreeMap<FileId, Vec<Change>> = BTreeMap::new();
    for (file, change) in changes {
        by_file.entry(file).or_default().push(change);
    }
    by_file.into_iter().map(|(file, list)| Some((file, Changes::new(list)?))).collect()
}

/// The changes of some of the candidates, which are not in each other's way.
fn together(chosen: &[Candidate<'_>], some: &[usize]) -> BTreeMap<FileId, Changes> {
    separate(some.iter().flat_map(|&index| chosen[index].changes.iter().cloned())).unwrap_or_default()
}

/// A round: which of the chosen fixes hold together.
struct Attempt<'a, 'd, R, E> {
    base: Side<'d>,
    chosen: &'a [Candidate<'d>],
    /// The files that earlier rounds have changed.
    changed: BTreeSet<FileId>,
    again: &'a mut dyn FnMut(&[Edited]) -> Result<R, E>,
    /// How often the project may still be checked.
    tries: usize,
}

/// What came of a round.
struct Settled<R> {
    /// The fixes that hold, by their numbers.
    taken: Vec<usize>,
    /// The project with them; `None` if there are none.
    run: Option<R>,
    /// Those that do not, and why.
    not: Vec<(usize, String)>,
}

impl<R: Checked, E> Attempt<'_, '_, R, E> {
    /// Tries all at once, and where that does not hold, parts of them.
    fn settle(&mut self) -> Result<Settled<R>, Stop<E>> {
        let mut settled = Settled { taken: Vec::new(), run: None, not: Vec::new() };
        let mut groups: Vec<Vec<usize>> = vec![(0..self.chosen.len()).collect()];
        while let Some(group) = groups.pop() {
            if group.is_empty() {
                continue;
            }
            if self.tries == 0 {
                let why = "too many fixes do not hold";
                settled.not.extend(group.into_iter().map(|index| (index, why.to_owned())));
                continue;
            }
            self.tries -= 1;
            let mut tried = [&*settled.taken, &*group].concat();
            tried.sort_unstable();
            let run = self.run(&tried)?;
            let members: BTreeSet<usize> = group.iter().copied().collect();
            let (suspects, why) = match self.judge(&run, &tried)? {
                Verdict::Holds => {
                    (settled.taken, settled.run) = (tried, Some(run));
                    continue;
                }
                Verdict::Blames(mut list) => {
                    // What held before is not to blame.
                    list.retain(|(index, _)| members.contains(index));
                    let blamed: BTreeSet<usize> = list.iter().map(|(index, _)| *index).collect();
                    settled.not.extend(list);
                    if !blamed.is_empty() {
                        let (alike, rest) = self.alike(&blamed, members.difference(&blamed).copied());
                        let why = "others of its rule in this file do not hold";
                        settled.not.extend(alike.into_iter().map(|index| (index, why.to_owned())));
                        groups.push(rest);
                        continue;
                    }
                    (BTreeSet::new(), "it would bring about another finding".to_owned())
                }
                Verdict::Suspects(some, why) => {
                    (some.into_iter().filter(|index| members.contains(index)).collect(), why)
                }
            };
            let suspects = if suspects.is_empty() { members.clone() } else { suspects };
            let rest: Vec<usize> = members.difference(&suspects).copied().collect();
            if self.tries < TRIES / 4 {
                settled.not.extend(suspects.into_iter().map(|index| (index, why.clone())));
                groups.push(rest);
            } else if let [one] = group[..] {
                settled.not.push((one, why));
            } else if let Some(&one) = suspects.first().filter(|_| suspects.len() == 1) {
                settled.not.push((one, why));
                groups.push(rest);
            } else if rest.is_empty() {
                let (first, second) = group.split_at(group.len() / 2);
                groups.extend([second.to_vec(), first.to_vec()]);
            } else {
                groups.extend([suspects.into_iter().collect(), rest]);
            }
        }
        settled.not.sort();
        Ok(settled)
    }

    /// Parts fixes from those that are of the same rule and file as one that does not hold, where few tries are left.
    fn alike(
        &self,
        blamed: &BTreeSet<usize>,
        others: impl Iterator<Item = usize>,
    ) -> (Vec<usize>, Vec<usize>) {
        let of = |index: usize| {
            let Candidate { findings, changes } = &self.chosen[index];
            (changes.first().map(|(file, _)| *file), findings.first().map(|found| &found.rule))
        };
        let known: BTreeSet<_> =
            blamed.iter().filter(|_| self.tries < TRIES / 2).map(|&index| of(index)).collect();
        others.partition(|&index| known.contains(&of(index)))
    }

    fn run(&mut self, tried: &[usize]) -> Result<R, Stop<E>> {
        let changes = together(self.chosen, tried);
        let files: BTreeSet<FileId> = changes.keys().chain(&self.changed).copied().collect();
        let edited = files.into_iter().map(|file| {
            let source = self.base.sources.get(file);
            let text =
                changes.get(&file).map_or_else(|| source.text.to_string(), |it| it.apply(&source.text));
            Edited { os_path: source.os_path.clone(), text }
        });
        (self.again)(&edited.collect::<Vec<_>>()).map_err(Stop::Failed)
    }

    fn judge(&self, run: &R, tried: &[usize]) -> Result<Verdict, Stop<E>> {
        let after = run.side();
        if !paths(self.base.sources).eq(paths(after.sources)) {
            return Err(Stop::Moved);
        }
        Ok(judge(self.base, after, &together(self.chosen, tried), self.chosen, tried))
    }
}

fn paths(sources: &Sources) -> impl Iterator<Item = &str> {
    sources.iter().map(|(_, file)| &*file.path)
}
