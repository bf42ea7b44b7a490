//! Macros at work: loops over the elements of a list or the keys of a map.

use super::eval::{Machine, Tri};
use super::program::{Loop, LoopKind, Stop};
use super::value::Value;
use super::view::{View, article};
use std::ops::ControlFlow;

impl<'a> Machine<'a, '_> {
    /// `all` and `exists`: `empty` is the answer over no elements, its negation decides.
    pub(super) fn quantified(&mut self, repeat: &Loop, empty: Tri) -> Result<Tri, Stop> {
        let mut answer = empty;
        let mut error = None;
        let over = self.value(&repeat.over)?;
        let known = self.each_element(repeat, &over, |machine| match machine.condition(&repeat.body) {
            Ok(found) if found == empty.not() => {
                answer = found;
                error = None;
                Ok(ControlFlow::Break(()))
            }
            Ok(Tri::Unknown) => {
                answer = Tri::Unknown;
                Ok(ControlFlow::Continue(()))
            }
            Ok(_) => Ok(ControlFlow::Continue(())),
            Err(Stop::Budget) => Err(Stop::Budget),
            Err(stop) => {
                error = error.take().or(Some(stop));
                Ok(ControlFlow::Continue(()))
            }
        })?;
        match (known, error) {
            (Elements::Unknown, _) => Ok(Tri::Unknown),
            (_, Some(stop)) => Err(stop),
            _ => Ok(answer),
        }
    }

    pub(super) fn exists_one(&mut self, repeat: &Loop) -> Result<Tri, Stop> {
        let (mut certain, mut possible) = (0, 0);
        let over = self.value(&repeat.over)?;
        let known = self.each_element(repeat, &over, |machine| {
            match machine.condition(&repeat.body)? {
                Tri::True => certain += 1,
                Tri::Unknown => possible += 1,
                Tri::False => {}
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(match (known, certain, possible) {
            (Elements::Unknown, ..) => Tri::Unknown,
            (_, 2.., _) | (_, _, 0) => Tri::from(certain == 1),
            _ => Tri::Unknown,
        })
    }

    pub(super) fn collect(&mut self, repeat: &Loop) -> Result<Value<'a>, Stop> {
        let mut collected = Vec::new();
        let mut undecided = false;
        let over = self.value(&repeat.over)?;
        let known = self.each_element(repeat, &over, |machine| {
            let (condition, result) = match (repeat.kind, &repeat.result) {
                (LoopKind::Filter, _) => (Some(&repeat.body), None),
                (_, Some(result)) => (Some(&repeat.body), Some(result)),
                (_, None) => (None, Some(&repeat.body)),
            };
            let answer = match condition {
                Some(condition) => machine.condition(condition)?,
                None => Tri::True,
            };
            match answer {
                Tri::False => {}
                Tri::Unknown => undecided = true,
                Tri::True => collected.push(match result {
                    Some(result) => machine.value(result)?,
                    None => machine.locals[repeat.local].clone(),
                }),
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(match known {
            Elements::Null => Value::Null,
            Elements::Unknown => Value::Unknown,
            // Which elements belong to it is not known.
            Elements::Known if undecided => Value::Unknown,
            Elements::Known => Value::List(collected.into()),
        })
    }

    /// Binds the loop variable to each element in turn.
    pub(super) fn each_element(
        &mut self,
        repeat: &Loop,
        over: &Value<'a>,
        mut visit: impl FnMut(&mut Self) -> Result<ControlFlow<()>, Stop>,
    ) -> Result<Elements, Stop> {
        let span = repeat.over.span;
        if let Value::Optional(inner) = over {
            return self.each_element(repeat, inner, visit);
        }
        match over.view(self.budget) {
            View::Null => return Ok(Elements::Null),
            View::Unknown => return Ok(Elements::Unknown),
            View::List | View::Map => {}
            other => {
                let message = format!("a loop visits a list or a map, not {}", article(other.type_name()));
                return Err(Stop::Error { span, message });
            }
        }
        let mut outcome = Ok(());
        let candidates = self.candidates(repeat, over)?;
        over.each_of(candidates.as_deref(), |element| {
            let step = self.budget.spend(1).map_err(|fault| fault.at(span)).and_then(|()| {
                self.bind(repeat.local, element);
                visit(self)
            });
            step.unwrap_or_else(|stop| {
                outcome = Err(stop);
                ControlFlow::Break(())
            })
        });
        outcome.map(|()| Elements::Known)
    }
}

/// What a loop was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Elements {
    Known,
    Null,
    Unknown,
}
