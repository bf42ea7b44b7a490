//! Finds retired names in text: whole identifiers over `[A-Za-z0-9_-]`, case-sensitive, in linear time.

use super::raw::{RawRetired, RetiredName};
use crate::shape::Mistake;
use aho_corasick::{AhoCorasick, Input};
use std::collections::HashMap;
use std::ops::Range;

/// The configured names and globs, ready to search with.
#[derive(Debug, Default)]
pub struct Retired {
    entries: Vec<RawRetired>,
    names: HashMap<String, usize>,
    /// Entries that are globs, in order.
    globs: Vec<usize>,
    /// Every name, and the longest literal piece of every glob: an identifier without any of them cannot match.
    literals: Option<AhoCorasick>,
}

/// A retired name in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The identifier, in bytes of the text.
    pub range: Range<usize>,
    /// The entry it matches, as an index into [`Retired::entries`].
    pub entry: usize,
}

impl Retired {
    /// Prepares the search. The error names entries that stand twice.
    pub fn new(entries: Vec<RawRetired>) -> Result<Self, Vec<Mistake>> {
        let mut seen: HashMap<&str, &RawRetired> = HashMap::new();
        let mut mistakes = Vec::new();
        for entry in &entries {
            let name = entry.name.value.as_str();
            match seen.get(name) {
                Some(first) => mistakes.push(
                    Mistake::new(entry.name.place, format!("`{name}` is retired twice"))
                        .with_help("keep one of the two entries")
                        .with_related(first.name.place, "first here"),
                ),
                None => {
                    seen.insert(name, entry);
                }
            }
        }
        let literals: Vec<&str> = entries.iter().map(|entry| literal(&entry.name.value)).collect();
        let literals = match AhoCorasick::new(&literals) {
            _ if literals.is_empty() => None,
            Ok(searcher) => Some(searcher),
            Err(error) => {
                let place = entries[0].name.place;
                mistakes.push(Mistake::new(place, format!("the retired names are too many: {error}")));
                None
            }
        };
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let mut names = HashMap::new();
        let mut globs = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            match &entry.name.value {
                RetiredName::Name(name) => {
                    names.insert(name.clone(), index);
                }
                RetiredName::Glob(_) => globs.push(index),
            }
        }
        let retired = Self { entries, names, globs, literals };
        let mistakes = retired.still_retired();
        if mistakes.is_empty() { Ok(retired) } else { Err(mistakes) }
    }

    /// The names that are there `now` and are retired themselves.
    fn still_retired(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        for now in self.entries.iter().filter_map(|entry| entry.now.as_ref()) {
            let found = self.find(&now.value).into_iter().next();
            let Some(Match { range, entry }) = found else { continue };
            let name = &now.value[range];
            let by = &self.entries[entry].name;
            let help = match &by.value {
                RetiredName::Name(_) => "name what is there at last".to_owned(),
                RetiredName::Glob(glob) => {
                    format!("name what is there at last, or except it from `{glob}`: `except: [{name}]`")
                }
            };
            mistakes.push(
                Mistake::new(now.place, format!("`{name}` is retired itself"))
                    .with_help(help)
                    .with_related(by.place, "retired here"),
            );
        }
        mistakes
    }

    /// The entries, in the order of the configuration.
    pub fn entries(&self) -> &[RawRetired] {
        &self.entries
    }

    /// Every match, in the order of the text. A name wins over globs, an earlier glob over later ones.
    pub fn find(&self, text: &str) -> Vec<Match> {
        let mut matches = Vec::new();
        let Some(literals) = &self.literals else { return matches };
        let mut from = 0;
        // Each hit settles the whole identifier around it, and the search goes on behind that: no byte is looked at
        // again for another hit, however the names overlap.
        while let Some(hit) = literals.find(Input::new(text).range(from..)) {
            let range = identifier_around(text, hit.start()..hit.end(), from);
            from = range.end;
            if let Some(entry) = self.entry_of(&text[range.clone()]) {
                matches.push(Match { range, entry });
            }
        }
        matches
    }

    /// The entry that retires an identifier.
    fn entry_of(&self, identifier: &str) -> Option<usize> {
        let excepted =
            |index: usize| self.entries[index].except.iter().any(|glob| wildcard(&glob.value, identifier));
        if let Some(&index) = self.names.get(identifier) {
            return (!excepted(index)).then_some(index);
        }
        let mut globs = self.globs.iter().copied();
        globs.find(|&index| wildcard(self.entries[index].name.value.as_str(), identifier) && !excepted(index))
    }
}

