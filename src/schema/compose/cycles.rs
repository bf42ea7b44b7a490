//! Circles: services that need one another to start, that extend one another, and files that include one another.

use super::file::{File, Found, Service};
use super::references::{Needed, needed};
use super::scope::{included, included_file, quoted};
use crate::checks::own;
use crate::model::FileFacts;
use crate::source::{FileId, Place};
use crate::yaml::{Document, Node};
use std::collections::HashSet;

/// Longest chain of files or of services that is followed beyond this file.
const LONGEST: usize = 64;

/// Finds circles of services and files: compose-go, graph/cycle.go, loader/extends.go and loader/include.go.
pub fn check<'m>(file: &File<'m>, found: &mut Found) {
    let edge = |name: &str, place: Place| file.index(name).map(|to| Edge { to, place });
    // Services of profiles may never start together.
    let waits = |service: &Service<'m>| {
        if service.fields.get("profiles").is_some() {
            return Vec::new();
        }
        let needed = needed(file, service).into_iter();
        needed.filter_map(|Needed { name, place, .. }| edge(&name, place)).collect()
    };
    let waits: Vec<Vec<Edge>> = file.services.iter().map(waits).collect();
    report(file, &waits, &WAITING, found);
    let bases = |service: &Service<'m>| {
        let base = file.base(&service.fields);
        base.and_then(|base| edge(&base.text, base.inside())).into_iter().collect()
    };
    let bases: Vec<Vec<Edge>> = file.services.iter().map(bases).collect();
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

/// That a service names another.
#[derive(Clone, Copy)]
struct Edge {
    to: usize,
    place: Place,
}

/// Reports each circle that a walk in depth closes; every service is entered once.
fn report(file: &File<'_>, edges: &[Vec<Edge>], relation: &Relation, found: &mut Found) {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        OnPath,
        Done,
    }
    let mut state = vec![State::New; edges.len()];
    for start in 0..edges.len() {
        if state[start] != State::New {
            continue;
        }
        // Each service on the path, with how many of its edges were followed.
        let mut path = vec![(start, 0)];
        state[start] = State::OnPath;
        while let Some((at, followed)) = path.last_mut() {
            let Some(&edge) = edges[*at].get(*followed) else {
                state[*at] = State::Done;
                path.pop();
                continue;
            };
            *followed += 1;
            match state[edge.to] {
                State::New => {
                    state[edge.to] = State::OnPath;
                    path.push((edge.to, 0));
                }
                State::OnPath => {
                    let begin = path.iter().rposition(|&(on_path, _)| on_path == edge.to).unwrap_or(0);
                    found.push(circle(file, edges, &path[begin..], relation));
                }
                State::Done => {}
            }
        }
    }
}

fn circle(
    file: &File<'_>,
    edges: &[Vec<Edge>],
    path: &[(usize, usize)],
    relation: &Relation,
) -> crate::diagnostic::Diagnostic {
    const NAMED: usize = 6;
    let places: Vec<Place> = path.iter().map(|&(at, followed)| edges[at][followed - 1].place).collect();
    let mut names: Vec<String> =
        path.iter().take(NAMED).map(|&(at, _)| quoted(&file.services[at].name)).collect();
    let message = if path.len() == 1 {
        format!("service {} {}", names[0], relation.one)
    } else {
        if path.len() > NAMED {
            names.push("…".to_owned());
        }
        names.push(names[0].clone());
        format!("services {}: {}", relation.many, names.join(" → "))
    };
    let mut diagnostic = own("dependency-cycle", places[places.len() - 1], message).with_help(relation.help);
    for place in places.iter().rev().skip(1).take(NAMED) {
        diagnostic = diagnostic.with_related(*place, "named here");
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
