//! Nodes held against a JSON Schema: each error at its own node, in words that quote no value. The `schema` of rules and the values of
//! charts both use it.

use super::words::{listed, nearest, quoted, shown};
use crate::expr::label_of;
use crate::source::Place;
use crate::yaml::{Kind, Node};
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{PatternOptions, ValidationError};
use serde_json::Value as Json;

/// Names that a misspelt one is compared with, and allowed values that a message lists.
const SUGGESTED: usize = 100;
const LISTED: usize = 12;

/// How deep a target is searched for what is not known.
const DEEPEST: u32 = 128;

/// Greatest weight of a schema that refers to itself, unfolded as deep as the value that is held against it.
const HEAVIEST_UNFOLDED: usize = 50_000;

/// A compiled schema.
#[derive(Debug)]
pub struct Validator {
    source: Json,
    compiled: jsonschema::Validator,
    /// Whether parts of the schema are not known, so that what counts alternatives or turns an answer round proves nothing.
    partial: bool,
    /// Whether it refers to itself.
    recurs: bool,
}

/// Why a schema cannot be used.
#[derive(Debug)]
pub enum Refusal {
    /// It is too large once its references are followed.
    Heavy,
    /// It is no JSON Schema.
    Invalid(Box<ValidationError<'static>>),
}

/// What a node is held against the schema for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A key that the schema does not know, and the key that was probably meant.
    Unknown(String, Option<String>),
    /// Keys that are not there.
    Missing(Vec<String>),
    /// Anything else, in words that follow a colon.
    Other(String),
}

/// An error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: a key that is unknown, the key of a mapping that lacks one, else the value.
    pub place: Place,
    /// The node, as a JSON pointer.
    pub path: String,
    /// The part of the schema that it does not fit, as a JSON pointer.
    pub rule: String,
    /// What is wrong.
    pub what: What,
}

impl What {
    /// In words, complete.
    pub fn words(&self) -> String {
        match self {
            Self::Unknown(name, near) => {
                let hint =
                    near.as_ref().map(|near| format!("; did you mean {}?", quoted(near))).unwrap_or_default();
                format!("unknown key {}{hint}", quoted(name))
            }
            Self::Missing(names) => {
                format!("missing key {}", listed(names.iter().map(String::as_str), "and"))
            }
            Self::Other(words) => words.clone(),
        }
    }
}

impl Validator {
    /// Compiles a schema that weighs no more than `heaviest`: its nodes, those behind references counted wherever they are referred to.
    pub fn new(source: Json, heaviest: usize) -> Result<Self, Refusal> {
        let once = weight(&source, &source, &mut Vec::new(), 1, heaviest).ok_or(Refusal::Heavy)?;
        let recurs = weight(&source, &source, &mut Vec::new(), 2, heaviest) != Some(once);
        let options = jsonschema::options().with_pattern_options(PatternOptions::regex());
        match options.offline().build(&source) {
            Ok(compiled) => Ok(Self { source, compiled, recurs, partial: false }),
            Err(error) => Err(Refusal::Invalid(Box::new(error))),
        }
    }

    /// The same schema, of which parts are not known and were replaced by what takes everything.
    #[must_use]
    pub fn partial(self) -> Self {
        Self { partial: true, ..self }
    }

