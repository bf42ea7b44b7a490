//! The hooks of `.pre-commit-hooks.yaml`, run by pre-commit itself on commits to real repositories.

use crate::migration::migration;
use crate::repository::{Repository, said, thorough, tool};
use crate::support::{fixtures, plimsoll};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const CLEAN: &str = "services:\n  web: {image: web, healthcheck: {test: 'true'}}\n";
const FINDING: &str = "services:\n  web: {image: web}\n";

/// A repository whose commits run some of the hooks.
struct Hooked {
    repository: Repository,
    /// What the hooks come from: a repository with nothing but their description.
    _hooks: Repository,
    /// Where pre-commit keeps what it installed.
    home: TempDir,
    pre_commit: PathBuf,
}

impl Hooked {
    /// Installs hooks, given as a list in the configuration of pre-commit. They run the program that was built for this test.
    fn new(repository: Repository, hooks: &str) -> Option<Self> {
        let source =
            Repository::of(&[(".pre-commit-hooks.yaml", include_str!("../../.pre-commit-hooks.yaml"))]);
        let config = format!(
            "repos: [{{repo: '{}', rev: {}, hooks: {hooks}}}]\n",
            source.path().display(),
            source.head()
        );
        let hooked = Self::from(repository, source, &config)?;
        hooked.repository.git(&["add", "."]);
        hooked.repository.git(&["commit", "--quiet", "--no-verify", "--message", "Install the hooks"]);
        Some(hooked)
    }

    fn from(repository: Repository, source: Repository, config: &str) -> Option<Self> {
        let pre_commit = tool("pre-commit")?;
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        repository.write(".pre-commit-config.yaml", config);
        let hooked = Self { repository, _hooks: source, home, pre_commit };
        let installed = hooked.pre_commit(&["install"]).output().expect("pre-commit can be run");
        assert!(installed.status.success(), "{}", said(&installed));
        Some(hooked)
    }

    fn pre_commit(&self, arguments: &[&str]) -> Command {
        let mut command = self.repository.run(&self.pre_commit, arguments);
        command.env("PRE_COMMIT_HOME", self.home.path()).env("PRE_COMMIT_COLOR", "never");
        command
    }

    /// Commits what is staged: whether the hooks let it through, and what they said.
    fn commit(&self) -> (bool, String) {
        let mut git = self.repository.run("git", &["commit", "--message", "Change something"]);
        let output = git.env("PRE_COMMIT_HOME", self.home.path()).output().expect("git can be run");
        (output.status.success(), said(&output))
    }

    /// Stages all there is, expects the commit to be let through, and returns what was said.
    fn passes(&self) -> String {
        self.repository.git(&["add", "--all"]);
        let (passed, said) = self.commit();
        assert!(passed, "{said}");
        said
    }

    /// Stages all there is, expects the commit to be refused, takes everything back and returns what was said.
    fn is_refused(&self) -> String {
        self.repository.git(&["add", "--all"]);
        let (passed, said) = self.commit();
        assert!(!passed, "{said}");
        self.repository.git(&["reset", "--quiet", "--hard"]);
        said
    }
}

