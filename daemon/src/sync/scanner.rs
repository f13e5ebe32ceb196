//! Tells syncthing what to scan: what the watcher noted, at once and in batches; from time to time everything; and
//! nothing at all while the source folder is lost.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use super::core::{Core, Flush};
use super::source::changes::Batch;
use super::source::guard::Loss;
use super::source::inbox::Coverage;
use super::source::watcher::SourceWatcher;
use super::syncthing::rest::{Rest, RestError};

/// A scan of everything, should the watcher have missed something.
const EVERYTHING_EVERY: Duration = Duration::from_secs(300);
/// The same where part of the folder is not watched, or as much as keeps scanning under a fifth of the time.
const UNWATCHED_EVERY: Duration = Duration::from_secs(2);
const UNWATCHED_SHARE: u32 = 5;
const LOOK_EVERY: Duration = Duration::from_secs(2);
const LOST_EVERY: Duration = Duration::from_millis(250);
const RETRY: Duration = Duration::from_millis(500);
/// A name that nobody has: scanning it costs nothing, and is answered after syncthing's first scan.
const NOBODY: &str = ".nhd-nobody";

pub(super) struct Scanner<'a> {
    pub(super) core: &'a Arc<Core>,
    pub(super) rest: &'a Rest,
    pub(super) watcher: &'a mut Option<SourceWatcher>,
    pub(super) flushes: &'a mut mpsc::Receiver<Flush>,
}

enum Wake {
    Change,
    Flush(Flush),
    /// A flush that is already noted as waiting.
    Flushed,
    Everything,
    Look,
}

