//! What a value is: a secret written out, a reference, a name or path of one, a mark that there is none, a placeholder.

use super::name::Promise;
use std::ops::Range;

/// How a secret is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// As it stands.
    Literal,
    /// As the default of a reference.
    Default,
}

/// The secrets that a value under a promising name writes out, as byte ranges of it.
pub fn secrets(value: &str, promise: Promise) -> Vec<(Range<usize>, Written)> {
    let mut found = Vec::new();
    collect(value, 0..value.len(), promise, Written::Literal, &mut found);
    found
}

/// The secrets that a password inside another text writes out, as byte ranges of the text.
pub fn within(text: &str, range: Range<usize>) -> Vec<(Range<usize>, Written)> {
    let mut found = Vec::new();
    collect(text, range, Promise::Password, Written::Literal, &mut found);
    found
}

fn collect(
    text: &str,
    range: Range<usize>,
    promise: Promise,
    written: Written,
    found: &mut Vec<(Range<usize>, Written)>,
) {
    let mut references = false;
    let mut at = range.start;
    while at < range.end {
        let within_word = at > range.start && text.as_bytes()[at - 1].is_ascii_alphanumeric();
        let Some(reference) = reference(&text[at..range.end], within_word) else {
            // Not the length of a character more than one byte long.
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        references = true;
        for default in reference.defaults {
            collect(text, at + default.start..at + default.end, promise, Written::Default, found);
        }
        at += reference.length;
    }
    if references {
        return;
    }
    let trimmed = trim(text, range);
    if is_secret(&text[trimmed.clone()], promise) {
        found.push((trimmed, written));
    }
}

/// A range without white space and the quotes around it.
fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let mut inner = text[range].trim();
    for quote in ["\\\"", "\"", "'"] {
        if let Some(content) = inner.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            inner = content.trim();
        }
    }
    let start = inner.as_ptr() as usize - text.as_ptr() as usize;
    start..start + inner.len()
}

/// What is filled in later, at the start of a text.
struct Reference {
    length: usize,
    /// The texts that stand in when there is nothing to fill in, as ranges of the reference.
    defaults: Vec<Range<usize>>,
}

/// Longest reference looked for, in bytes.
const LONGEST_REFERENCE: usize = 1024;

