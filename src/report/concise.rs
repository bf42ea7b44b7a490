//! One line per finding, for logs, editors and problem matchers: `path:line:col: severity[rule] message`.

use super::{Run, sanitise};
use std::io;

/// Writes the findings, one line each. Lines and columns are 1-based; columns count Unicode scalar values.
pub fn concise(out: &mut dyn io::Write, run: &Run) -> io::Result<()> {
    for error in &run.errors {
        sanitise::write_block(out, format_args!("plimsoll: error: {}\n", error.line()))?;
    }
    for finding in run.all() {
        let (path, start) = (finding.primary.path.line(), finding.primary.start);
        let (rule, message) = (finding.rule.line(), finding.message.line());
        let severity = finding.severity.name();
        let line = format_args!("{path}:{}:{}: {severity}[{rule}] {message}\n", start.line, start.column);
        sanitise::write_block(out, line)?;
    }
    Ok(())
}
