//! What must outlive the daemon: sessions and the event log. The only code that knows sled.
//!
//! It does not know what the values mean; callers hand in versioned, serialisable ones.
//!
//! sled 0.34 panics on a damaged log, or opens an older state of it. So each session is written twice, here and in a JSON
//! copy, and for each the newer of the two counts that is whole: either suffices to start with.

mod database;
mod entries;
pub mod export;
pub mod session;
#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod earlier_tests;
#[cfg(test)]
mod tests;
mod unknown;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use serde::{Deserialize, Serialize};

pub use session::StoredSession;

use self::database::{Database, DatabaseError, Found};
use self::entries::{Entries, Entry, forgettable, take_newer};
use self::session::SESSION_VERSION;
use self::unknown::Unknown;
use crate::fault;
use nhd_client::paths::Paths;

/// Events kept for clients that come back.
pub const EVENT_LIMIT: u64 = 2048;

/// Durable keyed values with a plain JSON copy of the sessions beside them.
#[derive(Debug)]
pub struct Store {
    database: Database,
    export: PathBuf,
    /// Held while both are written.
    state: Mutex<State>,
    epoch: String,
}

/// What is written of the sessions.
#[derive(Debug)]
struct State {
    entries: Entries,
    /// What the sessions have that this version does not know.
    unknown: BTreeMap<String, Unknown>,
    /// The number of the last write.
    revision: u64,
}

/// What the store knows of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Meta {
    version: u32,
    epoch: String,
}

impl Meta {
    fn new() -> Self {
        Self { version: STORE_VERSION, epoch: crate::random_id(16) }
    }
}

const STORE_VERSION: u32 = 1;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("failed to open the store in {path:?}")]
    Open { path: PathBuf, source: DatabaseError },
    #[error("failed to move the unreadable {path:?} aside")]
    Aside { path: PathBuf, source: std::io::Error },
    #[error("the store in {path:?} was written by a newer nhd (version {version}, known is {STORE_VERSION})")]
    TooNew { path: PathBuf, version: u32 },
    #[error("failed to read {what} from the store")]
    Read { what: String, source: DatabaseError },
    #[error("failed to write {what} to the store")]
    Write { what: String, source: DatabaseError },
    #[error("failed to encode {what} for the store")]
    Encode { what: String, source: serde_json::Error },
    #[error("failed to write the copy of the sessions to {path:?}")]
    Export { path: PathBuf, source: std::io::Error },
}

impl Store {
    /// Opens the store with the newest that store and copy hold of each session. What is damaged is moved aside, never
    /// deleted, and made again.
    pub fn open(paths: &Paths) -> Result<Self, StoreError> {
        let path = paths.store();
        let copy = export::read(&paths.export());
        if let Some(why) = &copy.damage {
            tracing::error!(why, path = ?paths.export(), "the copy of the sessions is damaged; what is whole of it counts");
        }
        let found =
            Database::open(&path).map_err(|source| StoreError::Open { path: path.clone(), source })?;
        let (database, meta, entries) = match found {
            Found::Whole { database, meta, mut entries } => {
                if let Some(Meta { version, .. }) = meta.as_ref().filter(|meta| meta.version > STORE_VERSION)
                {
                    return Err(StoreError::TooNew { path, version: *version });
                }
                if take_newer(&mut entries, copy.entries) {
                    drop(database);
                    rebuild(&path, "the copy of the sessions is newer", entries)?
                } else {
                    (database, meta, entries)
                }
            }
            Found::Damaged { why, mut entries } => {
                take_newer(&mut entries, copy.entries);
                rebuild(&path, &why, entries)?
            }
        };
        let meta = match meta {
            Some(meta) => meta,
            None => database.begin(&[]).map_err(|source| write_error("meta", source))?,
        };
        if copy.damage.is_some() {
            move_aside(&paths.export())?;
        }
        // A daemon that was killed between the two leaves a copy that is behind.
        export::write(&paths.export(), &entries)?;
        let revision = entries.values().map(|entry| entry.revision).max().unwrap_or(0);
        let state = State { unknown: unknown_of(&entries), entries, revision };
        Ok(Self { database, export: paths.export(), state: Mutex::new(state), epoch: meta.epoch })
    }

    /// The name of this store's event log; another store has another.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Writes a session so that it survives a crash right after the call.
    pub fn put_session(&self, session: &StoredSession) -> Result<(), StoreError> {
        let what = format!("session {}", session.id);
        let mut value = serde_json::to_value(session)
            .map_err(|source| StoreError::Encode { what: what.clone(), source })?;
        let mut state = self.state();
        if let Some(unknown) = state.unknown.get(&session.id) {
            unknown.add_to(&mut value);
        }
        state.revision += 1;
        let entry = Entry::session(value, state.revision);
        self.write(&mut state, &session.id, entry, "put")
    }

