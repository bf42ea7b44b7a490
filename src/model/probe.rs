//! Probes of containers and healthchecks of services.

use super::facts::{Emit, OWNER, Owner, facts, field, string};
use super::target::TargetKind;
use crate::expr::{Type, Value};
use crate::yaml::{Kind, Node};

/// A probe as rules see it.
#[derive(Clone)]
pub struct Probe<'m> {
    kind: &'static str,
    node: Node<'m>,
    /// The handler's mapping (`httpGet`, `tcpSocket`, `grpc`), where it has one.
    handler: Option<Node<'m>>,
}

facts!(PROBE = "probe" for Probe, |this| {
    #[doc = "`liveness`, `readiness`, `startup`, or `healthcheck` for a Compose service."]
    "kind": Type::String => string(this.kind);
    #[doc = "The port it asks, a number or a name; null for a command."]
    "port": Type::Any => this.handler.map_or(Value::Null, |handler| field(handler, "port"));
    #[doc = "The path it asks for over HTTP; null for every other probe."]
    "path": Type::String => this.handler.map_or(Value::Null, |handler| field(handler, "path"));
    #[doc = "The probe as it is written."]
    "node": Type::Node => Value::Node(this.node);
} place Some(this.node.key().unwrap_or(this.node).place()));

/// A visit to a probe.
#[derive(Clone)]
pub struct ProbeVisit<'m> {
    probe: Probe<'m>,
    owner: Owner<'m>,
}

facts!(PROBE_VISIT = "probe" for ProbeVisit, |this| {
    #[doc = "The probe and what it asks."]
    "probe": Type::Record(&PROBE) => Value::Facts(&this.probe);
    #[doc = "The workload or service it belongs to."]
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
        emit(TargetKind::Probe, None, &ProbeVisit { probe: Probe { kind, node: probe, handler }, owner });
    }
}

/// Visits the healthcheck of a Compose service.
pub fn compose<'m>(healthcheck: Node<'m>, owner: Owner<'m>, emit: Emit<'_, 'm>) {
    let probe = Probe { kind: "healthcheck", node: healthcheck.resolve(), handler: None };
    emit(TargetKind::Probe, None, &ProbeVisit { probe, owner });
}
