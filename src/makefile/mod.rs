//! Makefiles: a text in, its rules out, each recipe as text for a shell that knows where every byte of it stands.
//!
//! GNU make's grammar (<https://www.gnu.org/software/make/manual/make.html>), without running anything: every branch of a conditional
//! is read, variables have the values that the file gives them, and what functions and the environment give is not known. `lines`
//! takes the text apart, `expand` makes recipes of it.

mod expand;
mod lines;
#[cfg(test)]
mod tests;

use crate::source::{Derived, FileId, Span};
use expand::Expand;

/// A makefile that was read.
#[derive(Debug, Default)]
pub struct Makefile {
    /// The rules, in the order of the text.
    pub rules: Vec<Rule>,
    /// The target that `make` makes when it is told none.
    pub default_goal: Option<Box<str>>,
    /// What `.PHONY` names: targets that are no files.
    pub phony: Vec<Name>,
    /// The files it includes, as far as their names are known.
    pub includes: Vec<Name>,
    /// What it runs whenever it is read: `$(shell …)` and `!=` outside recipes.
    pub shells: Vec<Recipe>,
    /// The value of `SHELL`; `None` where it is `/bin/sh`.
    pub shell: Option<Box<str>>,
    /// Whether all of it was read: not when variables grow without end.
    pub complete: bool,
}

/// A rule: how targets are made.
#[derive(Debug, Default)]
pub struct Rule {
    /// Its targets; patterns hold a `%`.
    pub targets: Vec<Name>,
    /// What is made before them.
    pub prerequisites: Vec<Name>,
    /// What is made before them, but does not make them out of date.
    pub order_only: Vec<Name>,
    /// What makes them: a line each, or all lines together under `.ONESHELL`. What `$(shell …)` runs comes before its line.
    pub recipes: Vec<Recipe>,
}

/// The name of a target, or of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name, its variables replaced; as it is written where their values are not known.
    pub text: Box<str>,
    /// The word that gives it.
    pub span: Span,
}

/// A text that a shell runs. What is not known in it is an expansion of the shell without a value.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Recipe {
    /// The text and its map.
    pub derived: Derived,
    /// The bytes of the text that values of variables gave, in order, and whether these are the only values.
    pub given: Vec<(Span, bool)>,
}

impl Makefile {
    /// The rules that make a target by its name.
    pub fn rules_of(&self, target: &str) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.targets.iter().any(|name| &*name.text == target))
    }
}

/// Reads a makefile. What does not parse is passed over; it never fails.
pub fn read(text: &str, file: FileId) -> Makefile {
    let lines = lines::read(text);
    let mut expand = Expand::new(text, file, &lines);
    let mut makefile = Makefile { default_goal: lines.default_goal(), ..Makefile::default() };
    makefile.shell = lines.shell();
    for range in &lines.loose {
        makefile.shells.extend(expand.shells(range.clone()));
    }
    for range in &lines.assigned_output {
        makefile.shells.push(expand.recipe(range.clone()));
        makefile.shells.append(&mut expand.run);
    }
    makefile.shells.sort_by_key(|recipe| recipe.derived.map.place(Span::empty(0)));
    makefile.includes = lines.includes.iter().flat_map(|range| expand.names(range.clone())).collect();
    for draft in &lines.rules {
        let targets = expand.names(draft.targets.clone());
        let prerequisites = expand.names(draft.prerequisites.clone());
        match targets.first().map(|name| &*name.text) {
            Some(".PHONY") => makefile.phony.extend(prerequisites),
            Some(name) if is_special(name) && draft.recipes.is_empty() => {}
            _ => {
                if makefile.default_goal.is_none() {
                    makefile.default_goal =
                        targets.iter().find(|name| can_be_goal(&name.text)).map(|name| name.text.clone());
                }
                let order_only = expand.names(draft.order_only.clone());
                let mut recipes = Vec::new();
                for range in &draft.recipes {
                    let recipe = expand.recipe(range.clone());
                    recipes.append(&mut expand.run);
                    recipes.push(recipe);
                }
                if lines.one_shell {
                    recipes = joined(recipes);
                }
                recipes.retain(|recipe| !recipe.derived.text.trim().is_empty());
                makefile.rules.push(Rule { targets, prerequisites, order_only, recipes });
            }
        }
    }
    makefile.complete = expand.complete;
    makefile
}

/// Targets that tell `make` something.
fn is_special(name: &str) -> bool {
    name.starts_with('.')
        && name.len() > 1
        && name[1..].bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// Whether `make` makes a target when it is the first and none is named.
fn can_be_goal(name: &str) -> bool {
    !name.contains('%') && (!name.starts_with('.') || name.contains('/'))
}

/// The lines of a recipe as one text, for one shell.
fn joined(recipes: Vec<Recipe>) -> Vec<Recipe> {
    let mut all = Recipe::default();
    for recipe in recipes {
        let Derived { text, map } = recipe.derived;
        let start = all.derived.text.len() as u32;
        let whole = 0..text.len();
        if let Some(place) = map.place(Span::empty(0)).filter(|_| start > 0) {
            all.derived.push("\n", place, false);
        }
        let start = start.max(all.derived.text.len() as u32);
        all.derived.append(&text, &map, whole);
        all.given.extend(
            recipe
                .given
                .into_iter()
                .map(|(span, only)| (Span::new(span.start + start, span.end + start), only)),
        );
    }
    vec![all]
}
