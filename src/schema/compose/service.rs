//! What one service must say, and what it cannot say together: compose-go, loader/validate.go.

use super::file::{Field, Fields, File, Found, Known, Service, is_true, text};
use super::formats::{cpus, size};
use super::ports::is_stopped;
use super::scope::Section;
use crate::checks::own;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Build;
use crate::schema::words::quoted;
use crate::yaml::{Kind, Node};

/// Finds what a service lacks, what excludes one another in it, and values that other values of it forbid.
pub fn check<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    image(file, service, found);
    network(file, service, found);
    build(file, service, found);
    scale(file, service, found);
    limits(file, service, found);
    devices(file, service, found);
    healthcheck(file, service, found);
    healthy(file, service, found);
    watch(file, service, found);
}

/// A service that has nothing to run.
fn image<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    let is_empty = |value: Node<'_>| value.kind() == Kind::Scalar && value.text().is_empty();
    let runs = |key: &str| {
        service.fields.iter().any(|field| field.name == key && !(key == "image" && is_empty(field.value)))
    };
    // One that no profile starts may only stand here for others to extend.
    if ["image", "build", "provider", "extends"].into_iter().any(runs)
        || file.is_exhausted()
        || !file.scope.is_whole(&service.name)
        || (service.fields.get("profiles").is_some() && file.is_base(&service.name))
    {
        return;
    }
    let name = quoted(&service.name);
    let message = format!("service {name} has neither an `image` nor a `build`");
    found.push(
        own("missing-key", service.key.place(), message)
            .with_help("name the image that it runs, or say under `build` how it is made"),
    );
}

/// Two keys that exclude each other; the finding stands at the second in the text.
fn exclusive(a: &Field<'_>, b: &Field<'_>, message: String, help: &str) -> Diagnostic {
    let (first, second) = if a.key.place() <= b.key.place() { (a, b) } else { (b, a) };
    own("exclusive-keys", second.key.place(), message)
        .with_help(help)
        .with_related(first.key.place(), format!("`{}` stands here", first.name))
}

fn network<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    let Some(mode) = service.fields.field("network_mode") else { return };
    let Some(written) = text(mode.value).filter(|mode| !mode.text.is_empty()) else { return };
    let given = |key: &str| {
        let is_given = |field: &&Field<'m>| {
            !file.items(field.value).is_empty() || file.fields(field.value).iter().next().is_some()
        };
        let field = service.fields.field(key).filter(is_given)?;
        let is_replaced = |key: &str| file.scope.is_replaced(&service.name, key);
        (!is_replaced(key) && !is_replaced("network_mode")).then_some(field)
    };
    let name = quoted(&service.name);
    if let Some(networks) = given("networks") {
        let message = format!("service {name} has both `network_mode` and `networks`");
        let help = "a service with a `network_mode` is in no network: remove one of the two";
        found.push(exclusive(mode, networks, message, help));
    }
    // Docker refuses the container: "port publishing and the container type network mode" are conflicting options.
    if ["service:", "container:"].iter().any(|prefix| written.text.starts_with(prefix))
        && let Some(ports) = given("ports")
    {
        let message = format!("service {name} has `ports`, but uses the network of another container");
        let help = "publish the ports at the one whose network it is";
        found.push(exclusive(mode, ports, message, help));
    }
}

fn build<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    let build = file.under(&service.fields, "build");
    if let (Some(inline), Some(path)) = (build.field("dockerfile_inline"), build.field("dockerfile")) {
        let given = |field: &Field<'_>| field.value.kind() == Kind::Scalar && !field.value.text().is_empty();
        if given(inline) && text(path.value).is_some_and(|path| !path.text.is_empty()) {
            let message =
                format!("service {} has both `dockerfile` and `dockerfile_inline`", quoted(&service.name));
            found.push(exclusive(inline, path, message, "keep one of the two"));
        }
    }
    let Some(platform) = service.fields.text("platform").filter(|platform| !platform.text.is_empty()) else {
        return;
    };
    let Some(platforms) = build.get("platforms") else { return };
    let items = file.items(platforms);
    let known: Vec<Known<'_>> = items.iter().filter_map(|&item| text(item)).collect();
    let is_missing = known.iter().all(|known| known.text != platform.text);
    if is_missing
        && !known.is_empty()
        && known.len() == items.len()
        && file.scope.is_only_here(Section::Services, &service.name)
    {
        let message =
            format!("platform {} is not among the `platforms` of the build", quoted(&platform.text));
        found.push(
            own("invalid-value", platform.inside(), message)
                .with_help("add it to `build.platforms`, or run one that is built")
                .with_related(platforms.place(), "the platforms of the build"),
        );
    }
}

