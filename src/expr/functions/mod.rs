//! The function library: one table of what there is, and a file for each family of functions.
//!
//! A new function is one entry in `table.rs` and the Rust function that it names.

mod convert;
mod deployment;
mod encode;
mod format;
mod kubernetes;
mod list;
mod math;
mod network;
mod optional;
mod pattern;
mod sets;
mod table;
mod text;
mod time;

use super::pattern::Pattern;
use super::program::{Budget, Fault};
use super::value::{Object, Text, Type, Value};
use super::view::{View, article};
pub use encode::decoded as base64_decoded;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Write};
use std::ops::RangeInclusive;
use std::sync::Arc;
pub(super) use table::MACROS;
pub use table::MacroDoc;
pub(super) use time::{duration_of, timestamp_of};

/// Most arguments that a function takes, its receiver counted; what takes any number of them takes a list.
pub(super) const MAX_ARITY: usize = 4;

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `size(x)`
    Plain,
    /// `x.trim()`
    Method,
    /// Either way.
    Both,
}

/// A set of types, one bit for each.
pub(super) type Kinds = u16;

/// The types that arguments are told apart by.
pub(super) mod kinds {
    use super::Kinds;

    pub const BOOL: Kinds = 1;
    pub const INT: Kinds = 1 << 1;
    pub const UINT: Kinds = 1 << 2;
    pub const DOUBLE: Kinds = 1 << 3;
    pub const STR: Kinds = 1 << 4;
    pub const BYTES: Kinds = 1 << 5;
    pub const LIST: Kinds = 1 << 6;
    pub const MAP: Kinds = 1 << 7;
    pub const TYPE: Kinds = 1 << 8;
    /// A value of a library: a timestamp, an address and their like.
    pub const OBJECT: Kinds = 1 << 9;
    pub const OPTIONAL: Kinds = 1 << 10;
    pub const NULL: Kinds = 1 << 11;
    pub const NUMBER: Kinds = INT | UINT | DOUBLE;
    /// Everything but null.
    pub const ANY: Kinds = NULL - 1;
    /// Everything: the function has an answer of its own for null.
    pub const RAW: Kinds = ANY | NULL;
    /// A string that is a regular expression; a constant one is checked when the rule loads.
    pub const PATTERN: Kinds = STR | IS_PATTERN;
    /// A string as it is written: also where a workflow expression stands in it, so that the whole of it is not known.
    pub const SCRIPT: Kinds = STR | AS_WRITTEN;
    pub(in super::super) const AS_WRITTEN: Kinds = 1 << 13;
    /// One such value, several, or a list of them.
    pub const MANY: Kinds = 1 << 14;
    pub(in super::super) const IS_PATTERN: Kinds = 1 << 15;

    /// The names of the types in a set, for messages and the reference.
    pub(in super::super) fn names(kinds: Kinds) -> Vec<&'static str> {
        const NAMES: [&str; 11] =
            ["bool", "int", "uint", "double", "string", "bytes", "list", "map", "type", "object", "optional"];
        if kinds & ANY == ANY {
            return vec!["any"];
        }
        (0..).zip(NAMES).filter(|(bit, _)| kinds & (1 << bit) != 0).map(|(_, name)| name).collect()
    }
}

type Run = for<'a> fn(&Call<'_, 'a>, &mut Budget) -> Result<Value<'a>, Fault>;

