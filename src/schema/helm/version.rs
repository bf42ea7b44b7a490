//! Versions and version ranges as Helm reads them, by the grammar of github.com/Masterminds/semver v3: looser than Semantic Versioning.

use std::cmp::Ordering;

/// A version: `v` in front, minor and patch may be missing, leading zeros count for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    numbers: [u64; 3],
    pre: String,
}

/// A version range: alternatives of conditions that hold together.
#[derive(Clone, Debug)]
pub struct Range(Vec<Vec<Condition>>);

#[derive(Clone, Debug)]
struct Condition {
    operator: &'static str,
    bound: Version,
    /// How many numbers of the bound are written; the rest is `x`.
    given: usize,
}

/// Operators, each before those that it starts with. Some have two spellings.
const OPERATORS: [(&str, &str); 11] = [
    ("!=", "!="),
    (">=", ">="),
    ("=>", ">="),
    ("<=", "<="),
    ("=<", "<="),
    ("~>", "~"),
    (">", ">"),
    ("<", "<"),
    ("=", "="),
    ("~", "~"),
    ("^", "^"),
];

impl Version {
    /// Reads a version; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader(text);
        let written = reader.version()?;
        if !reader.0.is_empty() {
            return None;
        }
        let number = |part: &Option<&str>| part.map_or(Some(0), |part| part.parse().ok());
        let [major, minor, patch] = &written.numbers;
        let numbers = [number(major)?, number(minor)?, number(patch)?];
        is_pre(written.pre).then(|| Self { numbers, pre: written.pre.to_owned() })
    }

    fn order(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (self.pre.as_str(), other.pre.as_str()) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (pre, other) => pre.split('.').map(part).cmp(other.split('.').map(part)),
        })
    }
}

/// A part of a pre-release: numbers come before words.
fn part(text: &str) -> (bool, u64, &str) {
    text.parse().map_or((true, 0, text), |number| (false, number, ""))
}

/// Whether a text may follow the `-`: the parts are not empty, and numbers among them have no leading zero.
fn is_pre(text: &str) -> bool {
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    text.is_empty() || text.split('.').all(|part| !(numeric(part) && part.len() > 1 && part.starts_with('0')))
}

impl Range {
    /// Reads a range; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        text.split("||").map(|part| Reader(part).conditions()).collect::<Option<_>>().map(Self)
    }

    /// Whether a version lies in it. A pre-release does only where the range speaks of one.
    pub fn holds(&self, version: &Version) -> bool {
        self.0.iter().any(|conditions| {
            let takes_pre = conditions.iter().any(|condition| !condition.bound.pre.is_empty());
            (takes_pre || version.pre.is_empty())
                && conditions.iter().all(|condition| condition.holds(version))
        })
    }
}

impl Condition {
    fn holds(&self, version: &Version) -> bool {
        let [major, minor, _] = version.numbers;
        let [bound_major, bound_minor, _] = self.bound.numbers;
        let order = version.order(&self.bound);
        let same = |count: usize| version.numbers[..count] == self.bound.numbers[..count];
        match self.operator {
            "=" if self.given == 3 => order.is_eq(),
            "~" | "=" => {
                // Only `*` and `0.0.0` have a zero bound with nothing after an `x`: they take everything.
                let everything = self.bound.numbers == [0; 3] && matches!(self.given, 0 | 3);
                order.is_ge() && (everything || same(self.given.min(2)))
            }
            "!=" if matches!(self.given, 0 | 3) => order.is_ne(),
            "!=" => !same(self.given),
            ">" => match self.given {
                3 => order.is_gt(),
                2 => (major, minor) > (bound_major, bound_minor),
                1 => major > bound_major,
                _ => order.is_gt(),
            },
            "<" => order.is_lt(),
            ">=" => order.is_ge(),
            "<=" => match self.given {
                3 => order.is_le(),
                2 => (major, minor) <= (bound_major, bound_minor),
                1 => major <= bound_major,
                // `<=*` is read as `<=0.0`.
                _ => (major, minor) <= (0, 0),
            },
            // The first number that is not zero, or not written out, stays.
            _ => {
                let fixed = match (self.given, bound_major, bound_minor) {
                    (1, ..) | (_, 1.., _) => 1,
                    (2, ..) | (_, _, 1..) => 2,
                    _ => 3,
                };
                order.is_ge() && same(fixed)
            }
        }
    }
}

/// A version as it is written; `x` in the place of a number is `None`, and so is one that is missing.
struct Written<'t> {
    numbers: [Option<&'t str>; 3],
    pre: &'t str,
}

struct Reader<'t>(&'t str);

