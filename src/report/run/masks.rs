//! The secrets that no report shows: those in the files that it quotes, and wherever its texts repeat them.

use super::{all_places, places};
use crate::diagnostic::{Diagnostic, Edit, Quote, QuoteOrigin};
use crate::secret;
use crate::source::{FileId, Place, SourceFile, Sources, Span};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::Regex;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::LazyLock;

/// The secrets in the files that a run reports on.
#[derive(Debug)]
pub struct Masks<'a> {
    sources: &'a Sources,
    places: HashMap<FileId, Vec<Span>>,
    /// What they are, for texts that may repeat them.
    known: Known,
}

impl<'a> Masks<'a> {
    /// Asks for the secrets of every file that a label or a fix of a diagnostic points into; the answer is [`secret::secret_spans`], with
    /// the document where the file has one: sorted and disjoint.
    pub fn new<'d>(
        sources: &'a Sources,
        diagnostics: impl IntoIterator<Item = &'d Diagnostic>,
        mut secrets: impl FnMut(FileId, &SourceFile) -> Vec<Span>,
    ) -> Self {
        let diagnostics: Vec<_> = diagnostics.into_iter().collect();
        let all = || diagnostics.iter().copied();
        let origins = || all().flat_map(|diagnostic| &diagnostic.quotes).map(|quote| quote.origin);
        let quoted = origins().filter_map(|origin| match origin {
            QuoteOrigin::Place(place) => Some(place.file),
            _ => None,
        });
        let marked = all().flat_map(all_places).map(|place| place.file);
        let mut files: BTreeSet<FileId> = marked.chain(quoted).collect();
        if origins().any(|origin| origin == QuoteOrigin::Everything) {
            files.extend(sources.iter().map(|(id, _)| id));
        }
        let places: HashMap<FileId, Vec<Span>> =
            files.iter().map(|&id| (id, secrets(id, sources.get(id)))).collect();
        let repeats = origins().next().is_some() || all().any(|diagnostic| diagnostic.fix.is_some());
        let of_file = |id| (&*sources.get(id).text, places.get(&id).map_or(&[][..], Vec::as_slice));
        let known = if repeats { Known::new(files.iter().map(|&id| of_file(id))) } else { Known::default() };
        Self { sources, places, known }
    }

    /// The secrets of every file, for what is written into one from another.
    pub fn everywhere(
        sources: &'a Sources,
        mut secrets: impl FnMut(FileId, &SourceFile) -> Vec<Span>,
    ) -> Self {
        let places: HashMap<FileId, Vec<Span>> =
            sources.iter().map(|(id, file)| (id, secrets(id, file))).collect();
        let all: Vec<_> = sources
            .iter()
            .map(|(id, file)| (&*file.text, places.get(&id).map_or(&[][..], Vec::as_slice)))
            .collect();
        let known = Known::new(all.iter().copied());
        Self { sources, places, known }
    }

    /// Whether a new text repeats a secret of the files, as it stands or escaped.
    pub fn repeats(&self, text: &str) -> bool {
        let is_known = |text: &str| self.known.repeated(text).next().is_some();
        is_known(text)
            || text.contains(['\\', '\''])
                && (is_known(&text.replace("\'\'", "'"))
                    || written_and_decoded(text).any(|text| is_known(&text)))
    }

    /// The secrets that share a byte with a place.
    pub(super) fn under(&self, place: Place) -> &[Span] {
        under(self.places.get(&place.file).map_or(&[][..], Vec::as_slice), place.span)
    }

    /// The message, the help or a label of a diagnostic without secrets: neither those it quotes nor, where what it quotes is not known,
    /// those under its labels, nor anything shaped like one. The words of a rule stay, whatever the files hold.
    pub fn masked(&self, diagnostic: &Diagnostic, text: &str) -> String {
        let mut hidden = Vec::new();
        for quote in diagnostic.quotes.iter().filter(|quote| !quote.text.is_empty()) {
            let quoted = |at: usize| text.get(at..).is_some_and(|rest| rest.starts_with(&quote.text));
            // One that does not stand where it should is of another text of the diagnostic.
            let known = quote.at.into_iter().filter(|&at| quoted(at));
            let anywhere = || text.match_indices(&quote.text).map(|(at, _)| at);
            let searched = quote.at.is_none().then(anywhere).into_iter().flatten();
            let mut within = None;
            for at in known.chain(searched) {
                let within = within.get_or_insert_with(|| self.hidden(quote));
                hidden.extend(within.iter().map(|range| Span::from(at + range.start..at + range.end)));
            }
        }
        if !diagnostic.quoted || text == diagnostic.primary.text {
            places(diagnostic).for_each(|place| self.under_label(place, text, &mut hidden));
        }
        if hidden.is_empty() {
            return secret::mask(text).into_owned();
        }
        let mut masked = String::with_capacity(text.len());
        let mut at = 0;
        for span in secret::disjoint(hidden) {
            masked.push_str(Span::new(at, span.start).of(text));
            masked.push_str(secret::MASK);
            at = span.end;
        }
        masked.push_str(Span::new(at, text.len() as u32).of(text));
        secret::mask(&masked).into_owned()
    }

    /// Whether a new text would show a secret: one of the files, or what looks like one by itself.
    pub(super) fn forbid(&self, edit: &Edit) -> bool {
        self.known.repeated(&edit.text).next().is_some() || matches!(secret::mask(&edit.text), Cow::Owned(_))
    }

    /// The bytes of a quote that are secret.
    fn hidden(&self, quote: &Quote) -> Vec<Range<usize>> {
        let text = &*quote.text;
        let QuoteOrigin::Place(place) = quote.origin else {
            // What an expression made may hold a secret of any file that it could see.
            let own = |found: &Range<usize>| {
                quote.own.iter().any(|own| own.start <= found.start && found.end <= own.end)
            };
            return self.known.repeated(text).filter(|range| !own(range)).collect();
        };
        let under = self.under(place);
        if place.span.of(&self.sources.get(place.file).text) != text {
            // Escapes, or the line breaks of a block: what stands where cannot be told.
            if !under.is_empty() {
                return std::iter::once(0..text.len()).collect();
            }
        }
        let Span { start, end } = place.span;
        let overlaps = under
            .iter()
            .map(|secret| (secret.start.max(start) - start) as usize..(secret.end.min(end) - start) as usize);
        // What stands in the clear may still repeat what is a secret elsewhere.
        let repeated = self
            .known
            .within(text)
            .filter(|(range, known)| !known.plain && !known.named && is_whole(text, range));
        overlaps.chain(repeated.map(|(range, _)| range)).collect()
    }

    /// Adds where a text repeats the secrets at a place: whole, or just the marked part.
    fn under_label(&self, place: Place, text: &str, hidden: &mut Vec<Span>) {
        let source = &self.sources.get(place.file).text;
        for &secret in self.under(place) {
            let marked = Span::new(secret.start.max(place.span.start), secret.end.min(place.span.end));
            for secret in [secret.of(source), marked.of(source)] {
                if secret.len() < secret::SHORTEST {
                    continue;
                }
                let plain = is_plain(secret);
                let found = text.match_indices(secret).map(|(at, _)| at..at + secret.len());
                hidden.extend(found.filter(|range| !plain || is_whole(text, range)).map(Span::from));
            }
        }
    }
}

