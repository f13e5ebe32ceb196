//! The copies beside the database, a file a session: good enough to be the store alone, and what a person can read.
//!
//! What is damaged is moved aside and never deleted.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, remove_file};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::document::Document;
use crate::replace::replace_durably;

/// Names of sessions that were removed, so that no old database brings one back.
const REMOVED: &str = "removed";
const REMOVED_COUNT: usize = 256;

#[derive(Debug)]
pub(super) struct Copies {
    folder: PathBuf,
    removed: Vec<String>,
    /// The list of them is yet to be written.
    removed_changed: bool,
}

impl Copies {
    /// Reads all copies of the folder. Those that earlier versions kept in one file count instead, where that is there:
    /// then an earlier version was here last.
    pub(super) fn open(folder: PathBuf, earlier: &Path) -> (Self, BTreeMap<String, Document>) {
        let earlier = read_earlier(earlier);
        if folder.exists() && (earlier.is_some() || !folder.is_dir()) {
            say_aside(&folder);
        }
        let mut copies = Self { folder, removed: Vec::new(), removed_changed: false };
        let found = copies.read();
        (copies, earlier.unwrap_or(found))
    }

    fn read(&mut self) -> BTreeMap<String, Document> {
        let mut found = BTreeMap::new();
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name == REMOVED {
                match std::fs::read(&path).ok().and_then(|text| read_removed(&text)) {
                    Some(removed) => self.removed = removed,
                    None => say_aside(&path),
                }
            } else if let Some(id) = name.strip_suffix(".json") {
                let document = std::fs::read(&path).ok().and_then(|text| Document::read(&text).ok());
                match document.filter(|document| document.id() == Some(id)) {
                    Some(document) => drop(found.insert(id.to_owned(), document)),
                    None => say_aside(&path),
                }
            }
        }
        found
    }

    pub(super) fn write(&mut self, id: &str, document: &Document) -> io::Result<()> {
        let path = self.path(id)?;
        if self.removed_changed {
            self.write_removed()?;
        }
        self.replace(&path, document)
    }

    /// From here on it is removed, whatever an old database has.
    pub(super) fn remove(&mut self, id: &str) -> io::Result<()> {
        let path = self.path(id)?;
        if !self.was_removed(id) || self.removed_changed {
            let before = self.removed.clone();
            self.removed.retain(|removed| removed != id);
            self.removed.push(id.to_owned());
            self.removed.drain(..self.removed.len().saturating_sub(REMOVED_COUNT));
            // What fails is not done: a later write must not do it.
            if let Err(error) = self.write_removed() {
                self.removed = before;
                return Err(error);
            }
        }
        match remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => File::open(&self.folder)?.sync_all(),
        }
    }

    /// The sessions that were removed last.
    pub(super) fn removed(&self) -> &[String] {
        &self.removed
    }

    /// Takes over what the database knows to be removed.
    pub(super) fn note_removed(&mut self, ids: Vec<String>) {
        for id in ids {
            if !self.was_removed(&id) {
                self.removed.push(id);
                self.removed_changed = true;
            }
        }
    }

    pub(super) fn forget_removed(&mut self, id: &str) {
        let before = self.removed.len();
        self.removed.retain(|removed| removed != id);
        self.removed_changed |= self.removed.len() != before;
    }

    pub(super) fn was_removed(&self, id: &str) -> bool {
        self.removed.iter().any(|removed| removed == id)
    }

    fn write_removed(&mut self) -> io::Result<()> {
        let list = serde_json::json!({ "id": REMOVED, "ids": self.removed });
        let document = Document::of(list).expect("it is an object");
        self.replace(&self.folder.join(REMOVED), &document)?;
        self.removed_changed = false;
        Ok(())
    }

    fn replace(&self, path: &Path, document: &Document) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        replace_durably(path, &document.sealed())
    }

    pub(super) fn check(&self, id: &str) -> io::Result<()> {
        self.path(id).map(drop)
    }

    /// An id can come from the cluster, written by anybody.
    fn path(&self, id: &str) -> io::Result<PathBuf> {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(io::Error::new(io::ErrorKind::InvalidFilename, format!("{id:?} is no session's id")));
        }
        Ok(self.folder.join(format!("{id}.json")))
    }
}

fn read_removed(text: &[u8]) -> Option<Vec<String>> {
    serde_json::from_value(Document::read(text).ok()?.field("ids")?.clone()).ok()
}

/// What versions before this one kept. One that is damaged is moved aside.
fn read_earlier(path: &Path) -> Option<BTreeMap<String, Document>> {
    let text = match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        text => text.unwrap_or_default(),
    };
    let Ok(sessions) = serde_json::from_slice::<Vec<Value>>(&text) else {
        say_aside(path);
        return None;
    };
    let documents = sessions.into_iter().filter_map(Document::of);
    Some(documents.filter_map(|document| Some((document.id()?.to_owned(), document))).collect())
}

fn say_aside(path: &Path) {
    match move_aside(path) {
        Ok(aside) => tracing::error!(?path, ?aside, "a copy in the store is damaged; it is moved aside"),
        Err(error) => tracing::error!(?path, %error, "a copy in the store is damaged"),
    }
}

/// Gives what is damaged another name, which nobody reads.
pub(super) fn move_aside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = (1..)
        .map(|number| path.with_file_name(format!("{name}.unreadable-{number}")))
        .find(|candidate| std::fs::symlink_metadata(candidate).is_err())
        .expect("numbers do not run out");
    std::fs::rename(path, &aside)?;
    Ok(aside)
}
