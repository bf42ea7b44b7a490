//! Which names say that their value is a secret. Stricter than [`crate::secret::secret_name`], which masks in doubt: here a doubt is a
//! false alarm.

use crate::secret::words;

/// How far a name can be trusted to hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// A password: digits alone may be one.
    Password,
    /// A token, a key, a secret: a number is a count.
    Secret,
    /// A secret, or the name of one: `clientSecret`, `secretKey`, `credentials`. The value decides.
    Either,
}

/// Longest name looked at, in bytes.
const LONGEST: usize = 120;

/// What a name promises by its head, which stands last: `DB_PASSWORD`, `jwtSecret`, `openai-api-key`; not `PASSWORD_FILE`, `tokenTtl`,
/// `existingSecretPasswordKey`.
pub fn promise(name: &str) -> Option<Promise> {
    if name.len() > LONGEST || !may_promise(name) {
        return None;
    }
    let mut words = words(name);
    while words.last().is_some_and(|word| is(SUFFIXES, word)) {
        words.pop();
    }
    let last = words.pop()?;
    let before = words.last().map_or("", String::as_str);
    if words.iter().any(|word| is(NEVER, word)) || words.first().is_some_and(|word| is(SWITCHES, word)) {
        return None;
    }
    // The names of variables are never those of objects.
    let variable = !name.contains(|c: char| c.is_ascii_lowercase());
    let named = if variable { Promise::Secret } else { Promise::Either };
    let ends = |heads: &[&str]| heads.iter().any(|head| last.ends_with(head));
    if ends(&["PASSWORD", "PASSWORDS", "PASSWD", "PASSPHRASE", "REQUIREPASS", "MASTERAUTH"])
        || (matches!(&*last, "PASS" | "PSW" | "PWD") && !words.is_empty())
        || (last.ends_with("PWD") && last.len() > 3 && last != "OLDPWD")
    {
        return Some(Promise::Password);
    }
    // What is built into a page everyone can read.
    if BUNDLED.iter().any(|prefix| name.starts_with(prefix)) && ends(&["KEY", "KEYS"]) {
        return None;
    }
    if ends(&["TOKEN", "APIKEY", "APIKEYS", "PRIVATEKEY"]) || matches!(&*last, "TOKENS" | "AUTHORIZATION") {
        return Some(Promise::Secret);
    }
    if last.ends_with("SECRET") {
        return Some(if is(OWN_SECRETS, before) { Promise::Secret } else { named });
    }
    match &*last {
        "CREDENTIAL" | "CREDENTIALS" => Some(Promise::Either),
        "SECRETKEY" => Some(named),
        "KEY" | "KEYS" => match before {
            "SECRET" if words.len() > 1 && is(KEY_OF_A_SECRET, &words[words.len() - 2]) => None,
            "SECRET" => Some(named),
            "ACCESS" => {
                let secret = words.iter().any(|word| matches!(&**word, "SECRET" | "STORAGE" | "SHARED"));
                secret.then_some(Promise::Secret)
            }
            _ => is(KEY_KINDS, before).then_some(Promise::Secret),
        },
        _ => None,
    }
}

/// What an option promises: `--pass` and `--pwd` take a password, where `PWD` alone is a folder.
pub fn option(option: &str) -> Option<Promise> {
    let short = matches!(option, "--pass" | "--pwd");
    if short { Some(Promise::Password) } else { promise(option) }
}

/// Names of entries that are public even in a Secret: users, hosts, certificates.
pub fn is_public(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last() else { return true };
    words.iter().any(|word| is(&["PUBLIC", "PUB"], word)) || is(PUBLIC, last) || last.ends_with("USERNAME")
}

fn is(set: &[&str], word: &str) -> bool {
    set.contains(&word)
}

/// Whether the bytes of a head stand in a name, whatever their case: most names end here, without an allocation.
fn may_promise(name: &str) -> bool {
    let bytes = name.as_bytes();
    let holds = |head: &[u8]| bytes.windows(head.len()).any(|window| window.eq_ignore_ascii_case(head));
    holds(b"pass") || holds(b"secret") || holds(b"token") || holds(b"pwd") || holds(b"psw") || {
        bytes.len() > 3
            && (holds(b"key") || holds(b"credential") || holds(b"authoriz") || holds(b"masterauth"))
    }
}

/// What names of variables that go into a page begin with, beside those with `PUBLIC` in them.
const BUNDLED: &[&str] = &["VITE_", "REACT_APP_", "VUE_APP_", "GATSBY_"];

