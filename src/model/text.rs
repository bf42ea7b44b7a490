//! Every piece of text of an artifact with its role, and the retired names in it.

use super::facts::{Emit, FileFacts, facts, string};
use super::script::{self, Flavour, Role};
use super::target::{TargetKind, Wanted};
use super::{Model, dockerfile, rename};
use crate::artifact::Kind;
use crate::config::{RawRetired, Retired};
use crate::expr::{Origin, Record, Text, Type, Value};
use crate::source::{Place, Span, Spanned};
use crate::yaml::{Kind as NodeKind, Node, Style};
use aho_corasick::Input;
use std::borrow::Cow;
use std::ops::Range;

/// What a target binds that has no facts of its own.
pub static NOTHING: Record = Record::new("repo", &[]);

/// The role of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// A key of a mapping.
    Key,
    /// A value.
    Value,
    /// A line, or the part of one that runs, of a script, a template, a Dockerfile or a dotenv file.
    Line,
    /// A comment.
    Comment,
    /// The display name of a workflow, a job or a step.
    Name,
    /// A description.
    Description,
    /// Text that a script prints.
    Printed,
    /// A line of documentation.
    Doc,
}

impl Where {
    const fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Value => "value",
            Self::Line => "line",
            Self::Comment => "comment",
            Self::Name => "name",
            Self::Description => "description",
            Self::Printed => "printed",
            Self::Doc => "doc",
        }
    }

    /// Whether changing the text changes what is deployed or run.
    const fn takes_effect(self) -> bool {
        matches!(self, Self::Key | Self::Value | Self::Line)
    }

    const fn of(role: Role) -> Self {
        match role {
            Role::Runs => Self::Line,
            Role::Comment => Self::Comment,
            Role::Printed => Self::Printed,
        }
    }
}

/// A piece of text.
#[derive(Clone)]
pub struct TextVisit<'m> {
    text: Text<'m>,
    role: Where,
}

facts!(PIECE = "text" for TextVisit, |this| {
    #[doc = "The text, decoded."]
    "value": Type::String => Value::Text(this.text.clone());
    #[doc = "Its role: `key`, `value`, `line` (of a script, template, Dockerfile or dotenv file), `comment`, `name` (of a workflow, job or step), `description`, `printed` (by a script) or `doc`."]
    "where": Type::String => string(this.role.name());
    #[doc = "Whether it has an effect on what is deployed or run: a key, a value or a line."]
    "takesEffect": Type::Bool => Value::Bool(this.role.takes_effect());
} place this.text.place());

/// What a visit to a text binds.
#[derive(Clone)]
pub struct TextFacts<'m>(TextVisit<'m>);

facts!(TEXT = "text" for TextFacts, |this| {
    #[doc = "The text and its role."]
    "text": Type::Record(&PIECE) => Value::Facts(&this.0);
} subject Value::Text(this.0.text.clone()); place this.0.text.place());

/// A retired name in a piece of text.
#[derive(Clone)]
pub struct RetiredVisit<'m> {
    name: Text<'m>,
    entry: &'m RawRetired,
    text: TextVisit<'m>,
    file: FileFacts<'m>,
}

facts!(RETIRED = "retired" for RetiredVisit, |this| {
    #[doc = "The name as it stands there."]
    "name": Type::String => Value::Text(this.name.clone());
    #[doc = "What took its place, by the configuration; null where nothing is said."]
    "now": Type::String => spanned(this.entry.now.as_ref());
    #[doc = "The last day of grace, as `YYYY-MM-DD`: up to it an error about the name is only a warning; null where nothing is said."]
    "until": Type::String => this.entry.until.as_ref().map_or(Value::Null, |until| Value::Text(Text {
        text: Cow::Owned(until.value.to_string()),
        origin: Origin::Place(until.place),
    }));
    #[doc = "Why it was retired, by the configuration; null where nothing is said."]
    "reason": Type::String => spanned(this.entry.reason.as_ref());
    #[doc = "Whether the text that holds it has an effect on what is deployed or run."]
    "takesEffect": Type::Bool => Value::Bool(this.text.role.takes_effect());
    #[doc = "Whether `now` can be written there for all that can be told. In scripts it can in addresses, references of images and assignments, but not where something is deleted, stopped, moved or scaled; elsewhere not in names of volumes, networks, secrets and configs, under keys that speak of what was (`replaces`), and in a Compose service whose successor stands beside it."]
    "renamable": Type::Bool => Value::Bool(this.entry.now.as_ref().is_some_and(|now| rename::is_renamable(this.file, &this.name, &now.value)));
    #[doc = "The text that holds it."]
    "text": Type::Record(&PIECE) => Value::Facts(&this.text);
} subject Value::Text(this.name.clone()); grace this.entry.until.as_ref().map(|until| until.value); place this.name.place());

