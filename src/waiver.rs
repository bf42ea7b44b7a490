//! What is to be said of the waivers themselves: those that have ended, and those that excuse nothing.

use crate::checks::own;
use crate::config::{Date, Level, Settings, Waiver};
use crate::diagnostic::Diagnostic;
use std::collections::BTreeSet;

/// The findings about waivers, at their places in the configuration. `used` are those that excused something, `None` where the run cannot
/// tell; `ran` says whether a rule ran, `path` is that of the configuration.
pub fn findings(
    settings: &Settings<'_>,
    path: &str,
    used: Option<&BTreeSet<usize>>,
    ran: &dyn Fn(&str) -> bool,
    today: Date,
) -> Vec<Diagnostic> {
    let found = settings.waivers.iter().enumerate().filter_map(|(index, waiver)| {
        if waiver.is_over(today) {
            return Some(expired(waiver));
        }
        let idle = used.is_some_and(|used| !used.contains(&index));
        (idle && waiver.rules.iter().all(|rule| ran(&rule.value))).then(|| unused(waiver))
    });
    let leveled = found.filter_map(|mut found| match settings.level(&found.rule, path) {
        Some(Level::Off) => None,
        Some(Level::At(severity)) => {
            found.severity = severity;
            Some(found)
        }
        None => Some(found),
    });
    leveled.collect()
}

fn expired(waiver: &Waiver) -> Diagnostic {
    let (place, day) = match &waiver.until {
        Some(until) => (until.place, until.value.to_string()),
        None => (waiver.place(), String::new()),
    };
    own("expired-waiver", place, format!("this waiver ended on {day} and excuses nothing any more"))
        .with_help("mend what it excused and remove it, or give it a later day and a reason that still holds")
}

fn unused(waiver: &Waiver) -> Diagnostic {
    own("unused-waiver", waiver.place(), "this waiver excuses nothing in the whole project".to_owned())
        .with_help("remove it, or mend its `paths`")
}
