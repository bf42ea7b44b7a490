//! Finds the suppressions of a file: in the comments of each kind of file, in scripts inside YAML, in annotations.

use super::annotation;
use super::directive::{self, Directive, Fault, MARK, Reach, Terms};
use super::node;
use crate::artifact::{Artifact, Kind};
use crate::model::{holds_script, lines};
use crate::source::{LineIndex, SourceFile, Span};
use crate::yaml::{Document, Node, Style};
use memchr::memmem;

/// A suppression in a file; spans are of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// How it is written.
    pub form: Form,
    /// How far it reaches.
    pub reach: Reach,
    /// The rules it names.
    pub rules: Vec<Named>,
    /// When it ends, and why.
    pub terms: Terms,
    /// Where a finding must begin to be suppressed, both ends included; `None` where nothing follows that it could hold for.
    pub holds: Option<Span>,
    /// Where it stands.
    pub span: Span,
}

/// A rule as a suppression names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Where it is named.
    pub span: Span,
}

/// How a suppression is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In a comment of the file; its list of rules ends there.
    Comment {
        /// The closing bracket.
        bracket: u32,
    },
    /// In a comment of a script that stands in the file.
    ScriptComment,
    /// As an annotation of a Kubernetes object.
    Annotation,
}

/// The suppressions of a file in the order of the text, and what is wrong with others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Those that can be read.
    pub suppressions: Vec<Suppression>,
    /// What is wrong with the others.
    pub faults: Vec<Fault>,
}

/// Reads the suppressions of a file. A file that names none costs one search.
pub fn scan(source: &SourceFile, artifact: &Artifact) -> Scan {
    let mut found = Scan::default();
    // What no rule looks into as this file is not looked into for suppressions either.
    let is_read =
        artifact.document.is_some() || !matches!(artifact.kind, Kind::Config | Kind::Data | Kind::Other);
    let text = &*source.text;
    if !is_read || memmem::find(text.as_bytes(), b"plimsoll").is_none() {
        return found;
    }
    let marks: Vec<u32> = memmem::find_iter(text.as_bytes(), MARK).map(|at| at as u32).collect();
    match &artifact.document {
        Some(document) => {
            in_yaml(source, document, artifact.kind, &marks, &mut found);
            if artifact.kind == Kind::Manifest {
                annotation::scan(document, &mut found);
            }
        }
        None if marks.is_empty() => {}
        None => in_lines(source, artifact.kind, &marks, &mut found),
    }
    found.suppressions.sort_by_key(|suppression| suppression.span);
    found
}

/// Where the comment begins whose opener stands in front of a mark, with nothing but blanks between.
fn opened(text: &str, mark: usize, opener: &str) -> Option<usize> {
    let before = text[..mark].trim_end_matches([' ', '\t']);
    before.ends_with(opener).then(|| before.len() - opener.len())
}

/// Whether only blanks (and a byte order mark) stand before an offset in its line.
fn stands_alone(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches([' ', '\t', '\u{feff}']);
    before.is_empty() || before.ends_with(['\n', '\r'])
}

/// The text of a mark in a comment that begins with `#` and ends at `end`: up to the next mark of its own.
fn hash_text(text: &str, mark: usize, end: usize) -> usize {
    let rest = &text[mark + MARK.len()..end];
    let next = memmem::find_iter(rest.as_bytes(), MARK).map(|at| mark + MARK.len() + at);
    next.filter_map(|next| opened(text, next, "#")).find(|&hash| hash > mark).unwrap_or(end)
}

impl Scan {
    /// Adds what stands in a comment; `span` leads from offsets of the text to the file.
    fn add(
        &mut self,
        (text, read): (&str, Result<Directive, Fault>),
        holds: impl FnOnce() -> Option<Span>,
        form: impl FnOnce(u32) -> Form,
        span: impl Fn(Span) -> Span,
    ) {
        match read {
            Ok(directive) => {
                let Directive { reach, rules, bracket, terms, span: whole } = directive;
                let named = |rule: &Span| Named { id: rule.of(text).to_owned(), span: span(*rule) };
                let until = terms.until.map(|(day, word)| (day, span(word)));
                self.suppressions.push(Suppression {
                    form: form(bracket),
                    reach,
                    rules: rules.iter().map(named).collect(),
                    terms: Terms { until, ..terms },
                    holds: match reach {
                        Reach::Here => holds(),
                        Reach::File => Some(Span::new(0, u32::MAX)),
                    },
                    span: span(whole),
                });
            }
            Err(fault) => self.faults.push(Fault { span: span(fault.span), ..fault }),
        }
    }

