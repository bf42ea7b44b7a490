//! Holds the suppressions of all files against the findings of a run, and says what is wrong with them.

use super::directive::Reach;
use super::mend;
use super::scan::{Named, Scan, Suppression, scan};
use super::{ALWAYS_SAID, Fault};
use crate::artifact::Artifact;
use crate::checks::own;
use crate::config::{Date, Level, Reasons, Settings};
use crate::diagnostic::{Diagnostic, Excuse, Excused, Quote, QuoteOrigin};
use crate::engine::{Outcome, sort};
use crate::shape::suggest;
use crate::source::{FileId, Place, Sources, Span};
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};

/// What suppressions are held against.
pub struct Job<'j> {
    /// The files.
    pub sources: &'j Sources,
    /// What they are.
    pub artifacts: &'j [Artifact],
    /// The settings.
    pub settings: &'j Settings<'j>,
    /// Every name of a rule or a check.
    pub names: &'j [&'j str],
    /// Whether a rule or a check ran in the file of a path.
    pub ran: &'j (dyn Fn(&str, &str) -> bool + Sync),
    /// Whether a suppression that suppressed nothing does so in the whole project.
    pub unused: Unused,
    /// The day by which suppressions end.
    pub today: Date,
}

/// Whether suppressions that suppressed nothing are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unused {
    /// The run saw everything.
    Said,
    /// What the run did not see may be what they are for.
    Unknown,
}

/// Takes the findings that a suppression holds for out of an outcome and gives them, sorted; adds what is to be said of the suppressions.
pub fn apply(job: &Job<'_>, outcome: &mut Outcome) -> Vec<Excused> {
    let scans: Vec<(&Artifact, Scan)> = job
        .artifacts
        .par_iter()
        .map(|artifact| (artifact, scan(job.sources.get(artifact.file), artifact)))
        .filter(|(_, scan)| *scan != Scan::default())
        .collect();
    let mut suppressed: HashMap<usize, &Suppression> = HashMap::new();
    let mut said = Vec::new();
    for (artifact, scan) in &scans {
        let file = File { job, artifact, id: artifact.file, path: &job.sources.get(artifact.file).path };
        let holding = file.holding(&scan.suppressions);
        let mut used = HashSet::new();
        let first = outcome.diagnostics.partition_point(|found| found.file() < file.id);
        let here = outcome.diagnostics[first..].iter().take_while(|found| found.file() == file.id);
        let hits = holding.of(here.map(|found| (&*found.rule, found.span().start)));
        suppressed.extend(hits.iter().map(|&(index, (by, _))| (first + index, &scan.suppressions[by])));
        used.extend(hits.into_iter().map(|(_, by)| by));
        let first = outcome.waived.partition_point(|excused| excused.found.file() < file.id);
        let waived = outcome.waived[first..].iter().map(|excused| &excused.found);
        let waived = waived.take_while(|found| found.file() == file.id);
        let hits = holding.of(waived.map(|found| (&*found.rule, found.span().start)));
        used.extend(hits.into_iter().map(|(_, by)| by));
        said.extend(scan.faults.iter().map(|fault| file.fault(fault)));
        for (index, suppression) in scan.suppressions.iter().enumerate() {
            file.judge(suppression, &|rule| used.contains(&(index, rule)), &mut said);
        }
    }
    let mut excused = Vec::new();
    for (index, found) in std::mem::take(&mut outcome.diagnostics).into_iter().enumerate() {
        match suppressed.get(&index) {
            None => outcome.diagnostics.push(found),
            Some(by) => {
                let reason = Some(by.terms.reason.clone()).filter(|reason| !reason.is_empty());
                excused.push(Excused { found, by: Excuse::Suppression, reason });
            }
        }
    }
    for found in said {
        job.report(found, outcome);
    }
    sort(&mut outcome.diagnostics);
    sort(&mut outcome.waived);
    excused
}

impl Job<'_> {
    /// Keeps what is said of a suppression at the level the configuration gives it, unless it is off or waived.
    fn report(&self, mut found: Diagnostic, outcome: &mut Outcome) {
        let path = &self.sources.get(found.file()).path;
        match self.settings.level(&found.rule, path) {
            Some(Level::Off) => return,
            Some(Level::At(severity)) => found.severity = severity,
            None => {}
        }
        outcome.keep(found, path, self.settings, self.today);
    }
}

/// A file with suppressions.
struct File<'f> {
    job: &'f Job<'f>,
    artifact: &'f Artifact,
    id: FileId,
    path: &'f str,
}

