//! One look at a file: what was found, what bounds the work, and how nodes are read.

use super::local::repository;
use crate::artifact::Kind as FileKind;
use crate::diagnostic::Diagnostic;
use crate::model::{FileFacts, Model};
use crate::schema::tree::{inside, split};
use crate::schema::words::{Guesses, listed};
use crate::source::{Place, Span};
use crate::yaml::{Entry, Kind, Node};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashSet;

/// Findings in one file: who has more mends some first.
const MOST: usize = 1_000;

/// The most names that a wrong one is compared with.
const NAMES: usize = 1_000;

/// A look at one file.
pub struct Look<'l, 'm> {
    /// The files of the run.
    pub model: &'l Model<'m>,
    /// The file.
    pub file: FileFacts<'m>,
    /// What was found, in no order.
    pub found: Vec<Diagnostic>,
    /// Collections that were looked into, by their indexes: through aliases one can stand in many places.
    entered: HashSet<usize>,
    guesses: Guesses,
    surroundings: OnceCell<Surroundings>,
}

/// What else of its repository the run holds.
#[derive(Clone, Copy, Default)]
struct Surroundings {
    /// Another file beside it.
    beside: bool,
    /// A file that is no workflow.
    outside: bool,
}

/// A job.
pub struct Job<'m> {
    /// Its id as it is written.
    pub id: Cow<'m, str>,
    /// The key.
    pub key: Node<'m>,
    /// What stands under it, aliases followed.
    pub body: Node<'m>,
}

impl<'m> Job<'m> {
    /// The job of an entry of `jobs`.
    pub fn new(entry: Entry<'m>) -> Self {
        Self { id: entry.key.text(), key: entry.key, body: entry.value.resolve() }
    }
}

impl<'l, 'm> Look<'l, 'm> {
    /// A look at a file in which nothing was found yet.
    pub fn new(model: &'l Model<'m>, file: FileFacts<'m>) -> Self {
        Self {
            model,
            file,
            found: Vec::new(),
            entered: HashSet::new(),
            guesses: Guesses::default(),
            surroundings: OnceCell::new(),
        }
    }

    /// Keeps a finding.
    pub fn say(&mut self, found: Diagnostic) {
        if self.found.len() < MOST {
            self.found.push(found);
        }
    }

    /// The collection that a node is, aliases followed, when it is one and is met for the first time.
    pub fn enter<'n>(&mut self, node: Option<Node<'n>>) -> Option<Node<'n>> {
        let node = node?.resolve();
        let is_collection = matches!(node.kind(), Kind::Mapping | Kind::Sequence);
        (is_collection && self.entered.insert(node.index())).then_some(node)
    }

    /// Whether the run holds the workflows of the repository: it saw another file beside this one.
    pub fn sees_workflows(&self) -> bool {
        self.surroundings().beside
    }

    /// Whether the run holds the files of the repository that are no workflows: it saw one of them.
    pub fn sees_repository(&self) -> bool {
        self.surroundings().outside
    }

    fn surroundings(&self) -> Surroundings {
        *self.surroundings.get_or_init(|| {
            let own = &*self.file.source.path;
            let folder = split(own).0;
            let mut found = Surroundings::default();
            for artifact in self.model.artifacts.iter().filter(|artifact| artifact.file != self.file.id) {
                let path = &*self.model.sources.get(artifact.file).path;
                if inside(path, folder).is_some() {
                    found.beside = true;
                } else if artifact.kind != FileKind::Config
                    && repository(own).is_some_and(|root| inside(path, root).is_some())
                {
                    found.outside = true;
                }
                if found.beside && found.outside {
                    break;
                }
            }
            found
        })
    }

    /// Whether GitHub reads the file: Gitea and Forgejo have events, labels and addresses of actions of their own.
    pub fn is_github(&self) -> bool {
        let path = &self.file.source.path;
        !path.split('/').any(|part| matches!(part, ".gitea" | ".forgejo"))
    }

    /// The question whether a name near to a wrong one is meant, where there is one.
    pub fn near<'n>(&self, wrong: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
        self.guesses.near(wrong, names.take(NAMES))
    }

    /// What to do about a wrong name: take the near one, or one of those there are; `none` where there are none.
    pub fn choice<'n>(
        &self,
        wrong: &str,
        names: impl Iterator<Item = &'n str> + Clone,
        what: &str,
        none: &str,
    ) -> String {
        self.near(wrong, names.clone()).unwrap_or_else(|| match names.clone().take(2).count() {
            0 => none.to_owned(),
            1 => format!("the only {what} is {}", listed(names, "and")),
            _ => format!("the {what}s are {}", listed(names, "and")),
        })
    }
}

/// The text of a scalar that GitHub reads as it stands; `None` for a collection, for nothing, and where an expression is in it.
pub fn literal(node: Node<'_>) -> Option<Cow<'_, str>> {
    let node = node.resolve();
    let text = (node.kind() == Kind::Scalar).then(|| node.text())?;
    (!text.contains("${{")).then_some(text)
}

/// The place of a scalar without its quotes; of an alias, where the alias stands.
pub fn text_place(node: Node<'_>) -> Place {
    let whole = Span::new(0, node.text().len() as u32);
    let is_written_here = node.kind() == Kind::Scalar && !whole.is_empty();
    is_written_here.then(|| node.text_place(whole)).flatten().unwrap_or_else(|| node.place())
}

/// The place of a part of a scalar's text, by its bytes; of an alias, where the alias stands.
pub fn part_place(node: Node<'_>, part: std::ops::Range<usize>) -> Place {
    let part = (node.kind() == Kind::Scalar).then(|| node.text_place(Span::from(part))).flatten();
    part.unwrap_or_else(|| node.place())
}

/// The items of a list, or the scalar that stands in its place.
pub fn one_or_many(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let alone = (node.resolve().kind() == Kind::Scalar).then_some(node);
    alone.into_iter().chain(node.items())
}
