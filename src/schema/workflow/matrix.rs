//! The matrix of a job: variables without values, values that stand twice, and `exclude` that takes nothing out.
//!
//! What is excluded, and when two values are equal, follows `MatrixBuilder` and `WorkflowTemplateConverter.ConvertToStrategy` of
//! `actions/runner`: keys are compared without regard to case, values as `==` of expressions does, and `include` comes after `exclude`.

use super::ids::check_case;
use super::look::{Look, literal, text_place};
use crate::checks::own;
use crate::diagnostic::Severity;
use crate::schema::words::quoted;
use crate::yaml::{Entry, Kind, Node, Scalar};
use std::collections::HashMap;

/// Jobs that one matrix may make.
const MOST_JOBS: usize = 256;

/// Comparisons that are made for one matrix; what takes more is not judged.
const COMPARISONS: usize = 50_000;

/// Nesting of values that are compared.
const DEPTH: usize = 16;

/// The variables of a matrix, by their names in lower case, each with its values where they are known.
type Variables<'m> = HashMap<String, (Node<'m>, Option<Node<'m>>)>;

/// Checks the `matrix` of a `strategy`.
pub fn check(look: &mut Look<'_, '_>, strategy: Node<'_>) {
    let Some(entry) = strategy.entry("matrix") else { return };
    let Some(matrix) = look.enter(Some(entry.value)).filter(|matrix| matrix.kind() == Kind::Mapping) else {
        return;
    };
    let entries = matrix.entries();
    if matrix.is_incomplete() || entries.iter().any(|entry| literal(entry.key).is_none()) {
        return;
    }
    check_case(look, matrix, "variable");
    let is_variable = |entry: &&Entry<'_>| !matches!(&*entry.key.text(), "include" | "exclude");
    let variables: Variables<'_> = entries
        .iter()
        .filter(is_variable)
        .map(|entry| {
            let values = entry.value.resolve();
            let known = (values.kind() == Kind::Sequence && !values.is_incomplete()).then_some(values);
            (entry.key.text().to_ascii_lowercase(), (entry.key, known))
        })
        .collect();
    let has_rows = matrix
        .get("include")
        .map(Node::resolve)
        .is_some_and(|include| include.kind() != Kind::Sequence || include.items().next().is_some());
    if variables.is_empty() && !has_rows {
        let message = "the matrix has neither a variable nor a row under `include`";
        let help = "name a variable and its values, as `os: [ubuntu-latest, windows-latest]`";
        look.say(own("missing-key", text_place(entry.key), message).with_help(help));
        return;
    }
    for entry in entries.iter().filter(is_variable) {
        check_values(look, entry.key, entry.value);
    }
    if matrix.get("exclude").is_none() {
        check_size(look, entry.key, &variables);
    }
    check_excluded(look, matrix, &variables);
}

fn check_values(look: &mut Look<'_, '_>, key: Node<'_>, values: Node<'_>) {
    let Some(values) = look.enter(Some(values)).filter(|values| values.kind() == Kind::Sequence) else {
        return;
    };
    if values.items().next().is_none() && !values.is_incomplete() {
        let message =
            format!("{} of the matrix has no values, so that there is no job to run", quoted(&key.text()));
        look.say(
            own("invalid-value", values.place(), message).with_help("name at least one value, or remove it"),
        );
    }
    let mut first: HashMap<String, Node<'_>> = HashMap::new();
    for value in values.items() {
        let Some(text) = literal(value) else { continue };
        // Numbers that are written in two ways are one: 3.10 is 3.1.
        let scalar = value.scalar();
        let identity = match number(&scalar) {
            Some(number) if matches!(scalar, Scalar::Int(_) | Scalar::Float(_)) => format!("{number:?}"),
            _ => format!("'{text}"),
        };
        let Some(&before) = first.get(&identity) else {
            first.insert(identity, value);
            continue;
        };
        let message = if before.text() == text {
            format!("{} of the matrix has the value {} twice", quoted(&key.text()), quoted(&text))
        } else {
            format!(
                "{} of the matrix has the number {} twice: {} is the same",
                quoted(&key.text()),
                quoted(&before.text()),
                quoted(&text)
            )
        };
        let help = if before.text() == text {
            "remove one of the two"
        } else {
            "put both into quotes, so that they are texts"
        };
        let mut found = own("duplicate-item", text_place(value), message);
        found.severity = Severity::Warning;
        look.say(found.with_related(text_place(before), "first here").with_help(help));
    }
}

/// Says that a matrix makes more jobs than GitHub takes, where nothing is excluded and all values are known.
fn check_size(look: &mut Look<'_, '_>, key: Node<'_>, variables: &Variables<'_>) {
    let sizes = variables.values().map(|(_, values)| values.map(|values| values.items().count()));
    let jobs = sizes.reduce(|all, size| all?.checked_mul(size?)).flatten();
    if let Some(jobs) = jobs.filter(|jobs| *jobs > MOST_JOBS) {
        let message = format!("the matrix makes {jobs} jobs, and GitHub takes {MOST_JOBS}");
        look.say(
            own("invalid-value", text_place(key), message).with_help("name fewer values, or exclude some"),
        );
    }
}

