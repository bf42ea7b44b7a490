//! The arguments that say which findings are known: the baseline, and the revision that a run is compared with.

use crate::check::{Baseline, Request};
use crate::policy::RuleFiles;
use std::path::PathBuf;

/// What was there before.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Report only what this revision of git does not have; `merge-base:REV` stands for the common ancestor of HEAD and REV
    #[arg(long, value_name = "REV")]
    new_from: Option<String>,
    /// The file of known findings, instead of the one that the configuration names [default: .plimsoll/baseline.json, if it is there]
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    baseline: Option<PathBuf>,
    /// Report what is in the baseline, too
    #[arg(long)]
    no_baseline: bool,
}

impl Args {
    /// Puts it into a request.
    pub fn fill(&self, request: Request) -> Request {
        // The file of the project counts only where the project's own configuration and rules do.
        let is_off = self.no_baseline || self.baseline.is_none() && request.rule_files == RuleFiles::BuiltIn;
        let baseline = if is_off { Baseline::Off } else { Baseline::Read(self.baseline.clone()) };
        Request { baseline, new_from: self.new_from.clone(), ..request }
    }
}
