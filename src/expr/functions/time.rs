//! Timestamps and durations, with the time zones of the IANA database.

use super::Call;
use crate::expr::program::{Budget, Fault};
use crate::expr::value::{Object, Value};
use crate::expr::view::View;
use std::any::Any;
use std::cmp::Ordering;
use std::rc::Rc;

const NANOS: i128 = 1_000_000_000;
const DAY: i64 = 86_400;
/// The seconds of `0001-01-01T00:00:00Z` and of `9999-12-31T23:59:59Z`: timestamps lie between them.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// A moment, in nanoseconds since 1970.
#[derive(Debug)]
struct Timestamp(i128);

/// A length of time, in nanoseconds: at most some 292 years.
#[derive(Debug)]
struct Duration(i64);

impl Object for Timestamp {
    fn type_name(&self) -> &'static str {
        "google.protobuf.Timestamp"
    }

    fn show(&self) -> String {
        let (seconds, nanos) = self.parts();
        let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let (year, month, day) = civil(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{}Z", fraction(nanos))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn Object) -> bool {
        self.order(other) == Some(Ordering::Equal)
    }

    fn order(&self, other: &dyn Object) -> Option<Ordering> {
        other.as_any().downcast_ref::<Self>().map(|other| self.0.cmp(&other.0))
    }

    fn to_int(&self) -> Option<i64> {
        Some(self.parts().0)
    }

    fn plus(&self, other: &dyn Object) -> Option<Result<Rc<dyn Object>, String>> {
        other.as_any().downcast_ref::<Duration>().map(|other| moment(self.0 + i128::from(other.0)))
    }

    fn minus(&self, other: &dyn Object) -> Option<Result<Rc<dyn Object>, String>> {
        if let Some(other) = other.as_any().downcast_ref::<Duration>() {
            return Some(moment(self.0 - i128::from(other.0)));
        }
        other.as_any().downcast_ref::<Self>().map(|other| length(self.0 - other.0))
    }
}

impl Timestamp {
    fn parts(&self) -> (i64, i128) {
        (self.0.div_euclid(NANOS) as i64, self.0.rem_euclid(NANOS))
    }
}

impl Object for Duration {
    fn type_name(&self) -> &'static str {
        "google.protobuf.Duration"
    }

    fn show(&self) -> String {
        let nanos = i128::from(self.0);
        let sign = if nanos < 0 { "-" } else { "" };
        format!("{sign}{}{}s", nanos.abs() / NANOS, fraction(nanos.abs() % NANOS))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn Object) -> bool {
        self.order(other) == Some(Ordering::Equal)
    }

    fn order(&self, other: &dyn Object) -> Option<Ordering> {
        other.as_any().downcast_ref::<Self>().map(|other| self.0.cmp(&other.0))
    }

    fn to_int(&self) -> Option<i64> {
        Some((i128::from(self.0) / NANOS) as i64)
    }

    fn is_zero(&self) -> bool {
        self.0 == 0
    }

    fn plus(&self, other: &dyn Object) -> Option<Result<Rc<dyn Object>, String>> {
        if let Some(other) = other.as_any().downcast_ref::<Timestamp>() {
            return Some(moment(other.0 + i128::from(self.0)));
        }
        other.as_any().downcast_ref::<Self>().map(|other| length(i128::from(self.0) + i128::from(other.0)))
    }

    fn minus(&self, other: &dyn Object) -> Option<Result<Rc<dyn Object>, String>> {
        other.as_any().downcast_ref::<Self>().map(|other| length(i128::from(self.0) - i128::from(other.0)))
    }
}

fn moment(nanos: i128) -> Result<Rc<dyn Object>, String> {
    if SECONDS.contains(&(nanos.div_euclid(NANOS) as i64)) {
        Ok(Rc::new(Timestamp(nanos)))
    } else {
        Err("a timestamp lies between the years 1 and 9999".to_owned())
    }
}

fn length(nanos: i128) -> Result<Rc<dyn Object>, String> {
    match i64::try_from(nanos) {
        Ok(nanos) => Ok(Rc::new(Duration(nanos))),
        Err(_) => Err("a duration is at most 292 years long".to_owned()),
    }
}

fn object<'a>(made: Result<Rc<dyn Object>, String>) -> Result<Value<'a>, Fault> {
    made.map(Value::Object).map_err(Fault::Message)
}

/// The timestamp of a message.
pub(in crate::expr) fn timestamp_of<'a>(seconds: i64, nanos: i64) -> Result<Value<'a>, Fault> {
    object(moment(i128::from(seconds) * NANOS + i128::from(nanos)))
}

/// The duration of a message.
pub(in crate::expr) fn duration_of<'a>(seconds: i64, nanos: i64) -> Result<Value<'a>, Fault> {
    object(length(i128::from(seconds) * NANOS + i128::from(nanos)))
}

