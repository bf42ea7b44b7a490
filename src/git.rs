//! What a revision of a repository holds, read by git's plumbing: the work tree, the index and the references are left alone, nothing is
//! fetched, and nothing that the repository configures is run.

use crate::discover::MAX_BYTES;
use std::ffi::OsStr;
use std::io::{self, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What stands before a revision with which the last common ancestor of it and `HEAD` is meant.
const MERGE_BASE: &str = "merge-base:";

/// A git that tries nothing beside what it is asked for.
const CAUTIOUS: [&str; 7] = [
    "--no-pager",
    "--no-optional-locks",
    "--no-replace-objects",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
];

/// What git sets for its hooks: it says which repository and which index they are about, and would be wrong for the one around the project.
const OF_A_HOOK: [&str; 10] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// The files of a revision.
#[derive(Debug)]
pub struct Tree {
    /// The folder of the work tree, without links.
    pub top: PathBuf,
    /// The files, in git's order; no links, and nothing of submodules.
    pub files: Vec<File>,
    git: Git,
}

/// A file of a revision.
#[derive(Clone, Debug)]
pub struct File {
    /// Where it stands in the work tree, absolute.
    pub os_path: PathBuf,
    object: String,
}

/// What a file holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// It is larger than [`MAX_BYTES`]; its size.
    TooLarge(u64),
}

impl Tree {
    /// Lists the files of a revision in the repository around a folder. `merge-base:REV` is the last common ancestor of `HEAD` and `REV`.
    /// The error is for a person and says what to do.
    pub fn of(folder: &Path, revision: &str) -> Result<Self, String> {
        let (git, top) = Git::around(folder)?;
        let commit = git.commit(revision)?;
        let listed = git.read(["ls-tree", "-r", "-z", "--full-tree", &commit]);
        let listed = listed
            .map_err(|words| format!("the files of `{revision}` cannot be listed: {words}; {FETCH}"))?;
        let mut files = Vec::new();
        for entry in listed.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
            let (mode, object, path) =
                parse_entry(entry).ok_or("git lists files in a form that is not known here")?;
            // Links are not followed, and what a submodule holds is not of this repository.
            if mode.starts_with("100") {
                files.push(File { os_path: top.join(path), object: object.to_owned() });
            }
        }
        Ok(Self { top, files, git })
    }

    /// Reads some of the files, in their order.
    pub fn read<'f>(
        &self,
        files: impl Iterator<Item = &'f File> + Clone + Send,
    ) -> Result<Vec<Content>, String> {
        let failed = |error: io::Error| format!("cannot run git: {error}");
        let mut child = self
            .git
            .command(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("cannot talk to git".to_owned());
        };
        let wanted = files.clone();
        let contents = std::thread::scope(|scope| {
            // Git answers while it is asked: whoever does not listen meanwhile waits forever.
            scope.spawn(move || {
                let mut stdin = BufWriter::new(stdin);
                // What git does not take it does not answer, and that is said.
                let _ = wanted.into_iter().try_for_each(|file| writeln!(stdin, "{}", file.object));
            });
            let mut answers = BufReader::new(stdout);
            files.map(|file| answer(&mut answers, file)).collect()
        });
        child.wait().map_err(failed)?;
        contents
    }
}

/// What is said of history that is not there.
const FETCH: &str = "fetch it first: pipelines often clone without history (`fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` in \
                     GitLab, `git fetch --unshallow` elsewhere)";

/// Reads what `cat-file --batch` says of one object.
fn answer(answers: &mut impl io::BufRead, file: &File) -> Result<Content, String> {
    // Of what a clone was made without git says either that it is missing or nothing at all.
    let broken = || {
        let path = file.os_path.display();
        format!(
            "{path} of that revision is not here: clone without a filter; if there was none, `git fsck` tells more"
        )
    };
    let mut head = String::new();
    answers.read_line(&mut head).map_err(|_| broken())?;
    let [object, "blob", size] = head.trim_end().split(' ').collect::<Vec<_>>()[..] else {
        return Err(broken());
    };
    let size: u64 = size.parse().ok().filter(|_| object == file.object).ok_or_else(broken)?;
    let mut content = answers.by_ref().take(size);
    let content = if size > MAX_BYTES {
        io::copy(&mut content, &mut io::sink()).map(|_| Content::TooLarge(size))
    } else {
        let mut bytes = Vec::with_capacity(size as usize);
        content.read_to_end(&mut bytes).map(|_| Content::Bytes(bytes))
    };
    let content = content.map_err(|_| broken())?;
    let mut end = [0];
    answers.read_exact(&mut end).map_err(|_| broken())?;
    Ok(content)
}

