//! The walk over a document by a table: every node against the type that its place has.

use super::say::{Say, Unknown};
use super::table::{
    Field, Keys, Limit, List, ListId, Mapping, MappingId, Scalars, Table, Twice, Type, TypeId,
};
use super::{format, pattern};
use crate::diagnostic::Diagnostic;
use crate::model::is_unknown;
use crate::yaml::{Kind, Node, Scalar, Style, Via};
use std::collections::{HashMap, HashSet};

/// Which of the versions that a table knows a file must fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// A bit for each version.
    pub mask: u8,
    /// How many of them.
    pub fit: Fit,
}

/// How many of some versions a file must fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// One: nothing is known of what it is deployed to.
    Any,
    /// Every one: it was said what it is deployed to.
    All,
}

impl Versions {
    /// For tables that know one version.
    pub const ONE: Self = Self { mask: 1, fit: Fit::All };

    /// Whether what some versions know may be used.
    #[inline]
    pub const fn know(self, within: u8) -> bool {
        match self.fit {
            Fit::Any => within & self.mask != 0,
            Fit::All => within & self.mask == self.mask,
        }
    }

    /// Whether what some versions require must be there.
    #[inline]
    pub const fn require(self, required: u8) -> bool {
        match self.fit {
            Fit::Any => required & self.mask == self.mask,
            Fit::All => required & self.mask != 0,
        }
    }
}

/// Who reads a document, where the kinds differ in what they make of it.
pub trait Consumer<'d> {
    /// Whether a null is the same as nothing.
    const NULL_IS_ABSENT: bool;
    /// Whether a number or a boolean will do where a string is asked for.
    const TURNS_INTO_STRINGS: bool = false;

    /// Whether a node, with all that is in it, is not what the table describes.
    fn passes(&self, _node: Node<'d>) -> bool {
        false
    }

    /// Whether an empty string is the same as nothing.
    fn empty_is_absent(&self) -> bool {
        false
    }

    /// Whether a key is allowed that the table does not know.
    fn takes_key(&self, _key: &str) -> bool {
        false
    }

    /// Is called at every scalar whose type says what expressions in it may refer to.
    fn expression(&mut self, _scalar: Node<'d>, _table: Table<'_>, _of: Type) {}

    /// Whether the value of a scalar is only known later.
    fn is_unknown(&self, scalar: Node<'d>) -> bool {
        is_unknown(scalar)
    }
}

/// Whether all of something is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What is absent is missing.
    Whole,
    /// What is absent is elsewhere.
    Part,
}

/// What is spent on guessing in one file.
const GUESSES: usize = 20_000_000;

/// A walk.
pub struct Walk<'w, 'd, C> {
    /// What may stand where.
    pub table: Table<'w>,
    /// By which versions.
    pub versions: Versions,
    /// Whether what is absent is missing.
    pub extent: Extent,
    /// Who reads it.
    pub consumer: C,
    /// What was found.
    pub found: Vec<Diagnostic>,
    /// The mappings on the way down.
    frames: Vec<Frame<'d>>,
    /// What unknown keys are taken for, by the index of the mapping that lacks it: those are not missing.
    meant: Vec<(usize, String)>,
    /// What stands behind aliases and merge keys, with the types it was held against: once is enough.
    seen: HashSet<(usize, TypeId)>,
    /// Unknown keys that came in by merge keys, with the mappings that do not know them.
    merged: HashSet<(usize, MappingId)>,
    /// What may still be spent on guessing what was meant, in comparisons of characters: one file may have very many mistakes.
    guesses: usize,
}

/// A mapping on the way down, and what it was held against.
#[derive(Clone, Copy)]
pub struct Frame<'d> {
    /// The mapping.
    pub node: Node<'d>,
    /// Its row.
    pub holds: MappingId,
    /// The row that it is a variant of.
    pub variant_of: Option<MappingId>,
}

