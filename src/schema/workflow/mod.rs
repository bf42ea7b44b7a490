//! Workflows and actions of GitHub: their grammar, and what holds beyond it.
//!
//! What is said here is what the service and the runner say, or do without a word: the sources are
//! `actions/runner` (`src/Sdk/WorkflowParser`, `src/Runner.Worker`) and `@actions/workflow-parser`, named where a rule follows them.
//! A node of another kind than the grammar wants is passed over: the structure reports it.

mod call;
mod cron;
mod env;
mod events;
pub mod expressions;
mod filter;
mod ids;
mod local;
mod look;
mod matrix;
mod needs;
mod runner;
mod structure;
#[cfg(test)]
mod tests;
mod uses;

use crate::artifact::Kind;
use crate::diagnostic::Diagnostic;
use crate::model::{FileFacts, Model};
use crate::yaml::Node;
use local::Workspace;
use look::{Job, Look};

/// The findings in one file.
pub fn findings<'m>(model: &Model<'m>, file: FileFacts<'m>) -> Vec<Diagnostic> {
    let Some(document) = &file.artifact.document else { return Vec::new() };
    let mut look = Look::new(model, file);
    for root in document.roots().map(Node::resolve) {
        if file.artifact.kind == Kind::Action {
            action(&mut look, root);
        } else {
            workflow(&mut look, root);
        }
    }
    if look.is_github() {
        let roots = document.roots().map(Node::resolve);
        look.found.extend(roots.flat_map(|root| structure::findings(model, file, root)));
    }
    look.found
}

fn action<'m>(look: &mut Look<'_, 'm>, root: Node<'m>) {
    if let Some(inputs) = look.enter(root.get("inputs")) {
        ids::check_case(look, inputs, "input");
    }
    let Some(runs) = root.get("runs").map(Node::resolve) else { return };
    env::check(look, runs);
    steps(look, runs, None);
}

fn workflow<'m>(look: &mut Look<'_, 'm>, root: Node<'m>) {
    env::check(look, root);
    if let Some(on) = root.get("on").filter(|_| look.is_github()) {
        events::check(look, on);
    }
    runner::check_default(look, root, None);
    let Some(jobs) = look.enter(root.get("jobs")) else { return };
    ids::check_case(look, jobs, "job");
    let incomplete = jobs.is_incomplete();
    let jobs: Vec<Job<'_>> = jobs.entries().into_iter().map(Job::new).collect();
    for job in &jobs {
        ids::check_form(look, job.key, "job");
    }
    if !incomplete {
        needs::check(look, &jobs);
    }
    for job in &jobs {
        if let Some(body) = look.enter(Some(job.body)) {
            check_job(look, body);
        }
    }
}

fn check_job<'m>(look: &mut Look<'_, 'm>, job: Node<'m>) {
    env::check(look, job);
    env::check_containers(look, job);
    runner::check_labels(look, job);
    runner::check_default(look, job, Some(job));
    if let Some(strategy) = job.get("strategy") {
        matrix::check(look, strategy);
    }
    if job.get("uses").is_some() {
        call::check_workflow(look, job);
    }
    steps(look, job, Some(job));
}

/// Checks the steps of a job, or of a composite action.
fn steps<'m>(look: &mut Look<'_, 'm>, holder: Node<'m>, job: Option<Node<'m>>) {
    let Some(steps) = look.enter(holder.get("steps")) else { return };
    ids::check_steps(look, steps);
    let mut workspace = Workspace::default();
    for step in steps.items() {
        if let Some(step) = look.enter(Some(step)) {
            check_step(look, step, job, &workspace);
        }
        workspace.after(step);
        // Steps beside one another have ids of their own.
        let Some(beside) = look.enter(step.get("parallel")) else { continue };
        ids::check_steps(look, beside);
        for step in beside.items() {
            if let Some(step) = look.enter(Some(step)) {
                check_step(look, step, job, &workspace);
            }
        }
        beside.items().for_each(|step| workspace.after(step));
    }
}

fn check_step<'m>(look: &mut Look<'_, 'm>, step: Node<'m>, job: Option<Node<'m>>, workspace: &Workspace) {
    env::check(look, step);
    if let Some(shell) = step.get("shell") {
        runner::check_shell(look, shell, job, Some(step));
    }
    uses::check_step(look, step);
    // The workspace of a composite action is its caller's.
    call::check_action(look, step, job.map(|_| workspace));
}
