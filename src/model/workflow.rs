//! GitHub Actions: workflows, their jobs and steps, and actions.

use super::Model;
use super::facts::{Emit, FileFacts, OWNER, Owner, facts, node};
use super::target::{TargetKind, Wanted};
use crate::artifact::Kind;
use crate::expr::{Type, Value};
use crate::yaml::{Kind as NodeKind, Node};

/// A workflow.
#[derive(Clone)]
pub struct WorkflowVisit<'m> {
    workflow: Node<'m>,
}

facts!(WORKFLOW = "workflow" for WorkflowVisit, |this| {
    #[doc = "The file's root."]
    "workflow": Type::Node => Value::Node(this.workflow);
} subject Value::Node(this.workflow); place Some(this.workflow.place()));

/// A job.
#[derive(Clone)]
pub struct JobVisit<'m> {
    workflow: Node<'m>,
    in_pipeline: Option<bool>,
    id: Node<'m>,
    job: Node<'m>,
    owner: Owner<'m>,
}

facts!(JOB = "workflow.job" for JobVisit, |this| {
    #[doc = "The job."]
    "job": Type::Node => Value::Node(this.job);
    #[doc = "Its id: the key it stands under."]
    "id": Type::String => Value::Node(this.id);
    #[doc = "The workflow that holds it."]
    "workflow": Type::Node => Value::Node(this.workflow);
    #[doc = "Whether the configuration's `pipeline` names the job; null where there is no `pipeline`."]
    "inPipeline": Type::Bool => this.in_pipeline.map_or(Value::Null, Value::Bool);
    #[doc = "Kind (`job`) and id."]
    "owner": Type::Record(&OWNER) => Value::Facts(&this.owner);
} subject Value::Node(this.job); place Some(this.id.place()));

/// A step of a job, or of a composite action.
#[derive(Clone)]
pub struct StepVisit<'m> {
    in_pipeline: Option<bool>,
    workflow: Option<Node<'m>>,
    job: Option<Node<'m>>,
    step: Node<'m>,
    owner: Owner<'m>,
}

facts!(STEP = "workflow.step" for StepVisit, |this| {
    #[doc = "The step."]
    "step": Type::Node => Value::Node(this.step);
    #[doc = "The job that holds it; null in a composite action."]
    "job": Type::Node => node(this.job);
    #[doc = "The workflow that holds it; null in a composite action."]
    "workflow": Type::Node => node(this.workflow);
    #[doc = "Whether the configuration's `pipeline` names its job; null where there is no `pipeline`, and in an action."]
    "inPipeline": Type::Bool => this.in_pipeline.map_or(Value::Null, Value::Bool);
    #[doc = "Kind (`step`) and name of the step, or its id."]
    "owner": Type::Record(&OWNER) => Value::Facts(&this.owner);
} subject Value::Node(this.step); place Some(this.step.place()));

/// An action's metadata file.
#[derive(Clone)]
pub struct ActionVisit<'m> {
    action: Node<'m>,
}

facts!(ACTION = "action" for ActionVisit, |this| {
    #[doc = "The file's root."]
    "action": Type::Node => Value::Node(this.action);
} subject Value::Node(this.action); place Some(this.action.place()));

/// Visits what a workflow or an action holds.
pub fn visit<'m>(model: &Model<'m>, file: FileFacts<'m>, wanted: &Wanted, emit: Emit<'_, 'm>) {
    let Some(document) = &file.artifact.document else { return };
    for root in document.roots().map(Node::resolve) {
        if file.artifact.kind == Kind::Action {
            emit(TargetKind::Action, None, &ActionVisit { action: root });
            let steps = root.get("runs").and_then(|runs| runs.get("steps"));
            visit_steps(Block { workflow: None, job: None, in_pipeline: None, steps }, wanted, emit);
            continue;
        }
        emit(TargetKind::Workflow, None, &WorkflowVisit { workflow: root });
        environment(root, Owner::named("workflow", root.get("name")), wanted, emit);
        for entry in root.get("jobs").map(Node::entries).unwrap_or_default() {
            let job = entry.value.resolve();
            if job.kind() != NodeKind::Mapping {
                continue;
            }
            let owner = Owner::named("job", Some(entry.key));
            let settings = model.settings;
            let in_pipeline = (!settings.pipeline.is_empty())
                .then(|| settings.sanctions(&file.source.path, &entry.key.text()));
            let visit = JobVisit { workflow: root, in_pipeline, id: entry.key, job, owner };
            emit(TargetKind::WorkflowJob, None, &visit);
            environment(job, owner, wanted, emit);
            containers(job, owner, wanted, emit);
            let steps = job.get("steps");
            visit_steps(Block { workflow: Some(root), job: Some(job), in_pipeline, steps }, wanted, emit);
        }
    }
}

/// The steps of a job, or of a composite action.
#[derive(Clone, Copy)]
struct Block<'m> {
    workflow: Option<Node<'m>>,
    job: Option<Node<'m>>,
    in_pipeline: Option<bool>,
    steps: Option<Node<'m>>,
}

fn visit_steps<'m>(block: Block<'m>, wanted: &Wanted, emit: Emit<'_, 'm>) {
    let Block { workflow, job, in_pipeline, steps } = block;
    for step in steps.into_iter().flat_map(Node::items).map(Node::resolve) {
        if step.kind() != NodeKind::Mapping {
            continue;
        }
        let owner = Owner::named("step", step.get("name").or_else(|| step.get("id")));
        emit(TargetKind::WorkflowStep, None, &StepVisit { in_pipeline, workflow, job, step, owner });
        environment(step, owner, wanted, emit);
        if wanted.any(&[TargetKind::Image])
            && let Some(uses) = step.get("uses")
            && uses.text().starts_with("docker://")
        {
            super::image::visit(uses, owner, emit);
        }
    }
}

/// The job's own container and its service containers.
fn containers<'m>(job: Node<'m>, owner: Owner<'m>, wanted: &Wanted, emit: Emit<'_, 'm>) {
    let mut found: Vec<(Owner<'_>, Node<'_>)> =
        job.get("container").map(|node| (owner, node)).into_iter().collect();
    for service in job.get("services").map(Node::entries).unwrap_or_default() {
        found.push((Owner::named("service", Some(service.key)), service.value));
    }
    for (owner, container) in found {
        let container = container.resolve();
        let image =
            if container.kind() == NodeKind::Scalar { Some(container) } else { container.get("image") };
        if wanted.any(&[TargetKind::Image])
            && let Some(image) = image
        {
            super::image::visit(image, owner, emit);
        }
        environment(container, owner, wanted, emit);
    }
}

fn environment<'m>(holder: Node<'m>, owner: Owner<'m>, wanted: &Wanted, emit: Emit<'_, 'm>) {
    if wanted.any(&[TargetKind::Env])
        && let Some(entries) = holder.get("env")
    {
        super::env::workflow(entries, owner, emit);
    }
}
