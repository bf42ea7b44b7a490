//! Makes a [`Table`]: row by row, or from schemas in the words of JSON Schema and of Kubernetes' `OpenAPI`, several versions into one.

mod convert;

pub use convert::{Convert, Strictness};

use super::table::{
    Field, Keys, Limit, List, ListId, Mapping, MappingId, Name, Rest, Root, Rows, Scalars, Table, Twice,
    Type, TypeId, Variant,
};
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// The number of rows, or bytes of names, that a table can have is exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

/// A table that owns its rows.
#[derive(Debug, Default)]
pub struct Built {
    names: String,
    versions: Vec<Name>,
    roots: Vec<Root>,
    types: Vec<Type>,
    mappings: Vec<Mapping>,
    fields: Vec<Field>,
    rests: Vec<Rest>,
    variants: Vec<Variant>,
    lists: Vec<List>,
    limits: Vec<Limit>,
    groups: Vec<Name>,
}

impl Built {
    /// The table.
    pub fn table(&self) -> Table<'_> {
        Table {
            names: &self.names,
            versions: &self.versions,
            roots: &self.roots,
            types: &self.types,
            mappings: &self.mappings,
            fields: &self.fields,
            rests: &self.rests,
            variants: &self.variants,
            lists: &self.lists,
            limits: &self.limits,
            groups: &self.groups,
        }
    }
}

/// A table in the making. Types, lists, limits and groups that say the same become one row; so do mappings of one definition.
#[derive(Debug)]
pub struct Builder {
    built: Built,
    named: HashMap<String, Name>,
    typed: HashMap<Type, TypeId>,
    listed: HashMap<List, ListId>,
    grouped: HashMap<Vec<Name>, Rows>,
    limited: HashMap<Vec<LimitKey>, Rows>,
    drafts: Vec<Draft>,
    definitions: HashMap<String, MappingId>,
    /// Mappings that say only what keys hold, by that.
    mapped: HashMap<String, MappingId>,
    folds: bool,
    roots: BTreeMap<(String, String), Root>,
    too_large: bool,
}

/// A mapping in the making.
#[derive(Debug, Default)]
struct Draft {
    /// By the name of the key: its rows.
    fields: BTreeMap<String, Vec<Field>>,
    rests: Vec<Rest>,
    variants: Vec<Variant>,
}

/// A limit as a key of a map: floats by their bits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct LimitKey(String);

impl Default for Builder {
    fn default() -> Self {
        let mut builder = Self {
            built: Built::default(),
            named: HashMap::new(),
            typed: HashMap::new(),
            listed: HashMap::new(),
            grouped: HashMap::new(),
            limited: HashMap::new(),
            drafts: Vec::new(),
            definitions: HashMap::new(),
            mapped: HashMap::new(),
            folds: false,
            roots: BTreeMap::new(),
            too_large: false,
        };
        // The row of `TypeId::ANY`, which no other type may fall together with.
        builder.built.types.push(Type { scalars: Scalars(u8::MAX), ..Type::default() });
        builder
    }
}

impl Builder {
    /// A text.
    pub fn name(&mut self, text: &str) -> Name {
        if let Some(&name) = self.named.get(text) {
            return name;
        }
        let name = Name { start: self.row(self.built.names.len()), length: self.row(text.len()) };
        self.row(self.built.names.len() + text.len());
        self.built.names.push_str(text);
        self.named.insert(text.to_owned(), name);
        name
    }

