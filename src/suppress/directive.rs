//! What a suppression says: `ignore[rule, …] until=DATE reason`.

use crate::config::Date;
use crate::source::Span;

/// What every suppression in a comment begins with.
pub const MARK: &str = "plimsoll:";

/// How far a suppression reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// What it stands at.
    Here,
    /// The file.
    File,
}

/// A suppression as it is written; spans are of the text it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// How far it reaches.
    pub reach: Reach,
    /// The names in its brackets.
    pub rules: Vec<Span>,
    /// The closing bracket.
    pub bracket: u32,
    /// When it ends, and why.
    pub terms: Terms,
    /// From its mark to its end.
    pub span: Span,
}

/// When a suppression ends, and why it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The last day it holds.
    pub until: Option<(Date, Span)>,
    /// Why it stands; may be empty.
    pub reason: String,
}

/// What is wrong with a suppression, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// The fact.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

const FORM: &str =
    "write `plimsoll: ignore[RULE] reason`, or `plimsoll: ignore-file[RULE] reason` for the whole file";

/// Reads the suppression whose mark begins at `span` and that ends at its end at the latest.
pub fn read(text: &str, span: Span) -> Result<Directive, Fault> {
    let body = span.of(text);
    let span = Span::new(span.start, span.start + body.trim_end().len() as u32);
    let body = span.of(text);
    let sub = |from: usize, to: usize| Span::new(span.start + from as u32, span.start + to as u32);
    let fault = |span: Span, message: String, help| Err(Fault { span, message, help });
    let verb_start = MARK.len() + leading_blanks(&body[MARK.len()..]);
    let verb_end = verb_start
        + body[verb_start..].find(|c: char| c == '[' || c.is_whitespace()).unwrap_or(body.len() - verb_start);
    let verb = &body[verb_start..verb_end];
    let reach = match verb {
        "ignore" => Reach::Here,
        "ignore-file" => Reach::File,
        _ => return fault(sub(0, verb_end), "a `plimsoll:` comment that is no suppression".to_owned(), FORM),
    };
    let open = verb_end + leading_blanks(&body[verb_end..]);
    if !body[open..].starts_with('[') {
        return fault(sub(0, verb_end), format!("`{verb}` names no rule and suppresses nothing"), FORM);
    }
    let Some(close) = body[open..].find(']').map(|at| open + at) else {
        return fault(sub(open, open + 1), "the list of rules has no `]`".to_owned(), FORM);
    };
    let mut rules = Vec::new();
    let mut at = open + 1;
    for item in body[open + 1..close].split(',') {
        let start = at + leading_blanks(item);
        at += item.len() + 1;
        let name = item.trim();
        if name.is_empty() {
            let message = format!("`{verb}` has an empty place in its list of rules");
            return fault(sub(open, close + 1), message, FORM);
        }
        rules.push(sub(start, start + name.len()));
    }
    let terms = Terms::read(&body[close + 1..]).map_err(|fault| Fault {
        span: sub(close + 1 + fault.span.start as usize, close + 1 + fault.span.end as usize),
        ..fault
    })?;
    let until = terms
        .until
        .map(|(day, word)| (day, sub(close + 1 + word.start as usize, close + 1 + word.end as usize)));
    let bracket = span.start + close as u32;
    Ok(Directive { reach, rules, bracket, terms: Terms { until, ..terms }, span })
}

impl Terms {
    /// Reads a reason with at most one word `until=DATE` in it.
    pub fn read(text: &str) -> Result<Self, Fault> {
        const HELP: &str = "write the last day it holds as `until=2027-01-31`, once";
        let mut terms = Self::default();
        let mut at = 0;
        for word in text.split_inclusive(char::is_whitespace) {
            let span = Span::from(at..at + word.trim_end().len());
            at += word.len();
            let Some(day) = word.trim_end().strip_prefix("until=") else {
                terms.reason.push_str(word);
                continue;
            };
            let Some(day) = Date::parse(day) else {
                return Err(Fault { span, message: "this is no day of the calendar".to_owned(), help: HELP });
            };
            if terms.until.replace((day, span)).is_some() {
                return Err(Fault { span, message: "a second last day".to_owned(), help: HELP });
            }
        }
        terms.reason = terms.reason.trim().to_owned();
        Ok(terms)
    }

    /// Whether the last day lies before `today`.
    pub fn is_over(&self, today: Date) -> bool {
        self.until.is_some_and(|(until, _)| until < today)
    }
}

fn leading_blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read<'t> = (Reach, Vec<&'t str>, Option<String>, String);

    fn parse(text: &str) -> Result<Read<'_>, String> {
        let whole = Span::from(0..text.len());
        let directive =
            read(text, whole).map_err(|fault| format!("{} [{}]", fault.message, fault.span.of(text)))?;
        let rules = directive.rules.iter().map(|rule| rule.of(text)).collect();
        let until = directive.terms.until.map(|(_, span)| span.of(text).to_owned());
        Ok((directive.reach, rules, until, directive.terms.reason))
    }

    #[test]
    fn rules_reason_and_last_day_are_read() {
        let day = Some("until=2027-01-31".to_owned());
        assert_eq!(
            parse("plimsoll: ignore[a] why not  "),
            Ok((Reach::Here, vec!["a"], None, "why not".into()))
        );
        assert_eq!(
            parse("plimsoll:ignore-file[a, b/c ]"),
            Ok((Reach::File, vec!["a", "b/c"], None, String::new()))
        );
        let ended = parse("plimsoll: ignore[a] until=2027-01-31 é why");
        assert_eq!(ended, Ok((Reach::Here, vec!["a"], day.clone(), "é why".into())));
        assert_eq!(
            parse("plimsoll: ignore [a] é until=2027-01-31"),
            Ok((Reach::Here, vec!["a"], day, "é".into()))
        );
    }

    #[test]
    fn what_is_malformed_is_said_at_its_place() {
        for (text, expected) in [
            ("plimsoll: ignore", "`ignore` names no rule and suppresses nothing [plimsoll: ignore]"),
            ("plimsoll: ignore a", "`ignore` names no rule and suppresses nothing [plimsoll: ignore]"),
            ("plimsoll: ignore[]", "`ignore` has an empty place in its list of rules [[]]"),
            ("plimsoll: ignore[a,,b] c", "`ignore` has an empty place in its list of rules [[a,,b]]"),
            ("plimsoll: ignore[a", "the list of rules has no `]` [[]"),
            ("plimsoll: disable[a]", "a `plimsoll:` comment that is no suppression [plimsoll: disable]"),
            ("plimsoll:", "a `plimsoll:` comment that is no suppression [plimsoll:]"),
            ("plimsoll: ignore[a] until=soon", "this is no day of the calendar [until=soon]"),
            (
                "plimsoll: ignore[a] until=2027-01-31 x until=2027-02-01",
                "a second last day [until=2027-02-01]",
            ),
        ] {
            assert_eq!(parse(text), Err(expected.to_owned()), "{text}");
        }
    }
}
