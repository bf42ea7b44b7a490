//! The form of `uses`: what names an action or a workflow at all.

use super::look::{Look, literal, text_place};
use crate::checks::own;
use crate::schema::words::{quoted, shown};
use crate::yaml::Node;

/// Checks the `uses` of a step: `owner/repository[/path]@ref`, `./path`, `$/path` or `docker://image` (`ConvertToStep` of
/// `actions/runner`).
pub fn check_step(look: &mut Look<'_, '_>, step: Node<'_>) {
    let Some(uses) = step.get("uses").filter(|_| look.is_github()) else { return };
    let Some(text) = literal(uses).filter(|text| !text.is_empty()) else { return };
    if let Some((what, help)) = step_fault(&text) {
        look.say(own("invalid-value", text_place(uses), format!("{} {what}", quoted(&text))).with_help(help));
    }
}

/// Whether `uses` names something of the repository itself.
pub fn is_local(text: &str) -> bool {
    path_in_repository(text).is_some() || text.starts_with(".\\")
}

/// The path from the root of the repository that `uses` names.
pub fn path_in_repository(text: &str) -> Option<&str> {
    text.strip_prefix("./").or_else(|| text.strip_prefix("$/"))
}

/// What is wrong with the `uses` of a step, as the rest of a sentence that begins with it, and what to do.
fn step_fault(text: &str) -> Option<(&'static str, String)> {
    if let Some(image) = text.strip_prefix("docker://") {
        return match image {
            "" => Some(("names no image", "write the image behind `docker://`".to_owned())),
            image if image.ends_with(':') => Some((
                "names no tag behind the `:`",
                "write the tag, or leave the `:` out for `latest`".to_owned(),
            )),
            _ => None,
        };
    }
    if is_local(text) {
        return None;
    }
    if text.starts_with('.') || text.starts_with('/') {
        let path = text.trim_start_matches("../").trim_start_matches('/');
        let what = "is no action: one of this repository begins with `./`";
        return Some((what, format!("write its path from the root of the repository: `./{}`", shown(path))));
    }
    // Addresses are for other forges, which read actions too.
    if text.starts_with("https://") || text.starts_with("http://") {
        return None;
    }
    let (name, reference) = text.split_once('@').unwrap_or((text, ""));
    if reference.contains('@') {
        return Some(("has two `@`", "write `owner/repository@ref`".to_owned()));
    }
    if name.split(['/', '\\']).filter(|part| !part.is_empty()).nth(1).is_none() {
        return Some((
            "does not say whose action it is",
            format!("write the owner before it: `actions/{}`", shown(text)),
        ));
    }
    reference
        .is_empty()
        .then(|| ("names no version", format!("write `{}@` and a tag or a commit", shown(name))))
}

/// What is wrong with the `uses` of a job, as the rest of a sentence that begins with it, and what to do.
pub fn job_fault(text: &str) -> Option<(&'static str, String)> {
    const FORM: &str = "write `owner/repository/.github/workflows/file.yml@ref`, or `./.github/workflows/file.yml` for one of this repository";
    if let Some(path) = path_in_repository(text) {
        return match path.split_once('@') {
            Some((path, _)) => Some((
                "names a version, and a workflow of this repository is always of the same commit",
                format!("write `{}{}`", &text[..2], shown(path)),
            )),
            None => (!is_in_workflows(path))
                .then(|| ("is not in `.github/workflows`, where called workflows must be", FORM.to_owned())),
        };
    }
    if text.starts_with('.') || text.starts_with('/') {
        return Some(("is no workflow: one of this repository begins with `./`", FORM.to_owned()));
    }
    let (name, reference) = text.split_once('@').unwrap_or((text, ""));
    let path = name.splitn(3, '/').nth(2).unwrap_or_default();
    if !is_in_workflows(path) {
        return Some((
            "is no workflow: it names no file in `.github/workflows` of a repository",
            FORM.to_owned(),
        ));
    }
    reference
        .is_empty()
        .then(|| ("names no version", format!("write `{}@` and a tag, a branch or a commit", shown(name))))
}

fn is_in_workflows(path: &str) -> bool {
    path.strip_prefix(".github/workflows/").is_some_and(|file| !file.is_empty() && !file.contains('/'))
}
