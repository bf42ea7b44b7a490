//! What an expression sees: nodes the user wrote, and facts the engine derived from them.

use super::join::Index;
use crate::source::{Place, SourceMap, Span};
use crate::yaml::Node;
use std::any::Any;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

/// The type of a name or a fact, known when a rule is loaded.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// Nothing is known before it is evaluated.
    Any,
    /// A boolean.
    Bool,
    /// An integer.
    Int,
    /// An unsigned integer.
    Uint,
    /// A floating point number.
    Double,
    /// A string.
    String,
    /// Bytes.
    Bytes,
    /// A map that an expression made.
    Map,
    /// A value of a library, by the name of its type.
    Object(&'static str),
    /// A list.
    List(&'static Type),
    /// A node of an artifact: any field may be asked for.
    Node,
    /// Facts with known names.
    Record(&'static Record),
    /// A list of visits to a target that an expression chose from a collection.
    Visits(&'static Record),
    /// A visit to a target, as an element of a collection: its facts, and [`Record::visited`].
    Visit(&'static Record),
}

/// A set of facts with known names: what `owner.kind` is looked up in when a rule is loaded.
#[derive(Debug)]
pub struct Record {
    /// Its name in messages.
    pub name: &'static str,
    /// The facts, in the order of [`Facts::fact`].
    pub fields: &'static [Field],
    /// What a visit binds beside its facts when it is an element of a collection; its index is one past theirs.
    pub visited: Option<&'static Field>,
    /// For a record that is a list too (`repo.workflow` beside `repo.workflow.job`): what its elements bind.
    pub elements: Option<&'static Record>,
    /// What a name with a capital letter stands for that is not in the table (`repo.k8s.Service`); see [`Facts::named`].
    pub capitals: Option<&'static Record>,
}

impl Record {
    /// A record of these facts and nothing else.
    pub const fn new(name: &'static str, fields: &'static [Field]) -> Self {
        Self { name, fields, visited: None, elements: None, capitals: None }
    }
}

/// One fact of a [`Record`].
#[derive(Debug)]
pub struct Field {
    /// Its name in expressions.
    pub name: &'static str,
    /// Its type.
    pub of: Type,
    /// What it means, in one sentence, for the reference.
    pub doc: &'static str,
}

/// A record at work: the facts of one visit. Facts are derived when asked for.
pub trait Facts {
    /// The names.
    fn record(&self) -> &'static Record;
    /// The value of the fact at an index of [`Record::fields`].
    fn fact(&self, index: usize) -> Value<'_>;
    /// The place to mark when the record as a whole is to blame.
    fn place(&self) -> Option<Place> {
        None
    }
    /// Its text, for those that are a text with facts.
    fn text(&self) -> Option<Text<'_>> {
        None
    }
    /// For a record that is a list too: its elements.
    fn collection(&self) -> Option<&dyn Collection> {
        None
    }
    /// The value of a name of [`Record::capitals`].
    fn named(&self, _name: &str) -> Option<Value<'_>> {
        None
    }
}

/// A list of facts that is the same for the whole run, so that it is worth an index.
pub trait Collection {
    /// Number of elements.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The element at an index below [`Collection::len`].
    fn element(&self, at: usize) -> Value<'_>;
    /// The index that was made for `join` before, or the one that `make` makes now.
    fn index(&self, join: u64, make: &mut dyn FnMut() -> Index) -> Arc<Index>;
}

/// A string and where it comes from.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    /// The characters.
    pub text: Cow<'a, str>,
    /// Where they stand.
    pub origin: Origin<'a>,
}

/// Where a string stands.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    /// Nowhere: it was made by the expression.
    None,
    /// It is the decoded text of a scalar from byte `start` on.
    Node {
        /// The scalar.
        node: Node<'a>,
        /// Offset into its decoded text.
        start: u32,
    },
    /// It is copied verbatim from this place.
    Place(Place),
    /// It is the text of a map from byte `start` on.
    Map {
        /// From the text to its files.
        map: &'a SourceMap,
        /// Offset into that text.
        start: u32,
    },
}

