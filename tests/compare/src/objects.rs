//! The objects: those of the manifests of a folder, repeated with variations.

#[path = "../../it/corpus.rs"]
#[allow(dead_code)]
mod corpus;

use corpus::Corpus;
use plimsoll::artifact::Kind;
use plimsoll::yaml::{Document, Kind as NodeKind, Node, Options, Scalar, parse};
use serde_json::{Map, Value as Json, json};
use std::path::Path;

/// An object as every engine is given it.
pub struct Object {
    /// As it is written: YAML in block style.
    pub document: Document,
    /// Without entries that are null.
    pub json: Json,
}

/// Which objects are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those of a few kinds that run pods for long.
    Workloads,
    /// All kinds.
    Mixed,
}

/// The different objects below a folder.
pub fn read(root: &Path, which: Which) -> Vec<Json> {
    let corpus = Corpus::read(root);
    let manifests = corpus.artifacts.iter().filter(|artifact| artifact.kind == Kind::Manifest);
    let roots = manifests.flat_map(|artifact| artifact.document.iter().flat_map(Document::roots));
    let mut objects: Vec<Json> = roots.map(json).filter(is_sound).collect();
    if which == Which::Workloads {
        objects.retain(|object| {
            matches!(object["kind"].as_str(), Some("Deployment" | "StatefulSet" | "DaemonSet" | "Pod"))
        });
    }
    objects
}

/// So many objects: those that are given, and then copies with other names, replicas and tags.
pub fn varied(given: &[Json], count: usize) -> Vec<Object> {
    let copies = (0..count).map(|at| {
        let mut json = given[at % given.len()].clone();
        vary(&mut json, at / given.len());
        let mut text = String::new();
        write(&json, 0, &mut text);
        let document = parse(text, Options::default());
        assert!(document.problems().is_empty(), "{:?} in {}", document.problems(), document.text());
        Object { document, json }
    });
    copies.collect()
}

fn vary(object: &mut Json, round: usize) {
    if round == 0 {
        return;
    }
    if let Some(Json::String(name)) = object.pointer_mut("/metadata/name") {
        *name = format!("{name}-{round}");
    }
    if let Some(replicas) = object.pointer_mut("/spec/replicas") {
        *replicas = json!(round % 7);
    }
    let pod = if object["kind"] == "Pod" { "/spec/containers" } else { "/spec/template/spec/containers" };
    for container in object.pointer_mut(pod).and_then(Json::as_array_mut).into_iter().flatten() {
        if let Some(Json::String(image)) = container.get_mut("image") {
            *image = match (round % 3, image.rsplit_once(':')) {
                (0, Some((name, _))) => name.to_owned(),
                (1, Some((name, _))) => format!("{name}:v{round}"),
                _ => std::mem::take(image),
            };
        }
    }
}

/// Whether what the rules look at is of the type it should be: on others the languages differ.
fn is_sound(object: &Json) -> bool {
    let Some(pod) = pod(object) else {
        return object["kind"].is_string() && texts(&object["metadata"]["labels"]);
    };
    let containers = pod.get("containers").is_none_or(|containers| {
        containers.as_array().is_some_and(|containers| {
            containers.iter().all(|container| {
                container.is_object()
                    && container.get("image").is_none_or(Json::is_string)
                    && ["args", "command"].iter().all(|key| texts(&container[*key]))
                    && ["securityContext", "resources"]
                        .iter()
                        .all(|key| container.get(*key).is_none_or(Json::is_object))
                    && container["env"].as_array().into_iter().flatten().all(|env| env["name"].is_string())
            })
        })
    });
    containers
        && texts(&object["metadata"]["labels"])
        && object["spec"].get("replicas").is_none_or(Json::is_i64)
        && pod.get("volumes").is_none_or(Json::is_array)
}

/// Whether all elements are text.
fn texts(collection: &Json) -> bool {
    match collection {
        Json::Array(items) => items.iter().all(Json::is_string),
        Json::Object(entries) => entries.values().all(Json::is_string),
        _ => collection.is_null(),
    }
}

/// The spec of the pods that an object makes.
pub fn pod(object: &Json) -> Option<&Json> {
    let path = match object["kind"].as_str()? {
        "Pod" => "/spec",
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" => "/spec/template/spec",
        "CronJob" => "/spec/jobTemplate/spec/template/spec",
        _ => return None,
    };
    object.pointer(path).filter(|pod| pod.is_object())
}

/// The same, in a document.
pub fn pod_node<'d>(object: Node<'d>, json: &Json) -> Option<Node<'d>> {
    pod(json)?;
    let path: &[&str] = match json["kind"].as_str()? {
        "Pod" => &["spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => &["spec", "template", "spec"],
    };
    path.iter().try_fold(object, |node, key| node.get(key))
}

/// A node as its consumer reads it, without what is null.
fn json(node: Node<'_>) -> Json {
    match node.resolve().kind() {
        NodeKind::Sequence => node.items().map(json).filter(|item| !item.is_null()).collect(),
        NodeKind::Mapping => {
            let entries = node.entries().into_iter();
            let entries = entries.map(|entry| (entry.key.text().into_owned(), json(entry.value)));
            Json::Object(entries.filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
        }
        _ => match node.scalar() {
            Scalar::Null => Json::Null,
            Scalar::Bool(value) => value.into(),
            Scalar::Int(value) => value.into(),
            Scalar::Float(value) => value.into(),
            Scalar::Str(text) => text.into(),
        },
    }
}

/// Writes YAML in block style, text plain where it may be.
fn write(value: &Json, indent: usize, out: &mut String) {
    let line = |out: &mut String| {
        out.push('\n');
        out.push_str(&" ".repeat(indent));
    };
    match value {
        Json::Array(items) if !items.is_empty() => {
            for item in items {
                line(out);
                out.push_str("- ");
                write(item, indent + 2, out);
            }
        }
        Json::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                line(out);
                out.push_str(&scalar(key));
                out.push_str(": ");
                write(value, indent + 2, out);
            }
        }
        Json::String(text) => out.push_str(&scalar(text)),
        other => out.push_str(&other.to_string()),
    }
}

fn scalar(text: &str) -> String {
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
        && text.chars().all(|char| char.is_ascii_alphanumeric() || "-_./:@=".contains(char))
        && !text.ends_with(':')
        && matches!(parse(text, Options::default()).roots().next().map(Node::scalar), Some(Scalar::Str(read)) if read == text);
    if plain { text.to_owned() } else { Json::from(text).to_string() }
}
