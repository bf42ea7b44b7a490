//! What expressions mean, row by row, over small documents.

use super::{Budget, Expected, Failure, Program, Scope, Stop, Template, Type, Value, compile, enumerate};
use crate::yaml::{Document, Options, parse};

const DEPLOYMENT: &str = "\
name: web
image: web:latest
ports: [80, 8080]
env:
  - name: LEVEL
    value: ${{ vars.LEVEL }}
  - name: MODE
    value: fast
empty:
";

fn document(text: &str) -> Document {
    parse(text, Options::default())
}

fn program(source: &str) -> Program {
    let scope = Scope::new(&[("x", Type::Node), ("params", Type::Any)]);
    compile(source, &scope).unwrap_or_else(|problems| panic!("{source}: {problems:?}"))
}

fn slots(document: &Document) -> [Value<'_>; 1] {
    [document.roots().next().map_or(Value::Null, Value::Node)]
}

fn evaluate(source: &str) -> String {
    let document = document(DEPLOYMENT);
    match program(source).evaluate(&slots(&document), &mut Budget::default()) {
        Ok(value) => value.show(),
        Err(Stop::Budget) => "over budget".to_owned(),
        Err(Stop::Error { message, .. }) => format!("error: {message}"),
    }
}

#[track_caller]
pub(super) fn rows(rows: &[(&str, &str)]) {
    for (source, expected) in rows {
        assert_eq!(evaluate(source), *expected, "{source}");
    }
}

#[test]
fn null_has_an_answer_everywhere() {
    rows(&[
        ("x.absent == null", "true"),
        ("x.empty == null", "true"),
        ("x.ports[9] == null", "true"),
        ("x.absent.deeper[0] != null", "false"),
        ("x.absent == 'a'", "false"),
        ("x.absent != 'a'", "true"),
        ("x.absent == 0", "false"),
        ("x.absent < 1", "false"),
        ("x.absent >= 1", "false"),
        ("x.absent in ['a']", "false"),
        ("'a' in x.absent", "false"),
        ("x.absent.startsWith('a')", "(none)"),
        ("!x.absent.startsWith('a')", "true"),
        ("x.absent + 1 == null", "true"),
        ("x.absent.all(e, false)", "true"),
        ("x.absent.exists(e, true)", "false"),
        ("x.absent.filter(e, true) == null", "true"),
        ("x.absent.map(e, e) == null", "true"),
        ("x.absent && true", "false"),
        ("!x.absent", "true"),
        ("x.absent ? 1 : 2", "2"),
        ("has(x.absent)", "false"),
        ("has(x.empty)", "false"),
        ("has(x.name)", "true"),
        ("has(x['name'])", "true"),
        ("has(x)", "true"),
    ]);
}

#[test]
fn unknown_values_are_three_valued() {
    rows(&[
        ("x.env[0].value == 'debug'", "(unknown)"),
        ("x.env[0].value != 'debug'", "(unknown)"),
        ("!(x.env[0].value == 'debug')", "(unknown)"),
        ("has(x.env[0].value)", "true"),
        ("x.env[0].value == 'a' && false", "false"),
        ("x.env[0].value == 'a' || true", "true"),
        ("x.env[0].value == 'a' && true", "(unknown)"),
        ("x.env[0].value.startsWith('a')", "(unknown)"),
        ("x.env.exists(e, e.value == 'fast')", "true"),
        ("x.env.exists(e, e.value == 'slow')", "(unknown)"),
        ("x.env.all(e, e.value == 'slow')", "false"),
        ("x.env.all(e, e.value != 'slow')", "(unknown)"),
        ("x.env[0].value == 'a' ? 1 : 1", "1"),
        ("x.env[0].value == 'a' ? 1 : 2", "(unknown)"),
        ("x.env.exists_one(e, e.value == 'fast')", "(unknown)"),
        ("x.env.filter(e, e.value == 'fast')", "(unknown)"),
        ("'fast' in x.env.map(e, e.value)", "true"),
    ]);
}

#[test]
fn mixed_types_stop_the_evaluation() {
    rows(&[
        ("1 + 'a'", "error: `+` cannot join an int and a string"),
        ("1 && true", "error: a condition is true or false, not an int"),
        ("'a' < 1", "error: a string cannot be ordered against an int"),
        ("x.name.all(e, true)", "error: a loop visits a list or a map, not a string"),
        ("1 / 0", "error: division by zero"),
        ("9223372036854775807 + 1", "error: the result does not fit 64 bits"),
        ("false && 1 + 'a' == 2", "false"),
        ("1 + 'a' == 2 && false", "false"),
        ("1 == 'a'", "false"),
        ("-9223372036854775808 < 0", "true"),
        ("1 == 1.0 && 1u == 1", "true"),
    ]);
}

