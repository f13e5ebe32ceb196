//! What must outlive the daemon: sessions and the event log, in a database and, of the sessions, in a copy beside it; and in
//! a file of its own what was chosen last for each workload.
//!
//! Each write of a session is a revision of it, and of two that are found the later counts. A database that fails is
//! moved aside and made anew from what is known; until then the copies are the store. The only code that knows sled.
//! It does not know what the values mean; callers hand in versioned, serialisable ones.

mod choices;
mod copies;
mod database;
mod document;
pub mod session;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use nhd_protocol::error::error_chain;
use nhd_protocol::workload::WorkloadRef;
use serde::{Deserialize, Serialize};

pub use choices::StoredChoice;
pub use database::DatabaseError;
pub use session::StoredSession;

use self::choices::Choices;
use self::copies::{Copies, move_aside};
use self::database::{Contents, Database, Meta};
use self::document::{Document, Flaw};
use crate::blocking::{blocking, lock_blocking};
use crate::fault;
use nhd_client::paths::Paths;

/// Events kept for clients that come back.
pub const EVENT_LIMIT: u64 = 2048;

const STORE_VERSION: u32 = 1;

/// How soon a database that failed is made anew; ever later while that fails, too.
const FIRST_RETRY: Duration = Duration::from_secs(5);
const LAST_RETRY: Duration = Duration::from_secs(600);

/// What a new database wants to have on the disk; sled hangs where it runs out.
const ROOM: u64 = 16 << 20;

/// Durable sessions and events.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    state: Mutex<State>,
    choices: Choices,
}

#[derive(Debug)]
struct State {
    /// `None` while the copies are the store.
    database: Option<Database>,
    /// The database was made by this process, so that all that is in it is known.
    own: bool,
    retry_at: Instant,
    retry_pause: Duration,
    epoch: String,
    copies: Copies,
    /// All sessions, also those that are not understood.
    known: BTreeMap<String, Document>,
    /// The events that were found.
    events: Vec<(u64, Vec<u8>)>,
}

/// A session that this version does not understand. It is kept as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    pub session: String,
    pub why: String,
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("failed to open the store in {path:?}")]
    Open { path: PathBuf, source: DatabaseError },
    #[error("the store in {path:?} was written by a newer nhd (version {version}, known is {STORE_VERSION})")]
    TooNew { path: PathBuf, version: u32 },
    #[error("failed to encode {what} for the store")]
    Encode { what: String, source: serde_json::Error },
    #[error("failed to write the copy of session {id}")]
    Copy { id: String, source: io::Error },
    #[error("failed to store {what}")]
    Write { what: String, source: DatabaseError },
}

impl Store {
    /// Opens the store with the newest that database and copies have. What is damaged is moved aside, never deleted, and
    /// rebuilt with what the other has.
    pub fn open(paths: &Paths) -> Result<Self, StoreError> {
        let path = paths.store();
        let found = path.exists();
        let (contents, opened) =
            if found { Database::open(&path) } else { (Contents::default(), Err(DatabaseError::Meta)) };
        if let Err(source) = &opened
            && source.is_held()
        {
            let source = opened.expect_err("it was looked at");
            return Err(StoreError::Open { path, source });
        }
        if let Some(Meta { version, .. }) = contents.meta
            && version > STORE_VERSION
        {
            return Err(StoreError::TooNew { path, version });
        }
        let earlier = paths.earlier_copies();
        let (mut copies, copied) = Copies::open(paths.copies(), &earlier);
        let gap = contents.has_gap();
        let Contents { meta, sessions, removed, events } = contents;
        copies.note_removed(removed);
        let Newest { known, lost, removed } = Newest::of(sessions, &copied, &copies);
        let sound = match (opened, meta) {
            (Ok(database), Some(meta)) if !lost && !gap => Ok((database, meta)),
            (Ok(_), Some(_)) if lost => Err("it has lost sessions".to_owned()),
            (Ok(_), Some(_)) => Err("it has lost events".to_owned()),
            (Ok(_), None) => Err(error_chain(&DatabaseError::Meta)),
            (Err(error), _) => Err(error_chain(&error)),
        };
        let mut state = State::without_database(copies, known);
        match sound {
            Ok((database, meta)) => {
                (state.database, state.epoch, state.events) = (Some(database), meta.epoch, events);
                for id in &removed {
                    state.with_database(&path, |database, all| database.remove_session(id, all));
                }
            }
            Err(why) => {
                if found {
                    tracing::error!(why, ?path, "the store is damaged; rebuilding it with its copies");
                    set_aside(&path);
                }
                state.make_database(&path);
            }
        }
        state.catch_up(&copied, &earlier);
        state.clean(&path);
        Ok(Self { path, state: Mutex::new(state), choices: Choices::open(paths.choices()) })
    }

