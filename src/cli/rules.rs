//! `plimsoll rules`: the rules there are, those of the project included.

use super::{ListFormat as Format, Status, fail, print, project, say};
use crate::check::Request;
use crate::checks::CHECKS;
use crate::config::{Level, PRESETS, Preset};
use crate::policy::{Policy, Runs, configuration};
use crate::report;
use crate::rule::{Origin, Param, Rule};
use crate::shape::to_json;
use crate::source::Sources;
use crate::yaml::Document;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// List the rules
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    here: project::Here,
    /// How to print the list
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    let request = match arguments.here.request() {
        Ok(request) => request,
        Err(error) => return fail(&error),
    };
    let mut sources = Sources::default();
    let config = configuration(request.config.as_ref(), &mut sources);
    let policy = policy(&request, config.as_ref(), &mut sources);
    let status = print(&match arguments.format {
        Format::Text => text(&policy, &sources),
        Format::Json => json(&policy, &sources),
    });
    if policy.mistakes.is_empty() { status } else { Status::Failed }
}

/// The policy of a project as far as it has no mistakes; those are counted on standard error.
pub fn policy<'d>(request: &Request, config: Option<&'d Document>, sources: &mut Sources) -> Policy<'d> {
    let policy = Policy::read(config, request.rule_files, &request.root, None, sources);
    match policy.mistakes.len() {
        0 => {}
        1 => say("the configuration and the rules of this project have 1 mistake: `plimsoll check` shows it"),
        count => say(&format!(
            "the configuration and the rules of this project have {count} mistakes: `plimsoll check` shows them"
        )),
    }
    policy
}

/// The path of the file that a rule stands in.
pub fn path(rule: &Rule, sources: &Sources) -> String {
    sources.get(rule.file).path.to_string()
}

/// How much the findings of a rule matter here; `off` if it does not run.
pub fn level(policy: &Policy<'_>, rule: &Rule) -> &'static str {
    match policy.settings.level(&rule.id, "") {
        _ if policy.runs(rule) == Runs::Never || policy.lacks(rule).is_some() => "off",
        Some(Level::At(severity)) => severity.name(),
        _ => rule.severity.name(),
    }
}

/// The default of a param as it is written in flow style; `None` if the configuration must set it.
pub fn default(policy: &Policy<'_>, rule: &Rule, param: &Param) -> Option<Value> {
    policy.catalog.document(rule).and_then(|document| param.default_in(document)).and_then(to_json)
}

fn text(policy: &Policy<'_>, sources: &Sources) -> String {
    let rules = &policy.catalog.rules;
    let names = rules.iter().map(|rule| &*rule.id).chain(CHECKS.iter().map(|check| check.0));
    let width = names.map(str::len).max().unwrap_or(0);
    let mut out = String::new();
    // Writing to a string cannot fail.
    let mut line = |text: String| _ = writeln!(out, "{}", text.trim_end());
    let own = rules.iter().any(|rule| rule.origin != Origin::BuiltIn);
    for (origin, title) in [
        (Origin::BuiltIn, "rules that ship:"),
        (Origin::Project, "\nrules of this project:"),
        (Origin::Pack, "\nrules of packs:"),
    ] {
        let rules: Vec<_> = rules.iter().filter(|rule| rule.origin == origin).collect();
        if own && !rules.is_empty() {
            line(title.to_owned());
        }
        for rule in rules {
            let summary = match (&*rule.summary, origin) {
                ("", _) => format!("({})", path(rule, sources)),
                (summary, Origin::BuiltIn) => summary.to_owned(),
                (summary, _) => format!("{summary} ({})", path(rule, sources)),
            };
            let instead = policy.catalog.deprecated(rule);
            let deprecated = instead.map(|instead| format!("; deprecated: {instead}")).unwrap_or_default();
            line(format!("{:width$}  {:7}  {summary}{deprecated}", rule.id, level(policy, rule)));
        }
    }
    line("\nchecks of the engine:".to_owned());
    for (name, severity, summary) in CHECKS {
        line(format!("{name:width$}  {:7}  {summary}", severity.name()));
    }
    line("\n`plimsoll explain RULE` says more.".to_owned());
    out
}

fn json(policy: &Policy<'_>, sources: &Sources) -> String {
    let rules = policy.catalog.rules.iter().map(|rule| {
        let params = rule.params.iter().map(|param| {
            let value = default(policy, rule, param);
            json!({
                "name": param.name, "type": param.of.name(), "required": value.is_none(), "default": value, "doc": param.doc,
            })
        });
        json!({
            "id": *rule.id,
            "severity": rule.severity,
            "summary": rule.summary,
            "each": rule.each,
            "params": params.collect::<Vec<_>>(),
            "profiles": profiles(rule),
            "presets": presets(rule),
            "deprecated": policy.catalog.deprecated(rule),
            "origin": rule.origin.name(),
            "path": path(rule, sources),
            "on": policy.runs(rule) != Runs::Never,
        })
    });
    let checks = CHECKS
        .iter()
        .map(|(id, severity, summary)| json!({"id": id, "severity": severity, "summary": summary}));
    let (rules, checks): (Vec<_>, Vec<_>) = (rules.collect(), checks.collect());
    report::object(&json!({"version": 1, "rules": rules, "checks": checks}))
}

/// The profiles of a rule: of one that ships those of the presets that list it, of another those it names. One that names none is on
/// under every preset.
fn profiles(rule: &Rule) -> Vec<&str> {
    if rule.origin != Origin::BuiltIn {
        return rule.profiles.iter().map(String::as_str).collect();
    }
    let mut profiles: Vec<_> = listing(rule).map(|preset| preset.profile).collect();
    profiles.dedup();
    profiles
}

/// The presets that list a rule.
pub fn presets(rule: &Rule) -> Vec<&'static str> {
    listing(rule).map(|preset| preset.name).collect()
}

fn listing(rule: &Rule) -> impl Iterator<Item = &'static Preset> {
    PRESETS.iter().filter(|preset| rule.origin == Origin::BuiltIn && preset.holds(&rule.id))
}
