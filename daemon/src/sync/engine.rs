//! The sync of one session, as its task holds it: start, status, redial, barrier, stop. The work is done by the
//! task that `supervise` describes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::core::{Core, Flush};
use super::error::SyncError;
use super::options::SyncOptions;
use super::progress::Verdict;
use super::status::SyncStatus;
use super::supervise;
use super::syncthing::home;
use super::syncthing::identity::ApiKey;
use super::syncthing::leftover;
use super::syncthing::rest::Rest;

/// Barriers that wait for a scan at the same time; one more waits for a place.
const FLUSHES: usize = 32;

/// One supervised syncthing with its watcher. Dropping it stops both, without waiting for that.
#[derive(Debug)]
pub struct SyncEngine {
    core: Arc<Core>,
    flushes: mpsc::Sender<Flush>,
    task: AsyncMutex<Option<JoinHandle<()>>>,
    stop: CancellationToken,
    _stop_on_drop: DropGuard,
}

impl SyncEngine {
    /// Prepares the home, ends what an earlier daemon left behind on it, and starts the supervisor. What goes wrong
    /// from there on is in the status, and is retried.
    pub async fn start(
        options: SyncOptions,
        shutdown: CancellationToken,
        tracker: TaskTracker,
    ) -> Result<Self, SyncError> {
        #[cfg(test)]
        if let Some(in_step) = crate::modelled::sync() {
            return Ok(modelled::start(options, in_step, &shutdown, &tracker));
        }
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
        self.core.status()
    }

    /// Dials again at once: a new pod is there, or the forward came back. A connection that still looks alive is
    /// given up, since its other end may be a pod that is gone.
    pub fn kick(&self) {
        self.core.redial.notify_one();
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
        let mut paused = self.core.paused.subscribe();
        let mut verdicts = self.core.verdict();
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(SyncError::Stopped),
            Ok(_) = paused.wait_for(|paused| *paused) => Err(SyncError::Paused),
            Ok(verdict) = verdicts.wait_for(|verdict| verdict.lost.is_some()) => Err(lost_error(&verdict)),
            reached = self.everything_there() => reached,
        }
    }

    async fn everything_there(&self) -> Result<(), SyncError> {
        let everything = !self.core.inbox.caught_up().await;
        let (done, scanned) = oneshot::channel();
        self.flushes.send(Flush { everything, done }).await.map_err(|_| SyncError::Stopped)?;
        scanned.await.map_err(|_| SyncError::Stopped)?;
        let scanned_at = Instant::now();
        self.core.refresh.notify_one();
        let mut verdicts = self.core.verdict();
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
        None => SyncError::Stuck { need_files: verdict.need_files, only_deletions: verdict.only_deletions },
    }
}

#[cfg(test)]
mod modelled {
    use super::*;
    use crate::modelled::InStep;
    use crate::sync::progress::{Observation, ProcessState};
    use crate::sync::syncthing::rest::answer::{Completion, FolderStatus};

    /// An engine without a syncthing, as far as the model says.
    pub(super) fn start(
        options: SyncOptions,
        mut in_step: watch::Receiver<InStep>,
        shutdown: &CancellationToken,
        tracker: &TaskTracker,
    ) -> SyncEngine {
        std::fs::create_dir_all(&options.session_dir).expect("the model's disk is sound");
        let core = Arc::new(Core::new(options));
        let (flushes, _) = mpsc::channel(FLUSHES);
        let stop = shutdown.child_token();
        let (stopped, told) = (stop.clone(), Arc::clone(&core));
        let task = tracker.spawn(async move {
            loop {
                let now = *in_step.borrow_and_update();
                told.learn(|progress| {
                    (progress.process, progress.seen) = (ProcessState::Running, Some(observation(now)));
                });
                tokio::select! {
                    () = stopped.cancelled() => return,
                    changed = in_step.changed() => if changed.is_err() { return },
                }
            }
        });
        let task = AsyncMutex::new(Some(task));
        SyncEngine { core, flushes, task, _stop_on_drop: stop.clone().drop_guard(), stop }
    }

    fn observation(now: InStep) -> Observation {
        let completion = if now.in_sync { 100.0 } else { 50.0 };
        Observation {
            begun: Instant::now(),
            connected: now.connected,
            connection: now.connection,
            folder: FolderStatus { state: "idle".to_owned(), ..FolderStatus::default() },
            completion: Completion {
                completion,
                need_items: u64::from(!now.in_sync),
                ..Completion::default()
            },
            confirmed: now.connected,
            scanned: true,
            lacking: Vec::new(),
            pending: false,
            unreadable: Vec::new(),
        }
    }
}
