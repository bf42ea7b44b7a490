//! Code Quality of GitLab: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.

use super::run::Run;
use super::sanitise::{Clean, Untrusted};
use crate::diagnostic::Severity;
use serde::Serialize;
use std::io;

/// Writes the list of findings. The name of the check is not shown there, so the description begins with it.
pub fn gitlab(out: &mut dyn io::Write, run: &Run) -> io::Result<()> {
    let root = Untrusted::exact(".");
    let failed = Untrusted::exact(env!("CARGO_PKG_NAME"));
    let errors = run.errors.iter().map(|error| (&failed, error, "blocker", &root, 1, None));
    let failures = run.failures.iter().map(|finding| (finding, "blocker"));
    let findings = run.findings.iter().map(|finding| (finding, level(finding.severity)));
    let located = failures.chain(findings).map(|(finding, severity)| {
        let mark = &finding.primary;
        (&finding.rule, &finding.message, severity, &mark.path, mark.start.line, finding.fingerprint)
    });
    let issues = errors.chain(located).enumerate().map(
        |(index, (rule, message, severity, path, line, fingerprint))| Issue {
            description: rule.line().and(&Clean::line(": ")).and(&message.line()),
            check_name: rule,
            // As long as the MD5 that consumers are used to. What has no identity of its own is told apart by its place in the list.
            fingerprint: fingerprint.map_or_else(
                || format!("{index:032x}"),
                |fingerprint| format!("{:0>32}", fingerprint.to_string()),
            ),
            severity,
            location: Location { path, lines: Lines { begin: line } },
        },
    );
    let issues: Vec<_> = issues.collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    out.write_all(b"\n")
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Info => "info",
    }
}

#[derive(Serialize)]
struct Issue<'a> {
    description: Clean,
    check_name: &'a Untrusted<'a>,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a Untrusted<'a>,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}
