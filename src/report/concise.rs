//! One line per finding, for logs, editors and problem matchers: `path:line:col: severity[rule] message`.

use super::positions::Positions;
use super::{Clean, Run, sanitise};
use std::io;

/// Writes the findings, one line each. Lines and columns are 1-based; columns count Unicode scalar values.
pub fn concise(out: &mut dyn io::Write, run: &Run) -> io::Result<()> {
    let positions = Positions::of(run);
    for diagnostic in run.diagnostics {
        let path = Clean::line(&run.sources.get(diagnostic.file()).path);
        let (start, _) = positions.get(run, diagnostic.primary.place);
        let severity = diagnostic.severity.name();
        let rule = Clean::line(&diagnostic.rule);
        let message = run.clean(diagnostic, &diagnostic.message);
        let line = format!("{path}:{}:{}: {severity}[{rule}] {message}\n", start.line, start.column);
        sanitise::write_block(out, &line)?;
    }
    Ok(())
}
