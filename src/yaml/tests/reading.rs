//! What texts read as.

use super::{leaves, of_kind, read, read_strictly, root};
use crate::source::Span;
use crate::yaml::{Dialect, Kind, Node, ProblemKind, Style};
use std::fmt::Write as _;

#[test]
fn block_and_flow_collections_nest() {
    let document = read("a:\n  - b: 1\n    c: [x, {d: y}, e: z]\n  - - p\n    - q\n");
    assert_eq!(
        leaves(&document),
        ["a[0].b=1", "a[0].c[0]=x", "a[0].c[1].d=y", "a[0].c[2].e=z", "a[1][0]=p", "a[1][1]=q"]
    );
    let a = root(&document).get("a").unwrap();
    assert_eq!((a.kind(), a.style()), (Kind::Sequence, Style::Block));
    assert_eq!(a.source(), "- b: 1\n    c: [x, {d: y}, e: z]\n  - - p\n    - q");
}

#[test]
fn a_sequence_may_stand_at_the_column_of_its_key() {
    let document = read("a:\n- x\n- y\nb:\n- z\n");
    assert_eq!(leaves(&document), ["a[0]=x", "a[1]=y", "b[0]=z"]);
    root(&document);
}

#[test]
fn flow_collections_may_be_keys() {
    let document = read("[a, &x {b: c}]: &y v\n? [d, e]\n: w\nlist: [[f]: g, {h: i}: j, *x : k]\n");
    let root = root(&document);
    let (key, value) = root.pairs().next().unwrap();
    assert_eq!((key.source(), &*value.text()), ("[a, &x {b: c}]", "v"));
    assert_eq!(value.anchor().unwrap().of(document.text()), "&y");
    let item = key.children().nth(1).unwrap();
    assert_eq!(item.anchor().unwrap().of(document.text()), "&x");
    let pairs: Vec<_> = root.get("list").unwrap().items().map(|item| item.pairs().next().unwrap()).collect();
    assert_eq!(pairs[0].0.kind(), Kind::Sequence);
    assert_eq!(pairs[1].0.source(), "{h: i}");
    assert_eq!(pairs[2].0.resolve(), item);
}

#[test]
fn a_colon_before_a_comma_or_closing_bracket_is_text_unless_strict() {
    for (text, lenient, strict) in [
        ("{be:}\n", vec!["[\"be:\"]="], vec!["be="]),
        ("{be:,c: d}\n", vec!["[\"be:\"]=", "c=d"], vec!["be=", "c=d"]),
        ("[a\n :]\n", vec!["[0]=a :"], vec!["[0].a="]),
        ("[a :, b]\n", vec!["[0]=a :", "[1]=b"], vec!["[0].a=", "[1]=b"]),
    ] {
        assert_eq!(leaves(&read(text)), lenient);
        assert_eq!(leaves(&read_strictly(text)), strict);
    }
}

#[test]
fn documents_are_apart_and_byte_order_marks_may_begin_each() {
    let document = read("\u{feff}a: &x 1\n---\nb: *x\n...\n\u{feff}%YAML 1.2\n---\nc: 2\n--- d\n");
    let texts: Vec<_> = document.roots().map(crate::yaml::Node::source).collect();
    assert_eq!(texts, ["a: &x 1", "b: *x", "c: 2", "d"]);
    let problems = of_kind(&document, ProblemKind::Syntax);
    assert_eq!(problems.len(), 1, "an anchor does not reach into the next document");
    assert_eq!(problems[0].message, "the alias `*x` names no anchor");
    let bare = document.roots().nth(1).unwrap().get("b").unwrap();
    assert_eq!((bare.kind(), bare.resolve()), (Kind::Alias, bare));
}

#[test]
fn a_document_may_be_empty() {
    let document = read("%YAML 1.2\n---");
    assert_eq!(root(&document).kind(), Kind::Empty);
    assert_eq!(read("--- # a\n---\n...\n").len(), 2);
    assert!(read("# only a comment\n").is_empty());
}

#[test]
fn every_line_break_breaks_a_line_also_between_quotes() {
    let lf = "a: |\n  x\n  y\nb: \"p\n  q\"\nc: 'r\n\n  s'\nd: t\n  u\ne: [v,\n  w]\n";
    let want = leaves(&read(lf));
    assert_eq!(want, ["a=x\ny\n", "b=p q", "c=r\ns", "d=t u", "e[0]=v", "e[1]=w"]);
    for breaks in ["\r\n", "\r"] {
        let document = read(&lf.replace('\n', breaks));
        root(&document);
        assert_eq!(leaves(&document), want, "{breaks:?}");
    }
}

