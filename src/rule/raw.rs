//! What the author wrote in a rule file, key by key, with the place of every character.

use super::example::{Example, Verdict};
use super::shape::RULE_FILE;
use crate::diagnostic::{Safety, Severity};
use crate::shape::{Mistake, entries, field, one_or_list, problems, root, text};
use crate::source::{Place, SourceMap, Span, Spanned};
use crate::yaml::{Document, Entry, Kind, Node};
use std::collections::HashMap;

/// A text of a rule (an expression, a message) and the way from its characters back to the rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleText {
    /// The decoded text.
    pub value: String,
    /// The scalar in the rule file.
    pub place: Place,
    map: SourceMap,
}

impl RuleText {
    /// The text of a scalar; `None` for every other node.
    pub fn new(node: Node<'_>) -> Option<Self> {
        let scalar = node.resolve().kind() == Kind::Scalar;
        let (value, map) = scalar.then(|| node.text_map())?;
        Some(Self { value, place: node.place(), map })
    }

    /// The place in the rule file of bytes of the text, also inside quotes and block scalars.
    pub fn place_of(&self, span: Span) -> Place {
        self.map.place(span).unwrap_or(self.place)
    }
}

/// A rule as its author wrote it, after the check of its shape.
#[derive(Debug)]
pub struct RawRule<'d> {
    /// `id`
    pub id: Spanned<String>,
    /// `severity`
    pub severity: Spanned<Severity>,
    /// `summary`
    pub summary: Option<RuleText>,
    /// `each`: at least one target.
    pub each: Vec<Spanned<String>>,
    /// `needs`: the key of the configuration.
    pub needs: Option<Spanned<String>>,
    /// `let`, in the order of the file.
    pub lets: Vec<RawLet>,
    /// `when`
    pub when: Option<RuleText>,
    /// `require`, `forbid`, `pattern`, `literals` or `schema`
    pub test: RawTest<'d>,
    /// `at`
    pub at: Option<RuleText>,
    /// `related`
    pub related: Vec<RawRelated>,
    /// `message`
    pub message: RuleText,
    /// `help`
    pub help: Option<RuleText>,
    /// `fix`
    pub fix: Option<RawFix>,
    /// `explain`
    pub explain: Option<RuleText>,
    /// `params`
    pub params: Vec<RawParam<'d>>,
    /// `tests`
    pub examples: Vec<Example<'d>>,
    /// `profiles`; a rule of the user without any is on under every preset. A rule that ships is on in the presets that list it.
    pub profiles: Vec<Spanned<String>>,
    /// `deprecated`: what to use instead.
    pub deprecated: Option<Spanned<String>>,
}

/// How a rule decides.
#[derive(Debug)]
pub enum RawTest<'d> {
    /// An expression that must hold.
    Require(RuleText),
    /// An expression that must not hold.
    Forbid(RuleText),
    /// A regular expression that must not be found.
    Pattern(RuleText),
    /// Texts that must not be found.
    Literals(Vec<Spanned<String>>),
    /// A JSON Schema, as written.
    Schema(Node<'d>),
}

/// An entry of `let`.
#[derive(Clone, Debug)]
pub struct RawLet {
    /// The name.
    pub name: Spanned<String>,
    /// What it stands for.
    pub expression: RuleText,
}

/// An entry of `related`.
#[derive(Clone, Debug)]
pub struct RawRelated {
    /// The place, as an expression.
    pub at: RuleText,
    /// What stands there.
    pub label: Option<RuleText>,
}

/// `fix`.
#[derive(Clone, Debug)]
pub struct RawFix {
    /// `title`
    pub title: Option<RuleText>,
    /// `replace` with `with`, or `remove`
    pub change: RawChange,
    /// `safety`; unsafe where nothing is said.
    pub safety: Safety,
}

/// What a fix changes.
#[derive(Clone, Debug)]
pub enum RawChange {
    /// A text becomes another one.
    Replace {
        /// The text, as an expression.
        place: RuleText,
        /// What takes its place.
        with: RuleText,
    },
    /// An entry or an item goes, given as an expression.
    Remove(RuleText),
}

