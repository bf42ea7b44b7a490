//! The names of objects: there must be one, and each kind has its rules for it.

use super::parts;
use crate::checks::own;
use crate::diagnostic::Diagnostic;
use crate::expr::label_of;
use crate::model::{ObjectVisit, is_unknown};
use crate::schema::format;
use crate::schema::say::{head, renamed};
use crate::schema::table::Format;
use crate::schema::tables::KUBERNETES;
use crate::shape::suggest;
use crate::yaml::{Kind, Node, Scalar};

/// What is wrong with the name of an object and of its namespace.
pub fn findings(visit: &ObjectVisit<'_>) -> Vec<Diagnostic> {
    let object = visit.object;
    let api_version = object.get("apiVersion").map(Node::text).unwrap_or_default();
    let (group, _) = api_version.rsplit_once('/').unwrap_or(("", &api_version));
    // Answers of the server and lists have no name.
    let is_answer = visit.kind.ends_with("List") || visit.kind.starts_with("API") && group.is_empty();
    let is_built_in = !is_answer && KUBERNETES.root(&api_version, &visit.kind).is_some();
    let Some(metadata) = object.get("metadata").map(Node::resolve) else {
        let needs = is_built_in
            && object.get("name").is_none()
            && !visit.fragment
            && !object.is_incomplete()
            && is_kept(group);
        let missing = || {
            let message = format!("this {} has no `metadata`", visit.kind);
            own("missing-key", head(object), message).with_help("give it a name: `metadata: {name: …}`")
        };
        return needs.then(missing).into_iter().collect();
    };
    if metadata.kind() != Kind::Mapping {
        return Vec::new();
    }
    let mut found = Vec::new();
    let name = metadata.get("name").filter(|name| !is_empty(*name));
    if name.is_none()
        && is_built_in
        && is_kept(group)
        && !visit.fragment
        && !metadata.is_incomplete()
        && !metadata.pairs().any(|(key, _)| is_unknown(key))
        && metadata.get("generateName").is_none()
        // It stands at the wrong place, which is said.
        && object.get("name").is_none()
    {
        let message = format!("this {} has no name", visit.kind);
        found.push(own("missing-key", head(metadata), message).with_help("add `name`, or `generateName`"));
    }
    if let Some(form) = is_built_in.then(|| form_of(group, &visit.kind)).flatten() {
        found.extend(name.and_then(|name| check(name, form)));
    }
    let namespace = metadata.get("namespace").filter(|namespace| !is_empty(*namespace));
    found.extend(namespace.and_then(|namespace| check(namespace, Format::DnsLabel)));
    found
}

/// What an object lacks that no server knows the kind of.
pub fn unnamed(root: Node<'_>) -> Vec<Diagnostic> {
    let absent = ["apiVersion", "kind"].into_iter().filter(|key| root.get(key).is_none_or(Node::is_null));
    absent
        .map(|absent| {
            let near = root.pairs().map(|(key, _)| key).find(|key| suggest(&key.text(), [absent]).is_some());
            match near {
                Some(key) => {
                    let found = own(
                        "unknown-key",
                        key.place(),
                        format!("unknown key `{}` in this object", key.text()),
                    );
                    renamed(found, key, absent)
                }
                None => own("missing-key", label_of(root), format!("this object has no `{absent}`"))
                    .with_help("without it no server knows what it is"),
            }
        })
        .collect()
}

/// Whether nothing stands there, or an empty string, which is the same.
fn is_empty(node: Node<'_>) -> bool {
    node.is_null() || node.resolve().kind() == Kind::Scalar && node.text().is_empty()
}

/// Whether objects of a group are kept under a name, and not only answered.
fn is_kept(group: &str) -> bool {
    !matches!(group, "authentication.k8s.io" | "authorization.k8s.io")
}

/// The form of the names of a kind; `None` where they have another one. Sources: `ValidateNameFunc` of each kind in
/// `pkg/apis/*/validation` of Kubernetes 1.36. A Service's name may begin with a digit where `RelaxedServiceNameValidation` is on.
fn form_of(group: &str, kind: &str) -> Option<Format> {
    match (group, kind) {
        // Path segments (anything but `/` and `%`), addresses, and names with colons.
        ("rbac.authorization.k8s.io", _) | (_, "IPAddress" | "ClusterTrustBundle" | "Event") => None,
        ("", "Service" | "Namespace") => Some(Format::DnsLabel),
        _ => Some(Format::DnsSubdomain),
    }
}

fn check(node: Node<'_>, form: Format) -> Option<Diagnostic> {
    let Scalar::Str(text) = node.scalar() else { return None };
    if format::holds(form, &text) || is_unknown(node) || parts::is_placeholder(node) {
        return None;
    }
    let key = node.key().map(Node::text).unwrap_or_default();
    let message = format!("the {key} `{text}` must be {}", format::words(form));
    let found = own("invalid-value", node.place(), message);
    Some(match format::advice(form, &text) {
        Some(advice) => found.with_help(advice),
        None => found,
    })
}
