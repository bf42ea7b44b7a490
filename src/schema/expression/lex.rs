//! The text of one expression into tokens, by the rules of `LexicalAnalyzer` of actions/runner. What a token may follow is the parser's.

use super::Problem;
use crate::schema::words::shown;
use crate::source::Span;

/// What joins two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// The greater one binds first: `Token.Precedence` of actions/runner.
    pub(super) fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::Unequal => 3,
            _ => 4,
        }
    }
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number(f64),
    String,
    Word,
    Not,
    Binary(Operator),
    Open,
    Close,
    OpenIndex,
    CloseIndex,
    Comma,
    Dot,
    Star,
}

/// A token and where it stands in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub span: Span,
}

/// What may come next: the two places in which a `.` or a word is read differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A value: `.5` is a number.
    Operand,
    /// Something that goes on after a value: a `.` leads to a property.
    Operator,
    /// What follows a `.`: `true` and `null` are names there.
    Property,
}

/// Reads the tokens of a part of a text, one at a time.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    end: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str, part: Span) -> Self {
        Self { text, at: part.start as usize, end: part.end as usize }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..self.end]
    }

    /// Where the next token begins, blanks passed over.
    fn start(&mut self) -> usize {
        self.at = self.end - self.rest().trim_start().len();
        self.at
    }

    /// Whether the next token is a `(`.
    pub(super) fn opens(&mut self) -> bool {
        self.start();
        self.rest().starts_with('(')
    }

    /// The next token; `None` at the end.
    pub(super) fn next(&mut self, wanted: Wanted) -> Result<Option<Token>, Problem> {
        let start = self.start();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let second = rest[first.len_utf8()..].chars().next();
        let (kind, length) = match (first, second) {
            ('(', _) => (Kind::Open, 1),
            (')', _) => (Kind::Close, 1),
            ('[', _) => (Kind::OpenIndex, 1),
            (']', _) => (Kind::CloseIndex, 1),
            (',', _) => (Kind::Comma, 1),
            ('*', _) => (Kind::Star, 1),
            ('!', Some('=')) => (Kind::Binary(Operator::Unequal), 2),
            ('!', _) => (Kind::Not, 1),
            ('=', Some('=')) => (Kind::Binary(Operator::Equal), 2),
            ('<', Some('=')) => (Kind::Binary(Operator::LessOrEqual), 2),
            ('<', _) => (Kind::Binary(Operator::Less), 1),
            ('>', Some('=')) => (Kind::Binary(Operator::GreaterOrEqual), 2),
            ('>', _) => (Kind::Binary(Operator::Greater), 1),
            ('&', Some('&')) => (Kind::Binary(Operator::And), 2),
            ('|', Some('|')) => (Kind::Binary(Operator::Or), 2),
            ('=' | '&' | '|', _) => return Err(self.no_operator(first)),
            ('\'', _) => (Kind::String, self.string()?),
            ('.', _) if wanted != Wanted::Operand => (Kind::Dot, 1),
            // No name, which the parser says.
            ('0'..='9', _) if wanted == Wanted::Property => (Kind::Number(f64::NAN), self.word_length()),
            ('.' | '-' | '+' | '0'..='9', _) => self.number()?,
            _ => self.word(wanted)?,
        };
        self.at = start + length;
        Ok(Some(Token { kind, span: Span::from(start..self.at) }))
    }

    /// The length of a string, quotes included; two quotes in it stand for one.
    fn string(&self) -> Result<usize, Problem> {
        let rest = self.rest();
        let mut at = 1;
        while let Some(found) = rest[at..].find('\'') {
            at += found + 1;
            if !rest[at..].starts_with('\'') {
                return Ok(at);
            }
            at += 1;
        }
        let span = Span::from(self.at..self.at + rest.trim_end().len());
        Err(Problem::syntax(span, "the string is not closed: `'` is missing at its end"))
    }

    fn number(&self) -> Result<(Kind, usize), Problem> {
        let rest = self.rest();
        let after = rest[1..].find(|c| c != '.' && is_boundary(c)).map_or(rest.len(), |found| found + 1);
        let text = &rest[..after];
        if let Some(number) = number(text) {
            return Ok((Kind::Number(number), after));
        }
        let sign = text.trim_start_matches(['+', '-']).len();
        if sign == 0 || !text.contains(|c: char| c.is_ascii_digit()) {
            let first = text.chars().next().unwrap_or('.');
            return Err(self.no_operator(first));
        }
        let span = Span::from(self.at..self.at + after);
        Err(Problem::syntax(span, format!("`{}` is no number", shown(text))))
    }

    /// Up to what ends a word, the first character included whatever it is.
    fn word_length(&self) -> usize {
        let rest = self.rest();
        let first = rest.chars().next().map_or(0, char::len_utf8);
        rest[first..].find(is_boundary).map_or(rest.len(), |found| first + found)
    }

    fn word(&self, wanted: Wanted) -> Result<(Kind, usize), Problem> {
        let length = self.word_length();
        let word = &self.rest()[..length];
        let starts = |c: char| c.is_ascii_alphabetic() || c == '_';
        let goes_on = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !word.starts_with(starts) || !word.chars().all(goes_on) {
            return Err(self.no_word(word));
        }
        let kind = match word {
            _ if wanted == Wanted::Property => Kind::Word,
            "null" => Kind::Null,
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            "NaN" => Kind::Number(f64::NAN),
            "Infinity" => Kind::Number(f64::INFINITY),
            _ => Kind::Word,
        };
        Ok((kind, length))
    }

    fn no_operator(&self, first: char) -> Problem {
        let rest = self.rest();
        let length = rest.find(|c| c != first).unwrap_or(rest.len()).min(3);
        let span = Span::from(self.at..self.at + length);
        let found = span.of(self.text);
        let problem = Problem::syntax(span, format!("`{found}` is no operator"));
        match first {
            '&' => problem.help("write `&&`"),
            '|' => problem.help("write `||`"),
            '=' => problem.help("write `==` to compare"),
            '+' => {
                problem.help("nothing is added or joined in an expression; write `format('{0}{1}', a, b)`")
            }
            _ => {
                problem.help("nothing is computed in an expression; do it in a script and pass the result on")
            }
        }
    }

    fn no_word(&self, word: &str) -> Problem {
        let at = |length: usize| Span::from(self.at..self.at + length);
        match word.chars().next() {
            Some('"') => {
                let rest = self.rest();
                let close = rest[1..].find('"').map(|close| close + 2);
                let length = close.unwrap_or(word.len());
                let problem = Problem::syntax(at(length), "a string stands in single quotes");
                let inner = &rest[1..length - usize::from(close.is_some())];
                if inner.contains('\'') || inner.len() > 60 {
                    return problem;
                }
                problem.help(format!("write `'{inner}'`"))
            }
            Some('$') if word.starts_with("${{") => {
                Problem::syntax(at(3), "`${{` stands inside an expression")
                    .help("everything up to `}}` is one expression: leave the inner `${{ }}` out")
            }
            Some('$') => Problem::syntax(at(word.len()), format!("`{}` is no name", shown(word)))
                .help("shells read `$`; an expression reads a variable as `env.NAME`"),
            Some(sign @ ('/' | '%' | '~' | '?' | ':')) => self.no_operator(sign),
            _ => Problem::syntax(at(word.len()), format!("`{}` is no name and no operator", shown(word))),
        }
    }
}

/// The value of a number, by `ExpressionUtility.ParseNumber` of actions/runner.
fn number(text: &str) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("0x") {
        return (!digits.is_empty()).then(|| u32::from_str_radix(digits, 16).ok())?.map(f64::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return (!digits.is_empty()).then(|| u32::from_str_radix(digits, 8).ok())?.map(f64::from);
    }
    match text {
        "-Infinity" => return Some(f64::NEG_INFINITY),
        _ if text.bytes().any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E')) => {
            return None;
        }
        _ => {}
    }
    text.parse().ok()
}

/// What ends a word.
fn is_boundary(c: char) -> bool {
    matches!(c, '(' | '[' | ')' | ']' | ',' | '.' | '!' | '>' | '<' | '=' | '&' | '|') || c.is_whitespace()
}
