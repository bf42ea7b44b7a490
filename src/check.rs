//! One run, from paths to findings: the stages in order, and what stops a run before it checks anything.

mod before;
mod revision;

pub use before::{Baseline, Before, Since, Standing};

use crate::artifact::{self, Artifact, Kind, Loaded, Unreadable};
use crate::config::{Date, Level, Settings};
use crate::diagnostic::{Diagnostic, Severity};
use crate::discover::{self, MissingPath, Reason, Stdin};
use crate::engine::{self, Job, Outcome};
use crate::fingerprint::{self, Files, Fingerprint, Identity};
use crate::git::Tree;
use crate::glob::Globs;
use crate::model::{self, FileFacts, Model};
use crate::policy::{Policy, RuleFiles, Runs, configuration};
use crate::rule::Rule;
use crate::secret::secret_spans;
use crate::source::{FileId, Place, SourceFile, Sources, Span};
use crate::suppress::{self, Unused};
use crate::waiver::{self, Extent};
use crate::yaml::Document;
use before::{Opened, Stop};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// What to check.
#[derive(Clone, Debug)]
pub struct Request {
    /// The project root, absolute: all of it is analysed, paths in reports are relative to it.
    pub root: PathBuf,
    /// The directory that relative `paths` start from, absolute.
    pub current: PathBuf,
    /// Files and directories to report on, as the user named them. Files are read even when they are ignored or excluded.
    pub paths: Vec<PathBuf>,
    /// A file given on standard input; it takes the place of the file of that name. Only it is reported on.
    pub stdin: Option<Stdin>,
    /// Path and text of the configuration.
    pub config: Option<(String, String)>,
    /// Which rules there are.
    pub rule_files: RuleFiles,
    /// Rules to run; empty means every rule that is on.
    pub select: Vec<String>,
    /// Rules not to run.
    pub ignore: Vec<String>,
    /// What suppressions in files are worth.
    pub suppressions: Suppressions,
    /// Which baseline excuses findings.
    pub baseline: Baseline,
    /// The revision whose findings are excused, `merge-base:REV` for the common ancestor of `HEAD` and `REV`. It is checked by the rules and
    /// the configuration of today, so that a rule that was added since brings no flood.
    pub new_from: Option<String>,
    /// The day by which waivers, suppressions and times of grace end.
    pub today: Date,
    /// Threads of the walk; 0 leaves it to the machine.
    pub threads: usize,
}

/// What suppressions in files are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suppressions {
    /// What they hold for is not reported.
    Honoured,
    /// They are not looked at.
    Disregarded,
}

/// What a run looked at and found.
#[derive(Debug)]
pub struct Run {
    /// The files: configuration, rules, artifacts.
    pub sources: Sources,
    /// What was recognised, in the order of the files.
    pub artifacts: Vec<Artifact>,
    /// The findings.
    pub outcome: Outcome,
    /// The findings that a suppression in a file excuses.
    pub suppressed: Vec<Diagnostic>,
    /// The findings that were there before.
    pub before: Before,
    /// Whether the run saw all that every rule finds in the whole project, so that what was not found is not there.
    pub is_complete: bool,
    /// How many rules ran.
    pub rules: usize,
    /// Rules that are on but have nothing to go by, each with the key that the configuration lacks; empty where no file of the scope
    /// could hold what they look for.
    pub off: Vec<(String, String)>,
    /// How many files were checked: artifacts in the scope that some rule can read.
    pub files: usize,
    /// How many templates were seen only as lines of text.
    pub templates: usize,
    /// The least severity that fails the run, by the configuration; `None` means that findings never do.
    pub fail_on: Option<Severity>,
}

impl Run {
    /// The documents of a file: its own if it is YAML or JSON, and the manifests inside it.
    pub fn documents(&self, file: FileId) -> impl Iterator<Item = &Document> {
        documents(&self.sources, &self.artifacts, file)
    }

