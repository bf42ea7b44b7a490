//! A table as Rust source: an expression that `include!` takes.

use plimsoll::schema::table::{
    Field, Format, Keys, Limit, List, Mapping, Name, Rest, Root, Rows, Table, Twice, Type, Variant,
};
use std::fmt::Write as _;

/// The first line of every file that is written.
pub const WRITTEN: &str =
    "// Written by schemas/generate, from the packages of SOURCE.md and from kubernetes.yaml.\n";

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

/// A table, each row by a function with a short name.
pub fn table(table: &Table<'_>) -> String {
    let mut source = Source::default();
    let list = |list: &[Name]| list.iter().map(|&it| name(it)).collect();
    source.field("names", &text(table.names));
    source.rows("versions", "", list(table.versions));
    let row = |it: &Root| {
        let (api, kind) = (name(it.api_version), name(it.kind));
        format!("o({api}, {kind}, {}, {}, {})", it.within, it.namespaced, it.holds.0)
    };
    source.rows("roots", ROOT, table.roots.iter().map(row).collect());
    let row = |it: &Type| {
        let list = it.list.map_or("None".to_owned(), |id| format!("Some(ListId({}))", id.0));
        let mapping = it.mapping.map_or("None".to_owned(), |id| format!("Some(MappingId({}))", id.0));
        let context = it.context.map_or("None".to_owned(), |group| format!("Some({})", rows(group)));
        format!("t({}, {}, {list}, {mapping}, {context})", it.scalars.0, rows(it.limits))
    };
    source.rows("types", TYPE, table.types.iter().map(row).collect());
    let row = |it: &Mapping| {
        let [fields, rests, variants] = [it.fields, it.rests, it.variants].map(rows);
        format!("m({fields}, {rests}, {variants}, {}, {})", it.requires, it.folds)
    };
    source.rows("mappings", MAPPING, table.mappings.iter().map(row).collect());
    let row = |it: &Field| {
        format!("f({}, {}, {}, {}, {})", it.name.start, it.name.length, it.holds.0, it.within, it.required)
    };
    source.rows("fields", FIELD, table.fields.iter().map(row).collect());
    let row = |it: &Rest| format!("e({}, {})", keys(it.keys), it.holds.0);
    source.rows("rests", REST, table.rests.iter().map(row).collect());
    let row = |it: &Variant| format!("v({}, {}, {})", name(it.key), name(it.value), it.holds.0);
    source.rows("variants", VARIANT, table.variants.iter().map(row).collect());
    let row = |it: &List| {
        let twice = match it.twice {
            Twice::Allowed => "Allowed",
            Twice::Replaced => "Replaced",
            Twice::Refused => "Refused",
        };
        format!("l({}, {}, Twice::{twice}, {})", it.holds.0, rows(it.keys), it.filled)
    };
    source.rows("lists", LIST, table.lists.iter().map(row).collect());
    source.rows("limits", "", table.limits.iter().map(|&it| limit(it)).collect());
    source.rows("groups", "", list(table.groups));
    source.finish()
}

const NAME: &str = "const fn n(start: u16, length: u16) -> Name {\n        Name { start, length }\n    }";
const ROWS: &str = "const fn r(first: u16, count: u16) -> Rows {\n        Rows { first, count }\n    }";
const ROOT: &str =
    "const fn o(api_version: Name, kind: Name, within: u8, namespaced: bool, holds: u16) -> Root {
        Root { api_version, kind, within, namespaced, holds: TypeId(holds) }
    }";
const TYPE: &str = "const fn t(
        scalars: u8,
        limits: Rows,
        list: Option<ListId>,
        mapping: Option<MappingId>,
        context: Option<Rows>,
    ) -> Type {
        Type { scalars: Scalars(scalars), limits, list, mapping, context }
    }";
const MAPPING: &str =
    "const fn m(fields: Rows, rests: Rows, variants: Rows, requires: bool, folds: bool) -> Mapping {
        Mapping { fields, rests, variants, requires, folds }
    }";
const FIELD: &str = "const fn f(start: u16, length: u16, holds: u16, within: u8, required: u8) -> Field {
        Field { name: Name { start, length }, holds: TypeId(holds), within, required }
    }";
const REST: &str = "const fn e(keys: Keys, holds: u16) -> Rest {
        Rest { keys, holds: TypeId(holds) }
    }";
const VARIANT: &str = "const fn v(key: Name, value: Name, holds: u16) -> Variant {
        Variant { key, value, holds: MappingId(holds) }
    }";
const LIST: &str = "const fn l(holds: u16, keys: Rows, twice: Twice, filled: bool) -> List {
        List { holds: TypeId(holds), keys, twice, filled }
    }";

/// The types that the source may name.
const NAMES: &[&str] = &[
    "Field",
    "Format",
    "Keys",
    "Limit",
    "List",
    "ListId",
    "Mapping",
    "MappingId",
    "Name",
    "Rest",
    "Root",
    "Rows",
    "Scalars",
    "Table",
    "Twice",
    "Type",
    "TypeId",
    "Variant",
];

#[derive(Default)]
struct Source {
    functions: Vec<&'static str>,
    fields: String,
}

impl Source {
    fn field(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.fields, "        {name}: {value},");
    }

    fn rows(&mut self, name: &str, function: &'static str, rows: Vec<String>) {
        if rows.is_empty() {
            return self.field(name, "&[]");
        }
        self.functions.extend(Some(function).filter(|function| !function.is_empty()));
        let mut list = String::from("&[");
        let mut width = usize::MAX;
        for row in rows {
            if width.saturating_add(row.len()) > 100 {
                list.push_str("\n            ");
                width = 0;
            } else {
                list.push(' ');
            }
            width += row.len() + 2;
            list.push_str(&row);
            list.push(',');
        }
        list.push_str("\n        ]");
        self.field(name, &list);
    }

    fn finish(mut self) -> String {
        for (call, function) in [("n(", NAME), ("r(", ROWS)] {
            // Behind a bracket, a space or another bracket: no part of a text.
            if [" ", "(", "["].iter().any(|before| self.fields.contains(&format!("{before}{call}"))) {
                self.functions.insert(0, function);
            }
        }
        let functions = self.functions.join("\n    ");
        let body = format!("    {functions}\n    Table {{\n{}    }}\n", self.fields);
        let words =
            |text: &str| text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
        let used = words(&body);
        let names: Vec<&str> =
            NAMES.iter().copied().filter(|name| used.iter().any(|word| word == name)).collect();
        format!("{WRITTEN}{{\n    use super::table::{{{}}};\n{body}}}\n", names.join(", "))
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
