//! Compose files and their services.

use super::Model;
use super::facts::{Emit, FileFacts, OWNER, Owner, facts, node, text_of};
use super::project::Build;
use super::target::{TargetKind, Wanted};
use crate::expr::{Type, Value};
use crate::yaml::{Entry, Kind, Node, Scalar};

/// A Compose file.
pub struct ComposeVisit<'m> {
    compose: Node<'m>,
}

facts!(COMPOSE = "compose" for ComposeVisit<'_>, |this| {
    #[doc = "The file's root."]
    "compose": Type::Node => Value::Node(this.compose);
} subject Value::Node(this.compose); place Some(this.compose.place()));

/// Where a service's healthcheck comes from.
#[derive(Clone, Copy)]
enum Healthcheck<'m> {
    /// The service (or what it extends, or the override that Compose loads by itself) declares one.
    Declared(Node<'m>),
    /// Nothing declares one.
    Absent,
    /// It extends a service that cannot be seen.
    Unknown,
}

/// A service of a Compose file.
pub struct ServiceVisit<'m> {
    compose: Node<'m>,
    service: Node<'m>,
    owner: Owner<'m>,
    fragment: bool,
    one_shot: bool,
    healthcheck: Healthcheck<'m>,
    build: Build,
}

facts!(SERVICE = "compose.service" for ServiceVisit<'_>, |this| {
    #[doc = "The service."]
    "service": Type::Node => Value::Node(this.service);
    #[doc = "The file's root."]
    "compose": Type::Node => Value::Node(this.compose);
    #[doc = "Its name: the key it stands under."]
    "name": Type::String => node(this.owner.name);
    #[doc = "Kind (`service`), name and labels."]
    "owner": Type::Record(&OWNER) => Value::Facts(&this.owner);
    #[doc = "Whether it redefines a service of the base file beside it: what is absent in it means nothing."]
    "fragment": Type::Bool => Value::Bool(this.fragment);
    #[doc = "Whether it runs until it is stopped: not a job, not waited for with `service_completed_successfully`, not `restart: \"no\"` behind a profile."]
    "longRunning": Type::Bool => Value::Bool(!this.one_shot);
    #[doc = "Its healthcheck: its own, that of the service it extends, or that of the override Compose loads by itself."]
    "healthcheck": Type::Node => match this.healthcheck {
        Healthcheck::Declared(node) => Value::Node(node),
        Healthcheck::Absent => Value::Missing { parent: Some(this.service), name: "healthcheck".into() },
        Healthcheck::Unknown => Value::Unknown,
    };
    #[doc = "Whether the Dockerfile it builds has a HEALTHCHECK."]
    "imageHealthcheck": Type::Bool => Value::Bool(this.build == Build::WithHealthcheck);
    #[doc = "Whether it is built from a context that is not in the tree, so that a HEALTHCHECK in it cannot be seen."]
    "contextAbsent": Type::Bool => Value::Bool(this.build == Build::Absent);
} subject Value::Node(this.service); place this.owner.name.map(Node::place));

/// The entries of `services` that are services.
pub fn services(root: Node<'_>) -> impl Iterator<Item = Entry<'_>> {
    let services = root.get("services").map(Node::entries).unwrap_or_default();
    services.into_iter().filter(|entry| entry.value.resolve().kind() == Kind::Mapping)
}

/// Visits what a Compose file holds.
pub fn visit(model: &Model<'_>, file: FileFacts<'_>, wanted: Wanted, emit: Emit<'_>) {
    let Some(document) = &file.artifact.document else { return };
    for compose in document.roots().map(Node::resolve) {
        emit(TargetKind::Compose, None, &ComposeVisit { compose });
        for Entry { key, value, .. } in services(compose) {
            let service = value.resolve();
            let owner = Owner { kind: "service", name: Some(key), labels: service.get("labels") };
            if wanted.any(&[TargetKind::ComposeService]) {
                let name = key.text();
                let visit = ServiceVisit {
                    compose,
                    service,
                    owner,
                    fragment: model.project.redefines(file.id, &name),
                    one_shot: one_shot(model, file, service, &name),
                    healthcheck: healthcheck(model, file, compose, service, &name, 0),
                    build: model.project.build(&file.source.path, service),
                };
                emit(TargetKind::ComposeService, None, &visit);
            }
            if wanted.any(&[TargetKind::Image])
                && let Some(image) = service.get("image")
            {
                super::image::visit(image, owner, emit);
            }
            if wanted.any(&[TargetKind::Env])
                && let Some(environment) = service.get("environment")
            {
                super::env::compose(environment, owner, emit);
            }
            if wanted.any(&[TargetKind::Probe])
                && let Some(healthcheck) = service.get("healthcheck")
            {
                super::probe::compose(healthcheck, owner, emit);
            }
        }
    }
}

/// A service that ends: a job by its deploy mode, one that another waits to complete, or one that is started by hand
/// (behind a profile) and never restarted.
fn one_shot(model: &Model<'_>, file: FileFacts<'_>, service: Node<'_>, name: &str) -> bool {
    let deploy = service.get("deploy");
    let mode = deploy.and_then(|deploy| text_of(deploy, "mode"));
    let never_restarted = matches!(service.get("restart").map(Node::scalar),
        Some(Scalar::Str(policy)) if policy == "no")
        || service.get("restart").is_some_and(|policy| policy.scalar() == Scalar::Bool(false));
    mode.is_some_and(|mode| mode.ends_with("-job"))
        || (never_restarted && service.get("profiles").is_some())
        || model.project.is_awaited_to_completion(file.id, name)
}

fn healthcheck<'m>(
    model: &Model<'m>,
    file: FileFacts<'m>,
    compose: Node<'m>,
    service: Node<'m>,
    name: &str,
    depth: u8,
) -> Healthcheck<'m> {
    if let Some(own) = service.get("healthcheck") {
        return Healthcheck::Declared(own);
    }
    if let Some(extends) = service.get("extends") {
        let extends = extends.resolve();
        let base =
            if extends.kind() == Kind::Scalar { Some(extends.text()) } else { text_of(extends, "service") };
        let (Some(base), true) = (base, depth < 16) else { return Healthcheck::Unknown };
        let (file, compose) = match text_of(extends, "file") {
            None => (file, compose),
            Some(path) => {
                match model.project.beside(&file.source.path, &path).and_then(|id| model.compose_root(id)) {
                    Some(found) => found,
                    None => return Healthcheck::Unknown,
                }
            }
        };
        let parent = services(compose).find(|entry| entry.key.text() == base);
        let Some(parent) = parent else { return Healthcheck::Unknown };
        return healthcheck(model, file, compose, parent.value.resolve(), &base, depth + 1);
    }
    let overriding = model.project.automatic_override(file.id).and_then(|id| model.compose_root(id));
    let from_override = overriding
        .and_then(|(_, root)| services(root).find(|entry| entry.key.text() == name))
        .and_then(|entry| entry.value.get("healthcheck"));
    from_override.map_or(Healthcheck::Absent, Healthcheck::Declared)
}
