//! Shell text by the line: which parts run, which are comments, which are only printed. It costs less than parsing, and takes what
//! no shell would: makefiles, instructions, steps with expressions in them.
//!
//! `scan` cuts a text into statements, `statement` says what their pieces are, `words` what a command does, `function` what the
//! functions of the script do.

mod function;
mod scan;
mod statement;
#[cfg(test)]
mod tests;
mod words;

use std::ops::Range;

/// What a piece of a script is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It runs, or is data of what runs.
    Runs,
    /// A comment, or an argument of a command that does nothing.
    Comment,
    /// Text that is printed for people: arguments of `echo`, of `printf`, or of a function that prints, which go nowhere else.
    Printed,
}

/// How a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Shell: quotes may span lines.
    Shell,
    /// A Makefile: everything ends with its line unless the line is continued, recipe prefixes (`@`, `-`, `+`) are passed over, and
    /// `$(X)` is a variable.
    Makefile,
    /// The command of a Dockerfile's instruction: comments stand between its lines.
    Dockerfile,
}

/// The pieces of a script in order, none crossing a line. Blank lines give none.
pub fn pieces(text: &str, flavour: Flavour) -> Vec<(Range<usize>, Role)> {
    let mut joined: Vec<(Range<usize>, Role)> = Vec::new();
    for (range, role) in scan::scan(text, flavour).pieces {
        match joined.last_mut() {
            Some((last, before)) if last.end == range.start && *before == role => last.end = range.end,
            _ => joined.push((range, role)),
        }
    }
    joined
}

/// Where the logical lines of a script begin: a line with what its line continuations, quotes and here-documents add to it.
pub fn logical_lines(text: &str, flavour: Flavour) -> Vec<usize> {
    scan::scan(text, flavour).starts
}