impl<'a> Text<'a> {
    /// A string from nowhere.
    pub fn made(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), origin: Origin::None }
    }

    /// The decoded text of a scalar.
    pub fn of(node: Node<'a>) -> Self {
        Self { text: node.text(), origin: Origin::Node { node, start: 0 } }
    }

    /// The piece under a byte range of the text, with its own place. The range must lie on character boundaries.
    #[must_use]
    pub fn cut(&self, range: std::ops::Range<usize>) -> Self {
        let start = range.start as u32;
        let origin = match self.origin {
            Origin::None => Origin::None,
            Origin::Node { node, start: base } => Origin::Node { node, start: base + start },
            Origin::Map { map, start: base } => Origin::Map { map, start: base + start },
            Origin::Place(Place { file, span }) => Origin::Place(Place {
                file,
                span: Span::new(span.start + start, span.start + range.end as u32),
            }),
        };
        let text = match &self.text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
            Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
        };
        Self { text, origin }
    }

    /// The place of the whole string in its file.
    pub fn place(&self) -> Option<Place> {
        match self.origin {
            Origin::None => None,
            Origin::Place(place) => Some(place),
            Origin::Map { map, start } => map.place(Span::new(start, start + self.text.len() as u32)),
            Origin::Node { node, start } => node.text_place(Span::new(start, start + self.text.len() as u32)),
        }
    }
}

/// A value of a library: a timestamp, an address. One trait, so that a new type needs nothing but itself.
pub trait Object: fmt::Debug + Any {
    /// The name of its type, as `type(x)` gives it.
    fn type_name(&self) -> &'static str;
    /// How it reads in a message.
    fn show(&self) -> String;
    /// Itself, for the functions of its library.
    fn as_any(&self) -> &dyn Any;
    /// Whether it equals another value of a library, of whatever type.
    fn equals(&self, other: &dyn Object) -> bool;
    /// Its order against another value of its type; `None` if there is none.
    fn order(&self, _other: &dyn Object) -> Option<Ordering> {
        None
    }
    /// `string(x)`, if there is such a conversion.
    fn to_text(&self) -> Option<String> {
        Some(self.show())
    }
    /// `int(x)`, if there is such a conversion.
    fn to_int(&self) -> Option<i64> {
        None
    }
    /// Whether it is the zero value of its type.
    fn is_zero(&self) -> bool {
        false
    }
    /// `x + y`; `None` if these two cannot be added, the message of an error if their sum is none.
    fn plus(&self, _other: &dyn Object) -> Option<Result<Rc<dyn Object>, String>> {
        None
    }
    /// `x - y`, likewise.
    fn minus(&self, _other: &dyn Object) -> Option<Result<Rc<dyn Object>, String>> {
        None
    }
}

/// Facts that a function made of a text: an image, a command. They are derived at once, for nobody else keeps what they come from.
pub struct Made<'a> {
    /// The names.
    pub record: &'static Record,
    /// The values, in the order of [`Record::fields`].
    pub facts: Box<[Value<'a>]>,
    /// The place to mark when the record as a whole is to blame.
    pub place: Option<Place>,
    /// What the functions of its library need beside the facts.
    pub(super) behind: Option<Box<dyn Any>>,
}

impl<'a> Made<'a> {
    /// Its text, for those that are a text with facts.
    pub fn text(&self) -> Option<Text<'a>> {
        let at = self.record.fields.iter().position(|field| field.name == "text")?;
        self.facts[at].to_text()
    }
}

/// Values are handed around in the innermost loop.
const _: () = assert!(size_of::<Value<'_>>() <= 48);

/// A value. Cheap to clone: text is borrowed where it can be, collections are shared.
#[derive(Clone)]
pub enum Value<'a> {
    /// Null.
    Null,
    /// What a field, key or index that is not there reads as: null that remembers where it is missing.
    Missing {
        /// The deepest node that is there.
        parent: Option<Node<'a>>,
        /// The name that was asked for in it.
        name: Arc<str>,
    },
    /// A value that cannot be known before deployment (`${{ … }}`, `${X}`, `{{ … }}`).
    Unknown,
    /// A boolean.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A floating point number.
    Double(f64),
    /// A string.
    Text(Text<'a>),
    /// A string from nowhere, shared: a literal of the expression or what it made.
    Literal(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// The type of a value, by its name in CEL.
    Type(&'static str),
    /// An optional value; it holds none when the value is [`Value::Missing`].
    Optional(Rc<Value<'a>>),
    /// A value of a library.
    Object(Rc<dyn Object>),
    /// A node of an artifact, aliases not yet followed.
    Node(Node<'a>),
    /// Facts of the engine.
    Facts(&'a dyn Facts),
    /// Facts that an expression made.
    Made(Rc<Made<'a>>),
    /// A list.
    List(Rc<[Value<'a>]>),
    /// A map made by an expression, in insertion order.
    Map(Rc<[(Value<'a>, Value<'a>)]>),
}