#[test]
fn functions_work_on_nodes_and_made_values() {
    rows(&[
        ("x.image.matches('^web:')", "true"),
        ("x.image.split(':')[1]", "latest"),
        ("x.image.substring(4)", "latest"),
        ("x.image.find('[a-z]+$')", "latest"),
        ("'a1b22'.findAll('[0-9]+')", "1, 22"),
        ("size(x.ports) + x.env.size()", "4"),
        ("x.ports.sum()", "8160"),
        ("x.ports.max()", "8080"),
        ("[[1], x.absent, [2, 3]].flatten()", "1, 2, 3"),
        ("[3, 1, 2].sort()", "1, 2, 3"),
        ("[1, 1, 2].distinct()", "1, 2"),
        ("[1, 2].isSorted()", "true"),
        ("x.env.map(e, e.name).join('-')", "LEVEL-MODE"),
        ("x.env.map(e, e.name == 'MODE', e.value)", "fast"),
        ("'name' in x && !('nome' in x)", "true"),
        ("80 in x.ports", "true"),
        ("type(x.ports[0]) == int && type(x) == map", "true"),
        ("string(x.ports[0]) + '/tcp'", "80/tcp"),
        ("int('7') + int(2.9)", "9"),
        ("x.?absent.orValue('d')", "d"),
        ("x.?name.hasValue()", "true"),
        ("optional.none().hasValue()", "false"),
        ("'abcabc'.lastIndexOf('b')", "4"),
        ("'héllo'.charAt(1) + ' a '.trim() + 'X'.lowerAscii()", "éax"),
        ("'a-b-c'.replace('-', '+', 1)", "a+b-c"),
        ("{'a': {'b': 1}}.a.b", "1"),
        ("[?x.?absent, ?x.?name, ?optional.none()]", "web"),
        ("x.ports[?9].orValue(7)", "7"),
        ("x.ports.map(params, .params == null)[0]", "true"),
        ("x.ports == x.ports && [1, {'a': 2}] == [1, {'a': 2}]", "true"),
    ]);
}

#[test]
fn mistakes_are_all_reported_with_suggestions() {
    let scope = Scope::new(&[("container", Type::Node)]);
    let problems =
        compile("contianer.image == '' && size() && container.image.matchs('a') && 'a'.matches('(')", &scope)
            .expect_err("has mistakes");
    let said: Vec<_> =
        problems.iter().map(|p| (p.message.as_str(), p.help.as_deref().unwrap_or(""))).collect();
    assert_eq!(said[0], ("unknown name `contianer`", "did you mean `container`?"));
    assert_eq!(said[1].0, "`size` takes 1 argument, not 0");
    assert_eq!(said[2], ("unknown function `matchs`", "did you mean `matches`?"));
    assert!(said[3].0.starts_with("this is not a regular expression"), "{said:?}");
    assert_eq!((problems[2].span.start, problems[2].span.end), (51, 57));
}

#[test]
fn hostile_expressions_end_without_harm() {
    let bomb = format!("['x']{}", ".map(x, x + x)".repeat(60));
    assert_eq!(evaluate(&bomb), "over budget");
    let lists = format!("[[1]]{}", ".map(x, x + x)".repeat(60));
    assert_eq!(evaluate(&lists), "over budget");
    let ten = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]";
    let nested = (0..10).fold("true".to_owned(), |body, depth| format!("{ten}.all(v{depth}, {body})"));
    assert_eq!(evaluate(&nested), "over budget");
    assert_eq!(evaluate(&vec!["1"; 10_000].join("+")), "10000");
    assert_eq!(evaluate(&vec!["true"; 8_000].join("&&")), "true");
    let document = document("&a [*a]");
    let looped = program("x == x").evaluate(&slots(&document), &mut Budget::default());
    assert!(looped.is_ok() || matches!(looped, Err(Stop::Error { .. })), "{looped:?}");
}

