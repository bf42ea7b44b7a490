//! Findings for programs, described by `schemas/report.schema.json`: one versioned JSON object, or one object on each line.

use super::run::{Change, Finding, Mark, Run};
use super::sanitise::Untrusted;
use crate::diagnostic::{Safety, Severity};
use crate::source::Position;
use serde::Serialize;
use std::io;

/// Version of the format. It grows only when a consumer of the old one would break.
const VERSION: u32 = 1;

/// Writes the report as one object. Strings are exact; characters that a terminal or a CI log would act upon are written as `\u` escapes.
pub fn json(out: &mut dyn io::Write, run: &Run) -> io::Result<()> {
    let report = Report {
        version: VERSION,
        tool: TOOL,
        errors: run.errors.iter().map(|message| Failed { message }).collect(),
        diagnostics: run.all().map(Found::new).collect(),
        summary: Counts::new(run),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    out.write_all(b"\n")
}

/// Writes a line that begins the report, one for each error and finding, and one with the counts that ends it: without it the report was
/// cut off.
pub fn jsonl(out: &mut dyn io::Write, run: &Run) -> io::Result<()> {
    let mut line = |line: &Line| {
        serde_json::to_writer(&mut *out, line)?;
        out.write_all(b"\n")
    };
    line(&Line::Run { version: VERSION, tool: TOOL })?;
    for message in &run.errors {
        line(&Line::Error(Failed { message }))?;
    }
    for finding in run.all() {
        line(&Line::Finding(Found::new(finding)))?;
    }
    line(&Line::Summary(Counts::new(run)))
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: Tool,
    errors: Vec<Failed<'a>>,
    diagnostics: Vec<Found<'a>>,
    summary: Counts<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Run { version: u32, tool: Tool },
    Error(Failed<'a>),
    Finding(Found<'a>),
    Summary(Counts<'a>),
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

const TOOL: Tool = Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };

#[derive(Serialize)]
struct Failed<'a> {
    message: &'a Untrusted<'a>,
}

#[derive(Serialize)]
struct Found<'a> {
    rule: &'a Untrusted<'a>,
    severity: Severity,
    message: &'a Untrusted<'a>,
    help: Option<&'a Untrusted<'a>>,
    primary: Location<'a>,
    related: Vec<Location<'a>>,
    fingerprint: Option<String>,
    fix: Option<Fix<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a Untrusted<'a>,
    start: Point,
    end: Point,
    text: &'a Untrusted<'a>,
    label: &'a Untrusted<'a>,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
    utf16: u32,
    byte: u32,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a Untrusted<'a>,
    safety: Safety,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    path: &'a Untrusted<'a>,
    start: Point,
    end: Point,
    text: &'a Untrusted<'a>,
}

#[derive(Serialize)]
struct Off<'a> {
    rule: &'a Untrusted<'a>,
    needs: &'a Untrusted<'a>,
}

#[derive(Serialize)]
struct Counts<'a> {
    files: usize,
    rules: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    suppressed: usize,
    known: usize,
    off: Vec<Off<'a>>,
    templates_not_evaluated: usize,
    unknown: usize,
}

impl<'a> Counts<'a> {
    fn new(run: &Run<'a>) -> Self {
        let summary = run.summary;
        Self {
            files: summary.files,
            rules: summary.rules,
            errors: summary.errors,
            warnings: summary.warnings,
            infos: summary.infos,
            suppressed: summary.suppressed,
            known: summary.known,
            off: summary.off.iter().map(|(rule, needs)| Off { rule, needs }).collect(),
            templates_not_evaluated: summary.templates_not_evaluated,
            unknown: summary.unknown,
        }
    }
}

impl<'a> Found<'a> {
    fn new(finding: &'a Finding<'a>) -> Self {
        Self {
            rule: &finding.rule,
            severity: finding.severity,
            message: &finding.message,
            help: finding.help.as_ref(),
            primary: (&finding.primary).into(),
            related: finding.related.iter().map(Location::from).collect(),
            fingerprint: finding.fingerprint.map(|fingerprint| fingerprint.to_string()),
            fix: finding.fix.as_ref().map(Fix::from),
        }
    }
}

impl<'a> From<&'a Mark<'a>> for Location<'a> {
    fn from(mark: &'a Mark<'a>) -> Self {
        Self {
            path: &mark.path,
            start: mark.start.into(),
            end: mark.end.into(),
            text: &mark.text,
            label: &mark.label,
        }
    }
}

impl<'a> From<&'a Change<'a>> for Fix<'a> {
    fn from(change: &'a Change<'a>) -> Self {
        let edit = |(mark, text): &'a (Mark<'a>, Untrusted<'a>)| Edit {
            path: &mark.path,
            start: mark.start.into(),
            end: mark.end.into(),
            text,
        };
        Self { title: &change.title, safety: change.safety, edits: change.edits.iter().map(edit).collect() }
    }
}

impl From<Position> for Point {
    fn from(position: Position) -> Self {
        let Position { line, column, utf16, byte } = position;
        Self { line, column, utf16, byte }
    }
}
