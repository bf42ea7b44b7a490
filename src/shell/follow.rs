//! From what stands in a script to the commands that run: through variables, aliases and scripts in scripts. What a command runs in
//! turn stands in [`run`](super::run).

use super::command::{Command, How, Word};
use super::define::{Definitions, Value};
use super::frame::{self, Arg, Frame};
use super::mask::{EXPRESSION, UNKNOWN};
use super::syntax::{Invocation, Piece, PieceKind};
use super::{Dialect, parse, tool};
use crate::source::{SourceMap, Span};

/// How many wrappers may stand before a command.
const MAX_WRAPPERS: usize = 12;
/// How deeply scripts may stand in scripts.
const MAX_NESTED: usize = 6;
/// How many words the values of variables may add to a script.
const MAX_EXPANDED: usize = 10_000;

/// Follows scripts and gathers their commands.
pub(super) struct Follow {
    dialect: Dialect,
    /// What was found.
    pub commands: Vec<Command>,
    /// Whether everything was read.
    pub complete: bool,
    nested: usize,
    /// Bytes of scripts in scripts that may still be read.
    bytes: usize,
    /// Words that values of variables may still add.
    expanded: usize,
}

/// A command that was found and is not yet told.
pub(super) struct Found<'i> {
    pub args: Vec<Arg>,
    pub how: How,
    pub certain: bool,
    pub invocation: &'i Invocation,
    /// How many wrappers stand before it.
    pub wrappers: usize,
}

impl Follow {
    /// A start, for a script of this many bytes.
    pub(super) fn new(dialect: Dialect, bytes: usize) -> Self {
        Self {
            dialect,
            commands: Vec::new(),
            complete: true,
            nested: 0,
            bytes: 16 * 1024 + 4 * bytes,
            expanded: MAX_EXPANDED,
        }
    }

    /// Follows the outermost script.
    pub(super) fn script(&mut self, text: &str) {
        let script = parse::parse(text, self.dialect);
        let definitions = Definitions::new(&script, text, None);
        self.frame(Frame {
            text,
            script,
            map: None,
            definitions,
            how: How::Direct,
            function: None,
            certain: true,
            names: Vec::new(),
        });
    }

    fn frame(&mut self, mut frame: Frame<'_>) {
        self.complete &= frame.script.complete;
        let invocations = std::mem::take(&mut frame.script.invocations);
        for invocation in &invocations {
            let first = self.commands.len();
            let args: Vec<Arg> = invocation.words.clone().map(|index| frame.arg(index)).collect();
            let each = self.each(&frame, &args);
            let found = |args, how| Found { args, how, certain: frame.certain, invocation, wrappers: 0 };
            if each.is_empty() {
                self.command(&frame, &invocations, found(args, frame.how.clone()));
            }
            for args in each {
                self.command(&frame, &invocations, found(args, How::Variable));
            }
            // What a pipe reads from is the command that stands there, whatever that runs in turn.
            let name = self.commands.get(first).and_then(Command::name).map(Into::into);
            frame.names.push(name);
        }
    }

    pub(super) fn command(&mut self, frame: &Frame<'_>, all: &[Invocation], mut found: Found<'_>) {
        self.resolve(frame, &mut found);
        if let Some(head) = found.args.first_mut()
            && head.word.text() == Some(".")
        {
            // The same builtin under its other name.
            *head = head.derived("source");
        }
        let Some((first, last)) = found.args.first().zip(found.args.last()) else { return };
        let span = Span::new(first.word.span.start, last.word.span.end.max(first.word.span.end));
        let invocation = found.invocation;
        let command = Command {
            words: found.args.iter().map(|arg| arg.word.clone()).collect(),
            span,
            how: found.how.clone(),
            certain: found.certain,
            function: frame.function(invocation),
            stdin: frame.document(invocation, all),
            piped_from: invocation.piped_from.and_then(|from| frame.names.get(from as usize)?.clone()),
        };
        let name = command.name().map(str::to_owned);
        self.commands.push(command);
        let Some(name) = name else { return };
        if found.wrappers >= MAX_WRAPPERS {
            self.complete = false;
            return;
        }
        self.inner(frame, all, &found, &name);
    }

    /// Puts the value of a variable or an alias in the place of its name, and lists in the place of arguments.
    fn resolve(&mut self, frame: &Frame<'_>, found: &mut Found<'_>) {
        self.expand(frame, &mut found.args);
        let Some(head) = found.args.first() else { return };
        let Some(raw) = head.raw else { return };
        let syntax = frame.script.word(raw);
        if let Some(name) = head.word.text() {
            let plain = matches!(frame.script.pieces(syntax), [piece] if !piece.quoted);
            let Some(value) = frame.definitions.alias_of(name).filter(|_| plain) else { return };
            let words: Vec<Arg> = value.split_whitespace().map(|text| head.derived(text)).collect();
            if !self.affords(&words) {
                return;
            }
            // `alias ls='ls -l'` names itself: what it stands for is no alias again.
            found.args.splice(..1, words);
            found.how = How::Alias;
            return;
        }
        let (text, certain) = frame.definitions.text_of(&frame.script, frame.text, syntax);
        let quoted = frame.script.pieces(syntax).iter().all(|piece| piece.quoted);
        let first = if quoted { Some(&*text) } else { text.split_whitespace().next() };
        if first.is_some_and(|first| !first.is_empty() && !first.contains([EXPRESSION, UNKNOWN])) {
            let words: Vec<Arg> = if quoted {
                vec![head.derived(&text)]
            } else {
                text.split_whitespace().map(|word| head.derived(word)).collect()
            };
            if !self.affords(&words) {
                return;
            }
            found.args.splice(..1, words);
        } else if let Some(guess) = frame::guess(frame, syntax) {
            found.args[0].word = match frame.outer(guess.1) {
                Some(place) => Word::derived(guess.0, place),
                None => Word::derived(guess.0, head.word.span),
            };
            found.args[0].word.span = frame.place(syntax.span);
            found.certain = false;
        } else {
            // `$SUDO kubectl apply`: what is not known may stand for nothing, or for a wrapper.
            if let [_, tool, verb, ..] = &found.args[..]
                && tool::is_call(tool.word.prefix(), verb.word.prefix())
            {
                found.args.remove(0);
                found.certain = false;
            }
            return;
        }
        found.certain &= certain;
        found.args[0].raw = None;
        if found.how == How::Direct {
            found.how = How::Variable;
        }
    }

