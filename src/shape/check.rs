//! Checks a node against a shape and says every mistake, each at its place.

use super::{Format, Names, Presence, Record, Shape};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::Place;
use crate::yaml::{Document, Kind, Node, ProblemKind, Scalar};
use std::sync::Arc;

/// Nodes looked at before a file counts as blown up by aliases. Real files have hundreds.
const BUDGET: usize = 50_000;

/// A mistake in a file that the user wrote for us. The job cannot be done until it is mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub place: Place,
    /// The fact, in the user's words.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Second places.
    pub related: Vec<Label>,
}

impl Mistake {
    /// A mistake with nothing but a place and a fact.
    pub fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into(), help: None, related: Vec::new() }
    }

    /// Adds what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what to do, if there is something.
    #[must_use]
    pub fn with_suggestion(mut self, suggestion: Option<&str>) -> Self {
        if let Some(name) = suggestion {
            self.help = Some(format!("did you mean `{name}`?"));
        }
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn with_related(mut self, place: Place, text: impl Into<String>) -> Self {
        self.related.push(Label { place, text: text.into() });
        self
    }

    /// The diagnostic that draws it, an error under the name of the check (`configuration`, `rule-file`).
    pub fn into_diagnostic(self, check: impl Into<Arc<str>>) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(check, Severity::Error, self.place, self.message);
        diagnostic.help = self.help;
        diagnostic.related = self.related;
        diagnostic
    }
}

/// The problems of a document's syntax as mistakes, mere leniencies left out.
pub fn problems(document: &Document) -> Vec<Mistake> {
    let place = |span| Place { file: document.file(), span };
    let serious = document.problems().iter().filter(|problem| problem.kind != ProblemKind::Leniency);
    serious
        .map(|problem| Mistake {
            place: place(problem.span),
            message: problem.message.clone(),
            help: problem.help.clone(),
            related: problem
                .related
                .iter()
                .map(|&(span, text)| Label { place: place(span), text: text.into() })
                .collect(),
        })
        .collect()
}

/// Every mistake in a node, in the order of the text.
pub fn check(node: Node<'_>, shape: &'static Shape) -> Vec<Mistake> {
    let mut checker = Checker { mistakes: Vec::new(), visits: 0 };
    checker.visit(node, shape);
    let mut mistakes = checker.mistakes;
    mistakes.sort_by_key(|mistake| mistake.place);
    mistakes.dedup();
    mistakes
}

/// The name among `names` that a misspelt one most likely stands for.
pub fn suggest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let wrong = wrong.to_lowercase();
    let most = (wrong.chars().count() / 3).max(1);
    names
        .into_iter()
        .map(|name| (name.to_lowercase(), name))
        .map(|(lower, name)| {
            let distance = strsim::damerau_levenshtein(&wrong, &lower);
            // What only lacks its ending is near too: `open` for `opened`.
            let is_begun = wrong.chars().count() > 2 && distance <= 2 && lower.starts_with(&wrong);
            (if is_begun { distance.min(most) } else { distance }, name)
        })
        .filter(|&(distance, _)| distance <= most)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, name)| name)
}

struct Checker {
    mistakes: Vec<Mistake>,
    visits: usize,
}

