//! Annotations of GitHub Actions: workflow commands that the runner turns into notes beside the lines of a change.

use super::run::{Finding, Mark, Run};
use super::sanitise::{Clean, Command};
use super::summary::plural;
use crate::diagnostic::Severity;
use std::io;

/// The runner keeps this many annotations of a type for each step and drops the rest without a word.
const MOST: usize = 10;

/// Writes the annotations, the most severe first. Where there are more of a type than the runner keeps, the last one counts the rest.
pub fn github(out: &mut dyn io::Write, run: &Run) -> io::Result<()> {
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let errors =
            run.errors.iter().filter(|_| severity == Severity::Error).map(|error| {
                (Command::new("error").with("title", &env!("CARGO_PKG_NAME")), vec![error.line()])
            });
        let findings = run.all().filter(|finding| finding.severity == severity).map(annotation);
        let count = errors.clone().count() + findings.clone().count();
        let shown = if count > MOST { MOST - 1 } else { count };
        for (command, message) in errors.chain(findings).take(shown) {
            command.write(out, &message)?;
        }
        if count > shown {
            let more = plural(count - shown, &format!("more {}", severity.name()));
            let message = format!("… {more}: see the summary of this job, or its log");
            let command = Command::new(name(severity)).with("title", &env!("CARGO_PKG_NAME"));
            command.write(out, &[Clean::line(&message)])?;
        }
    }
    Ok(())
}

/// A finding with its message, which together with the help stays below the 4096 characters at which the runner cuts.
fn annotation(finding: &Finding) -> (Command, Vec<Clean>) {
    let Mark { path, start, end, .. } = &finding.primary;
    let mut command = Command::new(name(finding.severity))
        .with("file", &path.line())
        .with("line", &start.line)
        .with("endLine", &start.line)
        .with("col", &start.column);
    // The runner drops the columns of what ends on another line, so only the first line is marked.
    if start.line == end.line {
        command = command.with("endColumn", &end.column);
    }
    let help = finding.help.iter().map(|help| Clean::line("help: ").and(&help.line()));
    let message = std::iter::once(finding.message.line()).chain(help).collect();
    (command.with("title", &finding.rule.line()), message)
}

const fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    }
}
