//! `plimsoll completions`: what a shell needs to complete the program's arguments.

use super::{Cli, Status, print};
use clap::CommandFactory as _;
use clap_complete::Shell;

/// Print the completions of a shell
///
/// bash: `plimsoll completions bash > ~/.local/share/bash-completion/completions/plimsoll`. zsh: into a file `_plimsoll` in a folder of
/// `$fpath`. fish: `plimsoll completions fish > ~/.config/fish/completions/plimsoll.fish`. PowerShell and elvish: into the profile.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), env!("CARGO_PKG_NAME"), &mut script);
    print(&String::from_utf8_lossy(&script))
}