    /// Adds what stands in a comment of the file itself.
    fn add_here(&mut self, text: &str, mark: usize, end: usize, holds: impl FnOnce() -> Option<Span>) {
        let read = directive::read(text, Span::from(mark..end));
        self.add((text, read), holds, |bracket| Form::Comment { bracket }, |span| span);
    }
}

/// The suppressions of a file that is not YAML.
fn in_lines(source: &SourceFile, kind: Kind, marks: &[u32], found: &mut Scan) {
    let text = &*source.text;
    let comments = lines::comments(text, kind);
    let mut code = (kind == Kind::Doc).then(|| Code::new(text));
    let mut logical = Logical::new(text, source.lines(), lines::logical_lines(text, kind), kind);
    let mut past = 0;
    for mark in marks.iter().map(|&mark| mark as usize) {
        // What stands inside a comment is a part of it.
        if mark < past {
            continue;
        }
        let line = logical.line_at(mark);
        let (comment, closing) = match kind {
            Kind::Doc => (opened(text, mark, "<!--"), "-->"),
            Kind::Template if text[..mark].trim_end_matches([' ', '\t']).ends_with("/*") => {
                (opened(text, mark, "{{/*").or_else(|| opened(text, mark, "{{- /*")), "*/")
            }
            _ => {
                let hash =
                    opened(text, mark, "#").filter(|&start| holding(&comments, start as u32).is_some());
                (hash, "")
            }
        };
        let mut shown = |start: &usize| code.as_mut().is_some_and(|code| code.holds(text, line, *start));
        let Some(start) = comment.filter(|start| !shown(start)) else {
            continue;
        };
        let end = if closing.is_empty() {
            hash_text(text, mark, line.end as usize)
        } else if let Some(at) = memmem::find(&text.as_bytes()[mark..line.end as usize], closing.as_bytes()) {
            past = mark + at;
            past
        } else {
            past = line.end as usize;
            found.faults.push(Fault {
                span: Span::from(start..mark + MARK.len()),
                message: "the comment does not end on its line and suppresses nothing".to_owned(),
                help: "end it on the line it begins on",
            });
            continue;
        };
        found.add_here(text, mark, end, || logical.held_by(start));
    }
}

/// The code in Markdown, where a comment is only shown. Asked in the order of the text.
struct Code {
    fences: Vec<Span>,
    line: Span,
    /// How far the line was looked at, and whether a backtick is open there.
    seen: (usize, bool),
    /// The last backtick of the line.
    last: Option<usize>,
}

impl Code {
    fn new(text: &str) -> Self {
        Self { fences: lines::fences(text), line: Span::default(), seen: (0, false), last: None }
    }

    fn holds(&mut self, text: &str, line: Span, at: usize) -> bool {
        let start = line.start as usize;
        if self.line != line {
            let last = memchr::memrchr(b'`', line.of(text).as_bytes()).map(|at| start + at);
            *self = Self { line, seen: (start, false), last, fences: std::mem::take(&mut self.fences) };
        }
        let ticks = memchr::memchr_iter(b'`', &text.as_bytes()[self.seen.0.min(at)..at]).count();
        self.seen = (at, self.seen.1 != (ticks % 2 == 1));
        holding(&self.fences, at as u32).is_some() || self.seen.1 && self.last > Some(at)
    }
}

/// The logical lines of a script, a Dockerfile and the like, for comments in the order of the text.
struct Logical<'t> {
    text: &'t str,
    index: &'t LineIndex,
    lines: Vec<Span>,
    kind: Kind,
    next: Next,
}

impl<'t> Logical<'t> {
    fn new(text: &'t str, index: &'t LineIndex, lines: Vec<Span>, kind: Kind) -> Self {
        Self { text, index, lines, kind, next: Next::default() }
    }

    fn line_at(&self, offset: usize) -> Span {
        self.index.line(self.text, self.index.line_of(offset as u32))
    }