#[test]
fn tabs_may_separate_and_not_indent() {
    assert_eq!(leaves(&read("a:\tb\n-\t: c\n"))[0], "a=b");
    root(&read("a:\tb\nc: \t d\t# e\n"));
    root(&read_strictly("-\ta\n-\t[b]\n"));
    for wrong in ["-\t- a\n", "?\t- a\n"] {
        let document = read_strictly(wrong);
        assert_eq!(document.problems()[0].message, "a tab in the indentation", "{wrong:?}");
    }
    for wrong in ["a:\n\tb: c\n", "-\n\tb\n", "a:\n  b: c\n\td: e\n"] {
        let document = read(wrong);
        let problems = of_kind(&document, ProblemKind::Syntax);
        assert_eq!(problems.len(), 1, "{wrong:?}");
        assert_eq!(problems[0].message, "a tab in the indentation", "{wrong:?}");
    }
}

#[test]
fn a_tab_after_a_dash_is_told_unless_strict() {
    for (text, message, read_as) in [
        ("-\ta\n- b\n", "a tab after `-`", vec!["[0]=a", "[1]=b"]),
        ("- \t- a\n", "a tab after `-`", vec!["[0][0]=a"]),
        ("a:\n  -\t\n    b: c\n", "a tab after `-`", vec!["a[0].b=c"]),
        ("? a\n:\tb\n", "a tab after `:`", vec!["a=b"]),
    ] {
        let document = read(text);
        let told = of_kind(&document, ProblemKind::Syntax);
        assert_eq!((told.len(), &*told[0].message, told[0].span.of(text)), (1, message, "\t"));
        assert_eq!(leaves(&document), read_as);
    }
}

#[test]
fn json_is_read() {
    let document = read("{\"a\":[1,true,null,\"x\\u00e9\\/\\ud83d\\ude00\"],\"b\":{\"c\":{}}}\n");
    root(&document);
    assert_eq!(leaves(&document), ["a[0]=1", "a[1]=true", "a[2]=null", "a[3]=x\u{e9}/\u{1f600}", "b.c="]);
}

#[test]
fn block_scalars_chomp_fold_and_indent() {
    let text = "a: |+\n  x\n\nb: >-\n  p\n  q\n\n  r\n   s\n  t\nc: |2\n    u\n   v\nd: >\n\n  w\n";
    assert_eq!(leaves(&read(text)), ["a=x\n\n", "b=p q\nr\n s\nt", "c=  u\n v\n", "d=\nw\n"]);
}

#[test]
fn a_block_scalar_without_a_final_break_has_none_unless_strict() {
    assert_eq!(leaves(&read("a: |\n  x")), ["a=x"]);
    assert_eq!(leaves(&read_strictly("a: |\n  x")), ["a=x\n"]);
    assert_eq!(leaves(&read("a: |-\n  x")), ["a=x"]);
}

#[test]
fn comments_keep_their_places() {
    let text = "# one\na: b # two\nc: | # three\n  # text\n  x\n# four\nd: [e, # five\n  f]\n";
    let document = read(text);
    let comments: Vec<_> = document.comments().map(|span| span.of(text)).collect();
    assert_eq!(comments, ["# one", "# two", "# three", "# four", "# five"]);
}

#[test]
fn aliases_are_links_and_the_latest_anchor_counts() {
    let document = read("a: &x 1\nb: *x\nc: &x 2\nd: *x\ne: &x [&x 3, *x]\n");
    let root = root(&document);
    assert_eq!(root.get("b").unwrap().text(), "1");
    assert_eq!(root.get("d").unwrap().text(), "2");
    let e: Vec<_> = root.get("e").unwrap().items().map(Node::text).collect();
    assert_eq!(e, ["3", "3"]);
}

#[test]
fn an_alias_inside_its_own_anchor_is_a_link_in_strict_mode_only() {
    let text = "a: &x [*x]\nb: *x\nc: &y\n  d: {e: *y}\n";
    let document = read_strictly(text);
    let a = root(&document).get("a").unwrap();
    assert_eq!(a.items().next().unwrap().resolve(), a);

    let document = read(text);
    let told: Vec<_> = document
        .problems()
        .iter()
        .map(|problem| (problem.kind, problem.span.start, &*problem.message))
        .collect();
    let message = |alias: char| format!("the alias `*{alias}` stands inside the value that `&{alias}` names");
    assert_eq!(told, [(ProblemKind::Syntax, 7, &*message('x')), (ProblemKind::Syntax, 32, &*message('y'))]);
    assert_eq!(document.problems()[0].related, Some((Span::new(3, 5), "anchored here")));
    let root = document.roots().next().unwrap();
    let a = root.get("a").unwrap();
    let inside = a.items().next().unwrap();
    assert_eq!(inside.resolve(), inside);
    assert_eq!(root.get("b").unwrap().resolve(), a);
}

