//! Entries of the configuration that stand twice: one of the two says nothing, or the opposite of what it seems to.

use super::raw::RawPipeline;
use crate::shape::Mistake;
use crate::source::{Place, Spanned};
use std::collections::HashMap;

/// Presets that are named twice.
pub fn presets(names: &[Spanned<String>]) -> Vec<Mistake> {
    let mut first: HashMap<&str, Place> = HashMap::new();
    let mut mistakes = Vec::new();
    for name in names {
        if let Some(&place) = first.get(&*name.value) {
            mistakes.push(twice(name.place, format!("`{}` is named twice", name.value), place));
        } else {
            first.insert(&name.value, name.place);
        }
    }
    mistakes
}

/// Jobs of a workflow that the pipeline names twice, and entries that name some though another one names every job.
pub fn jobs(pipeline: &[RawPipeline]) -> Vec<Mistake> {
    let whole: HashMap<&str, Place> = pipeline
        .iter()
        .rev()
        .filter(|entry| entry.jobs.is_empty())
        .map(|entry| (&*entry.workflow.value, entry.workflow.place))
        .collect();
    let mut first: HashMap<(&str, &str), Place> = HashMap::new();
    let mut mistakes = Vec::new();
    for entry in pipeline {
        let workflow = &*entry.workflow.value;
        if let Some(&place) = whole.get(workflow).filter(|place| **place != entry.workflow.place) {
            let message = format!("every job of `{workflow}` is sanctioned by another entry");
            mistakes.push(twice(entry.workflow.place, message, place));
            continue;
        }
        for job in &entry.jobs {
            if let Some(&place) = first.get(&(workflow, &*job.value)) {
                let message = format!("the job `{}` of `{workflow}` is sanctioned twice", job.value);
                mistakes.push(twice(job.place, message, place));
            } else {
                first.insert((workflow, &job.value), job.place);
            }
        }
    }
    mistakes
}

fn twice(place: Place, message: String, other: Place) -> Mistake {
    Mistake::new(place, message).with_help("keep one of the two").with_related(other, "the other one")
}
