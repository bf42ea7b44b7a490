//! `plimsoll files`: what each file is and why, and what was left alone.

use super::{ListFormat as Format, Status, check, fail, print, printable, project};
use crate::artifact::{Artifact, Kind, Skipped, Unreadable};
use crate::check::{Listing, list};
use crate::report;
use crate::source::Sources;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// List the files of the deployment: what each is, and why
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    project: project::Args,
    /// How to print the list
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    let request = match arguments.project.use_threads().and_then(|()| arguments.project.request()) {
        Ok(request) => request,
        Err(error) => return fail(&error),
    };
    let listing = match list(&request) {
        Ok(listing) => listing,
        Err(failure) => return project::refuse(failure, check::look(check::Color::Auto)),
    };
    let Listing { sources, loaded, without_schema } = &listing;
    let rows = rows(sources, &loaded.artifacts, &loaded.skipped, &loaded.unreadable);
    let printed = print(&match arguments.format {
        Format::Text => text(&rows) + &unchecked(without_schema),
        Format::Json => json(&rows, without_schema),
    });
    for file in &listing.loaded.unreadable {
        fail(&format_args!("cannot read {}: {}", file.path, file.error));
    }
    printed.max(if listing.loaded.unreadable.is_empty() { Status::Clean } else { Status::Failed })
}

/// A file in a list.
pub struct Row<'l> {
    path: &'l str,
    kind: &'static str,
    reason: String,
}

/// Every file of a run in the order of paths; what is no artifact has the kind `skipped` or `unreadable`.
pub fn rows<'l>(
    sources: &'l Sources,
    artifacts: impl IntoIterator<Item = &'l Artifact>,
    skipped: &'l [Skipped],
    unreadable: &'l [Unreadable],
) -> Vec<Row<'l>> {
    let artifacts = artifacts.into_iter().map(|artifact| Row {
        path: &sources.get(artifact.file).path,
        kind: artifact.kind.name(),
        reason: artifact.reason.clone(),
    });
    let skipped =
        skipped.iter().map(|it| Row { path: &it.path, kind: "skipped", reason: it.reason.to_string() });
    let unreadable = unreadable.iter().map(|file| Row {
        path: &file.path,
        kind: "unreadable",
        reason: file.error.clone(),
    });
    let mut rows: Vec<_> = artifacts.chain(skipped).chain(unreadable).collect();
    rows.sort_by(|a, b| a.path.cmp(b.path));
    rows
}

/// Number of rows of each kind that occurs, in the order of [`Kind::ALL`], then the rest.
fn counts(rows: &[Row<'_>]) -> Vec<(&'static str, usize)> {
    let kinds = Kind::ALL.into_iter().map(Kind::name).chain(["skipped", "unreadable"]);
    kinds
        .map(|kind| (kind, rows.iter().filter(|row| row.kind == kind).count()))
        .filter(|&(_, count)| count > 0)
        .collect()
}

/// The list for people: aligned columns, and how many files there are of each kind.
pub fn text(rows: &[Row<'_>]) -> String {
    let paths: Vec<_> = rows.iter().map(|row| printable(row.path)).collect();
    // One very long path must not push every other line to the right.
    let width = paths.iter().map(|path| path.chars().count()).max().unwrap_or(0).min(80);
    let mut out = String::new();
    for (path, row) in paths.iter().zip(rows) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{path:width$}  {:13}  {}", row.kind, printable(&row.reason));
    }
    let by_kind: Vec<_> = counts(rows).into_iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let _ = match rows.len() {
        0 => writeln!(out, "no files found"),
        1 => writeln!(out, "1 file: {}", by_kind.join(", ")),
        files => writeln!(out, "{files} files: {}", by_kind.join(", ")),
    };
    out
}

/// The kinds whose structure is not checked, for people; nothing if there are none.
fn unchecked(without_schema: &BTreeMap<(String, String), usize>) -> String {
    if without_schema.is_empty() {
        return String::new();
    }
    let mut out = "\nno schema, so that their structure is not checked (a CustomResourceDefinition in the project would be one):\n".to_owned();
    for ((api_version, kind), count) in without_schema {
        let name = format!("{} {}", printable(api_version), printable(kind));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{count:5}  {name}");
    }
    out
}

fn json(rows: &[Row<'_>], without_schema: &BTreeMap<(String, String), usize>) -> String {
    let files: Vec<_> = rows
        .iter()
        .map(|row| serde_json::json!({"path": row.path, "kind": row.kind, "reason": row.reason}))
        .collect();
    let counts: serde_json::Map<_, _> =
        counts(rows).into_iter().map(|(kind, count)| (kind.to_owned(), count.into())).collect();
    let without_schema: Vec<_> = without_schema
        .iter()
        .map(|((api_version, kind), count)| {
            serde_json::json!({"apiVersion": api_version, "kind": kind, "count": count})
        })
        .collect();
    report::object(&serde_json::json!({
        "version": 1,
        "files": files,
        "counts": counts,
        "withoutSchema": without_schema,
    }))
}