    /// What a comment holds for.
    fn held_by(&mut self, start: usize) -> Option<Span> {
        let own = self.lines.partition_point(|line| line.start as usize <= start).checked_sub(1)?;
        if !stands_alone(self.text, start) {
            return Some(self.lines[own]);
        }
        let line = self.line_at(start);
        let following = self.index.line_of(start as u32) + 1;
        // Inside a line that is continued the next of its parts is meant, not the rest of it.
        if self.lines[own].end > line.end && following < self.index.len() {
            return Some(Span::new(line.start, self.index.line(self.text, following).end));
        }
        let (text, lines, kind) = (self.text, &self.lines, self.kind);
        let speaks = |index: usize| {
            let content = lines[index].of(text).trim_start();
            let comment = match kind {
                Kind::Doc => content.starts_with("<!--") && content.ends_with("-->"),
                Kind::Template => ["#", "{{/*", "{{- /*"].iter().any(|opener| content.starts_with(opener)),
                _ => content.starts_with('#'),
            };
            !content.is_empty() && !comment
        };
        let holds = self.next.after(own, lines.len(), speaks)?;
        Some(Span::new(line.start, lines[holds].end))
    }
}

/// The next of several lines that says something. It is remembered, so that a heap of comments is passed over once.
#[derive(Default)]
pub(super) struct Next {
    known: Option<(usize, usize)>,
}

impl Next {
    /// The first line behind `own` that speaks. Calls come in the order of the lines.
    pub fn after(&mut self, own: usize, count: usize, speaks: impl Fn(usize) -> bool) -> Option<usize> {
        let known = self.known.filter(|&(from, to)| from <= own && own < to).map(|(_, to)| to);
        let next = known.unwrap_or_else(|| (own + 1..count).find(|&index| speaks(index)).unwrap_or(count));
        self.known = Some((own, next));
        (next < count).then_some(next)
    }
}

/// The one of sorted, disjoint spans that holds an offset.
fn holding(spans: &[Span], at: u32) -> Option<Span> {
    let next = spans.partition_point(|span| span.start <= at);
    spans.get(next.checked_sub(1)?).copied().filter(|span| at < span.end)
}

/// The suppressions in the comments of a YAML file and in those of its scripts.
fn in_yaml(source: &SourceFile, document: &Document, kind: Kind, marks: &[u32], found: &mut Scan) {
    let text = &*source.text;
    if marks.is_empty() {
        return;
    }
    let comments: Vec<Span> = document.comments().collect();
    let mut lines = node::Lines::new(source);
    let mut script = None;
    for &at in marks {
        let mark = at as usize;
        if let Some(comment) = holding(&comments, at) {
            let Some(start) = opened(text, mark, "#").filter(|&hash| hash as u32 >= comment.start) else {
                continue;
            };
            let end = hash_text(text, mark, comment.end as usize);
            let alone = stands_alone(text, start);
            found.add_here(text, mark, end, || {
                if alone { lines.following(document, comment) } else { Some(lines.beside(document, comment)) }
            });
            continue;
        }
        let Some(scalar) = document.last_before(at + 1) else { continue };
        if script != Some(scalar.index()) && scalar.span().end > at && is_script(scalar, kind) {
            script = Some(scalar.index());
            in_script(scalar, found);
        }
    }
}

/// Whether a node is a block scalar that a shell is given.
fn is_script(scalar: Node<'_>, kind: Kind) -> bool {
    let block = matches!(scalar.style(), Style::Literal | Style::Folded);
    let mut holder = scalar;
    while let Some(parent) = holder.parent().filter(|_| block) {
        if let Some(key) = node::key_of(holder) {
            return holds_script(kind, &key.text());
        }
        holder = parent;
    }
    false
}

/// The suppressions in the comments of a script inside a scalar.
fn in_script(scalar: Node<'_>, found: &mut Scan) {
    let (text, map) = scalar.text_map();
    let comments = lines::comments_of_script(&text);
    let index = LineIndex::new(&text);
    let mut logical = Logical::new(&text, &index, lines::logical_lines_of_script(&text), Kind::Script);
    let place = |span: Span| map.place(span).map_or(scalar.span(), |place| place.span);
    for mark in memmem::find_iter(text.as_bytes(), MARK) {
        let Some(start) = opened(&text, mark, "#") else { continue };
        if holding(&comments, start as u32).is_none() {
            continue;
        }
        let end = hash_text(&text, mark, logical.line_at(mark).end as usize);
        let read = directive::read(&text, Span::from(mark..end));
        let holds = || logical.held_by(start).map(place);
        found.add((&text, read), holds, |_| Form::ScriptComment, place);
    }
}
