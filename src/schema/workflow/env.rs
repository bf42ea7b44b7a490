//! Names of environment variables.

use super::ids::check_case;
use super::look::{Look, literal, text_place};
use crate::checks::own;
use crate::diagnostic::Severity;
use crate::schema::words::quoted;
use crate::yaml::{Kind, Node};

/// Checks the `env` of a workflow, a job, a step, a container or an action.
pub fn check(look: &mut Look<'_, '_>, holder: Node<'_>) {
    let Some(env) = look.enter(holder.get("env")).filter(|env| env.kind() == Kind::Mapping) else { return };
    check_case(look, env, "variable");
    for entry in env.entries() {
        let Some(name) = literal(entry.key) else { continue };
        // No process can be started with such a variable, on any system.
        if name.contains(['=', '\0']) {
            let message = format!("{} is no name of a variable: it contains a `=`", quoted(&name));
            let help = "what stands before the `:` is the name alone";
            look.say(own("invalid-value", text_place(entry.key), message).with_help(help));
        } else if name.contains(char::is_whitespace) {
            let message =
                format!("no shell can read the variable {}: its name contains a space", quoted(&name));
            let mut found = own("invalid-value", text_place(entry.key), message);
            found.severity = Severity::Warning;
            look.say(found.with_help(format!("name it {}", quoted(&name.replace(char::is_whitespace, "_")))));
        }
    }
}

/// Checks the `env` of a job's container and services.
pub fn check_containers(look: &mut Look<'_, '_>, job: Node<'_>) {
    if let Some(container) = job.get("container") {
        check(look, container);
    }
    let Some(services) = look.enter(job.get("services")) else { return };
    for service in services.entries() {
        check(look, service.value);
    }
}
