//! `--statistics`: how often each rule found something.

use crate::diagnostic::Diagnostic;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

/// A table of the rules that found something, those with the most findings first: how many, in how many files, and how many of them
/// `--fix` mends.
pub fn table(found: &[Diagnostic]) -> String {
    let mut by_rule: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for found in found {
        by_rule.entry(&found.rule).or_default().push(found);
    }
    let mut rows: Vec<_> = by_rule.into_iter().collect();
    rows.sort_by_key(|(_, found)| Reverse(found.len()));
    let mut out = "findings  files  fixable  rule\n".to_owned();
    for (rule, found) in rows {
        let files: HashSet<_> = found.iter().map(|found| found.file()).collect();
        let fixable = found.iter().filter(|found| found.fix.is_some()).count();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{:8}  {:5}  {fixable:7}  {rule}", found.len(), files.len());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Fix, Safety, Severity};
    use crate::source::{FileId, Place, Span};

    #[test]
    fn rules_with_most_findings_come_first() {
        let found = |rule: &str, file| {
            let place = Place { file: FileId(file), span: Span::empty(0) };
            Diagnostic::new(rule, Severity::Error, place, "m")
        };
        let fix = Fix { title: "mend it".to_owned(), safety: Safety::Safe, edits: Vec::new() };
        let mended = Diagnostic { fix: Some(fix), ..found("b", 1) };
        let all = [found("c", 0), found("a", 0), mended, found("b", 1), found("b", 2)];
        let expected = "findings  files  fixable  rule\n       3      2        1  b\n       1      1        0  a\n       1      1        0  c\n";
        assert_eq!(table(&all), expected);
    }
}
