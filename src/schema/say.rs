//! What is said of a node that does not fit its type: the fact in the user's words, at the key or the value that it is about, and what
//! to do.

use super::format;
use super::hint::{Hint, first_step};
use super::table::{Field, Limit, Mapping, Scalars, Table, Twice, Type};
use super::walk::{Frame, Versions};
use crate::checks::own;
use crate::diagnostic::{Diagnostic, Edit, Fix, Safety, Severity};
use crate::expr::label_of;
use crate::shape::suggest;
use crate::source::Place;
use crate::yaml::{Dialect, Kind, Node, Scalar, Style};

/// Names that a message lists at most.
const LISTED: usize = 16;

/// What the sentences are about: a place in a table, and the mappings above it.
pub struct Say<'s, 'w, 'd> {
    /// The table.
    pub table: Table<'w>,
    /// The versions that the file must fit.
    pub versions: Versions,
    /// The mappings on the way down, the innermost last.
    pub frames: &'s [Frame<'d>],
}

/// What is said of an unknown key, and which key it is taken for: the index of the mapping that then does not lack it.
pub struct Unknown {
    /// The finding.
    pub found: Diagnostic,
    /// The mapping and the key.
    pub meant: Option<(usize, String)>,
}

impl<'d> Say<'_, '_, 'd> {
    /// A key that its mapping does not know. Without the value nothing is guessed.
    pub fn unknown(&self, key: Node<'d>, value: Option<Node<'d>>, mapping: Mapping) -> Unknown {
        let text = key.text();
        if let Some(found) = self.excluded(key, &text) {
            return Unknown { found, meant: None };
        }
        let holder = self.frames.last().map(|frame| frame.node);
        let message =
            format!("unknown key `{}` in {}", shortened(&text), holder.map_or("this file".into(), described));
        let found = own("unknown-key", key.place(), message);
        let here = holder.map(Node::index).unwrap_or_default();
        let Some(value) = value else { return Unknown { found, meant: None } };
        match self.hint(&text, value, mapping) {
            Hint::Meant(near) => {
                Unknown { found: renamed(found, key, near), meant: Some((here, near.to_owned())) }
            }
            Hint::Above(above) => Unknown {
                found: found.with_help(format!("`{text}` belongs in {}", described(above))),
                meant: Some((above.index(), text.into_owned())),
            },
            Hint::In(from, paths) => {
                let path = from.path();
                let dot = if path.is_empty() { "" } else { "." };
                let whole: Vec<String> = paths.iter().map(|below| format!("{path}{dot}{below}")).collect();
                let places = one_of(whole.iter().map(String::as_str), "or");
                Unknown {
                    found: found.with_help(format!("`{text}` belongs in {places}")),
                    meant: paths.first().map(|path| (from.index(), first_step(path).to_owned())),
                }
            }
            Hint::Under(keys) => Unknown {
                found: found.with_help(format!("put it under {}", one_of(keys.iter().copied(), "or"))),
                meant: keys.first().map(|&key| (here, key.to_owned())),
            },
            Hint::None => {
                let names = self.names(mapping);
                let help =
                    if names.is_empty() { "nothing may stand here".to_owned() } else { allowed_keys(&names) };
                Unknown { found: found.with_help(help), meant: None }
            }
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
        names.dedup();
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
    pub fn mistyped(&self, written: Node<'d>, of: Type) -> Diagnostic {
        let subject = subject(written);
        let node = written.resolve();
        if node != written {
            let message = format!("{subject} must be {}, but it is {}", self.words(of), kind_of(node));
            return own("wrong-type", written.place(), message)
                .with_related(node.place(), "what the alias stands for");
        }
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
            (Kind::Scalar, _) if of.list.is_some() && of.scalars == Scalars::NONE && !is_null => {
                let is_word = !text.contains([' ', ',', '\n']);
                found.with_help(if is_word {
                    format!("write a list: `[{text}]`")
                } else {
                    "write a list, with an item for each word".to_owned()
                })
            }
            (Kind::Scalar, _) if of.mapping.is_some() && of.list.is_none() && !is_null => {
                let mapping = of.mapping.map(|id| self.table.mapping(id)).unwrap_or_default();
                match &self.names(mapping)[..] {
                    [] => found,
                    [only] => found.with_help(format!("write `{only}: {}`", shortened(text))),
                    names if names.len() <= LISTED / 2 => {
                        found.with_help(format!("its keys are {}", one_of(names.iter().copied(), "and")))
                    }
                    _ => found,
                }
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
    pub fn not_allowed(&self, written: Node<'d>, limit: Limit) -> Diagnostic {
        let subject = subject(written);
        let node = written.resolve();
        let text = node.text();
        let shown = if matches!(limit, Limit::Format(super::table::Format::Base64)) {
            // It is somebody's secret.
            format!("{subject} ")
        } else {
            format!("{subject} is `{}`, but ", shortened(&text))
        };
        let message = format!("{shown}must be {}", self.limit(limit));
        let found = own("invalid-value", written.place(), message);
        if node != written {
            return found.with_related(node.place(), "what the alias stands for");
        }
        match limit {
            Limit::OneOf(group) => {
                let values: Vec<&str> = self.table.group(group).collect();
                // `healthy` for `service_healthy`.
                let mut holding =
                    values.iter().copied().filter(|value| text.len() > 3 && value.contains(&*text));
                let only = holding.next().filter(|_| holding.next().is_none());
                let near = suggest(&text, values.iter().copied()).or(only);
                match near {
                    Some(near) => renamed(found, node, near),
                    None if values.len() > LISTED => {
                        found.with_help(format!("it may be {}", one_of(values.iter().copied(), "or")))
                    }
                    None => found,
                }
            }
            Limit::Pattern(pattern) => {
                // The words that the expression is made of, if it is.
                let words =
                    self.table.text(pattern).split(|c: char| !c.is_alphanumeric() && !"_-".contains(c));
                match suggest(&text, words.filter(|word| word.len() > 2)) {
                    Some(near) => renamed(found, node, near),
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

/// Where what is missing in a collection is shown: in an object at its `kind`, else as expressions mark a collection.
pub fn head(node: Node<'_>) -> Place {
    let kind = node.entry("kind").filter(|_| node.parent().is_none() && node.get("apiVersion").is_some());
    kind.map_or_else(|| label_of(node), |entry| entry.key.place())
}

/// Offers the nearest name in the place of a node.
pub fn renamed(found: Diagnostic, node: Node<'_>, near: &str) -> Diagnostic {
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
