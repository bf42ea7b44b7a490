//! A JSON Schema that a target must satisfy: each error at its own node, in words that quote no value.

use crate::expr::{Failure, MISSING, Value, enumerate};
use crate::shape::{Mistake, suggest, to_json};
use crate::source::Place;
use crate::yaml::{Kind, Node};
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::{Location, LocationSegment};
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::Value as Json;

/// Greatest weight of a schema: its nodes, those behind references counted wherever they are referred to.
const HEAVIEST: usize = 20_000;
/// Names that a misspelt one is compared with, and allowed values that a message lists.
const SUGGESTED: usize = 100;
const LISTED: usize = 12;

/// How deep a target is searched for what is not known.
const DEEPEST: u32 = 128;

/// The names that messages see beside those of the visit.
pub const NAMES: [&str; 1] = ["error"];

/// A schema that a target must satisfy.
#[derive(Debug)]
pub struct Schema {
    source: Json,
    validator: Validator,
}

impl Schema {
    /// Compiles a schema. The error is a mistake at its place in the rule file.
    pub fn new(node: Node<'_>) -> Result<Self, Mistake> {
        let Some(source) = to_json(node) else {
            return Err(Mistake::new(node.place(), "this schema is too large, or nests too deep"));
        };
        if weight(&source, &source, &mut Vec::new(), HEAVIEST).is_none() {
            let mistake =
                Mistake::new(label(node), "this schema is too large once its references are followed");
            return Err(mistake.with_help("refer to a part in fewer places"));
        }
        let options = jsonschema::options().with_pattern_options(PatternOptions::regex());
        match options.offline().build(&source) {
            Ok(validator) => Ok(Self { source, validator }),
            Err(error) => {
                let place = label(at(node, error.instance_path()).unwrap_or(node));
                Err(Mistake::new(place, format!("this is no JSON Schema: {}", plain(&error.to_string())))
                    .with_help("references reach no further than the schema itself, as `#/$defs/…`"))
            }
        }
    }

    /// What is wrong with a node, and how many errors could not be decided since a value is only known when it is deployed, as
    /// `unknown` tells. `None` when the node is too large to be handed over.
    pub fn check<'a>(
        &self,
        target: Node<'a>,
        unknown: fn(Node<'_>) -> bool,
    ) -> Option<(Vec<Failure<'a>>, usize)> {
        let instance = to_json(target)?;
        let mut report = Report { schema: self, target, unknown, found: Vec::new(), undecided: 0 };
        for error in self.validator.iter_errors(&instance) {
            report.add(&error);
        }
        Some((report.found, report.undecided))
    }
}

