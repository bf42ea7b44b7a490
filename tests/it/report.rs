//! Reports as users see them: pictures of `full`, the JSON schema, and what hostile or secret text must never become.

pub mod canaries;
mod injection;
mod pictures;
mod schema;

use plimsoll::diagnostic::{Diagnostic, Severity};
use plimsoll::report::{Charset, Color, Look, Masks, Run, Summary, concise, full, json};
use plimsoll::secret::secret_spans;
use plimsoll::source::{FileId, Place, SourceFile, Sources, Span};
use plimsoll::yaml;

/// Files and findings in them, to be rendered.
#[derive(Default)]
struct Case {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
    summary: Summary,
}

impl Case {
    fn file(&mut self, path: &str, text: &str) -> FileId {
        self.summary.files += 1;
        self.sources.add(SourceFile::new(path, text))
    }

    /// The place of the first `needle` in a file.
    fn at(&self, file: FileId, needle: &str) -> Place {
        let start = self.sources.get(file).text.find(needle).expect("the test's file holds the needle");
        Place { file, span: Span::from(start..start + needle.len()) }
    }

    fn find(&mut self, rule: &str, place: Place, message: &str, label: &str) -> &mut Diagnostic {
        let mut diagnostic = Diagnostic::new(rule, Severity::Error, place, message);
        diagnostic.primary.text = label.into();
        self.diagnostics.push(diagnostic);
        self.summary.errors += 1;
        self.diagnostics.last_mut().expect("just pushed")
    }

    fn render(&self, write: impl FnOnce(&mut dyn std::io::Write, &Run) -> std::io::Result<()>) -> String {
        let masks = Masks::new(&self.sources, &self.diagnostics, |id, file| {
            let yaml = file.path.ends_with(".yaml").then(|| {
                yaml::parse(file.text.clone(), yaml::Options { file: id, ..yaml::Options::default() })
            });
            secret_spans(file, yaml.as_ref())
        });
        let run = Run {
            sources: &self.sources,
            diagnostics: &self.diagnostics,
            fingerprints: &[],
            summary: &self.summary,
            masks: &masks,
        };
        let mut out = Vec::new();
        write(&mut out, &run).expect("writing to memory cannot fail");
        String::from_utf8(out).expect("reports are UTF-8")
    }

    fn full(&self) -> String {
        self.render(|out, run| full(out, run, Look::default()))
    }

    fn concise(&self) -> String {
        self.render(concise)
    }

    fn json(&self) -> String {
        self.render(json)
    }

    /// Every format in every look, with its name.
    fn all(&self) -> Vec<(&'static str, String)> {
        let look =
            |color, charset, width| self.render(|out, run| full(out, run, Look { color, charset, width }));
        vec![
            ("full", self.full()),
            ("full, colour", look(Color::Ansi, Charset::Unicode, 100)),
            ("full, narrow", look(Color::Plain, Charset::Ascii, 30)),
            ("full, wide", look(Color::Plain, Charset::Unicode, 2000)),
            ("concise", self.concise()),
            ("json", self.json()),
        ]
    }
}
