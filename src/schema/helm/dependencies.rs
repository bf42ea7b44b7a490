//! The dependencies of a chart: what Chart.yaml says of them, what the lock file holds, what is in the tree.

use super::chart::{Chart, Dependency, root_of};
use super::metadata::{has_scheme, is_known, no_range};
use super::version::{Range, Version};
use crate::checks::own;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Model;
use crate::schema::tree;
use crate::schema::words::{nearest, quoted, shown};
use crate::yaml::{Kind, Node};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Locked dependencies that are looked at.
const LOCKED: usize = 500;

/// The findings on the dependencies of a chart, of which the charts in `charts` are given.
pub fn findings(model: &Model<'_>, chart: &Chart<'_>, vendored: &[Chart<'_>], found: &mut Vec<Diagnostic>) {
    let mut keys = HashMap::new();
    for dependency in &chart.dependencies {
        entry(dependency, found);
        // Metadata.Validate refuses the chart.
        let key = dependency.key();
        if is_known(key)
            && let Some(first) = keys.insert(key.text(), key)
        {
            let message = format!("two dependencies are called {}", quoted(&key.text()));
            let finding = own("duplicate-item", key.place(), message);
            found.push(
                finding.with_help("give one of them an `alias`").with_related(first.place(), "first here"),
            );
        }
        local(model, chart, dependency, found);
    }
    undeclared(chart, vendored, found);
    lock(model, chart, found);
}

/// What an entry says by itself.
fn entry(dependency: &Dependency<'_>, found: &mut Vec<Diagnostic>) {
    let name = quoted(&dependency.name.text());
    match dependency.scalar("version").filter(|version| is_known(*version)) {
        Some(version) => found.extend(no_range("version", version, "~1.2.0")),
        None if dependency.entry.get("version").is_none() && !dependency.entry.resolve().is_incomplete() => {
            let mut finding =
                own("missing-key", dependency.name.place(), format!("dependency {name} has no `version`"));
            finding.severity = Severity::Warning;
            let help = "`helm dependency update` takes no dependency without a range of versions, as `1.x.x`";
            found.push(finding.with_help(help));
        }
        None => {}
    }
    // Dependency.Validate
    let odd = |text: &str| !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if let Some(alias) = dependency.alias.filter(|alias| is_known(*alias) && odd(&alias.text())) {
        let message = format!("{} is no alias", quoted(&alias.text()));
        let help = "an alias is made of letters, digits, `_` and `-`";
        found.push(own("invalid-value", alias.place(), message).with_help(help));
    }
    // Manager.resolveRepoNames: `@name` and `alias:name` are repositories that Helm knows by name.
    let Some(repository) = dependency.scalar("repository") else { return };
    let text = repository.text();
    if !text.starts_with('@') && is_known(repository) && !has_scheme(&text) {
        let message = format!("{} is no repository of charts", quoted(&text));
        let help = "write it whole, as `https://charts.example.com`, `oci://…`, `file://…`, or `@name` for one that Helm knows";
        found.push(own("invalid-value", repository.place(), message).with_help(help));
    }
}

/// Whether the chart behind `file://` is there, and of a version that the entry takes.
fn local(model: &Model<'_>, chart: &Chart<'_>, dependency: &Dependency<'_>, found: &mut Vec<Diagnostic>) {
    let Some(path) = dependency.local() else { return };
    let name = quoted(&dependency.name.text());
    let Some(node) = dependency.scalar("repository") else { return };
    let local = model.project.beside(&chart.listing.source.path, &format!("{path}/Chart.yaml"));
    let Some(local) = local.and_then(|id| Chart::of(model, model.file(id))) else {
        if let Some(absent) = tree::absent(model, chart.listing, &path) {
            let message = format!("the chart of dependency {name} is not at {}", quoted(&path));
            let help = match absent.near {
                Some(near) => format!("did you mean `file://{}`?", shown(&near)),
                None => "name a folder that is there, from the folder of this chart".to_owned(),
            };
            found.push(own("undefined-reference", node.place(), message).with_help(help));
        }
        return;
    };

    let version = dependency.scalar("version").filter(|version| is_known(*version));
    let wrong = version.filter(|version| {
        let range = Range::parse(&version.text());
        range.zip(local.version()).is_some_and(|(range, version)| !range.holds(&version))
    });
    // Resolver.Resolve: can't get a valid version.
    if let Some(version) = wrong {
        let is = quoted(&local.text("version").unwrap_or_default());
        let (wanted, path) = (quoted(&version.text()), quoted(&path));
        let message = format!("{wanted} does not take the chart at {path}, which is {is}");
        let mut finding = own("invalid-value", version.place(), message)
            .with_help("widen the range, or name the version that the chart has");
        if let Some(node) = local.root.get("version") {
            finding = finding.with_related(node.place(), "its version");
        }
        found.push(finding);
    }
}

/// Charts in `charts` that no dependency stands for: Helm renders them, and `helm lint` refuses them.
fn undeclared(chart: &Chart<'_>, vendored: &[Chart<'_>], found: &mut Vec<Diagnostic>) {
    let declared: HashSet<Cow<'_, str>> =
        chart.dependencies.iter().map(|dependency| dependency.name.text()).collect();
    let Some(place) = chart.root.entry("name").map(|entry| entry.value.place()) else { return };
    for sub in vendored {
        let name = sub.name();
        if declared.contains(&name) {
            continue;
        }
        let message = format!("the dependencies do not list {}, which stands in `charts`", quoted(&name));
        let help = nearest(&name, declared.iter().map(|name| &**name)).map_or_else(
            || {
                let version = sub.text("version").unwrap_or_default();
                format!("list it: `{{name: {}, version: {}}}`", shown(&name), shown(&version))
            },
            |near| format!("is it the dependency {}?", quoted(near)),
        );
        let mut finding = own("missing-key", place, message).with_help(help);
        finding.severity = Severity::Warning;
        if let Some(name) = sub.root.get("name") {
            finding = finding.with_related(name.place(), "the chart in `charts`");
        }
        found.push(finding);
    }
}

