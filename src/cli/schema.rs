//! `plimsoll schema`: the JSON Schemas of what is written for plimsoll and of what it writes.

use super::{Status, print};
use crate::{config, rule};
use clap::ValueEnum;

/// Print a JSON Schema
///
/// Editors complete and check a file that names it: `plimsoll schema config > plimsoll.schema.json`, and in `plimsoll.yaml` the line
/// `# yaml-language-server: $schema=plimsoll.schema.json`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Of what
    of: Schema,
}

/// What there are schemas of.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Schema {
    /// The configuration, plimsoll.yaml
    Config,
    /// A rule file
    Rule,
    /// The report of `check --output json`
    Report,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    print(&match arguments.of {
        Schema::Config => format!("{:#}\n", config::json_schema()),
        Schema::Rule => format!("{:#}\n", rule::json_schema()),
        Schema::Report => include_str!("../../schemas/report.schema.json").to_owned(),
    })
}
