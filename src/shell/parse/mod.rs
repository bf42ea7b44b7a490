//! Text into a [`Script`], by the grammar of `shuck-parser`. No room but this knows that crate.

mod inside;
mod words;

use super::Dialect;
use super::syntax::{Input, Invocation, Script};
use crate::source::Span;
use shuck_ast as ast;
use shuck_parser::parser::{ParseStatus, Parser};
use shuck_parser::{ShellDialect, ShellProfile};
use std::ops::Range;

/// How deeply constructs may nest where the caller's stack has to bear the parser's frames, which is up to 30 KB for each level.
/// Nearly every script stays below.
const SHALLOW: usize = 12;
/// How deeply they may nest at all, on a stack of our own.
const DEEP: usize = 64;
/// The parser does not count arithmetic in arithmetic (some 300 bytes of stack for each level) nor `time` before `time` and `coproc` before
/// `coproc` (some 10 KB). How many brackets may therefore stand in a script on the caller's stack, one of these words counting as [`WORD`].
const FEW: usize = 200;
/// How many may stand in one at all. A script of a megabyte has some thousands.
const MANY: usize = 40_000;
const WORD: usize = 40;
/// How many brackets may be open at once: what is never closed takes the parser quadratic time.
const OPEN: usize = 300;
/// Enough for [`MANY`] levels; of it the parser allows itself 1.5 MB for what it counts.
const DEEP_STACK: usize = 24 << 20;

/// Takes a script apart. What does not parse is passed over; nesting beyond the limit ends the reading.
pub(super) fn parse(text: &str, dialect: Dialect) -> Script {
    let weight = weight(text);
    if weight > MANY {
        return Script::default();
    }
    if weight <= FEW {
        let shallow = parse_to(SHALLOW, text, dialect);
        if shallow.complete {
            return shallow;
        }
    }
    std::thread::scope(|scope| {
        let deep = std::thread::Builder::new().stack_size(DEEP_STACK);
        let deep = deep.spawn_scoped(scope, || parse_to(DEEP, text, dialect));
        deep.ok().and_then(|deep| deep.join().ok()).unwrap_or_default()
    })
}

/// How many levels a script may take that the parser does not count; beyond every limit if too much is open at once.
fn weight(text: &str) -> usize {
    let (mut brackets, mut open) = (0, 0usize);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'(' | b'[' | b'{' => {
                brackets += 1;
                open += 1;
                if open > OPEN {
                    return usize::MAX;
                }
            }
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b'`' => brackets += 1,
            _ => {}
        }
    }
    let count = |word: &str| memchr::memmem::find_iter(text.as_bytes(), word).count();
    brackets + WORD * (count("time") + count("coproc"))
}

fn parse_to(depth: usize, text: &str, dialect: Dialect) -> Script {
    let dialect = match dialect {
        Dialect::Bash => ShellDialect::Bash,
        Dialect::Posix => ShellDialect::Posix,
    };
    // Real scripts need well under one operation for a byte; the constant is for short ones.
    let fuel = 1_000 + 2 * text.len();
    let profile = ShellProfile::native(dialect);
    let result = Parser::with_limits_and_profile(text, depth, fuel, profile).parse();
    let mut script = Script::default();
    script.complete = result.status != ParseStatus::Fatal;
    let mut lower = Lower { text, script, function: None, input: None, piped_from: None, depth: 0 };
    lower.statements(&result.file.body);
    lower.script
}

struct Lower<'t> {
    text: &'t str,
    script: Script,
    function: Option<u32>,
    input: Option<Input>,
    piped_from: Option<u32>,
    depth: usize,
}

fn span(of: ast::Span) -> Span {
    Span::new(of.start.offset() as u32, of.end.offset().max(of.start.offset()) as u32)
}

