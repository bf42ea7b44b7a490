//! What a script is written in, by what is said of its shell.

use crate::shell::{self, Command, Dialect, Foreign, Reading};

/// What a script is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A shell that is parsed.
    Shell(Dialect),
    /// PowerShell, of either edition.
    PowerShell,
    /// The command prompt of Windows.
    Cmd,
    /// Python.
    Python,
    /// None: an action that a step uses.
    Action,
    /// Anything else: nothing is known of what it runs.
    Other,
}

impl Language {
    /// What nothing is said of.
    pub const BASH: Self = Self::Shell(Dialect::Bash);

    /// The language of an interpreter, by its path with or without arguments: `bash`, `/bin/sh -e`, `pwsh.exe`.
    pub fn of_interpreter(line: &str) -> Self {
        let first = line.split_whitespace().next().unwrap_or_default().trim_matches(['"', '\'']);
        let name = first.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
        match name.strip_suffix(".exe").unwrap_or(&name) {
            "bash" | "zsh" | "ksh" | "mksh" => Self::BASH,
            "sh" | "dash" | "ash" => Self::Shell(Dialect::Posix),
            "pwsh" | "powershell" => Self::PowerShell,
            "cmd" => Self::Cmd,
            name if name.starts_with("python") => Self::Python,
            _ => Self::Other,
        }
    }

    /// The language that the first line of a script names, directly or through `env` with its options.
    pub fn of_first_line(text: &str) -> Option<Self> {
        let line = text.trim_start_matches('\u{feff}').lines().next()?.strip_prefix("#!")?.trim();
        let mut words = line.split_whitespace();
        let mut program = words.next()?;
        if program.ends_with("/env") {
            program = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
        }
        Some(Self::of_interpreter(program))
    }

    /// The language of a file that was recognised as a shell script: its first line says it, else its ending.
    pub(super) fn of_file(path: &str, text: &str) -> Self {
        match Self::of_first_line(text) {
            Some(Self::Other) | None => Self::BASH,
            Some(language) => language,
        }
        .or_ending(path)
    }

    /// `.bash` names its shell even where the first line says `sh`.
    fn or_ending(self, path: &str) -> Self {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        if matches!(ending, "bash" | "ksh" | "zsh") { Self::BASH } else { self }
    }

    /// Its name in rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shell(Dialect::Bash) => "bash",
            Self::Shell(Dialect::Posix) => "sh",
            Self::PowerShell => "pwsh",
            Self::Cmd => "cmd",
            Self::Python => "python",
            Self::Action => "action",
            Self::Other => "other",
        }
    }

    /// The commands of a text in this language.
    pub(super) fn read(self, text: &str) -> Reading {
        match self {
            Self::Shell(dialect) => shell::read(text, dialect),
            Self::Action => Reading { commands: vec![Command::action(text)], complete: true },
            Self::PowerShell => shell::scan(text, Foreign::PowerShell),
            Self::Cmd => shell::scan(text, Foreign::Cmd),
            Self::Python => shell::scan(text, Foreign::Python),
            Self::Other => Reading { commands: Vec::new(), complete: true },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpreter_is_known_by_the_name_of_its_program() {
        for (line, language) in [
            ("bash -Eeuo pipefail {0}", Language::BASH),
            ("/usr/bin/dash", Language::Shell(Dialect::Posix)),
            (r#""C:\Program.exe""#, Language::Other),
            (r"C:\msys64\usr\bin\bash.exe -l {0}", Language::BASH),
            ("pwsh", Language::PowerShell),
            ("PowerShell.exe -File {0}", Language::PowerShell),
            ("cmd", Language::Cmd),
            ("python3.12 {0}", Language::Python),
            ("perl {0}", Language::Other),
            ("", Language::Other),
        ] {
            assert_eq!(Language::of_interpreter(line), language, "{line}");
        }
    }

    #[test]
    fn the_first_line_of_a_script_names_its_language() {
        let posix = Language::Shell(Dialect::Posix);
        assert_eq!(Language::of_first_line("#!/bin/sh -e\n"), Some(posix));
        assert_eq!(Language::of_first_line("#! /usr/bin/env -S A=b bash -e"), Some(Language::BASH));
        assert_eq!(Language::of_first_line("echo"), None);
        assert_eq!(Language::of_file("a.bash", "#!/bin/sh"), Language::BASH);
        assert_eq!(Language::of_file("a.sh", "#!/bin/sh"), posix);
        assert_eq!(Language::of_file("a.sh", ""), Language::BASH);
    }
}
