//! Findings for programs: one versioned JSON object, described by `schemas/report.schema.json`.

use super::positions::Positions;
use super::{Run, sanitise};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::secret;
use crate::source::{Place, Position, Span};
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};
use std::io;

/// Version of the format. It grows only when a consumer of the old one would break.
const VERSION: u32 = 1;

/// Most characters of a label's source text that are repeated in the report.
const LONGEST_TEXT: usize = 400;

/// Writes the report. Strings are exact; characters that a terminal or a CI log would act upon are written as `\u` escapes.
pub fn json(out: &mut dyn io::Write, run: &Run) -> io::Result<()> {
    let positions = Positions::of(run);
    let summary = run.summary;
    let report = Report {
        version: VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        diagnostics: run
            .diagnostics
            .iter()
            .map(|diagnostic| Finding::new(run, &positions, diagnostic))
            .collect(),
        summary: Counts {
            files: summary.files,
            rules: summary.rules,
            errors: summary.errors,
            warnings: summary.warnings,
            infos: summary.infos,
            suppressed: summary.suppressed,
            off: summary.off.iter().map(|(rule, needs)| Off { rule, needs }).collect(),
            templates_not_evaluated: summary.templates_not_evaluated,
            unknown: summary.unknown,
        },
    };
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Inert(PrettyFormatter::new()));
    report.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// An object of another command as text, with the same escapes.
pub fn object(value: &serde_json::Value) -> String {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Inert(PrettyFormatter::new()));
    // Neither writing to memory nor a value of JSON fails.
    let _ = value.serialize(&mut serializer);
    out.push(b'\n');
    String::from_utf8(out).unwrap_or_default()
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: Tool,
    diagnostics: Vec<Finding<'a>>,
    summary: Counts<'a>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    severity: Severity,
    message: String,
    help: Option<String>,
    primary: Location<'a>,
    related: Vec<Location<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    start: Point,
    end: Point,
    text: String,
    label: String,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
    utf16: u32,
    byte: u32,
}

#[derive(Serialize)]
struct Off<'a> {
    rule: &'a str,
    needs: &'a str,
}

#[derive(Serialize)]
struct Counts<'a> {
    files: usize,
    rules: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    suppressed: usize,
    off: Vec<Off<'a>>,
    templates_not_evaluated: usize,
    unknown: usize,
}

impl<'a> Finding<'a> {
    fn new(run: &Run<'a>, positions: &Positions, diagnostic: &'a Diagnostic) -> Self {
        let location = |label: &Label| {
            let (start, end) = positions.get(run, label.place);
            Location {
                path: &run.sources.get(label.place.file).path,
                start: start.into(),
                end: end.into(),
                text: source_text(run, Place { span: Span::new(start.byte, end.byte), ..label.place }),
                label: run.masked(diagnostic, &label.text),
            }
        };
        Self {
            rule: &diagnostic.rule,
            severity: diagnostic.severity,
            message: run.masked(diagnostic, &diagnostic.message),
            help: diagnostic.help.as_ref().map(|help| run.masked(diagnostic, help)),
            primary: location(&diagnostic.primary),
            related: diagnostic.related.iter().map(location).collect(),
        }
    }
}

impl From<Position> for Point {
    fn from(position: Position) -> Self {
        let Position { line, column, utf16, byte } = position;
        Self { line, column, utf16, byte }
    }
}

/// The text at a place with its secrets masked, cut at [`LONGEST_TEXT`] characters.
fn source_text(run: &Run, place: Place) -> String {
    let source = &run.sources.get(place.file).text;
    let Span { start, end } = place.span;
    let shown = place.span.of(source).char_indices().nth(LONGEST_TEXT);
    let shown = Span::new(start, shown.map_or(end, |(length, _)| start + length as u32));
    let mut text = String::new();
    let mut at = start;
    for mask in run.masks.under(Place { span: shown, ..place }) {
        text.push_str(Span::new(at, mask.start.max(at)).of(source));
        text.push_str(secret::MASK);
        at = mask.end;
    }
    text.push_str(Span::new(at, shown.end.max(at)).of(source));
    if shown.end < end {
        text.push('…');
    }
    text
}

/// Writes strings so that the raw report is harmless to look at: hazards as `\u` escapes, and no `##`, with which runners' commands
/// begin. Commands that begin with `::` need a line of their own, which JSON never gives a string.
struct Inert<'a>(PrettyFormatter<'a>);

impl Formatter for Inert<'_> {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut previous = '\0';
        for c in fragment.chars() {
            if sanitise::is_hazard(c) || (c, previous) == ('#', '#') {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            } else {
                out.write_all(c.encode_utf8(&mut [0; 4]).as_bytes())?;
            }
            previous = c;
        }
        Ok(())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}
