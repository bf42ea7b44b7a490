//! What the program runs with: the configuration with its globs and names compiled, and its questions answered.

use super::preset::{self, Preset};
use super::raw::{Level, RawConfig, RawRetired, RuleSetting, Workload, severity};
use super::{Date, KubernetesVersions, Retired, twice};
use crate::diagnostic::Severity;
use crate::glob::Globs;
use crate::shape::Mistake;
use crate::source::{Place, Spanned};
use crate::yaml::Node;

/// The settings of a run.
#[derive(Debug)]
pub struct Settings<'d> {
    /// The presets whose rules are on.
    pub presets: Vec<&'static Preset>,
    /// The jobs that may deploy.
    pub pipeline: Vec<Pipeline>,
    /// Services that are gone.
    pub retired: Retired,
    /// Settings of rules that hold everywhere.
    pub rules: Vec<RuleSetting<'d>>,
    /// Settings of rules for some paths, in order.
    pub overrides: Vec<Override<'d>>,
    /// Files and folders that are not read.
    pub exclude: Globs,
    /// Findings that are accepted.
    pub waivers: Vec<Waiver>,
    /// Whether a suppression in a file must say why it stands.
    pub reasons: Reasons,
    /// Files whose artifact kind is given: globs, and beside each its kind.
    pub kinds: (Globs, Vec<Spanned<String>>),
    /// Kinds of custom resources that run pods.
    pub workloads: Vec<Workload>,
    /// The versions of Kubernetes that the project is deployed to, if it says so.
    pub kubernetes: Option<KubernetesVersions>,
    /// Files and folders with definitions of custom resources, from the project root.
    pub definitions: Vec<Spanned<String>>,
    /// The file of findings that are known, from the project root.
    pub baseline: Option<Spanned<String>>,
    /// The least severity that fails the run; `None` means that findings never do.
    pub fail_on: Option<Severity>,
}

/// Whether a suppression in a file must say why it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reasons {
    /// It may.
    Optional,
    /// Without a reason it suppresses nothing.
    Required,
}

/// A sanctioned way to the cluster.
#[derive(Debug)]
pub struct Pipeline {
    /// The workflow files.
    pub workflow: Globs,
    /// Ids of the jobs; empty means every job.
    pub jobs: Vec<Spanned<String>>,
}

/// Settings of rules for some paths.
#[derive(Debug)]
pub struct Override<'d> {
    /// The files.
    pub paths: Globs,
    /// The settings.
    pub rules: Vec<RuleSetting<'d>>,
}

/// Findings that are accepted.
#[derive(Debug)]
pub struct Waiver {
    /// The rules.
    pub rules: Vec<Spanned<String>>,
    /// The files.
    pub paths: Globs,
    /// Why.
    pub reason: Spanned<String>,
    /// The last day it holds.
    pub until: Option<Spanned<Date>>,
}

impl Waiver {
    /// Whether its last day lies before `today`.
    pub fn is_over(&self, today: Date) -> bool {
        self.until.as_ref().is_some_and(|until| until.value < today)
    }

    /// Where it stands: the first rule it names.
    pub fn place(&self) -> Place {
        self.rules.first().map_or(self.reason.place, |rule| rule.place)
    }
}

impl<'d> Settings<'d> {
    /// Compiles a configuration. The error is what can only be seen across entries.
    pub fn new(raw: RawConfig<'d>) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = twice::presets(raw.extends.as_deref().unwrap_or_default());
        mistakes.extend(twice::jobs(&raw.pipeline));
        let retired = retired(raw.retired, &mut mistakes);
        // The shape has been checked.
        let kubernetes =
            raw.kubernetes_version.and_then(|written| KubernetesVersions::parse(&written.value).ok());
        let mut globs = |patterns| globs(patterns, &mut mistakes);
        let pipeline = raw.pipeline.into_iter();
        let overrides = raw.overrides.into_iter();
        let waivers = raw.waivers.into_iter();
        let (patterns, kinds) = raw.kinds.into_iter().unzip();
        let settings = Self {
            presets: presets(raw.extends.as_deref()),
            pipeline: pipeline
                .map(|entry| Pipeline { workflow: globs(vec![entry.workflow]), jobs: entry.jobs })
                .collect(),
            retired,
            rules: raw.rules,
            overrides: overrides
                .map(|entry| Override { paths: globs(entry.paths), rules: entry.rules })
                .collect(),
            exclude: globs(raw.exclude),
            waivers: waivers
                .map(|entry| Waiver {
                    rules: entry.rules,
                    paths: globs(entry.paths),
                    reason: entry.reason,
                    until: entry.until,
                })
                .collect(),
            reasons: match raw.reasons {
                Some(reasons) if reasons.value == "required" => Reasons::Required,
                _ => Reasons::Optional,
            },
            kinds: (globs(patterns), kinds),
            workloads: raw.workloads,
            kubernetes,
            definitions: raw.definitions,
            baseline: raw.baseline,
            fail_on: raw.fail_on.map_or(Some(Severity::Error), |name| severity(&name.value)),
        };
        if mistakes.is_empty() { Ok(settings) } else { Err(mistakes) }
    }