#[test]
fn a_commit_is_refused_for_what_it_brings_and_for_nothing_else() {
    let config = "exclude: [vendor]\nkinds: {'*.stack': compose}\n";
    let files = [("plimsoll.yaml", config), ("compose.yaml", CLEAN), ("old/compose.yaml", FINDING)];
    let Some(hooked) = Hooked::new(Repository::of(&files), "[{id: plimsoll-system}]") else { return };
    let repository = &hooked.repository;

    repository.write("compose.yaml", FINDING);
    let said = hooked.is_refused();
    assert!(said.contains("compose.yaml:2:3") && said.contains("missing-healthcheck"), "{said}");
    assert!(!said.contains("old/"), "{said}");

    repository.write("compose.yaml", &format!("# The same.\n{CLEAN}"));
    repository.write("vendor/compose.yaml", FINDING);
    repository.write("picture.png", "\u{0}\u{1}");
    repository.write("notes.c", "int x;\n");
    assert!(hooked.passes().contains("Passed"));

    // What is staged is checked, whatever the work tree says.
    repository.write("compose.yaml", FINDING);
    repository.git(&["add", "compose.yaml"]);
    repository.write("compose.yaml", CLEAN);
    assert!(!hooked.commit().0);
    repository.git(&["add", "compose.yaml"]);
    repository.write("compose.yaml", FINDING);
    assert!(hooked.commit().0);
    repository.git(&["reset", "--quiet", "--hard"]);

    // A file that is deleted is not there to be checked, and no mistake of the commit.
    repository.git(&["rm", "--quiet", "old/compose.yaml"]);
    repository.write("README.md", "Words.\n");
    hooked.passes();

    let named = [
        "deploy.stack",
        "with space/compose.yaml",
        "-dash.compose.yaml/compose.yaml",
        "new\nline/compose.yaml",
    ];
    for path in named {
        repository.write(path, FINDING);
        let said = hooked.is_refused();
        assert!(said.contains("missing-healthcheck"), "{path:?}: {said}");
    }
}

#[test]
fn a_file_called_like_an_option_is_none() {
    let Some(hooked) = Hooked::new(Repository::of(&[]), "[{id: plimsoll-system}]") else { return };
    for name in ["--fail-on=never", "--no-config", "@arguments"] {
        hooked.repository.write(name, "--fail-on=never\n");
    }
    hooked.passes();
    for name in ["--fail-on=never", "@arguments"] {
        hooked.repository.write(name, "--fail-on=never\n\n");
    }
    hooked.repository.write("compose.yaml", FINDING);
    let said = hooked.is_refused();
    assert!(said.contains("missing-healthcheck"), "{said}");
}

#[test]
fn what_a_commit_breaks_elsewhere_is_seen_by_the_hook_on_everything() {
    let files = [
        ("compose.yaml", "services:\n  web: {build: web}\n"),
        ("web/Dockerfile", "FROM nginx\nHEALTHCHECK CMD true\n"),
    ];
    for (hook, refused) in [("plimsoll-system", false), ("plimsoll-all, language: system", true)] {
        let Some(hooked) = Hooked::new(Repository::of(&files), &format!("[{{id: {hook}}}]")) else { return };
        hooked.repository.git(&["rm", "--quiet", "web/Dockerfile"]);
        if refused {
            assert!(hooked.is_refused().contains("missing-healthcheck"));
        } else {
            assert!(hooked.passes().contains("Skipped"));
        }
    }
}

#[test]
fn what_can_be_mended_is_and_the_committer_looks_at_it() {
    let files = [("compose.yaml", CLEAN), ("old.yaml", "version: '3'\nservices: {}\n")];
    let Some(hooked) = Hooked::new(Repository::of(&files), "[{id: plimsoll-fix, language: system}]") else {
        return;
    };
    let repository = &hooked.repository;
    repository.write("compose.yaml", &format!("version: '3'\n{CLEAN}"));
    repository.git(&["add", "compose.yaml"]);
    let (passed, said) = hooked.commit();
    assert!(!passed && said.contains("files were modified by this hook"), "{said}");
    let mended = fs::read_to_string(repository.path().join("compose.yaml")).expect("a readable file");
    assert_eq!(mended, CLEAN);
    assert_eq!(repository.git(&["diff", "--name-only"]), "compose.yaml\n");
    repository.write("README.md", "Words.\n");
    hooked.passes();
}

