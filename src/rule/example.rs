//! The examples inside a rule file: small repositories in which marks say what the rule finds.
//!
//! A mark ends a line: ``# <- `web` `` says that a finding covers exactly the slice `web` on this line, bare `# <-` that
//! one starts on this line; ``# <- `a` `b` `` are two. In Markdown a mark is ``<!-- <- `x` -->``. A slice that holds
//! backquotes stands in more of them, as in Markdown. Marks are cut away before the rule sees the file, with the
//! blanks before them, so that they work in JSON and in block scalars too and are never found themselves.

use super::raw::RuleText;
use crate::shape::{Mistake, entries, suggest, text};
use crate::source::{Place, Span, Spanned};
use crate::yaml::Node;

/// An example of a rule.
#[derive(Debug)]
pub struct Example<'d> {
    /// Where it stands in the rule file.
    pub place: Place,
    /// Whether the rule finds something in it.
    pub verdict: Verdict,
    /// Its files, marks cut away.
    pub files: Vec<ExampleFile>,
    /// Its configuration, as written; it passed the check of a configuration. A file `plimsoll.yaml` is the other way.
    pub config: Option<Node<'d>>,
    /// Values for params, as written.
    pub params: Vec<(Spanned<String>, Node<'d>)>,
    /// What must be found, in the order of the files and lines. Empty exactly for good examples.
    pub expected: Vec<Expected>,
    /// What the fixes of the rule make of its files, by their paths; where something is said of one, all others stay as they are.
    pub fixed: Vec<(Spanned<String>, RuleText)>,
}

/// A file of an example.
#[derive(Debug)]
pub struct ExampleFile {
    /// Its path.
    pub path: String,
    /// Its text as the rule sees it, without marks.
    pub text: String,
    /// Its text as it is written, with them.
    pub written: RuleText,
    /// Where something was cut: an offset in `text`, and how many bytes were cut up to there.
    cuts: Vec<(u32, u32)>,
}

impl ExampleFile {
    /// The place in the rule file of bytes of `text`.
    pub fn place_of(&self, span: Span) -> Place {
        let written = |offset: u32| {
            let before = self.cuts.partition_point(|&(at, _)| at < offset);
            offset + before.checked_sub(1).map_or(0, |last| self.cuts[last].1)
        };
        self.written.place_of(Span::new(written(span.start), written(span.end)))
    }
}

/// What an example shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// What the rule finds; every finding is marked.
    Bad,
    /// Where it finds nothing.
    Good,
}

impl Verdict {
    /// Its key under `tests`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Good => "good",
        }
    }
}

/// A finding that a mark announces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The file of the example.
    pub path: String,
    /// The line, 1-based.
    pub line: u32,
    /// What the primary label covers; `None` means only that it starts on the line.
    pub slice: Option<String>,
    /// The mark in the rule file.
    pub place: Place,
}

/// A finding as the rule gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding<'a> {
    /// The file of the primary label.
    pub path: &'a str,
    /// The line on which it starts, 1-based.
    pub line: u32,
    /// What it covers.
    pub slice: &'a str,
}

/// A difference between marks and findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The mark in the rule file; `None` for a finding without a mark.
    pub place: Option<Place>,
    /// The finding without a mark, by its index; `None` for a mark without a finding.
    pub finding: Option<usize>,
    /// The difference in words.
    pub message: String,
}

