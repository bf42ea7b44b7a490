//! Probes of containers, healthchecks of services and of Dockerfiles.

use super::dockerfile;
use super::facts::{Emit, FileFacts, OWNER, Owner, OwnerKind, facts, field, node, string};
use super::target::TargetKind;
use crate::expr::{Type, Value};
use crate::source::{Place, Span};
use crate::yaml::{Kind, Node};

/// A probe as rules see it.
#[derive(Clone)]
pub struct Probe<'m> {
    kind: &'static str,
    written: Written<'m>,
    /// The handler's mapping (`httpGet`, `tcpSocket`, `grpc`), where it has one.
    handler: Option<Node<'m>>,
}

/// Where a probe is written.
#[derive(Clone, Copy)]
enum Written<'m> {
    Node(Node<'m>),
    /// The arguments of an instruction.
    Place(Place),
}

facts!(PROBE = "probe" for Probe, |this| {
    #[doc = "`liveness`, `readiness`, `startup`, or `healthcheck` for a Compose service and a Dockerfile."]
    "kind": Type::String => string(this.kind);
    #[doc = "The port it asks, a number or a name; null for a command."]
    "port": Type::Any => this.handler.map_or(Value::Null, |handler| field(handler, "port"));
    #[doc = "The path it asks for over HTTP; null for every other probe."]
    "path": Type::String => this.handler.map_or(Value::Null, |handler| field(handler, "path"));
    #[doc = "The probe as it is written; null for a HEALTHCHECK of a Dockerfile."]
    "node": Type::Node => node(match this.written {
        Written::Node(node) => Some(node),
        Written::Place(_) => None,
    });
} place Some(match this.written {
    Written::Node(node) => node.key().unwrap_or(node).place(),
    Written::Place(place) => place,
}));

/// A visit to a probe.
#[derive(Clone)]
pub struct ProbeVisit<'m> {
    probe: Probe<'m>,
    owner: Owner<'m>,
}

facts!(PROBE_VISIT = "probe" for ProbeVisit, |this| {
    #[doc = "The probe and what it asks."]
    "probe": Type::Record(&PROBE) => Value::Facts(&this.probe);
    #[doc = "The workload, service or stage it belongs to; kind `file` for a stage without a name."]
    "owner": Type::Record(&OWNER) => Value::Facts(&this.owner);
} subject Value::Facts(&this.probe); place this.probe.place());

/// Visits the probes of a Kubernetes container.
pub fn kubernetes<'m>(container: Node<'m>, owner: Owner<'m>, emit: Emit<'_, 'm>) {
    for (key, kind) in
        [("livenessProbe", "liveness"), ("readinessProbe", "readiness"), ("startupProbe", "startup")]
    {
        let Some(probe) = container.get(key).map(Node::resolve).filter(|probe| probe.kind() == Kind::Mapping)
        else {
            continue;
        };
        let handler = ["httpGet", "tcpSocket", "grpc"].iter().find_map(|handler| probe.get(handler));
        let probe = Probe { kind, written: Written::Node(probe), handler };
        emit(TargetKind::Probe, None, &ProbeVisit { probe, owner });
    }
}

/// Visits the healthcheck of a Compose service.
pub fn compose<'m>(healthcheck: Node<'m>, owner: Owner<'m>, emit: Emit<'_, 'm>) {
    let probe = Probe { kind: "healthcheck", written: Written::Node(healthcheck.resolve()), handler: None };
    emit(TargetKind::Probe, None, &ProbeVisit { probe, owner });
}

/// Visits the HEALTHCHECK instructions of a Dockerfile. One that takes that of the base image away is none.
pub fn dockerfile<'m>(file: FileFacts<'m>, emit: Emit<'_, 'm>) {
    let place = |span| Place { file: file.id, span };
    let mut owner = Owner::named("file", None);
    for instruction in dockerfile::instructions(&file.source.text) {
        if instruction.keyword.eq_ignore_ascii_case("FROM") {
            owner.kind = match dockerfile::from(instruction.arguments).stage {
                Some(stage) => {
                    let offset = stage.as_ptr() as usize - instruction.arguments.as_ptr() as usize;
                    let start = instruction.span.start + offset as u32;
                    OwnerKind::Stage(stage, place(Span::new(start, start + stage.len() as u32)))
                }
                None => OwnerKind::Known("file"),
            };
        } else if instruction.keyword.eq_ignore_ascii_case("HEALTHCHECK")
            && !dockerfile::is_none(instruction.arguments)
        {
            let written = Written::Place(place(instruction.span));
            let probe = Probe { kind: "healthcheck", written, handler: None };
            emit(TargetKind::Probe, None, &ProbeVisit { probe, owner });
        }
    }
}
