//! Where in the cluster the session is at this moment, for whoever runs or reads something there.

use std::sync::Arc;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use tokio::sync::watch;

use crate::cluster::Connection;
use crate::forward::PodTarget;
use crate::session::task::SessionTask;
use crate::store::session::{Desired, StoredCluster, StoredRequest};
use crate::sync::SyncEngine;

/// What of a session others need to run something in its dev pod.
#[derive(Clone)]
pub struct Whereabouts {
    pub connection: Connection,
    /// The dev pod, whichever it is.
    pub target: watch::Receiver<Option<PodTarget>>,
    pub cluster: StoredCluster,
    pub request: StoredRequest,
    /// `None` as long as files are not being synced.
    pub sync: Option<Arc<SyncEngine>>,
}

impl std::fmt::Debug for Whereabouts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Whereabouts").field("target", &self.target).finish_non_exhaustive()
    }
}

impl SessionTask {
    pub(super) fn whereabouts(&self) -> Result<Whereabouts, ErrorInfo> {
        if self.stored.desired == Desired::Original {
            let message = format!("the session of {} is being ended", self.stored.workload);
            let error = ErrorInfo::new(ErrorKind::SessionEnding, message);
            return Err(error.with_hint("name the workload again when it has ended"));
        }
        let Some(link) = &self.link else {
            let why = self.error.as_ref().map(|error| format!(": {}", error.message)).unwrap_or_default();
            let message =
                format!("the session of {} is not connected to its cluster{why}", self.stored.workload);
            let error = ErrorInfo::new(ErrorKind::ClusterUnreachable, message);
            return Err(error.with_hint("it tries again by itself; ask again in a moment"));
        };
        Ok(Whereabouts {
            connection: link.connection.clone(),
            target: self.target.subscribe(),
            cluster: self.stored.cluster.clone(),
            request: self.stored.request.clone(),
            sync: self.running.sync.clone(),
        })
    }
}
