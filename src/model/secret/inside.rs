//! Secrets that give themselves away inside any text: credentials in URLs, issued tokens, private keys, connection strings, JSON, headers.

use super::name::promise;
use super::value::{self, Dollar, Written};
use super::{Finder, Source};
use crate::expr::Text;
use crate::secret;
use aho_corasick::AhoCorasick;
use regex::Regex;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

/// A secret that was found inside a text.
struct Candidate {
    name: Option<Range<usize>>,
    range: Range<usize>,
    source: Source,
    /// The host that the URL around it names.
    host: Option<String>,
}

impl Candidate {
    fn new(range: Range<usize>, source: Source) -> Self {
        Self { name: None, range, source, host: None }
    }
}

/// The parts of a text in which secrets have been found, which share no byte.
#[derive(Default)]
pub struct Taken(BTreeMap<usize, usize>);

impl Taken {
    /// Adds a part, unless it shares a byte with another one.
    pub fn add(&mut self, range: Range<usize>) -> bool {
        let before = self.0.range(..range.end).next_back();
        let free = before.is_none_or(|(_, &end)| end <= range.start);
        if free {
            self.0.insert(range.start, range.end);
        }
        free
    }
}

/// Looks into a text; what overlaps `taken` has been found already, and what is found is added to it.
pub fn look<'m>(finder: &mut Finder<'_, 'm>, text: &Text<'m>, taken: &mut Taken) {
    let whole = &*text.text;
    let mut found: Vec<Candidate> = Vec::new();
    urls(whole, finder.dollar, &mut found);
    // Most texts hold none of what an expression must begin with, and are not worth a search by it.
    if ISSUED.is_match(whole) {
        found.extend(secret::tokens(whole).map(|token| Candidate::new(token, Source::Token)));
    }
    for (at, _) in whole.match_indices("-----BEGIN ") {
        let head = &whole[at..whole.floor_char_boundary(at + 60)];
        let head = head.lines().next().unwrap_or_default();
        if let Some(end) = head.find("PRIVATE KEY")
            && has_body(&whole[at + end..])
        {
            let end = at + end + "PRIVATE KEY".len();
            let dashes = if whole[end..].starts_with("-----") { 5 } else { 0 };
            found.push(Candidate::new(at..end + dashes, Source::PrivateKey));
        }
    }
    let holds = |bytes: &[u8; 3]| memchr::memchr3(bytes[0], bytes[1], bytes[2], whole.as_bytes()).is_some();
    if whole.contains('=') && (holds(b";?&") || holds(b" \t\n")) {
        for pair in CONNECTION.captures_iter(whole) {
            let (Some(name), Some(value)) = (pair.get(1), pair.get(2)) else { continue };
            named(whole, name.range(), value.range(), Source::ConnectionString, &mut found);
        }
    }
    if holds(b"\"'\"") && whole.contains(':') {
        for pair in JSON.captures_iter(whole) {
            let (Some(name), Some(value)) = (pair.get(1), pair.get(2)) else { continue };
            let value = if name.as_str().eq_ignore_ascii_case("authorization") {
                let Some(value) = credentials(name.as_str(), value.as_str()) else { continue };
                super::lines::range_in(whole, value)
            } else {
                value.range()
            };
            named(whole, name.range(), value, Source::Literal, &mut found);
        }
        for header in HEADER.captures_iter(whole) {
            let (Some(name), Some(value)) = (header.get(1), header.get(2)) else { continue };
            if let Some(value) = credentials(name.as_str(), value.as_str()) {
                let value = super::lines::range_in(whole, value);
                named(whole, name.range(), value, Source::Literal, &mut found);
            }
        }
    }
    for (name, default) in value::defaults(whole) {
        // `${TOKEN-x}` only asks whether it is set.
        if default.len() > 1 {
            named(whole, name, default, Source::Default, &mut found);
        }
    }
    for Candidate { name, range, source, host } in found {
        if taken.add(range.clone()) {
            let throwaway = host.is_some_and(|host| finder.is_runner(&host));
            let name = name.map(|name| text.cut(name));
            finder.thrown_away(throwaway, |finder| finder.found(name.as_ref(), text, range, source));
        }
    }
}

/// What every issued token begins with.
static ISSUED: LazyLock<AhoCorasick> =
    LazyLock::new(|| AhoCorasick::new(secret::ISSUED).expect("some short texts make an automaton"));

