//! What the expressions of a workflow or an action can name: its inputs, jobs, steps and matrices, and what GitHub itself provides.

mod known;
#[cfg(test)]
mod tests;

use super::local;
use crate::artifact::Kind;
use crate::model::{FileFacts, Model};
use crate::schema::expression::{self, Problem, Step};
use crate::schema::words::{Guesses, near, quoted, shown};
use crate::source::{FileId, Span};
use crate::yaml::{Kind as NodeKind, Node};
use known::{Known, Name};
use std::borrow::Cow;
use std::collections::HashMap;

/// Everything that the expressions of one file can name, found once. By default nothing is known of it.
#[derive(Default)]
pub struct Scopes<'d> {
    is_action: bool,
    inputs: Known<'d>,
    /// `github.event.inputs`, where it can only be those of `workflow_dispatch`.
    dispatched: Known<'d>,
    /// In the order of the text; the steps of a composite action are those of a job without an id.
    jobs: Vec<Job<'d>>,
    ids: Known<'d>,
    /// The outputs of the workflows and actions in the tree that jobs and steps use.
    outputs: HashMap<FileId, Known<'d>>,
    guesses: Guesses,
}

/// What can be named at one place of a file.
#[derive(Clone, Copy)]
pub struct Names<'s, 'd> {
    scopes: &'s Scopes<'d>,
    job: Option<&'s Job<'d>>,
    /// How many steps ran before; all of them outside of steps.
    before: usize,
}

/// A job, or the steps of a composite action.
struct Job<'d> {
    id: Cow<'d, str>,
    body: Node<'d>,
    needs: Known<'d>,
    /// `None` where there is no matrix at all.
    matrix: Option<Known<'d>>,
    outputs: Outputs<'d>,
    steps: Vec<Node<'d>>,
    ids: Known<'d>,
    /// The actions in the tree that steps with an id use, by their places among the steps.
    used: Vec<(usize, FileId)>,
}

/// What a job hands on.
enum Outputs<'d> {
    /// What it declares itself.
    These(Known<'d>),
    /// What the workflow in the tree declares that it calls.
    Of(FileId),
}

impl<'d> Scopes<'d> {
    /// Of a file, by one of its roots.
    pub fn new(model: &Model<'d>, file: FileFacts<'d>, root: Node<'d>) -> Self {
        let root = root.resolve();
        let mut scopes = Self { is_action: file.artifact.kind == Kind::Action, ..Self::default() };
        if scopes.is_action {
            scopes.inputs = Known::keys(root.get("inputs"), root);
            if let Some(runs) = root.get("runs") {
                scopes.jobs.extend(Job::new(Cow::Borrowed(""), runs).map(Job::of_action));
            }
        } else {
            scopes.set_inputs(root);
            scopes.set_jobs(root);
        }
        scopes.find_outputs(model, file);
        scopes
    }

    /// What can be named where a scalar stands.
    pub fn names_at(&self, scalar: Node<'d>) -> Names<'_, 'd> {
        let at = scalar.span().start;
        let found = self.jobs.partition_point(|job| job.body.span().start <= at);
        let job = found.checked_sub(1).map(|index| &self.jobs[index]);
        let job = job.filter(|job| job.body.span().contains(scalar.span()));
        let before = job.map_or(usize::MAX, |job| {
            let next = job.steps.partition_point(|step| step.span().start <= at);
            let step = next.checked_sub(1).filter(|&step| job.steps[step].span().contains(scalar.span()));
            step.unwrap_or(usize::MAX)
        });
        Names { scopes: self, job, before }
    }

    fn set_jobs(&mut self, root: Node<'d>) {
        let entries = root.get("jobs").map(Node::entries).unwrap_or_default();
        let jobs = entries.iter().map(|entry| (entry.key, Job::new(entry.key.text(), entry.value)));
        let (mut jobs, others): (Vec<_>, Vec<_>) = jobs.partition(|(_, job)| job.is_some());
        jobs.sort_by_key(|(_, job)| job.as_ref().map(|job| job.body.span().start));
        let names = jobs.iter().chain(&others).enumerate();
        let names = names.map(|(index, (key, _))| Name { text: key.text(), node: *key, index });
        self.ids = match Known::keys(root.get("jobs"), root) {
            Known::These(_) => Known::sorted(names.collect()),
            Known::Open => Known::Open,
        };
        self.jobs = jobs.into_iter().filter_map(|(_, job)| job).collect();
    }

