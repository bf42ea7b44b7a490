//! The function library: one table of signatures, one place that runs them.

#![allow(clippy::cast_possible_wrap)] // lengths of strings and lists in memory fit an `i64`

use super::compare::{self, Order};
use super::eval::Tri;
use super::parse::Operator;
use super::pattern::{self, Pattern};
use super::program::{Budget, Fault};
use super::text::{self, article};
use super::value::{Text, Value};
use super::view::View;
use super::{arithmetic, numbers};
use crate::yaml::Kind;
use std::cmp::Ordering;
use std::ops::RangeInclusive;
use std::rc::Rc;

/// Most arguments that a function takes, its receiver counted.
pub(super) const MAX_ARITY: usize = 4;

/// A function of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Bool,
    Bytes,
    CharAt,
    Contains,
    Distinct,
    Double,
    Dyn,
    EndsWith,
    Find,
    FindAll,
    Flatten,
    HasValue,
    IndexOf,
    Int,
    IsSorted,
    Join,
    LastIndexOf,
    LowerAscii,
    Matches,
    Max,
    Min,
    OptionalNone,
    OptionalOf,
    OptionalOfNonZero,
    Or,
    OrValue,
    Replace,
    Reverse,
    Size,
    Sort,
    Split,
    StartsWith,
    String,
    Substring,
    Sum,
    Trim,
    Type,
    Uint,
    UpperAscii,
    Value,
}

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

/// What a call must look like.
pub(super) struct Signature {
    pub name: &'static str,
    pub function: Function,
    pub style: Style,
    /// Number of arguments, the receiver counted.
    pub arity: RangeInclusive<usize>,
}

const fn signature(
    name: &'static str,
    function: Function,
    style: Style,
    least: usize,
    most: usize,
) -> Signature {
    Signature { name, function, style, arity: least..=most }
}

/// Every function, by name.
pub(super) const SIGNATURES: &[Signature] = &[
    signature("bool", Function::Bool, Style::Plain, 1, 1),
    signature("bytes", Function::Bytes, Style::Plain, 1, 1),
    signature("charAt", Function::CharAt, Style::Method, 2, 2),
    signature("contains", Function::Contains, Style::Method, 2, 2),
    signature("distinct", Function::Distinct, Style::Method, 1, 1),
    signature("double", Function::Double, Style::Plain, 1, 1),
    signature("dyn", Function::Dyn, Style::Plain, 1, 1),
    signature("endsWith", Function::EndsWith, Style::Method, 2, 2),
    signature("find", Function::Find, Style::Method, 2, 2),
    signature("findAll", Function::FindAll, Style::Method, 2, 3),
    signature("flatten", Function::Flatten, Style::Method, 1, 2),
    signature("hasValue", Function::HasValue, Style::Method, 1, 1),
    signature("indexOf", Function::IndexOf, Style::Method, 2, 3),
    signature("int", Function::Int, Style::Plain, 1, 1),
    signature("isSorted", Function::IsSorted, Style::Method, 1, 1),
    signature("join", Function::Join, Style::Method, 1, 2),
    signature("lastIndexOf", Function::LastIndexOf, Style::Method, 2, 3),
    signature("lowerAscii", Function::LowerAscii, Style::Method, 1, 1),
    signature("matches", Function::Matches, Style::Both, 2, 2),
    signature("max", Function::Max, Style::Method, 1, 1),
    signature("min", Function::Min, Style::Method, 1, 1),
    signature("optional.none", Function::OptionalNone, Style::Plain, 0, 0),
    signature("optional.of", Function::OptionalOf, Style::Plain, 1, 1),
    signature("optional.ofNonZeroValue", Function::OptionalOfNonZero, Style::Plain, 1, 1),
    signature("or", Function::Or, Style::Method, 2, 2),
    signature("orValue", Function::OrValue, Style::Method, 2, 2),
    signature("replace", Function::Replace, Style::Method, 3, 4),
    signature("reverse", Function::Reverse, Style::Method, 1, 1),
    signature("size", Function::Size, Style::Both, 1, 1),
    signature("sort", Function::Sort, Style::Method, 1, 1),
    signature("split", Function::Split, Style::Method, 2, 3),
    signature("startsWith", Function::StartsWith, Style::Method, 2, 2),
    signature("string", Function::String, Style::Plain, 1, 1),
    signature("substring", Function::Substring, Style::Method, 2, 3),
    signature("sum", Function::Sum, Style::Method, 1, 1),
    signature("trim", Function::Trim, Style::Method, 1, 1),
    signature("type", Function::Type, Style::Plain, 1, 1),
    signature("uint", Function::Uint, Style::Plain, 1, 1),
    signature("upperAscii", Function::UpperAscii, Style::Method, 1, 1),
    signature("value", Function::Value, Style::Method, 1, 1),
];