/// An entry of `params`.
#[derive(Clone, Debug)]
pub struct RawParam<'d> {
    /// The name.
    pub name: Spanned<String>,
    /// `bool`, `int`, `double`, `string`, `list` or `map`, if written.
    pub type_name: Option<Spanned<String>>,
    /// The default, as written; without one the configuration must set the param.
    pub default: Option<Node<'d>>,
    /// What it means.
    pub doc: Option<Spanned<String>>,
}

/// Reads the rules of a file. The error is every mistake in its shape and in the marks of its examples.
pub fn read(document: &Document) -> Result<Vec<RawRule<'_>>, Vec<Mistake>> {
    let (rules, mut mistakes) = read_what_stands(document);
    mistakes.extend(duplicates(rules.iter().map(|rule| &rule.id)));
    if mistakes.is_empty() { Ok(rules) } else { Err(mistakes) }
}

/// Reads the rules of a file that may have mistakes: those that have all they need, and every mistake in the shape of the file and in
/// the marks of its examples. A rule that came with mistakes must not run; it can show more of them.
pub fn read_what_stands(document: &Document) -> (Vec<RawRule<'_>>, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    let root = match root(document, &RULE_FILE) {
        Ok(Some(root)) => root,
        Ok(None) => {
            let start = Place { file: document.file(), span: Span::empty(0) };
            let help = "write at least `id`, `each`, `require` or `forbid`, and `message`";
            return (Vec::new(), vec![Mistake::new(start, "no rule in this file").with_help(help)]);
        }
        Err(found) => {
            let broken = !problems(document).is_empty();
            mistakes = found;
            match document.roots().next() {
                Some(root) if !broken => root,
                _ => return (Vec::new(), mistakes),
            }
        }
    };
    let nodes: Vec<_> = match root.get("rules") {
        Some(rules) => rules.items().collect(),
        None => vec![root],
    };
    let rules = nodes.into_iter().filter_map(|node| rule(node, &mut mistakes)).collect();
    (rules, mistakes)
}

/// The ids that stand more than once, each with the place of the first; for the rules of all files together.
pub fn duplicates<'r>(ids: impl Iterator<Item = &'r Spanned<String>>) -> Vec<Mistake> {
    let mut first: HashMap<&str, Place> = HashMap::new();
    let mut mistakes = Vec::new();
    for id in ids {
        match first.get(&*id.value) {
            Some(&place) => mistakes.push(
                Mistake::new(id.place, format!("a second rule is called `{}`", id.value))
                    .with_help("give one of them another id")
                    .with_related(place, "first here"),
            ),
            None => {
                first.insert(&id.value, id.place);
            }
        }
    }
    mistakes
}

/// `None` only for a node that did not pass the check of its shape.
fn rule<'d>(node: Node<'d>, mistakes: &mut Vec<Mistake>) -> Option<RawRule<'d>> {
    let prose = |key| node.get(key).and_then(RuleText::new);
    let id = field(node, "id")?;
    let severities = [Severity::Info, Severity::Warning];
    let severity = match field(node, "severity") {
        Some(name) => name.map(|name| {
            severities.into_iter().find(|severity| severity.name() == name).unwrap_or(Severity::Error)
        }),
        None => Spanned { value: Severity::Error, place: id.place },
    };
    let each: Vec<_> = one_or_list(node, "each").into_iter().filter_map(text).collect();
    let Some(target) = each.first() else {
        if node
            .get("each")
            .is_some_and(|each| each.resolve().kind() == Kind::Sequence && each.items().next().is_none())
        {
            mistakes.push(Mistake::new(node.entry("each")?.key.place(), "`each` names no target"));
        }
        return None;
    };
    Some(RawRule {
        severity,
        summary: prose("summary"),
        needs: field(node, "needs"),
        lets: entries(node, "let")
            .into_iter()
            .filter_map(|entry| {
                Some(RawLet { name: text(entry.key)?, expression: RuleText::new(entry.value)? })
            })
            .collect(),
        when: prose("when"),
        test: test(node)?,
        at: prose("at"),
        related: one_or_list(node, "related").into_iter().filter_map(related).collect(),
        message: prose("message")?,
        help: prose("help"),
        fix: node.get("fix").and_then(|node| fix(node, mistakes)),
        explain: prose("explain"),
        params: entries(node, "params").into_iter().filter_map(param).collect(),
        examples: examples(node, target, mistakes),
        profiles: one_or_list(node, "profiles").into_iter().filter_map(text).collect(),
        deprecated: field(node, "deprecated"),
        id,
        each,
    })
}

