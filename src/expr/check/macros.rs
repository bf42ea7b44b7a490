//! Macros into loops: what looks like a call and binds a name.

use super::{Checker, element_of};
use crate::expr::join::Join;
use crate::expr::parse::{Ast, AstKind};
use crate::expr::program::{Expr, ExprKind, Loop, LoopKind};
use crate::expr::value::Type;
use crate::source::Span;
use std::sync::Arc;

impl Checker<'_> {
    pub(super) fn has(&mut self, args: &[Ast], name_span: Span, span: Span) -> (Expr, Type) {
        if let [operand] = args
            && let AstKind::Select { .. } | AstKind::Index { .. } | AstKind::Ident(_) = operand.kind
        {
            return (Expr { span, kind: ExprKind::Has(self.boxed(operand)) }, Type::Bool);
        }
        let help = Some("write `has(x.field)`, or compare with `!= null`".to_owned());
        self.report(name_span, "`has` takes one field, index or name".to_owned(), help);
        Self::broken(span)
    }

    pub(super) fn repeat(
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

pub(super) fn loop_kind(name: &str) -> Option<LoopKind> {
    Some(match name {
        "all" => LoopKind::All,
        "exists" => LoopKind::Exists,
        "exists_one" | "existsOne" => LoopKind::ExistsOne,
        "filter" => LoopKind::Filter,
        "map" => LoopKind::Map,
        _ => return None,
    })
}
