//! Says from what was observed how far the sync is. Pure: what it remembers is a value, and the clock is an argument.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::advance::Advance;
use super::source::guard::Loss;
use super::source::inbox::Coverage;
use super::source::omissions::LeftOutBy;
use super::status::{SyncState, SyncStatus};
use super::syncthing::rest::answer::{Completion, FileError, FolderStatus, LackingEntry};

/// Nothing has moved for this long: what is missing will not come by itself.
const STUCK_AFTER: Duration = Duration::from_secs(30);
/// Deletions are quick, and those of folders that hang are usual: what was deleted here still holds files that only the
/// container has.
const DELETIONS_STUCK_AFTER: Duration = Duration::from_secs(2);
/// So many ends in a row and it is no accident.
const FAILED_AFTER: u32 = 5;

const STUCK_HINT: &str = "the container changed or deleted these files itself, or cannot write them \
     (disk full, no permission); saving them here again replaces what the container has";
const UNDELETED_HINT: &str = "these were deleted here and are still in the container, which may not delete them, or has a \
     folder there where a file was deleted here, which syncthing leaves; make a folder of that name here and, once that is \
     synced, delete it";
const DELETIONS_HINT: &str =
    "folders that were deleted here still hold files in the container that only exist there";
/// How syncthing says that a name is in another form of Unicode than the one that it sends.
const MISNAMED: &str = "UTF8 normalization form";
const WATCH_HINT: &str =
    "changes are found by scanning every few seconds, and watching is tried again every minute";
const RESTART_HINT: &str = "syncthing is started again; its log is syncthing.log in the session's folder";
const NAMES_HINT: &str = "syncthing sends only names in the composed form of Unicode (NFC); rename these, or have them \
     left out";
const UNTOLD_HINT: &str =
    "what is left out is written to .stignore in the source folder; make that folder writable";
const FOLDER_HINT: &str = "syncthing cannot work on the source folder; it goes on when the cause is gone";

/// One look at syncthing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Observation {
    pub(super) begun: Instant,
    pub(super) connected: bool,
    /// Counts connections made and lost since syncthing started.
    pub(super) connection: u64,
    pub(super) folder: FolderStatus,
    pub(super) completion: Completion,
    /// Whether the other side has said on this connection what it has. Before that, completion is a guess.
    pub(super) confirmed: bool,
    /// Whether the source folder has been read since syncthing started.
    pub(super) scanned: bool,
    /// What the other side lacks or has to delete, if that is not much.
    pub(super) lacking: Vec<LackingEntry>,
    /// Whether changes are known that syncthing does not know yet.
    pub(super) pending: bool,
    /// Paths that syncthing cannot read or write, and why.
    pub(super) unreadable: Vec<FileError>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ProcessState {
    Starting,
    Running,
    Down { error: String },
}

/// All that is known, and what must be remembered to judge the next look.
#[derive(Debug)]
pub(super) struct SyncProgress {
    pub(super) source: Option<Loss>,
    pub(super) process: ProcessState,
    pub(super) restarts: u32,
    /// Ends of syncthing without a healthy while in between.
    pub(super) ends_in_a_row: u32,
    pub(super) coverage: Coverage,
    pub(super) left_out_by: LeftOutBy,
    /// Why syncthing could not be told what to leave out.
    pub(super) untold: Option<String>,
    pub(super) paused: bool,
    /// Whether what the container changes is taken.
    pub(super) receives: bool,
    pub(super) seen: Option<Observation>,
    first_sync_done: bool,
    advance: Advance,
    percent: f64,
    unmoved: Option<(Instant, Completion)>,
    state: SyncState,
    since: SystemTime,
    last_synced: Option<SystemTime>,
    synced_sequence: u64,
}

/// Whether the container has everything, as a barrier asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// When the look began that this was concluded from.
    pub(super) begun: Option<Instant>,
    pub(super) in_sync: bool,
    pub(super) stuck: bool,
    pub(super) need_files: u64,
    /// Nothing is missing but deletions.
    pub(super) only_deletions: bool,
    pub(super) lost: Option<Loss>,
}

