//! `retired`: names that something refers to as a service of the project, though nothing here is called so any more.

use super::draft::{Draft, at, at_some, comment, scalar};
use crate::model::{Clue, Model, Names, Seen};
use std::collections::HashMap;

/// Names that are shown; a list that is longer is no help.
const SHOWN: usize = 20;

/// A name that looks retired.
struct Candidate<'n> {
    name: &'n str,
    seen: &'n [Seen],
    /// A name of its family that is defined.
    sibling: &'n str,
}

/// Writes the section. Everything in it is a comment: that something is gone can only be guessed.
///
/// `project` is what the folder of the project is called.
pub fn propose(draft: &mut Draft, model: &Model<'_>, names: &Names, project: Option<&str>) {
    draft.section("Services that are gone: their names are looked for in keys, values, images, hosts, path filters and scripts.");
    let found = candidates(names, project);
    if found.is_empty() {
        draft.line("# retired:\n#   - {name: old-service, now: new-service, until: 2030-01-31}");
        return;
    }
    draft.line("# These are referred to, but no service, workload, chart, job or folder here is called so: are they gone?");
    draft.line("# retired:");
    for candidate in found.iter().take(SHOWN) {
        draft.because(&format!("#   - name: {}", scalar(candidate.name)), &why(model, names, candidate));
    }
    if found.len() > SHOWN {
        draft.line(&format!("#   and {} more", found.len() - SHOWN));
    }
}

fn why(model: &Model<'_>, names: &Names, candidate: &Candidate<'_>) -> String {
    let places: Vec<_> = candidate.seen.iter().map(|seen| seen.place).collect();
    let sibling = match names.defined.get(candidate.sibling) {
        Some(Some(place)) => format!("`{}` is at {}", candidate.sibling, at(model, *place)),
        _ => format!("`{}` is the project itself", candidate.sibling),
    };
    comment(&format!("{}; of its family, {sibling}", at_some(model, &places)))
}

/// Names that are referred to as services, are not defined, and have a family that is.
fn candidates<'n>(names: &'n Names, project: Option<&'n str>) -> Vec<Candidate<'n>> {
    let families = Families::new(names, project);
    let found = names.seen.iter().filter_map(|(name, seen)| {
        // The name of an image need not be that of a service.
        let says = |seen: &Seen| seen.clue != Clue::Image;
        let sibling = families.sibling(name).filter(|_| seen.iter().any(says) && !is_defined(names, name))?;
        Some(Candidate { name, seen, sibling })
    });
    found.collect()
}

fn is_defined(names: &Names, name: &str) -> bool {
    let bare =
        |prefix: &String| name.strip_prefix(&**prefix).is_some_and(|bare| names.defined.contains_key(bare));
    names.defined.contains_key(name) || names.prefixes.iter().any(bare)
}

/// The defined names by what those of a family have in common: of each group the first name, and how many there are.
#[derive(Default)]
struct Families<'n> {
    /// The first and the last word of three or more.
    ends: HashMap<(&'n str, &'n str), &'n str>,
    firsts: HashMap<&'n str, (&'n str, usize)>,
    lasts: HashMap<&'n str, (&'n str, usize)>,
}

/// How many names a family has at least that has only its first, or only its last word in common.
const BY_FIRST: usize = 2;
const BY_LAST: usize = 3;

impl<'n> Families<'n> {
    fn new(names: &'n Names, project: Option<&'n str>) -> Self {
        let mut families = Self::default();
        // Files and folders are called as they like: only what is defined in a file makes a family, and the project itself.
        let placed = names.defined.iter().filter(|(_, place)| place.is_some()).map(|(name, _)| &**name);
        for name in placed.chain(project) {
            let Some((first, last)) = ends(name) else { continue };
            if name.matches('-').count() > 1 {
                families.ends.entry((first, last)).or_insert(name);
            }
            families.firsts.entry(first).or_insert((name, 0)).1 += 1;
            families.lasts.entry(last).or_insert((name, 0)).1 += 1;
        }
        families
    }

    fn sibling(&self, name: &str) -> Option<&'n str> {
        let (first, last) = ends(name)?;
        let many = |of: &HashMap<&str, (&'n str, usize)>, word, least| {
            of.get(word).filter(|(_, count)| *count >= least).map(|(name, _)| *name)
        };
        let both = self.ends.get(&(first, last)).filter(|_| name.matches('-').count() > 1);
        let by_first = || many(&self.firsts, first, BY_FIRST).filter(|_| !GENERIC.contains(&first));
        // What others make is called by their names: `postgres-service` is of no family here.
        let by_last = || many(&self.lasts, last, BY_LAST).filter(|_| !INFRASTRUCTURE.contains(&first));
        both.copied().or_else(by_first).or_else(by_last)
    }
}

/// First words that make no family.
const GENERIC: &[&str] = &["api", "app", "backend", "demo", "example", "frontend", "my", "test", "web"];

/// Names of what a project runs but does not write.
const INFRASTRUCTURE: &[&str] = &[
    "cassandra",
    "chroma",
    "clickhouse",
    "consul",
    "db",
    "elastic",
    "elasticsearch",
    "etcd",
    "grafana",
    "influxdb",
    "jaeger",
    "kafka",
    "kibana",
    "localstack",
    "loki",
    "mailhog",
    "mariadb",
    "memcached",
    "minio",
    "mongo",
    "mongodb",
    "mysql",
    "nats",
    "nginx",
    "opensearch",
    "otel",
    "postgres",
    "postgresql",
    "prometheus",
    "rabbitmq",
    "redis",
    "solr",
    "temporal",
    "traefik",
    "vault",
    "zipkin",
    "zookeeper",
];

fn ends(name: &str) -> Option<(&str, &str)> {
    Some((name.split_once('-')?.0, name.rsplit_once('-')?.1))
}
