//! The grammar of workflows and actions, from GitHub's own definitions in `@actions/workflow-parser`: mappings, sequences, scalars, and
//! `one-of`, which becomes one type that says what each kind of node may be. What an expression may use is handed down from definition
//! to definition.

use crate::Result;
use plimsoll::schema::build::{Builder, Built};
use plimsoll::schema::table::{Keys, Limit, List, MappingId, Rest, Rows, Scalars, Twice, Type, TypeId};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

/// The bit of the only version.
const BIT: u8 = 1;

/// How deep in a value that may be anything an expression is found.
const OPEN: usize = 6;

/// What kinds of files are: the grammar, its root, and the name of the kind.
const ROOTS: [(&str, &str, &str); 2] =
    [("workflow", "workflow-root-strict", "workflow"), ("action", "action-root-strict", "action")];

/// The keys by which mappings of a `one-of` are told apart, each with the values that it then has, where any will not do. Without a row
/// here it is the key that a mapping alone requires.
const TELLING: &[(&str, &str, &[&str])] = &[
    ("container-runs-strict", "using", &["docker"]),
    ("composite-runs-strict", "using", &["composite"]),
    ("node-runs-strict", "using", &["node12", "node16", "node20", "node24"]),
    // A job that has steps lacks `runs-on`, not `uses`.
    ("job-factory", "runs-on", &[""]),
    ("job-factory", "steps", &[""]),
];

/// A place where GitHub takes something else than its grammar says.
struct Correction {
    grammar: &'static str,
    /// A definition, or a JSON pointer below the definitions; `-` at the end adds to a list.
    at: &'static str,
    value: Value,
    /// Why, and whence it is known. Nothing reads it but people.
    #[expect(dead_code, reason = "it is for those who read the list")]
    reason: &'static str,
}

fn corrections() -> Vec<Correction> {
    let row = |grammar, at, value, reason| Correction { grammar, at, value, reason };
    let or_null = |name: &str| json!({"one-of": ["null", name]});
    let unread = "the service passes over filters of events that have none";
    let empty =
        "nothing shows that the service refuses an empty one, and it reads one of `workflow_dispatch`";
    let mut rows = vec![
        row(
            "workflow",
            "/repository-dispatch-string/string/constant",
            json!("repository_dispatch"),
            "the grammar names another event here, and a list may hold this one",
        ),
        row(
            "workflow",
            "/unread",
            json!({"mapping": {"loose-key-type": "non-empty-string", "loose-value-type": "any"}}),
            "the service passes over filters of events that have none: helm/helm has `tags` under `create`",
        ),
        row(
            "workflow",
            "/job-factory/mapping/properties/steps",
            json!({"type": "job-steps", "required": true}),
            "\"No steps defined in `steps` and no workflow called in `uses`\", says the service",
        ),
        row(
            "workflow",
            "/job-steps",
            json!({"sequence": {"item-type": "steps-item", "filled": true}}),
            "the same; steps beside one another may be none",
        ),
        row(
            "workflow",
            "/workflow-dispatch-mapping/mapping/properties/inputs",
            or_null("workflow-dispatch-inputs"),
            "read as none: ConvertToOnWorkflowDispatchInputTypes in actions/runner, WorkflowTemplateConverter.cs",
        ),
        row(
            "workflow",
            "/workflow-dispatch-inputs/mapping/loose-value-type",
            or_null("workflow-dispatch-input"),
            "read as a string: the same function",
        ),
        row(
            "workflow",
            "/workflow-call-mapping/mapping/properties/inputs",
            or_null("workflow-call-inputs"),
            empty,
        ),
        row(
            "workflow",
            "/workflow-call-mapping/mapping/properties/secrets",
            or_null("workflow-call-secrets"),
            empty,
        ),
        row(
            "workflow",
            "/workflow-call-mapping/mapping/properties/outputs",
            or_null("workflow-call-outputs"),
            empty,
        ),
        row(
            "workflow",
            "/container-mapping/mapping/properties/image",
            json!("string"),
            "a container with an empty image is none: ConvertToJobContainer, the same file",
        ),
        row(
            "action",
            "/action-root-strict/mapping/properties/name",
            json!("string"),
            "the marketplace asks for it, and no runner does",
        ),
        row(
            "action",
            "/action-root-strict/mapping/properties/description",
            json!("string"),
            "the marketplace asks for it, and no runner does",
        ),
        row(
            "action",
            "/input-strict/mapping/properties/required",
            json!({"one-of": ["boolean", "string"]}),
            "no runner reads it, and `'true'` is common",
        ),
        row("action", "/branding-color/allowed-values/-", json!("black"), "the documentation names it"),
    ];
    for event in [
        "create",
        "delete",
        "deployment",
        "deployment-status",
        "fork",
        "gollum",
        "page-build",
        "public",
        "status",
    ] {
        rows.push(row("workflow", event, or_null("unread"), unread));
    }
    rows
}

