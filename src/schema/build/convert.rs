//! From schemas in the words of JSON Schema to rows: what a table can say, of what a schema says.

use super::Builder;
use crate::schema::table::{Format, Keys, Limit, List, MappingId, Rest, Rows, Scalars, Twice, Type, TypeId};
use crate::yaml::{Kind, Node, Scalar};
use std::collections::HashMap;

/// What a schema that does not say so means by its silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// JSON Schema: keys that are not described are allowed.
    Open,
    /// Kubernetes: keys that are not described are unknown, where any are described.
    Structural,
}

/// Turns the schemas of one document into rows. What has been said of a definition in other versions is kept.
pub struct Convert<'b, 'd> {
    /// Where the rows go.
    pub builder: &'b mut Builder,
    /// What `$ref` refers to: the document that holds the definitions.
    pub document: Node<'d>,
    /// What silence means.
    pub strictness: Strictness,
    /// The bit of the version.
    pub version: u8,
    definitions: HashMap<String, TypeId>,
    /// How many schemas were read.
    read: usize,
}

/// Schemas that are read at most, those behind aliases as often as they stand: of more no table is made.
const MOST: usize = 100_000;
/// Schemas nested deeper than this take everything.
const DEEPEST: usize = 64;

impl<'b, 'd> Convert<'b, 'd> {
    /// Begins with the schemas of a document.
    pub fn new(builder: &'b mut Builder, document: Node<'d>, strictness: Strictness, version: u8) -> Self {
        Self { builder, document, strictness, version, definitions: HashMap::new(), read: 0 }
    }

    /// The type that a schema describes.
    pub fn schema(&mut self, schema: Node<'d>) -> TypeId {
        self.below(schema, 0)
    }

    fn below(&mut self, schema: Node<'d>, depth: usize) -> TypeId {
        let schema = schema.resolve();
        self.read += 1;
        if self.read > MOST {
            self.builder.give_up();
        }
        if depth > DEEPEST || self.read > MOST || schema.kind() != Kind::Mapping {
            return TypeId::ANY;
        }
        if let Some(reference) = schema.get("$ref") {
            return self.reference(&reference.text(), depth);
        }
        match self.type_of(schema, depth) {
            Some(found) => self.builder.add_type(found),
            None => TypeId::ANY,
        }
    }

    /// What a reference refers to. A mapping has the same row wherever it is referred to, so that it can hold itself.
    fn reference(&mut self, reference: &str, depth: usize) -> TypeId {
        if let Some(&id) = self.definitions.get(reference) {
            return id;
        }
        let steps = reference.strip_prefix("#/").unwrap_or_default().split('/');
        let target = steps.into_iter().try_fold(self.document, Node::get);
        let Some(target) = target.map(Node::resolve) else { return TypeId::ANY };
        if is_quantity(reference) {
            let limits = self.builder.limits(&[Limit::Format(Format::Quantity)]);
            let scalars = Scalars::STRING.and(Scalars::NUMBER);
            return self.builder.add_type(Type { scalars, limits, ..Type::default() });
        }
        if target.get("properties").is_none() {
            // Whoever refers to itself without a mapping in between says nothing.
            self.definitions.insert(reference.to_owned(), TypeId::ANY);
            let id = self.below(target, depth + 1);
            self.definitions.insert(reference.to_owned(), id);
            return id;
        }
        let mapping = self.builder.definition(reference);
        let scalars = if is_true(target, "nullable") { Scalars::NULL } else { Scalars::NONE };
        let id = self.builder.add_type(Type { scalars, mapping: Some(mapping), ..Type::default() });
        self.definitions.insert(reference.to_owned(), id);
        self.keys(mapping, target, depth + 1);
        id
    }

