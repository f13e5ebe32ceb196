//! Where sessions are, for whoever runs or reads something there.

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::session::{SessionSelector, SessionStatus};
use nhd_protocol::workload::WorkloadRef;
use tokio::sync::watch;

use crate::session::manager::SessionManager;
use crate::session::task::{Command, Whereabouts};

/// A session, where it is, and what becomes of it.
#[derive(Debug, Clone)]
pub struct SessionPlace {
    pub session: String,
    pub workload: WorkloadRef,
    pub status: watch::Receiver<SessionStatus>,
    pub at: Whereabouts,
}

impl SessionManager {
    /// The one session that matches, and where it is.
    pub async fn place(&self, selector: &SessionSelector) -> Result<SessionPlace, ErrorInfo> {
        let handle = self.one(selector)?;
        let at = handle.ask(Command::Place).await?;
        let session = handle.status.borrow().session.clone();
        Ok(SessionPlace { session, workload: handle.workload.clone(), status: handle.status.clone(), at })
    }
}
