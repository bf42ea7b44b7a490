//! Macros into loops and bindings: what looks like a call and binds a name.

use super::names::numbered;
use super::{Checker, element_of};
use crate::expr::join::Join;
use crate::expr::parse::{Ast, AstKind, Presence};
use crate::expr::program::{Bind, BindKind, Expr, ExprKind, Loop, LoopKind, Mode};
use crate::expr::value::Type;
use crate::source::Span;
use std::sync::Arc;

/// A macro that is a method, its number of loop variables and of expressions.
struct LoopMacro {
    kind: LoopKind,
    variables: usize,
    /// Whether a condition stands before the result.
    filtered: bool,
}

fn loop_macro(name: &str, args: usize) -> Option<LoopMacro> {
    let (kind, variables, filtered) = match (name, args) {
        ("all", 2 | 3) => (LoopKind::All, args - 1, false),
        ("exists", 2 | 3) => (LoopKind::Exists, args - 1, false),
        ("exists_one" | "existsOne", 2 | 3) => (LoopKind::ExistsOne, args - 1, false),
        ("filter", 2) => (LoopKind::Filter, 1, false),
        ("map", 2 | 3) => (LoopKind::Map, 1, args == 3),
        ("sortBy", 2) => (LoopKind::SortBy, 1, false),
        ("transformList", 3 | 4) => (LoopKind::Map, 2, args == 4),
        ("transformMap", 3 | 4) => (LoopKind::TransformMap, 2, args == 4),
        ("transformMapEntry", 3 | 4) => (LoopKind::TransformMapEntry, 2, args == 4),
        _ => return None,
    };
    Some(LoopMacro { kind, variables, filtered })
}

/// How the macros that are methods are written.
const METHODS: &[(&str, &str)] = &[
    ("all", "item, …"),
    ("exists", "item, …"),
    ("existsOne", "item, …"),
    ("exists_one", "item, …"),
    ("filter", "item, …"),
    ("map", "item, …"),
    ("optFlatMap", "item, …"),
    ("optMap", "item, …"),
    ("sortBy", "item, …"),
    ("transformList", "index, item, …"),
    ("transformMap", "key, value, …"),
    ("transformMapEntry", "key, value, …"),
];

