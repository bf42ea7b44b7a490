//! Reads the files of a list, each once, and says what they are; in parallel, with an outcome that does not depend on threads.

use super::{Context, Kind, Recognition, SetKind, name, recognise};
use crate::discover::{Found, MAX_BYTES, Origin, Outcome, Reason};
use crate::makefile::{self, Makefile};
use crate::source::{FileId, SourceFile, Sources};
use crate::yaml::{self, Document, Options};
use rayon::prelude::*;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// One deployment file.
#[derive(Debug)]
pub struct Artifact {
    /// The file.
    pub file: FileId,
    /// What it is.
    pub kind: Kind,
    /// What gave it away.
    pub reason: String,
    /// Its content, for kinds that are YAML; data whose name gave it away has none.
    pub document: Option<Document>,
    /// Manifests inside its text, once the model has looked for them.
    pub embedded: OnceLock<Vec<Embedded>>,
    makefile: OnceLock<Makefile>,
}

impl Artifact {
    /// The rules of a makefile, read at the first call; `None` for every other kind.
    pub fn makefile(&self, text: &str) -> Option<&Makefile> {
        (self.kind == Kind::Makefile).then(|| self.makefile.get_or_init(|| makefile::read(text, self.file)))
    }
}

/// A manifest inside the text of another file.
#[derive(Debug)]
pub struct Embedded {
    /// Its content; the spans are places in the file.
    pub document: Document,
    /// Whether there is more of it than can be seen, so that what is absent in it means nothing.
    pub fragment: bool,
}

/// What came of a list of files. Every file is in exactly one of `artifacts`, `skipped` and `unreadable`.
#[derive(Debug, Default)]
pub struct Loaded {
    /// One for each file that was read, in the order of the list, which is the order of their ids.
    pub artifacts: Vec<Artifact>,
    /// What was left alone, in the order of the list.
    pub skipped: Vec<Skipped>,
    /// Files that could not be read, in the order of the list.
    pub unreadable: Vec<Unreadable>,
}

impl Loaded {
    /// The paths of files that are there and whose text was not read.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        let skipped = self.skipped.iter().map(|file| &*file.path);
        skipped.chain(self.unreadable.iter().map(|file| &*file.path))
    }
}

/// A path that was left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The path as reports show it.
    pub path: String,
    /// The path to open.
    pub os_path: PathBuf,
    /// Why.
    pub reason: Reason,
}

/// A file that could not be read; the run ends with status 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its path as reports show it.
    pub path: String,
    /// The path to open.
    pub os_path: PathBuf,
    /// The operating system's words.
    pub error: String,
}

/// Reads and recognises the files of a list, and adds their texts to `sources`. `set` is the kind that the configuration gives to a
/// path.
pub fn load(found: Vec<Found>, set: &SetKind<'_>, sources: &mut Sources) -> Loaded {
    let context = Context::of(found.iter().map(|file| &*file.path), set);
    let read: Vec<_> = found.into_par_iter().map(|file| read(file, &context)).collect();
    let mut loaded = Loaded::default();
    let mut files = Vec::new();
    for outcome in read {
        match outcome {
            Read::Text(file) => files.push(sources.add(file)),
            Read::Skipped(skipped) => loaded.skipped.push(skipped),
            Read::Failed(unreadable) => loaded.unreadable.push(unreadable),
        }
    }
    let sources = &*sources;
    loaded.artifacts =
        files.into_par_iter().map(|file| artifact(file, sources.get(file), &context)).collect();
    loaded
}

fn artifact(file: FileId, source: &SourceFile, context: &Context<'_>) -> Artifact {
    let parse = || yaml::parse(source.text.clone(), Options { file, ..Options::default() });
    let (recognition, document) = recognise(&source.path, &source.text, context, parse);
    let Recognition { kind, reason } = recognition;
    Artifact { file, kind, reason, document, embedded: OnceLock::new(), makefile: OnceLock::new() }
}

enum Read {
    Text(SourceFile),
    Skipped(Skipped),
    Failed(Unreadable),
}

fn read(found: Found, context: &Context<'_>) -> Read {
    let Found { path, os_path, origin, outcome } = found;
    let held = match outcome {
        Outcome::Skipped(reason) => Content::None(reason),
        Outcome::Unreadable(error) => return Read::Failed(Unreadable { path, os_path, error }),
        Outcome::Candidate if origin == Origin::Walked && name::is_unrelated(&path, context) => {
            Content::None(Reason::Unrelated)
        }
        Outcome::Candidate => match read_bytes(&os_path) {
            Ok(held) => held,
            Err(error) => return Read::Failed(Unreadable { path, os_path, error: error.to_string() }),
        },
        Outcome::Given(bytes) => Content::Bytes(bytes),
    };
    let reason = match held {
        Content::None(reason) => reason,
        Content::Bytes(bytes) if bytes.len() as u64 > MAX_BYTES => {
            Reason::TooLarge { bytes: bytes.len() as u64 }
        }
        Content::Bytes(bytes) if is_binary(&bytes) => Reason::Binary,
        Content::Bytes(bytes) => return Read::Text(SourceFile::from_bytes(path, &os_path, bytes)),
    };
    Read::Skipped(Skipped { path, os_path, reason })
}

enum Content {
    Bytes(Vec<u8>),
    None(Reason),
}

fn read_bytes(path: &Path) -> io::Result<Content> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    if size > MAX_BYTES {
        return Ok(Content::None(Reason::TooLarge { bytes: size }));
    }
    let mut bytes = Vec::with_capacity(size as usize + 1);
    // One byte more than the limit tells a file that grew since.
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(Content::Bytes(bytes))
}

/// A NUL in the first 8 KiB, as git decides, unless a byte order mark announces UTF-16.
fn is_binary(bytes: &[u8]) -> bool {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    !utf16 && memchr::memchr(0, &bytes[..bytes.len().min(8192)]).is_some()
}
