//! What a command runs in turn: by the tables of [`wrapper`](super::wrapper), or as a function of the script that runs its arguments.

use super::command::{How, base};
use super::follow::{Follow, Found};
use super::frame::{Arg, Frame};
use super::syntax::Invocation;
use super::wrapper::{self, Takes, Wrapper};
use super::{nested, tool};

impl Follow {
    /// What a command runs in turn.
    pub(super) fn inner(&mut self, frame: &Frame<'_>, all: &[Invocation], found: &Found<'_>, name: &str) {
        let args = &found.args;
        let ways = wrapper::wrappers(name);
        for way in ways {
            let Some(from) = behind(args, way.path(), name) else { continue };
            if name == "command" && args[1..].iter().any(|arg| matches!(arg.word.prefix(), "-v" | "-V")) {
                return;
            }
            if self.by_wrapper(frame, all, found, way, name, from) {
                return;
            }
        }
        if let Some(forward) = frame.definitions.forward_of(name) {
            let mut from = 1 + forward.skip;
            while args.get(from).is_some_and(|arg| is_setting(arg.word.prefix())) {
                from += 1;
            }
            let rest = args.get(from..).unwrap_or_default();
            if forward.text {
                self.text(frame, found, rest, How::Script(name.into()));
            } else {
                self.run(frame, all, found, rest, How::Wrapper(name.into()), true);
            }
        } else if ways.is_empty() && !tool::tool(name).is_known() && !wrapper::only_reads(name) {
            let defined = frame.script.functions.iter().any(|function| **function == *name);
            let calls = |at: &usize| match args.get(*at..*at + 2) {
                Some([tool, verb]) => tool::is_call(tool.word.prefix(), verb.word.prefix()),
                _ => false,
            };
            if let Some(at) = (1..5).find(calls).filter(|_| !defined) {
                self.run(frame, all, found, &args[at..], How::Wrapper(name.into()), false);
            } else if let Some(arg) =
                args.iter().skip(1).take(4).find(|arg| tool::is_call_in(arg.word.prefix()))
                && !defined
                && is_runner(name)
            {
                let Found { ref how, invocation, wrappers, .. } = *found;
                let perhaps =
                    Found { args: Vec::new(), how: how.clone(), certain: false, invocation, wrappers };
                self.text(frame, &perhaps, std::slice::from_ref(arg), How::Script(name.into()));
            }
        }
    }

    /// Follows one way of running a command; whether it applies.
    fn by_wrapper(
        &mut self,
        frame: &Frame<'_>,
        all: &[Invocation],
        found: &Found<'_>,
        way: &Wrapper,
        name: &str,
        from: usize,
    ) -> bool {
        let args = &found.args;
        let how = way.how(name);
        let options = |operands: usize| {
            let mut at = from;
            for operand in 0..=operands {
                at = past_options(args, at, way);
                at += usize::from(operand < operands);
            }
            at.min(args.len())
        };
        match way.takes {
            Takes::Command(operands) => {
                let mut at = options(operands);
                while args.get(at).is_some_and(|arg| is_assignment(arg.word.prefix())) {
                    at += 1;
                }
                if at == args.len() && name == "sudo" {
                    self.input(frame, all, found, name);
                }
                self.run(frame, all, found, &args[at..], how, true);
                at < args.len()
            }
            Takes::Image => {
                let at = options(0);
                self.image(frame, all, found, at);
                true
            }
            Takes::Dashes => {
                let Some(dashes) = args[from..].iter().position(|arg| arg.word.text() == Some("--")) else {
                    return true;
                };
                self.run(frame, all, found, &args[from + dashes + 1..], how, true);
                true
            }
            Takes::Itself => {
                let mut words = args[from - 1..].to_vec();
                if words.get(1).is_some_and(|word| word.word.prefix() == "--") {
                    words.remove(1);
                }
                self.run(frame, all, found, &words, how, true);
                true
            }
            Takes::Text(operands) => {
                let at = options(operands);
                let end = match name {
                    "trap" => (at + 1).min(args.len()),
                    "parallel" => args
                        .iter()
                        .position(|arg| arg.word.prefix().starts_with(":::"))
                        .unwrap_or(args.len())
                        .max(at),
                    _ => args.len(),
                };
                if at == end && name == "ssh" {
                    self.input(frame, all, found, name);
                }
                self.text(frame, found, &args[at..end], how);
                true
            }
            Takes::Option(names, operands) => {
                let mut before = 0;
                for (at, arg) in args.iter().enumerate().skip(from) {
                    let known = arg.word.prefix();
                    if arg.word.text().is_some() && names.split(' ').any(|option| option == known) {
                        self.text(frame, found, args.get(at + 1..at + 2).unwrap_or_default(), how);
                        return true;
                    }
                    before += usize::from(!known.starts_with('-'));
                    if before > operands {
                        break;
                    }
                }
                if name == "su" {
                    self.input(frame, all, found, name);
                }
                false
            }
            Takes::Exec => {
                let mut at = from;
                while at < args.len() {
                    at += 1;
                    if !matches!(args[at - 1].word.prefix(), "-exec" | "-execdir" | "-ok" | "-okdir") {
                        continue;
                    }
                    let length = args[at..].iter().position(|arg| matches!(arg.word.prefix(), ";" | "+"));
                    let end = length.map_or(args.len(), |length| at + length);
                    self.run(frame, all, found, &args[at..end], how.clone(), true);
                    at = end;
                }
                true
            }
            Takes::Shell => {
                self.shell(frame, all, found, name);
                true
            }
        }
    }

