//! The whole model as one record: every target's name is also the collection of its visits.
//!
//! A collection is made when an expression first asks for it, once in a run, and shared by all threads.

use super::facts::{FILE, FileFacts, Visit};
use super::target::{TargetKind, Wanted};
use super::{Model, command, compose, env, helm, image, kubernetes, probe, text, workflow};
use crate::expr::{Collection, Facts, Field, Index, Record, Type, Value};
use crate::source::Place;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Declares records of collections: what the elements bind, what `record.<Kind>` is, and the collections below the name.
macro_rules! collections {
    ($( $vis:vis $record:ident = $name:literal, $elements:expr, $capitals:expr, { $( $field:literal: $below:ident ),* }; )*) => {
        $(
            #[doc = concat!("The collections of `", $name, "`.")]
            $vis static $record: Record = Record {
                elements: $elements,
                capitals: $capitals,
                ..Record::new(
                    $name,
                    &[$( Field {
                        name: $field,
                        of: Type::Record(&$below),
                        doc: concat!("The visits to `", $field, "`, as a list."),
                    } ),*],
                )
            };
        )*
    };
}

collections! {
    pub REPO = "repo", None, None, {
        "file": FILES, "text": TEXTS, "workflow": WORKFLOWS, "action": ACTIONS, "compose": COMPOSE, "k8s": K8S, "helm": HELM,
        "image": IMAGES, "env": ENVS, "command": COMMANDS, "probe": PROBES, "retired": RETIRED
    };
    FILES = "repo.file", Some(&FILE), None, {};
    TEXTS = "repo.text", Some(&text::TEXT), None, {};
    WORKFLOWS = "repo.workflow", Some(&workflow::WORKFLOW), None, {"job": JOBS, "step": STEPS};
    JOBS = "repo.workflow.job", Some(&workflow::JOB), None, {};
    STEPS = "repo.workflow.step", Some(&workflow::STEP), None, {};
    ACTIONS = "repo.action", Some(&workflow::ACTION), None, {};
    COMPOSE = "repo.compose", Some(&compose::COMPOSE), None, {"service": SERVICES};
    SERVICES = "repo.compose.service", Some(&compose::SERVICE), None, {};
    K8S = "repo.k8s", None, Some(&OBJECTS), {
        "object": OBJECTS, "workload": WORKLOADS, "pod": PODS, "container": CONTAINERS
    };
    OBJECTS = "repo.k8s.object", Some(&kubernetes::OBJECT), None, {};
    WORKLOADS = "repo.k8s.workload", Some(&kubernetes::POD), None, {};
    PODS = "repo.k8s.pod", Some(&kubernetes::POD), None, {};
    CONTAINERS = "repo.k8s.container", Some(&kubernetes::CONTAINER), None, {};
    HELM = "repo.helm", None, None, {"chart": CHARTS, "values": VALUES_FILES, "value": VALUES};
    CHARTS = "repo.helm.chart", Some(&helm::CHART), None, {};
    VALUES_FILES = "repo.helm.values", Some(&helm::VALUES), None, {};
    VALUES = "repo.helm.value", Some(&helm::VALUE), None, {};
    IMAGES = "repo.image", Some(&image::IMAGE_VISIT), None, {};
    ENVS = "repo.env", Some(&env::ENV_VISIT), None, {};
    COMMANDS = "repo.command", Some(&command::COMMAND_VISIT), None, {};
    PROBES = "repo.probe", Some(&probe::PROBE_VISIT), None, {};
    RETIRED = "repo.retired", Some(&text::RETIRED), None, {};
}

/// A name of `repo`: a collection, the holder of some, or both.
pub struct Repo<'m> {
    model: &'m Model<'m>,
    record: &'static Record,
    /// What it collects; `None` for a mere holder.
    target: Option<TargetKind>,
    /// In the order of the record's fields.
    below: Vec<Repo<'m>>,
    /// For `repo.k8s`: the objects of each kind, and what a kind without objects is.
    kinds: OnceLock<(HashMap<String, Repo<'m>>, Box<Repo<'m>>)>,
    elements: OnceLock<Vec<Element<'m>>>,
    indexes: Mutex<HashMap<u64, Arc<OnceLock<Arc<Index>>>>>,
}

impl<'m> Repo<'m> {
    /// All collections of a model, none of them made yet.
    pub fn new(model: &'m Model<'m>) -> Self {
        Self::of(model, &REPO)
    }

