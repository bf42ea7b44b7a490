//! Calls into functions of the library: names, ways of calling, number and types of arguments, constant patterns.

use super::macros::loop_kind;
use super::{Checker, suggestion};
use crate::expr::functions::{Function, Kinds, MACROS, Style, kinds};
use crate::expr::parse::{Ast, AstKind, Presence};
use crate::expr::pattern::Pattern;
use crate::expr::program::{Expr, ExprKind, Literal, LoopKind};
use crate::expr::value::{Record, Type};
use crate::expr::view::article;
use crate::source::Span;
use std::sync::Arc;

impl Checker<'_> {
    pub(super) fn call(
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
        let (function, receiver) = match self.namespaced(target, name) {
            Some(function) => (Some(function), None),
            None => (self.function(name, name_span, target.is_some()), target),
        };
        let mut checked = Vec::with_capacity(args.len() + 1);
        checked.extend(receiver.into_iter().chain(args).map(|arg| self.expr(arg)));
        let Some(function) = function else { return Self::broken(span) };
        if function.is_variadic() && checked.len() > 1 {
            let items = checked.into_iter().map(|(item, _)| (item, Presence::Plain)).collect();
            let list = Expr { span, kind: ExprKind::List(items) };
            return (Expr { span, kind: ExprKind::Call(function, vec![list], None) }, function.gives);
        }
        if !function.arity().contains(&checked.len()) {
            self.wrong_arity(function, usize::from(receiver.is_some()), args.len(), name_span);
            return Self::broken(span);
        }
        for (at, (arg, of)) in checked.iter().enumerate() {
            if function.takes(at) & kinds_of(*of) == 0 {
                let found = article(type_name(*of));
                self.report(arg.span, format!("`{name}` cannot take {found}"), None);
            }
        }
        let checked: Vec<Expr> = checked.into_iter().map(|(arg, _)| arg).collect();
        let pattern = self.pattern(function, &checked);
        (Expr { span, kind: ExprKind::Call(function, checked, pattern) }, function.gives)
    }

    /// `math.abs(x)`: a function whose namespace looks like a receiver. A name of the scope comes first where it could
    /// have such a method.
    fn namespaced(&self, target: Option<&Ast>, name: &str) -> Option<&'static Function> {
        let Some(Ast { kind: AstKind::Ident(space), .. }) = target else { return None };
        let [function] = Function::named(Some(space), name) else { return None };
        if self.knows(space) && !Function::named(None, name).is_empty() {
            return None;
        }
        Some(function)
    }

    fn knows(&self, name: &str) -> bool {
        self.locals.iter().chain(&self.scope.names).any(|(known, _)| **known == *name)
    }

    fn function(&mut self, name: &str, span: Span, has_receiver: bool) -> Option<&'static Function> {
        let named = Function::named(None, name);
        let fits = |function: &&Function| match function.style {
            Style::Plain => !has_receiver,
            Style::Method => has_receiver,
            Style::Both => true,
        };
        if let Some(function) = named.iter().find(fits) {
            return Some(function);
        }
        let (message, help) = if named.is_empty() {
            let macros = MACROS.iter().map(|known| known.name);
            (format!("unknown function `{name}`"), suggestion(name, Function::names().chain(macros)))
        } else {
            let form = if has_receiver { format!("{name}(x)") } else { format!("x.{name}(…)") };
            (format!("`{name}` is not called like this"), Some(format!("write `{form}`")))
        };
        self.report(span, message, help);
        None
    }

    fn wrong_arity(&mut self, function: &Function, receivers: usize, found: usize, span: Span) {
        let arity = function.arity();
        let (least, most) = (arity.start().saturating_sub(receivers), arity.end().saturating_sub(receivers));
        let takes = match (least, most) {
            (0, 0) => "no argument".to_owned(),
            (1, 1) => "1 argument".to_owned(),
            _ if least == most => format!("{least} arguments"),
            _ => format!("{least} to {most} arguments"),
        };
        self.report(span, format!("`{}` takes {takes}, not {found}", function.name), None);
    }

    /// A constant pattern is compiled once for all evaluations, and its syntax is checked now.
    fn pattern(&mut self, function: &Function, args: &[Expr]) -> Option<Arc<Pattern>> {
        let [_, Expr { kind: ExprKind::Literal(Literal::String(source)), span }, ..] = args else {
            return None;
        };
        if function.takes(1) & kinds::IS_PATTERN == 0 {
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
}

/// What a value of a type may be when it is there.
fn kinds_of(of: Type) -> Kinds {
    match of {
        Type::Any | Type::Node => kinds::RAW,
        Type::Bool => kinds::BOOL,
        Type::Int => kinds::INT,
        Type::Uint => kinds::UINT,
        Type::Double => kinds::DOUBLE,
        Type::String => kinds::STR,
        Type::Bytes => kinds::BYTES,
        Type::Record(Record { elements: Some(_), .. }) => kinds::LIST,
        Type::Map | Type::Record(_) | Type::Visit(_) => kinds::MAP,
        Type::Object(_) => kinds::OBJECT,
        Type::List(_) => kinds::LIST,
    }
}

/// How a type is called in messages.
pub(super) fn type_name(of: Type) -> &'static str {
    match of {
        Type::Any | Type::Node => "value",
        Type::Bool => "bool",
        Type::Int => "int",
        Type::Uint => "uint",
        Type::Double => "double",
        Type::String => "string",
        Type::Bytes => "bytes",
        Type::Map => "map",
        Type::Record(record) | Type::Visit(record) => record.name,
        Type::Object(name) => name,
        Type::List(_) => "list",
    }
}
