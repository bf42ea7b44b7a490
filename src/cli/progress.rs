//! The line on a terminal that says how far a long run is.

use crate::progress::Progress;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long a run goes on unseen: who waits less needs no explanation.
const UNSEEN: Duration = Duration::from_millis(500);

/// How often the line is written anew.
const EVERY: Duration = Duration::from_millis(100);

/// Moves to the start of the line and clears it (ECMA-48, EL).
const CLEAR: &str = "\r\u{1b}[K";

/// The line, which is gone when this is dropped. It must be, before anything else is printed.
pub struct Line {
    /// Never sent on: that it is dropped ends the thread.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Line {
    /// Starts to wait. Only a terminal that obeys control characters gets a line.
    pub fn new(progress: &Arc<Progress>) -> Self {
        let obeys = std::env::var_os("TERM").is_some_and(|term| term != "dumb" && !term.is_empty());
        if !obeys || !io::stderr().is_terminal() {
            return Self { end: None, thread: None };
        }
        let progress = Arc::clone(progress);
        let (end, ended) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mut wait = UNSEEN;
            while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                // A terminal that is gone is no failure of the run.
                let _ = write!(io::stderr(), "{CLEAR}{}", progress.line());
                wait = EVERY;
            }
            if wait == EVERY {
                let _ = write!(io::stderr(), "{CLEAR}");
            }
        });
        Self { end: Some(end), thread: Some(thread) }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.end = None;
        // It cannot panic, and if it did, the run went well all the same.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
