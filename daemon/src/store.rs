//! What must outlive the daemon: sessions and the event log. The only code that knows sled.
//!
//! It does not know what the values mean; callers hand in versioned, serialisable ones.

pub mod export;
pub mod session;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

pub use session::StoredSession;

use crate::fault;
use nhd_client::paths::Paths;

/// Events kept for clients that come back.
pub const EVENT_LIMIT: u64 = 2048;

const META_KEY: &str = "meta";
const SESSION_PREFIX: &str = "session/";
const EVENT_PREFIX: &[u8] = b"event/";

/// Durable keyed values with a plain JSON copy of the sessions beside them.
#[derive(Debug)]
pub struct Store {
    db: sled::Db,
    export: PathBuf,
    /// Serialises the writes of the export, which is made from all sessions.
    writing: Mutex<()>,
    epoch: String,
}

/// What the store knows of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Meta {
    version: u32,
    epoch: String,
}

const STORE_VERSION: u32 = 1;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("failed to open the store in {path:?}")]
    Open { path: PathBuf, source: sled::Error },
    #[error("failed to move the unreadable store {path:?} aside")]
    Aside { path: PathBuf, source: std::io::Error },
    #[error("the store in {path:?} was written by a newer nhd (version {version}, known is {STORE_VERSION})")]
    TooNew { path: PathBuf, version: u32 },
    #[error("failed to read {what} from the store")]
    Read { what: String, source: sled::Error },
    #[error("failed to write {what} to the store")]
    Write { what: String, source: sled::Error },
    #[error("failed to encode {what} for the store")]
    Encode { what: String, source: serde_json::Error },
    #[error("failed to understand {what} in the store")]
    Decode { what: String, source: serde_json::Error },
    #[error("failed to write the copy of the sessions to {path:?}")]
    Export { path: PathBuf, source: std::io::Error },
    #[error("failed to read the copy of the sessions in {path:?}")]
    Import { path: PathBuf, source: std::io::Error },
}

impl Store {
    /// Opens the store; one that does not open, or has lost sessions, is moved aside, never deleted, and rebuilt with
    /// the JSON copy.
    pub fn open(paths: &Paths) -> Result<Self, StoreError> {
        let path = paths.store();
        let (why, sessions) = match open_database(&path) {
            Ok(db) => {
                let store = Self::with_database(db, paths)?;
                let (mut sessions, lost) = (store.sessions()?, store.lost()?);
                if lost.is_empty() {
                    // A daemon that was killed between the two leaves a copy that is behind.
                    export::write(&store.export, &sessions)?;
                    return Ok(store);
                }
                sessions.extend(lost);
                ("it has lost sessions".to_owned(), sessions)
            }
            Err(source @ (sled::Error::Corruption { .. } | sled::Error::Unsupported(_))) => {
                (source.to_string(), export::read(&paths.export())?)
            }
            Err(source) => return Err(StoreError::Open { path, source }),
        };
        tracing::error!(why, ?path, "the store is damaged; rebuilding it with its copy");
        move_aside(&path)?;
        let db = open_database(&path).map_err(|source| StoreError::Open { path, source })?;
        let store = Self::with_database(db, paths)?;
        for session in &sessions {
            write_json(&store.db, &session_key(&session.id), session)?;
        }
        // Only now: until all are in the store, the copy is all that there is.
        flush(&store.db, "sessions")?;
        export::write(&store.export, &sessions)?;
        Ok(store)
    }

    /// The sessions that only the copy has. sled opens a damaged log as far as it can be read, and be that not at all,
    /// and then cannot always write. In a sound store the copy has no session more: one is removed from the copy first.
    fn lost(&self) -> Result<Vec<StoredSession>, StoreError> {
        let known = self.sessions()?;
        let copies = export::read(&self.export).unwrap_or_else(|error| {
            tracing::warn!(
                error = nhd_protocol::error::error_chain(&error),
                "the copy of the sessions is no help"
            );
            Vec::new()
        });
        Ok(copies.into_iter().filter(|copy| known.iter().all(|session| session.id != copy.id)).collect())
    }

    fn with_database(db: sled::Db, paths: &Paths) -> Result<Self, StoreError> {
        let meta = match read_json::<Meta>(&db, META_KEY)? {
            Some(meta) if meta.version > STORE_VERSION => {
                return Err(StoreError::TooNew { path: paths.store(), version: meta.version });
            }
            Some(meta) => meta,
            None => {
                let meta = Meta { version: STORE_VERSION, epoch: crate::random_id(16) };
                write_json(&db, META_KEY, &meta)?;
                flush(&db, META_KEY)?;
                meta
            }
        };
        Ok(Self { db, export: paths.export(), writing: Mutex::new(()), epoch: meta.epoch })
    }

    /// The name of this store's event log; another store has another.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Writes a session so that it survives a crash right after the call.
    pub fn put_session(&self, session: &StoredSession) -> Result<(), StoreError> {
        let key = session_key(&session.id);
        let _writing = self.writing.lock().expect("no writer panics");
        write_json(&self.db, &key, session)?;
        flush(&self.db, &key)?;
        fault::point("store", "put");
        export::write(&self.export, &self.sessions()?)
    }

