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
    insta::assert_snapshot!(with(&[("web/values.yaml", values), ("web/values.schema.json", SCHEMA)]), @r#"
    web/values.yaml:2:1 rejected-values "replica": the schema of chart `web` has no `replica` | did you mean `replicas`?
    web/values.yaml:3:11 rejected-values "'2'": `replicas` must be an integer, by the schema of chart `web` | write it without quotes
    web/values.yaml:4:8 rejected-values "\"yes\"": `debug` must be a boolean, by the schema of chart `web`
    web/values.yaml:5:6 rejected-values "1.0": `tag` must be a string, by the schema of chart `web` | put it in quotes
    web/values.yaml:6:1 rejected-values "service": `service` lacks `port`, which the schema of chart `web` requires | the chart can be installed only where a value is given
    web/values.yaml:7:9 rejected-values "clusterIP": `service.type` must be one of `ClusterIP`, `NodePort`, by the schema of chart `web` | did you mean `ClusterIP`?
    web/values.yaml:8:19 rejected-values "1": `hosts[1].name` must be a string, by the schema of chart `web` | put it in quotes
    web/values.yaml:8:23 rejected-values "2": `hosts[2]` must be a string or a mapping, by the schema of chart `web`
    web/values.yaml:8:27 rejected-values "nam": the schema of chart `web` has no `hosts[3].nam` | did you mean `name`?
    web/values.yaml:8:27 rejected-values "nam": `hosts[3]` lacks `name`, which the schema of chart `web` requires
    "#);
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
    insta::assert_snapshot!(with(&files), @r#"
    web/values-dev.yaml:1:17 rejected-values "'80'": `service.port` must be an integer, by the schema of chart `web` | write it without quotes
    web/values-prod.yaml:2:1 rejected-values "service": `service` lacks `port`, which the schema of chart `web` requires
    web/values.yaml:1:7 rejected-values "''": `host` does not fit the schema of chart `web`: it is empty | the chart can be installed only where a value is given
    web/values.yaml:3:11 rejected-values "0": `replicas` does not fit the schema of chart `web`: less than the minimum of 1
    "#);
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
    insta::assert_snapshot!(with(&files), @r#"
    web/charts/db/values.schema.json:1:20 rejected-values "\"additionalProperties\"": the schema of chart `db` has no `global`, which Helm gives to every subchart | add `global` to the properties there, or Helm refuses the values
    web/values.yaml:1:1 rejected-values "store": the schema of chart `web` has no `store` | Helm refuses values with other keys than those of the schema
    web/values.yaml:1:15 rejected-values "a": `store.port` must be an integer, by the schema of chart `db`
    "#);
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
    insta::assert_snapshot!(lines.join("\n--\n"), @r#"
    web/values.schema.json:1:19 rejected-values "}": this is no JSON: trailing comma | Helm refuses the chart as long as its schema cannot be read
    --
    web/values.schema.json:1:2 rejected-values "\"type\"": this is no JSON Schema: expected one of `array`, `boolean`, `integer`, `null`, `number`, `object`, `string`; did you mean `object`? | Helm refuses the chart as long as its schema is wrong
    --
    web/values.schema.json:1:23 rejected-values "\"$ref\"": `#/definitions/x` leads to nothing in the schema | Helm refuses the chart as long as its schema is wrong
    --
    web/values.schema.json:1:41 rejected-values "\"pattern\"": Helm has no `(?!…)` in regular expressions | Helm refuses the chart as long as its schema is wrong
    --

    --
    web/values.yaml:2:4 rejected-values "1": `b` must be a string, by the schema of chart `web` | put it in quotes
    --

    --

    --
    web/values.yaml:1:4 rejected-values "1": `a` does not fit the schema of chart `web`: not more than 2
    --
    web/values.yaml:1:4 rejected-values "1": `a` must be a string, by the schema of chart `web` | put it in quotes
    --
    web/values.yaml:1:4 rejected-values "1": `a` must be a string, by the schema of chart `web` | put it in quotes
    --
    "#);
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
    insta::assert_snapshot!(with(&files), @r#"
    web/Chart.lock:2:23 invalid-value "1.3.0": `Chart.lock` locks `db` at `1.3.0`, outside of `~1.2.0` | run `helm dependency update`, and commit the lock file
    web/Chart.lock:3:45 invalid-value "'https://b.example/charts'": `Chart.lock` takes `cache` from `https://b.example/charts`, the chart from another repository | run `helm dependency update`, and commit the lock file
    web/Chart.lock:4:10 undefined-reference "old": `Chart.lock` locks `old`, which is no dependency of the chart | run `helm dependency update`, and commit the lock file
    web/Chart.yaml:2:7 missing-key "web": the dependencies do not list `extra`, which stands in `charts` | list it: `{name: extra, version: 0.1.0}`
    web/Chart.yaml:6:80 invalid-value "b c": `b c` is no alias | an alias is made of letters, digits, `_` and `-`
    web/Chart.yaml:7:10 undefined-reference "common": dependency `common` is not in `Chart.lock` | run `helm dependency update`, and commit the lock file
    web/Chart.yaml:7:27 invalid-value "^2.0.0": `^2.0.0` does not take the chart at `../common`, which is `1.4.0` | widen the range, or name the version that the chart has
    web/Chart.yaml:8:10 undefined-reference "lib": dependency `lib` is not in `Chart.lock` | run `helm dependency update`, and commit the lock file
    web/Chart.yaml:8:43 undefined-reference "'file://../libb'": the chart of dependency `lib` is not at `../libb` | did you mean `file://../lib`?
    web/Chart.yaml:9:10 duplicate-item "db": two dependencies are called `db` | give one of them an `alias`
    web/Chart.yaml:9:23 invalid-value "latest": `version: latest` is no range of versions | write it as `~1.2.0`
    web/Chart.yaml:9:43 invalid-value "charts.example": `charts.example` is no repository of charts | write it whole, as `https://charts.example.com`, `oci://…`, `file://…`, or `@name` for one that Helm knows
    web/Chart.yaml:10:10 missing-key "named": dependency `named` has no `version` | `helm dependency update` takes no dependency without a range of versions, as `1.x.x`
    web/Chart.yaml:10:10 undefined-reference "named": dependency `named` is not in `Chart.lock` | run `helm dependency update`, and commit the lock file
    "#);
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
    insta::assert_snapshot!(with(&files), @r#"web/requirements.lock:2:23 invalid-value "1.1.0": `requirements.lock` locks `db` at `1.1.0`, outside of `~1.2.0` | run `helm dependency update`, and commit the lock file"#);
}

#[test]
fn a_condition_that_is_misspelt_is_said() {
    let chart = [
        CHART,
        "dependencies:\n- {name: db, version: 1.x.x, repository: 'https://a.example', condition: db.enable}\n\
         - {name: cache, version: 1.x.x, repository: 'https://a.example', condition: 'cache.on,cach.enabled'}\n\
         - {name: queue, version: 1.x.x, repository: 'https://a.example', condition: queue.enabled}\n",
    ]
    .concat();
    let values = "db: {enabled: true}\ncache: {enabled: true}\n";
    insta::assert_snapshot!(with(&[("web/Chart.yaml", &*chart), ("web/values.yaml", values)]), @r#"web/Chart.yaml:5:74 undefined-reference "db.enable": the condition `db.enable` of dependency `db` is not in the values, so that it is always on | did you mean `db.enabled`?"#);
}

#[test]
fn the_structure_of_chart_yaml_is_the_structure_that_helm_reads() {
    let text = "apiVersion: v3\nVersion: 1.0.0\nversion: 1.0.0\ndiscription: x\nkeywords: a\nmaintainers: [{email: a@example.com}]\nengine: gotpl\nname: 1\n\
                annotations: {a: 1}\nsources:\n";
    insta::assert_snapshot!(with(&[("web/Chart.yaml", text), ("web/values.yaml", "- a\n")]), @r#"
    web/Chart.yaml:1:13 invalid-value "v3": `apiVersion` is `v3`, but must be `v1` or `v2` | did you mean `v1`?
    web/Chart.yaml:4:1 unknown-key "discription": unknown key `discription` in this file | did you mean `description`?
    web/Chart.yaml:5:11 wrong-type "a": `keywords` must be a list, but it is a string | write a list: `[a]`
    web/Chart.yaml:6:16 missing-key "email": `maintainers[0]` has no `name` | add `name`, a string
    web/Chart.yaml:7:1 unknown-key "engine": unknown key `engine` in this file | known here: `annotations`, `apiVersion`, `appVersion`, `condition`, `dependencies`, `deprecated`, `description`, `home`, `icon`, `keywords`, `kubeVersion`, `maintainers`, `name`, `sources`, `tags`, `type` and 1 more
    web/values.yaml:1:1 wrong-type "- a": this file must be a mapping, but it is a list | give each value a name: `name: value`
    "#);
}

#[test]
fn a_chart_without_an_api_version_is_one_of_version_1() {
    insta::assert_snapshot!(with(&[("web/Chart.yaml", "name: web\nversion: 1.0.0\nmaintainers: [null]\n")]), @r#"web/Chart.yaml:1:1 missing-key "name": this chart has no `apiVersion` | write `apiVersion: v2`; without it Helm takes the chart for one of `v1`"#);
}
