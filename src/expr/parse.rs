//! Tokens into a syntax tree: the grammar of CEL, with macros still calls.
//!
//! Chains of operators are lists, so that only nesting makes the tree deep, and its height is bounded.

use super::Problem;
use super::lex::{Token, TokenKind, lex};
use crate::source::Span;

/// Longest expression, in bytes.
pub(super) const MAX_LENGTH: usize = 64 * 1024;
/// How deep brackets, arguments and ternaries may nest.
const MAX_NESTING: u32 = 64;
/// How high the tree may grow: nesting plus chains of fields, indexes and calls.
const MAX_HEIGHT: u32 = 256;

/// A piece of syntax and its place in the expression text.
#[derive(Debug)]
pub(super) struct Ast {
    pub span: Span,
    pub kind: AstKind,
    height: u32,
}

/// What a piece of syntax is.
#[derive(Debug)]
pub(super) enum AstKind {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
    Ident(String),
    /// `.name`: a name of the scope, never a loop variable.
    Root(String),
    Select {
        operand: Box<Ast>,
        field: String,
        field_span: Span,
        presence: Presence,
    },
    Index {
        operand: Box<Ast>,
        index: Box<Ast>,
        presence: Presence,
    },
    Call {
        target: Option<Box<Ast>>,
        name: String,
        name_span: Span,
        args: Vec<Ast>,
    },
    List(Vec<(Ast, Presence)>),
    Map(Vec<(Ast, Ast, Presence)>),
    /// `google.protobuf.Value{null_value: …}`
    Message {
        name: String,
        fields: Vec<MessageField>,
    },
    Not(Box<Ast>),
    Negate(Box<Ast>),
    And(Vec<Ast>),
    Or(Vec<Ast>),
    /// `a + b - c`: operators of one precedence, from left to right.
    Chain(Box<Ast>, Vec<(Operator, Ast)>),
    Conditional(Box<[Ast; 3]>),
}

/// A field of a message that is made.
#[derive(Debug)]
pub(super) struct MessageField {
    pub name: String,
    pub span: Span,
    pub value: Ast,
    pub presence: Presence,
}

/// Whether something was marked with `?`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Plain,
    Optional,
}

/// A binary operator that has a value for its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Operator {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }

    fn of(token: &TokenKind, level: usize) -> Option<Self> {
        let symbol = match token {
            TokenKind::Symbol(symbol) => symbol,
            TokenKind::Ident { name, quoted: false } => name.as_str(),
            _ => return None,
        };
        LEVELS[level].iter().copied().find(|operator| operator.symbol() == symbol)
    }
}

/// Operators by precedence, the weakest first.
const LEVELS: [&[Operator]; 3] = [
    &[
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::LessEqual,
        Operator::Greater,
        Operator::GreaterEqual,
        Operator::In,
    ],
    &[Operator::Add, Operator::Subtract],
    &[Operator::Multiply, Operator::Divide, Operator::Remainder],
];

