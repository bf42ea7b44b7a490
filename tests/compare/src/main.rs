//! What a rule costs, compiled and evaluated: the same rules over the same objects in our expressions, in CEL by the cel crate and
//! in Rego by regorus. A run in which two of them give different verdicts fails.
//!
//! `PLIMSOLL_CORPUS=FOLDER cargo run --release --manifest-path tests/compare/Cargo.toml`; by default the objects are those of the
//! fixtures. CPU time of the thread, the engines take turns. Objects are converted once for each engine, outside of what is measured.

mod cel_engine;
#[path = "../../benches/measure.rs"]
mod measure;
mod objects;
mod rego_engine;
mod rules;

use measure::{Candidate, seconds, timed};
use objects::{Object, Which, pod, pod_node, read, varied};
use plimsoll::expr::{Budget, Expected, Program, Scope, Type, Value, compile};
use rules::{Rule, rules};
use std::path::PathBuf;

const OBJECTS: usize = 1_000;
/// Different rules, of which the others are variants.
const BASE: usize = 10;
/// Of each of them: thirty rules, and a hundred.
const VARIANTS: [usize; 2] = [3, 10];
/// Most microseconds that compiling a rule may take, and most nanoseconds for a rule and an object.
const GOALS: (f64, f64) = (10.0, 500.0);

fn main() {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let root = std::env::var_os("PLIMSOLL_CORPUS").map_or(fixtures, PathBuf::from);
    // First, since a heap full of objects makes every engine slower at it.
    for variants in VARIANTS {
        compiling(&rules(variants));
    }
    for which in [Which::Workloads, Which::Mixed] {
        let given = read(&root, which);
        if given.is_empty() {
            println!("{which:?}: no objects below {}", root.display());
            continue;
        }
        let objects = varied(&given, OBJECTS);
        let bytes: usize = objects.iter().map(|object| object.document.text().len()).sum();
        println!(
            "{which:?}: {OBJECTS} objects of {} bytes on average, {} of them different",
            bytes / OBJECTS,
            given.len().min(OBJECTS)
        );
        for variants in VARIANTS {
            evaluating(&rules(variants), &objects);
        }
    }
}

fn ours(rules: &[Rule]) -> Vec<Program> {
    let scope = Scope::new(&[("object", Type::Node), ("pod", Type::Node)]);
    rules
        .iter()
        .map(|rule| compile(&rule.ours, &scope).unwrap_or_else(|error| panic!("{}: {error:?}", rule.ours)))
        .collect()
}

fn compiling(rules: &[Rule]) {
    let env = cel_engine::environment();
    let [own, cel, rego, machine] = seconds([
        Box::new(|| timed(|| ours(rules))),
        Box::new(|| timed(|| cel_engine::compile(&env, rules))),
        Box::new(|| timed(|| rego_engine::engine(rules))),
        Box::new(|| timed(|| rego_engine::machine(rules))),
    ])
    .map(|seconds| seconds * 1e6 / rules.len() as f64);
    println!("{} rules: us to compile one", rules.len());
    println!("    plimsoll            {own:>9.1}  {} {}", verdict(own, GOALS.0), GOALS.0);
    for (name, time) in [("cel", cel), ("regorus, parsed only", rego), ("regorus, its machine", machine)] {
        println!("    {name:<19} {time:>10.1}  {:>7.1} times as long", time / own);
    }
}

