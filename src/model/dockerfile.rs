//! Dockerfiles, as far as the policies ask: instructions with their lines and here-documents, stages, and which stage has a HEALTHCHECK.

use crate::source::Span;
use std::collections::HashMap;

/// An instruction with its arguments, continuation lines included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction<'t> {
    /// The keyword as written.
    pub keyword: &'t str,
    /// Everything after the keyword, untrimmed of inner line breaks.
    pub arguments: &'t str,
    /// Where the arguments stand in the text.
    pub span: Span,
    /// From the keyword to the end of the last line, here-documents included.
    pub whole: Span,
    /// The here-documents that it opens, in their order.
    pub here: Vec<HereDocument>,
}

/// A here-document of an instruction, without its delimiters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HereDocument {
    /// Its lines in the text.
    pub span: Span,
    /// Whether variables in it are expanded.
    pub expands: bool,
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
        let (keyword, arguments) = (&logical[..keyword_end], logical[keyword_end..].trim_start());
        let mut here = Vec::new();
        for Delimiter { word, tabs, expands } in delimiters(keyword, arguments) {
            let body = at;
            let mut body_end = text.len();
            while at < text.len() {
                let line = line_at(text, at);
                let content = line.trim_end_matches(['\n', '\r']);
                let content = if tabs { content.trim_start_matches('\t') } else { content };
                let ends = content == word;
                if ends {
                    body_end = at;
                }
                at += line.len();
                if ends {
                    break;
                }
            }
            here.push(HereDocument { span: Span::from(body..body_end), expands });
        }
        let span = Span::from(end - arguments.len()..end);
        let whole = Span::from(start..if here.is_empty() { end } else { at });
        found.push(Instruction { keyword, arguments, span, whole, here });
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

/// What ends a here-document.
struct Delimiter<'t> {
    word: &'t str,
    /// Whether tabs before the lines count as nothing (`<<-`).
    tabs: bool,
    expands: bool,
}

/// The delimiters of the here-documents that an instruction opens (`RUN <<EOF`): words of RUN, COPY and ADD that begin with `<<`
/// outside quotes. Source: the Dockerfile reference, "Here-Documents", and `BuildKit`'s parser for the form of the word.
fn delimiters<'t>(keyword: &str, arguments: &'t str) -> Vec<Delimiter<'t>> {
    let mut words = words(arguments);
    let keyword =
        if keyword.eq_ignore_ascii_case("ONBUILD") { words.next().unwrap_or_default() } else { keyword };
    if !["RUN", "COPY", "ADD"].iter().any(|allowed| keyword.eq_ignore_ascii_case(allowed)) {
        return Vec::new();
    }
    let opens =
        words.filter_map(|word| word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<"));
    opens
        .filter_map(|word| {
            let (tabs, quoted) = word.strip_prefix('-').map_or((false, word), |word| (true, word));
            let word = quoted.trim_matches(['"', '\'']);
            let named = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            named.then_some(Delimiter { word, tabs, expands: word.len() == quoted.len() })
        })
        .collect()
}

/// The words of an instruction, quotes included; comments between its lines are none.
pub fn words(arguments: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = &arguments[at..];
            at += rest.len() - rest.trim_start().len();
            let first_on_line = arguments[..at].trim_end_matches([' ', '\t']).ends_with('\n');
            if !(first_on_line && arguments[at..].starts_with('#')) {
                break;
            }
            at += line_at(arguments, at).len();
        }
        let start = at;
        let mut quote = None;
        for (offset, c) in arguments[start..].char_indices() {
            match quote {
                Some(open) if c == open => quote = None,
                None if matches!(c, '"' | '\'') => quote = Some(c),
                None if c.is_whitespace() => break,
                _ => {}
            }
            at = start + offset + c.len_utf8();
        }
        (at > start).then(|| &arguments[start..at])
    })
}

/// The stages of a Dockerfile, as far as their healthchecks go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Healthchecks {
    stages: Vec<Stage>,
    /// By name in lower case, as names are compared.
    by_name: HashMap<String, usize>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Stage {
    /// What it starts from, in lower case.
    base: String,
    /// The stage above that is its base, if one is.
    from: Option<usize>,
    /// Whether its last HEALTHCHECK is one; `None` without any, so that the base decides.
    own: Option<bool>,
    /// The same for those under ONBUILD, which count in the stages that start from it.
    on_build: Option<bool>,
}

impl Healthchecks {
    /// Longest chain of stages that start from one another; real ones have a handful.
    const LONGEST: usize = 256;

    /// Whether a stage has one, its base stages included: that of the name or number `target`, else the last one. `context` says it of
    /// what the build puts in the place of a base.
    pub fn has(&self, target: Option<&str>, context: impl Fn(&str) -> Option<bool>) -> bool {
        let named = target
            .map(str::to_ascii_lowercase)
            .and_then(|target| self.by_name.get(&target).copied().or_else(|| target.parse().ok()));
        let mut stage = named.and_then(|at| self.stages.get(at)).or(self.stages.last());
        for _ in 0..Self::LONGEST {
            let Some(Stage { base, from, own, .. }) = stage else { break };
            if let Some(known) = own.or_else(|| context(base)) {
                return known;
            }
            stage = from.and_then(|at| self.stages.get(at));
            if let Some(triggered) = stage.and_then(|base| base.on_build) {
                return triggered;
            }
        }
        false
    }
}

