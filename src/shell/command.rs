//! One command that a script invokes, and the questions rules ask about it.

use super::mask::{EXPRESSION, UNKNOWN};
use super::tool;
use crate::source::{FileId, Place, Segment, SourceMap, Span};

/// A command that a script really invokes.
#[derive(Clone, Debug)]
pub struct Command {
    /// Name and arguments; never empty.
    pub words: Vec<Word>,
    /// From the first to the last word, in bytes of the script.
    pub span: Span,
    /// How the script comes to run it.
    pub how: How,
    /// Whether it runs for certain when its line does: not when it is only guessed from a variable's or a wrapper's name.
    pub certain: bool,
    /// The function in whose body it stands.
    pub function: Option<Box<str>>,
    /// The here-document that it reads.
    pub stdin: Option<HereDocument>,
    /// Name of the command whose output it reads; `None` too when that name is only known at run time.
    pub piped_from: Option<Box<str>>,
}

/// A here-document, without its delimiters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HereDocument {
    /// Its bytes in the script.
    pub span: Span,
    /// Whether variables and substitutions in it are expanded.
    pub expands: bool,
}

/// How a script comes to run a command; the innermost way where there are several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// It stands there as a command.
    Direct,
    /// Another command runs it: `sudo`, `xargs`, a function that runs its arguments. With the name of that command.
    Wrapper(Box<str>),
    /// It stands in a string that a shell runs: `bash -c`, `eval`, `trap`. With the name of the command.
    Script(Box<str>),
    /// It stands in a here-document or a piped text that a shell runs.
    HereDocument,
    /// Its name is the value of a variable.
    Variable,
    /// Its name is an alias.
    Alias,
    /// It runs in a container or a pod.
    Container,
    /// It runs on another machine.
    Remote,
    /// It is no command of a shell, but an action that a step uses; its name is the action's.
    Action,
    /// It was found by looking through a script that no parser reads.
    Scanned,
}

impl How {
    /// Its name in rules.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Wrapper(_) => "wrapper",
            Self::Script(_) => "script",
            Self::HereDocument => "heredoc",
            Self::Variable => "variable",
            Self::Alias => "alias",
            Self::Container => "container",
            Self::Remote => "remote",
            Self::Action => "action",
            Self::Scanned => "scanned",
        }
    }
}

/// A word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// What is known of its text: all of it, or what stands before the first expansion.
    known: String,
    whole: bool,
    /// Whether it holds a GitHub expression (`${{ … }}`).
    pub expression: bool,
    /// Whether it may stand for any number of options: `"$@"`, `$KUBECTL_FLAGS`.
    pub(super) options: bool,
    /// Its bytes in the script, quotes included; the use of a variable where the word comes from its value.
    pub span: Span,
    /// From the known text to the script; empty when the text stands there as it is.
    map: SourceMap,
}

/// The end of a word: all of it, or the value behind `--flag=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value<'c> {
    word: &'c Word,
    arg: usize,
    start: usize,
}

/// The file of maps that lead to a script.
pub(super) const SCRIPT: FileId = FileId(0);

impl Word {
    /// A word whose known text `map` leads to the script; an empty map says that it stands there as it is.
    /// `text` may hold the characters that stand for what is not known.
    pub(super) fn new(mut text: String, mut whole: bool, span: Span, map: SourceMap) -> Self {
        let expression = text.contains(EXPRESSION);
        if let Some(end) = text.find([EXPRESSION, UNKNOWN]) {
            text.truncate(end);
            whole = false;
        }
        Self { known: text, whole, expression, options: false, span, map }
    }

    /// A word that is made from another text, all of which stands for the bytes of `span`.
    pub(super) fn derived(text: &str, span: Span) -> Self {
        let mut map = SourceMap::default();
        map.push(Segment { out: 0, source: Place { file: SCRIPT, span }, verbatim: false });
        Self::new(text.to_owned(), true, span, map)
    }

    /// Its text, unless an expansion or a GitHub expression makes a part of it.
    pub fn text(&self) -> Option<&str> {
        self.whole.then_some(&*self.known)
    }

    /// What is known of its text: all of it, or what stands before the first expansion.
    pub fn prefix(&self) -> &str {
        &self.known
    }

    /// Whether its text stands in the script byte by byte from the start of its place.
    pub fn is_verbatim(&self) -> bool {
        self.map.segments().iter().all(|segment| segment.verbatim) && self.map.segments().len() < 2
    }

    /// The bytes of the script that a range of the known text comes from.
    pub fn place(&self, range: std::ops::Range<usize>) -> Span {
        let out = Span::from(range);
        match self.map.place(out) {
            Some(place) => place.span,
            None => Span::new(self.span.start + out.start, self.span.start + out.end),
        }
    }

    /// Its bytes in the script: without the quotes where its text is known and they stand around all of it.
    pub fn content(&self) -> Span {
        if self.whole && self.map.segments().len() < 2 { self.place(0..self.known.len()) } else { self.span }
    }
}

impl<'c> Value<'c> {
    /// Its text, if it is known.
    pub fn text(self) -> Option<&'c str> {
        self.word.text().map(|text| &text[self.start..])
    }

    /// The word that it ends.
    pub fn word(self) -> &'c Word {
        self.word
    }

    /// The index of the word among the arguments.
    pub fn arg(self) -> usize {
        self.arg
    }

    /// Offset of its first byte in the known text of the word.
    pub fn start(self) -> usize {
        self.start
    }

    /// Its bytes in the script.
    pub fn span(self) -> Span {
        if self.start == 0 {
            return self.word.content();
        }
        let known = self.word.place(self.start..self.word.known.len());
        if self.word.whole { known } else { Span::new(known.start, self.word.span.end.max(known.start)) }
    }
}

