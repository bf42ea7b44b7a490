//! Commands to GitHub's runner.

use super::Clean;
use std::fmt::{self, Write as _};
use std::io;

/// A workflow command that makes an annotation, `::error file=…,line=…::message`, escaped as the runner's parser undoes it
/// (`ActionCommand.cs`): `%`, CR and LF everywhere, `:` and `,` in properties too.
#[derive(Debug)]
pub struct Command {
    line: String,
    has_properties: bool,
}

impl Command {
    /// A command of a name.
    pub fn new(name: &'static str) -> Self {
        Self { line: format!("::{name}"), has_properties: false }
    }

    /// Adds a property.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &dyn fmt::Display) -> Self {
        self.line.push(if self.has_properties { ',' } else { ' ' });
        self.has_properties = true;
        self.line.push_str(name);
        self.line.push('=');
        escape(&mut self.line, &value.to_string(), ":,");
        self
    }

    /// Writes the command with a message of some lines.
    pub fn write(mut self, out: &mut dyn io::Write, message: &[Clean]) -> io::Result<()> {
        self.line.push_str("::");
        for (index, line) in message.iter().enumerate() {
            if index > 0 {
                self.line.push_str("%0A");
            }
            escape(&mut self.line, line.as_str(), "");
        }
        self.line.push('\n');
        out.write_all(self.line.as_bytes())
    }
}

fn escape(out: &mut String, text: &str, more: &str) {
    for c in text.chars() {
        if matches!(c, '%' | '\r' | '\n') || more.contains(c) {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{:02X}", c as u32);
        } else {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_property_or_a_message_ends_it() {
        let mut out = Vec::new();
        let command = Command::new("error").with("file", &"a,line=9::b%0A").with("line", &3);
        command
            .write(&mut out, &[Clean::line("50% ::x\ny"), Clean::line("help: z")])
            .expect("memory takes it");
        assert_eq!(
            String::from_utf8(out).expect("UTF-8"),
            "::error file=a%2Cline=9%3A%3Ab%250A,line=3::50%25 ::x\\ny%0Ahelp: z\n"
        );
    }
}
