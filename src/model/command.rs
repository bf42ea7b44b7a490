//! Commands: every one that some script really invokes, and whether it stands inside the pipeline.

use super::facts::{Emit, FileFacts, OWNER, facts, node, string};
use super::pipeline::{Standing, Via};
use super::scripts::{Host, Script};
use super::target::{TargetKind, Wanted};
use super::{Model, callee};
use crate::expr::{COMMAND, Type, Value, command};
use crate::shell::{Reading, Word};
use crate::source::Span;
use std::collections::HashSet;
use std::sync::Arc;

/// A visit to a command.
#[derive(Clone)]
pub struct CommandVisit<'m> {
    model: &'m Model<'m>,
    script: Arc<Script<'m>>,
    /// Which command of the script; behind the last one, where it could not be read to its end, all that is not known.
    index: usize,
    standing: Standing,
    via: Option<Via>,
}

facts!(COMMAND_VISIT = "command" for CommandVisit, |this| {
    #[doc = "The command: its name, words and options."]
    "command": Type::Record(&COMMAND) => this.command();
    #[doc = "Whether only the jobs that the configuration's `pipeline` names run it, directly or through scripts, make targets, actions and reusable workflows; null where there is no `pipeline`."]
    "inPipeline": Type::Bool => match (this.model.settings.pipeline.is_empty(), &this.via) {
        (true, _) => Value::Null,
        (false, via) => Value::Bool(via.is_none() && this.standing.inside(this.model)),
    };
    #[doc = "What runs it from outside the pipeline although its own place is inside: the command, or the `uses`, as it is written; null where nothing does."]
    "via": Type::String => this.via.as_ref().map_or(Value::Null, |via| Value::Text(this.model.written(via.place)));
    #[doc = "The commands and `uses` of the repository that run the script, target or action it stands in, as they are written."]
    "callers": Type::List(&Type::String) => {
        let text = |place| Value::Text(this.model.written(place));
        Value::List(this.standing.callers(this.model).into_iter().map(text).collect())
    };
    #[doc = "Whether it runs against a cluster that its own job, script or target makes (kind, k3d, minikube, …): not where that fetches credentials of another one too, and not where the command names another context or server, or runs on another machine."]
    "ownCluster": Type::Bool => Value::Bool(!this.names_another_cluster() && match &this.via {
        Some(via) => via.has_own_cluster(this.model),
        None => this.standing.has_own_cluster(this.model),
    });
    #[doc = "Whether it runs in a container that is deployed: in a pod, in a Compose service, as the command of an image."]
    "inContainer": Type::Bool => Value::Bool(this.script.host.is_container());
    #[doc = "The step that runs it; null elsewhere."]
    "step": Type::Node => match this.script.host {
        Host::Step { step, .. } => Value::Node(step),
        _ => Value::Null,
    };
    #[doc = "The job of that step; null elsewhere."]
    "job": Type::Node => match this.script.host {
        Host::Step { job, .. } => node(job),
        _ => Value::Null,
    };
    #[doc = "What it is written in: `bash`, `sh`, `pwsh`, `cmd`, `python`, …; only `bash` and `sh` are really parsed."]
    "language": Type::String => string(this.script.language.name());
    #[doc = "Kind and name of what it stands in: `step`, `script`, `target`, `service`, `Deployment`, …"]
    "owner": Type::Record(&OWNER) => Value::Facts(&this.script.owner);
} subject this.command(); place {
    let word = this.script.reading().commands.get(this.index).and_then(|command| command.words.first());
    this.script.place(word.map_or(Span::empty(0), Word::content))
});

impl CommandVisit<'_> {
    fn names_another_cluster(&self) -> bool {
        self.script.reading().commands.get(self.index).is_some_and(callee::names_another_cluster)
    }

    fn command(&self) -> Value<'_> {
        let known = self.script.reading().commands.get(self.index);
        known.map_or(Value::Unknown, |known| command(&self.script.text(), known))
    }
}

/// Visits the commands of a file. With `names`, scripts without any of them are not read.
pub fn visit<'m>(model: &'m Model<'m>, file: FileFacts<'m>, wanted: &Wanted, emit: Emit<'_, 'm>) {
    let seeks = |text: &str| wanted.commands.as_ref().is_none_or(|names| names.is_match(text));
    if !seeks(&file.source.text) {
        return;
    }
    for script in model.scripts(file) {
        if !seeks(&script.text().text) {
            continue;
        }
        let script = Arc::new(script);
        let standing = Standing::of(model, file, &script);
        let Reading { commands, complete } = script.reading();
        let vias = standing.vias(model);
        let mut seen = HashSet::new();
        for index in 0..commands.len() + usize::from(!complete) {
            // What runs the script from elsewhere does so once, however often the script does the same.
            let known = commands.get(index).map(|command| (command.name(), command.verb()));
            let vias = if seen.insert(known) { &vias[..] } else { &[] };
            for via in std::iter::once(None).chain(vias.iter().copied().map(Some)) {
                let (script, standing) = (script.clone(), standing.clone());
                emit(TargetKind::Command, None, &CommandVisit { model, script, index, standing, via });
            }
        }
    }
}
