//! Versions of Semantic Versioning 2.0.0.

use std::cmp::Ordering;
use std::fmt;

/// A version. Build metadata plays no part in its order.
#[derive(Clone, Debug)]
pub(in crate::expr) struct Version {
    /// Major, minor, patch.
    pub numbers: [u64; 3],
    pre: Vec<Part>,
    build: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Text(String),
}

impl Version {
    /// Reads a version; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (text, build) = match text.split_once('+') {
            Some((text, build)) if build.split('.').all(is_identifier) => (text, build),
            Some(_) => return None,
            None => (text, ""),
        };
        let (core, pre) = match text.split_once('-') {
            Some((core, pre)) => (core, pre.split('.').map(part).collect::<Option<_>>()?),
            None => (text, Vec::new()),
        };
        let mut numbers = core.split('.').map(number);
        let version = [numbers.next()??, numbers.next()??, numbers.next()??];
        numbers.next().is_none().then(|| Self { numbers: version, pre, build: build.to_owned() })
    }

    /// Reads a version as it is often written: with a `v`, without minor or patch, with leading zeros.
    pub fn parse_loosely(text: &str) -> Option<Self> {
        let mut parts: Vec<String> =
            text.strip_prefix('v').unwrap_or(text).splitn(3, '.').map(without_zeros).collect();
        if parts.len() < 3 && parts.last()?.contains(['+', '-']) {
            return None;
        }
        parts.resize(3, "0".to_owned());
        Self::parse(&parts.join("."))
    }
}

fn without_zeros(part: &str) -> String {
    let rest = part.trim_start_matches('0');
    let zero = rest.len() < part.len() && !rest.starts_with(|c: char| c.is_ascii_digit());
    format!("{}{rest}", if zero { "0" } else { "" })
}

fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn part(text: &str) -> Option<Part> {
    if !is_identifier(text) {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        number(text).map(Part::Number)
    } else {
        Some(Part::Text(text.to_owned()))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    /// Section 11 of the specification: a version with a pre-release comes before the one without.
    fn cmp(&self, other: &Self) -> Ordering {
        let release = |version: &Self| version.pre.is_empty();
        self.numbers
            .cmp(&other.numbers)
            .then(release(self).cmp(&release(other)))
            .then_with(|| self.pre.cmp(&other.pre))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        for (at, part) in self.pre.iter().enumerate() {
            f.write_str(if at == 0 { "-" } else { "." })?;
            match part {
                Part::Number(number) => write!(f, "{number}")?,
                Part::Text(text) => f.write_str(text)?,
            }
        }
        if self.build.is_empty() { Ok(()) } else { write!(f, "+{}", self.build) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_the_specification_says() {
        let order = [
            "0.9.9",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.2.0",
            "1.10.0",
            "2.0.0",
        ];
        let versions: Vec<_> = order.iter().map(|text| Version::parse(text).expect("a version")).collect();
        assert!(versions.is_sorted_by(|a, b| a < b));
        assert_eq!(versions.iter().map(ToString::to_string).collect::<Vec<_>>(), order);
        assert_eq!(Version::parse("1.0.0+a"), Version::parse("1.0.0+b"));
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "v1.2.3",
            "01.2.3",
            "1.2.3-",
            "1.2.3-01",
            "1.2.3-a..b",
            "1.2.3+",
            "1.2.3+a_b",
            "1.2.x",
            "-1.2.3",
            "1.2.99999999999999999999",
            " 1.2.3",
        ] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
        assert!(Version::parse("1.2.3-0a.-.0+001").is_some());
    }

    #[test]
    fn a_version_may_be_read_loosely() {
        for (text, version) in [
            ("v1.0", "1.0.0"),
            ("1", "1.0.0"),
            ("v01.02.003", "1.2.3"),
            ("1.2.0-rc.1", "1.2.0-rc.1"),
            ("v1.0.00", "1.0.0"),
            ("v1.2.3+x", "1.2.3+x"),
        ] {
            assert_eq!(
                Version::parse_loosely(text).map(|version| version.to_string()).as_deref(),
                Some(version),
                "{text}"
            );
        }
        for text in ["", "1-rc", "1.2-rc", "vv1", "a"] {
            assert_eq!(Version::parse_loosely(text), None, "{text}");
        }
    }
}