/// A function of the library.
pub(super) struct Function {
    pub name: &'static str,
    pub style: Style,
    /// What it must be given, the receiver first.
    needs: &'static [Kinds],
    /// What it may be given behind that.
    may: &'static [Kinds],
    pub gives: Type,
    run: Run,
    doc: &'static str,
    example: &'static str,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Function {
    /// All functions of this name, which differ in how they are called; `namespace` is what stands before a dot.
    pub(super) fn named(namespace: Option<&str>, name: &str) -> &'static [Function] {
        let all = table::FUNCTIONS;
        let order = |function: &Function| match namespace {
            None => function.name.cmp(name),
            Some(space) => {
                function.name.bytes().cmp(space.bytes().chain(std::iter::once(b'.')).chain(name.bytes()))
            }
        };
        let start = all.partition_point(|function| order(function) == Ordering::Less);
        let count = all[start..].iter().take_while(|function| order(function) == Ordering::Equal).count();
        &all[start..start + count]
    }

    /// The names of all functions.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        table::FUNCTIONS.iter().map(|function| function.name)
    }

    /// Number of arguments, the receiver counted.
    pub(super) fn arity(&self) -> RangeInclusive<usize> {
        self.needs.len()..=self.needs.len() + self.may.len()
    }

    /// Whether it takes any number of arguments as one list.
    pub(super) fn is_variadic(&self) -> bool {
        matches!(self.needs, [kinds] if kinds & kinds::MANY != 0)
    }

    /// The types of an argument.
    pub(super) fn takes(&self, at: usize) -> Kinds {
        self.needs.iter().chain(self.may).nth(at).copied().unwrap_or(kinds::RAW)
    }

    /// How it is called, for the reference.
    fn call(&self) -> String {
        let shown = |kinds: &Kinds| kinds::names(*kinds).join("|");
        let needs: Vec<_> = self.needs.iter().map(shown).collect();
        let mut out = String::new();
        let args = match (self.style, needs.split_first()) {
            (Style::Method, Some((receiver, args))) => {
                out.push_str(receiver);
                out.push('.');
                args
            }
            _ => &needs[..],
        };
        // Writing to a `String` cannot fail.
        let _ = write!(out, "{}({}", self.name, args.join(", "));
        if self.is_variadic() {
            out.push_str(", …");
        }
        for (at, kinds) in self.may.iter().enumerate() {
            let comma = if at == 0 && args.is_empty() { "" } else { ", " };
            let _ = write!(out, "[{comma}{}", shown(kinds));
        }
        out.push_str(&"]".repeat(self.may.len()));
        out.push(')');
        out
    }
}

/// What the reference says of a function.
#[derive(Clone, Debug)]
pub struct FunctionDoc {
    /// Its name; a namespace stands before a dot.
    pub name: &'static str,
    /// How it is called: `string.split(string[, int])`.
    pub call: String,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// An expression that is true.
    pub example: &'static str,
}

/// Every function of the library, by name.
pub fn functions() -> impl Iterator<Item = FunctionDoc> {
    table::FUNCTIONS.iter().map(|function| FunctionDoc {
        name: function.name,
        call: function.call(),
        doc: function.doc,
        example: function.example,
    })
}

/// Every macro, by name.
pub fn macros() -> &'static [MacroDoc] {
    MACROS
}

/// Runs a function. The receiver is the first argument.
pub(super) fn call<'a>(
    function: &'static Function,
    args: &[Value<'a>],
    pattern: Option<&Arc<Pattern>>,
    budget: &mut Budget,
) -> Result<Value<'a>, Fault> {
    budget.spend(1)?;
    let call = Call { function, args, pattern };
    let mut null = false;
    for (at, arg) in args.iter().enumerate() {
        let view = arg.view(budget);
        if let View::Unknown = view {
            if function.takes(at) & kinds::AS_WRITTEN != 0 && arg.to_text().is_some() {
                continue;
            }
            return Ok(Value::Unknown);
        }
        let kind = view.kind();
        if function.takes(at) & kind == 0 {
            if kind == kinds::NULL && !budget.is_strict() {
                null = true;
            } else {
                return Err(call.wrong(at, budget));
            }
        }
    }
    if null { Ok(Value::Null) } else { (function.run)(&call, budget) }
}

/// A call at work: its arguments have the types that the table asks for.
pub(super) struct Call<'c, 'a> {
    function: &'static Function,
    pub args: &'c [Value<'a>],
    pattern: Option<&'c Arc<Pattern>>,
}

