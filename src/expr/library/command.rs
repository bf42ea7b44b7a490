//! The commands that a script invokes, as facts.

use super::made;
use crate::expr::value::{Made, Origin, Text, Type, Value};
use crate::shell::{Command, Reading, Word};
use std::borrow::Cow;
use std::rc::Rc;

/// The commands that a script invokes, in the order in which they stand; every word keeps its place. Behind them stands one that is
/// unknown, if the script could not be read to its end.
pub fn commands<'a>(script: &Text<'a>, reading: &Reading) -> Vec<Value<'a>> {
    let unread = (!reading.complete).then_some(Value::Unknown);
    reading.commands.iter().map(|each| command(script, each)).chain(unread).collect()
}

/// The facts of one command of a script.
pub fn command<'a>(script: &Text<'a>, command: &Command) -> Value<'a> {
    let facts = facts(&Stands { script, command });
    let span = command.words.first().map_or(command.span, Word::content);
    let place = cut(script, span).place();
    Value::Made(Rc::new(Made { record: &COMMAND, facts, place, behind: Some(Box::new(command.clone())) }))
}

/// A command and the script in which it stands.
struct Stands<'c, 'a> {
    script: &'c Text<'a>,
    command: &'c Command,
}

/// The index of `args` among the facts.
const ARGS: usize = 3;

made!(COMMAND = "command", facts<'a>(this: &Stands<'_, 'a>) {
    #[doc = "Its name without the folder; unknown where only a run can tell."]
    "name": Type::String => this.name();
    #[doc = "The words that say what the tool shall do, past its global options: `['rollout', 'status']`."]
    "subcommand": Type::List(&Type::String) =>
        Value::List(this.command.subcommand().into_iter().map(|word| this.word(word)).collect());
    #[doc = "The first word of that, such as `rollout`; empty where only a run can tell, null where none is said."]
    "verb": Type::String => this.verb();
    #[doc = "The words behind the name; unknown those that hold a variable or an expression."]
    "args": Type::List(&Type::String) => Value::List(this.command.args().iter().map(|word| this.word(word)).collect());
    #[doc = "The command as it is written."]
    "text": Type::String => Value::Text(cut(this.script, this.command.span));
    #[doc = "How the script comes to run it: `direct`, `wrapper`, `script`, `heredoc`, `variable`, `alias`, `container`, `remote`; `action` for the action that a step uses, `scanned` where PowerShell, `cmd` or Python was only looked through."]
    "how": Type::String => Value::made(this.command.how.name());
    #[doc = "Whether it is certain that this runs, and not only guessed from the name of a variable or a wrapper, or scanned."]
    "certain": Type::Bool => Value::Bool(this.command.certain);
    #[doc = "The function in whose body it stands, or null."]
    "function": Type::String => named(this.command.function.as_deref());
    #[doc = "Name of the command whose output it reads, or null."]
    "pipedFrom": Type::String => named(this.command.piped_from.as_deref());
    #[doc = "The here-document that it reads, or null."]
    "stdin": Type::String => match this.command.stdin {
        Some(document) => Value::Text(cut(this.script, document.span)),
        None => Value::Null,
    };
});

fn named<'a>(name: Option<&str>) -> Value<'a> {
    name.map_or(Value::Null, |name| Value::made(name.to_owned()))
}

/// The bytes of a span of the script, with their place.
fn cut<'a>(script: &Text<'a>, span: crate::source::Span) -> Text<'a> {
    script.cut(span.start as usize..span.end as usize)
}

impl<'a> Stands<'_, 'a> {
    fn name(&self) -> Value<'a> {
        let Some((name, word)) = self.command.name().zip(self.command.words.first()) else {
            return Value::Unknown;
        };
        let whole = word.prefix().len();
        let span = word.place(whole - name.len()..whole);
        let origin = cut(self.script, span).place().map_or(Origin::None, Origin::Place);
        Value::Text(Text { text: Cow::Owned(name.to_owned()), origin })
    }

    fn verb(&self) -> Value<'a> {
        let subcommand = self.command.subcommand();
        match subcommand.first() {
            Some(word) if word.text().is_some() => self.word(word),
            Some(_) => Value::made(""),
            None => Value::Null,
        }
    }

    fn word(&self, word: &Word) -> Value<'a> {
        let Some(known) = word.text() else { return Value::Unknown };
        let written = cut(self.script, word.content());
        if word.is_verbatim() && written.text == known {
            return Value::Text(written);
        }
        let origin = written.place().map_or(Origin::None, Origin::Place);
        Value::Text(Text { text: Cow::Owned(known.to_owned()), origin })
    }
}

/// The command behind facts, if they are those of one.
fn behind<'c>(made: &'c Made<'_>) -> Option<&'c Command> {
    made.behind.as_ref()?.downcast_ref()
}

/// Whether a command has an option under one of its names; unknown where words that are not known may hold it. `None` if these are no
/// facts of a command.
pub(in crate::expr) fn has<'a>(made: &Made<'_>, names: &[&str]) -> Option<Value<'a>> {
    let command = behind(made)?;
    Some(match command.has(names) {
        false if command.is_open() => Value::Unknown,
        has => Value::Bool(has),
    })
}

/// The values that an option of a command has under any of its names.
pub(in crate::expr) fn flag<'a>(made: &Made<'a>, names: &[&str]) -> Option<Value<'a>> {
    let command = behind(made)?;
    let Value::List(args) = &made.facts[ARGS] else { return None };
    let mut values: Vec<Value<'a>> = command
        .flag(names)
        .into_iter()
        .map(|value| match &args[value.arg()] {
            Value::Text(text) => Value::Text(text.cut(value.start()..text.text.len())),
            other => other.clone(),
        })
        .collect();
    if command.is_open() {
        values.push(Value::Unknown);
    }
    Some(Value::List(values.into()))
}
