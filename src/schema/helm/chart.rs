//! A chart as Helm loads it: its Chart.yaml, the dependencies that it declares and the subcharts in its tree.

use crate::artifact::Kind as FileKind;
use crate::model::{FileFacts, Model};
use crate::schema::helm::version::{Range, Version};
use crate::schema::tree::{below, split};
use crate::yaml::{Kind, Node};
use std::borrow::Cow;

/// Dependencies of a chart, and charts in its `charts`, that are looked at.
const MOST: usize = 200;

/// A chart.
#[derive(Clone)]
pub struct Chart<'m> {
    /// Its folder, from the root.
    pub folder: &'m str,
    /// Its Chart.yaml.
    pub file: FileFacts<'m>,
    /// What Chart.yaml says.
    pub root: Node<'m>,
    /// The file that lists its dependencies: Chart.yaml, or requirements.yaml.
    pub listing: FileFacts<'m>,
    /// The dependencies that it declares.
    pub dependencies: Vec<Dependency<'m>>,
}

/// A dependency that a chart declares.
#[derive(Clone, Copy)]
pub struct Dependency<'m> {
    /// The whole entry.
    pub entry: Node<'m>,
    /// The name of the chart.
    pub name: Node<'m>,
    /// What the values of the parent call it, if that is not its name.
    pub alias: Option<Node<'m>>,
}

impl<'m> Chart<'m> {
    /// The chart that a file is the Chart.yaml of.
    pub fn of(model: &Model<'m>, file: FileFacts<'m>) -> Option<Self> {
        let (folder, name) = split(&file.source.path);
        let is_chart = name == "Chart.yaml" && file.artifact.kind == FileKind::Chart;
        let root = root_of(file).filter(|_| is_chart)?;
        // Helm reads requirements.yaml into the same structure (loader.LoadFiles).
        let requirements = Self::beside(model, folder, "requirements.yaml")
            .filter(|file| root_of(*file).is_some_and(|root| root.get("dependencies").is_some()));
        let listing = requirements.unwrap_or(file);
        let listed = root_of(listing).and_then(|root| root.get("dependencies"));
        let dependencies =
            listed.into_iter().flat_map(Node::items).filter_map(Dependency::of).take(MOST).collect();
        Some(Self { folder, file, root, listing, dependencies })
    }

    /// A file in the folder of a chart.
    pub fn beside(model: &Model<'m>, folder: &str, name: &str) -> Option<FileFacts<'m>> {
        model.project.at(folder, name).map(|id| model.file(id))
    }

    /// A text of Chart.yaml.
    pub fn text(&self, key: &str) -> Option<Cow<'m, str>> {
        let value = self.root.get(key)?.resolve();
        (value.kind() == Kind::Scalar).then(|| value.text())
    }

    /// Its name, or the name of its folder where it has none.
    pub fn name(&self) -> Cow<'m, str> {
        self.text("name").unwrap_or(Cow::Borrowed(split(self.folder).1))
    }

    /// Whether it stands in the `charts` folder of another chart.
    pub fn is_vendored(&self, model: &Model<'m>) -> bool {
        let (above, charts) = split(split(self.folder).0);
        charts == "charts" && Self::beside(model, above, "Chart.yaml").is_some()
    }

    /// The charts in the folders of its `charts`, in the order of their paths.
    pub fn vendored(&self, model: &Model<'m>) -> Vec<Self> {
        let charts =
            if self.folder.is_empty() { "charts".to_owned() } else { format!("{}/charts", self.folder) };
        let is_read = |folder: &str| !folder.starts_with(['_', '.']);
        let files = below(model, &charts).filter(|file| {
            let path = file.source.path.get(charts.len() + 1..).unwrap_or_default();
            path.split_once('/').is_some_and(|(folder, name)| name == "Chart.yaml" && is_read(folder))
        });
        files.filter_map(|file| Self::of(model, file)).take(MOST).collect()
    }

    /// The chart that a dependency stands for, where it is in the tree: vendored, or beside it behind `file://`.
    pub fn chart_of(
        &self,
        model: &Model<'m>,
        vendored: &[Self],
        dependency: &Dependency<'m>,
    ) -> Option<Self> {
        let fits = |chart: &&Self| dependency.fits(chart);
        let local = || {
            let path = dependency.local()?;
            let file = model.project.beside(&self.file.source.path, &format!("{path}/Chart.yaml"))?;
            Self::of(model, model.file(file))
        };
        vendored.iter().find(fits).cloned().or_else(|| local().filter(|chart| fits(&chart)))
    }

    /// Whether a dependency stands for a chart in its `charts`.
    pub fn declares(&self, vendored: &Self) -> bool {
        self.dependencies.iter().any(|dependency| dependency.fits(vendored))
    }

    /// Its version.
    pub fn version(&self) -> Option<Version> {
        Version::parse(&self.text("version")?)
    }
}

impl<'m> Dependency<'m> {
    /// The dependency that an entry names, if it names one.
    pub fn of(entry: Node<'m>) -> Option<Self> {
        let scalar = |key| entry.get(key).filter(|node: &Node<'m>| node.resolve().kind() == Kind::Scalar);
        let alias = scalar("alias").filter(|alias| !alias.text().is_empty());
        Some(Self { entry, name: scalar("name")?, alias })
    }

    /// The node that says what the values of the parent call it.
    pub fn key(&self) -> Node<'m> {
        self.alias.unwrap_or(self.name)
    }

    /// A scalar of the entry that says something.
    pub fn scalar(&self, key: &str) -> Option<Node<'m>> {
        let node = self.entry.get(key).filter(|node| node.resolve().kind() == Kind::Scalar);
        node.filter(|node| !node.text().is_empty())
    }

    /// Whether a chart has its name and a version that it takes.
    fn fits(&self, chart: &Chart<'_>) -> bool {
        let range = self.scalar("version").and_then(|range| Range::parse(&range.text()));
        chart.name() == self.name.text()
            && range.zip(chart.version()).is_some_and(|(range, version)| range.holds(&version))
    }

    /// The path behind `file://`, seen from the chart.
    pub fn local(&self) -> Option<String> {
        let path = self.scalar("repository")?.text();
        path.strip_prefix("file://").filter(|path| !path.starts_with('/')).map(str::to_owned)
    }
}

/// The mapping that a file is; Helm reads the first document of it.
pub fn root_of(file: FileFacts<'_>) -> Option<Node<'_>> {
    let root = file.artifact.document.as_ref()?.roots().next()?.resolve();
    (root.kind() == Kind::Mapping && !root.is_incomplete()).then_some(root)
}
