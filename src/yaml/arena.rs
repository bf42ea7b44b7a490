//! The arena: every node of a text in the order of the text, and the builder the parser writes it with.

use super::document::{Kind, Style};
use crate::source::Span;
use std::collections::HashMap;

/// No node.
pub(super) const NONE: u32 = u32::MAX;

/// One node: 24 bytes, parents before children.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeData {
    pub start: u32,
    pub end: u32,
    /// Index of the collection that holds it, or [`NONE`].
    pub parent: u32,
    /// Index just past its subtree.
    pub next: u32,
    /// Of an alias: index of the anchored node, or [`NONE`]. Of a block scalar: the columns its indentation takes.
    pub aux: u32,
    pub kind: Kind,
    pub style: Style,
    pub flags: u16,
}

const _: () = assert!(size_of::<NodeData>() == 24);

impl NodeData {
    /// Whether it is a plain scalar over several lines.
    pub fn is_long_plain(&self) -> bool {
        self.kind == Kind::Scalar && self.style == Style::Plain && self.flags & VERBATIM == 0
    }
}

/// The node has an entry in [`Arena::properties`].
pub(super) const HAS_PROPERTIES: u16 = 1;
/// The scalar's text is its source (without the quotes): nothing to decode.
pub(super) const VERBATIM: u16 = 1 << 1;
/// Part of the node's text was passed over after an error.
pub(super) const INCOMPLETE: u16 = 1 << 2;
/// The mapping holds a `<<` key.
pub(super) const MERGES: u16 = 1 << 3;
/// A `<<` key that is not followed, because the limit on merging was reached.
pub(super) const MERGE_IGNORED: u16 = 1 << 4;
/// No key of the mapping stands in it twice, and all are scalars.
pub(super) const DISTINCT: u16 = 1 << 5;

/// Anchor and tag of a node; an empty span means there is none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Properties {
    pub anchor: Span,
    pub tag: Span,
}

impl Properties {
    pub fn is_empty(&self) -> bool {
        self.anchor.is_empty() && self.tag.is_empty()
    }

    /// Offset just past the later of the two, if there is any.
    pub fn end(&self) -> Option<u32> {
        (!self.is_empty()).then(|| self.anchor.end.max(self.tag.end))
    }

    /// Both together; `None` when both name an anchor or both name a tag.
    pub fn join(self, other: Self) -> Option<Self> {
        let one = |a: Span, b: Span| match (a.is_empty(), b.is_empty()) {
            (true, _) => Some(b),
            (_, true) => Some(a),
            _ => None,
        };
        Some(Self { anchor: one(self.anchor, other.anchor)?, tag: one(self.tag, other.tag)? })
    }
}

/// A `%TAG` directive and the first node it applies to.
#[derive(Clone, Copy, Debug)]
pub(super) struct TagHandle {
    pub handle: Span,
    pub prefix: Span,
    /// Nodes `from..to` may use it.
    pub from: u32,
    pub to: u32,
}

/// Everything that was read, without the text it was read from.
#[derive(Debug, Default)]
pub(super) struct Arena {
    pub nodes: Vec<NodeData>,
    pub roots: Vec<u32>,
    /// By node, ascending.
    pub properties: Vec<(u32, Properties)>,
    pub comments: Vec<Span>,
    pub handles: Vec<TagHandle>,
}

impl Arena {
    /// The properties of a node.
    pub fn properties_of(&self, id: u32) -> Option<&Properties> {
        if self.nodes[id as usize].flags & HAS_PROPERTIES == 0 {
            return None;
        }
        let index = self.properties.binary_search_by_key(&id, |entry| entry.0).ok()?;
        Some(&self.properties[index].1)
    }
}

/// Writes an [`Arena`] in the order of the text.
pub(super) struct Builder<'s> {
    pub arena: Arena,
    text: &'s str,
    /// The collections not yet closed, ascending.
    open: Vec<u32>,
    /// The latest node of each anchor name in this document.
    anchors: HashMap<&'s str, u32>,
    /// Where the text begins that is read.
    start: u32,
    /// End of the text that the nodes so far cover.
    end: u32,
    /// Where nodes were read in vain and another was read in their place.
    retried: Vec<u32>,
}

