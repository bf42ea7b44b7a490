//! A syntax tree into a checked expression: names to slots, facts to indexes, macros to loops, mistakes with suggestions.

use super::functions::{Function, SIGNATURES, Signature, Style};
use super::join::Join;
use super::parse::{Ast, AstKind, Operator, Presence};
use super::pattern::Pattern;
use super::program::{Expr, ExprKind, Literal, Loop, LoopKind, Problem, Scope};
use super::value::{Field, Type};
use crate::source::Span;
use std::sync::Arc;

/// Names that stand for types unless the scope has them.
const TYPE_NAMES: [&str; 11] =
    ["bool", "bytes", "double", "int", "list", "map", "null_type", "optional_type", "string", "type", "uint"];

/// Checks a tree against a scope; gives the expression and how many loop variables are alive at most.
pub(super) fn check(ast: &Ast, scope: &Scope) -> Result<(Expr, usize), Vec<Problem>> {
    let mut checker = Checker { scope, locals: Vec::new(), deepest: 0, problems: Vec::new() };
    let (expr, _) = checker.expr(ast);
    if checker.problems.is_empty() { Ok((expr, checker.deepest)) } else { Err(checker.problems) }
}

struct Checker<'s> {
    scope: &'s Scope,
    locals: Vec<(Arc<str>, Type)>,
    deepest: usize,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn report(&mut self, span: Span, message: String, help: Option<String>) {
        self.problems.push(Problem { span, message, help });
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
            AstKind::Uint(value) => literal(Literal::Uint(*value), Type::Any),
            AstKind::Double(value) => literal(Literal::Double(*value), Type::Any),
            AstKind::String(text) => literal(Literal::String(text.as_str().into()), Type::String),
            AstKind::Bytes(bytes) => literal(Literal::Bytes(bytes.as_slice().into()), Type::Any),
            AstKind::Ident(name) => {
                if let Some(local) = self.locals.iter().rposition(|(known, _)| **known == **name) {
                    (ExprKind::Local(local), self.locals[local].1)
                } else {
                    return self.root(name, ast.span);
                }
            }
            AstKind::Root(name) => return self.root(name, ast.span),
            AstKind::Select { operand, field, field_span, presence } => {
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
                (ExprKind::List(items), Type::Any)
            }
            AstKind::Map(entries) => {
                let mut checked = Vec::with_capacity(entries.len());
                for (key, value, presence) in entries {
                    checked.push((self.expr(key).0, self.expr(value).0, *presence));
                }
                (ExprKind::Map(checked), Type::Any)
            }
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

    fn root(&mut self, name: &str, span: Span) -> (Expr, Type) {
        if let Some(slot) = self.scope.names.iter().rposition(|(known, _)| **known == *name) {
            return (Expr { span, kind: ExprKind::Slot(slot) }, self.scope.names[slot].1);
        }
        if let Some(type_name) = TYPE_NAMES.iter().find(|known| **known == name) {
            return (Expr { span, kind: ExprKind::Literal(Literal::Type(type_name)) }, Type::Any);
        }
        let known = self.locals.iter().chain(&self.scope.names).map(|(name, _)| &**name);
        let help = suggestion(name, known.clone()).or_else(|| listing("names", known));
        self.report(span, format!("unknown name `{name}`"), help);
        Self::broken(span)
    }

    fn select(
        &mut self,
        operand: &Ast,
        field: &str,
        field_span: Span,
        presence: Presence,
        span: Span,
    ) -> (Expr, Type) {
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
                        self.unknown_field(record.name, fields, field, field_span);
                        return Self::broken(span);
                    }
                }
            }
            Type::Bool | Type::Int | Type::String | Type::List(_) => {
                let what = match of {
                    Type::Bool => "a bool",
                    Type::Int => "an int",
                    Type::String => "a string",
                    _ => "a list",
                };
                let help = matches!(of, Type::List(_))
                    .then(|| "visit its elements with `all` or `exists`".to_owned());
                self.report(field_span, format!("{what} has no field `{field}`"), help);
                return Self::broken(span);
            }
            Type::Any | Type::Node => ExprKind::Field(operand, field.into(), presence),
        };
        let of = if matches!(of, Type::Node) && presence == Presence::Plain { Type::Node } else { Type::Any };
        (Expr { span, kind }, of)
    }

    fn unknown_field(
        &mut self,
        record: &str,
        fields: impl Iterator<Item = &'static Field> + Clone,
        field: &str,
        span: Span,
    ) {
        let known = fields.map(|field| field.name);
        let help = suggestion(field, known.clone()).or_else(|| listing("fields", known));
        self.report(span, format!("`{record}` has no field `{field}`"), help);
    }

    fn call(
        &mut self,
        target: Option<&Ast>,
        name: &str,
        name_span: Span,
        args: &[Ast],
        span: Span,
    ) -> (Expr, Type) {
        match (target, name) {
            (None, "has") => return self.has(args, name_span, span),
            (Some(target), _) if let Some(kind) = loop_kind(name) => {
                if let [variable, body, result @ ..] = args
                    && result.len() <= usize::from(kind == LoopKind::Map)
                {
                    return self.repeat(kind, target, variable, body, result.first(), span);
                }
                let help = format!("write `{name}(item, …)`");
                self.report(
                    name_span,
                    format!("`{name}` takes a loop variable and an expression"),
                    Some(help),
                );
                return Self::broken(span);
            }
            _ => {}
        }
        let namespace = match target {
            Some(Ast { kind: AstKind::Ident(namespace), .. }) if !self.knows(namespace) => SIGNATURES
                .iter()
                .find(|known| known.name.strip_prefix(namespace.as_str()) == Some(&format!(".{name}"))),
            _ => None,
        };
        let (signature, receiver) = match (namespace, target) {
            (Some(signature), _) => (Some(signature), None),
            (None, target) => (self.signature(name, name_span, target.is_some()), target),
        };
        let mut checked = Vec::with_capacity(args.len() + 1);
        checked.extend(receiver.map(|receiver| self.expr(receiver).0));
        checked.extend(args.iter().map(|arg| self.expr(arg).0));
        let Some(signature) = signature else { return Self::broken(span) };
        if !signature.arity.contains(&checked.len()) {
            self.wrong_arity(signature, usize::from(receiver.is_some()), args.len(), name_span);
            return Self::broken(span);
        }
        let pattern = self.pattern(signature.function, &checked);
        let of = result_type(signature.function);
        (Expr { span, kind: ExprKind::Call(signature.function, checked, pattern) }, of)
    }

    fn knows(&self, name: &str) -> bool {
        self.locals.iter().chain(&self.scope.names).any(|(known, _)| **known == *name)
    }

    fn signature(&mut self, name: &str, span: Span, has_receiver: bool) -> Option<&'static Signature> {
        let Some(signature) = SIGNATURES.iter().find(|known| known.name == name) else {
            let macros = ["all", "exists", "exists_one", "filter", "has", "map"];
            let help = suggestion(name, SIGNATURES.iter().map(|known| known.name).chain(macros));
            self.report(span, format!("unknown function `{name}`"), help);
            return None;
        };
        let form = match signature.style {
            Style::Method if !has_receiver => format!("x.{name}(…)"),
            Style::Plain if has_receiver => format!("{name}(x)"),
            _ => return Some(signature),
        };
        self.report(span, format!("`{name}` is not called like this"), Some(format!("write `{form}`")));
        None
    }

    fn wrong_arity(&mut self, signature: &Signature, receivers: usize, found: usize, span: Span) {
        let (least, most) = (signature.arity.start() - receivers, signature.arity.end() - receivers);
        let takes = match (least, most) {
            (0, 0) => "no argument".to_owned(),
            (1, 1) => "1 argument".to_owned(),
            _ if least == most => format!("{least} arguments"),
            _ => format!("{least} to {most} arguments"),
        };
        self.report(span, format!("`{}` takes {takes}, not {found}", signature.name), None);
    }

    /// A constant pattern is compiled once for all evaluations, and its syntax is checked now.
    fn pattern(&mut self, function: Function, args: &[Expr]) -> Option<Arc<Pattern>> {
        let [_, Expr { kind: ExprKind::Literal(Literal::String(source)), span }, ..] = args else {
            return None;
        };
        if !function.takes_pattern() {
            return None;
        }
        match Pattern::new(source) {
            Ok(pattern) => Some(Arc::new(pattern)),
            Err(reason) => {
                let help = "patterns have RE2 syntax: no look-around, no back-references".to_owned();
                self.report(*span, format!("this is not a regular expression: {reason}"), Some(help));
                None
            }
        }
    }

    fn has(&mut self, args: &[Ast], name_span: Span, span: Span) -> (Expr, Type) {
        if let [operand] = args
            && let AstKind::Select { .. } | AstKind::Index { .. } | AstKind::Ident(_) = operand.kind
        {
            return (Expr { span, kind: ExprKind::Has(self.boxed(operand)) }, Type::Bool);
        }
        let help = Some("write `has(x.field)`, or compare with `!= null`".to_owned());
        self.report(name_span, "`has` takes one field, index or name".to_owned(), help);
        Self::broken(span)
    }

    fn repeat(
        &mut self,
        kind: LoopKind,
        target: &Ast,
        variable: &Ast,
        body: &Ast,
        result: Option<&Ast>,
        span: Span,
    ) -> (Expr, Type) {
        let (over, of) = self.expr(target);
        let AstKind::Ident(name) = &variable.kind else {
            self.report(variable.span, "a loop variable is a plain name".to_owned(), None);
            return Self::broken(span);
        };
        let (element, is_collection) = (element_of(of), matches!(of, Type::Record(_)));
        let local = self.locals.len();
        let name: Arc<str> = name.as_str().into();
        self.locals.push((name.clone(), element));
        self.deepest = self.deepest.max(self.locals.len());
        let body = self.expr(body).0;
        let result = result.map(|result| self.expr(result).0);
        self.locals.pop();
        let of = match kind {
            LoopKind::All | LoopKind::Exists | LoopKind::ExistsOne => Type::Bool,
            LoopKind::Filter => of,
            LoopKind::Map => Type::Any,
        };
        let join = if is_collection { Join::find(kind, &body, local) } else { None };
        let repeat = Loop { kind, over, name, local, body, result, join };
        (Expr { span, kind: ExprKind::Loop(Box::new(repeat)) }, of)
    }
}

/// The type of an element of a list, or of a key of a map.
fn element_of(of: Type) -> Type {
    match of {
        Type::List(element) => *element,
        Type::Record(record) => record.elements.map_or(Type::Any, Type::Visit),
        Type::Node => Type::Node,
        _ => Type::Any,
    }
}

fn loop_kind(name: &str) -> Option<LoopKind> {
    Some(match name {
        "all" => LoopKind::All,
        "exists" => LoopKind::Exists,
        "exists_one" | "existsOne" => LoopKind::ExistsOne,
        "filter" => LoopKind::Filter,
        "map" => LoopKind::Map,
        _ => return None,
    })
}

fn result_type(function: Function) -> Type {
    match function {
        Function::Contains
        | Function::EndsWith
        | Function::HasValue
        | Function::IsSorted
        | Function::Matches
        | Function::StartsWith => Type::Bool,
        Function::Find | Function::Join | Function::LowerAscii | Function::Trim | Function::UpperAscii => {
            Type::String
        }
        Function::FindAll | Function::Split => Type::List(&Type::String),
        Function::Size => Type::Int,
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
