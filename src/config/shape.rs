//! The shape of `plimsoll.yaml`: every key, what it may hold and what it means.

use super::preset::PRESETS;
use crate::shape::{Field, Format, Names, Record, Shape};

/// The names of severities.
pub static SEVERITY: Names = Names {
    noun: "severity",
    names: &[
        ("error", "must be mended; fails the run"),
        ("warning", "should be mended; fails the run only when `fail-on` says so"),
        ("info", "worth knowing"),
    ],
};

static LEVEL: Names = Names {
    noun: "severity",
    names: &[SEVERITY.names[0], SEVERITY.names[1], SEVERITY.names[2], ("off", "the rule does not run")],
};

static FAIL_ON: Names = Names {
    noun: "severity",
    names: &[
        ("error", "errors fail the run"),
        ("warning", "warnings and errors fail the run"),
        ("info", "every finding fails the run"),
        ("never", "findings never fail the run"),
    ],
};

/// The profiles a rule can be on in; the presets are named after them.
pub static PROFILES: Names = Names {
    noun: "profile",
    names: &[
        ("recommended", "on unless the configuration says otherwise"),
        ("hardening", "on for those who ask for more"),
    ],
};

static PRESET: Names = Names {
    noun: "preset",
    names: &[
        (PRESETS[0].name, "the rules of the profile `recommended`, as they were at version 1"),
        (PRESETS[1].name, "the rules of the profile `hardening`, as they were at version 1"),
    ],
};

/// The kinds of artifacts that a file can be declared to be.
pub static ARTIFACT_KINDS: Names = Names {
    noun: "artifact kind",
    names: &[
        ("workflow", "a GitHub Actions workflow"),
        ("action", "a composite or other action"),
        ("compose", "a Compose file"),
        ("manifest", "Kubernetes objects"),
        ("kustomization", "a kustomization"),
        ("chart", "a Chart.yaml"),
        ("values", "values of a Helm chart"),
        ("template", "a template, never parsed as YAML"),
        ("script", "a shell script"),
        ("makefile", "a Makefile"),
        ("dockerfile", "a Dockerfile"),
        ("doc", "documentation"),
        ("env", "a dotenv file"),
        ("package", "a package.json"),
        ("data", "YAML or JSON that is none of these"),
        ("other", "anything else"),
    ],
};

const GLOB: Shape = Shape::Text(Format::Glob);
const TEXT: Shape = Shape::Text(Format::Plain);
const GLOBS: Shape = Shape::OneOrMore(&GLOB);

static RULE_SETTING: Record = Record {
    noun: "rule setting",
    doc: "How a rule runs here.",
    fields: &[
        Field::optional("severity", Shape::OneOf(&LEVEL), "how much its findings matter, or `off`"),
        Field::optional(
            "params",
            Shape::Map(Format::Variable, &Shape::Any),
            "values for the params of the rule; `plimsoll explain RULE` shows them",
        )
        .like(&["{registries: [ghcr.io]}"]),
    ],
    exactly_one: &[],
};

const RULES: Shape =
    Shape::Map(Format::RuleName, &Shape::Either(&[Shape::OneOf(&LEVEL), Shape::Record(&RULE_SETTING)]));

static PACK: Record = Record {
    noun: "pack",
    doc: "Rules that stand elsewhere in the repository.",
    fields: &[
        Field::required(
            "path",
            Shape::Text(Format::ProjectPath),
            "a folder of rule files, or one file, from the project root",
        )
        .like(&["vendor/acme-rules"]),
        Field::optional(
            "prefix",
            Shape::Text(Format::Kebab),
            "a name before the ids of its rules: `image-pinned` is called `acme/image-pinned` here",
        )
        .like(&["acme"]),
    ],
    exactly_one: &[],
};