    /// `bash -c`, `sh -es`, `bash` with a script on its standard input.
    fn shell(&mut self, frame: &Frame<'_>, all: &[Invocation], found: &Found<'_>, name: &str) {
        let args = &found.args;
        let (mut text, mut input) = (false, false);
        let mut at = 1;
        while let Some(word) = args.get(at).and_then(|arg| arg.word.text()) {
            if !word.starts_with(['-', '+']) || word.len() < 2 {
                break;
            }
            at += 1;
            if word == "--" {
                break;
            }
            if word.starts_with("--") {
                at += usize::from(matches!(word, "--rcfile" | "--init-file"));
                continue;
            }
            text |= word.starts_with('-') && word.contains('c');
            input |= word.contains('s');
            at += usize::from(word.contains(['o', 'O']));
        }
        if text {
            self.text(frame, found, args.get(at..at + 1).unwrap_or_default(), How::Script(name.into()));
        } else if input || at >= args.len() || matches!(args[at].word.text(), Some("-" | "/dev/stdin")) {
            self.input(frame, all, found, name);
        }
    }

    /// The arguments of `docker run`, from the image on. Images that are named after a tool run it.
    fn image(&mut self, frame: &Frame<'_>, all: &[Invocation], found: &Found<'_>, at: usize) {
        let args = &found.args;
        let Some(image) = args.get(at) else { return };
        let mut words = args[at + 1..].to_vec();
        let entry = args[..at].iter().enumerate().find_map(|(at, arg)| match arg.word.text()? {
            "--entrypoint" => args.get(at + 1).cloned(),
            text => text.strip_prefix("--entrypoint=").map(|text| arg.derived(text)),
        });
        let mut certain = entry.is_some();
        if let Some(entry) = entry {
            words.insert(0, entry);
        } else if let Some(first) = words.first() {
            let known = base(first.word.prefix());
            let runs = base(image.word.prefix()).split([':', '@']).next().and_then(tool::guessable);
            if let Some(name) = runs
                && (first.word.prefix().starts_with('-') || tool::is_call(name, first.word.prefix()))
            {
                words.insert(0, image.derived(name));
            } else if first.word.prefix().starts_with('-') {
                return;
            } else {
                // Anything else may be an argument of what the image runs by itself.
                certain = tool::tool(known).is_known()
                    || !wrapper::wrappers(known).is_empty()
                    || wrapper::only_reads(known);
            }
        }
        self.run(frame, all, found, &words, How::Container, certain);
    }

    /// A command that another runs.
    fn run(
        &mut self,
        frame: &Frame<'_>,
        all: &[Invocation],
        found: &Found<'_>,
        args: &[Arg],
        how: How,
        certain: bool,
    ) {
        let inner = Found {
            args: args.to_vec(),
            how,
            certain: found.certain && certain,
            invocation: found.invocation,
            wrappers: found.wrappers + 1,
        };
        self.command(frame, all, inner);
    }

    /// Arguments that a shell reads as text.
    fn text(&mut self, frame: &Frame<'_>, found: &Found<'_>, args: &[Arg], how: How) {
        let (text, map) = nested::text(frame, args);
        self.nested(frame, found, &text, &map, how);
    }

    /// Standard input that a shell reads as text: a here-document, a here-string, or what `cat` and `echo` hand on.
    fn input(&mut self, frame: &Frame<'_>, all: &[Invocation], found: &Found<'_>, name: &str) {
        let how = if name == "ssh" { How::Remote } else { How::HereDocument };
        if let Some(word) = frame.input(found.invocation, all) {
            let (text, map) = nested::word(frame, word);
            self.nested(frame, found, &text, &map, how);
            return;
        }
        let Some(from) = found.invocation.piped_from.and_then(|from| all.get(from as usize)) else { return };
        let mut words: Vec<Arg> = from.words.clone().map(|index| frame.arg(index)).collect();
        if words.first().is_some_and(|word| matches!(word.word.prefix(), "echo" | "printf")) {
            words.remove(0);
            words.retain(|word| !matches!(word.word.prefix(), "-e" | "-n" | "%s" | "%s\\n"));
            self.text(frame, found, &words, how);
        }
    }
}

/// The index behind the words of a subcommand, options between them passed over.
fn behind(args: &[Arg], path: impl Iterator<Item = &'static str>, name: &str) -> Option<usize> {
    let tool = tool::tool(name);
    let mut at = 1;
    let mut group = "";
    for step in path {
        loop {
            let text = args.get(at)?.word.prefix();
            at += 1;
            if text == step {
                group = step;
                break;
            }
            if !text.starts_with('-') {
                return None;
            }
            at += usize::from(!text.contains('=') && tool.takes_value(group, text));
        }
    }
    Some(at)
}

/// The index of the first argument from `at` on that is no option and no value of one.
fn past_options(args: &[Arg], mut at: usize, way: &Wrapper) -> usize {
    while let Some(arg) = args.get(at) {
        let known = arg.word.prefix();
        if known == "--" {
            return at + 1;
        }
        if !(known.starts_with('-') && known.len() > 1) {
            return at;
        }
        at += 1;
        at += usize::from(arg.word.text().is_some() && way.takes_value(known));
    }
    at
}

/// `NAME=value` before a command of `env` or `sudo`.
fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// Whether a function that is not known is named after running what it is given: `retry "kubectl get x"`.
fn is_runner(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["retr", "run", "exec", "try"].iter().any(|part| lower.contains(part))
}

/// A number, a duration or an option before the command of a function that runs its arguments.
fn is_setting(text: &str) -> bool {
    text.starts_with('-') || text.starts_with(|c: char| c.is_ascii_digit())
}
