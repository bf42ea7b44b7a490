//! `plimsoll check --fix` and `--diff`: makes the fixes of a run, or shows what they would change.

use super::check::summary;
use super::diff::{Sheet, diff};
use super::progress::Line;
use super::replace::{self, replace_unchanged, target};
use super::{Status, fail, print, project, say};
use crate::check::{self, Request, Run};
use crate::diagnostic::{Diagnostic, Safety};
use crate::discover::{MAX_BYTES, normalise};
use crate::fix::{self, Checked as _, Made, Stop, Wish};
use crate::report::{Look, Masks, Summary, plural, summary_line};
use crate::secret;
use crate::source::SourceFile;
use clap::ValueEnum;
use std::cell::{Cell, OnceCell};
use std::path::Path;
use std::time::Instant;

/// What to mend.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Make the fixes that are safe; with `=unsafe` also those that change what is deployed
    #[arg(
        long,
        value_enum,
        value_name = "SAFETY",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "safe"
    )]
    fix: Option<Level>,
    /// Print what --fix would change instead of a report, and change nothing; status 1 if there is anything
    #[arg(long, conflicts_with = "output")]
    diff: bool,
}

/// Which fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Level {
    /// Those after which what is deployed stays the same.
    Safe,
    /// All.
    Unsafe,
}

impl Level {
    const fn safety(self) -> Safety {
        match self {
            Self::Safe => Safety::Safe,
            Self::Unsafe => Safety::Unsafe,
        }
    }
}

/// What comes of the fixes of a run.
pub struct Fixed {
    /// What is left.
    pub run: Run,
    /// Failed, if a file could not be written.
    pub status: Status,
    /// Whether standard output was taken for the fixed text of standard input.
    pub printed: bool,
}

impl Args {
    /// Makes the fixes that were asked for, if any were; up to then a line may say how far that is. The error is the status of a run that
    /// ends here: there is no report beside a diff, and none where the fixes could not be made.
    pub fn mend(
        &self,
        request: &Request,
        first: Run,
        line: Option<Line>,
        quiet: bool,
        started: Instant,
        look: Look,
    ) -> Result<Fixed, Status> {
        let level = match (self.fix, self.diff) {
            (None, false) => return Ok(Fixed { run: first, status: Status::Clean, printed: false }),
            (level, _) => level.unwrap_or(Level::Safe),
        };
        if request.stdin.as_ref().is_some_and(|stdin| stdin.bytes.len() as u64 > MAX_BYTES) {
            return Err(fail(&format!(
                "standard input is larger than {} MiB; nothing was printed",
                MAX_BYTES >> 20
            )));
        }
        let read_only = Cell::new(false);
        let refuses = |file: &SourceFile| {
            refusal(file, request).or_else(|| {
                let why = replace::read_only(file).filter(|_| !self.diff && request.stdin.is_none());
                read_only.set(read_only.get() | why.is_some());
                why
            })
        };
        let wish = Wish { up_to: level.safety(), refuses: &refuses };
        let made = fix::make(&first, &wish, &mut |edited| check::run_edited(request, edited));
        drop(line);
        let made = made.map_err(|stop| refuse(stop, look))?;
        let last = made.after.as_ref().unwrap_or(&first);
        for (found, why) in &made.refused {
            say(&super::printable(&format!("{} is not fixed: {why}", spot(last, found))));
        }
        if self.diff {
            let status = show(&first, &made);
            if !quiet {
                say(&summary_line(&Summary { elapsed: started.elapsed(), ..summary(&first) }));
            }
            return Err(status);
        }
        let mut status = if read_only.get() { Status::Failed } else { Status::Clean };
        let piped = request.stdin.as_ref();
        if let Some(stdin) = piped {
            let path = normalise(&request.current.join(&stdin.filename));
            let text =
                made.files.iter().find(|file| normalise(&file.os_path) == path).map(|file| &*file.after);
            status = status.max(super::give_back(text.map_or(&*stdin.bytes, str::as_bytes)));
        } else {
            let failed: Vec<String> =
                made.files.iter().filter_map(|file| written(file, &request.root).err()).collect();
            if !failed.is_empty() {
                for error in &failed {
                    fail(error);
                }
                // Some of them may be written: what is left is on the disk.
                let run = check::run(request).map_err(|failure| project::refuse(failure, look))?;
                return Ok(Fixed { run, status: Status::Failed, printed: false });
            }
        }
        let Made { after, files, fixed, .. } = made;
        let run = after.unwrap_or(first);
        if !quiet && fixed > 0 {
            say(&format!("fixed {} in {}", plural(fixed, "finding"), plural(files.len(), "file")));
        }
        Ok(Fixed { run, status, printed: piped.is_some() })
    }
}

/// Why a file is not changed, if it is not.
fn refusal(file: &SourceFile, request: &Request) -> Option<String> {
    if !request.covers(&file.os_path) {
        return Some(format!("it would change {}, which is not among the files to check", file.path));
    }
    if request.stdin.is_some() {
        return None;
    }
    let path = match target(file, &request.root) {
        Ok(path) => path,
        Err(error) => return Some(error),
    };
    replace::refusal(file, &path)
}

fn written(file: &fix::MadeFile, root: &Path) -> Result<(), String> {
    let mut source = SourceFile::new(file.path.clone(), "");
    source.os_path.clone_from(&file.os_path);
    let failed = |error| format!("cannot write {}: {error}", file.path);
    replace_unchanged(&target(&source, root)?, &file.before, &file.after).map_err(failed)
}

/// Prints the changes. The status says whether there are any.
fn show(first: &Run, made: &Made<Run>) -> Status {
    let Some(after) = &made.after else { return Status::Clean };
    let masks = OnceCell::new();
    let each = made.files.iter().map(|file| {
        let (old, mut new) = (first.hidden(file.id), after.hidden(file.id));
        // What was copied from a secret is none by the name that it stands under now.
        new.extend(file.changes.written().iter().filter(|written| !written.is_empty()).filter(|written| {
            let masks = masks.get_or_init(|| Masks::everywhere(&first.sources, |id, _| first.hidden(id)));
            masks.repeats(written.of(&file.after))
        }));
        let new = secret::disjoint(new);
        diff(&file.path, &Sheet::new(&file.before, old), &Sheet::new(&file.after, new), &file.changes)
    });
    let changes: String = each.collect();
    let found = if changes.is_empty() { Status::Clean } else { Status::Findings };
    print(&changes).max(found)
}

fn spot(run: &Run, found: &Diagnostic) -> String {
    let file = run.side().sources.get(found.file());
    let at = file.position(found.span().start);
    format!("{}:{}:{}: `{}`", file.path, at.line, at.column, found.rule)
}

fn refuse(stop: Stop<check::Failure>, look: Look) -> Status {
    match stop {
        Stop::Failed(failure) => project::refuse_to("fixed", failure, look),
        Stop::Moved => fail(&"files came or went while fixes were made; nothing was written, run it again"),
    }
}
