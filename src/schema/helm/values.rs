//! The values of a chart against its `values.schema.json`: which files they stand in, and what is said of what does not fit.

use super::chart::{Chart, root_of};
use super::merge::{Unit, View};
use crate::artifact::Kind as FileKind;
use crate::checks::own;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{FileFacts, Model, is_unknown};
use crate::schema::json_schema::{Fault, What, at};
use crate::schema::tree::{below, split};
use crate::schema::words::{listed, quoted, type_of};
use crate::source::{FileId, Place, Span};
use crate::yaml::{Kind, Node, Scalar, Style};
use std::collections::HashSet;

/// Values files of a chart that are looked at, and errors in one of them.
const FILES: usize = 64;
const ERRORS: usize = 100;

/// What the files in question are to the chart.
#[derive(Clone, Copy)]
enum Role {
    /// Its own values.yaml. What they lack the user gives; where the chart is vendored, the chart above it.
    Own { is_vendored: bool },
    /// A file that is laid over them, all by itself.
    Alone(FileId),
    /// A file that is laid over them, perhaps with others.
    Layer(FileId),
}

/// The findings in the values files of a chart, and in those of its subcharts where its values change them.
pub fn findings(model: &Model<'_>, chart: &Chart<'_>, vendored: &[Chart<'_>], found: &mut Vec<Diagnostic>) {
    for file in Chart::beside(model, chart.folder, "values.yaml").into_iter().chain(overrides(model, chart)) {
        found.extend(no_mapping(file));
    }
    let unit = Unit::new(model, chart.clone(), vendored);
    if let Some(schema) = &unit.schema {
        found.extend(schema.mistake());
    }
    if !unit.has_schema() {
        return;
    }
    let mut said = HashSet::new();
    let role = Role::Own { is_vendored: chart.is_vendored(model) };
    check(&unit, None, role, &mut said, found);
    for file in overrides(model, chart).take(FILES) {
        // What is encrypted is decrypted before Helm sees it.
        let Some(root) = root_of(file).filter(|root| root.get("sops").is_none()) else { continue };
        let in_ci = split(split(&file.source.path).0).1 == "ci";
        let role = if in_ci { Role::Alone(file.id) } else { Role::Layer(file.id) };
        check(&unit, Some(root), role, &mut said, found);
    }
}

/// The files that are laid over values.yaml: those beside it, in `values`, and in `ci`, of which chart-testing takes one after the other.
pub fn overrides<'m>(model: &Model<'m>, chart: &Chart<'m>) -> impl Iterator<Item = FileFacts<'m>> {
    let prefix = if chart.folder.is_empty() { 0 } else { chart.folder.len() + 1 };
    below(model, chart.folder).filter(move |file| {
        let path = file.source.path.get(prefix..).unwrap_or_default();
        let (folder, name) = split(path);
        let is_read = match folder {
            "ci" => name.ends_with("-values.yaml"),
            "" | "values" => path != "values.yaml",
            _ => false,
        };
        let is_yaml = name.rsplit_once('.').is_some_and(|(_, ending)| matches!(ending, "yaml" | "yml"));
        // What a schema is made from goes by such a name.
        is_read && is_yaml && !name.contains("schema") && file.artifact.kind == FileKind::Values
    })
}

/// Values that are no mapping, which Helm cannot read.
fn no_mapping(file: FileFacts<'_>) -> Option<Diagnostic> {
    let root = file.artifact.document.as_ref()?.roots().next()?.resolve();
    let is_other = root.kind() == Kind::Sequence || root.kind() == Kind::Scalar && !root.is_null();
    (is_other && !is_unknown(root)).then(|| {
        let finding = own(
            "wrong-type",
            root.place(),
            format!("this file must be a mapping, but it is {}", type_of(root)),
        );
        finding.with_help("give each value a name: `name: value`")
    })
}

/// Holds the chart's values, with those of a file laid over them, against every schema that Helm holds them against.
fn check(
    unit: &Unit<'_>,
    over: Option<Node<'_>>,
    role: Role,
    said: &mut HashSet<(Place, String)>,
    found: &mut Vec<Diagnostic>,
) {
    for view in unit.views(over) {
        let Some(validator) = view.unit.schema.as_ref().and_then(|schema| schema.validator.as_ref()) else {
            continue;
        };
        for fault in validator.check(&view.values, &view.layers, is_unknown, ERRORS).0 {
            let Some(finding) = finding(&view, &fault, role) else { continue };
            if said.insert((finding.primary.place, finding.message.clone())) {
                found.push(finding);
            }
        }
    }
}

fn finding(view: &View<'_, '_>, fault: &Fault, role: Role) -> Option<Diagnostic> {
    let schema = view.unit.schema.as_ref()?;
    let name = view.unit.chart.name();
    let node = view.layers.iter().find_map(|layer| at(*layer, &fault.path));
    if let What::Unknown(key, _) = &fault.what {
        let stands = |layer: &Node<'_>| at(*layer, &fault.path).is_some_and(|node| node.get(key).is_some());
        if !view.layers.iter().any(stands) {
            return injected(view, fault, key);
        }
    }
    let is_gap = match &fault.what {
        What::Missing(names) => {
            // Helm 3 keeps the nulls of a subchart's own values, Helm 4 does not: what one of them takes is no mistake.
            let own = view.unit.own.and_then(|own| at(own, &fault.path));
            let is_null = |name: &String| own.and_then(|own| own.get(name)).is_some_and(Node::is_null);
            if !view.prefix.is_empty() && names.iter().any(is_null) || view.imports {
                return None;
            }
            // Nobody gives a key to an item of a list that is there.
            !fault.path.split('/').any(|key| key.starts_with(|c: char| c.is_ascii_digit()))
        }
        What::Unknown(..) => false,
        What::Other(_) => node.is_some_and(is_empty),
    };
    let stands_below = view.unit.own.is_some_and(|own| own.place().file == fault.place.file);
    let message = words(fault, if stands_below { "" } else { &view.prefix }, &name);
    let asked = schema.place(&fault.rule);
    let mut finding =
        own("rejected-values", fault.place, message).with_related(asked, "what the schema says");
    finding.help = help(fault, node);
    match role {
        Role::Own { is_vendored: true } if is_gap => return None,
        Role::Own { .. } if is_gap => {
            // `helm lint` refuses the chart, but some charts leave out on purpose what the user must decide.
            finding.severity = Severity::Info;
            finding.help = Some("the chart can be installed only where a value is given".to_owned());
        }
        Role::Layer(_) if is_gap => finding.severity = Severity::Info,
        _ => {}
    }
    if let Role::Alone(file) | Role::Layer(file) = role
        && fault.place.file != file
    {
        // Nobody looks for it in a file that is right by itself, so what it is laid under is named.
        let start = Place { file, span: Span::empty(0) };
        finding = finding.with_related(start, "with these values");
    }
    Some(finding)
}

/// A key that the schema does not take and that no file has: Helm adds the values of subcharts to their parent, and `global` to theirs.
fn injected(view: &View<'_, '_>, fault: &Fault, key: &str) -> Option<Diagnostic> {
    let schema = view.unit.schema.as_ref()?;
    let name = quoted(&view.unit.chart.name());
    let what =
        if key == "global" { "which Helm gives to every subchart" } else { "the values of a subchart" };
    let message = format!("the schema of chart {name} has no {}, {what}", quoted(&joined(&fault.path, key)));
    let help = format!("add {} to the properties there, or Helm refuses the values", quoted(key));
    Some(own("rejected-values", schema.place(&fault.rule), message).with_help(help))
}

fn words(fault: &Fault, prefix: &str, chart: &str) -> String {
    let path = format!("{prefix}{}", joined(&fault.path, ""));
    let path = path.trim_end_matches('.');
    let chart = quoted(chart);
    match &fault.what {
        What::Unknown(key, _) => {
            format!("the schema of chart {chart} has no {}", quoted(&joined(&fault.path, key)))
        }
        What::Missing(names) if path.is_empty() => {
            format!("the values lack {}, which the schema of chart {chart} requires", all(names))
        }
        What::Missing(names) => {
            format!("{} lacks {}, which the schema of chart {chart} requires", quoted(path), all(names))
        }
        What::Other(words) => {
            let what = if path.is_empty() { "the values".to_owned() } else { quoted(path) };
            let words = words.split("; did you mean ").next().unwrap_or_default();
            match words.strip_prefix("expected ") {
                Some(wanted) => format!("{what} must be {wanted}, by the schema of chart {chart}"),
                None => format!("{what} does not fit the schema of chart {chart}: {words}"),
            }
        }
    }
}

fn all(names: &[String]) -> String {
    listed(names.iter().map(String::as_str), "and")
}

fn help(fault: &Fault, node: Option<Node<'_>>) -> Option<String> {
    match &fault.what {
        What::Unknown(_, Some(near)) => Some(format!("did you mean {}?", quoted(near))),
        What::Unknown(_, None) => {
            Some("Helm refuses values with other keys than those of the schema".to_owned())
        }
        What::Missing(_) => None,
        What::Other(words) => {
            if let Some((_, near)) = words.split_once("; did you mean ") {
                return Some(format!("did you mean {near}"));
            }
            let node = node.map(Node::resolve).filter(|node| node.kind() == Kind::Scalar)?;
            let is_quoted = matches!(node.style(), Style::SingleQuoted | Style::DoubleQuoted);
            let text = node.text();
            let is_number = text.parse::<f64>().is_ok();
            let is_boolean = matches!(&*text, "true" | "false");
            let wanted = words.strip_prefix("expected ")?;
            let is_a = |kinds: &[&str]| kinds.contains(&wanted);
            if is_quoted
                && (is_a(&["an integer", "a number"]) && is_number || is_a(&["a boolean"]) && is_boolean)
            {
                return Some("write it without quotes".to_owned());
            }
            let is_text = matches!(node.scalar(), Scalar::Str(_) | Scalar::Null);
            (wanted == "a string" && !is_text).then(|| "put it in quotes".to_owned())
        }
    }
}

/// Whether a value is none yet.
fn is_empty(node: Node<'_>) -> bool {
    match node.resolve().kind() {
        Kind::Scalar | Kind::Empty => node.is_null() || node.text().is_empty(),
        Kind::Sequence => node.items().next().is_none(),
        Kind::Mapping => node.entries().is_empty(),
        Kind::Alias => false,
    }
}

/// A JSON pointer and a key below it as values are named: `ingress.hosts[0].host`.
fn joined(pointer: &str, key: &str) -> String {
    let mut path = String::new();
    for segment in pointer.split('/').skip(1).chain((!key.is_empty()).then_some(key)) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        if !path.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit()) {
            path.extend(["[", &segment, "]"]);
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&segment);
    }
    path
}
