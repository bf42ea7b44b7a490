//! What calls what inside a repository: the scripts, make targets, package scripts, actions and workflows behind a command or a `uses`.

use super::Model;
use super::facts::{FileFacts, text_of};
use super::pipeline::{Key, Unit};
use super::scripts::{Host, Script};
use crate::artifact::Kind;
use crate::shell::{Command, How, Value, Word};
use crate::source::{FileId, Place};
use crate::yaml::{Document, Node};
use std::borrow::Cow;
use std::collections::HashMap;

/// A command that runs units of the repository.
pub struct Call {
    /// Where the command stands.
    pub place: Place,
    /// What it runs.
    pub units: Vec<Unit>,
}

/// What a script calls.
#[derive(Default)]
pub struct Calls {
    /// In the order of the text.
    pub list: Vec<Call>,
    /// Whether one of its commands makes a cluster for itself.
    pub makes_cluster: bool,
    /// Whether one fetches the credentials of a cluster elsewhere.
    pub fetches_credentials: bool,
}

/// The makefiles of a repository that were looked through.
#[derive(Default)]
pub struct Makefiles<'m>(HashMap<FileId, Goals<'m>>);

impl<'m> Makefiles<'m> {
    /// The targets of one of them.
    pub fn goals(&mut self, model: &Model<'m>, file: FileId) -> &Goals<'m> {
        self.0.entry(file).or_insert_with(|| Goals::new(model, file))
    }
}

/// The calls of a script.
pub fn of_script<'m>(
    model: &Model<'m>,
    makefiles: &mut Makefiles<'m>,
    file: FileFacts<'m>,
    script: &Script<'_>,
) -> Calls {
    let mut found = Calls::default();
    let mut look = Look { model, makefiles, folders: folders(file, script) };
    for command in &script.reading().commands {
        if command.how == How::Remote {
            continue;
        }
        found.makes_cluster |= makes_cluster(command);
        found.fetches_credentials |= fetches_credentials(command);
        if matches!(command.name(), Some("cd" | "pushd"))
            && let Some(folder) = command.args().first().and_then(|word| path(script, word))
        {
            let here = look.folders.first().filter(|here| !here.is_empty());
            let below = here.map(|here| format!("{here}/{folder}"));
            look.folders.splice(..0, below.into_iter().chain([folder]));
            look.folders.truncate(FOLDERS);
        }
        let units = look.units(script, command);
        if !units.is_empty()
            && let Some(place) = script.place(command.span)
        {
            found.list.push(Call { place, units });
        }
    }
    found
}

/// The jobs of a reusable workflow of the repository.
pub fn of_workflow(model: &Model<'_>, uses: &str) -> Vec<Unit> {
    let Some(id) = uses.strip_prefix("./").and_then(|path| model.project.at("", path)) else {
        return Vec::new();
    };
    let document = model.file(id).artifact.document.as_ref();
    let jobs = document.into_iter().flat_map(Document::roots).filter_map(|root| root.get("jobs"));
    jobs.flat_map(Node::pairs)
        .map(|(name, _)| Unit { file: id, key: Key::Named(name.text().into()) })
        .collect()
}

/// The action of the repository that a step uses.
pub fn of_action(model: &Model<'_>, uses: &str) -> Vec<Unit> {
    let Some(folder) = uses.strip_prefix("./") else { return Vec::new() };
    let files = ["action.yml", "action.yaml"];
    let found = files.iter().find_map(|name| model.project.at(folder, name));
    found.map(|file| Unit { file, key: Key::File }).into_iter().collect()
}

/// Folders that relative paths in a script may start from: the working directory of its step, the root, its own.
fn folders(file: FileFacts<'_>, script: &Script<'_>) -> Vec<String> {
    let mut folders = Vec::new();
    let own = file.source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    match script.host {
        Host::Step { job, step, .. } => {
            let defaults = |holder: Node<'_>| {
                holder
                    .get("defaults")?
                    .get("run")?
                    .get("working-directory")
                    .map(|node| node.text().into_owned())
            };
            let root = file.artifact.document.as_ref().and_then(|document| document.roots().next());
            let folder = text_of(step, "working-directory")
                .map(Cow::into_owned)
                .or_else(|| job.and_then(defaults))
                .or_else(|| root.and_then(defaults));
            folders.extend(folder.filter(|folder| !folder.contains("${{")));
            folders.push(String::new());
            if job.is_none() {
                folders.push(own.to_owned());
            }
        }
        // `make` runs in the folder of its file.
        Host::Target { .. } | Host::Makefile => folders.extend([own.to_owned(), String::new()]),
        _ => folders.extend([String::new(), own.to_owned()]),
    }
    folders
}

