//! Tests of CEL's macros, optionals and bindings over documents: what they mean, and what is blamed through them.

use super::tests::{blames, forbid_blames, rows};
use super::{Budget, Mode, Scope, Stop, Type, compile};

const POD: &str = "\
labels: {app: web, tier: x}
containers:
  - name: web
    image: web:latest
  - name: db
    image: db:1
";

#[test]
fn macros_visit_documents_with_two_names() {
    rows(&[
        ("x.ports.transformList(i, p, string(i) + ':' + string(p)).join(' ')", "0:80 1:8080"),
        ("x.ports.exists(i, p, i == 1 && p == 8080)", "true"),
        ("x.env[1].all(k, v, size(k) > 3 && size(v) > 3)", "true"),
        ("x.env[1].transformMap(k, v, k == 'name', v)", "name"),
        ("x.env.transformMapEntry(i, e, i == 1, {e.name: e.value}).MODE", "fast"),
        ("x.env[0].transformMap(k, v, k + v)", "name, value"),
        ("x.env[0].transformMap(k, v, k + v).value == 'a'", "(unknown)"),
        ("x.env.transformList(i, e, e.value == 'fast', i)", "(unknown)"),
        ("x.ports.sortBy(p, -p)", "8080, 80"),
        ("x.absent.transformList(i, v, v) == null", "true"),
        ("x.absent.all(i, v, false)", "true"),
        ("cel.bind(p, x.ports, p[0] + p[1])", "8160"),
        ("x.?image.optMap(i, i.split(':')[1]).orValue('none')", "latest"),
        ("x.?absent.optMap(i, i.split(':')[1]).orValue('none')", "none"),
        ("x.image.optMap(i, size(i)).value()", "10"),
        ("x.?env[0].value.hasValue()", "true"),
        ("x.ports.first().value() + x.ports.last().value()", "8160"),
        ("x.empty.first().hasValue()", "false"),
        ("regex.extract(x.image, ':(.*)').value()", "latest"),
        ("x.image.format([])", "web:latest"),
        ("{'a': x.ports}.a[1]", "8080"),
    ]);
}

#[test]
fn mixed_types_stop_the_evaluation_in_macros_too() {
    rows(&[
        ("['a'].sortBy(x, x) + 1", "error: `+` cannot join a list and an int"),
        ("[1, 'a'].sort()", "error: an int cannot be ordered against a string"),
        ("x.ports.transformMapEntry(i, p, p)", "error: `transformMapEntry` takes maps, not an int"),
        ("x.ports.transformMapEntry(i, p, {'k': p})", "error: a key stands twice in this map"),
        ("dyn(1).first()", "error: `first` cannot take an int"),
        ("x.image.matches(x.image + '(')", "error: this string is not a regular expression"),
        ("lists.range(3).slice(1, 9)", "error: `slice` takes a range that lies inside the list"),
        ("timestamp('2024-02-30T00:00:00Z')", "error: this string is not a timestamp"),
        ("timestamp(0).getHours('Mars/North')", "error: this string is no time zone"),
        ("ip('1.2.3')", "error: this string is not an IP address"),
    ]);
}

#[test]
fn loops_with_two_names_blame_elements_and_keys() {
    blames(
        POD,
        "x.containers.all(i, c, i > 0 || !c.image.endsWith('latest'))",
        &["web:latest [0] [name, image]"],
    );
    blames(
        POD,
        "x.containers.all(i, c, has(c.probe))",
        &["web missing: probe [0] [name, image]", "db missing: probe [1] [name, image]"],
    );
    blames(POD, "x.labels.all(k, v, v != 'x')", &["x [tier] [x]"]);
    blames(POD, "x.labels.all(k, v, k != 'tier')", &["tier [tier] [x]"]);
    blames(POD, "x.labels.all(k, v, false)", &["app [app] [web]", "tier [tier] [x]"]);
    blames(POD, "x.containers.all(i, c, i > 5)", &["web [0] [name, image]", "db [1] [name, image]"]);
    forbid_blames(POD, "x.labels.exists(k, v, v == 'x')", &["x [tier] [x]"]);
    blames(POD, "x.labels.transformMap(k, v, v).size() == 1", &["labels"]);
}

