//! Secrets in a YAML or JSON document: entries, `name`/`value` pairs, arguments, scripts, the data of objects.

use super::commands::{self, Argument, Invocation, MOST_PLAIN};
use super::inside::{self, Taken};
use super::lines::{self, Settings};
use super::name::{Promise, is_public, option, promise};
use super::value::{self, Dollar, Written};
use super::{Finder, Hits, Runner, SecretVisit, Source};
use crate::artifact::Kind;
use crate::expr::{Text, base64_decoded};
use crate::model::facts::{Owner, OwnerKind, text_of};
use crate::model::script::Flavour;
use crate::source::Span;
use crate::yaml::{Document, Kind as NodeKind, Node, Scalar};
use std::borrow::Cow;

/// Looks into a document.
pub fn walk<'m>(finder: &mut Finder<'_, 'm>, document: &'m Document, kind: Kind, hits: &Hits) {
    if kind == Kind::Compose {
        finder.dollar = Dollar::Doubled;
    }
    for root in document.roots() {
        let mut walk = Walk { finder: &mut *finder, kind, hits, path: Vec::new(), shell: true };
        walk.root(root);
    }
}

struct Walk<'w, 'f, 'm> {
    finder: &'w mut Finder<'f, 'm>,
    kind: Kind,
    hits: &'w Hits,
    /// The keys above; an item of a list stands as `None`.
    path: Vec<Option<Cow<'m, str>>>,
    /// Whether a shell runs what a step runs.
    shell: bool,
}

impl<'m> Walk<'_, '_, 'm> {
    fn root(&mut self, root: Node<'m>) {
        let root = root.resolve();
        // What sops has encrypted names its keys beside it.
        if root.get("sops").is_some_and(|sops| sops.resolve().kind() == NodeKind::Mapping) {
            return;
        }
        match self.kind {
            Kind::Workflow => self.workflow(root),
            _ => self.node(root),
        }
    }

    fn workflow(&mut self, root: Node<'m>) {
        let jobs = root.get("jobs").map(Node::entries).unwrap_or_default();
        for (key, value) in root.pairs() {
            if key.text() != "jobs" {
                for job in &jobs {
                    self.serve(job.value.resolve());
                }
                self.entry(key, value);
                self.finder.runner = Runner::default();
                continue;
            }
            for (id, job) in value.resolve().pairs() {
                let owner = std::mem::replace(&mut self.finder.owner, Owner::named("job", Some(id)));
                self.job(job.resolve());
                self.finder.owner = owner;
            }
        }
    }

    /// What lives as long as a job: its service containers and their secrets.
    fn serve(&mut self, job: Node<'m>) {
        let services = job.get("services").map(Node::entries).unwrap_or_default();
        self.finder.runner.hosts.extend(services.iter().map(|service| service.key.text().into_owned()));
        let environment = |service: Node<'m>| service.get("env").map(Node::entries).unwrap_or_default();
        let literals = services.iter().flat_map(|service| environment(service.value));
        let literals = literals.filter(|entry| promise(&entry.key.text()).is_some());
        self.finder.runner.secrets.extend(literals.map(|entry| entry.value.text().into_owned()));
    }

    fn job(&mut self, job: Node<'m>) {
        self.serve(job);
        for (key, value) in job.pairs() {
            self.finder.throwaway = matches!(&*key.text(), "services" | "strategy");
            self.entry(key, value);
        }
        self.finder.throwaway = false;
        self.finder.runner = Runner::default();
    }

    fn touches(&self, key: Node<'m>, value: Node<'m>) -> bool {
        self.hits.touches(Span::new(key.span().start, value.span().end.max(key.span().end)))
    }

    fn node(&mut self, node: Node<'m>) {
        if !self.hits.touches(node.span()) {
            return;
        }
        match node.kind() {
            NodeKind::Mapping => self.mapping(node),
            NodeKind::Sequence => self.sequence(node),
            NodeKind::Scalar => self.scalar(node),
            NodeKind::Alias | NodeKind::Empty => {}
        }
    }

    fn mapping(&mut self, node: Node<'m>) {
        if self.kind == Kind::Manifest
            && let Some(kind) = text_of(node, "kind")
            && node.get("apiVersion").is_some()
        {
            let name = node.get("metadata").and_then(|metadata| metadata.get("name"));
            let owner = Owner {
                kind: node.get("kind").map_or(OwnerKind::Known("object"), OwnerKind::Written),
                name,
                labels: None,
            };
            let before = std::mem::replace(&mut self.finder.owner, owner);
            self.object(node, &kind);
            self.finder.owner = before;
            return;
        }
        self.pairs(node);
    }

