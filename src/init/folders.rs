//! `exclude` and `overrides`: folders that hold what others wrote, what tests read, and what only shows how.

use super::draft::{Draft, list};
use crate::artifact::Kind;
use crate::model::Model;
use std::collections::BTreeMap;

/// Folders that hold what others wrote or what is broken on purpose.
const FOREIGN: &[(&str, &str)] = &[
    ("vendor", "what others wrote"),
    ("third_party", "what others wrote"),
    ("third-party", "what others wrote"),
    ("node_modules", "what others wrote"),
    ("testdata", "what tests read"),
    ("test-data", "what tests read"),
    ("test_data", "what tests read"),
    ("__fixtures__", "what tests read"),
    ("fixtures", "what tests read"),
];

/// Folders that show how something is used.
const EXAMPLES: &[&str] = &["example", "examples", "sample", "samples", "demo", "demos"];

/// Folders of one name that are listed one by one.
const LISTED: usize = 3;

/// Whether a file lies in a folder that is proposed for `exclude`.
pub fn is_foreign(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(|name| FOREIGN.iter().any(|(known, _)| *known == name))
}

/// Writes `exclude`.
pub fn exclude(draft: &mut Draft, model: &Model<'_>) {
    draft.section("Files and folders that are not read, besides what git ignores.");
    let found = folders(model, &|name| FOREIGN.iter().any(|(known, _)| *known == name));
    if found.is_empty() {
        draft.line("# exclude: [vendor]");
        return;
    }
    let excluded: usize = found.values().flat_map(BTreeMap::values).sum();
    // Where nothing else is left, these are the project.
    let lead =
        if excluded < model.artifacts.iter().filter(|it| is_read(it.kind)).count() { "" } else { "# " };
    draft.line(&format!("{lead}exclude:"));
    for (name, places) in found {
        let what = FOREIGN.iter().find(|(known, _)| *known == name).map_or("", |(_, what)| what);
        let files: usize = places.values().sum();
        for glob in globs(&name, &places) {
            draft.because(
                &format!("{lead}  - {glob}"),
                &format!("{what}; files that rules would read: {files}"),
            );
        }
    }
}

/// Writes `overrides`, as a comment: that examples may be less strict is for their owner to say.
pub fn overrides(draft: &mut Draft, model: &Model<'_>) {
    draft.section("The same for some paths only; the last entry that matches counts.");
    let found = folders(model, &|name| EXAMPLES.contains(&name));
    draft.line("# overrides:");
    let globs: Vec<String> = found.iter().flat_map(|(name, places)| globs_of(name, places)).collect();
    if globs.is_empty() {
        draft.line("#   - {paths: [\"deploy/dev/**\"], rules: {missing-probe: info}}");
        return;
    }
    let files: usize = found.values().flat_map(BTreeMap::values).sum();
    draft.because(
        &format!(
            "#   - {{paths: {}, rules: {{missing-probe: info, missing-healthcheck: info}}}}",
            list(&globs)
        ),
        &format!("they look like examples; files that rules read: {files}"),
    );
}

/// The folders of a name, by name and path, each with the number of files in it that rules read. The outermost one counts.
fn folders(model: &Model<'_>, named: &dyn Fn(&str) -> bool) -> BTreeMap<String, BTreeMap<String, usize>> {
    let mut found: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for artifact in model.artifacts.iter().filter(|artifact| is_read(artifact.kind)) {
        let path = &*model.sources.get(artifact.file).path;
        let Some((folders, _)) = path.rsplit_once('/') else { continue };
        let mut end = 0;
        for name in folders.split('/') {
            end += name.len();
            if named(name) {
                let places = found.entry(name.to_owned()).or_default();
                *places.entry(path[..end].to_owned()).or_default() += 1;
                break;
            }
            end += 1;
        }
    }
    found
}

fn is_read(kind: Kind) -> bool {
    !matches!(kind, Kind::Config | Kind::Data | Kind::Doc | Kind::Other)
}

/// Globs of folders, as they are written.
fn globs(name: &str, places: &BTreeMap<String, usize>) -> Vec<String> {
    globs_of(name, places).iter().map(|glob| super::draft::scalar(glob)).collect()
}

fn globs_of(name: &str, places: &BTreeMap<String, usize>) -> Vec<String> {
    if places.len() > LISTED {
        return vec![format!("**/{name}/**")];
    }
    places.keys().map(|folder| format!("{}/**", globset::escape(folder))).collect()
}
