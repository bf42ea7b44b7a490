//! The JSON Schema (draft 2020-12) of a shape, for editors.

use super::{Field, Format, Presence, Record, Shape, to_json};
use serde_json::{Map, Value, json};

/// The schema of a file. `title` names the file; every record becomes a definition under its noun.
pub fn json_schema(shape: &'static Shape, title: &str) -> Value {
    let mut definitions = Map::new();
    let root = schema(shape, &mut definitions);
    let mut document = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "title": title });
    if let (Value::Object(document), Value::Object(root)) = (&mut document, root) {
        document.extend(root);
        definitions.sort_keys();
        document.insert("$defs".into(), Value::Object(definitions));
    }
    document
}

fn schema(shape: &'static Shape, definitions: &mut Map<String, Value>) -> Value {
    match shape {
        Shape::Any => json!({}),
        Shape::Text(format) => text(*format),
        Shape::OneOf(names) => {
            let constants =
                names.names.iter().map(|(name, doc)| json!({ "const": name, "description": doc }));
            json!({ "oneOf": constants.collect::<Vec<_>>() })
        }
        Shape::List(item) => json!({ "type": "array", "items": schema(item, definitions) }),
        Shape::OneOrList(item) => {
            let item = schema(item, definitions);
            json!({ "anyOf": [item, { "type": "array", "items": item }] })
        }
        Shape::OneOrMore(item) => {
            let item = schema(item, definitions);
            json!({ "anyOf": [item, { "type": "array", "items": item, "minItems": 1 }] })
        }
        Shape::Map(key, value) => json!({
            "type": "object",
            "propertyNames": text(*key),
            "additionalProperties": schema(value, definitions),
        }),
        Shape::Record(record) => {
            let name = record.noun.replace(' ', "-");
            if !definitions.contains_key(&name) {
                definitions.insert(name.clone(), Value::Null);
                let definition = self::record(record, definitions);
                definitions.insert(name.clone(), definition);
            }
            json!({ "$ref": format!("#/$defs/{name}") })
        }
        Shape::Either(shapes) => {
            json!({ "anyOf": shapes.iter().map(|shape| schema(shape, definitions)).collect::<Vec<_>>() })
        }
    }
}

fn record(record: &'static Record, definitions: &mut Map<String, Value>) -> Value {
    let fields = record.fields.iter().map(|field| (field.name.to_owned(), property(field, definitions)));
    let properties: Map<_, _> = fields.collect();
    let required = record.fields.iter().filter(|field| field.presence == Presence::Required);
    let required: Vec<_> = required.map(|field| field.name).collect();
    let mut definition = json!({
        "description": record.doc,
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    if !required.is_empty() {
        definition["required"] = json!(required);
    }
    if !record.exactly_one.is_empty() {
        let choices = record.exactly_one.iter().map(|name| json!({ "required": [name] }));
        definition["oneOf"] = choices.collect();
    }
    definition
}

fn property(field: &'static Field, definitions: &mut Map<String, Value>) -> Value {
    let mut property = json!({ "description": field.doc });
    if !field.examples.is_empty() {
        let examples = field.examples.iter().map(|example| {
            let document = crate::yaml::parse(*example, crate::yaml::Options::default());
            document.roots().next().and_then(to_json).unwrap_or_default()
        });
        property["examples"] = examples.collect();
    }
    if let (Value::Object(property), Value::Object(schema)) =
        (&mut property, schema(&field.shape, definitions))
    {
        property.extend(schema);
    }
    property
}

fn text(format: Format) -> Value {
    match format {
        Format::Plain | Format::Expression | Format::Glob => json!({ "type": "string", "minLength": 1 }),
        Format::Regex => json!({ "type": "string" }),
        Format::Date => {
            json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" })
        }
        Format::Kebab => json!({ "type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$" }),
        Format::RuleName => {
            json!({ "type": "string", "pattern": "^([a-z][a-z0-9]*(-[a-z0-9]+)*/)?[a-z][a-z0-9]*(-[a-z0-9]+)*$" })
        }
        Format::ProjectPath => {
            json!({ "type": "string", "pattern": "^(?!(.*/)?\\.\\.(/|$))[^/\\\\:][^\\\\:]*$" })
        }
        Format::Variable => json!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" }),
        Format::Identifier => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]+$" }),
        Format::IdentifierGlob => {
            json!({ "type": "string", "pattern": "^[A-Za-z0-9_*?-]*[A-Za-z0-9_-][A-Za-z0-9_*?-]*$" })
        }
        // YAML makes a number of `1.35`.
        Format::KubernetesVersions => {
            json!({ "type": ["string", "number"], "pattern": "^v?1\\.[0-9]+(\\.[0-9]+)?(\\.\\.v?1\\.[0-9]+(\\.[0-9]+)?)?$" })
        }
        Format::KeyPath => json!({ "type": "string", "pattern": "^[^.\\s][^.]*(\\.[^.\\s][^.]*)*$" }),
    }
}
