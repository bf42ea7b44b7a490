//! Whether the new name of a service can be written where its old one stands: not in what does away with the old service, and not where
//! the name is that of something else, as of a folder or of a volume that holds data.

use super::facts::FileFacts;
use super::text::holds_script;
use crate::artifact::Kind;
use crate::expr::{Origin, Text};
use crate::source::Span;
use crate::yaml::{Kind as NodeKind, Node};

/// Words of commands and keys that do away with what they name, keep its data or move it.
#[rustfmt::skip]
const AWAY: &[&str] = &[
    "delete", "uninstall", "rm", "rmi", "rmdir", "remove", "stop", "down", "kill", "pkill", "killall", "drop", "undeploy", "prune",
    "scale", "mv", "rename", "migrate", "destroy", "disable", "mask", "purge", "cleanup", "teardown", "volume", "mount", "pvc", "v",
];

/// Words of names that speak of what was.
#[rustfmt::skip]
const WAS: &[&str] = &[
    "replaces", "replaced", "formerly", "former", "old", "previous", "previously", "deprecated", "legacy", "retired", "obsolete", "was",
];

/// Keys under which names are those of stores and networks.
const STORES: &[&str] = &[
    "volumes",
    "networks",
    "secrets",
    "configs",
    "claimName",
    "persistentVolumeClaim",
    "volumeClaimTemplates",
];

/// Whether another name can be written for a retired one.
pub fn is_renamable(file: FileFacts<'_>, name: &Text<'_>, now: &str) -> bool {
    let Some(place) = name.place() else { return false };
    let kind = file.artifact.kind;
    if let Origin::Node { node, .. } = name.origin {
        let above = std::iter::successors(Some(node), |node| node.parent());
        let keys: Vec<_> = above.filter_map(Node::key).map(Node::text).collect();
        if keys.first().is_some_and(|key| speaks_of_past(key, &name.text))
            || keys.iter().any(|key| STORES.contains(&&**key))
            || is_kept(kind, node, &name.text, now)
        {
            return false;
        }
        let is_script = kind == Kind::Package || keys.first().is_some_and(|key| holds_script(kind, key));
        return !is_script || is_address(&file.source.text, place.span, kind, now);
    }
    match kind {
        Kind::Script | Kind::Makefile | Kind::Dockerfile | Kind::Env | Kind::Template => {
            is_address(&file.source.text, place.span, kind, now)
        }
        _ => true,
    }
}

/// Whether a node of YAML names what holds data, or belongs to a service that goes once the new one is there.
fn is_kept(kind: Kind, node: Node<'_>, name: &str, now: &str) -> bool {
    let above: Vec<_> = std::iter::successors(Some(node), |node| node.parent()).collect();
    let Some(root) = above.last() else { return false };
    let is = |key: &str, expected: &str| root.get(key).is_some_and(|node| node.text() == expected);
    if kind != Kind::Compose {
        return is("kind", "PersistentVolumeClaim") || is("kind", "PersistentVolume");
    }
    // The names of volumes begin with that of the project.
    if node.parent() == Some(*root) {
        return node.key().is_some_and(|key| key.text() == "name");
    }
    let services = root.get("services").filter(|services| services.kind() == NodeKind::Mapping);
    let inside = |old: Node<'_>| above.contains(&old);
    services.is_some_and(|all| all.get(now).is_some() && all.get(name).is_some_and(inside))
}

/// Whether a name stands in an address, the reference of an image or the value of an assignment, in a line that does not do away with
/// anything and does not hold the new name already. A word by itself may be anything: a folder, an object that is to be deleted.
fn is_address(text: &str, at: Span, kind: Kind, now: &str) -> bool {
    let Span { start, end } = logical_line(text, at);
    let line = &text[start as usize..end as usize];
    if says(line, AWAY) || names(line, now) {
        return false;
    }
    let name = at.of(text);
    let at = (at.start - start) as usize..(at.end - start) as usize;
    let edge = |c: char| c.is_whitespace() || "\"'`;|&()<>,[]".contains(c);
    let first = line[..at.start].rfind(edge).map_or(0, |before| before + 1);
    let last = line[at.end..].find(edge).map_or(line.len(), |length| at.end + length);
    let (before, behind) = (&line[first..at.start], &line[at.end..last]);
    let outside = line[..first].trim_end_matches(['"', '\'']);
    let key = before.split_once('=').map_or(outside, |(key, _)| key);
    if matches!(kind, Kind::Env | Kind::Template) {
        let key = line.split(['=', ':']).next().unwrap_or_default();
        return !speaks_of_past(key, name) && !key.contains("COMPOSE_PROJECT_NAME");
    }
    let tag = behind.strip_prefix(':').and_then(|rest| rest.chars().next());
    let is_reference = before.contains("://")
        || before.contains('@')
        || behind.split(['.', ':', '/']).any(|part| part == "svc")
        || tag.is_some_and(|c| c.is_ascii_alphanumeric() || c == '$')
        || kind == Kind::Dockerfile
            && line.trim_start().get(..5).is_some_and(|word| word.eq_ignore_ascii_case("from "));
    // A value of several words may be a list, and only make has blanks around the sign.
    let quote = line[..first].chars().next_back().filter(|c| matches!(c, '"' | '\''));
    let is_whole = quote.is_none_or(|quote| line[last..].starts_with(quote))
        && !line[last..].starts_with(['(', ',', '[']);
    let blanks = kind == Kind::Makefile && !line.starts_with('\t') && line[last..].trim().is_empty();
    let sign = if blanks { outside.trim_end() } else { outside };
    let assigned = [before, sign].iter().any(|sign| {
        let sign = if *sign == before { before.find('=').map_or("", |at| &before[..=at]) } else { sign };
        sign.strip_suffix('=').is_some_and(|rest| !rest.is_empty() && !rest.ends_with(['=', '!', ' ', '[']))
    });
    let key = key.rsplit(char::is_whitespace).next().unwrap_or(key);
    (is_reference || assigned && is_whole)
        && !speaks_of_past(key, name)
        && !key.contains("COMPOSE_PROJECT_NAME")
}

