//! What is wrong with the configuration's `pipeline`: workflows and jobs that it names and that do not exist.

use crate::artifact::Kind;
use crate::config::Pipeline;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::shape::suggest;
use crate::source::Place;
use crate::yaml::{Document, Node};

/// The findings, at their places in the configuration.
pub fn findings(model: &Model<'_>) -> Vec<Diagnostic> {
    let workflows: Vec<(&str, Vec<Node<'_>>)> = model
        .artifacts
        .iter()
        .filter(|artifact| artifact.kind == Kind::Workflow)
        .map(|artifact| {
            let roots = artifact.document.iter().flat_map(Document::roots);
            let jobs = roots.filter_map(|root| root.get("jobs")).flat_map(Node::pairs).map(|(id, _)| id);
            (&*model.sources.get(artifact.file).path, jobs.collect())
        })
        .collect();
    model.settings.pipeline.iter().flat_map(|entry| of_entry(entry, &workflows)).collect()
}

fn of_entry(entry: &Pipeline, workflows: &[(&str, Vec<Node<'_>>)]) -> Vec<Diagnostic> {
    let named: Vec<_> = workflows.iter().filter(|(path, _)| entry.workflow.matches(path)).collect();
    if named.is_empty() {
        let pattern = entry.workflow.patterns.first();
        let missing = pattern.map(|pattern| {
            let paths = workflows.iter().map(|(path, _)| *path);
            let other = match workflows {
                [] => "the project has no workflow in .github/workflows".to_owned(),
                _ => "it is a path from the project root, or a glob".to_owned(),
            };
            let message = format!("no workflow is at `{}`: nothing is sanctioned by this", pattern.value);
            finding(pattern.place, message, suggest(&pattern.value, paths), other)
        });
        return missing.into_iter().collect();
    }
    let has = |job: &str| named.iter().any(|(_, jobs)| jobs.iter().any(|id| id.text() == job));
    let missing = entry.jobs.iter().filter(|job| !has(&job.value));
    missing
        .map(|job| {
            let ids: Vec<_> = named.iter().flat_map(|(_, jobs)| jobs).map(|id| id.text()).collect();
            let path = entry.workflow.patterns.first().map_or("", |pattern| &*pattern.value);
            let message = format!("`{path}` has no job `{}`: nothing is sanctioned by this", job.value);
            let other = match ids.as_slice() {
                [] => "it has no jobs at all".to_owned(),
                ids => format!(
                    "its jobs are {}",
                    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
                ),
            };
            finding(job.place, message, suggest(&job.value, ids.iter().map(|id| &**id)), other)
        })
        .collect()
}

fn finding(place: Place, message: String, near: Option<&str>, other: String) -> Diagnostic {
    let help = near.map_or(other, |near| format!("did you mean `{near}`?"));
    crate::checks::own("unknown-pipeline", place, message).with_help(help)
}
