//! The lines of a makefile: which assign, which begin rules, which are recipes, and which only steer `make`.

use memchr::{memchr, memchr_iter};
use std::collections::HashMap;
use std::ops::Range;

/// The longest value that `+=` may make.
const LONGEST: usize = 16 * 1024;

/// A makefile taken apart; ranges are bytes of its text.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub rules: Vec<Draft>,
    pub variables: HashMap<Box<str>, Variable>,
    /// What `include` names.
    pub includes: Vec<Range<usize>>,
    /// Text outside recipes that may run something when it is expanded.
    pub loose: Vec<Range<usize>>,
    /// Commands behind `!=`.
    pub assigned_output: Vec<Range<usize>>,
    /// Whether all lines of a recipe run in one shell.
    pub one_shell: bool,
    /// What a line of a recipe begins with; a tab where nothing else is said.
    pub prefix: Option<char>,
}

/// A rule as written.
#[derive(Debug)]
pub(super) struct Draft {
    pub targets: Range<usize>,
    pub prerequisites: Range<usize>,
    pub order_only: Range<usize>,
    /// The lines of its recipe, without prefixes; continuation lines in them.
    pub recipes: Vec<Range<usize>>,
}

/// A variable as the whole file gives it.
#[derive(Debug)]
pub(super) struct Variable {
    pub value: Value,
    /// Whether this is the only value it can have: not where the environment comes first, a target has its own, or assignments differ.
    pub only: bool,
    /// Whether nothing but `?=` gave it.
    weak: bool,
}

/// What a variable is given.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A text, its references not yet replaced.
    Text(String),
    /// The lines between `define` and `endef`.
    Lines(Vec<Range<usize>>),
    /// Something that only a run can tell.
    Unknown,
}

/// How an assignment gives its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Set,
    Default,
    Append,
    Output,
}

/// Takes a makefile apart.
pub(super) fn read(text: &str) -> Lines {
    let mut reader = Reader { text, at: 0, in_rule: false, lines: Lines::default() };
    if text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    while let Some(line) = reader.next() {
        reader.line(line);
    }
    reader.lines
}

impl Lines {
    /// The value of `.DEFAULT_GOAL`.
    pub fn default_goal(&self) -> Option<Box<str>> {
        self.plain(".DEFAULT_GOAL").filter(|goal| !goal.is_empty()).map(Into::into)
    }

    /// The value of `SHELL`.
    pub fn shell(&self) -> Option<Box<str>> {
        self.plain("SHELL").map(Into::into)
    }

    fn plain(&self, name: &str) -> Option<&str> {
        match &self.variables.get(name)?.value {
            Value::Text(text) if !text.contains('$') => Some(text.trim()),
            _ => None,
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    in_rule: bool,
    lines: Lines,
}

impl Reader<'_> {
    /// The next line with its continuation lines, without its line break.
    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        if start >= self.text.len() {
            return None;
        }
        let bytes = self.text.as_bytes();
        loop {
            let end = memchr(b'\n', &bytes[self.at..]).map_or(bytes.len(), |found| self.at + found);
            self.at = (end + 1).min(bytes.len());
            let line = self.text[start..end].trim_end_matches('\r');
            let slashes = line.len() - line.trim_end_matches('\\').len();
            if slashes.is_multiple_of(2) || end == bytes.len() {
                return Some(start..start + line.len());
            }
        }
    }

    fn line(&mut self, line: Range<usize>) {
        let text = &self.text[line.clone()];
        let prefix = self.lines.prefix.unwrap_or('\t');
        if self.in_rule && text.starts_with(prefix) {
            let recipe = line.start + prefix.len_utf8()..line.end;
            self.recipe(recipe);
            return;
        }
        let line = trimmed(self.text, without_comment(self.text, line));
        let content = &self.text[line.clone()];
        let word = content.split([' ', '\t']).next().unwrap_or_default();
        let rest = trimmed(self.text, line.start + word.len()..line.end);
        match word {
            "" => {}
            "ifeq" | "ifneq" | "ifdef" | "ifndef" | "else" | "endif" | "vpath" | "unexport" | "undefine" => {
                self.loose(line);
            }
            "include" | "-include" | "sinclude" => {
                self.loose(rest.clone());
                self.lines.includes.push(rest);
            }
            "define" => self.define(rest),
            "export" | "override" | "private" if !starts_operator(&self.text[rest.clone()]) => {
                if self.text[rest.clone()].starts_with("define ") {
                    self.define(trimmed(self.text, rest.start + "define".len()..rest.end));
                } else if let Some(sign) = first_sign(self.text, rest.clone())
                    && sign.operator.is_some()
                {
                    self.statement(rest);
                }
            }
            _ => self.statement(line),
        }
    }

