//! The versions of Kubernetes that a project is deployed to.

use crate::schema::tables::KUBERNETES;
use crate::schema::walk::{Fit, Versions};

/// The oldest minor version of Kubernetes 1 whose API is known by its name.
pub const OLDEST: u8 = 8;
/// The newest one.
pub const NEWEST: u8 = 37;

/// The minor versions of Kubernetes 1 that a project is deployed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Targets {
    /// The oldest of them.
    pub oldest: u8,
    /// The newest of them.
    pub newest: u8,
    /// Whether somebody said so; else they are all those whose structure is known, and one of them is enough.
    pub is_said: bool,
    /// Their bits in the table. What is older or newer than the table goes by the nearest version in it.
    mask: u8,
}

impl Default for Targets {
    fn default() -> Self {
        let oldest = minors().min().unwrap_or(NEWEST);
        Self { is_said: false, ..Self::between(oldest, NEWEST) }
    }
}

/// The minor versions whose structure is known, the oldest first.
pub fn minors() -> impl Iterator<Item = u8> {
    KUBERNETES.versions.iter().filter_map(|&name| minor(KUBERNETES.text(name)))
}

/// The number behind `1.`, of a version that may go on with a patch.
fn minor(version: &str) -> Option<u8> {
    let rest = version.strip_prefix('v').unwrap_or(version).strip_prefix("1.")?;
    let digits = rest.split('.').next().unwrap_or(rest);
    digits.parse().ok()
}

impl Targets {
    /// Reads `1.35`, `v1.35.2` or `1.33..1.37`. The error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let read = |text: &str| {
            let minor = minor(text.trim());
            minor
                .ok_or_else(|| format!("`{}` is no version of Kubernetes, such as `1.{NEWEST}`", text.trim()))
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
        Ok(Self::between(oldest, newest))
    }

    fn between(oldest: u8, newest: u8) -> Self {
        let all: Vec<u8> = minors().collect();
        let (first, last) = (all.first().copied().unwrap_or(0), all.last().copied().unwrap_or(0));
        let range = oldest.clamp(first, last)..=newest.clamp(first, last);
        let bits = all.iter().enumerate().filter(|(_, minor)| range.contains(minor));
        Self { oldest, newest, is_said: true, mask: bits.fold(0, |mask, (at, _)| mask | 1 << at) }
    }

    /// The versions of the table that an object of a kind must fit: those of the targets that know the kind, or all that know it.
    pub fn versions(self, within: u8) -> Versions {
        let mask = if self.mask & within == 0 { within } else { self.mask & within };
        Versions { mask, fit: if self.is_said { Fit::All } else { Fit::Any } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_with_and_without_a_range() {
        let read = |text| Targets::parse(text).map(|targets| (targets.oldest, targets.newest));
        assert_eq!(read("1.35"), Ok((35, 35)));
        assert_eq!(read("v1.34.2"), Ok((34, 34)));
        assert_eq!(read("1.30..1.36"), Ok((30, 36)));
        for wrong in ["", "1", "2.1", "1.x", "1.36..1.33", "1.7", "1.99", "1.33..", "latest"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