struct Report<'a, 's> {
    schema: &'s Schema,
    target: Node<'a>,
    unknown: fn(Node<'_>) -> bool,
    found: Vec<Failure<'a>>,
    undecided: usize,
}

impl<'a> Report<'a, '_> {
    fn add(&mut self, error: &ValidationError<'_>) {
        let node = at(self.target, error.instance_path()).unwrap_or(self.target);
        if self.is_undecided(node, error) {
            self.undecided += 1;
            return;
        }
        match error.kind() {
            ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
                let here = error.instance_path().as_str();
                match best_branch(context, here) {
                    Some(branch) => branch.iter().for_each(|error| self.add(error)),
                    None => self.say(label(node), kinds_of(context, here)),
                }
            }
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                let known = self.properties(error);
                for name in unexpected {
                    let place = node.entry(name).map_or_else(|| label(node), |entry| entry.key.place());
                    let hint = suggest(name, known.iter().map(String::as_str).take(SUGGESTED))
                        .map(|near| format!("; did you mean `{near}`?"))
                        .unwrap_or_default();
                    self.say(place, format!("unknown key `{name}`{hint}"));
                }
            }
            ValidationErrorKind::Required { property } => {
                self.miss(label(node), property.as_str().unwrap_or_default());
            }
            ValidationErrorKind::PropertyNames { error } => {
                let name = error.instance().as_str().unwrap_or_default().to_owned();
                let place = node.entry(&name).map_or_else(|| label(node), |entry| entry.key.place());
                self.say(place, format!("the key `{name}` {}", words(error)));
            }
            _ => {
                // A scalar is marked itself; a collection by its key.
                self.say(label(node), words(error));
            }
        }
    }

    /// Whether the error could be none once everything is known.
    fn is_undecided(&self, node: Node<'_>, error: &ValidationError<'_>) -> bool {
        if node.resolve().kind() == Kind::Scalar {
            return (self.unknown)(node);
        }
        // What was passed over after a syntax error is not absent.
        if node.resolve().is_incomplete() {
            return true;
        }
        // These look into the node, or take a side by what stands in it or above it.
        let path = error.schema_path().as_str();
        let by_condition =
            ["/then/", "/else/", "/not/", "/dependentSchemas/"].iter().any(|key| path.contains(key));
        let looks_inside = matches!(
            error.kind(),
            ValidationErrorKind::Contains
                | ValidationErrorKind::Not { .. }
                | ValidationErrorKind::UniqueItems
                | ValidationErrorKind::OneOfMultipleValid { .. }
                | ValidationErrorKind::AnyOf { .. }
                | ValidationErrorKind::OneOfNotValid { .. }
                | ValidationErrorKind::Enum { .. }
                | ValidationErrorKind::Constant { .. }
        );
        by_condition && self.holds_unknown(self.target, DEEPEST)
            || looks_inside && self.holds_unknown(node, DEEPEST)
    }

    fn holds_unknown(&self, node: Node<'_>, depth: u32) -> bool {
        let node = node.resolve();
        match node.kind() {
            Kind::Scalar => (self.unknown)(node),
            _ if depth == 0 => true,
            _ => node.is_incomplete() || node.children().any(|child| self.holds_unknown(child, depth - 1)),
        }
    }

    fn say(&mut self, place: Place, message: String) {
        self.found.push(Failure {
            place: Some(place),
            locals: vec![Value::made(message)],
            ..Failure::default()
        });
    }

    /// One failure for all the keys that a node lacks.
    fn miss(&mut self, place: Place, name: &str) {
        let lacking =
            |failure: &&mut Failure<'a>| failure.place == Some(place) && !failure.missing.is_empty();
        let mut names = vec![name.to_owned()];
        if let Some(known) = self.found.iter_mut().find(lacking) {
            names.splice(0..0, std::mem::take(&mut known.missing));
            known.note = [MISSING, &names.join(", ")].concat();
            known.locals = vec![Value::made(format!("missing key {}", enumerate(&names)))];
            known.missing = names;
            return;
        }
        self.found.push(Failure {
            place: Some(place),
            note: [MISSING, name].concat(),
            locals: vec![Value::made(format!("missing key `{name}`"))],
            missing: names,
            ..Failure::default()
        });
    }

    /// The names that the schema beside an `additionalProperties` knows.
    fn properties(&self, error: &ValidationError<'_>) -> Vec<String> {
        let path = error.schema_path().as_str();
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let known = self.schema.source.pointer(parent).and_then(|schema| schema["properties"].as_object());
        known.map(|known| known.keys().cloned().collect()).unwrap_or_default()
    }
}

/// What is left of `left` once the nodes of a schema are counted; `None` when it is too little. A reference back to one that is being
/// followed ends: how far it goes is up to the target.
fn weight<'s>(root: &'s Json, schema: &'s Json, following: &mut Vec<&'s str>, left: usize) -> Option<usize> {
    let left = left.checked_sub(1)?;
    match schema {
        Json::Array(items) => items.iter().try_fold(left, |left, item| weight(root, item, following, left)),
        Json::Object(entries) => {
            entries.iter().try_fold(left, |left, (key, value)| match (key.as_str(), value) {
                // Definitions count where they are used.
                ("$defs" | "definitions", _) => Some(left),
                ("$ref", Json::String(pointer)) if !following.contains(&pointer.as_str()) => {
                    let Some(behind) = pointer.strip_prefix('#').and_then(|pointer| root.pointer(pointer))
                    else {
                        return Some(left);
                    };
                    following.push(pointer);
                    let left = weight(root, behind, following, left);
                    following.pop();
                    left
                }
                _ => weight(root, value, following, left),
            })
        }
        _ => Some(left),
    }
}

/// The branch of a union that was most likely meant: one that takes this kind of node, and of those the one with the fewest errors.
/// `None` when no branch takes such a node.
fn best_branch<'e>(
    branches: &'e [Vec<ValidationError<'static>>],
    here: &str,
) -> Option<&'e [ValidationError<'static>]> {
    let of_other_kind = |branch: &&Vec<ValidationError<'static>>| {
        branch.iter().any(|error| {
            error.instance_path().as_str() == here && matches!(error.kind(), ValidationErrorKind::Type { .. })
        })
    };
    let weight = |branch: &&Vec<ValidationError<'static>>| {
        // A wrong constant (`kind: a`) says that another branch was meant.
        let constants = branch.iter().filter(|error| {
            matches!(error.kind(), ValidationErrorKind::Constant { .. } | ValidationErrorKind::Enum { .. })
        });
        (constants.count(), branch.len())
    };
    branches.iter().filter(|branch| !of_other_kind(branch)).min_by_key(weight).map(Vec::as_slice)
}

