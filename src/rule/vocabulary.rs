//! What is told about the names that visits bind: their types in words, and what those mean that every visit binds.

use super::COMMON;
use crate::expr::Type;

/// The meaning of each of [`COMMON`], in its order.
const DOCS: [&str; COMMON.len()] = [
    "What is visited: its node, or the facts of the visit.",
    "The name of the target that is visited, for rules with several.",
    "The file it stands in; a visit to `repo` has none.",
    "Every target as a collection over the whole project: `repo.image.exists(i, …)`, `repo.k8s.Service`.",
    "The params of the rule.",
    "`plimsoll.yaml` as it is written.",
];

/// Name, type and meaning of what every visit binds; a visit to the repository as a whole has no `file`.
pub fn common_names() -> impl Iterator<Item = (&'static str, Type, &'static str)> {
    COMMON.into_iter().zip(DOCS).map(|((name, of), doc)| (name, of, doc))
}

/// A type in words: `string`, `list of node`; facts go by their name, `owner`.
pub fn type_name(of: Type) -> String {
    match of {
        Type::Any => "any".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Uint => "uint".to_owned(),
        Type::Double => "double".to_owned(),
        Type::String => "string".to_owned(),
        Type::Bytes => "bytes".to_owned(),
        Type::Map => "map".to_owned(),
        Type::Node => "node".to_owned(),
        Type::Object(name) => name.to_owned(),
        Type::Visits(record) => format!("list of {}", record.name),
        Type::List(element) => format!("list of {}", type_name(*element)),
        Type::Record(record) | Type::Visit(record) => record.name.to_owned(),
    }
}
