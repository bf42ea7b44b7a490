//! What plain scalars read as, by consumer: the table of the YAML research, executed there against the consumers.

use crate::yaml::{Dialect, Options, Scalar, parse};

fn scalar(text: &str, dialect: Dialect) -> String {
    let mut document = parse(text, Options::default());
    document.set_dialect(dialect);
    let root = document.roots().next().unwrap();
    match root.scalar() {
        Scalar::Null => "null".into(),
        Scalar::Bool(value) => format!("bool {value}"),
        Scalar::Int(value) => format!("int {value}"),
        Scalar::Float(value) => format!("float {value:?}"),
        Scalar::Str(_) => "str".into(),
    }
}

#[test]
fn each_consumer_has_its_own_reading() {
    let table = [
        // text, YAML 1.2 core, yaml.v2, yaml.v3
        ("on", "str", "bool true", "str"),
        ("y", "str", "bool true", "str"),
        ("NO", "str", "bool false", "str"),
        ("oN", "str", "str", "str"),
        ("True", "bool true", "bool true", "bool true"),
        ("~", "null", "null", "null"),
        ("Null", "null", "null", "null"),
        ("0o17", "int 15", "int 15", "int 15"),
        ("017", "int 17", "int 15", "int 15"),
        ("08", "int 8", "float 8.0", "float 8.0"),
        ("1_000", "str", "int 1000", "int 1000"),
        ("0b101", "str", "int 5", "int 5"),
        ("0x1F", "int 31", "int 31", "int 31"),
        ("-0x1F", "str", "int -31", "int -31"),
        ("0", "int 0", "int 0", "int 0"),
        ("+12", "int 12", "int 12", "int 12"),
        ("1e3", "float 1000.0", "float 1000.0", "float 1000.0"),
        ("1.", "float 1.0", "float 1.0", "float 1.0"),
        ("-.5", "float -0.5", "float -0.5", "float -0.5"),
        (".", "str", "str", "str"),
        ("1e", "str", "str", "str"),
        ("1:30", "str", "str", "str"),
        ("1.2.3", "str", "str", "str"),
        ("2001-01-01", "str", "str", "str"),
        (".inf", "float inf", "float inf", "float inf"),
        ("-.INF", "float -inf", "float -inf", "float -inf"),
        (".nan", "float NaN", "float NaN", "float NaN"),
        (
            "9223372036854775807",
            "int 9223372036854775807",
            "int 9223372036854775807",
            "int 9223372036854775807",
        ),
        (
            "-9223372036854775808",
            "int -9223372036854775808",
            "int -9223372036854775808",
            "int -9223372036854775808",
        ),
        (
            "18446744073709551615",
            "float 1.8446744073709552e19",
            "float 1.8446744073709552e19",
            "float 1.8446744073709552e19",
        ),
        (
            "0xffffffffffffffff",
            "float 1.8446744073709552e19",
            "float 1.8446744073709552e19",
            "float 1.8446744073709552e19",
        ),
        ("+0xffffffffffffffff", "str", "str", "str"),
        ("0x10000000000000000", "float 1.8446744073709552e19", "str", "str"),
        ("02000000000000000000000", "float 2e21", "float 2e21", "float 2e21"),
        ("1e400", "float inf", "str", "str"),
        (".5_0", "str", "float 0.5", "float 0.5"),
        (".5_", "str", "str", "str"),
        ("!!seq 1", "int 1", "str", "str"),
        ("'1'", "str", "str", "str"),
        ("! 1", "str", "str", "str"),
        ("!!str 1", "str", "str", "str"),
        ("!!int '3'", "int 3", "int 3", "int 3"),
        ("!!float 3", "float 3.0", "float 3.0", "float 3.0"),
        ("!!bool \"true\"", "bool true", "bool true", "bool true"),
        ("!!null ''", "null", "null", "null"),
        ("!<tag:yaml.org,2002:int> '7'", "int 7", "int 7", "int 7"),
        ("!reset null", "null", "null", "null"),
        ("!override 5", "int 5", "int 5", "int 5"),
    ];
    for (text, core, v2, v3) in table {
        for (dialect, want) in [(Dialect::Core, core), (Dialect::GoYamlV2, v2), (Dialect::GoYamlV3, v3)] {
            assert_eq!(scalar(text, dialect), want, "{text} in {dialect:?}");
        }
    }
}

#[test]
fn a_plain_on_is_a_boolean_key_in_kubernetes_only() {
    let mut document = parse("on: push\n", Options::default());
    let key = |document: &crate::yaml::Document| {
        let root = document.roots().next().unwrap();
        matches!(root.pairs().next().unwrap().0.scalar(), Scalar::Bool(true))
    };
    assert!(!key(&document));
    document.set_dialect(Dialect::GoYamlV2);
    assert!(key(&document));
    assert!(document.roots().next().unwrap().get("on").is_some(), "lookup goes by the text");
}

#[test]
fn nothing_reads_as_null_and_collections_too() {
    let document = parse("a:\nb: []\nc: !!str\n", Options::default());
    let root = document.roots().next().unwrap();
    assert!(root.get("a").unwrap().is_null());
    assert!(!root.get("b").unwrap().is_null());
    assert_eq!(root.get("b").unwrap().scalar(), Scalar::Null);
    assert_eq!(root.get("c").unwrap().scalar(), Scalar::Str("".into()));
}
