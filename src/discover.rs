//! Paths to a sorted list of files: what the walk finds and what was named. Opens no file; `artifact` reads them.

use crate::glob::Globs;
use ignore::{WalkBuilder, WalkState};
use std::collections::HashSet;
use std::fs::{self, FileType};
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc;

/// What to look at.
#[derive(Debug, Default)]
pub struct Request {
    /// The project root, absolute: paths in reports are relative to it.
    pub root: PathBuf,
    /// The directory that relative `paths` start from, absolute.
    pub current: PathBuf,
    /// Files and directories as the user named them. Files are taken as they are; directories are walked.
    pub paths: Vec<PathBuf>,
    /// Files and directories that are told of only where the walk finds them; of a file that it does not find the reason is said.
    pub expected: Vec<PathBuf>,
    /// A file given on standard input; it takes the place of the file of that name.
    pub stdin: Option<Stdin>,
    /// What the walk leaves out, matched against root-relative paths. A file that was named is read nevertheless.
    pub exclude: Globs,
    /// Threads of the walk; 0 leaves it to the machine.
    pub threads: usize,
}

/// Bytes from standard input and the name they go by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stdin {
    /// The name, as the user gave it.
    pub filename: PathBuf,
    /// The content.
    pub bytes: Vec<u8>,
}

/// One file, or a thing that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Path relative to the root with `/` between components; as the user wrote it where it lies outside the root.
    /// Bytes that are not UTF-8 are replaced here; `os_path` keeps them.
    pub path: String,
    /// The path to open.
    pub os_path: PathBuf,
    /// How it came into the list.
    pub origin: Origin,
    /// What is to be done with it.
    pub outcome: Outcome,
}

/// How a file came into the list. The order is the precedence when it came in several ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Given on standard input.
    Stdin,
    /// Named by the user.
    Explicit,
    /// Found in a directory.
    Walked,
}

/// What is to be done with a found path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Read it from `os_path`.
    Candidate,
    /// Its content is here already.
    Given(Vec<u8>),
    /// Leave it alone, and say why.
    Skipped(Reason),
    /// It cannot be listed or opened; the operating system's words.
    Unreadable(String),
}

/// Why a path is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A symbolic link met on the walk; its target is read where it stands, or when the link is named.
    Symlink,
    /// A socket, a pipe or a device.
    Special,
    /// An `exclude` pattern matches.
    Excluded,
    /// A `.gitignore` names it, or a folder around it.
    Ignored,
    /// It lies outside of what is analysed.
    Outside,
    /// Larger than [`MAX_BYTES`].
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// Holds a NUL byte near its start, so it is no text.
    Binary,
    /// Its name says that no rule can read it (a picture, a program in another language).
    Unrelated,
}

/// The largest file that is read, in bytes: 16 MiB.
pub const MAX_BYTES: u64 = 16 << 20;

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Symlink => f.write_str("symbolic link, not followed"),
            Self::Special => f.write_str("not a regular file"),
            Self::Excluded => f.write_str("excluded"),
            Self::Ignored => f.write_str("ignored by git"),
            Self::Outside => f.write_str("outside of the project"),
            Self::TooLarge { bytes } => {
                write!(f, "{bytes} bytes, more than the limit of {} MiB", MAX_BYTES >> 20)
            }
            Self::Binary => f.write_str("binary"),
            Self::Unrelated => f.write_str("not a kind of file that rules read"),
        }
    }
}

/// A path that the user named and that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingPath {
    /// The path as named.
    pub path: PathBuf,
    /// An existing path that may be meant.
    pub suggestion: Option<PathBuf>,
}

impl std::fmt::Display for MissingPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no such file or directory: {}", self.path.display())?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; did you mean {}?", suggestion.display()),
            None => Ok(()),
        }
    }
}

impl std::error::Error for MissingPath {}

