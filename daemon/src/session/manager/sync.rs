//! The files of a session: leads whoever asks about its sync to the session.

use std::path::{Component, Path, PathBuf};

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::error;
use nhd_protocol::session::SessionSelector;
use nhd_protocol::sync::{RescanParams, SyncReport};

use crate::session::manager::{Handle, SessionManager};
use crate::session::task::Command;

impl SessionManager {
    pub async fn sync_status(&self, selector: &SessionSelector) -> Result<SyncReport, ErrorInfo> {
        Ok(self.one(selector)?.sync_report())
    }

    pub async fn pause_sync(
        &self,
        selector: &SessionSelector,
        paused: bool,
    ) -> Result<SyncReport, ErrorInfo> {
        let handle = self.one(selector)?;
        handle.ask(|answer| Command::Pause(paused, answer)).await?;
        Ok(handle.sync_report())
    }

    pub async fn rescan(&self, params: RescanParams) -> Result<SyncReport, ErrorInfo> {
        let handle = self.one(&params.of)?;
        let paths = params.paths.iter().map(|path| inside(path)).collect::<Result<_, _>>()?;
        handle.ask(|answer| Command::Rescan(paths, answer)).await?;
        Ok(handle.sync_report())
    }
}

impl Handle {
    fn sync_report(&self) -> SyncReport {
        let status = self.status.borrow().clone();
        SyncReport {
            session: status.session,
            workload: status.workload,
            source: status.source,
            work_dir: status.work_dir,
            sync: status.sync,
        }
    }
}

/// A path of a request, which must lie in the source folder.
fn inside(path: &str) -> Result<PathBuf, ErrorInfo> {
    let normal = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    if normal && !path.is_empty() {
        return Ok(PathBuf::from(path));
    }
    Err(ErrorInfo::of(&error::PATH_OUTSIDE, &[("path", &format!("{path:?}"))]))
}