    /// Opens the copies alone, as if no database could be made.
    #[cfg(test)]
    pub(crate) fn of_copies(paths: &Paths) -> Self {
        let (copies, known) = Copies::open(paths.copies(), &paths.earlier_copies());
        let mut state = State::without_database(copies, known);
        state.retry_pause = LAST_RETRY;
        state.retry_later();
        let choices = Choices::open(paths.choices());
        Self { path: paths.store(), state: Mutex::new(state), choices }
    }

    /// The name of this store's event log; another store has another, and so has one that lost events.
    pub fn epoch(&self) -> String {
        lock_blocking(&self.state).epoch.clone()
    }

    /// Writes a session so that it survives a crash right after the call.
    pub fn put_session(&self, session: &StoredSession) -> Result<(), StoreError> {
        blocking(|| lock_blocking(&self.state).put_session(&self.path, session))
    }

    pub fn remove_session(&self, id: &str) -> Result<(), StoreError> {
        blocking(|| lock_blocking(&self.state).remove_session(&self.path, id))
    }

    /// The sessions that are understood.
    pub fn sessions(&self) -> Vec<StoredSession> {
        lock_blocking(&self.state).known.values().filter_map(|document| document.session().ok()).collect()
    }

    /// The sessions that are not.
    pub fn withheld(&self) -> Vec<Withheld> {
        let state = lock_blocking(&self.state);
        let withheld = state.known.iter().filter_map(|(id, document)| {
            Some(Withheld { session: id.clone(), why: document.session().err()? })
        });
        withheld.collect()
    }

    /// Remembers what was chosen for a workload, as far as it can.
    pub fn put_choice(&self, choice: StoredChoice) {
        self.choices.put(choice);
    }

    /// What was chosen last for a workload of a cluster that may be known by several names.
    pub fn last_choice(
        &self,
        workload: &WorkloadRef,
        is_cluster: impl Fn(&str) -> bool,
    ) -> Option<StoredChoice> {
        self.choices.of(workload, is_cluster)
    }

    /// Appends to the event log and drops what is older than [`EVENT_LIMIT`]. While the copies are the store, there is
    /// no log; the next one is of another epoch.
    pub fn append_event(&self, seq: u64, event: &impl Serialize) -> Result<(), StoreError> {
        let what = || format!("event {seq}");
        let value =
            serde_json::to_vec(event).map_err(|source| StoreError::Encode { what: what(), source })?;
        blocking(|| {
            let mut state = lock_blocking(&self.state);
            let too_old = seq.checked_sub(EVENT_LIMIT);
            let Some(database) = &mut state.database else { return Ok(()) };
            database.append_event(seq, value, too_old).map_err(|source| {
                state.give_up(&self.path, &source);
                StoreError::Write { what: what(), source }
            })
        })
    }

