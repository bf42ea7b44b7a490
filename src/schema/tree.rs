//! What is in the tree around a file, and what is certainly not.

use crate::model::{FileFacts, Model, join};
use crate::schema::words::nearest;
use ignore::gitignore::Gitignore;
use std::path::Path;

/// Files that a misspelt name is compared with.
const SUGGESTED: usize = 200;

/// The folder of a path, empty for the root, and the name in it.
pub fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The rest of a path that is in a folder, at any depth.
pub fn inside<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

/// The files below a folder, at any depth, in the order of their paths.
pub fn below<'m>(model: &Model<'m>, folder: &str) -> impl Iterator<Item = FileFacts<'m>> {
    let (sources, artifacts) = (model.sources, model.artifacts);
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    // Artifacts are in the order of the bytes of their paths.
    let first = artifacts.partition_point(|artifact| *sources.get(artifact.file).path < *prefix);
    let files = artifacts[first..].iter().map(move |artifact| {
        let source = sources.get(artifact.file);
        FileFacts { id: artifact.file, source, artifact }
    });
    files.take_while(move |file| file.source.path.starts_with(&prefix))
}

/// A path that leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub struct Absent {
    /// The path that was probably meant, written as the wrong one is.
    pub near: Option<String>,
}

/// Says that a path, as it stands in a file and seen from the folder of it, leads to nothing: when nothing of that name is in the tree or
/// on disk, the folder that it should stand in is in the tree, and no `.gitignore` speaks of it, so that no earlier step makes it. A path
/// with anything but plain names in it is left alone: a URL, a variable, a pattern.
pub fn absent(model: &Model<'_>, from: FileFacts<'_>, path: &str) -> Option<Absent> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '+' | ' ');
    // What stands alone, as standard input does, has nothing around it.
    if path.is_empty() || !path.chars().all(plain) || path.contains("//") || model.artifacts.len() < 2 {
        return None;
    }
    let whole = join(&from.source.path, path)?;
    let (folder, name) = split(&whole);
    let is_there = |path: &str| below(model, path).next().is_some();
    if name.is_empty() || model.project.at("", &whole).is_some() || is_there(&whole) || !is_there(folder) {
        return None;
    }
    if may_be_on_disk(from, &whole) {
        return None;
    }
    let prefix = if folder.is_empty() { 0 } else { folder.len() + 1 };
    let names = below(model, folder).take(SUGGESTED);
    let names: Vec<&str> = names
        .filter_map(|file| file.source.path.get(prefix..)?.split('/').next())
        .filter(|other| split(&from.source.path) != (folder, other))
        .collect();
    let written = path.trim_end_matches('/');
    let near = nearest(name, names.iter().copied());
    Some(Absent {
        near: near.map(|near| format!("{}{near}", written.strip_suffix(name).unwrap_or_default())),
    })
}

/// Whether a path from the root is on disk though it was not read, or git ignores it, so that it may be there when it is needed.
fn may_be_on_disk(from: FileFacts<'_>, whole: &str) -> bool {
    let depth = from.source.path.split('/').count();
    let Some(root) = from.source.os_path.ancestors().nth(depth) else { return false };
    let target = root.join(whole);
    if target.symlink_metadata().is_ok() {
        return true;
    }
    let ignores = |folder: &Path| {
        let file = folder.join(".gitignore");
        file.is_file() && Gitignore::new(file).0.matched_path_or_any_parents(&target, false).is_ignore()
    };
    target.ancestors().skip(1).take_while(|folder| folder.starts_with(root)).any(ignores)
}
