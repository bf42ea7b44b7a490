//! How facts are declared: one table per visit gives the names to the checker and the values to the evaluator.

use super::target::TargetKind;
use crate::artifact::Artifact;
use crate::config::Date;
use crate::expr::{Facts, Origin, Text, Type, Value};
use crate::makefile::Makefile;
use crate::source::{FileId, Place, SourceFile, Span};
use crate::yaml::{Kind, Node};
use std::borrow::Cow;
use std::ops::Range;

/// Declares a record and implements [`Facts`] by it, so that a name, its type, its doc and its value stand together; with a `subject`
/// it is a [`Visit`].
macro_rules! facts {
    ($record:ident = $name:literal for $visit:ident, |$this:ident| {
        $( $(#[doc = $doc:literal])+ $field:literal: $type:expr => $value:expr; )*
    } $(subject $subject:expr; $(grace $grace:expr;)?)? $(text $text:expr;)? $(place $place:expr)?) => {
        #[doc = concat!("The facts of `", $name, "`.")]
        pub static $record: $crate::expr::Record = $crate::expr::Record {
            visited: Some(&$crate::model::facts::VISITED),
            ..$crate::expr::Record::new(
                $name,
                &[$( $crate::expr::Field { name: $field, of: $type, doc: concat!($($doc),+) } ),*],
            )
        };

        impl<'m> $crate::expr::Facts for $visit<'m> {
            fn record(&self) -> &'static $crate::expr::Record {
                &$record
            }

            #[allow(unused_assignments)]
            fn fact(&self, index: usize) -> $crate::expr::Value<'_> {
                let $this = self;
                let mut at = 0;
                $( if index == at { return $value; } at += 1; )*
                $crate::expr::Value::Null
            }

            $(fn text(&self) -> Option<$crate::expr::Text<'_>> {
                let $this = self;
                $text
            })?

            $(fn place(&self) -> Option<$crate::source::Place> {
                let $this = self;
                $place
            })?
        }

        $(impl<'m> $crate::model::facts::Visit<'m> for $visit<'m> {
            fn subject(&self) -> $crate::expr::Value<'_> {
                let $this = self;
                $subject
            }

            fn keep(&self) -> Box<dyn $crate::model::facts::Visit<'m> + 'm> {
                Box::new(self.clone())
            }

            $(fn grace(&self) -> Option<$crate::config::Date> {
                let $this = self;
                $grace
            })?
        })?
    };
}
pub(crate) use facts;

/// What an element of a collection binds beside the facts of its visit.
pub static VISITED: crate::expr::Field =
    crate::expr::Field { name: "file", of: Type::Record(&FILE), doc: "The file it stands in." };

/// A file as rules see it.
#[derive(Clone, Copy)]
pub struct FileFacts<'m> {
    /// Its id.
    pub id: FileId,
    /// Path and text.
    pub source: &'m SourceFile,
    /// What it was recognised as.
    pub artifact: &'m Artifact,
}

impl<'m> FileFacts<'m> {
    /// Its rules, for a makefile.
    pub fn makefile(self) -> Option<&'m Makefile> {
        self.artifact.makefile(&self.source.text)
    }

    /// The whole text, as it is written.
    pub fn whole(&self) -> Text<'m> {
        let span = Span::new(0, self.source.text.len() as u32);
        let origin = Origin::Place(Place { file: self.id, span });
        Text { text: Cow::Borrowed(&self.source.text), origin }
    }
}

facts!(FILE = "file" for FileFacts, |this| {
    #[doc = "Path from the project root, with `/` between components."]
    "path": Type::String => string(&this.source.path);
    #[doc = "Last component of the path."]
    "name": Type::String => string(this.source.path.rsplit('/').next().unwrap_or_default());
    #[doc = "What the file was recognised as: `workflow`, `compose`, `manifest`, `values`, …"]
    "kind": Type::String => string(this.artifact.kind.name());
    #[doc = "The whole text, as it is written."]
    "text": Type::String => Value::Text(this.whole());
} subject Value::Facts(this); text Some(this.whole()); place Some(Place { file: this.id, span: Span::empty(0) }));

/// Whose part something is: the workload of a container, the service of an environment entry.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'m> {
    /// `Deployment`, `service`, `job`, …
    pub kind: OwnerKind<'m>,
    /// The node of its name, where there is one.
    pub name: Option<Node<'m>>,
    /// Its labels, where it can have some.
    pub labels: Option<Node<'m>>,
}

/// What kind of thing an owner is.
#[derive(Clone, Copy, Debug)]
pub enum OwnerKind<'m> {
    /// By where it stands: `service`, `job`.
    Known(&'static str),
    /// By what is written there: `kind: Deployment`.
    Written(Node<'m>),
    /// A stage of a Dockerfile, by its name and the place of that.
    Stage(&'m str, Place),
}

impl<'m> Owner<'m> {
    /// An owner without labels.
    pub fn named(kind: &'static str, name: Option<Node<'m>>) -> Self {
        Self { kind: OwnerKind::Known(kind), name, labels: None }
    }
}

facts!(OWNER = "owner" for Owner, |this| {
    #[doc = "Kind of the owner: `Deployment`, `service`, `job`, `step`, `values`, …"]
    "kind": Type::String => match this.kind {
        OwnerKind::Known(kind) => string(kind),
        OwnerKind::Written(node) => Value::Text(Text::of(node)),
        OwnerKind::Stage(..) => string("stage"),
    };
    #[doc = "Its name."]
    "name": Type::String => match this.kind {
        OwnerKind::Stage(name, place) => {
            Value::Text(Text { text: Cow::Borrowed(name), origin: Origin::Place(place) })
        }
        _ => node(this.name),
    };
    #[doc = "Its labels."]
    "labels": Type::Node => node(this.labels);
} place match this.kind {
    OwnerKind::Stage(_, place) => Some(place),
    _ => this.name.map(Node::place),
});

/// A string that stands nowhere.
pub fn string(text: &str) -> Value<'_> {
    Value::made(text)
}

/// A node, or null.
pub fn node(node: Option<Node<'_>>) -> Value<'_> {
    node.map_or(Value::Null, Value::Node)
}

/// A field of a node, or the memory of where it is missing.
pub fn field<'m>(parent: Node<'m>, name: &str) -> Value<'m> {
    parent.get(name).map_or_else(|| Value::Missing { parent: Some(parent), name: name.into() }, Value::Node)
}

/// A piece of the decoded text of a scalar.
pub fn piece<'m>(node: Node<'m>, text: &str, range: Range<usize>) -> Value<'m> {
    let start = range.start as u32;
    Value::Text(Text { text: Cow::Owned(text[range].to_owned()), origin: Origin::Node { node, start } })
}

/// The text of a scalar under a key, if there is one that is a string.
pub fn text_of<'m>(parent: Node<'m>, key: &str) -> Option<Cow<'m, str>> {
    let value = parent.get(key)?.resolve();
    (value.kind() == Kind::Scalar).then(|| value.text())
}

/// Who is handed the visits: target, for objects their kind, and the visit.
pub type Emit<'e, 'm> = &'e mut dyn FnMut(TargetKind, Option<&str>, &dyn Visit<'m>);

/// What every visit can say beside its facts. `'m` is the lifetime of the model.
pub trait Visit<'m>: Facts + Send + Sync {
    /// What `self` is bound to.
    fn subject(&self) -> Value<'_>;
    /// A copy that lives as long as the model.
    fn keep(&self) -> Box<dyn Visit<'m> + 'm>;
    /// The last day on which an error about it is only a warning.
    fn grace(&self) -> Option<Date> {
        None
    }
}
