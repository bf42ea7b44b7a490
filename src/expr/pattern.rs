//! Regular expressions of RE2's syntax: checked and weighed when a rule loads, compiled when first needed.

use super::program::{Budget, Fault, Stop};
use crate::source::Span;
use regex::{Regex, RegexBuilder};
use regex_syntax::ast::{Ast, ClassPerlKind, ClassSet, ClassSetItem, RepetitionKind, RepetitionRange};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Largest compiled form of one pattern, in bytes.
const SIZE_LIMIT: usize = 1 << 21;
/// Longest pattern that is made by an expression, in bytes.
const MAX_SOURCE: usize = 4096;
/// Greatest weight of one pattern.
pub(super) const MAX_WEIGHT: u32 = 10_000;

/// A pattern that is known to be well-formed.
#[derive(Debug)]
pub struct Pattern {
    source: String,
    pub(super) weight: u32,
    rescans: bool,
    compiled: OnceLock<Result<Regex, String>>,
}

impl Pattern {
    /// Checks the syntax, which costs a fraction of compiling.
    pub fn new(source: &str) -> Result<Self, String> {
        let ast = regex_syntax::ast::parse::Parser::new()
            .parse(source)
            .map_err(|error| error.kind().to_string())?;
        let weight = weigh(&ast);
        if weight > MAX_WEIGHT {
            return Err("its classes and repetitions make it too large".to_owned());
        }
        Ok(Self {
            source: source.to_owned(),
            weight,
            rescans: rescans(&ast, false),
            compiled: OnceLock::new(),
        })
    }

    /// The regular expression, compiled at the first call.
    pub(super) fn regex(&self) -> Result<&Regex, Fault> {
        let compile = || {
            let built = RegexBuilder::new(&self.source).size_limit(SIZE_LIMIT).build();
            built.map_err(|error| match error {
                regex::Error::CompiledTooBig(limit) => format!("the pattern needs more than {limit} bytes"),
                _ => "this string is not a regular expression".to_owned(),
            })
        };
        self.compiled.get_or_init(compile).as_ref().map_err(|message| Fault::Message(message.clone()))
    }

    /// Every match in a text that is not empty, in bytes of it.
    pub fn find_all(&self, text: &str, budget: &mut Budget) -> Result<Vec<Range<usize>>, Stop> {
        let find = |budget: &mut Budget| {
            self.spend_search(text.len(), budget)?;
            let mut found = Vec::new();
            for hit in self.regex()?.find_iter(text).filter(|hit| !hit.is_empty()) {
                self.spend_next(text.len() - hit.end(), budget)?;
                found.push(hit.range());
            }
            Ok(found)
        };
        find(budget).map_err(|fault: Fault| fault.at(Span::empty(0)))
    }

    /// Pays for a search through so many bytes: in the worst case each byte meets all of the pattern.
    pub(super) fn spend_search(&self, bytes: usize, budget: &mut Budget) -> Result<(), Fault> {
        budget.spend_text(bytes)?;
        budget.spend(bytes.saturating_mul(self.weight as usize) / 8)
    }

    /// Pays for the search that follows a match, with so many bytes left: some patterns read on to the end before
    /// they settle on a match, each time anew.
    pub(super) fn spend_next(&self, left: usize, budget: &mut Budget) -> Result<(), Fault> {
        budget.spend_elements(2)?;
        if self.rescans {
            budget.spend(left.saturating_mul(self.weight as usize) / 64 + left / 16)
        } else {
            Ok(())
        }
    }
}

/// Patterns that an evaluation met and that are not constants of the expression.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns {
    /// The latest last; each with whether this evaluation has paid for it.
    known: Vec<(Arc<Pattern>, bool)>,
}

impl Patterns {
    /// How many are kept.
    const KEPT: usize = 16;

    /// A new evaluation pays anew, so that what it costs does not depend on those before it.
    pub(super) fn refill(&mut self) {
        for (_, paid) in &mut self.known {
            *paid = false;
        }
    }

    /// The pattern if it is here, and whether it is paid for.
    fn take(&mut self, source: &str) -> Option<(Arc<Pattern>, bool)> {
        let at = self.known.iter().position(|(known, _)| known.source == source)?;
        Some(self.known.remove(at))
    }

    fn keep(&mut self, pattern: Arc<Pattern>) {
        if self.known.len() == Self::KEPT {
            let at = self.known.iter().position(|(_, paid)| !paid).unwrap_or(0);
            self.known.remove(at);
        }
        self.known.push((pattern, true));
    }
}

