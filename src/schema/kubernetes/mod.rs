//! Kubernetes objects, in manifests and inside other files: their structure by the API servers of several versions or by the custom
//! resource definitions of the project, the API version itself, names.

mod apis;
mod custom;
mod names;
mod objects;
mod parts;
mod versions;

pub use apis::{find, rank};
pub use custom::Definitions;
pub use parts::adds_selectors;
pub use versions::Targets;

use super::table::{Root, Table, TypeId};
use super::walk::{Consumer, Extent, Walk};
use super::{Schemas, tables};
use crate::artifact::{Kind, is_almost_an_object};
use crate::diagnostic::Diagnostic;
use crate::model::{self, FileFacts, Model, ObjectVisit, is_unknown};
use crate::yaml::{Document, Kind as NodeKind, Node};

/// The findings in one file.
pub fn findings(model: &Model<'_>, schemas: &Schemas<'_>, file: FileFacts<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let own = file.artifact.document.as_ref().filter(|_| file.artifact.kind == Kind::Manifest);
    for root in own.into_iter().flat_map(Document::roots).map(Node::resolve) {
        if is_almost_an_object(root) && !parts::is_part(model, file) && !root.is_incomplete() {
            found.extend(names::unnamed(root));
        }
    }
    let mut rules = objects::Rules::new(model, file);
    each_object(model, file, &mut |visit| {
        // SOPS: what is committed is decrypted before any server sees it.
        let is_sealed =
            visit.object.get("sops").is_some_and(|sops| sops.resolve().kind() == NodeKind::Mapping);
        if !is_sealed {
            found.extend(object_findings(schemas, visit));
            rules.object(visit);
        }
    });
    found.append(&mut rules.found);
    found
}

/// Calls `f` for every object in a file, those inside its scripts included: what is written there is often only a part.
pub fn each_object<'m>(model: &Model<'m>, file: FileFacts<'m>, f: &mut dyn FnMut(&ObjectVisit<'m>)) {
    let own = file.artifact.document.as_ref().filter(|_| file.artifact.kind == Kind::Manifest);
    let is_part = own.is_some() && parts::is_part(model, file);
    for root in own.into_iter().flat_map(Document::roots) {
        model::objects(root, is_part, f);
    }
    for embedded in model::embedded(file) {
        for root in embedded.document.roots() {
            model::objects(root, true, f);
        }
    }
}

/// What the API server makes of an object.
#[derive(Clone, Copy)]
struct ApiServer {
    extent: Extent,
    /// Whether it is one of its own kinds: a field of those that is an empty string takes its default.
    own_kind: bool,
}

impl Consumer<'_> for ApiServer {
    const NULL_IS_ABSENT: bool = true;

    fn empty_is_absent(&self) -> bool {
        self.own_kind
    }

    /// The directives of strategic merge patches (`$patch`, `$setElementOrder/containers`, …) and of chainsaw's assertions (`(…)`, `~.…`).
    fn takes_key(&self, key: &str) -> bool {
        self.extent == Extent::Part && key.starts_with(['$', '(', '~'])
    }

    fn is_unknown(&self, scalar: Node<'_>) -> bool {
        is_unknown(scalar) || parts::is_placeholder(scalar)
    }
}

/// Where an object's schema is.
pub enum Schema<'s, 'm> {
    /// In the table of Kubernetes.
    BuiltIn(Root),
    /// In the project.
    Custom(&'s [custom::Definition<'m>]),
    /// Nowhere.
    None,
}

/// Where the schema of objects of an API version and a kind is.
pub fn schema_of<'s, 'm>(schemas: &'s Schemas<'m>, api_version: &str, kind: &str) -> Schema<'s, 'm> {
    if let Some(root) = tables::KUBERNETES.root(api_version, kind) {
        return Schema::BuiltIn(root);
    }
    match schemas.custom.get(api_version, kind) {
        [] => Schema::None,
        definitions => Schema::Custom(definitions),
    }
}

fn object_findings(schemas: &Schemas<'_>, visit: &ObjectVisit<'_>) -> Vec<Diagnostic> {
    let object = visit.object;
    let Some(api_version) = object.get("apiVersion") else { return Vec::new() };
    let Some(kind) = object.get("kind") else { return Vec::new() };
    let is_text = |node: Node<'_>| node.resolve().kind() == NodeKind::Scalar && !is_unknown(node);
    if !is_text(api_version) || !is_text(kind) {
        return Vec::new();
    }
    let is_part = visit.fragment || schemas.adds_selectors && parts::has_selector(&visit.kind);
    let extent = if is_part { Extent::Part } else { Extent::Whole };
    let consumer = ApiServer { extent, own_kind: true };
    let mut found: Vec<Diagnostic> =
        apis::findings(schemas.targets, api_version, &kind.text()).into_iter().collect();
    match schema_of(schemas, &api_version.text(), &kind.text()) {
        Schema::BuiltIn(root) => {
            let versions = schemas.targets.versions(root.within);
            let mut walk = Walk::new(tables::KUBERNETES, versions, extent, consumer);
            walk.node(object, root.holds);
            found.extend(walk.found);
        }
        Schema::Custom(definitions) => {
            let custom = ApiServer { own_kind: false, ..consumer };
            found.extend(custom::findings(definitions, object, extent, custom));
            if let Some(metadata) = object.get("metadata") {
                found.extend(metadata_findings(schemas, metadata, consumer));
            }
        }
        Schema::None => {}
    }
    found.extend(names::findings(visit));
    found
}

/// What is wrong with the `metadata` of an object whose schema does not describe it.
fn metadata_findings(schemas: &Schemas<'_>, metadata: Node<'_>, consumer: ApiServer) -> Vec<Diagnostic> {
    let table: Table<'static> = tables::KUBERNETES;
    let Some(root) = table.root("", "ObjectMeta") else { return Vec::new() };
    let mut walk = Walk::new(table, schemas.targets.versions(root.within), consumer.extent, consumer);
    if root.holds != TypeId::ANY {
        walk.node(metadata, root.holds);
    }
    walk.found
}
