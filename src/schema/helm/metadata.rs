//! What `helm lint` and the loader say of Chart.yaml beyond its keys and types (pkg/lint/rules/chartfile.go, pkg/chart/metadata.go).

use super::chart::Chart;
use super::version::{Range, Version};
use crate::checks::own;
use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::label_of;
use crate::model::is_unknown;
use crate::schema::words::{mistyped, quoted, shown};
use crate::yaml::{Kind, Node, Scalar, Style};

/// The findings in Chart.yaml.
pub fn findings(chart: &Chart<'_>, found: &mut Vec<Diagnostic>) {
    let scalar = |key: &str| chart.root.get(key).filter(|node| is_known(*node));
    if chart.root.get("apiVersion").is_none_or(Node::is_null) {
        let place = label_of(chart.root);
        let mut finding = own("missing-key", place, "this chart has no `apiVersion`");
        // `helm lint` refuses it; everything else takes it for a chart of version 1 (loader.LoadFiles).
        finding.severity = Severity::Warning;
        found.push(
            finding.with_help("write `apiVersion: v2`; without it Helm takes the chart for one of `v1`"),
        );
    }
    if let Some(version) = scalar("version") {
        found.extend(not_text("version", version).or_else(|| no_version(version)));
    }
    if let Some(version) = chart.root.get("appVersion").filter(|node| !is_unknown(*node)) {
        found.extend(not_text("appVersion", version));
    }
    if let Some(name) = scalar("name").filter(|name| !is_plain(&name.text())) {
        let message = format!("{} is no name of a chart", quoted(&name.text()));
        found.push(own("invalid-value", name.place(), message).with_help("a name is not a path"));
    }
    if let Some(range) = scalar("kubeVersion").filter(|range| !range.text().is_empty()) {
        found.extend(no_range("kubeVersion", range, ">=1.29.0-0"));
    }
    keys_of_v2(chart, found);
    maintainers(chart, found);
    let sources = chart.root.get("sources").into_iter().flat_map(Node::items);
    for url in sources.chain(chart.root.get("icon")).filter(|url| is_known(*url)) {
        let text = url.text();
        // An icon may be empty; a source may not.
        if !(has_scheme(&text) || text.is_empty() && url.key().is_some()) {
            let message = format!("{} is no URL", quoted(&text));
            let help = "write it whole, with its scheme, as `https://example.com/chart`";
            found.push(own("invalid-value", url.place(), message).with_help(help));
        }
    }
}

/// A range of versions that is none.
pub fn no_range(key: &str, range: Node<'_>, example: &str) -> Option<Diagnostic> {
    let text = range.text();
    Range::parse(&text).is_none().then(|| {
        let message = format!("`{key}: {}` is no range of versions", shown(&text));
        own("invalid-value", range.place(), message).with_help(format!("write it as `{example}`"))
    })
}

/// Whether a node is a scalar that is as it will be read: no variable, and no mark that a release puts a version in the place of.
pub fn is_known(node: Node<'_>) -> bool {
    let text = node.text();
    let is_mark = text.contains('@') && !text.contains("://")
        || text.contains('%')
        || text.starts_with("__")
        || text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') && !text.is_empty();
    node.resolve().kind() == Kind::Scalar && !is_unknown(node) && !is_mark
}

/// A version that YAML reads as a number, so that `1.10` becomes 1.1.
fn not_text(key: &str, node: Node<'_>) -> Option<Diagnostic> {
    let written = node.text();
    if matches!(node.scalar(), Scalar::Str(_))
        || matches!(node.resolve().kind(), Kind::Sequence | Kind::Mapping)
        || node.tag().is_some()
    {
        return None;
    }
    let place = if written.is_empty() { label_of(node) } else { node.place() };
    let help = match node.scalar() {
        Scalar::Null => "write it in quotes, or leave the key out".to_owned(),
        _ => format!("put it in quotes: `\"{}\"`", shown(&written)),
    };
    Some(own("wrong-type", place, mistyped(key, "a string", node)).with_help(help))
}

fn no_version(node: Node<'_>) -> Option<Diagnostic> {
    let text = node.text();
    // What is empty is missing.
    if text.is_empty() || Version::parse(&text).is_some() {
        return None;
    }
    let trimmed = Version::parse(text.trim()).is_some() && node.resolve().style() != Style::Plain;
    let help = if trimmed { "remove the spaces" } else { "write it as `MAJOR.MINOR.PATCH`, as `1.2.3`" };
    let message = format!("{} is no version of a chart", quoted(&text));
    Some(own("invalid-value", node.place(), message).with_help(help))
}

fn keys_of_v2(chart: &Chart<'_>, found: &mut Vec<Diagnostic>) {
    if chart.text("apiVersion").as_deref() != Some("v1") {
        return;
    }
    let says = |key: &str| {
        let entry = chart.root.entry(key)?;
        let has_items = entry.value.items().next().is_some();
        let has_text = entry.value.resolve().kind() == Kind::Scalar && !entry.value.text().is_empty();
        (has_items || has_text).then_some(entry.key)
    };
    for (key, help) in [
        ("dependencies", "write `apiVersion: v2`, or list them in requirements.yaml"),
        ("type", "write `apiVersion: v2`, or leave it out"),
    ] {
        if let Some(node) = says(key) {
            let message = format!("a chart with `apiVersion: v1` has no `{key}`");
            found.push(own("unknown-key", node.place(), message).with_help(help));
        }
    }
}

