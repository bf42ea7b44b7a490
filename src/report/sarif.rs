//! SARIF 2.1.0, for code scanning of GitHub, for GitLab and for viewers.
//!
//! What these do with it decides what is written: texts that they show are on one line and without links; paths are references from the
//! root of the repository, without `./`; columns are counted in UTF-16 code units, which all of them assume; and a report keeps to the
//! limits of GitHub: 25,000 results, 1,000 locations in each, 10 MB compressed.

use super::run::{About, Change, Finding, Mark, Run};
use super::sanitise::{Clean, Message, Untrusted};
use crate::diagnostic::{Excuse, Severity};
use crate::rule::Origin;
use crate::source::Position;
use serde::Serialize;
use std::cmp::Reverse;
use std::io;

/// Results that GitHub takes; it shows the first 5,000.
const MOST_RESULTS: usize = 25_000;

/// What the results may say of their own, in bytes, so that the file stays below 10 MB once it is compressed. Their skeletons repeat:
/// the 600 bytes or so of each shrink to less than [`SKELETON`], while a text that is unlike all others may not shrink at all.
const BUDGET: usize = 9_000_000;

/// Bytes that count for what every result has, once compressed.
const SKELETON: usize = 100;

/// Locations of a result that GitHub takes.
const MOST_LOCATIONS: usize = 1_000;

/// The rules that ship and are about security: their findings are ranked as vulnerabilities. What other rules are about is not known.
const SECURITY: &[&str] = &[
    "deploy-outside-pipeline",
    "plaintext-secret",
    "plaintext-secret-in-sample",
    "self-hosted-outside-pipeline",
];

/// Writes the report, the most severe results first; those that are excused come last, with what excuses them.
pub fn sarif(out: &mut dyn io::Write, run: &Run) -> io::Result<()> {
    let mut findings: Vec<_> = run.findings.iter().map(|finding| (finding, Vec::new())).collect();
    findings.sort_by_key(|(finding, _)| Reverse(finding.severity));
    let excused = run.excused.iter().map(|(finding, by, reason)| {
        let kind = if *by == Excuse::Suppression { "inSource" } else { "external" };
        let known = (*by == Excuse::Known).then(|| Clean::line("it was there before"));
        let justification = reason.as_ref().map(Untrusted::line).or(known);
        (finding, vec![Suppression { kind, status: "accepted", justification }])
    });
    let total = findings.len() + run.excused.len();
    let results = results(findings.into_iter().chain(excused));
    let cut = (results.len() < total).then(|| Notification {
        level: "warning",
        message: Text::line(&Untrusted::exact(format!(
            "{} of {total} results are left out: code scanning takes no more",
            total - results.len()
        ))),
        locations: Vec::new(),
        descriptor: None,
    });
    let errors = run.errors.iter().map(|error| Notification {
        level: "error",
        message: Text::line(error),
        locations: Vec::new(),
        descriptor: None,
    });
    let failures = run.failures.iter().map(|finding| Notification {
        level: "error",
        message: message(finding),
        locations: vec![Located::new(&finding.primary, None)],
        descriptor: Some(Descriptor { id: &finding.rule }),
    });
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Report {
            tool: Tool {
                driver: Driver {
                    name: env!("CARGO_PKG_NAME"),
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: run.rules.iter().map(Rule::new).collect(),
                },
            },
            automation_details: Automation { id: concat!(env!("CARGO_PKG_NAME"), "/") },
            column_kind: "utf16CodeUnits",
            newline_sequences: ["\r\n", "\n", "\r"],
            invocations: [Invocation {
                execution_successful: run.is_complete(),
                tool_execution_notifications: errors.chain(failures).chain(cut).collect(),
            }],
            results,
        }],
    };
    serde_json::to_writer(&mut *out, &log)?;
    out.write_all(b"\n")
}

/// The results of findings: as many as there is room for, and as many with their source, second places and fixes as there is room left.
fn results<'a>(found: impl Iterator<Item = (&'a Finding<'a>, Vec<Suppression>)>) -> Vec<Outcome<'a>> {
    let mut left = BUDGET;
    let bare = found.take(MOST_RESULTS).map_while(|(finding, suppressions)| {
        let result = Outcome::new(finding, suppressions);
        left = left.checked_sub(result.len())?;
        Some((result, finding))
    });
    let mut bare: Vec<_> = bare.collect();
    for (result, finding) in &mut bare {
        let marks = finding.related.iter().take(MOST_LOCATIONS - 1).enumerate();
        let related: Vec<_> = marks.map(|(index, mark)| Located::new(mark, Some(index + 1))).collect();
        let fix = finding.fix.as_ref();
        let more = finding.primary.text.len()
            + related.iter().map(|location| SKELETON + location.len()).sum::<usize>()
            + fix.map_or(0, len_of_fix);
        if let Some(rest) = left.checked_sub(more) {
            left = rest;
            result.locations[0].physical_location.region.snippet = Content::of(&finding.primary);
            result.related_locations = related;
            result.fixes = fix.map(Fix::new).into_iter().collect();
        }
    }
    bare.into_iter().map(|(result, _)| result).collect()
}

impl<'a> Outcome<'a> {
    /// The result of a finding with what it needs at least.
    fn new(finding: &'a Finding<'a>, suppressions: Vec<Suppression>) -> Self {
        Self {
            rule_id: &finding.rule,
            rule_index: finding.about,
            level: level(finding.severity),
            message: message(finding),
            locations: [Located::new(&finding.primary, None)],
            related_locations: Vec::new(),
            partial_fingerprints: finding.fingerprint.map(|it| Fingerprints { plimsoll: it.to_string() }),
            fixes: Vec::new(),
            suppressions,
        }
    }

