//! Secrets in the commands of a script: assignments, options that take one, commands inside commands.

use super::inside::{self, Taken};
use super::lines::{self, Settings};
use super::name::{Promise, option, promise};
use super::tree::is_open;
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
    /// Whether it talks to what runs beside a job of CI.
    local: bool,
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
    let pieces = script::pieces(&text.text, flavour);
    let goes_on = |range: &Range<usize>| text.text[range.clone()].trim_end().ends_with('\\');
    let mut begins = true;
    // The word that ends the here-document that makes a dotenv file.
    let mut dotenv = None;
    for (at, (range, role)) in pieces.iter().enumerate() {
        if finder.on_runner && begins {
            let last = pieces[at..]
                .iter()
                .position(|(range, _)| !goes_on(range))
                .map_or(pieces.len(), |last| at + last + 1);
            let whole = &text.text[range.start..pieces[last - 1].0.end];
            invocation.local = is_local(finder, whole);
        }
        let content = &text.text[range.clone()];
        let inside = dotenv.is_some();
        if dotenv.is_some_and(|end| content.trim() == end) {
            dotenv = None;
        } else if finder.on_runner && !inside {
            dotenv = dotenv_document(content);
        }
        if *role == Role::Runs {
            finder.thrown_away(inside || invocation.local, |finder| {
                line(finder, &text.cut(range.clone()), &mut invocation);
                if let Some((before, _)) = at.checked_sub(1).map(|before| &pieces[before]) {
                    piped(finder, &text.cut(before.clone()), content);
                }
            });
        }
        begins = !goes_on(range);
        if begins {
            invocation.command = None;
            invocation.plain.clear();
        }
    }
}

/// The word that ends the here-document that a line writes into a dotenv file: `cat > .env <<EOF`.
fn dotenv_document(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("<<")?;
    let writes = |part: &str| {
        part.split('>').skip(1).any(|file| {
            let file = file.split_whitespace().next().unwrap_or_default().trim_matches(['"', '\'']);
            let name = file.rsplit('/').next().unwrap_or(file);
            name.starts_with(".env") || name.rsplit_once('.').is_some_and(|(_, ending)| ending == "env")
        })
    };
    let end = after.strip_prefix('-').unwrap_or(after).trim_start();
    let end = end.split_whitespace().next()?.trim_matches(['"', '\'', '\\']);
    (writes(before) || writes(after)).then_some(end)
}

/// Whether a command names the runner of a job, or a service beside it, and no other host.
fn is_local(finder: &Finder<'_, '_>, command: &str) -> bool {
    let host = |text: &str| -> usize {
        text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '$' | '{' | '}')))
            .unwrap_or(text.len())
    };
    let mut named = false;
    for (at, _) in command.match_indices("://") {
        let rest = &command[at + 3..];
        let rest =
            rest.split(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'')).next().unwrap_or(rest);
        let rest = rest.rsplit('@').next().unwrap_or(rest);
        if !finder.is_runner(&rest[..host(rest)]) {
            return false;
        }
        named = true;
    }
    let all = words(command);
    let mut tool = false;
    let mut option = false;
    for word in &all {
        let text = word.text(command);
        let value = ["--host=", "--hostname=", "-h"].iter().find_map(|name| text.strip_prefix(name));
        if option || value.is_some_and(|value| !value.is_empty() && !value.starts_with('-')) {
            let value = if option { text } else { value.unwrap_or(text) };
            let value = value.trim_matches(['"', '\'']);
            if !finder.is_runner(&value[..host(value)]) {
                return false;
            }
            named = true;
            option = false;
            continue;
        }
        let name = text.rsplit('/').next().unwrap_or(text);
        tool |= MYSQL.contains(&name) || name == "redis-cli";
        option = tool && matches!(text, "-h" | "--host") || text == "--hostname";
    }
    // Without a host these tools talk to the machine that they run on.
    let remote =
        all.iter().any(|word| matches!(word.text(command), "ssh" | "kubectl" | "heroku" | "sshpass"));
    (named || tool) && !remote
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
    let runs = |word: &str| matches!(word, "run" | "create" | "up" | "exec");
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

/// Options of commands that take a secret from standard input.
const READS_SECRET: &[&str] = &["--password-stdin", "--with-token", "--pw-stdin"];