#[test]
fn merged_entries_say_where_they_came_from() {
    let text =
        "base: &b {x: 1, y: 2}\nmore: &m\n  <<: *b\n  z: 3\nall:\n  y: own\n  <<: [*m, {w: 4, x: no}]\n";
    let document = read(text);
    let all = root(&document).get("all").unwrap();
    let entries: Vec<_> = all
        .entries()
        .iter()
        .map(|entry| {
            let via = entry.via.map_or("own", |via| via.alias.source());
            format!("{}={} {via}", entry.key.text(), entry.value.text())
        })
        .collect();
    assert_eq!(entries, ["y=own own", "z=3 *m", "x=1 *b", "w=4 {w: 4, x: no}"]);
    assert_eq!(all.get("x").unwrap().text(), "1");
    assert_eq!(all.entry("y").unwrap().via, None);
    assert_eq!(all.get("<<"), None);
    assert_eq!(all.entry("z").unwrap().via.unwrap().merge_key.source(), "<<");
}

#[test]
fn a_merge_key_overrides_what_stands_before_it_in_yaml_v2_only() {
    let text = "a: &a {k: a}\nb: &b {k: b, <<: *a}\n\
        m: {k: own, <<: *a}\nn: {<<: *a, k: own}\no: {<<: [{k: 1}, *a]}\np: {k: 1, <<: *b, z: 2, <<: {z: 3}}\n";
    let read_as = |dialect| {
        let mut document = read(text);
        document.set_dialect(dialect);
        let root = document.roots().next().unwrap();
        let mut told = Vec::new();
        for (name, value) in root.pairs().skip(1) {
            let entries = value.entries();
            for entry in &entries {
                assert_eq!(value.entry(&entry.key.text()), Some(*entry));
            }
            let mut entries: Vec<_> = entries
                .iter()
                .map(|entry| {
                    let via = entry.via.map_or("own", |via| via.alias.source());
                    format!("{}={} {via}", entry.key.text(), entry.value.text())
                })
                .collect();
            entries.sort_unstable();
            told.push(format!("{}: {}", name.text(), entries.join(", ")));
        }
        told
    };
    let v3 = ["b: k=b own", "m: k=own own", "n: k=own own", "o: k=1 {k: 1}", "p: k=1 own, z=2 own"];
    assert_eq!(read_as(Dialect::GoYamlV3), v3);
    assert_eq!(read_as(Dialect::Core), v3);
    let v2 = ["b: k=a *a", "m: k=a *a", "n: k=own own", "o: k=1 {k: 1}", "p: k=a *a, z=3 {z: 3}"];
    assert_eq!(read_as(Dialect::GoYamlV2), v2);
}

#[test]
fn merging_itself_ends() {
    let document = read_strictly("a: &a\n  <<: *a\n  b: &b {<<: [*a, *b], c: d}\n");
    let a = root(&document).get("a").unwrap();
    assert_eq!(a.entries().len(), 1);
    assert_eq!(a.get("b").unwrap().entries().len(), 2);
}

#[test]
fn of_equal_keys_the_last_counts_and_both_places_are_told() {
    let text = "a: 1\nb: {c: 2, \"c\": 3}\na: 4\n";
    let document = read(text);
    let problems = of_kind(&document, ProblemKind::DuplicateKey);
    let told: Vec<_> = problems
        .iter()
        .map(|problem| (problem.span.of(text), problem.related.unwrap().0.of(text), problem.span.start))
        .collect();
    assert_eq!(told, [("\"c\"", "c", 15), ("a", "a", 23)]);
    let root = document.roots().next().unwrap();
    assert_eq!(root.get("a").unwrap().text(), "4");
    let entries: Vec<_> = root.entries().iter().map(|entry| entry.value.source()).collect();
    assert_eq!(entries, ["4", "{c: 2, \"c\": 3}"]);
}

#[test]
fn equal_keys_are_found_among_many() {
    let mut text = String::new();
    for key in 0..200 {
        writeln!(text, "a-rather-long-key-{key}: x").unwrap();
    }
    text += "a-rather-long-key-77: y\n'a-rather-long-key-\u{37}8': z\n";
    assert_eq!(of_kind(&read(&text), ProblemKind::DuplicateKey).len(), 2);
}

#[test]
fn tags_are_resolved_by_their_handles() {
    let document = read("%TAG !e! tag:e.org,2000:\n---\n- !e!a%21b x\n- !!str y\n- !local z\n- !<tag:v> w\n");
    let tags: Vec<_> = root(&document).items().map(|item| item.tag_uri().unwrap().into_owned()).collect();
    assert_eq!(tags, ["tag:e.org,2000:a!b", "tag:yaml.org,2002:str", "!local", "tag:v"]);
}
