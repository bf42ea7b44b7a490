//! What is reported: plain data, made by checks, rendered by `report`.

use crate::source::{FileId, Place, Span};
use std::borrow::Borrow;
use std::ops::Range;
use std::sync::Arc;

/// How much a finding matters. Ordered: `Error` is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Should be mended; fails the run only when `--fail-on` says so.
    Warning,
    /// Must be mended; fails the run.
    Error,
}

impl Severity {
    /// The name in configuration, rules and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A marked place and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What stands there, in a few words; may be empty.
    pub text: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Name of the rule, or of one of the engine's own checks (`syntax-error`, …).
    pub rule: Arc<str>,
    /// How much it matters.
    pub severity: Severity,
    /// The fact, in the user's words, lower case, without a full stop.
    pub message: String,
    /// The place that the finding is about.
    pub primary: Label,
    /// Other places that belong to it, possibly in other files.
    pub related: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// Texts of files that the message, the help and the labels repeat, so that a report can mask those that are secrets.
    pub quotes: Vec<Quote>,
    /// Whether the quotes are all that message, help and the labels of second places repeat, so that the rest are the rule's own words.
    pub quoted: bool,
    /// A change that mends it.
    pub fix: Option<Fix>,
}

/// A change to files that mends a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order: "remove the suppression".
    pub title: String,
    /// Whether it may be made unseen.
    pub safety: Safety,
    /// What is replaced; the places are disjoint.
    pub edits: Vec<Edit>,
}

/// Whether a change may be made unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// What is deployed stays the same.
    Safe,
    /// What is deployed changes; somebody must look at it.
    Unsafe,
}

/// A piece of a file and what takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty where something is only inserted.
    pub place: Place,
    /// The new text; empty where something is only removed.
    pub text: String,
}

/// A finding that is not reported, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excused {
    /// The finding.
    pub found: Diagnostic,
    /// What excuses it.
    pub by: Excuse,
    /// The reason that was written down, if one was.
    pub reason: Option<String>,
}

impl Borrow<Diagnostic> for Excused {
    fn borrow(&self) -> &Diagnostic {
        &self.found
    }
}

/// What excuses a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excuse {
    /// A comment or an annotation in its file.
    Suppression,
    /// A waiver of the configuration.
    Waiver,
    /// It was there before: the baseline, or the revision that the run is compared with, has it.
    Known,
}

/// Where a text that a diagnostic repeats comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteOrigin {
    /// It stands there.
    Place(Place),
    /// An expression made it, perhaps of texts in the files of the diagnostic.
    Visit,
    /// An expression made it that could see all files.
    Everything,
}

/// A text of a file that a diagnostic repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Where it comes from.
    pub origin: QuoteOrigin,
    /// As it is repeated.
    pub text: String,
    /// The byte of the message, help or label at which it stands there; without one it may stand anywhere.
    pub at: Option<usize>,
    /// The bytes of the text that a rule writes itself.
    pub own: Vec<Range<usize>>,
}

impl Quote {
    /// A text that may stand anywhere in the message, the help and the labels.
    pub fn new(origin: QuoteOrigin, text: impl Into<String>) -> Self {
        Self { origin, text: text.into(), at: None, own: Vec::new() }
    }
}

impl Diagnostic {
    /// A finding with a primary place and nothing else yet.
    pub fn new(
        rule: impl Into<Arc<str>>,
        severity: Severity,
        place: Place,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule: rule.into(),
            severity,
            message: message.into(),
            primary: Label { place, text: String::new() },
            related: Vec::new(),
            help: None,
            quotes: Vec::new(),
            quoted: false,
            fix: None,
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn with_related(mut self, place: Place, text: impl Into<String>) -> Self {
        self.related.push(Label { place, text: text.into() });
        self
    }

    /// The file of the primary place.
    pub fn file(&self) -> FileId {
        self.primary.place.file
    }

    /// The span of the primary place.
    pub fn span(&self) -> Span {
        self.primary.place.span
    }
}
