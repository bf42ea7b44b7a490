//! The action of `action.yml`: its scripts, taken from the file and run as a runner runs them; the whole of it in `act`, which reads the
//! expressions and conditions too; and what linters of actions and workflows say of it, of our workflow and of the documented ones.

use crate::migration::migration;
use crate::repository::{Repository, said, thorough, tool};
use crate::support::{self, fixtures};
use plimsoll::yaml::{self, Document, Node};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const CLEAN: &str = "services:\n  web: {image: web, healthcheck: {test: 'true'}}\n";
const FINDING: &str = "services:\n  web: {image: web}\n";

/// What the action itself says of a check that could not be done.
const OWN: [&str; 2] = ["::error title=plimsoll::plimsoll could not", "::error title=plimsoll::the input "];

/// Where `action.yml` is.
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn read(path: impl AsRef<Path>) -> Document {
    let path = path.as_ref();
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    yaml::parse(text, yaml::Options::default())
}

fn root(document: &Document) -> Node<'_> {
    document.roots().next().expect("the file is not empty")
}

fn text(node: Node<'_>, key: &str) -> String {
    node.get(key).map(|node| node.text().into_owned()).unwrap_or_default()
}

/// One run of the action in a repository: the steps that are scripts, and what one leaves to the next. Which steps are run is up to the
/// test; `act` decides that by their conditions.
struct Job {
    action: Document,
    /// What expressions name, such as `inputs.paths`.
    context: BTreeMap<String, String>,
    /// Variables of the runner that differ from job to job.
    variables: Vec<(&'static str, String)>,
    /// The folders and files that a runner makes for a job.
    runner: TempDir,
}

/// What is given to the action, by the names of its inputs.
type Inputs<'i> = &'i [(&'i str, &'i str)];

/// How a step ended.
struct Ended {
    status: i32,
    log: String,
}

impl Job {
    /// A job that gives these inputs.
    fn new(inputs: Inputs) -> Self {
        let action = read(Path::new(ROOT).join("action.yml"));
        let given: BTreeMap<&str, &str> = inputs.iter().copied().collect();
        let declared = root(&action).get("inputs").expect("the action has inputs").entries();
        let context = declared.iter().map(|input| {
            let name = input.key.text();
            let value = given.get(&*name).map_or_else(|| text(input.value, "default"), ToString::to_string);
            (format!("inputs.{name}"), value)
        });
        let context: BTreeMap<String, String> = context.collect();
        let unknown = given.keys().find(|name| !context.contains_key(&format!("inputs.{name}")));
        assert_eq!(unknown, None, "no such input");
        let runner = support::project(&[("temp/.keep", ""), ("tools/.keep", "")]);
        Self { action, context, variables: Vec::new(), runner }
    }

    /// Runs a step that is a script.
    fn step(&mut self, repository: &Repository, id: &str) -> Ended {
        let steps = root(&self.action).get("runs").and_then(|runs| runs.get("steps")).expect("it has steps");
        let step = steps.items().find(|step| text(*step, "id") == id).expect("there is such a step");
        let script = self.runner.path().join("script.sh");
        fs::write(&script, text(step, "run")).expect("a file can be written");
        let files =
            ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"].map(|name| (name, self.runner.path().join(name)));
        let mut bash = repository.run("bash", &["--noprofile", "--norc", "-eo", "pipefail"]);
        bash.arg(script).env("GITHUB_ACTIONS", "true").env("GITHUB_ACTION_PATH", ROOT);
        bash.env("GITHUB_REPOSITORY", "acme/shop").env("GITHUB_ACTOR", "octocat");
        bash.env("GITHUB_WORKSPACE", repository.path()).env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64");
        bash.env("RUNNER_TEMP", self.runner.path().join("temp"));
        bash.env("RUNNER_TOOL_CACHE", self.runner.path().join("tools"));
        for (name, file) in &files {
            fs::write(file, "").expect("a file can be written");
            bash.env(name, file);
        }
        for (name, value) in &self.variables {
            bash.env(name, value);
        }
        for variable in step.get("env").map(Node::entries).unwrap_or_default() {
            bash.env(&*variable.key.text(), self.value(&variable.value.text()));
        }
        let output = bash.output().expect("bash can be run");
        let outputs = fs::read_to_string(&files[0].1).expect("a readable file");
        for line in outputs.lines() {
            let (name, value) = line.split_once('=').expect("an output is a name and a value");
            self.context.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
        Ended { status: output.status.code().unwrap_or(-1), log: said(&output) }
    }

    /// What a value of `env` is: `${{ a.b || 'c' }}` is the first that is not empty.
    fn value(&self, written: &str) -> String {
        let Some(expression) = written.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}")) else {
            assert!(!written.contains("${{"), "an expression of another form: {written}");
            return written.to_owned();
        };
        let values = expression.split(" || ").map(|part| match part.strip_prefix('\'') {
            Some(literal) => literal.trim_end_matches('\'').to_owned(),
            None => self.context.get(part).cloned().unwrap_or_default(),
        });
        values.into_iter().find(|value| !value.is_empty()).unwrap_or_default()
    }

