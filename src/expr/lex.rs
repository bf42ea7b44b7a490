//! Expression text into tokens. Knows CEL's literals and escapes, nothing of its grammar.

use super::Problem;
use crate::source::Span;

/// A token and its place in the expression text.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    /// A name, also one in backquotes (which only a field may have).
    Ident {
        name: String,
        quoted: bool,
    },
    /// The magnitude of an integer: the sign is the parser's, so that the smallest one can be written.
    Int(u64),
    Uint(u64),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
    Symbol(&'static str),
    End,
}

/// Longest first, so that `<=` is not read as `<`.
const SYMBOLS: [&str; 25] = [
    "&&", "||", "==", "!=", "<=", ">=", ".?", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",",
    "(", ")", "[", "]", "{", "}",
];

/// Splits a text into tokens, the last of them [`TokenKind::End`].
pub(super) fn lex(source: &str) -> Result<Vec<Token>, Problem> {
    let mut lexer = Lexer { source, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blank();
        let start = lexer.at;
        let kind = lexer.token()?;
        let end = kind == TokenKind::End;
        tokens.push(Token { kind, span: Span::from(start..lexer.at) });
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn problem(&self, start: usize, message: impl Into<String>) -> Problem {
        Problem { span: Span::from(start..self.at.max(start)), message: message.into(), help: None }
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'s str {
        let rest = self.rest();
        let len = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    fn skip_blank(&mut self) {
        loop {
            self.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}'));
            if !self.rest().starts_with("//") {
                return;
            }
            self.take_while(|c| c != '\n');
        }
    }

    fn token(&mut self) -> Result<TokenKind, Problem> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(TokenKind::End) };
        if let Some(prefix) = string_prefix(rest) {
            return self.string(prefix);
        }
        if first.is_ascii_digit() || first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
            return self.number();
        }
        if first.is_ascii_alphabetic() || first == '_' {
            let name = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_').to_owned();
            return Ok(TokenKind::Ident { name, quoted: false });
        }
        if first == '`' {
            return self.quoted_name();
        }
        let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) else {
            let start = self.at;
            self.at += first.len_utf8();
            return Err(self.problem(start, format!("`{}` has no meaning here", first.escape_debug())));
        };
        self.at += symbol.len();
        Ok(TokenKind::Symbol(symbol))
    }

    fn quoted_name(&mut self) -> Result<TokenKind, Problem> {
        let start = self.at;
        self.at += 1;
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || "_.-/ ".contains(c)).to_owned();
        if name.is_empty() || !self.rest().starts_with('`') {
            return Err(self.problem(start, "this quoted name does not end"));
        }
        self.at += 1;
        Ok(TokenKind::Ident { name, quoted: true })
    }

    fn number(&mut self) -> Result<TokenKind, Problem> {
        let start = self.at;
        let (digits, radix) = match self.rest().get(..2) {
            Some("0x" | "0X") => {
                self.at += 2;
                (self.take_while(|c| c.is_ascii_hexdigit()), 16)
            }
            _ => (self.take_while(|c| c.is_ascii_digit()), 10),
        };
        if radix == 10 && self.take_fraction() {
            let text = &self.source[start..self.at];
            return text
                .parse()
                .map(TokenKind::Double)
                .map_err(|_| self.problem(start, "this is not a number"));
        }
        let value = u64::from_str_radix(digits, radix);
        let kind = if self.rest().starts_with(['u', 'U']) {
            self.at += 1;
            value.map(TokenKind::Uint)
        } else {
            value.map(TokenKind::Int)
        };
        if self.rest().starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
            return Err(self.problem(start, "this is not a number"));
        }
        kind.map_err(|_| self.problem(start, "this number does not fit 64 bits"))
    }

    /// Consumes `.5`, `e-7` or both behind the digits; says whether anything was there.
    fn take_fraction(&mut self) -> bool {
        let start = self.at;
        if let Some(rest) = self.rest().strip_prefix('.')
            && rest.starts_with(|c: char| c.is_ascii_digit())
        {
            self.at += 1;
            self.take_while(|c| c.is_ascii_digit());
        }
        if let Some(rest) = self.rest().strip_prefix(['e', 'E']) {
            let digits = rest.strip_prefix(['+', '-']).unwrap_or(rest);
            if digits.starts_with(|c: char| c.is_ascii_digit()) {
                self.at = self.source.len() - digits.len();
                self.take_while(|c| c.is_ascii_digit());
            }
        }
        self.at > start
    }

    fn string(&mut self, prefix: Prefix) -> Result<TokenKind, Problem> {
        let start = self.at;
        self.at += prefix.len;
        let quote = &self.rest()[..1];
        let triple = self.rest().starts_with(&quote.repeat(3));
        let close = if triple { quote.repeat(3) } else { quote.to_owned() };
        self.at += close.len();
        let mut bytes = Vec::new();
        loop {
            let rest = self.rest();
            if rest.starts_with(&close) {
                self.at += close.len();
                break;
            }
            match rest.chars().next() {
                Some('\\') if !prefix.raw => {
                    let at = self.at;
                    self.at += 1;
                    self.escape(prefix.bytes, &mut bytes)
                        .ok_or_else(|| self.problem(at, "unknown escape sequence"))?;
                }
                Some('\n' | '\r') if !triple => return Err(self.problem(start, "this string does not end")),
                Some(c) => {
                    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    self.at += c.len_utf8();
                }
                None => return Err(self.problem(start, "this string does not end")),
            }
        }
        if prefix.bytes {
            return Ok(TokenKind::Bytes(bytes));
        }
        String::from_utf8(bytes)
            .map(TokenKind::String)
            .map_err(|_| self.problem(start, "this string is not UTF-8"))
    }

    /// Reads an escape sequence behind its backslash.
    fn escape(&mut self, bytes: bool, out: &mut Vec<u8>) -> Option<()> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        let code = match c {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            '\\' | '?' | '"' | '\'' | '`' => c as u32,
            'x' | 'X' => self.digits(2, 16)?,
            'u' if !bytes => self.digits(4, 16)?,
            'U' if !bytes => self.digits(8, 16)?,
            '0'..='3' => {
                self.at -= 1;
                self.digits(3, 8)?
            }
            _ => return None,
        };
        if bytes {
            out.push(u8::try_from(code).ok()?);
        } else {
            out.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Some(())
    }

    fn digits(&mut self, count: usize, radix: u32) -> Option<u32> {
        let digits = self.rest().get(..count)?;
        if !digits.bytes().all(|b| char::from(b).is_digit(radix)) {
            return None;
        }
        self.at += count;
        u32::from_str_radix(digits, radix).ok()
    }
}

