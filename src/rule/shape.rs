//! The shape of a rule file: every key, what it may hold and what it means.

use crate::config::{CONFIG, PROFILES, SEVERITY};
use crate::model::TargetKind;
use crate::shape::{Field, Format, Names, Record, Shape};
use serde_json::json;

const TEXT: Shape = Shape::Text(Format::Plain);
const EXPRESSION: Shape = Shape::Text(Format::Expression);
const PARAM_VALUES: Shape = Shape::Map(Format::Variable, &Shape::Any);

static TYPE: Names = Names {
    noun: "type",
    names: &[
        ("bool", "true or false"),
        ("int", "a whole number"),
        ("double", "a number"),
        ("string", "text"),
        ("list", "a list; the configuration replaces it as a whole"),
        ("map", "a mapping"),
    ],
};

static NEEDS: Names =
    Names { noun: "part of the configuration", names: &[("pipeline", "the jobs that may deploy")] };

static PARAM: Record = Record {
    noun: "param description",
    doc: "A param with its type, or its default, or both.",
    fields: &[
        Field::optional("type", Shape::OneOf(&TYPE), "its type; by default that of the default"),
        Field::optional(
            "default",
            Shape::Any,
            "its value unless the configuration sets it; without one it must be set",
        ),
        Field::optional("doc", TEXT, "what it means, in one sentence"),
    ],
    exactly_one: &[],
};

/// A mapping always describes the param; every other value is its default.
const PARAM_OR_DEFAULT: Shape = Shape::Either(&[Shape::Record(&PARAM), Shape::Any]);

static RELATED: Record = Record {
    noun: "related place",
    doc: "A second place of a finding.",
    fields: &[
        Field::required("at", EXPRESSION, "the place, as an expression"),
        Field::optional("label", TEXT, "what stands there; expressions in braces"),
    ],
    exactly_one: &[],
};

static SAFETY: Names = Names {
    noun: "safety",
    names: &[
        ("safe", "what is deployed stays the same: `check --fix` makes it"),
        ("unsafe", "what is deployed changes: only `check --fix=unsafe` makes it"),
    ],
};

static FIX: Record = Record {
    noun: "fix",
    doc: "A change that mends a finding. It is offered where all of it is known: the place, and every expression in `with`.",
    fields: &[
        Field::optional("title", TEXT, "what it does, as an order; expressions in braces"),
        Field::optional("replace", EXPRESSION, "the text that is replaced: a scalar, or a part of one"),
        Field::optional("with", TEXT, "what takes its place; expressions in braces"),
        Field::optional(
            "remove",
            EXPRESSION,
            "what is removed with its lines: the value or the key of an entry, or an item",
        ),
        Field::optional(
            "safety",
            Shape::OneOf(&SAFETY),
            "whether it may be made unseen; by default `unsafe`",
        ),
    ],
    exactly_one: &["replace", "remove"],
};

static EXAMPLE: Record = Record {
    noun: "example",
    doc: "A small repository.",
    fields: &[
        Field::required(
            "files",
            Shape::Map(Format::Plain, &Shape::Text(Format::Plain)),
            "path → text; what must be found is marked in it",
        ),
        Field::optional(
            "config",
            CONFIG_SHAPE,
            "the configuration; to mark findings in it, write it as the file `plimsoll.yaml` instead",
        ),
        Field::optional("params", PARAM_VALUES, "values for the params of the rule"),
        Field::optional(
            "fixed",
            Shape::Map(Format::Plain, &Shape::Text(Format::Plain)),
            "of a bad one: path → text, the files that the fixes of the rule change, as they are afterwards",
        ),
    ],
    exactly_one: &[],
};

const CONFIG_SHAPE: Shape = Shape::Either(std::slice::from_ref(&CONFIG));
const EXAMPLES: Shape =
    Shape::OneOrList(&Shape::Either(&[Shape::Text(Format::Plain), Shape::Record(&EXAMPLE)]));

static TESTS: Record = Record {
    noun: "test set",
    doc: "Examples, run by `plimsoll test`.",
    fields: &[
        Field::optional(
            "bad",
            EXAMPLES,
            "what the rule finds; ``# <- `slice` `` at the end of a line marks a finding, `# <-` one that starts on the line",
        ),
        Field::optional("good", EXAMPLES, "where it finds nothing"),
    ],
    exactly_one: &[],
};

