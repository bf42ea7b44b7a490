//! CEL expressions over the spanned document: lex, parse, check, evaluate, blame.
//!
//! A program is compiled for one of two modes. [`Mode::Strict`] is CEL to the letter. In [`Mode::Lenient`], the default,
//! one deviation runs through all of it: what is absent, null or out of range reads as null, and null has an answer
//! everywhere. [`DIFFERENCES`] is the whole list of what follows from it.
//!
//! In both modes, what cannot be known before deployment is *unknown*: `&&`, `||`, `!`, `all` and `exists` follow
//! Kleene's logic, and everything else that needs the value is unknown itself. `has` of an unknown scalar is true.
//! Any other mix of types stops the evaluation with an error; it is never an answer.
//!
//! An evaluation ends: every step is paid for out of a [`Budget`], and how deep and long an expression is has a limit.

mod access;
mod arithmetic;
mod blame;
#[cfg(test)]
mod bombs;
mod check;
mod compare;
mod differences;
mod eval;
#[cfg(test)]
mod forms;
mod functions;
mod join;
mod lex;
mod library;
mod loops;
mod make;
mod memory;
mod message;
mod needs;
mod parse;
mod pattern;
mod program;
mod template;
#[cfg(test)]
mod tests;
mod value;
mod view;

pub use blame::{Failure, MISSING, label_of};
pub use differences::{DIFFERENCES, Difference};
pub(crate) use functions::base64_decoded;
pub use functions::{FunctionDoc, MacroDoc, functions, macros};
pub use join::Index;
pub use library::command::{COMMAND, command};
pub use library::image::{IMAGE, ImageSource};
pub(crate) use library::named::Named;
pub(crate) use library::quantity::Quantity;
pub use needs::Needed;
pub use pattern::Pattern as Regexp;
pub use program::{Budget, Expected, Mode, Problem, Program, Scope, Stop, bound_names, compile};
pub use template::{Template, enumerate};
pub use value::{Collection, Facts, Field, Made, Object, Origin, Record, Text, Type, Value};
