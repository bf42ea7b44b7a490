//! What each kind of file may hold, and what is said of a file that holds something else: structure first, then what only the
//! consumer's own loader would notice.

pub mod build;
mod circles;
mod compose;
pub mod expression;
mod format;
mod helm;
mod hint;
pub mod json_schema;
mod kubernetes;
mod kustomize;
mod pattern;
mod say;
mod schedule;
pub mod show;
pub mod table;
pub mod tables;
#[cfg(test)]
mod testing;
mod tree;
mod walk;
mod words;
pub mod workflow;
mod written;

use crate::artifact::Kind;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::shape::suggest;
use crate::source::FileId;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// What the files of a project are held against, beside the tables that are part of the program.
pub struct Schemas<'m> {
    /// The custom resource definitions of the project.
    custom: kubernetes::Definitions<'m>,
    /// The versions of Kubernetes that it is deployed to.
    targets: kubernetes::Targets,
    /// Whether a kustomization adds labels to selectors.
    adds_selectors: bool,
}

impl<'m> Schemas<'m> {
    /// Those of a project.
    pub fn new(model: &Model<'m>) -> Self {
        let targets = kubernetes::Targets::new(model.settings.kubernetes);
        Self {
            custom: kubernetes::Definitions::new(model),
            targets,
            adds_selectors: kubernetes::adds_selectors(model),
        }
    }

    /// The findings in one file.
    pub fn findings(&self, model: &Model<'m>, id: FileId) -> Vec<Diagnostic> {
        let file = model.file(id);
        let mut found = match file.artifact.kind {
            Kind::Workflow | Kind::Action => workflow::findings(model, file),
            Kind::Compose => compose::findings(model, file),
            Kind::Chart | Kind::Values => helm::findings(model, file),
            Kind::Kustomization => kustomize::findings(model, file),
            _ => Vec::new(),
        };
        found.extend(kubernetes::findings(model, self, file));
        found
    }
}

impl<'m> Schemas<'m> {
    /// The objects in the files of a scope for which there is no schema: how many there are of each API version and kind, sorted.
    pub fn without(
        &self,
        model: &Model<'m>,
        scope: &dyn Fn(FileId) -> bool,
    ) -> BTreeMap<(String, String), usize> {
        let mut without = BTreeMap::new();
        for artifact in model.artifacts.iter().filter(|artifact| scope(artifact.file)) {
            kubernetes::each_object(model, model.file(artifact.file), &mut |visit| {
                let api_version = visit.object.get("apiVersion").map(Node::text);
                let Some(api_version) = api_version.filter(|text| !text.is_empty()) else { return };
                if self.is_without(&api_version, &visit.kind) {
                    *without
                        .entry((api_version.into_owned(), visit.kind.clone().into_owned()))
                        .or_default() += 1;
                }
            });
        }
        without
    }

    fn is_without(&self, api_version: &str, kind: &str) -> bool {
        match kubernetes::schema_of(self, api_version, kind) {
            kubernetes::Schema::None => kubernetes::find(api_version, kind).is_none(),
            // Of one that is too large no table can be made.
            kubernetes::Schema::Custom(definitions) => definitions.iter().all(|it| it.table().is_none()),
            kubernetes::Schema::BuiltIn(_) => false,
        }
    }
}

/// What may stand at a place of a kind of file or object.
#[derive(Debug)]
pub struct Described {
    /// The kind, and the versions that know it.
    pub title: String,
    /// The place.
    pub place: show::Place,
}

/// The kind that a misspelt name most likely stands for.
pub fn nearest_kind(name: &str) -> Option<&'static str> {
    let kinds = tables::ALL.iter().flat_map(|table| table.roots.iter().map(|root| table.text(root.kind)));
    suggest(name, kinds.chain(["chart", "kustomization"]))
}

/// What may stand at a path in a kind: one that is part of the program, or with a model one of the project's custom resources. `None` where
/// there is no such kind; the error says which key there is not.
pub fn describe(model: Option<&Model<'_>>, kind: &str, path: &str) -> Option<Result<Described, String>> {
    let (api_version, name) = kind.rsplit_once('/').map_or((None, kind), |(api, name)| (Some(api), name));
    if let Some(model) = model {
        let definitions = kubernetes::Definitions::new(model);
        let (api_version, definition) = definitions.find(api_version, name)?;
        let (built, root) = definition.table()?;
        let title = format!("{name} of {api_version}, from the project");
        let place = show::look_up(built.table(), *root, path);
        return Some(place.map(|place| Described { title, place }));
    }
    if let Some((built, root)) = written::find(kind).and_then(|schema| schema.as_ref()) {
        let place = show::look_up(built.table(), *root, path);
        return Some(place.map(|place| Described { title: kind.to_owned(), place }));
    }
    // Of several versions the one that is stable counts, and of those the newest.
    let roots = tables::ALL.iter().flat_map(|table| table.roots.iter().map(move |root| (*table, *root)));
    let (table, root) = roots
        .filter(|(table, root)| {
            table.text(root.kind).eq_ignore_ascii_case(name)
                && api_version.is_none_or(|wanted| table.text(root.api_version) == wanted)
        })
        .max_by_key(|(table, root)| kubernetes::rank(table.text(root.api_version)))?;
    let known: Vec<&str> = table
        .versions
        .iter()
        .enumerate()
        .filter(|(at, _)| root.within & (1 << at) != 0)
        .map(|(_, &name)| table.text(name))
        .collect();
    let title = match (table.text(root.api_version), &known[..]) {
        ("", _) => table.text(root.kind).to_owned(),
        (api_version, [first, .., last]) => {
            format!("{} of {api_version}, Kubernetes {first} to {last}", table.text(root.kind))
        }
        (api_version, [only]) => format!("{} of {api_version}, Kubernetes {only}", table.text(root.kind)),
        (api_version, []) => format!("{} of {api_version}", table.text(root.kind)),
    };
    Some(show::look_up(table, root.holds, path).map(|place| Described { title, place }))
}
