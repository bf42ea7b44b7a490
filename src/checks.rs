//! The checks that are no rules: made before rules are asked, by every run. Their names, how much they matter, and what they are about.

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Place;

/// Every check, by its name: name, severity, summary.
pub const CHECKS: &[(&str, Severity, &str)] = &[
    ("configuration", Severity::Error, "the configuration is wrong; nothing is checked before it is mended"),
    ("constant-condition", Severity::Error, "an `if` whose outcome does not depend on anything"),
    (
        "dependency-cycle",
        Severity::Error,
        "things that wait for, build on or include one another in a circle",
    ),
    ("deprecated-api", Severity::Warning, "an API version that Kubernetes is about to stop serving"),
    (
        "duplicate-item",
        Severity::Error,
        "two items of a list have the same name, port or path, where each must have its own",
    ),
    ("duplicate-key", Severity::Error, "a key stands twice in one mapping, so that one of the two is lost"),
    (
        "encoding-error",
        Severity::Error,
        "the file is not well-formed UTF-8 or UTF-16; what is not was replaced",
    ),
    ("exclusive-keys", Severity::Error, "two keys that exclude each other"),
    (
        "expired-suppression",
        Severity::Warning,
        "a suppression in a file has ended and suppresses nothing any more",
    ),
    (
        "expired-waiver",
        Severity::Warning,
        "a waiver of the configuration has ended and excuses nothing any more",
    ),
    ("internal-error", Severity::Error, "a fault of plimsoll; the rest of the run went on"),
    (
        "invalid-expression",
        Severity::Error,
        "what stands in `${{ }}` is no expression, or calls and names what does not exist",
    ),
    (
        "invalid-suppression",
        Severity::Warning,
        "a suppression in a file is malformed or names no rule; it suppresses nothing",
    ),
    ("invalid-value", Severity::Error, "a value that the key does not take, though its type is right"),
    ("invalid-values", Severity::Error, "the values of a chart do not fit its `values.schema.json`"),
    ("lenient-syntax", Severity::Info, "not YAML by the letter, but read the way go-yaml reads it"),
    ("limit-exceeded", Severity::Error, "the file is too large or nested too deeply to be read to its end"),
    ("missing-input", Severity::Warning, "an input that the action requires is not given"),
    ("missing-key", Severity::Error, "a key is missing that must be there"),
    ("removed-api", Severity::Error, "an API version that no Kubernetes in use serves any more"),
    ("rule-error", Severity::Error, "a rule could not be evaluated; what it would have found is not known"),
    ("rule-file", Severity::Error, "a rule file is wrong; nothing is checked before it is mended"),
    ("syntax-error", Severity::Error, "the file is not YAML; part of it was passed over"),
    (
        "unavailable-context",
        Severity::Error,
        "an expression uses a context or a function that its key does not know",
    ),
    (
        "undefined-reference",
        Severity::Error,
        "a name that refers to nothing in its file, or in the files it is used with",
    ),
    ("unknown-input", Severity::Warning, "an input that the action does not have, so that it is not used"),
    (
        "unknown-key",
        Severity::Error,
        "a key that nothing reads: misspelt, in the wrong place, or unknown to the version in use",
    ),
    (
        "unknown-pipeline",
        Severity::Error,
        "the `pipeline` of the configuration names a workflow or a job that does not exist",
    ),
    ("unreadable-file", Severity::Error, "the file could not be opened"),
    (
        "unused-configuration",
        Severity::Warning,
        "a configuration in a folder of the project is not used: a project has one, at its root",
    ),
    ("unused-suppression", Severity::Info, "a suppression in a file suppresses nothing"),
    ("unused-waiver", Severity::Info, "a waiver of the configuration excuses nothing in the whole project"),
    ("wrong-type", Severity::Error, "a value of another type than the key takes"),
];

/// A finding of one of the checks, at the severity of [`CHECKS`].
pub fn own(check: &'static str, place: Place, message: impl Into<String>) -> Diagnostic {
    let severity = CHECKS.iter().find(|known| known.0 == check).map_or(Severity::Error, |known| known.1);
    Diagnostic::new(check, severity, place, message)
}
