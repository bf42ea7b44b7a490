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
pub fn secrets(value: &str, promise: Promise, dollar: Dollar) -> Vec<(Range<usize>, Written)> {
    let mut found = Vec::new();
    collect(value, 0..value.len(), (promise, dollar), Written::Literal, &mut found);
    found
}

/// The secrets that a password inside another text writes out, as byte ranges of the text.
pub fn within(text: &str, range: Range<usize>, dollar: Dollar) -> Vec<(Range<usize>, Written)> {
    let mut found = Vec::new();
    collect(text, range, (Promise::Password, dollar), Written::Literal, &mut found);
    found
}

/// What `$$` stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dollar {
    /// For something that is filled in: a make variable of a shell, the number of a process.
    #[default]
    Open,
    /// For `$`, as in what Compose hands to no shell.
    Doubled,
}

/// Whether `$$` stands for `$` here, and nothing is filled in later: `pa$$word`, not `$${NAME}` and `$$NAME`.
fn is_plain_dollar(text: &str, within_word: bool) -> bool {
    text.strip_prefix("$$").is_some_and(|rest| match rest.bytes().next() {
        Some(b'{' | b'(') => false,
        Some(byte) => within_word || !(byte.is_ascii_uppercase() || byte == b'_'),
        None => true,
    })
}

/// The defaults of `${NAME:-default}` and its kin anywhere in a text: the range of the name, and that of the default.
pub fn defaults(text: &str) -> impl Iterator<Item = (Range<usize>, Range<usize>)> + '_ {
    text.match_indices("${").filter_map(|(at, _)| {
        let rest = &text[at..text.floor_char_boundary(at + LONGEST_REFERENCE)];
        let end = rest[2..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))? + 2;
        let assigns = rest[end..].strip_prefix(':').unwrap_or(&rest[end..]).starts_with(['-', '=']);
        if !assigns || super::name::promise(&rest[2..end]).is_none() {
            return None;
        }
        let length = balanced(&rest[1..])? + 1;
        let default = shell_default(&rest[..length])?;
        Some((at + 2..at + end, at + default.start..at + default.end))
    })
}

