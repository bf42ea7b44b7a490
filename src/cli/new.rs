//! `plimsoll new`: the first text of a rule, which holds by its own examples.

use super::{Status, fail, print, project, rules};
use crate::artifact::RULE_FOLDER;
use crate::model::Target;
use crate::policy::configuration;
use crate::rule::scaffold;
use crate::shape::is_kebab;
use crate::source::Sources;
use std::io::{ErrorKind, Write as _};

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
    let target: Target = match arguments.each.parse() {
        Ok(target) => target,
        Err(near) => {
            let hint: Option<&str> = near;
            let hint = hint.map_or_else(
                || "; `plimsoll targets` lists them".to_owned(),
                |near| format!("; did you mean `{near}`?"),
            );
            return fail(&format_args!("unknown target `{}`{hint}", arguments.each));
        }
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
    let folder = request.root.join(RULE_FOLDER);
    let path = folder.join(format!("{id}.yaml"));
    let shown = format!("{RULE_FOLDER}/{id}.yaml");
    let inside =
        |folder: &std::path::Path| folder.canonicalize().is_ok_and(|real| real.starts_with(&request.root));
    let written = std::fs::create_dir_all(&folder).and_then(|()| {
        if !inside(&folder) {
            return Err(std::io::Error::other("the folder is a link out of the project"));
        }
        std::fs::File::create_new(&path).and_then(|mut file| file.write_all(text.as_bytes()))?;
        // For editors, from this version; it is generated, so an older one is replaced.
        let schema = format!("{:#}\n", crate::rule::json_schema());
        std::fs::write(request.root.join(SCHEMA), schema)
    });
    match written {
        Ok(()) => print(&format!(
            "wrote {shown}; `plimsoll test` runs its examples, `plimsoll check` uses it from now on\n"
        )),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fail(&format_args!("{shown} is there already; choose another name, or remove it first"))
        }
        Err(error) => fail(&format_args!("cannot write {shown}: {error}")),
    }
}
