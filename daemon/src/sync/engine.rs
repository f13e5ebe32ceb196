//! The sync of one session, as its task holds it: start, status, redial, barrier, stop. The work is done by the
//! task that `supervise` describes.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use tokio::sync::{Mutex as AsyncMutex, Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::error::SyncError;
use super::identity::{ApiKey, SyncIdentity};
use super::omissions::Omissions;
use super::process::leftover;
use super::progress::{Progress, Verdict};
use super::rest::Rest;
use super::rules::Selection;
use super::source::SourceGuard;
use super::status::SyncStatus;
use super::watcher::{Coverage, Inbox};
use super::{home, supervise};

/// Barriers that wait for a scan at the same time; one more waits for a place.
const FLUSHES: usize = 32;

#[derive(Clone, Debug)]
pub struct SyncOptions {
    /// The home of this syncthing: configuration, keys, database, log. Only for this user.
    pub session_dir: PathBuf,
    /// The socket of its REST API. Must be short: the system limits such paths to about a hundred bytes.
    pub socket: PathBuf,
    /// An absolute path.
    pub source: PathBuf,
    pub folder_id: String,
    pub identity: SyncIdentity,
    pub binary: PathBuf,
    /// The port on loopback that leads to the container's syncthing.
    pub forward_port: u16,
    pub selection: Selection,
    /// Once the container has everything, take what it changes, too.
    pub two_way: bool,
    /// Where local files go that the container changes or deletes.
    pub kept: PathBuf,
    /// Connect to nobody until that is taken back.
    pub paused: bool,
}

/// One supervised syncthing with its watcher. Dropping it stops both, without waiting for that.
#[derive(Debug)]
pub struct SyncEngine {
    core: Arc<Core>,
    flushes: mpsc::Sender<Flush>,
    task: AsyncMutex<Option<JoinHandle<()>>>,
    stop: CancellationToken,
    _stop_on_drop: DropGuard,
}

/// A barrier's wish: answered when everything that was noted has been scanned.
#[derive(Debug)]
pub(super) struct Flush {
    /// Scan the whole folder: it is not known what was noted.
    pub(super) everything: bool,
    pub(super) done: oneshot::Sender<()>,
}

/// What the tasks of one engine share.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) options: SyncOptions,
    pub(super) forward_port: AtomicU16,
    pub(super) guard: Arc<SourceGuard>,
    pub(super) inbox: Arc<Inbox>,
    pub(super) omissions: Omissions,
    pub(super) paused: watch::Sender<bool>,
    /// Whether the scan of a change is under way.
    pub(super) scanning: AtomicBool,
    /// Whether the source has been read since syncthing started.
    pub(super) scanned: AtomicBool,
    /// Look at syncthing now.
    pub(super) refresh: Notify,
    /// Dial the other side now.
    pub(super) redial: Notify,
    progress: Mutex<Progress>,
    status: watch::Sender<SyncStatus>,
    verdict: watch::Sender<Verdict>,
}

impl SyncEngine {
    /// Prepares the home, ends what an earlier daemon left behind on it, and starts the supervisor. What goes wrong
    /// from there on is in the status, and is retried.
    pub async fn start(
        options: SyncOptions,
        shutdown: CancellationToken,
        tracker: TaskTracker,
    ) -> Result<Self, SyncError> {
        home::make(&options)?;
        let identity = &options.identity;
        end_leftover(&options.session_dir, options.socket.clone(), identity.api_key.clone()).await?;
        let core = Arc::new(Core::new(options));
        let (flushes, flush_requests) = mpsc::channel(FLUSHES);
        let stop = shutdown.child_token();
        let task = tracker.spawn(supervise::supervise(core.clone(), flush_requests, stop.clone()));
        Ok(Self {
            core,
            flushes,
            task: AsyncMutex::new(Some(task)),
            _stop_on_drop: stop.clone().drop_guard(),
            stop,
        })
    }

    pub fn status(&self) -> watch::Receiver<SyncStatus> {
        self.core.status.subscribe()
    }

    /// Dials again at once: a new pod is there, or the forward came back. A connection that still looks alive is
    /// given up, since its other end may be a pod that is gone.
    pub fn kick(&self) {
        self.core.redial.notify_one();
    }

