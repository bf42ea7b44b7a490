//! `check --new-from`: through the program, with real repositories made by git. Skipped where git is not installed.

use crate::support::{plimsoll, project};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const COMPOSE: (&str, &str) = (
    "compose.yaml",
    "services:\n  web:\n    image: web:1\n  db:\n    image: db:1\n    environment: {DB_PASSWORD: hunter2}\n",
);

const SCRIPT: (&str, &str) = ("deploy.sh", "kubectl apply -f a\nkubectl apply -f b\n");

const CONFIG: (&str, &str) =
    ("plimsoll.yaml", "pipeline: [{workflow: .github/workflows/ci.yml, job: deploy}]\n");

const WORKFLOW: (&str, &str) = (
    ".github/workflows/ci.yml",
    "on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - run: kubectl apply -f c\n  test:\n\
     \x20   runs-on: ubuntu-latest\n    steps:\n      - run: kubectl get pods\n",
);

/// A repository whose files are committed.
struct Repository {
    folder: TempDir,
}

/// A git that reads no configuration of this machine; `None` where there is no git.
fn git(folder: &Path, arguments: &[&str]) -> Option<Output> {
    let mut command = Command::new("git");
    command.current_dir(folder).args(["-c", "protocol.file.allow=always"]).args(arguments);
    for (name, value) in [
        ("GIT_AUTHOR_NAME", "A"),
        ("GIT_AUTHOR_EMAIL", "a@example.com"),
        ("GIT_COMMITTER_NAME", "A"),
        ("GIT_COMMITTER_EMAIL", "a@example.com"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
    ] {
        command.env(name, value);
    }
    let output = command.output().ok();
    if output.is_none() {
        println!("skipped: git is not installed");
    }
    output
}

impl Repository {
    fn new(files: &[(&str, &str)]) -> Option<Self> {
        let repository = Self { folder: project(files) };
        git(repository.path(), &["init", "--quiet", "--initial-branch=main"])?;
        repository.commit();
        Some(repository)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs git, which must succeed, and gives what it prints.
    fn git(&self, arguments: &[&str]) -> String {
        let output = git(self.path(), arguments).expect("it is there");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn commit(&self) {
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "x"]);
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path().join(path)).expect("the file is there");
        assert!(text.contains(from), "{path} has no {from}");
        self.write(path, &text.replacen(from, to, 1));
    }
}

/// Status, findings one a line without their messages, and what stands on standard error.
fn check_in(folder: &Path, arguments: &[&str]) -> (Option<i32>, Vec<String>, String) {
    let output = plimsoll(folder, &[&["check", "--output", "concise"], arguments].concat(), b"");
    told(&output)
}

