//! Where sessions are, for whoever runs or reads something there.

use std::collections::BTreeMap;

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::session::{SessionSelector, SessionStatus, StartParams};
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

impl SessionPlace {
    /// A start of the session's workload, as far as its dev configuration depends on it.
    pub fn start_params(&self) -> StartParams {
        let WorkloadRef { kind, namespace, name } = self.workload.clone();
        let cluster = &self.at.cluster;
        let kubeconfig = std::env::join_paths(&cluster.kubeconfig).ok();
        StartParams {
            kind,
            name,
            namespace: Some(namespace),
            kubeconfig: kubeconfig.and_then(|paths| paths.into_string().ok()),
            context: Some(cluster.context.clone()),
            environment: (*cluster.environment).clone(),
            container: self.status.borrow().container.clone(),
            image: None,
            env: BTreeMap::new(),
            source: self.at.request.source.display().to_string(),
            work_dir: None,
            sidecar_image: None,
            sidecar_preset: None,
            security_context: None,
            force: false,
            sync_type: None,
            timeout_ms: None,
            port_forward: Vec::new(),
        }
    }
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