    /// The first `most` errors of a value that was merged from layers, of which each covers the ones after it, and how many errors could
    /// not be decided since a value is only known when it is deployed, as `unknown` tells.
    pub fn check<'a>(
        &self,
        instance: &Json,
        layers: &[Node<'a>],
        unknown: fn(Node<'_>) -> bool,
        most: usize,
    ) -> (Vec<Fault>, usize) {
        // A schema that refers to itself is gone through once more with each level of the value, in each branch of a union.
        let depth = depth(instance, DEEPEST as usize);
        if self.recurs
            && weight(&self.source, &self.source, &mut Vec::new(), depth, HEAVIEST_UNFOLDED).is_none()
        {
            return (Vec::new(), 1);
        }
        let mut report = Report { schema: self, layers, unknown, found: Vec::new(), undecided: 0 };
        for error in self.compiled.iter_errors(instance).take(most) {
            report.add(&error);
        }
        (report.found, report.undecided)
    }
}

struct Report<'a, 's> {
    schema: &'s Validator,
    layers: &'s [Node<'a>],
    unknown: fn(Node<'_>) -> bool,
    found: Vec<Fault>,
    undecided: usize,
}

impl<'a> Report<'a, '_> {
    fn add(&mut self, error: &ValidationError<'_>) {
        let Some(node) = self.at(error).or_else(|| self.layers.first().copied()) else { return };
        if self.is_undecided(node, error) {
            self.undecided += 1;
            return;
        }
        match error.kind() {
            ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
                let here = error.instance_path().as_str();
                match best_branch(context, here) {
                    Some(branch) => branch.iter().for_each(|error| self.add(error)),
                    None => self.say(error, label_of(node), What::Other(kinds_of(context, here))),
                }
            }
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                let known = self.properties(error);
                for name in unexpected {
                    let place = self.key(error, name).unwrap_or_else(|| label_of(node));
                    let near = nearest(name, known.iter().map(String::as_str).take(SUGGESTED));
                    self.say(error, place, What::Unknown(name.clone(), near.map(str::to_owned)));
                }
            }
            ValidationErrorKind::Required { property } => {
                self.miss(error, label_of(node), property.as_str().unwrap_or_default());
            }
            ValidationErrorKind::PropertyNames { error: inner } => {
                let name = inner.instance().as_str().unwrap_or_default();
                let place = self.key(error, name).unwrap_or_else(|| label_of(node));
                self.say(error, place, What::Other(format!("the key {} {}", quoted(name), words(inner))));
            }
            // A scalar is marked itself; a collection by its key.
            _ => self.say(error, label_of(node), What::Other(words(error))),
        }
    }

    /// The node an error is about, in the uppermost layer that has it.
    fn at(&self, error: &ValidationError<'_>) -> Option<Node<'a>> {
        self.layers.iter().find_map(|layer| at(*layer, error.instance_path().as_str()))
    }

    /// Where a key of the mapping that an error is about stands.
    fn key(&self, error: &ValidationError<'_>, name: &str) -> Option<Place> {
        let entry = |layer: &Node<'a>| at(*layer, error.instance_path().as_str())?.entry(name);
        self.layers.iter().find_map(entry).map(|entry| entry.key.place())
    }

    /// Whether the error could be none once everything is known.
    fn is_undecided(&self, node: Node<'_>, error: &ValidationError<'_>) -> bool {
        // These look into the node, or take a side by what stands in it or above it.
        let path = error.schema_path().as_str();
        let by_condition =
            ["/then/", "/else/", "/not/", "/dependentSchemas/"].iter().any(|key| path.contains(key));
        let turned_round = matches!(
            error.kind(),
            ValidationErrorKind::Not { .. }
                | ValidationErrorKind::OneOfMultipleValid { .. }
                | ValidationErrorKind::UnevaluatedProperties { .. }
                | ValidationErrorKind::UnevaluatedItems { .. }
        );
        if self.schema.partial && (by_condition || turned_round) {
            return true;
        }
        if node.resolve().kind() == Kind::Scalar {
            return (self.unknown)(node);
        }
        // What was passed over after a syntax error is not absent.
        if node.resolve().is_incomplete() {
            return true;
        }
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
        by_condition && self.layers.iter().any(|layer| self.holds_unknown(*layer, DEEPEST))
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

    fn say(&mut self, error: &ValidationError<'_>, place: Place, what: What) {
        let path = error.instance_path().as_str().to_owned();
        self.found.push(Fault { place, path, rule: error.schema_path().as_str().to_owned(), what });
    }

    /// One fault for all the keys that a node lacks.
    fn miss(&mut self, error: &ValidationError<'_>, place: Place, name: &str) {
        let path = error.instance_path().as_str();
        for known in self.found.iter_mut().filter(|known| known.place == place && known.path == path) {
            if let What::Missing(names) = &mut known.what {
                names.push(name.to_owned());
                return;
            }
        }
        self.say(error, place, What::Missing(vec![name.to_owned()]));
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
fn weight<'s>(
    root: &'s Json,
    schema: &'s Json,
    following: &mut Vec<&'s str>,
    times: usize,
    left: usize,
) -> Option<usize> {
    let left = left.checked_sub(1)?;
    match schema {
        Json::Array(items) => {
            items.iter().try_fold(left, |left, item| weight(root, item, following, times, left))
        }
        Json::Object(entries) => {
            entries.iter().try_fold(left, |left, (key, value)| match (key.as_str(), value) {
                // Definitions count where they are used.
                ("$defs" | "definitions", _) => Some(left),
                ("$ref", Json::String(pointer))
                    if following.iter().filter(|known| *known == pointer).count() < times =>
                {
                    let Some(behind) = pointer.strip_prefix('#').and_then(|pointer| root.pointer(pointer))
                    else {
                        return Some(left);
                    };
                    following.push(pointer);
                    let left = weight(root, behind, following, times, left);
                    following.pop();
                    left
                }
                _ => weight(root, value, following, times, left),
            })
        }
        _ => Some(left),
    }
}

/// How deep a value nests, counted up to a limit.
fn depth(value: &Json, limit: usize) -> usize {
    let below = |values: &mut dyn Iterator<Item = &Json>| {
        values.map(|value| if limit == 0 { 0 } else { depth(value, limit - 1) }).max().unwrap_or(0)
    };
    match value {
        Json::Array(items) => 1 + below(&mut items.iter()),
        Json::Object(entries) => 1 + below(&mut entries.values()),
        _ => 1,
    }
}

/// An error in words, for a union those of the branch that was probably meant.
pub fn explain(error: &ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            let here = error.instance_path().as_str();
            match best_branch(context, here).and_then(<[_]>::first) {
                Some(inner) => explain(inner),
                None => kinds_of(context, here),
            }
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            format!("unknown key {}", listed(unexpected.iter().map(String::as_str), "and"))
        }
        _ => words(error),
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
                options.as_array().into_iter().flatten().take(SUGGESTED).map(literal).collect();
            let near = error
                .instance()
                .as_str()
                .and_then(|text| nearest(text, options.iter().map(|option| option.trim_matches('`'))));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let more = if options.len() > LISTED { ", …" } else { "" };
            format!("expected one of {}{more}{hint}", options[..options.len().min(LISTED)].join(", "))
        }
        ValidationErrorKind::Constant { expected_value } => format!("expected {}", literal(expected_value)),
        ValidationErrorKind::Pattern { pattern } => format!("does not match {}", quoted(pattern)),
        ValidationErrorKind::Minimum { limit } => format!("less than the minimum of {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("more than the maximum of {limit}"),
        ValidationErrorKind::MinItems { limit: 1 } => "it has no item".to_owned(),
        ValidationErrorKind::MinItems { limit } => format!("fewer items than {limit}"),
        ValidationErrorKind::MaxItems { limit } => format!("more items than {limit}"),
        ValidationErrorKind::MinLength { limit: 1 } => "it is empty".to_owned(),
        ValidationErrorKind::MinLength { limit } => format!("shorter than {limit} characters"),
        ValidationErrorKind::MaxLength { limit } => format!("longer than {limit} characters"),
        ValidationErrorKind::UniqueItems => "the same item stands twice".to_owned(),
        ValidationErrorKind::Format { format } => format!("this is no {}", shown(format)),
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

fn literal(value: &Json) -> String {
    value.as_str().map_or_else(|| shown(&value.to_string()), quoted)
}

/// A library's sentence as one of ours: one line, no full stop.
pub fn plain(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}

fn types(kind: &TypeKind) -> String {
    let name = |name: &str| match name {
        "object" => "a mapping".to_owned(),
        "array" => "a list".to_owned(),
        "integer" => "an integer".to_owned(),
        "null" => "null".to_owned(),
        "string" => "a string".to_owned(),
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
pub fn at<'a>(root: Node<'a>, pointer: &str) -> Option<Node<'a>> {
    pointer.split('/').skip(1).try_fold(root, |node, segment| match node.resolve().kind() {
        Kind::Sequence => node.items().nth(segment.parse().ok()?),
        _ if segment.contains('~') => node.get(&segment.replace("~1", "/").replace("~0", "~")),
        _ => node.get(segment),
    })
}
