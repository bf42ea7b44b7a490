//! Where the lenient mode differs from CEL, on purpose: all of it, row by row, and every row is run by a test.

/// An expression to which CEL and the lenient mode give different answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The expression.
    pub expression: &'static str,
    /// The answer of CEL and of the strict mode: an expression, or `error`.
    pub cel: &'static str,
    /// The answer of the lenient mode.
    pub ours: &'static str,
}

/// All differences. One rule makes them: what is absent reads as null, and null has an answer everywhere.
pub const DIFFERENCES: &[Difference] = &[
    // Absent fields, keys and elements are null, and so is everything inside of them.
    row("{'a': 1}.b", "error", "null"),
    row("{'a': 1}['b']", "error", "null"),
    row("[1, 2][9]", "error", "null"),
    row("{}.a.b[0].c", "error", "null"),
    row("dyn(null).a", "error", "null"),
    row("dyn(1).a", "error", "null"),
    row("{'a': 1}[dyn(null)]", "error", "null"),
    // `has(x)` is `x != null`, for any field, index or name.
    row("has({'a': null}.a)", "true", "false"),
    row("has({}.a.b)", "error", "false"),
    row("has({'a': 1}['a'])", "error", "true"),
    row("cel.bind(x, 1, has(x))", "error", "true"),
    // Null equals only null; it is ordered against nothing, and in nothing.
    row("{}.a == 'x'", "error", "false"),
    row("{}.a != 'x'", "error", "true"),
    row("{}.a == null", "error", "true"),
    row("null < 1", "error", "false"),
    row("null >= null", "error", "false"),
    row("null in [null]", "true", "false"),
    row("'a' in {}.b", "error", "false"),
    // As a condition null is false.
    row("{}.a && true", "error", "false"),
    row("{}.a || false", "error", "false"),
    row("!{}.a", "error", "true"),
    row("{}.a ? 1 : 2", "error", "2"),
    // Arithmetic and functions of null are null.
    row("1 + {}.a", "error", "null"),
    row("-{}.a", "error", "null"),
    row("size({}.a)", "error", "null"),
    row("{}.a.startsWith('x')", "error", "null"),
    row("'x'.replace('x', {}.a)", "error", "null"),
    row("timestamp({}.a).getHours()", "error", "null"),
    // In a list, functions leave it out or put it last.
    row("[[1], null].flatten()", "[1, null]", "[1]"),
    row("[1, null, 2].sum()", "error", "3"),
    row("[null, 1, 2].max()", "error", "2"),
    row("[1, null].min()", "error", "1"),
    row("[].max()", "error", "null"),
    row("math.greatest([1, null, 2])", "error", "2"),
    row("[2, null, 1].sort()", "error", "[1, 2, null]"),
    // Over null, `all` is true, `exists` and `exists_one` are false, the others null.
    row("{}.a.all(x, false)", "error", "true"),
    row("{}.a.exists(x, true)", "error", "false"),
    row("{}.a.exists_one(x, true)", "error", "false"),
    row("{}.a.filter(x, true)", "error", "null"),
    row("{}.a.map(x, x)", "error", "null"),
    row("{}.a.transformMap(k, v, v)", "error", "null"),
    // An optional holds nothing where a field is null; a value that is not optional will do for one.
    row("{'a': null}.?a.hasValue()", "true", "false"),
    row("optional.none().value()", "error", "null"),
    row("{}.a.orValue(2)", "error", "2"),
    row("{'a': 1}.a.orValue(2)", "error", "1"),
    row("{'a': 1}.a.hasValue()", "error", "true"),
    row("{'a': 1}.a.optMap(x, x + 1).value()", "error", "2"),
    row("optional.of([1]).all(x, x == 1)", "error", "true"),
    row("[?{}.a, ?1]", "error", "[1]"),
    row("optional.unwrap([1, null, optional.of(2)])", "error", "[1, 2]"),
];

const fn row(expression: &'static str, cel: &'static str, ours: &'static str) -> Difference {
    Difference { expression, cel, ours }
}

#[cfg(test)]
mod tests {
    use super::{DIFFERENCES, Difference};
    use crate::expr::{Budget, Mode, Scope, compile};

    /// What an expression gives, as text that says the types too.
    fn answer(source: &str, mode: Mode) -> String {
        let Ok(program) = compile(source, &Scope::default().with_mode(mode)) else {
            return "error".to_owned();
        };
        match program.evaluate(&[], &mut Budget::default()) {
            Ok(value) if value.is_null() => "null".to_owned(),
            Ok(value) => format!("[{value}]"),
            Err(_) => "error".to_owned(),
        }
    }

    #[test]
    fn every_difference_is_one() {
        for Difference { expression, cel, ours } in DIFFERENCES {
            let expected = |answer_of: &str| match answer_of {
                "error" => "error".to_owned(),
                source => answer(source, Mode::Strict),
            };
            assert_ne!(cel, ours, "{expression}");
            assert_eq!(answer(expression, Mode::Strict), expected(cel), "strict: {expression}");
            assert_eq!(answer(expression, Mode::Lenient), expected(ours), "lenient: {expression}");
        }
    }
}
