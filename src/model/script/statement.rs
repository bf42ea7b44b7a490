//! Statements and the blocks around them: what their pieces are, and where their output goes.

use super::Role;
use super::function::{Call, Function};
use super::scan::Scan;
use super::words::{self, Does, Head};
use std::ops::Range;

/// How many open blocks are looked through for the one that a word like `done` closes, and how many calls of a function are kept.
const OPEN: usize = 16;

/// A piece while it is being read.
pub(super) struct Piece {
    pub range: Range<usize>,
    pub role: Role,
    /// Whether it is printed only as long as nothing around it takes the output elsewhere.
    pub loose: bool,
}

/// Where the output of a statement goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Out {
    /// Where that of the script goes.
    Terminal,
    /// Before a person whatever stands around it, or nowhere.
    Person,
    /// Into a log beside the terminal.
    Log,
    /// Into a file, a command or a value.
    On,
}
/// A script, or a substitution in one.
#[derive(Default)]
pub(super) struct Frame<'t> {
    pub nested: Option<Nested>,
    /// Whether the cursor is in double quotes.
    pub quoted: bool,
    /// How many `${` are open.
    pub braces: u32,
    /// How many brackets are open inside words.
    pub parens: u32,
    /// Whether those are of a list, which may span lines.
    pub list: bool,
    pub blocks: Vec<Block<'t>>,
    pub statement: Statement<'t>,
    /// Whether its output is a text for people.
    pub prose: bool,
    /// A function whose body has not begun.
    pub pending: Option<&'t str>,
    /// The function that the cursor is in, by index.
    pub function: Option<usize>,
}

/// How a nested script ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Nested {
    Bracket,
    Backquote,
}

/// Commands that share their output.
pub(super) struct Block<'t> {
    pub kind: &'t str,
    /// Number of loose pieces when it began.
    pub loose: usize,
    /// The function whose body it is, and the one around that.
    pub function: Option<(usize, Option<usize>)>,
}

#[derive(Default)]
pub(super) struct Statement<'t> {
    /// Where the text begins that is in no range yet.
    pub from: usize,
    pub ranges: Vec<Range<usize>>,
    /// Where a redirection sends its output.
    pub out: Option<Out>,
    pub here: Vec<Delimiter<'t>>,
    /// What a reference of make says of it.
    pub role: Option<Role>,
}

#[derive(Clone, Copy)]
pub(super) struct Delimiter<'t> {
    pub word: &'t str,
}

pub(super) struct Here<'t> {
    pub delimiter: Delimiter<'t>,
    pub role: Role,
    pub loose: bool,
}

/// Whether the output of a block is taken from it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Goes {
    /// A redirection or a pipe takes it.
    On,
    /// It goes where that of the script goes.
    Nowhere,
}

/// How a statement ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// At a line break, `;`, `&`, `&&`, `||` or the end of the text.
    Plain,
    /// At `|`.
    Piped,
    /// At the `)` of a pattern.
    Pattern,
}

impl<'t> Scan<'t> {
    /// Ends the statement at the cursor and gives its pieces their roles.
    pub fn finish(&mut self, end: End) {
        let (text, at) = (self.text, self.at);
        let Some(frame) = self.frames.last_mut() else { return };
        let mut statement = std::mem::take(&mut frame.statement);
        statement.ranges.push(statement.from.min(at)..at);
        frame.statement.from = at;
        let nested = frame.nested.is_some();
        let frame_prose = frame.prose;
        let code = statement.ranges.iter().find(|range| !text[(*range).clone()].trim().is_empty());
        let code = code.map_or("", |range| &text[range.clone()]);
        let opens = code.trim_start().starts_with("case ");
        let head =
            if end == End::Pattern && !opens { Head::default() } else { words::head(code, self.flavour) };
        let does = words::does(&head);
        let piped = end == End::Piped;
        let out = match statement.out {
            Some(out) => out,
            None if piped => self.piped(),
            None if nested => Out::On,
            None => Out::Terminal,
        };
        let prose = words::is_prose(code, self.flavour);
        let shown = frame_prose || !matches!(out, Out::On | Out::Log);
        let hands_on = matches!(head.command, "cat" | "echo" | "printf");
        let role = match does {
            _ if end == End::Pattern || statement.role == Some(Role::Runs) => Role::Runs,
            _ if prose || (frame_prose && hands_on) => Role::Printed,
            Does::Shows => Role::Printed,
            Does::Prints if shown => Role::Printed,
            Does::Nothing if out == Out::Terminal => Role::Comment,
            _ => statement.role.unwrap_or(Role::Runs),
        };
        let here_role = match role {
            Role::Comment => Role::Comment,
            _ if prose || (hands_on && shown) => Role::Printed,
            _ => Role::Runs,
        };
        let loose = out == Out::Terminal && !prose && !frame_prose;
        self.open_blocks(&head);
        // What a substitution does with arguments is done with them.
        let gaps = statement.ranges.windows(2).map(|pair| pair[0].end..pair[1].start);
        if !nested && gaps.into_iter().any(|gap| text.get(gap).is_some_and(has_arguments)) {
            self.acts_on_arguments();
        }
        self.count(&head, does, shown);
        for delimiter in statement.here {
            self.here.push_back(Here {
                delimiter,
                role: here_role,
                loose: loose && here_role == Role::Printed,
            });
        }
        let first = self.pieces.len();
        for range in statement.ranges {
            self.push_lines(range, role, loose && role == Role::Printed && does == Does::Prints);
        }
        if does == Does::Acts && role == Role::Runs && end != End::Pattern {
            self.calls.push(Call { name: head.command, pieces: first..self.pieces.len(), out });
        }
        if matches!(out, Out::On | Out::Log) && (piped || statement.out.is_some()) {
            self.close_blocks(&head, Goes::On);
        } else {
            self.close_blocks(&head, Goes::Nowhere);
        }
    }

