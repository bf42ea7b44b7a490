//! Values that are strings to the structure and numbers, durations, sizes or lists to the loader.

use super::file::{Fields, File, Found, Service, text};
use crate::checks::own;
use crate::schema::format;
use crate::schema::table::Format;
use crate::schema::words::{mistyped, quoted};
use crate::yaml::{Kind, Node, Scalar};

/// What a string must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// What compose-go casts to a boolean (loader/interpolate.go).
    Boolean,
    /// An integer.
    Integer,
    /// A number.
    Number,
    /// `1m30s`: go-str2duration.
    Duration,
    /// `512m`: go-units, `RAMInBytes`.
    Size,
    /// A policy of restarting: docker/compose, `getRestartPolicy`, and what the engine takes.
    Restart,
}

use Form::{Boolean, Duration, Integer, Number, Restart, Size};

type Table = &'static [(&'static str, Form)];

const SERVICE: Table = &[
    ("cpu_count", Integer),
    ("cpu_percent", Number),
    ("cpu_period", Integer),
    ("cpu_quota", Integer),
    ("cpu_rt_period", Integer),
    ("cpu_rt_runtime", Integer),
    ("cpu_shares", Integer),
    ("cpus", Number),
    ("init", Boolean),
    ("mem_limit", Size),
    ("mem_reservation", Size),
    ("memswap_limit", Size),
    ("oom_kill_disable", Boolean),
    ("oom_score_adj", Integer),
    ("pids_limit", Integer),
    ("privileged", Boolean),
    ("read_only", Boolean),
    ("restart", Restart),
    ("scale", Integer),
    ("shm_size", Size),
    ("stdin_open", Boolean),
    ("stop_grace_period", Duration),
    ("tty", Boolean),
];

const HEALTHCHECK: Table = &[
    ("disable", Boolean),
    ("interval", Duration),
    ("retries", Integer),
    ("start_interval", Duration),
    ("start_period", Duration),
    ("timeout", Duration),
];

const UPDATE: Table =
    &[("delay", Duration), ("max_failure_ratio", Number), ("monitor", Duration), ("parallelism", Integer)];

/// The tables of what stands below a service, by the keys that lead there.
const BELOW: [(&[&str], Table); 8] = [
    (&["healthcheck"], HEALTHCHECK),
    (&["build"], &[("shm_size", Size)]),
    (&["deploy"], &[("replicas", Integer)]),
    (&["deploy", "update_config"], UPDATE),
    (&["deploy", "rollback_config"], UPDATE),
    (&["deploy", "restart_policy"], &[("delay", Duration), ("max_attempts", Integer), ("window", Duration)]),
    (&["deploy", "resources", "limits"], &[("cpus", Number), ("memory", Size)]),
    (&["deploy", "resources", "reservations"], &[("cpus", Number), ("memory", Size)]),
];

/// Finds strings of a service that its loader cannot read.
pub fn service<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    table(&service.fields, SERVICE, found);
    for (path, of) in BELOW {
        let mut fields = file.under(&service.fields, path[0]);
        for key in &path[1..] {
            fields = file.under(&fields, key);
        }
        table(&fields, of, found);
    }
    lists(file, service, found);
}

fn table(fields: &Fields<'_>, table: Table, found: &mut Found) {
    for field in fields.iter() {
        if let Ok(at) = table.binary_search_by(|(key, _)| (*key).cmp(&field.name)) {
            check(table[at].0, field.value, table[at].1, found);
        }
    }
}

/// Finds a string that is not what its key must be. What is no string is left to the structure.
pub fn check(key: &str, value: Node<'_>, form: Form, found: &mut Found) {
    if !matches!(value.scalar(), Scalar::Str(_)) {
        return;
    }
    let Some(written) = text(value).filter(|written| !form.takes(&written.text)) else { return };
    let (what, help) = form.say();
    let place = if written.text.is_empty() { written.place() } else { written.inside() };
    let finding = match (form, &*written.text) {
        (Boolean | Integer | Number, _) => own("wrong-type", place, mistyped(key, what, value)),
        (_, "") => own("invalid-value", place, format!("`{key}` is empty")),
        (_, text) => own("invalid-value", place, format!("`{key}` is {}, but must be {what}", quoted(text))),
    };
    found.push(finding.with_help(help));
}

