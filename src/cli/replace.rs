//! Writing into a project: a file takes the place of another at once, and no link leads a write astray.

use crate::source::SourceFile;
use std::fs::{self, File, Metadata};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Replaces a file at once, so that no reader sees half of it, or makes it. Its owner and its mode stay. A link at the path itself would
/// be replaced, not followed.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    put(path, None, text)
}

/// The same for a file that was read. It is an error if it says something else by now.
pub fn replace_unchanged(path: &Path, old: &str, text: &str) -> io::Result<()> {
    put(path, Some(old), text)
}

fn put(path: &Path, old: Option<&str>, text: &str) -> io::Result<()> {
    // Whoever may write into the folder must not know the name beforehand: they could lay a link there.
    let name = format!(".plimsoll-{:016x}.tmp", RandomState::new().build_hasher().finish());
    let new = path.parent().unwrap_or(Path::new(".")).join(name);
    let mut file = File::create_new(&new)?;
    let replaced = rights_of(path, &file)
        .and_then(|()| file.write_all(text.as_bytes()))
        .and_then(|()| file.sync_all())
        .and_then(|()| match old {
            Some(old) if fs::read(path)? != old.as_bytes() => {
                Err(io::Error::other("it has changed meanwhile"))
            }
            _ => fs::rename(&new, path),
        });
    if replaced.is_err() {
        // What could not take its place is of no use; that it stays behind is no worse.
        let _ = fs::remove_file(&new);
    }
    replaced
}

/// The file to write for one that was read: links inside the project are followed, none leads out of it.
pub fn target(source: &SourceFile, root: &Path) -> Result<PathBuf, String> {
    let real = |path: &Path| path.canonicalize().map_err(|error| format!("{}: {error}", source.path));
    let (target, root) = (real(&source.os_path)?, real(root)?);
    if !target.starts_with(&root) {
        return Err(format!("{} lies outside the project, or is a link out of it", source.path));
    }
    Ok(target)
}

/// Why a file is not replaced though it is a part of the project, if it is not.
pub fn refusal(source: &SourceFile, target: &Path) -> Option<String> {
    names(target).filter(|names| *names > 1).map(|names| {
        format!("{} has {names} names (hard links), and only one of them would change", source.path)
    })
}

/// How many names a file has in its file system, where that can be told.
#[cfg(unix)]
fn names(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    path.metadata().ok().map(|file| file.nlink())
}

#[cfg(not(unix))]
fn names(_: &Path) -> Option<u64> {
    None
}

/// Says that a file is read-only, if it is.
pub fn read_only(source: &SourceFile) -> Option<String> {
    let is = source.os_path.metadata().is_ok_and(|file| file.permissions().readonly());
    is.then(|| format!("{} is read-only", source.path))
}

/// Gives a new file the owner and the mode of the one it is to replace, if there is one.
fn rights_of(path: &Path, new: &File) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(old) if old.is_file() => {
            // In this order: no other owner is ever given what the mode lets the old one do.
            keep_owner(&old, new)?;
            new.set_permissions(old.permissions())
        }
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn keep_owner(old: &Metadata, new: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let made = new.metadata()?;
    if (made.uid(), made.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    fchown(new, Some(old.uid()), Some(old.gid()))
        .map_err(|error| io::Error::new(error.kind(), format!("it would get another owner ({error})")))
}

#[cfg(not(unix))]
fn keep_owner(_: &Metadata, _: &File) -> io::Result<()> {
    Ok(())
}

/// Makes a folder of the project, and those it lies in. It is an error if one of them is a link out of the project; nothing is made
/// beyond it.
pub fn folder(root: &Path, path: &str) -> io::Result<PathBuf> {
    let root = root.canonicalize()?;
    let mut folder = root.clone();
    for part in Path::new(path) {
        folder.push(part);
        match fs::create_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let inside = folder.canonicalize().is_ok_and(|real| real.starts_with(&root));
        if !inside {
            let shown = folder.strip_prefix(&root).unwrap_or(&folder).display();
            return Err(io::Error::other(format!("{shown} is a link out of the project")));
        }
    }
    Ok(folder)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn a_replaced_file_keeps_its_mode_and_leaves_nothing_beside_it() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a.yaml");
        fs::write(&path, "old")?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640))?;
        replace_unchanged(&path, "old", "new")?;
        assert_eq!(fs::read_to_string(&path)?, "new");
        assert_eq!(fs::metadata(&path)?.permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path())?.count(), 1);
        let changed = replace_unchanged(&path, "old", "newer").map_err(|error| error.to_string());
        assert_eq!(changed, Err("it has changed meanwhile".to_owned()));
        assert_eq!((fs::read_to_string(&path)?, fs::read_dir(folder.path())?.count()), ("new".to_owned(), 1));
        assert!(replace(&folder.path().join("nowhere/a.yaml"), "new").is_err());
        Ok(())
    }

    #[test]
    fn a_replaced_file_keeps_its_owner_or_stays() -> io::Result<()> {
        use std::os::unix::fs::{MetadataExt as _, chown};
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a.yaml");
        fs::write(&path, "old")?;
        if chown(&path, Some(4242), Some(4243)).is_err() {
            println!("skipped: only root may give files away");
            return Ok(());
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o6750))?;
        replace(&path, "new")?;
        let left = fs::metadata(&path)?;
        assert_eq!((left.uid(), left.gid(), left.mode() & 0o7777), (4242, 4243, 0o6750));
        assert_eq!(fs::read_to_string(&path)?, "new");
        Ok(())
    }

    #[test]
    fn folders_are_made_inside_the_project_alone() -> io::Result<()> {
        let (project, outside) = (tempfile::tempdir()?, tempfile::tempdir()?);
        assert!(folder(project.path(), "a/b")?.is_dir());
        symlink(outside.path(), project.path().join("out"))?;
        symlink("nowhere", project.path().join("dangling"))?;
        symlink("a", project.path().join("in"))?;
        assert!(folder(project.path(), "in/c")?.is_dir());
        assert!(folder(project.path(), "out/c").is_err() && folder(project.path(), "dangling/c").is_err());
        assert_eq!(fs::read_dir(outside.path())?.count(), 0);
        Ok(())
    }
}