    /// An assignment or the head of a rule.
    fn statement(&mut self, line: Range<usize>) {
        let Some(sign) = first_sign(self.text, line.clone()) else { return self.loose(line) };
        let before = trimmed(self.text, line.start..sign.range.start);
        let after = sign.range.end..line.end;
        if let Some(operator) = sign.operator {
            self.in_rule = false;
            self.assign(before, operator, after, true);
            return;
        }
        self.loose(before.clone());
        if let Some(own) = first_sign(self.text, after.clone()).filter(|own| own.operator.is_some()) {
            let name = trimmed(self.text, after.start..own.range.start);
            let name = ["export ", "override ", "private "].iter().fold(name, |name, word| {
                let skipped = if self.text[name.clone()].starts_with(word) { word.len() } else { 0 };
                trimmed(self.text, name.start + skipped..name.end)
            });
            if let Some(operator) =
                own.operator.filter(|_| !self.text[name.clone()].contains([' ', '\t', ';']))
            {
                self.assign(name, operator, own.range.end..after.end, false);
                return;
            }
        }
        let semicolon = top_level(self.text, after.clone(), |byte| byte == b';');
        let mut head = after.start..semicolon.unwrap_or(after.end);
        // `targets: pattern: prerequisites`
        if let Some(colon) = top_level(self.text, head.clone(), |byte| byte == b':') {
            head.start = colon + 1;
        }
        self.loose(head.clone());
        let bar = top_level(self.text, head.clone(), |byte| byte == b'|');
        self.in_rule = true;
        self.lines.one_shell |= &self.text[before.clone()] == ".ONESHELL";
        self.lines.rules.push(Draft {
            targets: before,
            prerequisites: head.start..bar.unwrap_or(head.end),
            order_only: bar.map_or(head.end, |bar| bar + 1)..head.end,
            recipes: Vec::new(),
        });
        if let Some(semicolon) = semicolon {
            self.recipe(semicolon + 1..line.end);
        }
    }

    fn recipe(&mut self, range: Range<usize>) {
        let range = past_prefixes(self.text, range);
        if let Some(rule) = self.lines.rules.last_mut() {
            rule.recipes.push(range);
        }
    }

    fn loose(&mut self, range: Range<usize>) {
        if memchr(b'$', self.text[range.clone()].as_bytes()).is_some() {
            self.lines.loose.push(range);
        }
    }

    fn assign(&mut self, name: Range<usize>, operator: Operator, value: Range<usize>, everywhere: bool) {
        let value = trimmed(self.text, value);
        let name = &self.text[name];
        if operator == Operator::Output {
            self.lines.assigned_output.push(value.clone());
            self.give(name, operator, Value::Unknown, everywhere);
            return;
        }
        self.loose(value.clone());
        let joined = joined(&self.text[value]);
        if name == ".RECIPEPREFIX" {
            self.lines.prefix = joined.chars().next();
        }
        self.give(name, operator, Value::Text(joined), everywhere);
    }

    fn give(&mut self, name: &str, operator: Operator, value: Value, everywhere: bool) {
        let Some(known) = self.lines.variables.get_mut(name) else {
            let weak = operator == Operator::Default;
            let variable = Variable { value, only: everywhere && !weak, weak };
            self.lines.variables.insert(name.into(), variable);
            return;
        };
        match operator {
            // It holds only where nothing else gives a value.
            Operator::Default => known.only &= known.value == value || !known.weak,
            Operator::Append => match (&mut known.value, value) {
                (Value::Text(text), Value::Text(more)) if text.len() + more.len() < LONGEST => {
                    text.push(' ');
                    text.push_str(&more);
                }
                (known, _) => *known = Value::Unknown,
            },
            Operator::Set | Operator::Output => {
                known.only = everywhere && (known.weak || (known.only && known.value == value));
                known.weak = false;
                known.value = value;
            }
        }
    }

