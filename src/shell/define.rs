//! What a script gives names to: variables, aliases, and functions that run their arguments.

use super::command::base;
use super::mask::UNKNOWN;
use super::syntax::{Assignment, Invocation, Piece, PieceKind, Script, Syntax};
use super::wrapper::{self, Takes, Wrapper};
use std::collections::HashMap;

/// Longest value that is followed: more is no name and options of a command.
const LONGEST: usize = 2048;

/// The names that hold in a script, and in the scripts around it.
#[derive(Default)]
pub(super) struct Definitions<'p> {
    outer: Option<&'p Definitions<'p>>,
    variables: HashMap<Box<str>, Values>,
    aliases: HashMap<Box<str>, String>,
    forwards: HashMap<Box<str>, Forward>,
    /// Bytes that values of other variables may still add, so that doubling has an end.
    left: usize,
}

/// The values that a variable is given, with their places, in order.
#[derive(Default)]
struct Values {
    given: Vec<(u32, Value)>,
    /// Whether they differ.
    differ: bool,
}

/// A value of a variable; [`UNKNOWN`] stands in it for what only a run can tell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A string.
    Text(String),
    /// A list.
    List(Vec<String>),
    /// One of these after the other, in a loop.
    Each(Vec<String>),
}

/// A function that runs its arguments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forward {
    /// How many arguments stand before the command.
    pub skip: usize,
    /// Whether a shell reads them as text.
    pub text: bool,
}

impl<'p> Definitions<'p> {
    /// Collects what a script defines.
    pub(super) fn new(script: &Script, text: &str, outer: Option<&'p Definitions<'p>>) -> Self {
        let mut definitions = Self { outer, left: 4 * LONGEST + text.len(), ..Self::default() };
        for assignment in &script.assignments {
            definitions.assign(script, text, assignment);
        }
        for invocation in &script.invocations {
            definitions.alias(script, text, invocation);
            definitions.fall_back(script, text, invocation);
        }
        if !script.functions.is_empty() {
            // Twice: a function may hand its arguments to one that is defined below it.
            definitions.forward(script, text);
            definitions.forward(script, text);
        }
        definitions
    }

    /// The value a variable has at an offset, and whether it is the only one it is ever given.
    pub(super) fn variable(&self, name: &str, at: u32) -> Option<(&Value, bool)> {
        let Some(values) = self.variables.get(name) else { return self.outer?.variable(name, u32::MAX) };
        let before = values.given.partition_point(|(given, _)| *given < at);
        let (_, value) = values.given.get(before.saturating_sub(1))?;
        Some((value, !values.differ))
    }

    /// What an alias stands for.
    pub(super) fn alias_of(&self, name: &str) -> Option<&str> {
        match self.aliases.get(name) {
            Some(text) => Some(text),
            None => self.outer?.alias_of(name),
        }
    }

    /// How a function runs its arguments, if it does.
    pub(super) fn forward_of(&self, name: &str) -> Option<Forward> {
        match self.forwards.get(name) {
            Some(&forward) => Some(forward),
            None => self.outer?.forward_of(name),
        }
    }

    /// The text of a word as far as the values of variables are known, and whether they are the only ones.
    pub(super) fn text_of(&self, script: &Script, text: &str, word: &Syntax) -> (String, bool) {
        let mut known = String::new();
        let mut certain = true;
        for piece in script.pieces(word) {
            match &piece.kind {
                PieceKind::Verbatim => known.push_str(piece.span.of(text)),
                PieceKind::Cooked(cooked) => known.push_str(cooked),
                PieceKind::Variable { name, all: false, default, .. } => {
                    match (self.variable(name, piece.span.start), default) {
                        (Some((Value::Text(value), only)), _) if known.len() + value.len() <= LONGEST => {
                            known.push_str(value);
                            certain &= only;
                        }
                        // Whoever runs the script may give it another one.
                        (None, Some(default)) => {
                            known.push_str(default);
                            certain = false;
                        }
                        _ => known.push(UNKNOWN),
                    }
                }
                PieceKind::Output => match located(piece.span.of(text)) {
                    Some(name) => known.push_str(name),
                    None => known.push(UNKNOWN),
                },
                PieceKind::Variable { .. } => known.push(UNKNOWN),
            }
        }
        (known, certain)
    }

    fn assign(&mut self, script: &Script, text: &str, assignment: &Assignment) {
        let mut certain = true;
        let mut element = |index: u32| {
            let (known, only) = self.text_of(script, text, script.word(index));
            certain &= only;
            // What is longer than it is written took from other variables.
            let added = known.len().saturating_sub(script.word(index).span.len() as usize);
            if known.len() > LONGEST || added > self.left {
                return UNKNOWN.to_string();
            }
            self.left -= added;
            known
        };
        let mut value = if assignment.each {
            Value::Each(assignment.words.clone().map(&mut element).collect())
        } else if assignment.list {
            Value::List(assignment.words.clone().map(&mut element).collect())
        } else {
            Value::Text(assignment.words.clone().next().map(&mut element).unwrap_or_default())
        };
        let values = self.variables.entry(assignment.name.clone()).or_default();
        if assignment.append {
            // What grows is no other value: it stays the only one.
            value = match (values.given.pop().map(|(_, before)| before), value) {
                (Some(Value::List(mut list)), Value::List(more)) if list.len() + more.len() < LONGEST => {
                    list.extend(more);
                    Value::List(list)
                }
                (Some(Value::Text(mut text)), Value::Text(more)) if text.len() + more.len() < LONGEST => {
                    text.push_str(&more);
                    Value::Text(text)
                }
                (None, value) => value,
                _ => Value::Text(UNKNOWN.to_string()),
            };
        }
        values.differ |= !certain || values.given.last().is_some_and(|(_, last)| *last != value);
        values.given.push((assignment.at, value));
    }