static PIPELINE: Record = Record {
    noun: "pipeline entry",
    doc: "A way to the cluster that is sanctioned.",
    fields: &[
        Field::required("workflow", GLOB, "the workflow file, or a glob of them")
            .like(&[".github/workflows/deploy.yml"]),
        Field::optional(
            "job",
            Shape::OneOrList(&TEXT),
            "the id of the job, or a list of them; by default, and with an empty list, every job",
        )
        .like(&["deploy"]),
    ],
    exactly_one: &[],
};

static RETIRED: Record = Record {
    noun: "retired entry",
    doc: "Services that are gone, and what took their place.",
    fields: &[
        Field::optional(
            "name",
            Shape::Text(Format::Identifier),
            "the retired name, matched as a whole identifier",
        )
        .like(&["auth-service"]),
        Field::optional(
            "glob",
            Shape::Text(Format::IdentifierGlob),
            "retired names, with `*` and `?` for any characters and any one character",
        )
        .like(&["\"*-legacy\""]),
        Field::optional(
            "except",
            Shape::OneOrList(&Shape::Text(Format::IdentifierGlob)),
            "names or globs that are not retired, though they match",
        )
        .like(&["[core-legacy]"]),
        Field::optional("now", TEXT, "what took its place, for the help").like(&["gateway"]),
        Field::optional(
            "until",
            Shape::Text(Format::Date),
            "the last day of grace: up to it an error about the name is only a warning",
        )
        .like(&["2027-01-31"]),
        Field::optional("reason", TEXT, "why it was retired, for the help"),
    ],
    exactly_one: &["name", "glob"],
};

static OVERRIDE: Record = Record {
    noun: "override",
    doc: "Other settings of rules for some paths. The last override that matches counts.",
    fields: &[
        Field::required("paths", GLOBS, "globs of the files it holds for").like(&["[\"deploy/dev/**\"]"]),
        Field::required("rules", RULES, "settings of rules, as under the top-level `rules`")
            .like(&["{missing-probe: warning}"]),
    ],
    exactly_one: &[],
};

static WAIVER: Record = Record {
    noun: "waiver",
    doc: "Findings that are accepted, with the reason.",
    fields: &[
        Field::required(
            "rule",
            Shape::OneOrMore(&Shape::Text(Format::RuleName)),
            "the rule, or a list of rules",
        )
        .like(&["missing-probe"]),
        Field::required("paths", GLOBS, "globs of the files it holds for").like(&["[\"legacy/**\"]"]),
        Field::required("reason", TEXT, "why the findings are accepted"),
        Field::optional("until", Shape::Text(Format::Date), "the last day it holds").like(&["2027-01-31"]),
    ],
    exactly_one: &[],
};

static REASONS: Names = Names {
    noun: "requirement",
    names: &[
        ("optional", "a suppression may say why it stands"),
        ("required", "a suppression without a reason suppresses nothing and is reported"),
    ],
};

static SUPPRESSIONS: Record = Record {
    noun: "suppression setting",
    doc: "What holds for suppressions in the files themselves, such as `# plimsoll: ignore[missing-probe] reason`.",
    fields: &[Field::optional(
        "reasons",
        Shape::OneOf(&REASONS),
        "whether a suppression must say why it stands; by default `optional`",
    )
    .like(&["required"])],
    exactly_one: &[],
};

static KUBERNETES: Record = Record {
    noun: "Kubernetes",
    doc: "What the objects of the project are deployed to.",
    fields: &[Field::optional("version", Shape::Text(Format::KubernetesVersions), "the minor version of the clusters, or the oldest and the newest with `..` between; objects must fit all of them. By default it is enough that one known version takes an object")
        .like(&["1.35", "1.33..1.36"]),
        Field::optional("definitions", Shape::OneOrList(&Shape::Text(Format::ProjectPath)), "files and folders of the repository with CustomResourceDefinitions, beside those that its manifests hold; excluded ones are read too")
        .like(&["vendor/crds"])],
    exactly_one: &[],
};