impl<'d> Example<'d> {
    /// Reads an example that passed the check of its shape. Its text is a file named after `target`, the first of the
    /// rule. The error is a bad example without marks or a good one with some.
    pub fn new(node: Node<'d>, target: &str, verdict: Verdict) -> Result<Self, Mistake> {
        let files: Vec<_> = match RuleText::new(node) {
            Some(text) => vec![(default_path(target).to_owned(), text)],
            None => entries(node, "files")
                .into_iter()
                .filter_map(|entry| Some((entry.key.text().into_owned(), RuleText::new(entry.value)?)))
                .collect(),
        };
        let mut example = Self {
            place: node.place(),
            verdict,
            files: Vec::new(),
            config: node.get("config"),
            params: entries(node, "params")
                .into_iter()
                .filter_map(|entry| Some((text(entry.key)?, entry.value)))
                .collect(),
            expected: Vec::new(),
            fixed: entries(node, "fixed")
                .into_iter()
                .filter_map(|entry| Some((text(entry.key)?, RuleText::new(entry.value)?)))
                .collect(),
        };
        for (path, text) in files {
            let (plain, cuts) = example.cut_marks(&path, &text)?;
            example.files.push(ExampleFile { path, text: plain, written: text, cuts });
        }
        if let Some((path, _)) = example.fixed.first().filter(|_| verdict == Verdict::Good) {
            return Err(Mistake::new(path.place, "nothing is found in a good example, and nothing is fixed")
                .with_help("remove `fixed`, or move the example to `bad`"));
        }
        let known = |path: &str| example.files.iter().any(|file| file.path == path);
        if let Some((path, _)) = example.fixed.iter().find(|(path, _)| !known(&path.value)) {
            let message = format!("the example has no file `{}`", path.value);
            let names = example.files.iter().map(|file| &*file.path);
            return Err(Mistake::new(path.place, message).with_suggestion(suggest(&path.value, names)));
        }
        match (verdict, example.expected.first()) {
            // Without files its shape is wrong, and that is said elsewhere.
            (Verdict::Bad, None) if !example.files.is_empty() => {
                Err(Mistake::new(node.place(), "nothing is marked in this bad example")
                    .with_help("end the line of each finding with ``# <- `slice` ``, or with `# <-`"))
            }
            (Verdict::Good, Some(mark)) => Err(Mistake::new(mark.place, "a mark in a good example")
                .with_help("remove it, or move the example to `bad`")),
            _ => Ok(example),
        }
    }

    /// The text without marks, and where they were.
    fn cut_marks(&mut self, path: &str, text: &RuleText) -> Result<(String, Vec<(u32, u32)>), Mistake> {
        let mut plain = String::with_capacity(text.value.len());
        let mut cuts = Vec::new();
        let mut offset = 0;
        for (number, full) in text.value.split_inclusive('\n').enumerate() {
            let line = full.trim_end_matches(['\n', '\r']);
            let place = |start: usize, end: usize| text.place_of((offset + start..offset + end).into());
            match mark(line) {
                None => plain.push_str(full),
                Some(mark) => {
                    let fault = || {
                        Mistake::new(place(mark.start, line.len()), "a mark that cannot be read").with_help(
                            "write ``# <- `slice` ``, or `# <-` for a finding that starts on the line",
                        )
                    };
                    let slices = slices(line, mark.slices).ok_or_else(fault)?;
                    let expected =
                        |slice, place| Expected { path: path.into(), line: number as u32 + 1, slice, place };
                    if slices.is_empty() {
                        self.expected.push(expected(None, place(mark.start, line.len())));
                    }
                    for slice in slices {
                        let place = place(slice.start as usize, slice.end as usize);
                        self.expected.push(expected(Some(slice.of(line).to_owned()), place));
                    }
                    plain.push_str(line[..mark.start].trim_end());
                    cuts.push((plain.len() as u32, (offset + line.len() - plain.len()) as u32));
                    plain.push_str(&full[line.len()..]);
                }
            }
            offset += full.len();
        }
        Ok((plain, cuts))
    }
}

/// What is marked and not found, then what is found and not marked; empty if the two agree.
/// Each mark stands for one finding.
pub fn compare(expected: &[Expected], found: &[Finding<'_>]) -> Vec<Mismatch> {
    let mut left: Vec<_> = found.iter().enumerate().collect();
    let mut mismatches = Vec::new();
    // Marks with a slice choose first: a bare one takes any finding on its line.
    let (exact, bare): (Vec<_>, Vec<_>) = expected.iter().partition(|mark| mark.slice.is_some());
    for mark in exact.into_iter().chain(bare) {
        let here = |finding: &Finding<'_>| finding.path == mark.path && finding.line == mark.line;
        let fits = |finding: &Finding<'_>| {
            here(finding) && mark.slice.as_deref().is_none_or(|slice| slice == finding.slice)
        };
        if let Some(index) = left.iter().position(|(_, finding)| fits(finding)) {
            left.remove(index);
            continue;
        }
        let what =
            mark.slice.as_ref().map_or_else(|| "a finding".into(), |slice| format!("a finding on `{slice}`"));
        let instead: Vec<_> =
            found.iter().filter(|finding| here(finding)).map(|it| format!("`{}`", it.slice)).collect();
        let instead = if instead.is_empty() { "none there".into() } else { instead.join(", ") };
        let message = format!("expected {what} at {}:{}, found {instead}", mark.path, mark.line);
        mismatches.push(Mismatch { place: Some(mark.place), finding: None, message });
    }
    mismatches.extend(left.into_iter().map(|(index, finding)| Mismatch {
        place: None,
        finding: Some(index),
        message: format!(
            "found `{}` at {}:{}, which no mark expects",
            finding.slice, finding.path, finding.line
        ),
    }));
    mismatches
}

