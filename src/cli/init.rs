//! `plimsoll init`: a commented configuration for the repository it stands in.

use super::{Status, check, fail, print, printable, project, say};
use crate::check::look_around;
use crate::config::FILE_NAME;
use crate::init::propose;
use std::io::Write as _;

/// Write a commented `plimsoll.yaml` for this repository
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print it instead of writing the file
    #[arg(long, visible_alias = "stdout")]
    dry_run: bool,
}

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    let args = project::Args { no_config: true, ..project::Args::here() };
    let request = match args.request() {
        Ok(request) => request,
        Err(error) => return fail(&error),
    };
    let root = request.root.file_name().map(|name| name.to_string_lossy().into_owned());
    let proposal = look_around(&request, |model, loaded| {
        let unread = loaded.skipped.iter().map(|skipped| skipped.path.as_str());
        propose(model, root.as_deref(), unread)
    });
    let proposal = match proposal {
        Ok(proposal) => proposal,
        Err(failure) => return project::refuse(failure, check::look(check::Color::Auto)),
    };
    if arguments.dry_run {
        return print(&proposal);
    }
    let path = request.root.join(FILE_NAME);
    let created = std::fs::File::create_new(&path).and_then(|mut file| file.write_all(proposal.as_bytes()));
    match created {
        Ok(()) => {
            let above = request.root.ancestors().skip(1).map(|folder| folder.join(FILE_NAME));
            if let Some(other) = above.into_iter().find(|other| other.is_file()) {
                say(&format!(
                    "{} does not hold here: this folder is a project of its own",
                    printable(&other.display().to_string())
                ));
            }
            print(&format!(
                "wrote {}; read it through, then run `plimsoll check`, which uses it from now on\n",
                path.display()
            ))
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => fail(&format_args!(
            "{} is there already; `plimsoll init --dry-run` prints a new one",
            path.display()
        )),
        Err(error) => fail(&format_args!("cannot write {}: {error}", path.display())),
    }
}