/// The table of workflows and actions, from the folder of the unpacked package.
pub fn table(package: &Path) -> Result<Built> {
    let mut builder = Builder::default();
    for (grammar, root, kind) in ROOTS {
        let path = package.join(format!("dist/{grammar}-v1.0.min.json"));
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut definitions: Value = serde_json::from_str::<Value>(&text)?["definitions"].take();
        for correction in corrections().into_iter().filter(|correction| correction.grammar == grammar) {
            correct(&mut definitions, &correction)?;
        }
        let definitions = definitions.as_object().ok_or("no definitions")?;
        let mut grammar = Grammar::new(&mut builder, grammar, definitions);
        let holds = grammar.named(root, &[])?;
        grammar.fill()?;
        builder.add_root("", kind, holds, BIT, false);
    }
    builder.finish().map_err(|_| "the table of workflows is too large".into())
}

/// Makes a correction, which must not say what the grammar says itself.
fn correct(definitions: &mut Value, correction: &Correction) -> Result<()> {
    let Correction { at, value, .. } = correction;
    let (parent, last) = at.rsplit_once('/').unwrap_or(("", at));
    let parent = definitions.pointer_mut(parent).ok_or_else(|| format!("{at} is not in the grammar"))?;
    let is_known = match parent {
        Value::Array(items) if last == "-" => {
            let is_known = items.contains(value);
            items.push(value.clone());
            is_known
        }
        Value::Object(map) => map.insert(last.to_owned(), value.clone()).as_ref() == Some(value),
        _ => return Err(format!("{at} is no place of the grammar").into()),
    };
    if is_known { Err(format!("the grammar says by now what stands for {at}").into()) } else { Ok(()) }
}

/// The definitions of one grammar on their way into the table.
struct Grammar<'b, 'g> {
    builder: &'b mut Builder,
    /// Its name, which keeps its definitions apart from those of others.
    name: &'static str,
    definitions: &'g Map<String, Value>,
    /// Mappings that were referred to, by definition and context, and whose keys are not in the table yet.
    open: Vec<(MappingId, String, Context)>,
    known: HashSet<MappingId>,
    anything: HashMap<(Context, usize), TypeId>,
}

/// The contexts and functions that an expression may use.
type Context = Vec<String>;

/// What a definition says of each kind of node.
#[derive(Default)]
struct Parts {
    scalars: u8,
    /// The values that a string may have; any where there are none.
    values: Vec<String>,
    /// Whether some string may be any, and whether some may be empty.
    any_string: bool,
    empty_string: bool,
    /// The items of a list, and whether there must be one.
    list: Option<(TypeId, bool)>,
    /// The definitions that mappings may be.
    mappings: Vec<String>,
    anything: bool,
    context: Context,
}

impl<'b, 'g> Grammar<'b, 'g> {
    fn new(builder: &'b mut Builder, name: &'static str, definitions: &'g Map<String, Value>) -> Self {
        let (open, known, anything) = (Vec::new(), HashSet::new(), HashMap::new());
        Self { builder, name, definitions, open, known, anything }
    }

