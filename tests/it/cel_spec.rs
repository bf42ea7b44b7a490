//! The conformance suite of the CEL specification, over literals and bound values.
//!
//! Null deviates by design, so the suite cannot pass wholly; the floor holds what is reached.

use plimsoll::expr::{Budget, Scope, Stop, Text, Type, Value, compile};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

/// Cases that pass. Raise it with the library; it must never fall.
const FLOOR: usize = 1185;

#[test]
fn conformance_does_not_fall_below_its_floor() {
    let shared = std::env::var_os("PLIMSOLL_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join("suites/cel-spec.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no {} (set PLIMSOLL_SHARED)", path.display());
        return;
    };
    let cases: Vec<Json> = serde_json::from_str(&text).expect("the suite is a list");
    let mut by_file: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for case in &cases {
        let counts = by_file.entry(case["file"].as_str().unwrap_or("")).or_default();
        counts.1 += 1;
        match run(case) {
            Ok(()) => counts.0 += 1,
            Err(why) => println!("{} {} {}: {why}", case["file"], case["name"], case["expr"]),
        }
    }
    for (file, (passed, all)) in &by_file {
        println!("{file:24} {passed:4} of {all:4}");
    }
    let passed: usize = by_file.values().map(|counts| counts.0).sum();
    println!("{passed} of {} pass", cases.len());
    assert!(passed >= FLOOR, "{passed} pass, {FLOOR} did");
}

fn run(case: &Json) -> Result<(), String> {
    let empty = serde_json::Map::new();
    let bindings = case["bindings"].as_object().unwrap_or(&empty);
    let scope = bindings.keys().fold(Scope::default(), |scope, name| scope.with(name, Type::Any));
    let slots =
        bindings.values().map(value).collect::<Option<Vec<_>>>().ok_or("a binding has no such type")?;
    let wants_error = case["exp"].get("error").is_some();
    let program = match compile(case["expr"].as_str().unwrap_or(""), &scope) {
        Ok(program) => program,
        Err(_) if wants_error => return Ok(()),
        Err(problems) => return Err(format!("does not compile: {}", problems[0].message)),
    };
    match program.evaluate(&slots, &mut Budget::default()) {
        Ok(found) if wants_error => Err(format!("gave {found:?} for an error")),
        Ok(found) => {
            let expected = value(&case["exp"]["value"]).ok_or("the expected value has no such type")?;
            if same(&found, &expected) { Ok(()) } else { Err(format!("gave {found:?}, not {expected:?}")) }
        }
        Err(Stop::Error { .. }) if wants_error => Ok(()),
        Err(stop) => Err(format!("{stop:?}")),
    }
}

fn value(tagged: &Json) -> Option<Value<'_>> {
    let (tag, content) = tagged.as_object()?.iter().next()?;
    Some(match tag.as_str() {
        "null" => Value::Null,
        "bool" => Value::Bool(content.as_bool()?),
        "int" => Value::Int(content.as_str()?.parse().ok()?),
        "uint" => Value::Uint(content.as_str()?.parse().ok()?),
        "double" => Value::Double(content.as_str()?.parse().ok()?),
        "string" => Value::Text(Text::made(content.as_str()?)),
        "bytes" => {
            let bytes = content.as_array()?.iter().map(|byte| u8::try_from(byte.as_u64()?).ok());
            Value::Bytes(bytes.collect::<Option<Vec<_>>>()?.into())
        }
        "list" => Value::List(content.as_array()?.iter().map(value).collect::<Option<Vec<_>>>()?.into()),
        "map" => {
            let entries =
                content.as_array()?.iter().map(|entry| Some((value(&entry[0])?, value(&entry[1])?)));
            Value::Map(Rc::from(entries.collect::<Option<Vec<_>>>()?))
        }
        "type" => {
            let name = content.as_str()?;
            let known =
                ["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];
            Value::Type(known.into_iter().find(|known| *known == name)?)
        }
        _ => return None,
    })
}

/// Equal in value and in type, which CEL's own equality does not ask for numbers.
fn same(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Uint(a), Value::Uint(b)) => a == b,
        (Value::Double(a), Value::Double(b)) => {
            a.total_cmp(b).is_eq() || a.partial_cmp(b) == Some(std::cmp::Ordering::Equal)
        }
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Type(a), Value::Type(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            let holds =
                |(key, value): &(Value<'_>, Value<'_>)| b.iter().any(|(k, v)| same(key, k) && same(value, v));
            a.len() == b.len() && a.iter().all(holds)
        }
        (Value::Optional(a), b) => same(a, b),
        _ if a.is_null() => b.is_null(),
        _ => match (a.to_text(), b.to_text()) {
            (Some(a), Some(b)) => a.text == b.text,
            _ => false,
        },
    }
}
