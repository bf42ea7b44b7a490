//! Custom resources that look as if they ran pods, though nobody said so yet.

use super::kubernetes::{self, ObjectVisit};
use super::{Model, facts::text_of};
use crate::artifact::Kind;
use crate::source::Place;
use crate::yaml::{Document, Kind as NodeKind, Node};

/// A kind of custom resource that holds a pod template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Podlike {
    /// Its apiVersion.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// The keys that lead to the mapping that holds the pod's `spec`.
    pub path: Vec<String>,
    /// The first object of the kind.
    pub place: Place,
}

/// The kinds of the manifests, each way to a pod template once, in the order of the files.
pub fn podlikes(model: &Model<'_>) -> Vec<Podlike> {
    let mut found: Vec<Podlike> = Vec::new();
    for artifact in model.artifacts.iter().filter(|artifact| artifact.kind == Kind::Manifest) {
        for root in artifact.document.iter().flat_map(Document::roots) {
            kubernetes::objects(root, false, &mut |object| {
                if found.len() == KINDS || kubernetes::pod_of(model, object).is_some() {
                    return;
                }
                let known = |new: &Podlike| found.iter().any(|it| it.kind == new.kind && it.path == new.path);
                if let Some(new) = podlike(object).filter(|new| !known(new)) {
                    found.push(new);
                }
            });
        }
    }
    found
}

/// Kinds that are kept, and how deep a template is sought.
const KINDS: usize = 16;
const DEPTH: usize = 6;

fn podlike(object: &ObjectVisit<'_>) -> Option<Podlike> {
    let api_version = text_of(object.object, "apiVersion")?;
    // The kinds of Kubernetes itself have no group with a dot, or one of its own.
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    if !group.contains('.') || group.ends_with("k8s.io") || group.contains("kyverno") {
        return None;
    }
    let spec = object.object.get("spec")?.resolve();
    let mut path = vec!["spec".to_owned()];
    leads_to_pod(spec, &mut path).then(|| Podlike {
        api_version: api_version.into_owned(),
        kind: object.kind.clone().into_owned(),
        path,
        place: object.object.get("kind").unwrap_or(object.object).place(),
    })
}

/// Whether a mapping holds the `spec` of a pod, or one below it does; then `path` leads there.
fn leads_to_pod(node: Node<'_>, path: &mut Vec<String>) -> bool {
    let containers = node.get("spec").and_then(|spec| spec.get("containers")).map(Node::resolve);
    let runs = |list: Node<'_>| list.items().next().is_some_and(|first| first.get("image").is_some());
    if containers.is_some_and(runs) {
        return true;
    }
    if path.len() == DEPTH {
        return false;
    }
    let below = node.pairs().filter(|(_, value)| value.kind() == NodeKind::Mapping);
    for (key, value) in below {
        let key = key.text();
        if is_key(&key) {
            path.push(key.into_owned());
            if leads_to_pod(value, path) {
                return true;
            }
            path.pop();
        }
    }
    false
}

/// Whether a key can stand in a path of keys, which dots separate.
fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