#[test]
fn the_parts_of_a_long_list_find_what_one_run_finds() {
    // Half of the services are healthy only by what stands in another file.
    let name = |index: usize| format!("a-folder-with-a-name-that-is-not-short/{index:05}");
    let mut files = Vec::new();
    for index in 0..2000 {
        files.push((format!("{}/compose.yaml", name(index)), "services:\n  web: {build: .}\n"));
        let check = if index % 2 == 0 { "FROM a:1\n" } else { "FROM a:1\nHEALTHCHECK CMD true\n" };
        files.push((format!("{}/Dockerfile", name(index)), check));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let hook = "[{id: plimsoll-system, args: [--output, concise, --]}]";
    let Some(hooked) = Hooked::new(Repository::of(&files), hook) else { return };
    let output = hooked.pre_commit(&["run", "--all-files"]).output().expect("pre-commit can be run");
    let said = said(&output);
    assert!(!output.status.success());
    assert!(said.matches(" errors").count() > 1, "the list was not split");
    assert_eq!(findings(&said), whole(hooked.repository.path()));
    assert_eq!(findings(&said).len(), 1000);
}

#[test]
fn the_migration_is_held_commit_by_commit() {
    let Some(repository) = migration() else { return };
    let hook = "[{id: plimsoll-system, args: [--output, concise, --]}]";
    let Some(hooked) = Hooked::new(repository, hook) else { return };
    let repository = &hooked.repository;

    let output = hooked.pre_commit(&["run", "--all-files"]).output().expect("pre-commit can be run");
    assert_eq!(findings(&said(&output)), whole(repository.path()));
    assert!(findings(&said(&output)).iter().any(|finding| finding.contains("error[plaintext-secret]")));

    repository.write("docs/NOTES.md", "One container now.\n");
    hooked.passes();
    repository.write("scripts/hotfix.sh", "#!/bin/sh\nkubectl rollout restart deployment/faultmaven\n");
    let said = hooked.is_refused();
    assert_eq!(findings(&said).len(), 1, "{said}");
    assert!(said.contains("scripts/hotfix.sh:2:1: error[deploy-outside-pipeline]"), "{said}");
}

#[test]
fn the_hook_is_built_from_the_repository_as_the_documented_configuration_says() {
    let Some(pre_commit) = tool("pre-commit") else { return };
    let config = fs::read_to_string(fixtures("ci/pre-commit-config.yaml")).expect("it is there");
    let valid =
        Command::new(pre_commit).arg("validate-config").arg(fixtures("ci/pre-commit-config.yaml")).output();
    assert!(valid.as_ref().is_ok_and(|valid| valid.status.success()), "{valid:?}");
    if !thorough() {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = Repository::of(&[]);
    source.git(&["fetch", "--quiet", &root.display().to_string(), "HEAD"]);
    source.git(&["reset", "--quiet", "--hard", "FETCH_HEAD"]);
    let placeholders = ("https://github.com/OWNER/plimsoll", "0000000000000000000000000000000000000000");
    let config = config
        .replace(placeholders.0, &source.path().display().to_string())
        .replace(placeholders.1, &source.head());
    // What the benchmarks built of the dependencies is used.
    let Some(hooked) = Hooked::from(Repository::of(&[("compose.yaml", FINDING)]), source, &config) else {
        return;
    };
    for (arguments, status) in [
        (&["run", "plimsoll", "--all-files"][..], 1),
        (&["run", "plimsoll-all", "--hook-stage", "pre-push"], 1),
    ] {
        let mut run = hooked.pre_commit(arguments);
        let output =
            run.env("CARGO_TARGET_DIR", root.join("target")).output().expect("pre-commit can be run");
        assert_eq!(output.status.code(), Some(status), "{}", said(&output));
        assert!(said(&output).contains("error[missing-healthcheck]"), "{}", said(&output));
    }
}

/// The lines of findings in what a hook or the program said.
fn findings(said: &str) -> BTreeSet<String> {
    let marks = [": error[", ": warning[", ": info["];
    said.lines().filter(|line| marks.iter().any(|mark| line.contains(mark))).map(str::to_owned).collect()
}

/// What one run over everything finds.
fn whole(folder: &Path) -> BTreeSet<String> {
    findings(&String::from_utf8_lossy(&plimsoll(folder, &["check", "--output", "concise"], b"").stdout))
}