    fn object(&mut self, object: Node<'m>, kind: &str) {
        match kind {
            // Schemas of objects, and objects that hold no secret by what they are for.
            "CustomResourceDefinition" | "SealedSecret" | "ExternalSecret" | "ClusterExternalSecret" => {}
            "Secret" => self.secret(object),
            _ => self.pairs(object),
        }
    }

    /// The data of a Kubernetes Secret.
    fn secret(&mut self, object: Node<'m>) {
        for (field, encoded) in [("data", true), ("stringData", false)] {
            for (key, value) in object.get(field).map(Node::resolve).into_iter().flat_map(Node::pairs) {
                let value = value.resolve();
                if value.kind() != NodeKind::Scalar || is_foreign(value) {
                    continue;
                }
                let text = Text::of(value);
                if is_open(&key.text()) {
                    inside::look(self.finder, &text, &mut Taken::default());
                    continue;
                }
                let meant = if encoded { decoded(text.text.trim()) } else { None };
                self.datum(&Text::of(key), &text, meant.as_deref());
            }
        }
    }

    /// An entry of a Secret, as it is written and, if that is not the same, as it is meant.
    fn datum(&mut self, name: &Text<'m>, text: &Text<'m>, decoded: Option<&str>) {
        let promised = promise(&name.text);
        let meant = decoded.unwrap_or(&text.text).trim();
        let first = || {
            let line = text.text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
            text.cut(lines::range_in(&text.text, line))
        };
        // A file: much of what is mounted from there is only settings.
        if meant.contains('\n') || value::is_structured(meant) {
            let found = match decoded {
                Some(decoded) => settings(&Text::made(decoded.to_owned()), &name.text),
                None => settings(text, &name.text),
            };
            if decoded.is_some() && !found.is_empty() {
                let placeholder = found.iter().all(|found| found.placeholder);
                self.finder.found_as(Some(name), &first(), Source::Data, placeholder);
                return;
            }
            for SecretVisit { name: inner, value, placeholder, .. } in &found {
                self.finder.found_as(inner.as_ref().or(Some(name)), value, Source::Data, *placeholder);
            }
            if !found.is_empty() || promised.is_none() || value::is_structured(meant) {
                return;
            }
        }
        // What is called like that has no secret for its only value.
        if promised.is_none() && meant == "default" {
            return;
        }
        match value::secrets(meant, promised.unwrap_or(Promise::Password), Dollar::Open).first() {
            None => {}
            Some((_, Written::Literal)) => {
                self.finder.found_as(Some(name), &first(), Source::Data, value::is_placeholder(meant));
            }
            Some((_, Written::Default)) => {
                self.finder.judge(Some(name), Promise::Password, text, Source::Data);
            }
        }
    }

    fn pairs(&mut self, node: Node<'m>) {
        let mut name = None;
        let mut value = None;
        for (key, of) in node.pairs() {
            match &*key.text() {
                "name" | "key" => name = Some(of),
                "value" | "defaultValue" => value = Some(of),
                "valueFrom" => self.value_from(node, of),
                _ => {}
            }
        }
        let mut paired = None;
        if let (Some(name), Some(value)) = (name, value)
            && let Some(promise) = promise(&name.text())
            && self.judge(name, promise, value)
        {
            paired = Some(value);
        }
        for (key, of) in node.pairs() {
            if paired != Some(of) && self.touches(key, of) {
                self.entry(key, of);
            } else {
                self.arguments(node, key, of);
            }
        }
    }

    /// Arguments beside the program that tells what they are, without a word that does.
    fn arguments(&mut self, node: Node<'m>, key: Node<'m>, list: Node<'m>) {
        let (arguments, program) = match self.kind {
            Kind::Compose => ("command", "entrypoint"),
            Kind::Manifest | Kind::Values => ("args", "command"),
            _ => return,
        };
        let list = list.resolve();
        if list.kind() == NodeKind::Sequence
            && key.text() == arguments
            && node.get(program).is_some_and(|program| self.hits.touches(program.span()))
        {
            self.path.push(Some(key.text()));
            self.sequence(list);
            self.path.pop();
        }
    }

