//! GitHub expressions in a script: hidden from the shell's grammar, remembered in the text.

use std::borrow::Cow;

/// Stands for each byte of a `${{ … }}`: no shell gives it a meaning, and a word that holds it holds an expression.
pub(super) const EXPRESSION: char = '\u{1}';

/// Stands in the value of a variable for what only a run can tell.
pub(super) const UNKNOWN: char = '\u{2}';

/// The script with every byte of every `${{ … }}` replaced, and without carriage returns before line breaks, so that offsets stay true.
/// An expression that is not closed stays as it is.
pub(super) fn mask(script: &str) -> Cow<'_, str> {
    let masked = expressions(script);
    if !masked.contains("\r\n") {
        return masked;
    }
    // A line more says nothing, but where a line goes on.
    Cow::Owned(masked.replace("\\\r\n", " \\\n").replace("\r\n", "\n\n"))
}

fn expressions(script: &str) -> Cow<'_, str> {
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
            ("a \\\r\n b\r\nc\r\n", ""),
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
}
