//! API versions that come and go: which minor versions of Kubernetes serve them, and what takes their place.

use super::Targets;
use crate::checks::own;
use crate::diagnostic::{Diagnostic, Severity};
use crate::schema::say::one_of;
use crate::schema::tables::{APIS, Api, KUBERNETES};
use crate::shape::suggest;
use crate::yaml::Node;

/// What is to be said of the API version of an object.
pub fn findings(targets: Targets, api_version: Node<'_>, kind: &str) -> Option<Diagnostic> {
    let text = api_version.text();
    let Some(api) = find(&text, kind) else { return unknown_kind(api_version, &text, kind) };
    let replaced = |found: Diagnostic| match (api.replacement, api.replacement.split_once(' ')) {
        ("", _) => found.with_help("nothing takes its place; remove the object"),
        (_, Some((api_version, kind))) => {
            found.with_help(format!("write `kind: {kind}` of `{api_version}` instead"))
        }
        (replacement, None) => {
            found.with_help(format!("write `apiVersion: {replacement}`, and fit the object to it"))
        }
    };
    let named = format!("`{kind}` of `{text}`");
    if api.removed != 0 && api.removed <= targets.newest {
        let gone = api.removed;
        let message = format!("{named} is not served any more from Kubernetes 1.{gone} on");
        let mut found = own("removed-api", api_version.place(), message);
        // Somebody may still run one of the versions that serve it.
        if !targets.is_said && gone > targets.oldest {
            found = own("deprecated-api", api_version.place(), found.message);
        }
        return Some(replaced(found));
    }
    if targets.is_said && api.first > targets.oldest {
        let message = format!("{named} is served only from Kubernetes 1.{} on", api.first);
        let found = own("invalid-value", api_version.place(), message);
        return Some(found.with_help(format!(
            "it is deployed to 1.{} too: raise `kubernetes.version`, or use an older API",
            targets.oldest
        )));
    }
    if api.deprecated != 0 && api.deprecated <= targets.newest {
        let message = match api.removed {
            0 => format!("{named} is deprecated since Kubernetes 1.{}", api.deprecated),
            removed => {
                format!("{named} is deprecated since Kubernetes 1.{} and gone in 1.{removed}", api.deprecated)
            }
        };
        let mut found = own("deprecated-api", api_version.place(), message);
        found.severity = if api.removed == 0 { Severity::Info } else { found.severity };
        return Some(replaced(found));
    }
    None
}

/// When an API version served a kind, if Kubernetes itself ever did.
pub fn find(api_version: &str, kind: &str) -> Option<&'static Api> {
    APIS.binary_search_by(|api| (api.api_version, api.kind).cmp(&(api_version, kind)))
        .ok()
        .map(|at| &APIS[at])
}

/// Whether a text is a version alone: `v1`.
fn is_version(text: &str) -> bool {
    text.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// How stable an API version is, and how new: the greater the better. `v2`, `v1`, `v1beta2`, `v1alpha10`.
pub fn rank(api_version: &str) -> (u8, u32, u32) {
    let version = api_version.rsplit_once('/').map_or(api_version, |(_, version)| version);
    let number =
        |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    let major = number(version.strip_prefix('v').unwrap_or(version));
    match (version.split_once("alpha"), version.split_once("beta")) {
        (Some((_, minor)), _) => (0, major, number(minor)),
        (_, Some((_, minor))) => (1, major, number(minor)),
        _ => (2, major, 0),
    }
}

/// A kind that an API group of Kubernetes itself does not have, if it is clear what was meant: others may have added theirs to the group.
fn unknown_kind(api_version: Node<'_>, text: &str, kind: &str) -> Option<Diagnostic> {
    let here = || APIS.iter().filter(|api| api.api_version == text);
    if here().next().is_none() {
        return unknown_version(api_version, text, kind);
    }
    let elsewhere = || APIS.iter().filter(|api| api.kind == kind && api.removed == 0);
    let object = api_version.parent()?;
    let place = object.get("kind")?.place();
    if elsewhere().next().is_some() {
        let names: Vec<&str> = elsewhere().map(|api| api.api_version).collect();
        let message = format!("`{text}` has no `{kind}`");
        let found = own("invalid-value", api_version.place(), message);
        return Some(found.with_help(format!("`{kind}` belongs to {}", one_of(names, "or"))));
    }
    let near = suggest(kind, here().map(|api| api.kind))?;
    // A kind of somebody else's may have a name that is a little like one of Kubernetes' own.
    if strsim::damerau_levenshtein(near, kind) > 2 || kind.len() < 4 {
        return None;
    }
    let found = own("invalid-value", place, format!("`{text}` has no kind `{kind}`"));
    Some(found.with_help(format!("did you mean `{near}`?")))
}

/// A version that an API group of Kubernetes never had, of a kind that the group has.
fn unknown_version(api_version: Node<'_>, text: &str, kind: &str) -> Option<Diagnostic> {
    let group = |text: &'static str| text.rsplit_once('/').map_or("", |(group, _)| group);
    let (written, _) = text.rsplit_once('/').unwrap_or(("", text));
    let served = APIS.iter().filter(|api| api.kind == kind && group(api.api_version) == written);
    let served: Vec<&str> = served.filter(|api| api.removed == 0).map(|api| api.api_version).collect();
    if !served.is_empty() {
        let found =
            own("invalid-value", api_version.place(), format!("no Kubernetes serves `{kind}` of `{text}`"));
        return Some(found.with_help(format!("it is served as {}", one_of(served, "or"))));
    }
    // The group of a custom resource has a dot, and every group has a version.
    let served = || APIS.iter().filter(|api| api.kind == kind && api.removed == 0).map(|api| api.api_version);
    let is_impossible = if text.contains('/') { !written.contains('.') } else { !is_version(text) };
    if is_impossible && served().next().is_some() {
        let message = format!("there is no API `{text}` with a kind `{kind}`");
        let found = own("invalid-value", api_version.place(), message);
        return Some(found.with_help(format!("`{kind}` belongs to {}", one_of(served(), "or"))));
    }
    // `app/v1`, `batch/V1`: a group that differs by a character.
    let known = KUBERNETES.roots.iter().filter(|root| KUBERNETES.text(root.kind) == kind);
    let names: Vec<&str> = known.map(|root| KUBERNETES.text(root.api_version)).collect();
    let near = suggest(text, names.iter().copied())?;
    if strsim::damerau_levenshtein(&near.to_lowercase(), &text.to_lowercase()) > 1 {
        return None;
    }
    let found =
        own("invalid-value", api_version.place(), format!("there is no API `{text}` with a kind `{kind}`"));
    Some(found.with_help(format!("did you mean `{near}`?")))
}
