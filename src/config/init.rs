//! Writes the first `plimsoll.yaml` of a repository from what was found in it.

use std::fmt::Write;

/// What was found in a repository.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Workflows with jobs that look like deploys.
    pub deploys: Vec<Deploy>,
    /// Folders that hold others' files, like `vendor`.
    pub exclude: Vec<String>,
    /// Artifact kinds that are there and how many files of each, in the order to show.
    pub kinds: Vec<(&'static str, usize)>,
    /// Names that look like services which are gone.
    pub retired: Vec<String>,
}

/// A workflow that looks like a way to the cluster.
#[derive(Clone, Debug)]
pub struct Deploy {
    /// Its path.
    pub workflow: String,
    /// The ids of its jobs that look like deploys.
    pub jobs: Vec<String>,
}

/// A commented configuration, ready to be written. What could only be guessed stands in it as a comment.
pub fn propose(found: &Found) -> String {
    let mut out = String::from(
        "# What plimsoll checks in this repository. `plimsoll explain RULE` tells about a rule.\n",
    );
    if !found.kinds.is_empty() {
        let kinds: Vec<_> = found.kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        line(&mut out, &format!("# Found here: {}.", kinds.join(", ")));
    }
    line(&mut out, "\nextends: plimsoll:recommended@1");
    pipeline(&mut out, &found.deploys);
    retired(&mut out, &found.retired);
    exclude(&mut out, &found.exclude);
    out.push_str(REST);
    out
}

const REST: &str = "
# Other severities (error, warning, info, off) and params for rules:
# rules:
#   missing-probe: warning
#   missing-healthcheck: {severity: info}

# The same for some paths only; the last entry that matches counts:
# overrides:
#   - {paths: [\"deploy/dev/**\"], rules: {missing-probe: info}}

# Findings that are accepted, with the reason and the last day:
# waivers:
#   - {rule: missing-probe, paths: [\"legacy/**\"], reason: switched off soon, until: 2030-01-31}

# The least severity that fails the run: error, warning, info, never.
fail-on: error
";

fn pipeline(out: &mut String, deploys: &[Deploy]) {
    line(out, "\n# The one way to the cluster: only these jobs may deploy.");
    if deploys.is_empty() {
        line(out, "# pipeline:\n#   - {workflow: .github/workflows/deploy.yml, job: deploy}");
        return;
    }
    line(out, "pipeline:");
    for deploy in deploys {
        line(out, &format!("  - workflow: {}", scalar(&globset::escape(&deploy.workflow))));
        match &*deploy.jobs {
            [] => {}
            [job] => line(out, &format!("    job: {}", scalar(job))),
            jobs => line(out, &format!("    job: {}", list(jobs))),
        }
    }
}

fn retired(out: &mut String, names: &[String]) {
    line(
        out,
        "\n# Services that are gone. Their names are looked for in keys, values, images, hosts and scripts.",
    );
    line(out, "# retired:");
    if names.is_empty() {
        line(out, "#   - {name: old-service, now: new-service, until: 2030-01-31}");
        return;
    }
    for name in names {
        line(out, &format!("#   - name: {}  # looks retired", scalar(name)));
    }
}

fn exclude(out: &mut String, folders: &[String]) {
    line(out, "\n# Files and folders that are not read (besides what git ignores).");
    if folders.is_empty() {
        line(out, "# exclude: [vendor]");
    } else {
        line(
            out,
            &format!(
                "exclude: {}",
                list(&folders.iter().map(|folder| globset::escape(folder)).collect::<Vec<_>>())
            ),
        );
    }
}

fn line(out: &mut String, text: &str) {
    // Writing to a string never fails.
    let _ = writeln!(out, "{text}");
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.iter().map(|item| scalar(item)).collect::<Vec<_>>().join(", "))
}

/// Plain where that reads as the same text everywhere, else quoted as JSON, which is YAML too.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '.' || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "./_-".contains(c))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n", ".inf", ".nan"]
            .contains(&&*text.to_ascii_lowercase());
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{RawConfig, Settings};

    fn read(text: &str) -> Settings<'static> {
        let document = Box::leak(Box::new(crate::yaml::parse(text, crate::yaml::Options::default())));
        let raw = RawConfig::read(document);
        assert!(raw.is_ok(), "{raw:?}\n{text}");
        let settings = Settings::new(raw.unwrap_or_default());
        assert!(settings.is_ok(), "{settings:?}\n{text}");
        settings.unwrap_or_default()
    }

    #[test]
    fn an_empty_repository_gets_a_valid_file_and_every_commented_example_is_valid_too() {
        let text = propose(&Found::default());
        read(&text);
        let examples = text.lines().map(|line| match line.strip_prefix("# ") {
            Some(code) if code.starts_with(' ') || code.ends_with(':') && !code.contains(' ') => code,
            Some(code) if code.starts_with("exclude:") => code,
            _ => line,
        });
        let settings = read(&examples.collect::<Vec<_>>().join("\n"));
        assert!(settings.sanctions(".github/workflows/deploy.yml", "deploy"));
        assert_eq!(settings.retired.entries().len(), 1);
        assert_eq!((settings.rules.len(), settings.overrides.len(), settings.waivers.len()), (2, 1, 1));
        assert!(settings.exclude.matches("vendor/x"));
    }

    #[test]
    fn hostile_and_odd_names_stay_text() {
        let found = Found {
            deploys: vec![Deploy { workflow: "a: b #\n\"'.yml".into(), jobs: vec!["on".into(), "1".into()] }],
            exclude: vec!["~".into(), "[x]".into()],
            kinds: vec![("compose", 2)],
            retired: vec!["x\n- y".into()],
        };
        let settings = read(&propose(&found));
        assert!(settings.pipeline[0].workflow.patterns[0].value.starts_with("a: b #\n\"'"));
        assert_eq!(settings.pipeline[0].jobs.len(), 2);
        assert_eq!(settings.exclude.patterns[0].value, "~");
    }
}