    /// The level that the configuration gives a rule in a file; `None` leaves the rule's own.
    pub fn level(&self, rule: &str, path: &str) -> Option<Level> {
        let levels = self.settings(rule, path).filter_map(|setting| setting.level.as_ref());
        levels.last().map(|level| level.value)
    }

    /// Whether the configuration sets a rule anywhere.
    pub fn is_set(&self, rule: &str) -> bool {
        self.every(rule).next().is_some()
    }

    /// Where the configuration sets a rule, for whichever files.
    pub fn every(&self, rule: &str) -> impl Iterator<Item = &RuleSetting<'d>> {
        let all = self.rules.iter().chain(self.overrides.iter().flat_map(|entry| &entry.rules));
        all.filter(move |setting| setting.id.value == rule)
    }

    /// The value that the configuration gives a param of a rule in a file.
    pub fn param(&self, rule: &str, param: &str, path: &str) -> Option<Node<'d>> {
        let params = self.settings(rule, path).flat_map(|setting| &setting.params);
        params.filter(|(name, _)| name.value == param).last().map(|&(_, value)| value)
    }

    /// Whether a job of a workflow may deploy.
    pub fn sanctions(&self, workflow: &str, job: &str) -> bool {
        self.pipeline.iter().any(|entry| {
            entry.workflow.matches(workflow)
                && (entry.jobs.is_empty() || entry.jobs.iter().any(|name| name.value == job))
        })
    }

    /// The waivers that have not ended by `today` and excuse a rule's findings in a file, by their indexes.
    pub fn waived_by(&self, rule: &str, path: &str, today: Date) -> impl Iterator<Item = usize> {
        let holds = move |waiver: &Waiver| {
            !waiver.is_over(today)
                && waiver.rules.iter().any(|name| name.value == rule)
                && waiver.paths.matches(path)
        };
        self.waivers.iter().enumerate().filter(move |(_, waiver)| holds(waiver)).map(|(index, _)| index)
    }

    /// The artifact kind given to a file.
    pub fn kind(&self, path: &str) -> Option<&Spanned<String>> {
        let (globs, kinds) = &self.kinds;
        globs.matching(path).and_then(|index| kinds.get(index))
    }

    /// Where a rule is set, for findings that have no place of their own; in order, the weaker first.
    pub fn settings(&self, rule: &str, path: &str) -> impl Iterator<Item = &RuleSetting<'d>> {
        let overrides = self.overrides.iter().filter(move |entry| entry.paths.matches(path));
        let all = self.rules.iter().chain(overrides.flat_map(|entry| &entry.rules));
        all.filter(move |setting| setting.id.value == rule)
    }
}

impl Default for Settings<'_> {
    /// The settings of a repository without configuration.
    fn default() -> Self {
        Self {
            presets: presets(None),
            pipeline: Vec::new(),
            retired: Retired::default(),
            rules: Vec::new(),
            overrides: Vec::new(),
            exclude: Globs::default(),
            waivers: Vec::new(),
            reasons: Reasons::Optional,
            kinds: (Globs::default(), Vec::new()),
            workloads: Vec::new(),
            kubernetes: None,
            definitions: Vec::new(),
            baseline: None,
            fail_on: Some(Severity::Error),
        }
    }
}

fn presets(extends: Option<&[Spanned<String>]>) -> Vec<&'static Preset> {
    let Some(extends) = extends else { return vec![preset::DEFAULT] };
    extends.iter().filter_map(|name| Preset::of(&name.value)).collect()
}

fn retired(entries: Vec<RawRetired>, mistakes: &mut Vec<Mistake>) -> Retired {
    Retired::new(entries).unwrap_or_else(|found| {
        mistakes.extend(found);
        Retired::default()
    })
}

fn globs(patterns: Vec<Spanned<String>>, mistakes: &mut Vec<Mistake>) -> Globs {
    let places: Vec<_> = patterns.iter().map(|pattern| pattern.place).collect();
    Globs::new(patterns).unwrap_or_else(|(index, fault)| {
        mistakes.push(Mistake::new(places[index], format!("no glob: {fault}")));
        Globs::default()
    })
}
