//! Every function and macro there is: name, arguments, result, one sentence, and an example that is true.
//!
//! The table is sorted by name. Arguments behind `;` may be left out; the first argument of a method is its receiver.

use super::kinds::{ANY, BYTES, INT, LIST, MAP, PATTERN, RAW, STR};
use super::{Function, Style, convert, list, optional, pattern, text};
use crate::expr::value::Type;

macro_rules! functions {
    ($( $style:ident $name:literal ($($needs:expr),* $(; $($may:expr),+)?) -> $gives:expr, $run:path,
        $doc:literal, $example:literal; )*) => {
        pub(super) static FUNCTIONS: &[Function] = &[$(
            Function {
                name: $name,
                style: Style::$style,
                needs: &[$($needs),*],
                may: &[$($($may),+)?],
                gives: $gives,
                run: $run,
                doc: $doc,
                example: $example,
            }
        ),*];
    };
}

functions! {
    Plain "bool" (ANY) -> Type::Bool, convert::boolean,
        "A bool, or the one that a string such as `true` or `1` names.", "bool('true')";
    Plain "bytes" (ANY) -> Type::Bytes, convert::bytes,
        "The UTF-8 bytes of a string.", "bytes('é') == b'\\xc3\\xa9'";
    Method "charAt" (STR, INT) -> Type::String, text::char_at,
        "The character at a position; empty just past the end.", "'abc'.charAt(1) == 'b'";
    Method "contains" (STR, STR) -> Type::Bool, text::contains,
        "Whether a string holds another.", "'web:latest'.contains(':')";
    Method "distinct" (LIST) -> Type::List(&Type::Any), list::distinct,
        "The elements without repetitions, in their order.", "[2, 1, 2].distinct() == [2, 1]";
    Plain "double" (ANY) -> Type::Double, convert::double,
        "A number or the text of one as a floating point number.", "double('1.5') == 1.5";
    Plain "dyn" (RAW) -> Type::Any, convert::dynamic,
        "The value itself, its type forgotten.", "dyn(1) == 1";
    Method "endsWith" (STR, STR) -> Type::Bool, text::ends_with,
        "Whether a string ends with another.", "'web:latest'.endsWith(':latest')";
    Method "find" (STR, PATTERN) -> Type::String, pattern::find,
        "The first match of a pattern; empty if there is none.", "'web-12'.find('[0-9]+') == '12'";
    Method "findAll" (STR, PATTERN; INT) -> Type::List(&Type::String), pattern::find_all,
        "All matches of a pattern, or the first few.", "'a1b22'.findAll('[0-9]+') == ['1', '22']";
    Method "flatten" (LIST; INT) -> Type::List(&Type::Any), list::flatten,
        "The elements of the lists in a list, to a depth of 1 or as given.", "[[1], [2, 3]].flatten() == [1, 2, 3]";
    Method "hasValue" (RAW) -> Type::Bool, optional::has_value,
        "Whether an optional holds a value.", "optional.of(1).hasValue()";
    Method "indexOf" (STR | LIST, ANY; INT) -> Type::Int, list::index_of,
        "The position of the first hit in a string or list; -1 if there is none.", "'a-b-c'.indexOf('-') == 1";
    Plain "int" (ANY) -> Type::Int, convert::int,
        "A number, the text of one or the Unix time of a timestamp as an integer.", "int('7') == 7";
    Method "isSorted" (LIST) -> Type::Bool, list::is_sorted,
        "Whether no element is greater than the next.", "[1, 2, 2].isSorted()";
    Method "join" (LIST; STR) -> Type::String, list::join,
        "The strings of a list in one, with a separator between them.", "['a', 'b'].join('-') == 'a-b'";
    Method "lastIndexOf" (STR | LIST, ANY; INT) -> Type::Int, list::last_index_of,
        "The position of the last hit in a string or list; -1 if there is none.", "'a-b-c'.lastIndexOf('-') == 3";
    Method "lowerAscii" (STR) -> Type::String, text::lower,
        "The string with A to Z in lower case.", "'Web'.lowerAscii() == 'web'";
    Both "matches" (STR, PATTERN) -> Type::Bool, pattern::matches,
        "Whether a pattern matches some part of a string.", "'v1.2'.matches('^v[0-9]')";
    Method "max" (LIST) -> Type::Any, list::max,
        "The greatest element.", "[1, 3, 2].max() == 3";
    Method "min" (LIST) -> Type::Any, list::min,
        "The least element.", "[2, 1, 3].min() == 1";
    Plain "optional.none" () -> Type::Any, optional::none,
        "An optional that holds nothing.", "!optional.none().hasValue()";
    Plain "optional.of" (RAW) -> Type::Any, optional::of,
        "An optional that holds a value.", "optional.of(1).value() == 1";
    Plain "optional.ofNonZeroValue" (RAW) -> Type::Any, optional::of_non_zero,
        "An optional that holds a value, unless that is empty, zero, false or null.",
        "!optional.ofNonZeroValue('').hasValue()";
    Method "or" (RAW, RAW) -> Type::Any, optional::or,
        "The optional itself, or the other one if it holds nothing.",
        "optional.none().or(optional.of(1)).value() == 1";
    Method "orValue" (RAW, RAW) -> Type::Any, optional::or_value,
        "What the optional holds, or a value instead.", "{'a': 1}.?b.orValue(2) == 2";
    Method "replace" (STR, STR, STR; INT) -> Type::String, text::replace,
        "The string with all hits of a part replaced, or the first few.", "'a-b-c'.replace('-', '+', 1) == 'a+b-c'";
    Method "reverse" (STR | LIST) -> Type::Any, list::reverse,
        "A string or a list backwards.", "'abc'.reverse() == 'cba'";
    Both "size" (STR | BYTES | LIST | MAP) -> Type::Int, list::size,
        "The number of characters, bytes, elements or entries.", "size('héllo') == 5";
    Method "sort" (LIST) -> Type::List(&Type::Any), list::sort,
        "The elements in ascending order.", "[3, 1, 2].sort() == [1, 2, 3]";
    Method "split" (STR, STR; INT) -> Type::List(&Type::String), text::split,
        "The pieces between separators; with a limit the last piece holds the rest.",
        "'a/b/c'.split('/', 2) == ['a', 'b/c']";
    Method "startsWith" (STR, STR) -> Type::Bool, text::starts_with,
        "Whether a string starts with another.", "'web:latest'.startsWith('web')";
    Plain "string" (ANY) -> Type::String, convert::string,
        "The value as text.", "string(80) + '/tcp' == '80/tcp'";
    Method "substring" (STR, INT; INT) -> Type::String, text::substring,
        "The characters from a position, up to another one.", "'web:latest'.substring(4) == 'latest'";
    Method "sum" (LIST) -> Type::Any, list::sum,
        "The sum of the elements; 0 if there are none.", "[1, 2, 3].sum() == 6";
    Method "trim" (STR) -> Type::String, text::trim,
        "The string without white space around it.", "' a '.trim() == 'a'";
    Plain "type" (RAW) -> Type::Any, convert::type_of,
        "The type of a value.", "type(1) == int";
    Plain "uint" (ANY) -> Type::Uint, convert::uint,
        "A number or the text of one as an unsigned integer.", "uint(7) == 7u";
    Method "upperAscii" (STR) -> Type::String, text::upper,
        "The string with a to z in upper case.", "'web'.upperAscii() == 'WEB'";
    Method "value" (RAW) -> Type::Any, optional::value,
        "What the optional holds.", "optional.of(1).value() == 1";
}

