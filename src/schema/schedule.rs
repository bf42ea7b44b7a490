//! The five fields of a schedule in cron's form, and what can be wrong with one. Who reads it (GitHub, Kubernetes) has rules of his own.

use std::ops::Range;

/// What is wrong with a schedule.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// The bytes of the text that it is about.
    pub part: Range<usize>,
    /// The fact.
    pub what: String,
    /// What to do.
    pub help: String,
}

/// One of the five fields.
pub struct Field {
    /// In words.
    pub name: &'static str,
    /// Its least value.
    pub low: u64,
    /// Its greatest value.
    pub high: u64,
    /// Names of its values, the first of which is `low`.
    pub names: &'static [&'static str],
}

/// The fields, in their order.
pub const FIELDS: [Field; 5] = [
    Field { name: "minute", low: 0, high: 59, names: &[] },
    Field { name: "hour", low: 0, high: 23, names: &[] },
    Field { name: "day of the month", low: 1, high: 31, names: &[] },
    Field {
        name: "month",
        low: 1,
        high: 12,
        names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    },
    Field {
        name: "day of the week",
        low: 0,
        high: 6,
        names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];
