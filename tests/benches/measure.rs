//! CPU time of candidates that take turns, so that what disturbs the machine disturbs all of them.

use cpu_time::ThreadTime;
use std::hint::black_box;
use std::time::Duration;

/// Rounds of each candidate; the median of them counts.
const ROUNDS: usize = 15;
/// A round takes at least this long: small inputs are run again and again.
const ROUND: Duration = Duration::from_millis(20);

/// One of those that are compared: does its work once and returns what [`timed`] says of it.
pub type Candidate<'c> = Box<dyn FnMut() -> Duration + 'c>;

/// CPU time that this thread spends on something, its result dropped.
pub fn timed<R>(run: impl FnOnce() -> R) -> Duration {
    let start = ThreadTime::now();
    drop(black_box(run()));
    start.elapsed()
}

/// Seconds of CPU time that each candidate takes for its work.
pub fn seconds<const N: usize>(mut candidates: [Candidate<'_>; N]) -> [f64; N] {
    let mut rounds = [const { Vec::new() }; N];
    for _ in 0..ROUNDS {
        for (candidate, rounds) in candidates.iter_mut().zip(&mut rounds) {
            rounds.push(round(candidate));
        }
    }
    rounds.map(|mut seconds: Vec<f64>| {
        seconds.sort_by(f64::total_cmp);
        seconds[ROUNDS / 2]
    })
}

fn round(candidate: &mut Candidate<'_>) -> f64 {
    let (mut total, mut runs) = (Duration::ZERO, 0);
    while total < ROUND {
        total += candidate();
        runs += 1;
    }
    total.as_secs_f64() / f64::from(runs)
}