impl Checker<'_> {
    /// The meaning of a call that is a macro.
    pub(super) fn macro_call(
        &mut self,
        target: Option<&Ast>,
        name: &str,
        name_span: Span,
        args: &[Ast],
        span: Span,
    ) -> Option<(Expr, Type)> {
        let Some(target) = target else { return (name == "has").then(|| self.has(args, name_span, span)) };
        if matches!(&target.kind, AstKind::Ident(space) if space == "cel") {
            return self.cel(target, name, args, span);
        }
        let method = METHODS.iter().find(|(known, _)| *known == name)?;
        if let Some(repeat) = loop_macro(name, args.len()) {
            return Some(self.repeat(&repeat, target, args, span));
        }
        if let ("optMap" | "optFlatMap", [variable, body]) = (name, args) {
            let kind = if name == "optMap" { BindKind::OptMap } else { BindKind::OptFlatMap };
            return Some(self.bind(kind, variable, target, body, span));
        }
        let help = format!("write `{name}({})`", method.1);
        let message = format!("`{name}` takes a loop variable and an expression");
        self.report(name_span, message, Some(help));
        Some(Self::broken(span))
    }

    /// The macros under `cel`.
    fn cel(&mut self, target: &Ast, name: &str, args: &[Ast], span: Span) -> Option<(Expr, Type)> {
        if let Some(name) = numbered(target, name, args) {
            return Some(match self.local(&name) {
                Some((kind, of)) => (Expr { span, kind }, of),
                None => self.meaningless(span, span, "nothing has this number here".to_owned(), None),
            });
        }
        match (name, args) {
            ("bind", [variable, value, body]) => {
                Some(self.bind(BindKind::Plain, variable, value, body, span))
            }
            ("block", [Ast { kind: AstKind::List(items), .. }, body]) => {
                let before = self.locals.len();
                let mut values = Vec::with_capacity(items.len());
                for (at, (item, _)) in items.iter().enumerate() {
                    let (value, of) = self.expr(item);
                    let name: Arc<str> = format!("@index:{at}").into();
                    let local = self.push_local(name.clone(), of);
                    values.push((name, local, value));
                }
                let (body, of) = self.expr(body);
                self.locals.truncate(before);
                let bind = Bind { kind: BindKind::Plain, values, body };
                Some((Expr { span, kind: ExprKind::Bind(Box::new(bind)) }, of))
            }
            _ => None,
        }
    }

    fn bind(&mut self, kind: BindKind, variable: &Ast, value: &Ast, body: &Ast, span: Span) -> (Expr, Type) {
        let (value, of) = self.expr(value);
        let Some(name) = self.plain(variable) else { return Self::broken(span) };
        let of = if kind == BindKind::Plain { of } else { Type::Any };
        let local = self.push_local(name.clone(), of);
        let (body, of) = self.expr(body);
        self.locals.pop();
        let bind = Bind { kind, values: vec![(name, local, value)], body };
        let of = if kind == BindKind::Plain { of } else { Type::Any };
        (Expr { span, kind: ExprKind::Bind(Box::new(bind)) }, of)
    }

    /// The name that a macro binds.
    fn plain(&mut self, variable: &Ast) -> Option<Arc<str>> {
        let name = Self::variable(variable);
        if name.is_none() {
            self.report(variable.span, "a loop variable is a plain name".to_owned(), None);
        }
        name
    }

    fn has(&mut self, args: &[Ast], name_span: Span, span: Span) -> (Expr, Type) {
        let strict = self.scope.mode == Mode::Strict;
        if let [operand] = args {
            let fits = match operand.kind {
                AstKind::Select { presence, .. } => !strict || presence == Presence::Plain,
                AstKind::Index { .. } | AstKind::Ident(_) => !strict,
                _ => false,
            };
            if fits {
                return (Expr { span, kind: ExprKind::Has(self.boxed(operand)) }, Type::Bool);
            }
        }
        let (takes, help) = if strict {
            ("`has` takes one field", "write `has(x.field)`")
        } else {
            ("`has` takes one field, index or name", "write `has(x.field)`, or compare with `!= null`")
        };
        self.report(name_span, takes.to_owned(), Some(help.to_owned()));
        Self::broken(span)
    }

    fn repeat(&mut self, repeat: &LoopMacro, target: &Ast, args: &[Ast], span: Span) -> (Expr, Type) {
        let (over, of) = self.expr(target);
        let (element, of_over) = (element_of(of), of);
        let (variables, exprs) = args.split_at(repeat.variables);
        let names: Option<Vec<_>> = variables.iter().map(|variable| self.plain(variable)).collect();
        let Some(names) = names else { return Self::broken(span) };
        let before = self.locals.len();
        let (local, second) = match &names[..] {
            [key, value] => {
                if key == value {
                    self.report(variables[1].span, format!("`{value}` names both loop variables"), None);
                }
                let local = self.push_local(key.clone(), Type::Any);
                (local, Some((value.clone(), self.push_local(value.clone(), element))))
            }
            _ => (self.push_local(names[0].clone(), element), None),
        };
        let body = self.expr(&exprs[0]).0;
        let result = repeat.filtered.then(|| self.expr(&exprs[1]).0);
        self.locals.truncate(before);
        let of = match repeat.kind {
            LoopKind::All | LoopKind::Exists | LoopKind::ExistsOne => Type::Bool,
            LoopKind::Filter | LoopKind::SortBy => match of {
                Type::Record(record) => record.elements.map_or(Type::Any, Type::Visits),
                other => other,
            },
            LoopKind::Map => Type::List(&Type::Any),
            LoopKind::TransformMap | LoopKind::TransformMapEntry => Type::Map,
        };
        let name = names[0].clone();
        let mut repeat = Loop { kind: repeat.kind, over, name, local, second, body, result, join: None };
        if matches!(of_over, Type::Record(_)) {
            repeat.join = Join::find(&repeat);
        }
        (Expr { span, kind: ExprKind::Loop(Box::new(repeat)) }, of)
    }
}