/// Visits the text of an artifact.
pub fn visit<'m>(model: &Model<'m>, file: FileFacts<'m>, wanted: &Wanted, emit: Emit<'_, 'm>) {
    let retired: &'m Retired = &model.settings.retired;
    let texts = wanted.any(&[TargetKind::Text]);
    let names = wanted.any(&[TargetKind::Retired]);
    let sought = Sought::new(file, wanted, retired);
    if !sought.touches(Span::new(0, file.source.text.len() as u32)) {
        return;
    }
    let mut emit_piece = |text: Text<'m>, role: Where| {
        let found = if names { retired.find(&text.text) } else { Vec::new() };
        let text = TextVisit { text, role };
        for found in found {
            let name = text.text.cut(found.range.clone());
            let visit =
                RetiredVisit { name, entry: &retired.entries()[found.entry], text: text.clone(), file };
            emit(TargetKind::Retired, None, &visit);
        }
        if texts {
            emit(TargetKind::Text, None, &TextFacts(text));
        }
    };
    match (&file.artifact.document, file.artifact.kind) {
        (Some(document), Kind::Package) => {
            let mut walk =
                Walk { kind: Kind::Package, sought: &sought, path: Vec::new(), emit: &mut emit_piece };
            walk.path.push(Some("scripts".into()));
            for script in document.roots().filter_map(|root| root.get("scripts")).flat_map(Node::entries) {
                walk.node(script.value);
            }
        }
        (Some(document), kind) => {
            let mut walk = Walk { kind, sought: &sought, path: Vec::new(), emit: &mut emit_piece };
            document.roots().for_each(|root| walk.node(root));
            for span in document.comments().filter(|span| sought.touches(*span)) {
                let text = Cow::Borrowed(span.of(document.text()));
                let place = Place { file: file.id, span };
                emit_piece(Text { text, origin: Origin::Place(place) }, Where::Comment);
            }
        }
        (None, kind) => {
            for (range, role) in lines(&file.source.text, kind) {
                let text = Cow::Borrowed(&file.source.text[range.clone()]);
                let place = Place { file: file.id, span: Span::from(range) };
                emit_piece(Text { text, origin: Origin::Place(place) }, role);
            }
        }
    }
}

/// Which parts of a file are worth a visit.
enum Sought {
    /// All of it: a rule visits every text.
    Everything,
    /// Those that hold one of these offsets, which are sorted: retired names and literals of rules were found there, or escapes may
    /// spell them.
    At(Vec<u32>),
}

impl Sought {
    fn new(file: FileFacts<'_>, wanted: &Wanted, retired: &Retired) -> Self {
        let text = &*file.source.text;
        let names = wanted.any(&[TargetKind::Retired]) && !retired.entries().is_empty();
        let literals = match (wanted.any(&[TargetKind::Text]), &wanted.literals) {
            (true, None) => return Self::Everything,
            (true, Some(literals)) => Some(literals),
            (false, _) => None,
        };
        if !names && literals.is_none() {
            return Self::At(Vec::new());
        }
        let mut offsets: Vec<u32> = Vec::new();
        // What stands behind a backslash may decode to something else: `"\x61"` spells a letter, and in `"\nname"` the `n` is none.
        // So a text in double quotes that holds one is looked into whatever it says.
        let spells = |bytes: &[u8]| {
            memchr::memchr_iter(b'\\', bytes).any(|at| {
                bytes.get(at + 1).is_some_and(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b'\n' | b'\r')
                })
            })
        };
        if let Some(document) = &file.artifact.document
            && spells(text.as_bytes())
        {
            let quoted = document.nodes().filter(|node| node.style() == Style::DoubleQuoted);
            let spelled = quoted.filter(|node| spells(node.source().as_bytes()));
            offsets.extend(spelled.map(|node| node.span().start));
        }
        if names {
            offsets.extend(retired.find(text).into_iter().map(|found| found.range.start as u32));
        }
        if let Some(literals) = literals {
            // Those that begin inside another count too.
            let mut at = 0;
            while let Some(found) = literals.find(Input::new(text).range(at..)) {
                offsets.push(found.start() as u32);
                at = found.start() + 1;
            }
        }
        offsets.sort_unstable();
        Self::At(offsets)
    }

    fn touches(&self, span: Span) -> bool {
        match self {
            Self::Everything => true,
            Self::At(offsets) => {
                let next = offsets.partition_point(|&offset| offset < span.start);
                offsets.get(next).is_some_and(|&offset| offset < span.end)
            }
        }
    }
}

