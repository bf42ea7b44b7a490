//! A JSON Schema that a target must satisfy: each error at its own node, in words that quote no value.

use crate::expr::{Failure, MISSING, Value, label_of};
use crate::schema::json_schema::{Fault, Refusal, Validator, What, at, plain};
use crate::shape::{Mistake, to_json};
use crate::yaml::Node;

/// Greatest weight of a schema: its nodes, those behind references counted wherever they are referred to.
const HEAVIEST: usize = 20_000;

/// The names that messages see beside those of the visit.
pub const NAMES: [&str; 1] = ["error"];

/// A schema that a target must satisfy.
#[derive(Debug)]
pub struct Schema {
    validator: Validator,
}

impl Schema {
    /// Compiles a schema. The error is a mistake at its place in the rule file.
    pub fn new(node: Node<'_>) -> Result<Self, Mistake> {
        let Some(source) = to_json(node) else {
            return Err(Mistake::new(node.place(), "this schema is too large, or nests too deep"));
        };
        match Validator::new(source, HEAVIEST) {
            Ok(validator) => Ok(Self { validator }),
            Err(Refusal::Heavy) => {
                let mistake =
                    Mistake::new(label_of(node), "this schema is too large once its references are followed");
                Err(mistake.with_help("refer to a part in fewer places"))
            }
            Err(Refusal::Invalid(error)) => {
                let place = label_of(at(node, error.instance_path().as_str()).unwrap_or(node));
                Err(Mistake::new(place, format!("this is no JSON Schema: {}", plain(&error.to_string())))
                    .with_help("references reach no further than the schema itself, as `#/$defs/…`"))
            }
        }
    }

    /// What is wrong with a node, and how many errors could not be decided since a value is only known when it is deployed, as
    /// `unknown` tells. `None` when the node is too large to be handed over.
    pub fn check<'a>(
        &self,
        target: Node<'a>,
        unknown: fn(Node<'_>) -> bool,
    ) -> Option<(Vec<Failure<'a>>, usize)> {
        let instance = to_json(target)?;
        let (found, undecided) = self.validator.check(&instance, &[target], unknown, usize::MAX);
        Some((found.into_iter().map(failure).collect(), undecided))
    }
}

fn failure<'a>(fault: Fault) -> Failure<'a> {
    let locals = vec![Value::made(fault.what.words())];
    let missing = match fault.what {
        What::Missing(names) => names,
        _ => Vec::new(),
    };
    let note = if missing.is_empty() { String::new() } else { [MISSING, &missing.join(", ")].concat() };
    Failure { place: Some(fault.place), note, missing, locals, ..Failure::default() }
}
