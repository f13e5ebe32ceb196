//! Tells syncthing what to scan: what the watcher noted, at once and in batches; from time to time everything; and
//! nothing at all while the source folder is lost.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use super::core::{Core, Flush};
use super::courier::Errands;
use super::source::changes::Batch;
use super::source::guard::Sight;
use super::source::inbox::Coverage;
use super::source::watcher::{Followed, SourceWatcher};
use super::source_link::{hold, look_at_source, start_watching};
use super::syncthing::config_xml::NO_MARKER;
use super::syncthing::rest::{Rest, RestError};

/// A scan of everything, should the watcher have missed something.
const EVERYTHING_EVERY: Duration = Duration::from_secs(300);
/// And no more than this part of the time.
const EVERYTHING_SHARE: u32 = 100;
/// So many names of the top are read in one go; a save waits for no more than that.
const PIECE: usize = 128;
/// The same where part of the folder is not watched, or as much as keeps scanning under a fifth of the time.
const UNWATCHED_EVERY: Duration = Duration::from_secs(2);
const UNWATCHED_SHARE: u32 = 5;
/// What could not be watched may be watched later.
const WATCH_AGAIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_secs(2);
const LOST_EVERY: Duration = Duration::from_millis(250);
/// Whoever waits for the container waits so long for deletions to end.
const LONGEST_FLUSH_HOLD: Duration = Duration::from_secs(1);
const RETRY: Duration = Duration::from_millis(500);
/// A name that nobody has: scanning it costs nothing, and is answered after syncthing's first scan.
const NOBODY: &str = ".nhd-nobody";

pub(super) struct Scanner<'a> {
    core: &'a Arc<Core>,
    rest: &'a Rest,
    watcher: &'a mut Option<SourceWatcher>,
    flushes: &'a mut mpsc::Receiver<Flush>,
    /// What syncthing knows of the source.
    told: Sight,
    watched_at: Instant,
    /// What is left of a scan of everything that nobody waits for.
    pieces: Vec<Vec<String>>,
    errands: Errands,
}

enum Wake {
    Change,
    Flush(Flush),
    /// A flush that is already noted as waiting.
    Flushed,
    Everything,
    /// A part of everything.
    Piece,
    Look,
}

