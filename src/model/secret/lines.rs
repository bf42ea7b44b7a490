//! Secrets in text that is read by the line: scripts, makefiles, Dockerfiles, dotenv files, templates, and settings inside a scalar.

use super::inside::{self, Taken};
use super::name::{Promise, promise};
use super::words::{Word, strings, words};
use super::{Finder, Hits, Source};
use crate::artifact::Kind;
use crate::expr::Text;
use crate::model::dockerfile::{Instruction, instructions};
use crate::model::env::dotenv_value;
use crate::model::facts::FileFacts;
use crate::model::script::{self, Flavour, Role};
use crate::source::Span;
use std::ops::Range;

/// Looks into a file that is not YAML.
pub fn file<'m>(finder: &mut Finder<'_, 'm>, file: FileFacts<'m>, hits: &Hits) {
    let text = file.whole();
    match file.artifact.kind {
        Kind::Env => each_line(&text, hits, |line| dotenv(finder, &line)),
        Kind::Script => script(finder, &text, Flavour::Shell),
        Kind::Makefile => script(finder, &text, Flavour::Makefile),
        Kind::Dockerfile => dockerfile(finder, &text, hits),
        _ => settings(finder, &text, Settings::Template),
    }
}

fn each_line<'m>(text: &Text<'m>, hits: &Hits, mut f: impl FnMut(Text<'m>)) {
    for range in lines(&text.text) {
        if hits.touches(Span::from(range.clone())) {
            f(text.cut(range));
        }
    }
}

/// The lines of a text without their breaks.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let range = start..start + line.trim_end_matches(['\n', '\r']).len();
        start += line.len();
        range
    })
}

/// The range of a part of a text.
fn range_in(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

fn dotenv<'m>(finder: &mut Finder<'_, 'm>, line: &Text<'m>) {
    let content = &*line.text;
    if content.trim_start().starts_with('#') {
        return;
    }
    let Some(equals) = content.find('=') else { return };
    let name = content[..equals].trim();
    let name = line.cut(range_in(content, name.strip_prefix("export ").unwrap_or(name).trim()));
    let value = line.cut(range_in(content, dotenv_value(&content[equals + 1..])));
    entry(finder, &name, &value, Source::Literal);
}

/// A value with its name: judged by it, or looked into.
fn entry<'m>(finder: &mut Finder<'_, 'm>, name: &Text<'m>, value: &Text<'m>, source: Source) {
    let promised = promise(&name.text);
    let judged = promised.is_some_and(|promise| finder.judge(Some(name), promise, value, source));
    if !judged {
        inside::look(finder, value, &mut Taken::default());
    }
}

fn dockerfile<'m>(finder: &mut Finder<'_, 'm>, text: &Text<'m>, hits: &Hits) {
    let found = instructions(&text.text);
    for (at, Instruction { keyword, arguments, span }) in found.iter().enumerate() {
        // Here-documents belong to the instruction that opens them.
        let next = found.get(at + 1).map_or(text.text.len(), |next| range_in(&text.text, next.keyword).start);
        let range = span.start as usize..next.max(span.end as usize);
        if !hits.touches(Span::from(range.clone())) {
            continue;
        }
        let body = text.cut(range);
        match &*keyword.to_ascii_uppercase() {
            "ENV" | "ARG" => variables(finder, &text.cut(range_in(&text.text, arguments))),
            "RUN" => script(finder, &body, Flavour::Makefile),
            "CMD" | "ENTRYPOINT" | "HEALTHCHECK" => {
                let arguments = text.cut(range_in(&text.text, arguments));
                let mut taken = Taken::default();
                if let Some(at) = arguments.text.find('[') {
                    let list = arguments.cut(at..arguments.text.len());
                    command(finder, &list, &strings(&list.text), &mut Context::default(), &mut taken);
                } else {
                    line(finder, &arguments, &mut Context::default());
                }
            }
            _ => {}
        }
    }
}

/// `ENV A=1 B=2`, `ENV A 1`, `ARG A=1`.
fn variables<'m>(finder: &mut Finder<'_, 'm>, arguments: &Text<'m>) {
    let content = &*arguments.text;
    let first = content.split_whitespace().next().unwrap_or_default();
    if !first.contains('=') {
        let rest = content.trim_start()[first.len()..].trim();
        let name = arguments.cut(range_in(content, first));
        entry(finder, &name, &arguments.cut(range_in(content, rest)), Source::Literal);
        return;
    }
    for word in words(content) {
        let Some((name, value)) = word.assignment(content) else { continue };
        entry(finder, &arguments.cut(name), &arguments.cut(value), Source::Literal);
    }
}

