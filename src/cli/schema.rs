//! `plimsoll schema`: the JSON Schemas of what is written for plimsoll and of what it writes, and what the kinds of files may hold.

use super::check::{Color, look};
use super::{Status, fail, print, project};
use crate::check;
use crate::schema::show::{Place, Value};
use crate::schema::{Described, describe, nearest_kind};
use crate::{config, rule};
use std::fmt::Write as _;

/// Print a JSON Schema, or what a kind of file may hold
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    of: Schema,
}

/// What there are schemas of.
#[derive(Debug, clap::Subcommand)]
enum Schema {
    /// The JSON Schema of the configuration, plimsoll.yaml
    ///
    /// Editors complete and check a file that names it: `plimsoll schema config > plimsoll.schema.json`, and in `plimsoll.yaml` the line
    /// `# yaml-language-server: $schema=plimsoll.schema.json`.
    Config,
    /// The JSON Schema of a rule file
    Rule,
    /// The JSON Schema of the report of `check --output json`
    Report,
    /// What may stand at a place: types, versions, allowed values
    Show(Show),
}

/// A place in a kind of file.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  plimsoll schema show Deployment spec.template.spec.containers
  plimsoll schema show autoscaling/v2/HorizontalPodAutoscaler spec
  plimsoll schema show workflow jobs.build.steps
  plimsoll schema show compose services.web.healthcheck")]
struct Show {
    /// A kind of Kubernetes object, with or without its API version before it, or `workflow`, `action`, `compose`, `chart`,
    /// `kustomization`; kinds of custom resources are looked up in the project
    kind: String,
    /// Keys with dots between
    #[arg(default_value = "", hide_default_value = true)]
    path: String,
    #[command(flatten)]
    here: project::Here,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    match &arguments.of {
        Schema::Config => print(&format!("{:#}\n", config::json_schema())),
        Schema::Rule => print(&format!("{:#}\n", rule::json_schema())),
        Schema::Report => print(include_str!("../../schemas/report.schema.json")),
        Schema::Show(show) => {
            let request = match show.here.request() {
                Ok(request) => request,
                Err(error) => return fail(&error),
            };
            let found = match describe(None, &show.kind, &show.path) {
                // The project is read only for what is no part of the program.
                None => {
                    match check::look_at(&request, |model, _| describe(Some(model), &show.kind, &show.path)) {
                        Ok(found) => found,
                        Err(failure) => return project::refuse(failure, look(Color::Auto)),
                    }
                }
                found => found,
            };
            match found {
                Some(Ok(described)) => print(&shown(&described)),
                Some(Err(error)) => fail(&error),
                None => {
                    let near = nearest_kind(&show.kind).map(|near| format!("; did you mean `{near}`?"));
                    let near = near.unwrap_or_default();
                    fail(&format!("there is no kind `{}` in Kubernetes or in this project{near}", show.kind))
                }
            }
        }
    }
}

fn shown(Described { title, place, .. }: &Described) -> String {
    let Place { value, keys, others } = place;
    let mut text = format!("{title}\n{}\n", sentence(value));
    if !keys.is_empty() || others.is_some() {
        text.push('\n');
    }
    let others = others.iter().map(|value| ("(any other key)".to_owned(), value.clone()));
    let rows: Vec<(String, Value)> = keys.iter().cloned().chain(others).collect();
    let width = rows.iter().map(|(key, _)| key.chars().count()).max().unwrap_or(0);
    for (key, value) in &rows {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {key:width$}  {}", sentence(value));
    }
    text
}

/// What may stand somewhere, on one line.
fn sentence(value: &Value) -> String {
    let mut parts = vec![value.kind.clone()];
    if value.required {
        parts.push("required".to_owned());
    }
    parts.extend(value.since.as_ref().map(|since| format!("since {since}")));
    parts.extend(value.until.as_ref().map(|until| format!("until {until}")));
    if !value.allowed.is_empty() {
        parts.push(value.allowed.join(" | "));
    }
    parts.join("; ")
}
