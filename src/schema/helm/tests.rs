//! Charts as a whole.

use crate::schema::testing::found;

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

fn with(files: &[(&str, &str)]) -> String {
    let chart = [("web/Chart.yaml", CHART)];
    let charts = if files.iter().any(|file| file.0 == "web/Chart.yaml") { &chart[..0] } else { &chart[..] };
    found(&[charts, files].concat()).join("\n")
}

const SCHEMA: &str = r#"{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "additionalProperties": false,
"required": ["host"],
"properties": {
  "host": {"type": "string", "minLength": 1}, "replicas": {"type": "integer", "minimum": 1}, "debug": {"type": "boolean"},
  "tag": {"type": "string", "pattern": "^v"}, "global": {"type": "object"},
  "service": {"type": "object", "additionalProperties": false, "required": ["port"], "properties": {
    "port": {"type": "integer"}, "type": {"enum": ["ClusterIP", "NodePort"]}}},
  "hosts": {"type": "array", "items": {"oneOf": [{"type": "string"},
    {"type": "object", "additionalProperties": false, "properties": {"name": {"type": "string"}}, "required": ["name"]}]}}
}}"#;

#[test]
fn values_are_held_against_the_schema_each_error_at_its_node() {
    let values = "host: a\nreplica: 2\nreplicas: '2'\ndebug: \"yes\"\ntag: 1.0\nservice:\n  type: clusterIP\nhosts: [a, {name: 1}, 2, {nam: b}]\n";
    insta::assert_snapshot!(with(&[("web/values.yaml", values), ("web/values.schema.json", SCHEMA)]), @"");
}

#[test]
fn a_values_file_is_laid_over_the_values_of_the_chart() {
    let files = [
        ("web/values.yaml", "host: ''\nservice: {port: 80, type: NodePort}\nreplicas: 0\n"),
        ("web/values.schema.json", SCHEMA),
        ("web/values-prod.yaml", "host: a\nservice: {port: null}\nreplicas: 2\n"),
        ("web/values-dev.yaml", "service: {port: '80'}\n"),
        ("web/ci/a-values.yaml", "replicas: null\n"),
        ("web/ci/b-values.yaml", "sops: {}\nx: 1\n"),
        ("web/values.schema.yaml", "x: 1\n"),
        ("web/docs/values.yaml", "x: 1\n"),
    ];
    insta::assert_snapshot!(with(&files), @"");
}

#[test]
fn subcharts_see_what_helm_gives_them() {
    let sub = "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {\"port\": {\"type\": \"integer\"}, \"name\": {\"type\": \"string\"}}}";
    let chart = [CHART, "dependencies:\n- {name: db, version: 1.x.x, alias: store}\n- {name: off, version: 1.x.x, condition: off.enabled}\n"].concat();
    let files = [
        ("web/Chart.yaml", &*chart),
        ("web/values.yaml", "store: {port: a}\noff: {enabled: false, x: 1}\n"),
        (
            "web/values.schema.json",
            "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {\"off\": {}}}",
        ),
        ("web/charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.2.0\n"),
        ("web/charts/db/values.yaml", "port: 1\nname: null\n"),
        ("web/charts/db/values.schema.json", sub),
        ("web/charts/off/Chart.yaml", "apiVersion: v2\nname: off\nversion: 1.2.0\n"),
        ("web/charts/off/values.schema.json", sub),
    ];
    insta::assert_snapshot!(with(&files), @"");
}

#[test]
fn a_schema_that_is_none_is_said_and_one_that_is_elsewhere_takes_everything() {
    let of = |schema: &str| with(&[("web/values.yaml", "a: 1\nb: 1\n"), ("web/values.schema.json", schema)]);
    let lines: Vec<String> = [
        r#"{"type": "object",}"#,
        r#"{"type": "objekt"}"#,
        r##"{"properties": {"a": {"$ref": "#/definitions/x"}}}"##,
        r#"{"properties": {"a": {"type": "string", "pattern": "^(?!x)"}}}"#,
        r#"{"properties": {"a": {"type": "string", "pattern": "^\\Z"}}}"#,
        r#"{"properties": {"a": {"$ref": "https://example.com/a.json"}, "b": {"type": "string"}}}"#,
        r#"{"properties": {"a": {"not": {"$ref": "https://example.com/a.json"}}, "b": {"$ref": "../b.json#/b"}}}"#,
        r#"{"$schema": "https://example.com/own", "type": "string"}"#,
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"a": {"minimum": 2, "exclusiveMinimum": true}}}"#,
        r#"{"$schema": "http://json-schema.org/schema#", "properties": {"a": {"type": "string"}}}"#,
        r#"{"$schema": "http://json-schema.org/draft-07/schema", "properties": {"a": {"type": "string"}}}"#,
        "",
    ]
    .map(of)
    .to_vec();
    insta::assert_snapshot!(lines.join("\n--\n"), @"");
}

#[test]
fn the_lock_and_the_tree_hold_what_the_chart_depends_on() {
    let chart = [
        CHART,
        "dependencies:\n- {name: db, version: ~1.2.0, repository: 'https://a.example/charts'}\n\
         - {name: cache, version: 2.x.x, repository: 'https://a.example/charts', alias: b c}\n\
         - {name: common, version: ^2.0.0, repository: 'file://../common'}\n\
         - {name: lib, version: 1.0.0, repository: 'file://../libb'}\n\
         - {name: db, version: latest, repository: charts.example}\n\
         - {name: named, repository: '@stable'}\n",
    ]
    .concat();
    let lock = "dependencies:\n- {name: db, version: 1.3.0, repository: 'https://b.example/charts'}\n\
                - {name: cache, version: 2.1.0, repository: 'https://b.example/charts'}\n- {name: old, version: 1.0.0}\ndigest: x\n";
    let files = [
        ("web/Chart.yaml", &*chart),
        ("web/Chart.lock", lock),
        ("common/Chart.yaml", "apiVersion: v2\nname: common\nversion: 1.4.0\n"),
        ("lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 1.0.0\n"),
        ("web/charts/extra/Chart.yaml", "apiVersion: v2\nname: extra\nversion: 0.1.0\n"),
    ];
    insta::assert_snapshot!(with(&files), @"");
}

#[test]
fn a_chart_of_version_1_lists_its_dependencies_apart() {
    let files = [
        ("web/Chart.yaml", "apiVersion: v1\nname: web\nversion: 1.0.0\n"),
        (
            "web/requirements.yaml",
            "dependencies:\n- {name: db, version: ~1.2.0, repository: 'https://a.example/charts'}\n",
        ),
        (
            "web/requirements.lock",
            "dependencies:\n- {name: db, version: 1.1.0, repository: 'https://a.example/charts'}\n",
        ),
    ];
    insta::assert_snapshot!(with(&files), @"");
}