    /// The fingerprints of findings of the run, in their order.
    pub fn fingerprints(&self, findings: &[Diagnostic]) -> Vec<Fingerprint> {
        with_files(&self.sources, &self.artifacts, |files| fingerprint::fingerprints(findings, files))
    }

    /// What findings of the run are known by in another version of the project, in their order.
    pub fn identities(&self, findings: &[Diagnostic]) -> Vec<Identity> {
        with_files(&self.sources, &self.artifacts, |files| fingerprint::identities(findings, files))
    }

    /// What no output may show of a file, sorted and disjoint.
    pub fn hidden(&self, id: FileId) -> Vec<Span> {
        hidden(&self.sources, &self.artifacts, id)
    }
}

fn documents<'r>(
    sources: &'r Sources,
    artifacts: &'r [Artifact],
    id: FileId,
) -> impl Iterator<Item = &'r Document> {
    let index = artifacts.binary_search_by_key(&id, |artifact| artifact.file).ok();
    index.into_iter().flat_map(|index| model::documents(sources, &artifacts[index]))
}

fn hidden(sources: &Sources, artifacts: &[Artifact], id: FileId) -> Vec<Span> {
    let source = sources.get(id);
    match artifacts.binary_search_by_key(&id, |artifact| artifact.file) {
        Ok(index) => model::hidden(FileFacts { id, source, artifact: &artifacts[index] }),
        Err(_) => secret_spans(source, None),
    }
}

