//! Expressions that were written to take all time, memory or stack there is. Each of them must end in an error, soon.

use super::{Budget, Mode, Scope, Stop, Type, Value, compile};
use crate::yaml::{Options, parse};
use cpu_time::ThreadTime;
use std::time::Duration;

/// How long a bomb may keep a processor busy.
const LIMIT: Duration =
    if cfg!(debug_assertions) { Duration::from_secs(1) } else { Duration::from_millis(100) };

fn chain(first: &str, step: &str, times: usize) -> String {
    format!("{first}{}", step.repeat(times))
}

fn nested(open: &str, inner: &str, close: &str, times: usize) -> String {
    format!("{}{inner}{}", open.repeat(times), close.repeat(times))
}

fn listed(item: &str, times: usize) -> String {
    format!("[{}]", vec![item; times].join(","))
}

fn bombs() -> Vec<(&'static str, String)> {
    let ten = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]";
    let loops =
        |name: &str| (0..10).fold("true".to_owned(), |body, depth| format!("{ten}.{name}(v{depth}, {body})"));
    let pairs =
        (0..10).fold("true".to_owned(), |body, depth| format!("{ten}.all(i{depth}, v{depth}, {body})"));
    let text = "'x'.replace('', 'xxxxxxxxxxxxxxxx')";
    let long = chain(text, ".replace('x', 'xxxxxxxxxxxxxxxx')", 3);
    let terms = |count: usize| vec!["x > 1"; count].join(" && ");
    vec![
        ("nested all", loops("all")),
        ("nested map", loops("map")),
        ("nested filter", loops("filter")),
        ("nested exists_one", loops("exists_one")),
        ("nested pairs", pairs),
        ("doubled strings", chain("['x']", ".map(x, x + x)", 60)),
        ("doubled lists", chain("[[1]]", ".map(x, x + x)", 60)),
        ("doubled bytes", chain("[b'x']", ".map(x, x + x)", 60)),
        ("replace explosion", chain("'x'", ".replace('', 'xxxxxxxxxxxxxxxx')", 40)),
        ("replace with itself", format!("cel.bind(a, {long}, a.replace('', a))")),
        ("join explosion", format!("cel.bind(a, {long}, lists.range(100000).map(i, a).join(a))")),
        (
            "format explosion",
            format!("cel.bind(a, {long}, '{}'.format({}))", "%s".repeat(200), listed("a", 200)),
        ),
        ("format precision", "'%.1000000000f'.format([1.0])".to_owned()),
        (
            "format of shared lists",
            format!(
                "{}'%s'.format([a]){}",
                chain("cel.bind(a, [1], ", "cel.bind(a, [a, a], ", 40),
                ")".repeat(41)
            ),
        ),
        ("huge range", "lists.range(9223372036854775807)".to_owned()),
        ("large ranges", "lists.range(100000).map(i, lists.range(100000))".to_owned()),
        ("range of everything", "lists.range(1000000).all(i, lists.range(1000000).all(j, true))".to_owned()),
        ("many terms in a loop", format!("lists.range(1000000).all(x, {} || true)", terms(6000))),
        ("many additions in a loop", format!("lists.range(1000000).map(x, {})", vec!["x"; 20_000].join("+"))),
        ("many list items in a loop", format!("lists.range(1000000).map(x, {})", listed("x", 20_000))),
        ("sort of big lists", "lists.range(200000).map(i, lists.range(200000).map(j, -j).sort())".to_owned()),
        (
            "sort of long strings",
            format!("cel.bind(a, {long}, lists.range(100000).map(i, a + string(i)).sort())"),
        ),
        ("sortBy of big lists", "lists.range(1000000).sortBy(i, -i).sortBy(i, i)".to_owned()),
        ("distinct of lists of one size", "lists.range(100000).map(i, [i]).distinct()".to_owned()),
        (
            "distinct of a big list",
            "lists.range(1000).all(i, lists.range(1000000).distinct().size() > 0)".to_owned(),
        ),
        (
            "sets of lists of one size",
            "sets.contains(lists.range(50000).map(i, [i]), lists.range(50000).map(i, [i, i]))".to_owned(),
        ),
        (
            "sets in a loop",
            "lists.range(100000).all(i, sets.equivalent(lists.range(10000), lists.range(10000)))".to_owned(),
        ),
        ("flatten explosion", chain("[1]", ".map(x, [x, x, x, x]).flatten()", 40)),
        (
            "compare deep values",
            format!("cel.bind(a, {}, lists.range(10000000).all(i, a == a))", nested("[", "1", "]", 40)),
        ),
        (
            "compare wide values",
            "cel.bind(a, lists.range(100000), lists.range(100000).all(i, a == a))".to_owned(),
        ),
        (
            "compare shared values",
            format!(
                "{}a0 == a0{}",
                chain("cel.bind(a0, [1, 1], ", "cel.bind(a0, [a0, a0], ", 40),
                ")".repeat(41)
            ),
        ),
        (
            "compare what holds itself",
            "x.loop == [[x.loop]] || lists.range(10000000).all(i, x.loop == x.loop)".to_owned(),
        ),
        (
            "compare long strings",
            format!("cel.bind(a, {long}, cel.bind(b, {long}, lists.range(10000000).all(i, a == b)))"),
        ),
        ("in a big list", "cel.bind(a, lists.range(100000), lists.range(100000).all(i, i in a))".to_owned()),
        (
            "keys of a big map",
            "cel.bind(m, lists.range(100000).transformMap(i, v, v), lists.range(100000).all(i, m[i] == i))"
                .to_owned(),
        ),
        (
            "map literal with many keys",
            format!("{{{}}}", (0..9000).map(|key| format!("{key}:0")).collect::<Vec<_>>().join(",")),
        ),
        ("entries of many maps", "lists.range(1000000).transformMapEntry(i, v, {[i]: v})".to_owned()),
        (
            "transformMap of transformMap",
            "lists.range(2000).transformMap(i, v, lists.range(2000).transformMap(j, w, i * j))".to_owned(),
        ),
        ("pattern with big repeats", "'a'.matches('((a{100}){100}){100}')".to_owned()),
        ("pattern of classes", r"'a'.matches(r'\w{1000}')".to_owned()),
        ("many patterns", vec![r"'a'.matches(r'\w{20}b')"; 200].join(" || ")),
        (
            "patterns made in a loop",
            r"lists.range(100000).exists(i, 'a'.matches(r'\w{20}' + string(i)))".to_owned(),
        ),
        (
            "pattern over a long text",
            format!("cel.bind(a, {long}, lists.range(100000).exists(i, a.matches('(x|y)*x(x|y){{20}}z')))"),
        ),
        ("pattern that reads on", format!("cel.bind(a, {long}, a.findAll('[a-z]*1|x').size())")),
        (
            "pattern that matches nothing",
            format!("cel.bind(a, {long}, lists.range(100000).map(i, a.findAll('')))"),
        ),
        ("regex.replace explosion", nested("regex.replace(", "'xx'", ", 'x', 'xxxxxxxxxxxxxxxx')", 30)),
        ("split to characters", format!("cel.bind(a, {long}, lists.range(100000).map(i, a.split('')))")),
        (
            "reverse in a loop",
            format!("cel.bind(a, {long}, lists.range(10000000).all(i, a.reverse() != 'b'))"),
        ),
        ("size in a loop", format!("cel.bind(a, {long}, lists.range(10000000).all(i, a.size() > 0))")),
        (
            "startsWith in a loop",
            format!("cel.bind(a, {long}, lists.range(10000000).all(i, a.startsWith(a)))"),
        ),
        ("substring in a loop", format!("cel.bind(a, {long}, lists.range(10000000).map(i, a.substring(1)))")),
        ("indexOf in a loop", format!("cel.bind(a, {long}, lists.range(10000000).map(i, a.indexOf(a, 1)))")),
        (
            "base64 explosion",
            nested("base64.encode(bytes(", "'x'", "))", 25)
                + " + "
                + &chain("'x'", ".replace('', 'xxxxxxxxxxxxxxxx')", 40),
        ),
        ("quote explosion", nested("strings.quote(", "'\"'", ")", 40)),
        ("string of a big list", "lists.range(1000000).map(i, '%s'.format([lists.range(1000)]))".to_owned()),
        ("sum of strings", format!("cel.bind(a, {long}, lists.range(10000).map(i, a).sum())")),
        (
            "sum of lists",
            "lists.range(10000).map(i, [i]).sum().size() > lists.range(10000).map(i, [i]).sum().size()"
                .to_owned(),
        ),
        (
            "block of doubled strings",
            format!(
                "cel.block(['xx', {}], cel.index(60))",
                (0..60).map(|at| format!("cel.index({at}) + cel.index({at})")).collect::<Vec<_>>().join(", ")
            ),
        ),
        (
            "bind of doubled lists",
            format!("{}a{}", chain("cel.bind(a, [1], ", "cel.bind(a, a + a, ", 50), ")".repeat(51)),
        ),
        ("optMap of doubled strings", chain("optional.of('x')", ".optMap(x, x + x)", 60)),
        (
            "time zones in a loop",
            "lists.range(100000000).all(i, timestamp(i).getHours('Australia/Sydney') >= 0)".to_owned(),
        ),
        (
            "durations in a loop",
            format!("lists.range(100000000).all(i, duration('{}') > duration('0'))", "1h".repeat(100)),
        ),
        ("deep nesting", nested("[", "1", "]", 10_000)),
        ("deep nesting of messages", nested("google.protobuf.Value{list_value: [", "", "]}", 1000)),
        ("deep parentheses", nested("(", "1", ")", 30_000)),
        ("long chain of fields", chain("x", ".a", 10_000)),
        ("long chain of indexes", chain("x", "[0]", 10_000)),
        ("long chain of calls", chain("'x'", ".trim()", 5_000)),
        ("long chain of ternaries", chain("x", " ? 1 : x", 5_000)),
        ("too long", " ".repeat(70_000)),
    ]
}

#[test]
fn bombs_end_soon_in_an_error() {
    let run = || {
        let document = parse("loop: &a [*a]", Options::default());
        let root = document.roots().next().map_or(Value::Null, Value::Node);
        // Where the limit is real, in both modes.
        let modes =
            if cfg!(debug_assertions) { &[Mode::Lenient][..] } else { &[Mode::Lenient, Mode::Strict] };
        for &mode in modes {
            for (name, source) in bombs() {
                let scope = Scope::new(&[("x", Type::Node)]).with_mode(mode);
                let start = ThreadTime::now();
                let ended = match compile(&source, &scope) {
                    Ok(program) => {
                        match program.evaluate(std::slice::from_ref(&root), &mut Budget::default()) {
                            Ok(_) => panic!("{mode:?} {name} gave a value"),
                            Err(Stop::Budget) => "out of budget".to_owned(),
                            Err(Stop::Error { message, .. }) => message,
                        }
                    }
                    Err(problems) => problems[0].message.clone(),
                };
                let taken = start.elapsed();
                assert!(taken < LIMIT, "{mode:?} {name} took {taken:?} until {ended}");
            }
        }
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).expect("starts").join().expect("no panic");
}
