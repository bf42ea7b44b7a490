//! A table as Rust source: an expression that `include!` takes.

use plimsoll::schema::table::{
    Field, Format, Keys, Limit, List, Mapping, Name, Rest, Root, Rows, Table, Twice, Type, Variant,
};
use std::fmt::Write as _;

/// The first line of every file that is written.
pub const WRITTEN: &str = "// Written by schemas/generate; SOURCE.md says from what.\n";

/// How many rows there are of each kind, and what they take in the program, in bytes.
pub fn sizes(table: &Table<'_>) -> String {
    let bytes = table.names.len()
        + size_of_val(table.roots)
        + size_of_val(table.types)
        + size_of_val(table.mappings)
        + size_of_val(table.fields)
        + size_of_val(table.rests)
        + size_of_val(table.variants)
        + size_of_val(table.lists)
        + size_of_val(table.limits)
        + size_of_val(table.groups);
    format!(
        "{bytes} bytes: {} of names, {} roots, {} types, {} mappings, {} fields, {} lists, {} limits",
        table.names.len(),
        table.roots.len(),
        table.types.len(),
        table.mappings.len(),
        table.fields.len(),
        table.lists.len(),
        table.limits.len(),
    )
}

/// A table, each row by a function with a short name (`src/schema/tables/rows.rs`).
pub fn table(table: &Table<'_>) -> String {
    let mut source = Source::default();
    let list = |list: &[Name]| list.iter().map(|&it| name(it)).collect();
    source.field("names", &text(table.names));
    source.rows("versions", list(table.versions));
    let row = |it: &Root| {
        let (api, kind) = (name(it.api_version), name(it.kind));
        format!("o({api}, {kind}, {}, {}, {})", it.within, it.namespaced, it.holds.0)
    };
    source.rows("roots", table.roots.iter().map(row).collect());
    let row = |it: &Type| {
        let list = it.list.map_or("None".to_owned(), |id| format!("Some(ListId({}))", id.0));
        let mapping = it.mapping.map_or("None".to_owned(), |id| format!("Some(MappingId({}))", id.0));
        let context = it.context.map_or("None".to_owned(), |group| format!("Some({})", rows(group)));
        format!("t({}, {}, {list}, {mapping}, {context})", it.scalars.0, rows(it.limits))
    };
    source.rows("types", table.types.iter().map(row).collect());
    let row = |it: &Mapping| {
        let [fields, rests, variants] = [it.fields, it.rests, it.variants].map(rows);
        format!("m({fields}, {rests}, {variants}, {}, {})", it.requires, it.folds)
    };
    source.rows("mappings", table.mappings.iter().map(row).collect());
    let row = |it: &Field| {
        format!("f({}, {}, {}, {}, {})", it.name.start, it.name.length, it.holds.0, it.within, it.required)
    };
    source.rows("fields", table.fields.iter().map(row).collect());
    let row = |it: &Rest| format!("e({}, {})", keys(it.keys), it.holds.0);
    source.rows("rests", table.rests.iter().map(row).collect());
    let row = |it: &Variant| format!("v({}, {}, {})", name(it.key), name(it.value), it.holds.0);
    source.rows("variants", table.variants.iter().map(row).collect());
    let row = |it: &List| {
        let twice = match it.twice {
            Twice::Allowed => "Allowed",
            Twice::Replaced => "Replaced",
            Twice::Refused => "Refused",
        };
        format!("l({}, {}, Twice::{twice}, {})", it.holds.0, rows(it.keys), it.filled)
    };
    source.rows("lists", table.lists.iter().map(row).collect());
    source.rows("limits", table.limits.iter().map(|&it| limit(it)).collect());
    source.rows("groups", list(table.groups));
    source.finish()
}

#[derive(Default)]
struct Source {
    fields: String,
}

impl Source {
    fn field(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.fields, "    {name}: {value},");
    }

    fn rows(&mut self, name: &str, rows: Vec<String>) {
        if rows.is_empty() {
            return self.field(name, "&[]");
        }
        let mut list = String::from("&[");
        let mut width = usize::MAX;
        for row in rows {
            if width.saturating_add(row.len()) > 100 {
                list.push_str("\n        ");
                width = 0;
            } else {
                list.push(' ');
            }
            width += row.len() + 2;
            list.push_str(&row);
            list.push(',');
        }
        list.push_str("\n    ]");
        self.field(name, &list);
    }

    fn finish(self) -> String {
        format!("{WRITTEN}Table {{\n{}}}\n", self.fields)
    }
}

/// A text as a literal over several lines.
fn text(text: &str) -> String {
    let mut literal = String::from("\"\\\n");
    let mut width = 0;
    for c in text.chars() {
        // White space behind the break of a line is no part of the literal.
        if width >= 110 && !c.is_whitespace() {
            literal.push_str("\\\n");
            width = 0;
        }
        let escaped: String = c.escape_debug().collect();
        width += escaped.len();
        literal.push_str(&escaped);
    }
    literal + "\""
}

fn name(name: Name) -> String {
    format!("n({}, {})", name.start, name.length)
}

fn rows(rows: Rows) -> String {
    format!("r({}, {})", rows.first, rows.count)
}

fn keys(keys: Keys) -> String {
    match keys {
        Keys::All => "Keys::All".to_owned(),
        Keys::Prefix(prefix) => format!("Keys::Prefix({})", name(prefix)),
        Keys::Limited(it) => format!("Keys::Limited({})", limit(it)),
    }
}

fn limit(limit: Limit) -> String {
    match limit {
        Limit::OneOf(group) => format!("Limit::OneOf({})", rows(group)),
        Limit::Format(form) => format!("Limit::Format({})", format(form)),
        Limit::Pattern(pattern) => format!("Limit::Pattern({})", name(pattern)),
        Limit::Between(least, most) => format!("Limit::Between({}, {})", number(least), number(most)),
        Limit::Length(least, u32::MAX) => format!("Limit::Length({least}, u32::MAX)"),
        Limit::Length(least, most) => format!("Limit::Length({least}, {most})"),
    }
}

fn format(format: Format) -> String {
    format!("Format::{format:?}")
}

/// A number as a literal, its digits in groups.
fn number(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "f64::INFINITY" } else { "f64::NEG_INFINITY" }.to_owned();
    }
    let written = format!("{number:?}");
    let (whole, fraction) = written.split_once('.').unwrap_or((&written, "0"));
    let mut grouped = String::new();
    for (at, c) in whole.chars().enumerate() {
        let left = whole.len() - at;
        if at > 0 && left % 3 == 0 && !grouped.ends_with('-') && whole.len() > 5 {
            grouped.push('_');
        }
        grouped.push(c);
    }
    format!("{grouped}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_literals_in_groups() {
        let written = [0.0, 100.0, 65535.0, 2_147_483_647.0, -1.5, f64::INFINITY].map(number);
        assert_eq!(written, ["0.0", "100.0", "65535.0", "2_147_483_647.0", "-1.5", "f64::INFINITY"]);
    }

    #[test]
    fn a_text_is_a_literal_that_breaks_before_no_space() {
        assert_eq!(text("a\"b"), "\"\\\na\\\"b\"");
        let long = format!("{} b", "a".repeat(109));
        assert!(!text(&long).contains("\\\n "), "the space would be lost");
    }
}
