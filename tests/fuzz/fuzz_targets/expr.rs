//! Any text as an expression and as a message: both modes say what is wrong at a place inside the text, or give a program that ends
//! within its budget with the same answer twice, and that has something to blame whenever a condition fails.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll::expr::{
    Budget, Expected, Failure, Mode, Problem, Program, Scope, Stop, Template, Type, Value, compile,
};
use plimsoll::source::Span;
use plimsoll::yaml::{Document, Options, parse};
use std::sync::LazyLock;

/// Enough for any sensible expression over this document, and little enough for thousands of runs a second.
const STEPS: u64 = 20_000;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
    let text = "\
base: &base {image: web:latest, on: true}
name: web
ports: [80, 8080, 0x1f, 1.5, \"80\", ~]
env:
  - {name: LEVEL, value: \"${{ vars.LEVEL }}\"}
  - {name: MODE, value: fast}
merged: {<<: *base, image: \"ghcr.io/acme/web:1.2.3\"}
labels: {app: web, app.kubernetes.io/name: shop, 8080: x}
when: 2026-01-31T10:00:00Z
resources: {limits: {memory: 512Mi, cpu: 250m}}
address: 10.0.0.0/8
escaped: \"a\\u00e9\\n\\U0001F600\"
empty:
";
    parse(text, Options::default())
});

fuzz_target!(|text: &str| {
    for mode in [Mode::Lenient, Mode::Strict] {
        let names = [
            ("x", Type::Node),
            ("params", Type::Any),
            ("text", Type::String),
            ("number", Type::Int),
            ("unknown", Type::Any),
        ];
        let scope = Scope::new(&names).with_mode(mode);
        match compile(text, &scope) {
            Ok(program) => run(text, &program),
            Err(problems) => inside(text, &problems),
        }
        match Template::compile(text, &scope) {
            Ok(template) => {
                let render = || {
                    let mut budget = Budget::new(STEPS);
                    let shown = template.render(&slots(), &mut budget, &mut |_| None);
                    (shown, budget.left())
                };
                let (first, left) = render();
                assert_eq!((&first, left), (&render().0, render().1), "the same message twice");
                let _ = first.map_err(|stop| stopped_inside(text, &stop));
            }
            Err(problems) => inside(text, &problems),
        }
    }
});

/// The values of the names, in their order.
fn slots() -> [Value<'static>; 5] {
    let root = DOCUMENT.roots().next().map_or(Value::Null, Value::Node);
    let entry = |key: &'static str, value| (Value::made(key), value);
    let params = [entry("most", Value::Int(3)), entry("names", Value::List([Value::made("web")].into()))];
    [root, Value::Map(params.into()), Value::made("Straße \u{1F600} web"), Value::Int(-1), Value::Unknown]
}

fn run(text: &str, program: &Program) {
    let slots = slots();
    let evaluate = || {
        let mut budget = Budget::new(STEPS);
        let value = program.evaluate(&slots, &mut budget);
        (value, budget.left())
    };
    let (value, left) = evaluate();
    let (again, left_again) = evaluate();
    let shown = |value: &Result<Value<'_>, Stop>| value.as_ref().map(Value::show).map_err(Stop::clone);
    assert_eq!((shown(&value), left), (shown(&again), left_again), "the same answer twice");
    assert!(left <= STEPS);
    if let Err(stop) = &value {
        stopped_inside(text, stop);
    }
    for expected in [Expected::True, Expected::False] {
        let blame = || program.failures(expected, &slots, &[], &mut Budget::new(STEPS));
        let failures = blame();
        let told = |failures: &Result<Vec<Failure<'_>>, Stop>| format!("{failures:?}");
        assert_eq!(told(&failures), told(&blame()), "the same blame twice");
        let failures = match failures {
            Ok(failures) => failures,
            Err(stop) => {
                stopped_inside(text, &stop);
                continue;
            }
        };
        for failure in &failures {
            assert_eq!(failure.locals.len(), program.locals().len());
            let places = failure.place.into_iter().chain(failure.related.iter().map(|(place, _)| *place));
            places.for_each(|place| sound(DOCUMENT.text(), place.span));
        }
        if let Ok(Some(answer)) = program.answer(&slots, &mut Budget::new(STEPS)) {
            assert_eq!(failures.is_empty(), expected.is(answer), "{expected:?}: {value:?} for {failures:?}");
        }
    }
}

fn inside(text: &str, problems: &[Problem]) {
    assert!(!problems.is_empty(), "what is refused is refused for a reason");
    problems.iter().for_each(|problem| sound(text, problem.span));
}

fn stopped_inside(text: &str, stop: &Stop) {
    if let Stop::Error { span, .. } = stop {
        sound(text, *span);
    }
}

fn sound(text: &str, span: Span) {
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} lies outside");
}