/// What the configuration says, with its place there.
fn spanned(said: Option<&Spanned<String>>) -> Value<'_> {
    said.map_or(Value::Null, |said| {
        Value::Text(Text { text: Cow::Borrowed(&said.value), origin: Origin::Place(said.place) })
    })
}

/// The comments of a file that is not YAML, none crossing a line.
pub fn comments(text: &str, kind: Kind) -> impl Iterator<Item = Range<usize>> {
    lines(text, kind).into_iter().filter(|(_, role)| *role == Where::Comment).map(|(range, _)| range)
}

/// The lines of a file that is not YAML, with their roles.
fn lines(text: &str, kind: Kind) -> Vec<(Range<usize>, Where)> {
    let shell = |flavour| shell(text, 0..text.len(), flavour).collect();
    match kind {
        Kind::Script => shell(Flavour::Shell),
        Kind::Makefile => shell(Flavour::Makefile),
        Kind::Doc => each_line(text).map(|range| (range, Where::Doc)).collect(),
        Kind::Dockerfile => instructions(text),
        Kind::Env => dotenv(text),
        Kind::Template => template(text),
        _ => Vec::new(),
    }
}

fn each_line(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let content = line.trim_end_matches(['\n', '\r']);
        let range = start..start + content.len();
        start += line.len();
        (!content.trim().is_empty()).then_some(range)
    })
}

/// The lines of a dotenv file. In quotes that go on over lines there are no comments.
fn dotenv(text: &str) -> Vec<(Range<usize>, Where)> {
    let mut values = super::lines::long_values(text).into_iter().peekable();
    let mut pieces = Vec::new();
    for range in each_line(text) {
        while values.next_if(|value| value.end as usize <= range.start).is_some() {}
        match values.peek().map(|value| value.start as usize..value.end as usize) {
            Some(value) if value.start < range.end => {
                let end = value.end.min(range.end);
                pieces.push((range.start..end, Where::Line));
                match trailing(&text[end..range.end]) {
                    Some(at) => pieces.push((end + at..range.end, Where::Comment)),
                    None if end < range.end => pieces.push((end..range.end, Where::Line)),
                    None => {}
                }
            }
            _ => pieces.extend(commented(text, range)),
        }
    }
    pieces
}

/// The lines of a Dockerfile. It knows comments on lines of their own only, also between the lines of an instruction.
fn instructions(text: &str) -> Vec<(Range<usize>, Where)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for instruction in dockerfile::instructions(text) {
        let arguments = instruction.span.start as usize..instruction.span.end as usize;
        let keyword = instruction.keyword.to_ascii_uppercase();
        pieces.extend(whole_lines(text, at..arguments.start));
        at = arguments.end;
        let runs = matches!(&*keyword, "RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK" | "SHELL");
        match &*keyword {
            _ if runs && !instruction.arguments.starts_with('[') => {
                pieces.extend(shell(text, arguments, Flavour::Dockerfile));
            }
            "LABEL" => labels(text, &instruction, &mut pieces),
            "MAINTAINER" => pieces.push((arguments, Where::Description)),
            _ => pieces.extend(whole_lines(text, arguments)),
        }
        // Without a command of its own a RUN hands the lines to a shell.
        if keyword == "RUN" && instruction.arguments.starts_with("<<") {
            for here in instruction.here {
                let body = here.span.start as usize..here.span.end as usize;
                pieces.extend(whole_lines(text, at..body.start));
                at = body.end;
                pieces.extend(shell(text, body, Flavour::Shell));
            }
        }
    }
    pieces.extend(whole_lines(text, at..text.len()));
    pieces
}

