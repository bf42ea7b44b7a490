//! Services of Compose that end by themselves, as far as their own words say: nobody waits for their health.

use super::dockerfile;
use crate::yaml::Node;

/// Images that run a shell, which ends at once where nobody types.
const SHELLS: &[&str] = &[
    "alpine",
    "almalinux",
    "amazonlinux",
    "archlinux",
    "bash",
    "busybox",
    "centos",
    "debian",
    "fedora",
    "rockylinux",
    "ubuntu",
];

/// Words in the names of services that do something once.
const TASKS: &[&str] = &[
    "bootstrap",
    "e2e",
    "import",
    "importer",
    "init",
    "initializer",
    "migrate",
    "migration",
    "migrations",
    "migrator",
    "provision",
    "seed",
    "seeder",
    "setup",
    "test",
    "tester",
    "tests",
];

/// Whether a service is a task, given its name and what stands under its keys.
pub fn is_one<'m>(name: &str, key: &dyn Fn(&str) -> Option<Node<'m>>) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| key(name).is_some());
    let stays = key("command").is_some_and(|command| {
        let words = command.items().map(Node::text).chain([command.text()]);
        words.into_iter().any(|text| text.contains("infinity") || text.contains("tail -f"))
    });
    if !stays && !has(&["restart", "ports", "expose"]) && words(name).any(|word| TASKS.contains(&&*word)) {
        return true;
    }
    if has(&["entrypoint"]) {
        return false;
    }
    if let Some(command) = key("command") {
        return ends(command);
    }
    if has(&["tty", "stdin_open"]) {
        return false;
    }
    match (key("build"), key("image")) {
        (Some(build), _) => build.get("dockerfile_inline").is_some_and(|inline| image_ends(&inline.text())),
        (None, image) => image.is_some_and(|image| is_shell(&image.text())),
    }
}

/// The words of a name in lower case: cut at what is no letter or digit, and where a capital begins.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (lower && c.is_uppercase()) {
            words.push(String::new());
        }
        lower = c.is_lowercase();
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.into_iter()
}

/// Whether the image of a Dockerfile runs something that ends.
fn image_ends(text: &str) -> bool {
    let mut ends = false;
    for instruction in dockerfile::instructions(text) {
        match &*instruction.keyword.to_ascii_uppercase() {
            "FROM" => ends = is_shell(instruction.arguments.split_whitespace().next().unwrap_or_default()),
            "ENTRYPOINT" => return false,
            "CMD" => ends = !instruction.arguments.starts_with('[') && script_ends(instruction.arguments),
            _ => {}
        }
    }
    ends
}

/// Whether an image runs a shell and nothing else.
fn is_shell(image: &str) -> bool {
    let name = image.split(['@', ':']).next().unwrap_or_default();
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    SHELLS.contains(&name.strip_prefix("library/").unwrap_or(name))
}

/// Whether a command only runs programs that end by themselves. It is not parsed: what is more than a list of plain calls does not count.
fn ends(command: Node<'_>) -> bool {
    let command = command.resolve();
    let words: Vec<_> = command.items().map(Node::text).collect();
    match &*words {
        [] => {
            let text = command.text();
            let shells = ["sh -c ", "bash -c ", "/bin/sh -c ", "/bin/bash -c "];
            let script = shells.iter().find_map(|shell| text.trim_start().strip_prefix(shell));
            script_ends(script.map_or(&*text, |script| script.trim().trim_matches(['\'', '"'])))
        }
        [shell, option, script] if option == "-c" && matches!(base(shell), "sh" | "bash") => {
            script_ends(script)
        }
        [program, arguments @ ..] => call_ends(program, arguments.first().map(|argument| &**argument)),
    }
}

fn script_ends(script: &str) -> bool {
    let mut calls = script.split([';', '\n']).flat_map(|line| line.split("&&"));
    let call_is_plain_and_ends = |call: &str| {
        let mut words = call.split_whitespace();
        let plain = !call.contains(['&', '|', '`', '<']) && !call.contains("$(");
        plain && words.next().is_none_or(|program| call_ends(program, words.next()))
    };
    !script.trim().is_empty() && calls.all(call_is_plain_and_ends)
}

/// Not so `env` that runs a program, `cat` that waits for input and `sleep infinity`.
fn call_ends(program: &str, argument: Option<&str>) -> bool {
    match (base(program), argument) {
        ("echo" | "false" | "ls" | "printenv" | "printf" | "pwd" | "true", _) | ("env", None) => true,
        ("cat", Some(file)) => file != "-" && !file.starts_with("/dev/"),
        ("sleep", Some(time)) => time.starts_with(|first: char| first.is_ascii_digit()),
        _ => false,
    }
}

fn base(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Options, parse};

    #[test]
    fn a_task_is_known_by_its_command_its_image_or_its_name() {
        for (name, service, expected) in [
            ("a", "{image: web, command: echo done}", true),
            ("a", "{image: web, command: [sh, -c, 'ls && cat x']}", true),
            ("a", "{image: web, command: serve}", false),
            ("a", "{image: web, command: sleep infinity}", false),
            ("a", "{image: web, entrypoint: serve, command: echo}", false),
            ("a", "{image: 'alpine:3'}", true),
            ("a", "{image: docker.io/library/debian}", true),
            ("a", "{image: acme/alpine}", false),
            ("a", "{image: alpine, tty: true}", false),
            ("a", "{image: alpine, build: .}", false),
            ("a", "{build: {dockerfile_inline: \"FROM x\\nCMD echo a\"}}", true),
            ("a", "{build: {dockerfile_inline: \"FROM alpine\\nCMD serve\"}}", false),
            ("db-migrate", "{image: web}", true),
            ("frontendTests", "{image: web}", true),
            ("migrate", "{image: web, restart: always}", false),
            ("test", "{image: web, ports: ['80']}", false),
            ("latest", "{image: web}", false),
            ("test", "{image: alpine, command: sleep infinity}", false),
            ("test", "{image: alpine, command: [sleep, infinity]}", false),
        ] {
            let document = parse(service, Options::default());
            let root = document.roots().next().expect("a mapping");
            assert_eq!(is_one(name, &|key| root.get(key)), expected, "{name}: {service}");
        }
    }
}
