//! Helm charts and their values. A chart is looked at as a whole where its Chart.yaml is: what is found may stand in any file of it.

mod chart;
mod dependencies;
mod merge;
mod metadata;
mod schema;
#[cfg(test)]
mod tests;
mod values;
mod version;

use crate::diagnostic::Diagnostic;
use crate::model::{FileFacts, Model};
use chart::Chart;

/// The findings in the chart that a file is the Chart.yaml of; none for any other file.
pub fn findings(model: &Model<'_>, file: FileFacts<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some(chart) = Chart::of(model, file) {
        let vendored = chart.vendored(model);
        metadata::findings(&chart, &mut found);
        dependencies::findings(model, &chart, &vendored, &mut found);
        values::findings(model, &chart, &vendored, &mut found);
    }
    found
}
