//! `plimsoll explain`: one rule in words, or its file.

use super::{Status, fail, print, project, rules};
use crate::checks::{CHECKS, explanation};
use crate::diagnostic::Safety;
use crate::model::Target;
use crate::policy::{Policy, configuration};
use crate::rule::{Origin, Rule};
use crate::source::Sources;
use std::fmt::Write as _;

/// Say why a rule exists, when it does not apply and what to do
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rule, by the name that findings show
    rule: String,
    /// Print the rule file instead
    #[arg(long)]
    source: bool,
    #[command(flatten)]
    here: project::Here,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    let request = match arguments.here.request() {
        Ok(request) => request,
        Err(error) => return fail(&error),
    };
    let mut sources = Sources::default();
    let config = configuration(request.config.as_ref(), &mut sources);
    let policy = rules::policy(&request, config.as_ref(), &mut sources);
    if let Some(rule) = policy.catalog.get(&arguments.rule) {
        let document = policy.catalog.document(rule);
        let source = || document.map(|document| document.text().to_owned()).unwrap_or_default();
        return print(&if arguments.source { source() } else { words(rule, &policy, &sources) });
    }
    if let Some((name, severity, summary)) = CHECKS.iter().find(|check| check.0 == arguments.rule) {
        let why = explanation(name).map(|why| format!("\n{why}\n")).unwrap_or_default();
        return print(&format!(
            "{name} ({})\n{summary}\n{why}\nA check of the engine: it has no rule file. `rules: {{{name}: off}}` switches it off, with `overrides` for some paths.\n",
            severity.name()
        ));
    }
    if arguments.rule.parse::<Target>().is_ok() {
        return fail(&format_args!(
            "`{0}` is a target, no rule: `plimsoll targets {0}` explains it",
            arguments.rule
        ));
    }
    match policy.know(&arguments.rule) {
        Err(unknown) => fail(&unknown),
        Ok(()) => fail(&format_args!("nothing is known of `{}`", arguments.rule)),
    }
}

fn words(rule: &Rule, policy: &Policy<'_>, sources: &Sources) -> String {
    let each = rule.each.join(", ");
    let mut out = format!("{} ({}, visits {each})\n", rule.id, rule.severity.name());
    if !rule.summary.is_empty() {
        out.push_str(&rule.summary);
        out.push('\n');
    }
    if let Some(instead) = policy.catalog.deprecated(rule) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "deprecated: {instead}");
    }
    if let Some(explanation) = &rule.explain {
        out.push('\n');
        out.push_str(explanation.trim_end());
        out.push('\n');
    }
    // Writing to a string cannot fail.
    let mut line = |text: &str| _ = writeln!(out, "{text}");
    if !rule.params.is_empty() {
        line("\nparams:");
    }
    let width = rule.params.iter().map(|param| param.name.len()).max().unwrap_or(0);
    for param in &rule.params {
        let default = match rules::default(policy, rule, param) {
            None => "must be set".to_owned(),
            Some(value) => format!("by default {value}"),
        };
        let doc = param.doc.as_ref().map(|doc| format!(": {doc}")).unwrap_or_default();
        line(&format!("  {:width$}  {}, {default}{doc}", param.name, param.of.name()));
    }
    let fixes = rule.checks.iter().filter_map(|check| check.fix.as_ref());
    if let Some(safety) = fixes.map(|fix| fix.safety).max() {
        let option = if safety == Safety::Safe { "--fix" } else { "--fix=unsafe" };
        line(&format!("\nmay be mended by `plimsoll check {option}`"));
    }
    let since = match (rules::level(policy, rule), rule.origin) {
        ("off", _) if let Some(key) = policy.lacks(rule) => {
            format!("off here: the configuration has no `{key}`")
        }
        ("off", Origin::BuiltIn) => "off here".to_owned(),
        ("off", _) if !rule.profiles.is_empty() => {
            format!("off here; of the profile {}", rule.profiles.join(", "))
        }
        ("off", _) => "off here".to_owned(),
        (level, Origin::BuiltIn) => match &*rules::presets(rule) {
            [] => format!("on here, as {level}"),
            presets => format!("on here, as {level}; in {}", presets.join(", ")),
        },
        (level, _) => format!("on here, as {level}"),
    };
    line(&format!("\n{since}; {} rule, {}", rule.origin.name(), rules::path(rule, sources)));
    out
}