impl Form {
    fn takes(self, text: &str) -> bool {
        match self {
            Boolean => ["true", "false", "y", "yes", "on", "n", "no", "off"]
                .iter()
                .any(|word| word.eq_ignore_ascii_case(text)),
            Integer => text.parse::<i64>().is_ok(),
            // Go reads more forms of numbers, which have letters in them.
            Number => text.parse::<f64>().is_ok() || is_go_number(text),
            // Days and weeks beside the units of Go; no other one has these letters.
            Duration => format::holds(Format::GoDuration, &text.replace(['d', 'w'], "h")),
            Size => text.parse::<i64>().is_ok() || size(text).is_some() || is_go_number(text),
            Restart => is_restart(text),
        }
    }

    fn say(self) -> (&'static str, &'static str) {
        match self {
            Boolean => ("a boolean", "write `true` or `false`"),
            Integer => ("an integer", "write digits alone"),
            Number => ("a number", "write a number, as `0.5`"),
            Duration => (
                "a duration",
                "write numbers with units, as `30s` or `1m30s`; the units are `ms`, `s`, `m`, `h`, `d`, `w`",
            ),
            Size => {
                ("a size", "write a number with a unit, as `512m` or `2g`; the units are `b`, `k`, `m`, `g`")
            }
            Restart => {
                ("a policy", "write `\"no\"`, `always`, `unless-stopped`, `on-failure` or `on-failure:3`")
            }
        }
    }
}

/// Whether a text may be a number to Go alone: hexadecimal, or with `_`.
fn is_go_number(text: &str) -> bool {
    text.contains(['x', 'X', '_'])
}

/// A size with a unit, in bytes.
pub fn size(text: &str) -> Option<i64> {
    let end = text.rfind(|c: char| c.is_ascii_digit() || c == '.' || c == ' ')?;
    let (number, unit) = match text.as_bytes()[end] {
        b' ' => (&text[..end], &text[end + 1..]),
        _ => text.split_at(end + 1),
    };
    let number: f64 = number.parse().ok().filter(|number| *number >= 0.0)?;
    let unit = unit.to_ascii_lowercase();
    let power = match unit.as_bytes() {
        [] | [b'b'] => 0,
        [letter] | [letter, b'b'] | [letter, b'i', b'b'] => {
            b"kmgtp".iter().position(|known| known == letter)? + 1
        }
        _ => return None,
    };
    Some((number * (1u64 << (10 * power)) as f64) as i64)
}

/// A number of CPUs, as exact as the loader keeps it.
pub fn cpus(text: &str) -> Option<f32> {
    text.parse().ok()
}

fn is_restart(text: &str) -> bool {
    match text.split_once(':') {
        Some((policy, count)) => policy == "on-failure" && count.parse::<i64>().is_ok(),
        None => ["", "no", "always", "unless-stopped", "on-failure"].contains(&text),
    }
}

/// Items of lists that must hold something.
fn lists<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    let items = |fields: &Fields<'m>, key: &str| -> Vec<_> {
        let list = fields.get(key).filter(|list| list.kind() == Kind::Sequence);
        list.map(|list| file.items(list)).unwrap_or_default().into_iter().filter_map(text).collect()
    };
    let mut say = |place, message, help| found.push(own("invalid-value", place, message).with_help(help));
    // types/hostList.go
    for host in items(&service.fields, "extra_hosts") {
        if !host.text.contains([':', '=']) {
            let message = format!("{} is a host without an address", quoted(&host.text));
            say(host.inside(), message, "write `HOST=ADDRESS`");
        }
    }
    // transform/device.go
    for device in items(&service.fields, "devices") {
        if device.text.split(':').count() > 3 {
            let message = format!(
                "{} has more parts than a device of the host, one of the container and permissions",
                quoted(&device.text)
            );
            say(
                device.inside(),
                message,
                "write `HOST:CONTAINER:PERMISSIONS`, or the long form where a name has a `:`",
            );
        }
    }
    // transform/mapping.go
    for context in items(&file.under(&service.fields, "build"), "additional_contexts") {
        if !context.text.contains('=') {
            let message = format!("{} is a context without a name or without a value", quoted(&context.text));
            say(context.inside(), message, "write `NAME=CONTEXT`");
        }
    }
}
