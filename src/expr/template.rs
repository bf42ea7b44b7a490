//! Messages with placeholders: `container {container.name} has no {missing}`.

use super::program::{Budget, Problem, Program, Scope, Stop, compile};
use super::value::Value;
use crate::source::Span;
use std::sync::Arc;

/// A compiled message.
#[derive(Debug)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    /// An expression and where it starts in the template.
    Placeholder(Program, u32),
}

impl Template {
    /// Compiles a message. `{expression}` is a placeholder, `{{` and `}}` are braces. Spans of problems are bytes of
    /// the template.
    pub fn compile(source: &str, scope: &Scope) -> Result<Self, Vec<Problem>> {
        let mut pieces = Vec::new();
        let mut problems = Vec::new();
        let mut text = String::new();
        let mut at = 0;
        while let Some(brace) = source[at..].find(['{', '}']).map(|offset| at + offset) {
            text.push_str(&source[at..brace]);
            let open = source.as_bytes()[brace] == b'{';
            if source[brace..].starts_with(if open { "{{" } else { "}}" }) {
                text.push_str(&source[brace..=brace]);
                at = brace + 2;
                continue;
            }
            let start = brace + 1;
            let end = if open { closing_brace(&source[start..]).map(|offset| start + offset) } else { None };
            let Some(end) = end else {
                let (message, help) = if open {
                    ("this placeholder does not end", "write `{{` for a brace that is text")
                } else {
                    ("this brace closes no placeholder", "write `}}` for a brace that is text")
                };
                let span = Span::from(brace..start);
                problems.push(Problem { span, message: message.to_owned(), help: Some(help.to_owned()) });
                at = start;
                continue;
            };
            match compile(&source[start..end], scope) {
                Ok(program) => {
                    if !text.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut text)));
                    }
                    pieces.push(Piece::Placeholder(program, start as u32));
                }
                Err(found) => problems.extend(found.into_iter().map(|mut problem| {
                    problem.span = shift(problem.span, start as u32);
                    problem
                })),
            }
            at = end + 1;
        }
        text.push_str(&source[at..]);
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        if problems.is_empty() { Ok(Self { pieces }) } else { Err(problems) }
    }

    /// Calls `f` for every slot that a placeholder names.
    pub fn each_slot(&self, f: &mut dyn FnMut(usize)) {
        for piece in &self.pieces {
            if let Piece::Placeholder(program, _) = piece {
                program.each_slot(f);
            }
        }
    }

    /// Calls `f` for every text that an expression in a placeholder writes itself.
    pub fn each_literal(&self, f: &mut dyn FnMut(&Arc<str>)) {
        for piece in &self.pieces {
            if let Piece::Placeholder(program, _) = piece {
                program.each_literal(f);
            }
        }
    }

    /// The message for these slots. `show` is told of each value and the byte at which it stands, and may say how it reads (to mask a
    /// secret); else null reads `(none)` and lists are joined with commas.
    pub fn render<'a>(
        &self,
        slots: &[Value<'a>],
        budget: &mut Budget,
        show: &mut dyn FnMut(&Value<'a>, usize) -> Option<String>,
    ) -> Result<String, Stop> {
        let mut message = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => message.push_str(text),
                Piece::Placeholder(program, start) => {
                    let value = program.evaluate(slots, budget).map_err(|stop| match stop {
                        Stop::Error { span, message } => Stop::Error { span: shift(span, *start), message },
                        Stop::Budget => Stop::Budget,
                    })?;
                    let shown = show(&value, message.len()).unwrap_or_else(|| value.show());
                    message.push_str(&shown);
                }
            }
        }
        Ok(message)
    }
}

fn shift(span: Span, by: u32) -> Span {
    Span::new(span.start + by, span.end + by)
}

/// Offset of the brace that ends a placeholder, brackets and strings inside it passed over.
fn closing_brace(source: &str) -> Option<usize> {
    let mut depth = 0;
    let mut quote = None;
    let mut escaped = false;
    for (at, byte) in source.bytes().enumerate() {
        match (quote, byte) {
            _ if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), _) if byte == open => quote = None,
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'{') => depth += 1,
            (None, b'}') if depth == 0 => return Some(at),
            (None, b'}') => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Names in a sentence: `` `a`, `b` and `c` ``.
pub fn enumerate(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
