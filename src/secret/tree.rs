//! Secrets in a YAML or JSON document: what stands under secret names, also in lists, pairs and several lines.

use super::text;
use super::{SHORTEST, secret_name, secret_option};
use crate::source::Span;
use crate::yaml::{Document, Kind, Node, Scalar, Style};
use std::collections::HashSet;

/// Appends the spans of the literal values under secret names and of all that a Kubernetes Secret holds, also where it is misspelt or of
/// the wrong type: what is said of such a mistake quotes it.
pub(super) fn entries(document: &Document, spans: &mut Vec<Span>) {
    let mut search = Search { spans, seen: HashSet::new() };
    for node in document.nodes() {
        match node.kind() {
            Kind::Mapping => search.mapping(node),
            Kind::Sequence => search.sequence(node),
            Kind::Scalar | Kind::Empty | Kind::Alias => {}
        }
    }
}

struct Search<'s> {
    spans: &'s mut Vec<Span>,
    /// What was looked at from above, and why: aliases may name a collection many times.
    seen: HashSet<(usize, Why)>,
}

/// Why a collection is looked at from above.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Why {
    /// It is a part of a secret.
    Secret,
    /// It is a part of a secret or says where one is.
    SecretOrReference,
    /// It is the value of a secret name.
    Entry,
    /// Its scalars are the data of what is called a Secret.
    Direct,
    /// It holds the data of a Secret, and maybe more.
    Data,
    /// It holds variables.
    Variables,
}

impl Search<'_> {
    fn mapping(&mut self, node: Node) {
        let mut named = false;
        let mut external = false;
        let mut secret_object = false;
        for (key, value) in node.pairs() {
            let key = key.text();
            if secret_name(&key) {
                self.entry(value);
            }
            named |= matches!(&*key, "name" | "key") && secret_name(&value.text());
            external |= key == "remoteRef";
            secret_object |= key == "kind" && value.text() == "Secret";
        }
        for (key, value) in node.pairs() {
            match &*key.text() {
                key if named && holds_value(key) => self.all(value, Why::SecretOrReference),
                "data" | "stringData" if secret_object => {
                    let data = value.resolve();
                    if self.seen.insert((data.index(), Why::Direct)) {
                        data.pairs().for_each(|(_, value)| self.scalar(value));
                    }
                }
                // In an ExternalSecret `secretKey` is a name; elsewhere (charts of object stores) it is the secret.
                "secretKey" if !external => self.scalar(value),
                key if is_environment(key) => self.environment(value),
                _ => {}
            }
        }
        if secret_object && is_object(node) {
            self.object(node);
        }
    }

    fn sequence(&mut self, node: Node) {
        let mut after_flag = false;
        for item in node.items() {
            let word = item.text();
            if after_flag && !word.starts_with('-') {
                self.all(item, Why::Secret);
            }
            after_flag = word.strip_prefix("--").is_some_and(secret_option);
            let raw = item.source();
            let unquoted = raw.trim_start_matches(['"', '\'']);
            if let Some((name, _)) = unquoted.split_once('=')
                && item.kind() == Kind::Scalar
                && (secret_name(name) || name.strip_prefix("--").is_some_and(secret_option))
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
            {
                let content = content(item);
                let value = item.span().start + (raw.len() - unquoted.len() + name.len() + 1) as u32;
                if value < content.end {
                    text::value(item.document().text(), Span::new(value, content.end), self.spans);
                }
            }
        }
    }

    /// The value of a secret name: a scalar, a list, or the default in a description of an input.
    fn entry(&mut self, value: Node) {
        let value = value.resolve();
        match value.kind() {
            Kind::Scalar | Kind::Empty | Kind::Alias => self.scalar(value),
            Kind::Sequence | Kind::Mapping if !self.seen.insert((value.index(), Why::Entry)) => {}
            Kind::Sequence => value.items().for_each(|item| self.scalar(item)),
            Kind::Mapping => {
                for (key, value) in value.pairs() {
                    let key = key.text();
                    if holds_value(&key) || key == "example" {
                        self.all(value, Why::SecretOrReference);
                    }
                }
            }
        }
    }

    /// What a Secret holds beside what every object does.
    fn object(&mut self, node: Node) {
        for (key, value) in node.pairs() {
            match &*key.text() {
                "apiVersion" | "kind" | "type" | "immutable" | "$patch" | "sops" => {}
                // What is indented too far is still its data.
                "metadata" => self.data(value),
                "<<" => {
                    self.data(value);
                    value.resolve().items().for_each(|base| self.data(base));
                }
                _ => self.all(value, Why::Secret),
            }
        }
    }

    /// The data of a Secret in a mapping that may hold more.
    fn data(&mut self, holder: Node) {
        let holder = holder.resolve();
        if self.seen.insert((holder.index(), Why::Data)) {
            let data = holder.pairs().filter(|(key, _)| is_data(&key.text()));
            data.for_each(|(_, value)| self.all(value, Why::Secret));
        }
    }

    /// The variables of a container or a service, as a list of names and values or as a mapping.
    fn environment(&mut self, variables: Node) {
        let variables = variables.resolve();
        if !self.seen.insert((variables.index(), Why::Variables)) {
            return;
        }
        for (key, value) in variables.pairs() {
            let key = key.text();
            if secret_name(&key) && !key.contains(char::is_lowercase) {
                self.all(value, Why::SecretOrReference);
            }
        }
        for variable in variables.items().map(Node::resolve) {
            let named = |(key, value): (Node, Node)| is_name(&key.text()) && secret_name(&value.text());
            if variable.pairs().any(named) {
                let held = variable.pairs().filter(|(key, _)| !says_what(&key.text()));
                held.for_each(|(_, value)| self.all(value, Why::SecretOrReference));
            }
        }
    }

    /// Every scalar of a value.
    fn all(&mut self, value: Node, why: Why) {
        let mut left = vec![value];
        while let Some(node) = left.pop() {
            let node = node.resolve();
            if !matches!(node.kind(), Kind::Mapping | Kind::Sequence) {
                self.scalar(node);
            } else if self.seen.insert((node.index(), why)) {
                let is_held = |key: &str| why == Why::Secret || !refers(key);
                let pairs = node.pairs().filter(|(key, _)| is_held(&key.text()));
                left.extend(pairs.map(|(_, value)| value).chain(node.items()));
            }
        }
    }

    /// A scalar, if it is a literal that can be a secret.
    fn scalar(&mut self, value: Node) {
        let value = value.resolve();
        if value.kind() != Kind::Scalar {
            return;
        }
        match value.scalar() {
            Scalar::Null | Scalar::Bool(_) => {}
            Scalar::Int(_) | Scalar::Float(_) if value.source().len() < SHORTEST => {}
            _ => text::value(value.document().text(), content(value), self.spans),
        }
    }
}

