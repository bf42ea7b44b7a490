//! What each kind of file may hold, and what is said of a file that holds something else: structure first, then what only the
//! consumer's own loader would notice.

mod compose;
pub mod expression;
mod helm;
mod kubernetes;
#[cfg(test)]
mod testing;
pub mod workflow;

use crate::artifact::Kind;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::source::FileId;

/// The findings in one file.
pub fn findings(model: &Model<'_>, id: FileId) -> Vec<Diagnostic> {
    let file = model.file(id);
    match file.artifact.kind {
        Kind::Workflow | Kind::Action => workflow::findings(model, file),
        Kind::Compose => compose::findings(model, file),
        Kind::Chart | Kind::Values => helm::findings(model, file),
        _ => kubernetes::findings(model, file),
    }
}
