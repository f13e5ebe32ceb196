//! The file `.stignore` at the top of the source folder, the only place where syncthing looks for what to leave out. It
//! is made where the user has none, says whose it is, and is replaced or removed only while its text is as we wrote it.

use std::io;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

pub(in crate::sync) const NAME: &str = ".stignore";
/// Syncthing takes such a name for one of its own files, and does not sync it.
const ASIDE: &str = ".syncthing.nhd-stignore.tmp";
const FIRST_LINE: &str = "// Made by nhd, which removes it when the session ends. Session ";

/// Whether a file at the top of the source may be one that we make.
pub(in crate::sync) fn is_ours_by_name(name: &str) -> bool {
    name == NAME || name == ASIDE
}

/// Who says what is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sync) enum Written {
    Ours,
    /// Another session of this user has the same rules there.
    Shared,
    /// Somebody else's file is there and counts.
    Foreign,
}

/// The whole text: a first line that proves the rest to be ours.
fn text(session: &str, lines: &[String]) -> String {
    let body = lines.join("\n") + "\n";
    format!("{FIRST_LINE}{session}, {}.\n{body}", digest(&body))
}

fn digest(body: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(body)[..8])
}

/// The session that wrote a text, where it is as that wrote it, and the rest of it.
fn author(text: &str) -> Option<(&str, &str)> {
    let (first, body) = text.split_once('\n')?;
    let (session, proof) = first.strip_prefix(FIRST_LINE)?.split_once(", ")?;
    (proof.strip_suffix('.')? == digest(body)).then_some((session, body))
}

/// Makes the file say these lines, unless it is somebody else's.
pub(in crate::sync) fn put(source: &Path, session: &str, lines: &[String]) -> io::Result<Written> {
    let (file, wanted) = (source.join(NAME), text(session, lines));
    match std::fs::read_to_string(&file) {
        Ok(there) if there == wanted => Ok(Written::Ours),
        Ok(there) => match author(&there) {
            Some((whose, _)) if whose == session => {
                std::fs::rename(aside(source, &wanted)?, &file).map(|()| Written::Ours)
            }
            Some((_, body)) if author(&wanted).is_some_and(|(_, ours)| ours == body) => Ok(Written::Shared),
            _ => Ok(Written::Foreign),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(source, &file, &wanted),
        // A link that leads nowhere, a folder, a file in another encoding: whatever it is, it is not ours.
        Err(_) => Ok(Written::Foreign),
    }
}

/// A link, unlike a rename, does not take the place of what the user has put there meanwhile; and a file that is there
/// is there as a whole.
fn make(source: &Path, file: &Path, text: &str) -> io::Result<Written> {
    let aside = aside(source, text)?;
    let made = match std::fs::hard_link(&aside, file) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Written::Foreign),
        Err(_) if file.symlink_metadata().is_ok() => Ok(Written::Foreign),
        // A disk without links.
        Err(_) => return std::fs::rename(&aside, file).map(|()| Written::Ours),
        Ok(()) => Ok(Written::Ours),
    };
    let _ = std::fs::remove_file(aside);
    made
}

fn aside(source: &Path, text: &str) -> io::Result<PathBuf> {
    let aside = source.join(ASIDE);
    std::fs::write(&aside, text)?;
    Ok(aside)
}

/// Removes what this session wrote, if it is still that.
pub(in crate::sync) fn remove(source: &Path, session: &str) -> io::Result<()> {
    let file = source.join(NAME);
    // Left behind by a crash between the two halves of a write.
    let _ = std::fs::remove_file(source.join(ASIDE));
    let Ok(there) = std::fs::read_to_string(&file) else { return Ok(()) };
    match author(&there) {
        Some((whose, _)) if whose == session => match std::fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_as_it_was_written_is_ours() {
        let ours = text("abc", &["/target".to_owned()]);
        assert_eq!(author(&ours), Some(("abc", "/target\n")));
        assert_eq!(author(&ours.replace("/target", "/other")), None);
        assert_eq!(author(&(ours + "/more\n")), None);
        assert_eq!(author("/target\n"), None);
    }

    #[test]
    fn a_file_of_the_user_is_neither_written_nor_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (source, file) = (folder.path(), folder.path().join(NAME));
        let put = |session: &str, line: &str| super::put(source, session, &[line.to_owned()]).unwrap();
        std::fs::write(&file, "mine").unwrap();
        assert_eq!(put("a", "/x"), Written::Foreign);
        remove(source, "a").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
        std::fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink("nowhere", &file).unwrap();
        assert_eq!(put("a", "/x"), Written::Foreign);
        std::fs::remove_file(&file).unwrap();

        assert_eq!(put("a", "/x"), Written::Ours);
        assert_eq!(put("a", "/y"), Written::Ours);
        assert_eq!(put("b", "/y"), Written::Shared);
        assert_eq!(put("b", "/z"), Written::Foreign);
        remove(source, "b").unwrap();
        assert!(file.exists());
        let ours = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, ours.clone() + "/mine\n").unwrap();
        remove(source, "a").unwrap();
        assert!(file.exists());
        std::fs::write(&file, ours).unwrap();
        remove(source, "a").unwrap();
        assert_eq!(source.read_dir().unwrap().count(), 0);
    }
}
