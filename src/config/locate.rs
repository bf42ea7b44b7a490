//! Where the configuration stands, and with it the project root. The only file system access of this module.

use crate::artifact::RULE_FOLDER;
use std::path::{Path, PathBuf};

/// The name of the configuration. There is one name, and it is not hidden: a policy that others work under should be
/// seen in a listing, and a second name would raise the question which one counts.
pub const FILE_NAME: &str = "plimsoll.yaml";

/// The project that a path belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// The folder against which paths are shown and globs match, without links.
    pub root: PathBuf,
    /// The configuration, if the project has one.
    pub config: Option<PathBuf>,
    /// Whether anything says that this is a project: a configuration, rules or git. Else the folder is only where the program looks.
    pub is_project: bool,
}

/// The project of a path, which need not exist yet: the folder of the nearest [`FILE_NAME`] from it upward to the git root, else the
/// nearest one with rules of its own, else the git root. Outside a git repository the search ends at the folder that the program runs
/// in, or at the path's own folder where that lies elsewhere, so that a stray file further up never decides.
pub fn home(start: &Path, current: &Path) -> Home {
    search(start, current, &|folder| Some(folder.join(FILE_NAME)).filter(|file| file.is_file()))
}

/// The same for a path that is judged by no configuration, or by one that was named.
pub fn home_without_config(start: &Path, current: &Path) -> Home {
    search(start, current, &|_| None)
}

fn search(start: &Path, current: &Path, config: &dyn Fn(&Path) -> Option<PathBuf>) -> Home {
    let folder = folder(start).unwrap_or_else(|| current.to_owned());
    let git = folder.ancestors().find(|ancestor| ancestor.join(".git").exists());
    let outside = if folder.starts_with(current) { current } else { &folder };
    let top = git.unwrap_or(outside);
    let within = || folder.ancestors().take_while(|ancestor| ancestor.starts_with(top));
    let with_rules = || within().find(|folder| folder.join(RULE_FOLDER).is_dir());
    let found = within().find_map(|folder| Some((folder, Some(config(folder)?))));
    let found = found.or_else(|| Some((with_rules()?, None)));
    let is_project = found.is_some() || git.is_some();
    let (root, config) = found.unwrap_or((top, None));
    Home { root: root.to_owned(), config, is_project }
}

/// The nearest folder of a path that exists, without links.
fn folder(path: &Path) -> Option<PathBuf> {
    let there = path.ancestors().find_map(|ancestor| ancestor.canonicalize().ok())?;
    if there.is_dir() { Some(there) } else { there.parent().map(Path::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, io};

    fn found(start: &Path, current: &Path) -> (Option<PathBuf>, PathBuf, bool) {
        let Home { root, config, is_project } = home(start, current);
        (config, root, is_project)
    }

    #[test]
    fn the_nearest_file_up_to_the_git_root_counts() -> io::Result<()> {
        let outside = tempfile::tempdir()?;
        let top = outside.path().canonicalize()?;
        let (repo, deep) = (top.join("repo"), top.join("repo/deploy/dev"));
        fs::create_dir_all(&deep)?;
        fs::create_dir(repo.join(".git"))?;
        fs::write(top.join(FILE_NAME), "")?;
        assert_eq!(found(&deep, &top), (None, repo.clone(), true), "above the git root nothing counts");

        let deploy = repo.join("deploy");
        fs::create_dir_all(deploy.join(RULE_FOLDER))?;
        assert_eq!(found(&deep, &top), (None, deploy.clone(), true), "rules make a project too");
        assert_eq!(found(&repo, &top), (None, repo.clone(), true));

        fs::write(repo.join(FILE_NAME), "")?;
        assert_eq!(found(&deep, &top), (Some(repo.join(FILE_NAME)), repo.clone(), true));
        assert_eq!(home_without_config(&deep, &top).root, deploy);

        let nearer = deploy.join(FILE_NAME);
        fs::write(&nearer, "")?;
        assert_eq!(found(&deep.join("new/a.yaml"), &top), (Some(nearer), deploy, true), "it need not exist");
        Ok(())
    }

    #[test]
    fn outside_git_the_search_ends_where_the_program_runs() -> io::Result<()> {
        let outside = tempfile::tempdir()?;
        let top = outside.path().canonicalize()?;
        let (a, b) = (top.join("a"), top.join("a/b"));
        fs::create_dir_all(&b)?;
        assert_eq!(found(&b, &a), (None, a.clone(), false), "paths are shown as they were named");
        assert_eq!(found(&a, &b), (None, a.clone(), false), "and elsewhere from their own folder");
        fs::write(top.join(FILE_NAME), "")?;
        assert_eq!(found(&b, &a), (None, a.clone(), false));
        assert_eq!(found(&b, &top), (Some(top.join(FILE_NAME)), top.clone(), true));
        Ok(())
    }
}
