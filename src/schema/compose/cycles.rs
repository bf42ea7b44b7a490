//! Circles: services that need one another to start, that extend one another, and files that include one another.

use super::file::{File, Found, Service};
use super::references::{Needed, needed};
use super::scope::{included, included_file};
use crate::checks::own;
use crate::diagnostic::Diagnostic;
use crate::model::FileFacts;
use crate::schema::circles::{Needs, circles};
use crate::schema::words::quoted;
use crate::source::{FileId, Place};
use crate::yaml::{Document, Node};
use std::collections::HashSet;

/// Longest chain of files or of services that is followed beyond this file.
const LONGEST: usize = 64;

/// Finds circles of services and files: compose-go, graph/cycle.go, loader/extends.go and loader/include.go.
pub fn check<'m>(file: &File<'m>, found: &mut Found) {
    let edge = |name: &str, place: Place| file.index(name).map(|to| (to, place));
    // Services of profiles may never start together.
    let waits = |service: &Service<'m>| {
        if service.fields.get("profiles").is_some() {
            return Vec::new();
        }
        let needed = needed(file, service).into_iter();
        needed.filter_map(|Needed { name, place, .. }| edge(&name, place)).collect()
    };
    let waits: Vec<Vec<(usize, Place)>> = file.services.iter().map(waits).collect();
    report(file, &waits, &WAITING, found);
    let bases = |service: &Service<'m>| {
        let base = file.base(&service.fields);
        base.and_then(|base| edge(&base.text, base.inside())).into_iter().collect()
    };
    let bases: Vec<Vec<(usize, Place)>> = file.services.iter().map(bases).collect();
    report(file, &bases, &EXTENDING, found);
    includes(file, found);
}

/// What the services of a circle do, in words.
struct Relation {
    one: &'static str,
    many: &'static str,
    help: &'static str,
}

const WAITING: Relation = Relation {
    one: "waits for itself",
    many: "wait for one another",
    help: "a service starts after those that it needs: take one of the dependencies away",
};

const EXTENDING: Relation = Relation {
    one: "extends itself",
    many: "extend one another",
    help: "put what they share into a service that extends none of them",
};

fn report(file: &File<'_>, graph: &Needs, relation: &Relation, found: &mut Found) {
    found.extend(circles(graph).iter().map(|circle| told(file, circle, relation)));
}

fn told(file: &File<'_>, circle: &[(usize, Place)], relation: &Relation) -> Diagnostic {
    const NAMED: usize = 6;
    let mut names: Vec<String> =
        circle.iter().take(NAMED).map(|&(at, _)| quoted(&file.services[at].name)).collect();
    let message = if circle.len() == 1 {
        format!("service {} {}", names[0], relation.one)
    } else {
        if circle.len() > NAMED {
            names.push("…".to_owned());
        }
        names.push(names[0].clone());
        format!("services {}: {}", relation.many, names.join(" → "))
    };
    let mut diagnostic =
        own("dependency-cycle", circle[circle.len() - 1].1, message).with_help(relation.help);
    for &(_, place) in circle.iter().rev().skip(1).take(NAMED) {
        diagnostic = diagnostic.with_related(place, "named here");
    }
    diagnostic
}

/// Finds paths of `include` that lead back to the file.
fn includes<'m>(file: &File<'m>, found: &mut Found) {
    let roots = |facts: FileFacts<'m>| -> Vec<Node<'m>> {
        facts.artifact.document.iter().flat_map(Document::roots).map(Node::resolve).collect()
    };
    let mut seen: HashSet<FileId> = HashSet::new();
    for path in roots(file.facts).into_iter().flat_map(included) {
        let Some(first) = included_file(file.model, file.facts, path) else { continue };
        let mut left = vec![first];
        while let Some(id) = left.pop() {
            if id == file.facts.id {
                let message = if first == id {
                    "the file includes itself".to_owned()
                } else {
                    format!("{} leads back to this file", quoted(&path.text()))
                };
                found.push(
                    own("dependency-cycle", path.place(), message)
                        .with_help("put what both files need into one that neither of them includes"),
                );
                break;
            }
            if seen.len() < LONGEST && seen.insert(id) {
                let next = file.model.file(id);
                let next = roots(next)
                    .into_iter()
                    .flat_map(included)
                    .filter_map(|path| included_file(file.model, file.model.file(id), path));
                left.extend(next);
            }
        }
    }
}
