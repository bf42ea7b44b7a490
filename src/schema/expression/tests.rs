//! What is said of single expressions.

use super::{Names, Problem, Step, Whole, check_scalar};
use crate::yaml::{Options, parse};

/// What a step's `run` and `with` know, and its `if`.
const STEP: &[&str] = &["github", "matrix", "secrets", "steps", "runner", "env", "job", "hashFiles(1,255)"];
const STEP_IF: &[&str] =
    &["github", "env", "always(0,0)", "failure(0,0)", "cancelled(0,0)", "success(0,0)", "hashFiles(1,255)"];

/// A place of which nothing is known.
struct Anywhere;

impl Names for Anywhere {
    fn check(&self, _: &str, _: &[Step<'_>]) -> Option<Problem> {
        None
    }
}

/// What is found in a value, as `check "slice": message | help`.
fn said(value: &str, allowed: &[&str], whole: Whole) -> Vec<String> {
    let document = parse(format!("a: {value}\n"), Options::default());
    let scalar = document.roots().next().and_then(|root| root.get("a")).expect("a value");
    let found = check_scalar(scalar, allowed, whole, &Anywhere);
    found
        .into_iter()
        .map(|found| {
            let help = found.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default();
            format!("{} {:?}: {}{help}", found.rule, found.span().of(document.text()), found.message)
        })
        .collect()
}

fn template(value: &str) -> Vec<String> {
    said(value, STEP, Whole::Template)
}

fn condition(value: &str) -> Vec<String> {
    said(value, STEP_IF, Whole::Condition)
}

/// Asserts that every value has just the finding beside it, all of one check.
fn each_is(check: &str, say: impl Fn(&str) -> Vec<String>, cases: &[(&str, &str)]) {
    for (value, expected) in cases {
        assert_eq!(say(value), [format!("{check} {expected}")], "{value}");
    }
}

#[test]
fn what_github_takes_is_taken() {
    for value in [
        "no expression, $X, ${X}, {{ x }}, }}",
        "${{ github.ref }}${{github.sha}} x ${{ github }}",
        "${{ (github.actor)['login'] }} ${{ fromJSON('[1]')[0] }} ${{ github.event.*.x[*].y }}",
        "${{ !env.a == !!env.b || (env.c && env.d) != null }}",
        "${{ contains(github.ref, 'it''s }}') && STARTSWITH(github.ref, '') }}",
        "${{ github.event['a b'] }} ${{ github.event.true.null }} ${{ github.event.a-b_c }}",
        "${{ matrix.a < -1.5e3 && matrix.b >= .5 || matrix.c != +1e2 || matrix.d == 0o17 || NaN == -Infinity }}",
        "${{ hashFiles('a', 'b') }} ${{ join(env.x) }} ${{ case(true, 1, 2) }}",
        "${{\n  env.a\u{a0}==\t'b' }}",
        "${{ format('{{0}} {0} {1}', 1, 2) }} ${{ format('it''s {0}', 1) }} ${{ format(env.x, 1) }}",
        "${{ fromJSON('{\"a\":[1,2],}') }} ${{ fromJSON('[''a'']') }} ${{ fromJSON(' true') }} ${{ fromJSON(env.X) }}",
        "${{ insert }}",
    ] {
        assert_eq!(template(value), Vec::<String>::new(), "{value}");
    }
    for value in [
        "true",
        "false",
        "'${{ false }}'",
        "always()",
        "github.ref == 'x'",
        "${{ github.ref == 'x' }}",
        "'!cancelled() && (failure() || env.X)'",
        "|\n  github.ref == 'x' ||\n  success()",
        "${{ 'false' }}",
        "env.a == 'b' && 'c' == env.d",
        "false && env.x",
        "${{ env.a || true }}",
        "${{ env.a }}${{ env.b }}",
        "env.a && 'text'",
    ] {
        assert_eq!(condition(value), Vec::<String>::new(), "{value}");
    }
    let none: &[&str] = &[];
    assert!(said("${{ 'sh {0}' }}", none, Whole::Template).is_empty(), "a string alone is text");
}

#[test]
fn what_is_no_expression_is_said_where_it_is_wrong() {
    each_is(
        "invalid-expression",
        template,
        &[
            ("${{ }}", "\"${{ }}\": there is no expression between `${{` and `}}`"),
            ("x ${{ env.x }", "\"${{\": `${{` is not closed | write `}}` where the expression ends"),
            (
                "${{ 'a }}",
                "\"'\": `${{` is not closed | the string that begins with `'a }}` is not closed either",
            ),
            ("${{ \"a b\" == 'c' }}", "\"\\\"a b\\\"\": a string stands in single quotes | write `'a b'`"),
            ("${{ env.a & env.b }}", "\"&\": `&` is no operator | write `&&`"),
            ("${{ env.a | env.b }}", "\"|\": `|` is no operator | write `||`"),
            ("${{ env.a = 'b' }}", "\"=\": `=` is no operator | write `==` to compare"),
            ("${{ env.a === 'b' }}", "\"=\": `=` is no operator | write `==` to compare"),
            (
                "${{ env.a + 'b' }}",
                "\"+\": `+` is no operator | nothing is added or joined in an expression; write `format('{0}{1}', a, b)`",
            ),
            (
                "${{ env.a / 2 }}",
                "\"/\": `/` is no operator | nothing is computed in an expression; do it in a script and pass the result on",
            ),
            ("${{ env.a -1 }}", "\"-1\": `-1` follows `env.a` without an operator between them"),
            ("${{ env.a and env.b }}", "\"and\": `and` is no operator | write `&&`"),
            ("${{ env.a env.b }}", "\"env\": `env` follows `env.a` without an operator between them"),
            ("${{ 1.2.3 }}", "\"1.2.3\": `1.2.3` is no number"),
            (
                "${{ $X }}",
                "\"$X\": `$X` is no name | shells read `$`; an expression reads a variable as `env.NAME`",
            ),
            ("${{ a@b }}", "\"a@b\": `a@b` is no name and no operator"),
            (
                "${{ env.a == ${{ env.b }} }}",
                "\"${{\": `${{` stands inside an expression | everything up to `}}` is one expression: leave the inner `${{ }}` out",
            ),
            ("${{ env.a == }}", "\"==\": nothing follows `==`"),
            ("${{ == env.a }}", "\"==\": nothing stands before `==`"),
            ("${{ env.a && || env.b }}", "\"||\": nothing stands between `&&` and `||`"),
            ("${{ contains(env.a, ) }}", "\")\": nothing stands between `,` and `)`"),
            ("${{ contains(env.a, 'b' }}", "\"(\": `(` is not closed"),
            ("${{ (env.a]) }}", "\"(\": `(` is not closed"),
            ("${{ env.a) }}", "\")\": `)` closes nothing"),
            ("${{ github['a' }}", "\"[\": `[` is not closed"),
            ("${{ env.a, env.b }}", "\",\": `,` stands between the arguments of a function only"),
            ("${{ () }}", "\")\": nothing stands between `(` and `)`"),
            ("${{ github. }}", "\".\": nothing follows the `.`"),
            (
                "${{ github.1a }}",
                "\"1a\": `1a` follows a `.`, where the name of a property stands | any other key stands in brackets: `['key']`",
            ),
            ("${{ 'a'.b }}", "\".\": `.` follows `'a'`, which has no parts"),
            ("${{ env.a('b') }}", "\"(\": `(` follows `env.a` without an operator between them"),
            ("${{ True }}", "\"True\": there is no context `True` | write `true`"),
            ("${{ gihtub.ref }}", "\"gihtub\": there is no context `gihtub` | did you mean `github`?"),
            (
                "${{ FOO }}",
                "\"FOO\": there is no context `FOO` | text stands in single quotes, `'FOO'`; a variable is `env.FOO`",
            ),
            (
                "${{ startWith('a', 'b') }}",
                "\"startWith\": there is no function `startWith` | did you mean `startsWith`?",
            ),
            ("${{ startsWith('a') }}", "\"startsWith\": `startsWith` takes 2 arguments, and has 1"),
            ("${{ toJSON() }}", "\"toJSON\": `toJSON` takes 1 argument, and has 0"),
            ("${{ join(env.a, ',', 1) }}", "\"join\": `join` takes at most 2 arguments, and has 3"),
            ("${{ hashFiles() }}", "\"hashFiles\": `hashFiles` takes at least 1 argument, and has 0"),
            (
                "${{ format('{0} {1}', 1) }}",
                "\"{1}\": `{1}` stands for no argument: only one follows the text",
            ),
            (
                "${{ format('a') && format('''{0}') }}",
                "\"'''{0}'\": `{0}` stands for no argument: only the text is given",
            ),
            (
                "${{ format('{0}', 1, 2) }}",
                "\"2\": the text of `format` has no `{1}`: this argument is not used",
            ),
            (
                "${{ format('{ {0}', 1) }}",
                "\"{\": a single `{` in the text of `format` | write `{{` for a brace, `{0}` for the first argument",
            ),
            (
                "${{ fromJSON('[1, 2') }}",
                "\"'[1, 2'\": the text given to `fromJSON` is no JSON: it ends before it is complete",
            ),
            (
                "${{ fromJSON('push') }}",
                "\"'push'\": the text given to `fromJSON` is no JSON: it cannot begin with `p`",
            ),
            ("${{ github.refname }}", "\"refname\": `github` has no `refname` | did you mean `ref_name`?"),
            (
                "${{ job.services.db.port }}",
                "\"port\": `job.services.*` has no `port` | did you mean `ports`?",
            ),
        ],
    );
    let case = template("${{ case(true, 1, false, 2) }}");
    assert!(case[0].contains("it has 4 arguments"), "{case:?}");
    assert_eq!(template("${{ env.a & }} ${{ gihtub.b }}").len(), 2, "each expression is read by itself");
}

#[test]
fn what_a_key_does_not_know_is_not_available() {
    each_is(
        "unavailable-context",
        condition,
        &[
            (
                "secrets.TOKEN != ''",
                "\"secrets\": the context `secrets` is not available here | put the secret into `env` of the job or the workflow, and ask `env.NAME` here",
            ),
            (
                "needs.a.result",
                "\"needs\": the context `needs` is not available here | available here: `env` and `github`",
            ),
        ],
    );
    each_is(
        "unavailable-context",
        template,
        &[(
            "x ${{ Always() }}",
            "\"Always\": the function `always` is not available here | only the `if` of a job or a step has it",
        )],
    );
    let none: &[&str] = &[];
    each_is(
        "unavailable-context",
        |value| said(value, none, Whole::Template),
        &[(
            "v${{ env.x }}",
            "\"${{ env.x }}\": this key takes no expression | GitHub reads it before anything is known of the run: write the value itself",
        )],
    );
}

#[test]
fn a_condition_with_text_beside_it_is_always_true() {
    let beside = "makes it a text, and a text counts as true | put the whole condition into one `${{ }}`, or leave `${{` and `}}` out";
    each_is(
        "constant-condition",
        condition,
        &[
            (
                "${{ env.a }} && ${{ env.b }}",
                &format!("\"&&\": this `if` is always true: `&&` beside `${{{{ }}}}` {beside}"),
            ),
            (
                "'! ${{ env.a }}'",
                &format!("\"!\": this `if` is always true: `!` beside `${{{{ }}}}` {beside}"),
            ),
            (
                "|\n  ${{ env.a }}",
                "\"${{ env.a }}\": this `if` is always true: the line break after `${{ }}` makes it a text, and a text counts as true | leave `${{` and `}}` out, or end the block with `|-` or `>-`",
            ),
            (
                "'${{ env.a }} '",
                "\"${{ env.a }}\": this `if` is always true: the blank beside `${{ }}` makes it a text, and a text counts as true | leave the blank out",
            ),
            (
                "env.a == 'x' || 'y'",
                "\"'y'\": this `if` is always true: `'y'` alone counts as true | compare it too: `env.a == 'y'`",
            ),
            (
                "${{ env.a && !('x') }}",
                "\"'x'\": this `if` is always false: `'x'` alone counts as true | compare it with something, or leave it out",
            ),
        ],
    );
    assert_eq!(
        condition("!cancelled()"),
        [
            "invalid-expression \"!cancelled()\": a value that begins with `!` is a tag to YAML, not an expression | write `${{ !cancelled() }}`"
        ]
    );
    assert!(condition("!!str always()").is_empty());
}

#[test]
fn what_is_long_or_deep_is_bounded_as_github_bounds_it() {
    let nested = |open: &str, count: usize, close: &str| {
        format!("${{{{ {}github{} }}}}", open.repeat(count), close.repeat(count))
    };
    assert!(template(&nested("(", 9_000, ")")).is_empty(), "brackets are no depth");
    assert!(template(&nested("!", 49, "")).is_empty());
    assert_eq!(template(&nested("!", 50, "")).len(), 1);
    assert_eq!(template(&nested("toJSON(", 50, ")")).len(), 1);
    assert!(template(&nested("github || ", 2_000, "")).is_empty(), "a chain is no depth");
    assert_eq!(template(&nested("(", 20_000, "")).len(), 1);
    assert_eq!(template(&format!("${{{{ github.{} }}}}", "x".repeat(21_000))).len(), 1);
    let long = "x".repeat(21_000);
    assert!(template(&long).is_empty());
    assert_eq!(template(&format!("{long} ${{{{ github.ref }}}}")).len(), 1);
    let bytes = "ö".repeat(15_000);
    assert!(template(&format!("{bytes} ${{{{ github.ref }}}}")).is_empty(), "characters count, not bytes");
}

#[test]
fn nothing_that_is_written_panics() {
    let pieces = [
        "${{", "}}", "'", "\"", "(", ")", "[", "]", ".", "*", ",", "!", "=", "&&", "|", "-", "1", "é", "a",
        " ", "${", "{0}",
    ];
    let mut state = 1u64;
    for _ in 0..20_000 {
        let mut value = "|\n  ${{ ".to_owned();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            value.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        condition(&value);
        template(&value);
    }
}