    /// What that says of its own, in bytes.
    fn len(&self) -> usize {
        let justifications = self.suppressions.iter().flat_map(|suppression| &suppression.justification);
        let justified: usize = justifications.map(|text| text.as_str().len()).sum();
        SKELETON + self.message.text.len() + self.locations[0].len() + justified
    }
}

/// What a fix says of its own, in bytes.
fn len_of_fix(change: &Change) -> usize {
    let edits = change.edits.iter().map(|(mark, text)| SKELETON + mark.path.len() + text.len());
    change.title.len() + edits.sum::<usize>()
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// The fact and, on a line of its own, what to do: there is no other place for a help that is this finding's and not its rule's.
fn message(finding: &Finding) -> Text {
    let help = finding.help.iter().map(|help| Clean::line("help: ").and(&help.line()));
    Text { text: Message::of(std::iter::once(finding.message.line()).chain(help)) }
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Report<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    tool: Tool<'a>,
    automation_details: Automation,
    column_kind: &'static str,
    newline_sequences: [&'static str; 3],
    invocations: [Invocation<'a>; 1],
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule<'a>>,
}

/// Its category, up to the slash: reports of one category replace each other.
#[derive(Serialize)]
struct Automation {
    id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    level: &'static str,
    message: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Located<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    descriptor: Option<Descriptor<'a>>,
}

#[derive(Serialize)]
struct Descriptor<'a> {
    id: &'a Untrusted<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a Untrusted<'a>,
    short_description: Text,
    full_description: Text,
    help: Help<'a>,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help<'a> {
    text: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<&'a Untrusted<'a>>,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: Vec<&'static str>,
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
}

impl<'a> Rule<'a> {
    fn new(about: &'a About<'a>) -> Self {
        let ships = about.origin == Some(Origin::BuiltIn);
        let is_security = ships && SECURITY.iter().any(|id| about.id.is(id));
        let summary = if about.summary.is_empty() { &about.id } else { &about.summary };
        let description = || Text::line(summary);
        // The middle of GitHub's ranges: high from 7.0, medium from 4.0, low above 0.
        let (problem_severity, score) = match about.severity {
            Severity::Error => ("error", "8.0"),
            Severity::Warning => ("warning", "5.0"),
            Severity::Info => ("recommendation", "2.0"),
        };
        let kind = if about.origin.is_some() { "policy" } else { "correctness" };
        Self {
            id: &about.id,
            short_description: description(),
            full_description: description(),
            help: Help {
                text: Message::whole(about.explain.as_ref().unwrap_or(summary)),
                // The Markdown of others may have images, links and mentions.
                markdown: about.explain.as_ref().filter(|_| ships),
            },
            default_configuration: Configuration { level: level(about.severity) },
            properties: Properties {
                tags: [kind].into_iter().chain(is_security.then_some("security")).collect(),
                problem_severity,
                security_severity: is_security.then_some(score),
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a Untrusted<'a>,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Located<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Located<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_fingerprints: Option<Fingerprints>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "plimsoll/v1")]
    plimsoll: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<Clean>,
}

#[derive(Serialize)]
struct Text {
    text: Message,
}

impl Text {
    fn line(text: &Untrusted<'_>) -> Self {
        Self { text: Message::of([text.line()]) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Located<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical<'a> {
    artifact_location: Artifact,
    region: Region<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: Untrusted<'static>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region<'a> {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Content<'a>>,
}

#[derive(Serialize)]
struct Content<'a> {
    text: &'a Untrusted<'a>,
}

impl<'a> Content<'a> {
    /// The source of a mark.
    fn of(mark: &'a Mark<'a>) -> Option<Self> {
        (!mark.text.is_empty()).then_some(Self { text: &mark.text })
    }
}

impl<'a> Located<'a> {
    fn new(mark: &'a Mark<'a>, id: Option<usize>) -> Self {
        Self {
            id,
            physical_location: Physical {
                artifact_location: Artifact::of(mark),
                region: Region::new(mark.start, mark.end),
            },
            message: (!mark.label.is_empty()).then(|| Text::line(&mark.label)),
        }
    }
}

impl Located<'_> {
    /// What it says of its own beside its source, in bytes.
    fn len(&self) -> usize {
        let message = self.message.as_ref().map_or(0, |message| message.text.len());
        self.physical_location.artifact_location.uri.len() + message
    }
}

impl Artifact {
    fn of(mark: &Mark) -> Self {
        match mark.uri() {
            Some(uri) => Self { uri, uri_base_id: Some("%SRCROOT%") },
            None => Self { uri: mark.absolute_uri(), uri_base_id: None },
        }
    }
}

impl Region<'_> {
    fn new(start: Position, end: Position) -> Self {
        Self {
            start_line: start.line,
            start_column: start.utf16 + 1,
            end_line: end.line,
            end_column: end.utf16 + 1,
            snippet: None,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix<'a> {
    description: Text,
    artifact_changes: Vec<FileChange<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileChange<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region<'a>,
    inserted_content: Content<'a>,
}

impl<'a> Fix<'a> {
    fn new(change: &'a Change<'a>) -> Self {
        let mut files: Vec<(&Mark, FileChange)> = Vec::new();
        for (mark, text) in &change.edits {
            let replacement = Replacement {
                deleted_region: Region::new(mark.start, mark.end),
                inserted_content: Content { text },
            };
            match files.iter_mut().find(|(other, _)| other.path == mark.path) {
                Some((_, file)) => file.replacements.push(replacement),
                None => files.push((
                    mark,
                    FileChange { artifact_location: Artifact::of(mark), replacements: vec![replacement] },
                )),
            }
        }
        Self {
            description: Text::line(&change.title),
            artifact_changes: files.into_iter().map(|(_, file)| file).collect(),
        }
    }
}
