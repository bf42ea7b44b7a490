//! The texts that a shell runs, wherever they stand: steps, scripts, recipes, instructions, commands of containers.

use super::facts::{FileFacts, Owner};
use crate::artifact::Kind;
use crate::expr::{Origin, Text};
use crate::shell::{self, Reading};
use crate::source::{Place, SourceMap, Span};
use crate::yaml::{Kind as NodeKind, Node};
use std::borrow::Cow;
use std::sync::OnceLock;

/// A text that a shell runs.
pub struct Script<'m> {
    text: Cow<'m, str>,
    written: Written<'m>,
    /// What it is written in.
    pub language: Language,
    /// What runs it.
    pub host: Host<'m>,
    /// Whose part it is.
    pub owner: Owner<'m>,
    reading: OnceLock<Reading>,
}

/// Where a script is written.
enum Written<'m> {
    /// It is the decoded text of a scalar.
    Node(Node<'m>),
    /// It is copied verbatim from a place.
    Place(Place),
    /// It is derived from other text.
    Derived(SourceMap),
}

/// What a script is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A shell that is parsed.
    Shell(shell::Dialect),
}

/// What runs a script.
#[derive(Clone, Copy, Debug)]
pub enum Host<'m> {
    /// A step of a job of a workflow, or of a composite action.
    Step {
        /// The job that holds it; `None` in an action.
        job: Option<Node<'m>>,
        /// The step.
        step: Node<'m>,
    },
    /// Whoever runs the file.
    File,
}

impl<'m> Script<'m> {
    fn new(
        text: Cow<'m, str>,
        written: Written<'m>,
        language: Language,
        host: Host<'m>,
        owner: Owner<'m>,
    ) -> Self {
        Self { text, written, language, host, owner, reading: OnceLock::new() }
    }

    /// Its text, which knows where every piece of it stands.
    pub fn text(&self) -> Text<'_> {
        let origin = match &self.written {
            Written::Node(node) => Origin::Node { node: *node, start: 0 },
            Written::Place(place) => Origin::Place(*place),
            Written::Derived(map) => Origin::Map { map, start: 0 },
        };
        Text { text: Cow::Borrowed(&self.text), origin }
    }

    /// The map from its text to the file.
    pub fn source_map(&self) -> SourceMap {
        match &self.written {
            Written::Node(node) => node.text_map().1,
            Written::Place(place) => SourceMap::verbatim(*place),
            Written::Derived(map) => map.clone(),
        }
    }

    /// Its commands, read at the first call.
    pub fn reading(&self) -> &Reading {
        let Language::Shell(dialect) = self.language;
        self.reading.get_or_init(|| shell::read(&self.text, dialect))
    }
}

/// The scripts of a file, in the order of the text.
pub fn of<'m>(file: FileFacts<'m>) -> Vec<Script<'m>> {
    let mut found = Vec::new();
    match file.artifact.kind {
        Kind::Workflow | Kind::Action => steps(file, &mut found),
        Kind::Script => found.push(whole(file)),
        _ => {}
    }
    found
}

/// A file that is a script.
fn whole(file: FileFacts<'_>) -> Script<'_> {
    let text = &*file.source.text;
    let place = Place { file: file.id, span: Span::new(0, text.len() as u32) };
    let language = Language::Shell(shell::Dialect::Bash);
    Script::new(
        Cow::Borrowed(text),
        Written::Place(place),
        language,
        Host::File,
        Owner::named("script", None),
    )
}

/// The `run` of every step.
fn steps<'m>(file: FileFacts<'m>, found: &mut Vec<Script<'m>>) {
    let Some(document) = &file.artifact.document else { return };
    for root in document.roots().map(Node::resolve) {
        let jobs = root.get("jobs").map(Node::entries).unwrap_or_default();
        let jobs = jobs.into_iter().map(|entry| Some(entry.value.resolve()));
        let action = root.get("runs").map(Node::resolve);
        let holders = jobs.map(|job| (job, job)).chain(action.map(|runs| (None, Some(runs))));
        for (job, holder) in holders {
            let steps = holder.and_then(|holder| holder.get("steps"));
            for step in steps.into_iter().flat_map(Node::items).map(Node::resolve) {
                let Some(run) = step.get("run").map(Node::resolve) else { continue };
                if run.kind() != NodeKind::Scalar {
                    continue;
                }
                let owner = Owner::named("step", step.get("name").or_else(|| step.get("id")));
                let language = Language::Shell(shell::Dialect::Bash);
                let host = Host::Step { job, step };
                found.push(Script::new(run.text(), Written::Node(run), language, host, owner));
            }
        }
    }
}
