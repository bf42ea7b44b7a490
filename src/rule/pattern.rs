//! A regular expression, or a few literal texts, that must not stand in the text of a target.

use crate::expr::{Budget, Failure, Regexp, Stop, Text, Value};
use crate::yaml::{Kind, Node};
use aho_corasick::AhoCorasick;
use regex_syntax::hir::literal::{ExtractKind, Extractor};
use std::ops::Range;

/// The names that messages see beside those of the visit.
pub const NAMES: [&str; 1] = ["match"];

/// Shortest piece of text that is worth searching files for.
const SHORTEST: usize = 2;
/// Most pieces a pattern is searched by.
const MOST: usize = 64;

/// What must not be found.
#[derive(Debug)]
pub struct Pattern {
    search: Search,
    /// Texts one of which stands wherever there is a match, as long as no escape spells it; `None` if there are no such texts.
    literals: Option<Vec<String>>,
}

#[derive(Debug)]
enum Search {
    Regex(Regexp),
    Literals(AhoCorasick),
}

impl Pattern {
    /// A regular expression, compiled when it is first needed. The error is a sentence.
    pub fn regex(source: &str) -> Result<Self, String> {
        Ok(Self { search: Search::Regex(Regexp::new(source)?), literals: required(source) })
    }

    /// Texts that are searched for as they stand.
    pub fn literals(texts: &[String]) -> Result<Self, String> {
        let search = AhoCorasick::builder()
            .match_kind(aho_corasick::MatchKind::LeftmostLongest)
            .build(texts)
            .map_err(|error| error.to_string())?;
        let pieces: Vec<_> = texts.iter().map(|text| piece(text).to_owned()).collect();
        Ok(Self { search: Search::Literals(search), literals: usable(pieces) })
    }

    /// See [`Pattern`]'s field; for the search through whole files that comes first.
    pub fn required(&self) -> Option<&[String]> {
        self.literals.as_deref()
    }

    /// A failure for every match in a text.
    pub fn failures<'a>(
        &self,
        text: &Text<'a>,
        budget: &mut Budget,
        found: &mut Vec<Failure<'a>>,
    ) -> Result<(), Stop> {
        let mut add = |range: Range<usize>| {
            let hit = text.cut(range);
            found.push(Failure { place: hit.place(), locals: vec![Value::Text(hit)], ..Failure::default() });
        };
        match &self.search {
            Search::Regex(regex) => {
                regex.find_all(&text.text, budget)?.into_iter().for_each(&mut add);
            }
            Search::Literals(literals) => {
                literals.find_iter(&*text.text).for_each(|hit| add(hit.range()));
            }
        }
        Ok(())
    }
}

/// The text of a node: its own, or that of every scalar in it, keys too. Aliases are not followed: they are visited where they stand.
pub fn texts<'a>(node: Node<'a>, each: &mut dyn FnMut(Text<'a>)) {
    match node.kind() {
        Kind::Scalar => each(Text::of(node)),
        Kind::Sequence | Kind::Mapping => node.children().for_each(|child| texts(child, each)),
        Kind::Alias | Kind::Empty => {}
    }
}

/// Texts one of which begins or ends every match.
fn required(source: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::parse(source).ok()?;
    [ExtractKind::Prefix, ExtractKind::Suffix].into_iter().find_map(|kind| {
        let mut extractor = Extractor::new();
        extractor.kind(kind).limit_class(4).limit_total(MOST);
        let found = extractor.extract(&hir);
        let texts = found.literals()?.iter().map(|literal| std::str::from_utf8(literal.as_bytes()).ok());
        usable(texts.map(|text| text.map(|text| piece(text).to_owned())).collect::<Option<Vec<_>>>()?)
    })
}

/// The longest piece that a line break in a folded text, a quote or a backslash cannot take apart.
fn piece(text: &str) -> &str {
    text.split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '\\'))
        .max_by_key(|piece| piece.len())
        .unwrap_or_default()
}

fn usable(pieces: Vec<String>) -> Option<Vec<String>> {
    (!pieces.is_empty() && pieces.iter().all(|piece| piece.len() >= SHORTEST)).then_some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_every_match_holds_are_found() {
        let of = |source: &str| Pattern::regex(source).expect("a pattern").required().map(<[_]>::to_vec);
        assert_eq!(of("fm-[a-z]+"), Some(vec!["fm-".to_owned()]));
        assert_eq!(of("(foo|bar)[a-z]+"), Some(vec!["foo".to_owned(), "bar".to_owned()]));
        assert_eq!(of("[a-z]+-legacy"), Some(vec!["-legacy".to_owned()]));
        assert_eq!(of("password: secret"), Some(vec!["password:".to_owned()]));
        assert_eq!(of("[a-z]+"), None);
    }
}
