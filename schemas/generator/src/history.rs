//! When each API version came, was deprecated, and went.

use crate::Result;
use crate::resources::Resources;
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// The table of every API version of every kind as Rust source, a row `(api_version, kind, first, deprecated, removed, instead)`
/// each: minor versions, 0 where it has not come to that, and the API version to write instead, empty where there is none.
/// `facts` holds what the specifications do not say, by `API_VERSION KIND`: `deprecated`, `removed` and `use`.
pub fn table(resources: &Resources, facts: &Map<String, Value>) -> Result<String> {
    let newest = resources.values().flat_map(|resource| &resource.minors).max().copied().unwrap_or_default();
    let mut unused: Vec<&str> = facts.keys().map(String::as_str).collect();
    let mut rows = String::from("[\n");
    for ((api_version, kind), resource) in resources {
        let name = format!("{api_version} {kind}");
        unused.retain(|other| *other != name);
        let fact = facts.get(&name).unwrap_or(&Value::Null);
        let first = resource.minors.iter().min().copied().unwrap_or_default();
        let last = resource.minors.iter().max().copied().unwrap_or_default();
        let gone = if last < newest { u64::from(last) + 1 } else { 0 };
        let removed = fact["removed"].as_u64().unwrap_or(gone);
        let deprecated = fact["deprecated"].as_u64().unwrap_or_default();
        let instead = fact["use"].as_str().unwrap_or_default();
        let unserved = resources
            .get(&(instead.to_owned(), kind.clone()))
            .is_none_or(|other| !other.minors.contains(&newest));
        if !instead.is_empty() && unserved {
            return Err(format!("{name}: no version of Kubernetes serves {instead} {kind} today").into());
        }
        writeln!(rows, "    ({api_version:?}, {kind:?}, {first}, {deprecated}, {removed}, {instead:?}),")?;
    }
    rows.push_str("]\n");
    match unused.first() {
        Some(name) => Err(format!("no version of Kubernetes serves {name}").into()),
        None => Ok(rows),
    }
}