impl<'a> Call<'_, 'a> {
    /// The function's name.
    pub(super) fn name(&self) -> &'static str {
        self.function.name
    }

    /// The fault of an argument that has the wrong type.
    pub(super) fn wrong(&self, at: usize, budget: &Budget) -> Fault {
        let found = self.args[at].view(budget).type_name();
        Fault::Message(format!("`{}` cannot take {}", self.function.name, article(found)))
    }

    /// A fault in the name of the function.
    pub(super) fn fault(&self, what: impl fmt::Display) -> Fault {
        Fault::Message(format!("`{}` {what}", self.function.name))
    }

    /// A string argument with its place.
    pub(super) fn text(&self, at: usize, budget: &Budget) -> Result<Text<'a>, Fault> {
        self.args.get(at).and_then(Value::to_text).ok_or_else(|| self.wrong(at, budget))
    }

    /// The characters of a string argument.
    pub(super) fn str(&self, at: usize, budget: &Budget) -> Result<Cow<'_, str>, Fault> {
        match self.args[at].view(budget) {
            View::Str(text) => Ok(text),
            _ => Err(self.wrong(at, budget)),
        }
    }

    /// An integer argument, if it is given.
    pub(super) fn int(&self, at: usize, budget: &Budget) -> Result<Option<i64>, Fault> {
        match self.args.get(at).map(|arg| arg.view(budget)) {
            None => Ok(None),
            Some(View::Int(value)) => Ok(Some(value)),
            Some(_) => Err(self.wrong(at, budget)),
        }
    }

    /// The elements of a list argument, paid for.
    pub(super) fn elements(&self, at: usize, budget: &mut Budget) -> Result<Vec<Value<'a>>, Fault> {
        budget.spend_elements(self.args[at].count())?;
        Ok(self.args[at].elements())
    }

    /// A value of a library.
    pub(super) fn object<T: Object>(&self, at: usize, budget: &Budget) -> Result<&T, Fault> {
        match &self.args[at] {
            Value::Object(object) => object.as_any().downcast_ref(),
            _ => None,
        }
        .ok_or_else(|| self.wrong(at, budget))
    }

    /// The pattern that the second argument is.
    pub(super) fn pattern(&self, budget: &mut Budget) -> Result<Arc<Pattern>, Fault> {
        match self.pattern {
            Some(pattern) => Ok(pattern.clone()),
            None => super::pattern::dynamic(&self.str(1, budget)?, budget),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{functions, macros, table};
    use crate::expr::{Budget, Mode, Scope, Value, compile};

    #[test]
    fn the_table_is_sorted_by_name() {
        for pair in table::FUNCTIONS.windows(2) {
            let differ = pair[0].name < pair[1].name || pair[0].style != pair[1].style;
            assert!(pair[0].name <= pair[1].name && differ, "{:?} {:?}", pair[0], pair[1]);
        }
        assert!(macros().is_sorted_by_key(|known| known.name));
    }

    #[test]
    fn every_example_is_true() {
        let examples =
            functions().map(|known| known.example).chain(macros().iter().map(|known| known.example));
        for example in examples {
            for mode in [Mode::Lenient, Mode::Strict] {
                let scope = Scope::default().with_mode(mode);
                let program = compile(example, &scope).unwrap_or_else(|p| panic!("{example}: {p:?}"));
                let found = program.evaluate(&[], &mut Budget::default());
                assert!(matches!(found, Ok(Value::Bool(true))), "{mode:?} {example}: {found:?}");
            }
        }
    }

    #[test]
    fn functions_say_how_they_are_called() {
        let call = |name: &str| functions().find(|known| known.name == name).map(|known| known.call);
        assert_eq!(call("split").as_deref(), Some("string.split(string[, int])"));
        assert_eq!(call("join").as_deref(), Some("list.join([string])"));
        assert_eq!(call("size").as_deref(), Some("size(string|bytes|list|map)"));
    }
}
