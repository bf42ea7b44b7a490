//! The parser against the YAML libraries of kubectl, Helm and Compose, run by the Go program in `tests/oracle`.
//!
//! Manifests, kustomizations, charts and values are compared with sigs.k8s.io/yaml, Compose files with yaml.v3: each document's
//! verdict and its typed tree, aliases and merge keys resolved. Workflows, which no Go library consumes, are compared with
//! yaml.v3 by verdict. Skipped where there is no Go or its modules cannot be had.

mod explained;
mod tree;

use crate::support;
use explained::{EXPLAINED, Explained};
use plimsoll::artifact::{Artifact, Kind, load};
use plimsoll::discover::{Request, discover};
use plimsoll::source::{SourceFile, Sources};
use plimsoll::yaml::{Document, Node, Problem, ProblemKind};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tree::Tree;

/// A Go library, by the name that the oracle has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Library {
    Sigs,
    V3,
}

impl Library {
    const fn name(self) -> &'static str {
        match self {
            Self::Sigs => "sigs",
            Self::V3 => "v3",
        }
    }

    /// The library that decides what a file of a kind says.
    const fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Manifest | Kind::Kustomization | Kind::Chart | Kind::Values => Some(Self::Sigs),
            Kind::Compose | Kind::Workflow => Some(Self::V3),
            _ => None,
        }
    }
}

/// What a library read from a file.
#[derive(serde::Deserialize)]
struct Report {
    documents: Vec<Theirs>,
}

/// What a library read from a document.
#[derive(serde::Deserialize)]
struct Theirs {
    /// The bytes of the file it was read from (sigs only).
    from: u32,
    to: u32,
    tree: Option<Tree>,
    error: Option<String>,
    /// Whether nothing was read after it.
    #[serde(default)]
    fatal: bool,
    /// What is behind it that the library never looks at (sigs only).
    unread: Option<String>,
}

#[test]
fn the_go_libraries_of_the_consumers_read_the_same() {
    let Some(oracle) = build_oracle() else { return };
    // The oracle's trees are as deep as the deepest hostile fixture.
    let compare = std::thread::Builder::new().stack_size(256 << 20).spawn(move || compare(&oracle));
    let comparison = compare.expect("threads can be had").join().expect("the comparison does not panic");
    println!("{comparison}");
    assert!(comparison.unexplained.is_empty(), "the last lines above have no reason yet");
}

fn compare(oracle: &Path) -> Comparison {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut comparison = Comparison::default();
    for root in std::iter::once(fixtures).chain(support::shared("corpus")) {
        comparison.run(oracle, &root);
    }
    comparison.find_stale_reasons();
    comparison
}

/// The oracle's path; `None`, with a message, where it cannot be built.
fn build_oracle() -> Option<PathBuf> {
    let go = |arguments: &[&str]| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
        Command::new("go").args(arguments).current_dir(source).output()
    };
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oracle");
    match go(&["mod", "download"]) {
        Err(error) => println!("skipped: no Go here: {error}"),
        Ok(output) if !output.status.success() => {
            println!(
                "skipped: the oracle's Go modules cannot be had: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(_) => {
            let target = path.to_str().expect("the target directory has a UTF-8 name");
            let output = go(&["build", "-mod=readonly", "-buildvcs=false", "-o", target, "."])
                .expect("Go was just run");
            assert!(output.status.success(), "go build: {}", String::from_utf8_lossy(&output.stderr));
            return Some(path);
        }
    }
    None
}

/// What a library read from each file, in the order of the names.
fn ask(oracle: &Path, library: Library, names: &[&str]) -> Vec<Report> {
    let list = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("oracle-{}.txt", library.name()));
    fs::write(&list, names.join("\n")).expect("the target directory can be written");
    let output = Command::new(oracle)
        .arg(library.name())
        .stdin(File::open(&list).expect("it was just written"))
        .stderr(Stdio::inherit())
        .output()
        .expect("the oracle was just built");
    assert!(output.status.success(), "the oracle ended with {}", output.status);
    let mut read = serde_json::Deserializer::from_slice(&output.stdout);
    read.disable_recursion_limit();
    let reports: Vec<Report> =
        read.into_iter().map(|report| report.expect("the oracle prints reports")).collect();
    assert_eq!(reports.len(), names.len(), "the oracle leaves no file out");
    reports
}