    /// Checks a repository with the plimsoll of this test: what the steps said, and the status of the last.
    fn check(&mut self, repository: &Repository) -> Ended {
        let found = self.step(repository, "find");
        assert_eq!((found.status, self.output("find", "build").as_str()), (0, ""), "{}", found.log);
        let mut log = self.step(repository, "check").log;
        let result = self.step(repository, "result");
        log += &result.log;
        Ended { status: result.status, log }
    }

    fn output(&self, step: &str, name: &str) -> String {
        self.context.get(&format!("steps.{step}.outputs.{name}")).cloned().unwrap_or_default()
    }

    /// How many findings a report in JSON has.
    fn findings(&self) -> usize {
        let file = self.output("check", "json-file");
        let report = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let report: serde_json::Value = serde_json::from_str(&report).expect("it is JSON");
        report["diagnostics"].as_array().expect("they are a list").len()
    }
}

#[test]
fn the_status_and_the_outputs_say_what_a_check_came_to() {
    let example = Repository::copy(&[&fixtures("example")], &[]);
    let clean = Repository::of(&[("compose.yaml", CLEAN)]);
    let cases: [(&str, &Repository, Inputs, i32); 9] = [
        ("findings", &example, &[], 1),
        ("no findings", &clean, &[], 0),
        ("findings that do not count", &example, &[("fail-on", "never")], 0),
        ("some paths", &example, &[("paths", "docker-compose.yml\r\nscripts\n\n")], 1),
        ("a folder", &example, &[("working-directory", "deploy"), ("args", "--select\nmissing-probe")], 1),
        ("a configuration elsewhere", &example, &[("config", "nowhere.yaml")], 2),
        ("no such folder", &example, &[("working-directory", "nowhere")], 2),
        ("arguments on one line", &example, &[("args", "--select missing-probe")], 2),
        ("an input that is wrong", &example, &[("sarif", "yes")], 2),
    ];
    for (name, repository, inputs, status) in cases {
        let mut job = Job::new(inputs);
        let ended = job.check(repository);
        assert_eq!(ended.status, status, "{name}: {}", ended.log);
        let errors = ended.log.lines().filter(|line| OWN.iter().any(|own| line.starts_with(own))).count();
        assert_eq!(errors, usize::from(status == 2), "{name}: {}", ended.log);
        if status == 2 {
            assert_eq!(job.output("check", "findings") + &job.output("check", "upload"), "", "{name}");
            continue;
        }
        assert_eq!(job.output("check", "exit-code"), status.to_string(), "{name}");
        assert_eq!(job.output("check", "findings"), job.findings().to_string(), "{name}");
        assert!(job.findings() > 0 || repository.path() == clean.path(), "{name}");
        assert_eq!(job.output("check", "upload"), "true", "{name}");
        let sarif = fs::read_to_string(job.output("check", "sarif-file")).expect("it was written");
        assert!(sarif.contains("2.1.0"), "{name}: {sarif}");
        assert!(!sarif.contains("automationDetails"), "{name}: the category of the upload would not count");
        assert!(fs::metadata(job.runner.path().join("GITHUB_STEP_SUMMARY")).is_ok(), "{name}");
    }

    let broken = Repository::of(&[("compose.yaml", FINDING), ("plimsoll.yaml", "retird: []\n")]);
    let mut job = Job::new(&[]);
    let ended = job.check(&broken);
    assert_eq!(ended.status, 2, "{}", ended.log);
    assert!(ended.log.contains("did you mean `retired`"), "{}", ended.log);
    assert!(!ended.log.contains(" findings in"), "{}", ended.log);
}

