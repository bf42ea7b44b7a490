//! What the containers of Kubernetes objects run: `command` with `args`, probes and hooks, wherever in an object a container stands.

use super::argv::{self, Part, Program, Word};
use super::{Found, Host, Part as When};
use crate::model::facts::{FileFacts, Owner, OwnerKind, text_of};
use crate::model::kubernetes;
use crate::source::{Derived, Span};
use crate::yaml::{Kind, Node};
use std::borrow::Cow;
use std::collections::HashSet;

/// How deeply containers are looked for in an object: a pod in a template in a list of a custom object has some ten levels.
const DEEPEST: usize = 24;

/// Finds the scripts of a manifest.
pub(super) fn find<'m>(file: FileFacts<'m>, found: &mut Found<'m>) {
    let Some(document) = &file.artifact.document else { return };
    let text = file.source.text.as_bytes();
    if ["command", "args"].iter().all(|key| memchr::memmem::find(text, key.as_bytes()).is_none()) {
        return;
    }
    for root in document.roots() {
        kubernetes::objects(root, false, &mut |object| {
            let object = object.object;
            let metadata = object.get("metadata");
            let owner = Owner {
                kind: object.get("kind").map_or(OwnerKind::Known("object"), OwnerKind::Written),
                name: metadata
                    .and_then(|metadata| metadata.get("name").or_else(|| metadata.get("generateName"))),
                labels: metadata.and_then(|metadata| metadata.get("labels")),
            };
            walk(object, owner, 0, found);
        });
    }
}

/// Looks for lists of containers. What stands behind an alias is read where it is written.
fn walk<'m>(node: Node<'m>, owner: Owner<'m>, depth: usize, found: &mut Found<'m>) {
    if depth > DEEPEST {
        return;
    }
    match node.kind() {
        Kind::Mapping => {
            for (key, value) in node.pairs() {
                let listed = ["containers", "initContainers", "ephemeralContainers"].contains(&key.source());
                if listed && value.resolve().kind() == Kind::Sequence {
                    for container in value.items().map(Node::resolve) {
                        scripts(container, owner, found);
                    }
                } else {
                    walk(value, owner, depth + 1, found);
                }
            }
        }
        Kind::Sequence => node.children().for_each(|item| walk(item, owner, depth + 1, found)),
        _ => {}
    }
}

fn scripts<'m>(container: Node<'m>, owner: Owner<'m>, found: &mut Found<'m>) {
    if container.kind() != Kind::Mapping {
        return;
    }
    let host = |part| Host::Container { container, part };
    let listed = |list: Option<Node<'m>>| list.into_iter().flat_map(Node::items).map(Node::resolve);
    let entries = || listed(container.get("env")).filter_map(|entry| entry.get("name"));
    let (command, args) = (container.get("command"), container.get("args"));
    let read = entries().chain(listed(command)).chain(listed(args));
    if !found.affords(read, host(When::Command), owner) {
        return;
    }
    let variables: HashSet<Cow<'m, str>> = entries().map(Node::text).collect();
    let words = |list: Option<Node<'m>>| -> Vec<Word> {
        listed(list).filter(|item| item.kind() == Kind::Scalar).map(|item| word(item, &variables)).collect()
    };
    let image = text_of(container, "image");
    let mut list = words(command);
    let program = if list.is_empty() { Program::OfImage(image.as_deref()) } else { Program::Listed };
    list.extend(words(args));
    found.scripts.extend(argv::script(&list, program, host(When::Command), owner));
    for (part, path) in [
        (When::Probe, &["startupProbe"][..]),
        (When::Probe, &["livenessProbe"]),
        (When::Probe, &["readinessProbe"]),
        (When::Hook, &["lifecycle", "postStart"]),
        (When::Hook, &["lifecycle", "preStop"]),
    ] {
        let handler = path.iter().try_fold(container, |node, key| node.get(key));
        let list = handler.and_then(|handler| handler.get("exec")?.get("command"));
        if found.affords(listed(list), host(part), owner) {
            found.scripts.extend(argv::script(&words(list), Program::Listed, host(part), owner));
        }
    }
}

/// A word of a command. `$(NAME)` is the value of a variable of the container, and stays as it is where there is none; `$$` is `$`.
/// <https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/>
fn word(node: Node<'_>, variables: &HashSet<Cow<'_, str>>) -> Word {
    let (text, map) = node.text_map();
    let mut word = Word::new();
    let mut piece = Derived::default();
    let mut from = 0;
    let mut at = 0;
    while let Some(dollar) = memchr::memchr(b'$', &text.as_bytes()[at..]).map(|found| at + found) {
        at = dollar + 1;
        if text[at..].starts_with('$') {
            piece.append(&text, &map, from..at);
            at += 1;
            from = at;
            continue;
        }
        let Some(inner) = text[at..].strip_prefix('(') else { continue };
        let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inner.len());
        let name = &inner[..end];
        // Names in capitals may come from a ConfigMap or a Secret (`envFrom`).
        let shouted = !name.is_empty() && !name.bytes().any(|byte| byte.is_ascii_lowercase());
        if !inner[end..].starts_with(')') || !(variables.contains(name) || shouted) {
            continue;
        }
        piece.append(&text, &map, from..dollar);
        from = at + end + 2;
        if !piece.text.is_empty() {
            word.push(Part::Text(std::mem::take(&mut piece)));
        }
        if let Some(place) = map.place(Span::from(dollar..from)) {
            word.push(Part::Unknown { name: name.to_owned(), place });
        }
        at = from;
    }
    piece.append(&text, &map, from..text.len());
    if !piece.text.is_empty() || word.is_empty() {
        piece.map = if piece.text.is_empty() { map } else { piece.map };
        word.push(Part::Text(piece));
    }
    word
}
