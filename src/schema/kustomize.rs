//! Kustomizations: their structure, and what only `kustomize build` would notice once that is right.

use super::walk::Consumer;
use super::words::quoted;
use super::{tree, written};
use crate::checks::own;
use crate::diagnostic::Diagnostic;
use crate::expr::label_of;
use crate::model::{FileFacts, Model};
use crate::source::{Place, Span};
use crate::yaml::{Kind, Node, Scalar};
use std::collections::HashMap;

/// kustomize reads JSON made of YAML into structures, so that a number is no string.
struct Kustomize;

impl Consumer<'_> for Kustomize {
    const NULL_IS_ABSENT: bool = true;
}

/// References of one file that are looked for.
const MOST: usize = 500;

/// Keys that list paths. Entries of some may be YAML instead, which is no plain path.
const LISTS: [&str; 9] = [
    "resources",
    "bases",
    "components",
    "crds",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "patchesStrategicMerge",
];
/// Keys that list mappings with a `path`.
const WITH_PATH: [&str; 3] = ["patches", "patchesJson6902", "replacements"];

/// The findings in one file.
pub fn findings(model: &Model<'_>, file: FileFacts<'_>) -> Vec<Diagnostic> {
    let name = tree::split(&file.source.path).1;
    // The names that `kustomize build` looks for (api/konfig/general.go); any other is an example or a part.
    let is_read = matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization");
    let root = file.artifact.document.as_ref().and_then(|document| document.roots().next());
    let Some(root) = root.filter(|_| is_read).map(Node::resolve) else { return Vec::new() };
    // Flux has objects of the same name.
    let version = root.get("apiVersion").map(Node::text).unwrap_or_default();
    if !version.is_empty() && !version.starts_with("kustomize.config.k8s.io/") {
        return Vec::new();
    }
    let mut found = written::findings(&written::KUSTOMIZATION, root, Kustomize);
    for (key, node, part) in references(root).into_iter().take(MOST) {
        found.extend(missing(model, file, key, node, part));
    }
    for key in ["resources", "bases"] {
        repeated(root, key, &mut found);
    }
    for key in ["patches", "patchesJson6902"] {
        sources(root, key, &mut found);
    }
    found
}

/// Every reference to a file or a folder: the key that it stands under, its scalar, and the part of the text that is the path.
fn references<'d>(root: Node<'d>) -> Vec<(&'static str, Node<'d>, Span)> {
    let mut found = Vec::new();
    let mut add = |key, node: Node<'d>, from: usize| {
        // What is no string is said to be none.
        if matches!(node.scalar(), Scalar::Str(_)) {
            found.push((key, node, Span::from(from..node.text().len())));
        }
    };
    let listed = |key| root.get(key).into_iter().flat_map(Node::items);
    for key in LISTS {
        listed(key).for_each(|item| add(key, item, 0));
    }
    for key in WITH_PATH {
        listed(key).filter_map(|item| item.get("path")).for_each(|path| add(key, path, 0));
    }
    if let Some(path) = root.get("openapi").and_then(|openapi| openapi.get("path")) {
        add("openapi", path, 0);
    }
    // Files of `secretGenerator` and of `envs` are mostly made where the secrets are known, and are not in the tree.
    for item in listed("configMapGenerator").filter_map(|map| map.get("files")).flat_map(Node::items) {
        // `key=path` or a path alone (api/kv/kv.go).
        let from = item.text().find('=').map_or(0, |at| at + 1);
        add("configMapGenerator", item, from);
    }
    for chart in listed("helmCharts") {
        let more = chart.get("additionalValuesFiles").into_iter().flat_map(Node::items);
        chart.get("valuesFile").into_iter().chain(more).for_each(|path| add("helmCharts", path, 0));
    }
    found
}

fn missing(
    model: &Model<'_>,
    file: FileFacts<'_>,
    key: &str,
    node: Node<'_>,
    part: Span,
) -> Option<Diagnostic> {
    let text = node.text();
    let path = part.of(&text);
    let absent = tree::absent(model, file, path)?;
    let place = place_of(node, part);
    let message = format!("`{key}` names {}, which is not in the tree", quoted(path));
    let help = match absent.near {
        Some(near) => format!("did you mean {}?", quoted(&near)),
        None => "name a file or a folder that is there, from the folder of this file".to_owned(),
    };
    Some(own("undefined-reference", place, message).with_help(help))
}

/// The place of a part of a scalar where it is used.
fn place_of(node: Node<'_>, part: Span) -> Place {
    node.text_place(part).unwrap_or_else(|| node.place())
}

/// What is listed twice is built twice, and its objects then have the same names (`may not add resource with an already registered id`).
fn repeated(root: Node<'_>, key: &str, found: &mut Vec<Diagnostic>) {
    let mut seen = HashMap::new();
    for item in root.get(key).into_iter().flat_map(Node::items) {
        let text = item.text();
        let name = text.trim_start_matches("./").trim_end_matches('/').to_owned();
        if name.is_empty() {
            continue;
        }
        if let Some(first) = seen.get(&name) {
            let message = format!("`{key}` lists {} twice", quoted(&text));
            let finding = own("duplicate-item", item.place(), message).with_help("remove one of the two");
            found.push(finding.with_related(*first, "first here"));
        } else {
            seen.insert(name, item.place());
        }
    }
}

