//! The selector of a workload against the labels of its pods.

use super::{Rules, field, is_mapping, is_unknown, is_whole, nearest};
use crate::checks::own;
use crate::schema::say::{head, one_of};
use crate::source::Place;
use crate::yaml::{Node, Scalar};
use std::borrow::Cow;
use std::collections::HashMap;

/// The labels of the pods.
struct Labels<'m> {
    by_key: HashMap<Cow<'m, str>, Node<'m>>,
    /// Whether there are no others.
    whole: bool,
}

impl Rules {
    /// `ValidateDeploymentSpec` and its like: the selector is not empty and matches the labels of the template.
    pub(super) fn selector(&mut self, spec: Node<'_>, kind: &str) {
        let Some(selector) = field(spec, "selector").filter(|selector| is_mapping(*selector)) else { return };
        let Some(labels) = self.pod_labels(spec) else { return };
        if kind == "ReplicationController" {
            // An empty one is that of the template.
            return self.match_labels(selector, &labels);
        }
        let matched = field(selector, "matchLabels");
        let expressions = self.listed(selector, "matchExpressions");
        let is_bare = matched.is_none_or(|labels| is_whole(labels) && labels.pairs().next().is_none());
        // A key that does not belong there is reported by itself.
        let known = |key: Node<'_>| matches!(&*key.text(), "matchLabels" | "matchExpressions");
        let is_bare = is_bare && selector.resolve().pairs().all(|(key, _)| known(key));
        if is_bare && expressions.is_empty() && self.sees_all(selector) {
            let message = format!("the selector of this {kind} is empty");
            let found = own("invalid-value", head(selector), message);
            return self.say(found.with_help("name labels of its pods: `matchLabels: {…}`"));
        }
        if let Some(matched) = matched {
            self.match_labels(matched, &labels);
        }
        for expression in expressions {
            self.match_expression(expression, &labels);
        }
    }

    /// `None` where they are not what they must be.
    fn pod_labels<'m>(&mut self, spec: Node<'m>) -> Option<Labels<'m>> {
        let template = field(spec, "template").filter(|template| is_mapping(*template))?;
        let mut labels = Labels { by_key: HashMap::new(), whole: self.sees_all(template) };
        let mut node = Some(template);
        for key in ["metadata", "labels"] {
            node = node.and_then(|node| field(node, key));
            if let Some(node) = node {
                labels.whole &= is_whole(node);
                if !is_mapping(node) {
                    return None;
                }
            }
        }
        let entries = node.map(|node| self.entries(node)).unwrap_or_default();
        labels.by_key = entries.into_iter().map(|entry| (entry.key.text(), entry.value)).collect();
        Some(labels)
    }

    fn match_labels(&mut self, wanted: Node<'_>, labels: &Labels<'_>) {
        for entry in self.entries(wanted) {
            let (key, Some(value)) = (entry.key.text(), label(entry.value)) else { continue };
            if is_unknown(entry.key) {
                continue;
            }
            let Some(&other) = labels.by_key.get(&key) else {
                self.absent(&key, entry.key.place(), &format!("`{key}: {value}`"), labels);
                continue;
            };
            if let Some(has) = label(other).filter(|has| *has != value) {
                let message =
                    format!("the selector wants `{key}: {value}`, but its pods have `{key}: {has}`");
                let place = if value.is_empty() { entry.key } else { entry.value }.place();
                let found = own("invalid-value", place, message).with_help("write the same in both places");
                self.say(found.with_related(other.place(), "the label of its pods"));
            }
        }
    }

    fn match_expression(&mut self, expression: Node<'_>, labels: &Labels<'_>) {
        let (Some(key), Some(operator)) = (field(expression, "key"), field(expression, "operator")) else {
            return;
        };
        let name = key.text();
        if name.is_empty() || is_unknown(key) || is_unknown(operator) {
            return;
        }
        let values = self.listed(expression, "values");
        let known: Option<Vec<Cow<'_, str>>> = values.into_iter().map(label).collect();
        let Some(values) = known else { return };
        let other = labels.by_key.get(&name).copied();
        let listed = || one_of(values.iter().map(|value| &**value), "or");
        match (&*operator.text(), other) {
            ("Exists", None) => self.absent(&name, key.place(), &format!("the label `{name}`"), labels),
            ("In", None) if !values.is_empty() => {
                self.absent(&name, key.place(), &format!("`{name}` to be {}", listed()), labels);
            }
            ("DoesNotExist", Some(other)) => {
                self.refused(
                    key,
                    other,
                    format!("the selector wants no label `{name}`, but its pods have it"),
                );
            }
            ("In", Some(other)) if !values.is_empty() => {
                if let Some(has) = label(other).filter(|has| !values.contains(has)) {
                    let message = format!(
                        "the selector wants `{name}` to be {}, but its pods have `{name}: {has}`",
                        listed()
                    );
                    self.refused(key, other, message);
                }
            }
            ("NotIn", Some(other)) => {
                if let Some(has) = label(other).filter(|has| values.contains(has)) {
                    let message = format!(
                        "the selector wants `{name}` not to be `{has}`, but its pods have `{name}: {has}`"
                    );
                    self.refused(key, other, message);
                }
            }
            _ => {}
        }
    }

    fn refused(&mut self, key: Node<'_>, other: Node<'_>, message: String) {
        let found = own("invalid-value", key.place(), message);
        let found = found.with_help("change the selector, or the label of the pods");
        self.say(found.with_related(other.place(), "the label of its pods"));
    }

    fn absent(&mut self, key: &str, place: Place, wanted: &str, labels: &Labels<'_>) {
        if !labels.whole {
            return;
        }
        let message = format!("the selector wants {wanted}, but its pods have no label `{key}`");
        let names = labels.by_key.keys().map(|name| &**name);
        // In one order, whatever the table's is.
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        let help = nearest(key, names, "add it to `spec.template.metadata.labels`");
        self.say(own("invalid-value", place, message).with_help(help));
    }
}

/// The text of a label that is known; a null is an empty one.
fn label(node: Node<'_>) -> Option<Cow<'_, str>> {
    match node.scalar() {
        Scalar::Str(text) if !is_unknown(node) => Some(text),
        Scalar::Null if node.is_null() => Some("".into()),
        _ => None,
    }
}