fn number(text: Option<Known<'_>>) -> Option<i64> {
    text?.text.parse().ok()
}

fn scale<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    let deploy = file.under(&service.fields, "deploy");
    let (scale, replicas) = (service.fields.field("scale"), deploy.field("replicas"));
    let scale_number = number(service.fields.text("scale"));
    let replicas_number = number(deploy.text("replicas"));
    let name = quoted(&service.name);
    for (field, number) in [(scale, scale_number), (replicas, replicas_number)] {
        if let (Some(field), Some(number)) = (field, number.filter(|&number| number < 0)) {
            let message = format!("`{}` of service {name} is `{number}`", field.name);
            found.push(own("invalid-value", field.value.place(), message).with_help("write 0 or more"));
        }
    }
    if let (Some(a), Some(b), Some(scale), Some(replicas)) = (scale, replicas, scale_number, replicas_number)
        && scale != replicas
    {
        let message = format!("service {name} has a `scale` of {scale} and `deploy.replicas` of {replicas}");
        found.push(exclusive(a, b, message, "they mean the same: keep one of the two"));
    }
    let Some(container) = service.fields.field("container_name") else { return };
    let (field, count) = if scale.is_some() { (scale, scale_number) } else { (replicas, replicas_number) };
    let is_replaced =
        || ["container_name", "deploy", "scale"].iter().any(|key| file.scope.is_replaced(&service.name, key));
    if let (Some(field), Some(count)) = (field, count.filter(|&count| count > 1))
        && !is_replaced()
    {
        let message = format!("service {name} has a `container_name`, but {count} containers");
        let help = "a name belongs to one container: remove it, so that each gets its own";
        found.push(exclusive(container, field, message, help));
    }
}

/// How a value is read.
type Read = fn(&str) -> Option<i64>;

/// Limits that may stand twice: the old key, the part of `deploy.resources`, the key in it, and how the value is read, so that equal
/// values are equal numbers.
const LIMITS: [(&str, &str, &str, Read); 4] = [
    ("cpus", "limits", "cpus", |text| cpus(text).map(|cpus| i64::from(cpus.to_bits()))),
    ("mem_limit", "limits", "memory", bytes),
    ("mem_reservation", "reservations", "memory", bytes),
    ("pids_limit", "limits", "pids", |text| text.parse().ok()),
];

fn bytes(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| size(text))
}

/// Limits that stand twice, the old way and under `deploy`: the loader wants them equal, and an absent one is zero.
fn limits<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    let resources = file.under(&file.under(&service.fields, "deploy"), "resources");
    for (key, part, new, read) in LIMITS {
        let (Some(old), Some(written)) = (service.fields.field(key), service.fields.text(key)) else {
            continue;
        };
        let Some(group) = resources.field(part).filter(|group| group.value.kind() == Kind::Mapping) else {
            continue;
        };
        let fields = file.fields(group.value);
        if fields.iter().next().is_none() || !file.scope.is_only_here(Section::Services, &service.name) {
            continue;
        }
        let Some(value) = read(&written.text).filter(|&value| value != 0) else { continue };
        let same = fields.field(new);
        let other = match same {
            None => Some(0),
            Some(field) => text(field.value).and_then(|text| read(&text.text)),
        };
        if other.is_none_or(|other| other == value) {
            continue;
        }
        let name = quoted(&service.name);
        let message = match same {
            Some(_) => format!("service {name} has another `{key}` than `deploy.resources.{part}.{new}`"),
            None => {
                format!("service {name} has `{key}`, and `deploy.resources.{part}` without the same `{new}`")
            }
        };
        let help = format!("they mean the same: say it under `deploy.resources.{part}.{new}` alone");
        found.push(exclusive(old, same.unwrap_or(group), message, &help));
    }
}

fn devices<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    let deploy = file.under(&service.fields, "deploy");
    let reservations = file.under(&file.under(&deploy, "resources"), "reservations");
    let lists = [reservations.get("devices"), service.fields.get("gpus")];
    for item in lists.into_iter().flatten().flat_map(|list| file.items(list)) {
        let device = file.fields(item);
        if let (Some(count), Some(ids)) = (device.field("count"), device.field("device_ids")) {
            let message = "a device has both `count` and `device_ids`".to_owned();
            found.push(exclusive(count, ids, message, "ask for a number of devices, or name them"));
        }
    }
}

