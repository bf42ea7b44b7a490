//! Where a shell fills nothing in: in single quotes, and in here-documents whose delimiter is quoted.

use crate::model::lines;
use crate::source::Span;

/// The parts of a script in which `${NAME}` may stand for itself, sorted and disjoint. Where two readings of the quotes differ, as with an
/// apostrophe in double quotes, it is what either says.
pub fn verbatim(script: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for line in lines::logical_lines_of_script(script) {
        in_line(line.of(script), line.start, &mut found);
    }
    crate::secret::disjoint(found)
}

fn in_line(line: &str, start: u32, found: &mut Vec<Span>) {
    let end = line.len();
    let mut add = |from: usize, to: usize| {
        if from < to {
            found.push(Span::new(start + from as u32, start + to as u32));
        }
    };
    if let (Some(at), Some(body)) = (line.find("<<"), line.find('\n')) {
        let delimiter = line[at + 2..].trim_start_matches('-').trim_start();
        if delimiter.starts_with(['\'', '"', '\\']) {
            add(body, end);
        }
    }
    let mut marks = line.match_indices('\'').map(|(at, _)| at);
    while let Some(open) = marks.next() {
        add(open, marks.next().unwrap_or(end));
    }
    let (mut single, mut double, mut escaped) = (None, false, false);
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if single.is_none() => escaped = true,
            b'"' if single.is_none() => double = !double,
            b'\'' if !double => match single.take() {
                Some(open) => add(open, at),
                None => single = Some(at),
            },
            _ => {}
        }
    }
    if let Some(open) = single {
        add(open, end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_in_single_quotes_is_found() {
        for (script, is) in [
            ("a \"${X}\"", false),
            ("a 'b' \"${X}\" 'c'", false),
            ("a '${X}'", true),
            ("a 'b\n${X}'", true),
            ("a \"$(b '${X}')\"", true),
            ("a \"it's\" '${X}'", true),
            ("a \\' ${X}", true),
            ("it's\n' ${X}", false),
            ("cat <<E\n${X}\nE", false),
            ("cat <<'E'\n${X}\nE", true),
            ("cat <<-\\E\n${X}\nE\n", true),
        ] {
            let at = script.find("${").expect("it is there") as u32;
            assert_eq!(verbatim(script).iter().any(|span| span.contains(Span::empty(at))), is, "{script}");
        }
    }
}
