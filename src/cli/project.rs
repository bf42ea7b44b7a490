//! The arguments that say what to look at, shared by the commands that look at a project.

use crate::check::{Baseline, Failure, Request, Suppressions};
use crate::cli::Status;
use crate::config::{self, Date};
use crate::diagnostic::Diagnostic;
use crate::discover::{MAX_BYTES, Stdin};
use crate::policy::RuleFiles;
use crate::report::{self, Masks, Summary};
use crate::secret::secret_spans;
use crate::source::Sources;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// What to look at.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Files and directories; `-` reads standard input
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// The name that standard input goes by
    #[arg(long, value_name = "PATH", default_value = "stdin.yaml")]
    pub stdin_filename: PathBuf,
    /// The configuration file, instead of the `plimsoll.yaml` above the first path
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read neither a configuration file nor the project's own rules
    #[arg(long)]
    pub no_config: bool,
    /// Number of threads; 0 leaves it to the machine
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
}

/// The project around the current directory, for commands that look at no files.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Here {
    /// The configuration file, instead of the `plimsoll.yaml` above the current directory
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Read neither a configuration file nor the project's own rules
    #[arg(long)]
    no_config: bool,
}

impl Here {
    /// Reads the configuration and finds the root. The error is for a person.
    pub fn request(&self) -> Result<Request, String> {
        Args { config: self.config.clone(), no_config: self.no_config, ..Args::here() }.request()
    }
}

impl Args {
    /// The project around the current directory.
    pub fn here() -> Self {
        let (paths, stdin_filename) = (vec![PathBuf::from(".")], PathBuf::from("stdin.yaml"));
        Self { paths, stdin_filename, config: None, no_config: false, threads: 0 }
    }

    /// Reads the configuration and standard input, and finds the root. The error is for a person.
    pub fn request(&self) -> Result<Request, String> {
        let current = std::env::current_dir().map_err(|error| format!("the current directory: {error}"))?;
        let dash = self.paths.iter().any(|path| path == Path::new("-"));
        if dash && self.paths.len() > 1 {
            return Err("`-` stands for standard input alone; name no other path beside it".to_owned());
        }
        let stdin = if dash { Some(self.read_stdin()?) } else { None };
        let start = match &self.paths[..] {
            [first, ..] if !dash => current.join(first),
            _ => current.clone(),
        };
        let located = match (&self.config, self.no_config) {
            // Outside a repository the folder the program runs in bounds the search.
            (None, false) => config::locate(&start)
                .or_else(|| config::locate(&current).filter(|_| start.starts_with(&current))),
            _ => None,
        };
        let root = config::root(&start, located.as_deref()).unwrap_or_else(|| current.clone());
        if let (None, None, false) = (&located, &self.config, self.no_config) {
            near_miss(&root)?;
        }
        if let Some(located) = &located {
            let target = located.canonicalize().unwrap_or_else(|_| located.clone());
            if !target.starts_with(&root) {
                return Err(format!(
                    "{} is a link out of the project; name it with --config to use it",
                    located.display()
                ));
            }
        }
        let named = self.config.as_ref().map(|path| current.join(path));
        let config = match named.or(located) {
            Some(path) => Some(read_config(&path, &root)?),
            None => None,
        };
        Ok(Request {
            paths: if dash {
                Vec::new()
            } else {
                self.paths.iter().map(|path| resolved(&current, path)).collect()
            },
            root,
            current,
            stdin,
            config,
            rule_files: if self.no_config { RuleFiles::BuiltIn } else { RuleFiles::Project },
            select: Vec::new(),
            ignore: Vec::new(),
            suppressions: Suppressions::Honoured,
            baseline: Baseline::Off,
            new_from: None,
            today: today(),
            threads: self.threads,
        })
    }

    fn read_stdin(&self) -> Result<Stdin, String> {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(|error| format!("standard input: {error}"))?;
        Ok(Stdin { filename: self.stdin_filename.clone(), bytes })
    }

    /// Sets the number of threads for everything that follows.
    pub fn use_threads(&self) -> Result<(), String> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .build_global()
            .map_err(|error| error.to_string())
    }
}

/// A named path without links in its folders, so that it lies below the root, which has none either. A path that is not there stays.
fn resolved(current: &Path, path: &Path) -> PathBuf {
    let full = current.join(path);
    if full.is_dir() {
        return full.canonicalize().unwrap_or_else(|_| path.to_owned());
    }
    match (full.parent().and_then(|parent| parent.canonicalize().ok()), full.file_name()) {
        (Some(parent), Some(name)) if full.exists() => parent.join(name),
        _ => path.to_owned(),
    }
}

/// A file that looks like the configuration and is not read would pass for a policy.
fn near_miss(root: &Path) -> Result<(), String> {
    let near = ["plimsoll.yml", ".plimsoll.yaml", ".plimsoll.yml"]
        .into_iter()
        .find(|name| root.join(name).is_file());
    near.map_or(Ok(()), |name| {
        Err(format!("{name} is not read; the configuration is called {}", config::FILE_NAME))
    })
}

/// The largest configuration that is read, in bytes.
const MAX_CONFIG: u64 = 1 << 20;

fn read_config(path: &Path, root: &Path) -> Result<(String, String), String> {
    let failed = |error: io::Error| format!("cannot read the configuration {}: {error}", path.display());
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() || metadata.len() > MAX_CONFIG {
        return Err(format!("the configuration {} is no file of at most {MAX_CONFIG} bytes", path.display()));
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let canonical = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let shown = canonical.strip_prefix(root).unwrap_or(path);
    Ok((shown.to_string_lossy().replace('\\', "/"), text))
}

/// The day in UTC.
fn today() -> Date {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Date::from_days(since.as_secs() / 86_400)
}

/// Says why a run could not begin.
pub fn refuse(failure: Failure, look: report::Look) -> Status {
    refuse_to("checked", failure, look)
}

/// The same for a command that does something else than check.
pub fn refuse_to(done: &str, failure: Failure, look: report::Look) -> Status {
    match failure {
        Failure::Missing(missing) => super::fail(&missing),
        Failure::Usage(message) => super::fail(&message),
        Failure::Mistakes(sources, diagnostics) => {
            // A closed pipe is the reader's choice; the status says the rest.
            let _ = draw(&mut io::stderr().lock(), &sources, &diagnostics, look);
            super::say(&format!("nothing was {done}: mend this first"));
            Status::Failed
        }
    }
}

/// Draws diagnostics of rule files and configurations.
pub fn draw(
    out: &mut dyn io::Write,
    sources: &Sources,
    diagnostics: &[Diagnostic],
    look: report::Look,
) -> io::Result<()> {
    let summary = Summary::default();
    let masks = Masks::new(sources, diagnostics, |_, file| secret_spans(file, None));
    let run = report::Run { sources, diagnostics, fingerprints: &[], summary: &summary, masks: &masks };
    report::windows(out, &run, look)
}
