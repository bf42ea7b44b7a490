//! From the start of the process to its end: `plimsoll check` over a tiny project with a hundred rules of its own.
//!
//! `cargo bench --bench start`. What counts is the least of many runs, since another process may only make a run longer.

#[allow(dead_code)]
mod measure;
mod policy;
#[allow(dead_code)]
mod project;

use measure::{seconds, timed};
use plimsoll::source::Sources;
use policy::policy;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const RUNS: usize = 200;
/// Most milliseconds that a run may take.
const GOAL: f64 = 5.0;

const FILES: [(&str, &str); 2] = [
    ("compose.yaml", "services:\n  web: {image: \"web:1\", ports: [\"8080:80\"]}\n"),
    (
        "deploy/web.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        \
         - {name: web, image: \"web:1\"}\n",
    ),
];

fn main() {
    let rules = policy();
    let [load] = seconds([Box::new(|| timed(|| project::catalog(&rules, &mut Sources::default())))]);
    println!("{} rule files are loaded in {:.2} ms of CPU time", rules.len(), load * 1e3);

    let folder = tempfile::tempdir().expect("a folder for a while");
    let files = FILES.iter().map(|&(path, text)| (path.to_owned(), text.to_owned()));
    for (path, text) in files.chain(rules) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let version = report("--version", &["--version"], folder.path());
    let check = report("check", &["check", "--quiet", "--fail-on", "never"], folder.path());
    println!(
        "{:.2} ms {} {GOAL}; {:.2} ms of it are the check",
        check,
        if check <= GOAL { "within" } else { "above" },
        check - version
    );
}

/// Runs the program many times; the least milliseconds of them.
fn report(name: &str, arguments: &[&str], folder: &Path) -> f64 {
    let ticks = children();
    let mut times: Vec<f64> = (0..RUNS).map(|_| run(arguments, folder)).collect();
    times.sort_by(f64::total_cmp);
    let cpu = children().zip(ticks).map(|(after, before)| (after - before) as f64 * 10.0 / RUNS as f64);
    let cpu = cpu.map(|cpu| format!(", {cpu:.2} of CPU time on average")).unwrap_or_default();
    println!("{name:<10} ms: {:.2} at least, {:.2} in the middle{cpu}", times[0], times[RUNS / 2]);
    times[0]
}

fn run(arguments: &[&str], folder: &Path) -> f64 {
    let start = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .status()
        .expect("the program starts");
    let time = start.elapsed().as_secs_f64() * 1e3;
    assert!(status.success(), "{status}");
    time
}

/// Hundredths of seconds of CPU time that ended children took, where Linux tells.
fn children() -> Option<u64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // Fields 16 and 17, counted from the state of the process, which is field 3 and follows its name in brackets.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some(fields.get(13)?.parse::<u64>().ok()? + fields.get(14)?.parse::<u64>().ok()?)
}
