//! What networks, volumes, secrets and configs must say, and what they cannot say together: compose-go, validation/.

use super::file::{Field, File, Found, is_true, text};
use super::formats::{Form, check as check_form};
use super::scope::Section;
use crate::checks::own;
use crate::schema::words::{one_of, quoted};
use crate::yaml::Kind;

/// Finds what the definitions of a file lack, and what excludes one another in them.
pub fn check(file: &File<'_>, found: &mut Found) {
    for section in [Section::Networks, Section::Volumes, Section::Secrets, Section::Configs] {
        for field in file.defined(section) {
            if field.value.kind() == Kind::Mapping {
                resource(file, section, &field, found);
            }
        }
    }
}

fn resource<'m>(file: &File<'m>, section: Section, field: &Field<'m>, found: &mut Found) {
    let fields = file.fields(field.value);
    let (noun, name) = (section.noun(), quoted(&field.name));
    let external = fields
        .field("external")
        .filter(|external| external.value.kind() == Kind::Mapping || is_true(external.value));
    for key in ["external", "internal", "attachable", "enable_ipv4", "enable_ipv6"] {
        if let Some(value) = fields.get(key) {
            check_form(key, value, Form::Boolean, found);
        }
    }
    if let Some(external) = external {
        let old = file.fields(external.value).text("name");
        if let (Some(old), Some(new)) = (old, fields.text("name"))
            && old.text != new.text
        {
            let message = format!("{noun} {name} has two names, `name` and `external.name`");
            found.push(
                own("exclusive-keys", new.inside(), message)
                    .with_help("keep `name`")
                    .with_related(old.inside(), "the other name"),
            );
        }
    }
    if section == Section::Volumes
        && let Some(external) = external
    {
        for other in fields
            .iter()
            .filter(|other| !["name", "external"].contains(&&*other.name) && !other.name.starts_with("x-"))
        {
            let message = format!("volume {name} is external, but has {}", quoted(&other.name));
            found.push(
                own("exclusive-keys", other.key.place(), message)
                    .with_help("an external volume is used as it is: remove this, or `external`")
                    .with_related(external.key.place(), "it is external"),
            );
        }
    }
    let sources: &[&str] = match section {
        Section::Secrets => &["file", "environment"],
        Section::Configs => &["file", "environment", "content"],
        _ => return,
    };
    let given: Vec<&Field<'_>> = fields.iter().filter(|field| sources.contains(&&*field.name)).collect();
    if let [first, second, ..] = given[..] {
        let (a, b) = if first.key.place() <= second.key.place() { (first, second) } else { (second, first) };
        let message = format!("{noun} {name} has both `{}` and `{}`", a.name, b.name);
        found.push(
            own("exclusive-keys", b.key.place(), message)
                .with_help("it has one content: keep one of them")
                .with_related(a.key.place(), format!("`{}` stands here", a.name)),
        );
    }
    let elsewhere = ["external", "driver", "template_driver"].iter().any(|key| fields.field(key).is_some());
    let reaches = given.is_empty() && !elsewhere && !fields.iter().any(|field| field.name.starts_with("x-"));
    if reaches && file.scope.is_only_here(section, &field.name) && text(field.key).is_some() {
        let message = format!("{noun} {name} has no content");
        found.push(own("missing-key", field.key.place(), message).with_help(format!(
            "say where it comes from: {}",
            one_of(sources.iter().copied().chain(["external"]), "or")
        )));
    }
}
