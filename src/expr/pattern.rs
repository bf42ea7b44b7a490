//! Regular expressions of RE2's syntax: checked when a rule loads, compiled when first needed.

use regex::{Regex, RegexBuilder};
use std::sync::OnceLock;

/// Largest compiled form of one pattern, in bytes.
const SIZE_LIMIT: usize = 1 << 20;

/// A constant pattern.
#[derive(Debug)]
pub struct Pattern {
    source: String,
    compiled: OnceLock<Result<Regex, String>>,
}

impl Pattern {
    /// Checks the syntax, which costs a fraction of compiling.
    pub fn new(source: &str) -> Result<Self, String> {
        match regex_syntax::ast::parse::Parser::new().parse(source) {
            Ok(_) => Ok(Self { source: source.to_owned(), compiled: OnceLock::new() }),
            Err(error) => Err(error.kind().to_string()),
        }
    }

    /// The regular expression, compiled at the first call.
    pub fn regex(&self) -> Result<&Regex, &str> {
        self.compiled.get_or_init(|| compile(&self.source)).as_ref().map_err(String::as_str)
    }
}

/// Compiles a pattern that is only known at run time.
pub(super) fn compile(source: &str) -> Result<Regex, String> {
    RegexBuilder::new(source).size_limit(SIZE_LIMIT).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(limit) => format!("the pattern needs more than {limit} bytes"),
        _ => "this string is not a regular expression".to_owned(),
    })
}
