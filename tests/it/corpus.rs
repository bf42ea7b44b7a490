//! Every file below a folder with what plimsoll takes it for; tests and benchmarks share it.

use ignore::WalkBuilder;
use plimsoll::artifact::{Artifact, load};
use plimsoll::discover::{Found, Origin, Outcome};
use plimsoll::source::{SourceFile, Sources};
use std::path::Path;

/// The files below a folder, in the order of their paths.
pub struct Corpus {
    /// Their texts.
    pub sources: Sources,
    /// What they are.
    pub artifacts: Vec<Artifact>,
}

impl Corpus {
    /// Reads every file below a folder, ignored and hidden ones too. Binary files are left out, and the folder `hostile`,
    /// which has tests of its own.
    pub fn read(root: &Path) -> Self {
        let walk = WalkBuilder::new(root)
            .standard_filters(false)
            .filter_entry(|entry| entry.file_name() != "hostile")
            .sort_by_file_name(Ord::cmp)
            .build();
        let files = walk.map(|entry| entry.expect("the folder can be read"));
        let found = files.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file())).map(|entry| {
            let path = entry.path().strip_prefix(root).expect("the walk began there").to_string_lossy();
            given(path.into_owned(), std::fs::read(entry.path()).expect("the file can be read"))
        });
        Self::of(found.collect())
    }

    /// Files whose content is given.
    pub fn of(found: Vec<Found>) -> Self {
        let mut sources = Sources::default();
        let loaded = load(found, &|_| None, &mut sources);
        Self { sources, artifacts: loaded.artifacts }
    }

    /// The files with what they are.
    pub fn files(&self) -> impl Iterator<Item = (&SourceFile, &Artifact)> {
        self.artifacts.iter().map(|artifact| (self.sources.get(artifact.file), artifact))
    }
}

/// A file with its content.
pub fn given(path: String, bytes: Vec<u8>) -> Found {
    Found { os_path: path.clone().into(), path, origin: Origin::Walked, outcome: Outcome::Given(bytes) }
}
