//! What several tests share: where the inputs are, the hostile set, and the invariants of any parsed text.

use plimsoll::check::{Baseline, Exclusions, Extent, Request, Suppressions};
use plimsoll::config::Date;
use plimsoll::policy::RuleFiles;
use plimsoll::source::{SourceFile, Span};
use plimsoll::yaml::{Document, Node};
use serde::Deserialize;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

/// Runs the program in a directory, with standard input.
pub fn plimsoll(directory: &Path, arguments: &[&str], input: &[u8]) -> Output {
    plimsoll_with(directory, arguments, input, &[])
}

/// The same with variables of the environment. Where the tests run does not matter otherwise: a CI's variables are taken away.
pub fn plimsoll_with(
    directory: &Path,
    arguments: &[&str],
    input: &[u8],
    variables: &[(&str, &str)],
) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments)
        .current_dir(directory)
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITHUB_STEP_SUMMARY")
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary was built for this test");
    // A program that does not read its input closes the pipe, which is no failure of the test.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input));
    child.wait_with_output().expect("the child was started above")
}

/// A temporary folder with these files.
pub fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    folder
}

/// Compares with a committed file; `PLIMSOLL_UPDATE=1` rewrites it instead.
pub fn assert_committed(name: &str, actual: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("PLIMSOLL_UPDATE").is_some_and(|value| value == "1") {
        fs::write(&file, actual).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == actual, "{name} is stale; run with PLIMSOLL_UPDATE=1\n{actual}");
}

/// A folder below fixtures/.
pub fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder)
}

/// A folder of the shared data, from `PLIMSOLL_SHARED` or `../shared`; says so when it is absent.
pub fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PLIMSOLL_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is absent (set PLIMSOLL_SHARED)", path.display());
    None
}

/// A run of the rules that ship over a folder.
pub fn request(root: &Path, config: &str) -> Request {
    let root = root.canonicalize().expect("the root is there");
    Request {
        current: root.clone(),
        paths: vec![root.clone()],
        analysed: vec![root.clone()],
        root,
        exclusions: Exclusions::Disregarded,
        stdin: None,
        extent: Extent::Project,
        config: Some(("plimsoll.yaml".to_owned(), config.to_owned())),
        rule_files: RuleFiles::BuiltIn,
        select: Vec::new(),
        suppressions: Suppressions::Honoured,
        baseline: Baseline::Off,
        new_from: None,
        kubernetes: None,
        ignore: Vec::new(),
        today: Date::parse("2026-01-01").expect("a day"),
        threads: 0,
        progress: Arc::default(),
    }
}

/// Numbers that look random and are the same in every run, so that a failure can be repeated: Splitmix64.
pub struct Random(pub u64);

impl Random {
    /// A number below a limit; 0 where the limit is.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        for (shift, factor) in [(30, 0xbf58_476d_1ce4_e5b9), (27, 0x94d0_49bb_1331_11eb)] {
            mixed = (mixed ^ (mixed >> shift)).wrapping_mul(factor);
        }
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }

    /// One of some items.
    pub fn pick<'i, T>(&mut self, items: &'i [T]) -> Option<&'i T> {
        items.get(self.below(items.len()))
    }
}

/// The folders in a folder, sorted.
pub fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).expect("the corpus can be read");
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// Every YAML and JSON file below a folder, sorted, symbolic links not followed.
pub fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let entry = entry.expect("a readable entry");
            let kind = entry.file_type().expect("a file type");
            let path = entry.path();
            if kind.is_dir() {
                pending.push(path);
            } else if kind.is_file()
                && path.extension().is_some_and(|end| end == "yaml" || end == "yml" || end == "json")
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Whether a file is a Helm template: text that only becomes YAML once it is rendered. Charts keep them in `templates/`;
/// elsewhere `{{` outside quotes, comments and `${{ }}` gives them away.
pub fn is_template(path: &Path, text: &str) -> bool {
    path.components().any(|part| part.as_os_str() == "templates") && text.contains("{{")
        || text.lines().any(|line| {
            let line = line.trim_start().trim_start_matches("- ");
            line.starts_with("{{") || line.contains(": {{")
        })
}

