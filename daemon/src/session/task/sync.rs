//! What users ask of a session's sync.

use std::path::PathBuf;

use nhd_protocol::error::{ErrorInfo, ErrorKind};

use crate::session::failure::Failure;
use crate::session::task::SessionTask;

impl SessionTask {
    /// Durable before it is done: the next daemon holds it as well.
    pub(super) fn pause(&mut self, paused: bool) -> Result<(), ErrorInfo> {
        if self.stored.sync_paused == paused {
            return Ok(());
        }
        if paused && self.is_starting() {
            let error = ErrorInfo::new(ErrorKind::SyncFailed, "the first sync is not complete");
            return Err(error.with_hint("wait for it, or end the session"));
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

    pub(super) fn rescan(&mut self, paths: Vec<PathBuf>) -> Result<(), ErrorInfo> {
        let sync = self.running.sync.as_ref();
        let sync = sync.ok_or_else(|| ErrorInfo::new(ErrorKind::SyncFailed, "files are not being synced"))?;
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
