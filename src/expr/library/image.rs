//! References to container images, taken apart.

use super::made;
use crate::expr::value::{Made, Text, Type, Value};
use crate::source::Place;
use crate::yaml::Node;
use std::ops::Range;
use std::rc::Rc;

/// Where the reference to an image is written.
#[derive(Clone)]
pub enum ImageSource<'a> {
    /// In one text.
    Text(Text<'a>),
    /// In a mapping with the keys `registry`, `repository`, `tag` and `digest`.
    Mapping {
        /// The mapping.
        mapping: Node<'a>,
        /// Its `repository`.
        repository: Node<'a>,
        /// The reference they make.
        text: String,
    },
}

impl<'a> ImageSource<'a> {
    /// The image, taken apart.
    pub fn image(&self) -> Value<'a> {
        let written = match self {
            Self::Text(text) => {
                let parts = Reference::parse(&text.text);
                Written::Whole { text: text.clone(), parts }
            }
            Self::Mapping { mapping, text, .. } => Written::Apart { mapping: *mapping, text: text.clone() },
        };
        Value::Made(Rc::new(Made {
            record: &IMAGE,
            facts: facts(&written),
            place: self.place(),
            behind: None,
        }))
    }

    /// Where it stands.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Text(text) => text.place(),
            Self::Mapping { repository, .. } => Some(repository.place()),
        }
    }
}

/// Where the parts of an image are written.
enum Written<'a> {
    /// In one string.
    Whole { text: Text<'a>, parts: Reference },
    /// In a mapping.
    Apart { mapping: Node<'a>, text: String },
}

made!(IMAGE = "image", facts<'a>(this: &Written<'a>) {
    #[doc = "The reference as it is written."]
    "text": Type::String => match this {
        Written::Whole { text, .. } => Value::Text(text.clone()),
        Written::Apart { text, .. } => Value::made(text.clone()),
    };
    #[doc = "Host of the registry; `docker.io` where none is named."]
    "registry": Type::String => match this.part("registry", |parts| parts.registry.clone()) {
        Value::Null => Value::made("docker.io"),
        part => part,
    };
    #[doc = "Repository below the registry."]
    "repository": Type::String => this.part("repository", |parts| Some(parts.repository.clone()));
    #[doc = "Tag, or null."]
    "tag": Type::String => this.part("tag", |parts| parts.tag.clone());
    #[doc = "Digest, as `sha256:…`, or null."]
    "digest": Type::String => this.part("digest", |parts| parts.digest.clone());
});

impl<'a> Written<'a> {
    fn part(&self, name: &str, range: impl Fn(&Reference) -> Option<Range<usize>>) -> Value<'a> {
        match self {
            Self::Whole { text, parts } => match range(parts) {
                Some(range) if is_filled_in(&text.text[range.clone()]) => Value::Unknown,
                Some(range) => Value::Text(text.cut(range)),
                None if is_filled_in(&text.text) => Value::Unknown,
                None => Value::Null,
            },
            Self::Apart { mapping, .. } => mapping.get(name).map_or(Value::Null, Value::Node),
        }
    }
}

/// Whether a part of a reference is only known when it is deployed, whatever fills it in.
fn is_filled_in(text: &str) -> bool {
    text.contains(['$', '{', '`'])
}

/// The parts of an image reference, as byte ranges of its text.
/// Grammar: `[registry/]repository[:tag][@digest]` of the distribution specification's reference package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reference {
    /// The registry's host and port, if it is named.
    registry: Option<Range<usize>>,
    /// The repository below the registry.
    repository: Range<usize>,
    /// The tag, without its colon.
    tag: Option<Range<usize>>,
    /// The digest, without its `@`.
    digest: Option<Range<usize>>,
}

impl Reference {
    /// Splits a reference. Anything is taken apart; nothing is rejected.
    fn parse(text: &str) -> Self {
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
