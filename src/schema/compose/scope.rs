//! What the names in a Compose file may refer to: what the file defines itself, and the files that it may be merged with.
//!
//! `docker compose` merges all its files before it looks at a name, and which files those are is said on its command line. So a name
//! counts as undefined only when no file defines it that could be among them, and when all of those can be seen.

use crate::artifact::Kind;
use crate::model::{FileFacts, Model};
use crate::schema::tree;
use crate::schema::words::Guesses;
use crate::source::FileId;
use crate::yaml::{Document, Kind as NodeKind, Node};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

/// Definitions that are gathered from other files; where there are more, what is undefined is not known.
const MOST: usize = 50_000;

/// The most names of a section that a wrong one is compared with.
const CANDIDATES: usize = 500;

/// A section of a Compose file whose entries are referred to by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// `services`
    Services,
    /// `networks`
    Networks,
    /// `volumes`
    Volumes,
    /// `secrets`
    Secrets,
    /// `configs`
    Configs,
    /// `models`
    Models,
}

impl Section {
    const ALL: [Self; 6] =
        [Self::Services, Self::Networks, Self::Volumes, Self::Secrets, Self::Configs, Self::Models];

    /// The key at the top of the file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Networks => "networks",
            Self::Volumes => "volumes",
            Self::Secrets => "secrets",
            Self::Configs => "configs",
            Self::Models => "models",
        }
    }

    /// One of its entries, in words.
    pub fn noun(self) -> &'static str {
        self.key().strip_suffix('s').unwrap_or_default()
    }
}

/// The names that some files define, by section.
#[derive(Default)]
struct Names<'m>([HashSet<Cow<'m, str>>; 6]);

impl<'m> Names<'m> {
    /// Adds what a document defines; how much that was.
    fn add(&mut self, root: Node<'m>) -> usize {
        let mut count = 0;
        for section in Section::ALL {
            let entries = root.get(section.key()).map(Node::entries).unwrap_or_default();
            count += entries.len();
            let names = entries.into_iter().filter(|entry| entry.value.resolve().tag() != Some("!reset"));
            self.0[section as usize].extend(names.map(|entry| entry.key.text()));
        }
        count
    }

    fn has(&self, section: Section, name: &str) -> bool {
        self.0[section as usize].contains(name)
    }
}

/// What the names of one file may refer to.
pub struct Scope<'m> {
    model: &'m Model<'m>,
    facts: FileFacts<'m>,
    own: Names<'m>,
    /// Whether some service of the file only makes sense on top of another file.
    is_fragment: bool,
    others: OnceCell<Option<Others<'m>>>,
    guesses: Guesses,
}

/// The files that it may be merged with.
#[derive(Default)]
struct Others<'m> {
    names: Names<'m>,
    /// Whether there are any.
    any: bool,
    /// Services of this file that services of other files extend.
    extended: HashSet<Cow<'m, str>>,
    /// Keys of services that another file resets or overrides.
    replaced: HashMap<Cow<'m, str>, Vec<Cow<'m, str>>>,
}

