//! Schedules in cron's form, as GitHub reads them (`cron.ts` of `@actions/workflow-parser`): five fields, no `@daily`, no seconds.

use crate::schema::schedule::{FIELDS, Fault, Field};
use crate::schema::words::{quoted, shown};
use std::ops::Range;

/// A schedule: the set of values of each field as bits.
#[derive(Debug)]
pub struct Cron {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    /// Whether any day of the week will do.
    any_weekday: bool,
}

const FORM: &str = "write minute, hour, day of the month, month and day of the week, as `30 5 * * 1-5`";

/// Days that each month can have.
const LENGTHS: [u64; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Cron {
    /// Reads a schedule.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let whole = |what: String, help: &str| Fault { part: 0..text.len(), what, help: help.to_owned() };
        if text.trim_start().starts_with('@') {
            let help =
                "write it as five fields: `0 0 * * *` is daily, `0 0 * * 0` weekly, `0 * * * *` hourly";
            return Err(whole(format!("GitHub knows no schedule {}", quoted(text.trim())), help));
        }
        let base = text.as_ptr() as usize;
        let words: Vec<(usize, &str)> =
            text.split_whitespace().take(8).map(|word| (word.as_ptr() as usize - base, word)).collect();
        let mut bits = [0; 5];
        if words.len() != bits.len() {
            let more = if words.len() == 8 { "more than seven".to_owned() } else { words.len().to_string() };
            let what = format!("a schedule has five fields, and this one has {more}");
            let help = if words.len() == 6 {
                "GitHub has no field for seconds or years: leave it out"
            } else {
                FORM
            };
            return Err(whole(what, help));
        }
        for ((bits, field), &(at, word)) in bits.iter_mut().zip(&FIELDS).zip(&words) {
            *bits = field.parse(word, at)?;
        }
        let [minutes, hours, days, months, _] = bits;
        Ok(Self { minutes, hours, days, months, any_weekday: matches!(words[4].1, "*" | "?") })
    }

    /// Whether no day is both one of its days and in one of its months. Where days of the week are named too, either will do.
    pub fn never_comes(&self) -> bool {
        let has_day = |month: usize| {
            let days = (1 << (LENGTHS[month] + 1)) - 1;
            self.months & (1 << (month + 1)) != 0 && self.days & days != 0
        };
        self.any_weekday && !(0..LENGTHS.len()).any(has_day)
    }

    /// The least number of minutes from one run to the next, within a day.
    pub fn interval(&self) -> u32 {
        let minutes: Vec<u32> = (0..60).filter(|minute| self.minutes & (1 << minute) != 0).collect();
        let within = minutes.windows(2).map(|pair| pair[1] - pair[0]).min();
        // From an hour to the next.
        let follows = (0..23).any(|hour| self.hours & (0b11 << hour) == 0b11 << hour);
        let across =
            minutes.first().zip(minutes.last()).filter(|_| follows).map(|(first, last)| first + 60 - last);
        within.into_iter().chain(across).min().unwrap_or(60)
    }
}

impl Field {
    /// The values that a field stands for; `at` is where it begins in the text.
    fn parse(&self, word: &str, at: usize) -> Result<u64, Fault> {
        // `?` is taken by some and by others not: it stands for any value where it is.
        if word == "?" {
            return Ok(u64::MAX);
        }
        let mut bits = 0;
        let mut at = at;
        for item in word.split(',') {
            bits |= self.item(item).map_err(|(part, what, help)| {
                let what = format!("{what} in a schedule's {}", self.name);
                Fault { part: at + part.start..at + part.end, what, help }
            })?;
            at += item.len() + 1;
        }
        Ok(bits)
    }

