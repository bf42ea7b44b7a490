//! What changes a cluster: the commands and actions that do, and the jobs that come to run them.

use super::Model;
use super::pipeline::{Key, Unit, is_only_called, unit_of};
use super::scripts;
use crate::artifact::Kind;
use crate::shell::{Command, How, Word};
use crate::source::{FileId, Place};
use crate::yaml::{Kind as NodeKind, Node};
use std::collections::{BTreeMap, HashMap};

/// What of a repository changes clusters.
#[derive(Debug, Default)]
pub struct Deploys<'m> {
    /// Every command and action that changes one, in the order of files and text, whether or not a job runs it.
    pub changes: Vec<Change>,
    /// The jobs that come to run one, except on a cluster that they make themselves.
    pub jobs: Vec<Deploy<'m>>,
}

/// A command or an action that changes a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The tool or the action.
    pub tool: String,
    /// What it is told to do: `apply`, `rollout restart`; empty for an action.
    pub verb: String,
    /// Where it stands.
    pub place: Place,
}

/// A job that changes a cluster.
#[derive(Clone, Debug)]
pub struct Deploy<'m> {
    /// The file of its workflow.
    pub file: FileId,
    /// The root of its workflow.
    pub workflow: Node<'m>,
    /// The key it stands under.
    pub id: Node<'m>,
    /// The job.
    pub job: Node<'m>,
    /// What it runs, each with the call in the job that leads there where it stands elsewhere.
    pub changes: Vec<(Change, Option<Place>)>,
}

impl<'m> Deploys<'m> {
    /// Reads every script of a repository.
    pub fn of(model: &Model<'m>) -> Self {
        let mut found = Self::default();
        let mut by_unit: HashMap<Unit, Vec<Change>> = HashMap::new();
        for artifact in model.artifacts {
            let file = model.file(artifact.file);
            for script in scripts::of(file).into_iter().filter(|script| !script.host.is_container()) {
                let changes = script.reading().commands.iter().filter_map(|command| {
                    let (tool, verb) = changes(command)?;
                    Some(Change { tool, verb, place: script.place(command.span)? })
                });
                let changes: Vec<Change> = changes.collect();
                found.changes.extend(changes.iter().cloned());
                if let Some(unit) = unit_of(file, &script.host).filter(|_| !changes.is_empty()) {
                    by_unit.entry(unit).or_default().extend(changes);
                }
            }
        }
        if !by_unit.is_empty() {
            found.jobs = jobs(model, &by_unit);
        }
        found
    }
}

/// Changes that are kept for a job.
const CHANGES: usize = 32;

/// The jobs that run what changes a cluster. One that other jobs of the repository call, and nothing else, is a part of those.
fn jobs<'m>(model: &Model<'m>, by_unit: &HashMap<Unit, Vec<Change>>) -> Vec<Deploy<'m>> {
    let reach = model.reach();
    let by_number: BTreeMap<u32, &Vec<Change>> =
        by_unit.iter().filter_map(|(unit, changes)| Some((reach.number(unit)?, changes))).collect();
    let mut found = Vec::new();
    for artifact in model.artifacts.iter().filter(|artifact| artifact.kind == Kind::Workflow) {
        let called = is_only_called(model.file(artifact.file));
        let Some(workflow) = artifact.document.as_ref().and_then(|document| document.roots().next()) else {
            continue;
        };
        for (id, job) in workflow.get("jobs").into_iter().flat_map(Node::pairs) {
            let unit = Unit { file: artifact.file, key: Key::Named(id.text().into()) };
            let Some(unit) = reach.number(&unit).filter(|&unit| !reach.has_own_cluster(unit)) else {
                continue;
            };
            if called && reach.is_called(unit) {
                continue;
            }
            let run = reach.run_by(unit).into_iter();
            let changes = run.filter_map(|(unit, call)| Some((by_number.get(&unit)?, call)));
            let changes =
                changes.flat_map(|(changes, call)| changes.iter().map(move |it| (it.clone(), call)));
            let changes: Vec<_> = changes.take(CHANGES).collect();
            let job = job.resolve();
            if !changes.is_empty() && job.kind() == NodeKind::Mapping {
                found.push(Deploy { file: artifact.file, workflow: workflow.resolve(), id, job, changes });
            }
        }
    }
    found
}

