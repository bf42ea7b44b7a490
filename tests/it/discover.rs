//! The walk over trees that a repository cannot hold: ignored files, links, pipes, odd names.

use plimsoll::artifact::load;
use plimsoll::discover::{Found, MissingPath, Origin, Outcome, Reason, Request, Stdin, discover};
use plimsoll::glob::Globs;
use plimsoll::source::{FileId, Place, Sources, Span, Spanned};
use std::fs;
use std::path::{Path, PathBuf};

fn exclude(patterns: &[&str]) -> Globs {
    let place = Place { file: FileId(0), span: Span::empty(0) };
    let patterns = patterns.iter().map(|pattern| Spanned { value: (*pattern).to_owned(), place });
    Globs::new(patterns.collect()).expect("the patterns are valid")
}

fn tree(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    for (path, bytes) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("it is joined to a directory"))
            .expect("the tree is writable");
        fs::write(path, bytes).expect("the tree is writable");
    }
    directory
}

fn request(root: &Path, paths: &[&str]) -> Request {
    Request {
        root: root.to_owned(),
        current: root.to_owned(),
        paths: paths.iter().map(PathBuf::from).collect(),
        ..Request::default()
    }
}

fn paths(found: &[Found]) -> Vec<&str> {
    found.iter().map(|file| &*file.path).collect()
}

#[test]
fn gitignore_counts_without_a_repository_and_hidden_directories_are_entered() {
    let tree = tree(&[
        (".gitignore", b"/out\n*.log\n"),
        (".github/workflows/ci.yml", b""),
        (".git/config.yaml", b""),
        ("out/a.yaml", b""),
        ("a.log", b""),
        ("node_modules/b.yaml", b""),
    ]);
    let found = discover(&request(tree.path(), &["."])).expect("the path exists");
    assert_eq!(paths(&found), [".github/workflows/ci.yml", ".gitignore", "node_modules/b.yaml"]);
}

#[test]
fn a_named_file_is_read_even_if_ignored_or_excluded_and_comes_once() {
    let tree = tree(&[(".gitignore", b"a.yaml\n"), ("a.yaml", b""), ("vendor/b.yaml", b""), ("c.yaml", b"")]);
    let mut request = request(tree.path(), &["a.yaml", ".", "vendor/../vendor/b.yaml", "c.yaml"]);
    request.exclude = exclude(&["vendor/**"]);
    let found = discover(&request).expect("the paths exist");
    assert_eq!(paths(&found), [".gitignore", "a.yaml", "c.yaml", "vendor", "vendor/b.yaml"]);
    assert_eq!(found[3].outcome, Outcome::Skipped(Reason::Excluded));
    assert_eq!((found[4].origin, &found[4].outcome), (Origin::Explicit, &Outcome::Candidate));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_on_the_walk_but_read_when_named() {
    let tree = tree(&[("a/a.yaml", b"")]);
    std::os::unix::fs::symlink("a", tree.path().join("loop")).expect("links can be made");
    std::os::unix::fs::symlink("a/a.yaml", tree.path().join("b.yaml")).expect("links can be made");
    let found = discover(&request(tree.path(), &["."])).expect("the path exists");
    assert_eq!(paths(&found), ["a/a.yaml", "b.yaml", "loop"]);
    assert_eq!(found[1].outcome, Outcome::Skipped(Reason::Symlink));
    let found = discover(&request(tree.path(), &["b.yaml", "loop"])).expect("the paths exist");
    assert_eq!(paths(&found), ["b.yaml", "loop/a.yaml"]);
    assert!(found.iter().all(|file| file.outcome == Outcome::Candidate));
}

#[cfg(unix)]
#[test]
fn sockets_are_said_and_never_opened() {
    let tree = tree(&[]);
    let _socket =
        std::os::unix::net::UnixListener::bind(tree.path().join("a.yaml")).expect("sockets can be bound");
    for named in [".", "a.yaml"] {
        let found = discover(&request(tree.path(), &[named])).expect("the path exists");
        assert_eq!(found[0].outcome, Outcome::Skipped(Reason::Special), "{named}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_is_shown_with_replacements_and_opened_as_it_is() {
    use std::os::unix::ffi::OsStrExt as _;
    let tree = tree(&[]);
    let name = std::ffi::OsStr::from_bytes(b"a\xff.yaml");
    fs::write(tree.path().join(name), "a: 1\n").expect("the file system takes any bytes");
    let found = discover(&request(tree.path(), &["."])).expect("the path exists");
    assert_eq!(paths(&found), ["a\u{fffd}.yaml"]);
    let mut sources = Sources::default();
    let loaded = load(found, &|_| None, &mut sources);
    assert_eq!((loaded.artifacts.len(), loaded.unreadable.len()), (1, 0));
}

#[test]
fn standard_input_takes_the_place_of_the_file_of_its_name() {
    let tree = tree(&[("a.yaml", b"old: 1\n")]);
    let mut request = request(tree.path(), &["."]);
    request.stdin = Some(Stdin { filename: "a.yaml".into(), bytes: b"new: 1\n".to_vec() });
    let mut sources = Sources::default();
    let _loaded = load(discover(&request).expect("the path exists"), &|_| None, &mut sources);
    let texts: Vec<_> = sources.iter().map(|(_, file)| &*file.text).collect();
    assert_eq!(texts, ["new: 1\n"]);
}

#[test]
fn binary_and_foreign_files_are_skipped_with_their_reason() {
    let tree = tree(&[
        ("a.yaml", b"a\0b"),
        ("b.yaml", b"\xff\xfea\0:\0"),
        ("c.rs", b"fn main() {}"),
        ("d.png", b"\0"),
    ]);
    let mut sources = Sources::default();
    let loaded =
        load(discover(&request(tree.path(), &["."])).expect("the path exists"), &|_| None, &mut sources);
    let skipped: Vec<_> = loaded.skipped.iter().map(|it| (&*it.path, &it.reason)).collect();
    assert_eq!(
        skipped,
        [("a.yaml", &Reason::Binary), ("c.rs", &Reason::Unrelated), ("d.png", &Reason::Unrelated)]
    );
    assert_eq!(loaded.artifacts.len(), 1, "UTF-16 is text");
}

#[test]
fn a_missing_path_names_the_nearest_existing_one() {
    let tree = tree(&[("deploy/web.yaml", b"")]);
    let missing = discover(&request(tree.path(), &["deploy/wep.yaml"])).expect_err("the path does not exist");
    let suggestion = Some("deploy/web.yaml".into());
    assert_eq!(missing, MissingPath { path: "deploy/wep.yaml".into(), suggestion });
}
