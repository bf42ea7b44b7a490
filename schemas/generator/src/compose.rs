//! What a Compose file may hold: the schema of the Compose specification, corrected where the loader reads more than it says.

use crate::Result;
use plimsoll::schema::build::{Builder, Built, Convert, Strictness};
use plimsoll::yaml;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;

/// The key of the specification's definitions.
const DEFINITIONS: &str = "$defs";

/// A place of the specification, what stands there instead (nothing where it is null), and why. The loader is compose-go.
const CORRECTIONS: &[(&str, &str, &str)] = &[
    // Equal items are made one before the schema is asked (override/uncity.go).
    ("$defs/list_or_dict/oneOf/1/uniqueItems", "null", "`environment`, `labels`, `sysctls`"),
    ("$defs/list_of_strings/uniqueItems", "null", "`dns`, `tmpfs`, `profiles`, `aliases`"),
    ("$defs/container_spec/properties/cap_add/uniqueItems", "null", "made one"),
    ("$defs/container_spec/properties/cap_drop/uniqueItems", "null", "made one"),
    ("$defs/container_spec/properties/dns_opt/uniqueItems", "null", "made one"),
    ("$defs/container_spec/properties/volumes/uniqueItems", "null", "made one"),
    ("$defs/workload_spec/properties/expose/uniqueItems", "null", "made one"),
    ("$defs/workload_spec/properties/ports/uniqueItems", "null", "made one"),
    ("$defs/service/properties/links/uniqueItems", "null", "made one"),
    // Those are not.
    ("$defs/container_spec/properties/models/oneOf/0", STRINGS, "not made one"),
    ("$defs/container_spec/properties/networks/oneOf/0", STRINGS, "not made one"),
    ("$defs/container_spec/properties/device_cgroup_rules", STRINGS, "not made one"),
    ("$defs/workload_spec/properties/depends_on/oneOf/0", STRINGS, "not made one"),
    // Strings are cast before the schema is asked (loader/interpolate.go).
    (
        "$defs/workload_spec/properties/depends_on/oneOf/1/patternProperties/^[a-zA-Z0-9._-]+$/properties/required/type",
        r#"["boolean", "string"]"#,
        "cast to a boolean",
    ),
    // The specification of the loader takes numbers with a fraction.
    ("$defs/container_spec/properties/mem_limit/type", r#"["number", "string"]"#, "1.5 is read"),
    ("$defs/container_spec/properties/memswap_limit/type", r#"["number", "string"]"#, "1.5 is read"),
    ("$defs/container_spec/properties/shm_size/type", r#"["number", "string"]"#, "1.5 is read"),
    // It takes `extends` and `include` out of the file before the schema is asked.
    ("$defs/service/properties/extends/oneOf/1/patternProperties", EXTENSIONS, "extensions pass"),
    ("$defs/include/oneOf/1/patternProperties", EXTENSIONS, "extensions pass"),
];

const STRINGS: &str = r#"{"type": "array", "items": {"type": "string"}, "uniqueItems": true}"#;
const EXTENSIONS: &str = r#"{"^x-": {}}"#;

/// The table, from the schemas that check-jsonschema carries.
pub fn table(package: &Path) -> Result<Built> {
    let path = package.join("vendor/compose-spec.json");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut specification: Value = serde_json::from_str(&text)?;
    for (place, instead, _) in CORRECTIONS {
        correct(&mut specification, place, serde_json::from_str(instead)?)?;
    }
    for name in ["service", "job", "pre_start_hook"] {
        merge(&mut specification, name)?;
    }
    let definitions = specification[DEFINITIONS].as_object_mut().ok_or("no definitions")?;
    for definition in definitions.values_mut() {
        let types = definition["type"].as_array().into_iter().flatten();
        if types.into_iter().any(|name| name == "null") {
            definition["nullable"] = json!(true);
        }
    }
    let document = yaml::parse(specification.to_string(), yaml::Options::default());
    let root = document.roots().next().ok_or("no document")?;
    let mut builder = Builder::default();
    let bit = builder.version("");
    let holds = Convert::new(&mut builder, root, Strictness::Open, bit).schema(root);
    builder.add_root("", "compose", holds, bit, false);
    builder.finish().map_err(|_| "the table of Compose is too large".into())
}

/// Puts something in the place of what stands at a place, which holds something else so far; null takes it away.
fn correct(specification: &mut Value, place: &str, instead: Value) -> Result<()> {
    let stale = || format!("compose-spec.json has changed at {place}");
    let (parent, key) = place.rsplit_once('/').ok_or_else(stale)?;
    let parent = specification.pointer_mut(&format!("/{parent}")).ok_or_else(stale)?;
    match parent {
        Value::Object(parent) if instead.is_null() => {
            parent.remove(key).ok_or_else(stale)?;
        }
        Value::Object(parent) => {
            if parent.insert(key.to_owned(), instead.clone()) == Some(instead) {
                return Err(stale().into());
            }
        }
        Value::Array(parent) => *parent.get_mut(key.parse::<usize>()?).ok_or_else(stale)? = instead,
        _ => return Err(stale().into()),
    }
    Ok(())
}

/// Gives a definition the keys of those that it is made of, so that it alone says which keys there are.
fn merge(specification: &mut Value, name: &str) -> Result<()> {
    let stale = || format!("compose-spec.json has another {name}");
    let definition = &specification[DEFINITIONS][name];
    let parts = definition["allOf"].as_array().ok_or_else(stale)?;
    let own = definition["properties"].as_object().ok_or_else(stale)?;
    if definition["unevaluatedProperties"] != json!(false) {
        return Err(stale().into());
    }
    let mut properties = Map::new();
    for part in parts {
        let reference = part["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        let part = reference.and_then(|pointer| specification.pointer(pointer)).ok_or_else(stale)?;
        properties.extend(part["properties"].as_object().ok_or_else(stale)?.clone());
    }
    properties.extend(own.clone());
    let required = definition.get("required").cloned().unwrap_or_else(|| json!([]));
    specification[DEFINITIONS][name] = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "patternProperties": {"^x-": {}},
        "additionalProperties": false,
    });
    Ok(())
}
