//! The recipes of a makefile, and what it runs whenever it is read.

use super::{Host, Language, Script, Written};
use crate::makefile::{Makefile, Recipe};
use crate::model::facts::{FileFacts, Owner};
use std::borrow::Cow;

/// Finds the scripts of a makefile: those outside recipes first.
pub(super) fn find<'m>(file: FileFacts<'m>, found: &mut Vec<Script<'m>>) {
    let Some(makefile) = file.makefile() else { return };
    let language = makefile.shell.as_deref().map_or(Language::BASH, Language::of_interpreter);
    let outside = makefile.shells.iter().map(|recipe| (recipe, Host::Makefile));
    let inside = makefile
        .rules
        .iter()
        .flat_map(|rule| rule.recipes.iter().map(move |recipe| (recipe, Host::Target { rule })));
    found.extend(outside.chain(inside).map(|(recipe, host)| script(makefile, recipe, language, host)));
}

fn script<'m>(makefile: &'m Makefile, recipe: &'m Recipe, language: Language, host: Host<'m>) -> Script<'m> {
    let text = Cow::Borrowed(&*recipe.derived.text);
    let written = Written::Derived(Cow::Borrowed(&recipe.derived.map));
    let owner = Owner::named("target", None);
    Script {
        complete: makefile.complete,
        given: Cow::Borrowed(&recipe.given),
        ..Script::new(text, written, language, host, owner)
    }
}
