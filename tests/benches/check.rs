//! What a whole run costs once the files are in memory, kind by kind: decode, recognise, parse, join, ask every rule that
//! is on by default; on one thread, against the bare events of libyaml over the same bytes.
//!
//! `PLIMSOLL_CORPUS=FOLDER cargo bench --bench check`; by default the fixtures are read.

#[path = "../it/corpus.rs"]
mod corpus;
mod measure;

use corpus::{Corpus, given};
use measure::{seconds, timed};
use plimsoll::artifact::{self, Kind};
use plimsoll::config::{Date, RawConfig, Settings};
use plimsoll::discover::Found;
use plimsoll::engine::{self, Job};
use plimsoll::model::Model;
use plimsoll::policy::Runs;
use plimsoll::progress::Progress;
use plimsoll::rule::{self, Catalog};
use plimsoll::source::{SourceFile, Sources};
use plimsoll::yaml::{self, Document, Options};
use std::path::PathBuf;

/// The configuration of a migration that retires ten names.
const CONFIG: &str = include_str!("../migration.yaml");

/// The kinds, and how many times libyaml's CPU time a run over each may take. The shell in workflows is parsed too.
const GOALS: [(Kind, f64); 4] =
    [(Kind::Manifest, 1.0), (Kind::Compose, 1.0), (Kind::Values, 1.0), (Kind::Workflow, 4.0)];

fn main() {
    // One worker, on which everything is measured: the CPU time of its thread is that of the run.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread can be started");
    pool.install(measure);
}

fn measure() {
    let root = std::env::var_os("PLIMSOLL_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures"), PathBuf::from);
    let corpus = Corpus::read(&root);
    let [start] = seconds([Box::new(|| timed(Start::new))]);
    println!("start, once a run: {:.0} us for the rules and the configuration", start * 1e6);
    println!(
        "{:<10} {:>5} {:>8} {:>8} {:>8} {:>11} {:>11} {:>6}",
        "kind", "files", "rejected", "KB", "findings", "ms plimsoll", "ms libyaml", "ratio"
    );
    let start = Start::new();
    let settings = start.settings();
    for (kind, goal) in GOALS {
        let all: Vec<&SourceFile> =
            corpus.files().filter(|(_, artifact)| artifact.kind == kind).map(|(source, _)| source).collect();
        let files: Vec<&SourceFile> =
            all.iter().filter(|file| libyaml_events::count(file.text.as_bytes()).is_ok()).copied().collect();
        if files.is_empty() {
            println!("{:<10} no files", kind.name());
            continue;
        }
        let found = found(&corpus, &files);
        let findings = start.run(&settings, found.clone(), start.sources());
        let [ours, libyaml] = seconds([
            Box::new(|| {
                let (found, sources) = (found.clone(), start.sources());
                timed(|| start.run(&settings, found, sources))
            }),
            Box::new(|| {
                timed(|| {
                    let counts = files.iter().map(|file| libyaml_events::count(file.text.as_bytes()));
                    counts.filter_map(Result::ok).sum::<usize>()
                })
            }),
        ]);
        let ratio = ours / libyaml;
        println!(
            "{:<10} {:>5} {:>8} {:>8.0} {findings:>8} {:>11.2} {:>11.2} {ratio:>6.2} {} {goal}",
            kind.name(),
            files.len(),
            all.len() - files.len(),
            files.iter().map(|file| file.text.len()).sum::<usize>() as f64 / 1e3,
            ours * 1e3,
            libyaml * 1e3,
            if ratio <= goal { "within" } else { "above" },
        );
    }
}

/// The files as a walk would hand them on. An empty `Chart.yaml` stands where the tree has one, so that values are
/// recognised as they are there.
fn found(corpus: &Corpus, files: &[&SourceFile]) -> Vec<Found> {
    let is_chart = |file: &&SourceFile| file.path.ends_with("/Chart.yaml");
    let charts = corpus.files().map(|(file, _)| file).filter(is_chart);
    let charts = charts.map(|file| given(file.path.to_string(), Vec::new()));
    let files = files.iter().map(|file| given(file.path.to_string(), file.text.as_bytes().to_vec()));
    charts.chain(files).collect()
}

/// What a run has before it looks at files.
struct Start {
    files: Vec<(&'static str, &'static str)>,
    config: Document,
    catalog: Catalog,
}

impl Start {
    fn new() -> Self {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("plimsoll.yaml", CONFIG));
        let config = yaml::parse(CONFIG, Options { file, ..Options::default() });
        let catalog = rule::load(rule::BUILT_IN.iter().copied(), &mut sources);
        let files =
            std::iter::once(("plimsoll.yaml", CONFIG)).chain(rule::BUILT_IN.iter().copied()).collect();
        Self { files, config, catalog: catalog.expect("the rules that ship have no mistakes") }
    }

    fn settings(&self) -> Settings<'_> {
        let settings = RawConfig::read(&self.config).and_then(Settings::new);
        settings.expect("the configuration has no mistakes")
    }

    /// The files that a run starts with, under the ids they were read as.
    fn sources(&self) -> Sources {
        let mut sources = Sources::default();
        for &(path, text) in &self.files {
            sources.add(SourceFile::new(path, text));
        }
        sources
    }

    /// Checks files and returns how many findings there are.
    fn run(&self, settings: &Settings<'_>, found: Vec<Found>, mut sources: Sources) -> usize {
        let loaded = artifact::load(found, &|_| None, &mut sources);
        let model = Model::new(&sources, &loaded.artifacts, settings, Some(&self.config));
        let outcome = engine::run(
            &model,
            &Job {
                catalog: &self.catalog,
                selected: &|rule| {
                    if settings.presets.iter().any(|preset| preset.holds(&rule.id)) {
                        Runs::Everywhere
                    } else {
                        Runs::Never
                    }
                },
                found: &[],
                whole: false,
                scope: &|_| true,
                today: Date::parse("2026-01-01").expect("a day"),
                progress: &Progress::default(),
            },
        );
        assert!(outcome.failures.is_empty(), "a rule failed: {:?}", outcome.failures);
        outcome.diagnostics.len()
    }
}
