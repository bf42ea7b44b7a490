//! The pipeline: which scripts, make targets, actions and workflows only the sanctioned jobs run.
//!
//! The units of a repository (jobs, script files, make targets, package scripts, actions) call one another. A unit is inside the
//! pipeline when a sanctioned job reaches it, and nothing else starts it by itself. What calls such a unit from outside is kept: it is
//! another way to the cluster.

use super::Model;
use super::callee::{self, Call, Makefiles};
use super::facts::FileFacts;
use super::scripts::{Host, Script};
use crate::artifact::Kind;
use crate::makefile::Name;
use crate::source::{FileId, Place};
use crate::yaml::{Document, Kind as NodeKind, Node};
use std::collections::{HashMap, HashSet};

/// Something that runs as a whole when it is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unit {
    /// The file it stands in.
    pub file: FileId,
    /// Which one of the file.
    pub key: Key,
}

/// Which unit of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// The only one: a script, an action.
    File,
    /// A job, a make target, a script of a package, by its name.
    Named(Box<str>),
}

/// Where a script stands towards the pipeline.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The unit that holds it; a container's command belongs to none.
    unit: Option<Unit>,
    /// Whether it is inside, where that takes no look at the rest of the repository.
    known: Option<bool>,
}

/// A call from outside the pipeline of something inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Via {
    /// The command or the `uses` that calls.
    pub place: Place,
    /// The unit that holds it.
    from: u32,
}

impl Standing {
    /// Of a script of a file.
    pub fn of(model: &Model<'_>, file: FileFacts<'_>, script: &Script<'_>) -> Self {
        let unit = unit_of(file, &script.host);
        let known = match (&unit, &script.host) {
            (None, _) => Some(false),
            (Some(Unit { key: Key::Named(job), .. }), Host::Step { job: Some(_), .. }) => {
                if model.settings.sanctions(&file.source.path, job) {
                    Some(true)
                } else {
                    (!is_only_called(file)).then_some(false)
                }
            }
            _ => None,
        };
        Self { unit, known }
    }

    /// Whether it is inside the pipeline.
    pub fn inside(&self, model: &Model<'_>) -> bool {
        self.known.unwrap_or_else(|| self.look(model, |reach, at| reach.inside[at]))
    }

    /// Whether every way to it makes a cluster of its own, or it does so itself.
    pub fn has_own_cluster(&self, model: &Model<'_>) -> bool {
        self.look(model, |reach, at| reach.local[at])
    }

    /// The calls from outside that reach it although it is inside.
    pub fn vias(&self, model: &Model<'_>) -> Vec<Via> {
        if self.known.is_some() || model.settings.pipeline.is_empty() {
            return Vec::new();
        }
        self.look(model, |reach, at| reach.vias[at].clone())
    }

    /// The places from which its unit is called.
    pub fn callers(&self, model: &Model<'_>) -> Vec<Place> {
        if self.known.is_some() {
            return Vec::new();
        }
        self.look(model, |reach, at| reach.callers[at].clone())
    }

    fn look<T: Default>(&self, model: &Model<'_>, ask: impl FnOnce(&Reach, usize) -> T) -> T {
        let Some(unit) = &self.unit else { return T::default() };
        let reach = model.reach();
        reach.units.get(unit).map_or_else(T::default, |&at| ask(reach, at as usize))
    }
}

impl Via {
    /// Whether what calls makes a cluster of its own.
    pub fn has_own_cluster(self, model: &Model<'_>) -> bool {
        model.reach().local[self.from as usize]
    }
}

/// The unit that a script is a part of.
pub(super) fn unit_of(file: FileFacts<'_>, host: &Host<'_>) -> Option<Unit> {
    let key = match host {
        Host::Step { id: Some(id), .. } => Key::Named(id.text().into()),
        Host::Step { id: None, .. } | Host::File => Key::File,
        Host::Target { rule } => Key::Named(rule.targets.first()?.text.clone()),
        Host::Package { name } => Key::Named(name.text().into()),
        Host::Makefile | Host::Build | Host::Image { .. } | Host::Container { .. } => return None,
    };
    Some(Unit { file: file.id, key })
}

