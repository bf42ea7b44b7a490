//! What the files of `fixtures/scripts` run: beside each of them stands the list of its commands, as `NAME.commands`.
//!
//! A script is a line that says who runs it and what it is written in; below it stands a line for each command: where it is, how it is
//! run, and its words. `…` stands for what is not known, `perhaps` for what is not certain, `…` alone for what could not be read.

use crate::support::{assert_committed, fixtures};
use plimsoll::artifact::{Artifact, load};
use plimsoll::discover::{Found, Origin, Outcome};
use plimsoll::model::FileFacts;
use plimsoll::model::scripts::{self, Host, Script};
use plimsoll::shell::{Command, How, Word};
use plimsoll::source::{SourceFile, Sources};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn the_commands_of_every_kind_of_script_are_those_that_stand_beside_it() {
    let root = fixtures("scripts");
    let mut count = 0;
    for path in files(&root) {
        let name = path.strip_prefix(&root).expect("the walk began there").to_string_lossy().into_owned();
        let text = fs::read(&path).expect("the file can be read");
        assert_committed(&format!("fixtures/scripts/{name}.commands"), &listing(&name, text));
        count += 1;
    }
    assert!(count >= 40, "only {count} files were found");
}

#[test]
fn aliases_of_a_long_script_do_not_make_it_read_without_end() {
    let long = "kubectl get pods; ".repeat(5_000);
    for (name, head, item) in [
        ("a.yaml", "on: push\njobs:\n  a:\n    steps:\n      - run: &long ", "      - run: *long\n"),
        ("package.json", "scripts:\n  a: &long ", "  b: *long\n"),
        (
            "compose.yaml",
            "services:\n  a:\n    image: x\n    entrypoint: &long ",
            "  b:\n    command: *long\n",
        ),
        (
            "pod.yaml",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [sh, -c, &long ",
            "  - command: [sh, -c, *long]\n",
        ),
    ] {
        let end = if name == "pod.yaml" { "]" } else { "" };
        let mut text = format!("{head}{long}{end}\n");
        for at in 0..2_000 {
            text += &item.replace("b:", &format!("b{at}:"));
        }
        with(name, text.into_bytes(), &mut |_, scripts| {
            assert!(scripts.len() > 1_000, "{name}: {}", scripts.len());
            let read: usize = scripts.iter().map(|script| script.text().text.len()).sum();
            assert!(read < 4 << 20, "{name}: {read}");
            assert!(!scripts[1_000].reading().complete, "{name}: what is not read is said");
        });
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_none_or(|ending| ending != "commands") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Hands on the scripts of a file.
fn with(name: &str, bytes: Vec<u8>, see: &mut dyn FnMut(&SourceFile, Vec<Script<'_>>)) {
    let found = Found {
        path: name.to_owned(),
        os_path: name.into(),
        origin: Origin::Walked,
        outcome: Outcome::Given(bytes),
    };
    let mut sources = Sources::default();
    let loaded = load(vec![found], &|_| None, &mut sources);
    let artifact: &Artifact = loaded.artifacts.first().unwrap_or_else(|| panic!("{name} is passed over"));
    let source = sources.get(artifact.file);
    see(source, scripts::of(FileFacts { id: artifact.file, source, artifact }));
}

fn listing(name: &str, bytes: Vec<u8>) -> String {
    let mut listing = String::new();
    with(name, bytes, &mut |source, scripts| {
        for script in scripts {
            sound(name, source, &script);
            writeln!(listing, "{}, {}", host(&script), format!("{:?}", script.language).to_lowercase())
                .expect("a string takes every text");
            for command in &script.reading().commands {
                writeln!(listing, "{}", line(source, &script, command)).expect("a string takes every text");
            }
            if !script.reading().complete {
                listing.push_str("  …\n");
            }
        }
    });
    listing
}

fn host(script: &Script<'_>) -> String {
    match script.host {
        Host::Step { step, .. } => {
            let name = step.get("name").or_else(|| step.get("id")).map(|name| name.text().into_owned());
            format!("step {}", name.unwrap_or_default())
        }
        Host::File => "file".to_owned(),
        Host::Target { rule } => {
            let names: Vec<&str> = rule.targets.iter().map(|name| &*name.text).collect();
            format!("target {}", names.join(" "))
        }
        Host::Makefile => "makefile".to_owned(),
        Host::Package { name } => format!("package {}", name.text()),
        Host::Build => "build".to_owned(),
        Host::Image { part } => format!("image {part:?}").to_lowercase(),
        Host::Container { container, part } => {
            let name = container.get("name").or_else(|| container.key()).map(|name| name.text().into_owned());
            format!("container {} {part:?}", name.unwrap_or_default()).to_lowercase()
        }
    }
}

fn line(source: &SourceFile, script: &Script<'_>, command: &Command) -> String {
    let text = script.text();
    let start = command.words[0].content();
    let place =
        text.cut(start.start as usize..start.end as usize).place().expect("a command stands somewhere");
    let position = source.position(place.span.start);
    let perhaps = if command.certain { "" } else { "perhaps " };
    let how = match &command.how {
        How::Wrapper(by) | How::Script(by) => format!("{} {by}", command.how.name()),
        how => how.name().to_owned(),
    };
    let words: Vec<String> = command.words.iter().map(word).collect();
    format!("  {}:{} {perhaps}{how}: {}", position.line, position.column, words.join(" "))
}

fn word(word: &Word) -> String {
    let known = word.prefix().replace('\n', "\\n").replace('\r', "\\r");
    match (&*known, word.text()) {
        ("", Some(_)) => "''".to_owned(),
        (_, Some(_)) => known,
        (_, None) => known + "…",
    }
}

/// Panics unless every command stands inside the text, and the text stands in the file as it says.
fn sound(name: &str, source: &SourceFile, script: &Script<'_>) {
    let text = script.text();
    for command in &script.reading().commands {
        for span in command.words.iter().flat_map(|word| [word.span, word.content()]).chain([command.span]) {
            let range = span.start as usize..span.end as usize;
            assert!(text.text.get(range.clone()).is_some(), "{name}: {span:?} lies outside a script");
            let place = text.cut(range).place().expect("a word stands somewhere");
            let written = source.text.get(place.span.start as usize..place.span.end as usize);
            assert!(written.is_some(), "{name}: {place:?} lies outside the file");
        }
    }
}
