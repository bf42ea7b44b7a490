//! A syntax tree into a checked expression: names to slots, facts to indexes, macros to loops, mistakes with suggestions.

mod calls;
mod macros;
mod names;

use super::parse::{Ast, AstKind, Operator, Presence};
use super::program::{Expr, ExprKind, Literal, Problem, Scope};
use super::value::{Field, Type};
use super::view::article;
use crate::source::Span;
use std::sync::Arc;

/// A tree that was checked against a scope.
pub(super) struct Checked {
    pub expr: Expr,
    /// The type of its value, as far as it is known.
    pub of: Type,
    /// How many loop variables are alive at most.
    pub local_slots: usize,
    /// Every name that the expression itself binds, also where it has mistakes.
    pub bound: Vec<Arc<str>>,
    /// All mistakes; without any the expression can run.
    pub problems: Vec<Problem>,
}

/// Checks a tree against a scope.
pub(super) fn check(ast: &Ast, scope: &Scope) -> Checked {
    let dotted = !scope.container.is_empty() || scope.names.iter().any(|(name, _)| name.contains('.'));
    let mut checker = Checker {
        scope,
        dotted,
        locals: Vec::new(),
        deepest: 0,
        bound: Vec::new(),
        pattern_weight: 0,
        problems: Vec::new(),
    };
    let (expr, of) = checker.expr(ast);
    let Checker { deepest, bound, problems, .. } = checker;
    Checked { expr, of, local_slots: deepest, bound, problems }
}

/// A type in words: `a string`.
pub(super) fn described(of: Type) -> String {
    article(calls::type_name(of))
}

