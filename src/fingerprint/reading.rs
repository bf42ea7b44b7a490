//! What a mark in a file says, and where it stands in words.

use super::address::{Tree, is_unnamed, word};
use super::digest::Digest;
use crate::secret::{self, MASK};
use crate::source::{SourceFile, Span};
use crate::yaml::{Document, Kind, Node, Style};
use std::borrow::Cow;
use std::collections::HashMap;

/// Bytes that count, to either side of where a mark starts: many findings on one endless line stay cheap.
const NEAR: u32 = 256;

/// Most characters of a place in words.
const LONGEST_PLACE: usize = 160;

/// A file in which something was found.
pub(super) struct Reading<'a> {
    pub source: &'a SourceFile,
    /// In the order in which they start: the file's own document, and those inside it, which do not overlap.
    trees: Vec<Tree<'a>>,
    secrets: Vec<Span>,
    /// What items without a name say, by their starts.
    said: HashMap<u32, u64>,
    /// What the objects of the file are, by their starts.
    objects: HashMap<u32, String>,
}

impl<'a> Reading<'a> {
    pub fn new(source: &'a SourceFile, documents: Vec<&'a Document>, secrets: Vec<Span>) -> Self {
        let mut trees: Vec<Tree<'a>> = documents.into_iter().map(Tree::new).collect();
        trees.sort_by_key(Tree::start);
        Self { source, trees, secrets, said: HashMap::new(), objects: HashMap::new() }
    }

    /// The innermost node that holds all of a span, or one at its start if none does, and the tree it stands in.
    fn around(&self, span: Span) -> Option<(usize, Node<'a>)> {
        let inside = self.trees.partition_point(|tree| tree.start() <= span.start);
        let mut nearest = [inside.checked_sub(1), Some(0)].into_iter().flatten();
        nearest.find_map(|tree| Some((tree, self.trees.get(tree)?.around(span)?)))
    }

    /// Where a span stands and what it says.
    pub fn identity(&mut self, span: Span) -> (u64, String) {
        let text = &self.source.text;
        let start = text.floor_char_boundary(span.start as usize);
        let span = Span::from(start..text.ceil_char_boundary((span.end as usize).clamp(start, text.len())));
        let whole = Span::new(0, self.source.text.len() as u32);
        let Some((tree, node)) = self.around(span) else { return (0, self.line(span, whole)) };
        let address = self.trees[tree].address(node);
        match node.kind() {
            Kind::Mapping | Kind::Sequence if node.span().start == span.start => (address, self.beside(node)),
            // A comment, or several entries.
            Kind::Mapping | Kind::Sequence => (0, self.line(span, whole)),
            _ if matches!(node.style(), Style::Literal | Style::Folded) => {
                (address, self.line(span, node.span()))
            }
            _ => {
                if let Some(item) = item_of(node).filter(|_| span == node.span()) {
                    return (self.trees[tree].address(item), self.beside(item));
                }
                let marked = if span == node.span() { unquoted(node) } else { span };
                let beside = self.beside(node);
                let is_item = node.parent().is_some_and(|parent| parent.kind() == Kind::Sequence);
                // What may stand at this address more than once is known by all that it says.
                let said = if is_item || !beside.is_empty() {
                    let within = Some(unquoted(node)).filter(|within| within.contains(marked));
                    self.line(marked, within.unwrap_or(node.span())) + &beside
                } else {
                    self.said(marked)
                };
                (address, said)
            }
        }
    }

    /// A digest of what those items say that a node stands in and that have no name; empty if there are none.
    fn beside(&mut self, node: Node<'_>) -> String {
        let items = std::iter::successors(Some(node), |node| node.parent()).filter(|node| is_unnamed(*node));
        let said: Vec<u64> = items.map(|item| self.said_by(item)).collect();
        if said.is_empty() {
            return String::new();
        }
        format!("\n{:016x}", said.into_iter().fold(Digest::default(), Digest::number).finish())
    }

    /// A digest of what an item says: of a step which action it uses, or the first line of its script; else everything that is a scalar,
    /// in whatever order. A version behind an `@` does not count, as it is to be raised.
    fn said_by(&mut self, item: Node<'_>) -> u64 {
        let start = item.span().start;
        if let Some(said) = self.said.get(&start) {
            return *said;
        }
        let entry = |(key, value): (Node<'_>, Node<'_>)| {
            let text = self.name(value);
            let line = text.lines().next().unwrap_or_default();
            let line = line.split_once('@').map_or(line, |(before, _)| before).trim();
            let line = &line[..line.floor_char_boundary(2 * NEAR as usize)];
            Digest::default().text(&word(key)).text(line).finish()
        };
        let is_scalar = |value: Node<'_>| !matches!(value.kind(), Kind::Mapping | Kind::Sequence);
        let scalars = || item.pairs().filter(|(_, value)| is_scalar(*value));
        let telling = |wanted: &str| scalars().find(|(key, _)| word(*key) == wanted).map(entry);
        let said = telling("uses").or_else(|| telling("run"));
        let said = said.unwrap_or_else(|| scalars().map(entry).fold(0, u64::wrapping_add));
        self.said.insert(start, said);
        said
    }

