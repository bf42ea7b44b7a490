//! What runs inside words: substitutions, wherever an expansion may hold them. It comes before the command that the words belong to.

use super::Lower;
use shuck_ast as ast;

impl Lower<'_> {
    pub(super) fn substitutions_of(&mut self, words: &[ast::Word]) {
        for word in words {
            self.substitutions(&word.parts);
        }
    }

    pub(super) fn substitutions(&mut self, parts: &[ast::WordPartNode]) {
        for part in parts {
            match &part.kind {
                ast::WordPart::DoubleQuoted { parts, .. } => self.substitutions(parts),
                ast::WordPart::CommandSubstitution { body, .. }
                | ast::WordPart::ProcessSubstitution { body, .. } => self.substitution(body),
                ast::WordPart::ArithmeticExpansion { expression_word_ast, .. } => {
                    self.substitutions(&expression_word_ast.parts);
                }
                ast::WordPart::Parameter(parameter) => self.parameter(parameter),
                ast::WordPart::ParameterExpansion { operator, operand_word_ast, .. } => {
                    self.operator(operator);
                    self.operand(operand_word_ast.as_deref());
                }
                ast::WordPart::IndirectExpansion { operand_word_ast, .. } => {
                    self.operand(operand_word_ast.as_deref());
                }
                ast::WordPart::Substring { offset_word_ast, length_word_ast, .. }
                | ast::WordPart::ArraySlice { offset_word_ast, length_word_ast, .. } => {
                    self.substitutions(&offset_word_ast.parts);
                    self.operand(length_word_ast.as_deref());
                }
                ast::WordPart::ArrayAccess(reference) | ast::WordPart::Length(reference) => {
                    self.subscript(reference);
                }
                _ => {}
            }
        }
    }

    pub(super) fn body_substitutions(&mut self, part: &ast::HeredocBodyPart) {
        match part {
            ast::HeredocBodyPart::CommandSubstitution { body, .. } => self.substitution(body),
            ast::HeredocBodyPart::ArithmeticExpansion { expression_word_ast, .. } => {
                self.substitutions(&expression_word_ast.parts);
            }
            ast::HeredocBodyPart::Parameter(parameter) => self.parameter(parameter),
            ast::HeredocBodyPart::Literal(_) | ast::HeredocBodyPart::Variable(_) => {}
        }
    }

    fn substitution(&mut self, body: &ast::StmtSeq) {
        let (input, piped_from) = (self.input.take(), self.piped_from.take());
        self.statements(body);
        self.input = input;
        self.piped_from = piped_from;
    }

    fn parameter(&mut self, parameter: &ast::ParameterExpansion) {
        let Some(parameter) = parameter.bourne() else { return };
        self.operand(parameter.operand_word_ast());
        self.operand(parameter.offset_word_ast());
        self.operand(parameter.length_word_ast());
        match parameter {
            ast::BourneParameterExpansion::Operation { reference, operator, .. } => {
                self.subscript(reference);
                self.operator(operator);
            }
            ast::BourneParameterExpansion::Access { reference } => self.subscript(reference),
            _ => {}
        }
    }

    fn operand(&mut self, word: Option<&ast::Word>) {
        if let Some(word) = word {
            self.substitutions(&word.parts);
        }
    }

    fn operator(&mut self, operator: &ast::ParameterOp) {
        match operator {
            ast::ParameterOp::RemovePrefixShort { pattern }
            | ast::ParameterOp::RemovePrefixLong { pattern }
            | ast::ParameterOp::RemoveSuffixShort { pattern }
            | ast::ParameterOp::RemoveSuffixLong { pattern } => self.pattern(pattern),
            _ => self.operand(operator.replacement_word_ast()),
        }
    }

    fn subscript(&mut self, reference: &ast::VarRef) {
        self.operand(reference.subscript.as_ref().and_then(|subscript| subscript.word_ast()));
    }

    pub(super) fn pattern(&mut self, pattern: &ast::Pattern) {
        for part in &pattern.parts {
            match &part.kind {
                ast::PatternPart::Word(word) => self.substitutions(&word.parts),
                ast::PatternPart::Group { patterns, .. } => {
                    for pattern in patterns {
                        self.pattern(pattern);
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn condition(&mut self, condition: &ast::ConditionalExpr) {
        match condition {
            ast::ConditionalExpr::Binary(it) => {
                self.condition(&it.left);
                self.condition(&it.right);
            }
            ast::ConditionalExpr::Unary(it) => self.condition(&it.expr),
            ast::ConditionalExpr::Parenthesized(it) => self.condition(&it.expr),
            ast::ConditionalExpr::Word(word) | ast::ConditionalExpr::Regex(word) => {
                self.substitutions(&word.parts);
            }
            ast::ConditionalExpr::Pattern(pattern) => self.pattern(pattern),
            ast::ConditionalExpr::VarRef(reference) => self.subscript(reference),
        }
    }

    pub(super) fn arithmetic(&mut self, expression: &ast::ArithmeticExprNode) {
        use ast::ArithmeticExpr as Arithmetic;
        match &expression.kind {
            Arithmetic::ShellWord(word) => self.substitutions(&word.parts),
            Arithmetic::Indexed { index: inner, .. }
            | Arithmetic::Parenthesized { expression: inner }
            | Arithmetic::Unary { expr: inner, .. }
            | Arithmetic::Postfix { expr: inner, .. }
            | Arithmetic::Assignment { value: inner, .. } => self.arithmetic(inner),
            Arithmetic::Binary { left, right, .. } => {
                self.arithmetic(left);
                self.arithmetic(right);
            }
            Arithmetic::Conditional { condition, then_expr, else_expr } => {
                self.arithmetic(condition);
                self.arithmetic(then_expr);
                self.arithmetic(else_expr);
            }
            Arithmetic::Number(_) | Arithmetic::Variable(_) => {}
        }
    }

    pub(super) fn assignment_substitutions(&mut self, assignment: &ast::Assignment) {
        self.subscript(&assignment.target);
        match &assignment.value {
            ast::AssignmentValue::Scalar(word) => self.substitutions(&word.parts),
            ast::AssignmentValue::Compound(list) => {
                for element in &list.elements {
                    self.substitutions(&element.value().parts);
                }
            }
        }
    }
}
