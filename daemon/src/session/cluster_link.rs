//! A session's connection to its cluster: the client and the watches that wake it.

use nhd_protocol::workload::WorkloadRef;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::cluster::watch::{ClusterChanges, Watched};
use crate::cluster::{ClusterAddress, Objects};
use crate::session::failure::Failure;
use crate::session::look::parts::WorkloadParts;
use crate::session::look::parts::record_name;
use crate::session::shared::Shared;
use crate::store::session::{StoredCluster, StoredPlan};

/// Dropping it ends its watches.
pub struct ClusterLink {
    pub objects: Objects,
    watches: Option<(ClusterChanges, DropGuard)>,
}

impl ClusterLink {
    pub async fn connect(cluster: &StoredCluster) -> Result<Self, Failure> {
        let address = ClusterAddress {
            kubeconfig: cluster.kubeconfig.clone(),
            context: Some(cluster.context.clone()),
            environment: cluster.environment.clone(),
        };
        let connected = address.connect().await?;
        Ok(Self { objects: Objects::new(connected.client), watches: None })
    }

    /// Starts the watches if they do not run.
    pub fn watch(&mut self, workload: &WorkloadRef, plan: &StoredPlan, shared: &Shared) {
        if self.watches.is_some() {
            return;
        }
        let stop: CancellationToken = shared.shutdown.child_token();
        let parts = WorkloadParts::of(workload.kind, plan);
        let watched = Watched {
            workload,
            beside: parts.dev_workload.as_ref().map(|beside| (beside.kind, beside.name.as_str())),
            record: &record_name(workload),
            pods: parts.pods.as_deref(),
        };
        let changes = ClusterChanges::watch(&self.objects, &watched, &stop, &shared.tracker);
        self.watches = Some((changes, stop.drop_guard()));
    }

    /// Resolves when something changed in the cluster; never where nothing is watched.
    pub async fn changed(link: Option<&mut Self>) {
        let Some((changes, _)) = link.and_then(|link| link.watches.as_mut()) else {
            return std::future::pending().await;
        };
        if changes.receiver.recv().await.is_none() {
            std::future::pending().await
        }
    }
}
