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
    ("deprecated-input", Severity::Warning, "an input that the action is about to give up"),
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
    ("lenient-syntax", Severity::Info, "not YAML by the letter, but read the way go-yaml reads it"),
    ("limit-exceeded", Severity::Error, "the file is too large or nested too deeply to be read to its end"),
    ("missing-input", Severity::Warning, "an input that the action requires is not given"),
    ("missing-key", Severity::Error, "a key is missing that must be there"),
    ("rejected-values", Severity::Error, "the values of a chart do not fit its `values.schema.json`"),
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

/// Why a check exists, by which words it decides, and what to do where it does not apply; for the checks of structure.
pub fn explanation(check: &str) -> Option<&'static str> {
    Some(match check {
        "unknown-key" => {
            "A key that its consumer does not know is refused (workflows, Compose, a strict API server) or dropped without a word (kubectl \
             without server-side validation, Helm): what it was to set is not set. Kubernetes goes by the API specifications of its newest minor \
             versions, custom resources by the CustomResourceDefinitions of the project, workflows by GitHub's grammar, Compose files by the \
             Compose specification. Without `kubernetes.version` in the configuration a key is known if one of the versions knows it. \
             Parts (kustomize patches, overrides) and keys that are filled in later are left alone."
        }
        "missing-key" => {
            "The consumer refuses the file. What has a default, what a patch or an override leaves to its base, and what stands behind a \
             template or an expression is never missing."
        }
        "wrong-type" => {
            "The consumer refuses the value, or turns it into something else: a port number in `env` is no string, and YAML 1.1, which \
             Kubernetes and Helm read, takes `yes`, `no`, `on` and `off` for booleans. Values that are filled in later are left alone."
        }
        "invalid-value" => {
            "The type is right and the value is not: a name, a port, a quantity, a date, one word of several. What Kubernetes asks beyond its \
             specification comes from the validation of the API server itself."
        }
        "duplicate-item" => {
            "Items of a list are told apart by a key (the name of a container, the path of a mount). Two of them with one key are refused \
             (error), or the last takes the place of the first (warning)."
        }
        "exclusive-keys" => "The consumer takes one of the two and refuses both.",
        "undefined-reference" => {
            "A name that is declared nowhere: a job, a service, a network, a file of the repository. Other files that may declare it are \
             looked at where it is known which are used together; where that is not known nothing is reported."
        }
        "dependency-cycle" => {
            "None of the things in the circle can begin, so that the consumer refuses the file."
        }
        "removed-api" => {
            "The API server answers that it knows no such kind. Without `kubernetes.version` in the configuration an API counts as removed \
             when none of the newest minor versions serves it."
        }
        "deprecated-api" => {
            "Kubernetes still serves the API, and has said with which version it stops, or already stopped in a version newer than the oldest \
             that is looked at. Say in the configuration what you deploy to: `kubernetes: {version: …}`."
        }
        "invalid-expression" => {
            "GitHub refuses the workflow, or Compose the file, when it reads the expression; what an expression names and does not exist is \
             empty when it runs, which is worse."
        }
        "unavailable-context" => {
            "GitHub evaluates each key at its own time, with the contexts that exist then: `env` is not there yet when the `if` of a job is decided."
        }
        "constant-condition" => {
            "An `if` with text beside its `${{ }}` is a string, and a string that is not empty is true: the step always runs. A bare `true` or \
             `false` is taken for what it says."
        }
        "unknown-input" => {
            "The runner warns and goes on: the input does nothing. The inputs are those in the action's own metadata file."
        }
        "deprecated-input" => "The action's own metadata file says so, and often what to use instead.",
        "missing-input" => {
            "The action says that it requires the input; the runner does not enforce it, so that the action fails in its own way, or not at all."
        }
        "rejected-values" => {
            "`helm install`, `upgrade`, `lint` and `template` hold the values, files laid over one another, against `values.schema.json` and \
             stop. Schemas elsewhere are never fetched."
        }
        _ => return None,
    })
}
