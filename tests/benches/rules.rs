//! What a hundred rules of the user cost over ten thousand real documents, against the bare events of libyaml over the same bytes.
//!
//! The documents are the workflows, Compose files, manifests and values of a folder that libyaml accepts, repeated below folders
//! of other names until there are ten thousand. They are read, recognised and parsed before; what that costs is printed beside. One
//! thread, CPU time.
//!
//! `PLIMSOLL_CORPUS=FOLDER cargo bench --bench rules`; by default the fixtures are read.

#[path = "../it/corpus.rs"]
mod corpus;
mod measure;
mod policy;
mod project;

use corpus::{Corpus, given};
use measure::{seconds, timed};
use plimsoll::artifact::{Artifact, Kind};
use plimsoll::discover::Found;
use plimsoll::source::{SourceFile, Sources};
use policy::{SORTS, policy};
use project::{Project, catalog, on_one_thread};
use std::path::PathBuf;

const DOCUMENTS: usize = 10_000;
/// How many times libyaml's CPU time the rules may take.
const GOAL: f64 = 1.0;

fn main() {
    on_one_thread(measure);
}

fn measure() {
    let root = std::env::var_os("PLIMSOLL_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures"), PathBuf::from);
    let rules = policy();
    let [load] = seconds([Box::new(|| timed(|| catalog(&rules, &mut Sources::default())))]);
    println!("{} rule files are loaded in {:.2} ms", rules.len(), load * 1e3);

    let found = documents(&Corpus::read(&root));
    let texts: Vec<Vec<u8>> = found.iter().filter_map(content).map(<[u8]>::to_vec).collect();
    let project = Project::new(&rules, found.clone());
    let model = project.model();
    let all = project.run(&model, &|_| true);
    println!(
        "{:.1} MB, {} findings, {} places that cannot be decided",
        texts.iter().map(Vec::len).sum::<usize>() as f64 / 1e6,
        all.diagnostics.len(),
        all.unknown
    );
    let [ours, libyaml, whole] = seconds([
        Box::new(|| timed(|| project.run(&model, &|_| true))),
        Box::new(|| {
            timed(|| texts.iter().filter_map(|text| libyaml_events::count(text).ok()).sum::<usize>())
        }),
        Box::new(|| {
            let found = found.clone();
            timed(|| {
                let project = Project::new(&rules, found);
                project.run(&project.model(), &|_| true).diagnostics.len()
            })
        }),
    ]);
    let ratio = ours / libyaml;
    println!(
        "rules {:.0} ms, libyaml {:.0} ms: ratio {ratio:.2} {} {GOAL}; with loading, parsing and recognition {:.0} ms, ratio {:.2}",
        ours * 1e3,
        libyaml * 1e3,
        if ratio <= GOAL { "within" } else { "above" },
        whole * 1e3,
        whole / libyaml
    );
    let none = timed(|| project.run(&model, &|_| false)).as_secs_f64();
    print!("without rules {:.0} ms; what each sort takes beyond that, measured once:", none * 1e3);
    for sort in SORTS {
        let count = project.catalog.rules.iter().filter(|rule| rule.id.starts_with(sort)).count();
        let alone = timed(|| project.run(&model, &|rule| rule.id.starts_with(sort))).as_secs_f64();
        print!("  {count} by {sort} {:.0} ms", (alone - none) * 1e3);
    }
    println!();
}

/// The files of four kinds, repeated. An empty `Chart.yaml` stands where the tree has one, so that values are recognised.
fn documents(corpus: &Corpus) -> Vec<Found> {
    let is_wanted = |(file, artifact): &(&SourceFile, &Artifact)| {
        matches!(artifact.kind, Kind::Workflow | Kind::Compose | Kind::Manifest | Kind::Values)
            && libyaml_events::count(file.text.as_bytes()).is_ok()
    };
    let files: Vec<_> = corpus.files().filter(is_wanted).collect();
    let charts: Vec<_> =
        corpus.files().filter(|(file, _)| file.path.ends_with("/Chart.yaml")).map(|(file, _)| file).collect();
    let roots =
        |artifact: &Artifact| artifact.document.as_ref().map_or(0, |document| document.roots().count());
    let different: usize = files.iter().map(|(_, artifact)| roots(artifact)).sum();
    assert!(different > 0, "there are documents");
    let mut found = Vec::new();
    let (mut count, mut copies) = (0, 0);
    while count < DOCUMENTS {
        let folder = format!("copy-{copies}");
        let in_folder = |path: &str| match path.find(".github/") {
            // A workflow is one by the folder it stands in.
            Some(at) => format!("{}{folder}/{}", &path[..at], &path[at..]),
            None => format!("{folder}/{path}"),
        };
        found.extend(charts.iter().map(|chart| given(in_folder(&chart.path), Vec::new())));
        for (file, artifact) in &files {
            if count >= DOCUMENTS {
                break;
            }
            found.push(given(in_folder(&file.path), file.text.as_bytes().to_vec()));
            count += roots(artifact);
        }
        copies += 1;
    }
    println!("{count} documents in {} files: {different} different ones, up to {copies} times", found.len());
    found
}

fn content(found: &Found) -> Option<&[u8]> {
    match &found.outcome {
        plimsoll::discover::Outcome::Given(bytes) => Some(bytes),
        _ => None,
    }
}
