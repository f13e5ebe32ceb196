//! Having a session's task do something, with an answer in bounded time.

use std::time::Duration;

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::error as said;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::session::manager::Handle;
use crate::session::task::Command;

/// A session is busy with a step of its own for as long as the API server takes to answer.
const PATIENCE: Duration = Duration::from_secs(15);

impl Handle {
    /// Has the session's task do something, and waits for its answer. One that is given up before it was begun is not
    /// begun.
    pub(super) async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, ErrorInfo>>) -> Command,
    ) -> Result<T, ErrorInfo> {
        let answered = async {
            let (answer, answered) = oneshot::channel();
            self.commands.send(command(answer)).await.ok()?;
            answered.await.ok()
        };
        let error = match timeout(PATIENCE, answered).await {
            Ok(Some(result)) => return result.map_err(|error| self.about(error)),
            Ok(None) => ErrorInfo::of(&said::SESSION_GONE, &[]),
            Err(_) => {
                let seconds = PATIENCE.as_secs();
                ErrorInfo::of(&said::SESSION_BUSY, &[("workload", &self.workload), ("seconds", &seconds)])
            }
        };
        Err(self.about(error))
    }

    pub(super) fn about(&self, error: ErrorInfo) -> ErrorInfo {
        ErrorInfo { session: Some(self.status.borrow().session.clone()), ..error }
    }
}
