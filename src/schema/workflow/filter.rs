//! Filter patterns for branches, tags and paths: those that GitHub cannot read, and those that match nothing.
//!
//! The syntax is that of the "filter pattern cheat sheet" in GitHub's workflow syntax; which names git allows is in
//! git-check-ref-format(1).

use crate::schema::words::shown;
use std::ops::Range;

/// What a pattern is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// Names of branches or tags.
    Refs,
    /// Paths of files from the root of the repository.
    Paths,
}

/// What is wrong with a pattern.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// The bytes of the pattern that it is about.
    pub part: Range<usize>,
    /// The fact, as the rest of a sentence that begins with the pattern.
    pub what: String,
    /// What to do.
    pub help: String,
    /// Whether GitHub takes the pattern, which then matches nothing.
    pub is_taken: bool,
}

/// The first thing that is wrong with a pattern.
pub fn fault(pattern: &str, against: Against) -> Option<Fault> {
    let start = usize::from(pattern.starts_with('!'));
    if start == 1 && pattern.len() == 1 {
        return Some(refused(
            0..1,
            "excludes nothing: no pattern follows the `!`",
            "write what it excludes behind it",
        ));
    }
    unreadable(pattern, start).or_else(|| match against {
        Against::Refs => never_a_ref(pattern, start),
        Against::Paths => never_a_path(pattern, start),
    })
}

fn refused(part: Range<usize>, what: impl Into<String>, help: impl Into<String>) -> Fault {
    Fault { part, what: what.into(), help: help.into(), is_taken: false }
}

fn idle(part: Range<usize>, what: impl Into<String>, help: impl Into<String>) -> Fault {
    Fault { part, what: what.into(), help: help.into(), is_taken: true }
}

/// What makes GitHub refuse a pattern: a repetition of nothing, a bracket that is empty or open.
fn unreadable(pattern: &str, start: usize) -> Option<Fault> {
    let bytes = pattern.as_bytes();
    // Whether `?` and `+` have a character before them that they can repeat.
    let mut repeatable = false;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => {
                at += 1;
                repeatable = true;
            }
            b'?' | b'+' if !repeatable => {
                let sign = byte as char;
                let what = if at == start {
                    format!("begins with `{sign}`, which has nothing before it to repeat")
                } else {
                    format!("has a `{sign}` behind another special character, which it cannot repeat")
                };
                return Some(refused(at..at + 1, what, format!("for the character itself write `\\{sign}`")));
            }
            b'?' | b'+' | b'*' => repeatable = false,
            b'[' => {
                match bracket(pattern, at) {
                    Ok(end) => at = end,
                    Err(fault) => return Some(fault),
                }
                repeatable = true;
            }
            _ => repeatable = true,
        }
        at += 1;
    }
    None
}

/// The byte of the `]` that closes the bracket at an offset.
fn bracket(pattern: &str, open: usize) -> Result<usize, Fault> {
    let Some(length) = pattern[open..].find(']') else {
        let what = "has a `[` that no `]` closes".to_owned();
        return Err(refused(open..open + 1, what, "close it, or write `\\[` for the character itself"));
    };
    let close = open + length;
    if length == 1 {
        let what = "has a `[]` that holds no character".to_owned();
        return Err(refused(open..close + 1, what, "name the characters in it, as in `[0-9]`"));
    }
    let mut rest = pattern[open + 1..close].char_indices().peekable();
    while let Some((at, from)) = rest.next() {
        if rest.next_if(|&(_, next)| next == '-').is_none() {
            continue;
        }
        let at = open + 1 + at;
        match rest.next() {
            None => {
                let what = format!("has a range `{from}-` without an end");
                return Err(refused(at..close, what, "write both ends, as in `[0-9]`"));
            }
            Some((_, to)) if to < from => {
                let part = at..at + from.len_utf8() + 1 + to.len_utf8();
                let what = format!("has a range `{from}-{to}` that runs backwards");
                return Err(refused(part, what, "write the lower end first"));
            }
            Some(_) => {}
        }
    }
    Ok(close)
}

