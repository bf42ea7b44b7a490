//! What the tests of this folder share: findings as lines of text.

use super::Schemas;
use crate::artifact;
use crate::config::Settings;
use crate::discover::{Found, Origin, Outcome};
use crate::model::Model;
use crate::source::Sources;
use std::path::PathBuf;

/// The findings in some files, given by path and text, each as `path:line:column check "slice": message | help`, in the order of the
/// paths and of the text.
pub fn found(files: &[(&str, &str)]) -> Vec<String> {
    let mut sources = Sources::default();
    let given = |&(path, text): &(&str, &str)| Found {
        path: path.to_owned(),
        os_path: PathBuf::from(path),
        origin: Origin::Explicit,
        outcome: Outcome::Given(text.as_bytes().to_vec()),
    };
    let mut given: Vec<Found> = files.iter().map(given).collect();
    given.sort_by(|a, b| a.path.cmp(&b.path));
    let artifacts = artifact::load(given, &|_| None, &mut sources).artifacts;
    let settings = Settings::default();
    let model = Model::new(&sources, &artifacts, &settings, None);
    let schemas = Schemas::new(&model);
    let mut lines = Vec::new();
    for artifact in &artifacts {
        let mut found = schemas.findings(&model, artifact.file);
        found.sort_by_key(|found| found.primary.place);
        lines.extend(found.iter().map(|found| {
            let source = sources.get(found.file());
            let at = source.position(found.span().start);
            let slice = sources.slice(found.primary.place);
            let help = found.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default();
            format!(
                "{}:{}:{} {} {slice:?}: {}{help}",
                source.path, at.line, at.column, found.rule, found.message
            )
        }));
    }
    lines
}