/// A mark on a line: where it starts, and the bytes of its slices.
pub struct Mark {
    /// Where it starts.
    pub start: usize,
    slices: Span,
}

/// The mark of a line, if it has one.
pub fn mark(line: &str) -> Option<Mark> {
    // A slice may hold an arrow itself, so the first opening on the line is the mark.
    for (arrow, _) in line.match_indices("<-") {
        let before = line[..arrow].trim_end();
        let after = arrow + 2;
        if let Some(comment) = before.strip_suffix("<!--") {
            let Some(end) = line.trim_end().strip_suffix("-->").map(str::len).filter(|&end| end >= after)
            else {
                continue;
            };
            return Some(Mark { start: comment.len(), slices: (after..end).into() });
        }
        if let Some(comment) = before.strip_suffix('#') {
            return Some(Mark { start: comment.len(), slices: (after..line.len()).into() });
        }
    }
    None
}

/// A mark for these slices, as it is written after the text of a line and the blanks; `None` stands for a finding that only starts on
/// the line. The line belongs to a file of this path.
pub fn write_mark(path: &str, slices: &[Option<&str>]) -> String {
    let quoted = slices.iter().flatten().map(|slice| {
        let longest = slice.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest + 1);
        let blank = if longest > 0 { " " } else { "" };
        format!(" {fence}{blank}{slice}{blank}{fence}")
    });
    let quoted: String = quoted.collect();
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    if ["md", "markdown"].iter().any(|markdown| extension.eq_ignore_ascii_case(markdown)) {
        format!("<!-- <-{quoted} -->")
    } else {
        format!("# <-{quoted}")
    }
}

/// The spans of backquoted slices; `None` if anything else stands between them.
fn slices(line: &str, within: Span) -> Option<Vec<Span>> {
    let mut spans = Vec::new();
    let mut rest = within.of(line).trim();
    while !rest.is_empty() {
        let fence = rest.len() - rest.trim_start_matches('`').len();
        let body = &rest[fence..];
        let end = closing(body, fence)?;
        let mut slice = &body[..end];
        if fence > 1 {
            slice = slice.strip_prefix(' ').unwrap_or(slice);
            slice = slice.strip_suffix(' ').unwrap_or(slice);
        }
        let start = slice.as_ptr() as usize - line.as_ptr() as usize;
        spans.push((start..start + slice.len()).into());
        rest = body[end + fence..].trim_start();
    }
    Some(spans)
}

/// Offset of the run of exactly `fence` backquotes that closes a slice; a slice is never empty.
fn closing(body: &str, fence: usize) -> Option<usize> {
    let mut at = 0;
    while fence > 0 && at < body.len() {
        at += body[at..].find('`')?;
        let run = body[at..].len() - body[at..].trim_start_matches('`').len();
        if run == fence {
            return (at > 0).then_some(at);
        }
        at += run;
    }
    None
}

