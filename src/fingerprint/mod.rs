//! What makes a finding the same one in two versions of a project: its rule, where it stands by meaning, and what is marked.
//!
//! No line number takes part, so that comments, blank lines, another indentation and another order change nothing. Secrets take part
//! as their mask: a fingerprint may be committed, and a secret that was rotated is the same finding. The fingerprint of reports counts
//! the path in; an [`Identity`] keeps it beside, so that a file may be renamed.
//!
//! `address` is where a node stands, `reading` what a mark in a file says, `digest` how that becomes a number.

mod address;
mod digest;
mod reading;

use crate::diagnostic::Diagnostic;
use crate::expr::MISSING;
use crate::secret;
use crate::source::{FileId, Sources, Span};
use crate::yaml::Document;
use digest::Digest;
use reading::{Reading, shortened};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// The identity of a finding across versions of its file; the same on every platform and in every version of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

/// Sixteen hexadecimal digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Fingerprint {
    /// Reads what [`Display`](fmt::Display) writes, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let number = u64::from_str_radix(text, 16).ok().map(Self)?;
        (number.to_string() == text).then_some(number)
    }
}

/// What a finding is known by in another version of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its rule.
    pub rule: Arc<str>,
    /// The path of its file.
    pub path: Arc<str>,
    /// What it says: a part for each key that is missing, else a single one. So when one of two missing keys is added, that the other one
    /// is missing is nothing new; and when instead another one goes, it is.
    pub parts: Vec<Part>,
}

/// One thing that a finding says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Of rule, place and content, not of the path; those of equal findings are equal.
    pub fingerprint: Fingerprint,
    /// Where it stands, for people: `Deployment web: spec.template.spec.containers[api].image`. Empty where nothing has a name. Holds
    /// neither a secret nor a line number.
    pub at: String,
}

/// The files that findings point into.
#[derive(Clone, Copy)]
pub struct Files<'a> {
    /// Their texts.
    pub sources: &'a Sources,
    /// The documents of a file: its own, and the manifests inside it.
    pub documents: &'a dyn Fn(FileId) -> Vec<&'a Document>,
    /// The secrets of a file, sorted and disjoint.
    pub hidden: &'a dyn Fn(FileId) -> Vec<Span>,
}

/// The fingerprints of findings, in their order. Those that are equal in everything else are told apart by their order in the file.
pub fn fingerprints(findings: &[Diagnostic], files: Files<'_>) -> Vec<Fingerprint> {
    let mut readings = Readings { files, read: HashMap::new() };
    let mut seen: HashMap<u64, u64> = HashMap::new();
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|&index| findings[index].primary.place);
    let mut found = vec![Fingerprint(0); findings.len()];
    for index in order {
        let finding = &findings[index];
        let file = readings.of(finding.file());
        let (address, content) = file.identity(finding.span());
        let digest = Digest::default().text(&finding.rule).text(&file.source.path);
        let digest = digest.number(address).text(&content);
        let ordinal = seen.entry(digest.finish()).or_default();
        found[index] = Fingerprint(digest.number(*ordinal).finish());
        *ordinal += 1;
    }
    found
}

/// What findings are known by in another version of the project, in their order.
pub fn identities(findings: &[Diagnostic], files: Files<'_>) -> Vec<Identity> {
    let mut readings = Readings { files, read: HashMap::new() };
    let identity = |finding: &Diagnostic| {
        let file = readings.of(finding.file());
        let (address, content) = file.identity(finding.span());
        let digest = Digest::default().text(&finding.rule).number(address).text(&content);
        let at = file.place_in_words(finding.span());
        let parts = match finding.primary.text.strip_prefix(MISSING) {
            None => vec![Part { fingerprint: Fingerprint(digest.finish()), at }],
            Some(names) => names.split(", ").map(|name| lacking(digest, name, &at)).collect(),
        };
        Identity { rule: finding.rule.clone(), path: file.source.path.clone(), parts }
    };
    findings.iter().map(identity).collect()
}

/// That something lacks a key.
fn lacking(digest: Digest, name: &str, at: &str) -> Part {
    let name = secret::mask(name);
    // A name with digits may be a value that the rule looks up (`labels[env.value]`): it is not told.
    let told = !name.contains(|c: char| c.is_ascii_digit());
    let at = if told { shortened(format!("{at} lacks {name}").trim_start()) } else { at.to_owned() };
    Part { fingerprint: Fingerprint(digest.text(&name).finish()), at }
}

/// The files in which something was found, each read once.
struct Readings<'a> {
    files: Files<'a>,
    read: HashMap<FileId, Reading<'a>>,
}