fn healthcheck<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    let Some(test) = file.under(&service.fields, "healthcheck").get("test") else { return };
    let Some(first) = file.items(test).into_iter().next() else { return };
    let Some(word) = text(first).filter(|word| !["CMD", "CMD-SHELL", "NONE"].contains(&&*word.text)) else {
        return;
    };
    let message =
        format!("the healthcheck of service {} begins with {}", quoted(&service.name), quoted(&word.text));
    found.push(own("invalid-value", word.inside(), message).with_help(
        "begin the list with `CMD` (run the words), `CMD-SHELL` (run a line) or `NONE`, or write a string",
    ));
}

/// A service that waits for another to be healthy, which has no healthcheck: `docker compose up` fails as soon as that one runs.
fn healthy<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    let waits = file.under(&service.fields, "depends_on");
    for field in waits.iter() {
        let condition = file.fields(field.value).text("condition");
        let Some(condition) = condition.filter(|condition| condition.text == "service_healthy") else {
            continue;
        };
        let Some(target) = file.service(&field.name) else { continue };
        let Some((why, severity)) = unhealthy(file, target) else { continue };
        if !file.scope.is_only_here(Section::Services, &target.name) || is_stopped(file, target) {
            continue;
        }
        let (name, other) = (quoted(&service.name), quoted(&target.name));
        let message = format!("service {name} waits until {other} is healthy, but {why}");
        let mut diagnostic = own("invalid-value", condition.inside(), message)
            .with_help(format!("give {other} a `healthcheck`, or wait with `service_started`"))
            .with_related(target.key.place(), "this service");
        diagnostic.severity = severity;
        found.push(diagnostic);
    }
}

/// Why a service never becomes healthy, if that can be known; it is less sure where its base image may have a healthcheck.
fn unhealthy<'m>(file: &File<'m>, target: &Service<'m>) -> Option<(&'static str, Severity)> {
    if target.fields.get("extends").is_some() {
        return None;
    }
    if target.fields.get("healthcheck").is_some() {
        let check = file.under(&target.fields, "healthcheck");
        let first = |test: Node<'m>| file.items(test).into_iter().next().and_then(text);
        let none = check.get("test").and_then(first).is_some_and(|first| first.text == "NONE");
        let is_off = none || check.get("disable").is_some_and(is_true);
        return is_off.then_some(("that one's healthcheck is switched off", Severity::Error));
    }
    let built = file.model.project.build(&file.facts.source.path, target.fields.get("build")?);
    (built == Build::WithoutHealthcheck)
        .then_some(("neither that one nor its Dockerfile has a healthcheck", Severity::Warning))
}

fn watch<'m>(file: &File<'m>, service: &Service<'m>, found: &mut Found) {
    let develop = file.under(&service.fields, "develop");
    for item in develop.get("watch").into_iter().flat_map(|watch| file.items(watch)) {
        let fields: Fields<'_> = file.fields(item);
        let Some(action) = fields.text("action") else { continue };
        if action.text.starts_with("sync") && fields.field("target").is_none() {
            let message = format!("a watch with the action {} has no `target`", quoted(&action.text));
            found.push(
                own("missing-key", action.inside(), message)
                    .with_help("say where in the container the files go"),
            );
        }
        if let Some(path) = fields.text("path").filter(|path| path.text.is_empty()) {
            found.push(
                own("invalid-value", path.place(), "a watch has an empty `path`")
                    .with_help("name a folder or a file"),
            );
        }
    }
}

/// Finds names of containers that two services have.
pub fn container_names(file: &File<'_>, found: &mut Found) {
    let mut first: std::collections::HashMap<String, (usize, crate::source::Place)> =
        std::collections::HashMap::new();
    for (index, service) in file.services.iter().enumerate() {
        let Some(name) = service.fields.text("container_name") else { continue };
        if name.text.is_empty() || is_stopped(file, service) {
            continue;
        }
        let Some(&(other, place)) = first.get(&*name.text) else {
            first.insert(name.text.to_string(), (index, name.inside()));
            continue;
        };
        let other = &file.services[other];
        let is_replaced =
            [other, service].iter().any(|service| file.scope.is_replaced(&service.name, "container_name"));
        if !is_replaced && super::ports::run_together(file, other, service) {
            let (a, b) = (quoted(&other.name), quoted(&service.name));
            let message = format!("services {a} and {b} both have a container called {}", quoted(&name.text));
            found.push(
                own("duplicate-item", name.inside(), message)
                    .with_help("give each its own `container_name`, or none")
                    .with_related(place, "first here"),
            );
        }
    }
}
