//! What the tasks of one engine share: what is wanted, what is known, and who is to be woken. It does no work.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use tokio::sync::{Notify, oneshot, watch};
use tokio::time::Instant;

use super::options::SyncOptions;
use super::progress::{SyncProgress, Verdict};
use super::source::guard::SourceGuard;
use super::source::inbox::{Coverage, Inbox};
use super::source::omissions::Omissions;
use super::status::SyncStatus;
use super::syncthing::home;

/// What the tasks of one engine share.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) options: SyncOptions,
    pub(super) guard: Arc<SourceGuard>,
    pub(super) inbox: Arc<Inbox>,
    pub(super) omissions: Omissions,
    pub(super) paused: watch::Sender<bool>,
    /// Whether the scan of a change is under way.
    pub(super) scanning: AtomicBool,
    /// Whether a scan of everything is under way.
    pub(super) walking: AtomicBool,
    /// Whether the source has been read since syncthing started.
    pub(super) scanned: AtomicBool,
    /// Look at syncthing now.
    pub(super) refresh: Notify,
    /// Dial the other side now.
    pub(super) redial: Notify,
    /// When the latest look began that found the source.
    source_seen: Mutex<Option<Instant>>,
    progress: Mutex<SyncProgress>,
    status: watch::Sender<SyncStatus>,
    verdict: watch::Sender<Verdict>,
}

impl Core {
    pub(super) fn new(options: SyncOptions) -> Self {
        let mut progress = SyncProgress::new(SystemTime::now());
        progress.paused = options.paused;
        let (status, verdict) = progress.assess(Instant::now(), SystemTime::now());
        Self {
            guard: Arc::new(SourceGuard::open(&options.source, &options.session_dir)),
            inbox: Inbox::new(home::cookie_folder(&options.session_dir)),
            omissions: Omissions::new(&options.source, &options.folder_id, options.selection.clone()),
            paused: watch::Sender::new(options.paused),
            scanning: AtomicBool::new(false),
            walking: AtomicBool::new(false),
            scanned: AtomicBool::new(false),
            refresh: Notify::new(),
            redial: Notify::new(),
            source_seen: Mutex::new(None),
            progress: Mutex::new(progress),
            status: watch::Sender::new(status),
            verdict: watch::Sender::new(verdict),
            options,
        }
    }

    /// SourceChanges what is known and publishes what follows from it.
    pub(super) fn learn(&self, change: impl FnOnce(&mut SyncProgress)) {
        let mut progress = self.progress();
        change(&mut progress);
        let (status, verdict) = progress.assess(Instant::now(), SystemTime::now());
        self.status.send_if_modified(|shown| {
            let differs = !shown.says_the_same(&status);
            *shown = status;
            differs
        });
        self.verdict.send_replace(verdict);
    }

    pub(super) fn note_omissions(&self) {
        let by = self.omissions.by();
        self.learn(|progress| (progress.left_out_by, progress.untold) = (by, None));
    }

    pub(super) fn coverage(&self) -> Coverage {
        self.progress().coverage.clone()
    }

    pub(super) fn status(&self) -> watch::Receiver<SyncStatus> {
        self.status.subscribe()
    }

    /// Never behind a status that was shown: whoever publishes both has the lock until both are.
    pub(super) fn verdict(&self) -> watch::Receiver<Verdict> {
        let _published = self.progress();
        self.verdict.subscribe()
    }

    pub(super) fn connected(&self) -> bool {
        self.status.borrow().connected
    }

    /// Resolves when the container has everything that there is now.
    pub(super) async fn complete(&self) {
        let mut verdicts = self.verdict.subscribe();
        if verdicts.wait_for(|verdict| verdict.in_sync).await.is_err() {
            std::future::pending().await
        }
    }

    /// Whether the source was lost, and not all of it has been read since.
    pub(super) fn is_lost(&self) -> bool {
        self.progress().source.is_some()
    }

    /// A look that began then has found the source.
    pub(super) fn saw_source(&self, begun: Instant) {
        let mut seen = self.source_seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *seen = (*seen).max(Some(begun));
    }

    /// Whether a look that began later has found it.
    pub(super) fn has_seen_source_since(&self, begun: Instant) -> bool {
        *self.source_seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) > Some(begun)
    }

    /// Whether the other side may be spoken to.
    pub(super) fn may_connect(&self) -> bool {
        !*self.paused.borrow() && !self.is_lost()
    }

    pub(super) fn in_sync(&self) -> bool {
        self.status.borrow().in_sync
    }

    fn progress(&self) -> MutexGuard<'_, SyncProgress> {
        self.progress.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// A barrier's wish: answered when everything that was noted has been scanned.
#[derive(Debug)]
pub(super) struct Flush {
    /// Scan the whole folder: it is not known what was noted.
    pub(super) everything: bool,
    pub(super) done: oneshot::Sender<()>,
}
