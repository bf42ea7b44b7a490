//! Rules of the user and files, loaded the way a run loads them, and the engine over both.

use plimsoll::artifact::{self, Artifact};
use plimsoll::config::{Date, Settings};
use plimsoll::discover::Found;
use plimsoll::engine::{self, Job, Outcome};
use plimsoll::model::Model;
use plimsoll::policy::Runs;
use plimsoll::progress::Progress;
use plimsoll::rule::{self, Catalog, Origin, Rule, RuleFile};
use plimsoll::source::{SourceFile, Sources};

/// What a run has before the engine starts.
pub struct Project {
    pub sources: Sources,
    pub artifacts: Vec<Artifact>,
    pub catalog: Catalog,
    settings: Settings<'static>,
}

impl Project {
    /// Loads rule files (path and text of each) and files.
    pub fn new(rules: &[(String, String)], found: Vec<Found>) -> Self {
        let mut sources = Sources::default();
        let catalog = catalog(rules, &mut sources);
        let loaded = artifact::load(found, &|_| None, &mut sources);
        Self { sources, artifacts: loaded.artifacts, catalog, settings: Settings::default() }
    }

    /// The model of the files.
    pub fn model(&self) -> Model<'_> {
        Model::new(&self.sources, &self.artifacts, &self.settings, None)
    }

    /// Asks the rules that are selected.
    pub fn run(&self, model: &Model<'_>, selected: &dyn Fn(&Rule) -> bool) -> Outcome {
        let job = Job {
            catalog: &self.catalog,
            selected: &|rule| if selected(rule) { Runs::Everywhere } else { Runs::Never },
            found: &[],
            whole: false,
            scope: &|_| true,
            today: Date::parse("2026-01-01").expect("a day"),
            progress: &Progress::default(),
        };
        let outcome = engine::run(model, &job);
        assert!(outcome.failures.is_empty(), "a rule failed: {:?}", outcome.failures);
        outcome
    }
}

/// Loads rule files as those of a project.
pub fn catalog(rules: &[(String, String)], sources: &mut Sources) -> Catalog {
    let files = rules.iter().map(|(path, text)| RuleFile {
        source: SourceFile::new(path.as_str(), text.as_str()),
        origin: Origin::Project,
        prefix: None,
    });
    let loading = rule::load_files(files, &[], sources);
    let mistakes: Vec<_> = loading
        .mistakes
        .iter()
        .map(|mistake| format!("{}: {}", sources.get(mistake.place.file).path, mistake.message))
        .collect();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    loading.catalog
}

/// On one worker, on which everything is measured: the CPU time of its thread is that of the run.
pub fn on_one_thread(measure: impl FnOnce() + Send) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread can be started");
    pool.install(measure);
}
