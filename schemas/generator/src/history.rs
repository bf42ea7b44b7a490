//! When each API version came, was deprecated, and went.

use crate::Result;
use crate::resources::{Resource, Resources};
use crate::source::WRITTEN;
use serde_json::Value;
use std::fmt::Write as _;

/// The rows of every API version of every kind as Rust source: 0 where it has not come to that, the API version to write instead,
/// followed by a kind where that differs, empty where there is none. The first is 8 also for what is older.
///
/// `facts` are what the specifications do not say, a list of `{api, kinds, deprecated, removed, use}`.
pub fn table(resources: &Resources, facts: &[Value]) -> Result<String> {
    let newest = resources.values().flat_map(|resource| &resource.minors).max().copied().unwrap_or_default();
    let is_served = |resource: &Resource| resource.minors.contains(&newest);
    for fact in facts {
        for kind in fact["kinds"].as_array().into_iter().flatten() {
            if !resources.contains_key(&(text(&fact["api"]), text(kind))) {
                return Err(format!("no version of Kubernetes served {} {kind}", fact["api"]).into());
            }
        }
    }
    let mut rows = format!("{WRITTEN}&[\n");
    for ((api_version, kind), resource) in resources {
        let about = |fact: &&Value| {
            text(&fact["api"]) == *api_version
                && fact["kinds"].as_array().is_some_and(|kinds| kinds.iter().any(|other| other == kind))
        };
        let fact = facts.iter().find(about).unwrap_or(&Value::Null);
        let first = resource.minors.iter().min().copied().unwrap_or_default();
        let last = resource.minors.iter().max().copied().unwrap_or_default();
        let removed = match fact["removed"].as_u64() {
            Some(removed) => removed,
            None if is_served(resource) => 0,
            None => u64::from(last) + 1,
        };
        let deprecated = fact["deprecated"].as_u64().unwrap_or_default();
        let mut instead = text(&fact["use"]);
        if instead.is_empty()
            && (removed > 0 || deprecated > 0 || stability(api_version).0 < Stability::Stable)
        {
            let group = group(api_version);
            let same = |(other, name): &&(String, String)| name == kind && group == self::group(other);
            let served = resources.iter().filter(|(_, other)| is_served(other)).map(|(key, _)| key);
            let best = served.filter(same).max_by_key(|(other, _)| stability(other));
            instead = best
                .map(|(other, _)| other)
                .filter(|other| *other != api_version)
                .cloned()
                .unwrap_or_default();
        } else if let Some((other, other_kind)) =
            instead.split_once(' ').or((!instead.is_empty()).then_some((&instead, kind)))
            && !resources.get(&(other.to_owned(), other_kind.to_owned())).is_some_and(is_served)
        {
            return Err(format!("{api_version} {kind}: {instead} is not served today").into());
        }
        writeln!(
            rows,
            "    Api {{ api_version: {api_version:?}, kind: {kind:?}, first: {first}, deprecated: {deprecated}, \
             removed: {removed}, replacement: {instead:?} }},"
        )?;
    }
    rows.push_str("]\n");
    Ok(rows)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The group of an API version; empty for the core.
fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Stability {
    Alpha,
    Beta,
    Stable,
}

/// How Kubernetes orders the versions of a group: stable ones last, the higher after the lower.
fn stability(api_version: &str) -> (Stability, u32, u32) {
    let version = api_version.rsplit('/').next().unwrap_or_default().trim_start_matches('v');
    let (major, stability, minor) = match (version.split_once("alpha"), version.split_once("beta")) {
        (Some((major, minor)), _) => (major, Stability::Alpha, minor),
        (_, Some((major, minor))) => (major, Stability::Beta, minor),
        _ => (version, Stability::Stable, ""),
    };
    (stability, major.parse().unwrap_or_default(), minor.parse().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn resources(rows: &[(&str, &str, &[u32])]) -> Resources {
        let row = |&(api, kind, minors): &(&str, &str, &[u32])| {
            let key = (api.to_owned(), kind.to_owned());
            (key, Resource { minors: minors.to_vec(), namespaced: None })
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn what_is_gone_or_unstable_leads_to_the_best_version_that_is_served() {
        let rows: &[(&str, &str, &[u32])] = &[
            ("a/v1", "K", &[9, 10]),
            ("a/v1beta1", "K", &[8, 9]),
            ("a/v2beta1", "K", &[10]),
            ("a/v2alpha1", "L", &[10]),
        ];
        let table = table(&resources(rows), &[]).unwrap();
        let lines: Vec<&str> = table.lines().filter(|line| line.contains("Api {")).collect();
        assert!(
            lines[0].contains(r#""a/v1", kind: "K", first: 9, deprecated: 0, removed: 0, replacement: "" "#)
        );
        assert!(lines[1].contains(r#"first: 8, deprecated: 0, removed: 10, replacement: "a/v1" "#));
        assert!(
            lines[3].contains(r#"kind: "K", first: 10, deprecated: 0, removed: 0, replacement: "a/v1" "#)
        );
        assert!(lines[2].contains(r#"kind: "L", first: 10, deprecated: 0, removed: 0, replacement: "" "#));
    }

    #[test]
    fn facts_say_when_and_where_to_and_must_be_about_what_was_and_is_served() {
        let rows: &[(&str, &str, &[u32])] = &[("old/v1", "K", &[8, 9, 10]), ("new/v1", "L", &[10, 11])];
        let said = |facts| table(&resources(rows), &[facts]);
        let row =
            said(json!({"api": "old/v1", "kinds": ["K"], "deprecated": 8, "removed": 9, "use": "new/v1 L"}));
        assert!(row.unwrap().contains(r#"deprecated: 8, removed: 9, replacement: "new/v1 L" "#));
        assert!(said(json!({"api": "old/v1", "kinds": ["M"]})).is_err());
        assert!(said(json!({"api": "new/v1", "kinds": ["L"], "use": "old/v1 K"})).is_err());
    }
}
