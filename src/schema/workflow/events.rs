//! What starts a workflow: filters that exclude one another or match nothing, schedules, and the inputs of a call.

use super::cron::Cron;
use super::filter::{self, Against};
use super::ids::check_case;
use super::look::{Look, literal, one_or_many, part_place, text_place};
use crate::checks::own;
use crate::diagnostic::Severity;
use crate::schema::words::{mistyped, quoted};
use crate::yaml::{Kind, Node, Scalar};
use std::borrow::Cow;
use std::collections::HashMap;

/// Filters that exclude one another, and what they are held against.
const FILTERS: [(&str, &str, Against); 3] = [
    ("branches", "branches-ignore", Against::Refs),
    ("tags", "tags-ignore", Against::Refs),
    ("paths", "paths-ignore", Against::Paths),
];

/// Inputs that a person can be asked for, since December 2025:
/// <https://github.blog/changelog/2025-12-04-actions-workflow-dispatch-workflows-now-support-25-inputs>.
const MOST_INPUTS: usize = 25;

/// Checks `on`.
pub fn check(look: &mut Look<'_, '_>, on: Node<'_>) {
    let on = on.resolve();
    if on.kind() != Kind::Mapping {
        return;
    }
    for event in on.entries() {
        let name = event.key.text();
        match &*name {
            "schedule" => event.value.items().for_each(|item| check_schedule(look, item)),
            "workflow_dispatch" | "workflow_call" => {
                let inputs =
                    look.enter(event.value.get("inputs")).filter(|node| node.kind() == Kind::Mapping);
                if let Some(inputs) = inputs {
                    check_inputs(look, inputs, &name);
                }
                if let Some(secrets) = look.enter(event.value.get("secrets")) {
                    check_case(look, secrets, "secret");
                }
            }
            "push" | "pull_request" | "pull_request_target" | "merge_group" | "workflow_run" => {
                if let Some(filters) = look.enter(Some(event.value)) {
                    check_filters(look, filters, &name);
                }
            }
            _ => {}
        }
    }
}

fn check_filters(look: &mut Look<'_, '_>, event: Node<'_>, name: &str) {
    for (keep, ignore, against) in FILTERS {
        let entries = [event.entry(keep), event.entry(ignore)].map(|entry| {
            entry.filter(|entry| one_or_many(entry.value).any(|pattern| !pattern.text().is_empty()))
        });
        if let [Some(keep), Some(ignore)] = entries {
            let (first, second) = if keep.key.index() < ignore.key.index() {
                (keep.key, ignore.key)
            } else {
                (ignore.key, keep.key)
            };
            let message = format!(
                "`{name}` has `{}` beside `{}`, and GitHub takes one of the two",
                second.text(),
                first.text()
            );
            let help = format!(
                "keep `{}`, and take out of it what `{}` names by patterns that begin with `!`",
                keep.key.text(),
                ignore.key.text()
            );
            let found = own("exclusive-keys", text_place(second), message);
            look.say(
                found
                    .with_related(text_place(first), format!("`{}` stands here", first.text()))
                    .with_help(help),
            );
        }
        for entry in entries.into_iter().flatten() {
            one_or_many(entry.value).for_each(|pattern| check_pattern(look, pattern, against));
        }
        if let Some(keep) = entries[0] {
            check_only_negative(look, keep.value, &keep.key.text(), ignore);
        }
    }
}

fn check_pattern(look: &mut Look<'_, '_>, node: Node<'_>, against: Against) {
    let Some(pattern) = literal(node) else { return };
    let Some(fault) = filter::fault(&pattern, against) else { return };
    let message = format!("the filter {} {}", quoted(&pattern), fault.what);
    let mut found = own("invalid-value", part_place(node, fault.part), message).with_help(fault.help);
    if fault.is_taken {
        found.severity = Severity::Warning;
    }
    look.say(found);
}

/// Says that a filter only excludes. GitHub's workflow syntax asks for a positive pattern beside those with `!`: there is nothing that
/// they could take away from.
fn check_only_negative(look: &mut Look<'_, '_>, patterns: Node<'_>, key: &str, ignore: &str) {
    let mut texts = one_or_many(patterns).map(|pattern| literal(pattern));
    let is_negative = |text: &Option<Cow<'_, str>>| {
        text.as_ref().is_some_and(|text| text.starts_with('!') && text.len() > 1)
    };
    if !texts.all(|text| is_negative(&text)) {
        return;
    }
    let Some(first) = one_or_many(patterns).next() else { return };
    let message = format!("`{key}` only excludes, so that nothing is left that starts the workflow");
    let help = format!("put `'**'` before it, or name what is excluded under `{ignore}`, without the `!`");
    let mut found = own("invalid-value", text_place(first), message).with_help(help);
    found.severity = Severity::Warning;
    look.say(found);
}