/// The pieces of a part of a text that a shell runs.
fn shell(text: &str, part: Range<usize>, flavour: Flavour) -> impl Iterator<Item = (Range<usize>, Where)> {
    let pieces = script::pieces(&text[part.clone()], flavour).into_iter();
    pieces.map(move |(range, role)| (part.start + range.start..part.start + range.end, Where::of(role)))
}

/// The lines of a part of a text, each of them a comment or none.
fn whole_lines(text: &str, part: Range<usize>) -> impl Iterator<Item = (Range<usize>, Where)> + '_ {
    let start = part.start;
    each_line(&text[part]).map(move |range| {
        let range = start + range.start..start + range.end;
        let comment = text[range.clone()].trim_start().starts_with('#');
        (range, if comment { Where::Comment } else { Where::Line })
    })
}

/// The pairs of a LABEL. Descriptions, and who to ask, have no effect. Source for the keys:
/// <https://github.com/opencontainers/image-spec/blob/main/annotations.md>.
fn labels(text: &str, instruction: &dockerfile::Instruction<'_>, pieces: &mut Vec<(Range<usize>, Where)>) {
    let mut told = None;
    for word in dockerfile::words(instruction.arguments) {
        let offset = word.as_ptr() as usize - instruction.arguments.as_ptr() as usize;
        let start = instruction.span.start as usize + offset;
        // `LABEL key value` has no `=`.
        let key = word.split_once('=').map(|(key, _)| key).or(told).unwrap_or(word);
        told.get_or_insert(key);
        let last = key.trim_matches('"').rsplit(['.', '/']).next().unwrap_or(key);
        let role = match last {
            "description" | "summary" | "title" | "documentation" | "authors" | "maintainer" | "usage" => {
                Where::Description
            }
            _ => Where::Line,
        };
        pieces.extend(whole_lines(text, start..start + word.len()).map(|(range, _)| (range, role)));
    }
}

/// The lines of a template; a comment of its language (`{{/* … */}}`) may span lines.
fn template(text: &str) -> Vec<(Range<usize>, Where)> {
    let mut pieces = Vec::new();
    let mut in_comment = false;
    for range in each_line(text) {
        let line = &text[range.clone()];
        let opens = line.rfind("{{/*").max(line.rfind("{{- /*"));
        let closes = line.rfind("*/");
        let begins_comment = line.trim_start().starts_with("{{/*") || line.trim_start().starts_with("{{- /*");
        if in_comment || begins_comment {
            pieces.push((range, Where::Comment));
        } else {
            pieces.extend(commented(text, range));
        }
        in_comment = match (opens, closes) {
            (Some(opens), closes) => closes.is_none_or(|closes| closes < opens),
            (None, Some(_)) => false,
            (None, None) => in_comment,
        };
    }
    pieces
}

/// A line and the comment at its end.
fn commented(text: &str, range: Range<usize>) -> Vec<(Range<usize>, Where)> {
    let line = &text[range.clone()];
    if line.trim_start().starts_with('#') {
        return vec![(range, Where::Comment)];
    }
    match trailing(line) {
        Some(at) => vec![
            (range.start..range.start + at - 1, Where::Line),
            (range.start + at..range.end, Where::Comment),
        ],
        None => vec![(range, Where::Line)],
    }
}

/// Where the comment at the end of a line begins, behind a space. In quotes a `#` is text.
fn trailing(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let (mut single, mut double) = (false, false);
    for at in memchr::memchr3_iter(b'#', b'"', b'\'', bytes) {
        match bytes[at] {
            b'"' => double = !double,
            b'\'' => single = !single,
            _ if !single && !double && at > 0 && bytes[at - 1] == b' ' => return Some(at),
            _ => {}
        }
    }
    None
}