    /// The type of what a property or an item refers to: a name, a name with more about it, or a definition itself.
    fn reference(&mut self, value: &Value, context: &[String]) -> Result<TypeId> {
        let name = value.as_str().or_else(|| value["type"].as_str());
        if let Some(name) = name {
            return self.named(name, context);
        }
        let parts = self.parts(value, "", context)?;
        Ok(self.type_of(&parts))
    }

    fn named(&mut self, name: &str, context: &[String]) -> Result<TypeId> {
        let parts = self.parts_of(name, context)?;
        Ok(self.type_of(&parts))
    }

    fn parts_of(&mut self, name: &str, context: &[String]) -> Result<Parts> {
        let built_in = match name {
            "any" => return Ok(Parts { anything: true, context: context.to_vec(), ..Parts::default() }),
            "null" | "boolean" | "number" | "string" => json!({name: {}}),
            "sequence" => json!({"sequence": {"item-type": "any"}}),
            _ => Value::Null,
        };
        let definition = self.definitions.get(name).unwrap_or(&built_in);
        self.parts(definition, name, context)
    }

    /// What a definition of a name says, below definitions that hand a context down.
    fn parts(&mut self, definition: &Value, name: &str, context: &[String]) -> Result<Parts> {
        let mut parts = Parts { context: context.to_vec(), ..Parts::default() };
        for item in definition["context"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !parts.context.iter().any(|known| known == item) {
                parts.context.push(item.to_owned());
            }
        }
        let says = |kind: &str| definition.get(kind);
        if says("null").is_some() {
            parts.scalars = Scalars::NULL.0;
        } else if says("boolean").is_some() {
            parts.scalars = Scalars::BOOL.0;
        } else if says("number").is_some() {
            parts.scalars = Scalars::NUMBER.0;
        } else if let Some(string) = says("string") {
            parts.string(string);
        } else if let Some(values) = says("allowed-values").and_then(Value::as_array) {
            parts.scalars = Scalars::STRING.0;
            parts.values = values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        } else if let Some(sequence) = says("sequence") {
            let holds = self.reference(&sequence["item-type"], &parts.context)?;
            parts.list = Some((holds, sequence["filled"] == true));
        } else if says("mapping").is_some() && !name.is_empty() {
            parts.mappings.push(name.to_owned());
        } else if let Some(choices) = says("one-of").and_then(Value::as_array) {
            for choice in choices.iter().filter_map(Value::as_str) {
                let other = self.parts_of(choice, &parts.context)?;
                parts.add(other)?;
            }
        } else {
            return Err(format!("`{name}` of the {} is of no known kind", self.name).into());
        }
        Ok(parts)
    }

    fn type_of(&mut self, parts: &Parts) -> TypeId {
        if parts.anything {
            return self.anything(&parts.context, OPEN);
        }
        let mut limits = Vec::new();
        if !parts.any_string && !parts.values.is_empty() {
            limits.push(Limit::OneOf(self.builder.group(parts.values.iter().map(String::as_str))));
        } else if parts.any_string && !parts.empty_string {
            limits.push(Limit::Length(1, u32::MAX));
        }
        let limits = self.builder.limits(&limits);
        let list = parts.list.map(|(holds, filled)| {
            self.builder.add_list(List { holds, keys: Rows::default(), twice: Twice::Allowed, filled })
        });
        let mapping = match parts.mappings.as_slice() {
            [] => None,
            [only] => Some(self.mapping(only, &parts.context)),
            several => Some(self.variants(several, &parts.context)),
        };
        let context = Some(self.builder.group(parts.context.iter().map(String::as_str)));
        self.builder.add_type(Type { scalars: Scalars(parts.scalars), limits, list, mapping, context })
    }

    /// A value that may be anything, in which expressions are found to a depth; where none may stand there is nothing to find.
    fn anything(&mut self, context: &[String], depth: usize) -> TypeId {
        if depth == 0 || context.is_empty() {
            return TypeId::ANY;
        }
        if let Some(&id) = self.anything.get(&(context.to_vec(), depth)) {
            return id;
        }
        let holds = self.anything(context, depth - 1);
        let list = Some(self.builder.list_of(holds));
        let mapping = self.builder.add_mapping();
        self.builder.add_rest(mapping, Rest { keys: Keys::All, holds });
        let group = Some(self.builder.group(context.iter().map(String::as_str)));
        let (scalars, mapping) = (Scalars::ALL, Some(mapping));
        let id = self.builder.add_type(Type { scalars, list, mapping, context: group, ..Type::default() });
        self.anything.insert((context.to_vec(), depth), id);
        id
    }

