//! New credentials for a session that runs: leads whoever has them to the session.

use nhd_protocol::environment::SetEnvironmentParams;
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::session::SessionStatus;

use crate::session::manager::SessionManager;
use crate::session::task::Command;

impl SessionManager {
    pub async fn set_environment(&self, params: SetEnvironmentParams) -> Result<SessionStatus, ErrorInfo> {
        let handle = self.one(&params.selector)?;
        let SetEnvironmentParams { environment, unset, .. } = params;
        handle.ask(|answer| Command::SetEnvironment { environment, unset, answer }).await?;
        let status = handle.status.borrow().clone();
        Ok(status)
    }
}