fn told(output: &Output) -> (Option<i32>, Vec<String>, String) {
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    // Why nothing was checked is said in reports too.
    let found = lines.lines().filter(|line| !line.starts_with("plimsoll: "));
    let finding = |line: &str| line.split_once(']').map_or(line, |(finding, _)| finding).to_owned() + "]";
    (output.status.code(), found.map(finding).collect(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What is new since `HEAD`.
fn new(repository: &Repository, arguments: &[&str]) -> Vec<String> {
    let (status, found, err) = check_in(repository.path(), &[&["--new-from", "HEAD"], arguments].concat());
    assert_eq!(status, Some(i32::from(!found.is_empty())), "{found:?} {err}");
    found
}

#[test]
fn only_what_the_revision_does_not_have_is_reported() {
    let Some(repository) = Repository::new(&[COMPOSE, SCRIPT, WORKFLOW, CONFIG]) else { return };
    assert_eq!(check_in(repository.path(), &[]).1.len(), 6);
    let (status, found, err) = check_in(repository.path(), &["--new-from", "HEAD"]);
    assert_eq!((status, found), (Some(0), vec![]));
    assert!(err.contains("\n6 findings were there at HEAD"), "{err}");
    // One is mended and one of the same rule is new.
    repository.edit("compose.yaml", "  web:\n", "  cache:\n");
    assert_eq!(new(&repository, &[]), ["compose.yaml:2:3: error[missing-healthcheck]"]);
    repository.edit(".github/workflows/ci.yml", "kubectl get pods", "kubectl get nodes");
    // Lines move, and one more of what is there is one more.
    repository.edit(
        "deploy.sh",
        "kubectl apply -f a\n",
        "# first\n\nkubectl apply -f b\nkubectl apply -f a\n",
    );
    assert_eq!(
        new(&repository, &[]),
        [
            ".github/workflows/ci.yml:10:14: error[deploy-outside-pipeline]",
            "compose.yaml:2:3: error[missing-healthcheck]",
            "deploy.sh:5:1: error[deploy-outside-pipeline]",
        ]
    );
    // The scope is as without it, also for files that are new.
    repository.write("new/compose.yaml", COMPOSE.1);
    assert_eq!(new(&repository, &["deploy.sh"]), ["deploy.sh:5:1: error[deploy-outside-pipeline]"]);
    assert_eq!(new(&repository, &["new"]).len(), 3);
    assert_eq!(
        new(&repository, &["--select", "plaintext-secret", "."]),
        ["new/compose.yaml:6:32: error[plaintext-secret]"]
    );
    repository.commit();
    assert_eq!(new(&repository, &[]), [""; 0]);
    assert_eq!(check_in(repository.path(), &["--new-from", "HEAD~1"]).1.len(), 6);
}

#[test]
fn a_renamed_file_brings_nothing_new_and_a_copy_does() {
    let Some(repository) = Repository::new(&[COMPOSE, SCRIPT, CONFIG, WORKFLOW]) else { return };
    repository.git(&["mv", "compose.yaml", "docker-compose.yml"]);
    repository.git(&["mv", "deploy.sh", "ship.sh"]);
    repository.edit("ship.sh", "-f b\n", "-f c\n");
    assert_eq!(new(&repository, &[]), ["ship.sh:2:1: error[deploy-outside-pipeline]"]);
    fs::rename(repository.path().join("docker-compose.yml"), repository.path().join("compose.yaml"))
        .expect("a file");
    repository.write("copy/compose.yaml", COMPOSE.1);
    assert_eq!(new(&repository, &["copy"]).len(), 3);
    fs::remove_file(repository.path().join("compose.yaml")).expect("a file");
    assert_eq!(new(&repository, &["copy"]), [""; 0], "now it was moved");
}

#[test]
fn the_revision_is_held_to_the_rules_of_today_and_to_its_own_suppressions() {
    let Some(repository) = Repository::new(&[COMPOSE, SCRIPT]) else { return };
    // A rule that is added brings no flood.
    repository.write(".plimsoll/rules/a.yaml", "id: any-image\neach: image\nforbid: 'true'\nmessage: m\n");
    repository.write("plimsoll.yaml", &format!("{}{}", CONFIG.1, "retired: [db]\n"));
    repository.write(WORKFLOW.0, WORKFLOW.1);
    assert_eq!(new(&repository, &["compose.yaml", "deploy.sh"]), [""; 0]);
    repository.edit("compose.yaml", "db:1", "db:1  # plimsoll: ignore[any-image] why");
    repository.commit();
    repository.edit("compose.yaml", "  # plimsoll: ignore[any-image] why", "");
    assert_eq!(new(&repository, &["--select", "any-image"]), ["compose.yaml:5:12: error[any-image]"]);
    assert_eq!(new(&repository, &["--select", "any-image", "--no-suppressions"]), [""; 0]);
}

#[test]
fn what_was_not_read_is_reported_although_it_was_there() {
    let Some(repository) = Repository::new(&[("a.yaml", "a: [\n"), CONFIG, COMPOSE]) else { return };
    assert_eq!(
        new(&repository, &[]),
        ["plimsoll.yaml:1:23: error[unknown-pipeline]", "a.yaml:1:4: warning[syntax-error]"]
    );
}

#[test]
fn the_baseline_and_the_revision_both_excuse() {
    let Some(repository) = Repository::new(&[COMPOSE, CONFIG, WORKFLOW]) else { return };
    repository.write(SCRIPT.0, SCRIPT.1);
    let written = plimsoll(repository.path(), &["baseline", "deploy.sh"], b"");
    assert_eq!(written.status.code(), Some(0), "{}", String::from_utf8_lossy(&written.stderr));
    repository.write("more.sh", "kubectl delete pod a\n");
    let (_, found, err) = check_in(repository.path(), &["--new-from", "HEAD"]);
    assert_eq!(found, ["more.sh:1:1: error[deploy-outside-pipeline]"]);
    assert!(err.ends_with("\n2 findings known from the baseline\n4 findings were there at HEAD\n"), "{err}");
}

/// Everything below a folder, with its bytes and its time of change.
fn everything(folder: &Path) -> Vec<(PathBuf, Vec<u8>, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let changed = path.symlink_metadata().and_then(|metadata| metadata.modified()).expect("a time");
        if path.is_dir() && !path.is_symlink() {
            found.extend(everything(&path));
            found.push((path, Vec::new(), changed));
        } else {
            let bytes = fs::read(&path).unwrap_or_default();
            found.push((path, bytes, changed));
        }
    }
    found.sort();
    found
}

#[test]
fn neither_the_work_tree_nor_anything_of_git_is_touched() {
    let Some(repository) =
        Repository::new(&[COMPOSE, SCRIPT, CONFIG, WORKFLOW, ("gone.sh", "kubectl get x\n")])
    else {
        return;
    };
    repository.edit("deploy.sh", "-f a", "-f z");
    repository.git(&["add", "deploy.sh"]);
    repository.edit("deploy.sh", "-f b", "-f y");
    repository.write("untracked.sh", "kubectl get pods\n");
    fs::remove_file(repository.path().join("gone.sh")).expect("a file");
    let status = || repository.git(&["--no-optional-locks", "status", "--porcelain"]);
    let (status_before, before) = (status(), everything(repository.path()));
    assert_eq!(new(&repository, &[]).len(), 3);
    assert_eq!(check_in(repository.path(), &["--new-from", "merge-base:main"]).1.len(), 3);
    assert_eq!(everything(repository.path()), before);
    assert_eq!(status(), status_before);
}

#[test]
fn a_revision_that_is_not_there_is_no_pass() {
    let Some(repository) = Repository::new(&[COMPOSE]) else { return };
    repository.git(&["checkout", "--quiet", "--orphan", "other"]);
    repository.write("other.md", "x\n");
    repository.commit();
    let all_of = |folder: &Path, revision: &str| {
        let (status, found, err) = check_in(folder, &[&format!("--new-from={revision}")]);
        assert_eq!((status, found), (Some(2), vec![]), "{revision}: {err}");
        assert_eq!(err.lines().count(), 1, "{err}");
        err
    };
    let here = |revision: &str| all_of(repository.path(), revision);
    for revision in [
        "nope",
        "HEAD~9",
        "main:compose.yaml",
        "main..other",
        "0000000000000000000000000000000000000000",
        "a\u{1b}[31m\n::error::b",
    ] {
        let err = here(revision);
        assert!(err.contains("is here; fetch it first") && err.contains("fetch-depth: 0"), "{err}");
        assert!(!err.contains('\u{1b}') && !err.starts_with("::"), "{err}");
    }
    let output = repository.path().join("out");
    for revision in ["-x", &format!("--output={}", output.display()), "", "merge-base:", "merge-base:--all"] {
        assert!(here(revision).contains("names no revision"), "{revision}");
    }
    assert!(!output.exists());
    assert!(here("merge-base:main").contains("no common ancestor of HEAD and `main`"));
    let no_repository = project(&[COMPOSE]);
    assert!(all_of(no_repository.path(), "HEAD").contains("not a git repository"));
    let unborn = project(&[COMPOSE]);
    git(unborn.path(), &["init", "--quiet"]);
    assert!(all_of(unborn.path(), "HEAD").contains("fetch it first"));
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "--new-from", "HEAD"])
        .current_dir(repository.path())
        .env("PATH", repository.path())
        .output()
        .expect("the binary was built for this test");
    let (status, _, err) = told(&output);
    assert!(status == Some(2) && err.contains("git is not installed"), "{err}");
}

