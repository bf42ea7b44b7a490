//! The reports of a run: which formats, and where each goes.

use super::{Status, fail, say};
use crate::check::Failure;
use crate::fingerprint::{Files, fingerprints};
use crate::report::{self, Format, Look, Masks, Material, Summary};
use crate::rule::Catalog;
use crate::secret::secret_spans;
use crate::source::Sources;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What to write.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// What to write and where: full, concise, json, jsonl, sarif, github, gitlab, junit or markdown; may be repeated [default: full, or
    /// concise and github on a runner of GitHub]
    #[arg(long, value_name = "FORMAT[=PATH]")]
    output: Vec<Output>,
}

impl Args {
    /// Says what is wrong with what was asked for, before anything is done.
    pub fn check(&self) -> Result<(), String> {
        for (index, output) in self.output.iter().enumerate() {
            if !self.output[..index].iter().any(|other| other.path == output.path) {
                continue;
            }
            return Err(match &output.path {
                None => "two reports cannot share standard output; give all but one a file, as in `--output json=report.json`".to_owned(),
                Some(path) => format!("two reports cannot share {}; give each a file of its own", path.display()),
            });
        }
        Ok(())
    }

    /// Whether a report shows the findings that are excused. GitHub would take them for open alerts, whatever the report says
    /// (github/codeql-action#1230), so on its runners none does.
    pub fn shows_excused(&self) -> bool {
        !on_github() && self.output.iter().any(|output| output.format == Format::Sarif)
    }

    /// Writes all reports, the others too if one cannot be written, which is said.
    pub fn write(&self, run: &report::Run<'_>, look: Look, screen: Screen) -> Status {
        self.write_those(run, look, screen, |_| true)
    }

    /// Writes the reports of a run that could not begin. What is drawn on standard error is not drawn on standard output again.
    pub fn write_failure(&self, failure: &Failure, look: Look) {
        let nothing = Sources::default();
        let (sources, failures, errors) = match failure {
            Failure::Mistakes(sources, diagnostics) => (sources, &diagnostics[..], Vec::new()),
            Failure::Missing(missing) => (&nothing, &[][..], vec![missing.to_string()]),
            Failure::Usage(message) => (&nothing, &[][..], vec![message.clone()]),
        };
        let masks = Masks::new(sources, failures, |_, file| secret_spans(file, None));
        let summary = Summary { errors: failures.len() + errors.len(), refused: true, ..Summary::default() };
        let (documents, hidden) = (|_| Vec::new(), |file| secret_spans(sources.get(file), None));
        let fingerprints = fingerprints(failures, Files { sources, documents: &documents, hidden: &hidden });
        let catalog = Catalog::default();
        let run = report::Run::new(&Material {
            failures,
            errors: &errors,
            fingerprints: &fingerprints,
            ..Material::new(sources, &masks, &catalog, &summary)
        });
        // The status is that of the failure anyway.
        let is_new = |output: &Output| output.format != Format::Full || output.path.is_some();
        let _ = self.write_those(&run, look, Screen::Stdout, is_new);
    }

    fn write_those(
        &self,
        run: &report::Run<'_>,
        look: Look,
        screen: Screen,
        wanted: impl Fn(&Output) -> bool,
    ) -> Status {
        let chosen = |format| Output { format, path: None };
        let automatic = if on_github() {
            vec![chosen(Format::Concise), chosen(Format::Github)]
        } else {
            vec![chosen(Format::Full)]
        };
        let outputs = if self.output.is_empty() { &automatic } else { &self.output };
        let mut status = Status::Clean;
        for output in outputs.iter().filter(|output| wanted(output)) {
            let summary =
                if output.format == Format::Github { variable("GITHUB_STEP_SUMMARY") } else { None };
            let summarised = summary.map_or(Ok(()), |path| append_summary(Path::new(&path), run));
            for written in [write(output, run, look, screen), summarised] {
                status = status.max(written.map_or_else(|error| fail(&error), |()| Status::Clean));
            }
        }
        status
    }
}

/// Where a report without a path goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Standard output.
    Stdout,
    /// Standard error, where standard output holds something else.
    Stderr,
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether this is a runner of GitHub Actions.
fn on_github() -> bool {
    variable("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// Writes one report. A reader that has seen enough (`plimsoll check | head`) is no failure. The error is for a person.
fn write(output: &Output, run: &report::Run<'_>, look: Look, screen: Screen) -> Result<(), String> {
    let (target, written) = match &output.path {
        None => {
            let (name, out): (_, &mut dyn Write) = match screen {
                Screen::Stdout => ("standard output", &mut io::stdout().lock()),
                Screen::Stderr => ("standard error", &mut io::stderr().lock()),
            };
            let mut out = BufWriter::new(out);
            let written = output.format.write(&mut out, run, look).and_then(|()| out.flush());
            (name.to_owned(), written)
        }
        Some(path) => {
            let plain = Look { color: report::Color::Plain, ..look };
            let create = File::create(path);
            let written = create.and_then(|file| fill(file, |out| output.format.write(out, run, plain)));
            (path.display().to_string(), written)
        }
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to {target}: {error}"))
        }
        _ => Ok(()),
    }
}

/// Writes a file to its end. What a network share keeps back may be refused only when it is told to store it; pipes and terminals keep
/// nothing back.
fn fill(file: File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    if file.metadata()?.is_file() { file.sync_data() } else { Ok(()) }
}

/// Appends to the summary of a step, which GitHub drops as a whole when it is too long.
fn append_summary(path: &Path, run: &report::Run<'_>) -> Result<(), String> {
    let append = || {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        let Some(text) = report::job_summary(run, file.metadata()?.len()) else {
            say("plimsoll: the job summary is full, so the report is not in it");
            return Ok(());
        };
        fill(file, |out| out.write_all(text.as_bytes()))
    };
    append().map_err(|error: io::Error| format!("cannot write the job summary {}: {error}", path.display()))
}

/// A report and the file it goes to, `FORMAT[=PATH]`; stdout without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its shape.
    pub format: Format,
    /// The file.
    pub path: Option<PathBuf>,
}

impl std::str::FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, path) = match text.split_once('=') {
            Some((_, "")) => return Err("no path after `=`".to_owned()),
            Some((name, path)) => (name, Some(path.into())),
            None => (text, None),
        };
        Ok(Self { format: name.parse()?, path })
    }
}
