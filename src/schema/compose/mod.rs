//! Compose files: what their loader refuses beyond the structure, and what Docker refuses when the services start.
//!
//! The loader is compose-go; its files are named where a rule is theirs.

mod cycles;
mod file;
mod formats;
mod interpolation;
mod mounts;
mod ports;
mod references;
mod resources;
mod scope;
mod service;
#[cfg(test)]
mod tests;

use crate::diagnostic::Diagnostic;
use crate::model::{FileFacts, Model};
use file::File;

/// The findings in one file.
pub fn findings<'m>(model: &'m Model<'m>, facts: FileFacts<'m>) -> Vec<Diagnostic> {
    let Some(document) = &facts.artifact.document else { return Vec::new() };
    let mut found = Vec::new();
    interpolation::check(document, &mut found);
    let file = File::new(model, facts, document);
    resources::check(&file, &mut found);
    for service in &file.services {
        references::check(&file, service, &mut found);
        service::check(&file, service, &mut found);
        ports::check(&file, service, &mut found);
        mounts::check(&file, service, &mut found);
        formats::service(&file, service, &mut found);
    }
    service::container_names(&file, &mut found);
    ports::published_twice(&file, &mut found);
    cycles::check(&file, &mut found);
    found
}
