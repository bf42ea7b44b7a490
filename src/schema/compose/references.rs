//! Names in services that must be defined somewhere: compose-go, loader/validate.go, and what loader/normalize.go makes a dependency.

use super::file::{File, Found, Known, Service, text};
use super::mounts;
use super::scope::Section;
use crate::checks::own;
use crate::schema::words::quoted;
use crate::source::Place;
use crate::yaml::Kind;
use std::borrow::Cow;

/// Keys whose value may be `service:NAME`.
const NAMESPACES: [&str; 5] = ["network_mode", "ipc", "pid", "uts", "cgroup"];

/// A service that another one needs.
pub struct Needed<'m> {
    /// Its name.
    pub name: Cow<'m, str>,
    /// Where that stands.
    pub place: Place,
    /// What the other does with it, in words: `depends on`.
    pub verb: &'static str,
}

/// The services that one needs to start, in the order of these keys.
pub fn needed<'m>(file: &File<'m>, service: &Service<'m>) -> Vec<Needed<'m>> {
    let mut needed = Vec::new();
    let mut add = |name: &Known<'m>, range: std::ops::Range<usize>, verb| {
        let place = name.part(range.clone());
        needed.push(Needed { name: part(&name.text, range), place, verb });
    };
    for name in names(file, service, "depends_on") {
        add(&name, 0..name.text.len(), "depends on");
    }
    for link in names(file, service, "links") {
        add(&link, 0..link.text.find(':').unwrap_or(link.text.len()), "links to");
    }
    for from in names(file, service, "volumes_from") {
        if !from.text.starts_with("container:") {
            add(&from, 0..from.text.find(':').unwrap_or(from.text.len()), "takes volumes from");
        }
    }
    for key in NAMESPACES {
        if let Some(mode) = service.fields.text(key).filter(|mode| mode.text.starts_with("service:")) {
            add(&mode, "service:".len()..mode.text.len(), "shares a namespace with");
        }
    }
    needed
}

/// Finds the names in a service that nothing defines.
pub fn check<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    for needed in needed(file, service) {
        undefined(file, service, Section::Services, &needed.name, needed.place, needed.verb, found);
    }
    for (key, section, verb) in [
        ("networks", Section::Networks, "is in network"),
        ("models", Section::Models, "uses model"),
        ("secrets", Section::Secrets, "uses secret"),
        ("configs", Section::Configs, "uses config"),
    ] {
        for name in sources(file, service, key, section) {
            undefined(file, service, section, &name.text, name.inside(), verb, found);
        }
    }
    for volume in service.fields.get("volumes").into_iter().flat_map(|volumes| file.items(volumes)) {
        if let Some((name, place)) = mounts::volume(file, volume) {
            undefined(file, service, Section::Volumes, &name, place, "mounts volume", found);
        }
    }
    let build = file.under(&service.fields, "build");
    for secret in build.get("secrets").into_iter().flat_map(|secrets| file.items(secrets)) {
        if let Some(name) = source(file, secret) {
            undefined(
                file,
                service,
                Section::Secrets,
                &name.text,
                name.inside(),
                "builds with secret",
                found,
            );
        }
    }
    contexts(file, service, &build, found);
    extends(file, service, found);
}

fn names<'m>(file: &File<'m>, service: &Service<'m>, key: &str) -> Vec<Known<'m>> {
    service.fields.get(key).map(|node| file.names(node)).unwrap_or_default()
}

/// The names under a key that uses what a section defines.
fn sources<'m>(file: &File<'m>, service: &Service<'m>, key: &str, section: Section) -> Vec<Known<'m>> {
    if matches!(section, Section::Networks | Section::Models) {
        return names(file, service, key);
    }
    let items = service.fields.get(key).into_iter().flat_map(|list| file.items(list));
    items.filter_map(|item| source(file, item)).collect()
}

/// What a mount of a secret or a config names: itself, or its `source`.
fn source<'m>(file: &File<'m>, item: crate::yaml::Node<'m>) -> Option<Known<'m>> {
    match item.resolve().kind() {
        Kind::Mapping => file.fields(item).text("source"),
        _ => text(item),
    }
}

fn undefined<'m>(
    file: &File<'m>,
    service: &Service<'m>,
    section: Section,
    name: &str,
    place: Place,
    verb: &str,
    found: &mut Found,
) {
    if name.is_empty() || !file.scope.is_undefined(section, name) {
        return;
    }
    let (name_of_user, wanted) = (quoted(&service.name), quoted(name));
    let message = format!("service {name_of_user} {verb} {wanted}, which is not defined");
    found.push(own("undefined-reference", place, message).with_help(file.scope.help(section, name)));
}

/// Contexts that are the image of another service, which must be built here.
fn contexts<'m>(file: &File<'m>, service: &Service<'m>, build: &super::file::Fields<'m>, found: &mut Found) {
    let Some(contexts) = build.get("additional_contexts") else { return };
    let listed = file.items(contexts).into_iter().filter_map(text);
    let mapped = file.fields(contexts);
    let mapped = mapped.iter().filter_map(|field| text(field.value));
    for context in listed.chain(mapped) {
        let start = match context.text.find("service:") {
            Some(0) => 0,
            Some(at) if context.text[..at].ends_with('=') && !context.text[..at - 1].contains('=') => at,
            _ => continue,
        };
        let range = start + "service:".len()..context.text.len();
        let name = &context.text[range.clone()];
        let place = context.part(range.clone());
        undefined(file, service, Section::Services, name, place, "builds on the image of", found);
        let target = file.service(name);
        let unbuilt = target.is_some_and(|target| {
            target.fields.get("build").is_none() && target.fields.get("extends").is_none()
        });
        if unbuilt && file.scope.is_only_here(Section::Services, name) {
            let message = format!(
                "service {} builds on the image of {}, which has no `build`",
                quoted(&service.name),
                quoted(name)
            );
            found.push(
                own("invalid-value", place, message)
                    .with_help("name a service that is built, or its image with `docker-image://`"),
            );
        }
    }
}

/// A base that its file does not have.
fn extends<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    let Some(extends) = service.fields.get("extends") else { return };
    if extends.kind() != Kind::Mapping {
        if let Some(base) = text(extends) {
            undefined(file, service, Section::Services, &base.text, base.inside(), "extends", found);
        }
        return;
    }
    let extends = file.fields(extends);
    let Some(base) = extends.text("service") else { return };
    if extends.field("file").is_none() {
        undefined(file, service, Section::Services, &base.text, base.inside(), "extends", found);
        return;
    }
    let Some(path) = extends.text("file") else { return };
    let Some(id) = file.model.project.beside(&file.facts.source.path, &path.text) else { return };
    let other = file.model.file(id);
    let readable = other.artifact.kind == crate::artifact::Kind::Compose
        && other.artifact.document.as_ref().is_some_and(|document| document.problems().is_empty());
    if readable && file.model.project.service(id, &base.text).is_none() {
        let (user, base_name) = (quoted(&service.name), quoted(&base.text));
        let message =
            format!("service {user} extends {base_name}, which {} does not define", quoted(&path.text));
        found.push(
            own("undefined-reference", base.inside(), message)
                .with_help("name a service of that file")
                .with_related(path.inside(), "this file"),
        );
    }
}

fn part<'m>(text: &Cow<'m, str>, range: std::ops::Range<usize>) -> Cow<'m, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
        Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
    }
}
