//! Kubernetes objects, the pods in them and their containers.

use super::Model;
use super::facts::{Emit, FileFacts, OWNER, Owner, OwnerKind, facts, string, text_of};
use super::target::{TargetKind, Wanted};
use crate::artifact::Embedded;
use crate::expr::{Type, Value};
use crate::yaml::{Document, Kind, Node};
use std::borrow::Cow;

/// One object, as a document or as an item of a list.
#[derive(Clone)]
pub struct ObjectVisit<'m> {
    /// The object.
    pub object: Node<'m>,
    /// Its `kind`.
    pub kind: Cow<'m, str>,
    /// Whether it is a patch, so that what is absent in it means nothing.
    pub fragment: bool,
}

facts!(OBJECT = "k8s.object" for ObjectVisit, |this| {
    #[doc = "The object."]
    "object": Type::Node => Value::Node(this.object);
    #[doc = "Its `kind`."]
    "kind": Type::String => string(&this.kind);
    #[doc = "Whether the object is only a part (a kustomize patch): what is absent in it means nothing."]
    "fragment": Type::Bool => Value::Bool(this.fragment);
} subject Value::Node(this.object); place Some(this.object.place()));

/// A pod template and the object it belongs to.
#[derive(Clone)]
pub struct PodVisit<'m> {
    /// The object.
    pub object: ObjectVisit<'m>,
    /// The node with the pod's `metadata` and `spec`.
    pub pod: Node<'m>,
    /// The pod's `spec`.
    pub spec: Node<'m>,
    /// Whether its containers are meant to run until they are stopped.
    pub long_running: bool,
}

impl<'m> PodVisit<'m> {
    fn owner(&self) -> Owner<'m> {
        let metadata = self.object.object.get("metadata");
        let named =
            metadata.and_then(|metadata| metadata.get("name").or_else(|| metadata.get("generateName")));
        Owner {
            kind: self.object.object.get("kind").map_or(OwnerKind::Known("object"), OwnerKind::Written),
            name: named,
            labels: metadata.and_then(|metadata| metadata.get("labels")),
        }
    }
}

/// A pod template with its owner.
#[derive(Clone)]
pub struct PodFacts<'m> {
    pod: PodVisit<'m>,
    owner: Owner<'m>,
}

facts!(POD = "k8s.pod" for PodFacts, |this| {
    #[doc = "The object that holds the pod template."]
    "object": Type::Node => Value::Node(this.pod.object.object);
    #[doc = "The same object, by its part."]
    "workload": Type::Node => Value::Node(this.pod.object.object);
    #[doc = "The pod template: the node with the pod's `metadata` and `spec`."]
    "pod": Type::Node => Value::Node(this.pod.pod);
    #[doc = "Kind, name and labels of the object."]
    "owner": Type::Record(&OWNER) => Value::Facts(&this.owner);
    #[doc = "Whether its containers run until they are stopped: not a Job, a CronJob, or a Pod that is not restarted."]
    "longRunning": Type::Bool => Value::Bool(this.pod.long_running);
    #[doc = "Whether the object is only a part (a kustomize patch)."]
    "fragment": Type::Bool => Value::Bool(this.pod.object.fragment);
} subject Value::Node(this.pod.pod); place Some(this.pod.object.object.place()));

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Under `containers`.
    Main,
    /// Under `initContainers`, and run to its end.
    Init,
    /// Under `initContainers` with `restartPolicy: Always`: it runs beside the main containers.
    Sidecar,
    /// Under `ephemeralContainers`.
    Ephemeral,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Init => "init",
            Self::Sidecar => "sidecar",
            Self::Ephemeral => "ephemeral",
        }
    }
}

/// A container of a pod.
#[derive(Clone)]
pub struct ContainerVisit<'m> {
    pod: PodVisit<'m>,
    owner: Owner<'m>,
    /// The container.
    pub container: Node<'m>,
    /// What it is for.
    pub role: Role,
    fragment: bool,
}