/// Folders that are tried for a path: a script that goes to more places is rare.
const FOLDERS: usize = 16;

/// Looks for what the commands of one script run.
struct Look<'l, 'm> {
    model: &'l Model<'m>,
    makefiles: &'l mut Makefiles<'m>,
    folders: Vec<String>,
}

impl Look<'_, '_> {
    fn units(&mut self, script: &Script<'_>, command: &Command) -> Vec<Unit> {
        let Some(first) = command.words.first() else { return Vec::new() };
        let args = command.args();
        match command.name() {
            Some("make" | "gmake") => self.targets(script, args),
            Some("npm" | "yarn" | "pnpm" | "bun") => self.package(script, args),
            Some("source" | ".") => {
                args.first().and_then(|word| self.script_at(script, word)).into_iter().collect()
            }
            Some("bash" | "sh" | "zsh" | "dash" | "ksh") => {
                operand(args).and_then(|word| self.script_at(script, word)).into_iter().collect()
            }
            Some(name) if first.text() == Some(name) => Vec::new(),
            _ => self.script_at(script, first).into_iter().collect(),
        }
    }

    /// The script file that a word names.
    fn script_at(&self, script: &Script<'_>, word: &Word) -> Option<Unit> {
        let path = path(script, word)?;
        let found = self.find(&path).filter(|id| self.model.file(*id).artifact.kind == Kind::Script)?;
        Some(Unit { file: found, key: Key::File })
    }

    fn find(&self, path: &str) -> Option<FileId> {
        self.folders.iter().find_map(|folder| self.model.project.at(folder, path))
    }

    /// The targets that the arguments of `make` name, or the default one.
    fn targets(&mut self, script: &Script<'_>, args: &[Word]) -> Vec<Unit> {
        let (mut folder, mut file, mut goals) = (None, None, Vec::new());
        let mut words = args.iter();
        while let Some(word) = words.next() {
            match word.prefix() {
                "-C" | "--directory" => folder = words.next().and_then(|word| path(script, word)),
                "-f" | "--file" | "--makefile" => {
                    file = words.next().and_then(|word| path(script, word));
                }
                "-I" | "-o" | "-W" => _ = words.next(),
                "-n" | "--dry-run" | "--just-print" | "--recon" | "-t" | "--touch" | "-q" | "--question" => {
                    return Vec::new();
                }
                text if let Some(path) = glued(text, "-C", "--directory=") => folder = Some(path.to_owned()),
                text if let Some(path) = glued(text, "-f", "--file=") => file = Some(path.to_owned()),
                text if let Some(path) = text.strip_prefix("--makefile=") => file = Some(path.to_owned()),
                text if text.starts_with('-') || text.contains('=') => {}
                _ => goals.extend(word.text()),
            }
        }
        let below = folder.map_or_else(String::new, |folder| format!("{folder}/"));
        let names = match &file {
            None => vec!["GNUmakefile", "makefile", "Makefile"],
            Some(name) => vec![name.as_str()],
        };
        let Some(first) = names.iter().find_map(|name| self.find(&format!("{below}{name}"))) else {
            return Vec::new();
        };
        if goals.is_empty() {
            let makefile = self.model.file(first).makefile();
            goals.extend(makefile.and_then(|makefile| makefile.default_goal.as_deref()));
        }
        let known = self.makefiles.goals(self.model, first);
        goals.iter().flat_map(|goal| known.named(goal)).collect()
    }

