//! The rows of a table under names of one letter, in which the tables under `schemas/` are written.

use crate::schema::table::{
    Field, Keys, List, ListId, Mapping, MappingId, Name, Rest, Root, Rows, Scalars, Twice, Type, TypeId,
    Variant,
};

pub const fn n(start: u16, length: u16) -> Name {
    Name { start, length }
}

pub const fn r(first: u16, count: u16) -> Rows {
    Rows { first, count }
}

pub const fn o(api_version: Name, kind: Name, within: u8, namespaced: bool, holds: u16) -> Root {
    Root { api_version, kind, within, namespaced, holds: TypeId(holds) }
}

pub const fn t(
    scalars: u8,
    limits: Rows,
    list: Option<ListId>,
    mapping: Option<MappingId>,
    context: Option<Rows>,
) -> Type {
    Type { scalars: Scalars(scalars), limits, list, mapping, context }
}

pub const fn m(fields: Rows, rests: Rows, variants: Rows, requires: bool, folds: bool) -> Mapping {
    Mapping { fields, rests, variants, requires, folds }
}

pub const fn f(start: u16, length: u16, holds: u16, within: u8, required: u8) -> Field {
    Field { name: Name { start, length }, holds: TypeId(holds), within, required }
}

pub const fn e(keys: Keys, holds: u16) -> Rest {
    Rest { keys, holds: TypeId(holds) }
}

pub const fn v(key: Name, value: Name, holds: u16) -> Variant {
    Variant { key, value, holds: MappingId(holds) }
}

pub const fn l(holds: u16, keys: Rows, twice: Twice, filled: bool) -> List {
    List { holds: TypeId(holds), keys, twice, filled }
}
