//! What the sync of a session is doing, as the session shows it.

use std::time::SystemTime;

use tokio::time::Instant;

use super::source::omissions::LeftOutBy;
use super::syncthing::rest::answer::FileError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncState {
    /// Syncthing is being started, or reads the source folder for the first time.
    Starting,
    /// The other side is not connected.
    Connecting,
    Syncing,
    /// Held by the user.
    Paused,
    InSync,
    /// It works, or will again, but not as it should: `last_error` and `hint` say what.
    Degraded,
    /// The source folder is not what it was: nothing is synced, nothing is deleted.
    SourceLost,
    /// Syncthing ends again and again; it is still retried.
    Failed,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SyncStatus {
    pub state: SyncState,
    /// When `state` was entered.
    pub since: SystemTime,
    /// Whether the container has everything, also when the state is `Degraded` for another reason.
    pub in_sync: bool,
    pub connected: bool,
    /// Another number is another connection.
    pub connection: u64,
    /// Whether the container has had everything once since this engine started.
    pub first_sync_done: bool,
    /// When the first sync last came further: more of the source was read, or the container had more of it.
    pub moved: Option<Instant>,
    /// Whether the other side has said once what it has.
    pub met: bool,
    /// By bytes, 0 until the other side has said what it has.
    pub completion_percent: f64,
    /// What the container lacks: files, folders and links, and paths that it still has to delete.
    pub need_files: u64,
    pub need_bytes: u64,
    pub global_files: u64,
    pub global_bytes: u64,
    /// How often syncthing has ended by itself.
    pub restarts: u32,
    pub left_out_by: LeftOutBy,
    pub paused: bool,
    /// Whether what the container changes comes here.
    pub receives: bool,
    /// Counts the changes of the source that the container has: another number is another completed sync.
    pub synced_sequence: u64,
    /// When the container last was seen to have everything.
    pub last_synced: Option<SystemTime>,
    pub unreadable: Vec<FileError>,
    pub last_error: Option<String>,
    pub hint: Option<String>,
}

impl SyncStatus {
    /// Whether it says the same, whenever that was.
    pub fn says_the_same(&self, other: &Self) -> bool {
        *other == Self { moved: other.moved, last_synced: other.last_synced, ..self.clone() }
    }
}
