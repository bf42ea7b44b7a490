//! `plimsoll new`: the first text of a rule, which holds by its own examples.

use super::replace::{folder, replace};
use super::{Status, fail, print, project, rules, targets};
use crate::artifact::RULE_FOLDER;
use crate::policy::configuration;
use crate::rule::scaffold;
use crate::shape::is_kebab;
use crate::source::Sources;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

/// Write a first rule that `plimsoll test` passes, to be changed into the one that is meant
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name, after the offence: `unpinned-image`
    rule: String,
    /// The target it visits; `plimsoll targets` lists them
    #[arg(long, value_name = "TARGET", default_value = "k8s.container")]
    each: String,
    #[command(flatten)]
    here: project::Here,
    /// Print it instead of writing the file
    #[arg(long)]
    dry_run: bool,
}

/// Where editors find the schema of rule files.
const SCHEMA: &str = ".plimsoll/rule.schema.json";

/// Runs the command.
pub fn run(arguments: &Args) -> Status {
    let id = &arguments.rule;
    if !is_kebab(id) {
        return fail(&format_args!(
            "`{id}` is no name for a rule: use lower-case letters, digits and single `-`, like `unpinned-image`"
        ));
    }
    let target = match targets::named(&arguments.each) {
        Ok(target) => target,
        Err(unknown) => return fail(&unknown),
    };
    let text = scaffold(id, &target);
    if arguments.dry_run {
        return print(&text);
    }
    let request = match arguments.here.request() {
        Ok(request) => request,
        Err(error) => return fail(&error),
    };
    let mut sources = Sources::default();
    let config = configuration(request.config.as_ref(), &mut sources);
    let policy = rules::policy(&request, config.as_ref(), &mut sources);
    if policy.know(id).is_ok() {
        return fail(&format_args!(
            "there is a rule called `{id}` already: `plimsoll explain {id}` tells about it"
        ));
    }
    let shown = format!("{RULE_FOLDER}/{id}.yaml");
    // The schema first: where it may not be written, no rule is left behind.
    let written = folder(&request.root, RULE_FOLDER)
        .map_err(|error| format!("cannot write {shown}: {error}"))
        .and_then(|folder| {
            schema(&request.root).map_err(|error| format!("cannot write {SCHEMA}: {error}"))?;
            // A file that is made new is never behind a link.
            let created = File::create_new(folder.join(format!("{id}.yaml")));
            created.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| match error.kind() {
                ErrorKind::AlreadyExists => {
                    format!("{shown} is there already; choose another name, or remove it first")
                }
                _ => format!("cannot write {shown}: {error}"),
            })
        });
    match written {
        Ok(()) => print(&format!(
            "wrote {shown}; `plimsoll test` runs its examples, `plimsoll check` uses it from now on\n"
        )),
        Err(error) => fail(&error),
    }
}

/// Writes the schema for editors, from this version. It is generated, so one that differs is replaced.
fn schema(root: &Path) -> io::Result<()> {
    let path = root.join(SCHEMA);
    let text = format!("{:#}\n", crate::rule::json_schema());
    match fs::symlink_metadata(&path) {
        Ok(there) if there.is_symlink() => Err(io::Error::other("it is a link; remove it first")),
        Ok(_) if fs::read(&path).is_ok_and(|old| old == text.as_bytes()) => Ok(()),
        _ => replace(&path, &text),
    }
}
