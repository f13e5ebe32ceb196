//! Where rules are found, and what there is for them to leave out.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::pattern::significant;

pub(super) const GIT_IGNORE: &str = ".gitignore";
pub(in crate::sync) const GIT: &str = ".git";

/// A file of rules larger than this is passed over.
const RULES_BYTES: u64 = 1 << 20;

/// A tree of files, so that rules can be tried without a disk.
pub(in crate::sync) trait Tree {
    /// What is in a folder, with whether it is a folder. Links are none.
    fn entries(&self, folder: &Path) -> Vec<(PathBuf, bool)>;
    /// The text of a file, if it is one.
    fn text(&self, file: &Path) -> Option<String>;
    /// Whether a path is a folder; None where there is nothing.
    fn is_folder(&self, path: &Path) -> Option<bool>;
}

/// The files of this machine.
pub(in crate::sync) struct Disk;

impl Tree for Disk {
    fn entries(&self, folder: &Path) -> Vec<(PathBuf, bool)> {
        let Ok(entries) = folder.read_dir() else { return Vec::new() };
        let is_folder = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
        entries.flatten().map(|entry| (entry.path(), is_folder(&entry))).collect()
    }

    fn text(&self, file: &Path) -> Option<String> {
        let metadata = file.metadata().ok()?;
        let readable = metadata.is_file() && metadata.len() <= RULES_BYTES;
        let bytes = readable.then(|| std::fs::read(file).ok()).flatten()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn is_folder(&self, path: &Path) -> Option<bool> {
        path.symlink_metadata().ok().map(|metadata| metadata.is_dir())
    }
}

/// Lines with the folder that they are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RuleFile {
    pub(super) folder: PathBuf,
    pub(super) lines: Vec<String>,
}

impl RuleFile {
    pub(super) fn read(folder: &Path, text: &str) -> Self {
        Self { folder: folder.to_owned(), lines: text.lines().filter_map(significant).collect() }
    }

    pub(super) fn matcher(&self) -> Gitignore {
        matcher(&self.folder, self.lines.iter().map(String::as_str))
    }
}

pub(super) fn matcher<'a>(folder: &Path, lines: impl Iterator<Item = &'a str>) -> Gitignore {
    let mut builder = GitignoreBuilder::new(folder);
    // Of an insensitive disk it cannot fail, and a line that is not a pattern matches nothing, as for git.
    let _ = builder.case_insensitive(cfg!(target_os = "macos"));
    for line in lines {
        let _ = builder.add_line(Some(folder.to_owned()), line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// The rules from outside of the source's own `.gitignore`s, the weakest first: the user's, the repository's
/// `info/exclude`, and those of the folders above the source up to the repository's top.
pub(super) fn around(source: &Path, tree: &impl Tree) -> Vec<RuleFile> {
    let Some(top) = source.ancestors().find(|folder| tree.is_folder(&folder.join(GIT)).is_some()) else {
        return Vec::new();
    };
    let users = ignore::gitignore::gitconfig_excludes_path();
    let of_top = [users, Some(repository(top, tree).join("info/exclude"))];
    let of_top = of_top.into_iter().flatten().filter_map(|file| tree.text(&file));
    let mut files: Vec<RuleFile> = of_top.map(|text| RuleFile::read(top, &text)).collect();
    let mut above: Vec<&Path> =
        source.ancestors().skip(1).take_while(|folder| folder.starts_with(top)).collect();
    above.reverse();
    files.extend(
        above.into_iter().filter_map(|folder| {
            tree.text(&folder.join(GIT_IGNORE)).map(|text| RuleFile::read(folder, &text))
        }),
    );
    files
}

/// The folder of the repository: of a worktree or a submodule `.git` is a file that names it.
pub(super) fn repository(top: &Path, tree: &impl Tree) -> PathBuf {
    let git = top.join(GIT);
    let Some(text) = tree.text(&git) else { return git };
    let own = top.join(text.trim().strip_prefix("gitdir:").unwrap_or_default().trim());
    match tree.text(&own.join("commondir")) {
        Some(common) => own.join(common.trim()),
        None => own,
    }
}