    /// The event log as it was found, oldest first, and the number of its last event. Entries of an older nhd that are no
    /// longer understood are left out.
    pub fn events<T: for<'de> Deserialize<'de>>(&self) -> (Vec<(u64, T)>, u64) {
        let found = std::mem::take(&mut lock_blocking(&self.state).events);
        let last = found.last().map_or(0, |(seq, _)| *seq);
        let understood =
            found.into_iter().filter_map(|(seq, value)| Some((seq, serde_json::from_slice(&value).ok()?)));
        (understood.collect(), last)
    }
}

impl State {
    /// With the copies alone as the store, until there is a database.
    fn without_database(copies: Copies, known: BTreeMap<String, Document>) -> Self {
        Self {
            database: None,
            own: false,
            retry_at: Instant::now(),
            retry_pause: FIRST_RETRY,
            epoch: crate::random_id(16),
            copies,
            known,
            events: Vec::new(),
        }
    }

    /// The database first: in a sound one the copies have nothing that it has not.
    fn put_session(&mut self, path: &Path, session: &StoredSession) -> Result<(), StoreError> {
        let id = &session.id;
        let copy_failed = |source| StoreError::Copy { id: id.clone(), source };
        self.copies.check(id).map_err(copy_failed)?;
        let before = self.known.get(id);
        let revision = before.map_or(0, Document::revision) + 1;
        let document = Document::next(session, before, revision)
            .map_err(|source| StoreError::Encode { what: format!("session {id}"), source })?;
        // One that was removed can come back: a session that is released has the id that another gave it.
        self.copies.forget_removed(id);
        let stored =
            self.with_database(path, |database, all| database.put_session(id, document.sealed(), all));
        if stored {
            self.known.insert(id.clone(), document.clone());
        }
        fault::point("store", "put");
        self.copies.write(id, &document).map_err(copy_failed)?;
        self.known.insert(id.clone(), document);
        self.make_database_when_due(path);
        Ok(())
    }

    /// The copy first, for the same reason.
    fn remove_session(&mut self, path: &Path, id: &str) -> Result<(), StoreError> {
        self.copies.remove(id).map_err(|source| StoreError::Copy { id: id.to_owned(), source })?;
        fault::point("store", "removed");
        self.with_database(path, |database, all| database.remove_session(id, all));
        self.known.remove(id);
        Ok(())
    }

    /// Whether there is a database and it did the work. One that did not is given up.
    fn with_database(
        &mut self,
        path: &Path,
        work: impl FnOnce(&mut Database, &[String]) -> Result<(), DatabaseError>,
    ) -> bool {
        let removed = self.copies.removed();
        match self.database.as_mut().map(|database| work(database, removed)) {
            Some(Ok(())) => true,
            Some(Err(error)) => {
                self.give_up(path, &error);
                false
            }
            None => false,
        }
    }

    /// Goes on with the copies alone. Events that the database does not have must never be taken for what it has.
    fn give_up(&mut self, path: &Path, why: &DatabaseError) {
        tracing::error!(
            error = error_chain(why),
            "the database of the store failed; going on with the copies"
        );
        self.database = None;
        self.epoch = crate::random_id(16);
        if self.own {
            remove(path)
        } else {
            set_aside(path)
        }
        self.retry_later();
    }

    fn make_database_when_due(&mut self, path: &Path) {
        if self.database.is_none() && Instant::now() >= self.retry_at {
            self.make_database(path);
        }
    }

    /// Makes a database of all that is known. Where that fails, the copies go on being the store.
    fn make_database(&mut self, path: &Path) {
        let failed = |error: &str| tracing::error!(error, ?path, "failed to make the store's database");
        if path.exists() || !has_room(path) {
            failed("something is in its place, or there is no room on the disk");
            return self.retry_later();
        }
        let meta = Meta { version: STORE_VERSION, epoch: crate::random_id(16) };
        let sessions = self.known.iter().map(|(id, document)| (id, document.sealed()));
        match Database::create(path, &meta, self.copies.removed(), sessions) {
            Ok(database) => {
                (self.database, self.own, self.epoch) = (Some(database), true, meta.epoch);
                self.retry_pause = FIRST_RETRY;
            }
            Err(error) => {
                failed(&error_chain(&error));
                remove(path);
                self.retry_later();
            }
        }
    }