#[test]
fn the_deepest_expressions_fit_a_small_stack() {
    let run = || {
        let nested = |open: &str, close: &str| format!("{}x{}", open.repeat(60), close.repeat(60));
        for source in [
            format!("x{}", ".a".repeat(250)),
            format!("x{} == 1", "[0]".repeat(250)),
            format!("x.name{}", ".trim()".repeat(250)),
            nested("size([", "])"),
            nested("!(true && (1 == 2 || ", "))"),
            nested("true ? false : (", ")"),
            nested("[1].all(e, ", " == null)"),
        ] {
            match compile(&source, &Scope::new(&[("x", Type::Node)])) {
                Ok(program) => {
                    let document = document(DEPLOYMENT);
                    let slots = slots(&document);
                    let _ = program.evaluate(&slots, &mut Budget::default());
                    let _ = program.failures(Expected::True, &slots, &[], &mut Budget::default());
                }
                Err(problems) => assert!(problems[0].message.contains("deep"), "{problems:?}"),
            }
        }
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).expect("starts").join().expect("no overflow");
}

#[test]
fn programs_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Program>();
    shared::<Template>();
}

fn failures(text: &str, source: &str, expected: Expected) -> Vec<String> {
    let document = document(text);
    let slice = |place: crate::source::Place| place.span.of(document.text()).to_owned();
    let describe = |failure: Failure<'_>| {
        let place = failure.place.map_or_else(|| "nowhere".to_owned(), slice);
        let related: Vec<_> =
            failure.related.iter().map(|(place, note)| format!(" + {} ({note})", slice(*place))).collect();
        let locals: Vec<_> = failure.locals.iter().map(|local| format!(" [{local}]")).collect();
        let note = if failure.note.is_empty() { String::new() } else { format!(" {}", failure.note) };
        format!("{place}{note}{}{}", related.concat(), locals.concat())
    };
    let program = program(source);
    let found =
        program.failures(expected, &slots(&document), &[], &mut Budget::default()).expect("evaluates");
    found.into_iter().map(describe).collect()
}

#[track_caller]
pub(super) fn blames(text: &str, source: &str, expected: &[&str]) {
    assert_eq!(failures(text, source, Expected::True), expected, "require: {source}");
}

#[track_caller]
pub(super) fn forbid_blames(text: &str, source: &str, expected: &[&str]) {
    assert_eq!(failures(text, source, Expected::False), expected, "forbid: {source}");
}

const POD: &str = "\
spec:
  host: true
  containers:
    - name: web
      image: web:latest
    - image: db:1
      probe: {port: 1}
";

#[test]
fn the_operand_of_a_failed_comparison_is_blamed() {
    blames(POD, "x.spec.host == false", &["true"]);
    blames(POD, "false == x.spec.host", &["true"]);
    blames(POD, "!x.spec.host", &["true"]);
    forbid_blames(POD, "x.spec.host", &["true"]);
    blames(POD, "x.spec.containers[0].image in ['a']", &["web:latest"]);
    blames(POD, "x.spec.containers[0].image.split(':')[1] != 'latest'", &["latest"]);
    blames(POD, "!x.spec.containers[0].image.endsWith(':latest')", &["web:latest"]);
    blames(POD, "size(x.spec.containers) < 2", &["containers"]);
    blames(
        POD,
        "x.spec.containers[0].image == x.spec.containers[1].image",
        &["web:latest + db:1 (compared with this)"],
    );
    blames(POD, "x.spec.host ? size(x.spec.containers) == 1 : true", &["containers"]);
    forbid_blames(POD, "has(x.spec.containers[1].probe)", &["probe"]);
    blames(POD, "true", &[]);
}

#[test]
fn what_is_missing_is_blamed_on_its_parent() {
    blames(POD, "has(x.spec.service)", &["spec missing: service"]);
    blames(POD, "has(x.metadata.labels)", &["spec missing: metadata"]);
    blames(POD, "has(x.spec.containers[0].probe)", &["web missing: probe"]);
    blames(POD, "has(x.spec.containers[1].name)", &["image missing: name"]);
    blames(POD, "has(x.spec.containers[1].probe.path)", &["probe missing: path"]);
    blames(POD, "has(x.spec.a) && has(x.spec.b)", &["spec missing: a, b"]);
    blames(POD, "has(x.spec.a) || has(x.spec.b)", &["spec missing: a, b"]);
    blames(POD, "has(x.spec.a) || x.spec.host == false", &["true"]);
    blames(POD, "x.spec.host == false && has(x.spec.a)", &["true missing: a"]);
    blames(POD, "'a' in x.spec", &["spec missing: a"]);
    blames("a: {b: {}, c: {}}", "has(x.a.b.d) && has(x.a.c.e)", &["a missing: d, e"]);
}

