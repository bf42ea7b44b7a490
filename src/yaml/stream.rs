//! The documents of a text: markers, directives, and the characters that no text may hold.

use super::arena::{INCOMPLETE, TagHandle};
use super::mistakes::shorten;
use super::problem::{Problem, ProblemKind};
use super::scanner::{Parser, line_end, trim_end};
use crate::source::Span;

/// More `%TAG` lines before one document are not read; they are looked through for every tag.
const MAX_HANDLES: usize = 64;

impl Parser<'_> {
    /// Reads the whole text.
    pub fn stream(&mut self) {
        self.characters();
        let mut directives_allowed = true;
        loop {
            self.skip();
            if self.at_end() {
                return;
            }
            if self.at == self.line {
                self.fresh = self.at;
            }
            let directives = self.directives(directives_allowed);
            if self.at_marker() && self.bytes[self.at] == b'.' {
                self.orphaned(directives);
                self.document_end();
                directives_allowed = true;
                continue;
            }
            if self.at_marker() {
                self.at += 3;
            } else {
                self.orphaned(directives);
                if self.at_end() {
                    return;
                }
                self.fresh = self.at;
            }
            let first = self.out.len();
            self.inside_document = true;
            self.document();
            self.skip();
            self.inside_document = false;
            self.out.end_document();
            self.keep_handles(first);
            directives_allowed = false;
            if self.at_end() {
                return;
            }
            if !self.at_marker() {
                self.after_document();
            }
            if self.at_marker() && self.bytes[self.at] == b'.' {
                self.document_end();
                directives_allowed = true;
            }
            if self.problems.exhausted() {
                return;
            }
        }
    }

    /// Reads directive lines; the place of the first, if there is any.
    fn directives(&mut self, allowed: bool) -> Option<Span> {
        let mut first = None;
        let mut version = None;
        self.handles.clear();
        while self.at == self.line && self.byte(self.at) == b'%' {
            let end = line_end(self.bytes, self.at);
            let line = Span::from(self.at..end);
            let text = line.of(self.text);
            let text = trim_end(text.split(" #").next().unwrap_or(text));
            let span = Span::from(self.at..self.at + text.len());
            if !allowed && first.is_none() {
                self.report(
                    span,
                    "a `%` line inside a document".into(),
                    "end the document before it with a line `...`, or quote the value if `%` is part of it"
                        .into(),
                );
            }
            first.get_or_insert(span);
            let mut words = text.split_ascii_whitespace().take_while(|word| !word.starts_with('#'));
            match words.next() {
                Some("%") => self.report(
                    span,
                    "a `%` line without a name".into(),
                    "name the directive, as in `%YAML 1.2`, or quote the value if `%` is part of it".into(),
                ),
                Some("%YAML") => {
                    if let Some(version) = version.replace(span) {
                        self.report(span, "a second `%YAML` line".into(), "remove one of the two".into());
                        self.relate(version, "first here");
                    }
                    self.version(span, words.next().unwrap_or_default(), words.next());
                }
                Some("%TAG") => self.tag_directive(span, &words.collect::<Vec<_>>()),
                _ => {}
            }
            self.at = end;
            self.skip();
        }
        first
    }

    fn version(&mut self, span: Span, version: &str, more: Option<&str>) {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let parts = version.split_once('.').filter(|(major, minor)| digits(major) && digits(minor));
        if parts.is_none() || more.is_some() {
            self.report(span, "a `%YAML` line without a version".into(), "write `%YAML 1.2`".into());
        } else if let Some((major, _)) = parts
            && major != "1"
        {
            let message = format!("YAML {version} does not exist");
            self.report(span, message, "write `%YAML 1.2`, or remove the line".into());
        }
    }

    fn tag_directive(&mut self, span: Span, words: &[&str]) {
        let valid = |handle: &str| {
            let name = handle
                .strip_prefix('!')
                .and_then(|rest| rest.strip_suffix('!').or(rest.is_empty().then_some("")));
            name.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
        };
        let text = self.text;
        let place = |part: &str| {
            let start = part.as_ptr() as usize - text.as_ptr() as usize;
            Span::from(start..start + part.len())
        };
        let &[handle, prefix] = words else {
            let help = "write `%TAG !name! prefix`".to_owned();
            self.report(span, "a `%TAG` line has a handle, a prefix and nothing else".into(), help);
            return;
        };
        if !valid(handle) {
            let message = format!("`{}` is not a tag handle", shorten(handle));
            self.report(place(handle), message, "write it as `!`, `!!` or `!name!`".into());
            return;
        }
        let (handle, prefix) = (place(handle), place(prefix));
        if self.handles.iter().any(|(known, _)| known.of(self.text) == handle.of(self.text)) {
            self.report(handle, "this tag handle is declared twice".into(), "remove one of the two".into());
        }
        if self.handles.len() == MAX_HANDLES {
            let message = format!("more than {MAX_HANDLES} `%TAG` lines before one document");
            self.record(ProblemKind::Limit, span, message, "this one is not read".into());
        } else if self.handles.len() < MAX_HANDLES {
            self.handles.push((handle, prefix));
        }
    }

    /// Records that directives stand before no document.
    fn orphaned(&mut self, directives: Option<Span>) {
        if let Some(span) = directives {
            self.report(
                span,
                "a `%` line that no document follows".into(),
                "begin the document after it with a line `---`, or quote the value if `%` is part of it"
                    .into(),
            );
        }
    }

    /// Keeps the tag handles for the nodes from `first` on.
    fn keep_handles(&mut self, first: u32) {
        let to = self.out.len();
        for &(handle, prefix) in &self.handles {
            self.out.arena.handles.push(TagHandle { handle, prefix, from: first, to });
        }
    }

    /// Reads the `...` at the cursor and what follows it on its line.
    fn document_end(&mut self) {
        self.at += 3;
        let line = self.line;
        self.skip();
        if !self.at_end() && self.line == line {
            let rest = Span::from(self.at..line_end(self.bytes, self.at));
            self.report(rest, "text after `...`".into(), "remove it: `...` ends the document".into());
            self.at = rest.end as usize;
            self.skip();
        }
    }

    /// Records text after the root node and passes over it.
    fn after_document(&mut self) {
        let rest = Span::from(self.at..line_end(self.bytes, self.at));
        self.report(
            rest,
            format!("`{}` stands after the end of the document", shorten(rest.of(self.text))),
            "begin another document with a line `---`, or indent it like the entries above".into(),
        );
        let start = self.at;
        self.next_marker(rest.end as usize);
        let passed = Span::new(start as u32, trim_end(&self.text[..self.at]).len() as u32);
        self.relate(passed, "passed over");
        if let Some(&root) = self.out.arena.roots.last() {
            self.out.flag(root, INCOMPLETE);
        }
    }

    /// Moves the cursor to the first document marker on a line after `at`, or to the end.
    pub fn next_marker(&mut self, at: usize) {
        let mut line = at;
        loop {
            line = line_end(self.bytes, line);
            line += super::scanner::break_len(self.bytes, line);
            if line >= self.bytes.len() || self.is_marker(line) {
                break;
            }
        }
        self.at = line.min(self.bytes.len());
        self.line = self.at;
        self.fresh = self.at;
        self.tab = false;
    }

    /// Records the characters that YAML forbids, and those that other parsers take for line breaks.
    fn characters(&mut self) {
        const CHUNK: usize = 64;
        let control = |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7f;
        let start = self.at;
        for (index, chunk) in self.bytes[start..].chunks(CHUNK).enumerate() {
            let rare = chunk
                .iter()
                .fold(false, |rare, &byte| rare | control(byte) | matches!(byte, 0xc2 | 0xe2 | 0xef));
            if !rare {
                continue;
            }
            for (offset, &byte) in chunk.iter().enumerate() {
                let at = start + index * CHUNK + offset;
                match byte {
                    0xc2 | 0xe2 | 0xef => self.rare_character(at),
                    byte if control(byte) => self.control_character(at),
                    _ => {}
                }
            }
        }
    }

    fn rare_character(&mut self, at: usize) {
        match self.text[at..].chars().next() {
            Some('\u{80}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}') => {
                self.control_character(at);
            }
            Some(found @ ('\u{85}' | '\u{2028}' | '\u{2029}'))
                if self.problems.wants(ProblemKind::Leniency) =>
            {
                self.problems.push(Problem {
                    kind: ProblemKind::Leniency,
                    span: Span::from(at..at + found.len_utf8()),
                    message: format!(
                        "U+{:04X}: some parsers end the line here, others do not",
                        u32::from(found)
                    ),
                    help: Some("remove it, or write it as an escape in double quotes".to_owned()),
                    related: None,
                });
            }
            _ => {}
        }
    }

    #[cold]
    fn control_character(&mut self, at: usize) {
        if !self.problems.wants(ProblemKind::Syntax) {
            return;
        }
        let found = self.text[at..].chars().next().unwrap_or_default();
        self.problems.push(Problem {
            kind: ProblemKind::Syntax,
            span: Span::from(at..at + found.len_utf8()),
            message: format!("the control character U+{:04X} is not allowed in YAML", u32::from(found)),
            help: Some("remove it, or write it as an escape in double quotes".to_owned()),
            related: None,
        });
    }
}