/// Finds the files of a request, sorted by the bytes of their paths, each once.
///
/// The walk honours `.gitignore` files (with or without a repository around them), enters hidden directories, never enters
/// `.git` and follows no symbolic link. What is git-ignored is not listed; `node_modules` or `vendor` are ordinary
/// directories unless ignored or excluded.
pub fn discover(request: &Request) -> Result<Vec<Found>, MissingPath> {
    let mut found = Vec::new();
    let mut directories = Vec::new();
    for path in &request.paths {
        let os_path = request.current.join(path);
        match fs::metadata(&os_path) {
            Ok(metadata) if metadata.is_dir() => directories.push(os_path),
            Ok(metadata) => found.push(explicit(request, path, os_path, metadata.file_type())),
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(missing(request, path)),
            Err(error) => {
                let outcome = Outcome::Unreadable(error.to_string());
                found.push(Found {
                    path: display(request, &os_path, path),
                    os_path,
                    origin: Origin::Explicit,
                    outcome,
                });
            }
        }
    }
    let named = |path: &PathBuf| normalise(&request.current.join(path));
    let stdin = request.stdin.as_ref().map(|stdin| (named(&stdin.filename), stdin));
    for path in &request.expected {
        let is_given = stdin.as_ref().is_some_and(|(filename, _)| *filename == named(path));
        let error = fs::symlink_metadata(request.current.join(path)).err().filter(|_| !is_given);
        if error.is_some_and(|error| error.kind() == ErrorKind::NotFound) {
            return Err(missing(request, path));
        }
    }
    walk(request, &directories, &mut found);
    if let Some((os_path, stdin)) = stdin {
        let walked = |file: &Found| file.outcome == Outcome::Candidate && normalise(&file.os_path) == os_path;
        let path = display(request, &os_path, &stdin.filename);
        if !request.expected.iter().any(|path| named(path) == os_path)
            || found.iter().any(walked)
            || !os_path.exists() && !request.exclude.matches(&path)
        {
            let outcome = Outcome::Given(stdin.bytes.clone());
            found.push(Found { path, os_path, origin: Origin::Stdin, outcome });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path).then(a.origin.cmp(&b.origin)).then(a.os_path.cmp(&b.os_path)));
    let mut seen = HashSet::new();
    found.retain(|file| seen.insert(normalise(&file.os_path)));
    for path in &request.expected {
        let os_path = named(path);
        if let Some(reason) = passed_over(request, &os_path)
            && seen.insert(os_path.clone())
        {
            let (path, outcome) = (display(request, &os_path, path), Outcome::Skipped(reason));
            found.push(Found { path, os_path, origin: Origin::Walked, outcome });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Why the walk does not find a file.
fn passed_over(request: &Request, os_path: &Path) -> Option<Reason> {
    let walked = |path: &PathBuf| os_path.starts_with(request.current.join(path));
    match () {
        () if os_path.is_dir() => None,
        () if !request.paths.iter().any(walked) => Some(Reason::Outside),
        () if request.exclude.matches(&display(request, os_path, os_path)) => Some(Reason::Excluded),
        () => Some(Reason::Ignored),
    }
}

/// What is said of a path that does not exist. Reports show paths from the root: one that was copied from there is meant from there.
fn missing(request: &Request, path: &Path) -> MissingPath {
    let from_root = request.root.join(path);
    let suggestion = match request.current.strip_prefix(&request.root) {
        Ok(below) if from_root.exists() => {
            let up: PathBuf = below.components().map(|_| Component::ParentDir).collect();
            Some(up.join(path))
        }
        _ => nearest(path, &request.current),
    };
    MissingPath { path: path.to_owned(), suggestion }
}

fn explicit(request: &Request, named: &Path, os_path: PathBuf, file_type: FileType) -> Found {
    let outcome = if file_type.is_file() { Outcome::Candidate } else { Outcome::Skipped(Reason::Special) };
    Found { path: display(request, &os_path, named), os_path, origin: Origin::Explicit, outcome }
}

// The `ignore` crate rather than bare walkdir: it is built on the same walk by the same author and adds what a linter
// cannot do without, git's ignore rules and a parallel traversal.
fn walk(request: &Request, directories: &[PathBuf], found: &mut Vec<Found>) {
    let Some((first, rest)) = directories.split_first() else { return };
    // The empty last component makes a named link to a directory the directory itself.
    let mut builder = WalkBuilder::new(first.join(""));
    for directory in rest {
        builder.add(directory.join(""));
    }
    // The user's global ignore file and `.git/info/exclude` are no part of the project: two machines must see the same files.
    builder.hidden(false).ignore(false).git_global(false).git_exclude(false).require_git(false);
    builder.threads(request.threads).filter_entry(|entry| entry.file_name() != ".git");
    let (sender, receiver) = mpsc::channel();
    builder.build_parallel().run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            let (file, state) = visit(request, entry);
            // The receiver outlives the walk, so sending cannot fail.
            let _ = file.map(|file| sender.send(file));
            state
        })
    });
    drop(sender);
    found.extend(receiver);
}

fn visit(request: &Request, entry: Result<ignore::DirEntry, ignore::Error>) -> (Option<Found>, WalkState) {
    let walked = |os_path: PathBuf, outcome| {
        let path = display(request, &os_path, &os_path);
        Some(Found { path, os_path, origin: Origin::Walked, outcome })
    };
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => {
            let at = error_path(&error).unwrap_or(&request.root).to_owned();
            let words = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
            return (walked(at, Outcome::Unreadable(words)), WalkState::Continue);
        }
    };
    let Some(file_type) = entry.file_type() else { return (None, WalkState::Continue) };
    let depth = entry.depth();
    let os_path = entry.into_path();
    if depth > 0 && request.exclude.matches(&display(request, &os_path, &os_path)) {
        return (walked(os_path, Outcome::Skipped(Reason::Excluded)), WalkState::Skip);
    }
    let outcome = if file_type.is_dir() {
        return (None, WalkState::Continue);
    } else if file_type.is_file() {
        Outcome::Candidate
    } else if file_type.is_symlink() {
        Outcome::Skipped(Reason::Symlink)
    } else {
        Outcome::Skipped(Reason::Special)
    };
    (walked(os_path, outcome), WalkState::Continue)
}

fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

/// The path that reports show.
pub fn display(request: &Request, os_path: &Path, named: &Path) -> String {
    let normal = normalise(os_path);
    let shown = normal.strip_prefix(normalise(&request.root)).unwrap_or(named);
    let parts: Vec<_> = shown
        .components()
        .filter(|part| !matches!(part, Component::CurDir))
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    match &*parts.join("/") {
        "" => ".".to_owned(),
        joined => joined.strip_prefix("//").map_or_else(|| joined.to_owned(), |rest| format!("/{rest}")),
    }
}

/// Resolves `.` and `..` by their letters, as the shell shows them.
pub fn normalise(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(normal.components().next_back(), Some(Component::Normal(_))) => {
                normal.pop();
            }
            _ => normal.push(part),
        }
    }
    normal
}

/// The existing sibling whose name is closest to a path that does not exist.
fn nearest(path: &Path, current: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let parent = path.parent().unwrap_or(Path::new(""));
    let siblings = fs::read_dir(current.join(parent)).ok()?;
    let mut scored: Vec<_> = siblings
        .filter_map(Result::ok)
        .map(|entry| entry.file_name())
        .map(|other| (strsim::damerau_levenshtein(&name, &other.to_string_lossy()), other))
        .filter(|(distance, _)| *distance <= 1 + name.chars().count() / 4)
        .collect();
    scored.sort();
    scored.into_iter().next().map(|(_, name)| parent.join(name))
}
