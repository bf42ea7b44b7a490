//! Taking an entry out of a mapping, or an item out of a list, with its lines, in every style. A comment behind it stays.

use super::{Change, Lines};
use crate::source::Span;
use crate::yaml::{Kind, Node, Style};

/// The changes that remove the entry that a node is the key or the value of, or the item that it is. `None` where nothing would be left
/// of what holds it in block style, where it holds a document, and where a comment would go that speaks of something else.
///
/// They are the best guess at what is meant by it: whoever makes them looks whether the rest is still the same.
pub fn removal(node: Node<'_>) -> Option<Vec<Change>> {
    let holder = node.parent()?;
    let text = node.document().text();
    let own = Element::of(node, text)?;
    let beside = |node: Option<Node<'_>>| {
        let element = |node| Element::of(node, text).map(|element| element.span).ok_or(());
        node.map(element).transpose().ok()
    };
    let (previous, next) = (beside(own.first.previous_sibling())?, beside(own.last.next_sibling())?);
    let lines = Lines(text);
    let taking = Taking { text, lines, holder: holder.span(), own: own.span, previous, next };
    match holder.style() {
        Style::Block => taking.in_block().map(|change| vec![change]),
        Style::Flow => taking.in_flow(),
        _ => None,
    }
}

/// An entry of a mapping, or an item of a list.
struct Element<'d> {
    /// The key, or the item.
    first: Node<'d>,
    /// The value, or the item.
    last: Node<'d>,
    /// From its key or its dash to the end of its text.
    span: Span,
}

impl<'d> Element<'d> {
    /// The one that a node belongs to; `None` where it is written in a way that is not understood, as with `?`.
    fn of(node: Node<'d>, text: &str) -> Option<Self> {
        let holder = node.parent()?;
        if holder.kind() == Kind::Sequence {
            let start = match holder.style() {
                Style::Block => {
                    let from = node.previous_sibling().map_or(holder.span().start, Node::text_end);
                    mark(text, from, '-')?
                }
                _ => start_of(node),
            };
            let end = end_of(node).unwrap_or(start + 1);
            return Some(Self { first: node, last: node, span: Span::new(start, end) });
        }
        let (key, value) = if node.is_implicit_key() {
            (node, node.next_sibling()?)
        } else {
            (node.previous_sibling().filter(|key| key.is_implicit_key())?, node)
        };
        let colon = mark(text, key.span().end, ':')?;
        let span = Span::new(start_of(key), end_of(value).unwrap_or(colon + 1));
        Some(Self { first: key, last: value, span })
    }
}

/// Where a node begins, with its anchor and its tag.
fn start_of(node: Node<'_>) -> u32 {
    let properties = node.anchor().into_iter().chain(node.tag_span()).map(|span| span.start);
    properties.fold(node.span().start, u32::min)
}

/// Where a node ends; `None` if there is nothing of it.
fn end_of(node: Node<'_>) -> Option<u32> {
    let properties = node.anchor().into_iter().chain(node.tag_span()).map(|span| span.end);
    let own = (!node.span().is_empty()).then(|| node.text_end());
    properties.chain(own).max()
}

/// Where an indicator stands, if nothing but blanks, line breaks and comments come before it.
fn mark(text: &str, from: u32, indicator: char) -> Option<u32> {
    let mut rest = text.get(from as usize..)?;
    loop {
        rest = rest.trim_start();
        let Some(comment) = rest.strip_prefix('#') else { break };
        rest = &comment[memchr::memchr2(b'\n', b'\r', comment.as_bytes()).unwrap_or(comment.len())..];
    }
    rest.starts_with(indicator).then(|| (text.len() - rest.len()) as u32)
}

/// An element among those beside it.
struct Taking<'t> {
    text: &'t str,
    lines: Lines<'t>,
    /// All of what holds it.
    holder: Span,
    own: Span,
    previous: Option<Span>,
    next: Option<Span>,
}

