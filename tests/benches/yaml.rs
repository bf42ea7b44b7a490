//! `cargo bench --bench yaml`: our tree with all its problems against the bare events of unsafe-libyaml and of granit-parser.
//!
//! One run, candidates in turn, thread CPU time, median of the rounds. `PLIMSOLL_CORPUS` names another folder to read.

#![expect(clippy::cast_precision_loss, reason = "sizes and counts here are far below 2^52")]

use cpu_time::ThreadTime;
use granit_parser::Parser;
use plimsoll::source::SourceFile;
use plimsoll::yaml::{Options, parse};
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const KINDS: [&str; 4] = ["workflow", "compose", "manifest", "values"];

/// Rounds per kind, at the least; small kinds are repeated within a round until a round has enough bytes to measure.
const ROUNDS: usize = 21;
const BYTES_PER_ROUND: usize = 1 << 20;

/// Reads a text once and throws the result away.
type Candidate = fn(&Arc<str>);

const CANDIDATES: [Candidate; 3] = [
    |text| {
        black_box(parse(text.clone(), Options::default()).problems().len());
    },
    |text| {
        black_box(libyaml_events::count(text.as_bytes()).ok());
    },
    |text| {
        black_box(Parser::new_from_str(text).take_while(Result::is_ok).count());
    },
];

fn main() {
    let folder = std::env::var_os("PLIMSOLL_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpus"), PathBuf::from);
    let mut sets: [Vec<Arc<str>>; 4] = Default::default();
    let mut rejected = 0;
    for path in files(&folder) {
        let Ok(bytes) = fs::read(&path) else { continue };
        let file = SourceFile::from_bytes(path.to_string_lossy().into_owned(), &path, bytes);
        let Some(kind) = classify(&file.path, &file.text) else { continue };
        if libyaml_events::count(file.text.as_bytes()).is_ok() {
            sets[kind].push(file.text);
        } else {
            rejected += 1;
        }
    }
    println!("{rejected} files left out because libyaml rejects them");
    println!(
        "{:<10} {:>6} {:>9} {:>12} {:>24} {:>16} {:>10} {:>10}",
        "kind", "files", "bytes", "ours MB/s", "unsafe-libyaml MB/s", "granit MB/s", "x libyaml", "x granit"
    );
    let mut ratios = Vec::new();
    for (kind, texts) in KINDS.iter().zip(&sets) {
        if texts.is_empty() {
            println!("{kind:<10} {:>6}", 0);
            continue;
        }
        let bytes: usize = texts.iter().map(|text| text.len()).sum();
        let medians = measure(texts, BYTES_PER_ROUND.div_ceil(bytes));
        let speed = medians.map(|time| bytes as f64 / 1e6 / time);
        let (libyaml, granit) = (speed[0] / speed[1], speed[0] / speed[2]);
        println!(
            "{kind:<10} {:>6} {bytes:>9} {:>12.1} {:>24.1} {:>16.1} {libyaml:>10.2} {granit:>10.2}",
            texts.len(),
            speed[0],
            speed[1],
            speed[2]
        );
        ratios.push((libyaml, granit));
    }
    let mean = |pick: fn(&(f64, f64)) -> f64| {
        (ratios.iter().map(|ratio| pick(ratio).ln()).sum::<f64>() / ratios.len() as f64).exp()
    };
    println!("geometric mean: {:.2} x unsafe-libyaml, {:.2} x granit", mean(|r| r.0), mean(|r| r.1));
}

/// Seconds each candidate needs to read the texts once.
fn measure(texts: &[Arc<str>], repeats: usize) -> [f64; 3] {
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..ROUNDS {
        for (times, read) in times.iter_mut().zip(CANDIDATES) {
            let start = ThreadTime::now();
            for text in (0..repeats).flat_map(|_| texts) {
                read(text);
            }
            times.push(start.elapsed());
        }
    }
    times.map(|mut times| {
        times.sort();
        times[ROUNDS / 2].as_secs_f64() / repeats as f64
    })
}

/// The index in [`KINDS`]: by folder for the bundled corpus, else by place and content. Templates have no kind.
fn classify(path: &str, text: &str) -> Option<usize> {
    let path = path.replace('\\', "/");
    let name = path.rsplit('/').next()?;
    let starts = |key: &str| text.lines().any(|line| line.starts_with(key));
    let template = text.lines().any(|line| {
        let line = line.trim_start();
        line.starts_with("{{") || line.contains(": {{")
    });
    if template || path.contains("/templates/") {
        None
    } else if path.contains("/workflows/") || path.contains("/workflow/") || starts("on:") && starts("jobs:")
    {
        Some(0)
    } else if name.contains("compose") || path.contains("/compose/") {
        Some(1)
    } else if starts("apiVersion:") && starts("kind:") {
        Some(2)
    } else if name.contains("values") || path.contains("/values/") {
        Some(3)
    } else {
        None
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => pending.push(path),
                Ok(kind) if kind.is_file() && is_yaml(&path) => found.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yaml" || end == "yml")
}
