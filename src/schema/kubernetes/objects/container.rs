//! A container: its image, environment, mounts, probes and resources.

use super::pod::Volumes;
use super::{Rules, field, integer, is_absent, is_mapping, is_unknown, named, nearest, text};
use crate::checks::own;
use crate::expr::Quantity;
use crate::schema::say::head;
use crate::yaml::{Node, Scalar};

/// Where the value of a variable comes from: `EnvVarSource`.
const VALUES: [&str; 5] = ["configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"];
const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];

impl Rules {
    /// `validateContainerCommon` and `validateContainers`; `list` is where it stands.
    pub(super) fn container(&mut self, container: Node<'_>, list: &str, volumes: &Volumes) {
        let name = named("container", container);
        if is_absent(field(container, "image")) && self.sees_all(container) {
            let found = own("missing-key", head(container), format!("{name} has no `image`"));
            self.say(found.with_help("add `image`"));
        }
        self.environment(container);
        self.mounts(container, &name, volumes);
        self.handlers(container, &name, list);
        if let Some(resources) = field(container, "resources") {
            self.resources(resources, &name);
        }
        self.privileges(container, &name);
    }

    /// `ValidateEnv`, `ValidateEnvFrom`: an empty value beside a source is none.
    fn environment(&mut self, container: Node<'_>) {
        for variable in self.listed_once(container, "env") {
            let what = named("variable", variable);
            let Some(from) = field(variable, "valueFrom").filter(|from| is_mapping(*from)) else { continue };
            self.exactly_one(from, &VALUES, &format!("`valueFrom` of {what}"));
            let (value, source) = (variable.entry("value"), variable.entry("valueFrom"));
            if let (Some(value), Some(source)) = (value, source)
                && text(value.value).is_some()
            {
                let keys = [value.key, source.key];
                let [first, second] =
                    if keys[0].place() < keys[1].place() { keys } else { [keys[1], keys[0]] };
                self.exclusive(first, second, format!("{what} has both `value` and `valueFrom`"));
            }
        }
        for source in self.listed_once(container, "envFrom") {
            self.exactly_one(source, &["configMapRef", "secretRef"], "this item of `envFrom`");
        }
    }

    /// `ValidateVolumeMounts`, `ValidateVolumeDevices`.
    fn mounts(&mut self, container: Node<'_>, container_name: &str, volumes: &Volumes) {
        for key in ["volumeMounts", "volumeDevices"] {
            for mount in self.listed_once(container, key) {
                let Some(name) = field(mount, "name") else { continue };
                let Some(volume) = text(name).filter(|name| !volumes.names.contains(&**name)) else {
                    continue;
                };
                if !volumes.whole {
                    continue;
                }
                let message =
                    format!("{container_name} mounts volume `{volume}`, which its pod does not have");
                let mut names: Vec<&str> = volumes.names.iter().map(String::as_str).collect();
                names.sort_unstable();
                let help = nearest(&volume, names, "add it to `volumes` of the pod");
                self.say(own("undefined-reference", name.place(), message).with_help(help));
            }
        }
    }