impl Taking<'_> {
    /// Takes the lines of the element from the one that begins at `first`. A comment behind its end stays in its place, but a suppression
    /// would hold for what follows then.
    fn lines_of(&self, first: u32, end: u32) -> Change {
        let behind = Span::new(end, self.lines.end(end)).of(self.text);
        match behind.find('#').filter(|_| !behind.contains(crate::suppress::MARK)) {
            Some(comment) => Change::removes(Span::new(self.own.start, end + comment as u32)),
            None => Change::removes(self.lines.whole(first, end)),
        }
    }

    fn in_block(&self) -> Option<Change> {
        let Span { start, end } = self.own;
        if self.previous.or(self.next).is_none() || !self.lines.is_bare(end) {
            return None;
        }
        if let Some(line) = self.lines.beginning_with(start) {
            return Some(self.lines_of(line, end));
        }
        // It shares its line with the dash of the list that it is in: the next one takes its place.
        let next = self.next?.start;
        let speaks = Span::new(self.lines.end(end), next).of(self.text).contains('#');
        (!speaks).then(|| Change::removes(Span::new(start, next)))
    }

    fn in_flow(&self) -> Option<Vec<Change>> {
        let whole = self.holder.of(self.text);
        if !(whole.starts_with('{') && whole.ends_with('}') || whole.starts_with('[') && whole.ends_with(']'))
        {
            return None;
        }
        let Span { start, end } = self.own;
        let comma = mark(self.text, end, ',');
        let past = comma.map_or(end, |comma| comma + 1);
        if let Some(line) = self.lines.beginning_with(start).filter(|_| self.lines.is_bare(past)) {
            let mut changes = vec![self.lines_of(line, past)];
            // Where none stands behind the last one, none may be left behind the one before.
            if let (None, Some(previous)) = (comma, self.previous) {
                let comma = mark(self.text, previous.end, ',')?;
                changes.push(Change::removes(Span::new(comma, comma + 1)));
            }
            return Some(changes);
        }
        let inner = Span::new(self.holder.start + 1, self.holder.end - 1);
        let (taken, beside) = match (self.previous, self.next) {
            (_, Some(next)) => (Span::new(start, next.start), [Span::new(end, next.start), Span::empty(end)]),
            (Some(previous), None) => {
                (Span::new(previous.end, end), [Span::new(previous.end, start), Span::empty(end)])
            }
            (None, None) => (inner, [Span::new(inner.start, start), Span::new(end, inner.end)]),
        };
        let speaks = beside.iter().any(|between| between.of(self.text).contains('#'));
        (!speaks).then(|| vec![Change::removes(taken)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Changes;
    use crate::yaml::{Document, Options, parse};

    /// The node at a path of keys and indexes; one that ends with `?` is the key itself.
    fn node<'d>(document: &'d Document, path: &str) -> Node<'d> {
        let root = document.roots().next().expect("a root");
        path.split('.').fold(root, |node, step| match step.parse::<usize>() {
            Ok(index) => node.items().nth(index).expect("an item"),
            Err(_) => match step.strip_suffix('?') {
                Some(key) => node.entry(key).expect("an entry").key,
                None => node.get(step).unwrap_or_else(|| panic!("{step}")),
            },
        })
    }

    fn without(text: &str, path: &str) -> Option<String> {
        let document = parse(text, Options::default());
        let changes = removal(node(&document, path))?;
        Some(Changes::new(changes).expect("they do not meet").apply(text))
    }

    #[test]
    fn an_entry_goes_with_its_lines_and_leaves_the_comment_behind_it() {
        for (text, path, left) in [
            ("a: 1\nb: 2 # why\nc: 3\n", "b", "a: 1\n# why\nc: 3\n"),
            ("a: 1\nb: 2 # plimsoll: ignore[x] why\nc: 3\n", "b", "a: 1\nc: 3\n"),
            ("a: 1\nb:\n  c: 1 # in it\n  d: 2\t# why", "b?", "a: 1\n# why"),
            ("a: 1\r\nb: 2\r\nc: 3\r\n", "b", "a: 1\r\nc: 3\r\n"),
            ("a: 1\nb:\n  # in it\n  c: 2\n\nd: 3", "b?", "a: 1\n\nd: 3"),
            ("# top\na: 1\n# of b\nb: 2\n", "a", "# top\n# of b\nb: 2\n"),
            ("a: 1\nb: 2", "b", "a: 1"),
            ("a: 1\r\n# kept\r\n\r\nb: 2", "b", "a: 1\r\n# kept"),
            ("\u{feff}a: 1\n\n\nb: 2\n", "a", "\u{feff}b: 2\n"),
            ("---\na: 1\n\nb: 2\n", "a", "---\nb: 2\n"),
            ("a: 1\n\nb: 2\n\nc: 3\n", "b", "a: 1\n\nc: 3\n"),
            ("a: &x\nb: !t 2\nc:\n", "b", "a: &x\nc:\n"),
            ("a: &x\nb: 1\n", "a", "b: 1\n"),
            ("&k a: |\n  x\n\n  y\n\nb: 1\n", "a", "b: 1\n"),
            ("a:\n  b: 1\n  c:\nd: 2\n", "a.c", "a:\n  b: 1\nd: 2\n"),
            ("a: 1\n'b' : 'x\n  y'  # z\nc: 3\n", "b", "a: 1\n# z\nc: 3\n"),
        ] {
            assert_eq!(without(text, path).as_deref(), Some(left), "{text}");
        }
    }

    #[test]
    fn an_item_goes_with_its_dash() {
        for (text, path, left) in [
            ("a:\n- x\n- y # why\n- z\n", "a.1", "a:\n- x\n# why\n- z\n"),
            ("a:\n  - b: 1\n    c: 2\n  -\n    # in it\n    d: 3\n", "a.1", "a:\n  - b: 1\n    c: 2\n"),
            ("a:\n  - b: 1\n    c: 2\n  - d: 3\n", "a.0.b", "a:\n  - c: 2\n  - d: 3\n"),
            ("a:\n  - b: 1\n    c: 2\n", "a.0.c", "a:\n  - b: 1\n"),
            ("a:\n  - # - one\n    x\n  - &y !t y\n", "a.0", "a:\n  - &y !t y\n"),
            ("- - a\n  - b\n- c\n", "0.0", "- - b\n- c\n"),
            ("a:\n- \n- x\n", "a.0", "a:\n- x\n"),
        ] {
            assert_eq!(without(text, path).as_deref(), Some(left), "{text}");
        }
    }

    #[test]
    fn in_brackets_it_goes_with_its_comma() {
        for (text, path, left) in [
            ("a: [x, y, z]", "a.0", "a: [y, z]"),
            ("a: [x, y, z]", "a.1", "a: [x, z]"),
            ("a: [x, y, z]", "a.2", "a: [x, y]"),
            ("a: [ x ]", "a.0", "a: []"),
            ("a: {b: 1, c: 2,}", "a.c", "a: {b: 1,}"),
            ("a: {b: {c: 1}, d: 2}", "a.b", "a: {d: 2}"),
            ("{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}\n", "b", "{\n  \"a\": 1,\n  \"c\": 3\n}\n"),
            ("{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}\n", "c", "{\n  \"a\": 1,\n  \"b\": 2\n}\n"),
            ("a: [\n  x, # one\n  y # two\n]\n", "a.1", "a: [\n  x # one\n  # two\n]\n"),
            ("a: [\n  x, # one\n  y, # two\n]\n", "a.1", "a: [\n  x, # one\n  # two\n]\n"),
            ("{\n  \"a\": 1\n}\n", "a", "{\n}\n"),
        ] {
            assert_eq!(without(text, path).as_deref(), Some(left), "{text}");
        }
    }

    #[test]
    fn what_cannot_go_by_itself_stays() {
        for (text, path) in [
            ("a: 1\n", "a"),
            ("a:\n  b: 1\nc: 2\n", "a.b"),
            ("- a\n", "0"),
            ("- a: 1 # why\n  # of b\n  b: 2\n", "0.a"),
            ("a: [x, # one\n  y]\n", "a.0"),
            ("? a\n: b\nc: d\n", "a"),
            ("a: {b: 1, c}", "a.c"),
        ] {
            assert_eq!(without(text, path), None, "{text}");
        }
        let document = parse("a: 1", Options::default());
        assert_eq!(removal(document.roots().next().expect("a root")), None);
    }
}
