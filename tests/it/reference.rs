//! The reference of the rule language, made from the tables that the program runs on.

use crate::support::assert_committed;
use plimsoll::expr::{self, Field, Record, Type};
use plimsoll::model::{FILE, TargetKind};
use plimsoll::rule::{common_names, type_name};
use std::fmt::Write as _;

#[test]
fn the_reference_is_fresh() {
    assert_committed("rules/REFERENCE.md", &reference());
}

fn reference() -> String {
    let mut out = String::from(
        "# Reference of the rule language\n\nThis file is made from the tables the program runs on. The way to learn the language is the \
         [guide](README.md).\n\n## Names that every visit binds\n\n| name | type | |\n|---|---|---|\n",
    );
    for (name, of, doc) in common_names() {
        row(&mut out, &format!("`{name}`"), &type_name(of), doc);
    }
    out.push_str(
        "\nMessages see `missing` too, the absent fields in a sentence; those of a `pattern` or of `literals` see `match`, those of a \
         `schema` see `error`, and those of a loop its variables.\n\n## Targets\n\n\
         An element of `repo.<target>` has the same names, and `file`. `repo.k8s.<Kind>` are the objects of a kind.\n",
    );
    let mut records: Vec<&'static Record> = vec![&FILE, &expr::COMMAND];
    for kind in TargetKind::ALL {
        let _ = write!(out, "\n### `{}`\n\n{}\n", kind.name(), kind.doc().trim());
        fields(&mut out, kind.record().fields, &mut records);
    }
    out.push_str("\n## Facts\n\nThe types that bear a name of ours, field by field.\n");
    let mut at = 0;
    while at < records.len() {
        let record = records[at];
        let _ = write!(out, "\n### {}\n", record.name);
        fields(&mut out, record.fields, &mut records);
        at += 1;
    }
    out.push_str("\n## Functions\n\n| call | | is true |\n|---|---|---|\n");
    for known in expr::functions() {
        row(&mut out, &code(&known.call), known.doc, &code(known.example));
    }
    out.push_str("\n## Macros\n\n| call | | is true |\n|---|---|---|\n");
    for known in expr::macros() {
        row(&mut out, &code(known.call), known.doc, &code(known.example));
    }
    out.push_str(
        "\n## Where the language differs from CEL\n\nWhat is absent, null or out of range reads as null, and null has an answer everywhere. \
         Nothing else differs: every other case of the conformance suite of CEL holds.\n\n\
         | expression | CEL | here |\n|---|---|---|\n",
    );
    for difference in expr::DIFFERENCES {
        row(&mut out, &code(difference.expression), difference.cel, difference.ours);
    }
    out
}

fn fields(out: &mut String, fields: &[Field], records: &mut Vec<&'static Record>) {
    if fields.is_empty() {
        return;
    }
    out.push_str("\n| name | type | |\n|---|---|---|\n");
    for field in fields {
        row(out, &format!("`{}`", field.name), &type_name(field.of), field.doc);
        let record = match field.of {
            Type::Record(record) => record,
            Type::List(Type::Record(record)) => *record,
            _ => continue,
        };
        if !records.iter().any(|known| known.name == record.name) {
            records.push(record);
        }
    }
}

/// A piece of code in a table.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn row(out: &mut String, first: &str, second: &str, third: &str) {
    let _ = writeln!(out, "| {first} | {} | {} |", second.trim(), third.trim());
}
