//! What GitHub itself puts into contexts.

use super::context::Step;
use super::{Problem, Tree};
use crate::schema::words::{listed, near, quoted};
use crate::source::Span;

/// The properties of a context, or of a part of one, sorted.
///
/// They are those of <https://docs.github.com/en/actions/reference/workflows-and-actions/contexts>, of `context-providers` of
/// actions/languageservices, and of `GitHubContext` and `RunnerContext` of actions/runner, which set more than is documented.
const PROVIDED: &[(&[&str], &[&str])] = &[
    (
        &["github"],
        &[
            "action",
            "action_path",
            "action_ref",
            "action_repository",
            "action_status",
            "actor",
            "actor_id",
            "api_url",
            "artifact_cache_size_limit",
            "base_ref",
            "env",
            "event",
            "event_name",
            "event_path",
            "graphql_url",
            "head_ref",
            "job",
            "job_workflow_sha",
            "output",
            "path",
            "ref",
            "ref_name",
            "ref_protected",
            "ref_type",
            "repository",
            "repositoryUrl",
            "repository_id",
            "repository_owner",
            "repository_owner_id",
            "repository_visibility",
            "retention_days",
            "run_attempt",
            "run_id",
            "run_number",
            "secret_source",
            "server_url",
            "sha",
            "state",
            "step_summary",
            "token",
            "triggering_actor",
            "workflow",
            "workflow_ref",
            "workflow_sha",
            "workspace",
        ],
    ),
    (
        &["job"],
        &[
            "check_run_id",
            "container",
            "services",
            "status",
            "workflow_file_path",
            "workflow_ref",
            "workflow_repository",
            "workflow_sha",
        ],
    ),
    (&["job", "container"], &["id", "network", "ports"]),
    (&["job", "services", "*"], &["id", "network", "ports"]),
    (&["runner"], &["arch", "debug", "environment", "name", "os", "temp", "tool_cache", "workspace"]),
    (&["strategy"], &["fail-fast", "job-index", "job-total", "max-parallel"]),
];

/// What is wrong with a path into a context of which GitHub says what it holds. The runner only finds nothing there, so this warns.
pub(super) fn check(tree: &Tree<'_>, root: Span, steps: &[Step<'_>]) -> Option<Problem> {
    let context = root.of(tree.text);
    PROVIDED.iter().find_map(|(path, properties)| {
        let (_, path) = path.split_first().filter(|(first, _)| first.eq_ignore_ascii_case(context))?;
        let leads = path.iter().zip(steps).all(|(wanted, step)| match step {
            Step::Named(name, _) => *wanted == "*" || name.eq_ignore_ascii_case(wanted),
            Step::Unknown => *wanted == "*",
        });
        let Some(Step::Named(name, span)) = steps.get(path.len()).filter(|_| leads) else { return None };
        if properties.iter().any(|property| property.eq_ignore_ascii_case(name)) {
            return None;
        }
        let whole = std::iter::once(&context).chain(path).copied().collect::<Vec<_>>().join(".");
        let message = format!("`{whole}` has no {}", quoted(name));
        let help = near(name, properties.iter().copied()).unwrap_or_else(|| match properties.len() {
            ..=8 => format!("it has {}", listed(properties.iter().copied(), "and")),
            _ => "GitHub's documentation of contexts lists what it has".to_owned(),
        });
        Some(Problem::new("invalid-expression", *span, message).help(help).warning())
    })
}
