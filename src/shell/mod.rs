//! Shell: a script's text in, the commands really invoked out, each with the bytes where it stands.
//!
//! Nothing here knows of files, workflows or rules. A script is masked (`mask`: GitHub expressions), parsed into flat lists
//! (`parse`, `syntax`), what it gives names to is collected (`define`), and its commands are followed through variables,
//! aliases, wrappers, here-documents and the scripts in it (`follow`, `run`, `nested`). `tool` and `wrapper` are the tables.
//!
//! PowerShell, `cmd` and Python are only looked through (`scan`); the caller decides what a script is written in.

mod command;
mod define;
mod follow;
mod frame;
mod mask;
mod nested;
mod parse;
mod run;
mod scan;
mod syntax;
#[cfg(test)]
mod tests;
mod tool;
mod wrapper;

pub use command::{Command, HereDocument, How, Value, Word};
pub use scan::{Foreign, scan};

/// The grammar of a script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// `bash`, and every shell that is not told apart.
    #[default]
    Bash,
    /// `sh`, `dash`, `ash`.
    Posix,
}

/// What a list of words is that is handed to the program of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handed {
    /// A command: its first word is a shell, or another program that runs its arguments.
    Command,
    /// Likely a command: it looks like a call of a tool.
    Likely,
    /// Likely the arguments of the tool that the image is named after.
    To(&'static str),
    /// Nothing that can be known here.
    Unknown,
}

/// What words are that are handed to the program of an image; `None` stands for a word that is not known.
pub fn handed(image: Option<&str>, words: &[Option<&str>]) -> Handed {
    let Some(Some(first)) = words.first() else { return Handed::Unknown };
    let second = words.get(1).copied().flatten();
    let image = image.and_then(|image| command::base(image).split([':', '@']).next());
    if let Some(tool) = image.and_then(tool::guessable)
        && (first.starts_with('-') || tool::is_call(tool, first))
    {
        return Handed::To(tool);
    }
    let name = command::base(first);
    if words.len() > 1 && wrapper::wrappers(name).iter().any(|way| way.path().next().is_none()) {
        return Handed::Command;
    }
    if second.is_some_and(|verb| tool::is_call(name, verb)) { Handed::Likely } else { Handed::Unknown }
}

/// A script that was read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The commands, in the order in which they stand.
    pub commands: Vec<Command>,
    /// Whether all of it was read: not when it nests too deeply, ends in the middle of a construct, or grows without end.
    pub complete: bool,
}

/// The commands that a script invokes, in the order in which they stand.
pub fn commands(script: &str, dialect: Dialect) -> Vec<Command> {
    read(script, dialect).commands
}

/// Reads a script. What does not parse is passed over; it never fails.
pub fn read(script: &str, dialect: Dialect) -> Reading {
    let masked = mask::without_returns(mask::mask(script));
    let mut follow = follow::Follow::new(dialect, script.len());
    follow.script(&masked);
    let mut commands = follow.commands;
    // Stable: what a command runs in turn stays behind it where both begin at one byte.
    commands.sort_by_key(|command| command.span.start);
    Reading { commands, complete: follow.complete }
}
