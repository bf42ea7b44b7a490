//! What only the whole tree can tell: which manifests are patches, which Compose files are overrides, what a build context holds.

use super::{compose, dockerfile};
use crate::artifact::{Artifact, Kind};
use crate::source::{FileId, Sources};
use crate::yaml::{Kind as NodeKind, Node};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// The joins over all files of a run, made once.
#[derive(Debug, Default)]
pub struct Project<'m> {
    /// Every artifact, by its path.
    files: HashMap<&'m str, FileId>,
    /// Manifests that a kustomization names as patches.
    patches: HashSet<FileId>,
    /// Whether the tree has a kustomization at all.
    kustomized: bool,
    /// The services of each Compose file.
    services: HashMap<FileId, HashMap<Cow<'m, str>, Node<'m>>>,
    /// For each Compose file that is laid over others: those.
    bases: HashMap<FileId, Vec<FileId>>,
    /// For each base file: the override that Compose loads with it when no file is named.
    overrides: HashMap<FileId, FileId>,
    /// For each Compose file: services that some service of its project waits for with `service_completed_successfully`.
    awaited: HashMap<FileId, HashSet<String>>,
    /// For each Dockerfile: its healthchecks by stage.
    dockerfiles: HashMap<FileId, dockerfile::Healthchecks>,
}

/// Longest chain of builds that take their base from one another's services.
const MAX_CONTEXTS: u8 = 8;

/// What is known of the image a service builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// The service builds nothing.
    None,
    /// Its Dockerfile is in the tree and has a HEALTHCHECK.
    WithHealthcheck,
    /// Its Dockerfile is in the tree and has none.
    WithoutHealthcheck,
    /// Its Dockerfile cannot be found in the tree: the context is elsewhere, or a variable names it.
    Absent,
    /// It extends a service that cannot be seen.
    Unknown,
}

/// The name of a Compose file without its extension and without the suffix of a sample.
#[derive(Clone, Copy)]
struct ComposeName<'p> {
    folder: &'p str,
    name: &'p str,
    stem: &'p str,
}

impl<'p> ComposeName<'p> {
    fn of(path: &'p str) -> Self {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let plain = [".example", ".sample", ".dist"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix))
            .unwrap_or(name);
        let stem = plain.strip_suffix(".yml").or_else(|| plain.strip_suffix(".yaml")).unwrap_or(plain);
        Self { folder, name, stem }
    }

    /// The stems of the files that this one is written to be laid over: `docker-compose` for `docker-compose.dev`.
    fn base_stems(self) -> impl Iterator<Item = &'p str> {
        self.stem.match_indices(['.', '-', '_']).map(move |(at, _)| &self.stem[..at])
    }

    /// Whether Compose takes it when no file is named: <https://docs.docker.com/compose/intro/compose-application-model/>.
    fn is_default(self) -> bool {
        matches!(self.name, "compose.yaml" | "compose.yml" | "docker-compose.yaml" | "docker-compose.yml")
    }

    /// Whether Compose lays it over the default file by itself.
    fn is_default_override(self) -> bool {
        let stem = self.name.strip_suffix(".yml").or_else(|| self.name.strip_suffix(".yaml"));
        matches!(stem, Some("compose.override" | "docker-compose.override"))
    }
}

impl<'m> Project<'m> {
    /// Joins the files of a run.
    pub fn new(sources: &'m Sources, artifacts: &'m [Artifact]) -> Self {
        let files = artifacts.iter().map(|artifact| (&*sources.get(artifact.file).path, artifact.file));
        let mut project = Self { files: files.collect(), ..Self::default() };
        let mut compose = Vec::new();
        for artifact in artifacts {
            let source = sources.get(artifact.file);
            match (artifact.kind, &artifact.document) {
                (Kind::Kustomization, Some(document)) => {
                    project.kustomized = true;
                    document.roots().for_each(|root| project.add_patches(&source.path, root.resolve()));
                }
                (Kind::Compose, Some(document)) => {
                    let services = document.roots().flat_map(|root| compose::services(root.resolve()));
                    let services = services.map(|entry| (entry.key.text(), entry.value)).collect();
                    project.services.insert(artifact.file, services);
                    compose.push((artifact.file, ComposeName::of(&source.path)));
                }
                (Kind::Dockerfile, _) => {
                    project.dockerfiles.insert(artifact.file, dockerfile::healthchecks(&source.text));
                }
                _ => {}
            }
        }
        project.lay_over(&compose);
        project
    }

