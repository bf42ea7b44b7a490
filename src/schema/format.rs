//! The forms of strings that have a name.

use super::table::Format;
use crate::expr::{Named, Quantity};

/// Whether a text has a form.
pub fn holds(format: Format, text: &str) -> bool {
    match format {
        // Go's decoder passes over line breaks.
        Format::Base64 if text.contains(['\n', '\r']) => {
            let joined: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
            is_named("byte", &joined)
        }
        Format::Base64 => is_named("byte", text),
        Format::DateTime => is_named("datetime", text),
        Format::Quantity => Quantity::parse(text).is_some(),
        Format::Duration => is_duration(text),
        Format::GoDuration => is_go_duration(text),
        Format::DnsLabel => is_named("dns1123Label", text),
        Format::DnsSubdomain => is_named("dns1123Subdomain", text),
        Format::Dns1035Label => is_named("dns1035Label", text),
        Format::PortName => is_port_name(text),
        Format::EnvName => !text.is_empty() && !text.contains('='),
        Format::LabelKey => is_named("qualifiedName", text),
        Format::LabelValue => is_named("labelValue", text),
        Format::ConfigKey => is_config_key(text),
    }
}

/// What a text of a form is, to stand behind "must be".
pub fn words(format: Format) -> &'static str {
    match format {
        Format::Base64 => "base64",
        Format::DateTime => "a date and time such as `2006-01-02T15:04:05Z`",
        Format::Quantity => "a quantity such as `100m`, `1.5` or `2Gi`",
        Format::Duration | Format::GoDuration => "a duration such as `30s` or `1h30m`",
        Format::DnsLabel => "at most 63 lower-case letters, digits and `-`, a letter or digit first and last",
        Format::DnsSubdomain => "lower-case letters, digits, `-` and `.`, a letter or digit first and last",
        Format::Dns1035Label => {
            "at most 63 lower-case letters, digits and `-`, a letter first and no `-` last"
        }
        Format::PortName => "at most 15 lower-case letters, digits and single `-`, with a letter among them",
        Format::EnvName => "a name without `=`",
        Format::LabelKey => {
            "a name of at most 63 letters, digits, `-`, `_` and `.`, with or without a DNS name and `/` before it"
        }
        Format::LabelValue => {
            "at most 63 letters, digits, `-`, `_` and `.`, a letter or digit first and last"
        }
        Format::ConfigKey => "at most 253 letters, digits, `-`, `_` and `.`",
    }
}

/// What to do about a text that has not the form.
pub fn advice(format: Format, text: &str) -> Option<&'static str> {
    match format {
        Format::Base64 => Some("encode it, or write it as it is under `stringData`"),
        Format::DnsLabel | Format::DnsSubdomain | Format::Dns1035Label | Format::PortName
            if text.bytes().any(|byte| byte.is_ascii_uppercase()) =>
        {
            Some("write it in small letters")
        }
        Format::DnsLabel | Format::DnsSubdomain | Format::Dns1035Label | Format::PortName
            if text.contains('_') =>
        {
            Some("write `-` instead of `_`")
        }
        Format::Quantity => {
            Some("units are `m`, `k`, `M`, `G`, `T`, `Ki`, `Mi`, `Gi`, `Ti`, in just these letters")
        }
        _ => None,
    }
}

fn is_named(name: &str, text: &str) -> bool {
    Named::find(name).is_none_or(|format| format.validate(text).is_empty())
}

/// RFC 6335, section 5.1.
fn is_port_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=15).contains(&text.len())
        && text.bytes().all(allowed)
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
        && !text.contains("--")
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// `IsConfigMapKey` of Kubernetes' apimachinery.
fn is_config_key(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=253).contains(&text.len()) && text.bytes().all(allowed) && text != "." && !text.starts_with("..")
}

/// Go's `time.ParseDuration`.
fn is_go_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut is_any = false;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (digits, after) = rest.split_at(number);
        if !digits.bytes().any(|byte| byte.is_ascii_digit()) || digits.matches('.').count() > 1 {
            return false;
        }
        // `m` begins `ms` too, which stands before it in the list.
        let unit =
            ["ns", "us", "µs", "μs", "ms", "s", "m", "h"].into_iter().find(|unit| after.starts_with(unit));
        let Some(unit) = unit else { return false };
        rest = &after[unit.len()..];
        is_any = true;
    }
    is_any
}

/// What custom resources call a duration (strfmt of go-openapi): that of Go, or numbers with names of units up to weeks.
fn is_duration(text: &str) -> bool {
    const UNITS: [&str; 8] = ["n", "u", "m", "s", "h", "d", "w", "µ"];
    let mut rest = text.trim_start_matches(['-', '+']);
    let mut is_any = text == "0";
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let after = rest[number..].trim_start();
        let unit = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        if number == 0 || !UNITS.iter().any(|known| after[..unit].starts_with(known)) {
            return is_any && rest == "0";
        }
        rest = after[unit..].trim_start();
        is_any = true;
    }
    is_any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_go_have_its_units_alone() {
        for text in ["0", "1h30m", "1.5s", "-2ms", "100µs"] {
            assert!(is_go_duration(text), "{text}");
        }
        for text in ["", "1", "1d", "h", "1h 30m", "1..5s", "."] {
            assert!(!is_go_duration(text), "{text}");
        }
    }

    #[test]
    fn durations_of_custom_resources_have_days_and_weeks_too() {
        for text in ["0", "1h30m", "30d", "1w", "1 day", "1.5s", "2 weeks 3 days"] {
            assert!(is_duration(text), "{text}");
        }
        for text in ["", "1", "soon", "1 x", "h"] {
            assert!(!is_duration(text), "{text}");
        }
    }

    #[test]
    fn names_of_ports_are_those_of_iana() {
        for text in ["http", "8x", "a-b", "metrics-web-api"] {
            assert!(is_port_name(text), "{text}");
        }
        for text in ["", "80", "a--b", "-a", "a-", "Http", "http_web", "sixteen-letters-"] {
            assert!(!is_port_name(text), "{text}");
        }
    }
}
