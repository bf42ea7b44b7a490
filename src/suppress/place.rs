//! Where a new suppression of a finding can stand: proposals, the narrowest first, none of them tried yet.

use super::annotation;
use super::directive::Reach;
use super::node::key_of;
use super::scan::{Form, scan};
use crate::artifact::{Artifact, Kind};
use crate::change::Change;
use crate::config::Date;
use crate::model::{self, lines};
use crate::source::{SourceFile, Span};
use crate::yaml::{Document, Kind as NodeKind, Node, Style};

/// What is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'w> {
    /// The rule.
    pub rule: &'w str,
    /// Why, on one line.
    pub reason: &'w str,
    /// The last day.
    pub until: Option<Date>,
}

/// The longest line that a comment may make, in characters.
const WIDTH: usize = 120;

/// The places for a suppression of a finding that begins at `at`. None where the file can hold no comment there.
pub fn proposals(source: &SourceFile, artifact: &Artifact, at: u32, wish: Wish<'_>) -> Vec<Change> {
    let sheet = Sheet { source, text: &source.text, is_yaml: artifact.document.is_some(), wish };
    let merged = sheet.merged(artifact, at);
    let rest = match &artifact.document {
        Some(document) if source.path.ends_with(".json") => sheet.annotated(document, artifact.kind, at),
        Some(document) => sheet.in_yaml(document, at),
        // In a `define` a comment is a part of the value.
        None if artifact.kind == Kind::Makefile
            && model::definitions(&source.text)
                .iter()
                .any(|define| (define.start..define.end).contains(&at)) =>
        {
            Vec::new()
        }
        None => sheet.in_lines(artifact.kind, at),
    };
    merged.into_iter().chain(rest).collect()
}

struct Sheet<'s> {
    source: &'s SourceFile,
    text: &'s str,
    is_yaml: bool,
    wish: Wish<'s>,
}

