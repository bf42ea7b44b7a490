//! The shape a file the user writes may have: one description that validates it and publishes its JSON Schema.

mod check;
mod json;
mod read;
mod schema;

pub use check::{Mistake, check, found, problems, suggest};
pub use json::to_json;
pub use read::{entries, field, one_or_list, root, text};
pub use schema::json_schema;

/// What may stand at a place in a file.
#[derive(Debug)]
pub enum Shape {
    /// Anything; whoever uses it looks closer.
    Any,
    /// A scalar that is text.
    Text(Format),
    /// One of a few names.
    OneOf(&'static Names),
    /// A list.
    List(&'static Shape),
    /// One item, or a list of them.
    OneOrList(&'static Shape),
    /// One item, or a list of at least one.
    OneOrMore(&'static Shape),
    /// A mapping from names that the user chooses.
    Map(Format, &'static Shape),
    /// A mapping with known keys.
    Record(&'static Record),
    /// One of several shapes. The kind of node decides; among records, the keys that stand there.
    Either(&'static [Shape]),
}

/// What a text must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Any text.
    Plain,
    /// An expression; checked when the rule is loaded.
    Expression,
    /// A glob over paths from the project root.
    Glob,
    /// A regular expression that runs in linear time.
    Regex,
    /// A day of the calendar, `YYYY-MM-DD`.
    Date,
    /// A name in lower-case kebab, like `missing-probe`.
    Kebab,
    /// The name of a rule: kebab, with the prefix of its pack and a `/` before it if it has one.
    RuleName,
    /// A path of the project, from its root, that does not leave it.
    ProjectPath,
    /// A name that expressions can use: letters, digits and `_`, no digit first.
    Variable,
    /// A service name: one identifier of letters, digits, `_` and `-`.
    Identifier,
    /// The same with the wildcards `*` and `?`, and at least one character that is none.
    IdentifierGlob,
    /// Keys joined with dots, like `spec.template`.
    KeyPath,
    /// A minor version of Kubernetes, or two with `..` between.
    KubernetesVersions,
}

/// The names of [`Shape::OneOf`].
#[derive(Debug)]
pub struct Names {
    /// What they name, singular: `severity`.
    pub noun: &'static str,
    /// Each name and what it means.
    pub names: &'static [(&'static str, &'static str)],
}

/// A mapping with known keys.
#[derive(Debug)]
pub struct Record {
    /// What it is, singular, as it is called in messages; unique, as it names the definition in the JSON Schema.
    pub noun: &'static str,
    /// What it is for, in one sentence.
    pub doc: &'static str,
    /// The keys, in the order of the documentation.
    pub fields: &'static [Field],
    /// Keys of which exactly one must stand; empty if there is no such choice.
    pub exactly_one: &'static [&'static str],
}

/// A key of a [`Record`].
#[derive(Debug)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// Whether it must stand.
    pub presence: Presence,
    /// What its value may be.
    pub shape: Shape,
    /// What it means, in a sentence or two.
    pub doc: &'static str,
    /// Values as one would write them in YAML flow style.
    pub examples: &'static [&'static str],
}

/// Whether a key must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Its absence is a mistake.
    Required,
    /// It may be left out.
    Optional,
}

impl Field {
    /// A key that must stand.
    pub const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, presence: Presence::Required, shape, doc, examples: &[] }
    }

    /// A key that may be left out.
    pub const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, presence: Presence::Optional, shape, doc, examples: &[] }
    }

    /// With examples for the documentation.
    #[must_use]
    pub const fn like(self, examples: &'static [&'static str]) -> Self {
        Self { examples, name: self.name, presence: self.presence, shape: self.shape, doc: self.doc }
    }
}

impl Record {
    /// The field of a key.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Shape {
    /// The shape in words, singular with its article: `a list of globs`, `a severity or a record`.
    pub fn describe(&self) -> String {
        match self {
            Self::Any => "anything".into(),
            Self::Text(Format::Plain) => "text".into(),
            Self::List(item) => format!("a list of {}", item.plural()),
            Self::OneOrList(item) | Self::OneOrMore(item) => {
                format!("{} or a list of {}", item.describe(), item.plural())
            }
            Self::Map(_, value) => format!("a mapping to {}", value.plural()),
            Self::Either(shapes) => shapes.iter().map(Self::describe).collect::<Vec<_>>().join(" or "),
            Self::Text(_) | Self::OneOf(_) | Self::Record(_) => {
                let noun = self.noun();
                let article = if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
                format!("{article} {noun}")
            }
        }
    }

