//! What is checked when a mapping ends: keys that stand twice, what its merge keys name and how much they copy.

use super::arena::{Builder, DISTINCT, INCOMPLETE, MERGE_IGNORED, MERGES, NONE, NodeData, VERBATIM};
use super::decode::{self, FinalBreak};
use super::document::{Kind, Style};
use super::mistakes::shorten;
use super::problem::{Problem, ProblemKind, Problems};
use crate::source::Span;
use std::collections::HashMap;

/// Up to this many keys are compared in pairs, more are sorted.
const FEW: usize = 16;

/// Entries that all merge keys of a text may bring in together. Real files stay far below; a file made to exhaust
/// memory (a chain of merges that doubles at every link) does not.
const MAX_MERGED: u64 = 1 << 20;

/// The check, with the memory it reuses.
pub(super) struct KeyCheck {
    /// To the specification `<<` is a key like others: its value is judged in lenient mode only.
    strict: bool,
    keys: Vec<(u64, u32)>,
    /// Of each mapping with merge keys, how many entries it has with what is merged.
    sizes: HashMap<u32, u64>,
    merged: u64,
    /// Whether it was said that some merge keys lapse.
    told: bool,
}

/// Whether a node is a merge key, `<<` without quotes.
#[inline]
pub(super) fn is_merge_key(text: &str, node: &NodeData) -> bool {
    node.end == node.start + 2
        && node.kind == Kind::Scalar
        && node.style == Style::Plain
        && text.as_bytes()[node.start as usize..].starts_with(b"<<")
}

impl KeyCheck {
    pub fn new(strict: bool) -> Self {
        Self { strict, keys: Vec::new(), sizes: HashMap::new(), merged: 0, told: false }
    }

    /// Checks the mapping, which was just closed.
    #[inline]
    pub fn check(&mut self, out: &mut Builder<'_>, text: &str, mapping: u32, problems: &mut Problems) {
        self.keys.clear();
        let nodes = &out.arena.nodes;
        let end = nodes[mapping as usize].next;
        let mut id = mapping + 1;
        let (mut merges, mut doubled) = (false, false);
        while id < end {
            let key = &nodes[id as usize];
            if key.kind == Kind::Scalar {
                self.keys.push((signature(text, key), id));
                merges |= is_merge_key(text, key);
            } else {
                doubled = true;
            }
            let Some(value) = nodes.get(key.next as usize) else { break };
            id = value.next;
        }
        if self.keys.len() > 1 {
            doubled |= self.duplicates(&out.arena.nodes, text, problems);
        }
        if !doubled {
            out.flag(mapping, DISTINCT);
        }
        if merges {
            self.merges(out, text, mapping, problems);
        }
    }

    /// Reports the keys that stand twice; says whether there are any.
    fn duplicates(&mut self, nodes: &[NodeData], text: &str, problems: &mut Problems) -> bool {
        let mut doubled = false;
        let keys = &mut self.keys;
        if keys.len() <= FEW {
            for (index, &(signature, second)) in keys.iter().enumerate().skip(1) {
                if let Some(&(_, first)) = keys[..index].iter().find(|key| key.0 == signature) {
                    doubled = true;
                    duplicate(nodes, text, first, second, problems);
                }
            }
        } else {
            keys.sort_unstable();
            for pair in keys.windows(2) {
                if pair[0].0 == pair[1].0 {
                    doubled = true;
                    duplicate(nodes, text, pair[0].1, pair[1].1, problems);
                }
            }
        }
        doubled
    }

    /// Judges what the merge keys of a mapping name, adds up what they bring in, and lets those lapse that bring in
    /// too much.
    #[cold]
    fn merges(&mut self, out: &mut Builder<'_>, text: &str, mapping: u32, problems: &mut Problems) {
        out.flag(mapping, MERGES);
        let nodes = &out.arena.nodes;
        let end = nodes[mapping as usize].next;
        let (mut size, mut ignored, mut unmergeable) = (0_u64, Vec::new(), Vec::new());
        let mut id = mapping + 1;
        while id < end {
            let value = nodes[id as usize].next;
            size += 1;
            if is_merge_key(text, &nodes[id as usize]) {
                if !self.strict
                    && let Some(wrong) = not_a_mapping(nodes, value)
                {
                    unmergeable.push((id, wrong));
                }
                let brought = self.brought(nodes, mapping, value);
                if self.merged.saturating_add(brought) > MAX_MERGED {
                    ignored.push(id);
                } else {
                    self.merged += brought;
                    size += brought;
                }
            }
            id = nodes[value as usize].next;
        }
        self.sizes.insert(mapping, size);
        for (key, value) in unmergeable {
            problems.push(unmergeable_problem(&out.arena.nodes, text, key, value));
            out.flag(mapping, INCOMPLETE);
        }
        for id in ignored {
            out.flag(id, MERGE_IGNORED);
            if std::mem::replace(&mut self.told, true) {
                continue;
            }
            let node = &out.arena.nodes[id as usize];
            problems.push(Problem {
                kind: ProblemKind::Limit,
                span: Span::new(node.start, node.end),
                message: format!("the merge keys of this file bring in more than {MAX_MERGED} entries"),
                help: Some("this one and those after it that bring in too much are not followed".to_owned()),
                related: None,
            });
        }
    }

