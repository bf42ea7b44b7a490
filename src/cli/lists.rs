//! Lists in files: paths for `--files-from`, arguments for `@FILE`.

use crate::discover::MAX_BYTES;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The paths in a list, each up to a separator, empty ones left out; `-` stands for standard input. Only a list by lines cannot hold every
/// path: none with a line break, nor one that ends with a carriage return. The error is for a person.
pub fn paths(list: &Path, separator: u8) -> Result<Vec<PathBuf>, String> {
    let named = || if list == Path::new("-") { "standard input".into() } else { list.display().to_string() };
    let failed = |error: io::Error| format!("cannot read the list of files in {}: {error}", named());
    let bytes =
        if list == Path::new("-") { read(io::stdin().lock()) } else { File::open(list).and_then(read) };
    let items = bytes.and_then(|bytes| items(&bytes, separator)).map_err(failed)?;
    Ok(items.into_iter().map(PathBuf::from).collect())
}

/// Puts the lines of a file in the place of each argument `@FILE`, once: what such a file holds is taken as it is. The value of an option
/// is none, nor is anything behind `--`. The error is for a person.
pub fn expand(
    arguments: Vec<OsString>,
    command: impl FnOnce() -> clap::Command,
) -> Result<Vec<OsString>, String> {
    if !arguments.iter().any(|argument| argument.as_encoded_bytes().starts_with(b"@")) {
        return Ok(arguments);
    }
    let command = command();
    let mut command = &command;
    let mut expanded = Vec::new();
    let mut arguments = arguments.into_iter();
    let mut is_value = false;
    while let Some(argument) = arguments.next() {
        let list = argument.to_str().and_then(|text| text.strip_prefix('@')).filter(|list| !list.is_empty());
        if let Some(list) = list.filter(|_| !is_value) {
            let lines = File::open(list).and_then(read).and_then(|bytes| items(&bytes, b'\n'));
            let lines = lines.map_err(|error| {
                format!("cannot read the arguments in {list}: {error} (a path that begins with `@` is written `./@{list}`)")
            })?;
            if lines.is_empty() {
                return Err(format!(
                    "there are no arguments in {list}; a list of paths that may be empty is for --files-from"
                ));
            }
            expanded.extend(lines);
            continue;
        }
        let is_end = !is_value && argument == "--";
        let text = argument.to_str().unwrap_or_default();
        command = command.find_subcommand(text).filter(|_| !is_value).unwrap_or(command);
        is_value = !is_value && wants_value(command, text);
        expanded.push(argument);
        if is_end {
            expanded.extend(arguments.by_ref());
        }
    }
    Ok(expanded)
}

/// Whether the next argument is the value of this one.
fn wants_value(command: &clap::Command, argument: &str) -> bool {
    let is_meant = |option: &&clap::Arg| match argument.strip_prefix("--") {
        Some(long) => option.get_long_and_visible_aliases().is_some_and(|names| names.contains(&long)),
        // The last of several that stand together may have a value.
        None => {
            argument.starts_with('-') && option.get_short().is_some_and(|short| argument.ends_with(short))
        }
    };
    let found = command.get_arguments().filter(|option| !option.is_positional()).find(is_meant);
    found.is_some_and(|option| option.get_action().takes_values() && !option.is_require_equals_set())
}

/// What is read of a list, in bytes; a longer one is refused.
fn read(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other(format!("it is longer than {} MiB", MAX_BYTES >> 20)));
    }
    Ok(bytes)
}

fn items(bytes: &[u8], separator: u8) -> io::Result<Vec<OsString>> {
    let line_end = |item: &'_ [u8]| item.strip_suffix(b"\r").filter(|_| separator == b'\n').map(<[u8]>::len);
    let items =
        bytes.split(|byte| *byte == separator).map(|item| &item[..line_end(item).unwrap_or(item.len())]);
    items.filter(|item| !item.is_empty()).map(os_string).collect()
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere a path is not any bytes")]
fn os_string(bytes: &[u8]) -> io::Result<OsString> {
    use std::os::unix::ffi::OsStringExt as _;
    Ok(OsString::from_vec(bytes.to_owned()))
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> io::Result<OsString> {
    let text = std::str::from_utf8(bytes);
    text.map(OsString::from).map_err(|error| io::Error::other(format!("it is not UTF-8: {error}")))
}
