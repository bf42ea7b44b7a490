//! Where a value stands: its own place, the key above what is absent, the alias through which it was reached.

use super::{Blame, Blamer};
use crate::expr::program::{Expr, ExprKind, Stop};
use crate::expr::value::Value;
use crate::source::Place;
use crate::yaml::{Kind, Node};

const DEFINED: &str = "defined here";

impl<'a> Blamer<'a, '_, '_> {
    pub(super) fn located(&self, value: &Value<'a>, route: Option<Place>) -> Blame<'a> {
        let mut blame = self.blank();
        match value {
            Value::Node(node) => {
                blame.place = Some(label_of(*node));
                // A key without a value is as good as none, and is named like one.
                if node.is_null() {
                    blame.note = "is null";
                    blame.missing.extend(node.key().map(|key| (key.text().into_owned(), None)));
                }
                Self::reroute(&mut blame, *node, route);
            }
            Value::Missing { parent: Some(parent), name } => {
                return self.absent(*parent, name.to_string(), route);
            }
            Value::Missing { parent: None, name } => blame.missing.push((name.to_string(), None)),
            Value::Text(text) => {
                blame.place = text.place();
                if let (Some(route), Some(place)) = (route, blame.place) {
                    blame.related.push((place, DEFINED.to_owned()));
                    blame.place = Some(route);
                }
            }
            // A file as a whole is no place where something smaller decides.
            Value::Facts(facts) => blame.place = facts.place().filter(|place| !place.span.is_empty()),
            Value::Made(made) => blame.place = made.place,
            Value::Optional(inner) => return self.located(inner, route),
            Value::List(items) => {
                if let Some(first) =
                    items.iter().map(|item| self.located(item, route)).find(|b| b.place.is_some())
                {
                    return first;
                }
            }
            _ => {}
        }
        blame
    }

    pub(super) fn absent(&self, parent: Node<'a>, name: String, route: Option<Place>) -> Blame<'a> {
        let mut blame = self.blank();
        blame.place = Some(label_of(parent));
        blame.missing.push((name, Some(parent)));
        Self::reroute(&mut blame, parent, route);
        blame
    }

    /// What was reached through an alias is blamed where it is used; the definition is shown beside it.
    pub(super) fn reroute(blame: &mut Blame<'a>, node: Node<'a>, route: Option<Place>) {
        if node.kind() == Kind::Alias && route.is_none_or(|route| route == node.place()) {
            blame.related.push((label_of(node.resolve()), DEFINED.to_owned()));
            if blame.missing.is_empty() {
                blame.place = Some(node.place());
            }
        } else if let Some(route) = route {
            blame.related.extend(blame.place.map(|place| (place, DEFINED.to_owned())));
            blame.place = Some(route);
        }
    }

    /// The alias through which the value of an expression was reached, the outermost first.
    pub(super) fn route(&mut self, expr: &Expr) -> Result<Option<Place>, Stop> {
        let base = match &expr.kind {
            ExprKind::Field(base, ..) | ExprKind::Index(base, ..) => base,
            ExprKind::Local(local) => {
                let route = self.routes.iter().rev().find(|(known, _)| known == local);
                return Ok(route.and_then(|(_, route)| *route));
            }
            ExprKind::Call(_, args, _) if !args.is_empty() => return self.route(&args[0]),
            ExprKind::Loop(repeat) => {
                let over = self.machine.value(&repeat.over)?;
                return self.through(&repeat.over, &over);
            }
            _ => return Ok(None),
        };
        let value = match self.machine.value(base) {
            Ok(value) => value,
            Err(Stop::Error { .. }) => return Ok(None),
            Err(Stop::Budget) => return Err(Stop::Budget),
        };
        // Inside an absent field nothing was reached.
        if value.is_null() {
            return self.route(base);
        }
        let route = self.through(base, &value)?;
        if route.is_some() {
            return Ok(route);
        }
        let merged = match (&expr.kind, &value) {
            (ExprKind::Field(_, name, _), Value::Node(map)) => map.entry(name).and_then(|entry| entry.via),
            (ExprKind::Index(_, key, _), Value::Node(map)) => match self.machine.value(key)?.to_text() {
                Some(key) => map.entry(&key.text).and_then(|entry| entry.via),
                None => None,
            },
            _ => None,
        };
        Ok(merged.map(|via| via.alias.place()))
    }

    /// The alias on the way to `value`, or the one that it is.
    pub(super) fn through(&mut self, expr: &Expr, value: &Value<'a>) -> Result<Option<Place>, Stop> {
        let route = self.route(expr)?;
        Ok(match value {
            Value::Node(node) if route.is_none() && node.kind() == Kind::Alias => Some(node.place()),
            _ => route,
        })
    }
}

/// What to mark for a node: a scalar itself; a collection by its key, in a list by its `name`, else by its first key.
pub fn label_of(node: Node<'_>) -> Place {
    if node.kind() == Kind::Scalar {
        return node.place();
    }
    if let Some(key) = node.key() {
        return key.place();
    }
    let resolved = node.resolve();
    if resolved.kind() != Kind::Mapping {
        return node.place();
    }
    let in_list = node.parent().is_some_and(|parent| parent.kind() == Kind::Sequence);
    if in_list && let Some(name) = resolved.get("name").filter(|name| name.resolve().kind() == Kind::Scalar) {
        return name.place();
    }
    resolved.pairs().next().map_or_else(|| node.place(), |(key, _)| key.place())
}

/// The deepest node that holds all of these, or is one of them; `None` if one of them is nowhere.
pub(super) fn common_parent<'a>(nodes: &[Option<Node<'a>>]) -> Option<Node<'a>> {
    let mut common = (*nodes.first()?)?;
    for node in &nodes[1..] {
        let node = (*node)?;
        while !holds(common, node) {
            common = common.parent()?;
        }
    }
    Some(common)
}

fn holds(outer: Node<'_>, inner: Node<'_>) -> bool {
    std::iter::successors(Some(inner), |node| node.parent()).any(|node| node == outer)
}