    fn set_inputs(&mut self, root: Node<'d>) {
        let Some(on) = root.get("on").map(Node::resolve).filter(|on| !on.is_incomplete()) else { return };
        let event = |name: &str| match on.kind() {
            NodeKind::Scalar => (on.text() == name).then_some(on),
            NodeKind::Sequence => on.items().find(|item| item.text() == name),
            _ => on.get(name),
        };
        let (call, dispatch) = (event("workflow_call"), event("workflow_dispatch"));
        let inputs = |event: Node<'d>| Known::keys(event.get("inputs"), event.resolve());
        self.inputs = [call, dispatch]
            .into_iter()
            .flatten()
            .map(inputs)
            .fold(Known::These(Vec::new()), Known::joined)
            .resorted();
        // A workflow that is called sees the event of its caller.
        if let (None, Some(dispatch)) = (call, dispatch) {
            self.dispatched = inputs(dispatch);
        }
    }

    /// Finds the outputs of the workflows and actions in the tree that are used.
    fn find_outputs(&mut self, model: &Model<'d>, from: FileFacts<'d>) {
        for job in &mut self.jobs {
            if let Some(uses) = job.body.get("uses") {
                let file = local::workflow_file(model, from, &uses.text());
                job.outputs = file.map_or(Outputs::These(Known::Open), Outputs::Of);
            }
            // What stands in the tree may be hidden by another repository that is checked out over it.
            let own = job
                .steps
                .iter()
                .take_while(|step| step.get("with").and_then(|with| with.get("repository")).is_none());
            let used = own.enumerate().filter(|(_, step)| step.get("id").is_some());
            let used = used.filter_map(|(at, step)| {
                Some((at, local::action_file(model, from, &step.get("uses")?.text())?))
            });
            job.used = used.collect();
            let called = match job.outputs {
                Outputs::Of(file) => Some(file),
                Outputs::These(_) => None,
            };
            for file in job.used.iter().map(|used| used.1).chain(called) {
                self.outputs.entry(file).or_insert_with(|| outputs_of(model.file(file)));
            }
        }
    }
}

