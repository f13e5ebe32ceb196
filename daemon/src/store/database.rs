//! sled, in a thread of its own. It panics on damaged files, can hang on a full disk, and after its first failed write
//! fails for ever; whoever asks is answered in time all the same. It does not know what the values mean.

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// How long anything may take. A disk that is slower than this goes on without the database.
const BOUND: Duration = Duration::from_secs(5);

/// The lock of a process that has just ended can still be held for a moment.
const LOCK_BOUND: Duration = Duration::from_secs(2);

/// How long the files of one that is let go may take to be closed.
const CLOSE_BOUND: Duration = Duration::from_secs(2);

const META_KEY: &str = "meta";
const REMOVED_KEY: &str = "removed";
const SESSION_PREFIX: &str = "session/";
const EVENT_PREFIX: &[u8] = b"event/";

/// What the database says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) version: u32,
    pub(super) epoch: String,
}

/// All that is in a database, as far as it can be read.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) meta: Option<Meta>,
    pub(super) sessions: BTreeMap<String, Vec<u8>>,
    /// The sessions that were removed last.
    pub(super) removed: Vec<String>,
    /// By number, oldest first.
    pub(super) events: Vec<(u64, Vec<u8>)>,
}

#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error(transparent)]
    Sled(#[from] sled::Error),
    #[error("sled panicked: {0}")]
    Panic(String),
    #[error("sled did not answer within {} s", BOUND.as_secs())]
    Hung,
    #[error("its description of itself is not readable")]
    Meta,
}

type Job = Box<dyn FnOnce(&sled::Db) + Send>;

#[derive(Debug)]
pub(super) struct Database {
    /// `None` once it is being let go.
    jobs: Option<mpsc::SyncSender<Job>>,
    /// Says nothing, and ends with the thread.
    ended: mpsc::Receiver<()>,
    hung: bool,
    #[cfg(test)]
    pub(super) trouble: Option<Trouble>,
}

/// What a test lets sled do.
#[cfg(test)]
#[derive(Debug, Clone, Copy)]
pub(super) enum Trouble {
    Fail,
    Panic,
    Hang,
}

impl Database {
    /// Opens or makes one and reads all that is in it. What could be read comes also where that is not everything.
    pub(super) fn open(path: &Path) -> (Contents, Result<Self, DatabaseError>) {
        let (jobs, queue) = mpsc::sync_channel::<Job>(1);
        let (answer, answered) = mpsc::sync_channel(1);
        let (end, ended) = mpsc::sync_channel(0);
        let path = path.to_path_buf();
        let work = move || {
            let _end: mpsc::SyncSender<()> = end;
            let mut contents = Contents::default();
            let opened = caught(|| open_sled(&path)).and_then(|db| {
                caught(|| contents.read(&db))?;
                Ok(db)
            });
            let (opened, db) = match opened {
                Ok(db) => (Ok(()), Some(db)),
                Err(error) => (Err(error), None),
            };
            let _ = answer.send((contents, opened));
            if let Some(db) = db {
                while let Ok(job) = queue.recv() {
                    job(&db);
                }
                let _ = caught(|| {
                    drop(db);
                    Ok(())
                });
            }
        };
        if let Err(error) = std::thread::Builder::new().name("store".to_owned()).spawn(work) {
            return (Contents::default(), Err(sled::Error::Io(error).into()));
        }
        match answered.recv_timeout(BOUND + LOCK_BOUND) {
            Ok((contents, Ok(()))) => {
                let database = Self {
                    jobs: Some(jobs),
                    ended,
                    hung: false,
                    #[cfg(test)]
                    trouble: None,
                };
                (contents, Ok(database))
            }
            Ok((contents, Err(error))) => {
                // Its files are to be moved, and then opened anew.
                let _ = ended.recv_timeout(CLOSE_BOUND);
                (contents, Err(error))
            }
            Err(_) => (Contents::default(), Err(DatabaseError::Hung)),
        }
    }

    /// Makes one with what is to be in it. Nothing may be at the path.
    pub(super) fn create<'a>(
        path: &Path,
        meta: &Meta,
        removed: &[String],
        sessions: impl Iterator<Item = (&'a String, Vec<u8>)>,
    ) -> Result<Self, DatabaseError> {
        let mut batch = sled::Batch::default();
        batch.insert(META_KEY, serde_json::to_vec(meta).map_err(|_| DatabaseError::Meta)?);
        batch.insert(REMOVED_KEY, ids(removed));
        sessions.for_each(|(id, value)| batch.insert(session_key(id).as_bytes(), value));
        let mut database = Self::open(path).1?;
        database.apply(batch)?;
        Ok(database)
    }

    pub(super) fn put_session(
        &mut self,
        id: &str,
        value: Vec<u8>,
        removed: &[String],
    ) -> Result<(), DatabaseError> {
        let mut batch = sled::Batch::default();
        batch.insert(REMOVED_KEY, ids(removed));
        batch.insert(session_key(id).as_bytes(), value);
        self.apply(batch)
    }

    pub(super) fn remove_session(&mut self, id: &str, removed: &[String]) -> Result<(), DatabaseError> {
        let mut batch = sled::Batch::default();
        batch.insert(REMOVED_KEY, ids(removed));
        batch.remove(session_key(id).as_bytes());
        self.apply(batch)
    }

