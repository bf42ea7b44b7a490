//! The `run` of every step of workflows and composite actions, and the shell that runs it.

use super::{Found, Host, Language, Script, Written};
use crate::model::facts::{FileFacts, Owner, text_of};
use crate::yaml::{Kind, Node};

/// Finds the scripts of a workflow or an action.
pub(super) fn find<'m>(file: FileFacts<'m>, found: &mut Found<'m>) {
    let Some(document) = &file.artifact.document else { return };
    for root in document.roots().map(Node::resolve) {
        for entry in root.get("jobs").map(Node::entries).unwrap_or_default() {
            let job = entry.value.resolve();
            let default = default_shell(job).or_else(|| default_shell(root));
            let default = default.unwrap_or_else(|| of_runner(job));
            steps(job, Some((entry.key, job)), default, found);
        }
        if let Some(runs) = root.get("runs").map(Node::resolve) {
            steps(runs, None, Language::BASH, found);
        }
    }
}

/// The scripts of the steps of a job, given its id and itself, or of an action.
fn steps<'m>(holder: Node<'m>, job: Option<(Node<'m>, Node<'m>)>, default: Language, found: &mut Found<'m>) {
    let (id, job) = job.unzip();
    for step in holder.get("steps").into_iter().flat_map(Node::items).map(Node::resolve) {
        let scalar = |key| step.get(key).map(Node::resolve).filter(|node| node.kind() == Kind::Scalar);
        let owner = Owner::named("step", step.get("name").or_else(|| step.get("id")));
        let host = Host::Step { id, job, step };
        let mut push = |node: Node<'m>, language| {
            if found.affords([node], host, owner) {
                found.scripts.push(Script::new(node.text(), Written::Node(node), language, host, owner));
            }
        };
        if let Some(run) = scalar("run") {
            push(run, text_of(step, "shell").map_or(default, |shell| of_shell(&shell)));
        }
        if let Some(uses) = scalar("uses").filter(|uses| is_published(&uses.text())) {
            push(uses, Language::Action);
        }
    }
}

/// Whether a `uses` names an action of another repository, and not a folder or an image.
fn is_published(uses: &str) -> bool {
    !uses.starts_with(['.', '$']) && !uses.contains("://")
}

/// `defaults.run.shell` of a job or a workflow.
fn default_shell(holder: Node<'_>) -> Option<Language> {
    text_of(holder.get("defaults")?.get("run")?, "shell").map(|shell| of_shell(&shell))
}

/// The language of a `shell:`. What an expression chooses is read as what nothing is said of.
fn of_shell(shell: &str) -> Language {
    if shell.trim().is_empty() || shell.trim_start().starts_with("${{") {
        return Language::BASH;
    }
    Language::of_interpreter(shell)
}

/// The shell of a job that names none, by what it runs on: runners with Windows have PowerShell.
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell>
fn of_runner(job: Node<'_>) -> Language {
    let Some(runner) = job.get("runs-on").map(Node::resolve) else { return Language::BASH };
    let labels = match runner.kind() {
        Kind::Mapping => runner.get("labels").map(Node::resolve),
        _ => Some(runner),
    };
    let windows = labels.is_some_and(|labels| match labels.kind() {
        Kind::Scalar => names_windows(job, labels),
        _ => labels.items().any(|label| names_windows(job, label)),
    });
    if windows { Language::PowerShell } else { Language::BASH }
}

/// Whether a label is one of Windows, itself or in every run of the matrix that it is taken from.
fn names_windows(job: Node<'_>, label: Node<'_>) -> bool {
    let label = label.text();
    let windows = |label: &str| label.to_ascii_lowercase().starts_with("windows");
    let expression = label.trim().strip_prefix("${{").and_then(|label| label.strip_suffix("}}"));
    let Some(key) = expression.and_then(|expression| expression.trim().strip_prefix("matrix.")) else {
        return windows(&label);
    };
    let matrix = job.get("strategy").and_then(|strategy| strategy.get("matrix"));
    let mut values = matrix.and_then(|matrix| matrix.get(key)).into_iter().flat_map(Node::items).peekable();
    values.peek().is_some() && values.all(|value| windows(&value.text()))
}
