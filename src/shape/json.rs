//! Nodes as JSON values.

use crate::yaml::{Kind, Node, Scalar};
use serde_json::Value;

/// Nodes that a value may have: aliases can make more of a few lines than memory holds.
const NODES: usize = 200_000;
/// How deep it may nest: an alias may hold itself.
const DEPTH: usize = 128;

/// A node as JSON, scalars as their consumer reads them, aliases and merge keys followed; `None` when it is too large.
pub fn to_json(node: Node<'_>) -> Option<Value> {
    within(node, &mut { NODES }, DEPTH)
}

fn within(node: Node<'_>, left: &mut usize, depth: usize) -> Option<Value> {
    *left = left.checked_sub(1)?;
    let depth = depth.checked_sub(1)?;
    Some(match node.resolve().kind() {
        Kind::Sequence => {
            Value::Array(node.items().map(|item| within(item, left, depth)).collect::<Option<_>>()?)
        }
        Kind::Mapping => {
            let entry = |entry: crate::yaml::Entry<'_>| {
                Some((entry.key.text().into_owned(), within(entry.value, left, depth)?))
            };
            Value::Object(node.entries().into_iter().map(entry).collect::<Option<_>>()?)
        }
        Kind::Scalar | Kind::Empty | Kind::Alias => match node.scalar() {
            Scalar::Null => Value::Null,
            Scalar::Bool(value) => value.into(),
            Scalar::Int(value) => value.into(),
            Scalar::Float(value) => value.into(),
            Scalar::Str(text) => text.into(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::to_json;
    use crate::yaml::{Options, parse};

    #[test]
    fn values_without_end_are_refused() {
        let of = |text: &str| {
            let document = parse(text, Options::default());
            document.roots().next().and_then(to_json).map(|value| value.to_string())
        };
        assert_eq!(of("{a: &a [1, x], b: *a}").as_deref(), Some(r#"{"a":[1,"x"],"b":[1,"x"]}"#));
        assert_eq!(of(&["[".repeat(200), "]".repeat(200)].concat()), None);
        let mut bomb = "a0: &a0 x\n".to_owned();
        for at in 1..9 {
            bomb.push_str(&["a", &at.to_string(), ": &a", &at.to_string(), " ["].concat());
            bomb.push_str(&["*a", &(at - 1).to_string(), ", "].concat().repeat(9));
            bomb.push_str("]\n");
        }
        assert_eq!(of(&bomb), None);
    }
}
