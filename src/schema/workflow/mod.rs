//! Workflows and actions of GitHub.

pub mod expressions;

use crate::diagnostic::Diagnostic;
use crate::model::{FileFacts, Model};

/// The findings in one file.
pub fn findings(_model: &Model<'_>, _file: FileFacts<'_>) -> Vec<Diagnostic> {
    Vec::new()
}
