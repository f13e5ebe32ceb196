//! Tells a source folder from what is left when it is lost: moved away, unmounted, emptied. A folder that looks empty
//! because its disk is not there must never be taken for one whose files were deleted.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::rules::stignore;
use crate::replace::replace;

const WITNESS_NAME: &str = "source.json";
/// As many names of the top of the folder are remembered; enough to know it again.
const NAMES: usize = 64;

/// Why the source folder cannot be trusted to be the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    Missing,
    NotAFolder,
    Unreadable(String),
    /// It had files at its top, and has none.
    Emptied,
    /// Another folder is in its place, and shares too little with the one that was there.
    Replaced,
}

impl Loss {
    pub fn hint(&self) -> String {
        let what = match self {
            Self::Missing | Self::NotAFolder => "bring the folder back, or mount its disk",
            Self::Unreadable(_) => "make the folder readable for you",
            Self::Emptied => {
                "put a file back into it if it is meant to be empty otherwise, or mount its disk"
            }
            Self::Replaced => "bring the folder back, or end the session and start it again with the new one",
        };
        format!("{what}; until then nothing is synced and the container keeps its files")
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => formatter.write_str("the source folder is gone"),
            Self::NotAFolder => formatter.write_str("the source is not a folder"),
            Self::Unreadable(error) => write!(formatter, "the source folder cannot be read: {error}"),
            Self::Emptied => formatter.write_str("the source folder has become empty"),
            Self::Replaced => formatter.write_str("the source folder was replaced by another one"),
        }
    }
}

/// What a folder looks like from the outside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Witness {
    device: u64,
    inode: u64,
    names: BTreeSet<String>,
}

/// Remembers, across restarts, what the source folder looked like when it was last seen well.
#[derive(Debug)]
pub struct SourceGuard {
    source: PathBuf,
    file: PathBuf,
    known: Mutex<Option<Witness>>,
}

impl SourceGuard {
    pub fn open(source: &Path, session_dir: &Path) -> Self {
        let file = session_dir.join(WITNESS_NAME);
        let known = std::fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        Self { source: source.to_owned(), file, known: Mutex::new(known) }
    }

    /// Looks at the folder now. Blocking, and quick unless the file system hangs.
    pub fn look(&self) -> Result<(), Loss> {
        let now = witness(&self.source)?;
        let mut known = self.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(before) = known.as_ref() {
            judge(before, &now)?;
        }
        if known.as_ref() != Some(&now) {
            self.remember(&now);
            *known = Some(now);
        }
        Ok(())
    }

    fn remember(&self, witness: &Witness) {
        let text = serde_json::to_vec(witness).expect("numbers and names are JSON");
        if let Err(error) = replace(&self.file, &text) {
            tracing::warn!(file = %self.file.display(), %error, "failed to remember the source folder");
        }
    }
}

fn witness(source: &Path) -> Result<Witness, Loss> {
    let loss = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Loss::Missing,
        io::ErrorKind::NotADirectory => Loss::NotAFolder,
        _ => Loss::Unreadable(error.to_string()),
    };
    let metadata = source.metadata().map_err(loss)?;
    if !metadata.is_dir() {
        return Err(Loss::NotAFolder);
    }
    let mut names = BTreeSet::new();
    for entry in source.read_dir().map_err(loss)? {
        let name = entry.map_err(loss)?.file_name().to_string_lossy().into_owned();
        // What we put there ourselves says nothing of the user's files.
        if !stignore::is_ours_by_name(&name) {
            names.insert(name);
        }
        if names.len() == NAMES {
            break;
        }
    }
    Ok(Witness { device: metadata.dev(), inode: metadata.ino(), names })
}

fn judge(before: &Witness, now: &Witness) -> Result<(), Loss> {
    if before.names.is_empty() {
        return Ok(());
    }
    if now.names.is_empty() {
        return Err(Loss::Emptied);
    }
    let same_folder = (before.device, before.inode) == (now.device, now.inode);
    // Device numbers change with reboots, and a folder may be cloned or restored anew: then the names decide.
    let kept = before.names.intersection(&now.names).count();
    if same_folder || 2 * kept >= before.names.len() { Ok(()) } else { Err(Loss::Replaced) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(inode: u64, names: &[&str]) -> Witness {
        Witness { device: 1, inode, names: names.iter().map(|name| (*name).to_owned()).collect() }
    }

    #[test]
    fn a_folder_is_lost_when_it_is_emptied_or_another_one() {
        let before = seen(1, &["Cargo.toml", "src", ".git"]);
        let check =
            |now: Witness, expect: Result<(), Loss>| assert_eq!(judge(&before, &now), expect, "{now:?}");
        check(before.clone(), Ok(()));
        check(seen(1, &["a"]), Ok(()));
        check(seen(1, &[]), Err(Loss::Emptied));
        check(seen(2, &[]), Err(Loss::Emptied));
        check(seen(2, &["lost+found"]), Err(Loss::Replaced));
        check(seen(2, &["Cargo.toml", "src"]), Ok(()));
        assert_eq!(judge(&seen(1, &[]), &seen(2, &[])), Ok(()));
    }

    #[test]
    fn what_was_seen_outlives_the_daemon() {
        let (place, session) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let source = place.path().join("src");
        std::fs::create_dir(&source).unwrap();
        std::fs::write(source.join("a"), "").unwrap();
        SourceGuard::open(&source, session.path()).look().unwrap();
        std::fs::remove_file(source.join("a")).unwrap();
        assert_eq!(SourceGuard::open(&source, session.path()).look(), Err(Loss::Emptied));
        std::fs::remove_dir(&source).unwrap();
        let guard = SourceGuard::open(&source, session.path());
        assert_eq!(guard.look(), Err(Loss::Missing));
        std::fs::create_dir(&source).unwrap();
        std::fs::write(source.join("a"), "").unwrap();
        assert_eq!(guard.look(), Ok(()));
    }
}
