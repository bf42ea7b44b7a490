//! What the findings of a run are held against: the baseline, and the revision that the run is compared with.

use super::{Extent, Failure, Request, Run};
use crate::baseline;
use crate::config::Settings;
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

/// What came of a baseline.
#[derive(Debug)]
pub struct Standing {
    /// The file, absolute.
    pub path: PathBuf,
    /// What it holds.
    pub known: Known,
    /// By entry: the path of the finding that says it still.
    pub said_in: Vec<Option<Arc<str>>>,
    /// How many findings that would be reported it excuses.
    pub excuses: usize,
}

/// What came of a revision.
#[derive(Debug)]
pub struct Since {
    /// The revision as it was named.
    pub revision: String,
    /// How many findings that would be reported are there, and not in the baseline.
    pub excuses: usize,
}

impl Standing {
    /// How many entries no finding says any more.
    pub fn stale(&self) -> usize {
        self.said_in.iter().filter(|path| path.is_none()).count()
    }
}

/// What the findings of a run are to be held against, read before anything is checked.
pub struct Before {
    baseline: Option<(PathBuf, Known)>,
    revision: Option<(String, Tree)>,
}

/// Which findings were there before.
pub struct Compared {
    /// By finding: what it is known by; empty where nothing is.
    by: Vec<By>,
    /// What came of the baseline.
    pub baseline: Option<Standing>,
    /// What came of the revision.
    pub since: Option<Since>,
}

/// What a finding is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// It is new.
    Nothing,
    /// The baseline has it.
    Baseline,
    /// The revision has it.
    Revision,
}

impl Before {
    /// Reads the baseline, and what files the revision has.
    pub fn open(request: &Request, settings: &Settings<'_>) -> Result<Self, Stop> {
        let baseline = match &request.baseline {
            Baseline::Off => None,
            Baseline::Read(named) => named_or_found(request, settings, named.as_deref())?,
            Baseline::Written(named) => {
                let (path, _) = place(request, settings, named.as_deref());
                let known = if path.exists() { read(request, &path)? } else { Known::default() };
                Some((path, known))
            }
        };
        if request.new_from.is_some() && request.extent == Extent::Input {
            let error = "no revision has what standard input brings by itself; name the file whose place it takes with --stdin-filename";
            return Err(Stop::Said(error.to_owned()));
        }
        let of = |revision: &String| Ok((revision.clone(), Tree::of(&request.root, revision)?));
        let revision = request.new_from.as_ref().map(of).transpose().map_err(Stop::Said)?;
        Ok(Self { baseline, revision })
    }

    /// Says which findings of a whole run are known. `identities` are theirs, `is_gone` whether the file of a path is; `check` runs all stages
    /// over a revision.
    pub fn compare<Gone: Fn(&str) -> bool>(
        self,
        identities: impl FnOnce() -> Vec<Identity>,
        is_gone: impl FnOnce() -> Gone,
        check: impl FnOnce(&Tree) -> Result<Run, Failure>,
    ) -> Result<Compared, Failure> {
        let mut compared = Compared { by: Vec::new(), baseline: None, since: None };
        if self.baseline.is_none() && self.revision.is_none() {
            return Ok(compared);
        }
        let (identities, is_gone) = (identities(), is_gone());
        compared.by = vec![By::Nothing; identities.len()];
        if let Some((path, known)) = self.baseline {
            let comparison = known.compare(&identities, &is_gone);
            compared.add(&comparison, By::Baseline);
            let path_of = |at: usize| identities[at].path.clone();
            let said_in = comparison.said_by.iter().map(|by| by.map(path_of)).collect();
            compared.baseline = Some(Standing { path, known, said_in, excuses: 0 });
        }
        if let Some((revision, tree)) = self.revision {
            let run = check(&tree)?;
            let known = Known::of(&run.identities(&run.outcome.diagnostics));
            compared.add(&known.compare(&identities, &is_gone), By::Revision);
            compared.since = Some(Since { revision, excuses: 0 });
        }
        Ok(compared)
    }
}

impl Compared {
    fn add(&mut self, comparison: &Comparison, by: By) {
        for (known_by, is_known) in self.by.iter_mut().zip(&comparison.is_known) {
            if *is_known && *known_by == By::Nothing {
                *known_by = by;
            }
        }
    }

    /// What a finding is known by.
    pub fn by(&self, index: usize) -> By {
        self.by.get(index).copied().unwrap_or(By::Nothing)
    }

    /// Counts a finding that would be reported.
    pub fn count(&mut self, by: By) {
        let excuses = match by {
            By::Nothing => None,
            By::Baseline => self.baseline.as_mut().map(|standing| &mut standing.excuses),
            By::Revision => self.since.as_mut().map(|since| &mut since.excuses),
        };
        if let Some(excuses) = excuses {
            *excuses += 1;
        }
    }
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
