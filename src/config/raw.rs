//! What the user wrote in `plimsoll.yaml`, key by key, with the place of every value.

use super::Date;
use super::shape::CONFIG;
use crate::diagnostic::Severity;
use crate::shape::{Mistake, entries, field, is_project_path, one_or_list, root, suggest, text};
use crate::source::Spanned;
use crate::yaml::{Document, Entry, Kind, Node};
use std::borrow::Cow;

/// A configuration that passed its check. What the user left out is empty.
#[derive(Debug, Default)]
pub struct RawConfig<'d> {
    /// `extends`; an empty list is not the same as none.
    pub extends: Option<Vec<Spanned<String>>>,
    /// `packs`
    pub packs: Vec<RawPack>,
    /// `pipeline`
    pub pipeline: Vec<RawPipeline>,
    /// `retired`
    pub retired: Vec<RawRetired>,
    /// `rules`
    pub rules: Vec<RuleSetting<'d>>,
    /// `overrides`
    pub overrides: Vec<RawOverride<'d>>,
    /// `exclude`
    pub exclude: Vec<Spanned<String>>,
    /// `waivers`
    pub waivers: Vec<RawWaiver>,
    /// `suppressions.reasons`: `optional` or `required`.
    pub reasons: Option<Spanned<String>>,
    /// `kinds`: glob and kind.
    pub kinds: Vec<(Spanned<String>, Spanned<String>)>,
    /// `workloads`
    pub workloads: Vec<Workload>,
    /// `kubernetes.version`: a minor version, or two with `..` between.
    pub kubernetes_version: Option<Spanned<String>>,
    /// `kubernetes.definitions`: paths from the project root.
    pub definitions: Vec<Spanned<String>>,
    /// `baseline`: a path from the project root.
    pub baseline: Option<Spanned<String>>,
    /// `fail-on`: a severity, or `never`.
    pub fail_on: Option<Spanned<String>>,
}

/// An entry of `packs`: rules that others wrote.
#[derive(Clone, Debug)]
pub struct RawPack {
    /// The folder or file, from the project root.
    pub path: Spanned<String>,
    /// What stands before the ids of its rules, with a `/` between.
    pub prefix: Option<Spanned<String>>,
}

/// An entry of `pipeline`.
#[derive(Debug)]
pub struct RawPipeline {
    /// Glob of workflow files.
    pub workflow: Spanned<String>,
    /// Ids of jobs; empty means every job.
    pub jobs: Vec<Spanned<String>>,
}

/// An entry of `retired`.
#[derive(Clone, Debug)]
pub struct RawRetired {
    /// What is retired.
    pub name: Spanned<RetiredName>,
    /// Names and globs that are not.
    pub except: Vec<Spanned<String>>,
    /// What took its place.
    pub now: Option<Spanned<String>>,
    /// The last day of grace.
    pub until: Option<Spanned<Date>>,
    /// Why.
    pub reason: Option<Spanned<String>>,
}

/// A name, or a glob over names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetiredName {
    /// Exactly this identifier.
    Name(String),
    /// Identifiers with `*` and `?`.
    Glob(String),
}

impl RetiredName {
    /// As written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Name(text) | Self::Glob(text) => text,
        }
    }
}

/// A rule's setting, under `rules` or in an override.
#[derive(Clone, Debug)]
pub struct RuleSetting<'d> {
    /// The rule.
    pub id: Spanned<String>,
    /// How much its findings matter; `None` leaves it as it is.
    pub level: Option<Spanned<Level>>,
    /// Params and their values, as written.
    pub params: Vec<(Spanned<String>, Node<'d>)>,
}

/// Whether a rule runs, and how much its findings matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It does not run.
    Off,
    /// It runs.
    At(Severity),
}

/// An entry of `overrides`.
#[derive(Debug)]
pub struct RawOverride<'d> {
    /// Globs.
    pub paths: Vec<Spanned<String>>,
    /// Settings for them.
    pub rules: Vec<RuleSetting<'d>>,
}

/// An entry of `waivers`.
#[derive(Debug)]
pub struct RawWaiver {
    /// The rules.
    pub rules: Vec<Spanned<String>>,
    /// Globs.
    pub paths: Vec<Spanned<String>>,
    /// Why.
    pub reason: Spanned<String>,
    /// The last day it holds.
    pub until: Option<Spanned<Date>>,
}

/// An entry of `workloads`: a kind of custom resource that runs pods.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its apiVersion; `None` means any.
    pub api_version: Option<Spanned<String>>,
    /// Its kind.
    pub kind: Spanned<String>,
    /// The keys that lead to the pod template.
    pub pod: Spanned<Vec<String>>,
}

impl<'d> RawConfig<'d> {
    /// Reads the file. An empty one is a configuration that changes nothing. The error is every mistake in it,
    /// except unknown rules ([`unknown_rules`]), which take the loaded rules to tell.
    pub fn read(document: &'d Document) -> Result<Self, Vec<Mistake>> {
        let config = root(document, &CONFIG)?.map(Self::from_node).unwrap_or_default();
        Ok(config)
    }