/// The name under which an example that is only text is recognised as the kind that a target visits.
fn default_path(target: &str) -> &'static str {
    let family = target.split('.').next().unwrap_or(target);
    match family {
        "k8s" | "probe" => "manifest.yaml",
        "compose" => "compose.yaml",
        "workflow" => ".github/workflows/example.yml",
        "action" => "action.yml",
        "helm" if target == "helm.chart" => "Chart.yaml",
        "helm" => "values.yaml",
        _ => "example.yaml",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text without marks, and line and slice of each mark.
    type Read = (String, Vec<(u32, Option<String>)>);

    fn read(text: &str, verdict: Verdict) -> Result<Read, String> {
        let document =
            crate::yaml::parse(serde_json::Value::from(text).to_string(), crate::yaml::Options::default());
        let root = document.roots().next().ok_or("no root")?;
        let example = Example::new(root, "text", verdict).map_err(|mistake| mistake.message)?;
        let expected = example.expected.into_iter().map(|mark| (mark.line, mark.slice)).collect();
        Ok((example.files[0].text.clone(), expected))
    }

    fn marks(text: &str) -> Read {
        read(text, Verdict::Bad).unwrap_or_default()
    }

    #[test]
    fn marks_are_read_and_cut_away_in_every_kind_of_file() {
        let (text, expected) = marks(
            "a: x # <- `x`\r\nb: y  # old  # <- `old` `y`\n{\"c\": 1} # <-\n\n# Title <!-- <- `Title` -->\n",
        );
        assert_eq!(text, "a: x\r\nb: y  # old\n{\"c\": 1}\n\n# Title\n");
        let slice = |line, slice: &str| (line, Some(slice.to_owned()));
        assert_eq!(expected, [slice(1, "x"), slice(2, "old"), slice(2, "y"), (3, None), slice(5, "Title")]);
    }

    #[test]
    fn slices_may_hold_backquotes_and_arrows() {
        let (_, expected) = marks("echo `x` # <- `` `x` `` `# <- y`");
        let slices: Vec<_> = expected.into_iter().filter_map(|(_, slice)| slice).collect();
        assert_eq!(slices, ["`x`", "# <- y"]);
    }

    #[test]
    fn written_marks_are_read_back() {
        for slices in [&[Some("x")][..], &[Some("`x`"), Some("a b")], &[None], &[Some("# <- `y` ``")]] {
            let text = format!("a: b   {}", write_mark("a.yaml", slices));
            let expected: Vec<_> = slices.iter().map(|slice| (1, slice.map(str::to_owned))).collect();
            assert_eq!(marks(&text), ("a: b".to_owned(), expected));
        }
        assert_eq!(write_mark("a.md", &[Some("x")]), "<!-- <- `x` -->");
    }

    #[test]
    fn places_behind_marks_are_found_in_the_rule_file() {
        let text = "\"a: x # <- `x`\\nb: yy # <- `yy`\\nc\"";
        let document = crate::yaml::parse(text, crate::yaml::Options::default());
        let root = document.roots().next().expect("a scalar");
        let example = Example::new(root, "text", Verdict::Bad).expect("it is marked");
        let file = &example.files[0];
        for slice in ["x", "yy", "b: yy", "c"] {
            let at = file.text.find(slice).expect("it stands there");
            assert_eq!(file.place_of((at..at + slice.len()).into()).span.of(text), slice);
        }
    }

    #[test]
    fn arrows_that_are_no_marks_stay() {
        assert_eq!(
            read("a <- b # c <- d\nx<-y", Verdict::Good),
            Ok(("a <- b # c <- d\nx<-y".into(), Vec::new()))
        );
    }

    #[test]
    fn marks_that_contradict_the_verdict_or_cannot_be_read_are_mistakes() {
        assert_eq!(read("a: 1", Verdict::Bad), Err("nothing is marked in this bad example".into()));
        assert_eq!(read("a: 1 # <-", Verdict::Good), Err("a mark in a good example".into()));
        for text in ["a: 1 # <- a", "a: 1 # <- `a", "a: 1 # <- ``"] {
            assert_eq!(read(text, Verdict::Bad), Err("a mark that cannot be read".into()), "{text}");
        }
    }

    #[test]
    fn comparison_names_what_is_missing_and_what_is_too_much() {
        let place = Place { file: crate::source::FileId(0), span: Span::empty(0) };
        let mark = |line, slice: Option<&str>| Expected {
            path: "f".into(),
            line,
            slice: slice.map(Into::into),
            place,
        };
        let found = |line, slice| Finding { path: "f", line, slice };
        let expected = [mark(1, None), mark(1, Some("a")), mark(2, Some("b"))];
        assert_eq!(compare(&expected, &[found(1, "a"), found(1, "z"), found(2, "b")]), []);
        let messages: Vec<_> = compare(&expected, &[found(1, "a"), found(2, "bb"), found(3, "c")])
            .into_iter()
            .map(|mismatch| mismatch.message)
            .collect();
        assert_eq!(
            messages,
            [
                "expected a finding on `b` at f:2, found `bb`",
                "expected a finding at f:1, found `a`",
                "found `bb` at f:2, which no mark expects",
                "found `c` at f:3, which no mark expects",
            ]
        );
    }
}
