//! Macros at work: loops over the elements of a list or the keys of a map.

use super::compare;
use super::eval::{Machine, Tri};
use super::program::{Fault, Loop, LoopKind, Stop};
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
            (_, Some(stop)) if answer != Tri::Unknown => Err(stop),
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

    /// The macros that make a list or a map.
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
                Tri::True => {
                    machine.budget.spend_elements(1).map_err(|fault| fault.at(repeat.body.span))?;
                    collected.push(match result {
                        Some(result) => (machine.local(repeat.local), machine.value(result)?),
                        None => (Value::Null, machine.local(repeat.local)),
                    });
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        match known {
            Elements::Null => Ok(Value::Null),
            Elements::Unknown => Ok(Value::Unknown),
            // Which elements belong to it is not known.
            Elements::Known if undecided => Ok(Value::Unknown),
            Elements::Known => match repeat.kind {
                LoopKind::SortBy => self.sorted(collected).map_err(|fault| fault.at(repeat.body.span)),
                LoopKind::TransformMap => Ok(Value::Map(collected.into())),
                LoopKind::TransformMapEntry => {
                    self.merged(collected).map_err(|fault| fault.at(repeat.body.span))
                }
                _ => Ok(Value::List(collected.into_iter().map(|(_, value)| value).collect())),
            },
        }
    }

    /// The elements by the order of the keys that were found for them.
    fn sorted(&mut self, elements: Vec<(Value<'a>, Value<'a>)>) -> Result<Value<'a>, Fault> {
        if elements.iter().any(|(_, key)| matches!(key.view(self.budget), View::Unknown)) {
            return Ok(Value::Unknown);
        }
        let elements = compare::sort_by(elements, |(_, key)| key, self.budget)?;
        Ok(Value::List(elements.into_iter().map(|(element, _)| element).collect()))
    }

    /// One map of all the entries of some maps.
    fn merged(&mut self, maps: Vec<(Value<'a>, Value<'a>)>) -> Result<Value<'a>, Fault> {
        let mut entries: Vec<(Value<'a>, Value<'a>)> = Vec::new();
        for (_, map) in maps {
            match map.view(self.budget) {
                View::Map => {}
                View::Unknown => return Ok(Value::Unknown),
                other => {
                    let found = article(other.type_name());
                    return Err(Fault::Message(format!("`transformMapEntry` takes maps, not {found}")));
                }
            }
            self.budget.spend_elements(map.count())?;
            map.each_pair(false, |key, value| {
                entries.push((key, value));
                ControlFlow::Continue(())
            });
        }
        let mut known = compare::Seen::default();
        for (key, _) in &entries {
            if !known.insert(key, self.budget)? {
                return Err(Fault::Message("a key stands twice in this map".to_owned()));
            }
        }
        Ok(Value::Map(entries.into()))
    }

    /// Binds the loop variables to each element in turn.
    pub(super) fn each_element(
        &mut self,
        repeat: &Loop,
        over: &Value<'a>,
        mut visit: impl FnMut(&mut Self) -> Result<ControlFlow<()>, Stop>,
    ) -> Result<Elements, Stop> {
        let span = repeat.over.span;
        match over.view(self.budget) {
            View::Unknown => return Ok(Elements::Unknown),
            View::Null if !self.budget.is_strict() => return Ok(Elements::Null),
            View::Optional
                if !self.budget.is_strict()
                    && let Value::Optional(inner) = over =>
            {
                return self.each_element(repeat, inner, visit);
            }
            View::List | View::Map => {}
            other => {
                let message = format!("a loop visits a list or a map, not {}", article(other.type_name()));
                return Err(Stop::Error { span, message });
            }
        }
        let mut outcome = Ok(());
        let candidates = self.candidates(repeat, over)?;
        let mut step = |machine: &mut Self, first: Value<'a>, second: Option<(usize, Value<'a>)>| {
            let paid = machine.budget.spend(1).and_then(|()| machine.budget.spend_clone(&first));
            let step = paid.map_err(|fault| fault.at(span)).and_then(|()| {
                machine.bind(repeat.local, first);
                if let Some((local, value)) = second {
                    machine.bind(local, value);
                }
                visit(machine)
            });
            step.unwrap_or_else(|stop| {
                outcome = Err(stop);
                ControlFlow::Break(())
            })
        };
        match &repeat.second {
            None => {
                over.each_of(candidates.as_deref(), |element| step(self, element, None));
            }
            Some((_, local)) => {
                let is_list = matches!(over.view(self.budget), View::List);
                over.each_pair(is_list, |first, second| step(self, first, Some((*local, second))));
            }
        }
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
