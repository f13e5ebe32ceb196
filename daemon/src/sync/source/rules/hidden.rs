//! Hides the file of rules from git: by a line in the repository's own `info/exclude`, which is never committed, with one
//! above it that says whose it is. What the user has there stays as it is.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::files::{Disk, GIT, Tree as _, repository};
use super::stignore::NAME;

const ABOVE: &str = "# Made by nhd, which removes this and the next line when its session ends.";

/// Where a repository's own rules are, and the line that hides the file in `source`.
fn place(source: &Path) -> Option<(PathBuf, String)> {
    let top = source.ancestors().find(|folder| Disk.is_folder(&folder.join(GIT)).is_some())?;
    let path = source.strip_prefix(top).ok()?.join(NAME);
    let mut line = String::from("/");
    for character in path.to_str()?.chars() {
        if matches!(character, '*' | '?' | '[' | '\\') {
            line.push('\\');
        }
        line.push(character);
    }
    Some((repository(top, &Disk).join("info/exclude"), line))
}

pub(super) fn hide(source: &Path) -> io::Result<()> {
    let Some((file, line)) = place(source) else { return Ok(()) };
    let there = read(&file)?;
    if there.lines().any(|it| it == line) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let gap = if there.is_empty() || there.ends_with('\n') { "" } else { "\n" };
    let mut exclude = std::fs::OpenOptions::new().append(true).create(true).open(&file)?;
    exclude.write_all(format!("{gap}{ABOVE}\n{line}\n").as_bytes())
}

pub(super) fn show(source: &Path) -> io::Result<()> {
    let Some((file, line)) = place(source) else { return Ok(()) };
    let there = read(&file)?;
    let left = there.replace(&format!("{ABOVE}\n{line}\n"), "");
    if left == there {
        return Ok(());
    }
    // Whoever reads it meanwhile finds the one text or the other; whose it is and how it may be read stays.
    let file = file.canonicalize()?;
    let mut aside = NamedTempFile::new_in(file.parent().unwrap_or(Path::new("/")))?;
    aside.write_all(left.as_bytes())?;
    std::fs::set_permissions(aside.path(), file.metadata()?.permissions())?;
    aside.persist(file).map(drop).map_err(|error| error.error)
}

fn read(file: &Path) -> io::Result<String> {
    match std::fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
    }
}
