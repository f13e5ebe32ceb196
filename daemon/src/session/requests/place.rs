//! Finding the place of a session: which cluster, which namespace, and by what name the cluster is known.

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::clock::timestamp_now;
use crate::cluster::objects::{NAMESPACES, Objects};
use crate::cluster::{ClusterAddress, ClusterClient, Reason};
use crate::session::failure::Failure;
use crate::session::requests::check::Request;
use crate::store::StoredSession;
use crate::store::session::{Desired, SESSION_VERSION, StoredCluster, StoredRequest, StoredSync};
use crate::sync::{KeyPair, SyncIdentity};

/// The namespace whose uid names a cluster: it is made with the cluster and never again.
const CLUSTER_NAMESPACE: &str = "kube-system";

/// The ports of the syncthing in the pod: below those that Linux and Kubernetes give out. A pod in its node's network
/// meets other pods of ours there, so each session has one of its own.
const POD_PORTS: std::ops::Range<u16> = 22_000..30_000;

/// A cluster that answers, and the namespace in it.
pub struct Place {
    pub client: ClusterClient,
    pub objects: Objects,
    pub cluster_uid: String,
    pub namespace: String,
}

impl Place {
    /// `namespace` `None` stands for the context's own.
    pub async fn find(address: &ClusterAddress, namespace: Option<&str>) -> Result<Self, ErrorInfo> {
        let client = address.connect().await.map_err(|error| Failure::from(error).info)?;
        let objects = Objects::new(client.client.clone());
        let cluster_uid = cluster_uid(&objects, &client).await.map_err(|failure| failure.info)?;
        let namespace = namespace.map_or_else(|| client.default_namespace.clone(), str::to_owned);
        Ok(Self { client, objects, cluster_uid, namespace })
    }

    pub fn workload(&self, kind: WorkloadKind, name: &str) -> WorkloadRef {
        WorkloadRef { namespace: self.namespace.clone(), kind, name: name.to_owned() }
    }

    /// Whether this is certainly the cluster that a session knows by this name.
    pub fn is_certainly(&self, known: &str) -> bool {
        is_certainly(known, &self.cluster_uid, &address_name(&self.client))
    }

    /// What a session there stays pinned to.
    pub fn pinned(&self, address: &ClusterAddress) -> StoredCluster {
        StoredCluster {
            uid: self.cluster_uid.clone(),
            kubeconfig: address.kubeconfig.clone(),
            context: self.client.context.clone(),
            server: self.client.server.clone(),
            environment: address.environment.clone(),
        }
    }
}

/// The cluster's uid, or for a user who may not read it, a name made from its address.
pub async fn cluster_uid(objects: &Objects, client: &ClusterClient) -> Result<String, Failure> {
    match objects.get(NAMESPACES, None, CLUSTER_NAMESPACE).await {
        Ok(namespace) => {
            let uid = namespace.pointer("/metadata/uid").and_then(Value::as_str);
            Ok(uid.unwrap_or_default().to_owned())
        }
        Err(error) if matches!(error.reason, Reason::Forbidden | Reason::NotFound) => {
            Ok(address_name(client))
        }
        Err(error) => Err(error.into()),
    }
}

/// The name of a cluster for those who may not read its uid.
fn address_name(client: &ClusterClient) -> String {
    let authority = client.certificate_authority.as_deref().unwrap_or_default();
    let hash = Sha256::digest(format!("{}\n{authority}", client.server));
    data_encoding::HEXLOWER.encode(&hash[..16])
}

/// Whether a cluster known as `known` certainly is the one that is found as `found` and has this name by its address.
fn is_certainly(known: &str, found: &str, by_address: &str) -> bool {
    [found, by_address].contains(&known)
}

/// Whether a cluster known as `found` is certainly not the one known as `known`. A uid and a name made from an address,
/// of which a user's rights decide which is found, tell nothing of each other.
#[must_use]
pub fn is_another_cluster(known: &str, found: &str) -> bool {
    let is_uid = |name: &str| name.contains('-');
    is_uid(known) == is_uid(found) && known != found
}

/// A session that is wanted and has nothing yet but its identities.
pub fn new_session(
    request: &Request,
    details: StoredRequest,
    place: &Place,
) -> Result<StoredSession, ErrorInfo> {
    let (identity, remote) = SyncIdentity::generate().map_err(|error| Failure::from(error).info)?;
    let courier = Some(KeyPair::generate().map_err(|error| Failure::from(error).info)?);
    Ok(StoredSession {
        version: SESSION_VERSION,
        id: crate::random_id(12),
        created_at: timestamp_now(),
        cluster: place.pinned(&request.address),
        workload: place.workload(request.kind, &request.name),
        desired: Desired::DevMode,
        failure: None,
        plan: None,
        entered: false,
        takes: None,
        ready: false,
        synced: false,
        sync: StoredSync { identity, remote, courier, remote_port: rand::random_range(POD_PORTS) },
        sync_paused: false,
        local_port: None,
        forwards: details.dev.forwards.clone(),
        request: details,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_one_form_tell_clusters_apart() {
        let (one, other) = ("8a5c1e2e-7c33-4a0a-8d3c-1f2e3d4c5b6a", "0b7c1e2e-7c33-4a0a-8d3c-1f2e3d4c5b6a");
        let (hash, another) = ("0f".repeat(16), "ab".repeat(16));
        for (known, found, expect) in [
            (one, one, false),
            (one, other, true),
            (one, hash.as_str(), false),
            (hash.as_str(), one, false),
            (hash.as_str(), hash.as_str(), false),
            (hash.as_str(), another.as_str(), true),
        ] {
            assert_eq!(is_another_cluster(known, found), expect, "{known} {found}");
        }
    }

    #[test]
    fn a_cluster_is_certainly_the_same_by_its_uid_or_by_the_address_that_it_was_known_by() {
        let (uid, other) = ("8a5c1e2e-7c33-4a0a-8d3c-1f2e3d4c5b6a", "0b7c1e2e-7c33-4a0a-8d3c-1f2e3d4c5b6a");
        let (hash, another) = ("0f".repeat(16), "ab".repeat(16));
        for (known, found, by_address, expect) in [
            (uid, uid, hash.as_str(), true),
            (uid, other, &hash, false),
            (uid, &hash, &hash, false),
            (&hash, uid, &hash, true),
            (&hash, uid, &another, false),
            (&hash, &hash, &hash, true),
            (&hash, &another, &another, false),
        ] {
            assert_eq!(is_certainly(known, found, by_address), expect, "{known} {found} {by_address}");
        }
    }
}
