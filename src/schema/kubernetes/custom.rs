//! Custom resources: the definitions of a project, and their objects held against them.

use super::{ApiServer, rank};
use crate::artifact::Kind;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::schema::build::{Builder, Built, Convert, Strictness};
use crate::schema::table::{Scalars, TypeId};
use crate::schema::walk::{Extent, Versions, Walk};
use crate::yaml::{Document, Node, Scalar};
use std::collections::HashMap;
use std::sync::OnceLock;

/// The custom resource definitions of a project, by API version and kind. Of one kind there may be several: copies of several releases.
#[derive(Debug, Default)]
pub struct Definitions<'m> {
    by_kind: HashMap<(String, String), Vec<Definition<'m>>>,
}

/// What one definition says of one version of its kind.
#[derive(Debug)]
pub struct Definition<'m> {
    /// The schema, `openAPIV3Schema`.
    schema: Node<'m>,
    strictness: Strictness,
    /// The table, made when an object is first held against it; `None` where the schema is too large for one.
    table: OnceLock<Option<(Built, TypeId)>>,
}

impl<'m> Definitions<'m> {
    /// Those in the manifests of a project, and in the files that its configuration names for them.
    pub fn new(model: &Model<'m>) -> Self {
        let mut all = Self::default();
        for artifact in
            model.artifacts.iter().chain(model.definitions).filter(|artifact| artifact.kind == Kind::Manifest)
        {
            for root in artifact.document.iter().flat_map(Document::roots) {
                crate::model::objects(root, false, &mut |visit| {
                    if visit.kind == "CustomResourceDefinition" {
                        all.add(visit.object);
                    }
                });
            }
        }
        all
    }

