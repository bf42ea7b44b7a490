//! Which objects are only parts, and which texts only stand for others: what is absent or odd in them means nothing.

use crate::artifact::Kind;
use crate::model::{FileFacts, Model};
use crate::yaml::{Node, Scalar};

/// Whether the objects of a manifest are parts: patches, by what names them or by their own name or folder, and what objects must look like
/// after a step of a test (kuttl's `01-assert.yaml`, `01-errors.yaml`; the files beside a `chainsaw-test.yaml`).
pub fn is_part(model: &Model<'_>, file: FileFacts<'_>) -> bool {
    let path = &*file.source.path;
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    let has = |words: &[&str]| stem.split(['-', '_']).any(|word| words.contains(&word));
    let is_step =
        stem.split(['-', '_']).next().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    let is_chainsaw = ["chainsaw-test.yaml", "chainsaw-test.yml", ".chainsaw-test.yaml"]
        .iter()
        .any(|test| model.project.beside(path, test).is_some());
    model.project.is_patch(file.id)
        || is_chainsaw
        || has(&["patch", "patches", "assert", "asserts", "assertion", "assertions"])
        || has(&["error", "errors"]) && (is_step || folder.contains("chainsaw"))
        || folder.split('/').any(|folder| matches!(folder, "patch" | "patches"))
}

/// Whether a kustomization of the project adds labels to selectors, which workloads then need not have.
pub fn adds_selectors(model: &Model<'_>) -> bool {
    let kustomizations = model.artifacts.iter().filter(|artifact| artifact.kind == Kind::Kustomization);
    kustomizations.flat_map(|artifact| &artifact.document).flat_map(|document| document.roots()).any(|root| {
        let mut labels = root.get("labels").into_iter().flat_map(Node::items);
        let includes = |labels: Node<'_>| {
            labels.get("includeSelectors").is_some_and(|includes| includes.scalar() == Scalar::Bool(true))
        };
        root.get("commonLabels").is_some() || labels.any(includes)
    })
}

/// Whether objects of a kind have a selector that kustomize adds labels to.
pub fn has_selector(kind: &str) -> bool {
    matches!(
        kind,
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job"
    )
}

/// Whether a text stands for another one that some tool puts in its place: `$NAME` (envsubst), `<name>` (Vault plugins), `__NAME__`, `%NAME%`,
/// `{NAME}`. None of these is a name, a number or a word that Kubernetes takes.
pub fn is_placeholder(scalar: Node<'_>) -> bool {
    let text = scalar.text();
    let inside = |open: &str, close: &str| {
        let inner = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        inner.is_some_and(|inner| !inner.is_empty())
    };
    let variable = || {
        let mut dollars = memchr::memchr_iter(b'$', text.as_bytes());
        dollars.any(|at| text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
    };
    [("<", ">"), ("__", "__"), ("%", "%"), ("{", "}")].iter().any(|(open, close)| inside(open, close))
        || variable()
}

#[cfg(test)]
mod tests {
    use crate::schema::testing::found;

    const PART: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {replicas: 2}\n";

    #[test]
    fn nothing_is_missing_in_a_part() {
        for path in [
            "patches/scale.yaml",
            "deploy/deployment-patch.yaml",
            "tests/e2e/01-assert.yaml",
            "tests/e2e/00-errors.yaml",
            "a/expected-assertions.yaml",
        ] {
            assert_eq!(found(&[(path, PART)]), Vec::<String>::new(), "{path}");
        }
        assert_eq!(found(&[("deploy/web.yaml", PART)]).len(), 1);
        let test =
            "apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: t}\nspec: {steps: []}\n";
        let assertion = PART.replace("replicas: 2", "(replicas > `1`): true");
        assert_eq!(
            found(&[("t/chainsaw-test.yaml", test), ("t/expected.yaml", &assertion)]),
            Vec::<String>::new()
        );
        let script =
            format!("cat <<EOF > patch.yaml\n{PART}EOF\nkubectl patch deploy x --patch-file patch.yaml\n");
        assert_eq!(found(&[("deploy.sh", &script)]), Vec::<String>::new());
    }

    #[test]
    fn a_selector_that_kustomize_adds_is_not_missing() {
        let whole = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  template: {spec: {containers: [{name: a, image: a}]}}\n";
        let files = |kustomization: &str| found(&[("kustomization.yaml", kustomization), ("d.yaml", whole)]);
        assert_eq!(files("resources: [d.yaml]\n").len(), 1);
        assert_eq!(files("resources: [d.yaml]\ncommonLabels: {app: x}\n"), Vec::<String>::new());
        let labels = "resources: [d.yaml]\nlabels: [{pairs: {app: x}, includeSelectors: true}]\n";
        assert_eq!(files(labels), Vec::<String>::new());
    }

    #[test]
    fn what_is_filled_in_or_decrypted_before_it_is_applied_is_not_judged() {
        let filled = "apiVersion: v1\nkind: Service\nmetadata: {name: $APP}\nspec: {type: <type>, ports: [{port: $PORT, name: a}, {port: __PORT__, name: b}]}\n";
        assert_eq!(found(&[("a.yaml", filled)]), Vec::<String>::new());
        let sealed = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: 'ENC[AES256_GCM,data:x,type:str]'}\nsops: {mac: x}\n";
        assert_eq!(found(&[("a.yaml", sealed)]), Vec::<String>::new());
    }
}
