//! Where the steps of a job run: labels of runners, and shells.

use super::look::{Look, literal, one_or_many, text_place};
use crate::checks::own;
use crate::diagnostic::Severity;
use crate::schema::words::{listed, quoted, shown};
use crate::yaml::{Kind, Node};

/// Runners that GitHub has retired, without the endings of larger machines, and what takes their place: the announcements of
/// `actions/runner-images`.
const RETIRED: &[(&str, &str)] = &[
    ("macos-10.15", "macos-15"),
    ("macos-11", "macos-15"),
    ("macos-12", "macos-15"),
    ("macos-13", "macos-15` or, for an Intel processor, `macos-15-intel"),
    ("ubuntu-16.04", "ubuntu-24.04"),
    ("ubuntu-18.04", "ubuntu-24.04"),
    ("ubuntu-20.04", "ubuntu-24.04` or `ubuntu-22.04"),
    ("windows-2016", "windows-2025"),
    ("windows-2019", "windows-2025` or `windows-2022"),
];

/// Runners of GitHub whose names stay.
const LATEST: [&str; 3] = ["ubuntu-latest", "windows-latest", "macos-latest"];

/// Shells that the runner knows by name (`ScriptHandlerHelpers`).
const SHELLS: [&str; 6] = ["bash", "cmd", "powershell", "pwsh", "python", "sh"];

/// The system of a runner of GitHub's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum System {
    Linux,
    Macos,
    Windows,
}

/// Checks the `runs-on` of a job.
pub fn check_labels(look: &mut Look<'_, '_>, job: Node<'_>) {
    let Some(runs_on) = job.get("runs-on").map(Node::resolve).filter(|_| look.is_github()) else { return };
    let labels: Vec<Node<'_>> = labels(runs_on);
    match labels.as_slice() {
        [] => {}
        [only] => match literal(*only) {
            Some(_) => check_retired(look, *only),
            None => matrix_values(job, &only.text()).into_iter().for_each(|value| check_retired(look, value)),
        },
        several => check_conflict(look, several),
    }
}

