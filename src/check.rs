//! One run, from paths to findings: the stages in order, and what stops a run before it checks anything.

mod before;
mod revision;
mod scope;

pub use before::{Baseline, Since, Standing};
pub use scope::{Exclusions, Extent};

use crate::artifact::{self, Artifact, Kind, Loaded, Skipped, Unreadable};
use crate::config::{Date, KubernetesVersions, Level, Settings};
use crate::diagnostic::{Diagnostic, Excuse, Excused, Severity};
use crate::discover::{self, MissingPath, Reason, Stdin};
use crate::engine::{self, Job, Outcome};
use crate::fingerprint::{self, Files, Fingerprint, Identity};
use crate::git::Tree;
use crate::model::{self, FileFacts, Model};
use crate::policy::{Policy, RuleFiles, Runs, configuration};
use crate::progress::{Progress, Stage};
use crate::rule::{Catalog, Rule};
use crate::schema::Schemas;
use crate::secret::secret_spans;
use crate::shape::Mistake;
use crate::source::{FileId, Place, SourceFile, Sources, Span};
use crate::suppress::{self, Unused};
use crate::waiver;
use crate::yaml::Document;
use before::{Before, By, Stop};
use scope::{Reach, Scope};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What to check.
#[derive(Clone, Debug)]
pub struct Request {
    /// The project root, absolute: paths in reports are relative to it.
    pub root: PathBuf,
    /// The folders that are analysed, absolute: the root, or where nothing says what the project is, those that the paths lie in.
    pub analysed: Vec<PathBuf>,
    /// The directory that relative `paths` start from, absolute.
    pub current: PathBuf,
    /// Files and directories to report on, as the user named them.
    pub paths: Vec<PathBuf>,
    /// Whether files are read even when they are ignored or excluded.
    pub exclusions: Exclusions,
    /// A file given on standard input; it takes the place of the file of that name. Only it is reported on.
    pub stdin: Option<Stdin>,
    /// What is analysed.
    pub extent: Extent,
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
    /// The versions of Kubernetes that the project is deployed to, whatever the configuration says.
    pub kubernetes: Option<KubernetesVersions>,
    /// The day by which waivers, suppressions and times of grace end.
    pub today: Date,
    /// Threads of the walk; 0 leaves it to the machine.
    pub threads: usize,
    /// Who is told how far the run is.
    pub progress: Arc<Progress>,
}

impl Request {
    /// Whether a file, by the path to open, is reported on.
    pub fn covers(&self, os_path: &Path) -> bool {
        Scope::new(self).holds(os_path)
    }
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
    /// What was left alone in the scope, and why.
    pub skipped: Vec<Skipped>,
    /// The files of the scope, artifacts and others, in the order of their ids.
    pub scope: Vec<FileId>,
    /// The findings.
    pub outcome: Outcome,
    /// The findings that are not reported and why, sorted by place.
    pub excused: Vec<Excused>,
    /// What came of the baseline, if there is one.
    pub baseline: Option<Standing>,
    /// What came of the revision that the run was to be compared with.
    pub since: Option<Since>,
    /// Whether the run saw and reports on all that every rule finds, so that what it did not find is not there.
    pub is_complete: bool,
    /// The rules, those that did not run included.
    pub catalog: Catalog,
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
    /// Objects whose structure is not checked, since neither Kubernetes nor the project has a schema for them: API version and kind, and
    /// how many there are.
    pub without_schema: BTreeMap<(String, String), usize>,
}

/// Finds and recognises the files in the scope of a request.
pub fn list(request: &Request) -> Result<Listing, Failure> {
    let mut sources = Sources::default();
    let config = configuration(request.config.as_ref(), &mut sources);
    let policy = policy(request, config.as_ref(), &mut sources)?;
    let mut loaded = load(request, Version::Now, &policy.settings, &mut sources)?;
    let scope = Scope::new(request);
    let definitions = definitions(request, &policy.settings, &mut sources)?;
    let model = Model::new(&sources, &loaded.artifacts, &policy.settings, config.as_ref())
        .with_definitions(&definitions);
    let in_scope = |file: FileId| scope.holds(&sources.get(file).os_path);
    let without_schema = Schemas::new(&model).without(&model, &in_scope);
    loaded.artifacts.retain(|artifact| scope.holds(&sources.get(artifact.file).os_path));
    loaded.skipped.retain(|file| scope.holds(&file.os_path));
    loaded.unreadable.retain(|file| scope.holds(&file.os_path));
    Ok(Listing { sources, loaded, without_schema })
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
    let definitions = definitions(request, &policy.settings, &mut sources)?;
    let scope = Scope::new(request);
    let model = Model::new(&sources, &loaded.artifacts, &policy.settings, config.as_ref())
        .with_definitions(&definitions);
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
    run_over(request, Version::Now)
}

/// Runs all stages over the project as it would be after changes of some of its files.
pub fn run_edited(request: &Request, edited: &[Edited]) -> Result<Run, Failure> {
    run_over(request, Version::Edited(edited))
}

