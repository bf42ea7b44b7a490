//! Shell text by the line, before anyone parses it: which parts run, which are comments, which are only printed.

use std::ops::Range;

/// What a piece of a script is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It runs, or is data of what runs.
    Runs,
    /// A comment.
    Comment,
    /// Text that is printed for people: arguments of `echo` or `printf` that go nowhere else.
    Printed,
}

/// How lines of a file are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Shell: quotes may span lines.
    Shell,
    /// A Makefile: a quote ends with its line unless the line is continued, and recipe prefixes (`@`, `-`, `+`) are passed over.
    Makefile,
}

/// The pieces of a script in order, none crossing a line. Blank lines give none.
pub fn pieces(text: &str, flavour: Flavour) -> Vec<(Range<usize>, Role)> {
    scan(text, flavour).pieces
}

/// Where the logical lines of a script begin: a line with what its line continuations, quotes and here-documents add to it.
pub fn logical_lines(text: &str, flavour: Flavour) -> Vec<usize> {
    scan(text, flavour).starts
}

fn scan(text: &str, flavour: Flavour) -> Scan<'_> {
    let mut scan =
        Scan { text, flavour, at: 0, quote: None, pieces: Vec::new(), starts: Vec::new(), here: Vec::new() };
    while scan.at < text.len() {
        let at_line_start = scan.at == 0 || text.as_bytes()[scan.at - 1] == b'\n';
        if at_line_start && scan.here.is_empty() {
            scan.starts.push(scan.at);
        }
        if scan.here.is_empty() || !at_line_start { scan.statement() } else { scan.here_document() }
    }
    scan
}

/// How a statement ended.
enum End {
    /// At a line break, `;`, `&`, `&&`, `||` or the end of the text.
    Plain,
    /// At `|`: its output goes on.
    Piped,
}

struct Scan<'t> {
    text: &'t str,
    flavour: Flavour,
    at: usize,
    quote: Option<u8>,
    pieces: Vec<(Range<usize>, Role)>,
    /// Where logical lines begin.
    starts: Vec<usize>,
    /// Here-documents that the statements so far have opened: delimiter, and what their text is.
    here: Vec<(&'t str, Role)>,
}

impl<'t> Scan<'t> {
    /// Reads one statement and the comment that may end its line.
    fn statement(&mut self) {
        let start = self.at;
        let (end, redirected, opened) = self.find_end();
        let code = start..self.at;
        let statement = self.text[code.clone()].trim_start();
        let command = first_word(statement, self.flavour);
        let shown = !redirected && matches!(end, End::Plain);
        let prose = is_prose(statement);
        let printed = prose || (shown && is_printer(command, statement));
        let role = if printed { Role::Printed } else { Role::Runs };
        let here_role = if prose || (shown && matches!(command, "cat" | "echo" | "printf")) {
            Role::Printed
        } else {
            Role::Runs
        };
        self.here.extend(opened.into_iter().map(|delimiter| (delimiter, here_role)));
        self.push_lines(code, role);
        self.separator();
    }

