//! One rule at one visit: where it applies, what it decides, and the finding with its places.

use super::Engine;
use super::Outcome;
use crate::diagnostic::{Diagnostic, Label, Quote, QuoteOrigin, Severity};
use crate::expr::{Budget, Failure, Program, Stop, Template, Value, enumerate};
use crate::model::{Visit, is_unknown};
use crate::rule::{self, Check, Decision, Pattern, Rule, Schema, Stopped, Written};
use crate::source::{FileId, Place};
use std::ops::Range;
use std::sync::Arc;

/// Second places of a finding; more are of no use to anyone.
const RELATED: usize = 20;

/// One rule at one visit.
pub struct Asking<'a, 'v, 'e, 'm> {
    pub engine: &'a Engine<'e, 'm>,
    /// The visited file; none for a rule on the repository.
    pub file: Option<FileId>,
    pub rule: &'m Rule,
    pub check: &'m Check,
    pub visit: &'v dyn Visit<'m>,
    pub budget: &'a mut Budget,
    /// For the search of patterns in the file.
    pub search: &'a mut Budget,
}

impl<'v> Asking<'_, 'v, '_, '_> {
    /// Adds what the rule finds at the visit.
    pub fn ask(&mut self, slots: &mut Vec<Value<'v>>, outcome: &mut Outcome) -> Result<(), Stopped> {
        let check = self.check;
        // What `when` does not need waits until the rule is known to apply.
        for binding in &check.lets {
            let value = if binding.before_when { self.value(&binding.program, slots)? } else { Value::Null };
            slots.push(value);
        }
        if let Some(when) = &check.when {
            match self.answer(when, slots)? {
                None => {
                    outcome.unknown += 1;
                    return Ok(());
                }
                Some(false) => return Ok(()),
                Some(true) => {}
            }
        }
        outcome.asked.1 += 1;
        let first = slots.len() - check.lets.len();
        for (at, binding) in check.lets.iter().enumerate().filter(|(_, binding)| !binding.before_when) {
            slots[first + at] = self.value(&binding.program, slots)?;
        }
        for failure in self.decide(slots, outcome)? {
            let found = self.diagnostic(slots, failure)?;
            self.engine.report_at_most(self.most(), found, outcome);
        }
        Ok(())
    }

    /// How severe a finding on the visit can be today.
    fn most(&self) -> Severity {
        let in_grace = self.visit.grace().is_some_and(|last| last >= self.engine.today);
        if in_grace { Severity::Warning } else { Severity::Error }
    }

    fn decide(&mut self, slots: &[Value<'v>], outcome: &mut Outcome) -> Result<Vec<Failure<'v>>, Stopped> {
        match &self.check.decision {
            Decision::Condition { condition, expected } => match self.answer(condition, slots)? {
                None => {
                    outcome.unknown += 1;
                    Ok(Vec::new())
                }
                Some(answer) if expected.is(answer) => Ok(Vec::new()),
                Some(_) => {
                    let lets: Vec<&Program> =
                        self.check.lets.iter().map(|binding| &*binding.program).collect();
                    condition
                        .failures(*expected, slots, &lets, self.budget)
                        .map_err(|stop| condition.stopped(stop))
                }
            },
            Decision::Pattern(pattern) => self.search(pattern, &slots[rule::SELF]),
            Decision::Schema(schema) => self.validate(schema, &slots[rule::SELF], outcome),
        }
    }

    fn search(&mut self, pattern: &Pattern, subject: &Value<'v>) -> Result<Vec<Failure<'v>>, Stopped> {
        let mut found = Vec::new();
        let budget = &mut *self.search;
        let mut fault = Ok(());
        let mut search = |text| {
            if fault.is_ok() {
                fault = pattern.failures(&text, budget, &mut found);
            }
        };
        match subject {
            Value::Node(node) => rule::texts(*node, &mut search),
            Value::Facts(facts) => facts.text().into_iter().for_each(search),
            Value::Made(made) => made.text().into_iter().for_each(search),
            value => value.to_text().into_iter().for_each(search),
        }
        fault.map_err(|stop| Stopped {
            place: self.rule.place,
            reason: match stop {
                Stop::Budget => None,
                Stop::Error { message, .. } => Some(message),
            },
        })?;
        Ok(found)
    }

    fn validate(
        &mut self,
        schema: &Schema,
        subject: &Value<'v>,
        outcome: &mut Outcome,
    ) -> Result<Vec<Failure<'v>>, Stopped> {
        let Value::Node(node) = subject else { return Ok(Vec::new()) };
        let (found, undecided) =
            schema.check(*node, is_unknown).ok_or(Stopped { place: self.rule.place, reason: None })?;
        outcome.unknown += undecided;
        Ok(found)
    }

    pub fn value(
        &mut self,
        expression: &Written<Program>,
        slots: &[Value<'v>],
    ) -> Result<Value<'v>, Stopped> {
        expression.evaluate(slots, self.budget).map_err(|stop| expression.stopped(stop))
    }

    /// The answer of a condition; `None` when it cannot be known.
    fn answer(&mut self, condition: &Written<Program>, slots: &[Value<'v>]) -> Result<Option<bool>, Stopped> {
        condition.answer(slots, self.budget).map_err(|stop| condition.stopped(stop))
    }

    /// The place of a finding that has none of its own: the visit, for the whole repository the rule's entry in the configuration, else
    /// the rule.
    pub fn fallback(&self) -> Place {
        self.visit.place().or_else(|| self.file.map(super::start_of)).unwrap_or_else(|| {
            let settings = self.engine.model.settings;
            let set = settings.rules.iter().find(|setting| *setting.id.value == *self.rule.id);
            set.map_or(self.rule.place, |setting| setting.id.place)
        })
    }

    fn diagnostic(&mut self, slots: &[Value<'v>], failure: Failure<'v>) -> Result<Diagnostic, Stopped> {
        let check = self.check;
        let mut scope = slots.to_vec();
        scope.extend(failure.locals);
        let mut place = failure.place;
        let mut related = failure.related;
        let mut quotes = Vec::new();
        if let Some(at) = &check.at {
            let mut places = self.value(at, &scope)?.places().into_iter();
            place = places.next().or(place);
            related.extend(places.map(|place| (place, String::new())));
        }
        for (other, label) in &check.related {
            let label = match label {
                Some(label) => self.render(label, &scope, &mut quotes)?,
                None => String::new(),
            };
            let found = self.value(other, &scope)?.places();
            related.extend(found.into_iter().map(|place| (place, label.clone())));
        }
        // A name may come from a value (`labels[env.value]`); those of fields have no digits as a rule.
        let odd = failure.missing.iter().filter(|name| name.contains(|c: char| c.is_ascii_digit()));
        quotes.extend(odd.map(|name| Quote::new(QuoteOrigin::Visit, name.clone())));
        scope.push(Value::made(enumerate(&failure.missing)));
        let message = self.render(&check.message, &scope, &mut quotes)?;
        let place = place.unwrap_or_else(|| self.fallback());
        let mut diagnostic = Diagnostic::new(self.rule.id.clone(), self.rule.severity, place, message);
        diagnostic.primary.text = failure.note;
        // What a rule compares with by default says nothing about the project.
        related.retain(|(other, _)| *other != place && other.file != self.rule.file);
        related.truncate(RELATED);
        diagnostic.related = related.into_iter().map(|(place, text)| Label { place, text }).collect();
        diagnostic.help =
            check.help.as_ref().map(|help| self.render(help, &scope, &mut quotes)).transpose()?;
        diagnostic.fix = self.offer(&scope, &mut quotes)?;
        diagnostic.quotes = quotes;
        diagnostic.quoted = true;
        Ok(diagnostic)
    }

    /// What could be made into a text by an expression.
    pub fn made(&self) -> QuoteOrigin {
        if self.check.names_repo { QuoteOrigin::Everything } else { QuoteOrigin::Visit }
    }

    /// Fills in a message, and notes what it repeats.
    pub fn render(
        &mut self,
        template: &Written<Template>,
        scope: &[Value<'v>],
        quotes: &mut Vec<Quote>,
    ) -> Result<String, Stopped> {
        let made = self.made();
        let words = &self.check.words;
        let rendered = template.render(scope, self.budget, &mut |value, at| {
            let shown = value.show();
            quote(value, Shown { text: &shown, at, made, words }, quotes);
            Some(shown)
        });
        rendered.map_err(|stop| template.stopped(stop))
    }
}

/// Texts of one value that are noted as quotes: what is shown of it holds no more.
const QUOTES: usize = 200;

/// A value as a message shows it.
#[derive(Clone, Copy)]
struct Shown<'s> {
    text: &'s str,
    /// Where it stands in the message.
    at: usize,
    /// What could be made into it.
    made: QuoteOrigin,
    /// What the rule writes itself.
    words: &'s [Arc<str>],
}

/// Notes the texts that a value repeats when it is shown.
fn quote(value: &Value<'_>, shown: Shown<'_>, quotes: &mut Vec<Quote>) {
    let mut from = 0;
    value.each_text(QUOTES, &mut |place, text| {
        let found = element(shown.text, from, &text);
        let (at, text) = match found {
            Some(at) => (Some(at), text),
            // It is cut off, or one before it is.
            None if shown.text.ends_with('…') => (Some(from), shown.text[from..].to_owned()),
            None => (None, text),
        };
        from = at.map_or(from, |at| at + text.len());
        let own = if place.is_some() { Vec::new() } else { own_words(&text, shown.words) };
        quotes.push(Quote {
            origin: place.map_or(shown.made, QuoteOrigin::Place),
            at: at.map(|at| shown.at + at),
            text,
            own,
        });
    });
}

/// Where an element of a list that is shown stands, at `from` or behind.
fn element(shown: &str, from: usize, text: &str) -> Option<usize> {
    const COMMA: &str = ", ";
    let whole = |&at: &usize| {
        let rest = &shown[at + text.len()..];
        (at == 0 || shown[..at].ends_with(COMMA)) && (rest.is_empty() || rest.starts_with(COMMA))
    };
    shown[from..].match_indices(text).map(|(at, _)| from + at).find(whole)
}

/// Where a text that an expression made holds what the rule writes itself.
pub fn own_words(text: &str, words: &[Arc<str>]) -> Vec<Range<usize>> {
    let found = words.iter().flat_map(|word| text.match_indices(&**word));
    found.map(|(at, word)| at..at + word.len()).collect()
}

/// A rule that could not be evaluated: an error of the rule, never a silent pass.
pub fn stopped(rule: &Rule, stopped: Stopped, at: Place, path: &str) -> Diagnostic {
    let found = |message| Diagnostic::new("rule-error", Severity::Error, stopped.place, message);
    match stopped.reason {
        // Which visit was the first depends on the threads: it is not said.
        None => found(format!("rule `{}` is too expensive: it was stopped, and not asked again", rule.id)),
        Some(reason) => found(format!("rule `{}` failed in {path}: {reason}", rule.id))
            .with_related(at, "when it looked at this"),
    }
}
