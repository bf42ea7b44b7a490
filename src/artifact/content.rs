//! What the content of a YAML or JSON text says it is.

use super::{Kind, Recognition};
use crate::yaml::{self, Document, Node, ProblemKind};

/// Top-level keys of the Compose specification; others must start with `x-`.
const COMPOSE_KEYS: [&str; 9] =
    ["version", "name", "services", "networks", "volumes", "secrets", "configs", "include", "models"];

/// Decides by content; what the name suggests counts where the content does not speak against it.
pub fn recognise(path: &str, document: &Document, presumed: Option<Recognition>) -> Recognition {
    let mut spoken = document.roots().filter_map(of_root).collect::<Vec<_>>();
    spoken.sort_by_key(|(kind, _)| *kind == Kind::Data);
    let spoken = spoken.into_iter().next();
    let unreadable = || document.problems().iter().any(|problem| problem.kind == ProblemKind::Syntax);
    match (presumed, spoken) {
        // A kustomization may leave its apiVersion out, and an old one is read as an object otherwise.
        (Some(name), _) if name.kind == Kind::Kustomization => name,
        (Some(name), spoken) if spoken.as_ref().is_none_or(|(kind, _)| *kind == name.kind) => {
            agree(name, document)
        }
        // What only says that it is some other data does not speak against a name.
        (Some(name), Some((Kind::Data, _)) | None) => name,
        (_, Some((kind, reason))) => Recognition::new(kind, reason),
        (None, None) if unreadable() => by_lines(document.text()),
        (None, None) => nothing(path, document),
    }
}

/// A name that the content does not contradict; for names that other tools use as well the content must agree.
fn agree(name: Recognition, document: &Document) -> Recognition {
    let any = |keys: &[&str]| document.roots().any(|root| keys.iter().any(|key| has(root, key)));
    let empty = document.roots().all(|root| root.entries().is_empty());
    let agrees = match name.kind {
        Kind::Action => any(&["runs", "inputs", "outputs", "branding", "author", "description"]),
        Kind::Chart => any(&["apiVersion", "version", "dependencies"]),
        _ => true,
    };
    if agrees || empty {
        name
    } else {
        Recognition::new(Kind::Data, format!("{}, but without its keys", name.reason))
    }
}

fn has(node: Node<'_>, key: &str) -> bool {
    node.get(key).is_some()
}

fn string(node: Node<'_>, key: &str) -> Option<String> {
    let value = node.get(key)?.resolve();
    let text = value.text();
    (value.kind() == yaml::Kind::Scalar && !text.is_empty()).then(|| text.into_owned())
}

fn of_root(root: Node<'_>) -> Option<(Kind, String)> {
    let root = root.resolve();
    if root.kind() == yaml::Kind::Sequence {
        let patch = root.items().any(|item| has(item, "op") && has(item, "path"));
        return patch.then(|| (Kind::Data, "JSON patch".to_owned()));
    }
    if root.kind() != yaml::Kind::Mapping {
        return None;
    }
    if let (Some(version), Some(kind)) = (string(root, "apiVersion"), string(root, "kind")) {
        let kustomize = version.starts_with("kustomize.config.k8s.io/");
        let what = if kustomize { Kind::Kustomization } else { Kind::Manifest };
        return Some((what, format!("apiVersion {version}, kind {kind}")));
    }
    for (key, reason) in [
        ("openapi", "OpenAPI document"),
        ("swagger", "OpenAPI document"),
        ("asyncapi", "AsyncAPI document"),
        ("$schema", "JSON document with a schema of its own"),
    ] {
        if string(root, key).is_some() {
            return Some((Kind::Data, reason.to_owned()));
        }
    }
    let is_rule = |node: Node<'_>| {
        has(node, "id")
            && has(node, "each")
            && ["require", "forbid", "pattern", "schema"].iter().any(|key| has(node, key))
    };
    if is_rule(root) || root.get("rules").is_some_and(|rules| rules.items().any(is_rule)) {
        return Some((Kind::Config, "rule file".to_owned()));
    }
    if is_almost_an_object(root) {
        return Some((
            Kind::Manifest,
            "metadata and a spec or data, with only one of apiVersion and kind".to_owned(),
        ));
    }
    if has(root, "on") && root.get("jobs").is_some_and(is_mapping) {
        return Some((Kind::Workflow, "`on` and `jobs`".to_owned()));
    }
    if root.get("runs").is_some_and(|runs| has(runs, "using")) {
        return Some((Kind::Action, "`runs` with `using`".to_owned()));
    }
    compose(root)
}

/// Whether a mapping is a Kubernetes object but for its apiVersion or its kind, one of which is absent or misspelt.
pub fn is_almost_an_object(root: Node<'_>) -> bool {
    let is_content = |key: &str| root.get(key).is_some_and(is_mapping);
    let names = |name: &str| root.pairs().any(|(key, _)| key.text().eq_ignore_ascii_case(name));
    is_content("metadata")
        && ["spec", "data", "stringData"].into_iter().any(is_content)
        && (string(root, "apiVersion").is_some() != string(root, "kind").is_some()
            || names("apiVersion") && names("kind"))
        && (string(root, "apiVersion").is_none() || string(root, "kind").is_none())
}

fn is_mapping(node: Node<'_>) -> bool {
    node.resolve().kind() == yaml::Kind::Mapping
}

fn compose(root: Node<'_>) -> Option<(Kind, String)> {
    let services = root.get("services")?;
    let known = |key: &str| COMPOSE_KEYS.contains(&key) || key.starts_with("x-");
    if !root.entries().iter().all(|entry| known(&entry.key.text())) {
        return None;
    }
    let runs = |service: Node<'_>| string(service, "image").is_some() || has(service, "build");
    let found = services.entries().iter().any(|entry| runs(entry.value));
    found.then(|| (Kind::Compose, "`services` with images or builds".to_owned()))
}

/// For a text that did not parse: the keys at the start of its lines.
fn by_lines(text: &str) -> Recognition {
    let key = |name: &str| {
        text.lines().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')))
    };
    if key("apiVersion") && key("kind") {
        Recognition::new(Kind::Manifest, "lines with apiVersion and kind in broken YAML")
    } else if key("on") && key("jobs") {
        Recognition::new(Kind::Workflow, "lines with `on` and `jobs` in broken YAML")
    } else if key("services")
        && text.lines().any(|line| line.starts_with("    image:") || line.starts_with("    build:"))
    {
        Recognition::new(Kind::Compose, "lines with `services` and images in broken YAML")
    } else {
        Recognition::new(Kind::Data, "broken YAML without apiVersion and kind")
    }
}

fn nothing(path: &str, document: &Document) -> Recognition {
    let name = super::name::split(path).1;
    let reason = match name {
        ".gitlab-ci.yml" => "GitLab CI configuration",
        "dependabot.yml" | "dependabot.yaml" => "Dependabot configuration",
        ".pre-commit-config.yaml" => "pre-commit configuration",
        "mkdocs.yml" | "mkdocs.yaml" => "MkDocs configuration",
        _ if document.roots().all(Node::is_null) => "no content",
        _ if document.roots().all(|root| !is_mapping(root)) => "no mapping at its top",
        _ => "no apiVersion and kind",
    };
    Recognition::new(Kind::Data, reason)
}