#[test]
fn annotations_and_the_summary_show_the_findings() {
    let repository = Repository::of(&[("compose.yaml", FINDING)]);
    let mut job = Job::new(&[]);
    job.step(&repository, "find");
    let checked = job.step(&repository, "check");
    assert!(checked.log.contains("::error file=compose.yaml,line=2,"), "{}", checked.log);
    let summary = fs::read_to_string(job.runner.path().join("GITHUB_STEP_SUMMARY")).expect("a readable file");
    assert!(summary.contains("missing-healthcheck") && summary.contains("compose.yaml"), "{summary}");
}

#[test]
fn what_is_given_is_never_read_as_shell_or_as_a_command_of_the_runner() {
    let repository = Repository::of(&[("compose.yaml", FINDING)]);
    let hostile = "$(touch planted)\n`touch planted`\n;touch planted;\n\"; touch planted; \"\n'; touch planted; '\n\
                   | touch planted\n> planted\n*\n$IFS\n\\\n::error::forged\n##[error]forged\n%0A::error::forged";
    for input in ["paths", "config", "fail-on", "new-from", "sarif", "category", "working-directory", "args"]
    {
        let mut job = Job::new(&[(input, hostile)]);
        let ended = job.check(&repository);
        assert_eq!(ended.status, if input == "category" { 1 } else { 2 }, "{input}: {}", ended.log);
        for line in ended.log.lines() {
            let line = line.trim_start();
            assert!(!line.contains("##[") && !line.starts_with("::error::"), "{input}: {line}");
        }
        assert_eq!(repository.git(&["status", "--porcelain"]), "", "{input}");
    }
    assert_eq!(Job::new(&[("paths", "--fail-on=never")]).check(&repository).status, 2);
}

#[test]
fn findings_are_uploaded_where_the_token_may() {
    let repository = Repository::of(&[("compose.yaml", FINDING)]);
    let cases = [
        ("auto", "acme/shop", "octocat", "true"),
        ("auto", "", "octocat", "true"),
        ("auto", "fork/shop", "octocat", "false"),
        ("auto", "acme/shop", "dependabot[bot]", "false"),
        ("true", "fork/shop", "octocat", "true"),
        ("false", "acme/shop", "octocat", "false"),
    ];
    for (sarif, head, actor, upload) in cases {
        let mut job = Job::new(&[("sarif", sarif)]);
        job.context.insert("github.event.pull_request.head.repo.full_name".to_owned(), head.to_owned());
        job.variables.push(("GITHUB_ACTOR", actor.to_owned()));
        let ended = job.check(&repository);
        assert_eq!(job.output("check", "upload"), upload, "{sarif} {head} {actor}");
        let said = ended.log.contains("::notice title=plimsoll::nothing is uploaded");
        assert_eq!(said, sarif == "auto" && upload == "false", "{sarif} {head} {actor}: {}", ended.log);
        assert_eq!(ended.status, 1);
    }
}

