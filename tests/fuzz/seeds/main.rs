//! Writes what fuzzing starts from: for expressions those of the rules as a corpus, and the names of the language as a dictionary; for
//! scripts the fixtures.

use plimsoll::expr::{functions, macros};
use plimsoll::yaml::{Node, Options, parse};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut expressions = BTreeSet::new();
    for folder in ["../../rules", "../../fixtures/targets"] {
        read(&fuzz.join(folder), &mut expressions)?;
    }
    expressions.extend(functions().map(|function| function.example.to_owned()));
    let names: BTreeSet<&str> =
        functions().map(|function| function.name).chain(macros().iter().map(|of| of.name)).collect();
    // Calls of everything, rightly or not: the rest is up to the fuzzer.
    expressions.extend(names.iter().map(|name| format!("x.{name}(e, e == x.name) || {name}(x.ports, text)")));
    let corpus = fuzz.join("corpus/expr");
    fs::create_dir_all(&corpus)?;
    for (at, expression) in expressions.iter().enumerate() {
        fs::write(corpus.join(format!("seed-{at:03}")), expression)?;
    }
    let words = [
        "x", "params", "text", "number", "unknown", "true", "false", "null", "&&", "||", "in", ".?", "[?",
        "r'", "b'", "0x1f", "1u",
    ];
    let words = words.into_iter().chain(names).map(|word| format!("\"{word}\"\n"));
    fs::write(fuzz.join("corpus/expr.dict"), words.collect::<String>())?;
    println!("{} seeds in {}", expressions.len(), corpus.display());
    let corpus = fuzz.join("corpus/shell");
    fs::create_dir_all(&corpus)?;
    copy(&fuzz.join("../../fixtures/scripts"), &corpus)?;
    println!("fixtures in {}", corpus.display());
    Ok(())
}

/// Copies the files below a folder into one.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        if path.is_dir() {
            copy(&path, to)?;
        } else if path.extension().is_none_or(|ending| ending != "commands") {
            fs::copy(&path, to.join(path.file_name().unwrap_or_default()))?;
        }
    }
    Ok(())
}

fn read(folder: &Path, expressions: &mut BTreeSet<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(&path, expressions)?;
        } else {
            let document = parse(fs::read_to_string(path)?, Options::default());
            document.roots().for_each(|root| collect(root, expressions));
        }
    }
    Ok(())
}

/// Takes the value of every key that holds an expression or a message, wherever it stands in a rule.
fn collect(node: Node<'_>, expressions: &mut BTreeSet<String>) {
    for (key, value) in node.pairs() {
        match &*key.text() {
            "require" | "forbid" | "when" | "at" | "message" | "help" | "label" => {
                expressions.insert(value.text().into_owned());
            }
            "let" => expressions.extend(value.pairs().map(|(_, value)| value.text().into_owned())),
            _ => {}
        }
        collect(value, expressions);
    }
    node.items().for_each(|item| collect(item, expressions));
}