    pub fn remove_session(&self, id: &str) -> Result<(), StoreError> {
        let key = session_key(id);
        let _writing = self.writing.lock().expect("no writer panics");
        let mut others = self.sessions()?;
        others.retain(|session| session.id != id);
        export::write(&self.export, &others)?;
        fault::point("store", "removed");
        self.db.remove(&key).map_err(|source| StoreError::Write { what: key.clone(), source })?;
        flush(&self.db, &key)
    }

    pub fn sessions(&self) -> Result<Vec<StoredSession>, StoreError> {
        self.db
            .scan_prefix(SESSION_PREFIX)
            .map(|entry| {
                let (key, value) =
                    entry.map_err(|source| StoreError::Read { what: "sessions".to_owned(), source })?;
                let what = || String::from_utf8_lossy(&key).into_owned();
                serde_json::from_slice(&value).map_err(|source| StoreError::Decode { what: what(), source })
            })
            .collect()
    }

    /// Appends to the event log and drops what is older than [`EVENT_LIMIT`].
    pub fn append_event(&self, seq: u64, event: &impl Serialize) -> Result<(), StoreError> {
        let what = || format!("event {seq}");
        let value =
            serde_json::to_vec(event).map_err(|source| StoreError::Encode { what: what(), source })?;
        let mut batch = sled::Batch::default();
        batch.insert(event_key(seq), value);
        if let Some(old) = seq.checked_sub(EVENT_LIMIT) {
            batch.remove(event_key(old));
        }
        self.db.apply_batch(batch).map_err(|source| StoreError::Write { what: what(), source })?;
        flush(&self.db, &what())
    }

    /// The event log, oldest first. Entries of an older nhd that are no longer understood are left out.
    pub fn events<T: for<'de> Deserialize<'de>>(&self) -> Result<Vec<(u64, T)>, StoreError> {
        let mut events = Vec::new();
        for entry in self.db.scan_prefix(EVENT_PREFIX) {
            let (key, value) =
                entry.map_err(|source| StoreError::Read { what: "events".to_owned(), source })?;
            let seq = key[EVENT_PREFIX.len()..].try_into().map(u64::from_be_bytes);
            if let (Ok(seq), Ok(event)) = (seq, serde_json::from_slice(&value)) {
                events.push((seq, event));
            }
        }
        Ok(events)
    }
}

fn session_key(id: &str) -> String {
    format!("{SESSION_PREFIX}{id}")
}

fn event_key(seq: u64) -> Vec<u8> {
    [EVENT_PREFIX, &seq.to_be_bytes()].concat()
}

/// Opens sled with little memory and without its own flush thread: each transition flushes itself.
fn open_database(path: &Path) -> Result<sled::Db, sled::Error> {
    remove_unfinished_snapshots(path);
    let config = sled::Config::new()
        .path(path)
        .cache_capacity(8 * 1024 * 1024)
        .segment_size(64 * 1024)
        .flush_every_ms(None);
    // The lock of a process that has just ended can still be held for a moment.
    let deadline = Instant::now() + Duration::from_secs(2);
    loop {
        match config.open() {
            Err(sled::Error::Io(error))
                if error.kind() == std::io::ErrorKind::Other && Instant::now() < deadline =>
            {
                std::thread::park_timeout(Duration::from_millis(20));
            }
            result => return result,
        }
    }
}

/// A snapshot that was being written when the process died makes sled 0.34 refuse to open; it holds nothing that the
/// log does not.
fn remove_unfinished_snapshots(path: &Path) {
    let Ok(entries) = std::fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn move_aside(path: &Path) -> Result<(), StoreError> {
    let aside = (1..)
        .map(|number| path.with_extension(format!("unreadable-{number}")))
        .find(|candidate| !candidate.exists())
        .expect("numbers do not run out");
    std::fs::rename(path, aside).map_err(|source| StoreError::Aside { path: path.to_path_buf(), source })
}

fn read_json<T: for<'de> Deserialize<'de>>(db: &sled::Db, key: &str) -> Result<Option<T>, StoreError> {
    let value = db.get(key).map_err(|source| StoreError::Read { what: key.to_owned(), source })?;
    value
        .map(|value| serde_json::from_slice(&value))
        .transpose()
        .map_err(|source| StoreError::Decode { what: key.to_owned(), source })
}

fn write_json(db: &sled::Db, key: &str, value: &impl Serialize) -> Result<(), StoreError> {
    let bytes =
        serde_json::to_vec(value).map_err(|source| StoreError::Encode { what: key.to_owned(), source })?;
    db.insert(key, bytes).map_err(|source| StoreError::Write { what: key.to_owned(), source })?;
    Ok(())
}

fn flush(db: &sled::Db, what: &str) -> Result<(), StoreError> {
    db.flush().map(drop).map_err(|source| StoreError::Write { what: what.to_owned(), source })
}
