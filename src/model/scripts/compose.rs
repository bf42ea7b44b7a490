//! What the services of Compose files run: `entrypoint` with `command`, healthchecks and hooks.

use super::argv::{self, Part, Program, Word};
use super::{Found, Host, Language, Part as When, Script};
use crate::model::compose;
use crate::model::facts::{FileFacts, Owner, text_of};
use crate::model::interpolation;
use crate::source::{Derived, Span};
use crate::yaml::{Dialect, Kind, Node};

/// Finds the scripts of a Compose file.
pub(super) fn find<'m>(file: FileFacts<'m>, found: &mut Found<'m>) {
    let Some(document) = &file.artifact.document else { return };
    for root in document.roots().map(Node::resolve) {
        for entry in compose::services(root) {
            let service = entry.value.resolve();
            let owner = Owner { labels: service.get("labels"), ..Owner::named("service", Some(entry.key)) };
            scripts(service, owner, found);
        }
    }
}

fn scripts<'m>(service: Node<'m>, owner: Owner<'m>, found: &mut Found<'m>) {
    let host = |part| Host::Container { container: service, part };
    let image = text_of(service, "image");
    let (entrypoint, command) = (service.get("entrypoint"), service.get("command"));
    let read = entrypoint.into_iter().chain(command).flat_map(scalars);
    if found.affords(read, host(When::Command), owner) {
        let mut argv = entrypoint.map(words).unwrap_or_default();
        let program = if argv.is_empty() { Program::OfImage(image.as_deref()) } else { Program::Listed };
        argv.extend(command.into_iter().flat_map(words));
        found.scripts.extend(argv::script(&argv, program, host(When::Command), owner));
    }
    if let Some(test) = service.get("healthcheck").and_then(|check| check.get("test")).map(Node::resolve)
        && found.affords(scalars(test), host(When::Probe), owner)
    {
        healthcheck(test, host(When::Probe), owner, found);
    }
    for hook in ["post_start", "pre_stop"] {
        for command in
            service.get(hook).into_iter().flat_map(Node::items).filter_map(|hook| hook.get("command"))
        {
            if found.affords(scalars(command), host(When::Hook), owner) {
                found.scripts.extend(argv::script(&words(command), Program::Listed, host(When::Hook), owner));
            }
        }
    }
}

/// The scalars of a command: itself, or the items of a list.
fn scalars(command: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let command = command.resolve();
    let whole = (command.kind() == Kind::Scalar).then_some(command);
    whole.into_iter().chain(command.items().map(Node::resolve).filter(|item| item.kind() == Kind::Scalar))
}

/// A string is run by a shell, a list as its first item says.
fn healthcheck<'m>(test: Node<'m>, host: Host<'m>, owner: Owner<'m>, found: &mut Found<'m>) {
    let mut items = test.items().map(Node::resolve);
    let for_shell = if test.kind() == Kind::Scalar {
        Some(test)
    } else {
        match items.next().map(Node::text).as_deref() {
            Some("CMD-SHELL") => items.next(),
            Some("CMD") => {
                let words: Vec<Word> = items.map(parts).collect();
                found.scripts.extend(argv::script(&words, Program::Listed, host, owner));
                None
            }
            _ => None,
        }
    };
    if let Some(text) = for_shell.filter(|text| text.kind() == Kind::Scalar) {
        found.scripts.push(Script::derived(argv::text(&parts(text)), Language::BASH, host, owner));
    }
}

/// The words of a command: a list has them, a string is split.
fn words(command: Node<'_>) -> Vec<Word> {
    let command = command.resolve();
    match command.kind() {
        Kind::Scalar => argv::split(&parts(command)),
        _ => scalars(command).map(parts).collect(),
    }
}

/// The text of a scalar with its variables; `$$` is `$`.
fn parts(node: Node<'_>) -> Word {
    let (text, map) = node.text_map();
    if !text.contains('$') {
        return vec![Part::Text(Derived { text, map })];
    }
    let mut word = Word::new();
    for part in interpolation::parts(&text, Dialect::GoYamlV3) {
        match part {
            interpolation::Part::Text(range) => {
                let mut piece = Derived::default();
                let mut from = range.start;
                while let Some(found) = text[from..range.end].find("$$") {
                    piece.append(&text, &map, from..from + found + 1);
                    from += found + 2;
                }
                piece.append(&text, &map, from..range.end);
                word.push(Part::Text(piece));
            }
            interpolation::Part::Reference { whole, name, .. } => {
                if let Some(place) = map.place(Span::from(whole)) {
                    word.push(Part::Unknown { name: text[name].to_owned(), place });
                }
            }
        }
    }
    word
}
