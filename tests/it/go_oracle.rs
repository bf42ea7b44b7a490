//! The lenient mode against Go's own libraries: what kubectl, Helm (yaml.v2) and Compose (yaml.v3) take, and the values they see.

use crate::support::{decode, fixtures, is_template, shared, yaml_files};
use plimsoll::yaml::{Dialect, Document, Kind, Node, Options, ProblemKind, Scalar, parse};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Files on which Go differs from us, and why: end of the path, library, reason.
const DIFFERENCES: [(&str, &str, &str); 6] = [
    ("testdata/err/recursive_anchors.yaml", "v2", LOOP),
    ("testdata/err/recursive_anchors.yaml", "v3", LOOP),
    ("testdata/examples/yaml_anchor_usage.yaml", "v2", LOOP),
    ("testdata/examples/yaml_anchor_usage.yaml", "v3", LOOP),
    ("fixtures/corpus/values/values-legacy.yaml", "v3", TIME),
    ("deployment/loki/local-config.yaml", "v3", TIME),
];

const LOOP: &str =
    "an alias inside its own anchor: our aliases are links, so the tree is sound and the rest is checked";
const TIME: &str = "yaml.v3 makes a time of a plain date; we keep its text";

#[derive(Deserialize)]
struct Line {
    file: PathBuf,
    library: String,
    #[serde(default)]
    error: String,
    tree: Option<Vec<String>>,
}

#[test]
fn go_reads_the_same_values_or_rejects_the_same_files() {
    let Some(oracle) = build() else { return };
    let mut files = yaml_files(&fixtures("corpus"));
    files.extend(shared("corpus").map(|corpus| yaml_files(&corpus)).unwrap_or_default());
    files.retain(|path| {
        let text = decode("", &fs::read(path).expect("a readable file")).text;
        !is_template(path, &text)
    });
    let lines = run(&oracle, &files);
    assert_eq!(lines.len(), 2 * files.len());
    let failures: Vec<String> = lines.iter().filter_map(disagreement).collect();
    println!("{} files, two libraries each", files.len());
    assert!(failures.is_empty(), "{} unexplained:\n{}", failures.len(), failures.join("\n"));
}

/// Builds the Go program; `None`, said, where there is no Go or its modules cannot be had.
fn build() -> Option<PathBuf> {
    let binary = Path::new(env!("CARGO_TARGET_TMPDIR")).join("yaml-oracle");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let built = Command::new("go").args(["build", "-o"]).arg(&binary).arg(".").current_dir(source).output();
    match built {
        Ok(output) if output.status.success() => Some(binary),
        Ok(output) => {
            println!("skipped: go build: {}", String::from_utf8_lossy(&output.stderr));
            None
        }
        Err(error) => {
            println!("skipped: go is not on the PATH: {error}");
            None
        }
    }
}

fn run(oracle: &Path, files: &[PathBuf]) -> Vec<Line> {
    let list = Path::new(env!("CARGO_TARGET_TMPDIR")).join("yaml-oracle-files");
    let mut out = fs::File::create(&list).expect("a writable target folder");
    for file in files {
        writeln!(out, "{}", file.display()).expect("a writable target folder");
    }
    let stdin = Stdio::from(fs::File::open(&list).expect("the list just written"));
    let output = Command::new(oracle).stdin(stdin).output().expect("the program just built");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::Deserializer::from_slice(&output.stdout)
        .into_iter()
        .collect::<Result<_, _>>()
        .expect("one JSON value per line")
}

fn disagreement(line: &Line) -> Option<String> {
    let name = line.file.to_string_lossy();
    if DIFFERENCES.iter().any(|(end, library, _)| name.ends_with(end) && line.library == *library) {
        return None;
    }
    let dialect = if line.library == "v2" { Dialect::GoYamlV2 } else { Dialect::GoYamlV3 };
    let text = decode(&name, &fs::read(&line.file).expect("a readable file")).text;
    let mut document = parse(text, Options::default());
    document.set_dialect(dialect);
    let rejected = document.problems().iter().find(|problem| match problem.kind {
        ProblemKind::Syntax | ProblemKind::Limit => true,
        // yaml.v2 lets the later of two equal keys win, yaml.v3 refuses them.
        ProblemKind::DuplicateKey => dialect == Dialect::GoYamlV3,
        ProblemKind::Leniency => false,
    });
    let ours = trees(&document);
    match (rejected, &line.tree) {
        (None, None) => Some(format!("{name}: {}: only Go rejects it: {}", line.library, line.error)),
        (Some(problem), Some(_)) => {
            Some(format!("{name}: {}: only we reject it: {}", line.library, problem.message))
        }
        (None, Some(theirs)) if ours != *theirs => {
            let at = ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs);
            let split = at.map(|at| {
                let same = ours[at]
                    .bytes()
                    .zip(theirs[at].bytes())
                    .take_while(|(ours, theirs)| ours == theirs)
                    .count();
                let around =
                    |text: &str| text[same.saturating_sub(60)..].chars().take(120).collect::<String>();
                (around(&ours[at]), around(&theirs[at]))
            });
            Some(format!(
                "{name}: {}: {} and {} documents, {split:?}",
                line.library,
                ours.len(),
                theirs.len()
            ))
        }
        _ => None,
    }
}

/// One canonical text per document, as tests/oracle/main.go writes it.
fn trees(document: &Document) -> Vec<String> {
    document.roots().map(canonical).collect()
}

fn canonical(node: Node<'_>) -> String {
    let mut text = String::new();
    write(node, &mut Vec::new(), &mut text);
    text
}

/// `open` holds the collections around the node: an alias to one of them is a loop, written as `loop`.
fn write(node: Node<'_>, open: &mut Vec<usize>, out: &mut String) {
    let node = node.resolve();
    if open.contains(&node.index()) {
        out.push_str("loop");
        return;
    }
    open.push(node.index());
    match node.kind() {
        Kind::Sequence => {
            out.push('[');
            for item in node.items() {
                write(item, open, out);
                out.push(',');
            }
            out.push(']');
        }
        Kind::Mapping => {
            let mut pairs = BTreeMap::new();
            for entry in node.entries() {
                let (mut key, mut value) = (String::new(), String::new());
                write(entry.key, open, &mut key);
                write(entry.value, open, &mut value);
                pairs.insert(key, value);
            }
            out.push('{');
            out.extend(
                pairs.into_iter().flat_map(|(key, value)| [key, ":".to_owned(), value, ",".to_owned()]),
            );
            out.push('}');
        }
        Kind::Scalar | Kind::Empty | Kind::Alias => out.push_str(&scalar(node)),
    }
    open.pop();
}

fn scalar(node: Node<'_>) -> String {
    match node.scalar() {
        Scalar::Null => "null".to_owned(),
        Scalar::Bool(value) => value.to_string(),
        Scalar::Int(value) => format!("i{value}"),
        Scalar::Float(value) => format!("f{:016x}", value.to_bits()),
        Scalar::Str(text) => text.bytes().fold("s".to_owned(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string takes everything");
            hex
        }),
    }
}