    fn noun(&self) -> &'static str {
        match self {
            Self::Text(format) => format.noun(),
            Self::OneOf(names) => names.noun,
            Self::Record(record) => record.noun,
            Self::List(_) | Self::OneOrList(_) | Self::OneOrMore(_) => "list",
            Self::Map(..) => "mapping",
            Self::Any | Self::Either(_) => "value",
        }
    }

    fn plural(&self) -> String {
        match (self, self.noun()) {
            (Self::Either(shapes), _) => shapes.iter().map(Self::plural).collect::<Vec<_>>().join(" or "),
            (_, noun) => match noun.strip_suffix('y') {
                Some(stem) => format!("{stem}ies"),
                None => format!("{noun}s"),
            },
        }
    }
}

impl Format {
    const fn noun(self) -> &'static str {
        match self {
            Self::Plain => "text",
            Self::Expression => "expression",
            Self::Glob => "glob",
            Self::Regex => "regular expression",
            Self::Date => "date",
            Self::Kebab => "lower-case name",
            Self::RuleName => "rule name",
            Self::ProjectPath => "path of the project",
            Self::Variable => "variable name",
            Self::Identifier => "service name",
            Self::IdentifierGlob => "service name with wildcards",
            Self::KeyPath => "path of keys",
            Self::KubernetesVersions => "version of Kubernetes",
        }
    }

    /// What is wrong with a text and what to do about it.
    fn fault(self, text: &str) -> Option<(String, Option<String>)> {
        let identifier = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let (valid, help) = match self {
            Self::Plain | Self::Expression => {
                let help = "write something, or leave the key out";
                return text.trim().is_empty().then(|| ("the text is empty".into(), Some(help.into())));
            }
            Self::Regex => {
                let fault = crate::expr::Regexp::new(text).err()?;
                return Some((format!("no regular expression: {fault}"), None));
            }
            Self::Glob => {
                let fault = crate::glob::Glob::new(text).err()?;
                let help = "globs are paths from the project root with `/`, like `deploy/**/*.yaml`";
                return Some((format!("`{text}` is no glob: {fault}"), Some(help.into())));
            }
            Self::KubernetesVersions => {
                let fault = crate::config::KubernetesVersions::parse(text).err()?;
                return Some((fault, Some("write `1.35`, or `1.33..1.36`".into())));
            }
            Self::Date => {
                (crate::config::Date::parse(text).is_some(), "write a day of the calendar as YYYY-MM-DD")
            }
            Self::Kebab => {
                (is_kebab(text), "use lower-case letters, digits and single `-`, like `missing-probe`")
            }
            Self::RuleName => {
                let (prefix, id) = text.split_once('/').unwrap_or(("x", text));
                (
                    is_kebab(prefix) && is_kebab(id),
                    "rules are called like `missing-probe` or `acme/image-pinned`",
                )
            }
            Self::ProjectPath => {
                let help = "name a folder or file of the repository from its root, like `policy/rules`; \
                            rules are kept in the repository, never fetched";
                (is_project_path(text), help)
            }
            Self::Variable => {
                let variable = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                    && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                (variable, "use letters, digits and `_`, no digit first")
            }
            Self::Identifier if text.contains(['*', '?']) => {
                (false, "names with wildcards stand under `glob`")
            }
            Self::Identifier => {
                (!text.is_empty() && text.chars().all(identifier), "use letters, digits, `_` and `-`")
            }
            Self::IdentifierGlob => {
                let characters = text.chars().all(|c| identifier(c) || c == '*' || c == '?');
                let help = "use letters, digits, `_`, `-` and the wildcards `*` and `?`; \
                            at least one character must be no wildcard";
                (characters && text.contains(identifier), help)
            }
            Self::KeyPath => {
                let keys = text.split('.').all(|key| !key.is_empty() && key.trim() == key);
                (keys, "join keys with dots, like `spec.template`")
            }
        };
        (!valid).then(|| (format!("`{text}` is no {}", self.noun()), Some(help.into())))
    }
}

/// Whether a text is a name in lower-case kebab, like `missing-probe`.
pub fn is_kebab(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && !text.contains("--")
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Whether a text is a path with `/` that starts at the project root and does not leave it.
pub fn is_project_path(text: &str) -> bool {
    let path = text.strip_prefix("./").unwrap_or(text);
    let stays = path.trim_end_matches('/').split('/').all(|part| !matches!(part, "" | "." | ".."));
    stays && !text.contains(['\\', ':', '\0'])
}
