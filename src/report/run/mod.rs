//! A run as writers of reports see it: what was found with every position known and every secret masked, and no way to the rest.
//!
//! What is below this folder sees the files and the diagnostics. What is beside it, the formats, does not: it gets [`Finding`]s, whose
//! texts are [`Untrusted`] and whose lines of source only [`Finding::snippet`] draws. All of it is made once, whatever the number of
//! formats.

mod masks;
mod positions;
mod snippet;

pub use masks::Masks;
pub use snippet::Snippet;

use super::sanitise::Untrusted;
use super::summary::Summary;
use crate::checks::CHECKS;
use crate::diagnostic::{Diagnostic, Edit, Excuse, Excused, Label, Safety, Severity};
use crate::discover::normalise;
use crate::fingerprint::Fingerprint;
use crate::rule::{Catalog, Origin};
use crate::secret;
use crate::source::{FileId, Place, Position, SourceFile, Sources, Span};
use positions::Positions;
use std::collections::BTreeMap;

/// Most characters of a label's source text that a report repeats.
const LONGEST_TEXT: usize = 400;

/// What a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// The files that labels point into.
    pub sources: &'a Sources,
    /// What must not be shown of them; of all diagnostics below.
    pub masks: &'a Masks<'a>,
    /// What kept the run from being complete, or from beginning.
    pub failures: &'a [Diagnostic],
    /// The same without a place in a file.
    pub errors: &'a [String],
    /// The findings in the order to print them.
    pub diagnostics: &'a [Diagnostic],
    /// The findings that are not reported.
    pub excused: &'a [Excused],
    /// What failures, findings and excused findings are known by from run to run, in this order; those that are missing are not shown.
    pub fingerprints: &'a [Fingerprint],
    /// The rules.
    pub catalog: &'a Catalog,
    /// The counts.
    pub summary: &'a Summary,
    /// The least severity that fails the run; `None` means that findings never do.
    pub fails: Option<Severity>,
}

impl<'a> Material<'a> {
    /// Of a run that found nothing.
    pub fn new(
        sources: &'a Sources,
        masks: &'a Masks<'a>,
        catalog: &'a Catalog,
        summary: &'a Summary,
    ) -> Self {
        Self {
            sources,
            masks,
            failures: &[],
            errors: &[],
            diagnostics: &[],
            excused: &[],
            fingerprints: &[],
            catalog,
            summary,
            fails: Some(Severity::Info),
        }
    }
}

/// Everything a format needs; each format is a pure function of it.
#[derive(Debug)]
pub struct Run<'a> {
    /// What kept the run from being complete, or from beginning.
    pub failures: Vec<Finding<'a>>,
    /// The same without a place in a file.
    pub errors: Vec<Untrusted<'a>>,
    /// The findings in the order to print them.
    pub findings: Vec<Finding<'a>>,
    /// The findings that are not reported, and why.
    pub excused: Vec<(Finding<'a>, Excuse, Option<Untrusted<'a>>)>,
    /// The rules that any of these name, sorted by their ids.
    pub rules: Vec<About<'a>>,
    /// The counts.
    pub summary: &'a Summary,
    /// The least severity that fails the run; `None` means that findings never do.
    pub fails: Option<Severity>,
    sources: &'a Sources,
    masks: &'a Masks<'a>,
}

/// A rule, or one of the engine's own checks.
#[derive(Debug)]
pub struct About<'a> {
    /// Its name.
    pub id: Untrusted<'a>,
    /// How much it matters unless the configuration says otherwise.
    pub severity: Severity,
    /// The offence in one line.
    pub summary: Untrusted<'a>,
    /// Why it matters, when it does not apply, what to do; Markdown.
    pub explain: Option<Untrusted<'a>>,
    /// Where it comes from; `None` for a check of the engine.
    pub origin: Option<Origin>,
}

