//! sled, with its panics made errors.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Meta;
use super::entries::{Entries, Entry};

const META_KEY: &[u8] = b"meta";
const SESSION_PREFIX: &str = "session/";
const REMOVED_PREFIX: &str = "removed/";
const EVENT_PREFIX: &[u8] = b"event/";

/// What sled says for a lock of another process. It has no kind of its own.
const LOCKED: &str = "could not acquire lock";

#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error(transparent)]
    Sled(#[from] sled::Error),
    #[error("sled panicked: {0}")]
    Panicked(String),
    #[error("a new one is not usable either")]
    Unusable,
}

/// What came of opening.
pub(super) enum Found {
    /// All of it was read. Without `meta` it is new and empty.
    Whole { database: Database, meta: Option<Meta>, entries: Entries },
    /// Not all of it can be read, and it is closed again. The entries that can be are as whole as any.
    Damaged { why: String, entries: Entries },
}

#[derive(Debug)]
pub(super) struct Database(sled::Db);

impl Database {
    /// Opens and reads everything once. Fails only for what is not the content's fault.
    pub(super) fn open(path: &Path) -> Result<Found, DatabaseError> {
        let mut entries = Entries::new();
        let opened = guarded(|| {
            let database = Self(open_database(path)?);
            let meta = database.read(&mut entries)?;
            Ok((database, meta))
        });
        let why = match opened {
            Ok((database, Ok(meta))) => return Ok(Found::Whole { database, meta, entries }),
            Ok((database, Err(why))) => {
                // It may panic when it writes what is left on closing.
                let _ = guarded(|| {
                    drop(database);
                    Ok(())
                });
                why
            }
            Err(DatabaseError::Sled(sled::Error::Io(error))) if !is_damage(&error) => {
                return Err(sled::Error::Io(error).into());
            }
            Err(error) => nhd_protocol::error::error_chain(&error),
        };
        Ok(Found::Damaged { why, entries })
    }

    /// Fills in the entries. The inner error says what is damaged though sled can read it.
    fn read(&self, entries: &mut Entries) -> Result<Result<Option<Meta>, String>, sled::Error> {
        let (mut meta, mut damage, mut events) = (None, None, Vec::new());
        for item in self.0.iter() {
            let (key, value) = item?;
            let name = String::from_utf8_lossy(&key).into_owned();
            let whole = if *key == *META_KEY {
                meta = serde_json::from_slice::<Meta>(&value).ok();
                meta.is_some()
            } else if let Some(seq) = key.strip_prefix(EVENT_PREFIX) {
                let seq = seq.try_into().map(u64::from_be_bytes);
                events.extend(seq);
                seq.is_ok() && serde_json::from_slice::<Value>(&value).is_ok()
            } else if let Some(id) =
                name.strip_prefix(SESSION_PREFIX).or_else(|| name.strip_prefix(REMOVED_PREFIX))
            {
                let entry = serde_json::from_slice(&value).ok().and_then(Entry::read);
                match entry.filter(|(known, _)| known == id) {
                    Some((id, entry)) => {
                        super::take_newer(entries, [(id, entry)].into());
                        true
                    }
                    None => false,
                }
            } else {
                true
            };
            if !whole {
                damage = Some(format!("{name} cannot be read"));
            }
        }
        if damage.is_none() && meta.is_none() && !(entries.is_empty() && events.is_empty()) {
            damage = Some("it has lost what it knows of itself".to_owned());
        }
        if let Some(why) = damage {
            return Ok(Err(why));
        }
        if events.windows(2).any(|pair| pair[1] != pair[0] + 1) {
            tracing::error!("the event log has lost some; beginning another one");
            meta = Some(self.forget_events(&events, meta)?);
        }
        Ok(Ok(meta))
    }

