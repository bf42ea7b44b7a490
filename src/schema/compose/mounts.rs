//! What services mount: the form of `volumes`, and places that are mounted twice.

use super::file::{File, Found, Known, Service, text};
use crate::checks::own;
use crate::diagnostic::Severity;
use crate::schema::words::quoted;
use crate::source::Place;
use crate::yaml::{Kind, Node};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// A mount in the short form, as byte ranges of its text.
#[derive(Debug, PartialEq, Eq)]
struct Short {
    source: Option<Range<usize>>,
    target: Range<usize>,
}

/// What is wrong with a mount in the short form.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Empty,
    EmptySection,
    TooMany,
}

/// Splits a mount as the loader does: compose-go, format/volume.go. A letter before a colon is a drive of Windows.
fn short(text: &str) -> Result<Short, (Fault, Range<usize>)> {
    match text.chars().count() {
        0 => return Err((Fault::Empty, 0..0)),
        1 | 2 => return Ok(Short { source: None, target: 0..text.len() }),
        _ => {}
    }
    let mut sections = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(':') {
        let section = &text[start..at];
        if section.chars().count() == 1 && section.chars().all(char::is_alphabetic) {
            continue;
        }
        sections.push(start..at);
        start = at + 1;
    }
    sections.push(start..text.len());
    if let Some(empty) = sections.iter().find(|section| section.is_empty()) {
        return Err((Fault::EmptySection, empty.clone()));
    }
    match &*sections {
        [target] => Ok(Short { source: None, target: target.clone() }),
        [source, target] | [source, target, _] => {
            Ok(Short { source: Some(source.clone()), target: target.clone() })
        }
        _ => Err((Fault::TooMany, sections[3].start - 1..text.len())),
    }
}

/// Whether a source is a path on the host and no name of a volume.
fn is_path(source: &str) -> bool {
    let mut chars = source.chars();
    let drive = chars.next().is_some_and(char::is_alphabetic) && chars.next() == Some(':');
    source.starts_with(['.', '/', '~']) || source.starts_with("\\\\") || drive
}

/// The named volume that an item of `volumes` mounts, and where its name stands.
pub fn volume<'m>(file: &File<'m>, item: Node<'m>) -> Option<(Cow<'m, str>, Place)> {
    if item.resolve().kind() == Kind::Mapping {
        let mount = file.fields(item);
        let source =
            mount.text("source").filter(|_| mount.text("type").is_some_and(|kind| kind.text == "volume"))?;
        let place = source.inside();
        return Some((source.text, place));
    }
    let mount = text(item)?;
    let source = short(&mount.text).ok()?.source?;
    let name = &mount.text[source.clone()];
    if is_path(name) {
        return None;
    }
    let place = mount.part(source.clone());
    Some((Cow::Owned(name.to_owned()), place))
}

/// Where a service mounts something.
struct Target<'m> {
    path: String,
    place: Place,
    /// What is mounted, as it is written.
    what: Cow<'m, str>,
    is_tmpfs: bool,
}

/// Finds mounts of wrong form and places that are mounted twice.
pub fn check<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    let mut targets = tmpfs(file, service);
    for item in service.fields.get("volumes").into_iter().flat_map(|volumes| file.items(volumes)) {
        targets.extend(target(file, service, item, found));
    }
    let mut first: HashMap<&str, &Target<'_>> = HashMap::new();
    for target in &targets {
        let Some(before) = first.get(&*target.path) else {
            first.insert(&target.path, target);
            continue;
        };
        // Of two volumes in one place, and of two equal items, the loader keeps the last (compose-go, override/uncity.go). One of a
        // volume and a tmpfs it does not choose (loader/validate.go).
        let same_kind = before.is_tmpfs == target.is_tmpfs;
        if (same_kind && before.what == target.what)
            || file.scope.is_replaced(&service.name, "volumes")
            || file.scope.is_replaced(&service.name, "tmpfs")
        {
            continue;
        }
        let message = format!("service {} mounts {} twice", quoted(&service.name), quoted(&target.path));
        let mut twice = own("duplicate-item", target.place, message).with_related(before.place, "first here");
        if same_kind {
            twice.severity = Severity::Warning;
            twice = twice.with_help("only the last one counts: remove the other, or mount it elsewhere");
        } else {
            twice = twice.with_help("remove one of them, or mount it elsewhere");
        }
        found.push(twice);
    }
}

fn tmpfs<'m>(file: &File<'m>, service: &Service<'m>) -> Vec<Target<'m>> {
    let Some(tmpfs) = service.fields.get("tmpfs") else { return Vec::new() };
    let items = if tmpfs.kind() == Kind::Sequence { file.items(tmpfs) } else { vec![tmpfs] };
    let items = items.into_iter().filter_map(text).map(|item| {
        let end = item.text.find(':').unwrap_or(item.text.len());
        let (path, place) = (item.text[..end].to_owned(), item.part(0..end));
        // Up to an `=` two items are held to be the same.
        let key = item.text.split('=').next().unwrap_or_default().to_owned();
        Target { path, place, what: Cow::Owned(key), is_tmpfs: true }
    });
    items.collect()
}

/// Where an item of `volumes` is mounted, if that can be known.
fn target<'m>(
    file: &File<'m>,
    service: &Service<'m>,
    item: Node<'m>,
    found: &mut Found,
) -> Option<Target<'m>> {
    let (what, path, place) = if item.resolve().kind() == Kind::Mapping {
        let mount = file.fields(item);
        let target = mount.text("target")?;
        let place = target.inside();
        let what = mount.text("source").map(|source| source.text).unwrap_or_default();
        (what, target.text.into_owned(), place)
    } else {
        let mount = text(item)?;
        match short(&mount.text) {
            Ok(Short { target, .. }) => {
                let (path, place) = (mount.text[target.clone()].to_owned(), mount.part(target));
                (mount.text, path, place)
            }
            Err((fault, range)) => {
                found.push(wrong(&mount, &fault, range));
                return None;
            }
        }
    };
    if !is_absolute(&path) {
        // Docker says "mount path must be absolute" when it creates the container.
        let message = format!(
            "service {} mounts to {}, which is no absolute path",
            quoted(&service.name),
            quoted(&path)
        );
        found
            .push(own("invalid-value", place, message).with_help("begin the path in the container with `/`"));
        return None;
    }
    Some(Target { path: cleaned(&path), place, what, is_tmpfs: false })
}

fn wrong(mount: &Known<'_>, fault: &Fault, range: Range<usize>) -> crate::diagnostic::Diagnostic {
    let written = quoted(&mount.text);
    let (place, message) = match fault {
        Fault::Empty => (mount.place(), "a mount is empty".to_owned()),
        Fault::EmptySection => {
            (mount.inside(), format!("{written} has nothing between two colons or at an end"))
        }
        Fault::TooMany => {
            (mount.part(range), format!("{written} has more parts than source, target and options"))
        }
    };
    own("invalid-value", place, message)
        .with_help("write `SOURCE:TARGET`, `SOURCE:TARGET:OPTIONS` or `TARGET`")
}

/// Whether a path is absolute in a container of Linux or Windows, or may be.
fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.contains(['\\', ':', '$']) || path.is_empty()
}

/// A path without what does not change it, as Go's `path.Clean` leaves it.
fn cleaned(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}