    /// A secret that is taken from a `ConfigMap`.
    fn value_from(&mut self, entry: Node<'m>, from: Node<'m>) {
        let from = from.resolve();
        let Some(reference) = from.pairs().find(|(key, _)| key.text() == "configMapKeyRef") else { return };
        let Some(name) = entry.get("name").map(Node::resolve) else { return };
        if promise(&name.text()).is_some() {
            let reference = Text::of(reference.0);
            self.finder.found_as(Some(&Text::of(name)), &reference, Source::ConfigMap, false);
        }
    }

    /// An entry of a mapping.
    fn entry(&mut self, key: Node<'m>, value: Node<'m>) {
        if !self.touches(key, value) {
            return;
        }
        let name = key.text();
        if self.is_for_people(&name) {
            return;
        }
        // The credentials of a service container open a registry, which outlives the job.
        let lasts = self.finder.throwaway && name == "credentials";
        self.finder.throwaway &= !lasts;
        self.named_entry(key, name, value);
        self.finder.throwaway |= lasts;
    }

    fn named_entry(&mut self, key: Node<'m>, name: Cow<'m, str>, value: Node<'m>) {
        let resolved = value.resolve();
        let promised = match promise(&name) {
            Some(_) if self.names_keys() => Some(Promise::Either),
            Some(Promise::Either) => Some(self.promise_below(&name)),
            promised => promised,
        };
        let found = promised.is_some_and(|promise| self.named(key, promise, resolved));
        if found {
            return;
        }
        let was_shell = self.shell;
        if name == "run" {
            let shell = key.parent().and_then(|step| text_of(step, "shell"));
            self.shell = shell.is_none_or(|shell| {
                shell.contains("sh") && !shell.contains("pwsh") && !shell.contains("powershell")
            });
        }
        let container = self.kind == Kind::Compose
            && self.path.last().is_some_and(|key| key.as_deref() == Some("services"));
        self.path.push(Some(name));
        if container {
            let owner = Owner::named("service", Some(key));
            let before = std::mem::replace(&mut self.finder.owner, owner);
            self.node(value);
            self.finder.owner = before;
        } else {
            self.node(value);
        }
        self.path.pop();
        self.shell = was_shell;
    }

    /// What a name promises that may be one of an object, with the name above it: `jwt: {secret: …}`.
    fn promise_below(&self, name: &str) -> Promise {
        // `app: {secret: web}` is likely the name of one.
        let parent = self.path.last().and_then(Option::as_deref).filter(|parent| *parent != "app");
        parent.and_then(|parent| promise(&format!("{parent}.{name}"))).unwrap_or(Promise::Either)
    }

    /// Whether the entries here name keys inside a Secret: `secretKeys: {password: postgres-password}`.
    fn names_keys(&self) -> bool {
        self.path.iter().flatten().any(|key| {
            let key = key.to_ascii_lowercase();
            key.starts_with("existingsecret")
                || ["secretkeys", "secretref", "keyref", "keymapping", "secretmapping"]
                    .iter()
                    .any(|end| key.ends_with(end))
        })
    }

    /// What stands under a name that promises a secret; tells whether one is written out.
    fn named(&mut self, name: Node<'m>, promise: Promise, value: Node<'m>) -> bool {
        match value.kind() {
            NodeKind::Scalar => self.judge(name, promise, value),
            NodeKind::Sequence if promise != Promise::Either => {
                value.items().fold(false, |found, item| self.judge(name, promise, item) | found)
            }
            NodeKind::Mapping => {
                // The description of an input.
                let described =
                    |(key, _): &(Node, Node)| matches!(&*key.text(), "value" | "default" | "defaultValue");
                let found = value.pairs().find(described);
                found.is_some_and(|(_, value)| self.judge(name, promise, value))
            }
            _ => false,
        }
    }

    fn judge(&mut self, name: Node<'m>, promise: Promise, value: Node<'m>) -> bool {
        let value = value.resolve();
        if value.kind() != NodeKind::Scalar
            || is_foreign(value)
            || matches!(value.scalar(), Scalar::Null | Scalar::Bool(_))
        {
            return false;
        }
        let text = Text::of(value);
        if text.text.trim_end().contains('\n') {
            return false;
        }
        self.finder.judge(Some(&Text::of(name.resolve())), promise, &text, Source::Literal)
    }

