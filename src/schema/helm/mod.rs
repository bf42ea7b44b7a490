//! Helm charts and their values. A chart is looked at as a whole where its Chart.yaml is: what is found may stand in any file of it.

mod chart;
mod condition;
mod dependencies;
mod merge;
mod metadata;
mod schema;
#[cfg(test)]
mod tests;
mod values;
mod version;

use super::walk::Consumer;
use super::written;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{FileFacts, Model};
use chart::Chart;

/// Helm reads YAML into structures (sigs.k8s.io/yaml).
struct Helm;

impl Consumer<'_> for Helm {
    const NULL_IS_ABSENT: bool = true;
    const TURNS_INTO_STRINGS: bool = true;
}

/// The findings in the chart that a file is the Chart.yaml of; none for any other file.
pub fn findings(model: &Model<'_>, file: FileFacts<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some(chart) = Chart::of(model, file) {
        let vendored = chart.vendored(model);
        found.extend(written::findings(&written::CHART, chart.root, Helm));
        // Helm passes over keys that it does not know.
        for unknown in found.iter_mut().filter(|found| *found.rule == *"unknown-key") {
            unknown.severity = Severity::Warning;
        }
        metadata::findings(&chart, &mut found);
        dependencies::findings(model, &chart, &vendored, &mut found);
        condition::findings(model, &chart, &vendored, &mut found);
        values::findings(model, &chart, &vendored, &mut found);
    }
    found
}