impl Function {
    /// Whether its second argument is a regular expression.
    pub(super) fn takes_pattern(self) -> bool {
        matches!(self, Self::Matches | Self::Find | Self::FindAll)
    }

    /// Whether it has an answer of its own for null.
    fn accepts_null(self) -> bool {
        matches!(
            self,
            Self::Dyn
                | Self::Type
                | Self::OrValue
                | Self::Or
                | Self::HasValue
                | Self::Value
                | Self::OptionalOf
                | Self::OptionalOfNonZero
        )
    }

    fn name(self) -> &'static str {
        SIGNATURES.iter().find(|signature| signature.function == self).map_or("", |signature| signature.name)
    }
}

/// Runs a function. The receiver is the first argument.
pub(super) fn call<'a>(
    function: Function,
    args: &[Value<'a>],
    pattern: Option<&Pattern>,
    budget: &mut Budget,
) -> Result<Value<'a>, Fault> {
    budget.spend(1)?;
    for arg in args {
        match arg.view(budget) {
            View::Unknown => return Ok(Value::Unknown),
            View::Null if !function.accepts_null() => return Ok(Value::Null),
            _ => {}
        }
    }
    let call = Call { function, args };
    match function {
        Function::Bool
        | Function::Bytes
        | Function::Double
        | Function::Int
        | Function::String
        | Function::Type
        | Function::Uint => numbers::convert(function, &args[0], budget),
        Function::Dyn => Ok(args[0].clone()),
        Function::HasValue
        | Function::OptionalNone
        | Function::OptionalOf
        | Function::OptionalOfNonZero
        | Function::Or
        | Function::OrValue
        | Function::Value => call.optional(budget),
        Function::Distinct
        | Function::Flatten
        | Function::IsSorted
        | Function::Join
        | Function::Max
        | Function::Min
        | Function::Sort
        | Function::Sum => call.list(budget),
        Function::Reverse if matches!(args[0].view(budget), View::List) => call.list(budget),
        Function::IndexOf | Function::LastIndexOf if matches!(args[0].view(budget), View::List) => {
            call.index_in_list(budget)
        }
        Function::Size => call.size(budget),
        Function::Find | Function::FindAll | Function::Matches => call.search(pattern, budget),
        _ => call.text(budget),
    }
}

struct Call<'c, 'a> {
    function: Function,
    args: &'c [Value<'a>],
}