    /// The scripts of a `package.json` that the arguments of a package manager run; there need not be such units.
    fn package(&self, script: &Script<'_>, args: &[Word]) -> Vec<Unit> {
        let (mut folder, mut names) = (String::new(), Vec::new());
        let mut words = args.iter();
        while let Some(word) = words.next() {
            match word.prefix() {
                "--prefix" | "-C" | "--dir" | "--cwd" | "-w" | "--workspace" => {
                    folder = words.next().and_then(|word| path(script, word)).unwrap_or_default();
                }
                "-F" | "--filter" => _ = words.next(),
                "--" => break,
                text if let Some(path) = ["--prefix=", "--dir=", "--cwd=", "--workspace="]
                    .iter()
                    .find_map(|option| text.strip_prefix(option)) =>
                {
                    path.clone_into(&mut folder);
                }
                text if text.starts_with('-') => {}
                "run" | "run-script" if names.is_empty() => {}
                _ => names.extend(word.text()),
            }
        }
        let path =
            if folder.is_empty() { "package.json".to_owned() } else { format!("{folder}/package.json") };
        let Some((file, name)) = self.find(&path).zip(names.first()) else { return Vec::new() };
        let unit = |name: String| Unit { file, key: Key::Named(name.into()) };
        let names = match *name {
            // What these run beside their own work.
            "install" | "i" | "ci" | "add" => {
                ["preinstall", "install", "postinstall", "prepare"].map(str::to_owned).to_vec()
            }
            "t" | "tst" => vec!["pretest".to_owned(), "test".to_owned(), "posttest".to_owned()],
            name => vec![format!("pre{name}"), name.to_owned(), format!("post{name}")],
        };
        names.into_iter().map(unit).collect()
    }
}

/// The path that a word says: all of it, or what stands behind a variable that names a folder (`"$ROOT/bin/deploy.sh"`).
fn path(script: &Script<'_>, word: &Word) -> Option<String> {
    if let Some(text) = word.text() {
        return Some(text.trim_start_matches("./").to_owned()).filter(|text| !text.is_empty());
    }
    let text = script.text().text;
    let written = text.get(word.span.start as usize..word.span.end as usize)?.trim_matches(['"', '\'']);
    let from = written.rfind(['}', ')', '$'])?;
    let behind = &written[from..];
    let slash = behind.find('/')?;
    let path = &behind[slash + 1..];
    (!path.is_empty() && !path.contains(['$', '"', '\'', '*'])).then(|| path.to_owned())
}

/// The value behind an option of one letter, or behind its long form.
fn glued<'t>(text: &'t str, short: &str, long: &str) -> Option<&'t str> {
    text.strip_prefix(long).or_else(|| text.strip_prefix(short).filter(|path| !path.is_empty()))
}

/// The script among the arguments of a shell; none where it only checks the syntax.
fn operand(args: &[Word]) -> Option<&Word> {
    let mut args = args.iter();
    while let Some(word) = args.next() {
        match word.prefix() {
            "-n" => return None,
            "--rcfile" | "--init-file" => _ = args.next(),
            text if text.starts_with("--") => {}
            text if text.starts_with(['-', '+']) && text.len() > 1 => {
                if text.contains('c') {
                    return None;
                }
                if text.ends_with(['o', 'O']) {
                    args.next();
                }
            }
            _ => return Some(word),
        }
    }
    None
}

/// Whether a command makes a cluster on the machine that runs it, or starts one.
fn makes_cluster(command: &Command) -> bool {
    let verbs: Vec<&str> = command.subcommand().into_iter().filter_map(Word::text).collect();
    match (command.name(), verbs.as_slice()) {
        (Some("kind" | "kwokctl" | "ctlptl" | "talosctl"), ["create", ..] | ["cluster", "create", ..])
        | (Some("k3d"), ["cluster", "create" | "start", ..] | ["create", ..])
        | (Some("minikube" | "minishift" | "crc"), ["start", ..])
        | (Some("kubeadm"), ["init", ..])
        | (Some("k3s" | "k0s"), ["server" | "controller", ..])
        | (Some("oc"), ["cluster", "up", ..]) => true,
        (Some("snap"), ["install", ..]) => command.args().iter().any(|arg| arg.text() == Some("microk8s")),
        (Some("curl" | "wget"), _) => command.args().iter().any(|arg| arg.prefix().contains("://get.k3s.io")),
        _ => false,
    }
}

/// Whether a command fetches the credentials of a cluster in a cloud.
fn fetches_credentials(command: &Command) -> bool {
    let says =
        |words: &[&str]| words.iter().all(|word| command.args().iter().any(|arg| arg.text() == Some(word)));
    match command.name() {
        Some("aws") => says(&["eks", "update-kubeconfig"]),
        Some("gcloud") => says(&["clusters", "get-credentials"]),
        Some("az") => says(&["aks", "get-credentials"]),
        Some("doctl") => says(&["kubeconfig", "save"]),
        _ => false,
    }
}

