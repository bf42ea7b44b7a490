//! The rules that ship, and the loading of rule files.

use super::{Rule, compile, duplicates, read};
use crate::shape::Mistake;
use crate::source::{FileId, SourceFile, Sources};
use crate::yaml::{self, Document, Options};

/// The rule files that ship: path below `rules/` and text. One line a file; a test compares the list with the folder.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("compose/missing-healthcheck.yaml", include_str!("../../rules/compose/missing-healthcheck.yaml")),
    (
        "deployment/retired-service-mention.yaml",
        include_str!("../../rules/deployment/retired-service-mention.yaml"),
    ),
    ("deployment/retired-service.yaml", include_str!("../../rules/deployment/retired-service.yaml")),
    ("kubernetes/missing-probe.yaml", include_str!("../../rules/kubernetes/missing-probe.yaml")),
];

/// Rules and the documents they were read from.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The rules, in the order of their files.
    pub rules: Vec<Rule>,
    /// The rule files.
    pub documents: Vec<Document>,
}

impl Catalog {
    /// The document that a rule was read from.
    pub fn document(&self, rule: &Rule) -> Option<&Document> {
        self.documents.iter().find(|document| document.file() == rule.file)
    }

    /// The rule of a name.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| &*rule.id == id)
    }
}

/// Reads and compiles rule files (path and text of each), and adds them to `sources`, so that their mistakes can be drawn.
/// The error is every mistake in every file.
pub fn load<'f>(
    files: impl IntoIterator<Item = (&'f str, &'f str)>,
    sources: &mut Sources,
) -> Result<Catalog, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut rules = Vec::new();
    let documents: Vec<Document> = files.into_iter().map(|(path, text)| parse(path, text, sources)).collect();
    let mut ids = Vec::new();
    for document in &documents {
        match read(document) {
            Ok(raw) => {
                for raw in raw {
                    match compile(&raw) {
                        Ok(rule) => rules.push(rule),
                        Err(found) => mistakes.extend(found),
                    }
                    ids.push(raw.id);
                }
            }
            Err(found) => mistakes.extend(found),
        }
    }
    mistakes.extend(duplicates(ids.iter()));
    mistakes.sort_by_key(|mistake| mistake.place);
    mistakes.dedup();
    if mistakes.is_empty() { Ok(Catalog { rules, documents }) } else { Err(mistakes) }
}

fn parse(path: &str, text: &str, sources: &mut Sources) -> Document {
    let file: FileId = sources.add(SourceFile::new(path, text));
    yaml::parse(text, Options { file, ..Options::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_rule_file_ships_and_compiles() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        let mut files = BTreeSet::new();
        for family in std::fs::read_dir(&folder).expect("the folder is in the repository") {
            let family = family.expect("an entry").path();
            for file in std::fs::read_dir(&family).into_iter().flatten() {
                let path = file.expect("an entry").path();
                let path = path.strip_prefix(&folder).expect("it lies below").to_string_lossy().into_owned();
                files.insert(path.replace('\\', "/"));
            }
        }
        let listed: Vec<_> = BUILT_IN.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(listed, files.into_iter().collect::<Vec<_>>(), "the list is sorted and complete");
        let mut sources = Sources::default();
        let catalog = load(BUILT_IN.iter().copied(), &mut sources)
            .map_err(|mistakes| mistakes.iter().map(|mistake| mistake.message.clone()).collect::<Vec<_>>());
        let catalog = catalog.expect("the rules that ship have no mistakes");
        for rule in &catalog.rules {
            assert!(!rule.summary.is_empty() && rule.explain.is_some(), "{} is documented", rule.id);
        }
    }
}