facts!(CONTAINER = "k8s.container" for ContainerVisit, |this| {
    #[doc = "The container."]
    "container": Type::Node => Value::Node(this.container);
    #[doc = "`main`, `init`, `sidecar` (an init container with `restartPolicy: Always`) or `ephemeral`."]
    "role": Type::String => string(this.role.name());
    #[doc = "Whether it runs until it is stopped: not in a Job, a CronJob, a Pod that is not restarted, and not an init container."]
    "longRunning": Type::Bool => Value::Bool(this.pod.long_running && matches!(this.role, Role::Main | Role::Sidecar));
    #[doc = "Whether it is only a part: in a kustomize patch, or without an image in a tree with kustomizations."]
    "fragment": Type::Bool => Value::Bool(this.fragment);
    #[doc = "Kind, name and labels of the object it belongs to."]
    "owner": Type::Record(&OWNER) => Value::Facts(&this.owner);
    #[doc = "The pod template that holds it."]
    "pod": Type::Node => Value::Node(this.pod.pod);
    #[doc = "The object that holds it."]
    "object": Type::Node => Value::Node(this.pod.object.object);
    #[doc = "The same object, by its part."]
    "workload": Type::Node => Value::Node(this.pod.object.object);
} subject Value::Node(this.container); place Some(this.container.get("name").unwrap_or(this.container).place()));

/// What is visited in pods.
const IN_PODS: [TargetKind; 6] = [
    TargetKind::K8sWorkload,
    TargetKind::K8sPod,
    TargetKind::K8sContainer,
    TargetKind::Image,
    TargetKind::Env,
    TargetKind::Probe,
];

/// Visits what a manifest holds.
pub fn visit<'m>(model: &Model<'m>, file: FileFacts<'m>, wanted: &Wanted, emit: Emit<'_, 'm>) {
    let Some(document) = &file.artifact.document else { return };
    let seen = Seen { fragment: model.project.is_patch(file.id), kustomized: model.project.is_kustomized() };
    visit_document(model, document, seen, wanted, emit);
}

/// Visits the manifests inside a file.
pub fn visit_embedded<'m>(model: &Model<'m>, file: FileFacts<'m>, wanted: &Wanted, emit: Emit<'_, 'm>) {
    for Embedded { document, fragment } in super::embedded::of(file) {
        // What `kubectl patch` reads has containers without images too.
        let seen = Seen { fragment: *fragment, kustomized: true };
        visit_document(model, document, seen, wanted, emit);
    }
}

/// How much of the objects of a document there is to see.
#[derive(Clone, Copy)]
struct Seen {
    /// Whether they are parts.
    fragment: bool,
    /// Whether those without an image are likely to be parts.
    kustomized: bool,
}

fn visit_document<'m>(
    model: &Model<'m>,
    document: &'m Document,
    Seen { fragment, kustomized }: Seen,
    wanted: &Wanted,
    emit: Emit<'_, 'm>,
) {
    for root in document.roots() {
        objects(root, fragment, &mut |object| {
            emit(TargetKind::K8sObject, Some(&object.kind), object);
            if wanted.any(&IN_PODS)
                && let Some(pod) = pod_of(model, object)
            {
                visit_pod(&pod, kustomized, wanted, emit);
            }
        });
    }
}

