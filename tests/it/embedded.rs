//! Manifests inside scripts, steps, Makefiles and Dockerfiles.

use crate::support::{plimsoll, project};
use plimsoll::artifact::{self, Artifact};
use plimsoll::discover::{Found, Origin, Outcome};
use plimsoll::model;
use plimsoll::source::{Sources, Span};
use plimsoll::yaml::{Document, Expansion, Options, parse};

fn load(path: &str, text: &str) -> (Sources, Vec<Artifact>) {
    let mut sources = Sources::default();
    let found = Found {
        path: path.to_owned(),
        os_path: path.into(),
        origin: Origin::Explicit,
        outcome: Outcome::Given(text.to_owned().into_bytes()),
    };
    let loaded = artifact::load(vec![found], &|_| None, &mut sources);
    (sources, loaded.artifacts)
}

/// The names of the objects inside a file, and whether they are parts.
fn objects(path: &str, text: &str) -> Vec<(String, bool)> {
    let (sources, artifacts) = load(path, text);
    let file = model::FileFacts {
        id: artifacts[0].file,
        source: sources.get(artifacts[0].file),
        artifact: &artifacts[0],
    };
    let name = |document: &Document| {
        let metadata = document.roots().next().and_then(|root| root.get("metadata"));
        metadata
            .and_then(|metadata| metadata.get("name"))
            .map_or_else(String::new, |name| name.text().into_owned())
    };
    model::embedded(file).iter().map(|embedded| (name(&embedded.document), embedded.fragment)).collect()
}

fn names(path: &str, text: &str) -> Vec<String> {
    objects(path, text).into_iter().map(|(name, _)| name).collect()
}

/// The lines of a text behind a margin.
fn indented(margin: &str, text: &str) -> String {
    text.lines().flat_map(|line| [margin, line, "\n"]).collect()
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";

#[test]
fn manifests_are_found_wherever_a_shell_reads_them() {
    for (opening, closing) in [
        ("cat <<EOF | kubectl apply -f -\n", "EOF\n"),
        ("kubectl apply -f - <<'EOF'\n", "EOF\n"),
        ("cat > k8s.yaml <<EOF\n", "EOF\n"),
        ("sudo tee x.yaml <<\"EOF\" >/dev/null\n", "EOF\n"),
        ("X=$(cat <<EOF\n", "EOF\n)\n"),
        ("f() {\ncat <<EOF\n", "EOF\n}\nf | kubectl apply -f -\n"),
        ("if x; then kubectl apply -f - <<EOF\n", "EOF\nfi\n"),
        ("bash <<'X'\nkubectl apply -f - <<EOF\n", "EOF\nX\n"),
        ("bash -c 'kubectl apply -f - <<EOF\n", "EOF\n'\n"),
        ("ssh host kubectl apply -f - <<EOF\n", "EOF\n"),
        ("kubectl apply -f - <<EOF\n\n# why\n---\n", "---\n# nothing\nEOF\n"),
    ] {
        assert_eq!(names("a.sh", &format!("#!/bin/bash\n{opening}{POD}{closing}")), ["a"], "{opening}");
    }
}

#[test]
fn what_no_one_reads_or_what_is_no_manifest_is_left_alone() {
    let usage = indented("  ", POD);
    for text in [
        format!("# kubectl apply -f - <<EOF\n: '\n{POD}EOF\n'\n"),
        format!(": <<EOF\n{POD}EOF\n"),
        format!("cat <<EOF\nUsage: x\n\nThis writes:\n{usage}EOF\n"),
        format!("kubectl apply -f - <<EOF\n{{{{- if x }}}}\n{POD}{{{{- end }}}}\nEOF\n"),
        format!("kubectl apply -f - <<EOF\n{POD}image: {{{{ .Values.image }}}}\nEOF\n"),
    ] {
        assert_eq!(names("a.sh", &text), Vec::<String>::new(), "{text}");
    }
    let folded = format!(
        "on: push\njobs: {{a: {{steps: [{{run: \"cat <<EOF\\n{}EOF\"}}]}}}}\n",
        POD.replace('\n', "\\n")
    );
    assert_eq!(names(".github/workflows/a.yml", &folded), Vec::<String>::new());
}

#[test]
fn documents_are_cut_at_markers_of_their_own_indentation() {
    let text = "kubectl apply -f - <<EOF\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  b: |\n    x\n    ---\n    kind: y\n--- # next\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\nEOF\n";
    assert_eq!(names("a.sh", text), ["a", "b"]);
    let step = indented("          ", text);
    let workflow = format!("on: push\njobs:\n  a:\n    steps:\n      - run: |\n{step}");
    assert_eq!(names(".github/workflows/a.yml", &workflow), ["a", "b"]);
}

#[test]
fn what_may_bring_more_than_a_value_makes_a_part() {
    let pod = |more: &str, quote: &str| {
        let text =
            format!("kubectl apply -f - <<{quote}EOF{quote}\n{POD}spec:\n  nodeName: n\n{more}\nEOF\n");
        objects("a.sh", &text)[0].1
    };
    assert!(!pod("  image: $IMAGE", ""));
    assert!(pod("  $MORE", ""));
    assert!(pod("  ${KEY}: x", ""));
    assert!(pod("  : [", ""), "what is not YAML may hold anything");
    assert!(!pod("  a: |\n    $MORE\n    x", ""));
    assert!(!pod("  $key: x", "'"), "a quoted delimiter keeps the text");
}

#[test]
fn a_makefile_and_a_dockerfile_hold_manifests_too() {
    let makefile =
        format!("define A\n{POD}endef\nexport define B\nX\ndefine C\nendef\nendef\ndefine D\n{POD}");
    assert_eq!(names("Makefile", &makefile), ["a"], "the last one does not end");
    let dockerfile = format!(
        "FROM x\nCOPY <<A <<B /x/\n{POD}A\nnone\nB\nRUN <<X\ncat <<Y >f\n{POD}Y\nX\nENV A=<<Z\n{POD}Z\n"
    );
    assert_eq!(names("Dockerfile", &dockerfile), ["a", "a"]);
}

#[test]
fn every_node_stands_where_its_text_does() {
    let values = [
        "x",
        "'it''s'",
        "\"a b\"",
        "[1, {b: c}]",
        "|\n{i}    x\n\n{i}     y",
        ">-\n{i}   x\n{i}   y",
        "",
        "1.5 # why",
    ];
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % limit as u64) as usize
    };
    for case in 0..500 {
        let mut plain = String::from("apiVersion: v1\nkind: ConfigMap\n");
        for key in 0..=below(6) {
            let depth = below(3);
            for level in 0..depth {
                plain += &["  ".repeat(level), format!("k{key}{level}:\n")].concat();
            }
            let margin = "  ".repeat(depth);
            let value = values[below(values.len())].replace("{i}", &margin);
            plain += &[&*margin, "v", &key.to_string(), ": ", &*value, "\n"].concat();
        }
        let tabs = case % 3 == 0;
        let margin = if tabs { "\t".repeat(1 + below(3)) } else { String::new() };
        let dash = if tabs { "-" } else { "" };
        let quote = if case % 2 == 0 { "'" } else { "" };
        let body = indented(&margin, &plain);
        let script = format!("a=1\nkubectl apply -f - <<{dash}{quote}END{quote}\n{body}END\nb=2\n");
        let indent = " ".repeat(10 + below(4));
        let step = indented(&indent, &script);
        let workflow = format!("on: push\njobs:\n  a:\n    steps:\n      - run: |\n{step}");
        for (path, text) in [("a.sh", &script), (".github/workflows/a.yml", &workflow)] {
            let (sources, artifacts) = load(path, text);
            let source = sources.get(artifacts[0].file);
            let file = model::FileFacts { id: artifacts[0].file, source, artifact: &artifacts[0] };
            let found = model::embedded(file);
            assert_eq!(found.len(), 1, "{text}");
            let document = &found[0].document;
            assert_eq!(document.expansion() == Expansion::Shell, quote.is_empty());
            let alone = parse(&*plain, Options::default());
            let texts = |document: &Document| -> Vec<_> {
                document.nodes().map(|node| (node.kind(), node.text().into_owned())).collect()
            };
            assert_eq!(texts(document), texts(&alone), "{text}");
            let place = |word: &str| text.rfind(word).expect("it is there") as u32;
            let region = Span::new(place("apiVersion"), place("END"));
            for node in document.nodes() {
                assert!(region.contains(node.span()), "{node:?} leaves {region:?}");
                if !node.source().contains('\n') && !node.text().is_empty() {
                    let (decoded, map) = node.text_map();
                    let whole = Span::new(0, decoded.len() as u32);
                    let place = map.place(whole).expect("it stands in the file");
                    assert_eq!(place.span.of(text), place.span.of(document.text()));
                }
            }
        }
    }
}