/// The outputs that a workflow or an action declares. Only a composite action is held to them: a script in any other can set more.
fn outputs_of(file: FileFacts<'_>) -> Known<'_> {
    let Some(root) = file.artifact.document.as_ref().and_then(|document| document.roots().next()) else {
        return Known::Open;
    };
    match file.artifact.kind {
        Kind::Workflow => match root.get("on").and_then(|on| on.get("workflow_call")) {
            Some(call) => Known::keys(call.get("outputs"), call.resolve()),
            None => Known::Open,
        },
        Kind::Action
            if root
                .get("runs")
                .and_then(|runs| runs.get("using"))
                .is_some_and(|using| using.text() == "composite") =>
        {
            Known::keys(root.get("outputs"), root)
        }
        _ => Known::Open,
    }
}

impl<'d> Job<'d> {
    /// Of an entry of `jobs`, or `runs` of an action, if it is a mapping.
    fn new(id: Cow<'d, str>, body: Node<'d>) -> Option<Self> {
        let body = body.resolve();
        if body.kind() != NodeKind::Mapping {
            return None;
        }
        let steps: Vec<Node<'d>> =
            body.get("steps").into_iter().flat_map(Node::items).map(Node::resolve).collect();
        let ids = steps.iter().enumerate().filter_map(|(index, step)| {
            let node = step.get("id")?;
            Some(Name { text: node.text(), node, index })
        });
        let needs = match body.get("needs").map(Node::resolve) {
            Some(needs) if needs.kind() == NodeKind::Sequence => Known::texts(needs.items()),
            needs => Known::texts(needs.into_iter()),
        };
        let matrix = match body.get("strategy").map(Node::resolve) {
            Some(strategy) if strategy.kind() == NodeKind::Mapping => {
                strategy.get("matrix").map(Known::matrix)
            }
            Some(strategy) if !strategy.is_null() => Some(Known::Open),
            _ => None,
        };
        let ids = if body.is_incomplete() { Known::Open } else { Known::sorted(ids.collect()) };
        let outputs = Outputs::These(Known::keys(body.get("outputs"), body));
        Some(Self { id, body, needs, matrix, outputs, steps, ids, used: Vec::new() })
    }

    /// The matrix around an action is that of the job that uses it.
    fn of_action(self) -> Self {
        Self { needs: Known::Open, matrix: Some(Known::Open), ..self }
    }
}

impl expression::Names for Names<'_, '_> {
    fn check(&self, context: &str, steps: &[Step<'_>]) -> Option<Problem> {
        let named = |index: usize| match steps.get(index) {
            Some(Step::Named(name, span)) => Some((&**name, *span)),
            _ => None,
        };
        let (first, span) = named(0)?;
        let is_lower = !context.bytes().any(|byte| byte.is_ascii_uppercase());
        let context =
            if is_lower { Cow::Borrowed(context) } else { Cow::Owned(context.to_ascii_lowercase()) };
        match &*context {
            "inputs" => self.input(&self.scopes.inputs, first, span),
            "github" if first.eq_ignore_ascii_case("event") => {
                let (name, span) =
                    named(1).filter(|(name, _)| name.eq_ignore_ascii_case("inputs")).and(named(2))?;
                self.input(&self.scopes.dispatched, name, span)
            }
            "matrix" => self.matrix(first, span),
            "steps" => self.step(first, span, named(1), named(2)),
            "needs" => {
                let job = self.job?;
                if job.needs.lacks(first) {
                    return Some(self.not_needed(job, first, span));
                }
                self.job_output(first, named(1), named(2))
            }
            "jobs" => {
                if self.scopes.ids.lacks(first) {
                    let problem = undefined(span, format!("there is no job {}", quoted(first)));
                    return Some(problem.help(self.scopes.ids.help(
                        first,
                        "this workflow has no jobs",
                        &self.scopes.guesses,
                    )));
                }
                self.job_output(first, named(1), named(2))
            }
            _ => None,
        }
    }
}

impl<'d> Names<'_, 'd> {
    fn input(&self, inputs: &Known<'d>, name: &str, span: Span) -> Option<Problem> {
        if !inputs.lacks(name) {
            return None;
        }
        let file = if self.scopes.is_action { "action" } else { "workflow" };
        let problem = undefined(span, format!("this {file} has no input {}", quoted(name)))
            .help(inputs.help(name, &format!("this {file} declares no inputs"), &self.scopes.guesses));
        // The runner hands on what an action does not declare, and warns of it: `ActionRunner.RunAsync`.
        Some(if self.scopes.is_action { problem.warning() } else { problem })
    }

    fn matrix(&self, name: &str, span: Span) -> Option<Problem> {
        let job = self.job?;
        let Some(matrix) = &job.matrix else {
            let message =
                format!("job {} has no matrix, so {} is always empty", quoted(&job.id), quoted(name));
            return Some(
                undefined(span, message).help("add it to `strategy.matrix`, or write the value itself"),
            );
        };
        let message = || format!("the matrix of job {} has no {}", quoted(&job.id), quoted(name));
        matrix.lacks(name).then(|| {
            undefined(span, message()).help(matrix.help(name, "the matrix has no keys", &self.scopes.guesses))
        })
    }

    fn step(
        &self,
        id: &str,
        span: Span,
        property: Option<(&str, Span)>,
        output: Option<(&str, Span)>,
    ) -> Option<Problem> {
        let job = self.job?;
        if job.ids.lacks(id) {
            let whose = if self.scopes.is_action {
                "this action".to_owned()
            } else {
                format!("job {}", quoted(&job.id))
            };
            let none = format!("no step of {whose} has an id");
            let problem = undefined(span, format!("no step of {whose} has the id {}", quoted(id)));
            return Some(problem.help(job.ids.help(id, &none, &self.scopes.guesses)));
        }
        let step = job.ids.find(id)?;
        if step.index >= self.before {
            let problem = undefined(span, format!("step {} has not run yet here", quoted(&step.text)));
            return Some(if step.index == self.before {
                problem.help("what a step hands on is there for the steps after it")
            } else {
                problem
                    .help("only steps before this one can be named")
                    .related(step.node.place(), "it runs later")
            });
        }
        let (property, span) = property?;
        if !["outputs", "outcome", "conclusion"].iter().any(|known| known.eq_ignore_ascii_case(property)) {
            let problem = undefined(span, format!("a step has no {}", quoted(property)));
            return Some(problem.help(meant(property, ["outputs", "outcome", "conclusion"])));
        }
        let (output, span) = output.filter(|_| property.eq_ignore_ascii_case("outputs"))?;
        let used = job.used.binary_search_by_key(&step.index, |used| used.0).ok()?;
        let file = job.used[used].1;
        let outputs = self.scopes.outputs.get(&file)?;
        let message =
            || format!("the action of step {} has no output {}", quoted(&step.text), quoted(output));
        outputs.lacks(output).then(|| {
            undefined(span, message()).help(outputs.help(
                output,
                "it declares no outputs",
                &self.scopes.guesses,
            ))
        })
    }

    fn not_needed(&self, job: &Job<'d>, name: &str, span: Span) -> Problem {
        match self.scopes.ids.find(name) {
            Some(_) if job.id.eq_ignore_ascii_case(name) => {
                undefined(span, format!("job {} cannot need itself", quoted(&job.id)))
                    .help("`needs` holds the jobs that ran before")
            }
            Some(other) => undefined(
                span,
                format!(
                    "job {} does not need {}, so this is always empty",
                    quoted(&job.id),
                    quoted(&other.text)
                ),
            )
            .help(format!("add {} to `needs` of job {}", quoted(&other.text), quoted(&job.id)))
            .related(other.node.place(), "the job that is named"),
            None => undefined(
                span,
                format!("there is no job {} that job {} needs", quoted(name), quoted(&job.id)),
            )
            .help(job.needs.help(name, "the job has no `needs`", &self.scopes.guesses)),
        }
    }

    fn job_output(
        &self,
        id: &str,
        property: Option<(&str, Span)>,
        output: Option<(&str, Span)>,
    ) -> Option<Problem> {
        let (property, span) = property?;
        if !["outputs", "result"].iter().any(|known| known.eq_ignore_ascii_case(property)) {
            let problem = undefined(span, format!("what is known of a job has no {}", quoted(property)));
            return Some(problem.help(meant(property, ["outputs", "result"])));
        }
        let (output, span) = output.filter(|_| property.eq_ignore_ascii_case("outputs"))?;
        // A job that does not exist has been said at `needs`.
        let other = self.scopes.ids.find(id)?;
        let job = self.scopes.jobs.get(other.index)?;
        let outputs = match &job.outputs {
            Outputs::These(outputs) => outputs,
            Outputs::Of(file) => self.scopes.outputs.get(file)?,
        };
        let message = || format!("job {} has no output {}", quoted(&other.text), quoted(output));
        let help = || outputs.help(output, "it declares no outputs", &self.scopes.guesses);
        outputs
            .lacks(output)
            .then(|| undefined(span, message()).help(help()).related(other.node.place(), "the job"))
    }
}

/// What is meant by a property that a step or a job has not: one that it has, or an output.
fn meant<const N: usize>(property: &str, known: [&str; N]) -> String {
    near(property, known).unwrap_or_else(|| format!("did you mean `outputs.{}`?", shown(property)))
}

fn undefined(span: Span, message: String) -> Problem {
    Problem::new("undefined-reference", span, message)
}