static WORKLOAD: Record = Record {
    noun: "workload",
    doc: "A kind of custom resource that runs pods.",
    fields: &[
        Field::optional("apiVersion", TEXT, "its apiVersion; by default any").like(&["argoproj.io/v1alpha1"]),
        Field::required("kind", TEXT, "its kind").like(&["Rollout"]),
        Field::required(
            "pod",
            Shape::Text(Format::KeyPath),
            "the keys that lead to its pod template, the mapping that holds the pod's `spec`",
        )
        .like(&["spec.template"]),
    ],
    exactly_one: &[],
};

/// The whole file.
pub static CONFIG: Shape = Shape::Record(&Record {
    noun: "configuration",
    doc: "What plimsoll checks in this repository, and how.",
    fields: &[
        Field::optional("extends", Shape::OneOrList(&Shape::OneOf(&PRESET)), "the presets to start from; by default `plimsoll:recommended@1`, with an empty list none")
            .like(&["plimsoll:recommended@1"]),
        Field::optional(
            "packs",
            Shape::List(&Shape::Either(&[Shape::Text(Format::ProjectPath), Shape::Record(&PACK)])),
            "folders or files with rules beside `.plimsoll/rules`, kept in the repository; nothing is fetched",
        )
        .like(&["[policy, {path: vendor/acme-rules, prefix: acme}]"]),
        Field::optional("pipeline", Shape::List(&Shape::Record(&PIPELINE)), "the one way to the cluster: the jobs that may deploy")
            .like(&["[{workflow: .github/workflows/deploy.yml, job: deploy}]"]),
        Field::optional(
            "retired",
            Shape::List(&Shape::Either(&[Shape::Text(Format::Identifier), Shape::Record(&RETIRED)])),
            "services that are gone: names, or names and globs with what took their place",
        )
        .like(&["[{name: auth-service, now: gateway, until: 2027-01-31}]"]),
        Field::optional("rules", RULES, "rule → severity, `off`, or a mapping with `severity` and `params`")
            .like(&["{unpinned-image: off, missing-probe: {severity: warning}}"]),
        Field::optional("overrides", Shape::List(&Shape::Record(&OVERRIDE)), "other settings of rules for some paths")
            .like(&["[{paths: [\"deploy/dev/**\"], rules: {missing-probe: warning}}]"]),
        Field::optional("exclude", Shape::OneOrList(&GLOB), "globs of files and folders that are not read")
            .like(&["[vendor, \"**/testdata/**\"]"]),
        Field::optional("waivers", Shape::List(&Shape::Record(&WAIVER)), "findings that are accepted, with the reason")
            .like(&["[{rule: missing-probe, paths: [\"legacy/**\"], reason: switched off in spring, until: 2027-01-31}]"]),
        Field::optional("suppressions", Shape::Record(&SUPPRESSIONS), "what holds for suppressions in the files themselves")
            .like(&["{reasons: required}"]),
        Field::optional("kinds", Shape::Map(Format::Glob, &Shape::OneOf(&ARTIFACT_KINDS)), "glob → artifact kind, where recognition needs help; the first glob that matches counts")
            .like(&["{\"stacks/*.yml\": compose}"]),
        Field::optional("workloads", Shape::List(&Shape::Record(&WORKLOAD)), "kinds of custom resources that run pods")
            .like(&["[{kind: Rollout, pod: spec.template}]"]),
        Field::optional("kubernetes", Shape::Record(&KUBERNETES), "the clusters that manifests are deployed to")
            .like(&["{version: 1.33..1.36}"]),
        Field::optional("baseline", Shape::Text(Format::ProjectPath), "the file of findings that are known and not reported, which `plimsoll baseline` writes; by default `.plimsoll/baseline.json`, if it is there")
            .like(&["policy/baseline.json"]),
        Field::optional("fail-on", Shape::OneOf(&FAIL_ON), "the least severity that fails the run; by default `error`")
            .like(&["warning"]),
    ],
    exactly_one: &[],
});

/// The JSON Schema of `plimsoll.yaml`.
pub fn json_schema() -> serde_json::Value {
    crate::shape::json_schema(&CONFIG, "plimsoll.yaml")
}