impl Scanner<'_> {
    pub(super) async fn run(&mut self) -> Infallible {
        self.await_first_scan().await;
        let mut waiting: Vec<oneshot::Sender<()>> = Vec::new();
        let mut last_everything = Instant::now();
        let mut took = Duration::ZERO;
        loop {
            let mut wake = self.next(last_everything + self.interval(took)).await;
            if let Wake::Flush(flush) = wake {
                waiting.push(flush.done);
                if flush.everything {
                    self.core.inbox.note_unknown();
                }
                wake = Wake::Flushed;
            }
            if look_at_source(self.core).await.is_err() {
                self.outlast_loss().await;
                continue;
            }
            self.follow_tree().await;
            let begun = Instant::now();
            match self.scan(&wake).await {
                Ok(everything) if everything => (last_everything, took) = (Instant::now(), begun.elapsed()),
                Ok(_) => {}
                Err(error) => {
                    tracing::debug!(session = %self.core.options.folder_id, %error, "failed to scan");
                    sleep(RETRY).await;
                    continue;
                }
            }
            if !self.core.inbox.has_due() || matches!(wake, Wake::Flushed) {
                for done in waiting.drain(..) {
                    let _ = done.send(());
                }
            }
        }
    }

    /// SourceChanges go before all else: they are what somebody waits for.
    async fn next(&mut self, everything_at: Instant) -> Wake {
        tokio::select! {
            biased;
            () = self.core.inbox.due() => Wake::Change,
            Some(flush) = self.flushes.recv() => Wake::Flush(flush),
            () = sleep_until(everything_at) => Wake::Everything,
            () = sleep(LOOK_EVERY) => Wake::Look,
        }
    }

    fn interval(&self, took: Duration) -> Duration {
        match self.core.coverage() {
            Coverage::Whole => EVERYTHING_EVERY,
            Coverage::Partial(_) => UNWATCHED_EVERY.max(took * UNWATCHED_SHARE),
        }
    }

    /// Scans what is to be scanned now, and says whether that was everything. What could not be scanned is noted
    /// again.
    async fn scan(&mut self, wake: &Wake) -> Result<bool, RestError> {
        let core = self.core;
        let of_change = !matches!(wake, Wake::Everything);
        // Before the changes leave the inbox: they are pending in the one place or the other.
        core.scanning.store(of_change, Ordering::Release);
        let batch = match wake {
            Wake::Change | Wake::Look => core.inbox.take_due(),
            Wake::Flushed | Wake::Flush(_) => {
                let noted = core.inbox.take_all();
                // What is not watched may have changed without a word.
                if core.coverage() == Coverage::Whole { noted } else { Some(Batch::Everything) }
            }
            Wake::Everything => Some(Batch::Everything),
        };
        let batch = match batch {
            Some(batch) => self.admit(batch).await,
            None => None,
        };
        let folder = &core.options.folder_id;
        let scanned = match &batch {
            None => Ok(()),
            Some(Batch::Everything) => self.rest.scan::<&str>(folder, &[]).await,
            Some(Batch::Paths(paths)) if paths.is_empty() => Ok(()),
            Some(Batch::Paths(paths)) => self.rest.scan(folder, paths).await,
        };
        if scanned.is_err() {
            core.inbox.note_unknown();
        }
        core.scanning.store(false, Ordering::Release);
        if batch.is_some() {
            core.refresh.notify_one();
        }
        scanned.map(|()| batch == Some(Batch::Everything))
    }

    /// What of a batch is not left out, once syncthing knows what is. Other rules are other folders to watch.
    async fn admit(&mut self, batch: Batch) -> Option<Batch> {
        let core = self.core.clone();
        if !core.omissions.are_asked_for() && batch != Batch::Everything {
            return Some(batch);
        }
        let admitted = tokio::task::spawn_blocking(move || core.omissions.admit(batch)).await;
        let (batch, changed) = match admitted.unwrap_or_else(|error| Err(error.into())) {
            Ok(admitted) => admitted,
            Err(error) => {
                // Rather nothing than what was meant to be left out.
                self.core.learn(|progress| progress.untold = Some(error.to_string()));
                sleep(RETRY).await;
                self.core.inbox.note_unknown();
                return None;
            }
        };
        self.core.note_omissions();
        if changed {
            *self.watcher = start_watching(self.core).await;
        }
        Some(batch)
    }

    async fn await_first_scan(&self) {
        while let Err(error) = self.rest.scan(&self.core.options.folder_id, &[NOBODY]).await {
            tracing::debug!(session = %self.core.options.folder_id, %error, "the first scan is not done");
            self.core.refresh.notify_one();
            sleep(LOST_EVERY).await;
        }
        self.core.scanned.store(true, Ordering::Release);
        self.core.refresh.notify_one();
    }

    /// Says that the source is lost until it is there again; then watches it anew and scans everything.
    async fn outlast_loss(&mut self) {
        *self.watcher = None;
        while let Err(loss) = look_at_source(self.core).await {
            self.core.learn(|progress| progress.source = Some(loss));
            sleep(LOST_EVERY).await;
        }
        *self.watcher = start_watching(self.core).await;
        self.core.inbox.note_unknown();
        self.core.learn(|progress| progress.source = None);
    }

    async fn follow_tree(&mut self) {
        if !self.core.inbox.tree_changed() {
            return;
        }
        let Some(mut watcher) = self.watcher.take() else { return };
        let followed = tokio::task::spawn_blocking(move || (watcher.follow(), watcher)).await;
        let Ok((coverage, watcher)) = followed else { return };
        *self.watcher = Some(watcher);
        if let Some(coverage) = coverage {
            self.core.learn(|progress| progress.coverage = coverage);
        }
    }
}

/// Looks whether the source folder is the user's; off the executor, since a disk may hang.
pub(super) async fn look_at_source(core: &Core) -> Result<(), Loss> {
    let guard = core.guard.clone();
    let looked = tokio::task::spawn_blocking(move || guard.look()).await;
    looked.unwrap_or_else(|error| Err(Loss::Unreadable(error.to_string())))
}

/// Watches the source folder, or says why it is not watched.
pub(super) async fn start_watching(core: &Core) -> Option<SourceWatcher> {
    let (source, inbox) = (core.options.source.clone(), core.inbox.clone());
    let rules = core.omissions.rules();
    let started = tokio::task::spawn_blocking(move || SourceWatcher::start(&source, rules, inbox)).await;
    let (watcher, coverage) = match started {
        Ok(Ok((watcher, coverage))) => (Some(watcher), coverage),
        Ok(Err(error)) => (None, Coverage::Partial(error.to_string())),
        Err(error) => (None, Coverage::Partial(error.to_string())),
    };
    core.learn(|progress| progress.coverage = coverage);
    watcher
}
