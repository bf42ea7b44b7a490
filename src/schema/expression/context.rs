//! The contexts: which there are, where each may be used, and the paths of names that lead into them.

use super::{Id, Kind, Problem, Tree};
use crate::schema::words::{listed, near, quoted, shown};
use crate::source::Span;
use std::borrow::Cow;

/// Every context: <https://docs.github.com/en/actions/reference/workflows-and-actions/contexts>.
const CONTEXTS: [&str; 12] = [
    "env", "github", "inputs", "job", "jobs", "matrix", "needs", "runner", "secrets", "steps", "strategy",
    "vars",
];

/// What a key of a workflow or an action knows.
pub(super) struct Allowed<'a>(&'a [&'a str]);

impl<'a> Allowed<'a> {
    pub(super) fn new(listed: &'a [&'a str]) -> Self {
        Self(listed)
    }

    /// The contexts.
    pub(super) fn contexts(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().copied().filter(|listed| !listed.contains('('))
    }

    /// The functions that only some keys know, and how many arguments they take.
    pub(super) fn functions(&self) -> impl Iterator<Item = (&'a str, usize, usize)> {
        self.0.iter().filter_map(|listed| {
            let (name, counts) = listed.strip_suffix(')')?.split_once('(')?;
            let (least, most) = counts.split_once(',')?;
            Some((name, least.parse().ok()?, most.parse().unwrap_or(usize::MAX)))
        })
    }

    /// Whether a context may be used.
    pub(super) fn has(&self, name: &str) -> bool {
        self.contexts().any(|context| context.eq_ignore_ascii_case(name))
    }

    /// Whether the key is an `if`: only there does GitHub know how the run went so far.
    fn is_condition(&self) -> bool {
        self.functions().any(|(name, ..)| name == "always")
    }
}

/// What is wrong with a context at its place.
pub(super) fn check(tree: &Tree<'_>, id: Id, allowed: &Allowed<'_>) -> Option<Problem> {
    let span = tree.node(id).span;
    let name = span.of(tree.text);
    if allowed.has(name) {
        return None;
    }
    if let Some(context) = CONTEXTS.iter().find(|context| context.eq_ignore_ascii_case(name)) {
        let mut known: Vec<&str> = allowed.contexts().collect();
        known.sort_unstable();
        let help = match *context {
            "secrets" if allowed.is_condition() && allowed.has("env") => {
                "put the secret into `env` of the job or the workflow, and ask `env.NAME` here".to_owned()
            }
            _ if known.is_empty() => "no context is available here".to_owned(),
            _ => format!("available here: {}", listed(known, "and")),
        };
        let message = format!("the context `{name}` is not available here");
        return Some(Problem::new("unavailable-context", span, message).help(help));
    }
    let help = match name.to_ascii_lowercase().as_str() {
        literal @ ("true" | "false" | "null") => format!("write `{literal}`"),
        _ => near(name, CONTEXTS).unwrap_or_else(|| {
            let name = shown(name);
            let variable =
                if allowed.has("env") { format!("; a variable is `env.{name}`") } else { String::new() };
            format!("text stands in single quotes, `'{name}'`{variable}")
        }),
    };
    Some(Problem::syntax(span, format!("there is no context {}", quoted(name))).help(help))
}

/// A step of a path into a context.
#[derive(Clone, Debug)]
pub enum Step<'t> {
    /// `.name`, or `['name']`: the name, and where it stands.
    Named(Cow<'t, str>, Span),
    /// `.*`, or an index that only the run knows.
    Unknown,
}

/// Calls `each` with every context that an expression uses, and the whole path that leads into it.
pub(super) fn paths<'t>(tree: &Tree<'t>, mut each: impl FnMut(Span, &[Step<'t>])) {
    let holder = |kind: &Kind| match *kind {
        Kind::Property { of, .. } | Kind::Index { of, .. } | Kind::Wildcard { of } => Some(of),
        _ => None,
    };
    let mut is_inner = vec![false; tree.nodes().count()];
    for (id, node) in tree.nodes().rev() {
        let mut at = id;
        if let Some(of) = holder(&node.kind) {
            is_inner[of] = true;
        }
        if is_inner[id] {
            continue;
        }
        let mut steps = Vec::new();
        while let Some(of) = holder(&tree.node(at).kind) {
            steps.push(match tree.node(at).kind {
                Kind::Property { name, .. } => Step::Named(Cow::Borrowed(name.of(tree.text)), name),
                Kind::Index { index, .. } if tree.node(index).kind == Kind::String => {
                    let quoted = tree.node(index).span;
                    Step::Named(tree.string(index), Span::new(quoted.start + 1, quoted.end - 1))
                }
                _ => Step::Unknown,
            });
            at = of;
        }
        if tree.node(at).kind == Kind::Context {
            steps.reverse();
            each(tree.node(at).span, &steps);
        }
    }
}