    fn retry_later(&mut self) {
        self.retry_at = Instant::now() + self.retry_pause;
        self.retry_pause = (self.retry_pause * 2).min(LAST_RETRY);
    }

    /// Writes the copies that are behind, as after a crash between the two, and all of them once where an earlier version
    /// kept them otherwise.
    fn catch_up(&mut self, copied: &BTreeMap<String, Document>, earlier: &Path) {
        let migrating = earlier.exists();
        let mut complete = true;
        for (id, document) in &self.known {
            if migrating || copied.get(id) != Some(document) {
                let written = self.copies.write(id, document).inspect_err(|error| {
                    tracing::error!(session = id, %error, "failed to write the copy of a session");
                });
                complete &= written.is_ok();
            }
        }
        for id in copied.keys().filter(|id| !self.known.contains_key(*id)) {
            if let Err(error) = self.copies.remove(id) {
                tracing::error!(session = id, %error, "failed to remove the copy of a session that is gone");
            }
        }
        if migrating && complete {
            let _ = std::fs::remove_file(earlier);
        }
    }

    /// Removes what earlier versions wrote of secrets. The database is made anew without them: sled keeps what it had in
    /// its files after it was written over.
    fn clean(&mut self, path: &Path) {
        let cleaned: Vec<(String, Document)> = self
            .known
            .iter()
            .filter_map(|(id, document)| Some((id.clone(), document.without_secrets()?)))
            .collect();
        if cleaned.is_empty() {
            return;
        }
        for (id, document) in cleaned {
            if let Err(error) = self.copies.write(&id, &document) {
                tracing::error!(session = id, %error, "secrets of an earlier version are left in the store");
                return;
            }
            self.known.insert(id, document);
        }
        if self.database.take().is_some() {
            remove(path);
            self.events.clear();
            self.make_database(path);
        }
    }
}

/// The newest of each session that database and copies have.
struct Newest {
    known: BTreeMap<String, Document>,
    /// The database has not all that it was told.
    lost: bool,
    /// What the database has and should not.
    removed: Vec<String>,
}

impl Newest {
    fn of(sessions: BTreeMap<String, Vec<u8>>, copied: &BTreeMap<String, Document>, copies: &Copies) -> Self {
        let mut newest = Self { known: BTreeMap::new(), lost: false, removed: Vec::new() };
        for (id, text) in sessions {
            if copies.was_removed(&id) {
                newest.removed.push(id);
                continue;
            }
            let document = match Document::read(&text) {
                Err(Flaw::Unsealed) => Document::read_unsealed(&text),
                document => document,
            };
            match document {
                Ok(document) => drop(newest.known.insert(id, document)),
                Err(_) => newest.lost = true,
            }
        }
        for (id, copy) in copied {
            // What is removed is so on both sides.
            if !copies.was_removed(id)
                && newest.known.get(id).is_none_or(|document| document.revision() < copy.revision())
            {
                newest.lost = true;
                newest.known.insert(id.clone(), copy.clone());
            }
        }
        newest
    }
}

fn set_aside(path: &Path) {
    match move_aside(path) {
        Ok(aside) => tracing::error!(?aside, "moved the store's database aside"),
        Err(error) => tracing::error!(%error, ?path, "failed to move the store's database aside"),
    }
}

/// Removes a database of which all is known.
fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_dir_all(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, ?path, "failed to remove a database that could not be filled");
    }
}

/// Whether the disk has room for a database. Where it does not say, it is tried.
fn has_room(path: &Path) -> bool {
    let folder = path.parent().unwrap_or(path);
    rustix::fs::statvfs(folder).map_or(true, |disk| disk.f_bavail.saturating_mul(disk.f_frsize) >= ROOM)
}
