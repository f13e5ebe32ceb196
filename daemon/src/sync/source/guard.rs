//! Tells a source folder from what is left when it is lost: moved away, unmounted, emptied. A folder that looks empty
//! because its disk is not there must never be taken for one whose files were deleted.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::rules::{GIT, stignore};
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
    /// Another folder is in its place, and lacks something of the one that was there.
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
        format!("{what}; until then nothing is synced and the container keeps what it has")
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => formatter.write_str("the source folder is gone"),
            Self::NotAFolder => formatter.write_str("the source is not a folder"),
            Self::Unreadable(error) => write!(formatter, "the source folder cannot be read: {error}"),
            Self::Emptied => formatter.write_str("the source folder has become empty"),
            Self::Replaced => formatter
                .write_str("the source folder was replaced by another one that lacks some of its files"),
        }
    }
}

/// Which folder it is, by what the system calls it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

/// What a folder looks like from the outside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Witness {
    #[serde(flatten)]
    identity: Identity,
    names: BTreeSet<String>,
    /// The name at the top by which syncthing, too, knows the folder.
    #[serde(default)]
    marker: Option<String>,
}

/// What was seen of a source that is the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Without links.
    pub path: PathBuf,
    pub identity: Identity,
    /// A name at its top, for syncthing to look for; none where nothing is there.
    pub marker: Option<String>,
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
    pub fn look(&self) -> Result<Sight, Loss> {
        let mut now = witness(&self.source)?;
        let mut known = self.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(before) = known.as_ref() {
            judge(before, &now, |name| self.source.join(name).symlink_metadata().is_ok())?;
            // Syncthing reads everything anew for another marker.
            if before.marker.as_ref().is_some_and(|name| marks(&self.source.join(name))) {
                now.marker.clone_from(&before.marker);
            }
        }
        let path = self.source.canonicalize().map_err(|error| Loss::Unreadable(error.to_string()))?;
        let sight = Sight { path, identity: now.identity, marker: now.marker.clone() };
        if known.as_ref() != Some(&now) {
            self.remember(&now);
            *known = Some(now);
        }
        Ok(sight)
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
    let (mut names, mut marker) = (BTreeSet::new(), None);
    for entry in source.read_dir().map_err(loss)? {
        let entry = entry.map_err(loss)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // What we put there ourselves says nothing of the user's files.
        if stignore::is_ours_by_name(&name) {
            continue;
        }
        let kind = entry.file_type().map_err(loss)?;
        let can_mark = (kind.is_dir() || kind.is_file()) && is_plain(&name);
        // A file may be away for a moment while it is saved.
        let worth = (kind.is_dir(), name.clone());
        if can_mark && marker.as_ref().is_none_or(|best| *best < worth) {
            marker = Some(worth);
        }
        names.insert(name);
        if names.len() == NAMES {
            break;
        }
    }
    let git = marks(&source.join(GIT)).then(|| GIT.to_owned());
    let marker = git.or(marker.map(|(_, name)| name));
    Ok(Witness { identity: Identity::of(&metadata), names, marker })
}

/// Whether syncthing would find the marker.
fn marks(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir() || metadata.is_file())
}

/// Whether a name can stand in a configuration, and is the name that is on the disk.
fn is_plain(name: &str) -> bool {
    !name.chars().any(|character| character.is_control() || character == char::REPLACEMENT_CHARACTER)
}

/// Whether what is there `now` may be what was there `before`. Another folder with all the names is a copy, or the same one
/// after a start of the machine; one that lacks some may be a mount point with something in it.
fn judge(before: &Witness, now: &Witness, is_there: impl Fn(&str) -> bool) -> Result<(), Loss> {
    if before.names.is_empty() {
        return Ok(());
    }
    if now.names.is_empty() {
        return Err(Loss::Emptied);
    }
    let has = |name: &String| now.names.contains(name) || is_there(name);
    if before.identity == now.identity || before.names.iter().all(has) { Ok(()) } else { Err(Loss::Replaced) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(inode: u64, names: &[&str]) -> Witness {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Witness { identity: Identity { device: 1, inode }, names, marker: None }
    }

    #[test]
    fn a_folder_is_lost_when_it_is_emptied_or_another_one_with_fewer_names() {
        let before = seen(1, &["Cargo.toml", "src", ".git"]);
        let check = |now: Witness, expect: Result<(), Loss>| {
            assert_eq!(judge(&before, &now, |_| false), expect, "{now:?}");
        };
        check(before.clone(), Ok(()));
        check(seen(1, &["a"]), Ok(()));
        check(seen(1, &[]), Err(Loss::Emptied));
        check(seen(2, &[]), Err(Loss::Emptied));
        check(seen(2, &["lost+found"]), Err(Loss::Replaced));
        check(seen(2, &["Cargo.toml", "src"]), Err(Loss::Replaced));
        check(seen(2, &["Cargo.toml", "src", ".git", "new"]), Ok(()));
        assert_eq!(judge(&seen(1, &[]), &seen(2, &[]), |_| false), Ok(()));
        // Of a large folder some names are remembered, and others may be read.
        assert_eq!(judge(&before, &seen(2, &["new"]), |_| true), Ok(()));
    }

    #[test]
    fn a_folder_is_marked_by_what_stays_in_it() {
        let (place, session) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let source = place.path();
        let marker = || SourceGuard::open(source, session.path()).look().unwrap().marker;
        assert_eq!(marker(), None);
        std::os::unix::fs::symlink("nowhere", source.join("link")).unwrap();
        assert_eq!(marker(), None);
        std::fs::write(source.join("file"), "").unwrap();
        assert_eq!(marker().as_deref(), Some("file"));
        std::fs::create_dir(source.join("src")).unwrap();
        std::fs::create_dir(source.join(".git")).unwrap();
        assert_eq!(marker().as_deref(), Some("file"), "it stays while it is there");
        std::fs::remove_file(source.join("file")).unwrap();
        assert_eq!(marker().as_deref(), Some(".git"));
        std::fs::remove_dir(source.join(".git")).unwrap();
        assert_eq!(marker().as_deref(), Some("src"));
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
        assert!(guard.look().is_ok());
    }
}
