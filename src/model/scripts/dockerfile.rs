//! What a Dockerfile runs: `RUN` while the image is built, `ENTRYPOINT` with `CMD` and `HEALTHCHECK` in its containers.

use super::argv::{self, Program, Word};
use super::{Host, Language, Part, Script};
use crate::model::dockerfile::{Instruction, escape, instructions};
use crate::model::facts::{FileFacts, Owner};
use crate::source::Derived;
use std::ops::Range;

/// Finds the scripts of a Dockerfile.
pub(super) fn find<'m>(file: FileFacts<'m>, found: &mut Vec<Script<'m>>) {
    let text = &*file.source.text;
    let escape = escape(text);
    // Only Dockerfiles for Windows need another one.
    let shell = if escape == '\\' { Language::BASH } else { Language::Cmd };
    let mut stage = Stage { file, text, escape, shell, base: None, entrypoint: None, command: None, found };
    for instruction in instructions(text) {
        let Instruction { keyword, arguments, span, whole, here } = instruction;
        // The here-documents that it opens, with the lines that end them.
        let end = whole.end as usize;
        let documents = here.first().map_or(end, |first| first.span.start as usize)..end;
        if keyword.eq_ignore_ascii_case("FROM") {
            stage.end();
            stage.shell = shell;
            stage.base = arguments.split_whitespace().find(|word| !word.starts_with("--"));
        } else {
            stage.instruction(keyword, span.start as usize..span.end as usize, &documents);
        }
    }
    stage.end();
    found.sort_by_key(|script| script.text().cut(0..0).place());
}

/// What an instruction is told to run.
enum Form {
    /// A list of words.
    Exec(Vec<Word>),
    /// A text for the shell.
    Shell(Derived),
}

/// The stage that is being read.
struct Stage<'f, 'm> {
    file: FileFacts<'m>,
    text: &'m str,
    escape: char,
    /// The shell of the instructions that follow.
    shell: Language,
    /// The image it starts from.
    base: Option<&'m str>,
    entrypoint: Option<Form>,
    command: Option<Form>,
    found: &'f mut Vec<Script<'m>>,
}