/// One finding.
#[derive(Debug)]
pub struct Finding<'a> {
    /// The rule.
    pub rule: Untrusted<'a>,
    /// The rule, as an index into [`Run::rules`].
    pub about: usize,
    /// How much it matters.
    pub severity: Severity,
    /// The fact.
    pub message: Untrusted<'a>,
    /// What to do.
    pub help: Option<Untrusted<'a>>,
    /// The place that it is about.
    pub primary: Mark<'a>,
    /// Other places that belong to it.
    pub related: Vec<Mark<'a>>,
    /// What it is known by from run to run.
    pub fingerprint: Option<Fingerprint>,
    /// A change that mends it; none if it would write a secret.
    pub fix: Option<Change<'a>>,
}

/// A range of text in a file.
#[derive(Debug)]
pub struct Mark<'a> {
    /// The path, relative to the root of the project if it lies there.
    pub path: Untrusted<'a>,
    /// Where it starts.
    pub start: Position,
    /// Where it ends: just past the last character.
    pub end: Position,
    /// The text there without secrets, cut at 400 characters with `…` behind them.
    pub text: Untrusted<'a>,
    /// What is said of it; may be empty.
    pub label: Untrusted<'a>,
    file: FileId,
    source: &'a SourceFile,
}

/// A change to files.
#[derive(Debug)]
pub struct Change<'a> {
    /// What it does, as an order.
    pub title: Untrusted<'a>,
    /// Whether it may be made unseen.
    pub safety: Safety,
    /// What is replaced, each with the new text.
    pub edits: Vec<(Mark<'a>, Untrusted<'a>)>,
}

impl<'a> Run<'a> {
    /// Finds the positions and masks the secrets of all that a report may show.
    pub fn new(material: &Material<'a>) -> Self {
        let Material { sources, masks, failures, errors, diagnostics, excused, summary, fails, .. } =
            *material;
        let all = || failures.iter().chain(diagnostics).chain(excused.iter().map(|excused| &excused.found));
        let mut rules: BTreeMap<&str, usize> = all().map(|found| (&*found.rule, 0)).collect();
        for (index, about) in rules.values_mut().enumerate() {
            *about = index;
        }
        let making = Making { sources, masks, positions: Positions::of(sources, all()), rules: &rules };
        let mut fingerprints = material.fingerprints.iter().copied();
        let mut finding = |diagnostic| making.finding(diagnostic, fingerprints.next());
        Self {
            failures: failures.iter().map(&mut finding).collect(),
            errors: errors.iter().map(|error| Untrusted::words(error)).collect(),
            findings: diagnostics.iter().map(&mut finding).collect(),
            excused: excused
                .iter()
                .map(|Excused { found, by, reason }| {
                    (finding(found), *by, reason.as_ref().map(|reason| Untrusted::words(reason)))
                })
                .collect(),
            rules: rules.keys().map(|id| About::new(id, material.catalog)).collect(),
            summary,
            fails,
            sources,
            masks,
        }
    }

    /// What kept the run from being complete, and then the findings.
    pub fn all(&self) -> impl Iterator<Item = &Finding<'a>> + Clone {
        self.failures.iter().chain(&self.findings)
    }

    /// Whether the run is complete.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty() && self.errors.is_empty()
    }
}

impl<'a> About<'a> {
    fn new(id: &'a str, catalog: &'a Catalog) -> Self {
        let words = |text| Untrusted::words(text);
        if let Some(rule) = catalog.get(id) {
            return Self {
                id: Untrusted::exact(id),
                severity: rule.severity,
                summary: words(&rule.summary),
                explain: rule.explain.as_deref().map(words),
                origin: Some(rule.origin),
            };
        }
        let check = CHECKS.iter().find(|check| check.0 == id);
        let (severity, summary) = check.map_or((Severity::Error, ""), |check| (check.1, check.2));
        Self { id: Untrusted::exact(id), severity, summary: words(summary), explain: None, origin: None }
    }
}

