//! Typical mistakes in each kind of file, and what is said of them: the pages of `fixtures/mistakes`. Each mistake is a heading, the files
//! (fences with a language and a path) and the report.

use crate::support::{assert_committed, fixtures, plimsoll, project};
use std::fs;

/// Checks the files of a mistake by the checks alone, without rules.
fn report(files: &[(String, String)]) -> String {
    let mut given: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    if !given.iter().any(|(path, _)| *path == "plimsoll.yaml") {
        given.push(("plimsoll.yaml", "extends: []\n"));
    }
    let folder = project(&given);
    let arguments = ["check", "--output", "full", "--color", "never", "--quiet"];
    let output = plimsoll(folder.path(), &arguments, b"");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a report is UTF-8")
}

/// A page with its reports made anew, and how many mistakes stand on it; what is not found is added to `silent`.
fn renewed(page: &str, silent: &mut Vec<String>) -> (String, usize) {
    let mut new = String::new();
    let mut title = "";
    let mut files: Vec<(String, String)> = Vec::new();
    let mut count = 0;
    let mut lines = page.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```").map(str::trim_end).filter(|info| !info.is_empty()) else {
            title = line.strip_prefix("## ").unwrap_or(title);
            new.push_str(line);
            continue;
        };
        let body: String = lines.by_ref().take_while(|line| line.trim_end() != "```").collect();
        if let Some((_, path)) = info.split_once(' ') {
            new.extend([line, &body, "```\n"]);
            files.push((path.to_owned(), body));
            continue;
        }
        let made = report(&std::mem::take(&mut files));
        if made.trim().is_empty() {
            silent.push(title.trim_end().to_owned());
        }
        assert!(!made.contains("given schemas"), "{made}");
        new.extend([line, made.trim_end(), "\n```\n"]);
        count += 1;
    }
    (new, count)
}

#[test]
fn of_every_typical_mistake_a_person_is_told_what_is_wrong_and_what_to_do() {
    let (mut total, mut silent) = (0, Vec::new());
    let pages = fs::read_dir(fixtures("mistakes")).expect("the folder is there");
    let mut pages: Vec<_> = pages.map(|entry| entry.expect("it can be read").path()).collect();
    pages.sort();
    for path in pages {
        let page = fs::read_to_string(&path).expect("a page can be read");
        let (new, count) = renewed(&page, &mut silent);
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        assert_committed(&format!("fixtures/mistakes/{name}"), &new);
        total += count;
    }
    assert!(silent.is_empty(), "nothing is found in: {silent:#?}");
    assert!(total >= 60, "there are {total} mistakes");
}