    /// Moves to the end of the statement: to its separator, its comment or its line break outside quotes.
    fn find_end(&mut self) -> (End, bool, Vec<&'t str>) {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut redirected = false;
        let mut opened = Vec::new();
        while let Some(&byte) = bytes.get(self.at) {
            let rest = &bytes[self.at..];
            match (self.quote, byte) {
                (Some(quote), _) if byte == quote => self.quote = None,
                // A file that was checked out with CRLF says the same.
                (None | Some(b'"'), b'\\') => self.at += if rest[1..].starts_with(b"\r\n") { 2 } else { 1 },
                (Some(_), b'\n') if self.flavour == Flavour::Makefile => {
                    self.quote = None;
                    break;
                }
                (None, b'\'' | b'"') => self.quote = Some(byte),
                (None, b'#') if self.at == 0 || bytes[self.at - 1].is_ascii_whitespace() => break,
                (None, b'<') if rest.starts_with(b"<<<") => self.at += 2,
                (None, b'<') if rest.starts_with(b"<<") => {
                    // In `$(( … ))` it shifts a number.
                    let statement = &self.text[start..self.at];
                    if statement.matches("((").count() <= statement.matches("))").count() {
                        opened.extend(delimiter(&self.text[self.at + 2..]));
                    }
                    self.at += 1;
                }
                (None, b'>') => redirected |= !to_terminal(&self.text[self.at + 1..]),
                (None, b'|') if rest.get(1) != Some(&b'|') => return (End::Piped, redirected, opened),
                // `>&2` and `<&3` are redirections.
                (None, b'&') if self.at > 0 && matches!(bytes[self.at - 1], b'>' | b'<') => {}
                (None, b'\n' | b';' | b'|' | b'&') => break,
                _ => {}
            }
            self.at += 1;
        }
        self.at = self.at.min(bytes.len());
        (End::Plain, redirected, opened)
    }

    /// Passes over the separator behind a statement, or takes the comment that ends its line.
    fn separator(&mut self) {
        let bytes = self.text.as_bytes();
        if bytes.get(self.at) == Some(&b'#') {
            let end = memchr::memchr(b'\n', &bytes[self.at..]).map_or(bytes.len(), |next| self.at + next);
            self.push(self.at..end, Role::Comment);
            self.at = end;
        }
        while matches!(bytes.get(self.at), Some(b';' | b'|' | b'&')) {
            self.at += 1;
        }
        if bytes.get(self.at) == Some(&b'\n') {
            self.at += 1;
        }
    }

    fn here_document(&mut self) {
        let line = self.text[self.at..].split_inclusive('\n').next().unwrap_or_default();
        let (delimiter, role) = self.here[0];
        if line.trim() == delimiter {
            self.here.remove(0);
        } else {
            self.push(self.at..self.at + line.trim_end().len(), role);
        }
        self.at += line.len();
    }

    fn push_lines(&mut self, range: Range<usize>, role: Role) {
        let mut start = range.start;
        for line in self.text[range].split_inclusive('\n') {
            self.push(start..start + line.trim_end_matches(['\n', '\r']).len(), role);
            start += line.len();
        }
    }

    fn push(&mut self, range: Range<usize>, role: Role) {
        if !self.text[range.clone()].trim().is_empty() {
            self.pieces.push((range, role));
        }
    }
}

/// Whether a redirection still ends before a person: `>&2`, `>/dev/stderr`, `>/dev/tty`.
fn to_terminal(target: &str) -> bool {
    let target = target.trim_start_matches('>').trim_start().trim_start_matches(['"', '\'']);
    [
        "&2",
        "&1",
        "/dev/stderr",
        "/dev/stdout",
        "/dev/tty",
        "/dev/null",
        "$GITHUB_STEP_SUMMARY",
        "${GITHUB_STEP_SUMMARY}",
    ]
    .iter()
    .any(|name| target.starts_with(name))
}

/// The delimiter of a here-document, behind `<<`.
fn delimiter(text: &str) -> Option<&str> {
    let text = text.strip_prefix('-').unwrap_or(text).trim_start_matches([' ', '\t']);
    let text = text.trim_start_matches(['"', '\'', '\\']);
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    (end > 0 && !text.starts_with(|c: char| c.is_ascii_digit())).then(|| &text[..end])
}

/// The command of a statement, behind keywords and assignments.
fn first_word(statement: &str, flavour: Flavour) -> &str {
    let statement = match flavour {
        Flavour::Makefile => statement.trim_start().trim_start_matches(['@', '-', '+']),
        Flavour::Shell => statement,
    };
    let skipped = |word: &&str| {
        // A pattern of `case` stands before its commands.
        let pattern = word.ends_with(')') && !word.contains('(');
        let redirection = word.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['>', '<']);
        !pattern
            && !redirection
            && !matches!(
                *word,
                "then" | "do" | "else" | "if" | "while" | "{" | "(" | "!" | "time" | "sudo" | "\\"
            )
            && !is_assignment(word)
    };
    statement.split_whitespace().find(skipped).unwrap_or_default()
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// Whether a statement prints its arguments. What a command substitution in them runs is not seen here.
fn is_printer(command: &str, statement: &str) -> bool {
    matches!(command, "echo" | "printf") && !statement.contains("$(") && !statement.contains('`')
}

