//! The versions of Kubernetes that objects must fit.

use crate::config::{KubernetesVersions, NEWEST_KUBERNETES, minor};
use crate::schema::tables::KUBERNETES;
use crate::schema::walk::{Fit, Versions};

/// The versions that objects must fit.
#[derive(Clone, Copy, Debug)]
pub struct Targets {
    /// The oldest minor version of Kubernetes 1.
    pub oldest: u8,
    /// The newest one.
    pub newest: u8,
    /// Whether somebody said so; else they are all those whose structure is known, and one of them is enough.
    pub is_said: bool,
    /// Their bits in the table. What is older or newer than the table goes by the nearest version in it.
    mask: u8,
}

/// The minor versions whose structure is known, the oldest first.
fn minors() -> impl Iterator<Item = u8> {
    KUBERNETES.versions.iter().filter_map(|&name| minor(KUBERNETES.text(name)))
}

impl Targets {
    /// Those that were said, if any were.
    pub fn new(said: Option<KubernetesVersions>) -> Self {
        let all: Vec<u8> = minors().collect();
        let (first, last) = (all.first().copied().unwrap_or(0), all.last().copied().unwrap_or(0));
        let KubernetesVersions { oldest, newest } =
            said.unwrap_or(KubernetesVersions { oldest: first, newest: NEWEST_KUBERNETES });
        let range = oldest.clamp(first, last)..=newest.clamp(first, last);
        let bits = all.iter().enumerate().filter(|(_, minor)| range.contains(minor));
        let mask = bits.fold(0, |mask, (at, _)| mask | 1 << at);
        Self { oldest, newest, is_said: said.is_some(), mask }
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
    fn the_newest_version_that_can_be_said_is_the_newest_of_the_table() {
        assert_eq!(minors().max(), Some(NEWEST_KUBERNETES));
        assert_eq!(minors().count(), 5);
    }
}
