//! One expression into a tree with a span for every node. Nothing recurses: the nodes stand in a list, operands before what holds them.

use super::Problem;
use super::lex::{Kind as TokenKind, Lexer, Operator, Token, Wanted};
use crate::schema::words::shown;
use crate::source::Span;
use std::borrow::Cow;

/// The deepest that operators and calls nest, and the longest that an expression is, in UTF-16 units: `ExpressionConstants` of
/// actions/runner.
const MAX_DEPTH: u8 = 50;
pub(super) const MAX_LENGTH: usize = 21_000;

/// A node by its place in the list of its tree.
pub(super) type Id = usize;

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number(f64),
    /// Text in quotes.
    String,
    /// A context.
    Context,
    /// What stands in brackets.
    Group(Id),
    /// A function by its name, and its arguments.
    Call {
        name: Span,
        arguments: Vec<Id>,
    },
    /// `of.name`
    Property {
        of: Id,
        name: Span,
    },
    /// `of[index]`
    Index {
        of: Id,
        index: Id,
    },
    /// `of.*`, or `of[*]`
    Wildcard {
        of: Id,
    },
    Not(Id),
    Binary {
        operator: Operator,
        left: Id,
        right: Id,
    },
}

/// A node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub kind: Kind,
    pub span: Span,
    depth: u8,
}

/// A whole expression.
#[derive(Clone, Debug)]
pub(super) struct Tree<'t> {
    /// What the spans are places in.
    pub text: &'t str,
    nodes: Vec<Node>,
    /// The node that is in no other.
    pub root: Id,
}

impl<'t> Tree<'t> {
    /// A node.
    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id]
    }

    /// Every node, operands before what holds them.
    pub(super) fn nodes(&self) -> impl DoubleEndedIterator<Item = (Id, &Node)> {
        self.nodes.iter().enumerate()
    }

    /// Whether it is a string and nothing else.
    pub(super) fn is_string(&self) -> bool {
        self.nodes[self.root].kind == Kind::String
    }

    /// The text of a string without its quotes.
    pub(super) fn string(&self, id: Id) -> Cow<'t, str> {
        let quoted = self.nodes[id].span.of(self.text);
        let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
        if inner.contains('\'') { Cow::Owned(inner.replace("''", "'")) } else { Cow::Borrowed(inner) }
    }
}

/// What waits for its operands.
#[derive(Clone, Copy, Debug)]
enum Waiting {
    Not(Span),
    Binary(Operator, Span),
    Group(Span),
    /// A call: its name, its bracket, and how many operands there were before its arguments.
    Call {
        name: Span,
        open: Span,
        before: usize,
    },
    Index {
        open: Span,
    },
}

/// The tree of a part of a text.
pub(super) fn parse(text: &str, part: Span) -> Result<Tree<'_>, Problem> {
    let blank = part.of(text);
    let start = part.end - blank.trim_start().len() as u32;
    let end = part.start + blank.trim_end().len() as u32;
    if start >= end {
        return Err(Problem::syntax(part, "there is no expression"));
    }
    let part = Span::new(start, end);
    if longer_than_allowed(part.of(text)) {
        let message = format!("the expression is longer than the {MAX_LENGTH} characters that GitHub reads");
        return Err(Problem::syntax(Span::new(start, start + 1), message));
    }
    let lexer = Lexer::new(text, part);
    let mut parser = Parser { text, lexer, nodes: Vec::new(), operands: Vec::new(), waiting: Vec::new() };
    let root = parser.run()?;
    Ok(Tree { text, nodes: parser.nodes, root })
}

/// Whether an expression is longer than it may be.
pub(super) fn longer_than_allowed(text: &str) -> bool {
    text.len() > MAX_LENGTH && text.encode_utf16().count() > MAX_LENGTH
}

