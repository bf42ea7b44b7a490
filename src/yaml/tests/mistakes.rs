//! What is said of broken texts, and what is still read of them.

use super::{leaves, of_kind, read, read_strictly};
use crate::yaml::{Kind, ProblemKind};

/// Errors as `source: message`, and the values read.
fn outcome(text: &str) -> (Vec<String>, Vec<String>) {
    let document = read(text);
    let told = of_kind(&document, ProblemKind::Syntax)
        .iter()
        .map(|problem| {
            assert!(problem.help.is_some(), "{problem:?}");
            format!("{}: {}", problem.span.of(text), problem.message)
        })
        .collect();
    assert_eq!(of_kind(&document, ProblemKind::Leniency).len(), 0, "{:?}", document.problems());
    (told, leaves(&document))
}

/// One error, and what is read all the same.
fn one(text: &str, error: &str, read: &[&str]) {
    let (told, leaves) = outcome(text);
    assert_eq!(told, [error], "{text}");
    assert_eq!(leaves, read, "{text}");
}

#[test]
fn an_unclosed_quote_is_told_where_it_opens_and_swallows_one_entry() {
    one("a: \"x\nb: \"y\"\nc: z\n", "\": this quote is never closed", &["a=", "b=y", "c=z"]);
    one("m:\n  a: 'x\n  b: y\nc: z\n", "': this quote is never closed", &["m.a=", "m.b=y", "c=z"]);
    one("a: 1\n'b : 2\nc: z\n", "': this quote is never closed", &["a=1", "c=z"]);
    let text = "a: \"x\nb: \"y\"\n";
    let document = read(text);
    let (noticed, label) = document.problems()[0].related.unwrap();
    assert_eq!((noticed.of(text), label), ("b: \"y\"", "passed over up to here"));
}

#[test]
fn an_unclosed_bracket_is_told_where_it_opens_and_swallows_one_entry() {
    one("m:\n  a: [x, y\n  b: z\nc: 1\n", "[: this `[` is never closed", &["m.a=", "m.b=z", "c=1"]);
    one("a: {x: {y: 1}\nb: z\n", "{: this `{` is never closed", &["a=", "b=z"]);
    one("- [x\n- y\n", "[: this `[` is never closed", &["[0]=", "[1]=y"]);
    one("{\"a\": {\"b\": 1}\n", "{: this `{` is never closed", &["a.b=1"]);
}

#[test]
fn an_unclosed_bracket_ends_with_its_document() {
    one("spec: {a: b\n---\nkind: c\n", "{: this `{` is never closed", &["spec.a=b", "kind=c"]);
    one("k: [a, b\n---\n- x\n", "[: this `[` is never closed", &["k[0]=a", "k[1]=b", "[0]=x"]);
    one("a: {b: c,\n---\na: d\n", "{: this `{` is never closed", &["a.b=c", "a=d"]);
    one("a: {b: \"c\"\n...\n---\na: d\n", "{: this `{` is never closed", &["a.b=c", "a=d"]);
    one("- [a: b\n--- c\n", "[: this `[` is never closed", &["[0][0].a=b", "=c"]);
}

#[test]
fn json_is_read_on_after_each_error() {
    one(
        "{\n  \"a\": 1\n  \"b\": [2],\n  \"c\": 3\n}\n",
        ": a `,` is missing before `\"b\"`",
        &["a=1", "b[0]=2", "c=3"],
    );
    one(
        "{\n  \"a\": \"x,\n  \"b\": \"y\",\n  \"c\": 3\n}\n",
        "\": this quote is never closed",
        &["a=", "b=y", "c=3"],
    );
    one("{\"a\": [1,,2], \"b\": 3}", ": nothing stands before this `,`", &["a[0]=1", "a[1]=2", "b=3"]);
    one("{\"a\": [1}, \"b\": 2}", "}: `}` closes `[`", &["a[0]=1", "b=2"]);
    one("[a, @b, c]", "@: a value cannot begin with `@`", &["[0]=a", "[1]=", "[2]=c"]);
}

