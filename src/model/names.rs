//! The names that a deployment defines, and those that it refers to as if they were services of its own.

use super::facts::{FileFacts, Visit, text_of};
use super::target::{TargetKind, Wanted};
use super::{Model, compose, kubernetes, text};
use crate::artifact::Kind;
use crate::expr::{Facts, Value};
use crate::source::Place;
use crate::yaml::{Kind as NodeKind, Node};
use std::collections::{BTreeMap, HashSet};

/// The names of a repository.
#[derive(Debug, Default)]
pub struct Names {
    /// What services, workloads, charts, jobs, files and folders are called, and where the first one is defined; for jobs, files and
    /// folders that is not kept.
    pub defined: BTreeMap<String, Option<Place>>,
    /// What kustomizations put before the names of their objects.
    pub prefixes: Vec<String>,
    /// What is referred to, and where, in the order of files.
    pub seen: BTreeMap<String, Vec<Seen>>,
}

/// A place that refers to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How.
    pub clue: Clue,
    /// The name there.
    pub place: Place,
}

/// How a name is referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clue {
    /// As a host, in a URL or where a host is expected.
    Host,
    /// As a service that another one needs or leads to.
    Dependency,
    /// As a folder, in the path filter of a workflow.
    Path,
    /// As an entry of a matrix.
    Matrix,
    /// As the last part of an image, which alone says little.
    Image,
}

impl Names {
    /// Looks at everything that takes effect. What stands in a file that is not its own refers to nothing of the project.
    pub fn of(model: &Model<'_>, is_own: &dyn Fn(&str) -> bool) -> Self {
        let (mut names, mut foreign) = (Self::default(), HashSet::new());
        for artifact in model.artifacts {
            let file = model.file(artifact.file);
            names.add_path(&file.source.path);
            if !matches!(artifact.kind, Kind::Config | Kind::Data | Kind::Other | Kind::Doc) {
                names.add_text(model, file);
                names.add_document(file);
            }
            if !is_own(&file.source.path) {
                foreign.insert(file.id);
            }
        }
        for seen in names.seen.values_mut() {
            seen.retain(|seen| !foreign.contains(&seen.place.file));
        }
        names
    }

    /// Adds a path that is there: its folders, and the file without its extension.
    pub fn add_path(&mut self, path: &str) {
        for part in path.split('/') {
            for name in [part, part.split('.').next().unwrap_or(part)] {
                if !self.defined.contains_key(name) {
                    self.defined.insert(name.to_owned(), None);
                }
            }
        }
    }

    fn define(&mut self, node: Node<'_>) {
        let node = node.resolve();
        if node.kind() == NodeKind::Scalar {
            self.defined.entry(node.text().into_owned()).or_insert(None).get_or_insert(node.place());
        }
    }

    fn see(&mut self, name: &str, clue: Clue, place: Option<Place>) {
        if let Some(place) = place.filter(|_| is_name(name)) {
            let seen = self.seen.entry(name.to_owned()).or_default();
            if !seen.iter().rev().take(4).any(|known| known.place == place) {
                seen.push(Seen { clue, place });
            }
        }
    }