impl<'a> Readings<'a> {
    fn of(&mut self, id: FileId) -> &mut Reading<'a> {
        let Files { sources, documents, hidden } = self.files;
        self.read.entry(id).or_insert_with(|| Reading::new(sources.get(id), documents(id), hidden(id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::secret::secret_spans;
    use crate::source::{Place, SourceFile};
    use crate::yaml;
    use std::path::Path;

    /// Asks something about findings in one file.
    fn ask<T>(
        source: SourceFile,
        documents: &[Document],
        findings: &[Diagnostic],
        ask: fn(&[Diagnostic], Files<'_>) -> Vec<T>,
    ) -> Vec<T> {
        let mut sources = Sources::default();
        let file = sources.add(source);
        let documents = |_| documents.iter().collect();
        let hidden = |_| secret_spans(sources.get(file), documents(file));
        ask(findings, Files { sources: &sources, documents: &documents, hidden: &hidden })
    }

    /// Findings at every mention of a slice.
    fn findings(text: &str, slice: &str) -> Vec<Diagnostic> {
        let places = text
            .match_indices(slice)
            .map(|(at, slice)| Place { file: FileId(0), span: (at..at + slice.len()).into() });
        let findings: Vec<_> =
            places.map(|place| Diagnostic::new("some-rule", Severity::Error, place, "")).collect();
        assert!(!findings.is_empty(), "{slice} is not in the text");
        findings
    }

    fn documents(path: &str, text: &str) -> Vec<Document> {
        let is_yaml = Path::new(path).extension().is_some_and(|extension| extension == "yaml");
        is_yaml.then(|| yaml::parse(text, yaml::Options::default())).into_iter().collect()
    }

    /// The fingerprints of findings at every mention of a slice.
    fn at(path: &str, text: &str, slice: &str) -> Vec<Fingerprint> {
        ask(SourceFile::new(path, text), &documents(path, text), &findings(text, slice), fingerprints)
    }

    /// What a finding at the first mention of a slice is known by, with the text of its label.
    fn known(path: &str, text: &str, slice: &str, label: &str) -> Identity {
        let mut findings = findings(text, slice);
        findings.truncate(1);
        findings[0].primary.text = label.to_owned();
        ask(SourceFile::new(path, text), &documents(path, text), &findings, identities).remove(0)
    }

    const POD: &str = "kind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: api\n      image: api:1\n\
                       \x20   - name: log\n      image: log:1\n";

    #[test]
    fn comments_indentation_and_order_change_nothing() {
        let expected = at("a.yaml", POD, "log:1");
        let moved = "# why\n---\nkind: Service\nmetadata: {name: web}\n---\nmetadata:\n    name: web # here\nspec:\n    containers:\n\
                     \x20   -   image: log:1 # pinned\n        name: log\n    - {name: api, image: api:1}\nkind: Pod\n";
        assert_eq!(at("a.yaml", moved, "log:1"), expected);
        assert_eq!(at("a.yaml", &POD.replace('\n', "\r\n"), "log:1"), expected);
    }

    #[test]
    fn another_place_file_or_mark_is_another_finding() {
        let expected = at("a.yaml", POD, "log:1");
        for (path, text, slice) in [
            ("b.yaml", POD.to_owned(), "log:1"),
            ("a.yaml", POD.replace("name: log", "name: logs"), "log:1"),
            ("a.yaml", POD.replace("name: web", "name: shop"), "log:1"),
            ("a.yaml", POD.replace("kind: Pod", "kind: Job"), "log:1"),
            ("a.yaml", POD.replace("containers", "initContainers"), "log:1"),
            ("a.yaml", POD.to_owned(), "log"),
        ] {
            assert!(!at(path, &text, slice).contains(&expected[0]), "{text}");
        }
    }

    #[test]
    fn equal_findings_are_told_apart_in_their_order() {
        let steps = "steps:\n  - run: apply x\n  - run: apply x\n";
        let [first, second] = at("a.yaml", steps, "apply")[..] else { panic!("two findings") };
        assert_ne!(first, second);
        let [.., third] = at("a.yaml", &format!("{steps}  - run: apply x\n"), "apply")[..] else {
            panic!("three findings")
        };
        assert_eq!(at("a.yaml", &format!("{steps}  - run: apply x\n"), "apply")[..2], [first, second]);
        assert!(third != first && third != second);
    }

    #[test]
    fn a_command_is_known_by_its_line() {
        let script = "run: |\n  set -e\n  apply web\n  apply shop # now\n";
        let [web, shop] = at("a.yaml", script, "apply")[..] else { panic!("two findings") };
        let moved = "# deploy\nrun: |\n    apply  shop\n    true\n    apply web   # first\n";
        assert_eq!(at("a.yaml", moved, "apply"), [shop, web]);
        let [web, shop] = at("a.sh", "apply web\napply shop\n", "apply")[..] else { panic!("two findings") };
        assert_eq!(at("a.sh", "#!/bin/sh\nif true; then\n\tapply shop\nfi\n", "apply"), [shop]);
        assert_ne!(web, shop);
    }

    #[test]
    fn a_mention_in_a_comment_is_known_by_its_line() {
        let [above, behind] = at("a.yaml", "# old: x\na: 1 # x too\nb: 2\n", "x")[..] else { panic!("two") };
        assert_eq!(at("a.yaml", "b: 2\n\na:   1 # x too\n\n  # old: x\n", "x"), [behind, above]);
    }

    #[test]
    fn a_mapping_is_known_by_where_it_stands() {
        let [before] = at("a.yaml", "services: {web: {image: a}}\n", "{image: a}")[..] else { panic!("one") };
        assert_eq!(at("a.yaml", "services: {db: {}, web: {image: b}}\n", "{image: b}"), [before]);
    }

    #[test]
    fn manifests_inside_a_script_are_read_too() {
        let script = "#!/bin/sh\ncat <<EOF\nkind: A\nx: {y: z}\nEOF\ncat <<EOF\nkind: B\nx: {y: z}\nEOF\n";
        // As if they stood in the file alone.
        let alone = |from: usize| {
            let end = script[from..].find("EOF").expect("there is an end") + from;
            let around: String = script
                .char_indices()
                .map(|(at, c)| if (from..end).contains(&at) || c == '\n' { c } else { ' ' })
                .collect();
            yaml::parse(around, yaml::Options::default())
        };
        let documents: Vec<Document> = script.match_indices("kind").map(|(at, _)| alone(at)).collect();
        let findings = findings(script, "z");
        let of = |findings| ask(SourceFile::new("a.sh", script), &documents, findings, fingerprints);
        let [first, second] = of(&findings)[..] else { panic!("two") };
        let later = of(&findings[1..]);
        assert_eq!(later, [second], "it is known by its kind, not by its order");
        assert_ne!(first, second);
    }

    /// Of two findings in a list one is mended, and another one is new: the two must not be taken for each other.
    #[test]
    fn what_stands_in_a_list_is_known_by_all_that_it_says() {
        for (one, other, slice) in [
            ("steps:\n  - run: apply a\n", "steps:\n  - run: apply b\n", "apply"),
            ("steps:\n  - run: make a\n    shell: zsh\n", "steps:\n  - run: make b\n    shell: zsh\n", "zsh"),
            ("steps:\n  - uses: a@1\n    with: {x: y}\n", "steps:\n  - uses: b@1\n    with: {x: y}\n", "y"),
            ("environment:\n  - A_URL=http://old:1\n", "environment:\n  - B_URL=http://old:1\n", "old"),
            ("environment:\n  - A_TOKEN=hunter2\n", "environment:\n  - B_TOKEN=hunter2\n", "hunter2"),
            (
                "rules:\n  - host: a\n    http: [{path: /}]\n",
                "rules:\n  - host: b\n    http: [{path: /}]\n",
                "/",
            ),
            ("steps:\n  - run: make a\n", "steps:\n  - run: make b\n", "run"),
        ] {
            assert_ne!(at("a.yaml", one, slice), at("a.yaml", other, slice), "{one}{other}");
        }
        // The same script, called again; the same action in another version; the same step with its keys in another order.
        for (one, other, slice) in [
            ("steps:\n  - run: apply a\n", "steps:\n  - run: 'apply a'\n    if: b\n", "apply"),
            ("steps:\n  - uses: a@1\n    with: {x: y}\n", "steps:\n  - {with: {x: y}, uses: a@2}\n", "y"),
            (
                "ports:\n  - target: 80\n    mode: host\n",
                "ports:\n  - mode: \"host\"\n    target: 80\n",
                "host",
            ),
        ] {
            assert_eq!(at("a.yaml", one, slice), at("a.yaml", other, slice), "{one}{other}");
        }
        // A step without a name is marked by its first key, whichever that is.
        let step = at("a.yaml", "steps:\n  - run: make\n    if: x\n", "run");
        assert_eq!(at("a.yaml", "steps:\n  - if: y\n    run: make\n", "if"), step);
    }

    #[test]
    fn quotes_change_nothing() {
        let plain = at("a.yaml", "a: {b: old}\n", "old");
        assert_eq!(at("a.yaml", "a: {\"b\": 'old'}\n", "'old'"), plain);
        assert_eq!(at("a.yaml", "a: {b: \"old\"}\n", "old"), plain);
    }

    #[test]
    fn each_missing_key_is_known_by_itself() {
        let of = |label: &str| known("a.yaml", POD, "api", label).parts;
        let [live, ready] = &of("missing: livenessProbe, readinessProbe")[..] else { panic!("two parts") };
        assert_eq!(of("missing: readinessProbe"), std::slice::from_ref(ready));
        assert_ne!(live.fingerprint, ready.fingerprint);
        assert_eq!(ready.at, "Pod web: spec.containers[api] lacks readinessProbe");
        assert_eq!(of("missing: A1")[0].at, "Pod web: spec.containers[api]", "it may be a value");
        assert_eq!(of("is null"), of(""));
    }

    #[test]
    fn an_identity_keeps_the_path_beside_and_tells_where_it_stands_without_secrets() {
        let (one, other) = (known("a.yaml", POD, "log:1", ""), known("b/c.yaml", POD, "log:1", ""));
        assert_eq!((&*one.rule, &*one.path, &*other.path), ("some-rule", "a.yaml", "b/c.yaml"));
        assert_eq!(one.parts, other.parts);
        assert_eq!(one.parts[0].at, "Pod web: spec.containers[log].image");
        let secret = "kind: Secret\nmetadata: {name: s}\nstringData:\n  a: hunter2\nitems:\n  - id: ghp_0123456789abcdefghijABCDEFGHIJ012345\n    x: yes\n";
        assert_eq!(known("a.yaml", secret, "hunter2", "").parts[0].at, "Secret s: stringData.a");
        assert_eq!(known("a.yaml", secret, "yes", "").parts[0].at, "Secret s: items[***].x");
        assert_eq!(known("a.sh", "apply x\n", "apply", "").parts[0].at, "");
        let long = format!("{}: {{x: y}}\n", "k".repeat(500));
        assert_eq!(known("a.yaml", &long, "y", "").parts[0].at.chars().count(), 161);
    }

    #[test]
    fn only_what_is_written_is_read() {
        let [fingerprint] = at("a.yaml", "a: b\n", "b")[..] else { panic!("one") };
        assert_eq!(Fingerprint::parse(&fingerprint.to_string()), Some(fingerprint));
        for other in
            ["", "0", "595F9372CE51881E", "+595f9372ce51881", "595f9372ce51881e0", "x95f9372ce51881e"]
        {
            assert_eq!(Fingerprint::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_rotated_secret_is_the_same_finding() {
        for (path, text) in
            [("a.yaml", "env: {DB_PASSWORD: hunter2}\n"), ("a.sh", "export DB_PASSWORD=hunter2\n")]
        {
            assert_eq!(
                at(path, text, "hunter2"),
                at(path, &text.replace("hunter2", "swordfish"), "swordfish")
            );
        }
    }

    #[test]
    fn fingerprints_stay_as_they_were() {
        let shown: Vec<String> = at("a.yaml", POD, ":1").iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["595f9372ce51881e", "6220cbca1d7ad0ae"]);
    }

    #[test]
    fn odd_places_are_no_trouble() {
        for text in ["", "a:", "- *a\n- &a {b: *a}\n", "a: \"x\n", "é: |\n  é\n", "\u{feff}a: é"] {
            let file = FileId(0);
            let ends = (0..=text.len() as u32).filter(|&at| text.is_char_boundary(at as usize));
            let spans: Vec<Span> = ends
                .clone()
                .flat_map(|start| {
                    ends.clone().filter(move |&end| start <= end).map(move |end| Span::new(start, end))
                })
                .collect();
            let findings: Vec<Diagnostic> = spans
                .into_iter()
                .map(|span| Diagnostic::new("some-rule", Severity::Error, Place { file, span }, ""))
                .collect();
            let (source, documents) = (|| SourceFile::new("a.yaml", text), documents("a.yaml", text));
            let mut found = ask(source(), &documents, &findings, fingerprints);
            found.sort_unstable();
            found.dedup();
            assert_eq!(found.len(), findings.len(), "{text:?}");
            assert_eq!(ask(source(), &documents, &findings, identities).len(), findings.len());
        }
    }

    #[test]
    fn many_findings_take_linear_time() {
        for unit in ["- x\n", "a: x\n", "x ", "# x\n", "a: &x {x: *x}\n", "[x, "] {
            let seconds = |times: usize| {
                let text = unit.repeat(times);
                let start = cpu_time::ThreadTime::now();
                ask(
                    SourceFile::new("a.yaml", &*text),
                    &documents("a.yaml", &text),
                    &findings(&text, "x"),
                    identities,
                );
                at("a.yaml", &text, "x");
                start.elapsed().as_secs_f64()
            };
            seconds(100);
            let (short, long) = (seconds(2_000), seconds(16_000));
            assert!(long < 30.0 * short + 0.01, "{unit:?}: {short} s, then {long} s for 8 times the text");
        }
    }
}
