//! The rules that ship, and the loading of rule files.

use super::{Rule, compile, read_what_stands};
use crate::shape::{Mistake, field};
use crate::source::{Encoding, Place, SourceFile, Sources, Span, Spanned};
use crate::yaml::{self, Document, Options};
use std::collections::HashMap;
use std::sync::Arc;

/// The rule files that ship: path below `rules/` and text. One line a file; a test compares the list with the folder.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("compose/missing-healthcheck.yaml", include_str!("../../rules/compose/missing-healthcheck.yaml")),
    (
        "compose/obsolete-compose-version.yaml",
        include_str!("../../rules/compose/obsolete-compose-version.yaml"),
    ),
    (
        "deployment/deploy-outside-pipeline.yaml",
        include_str!("../../rules/deployment/deploy-outside-pipeline.yaml"),
    ),
    (
        "deployment/plaintext-secret-in-sample.yaml",
        include_str!("../../rules/deployment/plaintext-secret-in-sample.yaml"),
    ),
    ("deployment/plaintext-secret.yaml", include_str!("../../rules/deployment/plaintext-secret.yaml")),
    (
        "deployment/retired-service-mention.yaml",
        include_str!("../../rules/deployment/retired-service-mention.yaml"),
    ),
    ("deployment/retired-service.yaml", include_str!("../../rules/deployment/retired-service.yaml")),
    (
        "deployment/self-hosted-outside-pipeline.yaml",
        include_str!("../../rules/deployment/self-hosted-outside-pipeline.yaml"),
    ),
    ("kubernetes/missing-probe.yaml", include_str!("../../rules/kubernetes/missing-probe.yaml")),
];

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It ships.
    BuiltIn,
    /// From the project's own folder of rules.
    Project,
    /// From a pack that the configuration names.
    Pack,
    /// From a file that the user named.
    Named,
}

impl Origin {
    /// The name in lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BuiltIn => "built-in",
            Self::Project => "project",
            Self::Pack => "pack",
            Self::Named => "named",
        }
    }
}

/// A rule file before it is parsed.
#[derive(Debug)]
pub struct RuleFile {
    /// Path and text.
    pub source: SourceFile,
    /// Where it comes from.
    pub origin: Origin,
    /// What stands before the ids of its rules, with a `/` between.
    pub prefix: Option<String>,
}

/// The rule files that ship, as files.
pub fn built_in() -> impl Iterator<Item = RuleFile> {
    BUILT_IN.iter().map(|&(path, text)| RuleFile {
        source: SourceFile::new(format!("plimsoll:rules/{path}"), text),
        origin: Origin::BuiltIn,
        prefix: None,
    })
}

/// Rules and the documents they were read from.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The rules, in the order of their files.
    pub rules: Vec<Rule>,
    /// The rule files, in the order of their ids.
    pub documents: Vec<Document>,
    /// What to use instead of the rules that are deprecated, by their names.
    deprecated: HashMap<Arc<str>, String>,
}

impl Catalog {
    /// The document that a rule was read from.
    pub fn document(&self, rule: &Rule) -> Option<&Document> {
        let index = self.documents.binary_search_by_key(&rule.file, Document::file).ok()?;
        self.documents.get(index)
    }

    /// What to use instead of a rule, if it is deprecated.
    pub fn deprecated(&self, rule: &Rule) -> Option<&str> {
        self.deprecated.get(&rule.id).map(String::as_str)
    }

    /// The rule of a name.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| &*rule.id == id)
    }
}

/// What came of rule files.
#[derive(Debug, Default)]
pub struct Loading {
    /// The rules without mistakes.
    pub catalog: Catalog,
    /// The ids of all rules, also of those with mistakes, as far as they could be read.
    pub ids: Vec<String>,
    /// Every mistake in every file.
    pub mistakes: Vec<Mistake>,
}

/// Reads and compiles rule files (path and text of each), and adds them to `sources`, so that their mistakes can be drawn.
/// The error is every mistake in every file.
pub fn load<'f>(
    files: impl IntoIterator<Item = (&'f str, &'f str)>,
    sources: &mut Sources,
) -> Result<Catalog, Vec<Mistake>> {
    let file = |(path, text)| RuleFile {
        source: SourceFile::new(path, text),
        origin: Origin::BuiltIn,
        prefix: None,
    };
    let loading = load_files(files.into_iter().map(file), &[], sources);
    if loading.mistakes.is_empty() { Ok(loading.catalog) } else { Err(loading.mistakes) }
}