fn with_files<T>(sources: &Sources, artifacts: &[Artifact], ask: impl FnOnce(Files<'_>) -> T) -> T {
    let documents = |id| documents(sources, artifacts, id).collect();
    let hidden = |id| hidden(sources, artifacts, id);
    ask(Files { sources, documents: &documents, hidden: &hidden })
}

/// Why a run could not begin.
#[derive(Debug)]
pub enum Failure {
    /// The configuration or a rule is wrong; the diagnostics point into the files.
    Mistakes(Sources, Vec<Diagnostic>),
    /// A path that was named does not exist.
    Missing(MissingPath),
    /// An argument names no rule.
    Usage(String),
}

/// The files of a project, before anything is checked.
#[derive(Debug)]
pub struct Listing {
    /// The files: configuration, rules, artifacts.
    pub sources: Sources,
    /// What was recognised, what was left alone, what could not be read.
    pub loaded: Loaded,
}

/// Finds and recognises the files in the scope of a request.
pub fn list(request: &Request) -> Result<Listing, Failure> {
    let mut sources = Sources::default();
    let config = configuration(request.config.as_ref(), &mut sources);
    let policy = policy(request, config.as_ref(), &mut sources)?;
    let mut loaded = load(request, Version::Now, &policy.settings, &mut sources)?;
    let scope = Scope::new(request);
    loaded.artifacts.retain(|artifact| scope.holds(&sources.get(artifact.file).os_path));
    loaded.skipped.retain(|(path, _)| scope.holds(&request.root.join(path)));
    loaded.unreadable.retain(|file| scope.holds(&request.root.join(&file.path)));
    Ok(Listing { sources, loaded })
}

/// Loads the whole project and asks something of its model and of the files in the scope of a request.
pub fn look_at<T>(
    request: &Request,
    ask: impl FnOnce(&Model<'_>, &dyn Fn(FileId) -> bool) -> T,
) -> Result<T, Failure> {
    let mut sources = Sources::default();
    let config = configuration(request.config.as_ref(), &mut sources);
    let policy = policy(request, config.as_ref(), &mut sources)?;
    let loaded = load(request, Version::Now, &policy.settings, &mut sources)?;
    let scope = Scope::new(request);
    let model = Model::new(&sources, &loaded.artifacts, &policy.settings, config.as_ref());
    Ok(ask(&model, &|file| scope.holds(&sources.get(file).os_path)))
}

/// Loads the whole project without its configuration and asks something of its model and of what was left unread.
pub fn look_around<T>(request: &Request, ask: impl FnOnce(&Model<'_>, &Loaded) -> T) -> Result<T, Failure> {
    let mut sources = Sources::default();
    let policy = policy(request, None, &mut sources)?;
    let loaded = load(request, Version::Now, &policy.settings, &mut sources)?;
    let model = Model::new(&sources, &loaded.artifacts, &policy.settings, None);
    Ok(ask(&model, &loaded))
}

/// A file as it would be after a change.
#[derive(Debug)]
pub struct Edited {
    /// The path to open, absolute.
    pub os_path: PathBuf,
    /// Its text.
    pub text: String,
}

/// Runs all stages.
pub fn run(request: &Request) -> Result<Run, Failure> {
    run_edited(request, None)
}

/// Runs all stages over the project as it would be after a change of one file.
pub fn run_edited(request: &Request, edited: Option<&Edited>) -> Result<Run, Failure> {
    run_over(request, edited.map_or(Version::Now, Version::Edited))
}

/// Runs all stages over the whole project as it is in a revision.
fn run_before(request: &Request, tree: &Tree) -> Result<Run, Failure> {
    let root = request.root.clone();
    let before = Request {
        paths: std::iter::once(root).chain(request.paths.iter().cloned()).collect(),
        stdin: None,
        baseline: Baseline::Off,
        new_from: None,
        ..request.clone()
    };
    run_over(&before, Version::Revision(tree))
}

/// Which version of the files is checked.
#[derive(Clone, Copy)]
enum Version<'v> {
    /// Those on disk.
    Now,
    /// The same after a change.
    Edited(&'v Edited),
    /// Those of a revision.
    Revision(&'v Tree),
}

fn run_over(request: &Request, version: Version<'_>) -> Result<Run, Failure> {
    let mut sources = Sources::default();
    let config = configuration(request.config.as_ref(), &mut sources);
    let policy = policy(request, config.as_ref(), &mut sources)?;
    for name in request.select.iter().chain(&request.ignore) {
        policy.know(name).map_err(Failure::Usage)?;
    }
    let Policy { settings, catalog, .. } = &policy;
    let opened = Opened::new(request, settings).map_err(|stop| match stop {
        Stop::Said(error) => Failure::Usage(error),
        Stop::Mistake(mistake) => {
            let mistake = mistake.into_diagnostic("configuration");
            Failure::Mistakes(std::mem::take(&mut sources), vec![mistake])
        }
    })?;
    let loaded = load(request, version, settings, &mut sources)?;
    let scope = Scope::new(request);
    let whole = WholeFiles::new(&loaded, &scope, request, &mut sources);
    for rule in
        catalog.rules.iter().filter(|rule| runs(rule, request, &policy) != Runs::Never && !policy.is_on(rule))
    {
        policy.settled(rule).map_err(Failure::Usage)?;
    }
    let selected = |rule: &Rule| match policy.lacks(rule) {
        Some(_) => Runs::Never,
        None => runs(rule, request, &policy),
    };
    let first = loaded.artifacts.first().map_or(FileId(u32::MAX), |artifact| artifact.file);
    // What is said at the configuration or at a rule is said of the project as a whole.
    let in_scope = |file: FileId| {
        if file < first { scope.holds(&request.root) } else { scope.holds(&sources.get(file).os_path) }
    };
    let model = Model::new(&sources, &loaded.artifacts, settings, config.as_ref());
    let mut outcome = engine::run(
        &model,
        &Job {
            catalog,
            selected: &selected,
            found: &whole.findings,
            whole: request.stdin.is_none(),
            scope: &in_scope,
            today: request.today,
        },
    );
    let mut suppressed = Vec::new();
    if request.suppressions == Suppressions::Honoured {
        let names: Vec<_> = policy.names().collect();
        let ran = |id: &str, path: &str| {
            let runs = match catalog.get(id).map(&selected) {
                None => is_reported(id, request),
                Some(Runs::Everywhere) => true,
                Some(Runs::WhereSet) => settings.settings(id, path).next().is_some(),
                Some(Runs::Never) => false,
            };
            runs && settings.level(id, path) != Some(Level::Off)
        };
        // A rule that failed would have found more, and so would one that sees the project around standard input.
        let complete = request.stdin.is_none() && outcome.failures.is_empty();
        suppressed = suppress::apply(
            &suppress::Job {
                sources: &sources,
                artifacts: &loaded.artifacts,
                settings,
                names: &names,
                ran: &ran,
                scope: &in_scope,
                unused: if complete { Unused::Said } else { Unused::Unknown },
                today: request.today,
            },
            &mut outcome,
        );
        suppressed.retain(|found| is_reported(&found.rule, request));
    }
    if let Some((path, _)) = &request.config {
        let extent = match (request.stdin.is_none(), scope.holds(&request.root)) {
            (true, true) => Some(Extent::Whole),
            (true, false) if scope.holds(&request.root.join(path)) => Some(Extent::Part),
            _ => None,
        };
        let ran = |id: &str| catalog.get(id).is_none_or(|rule| selected(rule) != Runs::Never);
        let of_waivers = extent
            .map(|extent| waiver::findings(settings, path, &outcome.waivers, &ran, extent, request.today));
        // The configuration is the first file.
        outcome.diagnostics.splice(0..0, of_waivers.unwrap_or_default());
    }
    outcome.diagnostics.retain(|found| is_reported(&found.rule, request));
    outcome.failures.extend(whole.failures);
    let is_complete = request.stdin.is_none()
        && scope.holds(&request.root)
        && request.select.is_empty()
        && request.ignore.is_empty()
        && outcome.failures.is_empty();
    let mut before = Before::default();
    if !opened.is_empty() {
        let known = with_files(&sources, &loaded.artifacts, |files| {
            fingerprint::identities(&outcome.diagnostics, files)
        });
        let paths: HashSet<&str> =
            sources.iter().map(|(_, file)| &*file.path).chain(loaded.unread()).collect();
        // Of a project that was not looked at nothing is known to be gone.
        let is_gone = |path: &str| request.stdin.is_none() && !paths.contains(path);
        before =
            opened.excuse(&mut outcome.diagnostics, &known, is_gone, |tree| run_before(request, tree))?;
    }
    let checked: Vec<&Artifact> = loaded
        .artifacts
        .iter()
        .filter(|artifact| !matches!(artifact.kind, Kind::Config | Kind::Data | Kind::Other))
        .filter(|artifact| in_scope(artifact.file))
        .collect();
    let rules = catalog.rules.iter().filter(|rule| selected(rule) != Runs::Never).count();
    let deploys = checked.iter().any(|artifact| {
        matches!(artifact.kind, Kind::Workflow | Kind::Action | Kind::Script | Kind::Makefile)
    });
    let lacking = catalog.rules.iter().filter(|rule| deploys && runs(rule, request, &policy) != Runs::Never);
    let off =
        lacking.filter_map(|rule| Some((rule.id.to_string(), policy.lacks(rule)?.to_owned()))).collect();
    let files = checked.len();
    let templates = checked.iter().filter(|artifact| artifact.kind == Kind::Template).count();
    let fail_on = settings.fail_on;
    Ok(Run {
        sources,
        artifacts: loaded.artifacts,
        outcome,
        suppressed,
        before,
        is_complete,
        rules,
        off,
        files,
        templates,
        fail_on,
    })
}

/// What is to be said of files whose text is not there.
struct WholeFiles {
    findings: Vec<Diagnostic>,
    failures: Vec<Diagnostic>,
}

impl WholeFiles {
    fn new(loaded: &Loaded, scope: &Scope, request: &Request, sources: &mut Sources) -> Self {
        let mut whole = Self { findings: Vec::new(), failures: Vec::new() };
        let mut say = |path: &str, check: &'static str, message: String| {
            let mut file = SourceFile::new(path, "");
            file.os_path = request.root.join(path);
            let place = Place { file: sources.add(file), span: Span::empty(0) };
            Diagnostic::new(check, Severity::Error, place, message)
        };
        for (path, reason) in loaded.skipped.iter().filter(|(path, _)| scope.holds(&request.root.join(path)))
        {
            match reason {
                Reason::TooLarge { .. } => {
                    whole.findings.push(say(
                        path,
                        "limit-exceeded",
                        format!("the file was not read: {reason}"),
                    ));
                }
                Reason::Binary | Reason::Special if scope.names(&request.root.join(path)) => {
                    whole.failures.push(say(path, "unreadable-file", format!("cannot be checked: {reason}")));
                }
                _ => {}
            }
        }
        for Unreadable { path, error } in
            loaded.unreadable.iter().filter(|file| scope.holds(&request.root.join(&file.path)))
        {
            whole.failures.push(say(path, "unreadable-file", format!("cannot be read: {error}")));
        }
        whole
    }
}

fn load(
    request: &Request,
    version: Version<'_>,
    settings: &Settings<'_>,
    sources: &mut Sources,
) -> Result<Loaded, Failure> {
    let mut discovery = discovery(request, settings);
    let set = |path: &str| settings.kind(path).and_then(|kind| Kind::from_name(&kind.value));
    if let Version::Edited(Edited { os_path, text }) = version {
        // What is given takes the place of the file of its name.
        discovery.stdin = Some(Stdin { filename: os_path.clone(), bytes: text.clone().into_bytes() });
    }
    let found = match version {
        Version::Revision(tree) => revision::found(tree, &discovery, &set).map_err(Failure::Usage)?,
        _ => discover::discover(&discovery).map_err(Failure::Missing)?,
    };
    Ok(artifact::load(found, &set, sources))
}

fn policy<'d>(
    request: &Request,
    config: Option<&'d Document>,
    sources: &mut Sources,
) -> Result<Policy<'d>, Failure> {
    let policy = Policy::read(config, request.rule_files, &request.root, sources);
    if policy.mistakes.is_empty() {
        return Ok(policy);
    }
    Err(Failure::Mistakes(std::mem::take(sources), policy.diagnostics()))
}

/// The whole project is analysed, so that what holds between files is known; the scope decides what is reported.
fn discovery(request: &Request, settings: &Settings<'_>) -> discover::Request {
    // Standard input is checked by itself: it may be the output of another program.
    let project = request.stdin.is_none().then(|| request.root.clone());
    let named = request.paths.iter().filter(|path| {
        discover::normalise(&request.current.join(path)) != discover::normalise(&request.root)
    });
    discover::Request {
        root: request.root.clone(),
        current: request.current.clone(),
        paths: project.into_iter().chain(named.cloned()).collect(),
        stdin: request.stdin.clone(),
        exclude: Globs::clone(&settings.exclude),
        threads: request.threads,
    }
}

/// The files to report on.
struct Scope {
    paths: Vec<PathBuf>,
}

impl Scope {
    fn new(request: &Request) -> Self {
        let stdin = request.stdin.iter().map(|stdin| &stdin.filename);
        let named = request.paths.iter().chain(stdin);
        Self { paths: named.map(|path| discover::normalise(&request.current.join(path))).collect() }
    }

    /// Whether a path was named itself.
    fn names(&self, path: &Path) -> bool {
        let path = discover::normalise(path);
        self.paths.contains(&path)
    }

    fn holds(&self, path: &Path) -> bool {
        let path = discover::normalise(path);
        self.paths.iter().any(|scope| path.starts_with(scope))
    }
}

/// Where a rule runs: if rules are named by `--select`, only those; else where the policy has it on.
fn runs(rule: &Rule, request: &Request, policy: &Policy<'_>) -> Runs {
    let named = |names: &[String]| names.iter().any(|name| **name == *rule.id);
    match () {
        () if named(&request.ignore) => Runs::Never,
        () if request.select.is_empty() => policy.runs(rule),
        () if named(&request.select) => Runs::Everywhere,
        () => Runs::Never,
    }
}

/// The engine's own checks follow `--select` and `--ignore` too.
fn is_reported(name: &str, request: &Request) -> bool {
    !request.ignore.iter().any(|ignored| ignored == name)
        && (request.select.is_empty() || request.select.iter().any(|selected| selected == name))
}
