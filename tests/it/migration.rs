//! The repository of the migration, with the pipeline that its plan wants, as commits, checks and editors meet it.

use crate::repository::Repository;
use crate::support::{self, plimsoll};
use std::fs;
use std::path::PathBuf;

/// That repository with the configuration of the migration; none without the corpus.
pub fn migration() -> Option<Repository> {
    let corpus = support::shared("corpus/faultmaven")?;
    let folders = [corpus.join("FaultMaven-Mono"), corpus.join("seed-target")];
    let config = ("plimsoll.yaml", include_str!("../migration.yaml"));
    Some(Repository::copy(&folders.each_ref().map(PathBuf::as_path), &[config]))
}

#[test]
fn an_editor_sees_of_a_buffer_what_it_will_see_of_the_file() {
    let Some(repository) = migration() else { return };
    let file = "docker-compose.yml";
    let text = fs::read_to_string(repository.path().join(file)).expect("a readable file");
    let edited = text.replacen("services:\n", "services:\n  fm-job-worker:\n    image: worker:1\n", 1);
    assert_ne!(text, edited);
    let check = |arguments: &[&str], input: &str| {
        let arguments = [&["check", "--output", "json"], arguments].concat();
        let output = plimsoll(repository.path(), &arguments, input.as_bytes());
        let mut report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        report["diagnostics"].take()
    };
    let before = check(&[file], "");
    let buffer = check(&["-", "--stdin-filename", file], &edited);
    repository.write(file, &edited);
    assert_eq!(buffer, check(&[file], ""));
    assert_ne!(buffer, before);
    // The workflow names a service too, which is no matter of the buffer.
    assert_eq!(buffer.to_string().matches("fm-job-worker` is retired").count(), 1, "{buffer}");
}
