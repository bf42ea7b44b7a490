//! What jobs wait for: `needs` that names no job, names one twice, or closes a circle.

use super::look::{Job, Look, literal, one_or_many, text_place};
use crate::checks::own;
use crate::diagnostic::Severity;
use crate::schema::circles::circles;
use crate::schema::words::quoted;
use crate::source::Place;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Entries of `needs` in one file that are looked at.
const MOST: usize = 100_000;

/// Jobs of a circle that its message names.
const NAMED: usize = 8;

/// Checks what the jobs of a workflow wait for; ids are compared without regard to case (`WorkflowTemplateConverter.ConvertToJobs`).
pub fn check(look: &mut Look<'_, '_>, jobs: &[Job<'_>]) {
    let numbers: HashMap<String, usize> =
        jobs.iter().enumerate().map(|(at, job)| (job.id.to_ascii_lowercase(), at)).collect();
    let mut graph: Vec<Vec<(usize, Place)>> = Vec::with_capacity(jobs.len());
    let mut left = MOST;
    for (at, job) in jobs.iter().enumerate() {
        let mut needs: HashMap<String, Place> = HashMap::new();
        let mut edges = Vec::new();
        for need in job.body.get("needs").into_iter().flat_map(one_or_many) {
            if left == 0 {
                break;
            }
            left -= 1;
            let Some(text) = literal(need).filter(|text| !text.is_empty()) else { continue };
            let (place, key) = (text_place(need), text.to_ascii_lowercase());
            let known = numbers.get(&key).copied();
            if let Some(&before) = needs.get(&key) {
                // It waits once: the service takes both out together.
                let message = format!("job {} needs {} twice", quoted(&job.id), quoted(&text));
                let mut found = own("duplicate-item", place, message)
                    .with_related(before, "first here")
                    .with_help("remove one of the two");
                found.severity = Severity::Warning;
                look.say(found);
                continue;
            }
            needs.insert(key, place);
            match known {
                None => {
                    let (user, wanted) = (quoted(&job.id), quoted(&text));
                    let message = format!("job {user} needs {wanted}, which this workflow does not define");
                    let others = jobs.iter().filter(|other| other.id != job.id).map(|other| &*other.id);
                    let help = look.choice(&text, others, "other job", "there is no other job");
                    look.say(own("undefined-reference", place, message).with_help(help));
                }
                Some(other) if other == at => {
                    let message = format!("job {} needs itself, so that it never starts", quoted(&job.id));
                    look.say(own("dependency-cycle", place, message).with_help("remove it"));
                }
                Some(other) => edges.push((other, place)),
            }
        }
        graph.push(edges);
    }
    for circle in circles(&graph) {
        say_circle(look, jobs, &circle);
    }
}

fn say_circle(look: &mut Look<'_, '_>, jobs: &[Job<'_>], circle: &[(usize, Place)]) {
    // The job that stands first in the file begins.
    let first = (0..circle.len()).min_by_key(|&at| circle[at].0).unwrap_or_default();
    let on = |at: usize| circle[(first + at) % circle.len()];
    let name = |at: usize| quoted(&jobs[on(at).0].id);
    let mut message = format!("job {} needs {}", name(0), name(1));
    // Writing to a string does not fail.
    for at in 2..=circle.len().min(NAMED) {
        let _ = write!(message, ", which needs {}", name(at));
    }
    if circle.len() > NAMED {
        let _ = write!(message, ", and so on through {} jobs back to {}", circle.len(), name(0));
    }
    let last = circle.len() - 1;
    look.say(
        own("dependency-cycle", on(0).1, message)
            .with_related(on(last).1, format!("{} needs {}", name(last), name(0)))
            .with_help("none of them ever starts: remove one of the needs"),
    );
}

#[cfg(test)]
mod tests {
    use crate::schema::testing::found;

    fn of(jobs: &str) -> Vec<String> {
        let text = format!("on: push\njobs:\n{jobs}");
        let lines = found(&[(".github/workflows/a.yml", &text)]);
        // The grammar has tests of its own.
        lines
            .iter()
            .filter(|line| !line.contains(" missing-key "))
            .filter_map(|line| line.strip_prefix(".github/workflows/a.yml:"))
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn a_need_names_a_job_of_the_workflow() {
        let jobs = "  build: {runs-on: x}\n  Deploy: {needs: [BUILD, biuld], runs-on: x}\n  e: {needs: nothing-like-it}\n  f: {needs: [build, 'Build']}\n  g: {needs: [build, deploy]}\n";
        assert_eq!(
            of(jobs),
            [
                "4:27 undefined-reference \"biuld\": job `Deploy` needs `biuld`, which this workflow does not define | did you mean `build`?",
                "5:14 undefined-reference \"nothing-like-it\": job `e` needs `nothing-like-it`, which this workflow does not define | the other jobs are `build`, `Deploy`, `f` and `g`",
                "6:23 duplicate-item \"Build\": job `f` needs `Build` twice | remove one of the two",
            ]
        );
    }

    #[test]
    fn jobs_that_wait_for_one_another_are_told_as_one_chain() {
        let jobs =
            "  a: {needs: a}\n  c: {needs: d}\n  d: {needs: [e, c]}\n  e: {needs: [c]}\n  f: {needs: c}\n";
        assert_eq!(
            of(jobs),
            [
                "3:14 dependency-cycle \"a\": job `a` needs itself, so that it never starts | remove it",
                "4:14 dependency-cycle \"d\": job `c` needs `d`, which needs `e`, which needs `c` | none of them ever starts: remove one of the needs",
            ]
        );
    }

    #[test]
    fn a_long_circle_is_told_in_short_and_found_without_recursion() {
        let many = 5_000;
        let jobs = (0..many)
            .map(|at| format!("  j{at}: {{needs: j{}}}\n", (at + 1) % many))
            .collect::<Vec<_>>()
            .concat();
        let found = of(&jobs);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].contains("which needs `j8`, and so on through 5000 jobs back to `j0`"),
            "{}",
            found[0]
        );
    }
}
