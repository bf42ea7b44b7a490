//! What a run judges by: the configuration and the rules, read together, with all their mistakes at once.

use crate::checks::CHECKS;
use crate::config::{self, Level, Override, RawConfig, RuleSetting, Settings, unknown_rules};
use crate::diagnostic::Diagnostic;
use crate::discover::Stdin;
use crate::rule::{self, Catalog, Origin, Param, Rule};
use crate::shape::{Mistake, suggest};
use crate::source::{FileId, Place, SourceFile, Sources};
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

/// Where a rule runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// In no file.
    Never,
    /// In the files for which an override of the configuration sets it.
    WhereSet,
    /// In every file where the configuration does not switch it off.
    Everywhere,
}

impl<'d> Policy<'d> {
    /// Reads the configuration and the rules of the project at `root`. What is given takes the place of the rule file of its name.
    pub fn read(
        config: Option<&'d Document>,
        rule_files: RuleFiles,
        root: &Path,
        given: Option<&Stdin>,
        sources: &mut Sources,
    ) -> Self {
        let packs = config.map(config::packs).unwrap_or_default();
        let (own, found) = match rule_files {
            RuleFiles::Project => rule::find(root, &packs, given, sources),
            RuleFiles::BuiltIn => (Vec::new(), Vec::new()),
        };
        let checks: Vec<_> = CHECKS.iter().map(|check| check.0).collect();
        let loading = rule::load_files(rule::built_in().chain(own), &checks, sources);
        let mut mistakes = found;
        let settings = config.map_or_else(
            || Ok(Settings::default()),
            |document| RawConfig::read(document).and_then(Settings::new),
        );
        let (settings, is_sound) = match settings {
            Ok(settings) => (settings, true),
            Err(found) => {
                mistakes.extend(found);
                (Settings::default(), false)
            }
        };
        if let Some(document) = config {
            let known: Vec<_> = loading.ids.iter().map(String::as_str).chain(checks).collect();
            mistakes.extend(unknown_rules(document, &known));
        }
        if is_sound {
            mistakes.extend(params(&loading.catalog, &settings));
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

    /// Whether a rule is on: by a preset or a profile, or since the configuration sets it.
    pub fn is_on(&self, rule: &Rule) -> bool {
        is_on(rule, &self.settings)
    }

    /// The key that the configuration lacks though a rule needs it.
    pub fn lacks<'r>(&self, rule: &'r Rule) -> Option<&'r str> {
        rule.needs.as_deref().filter(|_| self.settings.pipeline.is_empty())
    }

    /// Where a rule runs. An override switches on a rule that is not on by itself, in its own files.
    pub fn runs(&self, rule: &Rule) -> Runs {
        let settings = &self.settings;
        let level = |settings: &[RuleSetting<'_>]| {
            let own = settings.iter().filter(|setting| setting.id.value == *rule.id);
            own.filter_map(|setting| setting.level.as_ref()).next_back().map(|level| level.value)
        };
        let sets = |settings: &[RuleSetting<'_>]| settings.iter().any(|setting| setting.id.value == *rule.id);
        let off = level(&settings.rules) == Some(Level::Off);
        let by_override =
            |entry: &Override<'_>| sets(&entry.rules) && level(&entry.rules) != Some(Level::Off);
        match (on_by_itself(rule, settings) || sets(&settings.rules)) && !off {
            true => Runs::Everywhere,
            false if settings.overrides.iter().any(by_override) => Runs::WhereSet,
            false => Runs::Never,
        }
    }

    /// The error names the params of a rule that is asked for and that the configuration must set.
    pub fn settled(&self, rule: &Rule) -> Result<(), String> {
        let is_set = |param: &str| {
            let own = self.settings.rules.iter().filter(|setting| setting.id.value == *rule.id);
            own.flat_map(|setting| &setting.params).any(|(name, _)| name.value == param)
        };
        match rule.required().find(|param| !is_set(&param.name)) {
            Some(param) => {
                let Param { name, of, .. } = param;
                Err(format!(
                    "the rule `{}` needs a value for its param `{name}` ({}): set it in plimsoll.yaml, under `rules`",
                    rule.id,
                    of.name()
                ))
            }
            None => Ok(()),
        }
    }
}

fn is_on(rule: &Rule, settings: &Settings<'_>) -> bool {
    on_by_itself(rule, settings) || settings.is_set(&rule.id)
}

fn on_by_itself(rule: &Rule, settings: &Settings<'_>) -> bool {
    if rule.origin == Origin::BuiltIn {
        settings.presets.iter().any(|preset| preset.holds(&rule.id))
    } else {
        let of = |profile: &String| settings.presets.iter().any(|preset| preset.profile == profile);
        rule.profiles.is_empty() || rule.profiles.iter().any(of)
    }
}

/// What is wrong with the params that a configuration sets, and with those it does not set.
fn params(catalog: &Catalog, settings: &Settings<'_>) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for rule in catalog.rules.iter().filter(|rule| is_on(rule, settings)) {
        let own = |setting: &&RuleSetting<'_>| setting.id.value == *rule.id;
        let top: Vec<_> = settings.rules.iter().filter(own).collect();
        let below: Vec<_> = settings.overrides.iter().flat_map(|entry| &entry.rules).filter(own).collect();
        for setting in top.iter().chain(&below) {
            mistakes.extend(rule.mistakes_in(setting));
        }
        let level = |setting: &RuleSetting<'_>| setting.level.as_ref().map(|level| level.value);
        let off = top.iter().filter_map(|setting| level(setting)).next_back() == Some(Level::Off);
        let sets = |setting: &RuleSetting<'_>, param: &Param| {
            setting.params.iter().any(|(name, _)| name.value == param.name)
        };
        for param in rule.required().filter(|param| !top.iter().any(|setting| sets(setting, param))) {
            let needs = format!("the rule `{}` needs a value for its param `{}`", rule.id, param.name);
            let help = format!(
                "set it in plimsoll.yaml: `rules: {{{}: {{params: {{{}: …}}}}}}` with {}",
                rule.id,
                param.name,
                param.of.words()
            );
            let places: Vec<Place> = if off {
                let on_again =
                    below.iter().filter(|it| matches!(level(it), Some(Level::At(_))) && !sets(it, param));
                on_again.map(|setting| setting.id.place).collect()
            } else {
                // Where the configuration says nothing of the rule, the rule itself has to be shown.
                let entry = top.first().map(|setting| setting.id.place);
                vec![entry.unwrap_or(param.place)]
            };
            mistakes.extend(
                places.into_iter().map(|place| Mistake::new(place, needs.as_str()).with_help(help.as_str())),
            );
        }
    }
    mistakes
}
