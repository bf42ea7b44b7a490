//! What it costs to hold files against their schemas, kind by kind, beside what it costs to parse the same bytes; on one thread.
//!
//! `PLIMSOLL_CORPUS=FOLDER cargo bench --bench schema`; by default the fixtures are read.

#[path = "../it/corpus.rs"]
mod corpus;
mod measure;

use corpus::Corpus;
use measure::{seconds, timed};
use plimsoll::artifact::Kind;
use plimsoll::config::Settings;
use plimsoll::model::Model;
use plimsoll::schema::Schemas;
use plimsoll::source::SourceFile;
use plimsoll::yaml::{self, Options};
use std::path::PathBuf;

/// The kinds, and how many times the parser's time their schemas may take.
const GOALS: [(Kind, f64); 5] = [
    (Kind::Manifest, 1.0),
    (Kind::Compose, 1.0),
    (Kind::Workflow, 1.0),
    (Kind::Chart, 1.0),
    (Kind::Values, 1.0),
];

fn main() {
    let root = std::env::var_os("PLIMSOLL_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures"), PathBuf::from);
    let corpus = Corpus::read(&root);
    let settings = Settings::default();
    let model = Model::new(&corpus.sources, &corpus.artifacts, &settings, None);
    let [start] = seconds([Box::new(|| timed(|| Schemas::new(&model)))]);
    println!("start, once a run: {:.0} us over {} files", start * 1e6, corpus.artifacts.len());
    println!(
        "{:<10} {:>5} {:>8} {:>8} {:>9} {:>9} {:>6}",
        "kind", "files", "KB", "findings", "ms schema", "ms parse", "ratio"
    );
    let schemas = Schemas::new(&model);
    for (kind, goal) in GOALS {
        let files: Vec<(&SourceFile, _)> =
            corpus.files().filter(|(_, artifact)| artifact.kind == kind).collect();
        if files.is_empty() {
            println!("{:<10} no files", kind.name());
            continue;
        }
        let check =
            || files.iter().map(|(_, artifact)| schemas.findings(&model, artifact.file).len()).sum::<usize>();
        let findings = check();
        let [ours, parse] = seconds([
            Box::new(|| timed(check)),
            Box::new(|| {
                timed(|| {
                    files
                        .iter()
                        .map(|(file, _)| yaml::parse(file.text.clone(), Options::default()).len())
                        .sum::<usize>()
                })
            }),
        ]);
        let ratio = ours / parse;
        println!(
            "{:<10} {:>5} {:>8.0} {findings:>8} {:>9.2} {:>9.2} {ratio:>6.2} {} {goal}",
            kind.name(),
            files.len(),
            files.iter().map(|(file, _)| file.text.len()).sum::<usize>() as f64 / 1e3,
            ours * 1e3,
            parse * 1e3,
            if ratio <= goal { "within" } else { "above" },
        );
    }
}