/// What came of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scanned {
    Everything,
    Part,
    /// Nothing, as syncthing could not be told what to leave out.
    Untold,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(
        core: &'a Arc<Core>,
        rest: &'a Rest,
        watcher: &'a mut Option<SourceWatcher>,
        flushes: &'a mut mpsc::Receiver<Flush>,
        told: Sight,
        errands: Errands,
    ) -> Self {
        Self { core, rest, watcher, flushes, told, watched_at: Instant::now(), pieces: Vec::new(), errands }
    }

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
                self.core.inbox.removals_rest(LONGEST_FLUSH_HOLD).await;
                wake = Wake::Flushed;
            }
            if self.core.inbox.removals_held().is_some_and(|until| until <= Instant::now()) {
                // On a busy machine more may have been deleted and not be noted yet: then they are held on.
                self.core.inbox.caught_up().await;
            }
            waiting.retain(|done| !done.is_closed());
            match look_at_source(self.core).await {
                Ok(sight) if !self.core.is_lost() => {
                    self.keep_up(&sight).await;
                    if let Err(error) = self.mark(sight).await {
                        tracing::debug!(session = %self.core.options.folder_id, %error, "failed to mark");
                        self.core.inbox.note_unknown();
                        sleep(RETRY).await;
                        continue;
                    }
                }
                _ => {
                    self.outlast_loss().await;
                    last_everything = Instant::now();
                }
            }
            let begun = Instant::now();
            match self.scan(&wake).await {
                Ok(Scanned::Everything) => {
                    (last_everything, took) = (Instant::now(), begun.elapsed());
                    self.pieces.clear();
                }
                Ok(Scanned::Part) if matches!(wake, Wake::Everything) => {
                    (last_everything, took) = (Instant::now(), Duration::ZERO);
                }
                Ok(Scanned::Part) if matches!(wake, Wake::Piece) => {
                    last_everything = Instant::now();
                    took += begun.elapsed();
                }
                Ok(Scanned::Part) => {}
                Ok(Scanned::Untold) => continue,
                Err(error) => {
                    tracing::debug!(session = %self.core.options.folder_id, %error, "failed to scan");
                    sleep(RETRY).await;
                    continue;
                }
            }
            if !self.core.inbox.has_news() || matches!(wake, Wake::Flushed) {
                for done in waiting.drain(..) {
                    let _ = done.send(());
                }
            }
        }
    }

    /// SourceChanges go before all else: they are what somebody waits for.
    async fn next(&mut self, everything_at: Instant) -> Wake {
        // Nothing looks at a folder that may be going just now.
        let goes = self.core.inbox.removals_held().is_some();
        tokio::select! {
            biased;
            () = self.core.inbox.due() => Wake::Change,
            Some(flush) = self.flushes.recv() => Wake::Flush(flush),
            () = std::future::ready(()), if !goes && !self.pieces.is_empty() => Wake::Piece,
            () = sleep_until(everything_at), if !goes => Wake::Everything,
            () = sleep(LOOK_EVERY) => Wake::Look,
        }
    }

    fn interval(&self, took: Duration) -> Duration {
        match self.core.coverage() {
            Coverage::Whole => EVERYTHING_EVERY.max(took * EVERYTHING_SHARE),
            Coverage::Partial(_) => UNWATCHED_EVERY.max(took * UNWATCHED_SHARE),
        }
    }

    /// Scans what is to be scanned now. What could not be scanned is noted again.
    async fn scan(&mut self, wake: &Wake) -> Result<Scanned, RestError> {
        let core = self.core;
        let of_change = !matches!(wake, Wake::Everything | Wake::Piece);
        // Before the changes leave the inbox: they are pending in the one place or the other.
        core.scanning.store(of_change, Ordering::Release);
        let batch = match wake {
            Wake::Change | Wake::Look => core.inbox.take_due(),
            Wake::Flushed | Wake::Flush(_) => {
                let noted = core.inbox.take_all();
                // What is not watched may have changed without a word.
                if core.coverage() == Coverage::Whole { noted } else { Some(Batch::Everything) }
            }
            Wake::Piece => self.pieces.pop().map(Batch::Paths),
            Wake::Everything => Some(Batch::Everything),
        };
        let batch = match batch {
            Some(batch) => match self.admit(batch).await {
                Some(batch) => Some(batch),
                None => {
                    core.scanning.store(false, Ordering::Release);
                    return Ok(Scanned::Untold);
                }
            },
            None => None,
        };
        // Nobody waits for it, so it must not be what somebody waits for.
        if matches!(wake, Wake::Everything)
            && !core.is_lost()
            && core.coverage() == Coverage::Whole
            && !core.inbox.has_unknown()
        {
            self.pieces = self.cut_up().await?;
            return Ok(Scanned::Part);
        }
        let folder = &core.options.folder_id;
        let scanned = match &batch {
            None => Ok(()),
            Some(Batch::Everything) => {
                core.walking.store(true, Ordering::Release);
                self.rest.scan::<&str>(folder, &[]).await
            }
            Some(Batch::Paths(paths)) if paths.is_empty() => Ok(()),
            Some(Batch::Paths(paths)) => self.rest.scan(folder, paths).await,
        };
        match &batch {
            _ if scanned.is_err() => core.inbox.note_unknown(),
            Some(Batch::Paths(paths)) if of_change => self.errands.hand_over(&self.told.path, paths),
            _ => {}
        }
        core.scanning.store(false, Ordering::Release);
        core.walking.store(false, Ordering::Release);
        if batch.is_some() {
            core.refresh.notify_one();
        }
        let everything = batch == Some(Batch::Everything);
        scanned.map(|()| if everything { Scanned::Everything } else { Scanned::Part })
    }

    /// What there is at the top and what syncthing knows there.
    async fn cut_up(&self) -> Result<Vec<Vec<String>>, RestError> {
        let mut names: BTreeSet<String> =
            self.rest.top_names(&self.core.options.folder_id).await?.into_iter().collect();
        let source = self.told.path.clone();
        let read = tokio::task::spawn_blocking(move || {
            let entries = source.read_dir().into_iter().flatten().flatten();
            let (mut folders, mut files) = (Vec::new(), Vec::new());
            for entry in entries {
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let into = if is_folder { &mut folders } else { &mut files };
                into.extend(entry.file_name().into_string());
            }
            (folders, files)
        });
        let (folders, files) = read.await.unwrap_or_default();
        names.extend(files);
        for folder in &folders {
            names.remove(folder);
        }
        let files: Vec<String> = names.into_iter().collect();
        let pieces = folders.into_iter().map(|folder| vec![folder]);
        Ok(pieces.chain(files.chunks(PIECE).map(<[String]>::to_vec)).collect())
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
            self.watch().await;
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

    /// Says that the source is lost until it is there again and all of it has been read: what was read while it went may
    /// say that files were deleted.
    async fn outlast_loss(&mut self) {
        *self.watcher = None;
        loop {
            match look_at_source(self.core).await {
                Err(loss) => hold(self.core, self.rest, loss).await,
                Ok(sight) => {
                    if self.watcher.is_none() {
                        self.watch_anew().await;
                    }
                    let read = match self.mark(sight).await {
                        Ok(()) => self.scan(&Wake::Everything).await,
                        Err(error) => Err(error),
                    };
                    match read {
                        // It may have gone meanwhile.
                        Ok(Scanned::Everything) if look_at_source(self.core).await.is_ok() => break,
                        Ok(_) => {}
                        Err(error) => {
                            tracing::debug!(session = %self.core.options.folder_id, %error, "failed to scan");
                        }
                    }
                }
            }
            sleep(LOST_EVERY).await;
        }
        self.core.learn(|progress| progress.source = None);
        self.core.redial.notify_one();
    }

    /// Tells syncthing where the source is and what to look for in it, where that has changed.
    async fn mark(&mut self, sight: Sight) -> Result<(), RestError> {
        if (&sight.path, &sight.marker) == (&self.told.path, &self.told.marker) {
            return Ok(());
        }
        let name = sight.marker.as_deref().unwrap_or(NO_MARKER);
        self.rest.set_place(&self.core.options.folder_id, &sight.path, name).await?;
        self.told = sight;
        Ok(())
    }

    /// Watches what there is to watch now.
    async fn keep_up(&mut self, sight: &Sight) {
        let other = self.watcher.as_ref().is_some_and(|watcher| !watcher.is_of(sight.identity));
        let retried = self.core.coverage() != Coverage::Whole && self.watched_at.elapsed() >= WATCH_AGAIN;
        if other || retried || !self.follow_tree().await {
            self.watch_anew().await;
        }
    }

    /// What changes while nobody watches is found by a scan of everything.
    async fn watch_anew(&mut self) {
        self.watch().await;
        self.core.inbox.note_unknown();
    }

    async fn watch(&mut self) {
        // First: there may be no room for two.
        *self.watcher = None;
        *self.watcher = start_watching(self.core).await;
        self.watched_at = Instant::now();
    }

    /// False when only a new watcher can tell what is there.
    async fn follow_tree(&mut self) -> bool {
        if !self.core.inbox.tree_changed() {
            return true;
        }
        let Some(mut watcher) = self.watcher.take() else { return true };
        let followed = tokio::task::spawn_blocking(move || (watcher.follow(), watcher)).await;
        let Ok((followed, watcher)) = followed else { return false };
        *self.watcher = Some(watcher);
        let Followed::Kept(coverage) = followed else { return false };
        if coverage != self.core.coverage() {
            self.core.learn(|progress| progress.coverage = coverage);
        }
        true
    }
}
