//! Compose files: their structure, what their loader refuses beyond it, and what Docker refuses when the services start.
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

use super::tables::COMPOSE;
use super::walk::{Consumer, Extent, Versions, Walk};
use crate::diagnostic::Diagnostic;
use crate::model::{FileFacts, Model};
use crate::yaml::{Document, Node};
use file::File;

/// The findings in one file.
pub fn findings<'m>(model: &'m Model<'m>, facts: FileFacts<'m>) -> Vec<Diagnostic> {
    let Some(document) = &facts.artifact.document else { return Vec::new() };
    let mut found = Vec::new();
    interpolation::check(document, &mut found);
    let file = File::new(model, facts, document);
    found.extend(structure(&file, document));
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

/// Whoever reads the file: as the first, or laid over others, where a null leaves what they say (compose-go, override/merge.go).
struct Loader<const LAID_OVER: bool>;

impl<'d, const LAID_OVER: bool> Consumer<'d> for Loader<LAID_OVER> {
    const NULL_IS_ABSENT: bool = LAID_OVER;

    /// What `!reset` stands at is taken away before anything is read.
    fn passes(&self, node: Node<'d>) -> bool {
        node.tag() == Some("!reset")
    }
}

/// Finds keys and values that the specification does not know.
fn structure(file: &File<'_>, document: &Document) -> Vec<Diagnostic> {
    let found = walk(document, Extent::Whole, Loader::<false>);
    // Only what is absent or null may mean something else in a file that is laid over others.
    if found.is_empty() || !file.scope.is_laid_over() {
        return found;
    }
    walk(document, Extent::Part, Loader::<true>)
}

fn walk<'d>(document: &'d Document, extent: Extent, consumer: impl Consumer<'d>) -> Vec<Diagnostic> {
    let Some(root) = COMPOSE.root("", "compose") else { return Vec::new() };
    let mut walk = Walk::new(COMPOSE, Versions::ONE, extent, consumer);
    for node in document.roots().filter(|root| !root.is_null()) {
        walk.node(node, root.holds);
    }
    walk.found
}