#[test]
fn the_action_judges_the_repository_of_the_migration() {
    let Some(repository) = migration() else { return };
    let mut job = Job::new(&[]);
    assert_eq!(job.check(&repository).status, 1);
    assert!(job.findings() > 0);

    // What was there before the pull request is no matter of it.
    let base = repository.head();
    repository.write("docs/NOTES.md", "One container now.\n");
    repository.git(&["add", "."]);
    repository.git(&["commit", "--quiet", "--message", "Take notes"]);
    let mut job = Job::new(&[("new-from", &base)]);
    assert_eq!((job.check(&repository).status, job.findings()), (0, 0));

    repository.write("scripts/hotfix.sh", "#!/bin/sh\nkubectl rollout restart deployment/faultmaven\n");
    let mut job = Job::new(&[("new-from", &base)]);
    assert_eq!((job.check(&repository).status, job.findings()), (1, 1));
}

#[test]
fn plimsoll_is_built_from_the_action_when_there_is_none() {
    if !thorough() {
        return;
    }
    let repository = Repository::of(&[(".cargo/config.toml", "build.rustc-wrapper = 'never-to-be-run'\n")]);
    let mut job = Job::new(&[]);
    let path = std::env::var("PATH").expect("there is a path");
    let others = path.split(':').filter(|folder| !Path::new(folder).join("plimsoll").is_file());
    job.variables.push(("PATH", others.collect::<Vec<_>>().join(":")));
    // What the benchmarks built of the dependencies is used.
    job.variables.push(("CARGO_TARGET_DIR", format!("{ROOT}/target")));
    assert_eq!(job.step(&repository, "find").status, 0);
    assert_eq!(job.output("find", "build"), "true");
    let built = job.step(&repository, "build");
    assert_eq!(built.status, 0, "{}", built.log);
    let program = job.output("find", "program");
    let version = Command::new(&program).arg("--version").output().expect("it was built");
    assert_eq!(said(&version), format!("plimsoll {}\n", env!("CARGO_PKG_VERSION")));

    // The next job of the runner finds it.
    job.context.remove("steps.find.outputs.build");
    job.step(&repository, "find");
    assert_eq!((job.output("find", "build"), job.output("find", "program")), (String::new(), program));
}

/// Stands in for the action that uploads to code scanning.
const UPLOAD: &str = "name: upload\ndescription: Says what it would upload\n\
    inputs: {sarif_file: {required: true}, category: {required: true}}\n\
    runs:\n  using: composite\n  steps:\n    - shell: bash\n      env: {FILE: '${{ inputs.sarif_file }}', CATEGORY: '${{ inputs.category }}'}\n      \
    run: grep -q 2.1.0 \"$FILE\" && echo \"uploaded as $CATEGORY\" && exit STATUS\n";

/// Stands in for an action that is fetched and not run, as nothing has to be built.
const UNUSED: &str = "name: unused\ndescription: Fails\ninputs: {path: {required: true}, key: {required: true}}\n\
    runs: {using: composite, steps: [{shell: bash, run: 'exit 1'}]}\n";