    /// Hosts of URLs, and the names that scripts give to containers.
    fn add_text<'m>(&mut self, model: &Model<'m>, file: FileFacts<'m>) {
        let mut wanted = Wanted::default();
        wanted.insert(TargetKind::Text);
        text::visit(model, file, &wanted, &mut |_, _, visit| {
            if let (true, Value::Text(text)) = (takes_effect(visit), visit.subject()) {
                for host in hosts(&text.text) {
                    let place = text.cut(host.clone()).place();
                    self.see(&text.text[host], Clue::Host, place);
                }
                for name in given_names(&text.text) {
                    self.defined.entry(name.to_owned()).or_insert(None);
                }
                if let (Kind::Env, Some((name, value))) = (file.artifact.kind, text.text.split_once('='))
                    && says_host(name.trim())
                {
                    self.see(host_of(value.trim_matches(['"', '\'', ' '])), Clue::Host, text.place());
                }
                if file.artifact.kind == Kind::Template
                    && let Some((_, name)) = text.text.split_once("name:")
                {
                    self.defined.entry(name.trim().trim_matches(['"', '\'']).to_owned()).or_insert(None);
                }
            }
        });
    }

    fn add_document(&mut self, file: FileFacts<'_>) {
        let Some(document) = &file.artifact.document else { return };
        for root in document.roots().map(Node::resolve) {
            match file.artifact.kind {
                Kind::Workflow => self.add_workflow(root),
                Kind::Compose => self.add_compose(root),
                Kind::Manifest => kubernetes::objects(root, false, &mut |object| {
                    let metadata = object.object.get("metadata");
                    metadata
                        .and_then(|metadata| metadata.get("name"))
                        .into_iter()
                        .for_each(|it| self.define(it));
                }),
                Kind::Chart => {
                    root.get("name").into_iter().for_each(|name| self.define(name));
                    for needed in root.get("dependencies").into_iter().flat_map(Node::items) {
                        let called = ["name", "alias"].into_iter().filter_map(|key| needed.get(key));
                        called.for_each(|name| self.define(name));
                    }
                }
                Kind::Kustomization if self.prefixes.len() < PREFIXES => {
                    let prefix = text_of(root, "namePrefix").filter(|prefix| !prefix.is_empty());
                    self.prefixes.extend(prefix.map(std::borrow::Cow::into_owned));
                }
                _ => {}
            }
        }
        for mapping in document.nodes().filter(|node| node.kind() == NodeKind::Mapping) {
            for (key, value) in mapping.pairs() {
                // Every key of values may name a part of the chart.
                if file.artifact.kind == Kind::Values {
                    self.define(key);
                }
                self.add_entry(file.artifact.kind, mapping, key, value);
            }
        }
    }

    /// An entry by what its key says of its value.
    fn add_entry(&mut self, kind: Kind, mapping: Node<'_>, key: Node<'_>, value: Node<'_>) {
        let (key, text) = (key.text(), value.text());
        match (&*key, value.kind()) {
            ("service", NodeKind::Mapping) if kind == Kind::Manifest => {
                if let Some(name) = value.get("name") {
                    self.see(&name.text(), Clue::Dependency, Some(name.place()));
                }
            }
            (_, NodeKind::Mapping | NodeKind::Sequence | NodeKind::Alias | NodeKind::Empty) => {}
            ("image" | "repository", _) => {
                let path = text.split(['@', '$', '{']).next().unwrap_or_default();
                let name = path.rsplit_once('/').map(|(_, last)| last.split(':').next().unwrap_or(last));
                self.see(name.unwrap_or_default(), Clue::Image, Some(value.place()));
            }
            ("container_name" | "hostname" | "fullnameOverride" | "nameOverride", _) => self.define(value),
            ("name", _) if kind == Kind::Values => self.define(value),
            ("serviceName", _) => self.see(&text, Clue::Dependency, Some(value.place())),
            ("value", _) if mapping.get("name").is_some_and(|name| says_host(&name.text())) => {
                self.see(host_of(&text), Clue::Host, Some(value.place()));
            }
            (key, _) if says_host(key) => self.see(host_of(&text), Clue::Host, Some(value.place())),
            _ => {}
        }
    }

    fn add_compose(&mut self, root: Node<'_>) {
        for entry in compose::services(root) {
            self.define(entry.key);
            let service = entry.value.resolve();
            for network in service.get("networks").into_iter().flat_map(Node::pairs) {
                let aliases = network.1.get("aliases").into_iter().flat_map(Node::items);
                aliases.for_each(|alias| self.define(alias));
            }
            for key in ["depends_on", "links"] {
                let Some(needed) = service.get(key).map(Node::resolve) else { continue };
                let names = needed.pairs().map(|(name, _)| name).chain(needed.items());
                for name in names.map(Node::resolve).filter(|name| name.kind() == NodeKind::Scalar) {
                    let text = name.text();
                    let mut parts = text.split(':');
                    self.see(parts.next().unwrap_or_default(), Clue::Dependency, Some(name.place()));
                    parts.for_each(|alias| {
                        self.defined.entry(alias.to_owned()).or_insert(None);
                    });
                }
            }
            for line in service.get("environment").into_iter().flat_map(Node::items) {
                let text = line.text();
                if let Some((_, value)) = text.split_once('=').filter(|(name, _)| says_host(name)) {
                    self.see(host_of(value), Clue::Host, Some(line.place()));
                }
            }
        }
    }

    fn add_workflow(&mut self, root: Node<'_>) {
        for event in root.get("on").into_iter().flat_map(Node::pairs).map(|(_, event)| event) {
            for key in ["paths", "paths-ignore"] {
                for filter in event.get(key).into_iter().flat_map(Node::items) {
                    let text = filter.text();
                    let folders = text.rsplit_once('/').map_or("", |(folders, _)| folders);
                    for name in folders.trim_start_matches('!').split('/') {
                        self.see(name, Clue::Path, Some(filter.place()));
                    }
                }
            }
        }
        for (id, job) in root.get("jobs").into_iter().flat_map(Node::pairs) {
            let services = job.get("services").into_iter().flat_map(Node::pairs);
            for name in services.map(|(name, _)| name).chain([id]) {
                self.defined.entry(name.text().into_owned()).or_insert(None);
            }
            let matrix = job.get("strategy").and_then(|strategy| strategy.get("matrix"));
            for (_, values) in matrix.into_iter().flat_map(Node::pairs) {
                for value in values.items().map(Node::resolve) {
                    let fields = value.pairs().map(|(_, field)| field.resolve());
                    for name in fields.chain([value]).filter(|name| name.kind() == NodeKind::Scalar) {
                        self.see(&name.text(), Clue::Matrix, Some(name.place()));
                    }
                }
            }
        }
    }
}

