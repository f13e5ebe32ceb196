//! Where rules are found, and what there is for them to leave out.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::pattern::significant;

pub(super) const GIT_IGNORE: &str = ".gitignore";
pub(in crate::sync) const GIT: &str = ".git";

/// A file of rules larger than this is passed over.
const RULES_BYTES: u64 = 1 << 20;

/// A file of rules that nobody has written to for so long is whole; an empty one for longer.
const WRITTEN_FOR: Duration = Duration::from_millis(50);
const EMPTY_FOR: Duration = Duration::from_secs(2);
/// One that is written again and again is read all the same.
const WRITTEN_WITHIN: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A tree of files, so that rules can be tried without a disk.
pub(in crate::sync) trait Tree {
    /// What is in a folder, with whether it is a folder. Links are none.
    fn entries(&self, folder: &Path) -> Vec<(PathBuf, bool)>;
    /// The text of a file, if it is one.
    fn text(&self, file: &Path) -> Option<String>;
    /// Whether a path is a folder; None where there is nothing.
    fn is_folder(&self, path: &Path) -> Option<bool>;
}

/// Who writes a file in place empties it first, and fills it in a moment: rules that are read in between would let
/// through, for good, what the file leaves out.
fn may_be_half_written(metadata: &Metadata) -> bool {
    let alone = if metadata.len() == 0 { EMPTY_FOR } else { WRITTEN_FOR };
    let since = metadata.modified().ok().and_then(|at| SystemTime::now().duration_since(at).ok());
    since.is_some_and(|since| since < alone)
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
        let mut metadata = file.metadata().ok()?;
        let latest = Instant::now() + WRITTEN_WITHIN;
        while metadata.is_file() && may_be_half_written(&metadata) && Instant::now() < latest {
            std::thread::sleep(LOOK_EVERY);
            metadata = file.metadata().ok()?;
        }
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_that_is_being_written_is_read_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(GIT_IGNORE);
        for pause in [Duration::from_millis(20), Duration::from_millis(600)] {
            let mut file = std::fs::File::create(&path).unwrap();
            let writer = std::thread::spawn(move || {
                std::thread::sleep(pause);
                file.write_all(b"secret").unwrap();
                file.write_all(b"\nmore\n").unwrap();
            });
            assert_eq!(Disk.text(&path).as_deref(), Some("secret\nmore\n"), "{pause:?}");
            writer.join().unwrap();
        }
    }

    #[test]
    fn an_empty_file_and_one_of_the_future_are_read_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(GIT_IGNORE);
        for (text, at) in [("", SystemTime::now() - EMPTY_FOR), ("*.o", SystemTime::now() + EMPTY_FOR * 100)]
        {
            std::fs::write(&path, text).unwrap();
            std::fs::File::options().write(true).open(&path).unwrap().set_modified(at).unwrap();
            let began = Instant::now();
            assert_eq!(Disk.text(&path).as_deref(), Some(text));
            assert!(began.elapsed() < WRITTEN_WITHIN, "it was waited for");
        }
    }
}