fn check_excluded(look: &mut Look<'_, '_>, matrix: Node<'_>, variables: &Variables<'_>) {
    let mut left = COMPARISONS;
    for row in matrix.get("exclude").into_iter().flat_map(Node::items) {
        let Some(row) = look.enter(Some(row)).filter(|row| row.kind() == Kind::Mapping) else { continue };
        for entry in row.entries() {
            let Some(name) = literal(entry.key) else { continue };
            let Some(&(key, values)) = variables.get(&name.to_ascii_lowercase()) else {
                let names: Vec<_> = variables.values().map(|(key, _)| *key).collect();
                say_unknown(look, entry.key, &name, names);
                continue;
            };
            let Some(values) = values else { continue };
            if values.items().any(|value| may_equal(value, entry.value, DEPTH, &mut left))
                || values.items().next().is_none()
            {
                continue;
            }
            say_idle(look, key, values, entry.value);
        }
    }
}

fn say_unknown(look: &mut Look<'_, '_>, key: Node<'_>, name: &str, mut variables: Vec<Node<'_>>) {
    variables.sort_by_key(|variable| variable.index());
    let texts: Vec<_> = variables.iter().map(|variable| variable.text()).collect();
    let none = "this matrix has no variable: what `include` adds cannot be excluded";
    let help = look.choice(name, texts.iter().map(|text| &**text), "variable", none);
    let message = format!("`exclude` names {}, which is no variable of this matrix", quoted(name));
    look.say(own("undefined-reference", text_place(key), message).with_help(help));
}

/// Says that an entry of `exclude` is no value of its variable. GitHub takes it without a word.
fn say_idle(look: &mut Look<'_, '_>, key: Node<'_>, values: Node<'_>, excluded: Node<'_>) {
    let (key, written) = (quoted(&key.text()), literal(excluded));
    let message = match &written {
        Some(text) => format!("`exclude` takes nothing out: no {key} of this matrix is {}", quoted(text)),
        None => format!("`exclude` takes nothing out: no {key} of this matrix is like this"),
    };
    let texts: Vec<_> = values.items().filter_map(literal).collect();
    let help = look.choice(
        written.as_deref().unwrap_or_default(),
        texts.iter().map(|text| &**text),
        "value",
        "name one of its values",
    );
    let mut found = own("invalid-value", text_place(excluded), message).with_help(help);
    found.severity = Severity::Warning;
    look.say(found);
}

/// Whether a value of a variable may be one that a filter names: all that the filter holds must be in it. What is only known in a run
/// may be anything, and so may what takes too long to compare.
fn may_equal(value: Node<'_>, filter: Node<'_>, depth: usize, left: &mut usize) -> bool {
    *left = left.saturating_sub(1);
    if *left == 0 || depth == 0 {
        return true;
    }
    let (value, filter) = (value.resolve(), filter.resolve());
    let is_open = |node: Node<'_>| node.kind() == Kind::Scalar && literal(node).is_none();
    if is_open(value) || is_open(filter) {
        return true;
    }
    match filter.kind() {
        Kind::Mapping => filter.entries().into_iter().all(|entry| match value.kind() {
            Kind::Mapping => member(value, &entry.key.text(), left).map_or_else(
                || may_be_null(entry.value),
                |found| may_equal(found, entry.value, depth - 1, left),
            ),
            _ => may_be_null(entry.value),
        }),
        Kind::Sequence => filter.items().enumerate().all(|(at, item)| match value.kind() {
            Kind::Sequence => {
                *left = left.saturating_sub(at);
                value
                    .items()
                    .nth(at)
                    .map_or_else(|| may_be_null(item), |found| may_equal(found, item, depth - 1, left))
            }
            _ => may_be_null(item),
        }),
        _ if matches!(value.kind(), Kind::Mapping | Kind::Sequence) => false,
        _ => equal(&value.scalar(), &filter.scalar()),
    }
}

/// The member of a mapping by its name without regard to case.
fn member<'m>(mapping: Node<'m>, name: &str, left: &mut usize) -> Option<Node<'m>> {
    let entries = mapping.entries();
    *left = left.saturating_sub(entries.len());
    entries.into_iter().find(|entry| entry.key.text().eq_ignore_ascii_case(name)).map(|entry| entry.value)
}

/// Whether a filter may match what is not there.
fn may_be_null(filter: Node<'_>) -> bool {
    let filter = filter.resolve();
    match filter.kind() {
        Kind::Mapping | Kind::Sequence => true,
        _ => literal(filter).is_none() || equal(&Scalar::Null, &filter.scalar()),
    }
}

/// Whether two scalars are equal by `==` of GitHub's expressions: texts without regard to case, of two types as numbers.
fn equal(a: &Scalar<'_>, b: &Scalar<'_>) -> bool {
    match (a, b) {
        (Scalar::Str(a), Scalar::Str(b)) => a.to_lowercase() == b.to_lowercase(),
        (a, b) => number(a).zip(number(b)).is_some_and(|(a, b)| a.total_cmp(&b).is_eq()),
    }
}

/// The number that an expression makes of a scalar.
#[expect(clippy::cast_precision_loss, reason = "numbers of expressions are floating point numbers")]
fn number(scalar: &Scalar<'_>) -> Option<f64> {
    match scalar {
        Scalar::Null => Some(0.0),
        Scalar::Bool(value) => Some(f64::from(u8::from(*value))),
        Scalar::Int(value) => Some(*value as f64),
        Scalar::Float(value) => Some(*value),
        Scalar::Str(text) if text.trim().is_empty() => Some(0.0),
        Scalar::Str(text) => text.trim().parse().ok(),
    }
}