/// Parses one expression.
pub(super) fn parse(source: &str) -> Result<Ast, Problem> {
    if source.len() > MAX_LENGTH {
        return Err(Problem {
            span: Span::empty(0),
            message: format!("the expression is longer than {MAX_LENGTH} bytes"),
            help: None,
        });
    }
    let mut parser = Parser { tokens: lex(source)?, at: 0, nesting: 0 };
    let ast = parser.expression()?;
    match parser.peek() {
        TokenKind::End => Ok(ast),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    nesting: u32,
}

impl Parser {
    fn peek(&self) -> &TokenKind {
        &self.tokens[self.at].kind
    }

    fn span(&self) -> Span {
        self.tokens[self.at].span
    }

    fn next(&mut self) -> Token {
        let token = self.tokens[self.at].clone();
        // The last token is `End`, which nothing consumes but an error on its way out.
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn accept(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), TokenKind::Symbol(s) if *s == symbol);
        if found {
            self.next();
        }
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<Span, Problem> {
        let span = self.span();
        if self.accept(symbol) { Ok(span) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    fn unexpected(&self, expected: &str) -> Problem {
        let message = match self.peek() {
            TokenKind::End => format!("the expression ends where {expected} should follow"),
            _ => format!("expected {expected}"),
        };
        Problem { span: self.span(), message, help: None }
    }

    fn expression(&mut self) -> Result<Ast, Problem> {
        if self.nesting == MAX_NESTING {
            return Err(Problem {
                span: self.span(),
                message: format!("the expression nests deeper than {MAX_NESTING}"),
                help: None,
            });
        }
        self.nesting += 1;
        let ast = self.conditional();
        self.nesting -= 1;
        ast
    }

    fn conditional(&mut self) -> Result<Ast, Problem> {
        let condition = self.disjunction()?;
        if !self.accept("?") {
            return Ok(condition);
        }
        let then = self.disjunction()?;
        self.expect(":")?;
        let otherwise = self.expression()?;
        let height = condition.height.max(then.height).max(otherwise.height);
        let span = Span::new(condition.span.start, otherwise.span.end);
        node(span, AstKind::Conditional(Box::new([condition, then, otherwise])), height)
    }

    fn disjunction(&mut self) -> Result<Ast, Problem> {
        self.joined("||", Self::conjunction, AstKind::Or)
    }

    fn conjunction(&mut self) -> Result<Ast, Problem> {
        self.joined("&&", |parser| parser.chain(0), AstKind::And)
    }

    fn joined(
        &mut self,
        symbol: &str,
        term: fn(&mut Self) -> Result<Ast, Problem>,
        kind: fn(Vec<Ast>) -> AstKind,
    ) -> Result<Ast, Problem> {
        let first = term(self)?;
        if !matches!(self.peek(), TokenKind::Symbol(s) if *s == symbol) {
            return Ok(first);
        }
        let mut terms = vec![first];
        while self.accept(symbol) {
            terms.push(term(self)?);
        }
        let span = Span::new(terms[0].span.start, terms[terms.len() - 1].span.end);
        let height = highest(&terms);
        node(span, kind(terms), height)
    }

    fn chain(&mut self, level: usize) -> Result<Ast, Problem> {
        if level == LEVELS.len() {
            return self.unary();
        }
        let first = self.chain(level + 1)?;
        let mut rest = Vec::new();
        let mut height = first.height;
        let mut end = first.span.end;
        while let Some(operator) = Operator::of(self.peek(), level) {
            self.next();
            let operand = self.chain(level + 1)?;
            height = height.max(operand.height);
            end = operand.span.end;
            rest.push((operator, operand));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        node(Span::new(first.span.start, end), AstKind::Chain(Box::new(first), rest), height)
    }

    fn unary(&mut self) -> Result<Ast, Problem> {
        let start = self.span().start;
        let mut operators = 0;
        let symbol = match self.peek() {
            TokenKind::Symbol(symbol @ ("!" | "-")) => *symbol,
            _ => return self.postfix(),
        };
        while self.accept(symbol) {
            operators += 1;
        }
        if symbol == "-"
            && operators == 1
            && let TokenKind::Int(magnitude) = *self.peek()
            && magnitude == i64::MIN.unsigned_abs()
        {
            let end = self.next().span.end;
            return node(Span::new(start, end), AstKind::Int(i64::MIN), 0);
        }
        let mut operand = self.postfix()?;
        // An even number of them still demands an operand of the right type, so two stay.
        for _ in 0..=(operators - 1) % 2 {
            let (span, height) = (Span::new(start, operand.span.end), operand.height);
            let kind = if symbol == "!" { AstKind::Not } else { AstKind::Negate };
            operand = node(span, kind(Box::new(operand)), height)?;
        }
        Ok(operand)
    }

    fn postfix(&mut self) -> Result<Ast, Problem> {
        let mut operand = self.primary()?;
        loop {
            let presence = match self.peek() {
                TokenKind::Symbol("." | "[") => Presence::Plain,
                TokenKind::Symbol(".?") => Presence::Optional,
                TokenKind::Symbol("{") if let Some(name) = operand.path() => {
                    self.next();
                    operand = self.message(name, operand.span.start)?;
                    continue;
                }
                _ => return Ok(operand),
            };
            let start = operand.span.start;
            let mut height = operand.height;
            let operand_box = Box::new(operand);
            let kind = if matches!(self.next().kind, TokenKind::Symbol("[")) {
                let presence = self.presence();
                let index = self.expression()?;
                self.expect("]")?;
                height = height.max(index.height);
                AstKind::Index { operand: operand_box, index: Box::new(index), presence }
            } else {
                let field_span = self.span();
                let TokenKind::Ident { name, quoted } = self.peek().clone() else {
                    return Err(self.unexpected("a field name"));
                };
                self.next();
                if presence == Presence::Plain && !quoted && self.accept("(") {
                    let args = self.arguments()?;
                    height = height.max(highest(&args));
                    AstKind::Call { target: Some(operand_box), name, name_span: field_span, args }
                } else {
                    AstKind::Select { operand: operand_box, field: name, field_span, presence }
                }
            };
            operand = node(Span::new(start, self.tokens[self.at - 1].span.end), kind, height)?;
        }
    }

    fn arguments(&mut self) -> Result<Vec<Ast>, Problem> {
        let mut args = Vec::new();
        while !self.accept(")") {
            args.push(self.expression()?);
            if !self.accept(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(args)
    }

    fn primary(&mut self) -> Result<Ast, Problem> {
        let span = self.span();
        let leaf = |kind| node(span, kind, 0);
        match self.peek().clone() {
            TokenKind::Int(value) => {
                let Ok(value) = i64::try_from(value) else {
                    let message = "this number does not fit a signed integer of 64 bits".to_owned();
                    return Err(Problem {
                        span,
                        message,
                        help: Some("write `u` behind an unsigned one".to_owned()),
                    });
                };
                self.next();
                leaf(AstKind::Int(value))
            }
            TokenKind::Uint(value) => {
                self.next();
                leaf(AstKind::Uint(value))
            }
            TokenKind::Double(value) => {
                self.next();
                leaf(AstKind::Double(value))
            }
            TokenKind::String(text) => {
                self.next();
                leaf(AstKind::String(text))
            }
            TokenKind::Bytes(bytes) => {
                self.next();
                leaf(AstKind::Bytes(bytes))
            }
            TokenKind::Ident { name, quoted: false } if name != "in" => {
                self.next();
                self.name(name, span)
            }
            TokenKind::Symbol(".") => {
                self.next();
                let span = self.span();
                let TokenKind::Ident { name, quoted: false } = self.peek().clone() else {
                    return Err(self.unexpected("a name"));
                };
                self.next();
                if let TokenKind::Symbol("(") = self.peek() {
                    return self.name(name, span);
                }
                node(span, AstKind::Root(name), 0)
            }
            TokenKind::Symbol("(") => {
                self.next();
                let mut ast = self.expression()?;
                let end = self.expect(")")?.end;
                ast.span = Span::new(span.start, end);
                Ok(ast)
            }
            TokenKind::Symbol("[") => {
                self.next();
                self.list(span.start)
            }
            TokenKind::Symbol("{") => {
                self.next();
                self.map(span.start)
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    fn name(&mut self, name: String, span: Span) -> Result<Ast, Problem> {
        if self.accept("(") {
            let args = self.arguments()?;
            let height = highest(&args);
            let end = self.tokens[self.at - 1].span.end;
            let kind = AstKind::Call { target: None, name, name_span: span, args };
            return node(Span::new(span.start, end), kind, height);
        }
        let kind = match name.as_str() {
            "null" => AstKind::Null,
            "true" => AstKind::Bool(true),
            "false" => AstKind::Bool(false),
            _ => AstKind::Ident(name),
        };
        node(span, kind, 0)
    }

    fn presence(&mut self) -> Presence {
        if self.accept("?") { Presence::Optional } else { Presence::Plain }
    }

    fn list(&mut self, start: u32) -> Result<Ast, Problem> {
        let mut items = Vec::new();
        let mut height = 0;
        let end = loop {
            if let TokenKind::Symbol("]") = self.peek() {
                break self.expect("]")?.end;
            }
            let presence = self.presence();
            let item = self.expression()?;
            height = height.max(item.height);
            items.push((item, presence));
            if !self.accept(",") {
                break self.expect("]")?.end;
            }
        };
        node(Span::new(start, end), AstKind::List(items), height)
    }

    fn message(&mut self, name: String, start: u32) -> Result<Ast, Problem> {
        let mut fields = Vec::new();
        let mut height = 0;
        let end = loop {
            if let TokenKind::Symbol("}") = self.peek() {
                break self.expect("}")?.end;
            }
            let presence = self.presence();
            let span = self.span();
            let TokenKind::Ident { name, .. } = self.peek().clone() else {
                return Err(self.unexpected("a field name"));
            };
            self.next();
            self.expect(":")?;
            let value = self.expression()?;
            height = height.max(value.height);
            fields.push(MessageField { name, span, value, presence });
            if !self.accept(",") {
                break self.expect("}")?.end;
            }
        };
        node(Span::new(start, end), AstKind::Message { name, fields }, height)
    }

    fn map(&mut self, start: u32) -> Result<Ast, Problem> {
        let mut entries = Vec::new();
        let mut height = 0;
        let end = loop {
            if let TokenKind::Symbol("}") = self.peek() {
                break self.expect("}")?.end;
            }
            let presence = self.presence();
            let key = self.expression()?;
            self.expect(":")?;
            let value = self.expression()?;
            height = height.max(key.height).max(value.height);
            entries.push((key, value, presence));
            if !self.accept(",") {
                break self.expect("}")?.end;
            }
        };
        node(Span::new(start, end), AstKind::Map(entries), height)
    }
}

impl Ast {
    /// The dotted name that it is, with a dot in front where it has one; `None` if it is anything else.
    pub(super) fn path(&self) -> Option<String> {
        match &self.kind {
            AstKind::Ident(name) => Some(name.clone()),
            AstKind::Root(name) => Some(format!(".{name}")),
            AstKind::Select { operand, field, presence: Presence::Plain, .. } => {
                operand.path().map(|path| format!("{path}.{field}"))
            }
            _ => None,
        }
    }
}

fn highest(terms: &[Ast]) -> u32 {
    terms.iter().map(|term| term.height).max().unwrap_or(0)
}

fn node(span: Span, kind: AstKind, below: u32) -> Result<Ast, Problem> {
    if below >= MAX_HEIGHT {
        return Err(Problem {
            span,
            message: format!("the expression is more than {MAX_HEIGHT} steps deep"),
            help: None,
        });
    }
    Ok(Ast { span, kind, height: below + 1 })
}

#[cfg(test)]
mod tests {
    use super::{AstKind, parse};

    #[test]
    fn precedence_follows_the_grammar() {
        let ast = parse("a || b && c + d * e == f ? g : h").expect("parses");
        let AstKind::Conditional(parts) = ast.kind else { panic!("not a ternary") };
        let AstKind::Or(alternatives) = &parts[0].kind else { panic!("not a disjunction") };
        assert!(matches!(alternatives[1].kind, AstKind::And(_)));
    }

    #[test]
    fn problems_name_what_should_follow() {
        for (source, message) in [
            ("a &&", "the expression ends where a value should follow"),
            ("a b", "expected an operator or the end"),
            ("[1, 2", "the expression ends where `]` should follow"),
            ("a.", "the expression ends where a field name should follow"),
        ] {
            assert_eq!(parse(source).expect_err(source).message, message);
        }
    }

    #[test]
    fn long_chains_parse_and_deep_nesting_is_refused() {
        assert!(parse(&vec!["1"; 10_000].join("+")).is_ok());
        assert!(parse(&vec!["a"; 10_000].join("&&")).is_ok());
        assert!(parse(&format!("{}a", "!".repeat(10_000))).is_ok());
        assert!(parse(&format!("{}1{}", "[".repeat(60), "]".repeat(60))).is_ok());
        assert!(parse(&"(".repeat(10_000)).is_err());
        assert!(parse(&vec!["a"; 10_000].join(".")).is_err());
        assert!(parse(&vec!["a"; 10_000].join("?b:")).is_err());
        assert!(parse(&" ".repeat(70_000)).is_err());
    }
}