    /// The forward listens on another port now: dials that.
    pub fn forward_moved(&self, port: u16) {
        self.core.forward_port.store(port, Ordering::Relaxed);
        self.kick();
    }

    /// Holds the sync, or lets it go on. Held, files are still scanned, and neither side hears of the other.
    pub fn pause(&self, paused: bool) {
        self.core.paused.send_replace(paused);
        self.core.learn(|progress| progress.paused = paused);
    }

    /// Looks at these paths of the source, or at everything where there are none.
    pub fn rescan(&self, paths: Vec<PathBuf>) {
        if paths.is_empty() {
            self.core.inbox.note_unknown();
        } else {
            self.core.inbox.note_paths(paths);
        }
    }

    /// Returns when everything that was saved before the call is in the container. Bounded by the caller; an error
    /// says that waiting longer is of no use.
    pub async fn barrier(&self) -> Result<(), SyncError> {
        if *self.core.paused.borrow() {
            return Err(SyncError::Paused);
        }
        let everything = !self.core.inbox.caught_up().await;
        let (done, scanned) = oneshot::channel();
        self.flushes.send(Flush { everything, done }).await.map_err(|_| SyncError::Stopped)?;
        let mut verdicts = self.core.verdict.subscribe();
        let lost = verdicts.wait_for(|verdict| verdict.lost.is_some());
        tokio::select! {
            scanned = scanned => scanned.map_err(|_| SyncError::Stopped)?,
            lost = lost => return Err(lost_error(&*lost.map_err(|_| SyncError::Stopped)?)),
        }
        let scanned_at = Instant::now();
        self.core.refresh.notify_one();
        let mut verdicts = self.core.verdict.subscribe();
        let settled = |verdict: &Verdict| {
            let fresh = verdict.begun.is_some_and(|begun| begun >= scanned_at);
            verdict.lost.is_some() || fresh && (verdict.in_sync || verdict.stuck)
        };
        let verdict = verdicts.wait_for(settled).await.map_err(|_| SyncError::Stopped)?;
        if verdict.in_sync { Ok(()) } else { Err(lost_error(&verdict)) }
    }

    /// Stops watcher and syncthing; returns when the process is reaped. Barriers that wait end with an error.
    pub async fn stop(&self) {
        self.stop.cancel();
        if let Some(task) = self.task.lock().await.take() {
            let _ = task.await;
        }
    }
}

/// Ends the syncthing that a daemon which was killed left behind on the home of a session, if it still runs.
pub async fn end_leftover(session_dir: &Path, socket: PathBuf, api_key: ApiKey) -> Result<(), SyncError> {
    Ok(leftover::end_leftover(session_dir, &Rest::new(socket, api_key)).await?)
}

fn lost_error(verdict: &Verdict) -> SyncError {
    match &verdict.lost {
        Some(loss) => SyncError::SourceLost(loss.clone()),
        None => SyncError::Stuck { need_files: verdict.need_files },
    }
}

impl Core {
    fn new(options: SyncOptions) -> Self {
        let mut progress = Progress::new(SystemTime::now());
        progress.paused = options.paused;
        let (status, verdict) = progress.assess(Instant::now(), SystemTime::now());
        Self {
            forward_port: AtomicU16::new(options.forward_port),
            guard: Arc::new(SourceGuard::open(&options.source, &options.session_dir)),
            inbox: Inbox::new(home::cookie_folder(&options.session_dir)),
            omissions: Omissions::new(&options.source, &options.folder_id, options.selection.clone()),
            paused: watch::Sender::new(options.paused),
            scanning: AtomicBool::new(false),
            scanned: AtomicBool::new(false),
            refresh: Notify::new(),
            redial: Notify::new(),
            progress: Mutex::new(progress),
            status: watch::Sender::new(status),
            verdict: watch::Sender::new(verdict),
            options,
        }
    }

    /// Changes what is known and publishes what follows from it.
    pub(super) fn learn(&self, change: impl FnOnce(&mut Progress)) {
        let mut progress = self.progress.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        change(&mut progress);
        let (status, verdict) = progress.assess(Instant::now(), SystemTime::now());
        self.status.send_if_modified(|shown| {
            let differs = *shown != status;
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
        self.progress.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).coverage.clone()
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

    pub(super) fn in_sync(&self) -> bool {
        self.status.borrow().in_sync
    }
}