#[test]
fn the_documented_workflow_runs_the_action_step_by_step() {
    let Some(act) = tool("act") else { return };
    let workflow = fs::read_to_string(fixtures("ci/github-actions.yml")).expect("it is there");
    let uses = |name: &str| -> String {
        let texts =
            [&workflow, &fs::read_to_string(Path::new(ROOT).join("action.yml")).expect("it is there")];
        let found = texts.iter().find_map(|text| text.split("uses: ").find(|rest| rest.starts_with(name)));
        found.and_then(|rest| rest.split_whitespace().next()).expect("the action is used").to_owned()
    };
    let action = Repository::of(
        &["action.yml", "Cargo.toml"]
            .map(|name| (name, fs::read_to_string(Path::new(ROOT).join(name)).expect("it is there")))
            .each_ref()
            .map(|(name, text)| (*name, text.as_str())),
    );
    let cache = Repository::of(&[("action.yml", UNUSED)]);
    // What is found, whether the upload works, and how the job ends.
    for (compose, upload, ends) in
        [(CLEAN, 0, true), (CLEAN, 1, true), (FINDING, 0, false), (FINDING, 1, false)]
    {
        let stub =
            Repository::of(&[("upload-sarif/action.yml", &UPLOAD.replace("STATUS", &upload.to_string()))]);
        let repository =
            Repository::of(&[("compose.yaml", compose), (".github/workflows/plimsoll.yml", &workflow)]);
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let code_scanning = uses("github/codeql-action").replace("/upload-sarif", "");
        let mut run = repository.run(&act, &["push", "--platform", "ubuntu-24.04=-self-hosted"]);
        for (action, folder) in [
            (uses("OWNER/plimsoll"), action.path()),
            (uses("actions/cache"), cache.path()),
            (code_scanning, stub.path()),
        ] {
            run.arg("--local-repository").arg(format!("{action}={}", folder.display()));
        }
        let output =
            run.env("HOME", home.path()).env("XDG_CACHE_HOME", home.path()).output().expect("act can be run");
        let said = said(&output);
        assert_eq!(output.status.success(), ends, "{said}");
        assert!(said.contains("uploaded as plimsoll"), "{said}");
        assert_eq!(said.contains("the findings were not uploaded"), upload == 1, "{said}");
        assert_eq!(
            said.contains("compose.yaml:2:3: error[missing-healthcheck]"),
            compose == FINDING,
            "{said}"
        );
    }
}

#[test]
fn linters_of_actions_and_workflows_find_nothing() {
    let own = Path::new(ROOT).join(".github/workflows/ci.yml");
    let ci = fixtures("ci");
    let schemas = [
        ("vendor.github-actions", Path::new(ROOT).join("action.yml")),
        ("vendor.github-workflows", own.clone()),
        ("vendor.github-workflows", ci.join("github-actions.yml")),
        ("vendor.gitlab-ci", ci.join("gitlab-ci.yml")),
        ("vendor.azure-pipelines", ci.join("azure-pipelines.yml")),
    ];
    for (schema, file) in &schemas {
        holds("check-jsonschema", &["--regex-variant", "nonunicode", "--builtin-schema", schema], &[file]);
    }
    let action = &schemas[0].1;
    holds(
        "zizmor",
        &["--offline", "--no-progress", "--no-config"],
        &[action, &own, &ci.join("github-actions.yml")],
    );
    holds("actionlint", &[], &[&own, &ci.join("github-actions.yml")]);
    holds("pre-commit", &["validate-manifest"], &[&Path::new(ROOT).join(".pre-commit-hooks.yaml")]);

    holds("plimsoll", &["check", "--config", ".github/plimsoll.yaml"], &[Path::new(ROOT)]);

    let scripts = tempfile::tempdir().expect("a temporary folder can be made");
    let document = read(action);
    let steps = root(&document).get("runs").and_then(|runs| runs.get("steps")).expect("it has steps");
    let scripts: Vec<PathBuf> = steps
        .items()
        .filter(|step| step.get("run").is_some())
        .map(|step| {
            let script = scripts.path().join(text(step, "id"));
            fs::write(&script, format!("#!/usr/bin/env bash\nset -eo pipefail\n{}", text(step, "run")))
                .expect("a file can be written");
            script
        })
        .collect();
    assert_eq!(scripts.len(), 4);
    let run = Path::new(ROOT).join(".ci/run");
    let scripts: Vec<&Path> = scripts.iter().map(PathBuf::as_path).chain([&*run]).collect();
    // SC2154: variables come from the environment.
    holds("shellcheck", &["--exclude", "SC2154"], &scripts);
}

/// Panics unless a linter that is there passes the files.
fn holds(linter: &str, arguments: &[&str], files: &[&Path]) {
    let Some(program) = tool(linter) else { return };
    let output = Command::new(program)
        .args(arguments)
        .args(files)
        .current_dir(ROOT)
        .output()
        .expect("the linter can be run");
    assert!(output.status.success(), "{linter} {files:?}: {}", said(&output));
}
