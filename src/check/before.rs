//! What the findings of a run are held against: the baseline, and the revision that the run is compared with.

use super::{Failure, Request, Run};
use crate::baseline;
use crate::config::Settings;
use crate::diagnostic::{Diagnostic, Excuse, Excused};
use crate::discover::normalise;
use crate::fingerprint::Identity;
use crate::git::Tree;
use crate::known::{Comparison, Known};
use crate::shape::Mistake;
use crate::source::Place;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which baseline excuses findings. Where no file is named it is the one that the configuration names, else the one at the default place, if
/// there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// None.
    Off,
    /// A file that must be there if it is named.
    Read(Option<PathBuf>),
    /// A file that is to be written.
    Written(Option<PathBuf>),
}

/// What a run made of a baseline.
#[derive(Debug)]
pub struct Standing {
    /// The file, absolute.
    pub path: PathBuf,
    /// What it holds.
    pub known: Known,
    /// By entry: the path of the finding that says it still.
    pub said_in: Vec<Option<Arc<str>>>,
    /// The findings that it excuses.
    pub found: Vec<Excused>,
}

/// What a run made of a revision.
#[derive(Debug)]
pub struct Since {
    /// The revision as it was named.
    pub revision: String,
    /// The findings that are there and not in the baseline.
    pub found: Vec<Excused>,
}

impl Standing {
    /// How many entries no finding says any more.
    pub fn stale(&self) -> usize {
        self.said_in.iter().filter(|path| path.is_none()).count()
    }
}

/// The findings that were there before, by what has them.
#[derive(Debug, Default)]
pub struct Before {
    /// The baseline, if there is one.
    pub baseline: Option<Standing>,
    /// The revision, if one was named.
    pub since: Option<Since>,
}

impl Before {
    /// The findings.
    pub fn found(&self) -> impl Iterator<Item = &Excused> {
        let known = self.baseline.iter().flat_map(|standing| &standing.found);
        known.chain(self.since.iter().flat_map(|since| &since.found))
    }
}

/// What the findings of a run are to be held against, read before anything is checked.
pub struct Opened {
    baseline: Option<(PathBuf, Known)>,
    revision: Option<(String, Tree)>,
}

impl Opened {
    /// Reads the baseline, and what the revision holds.
    pub fn new(request: &Request, settings: &Settings<'_>) -> Result<Self, Stop> {
        let baseline = match &request.baseline {
            Baseline::Off => None,
            Baseline::Read(named) => named_or_found(request, settings, named.as_deref())?,
            Baseline::Written(named) => {
                let (path, _) = place(request, settings, named.as_deref());
                let known = if path.exists() { read(request, &path)? } else { Known::default() };
                Some((path, known))
            }
        };
        if request.new_from.is_some() && request.stdin.is_some() {
            let error = "no revision has what standard input brings: --new-from and `-` do not go together";
            return Err(Stop::Said(error.to_owned()));
        }
        let of = |revision: &String| Ok((revision.clone(), Tree::of(&request.root, revision)?));
        let revision = request.new_from.as_ref().map(of).transpose().map_err(Stop::Said)?;
        Ok(Self { baseline, revision })
    }

    /// Whether there is anything to hold findings against.
    pub fn is_empty(&self) -> bool {
        self.baseline.is_none() && self.revision.is_none()
    }

    /// Takes the findings out that are known. `identities` are theirs; `check` runs all stages over a revision with the rules and the
    /// configuration of today.
    pub fn excuse(
        self,
        findings: &mut Vec<Diagnostic>,
        identities: &[Identity],
        is_gone: impl Fn(&str) -> bool,
        check: impl FnOnce(&Tree) -> Result<Run, Failure>,
    ) -> Result<Before, Failure> {
        let mut known_by = vec![By::Nothing; findings.len()];
        let mut add = |comparison: &Comparison, by| {
            for (known_by, _) in
                known_by.iter_mut().zip(&comparison.is_known).filter(|(_, is_known)| **is_known)
            {
                if *known_by == By::Nothing {
                    *known_by = by;
                }
            }
        };
        let baseline = self.baseline.map(|(path, known)| {
            let comparison = known.compare(identities, &is_gone);
            add(&comparison, By::Baseline);
            let path_of = |at: usize| identities[at].path.clone();
            let said_in = comparison.said_by.iter().map(|by| by.map(path_of)).collect();
            Standing { path, known, said_in, found: Vec::new() }
        });
        let mut since = None;
        if let Some((name, tree)) = self.revision {
            let run = check(&tree)?;
            let known = Known::of(&run.identities(&run.outcome.diagnostics));
            add(&known.compare(identities, &is_gone), By::Revision);
            since = Some(Since { revision: name, found: Vec::new() });
        }
        let mut before = Before { baseline, since };
        for (found, by) in std::mem::take(findings).into_iter().zip(known_by) {
            let excused = match by {
                By::Nothing => None,
                By::Baseline => before.baseline.as_mut().map(|standing| &mut standing.found),
                By::Revision => before.since.as_mut().map(|since| &mut since.found),
            };
            match excused {
                None => findings.push(found),
                Some(list) => list.push(Excused { found, by: Excuse::Known, reason: None }),
            }
        }
        Ok(before)
    }
}

/// What a finding is known by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Nothing,
    Baseline,
    Revision,
}

/// Why a baseline or a revision cannot be read.
pub enum Stop {
    /// For this reason.
    Said(String),
    /// What the configuration names is not there.
    Mistake(Mistake),
}

/// The baseline of a project, if it has one.
fn named_or_found(
    request: &Request,
    settings: &Settings<'_>,
    named: Option<&Path>,
) -> Result<Option<(PathBuf, Known)>, Stop> {
    let (path, by) = place(request, settings, named);
    if path.symlink_metadata().is_err() {
        return match by {
            Said::Default => Ok(None),
            Said::Argument => Err(Stop::Said(format!(
                "there is no baseline {}; `plimsoll baseline` writes it",
                path.display()
            ))),
            Said::Configuration(place) => Err(Stop::Mistake(
                Mistake::new(place, "the baseline is not there").with_help("`plimsoll baseline` writes it"),
            )),
        };
    }
    Ok(Some((path.clone(), read(request, &path)?)))
}

/// What says where the baseline lies.
enum Said {
    Argument,
    Configuration(Place),
    Default,
}

fn place(request: &Request, settings: &Settings<'_>, named: Option<&Path>) -> (PathBuf, Said) {
    match (named, &settings.baseline) {
        (Some(named), _) => (normalise(&request.current.join(named)), Said::Argument),
        (None, Some(set)) => (normalise(&request.root.join(&set.value)), Said::Configuration(set.place)),
        (None, None) => (request.root.join(baseline::FILE_NAME), Said::Default),
    }
}

fn read(request: &Request, path: &Path) -> Result<Known, Stop> {
    let is_named = matches!(&request.baseline, Baseline::Read(Some(_)) | Baseline::Written(Some(_)));
    let leads_out = path.canonicalize().is_ok_and(|real| !real.starts_with(&request.root));
    if leads_out && !is_named {
        let path = path.display();
        return Err(Stop::Said(format!(
            "{path} is a link out of the project; name it with --baseline to use it"
        )));
    }
    baseline::read(path).map_err(|error| Stop::Said(format!("the baseline {}: {error}", path.display())))
}
