//! The definitions of Kubernetes' own kinds: one JSON document for each minor version, in the vocabulary that custom resource
//! definitions use, without descriptions.

use crate::resources::Resources;
use crate::{Result, facts};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// How many minor versions the table covers: those that Kubernetes or a vendor still mends.
const VERSIONS: usize = 5;

/// What is kept of a node; the rest is prose, defaults, and hints for code generators.
const KEPT: &[&str] = &[
    "type",
    "format",
    "required",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-patch-merge-key",
    "x-kubernetes-preserve-unknown-fields",
];

/// The newest versions, `minor` and document, oldest first: `{version, kinds: [{apiVersion, kind, def, namespaced}], definitions}`.
pub fn definitions(
    package: &Path,
    resources: &Resources,
    facts: &Map<String, Value>,
) -> Result<BTreeMap<u32, Value>> {
    let all: BTreeSet<u32> = resources.values().flat_map(|resource| &resource.minors).copied().collect();
    let mut used = vec![false; facts.len()];
    let mut documents = BTreeMap::new();
    for &minor in all.iter().rev().take(VERSIONS) {
        let path = package.join(format!("v1.{minor}.0-local/_definitions.json"));
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let specification: Value = serde_json::from_str(&text)?;
        let given = specification["$defs"].as_object().ok_or("no definitions")?;
        let kinds = kinds(given, resources);
        let mut kept: Map<String, Value> =
            given.iter().map(|(name, node)| (name.clone(), reduced(node))).collect();
        facts::lay(facts, &mut kept, &mut used)?;
        documents
            .insert(minor, json!({"version": format!("1.{minor}"), "kinds": kinds, "definitions": kept}));
    }
    match used.iter().position(|used| !used) {
        Some(unused) => Err(format!("{:?} is no field in any version", facts.keys().nth(unused)).into()),
        None => Ok(documents),
    }
}

/// The kinds that a file may hold: what is served, and the lists of it.
fn kinds(definitions: &Map<String, Value>, resources: &Resources) -> Vec<Value> {
    let mut kinds = Vec::new();
    for (def, node) in definitions {
        let Some([group]) = node["x-kubernetes-group-version-kind"].as_array().map(Vec::as_slice) else {
            continue;
        };
        let [Some(group), Some(version), Some(kind)] =
            ["group", "version", "kind"].map(|key| group[key].as_str())
        else {
            continue;
        };
        let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        let item = kind.strip_suffix("List").filter(|_| node["properties"]["items"].is_object());
        let resource = resources.get(&(api_version.clone(), item.unwrap_or(kind).to_owned()));
        if let Some(namespaced) = resource.and_then(|resource| resource.namespaced) {
            kinds
                .push(json!({"apiVersion": api_version, "kind": kind, "def": def, "namespaced": namespaced}));
        }
    }
    kinds
}

/// A node of the specification in the vocabulary of the table.
fn reduced(node: &Value) -> Value {
    let mut kept = Map::new();
    let alternatives = node["oneOf"].as_array().is_some_and(|alternatives| alternatives.len() == 2);
    if alternatives || node["format"] == "int-or-string" {
        kept.insert("x-kubernetes-int-or-string".to_owned(), true.into());
        return kept.into();
    }
    if let Some(name) = node["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        kept.insert("$ref".to_owned(), format!("#/definitions/{name}").into());
    }
    for (key, value) in node.as_object().into_iter().flatten() {
        match key.as_str() {
            // Every field may be null: the server drops it before it looks.
            "type" if value.is_array() => {
                let name = value.as_array().into_iter().flatten().find(|name| *name != "null");
                kept.insert(key.clone(), name.cloned().unwrap_or_default());
            }
            "x-kubernetes-list-type" if value != "atomic" => {
                kept.insert(key.clone(), value.clone());
            }
            "properties" => {
                let fields = value.as_object().into_iter().flatten();
                let fields: Map<String, Value> =
                    fields.map(|(name, node)| (name.clone(), reduced(node))).collect();
                kept.insert(key.clone(), fields.into());
            }
            "items" | "additionalProperties" if value.is_object() => {
                kept.insert(key.clone(), reduced(value));
            }
            key if KEPT.contains(&key) => {
                kept.insert(key.to_owned(), value.clone());
            }
            _ => {}
        }
    }
    kept.into()
}
