//! One expression at every visit of a target, outside any rule: what `plimsoll eval` shows.

use super::{common, start_of};
use crate::expr::{Budget, Expected, Program, Stop, Value};
use crate::model::{FileFacts, Model, Repo, Target, TargetKind, Visit, Wanted, is_unknown};
use crate::rule::{SELF, TARGET};
use crate::source::{FileId, Place};
use crate::yaml::{Kind, Node, Scalar};

/// What an expression yields at a visit.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Where the visit is; one to the repository as a whole is nowhere.
    pub place: Option<Place>,
    /// The value, or why there is none.
    pub value: Result<Shown, Stop>,
    /// For true and false: the places that `forbid` or `require` would mark, and what is said of them.
    pub marks: Vec<(Place, String)>,
}

/// A value without ties to the model.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// Null, or what is not there.
    Null,
    /// What is known only when it is deployed.
    Unknown,
    /// True or false.
    Bool(bool),
    /// A number, as it is written.
    Number(String, Option<Place>),
    /// Text, and where it stands.
    Text(String, Option<Place>),
    /// A list.
    List(Vec<Shown>),
    /// A mapping or facts.
    Map(Vec<(String, Shown)>),
    /// What was left out, since there is too much.
    More,
}

/// How deep a value is shown, and how many elements of it in all.
const DEPTH: usize = 6;
const ELEMENTS: usize = 200;

/// Evaluates an expression, compiled for the scope of the target, at every visit in the chosen files, in their order.
pub fn evaluate(
    model: &Model<'_>,
    target: &Target,
    program: &Program,
    chosen: &dyn Fn(FileId) -> bool,
) -> Vec<Answer> {
    let repo = Repo::new(model);
    let mut answers = Vec::new();
    if target.kind == TargetKind::Repo {
        answers.push(answer(model, &repo, target, program, None, &repo));
        return answers;
    }
    let mut wanted = Wanted::default();
    wanted.insert(target.kind);
    for artifact in model.artifacts.iter().filter(|artifact| chosen(artifact.file)) {
        let file = model.file(artifact.file);
        model.visit(artifact.file, &wanted, &mut |kind, object, visit| {
            let fits = target.object.as_deref().is_none_or(|wanted| Some(wanted) == object);
            if kind == target.kind && fits {
                answers.push(answer(model, &repo, target, program, Some(&file), visit));
            }
        });
    }
    answers
}

fn answer<'v, 'm: 'v>(
    model: &'v Model<'m>,
    repo: &'v Repo<'m>,
    target: &Target,
    program: &Program,
    file: Option<&'v FileFacts<'m>>,
    visit: &'v dyn Visit<'m>,
) -> Answer {
    let mut slots = common(model, repo, file).to_vec();
    slots[SELF] = visit.subject();
    slots[TARGET] = Value::made(target.kind.name());
    slots.extend((0..visit.record().fields.len()).map(|fact| visit.fact(fact)));
    let start = file.map(|file| start_of(file.id));
    let place = visit.place().or_else(|| slots[SELF].place()).or(start);
    let mut budget = Budget::default().with_unknown(is_unknown);
    let value = match program.evaluate(&slots, &mut budget) {
        Ok(value) => value,
        Err(stop) => return Answer { place, value: Err(stop), marks: Vec::new() },
    };
    let mut left = ELEMENTS;
    let shown = show(&value, DEPTH, &mut left);
    let failures = match shown {
        Shown::Bool(true) => program.failures(Expected::False, &slots, &[], &mut budget),
        Shown::Bool(false) => program.failures(Expected::True, &slots, &[], &mut budget),
        _ => Ok(Vec::new()),
    };
    let marks = failures.unwrap_or_default().into_iter();
    let marks = marks.filter_map(|failure| Some((failure.place.or(place)?, failure.note))).collect();
    Answer { place, value: Ok(shown), marks }
}

fn show(value: &Value<'_>, depth: usize, left: &mut usize) -> Shown {
    if depth == 0 || *left == 0 {
        return Shown::More;
    }
    *left -= 1;
    match value {
        Value::Null | Value::Missing { .. } => Shown::Null,
        Value::Unknown => Shown::Unknown,
        Value::Bool(value) => Shown::Bool(*value),
        Value::Node(node) => show_node(*node, depth, left),
        Value::Optional(value) => show(value, depth, left),
        Value::List(items) => list(items.iter(), left, |item, left| show(item, depth - 1, left)),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.show(), show(value, depth - 1, left)));
            Shown::Map(entries.collect())
        }
        Value::Facts(facts) => {
            if let Some(text) = facts.text() {
                let place = text.place();
                return Shown::Text(text.text.into_owned(), place);
            }
            if let Some(list) = facts.collection() {
                let shown = list.len().min(*left);
                return Shown::List((0..shown).map(|at| show(&list.element(at), depth - 1, left)).collect());
            }
            let fields = facts.record().fields.iter().enumerate();
            let fields =
                fields.map(|(at, field)| (field.name.to_owned(), show(&facts.fact(at), depth - 1, left)));
            Shown::Map(fields.collect())
        }
        Value::Int(_) | Value::Uint(_) | Value::Double(_) => Shown::Number(value.show(), value.place()),
        _ => Shown::Text(value.show(), value.place()),
    }
}

/// The elements that fit, and a mark for the rest.
fn list<T>(items: impl Iterator<Item = T>, left: &mut usize, show: impl Fn(T, &mut usize) -> Shown) -> Shown {
    let mut shown = Vec::new();
    for item in items {
        let full = *left == 0;
        shown.push(show(item, left));
        if full {
            break;
        }
    }
    Shown::List(shown)
}

fn show_node(node: Node<'_>, depth: usize, left: &mut usize) -> Shown {
    let inner = |node: Node<'_>, left: &mut usize| show(&Value::Node(node), depth - 1, left);
    match node.resolve().kind() {
        Kind::Sequence => list(node.items(), left, inner),
        Kind::Mapping => {
            let entries = node.entries().into_iter();
            Shown::Map(
                entries.map(|entry| (entry.key.text().into_owned(), inner(entry.value, left))).collect(),
            )
        }
        Kind::Alias | Kind::Empty => Shown::Null,
        Kind::Scalar if is_unknown(node) => Shown::Unknown,
        Kind::Scalar => match node.scalar() {
            Scalar::Null => Shown::Null,
            Scalar::Bool(value) => Shown::Bool(value),
            Scalar::Int(_) | Scalar::Float(_) => Shown::Number(node.text().into_owned(), Some(node.place())),
            Scalar::Str(text) => Shown::Text(text.into_owned(), Some(node.place())),
        },
    }
}
