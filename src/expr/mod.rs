//! CEL expressions over the spanned document: lex, parse, check, evaluate, blame.
//!
//! A program is compiled for one of two modes: [`Mode::Strict`] is CEL to the letter; in [`Mode::Lenient`], the default,
//! one deviation from CEL runs through all of it: what is absent, null or out of range reads as null, and null has an
//! answer everywhere.
//!
//! | expression | where null meets it |
//! |---|---|
//! | `x.field`, `x[i]` | null |
//! | `has(x)` | `x != null`, for any field, index or name |
//! | `==`, `!=` | null equals only null; `!=` is the negation |
//! | `<`, `<=`, `>`, `>=`, `in` | false |
//! | `&&`, `\|\|`, `!`, `? :`, the whole condition | null counts as false |
//! | functions, `+ - * / %` | null |
//! | `all` / `exists`, `exists_one` | true / false |
//! | `filter`, `map` | null |
//!
//! What cannot be known before deployment is *unknown*: `&&`, `||`, `!`, `all` and `exists` follow Kleene's logic, and
//! everything else that needs the value is unknown itself. `has` of an unknown scalar is true.
//! Any other mix of types stops the evaluation with an error; it is never an answer.

mod access;
mod arithmetic;
mod blame;
mod check;
mod compare;
mod eval;
mod functions;
mod lex;
mod library;
mod loops;
mod make;
mod message;
mod parse;
mod pattern;
mod program;
mod template;
#[cfg(test)]
mod tests;
mod value;
mod view;

pub use blame::Failure;
pub use functions::{FunctionDoc, MacroDoc, functions, macros};
pub use library::command::{COMMAND, commands};
pub use library::image::{IMAGE, image, image_of};
pub use program::{Budget, Expected, Mode, Problem, Program, Scope, Stop, compile};
pub use template::{Template, enumerate};
pub use value::{Facts, Field, Made, Object, Origin, Record, Text, Type, Value};
