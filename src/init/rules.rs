//! `rules`, `workloads` and `packs`: what the tools, the runners and the resources of a repository ask for.

use super::draft::{Draft, at, at_some, comment, list, scalar};
use super::folders::is_foreign;
use super::pipeline::{Found, is_run};
use crate::artifact::{Artifact, Kind, RULE_FOLDER};
use crate::model::{Change, Deploys, Model, podlikes};
use crate::source::Place;
use crate::yaml::{Document, Node};
use std::collections::BTreeMap;

/// Writes `rules`.
pub fn rules(draft: &mut Draft, model: &Model<'_>, deploys: &Deploys<'_>, pipeline: Found) {
    draft.section("Other severities (error, warning, info, off) and params for rules; `plimsoll explain RULE` shows its params.");
    let tools = tools(model, deploys);
    let asks = tools.keys().any(|tool| tool != "kubectl");
    if asks && pipeline == Found::Pipeline {
        draft.line("rules:");
        for (tool, places) in tools.iter().filter(|(tool, _)| *tool != "kubectl") {
            draft.line(&format!(
                "  # `{}` changes a cluster too: {}",
                comment(tool),
                comment(&at_some(model, places))
            ));
        }
        let mut names = vec!["kubectl".to_owned()];
        names.extend(tools.into_keys().filter(|tool| tool != "kubectl"));
        draft.line(&format!("  deploy-outside-pipeline: {{params: {{tools: {}}}}}", list(&names)));
        self_hosted(draft, model, "  # ");
        draft.line("  # missing-healthcheck: {severity: info}");
        return;
    }
    draft.line("# rules:");
    self_hosted(draft, model, "#   ");
    draft.line("#   missing-probe: warning");
    draft.line("#   missing-healthcheck: {severity: info}");
}

/// The tools and actions that change a cluster, and where.
fn tools(model: &Model<'_>, deploys: &Deploys<'_>) -> BTreeMap<String, Vec<Place>> {
    let mut tools: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    // `docker` is told too much else than to deploy.
    let is_own = |change: &&Change| {
        !is_foreign(&model.sources.get(change.place.file).path) && !change.tool.starts_with("docker")
    };
    for change in deploys.changes.iter().filter(is_own) {
        tools.entry(change.tool.clone()).or_default().push(change.place);
    }
    tools
}

/// Runners of the organisation, as a comment: the rule on them is for those who ask for more.
fn self_hosted(draft: &mut Draft, model: &Model<'_>, lead: &str) {
    let mut places = Vec::new();
    let is_run = |artifact: &&Artifact| is_run(&model.sources.get(artifact.file).path);
    let workflows = model.artifacts.iter().filter(|artifact| artifact.kind == Kind::Workflow);
    for artifact in workflows.filter(is_run) {
        let roots = artifact.document.iter().flat_map(Document::roots);
        for (_, job) in roots.filter_map(|root| root.get("jobs")).flat_map(Node::pairs) {
            let Some(runs_on) = job.get("runs-on").map(Node::resolve) else { continue };
            let labels = runs_on.get("labels").map_or(runs_on, Node::resolve);
            let mut all = labels.items().chain([labels]);
            places.extend(all.find(|label| label.text() == "self-hosted").map(Node::place));
        }
    }
    if !places.is_empty() {
        let why = format!("jobs on machines of the organisation: {}", at_some(model, &places));
        draft.because(&format!("{lead}self-hosted-outside-pipeline: error"), &why);
    }
}

/// Writes `workloads`.
pub fn workloads(draft: &mut Draft, model: &Model<'_>) {
    let found = podlikes(model);
    draft.section("Kinds of custom resources that run pods, so that rules on containers see theirs.");
    if found.is_empty() {
        draft.line("# workloads:\n#   - {kind: Fleet, pod: spec.template}");
        return;
    }
    draft.line("workloads:");
    for it in found {
        let (version, kind, pod) = (scalar(&it.api_version), scalar(&it.kind), scalar(&it.path.join(".")));
        let why = format!("{} holds a pod", at(model, it.place));
        draft.because(&format!("  - {{apiVersion: {version}, kind: {kind}, pod: {pod}}}"), &why);
    }
}

/// Writes `packs` and `kinds`, of which nothing is proposed.
pub fn packs(draft: &mut Draft) {
    draft.section(&format!(
        "Rules of your own stand in `{RULE_FOLDER}` and need no entry; those that others wrote do."
    ));
    draft.line("# packs: [{path: vendor/acme-rules, prefix: acme}]");
    draft.section(
        "What files are, where that is not recognised; `plimsoll files` shows what each one was taken for.",
    );
    draft.line("# kinds: {\"stacks/*.yml\": compose}");
}
