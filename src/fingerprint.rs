//! What makes a finding the same one in two versions of a file: its rule, the path, where it stands by meaning, and what is marked.
//!
//! No line number takes part, so that comments, blank lines, another indentation and another order change nothing. Secrets take part
//! as their mask: a fingerprint may be committed, and a secret that was rotated is the same finding.

use crate::diagnostic::Diagnostic;
use crate::secret::{self, MASK};
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::yaml::{Document, Kind, Node, Style};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

/// The identity of a finding across versions of its file; the same on every platform and in every version of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

/// Sixteen hexadecimal digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The fingerprints of findings, in their order. Those that are equal in everything else are told apart by their order in the file.
/// `documents` are those of a file: its own, and the manifests inside it.
pub fn fingerprints<'d, D: IntoIterator<Item = &'d Document>>(
    findings: &[Diagnostic],
    sources: &Sources,
    documents: impl Fn(FileId) -> D,
) -> Vec<Fingerprint> {
    let mut files: HashMap<FileId, Reading<'_>> = HashMap::new();
    let mut seen: HashMap<u64, u64> = HashMap::new();
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|&index| findings[index].primary.place);
    let mut found = vec![Fingerprint(0); findings.len()];
    for index in order {
        let finding = &findings[index];
        let id = finding.file();
        let file = files
            .entry(id)
            .or_insert_with(|| Reading::new(sources.get(id), documents(id).into_iter().collect()));
        let (address, content) = file.identity(finding.span());
        let digest = Digest::default().text(&finding.rule).text(&file.source.path);
        let digest = digest.number(address).text(&content);
        let ordinal = seen.entry(digest.finish()).or_default();
        found[index] = Fingerprint(digest.number(*ordinal).finish());
        *ordinal += 1;
    }
    found
}

/// Bytes that count, to either side of where a mark starts: many findings on one endless line stay cheap.
const NEAR: u32 = 256;

/// A file in which something was found.
struct Reading<'a> {
    source: &'a SourceFile,
    /// In the order in which they start: the file's own document, and those inside it, which do not overlap.
    trees: Vec<Tree<'a>>,
    secrets: Vec<Span>,
}

/// A document, and by node where it stands.
struct Tree<'a> {
    document: &'a Document,
    addresses: Vec<u64>,
}

impl<'a> Reading<'a> {
    fn new(source: &'a SourceFile, documents: Vec<&'a Document>) -> Self {
        let secrets = secret::secret_spans(source, documents.iter().copied());
        let mut trees: Vec<Tree<'a>> =
            documents.into_iter().map(|document| Tree { document, addresses: addresses(document) }).collect();
        trees.sort_by_key(Tree::start);
        Self { source, trees, secrets }
    }

    /// Where a span stands and what it says.
    fn identity(&self, span: Span) -> (u64, String) {
        let text = &self.source.text;
        let start = text.floor_char_boundary(span.start as usize);
        let span = Span::from(start..text.ceil_char_boundary((span.end as usize).clamp(start, text.len())));
        let whole = Span::new(0, self.source.text.len() as u32);
        let inside = self.trees.partition_point(|tree| tree.start() <= span.start);
        let mut nearest = self.trees[..inside].last().into_iter().chain(self.trees.first());
        let Some((address, node)) = nearest.find_map(|tree| tree.around(span)) else {
            return (0, self.line(span, whole));
        };
        match node.kind() {
            Kind::Mapping | Kind::Sequence if node.span().start == span.start => (address, String::new()),
            // A comment, or several entries.
            Kind::Mapping | Kind::Sequence => (0, self.line(span, whole)),
            _ if matches!(node.style(), Style::Literal | Style::Folded) => {
                (address, self.line(span, node.span()))
            }
            _ => (address, self.said(span)),
        }
    }