fn check_schedule(look: &mut Look<'_, '_>, item: Node<'_>) {
    let Some(item) = look.enter(Some(item)) else { return };
    // `$cron-daily` is filled in when a template becomes a workflow (actions/starter-workflows).
    if let Some(node) = item.get("cron")
        && let Some(text) = literal(node).filter(|text| !text.is_empty() && !text.starts_with('$'))
    {
        match Cron::parse(&text) {
            Err(fault) => {
                look.say(
                    own("invalid-value", part_place(node, fault.part), fault.what).with_help(fault.help),
                );
            }
            Ok(cron) if cron.never_comes() => {
                let message =
                    format!("the schedule {} never comes: no month it names has that day", quoted(&text));
                let help = "the third field is the day of the month, the fourth the month";
                look.say(own("invalid-value", text_place(node), message).with_help(help));
            }
            Ok(cron) if cron.interval() < 5 => {
                let message = match cron.interval() {
                    1 => "the schedule asks for a run every minute".to_owned(),
                    minutes => format!("the schedule asks for runs {minutes} minutes apart"),
                };
                let mut found = own("invalid-value", text_place(node), message)
                    .with_help("GitHub starts one at most every 5 minutes: `*/5 * * * *`");
                found.severity = Severity::Warning;
                look.say(found);
            }
            Ok(_) => {}
        }
    }
    if let Some(node) = item.get("timezone")
        && let Some(zone) = literal(node).filter(|zone| !zone.is_empty())
        && tzdb_data::find_tz(zone.as_bytes()).is_none()
    {
        let names = tzdb_data::TZ_NAMES.iter().copied();
        let help = look
            .near(&zone, names)
            .unwrap_or_else(|| "write a name of the IANA database, as `Europe/Berlin`".to_owned());
        let message = format!("there is no time zone {}", quoted(&zone));
        look.say(own("invalid-value", text_place(node), message).with_help(help));
    }
}

fn check_inputs(look: &mut Look<'_, '_>, inputs: Node<'_>, event: &str) {
    check_case(look, inputs, "input");
    let entries = inputs.entries();
    if event == "workflow_dispatch"
        && let Some(entry) = entries.get(MOST_INPUTS)
    {
        let message = format!("`{event}` has {} inputs, and GitHub takes {MOST_INPUTS}", entries.len());
        let help = "put several values into one input, as JSON that `fromJSON` reads";
        look.say(own("invalid-value", text_place(entry.key), message).with_help(help));
    }
    for entry in entries {
        let Some(input) = look.enter(Some(entry.value)).filter(|input| input.kind() == Kind::Mapping) else {
            continue;
        };
        let name = quoted(&entry.key.text());
        let kind = input.get("type").and_then(literal).unwrap_or(Cow::Borrowed("string"));
        if kind == "choice" {
            check_choice(look, input, &name, entry.key);
        } else if let Some(options) = input.entry("options").filter(|_| event == "workflow_dispatch") {
            let message = format!("input {name} has `options`, which only an input of type `choice` has");
            look.say(
                own("unknown-key", text_place(options.key), message)
                    .with_help("write `type: choice`, or remove them"),
            );
        }
        let Some(default) = input.get("default") else { continue };
        if let Some(text) = literal(default)
            && let Some((wanted, help)) = misses(&kind, &text)
        {
            let message = mistyped("default", wanted, default);
            look.say(own("wrong-type", text_place(default), message).with_help(help));
        }
    }
}

/// What a text must be to be a value of a type, and what to do; nothing when it is one. Quotes make no difference.
pub fn misses(kind: &str, text: &str) -> Option<(&'static str, &'static str)> {
    match kind {
        "boolean" => {
            let is_one = text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
            (!is_one).then_some(("a boolean", "write `true` or `false`"))
        }
        "number" => {
            let text = text.trim();
            let is_one = text.is_empty()
                || text.parse::<f64>().is_ok()
                || text.starts_with("0x")
                || text.starts_with("0o");
            (!is_one).then_some(("a number", "write a number"))
        }
        _ => None,
    }
}

fn check_choice(look: &mut Look<'_, '_>, input: Node<'_>, name: &str, key: Node<'_>) {
    let options = input.get("options").map(Node::resolve);
    if input.is_incomplete()
        || options.is_some_and(|options| options.kind() != Kind::Sequence && !options.is_null())
    {
        return;
    }
    let items: Vec<Node<'_>> = options.into_iter().flat_map(Node::items).collect();
    if items.is_empty() {
        let message = format!("input {name} is a choice without options");
        let help = "list what there is to choose from under `options`";
        look.say(own("missing-key", text_place(key), message).with_help(help));
        return;
    }
    let mut first: HashMap<Cow<'_, str>, Node<'_>> = HashMap::with_capacity(items.len());
    for &item in items.iter().filter(|item| item.resolve().kind() == Kind::Scalar) {
        if let Some(&before) = first.get(&item.text()) {
            let message = format!("input {name} has the option {} twice", quoted(&item.text()));
            let mut found = own("duplicate-item", text_place(item), message)
                .with_related(text_place(before), "first here")
                .with_help("remove one of the two");
            found.severity = Severity::Warning;
            look.say(found);
        } else {
            first.insert(item.text(), item);
        }
    }
    let Some(default) = input.get("default").filter(|default| default.scalar() != Scalar::Null) else {
        return;
    };
    let Some(text) = literal(default).filter(|text| !text.is_empty() && !first.contains_key(text)) else {
        return;
    };
    let texts: Vec<Cow<'_, str>> = items.iter().map(|item| item.text()).collect();
    let help = look.choice(&text, texts.iter().map(|text| &**text), "option", "");
    let message = format!("the default of input {name} is {}, which is none of its options", quoted(&text));
    look.say(own("invalid-value", text_place(default), message).with_help(help));
}
