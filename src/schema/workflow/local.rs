//! Actions and workflows of the repository itself: where they are, and whether one that is not found cannot be there.

use super::look::{Look, literal};
use super::uses::path_in_repository;
use crate::artifact::Kind;
use crate::model::{FileFacts, Model};
use crate::source::FileId;
use crate::yaml::Node;

/// What is found where `uses` points.
pub enum Local<'m> {
    /// The file that is meant.
    Found(FileFacts<'m>),
    /// It is nowhere in the repository.
    Absent,
    /// It may be somewhere that cannot be seen.
    Unknown,
}

/// The folder of the repository that a file belongs to, from the root of the project: what is in its `.github` says so by its place.
pub fn repository(path: &str) -> Option<&str> {
    let forge = path.rfind(".github/").filter(|&at| at == 0 || path[..at].ends_with('/'))?;
    Some(path[..forge].trim_end_matches('/'))
}

/// The file in the tree that `uses` of a job names.
pub fn workflow_file(model: &Model<'_>, from: FileFacts<'_>, uses: &str) -> Option<FileId> {
    model.project.at(repository(&from.source.path)?, path_in_repository(uses)?)
}

/// The file in the tree that describes the action that `uses` of a step names.
pub fn action_file(model: &Model<'_>, from: FileFacts<'_>, uses: &str) -> Option<FileId> {
    let (here, folder) = folder(from, uses)?;
    let at = |name: &str| model.project.at(here, &format!("{folder}/{name}"));
    at("action.yml").or_else(|| at("action.yaml"))
}

/// The folder that `uses` of a step names, and that of the repository; an action that is no part of a workflow's repository is looked at
/// as one of the project.
fn folder<'f>(from: FileFacts<'f>, uses: &'f str) -> Option<(&'f str, &'f str)> {
    let here = repository(&from.source.path).or((from.artifact.kind == Kind::Action).then_some(""))?;
    Some((here, path_in_repository(uses)?.trim_matches('/')))
}

/// The workflow that `uses` of a job names.
pub fn workflow<'m>(look: &Look<'_, 'm>, uses: &str) -> Local<'m> {
    if let Some(id) = workflow_file(look.model, look.file, uses) {
        return Local::Found(look.model.file(id));
    }
    let here = repository(&look.file.source.path);
    let Some((here, path)) = here.zip(path_in_repository(uses)) else { return Local::Unknown };
    if look.sees_workflows() && !is_excluded(look, here, path) { Local::Absent } else { Local::Unknown }
}

/// The action that `uses` of a step names, which is in a folder of the workspace; nothing is known of that of a
/// composite action.
pub fn action<'m>(look: &Look<'_, 'm>, uses: &str, workspace: Option<&Workspace>) -> Local<'m> {
    if let Some(id) = action_file(look.model, look.file, uses) {
        let is_own = workspace.is_none_or(|workspace| !workspace.is_foreign);
        return if is_own { Local::Found(look.model.file(id)) } else { Local::Unknown };
    }
    let Some((here, folder)) = folder(look.file, uses) else { return Local::Unknown };
    // A Dockerfile alone is an action too.
    let at = |name: &str| look.model.project.at(here, &format!("{folder}/{name}"));
    let has_file = ["Dockerfile", "dockerfile"].into_iter().any(|name| at(name).is_some());
    let is_plain = workspace.is_some_and(|workspace| workspace.is_plain(folder));
    let is_visible = || look.sees_repository() && !is_excluded(look, here, &format!("{folder}/action.yml"));
    if !has_file && is_plain && !folder.contains("..") && is_visible() {
        Local::Absent
    } else {
        Local::Unknown
    }
}

/// Whether the configuration keeps a path from being read.
fn is_excluded(look: &Look<'_, '_>, here: &str, path: &str) -> bool {
    let whole = if here.is_empty() { path.to_owned() } else { format!("{here}/{path}") };
    look.model.settings.exclude.matches(&whole)
}

/// What is known of the files in the workspace of a job before a step.
#[derive(Default)]
pub struct Workspace {
    /// Whether the repository was checked out, at the commit of the workflow and where the job works.
    is_out: bool,
    /// Whether something else may have been checked out, or elsewhere.
    is_moved: bool,
    /// Whether another repository was checked out.
    is_foreign: bool,
    /// Whether a step may have made files.
    is_touched: bool,
}

impl Workspace {
    /// Takes note of a step that ran.
    pub fn after(&mut self, step: Node<'_>) {
        if let Some(run) = step.get("run") {
            self.is_touched = true;
            self.is_moved |= ["git", "gh "].iter().any(|program| run.text().contains(program));
            return;
        }
        let Some(uses) = step.get("uses") else { return };
        let name = literal(uses).unwrap_or_default();
        if name.starts_with("actions/checkout@") {
            let elsewhere = ["repository", "path", "ref", "submodules", "sparse-checkout"];
            let with = step.get("with");
            self.is_out = true;
            self.is_foreign |= with.is_some_and(|with| with.get("repository").is_some());
            self.is_moved |= with.is_some_and(|with| {
                with.is_incomplete() || elsewhere.iter().any(|key| with.get(key).is_some())
            });
        } else if !name.starts_with("actions/setup-") && !name.starts_with("actions/cache") {
            self.is_touched = true;
            self.is_moved |= name.is_empty() || name.contains("checkout");
        }
    }

    /// Whether a folder of it is as it is in the repository. No step makes files in `.github`.
    fn is_plain(&self, folder: &str) -> bool {
        self.is_out && !self.is_moved && (!self.is_touched || folder.starts_with(".github/"))
    }
}