struct Walk<'w, 'm> {
    kind: Kind,
    sought: &'w Sought,
    /// The keys above; an item of a list stands as `None`.
    path: Vec<Option<Cow<'m, str>>>,
    emit: &'w mut dyn FnMut(Text<'m>, Where),
}

impl<'m> Walk<'_, 'm> {
    fn node(&mut self, node: Node<'m>) {
        if !self.sought.touches(node.span()) {
            return;
        }
        match node.kind() {
            NodeKind::Mapping => {
                for (key, value) in node.pairs() {
                    if key.kind() != NodeKind::Scalar {
                        self.node(key);
                    } else if self.sought.touches(key.span()) {
                        (self.emit)(Text::of(key), Where::Key);
                    }
                    self.path.push(Some(key.text()));
                    self.node(value);
                    self.path.pop();
                }
            }
            NodeKind::Sequence => {
                self.path.push(None);
                node.items().for_each(|item| self.node(item));
                self.path.pop();
            }
            NodeKind::Scalar => self.scalar(node),
            NodeKind::Alias | NodeKind::Empty => {}
        }
    }

    fn scalar(&mut self, node: Node<'m>) {
        let text = node.text();
        if let Some(role) = self.mention() {
            return (self.emit)(Text::of(node), role);
        }
        let multi_line = matches!(node.style(), Style::Literal | Style::Folded) || text.contains('\n');
        let pieces: Vec<_> = if self.is_script() {
            script::pieces(&text, Flavour::Shell)
        } else if multi_line {
            let comment = |range: &Range<usize>| text[range.clone()].trim_start().starts_with('#');
            let role = |range: &Range<usize>| if comment(range) { Role::Comment } else { Role::Runs };
            each_line(&text).map(|range| (range.clone(), role(&range))).collect()
        } else {
            return (self.emit)(Text::of(node), Where::Value);
        };
        for (range, role) in pieces {
            let origin = Origin::Node { node, start: range.start as u32 };
            (self.emit)(Text { text: slice(&text, range), origin }, Where::of(role));
        }
    }

    /// Whether the scalar at hand is for people only.
    fn mention(&self) -> Option<Where> {
        let key = self.path.last()?.as_deref()?;
        // Entries that a process receives are data, whatever they are called.
        let received = |key: &Option<Cow<'_, str>>| {
            matches!(key.as_deref(), Some("environment" | "env" | "data" | "stringData"))
        };
        if self.path.iter().any(received) {
            return None;
        }
        let last = key.rsplit('/').next().unwrap_or(key);
        if matches!(last, "description" | "summary" | "deprecationMessage") {
            return Some(Where::Description);
        }
        let keys: Vec<_> = self.path.iter().map(Option::as_deref).collect();
        match (self.kind, keys.as_slice()) {
            (
                Kind::Workflow | Kind::Action,
                [Some("name" | "run-name" | "author")]
                | [Some("jobs"), Some(_), Some("name")]
                | [Some("jobs"), Some(_), Some("steps"), None, Some("name")]
                | [Some("runs"), Some("steps"), None, Some("name")],
            ) => Some(Where::Name),
            (Kind::Chart, [Some("home" | "icon")]) => Some(Where::Description),
            _ => None,
        }
    }

    /// Whether the scalar at hand is given to a shell.
    fn is_script(&self) -> bool {
        let mut keys = self.path.iter().rev().flatten();
        keys.next().is_some_and(|key| holds_script(self.kind, key))
    }
}

/// Whether what stands under a key is given to a shell: `run` of a step, a command, an entrypoint, a healthcheck.
pub fn holds_script(kind: Kind, key: &str) -> bool {
    match kind {
        Kind::Workflow | Kind::Action => key == "run",
        Kind::Compose => matches!(key, "command" | "entrypoint" | "test"),
        Kind::Manifest | Kind::Values => matches!(key, "command" | "args"),
        Kind::Package => key == "scripts",
        _ => false,
    }
}

/// A part of a decoded text, borrowed from the file where the text is.
fn slice<'m>(text: &Cow<'m, str>, range: Range<usize>) -> Cow<'m, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
        Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
    }
}