/// Runs all stages over the whole project as it is in a revision. What is named is read there too, though it is excluded or ignored.
fn run_before(request: &Request, tree: &Tree) -> Result<Run, Failure> {
    let root = std::iter::once(&request.root);
    let named = request.paths.iter().chain(request.stdin.iter().map(|stdin| &stdin.filename));
    let before = Request {
        paths: root.chain(named).cloned().collect(),
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
    /// The same after changes of some of them.
    Edited(&'v [Edited]),
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
    let before = Before::open(request, settings).map_err(|stop| match stop {
        Stop::Said(error) => Failure::Usage(error),
        Stop::Mistake(mistake) => {
            let mistake = mistake.into_diagnostic("configuration");
            Failure::Mistakes(std::mem::take(&mut sources), vec![mistake])
        }
    })?;
    let loaded = load(request, version, settings, &mut sources)?;
    let definitions = definitions(request, settings, &mut sources)?;
    let scope = Scope::new(request);
    let mut whole = WholeFiles::new(&loaded, &scope, request, &mut sources);
    whole.findings.extend(unused_configurations(&loaded, &sources, request));
    for rule in
        catalog.rules.iter().filter(|rule| runs(rule, request, &policy) != Runs::Never && !policy.is_on(rule))
    {
        policy.settled(rule).map_err(Failure::Usage)?;
    }
    let selected = |rule: &Rule| match policy.lacks(rule) {
        Some(_) => Runs::Never,
        None => runs(rule, request, &policy),
    };
    let reach = Reach::new(request, &scope, &sources);
    let in_scope = |file: FileId| reach.holds(file);
    let is_whole = request.extent == Extent::Project;
    let model =
        Model::new(&sources, &loaded.artifacts, settings, config.as_ref()).with_definitions(&definitions);
    request.progress.enter(Stage::Check, loaded.artifacts.len());
    let mut outcome = engine::run(
        &model,
        &Job {
            catalog,
            selected: &selected,
            found: &whole.findings,
            whole: is_whole,
            scope: &in_scope,
            today: request.today,
            progress: &request.progress,
        },
    );
    request.progress.enter(Stage::Excuse, 0);
    // A rule that failed would have found more, and so would one that sees the project around standard input.
    let mut is_complete = is_whole && outcome.failures.is_empty();
    let mut excused = Vec::new();
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
        excused = suppress::apply(
            &suppress::Job {
                sources: &sources,
                artifacts: &loaded.artifacts,
                settings,
                names: &names,
                ran: &ran,
                unused: if is_complete { Unused::Said } else { Unused::Unknown },
                today: request.today,
            },
            &mut outcome,
        );
    }
    excused.append(&mut outcome.waived);
    if let Some((path, _)) = request.config.as_ref().filter(|_| is_whole) {
        let ran = |id: &str| catalog.get(id).is_none_or(|rule| selected(rule) != Runs::Never);
        let used = is_complete.then_some(&outcome.waivers);
        // The configuration is the first file.
        outcome.diagnostics.splice(0..0, waiver::findings(settings, path, used, &ran, request.today));
    }
    outcome.failures.extend(whole.failures);
    let mut known = before.compare(
        || {
            with_files(&sources, &loaded.artifacts, |files| {
                fingerprint::identities(&outcome.diagnostics, files)
            })
        },
        || {
            let paths: HashSet<&str> =
                sources.iter().map(|(_, file)| &*file.path).chain(loaded.unread()).collect();
            // Of a folder that was not looked at nothing is known to be gone.
            let is_all = is_whole && request.analysed.contains(&request.root);
            move |path: &str| is_all && !paths.contains(path)
        },
        |tree| run_before(request, tree),
    )?;
    let is_said = |found: &Diagnostic| is_reported(&found.rule, request) && reach.reports(found);
    let found = std::mem::take(&mut outcome.diagnostics).into_iter().enumerate();
    for (index, found) in found.filter(|(_, found)| is_said(found)) {
        let by = known.by(index);
        if by == By::Nothing {
            outcome.diagnostics.push(found);
        } else {
            known.count(by);
            excused.push(Excused { found, by: Excuse::Known, reason: None });
        }
    }
    excused.retain(|excused| is_said(&excused.found));
    excused.sort_by_key(|excused| excused.found.primary.place);
    is_complete &= outcome.failures.is_empty()
        && scope.holds(&request.root)
        && request.select.is_empty()
        && request.ignore.is_empty();
    // A fault of ours leaves every file less than fully checked.
    outcome.failures.retain(|found| &*found.rule == "internal-error" || reach.reports(found));
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
    let scoped = sources.iter().map(|(id, _)| id).filter(|id| reach.holds(*id)).collect();
    let skipped = loaded.skipped.into_iter().filter(|it| scope.holds(&it.os_path)).collect();
    Ok(Run {
        sources,
        artifacts: loaded.artifacts,
        skipped,
        scope: scoped,
        outcome,
        excused,
        baseline: known.baseline,
        since: known.since,
        is_complete,
        catalog: policy.catalog,
        rules,
        off,
        files,
        templates,
        fail_on,
    })
}

/// The configurations in folders of the project: whoever runs plimsoll there goes by them, and a run over the whole does not.
fn unused_configurations(loaded: &Loaded, sources: &Sources, request: &Request) -> Vec<Diagnostic> {
    let used = request.config.as_ref().map(|(path, _)| path.as_str());
    let nested = loaded.artifacts.iter().filter(|artifact| {
        let path = &*sources.get(artifact.file).path;
        artifact.kind == Kind::Config
            && request.rule_files == RuleFiles::Project
            && Some(path) != used
            && path.rsplit_once('/').is_some_and(|(_, name)| name == crate::config::FILE_NAME)
    });
    let said = |artifact: &Artifact| {
        let place = Place { file: artifact.file, span: Span::empty(0) };
        crate::checks::own("unused-configuration", place, "this configuration is not used: the project begins above it").with_help(
            "move what it says to the configuration at the root (`overrides` holds for some paths), or exclude the folder and check it \
             by itself",
        )
    };
    nested.map(said).collect()
}

/// What is to be said of files whose text is not there.
struct WholeFiles {
    findings: Vec<Diagnostic>,
    failures: Vec<Diagnostic>,
}

impl WholeFiles {
    fn new(loaded: &Loaded, scope: &Scope, request: &Request, sources: &mut Sources) -> Self {
        let mut whole = Self { findings: Vec::new(), failures: Vec::new() };
        let mut say = |path: &str, os_path: &Path, check: &'static str, message: String| {
            let mut file = SourceFile::new(path, "");
            os_path.clone_into(&mut file.os_path);
            let place = Place { file: sources.add(file), span: Span::empty(0) };
            Diagnostic::new(check, Severity::Error, place, message)
        };
        let is_asked_for = |path: &Path| request.exclusions == Exclusions::Disregarded && scope.names(path);
        for Skipped { path, os_path, reason } in &loaded.skipped {
            match reason {
                Reason::TooLarge { .. } => {
                    let message = format!("the file was not read: {reason}");
                    whole.findings.push(say(path, os_path, "limit-exceeded", message));
                }
                Reason::Binary | Reason::Special if is_asked_for(os_path) => {
                    let message = format!("cannot be checked: {reason}");
                    whole.failures.push(say(path, os_path, "unreadable-file", message));
                }
                _ => {}
            }
        }
        for Unreadable { path, os_path, error } in &loaded.unreadable {
            let message = format!("cannot be read: {error}");
            whole.failures.push(say(path, os_path, "unreadable-file", message));
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
    let discovery = scope::discovery(request, settings);
    let set = |path: &str| settings.kind(path).and_then(|kind| Kind::from_name(&kind.value));
    request.progress.enter(Stage::Find, 0);
    let mut found = match version {
        Version::Revision(tree) => revision::found(tree, &discovery, &set).map_err(Failure::Usage)?,
        Version::Now | Version::Edited(_) => discover::discover(&discovery).map_err(Failure::Missing)?,
    };
    if let Version::Edited(edited) = version {
        let text = |file: &Edited| (discover::normalise(&file.os_path), file.text.clone().into_bytes());
        let edited: HashMap<PathBuf, Vec<u8>> = edited.iter().map(text).collect();
        for file in &mut found {
            if let Some(bytes) = edited.get(&discover::normalise(&file.os_path)) {
                file.outcome = discover::Outcome::Given(bytes.clone());
            }
        }
    }
    request.progress.enter(Stage::Read, found.len());
    Ok(artifact::load(found, &set, sources))
}

/// Reads the files that the configuration names for their definitions of custom resources. They are those of today in every version.
fn definitions(
    request: &Request,
    settings: &Settings<'_>,
    sources: &mut Sources,
) -> Result<Vec<Artifact>, Failure> {
    if settings.definitions.is_empty() || request.extent == Extent::Input {
        return Ok(Vec::new());
    }
    let absent = settings.definitions.iter().filter(|path| !request.root.join(&path.value).exists());
    let mistakes: Vec<Diagnostic> = absent
        .map(|path| {
            let message = format!("there is no `{}` in this project", path.value);
            Mistake::new(path.place, message).into_diagnostic("configuration")
        })
        .collect();
    if !mistakes.is_empty() {
        return Err(Failure::Mistakes(std::mem::take(sources), mistakes));
    }
    let discovery = discover::Request {
        root: request.root.clone(),
        current: request.root.clone(),
        paths: settings.definitions.iter().map(|path| PathBuf::from(&path.value)).collect(),
        threads: request.threads,
        ..discover::Request::default()
    };
    let found = discover::discover(&discovery).map_err(Failure::Missing)?;
    Ok(artifact::load(found, &|_| None, sources).artifacts)
}

fn policy<'d>(
    request: &Request,
    config: Option<&'d Document>,
    sources: &mut Sources,
) -> Result<Policy<'d>, Failure> {
    request.progress.enter(Stage::Policy, 0);
    let mut policy = Policy::read(config, request.rule_files, &request.root, request.stdin.as_ref(), sources);
    policy.settings.kubernetes = request.kubernetes.or(policy.settings.kubernetes);
    if policy.mistakes.is_empty() {
        return Ok(policy);
    }
    Err(Failure::Mistakes(std::mem::take(sources), policy.diagnostics()))
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
