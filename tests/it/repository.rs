//! A git repository in a temporary folder, and the programs of others that run on one.

use crate::support;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A repository without a remote.
pub struct Repository {
    folder: TempDir,
}

impl Repository {
    /// Holds these files, committed.
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self { folder: support::project(files) }.begun()
    }

    /// Holds the files of these folders and these files, committed; of those with one path the last.
    pub fn copy(folders: &[&Path], files: &[(&str, &str)]) -> Self {
        let repository = Self { folder: support::project(&[]) };
        for folder in folders {
            copy(folder, repository.path());
        }
        for (path, text) in files {
            repository.write(path, text);
        }
        repository.begun()
    }

    fn begun(self) -> Self {
        self.git(&["init", "--quiet", "--initial-branch", "main"]);
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "Begin"]);
        self
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The commit that is checked out.
    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// Writes a file of the work tree.
    pub fn write(&self, path: impl AsRef<Path>, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("it lies in the repository")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    /// What git prints; panics when it fails.
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = self.run("git", arguments).output().expect("git can be run");
        assert!(output.status.success(), "git {arguments:?}: {}", said(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A program in the repository, with plimsoll and the tools on its path, and nobody's settings of git.
    pub fn run(&self, program: impl AsRef<Path>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program.as_ref());
        let variables = std::env::vars_os().map(|(name, _)| name);
        for name in variables.filter(|name| name.to_string_lossy().starts_with("GIT")) {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(self.path()).env("PATH", path());
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{who}_NAME"), "somebody")
                .env(format!("GIT_{who}_EMAIL"), "s@example.com");
        }
        command
    }
}

/// A program beside plimsoll that a test needs, from the folder `PLIMSOLL_TOOLS` or the path; says so when there is none.
pub fn tool(name: &str) -> Option<PathBuf> {
    let found = std::env::split_paths(&path()).map(|folder| folder.join(name)).find(|path| path.is_file());
    if found.is_none() {
        println!("skipped: {name} is not on the path (.ci/run gets it)");
    }
    found
}

/// Whether the tools are those that `.ci/run` got, so that also what takes minutes is to be tried.
pub fn thorough() -> bool {
    let thorough = std::env::var_os("PLIMSOLL_TOOLS").is_some();
    if !thorough {
        println!("skipped: takes minutes (.ci/run does it)");
    }
    thorough
}

/// The path with plimsoll as it was built for the tests, and with the tools.
fn path() -> std::ffi::OsString {
    let built = Path::new(env!("CARGO_BIN_EXE_plimsoll")).parent().expect("it lies in a folder").to_owned();
    let tools = std::env::var_os("PLIMSOLL_TOOLS").map(PathBuf::from);
    let others = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(built).chain(tools).chain(std::env::split_paths(&others));
    std::env::join_paths(folders).expect("no folder on the path has a separator in its name")
}

/// Everything a program said, standard error behind standard output.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.expect("a readable entry");
        let (kind, to) = (entry.file_type().expect("a file type"), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &to);
        } else if kind.is_file() {
            fs::write(to, fs::read(entry.path()).expect("a readable file")).expect("a file can be written");
        }
    }
}
