//! A digest that is the same on every platform and in every version of this program.

/// FNV-1a over what is added, mixed at the end as `MurmurHash3` does so that every bit counts: the standard library promises no hash that
/// stays the same.
#[derive(Clone, Copy)]
pub(super) struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// Adds a text and its end.
    pub fn text(self, text: &str) -> Self {
        // No byte of UTF-8 is 0xff.
        text.bytes().chain([0xff]).fold(self, Self::byte)
    }

    /// Adds a number.
    pub fn number(self, number: u64) -> Self {
        number.to_le_bytes().into_iter().fold(self, Self::byte)
    }

    fn byte(self, byte: u8) -> Self {
        Self((self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }

    /// The digest of what was added.
    pub fn finish(self) -> u64 {
        let mut mixed = self.0;
        for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
            mixed = (mixed ^ (mixed >> 33)).wrapping_mul(factor);
        }
        mixed ^ (mixed >> 33)
    }
}
