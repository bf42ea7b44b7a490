//! URLs as Kubernetes' expressions read them: absolute, or an absolute path (Go's `url.ParseRequestURI`).

use std::borrow::Cow;
use std::fmt::Write;

/// A URL, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::expr) struct Url {
    text: String,
    scheme: String,
    host: String,
    path: String,
    query: String,
}

impl Url {
    /// Reads a URL; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || text.bytes().any(|byte| byte.is_ascii_control()) {
            return None;
        }
        let (scheme, rest) = match text.find(':') {
            _ if text.starts_with('/') => ("", text),
            Some(at) if is_scheme(&text[..at]) => (&text[..at], &text[at + 1..]),
            _ => return None,
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, path) = match rest.strip_prefix("//") {
            // A path alone may begin with two slashes.
            Some(rest) if !scheme.is_empty() => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            _ if rest.starts_with('/') => ("", rest),
            // `mailto:a@b` has neither host nor path.
            _ if !scheme.is_empty() && !rest.is_empty() => ("", ""),
            _ => return None,
        };
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let fine = is_host(host) && escapes_are_whole(path);
        fine.then(|| Self {
            text: text.to_owned(),
            scheme: scheme.to_ascii_lowercase(),
            host: unescaped(host, false).into_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its scheme in lower case, or nothing.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Host and port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The host without its port; an IPv6 address without its brackets.
    pub fn hostname(&self) -> &str {
        let host = self.split_host().0;
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    /// The port, or nothing.
    pub fn port(&self) -> &str {
        self.split_host().1
    }

    /// The path, with `%` escapes for what may not stand in one.
    pub fn escaped_path(&self) -> String {
        let mut escaped = String::new();
        for &byte in self.path.as_bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@!'()*%[]".contains(&byte) {
                escaped.push(byte as char);
            } else {
                // Writing to a `String` cannot fail.
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
        escaped
    }

    /// The values of each key of the query, in the order of the keys. What cannot be read is left out.
    pub fn query(&self) -> Vec<(String, Vec<String>)> {
        let mut found: Vec<(String, Vec<String>)> = Vec::new();
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';'));
        for pair in pairs.filter(|pair| escapes_are_whole(pair)) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (key, value) = (unescaped(key, true), unescaped(value, true).into_owned());
            match found.binary_search_by(|(known, _)| known.as_str().cmp(&key)) {
                Ok(at) => found[at].1.push(value),
                Err(at) => found.insert(at, (key.into_owned(), vec![value])),
            }
        }
        found
    }

    fn split_host(&self) -> (&str, &str) {
        let from = self.host.rfind(']').unwrap_or(0);
        match self.host[from..].rfind(':') {
            Some(at) => (&self.host[..from + at], &self.host[from + at + 1..]),
            None => (&self.host, ""),
        }
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn is_host(host: &str) -> bool {
    let (name, port) = match (host.strip_prefix('['), host.rfind(':')) {
        (Some(address), _) => match address.split_once(']') {
            Some((name, port)) => (name, port),
            None => return false,
        },
        (None, Some(at)) => host.split_at(at),
        (None, None) => (host, ""),
    };
    let port_is_fine = port.is_empty()
        || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    port_is_fine
        && escapes_are_whole(name)
        && name.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || byte >= 0x80 || b"-_.~!$&'()*+,;=:%<>\"".contains(&byte)
        })
}

fn escapes_are_whole(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()))
}

/// The text with its `%` escapes read, and `+` as a space where that is meant. The escapes are whole.
fn unescaped(text: &str, plus: bool) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, escape) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 2;
            }
            (b'+', _) if plus => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        for (text, expected) in [
            (
                "https://user:pass@example.com:80/path?a=b",
                ["https", "example.com:80", "example.com", "80", "/path"],
            ),
            ("HTTPS://example.com", ["https", "example.com", "example.com", "", ""]),
            ("https://[::1]:80/path", ["https", "[::1]:80", "::1", "80", "/path"]),
            ("https://[::1]", ["https", "[::1]", "::1", "", ""]),
            ("/path/only?x", ["", "", "", "", "/path/only"]),
            (
                "https://example.com/path with spaces/",
                ["https", "example.com", "example.com", "", "/path%20with%20spaces/"],
            ),
            ("https://example.com:/é%20", ["https", "example.com:", "example.com", "", "/%C3%A9%20"]),
            ("mailto:a@b", ["mailto", "", "", "", ""]),
            ("file:///a/b", ["file", "", "", "", "/a/b"]),
        ] {
            let url = Url::parse(text).expect(text);
            assert_eq!(
                [url.scheme(), url.host(), url.hostname(), url.port(), &url.escaped_path()],
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for text in [
            "",
            "example.com",
            "a/b",
            "../x",
            "https:",
            "1http://x",
            "https://a b/",
            "https://a:b/",
            "https://[::1",
            "https://a/%zz",
            "https://a/\n",
            "://x",
            "https://a%2/",
        ] {
            assert_eq!(Url::parse(text), None, "{text}");
        }
    }

    #[test]
    fn queries_are_lists_by_key() {
        let url = Url::parse("https://x/?k1=a&k2=b&k2=c+d&k3&k4=%21&bad=%zz&;=1").expect("a URL");
        let shown: Vec<_> =
            url.query().into_iter().map(|(key, values)| format!("{key}:{}", values.join("|"))).collect();
        assert_eq!(shown, ["k1:a", "k2:b|c d", "k3:", "k4:!"]);
    }
}