#[test]
fn a_key_without_quotes_needs_a_space_before_a_bracket() {
    one("{a:{x: y}, b: c}\n", ":: there is no space after this `:`", &["a.x=y", "b=c"]);
    one(
        "[a:[x], {b\":[1]}]\n",
        ":: there is no space after this `:`",
        &["[0].a[0]=x", "[1][\"b\\\"\"][0]=1"],
    );
    for right in ["{a:{x: y}}\n", "[a:[x]]\n"] {
        assert_eq!(read_strictly(right).problems(), []);
    }
    assert_eq!(read("{\"a\":{x: y}, [b]:[c], &d :[e]}\n").problems(), []);
}

#[test]
fn a_colon_too_many_inside_brackets_is_told_there() {
    one("[a: b: c, d]\n", ":: a second `:` in one entry", &["[0].a=b", "[1][\"\"]=c", "[2]=d"]);
    let text = "[boo:\n  bar: 1\n";
    let told = outcome(text).0;
    assert_eq!(told, ["[: this `[` is never closed", ":: a second `:` in one entry"]);
}

#[test]
fn one_broken_entry_silences_no_other() {
    one("a: x: y\nb: z\n", ":: a second `:` on this line", &["a=", "b=z"]);
    one("m:\n  a:x\n  b: y\nc: z\n", ":: there is no space after this `:`", &["m.b=y", "c=z"]);
    one("m:\n  a: x\n  b:y\n  c: z\n", ":: there is no space after this `:`", &["m.a=x", "m.c=z"]);
    one("a: 1\nb c\nd: 2\n", "b c: `b c` is not followed by `:`", &["a=1", "d=2"]);
    one("a b\nc: 1\nd: 2\n", "a b: `a b` is not followed by `:`", &["c=1", "d=2"]);
    one("a: 'x' y\nb: z\n", "y: `y` follows a value that is already complete", &["a=", "b=z"]);
    one("- a: @x\n  b: y\n- c\n", "@: a value cannot begin with `@`", &["[0].a=", "[0].b=y", "[1]=c"]);
    one("a: `x`\nb: y\n", "`: a value cannot begin with a backtick", &["a=", "b=y"]);
    one("a: %x\nb: y\n", "%: a value cannot begin with `%`", &["a=", "b=y"]);
    one("a: * x\nb: y\n", "*: `*` begins an alias, but no name follows", &["a=", "b=y"]);
    one("a: *x y\nb: z\n", "*x y: `*` begins an alias, but `*x y` is more than a name", &["a=", "b=z"]);
    one("a: & x\nb: z\n", "&: `&` begins an anchor, but no name follows", &["a=", "b=z"]);
    one(
        "a: b\n- c\nd: e\n",
        "- c: a list item stands where a key of the mapping is expected",
        &["a=b", "d=e"],
    );
    one(
        "- a\nb: c\n- d\n",
        "b: c: this line stands where an item of the list is expected",
        &["[0]=a", "[1]=d"],
    );
    one("a: | x\n  y\nb: z\n", "x: text on the line of `|`", &["a=", "b=z"]);
    one("a: \"\\d\"\nb: z\n", "\\d: `\\d` is not an escape that YAML knows", &["a=\\d", "b=z"]);
    one("a: x\nb: c: d\n---\ne: f\n", ":: a second `:` on this line", &["a=x", "b=", "e=f"]);
}

#[test]
fn wrong_indentation_costs_the_lines_that_have_it() {
    one(
        "a:\n    b: 1\n  c: 2\n  d: 3\ne: 4\n",
        "c: 2: indented by 2, which is the indentation of no entry above it",
        &["a.b=1", "e=4"],
    );
    one(
        "a:\n  b: 1\n   c: 2\n  d: 3\n",
        "c: `c` is indented as if it belonged to the value above it",
        &["a.b=", "a.d=3"],
    );
    one(
        "  a: 1\nb: 2\n",
        "b: 2: this entry is indented less than the first entry of the document",
        &["a=1", "b=2"],
    );
}

#[test]
fn braces_in_quotes_are_no_template() {
    let (told, _) = outcome("a: true\n b: '{{ x }}'\n");
    assert!(!told.is_empty() && told.iter().all(|problem| !problem.contains("template")), "{told:?}");
}

#[test]
fn a_template_is_called_one() {
    let (told, leaves) = outcome("{{- if .x }}\nkind: Pod\nname: {{ .name }}-x\nport: {{ .port }}\nend: 1\n");
    assert_eq!(told, ["{{: this looks like a template, not like YAML"; 3]);
    assert_eq!(leaves, ["kind=Pod", "name=", "port=", "end=1"]);
    one("run: ${{ a }}: b\nx: y\n", ":: a second `:` on this line", &["run=", "x=y"]);
}

