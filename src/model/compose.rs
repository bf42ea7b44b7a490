//! Compose files and their services.

use super::Model;
use super::facts::{Emit, FileFacts, OWNER, Owner, facts, node, text_of};
use super::project::Build;
use super::target::{TargetKind, Wanted};
use super::task;
use crate::expr::{Type, Value};
use crate::yaml::{Entry, Kind, Node, Scalar};

/// A Compose file.
#[derive(Clone)]
pub struct ComposeVisit<'m> {
    compose: Node<'m>,
}

facts!(COMPOSE = "compose" for ComposeVisit, |this| {
    #[doc = "The file's root."]
    "compose": Type::Node => Value::Node(this.compose);
} subject Value::Node(this.compose); place Some(this.compose.place()));

/// A service of a Compose file.
#[derive(Clone)]
pub struct ServiceVisit<'m> {
    compose: Node<'m>,
    service: Node<'m>,
    owner: Owner<'m>,
    fragment: bool,
    one_shot: bool,
    healthcheck: Inherited<'m>,
    build: Build,
}

facts!(SERVICE = "compose.service" for ServiceVisit, |this| {
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
    #[doc = "Whether it runs until it is stopped: not a job, not waited for with `service_completed_successfully`, not `restart: \"no\"` behind a profile, and no task: its command does not end (`echo done`), its image runs more than a shell, and it is not called after a task (`migrate`, `tests`) without being restarted or having ports."]
    "longRunning": Type::Bool => Value::Bool(!this.one_shot);
    #[doc = "Its healthcheck: its own, that of the service it extends, or that of the override Compose loads by itself."]
    "healthcheck": Type::Node => match this.healthcheck {
        Inherited::From(_, node) => Value::Node(node),
        Inherited::Absent => Value::Missing { parent: Some(this.service), name: "healthcheck".into() },
        Inherited::Unknown => Value::Unknown,
    };
    #[doc = "Whether the Dockerfile it builds has a HEALTHCHECK."]
    "imageHealthcheck": Type::Bool => match this.build {
        Build::Unknown => Value::Unknown,
        build => Value::Bool(build == Build::WithHealthcheck),
    };
    #[doc = "Whether it is built from a Dockerfile that cannot be found in the tree, so that a HEALTHCHECK in it cannot be seen."]
    "dockerfileAbsent": Type::Bool => Value::Bool(this.build == Build::Absent);
} subject Value::Node(this.service); place this.owner.name.map(Node::place));

/// The entries of `services` that are services.
pub fn services(root: Node<'_>) -> impl Iterator<Item = Entry<'_>> {
    let services = root.get("services").map(Node::entries).unwrap_or_default();
    services.into_iter().filter(|entry| entry.value.resolve().kind() == Kind::Mapping)
}

/// Visits what a Compose file holds.
pub fn visit<'m>(model: &Model<'m>, file: FileFacts<'m>, wanted: &Wanted, emit: Emit<'_, 'm>) {
    let Some(document) = &file.artifact.document else { return };
    for compose in document.roots().map(Node::resolve) {
        emit(TargetKind::Compose, None, &ComposeVisit { compose });
        for Entry { key, value: service, .. } in services(compose) {
            let owner = Owner { labels: service.get("labels"), ..Owner::named("service", Some(key)) };
            if wanted.any(&[TargetKind::ComposeService]) {
                let name = key.text();
                let chain = Chain::new(model, file, service, &name);
                let visit = ServiceVisit {
                    compose,
                    service,
                    owner,
                    fragment: model.project.redefines(file.id, &name),
                    one_shot: chain.is_one_shot(&name)
                        || model.project.is_awaited_to_completion(file.id, &name),
                    healthcheck: chain.get("healthcheck"),
                    build: match chain.get("build") {
                        Inherited::From(file, build) => model.project.build(&file.source.path, build),
                        Inherited::Absent => Build::None,
                        Inherited::Unknown => Build::Unknown,
                    },
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

/// What a service says itself or takes from elsewhere.
#[derive(Clone, Copy)]
enum Inherited<'m> {
    /// It is said in this file.
    From(FileFacts<'m>, Node<'m>),
    /// Nothing says it.
    Absent,
    /// It extends a service that cannot be seen.
    Unknown,
}

/// A service with what stands behind it: the override that Compose loads by itself, itself, and the services it extends.
struct Chain<'m> {
    links: Vec<(FileFacts<'m>, Node<'m>)>,
    /// Whether the last service extends one that cannot be seen.
    cut: bool,
}

impl<'m> Chain<'m> {
    /// Longest chain of services that extend one another; real ones have two or three.
    const LONGEST: usize = 16;

    fn new(model: &Model<'m>, file: FileFacts<'m>, service: Node<'m>, name: &str) -> Self {
        let over = model.project.automatic_override(file.id);
        let over = over.and_then(|id| Some((model.file(id), model.project.service(id, name)?)));
        let mut chain = Self { links: over.into_iter().collect(), cut: false };
        let (mut file, mut service) = (file, service);
        loop {
            chain.links.push((file, service));
            let Some(extends) = service.get("extends").map(Node::resolve) else { return chain };
            let base = if extends.kind() == Kind::Scalar {
                Some(extends.text())
            } else {
                text_of(extends, "service")
            };
            let id = match text_of(extends, "file") {
                None => Some(file.id),
                Some(path) => model.project.beside(&file.source.path, &path),
            };
            let found = id.zip(base).and_then(|(id, base)| Some((id, model.project.service(id, &base)?)));
            let Some((id, next)) = found.filter(|_| chain.links.len() < Self::LONGEST) else {
                chain.cut = true;
                return chain;
            };
            (file, service) = (model.file(id), next);
        }
    }

    fn get(&self, key: &str) -> Inherited<'m> {
        let found = self.links.iter().find_map(|&(file, service)| Some((file, service.get(key)?)));
        match found {
            // `!reset` takes the key away.
            Some((_, node)) if node.tag() == Some("!reset") => Inherited::Absent,
            Some((file, node)) => Inherited::From(file, node),
            None if self.cut => Inherited::Unknown,
            None => Inherited::Absent,
        }
    }

    /// A service that ends: a job by its deploy mode, one that is started by hand (behind a profile) and never restarted, or a task.
    fn is_one_shot(&self, name: &str) -> bool {
        let node = |key: &str| match self.get(key) {
            Inherited::From(_, node) => Some(node),
            _ => None,
        };
        let mode = node("deploy").and_then(|deploy| text_of(deploy, "mode"));
        let never_restarted = node("restart").is_some_and(|policy| match policy.scalar() {
            Scalar::Str(policy) => policy == "no",
            policy => policy == Scalar::Bool(false),
        });
        mode.is_some_and(|mode| mode.ends_with("-job"))
            || (never_restarted && node("profiles").is_some())
            || (!self.cut && task::is_one(name, &node))
    }
}