impl Lower<'_> {
    fn statements(&mut self, statements: &ast::StmtSeq) {
        for statement in statements.iter() {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &ast::Stmt) {
        // What the parser counts lies below; the limit is for what it does not.
        if self.depth > 4 * DEEP {
            self.script.complete = false;
            return;
        }
        self.depth += 1;
        let outer = self.input;
        for redirect in &statement.redirects {
            self.redirect(redirect);
        }
        match &statement.command {
            ast::Command::Simple(simple) => self.simple(simple),
            ast::Command::Builtin(builtin) => self.builtin(builtin),
            ast::Command::Decl(declaration) => self.declaration(declaration),
            ast::Command::Binary(_) => self.chain(statement),
            ast::Command::Compound(compound) => self.compound(compound),
            ast::Command::Function(function) => {
                let name = function.static_names().next().map_or("", |name| name.as_str());
                self.script.functions.push(name.into());
                let index = self.script.functions.len() as u32 - 1;
                let outside = self.function.replace(index);
                let piped = self.piped_from.take();
                self.statement(&function.body);
                self.piped_from = piped;
                self.function = outside;
            }
            ast::Command::AnonymousFunction(function) => {
                self.statement(&function.body);
                self.substitutions_of(&function.args);
            }
        }
        self.input = outer;
        self.depth -= 1;
    }

    /// `a && b | c …`. The tree leans to the left and may be long: it is walked without recursion.
    fn chain(&mut self, statement: &ast::Stmt) {
        let mut rest = Vec::new();
        let mut first = statement;
        while let ast::Command::Binary(binary) = &first.command {
            rest.push((binary.op, &*binary.right));
            first = &binary.left;
        }
        self.statement(first);
        for (operator, right) in rest.into_iter().rev() {
            let outer = self.piped_from;
            if matches!(operator, ast::BinaryOp::Pipe | ast::BinaryOp::PipeAll) {
                self.piped_from = (self.script.invocations.len() as u32).checked_sub(1);
            }
            self.statement(right);
            self.piped_from = outer;
        }
    }

    fn redirect(&mut self, redirect: &ast::Redirect) {
        match &redirect.target {
            ast::RedirectTarget::Word(word) => {
                self.substitutions(&word.parts);
                if redirect.kind == ast::RedirectKind::HereString {
                    self.input = Some(Input { word: self.word(word), document: None });
                }
            }
            ast::RedirectTarget::Heredoc(document) => {
                for part in &document.body.parts {
                    self.body_substitutions(&part.kind);
                }
                let first = self.script.next_piece();
                let expands = document.delimiter.expands_body;
                for part in &document.body.parts {
                    self.body_piece(first, part, expands);
                }
                let word = self.script.push_word(span(document.body.span), first);
                self.input = Some(Input { word, document: Some(expands) });
            }
        }
    }

    fn simple(&mut self, simple: &ast::SimpleCommand) {
        for assignment in &simple.assignments {
            self.assignment_substitutions(assignment);
        }
        if span(simple.name.span).is_empty() {
            for assignment in &simple.assignments {
                self.assign(assignment);
            }
            return;
        }
        self.substitutions(&simple.name.parts);
        self.substitutions_of(&simple.args);
        let first = self.script.next_word();
        self.word(&simple.name);
        for word in &simple.args {
            self.word(word);
        }
        self.invoke(first..self.script.next_word());
    }

    fn builtin(&mut self, builtin: &ast::BuiltinCommand) {
        let (name, whole, code, extra) = match builtin {
            ast::BuiltinCommand::Break(it) => ("break", it.span, &it.depth, &it.extra_args),
            ast::BuiltinCommand::Continue(it) => ("continue", it.span, &it.depth, &it.extra_args),
            ast::BuiltinCommand::Return(it) => ("return", it.span, &it.code, &it.extra_args),
            ast::BuiltinCommand::Exit(it) => ("exit", it.span, &it.code, &it.extra_args),
        };
        let args: Vec<&ast::Word> = code.iter().chain(extra).collect();
        for word in &args {
            self.substitutions(&word.parts);
        }
        let first = self.script.next_word();
        self.keyword(name, span(whole));
        for word in args {
            self.word(word);
        }
        self.invoke(first..self.script.next_word());
    }

    /// `export`, `local`, `declare`, `readonly`: its assignments are assignments and arguments both.
    fn declaration(&mut self, declaration: &ast::DeclClause) {
        for assignment in &declaration.assignments {
            self.assignment_substitutions(assignment);
        }
        for operand in &declaration.operands {
            match operand {
                ast::DeclOperand::Flag(word) | ast::DeclOperand::Dynamic(word) => {
                    self.substitutions(&word.parts);
                }
                ast::DeclOperand::Assignment(assignment) => {
                    self.assignment_substitutions(assignment);
                    self.assign(assignment);
                }
                ast::DeclOperand::Name(_) => {}
            }
        }
        let first = self.script.next_word();
        self.keyword(declaration.variant.as_str(), span(declaration.variant_span));
        for operand in &declaration.operands {
            match operand {
                ast::DeclOperand::Flag(word) | ast::DeclOperand::Dynamic(word) => {
                    self.word(word);
                }
                ast::DeclOperand::Name(name) => self.verbatim(span(name.span)),
                ast::DeclOperand::Assignment(assignment) => self.assignment_word(assignment),
            }
        }
        self.invoke(first..self.script.next_word());
    }

    fn invoke(&mut self, words: Range<u32>) {
        self.script.invocations.push(Invocation {
            words,
            function: self.function,
            input: self.input,
            piped_from: self.piped_from,
        });
    }

    fn compound(&mut self, compound: &ast::CompoundCommand) {
        use ast::CompoundCommand as Compound;
        match compound {
            Compound::If(it) => {
                self.statements(&it.condition);
                self.statements(&it.then_branch);
                for (condition, branch) in &it.elif_branches {
                    self.statements(condition);
                    self.statements(branch);
                }
                if let Some(branch) = &it.else_branch {
                    self.statements(branch);
                }
            }
            Compound::For(it) => {
                let words = it.words.as_deref().unwrap_or_default();
                self.substitutions_of(words);
                if let [target] = &*it.targets
                    && !words.is_empty()
                {
                    self.assign_each(&target.word, words, span(it.span).start);
                }
                self.statements(&it.body);
            }
            Compound::Repeat(it) => self.statements(&it.body),
            Compound::Foreach(it) => {
                self.substitutions_of(&it.words);
                self.statements(&it.body);
            }
            Compound::Select(it) => {
                self.substitutions_of(&it.words);
                self.statements(&it.body);
            }
            Compound::ArithmeticFor(it) => {
                for part in [&it.init_ast, &it.condition_ast, &it.step_ast].into_iter().flatten() {
                    self.arithmetic(part);
                }
                self.statements(&it.body);
            }
            Compound::While(it) => {
                self.statements(&it.condition);
                self.statements(&it.body);
            }
            Compound::Until(it) => {
                self.statements(&it.condition);
                self.statements(&it.body);
            }
            Compound::Case(it) => {
                self.substitutions(&it.word.parts);
                for case in &it.cases {
                    for pattern in &case.patterns {
                        self.pattern(pattern);
                    }
                    self.statements(&case.body);
                }
            }
            Compound::Subshell(body) | Compound::BraceGroup(body) => self.statements(body),
            Compound::Arithmetic(it) => {
                if let Some(expression) = &it.expr_ast {
                    self.arithmetic(expression);
                }
            }
            Compound::Time(it) => {
                if let Some(command) = &it.command {
                    self.statement(command);
                }
            }
            Compound::Conditional(it) => self.condition(&it.expression),
            Compound::Coproc(it) => self.statement(&it.body),
            Compound::Always(it) => {
                self.statements(&it.body);
                self.statements(&it.always_body);
            }
        }
    }
}