/// Whether a statement gives a text for people to a variable that is named after it: `PR_BODY=…`, `RELEASE_NOTES=…`.
fn is_prose(statement: &str) -> bool {
    let Some((name, _)) = statement.split_once('=').filter(|(name, _)| is_assignment(&format!("{name}=")))
    else {
        return false;
    };
    let last = name.rsplit('_').next().unwrap_or(name).to_ascii_lowercase();
    matches!(
        &*last,
        "body" | "message" | "msg" | "notes" | "description" | "summary" | "changelog" | "title" | "text"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(text: &str, flavour: Flavour) -> Vec<(&str, Role)> {
        pieces(text, flavour).into_iter().map(|(range, role)| (text[range].trim(), role)).collect()
    }

    #[test]
    fn comments_and_printed_text_are_told_from_what_runs() {
        use Role::{Comment, Printed, Runs};
        let text = "run a # why\necho \"b # no\" && c\necho d | e\necho f > g\nif x; then echo h >&2; fi\n";
        assert_eq!(
            roles(text, Flavour::Shell),
            [
                ("run a", Runs),
                ("# why", Comment),
                ("echo \"b # no\"", Printed),
                ("c", Runs),
                ("echo d", Runs),
                ("e", Runs),
                ("echo f > g", Runs),
                ("if x", Runs),
                ("then echo h >&2", Printed),
                ("fi", Runs),
            ]
        );
    }

    #[test]
    fn quotes_and_here_documents_span_lines() {
        use Role::{Printed, Runs};
        let text = "echo \"a\n# b\n\"\ncat <<EOF\nc\nEOF\ncat <<'END' > f\n# d\nEND\ng\n";
        assert_eq!(
            roles(text, Flavour::Shell),
            [
                ("echo \"a", Printed),
                ("# b", Printed),
                ("\"", Printed),
                ("cat <<EOF", Runs),
                ("c", Printed),
                ("cat <<'END' > f", Runs),
                ("# d", Runs),
                ("g", Runs),
            ]
        );
    }

    #[test]
    fn a_text_for_people_in_a_variable_is_printed() {
        use Role::{Printed, Runs};
        let text = "PR_BODY=$(cat <<'EOF'\n# a\nEOF\n)\nBODY_URL=b\nMANIFEST=$(cat <<EOF\nc\nEOF\n)\n";
        let found: Vec<_> = roles(text, Flavour::Shell)
            .into_iter()
            .filter(|(text, _)| text.len() > 1 || *text == "c")
            .collect();
        assert_eq!(
            found,
            [
                ("PR_BODY=$(cat <<'EOF'", Printed),
                ("# a", Printed),
                ("BODY_URL=b", Runs),
                ("MANIFEST=$(cat <<EOF", Runs),
                ("c", Runs),
            ]
        );
    }

    #[test]
    fn a_makefile_quote_ends_with_its_line() {
        use Role::{Printed, Runs};
        let text = "help: ## don't panic\n\t@echo it's\n\tdeploy\n";
        let found = roles(text, Flavour::Makefile);
        assert_eq!(found[0], ("help:", Runs));
        assert_eq!(found[2..], [("@echo it's", Printed), ("deploy", Runs)]);
    }

    #[test]
    fn every_text_ends() {
        for text in ["'", "\"\\", "<<", "<<EOF", "a <<A <<B\nx", "#", "\\", "|", ">&", "é\\"] {
            let _ = pieces(text, Flavour::Shell);
            let _ = pieces(text, Flavour::Makefile);
        }
    }
}
