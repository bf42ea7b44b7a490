//! Ids of jobs and steps, and keys that differ only in case.

use super::look::{Look, literal, text_place};
use crate::checks::own;
use crate::schema::words::quoted;
use crate::yaml::Node;
use std::collections::HashMap;

/// Says that an id is not formed as GitHub wants it (`IdBuilder.TryAddKnownId`).
pub fn check_form(look: &mut Look<'_, '_>, id: Node<'_>, what: &str) {
    let Some(text) = literal(id).filter(|text| !text.is_empty()) else { return };
    let starts = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let is_formed = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let (message, help) = if text.len() >= 100 {
        (format!("the id of a {what} has {} characters", text.chars().count()), "an id has less than 100")
    } else if !starts || !is_formed {
        let help = "an id starts with a letter or `_` and goes on with letters, digits, `-` and `_`";
        (format!("{} is no id of a {what}", quoted(&text)), help)
    } else if text.starts_with("__") {
        (
            format!("{} is no id of a {what}: GitHub keeps those with `__` for itself", quoted(&text)),
            "use one `_`",
        )
    } else {
        return;
    };
    look.say(own("invalid-value", text_place(id), message).with_help(help));
}

/// Checks the ids of the steps of one list, which are compared without regard to case.
pub fn check_steps(look: &mut Look<'_, '_>, steps: Node<'_>) {
    let mut first: HashMap<String, Node<'_>> = HashMap::new();
    for id in steps.items().filter_map(|step| step.get("id")) {
        check_form(look, id, "step");
        let Some(text) = literal(id).filter(|text| !text.is_empty()) else { continue };
        let Some(&before) = first.get(&text.to_ascii_lowercase()) else {
            first.insert(text.to_ascii_lowercase(), id);
            continue;
        };
        let message = if before.text() == text {
            format!("two steps have the id {}", quoted(&text))
        } else {
            format!("two steps have the id {}: case makes no difference", quoted(&text))
        };
        look.say(
            own("duplicate-item", text_place(id), message)
                .with_related(text_place(before), "first here")
                .with_help("give each step an id of its own: `steps.ID` refers to it"),
        );
    }
}

/// Says that two keys of a mapping differ only in case, which GitHub takes for one key (`TemplateReader`, for every mapping).
pub fn check_case(look: &mut Look<'_, '_>, mapping: Node<'_>, what: &str) {
    let entries = mapping.entries();
    let mut first: HashMap<String, Node<'_>> = HashMap::with_capacity(entries.len());
    for entry in entries {
        let text = entry.key.text();
        let Some(before) = first.insert(text.to_ascii_lowercase(), entry.key) else { continue };
        let (key, before) =
            if before.index() < entry.key.index() { (entry.key, before) } else { (before, entry.key) };
        let message = format!(
            "{what} {} is there as {} already: case makes no difference",
            quoted(&key.text()),
            quoted(&before.text())
        );
        look.say(
            own("duplicate-item", text_place(key), message)
                .with_related(text_place(before), "first here")
                .with_help("remove one of the two, or give it another name"),
        );
    }
}
