//! A document's content as its consumer has it, in a form that can be compared with the oracle's.

use plimsoll::yaml::{Kind, Node, Scalar};

/// Content with types, without styles and places. Equal content is equal, whatever the order of keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(from = "Printed")]
pub enum Tree {
    Null,
    Bool(bool),
    Int(i64),
    /// The bits of a 64-bit float, the same ones for every NaN.
    Float(u64),
    String(String),
    List(Vec<Tree>),
    /// Sorted pairs.
    Map(Vec<(Tree, Tree)>),
}

/// What the oracle prints as `{"t": type, "v": value}`.
#[derive(serde::Deserialize)]
#[serde(tag = "t", content = "v", rename_all = "lowercase")]
enum Printed {
    Null,
    Bool(bool),
    Int(String),
    Float(String),
    String(String),
    List(Vec<Tree>),
    Map(Vec<(Tree, Tree)>),
}

impl From<Printed> for Tree {
    fn from(printed: Printed) -> Self {
        let float =
            |digits: &str| Self::float(digits.parse().expect("the oracle prints floats as Rust reads them"));
        match printed {
            Printed::Null => Self::Null,
            Printed::Bool(value) => Self::Bool(value),
            // As `Scalar` has it: one too large for 64 bits and a sign is a float.
            Printed::Int(digits) => digits.parse().map_or_else(|_| float(&digits), Self::Int),
            Printed::Float(digits) => float(&digits),
            Printed::String(text) => Self::String(text),
            Printed::List(items) => Self::List(items),
            Printed::Map(pairs) => Self::map(pairs),
        }
    }
}

/// More nodes, or deeper ones, are the work of a file made to exhaust memory.
const MAX_NODES: usize = 1 << 20;
const MAX_DEPTH: usize = 520;

impl Tree {
    /// The content under a node, aliases and merge keys resolved; `None` when it is endless or far too large.
    pub fn of(node: Node<'_>) -> Option<Self> {
        build(node, 0, &mut 0)
    }

    fn float(value: f64) -> Self {
        Self::Float(if value.is_nan() { f64::NAN } else { value }.to_bits())
    }

    fn map(mut pairs: Vec<(Self, Self)>) -> Self {
        pairs.sort();
        Self::Map(pairs)
    }

    /// The first place where two trees differ, and what stands there in each.
    pub fn difference(&self, theirs: &Self) -> Option<String> {
        if self == theirs {
            return None;
        }
        let here = || Some(format!(": {}, there {}", self.brief(), theirs.brief()));
        match (self, theirs) {
            (Self::List(ours), Self::List(theirs)) => {
                let within = ours.iter().zip(theirs).enumerate().find_map(|(index, (ours, theirs))| {
                    ours.difference(theirs).map(|rest| format!("[{index}]{rest}"))
                });
                within.or_else(here)
            }
            (Self::Map(ours), Self::Map(theirs)) => {
                let within = ours.iter().zip(theirs).find_map(|(ours, theirs)| {
                    if ours.0 == theirs.0 {
                        let rest = ours.1.difference(&theirs.1)?;
                        return Some(format!(".{}{rest}", ours.0.brief()));
                    }
                    Some(format!(": the key {}, there {}", ours.0.brief(), theirs.0.brief()))
                });
                within.or_else(here)
            }
            _ => here(),
        }
    }

    fn brief(&self) -> String {
        match self {
            Self::Map(pairs) => format!("a map of {}", pairs.len()),
            Self::List(items) => format!("a list of {}", items.len()),
            Self::String(text) => format!("{text:?}"),
            Self::Int(value) => format!("int {value}"),
            Self::Float(bits) => format!("float {}", f64::from_bits(*bits)),
            Self::Bool(value) => value.to_string(),
            Self::Null => "null".to_owned(),
        }
    }
}

fn build(node: Node<'_>, depth: usize, nodes: &mut usize) -> Option<Tree> {
    *nodes += 1;
    if depth > MAX_DEPTH || *nodes > MAX_NODES {
        return None;
    }
    let node = node.resolve();
    let mut below = |node| build(node, depth + 1, nodes);
    Some(match node.kind() {
        Kind::Mapping => {
            let pairs =
                node.entries().into_iter().map(|entry| Some((below(entry.key)?, below(entry.value)?)));
            Tree::map(pairs.collect::<Option<_>>()?)
        }
        Kind::Sequence => Tree::List(node.items().map(below).collect::<Option<_>>()?),
        Kind::Scalar | Kind::Empty | Kind::Alias => match node.scalar() {
            Scalar::Null => Tree::Null,
            Scalar::Bool(value) => Tree::Bool(value),
            Scalar::Int(value) => Tree::Int(value),
            Scalar::Float(value) => Tree::float(value),
            Scalar::Str(text) => Tree::String(text.into_owned()),
        },
    })
}
