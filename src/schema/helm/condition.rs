//! The conditions of dependencies: paths in the values that switch them on and off. Helm passes over a path that is not there, so that the
//! dependency is always on.

use super::chart::{Chart, Dependency, root_of};
use super::metadata::is_known;
use super::values::overrides;
use crate::checks::own;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Model;
use crate::schema::words::{nearest, quoted};
use crate::source::Span;
use crate::yaml::Node;

/// Values files that are searched, and keys that a misspelt one is compared with.
const FILES: usize = 64;
const SUGGESTED: usize = 100;

/// The findings on the conditions of a chart, of which the charts in `charts` are given.
pub fn findings(model: &Model<'_>, chart: &Chart<'_>, vendored: &[Chart<'_>], found: &mut Vec<Diagnostic>) {
    if chart.dependencies.iter().all(|dependency| dependency.scalar("condition").is_none()) {
        return;
    }
    let Some(own) = Chart::beside(model, chart.folder, "values.yaml").and_then(root_of) else { return };
    let others = overrides(model, chart).take(FILES).filter_map(root_of);
    let files: Vec<Node<'_>> = std::iter::once(own).chain(others).collect();
    for dependency in &chart.dependencies {
        let below = || {
            let sub = chart.chart_of(model, vendored, dependency)?;
            Chart::beside(model, sub.folder, "values.yaml").and_then(root_of)
        };
        found.extend(finding(dependency, &files, below()));
    }
}

fn finding(dependency: &Dependency<'_>, files: &[Node<'_>], below: Option<Node<'_>>) -> Option<Diagnostic> {
    let condition = dependency.scalar("condition").filter(|condition| is_known(*condition))?;
    let text = condition.text();
    let key = dependency.key().text();
    let in_subchart = |path: &str| {
        let rest = path.strip_prefix(&*key).and_then(|rest| rest.strip_prefix('.'));
        below.zip(rest).is_some_and(|(below, rest)| reaches(below, rest))
    };
    let is_there = |path: &str| files.iter().any(|file| reaches(*file, path)) || in_subchart(path);
    if text.trim().split(',').any(is_there) {
        return None;
    }
    let path = text.trim().split(',').find(|path| !path.is_empty())?;
    let near = files.iter().find_map(|file| misspelt(*file, path))?;
    let at = text.find(path)?;
    let place = condition.text_place(Span::from(at..at + path.len()))?;
    let message = format!(
        "the condition {} of dependency {} is not in the values, so that it is always on",
        quoted(path),
        quoted(&dependency.name.text())
    );
    let mut finding =
        own("undefined-reference", place, message).with_help(format!("did you mean {}?", quoted(&near)));
    finding.severity = Severity::Warning;
    Some(finding)
}

fn reaches(values: Node<'_>, path: &str) -> bool {
    path.split('.').try_fold(values, Node::get).is_some()
}

/// A path that is there and differs in one key.
fn misspelt(values: Node<'_>, path: &str) -> Option<String> {
    let keys: Vec<&str> = path.split('.').collect();
    let mut node = values;
    for (at, key) in keys.iter().enumerate() {
        if let Some(next) = node.get(key) {
            node = next;
            continue;
        }
        let entries = node.entries();
        let names: Vec<_> = entries.iter().take(SUGGESTED).map(|entry| entry.key.text()).collect();
        let near = nearest(key, names.iter().map(|name| &**name))?;
        let whole = [&keys[..at], &[near], &keys[at + 1..]].concat().join(".");
        return reaches(values, &whole).then_some(whole);
    }
    None
}