    /// The words of the program that a list of arguments is for: `command: [redis-cli]` beside `args`.
    fn program(&self, list: Node<'m>) -> Vec<String> {
        let key = match self.kind {
            Kind::Compose => "entrypoint",
            _ => "command",
        };
        let program = list.parent().and_then(|parent| parent.get(key)).map(Node::resolve);
        let program = program.filter(|program| *program != list).into_iter().flat_map(Node::items);
        program
            .filter(|item| item.resolve().kind() == NodeKind::Scalar)
            .map(|item| base(&item.text()))
            .collect()
    }

    /// Looks for the secret of an option that has no name for it; tells whether the next item is it.
    fn argument(&mut self, plain: &[String], item: Node<'m>, next: Option<Node<'m>>) -> Option<bool> {
        let scalar = |node: &Node<'m>| node.resolve().kind() == NodeKind::Scalar && !is_foreign(*node);
        let next = next.filter(scalar).filter(|next| !next.text().starts_with('-'));
        let following = next.map(Node::text);
        let (holder, from) = match commands::argument("", plain, &item.text(), following.as_deref())? {
            Argument::Here(from) => (item, from),
            Argument::Next(from) => (next?, from),
            Argument::None(words) => return Some(words > 1),
        };
        let text = Text::of(holder.resolve());
        let secret = text.cut(from..text.text.len());
        let dollar = std::mem::take(&mut self.finder.dollar);
        self.finder.judge(None, Promise::Password, &secret, Source::Argument);
        self.finder.dollar = dollar;
        Some(holder != item)
    }

    fn sequence(&mut self, node: Node<'m>) {
        // One command, word by word.
        let mut plain = self.is_script().then(|| self.program(node));
        self.path.push(None);
        let mut option: Option<(Text<'m>, Promise)> = None;
        let mut items = node.items().peekable();
        while let Some(item) = items.next() {
            if item.resolve().kind() != NodeKind::Scalar {
                option = None;
                self.node(item);
                continue;
            }
            let word = item.text();
            if let Some(plain) = plain.as_mut().filter(|_| !is_foreign(item)) {
                if !word.starts_with('-') {
                    if plain.len() < MOST_PLAIN && !word.contains(char::is_whitespace) {
                        plain.push(base(&word));
                    }
                } else if let Some(both) = self.argument(plain, item, items.peek().copied()) {
                    if both {
                        items.next();
                    }
                    option = None;
                    continue;
                }
            }
            if let Some((name, promise)) = option.take()
                && !word.starts_with('-')
                && !is_foreign(item)
                && self.finder.judge(Some(&name), promise, &Text::of(item.resolve()), Source::Argument)
            {
                continue;
            }
            let dashes = word.len() - word.trim_start_matches('-').len();
            option = (dashes > 0 && word.len() > 2)
                .then(|| if dashes == 2 { self::option(&word) } else { promise(&word[dashes..]) })
                .flatten()
                .map(|promise| (Text::of(item.resolve()).cut(dashes..word.len()), promise));
            self.node(item);
        }
        self.path.pop();
    }

    fn scalar(&mut self, node: Node<'m>) {
        if is_foreign(node) {
            return;
        }
        let text = Text::of(node);
        if self.is_script() {
            // A shell fills in `$NAME`, which Compose takes from `$$NAME`.
            let dollar = std::mem::take(&mut self.finder.dollar);
            if self.shell {
                commands::script(self.finder, &text, Flavour::Shell);
            } else {
                inside::look(self.finder, &text, &mut Taken::default());
            }
            self.finder.dollar = dollar;
            return;
        }
        if self.is_content() {
            lines::settings(self.finder, &text, Settings::File);
            return;
        }
        if text.text.trim_end().contains('\n') {
            match self.language() {
                Language::Shell => commands::script(self.finder, &text, Flavour::Shell),
                Language::Settings => lines::settings(self.finder, &text, Settings::File),
                Language::Other => inside::look(self.finder, &text, &mut Taken::default()),
            }
            return;
        }
        let item = self.path.last().is_some_and(Option::is_none);
        // `NAME=value` and `--option=value`.
        if item && text.text.contains('=') {
            commands::line(self.finder, &text, &mut Invocation::item());
            return;
        }
        inside::look(self.finder, &text, &mut Taken::default());
    }

    /// Whether what stands under a key is only read by people, or grants something.
    fn is_for_people(&self, name: &str) -> bool {
        let received = |key: &Option<Cow<'_, str>>| {
            matches!(key.as_deref(), Some("environment" | "env" | "data" | "with"))
        };
        if self.path.last().is_some_and(received) {
            return false;
        }
        let last = name.rsplit('/').next().unwrap_or(name);
        matches!(last, "description" | "summary" | "deprecationMessage" | "last-applied-configuration")
            || (matches!(self.kind, Kind::Workflow | Kind::Action)
                && matches!(last, "permissions" | "name" | "run-name" | "if"))
            || (self.kind == Kind::Compose && name == "secrets")
            || (self.kind == Kind::Chart && matches!(last, "home" | "icon" | "sources"))
    }