#[test]
fn secrets_in_here_documents_are_masked_in_every_report() {
    let folder = project(&[(
        "a.sh",
        "kubectl apply -f - <<EOF\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  innocent: hunter2hunter2\n  innocent: hunter2hunter2\nEOF\n",
    )]);
    for output in ["full", "concise", "json"] {
        let run = plimsoll(folder.path(), &["check", "--output", output, "."], b"");
        let text = String::from_utf8(run.stdout).expect("a report is UTF-8");
        assert!(text.contains("stands twice"), "{output}: {text}");
        assert!(!text.contains("hunter2"), "{output}: {text}");
    }
}

#[test]
fn many_here_documents_cost_what_they_are_long() {
    let units = [
        format!("kubectl apply -f - <<EOF\n{POD}EOF\n"),
        format!("kubectl apply -f - <<-EOF\n\t{}\n\tEOF\n", POD.trim_end().replace('\n', "\n\t")),
        format!("bash <<X\ncat <<EOF\n{POD}EOF\nX\n"),
        format!("define A\n{POD}endef\n"),
        format!("COPY <<A /a\n{POD}A\n"),
        "---\n".to_owned(),
        "define\n".to_owned(),
    ];
    for path in ["a.sh", "Makefile", "Dockerfile"] {
        for unit in &units {
            let seconds = |times: usize| {
                let (sources, artifacts) =
                    load(path, &format!("cat <<A\napiVersion: v1\nkind: Pod\nA\n{}", unit.repeat(times)));
                let file = model::FileFacts {
                    id: artifacts[0].file,
                    source: sources.get(artifacts[0].file),
                    artifact: &artifacts[0],
                };
                let start = cpu_time::ThreadTime::now();
                let _ = model::embedded(file);
                start.elapsed().as_secs_f64()
            };
            seconds(10);
            let (short, long) = (seconds(200), seconds(1600));
            assert!(
                long < 30.0 * short + 0.03,
                "{path} {unit:?}: {short} s, then {long} s for 8 times the text"
            );
        }
    }
}
