//! What is given to an action or a workflow of the repository, against what it asks for.

use super::events::misses;
use super::local::{self, Local, Workspace};
use super::look::{Look, literal, text_place};
use super::{ids, uses};
use crate::artifact::Kind as FileKind;
use crate::checks::own;
use crate::model::FileFacts;
use crate::schema::tree::split;
use crate::schema::words::{mistyped, nearest, quoted, shown};
use crate::source::Place;
use crate::yaml::{Entry, Kind, Node, Scalar};
use std::borrow::Cow;
use std::collections::HashSet;

/// Inputs of one action or workflow that are looked at; one that has more is not judged.
const MOST: usize = 300;

/// What an action or a workflow can be given under one name.
struct Declared<'m> {
    name: Cow<'m, str>,
    /// Whether it must be given: it is required and has no default.
    required: bool,
    /// What its values are: `boolean`, `number`, `string`.
    kind: Cow<'m, str>,
    deprecated: Option<Cow<'m, str>>,
}

/// Checks the `uses` of a step that names an action of the repository, and what it is given.
pub fn check_action<'m>(look: &mut Look<'_, 'm>, step: Node<'m>, workspace: Option<&Workspace>) {
    if let Some(with) = look.enter(step.get("with")).filter(|with| with.kind() == Kind::Mapping) {
        ids::check_case(look, with, "input");
    }
    let Some(uses) = step.get("uses") else { return };
    let Some(text) = literal(uses).filter(|text| uses::is_local(text)) else { return };
    match local::action(look, &text, workspace) {
        Local::Absent => {
            let message = format!("there is no action at {}: the folder has no `action.yml`", quoted(&text));
            let help = "it is the path of a folder from the root of the repository";
            look.say(own("undefined-reference", text_place(uses), message).with_help(help));
        }
        Local::Found(file) if file.artifact.kind == FileKind::Action => check_inputs(look, step, uses, file),
        Local::Found(_) | Local::Unknown => {}
    }
}

fn check_inputs<'m>(look: &mut Look<'_, 'm>, step: Node<'m>, uses: Node<'m>, file: FileFacts<'m>) {
    let Some(root) = root(file) else { return };
    let Some(declared) = declared(root.get("inputs")) else { return };
    let Some(given) = given(step.get("with")) else { return };
    let action = quoted(&uses.text());
    let is_container =
        root.get("runs").and_then(|runs| runs.get("using")).is_some_and(|using| using.text() == "docker");
    for entry in &given.entries {
        let name = entry.key.text();
        match declared.iter().find(|input| input.name.eq_ignore_ascii_case(&name)) {
            None if is_container
                && ["args", "entrypoint"].iter().any(|own| name.eq_ignore_ascii_case(own)) => {}
            None => {
                let help = look.choice(
                    &name,
                    declared.iter().map(|input| &*input.name),
                    "input",
                    "it has no inputs",
                );
                let message = format!("the action {action} has no input {}", quoted(&name));
                look.say(own("unknown-input", text_place(entry.key), message).with_help(help));
            }
            Some(input) => {
                let Some(reason) = &input.deprecated else { continue };
                let message = format!("the input {} of the action {action} is deprecated", quoted(&name));
                look.say(
                    own("deprecated-input", text_place(entry.key), message).with_help(shown(reason.trim())),
                );
            }
        }
    }
    if given.is_open {
        return;
    }
    for input in missing(&declared, &given) {
        let message = format!("the action {action} requires the input {}", quoted(&input.name));
        let help = format!("give it under `with`, as `{}: …`", shown(&input.name));
        look.say(own("missing-input", text_place(uses), message).with_help(help));
    }
}

