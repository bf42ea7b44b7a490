//! Secrets in the commands of a script: assignments, options that take one, commands inside commands.

use super::inside::{self, Taken};
use super::lines::{self, Settings};
use super::name::{Promise, promise};
use super::words::{Word, words};
use super::{Finder, Source};
use crate::expr::Text;
use crate::model::script::{self, Flavour, Role};
use std::ops::Range;

/// What a line of a script goes on from.
#[derive(Default)]
pub struct Invocation {
    /// The command whose words go on in this line.
    command: Option<String>,
    /// Its words so far that are no options.
    plain: Vec<String>,
    makefile: bool,
    /// How many commands it stands in.
    depth: u8,
}

/// Commands inside commands that are looked into.
const DEEPEST: u8 = 3;

impl Invocation {
    /// The invocation of an item of a list: it is no command.
    pub fn item() -> Self {
        Self { command: Some(String::new()), ..Self::default() }
    }
}

/// Looks at what runs in a script.
pub fn script<'m>(finder: &mut Finder<'_, 'm>, text: &Text<'m>, flavour: Flavour) {
    let mut invocation = Invocation { makefile: flavour == Flavour::Makefile, ..Invocation::default() };
    for (range, role) in script::pieces(&text.text, flavour) {
        let goes_on = text.text[range.clone()].trim_end().ends_with('\\');
        if role == Role::Runs {
            line(finder, &text.cut(range), &mut invocation);
        }
        if !goes_on {
            invocation.command = None;
            invocation.plain.clear();
        }
    }
}

/// Commands whose words are patterns and texts, not entries.
#[rustfmt::skip]
const SEARCHES: &[&str] = &[
    "grep", "egrep", "fgrep", "rg", "ag", "sed", "awk", "gawk", "perl", "[", "[[", "test", "case", "jq", "yq",
    "unset", "tr",
];

/// Looks at a line of a script, or at one command.
pub fn line<'m>(finder: &mut Finder<'_, 'm>, text: &Text<'m>, invocation: &mut Invocation) {
    let content = &*text.text;
    let mut taken = Taken::default();
    if lines::setting(finder, text, Settings::Script, &mut taken)
        || (invocation.makefile && lines::make(finder, text, &mut taken))
    {
        inside::look(finder, text, &mut taken);
        return;
    }
    command(finder, text, &words(content), invocation, &mut taken);
}

/// Looks at the words of a command, and into its text.
pub fn command<'m>(
    finder: &mut Finder<'_, 'm>,
    text: &Text<'m>,
    all: &[Word],
    invocation: &mut Invocation,
    taken: &mut Taken,
) {
    let content = &*text.text;
    let base = |word: &Word| word.text(content).rsplit('/').next().unwrap_or_default().to_owned();
    if invocation.command.is_none() {
        invocation.command = all.get(command_at(content, all)).map(base);
    }
    let command = invocation.command.clone().unwrap_or_default();
    let runs = |word: &str| matches!(word, "run" | "create" | "up");
    let container = matches!(&*command, "docker" | "podman" | "nerdctl" | "docker-compose")
        && (invocation.plain.iter().any(|word| runs(word))
            || all.iter().any(|word| runs(word.text(content))));
    finder.thrown_away(finder.on_runner && container, |finder| {
        let mut at = if SEARCHES.contains(&&*command) { all.len() } else { 0 };
        while at < all.len() {
            at += word(finder, text, all, at, invocation, taken);
        }
        inside::look(finder, text, taken);
    });
}

/// Words before the name of a command: keywords, and commands that run another one.
#[rustfmt::skip]
const PREFIXES: &[&str] = &[
    "sudo", "env", "exec", "time", "then", "do", "else", "if", "while", "until", "!", "{", "(", "command", "nohup",
    "run",
];

/// The index of the word that names the command: behind assignments and what runs it.
fn command_at(content: &str, all: &[Word]) -> usize {
    let passed = |word: &&Word| {
        let text = word.text(content);
        PREFIXES.contains(&text)
            || text.trim_start_matches(['@', '-', '+']).is_empty()
            || word.assignment(content).is_some() && !text.starts_with('-')
    };
    all.iter().take_while(passed).count()
}

