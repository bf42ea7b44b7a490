//! Calls into functions of the library: names, ways of calling, number and types of arguments, constant patterns.

use super::{Checker, suggestion};
use crate::expr::functions::{Function, Kinds, MACROS, Style, kinds};
use crate::expr::parse::{Ast, AstKind, Presence};
use crate::expr::pattern::{MAX_WEIGHT, Pattern};
use crate::expr::program::{Expr, ExprKind, Literal};
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
        if let Some(found) = self.macro_call(target, name, name_span, args, span) {
            return found;
        }
        if let Some((message, help)) = self.unknown_in_namespace(target, name) {
            return self.meaningless(name_span, span, message, help);
        }
        let (function, receiver) = match self.namespaced(target, name) {
            Some(function) => (Ok(function), None),
            None => (function(name, target.is_some()), target),
        };
        let function = match function {
            Ok(function) => function,
            Err((message, help)) => {
                let broken = self.meaningless(name_span, span, message, help);
                for arg in receiver.into_iter().chain(args.iter().filter(|_| !binds(args))) {
                    self.expr(arg);
                }
                return broken;
            }
        };
        let mut checked = Vec::with_capacity(args.len() + 1);
        checked.extend(receiver.into_iter().chain(args).map(|arg| self.expr(arg)));
        if function.is_variadic() && checked.len() > 1 {
            let items = checked.into_iter().map(|(item, _)| (item, Presence::Plain)).collect();
            let list = Expr { span, kind: ExprKind::List(items) };
            return (Expr { span, kind: ExprKind::Call(function, vec![list], None) }, function.gives);
        }
        if !function.arity().contains(&checked.len()) {
            let message = wrong_arity(function, usize::from(receiver.is_some()), args.len());
            return self.meaningless(name_span, span, message, None);
        }
        for (at, (arg, of)) in checked.iter().enumerate() {
            if function.takes(at) & kinds_of(*of) == 0 && !self.scope.unchecked {
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

    /// What is wrong with `math.abz(x)` and `mth.abs(x)`, where the receiver is no name that is known.
    fn unknown_in_namespace(&self, target: Option<&Ast>, name: &str) -> Option<(String, Option<String>)> {
        let Some(Ast { kind: AstKind::Ident(space), .. }) = target else { return None };
        if !Function::named(Some(space), name).is_empty()
            || self.knows(space)
            || self.resolve(space).is_some()
        {
            return None;
        }
        let full = format!("{space}.{name}");
        let known = || Function::names().chain(MACROS.iter().map(|known| known.name));
        let is_namespace =
            known().any(|known| known.split_once('.').is_some_and(|(first, _)| first == space));
        let help = suggestion(&full, known().filter(|known| known.contains('.')));
        (is_namespace || help.is_some()).then(|| (format!("unknown function `{full}`"), help))
    }

    fn knows(&self, name: &str) -> bool {
        self.locals.iter().chain(&self.scope.names).any(|(known, _)| **known == *name)
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
            Ok(pattern) => {
                self.pattern_weight = self.pattern_weight.saturating_add(pattern.weight);
                if self.pattern_weight > 2 * MAX_WEIGHT {
                    let message = "the patterns of this expression are too large together".to_owned();
                    self.report(*span, message, None);
                }
                Some(Arc::new(pattern))
            }
            Err(reason) => {
                let help = "patterns have RE2 syntax: no look-around, no back-references".to_owned();
                self.report(*span, format!("this is not a regular expression: {reason}"), Some(help));
                None
            }
        }
    }
}

/// The function of a name that is called in this way.
fn function(name: &str, has_receiver: bool) -> Result<&'static Function, (String, Option<String>)> {
    let named = Function::named(None, name);
    let fits = |function: &&Function| match function.style {
        Style::Plain => !has_receiver,
        Style::Method => has_receiver,
        Style::Both => true,
    };
    if let Some(function) = named.iter().find(fits) {
        return Ok(function);
    }
    if named.is_empty() {
        let macros = MACROS.iter().map(|known| known.name);
        let help = suggestion(name, Function::names().chain(macros));
        return Err((format!("unknown function `{name}`"), help));
    }
    let form = if has_receiver { format!("{name}(x)") } else { format!("x.{name}(…)") };
    Err((format!("`{name}` is not called like this"), Some(format!("write `{form}`"))))
}

/// Whether arguments look like those of a macro, which may use names of its own.
fn binds(args: &[Ast]) -> bool {
    matches!(args, [Ast { kind: AstKind::Ident(_), .. }, _, ..])
}

fn wrong_arity(function: &Function, receivers: usize, found: usize) -> String {
    let arity = function.arity();
    let (least, most) = (arity.start().saturating_sub(receivers), arity.end().saturating_sub(receivers));
    let takes = match (least, most) {
        (0, 0) => "no argument".to_owned(),
        (1, 1) => "1 argument".to_owned(),
        _ if least == most => format!("{least} arguments"),
        _ => format!("{least} to {most} arguments"),
    };
    format!("`{}` takes {takes}, not {found}", function.name)
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
        Type::List(_) | Type::Visits(_) | Type::Record(Record { elements: Some(_), .. }) => kinds::LIST,
        Type::Map | Type::Record(_) | Type::Visit(_) => kinds::MAP,
        Type::Object(_) => kinds::OBJECT,
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
        Type::List(_) | Type::Visits(_) => "list",
    }
}
