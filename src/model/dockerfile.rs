//! Dockerfiles, as far as the policies ask: instructions with their lines, stages, and which stage has a HEALTHCHECK.

use crate::source::Span;
use std::collections::HashMap;

/// An instruction with its arguments, continuation lines included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction<'t> {
    /// The keyword as written.
    pub keyword: &'t str,
    /// Everything after the keyword, untrimmed of inner line breaks.
    pub arguments: &'t str,
    /// Where the arguments stand in the text.
    pub span: Span,
    /// The here-documents that it opens, with the lines that end them; empty where it opens none.
    pub documents: Span,
}

/// The instructions of a Dockerfile in order. Comments, blank lines and here-document bodies are passed over.
pub fn instructions(text: &str) -> Vec<Instruction<'_>> {
    let escape = escape(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let line = line_at(text, at);
        let start = at + (line.len() - line.trim_start().len());
        let content = line.trim();
        at += line.len();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let mut end = start + content.len();
        let mut last = content;
        while last.ends_with(escape) && at < text.len() {
            let line = line_at(text, at);
            let next = line.trim();
            at += line.len();
            if next.starts_with('#') || next.is_empty() {
                continue;
            }
            last = next;
            end = at - (line.len() - line.trim_end().len());
        }
        let logical = &text[start..end];
        let keyword_end = logical.find(char::is_whitespace).unwrap_or(logical.len());
        let arguments = logical[keyword_end..].trim_start();
        let body = at;
        for delimiter in here_documents(arguments) {
            while at < text.len() {
                let line = line_at(text, at);
                at += line.len();
                if line.trim() == delimiter {
                    break;
                }
            }
        }
        let span = Span::from(end - arguments.len()..end);
        let documents = Span::from(body..at);
        found.push(Instruction { keyword: &logical[..keyword_end], arguments, span, documents });
    }
    found
}

/// The character that continues a line: a backslash unless a directive says otherwise.
pub fn escape(text: &str) -> char {
    if text.lines().take_while(|line| line.starts_with('#')).any(is_backtick_directive) { '`' } else { '\\' }
}

fn line_at(text: &str, at: usize) -> &str {
    text[at..].split_inclusive('\n').next().unwrap_or_default()
}

fn is_backtick_directive(line: &str) -> bool {
    line[1..]
        .split_once('=')
        .is_some_and(|(name, value)| name.trim().eq_ignore_ascii_case("escape") && value.trim() == "`")
}

/// The delimiters of the here-documents that an instruction opens (`RUN <<EOF`).
fn here_documents(arguments: &str) -> Vec<&str> {
    let opens = arguments.split_whitespace().filter_map(|word| word.strip_prefix("<<"));
    opens
        .map(|word| word.trim_start_matches('-').trim_matches(['"', '\'']))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
        .collect()
}

/// Which stages of a Dockerfile have a HEALTHCHECK, their base stages included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Healthchecks {
    by_name: HashMap<String, bool>,
    last: bool,
}

impl Healthchecks {
    /// Whether a stage has one: the named `target`, else the last stage.
    pub fn has(&self, target: Option<&str>) -> bool {
        target.and_then(|name| self.by_name.get(&name.to_ascii_lowercase()).copied()).unwrap_or(self.last)
    }
}

/// Reads the healthchecks of a Dockerfile.
pub fn healthchecks(text: &str) -> Healthchecks {
    let mut found = Healthchecks::default();
    let mut stage = None;
    for Instruction { keyword, arguments, .. } in instructions(text) {
        if keyword.eq_ignore_ascii_case("FROM") {
            let mut words = arguments.split_whitespace().filter(|word| !word.starts_with("--"));
            let base = words.next().unwrap_or_default().to_ascii_lowercase();
            found.last = found.by_name.get(&base).copied().unwrap_or(false);
            stage = words.next().filter(|word| word.eq_ignore_ascii_case("AS")).and_then(|_| words.next());
        } else if keyword.eq_ignore_ascii_case("HEALTHCHECK") {
            found.last = !arguments.trim().eq_ignore_ascii_case("NONE");
        }
        if let Some(name) = stage {
            found.by_name.insert(name.to_ascii_lowercase(), found.last);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_inherits_the_healthcheck_of_its_base_stage() {
        let text = "FROM python:3.12 AS base\nHEALTHCHECK --interval=5s \\\n  # note\n  CMD curl -f localhost\nFROM base AS app\nRUN x\nFROM scratch AS tools\n";
        let found = healthchecks(text);
        assert!(found.has(Some("base")));
        assert!(found.has(Some("APP")));
        assert!(!found.has(None), "the last stage starts from scratch");
        assert!(!healthchecks("FROM x\nHEALTHCHECK NONE\n").has(None));
    }

    #[test]
    fn a_here_document_is_not_instructions() {
        let text = "FROM x\nRUN <<EOF\nHEALTHCHECK CMD true\nEOF\nCMD [\"x\"]\n";
        let keywords: Vec<_> = instructions(text).iter().map(|instruction| instruction.keyword).collect();
        assert_eq!(keywords, ["FROM", "RUN", "CMD"]);
        assert!(!healthchecks(text).has(None));
    }

    #[test]
    fn arguments_have_their_place_across_continuation_lines() {
        let text = "# syntax=docker/dockerfile:1\nFROM  x:1\nENV A=1 \\\n    B=2\n";
        let env = instructions(text)[1];
        assert_eq!(env.span.of(text), "A=1 \\\n    B=2");
        assert_eq!(env.arguments, env.span.of(text));
    }
}