/// Words behind the head that say which of several it is.
#[rustfmt::skip]
const SUFFIXES: &[&str] = &[
    "B64", "BASE", "BASE64", "DEFAULT", "DEV", "LOCAL", "NEW", "OLD", "PLAIN", "PLAINTEXT", "PROD", "STAGING", "TEST",
    "TEXT", "VALUE",
];

/// Words that make the name one of something else, wherever they stand before the head.
const NEVER: &[&str] =
    &["EXISTING", "EXPIRE", "EXPIRES", "EXPIRATION", "EXPIRY", "MAX", "MIN", "NUM", "PUB", "PUBLIC"];

/// First words of switches: `useSecret`, `generatePassword`.
#[rustfmt::skip]
const SWITCHES: &[&str] = &[
    "ALLOW", "AUTO", "AUTOMOUNT", "CREATE", "DISABLE", "ENABLE", "ENABLED", "FROM", "GENERATE", "HAS", "IGNORE",
    "IMAGE", "INPUT", "IS", "MOUNT", "NO", "PULL", "REQUIRE", "RESET", "ROTATE", "SHOW", "SKIP", "TLS", "USE",
];

/// What a `SECRET` is the secret of, where it is no object of a cluster.
const OWN_SECRETS: &[&str] = &["APP", "CLIENT", "COOKIE", "HMAC", "JWT", "SESSION", "SHARED", "SIGNING"];

/// What stands before `SECRET_KEY` in the name of a key inside a Secret: `passwordSecretKey`.
const KEY_OF_A_SECRET: &[&str] = &["PASSWORD", "TOKEN", "USERNAME", "USER", "NAME"];

/// What a `KEY` must be of to be a secret.
#[rustfmt::skip]
const KEY_KINDS: &[&str] = &[
    "ACCOUNT", "API", "APP", "AUTH", "COOKIE", "DEPLOY", "ENCRYPTION", "FERNET", "HMAC", "JWT", "LICENSE", "MASTER",
    "PRIVATE", "SESSION", "SHARED", "SIGNING", "STORAGE", "WEBHOOK",
];

/// Last words of what is no secret by itself.
#[rustfmt::skip]
const PUBLIC: &[&str] = &[
    "ADDRESS", "CA", "CERT", "CERTIFICATE", "CRT", "DATABASE", "DB", "DBNAME", "ENDPOINT", "HOST", "HOSTNAME", "ID",
    "LOGIN", "NAME", "NAMESPACE", "PORT", "REGION", "SERVER", "TYPE", "URI", "URL", "USER", "USERNAME", "VERSION",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_name_decides() {
        #[rustfmt::skip]
        let all = [
            "DB_PASSWORD", "dbPassword", "password", "PGPASSWORD", "SMTP_PASS", "DB_PWD", "requirepass",
            "spring.datasource.password",
        ];
        for name in all {
            assert_eq!(promise(name), Some(Promise::Password), "{name}");
        }
        #[rustfmt::skip]
        let all = [
            "JWT_SECRET", "clientSecret", "SECRET_KEY", "SECRET_KEY_BASE", "GITHUB_TOKEN", "token", "API_KEY",
            "apikey", "fernetKey", "AWS_SECRET_ACCESS_KEY", "X-Api-Key", "Authorization", "PRIVATE_KEY",
        ];
        for name in all {
            assert_eq!(promise(name), Some(Promise::Secret), "{name}");
        }
        for name in ["secretKey", "webserverSecretKey", "authSecret", "credentials", "secret"] {
            assert_eq!(promise(name), Some(Promise::Either), "{name}");
        }
    }

    #[test]
    fn what_only_surrounds_a_secret_promises_none() {
        #[rustfmt::skip]
        let all = [
            "MAX_TOKENS", "JWT_ALGORITHM", "ACCESS_TOKEN_EXPIRE_MINUTES", "JWK_CACHE_TTL", "PASSWORD_FILE",
            "secretName", "existingSecret", "existingSecretPasswordKey", "userPasswordKey", "passwordSecretKey",
            "AWS_ACCESS_KEY_ID", "accessKey", "PUBLIC_KEY", "key", "cache-key", "token-id", "tlsSecret", "useSecret",
            "imagePullSecrets", "TWINE_USERNAME", "PWD", "compass", "pass", "secretProviderClass", "tokenReviewer",
            "PASSWORD_MIN_LENGTH", "keyboard", "NEXT_PUBLIC_API_KEY", "VITE_API_KEY", "REACT_APP_MAPS_API_KEY",
        ];
        for name in all {
            assert_eq!(promise(name), None, "{name}");
        }
    }
}
