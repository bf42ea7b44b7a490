//! The `values.schema.json` of a chart, compiled, with the place of everything in it.

use super::chart::Chart;
use crate::checks::own;
use crate::diagnostic::Diagnostic;
use crate::expr::label_of;
use crate::model::{FileFacts, Model};
use crate::schema::json_schema::{Refusal, Validator, at, explain};
use crate::schema::words::quoted;
use crate::source::{Place, Span};
use crate::yaml::{Document, Node, Options, parse};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value as Json;
use std::cell::OnceCell;

/// Greatest weight of a schema. Those that spell out parts of Kubernetes' own reach a hundred thousand.
const HEAVIEST: usize = 200_000;
/// How deep a schema is searched for references.
const DEEPEST: usize = 128;

/// A schema.
pub struct Schema<'m> {
    file: FileFacts<'m>,
    /// `None` where it is no schema, or cannot be used.
    pub validator: Option<Validator>,
    mistake: Option<Diagnostic>,
    document: OnceCell<Document>,
}

impl<'m> Schema<'m> {
    /// The schema of a chart, if it has one.
    pub fn of(model: &Model<'m>, chart: &Chart<'m>) -> Option<Self> {
        let file = Chart::beside(model, chart.folder, "values.schema.json")?;
        let text = file.source.text.trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            return None;
        }
        let mut schema = Self { file, validator: None, mistake: None, document: OnceCell::new() };
        match serde_json::from_str(text) {
            Ok(source) => schema.compile(source),
            Err(error) => schema.mistake = schema.no_json(&error),
        }
        Some(schema)
    }

    /// What is wrong with the schema itself.
    pub fn mistake(&self) -> Option<Diagnostic> {
        self.mistake.clone()
    }

    /// Where the part of a schema that a JSON pointer leads to stands: its key.
    pub fn place(&self, pointer: &str) -> Place {
        let options = || Options { file: self.file.id, ..Options::default() };
        let document = self.document.get_or_init(|| parse(self.file.source.text.clone(), options()));
        let node = document.roots().next().and_then(|root| at(root, pointer));
        node.map_or(Place { file: self.file.id, span: Span::empty(0) }, |node| {
            node.key().map_or_else(|| label_of(node), Node::place)
        })
    }

    fn compile(&mut self, mut source: Json) {
        let refused = match Validator::new(source.clone(), HEAVIEST) {
            Ok(validator) => {
                self.validator = Some(validator);
                return;
            }
            Err(Refusal::Heavy) => return,
            Err(Refusal::Invalid(error)) => error,
        };
        match refused.kind() {
            // Helm fetches what is elsewhere; here the parts that need it take everything.
            ValidationErrorKind::Referencing(_) if open_references(&mut source, DEEPEST) => {
                let partial = Validator::new(source, HEAVIEST).ok();
                self.validator = partial.map(Validator::partial);
            }
            ValidationErrorKind::Referencing(_) => self.mistake = self.no_reference(&source),
            _ => self.mistake = self.no_schema(&refused),
        }
    }

    fn no_json(&self, error: &serde_json::Error) -> Option<Diagnostic> {
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default();
        // Go reads what only a reader with limits refuses.
        let is_limit = ["recursion", "range", "surrogate", "escape"].iter().any(|word| words.contains(word));
        let text = &self.file.source.text;
        let start = self.file.source.lines().line(text, error.line().checked_sub(1)?).start as usize;
        let mut at = (start + error.column().saturating_sub(1)).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let end = text[at..].chars().next().filter(|c| *c != '\n').map_or(at, |c| at + c.len_utf8());
        let place = Place { file: self.file.id, span: Span::from(at..end) };
        let finding = own("rejected-values", place, format!("this is no JSON: {words}"));
        (!is_limit).then(|| finding.with_help("Helm refuses the chart as long as its schema cannot be read"))
    }

    fn no_reference(&self, source: &Json) -> Option<Diagnostic> {
        let (pointer, target) = dangling(source, String::new(), source, DEEPEST)?;
        let message = format!("{} leads to nothing in the schema", quoted(&target));
        let finding = own("rejected-values", self.place(&format!("{pointer}/$ref")), message);
        Some(finding.with_help("Helm refuses the chart as long as its schema is wrong"))
    }

    fn no_schema(&self, error: &ValidationError<'_>) -> Option<Diagnostic> {
        let pointer = error.instance_path().as_str();
        let help = "Helm refuses the chart as long as its schema is wrong";
        if matches!(error.kind(), ValidationErrorKind::Format { .. } | ValidationErrorKind::Pattern { .. }) {
            // Which expressions the two engines take differs in details, but neither looks around.
            let pattern = error.instance().as_str().unwrap_or_default();
            let around = ["(?=", "(?!", "(?<=", "(?<!"].iter().find(|part| pattern.contains(*part))?;
            let message = format!("Helm has no `{around}…)` in regular expressions");
            return Some(own("rejected-values", self.place(pointer), message).with_help(help));
        }
        let message = format!("this is no JSON Schema: {}", explain(error));
        Some(own("rejected-values", self.place(pointer), message).with_help(help))
    }
}

/// Replaces everything with a `$ref` to elsewhere by what takes everything, and tells whether there was any.
fn open_references(schema: &mut Json, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match schema {
        Json::Object(entries) => {
            let is_remote = entries.get("$ref").and_then(Json::as_str).is_some_and(|to| !to.starts_with('#'));
            if is_remote {
                *schema = Json::Bool(true);
                return true;
            }
            entries.values_mut().filter_map(|value| open_references(value, depth).then_some(())).count() > 0
        }
        Json::Array(items) => {
            items.iter_mut().filter_map(|item| open_references(item, depth).then_some(())).count() > 0
        }
        _ => false,
    }
}

/// The first `$ref` that leads to nothing in its own schema: the pointer of its schema, and what it says.
fn dangling(root: &Json, pointer: String, schema: &Json, depth: usize) -> Option<(String, String)> {
    let depth = depth.checked_sub(1)?;
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match schema {
        Json::Object(entries) => {
            if let Some(Json::String(to)) = entries.get("$ref")
                && to.strip_prefix('#').is_some_and(|to| to.starts_with('/') && root.pointer(to).is_none())
                && !to.contains('%')
            {
                return Some((pointer, to.clone()));
            }
            entries
                .iter()
                .find_map(|(key, value)| dangling(root, format!("{pointer}/{}", escaped(key)), value, depth))
        }
        Json::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| dangling(root, format!("{pointer}/{index}"), item, depth)),
        _ => None,
    }
}
