//! The first `plimsoll.yaml` of a repository, proposed from what stands in it.
//!
//! What is certain enough is written out, what could only be guessed stands as a comment that holds once its `# ` is gone. Each line says
//! why it is there.

mod draft;
mod folders;
mod pipeline;
mod retired;
mod rules;

use crate::artifact::Kind;
use crate::model::{Deploys, Model, Names};
use draft::Draft;
use std::collections::BTreeMap;

/// A commented configuration, ready to be written. `project` is what the folder of the project is called, `unread` are paths that are
/// there but were not read.
pub fn propose<'p>(
    model: &Model<'_>,
    project: Option<&'p str>,
    unread: impl IntoIterator<Item = &'p str>,
) -> String {
    let mut draft = Draft::default();
    draft.line("# What plimsoll checks in this repository. `plimsoll explain RULE` tells about a rule.");
    let kinds = kinds(model);
    if !kinds.is_empty() {
        draft.line(&format!("# Found here: {}.", kinds.join(", ")));
    }
    draft.section("A frozen list of rules; `plimsoll:hardening@1` beside it asks for more.");
    draft.line("extends: plimsoll:recommended@1");
    let deploys = Deploys::of(model);
    let pipeline = pipeline::propose(&mut draft, model, &deploys);
    let mut names = Names::of(model, &|path| !folders::is_foreign(path));
    unread.into_iter().chain(project).for_each(|path| names.add_path(path));
    retired::propose(&mut draft, model, &names, project);
    rules::rules(&mut draft, model, &deploys, pipeline);
    folders::overrides(&mut draft, model);
    folders::exclude(&mut draft, model);
    rules::workloads(&mut draft, model);
    rules::packs(&mut draft);
    draft.section("Findings that are accepted, with the reason and the last day.");
    draft.line("# waivers:");
    draft.line(
        "#   - {rule: missing-probe, paths: [\"legacy/**\"], reason: switched off soon, until: 2030-01-31}",
    );
    draft.section("The least severity that fails the run: error, warning, info, never.");
    draft.line("fail-on: error");
    draft.finish()
}

/// The kinds of artifacts and how many files of each there are.
fn kinds(model: &Model<'_>) -> Vec<String> {
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    for artifact in model.artifacts {
        *kinds.entry(artifact.kind).or_default() += 1;
    }
    kinds.into_iter().map(|(kind, count)| format!("{count} {}", kind.name())).collect()
}
