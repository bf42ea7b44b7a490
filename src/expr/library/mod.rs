//! Types that Kubernetes' own expressions have: quantities, versions, URLs, named formats. Plain Rust; what expressions make of them
//! stands in `functions`.

pub(super) mod named;
pub(super) mod quantity;
pub(super) mod semver;
pub(super) mod url;