/// The operator precedence parser of actions/runner's `ExpressionParser`, with operands and operators on two stacks.
struct Parser<'t> {
    text: &'t str,
    lexer: Lexer<'t>,
    nodes: Vec<Node>,
    operands: Vec<Id>,
    waiting: Vec<Waiting>,
}

impl Parser<'_> {
    fn run(&mut self) -> Result<Id, Problem> {
        let mut last = None;
        loop {
            self.operand(last)?;
            loop {
                let Some(token) = self.lexer.next(Wanted::Operator)? else { return self.finish() };
                if !self.after_operand(token)? {
                    last = Some(token);
                    break;
                }
            }
        }
    }

    /// Reads up to the end of the next value, which `last` stands before.
    fn operand(&mut self, mut last: Option<Token>) -> Result<(), Problem> {
        loop {
            let Some(token) = self.lexer.next(Wanted::Operand)? else {
                return Err(self.nothing_follows(last));
            };
            match token.kind {
                TokenKind::Null => self.push(Kind::Null, token.span)?,
                TokenKind::Bool(value) => self.push(Kind::Bool(value), token.span)?,
                TokenKind::Number(value) => self.push(Kind::Number(value), token.span)?,
                TokenKind::String => self.push(Kind::String, token.span)?,
                TokenKind::Word if self.lexer.opens() => {
                    let Some(open) = self.lexer.next(Wanted::Operator)? else { continue };
                    let mut ahead = self.lexer.clone();
                    let close = ahead.next(Wanted::Operand).ok().flatten();
                    let Some(close) = close.filter(|close| close.kind == TokenKind::Close) else {
                        let before = self.operands.len();
                        self.waiting.push(Waiting::Call { name: token.span, open: open.span, before });
                        last = Some(open);
                        continue;
                    };
                    self.lexer = ahead;
                    let span = Span::new(token.span.start, close.span.end);
                    self.push(Kind::Call { name: token.span, arguments: Vec::new() }, span)?;
                }
                TokenKind::Word => self.push(Kind::Context, token.span)?,
                TokenKind::Open => {
                    self.waiting.push(Waiting::Group(token.span));
                    last = Some(token);
                    continue;
                }
                TokenKind::Not => {
                    self.waiting.push(Waiting::Not(token.span));
                    last = Some(token);
                    continue;
                }
                _ => return Err(self.no_operand(token, last)),
            }
            return Ok(());
        }
    }

    /// Takes what follows a value; yields whether it ends a value again.
    fn after_operand(&mut self, token: Token) -> Result<bool, Problem> {
        let span = token.span;
        match token.kind {
            TokenKind::Binary(operator) => {
                self.reduce(operator.precedence())?;
                self.waiting.push(Waiting::Binary(operator, span));
                return Ok(false);
            }
            TokenKind::Dot => {
                let of = self.container(token)?;
                let name = self.lexer.next(Wanted::Property)?;
                let whole = |name: Token| Span::new(self.nodes[of].span.start, name.span.end);
                match name {
                    Some(name) if name.kind == TokenKind::Word => {
                        let whole = whole(name);
                        self.push(Kind::Property { of, name: name.span }, whole)?;
                    }
                    Some(name) if name.kind == TokenKind::Star => {
                        let whole = whole(name);
                        self.push(Kind::Wildcard { of }, whole)?;
                    }
                    Some(other) => {
                        let found = shown(other.span.of(self.text));
                        let message = format!("`{found}` follows a `.`, where the name of a property stands");
                        return Err(Problem::syntax(other.span, message)
                            .help("any other key stands in brackets: `['key']`"));
                    }
                    None => return Err(Problem::syntax(span, "nothing follows the `.`")),
                }
            }
            TokenKind::OpenIndex => {
                let of = self.container(token)?;
                let mut ahead = self.lexer.clone();
                if let Some(star) = ahead.next(Wanted::Operand).ok().flatten()
                    && star.kind == TokenKind::Star
                {
                    self.lexer = ahead;
                    let close = self.lexer.next(Wanted::Operator)?;
                    let Some(close) = close.filter(|close| close.kind == TokenKind::CloseIndex) else {
                        return Err(Problem::syntax(span, "`[` is not closed"));
                    };
                    let whole = Span::new(self.nodes[of].span.start, close.span.end);
                    self.push(Kind::Wildcard { of }, whole)?;
                    return Ok(true);
                }
                // The container waits among the operands for its index.
                self.operands.push(of);
                self.waiting.push(Waiting::Index { open: span });
                return Ok(false);
            }
            TokenKind::Comma => {
                self.reduce(0)?;
                if !matches!(self.waiting.last(), Some(Waiting::Call { .. })) {
                    return Err(Problem::syntax(span, "`,` stands between the arguments of a function only"));
                }
                return Ok(false);
            }
            TokenKind::Close => self.close(span)?,
            TokenKind::CloseIndex => self.close_index(span)?,
            _ => return Err(self.no_operator(token)),
        }
        Ok(true)
    }

    fn close(&mut self, span: Span) -> Result<(), Problem> {
        self.reduce(0)?;
        match self.waiting.pop() {
            Some(Waiting::Group(open)) => {
                let inner = self.operands.pop().unwrap_or_default();
                self.push(Kind::Group(inner), Span::new(open.start, span.end))
            }
            Some(Waiting::Call { name, before, .. }) => {
                let arguments = self.operands.split_off(before.min(self.operands.len()));
                self.push(Kind::Call { name, arguments }, Span::new(name.start, span.end))
            }
            Some(Waiting::Index { open }) => Err(Problem::syntax(open, "`[` is not closed")),
            _ => Err(Problem::syntax(span, "`)` closes nothing")),
        }
    }

    fn close_index(&mut self, span: Span) -> Result<(), Problem> {
        self.reduce(0)?;
        match self.waiting.pop() {
            Some(Waiting::Index { .. }) => {
                let (Some(index), Some(of)) = (self.operands.pop(), self.operands.pop()) else {
                    return Err(Problem::syntax(span, "`]` closes nothing"));
                };
                self.push(Kind::Index { of, index }, Span::new(self.nodes[of].span.start, span.end))
            }
            Some(Waiting::Group(open) | Waiting::Call { open, .. }) => {
                Err(Problem::syntax(open, "`(` is not closed"))
            }
            _ => Err(Problem::syntax(span, "`]` closes nothing")),
        }
    }

    fn finish(&mut self) -> Result<Id, Problem> {
        self.reduce(0)?;
        match self.waiting.last() {
            Some(Waiting::Group(open) | Waiting::Call { open, .. }) => {
                Err(Problem::syntax(*open, "`(` is not closed"))
            }
            Some(Waiting::Index { open }) => Err(Problem::syntax(*open, "`[` is not closed")),
            _ => Ok(self.operands.pop().unwrap_or_default()),
        }
    }

    /// Makes nodes of the operators on top that bind at least this much.
    fn reduce(&mut self, precedence: u8) -> Result<(), Problem> {
        loop {
            match self.waiting.last() {
                Some(&Waiting::Not(span)) => {
                    let Some(of) = self.operands.pop() else { return Ok(()) };
                    self.push(Kind::Not(of), Span::new(span.start, self.nodes[of].span.end))?;
                    // Pushed above, on the operands alone.
                    self.waiting.pop();
                }
                Some(&Waiting::Binary(operator, _)) if operator.precedence() >= precedence => {
                    let (Some(right), Some(left)) = (self.operands.pop(), self.operands.pop()) else {
                        return Ok(());
                    };
                    let span = Span::new(self.nodes[left].span.start, self.nodes[right].span.end);
                    self.push(Kind::Binary { operator, left, right }, span)?;
                    self.waiting.pop();
                }
                _ => return Ok(()),
            }
        }
    }

    /// Makes a node, which is an operand of what comes.
    fn push(&mut self, kind: Kind, span: Span) -> Result<(), Problem> {
        let of = |id: Id| self.nodes[id].depth + 1;
        let depth = match &kind {
            Kind::Call { arguments, .. } => arguments.iter().map(|&id| of(id)).max().unwrap_or(1),
            Kind::Property { of: id, .. } | Kind::Wildcard { of: id } | Kind::Not(id) => of(*id),
            Kind::Index { of: id, index } => of(*id).max(of(*index)),
            // Brackets are no node to GitHub.
            Kind::Group(id) => self.nodes[*id].depth,
            Kind::Binary { operator, left, right } => {
                // A chain of `&&`, or of `||`, is one node to GitHub.
                let flat = |id: Id| match self.nodes[id].kind {
                    Kind::Binary { operator: inner @ (Operator::And | Operator::Or), .. }
                        if inner == *operator =>
                    {
                        self.nodes[id].depth
                    }
                    _ => of(id),
                };
                flat(*left).max(flat(*right))
            }
            _ => 1,
        };
        if depth > MAX_DEPTH {
            return Err(Problem::syntax(span, format!("the expression nests deeper than {MAX_DEPTH}")));
        }
        self.nodes.push(Node { kind, span, depth });
        self.operands.push(self.nodes.len() - 1);
        Ok(())
    }

    /// Takes the operand that a `.` or a `[` follows.
    fn container(&mut self, token: Token) -> Result<Id, Problem> {
        let of = self.operands.pop().unwrap_or_default();
        let node = &self.nodes[of];
        if matches!(node.kind, Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String) {
            let (literal, found) = (shown(node.span.of(self.text)), shown(token.span.of(self.text)));
            return Err(Problem::syntax(
                token.span,
                format!("`{found}` follows `{literal}`, which has no parts"),
            ));
        }
        Ok(of)
    }

    fn nothing_follows(&self, last: Option<Token>) -> Problem {
        match (last, self.waiting.last()) {
            (Some(last), _) if last.kind == TokenKind::Comma => {
                Problem::syntax(last.span, "nothing follows the `,`")
            }
            (_, Some(Waiting::Binary(_, span) | Waiting::Not(span))) => {
                Problem::syntax(*span, format!("nothing follows `{}`", span.of(self.text)))
            }
            (_, Some(Waiting::Group(open) | Waiting::Call { open, .. } | Waiting::Index { open, .. })) => {
                Problem::syntax(*open, format!("`{}` is not closed", open.of(self.text)))
            }
            _ => Problem::syntax(Span::empty(self.text.len() as u32), "there is no expression"),
        }
    }

    fn no_operand(&self, token: Token, last: Option<Token>) -> Problem {
        let found = shown(token.span.of(self.text));
        match last {
            None => Problem::syntax(token.span, format!("nothing stands before `{found}`")),
            Some(last) => {
                let before = shown(last.span.of(self.text));
                Problem::syntax(token.span, format!("nothing stands between `{before}` and `{found}`"))
            }
        }
    }

    fn no_operator(&self, token: Token) -> Problem {
        let found = token.span.of(self.text);
        let problem = |message: String| Problem::syntax(token.span, message);
        let written = match (token.kind, found) {
            (TokenKind::Word, "and" | "AND" | "And") => "&&",
            (TokenKind::Word, "or" | "OR" | "Or") => "||",
            (TokenKind::Word, "eq" | "is") => "==",
            (TokenKind::Word, "ne") => "!=",
            (TokenKind::Star, _) => {
                return problem("`*` is no operator".to_owned())
                    .help("nothing is computed in an expression; do it in a script and pass the result on");
            }
            _ => {
                let before = self.operands.last().map_or("", |&id| self.nodes[id].span.of(self.text));
                let (before, found) = (shown(before), shown(found));
                return problem(format!("`{found}` follows `{before}` without an operator between them"));
            }
        };
        problem(format!("`{found}` is no operator")).help(format!("write `{written}`"))
    }
}