    /// Adds an event and drops the one that has become too many.
    pub(super) fn append_event(
        &mut self,
        seq: u64,
        value: Vec<u8>,
        too_old: Option<u64>,
    ) -> Result<(), DatabaseError> {
        let mut batch = sled::Batch::default();
        batch.insert(event_key(seq), value);
        if let Some(old) = too_old {
            batch.remove(event_key(old));
        }
        self.apply(batch)
    }

    /// Writes past what this module would.
    #[cfg(test)]
    pub(super) fn insert_raw(&mut self, key: Vec<u8>, value: &str) {
        let mut batch = sled::Batch::default();
        batch.insert(key, value);
        self.apply(batch).expect("writes");
    }

    /// All of it or nothing, and on the disk when this returns.
    fn apply(&mut self, batch: sled::Batch) -> Result<(), DatabaseError> {
        #[cfg(test)]
        let trouble = self.trouble;
        self.call(move |db| {
            #[cfg(test)]
            match trouble {
                Some(Trouble::Fail) => return Err(sled::Error::Io(std::io::ErrorKind::StorageFull.into())),
                Some(Trouble::Panic) => panic!("as a test wants it"),
                Some(Trouble::Hang) => std::thread::park_timeout(Duration::from_secs(2)),
                None => {}
            }
            db.apply_batch(batch)?;
            db.flush().map(drop)
        })
    }

    fn call<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&sled::Db) -> sled::Result<T> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let ended = || DatabaseError::Panic("its thread has ended".to_owned());
        let (answer, answered) = mpsc::sync_channel(1);
        let job: Job = Box::new(move |db| {
            let _ = answer.send(caught(|| work(db)));
        });
        self.jobs.as_ref().ok_or_else(ended)?.send(job).map_err(|_| ended())?;
        #[cfg(not(test))]
        let bound = BOUND;
        #[cfg(test)]
        let bound =
            if matches!(self.trouble, Some(Trouble::Hang)) { Duration::from_millis(50) } else { BOUND };
        match answered.recv_timeout(bound) {
            Ok(result) => result,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                self.hung = true;
                Err(DatabaseError::Hung)
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(ended()),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if !self.hung {
            let _ = self.ended.recv_timeout(CLOSE_BOUND);
        }
    }
}

impl Contents {
    /// Whether the event log has lost some: each has its number, and they are read in their order.
    pub(super) fn has_gap(&self) -> bool {
        let lost = |pair: &[(u64, Vec<u8>)]| pair[1].0 != pair[0].0 + 1;
        let whole = |value: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(value).is_ok();
        self.events.windows(2).any(lost) || self.events.iter().any(|(_, value)| !whole(value))
    }

    fn read(&mut self, db: &sled::Db) -> sled::Result<()> {
        let meta = db.get(META_KEY)?;
        self.meta = meta.and_then(|meta| serde_json::from_slice(&meta).ok());
        let removed = db.get(REMOVED_KEY)?;
        self.removed = removed.and_then(|ids| serde_json::from_slice(&ids).ok()).unwrap_or_default();
        for entry in db.scan_prefix(SESSION_PREFIX) {
            let (key, value) = entry?;
            let id = String::from_utf8_lossy(&key[SESSION_PREFIX.len()..]).into_owned();
            self.sessions.insert(id, value.to_vec());
        }
        for entry in db.scan_prefix(EVENT_PREFIX) {
            let (key, value) = entry?;
            if let Ok(seq) = key[EVENT_PREFIX.len()..].try_into().map(u64::from_be_bytes) {
                self.events.push((seq, value.to_vec()));
            }
        }
        Ok(())
    }
}

fn ids(removed: &[String]) -> Vec<u8> {
    serde_json::to_vec(removed).expect("words are JSON")
}

fn session_key(id: &str) -> String {
    format!("{SESSION_PREFIX}{id}")
}

pub(super) fn event_key(seq: u64) -> Vec<u8> {
    [EVENT_PREFIX, &seq.to_be_bytes()].concat()
}

/// A panic as an error. What it was about is not used again.
fn caught<T>(work: impl FnOnce() -> sled::Result<T>) -> Result<T, DatabaseError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => Ok(result?),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text =
                text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it does not say why");
            Err(DatabaseError::Panic(text.to_owned()))
        }
    }
}

/// Opens sled with little memory and without its own flush thread: each transition flushes itself.
fn open_sled(path: &Path) -> sled::Result<sled::Db> {
    // What is in it is nobody else's, whatever the home's mode is.
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    remove_unfinished_snapshots(path);
    let config = sled::Config::new()
        .path(path)
        .cache_capacity(8 * 1024 * 1024)
        .segment_size(64 * 1024)
        .flush_every_ms(None);
    let deadline = Instant::now() + LOCK_BOUND;
    loop {
        match config.open() {
            Err(sled::Error::Io(error)) if is_lock(&error) && Instant::now() < deadline => {
                std::thread::park_timeout(Duration::from_millis(20));
            }
            result => return result,
        }
    }
}

/// sled tells a lock that is held from what a disk does by its words alone.
fn is_lock(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::Other && error.to_string().contains("acquire lock")
}

impl DatabaseError {
    /// Whether another has the database open, so that it must be left alone.
    pub(super) fn is_held(&self) -> bool {
        matches!(self, Self::Sled(sled::Error::Io(error)) if is_lock(error))
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