/// `Password=…;` of ADO.NET, `password=…` of libpq and of query strings, `AccountKey=…` of Azure.
static CONNECTION: LazyLock<Regex> = LazyLock::new(|| {
    regex(r#"(?i)[;?&\s](password|pwd|accountkey|sharedaccesskey|sslpassword)[ ]?=[ ]?([^;&"'\s<>,)|]+)"#)
});

/// `"name": "value"`, also inside a string, and in the literals of other languages.
static JSON: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"\\?["']([A-Za-z_][A-Za-z0-9_.-]*)\\?["']\s*:\s*\\?["']([^"'\\\n]+)"#));

/// `Authorization: Bearer …`, `X-Api-Key: …`.
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    regex(r#"(?i)["'](authorization|x-api-key|x-auth-token|private-token)[ ]*:[ ]*([^"'\n]{4,})"#)
});

/// The `auth` of Docker's settings: user and password in base64.
static DOCKER: LazyLock<Regex> = LazyLock::new(|| regex(r#""auth"\s*:\s*"([^"]+)""#));

/// Where Docker's settings hold credentials.
pub fn docker_auths(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    DOCKER.captures_iter(text).filter_map(|auth| auth.get(1).map(|auth| auth.range()))
}

/// `{name: value}` of YAML in one line.
static FLOW: LazyLock<Regex> = LazyLock::new(|| {
    regex(r#"[{,]\s*["']?([A-Za-z_][A-Za-z0-9_.-]*)["']?:\s+(?:"([^"\n]+)"|'([^'\n]+)'|([^"',{}\[\]\s]+))"#)
});

/// Looks at the entries of the mappings that a line of YAML holds in braces.
pub fn flow<'m>(finder: &mut Finder<'_, 'm>, text: &Text<'m>, taken: &mut Taken) {
    let whole = &*text.text;
    if !whole.contains('{') {
        return;
    }
    for pair in FLOW.captures_iter(whole) {
        let value = (2..5).find_map(|group| pair.get(group));
        let (Some(name), Some(value)) = (pair.get(1), value) else { continue };
        if let Some(promise) = promise(name.as_str())
            && taken.add(value.range())
        {
            let name = text.cut(name.range());
            finder.judge(Some(&name), promise, &text.cut(value.range()), Source::Literal);
        }
    }
}

/// What of the value of a header is the secret: not the scheme before it.
fn credentials<'t>(header: &str, value: &'t str) -> Option<&'t str> {
    let ends = value.ends_with(char::is_whitespace);
    let value = value.trim();
    let secret = match value.split_once(char::is_whitespace) {
        Some((scheme, rest))
            if header.eq_ignore_ascii_case("authorization")
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') =>
        {
            rest.trim_start()
        }
        // The scheme of what is put together: `"Authorization: token " + token`.
        None if ends => return None,
        _ => value,
    };
    // References have spaces inside.
    let secret = if secret.contains(['$', '`', '{', '%', '<']) {
        secret
    } else {
        secret.split_whitespace().next().unwrap_or_default()
    };
    (secret.len() >= SHORTEST_CREDENTIALS).then_some(secret)
}

/// Shortest credentials in a header, in bytes.
const SHORTEST_CREDENTIALS: usize = 4;

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns of this file are valid: every one runs in its tests")
}

fn named(text: &str, name: Range<usize>, range: Range<usize>, source: Source, found: &mut Vec<Candidate>) {
    let Some(promise) = promise(&text[name.clone()])
        .or_else(|| (source == Source::ConnectionString).then_some(super::name::Promise::Secret))
    else {
        return;
    };
    for (inner, written) in value::secrets(&text[range.clone()], promise, Dollar::Open) {
        let source = if written == Written::Default { Source::Default } else { source };
        let range = range.start + inner.start..range.start + inner.end;
        found.push(Candidate { name: Some(name.clone()), ..Candidate::new(range, source) });
    }
}

/// Whether a key follows its header, and not a reference or a remark. A text that ends with the header is a line of a longer one.
fn has_body(text: &str) -> bool {
    let body = text.strip_prefix("PRIVATE KEY").unwrap_or(text);
    let body = body.strip_prefix(" BLOCK").unwrap_or(body).trim_start_matches('-');
    if body.is_empty() {
        return true;
    }
    let body = body.trim_start_matches(|c: char| c.is_whitespace()).trim_start_matches("\\n");
    let body = &body[..body.floor_char_boundary(64)];
    let end = body
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')))
        .unwrap_or(body.len());
    end > 15
}

/// Longest user and password of a URL looked at, in bytes.
const LONGEST_USER_INFO: usize = 512;

