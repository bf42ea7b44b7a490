//! The values of a chart and its subcharts, merged as Helm merges them before it validates (pkg/chart/common/util/coalesce.go), where
//! Helm 3 and 4 differ in what both take.

use super::chart::{Chart, Dependency, root_of};
use super::schema::Schema;
use crate::model::Model;
use crate::shape::to_json;
use crate::yaml::{Kind, Node};
use serde_json::{Map, Value as Json};
use std::collections::HashSet;

/// Subcharts of one chart that are looked at, and how deep they nest.
const SUBCHARTS: usize = 50;
const DEEPEST: usize = 6;

/// A chart with what its values are held against, and its subcharts that are in the tree.
pub struct Unit<'m> {
    /// The chart.
    pub chart: Chart<'m>,
    /// Its `values.schema.json`.
    pub schema: Option<Schema<'m>>,
    /// Its values.yaml.
    pub own: Option<Node<'m>>,
    values: Map<String, Json>,
    subcharts: Vec<Subchart<'m>>,
}

struct Subchart<'m> {
    /// The entry that declares it. Helm takes a chart in `charts` that none declares as well.
    dependency: Option<Dependency<'m>>,
    /// What the values of the chart above call it.
    key: String,
    unit: Unit<'m>,
}

/// The values that Helm holds against the schema of one chart.
pub struct View<'u, 'm> {
    /// The chart.
    pub unit: &'u Unit<'m>,
    /// The values, merged.
    pub values: Json,
    /// Where they stand, the uppermost first; the chart's own are the last that are for it.
    pub layers: Vec<Node<'m>>,
    /// What the keys of its values follow in those of the chart that is looked at: `store.` for a subchart that it calls `store`.
    pub prefix: String,
    /// Whether it takes over values of its subcharts, so that more of its keys may be there.
    pub imports: bool,
}