/// The labels of `runs-on`, none where a group of runners is named.
fn labels(runs_on: Node<'_>) -> Vec<Node<'_>> {
    match runs_on.kind() {
        Kind::Mapping if runs_on.get("group").is_some() => Vec::new(),
        Kind::Mapping => runs_on.get("labels").into_iter().flat_map(one_or_many).collect(),
        _ => one_or_many(runs_on).collect(),
    }
}

/// A runner of one's own may have any label beside others, so only a label that stands alone is judged.
fn check_retired(look: &mut Look<'_, '_>, label: Node<'_>) {
    let Some(text) = literal(label) else { return };
    let base =
        ["-xlarge", "-large", "-xl"].iter().find_map(|ending| text.strip_suffix(ending)).unwrap_or(&text);
    let Some((_, successor)) = RETIRED.iter().find(|(retired, _)| base.eq_ignore_ascii_case(retired)) else {
        return check_spelling(look, label, &text);
    };
    let message =
        format!("GitHub has retired the runner {}: a job that asks for it does not start", quoted(&text));
    let mut found = own("invalid-value", text_place(label), message).with_help(format!("take `{successor}`"));
    // Whoever has a runner of that name says so in the configuration.
    found.severity = Severity::Warning;
    look.say(found);
}

/// Says that a label is one of GitHub's but for a letter or two. Whoever has a runner of that name says so in the configuration.
fn check_spelling(look: &mut Look<'_, '_>, label: Node<'_>, text: &str) {
    let meant = LATEST.iter().find(|known| {
        !text.eq_ignore_ascii_case(known)
            && strsim::damerau_levenshtein(&text.to_ascii_lowercase(), known) <= 2
    });
    if let Some(meant) = meant.filter(|_| text.len() < 20) {
        let message = format!("GitHub has no runner {}", quoted(text));
        let mut found =
            own("invalid-value", text_place(label), message).with_help(format!("did you mean `{meant}`?"));
        found.severity = Severity::Warning;
        look.say(found);
    }
}

/// Says that no runner has all labels of a list.
fn check_conflict(look: &mut Look<'_, '_>, labels: &[Node<'_>]) {
    let mut hosted: Option<(Node<'_>, System)> = None;
    for &label in labels {
        let Some(text) = literal(label) else { return };
        if text.eq_ignore_ascii_case("self-hosted") {
            return;
        }
        let Some(system) = system_of(&text) else { continue };
        match hosted {
            Some((first, other)) if other != system => {
                let message = format!(
                    "no runner is both {} and {}, and a list asks for one with all its labels",
                    quoted(&first.text()),
                    quoted(&text)
                );
                let mut found = own("invalid-value", text_place(label), message)
                    .with_related(text_place(first), "the other one")
                    .with_help("to run on each of them, put them into a matrix");
                found.severity = Severity::Warning;
                look.say(found);
                return;
            }
            Some(_) => {}
            None => hosted = Some((label, system)),
        }
    }
}

/// The values that `${{ matrix.NAME }}` takes in a job, as far as they are written there.
fn matrix_values<'m>(job: Node<'m>, text: &str) -> Vec<Node<'m>> {
    let inner = text.trim().strip_prefix("${{").and_then(|text| text.strip_suffix("}}")).map(str::trim);
    let Some(name) = inner.and_then(|inner| inner.strip_prefix("matrix.")) else { return Vec::new() };
    let matrix = job.get("strategy").and_then(|strategy| strategy.get("matrix"));
    let Some(matrix) = matrix.filter(|_| !matches!(name, "include" | "exclude")) else { return Vec::new() };
    let listed = matrix.get(name).into_iter().flat_map(Node::items);
    let added = matrix.get("include").into_iter().flat_map(Node::items).filter_map(|row| row.get(name));
    listed.chain(added).collect()
}

/// The system of a label of GitHub's own runners.
fn system_of(label: &str) -> Option<System> {
    let label = label.to_ascii_lowercase();
    let (name, version) = label.split_once('-')?;
    let is_hosted = version.starts_with("latest")
        || version == "slim"
        || version.starts_with(|first: char| first.is_ascii_digit());
    match name {
        "ubuntu" if is_hosted => Some(System::Linux),
        "macos" if is_hosted => Some(System::Macos),
        "windows" if is_hosted => Some(System::Windows),
        _ => None,
    }
}

/// Checks the shell in the `defaults` of a workflow or a job.
pub fn check_default(look: &mut Look<'_, '_>, holder: Node<'_>, job: Option<Node<'_>>) {
    let run = look.enter(holder.get("defaults")).and_then(|defaults| defaults.get("run"));
    if let Some(shell) = run.and_then(|run| run.get("shell")) {
        check_shell(look, shell, job, None);
    }
}

/// Checks the shell of a step, or of all steps of a job.
pub fn check_shell(look: &mut Look<'_, '_>, shell: Node<'_>, job: Option<Node<'_>>, step: Option<Node<'_>>) {
    let Some(text) = literal(shell).filter(|text| !text.is_empty() && look.is_github()) else { return };
    // What stands behind the first space is the template of its arguments (`ScriptHandler`).
    let (command, arguments) = text.split_once(' ').unwrap_or((&text, ""));
    let known = SHELLS.iter().copied().find(|known| command.eq_ignore_ascii_case(known));
    if !arguments.trim().is_empty() {
        if !arguments.contains("{0}") {
            let message = format!("the shell {} has no place for the script", quoted(&text));
            look.say(
                own("invalid-value", text_place(shell), message)
                    .with_help(format!("write `{} {{0}}`", shown(&text))),
            );
        }
        return;
    }
    let Some(known) = known else {
        let message = format!("the runner knows no shell {}", quoted(&text));
        let help = format!(
            "it knows {}; any other program is written as `{} {{0}}`",
            listed(SHELLS, "and"),
            shown(command.trim_end())
        );
        look.say(own("invalid-value", text_place(shell), message).with_help(help));
        return;
    };
    let only_windows = matches!(known, "cmd" | "powershell");
    let asks =
        |step: Node<'_>| step.get("if").is_some_and(|condition| condition.text().contains("runner.os"));
    let Some(job) =
        job.filter(|job| only_windows && job.get("container").is_none() && !step.is_some_and(asks))
    else {
        return;
    };
    let Some(runs_on) = job.get("runs-on").map(Node::resolve) else { return };
    let labels = labels(runs_on);
    let [label] = labels.as_slice() else { return };
    let Some(name) = literal(*label) else { return };
    if matches!(system_of(&name), Some(System::Linux | System::Macos)) {
        let (shell_name, label_name) = (quoted(&text), quoted(&name));
        let message =
            format!("the shell {shell_name} is there on Windows only, and the job runs on {label_name}");
        let help = match known {
            "powershell" => "write `pwsh`, which is there on every runner",
            _ => "write `bash`, which is there on every runner",
        };
        look.say(
            own("invalid-value", text_place(shell), message)
                .with_related(text_place(*label), "it runs here")
                .with_help(help),
        );
    }
}