impl Command {
    /// The action that a step uses, without its version and in small letters: `text` is that of its `uses`.
    pub fn action(text: &str) -> Self {
        let name = text.split('@').next().unwrap_or(text);
        let span = Span::new(0, name.len() as u32);
        // GitHub does not tell capitals apart in it.
        let word = Word::derived(&name.to_ascii_lowercase(), span);
        Self {
            words: vec![word],
            span,
            how: How::Action,
            certain: true,
            function: None,
            stdin: None,
            piped_from: None,
        }
    }

    /// Its name without the folder, if it is known.
    pub fn name(&self) -> Option<&str> {
        let name = self.words.first()?.text()?;
        Some(if self.how == How::Action { name } else { base(name) })
    }

    /// The words behind the name.
    pub fn args(&self) -> &[Word] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The words that say what the tool shall do, past its global options: `apply`; `rollout`, `status`. The last one is a word that is
    /// not known where what the tool shall do cannot be known.
    pub fn subcommand(&self) -> Vec<&Word> {
        let tool = self.name().map(tool::tool).unwrap_or_default();
        let mut path: Vec<&Word> = Vec::new();
        let mut group = String::new();
        let mut args = self.args().iter();
        let mut open = None;
        while let Some(word) = args.next() {
            let Some(text) = word.text() else {
                if word.prefix().starts_with('-') {
                    continue;
                }
                open = Some(word).filter(|_| tool.is_known() && path.is_empty());
                if word.options {
                    continue;
                }
                break;
            };
            if text == "--" {
                break;
            }
            if text.len() > 1 && text.starts_with(['-', '+']) {
                if !text.contains('=') && tool.takes_value(&group, text) {
                    args.next();
                }
                continue;
            }
            if !is_verb(text) {
                break;
            }
            if !group.is_empty() {
                group.push(' ');
            }
            group.push_str(text);
            path.push(word);
            open = None;
            if !tool.is_group(&group) {
                break;
            }
        }
        path.extend(open);
        path
    }

    /// The first word of the subcommand, if it is known.
    pub fn verb(&self) -> Option<&str> {
        self.subcommand().first().and_then(|word| word.text())
    }

    /// The values of an option under any of its names, with or without dashes: `--x=v`, `--x v`, `-xv`, `-x v`. An option without a
    /// value, and what stands behind `--`, give none.
    pub fn flag(&self, names: &[&str]) -> Vec<Value<'_>> {
        self.options(names).filter_map(|(_, value)| value).collect()
    }

    /// Whether a word may stand for options that nobody sees here, so that [`Command::has`] may be wrong when it says no.
    pub fn is_open(&self) -> bool {
        self.args().iter().any(|word| word.options)
    }

    /// Whether an option is given under any of its names, with or without dashes and value.
    pub fn has(&self, names: &[&str]) -> bool {
        self.options(names).next().is_some()
    }

    /// The words that give an option, each with its value.
    fn options<'c>(&'c self, names: &[&str]) -> impl Iterator<Item = (&'c Word, Option<Value<'c>>)> {
        let args = self.args();
        let end = args.iter().position(|word| word.text() == Some("--")).unwrap_or(args.len());
        let names: Vec<String> = names.iter().map(|name| name.trim_start_matches('-').to_owned()).collect();
        let tool = self.name().map(tool::tool).unwrap_or_default();
        args[..end].iter().enumerate().filter_map(move |(at, word)| {
            let found = names.iter().find_map(|name| given(word, name, tool))?;
            let next = args[..end].get(at + 1);
            let value = match found {
                Given::With(start) => Some(Value { word, arg: at, start }),
                Given::Bare => next
                    .filter(|next| next.prefix() == "-" || !next.prefix().starts_with('-'))
                    .map(|word| Value { word, arg: at + 1, start: 0 }),
            };
            Some((word, value))
        })
    }
}

enum Given {
    /// Its value starts at this byte of the same word.
    With(usize),
    /// Its value, if it takes one, is the next word.
    Bare,
}

/// Whether a word gives the option of this name.
fn given(word: &Word, name: &str, tool: tool::Tool) -> Option<Given> {
    let known = word.prefix();
    let dashes = known.len() - known.trim_start_matches('-').len();
    let text = &known[dashes..];
    let mut letters = name.chars();
    let short = letters.next().filter(|_| letters.next().is_none());
    let Some(short) = short else {
        let rest = text.strip_prefix(name).filter(|_| matches!(dashes, 1 | 2))?;
        return match rest.strip_prefix('=') {
            Some(_) => Some(Given::With(dashes + name.len() + 1)),
            None => (rest.is_empty() && word.whole).then_some(Given::Bare),
        };
    };
    if dashes != 1 {
        return None;
    }
    for (at, letter) in text.char_indices() {
        let rest = &text[at + letter.len_utf8()..];
        if letter == short {
            let start = dashes + at + letter.len_utf8();
            // `-abc` that asks for `b` is a cluster of letters, not `-a` with a value; longer words are long options of one dash.
            if at > 0 && (text.len() > 4 || !text.bytes().all(|byte| byte.is_ascii_alphabetic())) {
                return None;
            }
            return match (rest.is_empty() && word.whole, rest.strip_prefix('=')) {
                (true, _) => Some(Given::Bare),
                (false, Some(_)) => Some(Given::With(start + 1)),
                (false, None) => Some(Given::With(start)),
            };
        }
        let mut option = [b'-', 0];
        option[1] = if letter.is_ascii() { letter as u8 } else { b'?' };
        if std::str::from_utf8(&option).is_ok_and(|option| tool.takes_value("", option)) {
            return None;
        }
    }
    None
}

/// The last component of a path.
pub(super) fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Whether a word can name what a tool shall do.
fn is_verb(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':'))
}