struct Checker<'s> {
    scope: &'s Scope,
    /// Whether names of several parts must be looked for.
    dotted: bool,
    locals: Vec<(Arc<str>, Type)>,
    deepest: usize,
    bound: Vec<Arc<str>>,
    /// Weight of the constant patterns so far.
    pattern_weight: u32,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn report(&mut self, span: Span, message: String, help: Option<String>) {
        self.problems.push(Problem { span, message, help });
    }

    /// Reports what has no meaning; where nothing is checked it is an error when it is met.
    fn meaningless(
        &mut self,
        name_span: Span,
        span: Span,
        message: String,
        help: Option<String>,
    ) -> (Expr, Type) {
        if self.scope.unchecked {
            return (Expr { span, kind: ExprKind::Broken(message) }, Type::Any);
        }
        self.report(name_span, message, help);
        Self::broken(span)
    }

    /// A mistake was reported: any value will do, nothing runs.
    fn broken(span: Span) -> (Expr, Type) {
        (Expr { span, kind: ExprKind::Literal(Literal::Null) }, Type::Any)
    }

    fn boxed(&mut self, ast: &Ast) -> Box<Expr> {
        Box::new(self.expr(ast).0)
    }

    fn expr(&mut self, ast: &Ast) -> (Expr, Type) {
        let literal = |literal, of| (ExprKind::Literal(literal), of);
        let (kind, of) = match &ast.kind {
            AstKind::Null => literal(Literal::Null, Type::Any),
            AstKind::Bool(value) => literal(Literal::Bool(*value), Type::Bool),
            AstKind::Int(value) => literal(Literal::Int(*value), Type::Int),
            AstKind::Uint(value) => literal(Literal::Uint(*value), Type::Uint),
            AstKind::Double(value) => literal(Literal::Double(*value), Type::Double),
            AstKind::String(text) => literal(Literal::String(text.as_str().into()), Type::String),
            AstKind::Bytes(bytes) => literal(Literal::Bytes(bytes.as_slice().into()), Type::Bytes),
            AstKind::Ident(name) => match self.local(name) {
                Some(found) => found,
                None => return self.name(name, ast.span),
            },
            AstKind::Root(name) => return self.name(&format!(".{name}"), ast.span),
            AstKind::Select { operand, field, field_span, presence } => {
                if let Some(found) = self.qualified(ast, field) {
                    return found;
                }
                return self.select(operand, field, *field_span, *presence, ast.span);
            }
            AstKind::Index { operand, index, presence } => {
                let (operand, of) = self.expr(operand);
                (ExprKind::Index(Box::new(operand), self.boxed(index), *presence), element_of(of))
            }
            AstKind::Call { target, name, name_span, args } => {
                return self.call(target.as_deref(), name, *name_span, args, ast.span);
            }
            AstKind::List(items) => {
                let items = items.iter().map(|(item, presence)| (self.expr(item).0, *presence)).collect();
                (ExprKind::List(items), Type::List(&Type::Any))
            }
            AstKind::Map(entries) => {
                let mut checked = Vec::with_capacity(entries.len());
                for (key, value, presence) in entries {
                    checked.push((self.expr(key).0, self.expr(value).0, *presence));
                }
                (ExprKind::Map(checked), Type::Map)
            }
            AstKind::Message { name, fields } => return self.message(name, fields, ast.span),
            AstKind::Not(operand) => (ExprKind::Not(self.boxed(operand)), Type::Bool),
            AstKind::Negate(operand) => (ExprKind::Negate(self.boxed(operand)), Type::Any),
            AstKind::And(terms) => (ExprKind::And(self.exprs(terms)), Type::Bool),
            AstKind::Or(terms) => (ExprKind::Or(self.exprs(terms)), Type::Bool),
            AstKind::Chain(first, rest) => return (self.chain(first, rest, ast.span), Type::Any),
            AstKind::Conditional(parts) => {
                let [condition, then, otherwise] = &**parts;
                let parts = [self.expr(condition).0, self.expr(then).0, self.expr(otherwise).0];
                (ExprKind::Conditional(Box::new(parts)), Type::Any)
            }
        };
        (Expr { span: ast.span, kind }, of)
    }

    fn exprs(&mut self, asts: &[Ast]) -> Vec<Expr> {
        asts.iter().map(|ast| self.expr(ast).0).collect()
    }

    fn chain(&mut self, first: &Ast, rest: &[(Operator, Ast)], span: Span) -> Expr {
        let first = self.expr(first).0;
        let comparison = |operator: &Operator| {
            !matches!(
                operator,
                Operator::Add
                    | Operator::Subtract
                    | Operator::Multiply
                    | Operator::Divide
                    | Operator::Remainder
            )
        };
        let kind = match rest {
            [(operator, operand)] if comparison(operator) => {
                ExprKind::Compare(*operator, Box::new([first, self.expr(operand).0]))
            }
            _ => {
                let rest = rest.iter().map(|(operator, operand)| (*operator, self.expr(operand).0)).collect();
                ExprKind::Chain(Box::new(first), rest)
            }
        };
        Expr { span, kind }
    }

    fn select(
        &mut self,
        operand: &Ast,
        field: &str,
        field_span: Span,
        presence: Presence,
        span: Span,
    ) -> (Expr, Type) {
        if let Some(declared) = self.declared(operand, field, field_span, presence, span) {
            return declared;
        }
        let (operand, of) = self.expr(operand);
        let operand = Box::new(operand);
        let kind = match of {
            Type::Record(record) | Type::Visit(record) => {
                let visited = record.visited.filter(|_| matches!(of, Type::Visit(_)));
                let mut fields = record.fields.iter().chain(visited);
                match fields.clone().position(|known| known.name == field) {
                    Some(index) if presence == Presence::Plain => {
                        let of = fields.nth(index).map_or(Type::Any, |field| field.of);
                        return (Expr { span, kind: ExprKind::Fact(operand, index, field.into()) }, of);
                    }
                    Some(_) => ExprKind::Field(operand, field.into(), presence),
                    None => {
                        if let Some(named) =
                            record.capitals.filter(|_| field.starts_with(|c: char| c.is_ascii_uppercase()))
                        {
                            let kind = ExprKind::Field(operand, field.into(), presence);
                            return (Expr { span, kind }, Type::Record(named));
                        }
                        return self.unknown_field(record.name, fields, field, field_span, span);
                    }
                }
            }
            Type::Bool
            | Type::Int
            | Type::Uint
            | Type::Double
            | Type::String
            | Type::Bytes
            | Type::Object(_)
            | Type::Visits(_)
            | Type::List(_) => {
                let what = described(of);
                let help = matches!(of, Type::List(_) | Type::Visits(_))
                    .then(|| "visit its elements with `all` or `exists`".to_owned());
                return self.meaningless(field_span, span, format!("{what} has no field `{field}`"), help);
            }
            Type::Any | Type::Node | Type::Map => ExprKind::Field(operand, field.into(), presence),
        };
        let of = if matches!(of, Type::Node) && presence == Presence::Plain { Type::Node } else { Type::Any };
        (Expr { span, kind }, of)
    }

    /// A field of a name that was declared with its fields.
    fn declared(
        &mut self,
        operand: &Ast,
        field: &str,
        field_span: Span,
        presence: Presence,
        span: Span,
    ) -> Option<(Expr, Type)> {
        let AstKind::Ident(name) = &operand.kind else { return None };
        let is_local = self.locals.iter().any(|(local, _)| **local == **name);
        let fields = self.scope.fields_of(name).filter(|_| !is_local)?;
        let known = fields.iter().map(|(known, _)| &**known);
        let Some(index) = known.clone().position(|known| known == field) else {
            let help = suggestion(field, known.clone()).or_else(|| listing("fields", known));
            self.report(field_span, format!("`{name}` has no field `{field}`"), help);
            return Some(Self::broken(span));
        };
        let of = if presence == Presence::Plain { fields[index].1 } else { Type::Any };
        let operand = Box::new(self.expr(operand).0);
        Some((Expr { span, kind: ExprKind::Field(operand, field.into(), presence) }, of))
    }

    fn unknown_field(
        &mut self,
        record: &str,
        fields: impl Iterator<Item = &'static Field> + Clone,
        field: &str,
        field_span: Span,
        span: Span,
    ) -> (Expr, Type) {
        let known = fields.map(|field| field.name);
        let help = suggestion(field, known.clone()).or_else(|| listing("fields", known));
        self.meaningless(field_span, span, format!("`{record}` has no field `{field}`"), help)
    }
}

/// The type of an element of a list, or of a key of a map.
fn element_of(of: Type) -> Type {
    match of {
        Type::List(element) => *element,
        Type::Record(record) => record.elements.map_or(Type::Any, Type::Visit),
        Type::Visits(record) => Type::Visit(record),
        Type::Node => Type::Node,
        _ => Type::Any,
    }
}

/// The nearest known name, if one is near enough to be meant.
fn suggestion<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    let limit = (name.chars().count() / 3).max(1);
    known
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|&(distance, known)| distance <= limit || known.eq_ignore_ascii_case(name))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, known)| format!("did you mean `{known}`?"))
}

/// All known names, if they fit a line.
fn listing<'n>(what: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    let mut known: Vec<_> = known.collect();
    known.sort_unstable();
    known.dedup();
    let joined = known.join(", ");
    (!known.is_empty() && joined.len() <= 120).then(|| format!("known {what}: {joined}"))
}