impl<'w, 'd, C: Consumer<'d>> Walk<'w, 'd, C> {
    /// A walk that has not begun.
    pub fn new(table: Table<'w>, versions: Versions, extent: Extent, consumer: C) -> Self {
        Self {
            table,
            versions,
            extent,
            consumer,
            found: Vec::new(),
            frames: Vec::new(),
            meant: Vec::new(),
            seen: HashSet::new(),
            merged: HashSet::new(),
            guesses: GUESSES,
        }
    }

    /// Holds a node against a type. Depth is bounded by the parser, and by the table where aliases lead in circles.
    pub fn node(&mut self, node: Node<'d>, id: TypeId) {
        if id == TypeId::ANY {
            return;
        }
        let value = node.resolve();
        if value != node && !self.seen.insert((value.index(), id)) {
            return;
        }
        let of = self.table.type_of(id);
        if self.consumer.passes(value) {
            return;
        }
        match value.kind() {
            Kind::Mapping => match of.mapping {
                Some(mapping) => self.mapping(value, mapping),
                None => self.mistyped(node, of),
            },
            Kind::Sequence => match of.list {
                Some(list) => self.list(value, list),
                None => self.mistyped(node, of),
            },
            Kind::Scalar | Kind::Empty => self.scalar(node, of),
            // It refers to nothing, which the parser has said.
            Kind::Alias => {}
        }
    }

    fn say(&self) -> Say<'_, 'w, 'd> {
        Say { table: self.table, versions: self.versions, frames: &self.frames }
    }

    fn mistyped(&mut self, node: Node<'d>, of: Type) {
        let written = node;
        let node = node.resolve();
        // What was passed over after an error may have been its value.
        let is_lost = node.is_null() && node.parent().is_some_and(Node::is_incomplete);
        if !is_lost && !node.is_incomplete() && !self.consumer.is_unknown(node) {
            let found = self.say().mistyped(written, of);
            self.found.push(found);
        }
    }

    #[inline]
    fn scalar(&mut self, written: Node<'d>, of: Type) {
        let node = written.resolve();
        if of.context.is_some() {
            self.consumer.expression(node, self.table, of);
        }
        if of.limits.count == 0 && of.scalars.has(Scalars::STRING) && is_surely_string(node) {
            return;
        }
        let value = node.scalar();
        let kind = match value {
            Scalar::Null if C::NULL_IS_ABSENT => return,
            Scalar::Null => Scalars::NULL,
            Scalar::Bool(_) => Scalars::BOOL,
            Scalar::Int(_) => Scalars::INT,
            Scalar::Float(value) if value.fract() == 0.0 => Scalars::INT.and(Scalars::FLOAT),
            Scalar::Float(_) => Scalars::FLOAT,
            Scalar::Str(_) => Scalars::STRING,
        };
        if !of.scalars.has(kind) {
            let is_turned = C::TURNS_INTO_STRINGS && kind != Scalars::NULL && of.scalars.has(Scalars::STRING);
            if !is_turned {
                return self.mistyped(written, of);
            }
        }
        if self.consumer.empty_is_absent() && matches!(&value, Scalar::Str(text) if text.is_empty()) {
            return;
        }
        for limit in self.table.limits(of) {
            if !self.holds(limit, node, &value) && !self.consumer.is_unknown(node) {
                let found = self.say().not_allowed(written, *limit);
                self.found.push(found);
                return;
            }
        }
    }

    /// Whether a scalar satisfies a limit; one about another kind of scalar holds.
    fn holds(&self, limit: &Limit, node: Node<'d>, value: &Scalar<'d>) -> bool {
        match (*limit, value) {
            (_, Scalar::Null) => true,
            (Limit::OneOf(group), _) => {
                let text = node.text();
                self.table.group(group).any(|allowed| allowed == text)
            }
            (Limit::Format(format), Scalar::Str(text)) => format::holds(format, text),
            (Limit::Pattern(name), Scalar::Str(text)) => pattern::matches(self.table.text(name), text),
            (Limit::Length(least, most), Scalar::Str(text)) => {
                let length = text.chars().count();
                length >= least as usize && length <= most as usize
            }
            (Limit::Between(least, most), &Scalar::Int(value)) => (least..=most).contains(&(value as f64)),
            (Limit::Between(least, most), Scalar::Float(value)) => (least..=most).contains(value),
            _ => true,
        }
    }

    fn list(&mut self, node: Node<'d>, id: ListId) {
        let Some(&list) = self.table.lists.get(usize::from(id.0)) else { return };
        let mut is_empty = true;
        for item in node.items() {
            is_empty = false;
            self.node(item, list.holds);
        }
        if list.filled && is_empty && self.extent == Extent::Whole && !node.is_incomplete() {
            let found = Say::empty(node);
            self.found.push(found);
        }
        if list.twice != Twice::Allowed {
            self.twice(node, list);
        }
    }

    /// Says which items of a list are the same as one before.
    fn twice(&mut self, node: Node<'d>, list: List) {
        let mut first: HashMap<String, Node<'d>> = HashMap::new();
        let keys: Vec<(&str, Option<&str>)> = self
            .table
            .group(list.keys)
            .map(|key| key.split_once('=').map_or((key, None), |(key, default)| (key, Some(default))))
            .collect();
        let names: Vec<&str> = keys.iter().map(|key| key.0).collect();
        for item in node.items().map(Node::resolve) {
            let Some(identity) = self.identity(item, &keys) else { continue };
            match first.get(&identity) {
                Some(&before) => {
                    let found = Say::twice(item, before, &names, list.twice);
                    self.found.push(found);
                }
                None => {
                    first.insert(identity, item);
                }
            }
        }
    }

    /// What an item is told by; `None` where that is absent and has no default, or is not known.
    fn identity(&self, item: Node<'d>, keys: &[(&'w str, Option<&'w str>)]) -> Option<String> {
        let text = |node: Node<'d>| {
            let is_text = matches!(node.resolve().kind(), Kind::Scalar) && !self.consumer.is_unknown(node);
            is_text.then(|| node.text())
        };
        if keys.is_empty() {
            return text(item).map(String::from);
        }
        let mut identity = String::new();
        for (key, default) in keys {
            match item.get(key) {
                Some(value) => identity.push_str(&text(value)?),
                None => identity.push_str((*default)?),
            }
            identity.push('\0');
        }
        Some(identity)
    }

    fn mapping(&mut self, node: Node<'d>, id: MappingId) {
        let mapping = self.table.mapping(id);
        if mapping.variants.count == 0 {
            return self.keys(Frame { node, holds: id, variant_of: None }, mapping);
        }
        let variants = self.table.variants(mapping);
        let fits = |key: &str, value: &str| {
            let Some(found) = node.get(key) else { return false };
            value.is_empty() || self.consumer.is_unknown(found) || found.text() == value
        };
        let chosen = variants.iter().find(|it| fits(self.table.text(it.key), self.table.text(it.value)));
        if let Some(variant) = chosen {
            let frame = Frame { node, holds: variant.holds, variant_of: Some(id) };
            return self.keys(frame, self.table.mapping(variant.holds));
        }
        let hidden = node.is_incomplete() || node.pairs().any(|(key, _)| self.consumer.is_unknown(key));
        if self.extent == Extent::Whole && !hidden {
            let found = self.say().undecided(node, mapping);
            self.found.push(found);
        }
    }

    fn keys(&mut self, frame: Frame<'d>, mapping: Mapping) {
        self.frames.push(frame);
        let mut there = 0;
        let mut hides = frame.node.is_incomplete();
        frame.node.each_entry(|key, value, via| {
            hides |= self.entry(frame, mapping, (key, value, via), &mut there);
        });
        if mapping.requires && self.extent == Extent::Whole && !hides {
            self.missing(frame.node, mapping, there);
        }
        self.frames.pop();
    }

    /// Says which required keys a mapping lacks, of which so many are there.
    fn missing(&mut self, node: Node<'d>, mapping: Mapping, there: usize) {
        let fields = self.table.fields(mapping);
        let required = || fields.chunk_by(|a, b| a.name == b.name).filter(|rows| self.requires(rows));
        if required().count() == there {
            return;
        }
        let is_absent = |name: &str| {
            let value = match node.get(name) {
                None if mapping.folds => {
                    let mut same = node.pairs().filter(|(key, _)| key.text().eq_ignore_ascii_case(name));
                    same.next().map(|(_, value)| value)
                }
                value => value,
            };
            value.is_none_or(|value| C::NULL_IS_ABSENT && value.is_null())
                && !self.meant.iter().any(|(at, meant)| *at == node.index() && meant == name)
        };
        let missing = required().filter_map(|rows| rows.last());
        let missing: Vec<Field> =
            missing.filter(|field| is_absent(self.table.text(field.name))).copied().collect();
        if !missing.is_empty() {
            let found = self.say().missing(node, &missing);
            self.found.push(found);
        }
    }

    /// Whether a key of these rows must be there.
    #[inline]
    fn requires(&self, rows: &[Field]) -> bool {
        self.versions.require(rows.iter().fold(0, |required, row| required | row.required))
    }

    /// The rows of a key of a mapping.
    #[inline]
    fn rows(&self, mapping: Mapping, key: &str) -> &'w [Field] {
        let rows = self.table.field(mapping, key);
        if rows.is_empty() && mapping.folds {
            let fields = self.table.fields(mapping).chunk_by(|a, b| a.name == b.name);
            let same =
                |rows: &&[Field]| rows.iter().any(|row| self.table.text(row.name).eq_ignore_ascii_case(key));
            return fields.into_iter().find(same).unwrap_or_default();
        }
        rows
    }

    /// Holds an entry of a mapping against it; whether it hides what else the mapping holds.
    #[inline]
    fn entry(
        &mut self,
        frame: Frame<'d>,
        mapping: Mapping,
        (key, value, via): (Node<'d>, Node<'d>, Option<Via<'d>>),
        there: &mut usize,
    ) -> bool {
        let text = key.text();
        let rows = self.rows(mapping, &text);
        if let [first, others @ ..] = rows {
            let within = others.iter().fold(first.within, |within, row| within | row.within);
            let is_absent = C::NULL_IS_ABSENT && value.is_null();
            if self.versions.know(within) {
                // The newest of the versions decides where they differ.
                let row = rows.iter().rev().find(|row| row.within & self.versions.mask != 0).unwrap_or(first);
                *there += usize::from(!is_absent && self.requires(rows));
                if via.is_none() || self.seen.insert((value.index(), row.holds)) {
                    self.node(value, row.holds);
                }
            } else if !is_absent {
                let found = self.say().other_version(key, within);
                self.found.push(found);
            }
            return false;
        }
        drop(text);
        if via.is_some() && !self.merged.insert((key.index(), frame.holds)) {
            return false;
        }
        self.other(mapping, key, value)
    }

    /// Holds an entry whose key is no field of its mapping against it; whether it hides what else the mapping holds.
    fn other(&mut self, mapping: Mapping, key: Node<'d>, value: Node<'d>) -> bool {
        let text = key.text();
        let mut refused = None;
        for rest in self.table.rests(mapping) {
            let takes = match rest.keys {
                Keys::All => true,
                Keys::Prefix(prefix) => text.starts_with(self.table.text(prefix)),
                Keys::Limited(limit) => {
                    let takes = self.holds(&limit, key, &Scalar::Str(text.clone()));
                    if !takes {
                        refused = Some(limit);
                    }
                    takes
                }
            };
            if takes {
                self.node(value, rest.holds);
                return false;
            }
        }
        // What is filled in later may become any keys.
        if self.consumer.is_unknown(key) {
            return true;
        }
        if self.consumer.passes(value.resolve()) || self.consumer.takes_key(&text) {
            return false;
        }
        let found = match refused {
            Some(limit) => self.say().key_not_allowed(key, limit),
            None => {
                if self.guesses > 0 {
                    let holder = self.frames.last().map_or(0, |frame| frame.node.children().count());
                    let price = (usize::from(mapping.fields.count) + 1) * (text.len().pow(2) + holder + 1);
                    self.guesses = self.guesses.saturating_sub(price);
                }
                let value = (self.guesses > 0).then_some(value);
                let Unknown { found, meant } = self.say().unknown(key, value, mapping);
                self.meant.extend(meant);
                found
            }
        };
        self.found.push(found);
        false
    }
}

/// Whether a scalar is a string in every dialect, as its first look tells.
#[inline]
fn is_surely_string(node: Node<'_>) -> bool {
    if node.kind() != Kind::Scalar || node.has_properties() {
        return false;
    }
    node.style() != Style::Plain
        || node.source().as_bytes().first().is_some_and(|&first| {
            !matches!(
                first,
                b'0'..=b'9'
                    | b'+'
                    | b'-'
                    | b'.'
                    | b'~'
                    | b'n'
                    | b'N'
                    | b't'
                    | b'T'
                    | b'f'
                    | b'F'
                    | b'y'
                    | b'Y'
                    | b'o'
                    | b'O'
            )
        })
}