impl<'s> Builder<'s> {
    /// A builder for the text from `start` on.
    pub fn new(text: &'s str, start: usize) -> Self {
        // Measured on real files: one node takes 14 to 50 bytes of text.
        let nodes = Vec::with_capacity((text.len() - start) / 16 + 8);
        Self {
            arena: Arena { nodes, ..Arena::default() },
            text,
            open: Vec::with_capacity(32),
            anchors: HashMap::new(),
            start: start as u32,
            end: start as u32,
            retried: Vec::new(),
        }
    }

    /// Index of the next node.
    pub fn len(&self) -> u32 {
        self.arena.nodes.len() as u32
    }

    /// End of the text that the nodes so far cover.
    pub fn last_end(&self) -> u32 {
        self.end
    }

    /// Goes back to `end`: what the latest nodes cover beyond it is read again.
    pub fn go_back(&mut self, end: u32) {
        self.end = end;
        // A scalar, the empty value that follows it as a key, the pair around them and its key: no more reach beyond.
        for node in self.arena.nodes.iter_mut().rev().take(4) {
            node.end = node.end.min(end.max(node.start));
        }
        self.forget_comments(end);
    }

    /// Number of open collections.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    #[inline]
    fn push(&mut self, kind: Kind, style: Style, span: Span, aux: u32, flags: u16) -> u32 {
        let id = self.len();
        let parent = self.open.last().copied().unwrap_or(NONE);
        if parent == NONE {
            self.arena.roots.push(id);
        }
        let Span { start, end } = span;
        self.end = end;
        self.arena.nodes.push(NodeData { start, end, parent, next: id + 1, aux, kind, style, flags });
        id
    }

    /// Adds a scalar; `indent` is that of a block scalar's content.
    #[inline]
    pub fn scalar(&mut self, style: Style, span: Span, indent: u32, flags: u16) -> u32 {
        self.push(Kind::Scalar, style, span, indent, flags)
    }

    /// Adds a node without text.
    pub fn empty(&mut self, at: u32) -> u32 {
        self.push(Kind::Empty, Style::Plain, Span::empty(at), NONE, 0)
    }

    /// Adds an alias that is linked to `target`.
    pub fn alias(&mut self, span: Span, target: Option<u32>) {
        self.push(Kind::Alias, Style::Plain, span, target.unwrap_or(NONE), 0);
    }

    /// The latest node with this anchor in the document.
    pub fn anchored(&self, name: &str) -> Option<u32> {
        self.anchors.get(name).copied()
    }

    /// Whether a node is a collection that is not yet closed.
    pub fn is_open(&self, id: u32) -> bool {
        self.open.binary_search(&id).is_ok()
    }

    /// Opens a collection: nodes go into it until [`Builder::close`].
    #[inline]
    pub fn open(&mut self, kind: Kind, style: Style, start: u32) -> u32 {
        let id = self.push(kind, style, Span::empty(start), NONE, 0);
        self.open.push(id);
        id
    }

    /// Closes the innermost collection at `end`, or at the end of its last node, and returns it.
    #[inline]
    pub fn close(&mut self, end: Option<u32>) -> Option<u32> {
        let id = self.open.pop()?;
        let next = self.len();
        self.end = end.unwrap_or(self.end);
        let node = &mut self.arena.nodes[id as usize];
        node.next = next;
        node.end = self.end.max(node.start);
        Some(id)
    }

    /// Gives a node its anchor and tag. Must be called in the order of the nodes.
    #[inline]
    pub fn properties(&mut self, id: u32, properties: Properties) {
        if properties.is_empty() {
            return;
        }
        self.arena.nodes[id as usize].flags |= HAS_PROPERTIES;
        self.arena.properties.push((id, properties));
        if !properties.anchor.is_empty() {
            self.anchors.insert(&properties.anchor.of(self.text)[1..], id);
        }
    }