/// Clones a repository with more arguments.
fn cloned(repository: &Repository, arguments: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}", repository.path().display());
    let output = git(folder.path(), &[&["clone", "--quiet"], arguments, &[&url, "clone"]].concat())
        .expect("it is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
}

#[test]
fn a_clone_without_the_history_or_the_files_says_what_to_do_and_fetches_nothing() {
    let Some(repository) = Repository::new(&[COMPOSE]) else { return };
    let first = repository.git(&["rev-parse", "HEAD"]);
    repository.edit("compose.yaml", "web:1", "web:2");
    repository.commit();
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    repository.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    for (arguments, revision, words) in [
        (&["--depth=1"][..], "HEAD~1", "fetch-depth: 0"),
        (&["--depth=1"], &first, "fetch-depth: 0"),
        (&["--filter=blob:none"], "HEAD~1", "clone without a filter"),
        (&["--filter=tree:0"], "HEAD~1", "fetch it first"),
    ] {
        let clone = cloned(&repository, arguments);
        let clone = clone.path().join("clone");
        let before = everything(&clone);
        let (status, found, err) = check_in(&clone, &["--new-from", revision]);
        assert_eq!((status, found), (Some(2), vec![]), "{arguments:?}: {err}");
        assert!(err.contains(words), "{arguments:?}: {err}");
        assert_eq!(everything(&clone), before, "{arguments:?}");
        assert_eq!(check_in(&clone, &["--new-from", "HEAD"]).0, Some(0), "what is there is enough");
    }
}