/// What the reference says of a macro.
#[derive(Clone, Copy, Debug)]
pub struct MacroDoc {
    /// Its name; a namespace stands before a dot.
    pub name: &'static str,
    /// How it is called.
    pub call: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// An expression that is true.
    pub example: &'static str,
}

macro_rules! macros {
    ($( $name:literal $call:literal, $doc:literal, $example:literal; )*) => {
        /// Every macro, by name.
        pub(crate) const MACROS: &[MacroDoc] =
            &[$( MacroDoc { name: $name, call: $call, doc: $doc, example: $example } ),*];
    };
}

macros! {
    "all" "list.all(x, condition)",
        "Whether the condition holds for all elements of a list or keys of a map.", "[1, 2].all(x, x > 0)";
    "exists" "list.exists(x, condition)",
        "Whether the condition holds for some element.", "[1, 2].exists(x, x > 1)";
    "exists_one" "list.exists_one(x, condition)",
        "Whether the condition holds for exactly one element.", "[1, 2].exists_one(x, x > 1)";
    "filter" "list.filter(x, condition)",
        "The elements for which the condition holds.", "[1, 2].filter(x, x > 1) == [2]";
    "has" "has(x.field)",
        "Whether the field is there.", "has({'a': 1}.a)";
    "map" "list.map(x[, condition], result)",
        "The results for the elements, or for those that satisfy a condition.", "[1, 2].map(x, x * 2) == [2, 4]";
}
