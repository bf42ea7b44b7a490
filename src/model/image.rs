//! References to container images, wherever they stand.

use super::dockerfile;
use super::facts::{Emit, FileFacts, OWNER, Owner, facts, node, string, text_of};
use super::target::{TargetKind, Wanted};
use crate::expr::{Origin, Text, Type, Value};
use crate::source::{Place, Span};
use crate::yaml::{Kind, Node};
use std::borrow::Cow;
use std::ops::Range;

/// The parts of an image reference, as byte ranges of its text.
/// Grammar: `[registry/]repository[:tag][@digest]` of the distribution specification's reference package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// The registry's host and port, if it is named.
    pub registry: Option<Range<usize>>,
    /// The repository below the registry.
    pub repository: Range<usize>,
    /// The tag, without its colon.
    pub tag: Option<Range<usize>>,
    /// The digest, without its `@`.
    pub digest: Option<Range<usize>>,
}

impl Reference {
    /// Splits a reference. Anything is taken apart; nothing is rejected.
    pub fn parse(text: &str) -> Self {
        let start = if text.starts_with("docker://") { "docker://".len() } else { 0 };
        let (name_end, digest) = match text[start..].find('@') {
            Some(at) => (start + at, Some(start + at + 1..text.len())),
            None => (text.len(), None),
        };
        let last = text[start..name_end].rfind('/').map_or(start, |at| start + at + 1);
        let (name_end, tag) = match colon(&text[last..name_end]) {
            Some(at) => (last + at, Some(last + at + 1..name_end)),
            None => (name_end, None),
        };
        let registry = text[start..name_end].find('/').map(|at| start..start + at).filter(|range| {
            let host = &text[range.clone()];
            host.contains(['.', ':', '$', '{']) || host == "localhost"
        });
        let repository = registry.as_ref().map_or(start, |range| range.end + 1)..name_end;
        Self { registry, repository, tag, digest }
    }
}

/// The first colon that is not inside a `${…}`.
fn colon(text: &str) -> Option<usize> {
    let mut depth = 0u32;
    text.bytes().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        byte == b':' && depth == 0
    })
}

/// Where the parts of an image are written.
#[derive(Clone)]
enum Written<'m> {
    /// In one string.
    Whole { text: Text<'m>, parts: Reference },
    /// In a mapping of a values file: `registry`, `repository`, `tag`, `digest`.
    Apart { image: Node<'m>, repository: Node<'m>, text: String },
}

/// An image as rules see it.
#[derive(Clone)]
pub struct Image<'m> {
    written: Written<'m>,
}

impl<'m> Image<'m> {
    fn whole(text: Text<'m>) -> Self {
        let parts = Reference::parse(&text.text);
        Self { written: Written::Whole { text, parts } }
    }

    fn part(&self, name: &str, range: impl Fn(&Reference) -> Option<Range<usize>>) -> Value<'_> {
        match &self.written {
            Written::Whole { text, parts } => match range(parts) {
                Some(range) if is_filled_in(&text.text[range.clone()]) => Value::Unknown,
                Some(range) => Value::Text(text.cut(range)),
                None if is_filled_in(&text.text) => Value::Unknown,
                None => Value::Null,
            },
            Written::Apart { image, .. } => node(image.get(name)),
        }
    }
}

/// Whether a part of a reference is only known when it is deployed, whatever fills it in.
fn is_filled_in(text: &str) -> bool {
    text.contains(['$', '{'])
}

facts!(IMAGE = "image" for Image, |this| {
    #[doc = "The reference as it is written."]
    "text": Type::String => match &this.written {
        Written::Whole { text, .. } => Value::Text(text.clone()),
        Written::Apart { text, .. } => string(text),
    };
    #[doc = "Host of the registry; `docker.io` where none is named."]
    "registry": Type::String => match this.part("registry", |parts| parts.registry.clone()) {
        Value::Null => string("docker.io"),
        part => part,
    };
    #[doc = "Repository below the registry."]
    "repository": Type::String => this.part("repository", |parts| Some(parts.repository.clone()));
    #[doc = "Tag, or null."]
    "tag": Type::String => this.part("tag", |parts| parts.tag.clone());
    #[doc = "Digest, as `sha256:…`, or null."]
    "digest": Type::String => this.part("digest", |parts| parts.digest.clone());
} text match &this.written {
    Written::Whole { text, .. } => Some(text.clone()),
    Written::Apart { .. } => None,
}; place match &this.written {
    Written::Whole { text, .. } => text.place(),
    Written::Apart { repository, .. } => Some(repository.place()),
});