fn reference(text: &str, within_word: bool) -> Option<Reference> {
    let first = *text.as_bytes().first()?;
    if !matches!(first, b'$' | b'{' | b'`' | b'<' | b'%' | b'#') {
        return None;
    }
    let text = &text[..text.floor_char_boundary(LONGEST_REFERENCE)];
    let closed = |open: &str, close: &str| {
        text.strip_prefix(open)?.find(close).map(|end| open.len() + end + close.len())
    };
    let plain = |length| Some(Reference { length, defaults: Vec::new() });
    if let Some(length) = closed("${{", "}}") {
        return Some(Reference { length, defaults: operands(&text[..length], &["||", "&&"], '\'') });
    }
    if let Some(length) = closed("{{", "}}") {
        return Some(Reference { length, defaults: operands(&text[..length], &["default"], '"') });
    }
    if let Some(length) = closed("<%", "%>").or_else(|| closed("%{", "}")).or_else(|| closed("#{", "}")) {
        return plain(length);
    }
    let bytes = text.as_bytes();
    match (first, bytes.get(1)) {
        (b'$', Some(b'{')) => {
            let length = balanced(&text[1..]).map_or(text.len(), |length| length + 1);
            Some(Reference { length, defaults: shell_default(&text[..length]).into_iter().collect() })
        }
        // One that goes on behind the text, as at the end of a line, is one as well.
        (b'$', Some(b'(')) => plain(balanced(&text[1..]).map_or(text.len(), |length| length + 1)),
        (b'$', Some(byte)) if byte.is_ascii_digit() => {
            // `$1` is a parameter of a script; `$2y$10$…` is not.
            (!bytes.get(2).is_some_and(u8::is_ascii_alphanumeric)).then_some(())?;
            plain(2)
        }
        // `Pa$word` is more likely a password than one of the two.
        (b'$', Some(byte)) if within_word && byte.is_ascii_lowercase() => None,
        (b'$', Some(byte)) if byte.is_ascii_alphabetic() || *byte == b'_' => {
            let end = text[1..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            plain(end.map_or(text.len(), |end| end + 1))
        }
        (b'$', Some(b'@' | b'*' | b'#' | b'?')) => plain(2),
        (b'`', _) => plain(closed("`", "`").unwrap_or(text.len())),
        _ => None,
    }
}

/// Length of the bracketed text at the start, brackets inside counted.
fn balanced(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    text.bytes()
        .position(|byte| {
            match byte {
                b'{' | b'(' => depth += 1,
                b'}' | b')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        })
        .map(|end| end + 1)
}

/// The default in `${NAME:-default}`, `${NAME-default}`, `${NAME:=default}`, `${NAME=default}`.
fn shell_default(reference: &str) -> Option<Range<usize>> {
    let inner = reference.strip_prefix("${")?;
    let name = inner.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')))?;
    let operator = inner[name..].strip_prefix(':').unwrap_or(&inner[name..]);
    let default = operator.strip_prefix(['-', '='])?;
    let start = reference.len() - default.len();
    if !reference.ends_with('}') || start >= reference.len() {
        return None;
    }
    // Spring writes `${NAME:default}`; only the shell's forms are read.
    Some(start..reference.len() - 1)
}

/// The quoted texts right behind one of the words in an expression.
fn operands(expression: &str, words: &[&str], quote: char) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for word in words {
        for (at, _) in expression.match_indices(word) {
            let rest = &expression[at + word.len()..];
            let start = expression.len() - rest.trim_start().len();
            let Some(content) = expression[start..].strip_prefix(quote) else { continue };
            if let Some(end) = content.find(quote) {
                found.push(start + 1..start + 1 + end);
            }
        }
    }
    found
}

/// Whether a text without references, under a name of this promise, is the secret itself.
fn is_secret(text: &str, promise: Promise) -> bool {
    let letters = || text.bytes().filter(u8::is_ascii_alphanumeric);
    if letters().next().is_none() && text.is_ascii() {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    if MARKS.contains(&&*lower) || is_reference(&lower) || is_path(text) || is_prose(text) {
        return false;
    }
    // `password: DB_PASSWORD` names a variable, `{password}` a field.
    let variable = text.contains('_')
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if variable && crate::secret::secret_name(text) {
        return false;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_')) {
        return promise == Promise::Password && text.len() > 3;
    }
    match promise {
        Promise::Password | Promise::Secret => true,
        Promise::Either => !is_name(text),
    }
}

/// Words that say that there is no secret, or what kind there is.
#[rustfmt::skip]
const MARKS: &[&str] = &[
    "~", "null", "nil", "none", "true", "false", "yes", "no", "on", "off", "y", "n", "undefined", "enabled",
    "disabled", "inherit", "required", "optional", "default", "auto", "automatic", "empty", "unset", "unused",
    "not-used", "not-needed", "not_needed", "notneeded", "no-key", "no-key-required", "not-required", "n/a", "na",
    "lm-studio", "ollama", "read", "write", "string", "bearer", "basic",
];

/// Prefixes of what points at a secret kept elsewhere.
#[rustfmt::skip]
const POINTERS: &[&str] = &[
    "vault:", "ref+", "op://", "arn:", "projects/", "ssm:", "sm://", "awssm:", "gcpsm:", "secretref:", "keyvault",
    "@microsoft.keyvault", "enc[", "file:", "env:", "env.", "http://", "https://", "k8s:", "azurekeyvault:", "bws:",
    "doppler:", "ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-", "-----begin public", "-----begin certificate", "secrets.",
    "sops:", "ksops:", "steps.", "inputs.", "vars.", "github.", "age1", "data:", "type=", "id=", "valuefrom", "!ref",
    "os.environ", "process.env", "system.getenv", "key=", "path:",
];

fn is_reference(lower: &str) -> bool {
    POINTERS.iter().any(|pointer| lower.starts_with(pointer))
}

/// `/run/secrets/db`, `./key.pem`, `~/.token`; base64 may begin with a slash too.
fn is_path(text: &str) -> bool {
    let rooted = ["/", "./", "../", "~/"].iter().any(|root| text.starts_with(root));
    let file = [".pem", ".key", ".json", ".txt", ".crt", ".yaml", ".yml", ".jwk"]
        .iter()
        .any(|end| text.ends_with(end));
    (rooted && !text.ends_with('=') && !text.contains('+') && text.len() > 1) || (file && !text.contains(' '))
}

/// Five and more words of letters are a sentence about a secret.
fn is_prose(text: &str) -> bool {
    text.split_whitespace().count() > 4
        && text.bytes().all(|byte| byte.is_ascii_alphabetic() || b" '.,()-:;`\"/".contains(&byte))
}

/// The name of an object or of a key in it: `db-credentials`, `jwt-secret`, `token`; not `Tr0ub4dor`, `s3cr3tv4lue`.
fn is_name(text: &str) -> bool {
    let label = text
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._/".contains(&byte));
    let random = |word: &str| {
        word.len() > 20
            || word
                .bytes()
                .zip(word.bytes().skip(1))
                .any(|(a, b)| a.is_ascii_digit() && b.is_ascii_alphabetic())
    };
    label && text.len() < 100 && !text.split(['-', '.', '_', '/']).any(random)
}

/// Whether a secret says of itself that it cannot work.
pub fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let wrapped = [('<', '>'), ('[', ']'), ('{', '}'), ('%', '%')]
        .iter()
        .any(|&(open, close)| text.len() > 2 && text.starts_with(open) && text.ends_with(close));
    let framed =
        ["__", "@@"].iter().any(|frame| text.len() > 4 && text.starts_with(frame) && text.ends_with(frame));
    let words = || lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let says = |word: &str| {
        matches!(
            word,
            "your"
                | "todo"
                | "fixme"
                | "tbd"
                | "redacted"
                | "dummy"
                | "fake"
                | "here"
                | "replace"
                | "replaceme"
                | "insert"
                | "setme"
                | "invalid"
        ) || word.starts_with("placeholder")
            || word.ends_with("placeholder")
            || (word.starts_with("your") && word.len() > 6)
    };
    wrapped
        || framed
        || words().any(says)
        || lower.starts_with("set-me")
        || lower.starts_with("set_me")
        || lower.contains("xxx")
        || lower.contains("...")
        || lower.contains("***")
        // A remark in another language: real ones are ASCII.
        || text.chars().any(|c| !c.is_ascii() && (c.is_alphabetic() || c == '…'))
        || (text.contains('<') && text.contains('>') && lower.bytes().filter(|&byte| byte == b'<').count() == 1)
        || lower == "example"
        || (text.starts_with("MY") && text.bytes().all(|byte| byte.is_ascii_uppercase() || b"_-0123456789".contains(&byte)))
        || text.ends_with("EXAMPLE")
        || text.ends_with("EXAMPLEKEY")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(value: &str) -> Vec<&str> {
        secrets(value, Promise::Password).into_iter().map(|(range, _)| &value[range]).collect()
    }

    #[test]
    fn literals_and_live_defaults_are_secrets() {
        for (value, secret) in [
            ("hunter2", "hunter2"),
            ("${X:-dev}", "dev"),
            ("${X-dev}", "dev"),
            ("${X:=dev}", "dev"),
            ("${X:-${Y:-dev}}", "dev"),
            ("${{ secrets.X || 'dev' }}", "dev"),
            ("{{ .Values.x | default \"dev\" }}", "dev"),
            ("Pa$word", "Pa$word"),
            ("'quoted'", "quoted"),
            ("changeme", "changeme"),
        ] {
            assert_eq!(found(value), [secret], "{value}");
        }
    }

    #[test]
    fn references_paths_and_marks_are_none() {
        #[rustfmt::skip]
        let all = [
            "", " ", "${X}", "${X:-}", "${X:?must be set}", "$X", "$(X)", "$(cat /x)", "`cat x`", "{{ .Values.x }}",
            "${{ secrets.X }}", "${{ github.event_name == 'push' && secrets.A }}", "pre-${X}", "/run/secrets/x",
            "./x", "none", "not-needed", "lm-studio", "***", "12", "op://vault/x", "DB_PASSWORD",
            "arn:aws:secretsmanager:x", "$1", "$(grep 'A_TOKEN=' ",
        ];
        for value in all {
            assert!(found(value).is_empty(), "{value}");
        }
    }

    #[test]
    fn a_name_of_a_secret_is_told_from_a_secret() {
        for (value, is) in [
            ("jwt-secret", false),
            ("postgresql-password", false),
            ("token", false),
            ("THIS IS UNSAFE!", true),
            ("Tr0ub4dor", true),
            ("s3cr3t", true),
        ] {
            assert_eq!(!secrets(value, Promise::Either).is_empty(), is, "{value}");
        }
    }

    #[test]
    fn placeholders_say_that_they_cannot_work() {
        #[rustfmt::skip]
        let all = [
            "your_key", "<token>", "xxx", "GOCSPX-xxx", "sk-...", "sk-test-placeholder", "REPLACE_ME", "put-it-here",
            "__TOKEN__", "TODO", "MYTOKEN",
        ];
        for text in all {
            assert!(is_placeholder(text), "{text}");
        }
        for text in
            ["changeme", "password", "postgres", "dev-secret-change-in-production", "test12345", "CHANGEME_1"]
        {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
