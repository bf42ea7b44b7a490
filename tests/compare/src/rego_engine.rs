//! regorus at its best: one package whose answer is the set of broken rules, values made once outside of what is measured, run by
//! its virtual machine.

use crate::rules::{Rule, package};
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};
use serde_json::{Value as Json, json};
use std::sync::Arc;

const ENTRY: &str = "data.compare.deny";

/// Compiles rules for the interpreter.
pub fn engine(rules: &[Rule]) -> Engine {
    let mut engine = Engine::new();
    engine.add_policy("compare.rego".to_owned(), package(rules)).expect("the policy is Rego");
    engine
}

/// Compiles rules for the virtual machine.
pub fn machine(rules: &[Rule]) -> RegoVM {
    let compiled = engine(rules).compile_with_entrypoint(&Arc::from(ENTRY)).expect("the policy compiles");
    let program = Compiler::compile_from_policy(&compiled, &[ENTRY]).expect("the policy compiles");
    let mut machine = RegoVM::new();
    machine.load_program(program);
    machine
}

/// An object with the spec of its pods.
pub fn input(object: &Json, pod: Option<&Json>) -> Value {
    let empty = json!({});
    Value::from_json_str(&json!({"object": object, "pod": pod.unwrap_or(&empty)}).to_string())
        .expect("this is JSON")
}

/// How many rules an object breaks, by the virtual machine.
pub fn run(machine: &mut RegoVM, input: &Value) -> Value {
    machine.set_input(input.clone());
    machine.execute_entry_point_by_index(0).expect("the rules run")
}

/// The same by the interpreter.
pub fn interpret(engine: &mut Engine, input: &Value) -> Value {
    engine.set_input(input.clone());
    engine.eval_rule(ENTRY.to_owned()).expect("the rules run")
}

/// Which rules are not in the set of broken ones.
pub fn holds(broken: &Value, rules: usize) -> Vec<bool> {
    let broken = broken.as_set().expect("the answer is a set");
    (0..rules).map(|at| !broken.contains(&Value::from(at))).collect()
}