#[test]
fn a_project_may_be_a_folder_a_work_tree_or_a_submodule() {
    let below = |(path, text): (&'static str, &'static str)| (["app/", path].concat(), text);
    let files: Vec<(String, &str)> =
        [COMPOSE, ("plimsoll.yaml", "exclude: [vendor]\n"), ("vendor/compose.yaml", COMPOSE.1)]
            .map(below)
            .into();
    let mut files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
    files.push(("compose.yaml", COMPOSE.1));
    let Some(repository) = Repository::new(&files) else { return };
    let app = repository.path().join("app");
    repository.edit("app/compose.yaml", "  web:\n", "  cache:\n");
    let expected = (Some(1), vec!["compose.yaml:2:3: error[missing-healthcheck]".to_owned()]);
    let found = |folder: &Path| {
        let (status, found, err) = check_in(folder, &["--new-from", "HEAD"]);
        assert!(err.contains("2 findings were there at HEAD"), "{err}");
        (status, found)
    };
    assert_eq!(found(&app), expected);
    repository.git(&["checkout", "--quiet", "app"]);
    let place = tempfile::tempdir().expect("a folder");
    let tree = place.path().join("tree");
    repository.git(&["worktree", "add", "--quiet", "--detach", &tree.display().to_string()]);
    fs::write(tree.join("app/compose.yaml"), COMPOSE.1.replace("  web:\n", "  cache:\n")).expect("a file");
    assert_eq!(found(&tree.join("app")), expected);
    assert!(tree.join(".git").is_file());
    // A submodule is a repository of its own, and no part of the one around it.
    let outer = Repository::new(&[SCRIPT]).expect("git is there");
    outer.git(&["submodule", "--quiet", "add", &format!("file://{}", repository.path().display()), "inner"]);
    outer.commit();
    outer.edit("inner/app/compose.yaml", "  web:\n", "  cache:\n");
    assert_eq!(found(&outer.path().join("inner/app")), expected);
}

