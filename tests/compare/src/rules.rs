//! Ten rules in three languages, each in up to ten variants.

use std::fmt::Write as _;

/// A rule: what a sound object satisfies, in each language.
///
/// `object` is the Kubernetes object and `pod` the spec of the pods it makes, an empty map where it makes none. CEL and Rego see them
/// without entries that are null. Rego says when the rule is broken.
pub struct Rule {
    pub name: String,
    pub ours: String,
    pub cel: String,
    pub rego: String,
}

/// The first variants of each of the ten rules.
pub fn rules(variants: usize) -> Vec<Rule> {
    let all = (0..variants).flat_map(|at| {
        [
            image_is_pinned(at),
            has_resources(at),
            has_parts(at),
            label_is_well_formed(at),
            env_holds_no_secret(at),
            is_not_allowed(at),
            user_is_not_root(at),
            host_paths_are_below(at),
            has_replicas(at),
            names_nothing(at),
        ]
        .map(|rule| Rule { name: format!("{}-{at}", rule.name), ..rule })
    });
    all.collect()
}

fn rule(name: &str, ours: String, cel: String, rego: String) -> Rule {
    Rule { name: name.to_owned(), ours, cel, rego }
}

const WORDS: [&str; 10] =
    ["app", "team", "tier", "release", "version", "component", "chart", "name", "role", "zone"];

fn image_is_pinned(at: usize) -> Rule {
    let least = at + 1;
    let regex =
        format!(r"^([a-z0-9.-]+(:[0-9]+)?/)?[a-z0-9._/-]{{{least},}}(:v?[0-9][\w.-]*|@sha256:[0-9a-f]+)$");
    rule(
        "image-is-pinned",
        format!("pod.containers.all(c, c.image.matches(r'{regex}'))"),
        format!("!has(pod.containers) || pod.containers.all(c, has(c.image) && c.image.fits(r'{regex}'))"),
        format!("some c in input.pod.containers; not regex.match(`{regex}`, object.get(c, \"image\", \"\"))"),
    )
}

fn has_resources(at: usize) -> Rule {
    let kind = ["limits", "requests"][at % 2];
    let resource = ["memory", "cpu", "ephemeral-storage", "hugepages-2Mi", "nvidia.com/gpu"][at / 2];
    rule(
        "has-resources",
        format!("pod.containers.all(c, c.resources.{kind}['{resource}'] != null)"),
        format!(
            "!has(pod.containers) || pod.containers.all(c, \
             has(c.resources) && has(c.resources.{kind}) && '{resource}' in c.resources.{kind})"
        ),
        format!("some c in input.pod.containers; not c.resources.{kind}[\"{resource}\"]"),
    )
}

fn has_parts(at: usize) -> Rule {
    const PARTS: [&str; 5] =
        ["livenessProbe", "readinessProbe", "startupProbe", "securityContext", "lifecycle"];
    let pairs: Vec<_> =
        (0..5).flat_map(|one| (one + 1..5).map(move |other| (PARTS[one], PARTS[other]))).collect();
    let (one, other) = pairs[at];
    rule(
        "has-parts",
        format!("pod.containers.all(c, c.{one} != null && c.{other} != null)"),
        format!("!has(pod.containers) || pod.containers.all(c, has(c.{one}) && has(c.{other}))"),
        format!("some c in input.pod.containers; not both(c, \"{one}\", \"{other}\")"),
    )
}

fn label_is_well_formed(at: usize) -> Rule {
    let label = ["app", "app.kubernetes.io/name"][at % 2].to_owned() + ["", "-", "/"][at % 3];
    let label = if at < 2 { label } else { WORDS[at].to_owned() };
    let most = 62 - at;
    let regex = format!("^[a-z0-9][a-z0-9.-]{{0,{most}}}$");
    rule(
        "label-is-well-formed",
        format!("object.metadata.labels['{label}'].matches('{regex}')"),
        format!(
            "has(object.metadata) && has(object.metadata.labels) && '{label}' in object.metadata.labels \
             && object.metadata.labels['{label}'].fits('{regex}')"
        ),
        format!(
            "not regex.match(`{regex}`, object.get(input.object, [\"metadata\", \"labels\", \"{label}\"], \"\"))"
        ),
    )
}

fn env_holds_no_secret(at: usize) -> Rule {
    let word = ["password", "secret", "token", "api_?key", "credential"][at % 5];
    let end = ["", "$"][at / 5];
    let regex = format!("(?i)(^|_){word}{end}");
    rule(
        "env-holds-no-secret",
        format!("pod.containers.all(c, c.env.all(e, e.value == null || !e.name.matches('{regex}')))"),
        format!(
            "!has(pod.containers) || pod.containers.all(c, !has(c.env) || c.env.all(e, \
             !has(e.value) || !e.name.fits('{regex}')))"
        ),
        format!(
            "some c in input.pod.containers; some e in c.env; has(e, \"value\"); regex.match(`{regex}`, e.name)"
        ),
    )
}

