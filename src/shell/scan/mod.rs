//! Scripts that no parser here reads: PowerShell, the command prompt and Python, looked through for what is a command at sight.
//!
//! Everything that is found is [`How::Scanned`] and not certain. Each scan goes once over the text; scripts in strings of it are looked
//! through a few levels deep.

mod cmd;
mod powershell;
mod python;
#[cfg(test)]
mod tests;

use super::command::{Command, How, SCRIPT, Word};
use super::mask::{self, UNKNOWN};
use super::{Reading, tool};
use crate::source::{Place, Segment, SourceMap, Span};
use std::ops::Range;

/// A language that is looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// PowerShell, of either edition.
    PowerShell,
    /// The command prompt of Windows.
    Cmd,
    /// Python: lists and strings that are handed to another process.
    Python,
}

/// The commands that stand in a script at sight, in order. It never fails, and misses what it does not understand.
pub fn scan(script: &str, language: Foreign) -> Reading {
    let masked = mask::mask(script);
    let mut commands = match language {
        Foreign::PowerShell => powershell::scan(&masked),
        Foreign::Cmd => cmd::scan(&masked),
        Foreign::Python => python::scan(&masked),
    };
    commands.sort_by_key(|command| command.span.start);
    Reading { commands, complete: true }
}

/// A word that is being read.
struct Reader<'t> {
    script: &'t str,
    start: usize,
    text: String,
    map: SourceMap,
    options: bool,
}

impl<'t> Reader<'t> {
    fn new(script: &'t str, start: usize) -> Self {
        Self { script, start, text: String::new(), map: SourceMap::default(), options: false }
    }

    /// A word that stands for itself.
    fn literal(script: &'t str, range: Range<usize>) -> Word {
        let mut word = Self::new(script, range.start);
        word.copy(range.clone());
        word.word(range.end)
    }

    /// Bytes that stand for themselves.
    fn copy(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.push(range.clone(), true);
            self.text.push_str(&self.script[range]);
        }
    }

    /// Bytes that stand for something that is not known.
    fn unknown(&mut self, range: Range<usize>) {
        self.push(range, false);
        self.text.push(UNKNOWN);
    }

    fn push(&mut self, range: Range<usize>, verbatim: bool) {
        let source = Place { file: SCRIPT, span: Span::from(range) };
        self.map.push(Segment { out: self.text.len() as u32, source, verbatim });
    }

    fn word(self, end: usize) -> Word {
        let span = Span::from(self.start..end);
        let verbatim = match self.map.segments() {
            [] => true,
            [segment] => segment.verbatim && segment.source.span.start == span.start,
            _ => false,
        };
        let map = if verbatim { SourceMap::default() } else { self.map };
        let mut word = Word::new(self.text, true, span, map);
        word.options = self.options;
        word
    }
}

/// A command of these words. The name of a program loses its ending and the folders of Windows.
fn command(mut words: Vec<Word>, piped_from: Option<Box<str>>) -> Option<Command> {
    let name = words.first_mut()?;
    if let Some(text) = name.text() {
        let base = text.rsplit('\\').next().unwrap_or(text);
        let program = ["exe", "cmd", "bat"].iter().find_map(|ending| {
            let (stem, last) = base.rsplit_once('.')?;
            last.eq_ignore_ascii_case(ending).then_some(stem)
        });
        let program = program.unwrap_or(base);
        if program != text && !program.is_empty() {
            *name = Word::derived(program, name.span);
        }
    }
    let span = Span::new(words.first()?.span.start, words.last()?.span.end);
    Some(Command { words, span, how: How::Scanned, certain: false, function: None, stdin: None, piped_from })
}

/// Whether a command is the call of a known tool: `kubectl -n x get`.
fn is_call(command: &Command) -> bool {
    let verb = command.subcommand().first().and_then(|word| word.text());
    command.name().zip(verb).is_some_and(|(name, verb)| tool::is_call(name, verb))
}