impl<'t> Reader<'t> {
    fn take(&mut self, matches: impl Fn(char) -> bool) -> &'t str {
        let end = self.0.find(|c: char| !matches(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    fn skip(&mut self, text: &str) -> bool {
        self.0.strip_prefix(text).map(|rest| self.0 = rest).is_some()
    }

    fn spaces(&mut self) -> bool {
        !self.take(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')).is_empty()
    }

    /// Digits; in a range also an `x`, which is told by `range`.
    fn number(&mut self, range: bool) -> Option<Option<&'t str>> {
        let digits = self.take(|c| c.is_ascii_digit() || range && matches!(c, 'x' | 'X' | '*'));
        match digits {
            "" => None,
            "x" | "X" | "*" => Some(None),
            digits => digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(Some(digits)),
        }
    }

    fn version(&mut self) -> Option<Written<'t>> {
        self.written(false)
    }

    fn written(&mut self, range: bool) -> Option<Written<'t>> {
        self.skip("v");
        let mut numbers = [self.number(range)?, None, None];
        for number in &mut numbers[1..] {
            if !self.skip(".") {
                break;
            }
            *number = self.number(range)?;
        }
        let pre = if self.skip("-") { self.identifiers()? } else { "" };
        if self.skip("+") {
            self.identifiers()?;
        }
        Some(Written { numbers, pre })
    }

    fn identifiers(&mut self) -> Option<&'t str> {
        let text = self.take(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
        (!text.split('.').any(str::is_empty)).then_some(text)
    }

    fn bound(&mut self, operator: &'static str) -> Option<Condition> {
        let written = self.written(true)?;
        let given = written.numbers.iter().take_while(|number| number.is_some()).count();
        let mut numbers = [0; 3];
        for (number, text) in numbers.iter_mut().zip(written.numbers).take(given) {
            *number = text?.parse().ok()?;
        }
        let bound = Version { numbers, pre: written.pre.to_owned() };
        is_pre(written.pre).then_some(Condition { operator, bound, given })
    }

    /// Conditions between which spaces or one comma stand; `a - b` is a pair of them.
    fn conditions(&mut self) -> Option<Vec<Condition>> {
        let mut found = Vec::new();
        self.spaces();
        loop {
            let operator = OPERATORS.iter().find(|(spelling, _)| self.skip(spelling)).map(|known| known.1);
            self.spaces();
            let condition = self.bound(operator.unwrap_or("="))?;
            let mut apart = self.spaces();
            let rest = self.0;
            if operator.is_none() && apart && self.skip("-") && self.spaces() {
                found.push(Condition { operator: ">=", ..condition });
                found.push(self.bound("<=")?);
                apart = self.spaces();
            } else {
                self.0 = rest;
                found.push(condition);
            }
            if self.0.is_empty() {
                return Some(found);
            }
            if self.skip(",") {
                apart = true;
                self.spaces();
            }
            if !apart {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Range, Version};

    #[test]
    fn versions_are_read_as_loosely_as_helm_reads_them() {
        for text in ["1", "v1.2", "1.2.3", "01.2.3", "1.2-rc.1", "1.2.3-0a.1+b.001", "1.2.3+x"] {
            assert!(Version::parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            "x",
            "1.x",
            "1.2.3.4",
            "1.2.",
            "V1",
            " 1",
            "1 ",
            "1.2.3-",
            "1.2.3-01",
            "1.2.3-a..b",
            "latest",
        ] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ranges_hold_what_they_hold_for_helm() {
        // What github.com/Masterminds/semver/v3 3.4.0 answers for these versions.
        let versions = "0.0.0 0.0.1 0.1.0 0.2.3 0.3.0 1.0.0 1.2.0 1.2.3 1.2.9 1.3.0 2.0.0 2.1.0 3.0.0 1.2.3-rc.1 2.0.0-beta";
        for line in include_str!("ranges.txt").lines() {
            let (range, expected) = line.split_once(" :").expect("a range and versions");
            let range = Range::parse(range).unwrap_or_else(|| panic!("{line}"));
            let held = |text: &&str| range.holds(&Version::parse(text).expect("a version"));
            let held: Vec<&str> = versions.split(' ').filter(held).collect();
            assert_eq!(held.join(" "), expected.trim_start(), "{line}");
        }
        for text in
            ["", ",", "1.2.3,", "1 ||", "1.xx", ">> 1", "latest", "1.2.3 <", ">=1 - 2", "1.2.3>4", "1.2.3.4"]
        {
            assert!(Range::parse(text).is_none(), "{text}");
        }
    }
}
