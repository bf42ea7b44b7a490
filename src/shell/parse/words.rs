//! Words into pieces, and assignments into values.

use super::{Lower, span};
use crate::shell::syntax::{Assignment, Piece, PieceKind};
use crate::source::Span;
use shuck_ast as ast;

impl Lower<'_> {
    pub(super) fn assign(&mut self, assignment: &ast::Assignment) {
        let first = self.script.next_word();
        let list = match &assignment.value {
            ast::AssignmentValue::Scalar(word) => {
                self.word(word);
                false
            }
            ast::AssignmentValue::Compound(list) => {
                for element in &list.elements {
                    self.word(element.value());
                }
                true
            }
        };
        self.script.assignments.push(Assignment {
            name: assignment.target.name.as_str().into(),
            function: self.function,
            words: first..self.script.next_word(),
            list,
            each: false,
            append: assignment.append,
            at: span(assignment.span).start,
        });
    }

    /// The variable of a loop over words.
    pub(super) fn assign_each(&mut self, name: &ast::Word, words: &[ast::Word], at: u32) {
        let first = self.script.next_word();
        for word in words {
            self.word(word);
        }
        self.script.assignments.push(Assignment {
            name: span(name.span).of(self.text).into(),
            function: self.function,
            words: first..self.script.next_word(),
            list: true,
            each: true,
            append: false,
            at,
        });
    }

    /// `X=value` as an argument.
    pub(super) fn assignment_word(&mut self, assignment: &ast::Assignment) {
        let whole = span(assignment.span);
        let ast::AssignmentValue::Scalar(word) = &assignment.value else { return self.verbatim(whole) };
        let first = self.script.next_piece();
        let name = Span::new(whole.start, span(word.span).start.max(whole.start));
        self.script.push_piece(first, Piece { span: name, kind: PieceKind::Verbatim, quoted: false });
        self.pieces(first, &word.parts, false);
        self.script.push_word(whole, first);
    }

    pub(super) fn keyword(&mut self, name: &str, whole: Span) {
        self.verbatim(Span::new(whole.start, whole.start + name.len() as u32));
    }

    pub(super) fn verbatim(&mut self, span: Span) {
        let first = self.script.next_piece();
        self.script.push_piece(first, Piece { span, kind: PieceKind::Verbatim, quoted: false });
        self.script.push_word(span, first);
    }

    pub(super) fn word(&mut self, word: &ast::Word) -> u32 {
        let first = self.script.next_piece();
        self.pieces(first, &word.parts, false);
        self.script.push_word(span(word.span), first)
    }

    fn pieces(&mut self, first: u32, parts: &[ast::WordPartNode], quoted: bool) {
        for part in parts {
            let at = span(part.span);
            match &part.kind {
                ast::WordPart::Literal(_) => {
                    self.literal(first, at, if quoted { "\"$`\\\n" } else { "" }, quoted);
                }
                ast::WordPart::SingleQuoted { value, dollar: true } => {
                    let kind = PieceKind::Cooked(value.slice(self.text).into());
                    self.script.push_piece(first, Piece { span: at, kind, quoted: true });
                }
                ast::WordPart::SingleQuoted { .. } => {
                    let inner = Span::new(at.start + 1, at.end.saturating_sub(1).max(at.start + 1));
                    self.script
                        .push_piece(first, Piece { span: inner, kind: PieceKind::Verbatim, quoted: true });
                }
                ast::WordPart::DoubleQuoted { parts, .. } => {
                    if parts.is_empty() {
                        let inner = Span::empty(at.start + 1);
                        let kind = PieceKind::Verbatim;
                        self.script.push_piece(first, Piece { span: inner, kind, quoted: true });
                    }
                    self.pieces(first, parts, true);
                }
                kind => {
                    let kind = self.expansion(kind);
                    self.script.push_piece(first, Piece { span: at, kind, quoted });
                }
            }
        }
    }

    pub(super) fn body_piece(&mut self, first: u32, part: &ast::HeredocBodyPartNode, expands: bool) {
        let at = span(part.span);
        let kind = match &part.kind {
            ast::HeredocBodyPart::Literal(_) if expands => return self.literal(first, at, "$`\\\n", true),
            ast::HeredocBodyPart::Literal(_) => PieceKind::Verbatim,
            ast::HeredocBodyPart::Variable(name) => variable(name, false, 0, None),
            ast::HeredocBodyPart::Parameter(parameter) => self.parameter_value(parameter),
            _ => PieceKind::Output,
        };
        self.script.push_piece(first, Piece { span: at, kind, quoted: true });
    }

    /// Literal text, cut at its escapes. `escapable` are the characters that a backslash quotes; empty means all.
    fn literal(&mut self, first: u32, at: Span, escapable: &str, quoted: bool) {
        let text = self.text;
        let raw = at.of(text);
        let mut start = at.start;
        let mut from = 0;
        while let Some(found) = memchr::memchr(b'\\', &raw.as_bytes()[from..]) {
            let slash = from + found;
            let Some(next) = raw[slash + 1..].chars().next() else { break };
            from = slash + 1 + next.len_utf8();
            if !escapable.is_empty() && !escapable.contains(next) {
                continue;
            }
            let before = Span::new(start, at.start + slash as u32);
            if !before.is_empty() {
                self.script.push_piece(first, Piece { span: before, kind: PieceKind::Verbatim, quoted });
            }
            start = at.start + from as u32;
            if next != '\n' {
                let mut buffer = [0; 4];
                let kind = PieceKind::Cooked((&*next.encode_utf8(&mut buffer)).into());
                let span = Span::new(before.end, start);
                self.script.push_piece(first, Piece { span, kind, quoted: true });
            }
        }
        let rest = Span::new(start, at.end);
        if !rest.is_empty() {
            self.script.push_piece(first, Piece { span: rest, kind: PieceKind::Verbatim, quoted });
        }
    }

    fn expansion(&self, part: &ast::WordPart) -> PieceKind {
        match part {
            ast::WordPart::Variable(name) => variable(name, false, 0, None),
            ast::WordPart::ArrayAccess(reference) => {
                variable(&reference.name, reference.has_array_selector(), 0, None)
            }
            ast::WordPart::ArraySlice { reference, offset, .. }
            | ast::WordPart::Substring { reference, offset, .. } => self.slice(reference, offset),
            ast::WordPart::ParameterExpansion { reference, operator, operand, .. } => {
                self.operation(reference, operator, operand.as_deref())
            }
            ast::WordPart::Parameter(parameter) => self.parameter_value(parameter),
            _ => PieceKind::Output,
        }
    }

    fn parameter_value(&self, parameter: &ast::ParameterExpansion) -> PieceKind {
        match parameter.bourne() {
            Some(ast::BourneParameterExpansion::Access { reference }) => {
                variable(&reference.name, reference.has_array_selector(), 0, None)
            }
            Some(ast::BourneParameterExpansion::Slice { reference, offset, .. }) => {
                self.slice(reference, offset)
            }
            Some(ast::BourneParameterExpansion::Operation { reference, operator, operand, .. }) => {
                self.operation(reference, operator, operand.as_ref())
            }
            _ => PieceKind::Output,
        }
    }

    /// `${@:2}`; a slice of anything else is not followed.
    fn slice(&self, reference: &ast::VarRef, offset: &ast::SourceText) -> PieceKind {
        let skip = offset.slice(self.text).trim().parse::<u32>().ok();
        match (reference.name.as_str(), skip) {
            ("@" | "*", Some(skip)) => variable(&reference.name, true, skip.saturating_sub(1), None),
            _ => PieceKind::Output,
        }
    }

    /// `${x:-default}`; what another operator makes of a value is not followed.
    fn operation(
        &self,
        reference: &ast::VarRef,
        operator: &ast::ParameterOp,
        operand: Option<&ast::SourceText>,
    ) -> PieceKind {
        let all = reference.has_array_selector();
        match operator {
            ast::ParameterOp::UseDefault | ast::ParameterOp::AssignDefault => {
                let default = operand.map_or("", |operand| operand.slice(self.text)).trim_matches('"');
                // A default that is an expansion itself is known as little as the variable.
                let default = (!default.contains(['$', '`', '\\', '\''])).then_some(default);
                variable(&reference.name, all, 0, default)
            }
            ast::ParameterOp::Error => variable(&reference.name, all, 0, None),
            ast::ParameterOp::UseReplacement if all => variable(&reference.name, all, 0, None),
            _ => PieceKind::Output,
        }
    }
}

fn variable(name: &ast::Name, all: bool, skip: u32, default: Option<&str>) -> PieceKind {
    PieceKind::Variable { name: name.as_str().into(), all, skip, default: default.map(Into::into) }
}