/// What a union takes, by the kinds of its branches.
fn kinds_of(branches: &[Vec<ValidationError<'static>>], here: &str) -> String {
    let mut kinds: Vec<String> = Vec::new();
    for error in branches.iter().flatten().filter(|error| error.instance_path().as_str() == here) {
        if let ValidationErrorKind::Type { kind } = error.kind() {
            let kind = types(kind);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    format!("expected {}", kinds.join(" or "))
}

/// An error in words. No value of the file is repeated: it may be a secret.
fn words(error: &ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Type { kind } => format!("expected {}", types(kind)),
        ValidationErrorKind::Enum { options } => {
            let options: Vec<String> =
                options.as_array().into_iter().flatten().take(SUGGESTED).map(shown).collect();
            let near = error
                .instance()
                .as_str()
                .and_then(|text| suggest(text, options.iter().map(|option| option.trim_matches('`'))));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let more = if options.len() > LISTED { ", …" } else { "" };
            format!("expected one of {}{more}{hint}", options[..options.len().min(LISTED)].join(", "))
        }
        ValidationErrorKind::Constant { expected_value } => format!("expected {}", shown(expected_value)),
        ValidationErrorKind::Pattern { pattern } => format!("does not match `{pattern}`"),
        ValidationErrorKind::Minimum { limit } => format!("less than the minimum of {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("more than the maximum of {limit}"),
        ValidationErrorKind::MinItems { limit } => format!("fewer items than {limit}"),
        ValidationErrorKind::MaxItems { limit } => format!("more items than {limit}"),
        ValidationErrorKind::MinLength { limit } => format!("shorter than {limit} characters"),
        ValidationErrorKind::MaxLength { limit } => format!("longer than {limit} characters"),
        ValidationErrorKind::UniqueItems => "the same item stands twice".to_owned(),
        ValidationErrorKind::Format { format } => format!("this is no {format}"),
        ValidationErrorKind::Contains => "no item is of the kind that must be among them".to_owned(),
        ValidationErrorKind::AdditionalItems { limit } => format!("more items than {limit}"),
        ValidationErrorKind::MinProperties { limit } => format!("fewer keys than {limit}"),
        ValidationErrorKind::MaxProperties { limit } => format!("more keys than {limit}"),
        ValidationErrorKind::ExclusiveMinimum { limit } => format!("not more than {limit}"),
        ValidationErrorKind::ExclusiveMaximum { limit } => format!("not less than {limit}"),
        ValidationErrorKind::MultipleOf { multiple_of } => format!("no multiple of {multiple_of}"),
        ValidationErrorKind::FalseSchema => "nothing may stand here".to_owned(),
        ValidationErrorKind::Not { .. } => "what stands here is ruled out".to_owned(),
        ValidationErrorKind::OneOfMultipleValid { .. } => "more than one alternative fits".to_owned(),
        _ => plain(&error.masked_with("this").to_string()),
    }
}

fn shown(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| format!("`{text}`"))
}

/// A library's sentence as one of ours: one line, no full stop.
fn plain(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}

fn types(kind: &TypeKind) -> String {
    let name = |name: &str| match name {
        "object" => "a mapping".to_owned(),
        "array" => "a list".to_owned(),
        "integer" => "a whole number".to_owned(),
        "null" => "null".to_owned(),
        "string" => "text".to_owned(),
        other => format!("a {other}"),
    };
    match kind {
        TypeKind::Single(one) => name(&one.to_string()),
        TypeKind::Multiple(set) => {
            set.iter().map(|one| name(&one.to_string())).collect::<Vec<_>>().join(" or ")
        }
    }
}

/// The node a JSON pointer leads to.
fn at<'a>(root: Node<'a>, path: &Location) -> Option<Node<'a>> {
    path.into_iter().try_fold(root, |node, segment| match segment {
        LocationSegment::Property(name) => node.get(&name),
        LocationSegment::Index(index) => match node.resolve().kind() {
            Kind::Sequence => node.items().nth(index),
            _ => node.get(&index.to_string()),
        },
    })
}

fn label(node: Node<'_>) -> Place {
    crate::expr::label_of(node)
}
