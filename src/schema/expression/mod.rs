//! GitHub's expressions: what stands in `${{ }}`, and the conditions of `if`.

mod condition;
mod context;
mod function;
mod lex;
mod parse;
mod provided;
mod split;
#[cfg(test)]
mod tests;

pub use context::Step;
use parse::{Id, Kind, Tree};

use super::words::shown;
use crate::checks::own;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Place, Span};
use crate::yaml::{Node, Style};
use context::Allowed;
use split::{Part, split};

/// What the text of a scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    /// Text with expressions in `${{ }}`.
    Template,
    /// An `if`: an expression also without `${{ }}`.
    Condition,
}

impl Whole {
    /// What a scalar is that knows this. Only an `if` knows `always()`, but for that of a snapshot, which is one too.
    pub fn of(scalar: Node<'_>, allowed: &[&str]) -> Self {
        let is_if = |scalar: Node<'_>| scalar.previous_sibling().is_some_and(|key| key.text() == "if");
        let in_snapshot =
            |holder: Node<'_>| holder.previous_sibling().is_some_and(|key| key.text() == "snapshot");
        if allowed.iter().any(|listed| listed.starts_with("always("))
            || is_if(scalar) && scalar.parent().is_some_and(in_snapshot)
        {
            Self::Condition
        } else {
            Self::Template
        }
    }
}

