//! XML 1.0.

use std::fmt::{self, Write as _};
use std::io;

/// A document in the making. Everything it is given is escaped; characters that XML cannot hold are left out.
#[derive(Debug)]
pub struct Xml {
    text: String,
    open: Vec<&'static str>,
}

/// Attributes: names, and values that may be anything.
type Attributes<'a> = [(&'static str, &'a dyn fmt::Display)];

impl Xml {
    /// A document in UTF-8.
    pub fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() }
    }

    /// Opens an element on a line of its own.
    pub fn open(&mut self, name: &'static str, attributes: &Attributes<'_>) {
        self.start(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    /// Closes the element that was opened last.
    pub fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            // Writing to a string cannot fail.
            let _ = writeln!(self.text, "</{name}>");
        }
    }

    /// An element without content.
    pub fn empty(&mut self, name: &'static str, attributes: &Attributes<'_>) {
        self.start(name, attributes);
        self.text.push_str("/>\n");
    }

    /// An element that holds text.
    pub fn text(&mut self, name: &'static str, attributes: &Attributes<'_>, text: fmt::Arguments<'_>) {
        self.start(name, attributes);
        self.text.push('>');
        escape(&mut self.text, &text.to_string(), Within::Content);
        let _ = writeln!(self.text, "</{name}>");
    }

    /// Writes the document, once every element is closed.
    pub fn write(mut self, out: &mut dyn io::Write) -> io::Result<()> {
        while !self.open.is_empty() {
            self.close();
        }
        out.write_all(self.text.as_bytes())
    }

    fn indent(&mut self) {
        self.text.extend(self.open.iter().map(|_| "  "));
    }

    fn start(&mut self, name: &'static str, attributes: &Attributes<'_>) {
        self.indent();
        let _ = write!(self.text, "<{name}");
        for (name, value) in attributes {
            let _ = write!(self.text, " {name}=\"");
            escape(&mut self.text, &value.to_string(), Within::Attribute);
            self.text.push('"');
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Attribute,
    Content,
}

/// Also breaks `::` at the start of a line, which GitHub's runner obeys.
fn escape(out: &mut String, text: &str, within: Within) {
    let mut at_start = true;
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            ':' if at_start => out.push_str("&#58;"),
            '\n' if within == Within::Content => out.push('\n'),
            '\n' | '\r' | '\t' => {
                // Attributes lose their line breaks when they are read, unless these are references.
                let _ = write!(out, "&#{};", c as u32);
            }
            ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => out.push(c),
            _ => {}
        }
        at_start = c == '\n' || at_start && c.is_whitespace();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped_and_what_xml_cannot_hold_is_left_out() {
        let mut xml = Xml::new();
        xml.open("a", &[("b", &"\"<&'\u{1}\u{fffe}\n")]);
        xml.text("c", &[], format_args!("]]>\n ::error::x"));
        xml.empty("d", &[("e", &1)]);
        let mut out = Vec::new();
        xml.write(&mut out).expect("memory takes it");
        assert_eq!(
            String::from_utf8(out).expect("UTF-8"),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b=\"&quot;&lt;&amp;&apos;&#10;\">\n  \
             <c>]]&gt;\n &#58;:error::x</c>\n  <d e=\"1\"/>\n</a>\n"
        );
    }
}
