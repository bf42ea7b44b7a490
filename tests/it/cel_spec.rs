//! The conformance suite of the CEL specification: all of it to the letter in strict mode, and in lenient mode all but
//! what is lenient on purpose.

use plimsoll::expr::{Budget, Mode, Object, Scope, Stop, Text, Type, Value, compile};
use serde_json::Value as Json;
use std::any::Any;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

/// Cases that lenient mode answers otherwise: file, expression, and why. Each of them is about absence or null.
const LENIENT: &[(&str, &str, &str)] = &[
    ("comparisons", "null < null", "null is ordered against nothing: false"),
    ("comparisons", "null > null", "null is ordered against nothing: false"),
    ("comparisons", "null <= null", "null is ordered against nothing: false"),
    ("comparisons", "null >= null", "null is ordered against nothing: false"),
    ("comparisons", "null < x", "null is ordered against nothing: false"),
    ("dynamic", "Value{null_value: NullValue.NULL_VALUE}.null_value", "a field of null is null"),
    ("fields", "{1u: 1.0, 2: 2.0, 3u: 3.0}[3.1]", "an absent key reads as null"),
    ("fields", "{0:1,2:2,5:3}[1]", "an absent key reads as null"),
    ("fields", "dyn({0:1,2:2,5:3}[1]) || false", "an absent key reads as null, and null as false"),
    ("fields", "dyn({0:1,2:2,5:3}[1]) && true", "an absent key reads as null, and null as false"),
    ("fields", "x.name", "an absent field reads as null"),
    ("fields", "dyn(x.name) || false", "an absent field reads as null, and null as false"),
    ("fields", "dyn(x.name) && true", "an absent field reads as null, and null as false"),
    ("fields", "a.b.pancakes", "a list has no fields: any of them is absent"),
    ("fields", "a.pancakes", "a number has no fields: any of them is absent"),
    ("lists", "[1, 2, 3][3]", "an absent element reads as null"),
    ("lists", "dyn([1, 2, 3][3]) || false", "an absent element reads as null, and null as false"),
    ("lists", "dyn([1, 2, 3][3]) && true", "an absent element reads as null, and null as false"),
    (
        "optionals",
        "{'null_key': dyn(null)}.?null_key.hasValue()",
        "`x.?f` holds something when `has(x.f)`, which null is not",
    ),
    ("optionals", "{'null_key': dyn(null)}.?null_key.invalid.hasValue()", "a field of null is null"),
    ("optionals", "{true: dyn(0)}[?true].absent.hasValue()", "a number has no fields: any of them is absent"),
    (
        "optionals",
        "optional.ofNonZeroValue({'c': {'dashed-index': 'goodbye'}}.a.z).orValue({'c': {'dashed-index': 'goodbye'}}.c['dashed-index'])",
        "an absent field reads as null",
    ),
];

fn suite() -> Option<Vec<Json>> {
    let shared = std::env::var_os("PLIMSOLL_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join("suites/cel-spec.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no {} (set PLIMSOLL_SHARED)", path.display());
        return None;
    };
    Some(serde_json::from_str(&text).expect("the suite is a list"))
}

/// The cases that fail in a mode: file, expression, what happened.
fn failing(cases: &[Json], mode: Mode) -> Vec<(&str, &str, String)> {
    let mut by_file: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut failing = Vec::new();
    for case in cases {
        let (file, expr) = (case["file"].as_str().unwrap_or(""), case["expr"].as_str().unwrap_or(""));
        let counts = by_file.entry(file).or_default();
        counts.1 += 1;
        match run(case, mode) {
            Ok(()) => counts.0 += 1,
            Err(why) => failing.push((file, expr, why)),
        }
    }
    for (file, (passed, all)) in &by_file {
        println!("{mode:?} {file:24} {passed:4} of {all:4}");
    }
    println!("{mode:?}: {} of {} pass", cases.len() - failing.len(), cases.len());
    for (file, expr, why) in &failing {
        println!("{mode:?} {file} {expr}: {why}");
    }
    failing
}

