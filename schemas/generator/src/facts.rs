//! The facts about Kubernetes that no package carries, from `schemas/kubernetes.yaml`, and how they are laid over the definitions.

use crate::Result;
use plimsoll::yaml::{self, Kind, Node, Scalar};
use serde_json::{Map, Value};
use std::path::Path;

/// Reads a YAML file as JSON, aliases resolved and merge keys applied.
pub fn read(path: &Path) -> Result<Value> {
    let document = yaml::parse(std::fs::read_to_string(path)?, yaml::Options::default());
    if let Some(problem) = document.problems().first() {
        return Err(format!("{}: {} at byte {}", path.display(), problem.message, problem.span.start).into());
    }
    let root = document.roots().next().ok_or_else(|| format!("{}: empty", path.display()))?;
    Ok(value(root))
}

fn value(node: Node<'_>) -> Value {
    let node = node.resolve();
    match node.kind() {
        Kind::Mapping => {
            let entries = node.entries();
            Value::Object(
                entries.iter().map(|entry| (entry.key.text().into_owned(), value(entry.value))).collect(),
            )
        }
        Kind::Sequence => node.items().map(value).collect(),
        _ => match node.scalar() {
            Scalar::Null => Value::Null,
            Scalar::Bool(value) => value.into(),
            Scalar::Int(value) => value.into(),
            Scalar::Float(value) => value.into(),
            Scalar::Str(text) => text.into(),
        },
    }
}

/// Lays the facts over the definitions of one version and notes in `used` which of them had a place there. They add to what the
/// specification says, and contradict it in nothing but what is required.
pub fn lay(
    facts: &Map<String, Value>,
    definitions: &mut Map<String, Value>,
    used: &mut [bool],
) -> Result<()> {
    for ((name, fact), used) in facts.iter().zip(used) {
        let Some(node) = place(definitions, name) else { continue };
        *used = true;
        for (key, value) in fact.as_object().into_iter().flatten() {
            let old = node.insert(key.clone(), value.clone());
            if let Some(old) = old.filter(|_| key != "required") {
                return Err(format!("{name}: the specification says {key}: {old}").into());
            }
        }
    }
    Ok(())
}

/// What is said of `DEFINITION`, of `DEFINITION.FIELD`, of the items of a list in `DEFINITION.FIELD[]`, or of the values of a mapping
/// in `DEFINITION.FIELD{}`.
fn place<'d>(definitions: &'d mut Map<String, Value>, name: &str) -> Option<&'d mut Map<String, Value>> {
    if definitions.contains_key(name) {
        return definitions[name].as_object_mut();
    }
    let (definition, field) = name.rsplit_once('.')?;
    let properties = definitions.get_mut(definition)?.get_mut("properties")?;
    let node = if let Some(list) = field.strip_suffix("[]") {
        properties.get_mut(list)?.get_mut("items")
    } else if let Some(mapping) = field.strip_suffix("{}") {
        properties.get_mut(mapping)?.get_mut("additionalProperties")
    } else {
        properties.get_mut(field)
    };
    node?.as_object_mut()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_fact_finds_its_field_and_contradicts_nothing_but_what_is_required() {
        let given = json!({"a.B": {"required": ["c"], "properties": {
            "c": {"type": "string"}, "l": {"items": {"type": "string"}}, "m": {"additionalProperties": {"type": "string"}},
        }}});
        let lay = |facts: Value| {
            let mut given = given.as_object().unwrap().clone();
            let facts = facts.as_object().unwrap();
            let mut used = vec![false; facts.len()];
            lay(facts, &mut given, &mut used).map(|()| (Value::from(given), used))
        };
        let fact = json!({"enum": ["x"]});
        let (laid, used) =
            lay(json!({"a.B.c": fact, "a.B.l[]": fact, "a.B.m{}": fact, "a.B.d": fact})).unwrap();
        let properties = &laid["a.B"]["properties"];
        for node in [&properties["c"], &properties["l"]["items"], &properties["m"]["additionalProperties"]] {
            assert_eq!(node["enum"], json!(["x"]));
        }
        assert_eq!(used, [true, true, true, false]);
        assert_eq!(lay(json!({"a.B": {"required": []}})).unwrap().0["a.B"]["required"], json!([]));
        assert!(lay(json!({"a.B.c": {"type": "integer"}})).is_err());
    }
}