#[test]
fn what_was_passed_over_is_marked() {
    let text = "m:\n  a: x: y\n   more\n  b: z\nc: 1\n";
    let document = read(text);
    let (passed, label) = document.problems()[0].related.unwrap();
    assert_eq!((passed.of(text), label), (": y\n   more", "passed over"));
    let root = document.roots().next().unwrap();
    let m = root.get("m").unwrap();
    assert!(m.is_incomplete() && !root.is_incomplete());
    let a = m.get("a").unwrap();
    assert!(a.is_incomplete() && a.kind() == Kind::Empty);
    assert!(!m.get("b").unwrap().is_incomplete());
}

#[test]
fn leniencies_are_read_as_go_yaml_reads_them_and_are_told() {
    let texts = [
        ("a: [b,\nc]\n", vec!["a[0]=b", "a[1]=c"]),
        ("a: \"b\nc\"\n", vec!["a=b c"]),
        ("a: {\nb\n:\nc\n}\n", vec!["a.b=c"]),
        ("- [\n\tb,\n c\n ]\n", vec!["[0][0]=b", "[0][1]=c"]),
        ("a: {b: c}#d\n", vec!["a.b=c"]),
        ("a: \"b\"#d\n", vec!["a=b"]),
        ("a: [\"b\"#d\n  , c]\n", vec!["a[0]=b", "a[1]=c"]),
        ("a: >#-\n  b\n", vec!["a=b\n"]),
        ("a:\n|2\n  - b\nc: d\n", vec!["a=- b\n", "c=d"]),
        ("- !!str\n>\n b\n- c\n", vec!["[0]=b\n", "[1]=c"]),
        ("a: [-]\n", vec!["a[0]=-"]),
        ("---\n\u{feff}a: b\n", vec!["a=b"]),
        ("a: b\u{85}c\n", vec!["a=b\u{85}c"]),
        ("# x\u{2028}y\na: b\n", vec!["a=b"]),
    ];
    for (text, want) in texts {
        let document = read(text);
        assert_eq!(leaves(&document), want);
        assert_eq!(of_kind(&document, ProblemKind::Leniency).len(), 1, "{:?}", document.problems());
        assert_eq!(document.problems().len(), 1);
    }
    assert_eq!(of_kind(&read_strictly("a: [b,\nc]\n"), ProblemKind::Syntax).len(), 1);
}

#[test]
fn directives_are_checked() {
    let wrong = [
        ("%YAML 1.2\n%YAML 1.2\n---\na: 1\n", "a second `%YAML` line"),
        ("%YAML x\n---\na: 1\n", "a `%YAML` line without a version"),
        ("%YAML 2.0\n---\na: 1\n", "YAML 2.0 does not exist"),
        ("%TAG !x!\n---\na: 1\n", "a `%TAG` line has a handle, a prefix and nothing else"),
        ("%TAG !x! y z\n---\na: 1\n", "a `%TAG` line has a handle, a prefix and nothing else"),
        ("%TAG !x y\n---\na: 1\n", "`!x` is not a tag handle"),
        ("% 162 foo\n---\na: 1\n", "a `%` line without a name"),
        ("%TAG !x! y\n%TAG !x! z\n---\na: 1\n", "this tag handle is declared twice"),
        ("a: !x!y 1\n", "no `%TAG` line declares the tag handle `!x!`"),
        ("%YAML 1.2\na: 1\n", "a `%` line that no document follows"),
    ];
    for (text, message) in wrong {
        let document = read(text);
        let told: Vec<_> = document.problems().iter().map(|problem| &*problem.message).collect();
        assert_eq!(told, [message], "{text}");
    }
    assert_eq!(read("%TAG !x! y\t# z\n---\na: !x!b 1\n").problems(), []);
}