/// The text an identifier must contain to match: the name, or the longest piece of a glob between wildcards.
fn literal(name: &RetiredName) -> &str {
    match name {
        RetiredName::Name(name) => name,
        RetiredName::Glob(glob) => glob.split(['*', '?']).max_by_key(|piece| piece.len()).unwrap_or_default(),
    }
}

fn identifier_around(text: &str, hit: Range<usize>, from: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'-';
    let before = bytes[from..hit.start].iter().rev().take_while(|byte| part(byte)).count();
    let after = bytes[hit.end..].iter().take_while(|byte| part(byte)).count();
    hit.start - before..hit.end + after
}

/// Whether a glob matches a whole identifier. Only the last `*` is ever tried again, so the cost is at most the
/// product of the two lengths.
fn wildcard(glob: &str, identifier: &str) -> bool {
    let (glob, name) = (glob.as_bytes(), identifier.as_bytes());
    let (mut g, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        if glob.get(g) == Some(&b'*') {
            star = Some((g, n));
            g += 1;
        } else if glob.get(g).is_some_and(|&byte| byte == b'?' || byte == name[n]) {
            g += 1;
            n += 1;
        } else if let Some((at, taken)) = star {
            star = Some((at, taken + 1));
            g = at + 1;
            n = taken + 1;
        } else {
            return false;
        }
    }
    glob[g..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RawConfig;

    fn retired(config: &str) -> Retired {
        let document = crate::yaml::parse(config, crate::yaml::Options::default());
        let config = RawConfig::read(&document).unwrap_or_default();
        assert!(!config.retired.is_empty(), "the fixture is a configuration");
        Retired::new(config.retired).unwrap_or_default()
    }

    fn found<'t>(config: &str, text: &'t str) -> Vec<&'t str> {
        let retired = retired(config);
        let matches = retired.find(text);
        matches.into_iter().map(|found| &text[found.range]).collect()
    }

    #[test]
    fn a_name_matches_whole_identifiers_only() {
        let names = "retired: [fm-auth-service, fm-core-lib, fm-job-worker]";
        for text in [
            "FaultMaven/fm-core-lib.git@main",
            "fm-core-lib",
            "ghcr.io/x/fm-core-lib:tag",
            "http://fm-core-lib:8001/",
            "fm-core-lib.default.svc",
            "${fm-core-lib}",
            "éfm-core-libé",
        ] {
            assert_eq!(found(names, text), ["fm-core-lib"], "{text}");
        }
        for text in [
            "FM_AUTH_SERVICE_URL",
            "my-fm-auth-service",
            "fm-auth-service-2",
            "fm-job-worker-beat",
            "Fm-core-lib",
        ] {
            assert_eq!(found(names, text), [""; 0], "{text}");
        }
        assert_eq!(
            found(names, "fm-job-worker-beat fm-job-worker,fm-auth-service"),
            ["fm-job-worker", "fm-auth-service"]
        );
    }

    #[test]
    fn a_glob_matches_within_an_identifier_except_its_exceptions() {
        let globs = "retired: [{glob: 'fm-*-service', except: [fm-core-service, 'fm-x?-service']}]";
        let text = "fm-auth-service fm-core-service fm-x1-service fm-x12-service fm-a/b-service";
        assert_eq!(found(globs, text), ["fm-auth-service", "fm-x12-service"]);
    }

    #[test]
    fn a_name_wins_over_a_glob() {
        let retired = retired("retired: [{glob: 'old-*'}, {name: old-api, now: api}]");
        let entries: Vec<_> = retired.find("old-api old-db").into_iter().map(|found| found.entry).collect();
        assert_eq!(entries, [1, 0]);
    }

    #[test]
    fn a_name_retired_twice_is_a_mistake_with_both_places() {
        let config = "retired: [api, db, {name: api}]";
        let document = crate::yaml::parse(config, crate::yaml::Options::default());
        let entries = RawConfig::read(&document).unwrap_or_default().retired;
        let mistakes = Retired::new(entries).err().unwrap_or_default();
        let places: Vec<_> =
            mistakes.iter().map(|it| (it.place.span.start, it.related[0].place.span.start)).collect();
        assert_eq!(places, [(26, 10)]);
    }

    #[test]
    fn overlapping_hits_in_one_huge_identifier_stay_linear() {
        let text = "ab-".repeat(1 << 20);
        let started = std::time::Instant::now();
        assert_eq!(found("retired: [ab, b-a, {glob: 'b-*?z'}]", &text), [""; 0]);
        assert!(started.elapsed().as_secs() < 10, "quadratic work would take hours");
    }
}