/// Whether nothing but another workflow starts a workflow.
pub(super) fn is_only_called(file: FileFacts<'_>) -> bool {
    let root = file.artifact.document.as_ref().and_then(|document| document.roots().next());
    let Some(on) = root.and_then(|root| root.get("on")).map(Node::resolve) else { return false };
    let mut events = match on.kind() {
        NodeKind::Mapping => on.pairs().map(|(key, _)| key.text()).collect::<Vec<_>>(),
        NodeKind::Sequence => on.items().map(Node::text).collect(),
        _ => vec![on.text()],
    }
    .into_iter()
    .peekable();
    events.peek().is_some() && events.all(|event| event == "workflow_call")
}

/// Calls from outside that are kept for a unit: more would only repeat the finding.
const VIAS: usize = 16;

/// Units that are looked at for one that runs them: more are no use to a person.
const RUN: usize = 2_000;

/// Who reaches what, in the whole repository.
#[derive(Debug, Default)]
pub struct Reach {
    /// The units, by their numbers.
    units: HashMap<Unit, u32>,
    inside: Vec<bool>,
    local: Vec<bool>,
    vias: Vec<Vec<Via>>,
    callers: Vec<Vec<Place>>,
    /// What each unit calls, with the place of the call.
    calls: Vec<Vec<(u32, Place)>>,
}

/// What the units are, before it is known who reaches them.
#[derive(Default)]
struct Graph {
    units: HashMap<Unit, u32>,
    roots: Vec<Root>,
    /// Whether a unit makes a cluster itself.
    makes: Vec<bool>,
    /// Whether a unit fetches the credentials of another cluster itself.
    fetches: Vec<bool>,
    calls: Vec<Edge>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Root {
    /// A job of the pipeline.
    Sanctioned,
    /// What something else than a call starts: a job with a trigger of its own.
    Free,
    /// It runs when it is called.
    Called,
}

#[derive(Clone, Copy)]
struct Edge {
    from: u32,
    to: u32,
    place: Place,
}

impl Reach {
    /// Reads every script of a repository.
    pub fn new(model: &Model<'_>) -> Self {
        let mut graph = Graph::default();
        let mut makefiles = Makefiles::default();
        for artifact in model.artifacts {
            graph.add_units(model, model.file(artifact.file));
        }
        for artifact in model.artifacts {
            graph.add_calls(model, &mut makefiles, model.file(artifact.file));
        }
        graph.reach()
    }

    /// The number of a unit.
    pub(super) fn number(&self, unit: &Unit) -> Option<u32> {
        self.units.get(unit).copied()
    }

    /// Whether something of the repository calls a unit.
    pub(super) fn is_called(&self, unit: u32) -> bool {
        !self.callers[unit as usize].is_empty()
    }

    /// Whether a unit runs against a cluster of its own.
    pub(super) fn has_own_cluster(&self, unit: u32) -> bool {
        self.local[unit as usize]
    }

    /// What a unit runs: itself, and what it calls, directly or through others, each with the first call on the way.
    pub(super) fn run_by(&self, unit: u32) -> Vec<(u32, Option<Place>)> {
        let mut found = vec![(unit, None)];
        let mut seen = HashSet::from([unit]);
        let mut next = 0;
        while let Some(&(at, first)) = found.get(next) {
            next += 1;
            if found.len() > RUN {
                break;
            }
            for &(to, place) in &self.calls[at as usize] {
                if seen.insert(to) {
                    found.push((to, first.or(Some(place))));
                }
            }
        }
        found
    }
}

impl Graph {
    fn add(&mut self, unit: Unit, root: Root) {
        let next = self.roots.len() as u32;
        if *self.units.entry(unit).or_insert(next) == next {
            self.roots.push(root);
            self.makes.push(false);
            self.fetches.push(false);
        }
    }

