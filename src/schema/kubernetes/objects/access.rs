//! Roles and their bindings: `pkg/apis/rbac/validation`.

use super::{Rules, field, is_absent, is_mapping, text};
use crate::checks::own;
use crate::schema::say::head;
use crate::yaml::{Kind, Node};

impl Rules {
    /// `ValidateRoleBinding`, `ValidateClusterRoleBinding`; groups that are absent are set by `SetDefaults_Subject`.
    pub(super) fn binding(&mut self, object: Node<'_>, kind: &str) {
        let is_cluster = kind == "ClusterRoleBinding";
        if let Some(of) = field(object, "roleRef").and_then(|role| field(role, "kind"))
            && is_cluster
            && of.text() == "Role"
        {
            let found = own("invalid-value", of.place(), "a ClusterRoleBinding cannot bind a `Role`");
            self.say(found.with_help("name a `ClusterRole`, or make this a RoleBinding"));
        }
        for subject in self.listed(object, "subjects") {
            let Some(of) = field(subject, "kind").filter(|_| is_mapping(subject)) else { continue };
            if text(of).is_none_or(|of| of != "ServiceAccount") {
                continue;
            }
            if let Some(group) = field(subject, "apiGroup")
                && text(group).is_some()
            {
                let message = "a ServiceAccount has no `apiGroup`";
                let found = own("invalid-value", group.place(), message);
                self.say(found.with_help("remove it, or write `apiGroup: ''`"));
            }
            if is_cluster && is_absent(field(subject, "namespace")) && self.sees_all(subject) {
                let message = "a ServiceAccount that a ClusterRoleBinding names needs a `namespace`";
                self.say(
                    own("missing-key", head(subject), message).with_help("add the `namespace` it is in"),
                );
            }
        }
    }

    /// `ValidatePolicyRule`.
    pub(super) fn role(&mut self, object: Node<'_>, kind: &str) {
        for rule in self.listed(object, "rules") {
            if !is_mapping(rule) {
                continue;
            }
            let filled = |key: &str| {
                rule.entry(key)
                    .filter(|entry| entry.value.resolve().kind() == Kind::Sequence && is_filled(entry.value))
            };
            if let Some(urls) = filled("nonResourceURLs") {
                let other = ["apiGroups", "resources", "resourceNames"].into_iter().find_map(filled);
                if kind == "Role" {
                    let message = "a Role is for one namespace, and URLs are in none";
                    let found = own("invalid-value", urls.key.place(), message);
                    self.say(found.with_help("make it a ClusterRole"));
                } else if let Some(other) = other {
                    let mut keys = [urls.key, other.key];
                    keys.sort_by_key(|key| key.place());
                    let message = "a rule is for resources or for URLs, not for both".to_owned();
                    self.exclusive(keys[0], keys[1], message);
                }
                continue;
            }
            for key in ["apiGroups", "resources"] {
                let is_absent = field(rule, key).is_none_or(|list| {
                    list.resolve().kind() == Kind::Sequence
                        && !is_filled(list)
                        && !list.resolve().is_incomplete()
                });
                if is_absent && self.sees_all(rule) {
                    let help = match key {
                        "apiGroups" => "add `apiGroups: ['']` for the core group, or the names of others",
                        _ => "add the names of resources, as `resources: [pods]`",
                    };
                    self.say(
                        own("missing-key", head(rule), format!("this rule has no `{key}`")).with_help(help),
                    );
                }
            }
        }
    }
}

fn is_filled(list: Node<'_>) -> bool {
    list.items().next().is_some()
}