    /// The values of one item of a list.
    fn item(&self, item: &str) -> Result<u64, (Range<usize>, String, String)> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        let (low, high) = if range == "*" {
            (self.low, self.high)
        } else if let Some((low, high)) = range.split_once('-') {
            let first = self.value(low, 0)?;
            let last = self.value(high, low.len() + 1)?;
            if last < first {
                let help = format!(
                    "write the lower end first, or two ranges: `{}-{},{}-{}`",
                    shown(low),
                    self.high,
                    self.low,
                    shown(high)
                );
                return Err((0..range.len(), format!("{} runs backwards", quoted(range)), help));
            }
            (first, last)
        } else {
            let value = self.value(range, 0)?;
            (value, if step.is_some() { self.high } else { value })
        };
        let step = match step {
            None => 1,
            Some(step) => {
                let part = range.len() + 1..item.len();
                let number = number(step).filter(|number| (1..=self.high).contains(number));
                let help = || format!("a step is a number from 1 to {}", self.high);
                number.ok_or_else(|| {
                    (
                        if part.is_empty() { 0..item.len() } else { part },
                        format!("{} is no step", quoted(step)),
                        help(),
                    )
                })?
            }
        };
        Ok((low..=high).step_by(step as usize).fold(0, |bits, value| bits | 1 << value))
    }

    /// The value of a number or a name that begins at an offset of its item.
    fn value(&self, text: &str, at: usize) -> Result<u64, (Range<usize>, String, String)> {
        let at_name = self.names.iter().position(|name| text.eq_ignore_ascii_case(name));
        let value = at_name.map(|at| self.low + at as u64).or_else(|| number(text));
        value.filter(|value| (self.low..=self.high).contains(value)).ok_or_else(|| {
            let names = match self.names {
                [first, .., last] => {
                    format!(", or a name from `{}` to `{}`", first.to_uppercase(), last.to_uppercase())
                }
                _ => String::new(),
            };
            let sunday = if self.names.first() == Some(&"sun") && text == "7" { "; Sunday is 0" } else { "" };
            let help = format!("it is a number from {} to {}{names}{sunday}", self.low, self.high);
            (at..at + text.len(), format!("{} is no value", quoted(text)), help)
        })
    }
}

/// A number in digits.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::Cron;

    fn said(text: &str) -> String {
        match Cron::parse(text) {
            Err(fault) => format!("{:?}: {} | {}", &text[fault.part], fault.what, fault.help),
            Ok(cron) if cron.never_comes() => "never".to_owned(),
            Ok(cron) => format!("every {}", cron.interval()),
        }
    }

    #[test]
    fn schedules_that_run_are_read() {
        for (text, interval) in [
            ("30 5 * * 1-5", 60),
            ("*/5 * * * *", 5),
            ("*/4 * * * *", 4),
            ("* * * * *", 1),
            ("0,58 * * * *", 2),
            ("0,58 3,5 * * *", 58),
            ("0 0 29 2 *", 60),
            ("0 0 31 2 1", 60),
            ("5/15 * 1-7 JAN-Mar,dec sun", 15),
            ("05 00 01 01 ?", 60),
            ("  0   0 * * SAT ", 60),
            ("0-3 1 * * *", 1),
            ("59 0 1,15 */2 *", 60),
        ] {
            assert_eq!(said(text), format!("every {interval}"), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_schedule_is_said_of_its_part() {
        for (text, fault) in [
            ("0 0 31 2,4 *", "never"),
            (
                "@daily",
                "\"@daily\": GitHub knows no schedule `@daily` | write it as five fields: `0 0 * * *` is daily, `0 0 * * 0` weekly, `0 * * * *` hourly",
            ),
            (
                "0 0 * *",
                "\"0 0 * *\": a schedule has five fields, and this one has 4 | write minute, hour, day of the month, month and day of the week, as `30 5 * * 1-5`",
            ),
            (
                "0 0 0 * * *",
                "\"0 0 0 * * *\": a schedule has five fields, and this one has 6 | GitHub has no field for seconds or years: leave it out",
            ),
            ("0 24 * * *", "\"24\": `24` is no value in a schedule's hour | it is a number from 0 to 23"),
            (
                "0 0 * * 7",
                "\"7\": `7` is no value in a schedule's day of the week | it is a number from 0 to 6, or a name from `SUN` to `SAT`; Sunday is 0",
            ),
            (
                "0 0 * 1,foo *",
                "\"foo\": `foo` is no value in a schedule's month | it is a number from 1 to 12, or a name from `JAN` to `DEC`",
            ),
            (
                "0 0 * * fri-mon",
                "\"fri-mon\": `fri-mon` runs backwards in a schedule's day of the week | write the lower end first, or two ranges: `fri-6,0-mon`",
            ),
            (
                "*/60 * * * *",
                "\"60\": `60` is no step in a schedule's minute | a step is a number from 1 to 59",
            ),
            ("*/ * * * *", "\"*/\": `` is no step in a schedule's minute | a step is a number from 1 to 59"),
            ("1,, * * * *", "\"\": `` is no value in a schedule's minute | it is a number from 0 to 59"),
            (
                "0 0 1-31-2 * *",
                "\"31-2\": `31-2` is no value in a schedule's day of the month | it is a number from 1 to 31",
            ),
            (
                "0 0 L * *",
                "\"L\": `L` is no value in a schedule's day of the month | it is a number from 1 to 31",
            ),
        ] {
            assert_eq!(said(text), fault);
        }
        assert!(Cron::parse(&"9".repeat(100_000)).is_err());
        assert!(Cron::parse("0 0 * * 99999999999999999999999").is_err());
    }
}