/// What came of the documents compared.
#[derive(Default)]
struct Comparison {
    counts: BTreeMap<&'static str, Counts>,
    /// How often each difference of the table was met.
    explained: BTreeMap<&'static Explained, usize>,
    unexplained: Vec<String>,
    /// Paths of the files compared.
    files: BTreeSet<String>,
}

/// Of one kind of file.
#[derive(Default)]
struct Counts {
    files: usize,
    /// Documents that both take, with the same content.
    equal: usize,
    /// Documents that neither takes.
    rejected: usize,
    /// Documents with something, often an error, behind all that they read.
    unread: usize,
    /// Documents on which they differ.
    different: usize,
}

impl std::fmt::Display for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (kind, counts) in &self.counts {
            let Counts { files, equal, rejected, unread, different } = counts;
            writeln!(
                f,
                "{kind}: {files} files, {equal} documents equal, {rejected} rejected by both, \
                 {unread} with more than Go reads, {different} different"
            )?;
        }
        for (Explained { file, fact, reason }, count) in &self.explained {
            writeln!(f, "explained: {file}: {fact}: {reason} ({count})")?;
        }
        self.unexplained.iter().try_for_each(|line| writeln!(f, "unexplained: {line}"))
    }
}

impl Comparison {
    /// Compares every file under a folder that a Go library consumes.
    fn run(&mut self, oracle: &Path, root: &Path) {
        let request = Request {
            root: root.to_owned(),
            current: root.to_owned(),
            paths: vec![root.to_owned()],
            ..Request::default()
        };
        let mut sources = Sources::default();
        let found = discover(&request).expect("the folder is there");
        let artifacts = load(found, &|_| None, &mut sources).artifacts;
        for library in [Library::Sigs, Library::V3] {
            let of_library: Vec<&Artifact> =
                artifacts.iter().filter(|artifact| Library::of(artifact.kind) == Some(library)).collect();
            let names: Vec<&str> = of_library
                .iter()
                .map(|artifact| {
                    sources.get(artifact.file).os_path.to_str().expect("our folders have UTF-8 names")
                })
                .collect();
            let reports = ask(oracle, library, &names);
            for (artifact, report) in of_library.into_iter().zip(reports) {
                let source = sources.get(artifact.file);
                self.file(library, artifact, source, &report);
            }
        }
    }

    fn file(&mut self, library: Library, artifact: &Artifact, source: &SourceFile, report: &Report) {
        let Some(document) = &artifact.document else { return };
        self.counts.entry(artifact.kind.name()).or_default().files += 1;
        self.files.insert(source.path.to_string());
        let roots: Vec<Node<'_>> = document.roots().collect();
        for (index, theirs) in report.documents.iter().enumerate() {
            let ours = match library {
                Library::Sigs => Ours::in_piece(document, &roots, theirs),
                Library::V3 => Ours::nth(document, &roots, index, theirs),
            };
            let gives_up_next = report.documents.get(index + 1).is_some_and(|next| next.fatal);
            if library == Library::V3 && gives_up_next && ours.rejection(library).is_some() {
                // What stands before the error was taken for a document of its own; the error itself comes next.
                continue;
            }
            let outcome = ours.compare(library, artifact.kind, theirs);
            self.record(artifact.kind, &source.path, index, outcome);
        }
        let complete = !report.documents.last().is_some_and(|last| last.fatal);
        if library == Library::V3 && complete && roots.len() > report.documents.len() {
            let fact = format!("{} documents, there {}", roots.len(), report.documents.len());
            self.record(artifact.kind, &source.path, report.documents.len(), Outcome::Different(fact));
        }
    }

    /// A reason whose difference is gone must go, too.
    fn find_stale_reasons(&mut self) {
        let stale = EXPLAINED
            .iter()
            .filter(|known| !self.explained.contains_key(known))
            .filter(|known| self.files.iter().any(|path| known.concerns(path)))
            .map(|known| format!("{}: no longer different: {}", known.file, known.fact));
        self.unexplained.extend(stale);
    }