/// The passwords of `scheme://user:password@host` and of Go's `user:password@tcp(host)`.
fn urls(text: &str, dollar: Dollar, found: &mut Vec<Candidate>) {
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        let Some(info) = user_info(&text[start..]) else { continue };
        password(text, start..start + info, dollar, found);
    }
    for (at, _) in text.match_indices("@tcp(") {
        let before = &text[text.ceil_char_boundary(at.saturating_sub(LONGEST_USER_INFO))..at];
        let word = before.rsplit(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=')).next();
        let length = word.map_or(0, str::len);
        password(text, at - length..at, dollar, found);
    }
}

/// Length of the part before the `@` that ends the user and the password of a URL; `None` when there is none.
fn user_info(text: &str) -> Option<usize> {
    let text = &text[..text.floor_char_boundary(LONGEST_USER_INFO)];
    let mut last = None;
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '@' => last = Some(at),
            '/' | '?' | '"' | '\'' | '\\' | ',' | ';' | '|' => break,
            _ if c.is_whitespace() => break,
            _ => {}
        }
    }
    last
}

fn password(text: &str, info: Range<usize>, dollar: Dollar, found: &mut Vec<Candidate>) {
    let mut depth = 0_u32;
    let colon = text[info.clone()].bytes().position(|byte| {
        match byte {
            b'{' | b'(' => depth += 1,
            b'}' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        byte == b':' && depth == 0
    });
    let Some(colon) = colon else { return };
    let range = info.start + colon + 1..info.end;
    let secret = &text[range.clone()];
    // Patterns and formats: `s#//[^:]*:[^@]*@#`, `%s:%s@`.
    if secret.contains(['*', '[', '(', '<', '>']) && !secret.contains('$')
        || (secret.starts_with('%') && secret.len() < 3)
    {
        return;
    }
    let host = text[info.end + 1..].split(['/', ':', '"', '\'', ' ', '\n']).next().unwrap_or_default();
    let user = &text[info.start..info.start + colon];
    let generic =
        matches!(secret, "password" | "pass" | "pw" | "passwd" | "pwd" | "secret" | "PASSWORD" | "PASS");
    let nowhere = matches!(host, "host" | "hostname" | "HOST" | "example.com" | "domain")
        || host.ends_with(".example.com");
    if generic
        && (nowhere || matches!(user, "user" | "username" | "USER"))
        && matches!(user, "user" | "username" | "USER" | "")
    {
        return;
    }
    for (inner, written) in value::within(text, range, dollar) {
        let source = if written == Written::Default { Source::Default } else { Source::Url };
        found.push(Candidate { host: Some(host.to_owned()), ..Candidate::new(inner, source) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        urls(text, Dollar::Open, &mut found);
        found.into_iter().map(|found| text[found.range].to_owned()).collect()
    }

    #[test]
    fn passwords_of_urls_are_found() {
        for (text, secret) in [
            ("postgres://me:hunter2@db:5432/x", "hunter2"),
            ("redis://:hunter2@redis", "hunter2"),
            ("postgres://me:${PW:-hunter2}@db", "hunter2"),
            ("postgres://${U:-me}:p@ss@db", "p@ss"),
            ("root:hunter2@tcp(mysql:3306)/x", "hunter2"),
        ] {
            assert_eq!(found(text), [secret], "{text}");
        }
    }

    #[test]
    fn credentials_of_a_header_follow_the_scheme() {
        for (value, secret) in [
            ("token ${{ secrets.GITHUB_TOKEN }}", Some("${{ secrets.GITHUB_TOKEN }}")),
            ("ApiKey ${API_KEY}", Some("${API_KEY}")),
            ("Api-Key hunter2", Some("hunter2")),
            ("AWS4-HMAC-SHA256 Credential=$K", Some("Credential=$K")),
            ("hunter2", Some("hunter2")),
            ("token ", None),
        ] {
            assert_eq!(credentials("Authorization", value), secret, "{value}");
        }
    }

    #[test]
    fn urls_without_a_password_have_none() {
        #[rustfmt::skip]
        let all = [
            "redis://redis:6379", "http://host:8080/path@v1", "ssh://git@github.com", "postgres://me:${PW}@db",
            "https://$U:$P@h", "https://x-access-token:${{ secrets.T }}@github.com", "s#://[^:]*:[^@]*@#://***@#",
            "postgres://%s:%s@db", "a://b:<pw>@c", "postgres://user:password@host/db", "https://x:${T:?set it}@h",
        ];
        for text in all {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
