//! What is said of a node that does not fit its type: the fact in the user's words, at the key or the value that it is about, and what
//! to do.

use super::format;
use super::table::{Field, Limit, Mapping, MappingId, Scalars, Table, Twice, Type, TypeId};
use super::walk::{Frame, Versions};
use crate::checks::own;
use crate::diagnostic::{Diagnostic, Edit, Fix, Safety, Severity};
use crate::shape::suggest;
use crate::source::Place;
use crate::yaml::{Dialect, Kind, Node, Scalar, Style};
use std::collections::{HashSet, VecDeque};

/// Names that a message lists at most.
const LISTED: usize = 16;
/// Mappings that are searched for a key that stands in the wrong place.
const SEARCHED: usize = 400;

/// What the sentences are about: a place in a table, and the mappings above it.
pub struct Say<'s, 'w, 'd> {
    /// The table.
    pub table: Table<'w>,
    /// The versions that the file must fit.
    pub versions: Versions,
    /// The mappings on the way down, the innermost last.
    pub frames: &'s [Frame<'d>],
}

impl<'w, 'd> Say<'_, 'w, 'd> {
    /// A key that its mapping does not know.
    pub fn unknown(&self, key: Node<'d>, mapping: Mapping) -> Diagnostic {
        let text = key.text();
        let holder = self.frames.last().map(|frame| frame.node);
        if let Some(found) = self.excluded(key, &text) {
            return found;
        }
        let message = format!("unknown key `{text}` in {}", holder.map_or("this file".into(), described));
        let found = own("unknown-key", key.place(), message);
        let names = self.names(mapping);
        // A key that is there already is not the one that was meant.
        let free = names.iter().copied().filter(|name| holder.is_none_or(|node| node.get(name).is_none()));
        let near = suggest(&text, free);
        let is_near =
            near.is_some_and(|near| strsim::osa_distance(&near.to_lowercase(), &text.to_lowercase()) <= 1);
        let above = self.above(&text);
        match (above, near) {
            (Some(above), _) => found.with_help(format!("`{text}` belongs in {}", described(above))),
            (None, Some(near)) if is_near => renamed(found, key, near),
            (None, near) => match (self.below(&text, mapping), near) {
                (Some(below), _) => {
                    let path = holder.map(Node::path).filter(|path| !path.is_empty());
                    let path = path.map_or_else(|| below.clone(), |path| format!("{path}.{below}"));
                    found.with_help(format!("`{text}` belongs in `{path}`"))
                }
                (None, Some(near)) => renamed(found, key, near),
                (None, None) if names.is_empty() => found.with_help("nothing may stand here; remove it"),
                (None, None) => found.with_help(format!("remove it; {}", allowed_keys(&names))),
            },
        }
    }

    /// A key that belongs to another variant of its mapping.
    fn excluded(&self, key: Node<'d>, text: &str) -> Option<Diagnostic> {
        let frame = self.frames.last()?;
        let union = self.table.mapping(frame.variant_of?);
        let variants = self.table.variants(union);
        let own_variant = variants.iter().find(|variant| variant.holds == frame.holds)?;
        variants.iter().find(|other| {
            other.holds != frame.holds && !self.table.field(self.table.mapping(other.holds), text).is_empty()
        })?;
        let telling = self.table.text(own_variant.key);
        let entry = frame.node.entry(telling)?;
        let value = self.table.text(own_variant.value);
        let with = if value.is_empty() { format!("`{telling}`") } else { format!("`{telling}: {value}`") };
        let found = own("exclusive-keys", key.place(), format!("`{text}` does not go with {with}"));
        Some(
            found
                .with_related(entry.key.place(), "this decides what may stand here")
                .with_help("remove one of the two"),
        )
    }

    /// The keys that the versions know.
    fn names(&self, mapping: Mapping) -> Vec<&'w str> {
        let fields = self.table.fields(mapping).iter().filter(|field| self.versions.know(field.within));
        let mut names: Vec<&str> = fields.map(|field| self.table.text(field.name)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The nearest mapping above that knows a key.
    fn above(&self, key: &str) -> Option<Node<'d>> {
        let (_, above) = self.frames.split_last()?;
        let knows = |frame: &&Frame<'d>| !self.table.field(self.table.mapping(frame.holds), key).is_empty();
        above.iter().rev().find(knows).map(|frame| frame.node)
    }

    /// The path to the nearest mapping below that knows a key.
    fn below(&self, key: &str, mapping: Mapping) -> Option<String> {
        let mut queue = VecDeque::from([(String::new(), mapping)]);
        let mut seen: HashSet<MappingId> = HashSet::new();
        let mut searched = 0;
        while let Some((path, mapping)) = queue.pop_front() {
            let mut fields: Vec<&Field> = self.table.fields(mapping).iter().collect();
            fields.sort_by_key(|field| self.table.text(field.name));
            for field in fields {
                for (id, suffix) in self.mappings_in(field.holds) {
                    let inner = self.table.mapping(id);
                    let name = self.table.text(field.name);
                    let dot = if path.is_empty() { "" } else { "." };
                    let path = format!("{path}{dot}{name}{suffix}");
                    if !self.table.field(inner, key).is_empty() {
                        return Some(path);
                    }
                    searched += 1;
                    if searched < SEARCHED && seen.insert(id) && path.matches('.').count() < 3 {
                        queue.push_back((path, inner));
                    }
                }
            }
        }
        None
    }

    /// The mappings that a type may be, itself or as an item, and how the path to them ends.
    fn mappings_in(&self, id: TypeId) -> impl Iterator<Item = (MappingId, &'static str)> + use<'w> {
        let table = self.table;
        let of = table.type_of(id);
        let list = of.list.and_then(|list| table.lists.get(usize::from(list.0)));
        let item = list.and_then(|list| table.type_of(list.holds).mapping);
        of.mapping.map(|mapping| (mapping, "")).into_iter().chain(item.map(|item| (item, "[]")))
    }

    /// A key that only other versions know.
    pub fn other_version(&self, key: Node<'d>, within: u8) -> Diagnostic {
        let text = key.text();
        let names: Vec<&str> = self.table.versions.iter().map(|&name| self.table.text(name)).collect();
        let knows = |at: usize| within & (1 << at) != 0;
        let first = (0..names.len()).find(|&at| knows(at)).unwrap_or_default();
        let last = (0..names.len()).rev().find(|&at| knows(at)).unwrap_or_default();
        let when = if last + 1 == names.len() {
            format!("is known from Kubernetes {} on", names[first])
        } else {
            format!("is not known any more after Kubernetes {}", names.get(last).unwrap_or(&""))
        };
        own("unknown-key", key.place(), format!("`{text}` {when}"))
            .with_help("the other versions that are deployed to drop or refuse it: leave it out, or change `kubernetes.version`")
    }

    /// A mapping without keys that must be there.
    pub fn missing(&self, node: Node<'d>, fields: &[Field]) -> Diagnostic {
        let mut names: Vec<&str> = fields.iter().map(|field| self.table.text(field.name)).collect();
        names.sort_unstable();
        let message = format!("{} has no {}", described(node), one_of(names.iter().copied(), "and"));
        let mut wanted: Vec<String> = fields
            .iter()
            .map(|field| {
                format!("`{}`, {}", self.table.text(field.name), self.words(self.table.type_of(field.holds)))
            })
            .collect();
        wanted.sort_unstable();
        own("missing-key", head(node), message).with_help(format!("add {}", wanted.join("; ")))
    }

    /// A mapping of which nothing tells which one it is.
    pub fn undecided(&self, node: Node<'d>, mapping: Mapping) -> Diagnostic {
        let variants = self.table.variants(mapping);
        let first = variants.first().map(|variant| self.table.text(variant.key)).unwrap_or_default();
        // The values of one key, or several keys.
        if let Some(found) = node.get(first)
            && variants.iter().all(|variant| self.table.text(variant.key) == first)
        {
            let values: Vec<&str> = variants.iter().map(|variant| self.table.text(variant.value)).collect();
            let text = found.text();
            let message =
                format!("`{first}` is `{text}`, which is not {}", one_of(values.iter().copied(), "or"));
            let found_here = own("invalid-value", found.place(), message);
            return match suggest(&text, values) {
                Some(near) => renamed(found_here, found, near),
                None => found_here,
            };
        }
        let mut keys: Vec<&str> = variants.iter().map(|variant| self.table.text(variant.key)).collect();
        keys.dedup();
        // The first ones are what people mean.
        let message = match &keys[..] {
            [first, second, _, _, ..] => format!("{} has neither `{first}` nor `{second}`", described(node)),
            _ => format!("{} has no {}", described(node), one_of(keys.iter().copied(), "or")),
        };
        let mut found = own("missing-key", head(node), message);
        // One of them may only be misspelt.
        let near = node.entries().into_iter().find_map(|entry| {
            let near = suggest(&entry.key.text(), keys.iter().copied())?;
            Some((entry.key, near))
        });
        match near {
            Some((key, near)) => {
                found.primary.place = key.place();
                renamed(found, key, near)
            }
            None => found.with_help("one of them says what it is"),
        }
    }

    /// A value of another type.
    pub fn mistyped(&self, node: Node<'d>, of: Type) -> Diagnostic {
        let subject = subject(node);
        let expected = self.words(of);
        let is_null = node.is_null();
        let actual = if is_null { "empty".to_owned() } else { kind_of(node).to_owned() };
        let message = format!("{subject} must be {expected}, but it is {actual}");
        // Where nothing stands, its key is shown.
        let key = node.key().filter(|_| node.span().is_empty());
        let found = own("wrong-type", key.unwrap_or(node).place(), message);
        let text = node.source();
        let written = matches!(node.scalar(), Scalar::Bool(_) | Scalar::Int(_) | Scalar::Float(_))
            && of.scalars.has(Scalars::STRING);
        if written {
            let explained = matches!(node.scalar(), Scalar::Bool(_))
                && !matches!(text, "true" | "false" | "True" | "False" | "TRUE" | "FALSE");
            let why = if explained {
                format!(": without quotes YAML 1.1 reads `{text}` as a boolean")
            } else {
                String::new()
            };
            let quoted = format!("\"{text}\"");
            return fixed(
                found,
                node.place(),
                &quoted,
                format!("put it in quotes{why}"),
                "put the value in quotes",
            );
        }
        match (node.kind(), node.scalar()) {
            (Kind::Scalar, Scalar::Str(value)) if node.style() != Style::Plain => {
                let fits = match read_plain(&value, node.document().dialect()) {
                    Some(kind) => of.scalars.has(kind),
                    None => false,
                };
                if fits {
                    return fixed(
                        found,
                        node.place(),
                        &value,
                        "take it out of its quotes".to_owned(),
                        "take the value out of its quotes",
                    );
                }
                found
            }
            (Kind::Scalar, _) if of.list.is_some() && of.scalars == Scalars::NONE => {
                found.with_help(format!("write a list: `[{text}]`"))
            }
            (Kind::Sequence, _) if of.mapping.is_some() && of.list.is_none() => {
                found.with_help("write `key: value` pairs, without `-`")
            }
            (Kind::Mapping, _) if of.list.is_some() && of.mapping.is_none() => {
                let list = of.list.and_then(|list| self.table.lists.get(usize::from(list.0)));
                match list.and_then(|list| self.table.group(list.keys).next()) {
                    Some(key) => found
                        .with_help(format!("write a list of mappings, each with its `{key}`: `- {key}: …`")),
                    None => found.with_help("write a list: `-` before each item"),
                }
            }
            _ if is_null => found.with_help("give it a value, or remove the key"),
            _ => found,
        }
    }

    /// A value that a limit does not let through.
    pub fn not_allowed(&self, node: Node<'d>, limit: Limit) -> Diagnostic {
        let subject = subject(node);
        let text = node.text();
        let shown = if matches!(limit, Limit::Format(super::table::Format::Base64)) {
            // It is somebody's secret.
            format!("{subject} ")
        } else {
            format!("{subject} is `{}`, but ", shortened(&text))
        };
        let message = format!("{shown}must be {}", self.limit(limit));
        let found = own("invalid-value", node.place(), message);
        match limit {
            Limit::OneOf(group) => {
                let values: Vec<&str> = self.table.group(group).collect();
                let near = suggest(&text, values.iter().copied());
                match near {
                    Some(near) => renamed(found, node, near),
                    None if values.len() > LISTED => {
                        found.with_help(format!("it may be {}", one_of(values.iter().copied(), "or")))
                    }
                    None => found,
                }
            }
            Limit::Format(form) => match format::advice(form, &text) {
                Some(advice) => found.with_help(advice),
                None => found,
            },
            _ => found,
        }
    }

    /// A key that a limit does not let through.
    pub fn key_not_allowed(&self, key: Node<'d>, limit: Limit) -> Diagnostic {
        let message = format!("the key `{}` must be {}", shortened(&key.text()), self.limit(limit));
        own("invalid-value", key.place(), message)
    }

    /// An item that is the same as one before.
    pub fn twice(item: Node<'d>, before: Node<'d>, keys: &[&str], twice: Twice) -> Diagnostic {
        let list = item.parent().map_or("this list".into(), described);
        let told = |item: Node<'d>| keys.first().and_then(|key| item.get(key)).unwrap_or(item);
        let value = told(item);
        let what = match keys {
            [] => format!("`{}`", shortened(&value.text())),
            [key, ..] => format!("`{key}: {}`", shortened(&value.text())),
        };
        let mut found = own("duplicate-item", value.place(), format!("{what} stands twice in {list}"))
            .with_related(told(before).place(), "first here");
        if twice == Twice::Replaced {
            found.severity = Severity::Warning;
            return found.with_help("of the two only the last counts; remove one");
        }
        found.with_help("remove one of the two, or give it another name")
    }

    /// A list without items.
    pub fn empty(node: Node<'d>) -> Diagnostic {
        own("invalid-value", head(node), format!("{} is empty", described(node)))
            .with_help("give it an item, or remove the key")
    }

    /// What a limit asks for, to stand behind "must be".
    fn limit(&self, limit: Limit) -> String {
        match limit {
            Limit::OneOf(group) if self.table.group(group).len() > LISTED => {
                "one of the known values".to_owned()
            }
            Limit::OneOf(group) => one_of(self.table.group(group), "or"),
            Limit::Format(form) => format::words(form).to_owned(),
            Limit::Pattern(pattern) => format!("a text that matches `{}`", self.table.text(pattern)),
            Limit::Between(least, most) if most == f64::INFINITY => format!("{least} or more"),
            Limit::Between(least, most) if least == f64::NEG_INFINITY => format!("{most} or less"),
            Limit::Between(least, most) => format!("between {least} and {most}"),
            Limit::Length(1, u32::MAX) => "at least one character long".to_owned(),
            Limit::Length(least, u32::MAX) => format!("at least {least} characters long"),
            Limit::Length(0, most) => format!("at most {most} characters long"),
            Limit::Length(least, most) => format!("{least} to {most} characters long"),
        }
    }

    /// What a type takes, to stand behind "must be".
    pub fn words(&self, of: Type) -> String {
        words(self.table, of)
    }
}

