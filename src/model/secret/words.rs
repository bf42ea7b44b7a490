//! Words of a line of shell, by their bytes: enough to find `NAME=value` and `--option value`, without parsing the script.

use std::ops::Range;

/// A word.
#[derive(Clone, Debug)]
pub struct Word {
    /// Its bytes without the quotes around all of it.
    pub content: Range<usize>,
}

/// The words of a line, quotes, substitutions and expressions kept together.
pub fn words(line: &str) -> Vec<Word> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() || matches!(bytes[at], b';' | b'|' | b'&') || bytes[at..] == *b"\\"
        {
            at += 1;
            continue;
        }
        let start = at;
        let mut quote = None;
        let mut depth = 0_u32;
        while at < bytes.len() {
            match (quote, bytes[at]) {
                (Some(open), byte) if open == byte => quote = None,
                (None | Some(b'"'), b'\\') => at += 1,
                (None, byte @ (b'"' | b'\'' | b'`')) => quote = Some(byte),
                (_, b'{' | b'(')
                    if at > 0 && matches!(bytes[at - 1], b'$' | b'{' | b'(')
                        || depth > 0 && matches!(bytes[at], b'{' | b'(') =>
                {
                    depth += 1;
                }
                (_, b'}' | b')') => depth = depth.saturating_sub(1),
                (None, byte)
                    if depth == 0 && (byte.is_ascii_whitespace() || matches!(byte, b';' | b'|' | b'&')) =>
                {
                    break;
                }
                _ => {}
            }
            at += 1;
        }
        at = at.min(bytes.len());
        found.push(Word { content: unquoted(line, start..at) });
    }
    found
}

/// The strings of a list in the form of JSON: `["serve", "--token", "x"]`.
pub fn strings(list: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut open = None;
    let mut escaped = false;
    for (at, byte) in list.bytes().enumerate() {
        match (open, byte) {
            (Some(_), b'\\') if !escaped => {
                escaped = true;
                continue;
            }
            (Some(start), b'"') if !escaped => {
                found.push(Word { content: start..at });
                open = None;
            }
            (None, b'"') => open = Some(at + 1),
            _ => {}
        }
        escaped = false;
    }
    found
}

/// A range without the quotes around all of it.
fn unquoted(line: &str, range: Range<usize>) -> Range<usize> {
    let text = &line[range.clone()];
    for quote in ['"', '\''] {
        if let Some(content) = text.strip_prefix(quote) {
            return match content.find(quote) {
                Some(end) if end + 1 == content.len() => range.start + 1..range.end - 1,
                Some(_) => range,
                None => range.start + 1..range.end,
            };
        }
    }
    range
}

impl Word {
    /// Its text.
    pub fn text<'l>(&self, line: &'l str) -> &'l str {
        &line[self.content.clone()]
    }

    /// Name and value of the last assignment in it: `NAME=value`, `--name=value`, `--set a.name=value`, `-DNAME=value`.
    pub fn assignment(&self, line: &str) -> Option<(Range<usize>, Range<usize>)> {
        let mut found = self.assignments(line);
        let named = found.iter().position(|(name, _)| super::name::promise(&line[name.clone()]).is_some());
        if found.is_empty() { None } else { Some(found.swap_remove(named.unwrap_or(0))) }
    }

    /// Every assignment in it: `a=1,b=2` has two, `--from-literal=a=1` as well.
    pub fn assignments(&self, line: &str) -> Vec<(Range<usize>, Range<usize>)> {
        let text = self.text(line);
        let mut found = Vec::new();
        for (equals, _) in text.match_indices('=').take(MOST) {
            let name = &text[..equals];
            let from = name
                .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
                .map_or(0, |before| before + name[before..].chars().next().map_or(1, char::len_utf8));
            let before = name[..from].chars().next_back();
            let begins = matches!(before, None | Some('"' | '\'' | ',' | '=' | '@' | ' ' | ':'));
            if from == equals || !begins || text[equals..].starts_with("==") || text[..equals].ends_with('=')
            {
                continue;
            }
            let end = match before {
                Some(quote @ ('"' | '\'')) => text[equals..].find(quote).map(|end| equals + end),
                _ => None,
            };
            let value = equals + 1..end.unwrap_or_else(|| value_end(text, equals + 1));
            let value = unquoted(text, value);
            let shift =
                |range: Range<usize>| self.content.start + range.start..self.content.start + range.end;
            found.push((shift(from..equals), shift(value)));
        }
        found
    }
}

/// Assignments looked for in one word.
const MOST: usize = 16;

/// Where a value ends: with the word, with its line, or before the next entry of a list (`a=1,b=2`).
fn value_end(text: &str, start: usize) -> usize {
    let value = &text[start..];
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        return value[1..].find(quote).map_or(text.len(), |end| start + end + 2);
    }
    let named = |rest: &str| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')));
        end.is_some_and(|end| end > 0 && rest[end..].starts_with('='))
    };
    let entry = value.match_indices(',').take(MOST).find(|(at, _)| named(&value[at + 1..])).map(|(at, _)| at);
    let line = value.find('\n').unwrap_or(value.len());
    start + entry.map_or(line, |entry| entry.min(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_quotes_and_substitutions_together() {
        let line = r#"run "a b" c=$(d e) ${{ f || 'g' }} 'h'; i \"#;
        let found: Vec<&str> = words(line).iter().map(|word| word.text(line)).collect();
        assert_eq!(found, ["run", "a b", "c=$(d e)", "${{ f || 'g' }}", "h", "i"]);
    }

    #[test]
    fn assignments_are_found_wherever_a_word_holds_them() {
        for (line, name, value) in [
            ("DB_PASSWORD=x", "DB_PASSWORD", "x"),
            ("\"DB_PASSWORD=x y\"", "DB_PASSWORD", "x y"),
            ("DB_PASSWORD='x y'", "DB_PASSWORD", "x y"),
            ("--from-literal=password=x", "password", "x"),
            ("auth.password=x,auth.user=me", "auth.password", "x"),
        ] {
            let word = &words(line)[0];
            let (found, text) = word.assignment(line).map_or((0..0, 0..0), |found| found);
            assert_eq!((&line[found], &line[text]), (name, value), "{line}");
        }
        assert!(words("$TOKEN==x")[0].assignment("$TOKEN==x").is_none());
    }
}
