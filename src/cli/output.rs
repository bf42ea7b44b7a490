//! The reports of a run: which formats, and where each goes.

use crate::report::{self, Look};
use clap::ValueEnum;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// What to write.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// What to write and where; may be repeated
    #[arg(long, value_name = "FORMAT[=PATH]", default_value = "full")]
    output: Vec<Output>,
}

impl Args {
    /// Says what is wrong with what was asked for, before anything is done.
    pub fn check(&self) -> Result<(), String> {
        if self.output.iter().filter(|output| output.path.is_none()).count() > 1 {
            return Err("two reports cannot share standard output; give all but one a file, as in `--output json=report.json`".to_owned());
        }
        Ok(())
    }

    /// Writes all reports. The error is for a person.
    pub fn write(&self, run: &report::Run<'_>, look: Look, screen: Screen) -> Result<(), String> {
        self.output.iter().try_for_each(|output| write(output, run, look, screen))
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

/// Writes one report. A reader that has seen enough (`plimsoll check | head`) is no failure.
fn write(output: &Output, run: &report::Run<'_>, look: Look, screen: Screen) -> Result<(), String> {
    let written = match &output.path {
        None => match screen {
            Screen::Stdout => format(output.format, run, look, &mut BufWriter::new(io::stdout().lock())),
            Screen::Stderr => format(output.format, run, look, &mut BufWriter::new(io::stderr().lock())),
        },
        Some(path) => {
            let plain = Look { color: report::Color::Plain, ..look };
            let create = File::create(path);
            create.and_then(|file| format(output.format, run, plain, &mut BufWriter::new(file)))
        }
    };
    let target =
        output.path.as_ref().map_or_else(|| "standard output".into(), |path| path.display().to_string());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to {target}: {error}"))
        }
        _ => Ok(()),
    }
}

fn format(format: Format, run: &report::Run<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Full => report::full(out, run, look)?,
        Format::Concise => report::concise(out, run)?,
        Format::Json => report::json(out, run)?,
    }
    out.flush()
}

/// The shapes of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Windows of source.
    Full,
    /// A line for each finding.
    Concise,
    /// A JSON object.
    Json,
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
        let format = Format::from_str(name, false)
            .map_err(|_| format!("unknown format `{name}`; there are full, concise and json"))?;
        Ok(Self { format, path })
    }
}