impl Finding<'_> {
    /// Its lines of source, at most `width` columns wide.
    pub fn snippet(&self, run: &Run<'_>, width: usize, ellipsis: &str) -> Snippet {
        Snippet::new(run, self, width, ellipsis)
    }
}

impl Mark<'_> {
    /// The file as a reference of a URI: relative to the root of the project, or `None` if it does not lie there.
    pub fn uri(&self) -> Option<Untrusted<'static>> {
        let path = &*self.source.path;
        let is_inside = !path.starts_with('/') && path.split('/').next() != Some("..");
        is_inside.then(|| self.path.uri())
    }

    /// The file as an absolute reference of a URI.
    pub fn absolute_uri(&self) -> Untrusted<'static> {
        let path = normalise(&self.source.os_path).to_string_lossy().replace('\\', "/");
        let root = if path.starts_with('/') { "file://" } else { "file:///" };
        Untrusted::exact(path).uri().behind(root)
    }
}

/// What findings are made with.
struct Making<'a, 'm> {
    sources: &'a Sources,
    masks: &'a Masks<'a>,
    positions: Positions<'a>,
    rules: &'m BTreeMap<&'a str, usize>,
}

impl<'a> Making<'a, '_> {
    fn finding(&self, diagnostic: &'a Diagnostic, fingerprint: Option<Fingerprint>) -> Finding<'a> {
        let masked = |text: &'a str| Untrusted::exact(self.masks.masked(diagnostic, text));
        let label = |label: &'a Label| Mark { label: masked(&label.text), ..self.mark(label.place) };
        let shows = |edits: &[Edit]| !edits.iter().any(|edit| self.masks.forbid(edit));
        let fix = diagnostic.fix.as_ref().filter(|fix| shows(&fix.edits));
        let change = fix.map(|fix| Change {
            title: masked(&fix.title),
            safety: fix.safety,
            edits: fix
                .edits
                .iter()
                .map(|edit| (self.mark(edit.place), Untrusted::exact(&*edit.text)))
                .collect(),
        });
        Finding {
            rule: Untrusted::exact(&*diagnostic.rule),
            about: self.rules.get(&*diagnostic.rule).copied().unwrap_or_default(),
            severity: diagnostic.severity,
            message: masked(&diagnostic.message),
            help: diagnostic.help.as_deref().map(masked),
            primary: label(&diagnostic.primary),
            related: diagnostic.related.iter().map(label).collect(),
            fingerprint,
            fix: change,
        }
    }

    /// A place without a label.
    fn mark(&self, place: Place) -> Mark<'a> {
        let source = self.sources.get(place.file);
        let (start, end) = self.positions.get(place);
        let span = Span::new(start.byte, end.byte);
        Mark {
            path: Untrusted::exact(&*source.path),
            start,
            end,
            text: Untrusted::exact(self.text(Place { span, ..place })),
            label: Untrusted::default(),
            file: place.file,
            source,
        }
    }

    /// The text at a place with its secrets masked, cut at [`LONGEST_TEXT`] characters.
    fn text(&self, place: Place) -> String {
        let source = &self.sources.get(place.file).text;
        let Span { start, end } = place.span;
        let shown = place.span.of(source).char_indices().nth(LONGEST_TEXT);
        let shown = Span::new(start, shown.map_or(end, |(length, _)| start + length as u32));
        let mut text = String::new();
        let mut at = start;
        for mask in self.masks.under(Place { span: shown, ..place }) {
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
}

/// The places of all labels, the primary one first.
fn places(diagnostic: &Diagnostic) -> impl Iterator<Item = Place> {
    std::iter::once(&diagnostic.primary).chain(&diagnostic.related).map(|label| label.place)
}

/// The places of all labels and edits.
fn all_places(diagnostic: &Diagnostic) -> impl Iterator<Item = Place> {
    let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.place);
    places(diagnostic).chain(edits)
}
