//! Readers of output, as gullible as the real ones: a terminal, GitHub's runner, Azure's agent, `TeamCity`, a page that shows Markdown.

use pulldown_cmark::{Event, Options, Parser, Tag};
use std::collections::BTreeMap;

/// A command that a runner found in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its name.
    pub name: String,
    /// Its properties, unescaped.
    pub properties: BTreeMap<String, String>,
    /// What it says, unescaped.
    pub data: String,
}

/// What a terminal or a runner would do with the output beside showing it, or the commands that it holds: those of a GitHub runner that
/// begin a line, since that is how annotations are made.
pub fn read(output: &str) -> Result<Vec<Command>, String> {
    let plain = without_own_colours(output);
    if let Some(c) = plain.chars().find(|&c| c != '\n' && (c.is_control() || is_format(c))) {
        return Err(format!("character {:x}", c as u32));
    }
    let mut commands = Vec::new();
    for line in plain.split(['\n', '\r']) {
        if let Some(found) = legacy_command(line).or_else(|| agent_command(line)) {
            return Err(format!("command {found:?} in {line:?}"));
        }
        commands.extend(workflow_command(line));
    }
    Ok(commands)
}

/// What is wrong with output that must hold no command at all.
pub fn harm(output: &str) -> Option<String> {
    match read(output) {
        Err(harm) => Some(harm),
        Ok(commands) => commands.first().map(|command| format!("command {command:?}")),
    }
}

/// Bidirectional controls, zero-width characters, separators and tags, as the Unicode data files list them.
fn is_format(c: char) -> bool {
    matches!(c as u32, 0xad | 0x61c | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xe0000..=0xe007f)
}

/// `::name key=value,…::data` after white space. The runner knows some twenty names; here every name counts.
fn workflow_command(line: &str) -> Option<Command> {
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, list) = head.split_once(' ').unwrap_or((head, ""));
    let pairs = list.split(',').filter_map(|pair| pair.trim_start().split_once('='));
    let properties =
        pairs.map(|(key, value)| (key.to_owned(), unescaped(value, &[("%3A", ":"), ("%2C", ",")]))).collect();
    Some(Command { name: name.to_owned(), properties, data: unescaped(data, &[]) })
}

fn unescaped(text: &str, more: &[(&str, &str)]) -> String {
    let escapes = [("%0D", "\r"), ("%0A", "\n")];
    let plain = escapes.iter().chain(more).fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    plain.replace("%25", "%")
}

/// `##[name key=value;…]data` anywhere in a line.
fn legacy_command(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("##[")?;
    rest.split_once(']').map(|(command, _)| command)
}

/// `##vso[area.event key=value;…]` and `##teamcity[…]` anywhere in a line, however it is spelt.
fn agent_command(line: &str) -> Option<&str> {
    let lower = line.to_ascii_lowercase();
    let at = lower.find("##vso[").or_else(|| lower.find("##teamcity["))?;
    line.get(at..)
}

/// Removes the colour sequences `ESC [ digits m` that a report may contain.
fn without_own_colours(output: &str) -> String {
    let mut plain = String::new();
    let mut rest = output;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        let digits = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        if let Some(after) = digits.strip_prefix('m') {
            rest = after;
        } else {
            plain.push('\u{1b}');
            rest = after;
        }
    }
    plain + rest
}

/// What a page that shows Markdown would do with it beside showing text: HTML, pictures, links, mentions.
pub fn harm_on_a_page(markdown: &str) -> Option<String> {
    let mut in_code = false;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => return Some(format!("HTML {html:?}")),
            Event::Start(Tag::Image { dest_url, .. }) => return Some(format!("picture {dest_url:?}")),
            Event::Start(Tag::Link { dest_url, .. }) => return Some(format!("link {dest_url:?}")),
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) if !in_code => {
                let mention = text.match_indices('@').any(|(at, _)| {
                    !text[..at].ends_with(|c: char| c.is_alphanumeric())
                        && text[at + 1..].starts_with(|c: char| c.is_ascii_alphanumeric())
                });
                // GitHub makes links of bare addresses in text.
                if mention || text.contains("http://") || text.contains("www.") {
                    return Some(format!("text {text:?}"));
                }
            }
            _ => {}
        }
    }
    None
}
