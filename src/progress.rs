//! How far a run is: its stages with their times, and the files of the one it is in. For people who wait; no report holds it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The arguments and standard input are read.
    Start,
    /// The configuration and the rules are read.
    Policy,
    /// Folders are walked.
    Find,
    /// Files are read and recognised.
    Read,
    /// Rules are asked.
    Check,
    /// What is excused is held against what was found.
    Excuse,
    /// Reports are written.
    Report,
}

impl Stage {
    /// What is done in it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "reading the arguments",
            Self::Policy => "reading the rules",
            Self::Find => "finding files",
            Self::Read => "reading files",
            Self::Check => "checking files",
            Self::Excuse => "weighing suppressions",
            Self::Report => "writing reports",
        }
    }
}

/// How far a run is. Threads share it.
#[derive(Debug)]
pub struct Progress {
    stages: Mutex<Vec<(Stage, Instant)>>,
    done: AtomicUsize,
    all: AtomicUsize,
}

impl Default for Progress {
    fn default() -> Self {
        let stages = Mutex::new(vec![(Stage::Start, Instant::now())]);
        Self { stages, done: AtomicUsize::new(0), all: AtomicUsize::new(0) }
    }
}

impl Progress {
    /// Begins a stage over a number of files; 0 if it has none to count.
    pub fn enter(&self, stage: Stage, files: usize) {
        self.done.store(0, Ordering::Relaxed);
        self.all.store(files, Ordering::Relaxed);
        self.stages().push((stage, Instant::now()));
    }

    /// Counts a file of the stage.
    pub fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// The stages in their order, each with the time it took; the last one up to now.
    pub fn times(&self) -> Vec<(Stage, Duration)> {
        let stages = self.stages().clone();
        let ends = stages.iter().skip(1).map(|(_, start)| *start).chain([Instant::now()]);
        stages.iter().zip(ends).map(|((stage, start), end)| (*stage, end - *start)).collect()
    }

    /// What is being done: `checking files (12 of 300)`.
    pub fn line(&self) -> String {
        let name = self.stages().last().map_or("", |(stage, _)| stage.name());
        match (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed)) {
            (_, 0) => name.to_owned(),
            (0, all) => format!("{name} ({all})"),
            (done, all) => format!("{name} ({done} of {all})"),
        }
    }

    /// A thread that panicked while it held the list left it whole.
    fn stages(&self) -> MutexGuard<'_, Vec<(Stage, Instant)>> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_the_stage_and_how_many_files_are_done() {
        let progress = Progress::default();
        progress.enter(Stage::Find, 0);
        assert_eq!(progress.line(), "finding files");
        progress.enter(Stage::Check, 3);
        assert_eq!(progress.line(), "checking files (3)");
        progress.step();
        assert_eq!(progress.line(), "checking files (1 of 3)");
        let stages: Vec<_> = progress.times().into_iter().map(|(stage, _)| stage).collect();
        assert_eq!(stages, [Stage::Start, Stage::Find, Stage::Check]);
    }
}