#[test]
fn what_git_sets_for_its_hooks_leads_nowhere() {
    let Some(repository) = Repository::new(&[COMPOSE]) else { return };
    let other = Repository::new(&[SCRIPT]).expect("git is there");
    repository.edit("compose.yaml", "  web:\n", "  cache:\n");
    let run = |folder: &Path, environment: &[(&str, &OsStr)]| {
        let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(["check", "--output", "concise", "--new-from", "HEAD"])
            .current_dir(folder)
            .envs(environment.iter().copied())
            .output()
            .expect("the binary was built for this test");
        told(&output)
    };
    let elsewhere = other.path().join(".git");
    let index = repository.path().join(".git/index");
    let before = fs::read(&index).expect("an index");
    for environment in [
        &[("GIT_INDEX_FILE", OsStr::new("/nowhere/index"))][..],
        &[
            ("GIT_DIR", OsStr::new(".git")),
            ("GIT_INDEX_FILE", OsStr::new(".git/index")),
            ("GIT_PREFIX", OsStr::new("")),
        ],
        &[("GIT_DIR", elsewhere.as_os_str()), ("GIT_WORK_TREE", other.path().as_os_str())],
        &[("GIT_OBJECT_DIRECTORY", OsStr::new("/nowhere")), ("GIT_NAMESPACE", OsStr::new("x"))],
        &[("GIT_TRACE", OsStr::new("1")), ("LC_ALL", OsStr::new("de_DE.UTF-8"))],
    ] {
        let (_, found, err) = run(repository.path(), environment);
        assert_eq!(found, ["compose.yaml:2:3: error[missing-healthcheck]"], "{environment:?}: {err}");
    }
    assert_eq!(fs::read(&index).expect("an index"), before);
    // Where no repository lies around the project it is the one that the environment names.
    let away = tempfile::tempdir().expect("a folder");
    fs::rename(repository.path().join(".git"), away.path().join("store.git")).expect("a folder");
    let store = away.path().join("store.git");
    let (_, found, err) = run(repository.path(), &[("GIT_DIR", store.as_os_str())]);
    assert_eq!(found, ["compose.yaml:2:3: error[missing-healthcheck]"], "{err}");
    assert_eq!(run(repository.path(), &[]).0, Some(2));
}

#[cfg(unix)]
#[test]
fn nothing_that_a_repository_configures_is_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(repository) = Repository::new(&[COMPOSE, (".gitattributes", "* filter=evil diff=evil\n")])
    else {
        return;
    };
    let script = repository.path().join(".git/evil");
    let mark = repository.path().join("ran");
    fs::write(&script, format!("#!/bin/sh\ntouch {}\n", mark.display())).expect("a file");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a mode");
    let script = script.display().to_string();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.askPass",
        "core.alternateRefsCommand",
        "filter.evil.smudge",
        "filter.evil.clean",
        "filter.evil.process",
        "diff.evil.command",
        "diff.evil.textconv",
        "diff.external",
        "pager.ls-tree",
        "pager.cat-file",
        "alias.ls-tree",
        "alias.cat-file",
        "credential.helper",
        "gpg.program",
    ] {
        repository.git(&["config", key, &script]);
    }
    for hook in ["post-index-change", "reference-transaction", "post-checkout"] {
        fs::copy(repository.path().join(".git/evil"), repository.path().join(".git/hooks").join(hook))
            .expect("a hook");
    }
    let _ = fs::remove_file(&mark);
    assert_eq!(new(&repository, &["compose.yaml"]), [""; 0]);
    assert!(!mark.exists(), "something ran");
}

