//! The words that messages about all kinds of files are made of: texts of a file cut short, names in a row, and the name that was
//! probably meant.

pub use super::say::{one_of, shown};

use crate::shape::suggest;
use std::cell::Cell;

/// Names that a message lists at most.
const LISTED: usize = 16;

/// The longest name, in bytes, that is compared with others.
const LONGEST: usize = 64;

/// Names that are compared with wrong ones in one file.
const COMPARED: usize = 10_000;

/// A text of a file as a message repeats it, in backticks.
pub fn quoted(text: &str) -> String {
    format!("`{}`", shown(text))
}

/// Names of a file in backticks, with a word before the last; of very many the first.
pub fn listed<'n>(names: impl IntoIterator<Item = &'n str>, word: &str) -> String {
    let mut names = names.into_iter();
    let first: Vec<String> = names.by_ref().take(LISTED).map(shown).collect();
    if names.next().is_none() {
        return one_of(first.iter().map(String::as_str), word);
    }
    format!("`{}`, …", first.join("`, `"))
}

/// The name that was probably meant by a wrong one. What is longer than any name that somebody gives is compared with nothing, and
/// nothing with what cannot be near.
pub fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let most = (wrong.len() / 3).max(2);
    let names = names.into_iter().filter(|name| name.len().abs_diff(wrong.len()) <= most);
    (wrong.len() <= LONGEST).then(|| suggest(wrong, names)).flatten()
}

/// The question whether the nearest name is meant, where there is one.
pub fn near<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    nearest(wrong, names).map(|near| format!("did you mean {}?", quoted(near)))
}

/// How many names of one file may still be compared with wrong ones.
pub struct Guesses(Cell<usize>);

impl Default for Guesses {
    fn default() -> Self {
        Self(Cell::new(COMPARED))
    }
}

impl Guesses {
    /// The question whether the nearest name is meant, where there is one and not too many were compared before.
    pub fn near<'n>(&self, wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
        let left = self.0.get();
        let mut compared = 0;
        let found = near(wrong, names.into_iter().take(left).inspect(|_| compared += 1));
        self.0.set(left - compared);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_repeats_one_short_line_of_a_text() {
        assert_eq!(quoted("web"), "`web`");
        assert_eq!(quoted("x\ny"), "`x…`");
        assert_eq!(quoted(&"é".repeat(61)), format!("`{}…`", "é".repeat(60)));
    }

    #[test]
    fn names_are_listed_up_to_a_limit() {
        assert_eq!(listed(["a"], "and"), "`a`");
        assert_eq!(listed(["a", "b\nc", "d"], "or"), "`a`, `b…` or `d`");
        assert_eq!(listed(["a"; 17], "and"), format!("{}…", "`a`, ".repeat(16)));
    }

    #[test]
    fn a_near_name_is_asked_for_until_many_were_compared() {
        let (guesses, names) = (Guesses::default(), vec!["deploy"; COMPARED / 2]);
        for asked in [true, true, false] {
            let near = guesses.near("delpoy", names.iter().copied());
            assert_eq!(near.is_some(), asked);
        }
        assert_eq!(near("open", ["opened", "closed"]).as_deref(), Some("did you mean `opened`?"));
        assert_eq!(near(&"x".repeat(LONGEST + 1), [&*"x".repeat(LONGEST)]), None);
    }
}
