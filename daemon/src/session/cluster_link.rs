//! A session's way to its cluster: the connection that all its parts share, and the watches that wake it.

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::{Arguments, error};
use nhd_protocol::workload::WorkloadRef;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::cluster::watch::{ClusterChanges, Watched};
use crate::cluster::{Connection, Objects, PluginGate};
use crate::session::failure::Failure;
use crate::session::look::parts::WorkloadParts;
use crate::session::look::parts::record_name;
use crate::session::requests::place::{cluster_uid, is_another_cluster};
use crate::session::shared::Shared;
use crate::store::session::{StoredCluster, StoredPlan};

/// Dropping it ends its watches.
pub struct ClusterLink {
    pub objects: Objects,
    pub connection: Connection,
    watches: Option<(ClusterChanges, DropGuard)>,
}

impl ClusterLink {
    /// Reads the credentials again. `shared` is what the session's parts have been given before, which is then renewed
    /// for all of them.
    pub async fn connect(
        cluster: &StoredCluster,
        gate: &PluginGate,
        shared: Option<&Connection>,
    ) -> Result<Self, Failure> {
        let connected = cluster.address().connect_through(gate).await?;
        let objects = Objects::new(connected.client.clone());
        // A name in a file may lead anywhere by now, and what is done here is done to other people's workloads.
        let found = cluster_uid(&objects, &connected).await?;
        if is_another_cluster(&cluster.uid, &found) {
            return Err(Failure::transient(another_cluster(cluster, &connected.server)));
        }
        Ok(Self::through(connected.client, shared))
    }

    /// A way that is known to lead to the session's own cluster.
    pub fn through(client: kube::Client, shared: Option<&Connection>) -> Self {
        let objects = Objects::new(client.clone());
        let connection = match shared {
            Some(shared) => {
                shared.renew(client);
                shared.clone()
            }
            None => Connection::new(client),
        };
        Self { objects, connection, watches: None }
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

/// It may come back, so that it is tried again; and until then nothing is done, ended or forgotten.
fn another_cluster(cluster: &StoredCluster, server: &str) -> ErrorInfo {
    let files: Vec<String> = cluster.kubeconfig.iter().map(|file| file.display().to_string()).collect();
    let arguments: Arguments<'_> = &[
        ("context", &cluster.context),
        ("kubeconfig", &files.join(" and ")),
        ("server", &server),
        ("uid", &cluster.uid),
    ];
    ErrorInfo::of(&error::CONTEXT_MOVED, arguments)
}
