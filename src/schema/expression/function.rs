//! The functions: which there are, how many arguments they take, and what can be said of arguments that are written out.

use super::context::Allowed;
use super::{Id, Kind, Problem, Tree};
use crate::schema::words::{listed, near, quoted};
use crate::source::Span;

/// The functions that every expression knows, with the least and the greatest number of their arguments:
/// `ExpressionConstants` of actions/runner, in the spelling of GitHub's documentation.
const FUNCTIONS: [(&str, usize, usize); 8] = [
    ("case", 3, 255),
    ("contains", 2, 2),
    ("endsWith", 2, 2),
    ("format", 1, 255),
    ("fromJSON", 1, 1),
    ("join", 1, 2),
    ("startsWith", 2, 2),
    ("toJSON", 1, 1),
];

/// The functions that only some keys know.
const SPECIAL: [&str; 5] = ["always", "cancelled", "failure", "hashFiles", "success"];

/// What is wrong with a call.
pub(super) fn check(tree: &Tree<'_>, name: Span, arguments: &[Id], allowed: &Allowed<'_>) -> Vec<Problem> {
    let written = name.of(tree.text);
    let is = |known: &str| known.eq_ignore_ascii_case(written);
    let known = FUNCTIONS.into_iter().chain(allowed.functions()).find(|(known, ..)| is(known));
    let Some((known, least, most)) = known else { return vec![unknown(written, name, allowed)] };
    let count = arguments.len();
    if count < least || count > most {
        let takes = match (least, most) {
            (0, 0) => "no arguments".to_owned(),
            (1, 1) => "1 argument".to_owned(),
            _ if least == most => format!("{least} arguments"),
            _ if count < least => format!("at least {least} argument{}", if least == 1 { "" } else { "s" }),
            _ => format!("at most {most} arguments"),
        };
        return vec![Problem::syntax(name, format!("`{known}` takes {takes}, and has {count}"))];
    }
    match known {
        "case" if count.is_multiple_of(2) => {
            let message = format!(
                "`case` takes pairs of a condition and a value, and a last value; it has {count} arguments"
            );
            vec![Problem::syntax(name, message)]
        }
        "format" => format(tree, arguments),
        "fromJSON" => from_json(tree, arguments[0]).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn unknown(written: &str, name: Span, allowed: &Allowed<'_>) -> Problem {
    if let Some(special) = SPECIAL.into_iter().find(|special| special.eq_ignore_ascii_case(written)) {
        let help = match special {
            "hashFiles" => "it reads the files of the job: only the steps have it",
            _ => "only the `if` of a job or a step has it",
        };
        return Problem::new(
            "unavailable-context",
            name,
            format!("the function `{special}` is not available here"),
        )
        .help(help);
    }
    let every = || FUNCTIONS.into_iter().map(|known| known.0).chain(SPECIAL);
    let help = near(written, every()).unwrap_or_else(|| {
        let mut here: Vec<&str> = FUNCTIONS
            .into_iter()
            .map(|known| known.0)
            .chain(allowed.functions().map(|known| known.0))
            .collect();
        here.sort_unstable();
        format!("there are {}", listed(here, "and"))
    });
    Problem::syntax(name, format!("there is no function {}", quoted(written))).help(help)
}

/// Holds the placeholders of a text against the arguments that follow it, as `Format.EvaluateCore` of actions/runner does.
fn format(tree: &Tree<'_>, arguments: &[Id]) -> Vec<Problem> {
    let Some((&first, rest)) = arguments.split_first() else { return Vec::new() };
    if tree.node(first).kind != Kind::String {
        return Vec::new();
    }
    let whole = tree.node(first).span;
    let text = tree.string(first);
    // Where quotes are doubled, a place in the text is none in the expression.
    let is_verbatim = text.len() + 2 == whole.len() as usize;
    let place = |from: usize, to: usize| {
        let start = whole.start + 1;
        if is_verbatim { Span::new(start + from as u32, start + to as u32) } else { whole }
    };
    let mut problems = Vec::new();
    let mut used = vec![false; rest.len()];
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = text[at..].find(['{', '}']) {
        let brace = at + found;
        if bytes.get(brace + 1) == Some(&bytes[brace]) {
            at = brace + 2;
            continue;
        }
        let digits = text[brace + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let after = brace + 1 + digits;
        let index = text[brace + 1..after].parse::<u8>();
        match (bytes[brace], index, bytes.get(after)) {
            (b'{', Ok(index), Some(b'}')) => {
                if let Some(used) = used.get_mut(usize::from(index)) {
                    *used = true;
                } else {
                    let message = format!("`{{{index}}}` stands for no argument: {}", has(rest.len()));
                    problems.push(Problem::syntax(place(brace, after + 1), message));
                }
                at = after + 1;
            }
            // GitHub reads on to the end of a form such as `{0:x}`, and knows none.
            (b'{', Ok(_), Some(b':')) => {
                let message = "`format` has no forms of values, as `:` begins one";
                problems.push(Problem::syntax(place(brace, after + 1), message));
                return problems;
            }
            (brace_byte, ..) => {
                let brace_char = char::from(brace_byte);
                let message = format!("a single `{brace_char}` in the text of `format`");
                let help =
                    format!("write `{brace_char}{brace_char}` for a brace, `{{0}}` for the first argument");
                problems.push(Problem::syntax(place(brace, brace + 1), message).help(help));
                return problems;
            }
        }
    }
    for (index, &argument) in rest.iter().enumerate().filter(|&(index, _)| !used[index]) {
        let span = tree.node(argument).span;
        let message = format!("the text of `format` has no `{{{index}}}`: this argument is not used");
        problems.push(Problem::syntax(span, message).warning());
    }
    problems
}

fn has(count: usize) -> String {
    match count {
        0 => "only the text is given".to_owned(),
        1 => "only one follows the text".to_owned(),
        count => format!("only {count} follow the text"),
    }
}

/// What is certainly no JSON. GitHub's reader is lenient (single quotes, comments, commas at the end), so only what it cannot begin
/// with, and what ends before it is complete, is said.
fn from_json(tree: &Tree<'_>, argument: Id) -> Option<Problem> {
    if tree.node(argument).kind != Kind::String {
        return None;
    }
    let text = tree.string(argument);
    let said = match text.trim_start().chars().next() {
        None => "it is empty".to_owned(),
        Some(
            '[' | '{' | '"' | '\'' | '/' | '-' | '+' | '.' | '0'..='9' | 't' | 'f' | 'n' | 'u' | 'N' | 'I',
        ) => {
            let error = serde_json::from_str::<serde::de::IgnoredAny>(&text).err()?;
            if !error.is_eof() {
                return None;
            }
            "it ends before it is complete".to_owned()
        }
        Some(first) => format!("it cannot begin with `{first}`"),
    };
    let span = tree.node(argument).span;
    Some(Problem::syntax(span, format!("the text given to `fromJSON` is no JSON: {said}")))
}