/// Looks at one word and what it takes with it; tells how many words those are.
fn word<'m>(
    finder: &mut Finder<'_, 'm>,
    text: &Text<'m>,
    all: &[Word],
    at: usize,
    invocation: &mut Invocation,
    taken: &mut Taken,
) -> usize {
    let content = &*text.text;
    let word = &all[at];
    let raw = word.text(content);
    // `ssh host "mysql -psecret"`.
    let shell = |word: &str| matches!(word, "ssh" | "sh" | "bash" | "ash" | "zsh" | "eval" | "su");
    if raw.contains(' ')
        && invocation.depth < DEEPEST
        && (invocation.command.as_deref().is_some_and(shell)
            || invocation.plain.iter().any(|word| shell(word)))
    {
        let inner = text.cut(word.content.clone());
        let mut nested = Invocation { depth: invocation.depth + 1, ..Invocation::default() };
        line(finder, &inner, &mut nested);
        taken.add(word.content.clone());
        return 1;
    }
    let next = || all.get(at + 1).filter(|next| !next.text(content).starts_with('-'));
    let mut take = |name: Option<Range<usize>>, promise, value: Range<usize>, source| {
        let name = name.map(|name| text.cut(name));
        if finder.judge(name.as_ref(), promise, &text.cut(value.clone()), source) {
            taken.add(value);
        }
    };
    if raw.starts_with('-') {
        if let Some((name, value)) = word.assignment(content) {
            if let Some(promise) = promise(&content[name.clone()]) {
                take(Some(name), promise, value, Source::Argument);
            }
            return 1;
        }
        let name = raw.trim_start_matches('-');
        let command = invocation.command.as_deref().unwrap_or_default();
        if let Some(secret) = short_option(command, &invocation.plain, raw) {
            match secret {
                Short::Glued(skip) => {
                    let start = word.content.start + skip;
                    take(None, Promise::Password, start..word.content.end, Source::Argument);
                    return 1;
                }
                Short::Next => {
                    if let Some(value) = next() {
                        take(None, Promise::Password, value.content.clone(), Source::Argument);
                        return 2;
                    }
                }
                Short::User => {
                    if let Some(value) = next() {
                        let pair = value.text(content);
                        let colon = pair.find(':').filter(|&colon| {
                            !pair[..colon].contains(['$', '{'])
                                || pair[..colon].ends_with('}')
                                || !pair[..colon].contains('{')
                        });
                        let ids = pair.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
                        if let Some(colon) = colon.filter(|_| !ids) {
                            let secret = value.content.start + colon + 1..value.content.end;
                            take(None, Promise::Password, secret, Source::Argument);
                        }
                        return 2;
                    }
                }
            }
            return 1;
        }
        // `--secret id=x` and `--secret name` name one.
        if raw.len() > 2
            && !matches!(name, "secret" | "credential" | "credentials")
            && let Some(promise) = promise(name)
            && let Some(value) = next()
        {
            if !value.text(content).contains('=') || promise == Promise::Password {
                take(Some(lines::range_in(content, name)), promise, value.content.clone(), Source::Argument);
            }
            return 2;
        }
        return 1;
    }
    for (name, value) in word.assignments(content) {
        if let Some(promise) = promise(&content[name.clone()]) {
            take(Some(name), promise, value, Source::Literal);
        }
    }
    // `mc alias set NAME URL ACCESS SECRET`.
    if invocation.plain.len() == MOST_PLAIN {
        return 1;
    }
    invocation.plain.push(raw.to_owned());
    let plain: Vec<&str> = invocation.plain.iter().map(String::as_str).collect();
    if let Some(["mc", "alias" | "config", "set" | "host", _, _, _, _]) = plain.last_chunk::<7>() {
        take(None, Promise::Password, word.content.clone(), Source::Argument);
    }
    1
}

/// Words of a command kept to tell what it does.
const MOST_PLAIN: usize = 24;

/// How a short option takes a secret.
enum Short {
    /// It follows in the same word, from this byte on.
    Glued(usize),
    /// It is the next word.
    Next,
    /// It follows the colon in the next word.
    User,
}

/// Short options that take a password, by command. Sources: the manuals of these tools.
fn short_option(command: &str, plain: &[String], raw: &str) -> Option<Short> {
    let sub = |word: &str| plain.iter().any(|plain| plain == word);
    // In a container, too: `docker exec db mysql -psecret`.
    let is = |tools: &[&str]| tools.iter().any(|tool| command == *tool || sub(tool));
    let long = raw.len() > 2;
    match raw {
        _ if raw.starts_with("-p") && long && !raw.contains(':') && is(MYSQL) => Some(Short::Glued(2)),
        _ if raw.starts_with("-p") && long && is(&["sshpass"]) => Some(Short::Glued(2)),
        "-p" if is(&["sshpass", "mongo", "mongosh", "mongodump", "mongorestore"]) => Some(Short::Next),
        "-p" if sub("login") && is(REGISTRIES) => Some(Short::Next),
        "-a" if is(&["redis-cli"]) => Some(Short::Next),
        "-P" if is(&["sqlcmd", "zip"]) => Some(Short::Next),
        "-w" if is(&["ldapsearch", "ldapadd", "ldapmodify"]) => Some(Short::Next),
        "-u" | "--user" if is(&["curl"]) => Some(Short::User),
        "-a" | "--auth" if is(&["http", "https", "xh"]) => Some(Short::User),
        _ => None,
    }
}

const MYSQL: &[&str] = &[
    "mysql",
    "mysqldump",
    "mysqladmin",
    "mysqlcheck",
    "mysqlsh",
    "mariadb",
    "mariadb-dump",
    "mariadb-admin",
];

/// Commands with a `login` that takes a password.
const REGISTRIES: &[&str] =
    &["docker", "podman", "helm", "nerdctl", "crane", "oras", "skopeo", "buildah", "az", "oc", "argocd"];
