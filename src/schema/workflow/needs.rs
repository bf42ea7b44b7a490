//! What jobs wait for: `needs` that names no job, names one twice, or closes a circle.

use super::look::{Job, Look, literal, one_or_many, text_place};
use crate::checks::own;
use crate::diagnostic::Severity;
use crate::source::Place;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Entries of `needs` in one file that are looked at.
const MOST: usize = 100_000;

/// Circles that are reported in one file, and jobs of a circle that its message names.
const CIRCLES: usize = 10;
const NAMED: usize = 8;

/// What one job waits for: the number of the other, and where that is written.
type Needs = Vec<(usize, Place)>;

/// Checks what the jobs of a workflow wait for; ids are compared without regard to case (`WorkflowTemplateConverter.ConvertToJobs`).
pub fn check(look: &mut Look<'_, '_>, jobs: &[Job<'_>]) {
    let numbers: HashMap<String, usize> =
        jobs.iter().enumerate().map(|(at, job)| (job.id.to_ascii_lowercase(), at)).collect();
    let mut graph: Vec<Needs> = Vec::with_capacity(jobs.len());
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
                let mut found =
                    own("duplicate-item", place, format!("job `{}` needs `{text}` twice", job.id))
                        .with_related(before, "the first one")
                        .with_help("remove one of the two");
                found.severity = Severity::Warning;
                look.say(found);
                continue;
            }
            needs.insert(key, place);
            match known {
                None => {
                    let message =
                        format!("job `{}` needs `{text}`, which this workflow does not define", job.id);
                    let others = jobs.iter().filter(|other| other.id != job.id).map(|other| &*other.id);
                    let help = look.choice(&text, others, "other job", "there is no other job");
                    look.say(own("undefined-reference", place, message).with_help(help));
                }
                Some(other) if other == at => {
                    let message = format!("job `{}` needs itself, so that it never starts", job.id);
                    look.say(own("dependency-cycle", place, message).with_help("remove it"));
                }
                Some(other) => edges.push((other, place)),
            }
        }
        graph.push(edges);
    }
    for circle in circles(&graph) {
        say_circle(look, jobs, &graph, &circle);
    }
}

/// Circles of the graph, each as the jobs on it in the order of their needs. Those that share a job with one before may be left out.
fn circles(graph: &[Needs]) -> Vec<Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut states = vec![State::New; graph.len()];
    let mut reported = vec![false; graph.len()];
    let mut circles = Vec::new();
    for start in 0..graph.len() {
        if states[start] != State::New {
            continue;
        }
        states[start] = State::Open;
        // The jobs on the way, each with the number of its next need.
        let mut way = vec![(start, 0)];
        while let Some((at, next)) = way.last_mut() {
            let (from, Some(&(to, _))) = (*at, graph[*at].get(*next)) else {
                states[*at] = State::Done;
                way.pop();
                continue;
            };
            *next += 1;
            match states[to] {
                State::New => {
                    states[to] = State::Open;
                    way.push((to, 0));
                }
                State::Open if !reported[from] && !reported[to] && circles.len() < CIRCLES => {
                    let first = way.iter().position(|&(job, _)| job == to).unwrap_or_default();
                    let circle: Vec<usize> = way[first..].iter().map(|&(job, _)| job).collect();
                    for &job in &circle {
                        reported[job] = true;
                    }
                    circles.push(circle);
                }
                _ => {}
            }
        }
    }
    circles
}

fn say_circle(look: &mut Look<'_, '_>, jobs: &[Job<'_>], graph: &[Needs], circle: &[usize]) {
    // The job that stands first in the file begins.
    let first = (0..circle.len()).min_by_key(|&at| circle[at]).unwrap_or_default();
    let on = |at: usize| circle[(first + at) % circle.len()];
    let edge = |at: usize| graph[on(at)].iter().find(|need| need.0 == on(at + 1)).map(|need| need.1);
    let (Some(begin), Some(end)) = (edge(0), edge(circle.len() - 1)) else { return };
    let mut message = format!("job `{}` needs `{}`", jobs[on(0)].id, jobs[on(1)].id);
    // Writing to a string does not fail.
    for at in 2..=circle.len().min(NAMED) {
        let _ = write!(message, ", which needs `{}`", jobs[on(at)].id);
    }
    if circle.len() > NAMED {
        let _ = write!(message, ", and so on through {} jobs back to `{}`", circle.len(), jobs[on(0)].id);
    }
    let closing = format!("`{}` needs `{}`", jobs[on(circle.len() - 1)].id, jobs[on(0)].id);
    look.say(
        own("dependency-cycle", begin, message)
            .with_related(end, closing)
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
                "5:14 undefined-reference \"nothing-like-it\": job `e` needs `nothing-like-it`, which this workflow does not define | the other jobs are `build`, `Deploy`, `f`, `g`",
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
