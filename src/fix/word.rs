//! What may be written where a shell reads it: one plain word, which it takes as it stands wherever it is.

use super::Side;
use crate::artifact::{Artifact, Kind};
use crate::change::Change;
use crate::model::holds_script;
use crate::source::{FileId, Span};
use crate::yaml::Node;

/// Why changes may not be made, if one of them writes something else than a plain word where a shell, a builder of images or a reader of
/// dotenv files would take it apart. What is written may repeat a secret, so it is not said.
pub(super) fn refusal(side: Side<'_>, changes: &[(FileId, Change)]) -> Option<&'static str> {
    let refused = changes.iter().any(|(file, Change { span, text })| {
        let old = span.of(&side.sources.get(*file).text);
        !(text.is_empty() || is_plain(text) || is_default(old, text))
            && side.artifact(*file).is_some_and(|artifact| is_taken_apart(artifact, *span))
    });
    refused.then_some("what it writes is no plain word, and a shell may read it there")
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._/:@-".contains(&byte))
}

/// Whether the default of a reference becomes the demand for a value: `${X:-y}`, `${X:?}`.
fn is_default(old: &str, text: &str) -> bool {
    text == ":?" && old.strip_prefix(':').unwrap_or(old).starts_with(['-', '='])
}

fn is_taken_apart(artifact: &Artifact, span: Span) -> bool {
    let Some(document) = &artifact.document else {
        return matches!(
            artifact.kind,
            Kind::Script | Kind::Makefile | Kind::Dockerfile | Kind::Env | Kind::Template
        );
    };
    document.last_before(span.start + 1).is_some_and(|node| is_script(artifact.kind, node))
}

/// Whether a scalar is given to a shell, or is a word of a command.
fn is_script(kind: Kind, node: Node<'_>) -> bool {
    let above = std::iter::successors(Some(node), |node| node.parent());
    let mut keys = above.filter_map(Node::key);
    kind == Kind::Package || keys.next().is_some_and(|key| holds_script(kind, &key.text()))
}