/// What keeps a pattern from matching the name of any branch or tag.
fn never_a_ref(pattern: &str, start: usize) -> Option<Fault> {
    const NO_REGEX: &str = "it is a filter pattern and no regular expression: `*` is any text without `/`, `**` any text, `[0-9]+` a number";
    let body = &pattern[start..];
    if body.starts_with('/') {
        return Some(idle(start..start + 1, "matches no name: none begins with `/`", "leave the `/` out"));
    }
    // A slash or a dot at the end, and a dot at the start of a component, are in no name of git's.
    if body.ends_with('/') {
        let end = pattern.len();
        return Some(idle(
            end - 1..end,
            "matches no name: none ends with `/`",
            format!("write `{}**` for all below it", shown(pattern)),
        ));
    }
    if let Some(at) =
        pattern.match_indices('.').map(|(at, _)| at).find(|&at| at == start || pattern[..at].ends_with('/'))
    {
        return Some(idle(at..at + 1, "matches no name: no part of one begins with a dot", NO_REGEX));
    }
    let mut chars = pattern.char_indices();
    while let Some((at, char)) = chars.next() {
        let part = at..at + char.len_utf8();
        match char {
            ' ' | '\t' => {
                return Some(idle(part, "matches no name: none contains a space", "leave the space out"));
            }
            '~' | '^' | ':' => {
                return Some(idle(part, format!("matches no name: none contains a `{char}`"), NO_REGEX));
            }
            '\\' => match chars.next() {
                Some((_, '+' | '!')) => {}
                Some((_, escaped)) => {
                    let what = if escaped.is_ascii_alphanumeric() || escaped == '.' {
                        format!("matches no name: `\\{escaped}` has no meaning in it")
                    } else {
                        format!("matches no name: none contains a `{escaped}`")
                    };
                    return Some(idle(at..at + 1 + escaped.len_utf8(), what, NO_REGEX));
                }
                None => return Some(idle(part, "matches no name: none contains a `\\`", NO_REGEX)),
            },
            _ => {}
        }
    }
    None
}

