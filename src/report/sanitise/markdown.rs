//! Markdown as GitHub and GitLab read it, for job summaries and comments.

use super::Untrusted;
use std::fmt::{self, Write as _};

/// A document in the making. It takes nothing but [`Fragment`]s and words of our own.
#[derive(Debug, Default)]
pub struct Markdown(String);

/// A piece of a line that is no markup beside code spans, whatever it was made of; it may stand in a cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragment(String);

impl Fragment {
    /// Text in a code span.
    pub fn code(text: &dyn fmt::Display) -> Self {
        let mut out = String::new();
        code(&mut out, &text.to_string());
        Self(out)
    }

    /// A sentence: what it has in backticks becomes a code span, and so does every word that is more than letters, digits and
    /// punctuation. Escapes would not do: mentions and references are looked for in what Markdown was rendered to.
    pub fn sentence(text: &Untrusted<'_>) -> Self {
        let text = text.line();
        let mut out = String::new();
        let mut pieces = text.as_str().split('`').enumerate().peekable();
        while let Some((index, piece)) = pieces.next() {
            match (index % 2, pieces.peek()) {
                (1, Some(_)) => code(&mut out, if piece.is_empty() { "``" } else { piece }),
                // A backtick that nothing closes.
                (1, None) => words(&mut out, &format!("`{piece}")),
                _ => words(&mut out, piece),
            }
        }
        Self(out)
    }

    /// Words of our own.
    pub fn own(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// This one and another.
    #[must_use]
    pub fn and(mut self, between: &'static str, other: &Self) -> Self {
        self.0.push_str(between);
        self.0.push_str(&other.0);
        self
    }
}

impl Markdown {
    /// A heading of the second level.
    pub fn heading(&mut self, text: &Fragment) {
        let _ = writeln!(self.0, "## {}", text.0);
    }

    /// A row of a table.
    pub fn row(&mut self, cells: &[Fragment]) {
        for cell in cells {
            let _ = write!(self.0, "| {} ", cell.0);
        }
        self.0.push_str("|\n");
    }

    /// The names of the columns, which begin a table.
    pub fn columns(&mut self, names: &[&'static str]) {
        self.0.push('\n');
        self.row(&names.iter().map(|name| Fragment::own(name)).collect::<Vec<_>>());
        self.0.push_str(&"|---".repeat(names.len()));
        self.0.push_str("|\n");
    }

    /// Lines that stand apart from what is before them.
    pub fn lines(&mut self, lines: &[Fragment]) {
        for line in lines {
            let _ = writeln!(self.0, "\n{}", line.0);
        }
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds another document.
    pub fn append(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Appends a code span. A pipe would end a cell of a table even there, so it stands between two spans.
fn code(out: &mut String, text: &str) {
    for (index, piece) in text.split('|').enumerate() {
        if index > 0 {
            out.push_str("\\|");
        }
        // Blanks at the ends are outside, where they are as good.
        let inner = piece.trim_matches(' ');
        let (before, after) = piece.split_once(inner).unwrap_or_default();
        out.push_str(before);
        if !inner.is_empty() {
            let longest = inner.split(|c| c != '`').map(str::len).max().unwrap_or(0);
            let fence = "`".repeat(longest + 1);
            let pad = if inner.starts_with('`') || inner.ends_with('`') { " " } else { "" };
            // Two spans that touch would be one.
            let apart = if out.ends_with('`') { " " } else { "" };
            let _ = write!(out, "{apart}{fence}{pad}{inner}{pad}{fence}");
        }
        out.push_str(after);
    }
}

fn words(out: &mut String, text: &str) {
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let unopened = word.trim_start_matches('(');
        let inner = unopened.trim_end_matches(['.', ':', ',', ';', '!', '?', ')']);
        out.push_str(&word[..word.len() - unopened.len()]);
        if is_plain(inner) {
            out.push_str(inner);
        } else {
            code(out, inner);
        }
        out.push_str(&unopened[inner.len()..]);
    }
}

/// Whether a word is no markup: no link, mention, reference, emphasis, entity, formula or HTML can be made of it.
fn is_plain(word: &str) -> bool {
    word.chars().all(|c| c.is_alphanumeric() || matches!(c, ',' | ';' | '\'' | '"' | '-' | '–' | '…'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(text: &str) -> String {
        Fragment::sentence(&Untrusted::exact(text)).0
    }

    #[test]
    fn sentences_read_as_they_were_written() {
        for text in [
            "container `api` of Deployment `web` has no readinessProbe",
            "use `shop` instead; grace (a long-running one) ends, it says: (soon).",
        ] {
            assert_eq!(sentence(text), text);
        }
    }

    #[test]
    fn whatever_could_be_markup_stands_in_a_code_span() {
        for (text, expected) in [
            ("ask @org/team now", "ask `@org/team` now"),
            ("see #12 and http://x.example", "see `#12` and `http://x.example`"),
            ("a [x](http://y) ![z](w)", "a `[x](http://y`) `![z](w`)"),
            (
                "<img src=x> &lt; *b* _i_ ~s~ $m$ :e: www.x.example",
                "`<img` `src=x>` `&lt`; `*b*` `_i_` `~s~` `$m$` `:e`: `www.x.example`",
            ),
            ("a|b", "`a`\\|`b`"),
            ("`x|` and `", "`x`\\| and `` ` ``"),
            ("it``s", "it``` `` ```s"),
        ] {
            assert_eq!(sentence(text), expected, "{text}");
        }
    }

    #[test]
    fn a_code_span_holds_any_text() {
        for (text, expected) in [
            ("a", "`a`"),
            ("a`b", "``a`b``"),
            ("``", "``` `` ```"),
            ("a\\", "`a\\`"),
            (" a | b", " `a` \\| `b`"),
            ("a\\|b", "`a\\`\\|`b`"),
            ("", ""),
        ] {
            assert_eq!(Fragment::code(&text).0, expected, "{text}");
        }
    }
}
