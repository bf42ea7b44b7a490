//! The document: what a file says, with the place of everything in it.

use super::arena::Arena;
use super::decode::FinalBreak;
use super::node::Node;
use super::problem::{Problem, ProblemKind};
use super::scanner::Parser;
use crate::source::{FileId, SourceMap, Span};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// Collections nested deeper than this are passed over. Nothing here recurses: the limit is for those who walk a document.
pub(super) const MAX_DEPTH: usize = 512;

/// Texts longer than this, in bytes, are not read.
pub(super) const MAX_LENGTH: usize = 64 << 20;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A scalar with text (possibly empty text in quotes).
    Scalar,
    /// Nothing at all where a node may stand (`key:`), which reads as null.
    Empty,
    /// A list.
    Sequence,
    /// Key and value pairs.
    Mapping,
    /// `*name`.
    Alias,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A scalar without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A collection by indentation.
    Block,
    /// A collection in brackets.
    Flow,
}

/// Whose reading of plain scalars applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// The YAML 1.2 core schema: GitHub Actions.
    #[default]
    Core,
    /// sigs.k8s.io/yaml (yaml.v2, YAML 1.1 booleans, also as keys): Kubernetes and Helm.
    GoYamlV2,
    /// yaml.v3: Compose.
    GoYamlV3,
}

/// What fills in parts of the text before its consumer reads it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expansion {
    /// Nothing.
    #[default]
    None,
    /// A shell (`$X`, `$(date)`, backquotes), or make, which writes its variables no other way.
    Shell,
}

/// How to read a text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The file the text is; the spans of the document are places in it.
    pub file: FileId,
    /// Reject what the YAML 1.2 specification rejects though the consumers take it, and take what it takes though they
    /// reject it (an alias inside its own anchor, a `<<` that names no mapping).
    pub strict: bool,
}

/// A parsed text: nodes with their spans, comments and problems.
#[derive(Debug)]
pub struct Document {
    pub(super) text: Arc<str>,
    pub(super) arena: Arena,
    pub(super) file: FileId,
    pub(super) dialect: Dialect,
    expansion: Expansion,
    pub(super) final_break: FinalBreak,
    problems: Vec<Problem>,
    /// The map of the scalar that was last asked for the places of parts of it, by its id: they are asked for one after the other.
    pub(super) last_map: Mutex<Option<(u32, SourceMap)>>,
}

/// Parses a text. Never fails: what is wrong with it is in [`Document::problems`].
pub fn parse(text: impl Into<Arc<str>>, options: Options) -> Document {
    let text: Arc<str> = text.into();
    let whole = 0..text.len();
    parse_region(text, whole, options)
}

/// Parses the lines of a text that a region covers as if nothing stood around them: spans are places in the whole text, and it costs
/// what the region costs. The region starts where a line does; one that does not lie in the text is empty.
pub fn parse_region(text: impl Into<Arc<str>>, region: Range<usize>, options: Options) -> Document {
    let text: Arc<str> = text.into();
    let region = if text.get(region.clone()).is_some() { region } else { 0..0 };
    let too_long = region.len() > MAX_LENGTH;
    let end = if too_long { region.start } else { region.end };
    let mut parser = Parser::new(&text[..end], region.start, options.strict);
    if too_long {
        parser.problems.push(Problem {
            kind: ProblemKind::Limit,
            span: Span::empty(region.start as u32),
            message: format!("larger than {} MiB", MAX_LENGTH >> 20),
            help: Some("nothing of it was read; split it".to_owned()),
            related: None,
        });
    }
    parser.stream();
    let Parser { out, problems, .. } = parser;
    let arena = out.finish();
    Document {
        arena,
        file: options.file,
        dialect: Dialect::default(),
        expansion: Expansion::default(),
        final_break: if options.strict { FinalBreak::Added } else { FinalBreak::AsWritten },
        problems: problems.finish(),
        last_map: Mutex::new(None),
        text,
    }
}

impl Document {
    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file that the spans are places in.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// The root node of each YAML document in the text.
    pub fn roots(&self) -> impl Iterator<Item = Node<'_>> {
        self.arena.roots.iter().map(|&id| Node { document: self, id })
    }

    /// What was wrong or tolerated, in the order of the text.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Spans of the comments, `#` included, line break excluded, in the order of the text.
    pub fn comments(&self) -> impl Iterator<Item = Span> {
        self.arena.comments.iter().copied()
    }

    /// Whose reading of plain scalars applies.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Sets the reading of plain scalars, once it is known who consumes the file.
    pub fn set_dialect(&mut self, dialect: Dialect) {
        self.dialect = dialect;
    }

    /// What fills in parts of the text before its consumer reads it.
    pub fn expansion(&self) -> Expansion {
        self.expansion
    }

    /// Sets what fills in parts of the text.
    pub fn set_expansion(&mut self, expansion: Expansion) {
        self.expansion = expansion;
    }

    /// Number of nodes in the arena.
    pub fn len(&self) -> usize {
        self.arena.nodes.len()
    }

    /// Whether the text holds no node at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every node of the arena in the order of the text (keys and values, parents before children).
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..self.arena.nodes.len() as u32).map(|id| Node { document: self, id })
    }

    /// The node of an index ([`Node::index`]).
    pub fn node(&self, index: usize) -> Option<Node<'_>> {
        (index < self.arena.nodes.len()).then_some(Node { document: self, id: index as u32 })
    }

    /// The last node that begins before an offset. Logarithmic.
    pub fn last_before(&self, offset: u32) -> Option<Node<'_>> {
        self.node(self.count_before(offset).checked_sub(1)?)
    }

    /// The first node that begins at an offset or behind it, the outermost of those that begin together. Logarithmic.
    pub fn first_from(&self, offset: u32) -> Option<Node<'_>> {
        self.node(self.count_before(offset))
    }

    /// How many nodes begin before an offset: they stand in the arena in the order of their starts.
    fn count_before(&self, offset: u32) -> usize {
        self.arena.nodes.partition_point(|node| node.start < offset)
    }

    /// The innermost node whose span holds the byte at `offset`. Logarithmic but for the siblings in between.
    pub fn node_at(&self, offset: u32) -> Option<Node<'_>> {
        let holds = |node: &Node<'_>| node.span().start <= offset && offset < node.span().end;
        let root = self.arena.roots.partition_point(|&id| self.arena.nodes[id as usize].start <= offset);
        let mut found = Node { document: self, id: *self.arena.roots.get(root.checked_sub(1)?)? };
        if !holds(&found) {
            return None;
        }
        while let Some(child) = found.children().find(holds) {
            found = child;
        }
        Some(found)
    }
}

/// A scalar as its consumer reads it.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'d> {
    /// Null, also for a key with no value.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// A floating point number, or an integer too large for 64 bits.
    Float(f64),
    /// A string.
    Str(Cow<'d, str>),
}

/// An entry of a mapping as its consumer sees it, merge keys applied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry<'d> {
    /// The key.
    pub key: Node<'d>,
    /// The value as written: it may be an alias.
    pub value: Node<'d>,
    /// Where it was merged in, if the mapping does not hold it itself.
    pub via: Option<Via<'d>>,
}

/// How an entry came into a mapping through `<<`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Via<'d> {
    /// The `<<` key.
    pub merge_key: Node<'d>,
    /// The alias (or mapping) it names.
    pub alias: Node<'d>,
}