    /// Where a span stands, for people: what object it is, and the keys and names that lead there.
    pub fn place_in_words(&mut self, span: Span) -> String {
        let Some((tree, node)) = self.around(span) else { return String::new() };
        let mut steps = Vec::new();
        // An item of a list is marked by its name.
        let item = node.parent().filter(|item| self.trees[tree].called(*item) == Some(node));
        let mut root = item.unwrap_or(node);
        while let Some(parent) = root.parent() {
            let name = self.trees[tree].called(root).map(|name| self.name(name));
            let name = name.as_deref().unwrap_or_default();
            let in_list = parent.kind() == Kind::Sequence;
            steps.push(if in_list { format!("[{name}]") } else { format!(".{name}") });
            root = parent;
        }
        steps.reverse();
        let path = steps.concat();
        let at = root.span().start;
        if !self.objects.contains_key(&at) {
            self.objects.insert(at, self.object(root));
        }
        let object = self.objects.get(&at).map_or("", String::as_str);
        let between = if object.is_empty() || path.is_empty() { "" } else { ": " };
        shortened(&secret::mask(&[object, between, path.trim_start_matches('.')].concat()))
    }

    /// What a document is, if it is an object: `Deployment web`.
    fn object(&self, root: Node<'_>) -> String {
        let name = root.get("metadata").and_then(|metadata| metadata.get("name"));
        let named = [root.get("kind"), name].into_iter().flatten();
        named.map(|name| self.name(name)).collect::<Vec<_>>().join(" ")
    }

    /// The text of a scalar that holds no secret.
    fn name<'n>(&self, node: Node<'n>) -> Cow<'n, str> {
        let first = self.secrets.partition_point(|secret| secret.end <= node.span().start);
        let is_secret = self.secrets.get(first).is_some_and(|secret| secret.start < node.span().end);
        if is_secret { Cow::Borrowed(MASK) } else { word(node) }
    }

    /// The line on which a span starts, as far as it lies in `within`, without a comment after the span; then the span itself.
    fn line(&self, span: Span, within: Span) -> String {
        let text = &self.source.text;
        let start = span.start as usize;
        let from = text.ceil_char_boundary(within.start.max(span.start.saturating_sub(NEAR)) as usize);
        let to = text.floor_char_boundary(within.end.min(span.start.saturating_add(NEAR)) as usize);
        let from = text[from..start].rfind(['\n', '\r']).map_or(from, |at| from + at + 1);
        let to = text[start..to].find(['\n', '\r']).map_or(to, |at| start + at);
        let end = to.min(span.end as usize);
        let after = &text[end..to];
        let comment = after.match_indices('#').find(|(at, _)| after[..*at].ends_with([' ', '\t']));
        let to = comment.map_or(to, |(at, _)| end + at);
        format!("{}\n{}", self.said((from..to).into()), self.said((start..end).into()))
    }

    /// The start of what stands under a span, secrets masked, white space as one blank.
    fn said(&self, span: Span) -> String {
        let text = &*self.source.text;
        let end = text.floor_char_boundary(span.end.min(span.start.saturating_add(2 * NEAR)) as usize) as u32;
        let mut shown = String::new();
        let mut at = span.start;
        let first = self.secrets.partition_point(|secret| secret.end <= span.start);
        for secret in self.secrets[first..].iter().take_while(|secret| secret.start < end) {
            shown.push_str(Span::new(at, secret.start.max(at)).of(text));
            shown.push_str(MASK);
            at = secret.end.min(end);
        }
        shown.push_str(Span::new(at, end).of(text));
        shown.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The item of a list that is marked by its first key, as it has no name ([`crate::expr::label_of`]).
fn item_of(key: Node<'_>) -> Option<Node<'_>> {
    let item = key.parent().filter(|item| item.kind() == Kind::Mapping && item.index() + 1 == key.index())?;
    let in_list = item.parent().is_some_and(|list| list.kind() == Kind::Sequence);
    (in_list && item.get("name").is_none()).then_some(item)
}

/// What stands between the quotes of a scalar, or all of it if there are none.
fn unquoted(node: Node<'_>) -> Span {
    let (span, source) = (node.span(), node.source());
    let quote = match node.style() {
        Style::SingleQuoted => '\'',
        Style::DoubleQuoted => '"',
        _ => return span,
    };
    let is_closed = source.len() > 1 && source.ends_with(quote);
    Span::new(span.start + 1, span.end - u32::from(is_closed))
}

/// A text in one line of at most [`LONGEST_PLACE`] characters.
pub(super) fn shortened(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST_PLACE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
