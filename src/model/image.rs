//! References to container images, wherever they stand.

use super::dockerfile;
use super::facts::{Emit, FileFacts, OWNER, Owner, facts, text_of};
use super::target::{TargetKind, Wanted};
use crate::expr::{IMAGE, ImageSource, Origin, Text, Type, Value};
use crate::source::{Place, Span};
use crate::yaml::{Kind, Node};
use std::borrow::Cow;

/// A visit to an image.
#[derive(Clone)]
pub struct ImageVisit<'m> {
    image: ImageSource<'m>,
    owner: Owner<'m>,
}

facts!(IMAGE_VISIT = "image" for ImageVisit, |this| {
    #[doc = "The reference and its parts."]
    "image": Type::Record(&IMAGE) => this.image.image();
    #[doc = "The container, service, job or values entry that names it."]
    "owner": Type::Record(&OWNER) => Value::Facts(&this.owner);
} subject this.image.image(); place this.image.place());

/// Visits a scalar that is an image reference.
pub fn visit<'m>(reference: Node<'m>, owner: Owner<'m>, emit: Emit<'_, 'm>) {
    let scalar = reference.resolve();
    if scalar.kind() == Kind::Scalar && !scalar.is_null() {
        emit(TargetKind::Image, None, &ImageVisit { image: ImageSource::Text(Text::of(scalar)), owner });
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
        let image = ImageSource::Mapping { mapping, repository, text };
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
        let dockerfile::From { base, stage } = dockerfile::from(instruction.arguments);
        if base.is_empty() {
            continue;
        }
        if !stages.iter().any(|stage| stage.eq_ignore_ascii_case(base)) {
            let offset = base.as_ptr() as usize - instruction.arguments.as_ptr() as usize;
            let start = instruction.span.start as usize + offset;
            let place = Place { file: file.id, span: Span::from(start..start + base.len()) };
            let text = Text { text: Cow::Borrowed(base), origin: Origin::Place(place) };
            let owner = Owner::named("file", None);
            emit(TargetKind::Image, None, &ImageVisit { image: ImageSource::Text(text), owner });
        }
        stages.extend(stage);
    }
}
