//! The text of a scalar into what stands as it is and what stands in `${{ }}`.

use crate::source::Span;

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Text that stays as it is; never empty.
    Literal(Span),
    /// What stands between `${{` and `}}`, blanks included.
    Expression(Span),
    /// From a `${{` that nothing closes to the end of the text.
    Unclosed(Span),
}

/// The pieces of a text, in its order.
///
/// A quote opens and closes a string wherever it stands in an expression, and a `}}` in a string closes nothing, as in
/// `TemplateReader.ParseScalar` of actions/runner.
pub(super) fn split(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find("${{") {
        let open = at + found;
        if open > at {
            parts.push(Part::Literal(Span::from(at..open)));
        }
        let Some(close) = close(text, open + 3) else {
            parts.push(Part::Unclosed(Span::from(open..text.len())));
            return parts;
        };
        parts.push(Part::Expression(Span::from(open + 3..close)));
        at = close + 2;
    }
    if at < text.len() {
        parts.push(Part::Literal(Span::from(at..text.len())));
    }
    parts
}

/// Where the `}}` stands that closes an expression.
fn close(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut in_string = false;
    (start..bytes.len()).find(|&at| {
        in_string ^= bytes[at] == b'\'';
        !in_string && bytes[at] == b'}' && bytes.get(at + 1) == Some(&b'}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_in_a_string_closes_nothing_and_the_first_outside_does() {
        let shown = |text: &str| -> Vec<String> {
            let shown = |part| match part {
                Part::Literal(span) => format!("text {:?}", span.of(text)),
                Part::Expression(span) => format!("expression {:?}", span.of(text)),
                Part::Unclosed(span) => format!("unclosed {:?}", span.of(text)),
            };
            split(text).into_iter().map(shown).collect()
        };
        assert_eq!(shown("a"), ["text \"a\""]);
        assert_eq!(shown(""), Vec::<String>::new());
        assert_eq!(shown("${{ a }}"), ["expression \" a \""]);
        assert_eq!(
            shown("v${{a}}${{ '}}' }} b"),
            ["text \"v\"", "expression \"a\"", "expression \" '}}' \"", "text \" b\""]
        );
        assert_eq!(shown("${{ 'it''s }}' }}}"), ["expression \" 'it''s }}' \"", "text \"}\""]);
        assert_eq!(shown("a ${{ b } }"), ["text \"a \"", "unclosed \"${{ b } }\""]);
        assert_eq!(shown("${{ 'b }}"), ["unclosed \"${{ 'b }}\""]);
    }
}
