//! What the deployment consists of: the targets that rules visit, and the facts they see there.

mod callee;
mod command;
mod compose;
mod deploys;
mod dockerfile;
mod embedded;
mod env;
mod facts;
mod helm;
mod image;
mod interpolation;
mod kubernetes;
pub mod lines;
mod names;
mod pipeline;
mod podlike;
mod probe;
mod project;
mod rename;
mod repo;
mod script;
pub mod scripts;
mod secret;
mod target;
mod task;
mod text;
mod workflow;

pub use deploys::{Change, Deploy, Deploys};
pub use embedded::{definitions, of as embedded};
pub use facts::{FILE, FileFacts, OWNER, Visit};
pub use interpolation::is_unknown;
pub use kubernetes::{ObjectVisit, objects};
pub use names::{Clue, Names, Seen};
pub use podlike::{Podlike, podlikes};
pub use project::{Build, Project, join};
pub use repo::{REPO, Repo};
pub use secret::hidden;
pub use target::{Target, TargetKind, Wanted};
pub use text::holds_script;

use crate::artifact::{Artifact, Kind};
use crate::config::Settings;
use crate::expr::{Origin, Text};
use crate::source::{FileId, Place, Sources};
use crate::yaml::Document;
use facts::{Emit, Owner};
use pipeline::Reach;
use scripts::{Reader, Script};
use std::borrow::Cow;
use std::sync::OnceLock;

/// The documents of a file: the one that it is, and the manifests inside it.
pub fn documents<'m>(sources: &'m Sources, artifact: &'m Artifact) -> impl Iterator<Item = &'m Document> {
    let file = FileFacts { id: artifact.file, source: sources.get(artifact.file), artifact };
    artifact.document.iter().chain(embedded::of(file).iter().map(|embedded| &embedded.document))
}

/// Everything a run has loaded, joined.
pub struct Model<'m> {
    /// The files, those of the configuration and the rules first.
    pub sources: &'m Sources,
    /// The artifacts, in the order of their files, which follow one another.
    pub artifacts: &'m [Artifact],
    /// Files that are no part of the project but hold definitions of custom resources for it.
    pub definitions: &'m [Artifact],
    /// The settings.
    pub settings: &'m Settings<'m>,
    /// The configuration as it is written.
    pub config: Option<&'m Document>,
    /// What only the whole tree can tell.
    pub project: Project<'m>,
    reach: OnceLock<Reach>,
    /// What the scripts of each artifact say, in their order, so that each is read once.
    readings: Vec<OnceLock<Vec<Reader>>>,
}

impl<'m> Model<'m> {
    /// Joins the files of a run.
    pub fn new(
        sources: &'m Sources,
        artifacts: &'m [Artifact],
        settings: &'m Settings<'m>,
        config: Option<&'m Document>,
    ) -> Self {
        let project = Project::new(sources, artifacts);
        let readings = artifacts.iter().map(|_| OnceLock::new()).collect();
        Self {
            sources,
            artifacts,
            definitions: &[],
            settings,
            config,
            project,
            reach: OnceLock::new(),
            readings,
        }
    }

    /// The same with files that hold definitions of custom resources.
    #[must_use]
    pub fn with_definitions(self, definitions: &'m [Artifact]) -> Self {
        Self { definitions, ..self }
    }

    /// A file as rules see it.
    pub fn file(&self, id: FileId) -> FileFacts<'m> {
        // Artifacts follow one another in the order of their files, and every id that is asked for is one of theirs:
        // the engine goes through the artifacts, and the project knows no other files.
        let first = self.artifacts.first().map_or(0, |artifact| artifact.file.0);
        FileFacts { id, source: self.sources.get(id), artifact: &self.artifacts[(id.0 - first) as usize] }
    }

    /// Who runs what, found at the first call: it reads every script.
    fn reach(&self) -> &Reach {
        self.reach.get_or_init(|| Reach::new(self))
    }

    /// The scripts of a file.
    fn scripts(&self, file: FileFacts<'m>) -> Vec<Script<'m>> {
        let first = self.artifacts.first().map_or(0, |artifact| artifact.file.0);
        let mut scripts = scripts::of(file);
        let readers = self.readings[(file.id.0 - first) as usize]
            .get_or_init(|| scripts.iter().map(|script| script.reader.clone()).collect());
        for (script, reader) in scripts.iter_mut().zip(readers) {
            script.reader = reader.clone();
        }
        scripts
    }

    /// What stands at a place.
    fn written(&self, place: Place) -> Text<'m> {
        Text { text: Cow::Borrowed(self.sources.slice(place)), origin: Origin::Place(place) }
    }

    /// Calls `emit` for every visit of the wanted targets in one file, in the order of the text for each target.
    /// For `k8s.object` the second argument is the object's kind.
    pub fn visit(&'m self, id: FileId, wanted: &Wanted, emit: Emit<'_, 'm>) {
        let file = self.file(id);
        if matches!(file.artifact.kind, Kind::Config | Kind::Data | Kind::Other) {
            return;
        }
        emit(TargetKind::File, None, &file);
        match file.artifact.kind {
            Kind::Workflow | Kind::Action => workflow::visit(self, file, wanted, emit),
            Kind::Compose => compose::visit(self, file, wanted, emit),
            Kind::Manifest => kubernetes::visit(self, file, wanted, emit),
            Kind::Chart | Kind::Values => helm::visit(file, wanted, emit),
            Kind::Dockerfile => {
                image::dockerfile(file, wanted, emit);
                if wanted.any(&[TargetKind::Probe]) {
                    probe::dockerfile(file, emit);
                }
            }
            Kind::Env if wanted.any(&[TargetKind::Env]) => {
                env::dotenv(id, &file.source.text, Owner::named("file", None), emit);
            }
            _ => {}
        }
        kubernetes::visit_embedded(self, file, wanted, emit);
        if wanted.any(&[TargetKind::Command]) {
            command::visit(self, file, wanted, emit);
        }
        if wanted.any(&[TargetKind::Secret]) {
            secret::visit(file, emit);
        }
        if wanted.any(&[TargetKind::Text, TargetKind::Retired]) {
            text::visit(self, file, wanted, emit);
        }
    }
}
