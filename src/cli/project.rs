//! The arguments that say what to look at, shared by the commands that look at a project.

use super::lists;
use crate::check::{Baseline, Exclusions, Extent, Failure, Request, Suppressions};
use crate::cli::Status;
use crate::config::{self, Date, Home};
use crate::diagnostic::Diagnostic;
use crate::discover::{MAX_BYTES, Stdin};
use crate::policy::RuleFiles;
use crate::report::{self, Masks, Material, Summary};
use crate::rule::Catalog;
use crate::secret::secret_spans;
use crate::source::Sources;
use std::collections::HashSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// What to look at.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Files and directories; `-` reads standard input [default: .]
    pub paths: Vec<PathBuf>,
    /// A file that lists paths, one a line; `-` reads the list from standard input
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// The list ends each path with a NUL byte, as `git ls-files -z` does
    #[arg(long, short = '0', requires = "files_from")]
    pub null: bool,
    /// Pass over named files that are excluded, ignored by git or of no kind that rules read
    #[arg(long)]
    pub force_exclude: bool,
    /// The file of the project whose place standard input takes; without it standard input is checked by itself
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<PathBuf>,
    /// The configuration file, instead of the `plimsoll.yaml` above the paths
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

/// The name of standard input that was given none.
const STDIN: &str = "stdin.yaml";

impl Args {
    /// The project around the current directory.
    pub fn here() -> Self {
        Self {
            paths: vec![PathBuf::from(".")],
            files_from: None,
            null: false,
            force_exclude: false,
            stdin_filename: None,
            config: None,
            no_config: false,
            threads: 0,
        }
    }

    /// Reads the lists of paths, the configuration and standard input, and finds the root. The error is for a person.
    pub fn request(&self) -> Result<Request, String> {
        let current = std::env::current_dir().map_err(|error| format!("the current directory: {error}"))?;
        let stdin = self.stdin(&current)?;
        let named = if stdin.is_some() { Vec::new() } else { self.named(&current)? };
        let home = self.home(&named, stdin.as_ref().map(|(name, _)| name), &current)?;
        let root = home.root;
        if let (None, None, false) = (&home.config, &self.config, self.no_config) {
            near_miss(&root)?;
        }
        if let Some(located) = &home.config {
            let target = located.canonicalize().unwrap_or_else(|_| located.clone());
            if !target.starts_with(&root) {
                return Err(format!(
                    "{} is a link out of the project; name it with --config to use it",
                    located.display()
                ));
            }
        }
        let paths = named.iter().map(|path| self.taken(path, &root)).collect::<Result<_, _>>()?;
        let by_itself = stdin.is_some() && (self.stdin_filename.is_none() || !home.is_project);
        let stdin = stdin.map(|(name, bytes)| Stdin { filename: name.within(&root).to_owned(), bytes });
        let config = self.config.as_ref().map(|path| current.join(path)).or(home.config);
        let config = match (config, &stdin) {
            // What is being edited is the configuration itself.
            (Some(path), Some(stdin)) if path.canonicalize().is_ok_and(|real| real == stdin.filename) => {
                let text = std::str::from_utf8(&stdin.bytes);
                let text = text.map_err(|error| format!("the configuration on standard input: {error}"))?;
                Some((shown(&path, &root), text.to_owned()))
            }
            (Some(path), _) => Some(read_config(&path, &root)?),
            (None, _) => None,
        };
        let folders = named.into_iter().map(|path| path.folder);
        let mut analysed = if home.is_project { vec![root.clone()] } else { folders.collect() };
        analysed.sort();
        analysed.dedup();
        Ok(Request {
            analysed,
            paths,
            root,
            current,
            stdin,
            extent: if by_itself { Extent::Input } else { Extent::Project },
            exclusions: if self.force_exclude { Exclusions::Honoured } else { Exclusions::Disregarded },
            config,
            rule_files: if self.no_config { RuleFiles::BuiltIn } else { RuleFiles::Project },
            select: Vec::new(),
            ignore: Vec::new(),
            suppressions: Suppressions::Honoured,
            baseline: Baseline::Off,
            new_from: None,
            kubernetes: None,
            today: today(),
            threads: self.threads,
            progress: Arc::default(),
        })
    }

    /// The name and the bytes of standard input, if that is what is checked.
    fn stdin(&self, current: &Path) -> Result<Option<(Named, Vec<u8>)>, String> {
        if !self.paths.iter().any(|path| path == Path::new("-")) {
            return match self.stdin_filename {
                Some(_) => Err("--stdin-filename names what `-` reads; name `-` too".to_owned()),
                None => Ok(None),
            };
        }
        if self.paths.len() > 1 || self.files_from.is_some() {
            return Err("`-` stands for standard input alone; name no other path beside it".to_owned());
        }
        let mut bytes = Vec::new();
        let read = io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(|error| format!("standard input: {error}"))?;
        let name = self.stdin_filename.clone().unwrap_or_else(|| PathBuf::from(STDIN));
        Ok(Some((Named::new(name, current), bytes)))
    }