impl File<'_> {
    /// Whether a suppression may suppress at all.
    fn counts(&self, suppression: &Suppression) -> bool {
        let reasoned = self.job.settings.reasons == Reasons::Optional || !suppression.terms.reason.is_empty();
        reasoned && !suppression.terms.is_over(self.job.today)
    }

    /// The places that suppressions hold for, by rule.
    fn holding<'s>(&self, suppressions: &'s [Suppression]) -> Holding<'s> {
        let mut by_rule: HashMap<&str, Vec<Hold>> = HashMap::new();
        for (index, suppression) in suppressions.iter().enumerate().filter(|(_, it)| self.counts(it)) {
            let Some(span) = suppression.holds else { continue };
            for (rule, named) in suppression.rules.iter().enumerate() {
                if self.fault_of(named).is_none() {
                    by_rule.entry(&named.id).or_default().push(Hold { span, by: (index, rule) });
                }
            }
        }
        for holds in by_rule.values_mut() {
            holds.sort_by_key(|hold| (hold.span.start, std::cmp::Reverse(hold.span.end)));
        }
        Holding { by_rule }
    }

    /// What is wrong with the name of a rule.
    fn fault_of(&self, named: &Named) -> Option<(String, String)> {
        let id = &named.id;
        if ALWAYS_SAID.contains(&&**id) {
            let help = "remove it; `rules` in plimsoll.yaml sets how much it matters";
            return Some((format!("`{id}` cannot be suppressed in a file"), help.to_owned()));
        }
        if self.job.names.contains(&&**id) {
            return None;
        }
        // What is much longer than a name is near to none.
        let near = suggest(id, self.job.names.iter().copied().filter(|_| id.len() < 100));
        let help = near.map_or_else(
            || "`plimsoll rules` lists the rules".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Some((format!("unknown rule `{id}`, so nothing is suppressed"), help))
    }

    /// Says what is wrong with a suppression, or that it is of no use.
    fn judge(&self, suppression: &Suppression, used: &dyn Fn(usize) -> bool, said: &mut Vec<Diagnostic>) {
        let place = |span: Span| Place { file: self.id, span };
        for named in &suppression.rules {
            if let Some((message, help)) = self.fault_of(named) {
                let mut found = own("invalid-suppression", place(named.span), message).with_help(help);
                found.quotes = vec![Quote::new(QuoteOrigin::Place(found.primary.place), named.id.clone())];
                said.push(found);
            }
        }
        if let Some((day, span)) =
            suppression.terms.until.filter(|_| suppression.terms.is_over(self.job.today))
        {
            let message = format!("this suppression ended on {day} and suppresses nothing any more");
            said.push(own("expired-suppression", place(span), message).with_help(
                "mend what it suppressed and remove it, or give it a later day and a reason that still holds",
            ));
            return;
        }
        if !self.counts(suppression) {
            let message = "a suppression without a reason suppresses nothing here";
            said.push(
                own("invalid-suppression", place(suppression.span), message.to_owned())
                    .with_help("say why behind the rules; `suppressions` in plimsoll.yaml requires reasons"),
            );
            return;
        }
        let is_unused = |&index: &usize| {
            let named = &suppression.rules[index];
            !used(index) && self.fault_of(named).is_none() && self.is_judged(&named.id)
        };
        let unused: Vec<usize> = (0..suppression.rules.len()).filter(is_unused).collect();
        for &index in &unused {
            let named = &suppression.rules[index];
            let id = &named.id;
            let message = match (suppression.reach, suppression.holds) {
                (_, None) => format!("nothing follows here for which `{id}` could be suppressed"),
                (Reach::File, _) => format!("no finding of `{id}` is suppressed in this file"),
                (Reach::Here, _) => format!("no finding of `{id}` is suppressed here"),
            };
            let help = if suppression.rules.len() > 1 {
                "remove the name from the list"
            } else {
                "remove the suppression"
            };
            let mut found = own("unused-suppression", place(named.span), message).with_help(help);
            let text = &self.job.sources.get(self.id).text;
            found.fix = mend::fix(text, self.artifact, suppression, &unused, index);
            said.push(found);
        }
    }

    /// Whether a rule would have found here what there is to find.
    fn is_judged(&self, rule: &str) -> bool {
        self.job.unused == Unused::Said && (self.job.ran)(rule, self.path)
    }

    fn fault(&self, fault: &Fault) -> Diagnostic {
        let place = Place { file: self.id, span: fault.span };
        own("invalid-suppression", place, fault.message.clone()).with_help(fault.help)
    }
}

/// Where a suppression holds for a rule.
struct Hold {
    span: Span,
    /// The suppression, and the rule in it.
    by: (usize, usize),
}

struct Holding<'s> {
    /// Sorted by their starts, the longer first.
    by_rule: HashMap<&'s str, Vec<Hold>>,
}

impl Holding<'_> {
    /// Which of some findings, given by rule and start in the order of the text, are suppressed, and by what: where several hold, by the
    /// one that begins last. Each place that is held is looked at once.
    fn of<'d>(&self, found: impl Iterator<Item = (&'d str, u32)>) -> Vec<(usize, (usize, usize))> {
        let mut open: HashMap<&str, (usize, Vec<&Hold>)> = HashMap::new();
        let mut hits = Vec::new();
        for (index, (rule, at)) in found.enumerate() {
            let Some(holds) = self.by_rule.get(rule) else { continue };
            let (next, stack) = open.entry(rule).or_default();
            while let Some(hold) = holds.get(*next).filter(|hold| hold.span.start <= at) {
                stack.push(hold);
                *next += 1;
            }
            while stack.pop_if(|hold| hold.span.end < at).is_some() {}
            hits.extend(stack.last().map(|hold| (index, hold.by)));
        }
        hits
    }
}