    fn add_units(&mut self, model: &Model<'_>, file: FileFacts<'_>) {
        let unit = |key| Unit { file: file.id, key };
        match file.artifact.kind {
            Kind::Workflow => {
                let called = is_only_called(file);
                for (id, _) in jobs(file) {
                    let root = match model.settings.sanctions(&file.source.path, &id.text()) {
                        true => Root::Sanctioned,
                        false if called => Root::Called,
                        false => Root::Free,
                    };
                    self.add(unit(Key::Named(id.text().into())), root);
                }
            }
            Kind::Action | Kind::Script => self.add(unit(Key::File), Root::Called),
            Kind::Makefile => {
                let rules = file.makefile().into_iter().flat_map(|makefile| &makefile.rules);
                rules
                    .flat_map(|rule| &rule.targets)
                    .for_each(|name| self.add(unit(Key::Named(name.text.clone())), Root::Called));
            }
            Kind::Package => {
                let names = model.scripts(file).into_iter().filter_map(|script| unit_of(file, &script.host));
                names.for_each(|unit| self.add(unit, Root::Called));
            }
            _ => {}
        }
    }

    fn add_calls<'m>(&mut self, model: &Model<'m>, makefiles: &mut Makefiles<'m>, file: FileFacts<'m>) {
        for (id, job) in jobs(file) {
            let Some(&from) = self.units.get(&Unit { file: file.id, key: Key::Named(id.text().into()) })
            else {
                continue;
            };
            self.makes[from as usize] |= callee::serves_cluster(job);
            if let Some(uses) = job.get("uses").map(Node::resolve) {
                self.call(from, uses.place(), callee::of_workflow(model, &uses.text()));
            }
            self.add_steps(model, from, job);
        }
        if file.artifact.kind == Kind::Action {
            let runs = file.artifact.document.iter().flat_map(Document::roots);
            for runs in runs.filter_map(|root| root.get("runs")) {
                if let Some(&from) = self.units.get(&Unit { file: file.id, key: Key::File }) {
                    self.add_steps(model, from, runs.resolve());
                }
            }
        }
        self.add_prerequisites(model, makefiles, file);
        for script in model.scripts(file) {
            let Some(&from) = unit_of(file, &script.host).and_then(|unit| self.units.get(&unit)) else {
                continue;
            };
            let calls = callee::of_script(model, makefiles, file, &script);
            self.makes[from as usize] |= calls.makes_cluster;
            self.fetches[from as usize] |= calls.fetches_credentials;
            for Call { place, units } in calls.list {
                self.call(from, place, units);
            }
        }
    }

