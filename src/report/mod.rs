//! What a run says and in which form: one file per format, behind one sanitiser and one mask over secrets.

mod concise;
mod full;
mod json;
mod positions;
mod sanitise;
mod snippet;
mod summary;

pub use concise::concise;
pub use full::{Charset, Color, Look, full, windows};
pub use json::{json, object};
pub use sanitise::{Clean, text};
pub use summary::{Summary, plural, summary_line};

use crate::diagnostic::{Diagnostic, QuoteOrigin};
use crate::secret;
use crate::source::{FileId, Place, SourceFile, Sources, Span};
use std::collections::{BTreeSet, HashMap};

/// Everything a format needs; each format is a pure function of it.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The files that labels point into.
    pub sources: &'a Sources,
    /// The findings in the order to print them.
    pub diagnostics: &'a [Diagnostic],
    /// The counts.
    pub summary: &'a Summary,
    /// What must not be printed.
    pub masks: &'a Masks,
}

impl Run<'_> {
    /// A text of a diagnostic as it may be printed: secrets masked, then sanitised.
    fn clean(&self, diagnostic: &Diagnostic, text: &str) -> Clean {
        Clean::line(&self.masked(diagnostic, text))
    }

    /// A text of a diagnostic without secrets: neither the ones under its labels nor anything shaped like one.
    pub fn masked(&self, diagnostic: &Diagnostic, text: &str) -> String {
        let mut secrets: Vec<&str> = Vec::new();
        for quote in diagnostic.quotes.iter().filter(|quote| !quote.text.is_empty()) {
            match quote.origin {
                QuoteOrigin::Place(place) if !self.masks.under(place).is_empty() => secrets.push(&quote.text),
                QuoteOrigin::Place(_) => {}
                // What an expression made may hold a secret of any file that it could see.
                QuoteOrigin::Visit | QuoteOrigin::Everything => {
                    secrets.extend(self.masks.within(&quote.text));
                }
            }
        }
        // The longest first: a shorter one may be a part of it.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let mut text = text.to_owned();
        for secret in secrets {
            text = text.replace(secret, secret::MASK);
        }
        let mut text = secret::mask(&text).into_owned();
        for place in places(diagnostic) {
            let source = &self.sources.get(place.file).text;
            for &secret in self.masks.under(place) {
                // A message may quote the secret or just the marked part of it.
                let marked = Span::new(secret.start.max(place.span.start), secret.end.min(place.span.end));
                for secret in [secret.of(source), marked.of(source)] {
                    if secret.len() >= secret::SHORTEST && text.contains(secret) {
                        text = text.replace(secret, secret::MASK);
                    }
                }
            }
        }
        text
    }
}

/// The secrets in the files that a run reports on.
#[derive(Debug, Default)]
pub struct Masks {
    places: HashMap<FileId, Vec<Span>>,
    /// Their texts, as they are written and as they decode, where a text that was made may hold them.
    texts: Vec<String>,
}

impl Masks {
    /// Asks for the secrets of every file that a label points into; the answer is [`secret::secret_spans`], with the document
    /// where the file has one: sorted and disjoint.
    pub fn new(
        sources: &Sources,
        diagnostics: &[Diagnostic],
        mut secrets: impl FnMut(FileId, &SourceFile) -> Vec<Span>,
    ) -> Self {
        let mut masks = Self::default();
        let origins =
            || diagnostics.iter().flat_map(|diagnostic| &diagnostic.quotes).map(|quote| quote.origin);
        let quoted = origins().filter_map(|origin| match origin {
            QuoteOrigin::Place(place) => Some(place.file),
            _ => None,
        });
        let mut files: BTreeSet<FileId> =
            diagnostics.iter().flat_map(places).map(|place| place.file).chain(quoted).collect();
        if origins().any(|origin| origin == QuoteOrigin::Everything) {
            files.extend(sources.iter().map(|(id, _)| id));
        }
        let made = origins().any(|origin| !matches!(origin, QuoteOrigin::Place(_)));
        for id in files {
            let file = sources.get(id);
            let spans = secrets(id, file);
            if made {
                masks.texts.extend(spans.iter().flat_map(|span| written_and_decoded(span.of(&file.text))));
            }
            masks.places.insert(id, spans);
        }
        masks.texts.retain(|text| text.len() >= secret::SHORTEST);
        masks.texts.sort_unstable();
        masks.texts.dedup();
        masks
    }

    /// The secrets that a text holds.
    fn within<'m>(&'m self, text: &str) -> impl Iterator<Item = &'m str> {
        self.texts.iter().map(String::as_str).filter(move |secret| text.contains(*secret))
    }

    /// The secrets that share a byte with a place.
    fn under(&self, place: Place) -> &[Span] {
        let masks = self.places.get(&place.file).map_or(&[][..], Vec::as_slice);
        let first = masks.partition_point(|mask| mask.end <= place.span.start);
        let past = masks.partition_point(|mask| mask.start < place.span.end);
        masks.get(first..past).unwrap_or(&[])
    }
}

/// A secret as it stands in its file, and without the escapes of a quoted scalar.
fn written_and_decoded(text: &str) -> impl Iterator<Item = String> {
    let decoded = text.contains('\\').then(|| {
        let quoted = ["\"", text, "\""].concat();
        let document = crate::yaml::parse(quoted.as_str(), crate::yaml::Options::default());
        document.roots().next().map(|root| root.text().into_owned())
    });
    std::iter::once(text.to_owned()).chain(decoded.flatten())
}

/// The places of all labels, the primary one first.
fn places(diagnostic: &Diagnostic) -> impl Iterator<Item = Place> {
    std::iter::once(&diagnostic.primary).chain(&diagnostic.related).map(|label| label.place)
}