/// Reads `MODE TYPE OBJECT`, a tab and the path.
fn parse_entry(entry: &[u8]) -> Option<(&str, &str, PathBuf)> {
    let tab = entry.iter().position(|byte| *byte == b'\t')?;
    let head = std::str::from_utf8(&entry[..tab]).ok()?;
    let [mode, _, object] = head.split(' ').collect::<Vec<_>>()[..] else { return None };
    Some((mode, object, os_path(&entry[tab + 1..])))
}

#[cfg(unix)]
fn os_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn os_path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// How git is called in one repository.
#[derive(Debug)]
struct Git {
    folder: PathBuf,
    environment: Environment,
}

/// Who says which repository is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Environment {
    /// The folder alone.
    Own,
    /// `GIT_DIR` and its like.
    Inherited,
}

impl Git {
    /// The repository around a folder and the top of its work tree. What the environment says counts where there is no other one.
    fn around(folder: &Path) -> Result<(Self, PathBuf), String> {
        let mut said = String::new();
        for environment in [Environment::Own, Environment::Inherited] {
            let git = Self { folder: folder.to_owned(), environment };
            match git.read(["rev-parse", "--show-toplevel"]) {
                Ok(top) => {
                    let top = os_path(top.strip_suffix(b"\n").unwrap_or(&top));
                    let top = top.canonicalize().unwrap_or(top);
                    if folder.starts_with(&top) {
                        return Ok((git, top));
                    }
                    let (folder, top) = (folder.display(), top.display());
                    return Err(format!(
                        "{folder} is in no work tree of git; the one that git names is {top}"
                    ));
                }
                Err(words) if said.is_empty() => said = words,
                Err(_) => {}
            }
        }
        // Files of another user, as in many containers: git says how in lines that are not repeated here.
        let help = if said.contains("dubious ownership") {
            "; `git config --global --add safe.directory` with its folder trusts it"
        } else {
            ""
        };
        Err(format!("no revision can be read around {}: {said}{help}", folder.display()))
    }

    /// The commit of a revision.
    fn commit(&self, revision: &str) -> Result<String, String> {
        let Some(other) = revision.strip_prefix(MERGE_BASE) else { return self.named(revision) };
        let other = self.named(other)?;
        let bases = self.read(["merge-base", "HEAD", &other]);
        let base = bases.ok().and_then(|bases| line(&bases).map(str::to_owned));
        base.ok_or_else(|| {
            format!("no common ancestor of HEAD and `{}` is here; {FETCH}", &revision[MERGE_BASE.len()..])
        })
    }

    fn named(&self, revision: &str) -> Result<String, String> {
        // git takes no name for `HEAD`, and a name that begins with a dash for an option.
        if revision.is_empty() || revision.starts_with('-') {
            return Err(format!("`{revision}` names no revision"));
        }
        let found = self.read(["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")]);
        let found = found.ok().and_then(|found| line(&found).map(str::to_owned));
        found.ok_or_else(|| format!("no commit `{revision}` is here; {FETCH}"))
    }

    /// What a command prints. The error is what it says of its failure.
    fn read<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Result<Vec<u8>, String> {
        let output = self.command(arguments).output().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "git is not installed, and only it can read a revision".to_owned(),
            _ => format!("cannot run git: {error}"),
        })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let reason = said.lines().find_map(|line| line.strip_prefix("fatal: "));
        Err(reason.unwrap_or("git failed").to_owned())
    }

    fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new("git");
        command.args(CAUTIOUS).args(arguments).stdin(Stdio::null());
        // A clone without all files would fetch the others; older versions of git know only the second name.
        command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "none");
        command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        command.env_remove("GIT_INDEX_FILE");
        // Paths in the environment start from where this program does.
        if self.environment == Environment::Own {
            command.current_dir(&self.folder);
            for name in OF_A_HOOK {
                command.env_remove(name);
            }
        }
        command
    }
}

/// The first line of what a command printed.
fn line(printed: &[u8]) -> Option<&str> {
    std::str::from_utf8(printed).ok()?.lines().next().filter(|line| !line.is_empty())
}