/// Those of some sorted and disjoint spans that share a byte with a span.
fn under(spans: &[Span], span: Span) -> &[Span] {
    let first = spans.partition_point(|other| other.end <= span.start);
    let past = spans.partition_point(|other| other.start < span.end);
    spans.get(first..past).unwrap_or(&[])
}

/// The texts of secrets.
#[derive(Debug, Default)]
struct Known {
    /// In the order of the search.
    kinds: Vec<Kind>,
    search: Option<AhoCorasick>,
}

/// What is known of the text of a secret.
#[derive(Clone, Copy, Debug)]
struct Kind {
    /// See [`is_plain`].
    plain: bool,
    /// Whether it also stands in the clear as a name.
    named: bool,
}

impl Known {
    /// The secrets of some files, given as their texts and the sorted spans in them.
    fn new<'a>(files: impl Iterator<Item = (&'a str, &'a [Span])> + Clone) -> Self {
        let written = files
            .clone()
            .flat_map(|(text, spans)| spans.iter().flat_map(move |span| written_and_decoded(span.of(text))));
        let mut texts: Vec<String> = written.filter(|text| text.len() >= secret::SHORTEST).collect();
        texts.sort_unstable();
        texts.dedup();
        let kind = |text: &String| Kind { plain: is_plain(text), named: false };
        let mut kinds: Vec<Kind> = texts.iter().map(kind).collect();
        for (text, spans) in files {
            for name in names(text, spans) {
                if let Ok(found) = texts.binary_search_by(|text| text.as_str().cmp(name)) {
                    kinds[found].named = true;
                }
            }
        }
        // Not the table that is the default for few texts: for a long one of repetitions it takes quadratic time. It fails only for more
        // states than files have bytes.
        let build = |texts: &[String]| {
            AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(texts).ok()
        };
        let search = if texts.is_empty() { None } else { build(&texts) };
        Self { kinds, search }
    }

    /// Where a text holds secrets, also one inside the other.
    fn within(&self, text: &str) -> impl Iterator<Item = (Range<usize>, Kind)> {
        let found = self.search.iter().flat_map(move |search| search.find_overlapping_iter(text));
        found.filter_map(|found| Some((found.range(), *self.kinds.get(found.pattern().as_usize())?)))
    }

    /// Those that are more than a plain word which may stand there by chance.
    fn repeated(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        let found = self.within(text);
        let by_chance =
            |range: &Range<usize>, kind: Kind| kind.plain && (kind.named || !is_whole(text, range));
        found.filter(move |(range, kind)| !by_chance(range, *kind)).map(|(range, _)| range)
    }
}