    /// Finds which Compose files are laid over which, and which services are waited for.
    fn lay_over(&mut self, compose: &[(FileId, ComposeName<'m>)]) {
        let mut by_stem: HashMap<(&str, &str), Vec<FileId>> = HashMap::new();
        for (id, name) in compose {
            by_stem.entry((name.folder, name.stem)).or_default().push(*id);
        }
        for (id, name) in compose {
            let bases = name.base_stems().filter_map(|stem| by_stem.get(&(name.folder, stem))).flatten();
            let bases: Vec<FileId> = bases.copied().collect();
            let awaited: HashSet<String> =
                self.services[id].values().flat_map(|service| awaited_by(service.resolve())).collect();
            for file in bases.iter().chain([id]) {
                self.awaited.entry(*file).or_default().extend(awaited.iter().cloned());
            }
            if name.is_default_override() {
                let beside = ["compose", "docker-compose"]
                    .iter()
                    .filter_map(|stem| by_stem.get(&(name.folder, *stem)));
                let defaults = beside
                    .flatten()
                    .filter(|base| compose.iter().any(|(other, name)| other == *base && name.is_default()));
                self.overrides.extend(defaults.map(|base| (*base, *id)));
            }
            self.bases.insert(*id, bases);
        }
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

    /// The artifact that a path names when it stands in the file `from`; `None` when it is not in the tree.
    pub fn beside(&self, from: &str, path: &str) -> Option<FileId> {
        self.files.get(join(from, path)?.as_str()).copied()
    }

    /// The artifact at a path seen from a folder, both from the root; `None` when it is not in the tree.
    pub fn at(&self, folder: &str, path: &str) -> Option<FileId> {
        let whole =
            if folder.is_empty() { Cow::Borrowed(path) } else { Cow::Owned(format!("{folder}/{path}")) };
        self.files.get(join("", &whole)?.as_str()).copied()
    }

    /// Whether the tree has a kustomization: only then is an object without an image likely to be a part of one.
    pub fn is_kustomized(&self) -> bool {
        self.kustomized
    }

    /// A service of a Compose file.
    pub fn service(&self, file: FileId, name: &str) -> Option<Node<'m>> {
        self.services.get(&file)?.get(name).copied()
    }

    /// Whether a kustomization names the file as a patch.
    pub fn is_patch(&self, file: FileId) -> bool {
        self.patches.contains(&file)
    }

    /// Whether the file is a Compose override and its base has the service too.
    pub fn redefines(&self, file: FileId, service: &str) -> bool {
        self.bases
            .get(&file)
            .is_some_and(|bases| bases.iter().any(|base| self.service(*base, service).is_some()))
    }

    /// The override that `docker compose` loads beside a base file by itself.
    pub fn automatic_override(&self, base: FileId) -> Option<FileId> {
        self.overrides.get(&base).copied()
    }

    /// Whether some service of the project waits for this one to complete.
    pub fn is_awaited_to_completion(&self, file: FileId, service: &str) -> bool {
        self.awaited.get(&file).is_some_and(|services| services.contains(service))
    }

    /// What is known of the image that a service's `build` in the Compose file at `path` makes.
    pub fn build(&self, path: &str, build: Node<'_>) -> Build {
        self.build_below(path, build, 0)
    }

    /// As [`Project::build`], below so many builds that take their base from one another.
    fn build_below(&self, path: &str, build: Node<'_>, depth: u8) -> Build {
        let build = build.resolve();
        let key = |name: &str| build.get(name).map(|value| value.text().into_owned());
        let contexts = contexts(build);
        // An image, or a folder elsewhere, has none that can be seen here.
        let context = |base: &str| {
            let service = contexts.get(base)?.strip_prefix("service:");
            let service = service.and_then(|name| self.service(*self.files.get(path)?, name));
            let build = service.and_then(|service| service.get("build")).filter(|_| depth < MAX_CONTEXTS);
            Some(
                build.is_some_and(|build| self.build_below(path, build, depth + 1) == Build::WithHealthcheck),
            )
        };
        let found = |healthchecks: &dockerfile::Healthchecks| {
            if healthchecks.has(key("target").as_deref(), context) {
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
        let dockerfile = self.beside(path, &format!("{context}/{dockerfile}"));
        let known = dockerfile.and_then(|id| self.dockerfiles.get(&id));
        known.map_or(Build::Absent, found)
    }
}

/// What `additional_contexts` of a build puts in the place of bases, by their names in lower case: a map, or a list of `name=source`.
fn contexts(build: Node<'_>) -> HashMap<String, String> {
    let Some(contexts) = build.get("additional_contexts") else { return HashMap::new() };
    let listed = contexts.items().filter_map(|item| {
        let text = item.text();
        let (name, source) = text.split_once('=')?;
        Some((name.to_ascii_lowercase(), source.to_owned()))
    });
    let mapped = contexts.entries().into_iter();
    let mapped = mapped.map(|entry| (entry.key.text().to_ascii_lowercase(), entry.value.text().into_owned()));
    listed.chain(mapped).collect()
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
pub fn join(from: &str, path: &str) -> Option<String> {
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
    fn a_file_is_laid_over_those_whose_stem_it_extends() {
        let stems = |path| ComposeName::of(path).base_stems().collect::<Vec<_>>();
        assert_eq!(stems("a/compose.dev.yml"), ["compose"]);
        assert_eq!(stems("docker-compose.override.yml.example"), ["docker", "docker-compose"]);
        assert_eq!(stems("compose.yaml"), Vec::<&str>::new());
    }

    #[test]
    fn compose_loads_only_the_default_names_by_itself() {
        assert!(ComposeName::of("a/docker-compose.yml").is_default());
        assert!(ComposeName::of("compose.override.yaml").is_default_override());
        assert!(!ComposeName::of("compose.override.yaml.example").is_default_override());
        assert!(!ComposeName::of("compose.prod.override.yaml").is_default_override());
    }
}
