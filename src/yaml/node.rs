//! A node of a document and all that can be asked of it.

use super::arena::{DISTINCT, HAS_PROPERTIES, INCOMPLETE, MERGES, NONE, NodeData, VERBATIM};
use super::decode;
use super::document::{Document, Entry, Kind, Scalar, Style, Via};
use super::keys::is_merge_key;
use super::typing;
use crate::source::{Place, SourceMap, Span};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::PoisonError;

/// A node of a document: a cheap handle, copied freely.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    pub(super) document: &'d Document,
    pub(super) id: u32,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::ptr::eq(self.document, other.document)
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}@{}..{}", self.kind(), self.span().start, self.span().end)
    }
}

impl<'d> Node<'d> {
    #[inline]
    pub(super) fn data(self) -> &'d NodeData {
        &self.document.arena.nodes[self.id as usize]
    }

    #[inline]
    pub(super) fn with(self, id: u32) -> Self {
        Self { id, ..self }
    }

    /// The document it stands in.
    pub fn document(self) -> &'d Document {
        self.document
    }

    /// Index in the arena: unique in the document, in the order of the text.
    pub fn index(self) -> usize {
        self.id as usize
    }

    /// What it is. An alias is an alias: see [`Node::resolve`].
    #[inline]
    pub fn kind(self) -> Kind {
        self.data().kind
    }

    /// How it is written.
    #[inline]
    pub fn style(self) -> Style {
        self.data().style
    }

    /// Its bytes, quotes and block scalar header included, anchor and tag excluded. An empty node has an empty span.
    #[inline]
    pub fn span(self) -> Span {
        Span::new(self.data().start, self.data().end)
    }

    /// Just past its text, without the line breaks that a block scalar ends with.
    pub fn text_end(self) -> u32 {
        self.span().start + self.source().trim_end().len() as u32
    }

    /// Its span in its file.
    pub fn place(self) -> Place {
        Place { file: self.document.file, span: self.span() }
    }

    /// Its bytes as they stand in the file.
    #[inline]
    pub fn source(self) -> &'d str {
        self.span().of(&self.document.text)
    }

    /// The node itself, or what an alias stands for. An alias without an anchor resolves to itself.
    #[inline]
    #[must_use]
    pub fn resolve(self) -> Self {
        let data = self.data();
        if data.kind == Kind::Alias && data.aux != NONE { self.with(data.aux) } else { self }
    }

    /// The decoded text of a scalar (aliases followed); empty for every other node.
    #[inline]
    pub fn text(self) -> Cow<'d, str> {
        decode::text(&self.document.text, self.resolve().data(), self.document.final_break)
    }

    /// The decoded text of a scalar (aliases followed) and the map from it to the file.
    pub fn text_map(self) -> (String, SourceMap) {
        decode::mapped(
            &self.document.text,
            self.resolve().data(),
            self.document.final_break,
            self.document.file,
        )
    }

    /// The place of a part of the decoded text of a scalar (aliases followed). The map is made once for parts of one scalar that are
    /// asked for one after the other.
    pub fn text_place(self, part: Span) -> Option<Place> {
        let scalar = self.resolve();
        // Whoever panicked while it looked left a map of some scalar.
        let mut last = scalar.document.last_map.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, map)) = last.as_ref().filter(|(id, _)| *id == scalar.id) {
            return map.place(part);
        }
        // Text that needed no decoding stands in the file as it is: no map is made for it.
        if let Cow::Borrowed(text) = scalar.text() {
            let before = text.as_ptr() as usize - scalar.source().as_ptr() as usize;
            let base = scalar.span().start + before as u32;
            return Some(Place {
                file: scalar.document.file,
                span: Span::new(base + part.start, base + part.end),
            });
        }
        let map = scalar.text_map().1;
        let place = map.place(part);
        *last = Some((scalar.id, map));
        place
    }

    /// The decoded text of a scalar (aliases followed) without what stands in some spans of its file, which are in order and disjoint.
    pub fn text_beside(self, spans: impl IntoIterator<Item = Span>) -> String {
        let (text, map) = self.text_map();
        let mut spans = spans.into_iter().peekable();
        let mut beside = String::new();
        let ends = map.segments().iter().skip(1).map(|next| next.out).chain([text.len() as u32]);
        for (segment, end) in map.segments().iter().zip(ends) {
            let source = segment.source.span;
            let copied = |from: u32, to: u32| {
                let out = |offset: u32| segment.out + (offset - source.start);
                Span::new(out(from), out(to.max(from))).of(&text)
            };
            let (mut at, mut is_whole) = (source.start, true);
            while spans.next_if(|span| span.end <= source.start).is_some() {}
            while let Some(&span) = spans.peek().filter(|span| span.start < source.end) {
                is_whole &= span.is_empty();
                if segment.verbatim {
                    beside.push_str(copied(at, span.start));
                }
                at = span.end.clamp(at, source.end);
                if span.end > source.end {
                    break;
                }
                spans.next();
            }
            if segment.verbatim {
                beside.push_str(copied(at, source.end));
            } else if is_whole {
                beside.push_str(Span::new(segment.out, end).of(&text));
            }
        }
        beside
    }

    /// The scalar as its consumer reads it (aliases followed); collections read as null.
    ///
    /// A tag of the core schema (`!!str`, `!!int`, …) decides where it fits the text; other tags change nothing.
    pub fn scalar(self) -> Scalar<'d> {
        let node = self.resolve();
        if node.kind() != Kind::Scalar {
            return match (node.kind(), node.core_tag().as_deref()) {
                (Kind::Empty, Some("str")) => Scalar::Str(Cow::Borrowed("")),
                _ => Scalar::Null,
            };
        }
        let text = node.text();
        if node.data().flags & HAS_PROPERTIES != 0
            && let Some(tag) = node.core_tag()
            && let Some(scalar) = typing::tagged(&tag, &text, self.document.dialect)
        {
            return scalar;
        }
        if node.style() != Style::Plain || node.tag() == Some("!") {
            return Scalar::Str(text);
        }
        typing::resolve(text, self.document.dialect)
    }

    /// The name of its tag in the core schema: `str`, `int`, ….
    fn core_tag(self) -> Option<Cow<'d, str>> {
        match self.tag_uri()? {
            Cow::Borrowed(uri) => uri.strip_prefix(CORE).map(Cow::Borrowed),
            Cow::Owned(uri) => uri.strip_prefix(CORE).map(|name| Cow::Owned(name.to_owned())),
        }
    }

    /// Whether it reads as null (aliases followed).
    pub fn is_null(self) -> bool {
        match self.resolve().kind() {
            Kind::Empty | Kind::Scalar => self.scalar() == Scalar::Null,
            _ => false,
        }
    }

    /// Whether part of it was passed over after an error: what seems absent in it may only be unread.
    #[inline]
    pub fn is_incomplete(self) -> bool {
        self.data().flags & INCOMPLETE != 0
    }

    /// The value of a key, aliases and merge keys followed on the way; the value itself may be an alias.
    #[inline]
    pub fn get(self, key: &str) -> Option<Self> {
        self.entry(key).map(|entry| entry.value)
    }

    /// The entry of a key, aliases and merge keys followed. Of two equal keys the later one counts; between an own key
    /// and a merged one, the dialect decides.
    pub fn entry(self, key: &str) -> Option<Entry<'d>> {
        let node = self.resolve();
        if node.data().flags & MERGES != 0 {
            return node.merged_entry(key);
        }
        let (key, value) = if node.data().flags & DISTINCT != 0 {
            node.pairs().find(|(candidate, _)| candidate.is_key(key))?
        } else {
            last_with_key(node.pairs(), key)?
        };
        Some(Entry { key, value, via: None })
    }

    /// Whether it is a scalar (aliases followed) with this text, and no merge key.
    #[inline]
    fn is_key(self, key: &str) -> bool {
        let node = self.resolve();
        let data = node.data();
        if data.kind != Kind::Scalar {
            return false;
        }
        if data.flags & VERBATIM != 0 && data.style == Style::Plain {
            // Most keys differ in length, and then their text is not looked at.
            let length = (data.end - data.start) as usize;
            return length == key.len() && node.source() == key && !self.is_merge_key();
        }
        node.text() == key
    }

    #[inline]
    pub(super) fn is_merge_key(self) -> bool {
        is_merge_key(&self.document.text, self.data())
    }

    /// The entries of a mapping as its consumer sees them: aliases followed, merge keys applied. What wins over what is
    /// merged (own keys, but in [`Dialect::GoYamlV2`](super::Dialect::GoYamlV2) only those after the `<<`) comes first.
    /// Empty for every other node.
    pub fn entries(self) -> Vec<Entry<'d>> {
        let node = self.resolve();
        if node.data().flags & MERGES != 0 {
            return node.merged_entries();
        }
        node.distinct_entries()
    }

    /// Calls `f` with the key, the value and the merge of every entry of a mapping as its consumer sees it: as [`Node::entries`], without
    /// their list where nothing is merged and no key stands twice.
    #[inline]
    pub fn each_entry(self, mut f: impl FnMut(Self, Self, Option<Via<'d>>)) {
        let node = self.resolve();
        if node.data().flags & (MERGES | DISTINCT) == DISTINCT {
            node.pairs().for_each(|(key, value)| f(key, value, None));
        } else {
            node.entries().into_iter().for_each(|entry| f(entry.key, entry.value, entry.via));
        }
    }

    /// Whether an anchor or a tag stands before it.
    #[inline]
    pub fn has_properties(self) -> bool {
        self.data().flags & HAS_PROPERTIES != 0
    }

    /// The key and value pairs of a mapping exactly as written, `<<` included, no alias followed.
    #[inline]
    pub fn pairs(self) -> impl Iterator<Item = (Self, Self)> {
        let data = self.data();
        self.pairs_between(self.id + 1, if data.kind == Kind::Mapping { data.next } else { self.id })
    }

    /// The pairs whose keys are nodes `next..end`; `next` is a key.
    #[inline]
    pub(super) fn pairs_between(self, mut next: u32, end: u32) -> impl Iterator<Item = (Self, Self)> {
        std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let key = self.with(next);
            let value = self.with(key.data().next);
            next = value.data().next;
            Some((key, value))
        })
    }

    /// The items of a sequence (aliases followed to reach the sequence, items as written). Empty for every other node.
    #[inline]
    pub fn items(self) -> impl Iterator<Item = Self> {
        let node = self.resolve();
        let end = if node.kind() == Kind::Sequence { node.data().next } else { node.id };
        node.children_until(end)
    }

    /// The direct children as written: items, or keys and values in turn.
    #[inline]
    pub fn children(self) -> impl Iterator<Item = Self> {
        self.children_until(self.data().next)
    }

    #[inline]
    fn children_until(self, end: u32) -> impl Iterator<Item = Self> {
        let mut next = self.id + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let child = self.with(next);
                next = child.data().next;
                child
            })
        })
    }

    /// The collection that holds it.
    #[inline]
    pub fn parent(self) -> Option<Self> {
        let parent = self.data().parent;
        (parent != NONE).then(|| self.with(parent))
    }

    /// What follows it in the collection that holds it: the next item, the value of a key, the key after a value.
    pub fn next_sibling(self) -> Option<Self> {
        let next = self.data().next;
        (next < self.parent()?.data().next).then(|| self.with(next))
    }

    /// What stands before it in the collection that holds it: the item before, the key of a value, the value before a key.
    pub fn previous_sibling(self) -> Option<Self> {
        let holder = self.parent()?;
        let mut node = self.with(self.id.checked_sub(1)?);
        while node != holder {
            let parent = node.parent()?;
            if parent == holder {
                return Some(node);
            }
            node = parent;
        }
        None
    }

    /// Whether it is the implicit key of an entry: a `:` follows it.
    pub fn is_implicit_key(self) -> bool {
        let after = self.document.text.get(self.span().end as usize..).unwrap_or_default();
        let in_mapping = self.parent().is_some_and(|parent| parent.kind() == Kind::Mapping);
        in_mapping && after.trim_start_matches([' ', '\t']).starts_with(':')
    }

    /// The key under which it is the value of a mapping.
    pub fn key(self) -> Option<Self> {
        self.parent()?.pairs().find(|&(_, value)| value == self).map(|(key, _)| key)
    }

    /// Span of its anchor, `&` included.
    pub fn anchor(self) -> Option<Span> {
        let anchor = self.document.arena.properties_of(self.id)?.anchor;
        (!anchor.is_empty()).then_some(anchor)
    }

    /// Span of its tag, `!` included.
    pub fn tag_span(self) -> Option<Span> {
        let tag = self.document.arena.properties_of(self.id)?.tag;
        (!tag.is_empty()).then_some(tag)
    }

    /// Its tag as written, `!` included.
    pub fn tag(self) -> Option<&'d str> {
        self.tag_span().map(|tag| tag.of(&self.document.text))
    }

    /// Its tag in full: handles replaced as the `%TAG` lines say, percent escapes decoded.
    /// `!!str` is `tag:yaml.org,2002:str`, `!local` stays as it is.
    pub fn tag_uri(self) -> Option<Cow<'d, str>> {
        let tag = self.tag()?;
        if let Some(verbatim) = tag.strip_prefix("!<") {
            return Some(Cow::Borrowed(verbatim.strip_suffix('>').unwrap_or(verbatim)));
        }
        let split = tag[1..].find('!').map_or(1, |second| second + 2);
        let (handle, suffix) = tag.split_at(split);
        let text = &*self.document.text;
        let handles = &self.document.arena.handles;
        let of_document = &handles[handles.partition_point(|declared| declared.to <= self.id)..];
        let declared = of_document
            .iter()
            .take_while(|declared| declared.from <= self.id)
            .find(|declared| declared.handle.of(text) == handle);
        let prefix = match declared {
            Some(declared) => declared.prefix.of(text),
            None if handle == "!!" => CORE,
            None => handle,
        };
        Some(Cow::Owned(percent_decoded(format!("{prefix}{suffix}"))))
    }

    /// Where it stands, as `spec.containers[0].image`. Linear in the siblings on the way: for findings, not for loops.
    pub fn path(self) -> String {
        let mut steps = Vec::new();
        let mut node = self;
        while let Some(parent) = node.parent() {
            steps.push((parent, node));
            node = parent;
        }
        let mut path = String::new();
        for (parent, node) in steps.into_iter().rev() {
            if parent.kind() == Kind::Sequence {
                let index = parent.children().take_while(|&sibling| sibling != node).count();
                // Writing to a string does not fail.
                let _ = write!(path, "[{index}]");
                continue;
            }
            let key = parent.pairs().find(|&(key, value)| key == node || value == node);
            let text = key.map(|(key, _)| key.text()).unwrap_or_default();
            let simple = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/');
            if text.is_empty() || !text.bytes().all(simple) {
                let _ = write!(path, "[{text:?}]");
            } else {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&text);
            }
        }
        path
    }
}

/// The last pair with this key.
#[inline]
pub(super) fn last_with_key<'d>(
    pairs: impl Iterator<Item = (Node<'d>, Node<'d>)>,
    key: &str,
) -> Option<(Node<'d>, Node<'d>)> {
    let mut found = None;
    for (candidate, value) in pairs {
        if candidate.is_key(key) {
            found = Some((candidate, value));
        }
    }
    found
}

/// What `!!` stands for.
const CORE: &str = "tag:yaml.org,2002:";

/// Decodes `%xx`; what is not valid stays.
fn percent_decoded(text: String) -> String {
    if !text.contains('%') {
        return text;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or(text)
}