/// A pattern that is only known at run time, paid for once in an evaluation.
pub(super) fn dynamic(source: &str, budget: &mut Budget) -> Result<Arc<Pattern>, Fault> {
    if source.len() > MAX_SOURCE {
        return Err(Fault::Message(format!("a regular expression has at most {MAX_SOURCE} bytes")));
    }
    budget.spend_text(source.len())?;
    let (pattern, paid) = if let Some(known) = budget.patterns.take(source) {
        known
    } else {
        let wrong = |_| Fault::Message("this string is not a regular expression".to_owned());
        (Arc::new(Pattern::new(source).map_err(wrong)?), false)
    };
    if !paid {
        // A unit of weight takes up to a microsecond to compile.
        budget.spend(2000 + source.len() * 2 + pattern.weight as usize * 50)?;
    }
    budget.patterns.keep(pattern.clone());
    Ok(pattern)
}

/// About how many states a pattern compiles to, and how many microseconds that takes at most.
fn weigh(ast: &Ast) -> u32 {
    match ast {
        Ast::Empty(_) | Ast::Flags(_) | Ast::Assertion(_) | Ast::Literal(_) => 1,
        Ast::Dot(_) => 5,
        Ast::ClassUnicode(_) => 400,
        Ast::ClassPerl(class) => weigh_perl(&class.kind),
        Ast::ClassBracketed(class) => weigh_set(&class.kind).saturating_add(u32::from(class.negated) * 4),
        Ast::Repetition(repetition) => {
            let times = match repetition.op.kind {
                RepetitionKind::Range(
                    RepetitionRange::Exactly(times)
                    | RepetitionRange::AtLeast(times)
                    | RepetitionRange::Bounded(_, times),
                ) => times.max(1),
                _ => 1,
            };
            weigh(&repetition.ast).saturating_mul(times).saturating_add(1)
        }
        Ast::Group(group) => weigh(&group.ast).saturating_add(2),
        Ast::Alternation(alternation) => sum(alternation.asts.iter().map(weigh)),
        Ast::Concat(concat) => sum(concat.asts.iter().map(weigh)),
    }
}

fn sum(weights: impl Iterator<Item = u32>) -> u32 {
    weights.fold(1, u32::saturating_add)
}

fn weigh_perl(kind: &ClassPerlKind) -> u32 {
    match kind {
        ClassPerlKind::Digit => 60,
        ClassPerlKind::Space => 10,
        ClassPerlKind::Word => 400,
    }
}

fn weigh_set(set: &ClassSet) -> u32 {
    match set {
        ClassSet::Item(item) => weigh_item(item),
        ClassSet::BinaryOp(operation) => weigh_set(&operation.lhs).saturating_add(weigh_set(&operation.rhs)),
    }
}

fn weigh_item(item: &ClassSetItem) -> u32 {
    match item {
        ClassSetItem::Empty(_)
        | ClassSetItem::Literal(_)
        | ClassSetItem::Range(_)
        | ClassSetItem::Ascii(_) => 1,
        ClassSetItem::Unicode(_) => 400,
        ClassSetItem::Perl(class) => weigh_perl(&class.kind),
        ClassSetItem::Bracketed(class) => weigh_set(&class.kind),
        ClassSetItem::Union(union) => sum(union.items.iter().map(weigh_item)),
    }
}

/// Whether a search may read far beyond the match that it gives: an unbounded repetition is one of several ways.
fn rescans(ast: &Ast, one_of_several: bool) -> bool {
    match ast {
        Ast::Repetition(repetition) => {
            let unbounded = !matches!(
                repetition.op.kind,
                RepetitionKind::ZeroOrOne
                    | RepetitionKind::Range(RepetitionRange::Exactly(_) | RepetitionRange::Bounded(..))
            );
            unbounded && one_of_several || rescans(&repetition.ast, true)
        }
        Ast::Group(group) => rescans(&group.ast, one_of_several),
        Ast::Alternation(alternation) => alternation.asts.iter().any(|ast| rescans(ast, true)),
        Ast::Concat(concat) => concat.asts.iter().any(|ast| rescans(ast, one_of_several)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns_are_weighed() {
        let weight = |source: &str| Pattern::new(source).map(|pattern| pattern.weight);
        assert_eq!(weight("abc"), Ok(4));
        assert!(weight("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$").is_ok_and(|weight| weight < 300));
        assert!(weight(r"\w{100}").is_err() && weight("((a{100}){100}){100}").is_err());
        assert!(weight("(").is_err());
    }

    #[test]
    fn patterns_that_read_on_are_known() {
        let rescans = |source: &str| Pattern::new(source).is_ok_and(|pattern| pattern.rescans);
        assert!(rescans("[a-z]*1|a") && rescans("a([a-z]*1)?"));
        assert!(!rescans("[0-9]+") && !rescans("x.*y") && !rescans("(a|b){3}"));
    }
}
