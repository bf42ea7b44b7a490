//! `plimsoll explain`: one rule in words, or its file.

use super::{Status, fail, print, rules};
use crate::engine::CHECKS;
use crate::rule::{Catalog, Rule};
use crate::shape::suggest;

/// Say why a rule exists, when it does not apply and what to do
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rule, by the name that findings show
    rule: String,
    /// Print the rule file instead
    #[arg(long)]
    source: bool,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    let catalog = match rules::catalog() {
        Ok(catalog) => catalog,
        Err(error) => return fail(&error),
    };
    if let Some(rule) = catalog.get(&arguments.rule) {
        return print(&if arguments.source { source(&catalog, rule) } else { words(rule) });
    }
    if let Some((name, severity, summary)) = CHECKS.iter().find(|check| check.0 == arguments.rule) {
        return print(&format!(
            "{name} ({})\n{summary}\n\nA check of the engine: it has no rule file.\n",
            severity.name()
        ));
    }
    let names = catalog.rules.iter().map(|rule| &*rule.id).chain(CHECKS.iter().map(|check| check.0));
    let hint = suggest(&arguments.rule, names).map_or_else(
        || "; `plimsoll rules` lists them".to_owned(),
        |near| format!("; did you mean `{near}`?"),
    );
    fail(&format_args!("unknown rule `{}`{hint}", arguments.rule))
}

fn words(rule: &Rule) -> String {
    let each = rule.each.join(", ");
    let explanation = rule.explain.as_deref().unwrap_or_default();
    format!("{} ({}, visits {each})\n{}\n\n{explanation}", rule.id, rule.severity.name(), rule.summary)
}

fn source(catalog: &Catalog, rule: &Rule) -> String {
    catalog.document(rule).map(|document| document.text().to_owned()).unwrap_or_default()
}
