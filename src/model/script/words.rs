//! What a statement does, by its words.

use super::{Flavour, Role, pieces};

/// The words a statement begins with.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Head<'t> {
    /// Reserved words before the command, and the brackets that are some.
    pub reserved: Vec<&'t str>,
    /// The function that it begins to define.
    pub function: Option<&'t str>,
    /// The command; empty where there is none.
    pub command: &'t str,
    /// The statement from its command on.
    pub rest: &'t str,
}

/// Reads the words before the command of a statement: reserved words, assignments, redirections.
pub(super) fn head(statement: &str, flavour: Flavour) -> Head<'_> {
    let mut found = Head::default();
    let mut rest = statement.trim_start();
    if flavour == Flavour::Makefile {
        rest = rest.trim_start_matches(['@', '-', '+']).trim_start();
    }
    if let Some(inner) = rest.strip_prefix(['(', ')']) {
        if rest.starts_with(')') {
            found.reserved.push(")");
        }
        rest = inner.trim_start();
    }
    let mut target = false;
    let mut named = false;
    while !rest.is_empty() {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, after) = (&rest[..end], rest[end..].trim_start());
        let redirection = word.trim_start_matches(|c: char| c.is_ascii_digit());
        if std::mem::take(&mut target) {
        } else if std::mem::take(&mut named) {
            found.function = Some(word.trim_end_matches("()"));
        } else if redirection.starts_with(['>', '<']) {
            target = redirection.trim_start_matches(['>', '<', '&', '|']).is_empty();
        } else if let Some(name) = word.strip_suffix("()").filter(|name| !name.is_empty()) {
            found.function = Some(name);
        } else if word == "function" {
            named = true;
        } else if matches!(word, "for" | "case" | "select" | "fi" | "done" | "esac" | "}") {
            found.reserved.push(word);
            break;
        } else if matches!(word, "{" | "if" | "while" | "until") {
            found.reserved.push(word);
        } else if after.starts_with("()") && found.function.is_none() && is_name(word) {
            found.function = Some(word);
        } else if !matches!(word, "then" | "do" | "else" | "elif" | "!" | "time" | "sudo" | "\\" | "()")
            && !is_assignment(word)
        {
            found.command = word;
            found.rest = rest;
            break;
        }
        rest = after;
    }
    found
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        let name = name.strip_suffix('+').unwrap_or(name);
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// What a command does with its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    /// It prints them to its output.
    Prints,
    /// It shows them to a person, wherever its output goes.
    Shows,
    /// Nothing.
    Nothing,
    /// It changes or asks what only its script sees.
    Keeps,
    /// Anything else.
    Acts,
}

/// What the command of a statement does with its arguments.
pub(super) fn does(head: &Head<'_>) -> Does {
    let rest = head.rest;
    let has = |options: &[&str]| rest.split_whitespace().any(|word| options.contains(&word));
    let prompts = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.contains('p');
    match head.command {
        "echo" => Does::Prints,
        "printf" if !has(&["-v"]) => Does::Prints,
        "cat" if rest.contains("<<<") => Does::Prints,
        "read" if !rest.contains("<<<") && rest.split_whitespace().any(prompts) => Does::Shows,
        "notify-send" | "logger" | "wall" => Does::Shows,
        "zenity" if has(&["--info", "--error", "--warning", "--question", "--notification"]) => Does::Shows,
        "whiptail" | "dialog" if has(&["--msgbox", "--yesno", "--infobox"]) => Does::Shows,
        "trap" if trap_prints(rest) => Does::Shows,
        // `: "${X:=y}"` gives a value.
        ":" | "true" if rest != head.command && !rest.contains('=') => Does::Nothing,
        "" | "local" | "declare" | "typeset" | "readonly" | "export" | "shift" | "return" | "exit"
        | "set" | "tput" | "[" | "[[" | "test" | ":" | "true" | "false" => Does::Keeps,
        _ => Does::Acts,
    }
}

/// Whether the commands of a `trap` only print.
fn trap_prints(statement: &str) -> bool {
    let Some(start) = statement.find(['\'', '"']) else { return false };
    let quote = &statement[start..=start];
    let Some(length) = statement[start + 1..].find(quote) else { return false };
    let inner = pieces(&statement[start + 1..start + 1 + length], Flavour::Shell);
    !inner.is_empty() && inner.iter().all(|(_, role)| *role == Role::Printed)
}

/// Longest name of a variable, in bytes, that is looked at.
const LONGEST_NAME: usize = 128;

/// Whether a statement gives a text for people to a variable that is named after it: `PR_BODY=…`, `RELEASE_NOTES=…`.
pub(super) fn is_prose(statement: &str, flavour: Flavour) -> bool {
    let declared = ["local ", "export ", "readonly ", "declare "];
    let statement = statement.trim_start();
    let statement = declared.iter().find_map(|word| statement.strip_prefix(word)).unwrap_or(statement);
    let equals = statement.bytes().take(LONGEST_NAME).position(|byte| byte == b'=');
    let Some(name) = equals.and_then(|equals| statement.get(..equals)) else { return false };
    let name = match flavour {
        Flavour::Makefile => name.trim_end_matches([':', '?', '+', ' ', '\t']),
        _ => name,
    };
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return false;
    }
    let last = name.rsplit('_').next().unwrap_or(name).to_ascii_lowercase();
    matches!(
        &*last,
        "body"
            | "message"
            | "msg"
            | "notes"
            | "description"
            | "summary"
            | "changelog"
            | "title"
            | "text"
            | "usage"
    )
}

/// Where a redirection leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Where the output went before.
    Same,
    /// Before a person, or nowhere.
    Person,
    /// Into a file.
    File,
}

/// Where a redirection to `target`, the text behind its `>`, leads. Source for the summary of a step:
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary>.
pub(super) fn target(target: &str) -> Target {
    let target = target.strip_prefix(['>', '|']).unwrap_or(target).trim_start_matches([' ', '\t']);
    let target = target.strip_prefix(['"', '\'']).unwrap_or(target);
    let names = |names: &[&str]| names.iter().any(|name| target.starts_with(name));
    if names(&["&1", "/dev/stdout"]) {
        Target::Same
    } else if names(&[
        "&2",
        "/dev/stderr",
        "/dev/tty",
        "/dev/null",
        "$GITHUB_STEP_SUMMARY",
        "${GITHUB_STEP_SUMMARY}",
    ]) {
        Target::Person
    } else {
        Target::File
    }
}