    /// Reads a node that passed the check of [`CONFIG`], such as the `config` of a rule's example.
    pub fn from_node(node: Node<'d>) -> Self {
        Self {
            extends: node.get("extends").map(|_| texts(node, "extends")),
            packs: items(node, "packs", pack),
            pipeline: items(node, "pipeline", |item| {
                Some(RawPipeline { workflow: field(item, "workflow")?, jobs: texts(item, "job") })
            }),
            retired: items(node, "retired", retired),
            rules: settings(node),
            overrides: items(node, "overrides", |item| {
                Some(RawOverride { paths: texts(item, "paths"), rules: settings(item) })
            }),
            exclude: texts(node, "exclude"),
            waivers: items(node, "waivers", |item| {
                Some(RawWaiver {
                    rules: texts(item, "rule"),
                    paths: texts(item, "paths"),
                    reason: field(item, "reason")?,
                    until: date(item, "until"),
                })
            }),
            reasons: node.get("suppressions").and_then(|suppressions| field(suppressions, "reasons")),
            kinds: entries(node, "kinds")
                .into_iter()
                .filter_map(|entry| Some((text(entry.key)?, text(entry.value)?)))
                .collect(),
            workloads: items(node, "workloads", |item| {
                let pod = field(item, "pod")?.map(|path| path.split('.').map(str::to_owned).collect());
                Some(Workload { api_version: field(item, "apiVersion"), kind: field(item, "kind")?, pod })
            }),
            kubernetes_version: node.get("kubernetes").and_then(|kubernetes| field(kubernetes, "version")),
            definitions: node
                .get("kubernetes")
                .map(|kubernetes| texts(kubernetes, "definitions"))
                .unwrap_or_default(),
            baseline: field(node, "baseline"),
            fail_on: field(node, "fail-on"),
        }
    }
}

/// The packs of a file that may have mistakes: those that can be read.
pub fn packs(document: &Document) -> Vec<RawPack> {
    let root = document.roots().next();
    let packs = root.map(|root| items(root, "packs", pack)).unwrap_or_default();
    packs.into_iter().filter(|pack| is_project_path(&pack.path.value)).collect()
}

/// The names under `rules`, `overrides` and `waivers` that are no rule's. Works on a file with other mistakes too.
pub fn unknown_rules(document: &Document, known: &[&str]) -> Vec<Mistake> {
    document.roots().next().map(|root| unknown_rules_of(root, known)).unwrap_or_default()
}

/// The same for a configuration that stands in another file.
pub fn unknown_rules_of(root: Node<'_>, known: &[&str]) -> Vec<Mistake> {
    let keys = |node, key| entries(node, key).into_iter().map(|entry| entry.key).collect::<Vec<_>>();
    let mut names = keys(root, "rules");
    for item in root.get("overrides").into_iter().flat_map(Node::items) {
        names.extend(keys(item, "rules"));
    }
    for item in root.get("waivers").into_iter().flat_map(Node::items) {
        names.extend(one_or_list(item, "rule"));
    }
    let unknown = names.into_iter().filter(|name| name.resolve().kind() == Kind::Scalar);
    let unknown = unknown.filter(|name| !known.contains(&&*name.text()));
    let mut mistakes: Vec<_> = unknown
        .map(|name| {
            let text: Cow<'_, str> = name.text();
            let mistake = Mistake::new(name.place(), format!("unknown rule `{text}`"))
                .with_help("`plimsoll rules` lists the rules");
            mistake.with_suggestion(suggest(&text, known.iter().copied()))
        })
        .collect();
    mistakes.sort_by_key(|mistake| mistake.place);
    mistakes
}

fn pack(item: Node<'_>) -> Option<RawPack> {
    match text(item) {
        Some(path) => Some(RawPack { path, prefix: None }),
        None => Some(RawPack { path: field(item, "path")?, prefix: field(item, "prefix") }),
    }
}

fn retired(item: Node<'_>) -> Option<RawRetired> {
    let name = if item.resolve().kind() == Kind::Scalar {
        text(item)?.map(RetiredName::Name)
    } else if let Some(name) = field(item, "name") {
        name.map(RetiredName::Name)
    } else {
        field(item, "glob")?.map(RetiredName::Glob)
    };
    Some(RawRetired {
        name,
        except: texts(item, "except"),
        now: field(item, "now"),
        until: date(item, "until"),
        reason: field(item, "reason"),
    })
}

fn settings<'d>(node: Node<'d>) -> Vec<RuleSetting<'d>> {
    let setting = |entry: Entry<'d>| {
        let level = if entry.value.resolve().kind() == Kind::Mapping {
            field(entry.value, "severity")
        } else {
            text(entry.value)
        };
        let params = entries(entry.value, "params").into_iter();
        Some(RuleSetting {
            id: text(entry.key)?,
            level: level.map(|name| name.map(|name| severity(&name).map_or(Level::Off, Level::At))),
            params: params.filter_map(|param| Some((text(param.key)?, param.value))).collect(),
        })
    };
    entries(node, "rules").into_iter().filter_map(setting).collect()
}

/// The severity of a name; `None` for `off` and `never`.
pub(super) fn severity(name: &str) -> Option<Severity> {
    [Severity::Info, Severity::Warning, Severity::Error].into_iter().find(|severity| severity.name() == name)
}

fn items<'d, T>(node: Node<'d>, key: &str, read: impl Fn(Node<'d>) -> Option<T>) -> Vec<T> {
    node.get(key).into_iter().flat_map(Node::items).filter_map(read).collect()
}

fn texts(node: Node<'_>, key: &str) -> Vec<Spanned<String>> {
    one_or_list(node, key).into_iter().filter_map(text).collect()
}

fn date(node: Node<'_>, key: &str) -> Option<Spanned<Date>> {
    let written = field(node, key)?;
    Date::parse(&written.value).map(|value| Spanned { value, place: written.place })
}