impl<'m> Scope<'m> {
    /// The scope of a file.
    pub fn new(model: &'m Model<'m>, facts: FileFacts<'m>, roots: &[Node<'m>]) -> Self {
        let mut own = Names::default();
        for root in roots {
            own.add(*root);
        }
        // The network that every service is in if it names none (compose-go, loader/normalize.go).
        own.0[Section::Networks as usize].insert(Cow::Borrowed("default"));
        let is_fragment =
            roots.iter().flat_map(|&root| services(root)).any(|(_, service)| is_partial(service));
        Self { model, facts, own, is_fragment, others: OnceCell::new(), guesses: Guesses::default() }
    }

    /// Whether the file itself defines a name.
    pub fn defines(&self, section: Section, name: &str) -> bool {
        self.own.has(section, name)
    }

    /// Whether no file defines a name that this one could be used with, and all of them can be seen.
    pub fn is_undefined(&self, section: Section, name: &str) -> bool {
        !self.defines(section, name) && self.others().is_some_and(|others| !others.names.has(section, name))
    }

    /// Whether a name is defined in no other file that this one could be used with, and all of them can be seen.
    pub fn is_only_here(&self, section: Section, name: &str) -> bool {
        self.others().is_some_and(|others| !others.names.has(section, name))
    }

    /// Whether what a service says here may be all that it says when it starts: no other file adds to it, and the file is not one that
    /// is only ever laid over others.
    pub fn is_whole(&self, service: &str) -> bool {
        self.is_only_here(Section::Services, service)
            && self.others().is_some_and(|others| {
                if is_default(self.path()) {
                    return !others.extended.contains(service);
                }
                // A file whose services others extend holds what they have in common.
                others.any && others.extended.is_empty()
            })
    }

    /// Whether another file may take away or replace what a service says under a key.
    pub fn is_replaced(&self, service: &str, key: &str) -> bool {
        let Some(others) = self.others() else { return false };
        others.replaced.get(service).is_some_and(|keys| keys.iter().any(|replaced| replaced == key))
    }

    /// Whether the file may be laid over others, so that what is absent or null in it means nothing.
    pub fn is_laid_over(&self) -> bool {
        let shares = |others: &Others<'_>| {
            let services = Section::Services as usize;
            self.own.0[services].iter().any(|name| others.names.0[services].contains(name))
        };
        let may_be = || self.is_fragment || is_override(self.path()) || self.others().is_none_or(shares);
        !is_default(self.path()) && may_be()
    }

    /// What to do about a name that nothing defines.
    pub fn help(&self, section: Section, name: &str) -> String {
        let names = &self.own.0[section as usize];
        let mut names: Vec<&str> =
            if names.len() > CANDIDATES { Vec::new() } else { names.iter().map(|name| &**name).collect() };
        names.sort_unstable();
        let near = self.guesses.near(name, names);
        near.unwrap_or_else(|| format!("define it under `{}`, or mend the name", section.key()))
    }

    fn path(&self) -> &'m str {
        &self.facts.source.path
    }

    fn others(&self) -> Option<&Others<'m>> {
        self.others.get_or_init(|| self.look()).as_ref()
    }

    /// Gathers the other files; `None` when one of them cannot be seen.
    fn look(&self) -> Option<Others<'m>> {
        let includes = self.includes();
        let mut merged = self.reach(&includes)?;
        let mut others = Others::default();
        let alone =
            is_default(self.path()) && !self.is_fragment && !includes.contained.contains(&self.facts.id);
        let mut count = 0;
        for (facts, roots) in self.compose_files() {
            let path = &*facts.source.path;
            let is_below = |path: &str, other: &str| tree::inside(path, tree::split(other).0).is_some();
            let apart =
                alone && is_default(path) && !is_below(self.path(), path) && !is_below(path, self.path());
            if !merged.remove(&facts.id) && apart {
                continue;
            }
            others.any = true;
            let replaces = facts.source.text.contains("!reset") || facts.source.text.contains("!override");
            for root in roots {
                count += others.names.add(root);
                for (name, service) in services(root) {
                    count += 1;
                    if self.extends_here(facts, service)
                        && let Some(base) = service.get("extends").and_then(|extends| extends.get("service"))
                    {
                        others.extended.insert(base.text());
                    }
                    if replaces {
                        let keys = service.entries();
                        count += keys.len();
                        let keys = keys.into_iter().filter(|entry| {
                            matches!(entry.value.resolve().tag(), Some("!reset" | "!override"))
                        });
                        let of_service = others.replaced.entry(name).or_default();
                        of_service.extend(keys.map(|entry| entry.key.text()));
                    }
                    if count > MOST {
                        return None;
                    }
                }
            }
            // What a file beside it includes from elsewhere cannot be seen either.
            let includes_this =
                includes.of.get(&facts.id).is_some_and(|files| files.contains(&self.facts.id));
            if includes.cut.contains(&facts.id)
                && (includes_this || tree::split(path).0 == tree::split(self.path()).0)
            {
                return None;
            }
        }
        // An override whose base is not in the tree.
        let is_lost =
            !others.any && !is_default(self.path()) && (self.is_fragment || is_override(self.path()));
        (!is_lost).then_some(others)
    }

    /// Whether a service of another file extends one of this file.
    fn extends_here(&self, facts: FileFacts<'m>, service: Node<'m>) -> bool {
        let file = service.get("extends").and_then(|extends| extends.get("file"));
        file.is_some_and(|file| {
            self.model.project.beside(&facts.source.path, &file.text()) == Some(self.facts.id)
        })
    }

    /// The files that this one includes, and they in turn; `None` when one of those cannot be seen.
    fn reach(&self, includes: &Includes) -> Option<HashSet<FileId>> {
        let mut reached = HashSet::new();
        let mut left = vec![self.facts.id];
        while let Some(id) = left.pop() {
            if includes.cut.contains(&id) {
                return None;
            }
            if reached.insert(id) {
                left.extend(includes.of.get(&id).into_iter().flatten());
            }
        }
        Some(reached)
    }

    fn includes(&self) -> Includes {
        let mut includes = Includes::default();
        for (facts, roots) in self.compose_files() {
            includes.add(self.model, facts, roots);
        }
        let own = self.facts.artifact.document.iter().flat_map(Document::roots);
        includes.add(self.model, self.facts, own.map(Node::resolve).collect());
        includes
    }

    /// The other Compose files of the tree.
    fn compose_files(&self) -> impl Iterator<Item = (FileFacts<'m>, Vec<Node<'m>>)> {
        let artifacts = self.model.artifacts.iter();
        artifacts.filter(|artifact| artifact.kind == Kind::Compose && artifact.file != self.facts.id).map(
            |artifact| {
                let roots = artifact.document.iter().flat_map(Document::roots);
                (self.model.file(artifact.file), roots.map(Node::resolve).collect())
            },
        )
    }
}

