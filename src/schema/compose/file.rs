//! A Compose file as its checks see it: its services with the fields that count, aliases and merge keys followed.

use super::interpolation::assumed;
use super::scope::{Scope, Section};
use crate::diagnostic::Diagnostic;
use crate::model::{FileFacts, Model};
use crate::source::{Place, Span};
use crate::yaml::{Document, Kind, Node, Scalar};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};

/// Entries and items that are looked at in one file, so that none is dear by its aliases: more than the nodes that the loader reads of a
/// document (compose-go, loader/reset.go).
const BUDGET: usize = 120_000;

/// The longest value, in bytes, that is read; no name, port or path is longer.
const LONGEST: u32 = 4096;

/// A Compose file.
pub struct File<'m> {
    /// Everything else.
    pub model: &'m Model<'m>,
    /// The file.
    pub facts: FileFacts<'m>,
    /// What its names may refer to.
    pub scope: Scope<'m>,
    /// Its services.
    pub services: Vec<Service<'m>>,
    by_name: HashMap<Cow<'m, str>, usize>,
    /// The services that others of the file extend.
    bases: HashSet<Cow<'m, str>>,
    budget: Cell<usize>,
}

/// A service.
pub struct Service<'m> {
    /// Its name.
    pub name: Cow<'m, str>,
    /// The key that is its name.
    pub key: Node<'m>,
    /// What it says.
    pub fields: Fields<'m>,
}

/// The entries of a mapping that count.
#[derive(Default)]
pub struct Fields<'m>(Vec<Field<'m>>);

/// One of them.
pub struct Field<'m> {
    /// The key's text.
    pub name: Cow<'m, str>,
    /// The key.
    pub key: Node<'m>,
    /// The value, no alias.
    pub value: Node<'m>,
}

/// A text that a value holds, its variables replaced by their defaults.
pub struct Known<'m> {
    /// The text.
    pub text: Cow<'m, str>,
    node: Node<'m>,
    /// Whether it stands in the file as it is, so that its parts have places.
    verbatim: bool,
}

impl<'m> File<'m> {
    /// Reads the services of a file.
    pub fn new(model: &'m Model<'m>, facts: FileFacts<'m>, document: &'m Document) -> Self {
        let roots: Vec<Node<'m>> = document.roots().map(Node::resolve).collect();
        let scope = Scope::new(model, facts, &roots);
        let mut file = Self {
            model,
            facts,
            scope,
            services: Vec::new(),
            by_name: HashMap::new(),
            bases: HashSet::new(),
            budget: Cell::new(BUDGET),
        };
        let defined: Vec<Field<'m>> =
            roots.iter().flat_map(|&root| file.sections(root, Section::Services)).collect();
        for field in defined {
            if field.value.kind() == Kind::Mapping {
                let fields = file.fields(field.value);
                file.bases.extend(file.base(&fields).map(|base| base.text));
                file.by_name.insert(field.name.clone(), file.services.len());
                file.services.push(Service { name: field.name, key: field.key, fields });
            }
        }
        file
    }