    pub fn remove_session(&self, id: &str) -> Result<(), StoreError> {
        let mut state = self.state();
        state.revision += 1;
        let entry = Entry::removal(id, state.revision);
        self.write(&mut state, id, entry, "removed")?;
        state.unknown.remove(id);
        Ok(())
    }

    fn write(&self, state: &mut State, id: &str, entry: Entry, what: &'static str) -> Result<(), StoreError> {
        let mut entries = state.entries.clone();
        entries.insert(id.to_owned(), entry);
        let forgotten = forgettable(&entries);
        entries.retain(|id, _| !forgotten.contains(id));
        self.database
            .write(id, &entries[id], &forgotten)
            .map_err(|source| write_error(format!("session {id}"), source))?;
        fault::point("store", what);
        state.entries = entries;
        export::write(&self.export, &state.entries)
    }

    /// The sessions that this version understands. One of a newer version stays as it is, and is said.
    pub fn sessions(&self) -> Vec<StoredSession> {
        let state = self.state();
        let sessions = state.entries.iter().filter(|(_, entry)| !entry.removed);
        let understood = sessions.filter_map(|(id, entry)| match understand(entry) {
            Ok(session) => Some(session),
            Err(why) => {
                tracing::error!(
                    session = id,
                    why,
                    "a session is not understood, probably as a newer nhd wrote it; it is kept untouched until that goes on \
                     with it"
                );
                None
            }
        });
        understood.collect()
    }

    /// Appends to the event log and drops what is older than [`EVENT_LIMIT`].
    pub fn append_event(&self, seq: u64, event: &impl Serialize) -> Result<(), StoreError> {
        let what = || format!("event {seq}");
        let value =
            serde_json::to_vec(event).map_err(|source| StoreError::Encode { what: what(), source })?;
        self.database
            .append_event(seq, value, seq.checked_sub(EVENT_LIMIT))
            .map_err(|source| write_error(what(), source))
    }

    /// The event log, oldest first. Those of another version may not be understood, and have their numbers all the same.
    pub fn events<T: for<'de> Deserialize<'de>>(&self) -> Result<Vec<(u64, Option<T>)>, StoreError> {
        let events = self.database.events();
        let events = events.map_err(|source| StoreError::Read { what: "events".to_owned(), source })?;
        Ok(events.into_iter().map(|(seq, value)| (seq, serde_json::from_slice(&value).ok())).collect())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no writer panics")
    }
}

fn understand(entry: &Entry) -> Result<StoredSession, String> {
    let value = entry.plain();
    match value["version"].as_u64() {
        Some(version) if version > SESSION_VERSION.into() => {
            Err(format!("it has version {version}, known is {SESSION_VERSION}"))
        }
        _ => serde_json::from_value(value).map_err(|error| error.to_string()),
    }
}

fn unknown_of(entries: &Entries) -> BTreeMap<String, Unknown> {
    let sessions = entries.iter().filter(|(_, entry)| !entry.removed);
    let unknown = sessions.filter_map(|(id, entry)| {
        let understood = serde_json::to_value(understand(entry).ok()?).ok()?;
        Some((id.clone(), Unknown::of(&entry.plain(), &understood)?))
    });
    unknown.collect()
}

/// Begins a new store with what is known, the old one being moved aside.
fn rebuild(
    path: &Path,
    why: &str,
    entries: Entries,
) -> Result<(Database, Option<Meta>, Entries), StoreError> {
    tracing::error!(why, ?path, "the store is damaged; rebuilding it with what is known of each session");
    move_aside(path)?;
    let open_error = |source| StoreError::Open { path: path.to_path_buf(), source };
    let Found::Whole { database, .. } = Database::open(path).map_err(open_error)? else {
        return Err(open_error(DatabaseError::Unusable));
    };
    let known: Vec<(&String, &Entry)> = entries.iter().collect();
    let meta = database.begin(&known).map_err(|source| write_error("sessions", source))?;
    Ok((database, Some(meta), entries))
}

fn write_error(what: impl Into<String>, source: DatabaseError) -> StoreError {
    StoreError::Write { what: what.into(), source }
}

fn move_aside(path: &Path) -> Result<(), StoreError> {
    let aside = (1..)
        .map(|number| path.with_extension(format!("unreadable-{number}")))
        .find(|candidate| std::fs::symlink_metadata(candidate).is_err())
        .expect("numbers do not run out");
    match std::fs::rename(path, aside) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::Aside { path: path.to_path_buf(), source })
        }
        _ => Ok(()),
    }
}
