//! What one thread of a run has made of texts before: scripts that were read, globs that were compiled. What a use costs in steps does
//! not depend on it.

use crate::glob::Glob;
use crate::shell::{self, Dialect, Reading};
use std::rc::Rc;

/// How many are kept of each.
const KEPT: usize = 16;

/// The scripts that were read last: several rules ask about the same step one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Scripts {
    known: Vec<(String, Dialect, Rc<Reading>)>,
}

impl Scripts {
    /// The commands of a script.
    pub(super) fn read(&mut self, script: &str, dialect: Dialect) -> Rc<Reading> {
        if let Some((.., reading)) = self.known.iter().find(|known| known.1 == dialect && known.0 == script) {
            return reading.clone();
        }
        let reading = Rc::new(shell::read(script, dialect));
        if self.known.len() == KEPT {
            self.known.remove(0);
        }
        self.known.push((script.to_owned(), dialect, reading.clone()));
        reading
    }
}

/// The globs that were compiled last.
#[derive(Clone, Debug, Default)]
pub(super) struct Globs {
    known: Vec<(String, Rc<Result<Glob, String>>)>,
}

impl Globs {
    /// A compiled glob, or what is wrong with it.
    pub(super) fn compile(&mut self, pattern: &str) -> Rc<Result<Glob, String>> {
        if let Some((_, glob)) = self.known.iter().find(|(known, _)| known == pattern) {
            return glob.clone();
        }
        let glob = Rc::new(Glob::new(pattern));
        if self.known.len() == KEPT {
            self.known.remove(0);
        }
        self.known.push((pattern.to_owned(), glob.clone()));
        glob
    }
}
