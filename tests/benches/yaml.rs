//! How fast texts become documents, kind by kind: our tree, with duplicate keys found and comments kept, against the bare
//! events of libyaml and the events of granit-parser.
//!
//! `PLIMSOLL_CORPUS=FOLDER cargo bench --bench yaml`; by default the fixtures are read.

#[path = "../it/corpus.rs"]
mod corpus;
mod measure;

use corpus::Corpus;
use measure::{seconds, timed};
use plimsoll::artifact::Kind;
use plimsoll::yaml::{Options, parse};
use std::path::PathBuf;
use std::sync::Arc;

fn main() {
    let root = std::env::var_os("PLIMSOLL_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures"), PathBuf::from);
    let corpus = Corpus::read(&root);
    println!(
        "MB/s of thread CPU time, median of rounds in turn; in brackets how many times as fast as libyaml"
    );
    println!(
        "{:<10} {:>5} {:>8} {:>8} {:>15} {:>8} {:>15}",
        "kind", "files", "rejected", "KB", "plimsoll", "libyaml", "granit"
    );
    let mut ratios = Vec::new();
    for kind in [Kind::Workflow, Kind::Compose, Kind::Manifest, Kind::Values] {
        let all: Vec<Arc<str>> = corpus
            .files()
            .filter(|(_, artifact)| artifact.kind == kind)
            .map(|(source, _)| source.text.clone())
            .collect();
        let texts: Vec<_> =
            all.iter().filter(|text| libyaml_events::count(text.as_bytes()).is_ok()).collect();
        let rejected = all.len() - texts.len();
        if texts.is_empty() {
            println!("{:<10} no files", kind.name());
            continue;
        }
        let bytes = texts.iter().map(|text| text.len()).sum::<usize>() as f64;
        let [ours, libyaml, granit] = seconds([
            Box::new(|| {
                timed(|| {
                    texts.iter().map(|&text| parse(text.clone(), Options::default()).len()).sum::<usize>()
                })
            }),
            Box::new(|| {
                timed(|| {
                    texts.iter().filter_map(|text| libyaml_events::count(text.as_bytes()).ok()).sum::<usize>()
                })
            }),
            Box::new(|| timed(|| texts.iter().map(|text| granit(text)).sum::<usize>())),
        ]);
        let speed = |seconds: f64| bytes / 1e6 / seconds;
        println!(
            "{:<10} {:>5} {rejected:>8} {:>8.0} {:>8.1} ({:>4.2}) {:>8.1} {:>8.1} ({:>4.2})",
            kind.name(),
            texts.len(),
            bytes / 1e3,
            speed(ours),
            libyaml / ours,
            speed(libyaml),
            speed(granit),
            libyaml / granit,
        );
        ratios.push(libyaml / ours);
    }
    let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    println!("times as fast as libyaml: {mean:.2} in the geometric mean over kinds, {least:.2} at least");
}

/// Number of events before the end or the first error.
fn granit(text: &str) -> usize {
    granit_parser::Parser::new_from_str(text).take_while(Result::is_ok).count()
}
