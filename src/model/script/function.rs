//! What the functions of a script do with their arguments and their output.

use super::Role;
use super::statement::{Out, Piece};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// A function and what its body does.
pub(super) struct Function<'t> {
    pub name: &'t str,
    /// The pieces of its body, by index.
    pub pieces: Range<usize>,
    pub prints: bool,
    /// Whether it does anything else but print and leave.
    pub acts: bool,
    /// The commands in it that may be functions.
    pub calls: Vec<&'t str>,
}

/// A command that may be a function of the script.
pub(super) struct Call<'t> {
    pub name: &'t str,
    /// Its pieces, by index.
    pub pieces: Range<usize>,
    pub out: Out,
}

/// Gives the arguments of functions that print, and what functions print whose output goes on, their roles.
pub(super) fn settle(pieces: &mut [Piece], functions: &[Function<'_>], calls: &[Call<'_>]) {
    if functions.is_empty() {
        return;
    }
    let mut printers: HashMap<&str, bool> = HashMap::new();
    for function in functions {
        let prints = !function.acts
            && (function.prints || !function.calls.is_empty())
            && function.calls.iter().all(|call| printers.get(call) == Some(&true));
        // One that is defined twice prints if both do.
        printers.entry(function.name).and_modify(|known| *known &= prints).or_insert(prints);
    }
    let mut captured: HashSet<&str> = HashSet::new();
    for call in calls {
        match (printers.get(call.name), call.out) {
            (Some(_), Out::On) => {
                captured.insert(call.name);
            }
            (Some(true), _) => {
                pieces[call.pieces.clone()].iter_mut().for_each(|piece| piece.role = Role::Printed);
            }
            _ => {}
        }
    }
    // Bodies may stand in one another: they are counted, not gone through.
    let mut depth = vec![0i32; pieces.len() + 1];
    for function in functions.iter().filter(|function| captured.contains(function.name)) {
        depth[function.pieces.start] += 1;
        depth[function.pieces.end] -= 1;
    }
    let mut inside = 0;
    for (piece, change) in pieces.iter_mut().zip(depth) {
        inside += change;
        if inside > 0 && piece.loose {
            piece.role = Role::Runs;
        }
    }
}