/// Whether a command says itself that it runs against no cluster of the machine it stands on.
pub fn names_another_cluster(command: &Command) -> bool {
    let local = |context: &str| {
        context
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| MAKERS.contains(&word) || word == "local")
    };
    let here = |server: &str| ["localhost", "127.0.0.1", "0.0.0.0"].iter().any(|host| server.contains(host));
    let contexts = command.flag(&["context", "kube-context"]);
    command.how == How::Remote
        || contexts.into_iter().filter_map(Value::text).any(|context| !local(context))
        || command.flag(&["server"]).into_iter().filter_map(Value::text).any(|server| !here(server))
}

/// Words that name a tool that makes clusters, in names of images and contexts.
const MAKERS: &[&str] = &["kind", "k3d", "k3s", "minikube", "microk8s", "kindest"];

/// Whether an action makes a cluster for its job, by its name: `helm/kind-action`, `AbsaOSS/k3d-action`.
pub fn action_makes_cluster(uses: &str) -> bool {
    let name = uses.split('@').next().unwrap_or(uses).to_ascii_lowercase();
    let parts: Vec<&str> = name.split(['/', '-', '_']).collect();
    let makes = |words: &[&str]| words.iter().all(|word| parts.contains(word));
    // `kind` is a word of its own.
    !uses.starts_with("./")
        && (["k3d", "k3s", "minikube", "microk8s"].iter().any(|tool| parts.contains(tool))
            || ["action", "setup", "create", "cluster"].iter().any(|word| makes(&["kind", word])))
}

/// Whether an action fetches the credentials of a cluster in a cloud.
pub fn action_fetches_credentials(uses: &str) -> bool {
    let name = uses.split('@').next().unwrap_or(uses).to_ascii_lowercase();
    matches!(
        &*name,
        "google-github-actions/get-gke-credentials" | "azure/aks-set-context" | "azure/k8s-set-context"
    )
}

/// Whether a job has a cluster as a service container.
pub fn serves_cluster(job: Node<'_>) -> bool {
    let services = job.get("services").into_iter().flat_map(Node::pairs);
    let images = services.filter_map(|(_, service)| service.get("image"));
    let is_maker = |word: &str| matches!(word, "k3s" | "k3d" | "kindest" | "minikube" | "microk8s");
    images.map(Node::text).any(|image| image.split(['/', ':']).any(is_maker))
}

/// The targets of a makefile and of what it includes.
pub struct Goals<'m> {
    files: Vec<FileId>,
    /// Targets that fit many names, each with its file.
    patterns: Vec<(FileId, &'m str)>,
}

impl<'m> Goals<'m> {
    /// Makefiles that are looked through.
    const FILES: usize = 32;
    /// Patterns that are tried.
    const PATTERNS: usize = 256;

    /// Those that a makefile knows.
    fn new(model: &Model<'m>, first: FileId) -> Self {
        let mut found = Self { files: vec![first], patterns: Vec::new() };
        let mut at = 0;
        while at < found.files.len() && found.files.len() < Self::FILES {
            let file = model.file(found.files[at]);
            let folder = file.source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for name in file.makefile().into_iter().flat_map(|makefile| &makefile.includes) {
                let included =
                    model.project.at(folder, &name.text).or_else(|| model.project.at("", &name.text));
                let new = included.filter(|file| !found.files.contains(file));
                found.files.extend(new);
            }
            at += 1;
        }
        for &file in &found.files {
            let rules = model.file(file).makefile().into_iter().flat_map(|makefile| &makefile.rules);
            let names = rules.flat_map(|rule| &rule.targets).map(|name| &*name.text);
            found.patterns.extend(names.filter(|name| name.contains('%')).map(|name| (file, name)));
        }
        found.patterns.truncate(Self::PATTERNS);
        found
    }

    /// What may make a target: there need not be such units.
    pub fn named(&self, goal: &str) -> Vec<Unit> {
        let unit = |file, name: &str| Unit { file, key: Key::Named(name.into()) };
        let fits = |pattern: &str| {
            pattern.split_once('%').is_some_and(|(before, behind)| {
                goal.len() > before.len() + behind.len() && goal.starts_with(before) && goal.ends_with(behind)
            })
        };
        let fitting = self.patterns.iter().filter(|(_, pattern)| fits(pattern));
        let exact = self.files.iter().map(|&file| unit(file, goal));
        exact.chain(fitting.map(|&(file, pattern)| unit(file, pattern))).collect()
    }
}
