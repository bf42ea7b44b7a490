//! What a run judges by: the configuration and the rules, read together, with all their mistakes at once.

use crate::config::{self, RawConfig, Settings, unknown_rules};
use crate::diagnostic::Diagnostic;
use crate::engine::CHECKS;
use crate::rule::{self, Catalog, Origin, Rule};
use crate::shape::{Mistake, suggest};
use crate::source::{FileId, SourceFile, Sources};
use crate::yaml::{self, Document, Options};
use std::path::Path;

/// Which rules there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleFiles {
    /// Those that ship, those of the project and those of its packs.
    Project,
    /// Those that ship.
    BuiltIn,
}

/// The configuration and the rules of a run.
#[derive(Debug)]
pub struct Policy<'d> {
    /// The settings; without mistakes only.
    pub settings: Settings<'d>,
    /// The rules that have no mistakes.
    pub catalog: Catalog,
    /// Everything that is wrong, in the order of the files: the run cannot begin before it is mended.
    pub mistakes: Vec<Mistake>,
    config: Option<FileId>,
}

/// Parses the configuration, given its path and text.
pub fn configuration(config: Option<&(String, String)>, sources: &mut Sources) -> Option<Document> {
    let (path, text) = config?;
    let file = sources.add(SourceFile::new(path.as_str(), text.as_str()));
    Some(yaml::parse(text.as_str(), Options { file, ..Options::default() }))
}

impl<'d> Policy<'d> {
    /// Reads the configuration and the rules of the project at `root`.
    pub fn read(
        config: Option<&'d Document>,
        rule_files: RuleFiles,
        root: &Path,
        sources: &mut Sources,
    ) -> Self {
        let packs = config.map(config::packs).unwrap_or_default();
        let (own, found) = match rule_files {
            RuleFiles::Project => rule::find(root, &packs, sources),
            RuleFiles::BuiltIn => (Vec::new(), Vec::new()),
        };
        let checks: Vec<_> = CHECKS.iter().map(|check| check.0).collect();
        let loading = rule::load_files(rule::built_in().chain(own), &checks, sources);
        let mut mistakes = found;
        let settings = config.map_or_else(
            || Ok(Settings::default()),
            |document| RawConfig::read(document).and_then(Settings::new),
        );
        let settings = settings.unwrap_or_else(|found| {
            mistakes.extend(found);
            Settings::default()
        });
        if let Some(document) = config {
            let known: Vec<_> = loading.ids.iter().map(String::as_str).chain(checks).collect();
            mistakes.extend(unknown_rules(document, &known));
        }
        mistakes.extend(loading.mistakes);
        mistakes.sort_by_key(|mistake| mistake.place);
        mistakes.dedup();
        Self { settings, catalog: loading.catalog, mistakes, config: config.map(Document::file) }
    }

    /// The mistakes as they are drawn.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let check = |mistake: &Mistake| {
            if Some(mistake.place.file) == self.config { "configuration" } else { "rule-file" }
        };
        self.mistakes.iter().map(|mistake| mistake.clone().into_diagnostic(check(mistake))).collect()
    }

    /// Every name that a configuration or an argument may use for what is reported.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.catalog.rules.iter().map(|rule| &*rule.id).chain(CHECKS.iter().map(|check| check.0))
    }

    /// The error says that there is no rule of this name, and which was most likely meant.
    pub fn know(&self, name: &str) -> Result<(), String> {
        if self.names().any(|known| known == name) {
            return Ok(());
        }
        let hint = suggest(name, self.names()).map_or_else(
            || "; `plimsoll rules` lists them".to_owned(),
            |near| format!("; did you mean `{near}`?"),
        );
        Err(format!("unknown rule `{name}`{hint}"))
    }

    /// Whether a rule is on: by its profile, or since the configuration sets it.
    pub fn is_on(&self, rule: &Rule) -> bool {
        let by_profile = match rule.origin {
            Origin::BuiltIn if rule.profiles.is_empty() => {
                self.settings.profiles.iter().any(|profile| profile == "recommended")
            }
            _ if rule.profiles.is_empty() => true,
            _ => rule.profiles.iter().any(|profile| self.settings.profiles.contains(profile)),
        };
        by_profile || self.settings.is_set(&rule.id)
    }
}