/// Which files include which.
#[derive(Default)]
struct Includes {
    of: HashMap<FileId, Vec<FileId>>,
    /// Files that some file includes.
    contained: HashSet<FileId>,
    /// Files that include something that cannot be seen.
    cut: HashSet<FileId>,
}

impl Includes {
    fn add(&mut self, model: &Model<'_>, facts: FileFacts<'_>, roots: Vec<Node<'_>>) {
        for path in roots.into_iter().flat_map(included) {
            match included_file(model, facts, path) {
                Some(id) => {
                    self.of.entry(facts.id).or_default().push(id);
                    self.contained.insert(id);
                }
                None => {
                    self.cut.insert(facts.id);
                }
            }
        }
    }
}

/// The nodes of the paths that a document includes.
pub fn included(root: Node<'_>) -> Vec<Node<'_>> {
    let items = root.get("include").into_iter().flat_map(Node::items);
    let paths = items.flat_map(|item| match item.resolve().kind() {
        NodeKind::Mapping => match item.get("path") {
            Some(paths) if paths.resolve().kind() == NodeKind::Sequence => paths.items().collect(),
            path => path.into_iter().collect(),
        },
        _ => vec![item],
    });
    paths.collect()
}

/// The Compose file that an included path names, if it is in the tree.
pub fn included_file(model: &Model<'_>, facts: FileFacts<'_>, path: Node<'_>) -> Option<FileId> {
    let id = model.project.beside(&facts.source.path, &path.text())?;
    (model.file(id).artifact.kind == Kind::Compose).then_some(id)
}

fn services(root: Node<'_>) -> impl Iterator<Item = (Cow<'_, str>, Node<'_>)> {
    let services = root.get("services").map(Node::entries).unwrap_or_default();
    services.into_iter().map(|entry| (entry.key.text(), entry.value.resolve()))
}

/// Whether a service cannot start as it is.
fn is_partial(service: Node<'_>) -> bool {
    let keys = ["image", "build", "extends", "provider"];
    service.kind() == NodeKind::Mapping && !keys.iter().any(|key| service.get(key).is_some())
}

/// Whether a path has a name that Compose takes when no file is named.
fn is_default(path: &str) -> bool {
    let name = tree::split(path).1;
    matches!(name, "compose.yaml" | "compose.yml" | "docker-compose.yaml" | "docker-compose.yml")
}

/// Whether a file is called an override.
fn is_override(path: &str) -> bool {
    tree::split(path).1.contains("override")
}