/// A patch stands in `patch` or in the file that `path` names (plugin/builtin/patchtransformer).
fn sources(root: Node<'_>, key: &str, found: &mut Vec<Diagnostic>) {
    for item in root.get(key).into_iter().flat_map(Node::items) {
        if item.resolve().kind() != Kind::Mapping || item.resolve().is_incomplete() {
            continue;
        }
        let given = |name| item.entry(name).filter(|entry| !entry.value.text().trim().is_empty());
        match (given("patch"), given("path")) {
            (Some(inline), Some(file)) => {
                let message = "a patch has `patch` or `path`, not both";
                let finding = own("exclusive-keys", file.key.place(), message);
                found.push(
                    finding
                        .with_help("keep the one that holds the patch")
                        .with_related(inline.key.place(), "the other one"),
                );
            }
            (None, None) => {
                let message = "a patch has neither `patch` nor `path`";
                let finding = own("missing-key", label_of(item), message);
                found.push(finding.with_help("write the patch under `patch`, or name its file under `path`"));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::testing::found;

    fn in_tree(text: &str) -> Vec<String> {
        let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n";
        let found = found(&[
            ("app/base/kustomization.yaml", "resources: [deployment.yaml]\n"),
            ("app/base/deployment.yaml", deployment),
            ("app/prod/kustomization.yaml", text),
            ("app/prod/patches/replicas.yaml", deployment),
        ]);
        found.into_iter().filter(|line| line.starts_with("app/prod/kustomization.yaml:")).collect()
    }

    #[test]
    fn a_path_that_leads_nowhere_is_said_with_the_nearest() {
        let found = in_tree(
            "resources: [../bse, ../base, ingress.yaml]\npatches:\n- path: patches/replica.yaml\n- path: patches/replicas.yaml\n\
             configMapGenerator:\n- name: a\n  files: [app.conf=config/app.conf, app.conf, x=patches/y.conf]\n",
        );
        insta::assert_snapshot!(found.join("\n"), @r#"
    app/prod/kustomization.yaml:1:13 undefined-reference "../bse": `resources` names `../bse`, which is not in the tree | did you mean `../base`?
    app/prod/kustomization.yaml:1:30 undefined-reference "ingress.yaml": `resources` names `ingress.yaml`, which is not in the tree | name a file or a folder that is there, from the folder of this file
    app/prod/kustomization.yaml:3:9 undefined-reference "patches/replica.yaml": `patches` names `patches/replica.yaml`, which is not in the tree | did you mean `patches/replicas.yaml`?
    app/prod/kustomization.yaml:7:37 undefined-reference "app.conf": `configMapGenerator` names `app.conf`, which is not in the tree | name a file or a folder that is there, from the folder of this file
    app/prod/kustomization.yaml:7:49 undefined-reference "patches/y.conf": `configMapGenerator` names `patches/y.conf`, which is not in the tree | name a file or a folder that is there, from the folder of this file
    "#);
    }

    #[test]
    fn what_cannot_be_known_is_silent() {
        let found = in_tree(
            "resources:\n- https://example.com/x.yaml\n- github.com/org/repo//deploy?ref=v1\n- git@github.com:org/repo\n- ${BASE}/x\n\
             - generated/all.yaml\n- ../../../outside\n- ''\n- 1\nsecretGenerator:\n- name: s\n  envs: [.env.secret]\n  files: [tls.crt]\n\
             transformers:\n- |-\n  apiVersion: builtin\n  kind: X\npatchesStrategicMerge:\n- |-\n  kind: Deployment\n",
        );
        insta::assert_snapshot!(found.join("\n"), @r#"app/prod/kustomization.yaml:9:3 wrong-type "1": `resources[7]` must be a string, but it is an integer | put it in quotes"#);
    }

    #[test]
    fn a_patch_has_one_source_and_a_resource_is_listed_once() {
        let found = in_tree(
            "resources: [../base, ./../base/]\npatches:\n- target: {kind: Deployment}\n- {path: patches/replicas.yaml, patch: 'a: 1'}\n",
        );
        insta::assert_snapshot!(found.join("\n"), @r#"
    app/prod/kustomization.yaml:1:22 duplicate-item "./../base/": `resources` lists `./../base/` twice | remove one of the two
    app/prod/kustomization.yaml:3:3 missing-key "target": a patch has neither `patch` nor `path` | write the patch under `patch`, or name its file under `path`
    app/prod/kustomization.yaml:4:4 exclusive-keys "path": a patch has `patch` or `path`, not both | keep the one that holds the patch
    "#);
    }

    #[test]
    fn the_structure_is_the_one_that_kustomize_reads() {
        let found = in_tree(
            "resource: [../base]\nvars: [{name: A, objref: {kind: Pod, name: a}, fieldref: {fieldpath: a.b}}]\nimages:\n- {name: web, newTag: 1.10}\nreplicas: [{name: web, count: '2'}]\nnamePrefix:\n\
             configMapGenerator: [{name: a, literal: [a=b]}]\nkind: Kustomisation\n",
        );
        insta::assert_snapshot!(found.join("\n"), @r#"
    app/prod/kustomization.yaml:1:1 unknown-key "resource": unknown key `resource` in this file | did you mean `resources`?
    app/prod/kustomization.yaml:4:23 wrong-type "1.10": `newTag` must be a string, but it is a number | put it in quotes
    app/prod/kustomization.yaml:5:31 wrong-type "'2'": `count` must be an integer, but it is a string | take it out of its quotes
    app/prod/kustomization.yaml:7:32 unknown-key "literal": unknown key `literal` in `configMapGenerator[0]` | did you mean `literals`?
    app/prod/kustomization.yaml:8:7 invalid-value "Kustomisation": `kind` is `Kustomisation`, but must be `Kustomization` or `Component` | did you mean `Kustomization`?
    "#);
        let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {interval: 1m, prune: true}\n";
        assert_eq!(in_tree(flux), Vec::<String>::new());
    }
}