    /// `validateHandler` by way of `validateProbe` and `validateLifecycle`; `validateInitContainers`.
    fn handlers(&mut self, container: Node<'_>, name: &str, list: &str) {
        let is_init = list == "initContainers";
        let restarts = field(container, "restartPolicy");
        let runs_on = !is_init || restarts.is_some();
        for key in PROBES {
            let Some(probe) = field(container, key).filter(|probe| is_mapping(*probe)) else { continue };
            self.exactly_one(probe, &["exec", "grpc", "httpGet", "tcpSocket"], &format!("`{key}` of {name}"));
            let threshold = field(probe, "successThreshold");
            if let Some(threshold) = threshold.filter(|it| integer(*it).is_some_and(|value| value > 1))
                && key != "readinessProbe"
            {
                let found = own(
                    "invalid-value",
                    threshold.place(),
                    format!("`successThreshold` of a {key} must be 1"),
                );
                self.say(found.with_help("leave it out"));
            }
            if key == "readinessProbe"
                && let Some(entry) = probe.entry("terminationGracePeriodSeconds")
                && integer(entry.value).is_some()
            {
                let message = "a readinessProbe has no `terminationGracePeriodSeconds`: it stops nothing";
                self.say(own("invalid-value", entry.key.place(), message).with_help("remove it"));
            }
        }
        for key in ["postStart", "preStop"] {
            let hook = field(container, "lifecycle").and_then(|lifecycle| field(lifecycle, key));
            if let Some(hook) = hook {
                let keys = ["exec", "httpGet", "sleep", "tcpSocket"];
                self.exactly_one(hook, &keys, &format!("`{key}` of {name}"));
            }
        }
        if runs_on || !self.sees_all(container) {
            return;
        }
        for key in PROBES.into_iter().chain(["lifecycle"]) {
            let Some(entry) = container.entry(key).filter(|entry| is_mapping(entry.value)) else { continue };
            let message = format!("init {name} has `{key}`, which only containers that run on may have");
            let found = own("invalid-value", entry.key.place(), message);
            self.say(found.with_help("remove it, or make the container a sidecar: `restartPolicy: Always`"));
        }
    }

    /// `ValidateContainerResourceRequirements`.
    fn resources(&mut self, resources: Node<'_>, name: &str) {
        let limits = field(resources, "limits");
        let requests = field(resources, "requests");
        for amounts in [limits, requests].into_iter().flatten() {
            for entry in self.entries(amounts) {
                let resource = entry.key.text();
                if is_unknown(entry.key) || is_standard(&resource) || resource.contains('/') {
                    continue;
                }
                let message = format!("a container has no resource `{resource}`");
                let otherwise = "it is `cpu`, `memory`, `ephemeral-storage`, `hugepages-SIZE`, or a name with a domain before it, as `nvidia.com/gpu`";
                // `gpu` is no misspelt `cpu`.
                let help = nearest(&resource, ["memory", "ephemeral-storage"], otherwise);
                self.say(own("invalid-value", entry.key.place(), message).with_help(help));
            }
        }
        let (Some(limits), Some(requests)) = (limits, requests) else { return };
        for resource in STANDARD {
            let (Some(request), Some(limit)) = (field(requests, resource), field(limits, resource)) else {
                continue;
            };
            let (Some(asked), Some(most)) = (quantity(request), quantity(limit)) else { continue };
            if asked > most {
                let message = format!(
                    "{name} requests `{resource}: {}`, which is more than its limit `{}`",
                    request.text(),
                    limit.text()
                );
                let found = own("invalid-value", request.place(), message);
                let found = found.with_help("lower the request, or raise the limit");
                self.say(found.with_related(limit.place(), "the limit"));
            }
        }
    }

    /// `ValidateSecurityContext`.
    fn privileges(&mut self, container: Node<'_>, name: &str) {
        let Some(context) = field(container, "securityContext") else { return };
        let entry = |key: &str, value: bool| {
            context.entry(key).filter(|entry| entry.value.scalar() == Scalar::Bool(value))
        };
        if let (Some(privileged), Some(escalation)) =
            (entry("privileged", true), entry("allowPrivilegeEscalation", false))
        {
            let message = format!("{name} is privileged, but has `allowPrivilegeEscalation: false`");
            let found = own("invalid-value", escalation.value.place(), message);
            let found =
                found.with_help("make it `privileged: false`, or leave `allowPrivilegeEscalation` out");
            self.say(found.with_related(privileged.key.place(), "it is privileged"));
        }
    }
}

/// Names that need no domain, beside those of huge pages.
const STANDARD: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

fn is_standard(resource: &str) -> bool {
    STANDARD.contains(&resource) || resource.starts_with("hugepages-")
}

fn quantity(node: Node<'_>) -> Option<Quantity> {
    if is_unknown(node) { None } else { Quantity::parse(&node.text()) }
}