/// The longest name of a service, in bytes (RFC 1123).
const NAME: usize = 63;

/// Prefixes of kustomizations that are kept.
const PREFIXES: usize = 32;

fn takes_effect(visit: &dyn Visit<'_>) -> bool {
    let fact =
        |facts: &dyn Facts, name: &str| facts.record().fields.iter().position(|field| field.name == name);
    let Some(Value::Facts(piece)) = fact(visit, "text").map(|index| visit.fact(index)) else { return false };
    fact(piece, "takesEffect").is_some_and(|index| matches!(piece.fact(index), Value::Bool(true)))
}

/// Whether a text is a name of several words, as services of one family have: `shop-api`.
fn is_name(text: &str) -> bool {
    text.len() <= NAME
        && text.contains('-')
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether an entry of this name holds a host.
fn says_host(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["host", "_addr", "_address", "_hostname"].iter().any(|end| name.ends_with(end))
}

/// The host of `host:port`, inside the cluster or the Compose project: what lies elsewhere has dots.
fn host_of(text: &str) -> &str {
    let host = text.split(':').next().unwrap_or(text);
    let (name, rest) = host.split_once('.').unwrap_or((host, ""));
    if rest.is_empty() || rest.split('.').any(|label| label == "svc") { name } else { "" }
}

/// The ranges of hosts without dots, and of the first label of hosts below `svc`, in the URLs of a text.
fn hosts(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("://") {
        let from = at + 3;
        let rest = &text[from..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-._~%!$&*+,;=:@".contains(c)));
        let authority = &rest[..end.unwrap_or(rest.len())];
        let start = authority.rfind('@').map_or(0, |at| at + 1);
        let name = host_of(&authority[start..]);
        if is_name(name) {
            found.push(from + start..from + start + name.len());
        }
    }
    found
}

/// The names that a command gives to containers: `docker run --name web`.
fn given_names(text: &str) -> impl Iterator<Item = &str> {
    let options = ["--name", "--network-alias", "--hostname"];
    let found =
        options.into_iter().flat_map(|option| text.match_indices(option).map(|(at, it)| at + it.len()));
    found.map(|at| {
        let rest = text[at..].strip_prefix(['=', ' ']).unwrap_or_default();
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        &rest[..rest.bytes().take(NAME).take_while(part).count()]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_inside_the_cluster_are_names() {
        let found = |text: &'static str| hosts(text).into_iter().map(|host| &text[host]).collect::<Vec<_>>();
        assert_eq!(found("http://orders-api:8001/v1 https://x:y@shop-api/"), ["orders-api", "shop-api"]);
        assert_eq!(found("http://orders-api.default.svc.cluster.local:80"), ["orders-api"]);
        assert_eq!(found("https://my-shop.example.com http://10.0.0.1 https://${HOST}/x ://"), [""; 0]);
    }

    #[test]
    fn containers_are_named_by_options() {
        let names: Vec<_> = given_names("docker run --name shop-db --hostname=db --name-x").collect();
        assert_eq!(names, ["shop-db", "", "db"]);
    }

    #[test]
    fn long_runs_without_spaces_stay_linear() {
        let started = std::time::Instant::now();
        let text = "--name=://".repeat(1 << 18);
        assert_eq!(given_names(&text).count(), 1 << 18);
        assert_eq!(hosts(&text).len(), 0);
        assert!(started.elapsed().as_secs() < 10, "quadratic work would take hours");
    }
}