    /// `define NAME` to `endef`; definitions in it are lines of it.
    fn define(&mut self, head: Range<usize>) {
        self.in_rule = false;
        let name = self.text[head].trim_end_matches(['=', ':', '?', '+', ' ', '\t']);
        let mut lines = Vec::new();
        let mut depth = 1;
        while let Some(line) = self.next() {
            let content = self.text[line.clone()].trim();
            match content.split([' ', '\t']).next() {
                Some("define") => depth += 1,
                Some("endef") => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            lines.push(past_prefixes(self.text, line));
        }
        self.give(name, Operator::Set, Value::Lines(lines), true);
    }
}

/// The first `:` or `=` of a line that stands in no reference, and whether it assigns.
struct Sign {
    range: Range<usize>,
    operator: Option<Operator>,
}

fn first_sign(text: &str, line: Range<usize>) -> Option<Sign> {
    let at = top_level(text, line.clone(), |byte| matches!(byte, b':' | b'='))?;
    let rest = &text[at..line.end];
    if rest.starts_with('=') {
        let (start, operator) = match text.as_bytes()[line.start..at].last() {
            Some(b'?') => (at - 1, Operator::Default),
            Some(b'+') => (at - 1, Operator::Append),
            Some(b'!') => (at - 1, Operator::Output),
            _ => (at, Operator::Set),
        };
        return Some(Sign { range: start..at + 1, operator: Some(operator) });
    }
    let colons = rest.len() - rest.trim_start_matches(':').len();
    if colons <= 3 && rest[colons..].starts_with('=') {
        return Some(Sign { range: at..at + colons + 1, operator: Some(Operator::Set) });
    }
    // `&:` names targets that are made together.
    let start = if text[line.start..at].ends_with('&') { at - 1 } else { at };
    Some(Sign { range: start..at + colons.min(2), operator: None })
}

/// Whether what stands behind a word makes the word the name of a variable: `export = x`.
fn starts_operator(rest: &str) -> bool {
    rest.trim_start_matches(['?', '+', '!', ':']).starts_with('=')
}

/// The first byte that stands in no reference and is sought.
fn top_level(text: &str, range: Range<usize>, sought: impl Fn(u8) -> bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut at = range.start;
    while at < range.end {
        match bytes[at] {
            b'$' if matches!(bytes.get(at + 1), Some(b'(' | b'{')) => {
                depth += 1;
                at += 1;
            }
            b'(' | b'{' if depth > 0 => depth += 1,
            b')' | b'}' if depth > 0 => depth -= 1,
            byte if depth == 0 && sought(byte) => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// A line without the comment that ends it; `\#` is none.
fn without_comment(text: &str, line: Range<usize>) -> Range<usize> {
    let content = &text[line.clone()];
    let comment = memchr_iter(b'#', content.as_bytes()).find(|&at| {
        let slashes = at - content[..at].trim_end_matches('\\').len();
        slashes.is_multiple_of(2)
    });
    line.start..comment.map_or(line.end, |at| line.start + at)
}

/// A range without white space at its ends; line breaks of continuation lines count as such.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let range = range.start.min(range.end)..range.end;
    let content = &text[range.clone()];
    let start = range.start + (content.len() - content.trim_start().len());
    start..(range.start + content.trim_end().len()).max(start)
}

/// A line of a recipe without white space and `@`, `-`, `+` before it.
fn past_prefixes(text: &str, range: Range<usize>) -> Range<usize> {
    let range = range.start.min(range.end)..range.end;
    let content = text[range.clone()].trim_start_matches(['@', '-', '+', ' ', '\t']);
    range.end - content.len()..range.end
}

/// A value in one line: a continuation is a space.
fn joined(value: &str) -> String {
    if !value.contains('\n') {
        return value.to_owned();
    }
    let mut joined = String::with_capacity(value.len());
    for line in value.split('\n') {
        let line = line.trim();
        let line = line.strip_suffix('\\').unwrap_or(line).trim_end();
        if !joined.is_empty() && !line.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    joined
}