    fn forget_events(&self, events: &[u64], meta: Option<Meta>) -> Result<Meta, sled::Error> {
        let fresh = Meta::new();
        let meta = Meta { version: meta.map_or(fresh.version, |meta| meta.version), ..fresh };
        let mut batch = sled::Batch::default();
        batch.insert(META_KEY, json(&meta));
        events.iter().for_each(|seq| batch.remove(event_key(*seq)));
        self.apply(batch)?;
        Ok(meta)
    }

    /// Writes what a new store begins with.
    pub(super) fn begin(&self, entries: &[(&String, &Entry)]) -> Result<Meta, DatabaseError> {
        let meta = Meta::new();
        guarded(|| {
            for (id, entry) in entries {
                self.0.insert(entry_key(id, entry), json(&entry.value))?;
            }
            self.0.insert(META_KEY, json(&meta))?;
            self.0.flush()
        })?;
        Ok(meta)
    }

    /// Writes the last that is known of a session, and forgets removals.
    pub(super) fn write(&self, id: &str, entry: &Entry, forgotten: &[String]) -> Result<(), DatabaseError> {
        let mut batch = sled::Batch::default();
        let stale = Entry { removed: !entry.removed, ..entry.clone() };
        batch.remove(entry_key(id, &stale).as_str());
        batch.insert(entry_key(id, entry).as_str(), json(&entry.value));
        forgotten.iter().for_each(|id| batch.remove(format!("{REMOVED_PREFIX}{id}").as_str()));
        guarded(|| self.apply(batch))
    }

    pub(super) fn append_event(
        &self,
        seq: u64,
        value: Vec<u8>,
        old: Option<u64>,
    ) -> Result<(), DatabaseError> {
        let mut batch = sled::Batch::default();
        batch.insert(event_key(seq), value);
        if let Some(old) = old {
            batch.remove(event_key(old));
        }
        guarded(|| self.apply(batch))
    }

    pub(super) fn events(&self) -> Result<Vec<(u64, sled::IVec)>, DatabaseError> {
        guarded(|| {
            let mut events = Vec::new();
            for item in self.0.scan_prefix(EVENT_PREFIX) {
                let (key, value) = item?;
                if let Ok(seq) = key[EVENT_PREFIX.len()..].try_into().map(u64::from_be_bytes) {
                    events.push((seq, value));
                }
            }
            Ok(events)
        })
    }

    fn apply(&self, batch: sled::Batch) -> Result<(), sled::Error> {
        self.0.apply_batch(batch)?;
        self.0.flush().map(drop)
    }

    /// Writes past the checks of this module.
    #[cfg(test)]
    pub(super) fn insert_raw(&self, key: &[u8], value: &[u8]) {
        self.0.insert(key, value).expect("writes");
        self.0.flush().expect("flushes");
    }
}

pub(super) fn event_key(seq: u64) -> Vec<u8> {
    [EVENT_PREFIX, &seq.to_be_bytes()].concat()
}

fn entry_key(id: &str, entry: &Entry) -> String {
    format!("{}{id}", if entry.removed { REMOVED_PREFIX } else { SESSION_PREFIX })
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("has no keys but texts")
}

/// sled asserts what a damaged log does not keep.
fn guarded<T>(act: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, DatabaseError> {
    match catch_unwind(AssertUnwindSafe(act)) {
        Ok(result) => result.map_err(DatabaseError::Sled),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(DatabaseError::Panicked(text.unwrap_or("without a word").to_owned()))
        }
    }
}

/// Whether an error comes of what is in the files, and not of a disk or of rights that may be better the next time.
fn is_damage(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{OutOfMemory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let passing = [OutOfMemory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull];
    // EMFILE and ENFILE have no kind.
    let full = matches!(error.raw_os_error(), Some(23 | 24));
    !(passing.contains(&error.kind()) || full || is_locked(error))
}

fn is_locked(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::Other && error.to_string().contains(LOCKED)
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
            Err(sled::Error::Io(error)) if is_locked(&error) && Instant::now() < deadline => {
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
