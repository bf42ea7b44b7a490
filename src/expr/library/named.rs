//! Formats with a name, as Kubernetes checks names, labels and the fields of custom resources.

use super::url::Url;

/// A format, by its name in expressions.
#[derive(Debug)]
pub(crate) struct Named {
    pub name: &'static str,
    /// What a text of this format is, in half a sentence.
    pub means: &'static str,
    most: usize,
    fits: fn(&str) -> bool,
}

const fn named(name: &'static str, most: usize, fits: fn(&str) -> bool, means: &'static str) -> Named {
    Named { name, means, most, fits }
}

const UNLIMITED: usize = usize::MAX;

/// By name.
static FORMATS: &[Named] = &[
    named("byte", UNLIMITED, is_base64, "base64 with padding"),
    named("date", UNLIMITED, is_date, "a date as `2006-01-02`"),
    named("datetime", UNLIMITED, is_datetime, "a date and time as `2006-01-02T15:04:05Z`"),
    named(
        "dns1035Label",
        63,
        is_dns1035_label,
        "lower-case letters, digits and `-`, with a letter first and no `-` last",
    ),
    named(
        "dns1035LabelPrefix",
        63,
        |text| is_dns1035_label(masked(text).as_ref()),
        "lower-case letters, digits and `-`, with a letter first",
    ),
    named(
        "dns1123Label",
        63,
        is_dns1123_label,
        "lower-case letters, digits and `-`, with no `-` first or last",
    ),
    named(
        "dns1123LabelPrefix",
        63,
        |text| is_dns1123_label(masked(text).as_ref()),
        "lower-case letters, digits and `-`, with no `-` first",
    ),
    named(
        "dns1123Subdomain",
        253,
        is_dns1123_subdomain,
        "labels of lower-case letters, digits and `-` between dots",
    ),
    named(
        "dns1123SubdomainPrefix",
        253,
        |text| is_dns1123_subdomain(masked(text).as_ref()),
        "labels of lower-case letters, digits and `-` between dots, which another may follow",
    ),
    named(
        "labelValue",
        63,
        |text| text.is_empty() || is_name(text),
        "letters, digits, `-`, `_` and `.`, with a letter or digit first and last, or nothing",
    ),
    named(
        "qualifiedName",
        253 + 1 + 63,
        is_qualified_name,
        "a name of letters, digits, `-`, `_` and `.`, with or without a DNS prefix and `/`",
    ),
    named("uri", UNLIMITED, |text| Url::parse(text).is_some(), "an absolute URI or an absolute path"),
    named("uuid", UNLIMITED, is_uuid, "a UUID of 32 hexadecimal digits in groups"),
];

impl Named {
    /// The format of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        FORMATS.binary_search_by(|format| format.name.cmp(name)).ok().map(|at| &FORMATS[at])
    }

    /// What is wrong with a text, one message for each fault.
    pub fn validate(&self, text: &str) -> Vec<String> {
        let mut faults = Vec::new();
        if text.len() > self.most {
            faults.push(format!("must be no more than {} characters", self.most));
        }
        if !(self.fits)(text) {
            faults.push(format!("must be {}", self.means));
        }
        faults
    }
}

fn is_label(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_dns1123_label(text: &str) -> bool {
    is_label(text)
}

fn is_dns1035_label(text: &str) -> bool {
    is_label(text) && text.starts_with(|c: char| c.is_ascii_lowercase())
}

fn is_dns1123_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

/// A prefix may end with `-`: what is generated follows it.
fn masked(text: &str) -> std::borrow::Cow<'_, str> {
    match text.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => format!("{rest}a").into(),
        _ => text.into(),
    }
}

fn is_name(text: &str) -> bool {
    let ends = |c: char| c.is_ascii_alphanumeric();
    text.starts_with(ends)
        && text.ends_with(ends)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn is_qualified_name(text: &str) -> bool {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    prefix.is_none_or(|prefix| prefix.len() <= 253 && is_dns1123_subdomain(prefix))
        && name.len() <= 63
        && is_name(name)
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    matches!(groups[..], [8, 4, 4, 4, 12] | [32])
        && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Numbers of two digits (four for the first) with this byte between them.
fn numbers<const N: usize>(text: &str, between: char, first: usize) -> Option<[u32; N]> {
    let mut found = [0; N];
    let mut parts = text.split(between);
    for (at, number) in found.iter_mut().enumerate() {
        let part = parts.next()?;
        let digits =
            part.len() == if at == 0 { first } else { 2 } && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = part.parse().ok().filter(|_| digits)?;
    }
    parts.next().is_none().then_some(found)
}

fn is_date(text: &str) -> bool {
    let Some([year, month, day]) = numbers(text, '-', 4) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let most = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=most).contains(&day)
}

fn is_datetime(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else { return false };
    let (time, zone) = match time.strip_suffix(['Z', 'z']) {
        Some(time) => (time, None),
        None => match time.rfind(['+', '-']) {
            Some(at) => (&time[..at], Some(&time[at + 1..])),
            None => return false,
        },
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let clock = matches!(numbers(clock, ':', 2), Some([hour, minute, second]) if hour < 24 && minute < 60 && second < 60);
    let zone = zone
        .is_none_or(|zone| matches!(numbers(zone, ':', 2), Some([hour, minute]) if hour < 24 && minute < 60));
    is_date(date)
        && clock
        && zone
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_takes_what_it_means_and_nothing_else() {
        let long = "a".repeat(64);
        for (name, good, bad) in [
            ("dns1123Label", &["a", "my-name", "1a"][..], &["", "My", "a-", "-a", "a.b", &long][..]),
            ("dns1123LabelPrefix", &["my-name-", "a"], &["-", "-a", "a_"]),
            ("dns1123Subdomain", &["example.com", "a"], &["", "a..b", "A.b", "a-.b", "a."]),
            ("dns1123SubdomainPrefix", &["a.b-"], &["A-"]),
            ("dns1035Label", &["my-name"], &["1a", "a-"]),
            ("dns1035LabelPrefix", &["my-"], &["1-"]),
            ("qualifiedName", &["MyName", "example.com/my.name"], &["", "/a", "a/", "A.b/c", "a/b/c", "-a"]),
            ("labelValue", &["", "a_b.C"], &["a-", " a", &long]),
            ("uri", &["https://a/b", "/a"], &["a", ""]),
            (
                "uuid",
                &["123e4567-e89b-12d3-a456-426614174000"],
                &["123e4567", "123e4567-e89b-12d3-a456-42661417400g"],
            ),
            ("byte", &["", "aGk=", "aGVsbG8h"], &["aGk", "a===", "a-k="]),
            ("date", &["2024-02-29"], &["2023-02-29", "2024-13-01", "2024-1-1", "24-01-01", "2024-01-00"]),
            (
                "datetime",
                &["2024-02-29T12:00:00Z", "2024-02-29t12:00:00.5+02:00"],
                &["2024-02-29", "2024-02-29T25:00:00Z", "2024-02-29T12:00Z", "2024-02-29T12:00:00"],
            ),
        ] {
            let format = Named::find(name).expect(name);
            for text in good {
                assert_eq!(format.validate(text), [""; 0], "{name} {text}");
            }
            for text in bad {
                assert!(!format.validate(text).is_empty(), "{name} {text}");
            }
        }
        assert!(FORMATS.is_sorted_by(|a, b| a.name < b.name));
    }
}
