//! `plimsoll init`: a commented configuration for the repository it stands in.

use super::{Status, check, fail, print, project};
use crate::artifact::Kind;
use crate::check::{Listing, list};
use crate::config::{Deploy, FILE_NAME, Found, propose};
use std::collections::BTreeMap;
use std::io::Write as _;

/// Write a commented `plimsoll.yaml` for this repository
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print it instead of writing the file
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    let args = project::Args { no_config: true, ..project::Args::here() };
    let request = match args.request() {
        Ok(request) => request,
        Err(error) => return fail(&error),
    };
    let listing = match list(&request) {
        Ok(listing) => listing,
        Err(failure) => return project::refuse(failure, check::look(check::Color::Auto)),
    };
    let proposal = propose(&look_around(&listing));
    if arguments.dry_run {
        return print(&proposal);
    }
    let path = request.root.join(FILE_NAME);
    let created = std::fs::File::create_new(&path).and_then(|mut file| file.write_all(proposal.as_bytes()));
    match created {
        Ok(()) => print(&format!("wrote {}; `plimsoll check` uses it from now on\n", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => fail(&format_args!(
            "{} is there already; `plimsoll init --dry-run` prints a new one",
            path.display()
        )),
        Err(error) => fail(&format_args!("cannot write {}: {error}", path.display())),
    }
}

/// What the proposal says of the repository.
fn look_around(listing: &Listing) -> Found {
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    let mut deploys = Vec::new();
    for artifact in &listing.loaded.artifacts {
        *kinds.entry(artifact.kind).or_default() += 1;
        let (Kind::Workflow, Some(document)) = (artifact.kind, &artifact.document) else { continue };
        let jobs = document.roots().filter_map(|root| root.get("jobs")).flat_map(crate::yaml::Node::entries);
        let jobs: Vec<_> =
            jobs.map(|job| job.key.text().into_owned()).filter(|id| deploys_by_name(id)).collect();
        if !jobs.is_empty() {
            deploys.push(Deploy { workflow: listing.sources.get(artifact.file).path.to_string(), jobs });
        }
    }
    let exclude = ["vendor", "node_modules", "third_party"].into_iter().filter(|folder| {
        let prefix = format!("{folder}/");
        listing
            .loaded
            .artifacts
            .iter()
            .any(|artifact| listing.sources.get(artifact.file).path.starts_with(&prefix))
    });
    Found {
        deploys,
        exclude: exclude.map(|folder| format!("{folder}/**")).collect(),
        kinds: kinds.into_iter().map(|(kind, count)| (kind.name(), count)).collect(),
        retired: Vec::new(),
    }
}

/// Job ids that say that they deploy.
fn deploys_by_name(id: &str) -> bool {
    let id = id.to_ascii_lowercase();
    let guards = ["no-", "no_", "policy", "guard", "check", "lint", "test", "verify"];
    ["deploy", "release", "rollout"].iter().any(|word| id.contains(word))
        && !guards.iter().any(|word| id.contains(word))
}
