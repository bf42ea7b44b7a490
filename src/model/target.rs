//! The vocabulary: what a rule's `each` may name, and what each visit binds.

use super::{command, compose, env, helm, image, kubernetes, probe, text, workflow};
use crate::expr::Record;
use aho_corasick::AhoCorasick;
use std::fmt;
use std::str::FromStr;

/// What a rule visits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// Which sort of visit.
    pub kind: TargetKind,
    /// For `k8s.<Kind>`: the kind of object.
    pub object: Option<Box<str>>,
}

macro_rules! targets {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $name:literal, $record:expr; )*) => {
        /// The sorts of visit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum TargetKind { $( $(#[doc = $doc])+ $variant, )* }

        impl TargetKind {
            /// Every sort, in the order of the reference.
            pub const ALL: &'static [TargetKind] = &[$( Self::$variant, )*];

            /// Its name in `each`.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// What a visit binds beside `self`, `target`, `file`, `params` and `config`.
            pub fn record(self) -> &'static Record {
                match self { $( Self::$variant => $record, )* }
            }

            /// What it visits, in one sentence.
            pub const fn doc(self) -> &'static str {
                match self { $( Self::$variant => concat!($($doc),+), )* }
            }
        }
    };
}

targets! {
    #[doc = "The whole repository, once: for what holds between files or over all of them."]
    Repo = "repo", &text::NOTHING;
    #[doc = "Every file that was recognised as an artifact."]
    File = "file", &text::NOTHING;
    #[doc = "Every scalar, comment, and line of scripts, templates and docs."]
    Text = "text", &text::TEXT;
    #[doc = "Every workflow."]
    Workflow = "workflow", &workflow::WORKFLOW;
    #[doc = "Every job of a workflow."]
    WorkflowJob = "workflow.job", &workflow::JOB;
    #[doc = "Every step of a job or of a composite action."]
    WorkflowStep = "workflow.step", &workflow::STEP;
    #[doc = "Every composite, Docker or JavaScript action."]
    Action = "action", &workflow::ACTION;
    #[doc = "Every Compose file."]
    Compose = "compose", &compose::COMPOSE;
    #[doc = "Every service of a Compose file."]
    ComposeService = "compose.service", &compose::SERVICE;
    #[doc = "Every Kubernetes object, items of lists and manifests in here-documents included. `k8s.<Kind>` visits the objects of one kind."]
    K8sObject = "k8s.object", &kubernetes::OBJECT;
    #[doc = "Every object that holds a pod template, pods included."]
    K8sWorkload = "k8s.workload", &kubernetes::POD;
    #[doc = "Every pod template: the node that holds the pod's `metadata` and `spec`."]
    K8sPod = "k8s.pod", &kubernetes::POD;
    #[doc = "Every container of every pod template, init and ephemeral containers included."]
    K8sContainer = "k8s.container", &kubernetes::CONTAINER;
    #[doc = "Every Chart.yaml."]
    HelmChart = "helm.chart", &helm::CHART;
    #[doc = "Every values file of a chart."]
    HelmValues = "helm.values", &helm::VALUES;
    #[doc = "Every leaf of a values file."]
    HelmValue = "helm.value", &helm::VALUE;
    #[doc = "Every reference to a container image."]
    Image = "image", &image::IMAGE_VISIT;
    #[doc = "Every environment entry."]
    Env = "env", &env::ENV_VISIT;
    #[doc = "Every shell command that is really invoked, in steps, scripts, makefiles and containers, and every action that a step uses."]
    Command = "command", &command::COMMAND_VISIT;
    #[doc = "Every probe and healthcheck, also those of Dockerfiles."]
    Probe = "probe", &probe::PROBE_VISIT;
    #[doc = "Every retired name (`retired` in the configuration) in the text of an artifact."]
    Retired = "retired", &text::RETIRED;
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.object {
            Some(object) => write!(f, "k8s.{object}"),
            None => f.write_str(self.kind.name()),
        }
    }
}

impl FromStr for Target {
    /// The nearest name there is, if any comes near.
    type Err = Option<&'static str>;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        if let Some(&kind) = TargetKind::ALL.iter().find(|kind| kind.name() == name) {
            return Ok(Self { kind, object: None });
        }
        match name.strip_prefix("k8s.") {
            Some(object) if object.starts_with(|c: char| c.is_ascii_uppercase()) => {
                Ok(Self { kind: TargetKind::K8sObject, object: Some(object.into()) })
            }
            _ => Err(crate::shape::suggest(name, TargetKind::ALL.iter().map(|kind| kind.name()))),
        }
    }
}

/// What is asked of the model: a set of target kinds, and what of the text.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    kinds: u32,
    /// Where this is set, only text that holds one of these literals is visited, and text near it.
    pub literals: Option<AhoCorasick>,
    /// Where this is set, only commands of scripts that hold one of these names are visited.
    pub commands: Option<AhoCorasick>,
}

impl Wanted {
    /// Adds a kind.
    pub fn insert(&mut self, kind: TargetKind) {
        self.kinds |= 1 << kind as u32;
    }

    /// Whether any of the kinds is in the set.
    pub fn any(&self, kinds: &[TargetKind]) -> bool {
        kinds.iter().any(|&kind| self.kinds & (1 << kind as u32) != 0)
    }
}