fn visit_pod<'m>(pod: &PodVisit<'m>, kustomized: bool, wanted: &Wanted, emit: Emit<'_, 'm>) {
    let owner = pod.owner();
    let facts = PodFacts { pod: pod.clone(), owner };
    emit(TargetKind::K8sWorkload, None, &facts);
    emit(TargetKind::K8sPod, None, &facts);
    for (key, list_role) in
        [("containers", Role::Main), ("initContainers", Role::Init), ("ephemeralContainers", Role::Ephemeral)]
    {
        for container in pod.spec.get(key).into_iter().flat_map(Node::items) {
            if container.resolve().kind() != Kind::Mapping {
                continue;
            }
            let restarted = text_of(container, "restartPolicy").is_some_and(|policy| policy == "Always");
            let role = if list_role == Role::Init && restarted { Role::Sidecar } else { list_role };
            let fragment = pod.object.fragment || (kustomized && container.get("image").is_none());
            let visit = ContainerVisit { pod: pod.clone(), owner, container, role, fragment };
            emit(TargetKind::K8sContainer, None, &visit);
            if wanted.any(&[TargetKind::Image])
                && let Some(reference) = container.get("image")
            {
                super::image::visit(reference, owner, emit);
            }
            if wanted.any(&[TargetKind::Env]) {
                super::env::kubernetes(container, owner, emit);
            }
            if wanted.any(&[TargetKind::Probe]) {
                super::probe::kubernetes(container, owner, emit);
            }
        }
    }
}

/// Calls `f` for every object under a document's root: itself, or the items of a list, nested lists included.
pub fn objects<'m>(root: Node<'m>, fragment: bool, f: &mut dyn FnMut(&ObjectVisit<'m>)) {
    objects_below(root, fragment, 0, f);
}

fn objects_below<'m>(root: Node<'m>, fragment: bool, depth: u8, f: &mut dyn FnMut(&ObjectVisit<'m>)) {
    let root = root.resolve();
    if root.kind() != Kind::Mapping {
        return;
    }
    let Some(kind) = text_of(root, "kind") else { return };
    if let Some(items) = root.get("items")
        && kind.ends_with("List")
        && items.resolve().kind() == Kind::Sequence
        && depth < 8
    {
        for item in items.items() {
            objects_below(item, fragment, depth + 1, f);
        }
        return;
    }
    f(&ObjectVisit { object: root, kind, fragment });
}

/// Where the pod template of a kind stands. Sources: the workload APIs of Kubernetes 1.36; `Rollout` of Argo Rollouts;
/// `DeploymentConfig` of `OpenShift`; Knative's `Service`, `Configuration` and `Revision`.
fn template_path(kind: &str, api_version: &str) -> Option<&'static [&'static str]> {
    let knative = api_version.starts_with("serving.knative.dev/");
    match kind {
        "Pod" => Some(&[]),
        "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "ReplicationController"
        | "Job"
        | "Rollout"
        | "DeploymentConfig" => Some(&["spec", "template"]),
        "CronJob" => Some(&["spec", "jobTemplate", "spec", "template"]),
        "PodTemplate" => Some(&["template"]),
        "Service" | "Configuration" if knative => Some(&["spec", "template"]),
        "Revision" if knative => Some(&[]),
        _ => None,
    }
}

/// The pod template of an object, by its kind and by the `workloads` of the configuration.
pub fn pod_of<'m>(model: &Model<'_>, object: &ObjectVisit<'m>) -> Option<PodVisit<'m>> {
    let api_version = text_of(object.object, "apiVersion").unwrap_or_default();
    let configured = model.settings.workloads.iter().find(|workload| {
        let version = workload.api_version.as_ref().is_none_or(|version| version.value == api_version);
        version && workload.kind.value == object.kind
    });
    let follow = |node: Node<'m>, key: &str| node.get(key).map(Node::resolve);
    let pod = match configured {
        Some(workload) => workload.pod.value.iter().try_fold(object.object, |node, key| follow(node, key))?,
        None => template_path(&object.kind, &api_version)?
            .iter()
            .try_fold(object.object, |node, key| follow(node, key))?,
    };
    let spec = pod.get("spec")?.resolve();
    let restarted = text_of(spec, "restartPolicy").is_none_or(|policy| policy == "Always");
    Some(PodVisit {
        object: object.clone(),
        pod,
        spec,
        long_running: !matches!(&*object.kind, "Job" | "CronJob") && restarted,
    })
}
