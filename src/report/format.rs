//! The formats by their names.

use super::{Look, Run, concise, full, github, gitlab, json, junit, markdown, sarif};
use std::io;
use std::str::FromStr;

/// The shapes of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Windows of source, for people.
    Full,
    /// A line for each finding.
    Concise,
    /// One JSON object.
    Json,
    /// A JSON object on each line.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// Code Quality of GitLab.
    Gitlab,
    /// `JUnit` XML.
    Junit,
    /// Markdown, for job summaries and comments.
    Markdown,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 9] = [
        Self::Full,
        Self::Concise,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Markdown,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
        }
    }

    /// Writes a run in the format; `look` is for people only.
    pub fn write(self, out: &mut dyn io::Write, run: &Run<'_>, look: Look) -> io::Result<()> {
        match self {
            Self::Full => full::full(out, run, look),
            Self::Concise => concise::concise(out, run),
            Self::Json => json::json(out, run),
            Self::Jsonl => json::jsonl(out, run),
            Self::Sarif => sarif::sarif(out, run),
            Self::Github => github::github(out, run),
            Self::Gitlab => gitlab::gitlab(out, run),
            Self::Junit => junit::junit(out, run),
            Self::Markdown => markdown::markdown(out, run),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    /// The error is for a person.
    fn from_str(name: &str) -> Result<Self, String> {
        let names = Self::ALL.map(Self::name);
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| {
            let near = crate::shape::suggest(name, names);
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!("unknown format `{name}`{hint} (there are {})", names.join(", "))
        })
    }
}