#[derive(Clone, Copy)]
struct Prefix {
    raw: bool,
    bytes: bool,
    len: usize,
}

/// `r`, `b`, `rb` in either case and order, before a quote.
fn string_prefix(rest: &str) -> Option<Prefix> {
    let len = rest.bytes().take(3).position(|byte| matches!(byte, b'"' | b'\''))?;
    match &rest.as_bytes()[..len] {
        b"" => Some(Prefix { raw: false, bytes: false, len }),
        b"r" | b"R" => Some(Prefix { raw: true, bytes: false, len }),
        b"b" | b"B" => Some(Prefix { raw: false, bytes: true, len }),
        b"rb" | b"rB" | b"Rb" | b"RB" | b"br" | b"bR" | b"Br" | b"BR" => {
            Some(Prefix { raw: true, bytes: true, len })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{TokenKind, lex};

    fn first(source: &str) -> TokenKind {
        lex(source).expect("lexes").swap_remove(0).kind
    }

    #[test]
    fn literals_of_every_form_are_read() {
        assert_eq!(first("0x1F"), TokenKind::Int(31));
        assert_eq!(first("7u"), TokenKind::Uint(7));
        assert_eq!(first(".5e1"), TokenKind::Double(5.0));
        assert_eq!(first(r"'a\n\u00e9\101'"), TokenKind::String("a\néA".into()));
        assert_eq!(first(r"r'a\n'"), TokenKind::String(r"a\n".into()));
        assert_eq!(first("'''a\n'b'''"), TokenKind::String("a\n'b".into()));
        assert_eq!(first(r"b'\xff'"), TokenKind::Bytes(vec![255]));
    }

    #[test]
    fn comments_are_blank() {
        assert_eq!(lex("a // b\n.c").expect("lexes").len(), 4);
    }

    #[test]
    fn broken_tokens_are_problems_with_a_place() {
        for (source, start, end) in
            [("'abc", 0, 4), ("a # b", 2, 3), (r"'\q'", 1, 3), ("12ab", 0, 4), ("a.`b", 2, 4)]
        {
            let problem = lex(source).expect_err(source);
            assert_eq!((problem.span.start, problem.span.end), (start, end), "{source}");
        }
    }
}