    /// What `make` makes before a target. The first target of a rule stands for all of them.
    fn add_prerequisites<'m>(
        &mut self,
        model: &Model<'m>,
        makefiles: &mut Makefiles<'m>,
        file: FileFacts<'m>,
    ) {
        let Some(makefile) = file.makefile() else { return };
        let goals = makefiles.goals(model, file.id);
        let unit = |name: &Name| Unit { file: file.id, key: Key::Named(name.text.clone()) };
        let place = |name: &Name| Place { file: file.id, span: name.span };
        for rule in &makefile.rules {
            let Some((first, others)) = rule.targets.split_first() else { continue };
            for other in others {
                if let Some(&from) = self.units.get(&unit(other)) {
                    self.call(from, place(other), vec![unit(first)]);
                }
            }
            let Some(&from) = self.units.get(&unit(first)) else { continue };
            for name in rule.prerequisites.iter().chain(&rule.order_only) {
                self.call(from, place(name), goals.named(&name.text));
            }
        }
    }

    /// The actions that steps use.
    fn add_steps(&mut self, model: &Model<'_>, from: u32, holder: Node<'_>) {
        for step in holder.get("steps").into_iter().flat_map(Node::items) {
            let Some(uses) = step.get("uses").map(Node::resolve) else { continue };
            self.makes[from as usize] |= callee::action_makes_cluster(&uses.text());
            self.fetches[from as usize] |= callee::action_fetches_credentials(&uses.text());
            self.call(from, uses.place(), callee::of_action(model, &uses.text()));
        }
    }

    fn call(&mut self, from: u32, place: Place, units: Vec<Unit>) {
        for unit in units {
            if let Some(&to) = self.units.get(&unit).filter(|to| **to != from) {
                self.calls.push(Edge { from, to, place });
            }
        }
    }

    /// Which units can be reached from the first ones, these included; calls out of `not` are not followed.
    fn reached(&self, first: impl Fn(usize) -> bool, not: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut next: Vec<Vec<u32>> = vec![Vec::new(); self.roots.len()];
        for call in &self.calls {
            next[call.from as usize].push(call.to);
        }
        let mut reached: Vec<bool> = (0..self.roots.len()).map(first).collect();
        let mut open: Vec<usize> = (0..self.roots.len()).filter(|&at| reached[at] && !not(at)).collect();
        while let Some(at) = open.pop() {
            for &to in &next[at] {
                let to = to as usize;
                if !std::mem::replace(&mut reached[to], true) && !not(to) {
                    open.push(to);
                }
            }
        }
        reached
    }

    fn reach(mut self) -> Reach {
        let count = self.roots.len();
        let sanctioned = self.reached(|at| self.roots[at] == Root::Sanctioned, |_| false);
        let inside: Vec<bool> = (0..count).map(|at| sanctioned[at] && self.roots[at] != Root::Free).collect();
        // Whoever calls what makes a cluster has one.
        self.calls.sort_by_key(|call| (call.from, call.to, call.place));
        // Who fetches credentials too may mean either cluster.
        let fetches = self.callers_of(&self.fetches);
        let makes =
            self.callers_of(&self.makes).into_iter().zip(fetches).map(|(makes, fetches)| makes && !fetches);
        let makes: Vec<bool> = makes.collect();
        let mut called = vec![false; count];
        self.calls.iter().for_each(|call| called[call.to as usize] = true);
        let free = |at: usize| !makes[at] && (self.roots[at] != Root::Called || !called[at]);
        let with = self.reached(|at| makes[at], |_| false);
        let without = self.reached(free, |at| makes[at]);
        let local = (0..count).map(|at| makes[at] || (with[at] && !without[at])).collect();
        let (mut callers, mut calls) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for call in &self.calls {
            callers[call.to as usize].push(call.place);
            calls[call.from as usize].push((call.to, call.place));
        }
        let vias = self.vias(&inside);
        Reach { units: self.units, inside, local, vias, callers, calls }
    }

    /// Which units do something, given those that do it themselves: they and all that call them.
    fn callers_of(&self, own: &[bool]) -> Vec<bool> {
        let mut callers: Vec<Vec<u32>> = vec![Vec::new(); self.roots.len()];
        for call in &self.calls {
            callers[call.to as usize].push(call.from);
        }
        let mut makes = own.to_vec();
        let mut open: Vec<usize> = (0..makes.len()).filter(|&at| makes[at]).collect();
        while let Some(at) = open.pop() {
            for &from in &callers[at] {
                if !std::mem::replace(&mut makes[from as usize], true) {
                    open.push(from as usize);
                }
            }
        }
        makes
    }

    /// For each unit inside: the first calls from outside that lead to it.
    fn vias(&self, inside: &[bool]) -> Vec<Vec<Via>> {
        let mut next: Vec<Vec<u32>> = vec![Vec::new(); inside.len()];
        let mut entries = Vec::new();
        for call in self.calls.iter().filter(|call| inside[call.to as usize]) {
            if inside[call.from as usize] {
                next[call.from as usize].push(call.to);
            } else {
                entries.push((Via { place: call.place, from: call.from }, call.to));
            }
        }
        entries.sort_unstable();
        let mut vias: Vec<Vec<Via>> = vec![Vec::new(); inside.len()];
        for (via, to) in entries {
            let mut open = vec![to];
            while let Some(at) = open.pop() {
                let known = &mut vias[at as usize];
                // What is full has filled what it calls too.
                if known.len() < VIAS && known.last() != Some(&via) {
                    known.push(via);
                    open.extend(&next[at as usize]);
                }
            }
        }
        vias
    }
}

/// The jobs of a workflow: id and job.
fn jobs(file: FileFacts<'_>) -> Vec<(Node<'_>, Node<'_>)> {
    let document = file.artifact.document.as_ref().filter(|_| file.artifact.kind == Kind::Workflow);
    let roots = document.into_iter().flat_map(Document::roots);
    let jobs = roots.filter_map(|root| root.get("jobs")).flat_map(Node::pairs);
    jobs.map(|(id, job)| (id, job.resolve())).filter(|(_, job)| job.kind() == NodeKind::Mapping).collect()
}
