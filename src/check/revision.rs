//! The files of a revision as the walk would have found them, had it been the work tree: with its own `.gitignore` files, and with the
//! exclusions of today.

use crate::artifact::{self, Context, SetKind};
use crate::discover::{Found, Origin, Outcome, Reason, Request, display, normalise};
use crate::git::{Content, File, Tree};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Reads what a request would find, sorted as [`crate::discover::discover`] sorts. The error is for a person.
pub fn found(tree: &Tree, request: &Request, set: &SetKind<'_>) -> Result<Vec<Found>, String> {
    let mut walk = Walk { request, starts: starts(request), ignores: ignores(tree)?, top: &tree.top };
    let mut files: Vec<(String, &File)> = tree
        .files
        .iter()
        .filter(|file| walk.finds(&file.os_path))
        .map(|file| (display(request, &file.os_path, &file.os_path), file))
        .collect();
    files.sort_by(|(a, file), (b, other)| a.cmp(b).then(file.os_path.cmp(&other.os_path)));
    let context = Context::of(files.iter().map(|(path, _)| &**path), set);
    let is_read =
        |path: &str, file: &File| walk.names(&file.os_path) || !artifact::is_unrelated(path, &context);
    let wanted: Vec<bool> = files.iter().map(|(path, file)| is_read(path, file)).collect();
    let read = files.iter().zip(&wanted).filter(|(_, is_wanted)| **is_wanted).map(|((_, file), _)| *file);
    let mut contents = tree.read(read)?.into_iter();
    let found = files.iter().zip(&wanted).map(|((path, file), is_wanted)| {
        let outcome = match is_wanted.then(|| contents.next()).flatten() {
            Some(Content::Bytes(bytes)) => Outcome::Given(bytes),
            Some(Content::TooLarge(bytes)) => Outcome::Skipped(Reason::TooLarge { bytes }),
            None => Outcome::Skipped(Reason::Unrelated),
        };
        Found { path: path.clone(), os_path: file.os_path.clone(), origin: Origin::Walked, outcome }
    });
    Ok(found.collect())
}

/// Where the walk starts, and the files that are named.
fn starts(request: &Request) -> Vec<(PathBuf, HashMap<PathBuf, bool>)> {
    let start = |path| (normalise(&request.current.join(path)), HashMap::new());
    request.paths.iter().map(start).collect()
}

/// The `.gitignore` files of a revision, by their folders.
fn ignores(tree: &Tree) -> Result<HashMap<PathBuf, Gitignore>, String> {
    let is_ignore = |file: &&File| file.os_path.file_name().is_some_and(|name| name == ".gitignore");
    let files = tree.files.iter().filter(is_ignore);
    let contents = tree.read(files.clone())?;
    let read = files.zip(contents).filter_map(|(file, content)| {
        let Content::Bytes(bytes) = content else { return None };
        let folder = file.os_path.parent()?;
        let mut builder = GitignoreBuilder::new(folder);
        let lines = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes).split(|byte| *byte == b'\n');
        for line in lines.map_while(|line| std::str::from_utf8(line).ok()) {
            // The walk takes the lines of a file that are right, too.
            let _ = builder.add_line(None, line.trim_end_matches('\r'));
        }
        Some((folder.to_owned(), builder.build().ok()?))
    });
    Ok(read.collect())
}

/// The walk over a revision.
struct Walk<'w> {
    request: &'w Request,
    /// Each with the folders that were met from it, and whether they are entered.
    starts: Vec<(PathBuf, HashMap<PathBuf, bool>)>,
    ignores: HashMap<PathBuf, Gitignore>,
    top: &'w Path,
}

impl Walk<'_> {
    /// Whether a file is named itself.
    fn names(&self, file: &Path) -> bool {
        self.starts.iter().any(|(start, _)| start == file)
    }

    /// Whether the walk comes by a file: from one of its starts no folder on the way is excluded or ignored, nor is the file.
    fn finds(&mut self, file: &Path) -> bool {
        let mut starts = std::mem::take(&mut self.starts);
        let found = starts.iter_mut().filter(|(start, _)| file.starts_with(start)).any(|(start, entered)| {
            let folder = file.parent().filter(|_| file != start);
            folder.is_none_or(|folder| self.enters(folder, start, entered) && !self.passes_over(file, false))
        });
        self.starts = starts;
        found
    }

    fn enters(&self, folder: &Path, start: &Path, entered: &mut HashMap<PathBuf, bool>) -> bool {
        let mut enters = true;
        let mut new = Vec::new();
        for folder in folder.ancestors().take_while(|folder| *folder != start) {
            if let Some(known) = entered.get(folder) {
                enters = *known;
                break;
            }
            new.push(folder);
        }
        for folder in new.into_iter().rev() {
            enters = enters && !self.passes_over(folder, true);
            entered.insert(folder.to_owned(), enters);
        }
        enters
    }

    fn passes_over(&self, path: &Path, is_folder: bool) -> bool {
        self.request.exclude.matches(&display(self.request, path, path)) || self.ignores(path, is_folder)
    }

    /// Whether git ignores a file or folder by itself: the nearest file that says anything of it decides.
    fn ignores(&self, path: &Path, is_folder: bool) -> bool {
        let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(self.top));
        let said = folders.filter_map(|folder| self.ignores.get(folder));
        let said = said.map(|ignore| ignore.matched(path, is_folder)).find(|said| !said.is_none());
        matches!(said, Some(Match::Ignore(_)))
    }
}
