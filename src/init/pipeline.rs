//! `pipeline`: which of the jobs that change a cluster is most likely the sanctioned way.

use super::draft::{Draft, at, comment, one_or_list, scalar};
use crate::artifact::Kind;
use crate::model::{Change, Deploy, Deploys, Model};
use crate::source::Place;
use crate::yaml::{Document, Kind as NodeKind, Node};
use std::collections::HashSet;

/// A job that may be a part of the pipeline.
struct Candidate {
    workflow: String,
    job: String,
    /// How much speaks for it; below [`LIKELY`] it is only shown.
    score: i32,
    /// What it does, and what speaks for and against it.
    why: String,
}

/// What a job needs to be proposed.
const LIKELY: i32 = 3;

/// Jobs that are shown as comments beside those that are proposed.
const SHOWN: usize = 12;

/// Whether a pipeline is proposed, not only shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is proposed.
    Pipeline,
    /// There is none, or it could only be guessed.
    Nothing,
}

/// Writes the section.
pub fn propose(draft: &mut Draft, model: &Model<'_>, deploys: &Deploys<'_>) -> Found {
    draft.section("The one way to the cluster: only these jobs, and the scripts and actions that only they run, may deploy.");
    let runs = |deploy: &&Deploy<'_>| is_run(&model.sources.get(deploy.file).path);
    let mut candidates: Vec<_> =
        deploys.jobs.iter().filter(runs).map(|deploy| candidate(model, deploy)).collect();
    if candidates.is_empty() {
        candidates = named(model);
    }
    candidates.sort_by(|a, b| (b.score, &a.workflow, &a.job).cmp(&(a.score, &b.workflow, &b.job)));
    // A job that stands twice in its file is named once.
    let mut seen = HashSet::new();
    candidates.retain(|it| seen.insert((it.workflow.clone(), it.job.clone())));
    let best = candidates.first().filter(|best| best.score >= LIKELY).map(|best| best.workflow.clone());
    let (chosen, others): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|it| Some(&it.workflow) == best.as_ref() && it.score > 0);
    let Some(workflow) = best else {
        nothing(draft, &others);
        return Found::Nothing;
    };
    draft.line("pipeline:");
    for Candidate { job, why, .. } in &chosen {
        draft.line(&format!("  # {}: {}", comment(job), comment(why)));
    }
    let jobs: Vec<String> = chosen.into_iter().map(|it| it.job).collect();
    draft.line(&format!("  - workflow: {}", path(&workflow)));
    draft.line(&format!("    job: {}", one_or_list(&jobs)));
    if !others.is_empty() {
        draft.line("  # These change a cluster too, and are reported unless they stand here:");
        show(draft, "  # - ", &others);
    }
    Found::Pipeline
}

/// Whether a forge runs the workflow of a path: others are samples, or broken on purpose.
pub fn is_run(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let forge = |name: &str| matches!(name, ".github" | ".gitea" | ".forgejo");
    folder.strip_suffix("/workflows").is_some_and(|above| forge(above.rsplit('/').next().unwrap_or(above)))
        && !super::folders::is_foreign(path)
}

/// Without a likely pipeline: what there is, as comments.
fn nothing(draft: &mut Draft, others: &[Candidate]) {
    if others.is_empty() {
        draft.line("# No job here changes a cluster, by the commands and actions that are known.");
        draft.line("# pipeline:\n#   - {workflow: .github/workflows/deploy.yml, job: deploy}");
    } else {
        draft.line("# Which job is it? The likelier ones come first.");
        draft.line("# pipeline:");
        show(draft, "#   - ", others);
    }
}

fn show(draft: &mut Draft, lead: &str, candidates: &[Candidate]) {
    for Candidate { workflow, job, why, .. } in candidates.iter().take(SHOWN) {
        draft.because(&format!("{lead}{{workflow: {}, job: {}}}", path(workflow), scalar(job)), why);
    }
    if candidates.len() > SHOWN {
        draft.line(&format!("{}and {} more", lead.replace("- ", ""), candidates.len() - SHOWN));
    }
}

/// A path as a glob that matches only it.
fn path(path: &str) -> String {
    scalar(&globset::escape(path))
}

fn candidate(model: &Model<'_>, deploy: &Deploy<'_>) -> Candidate {
    let workflow = model.sources.get(deploy.file).path.to_string();
    let job = deploy.id.text().into_owned();
    let mut because = vec![does(model, &deploy.changes)];
    let removes = |(change, _): &(Change, Option<Place>)| {
        ["delete", "uninstall", "destroy", "rm"].iter().any(|verb| change.verb.ends_with(verb))
    };
    let mut score = 1;
    if deploy.changes.iter().all(removes) {
        score -= 3;
        because.push("it only removes".to_owned());
    }
    score += by_name(&job) + by_file(&workflow) + by_environment(deploy.job, &mut because);
    score += by_trigger(deploy.workflow, &mut because);
    Candidate { workflow, job, score, why: because.join("; ") }
}

