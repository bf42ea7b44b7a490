//! What a condition needs: the strings of which a fact must equal one, so that visits without any of them need not be made.

use super::parse::Operator;
use super::program::{Expr, ExprKind, Literal, Program};
use std::sync::Arc;

/// Where the strings stand of which a fact must equal one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needed {
    /// In the condition.
    Literal(Arc<str>),
    /// In the field of a name, by its slot.
    Field(usize, Arc<str>),
}

impl Program {
    /// Strings of which `slot.fact` equals one wherever the condition is true; `None` where it may be true with any.
    pub fn needs(&self, slot: usize, fact: &str) -> Option<Vec<Needed>> {
        needs(&self.root, &|expr| match &expr.kind {
            ExprKind::Fact(of, _, name) => {
                &**name == fact && matches!(of.kind, ExprKind::Slot(at) if at == slot)
            }
            _ => false,
        })
    }
}

fn needs(expr: &Expr, is_fact: &dyn Fn(&Expr) -> bool) -> Option<Vec<Needed>> {
    match &expr.kind {
        ExprKind::And(terms) => terms.iter().find_map(|term| needs(term, is_fact)),
        ExprKind::Or(terms) => {
            let all: Option<Vec<_>> = terms.iter().map(|term| needs(term, is_fact)).collect();
            all.map(|all| all.concat())
        }
        ExprKind::Compare(Operator::Equal, operands) => {
            let other = match operands.each_ref().map(is_fact) {
                [true, false] => &operands[1],
                [false, true] => &operands[0],
                _ => return None,
            };
            literal(other).map(|literal| vec![literal])
        }
        ExprKind::Compare(Operator::In, operands) if is_fact(&operands[0]) => match &operands[1].kind {
            ExprKind::List(items) => items.iter().map(|(item, _)| literal(item)).collect(),
            ExprKind::Field(of, name, _) => match of.kind {
                ExprKind::Slot(slot) => Some(vec![Needed::Field(slot, name.clone())]),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<Needed> {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => Some(Needed::Literal(text.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{COMMAND, Scope, Type, compile};
    use super::*;

    #[test]
    fn what_every_true_answer_needs_is_known() {
        let scope = Scope::new(&[("c", Type::Record(&COMMAND)), ("params", Type::Any)]);
        let needs = |source: &str| compile(source, &scope).expect(source).needs(0, "name");
        let literals =
            |names: &[&str]| Some(names.iter().map(|&name| Needed::Literal(name.into())).collect());
        assert_eq!(needs("c.name == 'a'"), literals(&["a"]));
        assert_eq!(needs("c.certain && 'a' == c.name"), literals(&["a"]));
        assert_eq!(needs("c.name in ['a', 'b'] || c.name == 'c'"), literals(&["a", "b", "c"]));
        assert_eq!(needs("c.name in params.tools"), Some(vec![Needed::Field(1, "tools".into())]));
        for any in ["c.name != 'a'", "c.name == 'a' || c.certain", "!(c.name == 'a')", "c.name in [c.how]"] {
            assert_eq!(needs(any), None, "{any}");
        }
    }
}