fn is_not_allowed(at: usize) -> Rule {
    let part = ["privileged", "allowPrivilegeEscalation", "readOnlyRootFilesystem", "runAsNonRoot", "tty"];
    let part = part[at % 5];
    let value = at < 5;
    rule(
        "is-not-allowed",
        format!("!pod.containers.exists(c, c.securityContext.{part} == {value})"),
        format!(
            "!(has(pod.containers) && pod.containers.exists(c, has(c.securityContext) \
             && has(c.securityContext.{part}) && c.securityContext.{part} == {value}))"
        ),
        format!("some c in input.pod.containers; c.securityContext.{part} == {value}"),
    )
}

fn user_is_not_root(at: usize) -> Rule {
    let user = at * 100;
    rule(
        "user-is-not-root",
        format!(
            "pod.securityContext.runAsNonRoot == true || pod.securityContext.runAsUser > {user} \
             || pod.containers.all(c, c.securityContext.runAsNonRoot == true || c.securityContext.runAsUser > {user})"
        ),
        format!(
            "(has(pod.securityContext) && ((has(pod.securityContext.runAsNonRoot) && pod.securityContext.runAsNonRoot == true) \
             || (has(pod.securityContext.runAsUser) && pod.securityContext.runAsUser > {user}))) \
             || !has(pod.containers) || pod.containers.all(c, has(c.securityContext) \
             && ((has(c.securityContext.runAsNonRoot) && c.securityContext.runAsNonRoot == true) \
             || (has(c.securityContext.runAsUser) && c.securityContext.runAsUser > {user})))"
        ),
        format!(
            "not unprivileged(input.pod, {user}); some c in input.pod.containers; not unprivileged(c, {user})"
        ),
    )
}

fn host_paths_are_below(at: usize) -> Rule {
    let folder =
        ["/var/log", "/var/lib", "/proc", "/sys", "/dev", "/run", "/opt", "/mnt", "/srv", "/usr/share"][at];
    rule(
        "host-paths-are-below",
        format!("pod.volumes.all(v, v.hostPath == null || v.hostPath.path.startsWith('{folder}'))"),
        format!(
            "!has(pod.volumes) || pod.volumes.all(v, !has(v.hostPath) || \
             (has(v.hostPath.path) && v.hostPath.path.startsWith('{folder}')))"
        ),
        format!(
            "some v in input.pod.volumes; not startswith(v.hostPath.path, \"{folder}\"); has(v, \"hostPath\")"
        ),
    )
}

fn has_replicas(at: usize) -> Rule {
    let least = at + 1;
    rule(
        "has-replicas",
        format!("!(object.kind in ['Deployment', 'StatefulSet']) || object.spec.replicas >= {least}"),
        format!(
            "!(object.kind in ['Deployment', 'StatefulSet']) || (has(object.spec) && has(object.spec.replicas) \
             && object.spec.replicas >= {least})"
        ),
        format!(
            "input.object.kind in [\"Deployment\", \"StatefulSet\"]; \
             not object.get(input.object, [\"spec\", \"replicas\"], 0) >= {least}"
        ),
    )
}

fn names_nothing(at: usize) -> Rule {
    let name = format!("{}-server", WORDS[at]);
    rule(
        "names-nothing",
        format!(
            "pod.containers.all(c, !c.image.contains('{name}') && c.args.all(a, !a.contains('{name}')) \
             && c.command.all(a, !a.contains('{name}')))"
        ),
        format!(
            "!has(pod.containers) || pod.containers.all(c, !(has(c.image) && c.image.contains('{name}')) \
             && (!has(c.args) || c.args.all(a, !a.contains('{name}'))) \
             && (!has(c.command) || c.command.all(a, !a.contains('{name}'))))"
        ),
        format!("some c in input.pod.containers; some text in said(c); contains(text, \"{name}\")"),
    )
}

/// The rules as one package, which says which of them are broken.
pub fn package(rules: &[Rule]) -> String {
    let mut text = "package compare

import rego.v1

has(x, key) if _ = x[key]

both(x, one, other) if {
\thas(x, one)
\thas(x, other)
}

unprivileged(x, _) if x.securityContext.runAsNonRoot == true

unprivileged(x, user) if x.securityContext.runAsUser > user

said(c) := array.concat(array.concat([object.get(c, \"image\", \"\")], object.get(c, \"args\", [])), object.get(c, \"command\", []))
"
    .to_owned();
    for (at, rule) in rules.iter().enumerate() {
        let body = rule.rego.replace("; ", "\n\t");
        // Writing to a `String` cannot fail.
        let _ = write!(text, "\ndeny contains {at} if {{\n\t{body}\n}}\n");
    }
    text
}