    fn of(model: &'m Model<'m>, record: &'static Record) -> Self {
        let name = record.name.strip_prefix("repo.").unwrap_or_default();
        let below = record.fields.iter().filter_map(|field| match field.of {
            Type::Record(record) => Some(Self::of(model, record)),
            _ => None,
        });
        Self {
            model,
            record,
            target: TargetKind::ALL.iter().copied().find(|kind| kind.name() == name),
            below: below.collect(),
            kinds: OnceLock::new(),
            elements: OnceLock::new(),
            indexes: Mutex::default(),
        }
    }

    fn elements(&self) -> &[Element<'m>] {
        self.elements.get_or_init(|| {
            let mut elements = Vec::new();
            self.each_visit(self.target, &mut |_, element| elements.push(element));
            elements
        })
    }

    /// Keeps every visit to a target, in the order of files and text.
    fn each_visit(&self, target: Option<TargetKind>, keep: &mut dyn FnMut(Option<&str>, Element<'m>)) {
        let Some(target) = target else { return };
        let mut wanted = Wanted::default();
        wanted.insert(target);
        for artifact in self.model.artifacts {
            let file = self.model.file(artifact.file);
            self.model.visit(artifact.file, &wanted, &mut |visited, object, visit| {
                if visited == target {
                    keep(object, Element { visit: visit.keep(), file });
                }
            });
        }
    }

    /// The objects of a kind.
    fn kind(&self, name: &str) -> &Self {
        let (kinds, none) = self.kinds.get_or_init(|| {
            let mut found: HashMap<String, Vec<Element<'m>>> = HashMap::new();
            self.each_visit(Some(TargetKind::K8sObject), &mut |kind, element| {
                found.entry(kind.unwrap_or_default().to_owned()).or_default().push(element);
            });
            let of_kind =
                |elements| Self { elements: OnceLock::from(elements), ..Self::of(self.model, &OBJECTS) };
            let kinds = found.into_iter().map(|(kind, elements)| (kind, of_kind(elements)));
            (kinds.collect(), Box::new(of_kind(Vec::new())))
        });
        kinds.get(name).unwrap_or(none)
    }
}

impl Facts for Repo<'_> {
    fn record(&self) -> &'static Record {
        self.record
    }

    fn fact(&self, index: usize) -> Value<'_> {
        self.below.get(index).map_or(Value::Null, |below| Value::Facts(below))
    }

    fn collection(&self) -> Option<&dyn Collection> {
        self.target.map(|_| self as &dyn Collection)
    }

    fn named(&self, name: &str) -> Option<Value<'_>> {
        self.record.capitals.map(|_| Value::Facts(self.kind(name)))
    }
}

impl<'m> Visit<'m> for Repo<'m> {
    fn subject(&self) -> Value<'_> {
        Value::Facts(self)
    }

    fn keep(&self) -> Box<dyn Visit<'m> + 'm> {
        Box::new(Self::new(self.model))
    }
}

impl Collection for Repo<'_> {
    fn len(&self) -> usize {
        self.elements().len()
    }

    fn element(&self, at: usize) -> Value<'_> {
        Value::Facts(&self.elements()[at])
    }

    fn index(&self, join: u64, make: &mut dyn FnMut() -> Index) -> Arc<Index> {
        // A thread that panicked while it looked an index up left the table as it was.
        let cell =
            self.indexes.lock().unwrap_or_else(PoisonError::into_inner).entry(join).or_default().clone();
        cell.get_or_init(|| Arc::new(make())).clone()
    }
}

/// A visit that was kept, and the file it was made in.
struct Element<'m> {
    visit: Box<dyn Visit<'m> + 'm>,
    file: FileFacts<'m>,
}

impl Facts for Element<'_> {
    fn record(&self) -> &'static Record {
        self.visit.record()
    }

    fn fact(&self, index: usize) -> Value<'_> {
        if index < self.record().fields.len() { self.visit.fact(index) } else { Value::Facts(&self.file) }
    }

    fn place(&self) -> Option<Place> {
        self.visit.place()
    }

    fn named(&self, name: &str) -> Option<Value<'_>> {
        (name == super::facts::VISITED.name).then(|| Value::Facts(&self.file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{Scope, compile};

    #[test]
    fn every_target_is_a_collection() {
        let scope = Scope::new(&[("repo", Type::Record(&REPO))]);
        for kind in TargetKind::ALL.iter().filter(|kind| **kind != TargetKind::Repo) {
            let expression = format!("repo.{}.exists(x, x.file.path == 'a')", kind.name());
            assert!(compile(&expression, &scope).is_ok(), "{expression}");
        }
        assert!(compile("repo.k8s.Service.exists(s, has(s.object.spec))", &scope).is_ok());
        for wrong in
            ["repo.k8s.service", "repo.imgae", "repo.image.exists(i, i.tag == '')", "repo.workflow.steps"]
        {
            assert!(compile(wrong, &scope).is_err(), "{wrong}");
        }
    }
}