fn collect(
    text: &str,
    range: Range<usize>,
    (promise, dollar): (Promise, Dollar),
    written: Written,
    found: &mut Vec<(Range<usize>, Written)>,
) {
    let mut references = false;
    let mut at = range.start;
    while at < range.end {
        let within_word = at > range.start && text.as_bytes()[at - 1].is_ascii_alphanumeric();
        if dollar == Dollar::Doubled && is_plain_dollar(&text[at..range.end], within_word) {
            at += 2;
            continue;
        }
        let Some(reference) = reference(&text[at..range.end], within_word) else {
            // Not the length of a character more than one byte long.
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        references = true;
        for default in reference.defaults {
            collect(text, at + default.start..at + default.end, (promise, dollar), Written::Default, found);
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

/// The operator and the default of the reference whose default is all of a secret, given by its range. `None` for `$${…}`, which is none
/// or is another's, and where quotes, escapes or brackets in the default would have to be read as the shell does to find its end.
pub fn fallback(text: &str, secret: &Range<usize>) -> Option<Range<usize>> {
    // A reference has a greatest length: text before that is not searched for every secret again.
    let near = text.ceil_char_boundary(secret.start.saturating_sub(LONGEST_REFERENCE));
    let open = near + text.get(near..secret.start)?.rfind("${")?;
    if text[..open].ends_with(['$', '\\']) {
        return None;
    }
    let rest = &text[open..text.floor_char_boundary(open + LONGEST_REFERENCE)];
    let reference = &rest[..=balanced(&rest[1..])?];
    let default = shell_default(reference)?;
    let name = 2 + reference[2..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    let whole = trim(text, open + default.start..open + default.end) == *secret;
    let plain = !reference[default.clone()].contains(['\'', '"', '\\', '`', '{', '}', '(', ')']);
    (whole && plain && reference[name..].starts_with([':', '-', '=']))
        .then(|| open + name..open + default.end)
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
    if is_mark(&lower, promise) || is_reference(&lower) || is_path(text) || is_prose(text) {
        return false;
    }
    if is_structured(text) {
        return holds_text(text);
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

/// Whether a text is a mapping or a list in one line: `{"user": "me"}`; not `{password}` and `[REDACTED]`.
pub fn is_structured(text: &str) -> bool {
    let text = text.trim();
    let inner = [('{', '}'), ('[', ']')]
        .iter()
        .find_map(|&(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    inner.is_some_and(|inner| !inner.starts_with(['{', '[']) && inner.contains([':', '"', ',']))
}

/// Whether a mapping or a list in one line has a text for a value: one of numbers, switches and nothing holds no secret.
fn holds_text(text: &str) -> bool {
    text.split([':', ',', '[']).skip(1).any(|value| {
        let value = value.trim().trim_start_matches('\\');
        value.strip_prefix(['"', '\'']).is_some_and(|text| text.starts_with(|c: char| c.is_alphanumeric()))
    })
}

fn is_mark(lower: &str, promise: Promise) -> bool {
    // A password may be every word; a key is none of these.
    MARKS.contains(&lower)
        || (promise != Promise::Password && matches!(lower, "default" | "free" | "trial" | "community"))
}

/// Words that say that there is no secret, or what kind there is.
#[rustfmt::skip]
const MARKS: &[&str] = &[
    "~", "null", "nil", "none", "true", "false", "yes", "no", "on", "off", "y", "n", "undefined", "enabled",
    "disabled", "inherit", "required", "optional", "auto", "automatic", "empty", "unset", "unused",
    "not-used", "not-needed", "not_needed", "notneeded", "no-key", "no-key-required", "not-required", "n/a", "na",
    "not set", "missing", "lm-studio", "ollama", "read", "write", "string", "bearer", "basic",
];

/// Prefixes of what points at a secret kept elsewhere.
#[rustfmt::skip]
const POINTERS: &[&str] = &[
    "vault:", "ref+", "op://", "arn:", "projects/", "ssm:", "sm://", "awssm:", "gcpsm:", "secretref:", "keyvault",
    "@microsoft.keyvault", "enc[", "file:", "env:", "env.", "http://", "https://", "k8s:", "azurekeyvault:", "bws:",
    "doppler:", "ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-", "-----begin public", "-----begin certificate", "secrets.",
    "sops:", "ksops:", "steps.", "inputs.", "vars.", "github.", "age1", "data:", "type=", "id=", "valuefrom", "!ref",
    "os.environ", "process.env", "system.getenv", "key=", "path:", "alias/",
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

/// Five and more words are a sentence about a secret, if some of them hold a sentence together; else they are a passphrase.
fn is_prose(text: &str) -> bool {
    #[rustfmt::skip]
    const PARTICLES: &[&str] = &[
        "a", "an", "and", "are", "as", "be", "by", "for", "from", "if", "in", "is", "it", "must", "not", "of", "on",
        "or", "should", "that", "the", "this", "to", "used", "when", "will", "with", "you", "your",
    ];
    text.split_whitespace().count() > 4
        && text.bytes().all(|byte| byte.is_ascii_alphabetic() || b" '.,()-:;`\"/".contains(&byte))
        && text.split_whitespace().any(|word| PARTICLES.contains(&&*word.to_ascii_lowercase()))
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
        .any(|&(open, close)| text.len() > 2 && text.starts_with(open) && text.ends_with(close))
        && !is_structured(text);
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
        || is_cut_short(text)
        || lower.contains("***")
        || text.contains('…')
        || is_remark(text)
        || (text.contains('<')
            && text.contains('>')
            && lower.bytes().filter(|&byte| byte == b'<').count() == 1)
        || (text.starts_with("MY")
            && crate::secret::secret_name(text)
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || b"_-0123456789".contains(&byte)))
        || text.ends_with("EXAMPLE")
        || text.ends_with("EXAMPLEKEY")
}

/// Whether dots stand for what is left out: `sk-...`, `ghp_ab...yz`; not between the letters of a password.
fn is_cut_short(text: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let outside = |(at, dots): (usize, &str)| {
        !letter(text[..at].chars().next_back()) || !letter(text[at + dots.len()..].chars().next())
    };
    text.match_indices("...").any(outside)
        || (text.contains("...") && crate::secret::ISSUED.iter().any(|prefix| text.starts_with(prefix)))
}

/// Whether a text is a remark in another language: words of it, or a script that nobody types a password in.
fn is_remark(text: &str) -> bool {
    let words = text.contains(' ') && text.chars().any(|c| !c.is_ascii() && c.is_alphabetic());
    words
        || text
            .chars()
            .any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(value: &str) -> Vec<&str> {
        secrets(value, Promise::Password, Dollar::Open).into_iter().map(|(range, _)| &value[range]).collect()
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
    fn the_default_that_is_a_secret_is_known_with_its_operator() {
        for (value, secret, expected) in [
            ("${X:-dev}", "dev", Some(":-dev")),
            ("a ${X-dev} b", "dev", Some("-dev")),
            ("${X:=dev ice}", "dev ice", Some(":=dev ice")),
            ("${X:='dev'}", "dev", None),
            ("${X:-\"dev\"}", "dev", None),
            ("${X:-'dev}s'}", "'dev", None),
            ("${X:-dev\\}s}", "dev\\", None),
            ("${X:-dev{s}", "dev{s", None),
            ("$${X:-dev}", "dev", None),
            ("\\${X:-dev}", "dev", None),
            ("${X:-${Y_2=dev}}", "dev", Some("=dev")),
            ("${X:-a${Y}}", "a", None),
            ("${X:-http://u:dev@h}", "dev", None),
            ("${X.y:-dev}", "dev", None),
            ("${X:-dev", "dev", None),
            ("{{ x | default \"dev\" }}", "dev", None),
        ] {
            let at = value.find(secret).expect("it is there");
            let found = fallback(value, &(at..at + secret.len())).map(|range| &value[range]);
            assert_eq!(found, expected, "{value}");
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
    fn a_doubled_dollar_is_one_where_nothing_is_filled_in() {
        let found = |value| secrets(value, Promise::Password, Dollar::Doubled).len();
        for value in ["pa$$w0rd", "$$w0rd", "w0rd$$", "pa$$Word"] {
            assert_eq!(found(value), 1, "{value}");
        }
        for value in ["$${PW}", "$$PW", "$$(cat x)", "$PW"] {
            assert_eq!(found(value), 0, "{value}");
        }
    }

    #[test]
    fn words_are_passwords_and_keys_are_not_words() {
        for (value, promise, is) in [
            ("default", Promise::Password, true),
            ("default", Promise::Secret, false),
            ("free", Promise::Secret, false),
            ("alias/web", Promise::Secret, false),
            ("correct horse battery staple again", Promise::Password, true),
            ("set it to the password of the database", Promise::Password, false),
            ("{\"a\": 1}", Promise::Secret, false),
            ("{\"a\": \"b\"}", Promise::Secret, true),
        ] {
            assert_eq!(!secrets(value, promise, Dollar::Open).is_empty(), is, "{value}");
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
            assert_eq!(!secrets(value, Promise::Either, Dollar::Open).is_empty(), is, "{value}");
        }
    }

    #[test]
    fn placeholders_say_that_they_cannot_work() {
        #[rustfmt::skip]
        let all = [
            "your_key", "<token>", "xxx", "GOCSPX-xxx", "sk-...", "sk-test-placeholder", "REPLACE_ME", "put-it-here",
            "__TOKEN__", "TODO", "MYTOKEN", "{password}", "{{ x }}", "[REDACTED]", "ghp_ab...yz", "请修改",
        ];
        for text in all {
            assert!(is_placeholder(text), "{text}");
        }
        #[rustfmt::skip]
        let all = [
            "changeme", "password", "postgres", "dev-secret-change-in-production", "test12345", "CHANGEME_1", "example",
            "{\"password\": \"hunter2\"}", "pässwörd1", "MYDOG7", "P4ss...word",
        ];
        for text in all {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