    /// Whether words may take the place of one.
    fn affords(&mut self, words: &[Arg]) -> bool {
        let added = words.len().saturating_sub(1);
        self.complete &= added <= self.expanded;
        let affords = added <= self.expanded;
        self.expanded -= if affords { added } else { 0 };
        affords
    }

    /// A command whose name is the variable of a loop, once for each of its values; none where a value is no command.
    fn each(&mut self, frame: &Frame<'_>, args: &[Arg]) -> Vec<Vec<Arg>> {
        let head = args.first().and_then(|head| Some((head, frame.script.word(head.raw?))));
        let Some((head, syntax)) = head.filter(|(head, _)| head.word.text().is_none()) else {
            return Vec::new();
        };
        let [Piece { kind: PieceKind::Variable { name, all: false, .. }, span, quoted }] =
            frame.script.pieces(syntax)
        else {
            return Vec::new();
        };
        let Some((Value::Each(values), _)) = frame.definitions.variable(name, span.start) else {
            return Vec::new();
        };
        let unsure =
            |value: &String| value.trim().is_empty() || value.contains([EXPRESSION, UNKNOWN, '*', '?']);
        let added = values.len() * args.len();
        self.complete &= added <= self.expanded;
        if values.iter().any(unsure) || added > self.expanded {
            return Vec::new();
        }
        self.expanded -= added;
        let words = |value: &String| -> Vec<Arg> {
            if *quoted {
                vec![head.derived(value)]
            } else {
                value.split_whitespace().map(|word| head.derived(word)).collect()
            }
        };
        values
            .iter()
            .map(|value| words(value).into_iter().chain(args[1..].iter().cloned()).collect())
            .collect()
    }

    /// `"${args[@]}"`, and `$FLAGS` whose value is known to be options.
    fn expand(&mut self, frame: &Frame<'_>, args: &mut Vec<Arg>) {
        let mut at = 0;
        while at < args.len() {
            let arg = &mut args[at];
            at += 1;
            let Some(raw) = arg.raw.filter(|_| arg.word.text().is_none()) else { continue };
            let [piece] = frame.script.pieces(frame.script.word(raw)) else { continue };
            let PieceKind::Variable { name, all, .. } = &piece.kind else { continue };
            let Some((value, _)) = frame.definitions.variable(name, piece.span.start) else {
                let lower = name.to_ascii_lowercase();
                let named = ["flag", "opt", "arg"].iter().any(|part| lower.contains(part));
                arg.word.options = *all || matches!(&**name, "@" | "*") || (named && !piece.quoted);
                continue;
            };
            let words: Vec<&str> = match value {
                Value::List(list) if *all && list.len() <= self.expanded => {
                    list.iter().map(String::as_str).collect()
                }
                Value::Text(text) if !piece.quoted && (text.starts_with('-') || text.trim().is_empty()) => {
                    text.split_whitespace().collect()
                }
                Value::List(_) if *all => {
                    self.complete = false;
                    continue;
                }
                _ => continue,
            };
            if words.len() > self.expanded {
                self.complete = false;
                continue;
            }
            let words: Vec<Arg> = words.into_iter().map(|text| arg.derived(text)).collect();
            self.expanded -= words.len();
            let count = words.len();
            if at == 1 && count == 0 {
                continue;
            }
            args.splice(at - 1..at, words);
            at = at - 1 + count;
        }
    }

    pub(super) fn nested(
        &mut self,
        frame: &Frame<'_>,
        found: &Found<'_>,
        text: &str,
        map: &SourceMap,
        how: How,
    ) {
        if text.trim().is_empty() {
            return;
        }
        if self.nested == MAX_NESTED || text.len() > self.bytes {
            self.complete = false;
            return;
        }
        self.bytes -= text.len();
        self.nested += 1;
        let script = parse::parse(text, self.dialect);
        let definitions = Definitions::new(&script, text, Some(&frame.definitions));
        let function = frame.function(found.invocation);
        let map = match &frame.map {
            Some(outer) => outer.then(map),
            None => map.clone(),
        };
        self.frame(Frame {
            text,
            script,
            map: Some(map),
            definitions,
            how,
            function,
            certain: found.certain,
            names: Vec::new(),
        });
        self.nested -= 1;
    }
}
