//! Rule files: their shape, what the author wrote in them, and the examples they carry.

mod catalog;
mod compile;
mod example;
mod find;
mod param;
mod pattern;
mod raw;
mod scaffold;
mod schema;
mod shape;
mod vocabulary;

pub use catalog::{BUILT_IN, Catalog, Loading, Origin, RuleFile, built_in, load, load_files};
pub use compile::{
    COMMON, Check, Decision, Let, MISSING, Offer, OfferedChange, PARAMS, Rule, SELF, Stopped, TARGET,
    Written, compile, scope_of,
};
pub use example::{
    Example, ExampleFile, Expected, Finding, Mark, Mismatch, Verdict, compare, mark, write_mark,
};
pub use find::{find, find_named};
pub use param::{Param, ParamType};
pub use pattern::{Pattern, texts};
pub use raw::{
    RawChange, RawFix, RawLet, RawParam, RawRelated, RawRule, RawTest, RuleText, duplicates, read,
    read_what_stands,
};
pub use scaffold::scaffold;
pub use schema::Schema;
pub use shape::{RULE_FILE, json_schema};
pub use vocabulary::{common_names, type_name};
