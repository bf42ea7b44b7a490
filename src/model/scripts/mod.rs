//! The texts that a shell runs, wherever they stand: steps, scripts, recipes, instructions, commands of containers.

mod argv;
mod compose;
mod dockerfile;
mod kubernetes;
mod language;
mod makefile;
mod package;
mod steps;

pub use language::Language;

use super::facts::{FileFacts, Owner};
use crate::artifact::Kind;
use crate::expr::{Origin, Text};
use crate::makefile::Rule;
use crate::shell::{How, Reading};
use crate::source::{Derived, Place, SourceMap, Span};
use crate::yaml::Node;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

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
    /// Whether it runs for certain when its host does.
    certain: bool,
    /// Whether all of it could be put together.
    complete: bool,
    /// The bytes of the text that values of variables outside it gave, in order, and whether these are the only values.
    given: Cow<'m, [(Span, bool)]>,
    pub(super) reader: Reader,
}

/// What a script says, once it was read; shared by those who look at it.
pub(super) type Reader = Arc<OnceLock<Reading>>;

/// Where a script is written.
enum Written<'m> {
    /// It is the decoded text of a scalar.
    Node(Node<'m>),
    /// It is copied verbatim from a place.
    Place(Place),
    /// It is derived from other text.
    Derived(Cow<'m, SourceMap>),
}

/// What runs a script.
#[derive(Clone, Copy, Debug)]
pub enum Host<'m> {
    /// A step of a job of a workflow, or of a composite action.
    Step {
        /// The id of its job, the key that it stands under; `None` in an action.
        id: Option<Node<'m>>,
        /// The job that holds it; `None` in an action.
        job: Option<Node<'m>>,
        /// The step.
        step: Node<'m>,
    },
    /// Whoever runs the file.
    File,
    /// `make`, for the targets of a rule.
    Target {
        /// The rule.
        rule: &'m Rule,
    },
    /// `make`, whenever it reads the file: `$(shell …)` outside recipes.
    Makefile,
    /// The building of an image.
    Build,
    /// A container of an image, when it starts or as its healthcheck.
    Image {
        /// When.
        part: Part,
    },
    /// A package manager, for a script of a package.
    Package {
        /// The name of the script.
        name: Node<'m>,
    },
    /// A container of a pod, or of a Compose service.
    Container {
        /// The container or the service.
        container: Node<'m>,
        /// When.
        part: Part,
    },
}

/// When a container runs a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// When it starts.
    Command,
    /// To see whether it is well.
    Probe,
    /// After it started, or before it stops.
    Hook,
}

impl Host<'_> {
    /// Whether it is a container that is deployed.
    pub fn is_container(&self) -> bool {
        matches!(self, Self::Image { .. } | Self::Container { .. })
    }
}

impl<'m> Script<'m> {
    fn new(
        text: Cow<'m, str>,
        written: Written<'m>,
        language: Language,
        host: Host<'m>,
        owner: Owner<'m>,
    ) -> Self {
        let (given, reader) = (Cow::Borrowed(&[][..]), Reader::default());
        Self { text, written, language, host, owner, certain: true, complete: true, given, reader }
    }

    /// A script whose text is put together.
    fn derived(derived: Derived, language: Language, host: Host<'m>, owner: Owner<'m>) -> Self {
        let Derived { text, map } = derived;
        Self::new(Cow::Owned(text), Written::Derived(Cow::Owned(map)), language, host, owner)
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

    /// The place in its file of a span of its text.
    pub fn place(&self, span: Span) -> Option<Place> {
        self.text().cut(span.start as usize..span.end as usize).place()
    }

    /// The map from its text to the file.
    pub fn source_map(&self) -> SourceMap {
        match &self.written {
            Written::Node(node) => node.text_map().1,
            Written::Place(place) => SourceMap::verbatim(*place),
            Written::Derived(map) => SourceMap::clone(map),
        }
    }

    /// Its commands, read at the first call.
    pub fn reading(&self) -> &Reading {
        self.reader.get_or_init(|| {
            let mut reading = self.language.read(&self.text);
            reading.complete &= self.complete;
            for command in &mut reading.commands {
                command.certain &= self.certain;
                let name = command.words[0].span;
                let next = self.given.partition_point(|(span, _)| span.end <= name.start);
                let Some((_, only)) = self.given.get(next).filter(|(span, _)| span.overlaps(name)) else {
                    continue;
                };
                command.certain &= only;
                if command.how == How::Direct {
                    command.how = How::Variable;
                }
            }
            reading
        })
    }
}

/// What was found so far.
struct Found<'m> {
    scripts: Vec<Script<'m>>,
    /// Bytes that may still be read: aliases and merges have the same text run any number of times.
    left: usize,
}

impl<'m> Found<'m> {
    /// Whether the text of these nodes may still be read; if not, a script that is not read stands for it.
    fn affords(
        &mut self,
        nodes: impl IntoIterator<Item = Node<'m>>,
        host: Host<'m>,
        owner: Owner<'m>,
    ) -> bool {
        let mut first = None;
        for node in nodes.into_iter().map(Node::resolve) {
            let Place { file, span } = node.place();
            let place = *first.get_or_insert(Place { file, span: Span::empty(span.start) });
            // One byte more, so that nothing has a price too.
            let Some(left) = self.left.checked_sub(span.len() as usize + 1) else {
                let (text, written) = (Cow::Borrowed(""), Written::Place(place));
                let unread = Script::new(text, written, Language::Other, host, owner);
                self.scripts.push(Script { complete: false, ..unread });
                return false;
            };
            self.left = left;
        }
        true
    }
}

/// How many times its own length a file may have read, and how many bytes beside that.
const TIMES: usize = 16;
const BESIDE: usize = 64 * 1024;

/// The scripts of a file, in the order of the text.
pub fn of(file: FileFacts<'_>) -> Vec<Script<'_>> {
    let mut found = Found { scripts: Vec::new(), left: BESIDE + TIMES * file.source.text.len() };
    match file.artifact.kind {
        Kind::Workflow | Kind::Action => steps::find(file, &mut found),
        Kind::Script => found.scripts.push(whole(file)),
        Kind::Makefile => makefile::find(file, &mut found.scripts),
        Kind::Dockerfile => dockerfile::find(file, &mut found.scripts),
        Kind::Manifest => kubernetes::find(file, &mut found),
        Kind::Compose => compose::find(file, &mut found),
        Kind::Package => package::find(file, &mut found),
        _ => {}
    }
    found.scripts
}

/// A file that is a script.
fn whole(file: FileFacts<'_>) -> Script<'_> {
    let text = &*file.source.text;
    let place = Place { file: file.id, span: Span::new(0, text.len() as u32) };
    let language = Language::of_file(&file.source.path, text);
    Script::new(
        Cow::Borrowed(text),
        Written::Place(place),
        language,
        Host::File,
        Owner::named("script", None),
    )
}