/// What a line of a script goes on from.
#[derive(Default)]
pub struct Context {
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

impl Context {
    /// The context of an item of a list: it is no command.
    pub fn item() -> Self {
        Self { command: Some(String::new()), ..Self::default() }
    }
}

/// Looks at what runs in a script.
pub fn script<'m>(finder: &mut Finder<'_, 'm>, text: &Text<'m>, flavour: Flavour) {
    let mut context = Context { makefile: flavour == Flavour::Makefile, ..Context::default() };
    for (range, role) in script::pieces(&text.text, flavour) {
        let goes_on = text.text[range.clone()].trim_end().ends_with('\\');
        if role == Role::Runs {
            line(finder, &text.cut(range), &mut context);
        }
        if !goes_on {
            context.command = None;
            context.plain.clear();
        }
    }
}

/// Commands whose words are patterns and texts, not entries.
const SEARCHES: &[&str] = &[
    "grep", "egrep", "fgrep", "rg", "ag", "sed", "awk", "gawk", "perl", "[", "[[", "test", "case", "jq",
    "yq", "unset", "tr",
];

/// Looks at a line of a script, or at one command.
pub fn line<'m>(finder: &mut Finder<'_, 'm>, text: &Text<'m>, context: &mut Context) {
    let content = &*text.text;
    let mut taken = Taken::default();
    if setting(finder, text, Settings::Script, &mut taken)
        || (context.makefile && make(finder, text, &mut taken))
    {
        inside::look(finder, text, &mut taken);
        return;
    }
    command(finder, text, &words(content), context, &mut taken);
}

/// Looks at the words of a command, and into its text.
fn command<'m>(
    finder: &mut Finder<'_, 'm>,
    text: &Text<'m>,
    all: &[Word],
    context: &mut Context,
    taken: &mut Taken,
) {
    let content = &*text.text;
    let base = |word: &Word| word.text(content).rsplit('/').next().unwrap_or_default().to_owned();
    if context.command.is_none() {
        context.command = all.get(command_at(content, all)).map(base);
    }
    let command = context.command.clone().unwrap_or_default();
    let runs = |word: &str| matches!(word, "run" | "create" | "up");
    let container = matches!(&*command, "docker" | "podman" | "nerdctl" | "docker-compose")
        && (context.plain.iter().any(|word| runs(word)) || all.iter().any(|word| runs(word.text(content))));
    finder.thrown_away(finder.on_runner && container, |finder| {
        let mut at = if SEARCHES.contains(&&*command) { all.len() } else { 0 };
        while at < all.len() {
            at += word(finder, text, all, at, context, taken);
        }
        inside::look(finder, text, taken);
    });
}

/// The index of the word that names the command: behind assignments and what runs it.
fn command_at(content: &str, all: &[Word]) -> usize {
    let passed = |word: &&Word| {
        let text = word.text(content);
        matches!(
            text,
            "sudo"
                | "env"
                | "exec"
                | "time"
                | "then"
                | "do"
                | "else"
                | "if"
                | "while"
                | "until"
                | "!"
                | "{"
                | "("
                | "command"
                | "nohup"
                | "run"
        ) || text.trim_start_matches(['@', '-', '+']).is_empty()
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
    context: &mut Context,
    taken: &mut Taken,
) -> usize {
    let content = &*text.text;
    let word = &all[at];
    let raw = word.text(content);
    // `ssh host "mysql -psecret"`.
    let shell = |word: &str| matches!(word, "ssh" | "sh" | "bash" | "ash" | "zsh" | "eval" | "su");
    if raw.contains(' ')
        && context.depth < DEEPEST
        && (context.command.as_deref().is_some_and(shell) || context.plain.iter().any(|word| shell(word)))
    {
        let inner = text.cut(word.content.clone());
        let mut nested = Context { depth: context.depth + 1, ..Context::default() };
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
        let command = context.command.as_deref().unwrap_or_default();
        if let Some(secret) = short_option(command, &context.plain, raw) {
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
                take(Some(range_in(content, name)), promise, value.content.clone(), Source::Argument);
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
    if context.plain.len() == MOST_PLAIN {
        return 1;
    }
    context.plain.push(raw.to_owned());
    let plain: Vec<&str> = context.plain.iter().map(String::as_str).collect();
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

/// `NAME := value` of a makefile.
fn make<'m>(finder: &mut Finder<'_, 'm>, text: &Text<'m>, taken: &mut Taken) -> bool {
    let content = &*text.text;
    if content.starts_with('\t') {
        return false;
    }
    let Some(equals) = content.find('=') else { return false };
    let left = content[..equals].trim_end_matches([':', '?', '+', '!']).trim();
    let name =
        ["export ", "override "].iter().find_map(|word| left.strip_prefix(word)).unwrap_or(left).trim();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)) {
        return false;
    }
    let value = range_in(content, content[equals + 1..].trim());
    if let Some(promise) = promise(name)
        && finder.judge(
            Some(&text.cut(range_in(content, name))),
            promise,
            &text.cut(value.clone()),
            Source::Literal,
        )
    {
        taken.add(value);
    }
    true
}

/// What the lines of settings are part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settings {
    /// A template of YAML.
    Template,
    /// A file inside a scalar: properties, INI, YAML, TOML.
    File,
    /// A line that a script writes: only `name: value`.
    Script,
}

