//! The file of findings that a project knows already: one entry a line, sorted, without line numbers and without secrets.

use crate::fingerprint::Fingerprint;
use crate::known::{Entry, Known};
use crate::report::Untrusted;
use serde::Deserialize;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

/// Where the file lies in a project whose configuration names no other one.
pub const FILE_NAME: &str = ".plimsoll/baseline.json";

/// Version of the file. It grows when an older program would read it wrongly, also when fingerprints are made in another way.
const VERSION: u32 = 1;

/// The largest file that is read or written, in bytes: 16 MiB, more than fifty thousand findings.
const MAX_BYTES: u64 = 16 << 20;

/// Reads a file. The error is for a person and names no path.
pub fn read(path: &Path) -> Result<Known, String> {
    let kind = fs::metadata(path).map_err(|error| error.to_string())?;
    if !kind.is_file() {
        // A pipe would be waited for.
        return Err("it is no regular file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large());
    }
    parse(std::str::from_utf8(&bytes).map_err(|_| malformed("it is not UTF-8"))?)
}

#[derive(Deserialize)]
struct Head {
    version: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "version")]
    _version: u32,
    findings: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    path: String,
    rule: String,
    #[serde(default)]
    at: String,
    fingerprint: String,
}

/// Reads the text of a file. The error is for a person.
pub fn parse(text: &str) -> Result<Known, String> {
    let text = text.trim_start_matches('\u{feff}');
    let fault = |error: serde_json::Error| malformed(&error.to_string());
    let Head { version } = serde_json::from_str(text).map_err(fault)?;
    if version != VERSION {
        return Err(format!(
            "it is of version {version}, and this plimsoll reads version {VERSION}; \
             write it anew with `plimsoll baseline`, or use the plimsoll that wrote it"
        ));
    }
    let Written { findings, .. } = serde_json::from_str(text).map_err(fault)?;
    let entry = |row: Row| {
        let fingerprint = Fingerprint::parse(&row.fingerprint);
        let fingerprint = fingerprint.ok_or_else(|| {
            malformed(&format!("`{}` is no fingerprint of 16 hexadecimal digits", row.fingerprint))
        })?;
        Ok(Entry { path: row.path.into(), rule: row.rule.into(), at: row.at, fingerprint })
    };
    findings.into_iter().map(entry).collect()
}

fn malformed(what: &str) -> String {
    format!("{what}; mend it, or remove it and write it anew with `plimsoll baseline`")
}

fn too_large() -> String {
    format!("it is larger than {} MiB: mend some of the findings, or exclude files", MAX_BYTES >> 20)
}

/// The text of a file with these findings. The error is for a person.
pub fn render(known: &Known) -> Result<String, String> {
    let mut text = format!("{{\n  \"version\": {VERSION},\n  \"findings\": [");
    for (index, entry) in known.entries().iter().enumerate() {
        let Entry { path, rule, at, fingerprint } = entry;
        let comma = if index == 0 { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(text, "{comma}\n    {{\"path\": {}, \"rule\": {}, ", quoted(path), quoted(rule));
        if !at.is_empty() {
            let _ = write!(text, "\"at\": {}, ", quoted(at));
        }
        let _ = write!(text, "\"fingerprint\": \"{fingerprint}\"}}");
    }
    text.push_str(if known.entries().is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
    if text.len() as u64 > MAX_BYTES { Err(too_large()) } else { Ok(text) }
}

/// A string of JSON that is harmless to look at.
fn quoted(text: &str) -> String {
    // A string can always be written.
    serde_json::to_string(&Untrusted::exact(text)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, rule: &str, at: &str, digits: &str) -> Entry {
        let fingerprint = Fingerprint::parse(digits).expect("16 digits");
        Entry { path: path.into(), rule: rule.into(), at: at.to_owned(), fingerprint }
    }

    const TEXT: &str = r#"{
  "version": 1,
  "findings": [
    {"path": "a.yaml", "rule": "missing-probe", "at": "Pod web: spec.containers[api]", "fingerprint": "00000000000000ff"},
    {"path": "a.yaml", "rule": "missing-probe", "at": "Pod web: spec.containers[api]", "fingerprint": "00000000000000ff"},
    {"path": "b.sh", "rule": "deploy-outside-pipeline", "fingerprint": "595f9372ce51881e"}
  ]
}
"#;

    #[test]
    fn it_is_sorted_with_an_entry_a_line_and_read_as_it_was_written() {
        let at = "Pod web: spec.containers[api]";
        let known: Known = [
            entry("b.sh", "deploy-outside-pipeline", "", "595f9372ce51881e"),
            entry("a.yaml", "missing-probe", at, "00000000000000ff"),
            entry("a.yaml", "missing-probe", at, "00000000000000ff"),
        ]
        .into_iter()
        .collect();
        assert_eq!(render(&known).as_deref(), Ok(TEXT));
        assert_eq!(parse(TEXT), Ok(known.clone()));
        assert_eq!(parse(&format!("\u{feff}{}", TEXT.replace('\n', "\r\n"))), Ok(known));
        let none = Known::default();
        assert_eq!(render(&none).as_deref(), Ok("{\n  \"version\": 1,\n  \"findings\": []\n}\n"));
        assert_eq!(render(&none).and_then(|text| parse(&text)), Ok(none));
    }

    #[test]
    fn names_are_exact_and_harmless_to_look_at() {
        let path = "\u{1b}]0;x\u{7}/\u{202e}\n::error::\"##[x]\u{e0041}.yaml";
        let known: Known = [entry(path, "r", "é", "00000000000000ff")].into_iter().collect();
        let text = render(&known).expect("it is small");
        let is_harmless = |c: char| c == '\n' || c == 'é' || c.is_ascii_graphic() || c == ' ';
        assert!(text.chars().all(is_harmless) && !text.contains("##"), "{text}");
        assert_eq!(text.lines().count(), 6);
        assert_eq!(parse(&text), Ok(known));
    }

    #[test]
    fn what_is_malformed_is_told() {
        for (from, to, told) in [
            (
                "\"version\": 1",
                "\"version\": 2",
                "it is of version 2, and this plimsoll reads version 1; write",
            ),
            ("\"version\": 1,", "", "missing field `version` at line"),
            (
                "}\n  ]",
                "},\n  ]",
                "expected value at line 7 column 3; mend it, or remove it and write it anew",
            ),
            ("    {\"path\": \"b", "<<<<<<< HEAD\n    {\"path\": \"b", "expected value at line 6 column 1"),
            ("\"rule\"", "\"rulle\"", "unknown field `rulle`"),
            ("595f", "595F", "`595F9372ce51881e` is no fingerprint of 16 hexadecimal digits"),
            ("\"b.sh\"", "3", "invalid type: integer `3`"),
        ] {
            let error = parse(&TEXT.replacen(from, to, 1)).expect_err(to);
            assert!(error.starts_with(told), "{error}");
        }
        assert!(parse("").is_err() && parse("[]").is_err() && parse("null").is_err());
        assert!(parse(&"[".repeat(1_000_000)).is_err(), "nothing recurses without end");
    }
}