    /// The definitions of a kind.
    pub fn get(&self, api_version: &str, kind: &str) -> &[Definition<'m>] {
        if self.by_kind.is_empty() {
            return &[];
        }
        self.by_kind.get(&(api_version.to_owned(), kind.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// The first definition of a kind by its name, with its API version: the given one, else the most stable.
    pub fn find(&self, api_version: Option<&str>, kind: &str) -> Option<(&str, &Definition<'m>)> {
        let named = self.by_kind.iter().filter(|((api, name), _)| {
            name.eq_ignore_ascii_case(kind) && api_version.is_none_or(|wanted| wanted == api)
        });
        let ((api, _), definitions) = named.max_by_key(|((api, _), _)| (rank(api), api.as_str()))?;
        Some((api, definitions.first()?))
    }

    fn add(&mut self, definition: Node<'m>) {
        let Some(spec) = definition.get("spec") else { return };
        let kind = spec.get("names").and_then(|names| names.get("kind"));
        let (Some(group), Some(kind)) = (spec.get("group"), kind) else { return };
        let (group, kind) = (group.text(), kind.text());
        // Before `apiextensions.k8s.io/v1` there was one schema for all versions, and keys it did not describe were kept.
        let common = spec.get("validation").and_then(|validation| validation.get("openAPIV3Schema"));
        let keeps = spec.get("preserveUnknownFields").map(Node::scalar);
        let is_first =
            definition.get("apiVersion").is_some_and(|version| version.text().ends_with("/v1beta1"));
        let strictness = match keeps {
            Some(Scalar::Bool(true)) => Strictness::Open,
            None if is_first => Strictness::Open,
            _ => Strictness::Structural,
        };
        let mut add = |version: Node<'m>, schema: Option<Node<'m>>| {
            let Some(schema) = schema.or(common) else { return };
            let key = (format!("{group}/{}", version.text()), kind.clone().into_owned());
            let known = self.by_kind.entry(key).or_default();
            // A copy that says the same adds nothing.
            if !known.iter().any(|other: &Definition<'m>| other.schema.source() == schema.source()) {
                known.push(Definition { schema, strictness, table: OnceLock::new() });
            }
        };
        if let Some(version) = spec.get("version").filter(|_| spec.get("versions").is_none()) {
            add(version, None);
        }
        for version in spec.get("versions").into_iter().flat_map(Node::items) {
            let schema = version.get("schema").and_then(|schema| schema.get("openAPIV3Schema"));
            if let Some(name) = version.get("name") {
                add(name, schema);
            }
        }
    }
}

impl Definition<'_> {
    /// The table that the schema makes, and what an object is in it.
    pub fn table(&self) -> Option<&(Built, TypeId)> {
        self.table.get_or_init(|| self.build()).as_ref()
    }

    fn build(&self) -> Option<(Built, TypeId)> {
        let mut builder = Builder::default();
        let version = builder.version("");
        let id = Convert::new(&mut builder, self.schema, self.strictness, version).schema(self.schema);
        // What every object has is said elsewhere, and the status is not for files.
        if let Some(mapping) = builder.type_of(id).mapping {
            let text = builder.scalar(Scalars::STRING);
            for (key, holds) in
                [("apiVersion", text), ("kind", text), ("metadata", TypeId::ANY), ("status", TypeId::ANY)]
            {
                builder.set_field(mapping, key, holds, version);
            }
        }
        Some((builder.finish().ok()?, id))
    }
}

/// What no copy of a definition allows in an object: what the copy says that has least to say.
pub fn findings(
    definitions: &[Definition<'_>],
    object: Node<'_>,
    extent: Extent,
    consumer: ApiServer,
) -> Vec<Diagnostic> {
    let mut least: Option<Vec<Diagnostic>> = None;
    for definition in definitions {
        let Some((built, id)) = definition.table() else { continue };
        let mut walk = Walk::new(built.table(), Versions::ONE, extent, consumer);
        walk.node(object, *id);
        if walk.found.is_empty() {
            return Vec::new();
        }
        if least.as_ref().is_none_or(|least| walk.found.len() < least.len()) {
            least = Some(walk.found);
        }
    }
    least.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::schema::testing::found;

    const DEFINITION: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ships.fleet.example.com}
spec:
  group: fleet.example.com
  names: {kind: Ship, plural: ships}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            apiVersion: {type: string}
            kind: {type: string}
            metadata: {type: object}
            spec:
              type: object
              required: [draught, flag]
              properties:
                draught: {type: integer, minimum: 1, maximum: 30}
                flag: {type: string, enum: [green, red], default: green}
                name: {type: string, pattern: '^[a-z]+$', maxLength: 5}
                load: {x-kubernetes-int-or-string: true}
                extra: {type: object, x-kubernetes-preserve-unknown-fields: true}
                labels: {type: object, additionalProperties: {type: string}}
                holds:
                  type: array
                  minItems: 1
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [id]
                  items: {type: object, required: [id], properties: {id: {type: string}, depth: {type: number, nullable: true}}}
            status: {type: object, properties: {afloat: {type: boolean}}}
";

    fn ship(spec: &str) -> Vec<String> {
        let ship =
            format!("apiVersion: fleet.example.com/v1\nkind: Ship\nmetadata: {{name: a}}\nspec:\n{spec}");
        found(&[("crd.yaml", DEFINITION), ("ship.yaml", &ship)])
    }

    #[test]
    fn objects_are_held_against_the_definition_in_the_project() {
        let fine = "  draught: 3\n  load: 10%\n  extra: {any: {thing: 1}}\n  labels: {a: b}\n  holds: [{id: a, depth: null}]\n";
        assert_eq!(ship(fine), Vec::<String>::new());
        assert_eq!(
            ship(
                "  draugth: 3\n  flag: blue\n  name: AB\n  labels: {a: 1}\n  holds: [{id: a}, {id: a, deep: 1}]\n"
            ),
            [
                "ship.yaml:5:3 unknown-key \"draugth\": unknown key `draugth` in `spec` | did you mean `draught`?",
                "ship.yaml:6:9 invalid-value \"blue\": `flag` is `blue`, but must be `green` or `red`",
                "ship.yaml:7:9 invalid-value \"AB\": `name` is `AB`, but must be a text that matches `^[a-z]+$`",
                "ship.yaml:8:15 wrong-type \"1\": `a` must be a string, but it is an integer | put it in quotes",
                "ship.yaml:9:25 duplicate-item \"a\": `id: a` stands twice in `spec.holds` | remove one of the two, or give it another name",
                "ship.yaml:9:28 unknown-key \"deep\": unknown key `deep` in `spec.holds[1]` | known here: `depth` and `id`",
            ]
        );
        assert_eq!(
            ship("  draught: 31\n  holds: []\n  depth: 1\n  load: 1.5\n"),
            [
                "ship.yaml:5:12 invalid-value \"31\": `draught` is `31`, but must be between 1 and 30",
                "ship.yaml:6:3 invalid-value \"holds\": `spec.holds` is empty | give it an item, or remove the key",
                "ship.yaml:7:3 unknown-key \"depth\": unknown key `depth` in `spec` | `depth` belongs in `spec.holds[]`",
                "ship.yaml:8:9 wrong-type \"1.5\": `load` must be a string or an integer, but it is a number | put it in quotes",
            ]
        );
    }

    #[test]
    fn a_key_that_is_only_misspelt_is_not_missing_too() {
        assert_eq!(
            ship("  flag: red\n"),
            ["ship.yaml:4:1 missing-key \"spec\": `spec` has no `draught` | add `draught`, an integer"]
        );
        assert_eq!(
            ship("  Draught: 3\n"),
            [
                "ship.yaml:5:3 unknown-key \"Draught\": unknown key `Draught` in `spec` | did you mean `draught`?"
            ]
        );
    }

    #[test]
    fn of_several_copies_only_what_none_allows_is_reported() {
        let older = DEFINITION
            .replace("draught: {type: integer, minimum: 1, maximum: 30}", "draught: {type: string}");
        let ship = |spec: &str| {
            let ship = format!(
                "apiVersion: fleet.example.com/v1\nkind: Ship\nmetadata: {{name: a}}\nspec: {{{spec}}}\n"
            );
            found(&[("crd.yaml", DEFINITION), ("old/crd.yaml", &older), ("ship.yaml", &ship)])
        };
        assert_eq!(ship("draught: deep"), Vec::<String>::new());
        assert_eq!(ship("draught: 3"), Vec::<String>::new());
        assert_eq!(
            ship("draught: 3, flga: red"),
            ["ship.yaml:4:20 unknown-key \"flga\": unknown key `flga` in `spec` | did you mean `flag`?"]
        );
    }
}