impl Checker {
    fn visit(&mut self, node: Node<'_>, shape: &'static Shape) {
        self.visits += 1;
        if self.visits >= BUDGET {
            if self.visits == BUDGET {
                self.say(Mistake::new(node.place(), "this file is too large to read"));
            }
            return;
        }
        match (shape, node.resolve().kind()) {
            (Shape::Any, _) => {}
            (Shape::Text(format), Kind::Scalar) => self.text(node, *format, shape),
            (Shape::OneOf(names), Kind::Scalar) => self.name(node, names),
            (Shape::OneOrMore(item), Kind::Sequence) if node.items().next().is_none() => {
                let help =
                    format!("name at least one {}, or remove the entry: it holds for nothing", item.noun());
                self.say(Mistake::new(node.place(), "the list is empty").with_help(help));
            }
            (Shape::List(item) | Shape::OneOrList(item) | Shape::OneOrMore(item), Kind::Sequence) => {
                for child in node.items() {
                    self.visit(child, item);
                }
            }
            (Shape::OneOrList(item) | Shape::OneOrMore(item), _) if fits(node, item) => {
                self.visit(node, item);
            }
            (Shape::Map(key_format, value), Kind::Mapping) => {
                for entry in node.entries() {
                    if self.is_name(entry.key)
                        && let Some((message, help)) = key_format.fault(&entry.key.text())
                    {
                        self.say(Mistake { help, ..Mistake::new(entry.key.place(), message) });
                    }
                    self.visit(entry.value, value);
                }
            }
            (Shape::Record(record), Kind::Mapping) => self.record(node, record),
            (Shape::Either(shapes), _) => match choose(node, shapes) {
                Some(shape) => self.visit(node, shape),
                None => self.unexpected(node, shape),
            },
            _ => self.unexpected(node, shape),
        }
    }

    fn record(&mut self, node: Node<'_>, record: &'static Record) {
        let entries = node.entries();
        for entry in &entries {
            if !self.is_name(entry.key) {
                continue;
            }
            let name = entry.key.text();
            if let Some(field) = record.field(&name) {
                self.visit(entry.value, &field.shape);
                continue;
            }
            let names = record.fields.iter().map(|field| field.name);
            let mut mistake = Mistake::new(entry.key.place(), format!("unknown key `{name}`"))
                .with_suggestion(suggest(&name, names.clone()));
            if mistake.help.is_none() {
                let known: Vec<_> = names.map(|name| format!("`{name}`")).collect();
                mistake.help = Some(format!("the keys of a {} are {}", record.noun, known.join(", ")));
            }
            self.say(mistake);
        }
        let missing = record.fields.iter().filter(|field| field.presence == Presence::Required);
        for field in missing.filter(|field| node.get(field.name).is_none()) {
            let mistake = Mistake::new(header(node), format!("missing key `{}`", field.name))
                .with_help(format!("add `{}`: {}", field.name, field.doc));
            self.say(mistake);
        }
        self.exactly_one(node, record);
    }

    fn exactly_one(&mut self, node: Node<'_>, record: &'static Record) {
        let choice = record.exactly_one;
        let all = || choice.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let standing: Vec<_> =
            choice.iter().filter_map(|name| node.entry(name)).map(|entry| entry.key).collect();
        match *standing {
            [] if !choice.is_empty() => {
                let message = format!("missing key: one of {}", all());
                self.say(Mistake::new(header(node), message));
            }
            [first, ref more @ ..] => {
                for second in more {
                    let message = format!("`{}` stands beside `{}`", second.text(), first.text());
                    let mistake = Mistake::new(second.place(), message)
                        .with_help(format!("keep exactly one of {}", all()))
                        .with_related(first.place(), "first here");
                    self.say(mistake);
                }
            }
            [] => {}
        }
    }

    fn text(&mut self, node: Node<'_>, format: Format, shape: &'static Shape) {
        let Scalar::Str(text) = node.scalar() else { return self.unexpected(node, shape) };
        if let Some((message, help)) = format.fault(&text) {
            self.say(Mistake { help, ..Mistake::new(node.place(), message) });
        }
    }

    fn name(&mut self, node: Node<'_>, names: &'static Names) {
        let text = node.text();
        if names.names.iter().any(|(name, _)| *name == text) {
            return;
        }
        let known = names.names.iter().map(|(name, _)| *name);
        let mut mistake = Mistake::new(node.place(), format!("unknown {} `{text}`", names.noun))
            .with_suggestion(suggest(&text, known.clone()));
        if mistake.help.is_none() {
            let known: Vec<_> = known.map(|name| format!("`{name}`")).collect();
            mistake.help = Some(format!("choose one of {}", known.join(", ")));
        }
        self.say(mistake);
    }