#[test]
fn a_failing_loop_gives_one_failure_for_each_element() {
    blames(
        POD,
        "x.spec.containers.all(c, has(c.probe) && has(c.name))",
        &["web missing: probe [name, image]", "image missing: name [image, probe]"],
    );
    forbid_blames(
        POD,
        "x.spec.containers.exists(c, c.image.endsWith('latest'))",
        &["web:latest [name, image]"],
    );
    blames(POD, "x.spec.host && x.spec.containers.all(c, c.image != 'db:1')", &["db:1 [image, probe]"]);
    blames("a: [1, 2]", "x.a.all(e, false)", &["1 [1]", "2 [2]"]);
    blames(
        "a: [{n: p, l: [1, 5]}, {n: q, l: [7]}]",
        "x.a.all(o, o.l.all(i, i < 4))",
        &["5 [n, l] [5]", "7 [n, l] [7]"],
    );
    blames("a: [1, 2]", "x.a.exists(e, e > 2)", &["a [(none)]"]);
    blames(
        "run: |\n  one\n  two bad\n",
        "x.run.split('\\n').all(l, !l.contains('bad'))",
        &["two bad [two bad]"],
    );
    blames("a: 1", "x.a.b.c.exists(e, true)", &["1 missing: b [(none)]"]);
    assert_eq!(program("x.all(a, a.exists(b, true)) || !x.exists(a, true)").locals(), ["a", "b"]);
}

#[test]
fn what_cannot_be_known_fails_nothing() {
    assert_eq!(failures("a: ${{ b }}", "x.a == 'c'", Expected::True), Vec::<String>::new());
    assert_eq!(failures("a: ${{ b }}", "x.a == 'c'", Expected::False), Vec::<String>::new());
}

#[test]
fn aliases_and_merge_keys_are_blamed_where_they_are_used() {
    let aliased = "base: &b\n  image: web\nuse: *b\n";
    blames(aliased, "x.use.image == ''", &["*b + web (defined here)"]);
    blames(aliased, "has(x.use.name)", &["use missing: name + base (defined here)"]);
    blames("one: &o 1\ntwo: *o\n", "x.two == 2", &["*o + 1 (defined here)"]);
    let merged = "base: &b {image: web}\nuse:\n  <<: *b\n  name: n\n";
    blames(merged, "x.use.image == ''", &["*b + web (defined here)"]);
    blames(merged, "x.use.name == ''", &["n"]);
    blames("l: &l [1, 2]\nm: *l\n", "x.m.all(e, e != 2)", &["*l + 2 (defined here) [2]"]);
}

#[test]
fn templates_fill_placeholders_and_say_what_is_wrong_with_them() {
    let scope = Scope::new(&[("x", Type::Node), ("missing", Type::String)]);
    let document = document("name: web\nports: [1, 2]\n");
    let missing = enumerate(&["a".to_owned(), "b".to_owned(), "c".to_owned()]);
    let slots = [slots(&document)[0].clone(), Value::Text(super::Text::made(missing))];
    let render = |source: &str| {
        let template = Template::compile(source, &scope).expect("compiles");
        template.render(&slots, &mut Budget::default(), &mut |_, _| None).expect("renders")
    };
    assert_eq!(
        render("`{x.name}` {{{x.ports}}} {x.tag} {'}' + \"{\"} no {missing}"),
        "`web` {1, 2} (none) }{ no `a`, `b` and `c`"
    );
    let template = Template::compile("{x.name}", &scope).expect("compiles");
    let masked = template.render(&slots, &mut Budget::default(), &mut |_, _| Some("***".to_owned()));
    assert_eq!(masked.as_deref(), Ok("***"));
    for (source, start, message) in [
        ("a {x.name", 2, "this placeholder does not end"),
        ("a } b", 2, "this brace closes no placeholder"),
        ("a {y}", 3, "unknown name `y`"),
        ("a {}", 3, "the expression ends where a value should follow"),
    ] {
        let problems = Template::compile(source, &scope).expect_err(source);
        assert_eq!((problems[0].span.start, problems[0].message.as_str()), (start, message));
    }
}
