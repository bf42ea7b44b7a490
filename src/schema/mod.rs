//! What each kind of file may hold, and what is said of a file that holds something else: structure first, then what only the
//! consumer's own loader would notice.

pub mod build;
mod compose;
mod format;
mod helm;
mod kubernetes;
mod pattern;
mod say;
pub mod table;
pub mod tables;
#[cfg(test)]
mod testing;
mod walk;
mod workflow;

use crate::artifact::Kind;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::source::FileId;

/// What the files of a project are held against, beside the tables that are part of the program.
pub struct Schemas<'m> {
    /// The custom resource definitions of the project.
    custom: kubernetes::Definitions<'m>,
    /// The versions of Kubernetes that it is deployed to.
    targets: kubernetes::Targets,
}

impl<'m> Schemas<'m> {
    /// Those of a project.
    pub fn new(model: &Model<'m>) -> Self {
        let targets = kubernetes::Targets::new(model.settings.kubernetes);
        Self { custom: kubernetes::Definitions::new(model), targets }
    }

    /// The findings in one file.
    pub fn findings(&self, model: &Model<'m>, id: FileId) -> Vec<Diagnostic> {
        let file = model.file(id);
        let mut found = match file.artifact.kind {
            Kind::Workflow | Kind::Action => workflow::findings(model, file),
            Kind::Compose => compose::findings(model, file),
            Kind::Chart | Kind::Values => helm::findings(model, file),
            _ => Vec::new(),
        };
        found.extend(kubernetes::findings(model, self, file));
        found
    }
}
