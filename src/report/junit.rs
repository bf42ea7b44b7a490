//! `JUnit` XML, as Jenkins, Azure and GitLab read it: a suite for each file, a failed test case for each finding.

use super::run::{Finding, Run};
use super::sanitise::{Untrusted, Xml};
use std::collections::BTreeMap;
use std::io;

/// Writes the document. What kept the run from being complete is an error, and a run without findings is one test that passes: a report
/// without tests is taken for a broken one.
pub fn junit(out: &mut dyn io::Write, run: &Run) -> io::Result<()> {
    let mut files: BTreeMap<&Untrusted, Vec<(&Finding, bool)>> = BTreeMap::new();
    let failures = run.failures.iter().map(|finding| (finding, true));
    for (finding, failed) in failures.chain(run.findings.iter().map(|finding| (finding, false))) {
        files.entry(&finding.primary.path).or_default().push((finding, failed));
    }
    let is_clean = files.is_empty() && run.errors.is_empty();
    let (failed, found) = (run.failures.len() + run.errors.len(), run.findings.len());
    let tests = failed + found + usize::from(is_clean);
    let mut xml = Xml::new();
    let name = env!("CARGO_PKG_NAME");
    xml.open("testsuites", &[("name", &name), ("tests", &tests), ("failures", &found), ("errors", &failed)]);
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
        let errors = cases.iter().filter(|(_, failed)| *failed).count();
        let (tests, failures) = (cases.len(), cases.len() - errors);
        xml.open(
            "testsuite",
            &[("name", &path), ("tests", &tests), ("failures", &failures), ("errors", &errors)],
        );
        for (finding, failed) in cases {
            let (rule, message, start) = (finding.rule.line(), finding.message.line(), finding.primary.start);
            let severity = finding.severity.name();
            let place = format!("{path}:{}:{}", start.line, start.column);
            xml.open(
                "testcase",
                &[("name", &rule), ("classname", &path), ("file", &path), ("line", &start.line)],
            );
            let element = if failed { "error" } else { "failure" };
            let attributes: [(_, &dyn std::fmt::Display); 2] = [("message", &message), ("type", &severity)];
            match finding.help.as_ref().map(Untrusted::line) {
                None => xml.text(element, &attributes, format_args!("{place}: {message}")),
                Some(help) => {
                    xml.text(element, &attributes, format_args!("{place}: {message}\nhelp: {help}"));
                }
            }
            xml.close();
        }
        xml.close();
    }
    xml.write(out)
}
