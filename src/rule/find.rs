//! Which rule files a project has: those of its own folder and those of its packs. The only file system access of this module.

use super::catalog::{Origin, RuleFile};
use crate::artifact::RULE_FOLDER as FOLDER;
use crate::config::RawPack;
use crate::discover::Stdin;
use crate::shape::{Mistake, suggest};
use crate::source::{Place, SourceFile, Sources, Span};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The largest rule file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Finds and reads the rule files of a project, sorted by path within their folder: its own folder first, then the packs in their
/// order. A link is followed as long as it stays in the project. Hidden files and files that are no YAML are passed over.
/// The mistakes are what cannot be read, and what looks like rules and would not be read. What is given takes the place of the file of its
/// name.
pub fn find(
    root: &Path,
    packs: &[RawPack],
    given: Option<&Stdin>,
    sources: &mut Sources,
) -> (Vec<RuleFile>, Vec<Mistake>) {
    let bound = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let mut finder =
        Finder { bound, given, files: Vec::new(), seen: HashSet::new(), mistakes: Vec::new(), sources };
    finder.near_misses(root, packs);
    let own = root.join(FOLDER);
    if own.symlink_metadata().is_ok() {
        finder.visit(
            &own,
            FOLDER,
            &Source { origin: Origin::Project, prefix: None, named: true, folder: None },
        );
    }
    for pack in packs {
        finder.pack(root, pack);
    }
    (finder.files, finder.mistakes)
}

/// Finds and reads rule files that the user named, and those below folders that the user named. The error is for a person.
pub fn find_named(
    current: &Path,
    paths: &[PathBuf],
    sources: &mut Sources,
) -> Result<(Vec<RuleFile>, Vec<Mistake>), String> {
    let mut finder = Finder {
        bound: PathBuf::new(),
        given: None,
        files: Vec::new(),
        seen: HashSet::new(),
        mistakes: Vec::new(),
        sources,
    };
    for path in paths {
        let full = current.join(path);
        let canonical = full.canonicalize().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => format!("no such file or directory: {}", path.display()),
            _ => format!("cannot read {}: {error}", path.display()),
        })?;
        finder.bound = if canonical.is_dir() {
            canonical
        } else {
            canonical.parent().map(Path::to_owned).unwrap_or_default()
        };
        let shown = path.to_string_lossy().replace('\\', "/");
        let shown = shown.strip_prefix("./").unwrap_or(&shown).trim_end_matches('/');
        finder.visit(
            &full,
            shown,
            &Source { origin: Origin::Named, prefix: None, named: true, folder: None },
        );
    }
    Ok((finder.files, finder.mistakes))
}

struct Finder<'s> {
    /// What links must not leave.
    bound: PathBuf,
    /// What is read instead of the file of its name.
    given: Option<&'s Stdin>,
    files: Vec<RuleFile>,
    /// Folders and files that were read, without links.
    seen: HashSet<PathBuf>,
    mistakes: Vec<Mistake>,
    sources: &'s mut Sources,
}

/// What holds for everything below a folder.
struct Source<'p> {
    origin: Origin,
    prefix: Option<&'p str>,
    /// Whether the path itself was named, so that it is read whatever it is called.
    named: bool,
    /// The folder that holds it, without links, if it is none itself: then nobody need be asked where it leads.
    folder: Option<&'p Path>,
}