#[test]
fn tags_and_anchors_are_checked() {
    let wrong = [
        ("a: !! b\n", "`!!` is not a tag"),
        ("a: !x%2 b\n", "`!x%2` is not a tag"),
        ("a: !\u{e9} b\n", "`!\u{e9}` is not a tag"),
        ("a: !<x b\n", "this tag is never closed"),
        ("a: !<> b\n", "`!<>` is not a tag"),
        ("a: &x &y b\n", "a second anchor on one node"),
        ("a: &x\n  &y [b]\n", "a node has one anchor and one tag at most"),
        ("a: &x\u{feff} b\n", "text right after an anchor"),
        ("a: &\u{feff} b\n", "`&` begins an anchor, but no name follows"),
        ("a: !x[b]\n", "text right after a tag"),
        ("a: [&x{b: c}]\n", "text right after an anchor"),
        ("a: !\u{feff} b\n", "`!\u{feff}` is not a tag"),
        ("a: &x 1\nb: &y *x\n", "an alias cannot have an anchor or a tag"),
    ];
    for (text, message) in wrong {
        let document = read(text);
        let told: Vec<_> = document.problems().iter().map(|problem| &*problem.message).collect();
        assert_eq!(told, [message], "{text}");
    }
}

#[test]
fn a_merge_key_takes_mappings_only() {
    let wrong = [
        ("a: {<<: b}\n", "b: `<<` merges mappings, and `b` is none"),
        ("a: {<<: {b: c}, d: {<<: [{e: f}, g]}}\n", "g: `<<` merges mappings, and `g` is none"),
        ("a: &a [{b: c}]\nd:\n  <<: *a\n", "*a: `<<` merges mappings, and `*a` is none"),
        ("a: &a {b: c}\nd:\n  <<: [[*a]]\n", "[*a]: `<<` merges mappings, and `[*a]` is none"),
        ("a:\n  <<:\n", "<<: `<<` has no value to merge"),
        ("a:\n  <<: *b\n", "*b: the alias `*b` names no anchor"),
    ];
    for (text, told) in wrong {
        assert_eq!(outcome(text).0, [told], "{text}");
    }
    let document = read("a: {<<: b, c: d}\n");
    assert!(document.roots().next().unwrap().get("a").unwrap().is_incomplete());
    assert_eq!(read_strictly("a: {<<: b}\n").problems(), []);
    assert_eq!(read("a: {\"<<\": b}\n").problems(), []);
}

#[test]
fn an_escape_that_is_no_character_is_told() {
    for escape in ["\\ud800", "\\ude00", "\\ud83dx", "\\U00110000"] {
        let told = outcome(&format!("a: \"{escape}\"\n")).0;
        let escape = escape.trim_end_matches('x');
        assert_eq!(told, [format!("{escape}: `{escape}` is no character")]);
    }
    one(
        "a: \"\\ud83d\"\nb: \"\\ud83d\\ude00\"\n",
        "\\ud83d: `\\ud83d` is no character",
        &["a=\u{fffd}", "b=\u{1f600}"],
    );
}

#[test]
fn text_after_the_root_is_told_and_the_next_document_read() {
    let text = "[a]\nb: c\nd: e\n---\nf: g\n";
    let document = read(text);
    let problem = &document.problems()[0];
    assert_eq!(problem.message, "`b: c` stands after the end of the document");
    assert_eq!(problem.related.unwrap().0.of(text), "b: c\nd: e");
    assert!(document.roots().next().unwrap().is_incomplete());
    assert_eq!(leaves(&document), ["[0]=a", "f=g"]);
}

#[test]
fn white_space_of_other_scripts_is_text() {
    for stray in ["\u{85}", "\u{2028}", "\u{a0}"] {
        let text = format!("[a]\n{stray}\n");
        let document = read(&text);
        let problem = of_kind(&document, ProblemKind::Syntax)[0];
        assert_eq!(problem.span.of(&text), stray);
        assert_eq!(problem.related.unwrap().0.of(&text), stray);
    }
}

#[test]
fn control_characters_are_told_and_the_rest_is_read() {
    let document = read("a: x\u{7}y\nb: z\u{7f}\n");
    assert_eq!(of_kind(&document, ProblemKind::Syntax).len(), 2);
    assert_eq!(leaves(&document), ["a=x\u{7}y", "b=z\u{7f}"]);
}

#[test]
fn messages_are_facts_in_lower_case_without_a_full_stop() {
    let text = "a: x: y\nb: 'c\nd: [e\nf: @g\n\th: i\nj k\nl: *m\n";
    for problem in read(text).problems() {
        assert!(!problem.message.ends_with('.'), "{problem:?}");
        assert!(!problem.message.starts_with(char::is_uppercase), "{problem:?}");
    }
}