    /// Texts in a group, in their order.
    pub fn group<'n>(&mut self, texts: impl IntoIterator<Item = &'n str>) -> Rows {
        let names: Vec<Name> = texts.into_iter().map(|text| self.name(text)).collect();
        if names.is_empty() {
            return Rows::default();
        }
        if let Some(&rows) = self.grouped.get(&names) {
            return rows;
        }
        let rows = self.rows(self.built.groups.len(), names.len());
        self.built.groups.extend(&names);
        self.grouped.insert(names, rows);
        rows
    }

    /// Limits that all must hold.
    pub fn limits(&mut self, limits: &[Limit]) -> Rows {
        if limits.is_empty() {
            return Rows::default();
        }
        let key: Vec<LimitKey> = limits.iter().map(|limit| LimitKey(format!("{limit:?}"))).collect();
        if let Some(&rows) = self.limited.get(&key) {
            return rows;
        }
        let rows = self.rows(self.built.limits.len(), limits.len());
        self.built.limits.extend(limits);
        self.limited.insert(key, rows);
        rows
    }

    /// A type.
    pub fn add_type(&mut self, of: Type) -> TypeId {
        if let Some(&id) = self.typed.get(&of) {
            return id;
        }
        let id = TypeId(self.row(self.built.types.len()));
        self.built.types.push(of);
        self.typed.insert(of, id);
        id
    }

    /// A type of scalars without limits.
    pub fn scalar(&mut self, scalars: Scalars) -> TypeId {
        self.add_type(Type { scalars, ..Type::default() })
    }

    /// A type by its number.
    pub fn type_of(&self, id: TypeId) -> Type {
        self.built.types.get(usize::from(id.0)).copied().unwrap_or_default()
    }

    /// A list.
    pub fn add_list(&mut self, list: List) -> ListId {
        if let Some(&id) = self.listed.get(&list) {
            return id;
        }
        let id = ListId(self.row(self.built.lists.len()));
        self.built.lists.push(list);
        self.listed.insert(list, id);
        id
    }

    /// A list of something, about which nothing else is said.
    pub fn list_of(&mut self, holds: TypeId) -> ListId {
        self.add_list(List { holds, keys: Rows::default(), twice: Twice::Allowed, filled: false })
    }

    /// A mapping without keys.
    pub fn add_mapping(&mut self) -> MappingId {
        let id = MappingId(self.row(self.drafts.len()));
        self.drafts.push(Draft::default());
        id
    }

    /// A mapping that takes every key.
    pub fn open_mapping(&mut self) -> MappingId {
        self.mapping_of(&[Rest { keys: Keys::All, holds: TypeId::ANY }])
    }

    /// A mapping without fields, by what its keys hold.
    pub fn mapping_of(&mut self, rests: &[Rest]) -> MappingId {
        let key = format!("{rests:?}");
        if let Some(&id) = self.mapped.get(&key) {
            return id;
        }
        let id = self.add_mapping();
        rests.iter().for_each(|rest| self.add_rest(id, *rest));
        self.mapped.insert(key, id);
        id
    }

    /// Says that a mapping has a key in some versions, and in which of them it is required.
    pub fn add_field(&mut self, to: MappingId, key: &str, holds: TypeId, within: u8, required: u8) {
        let name = self.name(key);
        let Some(draft) = self.drafts.get_mut(usize::from(to.0)) else { return };
        let rows = draft.fields.entry(key.to_owned()).or_default();
        match rows.iter_mut().find(|row| row.holds == holds) {
            Some(row) => {
                row.within |= within;
                row.required |= required;
            }
            None => rows.push(Field { name, holds, within, required }),
        }
    }

    /// Says that a mapping has a key that is not required, whatever was said of it before.
    pub fn set_field(&mut self, to: MappingId, key: &str, holds: TypeId, within: u8) {
        if let Some(draft) = self.drafts.get_mut(usize::from(to.0)) {
            draft.fields.remove(key);
        }
        self.add_field(to, key, holds, within, 0);
    }

    /// Says what keys of a mapping that are none of its fields may be.
    pub fn add_rest(&mut self, to: MappingId, rest: Rest) {
        if let Some(draft) = self.drafts.get_mut(usize::from(to.0))
            && !draft.rests.contains(&rest)
        {
            draft.rests.push(rest);
        }
    }

    /// Says that a mapping may be another one.
    pub fn add_variant(&mut self, to: MappingId, key: &str, value: &str, holds: MappingId) {
        let variant = Variant { key: self.name(key), value: self.name(value), holds };
        if let Some(draft) = self.drafts.get_mut(usize::from(to.0))
            && !draft.variants.contains(&variant)
        {
            draft.variants.push(variant);
        }
    }

    /// Says that all keys are the same in capitals and small letters.
    pub fn fold(&mut self) {
        self.folds = true;
    }

    /// A version, newer than those before; its bit.
    pub fn version(&mut self, version: &str) -> u8 {
        let name = self.name(version);
        self.built.versions.push(name);
        let bit = 1u8.checked_shl(self.built.versions.len() as u32 - 1);
        self.too_large |= bit.is_none();
        bit.unwrap_or_default()
    }

    /// Says what a kind is in some versions.
    pub fn add_root(&mut self, api_version: &str, kind: &str, holds: TypeId, within: u8, namespaced: bool) {
        let (api, name) = (self.name(api_version), self.name(kind));
        let root = Root { api_version: api, kind: name, within: 0, namespaced, holds };
        let row = self.roots.entry((api_version.to_owned(), kind.to_owned())).or_insert(root);
        row.within |= within;
    }

    /// Says that there is too much for a table.
    pub fn give_up(&mut self) {
        self.too_large = true;
    }

    /// The table.
    pub fn finish(mut self) -> Result<Built, TooLarge> {
        for draft in std::mem::take(&mut self.drafts) {
            let mut keys: Vec<_> = draft.fields.into_iter().collect();
            keys.sort_by(|(a, _), (b, _)| Table::order(a, b));
            let fields: Vec<Field> = keys.into_iter().flat_map(|(_, rows)| rows).collect();
            let mapping = Mapping {
                fields: self.rows(self.built.fields.len(), fields.len()),
                rests: self.rows(self.built.rests.len(), draft.rests.len()),
                variants: self.rows(self.built.variants.len(), draft.variants.len()),
                requires: fields.iter().any(|field| field.required != 0),
                folds: self.folds,
            };
            self.built.mappings.push(mapping);
            self.built.fields.extend(fields);
            self.built.rests.extend(draft.rests);
            self.built.variants.extend(draft.variants);
        }
        self.built.roots = std::mem::take(&mut self.roots).into_values().collect();
        if self.too_large { Err(TooLarge) } else { Ok(self.built) }
    }

    fn rows(&mut self, first: usize, count: usize) -> Rows {
        self.row(first + count);
        Rows { first: self.row(first), count: self.row(count) }
    }

    /// The number of a row; one that is too large is remembered for the end.
    fn row(&mut self, number: usize) -> u16 {
        u16::try_from(number).unwrap_or_else(|_| {
            self.too_large = true;
            u16::MAX
        })
    }
}
