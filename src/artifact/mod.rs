//! What each file is: kinds, how they are recognised, and the loading of a list of files.

mod content;
mod load;
mod name;
mod template;

pub use content::is_almost_an_object;
pub use load::{Artifact, Embedded, Loaded, Skipped, Unreadable, load};
pub use name::{RULE_FOLDER, is_unrelated};

use crate::yaml::{Dialect, Document};
use std::collections::BTreeSet;

/// What a file is to a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A GitHub Actions workflow (also Gitea's and Forgejo's).
    Workflow,
    /// The metadata file of an action.
    Action,
    /// A Compose file, an override or a fragment of one.
    Compose,
    /// Kubernetes objects, as YAML or JSON.
    Manifest,
    /// What `kustomize build` starts from.
    Kustomization,
    /// `Chart.yaml` and the files that list a chart's dependencies.
    Chart,
    /// Values of a Helm chart.
    Values,
    /// Text that becomes something else when rendered; never parsed as YAML.
    Template,
    /// A shell script.
    Script,
    /// A makefile.
    Makefile,
    /// A Dockerfile or Containerfile.
    Dockerfile,
    /// Markdown.
    Doc,
    /// Environment variables in dotenv form.
    Env,
    /// A `package.json`, for the scripts in it.
    Package,
    /// `plimsoll.yaml` and rule files.
    Config,
    /// YAML or JSON that is none of these.
    Data,
    /// Anything else.
    Other,
}

impl Kind {
    /// Every kind, in the order of the summary.
    pub const ALL: [Self; 17] = [
        Self::Workflow,
        Self::Action,
        Self::Compose,
        Self::Manifest,
        Self::Kustomization,
        Self::Chart,
        Self::Values,
        Self::Template,
        Self::Script,
        Self::Makefile,
        Self::Dockerfile,
        Self::Doc,
        Self::Env,
        Self::Package,
        Self::Config,
        Self::Data,
        Self::Other,
    ];

    /// The name in configuration and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::Action => "action",
            Self::Compose => "compose",
            Self::Manifest => "manifest",
            Self::Kustomization => "kustomization",
            Self::Chart => "chart",
            Self::Values => "values",
            Self::Template => "template",
            Self::Script => "script",
            Self::Makefile => "makefile",
            Self::Dockerfile => "dockerfile",
            Self::Doc => "doc",
            Self::Env => "env",
            Self::Package => "package",
            Self::Config => "config",
            Self::Data => "data",
            Self::Other => "other",
        }
    }

    /// The kind of a name in configuration.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whose reading of plain scalars applies; `None` for kinds that are not YAML.
    pub const fn dialect(self) -> Option<Dialect> {
        match self {
            Self::Workflow | Self::Action | Self::Package | Self::Config | Self::Data => Some(Dialect::Core),
            Self::Compose => Some(Dialect::GoYamlV3),
            Self::Manifest | Self::Kustomization | Self::Chart | Self::Values => Some(Dialect::GoYamlV2),
            _ => None,
        }
    }
}

/// What a file is, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognition {
    /// What it is.
    pub kind: Kind,
    /// What gave it away, for `plimsoll files`.
    pub reason: String,
}

impl Recognition {
    fn new(kind: Kind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into() }
    }
}

/// The kind that the configuration gives to a root-relative path, if it gives one.
pub type SetKind<'c> = dyn Fn(&str) -> Option<Kind> + Sync + 'c;

/// What recognition knows beside the file itself.
pub struct Context<'c> {
    /// Directories that hold a `Chart.yaml`, root-relative; the root itself is the empty string.
    charts: BTreeSet<String>,
    set: &'c SetKind<'c>,
}

impl<'c> Context<'c> {
    /// The context of a set of root-relative paths.
    pub fn of<'p>(paths: impl IntoIterator<Item = &'p str>, set: &'c SetKind<'c>) -> Self {
        let charts = paths.into_iter().filter_map(|path| {
            let (directory, name) = name::split(path);
            (name == "Chart.yaml").then(|| directory.to_owned())
        });
        Self { charts: charts.collect(), set }
    }

    /// Whether a directory is a chart or lies in one.
    fn in_chart(&self, directory: &str) -> bool {
        let mut at = directory;
        loop {
            if self.charts.contains(at) {
                return true;
            }
            if at.is_empty() {
                return false;
            }
            at = name::split(at).0;
        }
    }
}

/// Says what a file is: the configuration's word, else its path, else its content.
///
/// `parse` is called at most once, and only when the content decides or the kind is YAML; the document comes back
/// with the dialect of the kind's consumer. Text that turns out to be a template comes back without a document.
pub fn recognise(
    path: &str,
    text: &str,
    context: &Context<'_>,
    parse: impl FnOnce() -> Document,
) -> (Recognition, Option<Document>) {
    if let Some(kind) = (context.set)(path) {
        return finish(Recognition::new(kind, "set by configuration"), parse);
    }
    match name::recognise(path, text, context) {
        name::Verdict::Certain(recognition) => finish(recognition, parse),
        name::Verdict::Yaml(presumed) => {
            let mut document = parse();
            let recognition = content::recognise(path, &document, presumed);
            // In a workflow a bare `{{ … }}` is a `${{ … }}` that lost its `$`.
            if recognition.kind != Kind::Workflow && template::is_template(&document) {
                let reason = "template actions outside quotes make it no YAML";
                return (Recognition::new(Kind::Template, reason), None);
            }
            document.set_dialect(recognition.kind.dialect().unwrap_or_default());
            (recognition, Some(document))
        }
    }
}

fn finish(recognition: Recognition, parse: impl FnOnce() -> Document) -> (Recognition, Option<Document>) {
    // Data that its name gave away is left unparsed: a lock file can be as long as the rest of the repository. The configuration and rule
    // files have been read by those who use them, mistakes and all.
    let unparsed = matches!(recognition.kind, Kind::Data | Kind::Config);
    let dialect = recognition.kind.dialect().filter(|_| !unparsed);
    let document = dialect.map(|dialect| {
        let mut document = parse();
        document.set_dialect(dialect);
        document
    });
    (recognition, document)
}
