//! Anchors and tags before a node.

use super::arena::Properties;
use super::mistakes::shorten;
use super::scanner::{BLANK, BREAK, FLOW, Halt, Parse, Parser};
use crate::source::Span;

impl Parser<'_> {
    /// Reads the anchor or tag at the cursor.
    pub fn property(&mut self, properties: &mut Properties) -> Parse<()> {
        let start = self.at;
        let is_anchor = self.bytes[start] == b'&';
        let end = if is_anchor {
            match self.name_end() {
                Some(end) => end,
                None => {
                    return Err(self.fail_at(
                        start,
                        "`&` begins an anchor, but no name follows",
                        "quote the value if it is text",
                    ));
                }
            }
        } else {
            self.tag_end()?
        };
        let span = Span::new(start as u32, end as u32);
        let slot = if is_anchor { &mut properties.anchor } else { &mut properties.tag };
        let second = !slot.is_empty();
        *slot = span;
        let what = if is_anchor { "anchor" } else { "tag" };
        if second {
            return Err(self.fail(span, format!("a second {what} on one node"), "remove one of the two"));
        }
        // Flow indicators end both, but only those may follow at once that leave the node empty (YAML 1.2.2, section 6.9).
        if !self.is_space(end) && !matches!(self.bytes[end], b',' | b']' | b'}') {
            let message = format!("text right after {} {what}", if is_anchor { "an" } else { "a" });
            return Err(self.fail_at(end, message, format!("put a space after the {what}")));
        }
        self.at = end;
        Ok(())
    }

    /// Checks the tag at the cursor and returns its end.
    fn tag_end(&mut self) -> Parse<usize> {
        let start = self.at;
        let mut end = start + 1;
        if self.byte(end) == b'<' {
            while end < self.bytes.len() && self.bytes[end] != b'>' && !self.is(end, BLANK | BREAK) {
                end += 1;
            }
            if self.byte(end) != b'>' {
                return Err(self.fail(
                    (start..end).into(),
                    "this tag is never closed",
                    "end it with `>`, or quote the value if `!` is part of it",
                ));
            }
            if end == start + 2 {
                return Err(self.not_a_tag((start..end + 1).into()));
            }
            return Ok(end + 1);
        }
        while end < self.bytes.len() && !self.is(end, BLANK | BREAK | FLOW) {
            end += 1;
        }
        let span = Span::new(start as u32, end as u32);
        let tag = span.of(self.text);
        if let Some(second) = tag[1..].find('!')
            && second > 0
        {
            let handle = &tag[..second + 2];
            if !self.handles.iter().any(|(known, _)| known.of(self.text) == handle) {
                return Err(self.fail(
                    span,
                    format!("no `%TAG` line declares the tag handle `{handle}`"),
                    "declare it before the document, or quote the value if `!` is part of it",
                ));
            }
        }
        if !is_tag(tag) {
            return Err(self.not_a_tag(span));
        }
        Ok(end)
    }

    #[cold]
    fn not_a_tag(&mut self, span: Span) -> Halt {
        let message = format!("`{}` is not a tag", shorten(span.of(self.text)));
        self.fail(span, message, "quote the value if `!` is part of it")
    }
}

/// Whether the text after the handle is one that a tag may have (YAML 1.2.2, section 6.9.1).
fn is_tag(tag: &str) -> bool {
    let mut bytes = tag[1..].bytes();
    while let Some(byte) = bytes.next() {
        let allowed = match byte {
            b'%' => (0..2).all(|_| bytes.next().is_some_and(|byte| byte.is_ascii_hexdigit())),
            _ => byte.is_ascii_alphanumeric() || b"-!#;/?:@&=+$_.~*'()".contains(&byte),
        };
        if !allowed {
            return false;
        }
    }
    tag.len() == 1 || !tag.ends_with('!')
}