impl<'a> Call<'_, 'a> {
    fn wrong(&self, at: usize, budget: &Budget) -> Fault {
        let found = self.args[at].view(budget).type_name();
        Fault::Message(format!("`{}` cannot take {}", self.function.name(), article(found)))
    }

    fn text_at(&self, at: usize, budget: &Budget) -> Result<Text<'a>, Fault> {
        self.args[at].to_text().ok_or_else(|| self.wrong(at, budget))
    }

    fn int_at(&self, at: usize, budget: &Budget) -> Result<Option<i64>, Fault> {
        match self.args.get(at).map(|arg| arg.view(budget)) {
            None => Ok(None),
            Some(View::Int(value)) => Ok(Some(value)),
            Some(_) => Err(self.wrong(at, budget)),
        }
    }

    fn text(&self, budget: &mut Budget) -> Result<Value<'a>, Fault> {
        let subject = self.text_at(0, budget)?;
        budget.spend_text(subject.text.len())?;
        let whole = &*subject.text;
        let made = |text: String| Ok(Value::Text(Text::made(text)));
        match self.function {
            Function::LowerAscii => made(whole.to_ascii_lowercase()),
            Function::UpperAscii => made(whole.to_ascii_uppercase()),
            Function::Reverse => made(whole.chars().rev().collect()),
            Function::Trim => Ok(text::trim(&subject)),
            Function::CharAt => text::char_at(&subject, self.int_at(1, budget)?.unwrap_or(0)),
            Function::Substring => {
                text::substring(&subject, self.int_at(1, budget)?.unwrap_or(0), self.int_at(2, budget)?)
            }
            _ => self.text_with_needle(&subject, budget),
        }
    }

    fn text_with_needle(&self, subject: &Text<'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
        let whole = &*subject.text;
        let View::Str(needle) = self.args[1].view(budget) else { return Err(self.wrong(1, budget)) };
        match self.function {
            Function::StartsWith => Ok(Value::Bool(whole.starts_with(&*needle))),
            Function::EndsWith => Ok(Value::Bool(whole.ends_with(&*needle))),
            Function::Contains => Ok(Value::Bool(whole.contains(&*needle))),
            Function::IndexOf => {
                text::index_of(whole, &needle, self.int_at(2, budget)?.unwrap_or(0)).map(Value::Int)
            }
            Function::LastIndexOf => {
                text::last_index_of(whole, &needle, self.int_at(2, budget)?).map(Value::Int)
            }
            Function::Split => {
                let limit = self.int_at(2, budget)?.unwrap_or(-1);
                text::split(subject, &needle, limit, budget)
            }
            Function::Replace => {
                let to = self.text_at(2, budget)?;
                let limit = self.int_at(3, budget)?.unwrap_or(-1);
                let replaced = text::replace(whole, &needle, &to.text, limit, budget)?;
                Ok(Value::Text(Text::made(replaced)))
            }
            _ => Err(self.wrong(0, budget)),
        }
    }

    fn search(&self, pattern: Option<&Pattern>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
        let subject = self.text_at(0, budget)?;
        budget.spend_text(subject.text.len())?;
        let dynamic;
        let regex = if let Some(pattern) = pattern {
            pattern.regex().map_err(|message| Fault::Message(message.to_owned()))?
        } else {
            let source = self.text_at(1, budget)?;
            // Compiling costs some tens of microseconds, far more than any other step.
            budget.spend(1000 + source.text.len())?;
            dynamic = pattern::compile(&source.text).map_err(Fault::Message)?;
            &dynamic
        };
        match self.function {
            Function::Matches => Ok(Value::Bool(regex.is_match(&subject.text))),
            Function::Find => Ok(text::find(&subject, regex)),
            _ => text::find_all(&subject, regex, self.int_at(2, budget)?.unwrap_or(-1), budget),
        }
    }

    fn size(&self, budget: &mut Budget) -> Result<Value<'a>, Fault> {
        let size = match self.args[0].view(budget) {
            View::Str(text) => {
                budget.spend_text(text.len())?;
                text.chars().count()
            }
            View::Bytes(bytes) => bytes.len(),
            View::List | View::Map => self.args[0].count(),
            _ => return Err(self.wrong(0, budget)),
        };
        Ok(Value::Int(size as i64))
    }

    fn index_in_list(&self, budget: &mut Budget) -> Result<Value<'a>, Fault> {
        let elements = self.args[0].elements();
        let mut found = -1;
        for (at, element) in elements.iter().enumerate() {
            match compare::equal(element, &self.args[1], budget)? {
                Tri::True => found = at as i64,
                Tri::Unknown => return Ok(Value::Unknown),
                Tri::False => continue,
            }
            if self.function == Function::IndexOf {
                break;
            }
        }
        Ok(Value::Int(found))
    }

    fn list(&self, budget: &mut Budget) -> Result<Value<'a>, Fault> {
        if !matches!(self.args[0].view(budget), View::List) {
            return Err(self.wrong(0, budget));
        }
        budget.spend_elements(self.args[0].count())?;
        let elements = self.args[0].elements();
        if elements.iter().any(|element| matches!(element.view(budget), View::Unknown))
            && self.function != Function::Flatten
        {
            return Ok(Value::Unknown);
        }
        match self.function {
            Function::Flatten => {
                let depth = self.int_at(1, budget)?.unwrap_or(1);
                if depth < 0 {
                    return Err(Fault::Message("`flatten` cannot take a negative depth".to_owned()));
                }
                let mut flat = Vec::new();
                flatten(&elements, depth, &mut flat, budget)?;
                Ok(Value::List(flat.into()))
            }
            Function::Reverse => Ok(Value::List(elements.into_iter().rev().collect())),
            Function::Distinct => distinct(elements, budget),
            Function::Sort => sort(elements, budget).map(|sorted| Value::List(sorted.into())),
            Function::IsSorted => is_sorted(&elements, budget),
            Function::Max => extreme(elements, Ordering::Greater, budget),
            Function::Min => extreme(elements, Ordering::Less, budget),
            Function::Sum => {
                let mut known = elements.iter().filter(|element| !element.is_null());
                let Some(first) = known.next() else { return Ok(Value::Int(0)) };
                known
                    .try_fold(first.clone(), |sum, next| arithmetic::apply(Operator::Add, &sum, next, budget))
            }
            _ => self.join(&elements, budget),
        }
    }

    fn join(&self, elements: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Fault> {
        let separator = match self.args.len() {
            1 => Text::made(""),
            _ => self.text_at(1, budget)?,
        };
        let mut joined = String::new();
        for (at, element) in elements.iter().enumerate() {
            let View::Str(text) = element.view(budget) else {
                let found = element.view(budget).type_name();
                return Err(Fault::Message(format!("`join` takes strings, not {}", article(found))));
            };
            if at > 0 {
                joined.push_str(&separator.text);
            }
            budget.spend_text(text.len() + separator.text.len())?;
            joined.push_str(&text);
        }
        Ok(Value::Text(Text::made(joined)))
    }

    fn optional(&self, budget: &Budget) -> Result<Value<'a>, Fault> {
        let wrap = |value: Value<'a>| Ok(Value::Optional(Rc::new(value)));
        let Some(subject) = self.args.first() else { return wrap(Value::Null) };
        // A value that is not optional behaves as one that may be null: absent fields read so.
        let inner = match subject {
            Value::Optional(inner) => &**inner,
            value => value,
        };
        match self.function {
            Function::OptionalOfNonZero if is_zero(subject, budget) => wrap(Value::Null),
            Function::OptionalOf | Function::OptionalOfNonZero => wrap(subject.clone()),
            Function::HasValue => Ok(Value::Bool(!inner.is_null())),
            Function::Or | Function::OrValue if inner.is_null() => Ok(self.args[1].clone()),
            Function::OrValue | Function::Value => Ok(inner.clone()),
            _ => Ok(subject.clone()),
        }
    }
}