/// One hostile input.
pub struct Hostile {
    /// File name, unique in the set.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether the file is wrong and must be told so.
    pub problem: bool,
    /// What is hostile about it.
    pub why: String,
}

#[derive(Deserialize)]
struct IndexRow {
    name: String,
    problem: bool,
    why: String,
}

#[derive(Deserialize)]
struct Recipe {
    name: String,
    prefix: String,
    unit: String,
    times: usize,
    suffix: String,
}

/// The 200 hostile inputs: files as they stand, large ones made from fixtures/hostile/recipes.json.
pub fn hostile() -> Vec<Hostile> {
    let folder = fixtures("hostile");
    let read = |name: &str| fs::read(folder.join(name)).ok();
    let json = |name| read(name).expect("the set is complete");
    let rows: Vec<IndexRow> = serde_json::from_slice(&json("index.json")).expect("a valid index");
    let recipes: Vec<Recipe> = serde_json::from_slice(&json("recipes.json")).expect("valid recipes");
    rows.into_iter()
        .map(|IndexRow { name, problem, why }| {
            let bytes = recipes.iter().find(|recipe| recipe.name == name).map_or_else(
                || read(&name).unwrap_or_else(|| panic!("{name} is neither a file nor a recipe")),
                |made| [&*made.prefix, &made.unit.repeat(made.times), &made.suffix].concat().into_bytes(),
            );
            Hostile { name, bytes, problem, why }
        })
        .collect()
}

/// Decodes bytes as the product does.
pub fn decode(name: &str, bytes: &[u8]) -> SourceFile {
    SourceFile::from_bytes(name, Path::new(name), bytes.to_vec())
}

/// Panics unless every place in the document is sound: inside the text, on character boundaries, children inside their
/// parents and in order, and each scalar's verbatim pieces equal to the file.
pub fn assert_sound(document: &Document) {
    let text = document.text();
    for problem in document.problems() {
        assert_place(text, problem.span);
        if let Some((span, _)) = problem.related {
            assert_place(text, span);
        }
        assert!(!problem.message.is_empty(), "a problem without a message");
    }
    let mut end_of_last = 0;
    for comment in document.comments() {
        assert_place(text, comment);
        assert!(comment.start >= end_of_last, "comments out of order at {comment:?}");
        assert!(comment.of(text).starts_with('#'), "no comment at {comment:?}");
        end_of_last = comment.end;
    }
    let mut last_start = 0;
    for node in document.nodes() {
        assert_place(text, node.span());
        assert_eq!(node.source(), node.span().of(text));
        if let Some(anchor) = node.anchor() {
            assert_place(text, anchor);
            assert!(anchor.of(text).starts_with('&'), "no anchor at {anchor:?}");
        }
        if let Some(parent) = node.parent() {
            assert!(parent.index() < node.index(), "{node:?} stands before its parent");
            assert!(parent.span().contains(node.span()), "{node:?} leaves {parent:?}");
        }
        assert!(node.span().start >= last_start, "{node:?} out of order");
        last_start = node.span().start;
    }
}

/// Panics unless a scalar's decoded text and its map agree with the file.
pub fn assert_text_map(node: Node<'_>) {
    let source = node.document().text();
    let (text, map) = node.text_map();
    assert_eq!(text, node.text(), "two decodings of {node:?}");
    let segments = map.segments();
    for (index, segment) in segments.iter().enumerate() {
        assert_place(source, segment.source.span);
        let end = segments.get(index + 1).map_or(text.len(), |next| next.out as usize);
        let out = text.get(segment.out as usize..end).expect("pieces lie on character boundaries");
        if segment.verbatim {
            assert_eq!(out, segment.source.span.of(source), "a verbatim piece of {node:?}");
        }
    }
    assert_eq!(segments.first().map_or(0, |first| first.out), 0, "{node:?} has a gap at its start");
    assert!(text.is_empty() || !segments.is_empty(), "{node:?} has text from nowhere");
}

fn assert_place(text: &str, span: Span) {
    assert!(
        text.get(span.start as usize..span.end as usize).is_some(),
        "{span:?} is no slice of a text of {} bytes",
        text.len()
    );
}