#[test]
fn blame_follows_bindings_and_looks_through_optionals() {
    blames(POD, "cel.bind(c, x.containers[0], !c.image.endsWith('latest'))", &["web:latest [name, image]"]);
    blames(
        POD,
        "cel.bind(c, x.containers[0], has(c.probe) && has(c.name))",
        &["web missing: probe [name, image]"],
    );
    blames(
        POD,
        "cel.bind(all, x.containers, all.all(c, c.name == 'db'))",
        &["web [name, image, name, image] [name, image]"],
    );
    blames(POD, "x.?labels.tier.orValue('x') != 'x'", &["x"]);
    blames(POD, "x.?labels.missing.orValue('x') == 'y'", &["labels missing: missing"]);
    blames(POD, "x.?labels.?tier.optMap(t, t + 'y').orValue('') == 'x'", &["x"]);
    blames(POD, "has(x.?labels.none)", &["labels missing: none"]);
    blames(POD, "cel.block([x.containers, cel.index(0)[1]], cel.index(1).name == 'web')", &["db"]);
    let aliased = "base: &b {image: web}\nuse: *b\n";
    blames(aliased, "cel.bind(u, x.use, u.image == '')", &["*b + web (defined here) [image]"]);
}

#[test]
fn pieces_of_strings_keep_their_places() {
    blames(POD, "x.containers[0].image.split(':')[1] != 'latest'", &["latest"]);
    blames(POD, "x.containers[0].image.substring(4) != 'latest'", &["latest"]);
    blames(POD, "x.containers[0].image.findAll('[a-z]+').all(p, p != 'latest')", &["latest [latest]"]);
    blames(POD, "regex.extract(x.containers[0].image, ':(.*)').value() != 'latest'", &["latest"]);
    blames(
        POD,
        "regex.extractAll(x.containers[0].image, ':(.*)').all(t, t != 'latest')",
        &["latest [latest]"],
    );
    blames(POD, "x.containers[0].image.split(':').last().value() != 'latest'", &["latest"]);
    blames(POD, "x.containers[0].image.replace(':', '-') == ''", &["web:latest"]);
    blames(POD, "isIP(x.containers[0].image)", &["web:latest"]);
}

#[test]
fn strict_programs_are_checked_as_cel_is() {
    let scope = Scope::new(&[("x", Type::Node)]).with_mode(Mode::Strict);
    let said = |source: &str| compile(source, &scope).expect_err(source)[0].message.clone();
    assert_eq!(said("has(x['a'])"), "`has` takes one field");
    assert_eq!(said("math.abs(1, 2)"), "`math.abs` takes 1 argument, not 2");
    assert_eq!(said("'a'.size(1)"), "`size` takes no argument, not 1");
    assert_eq!(said("split('a', 'b')"), "`split` is not called like this");
    assert_eq!(said("1.split('b')"), "`split` cannot take an int");
    assert_eq!(said("for + 1"), "`for` is a reserved word of CEL");
    assert_eq!(said("x.map(1, x)"), "a loop variable is a plain name");
    assert_eq!(said("x.all(a, a, true)"), "`a` names both loop variables");
    assert_eq!(said("google.protobuf.Valu{}"), "unknown message type `google.protobuf.Valu`");
    assert_eq!(
        said("google.protobuf.Int64Value{valu: 1}"),
        "`google.protobuf.Int64Value` has no field `valu`"
    );
    assert_eq!(said("math.abz(1)"), "unknown function `math.abz`");
    assert_eq!(said("y.trim()"), "unknown name `y`");
    let help = |source: &str| compile(source, &scope).expect_err(source)[0].help.clone().unwrap_or_default();
    assert_eq!(help("mth.abs(1)"), "did you mean `math.abs`?");
    assert_eq!(help("cel.bnd(a, 1, a)"), "did you mean `cel.bind`?");
    assert_eq!(help("x.transfromList(i, v, v)"), "did you mean `transformList`?");
    assert_eq!(help("x.optMap(v)"), "write `optMap(item, …)`");
}

#[test]
fn work_that_was_cut_short_gives_no_value() {
    let scope = Scope::default();
    let program = compile("!has(cel.bind(m, {'a': 1, 'b': 2, 'c': 3}, m).c)", &scope).expect("compiles");
    let full = 1000;
    let mut budget = Budget::new(full);
    assert!(program.evaluate(&[], &mut budget).is_ok());
    for steps in 0..full - budget.left() {
        let found = program.evaluate(&[], &mut Budget::new(steps));
        assert!(matches!(found, Err(Stop::Budget)), "{steps} steps: {found:?}");
    }
}
