//! `plimsoll targets`: the vocabulary of rules, and what a visit to each target binds.

use super::{ListFormat as Format, Status, fail, print};
use crate::expr::{Record, Type};
use crate::model::{Target, TargetKind};
use crate::rule::{common_names, type_name};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// List what rules can visit, or the names that one target binds
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The target, as in a rule's `each`
    target: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    let Some(name) = &arguments.target else {
        return print(&match arguments.format {
            Format::Text => list(),
            Format::Json => {
                let targets: Vec<_> = TargetKind::ALL.iter().map(|kind| json_of(*kind)).collect();
                format!("{:#}\n", json!({"version": 1, "targets": targets}))
            }
        });
    };
    match named(name) {
        Ok(target) => print(&match arguments.format {
            Format::Text => words(&target),
            Format::Json => format!("{:#}\n", json!({"version": 1, "targets": [json_of(target.kind)]})),
        }),
        Err(unknown) => fail(&unknown),
    }
}

/// The target of a name. The error says that there is none, and which was most likely meant.
pub fn named(name: &str) -> Result<Target, String> {
    name.parse().map_err(|near: Option<&str>| {
        let hint = near.map_or_else(
            || "; `plimsoll targets` lists them".to_owned(),
            |near| format!("; did you mean `{near}`?"),
        );
        format!("unknown target `{name}`{hint}")
    })
}

fn list() -> String {
    let width = TargetKind::ALL.iter().map(|kind| kind.name().len()).max().unwrap_or(0);
    let mut out = String::new();
    for kind in TargetKind::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{:width$}  {}", kind.name(), kind.doc());
    }
    out.push_str("\n`plimsoll targets TARGET` shows what a visit binds.\n");
    out
}

fn words(target: &Target) -> String {
    let kind = target.kind;
    let mut out = match &target.object {
        Some(object) => {
            format!("{target}\nEvery Kubernetes object of kind {object}, items of lists included.\n")
        }
        None => format!("{target}\n{}\n", kind.doc()),
    };
    if !kind.record().fields.is_empty() {
        out.push_str("\nnames that a visit binds:\n");
        let mut rows = Vec::new();
        rows_of(kind.record(), "", &mut rows);
        table(&rows, &mut out);
    }
    out.push_str("\nnames that every visit binds:\n");
    let rows: Vec<_> = common(kind).map(|(name, of, doc)| (name.to_owned(), type_name(of), doc)).collect();
    table(&rows, &mut out);
    out
}

/// Name, type and meaning of each fact, those of inner records below theirs.
fn rows_of(record: &'static Record, indent: &str, rows: &mut Vec<(String, String, &'static str)>) {
    for field in record.fields {
        let name = if indent.is_empty() { field.name.to_owned() } else { format!("{indent}.{}", field.name) };
        rows.push((name, type_name(field.of), field.doc.trim()));
        if let Some(inner) = inner(&field.of).filter(|_| indent.is_empty()) {
            rows_of(inner, "  ", rows);
        }
    }
}

fn table(rows: &[(String, String, &'static str)], out: &mut String) {
    let names = rows.iter().map(|row| row.0.len()).max().unwrap_or(0);
    let types = rows.iter().map(|row| row.1.len()).max().unwrap_or(0);
    for (name, of, doc) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  {name:names$}  {of:types$}  {doc}");
    }
}

/// The record of a fact that is one, or whose elements are.
fn inner(of: &Type) -> Option<&'static Record> {
    match of {
        Type::Record(record) | Type::Visit(record)
            if record.elements.is_none() && record.capitals.is_none() =>
        {
            Some(*record)
        }
        Type::List(element) => inner(element),
        _ => None,
    }
}

/// The names that every visit to a target binds.
fn common(kind: TargetKind) -> impl Iterator<Item = (&'static str, Type, &'static str)> {
    common_names().filter(move |(name, ..)| *name != "file" || kind != TargetKind::Repo)
}

fn json_of(kind: TargetKind) -> Value {
    let common = common(kind).map(|(name, of, doc)| json!({"name": name, "type": type_name(of), "doc": doc}));
    let names: Vec<_> = names(kind.record()).into_iter().chain(common).collect();
    json!({"name": kind.name(), "doc": kind.doc(), "names": names})
}

fn names(record: &'static Record) -> Vec<Value> {
    let of = |field: &'static crate::expr::Field| {
        let mut value = json!({"name": field.name, "type": type_name(field.of), "doc": field.doc.trim()});
        if let Some(inner) = inner(&field.of).filter(|inner| !std::ptr::eq(*inner, record)) {
            value["fields"] = names(inner).into();
        }
        value
    };
    record.fields.iter().map(of).collect()
}
