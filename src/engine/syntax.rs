//! What is wrong with a file as text: its encoding, its syntax.

use crate::artifact::Kind;
use crate::checks::own;
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::model::{Model, embedded};
use crate::source::{Encoding, FileId, Place, Span};
use crate::yaml::{Document, Problem, ProblemKind};

/// The findings of a file's text.
pub fn findings(model: &Model<'_>, id: FileId) -> Vec<Diagnostic> {
    let file = model.file(id);
    let mut found = Vec::new();
    let bad = match file.source.encoding {
        Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be => None,
        Encoding::Lossy { first } => Some((first, "UTF-8")),
        Encoding::LossyUtf16 { first } => Some((first, "UTF-16")),
    };
    if let Some((first, encoding)) = bad {
        let place = Place { file: id, span: Span::new(first, first + 3) };
        found.push(
            own("encoding-error", place, format!("the file is not {encoding} from here on"))
                .with_help("save it as UTF-8; what is not text was read as U+FFFD"),
        );
    }
    // Where something is filled in before a manifest is read, its syntax is not seen here.
    let embedded = embedded(file).iter().filter(|embedded| !embedded.fragment);
    let embedded = embedded.flat_map(|embedded| embedded.document.problems());
    let twice = embedded.filter(|problem| problem.kind == ProblemKind::DuplicateKey);
    let own_problems = file.artifact.document.iter().flat_map(Document::problems);
    found.extend(own_problems.chain(twice).map(|problem| {
        let Problem { kind, span, message, help, related } = problem;
        let place = |span| Place { file: id, span };
        let mut diagnostic = own(check_of(*kind), place(*span), message.as_str());
        // What nothing is deployed from may be wrong without harm: test data, other tools' dialects.
        if matches!(file.artifact.kind, Kind::Data | Kind::Package) {
            diagnostic.severity = diagnostic.severity.min(Severity::Warning);
        }
        diagnostic.help.clone_from(help);
        if *kind == ProblemKind::DuplicateKey && span.of(&file.source.text) == "apiVersion" {
            diagnostic.help = Some("write `---` before it, if another object begins here".to_owned());
        }
        diagnostic
            .related
            .extend(related.map(|(span, text)| Label { place: place(span), text: text.to_owned() }));
        diagnostic
    }));
    found
}

fn check_of(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Syntax => "syntax-error",
        ProblemKind::Leniency => "lenient-syntax",
        ProblemKind::DuplicateKey => "duplicate-key",
        ProblemKind::Limit => "limit-exceeded",
    }
}
