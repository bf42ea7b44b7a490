//! Any text as a script in every language and as every kind of file that holds scripts: whatever is found lies inside the text, on the
//! boundaries of characters, and inside the file that it is said to stand in.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll::artifact::load;
use plimsoll::discover::{Found, Origin, Outcome};
use plimsoll::model::FileFacts;
use plimsoll::model::scripts;
use plimsoll::shell::{Command, Dialect, Foreign, read, scan};
use plimsoll::source::{Sources, Span};

/// A name for each kind of file that holds scripts.
const NAMES: &[&str] = &[
    "a.sh",
    "Makefile",
    "Dockerfile",
    "package.json",
    "compose.yaml",
    "action.yml",
    "deployment.yaml",
    ".github/workflows/ci.yaml",
];

fuzz_target!(|text: &str| {
    for dialect in [Dialect::Bash, Dialect::Posix] {
        read(text, dialect).commands.iter().for_each(|command| inside(text, command));
    }
    for language in [Foreign::PowerShell, Foreign::Cmd, Foreign::Python] {
        let commands = scan(text, language).commands;
        commands.iter().for_each(|command| inside(text, command));
        assert!(commands.iter().all(|command| !command.certain), "what is found at sight is not certain");
    }
    NAMES.iter().for_each(|name| file(name, text));
});

/// Reads a text as a file of this name.
fn file(name: &str, text: &str) {
    let outcome = Outcome::Given(text.as_bytes().to_vec());
    let found = Found { path: name.to_owned(), os_path: name.into(), origin: Origin::Explicit, outcome };
    let mut sources = Sources::default();
    let loaded = load(vec![found], &|_| None, &mut sources);
    let Some(artifact) = loaded.artifacts.first() else { return };
    let source = sources.get(artifact.file);
    for script in scripts::of(FileFacts { id: artifact.file, source, artifact }) {
        let text = script.text();
        for command in &script.reading().commands {
            inside(&text.text, command);
            for word in &command.words {
                let range = word.content().start as usize..word.content().end as usize;
                let place = text.cut(range).place().expect("a word stands somewhere");
                sound(&source.text, place.span);
            }
        }
    }
    if let Some(makefile) = artifact.makefile(&source.text) {
        for rule in &makefile.rules {
            let names = [&rule.targets, &rule.prerequisites, &rule.order_only].into_iter().flatten();
            names.for_each(|name| sound(&source.text, name.span));
        }
    }
}

fn inside(text: &str, command: &Command) {
    sound(text, command.span);
    for word in &command.words {
        sound(text, word.span);
        sound(text, word.content());
    }
    command.stdin.iter().for_each(|document| sound(text, document.span));
    command.subcommand();
    command.flag(&["-n", "--namespace"]);
}

fn sound(text: &str, span: Span) {
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} lies outside");
}
