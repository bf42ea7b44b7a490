//! Secrets known by their shape: credentials in URLs, private keys, tokens of well-known issuers.

use super::text;
use crate::source::Span;
use regex::Regex;
use std::sync::LazyLock;

/// Appends the spans of what looks like a secret by itself.
pub(super) fn shapes(text: &str, spans: &mut Vec<Span>) {
    for found in TOKEN.find_iter(text) {
        spans.push(found.range().into());
    }
    // Whichever group took part is the secret; the rest of the match says that it is one.
    for found in CREDENTIALS.captures_iter(text) {
        let secret = found.iter().skip(1).flatten().next();
        let Some(secret) = secret else { continue };
        if is_port(secret.as_str()) {
            continue;
        }
        text::literals(text, secret.range().into(), spans);
    }
    for found in SCHEME.captures_iter(text) {
        let Some(secret) = found.get(1) else { continue };
        if is_random(secret.as_str()) {
            spans.push(secret.range().into());
        }
    }
    for found in PRIVATE_KEY.captures_iter(text) {
        let Some(body) = found.get(1) else { continue };
        text::lines(text, body.range().into(), spans);
    }
}

/// Tokens by the prefixes that their issuers document.
pub(super) static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}",
        r"|\b(?:AKIA|ASIA)[A-Z0-9]{12,}|xox[abeoprs]-[A-Za-z0-9-]{10,}|\bsk-[A-Za-z0-9_-]{16,}|\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}",
        r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?|\bAIza[A-Za-z0-9_-]{30,}|\bnpm_[A-Za-z0-9]{30,}",
        r"|\bhf_[A-Za-z0-9]{30,}|\bdckr_pat_[A-Za-z0-9_-]{20,}|\bpypi-[A-Za-z0-9_-]{30,}|\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
        r"|hooks\.slack\.com/services/[A-Za-z0-9/]{20,}",
    ))
});

/// What the tokens of [`TOKEN`] begin with, one of them at least.
#[rustfmt::skip]
pub(super) const ISSUED_PREFIXES: &[&str] = &[
    "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "AKIA", "ASIA", "xox", "sk-", "rk_live_", "rk_test_",
    "sk_live_", "sk_test_", "eyJ", "AIza", "npm_", "hf_", "dckr_pat_", "pypi-", "SG.", "hooks.slack.com",
];

/// `scheme://user:SECRET@`, `scheme://LONG_SECRET@` and `--user name:SECRET`.
static CREDENTIALS: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r#"[A-Za-z][A-Za-z0-9+.-]*://(?:[^\s/:@"'<>`]*:((?:\$\{\{[^}\n]*\}\}|\$\{[^}\n]*\}|[^\s/"'<>`])+)@"#,
        r#"|[^\s/:@"'<>`]*:([^\s@"'<>`]+)@|([A-Za-z0-9_-]{16,})@)"#,
        r#"|(?:^|\s)(?:-u|--user)[ =]["']?[^\s:"'$]+:([^\s"']+)"#,
    ))
});

/// The credentials after the name of an HTTP authentication scheme.
static SCHEME: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)\b(?:bearer|basic|token)[ \t]+([A-Za-z0-9+/._~-]{12,}=*)"));

/// The body of a PEM or PGP private key, to its end marker or the end of the text.
static PRIVATE_KEY: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(.*?)(?:-----END |\z)"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns of this file are valid: every one runs in its tests")
}

/// `8080/path` in `http://host:8080/path@v1` is no password, `1000` in `--user 1000:1000` neither.
fn is_port(text: &str) -> bool {
    let number = text.split('/').next().unwrap_or(text);
    !number.is_empty() && number.len() <= 5 && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a word is more likely a credential than prose: digits or mixed case inside.
fn is_random(word: &str) -> bool {
    let inner = || word.chars().skip(1);
    word.ends_with('=')
        || word.chars().any(|c| c.is_ascii_digit())
        || (inner().any(char::is_uppercase) && inner().any(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut spans = Vec::new();
        shapes(text, &mut spans);
        super::super::disjoint(spans).into_iter().map(|span| span.of(text)).collect()
    }

    #[test]
    fn passwords_in_urls_are_found() {
        assert_eq!(found("postgres://me:hunter2@db:5432/x"), ["hunter2"]);
        assert_eq!(found("redis://:hunter2@db"), ["hunter2"]);
        assert_eq!(found("amqp://a:pa/ss@mq"), ["pa/ss"]);
        assert_eq!(found("https://0123456789abcdef0123@sentry.io/1"), ["0123456789abcdef0123"]);
        assert_eq!(found("postgres://me:${PW:-hunter2}@db"), ["hunter2"]);
    }

    #[test]
    fn ports_users_and_versions_are_not_passwords() {
        assert!(found("http://host:8080/path@v1 https://host:443 git://host/x@y").is_empty());
        assert!(found("docker run --user 1000:1000 x").is_empty());
        assert!(found("postgres://${USER}:${PASSWORD}@db ssh://git@github.com").is_empty());
    }

    #[test]
    fn authentication_headers_are_found_and_prose_is_not() {
        assert_eq!(found("curl -H 'X: Bearer abcdef123456789'"), ["abcdef123456789"]);
        assert!(found("uses basic authentication and bearer authorization").is_empty());
    }

    #[test]
    fn issued_tokens_are_found() {
        for token in [
            "ghp_0123456789abcdefghij0123456789abcdef",
            "github_pat_0123456789abcdefghij",
            "glpat-0123456789abcdefghij",
            "AKIA0123456789ABCDEF",
            "xoxb-0123456789-abcdef",
            "sk-0123456789abcdefghij",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        ] {
            assert_eq!(found(&format!("a {token} b")), [token]);
        }
    }

    #[test]
    fn a_private_key_without_an_end_is_masked_to_the_end() {
        assert_eq!(found("-----BEGIN PRIVATE KEY-----\nabc\n\ndef"), ["abc", "def"]);
        assert_eq!(found("-----BEGIN PUBLIC KEY-----\nabc\n"), [""; 0]);
    }
}
