//! What a table says of one place, for people who ask: `plimsoll schema show Deployment spec.template`.

use super::say::words;
use super::table::{Keys, Limit, Mapping, Scalars, Table, Type, TypeId};
use crate::shape::suggest;
use std::collections::BTreeMap;

/// A place and the keys that may stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What may stand there.
    pub value: Value,
    /// The keys of the mapping that may stand there, itself or as an item, sorted.
    pub keys: Vec<(String, Value)>,
    /// What any other key takes, if others are allowed.
    pub others: Option<Value>,
}

/// What may stand under a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Value {
    /// The type in words: `a list of strings`.
    pub kind: String,
    /// Whether the key must be there.
    pub required: bool,
    /// The oldest version that knows it, where not all do.
    pub since: Option<String>,
    /// The newest version that knows it, where later ones do not.
    pub until: Option<String>,
    /// The values that are allowed, if they can be counted.
    pub allowed: Vec<String>,
}

/// Looks up a path of keys with dots between; `[]` and `[0]` behind a key are passed over, since lists are looked through. The error says
/// which key there is not.
pub fn look_up(table: Table<'_>, root: TypeId, path: &str) -> Result<Place, String> {
    let mut at = root;
    let mut value = Value { kind: describe(table, root), ..Value::default() };
    let mut walked: Vec<&str> = Vec::new();
    for step in path.split('.').map(|step| step.split('[').next().unwrap_or(step)).filter(|it| !it.is_empty())
    {
        let mappings = mappings(table, at);
        let field = mappings.iter().find_map(|&mapping| known(table, mapping, step));
        let Some((holds, found)) = field else {
            let names = mappings.iter().flat_map(|&mapping| table.fields(mapping));
            let near = suggest(step, names.map(|field| table.text(field.name)));
            let place = if walked.is_empty() {
                "at the top".to_owned()
            } else {
                format!("in `{}`", walked.join("."))
            };
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(format!("there is no key `{step}` {place}{hint}"));
        };
        at = holds;
        value = found;
        walked.push(step);
    }
    let mut keys: BTreeMap<String, Value> = BTreeMap::new();
    let mut others = None;
    let all = mappings(table, at);
    // What only some variants of a mapping require is not required as such.
    let has_variants = all.len() > 1;
    for mapping in all {
        for field in table.fields(mapping) {
            let key = table.text(field.name);
            if let Some((_, mut value)) = known(table, mapping, key) {
                value.required &= !has_variants;
                keys.insert(key.to_owned(), value);
            }
        }
        let rest = table.rests(mapping).iter().find(|rest| !matches!(rest.keys, Keys::Prefix(_)));
        others = others.or_else(|| rest.map(|rest| of_type(table, rest.holds)));
    }
    Ok(Place { value, keys: keys.into_iter().collect(), others })
}

/// What a key of a mapping holds.
fn known(table: Table<'_>, mapping: Mapping, key: &str) -> Option<(TypeId, Value)> {
    let rows = table.field(mapping, key);
    let Some(newest) = rows.iter().max_by_key(|row| row.within) else {
        let rest = table.rests(mapping).iter().find(|rest| match rest.keys {
            Keys::All | Keys::Limited(_) => true,
            Keys::Prefix(prefix) => key.starts_with(table.text(prefix)),
        })?;
        return Some((rest.holds, of_type(table, rest.holds)));
    };
    let within = rows.iter().fold(0u8, |within, row| within | row.within);
    let count = table.versions.len();
    let version = |at: u32| table.versions.get(at as usize).map(|&name| table.text(name).to_owned());
    let first = within.trailing_zeros();
    let last = 7u32.saturating_sub(within.leading_zeros());
    let value = Value {
        required: newest.required != 0,
        since: version(first).filter(|_| first > 0),
        until: version(last).filter(|_| (last as usize) + 1 < count),
        ..of_type(table, newest.holds)
    };
    Some((newest.holds, value))
}

fn of_type(table: Table<'_>, id: TypeId) -> Value {
    let mut allowed = Vec::new();
    for limit in table.limits(item(table, table.type_of(id))) {
        if let Limit::OneOf(group) = limit {
            allowed.extend(table.group(*group).map(str::to_owned));
        }
    }
    Value { kind: describe(table, id), allowed, ..Value::default() }
}

/// The type itself, or that of the items of the list that it is.
fn item(table: Table<'_>, of: Type) -> Type {
    match of.list.and_then(|list| table.lists.get(usize::from(list.0))) {
        Some(list) if of.scalars == Scalars::NONE => table.type_of(list.holds),
        _ => of,
    }
}

/// A type in words, with that of the items of a list.
fn describe(table: Table<'_>, id: TypeId) -> String {
    if id == TypeId::ANY {
        return "anything".to_owned();
    }
    let of = table.type_of(id);
    let whole = words(table, of);
    let Some(list) = of.list.and_then(|list| table.lists.get(usize::from(list.0))) else { return whole };
    let items = match list.holds {
        TypeId::ANY => "anything".to_owned(),
        id => words(table, table.type_of(id)),
    };
    let many = items.strip_prefix("a ").or_else(|| items.strip_prefix("an "));
    let items = many.filter(|rest| !rest.contains(' ')).map_or(items.clone(), |rest| format!("{rest}s"));
    whole.replacen("a list", &format!("a list of {items}"), 1)
}

/// The mappings that a type may be: its own with their variants, and those of its items.
fn mappings(table: Table<'_>, id: TypeId) -> Vec<Mapping> {
    let of = table.type_of(id);
    let list = of.list.and_then(|list| table.lists.get(usize::from(list.0)));
    let item = list.filter(|_| of.mapping.is_none()).map(|list| table.type_of(list.holds));
    let own = of.mapping.or_else(|| item.and_then(|item| item.mapping));
    let Some(mapping) = own.map(|id| table.mapping(id)) else { return Vec::new() };
    let variants = table.variants(mapping).iter().map(|variant| table.mapping(variant.holds));
    std::iter::once(mapping).chain(variants).collect()
}