impl SyncProgress {
    pub(super) fn new(wall: SystemTime) -> Self {
        Self {
            source: None,
            process: ProcessState::Starting,
            restarts: 0,
            ends_in_a_row: 0,
            coverage: Coverage::Whole,
            left_out_by: LeftOutBy::Nothing,
            untold: None,
            paused: false,
            receives: false,
            seen: None,
            first_sync_done: false,
            advance: Advance::default(),
            percent: 0.0,
            unmoved: None,
            state: SyncState::Starting,
            since: wall,
            last_synced: None,
            synced_sequence: 0,
        }
    }

    pub(super) fn assess(&mut self, now: Instant, wall: SystemTime) -> (SyncStatus, Verdict) {
        let seen = self.seen.clone().filter(|_| self.process == ProcessState::Running);
        let unmoved_for = self.unmoved_for(seen.as_ref(), now);
        let in_sync =
            self.source.is_none() && seen.as_ref().is_some_and(|seen| has_everything(seen, unmoved_for));
        let stuck = !in_sync && unmoved_for >= STUCK_AFTER;
        self.first_sync_done |= in_sync;
        if let Some(seen) = &seen {
            self.advance.note(seen, now);
        }
        if in_sync {
            self.last_synced = Some(wall);
            self.synced_sequence = seen.as_ref().map_or(0, |seen| seen.folder.sequence);
        }
        if let Some(seen) = seen.as_ref().filter(|seen| seen.confirmed && seen.scanned) {
            self.percent = if in_sync { 100.0 } else { seen.completion.completion };
        }
        let (state, last_error, hint) = self.judge(seen.as_ref(), in_sync, stuck);
        if state != self.state {
            (self.state, self.since) = (state, wall);
        }
        let verdict = Verdict {
            begun: seen.as_ref().map(|seen| seen.begun),
            in_sync,
            stuck,
            need_files: seen
                .as_ref()
                .map(|seen| seen.completion.need_items + seen.completion.need_deletes)
                .unwrap_or_default(),
            only_deletions: seen.as_ref().is_some_and(|seen| lacks_only_deletions(&seen.completion)),
            lost: self.source.clone(),
        };
        let seen = self.seen.as_ref();
        let need = seen.map(|seen| &seen.completion);
        let status = SyncStatus {
            state,
            since: self.since,
            in_sync,
            connected: seen.is_some_and(|seen| seen.connected) && self.process == ProcessState::Running,
            connection: seen.map_or(0, |seen| (u64::from(self.restarts) << 32) + seen.connection),
            first_sync_done: self.first_sync_done,
            moved: self.advance.moved(),
            met: self.advance.met(),
            completion_percent: self.percent,
            need_files: need.map(|need| need.need_items + need.need_deletes).unwrap_or_default(),
            need_bytes: need.map(|need| need.need_bytes).unwrap_or_default(),
            global_files: seen.map(|seen| seen.folder.global_files).unwrap_or_default(),
            global_bytes: seen.map(|seen| seen.folder.global_bytes).unwrap_or_default(),
            restarts: self.restarts,
            left_out_by: self.left_out_by,
            paused: self.paused,
            receives: self.receives,
            synced_sequence: self.synced_sequence,
            last_synced: self.last_synced,
            unreadable: seen.map(|seen| seen.unreadable.clone()).unwrap_or_default(),
            last_error,
            hint,
        };
        (status, verdict)
    }

    /// How long the other side has lacked the same while it could have taken it.
    fn unmoved_for(&mut self, seen: Option<&Observation>, now: Instant) -> Duration {
        let Some(seen) = seen.filter(|seen| ready(seen) && lacks(&seen.completion)) else {
            self.unmoved = None;
            return Duration::ZERO;
        };
        match &self.unmoved {
            Some((since, same)) if *same == seen.completion => now.duration_since(*since),
            _ => {
                self.unmoved = Some((now, seen.completion.clone()));
                Duration::ZERO
            }
        }
    }

