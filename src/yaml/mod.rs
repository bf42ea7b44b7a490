//! YAML and JSON text into one arena of spanned nodes. Knows nothing of the rest of the program but places.
//!
//! Reading: `scanner` holds the cursor, `stream` the documents, `block` and `flow` the collections, `scalar` and
//! `property` what they hold, `mistakes` the words for
//! each error, `recover` what happens after it, `keys` the checks of a finished mapping. All of
//! it writes the `arena`. Asking: `document`, `node`, `decode`, `typing`, `merge`.

mod arena;
mod block;
mod decode;
mod document;
mod flow;
mod keys;
mod merge;
mod mistakes;
mod node;
mod problem;
mod property;
mod recover;
mod scalar;
mod scanner;
mod stream;
mod typing;

pub use document::{
    Dialect, Document, Entry, Expansion, Kind, Options, Scalar, Style, Via, parse, parse_region,
};
pub use node::Node;
pub use problem::{Problem, ProblemKind};

#[cfg(test)]
mod tests;