    /// The mapping of a definition, whose keys are filled in later: it may hold itself.
    fn mapping(&mut self, name: &str, context: &[String]) -> MappingId {
        let id = self.builder.definition(&format!("{}:{name}:{}", self.name, context.join(",")));
        if self.known.insert(id) {
            self.open.push((id, name.to_owned(), context.to_vec()));
        }
        id
    }

    /// A mapping that is one of several.
    fn variants(&mut self, names: &[String], context: &[String]) -> MappingId {
        let id = self.builder.definition(&format!("{}:{}:{}", self.name, names.join("|"), context.join(",")));
        if !self.known.insert(id) {
            return id;
        }
        let required: Vec<Vec<&str>> = names.iter().map(|name| required(self.definitions, name)).collect();
        let is_listed = |name: &&String| TELLING.iter().any(|row| row.0 == name.as_str());
        // What is told by several keys comes last.
        for (at, name) in names.iter().enumerate().filter(|(_, name)| !is_listed(name)) {
            let alone = |key: &&&str| required.iter().filter(|keys| keys.contains(key)).count() == 1;
            if let Some(&key) = required[at].iter().find(alone) {
                let holds = self.mapping(name, context);
                self.builder.add_variant(id, key, "", holds);
            }
        }
        for (name, key, values) in TELLING.iter().filter(|row| names.iter().any(|name| name == row.0)) {
            let holds = self.mapping(name, context);
            for value in *values {
                self.builder.add_variant(id, key, value, holds);
            }
        }
        id
    }

    /// Writes down the keys of all mappings that were referred to.
    fn fill(&mut self) -> Result<()> {
        while let Some((id, name, context)) = self.open.pop() {
            let mapping = &self.definitions[&name]["mapping"];
            for (key, property) in mapping["properties"].as_object().into_iter().flatten() {
                let holds = self.reference(property, &context)?;
                let needed = if property["required"] == true { BIT } else { 0 };
                self.builder.add_field(id, key, holds, BIT, needed);
            }
            if let Some(loose) = mapping.get("loose-value-type") {
                let holds = self.reference(loose, &context)?;
                self.builder.add_rest(id, Rest { keys: Keys::All, holds });
            }
        }
        Ok(())
    }
}

/// The keys that a definition requires.
fn required<'g>(definitions: &'g Map<String, Value>, name: &str) -> Vec<&'g str> {
    let properties = definitions[name]["mapping"]["properties"].as_object().into_iter().flatten();
    properties.filter(|(_, property)| property["required"] == true).map(|(key, _)| key.as_str()).collect()
}

impl Parts {
    /// A string: one value, any, or any that is not empty. Nothing is the empty string.
    fn string(&mut self, string: &Value) {
        self.scalars = Scalars::STRING.0;
        if let Some(constant) = string["constant"].as_str() {
            self.values.push(constant.to_owned());
            return;
        }
        self.any_string = true;
        self.empty_string = string["require-non-empty"] != true;
        if self.empty_string {
            self.scalars |= Scalars::NULL.0;
        }
    }

    /// Adds what another definition says that the same node may be.
    fn add(&mut self, other: Self) -> Result<()> {
        if self.list.is_some() && other.list.is_some() {
            return Err("a node may be two lists".into());
        }
        self.scalars |= other.scalars;
        self.values.extend(other.values);
        self.any_string |= other.any_string;
        self.empty_string |= other.empty_string;
        self.list = self.list.or(other.list);
        self.mappings.extend(other.mappings);
        self.anything |= other.anything;
        for item in other.context {
            if !self.context.contains(&item) {
                self.context.push(item);
            }
        }
        Ok(())
    }
}