    fn is_name(&mut self, key: Node<'_>) -> bool {
        let scalar = key.resolve().kind() == Kind::Scalar;
        if !scalar {
            self.say(Mistake::new(key.place(), format!("expected a name as key, found {}", found(key))));
        }
        scalar
    }

    fn unexpected(&mut self, node: Node<'_>, shape: &'static Shape) {
        let place = if node.span().is_empty() { header(node) } else { node.place() };
        let mut mistake =
            Mistake::new(place, format!("expected {}, found {}", shape.describe(), found(node)));
        if takes_text(shape) {
            mistake.help = match node.resolve().kind() {
                // `!has(x)` is a tag to YAML, and nothing behind it.
                _ if node.tag().is_some_and(|tag| tag.starts_with('!') && !tag.starts_with("!!")) => {
                    Some("a `!` at the beginning is a tag to YAML: put the text in quotes".into())
                }
                Kind::Scalar if !node.is_null() => Some("put it in quotes if it is meant as text".into()),
                Kind::Mapping | Kind::Sequence => Some(
                    "put it in quotes if it is meant as text: `{` and `[` begin a mapping and a list".into(),
                ),
                _ => None,
            };
        }
        if mistake.help.is_none() {
            mistake.help = match shape {
                Shape::List(item) if fits(node, item) => Some("write a list, also of one: `[…]`".into()),
                Shape::Record(record) if matches!(node.scalar(), Scalar::Str(_)) => {
                    let first = record.fields.iter().find(|field| field.presence == Presence::Required);
                    first.map(|field| format!("write a mapping: `{{{}: …}}`", field.name))
                }
                _ => None,
            };
        }
        self.say(mistake);
    }

    fn say(&mut self, mistake: Mistake) {
        self.mistakes.push(mistake);
    }
}

fn takes_text(shape: &Shape) -> bool {
    match shape {
        Shape::Text(_) => true,
        Shape::OneOrList(item) | Shape::OneOrMore(item) => takes_text(item),
        Shape::Either(shapes) => shapes.iter().any(takes_text),
        _ => false,
    }
}

/// The place to mark when something is missing in a node: its key, else its own first key, else itself.
fn header(node: Node<'_>) -> Place {
    let first_key = || node.resolve().pairs().next().map(|(key, _)| key);
    node.key().or_else(first_key).unwrap_or(node).place()
}

fn fits(node: Node<'_>, shape: &Shape) -> bool {
    let kind = node.resolve().kind();
    match shape {
        Shape::Any => true,
        Shape::Text(_) | Shape::OneOf(_) => matches!(node.scalar(), Scalar::Str(_)),
        Shape::List(_) => kind == Kind::Sequence,
        Shape::OneOrList(item) | Shape::OneOrMore(item) => kind == Kind::Sequence || fits(node, item),
        Shape::Map(..) | Shape::Record(_) => kind == Kind::Mapping,
        Shape::Either(shapes) => shapes.iter().any(|shape| fits(node, shape)),
    }
}

fn choose(node: Node<'_>, shapes: &'static [Shape]) -> Option<&'static Shape> {
    let unknown_keys = |shape: &Shape| match shape {
        Shape::Record(record) => {
            let entries = node.entries();
            entries.iter().filter(|entry| record.field(&entry.key.text()).is_none()).count()
        }
        Shape::Any => usize::MAX,
        _ => 0,
    };
    shapes.iter().filter(|shape| fits(node, shape)).min_by_key(|shape| unknown_keys(shape))
}

/// What stands at a place, in words.
pub fn found(node: Node<'_>) -> &'static str {
    match node.resolve().kind() {
        Kind::Sequence => "a list",
        Kind::Mapping => "a mapping",
        Kind::Alias => "an alias without an anchor",
        Kind::Empty => "nothing",
        Kind::Scalar => match node.scalar() {
            Scalar::Null => "null",
            Scalar::Bool(_) => "a boolean",
            Scalar::Int(_) | Scalar::Float(_) => "a number",
            Scalar::Str(_) => "text",
        },
    }
}