/// `timestamp(x)`: the text of RFC 3339, or seconds since 1970.
pub(super) fn timestamp<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    match call.args[0].view(budget) {
        View::Int(seconds) => timestamp_of(seconds, 0),
        View::Str(text) => match parse_timestamp(&text) {
            Some(nanos) => object(moment(nanos)),
            None => Err(Fault::Message("this string is not a timestamp".to_owned())),
        },
        _ => call.object::<Timestamp>(0, budget).map(|_| call.args[0].clone()),
    }
}

/// `duration(x)`: text such as `1h30m` or `-2.5s`.
pub(super) fn duration<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    match call.args[0].view(budget) {
        View::Str(text) => match parse_duration(&text) {
            Some(nanos) => object(length(nanos)),
            None => Err(Fault::Message("this string is not a duration".to_owned())),
        },
        _ => call.object::<Duration>(0, budget).map(|_| call.args[0].clone()),
    }
}

/// A moment as a calendar and a clock show it.
struct Local {
    days: i64,
    second: i64,
    nanos: i128,
}

fn local(call: &Call<'_, '_>, budget: &Budget) -> Result<Local, Fault> {
    let timestamp = call.object::<Timestamp>(0, budget)?;
    let (seconds, nanos) = timestamp.parts();
    let offset = if call.args.len() == 1 {
        0
    } else {
        let zone = call.str(1, budget)?;
        offset_at(&zone, seconds).ok_or_else(|| Fault::Message("this string is no time zone".to_owned()))?
    };
    let seconds = seconds + offset;
    Ok(Local { days: seconds.div_euclid(DAY), second: seconds.rem_euclid(DAY), nanos })
}

/// Seconds east of UTC: `+02:00`, `02:00` or a name of the IANA database.
fn offset_at(zone: &str, seconds: i64) -> Option<i64> {
    if zone.contains(':') {
        let (sign, digits) = match zone.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, zone.strip_prefix('+').unwrap_or(zone)),
        };
        let (hours, minutes) = digits.split_once(':')?;
        let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
        return (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60));
    }
    let zone = tzdb_data::find_tz(zone.as_bytes())?;
    zone.find_local_time_type(seconds).ok().map(|local| i64::from(local.ut_offset()))
}

macro_rules! parts_of_time {
    ($( $(#[$doc:meta])* $name:ident |$local:ident| $part:expr; )*) => {$(
        $(#[$doc])*
        pub(super) fn $name<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
            let $local = local(call, budget)?;
            Ok(Value::Int($part))
        }
    )*};
}

parts_of_time! {
    /// `time.getFullYear([zone])`
    year |local| civil(local.days).0;
    /// `time.getMonth([zone])`: 0 for January.
    month |local| civil(local.days).1 - 1;
    /// `time.getDate([zone])`: 1 for the first day of the month.
    date |local| civil(local.days).2;
    /// `time.getDayOfMonth([zone])`: 0 for the first day of the month.
    day_of_month |local| civil(local.days).2 - 1;
    /// `time.getDayOfWeek([zone])`: 0 for Sunday. 1970 began with a Thursday.
    day_of_week |local| (local.days + 4).rem_euclid(7);
    /// `time.getDayOfYear([zone])`: 0 for the first day.
    day_of_year |local| local.days - days_of(civil(local.days).0, 1, 1);
}

/// A part of a timestamp by its clock, or the whole of a duration in a unit.
fn clock<'a>(
    call: &Call<'_, 'a>,
    budget: &Budget,
    of_time: impl FnOnce(&Local) -> i64,
    of_duration: impl FnOnce(i64) -> i64,
) -> Result<Value<'a>, Fault> {
    if let Ok(duration) = call.object::<Duration>(0, budget) {
        if call.args.len() > 1 {
            return Err(call.fault("of a duration takes no time zone"));
        }
        return Ok(Value::Int(of_duration(duration.0)));
    }
    local(call, budget).map(|local| Value::Int(of_time(&local)))
}

/// `time.getHours([zone])`, `duration.getHours()`
pub(super) fn hours<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    clock(call, budget, |local| local.second / 3600, |nanos| nanos / 3_600_000_000_000)
}

/// `time.getMinutes([zone])`, `duration.getMinutes()`
pub(super) fn minutes<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    clock(call, budget, |local| local.second / 60 % 60, |nanos| nanos / 60_000_000_000)
}

/// `time.getSeconds([zone])`, `duration.getSeconds()`
pub(super) fn seconds<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    clock(call, budget, |local| local.second % 60, |nanos| nanos / 1_000_000_000)
}

/// `time.getMilliseconds([zone])`, `duration.getMilliseconds()`: those beyond whole seconds.
pub(super) fn milliseconds<'a>(call: &Call<'_, 'a>, budget: &mut Budget) -> Result<Value<'a>, Fault> {
    clock(call, budget, |local| (local.nanos / 1_000_000) as i64, |nanos| nanos / 1_000_000 % 1000)
}