    /// Whether the scalar at hand is given to a shell.
    fn is_script(&self) -> bool {
        let mut keys = self.path.iter().rev().flatten();
        let Some(key) = keys.next() else { return false };
        match self.kind {
            Kind::Workflow | Kind::Action => key == "run",
            Kind::Compose => matches!(&**key, "command" | "entrypoint" | "test"),
            Kind::Manifest | Kind::Values => matches!(&**key, "command" | "args"),
            Kind::Package => self.path.len() == 2 && self.path[0].as_deref() == Some("scripts"),
            _ => false,
        }
    }

    /// Whether the scalar at hand is a file of settings: the `content` of one of Compose's `configs`, an entry of a `ConfigMap`.
    fn is_content(&self) -> bool {
        let keys: Vec<&str> =
            self.path.iter().rev().take(4).rev().map(|key| key.as_deref().unwrap_or_default()).collect();
        match (self.kind, &*keys) {
            (Kind::Compose, ["configs", _, "content"]) => true,
            (Kind::Manifest, [.., "data", name]) => [".yaml", ".yml", ".properties", ".conf", ".ini", ".env"]
                .iter()
                .any(|end| name.ends_with(end)),
            _ => false,
        }
    }

    /// What a text of several lines is written in, by the ending of its key.
    fn language(&self) -> Language {
        let key = self.path.last().and_then(Option::as_deref).unwrap_or_default();
        let ending = key.rsplit_once('.').map_or("", |(_, ending)| ending);
        match ending {
            "sh" | "bash" => Language::Shell,
            "py" | "js" | "ts" | "go" | "rb" | "lua" | "php" | "java" | "html" | "md" | "sql" | "tpl"
            | "rego" | "json" => Language::Other,
            _ if self.kind == Kind::Workflow || self.kind == Kind::Action => match key {
                "script" | "options" => Language::Shell,
                _ => Language::Settings,
            },
            _ => Language::Settings,
        }
    }
}

/// What a text of several lines is written in.
enum Language {
    Shell,
    Settings,
    Other,
}

/// Whether a tag says that the value is something else than it reads: `!vault`, `!reference`.
fn is_foreign(node: Node<'_>) -> bool {
    node.resolve().tag().is_some_and(|tag| !tag.starts_with("!!") && tag != "!")
}

/// Whether an entry of a Secret is public: `username`, `tls.crt`, `id_rsa.pub`.
pub fn is_open(name: &str) -> bool {
    is_public(name) || [".crt", ".pub", ".cer", "ca.pem", "cert.pem"].iter().any(|end| name.ends_with(end))
}

/// A word of a command without the folder before it.
fn base(word: &str) -> String {
    word.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The secrets in a file of a Secret.
fn settings<'m>(text: &Text<'m>, name: &str) -> Vec<SecretVisit<'m>> {
    let mut found = Vec::new();
    let mut tell = |visit| found.push(visit);
    let mut finder = Finder::new(&mut tell);
    lines::settings(&mut finder, text, Settings::File);
    if found.is_empty() && name.starts_with(".docker") {
        let mut tell = |visit| found.push(visit);
        let mut finder = Finder::new(&mut tell);
        for auth in inside::docker_auths(&text.text) {
            finder.found(None, &text.cut(auth), Source::Data);
        }
    }
    found
}

/// Longest value decoded, in bytes.
const LONGEST_DECODED: usize = 1 << 15;

fn decoded(text: &str) -> Option<String> {
    if text.len() > LONGEST_DECODED {
        return None;
    }
    let compact: String = text.split_whitespace().collect();
    String::from_utf8(base64_decoded(compact.as_bytes())?).ok()
}