fn is_zero(value: &Value<'_>, budget: &Budget) -> bool {
    match value.view(budget) {
        View::Null => true,
        View::Bool(value) => !value,
        View::Int(value) => value == 0,
        View::Uint(value) => value == 0,
        View::Double(value) => value == 0.0,
        View::Str(text) => text.is_empty(),
        View::Bytes(bytes) => bytes.is_empty(),
        View::List | View::Map => value.count() == 0,
        View::Unknown | View::Type(_) | View::Optional => false,
    }
}

/// Null elements fall away: they come from lists that are absent.
fn flatten<'a>(
    elements: &[Value<'a>],
    depth: i64,
    flat: &mut Vec<Value<'a>>,
    budget: &mut Budget,
) -> Result<(), Fault> {
    for element in elements {
        budget.spend(1)?;
        let nested = match element {
            Value::List(_) => true,
            Value::Node(node) => node.resolve().kind() == Kind::Sequence,
            _ => false,
        };
        if nested && depth > 0 {
            // Depth is bounded by the nesting of the value; one that holds itself spends the budget on the way.
            flatten(&element.elements(), (depth - 1).min(511), flat, budget)?;
        } else if !element.is_null() {
            flat.push(element.clone());
        }
    }
    Ok(())
}

fn distinct<'a>(elements: Vec<Value<'a>>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let mut kept: Vec<Value<'a>> = Vec::new();
    'next: for element in elements {
        for other in &kept {
            if compare::equal(other, &element, budget)? == Tri::True {
                continue 'next;
            }
        }
        kept.push(element);
    }
    Ok(Value::List(kept.into()))
}

fn sort<'a>(mut elements: Vec<Value<'a>>, budget: &mut Budget) -> Result<Vec<Value<'a>>, Fault> {
    let mut fault = None;
    elements.sort_by(|a, b| match compare::order(a, b, budget) {
        Ok(Order::Known(Some(ordering))) => ordering,
        Ok(_) => Ordering::Equal,
        Err(stop) => {
            fault.get_or_insert(stop);
            Ordering::Equal
        }
    });
    fault.map_or(Ok(elements), Err)
}

fn is_sorted<'a>(elements: &[Value<'a>], budget: &mut Budget) -> Result<Value<'a>, Fault> {
    for pair in elements.windows(2) {
        if let Order::Known(Some(Ordering::Greater)) = compare::order(&pair[0], &pair[1], budget)? {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

fn extreme<'a>(elements: Vec<Value<'a>>, wanted: Ordering, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    let mut best = Value::Null;
    for element in elements {
        if best.is_null() {
            best = element;
        } else if let Order::Known(Some(ordering)) = compare::order(&element, &best, budget)?
            && ordering == wanted
        {
            best = element;
        }
    }
    Ok(best)
}