impl Finder<'_> {
    fn pack(&mut self, root: &Path, pack: &RawPack) {
        let written = pack.path.value.trim_end_matches('/');
        let written = written.strip_prefix("./").unwrap_or(written);
        let full = root.join(written);
        if !full.exists() {
            let mistake = Mistake::new(pack.path.place, format!("there is no `{written}` in this project"))
                .with_help("a pack is a folder or a file of the repository, named from its root; it is never fetched");
            self.mistakes.push(mistake.with_suggestion(near(root, written).as_deref()));
            return;
        }
        let before = (self.files.len(), self.mistakes.len());
        let prefix = pack.prefix.as_ref().map(|prefix| &*prefix.value);
        self.visit(&full, written, &Source { origin: Origin::Pack, prefix, named: true, folder: None });
        if before == (self.files.len(), self.mistakes.len()) {
            self.mistakes.push(
                Mistake::new(
                    pack.path.place,
                    format!("no rule file in `{written}` that is not read already"),
                )
                .with_help("rule files end in `.yaml` or `.yml`; hidden ones are passed over"),
            );
        }
    }

    /// Reads a file, or every rule file below a folder.
    fn visit(&mut self, path: &Path, shown: &str, source: &Source<'_>) {
        let real = match (source.folder, path.file_name()) {
            (Some(folder), Some(name)) => Ok(folder.join(name)),
            _ => path.canonicalize(),
        };
        let real = match real {
            Ok(real) => real,
            Err(error) => return self.say(shown, &format!("cannot be read: {error}"), None),
        };
        let is_folder = real.is_dir();
        if !is_folder && !source.named && !is_yaml(path) {
            return;
        }
        if !real.starts_with(&self.bound) {
            let help = "rules are read from the project alone: copy them into it";
            return self.say(shown, "a link out of the project, which is not followed", Some(help));
        }
        if !self.seen.insert(real.clone()) {
            return;
        }
        if !is_folder {
            return self.file(path, &real, shown, source);
        }
        let entries = fs::read_dir(&real).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut names: Vec<_> = match entries {
            Ok(entries) => entries.into_iter().map(|entry| (entry.file_name(), is_link(&entry))).collect(),
            Err(error) => return self.say(shown, &format!("cannot be read: {error}"), None),
        };
        names.sort();
        for (name, is_link) in names.into_iter().filter(|(name, _)| !is_hidden(name)) {
            let folder = (!is_link).then_some(&*real);
            let shown = format!("{shown}/{}", name.to_string_lossy());
            self.visit(&path.join(name), &shown, &Source { named: false, folder, ..*source });
        }
    }

    fn file(&mut self, path: &Path, real: &Path, shown: &str, source: &Source<'_>) {
        let given = self.given.filter(|given| given.filename == real);
        match given.map_or_else(|| read(real), |given| Ok(Some(given.bytes.clone()))) {
            Ok(Some(bytes)) => self.files.push(RuleFile {
                source: SourceFile::from_bytes(shown, path, bytes),
                origin: source.origin,
                prefix: source.prefix.map(str::to_owned),
            }),
            Ok(None) => {
                self.say(
                    shown,
                    &format!("no file of at most {} KiB, as rule files are", MAX_BYTES >> 10),
                    None,
                );
            }
            Err(error) => self.say(shown, &format!("cannot be read: {error}"), None),
        }
    }

    /// What a person put there as rules, and what would be passed over in silence.
    fn near_misses(&mut self, root: &Path, packs: &[RawPack]) {
        let Some((ours, rules)) = FOLDER.split_once('/') else { return };
        let entries = fs::read_dir(root.join(ours)).into_iter().flatten().filter_map(Result::ok);
        let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
        names.sort();
        for name in names.iter().filter(|name| !is_hidden(name) && **name != rules) {
            let path = root.join(ours).join(name);
            let shown = format!("{ours}/{}", name.to_string_lossy());
            let is_pack = |pack: &RawPack| {
                let pack = pack.path.value.trim_end_matches('/');
                pack == shown || pack.starts_with(&format!("{shown}/"))
            };
            if packs.iter().any(is_pack) {
                continue;
            }
            let lower = name.to_string_lossy().to_lowercase();
            if path.is_file() && is_yaml(&path) {
                let help = match lower.trim_end_matches(".yml").trim_end_matches(".yaml") {
                    "plimsoll" | "config" | "configuration" => {
                        "the configuration is `plimsoll.yaml` at the root of the project".to_owned()
                    }
                    _ => format!("move it to `{FOLDER}/`, where rules stand"),
                };
                self.say(&shown, "not read, since it stands here", Some(&help));
            } else if path.is_dir() && suggest(&lower, [rules, "policies", "policy", "packs"]).is_some() {
                let help = format!("rename it to `{FOLDER}`, or name it under `packs` in `plimsoll.yaml`");
                self.say(&shown, "not read, though it looks like a folder of rules", Some(&help));
            }
        }
    }

    /// A mistake of a path as a whole.
    fn say(&mut self, shown: &str, message: &str, help: Option<&str>) {
        let file = self.sources.add(SourceFile::new(shown, ""));
        let mistake = Mistake::new(Place { file, span: Span::empty(0) }, format!("`{shown}`: {message}"));
        self.mistakes.push(Mistake { help: help.map(str::to_owned), ..mistake });
    }
}

/// `None` for what is no regular file, or too large.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let about = fs::metadata(path)?;
    if !about.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(about.len().min(MAX_BYTES) as usize + 1);
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= MAX_BYTES).then_some(bytes))
}

/// Whether an entry of a folder may lead elsewhere.
fn is_link(entry: &fs::DirEntry) -> bool {
    entry.file_type().map_or(true, |kind| kind.is_symlink())
}

fn is_yaml(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    extension.eq_ignore_ascii_case("yaml") || extension.eq_ignore_ascii_case("yml")
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// The path whose last component was most likely meant.
fn near(root: &Path, written: &str) -> Option<String> {
    let (folder, name) = written.rsplit_once('/').unwrap_or(("", written));
    let entries = fs::read_dir(root.join(folder)).ok()?.filter_map(Result::ok);
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let near = suggest(name, names.iter().map(String::as_str))?;
    Some(if folder.is_empty() { near.to_owned() } else { format!("{folder}/{near}") })
}