    fn alias(&mut self, script: &Script, text: &str, invocation: &Invocation) {
        let mut words = invocation.words.clone().map(|index| script.word(index));
        if words.next().is_none_or(|name| name.span.of(text) != "alias") {
            return;
        }
        for word in words {
            let (known, _) = self.text_of(script, text, word);
            if let Some((name, value)) = known.split_once('=') {
                self.aliases.insert(name.into(), value.to_owned());
            }
        }
    }

    /// `: "${KUBECTL:=kubectl}"` gives a variable the value that it has unless somebody else gave it one.
    fn fall_back(&mut self, script: &Script, text: &str, invocation: &Invocation) {
        let mut words = invocation.words.clone().map(|index| script.word(index));
        if words.next().is_none_or(|name| name.span.of(text) != ":") {
            return;
        }
        for word in words {
            if let [Piece { kind: PieceKind::Variable { name, default: Some(default), .. }, span, .. }] =
                script.pieces(word)
                && !self.variables.contains_key(name)
            {
                let given = vec![(span.start, Value::Text(default.to_string()))];
                self.variables.insert(name.clone(), Values { given, differ: true });
            }
        }
    }

    /// Finds the functions that run `"$@"`, themselves or by another command.
    fn forward(&mut self, script: &Script, text: &str) {
        let mut shifts: HashMap<u32, usize> = HashMap::new();
        let mut renamed: HashMap<(u32, &str), usize> = HashMap::new();
        let mut assignments = script.assignments.iter().peekable();
        for invocation in &script.invocations {
            // Both lists are in order, and so are the words they share.
            while let Some(assignment) = assignments.next_if(|next| next.words.start < invocation.words.start)
            {
                if let Some(function) = assignment.function.filter(|_| !assignment.each)
                    && let Some(piece) = assignment.words.clone().next().and_then(|index| only(script, index))
                    && let Some(skip) = arguments(piece, true)
                {
                    let shifted = shifts.get(&function).copied().unwrap_or(0);
                    renamed.insert((function, &assignment.name), shifted + skip);
                }
            }
            let Some(function) = invocation.function else { continue };
            let shifted = shifts.entry(function).or_default();
            let name = base(script.word(invocation.words.start).span.of(text));
            if name == "shift" {
                let count = invocation.words.clone().nth(1).map(|index| script.word(index).span.of(text));
                *shifted += count.map_or(1, |count| count.parse().unwrap_or(1).min(16));
                continue;
            }
            let ways = wrapper::wrappers(name);
            let reads = ways.iter().any(|way| matches!(way.takes, Takes::Shell | Takes::Text(_)));
            let given = invocation.words.clone().enumerate().find_map(|(at, index)| {
                let piece = only(script, index)?;
                let under = match &piece.kind {
                    PieceKind::Variable { name, .. } => renamed.get(&(function, &**name)).copied(),
                    _ => None,
                };
                let skip = under.or_else(|| Some(*shifted + arguments(piece, reads)?))?;
                Some((at, skip))
            });
            let Some((at, skip)) = given else { continue };
            let between =
                invocation.words.clone().take(at).skip(1).map(|index| script.word(index).span.of(text));
            let runs = at == 0
                || self.forwards.contains_key(name)
                || ways.iter().any(|way| only_options(between.clone(), way));
            let function = &script.functions[function as usize];
            if runs && !self.forwards.contains_key(function) {
                let text = at > 0 && (reads || self.forwards.get(name).is_some_and(|forward| forward.text));
                self.forwards.insert(function.clone(), Forward { skip, text });
            }
        }
    }
}

/// The program whose path a substitution gives: `$(which kubectl)`, `$(command -v kubectl)`.
fn located(substitution: &str) -> Option<&str> {
    let inner = substitution.strip_prefix("$(").and_then(|inner| inner.strip_suffix(')'));
    let inner = inner.or_else(|| substitution.strip_prefix('`')?.strip_suffix('`'))?;
    let mut words = inner.split_ascii_whitespace();
    match (words.next()?, words.next()?) {
        ("which", name) => Some(name),
        ("command", "-v") | ("type", "-P" | "-p") => words.next(),
        _ => None,
    }
    .filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte)))
}

/// The piece of a word that consists of one.
fn only(script: &Script, index: u32) -> Option<&Piece> {
    match script.pieces(script.word(index)) {
        [piece] => Some(piece),
        _ => None,
    }
}

/// Whether the words between a wrapper and `"$@"` are its own options and operands, so that the arguments are the command.
fn only_options<'t>(mut words: impl Iterator<Item = &'t str>, way: &Wrapper) -> bool {
    let mut operands = 0;
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            operands += usize::from(!word.contains('='));
        } else if way.takes_value(word) {
            words.next();
        }
    }
    match way.takes {
        Takes::Command(most) | Takes::Text(most) => operands <= most,
        Takes::Shell => operands == 0,
        _ => false,
    }
}

/// How many arguments a piece passes over when it stands for all the others, or for one that is read as text.
fn arguments(piece: &Piece, one: bool) -> Option<usize> {
    let PieceKind::Variable { name, skip, .. } = &piece.kind else { return None };
    match &**name {
        "@" | "*" => Some(*skip as usize),
        _ if one => {
            name.parse::<usize>().ok().filter(|number| (1..=9).contains(number)).map(|number| number - 1)
        }
        _ => None,
    }
}
