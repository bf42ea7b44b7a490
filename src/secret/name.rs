//! Names that promise a secret.

/// Whether an entry of this name holds a secret: `DB_PASSWORD`, `apiKey`, `client-secret`, `spring.datasource.password`.
///
/// Not so names of what merely surrounds a secret: `MAX_TOKENS`, `TOKENIZER`, `JWT_ALGORITHM`, `TOKEN_EXPIRE_MINUTES`,
/// `PASSWORD_FILE`, `secretName`, `secretKeyRef`, `existingSecret`.
pub fn secret_name(name: &str) -> bool {
    if name.len() > LONGEST || NEVER.contains(&name) || name.starts_with(IGNORE) {
        return false;
    }
    let words = words(name);
    let Some(last) = words.last() else { return false };
    let is = |set: &[&str], word: &String| set.contains(&word.as_str());
    if is(AROUND, last) || words.iter().any(|word| is(AMOUNTS, word) || word.starts_with("EXPIR")) {
        return false;
    }
    let pointer = words.first().filter(|first| is(POINTERS, first));
    if pointer.is_some_and(|first| first == "EXISTING" || matches!(last.as_str(), "SECRET" | "SECRETS")) {
        return false;
    }
    words.iter().any(|word| promises(word))
        || matches!(last.as_str(), "AUTH" | "AUTHORIZATION" | "DSN")
        || (words.len() > 1 && matches!(last.as_str(), "PASS" | "PWD"))
        || (last.ends_with("PWD") && !matches!(last.as_str(), "PWD" | "OLDPWD"))
        || words.windows(2).any(|pair| match pair[1].as_str() {
            "KEY" | "KEYS" => is(KEY_KINDS, &pair[0]),
            "STRING" => pair[0] == "CONNECTION",
            _ => false,
        })
}

/// Whether an option of this name, without its dashes, takes a secret: `--password` and its kin.
pub fn secret_option(name: &str) -> bool {
    matches!(name, "pass" | "pwd") || secret_name(name)
}

/// Longest name looked at, in bytes; what is longer is no name.
const LONGEST: usize = 200;

/// Names with a meaning of their own: GitHub's permission and section, the reference of an external secret, rules as the
/// configuration and annotations name them.
#[rustfmt::skip]
const NEVER: &[&str] = &[
    "id-token", "secrets", "secretKey", "imagePullSecret", "imagePullSecrets", "SECRETS",
    "plaintext-secret", "plaintext-secret-in-sample", "ignore.plaintext-secret", "ignore.plaintext-secret-in-sample",
];

/// What annotations that suppress a rule begin with; their values are reasons.
const IGNORE: &str = "plimsoll.dev/ignore.";

/// Last words that make a name one of something around a secret, endings of script names among them.
#[rustfmt::skip]
const AROUND: &[&str] = &[
    "ALG", "ALGORITHM", "ALGORITHMS", "AUDIENCE", "CLASS", "DIR", "DIRECTORY", "DOMAIN", "ENABLED", "ENDPOINT", "FILE",
    "FILES", "GO", "HEADER", "HOST", "HOSTNAME", "INTERVAL", "ISSUER", "JS", "KIND", "LENGTH", "LIFETIME", "MD", "METHOD",
    "MODE", "NAME", "NAMES", "NAMESPACE", "PATH", "PATHS", "POLICY", "PORT", "PREFIX", "PROVIDER", "PY", "RB", "REALM",
    "REF", "REFS", "REQUIRED", "SCOPE", "SCOPES", "SERVER", "SERVICE", "SH", "SIZE", "STDIN", "TIMEOUT", "TS", "TTL", "TYPE",
    "TYPES", "URI", "URL", "USER", "USERNAME", "VERSION",
];

/// Words that make `TOKEN` a unit of text and `PASSWORD` a policy.
const AMOUNTS: &[&str] =
    &["BUDGET", "CONTEXT", "COUNT", "LIMIT", "MAX", "MAXIMUM", "MIN", "MINIMUM", "NUM", "PER", "TOTAL"];

/// First words of names that point at a Secret object: `existingSecret: db`.
const POINTERS: &[&str] = &["EXISTING", "FROM", "IMAGE", "TLS", "USE"];

