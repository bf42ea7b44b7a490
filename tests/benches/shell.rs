//! What it costs to read the scripts of workflows: microseconds of CPU time for each `run` of a step, on one thread.
//!
//! `PLIMSOLL_CORPUS=FOLDER cargo bench --bench shell`; by default the fixtures are read.

#[path = "../it/corpus.rs"]
mod corpus;
mod measure;

use corpus::Corpus;
use measure::{seconds, timed};
use plimsoll::artifact::Kind;
use plimsoll::model::FileFacts;
use plimsoll::model::scripts;
use std::path::PathBuf;

/// How many microseconds a step may take.
const GOAL: f64 = 25.0;

fn main() {
    let root = std::env::var_os("PLIMSOLL_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures"), PathBuf::from);
    let corpus = Corpus::read(&root);
    println!(
        "{:<12} {:>6} {:>8} {:>9} {:>9} {:>12}",
        "kind", "files", "scripts", "KB", "commands", "us a script"
    );
    for kind in [
        Kind::Workflow,
        Kind::Action,
        Kind::Script,
        Kind::Makefile,
        Kind::Dockerfile,
        Kind::Compose,
        Kind::Manifest,
    ] {
        let files: Vec<FileFacts<'_>> = corpus
            .files()
            .filter(|(_, artifact)| artifact.kind == kind)
            .map(|(source, artifact)| FileFacts { id: artifact.file, source, artifact })
            .collect();
        let read = || {
            let (mut count, mut bytes, mut commands) = (0, 0, 0);
            for script in files.iter().flat_map(|file| scripts::of(*file)) {
                count += 1;
                bytes += script.text().text.len();
                commands += script.reading().commands.len();
            }
            (count, bytes, commands)
        };
        let (count, bytes, commands) = read();
        if count == 0 {
            println!("{:<12} no scripts", kind.name());
            continue;
        }
        let [all] = seconds([Box::new(|| timed(read))]);
        let each = all * 1e6 / f64::from(count);
        let verdict = match kind {
            Kind::Workflow if each <= GOAL => "within 25",
            Kind::Workflow => "above 25",
            _ => "",
        };
        println!(
            "{:<12} {:>6} {count:>8} {:>9.0} {commands:>9} {each:>12.1} {verdict}",
            kind.name(),
            files.len(),
            bytes as f64 / 1e3
        );
    }
}