/// Looks at a text of settings, line by line.
pub fn settings<'m>(finder: &mut Finder<'_, 'm>, text: &Text<'m>, kind: Settings) {
    let mut named: Option<Text<'m>> = None;
    let mut comment = false;
    for range in lines(&text.text) {
        let line = text.cut(range);
        let content = line.text.trim();
        if kind == Settings::Template {
            let opens = content.contains("{{/*") || content.contains("{{- /*");
            let inside = comment || opens;
            comment = inside && !content.contains("*/");
            if inside {
                continue;
            }
        }
        if content.starts_with('#') || content.starts_with("//") || content.starts_with(';') {
            continue;
        }
        let mut taken = Taken::default();
        if kind == Settings::Template {
            let item = content.strip_prefix("- ").unwrap_or(content);
            if let Some(name) = item.strip_prefix("name:") {
                named = Some(line.cut(range_in(&line.text, name.trim().trim_matches(['"', '\'']))));
            } else if let (Some(value), Some(name)) = (item.strip_prefix("value:"), named.take()) {
                let value = range_in(&line.text, value.trim());
                if let Some(promise) = promise(&name.text)
                    && finder.judge(Some(&name), promise, &line.cut(value.clone()), Source::Literal)
                {
                    taken.add(value);
                }
            }
        }
        setting(finder, &line, kind, &mut taken);
        inside::look(finder, &line, &mut taken);
    }
}

/// Looks at a line of the form `name: value` or `name = value`; tells whether it is one.
fn setting<'m>(finder: &mut Finder<'_, 'm>, text: &Text<'m>, kind: Settings, taken: &mut Taken) -> bool {
    let content = &*text.text;
    let start = content.trim_start();
    let start = start.strip_prefix("- ").unwrap_or(start).trim_start_matches(['"', '\'']);
    let length = start
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
        .unwrap_or(start.len());
    let (name, rest) = start.split_at(length);
    let rest = rest.trim_start_matches(['"', '\'']);
    let (separator, value) = match rest.trim_start().chars().next() {
        Some(c @ (':' | '=')) => (c, &rest.trim_start()[1..]),
        _ => return false,
    };
    // In a shell `name=value` is an assignment, and `a:b` a word.
    let parted = value.starts_with([' ', '\t']);
    if name.is_empty() || (kind == Settings::Script && separator == '=') || (separator == ':' && !parted) {
        return false;
    }
    let Some(promise) = promise(name) else { return kind != Settings::Script || parted };
    let value = value.trim().trim_end_matches([',', ';']);
    let quoted = value.starts_with(['"', '\'']);
    // A comma without quotes ends an element of code.
    if !quoted && rest.trim_end().ends_with([',', ';']) {
        return true;
    }
    let value = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let content = &value[1..];
            &content[..content.find(quote).unwrap_or(content.len())]
        }
        _ => value.split(" #").next().unwrap_or(value).trim_end(),
    };
    // What is code, a block or a mapping is no literal.
    let literal = quoted
        || !value.contains(['(', '[', '{', '|', '>', ' ', '&', '*', '!'])
        || value.contains("${")
        || value.contains("{{");
    let dotted = !quoted
        && value.split('.').count() > 1
        && value.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.' || byte == b'_');
    if literal && !dotted {
        let range = range_in(content, value);
        let name = text.cut(range_in(content, name));
        if finder.judge(Some(&name), promise, &text.cut(range.clone()), Source::Literal) {
            taken.add(range);
        }
    }
    true
}