/// The fraction of a second, without zeros at its end; empty for none.
fn fraction(nanos: i128) -> String {
    if nanos == 0 {
        return String::new();
    }
    format!(".{nanos:09}").trim_end_matches('0').to_owned()
}

/// Days since 1970 of a date of the Gregorian calendar. Years are counted from March, so that a leap day ends one.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let months = (month + 9) % 12;
    year * 365 + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (months * 153 + 2) / 5
        + day
        - 719_469
}

/// Year, month (1 to 12) and day of a day since 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    // An estimate of the year, at most one too high or too low.
    let mut year = 1970 + days.div_euclid(365) - days.div_euclid(365) / 1461;
    while days_of(year, 1, 1) > days {
        year -= 1;
    }
    while days_of(year + 1, 1, 1) <= days {
        year += 1;
    }
    let month = (1..=12).rev().find(|&month| days_of(year, month, 1) <= days).unwrap_or(1);
    (year, month, days - days_of(year, month, 1) + 1)
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<i64> {
    let fits = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// Nanoseconds since 1970 of a text as RFC 3339 has it.
fn parse_timestamp(text: &str) -> Option<i128> {
    let (date, time) = (text.get(..10)?, text.get(11..)?);
    if !matches!(text.as_bytes()[10], b'T' | b't') || date.as_bytes()[4] != b'-' || date.as_bytes()[7] != b'-'
    {
        return None;
    }
    let (year, month, day) =
        (number(date.get(..4)?, 4)?, number(date.get(5..7)?, 2)?, number(date.get(8..)?, 2)?);
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    if !(1..=12).contains(&month) || day < 1 || day > days_of(next.0, next.1, 1) - days_of(year, month, 1) {
        return None;
    }
    let clock = time.get(..8)?;
    if clock.as_bytes()[2] != b':' || clock.as_bytes()[5] != b':' {
        return None;
    }
    let (hour, minute, second) =
        (number(clock.get(..2)?, 2)?, number(clock.get(3..5)?, 2)?, number(clock.get(6..)?, 2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut rest = time.get(8..)?;
    let mut nanos = 0;
    if let Some(behind) = rest.strip_prefix('.') {
        let len = behind.bytes().take_while(u8::is_ascii_digit).count();
        if len == 0 || len > 9 {
            return None;
        }
        nanos = number(&behind[..len], len)? * 10_i64.pow(9 - len as u32);
        rest = &behind[len..];
    }
    let offset = match rest {
        "Z" | "z" => 0,
        _ if rest.starts_with(['+', '-']) => offset_at(rest, 0)?,
        _ => return None,
    };
    let seconds = days_of(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset;
    Some(i128::from(seconds) * NANOS + i128::from(nanos))
}

/// Nanoseconds of a text such as `1h30m`, `-2.5s` or `0`.
fn parse_duration(text: &str) -> Option<i128> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() || rest.len() > 256 {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = &rest[..digits(rest)];
        rest = &rest[whole.len()..];
        let part = match rest.strip_prefix('.') {
            Some(behind) => {
                let part = &behind[..digits(behind)];
                rest = &behind[part.len()..];
                part
            }
            None => "",
        };
        if whole.is_empty() && part.is_empty() || whole.len() > 20 {
            return None;
        }
        // Longer names first, so that `ms` is not read as `m`.
        let units: [(&str, i128); 8] = [
            ("ns", 1),
            ("us", 1_000),
            ("µs", 1_000),
            ("μs", 1_000),
            ("ms", 1_000_000),
            ("s", NANOS),
            ("m", 60 * NANOS),
            ("h", 3600 * NANOS),
        ];
        let (name, unit) = units.into_iter().find(|(name, _)| rest.starts_with(name))?;
        rest = &rest[name.len()..];
        total += whole.parse::<i128>().unwrap_or(0) * unit;
        let mut place = unit;
        for digit in part.bytes() {
            place /= 10;
            total += i128::from(digit - b'0') * place;
        }
    }
    Some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::{civil, days_of, parse_duration, parse_timestamp};

    #[test]
    fn days_and_dates_are_inverse() {
        for days in (-719_162..=2_932_896).step_by(13).chain([-719_162, -1, 0, 1, 11_016, 2_932_896]) {
            let (year, month, day) = civil(days);
            assert_eq!(days_of(year, month, day), days);
        }
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
    }

    #[test]
    fn only_real_dates_and_units_are_read() {
        for text in [
            "2023-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "2023-01-01T24:00:00Z",
            "2023-01-01",
            "2023-01-01T00:00:00",
            "é023-01-01T00:00:00Z",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
        assert_eq!(parse_timestamp("1970-01-01T01:00:00.5+01:00"), Some(500_000_000));
        assert_eq!(parse_duration("1m1.5ms"), Some(60_001_500_000));
        for text in ["", "1", "s", "1x", "1.s.", "-"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