    /// Opens a mapping in front of node `first`, which becomes its first key together with all after it: the
    /// collection that turns out to be a key. `outer` are the mapping's properties, `inner` the key's; what the
    /// key was given before is replaced. Costs the nodes of the key, which is at most 1024 characters long.
    pub fn wrap(&mut self, first: u32, style: Style, start: u32, outer: Properties, inner: Properties) {
        let parent = self.open.last().copied().unwrap_or(NONE);
        for node in &mut self.arena.nodes[first as usize..] {
            if node.parent == parent {
                node.parent = first;
            } else {
                node.parent += 1;
            }
            node.next += 1;
            if node.kind == Kind::Alias && node.aux != NONE && node.aux >= first {
                node.aux += 1;
            }
        }
        let mapping = NodeData {
            start,
            end: start,
            parent,
            next: first + 1,
            aux: NONE,
            kind: Kind::Mapping,
            style,
            flags: 0,
        };
        self.arena.nodes.insert(first as usize, mapping);
        let from = self.arena.properties.partition_point(|entry| entry.0 < first);
        let moved: Vec<_> = self.arena.properties.drain(from..).collect();
        self.arena.nodes[first as usize + 1].flags &= !HAS_PROPERTIES;
        self.properties(first, outer);
        self.properties(first + 1, inner);
        for (id, properties) in moved {
            if id > first {
                self.properties(id + 1, properties);
            }
        }
        self.open.push(first);
    }

    /// Gives the innermost open mapping an empty value if its last key has none. Linear in its entries.
    pub fn complete_pair(&mut self) {
        let Some(&id) = self.open.last() else { return };
        let mut children = 0;
        let mut child = id + 1;
        while let Some(node) = self.arena.nodes.get(child as usize) {
            child = node.next;
            children += 1;
        }
        if children % 2 == 1 {
            let at = self.last_end();
            self.empty(at);
        }
    }

    /// Drops every node from `len` on, and with them the collections opened since.
    pub fn rewind(&mut self, len: u32) {
        self.arena.nodes.truncate(len as usize);
        self.end = self.start;
        let mut id = len.wrapping_sub(1);
        while let Some(node) = self.arena.nodes.get(id as usize) {
            self.end = self.end.max(node.end);
            id = node.parent;
        }
        while self.open.last().is_some_and(|&id| id >= len) {
            self.open.pop();
        }
        while self.arena.roots.last().is_some_and(|&id| id >= len) {
            self.arena.roots.pop();
        }
        while let Some((_, properties)) = self.arena.properties.pop_if(|entry| entry.0 >= len) {
            if !properties.anchor.is_empty() {
                self.anchors.remove(&properties.anchor.of(self.text)[1..]);
            }
        }
    }

    /// Forgets the comments from `offset` on: the text there is read again.
    pub fn forget_comments(&mut self, offset: u32) {
        while self.arena.comments.pop_if(|comment| comment.start >= offset).is_some() {}
    }

    /// Marks a node.
    pub fn flag(&mut self, id: u32, flag: u16) {
        self.arena.nodes[id as usize].flags |= flag;
    }

    /// Marks the next node, once it is there: it takes the place of one that could not be read.
    pub fn flag_next(&mut self) {
        self.retried.push(self.len());
    }

    /// Marks the open collections from the `depth`-th on as incomplete.
    pub fn flag_open(&mut self, depth: usize) {
        for &id in self.open.get(depth..).unwrap_or_default() {
            self.arena.nodes[id as usize].flags |= INCOMPLETE;
        }
    }

    /// Ends a document: its anchors do not reach into the next.
    pub fn end_document(&mut self) {
        if !self.anchors.is_empty() {
            self.anchors = HashMap::new();
        }
    }

    pub fn finish(mut self) -> Arena {
        for &id in &self.retried {
            if let Some(node) = self.arena.nodes.get_mut(id as usize) {
                node.flags |= INCOMPLETE;
            }
        }
        self.arena.nodes.shrink_to_fit();
        self.arena
    }
}
