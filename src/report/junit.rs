//! `JUnit` XML, as Jenkins, Azure and GitLab read it: a suite for each file, a test case for each finding, failed if the finding fails the
//! run.

use super::run::{Finding, Run};
use super::sanitise::{Untrusted, Xml};
use std::collections::BTreeMap;
use std::io;

/// What becomes of a test case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    /// The run is not complete.
    Error,
    /// The finding fails the run.
    Failed,
    /// The finding is only told.
    Passed,
}

/// Writes the document. What kept the run from being complete is an error, and a run without findings is one test that passes: a report
/// without tests is taken for a broken one.
pub fn junit(out: &mut dyn io::Write, run: &Run) -> io::Result<()> {
    let mut files: BTreeMap<&Untrusted, Vec<(&Finding, Case)>> = BTreeMap::new();
    let failures = run.failures.iter().map(|finding| (finding, Case::Error));
    let fails = |finding: &Finding| run.fails.is_some_and(|least| finding.severity >= least);
    let findings = run.findings.iter();
    let findings =
        findings.map(|finding| (finding, if fails(finding) { Case::Failed } else { Case::Passed }));
    for (finding, case) in failures.chain(findings) {
        files.entry(&finding.primary.path).or_default().push((finding, case));
    }
    let is_clean = files.is_empty() && run.errors.is_empty();
    let errors = run.failures.len() + run.errors.len();
    let tests = errors + run.findings.len() + usize::from(is_clean);
    let failed = run.findings.iter().filter(|finding| fails(finding)).count();
    let mut xml = Xml::new();
    let name = env!("CARGO_PKG_NAME");
    xml.open("testsuites", &[("name", &name), ("tests", &tests), ("failures", &failed), ("errors", &errors)]);
    if is_clean || !run.errors.is_empty() {
        let (tests, errors) = (run.errors.len() + usize::from(is_clean), run.errors.len());
        xml.open("testsuite", &[("name", &name), ("tests", &tests), ("failures", &0), ("errors", &errors)]);
        for error in &run.errors {
            xml.open("testcase", &[("name", &"run"), ("classname", &name)]);
            xml.empty("error", &[("message", &error.line()), ("type", &"error")]);
            xml.close();
        }
        if is_clean {
            xml.empty("testcase", &[("name", &"no findings"), ("classname", &name)]);
        }
        xml.close();
    }
    for (path, cases) in files {
        let path = path.line();
        let count = |wanted| cases.iter().filter(|(_, case)| *case == wanted).count();
        let (tests, failures, errors) = (cases.len(), count(Case::Failed), count(Case::Error));
        xml.open(
            "testsuite",
            &[("name", &path), ("tests", &tests), ("failures", &failures), ("errors", &errors)],
        );
        for (finding, case) in cases {
            let (rule, message, start) = (finding.rule.line(), finding.message.line(), finding.primary.start);
            let severity = finding.severity.name();
            let place = format!("{path}:{}:{}", start.line, start.column);
            xml.open(
                "testcase",
                &[("name", &rule), ("classname", &path), ("file", &path), ("line", &start.line)],
            );
            let described: [(_, &dyn std::fmt::Display); 2] = [("message", &message), ("type", &severity)];
            let (element, attributes) = match case {
                Case::Error => ("error", &described[..]),
                Case::Failed => ("failure", &described[..]),
                Case::Passed => ("system-out", &[][..]),
            };
            match finding.help.as_ref().map(Untrusted::line) {
                None => xml.text(element, attributes, format_args!("{place}: {message}")),
                Some(help) => {
                    xml.text(element, attributes, format_args!("{place}: {message}\nhelp: {help}"));
                }
            }
            xml.close();
        }
        xml.close();
    }
    xml.write(out)
}