/// Checks the `uses` of a job, and what the workflow of the repository that it names is given.
pub fn check_workflow<'m>(look: &mut Look<'_, 'm>, job: Node<'m>) {
    for key in ["with", "secrets"] {
        if let Some(given) = look.enter(job.get(key)).filter(|given| given.kind() == Kind::Mapping) {
            ids::check_case(look, given, if key == "with" { "input" } else { "secret" });
        }
    }
    let Some(uses) = job.get("uses").filter(|_| look.is_github()) else { return };
    let Some(text) = literal(uses).filter(|text| !text.is_empty()) else { return };
    if let Some((what, help)) = uses::job_fault(&text) {
        look.say(own("invalid-value", text_place(uses), format!("{} {what}", quoted(&text))).with_help(help));
        return;
    }
    let file = match local::workflow(look, &text) {
        Local::Unknown => return,
        Local::Absent => {
            let message = format!("there is no workflow at {}", quoted(&text));
            let (folder, name) = split(&text);
            let paths: Vec<&str> = workflows(look).collect();
            let help = look.near(name, paths.iter().copied());
            let folder = folder.trim_start_matches("./");
            let help = help.unwrap_or_else(|| format!("the file must stand in {}", quoted(folder)));
            look.say(own("undefined-reference", text_place(uses), message).with_help(help));
            return;
        }
        Local::Found(file) => file,
    };
    let Some(root) = root(file).filter(|_| file.artifact.kind == FileKind::Workflow) else { return };
    let Some((on, call)) = call_event(root) else { return };
    let Some(call) = call else {
        let message =
            format!("the workflow {} cannot be called: it has no event `workflow_call`", quoted(&text));
        let found = own("undefined-reference", text_place(uses), message).with_related(on, "its events");
        look.say(found.with_help("add `workflow_call` to its `on`"));
        return;
    };
    let callee = Callee { text: &text, place: text_place(uses) };
    check_given(look, &callee, "input", declared(call.and_then(|call| call.get("inputs"))), job.get("with"));
    let secrets = job.get("secrets").map(Node::resolve);
    if secrets.is_none_or(|secrets| secrets.kind() != Kind::Scalar) {
        check_given(look, &callee, "secret", declared(call.and_then(|call| call.get("secrets"))), secrets);
    }
}

/// The names of the workflow files beside this one.
fn workflows<'l>(look: &Look<'l, '_>) -> impl Iterator<Item = &'l str> {
    let model = look.model;
    let files = model.artifacts.iter().filter(|artifact| artifact.kind == FileKind::Workflow);
    files.map(|artifact| split(&model.sources.get(artifact.file).path).1)
}

/// A workflow that is called, as it is written, and where.
struct Callee<'c> {
    text: &'c str,
    place: Place,
}

fn check_given(
    look: &mut Look<'_, '_>,
    callee: &Callee<'_>,
    what: &str,
    declared: Option<Vec<Declared<'_>>>,
    with: Option<Node<'_>>,
) {
    let (Some(declared), Some(given)) = (declared, given(with)) else { return };
    for entry in &given.entries {
        let name = entry.key.text();
        let Some(input) = declared.iter().find(|input| input.name.eq_ignore_ascii_case(&name)) else {
            let help = look.choice(
                &name,
                declared.iter().map(|input| &*input.name),
                what,
                &format!("it has no {what}s"),
            );
            let message = format!("the workflow {} has no {what} {}", quoted(callee.text), quoted(&name));
            look.say(own("unknown-key", text_place(entry.key), message).with_help(help));
            continue;
        };
        if let Some(text) = literal(entry.value)
            && let Some((wanted, help)) = misses(&input.kind, &text)
        {
            let message = mistyped(&name, wanted, entry.value);
            look.say(own("wrong-type", text_place(entry.value), message).with_help(help));
        }
    }
    if given.is_open {
        return;
    }
    for input in missing(&declared, &given) {
        let (workflow, name) = (quoted(callee.text), quoted(&input.name));
        let message = format!("the workflow {workflow} requires the {what} {name}");
        let key = if what == "input" { "with" } else { "secrets" };
        let help = format!("give it under `{key}`, as `{}: …`", shown(&input.name));
        look.say(own("missing-key", callee.place, message).with_help(help));
    }
}

