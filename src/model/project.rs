//! What only the whole tree can tell: which manifests are patches, which Compose files are overrides, what a build context holds.

use super::{compose, dockerfile};
use crate::artifact::{Artifact, Kind};
use crate::source::{FileId, Sources};
use crate::yaml::{Kind as NodeKind, Node};
use std::collections::{HashMap, HashSet};

/// The joins over all files of a run, made once.
#[derive(Debug, Default)]
pub struct Project {
    /// Every file that was found, by its path, artifacts or not.
    files: HashMap<String, FileId>,
    /// Every folder that holds a file at any depth.
    folders: HashSet<String>,
    /// Manifests that a kustomization names as patches.
    patches: HashSet<FileId>,
    /// For each Compose file that overrides another: the services of the base.
    redefined: HashMap<FileId, HashSet<String>>,
    /// For each base file: the override that Compose loads with it when no file is named.
    overrides: HashMap<FileId, FileId>,
    /// For each Compose file: services that some service of its project waits for with `service_completed_successfully`.
    awaited: HashMap<FileId, HashSet<String>>,
    /// For each Dockerfile: its healthchecks by stage.
    dockerfiles: HashMap<FileId, dockerfile::Healthchecks>,
}

/// What is known of the image a service builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// The service builds nothing.
    None,
    /// Its Dockerfile is in the tree and has a HEALTHCHECK.
    WithHealthcheck,
    /// Its Dockerfile is in the tree and has none.
    WithoutHealthcheck,
    /// Its context or Dockerfile is not in the tree.
    Absent,
}

/// The name of a Compose file without its extension and without the suffix of a sample.
struct ComposeName<'p> {
    folder: &'p str,
    stem: &'p str,
}

impl<'p> ComposeName<'p> {
    fn of(path: &'p str) -> Self {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let name = [".example", ".sample", ".dist"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix))
            .unwrap_or(name);
        let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")).unwrap_or(name);
        Self { folder, stem }
    }

    /// Whether `self` is written to be laid over `base`: `docker-compose.dev` over `docker-compose`.
    fn overrides(&self, base: &Self) -> bool {
        self.folder == base.folder
            && self.stem.strip_prefix(base.stem).is_some_and(|rest| rest.starts_with(['.', '-', '_']))
    }
}

impl Project {
    /// Joins the files of a run.
    pub fn new(sources: &Sources, artifacts: &[Artifact]) -> Self {
        let mut project = Self::default();
        for (id, source) in sources.iter() {
            project.files.insert(source.path.to_string(), id);
            let mut folder = &*source.path;
            while let Some((parent, _)) = folder.rsplit_once('/') {
                if !project.folders.insert(parent.to_owned()) {
                    break;
                }
                folder = parent;
            }
        }
        let mut bases = Vec::new();
        for artifact in artifacts {
            let source = sources.get(artifact.file);
            match (artifact.kind, &artifact.document) {
                (Kind::Kustomization, Some(document)) => {
                    document.roots().for_each(|root| project.add_patches(&source.path, root.resolve()));
                }
                (Kind::Compose, Some(document)) => {
                    let mut services = HashSet::new();
                    let mut awaited = HashSet::new();
                    for root in document.roots().map(Node::resolve) {
                        for entry in compose::services(root) {
                            services.insert(entry.key.text().into_owned());
                            awaited.extend(awaited_by(entry.value.resolve()));
                        }
                    }
                    bases.push((artifact.file, ComposeName::of(&source.path), services, awaited));
                }
                (Kind::Dockerfile, _) => {
                    project.dockerfiles.insert(artifact.file, dockerfile::healthchecks(&source.text));
                }
                _ => {}
            }
        }
        for (id, name, _, awaited) in &bases {
            project.awaited.entry(*id).or_default().extend(awaited.iter().cloned());
            for (base, base_name, services, _) in &bases {
                if base == id || !name.overrides(base_name) {
                    continue;
                }
                project.redefined.entry(*id).or_default().extend(services.iter().cloned());
                project.awaited.entry(*base).or_default().extend(awaited.iter().cloned());
                if name.stem.strip_prefix(base_name.stem) == Some(".override") {
                    project.overrides.insert(*base, *id);
                }
            }
        }
        project
    }

    fn add_patches(&mut self, kustomization: &str, root: Node<'_>) {
        for key in ["patches", "patchesStrategicMerge", "patchesJson6902"] {
            for patch in root.get(key).into_iter().flat_map(Node::items) {
                let patch = patch.resolve();
                let named = if patch.kind() == NodeKind::Scalar { Some(patch) } else { patch.get("path") };
                if let Some(id) = named.and_then(|named| self.beside(kustomization, &named.text())) {
                    self.patches.insert(id);
                }
            }
        }
    }

