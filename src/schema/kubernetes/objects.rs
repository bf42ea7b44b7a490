//! What the API server holds of the fields of an object against one another, once their structure is right. It follows the validation
//! of Kubernetes 1.36 (`pkg/apis/*/validation`); the functions are named where a rule follows them.

mod access;
mod container;
mod cron;
mod data;
mod network;
mod pod;
mod selector;
#[cfg(test)]
mod tests;
mod workload;

use super::parts::is_placeholder;
use crate::checks::own;
use crate::diagnostic::Diagnostic;
use crate::model::{self, FileFacts, Model, ObjectVisit};
use crate::schema::say::{head, one_of};
use crate::schema::tables::KUBERNETES;
use crate::shape::suggest;
use crate::source::Place;
use crate::yaml::{Document, Entry, Kind, Node, Scalar};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Items and entries that are looked at beyond some for every node of the file: aliases may lead to the same ones again and again.
const STEPS: usize = 50_000;

/// Names among which a misspelt one is sought.
const NAMES: usize = 100;

/// The rules for the objects of one file.
pub struct Rules {
    /// What was found.
    pub found: Vec<Diagnostic>,
    /// Whether other files may complete the objects.
    kustomized: bool,
    /// Whether all of the object at hand is written there.
    whole: bool,
    /// The lists of the object at hand that were looked at and need no second look.
    seen: HashSet<usize>,
    steps: usize,
}

impl Rules {
    /// Those for a file.
    pub fn new(model: &Model<'_>, file: FileFacts<'_>) -> Self {
        let nodes = file.artifact.document.as_ref().map_or(0, Document::len);
        Self {
            found: Vec::new(),
            kustomized: model.project.is_kustomized(),
            whole: false,
            seen: HashSet::new(),
            // No node is looked at more often than that without aliases.
            steps: STEPS + 4 * nodes,
        }
    }

    /// Holds an object to the rules of its kind. Parts of objects, and kinds that are not Kubernetes' own, are left alone.
    pub fn object(&mut self, visit: &ObjectVisit<'_>) {
        let object = visit.object;
        let Some(api_version) = object.get("apiVersion").and_then(text) else { return };
        let kind = &*visit.kind;
        if visit.fragment || KUBERNETES.root(&api_version, kind).is_none() {
            return;
        }
        self.whole = !self.kustomized && is_whole(object);
        self.seen.clear();
        let before = self.found.len();
        self.kind(kind, object);
        // What stands behind aliases may have been seen several times.
        let mut found = self.found.split_off(before);
        found.sort_by_key(|found| found.primary.place);
        found.dedup();
        self.found.append(&mut found);
    }