static RULE: Record = Record {
    noun: "rule",
    doc: "One policy.",
    fields: &[
        Field::required(
            "id",
            Shape::Text(Format::Kebab),
            "its name, after the offence, so that it reads well after \"ignore\"",
        )
        .like(&["missing-probe"]),
        Field::optional(
            "severity",
            Shape::OneOf(&SEVERITY),
            "how much its findings matter; by default `error`",
        ),
        Field::optional("summary", TEXT, "the offence in one line"),
        Field::required("each", Shape::OneOrList(&TEXT), "the target it visits, or a list of targets")
            .like(&["k8s.container"]),
        Field::optional(
            "needs",
            Shape::OneOf(&NEEDS),
            "what the configuration must say for the rule to make sense; without it the rule is off, with a notice",
        ),
        Field::optional(
            "let",
            Shape::Map(Format::Variable, &EXPRESSION),
            "names for expressions, usable in the others",
        ),
        Field::optional("when", EXPRESSION, "where it applies; false and null mean not here"),
        Field::optional("require", EXPRESSION, "what must hold"),
        Field::optional("forbid", EXPRESSION, "what must not hold"),
        Field::optional(
            "pattern",
            Shape::Text(Format::Regex),
            "a regular expression that must not be found in the text of the target",
        ),
        Field::optional(
            "literals",
            Shape::OneOrList(&TEXT),
            "texts none of which may be found in the text of the target, as they stand",
        ),
        Field::optional("schema", Shape::Any, "a JSON Schema that the target must satisfy"),
        Field::optional("at", EXPRESSION, "the place of the finding; by default the operands that decided"),
        Field::optional(
            "related",
            Shape::OneOrList(&Shape::Either(&[EXPRESSION, Shape::Record(&RELATED)])),
            "second places",
        ),
        Field::required(
            "message",
            TEXT,
            "the fact in the user's words, lower case, without full stop; expressions in braces",
        ),
        Field::optional("help", TEXT, "what to do; expressions in braces"),
        Field::optional("fix", Shape::Record(&FIX), "a change that does it"),
        Field::optional(
            "explain",
            TEXT,
            "why it matters, when it does not apply and what to do, in Markdown",
        ),
        Field::optional(
            "params",
            Shape::Map(Format::Variable, &PARAM_OR_DEFAULT),
            "param → default, or a mapping with `type`, `default` and `doc`",
        ),
        Field::optional("tests", Shape::Record(&TESTS), "examples of what it finds and of what it does not"),
        Field::optional(
            "profiles",
            Shape::OneOrList(&Shape::OneOf(&PROFILES)),
            "the profiles it is on in; without any, a rule of your own is on under every preset",
        ),
        Field::optional("deprecated", TEXT, "what to use instead; lists and explanations show it"),
    ],
    exactly_one: &["require", "forbid", "pattern", "literals", "schema"],
};

static RULES: Record = Record {
    noun: "rule file",
    doc: "Several rules in one file.",
    fields: &[Field::required("rules", Shape::List(&Shape::Record(&RULE)), "the rules")],
    exactly_one: &[],
};

/// A rule file: one rule, or several under `rules`.
pub static RULE_FILE: Shape = Shape::Either(&[Shape::Record(&RULE), Shape::Record(&RULES)]);

/// The JSON Schema of a rule file. It names the targets, which the check of the shape leaves to the compiler.
pub fn json_schema() -> serde_json::Value {
    let mut schema = crate::shape::json_schema(&RULE_FILE, "plimsoll rule file");
    let targets = TargetKind::ALL.iter().map(|kind| json!({"const": kind.name(), "description": kind.doc()}));
    let objects = json!({
        "type": "string",
        "pattern": "^k8s\\.[A-Z][A-Za-z0-9]*$",
        "description": "Every Kubernetes object of one kind, as in `k8s.Service`.",
    });
    let target = json!({"anyOf": targets.chain([objects]).collect::<Vec<_>>()});
    let each = &mut schema["$defs"]["rule"]["properties"]["each"];
    each["examples"] = json!(["k8s.container", "k8s.Service", ["compose.service", "k8s.container"]]);
    each["anyOf"] = json!([{"$ref": "#/$defs/target"}, {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/target"}}]);
    schema["$defs"]["target"] = target;
    schema
}