/// What a `KEY` must be of to be a secret.
const KEY_KINDS: &[&str] = &[
    "ACCESS",
    "ACCOUNT",
    "API",
    "APP",
    "AUTH",
    "DEPLOY",
    "ENCRYPTION",
    "HMAC",
    "JWT",
    "LICENSE",
    "MASTER",
    "PRIVATE",
    "SECRET",
    "SERVICE",
    "SESSION",
    "SHARED",
    "SIGNING",
    "SSH",
    "STORAGE",
    "WEBHOOK",
];

fn promises(word: &str) -> bool {
    const ANYWHERE: &[&str] =
        &["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "APIKEY", "PRIVATEKEY", "ACCESSKEY", "CREDENTIAL"];
    ANYWHERE.iter().any(|part| word.contains(part))
        || word.ends_with("TOKEN")
        || word.ends_with("TOKENS")
        || (word.starts_with('P')
            && word.len().abs_diff(8) <= 1
            && strsim::osa_distance(word, "PASSWORD") <= 1)
}

/// The words of a name in capitals: cut at `_`, `-`, `.`, `/`, blanks and where lower case turns to upper case (`jwtSecret`,
/// `HTTPToken`).
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous = '_';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let humps = c.is_uppercase()
            && (previous.is_lowercase()
                || previous.is_ascii_digit()
                || (previous.is_uppercase() && chars.peek().is_some_and(|next| next.is_lowercase())));
        if !c.is_alphanumeric() || humps {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_uppercase());
        }
        previous = c;
    }
    words.retain(|word| !word.is_empty() && !word.chars().all(|c| c.is_ascii_digit()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_names_are_known_in_every_spelling() {
        for name in [
            "PASSWORD",
            "DB_PASSWORD",
            "dbPassword",
            "db-password",
            "spring.datasource.password",
            "PGPASSWORD",
            "passwd",
            "passwrd",
            "DB_PASWORD",
            "DB_PWD",
            "dbpwd",
            "SMTP_PASS",
            "SECRET",
            "clientSecret",
            "JWT_SECRET",
            "SECRET_KEY",
            "TOKEN",
            "GITHUB_TOKEN",
            "authtoken",
            "API_KEY",
            "apikey",
            "OPENAI_API_KEYS",
            "private-key",
            "AWS_SECRET_ACCESS_KEY",
            "credentials",
            "REDIS_AUTH",
            "Authorization",
            "PASSPHRASE",
            "CONNECTION_STRING",
            "connectionString",
            "SENTRY_DSN",
            "X-Api-Key",
            "PASSWORD_1",
        ] {
            assert!(secret_name(name), "{name}");
        }
    }

    #[test]
    fn names_of_rules_are_not_secret() {
        for id in crate::rule::BUILT_IN
            .iter()
            .filter_map(|(path, _)| path.rsplit('/').next()?.strip_suffix(".yaml"))
        {
            for name in [id.to_owned(), format!("ignore.{id}"), format!("plimsoll.dev/ignore.{id}")] {
                assert!(!secret_name(&name), "{name}");
            }
        }
        assert!(secret_name("ignore.password") && secret_name("PLAINTEXT_SECRET"));
    }

    #[test]
    fn names_around_secrets_are_not_secret() {
        for name in [
            "MAX_TOKENS",
            "LLM_MAX_OUTPUT_TOKENS",
            "TOKENIZER",
            "tokenizer_path",
            "JWT_ALGORITHM",
            "ACCESS_TOKEN_EXPIRE_MINUTES",
            "PASSWORD_FILE",
            "SECRET_PATH",
            "secretName",
            "secretKeyRef",
            "secretKey",
            "secretRef",
            "existingSecret",
            "imagePullSecrets",
            "TOKEN_URL",
            "AUTH_SERVICE",
            "author",
            "PWD",
            "OLDPWD",
            "key",
            "PUBLIC_KEY",
            "compass",
            "bypass",
            "id-token",
            "tokens_per_minute",
            "create-token.js",
            "existingSecretPasswordKey",
            "password-stdin",
            "secrets",
            "",
            "___",
        ] {
            assert!(!secret_name(name), "{name}");
        }
    }
}
