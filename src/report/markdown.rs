//! A report in Markdown, for job summaries and comments: a table with the most severe findings first, and the counts.

use super::run::{Finding, Run};
use super::sanitise::{Fragment, Markdown, Untrusted, write_block};
use super::summary::{plural, summary_lines};
use std::cmp::Reverse;
use std::io;

/// Rows of the table; more are not read by anyone.
const MOST_ROWS: usize = 500;

/// Longest report in bytes: GitHub drops a job summary above 1 MiB as a whole.
const LONGEST: usize = 900 << 10;

/// What GitHub takes as the summary of a step, in bytes.
const SUMMARY_LIMIT: usize = 1 << 20;

/// Writes the report. What does not fit is counted.
pub fn markdown(out: &mut dyn io::Write, run: &Run) -> io::Result<()> {
    write_block(out, format_args!("{}", report(run, LONGEST).as_str()))
}

/// The report as an addition to a job summary that has some bytes already; `None` if nothing more fits into it.
pub fn job_summary(run: &Run<'_>, already: u64) -> Option<String> {
    let room = SUMMARY_LIMIT.checked_sub(usize::try_from(already).ok()?)?.min(LONGEST);
    let mut out = Vec::new();
    let report = report(run, room);
    // Writing to memory cannot fail.
    let _ = write_block(&mut out, format_args!("{}", report.as_str()));
    String::from_utf8(out).ok().filter(|text| text.len() <= room)
}

/// The report in at most `room` bytes, if its heading and its counts fit.
fn report(run: &Run, room: usize) -> Markdown {
    let lines = summary_lines(run.summary);
    let mut end = Markdown::default();
    end.lines(&lines.iter().map(Fragment::sentence).collect::<Vec<_>>());
    let mut page = Markdown::default();
    page.heading(&Fragment::own(env!("CARGO_PKG_NAME")));
    let mut rows: Vec<_> = run.all().collect();
    rows.sort_by_key(|finding| Reverse(finding.severity));
    let total = run.errors.len() + rows.len();
    let errors = run.errors.iter().map(|error| {
        [Fragment::own("error"), Fragment::default(), Fragment::default(), Fragment::sentence(error)]
    });
    let mut shown = 0;
    for cells in errors.chain(rows.into_iter().map(cells)).take(MOST_ROWS) {
        let mut row = Markdown::default();
        if shown == 0 {
            row.columns(&["severity", "rule", "where", "what"]);
        }
        row.row(&cells);
        if page.len() + row.len() + MORE + end.len() > room {
            break;
        }
        page.append(&row);
        shown += 1;
    }
    if shown < total {
        let more = format!("… and {}", plural(total - shown, "more finding"));
        page.lines(&[Fragment::sentence(&Untrusted::exact(more))]);
    }
    page.append(&end);
    page
}

/// Room for the line that counts the rest.
const MORE: usize = 100;

fn cells(finding: &Finding) -> [Fragment; 4] {
    let start = finding.primary.start;
    let place = format!("{}:{}:{}", finding.primary.path.line(), start.line, start.column);
    let message = Fragment::sentence(&finding.message);
    let what = match &finding.help {
        None => message,
        Some(help) => message.and(" — ", &Fragment::sentence(help)),
    };
    [
        Fragment::own(finding.severity.name()),
        Fragment::code(&finding.rule.line()),
        Fragment::code(&place),
        what,
    ]
}