    /// The service of a name; the last where there are several.
    pub fn service(&self, name: &str) -> Option<&Service<'m>> {
        self.by_name.get(name).map(|&index| &self.services[index])
    }

    /// Where a service stands among the services.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Whether another service of the file extends one of this name.
    pub fn is_base(&self, name: &str) -> bool {
        self.bases.contains(name)
    }

    /// The service that one with these fields extends, where that is one of the same file.
    pub fn base(&self, fields: &Fields<'m>) -> Option<Known<'m>> {
        let extends = fields.get("extends")?;
        if extends.kind() != Kind::Mapping {
            return text(extends);
        }
        let extends = self.fields(extends);
        extends.text("service").filter(|_| extends.field("file").is_none())
    }

    /// What a section of the file defines.
    pub fn defined(&self, section: Section) -> Vec<Field<'m>> {
        let roots = self.facts.artifact.document.iter().flat_map(Document::roots);
        roots.flat_map(|root| self.sections(root.resolve(), section)).collect()
    }

    fn sections(&self, root: Node<'m>, section: Section) -> Vec<Field<'m>> {
        root.get(section.key()).map(|value| self.fields(value).0).unwrap_or_default()
    }

    /// The entries of a mapping; those of any other node are none. What `!reset` takes away is not among them.
    pub fn fields(&self, mapping: Node<'m>) -> Fields<'m> {
        if self.budget.get() == 0 || mapping.resolve().tag() == Some("!reset") {
            return Fields::default();
        }
        let entries = mapping.entries();
        self.budget.set(self.budget.get().saturating_sub(entries.len()));
        let fields = entries.into_iter().map(|entry| Field {
            name: entry.key.text(),
            key: entry.key,
            value: entry.value.resolve(),
        });
        Fields(fields.filter(|field| field.value.tag() != Some("!reset")).collect())
    }

    /// The fields of the mapping under a key.
    pub fn under(&self, fields: &Fields<'m>, key: &str) -> Fields<'m> {
        fields.get(key).map(|value| self.fields(value)).unwrap_or_default()
    }

    /// The items of a list as they are written, without those that `!reset` takes away; those of any other node are none.
    pub fn items(&self, list: Node<'m>) -> Vec<Node<'m>> {
        let items: Vec<Node<'m>> = list.items().take(self.budget.get()).collect();
        self.budget.set(self.budget.get() - items.len());
        items.into_iter().filter(|item| item.resolve().tag() != Some("!reset")).collect()
    }

    /// The names that a list holds or a mapping has as its keys.
    pub fn names(&self, node: Node<'m>) -> Vec<Known<'m>> {
        match node.resolve().kind() {
            Kind::Sequence => self.items(node).into_iter().filter_map(text).collect(),
            Kind::Mapping => self.fields(node).0.into_iter().filter_map(|field| literal(field.key)).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the file had more than is looked at, so that what seems absent may only be unread.
    pub fn is_exhausted(&self) -> bool {
        self.budget.get() == 0
    }
}

impl<'m> Fields<'m> {
    /// The value of a key, aliases followed; none for null.
    pub fn get(&self, key: &str) -> Option<Node<'m>> {
        self.field(key).map(|field| field.value)
    }

    /// The entry of a key whose value is not null.
    pub fn field(&self, key: &str) -> Option<&Field<'m>> {
        self.0.iter().find(|field| field.name == key && !field.value.is_null())
    }

    /// The text under a key, where it can be known.
    pub fn text(&self, key: &str) -> Option<Known<'m>> {
        text(self.get(key)?)
    }

    /// All of them, nulls included.
    pub fn iter(&self) -> impl Iterator<Item = &Field<'m>> {
        self.0.iter()
    }
}

impl Known<'_> {
    /// The place of the whole value.
    pub fn place(&self) -> Place {
        self.node.place()
    }

    /// The place of a part of the text; that of the whole value where the file does not hold the part.
    pub fn part(&self, part: std::ops::Range<usize>) -> Place {
        let place = self.node.text_place(Span::from(part)).filter(|_| self.verbatim);
        place.unwrap_or_else(|| self.node.place())
    }

    /// The place of the text without its quotes.
    pub fn inside(&self) -> Place {
        self.part(0..self.text.len())
    }
}

/// The text of a scalar, where it can be known: not beyond measure, and with defaults for all its variables.
pub fn text(node: Node<'_>) -> Option<Known<'_>> {
    let text = literal(node)?;
    let verbatim = !text.text.contains('$');
    Some(Known { text: assumed(text.text)?, verbatim, ..text })
}

/// The text of a scalar that is not filled in, as a key is.
fn literal(node: Node<'_>) -> Option<Known<'_>> {
    let scalar = node.resolve();
    let readable = scalar.kind() == Kind::Scalar && scalar.span().len() <= LONGEST;
    readable.then(|| Known { text: scalar.text(), node, verbatim: true })
}

/// Whether a value is true: written so, or in a string that the loader casts (compose-go, loader/interpolate.go).
pub fn is_true(node: Node<'_>) -> bool {
    match node.scalar() {
        Scalar::Bool(value) => value,
        Scalar::Str(text) => ["true", "y", "yes", "on"].contains(&text.to_ascii_lowercase().as_str()),
        _ => false,
    }
}

/// Where findings go.
pub type Found = Vec<Diagnostic>;
