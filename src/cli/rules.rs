//! `plimsoll rules`: the rules there are.

use super::{ListFormat as Format, Status, fail, print};
use crate::engine::CHECKS;
use crate::rule::{BUILT_IN, Catalog, load};
use crate::source::Sources;
use std::fmt::Write as _;

/// List the rules
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How to print the list
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    let catalog = match catalog() {
        Ok(catalog) => catalog,
        Err(error) => return fail(&error),
    };
    print(&match arguments.format {
        Format::Text => text(&catalog),
        Format::Json => json(&catalog),
    })
}

/// The rules that ship.
pub fn catalog() -> Result<Catalog, String> {
    load(BUILT_IN.iter().copied(), &mut Sources::default()).map_err(|mistakes| {
        mistakes.into_iter().map(|mistake| mistake.message).collect::<Vec<_>>().join("; ")
    })
}

/// Name, severity and summary of everything that can be reported, rules first.
fn entries(catalog: &Catalog) -> Vec<(&str, &'static str, &str)> {
    let rules = catalog.rules.iter().map(|rule| (&*rule.id, rule.severity.name(), &*rule.summary));
    rules.chain(CHECKS.iter().map(|&(name, severity, summary)| (name, severity.name(), summary))).collect()
}

fn text(catalog: &Catalog) -> String {
    let entries = entries(catalog);
    let width = entries.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for (index, (name, severity, summary)) in entries.iter().enumerate() {
        if index == catalog.rules.len() {
            out.push_str("\nchecks of the engine:\n");
        }
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{name:width$}  {severity:7}  {summary}");
    }
    out.push_str("\n`plimsoll explain RULE` says more.\n");
    out
}

fn json(catalog: &Catalog) -> String {
    let rules = catalog.rules.iter().map(|rule| {
        serde_json::json!({
            "id": *rule.id, "severity": rule.severity, "summary": rule.summary, "each": rule.each, "profiles": rule.profiles,
        })
    });
    let checks = CHECKS.iter().map(
        |&(id, severity, summary)| serde_json::json!({"id": id, "severity": severity, "summary": summary}),
    );
    let rules: Vec<_> = rules.collect();
    let checks: Vec<_> = checks.collect();
    format!("{:#}\n", serde_json::json!({"version": 1, "rules": rules, "checks": checks}))
}
