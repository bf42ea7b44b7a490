//! Where the configuration stands, and with it the project root. The only file system access of this module.

use crate::artifact::RULE_FOLDER;
use std::path::{Path, PathBuf};

/// The name of the configuration. There is one name, and it is not hidden: a policy that others work under should be
/// seen in a listing, and a second name would raise the question which one counts.
pub const FILE_NAME: &str = "plimsoll.yaml";

/// The configuration for a checked path: the nearest [`FILE_NAME`] from it upward to the git root. Outside a git
/// repository only the path's own folder is looked at, so that a stray file further up never decides.
pub fn locate(start: &Path) -> Option<PathBuf> {
    let folder = folder(start)?;
    let top = git_root(&folder).unwrap_or(&folder);
    let within = folder.ancestors().take_while(|ancestor| ancestor.starts_with(top));
    within.map(|folder| folder.join(FILE_NAME)).find(|file| file.is_file())
}

/// The project root, against which paths are shown and globs match: the folder of the configuration, else the nearest
/// one with rules of its own, else the git root, else the folder of the path. `None` if the path does not exist.
pub fn root(start: &Path, config: Option<&Path>) -> Option<PathBuf> {
    if let Some(config) = config {
        // The folder that holds it, also when it is a link.
        return config.parent()?.canonicalize().ok();
    }
    let folder = folder(start)?;
    let top = git_root(&folder).unwrap_or(&folder);
    let mut within = folder.ancestors().take_while(|ancestor| ancestor.starts_with(top));
    Some(within.find(|folder| folder.join(RULE_FOLDER).is_dir()).unwrap_or(top).to_owned())
}

fn folder(path: &Path) -> Option<PathBuf> {
    let path = path.canonicalize().ok()?;
    if path.is_dir() { Some(path) } else { path.parent().map(Path::to_owned) }
}

/// `.git` is a folder, or a file in worktrees and submodules.
fn git_root(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|ancestor| ancestor.join(".git").exists())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, io};

    #[test]
    fn the_nearest_file_up_to_the_git_root_counts() -> io::Result<()> {
        let outside = tempfile::tempdir()?;
        let top = outside.path().canonicalize()?;
        let deep = top.join("repo/deploy/dev");
        fs::create_dir_all(&deep)?;
        fs::create_dir(top.join("repo/.git"))?;
        fs::write(top.join(FILE_NAME), "")?;
        assert_eq!(locate(&deep), None, "above the git root nothing counts");
        assert_eq!(root(&deep, None), Some(top.join("repo")));

        fs::create_dir_all(top.join("repo/deploy").join(RULE_FOLDER))?;
        assert_eq!(root(&deep, None), Some(top.join("repo/deploy")), "rules make a project too");
        assert_eq!(root(&top.join("repo"), None), Some(top.join("repo")));

        fs::write(top.join("repo").join(FILE_NAME), "")?;
        assert_eq!(locate(&deep), Some(top.join("repo").join(FILE_NAME)));

        let nearer = top.join("repo/deploy").join(FILE_NAME);
        fs::write(&nearer, "")?;
        assert_eq!(locate(&deep), Some(nearer.clone()));
        assert_eq!(root(&deep, Some(&nearer)), Some(top.join("repo/deploy")));
        Ok(())
    }

    #[test]
    fn outside_git_only_the_own_folder_counts() -> io::Result<()> {
        let outside = tempfile::tempdir()?;
        let top = outside.path().canonicalize()?;
        fs::create_dir(top.join("a"))?;
        fs::write(top.join(FILE_NAME), "")?;
        assert_eq!(locate(&top.join("a")), None);
        assert_eq!(root(&top.join("a"), None), Some(top.join("a")));
        assert_eq!(locate(&top), Some(top.join(FILE_NAME)));
        Ok(())
    }
}
