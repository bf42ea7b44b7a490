//! GitHub expressions in a script: hidden from the shell's grammar, remembered in the text.

use std::borrow::Cow;

/// Stands for each byte of a `${{ … }}`: no shell gives it a meaning, and a word that holds it holds an expression.
pub(super) const EXPRESSION: char = '\u{1}';

/// Stands in the value of a variable for what only a run can tell.
pub(super) const UNKNOWN: char = '\u{2}';

/// The script without carriage returns before line breaks; a line more says nothing, but where a line goes on.
pub(super) fn without_returns(script: Cow<'_, str>) -> Cow<'_, str> {
    if script.contains("\r\n") {
        return Cow::Owned(script.replace("\\\r\n", " \\\n").replace("\r\n", "\n\n"));
    }
    script
}

/// The script with every byte of every `${{ … }}` replaced, so that offsets stay true. One that is not closed stays as it is.
pub(super) fn mask(script: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(start) = script[at..].find("${{").map(|found| at + found) {
        let Some(end) = end(script, start + 3) else { break };
        masked.push_str(&script[copied..start]);
        masked.extend(std::iter::repeat_n(EXPRESSION, end - start));
        copied = end;
        at = end;
    }
    if copied == 0 {
        return Cow::Borrowed(script);
    }
    masked.push_str(&script[copied..]);
    Cow::Owned(masked)
}

/// Offset behind the `}}` that closes an expression; braces inside its strings do not.
fn end(script: &str, from: usize) -> Option<usize> {
    let bytes = script.as_bytes();
    let mut quoted = false;
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && bytes.get(at + 1) == Some(&b'}') => return Some(at + 2),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_keep_their_length_and_braces_in_strings_do_not_close_them() {
        for (script, hidden) in [
            ("echo hello", ""),
            ("a ${{ b }} c", "${{ b }}"),
            ("a ${{ format('}}', b) }} c", "${{ format('}}', b) }}"),
            ("é ${{ é\n}}", "${{ é\n}}"),
            ("a ${{ b", ""),
        ] {
            let masked = mask(script);
            assert_eq!(masked.len(), script.len());
            let gone: String = script
                .char_indices()
                .filter(|(at, _)| masked.as_bytes()[*at] == EXPRESSION as u8)
                .map(|(_, c)| c)
                .collect();
            assert_eq!(gone, hidden);
        }
    }

    #[test]
    fn line_breaks_of_windows_keep_their_length() {
        for (script, plain) in [
            ("a\r\nb \\\r\n c\r\n", "a\n\nb  \\\n c\n\n"),
            ("a\rb\n", "a\rb\n"),
            ("cat <<E\r\nx\r\nE\r\n", "cat <<E\n\nx\n\nE\n\n"),
        ] {
            let found = without_returns(Cow::Borrowed(script));
            assert_eq!((&*found, found.len()), (plain, script.len()));
        }
    }
}
