//! Helm charts and values files. Templates are not evaluated here: they are text.

use super::facts::{Emit, FileFacts, Owner, facts, string};
use super::target::{TargetKind, Wanted};
use crate::artifact::Kind;
use crate::expr::{Type, Value};
use crate::yaml::{Kind as NodeKind, Node};

/// A Chart.yaml.
#[derive(Clone)]
pub struct ChartVisit<'m> {
    chart: Node<'m>,
}

facts!(CHART = "helm.chart" for ChartVisit, |this| {
    #[doc = "The file's root."]
    "chart": Type::Node => Value::Node(this.chart);
} subject Value::Node(this.chart); place Some(this.chart.place()));

/// A values file.
#[derive(Clone)]
pub struct ValuesVisit<'m> {
    values: Node<'m>,
}

facts!(VALUES = "helm.values" for ValuesVisit, |this| {
    #[doc = "The file's root."]
    "values": Type::Node => Value::Node(this.values);
} subject Value::Node(this.values); place Some(this.values.place()));

/// A leaf of a values file.
#[derive(Clone)]
pub struct ValueVisit<'m> {
    values: Node<'m>,
    value: Node<'m>,
    key: Node<'m>,
    path: String,
}

facts!(VALUE = "helm.value" for ValueVisit, |this| {
    #[doc = "The leaf: a scalar, or null."]
    "value": Type::Node => Value::Node(this.value);
    #[doc = "The key it stands under; for an item of a list, the key of the list."]
    "key": Type::String => Value::Node(this.key);
    #[doc = "Where it stands, as `postgresql.auth.password`."]
    "path": Type::String => string(&this.path);
    #[doc = "The file's root."]
    "values": Type::Node => Value::Node(this.values);
} subject Value::Node(this.value); place Some(this.value.place()));

/// Visits what a chart or a values file holds.
pub fn visit<'m>(file: FileFacts<'m>, wanted: &Wanted, emit: Emit<'_, 'm>) {
    let Some(document) = &file.artifact.document else { return };
    for root in document.roots().map(Node::resolve) {
        if file.artifact.kind == Kind::Chart {
            emit(TargetKind::HelmChart, None, &ChartVisit { chart: root });
            continue;
        }
        emit(TargetKind::HelmValues, None, &ValuesVisit { values: root });
        if wanted.any(&[TargetKind::HelmValue, TargetKind::Image, TargetKind::Env]) {
            walk(root, root, None, String::new(), wanted, emit);
        }
    }
}

/// Calls `emit` for every leaf below `node`. Depth is bounded by the parser's limit; an alias is not entered twice, since its
/// leaves have been visited where they stand.
fn walk<'m>(
    values: Node<'m>,
    node: Node<'m>,
    key: Option<Node<'m>>,
    path: String,
    wanted: &Wanted,
    emit: Emit<'_, 'm>,
) {
    match node.kind() {
        NodeKind::Mapping => {
            super::image::values(node, key, wanted, emit);
            for (key, value) in node.pairs() {
                let separator = if path.is_empty() { "" } else { "." };
                let below = format!("{path}{separator}{}", key.text());
                if wanted.any(&[TargetKind::Env]) && is_environment(&key.text()) {
                    let owner = Owner::named("values", Some(key));
                    super::env::values(value, owner, emit);
                }
                walk(values, value, Some(key), below, wanted, emit);
            }
        }
        NodeKind::Sequence => {
            for (index, item) in node.items().enumerate() {
                walk(values, item, key, format!("{path}[{index}]"), wanted, emit);
            }
        }
        NodeKind::Scalar | NodeKind::Empty => {
            if let Some(key) = key {
                emit(TargetKind::HelmValue, None, &ValueVisit { values, value: node, key, path });
            }
        }
        NodeKind::Alias => {}
    }
}

/// Keys under which charts take environment entries, by convention of the charts of the big repositories.
fn is_environment(key: &str) -> bool {
    matches!(key, "env" | "extraEnv" | "extraEnvs" | "extraEnvVars" | "environment" | "envVars")
}