    fn kind(&mut self, kind: &str, object: Node<'_>) {
        match kind {
            "ConfigMap" => return self.config_map(object),
            "Secret" => return self.secret(object),
            "RoleBinding" | "ClusterRoleBinding" => return self.binding(object, kind),
            "Role" | "ClusterRole" => return self.role(object, kind),
            "PodTemplate" => {
                if let Some(template) = field(object, "template") {
                    self.pod(template, &[]);
                }
                return;
            }
            _ => {}
        }
        let Some(spec) = field(object, "spec").filter(|spec| is_mapping(*spec)) else { return };
        match kind {
            "Pod" => self.pod(object, &[]),
            "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "ReplicationController" => {
                self.workload(spec, kind);
            }
            "Job" => self.job(spec, kind),
            "CronJob" => self.cron_job(spec),
            "HorizontalPodAutoscaler" => self.autoscaler(spec),
            "PodDisruptionBudget" => self.budget(spec),
            "Service" => self.service(spec),
            "Ingress" => self.ingress(spec),
            "NetworkPolicy" => self.policy(spec),
            "PersistentVolumeClaim" => self.claim(spec),
            _ => {}
        }
    }

    fn say(&mut self, found: Diagnostic) {
        self.found.push(found);
    }

    /// The items of a list.
    fn items<'m>(&mut self, list: Node<'m>) -> Vec<Node<'m>> {
        let items: Vec<Node<'m>> = list.items().take(self.steps).collect();
        self.steps -= items.len();
        items
    }

    /// The items of the list under a key.
    fn listed<'m>(&mut self, node: Node<'m>, key: &str) -> Vec<Node<'m>> {
        field(node, key).map(|list| self.items(list)).unwrap_or_default()
    }

    /// The items of the list under a key, if it is not one that was looked at through another alias.
    fn listed_once<'m>(&mut self, node: Node<'m>, key: &str) -> Vec<Node<'m>> {
        let list = field(node, key).filter(|list| self.seen.insert(list.resolve().index()));
        list.map(|list| self.items(list)).unwrap_or_default()
    }

    /// The entries of a mapping.
    fn entries<'m>(&mut self, mapping: Node<'m>) -> Vec<Entry<'m>> {
        let mut entries = if self.steps == 0 { Vec::new() } else { mapping.entries() };
        entries.truncate(self.steps);
        self.steps -= entries.len();
        entries
    }

    /// Whether nothing is missing in a mapping but what is really absent.
    fn sees_all(&self, node: Node<'_>) -> bool {
        self.whole && is_whole(node)
    }

    /// Says that a mapping, `what` in words, has several of some keys that exclude one another.
    fn at_most_one(&mut self, node: Node<'_>, keys: &[&str], what: &str) -> usize {
        let mut given = Vec::new();
        node.each_entry(|key, value, _| {
            if is_mapping(value) && keys.contains(&&*key.text()) {
                given.push(key);
            }
        });
        given.sort_by_key(|key| key.place());
        if let [first, second, ..] = given[..] {
            self.exclusive(
                first,
                second,
                format!("{what} has both `{}` and `{}`", first.text(), second.text()),
            );
        }
        given.len()
    }

    /// Says that a mapping has several of some keys, or none of them where one must be there.
    fn exactly_one(&mut self, node: Node<'_>, keys: &[&str], what: &str) {
        if !is_mapping(node) || self.at_most_one(node, keys, what) > 0 || !self.sees_all(node) {
            return;
        }
        if keys.iter().all(|key| field(node, key).is_none()) {
            let keys = one_of(keys.iter().copied(), "or");
            self.say(
                own("missing-key", head(node), format!("{what} has no {keys}")).with_help("add one of them"),
            );
        }
    }

    fn exclusive(&mut self, first: Node<'_>, second: Node<'_>, message: String) {
        let found = own("exclusive-keys", second.place(), message);
        let stands = format!("`{}` stands here", first.text());
        self.say(found.with_help("keep one of the two").with_related(first.place(), stands));
    }

    /// Says which of some named things stand there twice, `what` in words.
    fn twice(&mut self, names: impl IntoIterator<Item = (String, Place)>, what: &str) {
        let mut first: HashMap<String, Place> = HashMap::new();
        for (name, place) in names {
            match first.get(&name) {
                Some(&before) if before != place => {
                    let found = own("duplicate-item", place, format!("{what} `{name}` stands twice"));
                    self.say(found.with_help("each must have its own").with_related(before, "first here"));
                }
                Some(_) => {}
                None => {
                    first.insert(name, place);
                }
            }
        }
    }
}

/// Whether the text of a scalar is only put there later.
fn is_unknown(node: Node<'_>) -> bool {
    model::is_unknown(node) || is_placeholder(node)
}

/// The text of a string that is known and not empty.
fn text(node: Node<'_>) -> Option<Cow<'_, str>> {
    match node.scalar() {
        Scalar::Str(text) if !text.is_empty() && !is_unknown(node) => Some(text),
        _ => None,
    }
}

/// The integer that stands there.
fn integer(node: Node<'_>) -> Option<i64> {
    match node.scalar() {
        Scalar::Int(value) => Some(value),
        _ => None,
    }
}

/// The value of a key; a null is the same as nothing.
fn field<'m>(node: Node<'m>, key: &str) -> Option<Node<'m>> {
    node.get(key).filter(|value| !value.is_null())
}

fn is_mapping(node: Node<'_>) -> bool {
    node.resolve().kind() == Kind::Mapping
}

/// Whether all keys of a mapping are known.
fn is_whole(node: Node<'_>) -> bool {
    let node = node.resolve();
    node.kind() == Kind::Mapping && !node.is_incomplete() && !node.pairs().any(|(key, _)| is_unknown(key))
}

/// Whether nothing stands there, or an empty string, which is the same to the server.
fn is_absent(node: Option<Node<'_>>) -> bool {
    node.is_none_or(|node| matches!(node.scalar(), Scalar::Str(text) if text.is_empty()))
}

/// The name of a thing in words, `container` before it.
fn named(what: &str, node: Node<'_>) -> String {
    match node.get("name").and_then(text) {
        Some(name) => format!("{what} `{name}`"),
        None => format!("this {what}"),
    }
}

/// What to do about a name that is not there: the nearest one, or else `otherwise`.
fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>, otherwise: &str) -> String {
    match suggest(wrong, names.into_iter().take(NAMES)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => otherwise.to_owned(),
    }
}
