//! Names: loop variables, names of the scope, dotted names and namespaces, types, messages.

use super::{Checker, listing, suggestion};
use crate::expr::message::Message;
use crate::expr::parse::{Ast, AstKind, MessageField, Presence};
use crate::expr::program::{Expr, ExprKind, Literal, Mode};
use crate::expr::value::Type;
use crate::source::Span;
use std::fmt::Write;
use std::sync::Arc;

/// Names that stand for types unless the scope has them.
const TYPE_NAMES: &[&str] = &[
    "bool",
    "bytes",
    "double",
    "google.protobuf.Duration",
    "google.protobuf.Timestamp",
    "int",
    "kubernetes.NamedFormat",
    "kubernetes.Quantity",
    "kubernetes.Semver",
    "kubernetes.URL",
    "list",
    "map",
    "net.CIDR",
    "net.IP",
    "null_type",
    "optional_type",
    "string",
    "type",
    "uint",
];

/// The one constant among the names: it is null.
const NULL_VALUE: &str = "google.protobuf.NullValue.NULL_VALUE";

/// Words that CEL keeps for the languages it is embedded in. A name of the scope may be one of them all the same.
const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "namespace",
    "package",
    "return",
    "var",
    "void",
    "while",
];

impl Checker<'_> {
    pub(super) fn local(&self, name: &str) -> Option<(ExprKind, Type)> {
        let local = self.locals.iter().rposition(|(known, _)| **known == *name)?;
        Some((ExprKind::Local(local), self.locals[local].1))
    }

    /// Makes a name a local in the next slot.
    pub(super) fn push_local(&mut self, name: Arc<str>, of: Type) -> usize {
        if !self.bound.contains(&name) {
            self.bound.push(name.clone());
        }
        self.locals.push((name, of));
        self.deepest = self.deepest.max(self.locals.len());
        self.locals.len() - 1
    }

    /// The full names that a name may stand for; with a dot in front it is one already.
    fn candidates<'n>(&'n self, name: &'n str) -> impl Iterator<Item = String> + 'n {
        let (name, container) = match name.strip_prefix('.') {
            Some(name) => (name, ""),
            None => (name, &*self.scope.container),
        };
        let ends = container.match_indices('.').map(|(at, _)| at).chain([container.len()]);
        let mut ends: Vec<_> = ends.collect();
        ends.reverse();
        let prefixed = move |end: usize| {
            let prefix = &container[..end];
            (!prefix.is_empty()).then(|| format!("{prefix}.{name}"))
        };
        ends.into_iter().filter_map(prefixed).chain([name.to_owned()])
    }

    /// What a name of the scope, a type or a constant stands for.
    pub(super) fn resolve(&self, name: &str) -> Option<(ExprKind, Type)> {
        if self.scope.container.is_empty() {
            return self.resolve_full(name.strip_prefix('.').unwrap_or(name));
        }
        self.candidates(name).find_map(|name| self.resolve_full(&name))
    }

    fn resolve_full(&self, name: &str) -> Option<(ExprKind, Type)> {
        if let Some(slot) = self.scope.names.iter().rposition(|(known, _)| **known == *name) {
            return Some((ExprKind::Slot(slot), self.scope.names[slot].1));
        }
        if name == NULL_VALUE {
            return Some((ExprKind::Literal(Literal::Null), Type::Any));
        }
        let known = TYPE_NAMES.binary_search(&name).ok()?;
        Some((ExprKind::Literal(Literal::Type(TYPE_NAMES[known])), Type::Any))
    }

    pub(super) fn name(&mut self, name: &str, span: Span) -> (Expr, Type) {
        if let Some((kind, of)) = self.resolve(name) {
            let bare = name.strip_prefix('.').unwrap_or(name);
            if self.scope.mode == Mode::Strict && RESERVED.contains(&bare) {
                self.report(span, format!("`{bare}` is a reserved word"), None);
            }
            return (Expr { span, kind }, of);
        }
        let bare = name.strip_prefix('.').unwrap_or(name);
        let known = self.locals.iter().chain(&self.scope.names).map(|(name, _)| &**name);
        let help = suggestion(bare, known.clone()).or_else(|| listing("names", known));
        let what = if RESERVED.contains(&bare) { "is a reserved word of CEL" } else { "" };
        let message =
            if what.is_empty() { format!("unknown name `{bare}`") } else { format!("`{bare}` {what}") };
        self.meaningless(span, span, message, help)
    }

    /// The meaning of a selection as one dotted name, if it has such a meaning; the longest one counts.
    pub(super) fn qualified(&mut self, ast: &Ast, field: &str) -> Option<(Expr, Type)> {
        let ends_constant = |known: &str| known.rsplit_once('.').is_some_and(|(_, last)| last == field);
        if !self.dotted && !ends_constant(NULL_VALUE) && !TYPE_NAMES.iter().any(|known| ends_constant(known))
        {
            return None;
        }
        let path = ast.path()?;
        let head = path.split('.').next().unwrap_or("");
        if !head.is_empty() && self.local(head).is_some() {
            return None;
        }
        let (kind, of) = self.resolve(&path)?;
        Some((Expr { span: ast.span, kind }, of))
    }

    pub(super) fn message(&mut self, name: &str, fields: &[MessageField], span: Span) -> (Expr, Type) {
        let declared = |name: &str| self.scope.messages.iter().find(|(known, _)| *known == name);
        let found = self.candidates(name).find_map(|name| match declared(&name) {
            Some((_, fields)) => Some((Message::Declared, fields.iter().map(String::as_str).collect())),
            None => Message::known(&name).map(|(message, fields)| (message, fields.to_vec())),
        });
        let Some((message, known)): Option<(Message, Vec<&str>)> = found else {
            let name_span = Span::new(span.start, span.start + name.len() as u32);
            return self.meaningless(name_span, span, format!("unknown message type `{name}`"), None);
        };
        let mut problems = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            if !known.contains(&&*field.name) {
                let help = suggestion(&field.name, known.iter().copied());
                problems.push((field.span, format!("`{name}` has no field `{}`", field.name), help));
            } else if fields[..at].iter().any(|before| before.name == field.name) {
                problems.push((field.span, format!("field `{}` stands twice", field.name), None));
            }
        }
        for (span, message, help) in problems {
            self.report(span, message, help);
        }
        let set = fields
            .iter()
            .map(|field| (field.name.as_str().into(), self.expr(&field.value).0, field.presence))
            .collect::<Vec<(Arc<str>, Expr, Presence)>>();
        (Expr { span, kind: ExprKind::Message(message, set) }, Type::Any)
    }

    /// The name of a loop variable: a plain one, or one of those that are numbered.
    pub(super) fn variable(ast: &Ast) -> Option<Arc<str>> {
        match &ast.kind {
            AstKind::Ident(name) => Some(name.as_str().into()),
            AstKind::Call { target: Some(target), name, args, .. } => {
                numbered(target, name, args).map(Arc::from)
            }
            _ => None,
        }
    }
}

/// `cel.index(0)`, `cel.iterVar(0, 1)`, `cel.accuVar(0, 1)`: names that optimisers make up.
pub(super) fn numbered(target: &Ast, name: &str, args: &[Ast]) -> Option<String> {
    let AstKind::Ident(space) = &target.kind else { return None };
    let count = match name {
        "index" => 1,
        "accuVar" | "iterVar" => 2,
        _ => return None,
    };
    if space != "cel" || args.len() != count {
        return None;
    }
    let mut out = format!("@{name}");
    for arg in args {
        let AstKind::Int(number @ 0..) = arg.kind else { return None };
        // Writing to a `String` cannot fail.
        let _ = write!(out, ":{number}");
    }
    Some(out)
}