/// What the names in an expression may stand for at its place in a file.
pub trait Names {
    /// What is wrong with a path into a context.
    fn check(&self, context: &str, steps: &[Step<'_>]) -> Option<Problem>;
}

/// The findings in the expressions of a scalar, in the order of its text.
///
/// `allowed` is the `context` of the scalar's definition in GitHub's grammar, with what its parents allow: names of contexts, and
/// functions with the least and the greatest number of their arguments (`hashFiles(1,255)`, `success(0,MAX)`). Where it is empty,
/// GitHub takes no expression at all.
pub fn check_scalar(scalar: Node<'_>, allowed: &[&str], whole: Whole, names: &dyn Names) -> Vec<Diagnostic> {
    let scalar = scalar.resolve();
    if whole == Whole::Condition
        && let Some(tag) = scalar.tag_span()
        && scalar.tag_uri().is_some_and(|uri| uri.starts_with('!') && uri.len() > 1)
    {
        return vec![not_a_tag(scalar, tag)];
    }
    // What has no `${{` as it is written has none when it is decoded, but for escapes that nobody writes.
    if whole == Whole::Template && !scalar.source().contains("${{") {
        return Vec::new();
    }
    let text = scalar.text();
    let mut problems = Vec::new();
    if whole == Whole::Condition && !text.contains("${{") {
        // An empty `if` is `success()`: `ensureStatusFunction` of actions/languageservices.
        if !text.trim().is_empty() {
            condition(&text, allowed, names, &mut problems);
        }
    } else {
        template(&text, scalar.style(), allowed, whole, names, &mut problems);
    }
    problems.sort_by_key(|problem| problem.span);
    problems.into_iter().filter_map(|problem| problem.place(scalar)).collect()
}

fn condition(text: &str, allowed: &[&str], names: &dyn Names, problems: &mut Vec<Problem>) {
    match parse::parse(text, Span::from(0..text.len())) {
        Ok(tree) => {
            meaning(&tree, &Allowed::new(allowed), names, problems);
            problems.extend(condition::constant(&tree));
        }
        Err(problem) => problems.push(problem),
    }
}

fn template(
    text: &str,
    style: Style,
    allowed: &[&str],
    whole: Whole,
    names: &dyn Names,
    problems: &mut Vec<Problem>,
) {
    let parts = split(text);
    let known = Allowed::new(allowed);
    let mut is_broken = false;
    for part in &parts {
        match *part {
            Part::Literal(_) => {}
            Part::Unclosed(span) => {
                is_broken = true;
                problems.push(unclosed(text, span));
            }
            Part::Expression(span) if allowed.is_empty() && !is_text(span.of(text), &parts) => problems.push(
                Problem::new("unavailable-context", around(span), "this key takes no expression")
                    .help("GitHub reads it before anything is known of the run: write the value itself"),
            ),
            // The directive that puts one mapping into another: `TemplateConstants.InsertDirective` of actions/runner.
            Part::Expression(span) if span.of(text).trim() == "insert" => {}
            Part::Expression(span) if span.of(text).trim().is_empty() => {
                is_broken = true;
                problems.push(Problem::syntax(around(span), "there is no expression between `${{` and `}}`"));
            }
            Part::Expression(span) => match parse::parse(text, span) {
                Ok(tree) => {
                    meaning(&tree, &known, names, problems);
                    if whole == Whole::Condition && parts.len() == 1 && !is_text(span.of(text), &parts) {
                        problems.extend(condition::constant(&tree));
                    }
                }
                Err(problem) => {
                    is_broken = true;
                    problems.push(problem);
                }
            },
        }
    }
    if whole == Whole::Condition && !is_broken {
        problems.extend(condition::beside(text, style, &parts));
    }
    problems.extend(too_long(text, &parts));
}

/// Whether an expression is a string and nothing else stands beside it: then it is the text that the string holds, also where
/// expressions are not taken (`TemplateReader.GetExpressionString`).
fn is_text(expression: &str, parts: &[Part]) -> bool {
    let expression = expression.trim();
    parts.len() == 1
        && expression.starts_with('\'')
        && matches!(parse::parse(expression, Span::from(0..expression.len())), Ok(tree) if tree.is_string())
}

/// A text with expressions in it becomes one call of `format`, which has the limit of an expression: the end of
/// `TemplateReader.ParseScalar`.
fn too_long(text: &str, parts: &[Part]) -> Option<Problem> {
    if parts.len() < 2 || text.len() <= parse::MAX_LENGTH {
        return None;
    }
    let mut length = "format('')".len();
    let mut first = None;
    for (index, part) in parts.iter().enumerate() {
        length += match *part {
            Part::Literal(span) => {
                span.of(text).encode_utf16().count() + span.of(text).matches(['\'', '{', '}']).count()
            }
            Part::Expression(span) => {
                first = first.or(Some(around(span)));
                span.of(text).trim().encode_utf16().count() + format!("{{{index}}}, ").len()
            }
            Part::Unclosed(_) => return None,
        };
    }
    // The count of the parts is as great as that of the expressions or greater, so the sum may be a little too great.
    let message = format!(
        "a text with an expression in it is longer than the {} characters that GitHub reads",
        parse::MAX_LENGTH
    );
    let problem = Problem::syntax(first?, message);
    (length > parse::MAX_LENGTH + 2 * parts.len())
        .then(|| problem.help("pass the expression through `env` and leave it out of the text"))
}

/// What the names and calls of an expression mean at its place.
fn meaning(tree: &Tree<'_>, allowed: &Allowed<'_>, names: &dyn Names, problems: &mut Vec<Problem>) {
    for (id, node) in tree.nodes() {
        match &node.kind {
            Kind::Context => problems.extend(context::check(tree, id, allowed)),
            Kind::Call { name, arguments } => {
                problems.extend(function::check(tree, *name, arguments, allowed));
            }
            _ => {}
        }
    }
    context::paths(tree, |root, steps| {
        if allowed.has(root.of(tree.text)) {
            let provided = provided::check(tree, root, steps);
            problems.extend(provided.or_else(|| names.check(root.of(tree.text), steps)));
        }
    });
}

/// The expression with its `${{` and `}}`.
fn around(span: Span) -> Span {
    Span::new(span.start.saturating_sub(3), span.end + 2)
}

fn unclosed(text: &str, span: Span) -> Problem {
    let open = Span::new(span.start, span.start + 3);
    let problem = Problem::syntax(open, "`${{` is not closed");
    let rest = span.of(text);
    match rest.find('\'') {
        Some(quote) if rest.contains("}}") => {
            let from = Span::new(span.start + quote as u32, span.start + quote as u32 + 1);
            let line = rest[quote..].lines().next().unwrap_or_default();
            problem
                .help(format!("the string that begins with `{}` is not closed either", shown(line)))
                .at(from)
        }
        _ => problem.help("write `}}` where the expression ends"),
    }
}

/// YAML reads `if: !cancelled()` as a tag, which GitHub's reader does not take (`YamlObjectReader` of actions/runner).
fn not_a_tag(scalar: Node<'_>, tag: Span) -> Diagnostic {
    let end = scalar.text_end().max(tag.end);
    let place = Place { file: scalar.place().file, span: Span::new(tag.start, end) };
    let whole = place.span.of(scalar.document().text());
    own("invalid-expression", place, "a value that begins with `!` is a tag to YAML, not an expression")
        .with_help(format!("write `${{{{ {} }}}}`", shown(whole)))
}

/// Something wrong in the text of a scalar.
pub struct Problem {
    check: &'static str,
    severity: Option<Severity>,
    span: Span,
    message: String,
    help: Option<String>,
    related: Option<(Place, &'static str)>,
}

impl Problem {
    /// Something wrong that a check is about, at a span of the text.
    pub fn new(check: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { check, severity: None, span, message: message.into(), help: None, related: None }
    }

    fn syntax(span: Span, message: impl Into<String>) -> Self {
        Self::new("invalid-expression", span, message)
    }

    /// With what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// As a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Some(Severity::Warning);
        self
    }

    /// With another place that is involved.
    #[must_use]
    pub fn related(mut self, place: Place, text: &'static str) -> Self {
        self.related = Some((place, text));
        self
    }

    fn at(mut self, span: Span) -> Self {
        self.span = span;
        self
    }

    fn place(self, scalar: Node<'_>) -> Option<Diagnostic> {
        let mut found = own(self.check, scalar.text_place(self.span)?, self.message);
        found.severity = self.severity.unwrap_or(found.severity);
        found.help = self.help;
        if let Some((place, text)) = self.related {
            found = found.with_related(place, text);
        }
        Some(found)
    }
}