/// What a job runs, and where.
fn does(model: &Model<'_>, changes: &[(Change, Option<Place>)]) -> String {
    let mut told: Vec<String> = Vec::new();
    for (change, call) in changes {
        let command = format!("`{} {}`", change.tool, change.verb).replace(" `", "`");
        if told.iter().any(|known| known.starts_with(&command)) {
            continue;
        }
        let by = call.map(|call| format!(", which {} calls", at(model, call))).unwrap_or_default();
        told.push(format!("{command} at {}{by}", at(model, change.place)));
    }
    let more = told.len().saturating_sub(2);
    told.truncate(2);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", told.join(", "))
}

/// Words in which a name says that it deploys, and those that take it back.
fn by_name(name: &str) -> i32 {
    const GUARDS: &[&str] = &[
        "test", "tests", "e2e", "lint", "check", "checks", "verify", "policy", "no", "guard", "preview",
        "review", "cleanup", "clean", "teardown", "destroy", "pr", "dry", "validate",
    ];
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> = name.split(['-', '_', '.', '/', ' ']).collect();
    let says = |wanted: &[&str]| words.iter().any(|word| wanted.iter().any(|it| word.starts_with(it)));
    if words.iter().any(|word| GUARDS.contains(word)) {
        -3
    } else if says(&["deploy", "rollout", "rollback"]) {
        3
    } else if says(&["release", "promote", "ship", "publish", "cd", "prod"]) {
        2
    } else {
        0
    }
}

/// The same of the file, which says less.
fn by_file(path: &str) -> i32 {
    by_name(path.rsplit('/').next().unwrap_or(path)).signum()
}

fn by_environment(job: Node<'_>, because: &mut Vec<String>) -> i32 {
    let Some(environment) = job.get("environment").map(Node::resolve) else { return 0 };
    let named = environment.get("name").unwrap_or(environment);
    if named.resolve().kind() != NodeKind::Scalar {
        return 0;
    }
    because.push(format!("environment `{}`", named.text()));
    if named.text().to_ascii_lowercase().contains("prod") { 3 } else { 1 }
}

fn by_trigger(workflow: Node<'_>, because: &mut Vec<String>) -> i32 {
    let events = events(workflow);
    let has = |event: &str| events.iter().any(|known| known == event);
    let pulls = |event: &String| event.starts_with("pull_request") || event == "issue_comment";
    if has("push") || has("release") || has("deployment") {
        let event =
            ["push", "release", "deployment"].into_iter().find(|event| has(event)).unwrap_or_default();
        because.push(format!("runs on {event}"));
        2
    } else if !events.is_empty() && events.iter().all(pulls) {
        because.push("runs for pull requests only".to_owned());
        -4
    } else {
        if !events.is_empty() {
            because.push(format!("runs on {}", events.join(", ")));
        }
        0
    }
}

/// The events that start a workflow.
fn events(workflow: Node<'_>) -> Vec<String> {
    let Some(on) = workflow.get("on").map(Node::resolve) else { return Vec::new() };
    match on.kind() {
        NodeKind::Mapping => on.pairs().map(|(event, _)| event.text().into_owned()).collect(),
        NodeKind::Sequence => on.items().map(|event| event.text().into_owned()).collect(),
        NodeKind::Scalar => vec![on.text().into_owned()],
        _ => Vec::new(),
    }
}

/// Jobs that only say that they deploy: nothing they run is known to.
fn named(model: &Model<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for artifact in model.artifacts.iter().filter(|artifact| artifact.kind == Kind::Workflow) {
        let roots = artifact.document.iter().flat_map(Document::roots);
        for (id, job) in roots.filter_map(|root| root.get("jobs")).flat_map(Node::pairs) {
            let job_id = id.text().into_owned();
            if by_name(&job_id) < 3 || !is_run(&model.sources.get(artifact.file).path) {
                continue;
            }
            let mut because = vec![match job.get("uses") {
                Some(uses) => format!("its name says so, and it calls `{}`", uses.text()),
                None => "only its name says so".to_owned(),
            }];
            let score = by_environment(job.resolve(), &mut because).min(LIKELY - 1);
            let workflow = model.sources.get(artifact.file).path.to_string();
            found.push(Candidate { workflow, job: job_id, score, why: because.join("; ") });
        }
    }
    found
}
