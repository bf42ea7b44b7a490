//! Schedules of a `CronJob`, as robfig/cron v3 reads them (`ParseStandard`): five fields, or a word such as `@daily`.

use crate::schema::format;
use crate::schema::schedule::{FIELDS, Fault, Field};
use crate::schema::table::Format;
use crate::schema::words::shown;

const WORDS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// The first thing that is wrong with a schedule.
pub fn fault(text: &str) -> Option<Fault> {
    let whole = |what: String, help: &str| Some(Fault { part: 0..text.len(), what, help: help.to_owned() });
    // `validateScheduleFormat` refuses the letters wherever they stand.
    if text.contains("TZ") {
        return whole(
            "the schedule names a time zone".to_owned(),
            "name it under `timeZone`, and leave it out of `schedule`",
        );
    }
    if text.starts_with('@') {
        let every = text.strip_prefix("@every ");
        if WORDS.contains(&text) || every.is_some_and(|span| format::holds(Format::GoDuration, span)) {
            return None;
        }
        let help = "it is `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`, or `@every` with a duration such as `1h30m`";
        return whole(format!("there is no schedule `{}`", shown(text)), help);
    }
    let base = text.as_ptr() as usize;
    let words: Vec<&str> = text.split_whitespace().take(8).collect();
    if words.len() != FIELDS.len() {
        let more = if words.len() == 8 { "more than seven".to_owned() } else { words.len().to_string() };
        let help = if words.len() == 6 {
            "Kubernetes has no field for seconds or years: leave it out"
        } else {
            "write minute, hour, day of the month, month and day of the week, as `30 5 * * 1-5`"
        };
        return whole(format!("a schedule has five fields, and this one has {more}"), help);
    }
    FIELDS.iter().zip(words).find_map(|(field, word)| {
        // Nothing between two commas is nothing.
        word.split(',').filter(|item| !item.is_empty()).find_map(|item| {
            let (part, what, help) = self::item(field, item)?;
            let at = part.as_ptr() as usize - base;
            let what = format!("{what} in the schedule's {}", field.name);
            Some(Fault { part: at..at + part.len(), what, help })
        })
    })
}

/// What is wrong with an item: the part of it, the fact, what to do.
fn item<'t>(field: &Field, item: &'t str) -> Option<(&'t str, String, String)> {
    let mut halves = item.split('/');
    let (range, step) = (halves.next().unwrap_or(item), halves.next());
    let mut ends = range.split('-');
    let (first, last) = (ends.next().unwrap_or(range), ends.next());
    // What follows a star or a question mark in its range is not looked at.
    if !matches!(first, "*" | "?") {
        let low = match value(field, first) {
            Ok(value) => value,
            Err(fault) => return Some(fault),
        };
        if let Some(last) = last {
            match value(field, last) {
                Ok(high) if high < low => {
                    let help = "write the lower end first, or two ranges".to_owned();
                    return Some((range, format!("`{}` runs backwards", shown(range)), help));
                }
                Ok(_) => {}
                Err(fault) => return Some(fault),
            }
        }
        if ends.next().is_some() {
            let what = format!("`{}` has more than two ends", shown(range));
            return Some((range, what, "write a range as `1-5`".to_owned()));
        }
    }
    if halves.next().is_some() {
        let what = format!("`{}` has more than one step", shown(item));
        return Some((item, what, "write a step as `*/15`".to_owned()));
    }
    let step = step.filter(|step| number(step).is_none_or(|step| step == 0))?;
    let part = if step.is_empty() { item } else { step };
    Some((part, format!("`{}` is no step", shown(step)), "a step is a number from 1".to_owned()))
}

fn value<'t>(field: &Field, text: &'t str) -> Result<u64, (&'t str, String, String)> {
    let at_name = field.names.iter().position(|name| text.eq_ignore_ascii_case(name));
    let value = at_name.map(|at| field.low + at as u64).or_else(|| number(text));
    value.filter(|value| (field.low..=field.high).contains(value)).ok_or_else(|| {
        let sunday = if field.high == 6 && text == "7" { "; Sunday is 0" } else { "" };
        let names = match field.names {
            [first, .., last] => format!(", or a name from `{first}` to `{last}`"),
            _ => String::new(),
        };
        let help = format!("it is a number from {} to {}{names}{sunday}", field.low, field.high);
        (text, format!("`{}` is no value", shown(text)), help)
    })
}

/// Go's `strconv.Atoi`, where it is not negative.
fn number(text: &str) -> Option<u64> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn what_robfig_cron_reads_is_read() {
        for text in [
            "30 5 * * 1-5",
            "*/90 ? 1,15 JAN-mar sun",
            "0-30/70 * * * *",
            "1,,2 * * * +3",
            "*-9 */2 * * ?/3",
            "@daily",
            "@midnight",
            "@every 1h30m",
            "  0 0 1 1 0  ",
            "0 0 31 2 *",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_schedule_is_said_of_its_part() {
        let said = |text: &str| {
            let fault = fault(text).unwrap_or_else(|| panic!("{text}"));
            format!("{:?}: {} | {}", &text[fault.part], fault.what, fault.help)
        };
        let long = "9".repeat(100_000);
        let all: Vec<String> = [
            "CRON_TZ=UTC 0 0 * * *",
            "@dayly",
            "@every 1d",
            "0 0 * *",
            "0 0 0 * * *",
            "0 24 * * *",
            "0 0 * * 7",
            "0 0 * 1,foo *",
            "0 0 5-1 * *",
            "0 0 1-2-3 * *",
            "*/0 * * * *",
            "*/ * * * *",
            "*/2/3 * * * *",
            "-1 * * * *",
        ]
        .map(said)
        .to_vec();
        insta::assert_snapshot!(all.join("\n"), @r#"
        "CRON_TZ=UTC 0 0 * * *": the schedule names a time zone | name it under `timeZone`, and leave it out of `schedule`
        "@dayly": there is no schedule `@dayly` | it is `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`, or `@every` with a duration such as `1h30m`
        "@every 1d": there is no schedule `@every 1d` | it is `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`, or `@every` with a duration such as `1h30m`
        "0 0 * *": a schedule has five fields, and this one has 4 | write minute, hour, day of the month, month and day of the week, as `30 5 * * 1-5`
        "0 0 0 * * *": a schedule has five fields, and this one has 6 | Kubernetes has no field for seconds or years: leave it out
        "24": `24` is no value in the schedule's hour | it is a number from 0 to 23
        "7": `7` is no value in the schedule's day of the week | it is a number from 0 to 6, or a name from `sun` to `sat`; Sunday is 0
        "foo": `foo` is no value in the schedule's month | it is a number from 1 to 12, or a name from `jan` to `dec`
        "5-1": `5-1` runs backwards in the schedule's day of the month | write the lower end first, or two ranges
        "1-2-3": `1-2-3` has more than two ends in the schedule's day of the month | write a range as `1-5`
        "0": `0` is no step in the schedule's minute | a step is a number from 1
        "*/": `` is no step in the schedule's minute | a step is a number from 1
        "*/2/3": `*/2/3` has more than one step in the schedule's minute | write a step as `*/15`
        "": `` is no value in the schedule's minute | it is a number from 0 to 59
        "#);
        assert!(fault(&long).is_some());
        assert!(fault(&format!("{long} * * * *")).is_some_and(|fault| fault.what.len() < 200));
    }
}