/// Whether a mapping of kind `Secret` is the object itself. What refers to one has a name of its own, and in other groups of the API a
/// Secret says where to find one.
fn is_object(node: Node) -> bool {
    let (mut named, mut data, mut metadata) = (false, false, false);
    for (key, value) in node.pairs() {
        match &*key.text() {
            "apiVersion" if value.text().contains('.') => return false,
            "name" => named = true,
            "metadata" => metadata = true,
            key => data |= is_data(key),
        }
    }
    metadata || node.parent().is_none() || (data && !named)
}

/// Whether a key, however it is spelt, is the one for the data of a Secret.
fn is_data(key: &str) -> bool {
    key.eq_ignore_ascii_case("data") || is_near(key, &["stringdata"])
}

/// Whether a key beside a name, however it is spelt, is the one for the value.
fn holds_value(key: &str) -> bool {
    !matches!(key, "values" | "defaults") && is_near(key, &["value", "default", "defaultvalue"])
}

fn is_name(key: &str) -> bool {
    is_near(key, &["name", "key"])
}

/// Whether a key beside the name of a variable is about it, or about where its value is.
fn says_what(key: &str) -> bool {
    const WORDS: &[&str] = &["namespace", "description", "type", "scope"];
    WORDS.contains(&key)
        || key.starts_with("from")
        || key.starts_with("existing")
        || key.ends_with("Name")
        || refers(key)
        || is_name(key)
}

/// Whether a key stands for a reference: `secretKeyRef`.
fn refers(key: &str) -> bool {
    key.get(key.len().saturating_sub(3)..).is_some_and(|end| end.eq_ignore_ascii_case("ref"))
}

/// Whether a key holds the variables of a container or a service.
fn is_environment(key: &str) -> bool {
    matches!(key, "env" | "environment") || key.ends_with("Env") || key.ends_with("EnvVars")
}

/// Whether a key is one of some words in lower case, but for capitals and one mistake.
fn is_near(key: &str, words: &[&str]) -> bool {
    let is_like = |word: &&&str| word.len().abs_diff(key.len()) <= 1;
    let mut like = words.iter().filter(is_like).peekable();
    like.peek().is_some() && {
        let key = key.to_ascii_lowercase();
        like.any(|word| strsim::osa_distance(word, &key) <= 1)
    }
}

/// The span of a scalar without quotes or block header.
fn content(value: Node) -> Span {
    let Span { start, end } = value.span();
    match value.style() {
        Style::SingleQuoted | Style::DoubleQuoted => {
            Span::new(start + 1, end.saturating_sub(1).max(start + 1))
        }
        Style::Literal | Style::Folded => {
            let header = value.source().find('\n').map_or(value.source().len(), |line_break| line_break + 1);
            Span::new(start + header as u32, end)
        }
        Style::Plain | Style::Block | Style::Flow => Span::new(start, end),
    }
}