/// The tool and what it is told to do, where that changes a cluster.
fn changes(command: &Command) -> Option<(String, String)> {
    let name = command.name()?;
    if command.how == How::Action {
        return action_changes(name).then(|| (name.to_owned(), String::new()));
    }
    if command.how == How::Container || command.has(&["--dry-run", "--help", "-h"]) {
        return None;
    }
    let verbs: Vec<&str> = command.subcommand().into_iter().filter_map(Word::text).collect();
    let changes = match (name, verbs.as_slice()) {
        ("kubectl" | "oc" | "microk8s", ["rollout", verb, ..]) => {
            matches!(*verb, "restart" | "undo" | "pause" | "resume" | "latest")
        }
        ("kubectl" | "oc", [verb, ..]) => matches!(
            *verb,
            "apply" | "create" | "replace" | "patch" | "delete" | "set" | "scale" | "process" | "new-app"
        ),
        ("helm", [verb, ..]) => matches!(*verb, "upgrade" | "install" | "uninstall" | "delete" | "rollback"),
        ("helmfile", [verb, ..]) => matches!(*verb, "apply" | "sync" | "destroy"),
        ("argocd", ["app", verb, ..]) => matches!(*verb, "sync" | "set" | "create" | "rollback" | "delete"),
        ("flux", [verb, ..]) => matches!(*verb, "reconcile" | "bootstrap" | "resume" | "suspend"),
        ("skaffold", [verb, ..]) => matches!(*verb, "run" | "deploy" | "apply" | "delete"),
        ("docker", ["stack", verb, ..]) => matches!(*verb, "deploy" | "rm"),
        ("docker", ["service", verb, ..]) => matches!(*verb, "create" | "update" | "rollback" | "scale"),
        ("docker", ["compose", "up", ..]) | ("docker-compose", ["up", ..]) => command.how == How::Remote,
        _ => false,
    };
    changes.then(|| (name.to_owned(), verbs.join(" ")))
}

/// Whether an action changes a cluster, by the words of its name: `azure/k8s-deploy`, `actions-hub/kubectl`. One that only installs a
/// tool does not.
fn action_changes(name: &str) -> bool {
    const CLUSTERS: &[&str] =
        &["k8s", "kubernetes", "kubectl", "helm", "eks", "aks", "gke", "ecs", "openshift", "argocd", "argo"];
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> = name.split(['/', '-', '_', '.']).collect();
    let says = |among: &[&str]| words.iter().any(|word| among.contains(word));
    let installs =
        says(&["setup", "install", "installer", "login", "credentials", "lint", "test", "testing", "kind"]);
    let runs = name.rsplit('/').next().is_some_and(|name| matches!(name, "kubectl" | "kubectl-aws-eks"));
    !installs
        && (runs || says(CLUSTERS) && says(&["deploy", "deployment", "apply", "upgrade", "rollout", "sync"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::{Dialect, read};

    #[test]
    fn what_only_looks_or_rehearses_changes_nothing() {
        let told = |script: &str| {
            let found = read(script, Dialect::Bash).commands;
            found.iter().filter_map(changes).map(|(tool, verb)| format!("{tool} {verb}")).collect::<Vec<_>>()
        };
        assert_eq!(told("kubectl -n prod apply -f k8s"), ["kubectl apply"]);
        assert_eq!(told("kustomize build . | kubectl apply -f -"), ["kubectl apply"]);
        assert_eq!(told("kubectl rollout restart deploy/web && oc rollout latest web").len(), 2);
        assert_eq!(told("helm upgrade --install web ./chart"), ["helm upgrade"]);
        assert_eq!(told("argocd app sync web; flux reconcile kustomization web").len(), 2);
        assert_eq!(told("ssh prod 'docker compose up -d'"), ["docker compose up"]);
        for script in [
            "kubectl get pods",
            "kubectl rollout status deploy/web",
            "kubectl create secret generic x --dry-run=client -o yaml",
            "helm template web ./chart",
            "docker compose up -d",
            "echo kubectl apply",
            "docker exec node kubectl apply -f x",
        ] {
            assert_eq!(told(script), [""; 0], "{script}");
        }
    }

    #[test]
    fn an_action_changes_a_cluster_unless_it_only_installs_a_tool() {
        for name in
            ["azure/k8s-deploy", "actions-hub/kubectl", "aws-actions/amazon-ecs-deploy-task-definition"]
        {
            assert!(action_changes(name), "{name}");
        }
        for name in
            ["azure/setup-kubectl", "helm/chart-testing-action", "actions/checkout", "helm/kind-action"]
        {
            assert!(!action_changes(name), "{name}");
        }
    }
}
