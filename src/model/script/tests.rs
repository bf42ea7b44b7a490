//! Scripts, and what each piece of them is.

use super::*;

fn roles(text: &str, flavour: Flavour) -> Vec<(&str, Role)> {
    pieces(text, flavour).into_iter().map(|(range, role)| (text[range].trim(), role)).collect()
}

#[test]
fn comments_and_printed_text_are_told_from_what_runs() {
    use Role::{Comment, Printed, Runs};
    let text = "run a # why\necho \"b # no\" && c\necho d | e\necho f > g\nif x; then echo h >&2; fi\n";
    assert_eq!(
        roles(text, Flavour::Shell),
        [
            ("run a", Runs),
            ("# why", Comment),
            ("echo \"b # no\"", Printed),
            ("c", Runs),
            ("echo d", Runs),
            ("e", Runs),
            ("echo f > g", Runs),
            ("if x", Runs),
            ("then echo h >&2", Printed),
            ("fi", Runs),
        ]
    );
}

#[test]
fn quotes_and_here_documents_span_lines() {
    use Role::{Printed, Runs};
    let text = "echo \"a\n# b\n\"\ncat <<EOF\nc\nEOF\ncat <<'END' > f\n# d\nEND\ng\n";
    assert_eq!(
        roles(text, Flavour::Shell),
        [
            ("echo \"a", Printed),
            ("# b", Printed),
            ("\"", Printed),
            ("cat <<EOF", Runs),
            ("c", Printed),
            ("cat <<'END' > f", Runs),
            ("# d", Runs),
            ("g", Runs),
        ]
    );
}

#[test]
fn a_text_for_people_in_a_variable_is_printed() {
    use Role::{Printed, Runs};
    let text = "PR_BODY=$(cat <<'EOF'\n# a\nEOF\n)\nBODY_URL=b\nMANIFEST=$(cat <<EOF\nc\nEOF\n)\n";
    let found: Vec<_> =
        roles(text, Flavour::Shell).into_iter().filter(|(text, _)| text.len() > 1 || *text == "c").collect();
    assert_eq!(
        found,
        [
            ("PR_BODY=$(cat <<'EOF'", Printed),
            ("# a", Printed),
            ("BODY_URL=b", Runs),
            ("MANIFEST=$(cat <<EOF", Runs),
            ("c", Runs),
        ]
    );
}

#[test]
fn a_makefile_quote_ends_with_its_line() {
    use Role::{Printed, Runs};
    let text = "help: ## don't panic\n\t@echo it's\n\tdeploy\n";
    let found = roles(text, Flavour::Makefile);
    assert_eq!(found[0], ("help:", Runs));
    assert_eq!(found[2..], [("@echo it's", Printed), ("deploy", Runs)]);
}

#[test]
fn every_text_ends() {
    for text in ["'", "\"\\", "<<", "<<EOF", "a <<A <<B\nx", "#", "\\", "|", ">&", "é\\"] {
        let _ = pieces(text, Flavour::Shell);
        let _ = pieces(text, Flavour::Makefile);
    }
}