/// What is required and not given, not even under a name that is only misspelt.
fn missing<'d, 'm>(declared: &'d [Declared<'m>], given: &Given<'_>) -> Vec<&'d Declared<'m>> {
    let is_known = |name: &str| declared.iter().any(|input| input.name.eq_ignore_ascii_case(name));
    let names = given.entries.iter().map(|entry| entry.key.text()).filter(|name| !is_known(name));
    let meant: Vec<&str> =
        names.filter_map(|name| nearest(&name, declared.iter().map(|input| &*input.name))).collect();
    let is_missing =
        |input: &&Declared<'_>| input.required && !given.has(&input.name) && !meant.contains(&&*input.name);
    declared.iter().filter(is_missing).collect()
}

/// The root of a file that was read to its end.
fn root(file: FileFacts<'_>) -> Option<Node<'_>> {
    let root = file.artifact.document.as_ref()?.roots().next()?.resolve();
    (root.kind() == Kind::Mapping && !root.is_incomplete()).then_some(root)
}

/// The events of a workflow, and the one by which it is called, if it has it, with what is written for it.
#[expect(clippy::option_option, reason = "the event may be there with nothing written for it")]
fn call_event(root: Node<'_>) -> Option<(Place, Option<Option<Node<'_>>>)> {
    let entry = root.entry("on")?;
    let on = entry.value.resolve();
    let is_call = |node: Node<'_>| node.text() == "workflow_call";
    let call = match on.kind() {
        Kind::Mapping => on.entry("workflow_call").map(|entry| Some(entry.value)),
        Kind::Sequence => on.items().any(is_call).then_some(None),
        Kind::Scalar => is_call(on).then_some(None),
        _ => return None,
    };
    Some((text_place(entry.key), call))
}

/// What a mapping of inputs or secrets declares; nothing where it cannot be judged.
fn declared<'m>(mapping: Option<Node<'m>>) -> Option<Vec<Declared<'m>>> {
    let Some(mapping) = mapping.map(Node::resolve).filter(|mapping| !mapping.is_null()) else {
        return Some(Vec::new());
    };
    if mapping.kind() != Kind::Mapping || mapping.is_incomplete() {
        return None;
    }
    let entries = mapping.entries();
    if entries.len() > MOST || entries.iter().any(|entry| literal(entry.key).is_none()) {
        return None;
    }
    let declare = |entry: Entry<'m>| {
        let says = |key: &str| entry.value.get(key);
        let required = says("required").is_some_and(|required| required.scalar() == Scalar::Bool(true));
        Declared {
            name: entry.key.text(),
            required: required && says("default").is_none(),
            kind: says("type").and_then(literal).unwrap_or_default(),
            deprecated: says("deprecationMessage").and_then(literal).filter(|text| !text.trim().is_empty()),
        }
    };
    Some(entries.into_iter().map(declare).collect())
}

/// What is given under `with` or `secrets`.
struct Given<'m> {
    entries: Vec<Entry<'m>>,
    names: HashSet<String>,
    /// Whether more may be given than is written.
    is_open: bool,
}

impl Given<'_> {
    fn has(&self, name: &str) -> bool {
        self.names.contains(&name.to_ascii_lowercase())
    }
}

/// What a mapping gives; nothing where it cannot be judged.
fn given(with: Option<Node<'_>>) -> Option<Given<'_>> {
    let mut entries = Vec::new();
    let mut is_open = false;
    if let Some(with) = with.map(Node::resolve).filter(|with| !with.is_null()) {
        if with.kind() != Kind::Mapping {
            return None;
        }
        entries = with.entries();
        is_open = with.is_incomplete();
    }
    let all = entries.len();
    entries.retain(|entry| literal(entry.key).is_some());
    is_open |= entries.len() < all;
    let names = entries.iter().map(|entry| entry.key.text().to_ascii_lowercase()).collect();
    Some(Given { entries, names, is_open })
}