#[cfg(unix)]
#[test]
fn files_of_every_name_are_compared() {
    use std::os::unix::ffi::OsStrExt as _;
    let Some(repository) = Repository::new(&[("compose.yaml", COMPOSE.1), ("target.yaml", "a: 1\n")]) else {
        return;
    };
    let names: [&[u8]; 7] =
        [b"a\nb.sh", b"-x.sh", b"\xff\xfe.sh", b"a\tb.sh", b"\"q\".sh", b" .sh", b"\xe2\x80\xae.sh"];
    let path = |name: &[u8]| repository.path().join(OsStr::from_bytes(name));
    for name in names {
        fs::write(path(name), "kubectl apply -f a\n").expect("a file");
    }
    std::os::unix::fs::symlink("compose.yaml", path(b"link.yaml")).expect("a link");
    std::os::unix::fs::symlink("/etc/passwd", path(b"out.sh")).expect("a link");
    repository.write("plimsoll.yaml", CONFIG.1);
    repository.write(WORKFLOW.0, WORKFLOW.1);
    repository.commit();
    assert_eq!(new(&repository, &[]), [""; 0]);
    let (_, all, err) = check_in(repository.path(), &[]);
    assert_eq!(
        all.iter().filter(|line| line.contains("deploy-outside-pipeline")).count(),
        8,
        "{all:?} {err}"
    );
    for name in names {
        fs::write(path(name), "kubectl apply -f a\nkubectl apply -f b\n").expect("a file");
    }
    assert_eq!(new(&repository, &[]).len(), 7);
}

#[test]
fn ignored_and_excluded_files_are_seen_alike_on_both_sides() {
    let Some(repository) = Repository::new(&[
        ("compose.yaml", COMPOSE.1),
        (".gitignore", "ignored\n*.log.sh\n!kept.log.sh\n"),
        ("ignored/compose.yaml", COMPOSE.1),
        ("deep/.gitignore", "/local.sh\n"),
        ("deep/local.sh", SCRIPT.1),
        ("deep/er/local.sh", SCRIPT.1),
        ("a.log.sh", SCRIPT.1),
        ("kept.log.sh", SCRIPT.1),
        ("vendor/x.sh", SCRIPT.1),
        (
            "plimsoll.yaml",
            "exclude: [vendor]\npipeline: [{workflow: none.yml}]\nrules: {unknown-pipeline: off}\n",
        ),
        ("data.bin", "\0kubectl"),
        ("notes.py", "kubectl apply -f a\n"),
    ]) else {
        return;
    };
    let (_, all, err) = check_in(repository.path(), &[]);
    assert_eq!(all.len(), 3 + 2 + 2, "{all:?}");
    assert_eq!(new(&repository, &[]), [""; 0], "{err}");
    let counted = |arguments: &[&str]| {
        let (status, found, err) =
            check_in(repository.path(), &[&["--new-from", "HEAD"], arguments].concat());
        assert_eq!((status, found), (Some(0), vec![]), "{err}");
        err.lines()
            .find_map(|line| line.strip_suffix(" were there at HEAD").map(str::to_owned))
            .unwrap_or_default()
    };
    assert_eq!(counted(&["."]), "7 findings");
    // A file or a folder that is named is read although it is ignored or excluded, and so it was.
    assert_eq!(counted(&["a.log.sh"]), "2 findings");
    assert_eq!(counted(&["vendor/x.sh", "deep/local.sh"]), "4 findings");
    assert_eq!(counted(&["ignored"]), "3 findings");
    // What was ignored and moves into view was not there.
    repository.git(&["mv", "deep/local.sh", "deep/other.sh"]);
    assert_eq!(new(&repository, &[]).len(), 2);
}

#[test]
fn what_is_typed_in_an_editor_is_compared_too() {
    let Some(repository) = Repository::new(&[COMPOSE]) else { return };
    let typed = COMPOSE.1.replace("  web:\n", "  cache:\n");
    let run = |arguments: &[&str]| {
        let arguments = [&["check", "-", "--output", "concise", "--new-from", "HEAD"], arguments].concat();
        told(&plimsoll(repository.path(), &arguments, typed.as_bytes()))
    };
    let (_, found, err) = run(&["--stdin-filename", "compose.yaml"]);
    assert_eq!(found, ["compose.yaml:2:3: error[missing-healthcheck]"], "{err}");
    let (status, _, err) = run(&[]);
    assert!(status == Some(2) && err.contains("--stdin-filename"), "{err}");
}
