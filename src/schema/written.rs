//! The structure of files whose schemas are written by hand, small enough to be made tables when the first such file is met.

use super::build::{Builder, Built, Convert, Strictness};
use super::table::TypeId;
use super::walk::{Consumer, Extent, Versions, Walk};
use crate::diagnostic::Diagnostic;
use crate::yaml::{Node, Options, parse};
use std::sync::LazyLock;

/// Of Chart.yaml.
pub static CHART: Schema = LazyLock::new(|| made(include_str!("../../schemas/chart.json")));
/// Of kustomization.yaml.
pub static KUSTOMIZATION: Schema = LazyLock::new(|| made(include_str!("../../schemas/kustomization.json")));

/// A table and what the root of a file is in it.
pub type Schema = LazyLock<Option<(Built, TypeId)>>;

/// The schema of a kind of file.
pub fn find(kind: &str) -> Option<&'static Schema> {
    match () {
        () if kind.eq_ignore_ascii_case("chart") => Some(&CHART),
        () if kind.eq_ignore_ascii_case("kustomization") => Some(&KUSTOMIZATION),
        () => None,
    }
}

/// What is wrong with the structure of a file.
pub fn findings<'d>(schema: &Schema, root: Node<'d>, consumer: impl Consumer<'d>) -> Vec<Diagnostic> {
    let Some((built, holds)) = &**schema else { return Vec::new() };
    let mut walk = Walk::new(built.table(), Versions::ONE, Extent::Whole, consumer);
    walk.node(root, *holds);
    walk.found
}

fn made(text: &str) -> Option<(Built, TypeId)> {
    let document = parse(text, Options::default());
    let root = document.roots().next()?;
    let mut builder = Builder::default();
    let version = builder.version("");
    // Go's `encoding/json`, behind which all of these files are read.
    builder.fold();
    let id = Convert::new(&mut builder, root, Strictness::Open, version).schema(root);
    Some((builder.finish().ok()?, id))
}
