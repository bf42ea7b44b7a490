//! The counts of a run and the lines that close a report.

use super::sanitise::Untrusted;
use std::time::Duration;

/// What a run looked at and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files that were checked.
    pub files: usize,
    /// Rules that ran.
    pub rules: usize,
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity info.
    pub infos: usize,
    /// Findings with a fix that is safe, and those with one that changes what is deployed.
    pub fixable: (usize, usize),
    /// Files and folders that were named or met and are excluded or ignored.
    pub excluded: usize,
    /// Findings excused by a comment or a waiver.
    pub suppressed: usize,
    /// Findings excused because they were there before.
    pub known: usize,
    /// How many of those the baseline has, and how many of its entries no finding has any more; `None` without a baseline.
    pub baseline: Option<(usize, usize)>,
    /// The revision that the run is compared with, and how many of the known findings it has and the baseline has not.
    pub since: Option<(Untrusted<'static>, usize)>,
    /// Rules that did not run, each with the key of the configuration that it needs.
    pub off: Vec<(Untrusted<'static>, Untrusted<'static>)>,
    /// Helm templates that rules saw only as lines of text.
    pub templates_not_evaluated: usize,
    /// Values that a rule needed and that cannot be known before the deployment (`${{ … }}`, `${X}`, `{{ … }}`).
    pub unknown: usize,
    /// How long the run took; said to people only, so that the same input gives the same report.
    pub elapsed: Duration,
    /// Whether the run could not begin.
    pub refused: bool,
}

/// The closing lines of a report for people, without a final line break.
pub fn summary_line(summary: &Summary) -> String {
    lines(summary, &format!(", {}", duration(summary.elapsed))).join("\n")
}

/// The same lines for a report, without the time.
pub(super) fn summary_lines(summary: &Summary) -> Vec<Untrusted<'static>> {
    lines(summary, "").into_iter().map(Untrusted::exact).collect()
}

fn lines(summary: &Summary, elapsed: &str) -> Vec<String> {
    if summary.refused {
        return vec!["nothing was checked: mend this first".to_owned()];
    }
    if summary.files == 0 && summary.excluded > 0 {
        return vec!["nothing was checked: what is here is excluded (`plimsoll files` lists it)".to_owned()];
    }
    if summary.files == 0 {
        return vec!["nothing was checked: no file here is of a kind that plimsoll reads (`plimsoll files` lists what it sees)".to_owned()];
    }
    let counted = [(summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "info")];
    let findings: Vec<String> =
        counted.iter().filter(|(count, _)| *count > 0).map(|&(count, noun)| plural(count, noun)).collect();
    let findings = if findings.is_empty() { "no findings".to_owned() } else { findings.join(", ") };
    let mut lines = vec![format!(
        "{findings} in {} ({}{elapsed})",
        plural(summary.files, "file"),
        plural(summary.rules, "rule"),
    )];
    lines.extend(fixable(summary.fixable));
    if summary.suppressed > 0 {
        lines.push(format!("{} suppressed", plural(summary.suppressed, "finding")));
    }
    if let Some((known, stale)) = summary.baseline {
        lines.push(format!("{} known from the baseline", plural(known, "finding")));
        if stale > 0 {
            let entries =
                if stale == 1 { "entry of the baseline has" } else { "entries of the baseline have" };
            lines.push(format!("{stale} {entries} no finding any more: `plimsoll baseline prune`"));
        }
    }
    if let Some((revision, known)) = &summary.since {
        let were = if *known == 1 { "was" } else { "were" };
        lines.push(format!("{} {were} there at {}", plural(*known, "finding"), revision.line()));
    }
    for (rule, key) in summary.off.iter().map(|(rule, key)| (rule.line(), key.line())) {
        lines.push(format!(
            "{rule} is off: the configuration has no `{key}` (`plimsoll init` proposes one; `--ignore {rule}` hides this)"
        ));
    }
    if summary.templates_not_evaluated > 0 {
        let (were, chart) =
            if summary.templates_not_evaluated == 1 { ("was", "its chart") } else { ("were", "a chart") };
        lines.push(format!(
            "{} {were} not evaluated: to check what {chart} renders, run `helm template CHART | plimsoll check -`",
            plural(summary.templates_not_evaluated, "Helm template"),
        ));
    }
    if summary.unknown > 0 {
        lines.push(format!(
            "{} not judged: known only when the deployment runs",
            plural(summary.unknown, "value"),
        ));
    }
    lines
}

/// What can be mended, and how.
fn fixable((safe, unsafe_): (usize, usize)) -> Option<String> {
    let changes = "which changes what is deployed";
    match (safe, unsafe_) {
        (0, 0) => None,
        (_, 0) => Some(format!("{safe} can be fixed with --fix")),
        (0, _) => Some(format!("{unsafe_} can be fixed with --fix=unsafe, {changes}")),
        _ => Some(format!("{safe} can be fixed with --fix, {unsafe_} more with --fix=unsafe, {changes}")),
    }
}

/// A number of things in words: `1 rule`, `2 rules`.
pub fn plural(count: usize, noun: &str) -> String {
    let ending = if count == 1 || noun.ends_with("info") { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

fn duration(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(1) {
        format!("{} ms", elapsed.as_millis())
    } else {
        format!("{:.1} s", elapsed.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_said_in_one_line() {
        let summary = Summary {
            files: 42,
            rules: 5,
            errors: 3,
            warnings: 1,
            elapsed: Duration::from_micros(12_400),
            ..Summary::default()
        };
        assert_eq!(summary_line(&summary), "3 errors, 1 warning in 42 files (5 rules, 12 ms)");
        let clean =
            Summary { files: 1, rules: 1, elapsed: Duration::from_millis(2500), ..Summary::default() };
        assert_eq!(summary_line(&clean), "no findings in 1 file (1 rule, 2.5 s)");
    }

    #[test]
    fn what_was_not_judged_is_said() {
        let summary = Summary {
            files: 9,
            rules: 2,
            suppressed: 1,
            known: 2,
            baseline: Some((2, 0)),
            templates_not_evaluated: 7,
            unknown: 2,
            ..Summary::default()
        };
        assert_eq!(
            summary_line(&summary),
            "no findings in 9 files (2 rules, 0 ms)\n\
             1 finding suppressed\n\
             2 findings known from the baseline\n\
             7 Helm templates were not evaluated: to check what a chart renders, run `helm template CHART | plimsoll check -`\n\
             2 values not judged: known only when the deployment runs"
        );
    }

    #[test]
    fn what_was_there_before_is_said_even_if_it_is_nothing() {
        let lines = |baseline, since| {
            let line = summary_line(&Summary { files: 1, rules: 1, baseline, since, ..Summary::default() });
            line.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(lines(None, None), [""; 0]);
        assert_eq!(lines(Some((0, 0)), None), ["0 findings known from the baseline"]);
        assert_eq!(
            lines(Some((1, 2)), Some((Untrusted::exact("main"), 1))),
            [
                "1 finding known from the baseline",
                "2 entries of the baseline have no finding any more: `plimsoll baseline prune`",
                "1 finding was there at main",
            ]
        );
    }

    #[test]
    fn a_run_over_nothing_never_sounds_like_success() {
        let line = summary_line(&Summary { rules: 5, ..Summary::default() });
        assert!(line.starts_with("nothing was checked"), "{line}");
    }
}