/// A visit to an image.
#[derive(Clone)]
pub struct ImageVisit<'m> {
    image: Image<'m>,
    owner: Owner<'m>,
}

facts!(IMAGE_VISIT = "image" for ImageVisit, |this| {
    #[doc = "The reference and its parts."]
    "image": Type::Record(&IMAGE) => Value::Facts(&this.image);
    #[doc = "The container, service, job or values entry that names it."]
    "owner": Type::Record(&OWNER) => Value::Facts(&this.owner);
} subject Value::Facts(&this.image); place this.image.place());

/// Visits a scalar that is an image reference.
pub fn visit<'m>(reference: Node<'m>, owner: Owner<'m>, emit: Emit<'_, 'm>) {
    let scalar = reference.resolve();
    if scalar.kind() == Kind::Scalar {
        let text = Text { text: scalar.text(), origin: Origin::Node { node: scalar, start: 0 } };
        emit(TargetKind::Image, None, &ImageVisit { image: Image::whole(text), owner });
    }
}

/// Visits the image that a mapping of a values file describes: one with `repository` and one of the other parts, or under a key
/// that says `image`. A scalar under a key `image` counts too.
pub fn values<'m>(mapping: Node<'m>, key: Option<Node<'m>>, wanted: &Wanted, emit: Emit<'_, 'm>) {
    if !wanted.any(&[TargetKind::Image]) {
        return;
    }
    let owner = Owner::named("values", key);
    let says_image = key.is_some_and(|key| key.text().to_ascii_lowercase().ends_with("image"));
    let part = |name| text_of(mapping, name);
    if let Some(repository) = mapping.get("repository")
        && (says_image || part("tag").is_some() || part("digest").is_some())
        && repository.resolve().kind() == Kind::Scalar
    {
        let registry = part("registry").filter(|text| !text.is_empty()).map(|text| format!("{text}/"));
        let tag = part("tag").filter(|text| !text.is_empty()).map(|text| format!(":{text}"));
        let text =
            [registry.unwrap_or_default(), repository.text().into_owned(), tag.unwrap_or_default()].concat();
        let image = Image { written: Written::Apart { image: mapping, repository, text } };
        emit(TargetKind::Image, None, &ImageVisit { image, owner });
    }
    if let Some(entry) = mapping.entry("image")
        && !entry.value.text().is_empty()
    {
        visit(entry.value, Owner { name: Some(entry.key), ..owner }, emit);
    }
}

/// Visits the base images of a Dockerfile. A stage built in the file, and `scratch`, are no images.
pub fn dockerfile<'m>(file: FileFacts<'m>, wanted: &Wanted, emit: Emit<'_, 'm>) {
    if !wanted.any(&[TargetKind::Image]) {
        return;
    }
    let mut stages = vec!["scratch"];
    for instruction in dockerfile::instructions(&file.source.text) {
        if !instruction.keyword.eq_ignore_ascii_case("FROM") {
            continue;
        }
        let mut words = instruction.arguments.split_whitespace().filter(|word| !word.starts_with("--"));
        let Some(base) = words.next() else { continue };
        if !stages.iter().any(|stage| stage.eq_ignore_ascii_case(base)) {
            let offset = base.as_ptr() as usize - instruction.arguments.as_ptr() as usize;
            let start = instruction.span.start as usize + offset;
            let place = Place { file: file.id, span: Span::from(start..start + base.len()) };
            let text = Text { text: Cow::Borrowed(base), origin: Origin::Place(place) };
            let owner = Owner::named("file", None);
            emit(TargetKind::Image, None, &ImageVisit { image: Image::whole(text), owner });
        }
        stages.extend(words.nth(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<&str>, &str, Option<&str>, Option<&str>) {
        let found = Reference::parse(text);
        let of = |range: Option<Range<usize>>| range.map(|range| &text[range]);
        (of(found.registry), &text[found.repository], of(found.tag), of(found.digest))
    }

    #[test]
    fn references_split_into_their_parts() {
        assert_eq!(parts("nginx"), (None, "nginx", None, None));
        assert_eq!(parts("bitnami/redis:7"), (None, "bitnami/redis", Some("7"), None));
        assert_eq!(parts("localhost:5000/a/b"), (Some("localhost:5000"), "a/b", None, None));
        assert_eq!(parts("ghcr.io/x/y:1@sha256:ab"), (Some("ghcr.io"), "x/y", Some("1"), Some("sha256:ab")));
        assert_eq!(parts("docker://alpine:3"), (None, "alpine", Some("3"), None));
        assert_eq!(
            parts("${REG:-x}/y:${TAG:-latest}"),
            (Some("${REG:-x}"), "y", Some("${TAG:-latest}"), None)
        );
    }
}