    fn judge(
        &self,
        seen: Option<&Observation>,
        in_sync: bool,
        stuck: bool,
    ) -> (SyncState, Option<String>, Option<String>) {
        let told = |state, error: String, hint: String| (state, Some(error), Some(hint));
        if let Some(loss) = &self.source {
            return told(SyncState::SourceLost, loss.to_string(), loss.hint());
        }
        if let ProcessState::Down { error } = &self.process {
            let failed = self.ends_in_a_row >= FAILED_AFTER;
            let state = if failed { SyncState::Failed } else { SyncState::Degraded };
            return told(state, error.clone(), RESTART_HINT.into());
        }
        if let Some(error) = &self.untold {
            return told(SyncState::Degraded, error.clone(), UNTOLD_HINT.into());
        }
        if self.paused {
            return (SyncState::Paused, None, None);
        }
        let Some(seen) = seen else { return (SyncState::Starting, None, None) };
        if let Some(error) = seen.folder.error.as_ref().filter(|error| !error.is_empty()) {
            return told(SyncState::Degraded, error.clone(), FOLDER_HINT.into());
        }
        if !seen.scanned {
            return (SyncState::Starting, None, None);
        }
        if !seen.connected {
            return (SyncState::Connecting, None, None);
        }
        if let Coverage::Partial(gap) = &self.coverage {
            let raise = gap.setting.map(|setting| format!("; raise the limit: `sysctl {setting}`"));
            let hint = format!("{WATCH_HINT}{}", raise.unwrap_or_default());
            return told(SyncState::Degraded, gap.error.clone(), hint);
        }
        if stuck {
            let missing = seen.completion.need_items + seen.completion.need_deletes;
            let first = seen.lacking.first().map(|entry| format!(", the first is {}", entry.name));
            let first = first.unwrap_or_default();
            return told(
                SyncState::Degraded,
                format!("the container does not take {missing} paths{first}"),
                stuck_hint(lacks_only_deletions(&seen.completion)).into(),
            );
        }
        let hint = (in_sync && seen.completion.need_deletes > 0).then(|| DELETIONS_HINT.to_owned());
        let receiving = self.receives && seen.folder.need_total_items > 0;
        let state = if in_sync && !receiving { SyncState::InSync } else { SyncState::Syncing };
        let unreadable = seen.unreadable.first().map(|first| {
            let count = seen.unreadable.len();
            format!(
                "{count} paths cannot be read or written, the first is {}: {}",
                first.path,
                first.error.trim()
            )
        });
        let misnamed = seen.unreadable.iter().any(|error| error.error.contains(MISNAMED));
        (state, unreadable, hint.or_else(|| misnamed.then(|| NAMES_HINT.to_owned())))
    }
}

/// Whether completion can be believed and the other side has all it needs to go on.
fn ready(seen: &Observation) -> bool {
    let quiet = seen.folder.state == "idle" && seen.folder.error.as_ref().is_none_or(String::is_empty);
    seen.connected && seen.scanned && seen.confirmed && !seen.pending && quiet
}

fn lacks(completion: &Completion) -> bool {
    completion.need_items > 0 || completion.need_bytes > 0 || completion.need_deletes > 0
}

fn lacks_only_deletions(completion: &Completion) -> bool {
    completion.need_items == 0 && completion.need_bytes == 0 && completion.need_deletes > 0
}

pub(super) fn stuck_hint(only_deletions: bool) -> &'static str {
    if only_deletions { UNDELETED_HINT } else { STUCK_HINT }
}

fn has_everything(seen: &Observation, unmoved_for: Duration) -> bool {
    let completion = &seen.completion;
    let files = completion.need_items == 0 && completion.need_bytes == 0;
    let only_folders = !seen.lacking.is_empty() && seen.lacking.iter().all(LackingEntry::is_folder);
    let folders_hang = only_folders && unmoved_for >= DELETIONS_STUCK_AFTER;
    ready(seen) && files && (completion.need_deletes == 0 || folders_hang)
}

#[cfg(test)]
mod tests;
