//! The definitions of Kubernetes' own kinds: one JSON document for each minor version, in the vocabulary that custom resource
//! definitions use, without descriptions.

use crate::resources::Resources;
use crate::{Result, facts};
use plimsoll::schema::build::{Builder, Built, Convert, Strictness};
use plimsoll::schema::table::TypeId;
use plimsoll::yaml::{self, Node};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// How many minor versions the table covers: those that Kubernetes or a vendor still mends.
const VERSIONS: usize = 5;

/// What is kept of a node; the rest is prose, defaults, hints for code generators, and lists whose items the server lets be equal.
const KEPT: &[&str] = &["type", "format", "required", "x-kubernetes-preserve-unknown-fields"];

/// Where the definitions stand in a document.
const DEFINITIONS: &str = "#/definitions/";

/// The definition of `metadata`.
const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// The table of some versions, given as what [`definitions`] makes, oldest first.
pub fn table(documents: &BTreeMap<u32, Value>) -> Result<Built> {
    let mut builder = Builder::default();
    for document in documents.values() {
        let bit = builder.version(document["version"].as_str().unwrap_or_default());
        let document = yaml::parse(document.to_string(), yaml::Options::default());
        let root = document.roots().next().ok_or("no document")?;
        let mut convert = Convert::new(&mut builder, root, Strictness::Structural, bit);
        for kind in root.get("kinds").into_iter().flat_map(Node::items) {
            let text = |key| kind.get(key).map(Node::text).unwrap_or_default();
            let holds = kind.get("schema").map_or(TypeId::ANY, |schema| convert.schema(schema));
            let namespaced = text("namespaced") == "true";
            convert.builder.add_root(&text("apiVersion"), &text("kind"), holds, bit, namespaced);
        }
    }
    builder.finish().map_err(|_| "the table of Kubernetes is too large".into())
}

/// The newest versions, by minor version: `{version, kinds: [{apiVersion, kind, namespaced, schema}], definitions}`.
///
/// A newer specification says what is required for the older ones too. Servers have not changed what they ask: 1.34 to 1.37 corrected
/// marks, by which `apiGroup` of a `roleRef` was required though every server fills it in.
pub fn definitions(
    package: &Path,
    resources: &Resources,
    facts: &Map<String, Value>,
) -> Result<BTreeMap<u32, Value>> {
    let all: BTreeSet<u32> = resources.values().flat_map(|resource| &resource.minors).copied().collect();
    let mut used = vec![false; facts.len()];
    let mut documents = BTreeMap::new();
    let mut required: Map<String, Value> = Map::new();
    for &minor in all.iter().rev().take(VERSIONS) {
        let path = package.join(format!("v1.{minor}.0-local/_definitions.json"));
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let specification: Value = serde_json::from_str(&text)?;
        let given = specification["$defs"].as_object().ok_or("no definitions")?;
        let kinds = kinds(given, resources);
        let mut kept: Map<String, Value> =
            given.iter().map(|(name, node)| (name.clone(), reduced(node))).collect();
        facts::lay(facts, &mut kept, &mut used)?;
        for (name, node) in &mut kept {
            let newer = required.entry(name).or_insert_with(|| node["required"].clone());
            let properties = &node["properties"];
            let known = newer.as_array().into_iter().flatten();
            node["required"] = known
                .filter(|key| properties.get(key.as_str().unwrap_or_default()).is_some())
                .cloned()
                .collect();
        }
        for kind in &kinds {
            let root = name_of(&kind["schema"]).and_then(|def| kept.get_mut(def));
            if let Some(status) = root.and_then(|root| root["properties"].get_mut("status")) {
                // Whoever writes a status writes to nobody: the server drops it.
                *status = json!({"type": "object"});
            }
        }
        let mut kinds = kinds;
        // What custom resources have in common with the others.
        kinds.push(json!({"apiVersion": "", "kind": "ObjectMeta", "namespaced": false, "schema": {"$ref": format!("{DEFINITIONS}{META}")}}));
        let reached = reached(&kinds, &kept);
        kept.retain(|name, _| reached.contains(name));
        documents
            .insert(minor, json!({"version": format!("1.{minor}"), "kinds": kinds, "definitions": kept}));
    }
    match used.iter().position(|used| !used) {
        Some(unused) => Err(format!("{:?} is no field in any version", facts.keys().nth(unused)).into()),
        None => Ok(documents),
    }
}

/// The definitions that objects of some kinds are made of.
fn reached(kinds: &[Value], definitions: &Map<String, Value>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = kinds.iter().filter_map(|kind| name_of(&kind["schema"])).collect();
    while let Some(name) = open.pop() {
        let Some(definition) = definitions.get(name).filter(|_| reached.insert(name.to_owned())) else {
            continue;
        };
        let mut nodes = vec![definition];
        while let Some(node) = nodes.pop() {
            open.extend(name_of(node));
            nodes.extend(node.as_object().into_iter().flat_map(Map::values).filter(|node| node.is_object()));
        }
    }
    reached
}

/// The definition that a node refers to.
fn name_of(node: &Value) -> Option<&str> {
    node.get("$ref")?.as_str()?.strip_prefix(DEFINITIONS)
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
                .push(json!({"apiVersion": api_version, "kind": kind, "namespaced": namespaced, "schema": {"$ref": format!("{DEFINITIONS}{def}")}}));
        }
    }
    kinds
}

/// A node of the specification in the vocabulary of the table.
fn reduced(node: &Value) -> Value {
    let mut kept = Map::new();
    let name = node["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/"));
    // Said anew at every place, so that more can be said of it.
    if name.is_some_and(|name| name.ends_with(".IntOrString")) {
        return json!({"x-kubernetes-int-or-string": true});
    }
    if let Some(name) = name {
        return json!({"$ref": format!("{DEFINITIONS}{name}")});
    }
    for (key, value) in node.as_object().into_iter().flatten() {
        let value = match key.as_str() {
            // Every field may be null: the server drops it before it looks.
            "type" if value.is_array() => value
                .as_array()
                .into_iter()
                .flatten()
                .find(|name| *name != "null")
                .cloned()
                .unwrap_or_default(),
            "properties" => {
                let fields = value.as_object().into_iter().flatten();
                fields.map(|(name, node)| (name.clone(), reduced(node))).collect::<Map<_, _>>().into()
            }
            "items" | "additionalProperties" if value.is_object() => reduced(value),
            key if KEPT.contains(&key) => value.clone(),
            _ => continue,
        };
        kept.insert(key.clone(), value);
    }
    kept.into()
}