    /// The paths that were named, on the command line or in a list.
    fn named(&self, current: &Path) -> Result<Vec<Named>, String> {
        let separator = if self.null { b'\0' } else { b'\n' };
        let listed = self.files_from.as_ref().map(|list| lists::paths(list, separator)).transpose()?;
        let paths = match (&self.paths[..], &listed) {
            ([], None) => vec![PathBuf::from(".")],
            (written, listed) => written.iter().chain(listed.iter().flatten()).cloned().collect(),
        };
        Ok(paths.into_iter().map(|path| Named::new(path, current)).collect())
    }

    /// The project of the paths, or of standard input. What lies in no project goes along with what does.
    fn home(&self, named: &[Named], stdin: Option<&Named>, current: &Path) -> Result<Home, String> {
        let find = match (&self.config, self.no_config) {
            (None, false) => config::home,
            _ => config::home_without_config,
        };
        let stdin = stdin.filter(|_| self.stdin_filename.is_some());
        let mut homes: Vec<(&Path, Home)> = Vec::new();
        let mut seen = HashSet::new();
        for path in named.iter().filter(|path| path.is_there).chain(stdin) {
            if seen.insert(&path.folder) {
                let home = find(&path.folder, current);
                if homes.iter().all(|(_, other)| *other != home) {
                    homes.push((&path.written, home));
                }
            }
        }
        homes.sort_by_key(|(_, home)| !home.is_project);
        if let [(path, home), (other, another), ..] = &homes[..]
            && another.is_project
        {
            return Err(format!(
                "{} belongs to the project in {}, {} to the one in {}; check one project at a time, or name its configuration with --config",
                path.display(),
                home.root.display(),
                other.display(),
                another.root.display()
            ));
        }
        Ok(homes.into_iter().map(|(_, home)| home).next().unwrap_or_else(|| find(current, current)))
    }

    /// What is reported on for a path.
    fn taken(&self, path: &Named, root: &Path) -> Result<PathBuf, String> {
        match () {
            () if path.is_there && (path.real.starts_with(root) || !path.is_link) => Ok(path.real.clone()),
            // The walk does not follow it either.
            () if path.is_link && self.force_exclude => Ok(path.place.clone()),
            () if path.is_there => {
                Err(format!("{} is a link out of the project; name the file itself", path.written.display()))
            }
            () => Ok(path.written.clone()),
        }
    }

    /// Sets the number of threads for everything that follows.
    pub fn use_threads(&self) -> Result<(), String> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .build_global()
            .map_err(|error| error.to_string())
    }
}

/// A path that was named. The root has no links, so that what lies below it must be known without links too.
struct Named {
    /// As it was written.
    written: PathBuf,
    /// Where it stands: the path without links in its folders.
    place: PathBuf,
    /// What it leads to: the same without a link at its end.
    real: PathBuf,
    /// The folder that it stands in, or that it is.
    folder: PathBuf,
    /// Whether there is such a file or folder.
    is_there: bool,
    /// Whether it is a link to a file, or to nothing.
    is_link: bool,
}

impl Named {
    fn new(written: PathBuf, current: &Path) -> Self {
        let full = current.join(&written);
        let real = full.canonicalize();
        if let Some(real) = real.as_ref().ok().filter(|real| real.is_dir()) {
            let [place, real, folder] = [real, real, real].map(PathBuf::clone);
            return Self { written, place, real, folder, is_there: true, is_link: false };
        }
        let folder = without_links(full.parent().unwrap_or(current));
        let place = folder.join(full.file_name().unwrap_or_default());
        let (is_there, is_link) = (real.is_ok(), full.is_symlink());
        Self { written, real: real.unwrap_or_else(|_| place.clone()), place, folder, is_there, is_link }
    }

    /// What it leads to, if that lies in the project, else where it stands.
    fn within(&self, root: &Path) -> &Path {
        if self.real.starts_with(root) { &self.real } else { &self.place }
    }
}

/// A path that need not exist, without links as far as it does.
fn without_links(path: &Path) -> PathBuf {
    let there = path.ancestors().find_map(|ancestor| Some((ancestor, ancestor.canonicalize().ok()?)));
    match there {
        Some((ancestor, real)) => real.join(path.strip_prefix(ancestor).unwrap_or(Path::new(""))),
        None => path.to_owned(),
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
    Ok((shown(path, root), text))
}

/// The path of a configuration as reports show it.
fn shown(path: &Path, root: &Path) -> String {
    let canonical = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let shown = canonical.strip_prefix(root).unwrap_or(path);
    shown.to_string_lossy().replace('\\', "/")
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
    let (catalog, summary) = (Catalog::default(), Summary::default());
    let masks = Masks::new(sources, diagnostics, |_, file| secret_spans(file, None));
    let material = Material::new(sources, &masks, &catalog, &summary);
    report::windows(out, &report::Run::new(&Material { diagnostics, ..material }), look)
}