fn maintainers(chart: &Chart<'_>, found: &mut Vec<Diagnostic>) {
    for maintainer in chart.root.get("maintainers").into_iter().flat_map(Node::items) {
        let scalar = |key: &str| maintainer.get(key).filter(|node| node.resolve().kind() == Kind::Scalar);
        let wrong_email = |email: &Node<'_>| {
            let text = email.text();
            let parts = text.split_once('@');
            !is_unknown(*email)
                && !text.is_empty()
                && (text.contains(char::is_whitespace)
                    || parts.is_none_or(|(name, host)| name.is_empty() || host.is_empty()))
        };
        if let Some(email) = scalar("email").filter(wrong_email) {
            let message = format!("{} is no email address", quoted(&email.text()));
            let help = "write the address alone, as `team@example.com`";
            found.push(own("invalid-value", email.place(), message).with_help(help));
        }
        let wrong_url = |url: &Node<'_>| !is_unknown(*url) && url.text().contains(char::is_whitespace);
        if let Some(url) = scalar("url").filter(wrong_url) {
            let message = format!("{} is no URL", quoted(&url.text()));
            found.push(own("invalid-value", url.place(), message).with_help("write one URL alone"));
        }
    }
}

/// Whether a name is no path (`filepath.Base` of it is itself).
fn is_plain(name: &str) -> bool {
    name.is_empty() || !name.contains('/') && !matches!(name, "." | "..")
}

/// Whether a text begins with a scheme, as Go's `url.ParseRequestURI` wants it.
pub fn has_scheme(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    !rest.is_empty()
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use crate::schema::testing::found;

    fn of(text: &str) -> String {
        found(&[("web/Chart.yaml", text)]).join("\n")
    }

    #[test]
    fn versions_are_text() {
        insta::assert_snapshot!(of("apiVersion: v2\nname: web\nversion: 1.10\nappVersion: 1.10\n"), @r#"
    web/Chart.yaml:3:10 wrong-type "1.10": `version` must be a string, but it is a number | put it in quotes: `"1.10"`
    web/Chart.yaml:4:13 wrong-type "1.10": `appVersion` must be a string, but it is a number | put it in quotes: `"1.10"`
    "#);
        insta::assert_snapshot!(of("apiVersion: v2\nname: web\nversion: 1.2.x\nappVersion:\n"), @r#"
    web/Chart.yaml:3:10 invalid-value "1.2.x": `1.2.x` is no version of a chart | write it as `MAJOR.MINOR.PATCH`, as `1.2.3`
    web/Chart.yaml:4:1 wrong-type "appVersion": `appVersion` must be a string, but it is empty | write it in quotes, or leave the key out
    "#);
        assert_eq!(of("apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: 1.2.3\n"), "");
        for version in ["${VERSION}", "'{{ .Version }}'", "'@VERSION@'", "VERSION", "v1", "1.2-rc.1"] {
            let text = format!("apiVersion: v2\nname: web\nversion: {version}\nappVersion: latest\n");
            assert_eq!(of(&text), "", "{version}");
        }
    }

    #[test]
    fn the_rest_of_chart_yaml_is_as_helm_lint_wants_it() {
        let text = "apiVersion: v1\nname: a/web\nversion: 1.0.0\ntype: application\nkubeVersion: 1.29+\n\
                    sources: [github.com/a/web, https://github.com/a/web, git@github.com:a/web]\nicon: icon.png\n\
                    dependencies: [{name: db, version: 1.x.x, repository: 'https://example.com'}]\n\
                    maintainers: [{name: a, email: a@example.com}, {name: b, email: 'B <b>'}, {name: c, url: 'no url'}]\n";
        insta::assert_snapshot!(of(text), @r#"
    web/Chart.yaml:2:7 invalid-value "a/web": `a/web` is no name of a chart | a name is not a path
    web/Chart.yaml:4:1 unknown-key "type": a chart with `apiVersion: v1` has no `type` | write `apiVersion: v2`, or leave it out
    web/Chart.yaml:5:14 invalid-value "1.29+": `kubeVersion: 1.29+` is no range of versions | write it as `>=1.29.0-0`
    web/Chart.yaml:6:11 invalid-value "github.com/a/web": `github.com/a/web` is no URL | write it whole, with its scheme, as `https://example.com/chart`
    web/Chart.yaml:7:7 invalid-value "icon.png": `icon.png` is no URL | write it whole, with its scheme, as `https://example.com/chart`
    web/Chart.yaml:8:1 unknown-key "dependencies": a chart with `apiVersion: v1` has no `dependencies` | write `apiVersion: v2`, or list them in requirements.yaml
    web/Chart.yaml:9:65 invalid-value "'B <b>'": `B <b>` is no email address | write the address alone, as `team@example.com`
    web/Chart.yaml:9:90 invalid-value "'no url'": `no url` is no URL | write one URL alone
    "#);
    }
}