/// The lock file against the dependencies. `helm dependency build` refuses a lock that was made for others (Manager.Build compares a
/// digest of both, so that everything said here is refused).
fn lock(model: &Model<'_>, chart: &Chart<'_>, found: &mut Vec<Diagnostic>) {
    let name = if chart.listing.id == chart.file.id { "Chart.lock" } else { "requirements.lock" };
    let Some(file) = Chart::beside(model, chart.folder, name) else { return };
    let Some(locked) = root_of(file).and_then(|root| root.get("dependencies")) else { return };
    let locked: Vec<Dependency<'_>> = locked.items().filter_map(Dependency::of).take(LOCKED).collect();
    let help = "run `helm dependency update`, and commit the lock file";
    let of_name = |list: &[Dependency<'_>], name: &str| list.iter().any(|other| other.name.text() == name);
    for entry in &locked {
        if !of_name(&chart.dependencies, &entry.name.text()) {
            let locked = quoted(&entry.name.text());
            let message = format!("`{name}` locks {locked}, which is no dependency of the chart");
            found.push(own("undefined-reference", entry.name.place(), message).with_help(help));
        }
    }
    for (at, dependency) in chart.dependencies.iter().enumerate() {
        let wanted = dependency.name.text();
        if !is_known(dependency.name) {
            continue;
        }
        if !of_name(&locked, &wanted) {
            let message = format!("dependency {} is not in `{name}`", quoted(&wanted));
            found.push(own("undefined-reference", dependency.name.place(), message).with_help(help));
            continue;
        }
        // They stand in the same order; the same chart may be there several times.
        let Some(entry) = locked.get(at).filter(|entry| entry.name.text() == wanted) else { continue };
        found.extend(outdated(name, dependency, entry));
    }
}

fn outdated(file: &str, dependency: &Dependency<'_>, locked: &Dependency<'_>) -> Option<Diagnostic> {
    let help = "run `helm dependency update`, and commit the lock file";
    let name = quoted(&dependency.name.text());
    let range = dependency.scalar("version").filter(|range| is_known(*range));
    if let Some((range, version)) = range.zip(locked.scalar("version")) {
        let (wanted, is) = (range.text(), version.text());
        let outside =
            Range::parse(&wanted).zip(Version::parse(&is)).is_some_and(|(range, v)| !range.holds(&v));
        if outside {
            let message = format!("`{file}` locks {name} at {}, outside of {}", quoted(&is), quoted(&wanted));
            let finding = own("invalid-value", version.place(), message).with_help(help);
            return Some(finding.with_related(range.place(), "the range that the chart takes"));
        }
    }
    let (wanted, is) = dependency.scalar("repository").zip(locked.scalar("repository"))?;
    // A name of a repository is replaced by its URL before it is locked.
    let is_url = |node: Node<'_>| {
        node.resolve().kind() == Kind::Scalar && is_known(node) && !node.text().starts_with("alias:")
    };
    (is_url(wanted) && is_url(is) && wanted.text() != is.text()).then(|| {
        let message =
            format!("`{file}` takes {name} from {}, the chart from another repository", quoted(&is.text()));
        let finding = own("invalid-value", is.place(), message).with_help(help);
        finding.with_related(wanted.place(), "the repository of the chart")
    })
}
