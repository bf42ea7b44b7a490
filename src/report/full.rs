//! Findings for people: the lines of source with marks under the offending characters, drawn by miette.

use super::positions::Positions;
use super::snippet::Snippet;
use super::{Clean, Run, sanitise};
use crate::diagnostic::{Diagnostic, Severity};
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
    windows(out, run, look)?;
    if let Some(first) = run.diagnostics.first() {
        let rule = Clean::line(&first.rule);
        let hint = format!("why a rule exists and when it does not apply: plimsoll explain {rule}\n");
        sanitise::write_block(out, &hint)?;
    }
    Ok(())
}

/// The same without the hint.
pub fn windows(out: &mut dyn io::Write, run: &Run, look: Look) -> io::Result<()> {
    let positions = Positions::of(run);
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
    for diagnostic in run.diagnostics {
        let finding = Finding::new(run, &positions, diagnostic, look);
        let mut drawn = String::new();
        handler.render_report(&mut drawn, &finding).map_err(io::Error::other)?;
        drawn.push('\n');
        sanitise::write_block(out, &drawn)?;
    }
    Ok(())
}

/// A finding as miette takes it: nothing but clean text.
#[derive(Debug)]
struct Finding {
    code: Clean,
    severity: Severity,
    message: Clean,
    help: Option<Clean>,
    snippet: Snippet,
}

impl Finding {
    fn new(run: &Run, positions: &Positions, diagnostic: &Diagnostic, look: Look) -> Self {
        let ellipsis = match look.charset {
            Charset::Unicode => "…",
            Charset::Ascii => "...",
        };
        let (_, end) = positions.get(run, diagnostic.primary.place);
        let gutter = end.line.to_string().len() + 4;
        let width = look.width.saturating_sub(gutter).max(NARROWEST);
        Self {
            code: Clean::line(&format!("{}[{}]", diagnostic.severity.name(), diagnostic.rule)),
            severity: diagnostic.severity,
            message: run.clean(diagnostic, &diagnostic.message),
            help: diagnostic.help.as_ref().map(|help| run.clean(diagnostic, help)),
            snippet: Snippet::new(run, positions, diagnostic, width, ellipsis),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for Finding {}

impl miette::Diagnostic for Finding {
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