fn evaluating(rules: &[Rule], objects: &[Object]) {
    let programs = ours(rules);
    let slots: Vec<[Value<'_>; 2]> = objects
        .iter()
        .map(|object| {
            let root = object.document.roots().next().expect("an object");
            let pod = pod_node(root, &object.json);
            [Value::Node(root), pod.map_or(Value::Null, Value::Node)]
        })
        .collect();
    let env = cel_engine::environment();
    let cel = cel_engine::compile(&env, rules);
    let contexts: Vec<_> =
        objects.iter().map(|object| cel_engine::context(&env, &object.json, pod(&object.json))).collect();
    let mut machine = rego_engine::machine(rules);
    let mut engine = rego_engine::engine(rules);
    let inputs: Vec<_> =
        objects.iter().map(|object| rego_engine::input(&object.json, pod(&object.json))).collect();

    // The verdicts first: they must agree. Regular expressions are compiled on the way.
    let mut failing = Vec::new();
    for (at, slots) in slots.iter().enumerate() {
        let machine = rego_engine::holds(&rego_engine::run(&mut machine, &inputs[at]), rules.len());
        let engine = rego_engine::holds(&rego_engine::interpret(&mut engine, &inputs[at]), rules.len());
        for (rule, program) in programs.iter().enumerate() {
            let own = holds(program, slots);
            let others = [cel_engine::holds(&cel[rule], &contexts[at]), machine[rule], engine[rule]];
            assert!(
                others == [own; 3],
                "rule {}: {own} to us, {others:?} to cel, the machine and the interpreter of regorus\n{}\n{}",
                rules[rule].name,
                rules[rule].ours,
                objects[at].document.text(),
            );
            if !own {
                failing.push((rule, at));
            }
        }
    }

    let pairs = (rules.len() * objects.len()) as f64;
    let candidates: [Candidate<'_>; 5] = [
        Box::new(|| {
            timed(|| {
                slots.iter().map(|slots| count(&programs, |program| holds(program, slots))).sum::<usize>()
            })
        }),
        Box::new(|| {
            timed(|| {
                let contexts = contexts.iter();
                contexts.map(|context| count(&cel, |rule| cel_engine::holds(rule, context))).sum::<usize>()
            })
        }),
        Box::new(|| {
            timed(|| inputs.iter().map(|input| size(&rego_engine::run(&mut machine, input))).sum::<usize>())
        }),
        Box::new(|| {
            timed(|| {
                inputs.iter().map(|input| size(&rego_engine::interpret(&mut engine, input))).sum::<usize>()
            })
        }),
        Box::new(|| {
            timed(|| {
                let blame = |&(rule, at): &(usize, usize)| {
                    let mut budget = Budget::default().with_unknown(|_| false);
                    let program = &programs[rule];
                    program.failures(Expected::True, &slots[at], &[], &mut budget).expect("it runs").len()
                };
                failing.iter().map(blame).sum::<usize>()
            })
        }),
    ];
    let [own_time, cel_time, machine, engine, blame] = seconds(candidates);
    let [own, cel_time, machine, engine] =
        [own_time, cel_time, machine, engine].map(|seconds| seconds * 1e9 / pairs);
    println!(
        "  {} rules: ns for a rule and an object; the verdicts agree, {:.0} % of the pairs fail",
        rules.len(),
        failing.len() as f64 * 100.0 / pairs
    );
    println!("    plimsoll            {own:>9.0}  {} {}", verdict(own, GOALS.1), GOALS.1);
    for (name, time) in [("cel", cel_time), ("regorus, machine", machine), ("regorus, interpreter", engine)] {
        println!("    {name:<20} {time:>8.0}  {:>7.1} times as long", time / own);
    }
    by_rule(rules, (&programs, &slots), (&cel, &contexts));
    println!(
        "    what is to blame, at what place: {:.0} ns more for a pair that fails",
        blame * 1e9 / failing.len().max(1) as f64
    );
}

/// What each of the ten takes us and the cel crate, its variants together.
fn by_rule(
    rules: &[Rule],
    (programs, slots): (&[Program], &[[Value<'_>; 2]]),
    (cel, contexts): (&[cel::Program], &[cel::Context<'_, '_>]),
) {
    let pairs = (rules.len() * slots.len()) as f64;
    for of in 0..BASE {
        let [own, cel] = seconds([
            Box::new(|| {
                timed(|| {
                    let programs = || programs.iter().skip(of).step_by(BASE);
                    slots
                        .iter()
                        .map(|slots| programs().filter(|rule| holds(rule, slots)).count())
                        .sum::<usize>()
                })
            }),
            Box::new(|| {
                timed(|| {
                    let rules = || cel.iter().skip(of).step_by(BASE);
                    let count = |context| rules().filter(|rule| cel_engine::holds(rule, context)).count();
                    contexts.iter().map(count).sum::<usize>()
                })
            }),
        ])
        .map(|seconds| seconds * 1e9 * BASE as f64 / pairs);
        let name = rules[of].name.trim_end_matches("-0");
        println!("      {name:<22} {own:>6.0}, by cel {cel:>6.0}");
    }
}

fn holds(program: &Program, slots: &[Value<'_>]) -> bool {
    let mut budget = Budget::default().with_unknown(|_| false);
    let answer = program.answer(slots, &mut budget);
    answer.unwrap_or_else(|stop| panic!("{stop:?}")).expect("nothing is unknown")
}

fn count<P>(programs: &[P], holds: impl Fn(&P) -> bool) -> usize {
    programs.iter().filter(|program| holds(program)).count()
}

fn size(broken: &regorus::Value) -> usize {
    broken.as_set().expect("the answer is a set").len()
}

fn verdict(value: f64, goal: f64) -> &'static str {
    if value <= goal { "within" } else { "above" }
}