impl<'m> Unit<'m> {
    /// The chart with its subcharts, of which those in `charts` are given.
    pub fn new(model: &Model<'m>, chart: Chart<'m>, vendored: &[Chart<'m>]) -> Self {
        Self::nested(model, chart, vendored, &mut { SUBCHARTS }, DEEPEST)
    }

    fn nested(
        model: &Model<'m>,
        chart: Chart<'m>,
        vendored: &[Chart<'m>],
        left: &mut usize,
        depth: usize,
    ) -> Self {
        let own = Chart::beside(model, chart.folder, "values.yaml").and_then(root_of);
        let schema = Schema::of(model, &chart);
        let mut subcharts = Vec::new();
        let declared = chart.dependencies.iter().filter_map(|dependency| {
            let sub = chart.chart_of(model, vendored, dependency)?;
            Some((Some(*dependency), dependency.key().text().into_owned(), sub))
        });
        let undeclared = vendored.iter().filter(|sub| !chart.declares(sub));
        let undeclared = undeclared.map(|sub| (None, sub.name().into_owned(), sub.clone()));
        for (dependency, key, sub) in declared.chain(undeclared) {
            if *left == 0 || depth == 0 {
                break;
            }
            *left -= 1;
            let inner = sub.vendored(model);
            let unit = Self::nested(model, sub, &inner, left, depth - 1);
            subcharts.push(Subchart { dependency, key, unit });
        }
        let values = own.and_then(mapping).unwrap_or_default();
        Self { chart, schema, own, values, subcharts }
    }

    /// Whether anything is held against a schema.
    pub fn has_schema(&self) -> bool {
        self.schema.is_some() || self.subcharts.iter().any(|sub| sub.unit.has_schema())
    }

    /// What Helm validates when a file is laid over the values of the chart: the chart, and its subcharts that are not switched off.
    pub fn views<'u>(&'u self, over: Option<Node<'m>>) -> Vec<View<'u, 'm>> {
        let Some(given) = over.map_or_else(|| Some(Map::new()), mapping) else { return Vec::new() };
        let all = self.merged(given.clone(), "", &HashSet::new());
        let mut off = HashSet::new();
        let no_tags = Map::new();
        let tags = all.get("tags").and_then(Json::as_object).unwrap_or(&no_tags);
        self.switched_off(&all, tags, "", &mut off);
        let values = self.merged(given, "", &off);
        let mut views = Vec::new();
        self.view(values, over.into_iter().collect(), &[], "", &off, &mut views);
        views
    }

    /// Lays values over those of the chart, and adds those of its subcharts. `path` is where it stands among them.
    fn merged(&self, mut given: Map<String, Json>, path: &str, off: &HashSet<String>) -> Map<String, Json> {
        let mut own = self.values.clone();
        if !path.is_empty() {
            // Helm 4; Helm 3 keeps them.
            drop_nulls(&mut own);
        }
        lay_over(&mut given, own);
        for sub in &self.subcharts {
            let path = format!("{path}{}.", sub.key);
            if off.contains(&path) {
                continue;
            }
            let mut inner = match given.get_mut(&sub.key).map(Json::take) {
                None => Map::new(),
                Some(Json::Object(inner)) => inner,
                // Helm gives up here.
                Some(other) => {
                    given.insert(sub.key.clone(), other);
                    continue;
                }
            };
            share_globals(&given, &mut inner);
            given.insert(sub.key.clone(), Json::Object(sub.unit.merged(inner, &path, off)));
        }
        given
    }

    /// Finds the subcharts that tags and conditions switch off (pkg/chart/v2/util/dependencies.go).
    fn switched_off(
        &self,
        values: &Map<String, Json>,
        tags: &Map<String, Json>,
        path: &str,
        off: &mut HashSet<String>,
    ) {
        for sub in &self.subcharts {
            let path = format!("{path}{}.", sub.key);
            let Some(dependency) = sub.dependency else { continue };
            let tagged = dependency.entry.get("tags").into_iter().flat_map(Node::items);
            let tagged: Vec<bool> = tagged.filter_map(|tag| tags.get(&*tag.text())?.as_bool()).collect();
            let by_tags = tagged.is_empty() || tagged.contains(&true);
            let condition = dependency.scalar("condition").map(Node::text).unwrap_or_default();
            let by_condition = condition.trim().split(',').find_map(|condition| {
                let mut keys = condition.split('.');
                let first = values.get(keys.next()?)?;
                keys.try_fold(first, |value, key| value.as_object()?.get(key))?.as_bool()
            });
            if !by_condition.unwrap_or(by_tags) {
                off.insert(path);
            } else if let Some(Json::Object(inner)) = values.get(&sub.key) {
                sub.unit.switched_off(inner, tags, &path, off);
            }
        }
    }

    fn view<'u>(
        &'u self,
        values: Map<String, Json>,
        mut layers: Vec<Node<'m>>,
        above: &[Node<'m>],
        path: &str,
        off: &HashSet<String>,
        views: &mut Vec<View<'u, 'm>>,
    ) {
        layers.extend(self.own);
        for sub in &self.subcharts {
            let path = format!("{path}{}.", sub.key);
            let Some(Json::Object(inner)) = values.get(&sub.key).filter(|_| !off.contains(&path)) else {
                continue;
            };
            let below = layers.iter().filter_map(|layer| layer.get(&sub.key)).map(Node::resolve);
            let below = below.filter(|node| node.kind() == Kind::Mapping).collect();
            sub.unit.view(inner.clone(), below, &layers, &path, off, views);
        }
        let imports =
            |sub: &Subchart<'_>| sub.dependency.is_some_and(|d| d.entry.get("import-values").is_some());
        let imports = self.subcharts.iter().any(imports);
        // What is global may stand above only.
        layers.extend(above);
        views.push(View {
            unit: self,
            values: Json::Object(values),
            layers,
            prefix: path.to_owned(),
            imports,
        });
    }
}

/// A mapping as JSON; `None` where it is too large.
fn mapping(node: Node<'_>) -> Option<Map<String, Json>> {
    match whole_numbers(to_json(node)?) {
        Json::Object(entries) => Some(entries),
        _ => None,
    }
}

/// Numbers as Helm hands them over: it reads YAML by way of JSON, in which `1.0` is `1`.
fn whole_numbers(value: Json) -> Json {
    match value {
        Json::Object(entries) => {
            Json::Object(entries.into_iter().map(|(key, value)| (key, whole_numbers(value))).collect())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(whole_numbers).collect()),
        Json::Number(number) => {
            let float =
                number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15);
            float.map_or(Json::Number(number), |float| Json::from(float as i64))
        }
        other => other,
    }
}

/// Lays values over others. A null takes away what it is laid over.
fn lay_over(over: &mut Map<String, Json>, under: Map<String, Json>) {
    for (key, value) in under {
        match (over.get_mut(&key), value) {
            (None, value) => {
                over.insert(key, value);
            }
            (Some(Json::Null), _) => {
                over.remove(&key);
            }
            (Some(Json::Object(over)), Json::Object(under)) => lay_over(over, under),
            _ => {}
        }
    }
}

fn drop_nulls(values: &mut Map<String, Json>) {
    values.retain(|_, value| !value.is_null());
    for value in values.values_mut() {
        if let Json::Object(inner) = value {
            drop_nulls(inner);
        }
    }
}

/// Gives a subchart what is global above it; that wins over its own.
fn share_globals(above: &Map<String, Json>, below: &mut Map<String, Json>) {
    let none = Map::new();
    let shared = match above.get("global") {
        None => &none,
        Some(Json::Object(shared)) => shared,
        Some(_) => return,
    };
    let entry = below.entry("global").or_insert_with(|| Json::Object(Map::new()));
    let Json::Object(own) = entry else { return };
    for (key, value) in shared {
        match (own.get_mut(key), value) {
            (Some(Json::Object(own)), Json::Object(shared)) => {
                let mut merged = shared.clone();
                lay_over(&mut merged, std::mem::take(own));
                *own = merged;
            }
            (Some(Json::Object(_)), _) | (Some(_), Json::Object(_)) => {}
            _ => {
                own.insert(key.clone(), value.clone());
            }
        }
    }
}
