//! The cel crate at its best: values made once outside of what is measured, shared and not copied (a loop of the crate copies each
//! element that it visits), text borrowed, regular expressions compiled once, no result converted.

use crate::rules::Rule;
use cel::common::traits::{Container, Indexer, Iterable, Iterator as Elements, Sizer};
use cel::common::types::{CelBool, CelDouble, CelInt, CelString, LIST_TYPE, MAP_TYPE, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use cel::{Context, Env, ExecutionError, Program, Value};
use regex::Regex;
use serde_json::Value as Json;
use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// The crate with its standard library and a `matches` that compiles a pattern once.
pub fn environment() -> Arc<Env> {
    let mut env = Env::stdlib();
    cel::add_member_overload!(env, fn fits: (CelString, CelString) -> Result<CelBool>)
        .expect("no other function is called so");
    Arc::new(env)
}

/// Compiles rules.
pub fn compile(env: &Env, rules: &[Rule]) -> Vec<Program> {
    rules
        .iter()
        .map(|rule| env.compile(&rule.cel).unwrap_or_else(|error| panic!("{}: {error}", rule.cel)))
        .collect()
}

/// An object with the spec of its pods, ready for any rule.
pub fn context(env: &Arc<Env>, object: &Json, pod: Option<&Json>) -> Context<'static, 'static> {
    let mut context = Context::with_env(env.clone());
    context.add_variable_as_val("object", value(object));
    context.add_variable_as_val("pod", pod.map_or_else(|| Box::new(Entries(Arc::default())) as _, value));
    context
}

/// Whether an object satisfies a rule.
pub fn holds(program: &Program, context: &Context<'_, '_>) -> bool {
    let answer = Value::resolve_val(program.expression(), context);
    let answer = answer.unwrap_or_else(|error| panic!("{error:?}: {:?}", program.expression()));
    *answer.downcast_ref::<CelBool>().expect("a rule is true or false").inner()
}

thread_local! {
    static COMPILED: RefCell<HashMap<String, Regex>> = RefCell::default();
}

fn fits(text: &CelString, pattern: &CelString) -> Result<CelBool, ExecutionError> {
    COMPILED.with_borrow_mut(|compiled| {
        if let Some(regex) = compiled.get(pattern.inner()) {
            return Ok(regex.is_match(text.inner()).into());
        }
        let regex =
            Regex::new(pattern.inner()).map_err(|error| ExecutionError::function_error("fits", error))?;
        let answer = regex.is_match(text.inner());
        compiled.insert(pattern.inner().to_owned(), regex);
        Ok(answer.into())
    })
}

/// A value that lives as long as the process, so that its text is borrowed.
fn value(json: &Json) -> Box<dyn Val> {
    match json {
        Json::Bool(value) => Box::new(CelBool::from(*value)),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Box::new(CelInt::from(number)),
            None => Box::new(CelDouble::from(number.as_f64().unwrap_or_default())),
        },
        Json::Array(items) => Box::new(Items(items.iter().map(value).collect())),
        Json::Object(entries) => {
            Box::new(Entries(entries.iter().map(|(key, item)| (text(key), value(item))).collect()))
        }
        Json::String(string) => Box::new(text(string)),
        Json::Null => unreachable!("what is null was left out"),
    }
}

fn text(text: &str) -> CelString<'static> {
    CelString::from(&*Box::leak(text.to_owned().into_boxed_str()))
}

/// A map: few keys, found by comparing them one by one, as our own nodes do.
#[derive(Clone, Debug)]
struct Entries(Arc<[(CelString<'static>, Box<dyn Val>)]>);

/// A list.
#[derive(Clone, Debug)]
struct Items(Arc<[Box<dyn Val>]>);

impl Entries {
    fn find(&self, key: &dyn Val) -> Option<&(dyn Val + 'static)> {
        let key = key.downcast_ref::<CelString>()?.inner();
        self.0.iter().find(|(name, _)| name.inner() == key).map(|(_, value)| &**value)
    }
}

impl Val for Entries {
    fn get_type(&self) -> &Type {
        &MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Entries {}

impl Container for Entries {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.find(key).is_some())
    }
}

impl Indexer for Entries {
    fn get<'b, 'v>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let found = self.find(key).ok_or_else(|| ExecutionError::no_such_key("key"))?;
        Ok(CowVal::Borrowed(found))
    }

    fn steal<'v>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(key).map(CowVal::into_owned)
    }
}

impl Iterable for Entries {
    fn iter<'b, 'v>(&'b self) -> Box<dyn Elements<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(Visit(self.0.iter().map(|(key, _)| key as &(dyn Val + 'static))))
    }
}

impl Sizer for Entries {
    fn size(&self) -> CelInt {
        count(self.0.len())
    }
}

impl Val for Items {
    fn get_type(&self) -> &Type {
        &LIST_TYPE
    }

    fn cel_type() -> &'static Type {
        &LIST_TYPE
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Items {}

impl Iterable for Items {
    fn iter<'b, 'v>(&'b self) -> Box<dyn Elements<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(Visit(self.0.iter().map(|item| &**item)))
    }
}

impl Sizer for Items {
    fn size(&self) -> CelInt {
        count(self.0.len())
    }
}

fn count(len: usize) -> CelInt {
    CelInt::from(i64::try_from(len).unwrap_or(i64::MAX))
}

struct Visit<I>(I);

impl<'b, 'v, I: Iterator<Item = &'b (dyn Val + 'static)>> Elements<'b, 'v> for Visit<I> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        let value: &'b (dyn Val + 'static) = self.0.next()?;
        Some(value)
    }
}
