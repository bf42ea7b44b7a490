//! The regular expressions of schemas, each compiled once, when a file first needs it.

use regex::{Regex, RegexBuilder};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Most expressions that are kept.
const KEPT: usize = 4096;
/// Greatest size of a compiled expression, in bytes.
const LARGEST: usize = 1 << 17;
/// Longest text, in bytes, that is held against one.
const LONGEST: usize = 1 << 12;

/// Whether a text matches an expression. One that cannot be compiled, since another engine wrote it or it is too large, takes every text, and so
/// does every one a text that is too long.
pub fn matches(pattern: &str, text: &str) -> bool {
    if text.len() > LONGEST {
        return true;
    }
    static COMPILED: OnceLock<Mutex<HashMap<String, Option<Arc<Regex>>>>> = OnceLock::new();
    let compiled = COMPILED.get_or_init(Mutex::default);
    let regex = {
        let mut compiled = compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if compiled.len() >= KEPT {
            compiled.clear();
        }
        let compile = || {
            RegexBuilder::new(pattern).size_limit(LARGEST).dfa_size_limit(LARGEST).build().ok().map(Arc::new)
        };
        compiled.entry(pattern.to_owned()).or_insert_with(compile).clone()
    };
    regex.is_none_or(|regex| regex.is_match(text))
}