/// Looks at what is written into a command that takes a secret from standard input: `echo x | docker login --password-stdin`.
fn piped<'m>(finder: &mut Finder<'_, 'm>, writer: &Text<'m>, reader: &str) {
    let content = &*writer.text;
    if !READS_SECRET.iter().any(|option| reader.split_whitespace().any(|word| word == *option)) {
        return;
    }
    let all = words(content);
    let is_writer = |word: &Word| matches!(word.text(content), "echo" | "printf");
    let Some(at) = all.iter().rposition(is_writer) else { return };
    let value = all[at + 1..].last().filter(|word| !word.text(content).starts_with('-'));
    if let Some(Word { content: range }) = value {
        finder.judge(None, Promise::Password, &writer.cut(range.clone()), Source::Argument);
    }
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
        let assigned = word.assignment(content);
        // Whatever it is called: `kubectl create secret generic db --from-literal=x=secret`.
        if let Some(entry) = raw.strip_prefix("--from-literal=")
            && invocation.plain.iter().any(|word| word == "secret")
            && let Some((name, value)) = entry.split_once('=')
            && !is_open(name)
        {
            let value = value.trim_matches(['"', '\'']);
            let [name, value] = [name, value].map(|part| lines::range_in(content, part));
            take(Some(name), Promise::Password, value, Source::Argument);
            return 1;
        }
        if let Some((name, value)) = &assigned
            && let Some(promise) = option(&content[name.clone()])
        {
            take(Some(name.clone()), promise, value.clone(), Source::Argument);
            return 1;
        }
        let name = raw.trim_start_matches('-');
        let command = invocation.command.as_deref().unwrap_or_default();
        let following = next();
        match argument(command, &invocation.plain, raw, following.map(|next| next.text(content))) {
            Some(Argument::Here(from)) => {
                take(None, Promise::Password, word.content.start + from..word.content.end, Source::Argument);
                return 1;
            }
            Some(Argument::Next(from)) => {
                if let Some(value) = following {
                    take(
                        None,
                        Promise::Password,
                        value.content.start + from..value.content.end,
                        Source::Argument,
                    );
                }
                return 2;
            }
            Some(Argument::None(words)) => return words,
            None => {}
        }
        if assigned.is_some() {
            return 1;
        }
        // `--secret id=x` and `--secret name` name one.
        if raw.len() > 2
            && !matches!(name, "secret" | "credential" | "credentials")
            && let Some(promise) = if raw.starts_with("--") { option(raw) } else { promise(name) }
            && let Some(value) = following
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
pub const MOST_PLAIN: usize = 24;

/// Where the secret of an option stands that has no name for it.
pub enum Argument {
    /// In the same word, from this byte on.
    Here(usize),
    /// In the next word, from this byte on.
    Next(usize),
    /// Nowhere; the option takes this many words.
    None(usize),
}

/// Where the secret of such an option stands; `None` if it is no such option.
pub fn argument(command: &str, plain: &[String], raw: &str, next: Option<&str>) -> Option<Argument> {
    Some(match (short_option(command, plain, raw)?, next) {
        (Short::Glued(skip), _) => Argument::Here(skip),
        (Short::GluedUser(skip), _) => {
            user(&raw[skip..]).map_or(Argument::None(1), |from| Argument::Here(skip + from))
        }
        (_, None) => Argument::None(1),
        (Short::Next, Some(_)) => Argument::Next(0),
        (Short::User, Some(pair)) => user(pair).map_or(Argument::None(2), Argument::Next),
    })
}

/// Where the password of `user:password` begins; `1000:1000` has none.
fn user(pair: &str) -> Option<usize> {
    let colon = pair.find(':')?;
    let user = &pair[..colon];
    let within = user.contains('{') && !user.ends_with('}');
    let ids = pair.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    (!within && !ids).then_some(colon + 1)
}

/// How a short option takes a secret.
enum Short {
    /// It follows in the same word, from this byte on.
    Glued(usize),
    /// It follows the colon in the same word, in what begins at this byte.
    GluedUser(usize),
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
    let flags = |raw: &str| {
        raw.strip_prefix('-').is_some_and(|raw| raw.bytes().all(|byte| byte.is_ascii_alphabetic()))
    };
    match raw {
        _ if raw.starts_with("-p") && long && !raw.contains(':') && is(MYSQL) => Some(Short::Glued(2)),
        _ if raw.starts_with("-p") && long && is(&["sshpass"]) => Some(Short::Glued(2)),
        "-p" if is(&["sshpass", "mongo", "mongosh", "mongodump", "mongorestore"]) => Some(Short::Next),
        "-p" if sub("login") && is(REGISTRIES) => Some(Short::Next),
        "-a" if is(&["redis-cli"]) => Some(Short::Next),
        "-P" if is(&["sqlcmd", "zip"]) => Some(Short::Next),
        "-w" if is(&["ldapsearch", "ldapadd", "ldapmodify"]) => Some(Short::Next),
        "--user" if is(&["curl"]) => Some(Short::User),
        _ if raw.starts_with("--user=") && is(&["curl"]) => Some(Short::GluedUser("--user=".len())),
        _ if raw.starts_with("-u") && long && is(&["curl"]) => Some(Short::GluedUser(2)),
        // `-su`, too.
        _ if raw.ends_with('u') && flags(raw) && is(&["curl"]) => Some(Short::User),
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