impl Sheet<'_> {
    fn line_at(&self, offset: u32) -> Span {
        let lines = self.source.lines();
        let mut line = lines.line(self.text, lines.line_of(offset));
        if line.start == 0 && self.text.starts_with('\u{feff}') {
            line.start = '\u{feff}'.len_utf8() as u32;
        }
        line
    }

    fn indentation(&self, line: Span) -> &str {
        let content = line.of(self.text);
        &content[..content.len() - content.trim_start_matches([' ', '\t']).len()]
    }

    fn terms(&self) -> String {
        let until = self.wish.until.map(|day| format!("until={day} ")).unwrap_or_default();
        until + self.wish.reason
    }

    fn comment(&self) -> String {
        format!("plimsoll: ignore[{}] {}", self.wish.rule, self.terms())
    }

    /// A comment behind what a line holds.
    fn behind(&self, line: Span, comment: &str) -> Change {
        let end = line.start + line.of(self.text).trim_end().len() as u32;
        // What reads YAML for its style wants two spaces.
        let gap = if self.is_yaml { "  " } else { " " };
        Change { span: Span::empty(end), text: [gap, comment].concat() }
    }

    fn fits(&self, line: Span, comment: &str) -> bool {
        line.of(self.text).trim_end().chars().count() + 2 + comment.chars().count() <= WIDTH
    }

    /// A comment on a line of its own above another.
    fn above(&self, line: Span, indentation: &str, comment: &str) -> Change {
        // The last line may end without a break; then the one before it says which breaks the file has.
        let broken = self.text[line.end as usize..].starts_with("\r\n")
            || self.text.len() == line.end as usize && self.text[..line.start as usize].ends_with("\r\n");
        let end = if broken { "\r\n" } else { "\n" };
        Change { span: Span::empty(line.start), text: [indentation, comment, end].concat() }
    }

    /// The rule in the list of a suppression that stands at the same line with the same last day.
    fn merged(&self, artifact: &Artifact, at: u32) -> Option<Change> {
        let lines = self.source.lines();
        let line = lines.line_of(at);
        let found = scan(self.source, artifact).suppressions;
        let beside = |span: Span| {
            let own = lines.line_of(span.start);
            let alone = lines.line(self.text, own).of(self.text).trim_start().starts_with(['#', '<', '{']);
            own == line || own + 1 == line && alone
        };
        let mut fitting = found.into_iter().filter_map(|suppression| {
            let Form::Comment { bracket } = suppression.form else { return None };
            let holds = suppression.holds.is_some_and(|holds| holds.start <= at && at <= holds.end);
            let until = suppression.terms.until.map(|(day, _)| day);
            let fits = suppression.reach == Reach::Here
                && holds
                && until == self.wish.until
                && beside(suppression.span);
            fits.then_some((bracket, suppression))
        });
        let (bracket, suppression) = fitting.next()?;
        let span = Span::new(bracket, suppression.span.end);
        let reason = &suppression.terms.reason;
        let added = match () {
            () if reason.contains(self.wish.reason) => String::new(),
            () if reason.is_empty() => format!(" {}", self.wish.reason),
            () => format!("; {}", self.wish.reason),
        };
        Some(Change { span, text: format!(", {}{}{added}", self.wish.rule, span.of(self.text)) })
    }

    fn in_yaml(&self, document: &Document, at: u32) -> Vec<Change> {
        let comment = format!("# {}", self.comment());
        let line = self.line_at(at);
        let Some(node) = document.last_before(at + 1).and_then(|node| self.outermost(node, at)) else {
            let above = self.above(line, self.indentation(line), &comment);
            let last = document.last_before(line.end);
            let open = last.is_some_and(|last| {
                self.outermost(last, line.end - 1).is_some_and(|node| !is_block_scalar(node))
            });
            let behind = self.behind(line, &comment);
            return match () {
                () if open => vec![above],
                () if self.fits(line, &comment) => vec![behind, above],
                () => vec![above, behind],
            };
        };
        // No comment goes into a scalar or brackets over several lines: above their entry, or where they begin or end.
        let first = self.line_at(key_of(node).unwrap_or(node).span().start);
        let edge = if is_block_scalar(node) { node.span().start } else { node.text_end() };
        let above = self.above(first, self.indentation(first), &comment);
        vec![above, self.behind(self.line_at(edge), &comment)]
    }

    /// The outermost scalar or flow collection over several lines that holds an offset.
    fn outermost<'d>(&self, node: Node<'d>, at: u32) -> Option<Node<'d>> {
        let lines = self.source.lines();
        let mut found = None;
        let mut next = Some(node);
        while let Some(node) = next {
            let long = lines.line_of(node.span().start) != lines.line_of(node.text_end());
            if node.style() != Style::Block && long && node.span().start <= at && at < node.span().end {
                found = Some(node);
            }
            next = node.parent();
        }
        found
    }

    fn in_lines(&self, kind: Kind, at: u32) -> Vec<Change> {
        let line = self.line_at(at);
        let content = line.of(self.text).trim_start();
        let logical = lines::logical_lines(self.text, kind);
        let own =
            logical.partition_point(|logical| logical.start <= at).checked_sub(1).map(|index| logical[index]);
        let first = own.map_or(line, |own| self.line_at(own.start));
        let hash = format!("# {}", self.comment());
        let is_comment = content.starts_with('#');
        match kind {
            Kind::Doc => {
                let comment = format!("<!-- {} -->", self.comment());
                let above = self.above(first, self.indentation(first), &comment);
                if first.start == line.start && !content.starts_with("```") && !content.starts_with("~~~") {
                    return vec![self.behind(line, &comment), above];
                }
                vec![above]
            }
            Kind::Template => {
                // A comment inside an action would break it.
                let before = &self.text[..first.start as usize];
                let open = before
                    .rfind("{{")
                    .is_some_and(|open| before.rfind("}}").is_none_or(|close| close < open));
                let comment = format!("{{{{- /* {} */}}}}", self.comment());
                if open { Vec::new() } else { vec![self.above(first, self.indentation(first), &comment)] }
            }
            // The first comments of a Dockerfile and of a script may be directives to who reads them.
            Kind::Dockerfile if is_comment && is_parser_directive(content) => Vec::new(),
            Kind::Script if content.starts_with("#!") => Vec::new(),
            Kind::Script => {
                let whole = own.is_some_and(|own| own.end <= line.end);
                let behind = (whole && self.fits(line, &hash)).then(|| self.behind(line, &hash));
                behind.into_iter().chain([self.above(first, self.indentation(first), &hash)]).collect()
            }
            Kind::Makefile | Kind::Dockerfile | Kind::Env => {
                // A comment that make shall not give to the shell begins its line.
                let indentation = self.indentation(first).trim_start_matches('\t');
                let behind = is_comment.then(|| self.behind(line, &hash));
                behind.into_iter().chain([self.above(first, indentation, &hash)]).collect()
            }
            _ => Vec::new(),
        }
    }

    /// An annotation on what holds a finding, for files without comments: the pod template, or the object.
    fn annotated(&self, document: &Document, kind: Kind, at: u32) -> Vec<Change> {
        let mut found = Vec::new();
        let mut next = document.last_before(at + 1).filter(|_| kind == Kind::Manifest);
        while let Some(node) = next {
            next = node.parent();
            let own = node
                .pairs()
                .find(|(key, value)| key.text() == "metadata" && value.kind() == NodeKind::Mapping);
            found.extend(own.map(|(_, metadata)| self.annotation(metadata)));
        }
        found
    }

    fn annotation(&self, metadata: Node<'_>) -> Change {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let entry = format!("{}: {}", quoted(&annotation::key(self.wish.rule)), quoted(&self.terms()));
        let annotations =
            metadata.pairs().find(|(key, _)| key.text() == "annotations").map(|(_, value)| value);
        let (holder, entry) = match annotations.filter(|annotations| annotations.kind() == NodeKind::Mapping)
        {
            Some(annotations) => (annotations, entry),
            None => (metadata, format!("\"annotations\": {{{entry}}}")),
        };
        let Some(first) = holder.children().next().map(|key| key.span().start) else {
            return Change { span: Span::empty(holder.span().start + 1), text: entry };
        };
        let between = Span::new(holder.span().start + 1, first).of(self.text);
        let gap = if between.contains('\n') { between } else { " " };
        Change { span: Span::empty(first), text: format!("{entry},{gap}") }
    }
}

fn is_block_scalar(node: Node<'_>) -> bool {
    matches!(node.style(), Style::Literal | Style::Folded)
}

/// Whether a comment is one that `docker build` obeys (Dockerfile reference, parser directives).
fn is_parser_directive(comment: &str) -> bool {
    let name =
        comment.trim_start_matches('#').split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
    comment.contains('=') && matches!(&*name, "syntax" | "escape" | "check")
}