    /// Number of entries that a `<<` with this value brings into `mapping`.
    fn brought(&mut self, nodes: &[NodeData], mapping: u32, value: u32) -> u64 {
        let node = &nodes[value as usize];
        if node.kind != Kind::Sequence {
            return self.size(nodes, mapping, value);
        }
        let (mut sum, mut id) = (0_u64, value + 1);
        while id < node.next {
            sum = sum.saturating_add(self.size(nodes, mapping, id));
            id = nodes[id as usize].next;
        }
        sum
    }

    /// Number of entries of the mapping that `source` is or names.
    fn size(&mut self, nodes: &[NodeData], mapping: u32, source: u32) -> u64 {
        let node = &nodes[source as usize];
        let target = if node.kind == Kind::Alias { node.aux } else { source };
        // A mapping around this one merges itself in, which brings nothing.
        let around =
            target <= mapping && nodes.get(target as usize).is_none_or(|node| node.next == target + 1);
        match nodes.get(target as usize) {
            Some(node) if node.kind == Kind::Mapping && !around => {
                *self.sizes.entry(target).or_insert_with(|| {
                    let mut pairs = 0;
                    let mut id = target + 1;
                    while id < node.next {
                        pairs += 1;
                        id = nodes[nodes[id as usize].next as usize].next;
                    }
                    pairs
                })
            }
            _ => 0,
        }
    }
}

/// What a `<<` with this value cannot merge: the value itself, or an item of it. Aliases that name nothing and what could
/// not be read were told already.
fn not_a_mapping(nodes: &[NodeData], value: u32) -> Option<u32> {
    let wrong = |id: u32| {
        let node = &nodes[id as usize];
        match node.kind {
            Kind::Mapping => false,
            Kind::Alias => node.aux != NONE && nodes[node.aux as usize].kind != Kind::Mapping,
            _ => node.flags & INCOMPLETE == 0,
        }
    };
    if nodes[value as usize].kind != Kind::Sequence {
        return wrong(value).then_some(value);
    }
    let mut id = value + 1;
    while id < nodes[value as usize].next {
        if wrong(id) {
            return Some(id);
        }
        id = nodes[id as usize].next;
    }
    None
}

/// The problem of a `<<` whose value, or an item of it, is no mapping.
#[cold]
fn unmergeable_problem(nodes: &[NodeData], text: &str, key: u32, value: u32) -> Problem {
    let span = |id: u32| Span::new(nodes[id as usize].start, nodes[id as usize].end);
    let (span, message) = if nodes[value as usize].kind == Kind::Empty {
        (span(key), "`<<` has no value to merge".to_owned())
    } else {
        let found = shorten(span(value).of(text));
        (span(value), format!("`<<` merges mappings, and `{found}` is none"))
    };
    let help = "name the anchor of a mapping (`<<: *name`), or several in a list (`<<: [*one, *two]`)";
    Problem { kind: ProblemKind::Syntax, span, message, help: Some(help.to_owned()), related: None }
}

#[cold]
fn duplicate(nodes: &[NodeData], text: &str, first: u32, second: u32, problems: &mut Problems) {
    let (first, second) = (&nodes[first as usize], &nodes[second as usize]);
    let key = decode::text(text, second, FinalBreak::AsWritten);
    if decode::text(text, first, FinalBreak::AsWritten) != key {
        return;
    }
    let (message, help) = if is_merge_key(text, second) {
        ("`<<` stands twice in this mapping".to_owned(), "merge several mappings in one list: `<<: [*a, *b]`")
    } else {
        let message = format!("the key `{}` stands twice in this mapping", shorten(&key));
        (message, "remove one of the two: some parsers reject the file, others take the last one")
    };
    problems.push(Problem {
        kind: ProblemKind::DuplicateKey,
        span: Span::new(second.start, second.end),
        message,
        help: Some(help.to_owned()),
        related: Some((Span::new(first.start, first.end), "first here")),
    });
}

/// A number that is equal for equal texts and rarely so for different ones.
#[inline]
fn signature(text: &str, node: &NodeData) -> u64 {
    const MIX: u64 = 0x517c_c1b7_2722_0a95;
    let quotes = u32::from(node.style != Style::Plain);
    if node.flags & VERBATIM == 0 {
        return signature_of(decode::text(text, node, FinalBreak::AsWritten).as_bytes());
    }
    let (start, end) = ((node.start + quotes) as usize, (node.end - quotes) as usize);
    let bytes = text.as_bytes();
    if end - start <= 8
        && let Some(&head) = bytes[start..].first_chunk()
    {
        let unused = 64 - 8 * (end - start) as u32;
        let head = u64::from_le_bytes(head).checked_shl(unused).unwrap_or(0);
        return (head ^ (end - start) as u64).wrapping_mul(MIX);
    }
    signature_of(&bytes[start..end])
}

/// As [`signature`], for text in hand.
fn signature_of(bytes: &[u8]) -> u64 {
    const MIX: u64 = 0x517c_c1b7_2722_0a95;
    if bytes.len() <= 8 {
        let mut head = [0; 8];
        head[8 - bytes.len()..].copy_from_slice(bytes);
        return (u64::from_le_bytes(head) ^ bytes.len() as u64).wrapping_mul(MIX);
    }
    let (chunks, rest) = bytes.as_chunks::<8>();
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(MIX);
    let hash = chunks.iter().fold(bytes.len() as u64, |hash, chunk| mix(hash, u64::from_le_bytes(*chunk)));
    rest.iter().fold(hash, |hash, &byte| mix(hash, u64::from(byte)))
}
