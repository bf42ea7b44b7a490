//! What can be wrong with a text, and how much of it is told.

use crate::source::Span;

/// What was wrong, or only tolerated, in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What sort of problem.
    pub kind: ProblemKind,
    /// Where.
    pub span: Span,
    /// The fact, for a diagnostic's message.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// A second place (the first of two equal keys, the start of an unclosed bracket) and what stands there.
    pub related: Option<(Span, &'static str)>,
}

/// The sorts of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// Not YAML; part of the text was passed over.
    Syntax,
    /// Not YAML by the letter, but read the way go-yaml reads it.
    Leniency,
    /// A key stands twice in one mapping.
    DuplicateKey,
    /// A limit (size, depth) was reached; part of the text was passed over.
    Limit,
}

/// Errors told per text; more of them say little that is new.
const MAX_ERRORS: usize = 20;
/// Leniencies told per text, and likewise duplicate keys.
const MAX_NOTES: usize = 200;

/// The problems of one text, up to a limit of each sort.
#[derive(Default)]
pub(super) struct Problems {
    list: Vec<Problem>,
    errors: usize,
    leniencies: usize,
    duplicates: usize,
}

impl Problems {
    /// Records a problem; past the limit of its sort only the first is told, as "further ...".
    pub fn push(&mut self, problem: Problem) {
        let (count, limit, further) = match problem.kind {
            ProblemKind::Syntax | ProblemKind::Limit => {
                (&mut self.errors, MAX_ERRORS, "further errors in this file are not reported")
            }
            ProblemKind::Leniency => (
                &mut self.leniencies,
                MAX_NOTES,
                "further deviations from YAML in this file are not reported",
            ),
            ProblemKind::DuplicateKey => {
                (&mut self.duplicates, MAX_NOTES, "further duplicate keys in this file are not reported")
            }
        };
        *count += 1;
        if *count <= limit {
            self.list.push(problem);
        } else if *count == limit + 1 {
            let help = Some("mend those above first".to_owned());
            self.list.push(Problem { message: further.to_owned(), help, related: None, ..problem });
        }
    }

    /// Whether so many errors were found that reading on is pointless.
    pub fn exhausted(&self) -> bool {
        self.errors > MAX_ERRORS
    }

    /// Whether one more of this kind would be kept.
    pub fn wants(&self, kind: ProblemKind) -> bool {
        match kind {
            ProblemKind::Syntax | ProblemKind::Limit => self.errors <= MAX_ERRORS,
            ProblemKind::Leniency => self.leniencies <= MAX_NOTES,
            ProblemKind::DuplicateKey => self.duplicates <= MAX_NOTES,
        }
    }

    /// Number of problems kept so far.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Takes back the leniencies recorded since there were `from` problems.
    pub fn retract_leniencies(&mut self, from: usize) {
        let mut index = 0;
        self.list.retain(|problem| {
            index += 1;
            index <= from || problem.kind != ProblemKind::Leniency
        });
    }

    /// The problem recorded last, unless it was one too many.
    pub fn last_recorded(&mut self) -> Option<&mut Problem> {
        if self.exhausted() { None } else { self.list.last_mut() }
    }

    /// All of them in the order of the text.
    pub fn finish(mut self) -> Vec<Problem> {
        self.list.sort_by_key(|problem| (problem.span.start, problem.span.end));
        self.list
    }
}