/// The line of a place, with those that backslashes join to it.
fn logical_line(text: &str, at: Span) -> Span {
    let bytes = text.as_bytes();
    let mut start = at.start as usize;
    let mut end = at.end as usize;
    let joins = |end: usize| text[..end].trim_end_matches(['\r']).ends_with('\\');
    loop {
        start = memchr::memrchr(b'\n', &bytes[..start]).map_or(0, |at| at + 1);
        if start == 0 || !joins(start - 1) || at.start as usize - start > REACH {
            break;
        }
        start -= 1;
    }
    loop {
        end += memchr::memchr(b'\n', &bytes[end..]).unwrap_or(bytes.len() - end);
        if end == bytes.len() || !joins(end) || end - at.end as usize > REACH {
            break;
        }
        end += 1;
    }
    Span::new(start as u32, end as u32)
}

/// How far, in bytes, joined lines are looked through on each side.
const REACH: usize = 4096;

/// Whether the name of a value speaks of what was, by other words than those of a retired name.
fn speaks_of_past(key: &str, name: &str) -> bool {
    let words: Vec<_> = WAS.iter().copied().filter(|word| !says(name, &[word])).collect();
    says(key, &words)
}

/// Whether one of the words of a text is one of these.
fn says(text: &str, words: &[&str]) -> bool {
    let mut said = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    said.any(|word| words.contains(&&*word.to_ascii_lowercase()))
}

/// Whether a text holds a name as a whole identifier.
fn names(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(part) && !text[at + name.len()..].starts_with(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_an_address_or_an_assignment_can_be_another() {
        use Kind::{Dockerfile, Env, Makefile, Script};
        for (line, kind, can) in [
            ("curl http://OLD:80/x", Script, true),
            ("curl \"http://OLD/x\"", Script, true),
            ("docker run acme/OLD:$TAG", Script, true),
            ("nc OLD:80", Script, true),
            ("ssh me@OLD", Script, true),
            ("ping OLD.default.svc", Script, true),
            ("HOST=OLD ./run", Script, true),
            ("HOST='OLD' ./run", Script, true),
            ("./run --host=OLD", Script, true),
            ("HOST := OLD", Makefile, true),
            ("FROM acme/OLD", Dockerfile, true),
            ("ENV HOST=OLD", Dockerfile, true),
            ("HOST=OLD", Env, true),
            ("make OLD", Script, false),
            ("docker rm -f acme/OLD:1", Script, false),
            ("kubectl delete svc \\\n  --name=OLD", Script, false),
            ("curl http://OLD && \\\n  systemctl stop x", Script, false),
            ("for s in OLD new", Script, false),
            ("OLD) HOST=x ;;", Script, false),
            ("ALL=\"OLD web\"", Script, false),
            ("ALL=\"web OLD\"", Script, false),
            ("ALL=(OLD web)", Script, false),
            ("run --hosts=OLD,new", Script, false),
            ("[ \"$x\" = OLD ]", Script, false),
            ("[[ $x == OLD ]]", Script, false),
            ("cd services/OLD", Script, false),
            ("docker run -v OLD:data x", Script, false),
            ("FORMER_HOST=OLD", Script, false),
            ("COMPOSE_PROJECT_NAME=OLD", Env, false),
            ("REPLACES=OLD", Env, false),
            ("\t./run x = OLD", Makefile, false),
            ("COPY OLD /srv", Dockerfile, false),
        ] {
            let at = line.rfind("OLD").filter(|_| !line.starts_with("OLD)")).unwrap_or(0) as u32;
            assert_eq!(is_address(line, Span::new(at, at + 3), kind, "new"), can, "{line}");
        }
    }
}