/// What keeps a pattern from matching the path of any file.
fn never_a_path(pattern: &str, start: usize) -> Option<Fault> {
    let body = &pattern[start..];
    let trimmed = body.trim();
    if trimmed.is_empty() {
        return None;
    }
    if trimmed.len() < body.len() {
        let what = "begins or ends with a space, as no path does";
        return Some(idle(
            start..pattern.len(),
            what,
            format!("write `{}{}`", &pattern[..start], shown(trimmed)),
        ));
    }
    let dots = ["./", "../"].into_iter().find(|dots| body.starts_with(dots));
    let dots = dots.or_else(|| [".", ".."].into_iter().find(|dots| body == *dots));
    if let Some(dots) = dots {
        let what = format!("matches no file: paths start at the root of the repository, without `{dots}`");
        let rest = &body[dots.len()..];
        let help = match (dots, rest) {
            ("./", rest) if !rest.is_empty() => format!("write `{}{}`", &pattern[..start], shown(rest)),
            _ => "write the path from the root of the repository; `**` is every file".to_owned(),
        };
        return Some(idle(start..start + dots.len(), what, help));
    }
    if body.starts_with('/') {
        let what = "matches no file: paths start at the root of the repository, without `/`";
        let rest = body.trim_start_matches('/');
        let rest = if rest.is_empty() { "**" } else { rest };
        return Some(idle(start..start + 1, what, format!("write `{}{}`", &pattern[..start], shown(rest))));
    }
    if body.ends_with('/') {
        let end = pattern.len();
        let what = "matches no file: a pattern is held against whole paths, and none ends with `/`";
        return Some(idle(
            end - 1..end,
            what,
            format!("write `{}**` for all files below it", shown(pattern)),
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Against, fault};

    fn said(pattern: &str, against: Against) -> String {
        fault(pattern, against).map_or_else(String::new, |fault| {
            let taken = if fault.is_taken { "idle" } else { "refused" };
            format!("{taken} {:?} {}", &pattern[fault.part], fault.what)
        })
    }

    #[test]
    fn patterns_that_the_cheat_sheet_shows_are_right() {
        for pattern in [
            "feature/*",
            "feature/**",
            "main",
            "releases/mona-the-cat",
            "*",
            "**",
            "*feature",
            "v2*",
            "v[12].[0-9]+.[0-9]+",
            "!releases/**-alpha",
            "octo?cat",
            "v[0-9]+",
            "a\\+b",
            "[a-z]?x",
            "release-*.x",
            "日本-*",
            "dependabot/**/x",
            "a[!b]",
        ] {
            assert_eq!(said(pattern, Against::Refs), "", "{pattern}");
        }
        for pattern in [
            "*",
            "*.jsx?",
            "**.js",
            "docs/*",
            "docs/**/*.md",
            "**/docs/**",
            "*.md",
            "!README.md",
            ".github/**",
            "a b.txt",
            "..x",
            "",
            " ",
        ] {
            assert_eq!(said(pattern, Against::Paths), "", "{pattern}");
        }
    }

    #[test]
    fn patterns_that_github_cannot_read_are_refused() {
        for (pattern, fault) in [
            ("!", "refused \"!\" excludes nothing: no pattern follows the `!`"),
            ("+x", "refused \"+\" begins with `+`, which has nothing before it to repeat"),
            ("!?x", "refused \"?\" begins with `?`, which has nothing before it to repeat"),
            ("a*+", "refused \"+\" has a `+` behind another special character, which it cannot repeat"),
            ("v[0-9", "refused \"[\" has a `[` that no `]` closes"),
            ("v[]", "refused \"[]\" has a `[]` that holds no character"),
            ("v[0-]", "refused \"0-\" has a range `0-` without an end"),
            ("v[a9-0]", "refused \"9-0\" has a range `9-0` that runs backwards"),
        ] {
            assert_eq!(said(pattern, Against::Refs), fault);
            assert_eq!(said(pattern, Against::Paths), fault);
        }
    }

    #[test]
    fn patterns_that_match_nothing_are_told_apart_by_what_they_are_held_against() {
        use Against::{Paths, Refs};
        for (pattern, against, fault) in [
            ("/main", Refs, "idle \"/\" matches no name: none begins with `/`"),
            ("release/", Refs, "idle \"/\" matches no name: none ends with `/`"),
            ("release/.*", Refs, "idle \".\" matches no name: no part of one begins with a dot"),
            ("v\\d+", Refs, "idle \"\\\\d\" matches no name: `\\d` has no meaning in it"),
            ("v1\\.*", Refs, "idle \"\\\\.\" matches no name: `\\.` has no meaning in it"),
            ("a\\[b", Refs, "idle \"\\\\[\" matches no name: none contains a `[`"),
            ("^main$", Refs, "idle \"^\" matches no name: none contains a `^`"),
            ("my branch", Refs, "idle \" \" matches no name: none contains a space"),
            (
                "./src/**",
                Paths,
                "idle \"./\" matches no file: paths start at the root of the repository, without `./`",
            ),
            (
                "!../x",
                Paths,
                "idle \"../\" matches no file: paths start at the root of the repository, without `../`",
            ),
            (
                "/docs/**",
                Paths,
                "idle \"/\" matches no file: paths start at the root of the repository, without `/`",
            ),
            (
                "docs/",
                Paths,
                "idle \"/\" matches no file: a pattern is held against whole paths, and none ends with `/`",
            ),
            (" docs/**", Paths, "idle \" docs/**\" begins or ends with a space, as no path does"),
        ] {
            assert_eq!(said(pattern, against), fault);
        }
    }
}
