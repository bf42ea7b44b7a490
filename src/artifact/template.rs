//! Tells text with template actions from YAML whose strings hold braces.

use crate::yaml::{Document, Kind, ProblemKind, Style};

/// Whether template actions (Go's `{{ … }}`, Jinja's `{% … %}`) stand where YAML expects a node.
///
/// `image: {{ .Values.image }}` parses, as a mapping in a mapping; `{{- if … }}` on a line of its own does not.
/// Actions in quotes, block scalars and comments, `${{ … }}`, and actions inside a longer plain scalar are ordinary text.
pub fn is_template(document: &Document) -> bool {
    let text = document.text();
    if !text.contains("{{") && !text.contains("{%") {
        return false;
    }
    let broken = document.problems().iter().any(|problem| problem.kind == ProblemKind::Syntax);
    let nested = |node: crate::yaml::Node<'_>| {
        node.kind() == Kind::Mapping && node.style() == Style::Flow && node.source().starts_with("{{")
    };
    document.nodes().any(nested) || (broken && has_bare_action(text))
}

/// Whether a line starts with an action, or its value does, outside comments and block scalars.
fn has_bare_action(text: &str) -> bool {
    let mut block: Option<usize> = None;
    for line in text.lines() {
        let content = line.trim_start_matches([' ', '\t', '\u{feff}']);
        let indent = line.len() - content.len();
        if content.is_empty() || block.is_some_and(|parent| indent > parent) {
            continue;
        }
        block = None;
        if content.starts_with('#') {
            continue;
        }
        let mut value = content;
        while let Some(rest) = value.strip_prefix("- ") {
            value = rest.trim_start();
        }
        if starts_action(value) {
            return true;
        }
        if value.split_once(": ").is_some_and(|(_, after)| starts_action(after.trim_start())) {
            return true;
        }
        if opens_block_scalar(content) {
            block = Some(indent);
        }
    }
    false
}

fn starts_action(text: &str) -> bool {
    text.starts_with("{{") || text.starts_with("{%")
}

/// Whether a line ends in a block scalar header: `|`, `>-`, `|2+ # …`.
fn opens_block_scalar(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    let header = line.trim_end_matches(|c: char| c.is_ascii_digit() || c == '+' || c == '-');
    let Some(before) = header.strip_suffix(['|', '>']) else { return false };
    before.is_empty() || before.ends_with([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Options, parse};

    fn template(text: &str) -> bool {
        is_template(&parse(text, Options::default()))
    }

    #[test]
    fn actions_in_node_position_make_a_template() {
        assert!(template("image: {{ .Values.image }}\n"));
        assert!(template("{{- if .Values.on }}\nkind: Pod\n{{- end }}\n"));
        assert!(template("a: |\n  x\n{{ include \"b\" . }}\n"));
        assert!(template("a:\n  {{- toYaml .Values.a | nindent 2 }}\n"));
        assert!(template("{% if a %}\nb: 1\n{% endif %}\n"));
    }

    #[test]
    fn actions_in_strings_and_comments_are_text() {
        assert!(!template("run: echo ${{ github.ref }}\n"));
        assert!(!template("a: '{{ $labels.pod }} is down'\n"));
        assert!(!template("a: |\n  {{ $labels.pod }}\n"));
        assert!(!template("# {{ x }}\na: 1\n"));
        assert!(!template("a: host-{{ x }}\n"));
    }

    #[test]
    fn a_typo_beside_an_action_in_a_block_scalar_does_not_make_a_template() {
        assert!(!template("a: |\n  {{ $value }}\nb: [1\nc: 'x\n"));
    }
}