/// What a type takes, to stand behind "must be".
pub fn words(table: Table<'_>, of: Type) -> String {
    let limits = table.limits(of);
    let is_quantity = limits.contains(&Limit::Format(super::table::Format::Quantity));
    let mut words: Vec<&str> = Vec::new();
    if is_quantity {
        words.push("a quantity");
    } else {
        if of.scalars.has(Scalars::STRING) {
            words.push("a string");
        }
        if of.scalars.has(Scalars::FLOAT) {
            words.push("a number");
        } else if of.scalars.has(Scalars::INT) {
            words.push("an integer");
        }
        if of.scalars.has(Scalars::BOOL) {
            words.push("a boolean");
        }
    }
    if of.list.is_some() {
        words.push("a list");
    }
    if of.mapping.is_some() {
        words.push("a mapping");
    }
    match &words[..] {
        [] if of.scalars.has(Scalars::NULL) => "empty".to_owned(),
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// What a node is, to stand behind "it is".
fn kind_of(node: Node<'_>) -> &'static str {
    match node.kind() {
        Kind::Mapping => "a mapping",
        Kind::Sequence => "a list",
        _ => match node.scalar() {
            Scalar::Null => "empty",
            Scalar::Bool(_) => "a boolean",
            Scalar::Int(_) => "an integer",
            Scalar::Float(_) => "a number",
            Scalar::Str(_) => "a string",
        },
    }
}

/// The kind that a text would have without quotes; `None` where it would be a string still.
fn read_plain(text: &str, dialect: Dialect) -> Option<Scalars> {
    if text.parse::<i64>().is_ok() {
        return Some(Scalars::INT);
    }
    match text {
        "true" | "false" => Some(Scalars::BOOL),
        _ if dialect == Dialect::GoYamlV2 && text.parse::<f64>().is_ok_and(f64::is_finite) => {
            Some(Scalars::FLOAT)
        }
        _ => None,
    }
}

/// A mapping or a list by its path.
pub fn described(node: Node<'_>) -> String {
    let path = node.path();
    if !path.is_empty() {
        return format!("`{path}`");
    }
    match node.get("kind").filter(|_| node.get("apiVersion").is_some()) {
        Some(kind) => format!("this {}", kind.text()),
        None => "this file".to_owned(),
    }
}

/// A value by its key, an item by its path.
fn subject(node: Node<'_>) -> String {
    match node.key() {
        Some(key) => format!("`{}`", shortened(&key.text())),
        None => described(node),
    }
}

/// Where what is missing in a collection is shown: at its key; in an item of a list at the name of the item, in an object at its `kind`,
/// else at the first key.
pub fn head(node: Node<'_>) -> Place {
    let named =
        || node.get("name").filter(|name| name.resolve().kind() == Kind::Scalar && !name.span().is_empty());
    let kind = || node.entry("kind").filter(|_| node.get("apiVersion").is_some()).map(|entry| entry.key);
    let first = || node.pairs().next().map(|(key, _)| key);
    let shown = node.key().or_else(named).or_else(kind).or_else(first);
    shown.map_or_else(|| node.place(), Node::place)
}

/// Offers the nearest name in the place of a node.
fn renamed(found: Diagnostic, node: Node<'_>, near: &str) -> Diagnostic {
    let help = format!("did you mean `{near}`?");
    if node.style() != Style::Plain {
        return found.with_help(help);
    }
    fixed(found, node.place(), near, help, &format!("write `{near}`"))
}

fn fixed(found: Diagnostic, place: Place, text: &str, help: String, title: &str) -> Diagnostic {
    let edit = Edit { place, text: text.to_owned() };
    let fix = Fix { title: title.to_owned(), safety: Safety::Unsafe, edits: vec![edit] };
    let mut found = found.with_help(help);
    found.fix = Some(fix);
    found
}

/// Names in backticks, with a word before the last.
pub fn one_of<'n>(names: impl IntoIterator<Item = &'n str>, word: &str) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match &names[..] {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

fn allowed_keys(names: &[&str]) -> String {
    let more = names.len().saturating_sub(LISTED);
    let listed = names.iter().take(LISTED).copied();
    if more == 0 {
        return format!("known here: {}", one_of(listed, "and"));
    }
    let listed: Vec<String> = listed.map(|name| format!("`{name}`")).collect();
    format!("known here: {} and {more} more", listed.join(", "))
}

/// The beginning of a text, on one line.
fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(60).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

/// A text of a file as a message repeats it: its first line, at most 60 characters.
pub fn shown(text: &str) -> String {
    shortened(text)
}

/// What a node is, to stand behind "it is".
pub fn type_of(node: Node<'_>) -> &'static str {
    kind_of(node)
}
