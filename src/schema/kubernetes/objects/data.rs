//! Data and storage: `ConfigMap`, `Secret`, `PersistentVolumeClaim`.

use super::{Rules, field, is_absent, is_whole, text};
use crate::checks::own;
use crate::schema::say::{head, one_of};
use crate::yaml::Node;
use std::collections::HashMap;

impl Rules {
    /// `ValidateConfigMap`: a key is in `data` or in `binaryData`.
    pub(super) fn config_map(&mut self, object: Node<'_>) {
        let (Some(data), Some(binary)) = (field(object, "data"), field(object, "binaryData")) else { return };
        let first: HashMap<_, _> =
            self.entries(data).into_iter().map(|entry| (entry.key.text(), entry.key)).collect();
        for entry in self.entries(binary) {
            let key = entry.key.text();
            if let Some(before) = first.get(&key) {
                let message = format!("the key `{key}` stands in `data` and in `binaryData`");
                let found = own("duplicate-item", entry.key.place(), message);
                self.say(found.with_help("remove one of the two").with_related(before.place(), "in `data`"));
            }
        }
    }

    /// `ValidateSecret`: what its type asks for.
    pub(super) fn secret(&mut self, object: Node<'_>) {
        let Some(of) = field(object, "type") else { return };
        let Some(name) = text(of).filter(|_| self.sees_all(object)) else { return };
        let (keys, any): (&[&str], bool) = match &*name {
            "kubernetes.io/tls" => (&["tls.crt", "tls.key"], false),
            "kubernetes.io/dockerconfigjson" => (&[".dockerconfigjson"], false),
            "kubernetes.io/dockercfg" => (&[".dockercfg"], false),
            "kubernetes.io/ssh-auth" => (&["ssh-privatekey"], false),
            "kubernetes.io/basic-auth" => (&["username", "password"], true),
            "kubernetes.io/service-account-token" => return self.token(object),
            _ => return,
        };
        let data: Vec<Node<'_>> =
            ["data", "stringData"].iter().filter_map(|key| field(object, key)).collect();
        if !data.iter().all(|data| is_whole(*data)) {
            return;
        }
        let has = |key: &str| data.iter().any(|data| data.get(key).is_some());
        let missing: Vec<&str> = keys.iter().copied().filter(|key| !has(key)).collect();
        if missing.is_empty() || any && missing.len() < keys.len() {
            return;
        }
        let place = data.first().map_or_else(|| head(object), |data| head(*data));
        let word = if any { "or" } else { "and" };
        let message = format!("a Secret of type `{name}` needs {}", one_of(missing, word));
        let found = own("missing-key", place, message).with_related(of.place(), "its type");
        self.say(found.with_help("add it to `data`, or to `stringData`; or leave `type` out"));
    }

    fn token(&mut self, object: Node<'_>) {
        const ACCOUNT: &str = "kubernetes.io/service-account.name";
        let Some(metadata) = field(object, "metadata").filter(|it| is_whole(*it)) else { return };
        let annotations = field(metadata, "annotations");
        if annotations.is_some_and(|it| !is_whole(it) || !is_absent(field(it, ACCOUNT))) {
            return;
        }
        let message = format!("a Secret with a token needs the annotation `{ACCOUNT}`");
        let found = own("missing-key", head(metadata), message);
        self.say(found.with_help("name the service account there"));
    }

    /// `ValidatePersistentVolumeClaimSpec`.
    pub(super) fn claim(&mut self, spec: Node<'_>) {
        if !self.sees_all(spec) {
            return;
        }
        let modes = field(spec, "accessModes");
        if modes.is_none_or(|modes| is_empty_list(modes)) {
            let found = own("missing-key", head(spec), "a claim has no `accessModes`");
            self.say(found.with_help("add `accessModes: [ReadWriteOnce]`, or another mode"));
        }
        let resources = field(spec, "resources");
        let requests = resources.and_then(|resources| field(resources, "requests"));
        let is_seen = [resources, requests].into_iter().flatten().all(is_whole);
        if is_seen && requests.is_none_or(|requests| field(requests, "storage").is_none()) {
            let shown = requests.or(resources).unwrap_or(spec);
            let found = own("missing-key", head(shown), "a claim requests no `storage`");
            self.say(found.with_help("add `resources: {requests: {storage: 1Gi}}`, with its size"));
        }
    }
}

/// Whether it is a list without items.
fn is_empty_list(node: Node<'_>) -> bool {
    let node = node.resolve();
    node.kind() == crate::yaml::Kind::Sequence && node.items().next().is_none() && !node.is_incomplete()
}