#[test]
fn strict_mode_passes_every_case() {
    let Some(cases) = suite() else { return };
    assert_eq!(failing(&cases, Mode::Strict), []);
}

#[test]
fn lenient_mode_passes_every_case_but_the_deliberate_ones() {
    let Some(cases) = suite() else { return };
    let failing = failing(&cases, Mode::Lenient);
    let listed = |file: &str, expr: &str| LENIENT.iter().any(|known| (known.0, known.1) == (file, expr));
    let new: Vec<_> = failing.iter().filter(|(file, expr, _)| !listed(file, expr)).collect();
    assert!(new.is_empty(), "fail and are not listed: {new:#?}");
    for (file, expr, _) in LENIENT {
        assert!(failing.iter().any(|known| (known.0, known.1) == (*file, *expr)), "passes: {expr}");
    }
    assert!(LENIENT.len() <= 40);
}

/// The enum of the suite's test messages: plain integers, or values of a type of their own.
const GLOBAL_ENUM: [(&str, i64); 3] = [("GOO", 0), ("GAR", 1), ("GAZ", 2)];

#[derive(Debug)]
struct Enum(&'static str, i64);

impl Object for Enum {
    fn type_name(&self) -> &'static str {
        self.0
    }
    fn show(&self) -> String {
        self.1.to_string()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| (self.0, self.1) == (other.0, other.1))
    }
    fn to_int(&self) -> Option<i64> {
        Some(self.1)
    }
}

fn run(case: &Json, mode: Mode) -> Result<(), String> {
    let container = case["container"].as_str().unwrap_or("");
    // Names and functions that nobody knows are errors at run time in this suite: it is not type-checked as a whole.
    let mut scope = Scope::default().with_mode(mode).with_container(container);
    let mut slots = Vec::new();
    for (name, bound) in case["bindings"].as_object().into_iter().flatten() {
        scope = scope.with(name, Type::Any);
        slots.push(value(bound).ok_or("a binding has no such type")?);
    }
    if let Some(proto) = ["cel.expr.conformance.proto2", "cel.expr.conformance.proto3"]
        .into_iter()
        .find(|known| *known == container)
    {
        let type_name = if proto.ends_with('2') {
            "cel.expr.conformance.proto2.GlobalEnum"
        } else {
            "cel.expr.conformance.proto3.GlobalEnum"
        };
        let strong = case["section"].as_str().is_some_and(|section| section.starts_with("strong"));
        for (name, number) in GLOBAL_ENUM {
            scope = scope.with(&format!("{type_name}.{name}"), Type::Any);
            slots.push(if strong {
                Value::Object(Rc::new(Enum(type_name, number)))
            } else {
                Value::Int(number)
            });
        }
        scope = scope.with_message(&format!("{proto}.TestRequired"), &["required_int32"]);
    }
    let wants_error = case["exp"].get("error").is_some();
    let expr = case["expr"].as_str().unwrap_or("");
    if let Err(problems) = compile(expr, &scope)
        && !wants_error
        && !problems.iter().all(|problem| problem.message.starts_with("unknown "))
    {
        return Err(format!("is refused when it is checked: {problems:?}"));
    }
    let program = match compile(expr, &scope.unchecked()) {
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

fn evaluated(expr: &str) -> Option<Value<'static>> {
    compile(expr, &Scope::default()).ok()?.evaluate(&[], &mut Budget::default()).ok()
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
        // Every type has a name that an expression can say, or is that of an enum.
        "type" => match content.as_str()? {
            "cel.expr.conformance.proto2.GlobalEnum" => Value::Type("cel.expr.conformance.proto2.GlobalEnum"),
            "cel.expr.conformance.proto3.GlobalEnum" => Value::Type("cel.expr.conformance.proto3.GlobalEnum"),
            name => evaluated(name)?,
        },
        "dur" => evaluated(&format!(
            "duration('{}s') + duration('{}ns')",
            content[0].as_i64()?,
            content[1].as_i64()?
        ))?,
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
