//! What a run looks at, and which of its findings it reports.

use super::Request;
use crate::config::Settings;
use crate::diagnostic::Diagnostic;
use crate::discover::{self, normalise};
use crate::glob::Globs;
use crate::source::{FileId, SourceFile, Sources};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What is analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The whole project, so that what holds between files is known, and what is not there does not exist.
    Project,
    /// Standard input by itself: it may be the output of another program.
    Input,
}

/// Whether files that are named are held to `exclude`, `.gitignore` and the endings that rules read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exclusions {
    /// They are passed over like all others.
    Honoured,
    /// They are read since they are named.
    Disregarded,
}

/// The whole project is analysed, so that what holds between files is known; the scope decides what is reported.
pub fn discovery(request: &Request, settings: &Settings<'_>) -> discover::Request {
    let analysed = match request.extent {
        Extent::Project => request.analysed.clone(),
        Extent::Input => Vec::new(),
    };
    let is_walked = |path: &&PathBuf| analysed.contains(&normalise(&request.current.join(path)));
    let named = request.paths.iter().filter(|path| !is_walked(path));
    let stdin =
        request.stdin.iter().filter(|_| request.extent == Extent::Project).map(|stdin| &stdin.filename);
    let (taken, expected) = match request.exclusions {
        Exclusions::Disregarded => (named.cloned().collect(), Vec::new()),
        Exclusions::Honoured => (Vec::new(), named.chain(stdin).cloned().collect()),
    };
    discover::Request {
        root: request.root.clone(),
        current: request.current.clone(),
        paths: [analysed, taken].concat(),
        expected,
        stdin: request.stdin.clone(),
        exclude: Globs::clone(&settings.exclude),
        threads: request.threads,
    }
}

/// The files to report on: those that were named, and those below folders that were named.
pub struct Scope {
    paths: HashSet<PathBuf>,
}

impl Scope {
    /// What a request names.
    pub fn new(request: &Request) -> Self {
        let stdin = request.stdin.iter().map(|stdin| &stdin.filename);
        let named = request.paths.iter().chain(stdin);
        Self { paths: named.map(|path| normalise(&request.current.join(path))).collect() }
    }

    /// Whether a path was named itself.
    pub fn names(&self, path: &Path) -> bool {
        self.paths.contains(&normalise(path))
    }

    /// Whether a path was named, or a folder around it.
    pub fn holds(&self, path: &Path) -> bool {
        normalise(path).ancestors().any(|path| self.paths.contains(path))
    }
}

/// Which findings a run reports: those with a place in a file of its scope. So each is reported by the runs on the files it has places in,
/// and runs on parts of a project report together what one run on all of it reports.
pub struct Reach {
    /// By file, whether it is in the scope; `None` for one that no run can name.
    by_file: Vec<Option<bool>>,
}

impl Reach {
    /// Decides for all files of a run, of which the configuration is the first if there is one.
    pub fn new(request: &Request, scope: &Scope, sources: &Sources) -> Self {
        let config = request.config.as_ref().map(|(path, _)| request.root.join(path));
        let of_file = |(id, file): (FileId, &SourceFile)| match &config {
            // What is said of the project at a configuration that lies elsewhere no other run says.
            Some(config) if id == FileId(0) => {
                let nameable = config.starts_with(&request.root) || request.extent == Extent::Input;
                nameable.then(|| scope.holds(config))
            }
            // A rule that ships stands in no file.
            _ => file.os_path.is_absolute().then(|| scope.holds(&file.os_path)),
        };
        Self { by_file: sources.iter().map(of_file).collect() }
    }

    /// Whether a file is in the scope.
    pub fn holds(&self, file: FileId) -> bool {
        self.of(file) == Some(true)
    }

    /// Whether a finding is reported. One whose places lie in no file that could be named is, since no run is about it.
    pub fn reports(&self, found: &Diagnostic) -> bool {
        let labels = std::iter::once(&found.primary).chain(&found.related);
        let mut nameable = labels.filter_map(|label| self.of(label.place.file)).peekable();
        nameable.peek().is_none() || nameable.any(|is_held| is_held)
    }

    fn of(&self, file: FileId) -> Option<bool> {
        self.by_file.get(file.0 as usize).copied().flatten()
    }
}
