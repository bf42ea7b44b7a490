//! The fix of a suppression that suppresses nothing: it goes, or its name goes from the list.

use super::scan::{Form, Suppression};
use crate::artifact::{Artifact, Kind};
use crate::change::{Change, Lines, removal};
use crate::diagnostic::{Edit, Fix, Safety};
use crate::source::{Place, Span};
use crate::yaml::{Node, Style};
use std::ops::Range;

/// Takes a rule out of a suppression; where all that it names are `unused`, the suppression as a whole. `None` where that cannot be done
/// without changing more.
pub fn fix(
    text: &str,
    artifact: &Artifact,
    suppression: &Suppression,
    unused: &[usize],
    rule: usize,
) -> Option<Fix> {
    let (title, changes) = if unused.len() == suppression.rules.len() {
        ("remove the suppression".to_owned(), whole(text, artifact, suppression)?)
    } else {
        let title = format!("remove `{}` from the list", suppression.rules[rule].id);
        (title, vec![Change::removes(in_list(suppression, rule)?)])
    };
    // What a shell is given changes with a comment in it, and what the cluster keeps of an object with an annotation.
    let by_shell = matches!(artifact.kind, Kind::Workflow | Kind::Action);
    let safe = match suppression.form {
        Form::Comment { .. } => true,
        Form::ScriptComment => by_shell,
        Form::Annotation => false,
    };
    let edit = |Change { span, text }| Edit { place: Place { file: artifact.file, span }, text };
    Some(Fix {
        title,
        safety: if safe { Safety::Safe } else { Safety::Unsafe },
        edits: changes.into_iter().map(edit).collect(),
    })
}

/// A name with the comma behind it, or in front of the last one.
fn in_list(suppression: &Suppression, rule: usize) -> Option<Span> {
    let span = |index: usize| suppression.rules.get(index).map(|named| named.span);
    let own = span(rule)?;
    match (span(rule + 1), rule.checked_sub(1).and_then(span)) {
        (Some(next), _) => Some(Span::new(own.start, next.start)),
        (None, Some(previous)) => Some(Span::new(previous.end, own.end)),
        (None, None) => None,
    }
}

fn whole(text: &str, artifact: &Artifact, suppression: &Suppression) -> Option<Vec<Change>> {
    if suppression.form == Form::Annotation {
        return removal(artifact.document.as_ref()?.last_before(suppression.span.start + 1)?);
    }
    let lines = Lines(text);
    let comment = comment(text, suppression.span, artifact.kind)?;
    let (start, end) = (comment.start as u32, comment.end as u32);
    let document = artifact.document.as_ref().filter(|_| suppression.form == Form::ScriptComment);
    if document.and_then(|document| document.last_before(start + 1)).is_some_and(is_all_comments) {
        return None;
    }
    let behind = Span::new(end, lines.end(end)).of(text);
    let taken = match lines.beginning_with(start) {
        _ if !behind.trim().is_empty() => {
            let blanks = behind.len() - behind.trim_start().len();
            Span::new(start, end + blanks as u32)
        }
        Some(line) => lines.whole(line, end),
        None => Span::new(text[..comment.start].trim_end_matches([' ', '\t']).len() as u32, end),
    };
    let opens = || text[..taken.start as usize].lines().all(is_comment);
    let directs = directs(artifact.kind, taken.start == 0, &text[taken.end as usize..]) && opens();
    (!directs).then(|| vec![Change::removes(taken)])
}

/// Lines of a script that are looked at for something else than comments.
const LINES: usize = 1000;

/// Whether a script in a scalar holds nothing but comments, or begins with too many of them.
fn is_all_comments(script: Node<'_>) -> bool {
    let header = usize::from(matches!(script.style(), Style::Literal | Style::Folded));
    let lines = script.source().lines().skip(header).take(LINES);
    lines.map(|line| line.trim_start_matches(['"', '\''])).all(is_comment)
}

/// Whether a line is blank or a comment.
fn is_comment(line: &str) -> bool {
    matches!(line.trim_start().bytes().next(), None | Some(b'#'))
}

/// Whether a comment at the start of a file, or of the lines behind its first comments, directs whoever reads it: `#!` and the parser
/// directives of a Dockerfile (<https://docs.docker.com/reference/dockerfile/#parser-directives>).
fn directs(kind: Kind, is_first: bool, text: &str) -> bool {
    if kind != Kind::Dockerfile {
        return is_first && text.starts_with("#!");
    }
    let line = text.lines().next().unwrap_or_default();
    let directive = line.trim_start().strip_prefix('#').and_then(|rest| rest.split_once('='));
    directive
        .is_some_and(|(name, _)| matches!(&*name.trim().to_ascii_lowercase(), "syntax" | "escape" | "check"))
}

/// The comment of a suppression that begins at a span and ends with it.
fn comment(text: &str, span: Span, kind: Kind) -> Option<Range<usize>> {
    let before = text.get(..span.start as usize)?.trim_end_matches([' ', '\t']);
    let behind = text.get(span.end as usize..)?.trim_start_matches([' ', '\t']);
    let past = |closing: &str| behind.strip_prefix(closing).map(|rest| text.len() - rest.len());
    if let Some(outside) = before.strip_suffix("<!--") {
        return Some(outside.len()..past("-->")?);
    }
    if let Some(outside) = before.strip_suffix("{{- /*") {
        // On a line of its own it takes the line break before it out of what is rendered, and leaves its own in.
        let end = past("*/}}")?;
        let above = outside.trim_end_matches([' ', '\t']).strip_suffix('\n')?;
        return (!above.ends_with(['\n', '\r'])).then_some(outside.len()..end);
    }
    let outside = before.strip_suffix('#').filter(|_| kind != Kind::Doc)?;
    Some(outside.trim_end_matches('#').len()..span.end as usize)
}