/// Reads and compiles rule files, and adds them to `sources`. `taken` are names that no rule may have.
pub fn load_files(
    files: impl IntoIterator<Item = RuleFile>,
    taken: &[&str],
    sources: &mut Sources,
) -> Loading {
    let mut loading = Loading::default();
    let mut ids: Vec<(Spanned<String>, Origin)> = Vec::new();
    for RuleFile { source, origin, prefix } in files {
        let prefixed = |id: &str| match &prefix {
            Some(prefix) => format!("{prefix}/{id}"),
            None => id.to_owned(),
        };
        let (encoding, text) = (source.encoding, source.text.clone());
        let file = sources.add(source);
        if let Encoding::Lossy { first } | Encoding::LossyUtf16 { first } = encoding {
            let place = Place { file, span: Span::new(first, first + 3) };
            let mistake = Mistake::new(place, "the rule file is not UTF-8 from here on");
            loading.mistakes.push(mistake.with_help("save it as UTF-8"));
            continue;
        }
        let document = yaml::parse(text, Options { file, ..Options::default() });
        let (rules, found) = read_what_stands(&document);
        let sound = found.is_empty();
        loading.mistakes.extend(found);
        for mut raw in rules {
            raw.id.value = prefixed(&raw.id.value);
            match compile(&raw, origin) {
                Ok(rule) if sound => {
                    let instead = raw.deprecated.map(|instead| (rule.id.clone(), instead.value));
                    loading.catalog.deprecated.extend(instead);
                    loading.catalog.rules.push(rule);
                }
                Ok(_) => {}
                Err(found) => loading.mistakes.extend(found),
            }
        }
        ids.extend(written_ids(&document).map(|id| (id.map(|id| prefixed(&id)), origin)));
        loading.catalog.documents.push(document);
    }
    loading.mistakes.extend(clashes(&ids, taken));
    loading.ids = ids.into_iter().map(|(id, _)| id.value).collect();
    loading.mistakes.sort_by_key(|mistake| mistake.place);
    loading.mistakes.dedup();
    loading
}

/// The ids in a file, also those of rules with mistakes, so that whoever names them is not blamed.
fn written_ids(document: &Document) -> impl Iterator<Item = Spanned<String>> {
    let nodes = document.roots().flat_map(|root| {
        std::iter::once(root).chain(root.get("rules").into_iter().flat_map(crate::yaml::Node::items))
    });
    nodes.filter_map(|node| field(node, "id"))
}

/// The ids that stand more than once or belong to something else, each with the place of the first.
fn clashes(ids: &[(Spanned<String>, Origin)], taken: &[&str]) -> Vec<Mistake> {
    let mut first: HashMap<&str, (Place, Origin)> = HashMap::new();
    let mut mistakes = Vec::new();
    for (id, origin) in ids {
        if taken.contains(&&*id.value) {
            let message = format!("`{}` is the name of a check of plimsoll itself", id.value);
            mistakes.push(Mistake::new(id.place, message).with_help("give the rule another id"));
        }
        let Some(&(place, of)) = first.get(&*id.value) else {
            first.insert(&id.value, (id.place, *origin));
            continue;
        };
        if place == id.place {
            continue;
        }
        let (message, help) = match (of, origin) {
            (Origin::BuiltIn, _) => (
                format!("`{}` is the name of a rule that ships", id.value),
                "give this one another id; `rules` in plimsoll.yaml sets severity and params of the one that ships",
            ),
            (_, Origin::Pack) => (
                format!("a second rule is called `{}`", id.value),
                "give one of them another id, or the pack a `prefix`",
            ),
            _ => (format!("a second rule is called `{}`", id.value), "give one of them another id"),
        };
        mistakes.push(Mistake::new(id.place, message).with_help(help).with_related(place, "first here"));
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PRESETS;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// A new rule is in no preset unless someone lists it, and in no version that is released already.
    #[test]
    fn the_newest_version_of_each_preset_lists_the_rules_of_its_profile() {
        let loading = load_files(built_in(), &[], &mut Sources::default());
        for profile in ["recommended", "hardening"] {
            let newest = PRESETS.iter().rfind(|preset| preset.profile == profile).expect("it has a version");
            let is_in = |rule: &&Rule| {
                let default = rule.profiles.is_empty() && profile == "recommended";
                default || rule.profiles.iter().any(|of| of == profile)
            };
            let rules: BTreeSet<_> =
                loading.catalog.rules.iter().filter(is_in).map(|rule| &*rule.id).collect();
            assert_eq!(
                newest.rules.to_vec(),
                rules.into_iter().collect::<Vec<_>>(),
                "{}: list the rule here, or in a new version if this one is released; sorted",
                newest.name
            );
        }
        let listed = PRESETS.iter().flat_map(|preset| preset.rules);
        for rule in listed.filter_map(|id| loading.catalog.get(id)) {
            assert_eq!(rule.required().count(), 0, "{} runs without configuration", rule.id);
        }
    }

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