    fn record(&mut self, kind: Kind, path: &str, index: usize, outcome: Outcome) {
        let counts = self.counts.entry(kind.name()).or_default();
        match outcome {
            Outcome::Equal => counts.equal += 1,
            Outcome::Rejected => counts.rejected += 1,
            Outcome::Unread => counts.unread += 1,
            Outcome::Different(fact) => {
                counts.different += 1;
                let reason = EXPLAINED.iter().find(|known| known.concerns(path) && fact.contains(known.fact));
                match reason {
                    Some(known) => *self.explained.entry(known).or_default() += 1,
                    None => self.unexplained.push(format!("{path}, document {index}: {fact}")),
                }
            }
        }
    }
}

/// What came of one document.
enum Outcome {
    Equal,
    Rejected,
    /// Alike as far as they read, which is the first document of several.
    Unread,
    Different(String),
}

/// What we read where a library read one document.
struct Ours<'d> {
    root: Option<Node<'d>>,
    /// Errors and repeated keys.
    problems: Vec<&'d Problem>,
}

impl<'d> Ours<'d> {
    /// Of a piece that kubectl's reader cut out: the first document in it, as sigs.k8s.io/yaml reads no other.
    fn in_piece(document: &'d Document, roots: &[Node<'d>], theirs: &Theirs) -> Self {
        // What is missing at the end of the text is said there.
        let last = theirs.to as usize >= document.text().len();
        let within = |offset: u32| (theirs.from..theirs.to).contains(&offset) || last && offset == theirs.to;
        let root = roots.iter().copied().find(|&root| within(start(root)));
        let problems = document.problems().iter().filter(|problem| within(problem.span.start)).collect();
        Self { root, problems }
    }

    /// Of the document with an index; where they gave up, of the one before it and all that follows, too.
    fn nth(document: &'d Document, roots: &[Node<'d>], index: usize, theirs: &Theirs) -> Self {
        let offset = |index: usize| roots.get(index).map_or(u32::MAX, |&root| start(root));
        let first = if theirs.fatal { index.saturating_sub(1) } else { index };
        let from = if first == 0 { 0 } else { offset(first) };
        let to = if theirs.fatal { u32::MAX } else { offset(index + 1) };
        let within = |problem: &&Problem| from <= problem.span.start && problem.span.start < to;
        Self {
            root: roots.get(index).copied(),
            problems: document.problems().iter().filter(within).collect(),
        }
    }

    /// The first problem for which this library would not take the document.
    fn rejection(&self, library: Library) -> Option<&'d Problem> {
        self.problems.iter().copied().find(|problem| match problem.kind {
            ProblemKind::Syntax | ProblemKind::Limit => true,
            // yaml.v2 takes the last of equal keys, unless told to be strict.
            ProblemKind::DuplicateKey => library == Library::V3,
            ProblemKind::Leniency => false,
        })
    }

    fn compare(&self, library: Library, kind: Kind, theirs: &Theirs) -> Outcome {
        let problem = self.rejection(library);
        match (problem, &theirs.error, &theirs.tree) {
            (Some(_), Some(_), _) => Outcome::Rejected,
            (Some(_), None, _) if theirs.unread.is_some() => Outcome::Unread,
            (Some(problem), None, _) => Outcome::Different(format!("only we reject it: {}", problem.message)),
            (None, Some(error), _) => Outcome::Different(format!("only Go rejects it: {error}")),
            (None, None, _) if kind == Kind::Workflow => Outcome::Equal,
            (None, None, tree) => {
                let tree = tree.as_ref().unwrap_or(&Tree::Null);
                let Some(ours) = self.root.map_or(Some(Tree::Null), Tree::of) else {
                    return Outcome::Different("its aliases have no end".to_owned());
                };
                match ours.difference(tree) {
                    Some(fact) => Outcome::Different(fact),
                    None if theirs.unread.is_some() => Outcome::Unread,
                    None => Outcome::Equal,
                }
            }
        }
    }
}

/// Where a document's content starts, anchor and tag included.
fn start(root: Node<'_>) -> u32 {
    let properties = [root.anchor(), root.tag_span()];
    properties.into_iter().flatten().map(|span| span.start).fold(root.span().start, u32::min)
}
