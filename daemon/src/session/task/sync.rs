//! What users ask of a session's sync.

use std::path::PathBuf;

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::error;
use tokio::sync::oneshot;

use crate::session::failure::Failure;
use crate::session::task::SessionTask;

impl SessionTask {
    /// Durable before it is done: the next daemon holds it as well.
    pub(super) fn pause(&mut self, paused: bool) -> Result<(), ErrorInfo> {
        if self.stored.sync_paused == paused {
            return Ok(());
        }
        if paused && self.is_unsynced() {
            return Err(ErrorInfo::of(&error::FIRST_SYNC_INCOMPLETE, &[]));
        }
        self.stored.sync_paused = paused;
        if let Err(error) = self.note("pause") {
            self.stored.sync_paused = !paused;
            return Err(Failure::from(error).info);
        }
        if let Some(sync) = &self.running.sync {
            sync.pause(paused);
        }
        self.refresh();
        Ok(())
    }

    /// Lasts no longer than whoever waits for it.
    pub(super) fn spawn_barrier(&self, mut answer: oneshot::Sender<Result<(), ErrorInfo>>) {
        let sync = self.running.sync.clone();
        self.shared.tracker.spawn(async move {
            let reached = async {
                match sync {
                    Some(sync) => sync.barrier().await.map_err(|error| Failure::from(error).info),
                    None => Err(ErrorInfo::of(&error::NOT_SYNCING, &[])),
                }
            };
            let result = tokio::select! {
                result = reached => result,
                () = answer.closed() => return,
            };
            let _ = answer.send(result);
        });
    }

    pub(super) fn rescan(&mut self, paths: Vec<PathBuf>) -> Result<(), ErrorInfo> {
        let sync = self.running.sync.as_ref();
        let sync = sync.ok_or_else(|| ErrorInfo::of(&error::NOT_SYNCING, &[]))?;
        sync.rescan(paths);
        Ok(())
    }

    /// A folder for local files that holds none is of no use to anybody.
    pub(super) fn drop_empty_kept(&self) {
        if self.kept().is_none() {
            let folder = self.shared.paths.kept(&self.stored.id);
            let _ = std::fs::remove_dir_all(&folder);
            let _ = folder.parent().map(std::fs::remove_dir);
        }
    }
}