    /// The file that a path names when it stands in the file `from`; `None` when it is not in the tree.
    pub fn beside(&self, from: &str, path: &str) -> Option<FileId> {
        self.files.get(&join(from, path)?).copied()
    }

    /// Whether a kustomization names the file as a patch.
    pub fn is_patch(&self, file: FileId) -> bool {
        self.patches.contains(&file)
    }

    /// Whether the file is a Compose override and its base has the service too.
    pub fn redefines(&self, file: FileId, service: &str) -> bool {
        self.redefined.get(&file).is_some_and(|services| services.contains(service))
    }

    /// The override that `docker compose` loads beside a base file by itself.
    pub fn automatic_override(&self, base: FileId) -> Option<FileId> {
        self.overrides.get(&base).copied()
    }

    /// Whether some service of the project waits for this one to complete.
    pub fn is_awaited_to_completion(&self, file: FileId, service: &str) -> bool {
        self.awaited.get(&file).is_some_and(|services| services.contains(service))
    }

    /// What is known of the image that a service of the Compose file at `path` builds.
    pub fn build(&self, path: &str, service: Node<'_>) -> Build {
        let Some(build) = service.get("build").map(Node::resolve) else { return Build::None };
        let key = |name: &str| build.get(name).map(|value| value.text().into_owned());
        let found = |healthchecks: &dockerfile::Healthchecks| {
            if healthchecks.has(key("target").as_deref()) {
                Build::WithHealthcheck
            } else {
                Build::WithoutHealthcheck
            }
        };
        if let Some(inline) = key("dockerfile_inline") {
            return found(&dockerfile::healthchecks(&inline));
        }
        let context = match build.kind() {
            NodeKind::Scalar => build.text().into_owned(),
            NodeKind::Mapping => key("context").unwrap_or_else(|| ".".to_owned()),
            _ => return Build::None,
        };
        let dockerfile = key("dockerfile").unwrap_or_else(|| "Dockerfile".to_owned());
        let dockerfile = join(path, &format!("{context}/{dockerfile}"));
        let known = dockerfile.and_then(|path| self.files.get(&path)).and_then(|id| self.dockerfiles.get(id));
        known.map_or(Build::Absent, found)
    }
}

/// The names of the services that a service waits for to complete.
fn awaited_by(service: Node<'_>) -> Vec<String> {
    let waits = service.get("depends_on").map(Node::entries).unwrap_or_default();
    waits
        .into_iter()
        .filter(|entry| {
            entry
                .value
                .get("condition")
                .is_some_and(|condition| condition.text() == "service_completed_successfully")
        })
        .map(|entry| entry.key.text().into_owned())
        .collect()
}

/// A relative path seen from the folder of the file `from`, from the root; `None` when it leaves the root, is absolute, or is not
/// a path at all (a URL, a variable).
fn join(from: &str, path: &str) -> Option<String> {
    if path.starts_with(['/', '~']) || path.contains("://") || path.contains('$') {
        return None;
    }
    let mut parts: Vec<&str> =
        from.rsplit_once('/').map(|(folder, _)| folder.split('/').collect()).unwrap_or_default();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_inside_the_root_only() {
        assert_eq!(join("deploy/compose.yaml", "../Dockerfile").as_deref(), Some("Dockerfile"));
        assert_eq!(
            join("deploy/compose.yaml", "./api//Dockerfile").as_deref(),
            Some("deploy/api/Dockerfile")
        );
        assert_eq!(join("compose.yaml", "../Dockerfile"), None);
        assert_eq!(join("compose.yaml", "https://example.com/x.git/Dockerfile"), None);
        assert_eq!(join("compose.yaml", "${CONTEXT}/Dockerfile"), None);
    }

    #[test]
    fn an_override_shares_the_stem_of_its_base() {
        let overrides = |a, b| ComposeName::of(a).overrides(&ComposeName::of(b));
        assert!(overrides("a/docker-compose.dev.yml", "a/docker-compose.yml"));
        assert!(overrides("docker-compose.override.yml.example", "docker-compose.yml"));
        assert!(overrides("compose-ci.yaml", "compose.yaml"));
        assert!(!overrides("b/docker-compose.dev.yml", "a/docker-compose.yml"));
        assert!(!overrides("docker-compose.yml", "docker-compose.yml"));
        assert!(!overrides("compose.yaml", "docker-compose.yml"));
    }
}