    /// What a schema says of each kind of node; `None` where it takes everything.
    fn type_of(&mut self, schema: Node<'d>, depth: usize) -> Option<Type> {
        if is_true(schema, "x-kubernetes-int-or-string") {
            let limits = self.limits_of(schema);
            return Some(Type { scalars: Scalars::STRING.and(Scalars::INT), limits, ..Type::default() });
        }
        if let Some(branches) = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(key))
            && schema.get("type").is_none()
            && schema.get("properties").is_none()
        {
            return self.union(branches, depth);
        }
        if let Some(all) = schema.get("allOf").filter(|_| schema.get("type").is_none()) {
            let mut parts = all.items();
            return match (parts.next(), parts.next()) {
                (Some(only), None) => self.known(only, depth + 1),
                _ => None,
            };
        }
        let mut found = Type::default();
        if is_true(schema, "nullable") {
            found.scalars = Scalars::NULL;
        }
        let Some(types) = schema.get("type") else {
            if schema.get("properties").is_some() {
                found.mapping = Some(self.mapping(schema, depth));
                return Some(found);
            }
            let values = schema.get("enum").or_else(|| schema.get("const"))?;
            found.scalars = scalars_of(values);
            found.limits = self.limits_of(schema);
            return Some(found);
        };
        let listed: Vec<_> =
            if types.resolve().kind() == Kind::Sequence { types.items().collect() } else { vec![types] };
        for name in listed {
            match &*name.text() {
                "null" => found.scalars = found.scalars.and(Scalars::NULL),
                "boolean" => found.scalars = found.scalars.and(Scalars::BOOL),
                "integer" => found.scalars = found.scalars.and(Scalars::INT),
                "number" => found.scalars = found.scalars.and(Scalars::NUMBER),
                "string" => found.scalars = found.scalars.and(Scalars::STRING),
                "array" => found.list = Some(self.list(schema, depth)),
                "object" => found.mapping = Some(self.mapping(schema, depth)),
                _ => return None,
            }
        }
        found.limits = self.limits_of(schema);
        Some(found)
    }

    fn known(&mut self, schema: Node<'d>, depth: usize) -> Option<Type> {
        let id = self.below(schema, depth);
        (id != TypeId::ANY).then(|| self.builder.type_of(id))
    }

    /// What one of several schemas says: of each kind of node, what the one that takes it says. Of scalars that several take nothing is
    /// asked beyond their type, and a mapping that several take may be any of them.
    fn union(&mut self, branches: Node<'d>, depth: usize) -> Option<Type> {
        let mut all = Type::default();
        let mut mappings: Vec<(MappingId, Node<'d>)> = Vec::new();
        for branch in branches.items().map(Node::resolve) {
            let one = self.known(branch, depth + 1)?;
            if one.scalars.0 & !Scalars::NULL.0 != 0 {
                let is_first = all.scalars.0 & !Scalars::NULL.0 == 0;
                all.limits = if is_first || all.limits == one.limits { one.limits } else { Rows::default() };
            }
            all.scalars = all.scalars.and(one.scalars);
            if let Some(list) = one.list {
                // Lists that differ take every item.
                all.list = Some(match all.list.filter(|known| *known != list) {
                    None => list,
                    Some(_) => self.builder.list_of(TypeId::ANY),
                });
            }
            mappings.extend(one.mapping.map(|mapping| (mapping, branch)));
        }
        all.mapping = match &mappings[..] {
            [] => None,
            [(only, _)] => Some(*only),
            several if several.iter().all(|(mapping, _)| *mapping == several[0].0) => Some(several[0].0),
            several => Some(self.variants(several)),
        };
        Some(all)
    }

    /// A mapping that may be one of several, told by a key that it alone requires; one that takes every key where that cannot be told.
    fn variants(&mut self, several: &[(MappingId, Node<'d>)]) -> MappingId {
        let required: Vec<Vec<String>> = several
            .iter()
            .map(|(_, schema)| {
                let keys = self.resolved(*schema).get("required").into_iter().flat_map(Node::items);
                keys.map(|key| key.text().into_owned()).collect()
            })
            .collect();
        let telling = |index: usize| {
            let others = required.iter().enumerate().filter(|(other, _)| *other != index);
            let others: Vec<&String> = others.flat_map(|(_, keys)| keys).collect();
            required[index].iter().find(|key| !others.contains(key)).cloned()
        };
        let Some(keys) = (0..several.len()).map(telling).collect::<Option<Vec<_>>>() else {
            return self.builder.open_mapping();
        };
        let union = self.builder.add_mapping();
        for (key, (mapping, _)) in keys.iter().zip(several) {
            self.builder.add_variant(union, key, "", *mapping);
        }
        union
    }

    fn resolved(&self, schema: Node<'d>) -> Node<'d> {
        let steps = schema.get("$ref").map(|reference| reference.text().into_owned());
        let Some(reference) = steps else { return schema };
        let steps = reference.strip_prefix("#/").unwrap_or_default().split('/');
        steps.into_iter().try_fold(self.document, Node::get).map_or(schema, Node::resolve)
    }

    fn list(&mut self, schema: Node<'d>, depth: usize) -> super::ListId {
        let holds = schema.get("items").map_or(TypeId::ANY, |items| self.below(items, depth + 1));
        let items = schema.get("items").map(|items| self.resolved(items.resolve()));
        let properties = items.and_then(|items| items.get("properties"));
        let keys = schema.get("x-kubernetes-list-map-keys");
        let keys: Vec<String> = keys
            .into_iter()
            .flat_map(Node::items)
            .map(|key| {
                let key = key.text();
                let of_key = properties.and_then(|properties| properties.get(&key));
                match of_key.and_then(|schema| schema.get("default")) {
                    Some(default) => format!("{key}={}", default.text()),
                    None => key.into_owned(),
                }
            })
            .collect();
        let merged = schema.get("x-kubernetes-patch-merge-key").map(|key| key.text().into_owned());
        let kind = schema.get("x-kubernetes-list-type").map(Node::text);
        let (keys, twice) = match (kind.as_deref(), merged) {
            (Some("map"), _) if !keys.is_empty() => (keys, Twice::Refused),
            (Some("set"), _) => (Vec::new(), Twice::Refused),
            (_, Some(key)) => (vec![key], Twice::Replaced),
            _ if is_true(schema, "uniqueItems") => (Vec::new(), Twice::Refused),
            _ => (Vec::new(), Twice::Allowed),
        };
        let keys = self.builder.group(keys.iter().map(String::as_str));
        let filled = number(schema, "minItems").is_some_and(|least| least >= 1.0);
        self.builder.add_list(List { holds, keys, twice, filled })
    }

    fn mapping(&mut self, schema: Node<'d>, depth: usize) -> MappingId {
        let has = |key: &str| schema.get(key).is_some_and(|value| !value.entries().is_empty());
        let embedded = is_true(schema, "x-kubernetes-embedded-resource");
        let closed = schema.get("additionalProperties").is_some_and(|rest| rest.resolve().text() == "false");
        if embedded
            || !closed
                && !["properties", "patternProperties", "additionalProperties"].map(has).contains(&true)
        {
            return self.builder.open_mapping();
        }
        if !has("properties") {
            let rests = self.rests(schema, depth);
            return self.builder.mapping_of(&rests);
        }
        let mapping = self.builder.add_mapping();
        self.keys(mapping, schema, depth);
        mapping
    }

    /// What a schema says of the keys of a mapping.
    fn keys(&mut self, mapping: MappingId, schema: Node<'d>, depth: usize) {
        let required: Vec<_> =
            schema.get("required").into_iter().flat_map(Node::items).map(Node::text).collect();
        for entry in schema.get("properties").map(Node::entries).unwrap_or_default() {
            let key = entry.key.text();
            let holds = self.below(entry.value, depth + 1);
            // What is absent takes its default.
            let needed = required.contains(&key) && entry.value.get("default").is_none();
            let bit = if needed { self.version } else { 0 };
            self.builder.add_field(mapping, &key, holds, self.version, bit);
        }
        for rest in self.rests(schema, depth) {
            self.builder.add_rest(mapping, rest);
        }
    }

    /// What a schema says of keys that are not among its properties.
    fn rests(&mut self, schema: Node<'d>, depth: usize) -> Vec<Rest> {
        let mut rests = Vec::new();
        for entry in schema.get("patternProperties").map(Node::entries).unwrap_or_default() {
            let holds = self.below(entry.value, depth + 1);
            let keys = self.keys_of(&entry.key.text());
            rests.push(Rest { keys, holds });
        }
        let all = Rest { keys: Keys::All, holds: TypeId::ANY };
        let is_open = is_true(schema, "x-kubernetes-preserve-unknown-fields");
        match schema.get("additionalProperties").map(Node::resolve) {
            Some(rest) if rest.kind() == Kind::Mapping => {
                let holds = self.below(rest, depth + 1);
                let names = schema.get("propertyNames");
                let form = names.and_then(|names| names.get("format"));
                let keys = match names.and_then(|names| names.get("pattern")) {
                    Some(pattern) => self.keys_of(&pattern.text()),
                    None => form
                        .and_then(|form| format_of(&form.text()))
                        .map_or(Keys::All, |form| Keys::Limited(Limit::Format(form))),
                };
                rests.push(Rest { keys, holds });
            }
            Some(rest) if rest.text() != "false" => rests.push(all),
            None if self.strictness == Strictness::Open => rests.push(all),
            _ if is_open => rests.push(all),
            _ => {}
        }
        rests
    }

    /// The keys that a regular expression takes.
    fn keys_of(&mut self, pattern: &str) -> Keys {
        let prefix = pattern.strip_prefix('^').filter(|rest| !rest.is_empty());
        let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        match prefix {
            Some(prefix) if is_plain(prefix) => Keys::Prefix(self.builder.name(prefix)),
            _ if matches!(pattern, ".*" | "^.*$" | ".+" | "^.+$") => Keys::All,
            _ => Keys::Limited(Limit::Pattern(self.builder.name(pattern))),
        }
    }

    /// What a schema asks of scalars beside their type.
    fn limits_of(&mut self, schema: Node<'d>) -> Rows {
        let mut limits = Vec::new();
        if let Some(values) = schema.get("enum") {
            let texts: Vec<_> = values.items().map(Node::text).collect();
            limits.push(Limit::OneOf(self.builder.group(texts.iter().map(|text| &**text))));
        } else if let Some(value) = schema.get("const") {
            limits.push(Limit::OneOf(self.builder.group([&*value.text()])));
        }
        if let Some(pattern) = schema.get("pattern") {
            limits.push(Limit::Pattern(self.builder.name(&pattern.text())));
        }
        if let Some(format) = schema.get("format").and_then(|format| format_of(&format.text())) {
            limits.push(Limit::Format(format));
        }
        let [least, most] = ["minimum", "maximum"].map(|key| number(schema, key));
        if least.is_some() || most.is_some() {
            let (least, most) = (least.unwrap_or(f64::NEG_INFINITY), most.unwrap_or(f64::INFINITY));
            limits.push(Limit::Between(least, most));
        }
        let [shortest, longest] = ["minLength", "maxLength"].map(|key| number(schema, key));
        if shortest.is_some() || longest.is_some() {
            let longest = longest.map_or(u32::MAX, |most| most as u32);
            limits.push(Limit::Length(shortest.unwrap_or(0.0) as u32, longest));
        }
        self.builder.limits(&limits)
    }
}

impl Builder {
    /// The mapping of a definition, the same in every version.
    pub fn definition(&mut self, name: &str) -> MappingId {
        if let Some(&id) = self.definitions.get(name) {
            return id;
        }
        let id = self.add_mapping();
        self.definitions.insert(name.to_owned(), id);
        id
    }
}

/// Whether a reference names Kubernetes' type of quantities.
fn is_quantity(reference: &str) -> bool {
    reference.ends_with("api.resource.Quantity")
}

fn is_true(schema: Node<'_>, key: &str) -> bool {
    schema.get(key).is_some_and(|value| value.scalar() == Scalar::Bool(true))
}

fn number(schema: Node<'_>, key: &str) -> Option<f64> {
    match schema.get(key)?.scalar() {
        Scalar::Int(value) => Some(value as f64),
        Scalar::Float(value) => Some(value),
        _ => None,
    }
}

/// The kinds of some values: one, or those of a list.
fn scalars_of(values: Node<'_>) -> Scalars {
    let kind = |value: Node<'_>| match value.scalar() {
        Scalar::Null => Scalars::NULL,
        Scalar::Bool(_) => Scalars::BOOL,
        Scalar::Int(_) => Scalars::INT,
        Scalar::Float(_) => Scalars::FLOAT,
        Scalar::Str(_) => Scalars::STRING,
    };
    match values.resolve().kind() {
        Kind::Sequence => values.items().map(kind).fold(Scalars::NONE, Scalars::and),
        _ => kind(values),
    }
}

fn format_of(name: &str) -> Option<Format> {
    Some(match name {
        "byte" => Format::Base64,
        "date-time" => Format::DateTime,
        "duration" => Format::Duration,
        "quantity" => Format::Quantity,
        "dns-1123-label" => Format::DnsLabel,
        "dns-1123-subdomain" => Format::DnsSubdomain,
        "dns-1035-label" => Format::Dns1035Label,
        "port-name" => Format::PortName,
        "env-name" => Format::EnvName,
        "label-key" => Format::LabelKey,
        "label-value" => Format::LabelValue,
        "config-key" => Format::ConfigKey,
        _ => return None,
    })
}