fn test(node: Node<'_>) -> Option<RawTest<'_>> {
    let prose = |key| node.get(key).and_then(RuleText::new);
    prose("require")
        .map(RawTest::Require)
        .or_else(|| prose("forbid").map(RawTest::Forbid))
        .or_else(|| prose("pattern").map(RawTest::Pattern))
        .or_else(|| node.get("literals").map(|_| RawTest::Literals(texts(node, "literals"))))
        .or_else(|| node.get("schema").map(RawTest::Schema))
}

fn related(node: Node<'_>) -> Option<RawRelated> {
    match RuleText::new(node) {
        Some(at) => Some(RawRelated { at, label: None }),
        None => Some(RawRelated {
            at: RuleText::new(node.get("at")?)?,
            label: node.get("label").and_then(RuleText::new),
        }),
    }
}

fn fix(node: Node<'_>, mistakes: &mut Vec<Mistake>) -> Option<RawFix> {
    let prose = |key| node.get(key).and_then(RuleText::new);
    let key = |key| node.entry(key).map(|entry| entry.key.place());
    let change = match (prose("replace"), prose("with"), prose("remove")) {
        (Some(place), Some(with), None) => RawChange::Replace { place, with },
        (Some(_), None, None) => {
            mistakes.push(
                Mistake::new(key("replace")?, "nothing takes the place of what is replaced")
                    .with_help("add `with`: the new text, with expressions in braces"),
            );
            return None;
        }
        (None, Some(_), Some(_)) => {
            mistakes.push(
                Mistake::new(key("with")?, "`with` stands beside `remove`")
                    .with_help("what is removed leaves nothing behind: take `with` out, or write `replace`"),
            );
            return None;
        }
        (None, None, Some(remove)) => RawChange::Remove(remove),
        // Its shape is wrong, and that is said.
        _ => return None,
    };
    let safe = field(node, "safety").is_some_and(|safety| safety.value == "safe");
    let safety = if safe { Safety::Safe } else { Safety::Unsafe };
    Some(RawFix { title: prose("title"), change, safety })
}

fn param(entry: Entry<'_>) -> Option<RawParam<'_>> {
    let (name, value) = (text(entry.key)?, entry.value);
    if value.resolve().kind() != Kind::Mapping {
        let default = (!value.is_null()).then_some(value);
        return Some(RawParam { name, type_name: None, default, doc: None });
    }
    let (type_name, doc) = (field(value, "type"), field(value, "doc"));
    Some(RawParam { name, type_name, default: value.get("default"), doc })
}

fn examples<'d>(node: Node<'d>, target: &Spanned<String>, mistakes: &mut Vec<Mistake>) -> Vec<Example<'d>> {
    let Some(tests) = node.get("tests") else { return Vec::new() };
    let mut examples = Vec::new();
    for (key, verdict) in [("bad", Verdict::Bad), ("good", Verdict::Good)] {
        for node in one_or_list(tests, key) {
            match Example::new(node, &target.value, verdict) {
                Ok(example) => examples.push(example),
                Err(mistake) => mistakes.push(mistake),
            }
        }
    }
    examples
}

fn texts(node: Node<'_>, key: &str) -> Vec<Spanned<String>> {
    one_or_list(node, key).into_iter().filter_map(text).collect()
}