impl<'m> Stage<'_, 'm> {
    /// An instruction whose arguments are the bytes of `range`.
    fn instruction(&mut self, keyword: &str, range: Range<usize>, documents: &Range<usize>) {
        match &*keyword.to_ascii_uppercase() {
            "RUN" => self.run(self.past_flags(range), documents),
            "CMD" => self.command = Some(self.form(range)),
            "ENTRYPOINT" => self.entrypoint = Some(self.form(range)),
            "HEALTHCHECK" => {
                let range = self.past_flags(range);
                let (word, rest) = self.first_word(range);
                if word.eq_ignore_ascii_case("CMD") {
                    let form = self.form(rest);
                    self.push(form, Program::Listed, Host::Image { part: Part::Probe });
                }
            }
            "SHELL" => {
                if let Some(words) = argv::json(self.file.id, self.text, range) {
                    let program = words.first().map(|word| argv::text(word).text).unwrap_or_default();
                    self.shell = Language::of_interpreter(&program);
                }
            }
            "ONBUILD" => {
                let (word, rest) = self.first_word(range);
                // It has effect in another build: what runs there by default is not said here.
                if ["RUN", "HEALTHCHECK"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword)) {
                    self.instruction(word, rest, documents);
                }
            }
            _ => {}
        }
    }

    fn run(&mut self, range: Range<usize>, documents: &Range<usize>) {
        let arguments = &self.text[range.clone()];
        let only_document = arguments.starts_with("<<") && !arguments.contains(char::is_whitespace);
        if documents.is_empty() || !only_document {
            let mut form = self.form(range.clone());
            if let (Form::Shell(shell), false) = (&mut form, documents.is_empty()) {
                shell.copy(self.file.id, self.text, range.end..documents.start);
                shell.copy(self.file.id, self.text, documents.clone());
            }
            self.push(form, Program::Listed, Host::Build);
            return;
        }
        let delimiter = arguments.trim_start_matches(['<', '-']).trim_matches(['"', '\'']);
        let body = &self.text[documents.clone()];
        let lines = body.split_inclusive('\n').take_while(|line| line.trim() != delimiter);
        let body = documents.start..documents.start + lines.map(str::len).sum::<usize>();
        let first = self.text[body.clone()].trim_start_matches('\t');
        let language = Language::of_first_line(first).unwrap_or(self.shell);
        let mut script = Derived::default();
        script.copy(self.file.id, self.text, body);
        self.found.push(Script::derived(script, language, Host::Build, owner()));
    }

    /// Ends a stage: what its image runs is known only now.
    fn end(&mut self) {
        let host = Host::Image { part: Part::Command };
        let base = self.base.take();
        match (self.entrypoint.take(), self.command.take()) {
            (Some(Form::Exec(mut entrypoint)), Some(Form::Exec(command))) => {
                entrypoint.extend(command);
                self.push(Form::Exec(entrypoint), Program::Listed, host);
            }
            (Some(entrypoint @ Form::Shell(_)), _) => self.push(entrypoint, Program::Listed, host),
            (Some(entrypoint), command) => {
                self.push(entrypoint, Program::Listed, host);
                let before = self.found.len();
                if let Some(command) = command {
                    // The entrypoint is handed a shell with it.
                    self.push(command, Program::Listed, host);
                }
                for script in &mut self.found[before..] {
                    script.certain = false;
                }
            }
            (None, Some(command)) => self.push(command, Program::OfBase(base), host),
            (None, None) => {}
        }
    }

    fn push(&mut self, form: Form, program: Program<'_>, host: Host<'m>) {
        match form {
            Form::Exec(words) => self.found.extend(argv::script(&words, program, host, owner())),
            Form::Shell(text) if text.text.trim().is_empty() => {}
            Form::Shell(text) => self.found.push(Script::derived(text, self.shell, host, owner())),
        }
    }

    fn form(&self, range: Range<usize>) -> Form {
        match argv::json(self.file.id, self.text, range.clone()) {
            Some(words) => Form::Exec(words),
            None => Form::Shell(self.joined(range)),
        }
    }

    /// A text without the comments and the empty lines between its continuation lines.
    fn joined(&self, range: Range<usize>) -> Derived {
        let mut out = Derived::default();
        let mut start = range.start;
        for line in self.text[range.clone()].split_inclusive('\n') {
            let next = start + line.len();
            let content = line.trim_end();
            let skipped = matches!(content.trim_start().as_bytes().first(), None | Some(b'#'));
            if !skipped {
                let end = start + content.len();
                if content.ends_with(self.escape) && next < range.end {
                    let keeps = usize::from(self.escape == '\\');
                    out.copy(self.file.id, self.text, start..end - 1 + keeps);
                    if keeps > 0 {
                        out.copy(self.file.id, self.text, next - 1..next);
                    }
                } else {
                    out.copy(self.file.id, self.text, start..end);
                }
            }
            start = next;
        }
        out
    }

    /// The arguments behind `--mount=…` and the like.
    fn past_flags(&self, range: Range<usize>) -> Range<usize> {
        let mut range = range;
        while self.text[range.clone()].starts_with("--") {
            range = self.first_word(range).1;
        }
        range
    }

    /// The first word of a range, and what stands behind it and the continuation of its line.
    fn first_word(&self, range: Range<usize>) -> (&'m str, Range<usize>) {
        let rest = &self.text[range.clone()];
        let word = &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
        let mut behind = rest[word.len()..].trim_start();
        while let Some(next) = behind
            .strip_prefix(self.escape)
            .filter(|next| next.trim_start_matches([' ', '\t', '\r']).starts_with('\n'))
        {
            behind = next.trim_start();
        }
        (word, range.end - behind.len()..range.end)
    }
}

fn owner<'m>() -> Owner<'m> {
    Owner::named("file", None)
}
