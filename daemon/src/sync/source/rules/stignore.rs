//! The file `.stignore` at the top of the source folder, the only place where syncthing looks for what to leave out. It
//! is made where the user has none, says whose it is, and is replaced or removed only while its text is as we wrote it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::hidden;

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
    /// Somebody else's file is there and counts.
    Foreign,
}

/// Sessions of one folder write one file.
static WRITING: Mutex<()> = Mutex::new(());

/// A text of ours: the sessions that have it, and what their rules come from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ours {
    sessions: Vec<String>,
    rules: String,
    body: String,
}

impl Ours {
    /// The first line proves the rest to be ours.
    fn text(&self) -> String {
        let Self { sessions, rules, body } = self;
        format!("{FIRST_LINE}{}, rules {rules}, {}.\n{body}", sessions.join(" "), digest(body))
    }

    /// None where the text is not as it was written.
    fn read(text: &str) -> Option<Self> {
        let (first, body) = text.split_once('\n')?;
        let (whose, last) = first.strip_prefix(FIRST_LINE)?.rsplit_once(", ")?;
        let (sessions, rules) = whose.split_once(", rules ").unwrap_or((whose, ""));
        let (sessions, rules) = (sessions.split(' ').map(str::to_owned).collect(), rules.to_owned());
        (last.strip_suffix('.')? == digest(body)).then(|| Self { sessions, rules, body: body.to_owned() })
    }
}

pub(in crate::sync) fn digest(body: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(body)[..8])
}

/// Makes the file say these lines, unless it is somebody else's. `rules` names where they come from: sessions with the same
/// rules share the file, whichever of them has looked last.
pub(in crate::sync) fn put(
    source: &Path,
    session: &str,
    rules: &str,
    lines: &[String],
) -> io::Result<Written> {
    let _alone = alone();
    let (file, body) = (source.join(NAME), lines.join("\n") + "\n");
    let mut wanted = Ours { sessions: vec![session.to_owned()], rules: rules.to_owned(), body };
    match std::fs::read_to_string(&file) {
        Ok(there) => {
            let Some(ours) = Ours::read(&there) else { return Ok(Written::Foreign) };
            let known = ours.sessions.iter().any(|of| of == session);
            if ours.rules == rules {
                wanted.sessions.clone_from(&ours.sessions);
                wanted.sessions.extend((!known).then(|| session.to_owned()));
            } else if !known || ours.sessions.len() > 1 {
                return Ok(Written::Foreign);
            }
            if wanted != ours {
                hide(source);
                std::fs::rename(aside(source, &wanted.text())?, &file)?;
            }
            Ok(Written::Ours)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            hide(source);
            make(source, &file, &wanted.text())
        }
        // A link that leads nowhere, a folder, a file in another encoding: whatever it is, it is not ours.
        Err(_) => Ok(Written::Foreign),
    }
}

/// Where that is not possible, git shows the file.
fn hide(source: &Path) {
    if let Err(error) = hidden::hide(source) {
        tracing::debug!(?source, %error, "failed to hide .stignore from git");
    }
}

fn alone() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
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

/// Removes what this session wrote, if it is still that; what others have as well stays for them.
pub(in crate::sync) fn remove(source: &Path, session: &str) -> io::Result<()> {
    let _alone = alone();
    let file = source.join(NAME);
    // Left behind by a crash between the two halves of a write.
    let _ = std::fs::remove_file(source.join(ASIDE));
    let Ok(there) = std::fs::read_to_string(&file) else { return Ok(()) };
    let Some(mut ours) = Ours::read(&there).filter(|ours| ours.sessions.iter().any(|of| of == session))
    else {
        return Ok(());
    };
    ours.sessions.retain(|of| of != session);
    if !ours.sessions.is_empty() {
        return std::fs::rename(aside(source, &ours.text())?, &file);
    }
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => hidden::show(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_as_it_was_written_is_ours() {
        let ours =
            Ours { sessions: vec!["abc".into(), "d".into()], rules: "1f".into(), body: "/target\n".into() };
        let text = ours.text();
        assert_eq!(Ours::read(&text), Some(ours));
        assert_eq!(Ours::read(&text.replace("/target", "/other")), None);
        assert_eq!(Ours::read(&(text + "/more\n")), None);
        assert_eq!(Ours::read("/target\n"), None);
        // As earlier versions wrote it.
        let earlier = format!("{FIRST_LINE}abc, {}.\n/x\n", digest("/x\n"));
        assert_eq!(Ours::read(&earlier).unwrap().sessions, ["abc"]);
    }

    #[test]
    fn a_file_of_the_user_is_neither_written_nor_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (source, file) = (folder.path(), folder.path().join(NAME));
        let put = |session: &str, line: &str| super::put(source, session, "r", &[line.to_owned()]).unwrap();
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
        assert_eq!(super::put(source, "b", "others", &["/y".to_owned()]).unwrap(), Written::Foreign);
        remove(source, "b").unwrap();
        assert!(file.exists());
        // The first to come may be the first to go.
        assert_eq!(put("b", "/z"), Written::Ours);
        remove(source, "a").unwrap();
        assert_eq!(Ours::read(&std::fs::read_to_string(&file).unwrap()).unwrap().sessions, ["b"]);
        assert_eq!(put("a", "/z"), Written::Ours);
        remove(source, "b").unwrap();
        let ours = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, ours.clone() + "/mine\n").unwrap();
        remove(source, "a").unwrap();
        assert!(file.exists());
        std::fs::write(&file, ours).unwrap();
        remove(source, "a").unwrap();
        assert_eq!(source.read_dir().unwrap().count(), 0);
    }
}
