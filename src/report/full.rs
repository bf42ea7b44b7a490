//! Findings for people: the lines of source with marks under the offending characters, drawn by miette.

use super::{Clean, Finding, Run, Snippet, Untrusted, sanitise};
use crate::diagnostic::Severity;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, ThemeCharacters, ThemeStyles};
use std::{fmt, io};

/// Narrowest source line worth showing, in columns.
const NARROWEST: usize = 40;

/// How reports for people look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// With or without terminal colours.
    pub color: Color,
    /// With which characters lines are drawn.
    pub charset: Charset,
    /// Columns to wrap text and cut source lines at.
    pub width: usize,
}

impl Default for Look {
    fn default() -> Self {
        Self { color: Color::Plain, charset: Charset::Unicode, width: 100 }
    }
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// The sixteen colours of the terminal's own palette.
    Ansi,
    /// No escape sequence at all.
    Plain,
}

/// What lines and arrows are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Box drawing characters.
    Unicode,
    /// For terminals whose locale is not UTF-8.
    Ascii,
}

/// Writes each finding with its snippets, labels and help, a blank line after each, and a hint about `plimsoll explain` at the end.
pub fn full(out: &mut dyn io::Write, run: &Run, look: Look) -> io::Result<()> {
    for error in &run.errors {
        sanitise::write_block(out, format_args!("plimsoll: {}\n\n", error.line()))?;
    }
    windows(out, run, look)?;
    let Some(first) = run.all().next() else { return Ok(()) };
    let rule = first.rule.line();
    sanitise::write_block(
        out,
        format_args!("why a rule exists and when it does not apply: plimsoll explain {rule}\n"),
    )
}

/// The same without the hint.
pub fn windows(out: &mut dyn io::Write, run: &Run, look: Look) -> io::Result<()> {
    let characters = match look.charset {
        Charset::Unicode => ThemeCharacters::unicode(),
        Charset::Ascii => ThemeCharacters::ascii(),
    };
    let styles = match look.color {
        Color::Ansi => ThemeStyles::ansi(),
        Color::Plain => ThemeStyles::none(),
    };
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_links(false)
        .with_break_words(false)
        .with_width(look.width)
        .without_syntax_highlighting();
    for finding in run.all() {
        let mut drawn = String::new();
        let drawing = Drawing::new(run, finding, look);
        handler.render_report(&mut drawn, &drawing).map_err(io::Error::other)?;
        sanitise::write_block(out, format_args!("{drawn}\n"))?;
    }
    Ok(())
}

/// A finding as miette takes it: nothing but clean text.
#[derive(Debug)]
struct Drawing {
    code: Clean,
    severity: Severity,
    message: Clean,
    help: Option<Clean>,
    snippet: Snippet,
}

impl Drawing {
    fn new(run: &Run, finding: &Finding, look: Look) -> Self {
        let ellipsis = match look.charset {
            Charset::Unicode => "…",
            Charset::Ascii => "...",
        };
        let gutter = finding.primary.end.line.to_string().len() + 4;
        let width = look.width.saturating_sub(gutter).max(NARROWEST);
        Self {
            code: Clean::line(&format!("{}[{}]", finding.severity.name(), finding.rule.line())),
            severity: finding.severity,
            message: finding.message.line(),
            help: finding.help.as_ref().map(Untrusted::line),
            snippet: finding.snippet(run, width, ellipsis),
        }
    }
}

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for Drawing {}

impl miette::Diagnostic for Drawing {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.snippet)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.snippet.labels()))
    }
}
