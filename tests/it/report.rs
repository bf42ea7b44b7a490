//! Reports as users see them: pictures of `full`, the JSON schema, and what hostile or secret text must never become.

pub mod canaries;
mod formats;
mod injection;
mod outputs;
mod pictures;
mod sarif;
mod schema;

use plimsoll::diagnostic::{Diagnostic, Excused, Severity};
use plimsoll::fingerprint::{Files, fingerprints};
use plimsoll::report::{Charset, Color, Format, Look, Masks, Material, Run, Summary};
use plimsoll::rule::{self, Catalog};
use plimsoll::secret::secret_spans;
use plimsoll::source::{FileId, Place, SourceFile, Sources, Span};
use plimsoll::yaml;

/// Files and findings in them, to be rendered.
#[derive(Default)]
struct Case {
    sources: Sources,
    failures: Vec<Diagnostic>,
    errors: Vec<String>,
    diagnostics: Vec<Diagnostic>,
    excused: Vec<Excused>,
    catalog: Catalog,
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

    /// The rules that ship, by which reports explain findings.
    fn with_rules() -> Self {
        let mut case = Self::default();
        case.catalog = rule::load_files(rule::built_in(), &[], &mut case.sources).catalog;
        case
    }

    fn with_run<T>(&self, use_it: impl FnOnce(&Run) -> T) -> T {
        let excused = self.excused.iter().map(|excused| &excused.found);
        let all: Vec<_> = self.failures.iter().chain(&self.diagnostics).chain(excused).cloned().collect();
        let document = |id, file: &SourceFile| {
            let options = yaml::Options { file: id, ..yaml::Options::default() };
            file.path.ends_with(".yaml").then(|| yaml::parse(file.text.clone(), options))
        };
        let masks =
            Masks::new(&self.sources, &all, |id, file| secret_spans(file, document(id, file).as_ref()));
        let fingerprints = fingerprints(
            &all,
            Files {
                sources: &self.sources,
                documents: &|_| Vec::new(),
                hidden: &|id| secret_spans(self.sources.get(id), None),
            },
        );
        use_it(&Run::new(&Material {
            failures: &self.failures,
            errors: &self.errors,
            diagnostics: &self.diagnostics,
            excused: &self.excused,
            fingerprints: &fingerprints,
            ..Material::new(&self.sources, &masks, &self.catalog, &self.summary)
        }))
    }

    fn look(&self, format: Format, look: Look) -> String {
        let mut out = Vec::new();
        self.with_run(|run| format.write(&mut out, run, look)).expect("memory takes everything");
        String::from_utf8(out).expect("reports are UTF-8")
    }

    fn render(&self, format: Format) -> String {
        self.look(format, Look::default())
    }

    fn full(&self) -> String {
        self.render(Format::Full)
    }

    fn concise(&self) -> String {
        self.render(Format::Concise)
    }

    fn json(&self) -> String {
        self.render(Format::Json)
    }

    /// Every format in every look, with its name.
    fn all(&self) -> Vec<(&'static str, String)> {
        let full = |color, charset, width| self.look(Format::Full, Look { color, charset, width });
        let mut all: Vec<_> =
            Format::ALL.into_iter().map(|format| (format.name(), self.render(format))).collect();
        all.extend([
            ("full, colour", full(Color::Ansi, Charset::Unicode, 100)),
            ("full, narrow", full(Color::Plain, Charset::Ascii, 30)),
            ("full, wide", full(Color::Plain, Charset::Unicode, 2000)),
        ]);
        all
    }
}
