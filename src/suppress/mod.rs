//! Suppressions that stand in the files themselves. [`scan`] finds them and what each holds for, [`apply`] holds them against the findings of
//! a run, [`proposals`] says where a new one can stand.
//!
//! `directive` is what a suppression says, `node` which lines of a YAML document a comment speaks of, `annotation` the form that Kubernetes
//! objects have.

mod annotation;
mod apply;
mod directive;
mod mend;
mod node;
mod place;
mod scan;

pub use apply::{Job, Unused, apply};
pub use directive::{Directive, Fault, MARK, Reach, Terms};
pub use place::{Wish, proposals};
pub use scan::{Form, Named, Scan, Suppression, scan};

/// Checks that no suppression in a file can silence: they say that a run is not complete, speak of the configuration, or of suppressions.
pub const ALWAYS_SAID: &[&str] = &[
    "configuration",
    "expired-suppression",
    "expired-waiver",
    "internal-error",
    "invalid-suppression",
    "rule-error",
    "rule-file",
    "unreadable-file",
    "unused-suppression",
    "unused-waiver",
];
