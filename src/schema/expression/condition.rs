//! Conditions whose outcome depends on nothing.

use super::lex::Operator;
use super::split::Part;
use super::{Id, Kind, Problem, Tree};
use crate::schema::words::shown;
use crate::source::Span;
use crate::yaml::Style;

/// Says that an `if` is always true because text stands beside `${{ }}`: GitHub makes one text of it, and a text that is not empty
/// counts as true.
pub(super) fn beside(text: &str, style: Style, parts: &[Part]) -> Option<Problem> {
    let mut literals = parts.iter().filter_map(|part| match part {
        Part::Literal(span) => Some(*span),
        _ => None,
    });
    let first = literals.clone().next()?;
    let blank = |span: &Span| span.of(text).trim().is_empty();
    let Some(said) = literals.find(|span| !blank(span)) else {
        let start = text.len() - text.trim_start().len();
        let span = Span::from(start..text.trim_end().len().max(start));
        let is_break = first.of(text).starts_with('\n') && matches!(style, Style::Literal | Style::Folded);
        let (what, help) = if is_break {
            ("the line break after `${{ }}`", "leave `${{` and `}}` out, or end the block with `|-` or `>-`")
        } else {
            ("the blank beside `${{ }}`", "leave the blank out")
        };
        let message = format!("this `if` is always true: {what} makes it a text, and a text counts as true");
        return Some(Problem::new("constant-condition", span, message).help(help));
    };
    let inner = said.of(text).trim();
    let start = said.start + (said.len() - said.of(text).trim_start().len() as u32);
    let span = Span::new(start, start + inner.len() as u32);
    let message = format!(
        "this `if` is always true: `{}` beside `${{{{ }}}}` makes it a text, and a text counts as true",
        shown(inner)
    );
    Some(
        Problem::new("constant-condition", span, message)
            .help("put the whole condition into one `${{ }}`, or leave `${{` and `}}` out"),
    )
}

/// Says that a condition is always true or false because of a text in it, as in `a == 'x' || 'y'`. A `true` or `false` that somebody
/// wrote out is meant.
pub(super) fn constant(tree: &Tree<'_>) -> Option<Problem> {
    let mut known: Vec<Option<(bool, Id)>> = Vec::new();
    for (id, node) in tree.nodes() {
        let of = |id: Id| known[id];
        known.push(match node.kind {
            Kind::Null => Some((false, id)),
            Kind::Bool(value) => Some((value, id)),
            // Neither zero nor what is no number counts as true.
            Kind::Number(value) => Some((value != 0.0 && !value.is_nan(), id)),
            Kind::String => Some((!tree.string(id).is_empty(), id)),
            Kind::Group(inner) => of(inner),
            Kind::Not(inner) => of(inner).map(|(value, by)| (!value, by)),
            Kind::Binary { operator: operator @ (Operator::And | Operator::Or), left, right } => {
                // One operand decides when it is what the operator looks for; without one, both together do.
                let wanted = operator == Operator::Or;
                let decides = |id: Id| of(id).filter(|&(value, _)| value == wanted);
                decides(left).or(decides(right)).or_else(|| of(left).and(of(right)))
            }
            _ => None,
        });
    }
    let (value, by) = known.get(tree.root).copied().flatten()?;
    if tree.node(by).kind != Kind::String {
        return None;
    }
    let span = tree.node(by).span;
    let written = shown(span.of(tree.text));
    let counts = !tree.string(by).is_empty();
    let message = format!("this `if` is always {value}: `{written}` alone counts as {counts}");
    let problem = Problem::new("constant-condition", span, message);
    Some(match compared(tree) {
        Some(with) if by != tree.root => {
            problem.help(format!("compare it too: `{} == {written}`", shown(with)))
        }
        _ => problem.help("compare it with something, or leave it out"),
    })
}

/// The left side of the first comparison for equality.
fn compared<'t>(tree: &Tree<'t>) -> Option<&'t str> {
    tree.nodes().find_map(|(_, node)| match node.kind {
        Kind::Binary { operator: Operator::Equal, left, .. } => Some(tree.node(left).span.of(tree.text)),
        _ => None,
    })
}