    /// Where the output goes that a pipe at the cursor takes.
    fn piped(&self) -> Out {
        let rest = self.rest(self.at + 1);
        let rest = rest.strip_prefix('&').unwrap_or(rest).trim_start_matches([' ', '\t']);
        match rest.split([' ', '\t', '\n', ';', '|']).next() {
            Some("less" | "more") => Out::Person,
            Some("tee") => Out::Log,
            _ => Out::On,
        }
    }

    /// Remembers that the function at hand hands its arguments to another command.
    fn acts_on_arguments(&mut self) {
        let function = self.frames.first().and_then(|frame| frame.function);
        if let Some(function) = function.and_then(|at| self.functions.get_mut(at)) {
            function.acts = true;
        }
    }

    /// Counts a statement among those of the function it stands in.
    fn count(&mut self, head: &Head<'t>, does: Does, shown: bool) {
        let [frame] = &mut *self.frames else { return };
        let Some(function) = frame.function.and_then(|at| self.functions.get_mut(at)) else { return };
        match does {
            Does::Prints if shown => function.prints = true,
            Does::Shows => function.prints = true,
            Does::Nothing | Does::Keeps => {}
            Does::Acts if function.calls.len() < OPEN => function.calls.push(head.command),
            Does::Acts | Does::Prints => function.acts = true,
        }
    }

    /// Opens the blocks that the words before a command begin.
    fn open_blocks(&mut self, head: &Head<'t>) {
        if let (Some(name), Some(frame)) = (head.function, self.frames.last_mut()) {
            frame.pending = Some(name);
        }
        for &word in &head.reserved {
            match word {
                "if" | "case" => self.open(word, None),
                "for" | "while" | "until" | "select" => self.open("done", None),
                "{" => {
                    let name = self.frames.last_mut().and_then(|frame| frame.pending.take());
                    self.open("{", name);
                }
                _ => {}
            }
        }
    }

    /// Closes the block that the first word of a statement ends.
    fn close_blocks(&mut self, head: &Head<'t>, goes: Goes) {
        let kind = match head.reserved.first() {
            Some(&"fi") => "if",
            Some(&"esac") => "case",
            Some(&"done") => "done",
            Some(&"}") => "{",
            Some(&")") => "(",
            _ => return,
        };
        self.close(kind, goes);
    }

    pub fn open(&mut self, kind: &'t str, name: Option<&'t str>) {
        let (loose, first) = (self.loose.len(), self.pieces.len());
        let Some(frame) = self.frames.last_mut() else { return };
        let function = name.map(|name| {
            self.functions.push(Function {
                name,
                pieces: first..first,
                prints: false,
                acts: false,
                calls: Vec::new(),
            });
            let index = self.functions.len() - 1;
            (index, frame.function.replace(index))
        });
        frame.blocks.push(Block { kind, loose, function });
    }

    fn close(&mut self, kind: &str, goes: Goes) {
        let Some(frame) = self.frames.last_mut() else { return };
        let Some(above) = frame.blocks.iter().rev().take(OPEN).position(|block| block.kind == kind) else {
            return;
        };
        let from = frame.blocks.len() - 1 - above;
        let end = self.pieces.len();
        let mut loose = self.loose.len();
        for block in frame.blocks.drain(from..).rev() {
            loose = block.loose;
            if let Some((function, outer)) = block.function {
                self.functions[function].pieces.end = end;
                frame.function = outer;
            }
        }
        while goes == Goes::On && self.loose.len() > loose {
            if let Some(piece) = self.loose.pop() {
                self.pieces[piece].role = Role::Runs;
            }
        }
    }

    pub fn push_lines(&mut self, range: Range<usize>, role: Role, loose: bool) {
        let mut start = range.start;
        for line in self.text[range].split_inclusive('\n') {
            self.push(start..start + line.trim_end_matches(['\n', '\r']).len(), role, loose);
            start += line.len();
        }
    }

    pub fn push(&mut self, range: Range<usize>, role: Role, loose: bool) {
        if self.text[range.clone()].trim().is_empty() {
            return;
        }
        if loose {
            self.loose.push(self.pieces.len());
        }
        self.pieces.push(Piece { range, role, loose });
    }
}

impl Frame<'_> {
    pub fn is_in_case(&self) -> bool {
        self.blocks.last().is_some_and(|block| block.kind == "case")
    }
}

/// Whether a text holds arguments of the script or the function: `$1`, `$@`, `$*`.
fn has_arguments(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'$', bytes).any(|at| {
        let name = bytes.get(at + 1 + usize::from(bytes.get(at + 1) == Some(&b'{')));
        name.is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'@' | b'*'))
    })
}
