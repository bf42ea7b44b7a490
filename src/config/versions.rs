//! The versions of Kubernetes that a project is deployed to.

/// The oldest minor version of Kubernetes 1 whose API is known.
pub const OLDEST: u8 = 8;
/// The newest one.
pub const NEWEST: u8 = 37;

/// Minor versions of Kubernetes 1 that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KubernetesVersions {
    /// The oldest of them.
    pub oldest: u8,
    /// The newest of them.
    pub newest: u8,
}

/// The number behind `1.`, of a version that may go on with a patch.
pub fn minor(version: &str) -> Option<u8> {
    let rest = version.strip_prefix('v').unwrap_or(version).strip_prefix("1.")?;
    let digits = rest.split('.').next().unwrap_or(rest);
    digits.parse().ok()
}

impl KubernetesVersions {
    /// Reads `1.35`, `v1.35.2` or `1.33..1.37`. The error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let read = |text: &str| {
            let minor = minor(text.trim());
            let wrong = || {
                let text = text.trim();
                format!(
                    "`{text}` is no version of Kubernetes; write `1.{NEWEST}`, or a range as `1.33..1.{NEWEST}`"
                )
            };
            minor.ok_or_else(wrong)
        };
        let (oldest, newest) = (read(from)?, read(to)?);
        if oldest > newest {
            return Err(format!("1.{oldest} is newer than 1.{newest}; write the older version first"));
        }
        for minor in [oldest, newest] {
            if !(OLDEST..=NEWEST).contains(&minor) {
                return Err(format!(
                    "Kubernetes 1.{minor} is not known here; the versions are 1.{OLDEST} to 1.{NEWEST}"
                ));
            }
        }
        Ok(Self { oldest, newest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_with_and_without_a_range() {
        let read = |text| KubernetesVersions::parse(text).map(|versions| (versions.oldest, versions.newest));
        assert_eq!(read("1.35"), Ok((35, 35)));
        assert_eq!(read("v1.34.2"), Ok((34, 34)));
        assert_eq!(read("1.30..1.36"), Ok((30, 36)));
        for wrong in ["", "1", "2.1", "1.x", "1.36..1.33", "1.7", "1.99", "1.33..", "latest"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