    /// The line on which a span starts, as far as it lies in `within`, without a comment after the span; then the span itself.
    fn line(&self, span: Span, within: Span) -> String {
        let text = &self.source.text;
        let start = span.start as usize;
        let from = text.ceil_char_boundary(within.start.max(span.start.saturating_sub(NEAR)) as usize);
        let to = text.floor_char_boundary(within.end.min(span.start.saturating_add(NEAR)) as usize);
        let from = text[from..start].rfind(['\n', '\r']).map_or(from, |at| from + at + 1);
        let to = text[start..to].find(['\n', '\r']).map_or(to, |at| start + at);
        let end = to.min(span.end as usize);
        let after = &text[end..to];
        let comment = after.match_indices('#').find(|(at, _)| after[..*at].ends_with([' ', '\t']));
        let to = comment.map_or(to, |(at, _)| end + at);
        format!("{}\n{}", self.said((from..to).into()), self.said((start..end).into()))
    }

    /// The start of what stands under a span, secrets masked, white space as one blank.
    fn said(&self, span: Span) -> String {
        let text = &*self.source.text;
        let end = text.floor_char_boundary(span.end.min(span.start.saturating_add(2 * NEAR)) as usize) as u32;
        let mut shown = String::new();
        let mut at = span.start;
        let first = self.secrets.partition_point(|secret| secret.end <= span.start);
        for secret in self.secrets[first..].iter().take_while(|secret| secret.start < end) {
            shown.push_str(Span::new(at, secret.start.max(at)).of(text));
            shown.push_str(MASK);
            at = secret.end.min(end);
        }
        shown.push_str(Span::new(at, end).of(text));
        shown.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl<'a> Tree<'a> {
    fn start(&self) -> u32 {
        self.document.roots().next().map_or(u32::MAX, |root| root.span().start)
    }

    /// The innermost node that holds all of a span, or one at its start if none does, with its address.
    fn around(&self, span: Span) -> Option<(u64, Node<'a>)> {
        let mut node = self.node_at(span)?;
        while let (false, Some(parent)) = (node.span().contains(span), node.parent()) {
            node = parent;
        }
        Some((self.addresses[node.index()], node))
    }

    /// The innermost node at the start of a span. Of nested nodes the inner one comes later, and all of them start in order.
    fn node_at(&self, span: Span) -> Option<Node<'a>> {
        let (mut low, mut high) = (0, self.addresses.len());
        while low < high {
            let middle = low.midpoint(high);
            let starts = self.document.node(middle).is_some_and(|node| node.span().start <= span.start);
            (low, high) = if starts { (middle + 1, high) } else { (low, middle) };
        }
        let mut node = self.document.node(low.checked_sub(1)?)?;
        while !(node.span() == span || node.span().contains(Span::new(span.start, span.start + 1))) {
            node = node.parent()?;
        }
        Some(node)
    }
}

/// By node: a digest of the keys that lead to it. Items and objects count by what they call themselves, not by their position.
fn addresses(document: &Document) -> Vec<u64> {
    let mut found = vec![0; document.len()];
    for root in document.roots() {
        found[root.index()] = Digest::default().number(names(root, &["kind"])).finish();
    }
    // A node stands before what it holds.
    for node in document.nodes() {
        let digest = Digest::default().number(found[node.index()]);
        match node.kind() {
            Kind::Mapping => {
                for (key, value) in node.pairs() {
                    let address = digest.text(&word(key)).finish();
                    found[key.index()] = address;
                    found[value.index()] = address;
                }
            }
            Kind::Sequence => {
                for item in node.children() {
                    found[item.index()] = digest.number(names(item, &["kind", "name", "id"])).finish();
                }
            }
            _ => {}
        }
    }
    found
}

/// A digest of the entries by which a mapping is known, in whatever order they stand, those of an object's metadata among them.
fn names(node: Node<'_>, keys: &[&str]) -> u64 {
    let entry = |(key, value): (Node<'_>, Node<'_>)| match &*word(key) {
        "metadata" => names_of_metadata(value),
        key if keys.contains(&key) => Digest::default().text(key).text(&word(value)).finish(),
        _ => 0,
    };
    node.pairs().map(entry).fold(0, u64::wrapping_add)
}

fn names_of_metadata(node: Node<'_>) -> u64 {
    let named = |key: &Node<'_>| matches!(&*word(*key), "name" | "namespace");
    let entries = node.pairs().filter(|(key, _)| named(key));
    let entries =
        entries.map(|(key, value)| Digest::default().text("metadata").text(&word(key)).text(&word(value)));
    entries.map(Digest::finish).fold(0, u64::wrapping_add)
}

/// A scalar's text; of an alias its name, since what it stands for may be long and named often.
fn word(node: Node<'_>) -> Cow<'_, str> {
    if node.kind() == Kind::Alias { Cow::Borrowed(node.source()) } else { node.text() }
}

/// FNV-1a over what is added, mixed at the end as `MurmurHash3` does so that every bit counts: the standard library promises no hash that
/// stays the same.
#[derive(Clone, Copy)]
struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// Adds a text and its end.
    fn text(self, text: &str) -> Self {
        // No byte of UTF-8 is 0xff.
        text.bytes().chain([0xff]).fold(self, Self::byte)
    }

    fn number(self, number: u64) -> Self {
        number.to_le_bytes().into_iter().fold(self, Self::byte)
    }

    fn byte(self, byte: u8) -> Self {
        Self((self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }

    fn finish(self) -> u64 {
        let mut mixed = self.0;
        for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
            mixed = (mixed ^ (mixed >> 33)).wrapping_mul(factor);
        }
        mixed ^ (mixed >> 33)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::source::Place;
    use crate::yaml;
    use std::path::Path;

    /// The fingerprints of findings at every mention of a slice.
    fn at(path: &str, text: &str, slice: &str) -> Vec<Fingerprint> {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new(path, text));
        let is_yaml = Path::new(path).extension().is_some_and(|extension| extension == "yaml");
        let document = is_yaml.then(|| yaml::parse(text, yaml::Options::default()));
        let findings: Vec<Diagnostic> = text
            .match_indices(slice)
            .map(|(at, slice)| Place { file, span: (at..at + slice.len()).into() })
            .map(|place| Diagnostic::new("some-rule", Severity::Error, place, ""))
            .collect();
        assert!(!findings.is_empty(), "{slice} is not in the text");
        fingerprints(&findings, &sources, |_| document.as_ref())
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
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a.sh", script));
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
        let findings: Vec<Diagnostic> = script
            .match_indices('z')
            .map(|(at, _)| Place { file, span: (at..at + 1).into() })
            .map(|place| Diagnostic::new("some-rule", Severity::Error, place, ""))
            .collect();
        let [first, second] = fingerprints(&findings, &sources, |_| &documents)[..] else { panic!("two") };
        let later = fingerprints(&findings[1..], &sources, |_| &documents);
        assert_eq!(later, [second], "it is known by its kind, not by its order");
        assert_ne!(first, second);
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
            let mut sources = Sources::default();
            let file = sources.add(SourceFile::new("a.yaml", text));
            let document = yaml::parse(text, yaml::Options::default());
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
            let mut found = fingerprints(&findings, &sources, |_| [&document]);
            found.sort_unstable();
            found.dedup();
            assert_eq!(found.len(), findings.len(), "{text:?}");
        }
    }

    #[test]
    fn many_findings_take_linear_time() {
        for unit in ["- x\n", "a: x\n", "x ", "# x\n", "a: &x {x: *x}\n", "[x, "] {
            let seconds = |times: usize| {
                let text = unit.repeat(times);
                let start = cpu_time::ThreadTime::now();
                at("a.yaml", &text, "x");
                start.elapsed().as_secs_f64()
            };
            seconds(100);
            let (short, long) = (seconds(2_000), seconds(16_000));
            assert!(long < 30.0 * short + 0.01, "{unit:?}: {short} s, then {long} s for 8 times the text");
        }
    }
}