/// Reads the healthchecks of a Dockerfile.
pub fn healthchecks(text: &str) -> Healthchecks {
    let mut found = Healthchecks::default();
    for Instruction { keyword, arguments, .. } in instructions(text) {
        if keyword.eq_ignore_ascii_case("FROM") {
            let From { base, stage } = from(arguments);
            let base = base.to_ascii_lowercase();
            let from = found.by_name.get(&base).copied();
            if let Some(name) = stage {
                found.by_name.insert(name.to_ascii_lowercase(), found.stages.len());
            }
            found.stages.push(Stage { base, from, ..Stage::default() });
            continue;
        }
        let Some(stage) = found.stages.last_mut() else { continue };
        if keyword.eq_ignore_ascii_case("HEALTHCHECK") {
            stage.own = Some(!is_none(arguments));
        } else if keyword.eq_ignore_ascii_case("ONBUILD")
            && let Some((inner, arguments)) = arguments.split_once(char::is_whitespace)
            && inner.eq_ignore_ascii_case("HEALTHCHECK")
        {
            stage.on_build = Some(!is_none(arguments));
        }
    }
    found
}

/// Whether a HEALTHCHECK takes that of the base image away.
pub fn is_none(arguments: &str) -> bool {
    arguments.trim().eq_ignore_ascii_case("NONE")
}

/// The arguments of a FROM.
pub struct From<'t> {
    /// The image or stage it starts from; empty where there is none.
    pub base: &'t str,
    /// The name of the stage it begins.
    pub stage: Option<&'t str>,
}

/// Reads the arguments of a FROM: `[--platform=…] base [AS stage]`.
pub fn from(arguments: &str) -> From<'_> {
    let mut words = arguments.split_whitespace().filter(|word| !word.starts_with("--"));
    let base = words.next().unwrap_or_default();
    let stage = words.next().filter(|word| word.eq_ignore_ascii_case("AS")).and_then(|_| words.next());
    From { base, stage }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none(_: &str) -> Option<bool> {
        None
    }

    #[test]
    fn a_stage_inherits_the_healthcheck_of_its_base_stage() {
        let text = "FROM python:3.12 AS base\nHEALTHCHECK --interval=5s \\\n  # note\n  CMD curl -f localhost\nFROM base AS app\nRUN x\nFROM scratch AS tools\n";
        let found = healthchecks(text);
        assert!(found.has(Some("base"), none));
        assert!(found.has(Some("APP"), none));
        assert!(!found.has(None, none), "the last stage starts from scratch");
        assert!(!healthchecks("FROM x\nHEALTHCHECK NONE\n").has(None, none));
    }

    #[test]
    fn a_here_document_is_not_instructions() {
        let text = "FROM x\nRUN <<EOF\nHEALTHCHECK CMD true\nEOF\nCMD [\"x\"]\n";
        let keywords: Vec<_> = instructions(text).iter().map(|instruction| instruction.keyword).collect();
        assert_eq!(keywords, ["FROM", "RUN", "CMD"]);
        assert!(!healthchecks(text).has(None, none));
    }

    #[test]
    fn arguments_have_their_place_across_continuation_lines() {
        let text = "# syntax=docker/dockerfile:1\nFROM  x:1\nENV A=1 \\\n    B=2\n";
        let env = &instructions(text)[1];
        assert_eq!(env.span.of(text), "A=1 \\\n    B=2");
        assert_eq!(env.arguments, env.span.of(text));
    }

    #[test]
    fn a_stage_is_named_by_its_number_too() {
        let found = healthchecks("FROM a\nHEALTHCHECK CMD x\nFROM b AS web\nFROM c\n");
        assert!(found.has(Some("0"), none));
        assert!(!found.has(Some("1"), none));
        assert!(!found.has(Some("web"), none));
    }

    #[test]
    fn what_stands_under_onbuild_counts_in_the_next_stage_only() {
        let text = "FROM a AS base\nONBUILD HEALTHCHECK CMD x\nFROM base AS next\nFROM next AS last\n";
        let found = healthchecks(text);
        assert!(!found.has(Some("base"), none));
        assert!(found.has(Some("next"), none));
        assert!(found.has(Some("last"), none), "the healthcheck is inherited, the trigger is not");
        assert!(!healthchecks("FROM a\nONBUILD HEALTHCHECK CMD x\n").has(None, none));
        let taken = "FROM a AS base\nONBUILD HEALTHCHECK NONE\nHEALTHCHECK CMD x\nFROM base\n";
        assert!(!healthchecks(taken).has(None, none));
    }

    #[test]
    fn a_named_context_takes_the_place_of_a_stage() {
        let found = healthchecks("FROM a AS base\nHEALTHCHECK CMD x\nFROM base\n");
        assert!(found.has(None, none));
        assert!(!found.has(None, |name| (name == "base").then_some(false)));
        assert!(healthchecks("FROM other\n").has(None, |name| (name == "other").then_some(true)));
    }

    #[test]
    fn here_documents_are_words_of_their_instructions() {
        let text = "RUN cat <<-'A' <<B >x\n\ta\n\tA\n b\n B\nB\nRUN echo \"a <<C\" \\\n # <<D\n  x\nENV X=1 <<E\nCOPY <<F /f\nf";
        let found = instructions(text);
        let here: Vec<_> = found
            .iter()
            .flat_map(|instruction| &instruction.here)
            .map(|here| (here.span.of(text), here.expands))
            .collect();
        assert_eq!(here, [("\ta\n", false), (" b\n B\n", true), ("f", true)]);
        assert_eq!(found.len(), 4);
    }
}
