//! The text of a proposal, and how what was found in a repository is written in it: as YAML that says the same, and as comments that
//! end with their line.

use crate::model::Model;
use crate::report::Clean;
use crate::source::Place;
use std::fmt::Write;

/// A configuration as it is written.
#[derive(Debug, Default)]
pub struct Draft(String);

impl Draft {
    /// Begins a section: an empty line, and what the key is for.
    pub fn section(&mut self, what: &str) {
        self.line("");
        self.line(&format!("# {what}"));
    }

    /// Adds a line.
    pub fn line(&mut self, text: &str) {
        // Writing to a string never fails.
        let _ = writeln!(self.0, "{text}");
    }

    /// Adds a line and why it is there.
    pub fn because(&mut self, text: &str, why: &str) {
        self.line(&format!("{text}  # {}", comment(why)));
    }

    /// The text.
    pub fn finish(self) -> String {
        self.0
    }
}

/// A text as a part of a comment.
pub fn comment(text: &str) -> String {
    Clean::line(text).as_str().to_owned()
}

/// A scalar: plain where that reads as the same text everywhere, else in double quotes.
pub fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '.' || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "./_-".contains(c))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n", ".inf", ".nan"]
            .contains(&&*text.to_ascii_lowercase());
    if plain {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            ' '..='~' => quoted.push(c),
            // Whatever a terminal would obey is written by its number.
            c if c.is_alphanumeric() => quoted.push(c),
            c => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(c));
            }
        }
    }
    quoted.push('"');
    quoted
}

/// A flow sequence; one item stands for itself.
pub fn one_or_list(items: &[String]) -> String {
    match items {
        [item] => scalar(item),
        items => list(items),
    }
}

/// A flow sequence.
pub fn list(items: &[String]) -> String {
    format!("[{}]", items.iter().map(|item| scalar(item)).collect::<Vec<_>>().join(", "))
}

/// A place as `path:line`.
pub fn at(model: &Model<'_>, place: Place) -> String {
    let source = model.sources.get(place.file);
    format!("{}:{}", source.path, source.position(place.span.start).line)
}

/// Places as `path:line`, the first few of them.
pub fn at_some(model: &Model<'_>, places: &[Place]) -> String {
    const SHOWN: usize = 3;
    let mut shown: Vec<String> = places.iter().take(SHOWN).map(|place| at(model, *place)).collect();
    if places.len() > SHOWN {
        shown.push(format!("{} more", places.len() - SHOWN));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Node;

    #[test]
    fn a_scalar_reads_as_the_text_it_was_made_of() {
        for text in
            ["deploy", "on", "1", "", "~", "a: b #\n\"'.yml", "é\u{202e}x", "\u{1f600}", "- x", "a\\b"]
        {
            let written = format!("[{}]", scalar(text));
            let document = crate::yaml::parse(&*written, crate::yaml::Options::default());
            let read: Vec<_> = document.roots().flat_map(Node::items).map(Node::text).collect();
            assert_eq!(read, [text], "{written}");
            assert!(!written.contains(['\n', '\u{202e}']), "{written}");
        }
    }

    #[test]
    fn a_comment_ends_with_its_line() {
        let mut draft = Draft::default();
        draft.because("a: 1", "b\nc: 2\r\u{1b}[31m");
        assert_eq!(draft.finish().lines().count(), 1);
    }
}
