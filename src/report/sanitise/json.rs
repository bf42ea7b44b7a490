//! Strings of JSON: their value is exact, and the bytes that stand for it are harmless to look at.

use super::{Clean, Untrusted, is_hazard, text};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use std::fmt::Write as _;

/// A string with the same value, whatever the serializer writes around it.
impl Serialize for Untrusted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        string(&self.0, serializer)
    }
}

impl Serialize for Clean {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        string(&self.0, serializer)
    }
}

fn string<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let quoted = serde_json::to_string(text).map_err(S::Error::custom)?;
    RawValue::from_string(inert(&quoted)).map_err(S::Error::custom)?.serialize(serializer)
}

/// A text that viewers of SARIF show to people, of one or more lines. They would make a link of `[words](target)`, so it is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message(String);

impl Message {
    /// A message of some lines.
    pub fn of(lines: impl IntoIterator<Item = Clean>) -> Self {
        let lines: Vec<_> = lines.into_iter().map(|line| line.0).collect();
        Self(lines.join("\n")).without_links()
    }

    /// All lines of a text, whatever its length.
    pub fn whole(words: &Untrusted<'_>) -> Self {
        Self(text(&words.0)).without_links()
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    fn without_links(self) -> Self {
        Self(self.0.replace("](", "] ("))
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        string(&self.0, serializer)
    }
}

/// An object of another command as text, with the same escapes.
pub fn object(value: &serde_json::Value) -> String {
    // A value of JSON can always be written.
    inert(&serde_json::to_string_pretty(value).unwrap_or_default()) + "\n"
}

/// The same JSON with hazards as `\u` escapes and without `##`, with which runners' commands begin: both stand in strings only. Commands
/// that begin with `::` need a line of their own, which JSON never gives a string.
fn inert(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut previous = '\0';
    for c in json.chars() {
        if c != '\n' && is_hazard(c) || (c, previous) == ('#', '#') {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
        previous = c;
    }
    out
}