/// A name as files give things one: `name:`, `"name":`, `NAME=`, `name: it`.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?m)(?:^|[\s{,"'-])name:[ \t]+["']?([A-Za-z0-9][\w.-]*)["']?[ \t]*(?:[\r,}]|$)"#,
        r#"|(?:^|[\s{,"'-])([A-Za-z0-9_][\w.-]*)["']?(?:[ \t]*=|:[\s]|:$)"#,
    ))
    .expect("the pattern is valid: it runs in the tests of this file")
});

/// The names that stand in a text outside of its secrets.
fn names<'a>(text: &'a str, secrets: &'a [Span]) -> impl Iterator<Item = &'a str> {
    let found = NAME.captures_iter(text).filter_map(|found| found.get(1).or(found.get(2)));
    found.filter(|name| under(secrets, Span::from(name.range())).is_empty()).map(|name| name.as_str())
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

/// Longest text, in bytes, that can be taken for a plain word.
const LONGEST_WORD: usize = 16;

/// Whether a secret reads like a word or a number that names may hold, too: `postgres`, `admin`, `1234`.
fn is_plain(secret: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphabetic() || b"-_".contains(&byte);
    let humps =
        secret.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    (secret.len() <= LONGEST_WORD && secret.bytes().all(letters) && !humps)
        || secret.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a range of a text is a whole word and no part of a longer name.
fn is_whole(text: &str, range: &Range<usize>) -> bool {
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let inner = &text[range.clone()];
    let before = inner.starts_with(joins) && text[..range.start].ends_with(joins);
    let behind = inner.ends_with(joins) && text[range.end..].starts_with(joins);
    !before && !behind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_the_clear_are_known_in_every_form() {
        let text = "a:\n  'b-c': {d: 1}\nE_F=1\n- name: web # no\n- {name: \"db\", x: y}\nurl: h://user:pass@host\nlast:";
        let found: Vec<_> = names(text, &[]).collect();
        assert_eq!(found, ["a", "b-c", "d", "E_F", "name", "db", "x", "url", "last"]);
        assert_eq!(names("a: b\nc: d\n", &[Span::new(0, 1)]).collect::<Vec<_>>(), ["c"]);
    }

    #[test]
    fn plain_words_are_told_from_secrets_that_no_name_holds() {
        for plain in ["postgres", "Admin", "PASSWORD", "1234", "change-me"] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in ["hunter2", "tFkdPqWx", "correct-horse-battery-staple", "p@ss"] {
            assert!(!is_plain(other), "{other}");
        }
    }

    #[test]
    fn a_word_is_whole_between_other_characters() {
        for (text, whole) in [
            ("`it`", true),
            ("x=it!", true),
            ("item", false),
            ("my-it", false),
            ("it_x", false),
            ("it", true),
        ] {
            let at = text.find("it").expect("it is there");
            assert_eq!(is_whole(text, &(at..at + 2)), whole, "{text}");
        }
    }
}
